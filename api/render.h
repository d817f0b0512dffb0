/* SPDX-License-Identifier: Apache-2.0 */
/* A version's JSON, made once per form and shared by all who ask for it; and gzip, for it and for any other
 * reply. What a call asks for in its own way (`format`, `fetchMaxId`) is made for that call alone. */
#ifndef API_RENDER_H
#define API_RENDER_H

#include "api/call.h"

/* Answers with the form: 200, or 304 when the client has it already. Bytes, ETag and all. */
void render_version(struct call *call, const struct version *version, enum form form);

/* How this call's answer differs from the one that is shared. */
struct variant {
    struct span text;           /* instead of the stored one; ptr NULL: the stored one */
    int max_id;                 /* 0: not asked for */
};

/* Answers with the form made for this call: no ETag. */
void render_variant(struct call *call, const struct version *version, enum form form,
                    const struct variant *variant);

/* The text in the format the call asks for: `text` itself, unless it is one the type knows. */
MUST_CHECK bool render_format(const struct call *call, struct span type, struct span text,
                              struct span *formatted, struct error *err);

/* Compresses a composed reply when the client takes it and it is worth it. */
void render_gzip(struct call *call);

#endif
