/* SPDX-License-Identifier: Apache-2.0 */
/* Threads that begin at the same moment. */
#ifndef TESTS_REGISTRY_CROWD_H
#define TESTS_REGISTRY_CROWD_H

typedef void crowd_fn(void *arg, int number);

/* Runs `count` of them, numbered from 0, and waits for all. */
void crowd(int count, crowd_fn *each, void *arg);

#endif
