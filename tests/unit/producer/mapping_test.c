/* SPDX-License-Identifier: Apache-2.0 */
/* The engine: what each expression makes of an event, and what becomes of a line. */
#include "producer/mapping.h"

#include "base/limits.h"
#include "trying.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#define ENVELOPE \
    "'envelopes':[{'name':'n','when':{'/topicName':'string','/eventBody':'object'}," \
    "'topic':'/topicName','body':'/eventBody'}],"

#define SETTINGS \
    "'constants':{'c':'constant','empty':''},'uuid5_namespace':'11111111-2222-3333-4444-555555555555'," \
    "'lookups':{'t':{'zz':'last','k':'found','aa':'first'},'none':{}},"

#define RECORD(fields)    "{'type':'record','name':'R','fields':[" fields "]}"
#define FIELD(name, type) "{'name':'" name "','type':['null'," type "],'default':null}"

static const char strings[] = RECORD(FIELD("s", "'string'"));

static struct mapped map_with(struct trying *trying, const char *schema, const char *expression,
                              const char *body)
{
    char mapping[4096], line[4096];
    snprintf(mapping, sizeof mapping,
             "{" ENVELOPE SETTINGS "'rules':[{'topic':'a.{id}.z.{media}','set':{'s':%s}}]}", expression);
    snprintf(line, sizeof line, "{'topicName':'a.7.z.q','eventBody':%s,'top':{'in':'side'}}", body);
    if (!trying_load(trying, schema, mapping))
        fail_msg("%s: %.*s", expression, SPAN_ARGS(trying->err.message));
    return trying_line(trying, line);
}

static const struct row {
    const char *expression, *body;
    const char *wanted;  /* NULL: null */
    const char *warning; /* NULL: none */
} rows[] = {
    {"null", "{}", NULL, NULL},
    {"'/a'", "{'a':'x'}", "x", NULL},
    {"'/a'", "{'a':'\\u00e9'}", "\xc3\xa9", NULL},
    {"'/a'", "{'a':''}", NULL, NULL},
    {"'/a'", "{'a':null}", NULL, NULL},
    {"'/a'", "{}", NULL, NULL},
    {"'/a'", "{'a':5}", NULL, "type-mismatch"},
    {"'/a'", "{'a':true}", NULL, "type-mismatch"},
    {"'/a'", "{'a':{}}", NULL, "type-mismatch"},
    {"'/l/?w=b/v'", "{'l':[{'w':'b','v':'1'},{'w':'b','v':'2'},{'w':'c'}]}", "2", NULL},
    {"'env:/top/in'", "{}", "side", NULL},
    {"'env:'", "{}", NULL, "type-mismatch"},
    {"'topic:id'", "{}", "7", NULL},
    {"'=text'", "{}", "text", NULL},
    {"'='", "{}", "", NULL},
    {"'const:c'", "{}", "constant", NULL},
    {"'const:empty'", "{}", "", NULL},
    {"'$topic'", "{}", "a.7.z.q", NULL},
    {"'$template'", "{}", "a.{id}.z.{id}", NULL},
    {"{'get':'/a'}", "{'a':'x'}", "x", NULL},
    {"{'get':'/a','as':'string'}", "{'a':1}", NULL, "type-mismatch"},
    {"{'get':'/a','as':'upper'}", "{'a':'aZ \\u00e9.b'}", "AZ \xc3\xa9.B", NULL},
    {"{'get':'/a','as':'upper'}", "{'a':''}", "", NULL},
    {"{'get':'/a','as':'upper_snake'}", "{'a':'noAnswer.transferX2Y'}", "NO_ANSWER_TRANSFER_X2_Y", NULL},
    {"{'get':'/a','as':'upper_snake'}", "{'a':'PEER_END'}", "PEER_END", NULL},
    {"{'first':['/a','/b','=c']}", "{'b':'B'}", "B", NULL},
    {"{'first':['/a','/b','=c']}", "{'a':1}", "c", "type-mismatch"},
    {"{'first':['/a',null]}", "{}", NULL, NULL},
    {"{'first':[{'get':'/a','as':'upper'},{'first':['/b']}]}", "{'b':'b'}", "b", NULL},
    {"{'first':[{'get':'/a'},{'get':'/b'}],'strict':true}", "{'a':null,'b':'b'}", "b", NULL},
    {"{'first':[{'get':'/a'},{'get':'/b'}],'strict':true}", "{}", NULL, NULL},
    {"{'uuid5':['$topic','/s','/n','/f','/t','/o','/l','/e','=lit','topic:id']}",
     "{'s':'x','n':null,'f':12.50,'t':true,'o':{},'l':[1],'e':''}", "bc4a164a-cf50-54fb-aa02-fe0f4305b098",
     NULL},
    {"{'split':'/a','by':'/','index':1}", "{'a':'x/y/z'}", "y", NULL},
    {"{'split':'/a','by':'/','index':2}", "{'a':'x/y/z'}", "z", NULL},
    {"{'split':'/a','by':'/','index':3}", "{'a':'x/y/z'}", NULL, NULL},
    {"{'split':'/a','by':'/','index':1}", "{'a':'x//z'}", NULL, NULL},
    {"{'split':'/a','by':'::','index':1}", "{'a':'x::y:::z'}", "y", NULL},
    {"{'split':'/a','by':'/','index':0}", "{}", NULL, NULL},
    {"{'split':'/a','by':'/','index':0}", "{'a':3}", NULL, "type-mismatch"},
    {"{'lookup':'t','key':'/a'}", "{'a':'k'}", "found", NULL},
    {"{'lookup':'t','key':'/a'}", "{'a':'zz'}", "last", NULL},
    {"{'lookup':'t','key':'/a'}", "{'a':'other'}", NULL, NULL},
    {"{'lookup':'t','key':'/a'}", "{}", NULL, NULL},
    {"{'lookup':'none','key':'/a'}", "{'a':'k'}", NULL, NULL},
};

