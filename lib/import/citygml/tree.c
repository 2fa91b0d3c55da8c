/* tree.c - making and walking trees of elements. */
#include "import/citygml/tree.h"

#include "core/num.h"

void cim__gtree_init(cim__gtree *t, cim__mem *mem, size_t limit)
{
    *t = (cim__gtree){ cim__buf_on(mem), cim__buf_on(mem), cim__buf_on(mem), cim__buf_on(mem), CIM_NONE, limit, 0 };
}

void cim__gtree_free(cim__gtree *t)
{
    cim__buf_free(&t->nodes);
    cim__buf_free(&t->attrs);
    cim__buf_free(&t->texts);
    cim__buf_free(&t->coords);
}

void cim__gtree_reset(cim__gtree *t)
{
    t->nodes.size = t->attrs.size = t->texts.size = t->coords.size = 0;
    t->open = CIM_NONE;
}

bool cim__gtree_ok(const cim__gtree *t) { return !t->nodes.failed && !t->attrs.failed && !t->texts.failed && !t->coords.failed; }

void cim__gtree_cut(cim__gtree *t, uint32_t node)
{
    if (node >= cim__gtree_count(t)) return;
    const cim__gnode *n = cim__gtree_node(t, node);
    t->attrs.size = (size_t)n->attr * sizeof(cim__gattr);
    t->nodes.size = (size_t)node * sizeof(cim__gnode);
    t->open = CIM_NONE;
}

/* ---- walking ---- */

cim__str cim__gtree_raw(const cim__gtree *t, const cim__gnode *n)
{
    if (n->flags & (CIM__GN_NUMBERS | CIM__GN_FOLDED) || !n->count) return (cim__str){ "", 0 };
    return (cim__str){ (const char *)t->texts.data + n->value, n->count };
}

cim__str cim__gtree_text(const cim__gtree *t, const cim__gnode *n) { return cim__str_trim(cim__gtree_raw(t, n)); }

cim__str cim__gtree_value(const cim__gtree *t, const cim__gattr *a)
{
    return a->size ? (cim__str){ (const char *)t->texts.data + a->value, a->size } : (cim__str){ "", 0 };
}

bool cim__gtree_attr(const cim__gtree *t, const cim__gnode *n, const char *local, cim__str *value_out)
{
    for (uint32_t i = 0; i < n->attr_count; i++) {
        const cim__gattr *a = &CIM__AT(&t->attrs, cim__gattr, n->attr + i);
        if (!cim__str_is(a->name->local, local)) continue;
        *value_out = cim__gtree_value(t, a);
        return true;
    }
    return false;
}

cim__str cim__gtree_id(const cim__gtree *t, const cim__gnode *n)
{
    for (uint32_t i = 0; i < n->attr_count; i++) {
        const cim__gattr *a = &CIM__AT(&t->attrs, cim__gattr, n->attr + i);
        if (a->name->local.len == 2 && (a->name->module == CIM__GML_GML || !a->name->prefix_len) && cim__str_is(a->name->local, "id")) return cim__str_trim(cim__gtree_value(t, a));
    }
    return (cim__str){ "", 0 };
}

uint32_t cim__gtree_child(const cim__gtree *t, uint32_t node, const char *local)
{
    CIM__GTREE_EACH(t, node, c)
    if (cim__str_is(cim__gtree_node(t, c)->name->local, local)) return c;
    return CIM_NONE;
}

uint32_t cim__gtree_first(const cim__gtree *t, uint32_t node)
{
    CIM__GTREE_EACH(t, node, c)
    return c;
    return CIM_NONE;
}

/* ---- making ---- */

static bool all_blank(const uint8_t *text, size_t size)
{
    for (size_t i = 0; i < size; i++)
        if (text[i] > ' ') return false;
    return true;
}

/* Blanks in front of the first child element are layout. */
static void drop_layout(cim__gtree *t, cim__gnode *n)
{
    if (!n->count || (size_t)n->value + n->count != t->texts.size || !all_blank(t->texts.data + n->value, n->count)) return;
    t->texts.size = n->value;
    n->count = 0;
}

