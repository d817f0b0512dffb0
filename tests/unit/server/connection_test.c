/* SPDX-License-Identifier: Apache-2.0 */
/* What surrounds a connection: deadlines, uploads, counted calls, the socket that is listened on, and the
 * sender who is listened to after a refusal. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/clock.h"
#include "base/limits.h"
#include "server/calls.h"
#include "server/listen.h"
#include "server/peers.h"
#include "server/upload.h"

static struct arena *arena;
static struct error err;

static int prepare(void **state)
{
    (void)state;
    arena = arena_new();
    err = (struct error){.arena = arena};
    return 0;
}

static int clean(void **state)
{
    (void)state;
    arena_free(arena);
    return 0;
}

static void test_a_peer_past_its_deadline_is_cut_and_no_other(void **state)
{
    (void)state;
    int late[2], early[2];
    char byte;
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, late), 0);
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, early), 0);
    struct peers *peers = peers_open(&err);
    struct peer *first = peer_open(peers, late[0], NULL, 100);
    struct peer *second = peer_open(peers, early[0], NULL, 101);
    assert_int_equal(peers_tick(peers, 99), 0);
    assert_int_equal(peers_tick(peers, 100), 1);
    assert_int_equal(recv(late[1], &byte, 1, MSG_DONTWAIT), 0);
    assert_int_equal(recv(early[1], &byte, 1, MSG_DONTWAIT), -1);
    assert_int_equal(peers_tick(peers, 100), 0);
    peer_due(second, NEVER);
    assert_int_equal(peers_tick(peers, NEVER - 1), 0);
    peer_due(second, 5);
    assert_int_equal(peers_tick(peers, 6), 1);
    peer_close(peers, first);
    peer_close(peers, second);
    peers_close(peers);
}

static void test_an_address_is_shown_as_people_write_it(void **state)
{
    (void)state;
    struct peers *peers = peers_open(&err);
    struct sockaddr_in four = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(0x7f000001)};
    struct sockaddr_in6 six = {.sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT};
    struct sockaddr_in6 mapped = {.sin6_family = AF_INET6,
                                  .sin6_addr.s6_addr = {[10] = 255, 255, 10, 0, 0, 9}};
    struct peer *one = peer_open(peers, -1, (const void *)&four, NEVER);
    struct peer *two = peer_open(peers, -1, (const void *)&six, NEVER);
    struct peer *three = peer_open(peers, -1, (const void *)&mapped, NEVER);
    assert_string_equal(peer_address(one).ptr, "127.0.0.1");
    assert_string_equal(peer_address(two).ptr, "::1");
    assert_string_equal(peer_address(three).ptr, "10.0.0.9");
    peer_close(peers, two);
    peer_close(peers, one);
    peer_close(peers, three);
    peers_close(peers);
}

static void test_a_refused_sender_is_listened_to_until_it_stops(void **state)
{
    (void)state;
    int pair[2];
    char bytes[1000] = {0};
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
    struct peers *peers = peers_open(&err);
    struct peer *peer = peer_open(peers, pair[0], NULL, NEVER);
    peer_linger(peers, peer, 1500);
    peer_close(peers, peer);
    close(pair[0]);                         /* the twin still stands */
    assert_int_equal(send(pair[1], bytes, sizeof bytes, MSG_NOSIGNAL), sizeof bytes);
    assert_int_equal(poll(&(struct pollfd){peers_fd(peers), POLLIN, 0}, 1, 1000), 1);
    peers_tick(peers, clock_steady());
    assert_int_equal(send(pair[1], bytes, sizeof bytes, MSG_NOSIGNAL), sizeof bytes);
    peers_tick(peers, clock_steady());      /* past its bound: closed */
    assert_int_equal(send(pair[1], bytes, sizeof bytes, MSG_NOSIGNAL), -1);
    assert_int_equal(errno, EPIPE);
    close(pair[1]);
    peers_close(peers);
}

static void test_a_refused_sender_is_left_when_its_time_is_up(void **state)
{
    (void)state;
    int pair[2];
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
    struct peers *peers = peers_open(&err);
    struct peer *peer = peer_open(peers, pair[0], NULL, NEVER);
    peer_linger(peers, peer, 1500);
    peer_close(peers, peer);
    close(pair[0]);
    peers_tick(peers, clock_steady());
    assert_int_equal(send(pair[1], "x", 1, MSG_NOSIGNAL), 1);
    peers_tick(peers, clock_steady() + 60000);
    assert_int_equal(send(pair[1], "x", 1, MSG_NOSIGNAL), -1);
    close(pair[1]);
    peers_close(peers);
}