static void test_each_expression_gives_what_it_says(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct trying trying;
        struct mapped mapped = map_with(&trying, strings, rows[i].expression, rows[i].body);
        const struct value *value = &mapped.record.members[0];
        bool same = mapped.outcome == OUTCOME_MAP && mapped.warning_count == (rows[i].warning ? 1 : 0) &&
                    value->kind == (rows[i].wanted ? VALUE_STRING : VALUE_NULL) &&
                    (!rows[i].wanted || span_equal(value->text, span_of(rows[i].wanted))) &&
                    (!rows[i].warning || strcmp(mapped.warnings[0], rows[i].warning) == 0);
        if (!same)
            fail_msg("row %zu, %s of %s: outcome %d, kind %d, '%.*s', %zu warnings", i, rows[i].expression,
                     rows[i].body, mapped.outcome, value->kind, SPAN_ARGS(value->text), mapped.warning_count);
        trying_end(&trying);
    }
}

static void test_raw_keeps_the_very_bytes(void **state)
{
    (void)state;
    struct trying trying;
    const char *schema = RECORD(FIELD("s", "'bytes'"));
    struct mapped mapped = map_with(&trying, schema, "{'raw':'/a'}", "{'a': [ 1.50e+1 ,'\\u0041' ] }");
    assert_int_equal(mapped.record.members[0].kind, VALUE_BYTES);
    assert_true(span_equal(mapped.record.members[0].text, SPAN("[ 1.50e+1 ,\"\\u0041\" ]")));
    trying_end(&trying);
    mapped = map_with(&trying, schema, "{'raw':''}", "{ 'a':0 }");
    assert_true(span_equal(mapped.record.members[0].text, SPAN("{ \"a\":0 }")));
    trying_end(&trying);
    mapped = map_with(&trying, schema, "{'raw':'/a'}", "{'a':null}");
    assert_int_equal(mapped.record.members[0].kind, VALUE_NULL);
    trying_end(&trying);
}

