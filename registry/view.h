/* SPDX-License-Identifier: Apache-2.0 */
/* The registry at one moment. A view never changes: whoever pins it looks things up without a lock and
 * without an error, and everything it answers stays valid until view_release. */
#ifndef REGISTRY_VIEW_H
#define REGISTRY_VIEW_H

#include "base/share.h"
#include "compat/schema.h"
#include "registry/identity.h"
#include "registry/name.h"
#include "registry/table.h"
#include "storage/change.h"

struct view;

/* The forms of a version's JSON that are rendered once and kept with it. */
enum form { FORM_SCHEMA, FORM_SCHEMA_STRING, FORM_TEXT, FORM_GUID, FORMS };

/* A schema under an id. Whoever holds the view borrows it. */
struct record {
    struct span context;
    int id;
    struct record_row row;
    int64_t created;                        /* when the id was given */
    const struct reference *references;     /* what row.references says */
    size_t reference_count;
};

/* The same guid is the same content, unless somebody made two texts meet in an MD5. */
bool record_row_same(const struct record_row *a, const struct record_row *b);

/* Filled on first use by api/render.c, freed with the version. */
struct slots {
    struct share *_Atomic plain[FORMS];
    struct share *_Atomic gzipped[FORMS];
};

/* A number of a subject. A version that changes is a new allocation with empty slots. */
struct version {
    struct name subject;
    int number;
    const struct record *record;
    struct version_row row;
    struct slots *slots;
};

enum mode { MODE_UNSET, MODE_READWRITE, MODE_READONLY, MODE_READONLY_OVERRIDE, MODE_IMPORT, MODE_FORWARD };

/* Whether schemas come with ids and versions of their own, and are taken as they are. */
static inline bool mode_imports(enum mode mode)
{
    return mode == MODE_IMPORT || mode == MODE_FORWARD;
}

static inline bool mode_reads_only(enum mode mode)
{
    return mode == MODE_READONLY || mode == MODE_READONLY_OVERRIDE;
}

enum truth { TRUTH_UNSET, TRUTH_NO, TRUTH_YES };

/* The settings stored at one scope; unset members are inherited or defaulted by view_settings. */
struct settings {
    struct span alias, alias_for_deks;  /* of every span: ptr NULL: unset */
    enum truth normalize, validate_fields, validate_new, validate_rules;
    const struct level *level;          /* NULL: unset */
    struct span policy, group;
    struct span default_metadata, override_metadata, default_rules, override_rules;     /* as JSON */
    enum mode mode;
    bool has_config; /* a configuration is stored here, be it empty */
};

struct subject;

void view_release(const struct view *view); /* NULL is accepted */
static inline void view_auto(const struct view **view)
{
    view_release(*view);
}
#define AUTO_VIEW __attribute__((cleanup(view_auto))) const struct view *

/* The batch the view stands at. */
uint64_t view_seq(const struct view *view);

/* How much there is. */
struct view_figures {
    size_t contexts, subjects, schemas;
    size_t live, recycled;      /* versions */
    size_t purged;              /* tombstones */
};
struct view_figures view_figures(const struct view *view);

/* NULL: no version at all, hidden ones counted. */
const struct subject *view_subject(const struct view *view, struct name subject);

struct name subject_name(const struct subject *subject);
struct span subject_text(const struct subject *subject);             /* qualified */
int subject_live_count(const struct subject *subject);
int subject_version_count(const struct subject *subject);            /* hidden ones counted */
int subject_highest_number(const struct subject *subject);           /* hidden ones counted */
const struct version *subject_latest(const struct subject *subject); /* highest live; NULL: none */
const struct version *view_version(const struct view *view, const struct subject *subject,
                                   int number); /* hidden or not */

/* The schema under an id; NULL: unknown. */
const struct record *view_record(const struct view *view, struct span context, int id);

/* The schema with that guid in that context, of several ids the smallest; NULL: unknown there. */
const struct record *view_record_of_guid(const struct view *view, struct span context, struct span guid);

/* The same in any context, the default one first, then by name. */
const struct record *view_record_of_guid_anywhere(const struct view *view, struct span guid);

