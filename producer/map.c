/* SPDX-License-Identifier: Apache-2.0 */
/* What becomes of each line, as JSON: the record in the schema's order, bytes by their digest alone, since
 * they may be large and personal. */
#include "producer/map.h"

#include "base/digest.h"
#include "producer/explain.h"
#include "producer/fit.h"
#include "producer/unwrap.h"

#include <errno.h>

static void put_value(struct buffer *out, const struct avro_type *type, const struct value *value);

static const struct avro_type *record_in(const struct avro_type *type)
{
    for (size_t i = 0; type->kind == AVRO_UNION && i < type->branch_count; i++)
        if (type->branches[i]->kind == AVRO_RECORD)
            return type->branches[i];
    return type;
}

/* What the mapping leaves unset is written as the schema's default, and so it is shown. */
static void put_members(struct buffer *out, const struct avro_type *record, const struct value *value)
{
    buffer_byte(out, '{');
    for (size_t i = 0; i < record->field_count; i++) {
        const struct avro_field *field = &record->fields[i];
        const struct value *member = &value->members[i];
        buffer_put(out, i ? SPAN(",") : SPAN(""));
        text_quote(out, field->name);
        buffer_byte(out, ':');
        if (member->kind == VALUE_NULL && field->fallback && !fit_null(field->type))
            explain_json(out, field->fallback);
        else
            put_value(out, field->type, member);
    }
    buffer_byte(out, '}');
}

static void put_digest(struct buffer *out, struct span bytes)
{
    uint8_t digest[SHA256_SIZE];
    digest_sha256(bytes, digest);
    struct span hex = digest_hex(digest, sizeof digest, out->arena);
    buffer_printf(out, "{\"$sha256\":\"%.*s\",\"$len\":%zu}", SPAN_ARGS(hex), bytes.len);
}

static void put_value(struct buffer *out, const struct avro_type *type, const struct value *value)
{
    switch (value->kind) {
    case VALUE_NULL: buffer_put(out, SPAN("null")); return;
    case VALUE_STRING: text_quote(out, value->text); return;
    case VALUE_BYTES: put_digest(out, value->text); return;
    case VALUE_LONG: buffer_printf(out, "%lld", (long long)value->number); return;
    case VALUE_DOUBLE: text_put_double(out, value->real); return;
    case VALUE_RECORD: put_members(out, record_in(type), value); return;
    }
}

static void put_mapped(struct buffer *out, const struct mapped *mapped, const struct schema *schema)
{
    if (mapped->outcome != OUTCOME_MAP) {
        buffer_printf(out, "\"%s\",\"reason\":", mapped->outcome == OUTCOME_SKIP ? "skip" : "dead_letter");
        text_quote(out, span_of(mapped->reason));
        return;
    }
    buffer_put(out, SPAN("\"map\",\"key\":"));
    if (mapped->key.ptr)
        text_quote(out, mapped->key);
    else
        buffer_put(out, SPAN("null"));
    buffer_put(out, SPAN(",\"record\":"));
    put_value(out, avro_root(schema), &mapped->record);
    for (size_t i = 0; i < mapped->warning_count; i++)
        buffer_printf(out, "%s\"%s\"", i ? "," : ",\"warnings\":[", mapped->warnings[i]);
    if (mapped->warning_count)
        buffer_byte(out, ']');
}

static bool map_event(const struct line *line, const struct mapping_way *way, FILE *out, struct error *err)
{
    AUTO_ARENA arena = arena_new();
    struct mapped mapped = {.outcome = OUTCOME_DEAD_LETTER, .reason = "too-large"};
    struct explanation explanation = {.arena = arena};
    if (!line->too_long)
        mapped = mapping_explain(way->mapping, line->bytes, way->ingest_time,
                                 way->explained ? &explanation : NULL, arena);
    struct buffer text = {.arena = arena};
    buffer_printf(&text, "{\"line\":%lld,\"action\":", (long long)line->number);
    put_mapped(&text, &mapped, way->schema);
    if (way->explained)
        explanation_put(&text, &explanation);
    buffer_put(&text, SPAN("}\n"));
    return fwrite(text.ptr, 1, text.len, out) == text.len ||
           error_set(err, 0, "cannot write what was mapped: %s", strerror(errno));
}

static bool map_line(const struct line *line, const struct mapping_way *way, FILE *out, struct error *err)
{
    if (!way->unwrap_forms || line->too_long)
        return map_event(line, way, out, err);
    AUTO_ARENA arena = arena_new();
    struct unwrapped inside = unwrap_line(way->unwrap_forms, line->bytes, arena);
    for (size_t i = 0; i < inside.count; i++) {
        struct line event = *line;
        event.bytes = inside.texts[i];
        event.size = inside.texts[i].len;
        if (!map_event(&event, way, out, err))
            return false;
    }
    return true;
}

bool map_lines(struct input *input, const struct mapping_way *way, FILE *out, struct error *err)
{
    for (;;) {
        struct line line;
        switch (input_next(input, &line, err)) {
        case INPUT_LINE:
            if (!map_line(&line, way, out, err))
                return false;
            break;
        case INPUT_END:
            return fflush(out) == 0 || error_set(err, 0, "cannot write what was mapped: %s", strerror(errno));
        case INPUT_FAILED: return false;
        }
    }
}
