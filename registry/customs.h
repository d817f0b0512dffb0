/* SPDX-License-Identifier: Apache-2.0 */
/* How a registry behaves where clients of different ages, or operators, take different things for granted.
 * With nothing set it behaves as it does today. */
#ifndef REGISTRY_CUSTOMS_H
#define REGISTRY_CUSTOMS_H

#include <stdbool.h>

struct customs {
    /* Of older clients. */
    bool no_global_scope;       /* `:.__GLOBAL:` is a context like any other */
    bool override_reigns;       /* READONLY_OVERRIDE at the top level beats every other mode */
    bool entries_stand_alone;   /* a subject's configuration takes nothing from the top level */
    bool settings_need_life;    /* configuration and mode go when the last live version is hidden */
    bool hidden_hold_nothing;   /* what a hidden version refers to may be purged */
    bool twins_always_go;       /* a hidden version that comes again is purged though it is referred to */
    bool own_references_hold;   /* a subject that refers to itself is not deleted whole */
    bool imports_normalize;     /* what is imported is normalized where that is asked for */
    bool short_sentences;       /* messages name neither the context nor the guid of what they are about */

    /* Of the operator. */
    bool refuses_empty_subject; /* nothing is registered under the empty name */
    bool lenient_unless_told;   /* new schemas are read strictly only where a configuration says so */
};

#endif
