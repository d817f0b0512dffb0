/* SPDX-License-Identifier: Apache-2.0 */
/* Mapped record → Avro binary. Our own model of the schema leads; avro-c gets the bare text printed from it
 * and is told branches and fields by index, never by name. avro-c fails quietly, so every answer of it goes
 * through `done`; its error text is shared by the whole process and never shown. */
#include "producer/encode.h"

#include "producer/avro_c.h"

#include <assert.h>

struct encoder {
    struct arena *arena;
    const struct avro_type *root;
    avro_schema_t schema;
    avro_value_iface_t *iface;
    avro_value_t value;
    avro_writer_t writer;
};

/* ---- leaves ---- */

/* The length that avro-c wants counts a NUL behind the text, so the text is copied to where there is one. */
static bool set_string(avro_value_t *to, struct span text, struct arena *arena, struct error *err)
{
    struct span copy = arena_copy(arena, text);
    return avro_c_done(avro_value_set_string_len(to, copy.ptr, copy.len + 1), "take a string", err);
}

bool avro_c_text(avro_value_t *to, const struct avro_type *type, struct span text, struct arena *arena,
                 struct error *err)
{
    int index;
    if (type->kind == AVRO_STRING)
        return set_string(to, text, arena, err);
    if (!fit_symbol(type, text, &index)) /* avro-c would write any index */
        return error_set(err, 0, "'%.*s' is no symbol of the enum", SPAN_ARGS(text));
    return avro_c_done(avro_value_set_enum(to, index), "take an enum symbol", err);
}

bool avro_c_blob(avro_value_t *to, const struct avro_type *type, struct span bytes, struct error *err)
{
    void *start = bytes.len ? (void *)bytes.ptr : (void *)"";
    if (type->kind == AVRO_BYTES)
        return avro_c_done(avro_value_set_bytes(to, start, bytes.len), "take bytes", err);
    return avro_c_done(avro_value_set_fixed(to, start, bytes.len), "take fixed bytes", err);
}

bool avro_c_integer(avro_value_t *to, const struct avro_type *type, int64_t number, struct error *err)
{
    if (type->kind == AVRO_INT)
        return avro_c_done(avro_value_set_int(to, (int32_t)number), "take an int", err);
    return avro_c_done(avro_value_set_long(to, number), "take a long", err);
}

bool avro_c_real(avro_value_t *to, const struct avro_type *type, double number, struct error *err)
{
    if (type->kind == AVRO_FLOAT)
        return avro_c_done(avro_value_set_float(to, (float)number), "take a float", err);
    return avro_c_done(avro_value_set_double(to, number), "take a double", err);
}

/* ---- records ---- */

static bool set_value(avro_value_t *to, const struct avro_type *type, const struct value *value,
                      struct arena *arena, struct error *err);

static bool misfit(struct error *err)
{
    return error_set(err, 0, "a mapped value does not fit the type of its field");
}

static bool set_branch(avro_value_t *to, const struct avro_type *type, const struct value *value,
                       struct arena *arena, struct error *err)
{
    for (size_t i = 0; i < type->branch_count; i++) {
        avro_value_t branch;
        if (!fit_value(value, type->branches[i]))
            continue;
        return avro_c_done(avro_value_set_branch(to, (int)i, &branch), "choose a branch", err) &&
               set_value(&branch, type->branches[i], value, arena, err);
    }
    return misfit(err);
}

static bool set_members(avro_value_t *to, const struct avro_type *type, const struct value *value,
                        struct arena *arena, struct error *err)
{
    for (size_t i = 0; i < type->field_count; i++) {
        avro_value_t member;
        const struct avro_field *field = &type->fields[i];
        const struct value *given = &value->members[i];
        if (!avro_c_done(avro_value_get_by_index(to, i, &member, NULL), "find a field", err))
            return false;
        bool unset = given->kind == VALUE_NULL && field->fallback && !fit_null(field->type);
        if (unset ? !avro_c_default(&member, field->type, field->fallback, arena, err)
                  : !set_value(&member, field->type, given, arena, err))
            return false;
    }
    return true;
}

