/* ends.c - strands and the points they end at: an object that is stated, a node number, or a place. */
#include "utility/utility.h"

#include <math.h>

/* ---- points ---- */

cim_status cim__u_point(cim_ctx *ctx, cim__umaker *m, uint32_t object, uint8_t domain, uint8_t bits, double x, double y, uint32_t *point_out)
{
    size_t n = CIM__COUNT(&m->points, cim__upoint);
    if (n >= CIM_TRACE_MAX_NODES * 2u) return cim__fail(ctx, CIM_ELIMIT, "too many ends of utility lines");
    cim__upoint *p = CIM__PUSH(&m->points, cim__upoint);
    if (!p) return cim__nomem(ctx);
    if (isnan(x) || isnan(y)) bits &= (uint8_t)~CIM__U_POINT_PLACE;
    *p = (cim__upoint){ object, 0, domain, bits, x, y };
    *point_out = (uint32_t)n;
    cim__buf_put(&m->up, point_out, sizeof *point_out);
    return m->up.failed ? cim__nomem(ctx) : CIM_OK;
}

uint32_t cim__u_root(cim__umaker *m, uint32_t point)
{
    uint32_t *up = (uint32_t *)(void *)m->up.data;
    while (up[point] != point) point = up[point] = up[up[point]];
    return point;
}

void cim__u_unite(cim__umaker *m, uint32_t a, uint32_t b)
{
    a = cim__u_root(m, a);
    b = cim__u_root(m, b);
    if (a != b) CIM__AT(&m->up, uint32_t, a > b ? a : b) = a < b ? a : b;
}

cim_status cim__u_instance(cim_ctx *ctx, cim__umaker *m, uint32_t object, uint8_t domain, uint32_t *point_out)
{
    uint64_t key = (uint64_t)object << 8 | domain;
    uint32_t p = cim__map_get(&m->instance, key);
    const cim__uthing *t = cim__thing_of(m, object);
    if (p == CIM_NONE) {
        bool place = t && t->bits & CIM__U_PLACE;
        CIM__TRY(cim__u_point(ctx, m, object, domain, place ? CIM__U_POINT_PLACE : 0, place ? t->x : NAN, place ? t->y : NAN, &p));
        if (!cim__map_put(&m->instance, key, p)) return cim__nomem(ctx);
    }
    *point_out = p;
    return CIM_OK;
}

/* Without a place of its own a stated node is where the first line ends at it. */
static void place_point(cim__umaker *m, uint32_t point, const double *xy)
{
    cim__upoint *p = CIM__POINT(m, point);
    if (p->bits & CIM__U_POINT_PLACE || !xy) return;
    p->x = xy[0];
    p->y = xy[1];
    p->bits |= CIM__U_POINT_PLACE;
}

/* ---- strands ---- */

static cim_status put_strand(cim_ctx *ctx, cim__umaker *m, uint32_t object, uint32_t thing, cim__upart part, uint8_t domain, uint32_t a, uint32_t b)
{
    if (cim__strand_count(m) >= m->options.max_elements) return cim__fail(ctx, CIM_ELIMIT, "more than %u utility lines", m->options.max_elements);
    cim__ustrand *s = CIM__PUSH(&m->strands, cim__ustrand);
    if (!s) return cim__nomem(ctx);
    *s = (cim__ustrand){ object, thing, CIM_NONE, part.first, part.count, { a, b }, domain, 0 }; /* points: objects, until they are known */
    return CIM_OK;
}

static cim_status default_domain(cim_ctx *ctx, cim__umaker *m, uint8_t *domain)
{
    return *domain == CIM__U_UNSAID ? cim__u_domain(ctx, m, CIM__STR(""), domain) : CIM_OK;
}

static bool wanted(const cim__umaker *m, uint8_t domain)
{
    return !m->options.network || cim__str_is(m->u->domains.texts[domain], m->options.network);
}

