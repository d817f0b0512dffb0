/* SPDX-License-Identifier: Apache-2.0 */
/* Reading expressions: strings by their first character, objects by the member that tells what they are.
 * What an expression gives is known when it was read, whatever the event. */
#include "producer/load.h"

/* What an expression is read for. */
struct wanted {
    const struct loader *loader;
    const struct avro_type *type;
    struct span path;
};

/* ---- strings ---- */

/* "/a/b" from the body, "env:/a" from the root. */
static bool is_pointer(struct span text)
{
    return span_starts(text, SPAN("/")) || span_starts(text, SPAN("env:"));
}

static bool read_place(const struct loader *loader, const struct text *source, struct expression *expression)
{
    expression->from_root = span_starts(source->string, SPAN("env:"));
    return load_pointer(loader, source, span_from(source->string, expression->from_root ? 4 : 0),
                        &expression->pointer);
}

/* A capture that no topic has would be null for every event. */
static bool read_capture(const struct loader *loader, const struct text *source,
                         struct expression *expression)
{
    expression->text = span_from(source->string, 6);
    for (size_t i = 0; i < loader->mapping->rule_count; i++)
        if (topic_captures(&loader->mapping->rules[i].topic, expression->text))
            return true;
    return load_fail(loader, source, "no rule's topic captures '%.*s'", SPAN_ARGS(expression->text));
}

static bool read_constant(const struct loader *loader, const struct text *source,
                          struct expression *expression)
{
    const struct text *constant = load_constant(loader, span_from(source->string, 6));
    if (!constant)
        return load_fail(loader, source, "there is no constant '%.*s'",
                         SPAN_ARGS(span_from(source->string, 6)));
    expression->text = constant->string;
    return true;
}

static bool read_string(const struct loader *loader, const struct text *source, struct expression *expression)
{
    struct span text = source->string;
    *expression = (struct expression){.op = OP_TEXT, .kind = VALUE_STRING, .text = span_from(text, 1)};
    if (span_starts(text, SPAN("=")))
        return true;
    if (span_starts(text, SPAN("const:")))
        return read_constant(loader, source, expression);
    expression->op = OP_CAPTURE;
    if (span_starts(text, SPAN("topic:")))
        return read_capture(loader, source, expression);
    expression->op = OP_TOPIC;
    if (span_equal(text, SPAN("$topic")))
        return true;
    expression->op = OP_TEMPLATE;
    if (span_equal(text, SPAN("$template")))
        return true;
    expression->op = OP_GET;
    if (is_pointer(text))
        return read_place(loader, source, expression);
    return load_fail(loader, source, "'%.*s' is no expression", SPAN_ARGS(text));
}

/* ---- objects ---- */

static bool read_conversion(const struct loader *loader, const struct text *as, struct expression *expression)
{
    static const struct word {
        const char *name;
        enum value_kind kind;
    } words[] = {
        [AS_STRING] = {"string", VALUE_STRING},           [AS_UPPER] = {"upper", VALUE_STRING},
        [AS_UPPER_SNAKE] = {"upper_snake", VALUE_STRING}, [AS_LONG] = {"long", VALUE_LONG},
        [AS_DOUBLE] = {"double", VALUE_DOUBLE},           [AS_TIMESTAMP] = {"timestamp_ms", VALUE_LONG},
    };
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (as->kind == TEXT_STRING && span_equal(as->string, span_of(words[i].name))) {
            expression->as = (enum conversion)i;
            expression->kind = words[i].kind;
            return true;
        }
    }
    return load_fail(loader, as, "'as' is one of string, upper, upper_snake, long, double, timestamp_ms");
}

static bool read_get(const struct wanted *wanted, const struct text *source, struct expression *expression)
{
    const struct text *place = text_get(source, SPAN("get")), *as = text_get(source, SPAN("as"));
    if (place->kind != TEXT_STRING || !is_pointer(place->string))
        return load_fail(wanted->loader, place, "'get' wants a pointer");
    expression->kind = VALUE_STRING;
    return read_place(wanted->loader, place, expression) &&
           (!as || read_conversion(wanted->loader, as, expression));
}

static bool read_parts(const struct wanted *wanted, const struct text *list, struct expression *expression)
{
    if (list->kind != TEXT_ARRAY || list->count == 0)
        return load_fail(wanted->loader, list, "a list of expressions is wanted here");
    struct expression *parts = arena_array(wanted->loader->arena, list->count, sizeof *parts);
    expression->parts = parts;
    expression->count = list->count;
    for (size_t i = 0; i < list->count; i++)
        if (!load_expression(wanted->loader, &list->items[i], wanted->type, wanted->path, &parts[i]))
            return false;
    return true;
}

static bool read_first(const struct wanted *wanted, const struct text *source, struct expression *expression)
{
    const struct text *list = text_get(source, SPAN("first"));
    if (!load_flag(wanted->loader, source, "required", &expression->required) ||
        !load_flag(wanted->loader, source, "strict", &expression->strict) ||
        !read_parts(wanted, list, expression))
        return false;
    expression->kind = VALUE_NULL;
    for (size_t i = 0; i < expression->count; i++) {
        const struct expression *part = &expression->parts[i];
        if (expression->strict && part->op != OP_GET)
            return load_fail(wanted->loader, &list->items[i], "of a strict 'first' every part is a 'get'");
        if (part->kind == VALUE_NULL)
            continue;
        if (expression->kind != VALUE_NULL && expression->kind != part->kind)
            return load_fail(wanted->loader, &list->items[i], "the parts of 'first' give different types");
        expression->kind = part->kind;
    }
    return true;
}

