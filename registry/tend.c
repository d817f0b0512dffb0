/* SPDX-License-Identifier: Apache-2.0 */
/* What is gathered beside the views and has to be written now and then. */
#include "registry/commit.h"

bool registry_write_down(struct registry *registry, struct error *err)
{
    pthread_mutex_lock(&registry->tend_lock);
    bool written = usage_write(registry, err) && refusals_write(registry, err);
    pthread_mutex_unlock(&registry->tend_lock);
    return written;
}