static cim_status strands_of(cim_ctx *ctx, cim__umaker *m, uint32_t thing)
{
    cim__uthing *t = CIM__THING(m, thing);
    if (!(t->bits & CIM__U_LINE) || t->bits & CIM__U_OWNER) return CIM_OK;
    CIM__TRY(default_domain(ctx, m, &t->domain));
    if (!wanted(m, t->domain)) t->bits |= CIM__U_LEFT_OUT;
    if (t->bits & CIM__U_LEFT_OUT) return CIM_OK;
    const bool from = t->end_object[0] != CIM_NONE || t->number[0] != INT64_MIN, to = t->end_object[1] != CIM_NONE || t->number[1] != INT64_MIN;
    if (!t->vertex_parts && from && to) return put_strand(ctx, m, t->object, thing, (cim__upart){ 0, 0 }, t->domain, t->end_object[0], t->end_object[1]);
    if (!t->vertex_parts) return cim__u_found(ctx, m, CIM_UTILITY_NO_PLACE, t->object, CIM_NONE, CIM_NONE, t->x, t->y, NAN);
    for (uint32_t i = 0; i < t->vertex_parts; i++) {
        cim__upart part = CIM__AT(&m->parts, cim__upart, t->first_part + i);
        CIM__TRY(put_strand(ctx, m, t->object, thing, part, t->domain, i ? CIM_NONE : t->end_object[0], i + 1 < t->vertex_parts ? CIM_NONE : t->end_object[1]));
    }
    return CIM_OK;
}

/* ---- links between nodes ---- */

static uint32_t owner_at(const cim__umaker *m, uint32_t object)
{
    uint32_t parent = m->city->parent[object];
    return parent == CIM_NONE ? CIM_NONE : cim__map_get(&m->owner_of, parent);
}

static bool is_node(const cim__uthing *t) { return t && !(t->bits & (CIM__U_LINE | CIM__U_OWNER)); }

/* Within one graph a link is of the feature that owns it. */
static cim_status link_strand(cim_ctx *ctx, cim__umaker *m, const cim__uconnect *c)
{
    const cim__uthing *a = cim__thing_of(m, c->from), *b = cim__thing_of(m, c->to);
    uint32_t object = CIM_NONE, owner = owner_at(m, c->from);
    if (!is_node(a) || !is_node(b) || (c->kind != CIM__U_END_LINK && c->kind != CIM__U_END_NONE)) return CIM_OK;
    if (owner == CIM_NONE || m->city->parent[c->from] != m->city->parent[c->to]) owner = CIM_NONE;
    if (c->kind == CIM__U_END_LINK) CIM__TRY(cim__u_find(ctx, m, c->id, &object));
    if (c->kind == CIM__U_END_LINK && object == CIM_NONE) CIM__TRY(cim__u_found(ctx, m, CIM_UTILITY_NO_END, c->from, c->to, CIM_NONE, a->x, a->y, NAN));
    uint8_t domain = a->domain != CIM__U_UNSAID ? a->domain : b->domain;
    if (object != CIM_NONE && !cim__map_put(&m->link_strand, object, cim__strand_count(m))) return cim__nomem(ctx);
    cim__uthing *link = object == CIM_NONE ? NULL : cim__thing_of(m, object);
    if (link) link->bits |= CIM__U_OWNER; /* its links stand for it */
    const uint32_t drawn = object;
    if (owner != CIM_NONE) object = CIM__THING(m, owner)->object;
    CIM__TRY(default_domain(ctx, m, &domain));
    if (!wanted(m, domain)) return CIM_OK;
    uint32_t thing = owner != CIM_NONE ? owner : link ? m->thing_of[object] : CIM_NONE;
    cim__uthing *node[] = { cim__thing_of(m, c->from), cim__thing_of(m, c->to) };
    for (int e = 0; e < 2; e++) node[e]->bits |= CIM__U_STATED_END;
    CIM__TRY(put_strand(ctx, m, object, thing, (cim__upart){ 0, 0 }, domain, c->from, c->to));
    CIM__STRAND(m, cim__strand_count(m) - 1)->link = drawn;
    return CIM_OK;
}

static bool same_place(const double *a, double x, double y) { return fabs(a[0] - x) <= 1e-6 && fabs(a[1] - y) <= 1e-6; }

