/* SPDX-License-Identifier: Apache-2.0 */
/* The corpora of Avro cases, compared as whole strings: ours in tests/corpus/avro, and those gathered from
 * other projects where they are at hand. The counts below only grow; no case is believed wrong. */
#include "compat/resolve.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/digest.h"

#include <cmocka.h>

enum { REFERENCES = 16, SHOWN = 40 };

struct test_case {
    const struct text *json;
    struct arena *arena;
    struct span id;
    struct buffer faults; /* what was not as the case says */
};

/* ---- reading a case ---- */

static struct span member(const struct text *json, const char *name)
{
    const struct text *value = text_get(json, span_of(name));
    return value && value->kind == TEXT_STRING ? value->string : (struct span){NULL, 0};
}

static bool truth(const struct text *json, const char *name)
{
    const struct text *value = text_get(json, span_of(name));
    return value && value->kind == TEXT_BOOLEAN && value->truth;
}

static void expect(struct test_case *c, const char *what, struct span got, struct span wanted)
{
    if (!span_equal(got, wanted))
        buffer_printf(&c->faults, "\n    %s: got    %.*s\n    %s: wanted %.*s", what, SPAN_ARGS(got), what,
                      SPAN_ARGS(wanted));
}

static size_t references(struct test_case *c, struct dependency deps[REFERENCES])
{
    const struct text *texts = text_get(c->json, SPAN("references"));
    size_t count = texts ? texts->count : 0;
    assert_true(count <= REFERENCES);
    for (size_t i = 0; i < count; i++)
        deps[i] = (struct dependency){SPAN("any"), texts->items[i].string};
    return count;
}

static const struct schema *parse(struct test_case *c, struct span text, bool strict, bool normalize,
                                  struct error *err)
{
    struct dependency deps[REFERENCES];
    const struct schema *schema = NULL;
    size_t count = references(c, deps);
    *err = (struct error){.arena = c->arena};
    bool parsed = schema_parse(&schema_avro, text, (struct reading){strict, normalize}, deps, count, &schema,
                               c->arena, err);
    if (!parsed && err->code != 42201)
        buffer_printf(&c->faults, "\n    the code is %d", err->code);
    return parsed ? schema : NULL;
}

/* ---- errors ---- */

/* Placeholders are numbered by the process: any number stands for all. */
static struct span without_numbers(struct test_case *c, struct span text)
{
    static const char name[] = "UnresolvedSchema_";
    struct buffer out = {.arena = c->arena};
    while (text.len) {
        const char *at = memmem(text.ptr, text.len, name, sizeof name - 1);
        size_t before = at ? (size_t)(at - text.ptr) + sizeof name - 1 : text.len;
        buffer_put(&out, span_first(text, before));
        text = span_from(text, before);
        if (at)
            buffer_put(&out, SPAN("<n>"));
        while (at && text.len && text.ptr[0] >= '0' && text.ptr[0] <= '9')
            text = span_from(text, 1);
    }
    return buffer_span(&out);
}

/* Sentences of Java's JSON parser and of its virtual machine are nobody's contract. */
static bool is_asserted(struct span sentence)
{
    return !span_starts(sentence, SPAN("com.fasterxml.jackson")) &&
           !span_starts(sentence, SPAN("NullPointerException"));
}

static void expect_error(struct test_case *c, const char *what, struct span got, struct span wanted)
{
    if (is_asserted(wanted))
        expect(c, what, without_numbers(c, got), wanted);
}

/* ---- avro-parse.jsonl ---- */

static void check_digests(struct test_case *c, struct span form)
{
    uint8_t digest[SHA256_SIZE];
    char number[32], hex[32];
    uint64_t print = avro_fingerprint(form);
    const struct text *wanted = text_get(c->json, SPAN("fingerprint64"));
    snprintf(number, sizeof number, "%lld", (long long)print);
    snprintf(hex, sizeof hex, "%016llx", (unsigned long long)print);
    expect(c, "fingerprint64", span_of(number), wanted ? wanted->string : SPAN(""));
    expect(c, "fingerprint64_hex", span_of(hex), member(c->json, "fingerprint64_hex"));
    digest_md5(form, digest);
    expect(c, "md5", digest_hex(digest, MD5_SIZE, c->arena), member(c->json, "md5"));
    digest_sha256(form, digest);
    expect(c, "sha256", digest_hex(digest, SHA256_SIZE, c->arena), member(c->json, "sha256"));
}

