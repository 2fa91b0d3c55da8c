/* record.c - objects to bytes and back.
 *
 *   head     lengths of the texts, numbers of values and shapes
 *   values   16 bytes each: attribute, rule, length of a text, number or place of the text in the texts of values
 *   texts    gid, parent, life span, attributes, residue, plane geometry, one behind the other; then texts of values
 *   shapes   LEB128 lengths and bytes (few objects have any)
 *
 * Fixed-size parts, because every record is read again once or twice on its way into the tables. */
#include "store/record.h"

enum { GID, PARENT, FROM, TO, ATTRS, RESIDUE, GEOM, TEXTS };

typedef struct head {
    uint32_t length[TEXTS], value_texts;
    uint16_t values, shapes;
} head;

typedef struct stored_value {
    uint8_t attr, rule;
    uint16_t reserved;
    uint32_t length;
    union {
        double real;
        int64_t integer; /* or place of the text */
    } u;
} stored_value;

static void put_str(cim__buf *out, cim__str s)
{
    cim__buf_varint(out, s.len);
    cim__buf_putstr(out, s);
}

/* The first value of each attribute counts. */
static uint16_t put_values(cim__buf *out, const cim__value *values, size_t count, uint32_t *text_bytes)
{
    uint64_t seen = 0;
    uint16_t kept = 0;
    *text_bytes = 0;
    for (size_t i = 0; i < count; i++) {
        const cim__value *v = &values[i];
        if (seen >> v->attr & 1) continue;
        seen |= 1ull << v->attr;
        stored_value s = { .attr = v->attr, .rule = v->rule };
        if (cim__attrs[v->attr].type == 'R') s.u.real = v->real;
        if (cim__attrs[v->attr].type == 'I') s.u.integer = v->integer;
        if (cim__attrs[v->attr].type == 'T') {
            s.length = (uint32_t)v->text.len;
            s.u.integer = *text_bytes;
            *text_bytes += s.length;
        }
        cim__buf_put(out, &s, sizeof s);
        kept++;
    }
    return kept;
}

