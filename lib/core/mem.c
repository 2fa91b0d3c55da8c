/* mem.c - allocator, growable bytes, arena. */
#include "core/mem.h"

#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

struct cim__mem {
    cim_realloc_fn fn;
    void *user;
    atomic_size_t refs;
};

static void *libc_realloc(void *user, void *ptr, size_t size)
{
    (void)user;
    if (size) return realloc(ptr, size);
    free(ptr);
    return NULL;
}

cim__mem *cim__mem_new(cim_realloc_fn fn, void *user)
{
    if (!fn) fn = libc_realloc;
    cim__mem *mem = fn(user, NULL, sizeof *mem);
    if (!mem) return NULL;
    mem->fn = fn;
    mem->user = user;
    atomic_init(&mem->refs, 1);
    return mem;
}

cim__mem *cim__mem_ref(cim__mem *mem)
{
    atomic_fetch_add_explicit(&mem->refs, 1, memory_order_relaxed);
    return mem;
}

void cim__mem_unref(cim__mem *mem)
{
    if (mem && atomic_fetch_sub_explicit(&mem->refs, 1, memory_order_acq_rel) == 1) mem->fn(mem->user, mem, 0);
}

void *cim__alloc(cim__mem *mem, size_t size) { return mem->fn(mem->user, NULL, size ? size : 1); }

void *cim__zalloc(cim__mem *mem, size_t size)
{
    void *ptr = cim__alloc(mem, size);
    if (ptr) memset(ptr, 0, size);
    return ptr;
}

void *cim__alloc_n(cim__mem *mem, size_t count, size_t size) { return cim__realloc_n(mem, NULL, count, size); }

void *cim__zalloc_n(cim__mem *mem, size_t count, size_t size)
{
    void *ptr = cim__alloc_n(mem, count, size);
    if (ptr) memset(ptr, 0, count * size);
    return ptr;
}

void *cim__realloc_n(cim__mem *mem, void *ptr, size_t count, size_t size)
{
    size_t bytes;
    if (__builtin_mul_overflow(count, size, &bytes)) return NULL;
    return mem->fn(mem->user, ptr, bytes ? bytes : 1);
}

void cim__free(cim__mem *mem, void *ptr)
{
    if (ptr) mem->fn(mem->user, ptr, 0);
}

enum { LARGE_PAGE = 2 << 20 };

void cim__large_pages(void *ptr, size_t size)
{
    enum { SMALL_PAGE = 4096 };
    uintptr_t start = ((uintptr_t)ptr + SMALL_PAGE - 1) & ~(uintptr_t)(SMALL_PAGE - 1), end = ((uintptr_t)ptr + size) & ~(uintptr_t)(SMALL_PAGE - 1);
    if (size >= 2 * LARGE_PAGE && end > start) madvise((void *)start, end - start, MADV_HUGEPAGE); /* failing changes nothing */
}

void *cim__alloc_big(cim__mem *mem, size_t size, void **block_out)
{
    size_t align = size >= 2 * LARGE_PAGE ? LARGE_PAGE : 64, rest = size % LARGE_PAGE;
    if (align == LARGE_PAGE && rest > LARGE_PAGE / 4 && size < SIZE_MAX - LARGE_PAGE) size += LARGE_PAGE - rest; /* one more costs less than many small ones */
    *block_out = size < SIZE_MAX - align ? cim__alloc(mem, size + align) : NULL;
    if (!*block_out) return NULL;
    void *start = (void *)(((uintptr_t)*block_out + align - 1) & ~(uintptr_t)(align - 1));
    if (align == LARGE_PAGE) cim__large_pages(start, size);
    return start;
}

char *cim__strndup(cim__mem *mem, const char *text, size_t size)
{
    char *copy = cim__alloc(mem, size + 1);
    if (!copy) return NULL;
    if (size) memcpy(copy, text, size);
    copy[size] = 0;
    return copy;
}

bool cim__str_starts(cim__str text, const char *prefix)
{
    size_t n = strlen(prefix);
    return text.len >= n && !memcmp(text.ptr, prefix, n);
}

bool cim__str_has(cim__str text, const char *part)
{
    return text.len && memmem(text.ptr, text.len, part, strlen(part));
}

/* ---- growable bytes ---- */

bool cim__buf_grow(cim__buf *buf, size_t more)
{
    size_t need, cap = buf->cap ? buf->cap : 256;
    if (buf->failed || __builtin_add_overflow(buf->size, more, &need)) return !(buf->failed = true);
    if (need <= buf->cap) return true;
    while (cap < need)
        if (__builtin_mul_overflow(cap, (size_t)2, &cap)) cap = need;
    void *data = cim__realloc_n(buf->mem, buf->data, cap, 1);
    if (!data) return !(buf->failed = true);
    buf->data = data;
    buf->cap = cap;
    return true;
}

