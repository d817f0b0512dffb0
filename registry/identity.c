/* SPDX-License-Identifier: Apache-2.0 */
/* What goes into a guid, in which order: the bytes are put one after the other, without lengths. */
#include "registry/identity.h"

#include "base/digest.h"

static void put_number(struct buffer *out, int number)
{
    for (int shift = 24; shift >= 0; shift -= 8)
        buffer_byte(out, (char)((unsigned)number >> shift & 0xFF));
}

static void put_spans(struct buffer *out, const struct span *spans, size_t count)
{
    for (size_t i = 0; i < count; i++)
        buffer_put(out, spans[i]);
}

static void put_entries(struct buffer *out, const struct metadata_entry *entries, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        buffer_put(out, entries[i].key);
        put_spans(out, entries[i].values, entries[i].count);
    }
}

static void put_references(struct buffer *out, const struct reference *references, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        buffer_put(out, references[i].name);
        buffer_put(out, references[i].subject);
        put_number(out, references[i].version);
    }
}

static void put_metadata(struct buffer *out, const struct metadata *metadata)
{
    buffer_byte(out, 1);
    put_entries(out, metadata->tags, metadata->tag_count);
    put_entries(out, metadata->properties, metadata->property_count);
    put_spans(out, metadata->sensitive, metadata->sensitive_count);
}

static void put_rules(struct buffer *out, const struct rule *rules, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const struct rule *rule = &rules[i];
        const struct span words[] = {rule->name, rule->doc, rule->kind, rule->mode, rule->type};
        const struct span ends[] = {rule->expr, rule->on_success, rule->on_failure};
        put_spans(out, words, sizeof words / sizeof *words);
        put_spans(out, rule->tags, rule->tag_count);
        put_entries(out, rule->params, rule->param_count);
        put_spans(out, ends, sizeof ends / sizeof *ends);
        if (rule->disabled)
            buffer_byte(out, 1);
    }
}

static void put_rule_set(struct buffer *out, const struct rule_set *set)
{
    buffer_byte(out, 1);
    put_rules(out, set->migration, set->migration_count);
    put_rules(out, set->domain, set->domain_count);
    put_rules(out, set->encoding, set->encoding_count);
    buffer_put(out, set->enable_at);
}

struct span identity_guid(const struct content *content, struct arena *arena)
{
    struct span bytes = content->text;
    struct buffer out = {.arena = arena};
    if (content->reference_count || content->metadata || content->rules) {
        buffer_put(&out, content->text);
        put_references(&out, content->references, content->reference_count);
        if (content->metadata)
            put_metadata(&out, content->metadata);
        if (content->rules)
            put_rule_set(&out, content->rules);
        bytes = buffer_span(&out);
    }
    uint8_t digest[MD5_SIZE];
    digest_md5(bytes, digest);
    return digest_uuid(digest, arena);
}
