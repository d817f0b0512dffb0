/* SPDX-License-Identifier: Apache-2.0 */
/* From JSON to Avro types, one definition after the other, in the order and with the sentences of Avro Java.
 * A name that is not yet known becomes a placeholder; avro_link.c gives it its meaning. */
#include "compat/avro_model.h"

#include <assert.h>
#include <ctype.h>
#include <limits.h>
#include <stdarg.h>

enum { FIXED_MAX = 2147483639 }; /* the longest array of Java */

static const struct span type_reserved[] = {{"doc", 3},       {"fields", 6}, {"items", 5},   {"name", 4},
                                            {"namespace", 9}, {"size", 4},   {"symbols", 7}, {"values", 6},
                                            {"type", 4},      {"aliases", 7}};
static const struct span enum_reserved[] = {{"doc", 3},       {"fields", 6},  {"items", 5},  {"name", 4},
                                            {"namespace", 9}, {"default", 7}, {"size", 4},   {"symbols", 7},
                                            {"values", 6},    {"type", 4},    {"aliases", 7}};
static const struct span field_reserved[] = {{"default", 7}, {"doc", 3},  {"name", 4},
                                             {"order", 5},   {"type", 4}, {"aliases", 7}};

#define COUNT(array) (sizeof(array) / sizeof *(array))

/* ---- failing ---- */

bool reader_fault(struct reader *r, struct span sentence)
{
    return error_schema_invalid(r->err, sentence);
}

bool reader_fail(struct reader *r, const char *format, ...)
{
    struct buffer sentence = {.arena = r->arena};
    va_list args;
    va_start(args, format);
    buffer_vprintf(&sentence, format, args);
    va_end(args);
    return reader_fault(r, buffer_span(&sentence));
}

/* "<what>: <json>" */
static bool fail_json(struct reader *r, const char *what, const struct text *json)
{
    struct buffer sentence = {.arena = r->arena};
    buffer_printf(&sentence, "%s: ", what);
    json_put(&sentence, json);
    return reader_fault(r, buffer_span(&sentence));
}

static bool check_name(struct reader *r, struct span name)
{
    struct span fault = name_fault(r->rule, name, r->arena);
    return !fault.ptr || reader_fault(r, fault);
}

/* ---- attributes ---- */

/* The text of an attribute that must be a string; otherwise ptr NULL. */
static struct span string_of(const struct text *object, struct span name)
{
    const struct text *value = text_get(object, name);
    return value && value->kind == TEXT_STRING ? value->string : (struct span){NULL, 0};
}

static bool is_reserved(struct span name, const struct span *reserved, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (span_equal(reserved[i], name))
            return true;
    return false;
}

static void take_properties(struct reader *r, const struct text *object, const struct span *reserved,
                            size_t reserved_count, const struct avro_property **properties, size_t *count)
{
    struct avro_property *taken = arena_array(r->arena, object->count, sizeof *taken);
    *count = 0;
    for (size_t i = 0; i < object->count; i++) {
        const struct text_member *member = &object->members[i];
        if (!is_reserved(member->name, reserved, reserved_count))
            taken[(*count)++] = (struct avro_property){member->name, &member->value};
    }
    *properties = taken;
}

/* The aliases as they are written, each once. */
static bool take_aliases(struct reader *r, const struct text *object, struct span **aliases, size_t *count)
{
    const struct text *given = text_get(object, SPAN("aliases"));
    *count = 0;
    *aliases = NULL;
    if (!given)
        return true;
    if (given->kind != TEXT_ARRAY)
        return fail_json(r, "aliases not an array", object);
    struct index seen = {.arena = r->arena};
    *aliases = arena_array(r->arena, given->count, sizeof **aliases);
    for (size_t i = 0; i < given->count; i++) {
        if (given->items[i].kind != TEXT_STRING)
            return fail_json(r, "alias not a string", &given->items[i]);
        struct span alias = given->items[i].string;
        if (!index_add(&seen, plain_name(alias), r))
            (*aliases)[(*count)++] = alias;
    }
    return true;
}

const struct text *property_find(const struct avro_type *type, struct span name)
{
    for (size_t i = 0; i < type->property_count; i++)
        if (span_equal(type->properties[i].name, name))
            return type->properties[i].value;
    return NULL;
}

/* ---- nodes ---- */

static struct node *node_new(struct reader *r, enum avro_kind kind)
{
    struct node *node = arena_alloc(r->arena, sizeof *node);
    node->type.kind = kind;
    node->of_main = r->of_main;
    return node;
}

