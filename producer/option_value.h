/* SPDX-License-Identifier: Apache-2.0 */
/* The value of one option: how it is written, and what of it goes into the options. Private to options.c. */
#ifndef PRODUCER_OPTION_VALUE_H
#define PRODUCER_OPTION_VALUE_H

#include "producer/options.h"

enum option_kind {
    KIND_FLAG,
    KIND_SPAN,
    KIND_PATH,
    KIND_TIME,
    KIND_SECONDS,
    KIND_COUNT,
    KIND_SIZE,
    KIND_SETTING, /* one more of a list */
    KIND_PAIR,    /* the same, NAME=SOMETHING */
    KIND_DEFAULT, /* one more of the list of defaults */
};

/* Fills the member at `place`. False: the value is none of that kind; the message names the option. */
MUST_CHECK bool option_value(struct options *options, enum option_kind kind, size_t place, const char *name,
                             const char *value, struct error *err);

/* options_check.c: whether they can be used together. Fills what was not given. */
MUST_CHECK bool options_check(struct options *options, struct error *err);

/* option_file.c: the settings of --kafka-config. */
MUST_CHECK bool options_kafka_file(struct options *options, struct arena *arena, struct error *err);

#endif