static void test_an_upload_is_kept_then_dropped_then_given_up(void **state)
{
    (void)state;
    struct budget all = {.most = 1 * MIB};
    struct upload upload = {.all = &all, .most = 10, .drain = 5};
    assert_true(upload_take(&upload, "12345", 5));
    assert_true(upload_take(&upload, "67890", 5));
    assert_true(span_equal(upload_span(&upload), SPAN("1234567890")));
    assert_false(upload_too_large(&upload));
    assert_true(upload_take(&upload, "12345", 5));
    assert_true(upload_too_large(&upload));
    assert_int_equal(upload_span(&upload).len, 0);
    assert_false(upload_take(&upload, "1", 1));
    assert_int_equal(all.held, 0);
    upload_free(&upload);
}

static void test_an_upload_that_finds_no_room_among_the_others_is_dropped(void **state)
{
    (void)state;
    static const char bytes[64 * KIB];
    struct budget all = {.most = 100 * KIB};
    struct upload first = {.all = &all, .most = 1 * MIB, .drain = 0}, second = first, small = first;
    assert_true(upload_take(&first, bytes, 64 * KIB));
    assert_true(upload_take(&second, bytes, 30 * KIB));
    assert_false(second.crowded);
    assert_true(upload_take(&second, bytes, 10 * KIB));
    assert_true(second.crowded && upload_span(&second).len == 0);
    assert_true(upload_take(&second, bytes, 10 * KIB)); /* read over, so that its sender gets the 503 */
    assert_true(upload_take(&small, bytes, 4 * KIB));
    assert_int_equal(upload_span(&small).len, 4 * KIB);
    upload_free(&first);
    upload_free(&second);
    upload_free(&small);
    assert_int_equal(all.held, 0);
    struct upload largest = {.all = &all, .most = 100 * KIB}; /* the largest finds room when it is alone */
    assert_true(upload_take(&largest, bytes, 64 * KIB) && upload_take(&largest, bytes, 36 * KIB));
    assert_int_equal(upload_span(&largest).len, 100 * KIB);
    upload_free(&largest);
}

static void test_calls_end_only_once_none_is_left(void **state)
{
    (void)state;
    struct calls calls = {0};
    assert_true(calls_enter(&calls));
    assert_false(calls_over(&calls));
    assert_true(calls_enter(&calls));       /* a stop that waits still lets them in */
    calls_leave(&calls);
    calls_leave(&calls);
    assert_true(calls_over(&calls));
    assert_false(calls_enter(&calls));
    assert_true(calls_over(&calls));
    struct calls cut = {0};
    assert_true(calls_enter(&cut));
    assert_int_equal(calls_end(&cut), 1);
    assert_false(calls_enter(&cut));
    assert_false(calls_over(&cut));
    calls_leave(&cut);
    assert_true(calls_over(&cut));
}

static void test_port_0_picks_one_and_tells_it(void **state)
{
    (void)state;
    struct listener listener, again;
    assert_true(listen_open(SPAN("127.0.0.1:0"), &listener, arena, &err));
    assert_in_range(listener.port, 1, 65535);
    struct span url = arena_printf(arena, "http://127.0.0.1:%d", listener.port);
    assert_true(span_equal(listener.url, url));
    assert_false(listen_open(span_from(url, 7), &again, arena, &err));
    assert_non_null(strstr(arena_copy(arena, err.message).ptr, "Address already in use"));
    listen_stop(&listener);                 /* the port is free at once */
    assert_true(listen_open(span_from(url, 7), &again, arena, &err));
    close(listener.socket);
    close(again.socket);
}

static void expect_no_address(const char *where, const char *why)
{
    struct listener listener;
    if (listen_open(span_of(where), &listener, arena, &err) ||
        !strstr(arena_copy(arena, err.message).ptr, why))
        fail_msg("%s: %.*s", where, SPAN_ARGS(err.message));
}

static void test_what_is_no_address_is_refused(void **state)
{
    (void)state;
    static const char *const places[] = {
        "8081", "localhost", ":8081", "[::1]", "[]:1", "::1:8081", "[::1:8081",
    };
    static const char *const ports[] = {
        "h:", "h:http", "h:65536", "h:-1", "h:000001", "h:99999999999999999999999999",
    };
    for (size_t i = 0; i < sizeof places / sizeof *places; i++)
        expect_no_address(places[i], "not HOST:PORT");
    for (size_t i = 0; i < sizeof ports / sizeof *ports; i++)
        expect_no_address(ports[i], "the port is no number");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_peer_past_its_deadline_is_cut_and_no_other),
        cmocka_unit_test(test_an_address_is_shown_as_people_write_it),
        cmocka_unit_test(test_a_refused_sender_is_listened_to_until_it_stops),
        cmocka_unit_test(test_a_refused_sender_is_left_when_its_time_is_up),
        cmocka_unit_test(test_an_upload_is_kept_then_dropped_then_given_up),
        cmocka_unit_test(test_an_upload_that_finds_no_room_among_the_others_is_dropped),
        cmocka_unit_test(test_calls_end_only_once_none_is_left),
        cmocka_unit_test(test_port_0_picks_one_and_tells_it),
        cmocka_unit_test(test_what_is_no_address_is_refused),
    };
    return cmocka_run_group_tests(tests, prepare, clean);
}