/* The same namespace is the same bytes, however often it is written. */
static struct span keep_space(struct reader *r, struct span space)
{
    struct span *mine = arena_alloc(r->arena, sizeof *mine);
    *mine = space;
    const struct span *kept = space.len ? index_add(&r->spaces, plain_name(space), mine) : NULL;
    return kept ? *kept : space;
}

static struct node *placeholder_new(struct reader *r, struct avro_name wanted)
{
    static const struct span name = {"org.apache.avro.idl.unresolved.name", 35};
    struct node *node = node_new(r, AVRO_RECORD);
    struct text *value = arena_alloc(r->arena, sizeof *value);
    struct avro_property *property = arena_alloc(r->arena, sizeof *property);
    node->placeholder = true;
    node->wanted = wanted;
    *value = (struct text){.kind = TEXT_STRING, .string = avro_full_name(wanted, r->arena)};
    *property = (struct avro_property){name, value};
    node->type.name = (struct avro_name){SPAN("org.apache.avro.compiler"),
                                         arena_printf(r->arena, "UnresolvedSchema_%zu", r->placeholders++)};
    node->type.doc = SPAN("unresolved schema");
    node->type.properties = property;
    node->type.property_count = 1;
    return node;
}

/* A mention: a primitive, a type known by now, or a placeholder. Inside a namespace the name is tried there
 * first and then as it is written. A name that begins with its only dot names nothing. */
static struct node *find_type(struct reader *r, struct span word, struct span space)
{
    enum avro_kind primitive;
    if (kind_primitive(word, &primitive))
        return node_new(r, primitive);
    struct avro_name name = name_split(word, space), bare = {.simple = word};
    if (word.len && word.ptr[0] == '.' && !name.space.len)
        return placeholder_new(r, bare);
    struct node *found = index_find(&r->types, name);
    if (!found && !memchr(word.ptr, '.', word.len))
        found = index_find(&r->types, bare);
    return found ? found : placeholder_new(r, name);
}

/* A definition is complete: from here on its name means it. */
static bool enter_type(struct reader *r, struct node *node)
{
    struct span fault = space_fault(r->rule, node->type.name.space, r->arena);
    if (fault.ptr)
        return reader_fault(r, fault);
    struct node *known = index_add(&r->types, node->type.name, node);
    if (known && !same_type(&known->type, &node->type))
        return reader_fail(r, "Can't redefine: %.*s", SPAN_ARGS(avro_full_name(node->type.name, r->arena)));
    if (known)
        return true;
    if (r->count == r->room) {
        struct node **old = r->order;
        r->room = r->room ? 2 * r->room : 16;
        r->order = arena_array(r->arena, r->room, sizeof *r->order);
        if (r->count)
            memcpy(r->order, old, r->count * sizeof *old);
    }
    r->order[r->count++] = node;
    return true;
}

/* ---- named types ---- */

static bool read_name(struct reader *r, const struct text *json, struct span space, struct avro_type *type)
{
    struct span given = string_of(json, SPAN("namespace")), name = string_of(json, SPAN("name"));
    if (!name.ptr)
        return fail_json(r, "No name in schema", json);
    type->name = name_split(name, given.ptr ? given : space);
    type->name.space = keep_space(r, type->name.space);
    type->doc = string_of(json, SPAN("doc"));
    return check_name(r, type->name.simple);
}

static bool check_not_primitive(struct reader *r, const struct avro_type *type)
{
    enum avro_kind primitive;
    if (type->name.space.len || !kind_primitive(type->name.simple, &primitive))
        return true;
    return reader_fail(r, "Schemas may not be named after primitives: %.*s", SPAN_ARGS(type->name.simple));
}

/* An alias without a namespace is in the type's own. */
static bool read_type_aliases(struct reader *r, const struct text *json, struct avro_type *type)
{
    struct span *given;
    size_t count;
    if (!take_aliases(r, json, &given, &count))
        return false;
    struct avro_name *aliases = arena_array(r->arena, count, sizeof *aliases);
    struct index seen = {.arena = r->arena};
    type->aliases = aliases;
    for (size_t i = 0; i < count; i++) {
        struct avro_name alias = name_split(given[i], type->name.space);
        if (!check_name(r, alias.simple))
            return false;
        if (!index_add(&seen, alias, r))
            aliases[type->alias_count++] = alias;
    }
    return true;
}

/* ---- attributes that any type may have, and logical types ---- */

