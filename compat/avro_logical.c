/* SPDX-License-Identifier: Apache-2.0 */
/* Logical types: never an error. One that does not fit its type is a property like any other; one that fits
 * changes the order of properties in printed forms, and nothing else. */
#include "compat/avro_model.h"

#include <math.h>

static bool small_integer(const struct text *value, int64_t *number)
{
    return json_is_long(value, number) && *number >= INT32_MIN && *number <= INT32_MAX;
}

/* Java reckons the bits of a fixed in 32 bits, which wrap. */
static bool decimal_fits(const struct avro_type *type)
{
    const struct text *given = property_find(type, SPAN("precision")),
                      *scaled = property_find(type, SPAN("scale"));
    int64_t precision, scale = 0;
    if ((type->kind != AVRO_BYTES && type->kind != AVRO_FIXED) || !given || !small_integer(given, &precision))
        return false;
    if (scaled && !small_integer(scaled, &scale))
        return false;
    if (precision <= 0 || scale < 0 || scale > precision)
        return false;
    if (type->kind == AVRO_BYTES)
        return true;
    int32_t bits = (int32_t)(8u * (uint32_t)type->size - 1u);
    return (double)precision <= floor(log10(2.0) * (double)bits);
}

static bool uuid_fits(const struct avro_type *type)
{
    return type->kind == AVRO_STRING || (type->kind == AVRO_FIXED && type->size == 16);
}

static bool duration_fits(const struct avro_type *type)
{
    return type->kind == AVRO_FIXED && type->size == 12;
}

/* An array of entries that stands for a map with keys of any type. */
static bool map_fits(const struct avro_type *type)
{
    if (type->kind != AVRO_ARRAY || type->items->kind != AVRO_RECORD || type->items->field_count != 2)
        return false;
    const struct avro_field *fields = type->items->fields;
    return span_equal(fields[0].name, SPAN("key")) && span_equal(fields[1].name, SPAN("value"));
}

static bool variant_fits(const struct avro_type *type)
{
    if (type->kind != AVRO_RECORD || type->field_count != 2)
        return false;
    const struct avro_field *fields = type->fields;
    bool swapped = span_equal(fields[0].name, SPAN("value"));
    return fields[0].type->kind == AVRO_BYTES && fields[1].type->kind == AVRO_BYTES &&
           span_equal(fields[swapped].name, SPAN("metadata")) &&
           span_equal(fields[!swapped].name, SPAN("value"));
}

static bool bytes_fits(const struct avro_type *type)
{
    return type->kind == AVRO_BYTES;
}

static bool int_fits(const struct avro_type *type)
{
    return type->kind == AVRO_INT;
}

static bool long_fits(const struct avro_type *type)
{
    return type->kind == AVRO_LONG;
}

static const struct {
    const char *name;
    bool (*fits)(const struct avro_type *type);
} logicals[] = {
    {"decimal", decimal_fits},
    {"big-decimal", bytes_fits},
    {"uuid", uuid_fits},
    {"duration", duration_fits},
    {"date", int_fits},
    {"time-millis", int_fits},
    {"time-micros", long_fits},
    {"timestamp-millis", long_fits},
    {"timestamp-micros", long_fits},
    {"timestamp-nanos", long_fits},
    {"local-timestamp-millis", long_fits},
    {"local-timestamp-micros", long_fits},
    {"local-timestamp-nanos", long_fits},
    {"map", map_fits},
    {"variant", variant_fits},
};

/* A hint to Java's code generator takes the place of a logical type. */
static bool is_java_hint(const struct avro_property *property)
{
    static const char *const hints[] = {"avro.java.string", "java-class", "java-key-class",
                                        "java-element-class"};
    for (size_t i = 0; i < sizeof hints / sizeof *hints; i++)
        if (property->value->kind == TEXT_STRING && span_equal(property->name, span_of(hints[i])))
            return true;
    return false;
}

bool logical_fits(const struct avro_type *type)
{
    const struct text *name = property_find(type, SPAN("logicalType"));
    if (!name || name->kind != TEXT_STRING)
        return false;
    for (size_t i = 0; i < type->property_count; i++)
        if (is_java_hint(&type->properties[i]))
            return false;
    for (size_t i = 0; i < sizeof logicals / sizeof *logicals; i++)
        if (span_equal(name->string, span_of(logicals[i].name)))
            return logicals[i].fits(type);
    return false;
}
