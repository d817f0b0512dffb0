/* SPDX-License-Identifier: Apache-2.0 */
/* A disk that fails, fills up, loses power, or ends the process at the n-th write, sync or truncation. It
 * lies beneath SQLite, so that what is tested above is the code that runs in production. */
#ifndef TESTS_STORE_BAD_DISK_H
#define TESTS_STORE_BAD_DISK_H

enum disk_fault {
    DISK_FAILS,                 /* once, with an I/O error */
    DISK_IS_FULL,               /* from then on, for writes, until it is mended */
    DISK_ENDS,                  /* the process ends; what was written stays, as after kill -9 */
    DISK_LOSES_POWER,           /* the process ends, and every file is as it was when it was last synced */
};

enum { DISK_EXIT = 42 };        /* the status with which it ends the process */

void bad_disk_install(void);                            /* from now on beneath all databases */
void bad_disk_plan(enum disk_fault fault, int n);       /* the n-th step from now; 0: none */
int bad_disk_mend(void);                                /* no more faults; steps that were left, 0: it came */
int bad_disk_syncs(void);                               /* so far */

#endif
