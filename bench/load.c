/* SPDX-License-Identifier: Apache-2.0 */
/* Fills a registry: COUNT schemas, VERSIONS of them in each subject NAME-000000, NAME-000001, …, over
 * CONNECTIONS at once; BODY is each one's, with its number for each @. Prints schemas per second.
 *   load PORT NAME COUNT VERSIONS CONNECTIONS BODY */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { CONNECTIONS_MAX = 256, BODY_MAX = 3072, REQUEST_MAX = 4096, REPLY_MAX = 16384 };

static unsigned short port;
static const char *name, *pattern;
static long count, versions;
static atomic_long next_subject;

static void give_up(const char *what, const char *more)
{
    fprintf(stderr, "load: %s: %s\n", what, more);
    exit(EXIT_FAILURE);
}

static int connect_to_registry(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int fd = socket(AF_INET, SOCK_STREAM, 0), yes = 1;
    if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof address) != 0)
        give_up("connect", "nobody there");
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    return fd;
}

static int write_body(char *body, long number)
{
    int len = 0;
    for (const char *at = pattern; *at && len < BODY_MAX - 32; at++)
        if (*at == '@')
            len += sprintf(body + len, "%ld", number);
        else
            body[len++] = *at;
    return len;
}

static int write_request(char *request, long subject, long version)
{
    char body[BODY_MAX];
    int len = write_body(body, subject * versions + version);
    return snprintf(request, REQUEST_MAX,
                    "POST /subjects/%s-%06ld/versions HTTP/1.1\r\nHost: localhost\r\n"
                    "Content-Type: application/json\r\nContent-Length: %d\r\n\r\n%.*s",
                    name, subject, len, len, body);
}

/* Reads one reply whole; it has a Content-Length. */
static void read_reply(int fd, char *reply)
{
    size_t have = 0, wanted = SIZE_MAX;
    while (have < wanted) {
        ssize_t got = read(fd, reply + have, REPLY_MAX - 1 - have);
        if (got <= 0)
            give_up("read", "the connection ended");
        reply[have += (size_t)got] = '\0';
        char *body = strstr(reply, "\r\n\r\n"), *length = strcasestr(reply, "content-length:");
        if (body && length)
            wanted = (size_t)(body + 4 - reply) + strtoul(length + 15, NULL, 10);
    }
    if (strncmp(reply, "HTTP/1.1 200", 12) != 0)
        give_up("refused", reply);
}

/* A subject is the matter of one connection: its versions come in their order. */
static void *fill(void *arg)
{
    char request[REQUEST_MAX], reply[REPLY_MAX];
    int fd = connect_to_registry();
    long subject;
    (void)arg;
    while ((subject = atomic_fetch_add(&next_subject, 1)) * versions < count)
        for (long version = 0; version < versions && subject * versions + version < count; version++) {
            int len = write_request(request, subject, version);
            if (write(fd, request, (size_t)len) != len)
                give_up("write", "the connection ended");
            read_reply(fd, reply);
        }
    close(fd);
    return NULL;
}

static double now(void)
{
    struct timespec at;
    clock_gettime(CLOCK_MONOTONIC, &at);
    return (double)at.tv_sec + (double)at.tv_nsec / 1e9;
}

int main(int argc, char **argv)
{
    pthread_t threads[CONNECTIONS_MAX];
    if (argc != 7)
        give_up("usage", "load PORT NAME COUNT VERSIONS CONNECTIONS BODY");
    port = (unsigned short)atoi(argv[1]);
    name = argv[2];
    count = atol(argv[3]);
    versions = atol(argv[4]);
    int connections = atoi(argv[5]);
    pattern = argv[6];
    if (versions < 1 || connections < 1 || connections > CONNECTIONS_MAX)
        give_up("usage", "VERSIONS from 1, CONNECTIONS from 1 to 256");
    double begun = now();
    for (int i = 0; i < connections; i++)
        if (pthread_create(&threads[i], NULL, fill, NULL) != 0)
            give_up("thread", "no more");
    for (int i = 0; i < connections; i++)
        pthread_join(threads[i], NULL);
    printf("%.0f\n", (double)count / (now() - begun));
    return EXIT_SUCCESS;
}
