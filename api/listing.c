/* SPDX-License-Identifier: Apache-2.0 */
/* GET /schemas: versions of every subject that is asked for, by subject and number. Whole subjects are passed
 * over by their counts where nothing but the page decides. */
#include "api/associations.h"
#include "api/dialect.h"
#include "api/handlers.h"
#include "api/render.h"
#include "api/reply.h"
#include "api/selection.h"
#include "registry/rules.h"

#include <stdlib.h>

/* A subject that others stand for. */
struct stand_in {
    struct name target, alias;
};

struct listing {
    struct call *call;
    struct selection selection;
    struct page page;
    bool deleted, latest_only;
    struct span rule_type;              /* ptr NULL: any */
    bool by_association;
    struct asked asked;
    const struct stand_in *stand_ins;   /* by target, then alias */
    size_t stand_in_count, stand_in_at;
    struct buffer out;
    struct error *err;
    bool full;                          /* the answer became too large: see the error */
};

/* ---- aliases */

static int by_target(const void *a, const void *b)
{
    const struct stand_in *one = a, *other = b;
    int order = name_compare(one->target, other->target);
    return order ? order : name_compare(one->alias, other->alias);
}

/* Fills what is not NULL; returns how many there are. */
static size_t gather(const struct listing *listing, struct stand_in *found)
{
    struct cursor cursor = view_scopes(listing->call->view, listing->selection.prefix);
    struct settings settings;
    struct name alias;
    size_t count = 0;
    while (cursor_scope(&cursor, &alias, &settings)) {
        if (!settings.alias.len || !selection_has(&listing->selection, alias))
            continue;
        bool qualified = span_starts(settings.alias, SPAN(":."));
        if (found)
            found[count] = (struct stand_in){
                qualified ? name_parse(settings.alias) : (struct name){alias.context, settings.alias}, alias};
        count++;
    }
    return count;
}

static void gather_aliases(struct listing *listing)
{
    size_t count = gather(listing, NULL);
    if (!count)
        return;
    struct stand_in *found = arena_array(listing->call->arena, count, sizeof *found);
    gather(listing, found);
    qsort(found, count, sizeof *found, by_target);
    listing->stand_ins = found;
    listing->stand_in_count = count;
}

/* The aliases of the next target, which is passed over. */
static struct span take_aliases(struct listing *listing)
{
    struct arena *arena = listing->call->arena;
    struct buffer out = {.arena = arena};
    struct name target = listing->stand_ins[listing->stand_in_at].target;
    while (listing->stand_in_at < listing->stand_in_count &&
           name_equal(listing->stand_ins[listing->stand_in_at].target, target)) {
        buffer_byte(&out, out.len ? ',' : '[');
        text_quote(&out, name_text(listing->stand_ins[listing->stand_in_at++].alias, arena));
    }
    buffer_byte(&out, ']');
    return buffer_span(&out);
}

/* ---- versions */

static bool among(const struct rule *rules, size_t count, struct span type)
{
    for (size_t i = 0; i < count; i++)
        if (span_equal(rules[i].type, type))
            return true;
    return false;
}

static bool has_rule(const struct version *version, struct span type)
{
    AUTO_ARENA arena = arena_new();
    const struct rule_set *rules = rules_stored(version->record->row.rules, arena);
    return rules && (among(rules->migration, rules->migration_count, type) ||
                     among(rules->domain, rules->domain_count, type) ||
                     among(rules->encoding, rules->encoding_count, type));
}

static void put(struct listing *listing, const struct version *version, const struct variant *variant)
{
    if ((listing->rule_type.ptr && !has_rule(version, listing->rule_type)) || !page_takes(&listing->page))
        return;
    reply_next(&listing->out);
    render_into(&listing->out, listing->call->dialect, version, FORM_SCHEMA, variant);
    if (!call_bears(listing->call, listing->out.len, listing->err)) {
        listing->full = true;
        listing->page.most = 0;
    }
}

