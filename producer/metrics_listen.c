/* SPDX-License-Identifier: Apache-2.0 */
/* The counters over HTTP: see the header. The one thread of the library answers with the text that was
 * published last, so that a run which waits for Kafka can still be asked. */
#include "producer/metrics_listen.h"

#include "base/limits.h"

#include <errno.h>
#include <microhttpd.h>
#include <netdb.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

struct metrics_server {
    struct MHD_Daemon *daemon;
    int fd;
    pthread_mutex_t text_lock; /* of the text; held while it is copied */
    char *text;                /* NULL: nothing yet */
    size_t len;
};

/* ---- answers ---- */

static enum MHD_Result answer(struct MHD_Connection *connection, unsigned status,
                              struct MHD_Response *response)
{
    enum MHD_Result queued = MHD_queue_response(connection, status, response);
    MHD_destroy_response(response);
    return queued;
}

static enum MHD_Result refuse(struct MHD_Connection *connection, unsigned status, const char *text)
{
    return answer(connection, status,
                  MHD_create_response_from_buffer(strlen(text), (void *)text, MHD_RESPMEM_PERSISTENT));
}

static enum MHD_Result show(struct metrics_server *server, struct MHD_Connection *connection)
{
    pthread_mutex_lock(&server->text_lock);
    struct MHD_Response *response =
        server->text ? MHD_create_response_from_buffer(server->len, server->text, MHD_RESPMEM_MUST_COPY)
                     : NULL;
    pthread_mutex_unlock(&server->text_lock);
    if (!response)
        return refuse(connection, MHD_HTTP_SERVICE_UNAVAILABLE, "Nothing yet.\n");
    MHD_add_response_header(response, "Content-Type", "text/plain; version=0.0.4; charset=utf-8");
    return answer(connection, MHD_HTTP_OK, response);
}

/* Called first with the head alone, then once more; a body is read and dropped. */
static enum MHD_Result on_request(void *context, struct MHD_Connection *connection, const char *url,
                                  const char *method, const char *version, const char *body, size_t *size,
                                  void **seen)
{
    static char once;
    (void)version, (void)body;
    if (!*seen || *size > 0) {
        *seen = &once;
        *size = 0;
        return MHD_YES;
    }
    if (strcmp(url, "/metrics") != 0)
        return refuse(connection, MHD_HTTP_NOT_FOUND, "Only /metrics is here.\n");
    if (strcmp(method, "GET") != 0 && strcmp(method, "HEAD") != 0)
        return refuse(connection, MHD_HTTP_METHOD_NOT_ALLOWED, "GET it.\n");
    return show(context, connection);
}

/* ---- the address ---- */

static bool split_address(const char *address, char host[256], const char **port, struct error *err)
{
    const char *colon = strrchr(address, ':');
    size_t len = colon ? (size_t)(colon - address) : 0;
    bool bracketed = len > 1 && address[0] == '[' && address[len - 1] == ']';
    struct span given = {address + bracketed, bracketed ? len - 2 : len};
    *port = colon ? colon + 1 : address;
    bool number = **port && strspn(*port, "0123456789") == strlen(*port) && strlen(*port) <= 5 &&
                  atoi(*port) <= 65535;
    if (!number || (colon && given.len == 0) || given.len > 255)
        return error_set(err, 0, "--metrics-listen needs [HOST:]PORT, not '%s'", address);
    snprintf(host, 256, "%.*s", SPAN_ARGS(colon ? given : SPAN("127.0.0.1")));
    return true;
}

static int open_socket(const struct addrinfo *found)
{
    int on = 1, fd = socket(found->ai_family, found->ai_socktype | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return -1;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(fd, found->ai_addr, found->ai_addrlen) == 0 && listen(fd, METRICS_CLIENTS_MAX) == 0)
        return fd;
    int cause = errno;
    close(fd);
    errno = cause;
    return -1;
}

static int listen_at(const char *address, struct error *err)
{
    char host[256];
    const char *port;
    struct addrinfo wanted = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICSERV}, *found = NULL;
    if (!split_address(address, host, &port, err))
        return -1;
    int failed = getaddrinfo(host, port, &wanted, &found);
    int fd = failed ? -1 : open_socket(found);
    if (fd < 0)
        error_set(err, 0, "cannot listen at %s: %s", address,
                  failed ? gai_strerror(failed) : strerror(errno));
    if (found)
        freeaddrinfo(found);
    return fd;
}

static void tell_address(int fd)
{
    struct sockaddr_storage bound;
    socklen_t size = sizeof bound;
    char host[256], port[16];
    if (getsockname(fd, (struct sockaddr *)&bound, &size) == 0 &&
        getnameinfo((struct sockaddr *)&bound, size, host, sizeof host, port, sizeof port,
                    NI_NUMERICHOST | NI_NUMERICSERV) == 0)
        fprintf(stderr, "genesys-producer: metrics at http://%s%s%s:%s/metrics\n",
                strchr(host, ':') ? "[" : "", host, strchr(host, ':') ? "]" : "", port);
}

/* ---- the doors ---- */

/* What clients do wrong is theirs. */
__attribute__((format(printf, 2, 0))) static void on_log(void *context, const char *format, va_list arguments)
{
    (void)context, (void)format, (void)arguments;
}

struct metrics_server *metrics_listen(const char *address, struct error *err)
{
    int fd = listen_at(address, err);
    if (fd < 0)
        return NULL;
    struct metrics_server *server = calloc(1, sizeof *server);
    if (!server)
        abort();
    pthread_mutex_init(&server->text_lock, NULL);
    server->fd = fd;
    server->daemon = MHD_start_daemon(
        MHD_USE_AUTO_INTERNAL_THREAD, 0, NULL, NULL, on_request, server, MHD_OPTION_EXTERNAL_LOGGER, on_log,
        NULL, MHD_OPTION_LISTEN_SOCKET, fd, MHD_OPTION_CONNECTION_LIMIT, (unsigned)METRICS_CLIENTS_MAX,
        MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)(METRICS_CLIENT_MS / 1000),
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CONNECTION_POOL, MHD_OPTION_END);
    if (server->daemon)
        return server;
    error_set(err, 0, "cannot listen at %s", address);
    close(fd);
    metrics_silence(server);
    return NULL;
}

void metrics_publish(struct metrics_server *server, struct span text)
{
    char *copy = malloc(text.len + 1);
    if (!copy)
        abort();
    memcpy(copy, text.ptr, text.len);
    pthread_mutex_lock(&server->text_lock);
    bool first = !server->text;
    free(server->text);
    server->text = copy;
    server->len = text.len;
    pthread_mutex_unlock(&server->text_lock);
    if (first)
        tell_address(server->fd);
}

void metrics_silence(struct metrics_server *server)
{
    if (!server)
        return;
    if (server->daemon)
        MHD_stop_daemon(server->daemon);
    pthread_mutex_destroy(&server->text_lock);
    free(server->text);
    free(server);
}