cim_status cim__gtree_start(cim_ctx *ctx, cim__gtree *t, const cim__gname *name, uint32_t line)
{
    if (cim__gtree_bytes(t) > t->limit) return cim__fail(ctx, CIM_ELIMIT, "line %u: one member of the model is larger than %zu MiB", line, t->limit >> 20);
    uint32_t at = cim__gtree_count(t), parent = t->open;
    if (parent != CIM_NONE) drop_layout(t, cim__gtree_node(t, parent));
    cim__gnode *n = CIM__PUSH(&t->nodes, cim__gnode);
    if (!n) return cim__nomem(ctx);
    *n = (cim__gnode){ .name = name, .parent = parent, .end = at + 1, .line = line, .elements = name ? 1 : 0, .attr = (uint32_t)CIM__COUNT(&t->attrs, cim__gattr), .shape = CIM_NONE };
    n->value = (uint32_t)t->texts.size;
    if (parent != CIM_NONE) {
        const cim__gnode *p = cim__gtree_node(t, parent);
        n->srs = p->srs;
        n->dim = p->dim;
    }
    t->open = at;
    return CIM_OK;
}

void cim__gtree_add_attr(cim__gtree *t, const cim__gname *name, cim__str value)
{
    cim__gattr *a = CIM__PUSH(&t->attrs, cim__gattr);
    if (!a) return;
    *a = (cim__gattr){ name, (uint32_t)t->texts.size, (uint32_t)value.len };
    cim__buf_putstr(&t->texts, value);
    cim__gnode *n = cim__gtree_node(t, t->open);
    n->attr_count++;
    n->value = (uint32_t)t->texts.size;
}

/* Text after a child element becomes a node of its own. */
static void add_stray_text(cim__gtree *t, cim__str text)
{
    uint32_t open = t->open, last = cim__gtree_count(t) - 1;
    cim__gnode *n = cim__gtree_node(t, last);
    if (!n->name && n->parent == open && (size_t)n->value + n->count == t->texts.size) {
        cim__buf_putstr(&t->texts, text);
        n->count += (uint32_t)text.len;
        return;
    }
    if (all_blank((const uint8_t *)text.ptr, text.len)) return;
    cim__gnode *stray = CIM__PUSH(&t->nodes, cim__gnode);
    if (!stray) return;
    *stray = (cim__gnode){ .parent = open, .end = last + 2, .line = cim__gtree_node(t, open)->line, .attr = (uint32_t)CIM__COUNT(&t->attrs, cim__gattr), .shape = CIM_NONE,
                           .value = (uint32_t)t->texts.size, .count = (uint32_t)text.len };
    cim__buf_putstr(&t->texts, text);
}

void cim__gtree_add_text(cim__gtree *t, cim__str text)
{
    if (t->open == CIM_NONE || !text.len || t->texts.size + text.len >= UINT32_MAX) return;
    if (cim__gtree_count(t) != t->open + 1) {
        add_stray_text(t, text);
        return;
    }
    cim__gnode *n = cim__gtree_node(t, t->open);
    cim__buf_putstr(&t->texts, text);
    n->count += (uint32_t)text.len;
}

/* ---- coordinates ---- */

static inline bool is_blank(char c) { return (unsigned char)c <= ' '; }

/* Blank-separated numbers to the end of coords; false and nothing added when there is anything else. */
static bool read_positions(cim__buf *coords, cim__str text)
{
    const char *p = text.ptr, *end = p + text.len;
    size_t before = coords->size;
    while (true) {
        while (p < end && is_blank(*p)) p++;
        if (p == end) return true;
        double v;
        const char *next = cim__read_double(p, end, &v);
        if (!next || (next < end && !is_blank(*next)) || !(v > -1e300 && v < 1e300)) break;
        double *to = CIM__PUSH(coords, double);
        if (!to) return true; /* out of memory shows in the buffer */
        *to = v;
        p = next;
    }
    coords->size = before;
    return false;
}

typedef struct separators {
    char decimal, coordinate, tuple;
} separators;

static char separator(const cim__gtree *t, const cim__gnode *n, const char *name, char standard)
{
    cim__str s;
    return cim__gtree_attr(t, n, name, &s) && s.len == 1 ? s.ptr[0] : standard;
}