static bool set_value(avro_value_t *to, const struct avro_type *type, const struct value *value,
                      struct arena *arena, struct error *err)
{
    if (type->kind == AVRO_UNION)
        return set_branch(to, type, value, arena, err);
    if (!fit_value(value, type))
        return misfit(err);
    switch (value->kind) {
    case VALUE_NULL: return avro_c_done(avro_value_set_null(to), "take a null", err);
    case VALUE_STRING: return avro_c_text(to, type, value->text, arena, err);
    case VALUE_BYTES: return avro_c_blob(to, type, value->text, err);
    case VALUE_LONG: return avro_c_integer(to, type, value->number, err);
    case VALUE_DOUBLE: return avro_c_real(to, type, value->real, err);
    case VALUE_RECORD: return set_members(to, type, value, arena, err);
    }
    return misfit(err);
}

/* Sized first: avro-c writes as far as the room goes and only then complains. */
static bool write_value(struct encoder *encoder, size_t prefix, struct span *message, struct arena *arena,
                        struct error *err)
{
    size_t size;
    if (!avro_c_done(avro_value_sizeof(&encoder->value, &size), "size a record", err))
        return false;
    char *room = arena_alloc(arena, prefix + size + 1);
    avro_writer_memory_set_dest(encoder->writer, room + prefix, (int64_t)size);
    if (!avro_c_done(avro_value_write(encoder->writer, &encoder->value), "write a record", err))
        return false;
    if (avro_writer_tell(encoder->writer) != (int64_t)size)
        return error_set(err, 0, "avro-c wrote another size than it announced");
    *message = (struct span){room + prefix, size};
    return true;
}

bool encode_record(struct encoder *encoder, const struct value *record, size_t prefix, struct span *message,
                   struct arena *arena, struct error *err)
{
    return avro_c_done(avro_value_reset(&encoder->value), "reset a record", err) &&
           set_value(&encoder->value, encoder->root, record, arena, err) &&
           write_value(encoder, prefix, message, arena, err);
}

/* ---- one encoder per schema ---- */

static void release(void *thing)
{
    struct encoder *encoder = thing;
    if (encoder->writer)
        avro_writer_free(encoder->writer);
    if (encoder->value.iface)
        avro_value_decref(&encoder->value);
    if (encoder->iface)
        avro_value_iface_decref(encoder->iface);
    if (encoder->schema)
        avro_schema_decref(encoder->schema);
}

static bool prepare(struct encoder *encoder, const struct schema *schema, struct error *err)
{
    struct span bare;
    if (!schema->type->format(schema, SPAN("bare"), &bare, err) ||
        !avro_c_done(avro_schema_from_json_length(bare.ptr, bare.len, &encoder->schema), "read the schema",
                     err))
        return false;
    encoder->iface = avro_generic_class_from_schema(encoder->schema);
    if (!encoder->iface)
        return error_set(err, 0, "avro-c cannot make values of the schema");
    if (!avro_c_done(avro_generic_value_new(encoder->iface, &encoder->value), "make a value", err))
        return false;
    encoder->writer = avro_writer_memory("", 0);
    return encoder->writer || error_set(err, 0, "avro-c cannot make a writer");
}

struct encoder *encoder_new(const struct schema *schema, struct error *err)
{
    assert(schema->type == &schema_avro);
    struct arena *arena = arena_new();
    struct encoder *encoder = arena_alloc(arena, sizeof *encoder);
    encoder->arena = arena;
    encoder->root = avro_root(schema);
    arena_defer(arena, release, encoder);
    if (prepare(encoder, schema, err))
        return encoder;
    arena_free(arena);
    return NULL;
}

void encoder_free(struct encoder *encoder)
{
    if (encoder)
        arena_free(encoder->arena);
}
