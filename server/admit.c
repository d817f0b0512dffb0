/* SPDX-License-Identifier: Apache-2.0 */
/* Request smuggling lives on two readers that disagree about where a body ends. Whatever could be read in two
 * ways is refused (RFC 9112, sections 3.2, 5.1 and 6), and the connection is closed by the caller. */
#include "server/admit.h"

/* A character of a method or a field name (RFC 9110, section 5.6.2). */
static bool is_token(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           (c != '\0' && strchr("!#$%&'*+-.^_`|~", c));
}

static bool all_tokens(struct span text)
{
    for (size_t i = 0; i < text.len; i++)
        if (!is_token(text.ptr[i]))
            return false;
    return text.len > 0;
}

/* Control characters and blanks end a target; bytes above 0x7F are let through, as Jetty's 7.x does. */
static bool is_target(struct span target)
{
    for (size_t i = 0; i < target.len; i++)
        if ((unsigned char)target.ptr[i] <= ' ' || target.ptr[i] == 0x7F)
            return false;
    return target.len > 0;
}

/* A carriage return or NUL inside a value is read as its end by some. */
static bool is_value(struct span value)
{
    for (size_t i = 0; i < value.len; i++)
        if (value.ptr[i] == '\r' || value.ptr[i] == '\n' || value.ptr[i] == '\0')
            return false;
    return true;
}

static size_t count_fields(const struct head *head, struct span name, struct span *value)
{
    size_t found = 0;
    for (size_t i = 0; i < head->count; i++) {
        if (span_equal_case(head->fields[i].name, name)) {
            *value = head->fields[i].value;
            found++;
        }
    }
    return found;
}

static size_t block_size(const struct head *head)
{
    size_t size = 0;
    for (size_t i = 0; i < head->count; i++)
        size += head->fields[i].name.len + head->fields[i].value.len + 4;      /* ": " and the line's end */
    return head->size > size ? head->size : size;
}

static bool check_sizes(const struct head *head, const struct head_limits *limits, struct error *err)
{
    if (block_size(head) > limits->block || head->count > limits->fields)
        return error_header_too_large(err);
    if (head->target.len > limits->target)
        return error_target_too_long(err);
    return true;
}

static bool check_line(const struct head *head, struct error *err)
{
    if (!all_tokens(head->method))
        return error_bad_head(err, "the method is not a token");
    if (head->cut || !is_target(head->target))
        return error_bad_head(err, "the target holds a blank or a control character");
    return true;
}

/* Whether something was lost or moved on the way here. Fields lie one behind the other, each followed by its
 * line's end and the last one by the empty line, too; but a NUL cuts a value short, a line without a name is
 * dropped, and lines that go on are joined elsewhere. */
static bool has_gaps(const struct head *head)
{
    for (size_t i = 0; i < head->count; i++) {
        bool last = i + 1 == head->count;
        uintptr_t end = (uintptr_t)head->fields[i].value.ptr + head->fields[i].value.len;
        uintptr_t next = (uintptr_t)(last ? head->end : head->fields[i + 1].name.ptr);
        if (next <= end || next > end + (last ? 4 : 2))
            return true;
    }
    return false;
}

static bool check_fields(const struct head *head, struct error *err)
{
    struct span host = {0};
    for (size_t i = 0; i < head->count; i++) {
        if (!all_tokens(head->fields[i].name))
            return error_bad_head(err, "a header name is not a token");
        if (!is_value(head->fields[i].value))
            return error_bad_head(err, "a header value holds a control character");
    }
    if (head->end && has_gaps(head))
        return error_bad_head(err, "a header line is folded, has no name or holds a NUL");
    size_t hosts = count_fields(head, SPAN("Host"), &host);
    if (hosts > 1)
        return error_bad_head(err, "more than one Host");
    if (hosts == 0 && !span_equal(head->version, SPAN("HTTP/1.0")))
        return error_bad_head(err, "no Host");
    return true;
}

static bool read_length(struct span text, uint64_t *length)
{
    *length = 0;
    for (size_t i = 0; i < text.len; i++)
        if (text.ptr[i] < '0' || text.ptr[i] > '9' || __builtin_mul_overflow(*length, 10, length) ||
            __builtin_add_overflow(*length, (uint64_t)(text.ptr[i] - '0'), length))
            return false;
    return text.len > 0;
}

static bool read_framing(const struct head *head, struct framing *framing, struct error *err)
{
    struct span length = {0}, coding = {0};
    size_t lengths = count_fields(head, SPAN("Content-Length"), &length);
    size_t codings = count_fields(head, SPAN("Transfer-Encoding"), &coding);
    *framing = (struct framing){.chunked = codings > 0, .declared = lengths > 0};
    if (lengths > 1)
        return error_bad_head(err, "more than one Content-Length");
    if (lengths && codings)
        return error_bad_head(err, "Content-Length beside Transfer-Encoding");
    if (codings && (codings > 1 || !span_equal_case(coding, SPAN("chunked"))))
        return error_bad_head(err, "a Transfer-Encoding other than chunked");
    if (codings && span_equal(head->version, SPAN("HTTP/1.0")))
        return error_bad_head(err, "Transfer-Encoding in HTTP/1.0");
    if (lengths && !read_length(length, &framing->length))
        return error_bad_head(err, "the Content-Length is not a number");
    return true;
}

bool admit_head(const struct head *head, const struct head_limits *limits, struct framing *framing,
                struct error *err)
{
    *framing = (struct framing){0};
    /* The framing is told even of a head that is refused for its size: its body has to be drained. */
    bool framed = read_framing(head, framing, err);
    return check_sizes(head, limits, err) && check_line(head, err) && check_fields(head, err) &&
           (framed || read_framing(head, framing, err));
}

bool admit_body(const struct framing *framing, size_t most, struct error *err)
{
    if (framing->declared && framing->length > most)
        return error_body_too_large(err);
    return true;
}
