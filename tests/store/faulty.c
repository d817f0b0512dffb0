/* SPDX-License-Identifier: Apache-2.0 */
/* Failing by plan. Every fault says its name, so that a test can find it in what a caller was told. */
#include "faulty.h"

#include <stdlib.h>
#include <time.h>

struct faulty {
    struct store store;
    struct store *inner;
    struct faulty_plan *plan;
};

/* Counts down to one and tells when it is there. */
static bool is_due(int *n)
{
    return *n > 0 && --*n == 0;
}

struct listener {
    struct faulty_plan *plan;
    change_fn *each;
    void *arg;
};

static bool tell(void *arg, const struct change *change, struct error *err)
{
    struct listener *listener = arg;
    if (is_due(&listener->plan->fail_change))
        return error_store(err, SPAN("planned: a change"));
    return listener->each(listener->arg, change, err);
}

static bool faulty_replay(struct store *store, uint64_t since, change_fn *each, void *arg,
                          struct standing *standing, struct error *err)
{
    struct faulty *faulty = (struct faulty *)store;
    struct listener listener = {faulty->plan, each, arg};
    atomic_fetch_add(&faulty->plan->calls, 1);
    if (is_due(&faulty->plan->fail_call))
        return error_store(err, SPAN("planned: a replay"));
    return faulty->inner->type->replay(faulty->inner, since, tell, &listener, standing, err);
}

static void wait_ms(int ms)
{
    struct timespec time = {ms / 1000, ms % 1000 * 1000000L};
    while (ms && nanosleep(&time, &time))
        continue;
}

static void count_batch(struct faulty_plan *plan, size_t count)
{
    atomic_fetch_add(&plan->commits, 1);
    atomic_fetch_add(&plan->changes, (unsigned)count);
    if (count > atomic_load(&plan->largest))
        atomic_store(&plan->largest, (unsigned)count);
}

static enum commit faulty_commit(struct store *store, uint64_t seq, const struct change *changes,
                                 size_t count, struct error *err)
{
    struct faulty *faulty = (struct faulty *)store;
    struct faulty_plan *plan = faulty->plan;
    atomic_fetch_add(&plan->calls, 1);
    wait_ms(plan->sleep_ms);
    if (plan->in_commit)
        plan->in_commit(plan->arg, changes, count);
    if (is_due(&plan->fail_call)) {
        (void)error_store(err, SPAN("planned: a commit"));
        return COMMIT_FAILED;
    }
    if (plan->stale_commits > 0) {
        plan->stale_commits--;
        return COMMIT_STALE;
    }
    enum commit result = faulty->inner->type->commit(faulty->inner, seq, changes, count, err);
    if (result == COMMIT_DONE)
        count_batch(plan, count);
    return result;
}

static bool faulty_past(struct store *store, const struct past_query *asked, change_fn *each, void *arg,
                        struct error *err)
{
    struct faulty *faulty = (struct faulty *)store;
    return faulty->inner->type->past(faulty->inner, asked, each, arg, err);
}

static void faulty_close(struct store *store)
{
    struct faulty *faulty = (struct faulty *)store;
    store_close(faulty->inner);
    free(faulty);
}

static const struct store_type store_faulty = {
    .scheme = "faulty",
    .close = faulty_close,
    .replay = faulty_replay,
    .commit = faulty_commit,
    .past = faulty_past,
};

struct store *faulty_open(struct store *inner, struct faulty_plan *plan)
{
    struct faulty *faulty = calloc(1, sizeof *faulty);
    if (!faulty)
        abort();
    faulty->store.type = &store_faulty;
    faulty->store.secret = inner->secret;
    faulty->inner = inner;
    faulty->plan = plan;
    return &faulty->store;
}
