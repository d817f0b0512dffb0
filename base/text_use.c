/* SPDX-License-Identifier: Apache-2.0 */
/* Using what was read: members, pointers, numbers, and what was wrong. */
#include "base/text.h"

#include "base/text_scan.h"

#include <stdlib.h>

/* The first place of a member whose name may be this one. */
static size_t likely_place(const struct text *object, struct span name)
{
    uint8_t tag = text_tag(name);
    for (size_t i = 0; i < object->count; i += STRIDE) {
        size_t first = stride_first((stride)(stride_at((const char *)object->tags + i) == tag));
        if (first < STRIDE)
            return i + first;
    }
    return object->count;
}

const struct text *text_get(const struct text *object, struct span name)
{
    if (!object || object->kind != TEXT_OBJECT)
        return NULL;
    for (size_t i = likely_place(object, name); i < object->count; i++)
        if (span_equal(object->members[i].name, name))
            return &object->members[i].value;
    return NULL;
}

/* "~1" is a slash, "~0" a tilde; any other use of the tilde is kept, as it cannot name anything else. */
static bool step_equals(struct span step, struct span name)
{
    size_t at = 0;
    for (size_t i = 0; i < step.len; i++, at++) {
        char byte = step.ptr[i];
        if (byte == '~' && i + 1 < step.len && (step.ptr[i + 1] == '0' || step.ptr[i + 1] == '1'))
            byte = step.ptr[++i] == '0' ? '~' : '/';
        if (at >= name.len || name.ptr[at] != byte)
            return false;
    }
    return at == name.len;
}

static const struct text *step_member(const struct text *object, struct span step)
{
    for (size_t i = 0; i < object->count; i++)
        if (step_equals(step, object->members[i].name))
            return &object->members[i].value;
    return NULL;
}

static const struct text *step_item(const struct text *array, struct span step)
{
    if (step.len == 0 || step.len > 9 || (step.ptr[0] == '0' && step.len > 1))
        return NULL;
    size_t index = 0;
    for (size_t i = 0; i < step.len; i++) {
        if (step.ptr[i] < '0' || step.ptr[i] > '9')
            return NULL;
        index = index * 10 + (size_t)(step.ptr[i] - '0');
    }
    return index < array->count ? &array->items[index] : NULL;
}

const struct text *text_point(const struct text *value, struct span pointer)
{
    while (value && pointer.len) {
        if (pointer.ptr[0] != '/')
            return NULL;
        pointer = span_from(pointer, 1);
        const char *slash = pointer.len ? memchr(pointer.ptr, '/', pointer.len) : NULL;
        struct span step = {pointer.ptr, slash ? (size_t)(slash - pointer.ptr) : pointer.len};
        pointer = span_from(pointer, step.len);
        if (value->kind == TEXT_OBJECT)
            value = step_member(value, step);
        else
            value = value->kind == TEXT_ARRAY ? step_item(value, step) : NULL;
    }
    return value;
}

bool text_integer(const struct text *value, int64_t *number)
{
    if (value->kind != TEXT_NUMBER)
        return false;
    struct span digits = value->string;
    bool negative = span_starts(digits, SPAN("-"));
    int64_t read = 0;
    for (size_t i = negative; i < digits.len; i++) {
        int digit = digits.ptr[i] - '0';
        if (digit < 0 || digit > 9 || __builtin_mul_overflow(read, 10, &read) ||
            __builtin_sub_overflow(read, digit, &read)) /* below zero there is one number more */
            return false;
    }
    return !__builtin_mul_overflow(read, negative ? 1 : -1, number);
}

double text_double(struct span lexeme)
{
    char few[64];
    if (lexeme.len < sizeof few) {
        memcpy(few, lexeme.ptr, lexeme.len);
        few[lexeme.len] = 0;
        return strtod(few, NULL);
    }
    AUTO_ARENA arena = arena_new();
    return strtod(arena_copy(arena, lexeme).ptr, NULL);
}

const char *text_fault_name(enum text_fault fault)
{
    static const char *const names[] = {
        [TEXT_OK] = "ok",
        [TEXT_EMPTY] = "empty-line",
        [TEXT_BYTE_ORDER_MARK] = "byte-order-mark",
        [TEXT_INVALID_UTF8] = "invalid-utf8",
        [TEXT_TRUNCATED] = "truncated",
        [TEXT_BAD] = "bad-json",
        [TEXT_BAD_ESCAPE] = "bad-escape",
        [TEXT_CONTROL] = "control-character",
        [TEXT_NUL] = "nul-character",
        [TEXT_LONE_SURROGATE] = "lone-surrogate",
        [TEXT_DUPLICATE] = "duplicate-key",
        [TEXT_TOO_DEEP] = "too-deep",
        [TEXT_TOO_LONG] = "too-long",
        [TEXT_TOO_MANY] = "too-many-values",
        [TEXT_TRAILING] = "trailing-data",
    };
    return names[fault];
}

static const char *fault_sentence(enum text_fault fault)
{
    static const char *const sentences[] = {
        [TEXT_OK] = "nothing is wrong",
        [TEXT_EMPTY] = "there is no JSON value",
        [TEXT_BYTE_ORDER_MARK] = "a byte order mark stands before the JSON text",
        [TEXT_INVALID_UTF8] = "the text is not UTF-8",
        [TEXT_TRUNCATED] = "the text ends in the middle of a value",
        [TEXT_BAD] = "unexpected character",
        [TEXT_BAD_ESCAPE] = "unknown escape in a string",
        [TEXT_CONTROL] = "a control character in a string must be escaped",
        [TEXT_NUL] = "a string holds a NUL character",
        [TEXT_LONE_SURROGATE] = "a string holds half of a surrogate pair",
        [TEXT_DUPLICATE] = "a name stands twice in one object",
        [TEXT_TOO_DEEP] = "arrays and objects are nested too deeply",
        [TEXT_TOO_LONG] = "a number, a string or a name is too long",
        [TEXT_TOO_MANY] = "there are too many values",
        [TEXT_TRAILING] = "something follows the JSON value",
    };
    return sentences[fault];
}

struct span text_failure_message(const struct text_failure *failure, struct span bytes, struct arena *arena)
{
    size_t line = 1, column = 1;
    for (size_t i = 0; i < failure->offset && i < bytes.len; i++) {
        column = bytes.ptr[i] == '\n' ? 1 : column + 1;
        line += bytes.ptr[i] == '\n';
    }
    return arena_printf(arena, "Malformed JSON at line %zu, column %zu: %s", line, column,
                        fault_sentence(failure->fault));
}
