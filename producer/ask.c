/* SPDX-License-Identifier: Apache-2.0 */
/* How the registry is reached: see the header. */
#include "producer/ask.h"

struct client_options registry_options(const struct options *options)
{
    return (struct client_options){
        .url = options->registry,
        .token_file = options->registry_token,
        .ca = options->registry_ca,
        .cert = options->registry_cert,
        .key = options->registry_key,
        .time_ms = options->registry_time,
    };
}
