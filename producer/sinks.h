/* SPDX-License-Identifier: Apache-2.0 */
/* The sinks of one run, which all get every record: as many as the options name. */
#ifndef PRODUCER_SINKS_H
#define PRODUCER_SINKS_H

#include "producer/options.h"
#include "producer/sink.h"

enum { SINKS_MAX = 3 };

struct sinks {
    struct {
        struct sink *sink;
        const struct sink_type *type;
        struct sink_tally tally;
    } of[SINKS_MAX];
    size_t count;
    size_t record_max; /* what each of them can take */
    bool dated;        /* one of them goes by the records' time */
};

/* How the options say that Kafka is written to; `common` has what no option says. */
struct sink_options sinks_kafka(const struct options *options, const struct sink_options *common);

/* Opens what the options name; `common` has what no option says. After a failure nothing is open, and no file
 * has come to its name. */
MUST_CHECK bool sinks_open(struct sinks *sinks, const struct options *options,
                           const struct sink_options *common, const struct sink_schema *schema,
                           struct error *err);

MUST_CHECK bool sinks_put(struct sinks *sinks, const struct message *message, struct error *err);

/* All that was put is now safe. */
MUST_CHECK bool sinks_flush(struct sinks *sinks, struct error *err);

/* What is due by the clock: to be called now and then, also while no record comes. */
MUST_CHECK bool sinks_tick(struct sinks *sinks, struct error *err);

/* Completes what is open, and goes on with that schema where it can be changed. */
MUST_CHECK bool sinks_change(struct sinks *sinks, const struct sink_schema *schema, struct error *err);

/* The name of one that holds to its first schema; NULL: there is none. */
const char *sinks_fixed(const struct sinks *sinks);

/* Closes all of them, whatever happens; what fails beside the first failure is told at once. */
MUST_CHECK bool sinks_close(struct sinks *sinks, struct error *err);

/* Tells the counts of those that keep some. */
typedef void tally_fn(void *context, const char *name, const struct sink_tally *tally);
void sinks_each(const struct sinks *sinks, tally_fn *tell, void *context);

/* Their lines of the summary. */
void sinks_report(const struct sinks *sinks, FILE *out);

#endif
