/* source.c - scanning, loading and inflating blobs. */
#include "import/osm/source.h"

#include <stdio.h>

void cim__osm_source_init(cim__osm_source *s, cim__mem *mem, const cim__job *job)
{
    memset(s, 0, sizeof *s);
    s->mem = mem;
    s->job = job;
    s->path = cim__input_path(job->input);
    s->blobs = cim__buf_on(mem);
    cim__spool_init(&s->spool, mem, job->sink->spool.dir, CIM__OSM_KEEP);
    pthread_mutex_init(&s->lock, NULL);
    atomic_init(&s->keep_left, CIM__OSM_KEEP);
}

static void strings_free(cim__mem *mem, cim__osm_strings *strings)
{
    cim__free(mem, strings->at);
    cim__free(mem, strings->word);
    *strings = (cim__osm_strings){ 0, NULL, NULL };
}

void cim__osm_source_drop(cim__osm_source *s, size_t i)
{
    cim__osm_blob *b = cim__osm_source_blob(s, i);
    cim__free(s->mem, b->kept);
    strings_free(s->mem, &b->strings);
    b->kept = NULL;
}

void cim__osm_source_free(cim__osm_source *s)
{
    if (!s->mem) return;
    for (size_t i = 0; i < cim__osm_source_count(s); i++) cim__osm_source_drop(s, i);
    cim__buf_free(&s->blobs);
    cim__spool_free(&s->spool);
    pthread_mutex_destroy(&s->lock);
    s->mem = NULL;
}

cim_status cim__osm_bad(cim_ctx *ctx, const cim__osm_source *s, size_t i, const char *why)
{
    if (!why[0]) return cim__nomem(ctx);
    unsigned long long at = (unsigned long long)cim__osm_source_blob(s, i)->at;
    return cim__fail(ctx, CIM_EFORMAT, "%s: block %zu (byte %llu): %s", s->path, i + 1, at, why);
}

/* ---- scanning ---- */

/* Bytes of the file in order: at random places of a plain file, else what the decompressor or the pipe gives. */
typedef struct scan {
    cim__osm_source *source;
    cim__input *input;
    uint64_t at, size;
    uint8_t *window;       /* of a plain file: bytes from window_at */
    uint64_t window_at;
    size_t window_size;
} scan;

enum { WINDOW = 4096 };

static cim_status scan_bad(cim_ctx *ctx, const scan *s, const char *why)
{
    return cim__fail(ctx, CIM_EFORMAT, "%s: block %zu (byte %llu): %s", s->source->path, cim__osm_source_count(s->source) + 1, (unsigned long long)s->at, why);
}

static cim_status read_plain(cim_ctx *ctx, scan *s, uint8_t *data, size_t size)
{
    if (s->at < s->window_at || s->at + size > s->window_at + s->window_size) {
        uint64_t left = s->size - s->at;
        s->window_size = 0;
        s->window_at = s->at;
        if (size > WINDOW) return cim__file_read_at(ctx, s->source->file, s->at, data, size);
        size_t wanted = left < WINDOW ? (size_t)left : WINDOW;
        CIM__TRY(cim__file_read_at(ctx, s->source->file, s->at, s->window, wanted));
        s->window_size = wanted;
    }
    memcpy(data, s->window + (s->at - s->window_at), size);
    return CIM_OK;
}

static cim_status read_stream(cim_ctx *ctx, scan *s, uint8_t *data, size_t size, size_t *got_out)
{
    *got_out = 0;
    while (*got_out < size) {
        size_t got = 0;
        CIM__TRY(cim__input_read(ctx, s->input, data + *got_out, size - *got_out, &got));
        if (!got) break;
        *got_out += got;
    }
    return CIM_OK;
}

/* All of it, or CIM_EFORMAT; at the very end of the file CIM_DONE when `may_end`. */
static cim_status next_bytes(cim_ctx *ctx, scan *s, void *data, size_t size, bool may_end)
{
    size_t got = size;
    if (s->source->file) {
        uint64_t left = s->size - s->at;
        if (!left && may_end) return CIM_DONE;
        if (left < size) return scan_bad(ctx, s, "the file is cut off");
        CIM__TRY(read_plain(ctx, s, data, size));
    } else {
        CIM__TRY(read_stream(ctx, s, data, size, &got));
        if (!got && may_end) return CIM_DONE;
        if (got < size) return scan_bad(ctx, s, "the file is cut off");
    }
    s->at += got;
    return CIM_OK;
}

