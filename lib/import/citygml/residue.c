/* residue.c - packing and unpacking residue. */
#include "import/citygml/residue.h"

enum { PACK_FROM = 200, UNPACK_LIMIT = 1 << 30, UNPACK_RATIO = 1100 /* deflate cannot do more */ };

static void put_str(cim__buf *out, cim__str s)
{
    cim__buf_varint(out, s.len);
    cim__buf_putstr(out, s);
}

void cim__residue_add(cim__buf *entries, cim__str path, cim__str text)
{
    put_str(entries, path);
    put_str(entries, text);
}

cim_status cim__residue_pack(cim_ctx *ctx, cim__deflater *d, cim__str entries, cim__buf *out)
{
    bool pack = entries.len >= PACK_FROM;
    cim__buf_putc(out, pack ? 1 : 0);
    cim__buf_varint(out, entries.len);
    if (!pack) cim__buf_putstr(out, entries);
    else CIM__TRY(cim__deflate(ctx, d, (const uint8_t *)entries.ptr, entries.len, out));
    return out->failed ? cim__nomem(ctx) : CIM_OK;
}

cim_status cim__residue_unpack(cim_ctx *ctx, cim__inflater *f, cim__str residue, cim__buf *entries)
{
    const uint8_t *pos = (const uint8_t *)residue.ptr, *end = pos + residue.len;
    uint64_t size = 0;
    if (!residue.len || pos[0] > 1) return cim__fail(ctx, CIM_EFORMAT, "residue of an unknown kind");
    bool packed = *pos++ == 1;
    if (!cim__get_varint(&pos, end, &size) || size > UNPACK_LIMIT || size / UNPACK_RATIO > residue.len) return cim__fail(ctx, CIM_EFORMAT, "damaged residue");
    size_t left = (size_t)(end - pos), before = entries->size;
    if (!packed && left != size) return cim__fail(ctx, CIM_EFORMAT, "damaged residue");
    uint8_t *to = cim__buf_extend(entries, (size_t)size);
    if (!to) return cim__nomem(ctx);
    if (!packed) {
        if (left) memcpy(to, pos, left);
        return CIM_OK;
    }
    cim_status st = cim__inflate(ctx, f, CIM__ZLIB, pos, left, to, (size_t)size);
    if (st < 0) entries->size = before;
    return st;
}

static bool get_str(const uint8_t **pos, const uint8_t *end, cim__str *out)
{
    uint64_t n;
    if (!cim__get_varint(pos, end, &n) || n > (uint64_t)(end - *pos)) return false;
    *out = (cim__str){ (const char *)*pos, (size_t)n };
    *pos += n;
    return true;
}

bool cim__residue_next(cim__str entries, size_t *at, cim__str *path_out, cim__str *text_out)
{
    const uint8_t *pos = (const uint8_t *)entries.ptr + *at, *end = (const uint8_t *)entries.ptr + entries.len;
    if (pos >= end || !get_str(&pos, end, path_out) || !get_str(&pos, end, text_out)) return false;
    *at = (size_t)(pos - (const uint8_t *)entries.ptr);
    return true;
}