static void expect_number(const char *number, const char *as, const char *type, bool good,
                          const char *warning)
{
    struct trying trying;
    char schema[256], expression[64], body[128];
    snprintf(schema, sizeof schema, RECORD(FIELD("s", "'%s'")), type);
    snprintf(expression, sizeof expression, "{'get':'/a','as':'%s'}", as);
    snprintf(body, sizeof body, "{'a':%s}", number);
    struct mapped mapped = map_with(&trying, schema, expression, body);
    assert_int_equal(mapped.record.members[0].kind != VALUE_NULL, good);
    assert_int_equal(mapped.warning_count, good ? 0 : 1);
    if (!good)
        assert_string_equal(mapped.warnings[0], warning);
    trying_end(&trying);
}

static void test_a_number_fits_or_is_null_with_a_warning(void **state)
{
    (void)state;
    expect_number("9223372036854775807", "long", "long", true, NULL);
    expect_number("-9223372036854775808", "long", "long", true, NULL);
    expect_number("-0", "long", "long", true, NULL);
    expect_number("9223372036854775808", "long", "long", false, "type-mismatch");
    expect_number("1.0", "long", "long", false, "type-mismatch");
    expect_number("1e3", "long", "long", false, "type-mismatch");
    expect_number("'1'", "long", "long", false, "type-mismatch");
    expect_number("2147483647", "long", "int", true, NULL);
    expect_number("2147483648", "long", "int", false, "type-mismatch");
    expect_number("-2.5e-3", "double", "double", true, NULL);
    expect_number("1e400", "double", "double", false, "number-out-of-range");
    expect_number("'4.2'", "double", "double", false, "type-mismatch");
}

static void test_an_enum_takes_its_symbols_only(void **state)
{
    (void)state;
    const char *schema = RECORD(FIELD("s", "{'type':'enum','name':'E','symbols':['A','B']}"));
    struct trying trying;
    struct mapped mapped = map_with(&trying, schema, "'/a'", "{'a':'B'}");
    expect_text(&mapped, 0, "B");
    trying_end(&trying);
    mapped = map_with(&trying, schema, "'/a'", "{'a':'C'}");
    expect_text(&mapped, 0, NULL);
    assert_string_equal(mapped.warnings[0], "type-mismatch");
    trying_end(&trying);
}

static void test_a_string_of_64_kib_is_mapped_and_one_byte_more_is_not(void **state)
{
    (void)state;
    for (int over = 0; over < 2; over++) {
        struct trying trying;
        struct mapped mapped = map_with(&trying, strings, "'/a'", "{}");
        struct buffer line = {.arena = trying.arena};
        buffer_put(&line, SPAN("{\"topicName\":\"a.7.z.q\",\"eventBody\":{\"a\":\""));
        for (int i = 0; i < MAPPED_STRING_MAX + over; i++)
            buffer_byte(&line, 'x');
        buffer_put(&line, SPAN("\"}}"));
        mapped = mapping_apply(trying.mapping, buffer_span(&line), 0, trying.arena);
        assert_int_equal(mapped.record.members[0].kind, over ? VALUE_NULL : VALUE_STRING);
        if (over)
            assert_string_equal(mapped.warnings[0], "string-too-long");
        trying_end(&trying);
    }
}

static const char grouped[] =
    RECORD("{'name':'s','type':['null',{'type':'record','name':'G','fields':["
           "{'name':'x','type':['null','string']},"
           "{'name':'y','type':['null','string'],'default':null}]}],'default':null}");

