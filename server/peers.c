/* SPDX-License-Identifier: Apache-2.0 */
/* A list behind one mutex. A socket is cut only while its peer is in the list, and leaves the list before it
 * is closed, so that a number the system has given to somebody else is never shut down. */
#include "server/peers.h"

#include <arpa/inet.h>
#include <assert.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "base/clock.h"
#include "base/limits.h"
#include "server/linger.h"

struct peer {
    struct peer *before, *after;
    _Atomic int64_t due;
    int socket;
    uint64_t client;
    char address[INET6_ADDRSTRLEN];
};

struct peers {
    pthread_mutex_t lock;       /* the list */
    struct peer *first;
    struct linger_set *linger;
};

struct peers *peers_open(struct error *err)
{
    struct linger_set *linger = linger_open(err);
    if (!linger)
        return NULL;
    struct peers *peers = calloc(1, sizeof *peers);
    if (!peers)
        abort();
    pthread_mutex_init(&peers->lock, NULL);
    peers->linger = linger;
    return peers;
}

void peers_close(struct peers *peers)
{
    if (!peers)
        return;
    assert(!peers->first);
    linger_close(peers->linger);
    pthread_mutex_destroy(&peers->lock);
    free(peers);
}

static void write_address(const struct sockaddr *address, char text[INET6_ADDRSTRLEN])
{
    const struct sockaddr_in *four = (const void *)address;
    const struct sockaddr_in6 *six = (const void *)address;
    if (address->sa_family == AF_INET)
        inet_ntop(AF_INET, &four->sin_addr, text, INET6_ADDRSTRLEN);
    else if (address->sa_family == AF_INET6 && IN6_IS_ADDR_V4MAPPED(&six->sin6_addr))
        inet_ntop(AF_INET, &six->sin6_addr.s6_addr[12], text, INET6_ADDRSTRLEN);
    else if (address->sa_family == AF_INET6)
        inet_ntop(AF_INET6, &six->sin6_addr, text, INET6_ADDRSTRLEN);
}

static uint64_t client_of(const struct sockaddr *address)
{
    const struct sockaddr_in *four = (const void *)address;
    const struct sockaddr_in6 *six = (const void *)address;
    uint64_t client = 0;
    uint32_t mapped = 0;
    if (address->sa_family == AF_INET)
        return four->sin_addr.s_addr;
    if (address->sa_family != AF_INET6)
        return client;
    memcpy(&client, six->sin6_addr.s6_addr, sizeof client);
    memcpy(&mapped, six->sin6_addr.s6_addr + 12, sizeof mapped);
    return IN6_IS_ADDR_V4MAPPED(&six->sin6_addr) ? mapped : client;
}

struct peer *peer_open(struct peers *peers, int socket, const struct sockaddr *address, int64_t due)
{
    struct peer *peer = calloc(1, sizeof *peer);
    if (!peer)
        abort();
    peer->socket = socket;
    atomic_init(&peer->due, due);
    if (address) {
        write_address(address, peer->address);
        peer->client = client_of(address);
    }
    pthread_mutex_lock(&peers->lock);
    peer->after = peers->first;
    if (peer->after)
        peer->after->before = peer;
    peers->first = peer;
    pthread_mutex_unlock(&peers->lock);
    return peer;
}

void peer_close(struct peers *peers, struct peer *peer)
{
    pthread_mutex_lock(&peers->lock);
    if (peer->before)
        peer->before->after = peer->after;
    else
        peers->first = peer->after;
    if (peer->after)
        peer->after->before = peer->before;
    pthread_mutex_unlock(&peers->lock);
    free(peer);
}

void peer_due(struct peer *peer, int64_t due)
{
    atomic_store_explicit(&peer->due, due, memory_order_relaxed);
}

struct span peer_address(const struct peer *peer)
{
    return span_of(peer->address);
}

uint64_t peer_client(const struct peer *peer)
{
    return peer->client;
}

void peer_linger(struct peers *peers, const struct peer *peer, size_t most)
{
    int twin = fcntl(peer->socket, F_DUPFD_CLOEXEC, 0);
    if (twin >= 0)
        linger_add(peers->linger, twin, most, clock_steady() + LINGER_MS);
}

int peers_fd(const struct peers *peers)
{
    return linger_fd(peers->linger);
}

static size_t cut_due(struct peers *peers, int64_t now)
{
    size_t cut = 0;
    pthread_mutex_lock(&peers->lock);
    for (struct peer *peer = peers->first; peer; peer = peer->after) {
        int64_t due = atomic_load_explicit(&peer->due, memory_order_relaxed);
        /* Exchanged, not stored: a request that began this instant has set a time of its own. */
        if (due <= now && atomic_compare_exchange_strong(&peer->due, &due, NEVER)) {
            shutdown(peer->socket, SHUT_RDWR);
            cut++;
        }
    }
    pthread_mutex_unlock(&peers->lock);
    return cut;
}

size_t peers_tick(struct peers *peers, int64_t now)
{
    linger_run(peers->linger, now);
    return cut_due(peers, now);
}

void peers_cut_all(struct peers *peers)
{
    (void)cut_due(peers, NEVER);
}
