/* SPDX-License-Identifier: Apache-2.0 */
/* Whether a default is a value of its field's type, as Avro Java judges it: symbols, lengths and byte ranges
 * are not looked at, any branch of a union will do. What was found of an object is kept, since a record's own
 * defaults can lead to it along very many paths. */
#include "compat/avro_model.h"

#include "base/limits.h"

static enum verdict judge(struct reader *r, const struct avro_type *type, const struct text *json);

static enum verdict good_if(bool good)
{
    return good ? VERDICT_GOOD : VERDICT_BAD;
}

static enum verdict judge_integer(const struct text *json, int64_t least, int64_t most)
{
    int64_t number;
    return good_if(json_is_long(json, &number) && number >= least && number <= most);
}

static enum verdict judge_union(struct reader *r, const struct avro_type *type, const struct text *json)
{
    enum verdict verdict = VERDICT_BAD;
    for (size_t i = 0; i < type->branch_count && verdict == VERDICT_BAD; i++)
        verdict = judge(r, type->branches[i], json);
    return verdict;
}

static enum verdict judge_items(struct reader *r, const struct avro_type *type, const struct text *json)
{
    bool map = type->kind == AVRO_MAP;
    enum verdict verdict = good_if(json->kind == (map ? TEXT_OBJECT : TEXT_ARRAY));
    for (size_t i = 0; i < json->count && verdict == VERDICT_GOOD; i++)
        verdict = judge(r, type->items, map ? &json->members[i].value : &json->items[i]);
    return verdict;
}

/* A field that the object does not name has its own default. */
static enum verdict judge_fields(struct reader *r, const struct avro_type *type, const struct text *json)
{
    AUTO_ARENA arena = arena_new();
    struct index members = {.arena = arena};
    r->verdicts.steps += json->count;
    for (size_t i = 0; i < json->count; i++)
        index_add(&members, plain_name(json->members[i].name), (void *)&json->members[i].value);
    enum verdict verdict = VERDICT_GOOD;
    for (size_t i = 0; i < type->field_count && verdict == VERDICT_GOOD; i++) {
        const struct avro_field *field = &type->fields[i];
        const struct text *value = index_find(&members, plain_name(field->name));
        value = value ? value : field->fallback;
        verdict = value ? judge(r, field->type, value) : VERDICT_BAD;
    }
    return verdict;
}

static enum verdict judge_record(struct reader *r, const struct avro_type *type, const struct text *json)
{
    static const enum verdict kept[] = {VERDICT_GOOD, VERDICT_BAD};
    if (json->kind != TEXT_OBJECT)
        return VERDICT_BAD;
    if (r->verdicts.linking && !node_of(type)->done)
        return VERDICT_UNSET;
    const enum verdict *known = *pairs_at(&r->verdicts.objects, type, json);
    if (known)
        return *known;
    enum verdict verdict = judge_fields(r, type, json);
    if (verdict == VERDICT_GOOD || verdict == VERDICT_BAD)
        *pairs_at(&r->verdicts.objects, type, json) = (void *)&kept[verdict == VERDICT_BAD];
    return verdict;
}

static enum verdict judge_kind(struct reader *r, const struct avro_type *type, const struct text *json)
{
    switch (type->kind) {
    case AVRO_NULL: return good_if(json->kind == TEXT_NULL);
    case AVRO_BOOLEAN: return good_if(json->kind == TEXT_BOOLEAN);
    case AVRO_INT: return judge_integer(json, INT32_MIN, INT32_MAX);
    case AVRO_LONG: return judge_integer(json, INT64_MIN, INT64_MAX);
    case AVRO_FLOAT:
    case AVRO_DOUBLE: return good_if(json->kind == TEXT_NUMBER);
    case AVRO_BYTES:
    case AVRO_STRING:
    case AVRO_ENUM:
    case AVRO_FIXED: return good_if(json->kind == TEXT_STRING);
    case AVRO_RECORD: return judge_record(r, type, json);
    case AVRO_ARRAY:
    case AVRO_MAP: return judge_items(r, type, json);
    case AVRO_UNION: return judge_union(r, type, json);
    }
    return VERDICT_BAD;
}

static enum verdict judge(struct reader *r, const struct avro_type *type, const struct text *json)
{
    struct verdicts *verdicts = &r->verdicts;
    if (++verdicts->steps > DEFAULT_STEPS_MAX || verdicts->depth > SCHEMA_NESTING_MAX)
        return VERDICT_ENDLESS;
    verdicts->depth++;
    enum verdict verdict = judge_kind(r, type, json);
    verdicts->depth--;
    return verdict;
}

static bool fail_default(struct reader *r, const struct avro_field *field, bool linking)
{
    struct buffer sentence = {.arena = r->arena};
    buffer_printf(&sentence, "Invalid default for field %.*s: ", SPAN_ARGS(field->name));
    json_put(&sentence, field->fallback);
    buffer_printf(&sentence, " not a %.*s", SPAN_ARGS(show_type(field->type, linking, r->arena)));
    return reader_fault(r, buffer_span(&sentence));
}

bool check_default(struct reader *r, const struct avro_field *field, bool linking)
{
    if (!r->strict || !field->fallback)
        return true;
    if (linking != r->verdicts.linking)
        r->verdicts.objects = (struct pairs){.arena = r->arena};
    r->verdicts.linking = linking;
    switch (judge(r, field->type, field->fallback)) {
    case VERDICT_GOOD: return true;
    case VERDICT_BAD: return fail_default(r, field, linking);
    case VERDICT_UNSET: return reader_fail(r, "Schema fields not set yet");
    case VERDICT_ENDLESS: break;
    }
    return reader_fail(r, "The default of field %.*s takes too long to check", SPAN_ARGS(field->name));
}