static void test_a_group_of_nulls_is_null_when_asked(void **state)
{
    (void)state;
    struct trying trying;
    struct mapped mapped = map_with(&trying, grouped, "{'record':{'x':'/a'},'null_if_empty':true}", "{}");
    assert_int_equal(mapped.record.members[0].kind, VALUE_NULL);
    trying_end(&trying);
    mapped = map_with(&trying, grouped, "{'record':{'x':'/a'}}", "{}");
    assert_int_equal(mapped.record.members[0].kind, VALUE_RECORD);
    assert_int_equal(mapped.record.members[0].members[0].kind, VALUE_NULL);
    trying_end(&trying);
    mapped = map_with(&trying, grouped, "{'record':{'y':'/b','x':'/a'},'null_if_empty':true}", "{'b':'B'}");
    assert_int_equal(mapped.record.members[0].kind, VALUE_RECORD);
    assert_int_equal(mapped.record.members[0].count, 2);
    assert_true(span_equal(mapped.record.members[0].members[1].text, SPAN("B")));
    trying_end(&trying);
}

/* ---- dead letters ---- */

static void expect_dead(const struct mapped *mapped, const char *reason, const char *field)
{
    assert_int_equal(mapped->outcome, OUTCOME_DEAD_LETTER);
    assert_string_equal(mapped->reason, reason);
    assert_true(span_equal(mapped->field, span_of(field)));
}

static void test_a_dead_letter_names_the_field_that_could_not_be_filled(void **state)
{
    (void)state;
    struct trying trying;
    struct mapped mapped =
        map_with(&trying, RECORD("{'name':'s','type':'long'}"), "{'get':'/a','as':'long'}", "{}");
    expect_dead(&mapped, "required-field-missing", "s");
    trying_end(&trying);
    mapped = map_with(&trying, strings, "{'first':['/a'],'required':true}", "{'a':1}");
    expect_dead(&mapped, "type-mismatch", "s");
    trying_end(&trying);
    mapped = map_with(&trying, strings, "{'first':['/a'],'required':true}", "{}");
    expect_dead(&mapped, "required-field-missing", "s");
    trying_end(&trying);
    mapped =
        map_with(&trying, strings, "{'first':[{'get':'/a'},{'get':'/b'}],'strict':true}", "{'a':1,'b':'b'}");
    expect_dead(&mapped, "type-mismatch", "s");
    trying_end(&trying);
    const char *schema = RECORD("{'name':'s','type':{'type':'record','name':'G','fields':["
                                "{'name':'x','type':'string'}]}}");
    mapped = map_with(&trying, schema, "{'record':{'x':'/a'}}", "{}");
    expect_dead(&mapped, "required-field-missing", "s.x");
    trying_end(&trying);
}

static const char timed[] = RECORD("{'name':'timestamp','type':'long'}," FIELD("s", "'string'"));

static void test_the_ingest_clock_stands_in_for_no_time_but_not_for_a_wrong_one(void **state)
{
    (void)state;
    struct trying trying;
    assert_true(
        trying_load(&trying, timed,
                    "{" ENVELOPE "'common':{'s':'/s','timestamp':{'first':[{'get':'/t','as':'timestamp_ms'}],"
                    "'required':true,'strict':true}},"
                    "'rules':[{'topic':'a','set':{},'timestamp_fallback':'ingest'},{'topic':'b','set':{}},"
                    "{'topic':'c','like':'d'},{'topic':'d','like':'a'}]}"));
    struct mapped mapped = trying_line(&trying, "{'topicName':'a','eventBody':{}}");
    assert_int_equal(mapped.outcome, OUTCOME_MAP);
    assert_true(mapped.timestamp_from_ingest);
    assert_int_equal(mapped.record.members[0].number, TRYING_INGEST);
    assert_string_equal(mapped.warnings[0], "timestamp-from-ingest");
    mapped = trying_line(&trying, "{'topicName':'c','eventBody':{'s':1}}");
    assert_true(mapped.timestamp_from_ingest);
    assert_int_equal(mapped.warning_count, 2);
    assert_string_equal(mapped.warnings[1], "type-mismatch");
    mapped = trying_line(&trying, "{'topicName':'a','eventBody':{'t':1772352000000}}");
    assert_false(mapped.timestamp_from_ingest);
    mapped = trying_line(&trying, "{'topicName':'a','eventBody':{'t':17}}");
    expect_dead(&mapped, "timestamp-out-of-range", "timestamp");
    mapped = trying_line(&trying, "{'topicName':'b','eventBody':{'t':null}}");
    expect_dead(&mapped, "required-field-missing", "timestamp");
    trying_end(&trying);
}

