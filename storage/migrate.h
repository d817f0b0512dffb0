/* SPDX-License-Identifier: Apache-2.0 */
/* Numbered migrations, applied once, in order, each with its digest on record. Forward only. */
#ifndef STORAGE_MIGRATE_H
#define STORAGE_MIGRATE_H

#include "base/error.h"

struct migration {
    int number;
    const char *name;
    const char *text;
};

extern const struct migration sqlite_migrations[];      /* embedded; ascending, without gaps, from 1 */
extern const size_t sqlite_migrations_count;

typedef void migration_fn(void *arg, int number, struct span digest);

/* What a database must be able to do to be migrated. */
struct migrator {
    void *database;

    /* Tells each migration on record, in order of number. */
    MUST_CHECK bool (*recorded)(void *database, migration_fn *each, void *arg, struct error *err);

    /* Runs one migration and records it with its digest, in one transaction. */
    MUST_CHECK bool (*apply)(void *database, const struct migration *migration, struct span digest,
                             struct error *err);
};

/* Applies what is missing. Refuses a database that is newer than we are, or whose recorded digest differs. */
MUST_CHECK bool migrate(const struct migrator *migrator, const struct migration *migrations, size_t count,
                        struct error *err);

#endif
