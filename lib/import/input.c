/* input.c - reading plain, gzip and bzip2 input through the context's io table.
 *
 * Streams (standard input, pipes) are copied to memory first: readers need the head twice and some make two passes. */
#include "import/input.h"
#include "core/hash.h"

#include <bzlib.h>
#include <stdlib.h>
#include <zlib.h>

enum { CHUNK = 65536, RATIO_FROM = 16 << 20 };

struct cim__input {
    cim__file file;
    cim__packing packing;
    char *path;
    cim__buf copy; /* of a stream */
    bool is_stream;
    uint64_t raw_at;              /* next raw byte to read */
    uint64_t out, limit;          /* bytes given */
    unsigned ratio_limit;
    cim__buf head;
    size_t head_at;               /* bytes of head given */
    bool head_done, ended, open_stream;
    z_stream zlib;
    bz_stream bzip2;
    uint8_t raw[CHUNK];
    size_t raw_size, raw_pos;
};

const char *cim__input_path(const cim__input *in) { return in->path; }
cim__packing cim__input_packing(const cim__input *in) { return in->packing; }
uint64_t cim__input_position(const cim__input *in) { return in->raw_at; }
uint64_t cim__input_size(const cim__input *in) { return in->is_stream ? in->copy.size : in->file.size; }
cim__file *cim__input_file(cim__input *in) { return &in->file; }

static void end_stream(cim__input *in)
{
    if (in->open_stream && in->packing == CIM__GZIP) inflateEnd(&in->zlib);
    if (in->open_stream && in->packing == CIM__BZIP2) BZ2_bzDecompressEnd(&in->bzip2);
    in->open_stream = false;
}

void cim__input_close(cim_ctx *ctx, cim__input *in)
{
    if (!in) return;
    end_stream(in);
    cim__file_close(ctx, &in->file);
    cim__buf_free(&in->copy);
    cim__buf_free(&in->head);
    cim__free(ctx->mem, in->path);
    cim__free(ctx->mem, in);
}

static cim_status copy_stream(cim_ctx *ctx, cim__input *in)
{
    for (;;) {
        uint8_t *to = cim__buf_extend(&in->copy, CHUNK);
        size_t got = 0;
        if (!to) return cim__nomem(ctx);
        CIM__TRY(cim__file_read(ctx, &in->file, to, CHUNK, &got));
        in->copy.size -= CHUNK - got;
        if (in->copy.size > in->limit) return cim__fail(ctx, CIM_ELIMIT, "%s: more than %llu bytes", in->path, (unsigned long long)in->limit);
        if (got < CHUNK) return CIM_OK;
    }
}

static cim_status fill_raw(cim_ctx *ctx, cim__input *in)
{
    in->raw_pos = 0;
    if (in->is_stream) {
        size_t left = in->copy.size - (size_t)in->raw_at;
        in->raw_size = left < CHUNK ? left : CHUNK;
        memcpy(in->raw, in->copy.data + in->raw_at, in->raw_size);
    } else {
        CIM__TRY(cim__file_read(ctx, &in->file, in->raw, CHUNK, &in->raw_size));
    }
    in->raw_at += in->raw_size;
    return CIM_OK;
}

static cim__packing packing_of(const uint8_t *p, size_t n)
{
    if (n >= 3 && p[0] == 0x1f && p[1] == 0x8b && p[2] == 8) return CIM__GZIP;
    if (n >= 4 && p[0] == 'B' && p[1] == 'Z' && p[2] == 'h' && p[3] >= '1' && p[3] <= '9') return CIM__BZIP2;
    return CIM__PLAIN;
}

static cim_status open_parts(cim_ctx *ctx, cim__input *in)
{
    CIM__TRY(cim__file_open(ctx, in->path, &in->file));
    if (!strcmp(in->path, "-")) in->file.size = UINT64_MAX; /* a file, perhaps, but one whose place everybody who opens it shares */
    in->is_stream = in->file.size == UINT64_MAX;
    if (in->is_stream) CIM__TRY(copy_stream(ctx, in));
    CIM__TRY(fill_raw(ctx, in));
    if (!in->raw_size) return cim__fail(ctx, CIM_EFORMAT, "%s: empty file", in->path);
    in->packing = packing_of(in->raw, in->raw_size);
    return CIM_OK;
}