#define TIMED(time)                                                                                          \
    "{" ENVELOPE "'common':{'s':'/s','timestamp':" time "},"                                                 \
    "'rules':[{'topic':'a','set':{},'timestamp_fallback':'ingest'}]}"
#define TIME(pointer) "{'get':'" pointer "','as':'timestamp_ms'}"

static void test_a_wrong_time_is_no_missing_one_however_it_is_looked_for(void **state)
{
    (void)state;
    static const char *const mappings[] = {
        TIMED(TIME("/t")),
        TIMED("{'first':[" TIME("/t") "," TIME("/u") "]}"),
        TIMED("{'first':[" TIME("/t") ",{'first':[" TIME("/u") "]}]}"),
    };
    for (size_t i = 0; i < sizeof mappings / sizeof *mappings; i++) {
        struct trying trying;
        assert_true(trying_load(&trying, timed, mappings[i]));
        struct mapped mapped = trying_line(&trying, "{'topicName':'a','eventBody':{'s':1}}");
        assert_true(mapped.timestamp_from_ingest);
        mapped = trying_line(&trying, "{'topicName':'a','eventBody':{'t':'yesterday'}}");
        expect_dead(&mapped, "timestamp-not-iso8601", "timestamp");
        trying_end(&trying);
    }
}

/* ---- lines ---- */

static const char lined[] =
    "{" ENVELOPE "'check_detail_type':true,'key':'topic:conversation_id',"
    "'skip':[{'when':{'/topicName':'^sys.'},'reason':'system'},{'topic':'b.{x}','reason':'dull'},"
    "{'when':{'/beat':'null'},'reason':'beat'}],"
    "'rules':[{'topic':'a.{conversation_id}.x','set':{'s':'/s'}},"
    "{'topic':'u.{id}.{media}','set':{},'key':'/k'}]}";

static const struct outcome_row {
    const char *line;
    enum outcome outcome;
    const char *reason;
} outcomes[] = {
    {"{'topicName':'a.1.x','eventBody':{}}", OUTCOME_MAP, NULL},
    {"{'topicName':'a.1.x','eventBody':{'conversationId':'1'}}", OUTCOME_MAP, NULL},
    {"{'topicName':'a.1.x','eventBody':{'conversationId':''}}", OUTCOME_MAP, NULL},
    {"{'topicName':'a.1.x','eventBody':{'conversationId':2}}", OUTCOME_MAP, NULL},
    {"{'topicName':'a.1.x','eventBody':{'conversationId':'2'}}", OUTCOME_DEAD_LETTER,
     "conversation-id-mismatch"},
    {"{'topicName':'a.1.x','eventBody':{},'detail-type':'a.{id}.x'}", OUTCOME_MAP, NULL},
    {"{'topicName':'a.1.x','eventBody':{},'detail-type':7}", OUTCOME_MAP, NULL},
    {"{'topicName':'a.1.x','eventBody':{},'detail-type':'a.{id}.y'}", OUTCOME_DEAD_LETTER,
     "detail-type-mismatch"},
    {"{'topicName':'u.1.calls','eventBody':{},'detail-type':'u.{id}.calls'}", OUTCOME_MAP, NULL},
    {"{'topicName':'u.1.calls','eventBody':{},'detail-type':'u.{id}.{id}'}", OUTCOME_DEAD_LETTER,
     "detail-type-mismatch"},
    {"{'topicName':'a..x','eventBody':{}}", OUTCOME_DEAD_LETTER, "unmapped-topic"},
    {"{'topicName':'','eventBody':{}}", OUTCOME_DEAD_LETTER, "unmapped-topic"},
    {"{'topicName':'a.1.x','eventBody':[]}", OUTCOME_DEAD_LETTER, "unknown-envelope"},
    {"{'topicName':null,'eventBody':{}}", OUTCOME_DEAD_LETTER, "unknown-envelope"},
    {"{}", OUTCOME_DEAD_LETTER, "unknown-envelope"},
    {"[]", OUTCOME_DEAD_LETTER, "not-an-object"},
    {"null", OUTCOME_DEAD_LETTER, "not-an-object"},
    {"", OUTCOME_SKIP, "empty-line"},
    {" \t\r", OUTCOME_SKIP, "empty-line"},
    {"{'topicName':'sys.down'}", OUTCOME_SKIP, "system"},
    {"{'topicName':'b.1','eventBody':{}}", OUTCOME_SKIP, "dull"},
    {"{'beat':null}", OUTCOME_SKIP, "beat"},
    {"{'beat':0}", OUTCOME_DEAD_LETTER, "unknown-envelope"},
    {"{'topicName':'a.1.x','eventBody':{}", OUTCOME_DEAD_LETTER, "truncated"},
    {"{'topicName':'a.1.x','eventBody':{},'topicName':'a.1.x'}", OUTCOME_DEAD_LETTER, "duplicate-key"},
};