void cim__buf_free(cim__buf *buf)
{
    if (buf->mem) cim__free(buf->mem, buf->data);
    *buf = cim__buf_on(buf->mem);
}

void cim__buf_puts(cim__buf *buf, const char *text) { cim__buf_put(buf, text, strlen(text)); }

void cim__buf_printf(cim__buf *buf, const char *format, ...)
{
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    int n = vsnprintf(NULL, 0, format, args);
    if (n < 0) buf->failed = true;
    if (cim__buf_reserve(buf, (size_t)n + 1)) {
        vsnprintf((char *)buf->data + buf->size, (size_t)n + 1, format, again);
        buf->size += (size_t)n;
    }
    va_end(again);
    va_end(args);
}

void cim__buf_varint_long(cim__buf *buf, uint64_t value)
{
    uint8_t bytes[10];
    size_t n = 0;
    for (; value >= 0x80; value >>= 7) bytes[n++] = (uint8_t)(value | 0x80);
    bytes[n++] = (uint8_t)value;
    cim__buf_put(buf, bytes, n);
}

bool cim__get_varint(const uint8_t **pos, const uint8_t *end, uint64_t *value_out)
{
    uint64_t value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
        if (*pos >= end) return false;
        uint8_t byte = *(*pos)++;
        value |= (uint64_t)(byte & 0x7f) << shift;
        if (byte < 0x80) {
            *value_out = value;
            return true;
        }
    }
    return false;
}

bool cim__buf_give(cim__buf *buf, cim_buf *out)
{
    cim__buf_putc(buf, 0);
    if (buf->failed) return false;
    cim_buf_dispose(out);
    out->data = (char *)buf->data;
    out->size = buf->size - 1;
    out->reserved = cim__mem_ref(buf->mem);
    *buf = cim__buf_on(buf->mem);
    return true;
}

void cim_buf_dispose(cim_buf *buf)
{
    if (!buf || !buf->reserved) return;
    cim__mem *mem = buf->reserved;
    cim__free(mem, buf->data);
    cim__mem_unref(mem);
    *buf = (cim_buf)CIM_BUF_INIT;
}

/* ---- arena ---- */

struct cim__arena_block {
    cim__arena_block *next;
    size_t cap;
    _Alignas(16) uint8_t data[];
};

enum { ARENA_FIRST = 4096, ARENA_LAST = 1 << 20 };

static cim__arena_block *arena_block(cim__arena *arena, size_t size)
{
    cim__arena_block *block = arena->spare;
    if (block && block->cap >= size) {
        arena->spare = block->next;
        return block;
    }
    size_t cap = arena->head ? arena->head->cap * 2 : ARENA_FIRST;
    if (cap > ARENA_LAST) cap = ARENA_LAST;
    if (cap < size) cap = size;
    if (cap > SIZE_MAX - sizeof *block) return NULL;
    block = cim__alloc(arena->mem, sizeof *block + cap);
    if (block) block->cap = cap;
    return block;
}

void *cim__arena_alloc(cim__arena *arena, size_t size)
{
    if (size > SIZE_MAX - 15) return NULL;
    size = (size + 15) & ~(size_t)15;
    if (!arena->head || arena->head->cap - arena->used < size) {
        cim__arena_block *block = arena_block(arena, size);
        if (!block) return NULL;
        block->next = arena->head;
        arena->head = block;
        arena->used = 0;
    }
    void *at = arena->head->data + arena->used;
    arena->used += size;
    return at;
}

cim__str cim__arena_str(cim__arena *arena, cim__str text)
{
    char *copy = cim__arena_alloc(arena, text.len + 1);
    if (!copy) return (cim__str){ NULL, 0 };
    if (text.len) memcpy(copy, text.ptr, text.len);
    copy[text.len] = 0;
    return (cim__str){ copy, text.len };
}

void cim__arena_reset(cim__arena *arena)
{
    while (arena->head) {
        cim__arena_block *block = arena->head;
        arena->head = block->next;
        block->next = arena->spare;
        arena->spare = block;
    }
    arena->used = 0;
}

void cim__arena_free(cim__arena *arena)
{
    cim__arena_reset(arena);
    while (arena->spare) {
        cim__arena_block *block = arena->spare;
        arena->spare = block->next;
        cim__free(arena->mem, block);
    }
}
