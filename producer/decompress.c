/* SPDX-License-Identifier: Apache-2.0 */
/* Input that came compressed: see the header. Out of memory ends the process. */
#include "producer/decompress.h"

#include <assert.h>
#include <stdlib.h>
#include <zlib.h>
#include <zstd.h>

enum { GZIP_ONLY = 16 + MAX_WBITS };

struct decompressor {
    enum pack pack;
    bool whole; /* a piece has ended and the next has not begun */
    z_stream gzip;
    ZSTD_DStream *zstd;
};

/* The first byte of a frame of zstd that is passed over, as pzstd's first one is, has sixteen values. */
static char first_known(char first)
{
    return (first & 0xf0) == 0x50 ? 0x50 : first;
}

enum pack pack_of(struct span begin)
{
    static const struct {
        const char *magic;
        size_t len;
        enum pack pack;
    } known[] = {{"\x1f\x8b", 2, PACK_GZIP},
                 {"\x28\xb5\x2f\xfd", 4, PACK_ZSTD},
                 {"\x50\x2a\x4d\x18", 4, PACK_ZSTD}};
    if (begin.len == 0)
        return PACK_UNDECIDED;
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        size_t len = begin.len < known[i].len ? begin.len : known[i].len;
        if (first_known(begin.ptr[0]) == known[i].magic[0] &&
            memcmp(begin.ptr + 1, known[i].magic + 1, len - 1) == 0)
            return len == known[i].len ? known[i].pack : PACK_UNDECIDED;
    }
    return PACK_NONE;
}

struct decompressor *decompressor_new(enum pack pack)
{
    struct decompressor *decompressor = calloc(1, sizeof *decompressor);
    assert(pack == PACK_GZIP || pack == PACK_ZSTD);
    if (!decompressor)
        abort();
    decompressor->pack = pack;
    if (pack == PACK_GZIP && inflateInit2(&decompressor->gzip, GZIP_ONLY) != Z_OK)
        abort();
    if (pack == PACK_ZSTD && !(decompressor->zstd = ZSTD_createDStream()))
        abort();
    return decompressor;
}

void decompressor_free(struct decompressor *decompressor)
{
    if (!decompressor)
        return;
    if (decompressor->pack == PACK_GZIP)
        inflateEnd(&decompressor->gzip);
    ZSTD_freeDStream(decompressor->zstd);
    free(decompressor);
}

static bool gunzip(struct decompressor *decompressor, struct span *in, char *to, size_t room, size_t *got,
                   const char **why)
{
    z_stream *gzip = &decompressor->gzip;
    if (decompressor->whole && inflateReset(gzip) != Z_OK)
        abort();
    decompressor->whole = false;
    gzip->next_in = (Bytef *)in->ptr;
    gzip->avail_in = (uInt)in->len;
    gzip->next_out = (Bytef *)to;
    gzip->avail_out = (uInt)room;
    int result = inflate(gzip, Z_NO_FLUSH);
    *in = span_from(*in, in->len - gzip->avail_in);
    *got = room - gzip->avail_out;
    decompressor->whole = result == Z_STREAM_END;
    *why = gzip->msg ? gzip->msg : "broken data";
    return result == Z_OK || result == Z_STREAM_END || result == Z_BUF_ERROR;
}

static bool unzstd(struct decompressor *decompressor, struct span *in, char *to, size_t room, size_t *got,
                   const char **why)
{
    ZSTD_inBuffer from = {in->ptr, in->len, 0};
    ZSTD_outBuffer out = {to, room, 0};
    size_t result = ZSTD_decompressStream(decompressor->zstd, &out, &from);
    *in = span_from(*in, from.pos);
    *got = out.pos;
    decompressor->whole = result == 0;
    *why = ZSTD_getErrorName(result);
    return !ZSTD_isError(result);
}

bool decompress(struct decompressor *decompressor, struct span *in, char *to, size_t room, size_t *got,
                const char **why)
{
    *got = 0;
    if (decompressor->whole && in->len == 0)
        return true;
    return decompressor->pack == PACK_GZIP ? gunzip(decompressor, in, to, room, got, why)
                                           : unzstd(decompressor, in, to, room, got, why);
}

bool decompressor_whole(const struct decompressor *decompressor)
{
    return decompressor->whole;
}