static void test_each_line_has_its_outcome(void **state)
{
    (void)state;
    struct trying trying;
    assert_true(trying_load(&trying, strings, lined));
    for (size_t i = 0; i < sizeof outcomes / sizeof *outcomes; i++) {
        struct mapped mapped = trying_line(&trying, outcomes[i].line);
        if (mapped.outcome != outcomes[i].outcome ||
            (outcomes[i].reason && strcmp(mapped.reason, outcomes[i].reason) != 0))
            fail_msg("%s: %d %s", outcomes[i].line, mapped.outcome, mapped.reason ? mapped.reason : "");
    }
    trying_end(&trying);
}

static void test_the_key_is_that_of_the_rule_or_the_common_one_or_none(void **state)
{
    (void)state;
    struct trying trying;
    assert_true(trying_load(&trying, strings, lined));
    struct mapped mapped = trying_line(&trying, "{'topicName':'a.1.x','eventBody':{}}");
    assert_true(span_equal(mapped.key, SPAN("1")));
    mapped = trying_line(&trying, "{'topicName':'u.1.calls','eventBody':{'k':'own'}}");
    assert_true(span_equal(mapped.key, SPAN("own")));
    mapped = trying_line(&trying, "{'topicName':'u.1.calls','eventBody':{'k':5}}");
    assert_null(mapped.key.ptr);
    assert_int_equal(mapped.warning_count, 1);
    trying_end(&trying);
}

static void test_a_topic_of_1024_characters_is_looked_at_and_a_longer_one_is_not(void **state)
{
    (void)state;
    for (int over = 0; over < 2; over++) {
        struct trying trying;
        assert_true(trying_load(&trying, strings, lined));
        struct buffer line = {.arena = trying.arena};
        buffer_put(&line, SPAN("{\"eventBody\":{},\"topicName\":\""));
        for (int i = 0; i < TOPIC_MAX + over; i++)
            buffer_put(&line, i % 2 ? SPAN("\xc3\xa9") : SPAN("."));
        buffer_put(&line, SPAN("\"}"));
        struct mapped mapped = mapping_apply(trying.mapping, buffer_span(&line), 0, trying.arena);
        expect_dead(&mapped, over ? "topic-too-long" : "unmapped-topic", "");
        trying_end(&trying);
    }
}

static void test_topics_without_a_rule_are_skipped_when_asked(void **state)
{
    (void)state;
    struct trying trying;
    assert_true(trying_load(&trying, strings,
                            "{" ENVELOPE "'on_unmapped_topic':'skip','rules':[{'topic':'a','set':{}}]}"));
    struct mapped mapped = trying_line(&trying, "{'topicName':'b','eventBody':{}}");
    assert_int_equal(mapped.outcome, OUTCOME_SKIP);
    assert_string_equal(mapped.reason, "unmapped-topic");
    trying_end(&trying);
}

