/* SPDX-License-Identifier: Apache-2.0 */
/* Binding names of fields to places in the schema's records, and checking that what an expression gives
 * fits there. */
#include "producer/load.h"

#include "producer/fit.h"
#include "producer/shipped.h"

static const struct avro_field *find_field(const struct avro_type *record, struct span name)
{
    for (size_t i = 0; i < record->field_count; i++)
        if (span_equal(record->fields[i].name, name))
            return &record->fields[i];
    return NULL;
}

/* The type beside null. NULL: a union of something else, which no expression fills. */
static const struct avro_type *without_null(const struct avro_type *type)
{
    if (type->kind != AVRO_UNION)
        return type;
    if (type->branch_count != 2 || !fit_null(type))
        return NULL;
    return type->branches[type->branches[0]->kind == AVRO_NULL];
}

/* A field that a newer schema has, the file's author's or ours: asked of an older one it is evaluated and
 * dropped. */
static bool is_later(const struct loader *loader, struct span path)
{
    const struct text *later = text_get(loader->root, SPAN("later_fields"));
    for (size_t i = 0; later && i < later->count; i++)
        if (span_equal(later->items[i].string, path))
            return true;
    if (!*loader->shipped)
        *loader->shipped = shipped_newest(loader->arena);
    return shipped_has(*loader->shipped, path);
}

static bool kind_fits(enum value_kind kind, enum avro_kind type)
{
    switch (kind) {
    case VALUE_NULL: return true;
    case VALUE_STRING: return type == AVRO_STRING || type == AVRO_ENUM;
    case VALUE_BYTES: return type == AVRO_BYTES || type == AVRO_FIXED;
    case VALUE_LONG: return type == AVRO_LONG || type == AVRO_INT;
    case VALUE_DOUBLE: return type == AVRO_DOUBLE;
    case VALUE_RECORD: return type == AVRO_RECORD;
    }
    return false;
}

static const char *kind_word(enum value_kind kind)
{
    static const char *const words[] = {
        [VALUE_NULL] = "nothing", [VALUE_STRING] = "a string", [VALUE_BYTES] = "bytes",
        [VALUE_LONG] = "a long",  [VALUE_DOUBLE] = "a double", [VALUE_RECORD] = "a record",
    };
    return words[kind];
}

static bool check_fit(const struct loader *loader, const struct text *at, const struct assignment *assignment)
{
    enum value_kind kind = assignment->expression.kind;
    if (assignment->needed && kind == VALUE_NULL)
        return load_fail(loader, at, "'%.*s' can hold no null", SPAN_ARGS(assignment->field));
    return kind_fits(kind, assignment->type->kind) ||
           load_fail(loader, at, "'%.*s' is of type %s, the expression gives %s",
                     SPAN_ARGS(assignment->field), avro_kind_name(assignment->type->kind), kind_word(kind));
}

/* Nothing is known of the field's type. */
static bool load_dropped(const struct loader *loader, const struct text *source,
                         struct assignment *assignment)
{
    assignment->position = NOWHERE;
    return load_expression(loader, source, NULL, assignment->field, &assignment->expression);
}

static bool load_assignment(const struct loader *loader, const struct text_member *member,
                            const struct avro_type *record, struct assignment *assignment)
{
    const struct text *source = &member->value;
    const struct avro_field *field = record ? find_field(record, member->name) : NULL;
    if (!field && (!record || is_later(loader, assignment->field)))
        return load_dropped(loader, source, assignment);
    if (!field)
        return load_fail(loader, source, "the schema has no field '%.*s' and 'later_fields' does not name it",
                         SPAN_ARGS(assignment->field));
    assignment->position = (size_t)(field - record->fields);
    assignment->type = without_null(field->type);
    assignment->needed = !fit_null(field->type) && !field->fallback;
    if (!assignment->type)
        return load_fail(loader, source, "'%.*s' is a union that a mapping cannot fill",
                         SPAN_ARGS(assignment->field));
    return load_expression(loader, source, assignment->type, assignment->field, &assignment->expression) &&
           check_fit(loader, source, assignment);
}

static struct span path_to(const struct loader *loader, struct span path, struct span name)
{
    return path.len ? arena_printf(loader->arena, "%.*s.%.*s", SPAN_ARGS(path), SPAN_ARGS(name)) : name;
}

bool load_assignments(const struct loader *loader, const struct text *fields, const struct avro_type *type,
                      struct span path, struct shape *shape)
{
    if (fields->kind != TEXT_OBJECT)
        return load_fail(loader, fields, "an object with an expression for each field is wanted here");
    struct assignment *assignments = arena_array(loader->arena, fields->count, sizeof *assignments);
    shape->assignments = assignments;
    shape->assignment_count = fields->count;
    shape->count = type ? type->field_count : 0;
    for (size_t i = 0; i < fields->count; i++) {
        assignments[i].field = path_to(loader, path, fields->members[i].name);
        assignments[i].common = loader->common;
        assignments[i].line = load_line(loader, &fields->members[i].value);
        if (!load_assignment(loader, &fields->members[i], type, &assignments[i]))
            return false;
    }
    return true;
}

static bool is_assigned(const struct shape *shape, size_t position)
{
    for (size_t i = 0; i < shape->assignment_count; i++)
        if (shape->assignments[i].position == position)
            return true;
    return false;
}

bool load_whole(const struct loader *loader, const struct text *at, const struct avro_type *type,
                struct span path, const struct shape *shape)
{
    for (size_t i = 0; i < type->field_count; i++) {
        const struct avro_field *field = &type->fields[i];
        if (!field->fallback && !is_assigned(shape, i))
            return load_fail(loader, at, "nothing sets '%.*s', which has no default in the schema",
                             SPAN_ARGS(path_to(loader, path, field->name)));
    }
    return true;
}