/* Two logical types of the registry's own are written before the other properties. */
static void logical_first(struct reader *r, struct avro_type *type)
{
    struct avro_property *moved = arena_array(r->arena, type->property_count, sizeof *moved);
    size_t at = 1;
    for (size_t i = 0; i < type->property_count; i++) {
        bool logical = span_equal(type->properties[i].name, SPAN("logicalType"));
        moved[logical ? 0 : at++] = type->properties[i];
    }
    type->properties = moved;
}

static void read_properties(struct reader *r, const struct text *json, struct avro_type *type)
{
    bool is_enum = type->kind == AVRO_ENUM;
    take_properties(r, json, is_enum ? enum_reserved : type_reserved,
                    is_enum ? COUNT(enum_reserved) : COUNT(type_reserved), &type->properties,
                    &type->property_count);
    type->logical = logical_fits(type);
    if (type->logical && (type->kind == AVRO_ARRAY || type->kind == AVRO_RECORD))
        logical_first(r, type);
}

static bool finish_named(struct reader *r, const struct text *json, struct node *node)
{
    read_properties(r, json, &node->type);
    return read_type_aliases(r, json, &node->type) && enter_type(r, node);
}

/* ---- fields ---- */

/* As Java does: two letters outside ASCII have capitals within it. */
static struct span upper_case(struct reader *r, struct span word)
{
    struct buffer upper = {.arena = r->arena};
    for (; word.len; word = span_from(word, 1)) {
        bool dotless = span_starts(word, SPAN("\u0131")), long_s = span_starts(word, SPAN("\u017f"));
        buffer_byte(&upper, (char)(dotless ? 'I' : long_s ? 'S' : toupper((unsigned char)word.ptr[0])));
        if (dotless || long_s)
            word = span_from(word, 1);
    }
    return buffer_span(&upper);
}

static bool read_order(struct reader *r, const struct text *json, enum avro_order *order)
{
    static const struct span words[] = {{"ASCENDING", 9}, {"DESCENDING", 10}, {"IGNORE", 6}};
    const struct text *given = text_get(json, SPAN("order"));
    *order = AVRO_ASCENDING;
    if (!given)
        return true;
    if (given->kind != TEXT_STRING)
        return fail_json(r, "Field order is not a string", json);
    struct span word = upper_case(r, given->string);
    for (size_t i = 0; i < COUNT(words); i++) {
        if (span_equal(words[i], word)) {
            *order = (enum avro_order)i;
            return true;
        }
    }
    return reader_fail(r, "No enum constant org.apache.avro.Schema.Field.Order.%.*s", SPAN_ARGS(word));
}

/* "1.2.3": Java tells of the second point before it looks any further. */
static bool points_twice(struct span number)
{
    bool point = false;
    for (size_t i = number.ptr[0] == '-' || number.ptr[0] == '+'; i < number.len; i++) {
        if (number.ptr[i] == '.' && point)
            return true;
        point = point || number.ptr[i] == '.';
        if (number.ptr[i] != '.' && (number.ptr[i] < '0' || number.ptr[i] > '9'))
            return false;
    }
    return false;
}

static bool fail_number(struct reader *r, struct span trimmed)
{
    if (!trimmed.len)
        return reader_fail(r, "empty String");
    if (points_twice(trimmed))
        return reader_fail(r, "multiple points");
    return reader_fail(r, "For input string: \"%.*s\"", SPAN_ARGS(trimmed));
}

/* A float or double may have its default written as a string, as Java reads it: "NaN", "1e3", "0x1p-2". */
static bool read_fallback(struct reader *r, const struct text *json, struct avro_field *field)
{
    const struct text *given = text_get(json, SPAN("default"));
    bool real = field->type->kind == AVRO_FLOAT || field->type->kind == AVRO_DOUBLE;
    field->fallback = given;
    if (!given || !real || given->kind != TEXT_STRING)
        return true;
    double number;
    if (!java_double(given->string, &number))
        return fail_number(r, span_trim(given->string));
    struct buffer lexeme = {.arena = r->arena};
    text_put_double(&lexeme, number);
    struct text *value = arena_alloc(r->arena, sizeof *value);
    *value = (struct text){.kind = TEXT_NUMBER, .source = given->source, .string = buffer_span(&lexeme)};
    field->fallback = value;
    return true;
}

