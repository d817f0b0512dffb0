/* SPDX-License-Identifier: Apache-2.0 */
/* One call of the interface: what was asked, with what, and the answer. Free of any HTTP library: the server
 * fills the upper half and sends the lower one; a test or a fuzzer does the same by hand. */
#ifndef API_CALL_H
#define API_CALL_H

#include "base/limits.h"
#include "base/share.h"
#include "base/text.h"
#include "registry/registry.h"

struct dialect;
struct metrics;
struct route;

struct pair {
    struct span name, value;            /* decoded */
};

/* Headers the interface looks at; empty when absent. Of a repeated header the values joined by ", ". */
struct call_headers {
    struct span content_type, accept, accept_encoding, if_none_match;
};

struct call {
    /* Asked: filled by the server before api_route; borrowed until the answer was sent. */
    struct registry *registry;
    struct arena *arena;
    const struct dialect *dialect;
    struct metrics *metrics;            /* of the process; NULL: nobody counts */
    struct origin origin;
    struct span method, target;         /* as they came: percent-encoded, with the query */
    struct call_headers headers;
    struct span body;                   /* filled before api_answer */
    size_t reply_max;                   /* bytes that a reply may have; 0: no bound */

    /* Found by api_route. */
    const struct route *route;
    const struct pair *query;
    size_t query_count;
    struct span arg[PATH_ARGS_MAX];     /* the {…} of the path, decoded */
    struct span within;                 /* the path's context, where no name carries it; ptr NULL: none */
    bool head;                          /* HEAD: the answer of GET, without its body */

    /* Read by api_answer where the row takes a body: an object. */
    const struct text *json;

    /* While a handler runs: READS and THINKS calls have it pinned. */
    const struct view *view;

    /* The answer: filled by api_answer or api_refuse. */
    int status;
    struct span media_type;             /* Content-Type */
    struct span allow;                  /* Allow, of OPTIONS; else empty */
    struct span etag;                   /* quoted; empty: none. Else send Cache-Control: no-cache with it */
    bool gzipped;                       /* Content-Encoding: gzip */
    struct span reply;                  /* in the arena, or the bytes of `shared` */
    struct share *shared;               /* dropped by arena_defer when the call ends, or NULL */
};

/* Where a handler runs. */
enum access {
    READS = 1,          /* lookups, a bounded reply: on the http thread */
    THINKS = 2,         /* parses, compares, lists: think lane */
    WRITES = 4,         /* decides and commits: write lane */
    FRESH = 8,          /* first learns what other nodes committed */
    ALIASED = 16,       /* the subject may be an alias */
    SMALL_BODY = 32,    /* SETTING_BODY_MAX instead of body_max */
    IN_TESTS = 64,      /* there only where the clock is manual */
    PLAIN_TEXT = 2048,  /* answered as text, whatever the client accepts */
    ANY_BODY = 128,     /* the body may be any JSON value: its handler says what it should be */

    /* Of what the dialect may leave out; then there is no such route. */
    BY_GUID = 256,
    REMOVING = 512,     /* contexts and the top-level mode */
    ASSOCIATING = 1024,
};

/* true: the answer is set. */
typedef bool handler_fn(struct call *call, struct error *err);

struct route {
    const char *method, *path;
    handler_fn *handle;
    unsigned access;
    const char *body_argument;          /* the name a missing body is reported with; NULL: takes no body */
};

/* Splits and decodes the target, finds the row, fills args and query. Always leaves a route: one of the
 * table, or a row that answers 400, 404, 405 or OPTIONS. Cheap; run it before the body is read. */
void api_route(struct call *call);

/* Where the call is to run: READS, THINKS or WRITES; and the most its body may have. */
unsigned api_access(const struct call *call);
size_t api_body_max(const struct call *call, size_t body_max);

/* Answers it: media types (415, 406), typed path arguments (404), body (400, 422), handler. Never fails: an
 * error becomes its JSON. */
void api_answer(struct call *call);

/* Answers with this error instead: for what is refused before a call begins. */
void api_refuse(struct call *call, const struct error *err);

/* The rows, for tests and the manual. */
extern const struct route routes[];
extern const size_t routes_count;

/* Reading a call. */
bool call_query_true(const struct call *call, const char *name);            /* "true" in any case */
struct span call_query(const struct call *call, const char *name);          /* ptr NULL: absent */
MUST_CHECK bool call_query_int(const struct call *call, const char *name, int fallback, int *value,
                               struct error *err);                          /* not a number: 404 */
int call_arg_int(const struct call *call, size_t arg);                      /* of a checked {arg:int} */
MUST_CHECK bool call_arg_version(const struct call *call, size_t arg, int *version,
                                 struct error *err);                        /* 42202 */
struct name call_arg_subject(const struct call *call, size_t arg);
struct name call_query_subject(const struct call *call);

/* A signed 32-bit number as Java reads one: "+1" and "007" too, nothing around it. */
bool call_number(struct span text, int *value);

/* Whether a reply of so many bytes is still one that may be sent. */
MUST_CHECK bool call_bears(const struct call *call, size_t bytes, struct error *err);   /* 42205 */

/* Which entries of a listing are asked for: `offset` and `limit`. */
struct page {
    size_t skip, most;
};

/* Without a limit of 1 … `most` the listing has at most `most` entries; 0: no bound. */
MUST_CHECK bool call_page(const struct call *call, size_t most, struct page *page, struct error *err);

/* Whether the next entry belongs to the page; to be asked once for each. */
bool page_takes(struct page *page);

#endif
