/* SPDX-License-Identifier: Apache-2.0 */
/* Asking a registry in a few words. */
#include "tests/unit/registry/room.h"

#include "base/clock.h"

#include <stdio.h>
#include <stdlib.h>

static struct room *room_new(struct registry_options options)
{
    struct room *room = calloc(1, sizeof *room);
    room->arena = arena_new();
    room->err.arena = room->arena;
    room->options = options;
    return room;
}

static struct room *room_begin(struct room *room, struct store *store)
{
    room->store = room->options.store = store;
    room->registry = registry_open(&room->options, &room->err);
    if (!room->registry)
        fail_msg("%.*s", SPAN_ARGS(room->err.message));
    return room;
}

struct room *room_open_on(struct store *store, struct registry_options options)
{
    return room_begin(room_new(options), store);
}

struct room *room_open_with(const char *place, struct registry_options options)
{
    struct room *room = room_new(options);
    struct store *inner = store_open(span_of(place), &room->err);
    if (!inner)
        fail_msg("%.*s", SPAN_ARGS(room->err.message));
    return room_begin(room, faulty_open(inner, &room->plan));
}

struct room *room_open(const char *place)
{
    return room_open_with(place, (struct registry_options){.store = NULL});
}

void room_close(struct room *room)
{
    registry_close(room->registry);
    store_close(room->store);
    arena_free(room->arena);
    free(room);
    clock_set(-1);
}

static int told(struct room *room, bool done)
{
    if (done)
        room->err.code = 0;
    assert_int_equal(done, room->err.code == 0);
    return room->err.code;
}

static struct registration wanted(const char *subject, const char *text)
{
    return (struct registration){.subject = name_parse(span_of(subject)),
                                 .text = span_of(text),
                                 .by.who = SPAN("me")};
}

int room_register(struct room *room, const char *subject, const char *text)
{
    struct registration registration = wanted(subject, text);
    return told(room, registry_register(room->registry, &registration, &room->got, room->arena, &room->err));
}

int room_lookup(struct room *room, const char *subject, const char *text, bool hidden)
{
    struct registration registration = wanted(subject, text);
    AUTO_VIEW view = registry_view(room->registry);
    return told(room, registry_lookup(view, &registration, hidden, &room->got, room->arena, &room->err));
}

int room_try(struct room *room, const char *subject, int version, const char *text, struct span *complaints)
{
    struct registration registration = wanted(subject, text);
    const struct complaint *list;
    AUTO_VIEW view = registry_view(room->registry);
    bool done = registry_try(view, &registration, version, &list, room->arena, &room->err);
    if (done)
        *complaints = complaints_join(list, room->arena);
    return told(room, done);
}

int room_remove(struct room *room, const char *subject, int version, bool permanent)
{
    struct removal removal = {.subject = name_parse(span_of(subject)),
                              .version = version,
                              .permanent = permanent,
                              .by.who = SPAN("me")};
    int number;
    return told(room, registry_remove_version(room->registry, &removal, &number, room->arena, &room->err));
}

int room_remove_subject(struct room *room, const char *subject, bool permanent)
{
    struct removal removal = {.subject = name_parse(span_of(subject)), .permanent = permanent};
    const int *versions;
    size_t count;
    return told(room, registry_remove_subject(room->registry, &removal, &versions, &count, room->arena,
                                              &room->err));
}

int room_level(struct room *room, const char *scope, const char *level)
{
    struct setting setting = {.scope = name_parse(span_of(scope)),
                              .touched[LEVEL] = true,
                              .config.level = level ? level_find(span_of(level)) : NULL};
    return told(room, registry_set(room->registry, &setting, NULL, NULL, room->arena, &room->err));
}

int room_mode(struct room *room, const char *scope, enum mode mode)
{
    struct setting setting = {.scope = name_parse(span_of(scope)), .set_mode = true, .mode = mode};
    return told(room, registry_set(room->registry, &setting, NULL, NULL, room->arena, &room->err));
}

const char *room_versions(struct room *room, const char *subject)
{
    struct buffer out = {.arena = room->arena};
    AUTO_VIEW view = registry_view(room->registry);
    const struct subject *found = view_subject(view, name_parse(span_of(subject)));
    if (found) {
        struct cursor cursor = subject_versions(view, found);
        const struct version *version;
        while ((version = cursor_version(&cursor)))
            buffer_printf(&out, "%s%d", out.len ? " " : "",
                          version->row.hidden ? -version->number : version->number);
    }
    buffer_byte(&out, 0);
    return out.ptr;
}

static void describe_version(struct buffer *out, const struct view *view, const struct version *version)
{
    const struct record *record = version->record;
    const struct version *holder = view_holder(view, record->context, record->id);
    buffer_printf(
        out, "  %d id %d %.*s %s ts %lld created %lld superseded %lld %.*s\n    %.*s\n    named by %.*s/%d\n",
        version->number, record->id, SPAN_ARGS(record->row.guid), version->row.hidden ? "hidden" : "live",
        (long long)version->row.ts, (long long)version->row.created, (long long)version->row.superseded,
        SPAN_ARGS(version->row.recycled), SPAN_ARGS(record->row.text), SPAN_ARGS(holder->subject.subject),
        holder->number);
}

const char *room_describe(struct room *room)
{
    struct buffer out = {.arena = room->arena};
    AUTO_VIEW view = registry_view(room->registry);
    struct cursor subjects = view_subjects(view, SPAN(""));
    const struct subject *subject;
    buffer_printf(&out, "batch %lld, last id %d\n", (long long)view_seq(view), view_last_id(view, SPAN("")));
    while ((subject = cursor_subject(&subjects))) {
        struct name name = subject_name(subject);
        struct settings settings = view_settings_at(view, name);
        const struct version *latest = subject_latest(subject), *version;
        buffer_printf(&out, "%.*s: %d live of %d, highest %d, latest %d, level %s, mode %d\n",
                      SPAN_ARGS(name_text(name, room->arena)), subject_live_count(subject),
                      subject_version_count(subject), subject_highest_number(subject),
                      latest ? latest->number : 0, settings.level ? settings.level->name : "-",
                      (int)settings.mode);
        struct cursor versions = subject_versions(view, subject);
        while ((version = cursor_version(&versions)))
            describe_version(&out, view, version);
    }
    buffer_byte(&out, 0);
    return out.ptr;
}

void expect_message(const struct room *room, const char *message)
{
    expect_text(room->err.message, message);
}

void expect_text(struct span text, const char *wanted_text)
{
    if (!span_equal(text, span_of(wanted_text)))
        fail_msg("\n  told:   %.*s\n  wanted: %s", SPAN_ARGS(text), wanted_text);
}