static bool read_field(struct reader *r, const struct text *json, struct span space, struct avro_field *field)
{
    struct node *type;
    struct span *aliases;
    field->name = string_of(json, SPAN("name"));
    if (!field->name.ptr)
        return fail_json(r, "No field name", json);
    field->doc = string_of(json, SPAN("doc"));
    const struct text *given = text_get(json, SPAN("type"));
    if (!given)
        return fail_json(r, "No field type", json);
    if (!read_type(r, given, space, &type))
        return false;
    field->type = &type->type;
    if (!read_order(r, json, &field->order) || !read_fallback(r, json, field) ||
        !check_name(r, field->name) || !check_default(r, field, false))
        return false;
    take_properties(r, json, field_reserved, COUNT(field_reserved), &field->properties,
                    &field->property_count);
    if (!take_aliases(r, json, &aliases, &field->alias_count))
        return false;
    field->aliases = aliases;
    return true;
}

static bool check_fields(struct reader *r, const struct avro_type *record)
{
    struct index seen = {.arena = r->arena};
    for (size_t i = 0; i < record->field_count; i++) {
        const struct avro_field *field = &record->fields[i];
        const struct avro_field *other = index_add(&seen, plain_name(field->name), (void *)field);
        if (other)
            return reader_fail(r,
                               "Duplicate field %.*s in record %.*s: "
                               "%.*s type:%s pos:%zu and %.*s type:%s pos:%zu.",
                               SPAN_ARGS(field->name), SPAN_ARGS(avro_full_name(record->name, r->arena)),
                               SPAN_ARGS(field->name), avro_kind_name(field->type->kind), i,
                               SPAN_ARGS(field->name), avro_kind_name(other->type->kind),
                               (size_t)(other - record->fields));
    }
    return true;
}

/* ---- kinds ---- */

static bool read_record(struct reader *r, const struct text *json, struct span space, struct node *node)
{
    struct avro_type *type = &node->type;
    if (!read_name(r, json, space, type) || !check_not_primitive(r, type))
        return false;
    const struct text *given = text_get(json, SPAN("fields"));
    if (!given || given->kind != TEXT_ARRAY)
        return fail_json(r, "Record has no fields", json);
    struct avro_field *fields = arena_array(r->arena, given->count, sizeof *fields);
    for (size_t i = 0; i < given->count; i++)
        if (!read_field(r, &given->items[i], type->name.space, &fields[i]))
            return false;
    type->fields = fields;
    type->field_count = given->count;
    return check_fields(r, type) && finish_named(r, json, node);
}

/* A symbol that is no string is absent, which the rules for names may refuse. */
static struct span symbol_of(const struct text *json)
{
    return json->kind == TEXT_STRING ? json->string : (struct span){NULL, 0};
}

static bool check_symbols(struct reader *r, const struct avro_type *type)
{
    struct index seen = {.arena = r->arena};
    size_t absent = 0;
    for (size_t i = 0; i < type->symbol_count; i++) {
        struct span symbol = type->symbols[i];
        if (!check_name(r, symbol))
            return false;
        bool again = symbol.ptr ? index_add(&seen, plain_name(symbol), r) != NULL : absent++ > 0;
        if (again)
            return reader_fail(r, "Duplicate enum symbol: %.*s",
                               SPAN_ARGS(symbol.ptr ? symbol : SPAN("null")));
    }
    if (!type->symbol_default.ptr || index_find(&seen, plain_name(type->symbol_default)))
        return true;
    struct buffer sentence = {.arena = r->arena};
    buffer_printf(&sentence, "The Enum Default: %.*s is not in the enum symbol set: [",
                  SPAN_ARGS(type->symbol_default));
    for (size_t i = 0; i < type->symbol_count; i++)
        buffer_printf(&sentence, "%s%.*s", i ? ", " : "",
                      SPAN_ARGS(type->symbols[i].ptr ? type->symbols[i] : SPAN("null")));
    buffer_byte(&sentence, ']');
    return reader_fault(r, buffer_span(&sentence));
}

static bool read_enum(struct reader *r, const struct text *json, struct span space, struct node *node)
{
    struct avro_type *type = &node->type;
    if (!read_name(r, json, space, type))
        return false;
    const struct text *given = text_get(json, SPAN("symbols"));
    if (!given || given->kind != TEXT_ARRAY)
        return fail_json(r, "Enum has no symbols", json);
    struct span *symbols = arena_array(r->arena, given->count, sizeof *symbols);
    for (size_t i = 0; i < given->count; i++)
        symbols[i] = symbol_of(&given->items[i]);
    type->symbols = symbols;
    type->symbol_count = given->count;
    type->symbol_default = string_of(json, SPAN("default"));
    return check_not_primitive(r, type) && check_symbols(r, type) && finish_named(r, json, node);
}