/* The drawing of a link, from its `from` node on. */
static cim_status see_link(cim_ctx *ctx, const cim__object *o, void *user)
{
    cim__umaker *m = user;
    uint32_t i = cim__map_get(&m->link_strand, o->id);
    int32_t srid;
    if (i == CIM_NONE || !o->geom.len) return CIM_OK;
    cim__ustrand *s = CIM__STRAND(m, i);
    CIM__TRY(cim__gaia_get(ctx, o->geom, &m->geom, &srid));
    cim_geom g = cim__gbuild_view(&m->geom);
    if (cim__geom_base(g.type) != CIM_GEOM_LINESTRING || g.ring_count != 1 || g.vertex_count < 2) return CIM_OK;
    size_t first = CIM__COUNT(&m->xy, double) / 2;
    const cim__uthing *a = cim__thing_of(m, s->point[0]), *b = cim__thing_of(m, s->point[1]);
    const double *start = g.coords, *end = g.coords + (size_t)(g.vertex_count - 1) * (size_t)g.dim;
    bool turned = a && b && ((same_place(end, a->x, a->y) && !same_place(start, a->x, a->y)) || (same_place(start, b->x, b->y) && !same_place(end, b->x, b->y)));
    for (uint32_t v = 0; v < g.vertex_count; v++) {
        const double *p = g.coords + (size_t)(turned ? g.vertex_count - 1 - v : v) * (size_t)g.dim;
        if (!cim__u_number(p[0]) || !cim__u_number(p[1])) {
            m->xy.size = 2 * first * sizeof(double);
            return cim__u_found(ctx, m, CIM_UTILITY_BAD_VALUE, o->id, CIM_NONE, CIM_NONE, NAN, NAN, NAN);
        }
        cim__buf_put(&m->xy, p, 2 * sizeof *p);
    }
    s->first = (uint32_t)first;
    s->count = g.vertex_count;
    return m->xy.failed ? cim__nomem(ctx) : first + g.vertex_count > 0xf0000000u ? cim__fail(ctx, CIM_ELIMIT, "too many vertices of utility lines") : CIM_OK;
}

static cim_status draw_links(cim_ctx *ctx, cim__umaker *m)
{
    const cim__columns columns = { .geom = true };
    bool wanted[CIM__LAYER_COUNT] = { false };
    for (uint32_t id = 0; id <= m->city->max_id && m->link_strand.count; id++)
        if (cim__city_has(m->city, id) && cim__map_get(&m->link_strand, id) != CIM_NONE) wanted[m->city->layer[id]] = true;
    for (int l = 0; l < CIM__LAYER_COUNT; l++)
        if (wanted[l] && l != CIM__L_NONSPATIAL) CIM__TRY(cim__u_scan(ctx, m, (cim__layer_id)l, &columns, see_link, m));
    return CIM_OK;
}

/* ---- in the order of objects ---- */

static cim_status sort_strands(cim_ctx *ctx, cim__umaker *m)
{
    size_t n = cim__strand_count(m);
    cim__keyed *order = cim__alloc_n(ctx->mem, 2 * n + 1, sizeof *order);
    cim__ustrand *sorted = cim__alloc_n(ctx->mem, n + 1, sizeof *sorted);
    cim_status st = order && sorted ? CIM_OK : cim__nomem(ctx);
    for (size_t i = 0; i < n && st >= 0; i++) order[i] = (cim__keyed){ CIM__STRAND(m, i)->object, (uint32_t)i, 0 };
    if (st >= 0 && n) {
        cim__sort_keyed(order, order + n, n);
        for (size_t i = 0; i < n; i++) sorted[i] = *CIM__STRAND(m, order[i].id);
        memcpy(m->strands.data, sorted, n * sizeof *sorted);
    }
    for (size_t i = 0; i < n && st >= 0; i++) {
        if (sorted[i].thing == CIM_NONE) continue;
        cim__uthing *t = CIM__THING(m, sorted[i].thing);
        if (!t->strand_count++) t->first_strand = (uint32_t)i;
    }
    cim__free(ctx->mem, order);
    cim__free(ctx->mem, sorted);
    return st;
}