static void check_normal(struct test_case *c, bool strict, struct span canonical)
{
    struct error err;
    struct span failure = member(c->json, "normalize_error"), normal = member(c->json, "normalized");
    const struct schema *schema = parse(c, member(c->json, "schema"), strict, true, &err);
    if (!schema && !failure.ptr) {
        expect(c, "normalize", err.message, SPAN("fine"));
    } else if (!schema) {
        const char *colon = memmem(failure.ptr, failure.len, ": ", 2);
        struct span sentence = colon ? span_from(failure, (size_t)(colon - failure.ptr) + 2) : failure;
        if (is_asserted(failure))
            expect_error(c, "normalize_error", err.message, sentence);
    } else {
        expect(c, "normalized", schema->text, failure.ptr ? failure : normal.ptr ? normal : canonical);
    }
}

static void check_forms(struct test_case *c, const struct schema *schema, bool strict)
{
    struct error err = {.arena = c->arena};
    struct span canonical = member(c->json, "canonical"), resolved = member(c->json, "resolved"), text;
    if (canonical.ptr)
        expect(c, "canonical", schema->text, canonical);
    if (!schema_avro.format(schema, SPAN("resolved"), &text, &err))
        text = err.message;
    expect(c, "resolved", text, resolved.ptr ? resolved : schema->text);
    struct span form = avro_parsing_form(schema, c->arena);
    expect(c, "pcf", form, member(c->json, "pcf"));
    check_digests(c, form);
    check_normal(c, strict, schema->text);
}

static void check_parse(struct test_case *c)
{
    struct error err, lenient_err;
    struct span text = member(c->json, "schema"), error = member(c->json, "error");
    struct span lenient_error = member(c->json, "error_lenient");
    const struct schema *strict = parse(c, text, true, false, &err);
    const struct schema *lenient = parse(c, text, false, false, &lenient_err);
    if (!strict != !truth(c->json, "valid"))
        expect(c, "valid", strict ? SPAN("valid") : err.message, error.ptr ? error : SPAN("valid"));
    else if (!strict && error.ptr)
        expect_error(c, "error", err.message, error);
    if (!lenient != !truth(c->json, "valid_lenient"))
        expect(c, "valid_lenient", lenient ? SPAN("valid") : lenient_err.message, SPAN("the other"));
    else if (!lenient && (lenient_error.ptr || error.ptr))
        expect_error(c, "error_lenient", lenient_err.message, lenient_error.ptr ? lenient_error : error);
    if ((strict || lenient) && text_get(c->json, SPAN("pcf")))
        check_forms(c, strict ? strict : lenient, strict != NULL);
}

/* ---- avro-compat.jsonl ---- */

static void check_finding(struct test_case *c, const struct finding *finding, const struct text *wanted)
{
    struct span message = member(wanted, "message"), kind = member(wanted, "type");
    if (span_equal(kind, SPAN("EXCEPTION"))) {
        message = arena_printf(c->arena, "Unexpected exception during compatibility check: %.*s",
                               SPAN_ARGS(message));
        kind = SPAN("");
    }
    expect(c, "type", finding->kind ? span_of(finding->kind->name) : SPAN(""), kind);
    expect(c, "location", finding->location, member(wanted, "location"));
    expect(c, "message", finding->message, message);
}

static void check_findings(struct test_case *c, const struct finding *finding)
{
    const struct text *wanted = text_get(c->json, SPAN("incompatibilities"));
    for (size_t i = 0; wanted && i < wanted->count; i++) {
        if (!finding) {
            expect(c, "findings", SPAN("no more"), wanted->items[i].source);
            return;
        }
        check_finding(c, finding, &wanted->items[i]);
        finding = finding->next;
    }
    if (finding && wanted)
        expect(c, "findings", finding->message, SPAN("no more"));
}

