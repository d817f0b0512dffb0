/* SPDX-License-Identifier: Apache-2.0 */
/* What is wrong with a mapping is told when it is loaded, with the line of the file. And the mapping that
 * comes with the program is loaded for the schema that comes with it. */
#include "mapping_genesys.h"
#include "producer/mapping.h"
#include "schema_genesys.h"
#include "trying.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#define RECORD(fields) "{'type':'record','name':'R','fields':[" fields "]}"

static const char schema[] =
    RECORD("{'name':'s','type':['null','string'],'default':null},"
           "{'name':'n','type':'long','default':0},"
           "{'name':'d','type':['double','null'],'default':0.5},"
           "{'name':'b','type':['null','bytes'],'default':null},"
           "{'name':'u','type':['null','string','long'],'default':null},"
           "{'name':'m','type':{'type':'map','values':'long'},'default':{}},"
           "{'name':'agent','type':['null',{'type':'record','name':'A','fields':["
           "{'name':'id','type':['null','string']},{'name':'no','type':'long'}]}],'default':null}");

/* Lines 1 and 2; a case begins in line 3. */
#define HEAD  "{\n'envelopes':[{'name':'n','when':{'/t':'string'},'topic':'/t','body':'/b'}],\n"
#define RULES "\n'rules':[{'topic':'a.{id}','set':{}}]"

