/* SPDX-License-Identifier: Apache-2.0 */
/* Reading a call: the arguments of its path and of its query, in Java's understanding of numbers, and which
 * part of a listing is asked for. */
#include "api/call.h"

#include <assert.h>
#include <limits.h>

/* Whether a schema is asked for in a form of the call's own: it may have to be parsed, and is printed and
 * compressed for this call alone. */
static bool asks_apart(const struct call *call)
{
    return call_query(call, "format").len || call_query(call, "referenceFormat").len ||
           call_query(call, "findTags").ptr || call_query_true(call, "fetchMaxId");
}

unsigned api_access(const struct call *call)
{
    unsigned access = call->route->access & (READS | THINKS | WRITES);
    return access == READS && asks_apart(call) ? THINKS : access;
}

size_t api_body_max(const struct call *call, size_t body_max)
{
    return call->route->access & SMALL_BODY && body_max > SETTING_BODY_MAX ? SETTING_BODY_MAX : body_max;
}

struct span call_query(const struct call *call, const char *name)
{
    for (size_t i = 0; i < call->query_count; i++)
        if (span_equal(call->query[i].name, span_of(name)))
            return call->query[i].value;
    return (struct span){NULL, 0};
}

bool call_query_true(const struct call *call, const char *name)
{
    return span_equal_case(call_query(call, name), SPAN("true"));
}

bool call_number(struct span text, int *value)
{
    bool negative = text.len && text.ptr[0] == '-';
    size_t at = negative || (text.len && text.ptr[0] == '+');
    int64_t number = 0;
    if (at == text.len)
        return false;
    for (; at < text.len; at++) {
        char digit = text.ptr[at];
        if (digit < '0' || digit > '9')
            return false;
        number = number * 10 + (digit - '0');
        if (number > (int64_t)INT_MAX + negative)
            return false;
    }
    *value = (int)(negative ? -number : number);
    return true;
}

bool call_query_int(const struct call *call, const char *name, int fallback, int *value, struct error *err)
{
    struct span text = call_query(call, name);
    *value = fallback;
    return !text.len || call_number(text, value) || error_no_route(err);
}

int call_arg_int(const struct call *call, size_t arg)
{
    int value = 0;
    bool checked = call_number(call->arg[arg], &value);
    assert(checked);
    return checked ? value : 0;
}

static struct span trim_java(struct span text)
{
    while (text.len && (unsigned char)text.ptr[0] <= ' ')
        text = span_from(text, 1);
    while (text.len && (unsigned char)text.ptr[text.len - 1] <= ' ')
        text.len--;
    return text;
}

bool call_arg_version(const struct call *call, size_t arg, int *version, struct error *err)
{
    struct span text = trim_java(call->arg[arg]);
    if (span_equal_case(text, SPAN("latest"))) {
        *version = LATEST_VERSION;
        return true;
    }
    if (!call_number(text, version))
        return error_version_invalid(err, call->arg[arg]);
    if (*version > 0 || *version == LATEST_VERSION)
        return true;
    return error_version_invalid(err, arena_printf(call->arena, "%d", *version));
}

struct name call_arg_subject(const struct call *call, size_t arg)
{
    return name_parse(call->arg[arg]);
}

struct name call_query_subject(const struct call *call)
{
    return name_parse(call_query(call, "subject"));
}

bool call_page(const struct call *call, size_t most, struct page *page, struct error *err)
{
    int offset, limit;
    if (!call_query_int(call, "offset", 0, &offset, err) || !call_query_int(call, "limit", -1, &limit, err))
        return false;
    /* The reference lets its list library throw; clients know no other answer. */
    if (offset < 0)
        return error_internal(err);
    size_t bound = most ? most : SIZE_MAX;
    page->skip = (size_t)offset;
    page->most = limit > 0 && (size_t)limit <= bound ? (size_t)limit : bound;
    return true;
}

bool page_takes(struct page *page)
{
    if (page->skip) {
        page->skip--;
        return false;
    }
    if (!page->most)
        return false;
    page->most--;
    return true;
}

bool call_bears(const struct call *call, size_t bytes, struct error *err)
{
    return !call->reply_max || bytes <= call->reply_max || error_answer_too_large(err, call->reply_max);
}