/* BlobHeader: 1 type, 3 size of the blob. */
static cim_status next_header(cim_ctx *ctx, scan *s, uint8_t *buffer, char type[16], uint32_t *size_out)
{
    uint8_t length[4];
    cim_status st = next_bytes(ctx, s, length, 4, true);
    if (st != CIM_OK) return st;
    uint32_t n = (uint32_t)length[0] << 24 | (uint32_t)length[1] << 16 | (uint32_t)length[2] << 8 | length[3];
    if (n > CIM__OSM_HEADER_MAX) return scan_bad(ctx, s, "a block header larger than 64 KiB");
    CIM__TRY(next_bytes(ctx, s, buffer, n, false));
    memset(buffer + n, 0, CIM__WIRE_SLOP);
    cim__wire w = { buffer, buffer + n };
    cim__field f;
    uint64_t size = UINT64_MAX;
    type[0] = 0;
    while (cim__wire_field(&w, &f)) {
        if (f.number == 1 && f.type == CIM__WIRE_BYTES && cim__wire_size(&f.bytes) < 16) snprintf(type, 16, "%.*s", (int)cim__wire_size(&f.bytes), (const char *)f.bytes.pos);
        if (f.number == 3 && f.type == CIM__WIRE_VARINT) size = f.value;
    }
    if (cim__wire_bad(&w) || size == UINT64_MAX) return scan_bad(ctx, s, "the block header is damaged");
    if (size > CIM__OSM_BLOB_MAX) return scan_bad(ctx, s, "a block larger than 32 MiB");
    *size_out = (uint32_t)size;
    return CIM_OK;
}

static cim_status add_blob(cim_ctx *ctx, scan *s, uint32_t size)
{
    cim__osm_source *source = s->source;
    cim__osm_blob blob = { .at = s->at, .size = size };
    if (source->file) {
        if (s->size - s->at < size) return scan_bad(ctx, s, "the file is cut off");
        s->at += size;
    } else {
        cim__buf data = cim__buf_on(source->mem);
        uint8_t *to = cim__buf_extend(&data, (size_t)size + CIM__WIRE_SLOP);
        cim_status st = to ? next_bytes(ctx, s, to, size, false) : cim__nomem(ctx);
        if (st >= 0) memset(to + size, 0, CIM__WIRE_SLOP);
        if (st >= 0) st = cim__spool_take(ctx, &source->spool, &data, &blob.at);
        cim__buf_free(&data);
        CIM__TRY(st);
    }
    cim__osm_blob *to = CIM__PUSH(&source->blobs, cim__osm_blob);
    if (!to) return cim__nomem(ctx);
    *to = blob;
    return CIM_OK;
}

/* HeaderBlock: 4 required features, 5 optional ones, 16 writing program. */
static cim_status check_header(cim_ctx *ctx, cim__osm_source *s, const cim__osm_block *block)
{
    static const char *const known[] = { "OsmSchema-V0.6", "DenseNodes", "LocationsOnWays" };
    cim__wire w = { block->raw, block->raw + block->size };
    cim__field f;
    while (cim__wire_field(&w, &f)) {
        cim__str text = { (const char *)f.bytes.pos, cim__wire_size(&f.bytes) };
        if ((f.number != 4 && f.number != 5) || f.type != CIM__WIRE_BYTES) continue;
        if (cim__str_is(text, "LocationsOnWays")) s->placed_ways = true;
        if (f.number == 5) continue;
        if (cim__str_is(text, "HistoricalInformation")) return cim__fail(ctx, CIM_EUNSUPPORTED, "%s: a file with history; make a file of one moment first (osmium time-filter)", s->path);
        size_t i = 0;
        while (i < sizeof known / sizeof *known && !cim__str_is(text, known[i])) i++;
        if (i == sizeof known / sizeof *known) return cim__fail(ctx, CIM_EUNSUPPORTED, "%s: needs the feature %.*s, which is not supported", s->path, (int)(text.len < 60 ? text.len : 60), text.ptr);
    }
    return cim__wire_bad(&w) ? cim__fail(ctx, CIM_EFORMAT, "%s: block 1: the header block is damaged", s->path) : CIM_OK;
}

static cim_status read_header(cim_ctx *ctx, scan *s, uint32_t size)
{
    cim__osm_loader loader;
    CIM__TRY(add_blob(ctx, s, size));
    CIM__TRY(cim__osm_loader_init(ctx, &loader));
    cim_status st = cim__osm_source_load(ctx, s->source, &loader, 0, NULL, false);
    if (st >= 0) st = check_header(ctx, s->source, &loader.block);
    cim__osm_loader_free(&loader);
    return st;
}

