/* SPDX-License-Identifier: Apache-2.0 */
/* Members of a request body. What a client asks for is either done or refused by name, never dropped. */
#include "api/body.h"

#include "api/tags.h"
#include "registry/metadata.h"
#include "registry/rules.h"

#include "registry/loose.h"
#include "registry/references.h"

#include <limits.h>

const char *const body_kinds[] = {
    [TEXT_NULL] = "null",       [TEXT_BOOLEAN] = "a boolean", [TEXT_NUMBER] = "a number",
    [TEXT_STRING] = "a string", [TEXT_ARRAY] = "an array",    [TEXT_OBJECT] = "an object",
};

static size_t place(const struct call *call, const struct text *value)
{
    return (size_t)(value->source.ptr - call->body.ptr);
}

static bool mistyped(const struct call *call, const char *name, const struct text *value, const char *wanted,
                     struct error *err)
{
    return error_bad_request(err, arena_printf(call->arena, "Mistyped JSON at byte %zu: '%s' is %s, not %s",
                                               place(call, value), name, body_kinds[value->kind], wanted));
}

static bool unreadable(const struct call *call, const char *name, const struct text *value,
                       const char *wanted, struct error *err)
{
    return error_bad_request(err, arena_printf(call->arena, "Mistyped JSON at byte %zu: '%s' is not %s",
                                               place(call, value), name, wanted));
}

bool body_read(struct call *call, struct error *err)
{
    struct text *json = arena_alloc(call->arena, sizeof *json);
    struct text_failure failure;
    const char *argument = call->route->body_argument;
    if (!text_read(call->body, &text_rules_body, json, &failure, call->arena)) {
        if (failure.fault == TEXT_EMPTY)
            return error_body_missing(err, argument);
        return error_bad_request(err, text_failure_message(&failure, call->body, call->arena));
    }
    if (json->kind == TEXT_NULL)
        return error_body_missing(err, argument);
    if (json->kind != TEXT_OBJECT && !(call->route->access & ANY_BODY))
        return error_bad_request(err, arena_printf(call->arena,
                                                   "Mistyped JSON at byte %zu: the body is %s, not %s",
                                                   place(call, json), body_kinds[json->kind],
                                                   body_kinds[TEXT_OBJECT]));
    call->json = json;
    return true;
}

/* The member's value; NULL when it is absent or null. */
static const struct text *member(const struct call *call, const char *name)
{
    const struct text *value = text_get(call->json, span_of(name));
    return value && value->kind != TEXT_NULL ? value : NULL;
}

bool body_has(const struct call *call, const char *name)
{
    return text_get(call->json, span_of(name)) != NULL;
}

bool body_string(const struct call *call, const char *name, struct span *value, struct error *err)
{
    const struct text *found = member(call, name);
    *value = (struct span){NULL, 0};
    if (!found)
        return true;
    switch (found->kind) {
    case TEXT_STRING: *value = found->string.ptr ? found->string : SPAN(""); return true;
    case TEXT_NUMBER:
    case TEXT_BOOLEAN: *value = found->source; return true;
    default: return mistyped(call, name, found, body_kinds[TEXT_STRING], err);
    }
}

/* A string in the place of a number or a boolean: blank, or the word null, is none. */
static bool no_value(struct span text)
{
    return !text.len || span_equal(text, SPAN("null"));
}

static bool int_of(const struct call *call, const char *name, const struct text *found, bool *has, int *value,
                   struct error *err)
{
    *has = false;
    if (!found)
        return true;
    if (found->kind == TEXT_STRING) {
        struct span text = span_trim(found->string);
        if (no_value(text))
            return true;
        *has = call_number(text, value);
        return *has || unreadable(call, name, found, "a 32-bit integer", err);
    }
    if (found->kind != TEXT_NUMBER)
        return mistyped(call, name, found, "an integer", err);
    /* A fraction is cut off, as in Java's cast. */
    double number = text_double(found->string);
    if (!(number > (double)INT_MIN - 1 && number < (double)INT_MAX + 1))
        return unreadable(call, name, found, "a 32-bit integer", err);
    *value = (int)number;
    *has = true;
    return true;
}

bool body_int(const struct call *call, const char *name, bool *has, int *value, struct error *err)
{
    return int_of(call, name, member(call, name), has, value, err);
}

