/* SPDX-License-Identifier: Apache-2.0 */
/* libsodium's secretbox, a nonce per value. Sealed metadata begins with a member that says so; the rest keeps
 * its form, so that what is opened is the very text that was sealed. */
#include "storage/secret.h"

#include "base/text.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define SEALED_START SPAN("{\"sealed\":1,")

struct secret {
    unsigned char key[crypto_secretbox_KEYBYTES];
};

static bool refuse(const char *key_file, const char *why, struct error *err)
{
    return error_start(err, arena_printf(err->arena, "sensitive_key_file: %s: %s", key_file, why));
}

static bool read_key(int fd, const char *key_file, struct secret *secret, struct error *err)
{
    struct stat about;
    if (fstat(fd, &about) != 0)
        return refuse(key_file, strerror(errno), err);
    if (!S_ISREG(about.st_mode) || about.st_size != sizeof secret->key)
        return refuse(key_file, "a key is a file of 32 bytes", err);
    if (about.st_mode & (S_IRWXG | S_IRWXO))
        return refuse(key_file, "others than its owner may use it; its mode is to be 0600", err);
    ssize_t got = read(fd, secret->key, sizeof secret->key);
    return got == sizeof secret->key ||
           refuse(key_file, got < 0 ? strerror(errno) : "it ends too early", err);
}

struct secret *secret_open(const char *key_file, struct error *err)
{
    if (sodium_init() < 0) {
        (void)refuse(key_file, "libsodium does not start", err);
        return NULL;
    }
    int fd = open(key_file, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        (void)refuse(key_file, strerror(errno), err);
        return NULL;
    }
    struct secret *secret = sodium_malloc(sizeof *secret);
    assert(secret); /* out of memory */
    bool read = read_key(fd, key_file, secret, err);
    close(fd);
    if (read)
        return secret;
    secret_close(secret);
    return NULL;
}

void secret_close(struct secret *secret)
{
    sodium_free(secret);
}

/* base64 of nonce and box. */
static struct span seal(const struct secret *secret, struct span plain, struct arena *arena)
{
    size_t size = crypto_secretbox_NONCEBYTES + crypto_secretbox_MACBYTES + plain.len;
    unsigned char *bytes = arena_alloc(arena, size);
    static const unsigned char nothing[1];
    const unsigned char *from = plain.len ? (const unsigned char *)plain.ptr : nothing;
    randombytes_buf(bytes, crypto_secretbox_NONCEBYTES);
    crypto_secretbox_easy(bytes + crypto_secretbox_NONCEBYTES, from, plain.len, bytes, secret->key);
    size_t room = sodium_base64_encoded_len(size, sodium_base64_VARIANT_ORIGINAL);
    char *text = arena_alloc(arena, room);
    sodium_bin2base64(text, room, bytes, size, sodium_base64_VARIANT_ORIGINAL);
    return (struct span){text, room - 1};
}

static bool unseal(const struct secret *secret, struct span kept, struct span *plain, struct arena *arena)
{
    const size_t around = crypto_secretbox_NONCEBYTES + crypto_secretbox_MACBYTES;
    unsigned char *bytes = arena_alloc(arena, kept.len + 1);
    size_t size;
    if (sodium_base642bin(bytes, kept.len + 1, kept.ptr, kept.len, NULL, &size, NULL,
                          sodium_base64_VARIANT_ORIGINAL) != 0 ||
        size < around)
        return false;
    unsigned char *out = arena_alloc(arena, size - around + 1);
    *plain = (struct span){(char *)out, size - around};
    return crypto_secretbox_open_easy(out, bytes + crypto_secretbox_NONCEBYTES,
                                      size - crypto_secretbox_NONCEBYTES, bytes, secret->key) == 0;
}

/* One way or the other. */
struct passage {
    const struct secret *secret;
    bool opens;
    struct arena *arena;
};

/* The list is written in order. */
static bool is_sensitive(const struct text *metadata, struct span name)
{
    const struct text *list = text_get(metadata, SPAN("sensitive"));
    size_t low = 0, high = list ? list->count : 0;
    while (low < high) {
        size_t middle = (low + high) / 2;
        int order = span_compare(name, list->items[middle].string);
        if (!order)
            return true;
        *(order < 0 ? &high : &low) = order < 0 ? middle : middle + 1;
    }
    return false;
}

static bool put_properties(const struct passage *passage, const struct text *metadata, const struct text *map,
                           struct buffer *out)
{
    for (size_t i = 0; i < map->count; i++) {
        const struct text_member *member = &map->members[i];
        struct span value = member->value.string;
        buffer_byte(out, i ? ',' : '{');
        text_quote(out, member->name);
        buffer_byte(out, ':');
        if (is_sensitive(metadata, member->name)) {
            if (!passage->opens)
                value = seal(passage->secret, value, passage->arena);
            else if (!unseal(passage->secret, value, &value, passage->arena))
                return false;
        }
        text_quote(out, value);
    }
    buffer_put(out, map->count ? SPAN("}") : SPAN("{}"));
    return true;
}

/* The same members in the same order; `start` stands before them. */
static bool pass(const struct passage *passage, const struct text *metadata, struct span start,
                 struct buffer *out)
{
    bool first = true;
    buffer_put(out, start);
    for (size_t i = 0; i < metadata->count; i++) {
        const struct text_member *member = &metadata->members[i];
        if (span_equal(member->name, SPAN("sealed")))
            continue;
        if (!first)
            buffer_byte(out, ',');
        first = false;
        text_quote(out, member->name);
        buffer_byte(out, ':');
        if (!span_equal(member->name, SPAN("properties")))
            buffer_put(out, member->value.source);
        else if (!put_properties(passage, metadata, &member->value, out))
            return false;
    }
    buffer_byte(out, '}');
    return true;
}

/* Whether a property is named as sensitive: the list alone seals nothing. */
static bool has_sensitive(const struct text *metadata)
{
    const struct text *map = text_get(metadata, SPAN("properties"));
    for (size_t i = 0; map && i < map->count; i++)
        if (is_sensitive(metadata, map->members[i].name))
            return true;
    return false;
}

struct span secret_seal(const struct secret *secret, struct span metadata, struct arena *arena)
{
    struct passage passage = {.secret = secret, .arena = arena};
    struct buffer out = {.arena = arena};
    if (!metadata.len)
        return metadata;
    struct text json;
    struct text_failure failure;
    bool read = text_read(metadata, &text_rules_own, &json, &failure, arena);
    if (!read || !has_sensitive(&json))
        return metadata;
    assert(secret);
    bool sealed = pass(&passage, &json, SEALED_START, &out);
    assert(sealed);
    return buffer_span(&out);
}

bool secret_open_metadata(const struct secret *secret, struct span kept, struct span *metadata,
                          struct arena *arena, struct error *err)
{
    struct passage passage = {.secret = secret, .opens = true, .arena = arena};
    struct buffer out = {.arena = arena};
    *metadata = kept;
    if (!span_starts(kept, SEALED_START))
        return true;
    if (!secret)
        return error_start(err,
                           SPAN("The database holds sealed metadata: the setting sensitive_key_file has to "
                                "name the file of its key"));
    struct text json;
    struct text_failure failure;
    if (!text_read(kept, &text_rules_own, &json, &failure, arena))
        return error_start(err, SPAN("The database holds sealed metadata that cannot be read"));
    if (!pass(&passage, &json, SPAN("{"), &out))
        return error_start(err, SPAN("sensitive_key_file: the database was sealed with another key"));
    *metadata = buffer_span(&out);
    return true;
}