static const struct row {
    const char *mapping, *message;
} rows[] = {
    /* the file */
    {"", "line 1: "},
    {"{\n'rules':[],\n}", "line 3: "},
    {"{\n'a':1,\n'a':2}", "line 3: "},
    {"[]", "line 1: a mapping is to be an object"},
    {HEAD "'colour':1," RULES "}", "line 3: a mapping has no member 'colour'"},
    {HEAD "'mapping_version':2," RULES "}", "line 3: this program reads mappings of version 1"},
    {HEAD "'mapping_version':'1'," RULES "}", "line 3: this program reads mappings of version 1"},
    {HEAD "'key':null}", "line 1: the member 'rules' is missing"},
    {HEAD "'rules':{}}", "line 3: 'rules' is to be an array"},
    {HEAD "'rules':[]}", "line 3: without a rule nothing is mapped"},
    {"{" RULES "}", "line 1: the member 'envelopes' is missing"},

    /* settings */
    {HEAD "'constants':{'c':1}," RULES "}", "line 3: 'c' is to be a string"},
    {HEAD "'constants':[]," RULES "}", "line 3: 'constants' is to be an object"},
    {HEAD "'uuid5_namespace':'x'," RULES "}", "line 3: 'uuid5_namespace' is to be a UUID"},
    {HEAD "'lookups':{\n't':{'k':null}}," RULES "}", "line 4: 'k' is to be a string"},
    {HEAD "'lookups':{\n't':7}," RULES "}", "line 4: a lookup table is to be an object"},
    {HEAD "'on_unmapped_topic':'keep'," RULES "}", "line 3: 'on_unmapped_topic' is 'dead_letter' or 'skip'"},
    {HEAD "'check_detail_type':1," RULES "}", "line 3: 'check_detail_type' is to be true or false"},
    {HEAD "'missing_agent':'nobody'," RULES "}", "line 3: 'missing_agent' is 'null' or 'anonymous'"},
    {HEAD "'missing_agent':'anonymous'," RULES "}",
     "line 3: 'missing_agent' wants a constant 'anonymous_id'"},
    {HEAD "'later_fields':['x',1]," RULES "}", "line 3: 'later_fields' is a list of names"},

    /* envelopes and skips */
    {"{'envelopes':[]," RULES "}", "line 1: without an envelope no event is recognised"},
    {"{'envelopes':[{'name':'n','topic':'/t','body':''}]," RULES "}", "line 1: the member 'when' is missing"},
    {"{'envelopes':[{'name':'','when':{'/a':'null'},'topic':'/t','body':''}]," RULES "}",
     "line 1: 'name' is to be a string that is not empty"},
    {"{'envelopes':[{'name':'n','when':{},'topic':'/t','body':''}]," RULES "}",
     "line 1: 'when' is to be an object with a condition for each pointer"},
    {"{'envelopes':[{'name':'n','when':{'a':'null'},'topic':'/t','body':''}]," RULES "}",
     "line 1: a: a pointer is empty or begins with '/'"},
    {"{'envelopes':[{'name':'n','when':{'/a':'text'},'topic':'/t','body':''}]," RULES "}",
     "line 1: a condition is =text, ^beginning or a type of JSON, not 'text'"},
    {"{'envelopes':[{'name':'n','when':{'/a':'null'},'topic':'t','body':''}]," RULES "}",
     "line 1: t: a pointer is empty or begins with '/'"},
    {"{'envelopes':[{'name':'n','when':{'/a':'null'},'topic':'/t','body':'/~'}]," RULES "}",
     "line 1: /~: a '~' in a pointer is to be written ~0, a '/' in a name ~1"},
    {"{'envelopes':[{'name':'n','when':{'/a':'null'},'topic':'/t','body':''},\n"
     "{'name':'n','when':{'/a':'null'},'topic':'/t','body':''}]," RULES "}",
     "line 2: there is an envelope 'n' already"},
    {HEAD "'skip':[{'topic':'a'}]," RULES "}", "line 3: the member 'reason' is missing"},
    {HEAD "'skip':[{'reason':'r'}]," RULES "}", "line 3: an entry of 'skip' has either 'when' or 'topic'"},
    {HEAD "'skip':[{'reason':'r','topic':'a','when':{'/a':'null'}}]," RULES "}",
     "line 3: an entry of 'skip' has either 'when' or 'topic'"},
    {HEAD "'skip':[{'reason':'','topic':'a'}]," RULES "}", "line 3: 'reason' is to be a word"},
    {HEAD "'skip':[{'reason':'r','topic':'a','why':1}]," RULES "}",
     "line 3: an entry of 'skip' has no member 'why'"},

    /* rules */
    {HEAD "'rules':[\n7]}", "line 4: a rule is to be an object"},
    {HEAD "'rules':[\n{'set':{}}]}", "line 4: the member 'topic' is missing"},
    {HEAD "'rules':[\n{'topic':'a'}]}", "line 4: the member 'set' is missing"},
    {HEAD "'rules':[\n{'topic':'a','set':{},'note':''}]}", "line 4: a rule has no member 'note'"},
    {HEAD "'rules':[\n{'topic':'a.{b','set':{}}]}", "line 4: a.{b: a capture is a whole segment, {name}"},
    {HEAD "'rules':[\n{'topic':'a.{b}.{b}','set':{}}]}", "line 4: a.{b}.{b}: the topic captures 'b' twice"},
    {HEAD "'rules':[{'topic':'a','set':{}},\n{'topic':'a','set':{}}]}",
     "line 4: an earlier rule has the topic 'a' already"},
    {HEAD "'rules':[{'topic':'a.{b}','set':{}},\n{'topic':'a.{c}','set':{}}]}",
     "line 4: an earlier rule has the topic 'a.{b}' already"},
    {HEAD "'rules':[{'topic':'a','set':{}},\n{'topic':'b','like':'c'}]}",
     "line 4: 'like' is to be the topic of a rule"},
    {HEAD "'rules':[\n{'topic':'a','like':'a'}]}", "line 4: 'like' goes round in a circle"},
    {HEAD "'rules':[{'topic':'x','set':{}},{'topic':'a','like':'x'},\n{'topic':'b','like':'c'},\n"
          "{'topic':'c','like':'d'},{'topic':'d','like':'b'}]}",
     "line 4: 'like' goes round in a circle"},
    {HEAD "'rules':[{'topic':'a','set':{}},\n{'topic':'b','like':'a','set':{}}]}",
     "line 4: a rule with 'like' has no member 'set'"},
    {HEAD "'rules':[{'topic':'a','set':{},\n'timestamp_fallback':'now'}]}",
     "line 4: 'timestamp_fallback' can be 'ingest' only"},
    {HEAD "'rules':[{'topic':'a','set':{},\n'timestamp_fallback':'ingest'}]}",
     "line 4: there is no 'timestamp' of type long to fall back for"},
    {HEAD "'rules':[{'topic':'a','set':{},\n'key':{'get':'/a','as':'long'}}]}", "line 4: a key is a string"},
    {HEAD "'rules':[{'topic':'a','set':[]}]}",
     "line 3: an object with an expression for each field is wanted here"},

    /* fields */
    {HEAD "'common':{\n'x':'/x'}," RULES "}",
     "line 4: the schema has no field 'x' and 'later_fields' does not name it"},
    {HEAD "'rules':[{'topic':'a','set':{\n'x':'/x'}}]}",
     "line 4: the schema has no field 'x' and 'later_fields' does not name it"},
    {HEAD "'common':{'agent':{'record':{'id':'/a','no':{'get':'/n','as':'long'},\n'x':'/x'}}}," RULES "}",
     "line 4: the schema has no field 'agent.x' and 'later_fields' does not name it"},
    {HEAD "'common':{\n'n':'/x'}," RULES "}", "line 4: 'n' is of type LONG, the expression gives a string"},
    {HEAD "'common':{\n's':{'get':'/x','as':'long'}}," RULES "}",
     "line 4: 's' is of type STRING, the expression gives a long"},
    {HEAD "'common':{\n'd':{'get':'/x','as':'long'}}," RULES "}",
     "line 4: 'd' is of type DOUBLE, the expression gives a long"},
    {HEAD "'common':{\n'b':{'get':'/x','as':'double'}}," RULES "}",
     "line 4: 'b' is of type BYTES, the expression gives a double"},
    {HEAD "'common':{\n's':{'raw':''}}," RULES "}",
     "line 4: 's' is of type STRING, the expression gives bytes"},
    {HEAD "'common':{\n's':{'record':{}}}," RULES "}", "line 4: the field 's' is no record"},
    {HEAD "'common':{\n'agent':'/a'}," RULES "}",
     "line 4: 'agent' is of type RECORD, the expression gives a string"},
    {HEAD "'common':{\n'u':'/u'}," RULES "}", "line 4: 'u' is a union that a mapping cannot fill"},
    {HEAD "'common':{\n'm':'/u'}," RULES "}", "line 4: 'm' is of type MAP, the expression gives a string"},
    {HEAD "'common':{\n'agent':{'record':{'id':'/i'}}}," RULES "}",
     "line 4: nothing sets 'agent.no', which has no default in the schema"},
    {HEAD "'common':{\n'agent':{'record':{'id':'/i',\n'no':null}}}," RULES "}",
     "line 5: 'agent.no' can hold no null"},

    /* expressions */
    {HEAD "'common':{\n's':'x'}," RULES "}", "line 4: 'x' is no expression"},
    {HEAD "'common':{\n's':''}," RULES "}", "line 4: '' is no expression"},
    {HEAD "'common':{\n's':'$all'}," RULES "}", "line 4: '$all' is no expression"},
    {HEAD "'common':{\n's':5}," RULES "}", "line 4: an expression is null, a string or an object"},
    {HEAD "'common':{\n's':{'last':[]}}," RULES "}",
     "line 4: an expression is one of first, get, uuid5, split, lookup, raw, record"},
    {HEAD "'common':{\n's':{'get':'/a','raw':'/a'}}," RULES "}",
     "line 4: the expression has no member 'raw'"},
    {HEAD "'common':{\n's':'/~a'}," RULES "}",
     "line 4: /~a: a '~' in a pointer is to be written ~0, a '/' in a name ~1"},
    {HEAD "'common':{\n's':'/a/?b'}," RULES "}",
     "line 4: /a/?b: a step that begins with '?' is to be ?member=text"},
    {HEAD "'common':{\n's':'env:a'}," RULES "}", "line 4: a: a pointer is empty or begins with '/'"},
    {HEAD "'common':{\n's':'topic:media'}," RULES "}", "line 4: no rule's topic captures 'media'"},
    {HEAD "'common':{\n's':'const:c'}," RULES "}", "line 4: there is no constant 'c'"},
    {HEAD "'common':{\n's':{'get':'=a'}}," RULES "}", "line 4: 'get' wants a pointer"},
    {HEAD "'common':{\n's':{'get':'/a',\n'as':'int'}}," RULES "}",
     "line 5: 'as' is one of string, upper, upper_snake, long, double, timestamp_ms"},
    {HEAD "'common':{\n's':{'first':[]}}," RULES "}", "line 4: a list of expressions is wanted here"},
    {HEAD "'common':{\n's':{'first':['/a'],\n'required':1}}," RULES "}",
     "line 5: 'required' is to be true or false"},
    {HEAD "'common':{\n's':{'first':['/a',\n{'get':'/b','as':'long'}]}}," RULES "}",
     "line 5: the parts of 'first' give different types"},
    {HEAD "'common':{\n's':{'strict':true,'first':['/a',\n'=b']}}," RULES "}",
     "line 5: of a strict 'first' every part is a 'get'"},
    {HEAD "'common':{\n's':{'uuid5':['/a']}}," RULES "}",
     "line 4: 'uuid5' wants a 'uuid5_namespace' in the file"},
    {HEAD
     "'uuid5_namespace':'11111111-2222-3333-4444-555555555555',"
     "'common':{\n's':{'uuid5':['/a',\n{'raw':''}]}}," RULES
     "}",
     "line 5: the parts of 'uuid5' are strings"},
    {HEAD "'common':{\n's':{'split':'/a','by':'','index':0}}," RULES "}",
     "line 4: 'split' wants a text in 'by'"},
    {HEAD "'common':{\n's':{'split':'/a','by':',','index':-1}}," RULES "}", "line 4: 'index' counts from 0"},
    {HEAD "'common':{\n's':{'split':'/a','by':','}}," RULES "}", "line 4: the member 'index' is missing"},
    {HEAD "'common':{\n's':{'split':null,'by':',','index':0}}," RULES "}", "line 4: a string is wanted here"},
    {HEAD "'common':{\n's':{'lookup':'t','key':'/a'}}," RULES "}",
     "line 4: 'lookup' wants the name of a table of 'lookups'"},
    {HEAD "'lookups':{'t':{}},'common':{\n's':{'lookup':'t'}}," RULES "}",
     "line 4: the member 'key' is missing"},
    {HEAD "'common':{\n'b':{'raw':'a'}}," RULES "}", "line 4: a: a pointer is empty or begins with '/'"},
    {HEAD "'common':{\n'agent':{'record':[]}}," RULES "}",
     "line 4: an object with an expression for each field is wanted here"},
};

