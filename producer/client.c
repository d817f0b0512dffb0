/* SPDX-License-Identifier: Apache-2.0 */
/* How a request reaches the registry: address, tries, pauses. The only file that knows libcurl. Replies are
 * bounded, redirects are not followed, and user and password never stand in a message. */
#include "producer/client_wire.h"

#include "base/clock.h"
#include "base/limits.h"
#include "base/random.h"

#include <assert.h>
#include <curl/curl.h>
#include <errno.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

enum { CONNECT_MS = 5000, PAUSE_FIRST_MS = 200, PAUSE_MOST_MS = 3000 };

struct client {
    struct arena *arena;
    CURL *curl;
    struct curl_slist *headers;
    struct span token; /* bearer; empty: none */
    struct span address; /* scheme://host:port/path, without the last slash, without user */
    int64_t time_ms;
    unsigned tries;
    const char *token_file; /* read for each request: a token may be replaced; NULL: none */
};

/* ---- one try ---- */

static size_t on_body(char *bytes, size_t size, size_t count, void *arg)
{
    struct reply *reply = arg;
    size_t len = size * count;
    reply->too_long = reply->body.len + len > REGISTRY_REPLY_MAX;
    if (reply->too_long)
        return 0;
    buffer_put(&reply->body, (struct span){bytes, len});
    return len;
}

static void set_request(struct client *client, const struct request *request, const char *url,
                        int64_t left_ms, struct reply *reply)
{
    CURL *curl = client->curl;
    curl_easy_setopt(curl, CURLOPT_URL, url);
    curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, request->method);
    curl_easy_setopt(curl, CURLOPT_POSTFIELDS, request->body.ptr);
    curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)request->body.len);
    if (!request->body.ptr)
        curl_easy_setopt(curl, CURLOPT_HTTPGET, 1L);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, (long)left_ms);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, reply);
}

static CURLcode try_once(struct client *client, const struct request *request, int64_t left_ms,
                         struct reply *reply, struct arena *arena)
{
    struct span url = arena_printf(arena, "%.*s%.*s", SPAN_ARGS(client->address), SPAN_ARGS(request->path));
    url = arena_copy(arena, url); /* with a NUL behind it */
    *reply = (struct reply){.body = {.arena = arena}};
    set_request(client, request, url.ptr, left_ms, reply);
    CURLcode result = curl_easy_perform(client->curl);
    curl_easy_getinfo(client->curl, CURLINFO_RESPONSE_CODE, &reply->status);
    return result;
}

/* ---- the token ---- */

static bool read_token(struct client *client, const char *place, struct error *err)
{
    char text[TOKEN_MAX + 2];
    FILE *file = fopen(place, "rb");
    if (!file)
        return error_set(err, 0, "cannot read %s: %s", place, strerror(errno));
    size_t len = fread(text, 1, sizeof text, file);
    bool failed = ferror(file);
    fclose(file);
    while (len > 0 && (text[len - 1] == '\n' || text[len - 1] == '\r' || text[len - 1] == ' '))
        len--;
    bool good = !failed && len > 0 && len <= TOKEN_MAX;
    for (size_t i = 0; i < len; i++)
        good = good && text[i] > ' ' && text[i] < 0x7f;
    if (!good)
        return error_set(err, 0, "%s does not hold one token of up to %d characters", place, TOKEN_MAX);
    if (span_equal(client->token, (struct span){text, len}))
        return true;
    client->token = arena_copy(client->arena, (struct span){text, len});
    curl_easy_setopt(client->curl, CURLOPT_HTTPAUTH, CURLAUTH_BEARER);
    curl_easy_setopt(client->curl, CURLOPT_XOAUTH2_BEARER, client->token.ptr);
    return true;
}

/* ---- again and again ---- */

static bool worth_repeating(CURLcode result, const struct reply *reply)
{
    switch (result) {
    case CURLE_OK: return reply->status == 429 || reply->status >= 500;
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_CONNECT:
    case CURLE_OPERATION_TIMEDOUT:
    case CURLE_GOT_NOTHING:
    case CURLE_SEND_ERROR:
    case CURLE_RECV_ERROR:
    case CURLE_PARTIAL_FILE: return true;
    default: return false;
    }
}

/* Doubled each time, and shaken by up to a quarter, so that many producers do not come back at once. */
static int64_t pause_before(unsigned tries)
{
    uint32_t dice;
    int64_t pause = (int64_t)PAUSE_FIRST_MS << (tries - 1);
    pause = pause < PAUSE_MOST_MS ? pause : PAUSE_MOST_MS;
    random_bytes(&dice, sizeof dice);
    return pause - (int64_t)(dice % (uint32_t)(pause / 4 + 1));
}

static void wait_ms(int64_t ms)
{
    struct timespec time = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000};
    nanosleep(&time, NULL);
}

static bool unreachable(const struct client *client, CURLcode result, const struct reply *reply,
                        unsigned tries, struct error *err)
{
    if (reply->too_long)
        return error_set(err, 0, "the registry at %.*s sent a reply of more than %d bytes",
                         SPAN_ARGS(client->address), REGISTRY_REPLY_MAX);
    return error_set(err, 0, "cannot reach the registry at %.*s: %s (tried %s)", SPAN_ARGS(client->address),
                     curl_easy_strerror(result), tries == 1 ? "once" : "several times");
}