/* The header keeps its place in the table, so that blocks are numbered as in the file; it holds no entities. */
static cim_status scan_all(cim_ctx *ctx, scan *s, uint8_t *buffer)
{
    char type[16];
    uint32_t size;
    cim_status st = next_header(ctx, s, buffer, type, &size);
    if (st < 0) return st;
    if (st == CIM_DONE || strcmp(type, "OSMHeader") != 0) return scan_bad(ctx, s, "the file does not begin with an OSMHeader block");
    CIM__TRY(read_header(ctx, s, size));
    uint64_t others = 0;
    while ((st = next_header(ctx, s, buffer, type, &size)) == CIM_OK) {
        bool data = strcmp(type, "OSMData") == 0;
        CIM__TRY(add_blob(ctx, s, size));
        if (!data) cim__osm_source_blob(s->source, cim__osm_source_count(s->source) - 1)->size = 0;
        others += !data;
        CIM__TRY(cim__job_tick(ctx, s->source->job, "scanning"));
    }
    if (others) {
        cim__report_seen(s->source->job->report, "block", others);
        cim__report_fate(s->source->job->report, "block", CIM__SKIPPED, "of an unknown type", others);
    }
    return st < 0 ? st : CIM_OK;
}

cim_status cim__osm_source_open_pbf(cim_ctx *ctx, cim__osm_source *source)
{
    scan s = { .source = source, .input = source->job->input, .size = cim__input_size(source->job->input) };
    bool plain = cim__input_packing(s.input) == CIM__PLAIN && cim__input_file(s.input)->size != UINT64_MAX;
    source->file = plain ? cim__input_file(s.input) : NULL;
    uint8_t *buffer = cim__alloc(ctx->mem, CIM__OSM_HEADER_MAX + CIM__WIRE_SLOP);
    s.window = cim__alloc(ctx->mem, WINDOW);
    cim_status st = buffer && s.window ? scan_all(ctx, &s, buffer) : cim__nomem(ctx);
    cim__free(ctx->mem, buffer);
    cim__free(ctx->mem, s.window);
    return st;
}

/* ---- loading ---- */

cim_status cim__osm_loader_init(cim_ctx *ctx, cim__osm_loader *l)
{
    memset(l, 0, sizeof *l);
    l->packed = l->raw = l->scratch = cim__buf_on(ctx->mem);
    l->loaded = SIZE_MAX;
    return cim__inflater_new(ctx, &l->inflater);
}

void cim__osm_loader_free(cim__osm_loader *l)
{
    cim__inflater_free(l->inflater);
    l->inflater = NULL;
    if (l->raw.mem) strings_free(l->raw.mem, &l->strings);
    cim__buf_free(&l->packed);
    cim__buf_free(&l->raw);
    cim__buf_free(&l->scratch);
}

/* Exactly `size` bytes, whatever the buffer held. */
static uint8_t *room(cim__buf *buf, size_t size)
{
    buf->size = 0;
    return cim__buf_extend(buf, size);
}

/* The bytes of a blob, with slop: borrowed from the spool where that holds them in memory with their slop, else in `to`. */
static cim_status fetch(cim_ctx *ctx, cim__osm_source *s, const cim__osm_blob *blob, cim__buf *to, const uint8_t **bytes_out)
{
    size_t size = (size_t)blob->size + CIM__WIRE_SLOP;
    if (!s->file) {
        cim__str bytes;
        CIM__TRY(cim__spool_get(ctx, &s->spool, blob->at, size, to, &bytes));
        *bytes_out = (const uint8_t *)bytes.ptr;
        return CIM_OK;
    }
    uint8_t *data = room(to, size);
    if (!data) return cim__nomem(ctx);
    memset(data + blob->size, 0, CIM__WIRE_SLOP);
    pthread_mutex_lock(&s->lock);
    cim_status st = cim__file_read_at(ctx, s->file, blob->at, data, blob->size);
    pthread_mutex_unlock(&s->lock);
    *bytes_out = data;
    return st;
}

typedef struct packed {
    int codec; /* cim__codec; RAW */
    cim__wire data;
    uint64_t raw_size;
} packed;
enum { RAW = -1, NOTHING = -2 };

/* Blob: 1 raw, 2 raw size, 3 zlib, 4 lzma, 5 bzip2, 6 LZ4, 7 Zstandard. */
static const char *open_blob(cim__wire w, packed *p)
{
    cim__field f;
    *p = (packed){ NOTHING, { w.pos, w.pos }, UINT64_MAX };
    while (cim__wire_field(&w, &f)) {
        if (f.number == 2 && f.type == CIM__WIRE_VARINT) p->raw_size = f.value;
        if (f.type != CIM__WIRE_BYTES) continue;
        if (f.number == 4) return "compressed with LZMA, which is not supported";
        if (f.number == 5) return "compressed with bzip2, which is not supported";
        if (f.number == 1) p->codec = RAW;
        else if (f.number == 3) p->codec = CIM__ZLIB;
        else if (f.number == 6) p->codec = CIM__LZ4;
        else if (f.number == 7) p->codec = CIM__ZSTD;
        else continue;
        p->data = f.bytes;
    }
    if (cim__wire_bad(&w)) return "the blob is damaged";
    if (p->codec == NOTHING) return "the blob is empty or compressed in an unknown way";
    if (p->codec == RAW) p->raw_size = cim__wire_size(&p->data);
    if (p->raw_size > CIM__OSM_BLOB_MAX) return p->raw_size == UINT64_MAX ? "the blob does not say its size" : "the blob is larger than 32 MiB after decompression";
    return NULL;
}

