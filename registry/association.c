/* SPDX-License-Identifier: Apache-2.0 */
/* Rows of associations: as the JSON of a change, which tells all rows of one subject, as tables, as lists. */
#include "registry/rows.h"

#include "base/text.h"
#include "registry/references.h"

#include <stdlib.h>

/* ---- orders */

int association_compare(const struct association *a, const struct association *b)
{
    const struct span one[] = {a->resource_name, a->resource_namespace, a->resource_type, a->part};
    const struct span other[] = {b->resource_name, b->resource_namespace, b->resource_type, b->part};
    for (size_t i = 0; i < sizeof one / sizeof *one; i++) {
        int order = span_compare(one[i], other[i]);
        if (order)
            return order;
    }
    return name_compare(a->subject, b->subject);
}

int rows_by_key(const void *a, const void *b)
{
    return association_compare(a, b);
}

int rows_by_subject(const void *a, const void *b)
{
    const struct association *one = a, *other = b;
    int order = name_compare(one->subject, other->subject);
    return order ? order : association_compare(one, other);
}

int rows_by_resource(const void *a, const void *b)
{
    const struct association *one = a, *other = b;
    int order = span_compare(one->resource_id, other->resource_id);
    return order ? order : association_compare(one, other);
}

/* ---- as JSON */

static bool read_string(const struct text *item, const char *name, struct span *value)
{
    const struct text *member = text_get(item, span_of(name));
    if (!member || member->kind != TEXT_STRING)
        return false;
    *value = member->string;
    return true;
}

static bool read_time(const struct text *item, const char *name, int64_t *value)
{
    const struct text *member = text_get(item, span_of(name));
    return member && text_integer(member, value);
}

static bool read_row(const struct text *item, struct association *row)
{
    struct span lifecycle;
    if (!read_string(item, "resourceName", &row->resource_name) ||
        !read_string(item, "resourceNamespace", &row->resource_namespace) ||
        !read_string(item, "resourceId", &row->resource_id) ||
        !read_string(item, "resourceType", &row->resource_type) ||
        !read_string(item, "associationType", &row->part) || !read_string(item, "lifecycle", &lifecycle) ||
        !read_string(item, "guid", &row->guid) || !read_time(item, "createTs", &row->created) ||
        !read_time(item, "updateTs", &row->updated))
        return false;
    row->strong = span_equal(lifecycle, SPAN("STRONG"));
    return row->strong || span_equal(lifecycle, SPAN("WEAK"));
}

bool rows_read(struct span json, struct name subject, struct association **rows, size_t *count,
               struct arena *arena)
{
    struct text list;
    struct text_failure failure;
    *rows = NULL;
    *count = 0;
    if (!json.len)
        return true;
    if (!text_read(json, &text_rules_own, &list, &failure, arena) || list.kind != TEXT_ARRAY)
        return false;
    *rows = arena_array(arena, list.count, sizeof **rows);
    for (; *count < list.count; (*count)++) {
        (*rows)[*count].subject = subject;
        if (!read_row(&list.items[*count], &(*rows)[*count]))
            return false;
    }
    return true;
}

static void put_string(struct buffer *out, const char *name, struct span value)
{
    buffer_printf(out, "%s\"%s\":", out->ptr[out->len - 1] == '{' ? "" : ",", name);
    text_quote(out, value);
}

struct span rows_write(const struct association *const *rows, size_t count, struct arena *arena)
{
    struct buffer out = {.arena = arena};
    if (!count)
        return (struct span){NULL, 0};
    for (size_t i = 0; i < count; i++) {
        buffer_put(&out, i ? SPAN(",{") : SPAN("[{"));
        put_string(&out, "resourceName", rows[i]->resource_name);
        put_string(&out, "resourceNamespace", rows[i]->resource_namespace);
        put_string(&out, "resourceId", rows[i]->resource_id);
        put_string(&out, "resourceType", rows[i]->resource_type);
        put_string(&out, "associationType", rows[i]->part);
        put_string(&out, "lifecycle", rows[i]->strong ? SPAN("STRONG") : SPAN("WEAK"));
        put_string(&out, "guid", rows[i]->guid);
        buffer_printf(&out, ",\"createTs\":%lld,\"updateTs\":%lld}", (long long)rows[i]->created,
                      (long long)rows[i]->updated);
    }
    buffer_byte(&out, ']');
    return buffer_span(&out);
}

/* ---- as tables */

static void take_rows(struct state *state, struct name subject, struct making *making)
{
    struct association key = {.subject = subject};
    for (;;) {
        struct table_place place = table_seek(&state->held, &key);
        const struct association *row = table_next(&place);
        if (!row || !name_equal(row->subject, subject))
            return;
        table_take(&state->held, row, making);
        table_take(&state->rows, row, making);
        table_take(&state->resources, row, making);
        making_drop(making, (void *)(uintptr_t)row, free);
    }
}

