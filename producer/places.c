/* SPDX-License-Identifier: Apache-2.0 */
/* Where the input comes from: see the header. A file is known by device and inode, so that one that was
 * rotated to another name is not read twice. */
#include "producer/places_list.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

struct place *places_add(struct places *places, const char *name)
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
    *place = (struct place){.name = name, .known_as = name};
    return place;
}

static bool is_known(const struct places *places, struct identity identity)
{
    for (size_t i = places->count; i-- > 0;)
        if (identity_equal(places->list[i].identity, identity))
            return true;
    return false;
}

void places_add_listed(struct places *places, const struct folder_file *file)
{
    places_add(places, arena_copy(places->arena, span_of(file->path)).ptr)->identity = file->identity;
    if (places->total != UINT64_MAX)
        places->total += file->size;
}

static bool add_folder(struct places *places, const char *name, struct error *err)
{
    AUTO_ARENA arena = arena_new();
    const struct folder_file *files;
    size_t count;
    if (!folder_list(name, &files, &count, arena, err))
        return false;
    for (size_t i = 0; i < count; i++)
        places_add_listed(places, &files[i]);
    return true;
}

bool places_add_file(struct places *places, const char *name, struct error *err)
{
    struct place *place = places_add(places, arena_copy(places->arena, span_of(name)).ptr);
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
        return places_add_file(places, name, err);
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
    if (!places_add_file(places, path, err))
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

/* A place that was read to its end and followed by another of its name is nothing to go on with. In a folder
 * it has only got another name. */
static bool is_past(const struct places *places, size_t at)
{
    if (places->folder)
        return false;
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

static void finish(struct place *place)
{
    if (!place->source)
        return;
    place->taken = source_taken(place->source);
    place->done = true;
    source_close(place->source);
    place->source = NULL;
}

/* The one that is next is open, or there is none. One that grew after its turn may be gone by now. */
static bool open_next(struct places *places, struct error *err)
{
    for (; places->next < places->count; places->next++) {
        struct place *place = &places->list[places->next];
        AUTO_ARENA arena = arena_new();
        struct error own = {.arena = arena};
        if (place->source || (place->source = open_listed(places, place, &own)))
            return true;
        if (!place->again)
            return error_pass(err, &own);
        fprintf(stderr, "genesys-producer: %.*s\n", SPAN_ARGS(own.message));
        place->done = true;
    }
    return true;
}

bool places_next(struct places *places, struct source **source, struct error *err)
{
    *source = NULL;
    if (places->next > 0)
        finish(&places->list[places->next - 1]);
    if (!open_next(places, err))
        return false;
    if (places->next < places->count)
        *source = places->list[places->next++].source;
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