#define AGENT \
    RECORD("{'name':'agent','type':['null',{'type':'record','name':'A','fields':[" \
           "{'name':'status','type':['null','string']},{'name':'id','type':['null','string']}]}]," \
           "'default':null}," FIELD("s", "'string'"))

static void test_a_missing_agent_is_anonymous_when_asked(void **state)
{
    (void)state;
    struct trying trying;
    assert_true(trying_load(
        &trying, AGENT,
        "{" ENVELOPE "'missing_agent':'anonymous','constants':{'anonymous_id':'nobody'},'rules':["
        "{'topic':'a','set':{'agent':{'record':{'id':'/i','status':'/st'},'null_if_empty':true}}},"
        "{'topic':'b','set':{'s':'/i'}}]}"));
    struct mapped mapped = trying_line(&trying, "{'topicName':'a','eventBody':{}}");
    assert_int_equal(mapped.record.members[0].kind, VALUE_RECORD);
    assert_int_equal(mapped.record.members[0].members[0].kind, VALUE_NULL);
    assert_true(span_equal(mapped.record.members[0].members[1].text, SPAN("nobody")));
    mapped = trying_line(&trying, "{'topicName':'a','eventBody':{'st':'busy'}}");
    assert_true(span_equal(mapped.record.members[0].members[0].text, SPAN("busy")));
    assert_true(span_equal(mapped.record.members[0].members[1].text, SPAN("nobody")));
    mapped = trying_line(&trying, "{'topicName':'a','eventBody':{'i':'u-9'}}");
    assert_true(span_equal(mapped.record.members[0].members[1].text, SPAN("u-9")));
    mapped = trying_line(&trying, "{'topicName':'b','eventBody':{}}");
    assert_int_equal(mapped.record.members[0].kind, VALUE_NULL);
    trying_end(&trying);
}

/* The counts of warnings are about the events, not about which schema happens to be asked for. */
static void test_a_later_field_is_dropped_and_its_warning_is_not(void **state)
{
    (void)state;
    struct trying trying;
    assert_true(trying_load(&trying, strings,
                            "{" ENVELOPE "'later_fields':['n','s.t'],'rules':[{'topic':'a','set':{'s':'/s',"
                            "'n':{'get':'/n','as':'long'}}}]}"));
    struct mapped mapped = trying_line(&trying, "{'topicName':'a','eventBody':{'s':'S','n':1.5}}");
    expect_text(&mapped, 0, "S");
    assert_int_equal(mapped.record.count, 1);
    assert_int_equal(mapped.warning_count, 1);
    assert_string_equal(mapped.warnings[0], "type-mismatch");
    trying_end(&trying);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_expression_gives_what_it_says),
        cmocka_unit_test(test_raw_keeps_the_very_bytes),
        cmocka_unit_test(test_a_number_fits_or_is_null_with_a_warning),
        cmocka_unit_test(test_an_enum_takes_its_symbols_only),
        cmocka_unit_test(test_a_string_of_64_kib_is_mapped_and_one_byte_more_is_not),
        cmocka_unit_test(test_a_group_of_nulls_is_null_when_asked),
        cmocka_unit_test(test_a_dead_letter_names_the_field_that_could_not_be_filled),
        cmocka_unit_test(test_the_ingest_clock_stands_in_for_no_time_but_not_for_a_wrong_one),
        cmocka_unit_test(test_a_wrong_time_is_no_missing_one_however_it_is_looked_for),
        cmocka_unit_test(test_each_line_has_its_outcome),
        cmocka_unit_test(test_the_key_is_that_of_the_rule_or_the_common_one_or_none),
        cmocka_unit_test(test_a_topic_of_1024_characters_is_looked_at_and_a_longer_one_is_not),
        cmocka_unit_test(test_topics_without_a_rule_are_skipped_when_asked),
        cmocka_unit_test(test_a_missing_agent_is_anonymous_when_asked),
        cmocka_unit_test(test_a_later_field_is_dropped_and_its_warning_is_not),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
