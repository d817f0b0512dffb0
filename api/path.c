/* SPDX-License-Identifier: Apache-2.0 */
/* Splitting and decoding the request target. What is refused here is what web servers in front of a registry
 * are known to normalise away, each in its own way. */
#include "api/path.h"

static int hex_digit(char byte)
{
    if (byte >= '0' && byte <= '9')
        return byte - '0';
    byte = (char)(byte | 0x20);
    return byte >= 'a' && byte <= 'f' ? byte - 'a' + 10 : -1;
}

/* Decodes "%41", and "+" as a blank where it is one. False: a '%' without two hex digits behind it. */
static bool decode(struct span raw, bool plus_is_blank, struct span *text, struct arena *arena)
{
    *text = raw;
    if (!raw.len || (!memchr(raw.ptr, '%', raw.len) && !(plus_is_blank && memchr(raw.ptr, '+', raw.len))))
        return true;
    char *out = arena_alloc(arena, raw.len);
    size_t len = 0;
    for (size_t i = 0; i < raw.len; i++) {
        char byte = raw.ptr[i];
        if (byte == '%') {
            int high = i + 2 < raw.len ? hex_digit(raw.ptr[i + 1]) : -1;
            int low = i + 2 < raw.len ? hex_digit(raw.ptr[i + 2]) : -1;
            if (high < 0 || low < 0)
                return false;
            byte = (char)(high << 4 | low);
            i += 2;
        } else if (byte == '+' && plus_is_blank) {
            byte = ' ';
        }
        out[len++] = byte;
    }
    *text = (struct span){out, len};
    return true;
}

/* "%2e" and "%2E." name the same as "." and ".." to some and not to others. */
static bool encoded_dots(struct span raw, struct span decoded)
{
    return raw.len != decoded.len && (span_equal(decoded, SPAN(".")) || span_equal(decoded, SPAN("..")));
}

static bool decode_segment(struct span raw, struct span *segment, struct arena *arena)
{
    const char *matrix = raw.len ? memchr(raw.ptr, ';', raw.len) : NULL;
    if (matrix)
        raw.len = (size_t)(matrix - raw.ptr);
    if (!raw.len || !decode(raw, false, segment, arena) || encoded_dots(raw, *segment))
        return false;
    for (size_t i = 0; i < segment->len; i++) {
        unsigned char byte = (unsigned char)segment->ptr[i];
        if (byte < 0x20 || byte == 0x7f || byte == '\\')
            return false;
    }
    return text_is_utf8(*segment);
}

/* "http://host/path" is what a client tells a proxy; a server must understand it too (RFC 9112, 3.2.2). */
static struct span without_authority(struct span target)
{
    size_t scheme = 0;
    if (span_equal_case(span_first(target, 7), SPAN("http://")))
        scheme = 7;
    else if (span_equal_case(span_first(target, 8), SPAN("https://")))
        scheme = 8;
    if (!scheme)
        return target;
    size_t at = scheme;
    while (at < target.len && target.ptr[at] != '/' && target.ptr[at] != '?')
        at++;
    return span_from(target, at);
}

bool path_split(struct span target, struct path *path, struct span *query, struct arena *arena)
{
    path->count = 0;
    target = without_authority(target);
    const char *mark = target.len ? memchr(target.ptr, '?', target.len) : NULL;
    struct span rest = {target.ptr, mark ? (size_t)(mark - target.ptr) : target.len};
    *query = mark ? span_from(target, rest.len + 1) : (struct span){NULL, 0};

    /* A base path that ends in a slash gives "//config". */
    if (span_starts(rest, SPAN("//")))
        rest = span_from(rest, 1);
    while (rest.len) {
        if (rest.ptr[0] != '/')
            return span_equal(rest, SPAN("*")) && (path->count = PATH_SEGMENTS_MAX + 1);
        rest = span_from(rest, 1);
        if (!rest.len)
            break;
        const char *slash = memchr(rest.ptr, '/', rest.len);
        struct span raw = {rest.ptr, slash ? (size_t)(slash - rest.ptr) : rest.len}, segment;
        if (!decode_segment(raw, &segment, arena))
            return false;
        if (path->count < PATH_SEGMENTS_MAX)
            path->segment[path->count] = segment;
        path->count++;
        rest = span_from(rest, raw.len);
    }
    return true;
}

static size_t count_pairs(struct span query)
{
    size_t count = query.len > 0;
    for (size_t i = 0; i < query.len; i++)
        count += query.ptr[i] == '&';
    return count;
}

bool query_split(struct span query, const struct pair **pairs, size_t *count, struct arena *arena)
{
    *count = 0;
    *pairs = NULL;
    if (!query.len)
        return true;
    struct pair *list = arena_array(arena, count_pairs(query), sizeof *list);
    *pairs = list;
    while (query.len) {
        const char *end = memchr(query.ptr, '&', query.len);
        struct span raw = {query.ptr, end ? (size_t)(end - query.ptr) : query.len};
        query = span_from(query, raw.len + 1);
        if (!raw.len)
            continue;
        const char *equal = memchr(raw.ptr, '=', raw.len);
        size_t name_len = equal ? (size_t)(equal - raw.ptr) : raw.len;
        struct pair *pair = &list[(*count)++];
        if (!decode(span_first(raw, name_len), true, &pair->name, arena) ||
            !decode(span_from(raw, name_len + 1), true, &pair->value, arena) ||
            !text_is_utf8(pair->name) || !text_is_utf8(pair->value))
            return false;
    }
    return true;
}
