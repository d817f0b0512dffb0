/* SPDX-License-Identifier: Apache-2.0 */
/* What `map` prints: one line for each line of input, records in the schema's order, defaults where the
 * mapping sets nothing. */
#include "producer/map.h"
#include "trying.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

static const char schema[] =
    "{'type':'record','name':'R','fields':["
    "{'name':'z','type':['null','string'],'default':null},"
    "{'name':'list','type':{'type':'array','items':'string'},'default':['a','\\u00e9\\n']},"
    "{'name':'map','type':{'type':'map','values':'boolean'},'default':{'k':true}},"
    "{'name':'n','type':'long','default':7},"
    "{'name':'d','type':['null','double'],'default':null},"
    "{'name':'raw','type':['null','bytes'],'default':null},"
    "{'name':'sub','type':['null',{'type':'record','name':'S','fields':["
    "{'name':'q','type':['null','string']},{'name':'p','type':'string','default':'P'}]}],'default':null}]}";

static const char rules[] =
    "{'envelopes':[{'name':'n','when':{'/t':'string','/b':'object'},'topic':'/t','body':'/b'}],'key':'/key',"
    "'skip':[{'when':{'/t':'=beat'},'reason':'beat'}],"
    "'rules':[{'topic':'a','set':{'sub':{'record':{'q':'/q'}},'raw':{'raw':'/raw'},'z':'/z',"
    "'d':{'get':'/d','as':'double'},'n':{'get':'/n','as':'long'}}}]}";

static const struct row {
    const char *line, *wanted;
} rows[] = {
    {"{'t':'a','b':{}}",
     "{'line':1,'action':'map','key':null,'record':{'z':null,'list':['a','\xc3\xa9\\n'],'map':{'k':true},"
     "'n':7,'d':null,'raw':null,'sub':{'q':null,'p':'P'}}}\n"},
    {"{'t':'a','b':{'key':'k\\u0001','q':'Q','raw':{},'z':'\\'\\\\/\\u2028','d':-2.50,'n':-3}}",
     "{'line':1,'action':'map','key':'k\\u0001','record':{'z':'\\'\\\\/\xe2\x80\xa8','list':['a','\xc3\xa9"
     "\\n'],'map':{'k':true},'n':-3,'d':-2.5,'raw':{'$sha256':"
     "'44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a','$len':2},"
     "'sub':{'q':'Q','p':'P'}}}\n"},
    {"{'t':'a','b':{'z':1,'n':{},'d':1e999}}",
     "{'line':1,'action':'map','key':null,'record':{'z':null,'list':['a','\xc3\xa9\\n'],'map':{'k':true},"
     "'n':7,'d':null,'raw':null,'sub':{'q':null,'p':'P'}},"
     "'warnings':['number-out-of-range','type-mismatch']}\n"},
    {"{'t':'beat'}", "{'line':1,'action':'skip','reason':'beat'}\n"},
    {"{'t':'b','b':{}}", "{'line':1,'action':'dead_letter','reason':'unmapped-topic'}\n"},
    {"nonsense", "{'line':1,'action':'dead_letter','reason':'bad-json'}\n"},
};

/* What is printed for one line. */
static struct span print_line(const struct trying *trying, struct span line)
{
    char path[] = "/tmp/map_testXXXXXX";
    int fd = mkstemp(path);
    assert_true(fd >= 0 && write(fd, line.ptr, line.len) == (ssize_t)line.len);
    close(fd);
    struct error err = {.arena = trying->arena};
    const char *const names[] = {path};
    struct input *input = input_open(names, 1, &err);
    assert_non_null(input);
    char *printed = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&printed, &size);
    struct mapping_way way = {trying->mapping, trying->schema, 0, 0, false};
    assert_true(map_lines(input, &way, out, &err));
    fclose(out);
    input_close(input);
    unlink(path);
    arena_defer(trying->arena, free, printed);
    return (struct span){printed, size};
}

static void test_each_line_is_printed_as_published(void **state)
{
    (void)state;
    struct trying trying;
    if (!trying_load(&trying, schema, rules))
        fail_msg("%.*s", SPAN_ARGS(trying.err.message));
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct span printed = print_line(&trying, trying_quoted(&trying, rows[i].line));
        struct span wanted = trying_quoted(&trying, rows[i].wanted);
        if (!span_equal(printed, wanted))
            fail_msg("%s: %.*s", rows[i].line, SPAN_ARGS(printed));
    }
    trying_end(&trying);
}

static void test_output_that_cannot_be_written_ends_the_run(void **state)
{
    (void)state;
    struct trying trying;
    assert_true(trying_load(&trying, schema, rules));
    const char *const names[] = {"/proc/self/status"};
    struct input *input = input_open(names, 1, &trying.err);
    FILE *full = fopen("/dev/full", "w");
    assert_non_null(full);
    struct mapping_way way = {trying.mapping, trying.schema, 0, 0, false};
    assert_false(map_lines(input, &way, full, &trying.err));
    assert_true(
        span_equal(trying.err.message, SPAN("cannot write what was mapped: No space left on device")));
    fclose(full);
    input_close(input);
    trying_end(&trying);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_line_is_printed_as_published),
        cmocka_unit_test(test_output_that_cannot_be_written_ends_the_run),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