bool client_exchange(struct client *client, const struct request *request, struct reply *reply,
                     struct arena *arena, struct error *err)
{
    int64_t deadline = clock_steady() + client->time_ms;
    if (client->token_file && !read_token(client, client->token_file, err))
        return false;
    for (unsigned tries = 1;; tries++) {
        int64_t left = deadline - clock_steady();
        CURLcode result = try_once(client, request, left > 1 ? left : 1, reply, arena);
        int64_t pause = pause_before(tries);
        bool last = tries == client->tries || clock_steady() + pause >= deadline;
        if (last || !worth_repeating(result, reply))
            return result == CURLE_OK || unreachable(client, result, reply, tries, err);
        wait_ms(pause);
    }
}

/* ---- who we are ---- */

/* A file that cannot be read is told by its name at once; curl would speak of it only in the midst. */
static bool set_file(struct client *client, CURLoption option, const char *place, struct error *err)
{
    if (!place)
        return true;
    if (access(place, R_OK) != 0)
        return error_set(err, 0, "cannot read %s: %s", place, strerror(errno));
    curl_easy_setopt(client->curl, option, place);
    return true;
}

static bool set_identity(struct client *client, const struct client_options *options, struct error *err)
{
    return (!options->token_file || read_token(client, options->token_file, err)) &&
           set_file(client, CURLOPT_CAINFO, options->ca, err) &&
           set_file(client, CURLOPT_SSLCERT, options->cert, err) &&
           set_file(client, CURLOPT_SSLKEY, options->key, err);
}

/* ---- the address ---- */

/* A part of the address in the arena, decoded where that is asked for; NULL: not given. */
static const char *url_part(struct client *client, CURLU *url, CURLUPart which, unsigned flags)
{
    char *text;
    if (curl_url_get(url, which, &text, flags) != CURLUE_OK)
        return NULL;
    const char *copy = arena_copy(client->arena, span_of(text)).ptr;
    curl_free(text);
    return copy;
}

static bool read_address(struct client *client, CURLU *url, struct error *err)
{
    const char *scheme = url_part(client, url, CURLUPART_SCHEME, 0);
    if (!scheme || (strcmp(scheme, "http") != 0 && strcmp(scheme, "https") != 0))
        return error_set(err, 0, "the registry's address begins with http:// or https://");
    if (url_part(client, url, CURLUPART_QUERY, 0) || url_part(client, url, CURLUPART_FRAGMENT, 0))
        return error_set(err, 0, "the registry's address ends with its path: no '?', no '#'");
    const char *user = url_part(client, url, CURLUPART_USER, CURLU_URLDECODE);
    const char *password = url_part(client, url, CURLUPART_PASSWORD, CURLU_URLDECODE);
    if ((user || password) && client->token.len > 0)
        return error_set(err, 0, "a token and a user in the registry's address cannot both be given");
    if (user || password) {
        curl_easy_setopt(client->curl, CURLOPT_HTTPAUTH, CURLAUTH_BASIC);
        curl_easy_setopt(client->curl, CURLOPT_USERNAME, user ? user : "");
        curl_easy_setopt(client->curl, CURLOPT_PASSWORD, password ? password : "");
    }
    curl_url_set(url, CURLUPART_USER, NULL, 0);
    curl_url_set(url, CURLUPART_PASSWORD, NULL, 0);
    client->address = span_of(url_part(client, url, CURLUPART_URL, 0));
    while (client->address.len > 0 && client->address.ptr[client->address.len - 1] == '/')
        client->address.len--;
    return true;
}

static bool set_address(struct client *client, struct span address, struct error *err)
{
    CURLU *url = curl_url();
    assert(url);
    struct span text = arena_copy(client->arena, address);
    bool read = curl_url_set(url, CURLUPART_URL, text.ptr, CURLU_NON_SUPPORT_SCHEME) == CURLUE_OK;
    read = read ? read_address(client, url, err)
                : error_set(err, 0, "--registry needs an address such as http://127.0.0.1:8081");
    curl_url_cleanup(url);
    return read;
}

/* Whatever curl may do of itself that is not wanted here is turned off. */
static void set_habits(struct client *client)
{
    static const char *const headers[] = {
        "Content-Type: application/vnd.schemaregistry.v1+json",
        "Accept: application/vnd.schemaregistry.v1+json, application/json",
        "Expect:",
    };
    CURL *curl = client->curl;
    for (size_t i = 0; i < sizeof headers / sizeof *headers; i++) {
        client->headers = curl_slist_append(client->headers, headers[i]);
        assert(client->headers);
    }
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, client->headers);
    curl_easy_setopt(curl, CURLOPT_USERAGENT, "genesys-producer/" SCHEMAD_VERSION);
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(curl, CURLOPT_PATH_AS_IS, 1L); /* "." and ".." are subjects like any other */
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, (long)CONNECT_MS);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, on_body);
}

static void release(void *thing)
{
    struct client *client = thing;
    curl_easy_cleanup(client->curl);
    curl_slist_free_all(client->headers);
    curl_global_cleanup();
}

struct client *client_open(const struct client_options *options, struct error *err)
{
    struct arena *arena = arena_new();
    struct client *client = arena_alloc(arena, sizeof *client);
    client->arena = arena;
    client->time_ms = options->time_ms ? options->time_ms : CLIENT_TIME_MS;
    client->tries = options->once ? 1 : REGISTRY_TRIES;
    client->token_file = options->token_file;
    CURLcode begun = curl_global_init(CURL_GLOBAL_DEFAULT);
    client->curl = curl_easy_init();
    assert(begun == CURLE_OK && client->curl);
    arena_defer(arena, release, client);
    set_habits(client);
    if (set_identity(client, options, err) && set_address(client, options->url, err))
        return client;
    arena_free(arena);
    return NULL;
}

void client_close(struct client *client)
{
    if (client)
        arena_free(client->arena);
}

struct span client_address(const struct client *client)
{
    return client->address;
}
