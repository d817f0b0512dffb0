/* SPDX-License-Identifier: Apache-2.0 */
/* How versions go and come back: every HIDE, REVIVE and PURGE is built in remove.c. Registry only. */
#ifndef REGISTRY_REMOVE_H
#define REGISTRY_REMOVE_H

#include "registry/commit.h"
#include "registry/protect.h"

/* Why a version is hidden: what the policy or somebody says, unless whoever decides gave a reason. */
struct cause {
    bool policy;                /* by the policy; else by hand */
    struct span why;
};

struct change *remove_hide(struct decision *decision, const struct version *version, struct cause cause);
struct change *remove_revive(struct decision *decision, const struct version *version);
void remove_purge(struct decision *decision, const struct version *version, struct span why);

/* Purges a version, be it live, whose number an import gives to another schema in the same decision. */
void remove_replaced(struct decision *decision, const struct version *version);

/* A client that wants to pass protection. */
struct force {
    bool forced;
    struct span reason;         /* empty: none was given */
    struct origin *by;          /* the decision's: is given the reason where it is looked at */
};

/* The one question before any removal, whoever asks: does a hold (42291) or a floor (42290) keep the version
 * from its next step? `force` NULL: nothing passes. */
MUST_CHECK bool removal_allowed(struct decision *decision, const struct version *version,
                                struct force *force, struct error *err);

/* What every removal takes for granted. */
void remove_rests_on(struct decision *decision, struct name name);

/* Configuration, mode and policy of a subject go with its last version. */
void remove_settings(struct decision *decision, struct name name);
void remove_configuration(struct decision *decision, struct name name); /* … and mode, without the policy */
void remove_policy(struct decision *decision, struct name name);

/* What a plan does: asked for nothing more, it takes what it is given. The purged versions are of one
 * subject, whose settings go if they are its last. */
void recycle_by_policy(struct decision *decision, const struct version *version, struct span why);
void purge_by_policy(struct decision *decision, const struct subject *subject,
                     const struct version *const *versions, const struct span *whys, size_t count);

/* Purges the subject's hidden versions of a schema that is being registered again, under a higher number;
 * those that something keeps stay. */
void remove_hidden_twins(struct decision *decision, const struct subject *subject,
                         const struct record *record, int number);

/* Purges what is hidden in a scope that is to be imported into: a subject, a context, or, of the top level
 * and `:.__GLOBAL:`, all contexts. Refused while something there is live, referred to from elsewhere, or
 * kept. */
MUST_CHECK bool remove_leftovers(struct decision *decision, struct name scope, struct error *err);

#endif