static void test_each_mistake_is_told_with_its_line(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct trying trying;
        if (trying_load(&trying, schema, rows[i].mapping))
            fail_msg("row %zu was accepted: %s", i, rows[i].mapping);
        struct span wanted = span_of(rows[i].message), got = trying.err.message;
        /* The reader of JSON has its own words; of them the line is all that counts here. */
        bool told = wanted.ptr[wanted.len - 1] == ' ' ? span_starts(got, wanted) && got.len > wanted.len
                                                      : span_equal(got, wanted);
        if (!told)
            fail_msg("row %zu: '%.*s' is not '%s'", i, SPAN_ARGS(got), rows[i].message);
        trying_end(&trying);
    }
}

static void test_a_field_without_default_is_to_be_set_by_each_rule(void **state)
{
    (void)state;
    expect_refused(RECORD("{'name':'t','type':['null','long']}"),
                   HEAD "'rules':[{'topic':'b','set':{'t':null}},\n{'topic':'a','set':{}}]}",
                   "line 4: nothing sets 't', which has no default in the schema");
    struct trying trying;
    assert_true(trying_load(&trying, RECORD("{'name':'t','type':['null','long']}"),
                            HEAD "'common':{'t':{'get':'/t','as':'timestamp_ms'}}," RULES "}"));
    trying_end(&trying);
}

