/* SPDX-License-Identifier: Apache-2.0 */
/* The prefix is told to whatever is counted or named per context: subjects, ids, configuration. Guids and
 * types are the same everywhere. */
#include "api/prefix.h"

/* What stands before a name: ":.context:", or nothing in the default context. */
struct prefix {
    struct span text;
    struct arena *arena;
};

static struct span without_colons(struct span text)
{
    if (text.len && text.ptr[0] == ':')
        text = span_from(text, 1);
    if (text.len && text.ptr[text.len - 1] == ':')
        text.len--;
    return text;
}

bool prefix_context(struct span text, struct span *context, struct arena *arena)
{
    struct span bare = without_colons(text);
    *context = bare;
    if (bare.len && memchr(bare.ptr, ':', bare.len))
        return false;
    if (span_equal(bare, SPAN(".")) || !bare.len)
        *context = SPAN("");
    else if (bare.ptr[0] != '.')
        *context = arena_printf(arena, ".%.*s", SPAN_ARGS(bare));
    return true;
}

/* A name that says its context, or that it means all of them, is left alone. */
static struct span qualified(const struct prefix *prefix, struct span name)
{
    if (!prefix->text.len || span_starts(name, SPAN(":.")) || span_starts(name, SPAN(":*:")))
        return name;
    return arena_printf(prefix->arena, "%.*s%.*s", SPAN_ARGS(prefix->text), SPAN_ARGS(name));
}

static bool names_scope(const struct path *path)
{
    return path->count && (span_equal(path->segment[0], SPAN("config")) ||
                           span_equal(path->segment[0], SPAN("mode")) ||
                           span_equal(path->segment[0], SPAN("retention")));
}

/* What stands under /retention beside names. */
static bool names_task(const struct path *path)
{
    static const struct span tasks[] = {SPAN("plan"), SPAN("apply"), SPAN("history")};
    bool found = false;
    for (size_t i = 0; i < sizeof tasks / sizeof *tasks; i++)
        found |= path->count == 2 && span_equal(path->segment[1], tasks[i]);
    return found && span_equal(path->segment[0], SPAN("retention"));
}

static void tell_path(const struct prefix *prefix, struct path *path)
{
    if (names_scope(path) && path->count == 1 && prefix->text.len)
        path->segment[path->count++] = prefix->text;
    for (size_t i = 0; i + 1 < path->count; i++) {
        bool before = (i == 0 && names_scope(path)) || span_equal(path->segment[i], SPAN("subjects")) ||
                      span_equal(path->segment[i], SPAN("deks"));
        if (!before)
            continue;
        i++;
        path->segment[i] = qualified(prefix, path->segment[i]);
    }
}

/* Every parameter of that name, or one more. */
static void tell_query(const struct prefix *prefix, struct call *call, const char *name)
{
    struct pair *pairs = arena_array(call->arena, call->query_count + 1, sizeof *pairs);
    bool told = false;
    for (size_t i = 0; i < call->query_count; i++) {
        pairs[i] = call->query[i];
        if (!span_equal(pairs[i].name, span_of(name)))
            continue;
        pairs[i].value = qualified(prefix, pairs[i].value);
        told = true;
    }
    if (!told)
        pairs[call->query_count++] = (struct pair){span_of(name), prefix->text.len ? prefix->text : SPAN("")};
    call->query = pairs;
}

/* The context itself, whatever the client said of it. */
static void set_context(const struct prefix *prefix, struct call *call)
{
    struct pair *pairs = arena_array(call->arena, call->query_count + 1, sizeof *pairs);
    size_t count = 0;
    for (size_t i = 0; i < call->query_count; i++)
        if (!span_equal(call->query[i].name, SPAN("context")))
            pairs[count++] = call->query[i];
    pairs[count++] = (struct pair){SPAN("context"), prefix->text.len ? prefix->text : SPAN(":.:")};
    call->query = pairs;
    call->query_count = count;
}

static void tell(const struct prefix *prefix, struct call *call, struct path *path)
{
    const struct span *segment = path->segment;
    bool writes = span_equal(call->method, SPAN("POST")) || span_equal(call->method, SPAN("PUT"));
    tell_path(prefix, path);
    if (path->count >= 2 && span_equal(segment[0], SPAN("schemas")) && span_equal(segment[1], SPAN("ids")))
        tell_query(prefix, call, "subject");
    else if (path->count == 1 &&
             (span_equal(segment[0], SPAN("schemas")) || span_equal(segment[0], SPAN("subjects"))))
        tell_query(prefix, call, "subjectPrefix");
    else if (path->count && writes && span_starts(segment[0], SPAN("associations")))
        set_context(prefix, call);
}

static void take_off(struct path *path)
{
    path->count -= 2;
    for (size_t i = 0; i < path->count; i++)
        path->segment[i] = path->segment[i + 2];
}

bool prefix_rewrite(struct call *call, struct path *path, struct span *context)
{
    if (path->count < 2 || path->count > PATH_SEGMENTS_MAX || !span_equal(path->segment[0], SPAN("contexts")))
        return true;
    if (!prefix_context(path->segment[1], context, call->arena))
        return path->count == 2;
    /* The path of a named context alone is the context; the default one's is the root. */
    if (path->count == 2 && context->len)
        return true;
    struct prefix prefix = {.arena = call->arena};
    if (context->len)
        prefix.text = arena_printf(call->arena, ":%.*s:", SPAN_ARGS(*context));
    take_off(path);
    if (names_task(path))
        call->within = context->ptr ? *context : SPAN("");
    else
        tell(&prefix, call, path);
    return true;
}
