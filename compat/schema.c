/* SPDX-License-Identifier: Apache-2.0 */
/* The table of schema languages, the table of levels, and the check: which directions a level compares, and
 * what a client is told. */
#include "compat/schema.h"

#include "base/limits.h"
#include "base/text.h"

static const struct schema_type *const types[] = {&schema_avro};

const struct level levels[] = {
    {"NONE", false, false, false},
    {"BACKWARD", true, false, false},
    {"BACKWARD_TRANSITIVE", true, false, true},
    {"FORWARD", false, true, false},
    {"FORWARD_TRANSITIVE", false, true, true},
    {"FULL", true, true, false},
    {"FULL_TRANSITIVE", true, true, true},
};
const size_t levels_count = sizeof levels / sizeof *levels;

const struct schema_type *schema_type_find(struct span name)
{
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (span_equal(span_of(types[i]->name), name))
            return types[i];
    return NULL;
}

const struct level *level_find(struct span name)
{
    for (size_t i = 0; i < levels_count; i++)
        if (span_equal_case(span_of(levels[i].name), name))
            return &levels[i];
    return NULL;
}

bool schema_parse(const struct schema_type *type, struct span text, struct reading how,
                  const struct dependency *deps, size_t count, const struct schema **schema,
                  struct arena *arena, struct error *err)
{
    struct schema *made = arena_alloc(arena, sizeof *made);
    *made = (struct schema){.type = type, .arena = arena, .text = text};
    if (!type->parse(made, how, deps, count, err))
        return false;
    *schema = made;
    return true;
}

bool schema_same(const struct schema *a, const struct schema *b)
{
    return a->type == b->type && a->type->same(a, b);
}

/* ---- complaints ---- */

struct complaints {
    struct arena *arena;
    struct complaint *first, *last;
};

static void complain(struct complaints *list, struct span text)
{
    struct complaint *complaint = arena_alloc(list->arena, sizeof *complaint);
    complaint->text = text;
    if (list->last)
        list->last->next = complaint;
    else
        list->first = complaint;
    list->last = complaint;
}

/* A description with its blanks filled in. */
static void put_description(struct buffer *out, const struct finding *finding, const char *reader,
                            const char *writer)
{
    for (const char *at = finding->kind->description; *at; at++) {
        if (*at != '%') {
            buffer_byte(out, *at);
            continue;
        }
        switch (*++at) {
        case 'R': buffer_put(out, span_of(reader)); break;
        case 'W': buffer_put(out, span_of(writer)); break;
        case 'L': buffer_put(out, finding->location); break;
        case 'M': buffer_put(out, finding->message); break;
        default: buffer_byte(out, *at); break;
        }
    }
}

static struct span finding_text(const struct finding *finding, const char *reader, const char *writer,
                                struct arena *arena)
{
    struct buffer out = {.arena = arena};
    if (!finding->kind)
        return finding->message;
    buffer_printf(&out, "{errorType:'%s', description:'", finding->kind->name);
    put_description(&out, finding, reader, writer);
    buffer_printf(&out, "', additionalInfo:'%.*s'}", SPAN_ARGS(finding->message));
    return buffer_span(&out);
}

static void complain_all(struct complaints *list, const struct finding *findings, const char *reader,
                         const char *writer)
{
    for (const struct finding *at = findings; at; at = at->next)
        complain(list, finding_text(at, reader, writer, list->arena));
}

static void complain_past(struct complaints *list, struct past past)
{
    struct span text = past.schema->text;
    complain(list, arena_printf(list->arena, "{oldSchemaVersion: %d}", past.version));
    if (text.len <= OLD_SCHEMA_SHOWN || text_units(text) <= OLD_SCHEMA_SHOWN) {
        complain(list, arena_printf(list->arena, "{oldSchema: '%.*s'}", SPAN_ARGS(text)));
        return;
    }
    text = text_first_units(text, OLD_SCHEMA_SHOWN);
    complain(list, arena_printf(list->arena, "{oldSchema: <truncated> '%.*s...'}", SPAN_ARGS(text)));
}

/* When both directions are asked for, "old reads new" comes first and brings no trailer. */
const struct complaint *schema_check(const struct schema *schema, const struct level *level, struct past past,
                                     struct arena *arena)
{
    struct complaints list = {.arena = arena};
    const struct schema *old = past.schema;
    if (!level->backward && !level->forward)
        return NULL;
    if (old->type != schema->type) {
        complain(&list, SPAN("Incompatible because of different schema type"));
        return list.first;
    }
    const struct finding *forward = level->forward ? schema->type->compare(old, schema, arena) : NULL;
    complain_all(&list, forward, "old", "new");
    const struct finding *backward = level->backward ? schema->type->compare(schema, old, arena) : NULL;
    complain_all(&list, backward, "new", "old");
    if (backward || (forward && !level->backward))
        complain_past(&list, past);
    return list.first;
}

const struct complaint *complaints_close(const struct complaint *complaints, bool validate_fields,
                                         const struct level *level, struct arena *arena)
{
    struct complaints list = {.arena = arena};
    if (!complaints)
        return NULL;
    for (const struct complaint *at = complaints; at; at = at->next)
        complain(&list, at->text);
    complain(&list, arena_printf(arena, "{validateFields: '%s', compatibility: '%s'}",
                                 validate_fields ? "true" : "false", level->name));
    return list.first;
}

struct span complaints_join(const struct complaint *complaints, struct arena *arena)
{
    struct buffer out = {.arena = arena};
    for (const struct complaint *at = complaints; at; at = at->next) {
        if (at != complaints)
            buffer_put(&out, SPAN(", "));
        buffer_put(&out, at->text);
    }
    return buffer_span(&out);
}
