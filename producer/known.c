/* SPDX-License-Identifier: Apache-2.0 */
/* What is known of ids: see the header. */
#include "producer/known.h"

#include "base/clock.h"
#include "producer/overlay.h"

struct known_ids {
    const struct reading_way *way;
    struct known *first;
    const struct overlay *overlay; /* of the reader schema, if there is one */
    struct arena *arena;
};

/* With a reader schema the defaults are its own, whatever was written. */
bool known_begin(const struct reading_way *way, struct known_ids **ids, struct arena *arena,
                 struct error *err)
{
    struct known_ids *made = arena_alloc(arena, sizeof *made);
    *made = (struct known_ids){.way = way, .arena = arena};
    *ids = made;
    return !way->reader || overlay_make(avro_root(way->reader), way->defaults, way->default_count,
                                        &made->overlay, arena, err);
}

bool known_prepare(struct known_ids *ids, struct span text, struct decoding *how, struct error *err)
{
    const struct schema *schema, *reader = ids->way->reader;
    if (!schema_parse(&schema_avro, text, (struct reading){0}, NULL, 0, &schema, ids->arena, err))
        return false;
    *how = (struct decoding){.type = avro_root(schema), .overlay = ids->overlay};
    if (reader)
        return avro_resolve(reader, schema, &how->plan, ids->arena, err);
    return overlay_make(how->type, ids->way->defaults, ids->way->default_count, &how->overlay,
                        ids->arena, err);
}

static struct known *find(const struct known_ids *ids, int id, struct span guid)
{
    struct known *known = ids->first;
    while (known && !(known->id == id && span_equal(known->guid, guid)))
        known = known->next;
    return known;
}

static struct known *add_known(struct known_ids *ids, int id, struct span guid)
{
    struct known *known = arena_alloc(ids->arena, sizeof *known);
    *known = (struct known){.next = ids->first, .id = id, .guid = arena_copy(ids->arena, guid)};
    ids->first = known;
    return known;
}

static struct span name_of(const struct known *known, struct arena *arena)
{
    return known->guid.len ? known->guid : arena_printf(arena, "%d", known->id);
}

/* A schema that is as it was needs no new plan: memory does not grow with every question. */
static void learn(struct known_ids *ids, struct known *known, struct span text)
{
    struct error own = {.arena = ids->arena};
    if (known->text.ptr && span_equal(known->text, text))
        return;
    known->text = arena_copy(ids->arena, text);
    known->usable = known_prepare(ids, known->text, &known->how, &own);
    if (!known->usable)
        known->cause = arena_printf(ids->arena, "schema %.*s: %.*s", SPAN_ARGS(name_of(known, ids->arena)),
                                    SPAN_ARGS(own.message));
}

/* Asks for the schema of an id. A registry that cannot be asked leaves what is known as it is. */
static bool ask(struct known_ids *ids, struct known *known, struct error *err)
{
    AUTO_ARENA arena = arena_new();
    struct error own = {.arena = arena};
    struct span text;
    known->until = clock_steady() + ids->way->keep_ms;
    bool got = known->guid.len
                   ? client_schema_guid(ids->way->client, known->guid, &text, arena, &own)
                   : client_schema(ids->way->client, known->id, SPAN(""), &text, arena, &own);
    if (got) {
        learn(ids, known, text);
        return true;
    }
    if (own.code != CLIENT_NO_SCHEMA && own.code != CLIENT_UNFIT)
        return known->usable || error_pass(err, &own);
    if (known->usable || !span_equal(known->cause, own.message))
        known->cause = arena_copy(ids->arena, own.message);
    known->usable = false;
    known->text = (struct span){0};
    return true;
}

static const struct known *look_up(struct known_ids *ids, int id, struct span guid, struct error *err)
{
    struct known *known = find(ids, id, guid);
    if (known && clock_steady() < known->until)
        return known;
    if (!ids->way->client) {
        error_set(err, 0, "the records of a framed file name their schemas by id: --registry is needed");
        return NULL;
    }
    known = known ? known : add_known(ids, id, guid);
    return ask(ids, known, err) ? known : NULL;
}

const struct known *known_find(struct known_ids *ids, int id, struct error *err)
{
    static const struct known negative = {.cause = SPAN("no schema can have a negative id")};
    return id < 0 ? &negative : look_up(ids, id, (struct span){0}, err);
}

const struct known *known_find_guid(struct known_ids *ids, struct span guid, struct error *err)
{
    return look_up(ids, 0, guid, err);
}