cim_status cim__input_open(cim_ctx *ctx, const char *path, uint64_t limit, unsigned ratio_limit, cim__input **input_out)
{
    cim__input *in = cim__zalloc(ctx->mem, sizeof *in);
    if (!in) return cim__nomem(ctx);
    in->copy = in->head = cim__buf_on(ctx->mem);
    in->limit = limit;
    in->ratio_limit = ratio_limit;
    in->path = cim__strndup(ctx->mem, path, strlen(path));
    cim_status st = in->path ? open_parts(ctx, in) : cim__nomem(ctx);
    if (st < 0) {
        cim__input_close(ctx, in);
        return st;
    }
    *input_out = in;
    return CIM_OK;
}

/* ---- decompression: each call gives some bytes or ends ---- */

static cim_status damaged(cim_ctx *ctx, cim__input *in, const char *what)
{
    return cim__fail(ctx, CIM_EFORMAT, "%s: %s near byte %llu", in->path, what, (unsigned long long)(in->raw_at - in->raw_size + in->raw_pos));
}

static bool begin_member(cim__input *in)
{
    memset(&in->zlib, 0, sizeof in->zlib);
    memset(&in->bzip2, 0, sizeof in->bzip2);
    in->open_stream = in->packing == CIM__GZIP ? inflateInit2(&in->zlib, 15 + 16) == Z_OK : BZ2_bzDecompressInit(&in->bzip2, 0, 0) == BZ_OK;
    return in->open_stream;
}

/* One step of the running member; *ended: it is complete. */
static cim_status step(cim_ctx *ctx, cim__input *in, uint8_t *data, size_t size, size_t *got, bool *ended)
{
    size_t left = in->raw_size - in->raw_pos;
    if (in->packing == CIM__GZIP) {
        in->zlib.next_in = in->raw + in->raw_pos;
        in->zlib.avail_in = (unsigned)left;
        in->zlib.next_out = data;
        in->zlib.avail_out = size > 1 << 30 ? 1 << 30 : (unsigned)size;
        unsigned room = in->zlib.avail_out;
        int rc = inflate(&in->zlib, Z_NO_FLUSH);
        in->raw_pos += left - in->zlib.avail_in;
        *got = room - in->zlib.avail_out;
        *ended = rc == Z_STREAM_END;
        if (rc == Z_MEM_ERROR) return cim__nomem(ctx);
        return rc == Z_OK || rc == Z_STREAM_END || rc == Z_BUF_ERROR ? CIM_OK : damaged(ctx, in, "damaged gzip data");
    }
    in->bzip2.next_in = (char *)in->raw + in->raw_pos;
    in->bzip2.avail_in = (unsigned)left;
    in->bzip2.next_out = (char *)data;
    in->bzip2.avail_out = size > 1 << 30 ? 1 << 30 : (unsigned)size;
    unsigned room = in->bzip2.avail_out;
    int rc = BZ2_bzDecompress(&in->bzip2);
    in->raw_pos += left - in->bzip2.avail_in;
    *got = room - in->bzip2.avail_out;
    *ended = rc == BZ_STREAM_END;
    if (rc == BZ_MEM_ERROR) return cim__nomem(ctx);
    return rc == BZ_OK || rc == BZ_STREAM_END ? CIM_OK : damaged(ctx, in, "damaged bzip2 data");
}

static cim_status read_packed(cim_ctx *ctx, cim__input *in, uint8_t *data, size_t size, size_t *got)
{
    *got = 0;
    while (!*got && !in->ended) {
        bool ended = false;
        if (in->raw_pos == in->raw_size) CIM__TRY(fill_raw(ctx, in));
        if (!in->raw_size) {
            if (in->open_stream) return cim__fail(ctx, CIM_EFORMAT, "%s: compressed data ends in the middle", in->path);
            in->ended = true;
            break;
        }
        if (!in->open_stream && packing_of(in->raw + in->raw_pos, in->raw_size - in->raw_pos) != in->packing && in->out) {
            in->ended = true; /* padding behind the last member */
            break;
        }
        if (!in->open_stream && !begin_member(in)) return cim__nomem(ctx);
        CIM__TRY(step(ctx, in, data, size, got, &ended));
        if (ended) end_stream(in);
    }
    return CIM_OK;
}

