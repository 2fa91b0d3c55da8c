/* io.c - POSIX files as the default io table, and inputs and outputs on top of any table. */
#include "core/io.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- the default table; a file is its descriptor + 1 ---- */

static int fd_of(void *file) { return (int)(intptr_t)file - 1; }

static int32_t posix_open(void *user, const char *path, int32_t mode, void **file_out)
{
    (void)user;
    struct stat st;
    int fd;
    if (!strcmp(path, "-")) {
        fd = dup(mode == CIM_IO_READ ? STDIN_FILENO : STDOUT_FILENO);
    } else if (mode == CIM_IO_READ) {
        fd = open(path, O_RDONLY | O_CLOEXEC);
    } else {
        fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    }
    if (fd < 0) return -errno;
    if (fstat(fd, &st) == 0 && S_ISDIR(st.st_mode)) {
        close(fd);
        return -EISDIR;
    }
    *file_out = (void *)(intptr_t)(fd + 1);
    return 0;
}

static int64_t posix_read(void *user, void *file, void *data, size_t size)
{
    (void)user;
    ssize_t n;
    do n = read(fd_of(file), data, size);
    while (n < 0 && errno == EINTR);
    return n < 0 ? -errno : n;
}

static int64_t posix_write(void *user, void *file, const void *data, size_t size)
{
    (void)user;
    ssize_t n;
    do n = write(fd_of(file), data, size);
    while (n < 0 && errno == EINTR);
    return n < 0 ? -errno : n;
}

static int64_t posix_seek(void *user, void *file, uint64_t offset)
{
    (void)user;
    off_t at = lseek(fd_of(file), (off_t)offset, SEEK_SET);
    return at < 0 ? -errno : at;
}

static int64_t posix_size(void *user, void *file)
{
    (void)user;
    struct stat st;
    if (fstat(fd_of(file), &st)) return -errno;
    return S_ISREG(st.st_mode) ? st.st_size : -ESPIPE;
}

static int32_t posix_sync(void *user, void *file)
{
    (void)user;
    return fsync(fd_of(file)) && errno != EINVAL && errno != EROFS ? -errno : 0;
}

static int32_t posix_close(void *user, void *file)
{
    (void)user;
    return close(fd_of(file)) ? -errno : 0;
}

static int32_t posix_rename(void *user, const char *from, const char *to)
{
    (void)user;
    return rename(from, to) ? -errno : 0;
}

static int32_t posix_remove(void *user, const char *path)
{
    (void)user;
    return unlink(path) ? -errno : 0;
}

const cim_io cim__io_posix = { sizeof(cim_io), NULL,       posix_open,  posix_read,   posix_write, posix_seek,
                               posix_size,     posix_sync, posix_close, posix_rename, posix_remove };

/* ---- inputs ---- */

cim_status cim__file_open(cim_ctx *ctx, const char *path, cim__file *file)
{
    void *handle = NULL;
    int32_t rc = ctx->io.open(ctx->io.user, path, CIM_IO_READ, &handle);
    if (rc < 0) return cim__fail_errno(ctx, rc, "cannot open", path);
    int64_t size = ctx->io.size(ctx->io.user, handle);
    *file = (cim__file){ handle, path, size < 0 ? UINT64_MAX : (uint64_t)size };
    return CIM_OK;
}

void cim__file_close(cim_ctx *ctx, cim__file *file)
{
    if (file->handle) ctx->io.close(ctx->io.user, file->handle);
    file->handle = NULL;
}

cim_status cim__file_read(cim_ctx *ctx, cim__file *file, void *data, size_t size, size_t *got_out)
{
    size_t got = 0;
    while (got < size) {
        int64_t n = ctx->io.read(ctx->io.user, file->handle, (char *)data + got, size - got);
        if (n < 0) return cim__fail_errno(ctx, n, "cannot read", file->path);
        if (n == 0) break;
        got += (size_t)n;
    }
    *got_out = got;
    return CIM_OK;
}

cim_status cim__file_read_at(cim_ctx *ctx, cim__file *file, uint64_t offset, void *data, size_t size)
{
    size_t got;
    int64_t at = ctx->io.seek(ctx->io.user, file->handle, offset);
    if (at < 0) return cim__fail_errno(ctx, at, "cannot seek", file->path);
    CIM__TRY(cim__file_read(ctx, file, data, size, &got));
    if (got < size) return cim__fail(ctx, CIM_EFORMAT, "%s: ends at byte %llu, expected %zu more", file->path, (unsigned long long)(offset + got), size - got);
    return CIM_OK;
}

/* ---- outputs ---- */

