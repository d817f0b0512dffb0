/* SPDX-License-Identifier: Apache-2.0 */
/* The gate in front of a deployment: see the header. A schema that cannot be read, a registry that is down
 * and an answer that is none decide nothing; the format still tells so. */
#include "producer/ask.h"
#include "producer/check.h"

#include "base/text.h"
#include "producer/enrol.h"
#include "producer/verdict.h"

#include <errno.h>

static bool ask(const struct options *options, struct verdict *verdict, struct arena *arena,
                struct error *err)
{
    struct span text;
    const struct schema *schema;
    struct client_options where = registry_options(options);
    struct client *client = client_open(&where, err);
    if (!client)
        return false;
    verdict->registry = arena_copy(arena, client_address(client));
    struct error own = {.arena = arena};
    bool asked = schema_text(options->schema, &text, arena, err);
    struct reading how = {.strict = true};
    if (asked && !schema_parse(&schema_avro, text, how, NULL, 0, &schema, arena, &own))
        asked = error_set(err, 0, "%s: %.*s", options->schema, SPAN_ARGS(own.message));
    asked = asked && client_compare(client, options->subject, text, &verdict->compatible, &verdict->messages,
                                    arena, err);
    client_close(client);
    return asked;
}

enum exit_code run_check(const struct options *options, struct error *err)
{
    AUTO_ARENA arena = arena_new();
    const struct verdict_format *format = verdict_format_find(options->format);
    struct verdict verdict = {.file = text_shown(span_of(options->schema), arena),
                              .subject = options->subject};
    if (!format) {
        error_set(err, 0, "unknown format '%.*s': text, json, junit and sarif are known",
                  SPAN_ARGS(options->format));
        return EXIT_NOTHING;
    }
    verdict.decided = ask(options, &verdict, arena, err);
    verdict.cause = text_shown(err->message, arena);
    struct buffer out = {.arena = arena};
    format->put(&out, &verdict);
    if ((out.len > 0 && fwrite(out.ptr, 1, out.len, stdout) != out.len) || fflush(stdout) != 0) {
        error_set(err, 0, "cannot print the verdict: %s", strerror(errno));
        return EXIT_NOTHING;
    }
    if (!verdict.decided)
        return EXIT_NOTHING;
    return verdict.compatible ? EXIT_WELL : EXIT_PARTLY;
}
