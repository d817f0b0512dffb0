/* SPDX-License-Identifier: Apache-2.0 */
/* The walk of a program over libcurl: bodies that are read piece by piece, without a length (chunked) or
   behind an Expect, on one connection. The URL of an empty registry is the only argument. */
#include <curl/curl.h>
#include <stdio.h>
#include <string.h>

#define JSON "Content-Type: application/vnd.schemaregistry.v1+json"
#define SCHEMA(text) "{\"schema\":\"" text "\"}"

static CURL *curl;
static const char *base;
static char answer[8192];
static long status;

struct source {
    const char *text;
    size_t at;
};

/* Seven bytes at a time. */
static size_t give(char *into, size_t size, size_t count, void *closure)
{
    struct source *source = closure;
    size_t left = strlen(source->text) - source->at;
    size_t piece = left < 7 ? left : 7;
    if (piece > size * count)
        piece = size * count;
    memcpy(into, source->text + source->at, piece);
    source->at += piece;
    return piece;
}

static size_t take(char *from, size_t size, size_t count, void *closure)
{
    size_t length = strlen(answer), more = size * count;
    (void)closure;
    if (more > sizeof answer - 1 - length)
        more = sizeof answer - 1 - length;
    memcpy(answer + length, from, more);
    answer[length + more] = 0;
    return size * count;
}

/* header: what says how the body comes, or NULL. */
static void ask(const char *method, const char *path, const char *body, const char *header)
{
    char url[512];
    struct source source = {body, 0};
    struct curl_slist *headers = curl_slist_append(NULL, JSON);
    snprintf(url, sizeof url, "%s%s", base, path);
    if (header)
        headers = curl_slist_append(headers, header);
    curl_easy_reset(curl);
    curl_easy_setopt(curl, CURLOPT_URL, url);
    curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, method);
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(curl, CURLOPT_USERAGENT, curl_version());
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take);
    if (body) {
        curl_easy_setopt(curl, CURLOPT_POST, 1L);
        curl_easy_setopt(curl, CURLOPT_READFUNCTION, give);
        curl_easy_setopt(curl, CURLOPT_READDATA, &source);
        if (!header || !strstr(header, "chunked"))
            curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)strlen(body));
    }
    answer[0] = 0;
    status = 0;
    if (curl_easy_perform(curl) == CURLE_OK)
        curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
    curl_slist_free_all(headers);
}

static void check(const char *name, long wanted, const char *words)
{
    if (status == wanted && strstr(answer, words))
        printf("ok %s\n", name);
    else
        printf("not ok %s: %ld %s\n", name, status, answer);
}

int main(int count, char **arguments)
{
    if (count != 2)
        return 2;
    base = arguments[1];
    curl = curl_easy_init();
    ask("POST", "/subjects/s/versions", SCHEMA("\\\"int\\\""), "Transfer-Encoding: chunked");
    check("register", 200, "\"id\":1,\"version\":1");
    ask("POST", "/subjects/s", SCHEMA("\\\"int\\\""), "Expect: 100-continue");
    check("lookup", 200, "\"id\":1");
    ask("GET", "/schemas/ids/1", NULL, NULL);
    check("ids", 200, "\"version\":1");
    ask("POST", "/compatibility/subjects/s/versions/latest", SCHEMA("\\\"long\\\""), NULL);
    check("compatibility", 200, "{\"is_compatible\":true}");
    ask("PUT", "/config/s", "{\"compatibility\":\"FULL\"}", "Transfer-Encoding: chunked");
    check("config", 200, "{\"compatibility\":\"FULL\"}");
    ask("POST", "/subjects/s/versions", SCHEMA("\\\"string\\\""), "Expect: 100-continue");
    check("errors", 409, "40901");
    curl_easy_cleanup(curl);
    return 0;
}
