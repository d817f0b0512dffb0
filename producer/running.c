/* SPDX-License-Identifier: Apache-2.0 */
/* What is done between the lines of a run: see the header. */
#include "producer/running.h"

/* Only what is safe is acknowledged, dead letters included. */
static bool acknowledge(struct run *run, struct error *err)
{
    return sinks_flush(&run->sinks, err) &&
           (!run->dead_letters || dead_letters_sync(run->dead_letters, err)) &&
           account_settle(&run->account, err);
}

/* ---- what changes meanwhile ---- */

struct sink_schema running_schema(const struct run *run, const struct enrolled *enrolled)
{
    return (struct sink_schema){enrolled->id, run->options->subject, enrolled->text,
                                mapping_digest(enrolled->mapping)};
}

/* The border: what was read so far is safe, in files that are complete, before the first record of the new
 * kind. */
static bool change(struct run *run, struct enrolled *next, struct error *err)
{
    bool other = enrolled_differ(run->watch.now, next);
    if (other && sinks_fixed(&run->sinks)) {
        watch_refuse(&run->watch, next, "--out with --format ocf is one file of one schema and one mapping");
        return true;
    }
    struct sink_schema schema = running_schema(run, next);
    if (other && (!acknowledge(run, err) || !sinks_change(&run->sinks, &schema, err))) {
        enrolled_free(next);
        return false;
    }
    watch_take(&run->watch, next);
    return true;
}

static bool look_around(struct run *run, struct error *err)
{
    struct enrolled *next;
    bool again = signals_again(&run->signals);
    if (!watch_look(&run->watch, again, &next, err) || (next && !change(run, next, err)))
        return false;
    struct sink_schema schema = running_schema(run, run->watch.now);
    return !again || sinks_change(&run->sinks, &schema, err); /* a SIGHUP rolls files */
}

bool running_tell(struct run *run, bool last, struct error *err)
{
    struct counters counters = {&run->summary, &run->sinks, &run->watch,
                                run->options->dead_letter_topic ? &run->letters : NULL,
                                run->account.lines, last};
    return metrics_tell(&run->metrics, &counters, err);
}

/* What is done now and then between lines, and while none comes. */
bool running_look(void *context, struct error *err)
{
    struct run *run = context;
    if (run->terminal)
        summary_progress(&run->summary, run->input, stderr);
    return sinks_tick(&run->sinks, err) && look_around(run, err) &&
           (!run->dead_letters || dead_letters_tick(run->dead_letters, err)) &&
           (!account_due(&run->account) || acknowledge(run, err)) &&
           running_tell(run, false, err);
}
