/* SPDX-License-Identifier: Apache-2.0 */
/* One message → a JSON line: see the header. */
#include "producer/unpack_message.h"

#include "producer/sink.h"

#include <errno.h>

bool unpack_begin(struct unpack *unpack, const struct unpacking *how, struct arena *arena, struct error *err)
{
    *unpack = (struct unpack){.how = *how, .arena = arena};
    return known_begin(&unpack->how.reading, &unpack->ids, arena, err);
}

void unpack_complain(struct unpack *unpack, struct span where, struct span what)
{
    unpack->complaints++;
    fprintf(unpack->how.complaints, "genesys-producer: %s: %.*s: %.*s\n", unpack->how.place, SPAN_ARGS(where),
            SPAN_ARGS(what));
}

bool unpack_stopped(const struct unpack *unpack)
{
    return unpack->how.stop && unpack->complaints > 0;
}

static bool unwritable(struct error *err)
{
    return error_set(err, 0, "cannot write the records: %s", strerror(errno));
}

bool unpack_line(struct unpack *unpack, struct buffer *json, struct error *err)
{
    buffer_byte(json, '\n');
    return fwrite(json->ptr, 1, json->len, unpack->how.out) == json->len || unwritable(err);
}

static bool print_record(struct unpack *unpack, struct span where, const struct known *known,
                         struct span record, struct error *err)
{
    if (!known->usable) {
        unpack_complain(unpack, where, known->cause);
        return true;
    }
    AUTO_ARENA arena = arena_new();
    struct buffer json = {.arena = arena};
    struct error broken = {.arena = arena};
    bool decoded = decode_as(&known->how, &record, &json, &broken);
    if (decoded && record.len > 0)
        decoded = error_set(&broken, 0, "%zu bytes behind the record", record.len);
    if (decoded)
        return unpack_line(unpack, &json, err);
    unpack_complain(unpack, where, broken.message);
    return true;
}

static uint32_t id_of(struct span message)
{
    uint32_t id = 0;
    for (size_t i = 1; i < WIRE_HEADER; i++)
        id = id << 8 | (uint8_t)message.ptr[i];
    return id;
}

bool unpack_message(struct unpack *unpack, struct span where, struct span message, struct error *err)
{
    if (message.len < WIRE_HEADER || message.ptr[0] != 0) {
        unpack_complain(unpack, where,
                        message.len > 0 && message.ptr[0] != 0
                            ? SPAN("a message that does not begin with the byte 0")
                            : SPAN("a message of less than five bytes"));
        return true;
    }
    const struct known *known = known_find(unpack->ids, (int)id_of(message), err);
    return known && print_record(unpack, where, known, span_from(message, WIRE_HEADER), err);
}

bool unpack_bare(struct unpack *unpack, struct span where, struct span guid, struct span record,
                 struct error *err)
{
    const struct known *known = known_find_guid(unpack->ids, guid, err);
    return known && print_record(unpack, where, known, record, err);
}

bool unpack_end(struct unpack *unpack, struct error *err)
{
    if (fflush(unpack->how.out) != 0)
        return unwritable(err);
    return !unpack_stopped(unpack) || error_set(err, 0, "stopped there, as --on-error stop asks for");
}