/* The version that an id names: of its holders the live one with the smallest subject, else the hidden one.
 * A holder is a subject's newest live version of the id, else its newest hidden one. */
const struct version *view_holder(const struct view *view, struct span context, int id);

/* The subject's newest live version of the id, else its newest hidden one; NULL: it holds none. */
const struct version *view_holder_in(const struct view *view, const struct subject *subject, int id);

/* The highest id ever given in a context. */
int view_last_id(const struct view *view, struct span context);

/* What is stored at exactly this scope; a zeroed struct when nothing is. An empty subject is the context. */
struct settings view_settings_at(const struct view *view, struct name scope);

/* What holds for a subject: subject, context (top level for the default one), `:.__GLOBAL:`, server default;
 * level, normalize and mode are always set. One entry is taken whole for the level (http-api section 7). */
struct settings view_settings(const struct view *view, struct name subject);

/* The server's. */
const struct level *view_default_level(const struct view *view);
const struct customs *view_customs(const struct view *view);

/* Cursors walk in order and copy nothing; `cursor_*` gives NULL at the end, and goes on doing so. Any
 * number may be open on a view. What is in one is private. */
struct cursor {
    struct table_place place;
    struct name within;         /* a subject; or what a subject's text begins with */
    int number;                 /* of the version that is referred to */
    struct span context;        /* of holders */
    struct span guid;           /* of records */
    int id;
    bool by_id, down;
};

/* Subjects whose qualified text begins with the prefix, by bytes; hidden-only ones included. */
struct cursor view_subjects(const struct view *view, struct span prefix);
const struct subject *cursor_subject(struct cursor *cursor);

/* The same, from the first that is not less than that text on. */
struct cursor view_subjects_from(const struct view *view, struct span text, struct span prefix);

/* The subjects whose qualified text begins with the prefix and that have settings of their own, by bytes. */
struct cursor view_scopes(const struct view *view, struct span prefix);
bool cursor_scope(struct cursor *cursor, struct name *scope, struct settings *settings);

/* The versions of a subject, ascending or descending, hidden ones included. */
struct cursor subject_versions(const struct view *view, const struct subject *subject);
struct cursor subject_versions_down(const struct view *view, const struct subject *subject);
const struct version *cursor_version(struct cursor *cursor);

/* The holders of an id: one version per subject and per hidden or not; live before hidden, by subject bytes,
 * newest version first; every version that carries the id comes. Read with cursor_version. */
struct cursor view_holders(const struct view *view, struct span context, int id);

/* The schemas with that guid, by context and id. */
struct cursor view_records_of_guid(const struct view *view, struct span guid);
const struct record *cursor_record(struct cursor *cursor);

/* The schemas that refer to a version, by context and id; some may have hidden holders only. */
struct cursor view_referrers(const struct view *view, const struct version *target);
const struct record *cursor_referrer(struct cursor *cursor);

/* Named contexts, by name. */
struct cursor view_contexts(const struct view *view);
bool cursor_context(struct cursor *cursor, struct span *context);

/* The versions a level compares with, newest first: the latest; where the level is transitive all live ones,
 * and those that the policy recycled. */
struct history {
    const struct version *const *versions;
    size_t count;
};
bool history_counts(const struct version *version, const struct level *level);
struct history subject_history(const struct view *view, const struct subject *subject,
                               const struct level *level, struct arena *arena);

/* The parsed form of a stored version (read leniently). It is made on first use and kept with the record
 * while parsed_max has room, else it lives in the arena; borrow it no longer than view and arena. NULL:
 * the stored text does not parse, see the error, which is the language's own sentence. */
const struct schema *version_schema(const struct view *view, const struct version *version,
                                    struct arena *arena, struct error *err);

/* Any text read in the same way: as a stored one, with what it refers to from that context. */
const struct schema *view_read(const struct view *view, struct span context, const struct record_row *row,
                               struct arena *arena, struct error *err);

/* The likeness of its parsed form, worked out once. */
MUST_CHECK bool version_likeness(const struct view *view, const struct version *version, uint64_t *likeness,
                                 struct arena *arena, struct error *err);

#endif