static void check_messages(struct test_case *c, const struct complaint *complaint, const char *stop)
{
    const struct text *wanted = text_get(c->json, SPAN("messages"));
    for (size_t i = 0; wanted && i < wanted->count; i++) {
        if (!complaint) {
            expect(c, "messages", SPAN("no more"), wanted->items[i].string);
            return;
        }
        expect(c, "messages", complaint->text, wanted->items[i].string);
        complaint = complaint->next;
    }
    if (complaint && wanted && !(stop && span_starts(complaint->text, span_of(stop))))
        expect(c, "messages", complaint->text, SPAN("no more"));
}

/* Messages of this corpus have the words of "new reads old" and no trailers. */
static void check_compat(struct test_case *c)
{
    struct error err;
    const struct text *reader_text = text_get(c->json, SPAN("reader")),
                      *writer_text = text_get(c->json, SPAN("writer"));
    const struct schema *reader = parse(c, reader_text->source, false, false, &err);
    const struct schema *writer = parse(c, writer_text->source, false, false, &err);
    const struct text *errors = text_get(c->json, SPAN("errors"));
    if (!reader || !writer) {
        bool foreseen = errors && errors->count && span_equal(errors->items[0].string, SPAN("PARSE_ERROR"));
        expect(c, "parse", foreseen ? SPAN("") : err.message, SPAN(""));
        return;
    }
    const struct finding *findings = schema_avro.compare(reader, writer, c->arena);
    expect(c, "compatible", findings ? SPAN("no") : SPAN("yes"),
           truth(c->json, "compatible") ? SPAN("yes") : SPAN("no"));
    check_findings(c, findings);
    const struct plan *plan;
    err = (struct error){.arena = c->arena}; /* what is compatible can be resolved, and nothing else */
    if (avro_resolve(reader, writer, &plan, c->arena, &err) == (findings != NULL))
        expect(c, "resolves", findings ? SPAN("yes") : err.message, SPAN(""));
    const struct level *level = level_find(SPAN("BACKWARD"));
    check_messages(c, schema_check(reader, level, (struct past){1, writer}, c->arena), "{oldSchemaVersion: ");
}

/* ---- avro-level.jsonl ---- */

/* Newest first, down to the first version that fails. */
static const struct complaint *check_history(struct test_case *c, const struct schema *new_one,
                                             const struct level *level, const struct text *history)
{
    struct error err;
    const struct complaint *complaints = NULL;
    for (size_t i = history->count; i > 0 && !complaints; i--) {
        const struct schema *old = parse(c, history->items[i - 1].source, false, false, &err);
        if (!old) {
            expect(c, "history", err.message, SPAN(""));
            return NULL;
        }
        complaints = schema_check(new_one, level, (struct past){(int)i, old}, c->arena);
        if (!level->transitive)
            break;
    }
    return complaints;
}

static void check_level(struct test_case *c)
{
    struct error err;
    const struct text *text = text_get(c->json, SPAN("new"));
    const struct level *level = level_find(member(c->json, "level"));
    struct span rejected = member(c->json, "new_rejected");
    assert_non_null(level);
    const struct schema *strict = parse(c, text->source, true, false, &err);
    expect(c, "new_rejected", strict ? SPAN("") : err.message, rejected.ptr ? rejected : SPAN(""));
    const struct schema *new_one = strict ? strict : parse(c, text->source, false, false, &err);
    if (!new_one)
        return;
    const struct complaint *complaints = check_history(c, new_one, level, text_get(c->json, SPAN("history")));
    expect(c, "compatible", complaints ? SPAN("no") : SPAN("yes"),
           truth(c->json, "compatible") ? SPAN("yes") : SPAN("no"));
    check_messages(c, complaints, NULL);
}

/* ---- files ---- */

