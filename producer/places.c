/* SPDX-License-Identifier: Apache-2.0 */
/* Where the input comes from: see the header. A file is known by device and inode, so that one that was
 * rotated to another name is not read twice. */
#include "producer/places.h"

#include "producer/folder.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

struct place {
    const char *name;
    const char *known_as; /* in the state: the name that was given */
    struct source *source;    /* NULL: not opened yet, or done with */
    struct identity identity;
    struct mark mark;
};

struct places {
    struct arena *arena;
    struct place *list;
    size_t count, room;
    size_t next;        /* the current one is the one before */
    const char *folder; /* the one name that was given is a folder's */
    size_t names;
    bool follows;
    uint64_t total; /* UINT64_MAX: unknown */
};

static struct place *add(struct places *places, const char *name)
{
    if (places->count == places->room) {
        size_t room = places->room ? 2 * places->room : 16;
        struct place *list = arena_array(places->arena, room, sizeof *list);
        if (places->count)
            memcpy(list, places->list, places->count * sizeof *list);
        places->list = list;
        places->room = room;
    }
    struct place *place = &places->list[places->count++];
    *place = (struct place){.name = arena_copy(places->arena, span_of(name)).ptr};
    place->known_as = place->name;
    return place;
}

static bool is_known(const struct places *places, struct identity identity)
{
    for (size_t i = places->count; i-- > 0;)
        if (identity_equal(places->list[i].identity, identity))
            return true;
    return false;
}

static bool add_folder(struct places *places, const char *name, struct error *err)
{
    AUTO_ARENA arena = arena_new();
    const struct folder_file *files;
    size_t count;
    if (!folder_list(name, &files, &count, arena, err))
        return false;
    for (size_t i = 0; i < count; i++) {
        if (places->follows && is_known(places, files[i].identity))
            continue;
        add(places, files[i].path)->identity = files[i].identity;
        if (places->total != UINT64_MAX)
            places->total += files[i].size;
    }
    return true;
}

static bool add_file(struct places *places, const char *name, struct error *err)
{
    struct place *place = add(places, name);
    place->source = source_open(place->name, err);
    if (!place->source)
        return false;
    place->identity = source_identity(place->source);
    /* One source of unknown size makes the sum unknown. */
    if (!source_is_file(place->source))
        places->total = UINT64_MAX;
    else if (places->total != UINT64_MAX)
        places->total += source_size(place->source);
    return true;
}

static bool add_name(struct places *places, const char *name, struct error *err)
{
    struct stat found;
    if (strcmp(name, "-") == 0 || stat(name, &found) != 0 || !S_ISDIR(found.st_mode))
        return add_file(places, name, err);
    places->folder = arena_copy(places->arena, span_of(name)).ptr;
    return add_folder(places, name, err);
}

struct places *places_open(const char *const *names, size_t count, struct error *err)
{
    static const char *const standard[] = {"-"};
    struct arena *arena = arena_new();
    struct places *places = arena_alloc(arena, sizeof *places);
    places->arena = arena;
    places->names = count ? count : 1;
    names = count ? names : standard;
    for (size_t i = 0; i < places->names; i++) {
        if (!add_name(places, names[i], err)) {
            places_close(places);
            return NULL;
        }
    }
    return places;
}

void places_close(struct places *places)
{
    if (!places)
        return;
    for (size_t i = 0; i < places->count; i++)
        source_close(places->list[i].source);
    arena_free(places->arena);
}

bool places_follow(struct places *places, struct error *err)
{
    places->follows = true;
    places->total = UINT64_MAX;
    if (places->names != 1 || (!places->folder && !source_is_file(places->list[0].source)))
        return error_set(err, 0, "--follow wants one INPUT, a file or a folder");
    return true;
}

/* ---- going on ---- */

/* The file of an entry whose name another file has by now. */
static const char *find_rotated(const struct places *places, const struct state_entry *entry,
                                const char *name)
{
    AUTO_ARENA arena = arena_new();
    struct error own = {.arena = arena};
    const struct folder_file *files;
    size_t count;
    const char *slash = strrchr(name, '/');
    struct span folder = slash ? (struct span){name, (size_t)(slash - name) + 1} : SPAN("./");
    if (!folder_list(arena_copy(arena, folder).ptr, &files, &count, arena, &own))
        return NULL;
    for (size_t i = 0; i < count; i++)
        if (identity_equal(files[i].identity, entry->identity))
            return arena_copy(places->arena, span_of(files[i].path)).ptr;
    return NULL;
}

