/* SPDX-License-Identifier: Apache-2.0 */
/* Binding, with an error that says what could not be bound and why. */
#include "server/listen.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

enum { CONNECTIONS_MOST = 65536, FILES_APART = 64 };

struct place {
    struct span shown;          /* the host as it was given, brackets included */
    const char *host, *port;
};

static bool refuse(struct span where, const char *why, struct error *err)
{
    return error_start(err, arena_printf(err->arena, "cannot listen on %.*s: %s", SPAN_ARGS(where), why));
}

static bool is_port(struct span text)
{
    long number = 0;
    if (text.len == 0 || text.len > 5)
        return false;
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] < '0' || text.ptr[i] > '9')
            return false;
        number = number * 10 + (text.ptr[i] - '0');
    }
    return number <= 65535;
}

static bool read_place(struct span where, struct place *place, struct arena *arena, struct error *err)
{
    const char *colon = memrchr(where.ptr, ':', where.len);
    size_t len = colon ? (size_t)(colon - where.ptr) : 0;
    struct span host = span_first(where, len), port = span_from(where, len + 1);
    bool bracketed = host.len > 2 && host.ptr[0] == '[' && host.ptr[host.len - 1] == ']';
    place->shown = host;
    if (bracketed)
        host = (struct span){host.ptr + 1, host.len - 2};
    place->host = arena_copy(arena, host).ptr;
    if (host.len == 0 || (!bracketed && strcspn(place->host, ":[]") < host.len))
        return refuse(where, "not HOST:PORT, or [ADDRESS]:PORT for IPv6", err);
    if (!is_port(port))
        return refuse(where, "the port is no number from 0 to 65535", err);
    place->port = arena_copy(arena, port).ptr;
    return true;
}

/* -1: see errno. */
static int bind_one(const struct addrinfo *address)
{
    int one = 1;
    int socket_fd = socket(address->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (socket_fd < 0)
        return -1;
    setsockopt(socket_fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    if (bind(socket_fd, address->ai_addr, address->ai_addrlen) == 0 && listen(socket_fd, SOMAXCONN) == 0)
        return socket_fd;
    int cause = errno;
    close(socket_fd);
    errno = cause;
    return -1;
}

/* 127.0.0.0/8, ::1, or the former in the latter's letters. */
static bool is_loopback(const struct sockaddr_in6 *address)
{
    const unsigned char *six = address->sin6_addr.s6_addr;
    const struct sockaddr_in *four = (const struct sockaddr_in *)(const void *)address;
    if (address->sin6_family == AF_INET)
        return ntohl(four->sin_addr.s_addr) >> 24 == IN_LOOPBACKNET;
    return IN6_IS_ADDR_LOOPBACK(&address->sin6_addr) ||
           (IN6_IS_ADDR_V4MAPPED(&address->sin6_addr) && six[12] == IN_LOOPBACKNET);
}

static void look_at(struct listener *listener)
{
    struct sockaddr_in6 address = {0};      /* the port stands at the same place in both families */
    socklen_t len = sizeof address;
    getsockname(listener->socket, (struct sockaddr *)(void *)&address, &len);
    listener->port = ntohs(address.sin6_port);
    listener->loopback = is_loopback(&address);
}

bool listen_open(struct span where, struct listener *listener, struct arena *arena, struct error *err)
{
    struct place place = {0};
    if (!read_place(where, &place, arena, err))
        return false;
    const struct addrinfo wanted = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE | AI_NUMERICSERV};
    struct addrinfo *found = NULL;
    int fault = getaddrinfo(place.host, place.port, &wanted, &found);
    if (fault != 0)
        return refuse(where, gai_strerror(fault), err);
    listener->socket = -1;
    for (struct addrinfo *each = found; each && listener->socket < 0; each = each->ai_next)
        listener->socket = bind_one(each);
    int cause = errno;
    freeaddrinfo(found);
    if (listener->socket < 0)
        return refuse(where, strerror(cause), err);
    look_at(listener);
    listener->url = arena_printf(arena, "http://%.*s:%d", SPAN_ARGS(place.shown), listener->port);
    return true;
}

unsigned listen_room(void)
{
    struct rlimit files;
    if (getrlimit(RLIMIT_NOFILE, &files) != 0)
        return FILES_APART;
    files.rlim_cur = files.rlim_max;
    if (setrlimit(RLIMIT_NOFILE, &files) != 0)
        getrlimit(RLIMIT_NOFILE, &files);
    rlim_t most = files.rlim_cur > CONNECTIONS_MOST ? CONNECTIONS_MOST : files.rlim_cur;
    return most > 2 * FILES_APART ? (unsigned)(most - FILES_APART) : FILES_APART;
}

/* The number is given to something that never has a connection, which closes the socket behind it: unlike a
 * close, this cannot hand the number to a file that somebody opens meanwhile. */
void listen_stop(const struct listener *listener)
{
    int quiet = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (quiet < 0 || dup3(quiet, listener->socket, O_CLOEXEC) < 0)
        shutdown(listener->socket, SHUT_RDWR);
    if (quiet >= 0)
        close(quiet);
}
