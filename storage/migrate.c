/* SPDX-License-Identifier: Apache-2.0 */
/* Which migrations a database lacks, and whether those it has are ours. Forward only: what is on record must
 * be the first so many of ours, each with the digest it was applied with. */
#include "storage/migrate.h"

#include "base/digest.h"

struct check {
    const struct migration *migrations;
    size_t count;
    size_t seen;                /* on record so far */
    bool sound;
    struct error *err;
};

static struct span digest_of(const struct migration *migration, struct arena *arena)
{
    uint8_t digest[SHA256_SIZE];
    digest_sha256(span_of(migration->text), digest);
    return digest_hex(digest, sizeof digest, arena);
}

static bool check_one(const struct check *check, int number, struct span digest)
{
    struct error *err = check->err;
    struct arena *arena = err->arena;
    if (number > (int)check->count)
        return error_start(err, arena_printf(arena, "it was written by a newer schemad: it has migration %d, "
                                                    "this one knows %d", number, (int)check->count));
    if (number != (int)check->seen + 1)
        return error_start(err, arena_printf(arena, "it has migration %d but not %d", number,
                                             (int)check->seen + 1));
    const struct migration *migration = &check->migrations[check->seen];
    if (!span_equal(digest, digest_of(migration, arena)))
        return error_start(err, arena_printf(arena, "its migration %s is not the one of this schemad, the "
                                                    "digests differ", migration->name));
    return true;
}

static void check_recorded(void *arg, int number, struct span digest)
{
    struct check *check = arg;
    if (!check->sound)
        return;
    check->sound = check_one(check, number, digest);
    check->seen++;
}

bool migrate(const struct migrator *migrator, const struct migration *migrations, size_t count,
             struct error *err)
{
    struct check check = {.migrations = migrations, .count = count, .sound = true, .err = err};
    if (!migrator->recorded(migrator->database, check_recorded, &check, err) || !check.sound)
        return false;
    for (size_t i = check.seen; i < count; i++) {
        if (!migrator->apply(migrator->database, &migrations[i], digest_of(&migrations[i], err->arena), err))
            return false;
    }
    return true;
}