static bool check_line(struct span line, void (*check)(struct test_case *c), size_t *shown)
{
    static const struct text_rules rules = {.unbounded = true, .surrogates_replaced = true};
    AUTO_ARENA arena = arena_new();
    struct text json;
    struct text_failure failure;
    struct test_case c = {.json = &json, .arena = arena, .faults = {.arena = arena}};
    assert_true(text_read(line, &rules, &json, &failure, arena));
    c.id = member(&json, "id");
    check(&c);
    bool right = c.faults.len == 0;
    if (!right && (*shown)++ < SHOWN)
        printf("  %.*s:%.*s\n", SPAN_ARGS(c.id), SPAN_ARGS(c.faults));
    return right;
}

static struct span read_file(const char *path)
{
    FILE *file = fopen(path, "rb");
    struct span bytes = {NULL, 0};
    if (!file)
        return bytes;
    char *ptr = NULL;
    size_t room = 0;
    ssize_t len = getdelim(&ptr, &room, -1, file);
    fclose(file);
    return len < 0 ? bytes : (struct span){ptr, (size_t)len};
}

/* How many cases pass; a file of another project's cases may be missing, and that is said. */
static void check_file(const char *folder, const char *name, void (*check)(struct test_case *c), size_t least)
{
    char path[4096];
    size_t passed = 0, total = 0, shown = 0;
    snprintf(path, sizeof path, "%s/%s", folder, name);
    struct span bytes = read_file(path);
    if (!bytes.ptr) {
        printf("%s: not here, nothing checked\n", path);
        return;
    }
    for (struct span rest = bytes; rest.len;) {
        const char *end = memchr(rest.ptr, '\n', rest.len);
        struct span line = end ? span_first(rest, (size_t)(end - rest.ptr)) : rest;
        rest = span_from(rest, line.len + 1);
        if (line.len == 0)
            continue;
        total++;
        passed += check_line(line, check, &shown);
    }
    free((char *)bytes.ptr);
    printf("%s: %zu of %zu\n", path, passed, total);
    assert_true(passed >= least);
}

static void check_own(const char *name, void (*check)(struct test_case *c), size_t least)
{
    char folder[2048];
    const char *source = getenv("SCHEMAD_SOURCE");
    snprintf(folder, sizeof folder, "%s/tests/corpus/avro", source ? source : ".");
    errno = 0;
    check_file(folder, name, check, least);
    assert_int_not_equal(errno, ENOENT);
}

static void check_reference(const char *name, void (*check)(struct test_case *c), size_t least)
{
    char folder[2048];
    const char *source = getenv("SCHEMAD_SOURCE"), *shared = getenv("SCHEMAD_SHARED");
    if (shared)
        snprintf(folder, sizeof folder, "%s/corpus/reference", shared);
    else
        snprintf(folder, sizeof folder, "%s/../shared/corpus/reference", source ? source : ".");
    check_file(folder, name, check, least);
}

static void own_schemas_parse_and_print_as_the_corpus_says(void **state)
{
    (void)state;
    check_own("avro-parse.jsonl", check_parse, 570);
}

static void own_pairs_compare_as_the_corpus_says(void **state)
{
    (void)state;
    check_own("avro-compat.jsonl", check_compat, 473);
}

static void own_histories_are_checked_as_the_corpus_says(void **state)
{
    (void)state;
    check_own("avro-level.jsonl", check_level, 130);
}

static void schemas_of_other_projects_parse_and_print_as_the_corpus_says(void **state)
{
    (void)state;
    check_reference("avro-parse.jsonl", check_parse, 645);
}

static void pairs_of_other_projects_compare_as_the_corpus_says(void **state)
{
    (void)state;
    check_reference("avro-compat.jsonl", check_compat, 296);
}

static void histories_of_other_projects_are_checked_as_the_corpus_says(void **state)
{
    (void)state;
    check_reference("avro-level.jsonl", check_level, 293);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(own_schemas_parse_and_print_as_the_corpus_says),
        cmocka_unit_test(own_pairs_compare_as_the_corpus_says),
        cmocka_unit_test(own_histories_are_checked_as_the_corpus_says),
        cmocka_unit_test(schemas_of_other_projects_parse_and_print_as_the_corpus_says),
        cmocka_unit_test(pairs_of_other_projects_compare_as_the_corpus_says),
        cmocka_unit_test(histories_of_other_projects_are_checked_as_the_corpus_says),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