static void list_latest(struct listing *listing, const struct subject *subject, const struct variant *variant)
{
    const struct version *version = subject_latest(subject);
    if (listing->deleted)
        version = view_version(listing->call->view, subject, subject_highest_number(subject));
    if (version)
        put(listing, version, variant);
}

static size_t shown_count(const struct listing *listing, const struct subject *subject)
{
    int count = listing->deleted ? subject_version_count(subject) : subject_live_count(subject);
    return listing->latest_only && count > 1 ? 1 : (size_t)count;
}

static void list_subject(struct listing *listing, const struct subject *subject,
                         const struct variant *variant)
{
    size_t count = shown_count(listing, subject);
    if (!listing->rule_type.ptr && listing->page.skip >= count) {
        listing->page.skip -= count;
        return;
    }
    if (listing->latest_only) {
        list_latest(listing, subject, variant);
        return;
    }
    struct cursor cursor = subject_versions(listing->call->view, subject);
    const struct version *version;
    while (listing->page.most && (version = cursor_version(&cursor)))
        if (listing->deleted || !version->row.hidden)
            put(listing, version, variant);
}

/* Whether the subject is held as the call asks, and by which rows. What nothing holds is called NONE. */
static bool is_held(const struct listing *listing, const struct subject *subject, struct span *associations)
{
    struct arena *arena = listing->call->arena;
    struct association_list list = associations_of_subject(listing->call->view, subject_name(subject), arena);
    struct buffer out = {.arena = arena};
    bool any = false;
    for (size_t i = 0; i < list.count; i++) {
        if (!asked_part(&listing->asked, list.items[i]))
            continue;
        any = true;
        if (!asked_lifecycle(&listing->asked, list.items[i]))
            continue;
        buffer_byte(&out, out.len ? ',' : '[');
        association_put(&out, list.items[i]);
    }
    if (out.len)
        buffer_byte(&out, ']');
    *associations = buffer_span(&out);
    return any ? out.len > 0 : listing->asked.none;
}

/* The subjects that are asked for and those that others stand for, merged by name. */
static void list_all(struct listing *listing)
{
    const struct subject *subject = selection_next(&listing->selection);
    while (listing->page.most && (subject || listing->stand_in_at < listing->stand_in_count)) {
        bool more = listing->stand_in_at < listing->stand_in_count;
        const struct stand_in *next = more ? &listing->stand_ins[listing->stand_in_at] : NULL;
        int order = -1;
        if (next)
            order = subject ? name_compare(subject_name(subject), next->target) : 1;
        const struct subject *one = order <= 0 ? subject : view_subject(listing->call->view, next->target);
        struct variant variant = {.aliases = order >= 0 ? take_aliases(listing) : SPAN("")};
        if (one && (!listing->by_association || is_held(listing, one, &variant.associations)))
            list_subject(listing, one, &variant);
        if (order <= 0)
            subject = selection_next(&listing->selection);
    }
}

bool get_schemas(struct call *call, struct error *err)
{
    struct listing listing = {
        .call = call, .selection = selection_of(call, SPAN("")),
        .deleted = call_query_true(call, "deleted"), .latest_only = call_query_true(call, "latestOnly"),
        .rule_type = call_query(call, "ruleType"), .out.arena = call->arena, .err = err};
    if (!call_page(call, PAGE_MAX, &listing.page, err) ||
        (call->dialect->associations && !asked_read(call, true, &listing.asked, err)))
        return false;
    listing.by_association =
        call->dialect->associations &&
        (listing.asked.type.ptr || listing.asked.part_count || !listing.asked.any);
    if (!listing.rule_type.len)
        listing.rule_type = (struct span){NULL, 0};
    if (call_query_true(call, "aliases"))
        gather_aliases(&listing);
    list_all(&listing);
    if (listing.full)
        return false;
    reply_send_list(call, &listing.out);
    return true;
}
