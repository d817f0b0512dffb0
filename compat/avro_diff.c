/* SPDX-License-Identifier: Apache-2.0 */
/* What a reader cannot read of a writer, as Avro Java finds it. A pair of types is compared once; meeting it
 * again tells the same findings again, at the places of the first time. Their number can double with each
 * type, so lists are shared, and texts are made only for those that are told. */
#include "compat/avro_model.h"

#include "base/limits.h"

#include <stdlib.h>

enum { PAIR_STEPS = 16 };

enum finding_kind {
    FIXED_SIZE,
    TYPE_MISMATCH,
    NAME_MISMATCH,
    ENUM_SYMBOLS,
    UNION_BRANCH,
    FIELD_MISSING,
};

static const struct difference differences[] = {
    [FIXED_SIZE] = {"FIXED_SIZE_MISMATCH",
                    "The size of FIXED type field at path '%L' in the %R schema does not match with the "
                    "%W schema"},
    [TYPE_MISMATCH] = {"TYPE_MISMATCH",
                       "The type (path '%L') of a field in the %R schema does not match with the %W schema"},
    [NAME_MISMATCH] = {"NAME_MISMATCH", "The name of the schema has changed (path '%L')"},
    [ENUM_SYMBOLS] = {"MISSING_ENUM_SYMBOLS",
                      "The %R schema is missing enum symbols '%M' at path '%L' in the %W schema"},
    [UNION_BRANCH] = {"MISSING_UNION_BRANCH",
                      "The %R schema is missing a type inside a union field at path '%L' in the %W schema"},
    [FIELD_MISSING] = {"READER_FIELD_MISSING_DEFAULT_VALUE",
                       "The field '%M' at path '%L' in the %R schema has no default value and is missing in "
                       "the %W schema"},
};

/* A step from a type to one inside it. NULL is the root. */
struct path {
    const struct path *up;
    const char *word; /* "items", …; NULL: the index alone */
    const char *tail; /* what follows the index: "type", or NULL */
    bool indexed;
    size_t index;
};

/* One finding, or the findings of another pair. Its texts are made when it is first told. */
struct item {
    struct item *next;
    const struct list *others;
    enum finding_kind kind;
    const struct path *path;
    const struct avro_type *reader, *writer;
    struct span field;
    struct span location, message;
};

/* What was found of a pair. */
struct list {
    struct item *first, **end;
    bool busy; /* the comparison has not come back from it */
};

struct diff {
    struct arena *arena;  /* scratch: gone when the texts are made */
    struct pairs pairs;   /* (reader, writer) → struct list */
    struct pairs indexes; /* a record's fields by name, an enum's symbols */
    size_t steps;
    unsigned depth;
    struct span aborted; /* the whole comparison ends with this message; ptr NULL: it does not */
};

static const struct list *visit(struct diff *d, const struct avro_type *reader,
                                const struct avro_type *writer, const struct path *path);

/* ---- lists and paths ---- */

static struct item *list_add(struct diff *d, struct list *list)
{
    struct item *item = arena_alloc(d->arena, sizeof *item);
    if (!list->first)
        list->end = &list->first;
    *list->end = item;
    list->end = &item->next;
    return item;
}

static void list_join(struct diff *d, struct list *list, const struct list *others)
{
    if (others->first)
        list_add(d, list)->others = others;
}

static const struct path *step(struct diff *d, const struct path *up, const char *word)
{
    struct path *path = arena_alloc(d->arena, sizeof *path);
    *path = (struct path){.up = up, .word = word};
    return path;
}

static const struct path *step_index(struct diff *d, const struct path *up, const char *word, size_t index,
                                     const char *tail)
{
    struct path *path = arena_alloc(d->arena, sizeof *path);
    *path = (struct path){.up = up, .word = word, .tail = tail, .indexed = true, .index = index};
    return path;
}

static struct item *found(struct diff *d, struct list *list, enum finding_kind kind, const struct path *path,
                          const struct avro_type *reader, const struct avro_type *writer)
{
    struct item *item = list_add(d, list);
    item->kind = kind;
    item->path = path;
    item->reader = reader;
    item->writer = writer;
    return item;
}

/* ---- names, symbols, fields ---- */

static struct index *index_of(struct diff *d, const struct avro_type *type, bool *fresh)
{
    void **kept = pairs_at(&d->indexes, type, NULL);
    *fresh = !*kept;
    if (*fresh) {
        struct index *index = arena_alloc(d->arena, sizeof *index);
        index->arena = d->arena;
        *kept = index;
    }
    return *kept;
}

