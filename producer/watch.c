/* SPDX-License-Identifier: Apache-2.0 */
/* What may change while a run lasts: see the header. What goes wrong here is told and counted, and the run
 * goes on with what it has; only a schema that is gone for good ends it. */
#include "producer/watch.h"

#include "base/clock.h"
#include "base/limits.h"
#include "producer/ask.h"

#include <stdio.h>

/* ---- the beginning ---- */

static void tell_enrolled(const struct options *options, const struct enrolled *enrolled)
{
    fprintf(stderr, "genesys-producer: subject %.*s, ", SPAN_ARGS(options->subject));
    if (enrolled->version)
        fprintf(stderr, "version %d, ", enrolled->version);
    if (enrolled->level.len)
        fprintf(stderr, "schema id %d, compatibility %.*s%s\n", enrolled->id, SPAN_ARGS(enrolled->level),
                enrolled->level_set ? " (set now)" : "");
    else
        fprintf(stderr, "schema id %d, compatibility as the registry's default\n", enrolled->id);
}

static int64_t ask_after(const struct watch *watch)
{
    return watch->options->schema_ttl ? watch->options->schema_ttl : SCHEMA_TTL_MS;
}

bool watch_begin(struct watch *watch, const struct options *options, struct error *err)
{
    struct span text;
    struct client_options where = registry_options(options);
    *watch = (struct watch){.options = options, .rules_arena = arena_new(), .arena = arena_new()};
    mapping_tables_moved(options, &watch->marks, watch->arena);
    if (!schema_text(options->schema, &text, watch->arena, err) ||
        !mapping_read(options, &watch->rules, watch->rules_arena, err))
        return false;
    struct client *client = client_open(&where, err);
    if (!client)
        return false;
    watch->now = options->use_latest ? enrol_latest(client, options->subject, &watch->rules, err)
                                     : enrol(client, options->subject, text, &watch->rules, err);
    client_close(client);
    if (!watch->now)
        return false;
    tell_enrolled(options, watch->now);
    watch->look_at = clock_steady() + RULES_LOOK_MS;
    watch->ask_at = clock_steady() + ask_after(watch);
    return true;
}

void watch_end(struct watch *watch)
{
    enrolled_free(watch->now);
    if (watch->rules_arena)
        arena_free(watch->rules_arena);
    if (watch->arena)
        arena_free(watch->arena);
    watch->now = NULL;
    watch->rules_arena = watch->arena = NULL;
}

/* ---- rules and tables ---- */

/* Takes the rules anew, or their tables alone; what is wrong with them leaves those that are there. */
static void reload(struct watch *watch, bool rules, struct enrolled **next)
{
    struct arena *arena = arena_new();
    struct error own = {.arena = arena};
    struct mapping_source source;
    bool read = rules ? mapping_read(watch->options, &source, arena, &own)
                      : mapping_read_tables(watch->options, &watch->rules, &source, arena, &own);
    if (read && (*next = enrol_again(watch->now, &source, &own))) {
        arena_free(watch->rules_arena);
        watch->rules_arena = arena;
        watch->rules = source;
        watch->refused_id = 0;
        watch->tally.reloads++;
        return;
    }
    watch->tally.refused++;
    fprintf(stderr, "genesys-producer: the mapping stays as it was: %.*s\n", SPAN_ARGS(own.message));
    arena_free(arena);
}

/* ---- the registry ---- */

enum answer {
    ANSWER_THERE,   /* the subject has the version that is written with */
    ANSWER_DELETED, /* it has not, or not any more */
    ANSWER_NONE,    /* the registry could not be asked */
};

static bool is_absence(const struct error *err)
{
    return err->code == CLIENT_NO_SUBJECT || err->code == CLIENT_NO_VERSION || err->code == CLIENT_NO_SCHEMA;
}

/* Asks for the version that is written with; the registry takes that for its use. */
static enum answer ask_for_now(struct watch *watch, struct client *client, struct error *err)
{
    const struct enrolled *now = watch->now;
    int id = 0;
    bool found = now->given.len > 0
                     ? client_find(client, watch->options->subject, now->given, &id, err)
                     : client_version(client, watch->options->subject, now->version, &id, err);
    if (!found)
        return is_absence(err) ? ANSWER_DELETED : ANSWER_NONE;
    return id == now->id ? ANSWER_THERE : ANSWER_DELETED;
}

/* A latest version that is another one comes next, unless it cannot be written with. */
static void consider(struct watch *watch, int id, int version, struct span text, struct enrolled **next,
                     struct error *err)
{
    if (id == watch->refused_id)
        return;
    if (text.ptr && (*next = enrol_found(watch->now, id, version, text, &watch->rules, err)))
        return;
    watch->refused_id = id;
    watch->tally.refused++;
    fprintf(stderr, "genesys-producer: version %d of subject %.*s (schema id %d) is not written with: %.*s\n",
            version, SPAN_ARGS(watch->options->subject), id, SPAN_ARGS(err->message));
}

static enum answer ask_for_latest(struct watch *watch, struct client *client, struct enrolled **next,
                                  struct error *err)
{
    AUTO_ARENA arena = arena_new();
    struct span text = {0};
    int id, version;
    bool got = client_latest(client, watch->options->subject, &id, &version, &text, arena, err);
    if (!got && err->code == CLIENT_NO_SUBJECT)
        return ask_for_now(watch, client, err);
    if (!got && err->code != CLIENT_UNFIT)
        return ANSWER_NONE;
    if (id == watch->now->id) {
        watch->refused_id = 0;
        return ANSWER_THERE;
    }
    consider(watch, id, version, text, next, err);
    return ask_for_now(watch, client, err);
}