/* ---- points of ends ---- */

static cim_status numbered(cim_ctx *ctx, cim__umaker *m, int64_t number, uint8_t domain, uint32_t *point_out)
{
    uint32_t object = cim__map_get(&m->osm_node, (uint64_t)number);
    const cim__uthing *t = object == CIM_NONE ? NULL : cim__thing_of(m, object);
    if (t && is_node(t)) {
        CIM__THING(m, m->thing_of[object])->bits |= CIM__U_STATED_END;
        return cim__u_instance(ctx, m, object, domain, point_out);
    }
    uint64_t key = (uint64_t)number << 8 | domain;
    uint32_t p = cim__map_get(&m->number_point, key);
    if (p == CIM_NONE) {
        CIM__TRY(cim__u_point(ctx, m, CIM_NONE, domain, CIM__U_POINT_NUMBER, NAN, NAN, &p));
        if (!cim__map_put(&m->number_point, key, p)) return cim__nomem(ctx);
    }
    *point_out = p;
    return CIM_OK;
}

static cim_status end_of(cim_ctx *ctx, cim__umaker *m, uint32_t strand, int end)
{
    cim__ustrand *s = CIM__STRAND(m, strand);
    const cim__uthing *t = s->thing == CIM_NONE ? NULL : CIM__THING(m, s->thing);
    const bool outer = t && s->count && (end ? strand + 1 == t->first_strand + t->strand_count : strand == t->first_strand);
    const double *xy = s->count ? cim__strand_xy(m, s) + (end ? 2 * (size_t)(s->count - 1) : 0) : NULL;
    uint32_t object = s->point[end], point;
    if (object != CIM_NONE) CIM__TRY(cim__u_instance(ctx, m, object, s->domain, &point));
    else if (t && (outer || !s->count) && t->number[end] != INT64_MIN) CIM__TRY(numbered(ctx, m, t->number[end], s->domain, &point));
    else {
        CIM__TRY(cim__u_point(ctx, m, CIM_NONE, s->domain, CIM__U_POINT_END | CIM__U_POINT_PLACE, xy[0], xy[1], &point));
        s->placed |= (uint8_t)(1u << end);
        CIM__POINT(m, point)->end = strand << 1 | (uint32_t)end;
    }
    s->point[end] = point;
    if (!(s->placed >> end & 1)) CIM__POINT(m, point)->bits |= CIM__U_POINT_STATED;
    place_point(m, point, xy);
    return CIM_OK;
}

/* Nodes whose commodity is known are somewhere even when nothing meets them. */
static cim_status known_nodes(cim_ctx *ctx, cim__umaker *m)
{
    uint32_t point;
    for (size_t i = 0; i < cim__thing_count(m); i++) {
        cim__uthing *t = CIM__THING(m, i);
        if (t->domain != CIM__U_UNSAID && !wanted(m, t->domain)) t->bits |= CIM__U_LEFT_OUT;
        else if (is_node(t) && !(t->bits & CIM__U_ON_LINE) && t->domain != CIM__U_UNSAID) CIM__TRY(cim__u_instance(ctx, m, t->object, t->domain, &point));
    }
    return CIM_OK;
}

cim_status cim__u_ends(cim_ctx *ctx, cim__umaker *m)
{
    for (size_t i = 0; i < CIM__COUNT(&m->connects, cim__uconnect); i++) CIM__TRY(link_strand(ctx, m, &CIM__AT(&m->connects, cim__uconnect, i)));
    for (uint32_t i = 0; i < cim__thing_count(m); i++) CIM__TRY(strands_of(ctx, m, i));
    CIM__TRY(draw_links(ctx, m));
    CIM__TRY(sort_strands(ctx, m));
    CIM__TRY(known_nodes(ctx, m));
    for (uint32_t i = 0; i < cim__strand_count(m); i++)
        for (int end = 0; end < 2; end++) CIM__TRY(end_of(ctx, m, i, end));
    return CIM_OK;
}
