/* SPDX-License-Identifier: Apache-2.0 */
/* What the operating system says of this process. */
#ifndef BASE_PROCESS_H
#define BASE_PROCESS_H

#include <stdint.h>

struct process_figures {
    int64_t cpu_us;             /* user and system, of all threads */
    int64_t resident;           /* bytes; 0: not known */
    int files;                  /* open descriptors; 0: not known */
};

struct process_figures process_figures(void);

#endif