bool body_bool(const struct call *call, const char *name, bool *has, bool *value, struct error *err)
{
    static const struct span yes[] = {SPAN("true"), SPAN("True"), SPAN("TRUE")};
    static const struct span no[] = {SPAN("false"), SPAN("False"), SPAN("FALSE")};
    const struct text *found = member(call, name);
    int64_t number;
    *has = found != NULL;
    if (!found)
        return true;
    if (found->kind == TEXT_BOOLEAN) {
        *value = found->truth;
        return true;
    }
    if (text_integer(found, &number)) {
        *value = !span_equal(found->string, SPAN("0"));
        return true;
    }
    if (found->kind != TEXT_STRING)
        return mistyped(call, name, found, body_kinds[TEXT_BOOLEAN], err);
    struct span text = span_trim(found->string);
    *has = !no_value(text);
    if (!*has)
        return true;
    for (size_t i = 0; i < sizeof yes / sizeof *yes; i++)
        if ((*value = span_equal(text, yes[i])) || span_equal(text, no[i]))
            return true;
    return unreadable(call, name, found, body_kinds[TEXT_BOOLEAN], err);
}

/* The member is a list or an object, or it is not there. */
static bool check_kind(const struct call *call, const char *name, enum text_kind kind, struct error *err)
{
    const struct text *value = member(call, name);
    return !value || value->kind == kind || mistyped(call, name, value, body_kinds[kind], err);
}

/* Jackson types the whole body before anybody looks at what it asks for. */
static bool check_types(const struct call *call, struct error *err)
{
    int number;
    bool has, truth;
    return body_int(call, "version", &has, &number, err) && body_int(call, "id", &has, &number, err) &&
           check_kind(call, "references", TEXT_ARRAY, err) &&
           tags_typed(call, "schemaTagsToAdd", "schemaTagsToRemove", err) &&
           body_bool(call, "propagateSchemaTags", &has, &truth, err);
}

/* What goes with the text. */
static bool read_attached(const struct call *call, struct registration *wanted, struct error *err)
{
    struct loose loose = {call->body, call->arena, err};
    return metadata_read(&loose, member(call, "metadata"), &wanted->metadata) &&
           rules_read(&loose, "ruleSet", member(call, "ruleSet"), &wanted->rules);
}

static bool read_reference(const struct call *call, const struct text *item, struct reference *reference,
                           struct error *err)
{
    const struct loose loose = {call->body, call->arena, err};
    bool has;
    if (item->kind != TEXT_OBJECT)
        return mistyped(call, "references", item, body_kinds[TEXT_OBJECT], err);
    reference->version = NO_VERSION;
    return loose_string(&loose, item, "name", &reference->name) &&
           loose_string(&loose, item, "subject", &reference->subject) &&
           int_of(call, "version", loose_member(item, "version"), &has, &reference->version, err);
}

static bool read_references(const struct call *call, struct registration *wanted, struct error *err)
{
    const struct text *list = member(call, "references");
    if (!list || !list->count)
        return true;
    struct reference *references = arena_array(call->arena, list->count, sizeof *references);
    for (size_t i = 0; i < list->count; i++)
        if (!read_reference(call, &list->items[i], &references[i], err))
            return false;
    wanted->references = references;
    wanted->reference_count = list->count;
    return true;
}

bool body_registration(const struct call *call, struct name subject, struct registration *wanted,
                       struct error *err)
{
    *wanted = (struct registration){.subject = subject,
                                    .normalize = call_query_true(call, "normalize"),
                                    .by = call->origin};
    if (!check_types(call, err) || !body_string(call, "schemaType", &wanted->type, err) ||
        !body_string(call, "schema", &wanted->text, err) || !read_attached(call, wanted, err))
        return false;
    return read_references(call, wanted, err);
}

/* With tags of its own a version that is not asked for is a new one. */
bool body_tags(const struct call *call, struct registration *wanted, struct error *err)
{
    bool has;
    if (!tags_read(call, "schemaTagsToAdd", "schemaTagsToRemove", wanted, err) ||
        !body_bool(call, "propagateSchemaTags", &has, &wanted->propagate, err))
        return false;
    if (wanted->retagging_count && !member(call, "version"))
        wanted->version = -1;
    return true;
}

bool body_type_named(const struct registration *wanted, struct error *err)
{
    return !wanted->type.ptr || wanted->type.len || error_schema_type_unknown(err, wanted->type);
}

bool body_tried(const struct call *call, const struct registration *wanted, struct error *err)
{
    return rules_fit(wanted->rules, err) && tags_few(call, "schemaTagsToAdd", "schemaTagsToRemove", err) &&
           body_type_named(wanted, err);
}

bool body_numbers(const struct call *call, struct registration *wanted, struct error *err)
{
    bool has_id, has_version;
    int id = -1;
    if (!body_int(call, "id", &has_id, &id, err) ||
        !body_int(call, "version", &has_version, &wanted->version, err))
        return false;
    wanted->has_id = has_id && id >= 0;
    wanted->id = wanted->has_id ? id : 0;
    return true;
}