/* One number up to the next separator, with '.' for the decimal sign; NULL when there is none. */
static const char *read_number(const char *p, const char *end, const separators *sep, double *value)
{
    char number[64];
    size_t n = 0;
    for (; p < end && !is_blank(*p) && *p != sep->coordinate && *p != sep->tuple && n < sizeof number; p++) number[n++] = *p == sep->decimal ? '.' : *p;
    return n && cim__read_double(number, number + n, value) == number + n ? p : NULL;
}

/* gml:coordinates (GML 2): "1.5,2.5,0 3,4,0", with attributes that say otherwise.  *dim is the numbers of the first tuple. */
static bool read_coordinates(cim__buf *coords, cim__str text, const separators *sep, uint8_t *dim)
{
    const char *p = text.ptr, *end = p + text.len;
    size_t before = coords->size, in_tuple = 0;
    *dim = 0;
    for (;;) {
        double v;
        while (p < end && is_blank(*p)) p++;
        if (p == end) return true;
        p = read_number(p, end, sep, &v);
        double *to = p ? CIM__PUSH(coords, double) : NULL;
        if (!to) break;
        *to = v;
        in_tuple++;
        while (p < end && is_blank(*p) && *p != sep->tuple) p++; /* blanks before a comma */
        bool more = p < end && *p == sep->coordinate;
        if (!more && !*dim) *dim = (uint8_t)(in_tuple < 4 ? in_tuple : 0);
        if (p < end && (more || *p == sep->tuple)) p++;
    }
    coords->size = before;
    return coords->failed;
}

static void read_numbers(cim__gtree *t, cim__gnode *n)
{
    cim__str raw = cim__gtree_raw(t, n);
    uint8_t dim = 0;
    size_t first = CIM__COUNT(&t->coords, double);
    separators sep = { '.', ',', ' ' };
    bool old = n->name->kind == CIM__G_COORDINATES;
    if (old) sep = (separators){ separator(t, n, "decimal", '.'), separator(t, n, "cs", ','), separator(t, n, "ts", ' ') };
    bool ok = old ? read_coordinates(&t->coords, raw, &sep, &dim) : read_positions(&t->coords, raw);
    if (!ok || first >= UINT32_MAX) return;
    if (dim) n->dim = dim;
    t->texts.size = n->value; /* the text is the last thing that was added */
    n->flags |= CIM__GN_NUMBERS;
    n->value = (uint32_t)first;
    n->count = (uint32_t)(CIM__COUNT(&t->coords, double) - first);
}

/* ---- folding ---- */

/* Numbers a vertex, when nobody says: what divides, what closes the ring, what is usual in the file. */
static uint8_t guess_dim(const double *c, uint32_t count, bool ring, uint8_t standard)
{
    bool two = count % 2 == 0, three = count % 3 == 0;
    bool closes2 = ring && two && c[0] == c[count - 2] && c[1] == c[count - 1];
    bool closes3 = ring && three && c[0] == c[count - 3] && c[1] == c[count - 2] && c[2] == c[count - 1];
    if (closes2 != closes3) return closes2 ? 2 : 3;
    if (three && (!two || standard != 2)) return 3;
    return two && !(ring && standard == 3) ? 2 : 0; /* a ring that is neither closed nor of the usual dimension is damaged */
}

/* The numbers below a ring, line or point, when there is nothing else: they lie one behind the other in coords. */
typedef struct numbers {
    uint32_t first, count, elements;
    uint16_t srs;
    uint8_t dim; /* 0: not said */
} numbers;

static bool add_numbers(const cim__gnode *child, numbers *f)
{
    bool point = child->name->kind == CIM__G_POINT && child->flags & CIM__GN_FOLDED;
    if (!point && !(child->flags & CIM__GN_NUMBERS)) return false;
    bool one = point || (child->count < 4 && cim__str_is(child->name->local, "pos")); /* says its dimension by itself */
    uint8_t dim = point ? child->dim : one ? (uint8_t)child->count : child->dim;
    if (!f->count) {
        f->first = child->value;
        f->srs = child->srs;
        if (dim) f->dim = dim;
    } else if (child->srs != f->srs || (one && dim != f->dim)) {
        return false;
    }
    f->count += point ? child->count * child->dim : child->count;
    return true;
}

