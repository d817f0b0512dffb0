/* SPDX-License-Identifier: Apache-2.0 */
/* What comes while somebody follows: see the header. Of a folder all files are looked at again: a writer may
 * go on with one that was rotated away, and the number of a deleted one is soon another's. */
#include "producer/places_list.h"

#include "base/clock.h"

enum {
    ROTATED_MS = 2000, /* so long its writer may go on with a file that was rotated away */
    GONE_LOOKS = 20,   /* in a row without a file: it is gone from the folder */
};

bool places_follow(struct places *places, struct error *err)
{
    places->follows = true;
    places->total = UINT64_MAX;
    if (places->names != 1 || (!places->folder && !source_is_file(places->list[0].source)))
        return error_set(err, 0, "--follow wants one INPUT, a file or a folder");
    return true;
}

bool places_follows(const struct places *places)
{
    return places->follows;
}

bool places_waits(const struct places *places, bool torn)
{
    size_t at = places->next;
    while (torn && at < places->count && places->list[at].again)
        at++;
    return places->follows && at == places->count;
}

/* ---- a folder ---- */

static void drop(struct places *places, size_t at)
{
    places->count--;
    places->next--;
    memmove(&places->list[at], &places->list[at + 1], (places->count - at) * sizeof *places->list);
}

/* The last of the places that are that file; count: none is. */
static size_t find(const struct places *places, struct identity identity)
{
    for (size_t i = places->count; i-- > 0;)
        if (identity_equal(places->list[i].identity, identity))
            return i;
    return places->count;
}

/* A file that was done with comes again, behind all others; whether it is the same is seen when it is
 * read. */
static void take_again(struct places *places, size_t at, const struct folder_file *file)
{
    struct place before = places->list[at];
    drop(places, at);
    bool renamed = strcmp(before.name, file->path) != 0;
    struct place *place =
        places_add(places, renamed ? arena_copy(places->arena, span_of(file->path)).ptr : before.name);
    place->identity = before.identity;
    place->mark = before.mark;
    place->again = true;
}

static void look_at(struct places *places, const struct folder_file *file, bool torn)
{
    size_t at = find(places, file->identity);
    if (at == places->count) {
        places_add_listed(places, file);
        return;
    }
    struct place *place = &places->list[at];
    place->missing = 0;
    if (!torn && place->done && at + 1 < places->next && file->size != place->taken)
        take_again(places, at, file);
}

/* Renaming may hide a file from one look, so only one that stays away is gone. */
static void forget_gone(struct places *places)
{
    for (size_t i = places->next; i-- > 0;)
        if (places->list[i].done && i + 1 < places->next && places->list[i].missing > GONE_LOOKS)
            drop(places, i);
}

static bool look_in_folder(struct places *places, bool torn, struct error *err)
{
    AUTO_ARENA arena = arena_new();
    const struct folder_file *files;
    size_t count;
    if (!folder_list(places->folder, &files, &count, arena, err))
        return false;
    for (size_t i = 0; i < places->count; i++)
        places->list[i].missing++;
    for (size_t i = 0; i < count; i++)
        look_at(places, &files[i], torn);
    forget_gone(places);
    return true;
}

/* ---- a file ---- */

/* Another file has the name. Whoever writes to the old one may need a moment to notice. */
static void look_at_name(struct places *places)
{
    AUTO_ARENA arena = arena_new();
    struct error own = {.arena = arena};
    size_t before = places->count;
    if (!source_replaced(places->list[places->next - 1].source)) {
        places->replaced = 0;
        return;
    }
    places->replaced = places->replaced ? places->replaced : clock_steady();
    if (clock_steady() - places->replaced < ROTATED_MS)
        return;
    places->replaced = 0;
    /* Gone again between two looks: the next one finds what came then. */
    if (!places_add_file(places, places_name(places), &own))
        places->count = before;
}

bool places_look(struct places *places, bool torn, struct error *err)
{
    if (places->folder)
        return look_in_folder(places, torn, err);
    look_at_name(places);
    return true;
}
