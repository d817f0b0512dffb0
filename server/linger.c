/* SPDX-License-Identifier: Apache-2.0 */
/* A fixed number of places and an epoll set: when all places are taken the next socket is closed at once, and
 * its client may see a reset in place of the refusal. */
#include "server/linger.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/limits.h"

struct place {
    int socket;                 /* -1: free */
    size_t left;
    int64_t due;
};

struct linger_set {
    pthread_mutex_t lock;       /* the places */
    int epoll;
    struct place places[LINGER_PLACES];
};

struct linger_set *linger_open(struct error *err)
{
    int epoll = epoll_create1(EPOLL_CLOEXEC);
    if (epoll < 0) {
        (void)error_start(err, span_of(strerror(errno)));
        return NULL;
    }
    struct linger_set *set = calloc(1, sizeof *set);
    if (!set)
        abort();
    pthread_mutex_init(&set->lock, NULL);
    set->epoll = epoll;
    for (size_t i = 0; i < LINGER_PLACES; i++)
        set->places[i].socket = -1;
    return set;
}

int linger_fd(const struct linger_set *set)
{
    return set->epoll;
}

static void leave(struct linger_set *set, struct place *place)
{
    /* Others may hold the same socket by another number, so closing ours would not take it out of the set. */
    epoll_ctl(set->epoll, EPOLL_CTL_DEL, place->socket, NULL);
    close(place->socket);
    place->socket = -1;
}

void linger_add(struct linger_set *set, int socket, size_t most, int64_t due)
{
    pthread_mutex_lock(&set->lock);
    size_t i = 0;
    while (i < LINGER_PLACES && set->places[i].socket >= 0)
        i++;
    struct epoll_event event = {.events = EPOLLIN | EPOLLRDHUP, .data.u32 = (uint32_t)i};
    if (i == LINGER_PLACES || epoll_ctl(set->epoll, EPOLL_CTL_ADD, socket, &event) != 0)
        close(socket);
    else
        set->places[i] = (struct place){socket, most, due};
    pthread_mutex_unlock(&set->lock);
}

/* Drops what is there; false when the place is done with. */
static bool drop_bytes(struct place *place)
{
    char bytes[64 * KIB];
    ssize_t got = recv(place->socket, bytes, sizeof bytes, MSG_DONTWAIT);
    if (got < 0)
        return errno == EAGAIN || errno == EINTR;
    if (got == 0 || (size_t)got > place->left)
        return false;
    place->left -= (size_t)got;
    return true;
}

void linger_run(struct linger_set *set, int64_t now)
{
    struct epoll_event events[LINGER_PLACES];
    int count = epoll_wait(set->epoll, events, LINGER_PLACES, 0);
    pthread_mutex_lock(&set->lock);
    for (int i = 0; i < count; i++) {
        struct place *place = &set->places[events[i].data.u32];
        if (place->socket >= 0 && !drop_bytes(place))
            leave(set, place);
    }
    for (size_t i = 0; i < LINGER_PLACES; i++)
        if (set->places[i].socket >= 0 && set->places[i].due <= now)
            leave(set, &set->places[i]);
    pthread_mutex_unlock(&set->lock);
}

void linger_close(struct linger_set *set)
{
    if (!set)
        return;
    for (size_t i = 0; i < LINGER_PLACES; i++)
        if (set->places[i].socket >= 0)
            leave(set, &set->places[i]);
    close(set->epoll);
    pthread_mutex_destroy(&set->lock);
    free(set);
}
