/* mem.h - the allocator every object carries, growable bytes, and an arena.
 *
 * A cim__mem is immutable after creation and reference-counted: an object keeps the one it was made with, so it can
 * be freed without a context and on any thread. */
#ifndef CIM_CORE_MEM_H
#define CIM_CORE_MEM_H

#include "cim/ctx.h"

#include <stdbool.h>
#include <string.h>

typedef struct cim__mem cim__mem;

cim__mem *cim__mem_new(cim_realloc_fn fn, void *user);
cim__mem *cim__mem_ref(cim__mem *mem);
void cim__mem_unref(cim__mem *mem);

void *cim__alloc(cim__mem *mem, size_t size);
void *cim__zalloc(cim__mem *mem, size_t size);
void *cim__alloc_n(cim__mem *mem, size_t count, size_t size); /* NULL on overflow too */
void *cim__zalloc_n(cim__mem *mem, size_t count, size_t size);
void *cim__realloc_n(cim__mem *mem, void *ptr, size_t count, size_t size);
void cim__free(cim__mem *mem, void *ptr);
/* For large arrays that are jumped about in: aligned to 64, on large pages where that pays.  *block_out is what cim__free() gets. */
void *cim__alloc_big(cim__mem *mem, size_t size, void **block_out);
void cim__large_pages(void *ptr, size_t size); /* a wish, for memory that is about to be written */
char *cim__strndup(cim__mem *mem, const char *text, size_t size);

/* A borrowed run of bytes, not NUL-terminated. */
typedef struct cim__str {
    const char *ptr;
    size_t len;
} cim__str;

#define CIM__STR(literal) ((cim__str){ "" literal, sizeof(literal) - 1 })

static inline cim__str cim__str_of(const char *text) { return (cim__str){ text, text ? strlen(text) : 0 }; }
static inline bool cim__str_eq(cim__str a, cim__str b) { return a.len == b.len && (!a.len || !memcmp(a.ptr, b.ptr, a.len)); }
static inline bool cim__str_is(cim__str a, const char *text) { return cim__str_eq(a, cim__str_of(text)); }
bool cim__str_starts(cim__str text, const char *prefix);
bool cim__str_has(cim__str text, const char *part);
/* Without the blanks and control characters at both ends. */
static inline cim__str cim__str_trim(cim__str s)
{
    while (s.len && (unsigned char)s.ptr[0] <= ' ') s.ptr++, s.len--;
    while (s.len && (unsigned char)s.ptr[s.len - 1] <= ' ') s.len--;
    return s;
}

/* Growable bytes.  After the first failed growth `failed` stays set and appends do nothing, so a writer may append
 * freely and ask once at the end. */
typedef struct cim__buf {
    cim__mem *mem; /* not referenced: the owner of the buffer keeps it alive */
    uint8_t *data;
    size_t size, cap;
    bool failed;
} cim__buf;

static inline cim__buf cim__buf_on(cim__mem *mem) { return (cim__buf){ mem, NULL, 0, 0, false }; }
bool cim__buf_grow(cim__buf *buf, size_t more); /* the slow path of cim__buf_reserve() */
static inline bool cim__buf_reserve(cim__buf *buf, size_t more) { return (more <= buf->cap - buf->size && !buf->failed) || cim__buf_grow(buf, more); }
static inline void *cim__buf_extend(cim__buf *buf, size_t size) /* room for size bytes at the end, counted; NULL when failed */
{
    if (!cim__buf_reserve(buf, size)) return NULL;
    void *at = buf->data + buf->size;
    buf->size += size;
    return at;
}
void cim__buf_free(cim__buf *buf);
static inline void cim__buf_put(cim__buf *buf, const void *data, size_t size)
{
    void *at = size ? cim__buf_extend(buf, size) : NULL;
    if (at) memcpy(at, data, size);
}
void cim__buf_puts(cim__buf *buf, const char *text);
static inline void cim__buf_putstr(cim__buf *buf, cim__str text) { cim__buf_put(buf, text.ptr, text.len); }
void cim__buf_printf(cim__buf *buf, const char *format, ...) __attribute__((format(printf, 2, 3)));
static inline void cim__buf_putc(cim__buf *buf, char c)
{
    if (cim__buf_reserve(buf, 1)) buf->data[buf->size++] = (uint8_t)c;
}
static inline cim__str cim__buf_str(const cim__buf *buf) { return (cim__str){ (const char *)buf->data, buf->size }; }
void cim__buf_varint_long(cim__buf *buf, uint64_t value);
static inline void cim__buf_varint(cim__buf *buf, uint64_t value) /* LEB128 */
{
    if (value < 0x80) cim__buf_putc(buf, (char)value);
    else cim__buf_varint_long(buf, value);
}
static inline uint64_t cim__zigzag(int64_t v) { return ((uint64_t)v << 1) ^ (uint64_t)(v >> 63); }
static inline int64_t cim__unzigzag(uint64_t v) { return (int64_t)(v >> 1) ^ -(int64_t)(v & 1); }
bool cim__get_varint(const uint8_t **pos, const uint8_t *end, uint64_t *value_out); /* false at the end or past 10 bytes */

/* Hand a buffer's bytes to the caller as a public cim_buf; the cim__buf is empty afterwards. */
bool cim__buf_give(cim__buf *buf, cim_buf *out);

/* Elements of one type in a cim__buf: CIM__PUSH(&buf, T) is a pointer to one new element or NULL. */
#define CIM__PUSH(buf, T) ((T *)cim__buf_extend((buf), sizeof(T)))
#define CIM__AT(buf, T, i) (((T *)(void *)(buf)->data)[i])
#define CIM__COUNT(buf, T) ((buf)->size / sizeof(T))

/* Memory released all at once; blocks double from 4 KiB to 1 MiB and are kept by cim__arena_reset(). */
typedef struct cim__arena_block cim__arena_block;
typedef struct cim__arena {
    cim__mem *mem;
    cim__arena_block *head, *spare;
    size_t used;
} cim__arena;

static inline cim__arena cim__arena_on(cim__mem *mem) { return (cim__arena){ mem, NULL, NULL, 0 }; }
void *cim__arena_alloc(cim__arena *arena, size_t size); /* aligned to 16 */
cim__str cim__arena_str(cim__arena *arena, cim__str text); /* a NUL-terminated copy; ptr NULL when out of memory */
void cim__arena_reset(cim__arena *arena);
void cim__arena_free(cim__arena *arena);

#endif
