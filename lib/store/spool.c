/* spool.c - segments in memory or in an unnamed temporary file. */
#include "store/spool.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

void cim__spool_init(cim__spool *s, cim__mem *mem, const char *dir, uint64_t memory_limit)
{
    *s = (cim__spool){ .mem = mem, .segments = cim__buf_on(mem), .memory_limit = memory_limit, .dir = dir, .fd = -1 };
}

void cim__spool_free(cim__spool *s)
{
    for (size_t i = 0; i < CIM__COUNT(&s->segments, cim__segment); i++) cim__free(s->mem, CIM__AT(&s->segments, cim__segment, i).data);
    cim__buf_free(&s->segments);
    if (s->fd >= 0) close(s->fd);
    s->fd = -1;
}

/* O_TMPFILE where the file system has it, else a file that is unlinked at once. */
static int open_unnamed(cim__mem *mem, const char *dir)
{
    int fd = open(dir, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (fd >= 0) return fd;
    size_t n = strlen(dir);
    char *name = cim__alloc(mem, n + 20);
    if (!name) return -1;
    memcpy(name, dir, n);
    memcpy(name + n, "/.cim-spool-XXXXXX", 19);
    fd = mkostemp(name, O_CLOEXEC);
    if (fd >= 0) unlink(name);
    cim__free(mem, name);
    return fd;
}

static cim_status write_at(cim_ctx *ctx, int fd, const uint8_t *data, size_t size, uint64_t at)
{
    while (size) {
        ssize_t n = pwrite(fd, data, size, (off_t)at);
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) return cim__fail_errno(ctx, n ? -errno : -ENOSPC, "cannot write", "temporary file");
        data += n;
        at += (uint64_t)n;
        size -= (size_t)n;
    }
    return CIM_OK;
}

static cim_status spill(cim_ctx *ctx, cim__spool *s, cim__segment *segment)
{
    if (s->fd < 0) s->fd = open_unnamed(s->mem, s->dir);
    if (s->fd < 0) return cim__fail_errno(ctx, -errno, "cannot create a temporary file in", s->dir);
    CIM__TRY(write_at(ctx, s->fd, segment->data, segment->size, s->in_file));
    cim__free(s->mem, segment->data);
    segment->data = NULL;
    segment->file_at = s->in_file;
    s->in_file += segment->size;
    return CIM_OK;
}

cim_status cim__spool_take(cim_ctx *ctx, cim__spool *s, cim__buf *data, uint64_t *start_out)
{
    cim__segment *segment = CIM__PUSH(&s->segments, cim__segment);
    if (data->failed || !segment) {
        if (segment) s->segments.size -= sizeof *segment;
        return cim__nomem(ctx);
    }
    uint8_t *fitted = data->cap > data->size + 4096 ? cim__realloc_n(s->mem, data->data, data->size, 1) : NULL;
    *segment = (cim__segment){ s->size, data->size, fitted ? fitted : data->data, 0 };
    *data = cim__buf_on(data->mem);
    *start_out = s->size;
    s->size += segment->size;
    if (s->in_memory + segment->size > s->memory_limit) return spill(ctx, s, segment);
    s->in_memory += segment->size;
    return CIM_OK;
}

static const cim__segment *segment_at(const cim__spool *s, uint64_t start)
{
    size_t lo = 0, hi = CIM__COUNT(&s->segments, cim__segment);
    while (hi - lo > 1) {
        size_t mid = lo + (hi - lo) / 2;
        if (CIM__AT(&s->segments, cim__segment, mid).start <= start) lo = mid;
        else hi = mid;
    }
    return &CIM__AT(&s->segments, cim__segment, lo);
}

cim_status cim__spool_get(cim_ctx *ctx, const cim__spool *s, uint64_t start, size_t size, cim__buf *scratch, cim__str *bytes_out)
{
    const cim__segment *segment = segment_at(s, start);
    if (segment->data) {
        *bytes_out = (cim__str){ (const char *)segment->data + (start - segment->start), size };
        return CIM_OK;
    }
    scratch->size = 0;
    uint8_t *at = cim__buf_extend(scratch, size);
    if (!at && size) return cim__nomem(ctx);
    for (size_t got = 0; got < size;) {
        ssize_t n = pread(s->fd, at + got, size - got, (off_t)(segment->file_at + (start - segment->start) + got));
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) return cim__fail_errno(ctx, n ? -errno : -EIO, "cannot read", "temporary file");
        got += (size_t)n;
    }
    *bytes_out = (cim__str){ (const char *)at, size };
    return CIM_OK;
}

void cim__spool_prefetch(const cim__spool *s, uint64_t start)
{
    const cim__segment *segment = segment_at(s, start);
    if (!segment->data) return;
    const uint8_t *at = segment->data + (start - segment->start);
    __builtin_prefetch(at);
    __builtin_prefetch(at + 64);
    __builtin_prefetch(at + 128);
    __builtin_prefetch(at + 256);
}