static void test_a_schema_that_is_no_record_is_refused(void **state)
{
    (void)state;
    expect_refused("'string'", HEAD RULES "}", "the schema is to be a record");
}

static void test_an_anonymous_agent_wants_a_place_for_its_id(void **state)
{
    (void)state;
    expect_refused(RECORD("{'name':'s','type':['null','string'],'default':null}"),
                   HEAD "'missing_agent':'anonymous','constants':{'anonymous_id':'x'}," RULES "}",
                   "line 3: the schema has no agent with an id of type string");
}

static void test_the_mapping_and_the_schema_of_the_program_fit(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    struct error err = {.arena = arena};
    const struct schema *parsed;
    struct mapping *mapping;
    struct span avsc = {(const char *)schema_genesys, schema_genesys_size};
    struct span text = {(const char *)mapping_genesys, mapping_genesys_size};
    assert_true(
        schema_parse(&schema_avro, avsc, (struct reading){.strict = true}, NULL, 0, &parsed, arena, &err));
    if (!mapping_load(text, parsed, &mapping, arena, &err))
        fail_msg("%.*s", SPAN_ARGS(err.message));
    assert_int_equal(mapping_digest(mapping).len, 64);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_mistake_is_told_with_its_line),
        cmocka_unit_test(test_a_field_without_default_is_to_be_set_by_each_rule),
        cmocka_unit_test(test_a_schema_that_is_no_record_is_refused),
        cmocka_unit_test(test_an_anonymous_agent_wants_a_place_for_its_id),
        cmocka_unit_test(test_the_mapping_and_the_schema_of_the_program_fit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