/* Soft deletion leaves a schema readable by its id; when the id is gone as well, nobody can read what is
 * written with it. What is left behind at the next border may be gone. */
static bool note_deleted(struct watch *watch, struct client *client, bool left, struct error *err)
{
    AUTO_ARENA arena = arena_new();
    struct error own = {.arena = arena};
    struct span text, subject = watch->options->subject;
    if (!left && !client_schema(client, watch->now->id, subject, &text, arena, &own) &&
        own.code == CLIENT_NO_SCHEMA)
        return error_set(err, 0,
                         "schema id %d, which is written with, is not in the registry any more: nobody could "
                         "read what is written with it", watch->now->id);
    if (watch->tally.deleted)
        return true;
    fprintf(stderr,
            "genesys-producer: the version that is written with (schema id %d) was deleted from subject "
            "%.*s%s\n", watch->now->id, SPAN_ARGS(subject), left ? "" : "; it is still written with");
    watch->tally.deleted = true;
    watch->tally.deletions++;
    return true;
}

static void note_failure(struct watch *watch, struct span why)
{
    int64_t soon = ask_after(watch) < REGISTRY_AGAIN_MS ? ask_after(watch) : REGISTRY_AGAIN_MS;
    watch->tally.failures++;
    watch->ask_at = clock_steady() + soon;
    if (!watch->silent)
        fprintf(stderr, "genesys-producer: %.*s; schema id %d is still written with\n", SPAN_ARGS(why),
                watch->now->id);
    watch->silent = true;
}

static void note_answer(struct watch *watch, bool there)
{
    if (watch->silent)
        fprintf(stderr, "genesys-producer: the registry answers again\n");
    watch->silent = false;
    if (there && watch->tally.deleted) {
        fprintf(stderr, "genesys-producer: schema id %d is in its subject again\n", watch->now->id);
        watch->tally.deleted = false;
    }
}

static bool take_answer(struct watch *watch, enum answer answer, struct client *client, bool left,
                        const struct error *why, struct error *err)
{
    switch (answer) {
    case ANSWER_NONE: note_failure(watch, why->message); return true;
    case ANSWER_THERE: note_answer(watch, true); return true;
    case ANSWER_DELETED: note_answer(watch, false); return note_deleted(watch, client, left, err);
    }
    return true;
}

static bool ask(struct watch *watch, struct enrolled **next, struct error *err)
{
    AUTO_ARENA arena = arena_new();
    struct error own = {.arena = arena};
    struct client_options where = registry_options(watch->options);
    where.once = true;
    if (!where.time_ms || where.time_ms > REGISTRY_ASK_MS)
        where.time_ms = REGISTRY_ASK_MS;
    watch->ask_at = clock_steady() + ask_after(watch);
    enum answer answer = ANSWER_NONE;
    struct client *client = client_open(&where, &own);
    if (client)
        answer = watch->options->use_latest ? ask_for_latest(watch, client, next, &own)
                                            : ask_for_now(watch, client, &own);
    bool well = take_answer(watch, answer, client, *next, &own, err);
    client_close(client);
    return well;
}

/* ---- both ---- */

bool watch_look(struct watch *watch, bool everything, struct enrolled **next, struct error *err)
{
    int64_t time = clock_steady();
    struct enrolled *other = NULL;
    *next = NULL;
    if (everything || time >= watch->look_at) {
        watch->look_at = time + RULES_LOOK_MS;
        if (mapping_tables_moved(watch->options, &watch->marks, watch->arena) || everything)
            reload(watch, everything, next);
    }
    if (!everything && time < watch->ask_at)
        return true;
    bool well = ask(watch, &other, err);
    if (other || !well) {
        enrolled_free(*next);
        *next = other;
    }
    return well;
}

void watch_take(struct watch *watch, struct enrolled *next)
{
    if (next->id != watch->now->id) {
        fprintf(stderr,
                "genesys-producer: version %d of subject %.*s (schema id %d) is written with from here on\n",
                next->version, SPAN_ARGS(watch->options->subject), next->id);
        watch->tally.changes++;
        watch->tally.deleted = false;
        watch->refused_id = 0;
    }
    enrolled_free(watch->now);
    watch->now = next;
}

void watch_refuse(struct watch *watch, struct enrolled *next, const char *why)
{
    watch->tally.refused++;
    if (next->id != watch->now->id)
        watch->refused_id = next->id;
    fprintf(stderr, "genesys-producer: schema id %d %s: %s\n", watch->now->id,
            next->id != watch->now->id ? "is still written with" : "keeps its mapping", why);
    enrolled_free(next);
}

static void put(FILE *out, const char *name, uint64_t count)
{
    if (count > 0)
        fprintf(out, "%s: %llu\n", name, (unsigned long long)count);
}

void watch_report(const struct watch *watch, FILE *out)
{
    const struct watch_tally *tally = &watch->tally;
    put(out, "schema changes", tally->changes);
    put(out, "schema found deleted", tally->deletions);
    put(out, "mapping reloads", tally->reloads);
    put(out, "changes refused", tally->refused);
    put(out, "registry failures", tally->failures);
}
