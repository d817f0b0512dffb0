/* SPDX-License-Identifier: Apache-2.0 */
/* From getrusage and /proc; what cannot be read is 0. */
#include "base/process.h"

#include <dirent.h>
#include <stdio.h>
#include <sys/resource.h>
#include <unistd.h>

static int64_t microseconds(struct timeval time)
{
    return (int64_t)time.tv_sec * 1000000 + time.tv_usec;
}

static int64_t resident(void)
{
    long long whole, pages = 0;
    FILE *file = fopen("/proc/self/statm", "re");
    if (!file)
        return 0;
    if (fscanf(file, "%lld %lld", &whole, &pages) != 2)
        pages = 0;
    fclose(file);
    return pages * sysconf(_SC_PAGESIZE);
}

/* Without the two entries for folders, and the one that lists. */
static int files(void)
{
    int count = 0;
    DIR *listing = opendir("/proc/self/fd");
    if (!listing)
        return 0;
    while (readdir(listing))
        count++;
    closedir(listing);
    return count - 3;
}

struct process_figures process_figures(void)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return (struct process_figures){
        .cpu_us = microseconds(usage.ru_utime) + microseconds(usage.ru_stime),
        .resident = resident(),
        .files = files(),
    };
}
