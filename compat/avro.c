/* SPDX-License-Identifier: Apache-2.0 */
/* The Avro language: a text and its references become a model; the kept text is the canonical one. Stored
 * texts are read leniently: names and defaults as they are, but for characters no name may have. */
#include "compat/avro_model.h"

#include "base/limits.h"

#include <assert.h>

/* ---- one text ---- */

static bool read_json(struct reader *r, struct span bytes, struct text *json)
{
    struct text_rules rules = text_rules_avro;
    struct text_failure failure;
    rules.rest_ignored = true;
    if (text_read(bytes, &rules, json, &failure, r->arena))
        return true;
    if (failure.fault == TEXT_EMPTY)
        return reader_fail(r, "Cannot parse <null> schema");
    return reader_fault(r, text_failure_message(&failure, bytes, r->arena));
}

/* Told last: what is wrong inside the value goes first. */
static bool check_rest(struct reader *r, struct span bytes, const struct text *json)
{
    struct span rest = span_trim(span_from(bytes, (size_t)(json->source.ptr + json->source.len - bytes.ptr)));
    return !rest.len || reader_fail(r, "dangling content after end of schema: %.*s", SPAN_ARGS(rest));
}

static bool read_text(struct reader *r, struct span bytes, const struct avro_type **type)
{
    struct text json;
    struct node *root;
    return read_json(r, bytes, &json) && read_type(r, &json, (struct span){NULL, 0}, &root) &&
           link_types(r, root, type) && check_rest(r, bytes, &json);
}

/* ---- names of stored texts ---- */

struct names {
    struct reader *r;
    struct pairs seen;
};

static bool check_names(struct names *names, const struct avro_type *type);

static bool check_one(struct names *names, struct span name)
{
    struct span fault = name_fault(NAME_UNICODE, name, names->r->arena);
    return !fault.ptr || reader_fault(names->r, fault);
}

static bool check_named(struct names *names, const struct avro_type *type)
{
    if (!check_one(names, type->name.simple))
        return false;
    for (size_t i = 0; type->kind == AVRO_ENUM && i < type->symbol_count; i++)
        if (!check_one(names, type->symbols[i]))
            return false;
    for (size_t i = 0; type->kind == AVRO_RECORD && i < type->field_count; i++)
        if (!check_one(names, type->fields[i].name) || !check_names(names, type->fields[i].type))
            return false;
    return true;
}

/* Types of references were checked when they were main texts themselves. */
static bool check_names(struct names *names, const struct avro_type *type)
{
    if (type->kind == AVRO_ARRAY || type->kind == AVRO_MAP)
        return check_names(names, type->items);
    for (size_t i = 0; type->kind == AVRO_UNION && i < type->branch_count; i++)
        if (!check_names(names, type->branches[i]))
            return false;
    if (!is_named(type->kind) || !node_of(type)->of_main)
        return true;
    void **seen = pairs_at(&names->seen, type, NULL);
    if (*seen)
        return true;
    *seen = names;
    if (names->r->depth >= SCHEMA_NESTING_MAX)
        return reader_fail(names->r, "Types are nested more than %d deep", SCHEMA_NESTING_MAX);
    names->r->depth++;
    bool fine = check_named(names, type);
    names->r->depth--;
    return fine;
}

/* ---- a schema ---- */

/* The name that Java gives a union lists its branches, and can be no type's. */
static void know_reference(struct avro_model *model, struct avro_name *known, const struct avro_type *root)
{
    if (root->kind == AVRO_UNION)
        return;
    known[model->known_count++] = is_named(root->kind) ? root->name : plain_name(kind_word(root->kind));
}

/* The type of a text that was read under another name; NULL: it was not. */
static const struct avro_type *read_before(const struct dependency *deps, size_t place,
                                           const struct avro_type *const *roots)
{
    for (size_t i = 0; i < place; i++)
        if (deps[i].text.ptr == deps[place].text.ptr && deps[i].text.len == deps[place].text.len)
            return roots[i];
    return NULL;
}

bool read_schema(struct span text, bool strict, const struct dependency *deps, size_t count,
                 struct avro_model *model, struct arena *arena, struct error *err)
{
    struct reader *r = arena_alloc(arena, sizeof *r);
    *r = (struct reader){
        .arena = arena, .err = err, .strict = strict, .rule = strict ? NAME_STRICT : NAME_FREE};
    r->types.arena = r->spaces.arena = r->verdicts.objects.arena = arena;
    struct avro_name *known = arena_array(arena, count, sizeof *known);
    *model = (struct avro_model){.known = known};
    const struct avro_type **roots = arena_array(arena, count, sizeof *roots);
    for (size_t i = 0; i < count; i++) {
        roots[i] = read_before(deps, i, roots);
        if (!roots[i] && !read_text(r, arena_copy(arena, deps[i].text), &roots[i]))
            return false;
        know_reference(model, known, roots[i]);
    }
    r->of_main = true;
    if (!read_text(r, text, &model->root))
        return false;
    struct names names = {.r = r, .seen = {.arena = arena}};
    return strict || check_names(&names, model->root);
}

/* The text in between lives as long as what is read from it. */
static bool normalize(struct span *text, bool strict, const struct dependency *deps, size_t count,
                      struct arena *arena, struct error *err)
{
    AUTO_ARENA scratch = arena_new();
    struct avro_model model;
    struct span normal;
    if (!read_schema(*text, strict, deps, count, &model, scratch, err) ||
        !print_normal(&model, &normal, scratch, err))
        return false;
    *text = arena_copy(arena, normal);
    return true;
}

static bool avro_parse(struct schema *schema, struct reading how, const struct dependency *deps, size_t count,
                       struct error *err)
{
    struct avro_model *model = arena_alloc(schema->arena, sizeof *model);
    struct span text = schema->text;
    if (how.normalize && !normalize(&text, how.strict, deps, count, schema->arena, err))
        return false;
    if (!read_schema(text, how.strict, deps, count, model, schema->arena, err))
        return false;
    schema->model = model;
    if (!print_type(model->root, model->known, model->known_count, &schema->text, schema->arena, err))
        return false;
    /* What was defined later is printed where it is first met: the kept text must still be read again. */
    return json_nesting(schema->text) <= TEXT_DEPTH_MAX ||
           error_schema_invalid(err, SPAN("Types are nested too deeply"));
}

const struct avro_model *avro_model(const struct schema *schema)
{
    assert(schema->type == &schema_avro);
    return schema->model;
}

const struct avro_type *avro_root(const struct schema *schema)
{
    return avro_model(schema)->root;
}

/* ---- the row ---- */

/* The answer lives with the error's arena, as the schema may be shared and does not grow once parsed. */
static bool avro_format(const struct schema *schema, struct span format, struct span *text, struct error *err)
{
    if (span_equal(format, SPAN("resolved")))
        return print_type(avro_root(schema), NULL, 0, text, err->arena, err);
    *text = schema->text;
    return true;
}

static bool avro_has_field(const struct schema *schema, struct span name)
{
    const struct avro_type *root = avro_root(schema);
    for (size_t i = 0; root->kind == AVRO_RECORD && i < root->field_count; i++)
        if (span_equal(root->fields[i].name, name))
            return true;
    return false;
}

const struct schema_type schema_avro = {
    .name = "AVRO",
    .parse = avro_parse,
    .same = avro_same,
    .likeness = avro_likeness,
    .compare = avro_compare,
    .has_field = avro_has_field,
    .retag = avro_retag,
    .tagged = avro_tagged,
    .format = avro_format,
};
