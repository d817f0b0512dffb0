/* SPDX-License-Identifier: Apache-2.0 */
/* A version's JSON, made once per form and shared by all who ask for it; and gzip, for it and for any other
 * reply. What a call asks for in its own way (`format`, `fetchMaxId`) is made for that call alone. */
#ifndef API_RENDER_H
#define API_RENDER_H

#include "api/call.h"

/* Answers with the form: 200, or 304 when the client has it already. Bytes, ETag and all. The id counts as
 * used, here and in render_variant. */
void render_version(struct call *call, const struct version *version, enum form form);

/* How this call's answer differs from the one that is shared. */
struct variant {
    struct span text;           /* instead of the stored one; ptr NULL: the stored one */
    struct span tags;           /* as JSON; empty: none */
    int max_id;                 /* 0: not asked for */
    struct span references;     /* instead of the stored ones; empty: the stored ones */
    struct span aliases;        /* these two: a list, of FORM_SCHEMA; empty: none */
    struct span associations;
};

/* Appends the form: one of many in a reply. */
void render_into(struct buffer *out, const struct dialect *dialect, const struct version *version,
                 enum form form, const struct variant *variant);

/* Answers with the form made for this call: no ETag. */
void render_variant(struct call *call, const struct version *version, enum form form,
                    const struct variant *variant);

/* The row's text in the format the call asks for: itself, unless it is one the type knows. What it refers
 * to is looked for from that context. */
MUST_CHECK bool render_format(const struct call *call, struct span context, const struct record_row *row,
                              struct span *formatted, struct error *err);

/* The record's references as the call asks for them; empty: as they are stored. */
struct span render_references(const struct call *call, const struct record *record);

/* Compresses a composed reply when the client takes it and it is worth it. */
void render_gzip(struct call *call);

#endif