static bool only_numbers(const cim__gtree *t, uint32_t at, numbers *f)
{
    for (uint32_t c = at + 1; c < cim__gtree_count(t); c++) {
        const cim__gnode *child = cim__gtree_node(t, c);
        if (!child->name) return false;
        f->elements += child->elements;
        if (child->name->kind == CIM__G_POINT_PROPERTY && child->end == c + 2 && !child->attr_count) continue;
        if (!add_numbers(child, f)) return false;
    }
    return f->count > 0;
}

static void fold(cim__gtree *t, uint32_t at)
{
    cim__gnode *n = cim__gtree_node(t, at);
    numbers f = { .dim = n->dim };
    bool ring = cim__str_is(n->name->local, "LinearRing");
    if (!only_numbers(t, at, &f)) return;
    const double *c = &CIM__AT(&t->coords, double, f.first);
    if ((f.dim != 2 && f.dim != 3) || f.count % f.dim) f.dim = guess_dim(c, f.count, ring, t->dim); /* not said, or it cannot be */
    if (!f.dim || f.count % f.dim) return;
    n->srs = f.srs;
    n->flags |= CIM__GN_FOLDED;
    n->value = f.first;
    n->count = f.count / f.dim;
    n->dim = f.dim;
    n->elements += f.elements;
    n->end = at + 1;
    t->attrs.size = ((size_t)n->attr + n->attr_count) * sizeof(cim__gattr);
    t->nodes.size = ((size_t)at + 1) * sizeof(cim__gnode);
}

void cim__gtree_end(cim__gtree *t)
{
    uint32_t at = t->open;
    if (at == CIM_NONE || !cim__gtree_ok(t)) return;
    cim__gnode *n = cim__gtree_node(t, at);
    n->end = cim__gtree_count(t);
    if (n->end > at + 1) {
        drop_layout(t, n);
        if (n->name->kind == CIM__G_LINE || n->name->kind == CIM__G_ARC || n->name->kind == CIM__G_POINT) fold(t, at);
    } else if (n->name->kind == CIM__G_POSITIONS || n->name->kind == CIM__G_COORDINATES) {
        read_numbers(t, n);
    }
    t->open = cim__gtree_node(t, at)->parent;
}

/* ---- copying ---- */

cim_status cim__gtree_copy(cim_ctx *ctx, cim__gtree *to, const cim__gtree *from, uint32_t node, uint32_t *copy_out)
{
    uint32_t base = cim__gtree_count(to), end = cim__gtree_node(from, node)->end;
    for (uint32_t i = node; i < end; i++) {
        const cim__gnode *n = cim__gtree_node(from, i);
        cim__gnode *c = CIM__PUSH(&to->nodes, cim__gnode);
        if (!c) return cim__nomem(ctx);
        *c = *n;
        c->parent = i == node ? CIM_NONE : n->parent - node + base;
        c->end = n->end - node + base;
        c->attr = (uint32_t)CIM__COUNT(&to->attrs, cim__gattr);
        c->fate = 0;
        c->shape = CIM_NONE;
        for (uint32_t a = 0; a < n->attr_count; a++) {
            const cim__gattr *attr = &CIM__AT(&from->attrs, cim__gattr, n->attr + a);
            cim__gattr copy = { attr->name, (uint32_t)to->texts.size, attr->size };
            cim__buf_putstr(&to->texts, cim__gtree_value(from, attr));
            cim__buf_put(&to->attrs, &copy, sizeof copy);
        }
        bool coords = n->flags & (CIM__GN_NUMBERS | CIM__GN_FOLDED);
        size_t doubles = n->flags & CIM__GN_FOLDED ? (size_t)n->count * n->dim : n->count;
        c->value = (uint32_t)(coords ? CIM__COUNT(&to->coords, double) : to->texts.size);
        if (coords) cim__buf_put(&to->coords, cim__gtree_coords(from, n), doubles * sizeof(double));
        else cim__buf_putstr(&to->texts, cim__gtree_raw(from, n));
    }
    if (!cim__gtree_ok(to)) return cim__nomem(ctx);
    *copy_out = base;
    return CIM_OK;
}

const char *cim__gfate_text(cim__gfate fate)
{
    static const char *const texts[CIM__GFATES] = { "?", "object", "surface", "geometry", "attribute", "relation", "structure", "residue", "bounding box, follows from the geometry", "empty", "in the damaged part of the file" };
    return texts[fate];
}