static bool read_uuid5(const struct wanted *wanted, const struct text *source, struct expression *expression)
{
    const struct text *list = text_get(source, SPAN("uuid5"));
    if (!wanted->loader->name_space)
        return load_fail(wanted->loader, source, "'uuid5' wants a 'uuid5_namespace' in the file");
    for (size_t i = 0; list->kind == TEXT_ARRAY && i < list->count; i++)
        if (list->items[i].kind != TEXT_STRING)
            return load_fail(wanted->loader, &list->items[i], "the parts of 'uuid5' are strings");
    expression->kind = VALUE_STRING;
    expression->name_space = wanted->loader->name_space;
    return read_parts(wanted, list, expression);
}

/* The one operand of `split` and `lookup`, which is to give a string. */
static bool read_operand(const struct wanted *wanted, const struct text *source,
                         struct expression *expression)
{
    struct expression *operand = arena_alloc(wanted->loader->arena, sizeof *operand);
    expression->parts = operand;
    expression->count = 1;
    expression->kind = VALUE_STRING;
    if (!load_expression(wanted->loader, source, NULL, wanted->path, operand))
        return false;
    return operand->kind == VALUE_STRING || load_fail(wanted->loader, source, "a string is wanted here");
}

static bool read_split(const struct wanted *wanted, const struct text *source, struct expression *expression)
{
    const struct text *index;
    int64_t number = -1;
    if (!load_string(wanted->loader, source, "by", &expression->text) ||
        !load_needed(wanted->loader, source, "index", &index))
        return false;
    if (expression->text.len == 0)
        return load_fail(wanted->loader, source, "'split' wants a text in 'by'");
    if (!text_integer(index, &number) || number < 0)
        return load_fail(wanted->loader, index, "'index' counts from 0");
    expression->index = (size_t)number;
    return read_operand(wanted, text_get(source, SPAN("split")), expression);
}

static bool read_lookup(const struct wanted *wanted, const struct text *source, struct expression *expression)
{
    const struct loader *loader = wanted->loader;
    const struct text *table = text_get(source, SPAN("lookup")), *key;
    if (!load_needed(loader, source, "key", &key))
        return false;
    for (size_t i = 0; table->kind == TEXT_STRING && i < loader->lookup_count; i++)
        if (span_equal(loader->lookups[i].name, table->string))
            expression->table = &loader->lookups[i];
    if (!expression->table)
        return load_fail(loader, table, "'lookup' wants the name of a table of 'lookups'");
    return read_operand(wanted, key, expression);
}

static bool read_raw(const struct wanted *wanted, const struct text *source, struct expression *expression)
{
    const struct text *place = text_get(source, SPAN("raw"));
    if (place->kind != TEXT_STRING)
        return load_fail(wanted->loader, place, "'raw' wants a pointer");
    expression->kind = VALUE_BYTES;
    return read_place(wanted->loader, place, expression);
}

static bool read_record(const struct wanted *wanted, const struct text *source, struct expression *expression)
{
    const struct text *fields = text_get(source, SPAN("record"));
    struct shape *shape = arena_alloc(wanted->loader->arena, sizeof *shape);
    const struct avro_type *type = wanted->type;
    if (type && type->kind != AVRO_RECORD)
        return load_fail(wanted->loader, source, "the field '%.*s' is no record", SPAN_ARGS(wanted->path));
    expression->kind = VALUE_RECORD;
    expression->shape = shape;
    return load_flag(wanted->loader, source, "null_if_empty", &shape->null_if_empty) &&
           load_assignments(wanted->loader, fields, type, wanted->path, shape) &&
           (!type || load_whole(wanted->loader, source, type, wanted->path, shape));
}

static const struct form {
    enum operation op;
    bool (*read)(const struct wanted *wanted, const struct text *source, struct expression *expression);
    const char *members[4]; /* the first tells what it is */
} forms[] = {
    {OP_FIRST, read_first, {"first", "required", "strict"}},
    {OP_GET, read_get, {"get", "as"}},
    {OP_UUID5, read_uuid5, {"uuid5"}},
    {OP_SPLIT, read_split, {"split", "by", "index"}},
    {OP_LOOKUP, read_lookup, {"lookup", "key"}},
    {OP_RAW, read_raw, {"raw"}},
    {OP_RECORD, read_record, {"record", "null_if_empty"}},
};

static bool read_object(const struct wanted *wanted, const struct text *source, struct expression *expression)
{
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        if (!text_get(source, span_of(forms[i].members[0])))
            continue;
        *expression = (struct expression){.op = forms[i].op};
        return load_object(wanted->loader, source, "the expression", forms[i].members) &&
               forms[i].read(wanted, source, expression);
    }
    return load_fail(wanted->loader, source,
                     "an expression is one of first, get, uuid5, split, lookup, raw, record");
}

bool load_expression(const struct loader *loader, const struct text *source, const struct avro_type *type,
                     struct span path, struct expression *expression)
{
    const struct wanted wanted = {loader, type, path};
    bool read = true;
    *expression = (struct expression){.op = OP_NULL};
    if (source->kind == TEXT_STRING)
        read = read_string(loader, source, expression);
    else if (source->kind == TEXT_OBJECT)
        read = read_object(&wanted, source, expression);
    else if (source->kind != TEXT_NULL)
        return load_fail(loader, source, "an expression is null, a string or an object");
    expression->source = source;
    return read;
}
