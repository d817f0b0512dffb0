/* SPDX-License-Identifier: Apache-2.0 */
/* What was read and not yet acknowledged: see the header. */
#include "producer/account.h"

#include "base/clock.h"
#include "base/limits.h"

#include <stdio.h>
#include <sys/stat.h>

/* A file gets its name at the end and stands for one run alone; a pipe or a device goes on. */
static bool goes_on(const char *out)
{
    struct stat found;
    return !out || strcmp(out, "-") == 0 || (stat(out, &found) == 0 && !S_ISREG(found.st_mode));
}

bool account_open(struct account *account, const char *place, const char *out, struct input *input,
                  struct error *err)
{
    AUTO_ARENA arena = arena_new();
    struct state state;
    *account = (struct account){.place = place, .input = input, .at = clock_steady()};
    if (!place)
        return true;
    if (!goes_on(out))
        return error_set(err, 0, "--state cannot go with --out %s: each run writes that file anew", out);
    return state_lock(place, err) && state_read(place, &state, arena, err) &&
           input_resume(input, &state, err);
}

void account_line(struct account *account)
{
    account->lines++;
    account->all++;
    account->broken = true;
}

bool account_due(const struct account *account)
{
    return account->place && account->lines > 0 &&
           (account->lines >= STATE_LINES || clock_steady() - account->at >= STATE_MS);
}

bool account_settle(struct account *account, struct error *err)
{
    if (account->broken)
        return true;
    if (account->place) {
        AUTO_ARENA arena = arena_new();
        struct state state;
        input_state(account->input, &state, arena);
        if (!state_write(account->place, &state, err))
            return false;
    }
    account->lines = 0;
    account->at = clock_steady();
    return true;
}

void account_report(const struct account *account, bool always)
{
    if (always || account->lines > 0)
        fprintf(stderr, "genesys-producer: %llu of %llu lines are not acknowledged%s\n",
                (unsigned long long)account->lines, (unsigned long long)account->all,
                account->lines > 0 && account->place ? ", the next run reads them again" : "");
}
