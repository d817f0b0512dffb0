/* SPDX-License-Identifier: Apache-2.0 */
/* Negotiation as RFC 9110 has it, but lenient: a header that is not well-formed never costs a client its
 * answer, because some of the oldest clients send such. */
#include "api/media.h"

enum { OURS = 3, READABLE = 4, WEIGHT_ONE = 1000 };

/* In the order of our own preference; the fourth is read but never sent. */
static const struct span names[READABLE] = {
    SPAN("application/vnd.schemaregistry.v1+json"),
    SPAN("application/vnd.schemaregistry+json"),
    SPAN("application/json"),
    SPAN("application/octet-stream"),
};

const struct span media_plain_json = SPAN("application/json");

static bool is_blank(char byte)
{
    return byte == ' ' || byte == '\t';
}

static struct span trim(struct span text)
{
    while (text.len && is_blank(text.ptr[0]))
        text = span_from(text, 1);
    while (text.len && is_blank(text.ptr[text.len - 1]))
        text.len--;
    return text;
}

/* Takes the text up to the separator off the front of `rest`; one inside quotes separates nothing. */
static struct span take(struct span *rest, char separator)
{
    bool quoted = false;
    size_t at = 0;
    for (; at < rest->len; at++) {
        char byte = rest->ptr[at];
        if (byte == '"')
            quoted = !quoted;
        else if (byte == '\\' && quoted)
            at++;
        else if (byte == separator && !quoted)
            break;
    }
    struct span part = span_first(*rest, at);
    *rest = span_from(*rest, at + 1);
    return trim(part);
}

/* One element of Accept or Accept-Encoding. */
struct element {
    struct span name;
    int weight;                 /* thousandths */
    bool parameters;            /* something follows the name */
    bool malformed;
};

/* "0.25" → 250; ".2" is understood but not well-formed. */
static int weight_of(struct span text, bool *malformed)
{
    int weight = 0, unit = WEIGHT_ONE;
    bool point = false;
    if (!text.len || text.ptr[0] == '.')
        *malformed = true;
    for (size_t i = 0; i < text.len; i++) {
        char byte = text.ptr[i];
        if (byte == '.' && !point) {
            point = true;
        } else if (byte >= '0' && byte <= '9' && weight <= WEIGHT_ONE) {
            unit = point ? unit / 10 : unit;
            weight += (byte - '0') * unit;
        } else {
            *malformed = true;
            return WEIGHT_ONE;
        }
    }
    if (!text.len || weight > WEIGHT_ONE) {
        *malformed = true;
        return WEIGHT_ONE;
    }
    return weight;
}

static struct element read_element(struct span text)
{
    struct span rest = text;
    struct element element = {.name = take(&rest, ';'), .weight = WEIGHT_ONE};
    element.parameters = element.name.len < text.len;
    if (!element.name.len)
        element.malformed = true;
    while (rest.len) {
        struct span value = take(&rest, ';');
        struct span name = take(&value, '=');
        if (span_equal_case(name, SPAN("q")))
            element.weight = weight_of(trim(value), &element.malformed);
    }
    return element;
}

bool media_readable(struct span content_type)
{
    struct span type = take(&content_type, ';');
    if (!type.len)
        return true;
    for (size_t i = 0; i < READABLE; i++)
        if (span_equal_case(type, names[i]))
            return true;
    return false;
}

/* How closely a range names the type: 3 exactly, 2 by its half, 1 by a wildcard, 0 not. */
static int closeness(struct span range, struct span type)
{
    if (span_equal_case(range, type))
        return 3;
    if (span_equal_case(range, SPAN("application/*")))
        return 2;
    return span_equal(range, SPAN("*/*")) || span_equal(range, SPAN("*"));
}

/* What the client weighs each of our types at: by the closest range, of equals by the heaviest. */
static bool weigh(struct span accept, int weights[OURS])
{
    int close[OURS] = {0};
    bool malformed = false;
    while (accept.len) {
        struct element element = read_element(take(&accept, ','));
        malformed |= element.malformed || !memchr(element.name.ptr, '/', element.name.len);
        for (size_t i = 0; i < OURS; i++) {
            int closer = closeness(element.name, names[i]);
            if (closer > close[i] || (closer && closer == close[i] && element.weight > weights[i])) {
                close[i] = closer;
                weights[i] = element.weight;
            }
        }
    }
    return !malformed;
}

bool media_choose(struct span accept, struct span *type)
{
    int weights[OURS] = {0};
    *type = names[0];
    if (!trim(accept).len)
        return true;
    bool well_formed = weigh(accept, weights);
    size_t best = 0;
    for (size_t i = 1; i < OURS; i++)
        if (weights[i] > weights[best])
            best = i;
    *type = names[best];
    return weights[best] > 0 || !well_formed;
}

struct span media_of_refusal(struct span accept)
{
    while (accept.len) {
        struct element element = read_element(take(&accept, ','));
        for (size_t i = 0; i < OURS && !element.parameters; i++)
            if (span_equal_case(element.name, names[i]))
                return names[i];
    }
    return names[0];
}

bool media_takes_gzip(struct span accept_encoding)
{
    int gzip = -1, any = 0;
    while (accept_encoding.len) {
        struct element element = read_element(take(&accept_encoding, ','));
        if (span_equal_case(element.name, SPAN("gzip")) || span_equal_case(element.name, SPAN("x-gzip")))
            gzip = element.weight > gzip ? element.weight : gzip;
        else if (span_equal(element.name, SPAN("*")))
            any = element.weight;
    }
    return gzip < 0 ? any > 0 : gzip > 0;
}

bool media_has_etag(struct span if_none_match, struct span etag)
{
    while (if_none_match.len) {
        struct span tag = take(&if_none_match, ',');
        if (span_equal(tag, SPAN("*")))
            return true;
        if (span_starts(tag, SPAN("W/")))
            tag = span_from(tag, 2);
        if (span_equal(tag, etag))
            return true;
    }
    return false;
}