static struct index *fields_of(struct diff *d, const struct avro_type *record)
{
    bool fresh;
    struct index *index = index_of(d, record, &fresh);
    for (size_t i = 0; fresh && i < record->field_count; i++)
        index_add(index, plain_name(record->fields[i].name), (void *)&record->fields[i]);
    return index;
}

static struct index *symbols_of(struct diff *d, const struct avro_type *type)
{
    bool fresh;
    struct index *index = index_of(d, type, &fresh);
    for (size_t i = 0; fresh && i < type->symbol_count; i++)
        index_add(index, plain_name(type->symbols[i]), index);
    return index;
}

/* Namespaces do not count, but for an alias: it is compared in full, and one without a namespace on a reader
 * that has one equals nothing. */
bool names_meet(const struct avro_type *reader, const struct avro_type *writer)
{
    if (same_text(reader->name.simple, writer->name.simple))
        return true;
    for (size_t i = 0; i < reader->alias_count; i++)
        if ((reader->aliases[i].space.len || !reader->name.space.len) &&
            same_name(reader->aliases[i], writer->name))
            return true;
    return false;
}

static bool symbol_missing(struct diff *d, const struct avro_type *reader, const struct avro_type *writer)
{
    struct index *symbols = symbols_of(d, reader);
    d->steps += writer->symbol_count;
    for (size_t i = 0; i < writer->symbol_count; i++)
        if (!index_find(symbols, plain_name(writer->symbols[i])))
            return true;
    return false;
}

/* The writer's field for a reader's; NULL: none. By name and by each alias, it is to be found once. */
static const struct avro_field *writer_field(struct diff *d, const struct avro_field *field,
                                             const struct avro_type *writer, size_t *times)
{
    struct index *fields = fields_of(d, writer);
    const struct avro_field *match = index_find(fields, plain_name(field->name));
    *times = match != NULL;
    d->steps += 1 + field->alias_count;
    for (size_t i = 0; i < field->alias_count; i++) {
        const struct avro_field *other = index_find(fields, plain_name(field->aliases[i]));
        *times += other != NULL;
        match = match ? match : other;
    }
    return match;
}

static void abort_ambiguous(struct diff *d, const struct avro_field *field, size_t index,
                            const struct avro_type *writer)
{
    d->aborted = arena_printf(
        d->arena,
        "Unexpected exception during compatibility check: Reader record field %.*s type:%s pos:%zu matches "
        "multiple fields in writer record schema %.*s",
        SPAN_ARGS(field->name), avro_kind_name(field->type->kind), index,
        SPAN_ARGS(show_type(writer, false, d->arena)));
}

/* ---- kinds ---- */

static void compare_field(struct diff *d, struct list *list, const struct avro_type *reader, size_t index,
                          const struct avro_type *writer, const struct path *path)
{
    size_t times;
    const struct avro_field *field = &reader->fields[index];
    const struct avro_field *other = writer_field(d, field, writer, &times);
    if (times > 1) {
        abort_ambiguous(d, field, index, writer);
    } else if (other) {
        list_join(d, list, visit(d, field->type, other->type, step_index(d, path, "fields", index, "type")));
    } else if (!field->fallback && field->type->kind == AVRO_ENUM && field->type->symbol_default.ptr) {
        /* As Avro does it: the enum is compared with the record that lacks the field. */
        list_join(d, list, visit(d, field->type, writer, step_index(d, path, "fields", index, "type")));
    } else if (!field->fallback) {
        const struct path *where = step_index(d, path, "fields", index, NULL);
        found(d, list, FIELD_MISSING, where, reader, writer)->field = field->name;
    }
}

static void compare_named(struct diff *d, struct list *list, const struct avro_type *reader,
                          const struct avro_type *writer, const struct path *path)
{
    d->steps += reader->alias_count;
    if (!names_meet(reader, writer))
        found(d, list, NAME_MISMATCH, step(d, path, "name"), reader, writer);
    if (reader->kind == AVRO_FIXED && reader->size != writer->size)
        found(d, list, FIXED_SIZE, step(d, path, "size"), reader, writer);
    if (reader->kind == AVRO_ENUM && !reader->symbol_default.ptr && symbol_missing(d, reader, writer))
        found(d, list, ENUM_SYMBOLS, step(d, path, "symbols"), reader, writer);
    for (size_t i = 0; reader->kind == AVRO_RECORD && i < reader->field_count && !d->aborted.ptr; i++)
        compare_field(d, list, reader, i, writer, path);
}