static bool read_fixed(struct reader *r, const struct text *json, struct span space, struct node *node)
{
    int64_t size;
    if (!read_name(r, json, space, &node->type))
        return false;
    const struct text *given = text_get(json, SPAN("size"));
    if (!given || !json_is_long(given, &size) || size < INT32_MIN || size > INT32_MAX)
        return fail_json(r, "Invalid or no size", json);
    if (!check_not_primitive(r, &node->type))
        return false;
    if (size < 0)
        return reader_fail(r, "Malformed data. Length is negative: %d", (int)size);
    if (size > FIXED_MAX)
        return reader_fail(r, "Cannot read arrays longer than %d bytes in Java library", FIXED_MAX);
    node->type.size = (int32_t)size;
    return finish_named(r, json, node);
}

static bool read_items(struct reader *r, const struct text *json, struct span space, struct node *node)
{
    bool map = node->type.kind == AVRO_MAP;
    struct node *items;
    const struct text *given = text_get(json, map ? SPAN("values") : SPAN("items"));
    if (!given)
        return fail_json(r, map ? "Map has no values type" : "Array has no items type", json);
    if (!read_type(r, given, space, &items))
        return false;
    node->type.items = &items->type;
    read_properties(r, json, &node->type);
    return true;
}

static bool read_union(struct reader *r, const struct text *json, struct span space, struct node *node)
{
    const struct avro_type **branches = arena_array(r->arena, json->count, sizeof *branches);
    for (size_t i = 0; i < json->count; i++) {
        struct node *branch;
        if (!read_type(r, &json->items[i], space, &branch))
            return false;
        branches[i] = &branch->type;
    }
    node->type.branches = branches;
    node->type.branch_count = json->count;
    return check_union(r, &node->type);
}

bool check_union(struct reader *r, const struct avro_type *type)
{
    struct index seen = {.arena = r->arena};
    for (size_t i = 0; i < type->branch_count; i++) {
        const struct avro_type *branch = type->branches[i];
        if (branch->kind == AVRO_UNION)
            return reader_fail(r, "Nested union: %.*s", SPAN_ARGS(show_type(type, false, r->arena)));
        struct avro_name key = is_named(branch->kind) ? branch->name : plain_name(kind_word(branch->kind));
        if (index_add(&seen, key, r))
            return reader_fail(r, "Duplicate in union:%.*s", SPAN_ARGS(avro_full_name(key, r->arena)));
    }
    return true;
}

static bool read_object(struct reader *r, const struct text *json, struct span space, struct node **node)
{
    struct span word = string_of(json, SPAN("type"));
    if (!word.ptr)
        return fail_json(r, "No type", json);
    enum avro_kind primitive;
    if (kind_primitive(word, &primitive)) {
        *node = node_new(r, primitive);
        read_properties(r, json, &(*node)->type);
        return true;
    }
    static const struct {
        struct span word;
        enum avro_kind kind;
        bool (*read)(struct reader *r, const struct text *json, struct span space, struct node *node);
    } kinds[] = {
        {{"record", 6}, AVRO_RECORD, read_record}, {{"error", 5}, AVRO_RECORD, read_record},
        {{"enum", 4}, AVRO_ENUM, read_enum},       {{"array", 5}, AVRO_ARRAY, read_items},
        {{"map", 3}, AVRO_MAP, read_items},        {{"fixed", 5}, AVRO_FIXED, read_fixed},
    };
    for (size_t i = 0; i < COUNT(kinds); i++) {
        if (!span_equal(kinds[i].word, word))
            continue;
        *node = node_new(r, kinds[i].kind);
        (*node)->type.error = span_equal(word, SPAN("error"));
        return kinds[i].read(r, json, space, *node);
    }
    *node = find_type(r, word, space);
    return true;
}

bool read_type(struct reader *r, const struct text *json, struct span space, struct node **node)
{
    switch (json->kind) {
    case TEXT_STRING: *node = find_type(r, json->string, space); return true;
    case TEXT_OBJECT: return read_object(r, json, space, node);
    case TEXT_ARRAY: *node = node_new(r, AVRO_UNION); return read_union(r, json, space, *node);
    case TEXT_NULL:
    case TEXT_BOOLEAN:
    case TEXT_NUMBER: break;
    }
    return fail_json(r, "Schema not yet supported", json);
}