static struct association *row_new(struct making *making, const struct association *row)
{
    size_t size = row->resource_name.len + row->resource_namespace.len + row->resource_id.len +
                  row->resource_type.len + row->part.len + row->guid.len + row->subject.context.len +
                  row->subject.subject.len;
    struct association *copy = making_new(making, sizeof *copy + size, free);
    char *at = (char *)(copy + 1);
    *copy = (struct association){
        .resource_name = span_keep(&at, row->resource_name),
        .resource_namespace = span_keep(&at, row->resource_namespace),
        .resource_id = span_keep(&at, row->resource_id),
        .resource_type = span_keep(&at, row->resource_type),
        .part = span_keep(&at, row->part),
        .subject = {span_keep(&at, row->subject.context), span_keep(&at, row->subject.subject)},
        .strong = row->strong,
        .guid = span_keep(&at, row->guid),
        .created = row->created,
        .updated = row->updated,
    };
    return copy;
}

void rows_put(struct state *state, struct name subject, const struct association *rows, size_t count,
              struct making *making)
{
    take_rows(state, subject, making);
    for (size_t i = 0; i < count; i++) {
        const struct association *row = row_new(making, &rows[i]);
        table_put(&state->rows, row, making);
        table_put(&state->held, row, making);
        table_put(&state->resources, row, making);
    }
}

/* ---- as lists */

struct gathered {
    const struct association **items;
    size_t count, room;
    struct arena *arena;
};

static void gather(struct gathered *list, const struct association *row)
{
    if (list->count == list->room) {
        list->room = list->room ? 2 * list->room : 8;
        const struct association **larger = arena_array(list->arena, list->room, sizeof *larger);
        if (list->count)
            memcpy(larger, list->items, list->count * sizeof *larger);
        list->items = larger;
    }
    list->items[list->count++] = row;
}

static struct association_list list_of(const struct gathered *list)
{
    return (struct association_list){list->items, list->count};
}

struct association_list associations_of_subject(const struct view *view, struct name subject,
                                                struct arena *arena)
{
    struct gathered list = {.arena = arena};
    struct association key = {.subject = subject};
    struct table_place place = table_seek(&view->state.held, &key);
    const struct association *row;
    while ((row = table_next(&place)) && name_equal(row->subject, subject))
        gather(&list, row);
    return list_of(&list);
}

struct association_list associations_of_resource(const struct view *view, struct span id, struct arena *arena)
{
    struct gathered list = {.arena = arena};
    struct association key = {.resource_id = id};
    struct table_place place = table_seek(&view->state.resources, &key);
    const struct association *row;
    while ((row = table_next(&place)) && span_equal(row->resource_id, id))
        gather(&list, row);
    return list_of(&list);
}

struct association_list associations_of_name(const struct view *view, struct span name_space,
                                             struct span name, struct arena *arena)
{
    bool any_name = span_equal(name, SPAN("-")), any_space = span_equal(name_space, SPAN("-"));
    struct gathered list = {.arena = arena};
    struct association key = {.resource_name = name};
    struct table_place place = table_seek(&view->state.rows, any_name ? NULL : &key);
    const struct association *row;
    while ((row = table_next(&place)) && (any_name || span_equal(row->resource_name, name)))
        if (any_space || span_equal(row->resource_namespace, name_space))
            gather(&list, row);
    return list_of(&list);
}

static const struct association *first_row(const struct view *view, struct name subject)
{
    struct table_place place = table_seek(&view->state.held, &(struct association){.subject = subject});
    const struct association *row = table_next(&place);
    return row && name_equal(row->subject, subject) ? row : NULL;
}

bool subject_is_held(const struct view *view, struct name subject)
{
    return first_row(view, subject) != NULL;
}

/* Weak and strong rows never share a subject. */
bool subject_is_held_strongly(const struct view *view, struct name subject)
{
    const struct association *row = first_row(view, subject);
    return row && row->strong;
}

bool associations_allow(const struct view *view, struct span context, const struct reference *references,
                        size_t count, struct arena *arena, struct error *err)
{
    for (size_t i = 0; i < count; i++)
        if (subject_is_held_strongly(view, reference_target(context, &references[i])))
            return error_reference_strong(err, arena_copy(arena, references[i].subject));
    return true;
}

struct name association_default_subject(struct span name_space, struct span name, struct span part,
                                        struct arena *arena)
{
    return (struct name){arena_printf(arena, ".%.*s", SPAN_ARGS(name_space)),
                         arena_printf(arena, "%.*s-%.*s", SPAN_ARGS(name), SPAN_ARGS(part))};
}
