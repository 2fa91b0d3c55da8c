/* wire.h - reading protocol buffers (developers.google.com/protocol-buffers/docs/encoding).
 *
 * Every buffer that is read this way is followed by CIM__WIRE_SLOP zero bytes.  So a varint may be loaded eight bytes at a time
 * without looking at the end; whoever reads checks afterwards that `pos` has not passed `end`, and stops there.  Malformed input
 * sets pos to end + 1, which is within the slop. */
#ifndef CIM_IMPORT_OSM_WIRE_H
#define CIM_IMPORT_OSM_WIRE_H

#include "core/mem.h"

enum { CIM__WIRE_SLOP = 16 };

typedef struct cim__wire {
    const uint8_t *pos, *end;
} cim__wire;

enum { CIM__WIRE_VARINT = 0, CIM__WIRE_64 = 1, CIM__WIRE_BYTES = 2, CIM__WIRE_32 = 5 };

typedef struct cim__field {
    uint32_t number, type;
    uint64_t value;  /* CIM__WIRE_VARINT */
    cim__wire bytes; /* CIM__WIRE_BYTES */
} cim__field;

static inline bool cim__wire_more(const cim__wire *w) { return w->pos < w->end; }
static inline bool cim__wire_bad(const cim__wire *w) { return w->pos > w->end; }
static inline size_t cim__wire_size(const cim__wire *w) { return (size_t)(w->end - w->pos); }

static inline uint64_t cim__wire_load64(const uint8_t *p)
{
    uint64_t x;
    memcpy(&x, p, sizeof x);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    x = __builtin_bswap64(x);
#endif
    return x;
}

/* The rest of a varint of nine or ten bytes. */
static inline uint64_t cim__wire_long(cim__wire *w, uint64_t low)
{
    const uint8_t *p = w->pos + 8;
    uint64_t value = low | (uint64_t)(p[0] & 0x7f) << 56;
    if (p[0] < 0x80) {
        w->pos = p + 1;
        return value;
    }
    if (p[1] > 1) { /* more than 64 bits, or an eleventh byte */
        w->pos = w->end + 1;
        return 0;
    }
    w->pos = p + 2;
    return value | (uint64_t)p[1] << 63;
}

/* Needs pos <= end.  Seven bits of each byte are gathered in three steps, for up to eight bytes at once. */
static inline uint64_t cim__wire_get(cim__wire *w)
{
    const uint8_t *p = w->pos;
    if (p[0] < 0x80) {
        w->pos = p + 1;
        return p[0];
    }
    uint64_t x = cim__wire_load64(p), stop = ~x & 0x8080808080808080u;
    if (stop) {
        unsigned bits = (unsigned)__builtin_ctzll(stop) + 1;
        w->pos = p + bits / 8;
        x &= (2ull << (bits - 1)) - 1;
    }
    x = (x & 0x7f007f007f007f00u) >> 1 | (x & 0x007f007f007f007fu);
    x = (x & 0x3fff00003fff0000u) >> 2 | (x & 0x00003fff00003fffu);
    x = (x & 0x0fffffff00000000u) >> 4 | (x & 0x000000000fffffffu);
    return stop ? x : cim__wire_long(w, x);
}

static inline int64_t cim__wire_zigzag(cim__wire *w) { return cim__unzigzag(cim__wire_get(w)); }

/* The next field; false at the end, and when what follows is malformed: then cim__wire_bad(). */
static inline bool cim__wire_field(cim__wire *w, cim__field *f)
{
    if (!cim__wire_more(w)) return false;
    uint64_t key = cim__wire_get(w);
    f->number = (uint32_t)(key >> 3);
    f->type = (uint32_t)(key & 7);
    f->bytes = (cim__wire){ w->end, w->end };
    if (cim__wire_bad(w) || key >> 32 || !f->number) goto malformed;
    if (f->type == CIM__WIRE_VARINT) {
        f->value = cim__wire_get(w);
        return !cim__wire_bad(w);
    }
    f->value = f->type == CIM__WIRE_64 ? 8 : f->type == CIM__WIRE_32 ? 4 : f->type == CIM__WIRE_BYTES ? cim__wire_get(w) : UINT64_MAX;
    if (cim__wire_bad(w) || f->value > (uint64_t)(w->end - w->pos)) goto malformed;
    f->bytes = (cim__wire){ w->pos, w->pos + f->value };
    w->pos += f->value;
    return true;
malformed:
    w->pos = w->end + 1;
    return false;
}

/* How many varints a packed array holds: the bytes that end one. */
static inline size_t cim__wire_count(cim__wire w)
{
    size_t count = 0;
    for (; w.end - w.pos >= 8; w.pos += 8) count += (size_t)__builtin_popcountll(~cim__wire_load64(w.pos) & 0x8080808080808080u);
    for (; w.pos < w.end; w.pos++) count += *w.pos < 0x80;
    return count;
}

#endif