static void put_value_texts(cim__buf *out, const cim__value *values, size_t count)
{
    uint64_t seen = 0;
    for (size_t i = 0; i < count; i++) {
        if (seen >> values[i].attr & 1) continue;
        seen |= 1ull << values[i].attr;
        if (cim__attrs[values[i].attr].type == 'T') cim__buf_putstr(out, values[i].text);
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
    cim__str texts[TEXTS] = { f->gid, f->parent_gid, f->valid_from, f->valid_to, f->attrs, f->residue, geom };
    size_t shapes = f->shape_count < CIM__RECORD_SHAPES ? f->shape_count : CIM__RECORD_SHAPES, start = out->size;
    head h = { .shapes = (uint16_t)shapes };
    for (int i = 0; i < TEXTS; i++) h.length[i] = (uint32_t)texts[i].len;
    cim__buf_put(out, &h, sizeof h);
    h.values = put_values(out, f->values, f->value_count, &h.value_texts);
    for (int i = 0; i < TEXTS; i++) cim__buf_putstr(out, texts[i]);
    put_value_texts(out, f->values, f->value_count);
    for (size_t i = 0; i < shapes; i++) put_shape(out, &f->shapes[i], srid);
    if (!out->failed) memcpy(out->data + start, &h, sizeof h);
}

void cim__record_move(cim__buf *out, cim__str bytes, cim__str geom, const cim__value *number)
{
    head h;
    stored_value s = { .attr = number->attr, .rule = number->rule, .u.real = number->real };
    const char *p = bytes.ptr + sizeof h;
    bool known = false;
    memcpy(&h, bytes.ptr, sizeof h);
    size_t values = h.values * sizeof s, texts = 0;
    for (size_t i = 0; i < h.values; i++) known = known || (uint8_t)p[i * sizeof s + offsetof(stored_value, attr)] == number->attr;
    for (int i = 0; i < GEOM; i++) texts += h.length[i];
    size_t old_geom = h.length[GEOM], rest = bytes.len - sizeof h - values - texts - old_geom;
    h.length[GEOM] = (uint32_t)geom.len;
    h.values = (uint16_t)(h.values + !known);
    cim__buf_put(out, &h, sizeof h);
    cim__buf_put(out, p, values);
    if (!known) cim__buf_put(out, &s, sizeof s);
    cim__buf_put(out, p + values, texts);
    cim__buf_putstr(out, geom);
    cim__buf_put(out, p + values + texts + old_geom, rest);
}

/* ---- reading ---- */

typedef struct reader {
    const uint8_t *pos, *end;
    bool bad;
} reader;

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

static cim__str get_str(reader *r)
{
    uint64_t n = 0;
    if (!cim__get_varint(&r->pos, r->end, &n)) r->bad = true;
    return get_bytes(r, n);
}

static void get_raw(reader *r, void *out, size_t n)
{
    cim__str s = get_bytes(r, n);
    if (s.len == n) memcpy(out, s.ptr, n);
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

static bool take_value(cim__value *v, const stored_value *s, cim__str texts)
{
    if (s->attr >= CIM__ATTR_COUNT || s->rule >= CIM__RULE_COUNT) return false;
    *v = (cim__value){ .attr = s->attr, .rule = s->rule };
    switch (cim__attrs[s->attr].type) {
    case 'R': v->real = s->u.real; return true;
    case 'I': v->integer = s->u.integer; return true;
    default:
        if (s->u.integer < 0 || (uint64_t)s->u.integer + s->length > texts.len) return false;
        v->text = (cim__str){ texts.ptr + s->u.integer, s->length };
        return true;
    }
}

bool cim__record_get(cim__str bytes, cim__record *f)
{
    reader r = { (const uint8_t *)bytes.ptr, (const uint8_t *)bytes.ptr + bytes.len, false };
    cim__str *texts[TEXTS] = { &f->gid, &f->parent_gid, &f->valid_from, &f->valid_to, &f->attrs, &f->residue, &f->geom };
    head h = { .values = 0 };
    get_raw(&r, &h, sizeof h);
    if (r.bad || h.values > CIM__ATTR_COUNT || h.shapes > CIM__RECORD_SHAPES) return false;
    cim__str values = get_bytes(&r, h.values * sizeof(stored_value));
    for (int i = 0; i < TEXTS; i++) *texts[i] = get_bytes(&r, h.length[i]);
    cim__str value_texts = get_bytes(&r, h.value_texts);
    if (r.bad) return false;
    f->value_count = h.values;
    for (uint32_t i = 0; i < f->value_count; i++) {
        stored_value s;
        memcpy(&s, values.ptr + i * sizeof s, sizeof s);
        if (!take_value(&f->values[i], &s, value_texts)) return false;
    }
    f->shape_count = h.shapes;
    for (uint32_t i = 0; i < f->shape_count; i++) get_shape(&r, &f->shapes[i]);
    return !r.bad && r.pos == r.end;
}

void cim__record_patch(cim__buf *out, cim__str bytes, const cim__value *values, size_t count, cim__str attrs)
{
    reader r = { (const uint8_t *)bytes.ptr, (const uint8_t *)bytes.ptr + bytes.len, false };
    cim__str texts[TEXTS], old_values, value_texts;
    cim__value all[2 * CIM__ATTR_COUNT]; /* new ones first: they count */
    size_t n = count < CIM__ATTR_COUNT ? count : CIM__ATTR_COUNT, start = out->size;
    head h = { .values = 0 };
    get_raw(&r, &h, sizeof h);
    old_values = get_bytes(&r, h.values * sizeof(stored_value));
    for (int i = 0; i < TEXTS; i++) texts[i] = get_bytes(&r, h.length[i]);
    value_texts = get_bytes(&r, h.value_texts);
    if (n) memcpy(all, values, n * sizeof *all);
    for (size_t i = 0; i < h.values && i < CIM__ATTR_COUNT; i++) {
        stored_value s;
        memcpy(&s, old_values.ptr + i * sizeof s, sizeof s);
        n += take_value(&all[n], &s, value_texts);
    }
    texts[ATTRS] = attrs;
    h.length[ATTRS] = (uint32_t)attrs.len;
    cim__buf_put(out, &h, sizeof h);
    h.values = put_values(out, all, n, &h.value_texts);
    for (int i = 0; i < TEXTS; i++) cim__buf_putstr(out, texts[i]);
    put_value_texts(out, all, n);
    cim__buf_put(out, r.pos, (size_t)(r.end - r.pos));
    if (!out->failed) memcpy(out->data + start, &h, sizeof h);
}
