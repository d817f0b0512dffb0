/* SPDX-License-Identifier: Apache-2.0 */
/* Avro binary → the JSON a reader wants, by a plan. What the reader has no field for is read all the same, as
 * it has to be stepped over, and its JSON is taken back. */
#include "producer/decoder.h"

#include "base/limits.h"

static bool skip(struct decoder *decoder, const struct avro_type *type)
{
    size_t len = decoder->json->len;
    bool well = decode_type(decoder, type);
    decoder->json->len = len;
    return well;
}

static bool skip_fields(struct decoder *decoder, const struct avro_type *writer, size_t *next, size_t end)
{
    while (*next < end)
        if (!skip(decoder, writer->fields[(*next)++].type))
            return false;
    return true;
}

static void put_name(struct decoder *decoder, const struct avro_type *record, size_t i)
{
    buffer_byte(decoder->json, i > 0 ? ',' : '{');
    text_quote(decoder->json, record->fields[i].name);
    buffer_byte(decoder->json, ':');
}

static void put_end(struct decoder *decoder, const struct avro_type *record)
{
    buffer_put(decoder->json, record->field_count > 0 ? SPAN("}") : SPAN("{}"));
}

/* ---- records ---- */

static bool decode_field(struct decoder *decoder, const struct plan *plan, size_t i,
                         const struct overlay *overlay)
{
    const struct avro_field *field = &plan->reader->fields[i];
    decoder->overlay = overlay_field(overlay, plan->reader, i);
    if (plan->fields[i].from < 0)
        return decode_default(decoder, field->type, field->fallback);
    return decode_plan(decoder, plan->fields[i].plan);
}

/* The reader's fields come as they were written. */
static bool decode_straight(struct decoder *decoder, const struct plan *plan, const struct overlay *overlay)
{
    size_t next = 0;
    for (size_t i = 0; i < plan->reader->field_count; i++) {
        int64_t from = plan->fields[i].from;
        if (from >= 0 && !skip_fields(decoder, plan->writer, &next, (size_t)from))
            return false;
        put_name(decoder, plan->reader, i);
        if (!decode_field(decoder, plan, i, overlay))
            return false;
        next += from >= 0;
    }
    put_end(decoder, plan->reader);
    return skip_fields(decoder, plan->writer, &next, plan->writer->field_count);
}

struct part {
    size_t from, to;
};

/* Each written field into its part, in the order of the bytes; one that is wanted twice is read twice. */
static bool decode_parts(struct decoder *decoder, const struct plan *plan, const struct overlay *overlay,
                         struct part *parts)
{
    size_t next = 0, begin = 0;
    for (size_t k = 0; k < plan->order_count; k++) {
        size_t i = plan->order[k], from = (size_t)plan->fields[i].from;
        if (from < next)
            decoder->at = begin;
        else if (!skip_fields(decoder, plan->writer, &next, from))
            return false;
        begin = decoder->at;
        next = from + 1;
        parts[i].from = decoder->json->len;
        if (!decode_field(decoder, plan, i, overlay))
            return false;
        parts[i].to = decoder->json->len;
    }
    return skip_fields(decoder, plan->writer, &next, plan->writer->field_count);
}

static bool put_parts(struct decoder *decoder, const struct plan *plan, const struct overlay *overlay,
                      const struct buffer *aside, const struct part *parts)
{
    decoder->work += aside->len;
    for (size_t i = 0; i < plan->reader->field_count; i++) {
        put_name(decoder, plan->reader, i);
        if (plan->fields[i].from >= 0)
            buffer_put(decoder->json, (struct span){aside->ptr + parts[i].from, parts[i].to - parts[i].from});
        else if (!decode_field(decoder, plan, i, overlay))
            return false;
    }
    put_end(decoder, plan->reader);
    return true;
}

/* The reader has another order: what was written is put aside first. */
static bool decode_aside(struct decoder *decoder, const struct plan *plan, const struct overlay *overlay)
{
    AUTO_ARENA arena = arena_new();
    struct buffer aside = {.arena = arena};
    struct part *parts = arena_array(arena, plan->reader->field_count, sizeof *parts);
    struct buffer *json = decoder->json;
    size_t json_end = decoder->json_end;
    decoder->json = &aside;
    decoder->json_end = json_end > json->len ? json_end - json->len : 0;
    bool well = decode_parts(decoder, plan, overlay, parts);
    decoder->json = json;
    decoder->json_end = json_end;
    return well && put_parts(decoder, plan, overlay, &aside, parts);
}

/* ---- the rest ---- */

static bool decode_symbol(struct decoder *decoder, const struct plan *plan)
{
    size_t index;
    if (!decoder_index(decoder, plan->writer->symbol_count, "an enum index without a symbol", &index))
        return false;
    text_quote(decoder->json, plan->reader->symbols[plan->symbols[index]]);
    return true;
}

static bool is_real(enum avro_kind kind)
{
    return kind == AVRO_FLOAT || kind == AVRO_DOUBLE;
}

static bool decode_leaf(struct decoder *decoder, const struct plan *plan, const struct overlay *overlay)
{
    enum avro_kind reader = plan->reader->kind, writer = plan->writer->kind;
    int64_t integer;
    double real;
    if (reader == writer || !is_real(reader)) { /* strings and bytes are written alike, as are numbers */
        decoder->overlay = overlay;
        return decode_type(decoder, reader == AVRO_LONG ? plan->writer : plan->reader);
    }
    if (is_real(writer)) {
        if (!decoder_real(decoder, writer, &real))
            return false;
    } else {
        if (!decoder_integer(decoder, writer, &integer))
            return false;
        real = reader == AVRO_FLOAT ? (double)(float)integer : (double)integer;
    }
    decoder_put_real(decoder->json, reader, real);
    return true;
}

static bool decode_item(struct decoder *decoder, const void *how)
{
    return decode_plan(decoder, how);
}

static bool decode_branch(struct decoder *decoder, const struct plan *plan, const struct overlay *overlay)
{
    size_t index;
    if (!decoder_index(decoder, plan->writer->branch_count, "a union index without a branch", &index))
        return false;
    decoder->overlay = overlay;
    return decode_plan(decoder, plan->branches[index]);
}

static bool decode_kind(struct decoder *decoder, const struct plan *plan, const struct overlay *overlay)
{
    switch (plan->kind) {
    case PLAN_LEAF: return decode_leaf(decoder, plan, overlay);
    case PLAN_RECORD:
        return plan->straight ? decode_straight(decoder, plan, overlay)
                              : decode_aside(decoder, plan, overlay);
    case PLAN_SYMBOL: return decode_symbol(decoder, plan);
    case PLAN_ITEMS: return decoder_blocks(decoder, plan->writer->kind == AVRO_MAP, decode_item, plan->items);
    case PLAN_BRANCH: return decode_branch(decoder, plan, overlay);
    case PLAN_NEVER:
    case PLAN_MAKING: break;
    }
    return decoder_broken(decoder, "a value that the reader schema cannot read");
}

bool decode_plan(struct decoder *decoder, const struct plan *plan)
{
    size_t start;
    const struct overlay *overlay = decoder->overlay;
    decoder->overlay = NULL;
    return decoder_enter(decoder, &start) && decode_kind(decoder, plan, overlay) &&
           decoder_leave(decoder, start);
}