/* Opens it as a place before the one at `at`, which is the file that has its name now. */
static bool insert_rotated(struct places *places, size_t at, const struct state_entry *entry,
                           struct error *err)
{
    const char *path = find_rotated(places, entry, places->list[at].name);
    if (!path) {
        fprintf(stderr, "genesys-producer: what was %.*s is gone, it had been read up to byte %llu\n",
                SPAN_ARGS(entry->name), (unsigned long long)entry->mark.offset);
        return true;
    }
    if (!add_file(places, path, err))
        return false;
    struct place place = places->list[places->count - 1];
    memmove(&places->list[at + 1], &places->list[at], (places->count - 1 - at) * sizeof place);
    place.mark = entry->mark;
    place.known_as = places->list[at + 1].name;
    places->list[at] = place;
    return true;
}

bool places_resume(struct places *places, const struct state *state, struct error *err)
{
    for (size_t i = 0; i < places->count; i++) {
        struct place *place = &places->list[i];
        if (place->source && !source_is_file(place->source))
            return error_set(err, 0, "%s cannot be gone on with later: --state wants files",
                             strcmp(place->name, "-") == 0 ? "standard input" : place->name);
        const struct state_entry *entry = state_find(state, place->identity);
        if (entry)
            place->mark = entry->mark;
    }
    for (size_t e = 0; e < state->count && !places->folder; e++) {
        const struct state_entry *entry = &state->entries[e];
        size_t at = 0;
        while (at < places->count && !span_equal(span_of(places->list[at].name), entry->name))
            at++;
        if (at < places->count && !is_known(places, entry->identity) &&
            !insert_rotated(places, at, entry, err))
            return false;
    }
    return true;
}

/* A place that was read to its end and followed by another of its name is nothing to go on with. */
static bool is_past(const struct places *places, size_t at)
{
    for (size_t later = at + 1; later < places->next; later++)
        if (strcmp(places->list[later].known_as, places->list[at].known_as) == 0)
            return true;
    return false;
}

void places_state(const struct places *places, struct state *state, struct arena *arena)
{
    *state = (struct state){.entries = arena_array(arena, places->count, sizeof *state->entries)};
    for (size_t i = 0; i < places->count; i++) {
        const struct place *place = &places->list[i];
        if (place->mark.head[0] && !is_past(places, i))
            state->entries[state->count++] =
                (struct state_entry){span_of(place->known_as), place->identity, place->mark};
    }
}

/* ---- one after another ---- */

/* A folder's file may have been rotated to another name since it was listed. */
static struct source *open_listed(const struct places *places, const struct place *place, struct error *err)
{
    AUTO_ARENA arena = arena_new();
    struct error own = {.arena = arena};
    struct source *source = source_open(place->name, &own);
    if (source && identity_equal(source_identity(source), place->identity))
        return source;
    source_close(source);
    const struct folder_file *files;
    size_t count;
    const char *slash = strrchr(place->name, '/');
    struct span folder = {place->name, slash ? (size_t)(slash - place->name) + 1 : 0};
    if (!slash || !folder_list(arena_copy(arena, folder).ptr, &files, &count, arena, &own)) {
        error_pass(err, &own);
        return NULL;
    }
    for (size_t i = 0; i < count; i++) {
        if (identity_equal(files[i].identity, place->identity))
            return source_open(arena_copy(places->arena, span_of(files[i].path)).ptr, err);
    }
    error_set(err, 0, "%s was taken away before it was read", place->name);
    return NULL;
}

bool places_next(struct places *places, struct source **source, struct error *err)
{
    *source = NULL;
    if (places->next > 0) {
        source_close(places->list[places->next - 1].source);
        places->list[places->next - 1].source = NULL;
    }
    if (places->next == places->count)
        return true;
    struct place *place = &places->list[places->next];
    if (!place->source && !(place->source = open_listed(places, place, err)))
        return false;
    places->next++;
    *source = place->source;
    return true;
}

struct mark *places_mark(struct places *places)
{
    return &places->list[places->next - 1].mark;
}

const char *places_name(const struct places *places)
{
    return places->list[places->next - 1].name;
}

uint64_t places_total(const struct places *places)
{
    return places->total == UINT64_MAX ? 0 : places->total;
}

/* ---- following ---- */

bool places_follows(const struct places *places)
{
    return places->follows;
}

bool places_waits(const struct places *places)
{
    return places->follows && places->next == places->count;
}

bool places_look(struct places *places, bool *more, struct error *err)
{
    size_t before = places->count;
    if (places->folder) {
        if (!add_folder(places, places->folder, err))
            return false;
    } else if (source_replaced(places->list[places->next - 1].source)) {
        AUTO_ARENA arena = arena_new();
        struct error own = {.arena = arena};
        /* Gone again between two looks: the next one finds what came then. */
        if (!add_file(places, places_name(places), &own))
            places->count = before;
    }
    *more = places->count > before;
    return true;
}