static cim_status inflate(cim_ctx *ctx, cim__osm_source *s, cim__osm_loader *l, size_t i)
{
    cim__osm_blob *blob = cim__osm_source_blob(s, i);
    const uint8_t *bytes;
    packed p;
    CIM__TRY(fetch(ctx, s, blob, &l->packed, &bytes));
    const char *wrong = open_blob((cim__wire){ bytes, bytes + blob->size }, &p);
    if (wrong) return cim__osm_bad(ctx, s, i, wrong);
    uint8_t *raw = room(&l->raw, (size_t)p.raw_size + CIM__WIRE_SLOP);
    if (!raw) return cim__nomem(ctx);
    memset(raw + p.raw_size, 0, CIM__WIRE_SLOP);
    blob->raw_size = (uint32_t)p.raw_size;
    l->bytes = raw;
    if (p.codec == RAW) {
        memcpy(raw, p.data.pos, (size_t)p.raw_size);
        return CIM_OK;
    }
    cim_status st = cim__inflate(ctx, l->inflater, (cim__codec)p.codec, p.data.pos, cim__wire_size(&p.data), raw, (size_t)p.raw_size);
    return st == CIM_EFORMAT ? cim__osm_bad(ctx, s, i, "compressed data is damaged or not of the size it says") : st;
}

/* Hand the inflated bytes over to the blob, unless the budget is used up. */
static void keep_raw(cim__osm_source *s, cim__osm_loader *l, cim__osm_blob *blob)
{
    long long size = (long long)l->raw.size;
    if (atomic_fetch_sub(&s->keep_left, size) < size) {
        atomic_fetch_add(&s->keep_left, size);
        return;
    }
    uint8_t *fitted = cim__realloc_n(s->mem, l->raw.data, l->raw.size, 1);
    blob->kept = fitted ? fitted : l->raw.data;
    l->raw = cim__buf_on(s->mem);
}

static cim_status load_raw(cim_ctx *ctx, cim__osm_source *s, cim__osm_loader *l, size_t i, bool keep)
{
    cim__osm_blob *blob = cim__osm_source_blob(s, i);
    l->loaded = SIZE_MAX;
    strings_free(s->mem, &l->strings);
    if (s->blocks) {
        CIM__TRY(fetch(ctx, s, blob, &l->raw, &l->bytes));
        blob->raw_size = blob->size;
    } else {
        CIM__TRY(inflate(ctx, s, l, i));
        if (keep) keep_raw(s, l, blob);
    }
    l->loaded = blob->kept ? SIZE_MAX : i;
    return CIM_OK;
}

static cim_status load_strings(cim_ctx *ctx, cim__osm_source *s, cim__osm_loader *l, size_t i, const cim__osm_words *words)
{
    cim__osm_blob *blob = cim__osm_source_blob(s, i);
    cim__osm_strings *strings = blob->kept ? &blob->strings : &l->strings;
    if (!strings->at) {
        const char *wrong = cim__osm_strings_read(&l->block, words, s->mem, &l->scratch, strings);
        if (wrong) {
            strings_free(s->mem, strings);
            return cim__osm_bad(ctx, s, i, wrong);
        }
    }
    l->block.strings = strings;
    return CIM_OK;
}

cim_status cim__osm_source_load(cim_ctx *ctx, cim__osm_source *s, cim__osm_loader *l, size_t i, const cim__osm_words *words, bool keep)
{
    cim__osm_blob *blob = cim__osm_source_blob(s, i);
    if (!blob->size) { /* of an unknown type */
        l->block = (cim__osm_block){ .raw = (const uint8_t *)"", .size = 0, .granularity = 100 };
        return CIM_OK;
    }
    if (!blob->kept && l->loaded != i) CIM__TRY(load_raw(ctx, s, l, i, keep));
    const char *wrong = cim__osm_block_open(&l->block, blob->kept ? blob->kept : l->bytes, blob->raw_size);
    if (wrong) return cim__osm_bad(ctx, s, i, wrong);
    return words ? load_strings(ctx, s, l, i, words) : CIM_OK;
}
