/* SPDX-License-Identifier: Apache-2.0 */
/* Signals as descriptors: see the header. */
#include "producer/signals.h"

#include <signal.h>
#include <sys/signalfd.h>
#include <unistd.h>

static int catch_of(const sigset_t *wanted)
{
    return sigprocmask(SIG_BLOCK, wanted, NULL) == 0 ? signalfd(-1, wanted, SFD_CLOEXEC | SFD_NONBLOCK) : -1;
}

bool signals_catch(struct signals *signals, bool again, struct error *err)
{
    sigset_t stop, anew;
    sigemptyset(&stop);
    sigaddset(&stop, SIGINT);
    sigaddset(&stop, SIGTERM);
    sigemptyset(&anew);
    if (again)
        sigaddset(&anew, SIGHUP);
    signal(SIGPIPE, SIG_IGN);
    signals->stop = catch_of(&stop);
    signals->again = catch_of(&anew);
    return (signals->stop >= 0 && signals->again >= 0) || error_set(err, 0, "cannot watch for signals");
}

void signals_release(struct signals *signals)
{
    if (signals->stop >= 0)
        close(signals->stop);
    if (signals->again >= 0)
        close(signals->again);
    *signals = SIGNALS_NONE;
}

static bool take(int fd, struct signalfd_siginfo *info)
{
    return fd >= 0 && read(fd, info, sizeof *info) == (ssize_t)sizeof *info;
}

bool signals_again(struct signals *signals)
{
    struct signalfd_siginfo info;
    return take(signals->again, &info);
}

const char *signals_stopped(struct signals *signals)
{
    struct signalfd_siginfo info;
    if (!take(signals->stop, &info))
        return NULL;
    return info.ssi_signo == SIGINT ? "SIGINT" : "SIGTERM";
}