char *cim__temp_name(cim_ctx *ctx, const char *path)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz012345";
    size_t n = strlen(path);
    char *temp = cim__alloc(ctx->mem, n + 14);
    uint8_t r[8];
    if (!temp) return NULL;
    if (getrandom(r, sizeof r, 0) != (ssize_t)sizeof r) memset(r, 7, sizeof r);
    memcpy(temp, path, n);
    memcpy(temp + n, ".tmp-", 5);
    for (int i = 0; i < 8; i++) temp[n + 5 + (size_t)i] = letters[r[i] & 31];
    temp[n + 13] = 0;
    return temp;
}

/* Files that exist and are not regular (devices, pipes) cannot be replaced by a rename. */
static bool is_direct(const char *path)
{
    struct stat st;
    return !strcmp(path, "-") || (stat(path, &st) == 0 && !S_ISREG(st.st_mode));
}

cim_status cim__out_open(cim_ctx *ctx, const char *path, bool overwrite, cim__out *out)
{
    *out = (cim__out){ .ctx = ctx, .pending = cim__buf_on(ctx->mem) };
    bool direct = is_direct(path);
    if (!direct && !overwrite && access(path, F_OK) == 0) return cim__fail(ctx, CIM_EEXIST, "%s: exists already (overwrite was not asked for)", path);
    out->path = cim__strndup(ctx->mem, path, strlen(path));
    if (!direct) out->temp = cim__temp_name(ctx, path);
    if (!out->path || (!direct && !out->temp)) {
        cim__out_abort(out);
        return cim__nomem(ctx);
    }
    int32_t rc = ctx->io.open(ctx->io.user, direct ? path : out->temp, CIM_IO_CREATE, &out->handle);
    if (rc < 0) {
        cim_status st = cim__fail_errno(ctx, rc, "cannot create", path);
        cim__free(ctx->mem, out->temp);
        out->temp = NULL;
        cim__out_abort(out);
        return st;
    }
    return CIM_OK;
}

static void write_all(cim__out *out, const uint8_t *data, size_t size)
{
    cim_ctx *ctx = out->ctx;
    while (size && out->status >= 0) {
        int64_t n = ctx->io.write(ctx->io.user, out->handle, data, size);
        if (n <= 0) {
            out->status = cim__fail_errno(ctx, n ? n : -ENOSPC, "cannot write", out->path);
            return;
        }
        data += n;
        size -= (size_t)n;
        out->written += (uint64_t)n;
    }
}

enum { OUT_CHUNK = 1 << 16 };

void cim__out_write(cim__out *out, const void *data, size_t size)
{
    if (out->status < 0) return;
    cim__buf_put(&out->pending, data, size);
    if (out->pending.failed) out->status = cim__nomem(out->ctx);
    else if (out->pending.size >= OUT_CHUNK) {
        write_all(out, out->pending.data, out->pending.size);
        out->pending.size = 0;
    }
}

void cim__out_drain(cim__out *out, cim__buf *buf)
{
    if (buf->failed && out->status >= 0) out->status = cim__nomem(out->ctx);
    if (buf->size) cim__out_write(out, buf->data, buf->size);
    buf->size = 0;
}

static void out_free(cim__out *out)
{
    cim__buf_free(&out->pending);
    cim__free(out->ctx->mem, out->path);
    cim__free(out->ctx->mem, out->temp);
    out->path = out->temp = NULL;
}

cim_status cim__out_commit(cim__out *out)
{
    cim_ctx *ctx = out->ctx;
    if (out->status >= 0) write_all(out, out->pending.data, out->pending.size);
    int32_t rc = out->status >= 0 && out->temp ? ctx->io.sync(ctx->io.user, out->handle) : 0;
    if (rc < 0) out->status = cim__fail_errno(ctx, rc, "cannot sync", out->path);
    rc = ctx->io.close(ctx->io.user, out->handle);
    out->handle = NULL;
    if (rc < 0 && out->status >= 0) out->status = cim__fail_errno(ctx, rc, "cannot close", out->path);
    if (out->status >= 0 && out->temp) {
        rc = ctx->io.rename(ctx->io.user, out->temp, out->path);
        if (rc < 0) out->status = cim__fail_errno(ctx, rc, "cannot rename onto", out->path);
    }
    cim_status st = out->status;
    if (st < 0 && out->temp) ctx->io.remove(ctx->io.user, out->temp);
    out_free(out);
    return st;
}

void cim__out_abort(cim__out *out)
{
    cim_ctx *ctx = out->ctx;
    if (out->handle) ctx->io.close(ctx->io.user, out->handle);
    if (out->temp && out->handle) ctx->io.remove(ctx->io.user, out->temp);
    out->handle = NULL;
    out_free(out);
}
