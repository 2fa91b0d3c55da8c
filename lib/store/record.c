/* record.c - objects to bytes and back. */
#include "store/record.h"

static void put_str(cim__buf *out, cim__str s)
{
    cim__buf_varint(out, s.len);
    cim__buf_putstr(out, s);
}

static void put_value(cim__buf *out, const cim__value *v)
{
    cim__buf_putc(out, (char)v->attr);
    cim__buf_putc(out, (char)v->rule);
    switch (cim__attrs[v->attr].type) {
    case 'I': cim__buf_varint(out, cim__zigzag(v->integer)); break;
    case 'R': cim__buf_put(out, &v->real, sizeof v->real); break;
    default: put_str(out, v->text);
    }
}

static void put_values(cim__buf *out, const cim__value *values, size_t count)
{
    uint64_t seen = 0;
    for (size_t i = 0; i < count; i++) seen |= 1ull << values[i].attr;
    cim__buf_varint(out, (uint64_t)__builtin_popcountll(seen));
    for (size_t i = 0; i < count; i++) {
        uint64_t bit = 1ull << values[i].attr;
        if (!(seen & bit)) continue;
        seen &= ~bit;
        put_value(out, &values[i]);
    }
}

static void put_shape(cim__buf *out, const cim__shape *s, int32_t srid)
{
    put_str(out, s->lod);
    put_str(out, s->role);
    put_str(out, s->template_gid);
    if (s->template_gid.len) {
        cim__buf_put(out, s->matrix, sizeof s->matrix);
        cim__buf_put(out, s->anchor, sizeof s->anchor);
        return;
    }
    put_str(out, s->topo);
    size_t at = out->size;
    uint32_t size = 0;
    cim__buf_put(out, &size, sizeof size);
    cim__gaia_put(out, &s->geom, srid);
    if (out->failed) return;
    size = (uint32_t)(out->size - at - sizeof size);
    memcpy(out->data + at, &size, sizeof size);
}

void cim__record_put(cim__buf *out, const cim__feature *f, cim__str geom, int32_t srid)
{
    size_t shapes = f->shape_count < CIM__RECORD_SHAPES ? f->shape_count : CIM__RECORD_SHAPES;
    put_str(out, f->gid);
    put_str(out, f->parent_gid);
    put_str(out, f->valid_from);
    put_str(out, f->valid_to);
    put_str(out, f->attrs);
    put_str(out, f->residue);
    put_str(out, geom);
    put_values(out, f->values, f->value_count);
    cim__buf_varint(out, shapes);
    for (size_t i = 0; i < shapes; i++) put_shape(out, &f->shapes[i], srid);
}

typedef struct reader {
    const uint8_t *pos, *end;
    bool bad;
} reader;

static uint64_t get(reader *r)
{
    uint64_t v = 0;
    if (!cim__get_varint(&r->pos, r->end, &v)) r->bad = true;
    return v;
}

static cim__str get_bytes(reader *r, uint64_t n)
{
    cim__str s = { (const char *)r->pos, 0 };
    if (n > (uint64_t)(r->end - r->pos)) {
        r->bad = true;
        r->pos = r->end;
        return s;
    }
    s.len = (size_t)n;
    r->pos += n;
    return s;
}

static cim__str get_str(reader *r) { return get_bytes(r, get(r)); }

static void get_raw(reader *r, void *out, size_t n)
{
    cim__str s = get_bytes(r, n);
    if (s.len == n) memcpy(out, s.ptr, n);
}

static void get_value(reader *r, cim__value *v)
{
    uint8_t head[2] = { 0, 0 };
    get_raw(r, head, 2);
    *v = (cim__value){ .attr = head[0], .rule = head[1] };
    if (v->attr >= CIM__ATTR_COUNT || v->rule >= CIM__RULE_COUNT) {
        r->bad = true;
        v->attr = v->rule = 0;
        return;
    }
    switch (cim__attrs[v->attr].type) {
    case 'I': v->integer = cim__unzigzag(get(r)); break;
    case 'R': get_raw(r, &v->real, sizeof v->real); break;
    default: v->text = get_str(r);
    }
}

static void get_shape(reader *r, cim__rshape *s)
{
    *s = (cim__rshape){ .lod = get_str(r) };
    s->role = get_str(r);
    s->template_gid = get_str(r);
    if (s->template_gid.len) {
        get_raw(r, s->matrix, sizeof s->matrix);
        get_raw(r, s->anchor, sizeof s->anchor);
        return;
    }
    uint32_t size = 0;
    s->topo = get_str(r);
    get_raw(r, &size, sizeof size);
    s->geom = get_bytes(r, size);
}

bool cim__record_get(cim__str bytes, cim__record *f)
{
    reader r = { (const uint8_t *)bytes.ptr, (const uint8_t *)bytes.ptr + bytes.len, false };
    f->gid = get_str(&r);
    f->parent_gid = get_str(&r);
    f->valid_from = get_str(&r);
    f->valid_to = get_str(&r);
    f->attrs = get_str(&r);
    f->residue = get_str(&r);
    f->geom = get_str(&r);
    uint64_t values = get(&r);
    if (r.bad || values > CIM__ATTR_COUNT) return false;
    f->value_count = (uint32_t)values;
    for (uint32_t i = 0; i < f->value_count; i++) get_value(&r, &f->values[i]);
    uint64_t shapes = get(&r);
    if (r.bad || shapes > CIM__RECORD_SHAPES) return false;
    f->shape_count = (uint32_t)shapes;
    for (uint32_t i = 0; i < f->shape_count; i++) get_shape(&r, &f->shapes[i]);
    return !r.bad && r.pos == r.end;
}
