/* SPDX-License-Identifier: Apache-2.0 */
/* A VFS around the system's own. Each open file keeps a copy of what was last synced; tests are small. */
#include "bad_disk.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct bad_file {
    sqlite3_file base;
    struct bad_file *next;      /* of all open ones */
    char *path;                 /* NULL: a temporary one */
    char *durable;
    size_t durable_len;
    _Alignas(8) char real[];
};

static sqlite3_vfs *beneath;
static struct bad_file *all;
static enum disk_fault planned;
static int left, syncs;
static bool full;

void bad_disk_plan(enum disk_fault fault, int n)
{
    planned = fault;
    left = n;
    full = false;
}

int bad_disk_mend(void)
{
    int remaining = left;
    bad_disk_plan(DISK_FAILS, 0);
    return remaining;
}

int bad_disk_syncs(void)
{
    return syncs;
}

static void stop(const char *what)
{
    perror(what);
    abort();
}

static sqlite3_file *real_of(sqlite3_file *file)
{
    return (sqlite3_file *)((struct bad_file *)file)->real;
}

/* ---- what is durable */

static void note_durable(struct bad_file *file)
{
    if (!file->path)
        return;
    free(file->durable);
    file->durable = NULL;
    file->durable_len = 0;
    sqlite3_file *real = real_of(&file->base);
    sqlite3_int64 size;
    if (real->pMethods->xFileSize(real, &size) != SQLITE_OK)
        stop("size");
    if (size == 0)
        return;
    file->durable = malloc((size_t)size);
    if (!file->durable || real->pMethods->xRead(real, file->durable, (int)size, 0) != SQLITE_OK)
        stop("read");
    file->durable_len = (size_t)size;
}

static void lose_power(void)
{
    for (struct bad_file *file = all; file; file = file->next) {
        if (!file->path || access(file->path, F_OK) != 0)
            continue;
        int fd = open(file->path, O_WRONLY | O_TRUNC);
        if (fd < 0 || write(fd, file->durable, file->durable_len) != (ssize_t)file->durable_len)
            stop(file->path);
    }
    _exit(DISK_EXIT);
}

/* The code of the fault, when it is due. */
static int step(int error)
{
    if (full && error != SQLITE_IOERR_FSYNC)
        return SQLITE_FULL;
    if (left == 0 || --left > 0)
        return SQLITE_OK;
    switch (planned) {
    case DISK_FAILS: return error;
    case DISK_IS_FULL: full = true; return SQLITE_FULL;
    case DISK_ENDS: _exit(DISK_EXIT);
    case DISK_LOSES_POWER: lose_power();
    }
    abort();
}

/* ---- the methods of a file */

static int bad_close(sqlite3_file *base)
{
    struct bad_file *file = (struct bad_file *)base;
    struct bad_file **at = &all;
    while (*at != file)
        at = &(*at)->next;
    *at = file->next;
    free(file->path);
    free(file->durable);
    return real_of(base)->pMethods->xClose(real_of(base));
}

static int bad_read(sqlite3_file *file, void *bytes, int len, sqlite3_int64 at)
{
    return real_of(file)->pMethods->xRead(real_of(file), bytes, len, at);
}

static int bad_write(sqlite3_file *file, const void *bytes, int len, sqlite3_int64 at)
{
    int code = step(SQLITE_IOERR_WRITE);
    return code ? code : real_of(file)->pMethods->xWrite(real_of(file), bytes, len, at);
}

static int bad_truncate(sqlite3_file *file, sqlite3_int64 size)
{
    int code = step(SQLITE_IOERR_TRUNCATE);
    return code ? code : real_of(file)->pMethods->xTruncate(real_of(file), size);
}

/* The disk below need not be waited for: power is only lost as far as the copies say. */
static int bad_sync(sqlite3_file *file, int flags)
{
    (void)flags;
    int code = step(SQLITE_IOERR_FSYNC);
    if (code)
        return code;
    syncs++;
    note_durable((struct bad_file *)file);
    return SQLITE_OK;
}

static int bad_size(sqlite3_file *file, sqlite3_int64 *size)
{
    return real_of(file)->pMethods->xFileSize(real_of(file), size);
}

static int bad_lock(sqlite3_file *file, int level)
{
    return real_of(file)->pMethods->xLock(real_of(file), level);
}

static int bad_unlock(sqlite3_file *file, int level)
{
    return real_of(file)->pMethods->xUnlock(real_of(file), level);
}

static int bad_check(sqlite3_file *file, int *reserved)
{
    return real_of(file)->pMethods->xCheckReservedLock(real_of(file), reserved);
}

static int bad_control(sqlite3_file *file, int op, void *arg)
{
    return real_of(file)->pMethods->xFileControl(real_of(file), op, arg);
}

static int bad_sector(sqlite3_file *file)
{
    return real_of(file)->pMethods->xSectorSize(real_of(file));
}

static int bad_device(sqlite3_file *file)
{
    return real_of(file)->pMethods->xDeviceCharacteristics(real_of(file));
}

static int bad_shm_map(sqlite3_file *file, int page, int size, int extend, void volatile **memory)
{
    return real_of(file)->pMethods->xShmMap(real_of(file), page, size, extend, memory);
}

static int bad_shm_lock(sqlite3_file *file, int offset, int n, int flags)
{
    return real_of(file)->pMethods->xShmLock(real_of(file), offset, n, flags);
}

static void bad_shm_barrier(sqlite3_file *file)
{
    real_of(file)->pMethods->xShmBarrier(real_of(file));
}

static int bad_shm_unmap(sqlite3_file *file, int gone)
{
    return real_of(file)->pMethods->xShmUnmap(real_of(file), gone);
}

static const sqlite3_io_methods methods = {
    .iVersion = 2,
    .xClose = bad_close,
    .xRead = bad_read,
    .xWrite = bad_write,
    .xTruncate = bad_truncate,
    .xSync = bad_sync,
    .xFileSize = bad_size,
    .xLock = bad_lock,
    .xUnlock = bad_unlock,
    .xCheckReservedLock = bad_check,
    .xFileControl = bad_control,
    .xSectorSize = bad_sector,
    .xDeviceCharacteristics = bad_device,
    .xShmMap = bad_shm_map,
    .xShmLock = bad_shm_lock,
    .xShmBarrier = bad_shm_barrier,
    .xShmUnmap = bad_shm_unmap,
};

static int bad_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *base, int flags, int *out)
{
    (void)vfs;
    struct bad_file *file = (struct bad_file *)base;
    file->base.pMethods = NULL;
    int code = beneath->xOpen(beneath, name, real_of(base), flags, out);
    if (code != SQLITE_OK)
        return code;
    file->base.pMethods = &methods;
    file->path = name ? strdup(name) : NULL;
    file->durable = NULL;
    file->next = all;
    all = file;
    note_durable(file);
    return SQLITE_OK;
}

static int bad_delete(sqlite3_vfs *vfs, const char *name, int sync_folder)
{
    (void)vfs;
    (void)sync_folder;
    return beneath->xDelete(beneath, name, 0);
}

void bad_disk_install(void)
{
    static sqlite3_vfs bad;
    beneath = sqlite3_vfs_find(NULL);
    bad = *beneath;
    bad.zName = "bad";
    bad.szOsFile = (int)sizeof(struct bad_file) + beneath->szOsFile;
    bad.xOpen = bad_open;
    bad.xDelete = bad_delete;
    if (sqlite3_vfs_register(&bad, 1) != SQLITE_OK)
        abort();
}