static cim_status read_some(cim_ctx *ctx, cim__input *in, uint8_t *data, size_t size, size_t *got)
{
    if (in->packing != CIM__PLAIN) {
        CIM__TRY(read_packed(ctx, in, data, size, got));
    } else {
        if (in->raw_pos == in->raw_size && !in->ended) CIM__TRY(fill_raw(ctx, in));
        in->ended = in->raw_size == 0;
        size_t left = in->raw_size - in->raw_pos;
        *got = left < size ? left : size;
        memcpy(data, in->raw + in->raw_pos, *got);
        in->raw_pos += *got;
    }
    in->out += *got;
    if (in->out > in->limit) return cim__fail(ctx, CIM_ELIMIT, "%s: more than %llu bytes after decompression", in->path, (unsigned long long)in->limit);
    if (in->ratio_limit && in->out > RATIO_FROM && in->out / in->ratio_limit > in->raw_at)
        return cim__fail(ctx, CIM_ELIMIT, "%s: expands more than %u times (unsafe limits lift this)", in->path, in->ratio_limit);
    return CIM_OK;
}

cim_status cim__input_head(cim_ctx *ctx, cim__input *in, cim__str *head_out)
{
    while (!in->head_done && in->head.size < CIM__INPUT_HEAD) {
        size_t got = 0;
        uint8_t *to = cim__buf_extend(&in->head, CIM__INPUT_HEAD - in->head.size);
        if (!to) return cim__nomem(ctx);
        size_t room = (size_t)(in->head.data + in->head.size - to);
        CIM__TRY(read_some(ctx, in, to, room, &got));
        in->head.size -= room - got;
        if (!got) in->head_done = true;
    }
    in->head_done = true;
    *head_out = cim__buf_str(&in->head);
    return CIM_OK;
}

cim_status cim__input_read(cim_ctx *ctx, cim__input *in, void *data, size_t size, size_t *got_out)
{
    if (in->head_at < in->head.size) {
        size_t left = in->head.size - in->head_at;
        *got_out = left < size ? left : size;
        memcpy(data, in->head.data + in->head_at, *got_out);
        in->head_at += *got_out;
        return CIM_OK;
    }
    return read_some(ctx, in, data, size, got_out);
}

cim_status cim__input_rewind(cim_ctx *ctx, cim__input *in)
{
    end_stream(in);
    if (!in->is_stream) {
        int64_t at = ctx->io.seek(ctx->io.user, in->file.handle, 0);
        if (at < 0) return cim__fail_errno(ctx, at, "cannot go back", in->path);
    }
    in->raw_at = in->out = 0;
    in->raw_size = in->raw_pos = in->head_at = 0;
    in->head.size = 0;
    in->head_done = in->ended = false;
    return CIM_OK;
}

/* ---- checksum ---- */

static cim_status hash_file(cim_ctx *ctx, cim__file *file, uint8_t *chunk, cim__sha256 *sha, uint64_t *bytes_out)
{
    size_t got = CHUNK;
    while (got == CHUNK) {
        CIM__TRY(cim__file_read(ctx, file, chunk, CHUNK, &got));
        cim__sha256_add(sha, chunk, got);
        *bytes_out += got;
        if (atomic_load_explicit(ctx->cancel, memory_order_relaxed)) return cim__fail(ctx, CIM_ECANCEL, "cancelled while: checksum");
    }
    return CIM_OK;
}

cim_status cim__input_sha256(cim_ctx *ctx, const cim__input *in, char hex_out[65], uint64_t *bytes_out)
{
    cim__file file;
    cim__sha256 sha;
    cim_status st = CIM_OK;
    cim__sha256_begin(&sha);
    *bytes_out = 0;
    if (in->is_stream) {
        cim__sha256_add(&sha, in->copy.data, in->copy.size);
        *bytes_out = in->copy.size;
    } else {
        uint8_t *chunk = cim__alloc(ctx->mem, CHUNK);
        if (!chunk) return cim__nomem(ctx);
        st = cim__file_open(ctx, in->path, &file);
        if (st >= 0) {
            st = hash_file(ctx, &file, chunk, &sha, bytes_out);
            cim__file_close(ctx, &file);
        }
        cim__free(ctx->mem, chunk);
    }
    cim__sha256_end(&sha, hex_out);
    return st;
}
