/* SPDX-License-Identifier: Apache-2.0 */
/* The baseline: libmicrohttpd and nothing else, with schemad's flags, threads, connection memory, body and
 * headers (date, type, length). It answers every request with the bytes of a file.
 *   baseline_mhd THREADS FILE */
#include <microhttpd.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { BODY_ROOM = 1 << 20, POOL = 32 * 1024, CONNECTIONS = 60000, IDLE_SECONDS = 120 };

static char body[BODY_ROOM];
static size_t body_len;

static enum MHD_Result on_request(void *cls, struct MHD_Connection *connection, const char *url,
                                  const char *method, const char *version, const char *bytes, size_t *size,
                                  void **context)
{
    static int seen;
    (void)cls, (void)url, (void)method, (void)version, (void)bytes;
    if (!*context) {
        *context = &seen;
        return MHD_YES;
    }
    if (*size) {
        *size = 0;
        return MHD_YES;
    }
    struct MHD_Response *response = MHD_create_response_from_buffer(body_len, body, MHD_RESPMEM_PERSISTENT);
    MHD_add_response_header(response, "Content-Type", "application/vnd.schemaregistry.v1+json");
    enum MHD_Result queued = MHD_queue_response(connection, MHD_HTTP_OK, response);
    MHD_destroy_response(response);
    return queued;
}

static int load(const char *path)
{
    FILE *file = fopen(path, "rb");
    if (!file)
        return -1;
    body_len = fread(body, 1, sizeof body, file);
    return fclose(file);
}

int main(int argc, char **argv)
{
    int threads = argc == 3 ? atoi(argv[1]) : 0;
    if (threads < 1 || load(argv[2]) != 0) {
        fputs("usage: baseline_mhd THREADS FILE\n", stderr);
        return EXIT_FAILURE;
    }
    sigset_t ends;
    sigemptyset(&ends);
    sigaddset(&ends, SIGTERM);
    sigaddset(&ends, SIGINT);
    sigprocmask(SIG_BLOCK, &ends, NULL);
    struct sockaddr_in any = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    unsigned flags = MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ITC;
    struct MHD_OptionItem options[] = {
        {MHD_OPTION_SOCK_ADDR, 0, &any},
        {MHD_OPTION_CONNECTION_MEMORY_LIMIT, POOL, NULL},
        {MHD_OPTION_CONNECTION_LIMIT, CONNECTIONS, NULL},
        {MHD_OPTION_CONNECTION_TIMEOUT, IDLE_SECONDS, NULL},
        {threads > 1 ? MHD_OPTION_THREAD_POOL_SIZE : MHD_OPTION_END, threads, NULL},
        {MHD_OPTION_END, 0, NULL},
    };
    struct MHD_Daemon *daemon = MHD_start_daemon(flags, 0, NULL, NULL, on_request, NULL, MHD_OPTION_ARRAY,
                                                 options, MHD_OPTION_END);
    if (!daemon) {
        perror("baseline_mhd");
        return EXIT_FAILURE;
    }
    int port = MHD_get_daemon_info(daemon, MHD_DAEMON_INFO_BIND_PORT)->port;
    printf("baseline ready http://127.0.0.1:%d\n", port);
    fflush(stdout);
    int got;
    sigwait(&ends, &got);
    MHD_stop_daemon(daemon);
    return EXIT_SUCCESS;
}