/* Each branch of the writer must find a place in the reader; what exactly it lacks is not told. */
static void compare_unions(struct diff *d, struct list *list, const struct avro_type *reader,
                           const struct avro_type *writer, const struct path *path)
{
    for (size_t i = 0; i < writer->branch_count && !d->aborted.ptr; i++)
        if (visit(d, reader, writer->branches[i], NULL)->first)
            found(d, list, UNION_BRANCH, step_index(d, path, NULL, i, NULL), reader, writer->branches[i]);
}

static void compare_same_kind(struct diff *d, struct list *list, const struct avro_type *reader,
                              const struct avro_type *writer, const struct path *path)
{
    switch (reader->kind) {
    case AVRO_RECORD:
    case AVRO_ENUM:
    case AVRO_FIXED: compare_named(d, list, reader, writer, path); break;
    case AVRO_UNION: compare_unions(d, list, reader, writer, path); break;
    case AVRO_ARRAY:
        list_join(d, list, visit(d, reader->items, writer->items, step(d, path, "items")));
        break;
    case AVRO_MAP: list_join(d, list, visit(d, reader->items, writer->items, step(d, path, "values"))); break;
    default: break;
    }
}

static void compare_to_union(struct diff *d, struct list *list, const struct avro_type *reader,
                             const struct avro_type *writer, const struct path *path)
{
    for (size_t i = 0; i < writer->branch_count && !d->aborted.ptr; i++)
        list_join(d, list, visit(d, reader, writer->branches[i], step_index(d, path, NULL, i, NULL)));
}

static void compare_from_union(struct diff *d, struct list *list, const struct avro_type *reader,
                               const struct avro_type *writer, const struct path *path)
{
    for (size_t i = 0; i < reader->branch_count && !d->aborted.ptr; i++)
        if (!visit(d, reader->branches[i], writer, NULL)->first)
            return;
    found(d, list, UNION_BRANCH, path, reader, writer);
}

bool kind_promotes(enum avro_kind reader, enum avro_kind writer)
{
    switch (reader) {
    case AVRO_LONG: return writer == AVRO_INT;
    case AVRO_FLOAT: return writer == AVRO_INT || writer == AVRO_LONG;
    case AVRO_DOUBLE: return writer == AVRO_INT || writer == AVRO_LONG || writer == AVRO_FLOAT;
    case AVRO_BYTES: return writer == AVRO_STRING;
    case AVRO_STRING: return writer == AVRO_BYTES;
    default: return false;
    }
}

static void compare(struct diff *d, struct list *list, const struct avro_type *reader,
                    const struct avro_type *writer, const struct path *path)
{
    if (reader->kind == writer->kind)
        compare_same_kind(d, list, reader, writer, path);
    else if (writer->kind == AVRO_UNION)
        compare_to_union(d, list, reader, writer, path);
    else if (reader->kind == AVRO_UNION)
        compare_from_union(d, list, reader, writer, path);
    else if (!kind_promotes(reader->kind, writer->kind))
        found(d, list, TYPE_MISMATCH, path, reader, writer);
}

static const struct list *visit(struct diff *d, const struct avro_type *reader,
                                const struct avro_type *writer, const struct path *path)
{
    static const struct list nothing;
    d->steps += PAIR_STEPS;
    if (d->steps > COMPARE_STEPS_MAX || d->depth > COMPARE_DEPTH_MAX)
        d->aborted = SPAN("Unexpected exception during compatibility check: "
                          "the schemas are too large to compare");
    if (d->aborted.ptr)
        return &nothing;
    bool again = is_named(reader->kind) || is_named(writer->kind); /* no other pair is met twice */
    void *once = NULL, **place = again ? pairs_at(&d->pairs, reader, writer) : &once;
    struct list *list = *place;
    if (list)
        return list->busy ? &nothing : list;
    *place = list = arena_alloc(d->arena, sizeof *list);
    list->busy = true;
    d->depth++;
    compare(d, list, reader, writer, path);
    d->depth--;
    list->busy = false;
    return list;
}

/* ---- texts ---- */

struct telling {
    struct diff *d;
    struct arena *arena;
    struct finding *first, *last;
    size_t count, bytes;
    bool cut;
};

