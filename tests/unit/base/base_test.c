/* SPDX-License-Identifier: Apache-2.0 */
/* Arenas, errors, digests, random bytes, shares and the clock. */
#include "base/clock.h"
#include "base/digest.h"
#include "base/error.h"
#include "base/random.h"
#include "base/share.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

static char order[8];

static void note(void *letter)
{
    strcat(order, letter);
}

static void an_arena_releases_the_newest_first(void **state)
{
    (void)state;
    struct arena *arena = arena_new();
    arena_defer(arena, note, "a");
    arena_defer(arena, note, "b");
    for (int i = 0; i < 1000; i++) {
        char *memory = arena_alloc(arena, (size_t)i * 7);
        for (int at = 0; at < i * 7; at++)
            assert_int_equal(memory[at], 0);
        memset(memory, 'x', (size_t)i * 7);
    }
    arena_free(arena);
    assert_string_equal(order, "ba");
}

static void a_cleared_arena_gives_zeroed_memory_again_and_keeps_little(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    arena_clear(arena);
    assert_int_equal(arena_size(arena), 0);
    for (size_t size = 1; size < 4000000; size *= 3) {
        order[0] = 0;
        arena_defer(arena, note, "a");
        for (int i = 0; i < 20; i++) {
            char *memory = arena_alloc(arena, size);
            for (size_t at = 0; at < size; at++)
                assert_true(memory[at] == 0);
            memset(memory, 'x', size);
        }
        arena_clear(arena);
        assert_string_equal(order, "a");
        assert_true(arena_size(arena) < 1100000);
    }
}

static void an_error_carries_every_byte_of_its_message(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    struct error err = {.arena = arena};
    assert_false(error_subject_not_found(&err, SPAN("a\0b 100%")));
    assert_int_equal(err.code, 40401);
    assert_int_equal(error_status(err.code), 404);
    assert_true(span_equal(err.message, SPAN("Subject 'a\0b 100%' not found.")));

    AUTO_ARENA other = arena_new();
    struct error copy = {.arena = other};
    err.more = SPAN("\"x\":1");
    assert_false(error_pass(&copy, &err));
    assert_true(span_equal(copy.message, err.message) && copy.message.ptr != err.message.ptr);
    assert_true(span_equal(copy.more, err.more));
}

static void digests_match_their_vectors(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    uint8_t digest[SHA256_SIZE];
    digest_md5(SPAN("\"string\""), digest);
    assert_true(span_equal(digest_uuid(digest, arena), SPAN("095d71cf-1255-6b9d-5e33-0ad575b3df5d")));
    digest_sha256(SPAN("abc"), digest);
    assert_true(span_equal(digest_hex(digest, SHA256_SIZE, arena),
                           SPAN("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")));
    /* RFC 9562, A.4 */
    uint8_t dns[MD5_SIZE];
    assert_true(digest_uuid_read(SPAN("6ba7b810-9dad-11d1-80b4-00c04fd430c8"), dns));
    assert_true(span_equal(digest_uuid5(dns, SPAN("www.example.com"), arena),
                           SPAN("2ed6657d-e927-568b-95e1-2665a8aea6a2")));
    assert_true(digest_uuid_read(SPAN("6BA7B8109DAD11D180B400C04FD430C8"), dns));
    assert_false(digest_uuid_read(SPAN("6ba7b810-9dad-11d1-80b4-00c04fd430cz"), dns));
    assert_false(digest_uuid_read(SPAN("6ba7b8109-dad-11d1-80b4-00c04fd430c8"), dns));
}

static void a_seed_repeats_random_bytes(void **state)
{
    (void)state;
    char first[21], again[21];
    random_seed(7);
    random_bytes(first, sizeof first);
    random_seed(7);
    random_bytes(again, sizeof again);
    assert_memory_equal(first, again, sizeof first);
    random_seed(0);
    AUTO_ARENA arena = arena_new();
    struct span a = random_uuid(arena), b = random_uuid(arena);
    assert_int_equal(a.len, UUID_TEXT);
    assert_int_equal(a.ptr[14], '4');
    assert_false(span_equal(a, b));
}

static void a_share_lives_as_long_as_its_last_holder(void **state)
{
    (void)state;
    struct share *_Atomic slot = NULL;
    struct share *mine = share_settle(&slot, share_new(SPAN("one"), false));
    struct share *faster = share_settle(&slot, share_new(SPAN("two"), false));
    assert_ptr_equal(mine, faster);
    struct share *seen = share_peek(&slot);
    assert_int_equal(mine->holders, 4);
    assert_int_equal(strlen(mine->etag), 34);
    share_drop(slot);
    share_drop(mine);
    share_drop(faster);
    assert_true(span_equal((struct span){seen->bytes, seen->len}, SPAN("one")));
    share_drop(seen);
}

static void the_clock_can_be_set(void **state)
{
    (void)state;
    clock_set(1234);
    assert_int_equal(clock_now(), 1234);
    clock_set(-1);
    assert_true(clock_now() > 1700000000000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_arena_releases_the_newest_first),
        cmocka_unit_test(a_cleared_arena_gives_zeroed_memory_again_and_keeps_little),
        cmocka_unit_test(an_error_carries_every_byte_of_its_message),
        cmocka_unit_test(digests_match_their_vectors),
        cmocka_unit_test(a_seed_repeats_random_bytes),
        cmocka_unit_test(a_share_lives_as_long_as_its_last_holder),
        cmocka_unit_test(the_clock_can_be_set),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
