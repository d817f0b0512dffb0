/* SPDX-License-Identifier: Apache-2.0 */
/* /subjects/{subject}/metadata: the newest version that says what is asked for. */
#include "registry/metadata.h"

#include "api/handlers.h"
#include "api/render.h"

/* The n-th parameter of that name; ptr NULL: there are not so many. */
static struct span nth(const struct call *call, const char *name, size_t n)
{
    for (size_t i = 0; i < call->query_count; i++)
        if (span_equal(call->query[i].name, span_of(name)) && n-- == 0)
            return call->query[i].value.ptr ? call->query[i].value : SPAN("");
    return (struct span){NULL, 0};
}

struct wish {
    struct span key, value;
};

/* Pairs by position, as long as there is a key and a value. */
static size_t read_wishes(const struct call *call, struct wish *wishes)
{
    size_t count = 0;
    for (;; count++) {
        struct wish wish = {nth(call, "key", count), nth(call, "value", count)};
        if (!wish.key.ptr || !wish.value.ptr)
            return count;
        wishes[count] = wish;
    }
}

/* A version without metadata says nothing, not even to a question without a pair. */
static bool says(const struct version *version, const struct wish *wishes, size_t count, struct arena *arena)
{
    const struct metadata *metadata = metadata_stored(version->record->row.metadata, arena);
    for (size_t i = 0; metadata && i < count; i++) {
        struct span value = metadata_property(metadata, wishes[i].key);
        if (!value.ptr || !span_equal(value, wishes[i].value))
            return false;
    }
    return metadata != NULL;
}

static const struct version *find(const struct call *call, const struct subject *subject, bool deleted)
{
    struct wish *wishes = arena_array(call->arena, call->query_count + 1, sizeof *wishes);
    size_t count = read_wishes(call, wishes);
    struct cursor cursor = subject_versions_down(call->view, subject);
    const struct version *version;
    while ((version = cursor_version(&cursor))) {
        AUTO_ARENA arena = arena_new();
        if ((deleted || !version->row.hidden) && says(version, wishes, count, arena))
            return version;
    }
    return NULL;
}

bool get_subject_metadata(struct call *call, struct error *err)
{
    struct name name = call_arg_subject(call, 0);
    bool deleted = call_query_true(call, "deleted");
    struct variant variant = {0};
    const struct subject *subject = view_subject(call->view, name);
    if (!subject || !(deleted || subject_live_count(subject)))
        return error_subject_not_found(err, name_text(name, call->arena));
    const struct version *version = find(call, subject, deleted);
    if (!version)
        return error_schema_not_found(err);
    const struct record_row *row = &version->record->row;
    if (!render_format(call, version->record->context, row, &variant.text, err))
        return false;
    if (variant.text.ptr == row->text.ptr)
        render_version(call, version, FORM_SCHEMA);
    else
        render_variant(call, version, FORM_SCHEMA, &variant);
    return true;
}