static void put_step(struct buffer *out, const struct path *path)
{
    if (path->word)
        buffer_printf(out, "/%s", path->word);
    if (path->indexed)
        buffer_printf(out, "/%zu", path->index);
    if (path->tail)
        buffer_printf(out, "/%s", path->tail);
}

static struct span location(struct telling *t, const struct path *path)
{
    size_t depth = 0;
    for (const struct path *at = path; at; at = at->up)
        depth++;
    if (!depth)
        return SPAN("/");
    const struct path **steps = arena_array(t->d->arena, depth, sizeof *steps);
    for (const struct path *at = path; at; at = at->up)
        steps[--depth] = at;
    struct buffer out = {.arena = t->arena};
    do
        put_step(&out, steps[depth]);
    while (steps[depth++] != path);
    return buffer_span(&out);
}

static int symbol_order(const void *a, const void *b)
{
    return utf16_compare(*(const struct span *)a, *(const struct span *)b);
}

static struct span missing_symbols(struct telling *t, const struct avro_type *reader,
                                   const struct avro_type *writer)
{
    struct index *symbols = symbols_of(t->d, reader);
    struct span *missing = arena_array(t->d->arena, writer->symbol_count, sizeof *missing);
    size_t count = 0;
    for (size_t i = 0; i < writer->symbol_count; i++)
        if (!index_find(symbols, plain_name(writer->symbols[i])))
            missing[count++] = writer->symbols[i];
    qsort(missing, count, sizeof *missing, symbol_order);
    struct buffer out = {.arena = t->arena};
    for (size_t i = 0; i < count; i++)
        buffer_printf(&out, "%s%.*s", i ? ", " : "[", SPAN_ARGS(missing[i]));
    buffer_byte(&out, ']');
    return buffer_span(&out);
}

static struct span message(struct telling *t, const struct item *item)
{
    const char *reader = avro_kind_name(item->reader->kind), *writer = avro_kind_name(item->writer->kind);
    switch (item->kind) {
    case FIXED_SIZE:
        return arena_printf(t->arena, "expected: %d, found: %d", (int)item->writer->size,
                            (int)item->reader->size);
    case TYPE_MISMATCH:
        return arena_printf(t->arena, "reader type: %s not compatible with writer type: %s", reader, writer);
    case NAME_MISMATCH:
        return arena_printf(t->arena, "expected: %.*s",
                            SPAN_ARGS(avro_full_name(item->writer->name, t->d->arena)));
    case ENUM_SYMBOLS: return missing_symbols(t, item->reader, item->writer);
    case UNION_BRANCH: return arena_printf(t->arena, "reader union lacking writer type: %s", writer);
    case FIELD_MISSING: break;
    }
    return arena_copy(t->arena, item->field);
}

static void tell(struct telling *t, const struct difference *kind, struct span where, struct span what)
{
    struct finding *finding = arena_alloc(t->arena, sizeof *finding);
    *finding = (struct finding){.kind = kind, .location = where, .message = what};
    if (t->last)
        t->last->next = finding;
    else
        t->first = finding;
    t->last = finding;
    t->count++;
    t->bytes += where.len + what.len;
}

static void tell_item(struct telling *t, struct item *item)
{
    if (!item->location.ptr) {
        item->location = location(t, item->path);
        item->message = message(t, item);
    }
    tell(t, &differences[item->kind], item->location, item->message);
}

static void tell_list(struct telling *t, const struct list *list)
{
    for (struct item *item = list->first; item && !t->cut; item = item->next) {
        t->cut = t->count >= FINDINGS_MAX || t->bytes >= FINDINGS_BYTES_MAX;
        if (t->cut)
            tell(t, NULL, SPAN(""), SPAN("{more: 'there are more differences than are listed'}"));
        else if (item->others)
            tell_list(t, item->others);
        else
            tell_item(t, item);
    }
}

const struct finding *avro_compare(const struct schema *reader, const struct schema *writer,
                                   struct arena *arena)
{
    AUTO_ARENA scratch = arena_new();
    struct diff d = {.arena = scratch, .pairs = {.arena = scratch}, .indexes = {.arena = scratch}};
    struct telling t = {.d = &d, .arena = arena};
    const struct list *list = visit(&d, avro_root(reader), avro_root(writer), NULL);
    if (d.aborted.ptr)
        tell(&t, NULL, SPAN(""), arena_copy(arena, d.aborted));
    else
        tell_list(&t, list);
    return t.first;
}
