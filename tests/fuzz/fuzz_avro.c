/* SPDX-License-Identifier: Apache-2.0 */
/* Avro whole: reading, both ways and with references, every printed form, sameness, comparison. An input is a
 * schema, then another one to compare it with, then references of the first; 0x1e stands between them. */
#include "compat/avro.h"

#include <assert.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

enum { TEXT_END = 0x1e, TEXTS_MAX = 6 };

struct input {
    struct arena *arena;
    struct span texts[TEXTS_MAX];
    size_t count;
    struct dependency deps[TEXTS_MAX];
    size_t dep_count;
};

/* Each text stands alone, so that a byte too far is seen. */
static void split(struct input *input, struct span bytes)
{
    for (bool more = true; more && input->count < TEXTS_MAX;) {
        const char *end = bytes.len ? memchr(bytes.ptr, TEXT_END, bytes.len) : NULL;
        struct span text = end ? span_first(bytes, (size_t)(end - bytes.ptr)) : bytes;
        char *alone = malloc(text.len ? text.len : 1);
        assert(alone);
        if (text.len)
            memcpy(alone, text.ptr, text.len);
        arena_defer(input->arena, free, alone);
        input->texts[input->count++] = (struct span){alone, text.len};
        bytes = span_from(bytes, text.len + 1);
        more = end != NULL;
    }
    for (size_t i = 2; i < input->count; i++)
        input->deps[input->dep_count++] = (struct dependency){SPAN("reference"), input->texts[i]};
}

static const struct schema *parse(struct input *input, struct span text, struct reading how)
{
    const struct schema *schema;
    struct error err = {.arena = input->arena};
    if (schema_parse(&schema_avro, text, how, input->deps, input->dep_count, &schema, input->arena, &err))
        return schema;
    assert(err.code == 42201 || err.code == 42209);
    assert(err.message.len && text_is_utf8(err.message));
    return NULL;
}

static void check_json(struct input *input, struct span text)
{
    static const struct text_rules rules = {.unbounded = true, .depth_max = 100000};
    struct text value;
    struct text_failure failure;
    assert(text_read(text, &rules, &value, &failure, input->arena));
}

static void check_forms(struct input *input, const struct schema *schema)
{
    struct error err = {.arena = input->arena};
    struct span text;
    check_json(input, schema->text);
    assert(schema_same(schema, schema));
    avro_fingerprint(avro_parsing_form(schema, input->arena));
    if (schema_avro.format(schema, SPAN("resolved"), &text, &err))
        check_json(input, text);
}

/* What a reader finds; a schema reads itself, unless an alias makes its own fields ambiguous. */
static void check_comparison(struct input *input, const struct schema *reader, const struct schema *writer)
{
    const struct level *level = level_find(SPAN("FULL"));
    const struct complaint *complaint = schema_check(reader, level, (struct past){1, writer}, input->arena);
    for (; complaint; complaint = complaint->next)
        assert(complaint->text.len && text_is_utf8(complaint->text));
    const struct finding *found = schema_avro.compare(reader, writer, input->arena);
    for (; found; found = found->next) {
        assert(!found->kind || found->location.ptr[0] == '/');
        assert(reader != writer || !found->kind);
    }
    if (schema_same(reader, writer))
        assert(schema_avro.likeness(reader) == schema_avro.likeness(writer));
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    AUTO_ARENA arena = arena_new();
    struct input input = {.arena = arena};
    split(&input, (struct span){(const char *)bytes, size});
    const struct schema *strict = parse(&input, input.texts[0], (struct reading){.strict = true});
    const struct schema *stored = parse(&input, input.texts[0], (struct reading){.strict = false});
    assert(!strict || (stored && span_equal(strict->text, stored->text) && schema_same(strict, stored)));
    const struct schema *normal = parse(&input, input.texts[0], (struct reading){.normalize = true});
    if (normal)
        check_forms(&input, normal);
    if (!stored)
        return 0;
    check_forms(&input, stored);
    check_comparison(&input, stored, stored);
    const struct schema *other =
        input.count > 1 ? parse(&input, input.texts[1], (struct reading){0}) : normal;
    if (other)
        check_comparison(&input, stored, other);
    return 0;
}
