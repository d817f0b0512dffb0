/* SPDX-License-Identifier: Apache-2.0 */
/* The index of a subject's versions by likeness. A reader that finds none makes it and hangs it up; it stays
 * there as long as this state of the subject, so whoever pins a view may walk it. */
#include "registry/alike.h"

#include <limits.h>
#include <stdatomic.h>
#include <stdlib.h>

enum {
    WALKED_MOST = 64,   /* versions that are walked rather than indexed */
    UNKNOWN = 0,        /* likeness of what refers to others, or does not parse */
};

struct alike_entry {
    uint64_t likeness;
    int number;
};

/* Numbers up to `covered`, by likeness, each newest first. */
struct alike_index {
    _Atomic int holders;
    int covered;
    size_t count;
    struct alike_entry entries[];
};

static int entry_order(const void *a, const void *b)
{
    const struct alike_entry *one = a, *other = b;
    int order = (one->likeness > other->likeness) - (one->likeness < other->likeness);
    return order ? order : (one->number < other->number) - (one->number > other->number);
}

static uint64_t likeness_of(const struct view *view, const struct version *version)
{
    AUTO_ARENA arena = arena_new();
    struct error err = {.arena = arena};
    uint64_t likeness;
    if (version->record->reference_count || !version_likeness(view, version, &likeness, arena, &err))
        return UNKNOWN;
    return likeness;
}

static struct alike_index *index_new(const struct view *view, const struct subject *subject)
{
    size_t room = (size_t)subject_version_count(subject);
    struct alike_index *index = memory_new(1, sizeof *index + room * sizeof *index->entries);
    struct cursor cursor = subject_versions(view, subject);
    const struct version *version;
    while (index->count < room && (version = cursor_version(&cursor)))
        index->entries[index->count++] = (struct alike_entry){likeness_of(view, version), version->number};
    qsort(index->entries, index->count, sizeof *index->entries, entry_order);
    index->covered = subject->highest;
    atomic_init(&index->holders, 1);
    return index;
}

static void index_drop(struct alike_index *index)
{
    if (index && atomic_fetch_sub_explicit(&index->holders, 1, memory_order_acq_rel) == 1)
        free(index);
}

/* The subject's, made if there is none and its versions are too many to be walked. */
static const struct alike_index *index_of(const struct view *view, const struct subject *subject)
{
    struct alike_index *_Atomic *slot = &((struct subject *)(uintptr_t)subject)->alikes;
    struct alike_index *index = atomic_load_explicit(slot, memory_order_acquire), *first = NULL;
    if (index || subject_version_count(subject) <= WALKED_MOST)
        return index;
    index = index_new(view, subject);
    if (atomic_compare_exchange_strong(slot, &first, index))
        return index;
    index_drop(index);
    return first;
}

/* The first entry that is not before this one. */
static size_t find(const struct alike_index *index, struct alike_entry entry)
{
    size_t low = 0, high = index->count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (entry_order(&index->entries[middle], &entry) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

struct alikes alikes_of(const struct view *view, const struct subject *subject, uint64_t likeness)
{
    struct alikes alikes = {.view = view, .subject = subject, .newer = subject_versions_down(view, subject)};
    alikes.index = index_of(view, subject);
    if (alikes.index) {
        alikes.unknown_end = find(alikes.index, (struct alike_entry){UNKNOWN + 1, INT_MAX});
        alikes.alike = find(alikes.index, (struct alike_entry){likeness, INT_MAX});
        alikes.alike_end = find(alikes.index, (struct alike_entry){likeness, 0});
    }
    return alikes;
}

/* The higher number of the two runs that are left; 0: none. */
static int next_number(struct alikes *alikes)
{
    const struct alike_entry *entries = alikes->index->entries;
    int unknown = alikes->unknown < alikes->unknown_end ? entries[alikes->unknown].number : 0;
    int alike = alikes->alike < alikes->alike_end ? entries[alikes->alike].number : 0;
    if (unknown > alike)
        alikes->unknown++;
    else if (alike)
        alikes->alike++;
    return unknown > alike ? unknown : alike;
}

const struct version *alikes_next(struct alikes *alikes)
{
    int covered = alikes->index ? alikes->index->covered : 0, number;
    const struct version *version = alikes->indexed ? NULL : cursor_version(&alikes->newer);
    if (version && version->number > covered)
        return version;
    alikes->indexed = true;
    while (alikes->index && (number = next_number(alikes)))
        if ((version = view_version(alikes->view, alikes->subject, number)))
            return version;
    return NULL;
}

void alike_inherit(struct subject *subject, const struct subject *before)
{
    struct alike_index *index = atomic_load_explicit(&before->alikes, memory_order_acquire);
    if (!index || before->highest - index->covered > WALKED_MOST)
        return;
    atomic_fetch_add_explicit(&index->holders, 1, memory_order_relaxed);
    atomic_store_explicit(&subject->alikes, index, memory_order_relaxed);
}

void alike_changes(struct subject *subject, int number)
{
    const struct alike_index *index = atomic_load_explicit(&subject->alikes, memory_order_relaxed);
    if (index && number <= index->covered)
        alike_drop(subject);
}

void alike_drop(struct subject *subject)
{
    index_drop(atomic_exchange_explicit(&subject->alikes, NULL, memory_order_relaxed));
}
