/* works.c - from streets, areas and objects of networks to what is out of service: elements, devices, and edges closed for traffic.
 *
 * A street that is dug up is its line, widened to both sides.  At a crossing it ends a little earlier, so that pipes that only pass its end in
 * the other street are left alone; where two closed streets meet, and at dead ends, it does not. */
#include "impact/impact.h"

#include <math.h>

enum { CORNERS = 2, SAMPLES = 9 }; /* widths left at a crossing; places of a line from which the street above is looked for */

bool cim__impact_put(cim__buf *list, uint32_t value)
{
    uint32_t *at = CIM__PUSH(list, uint32_t);
    if (at) *at = value;
    return at != NULL;
}

cim_status cim__impact_unique(cim_ctx *ctx, cim_impact_query *q, cim__buf *list, size_t first)
{
    size_t count = CIM__COUNT(list, uint32_t), kept = first;
    if (list->failed) return cim__nomem(ctx);
    if (count <= first + 1) return CIM_OK;
    uint32_t *at = (uint32_t *)(void *)list->data;
    q->sorted.size = 0;
    cim__keyed *items = cim__buf_extend(&q->sorted, 2 * (count - first) * sizeof *items);
    if (!items) return cim__nomem(ctx);
    for (size_t i = first; i < count; i++) items[i - first] = (cim__keyed){ at[i], at[i], 0 };
    cim__sort_keyed(items, items + (count - first), count - first);
    for (size_t i = 0; i < count - first; i++)
        if (!i || items[i].id != items[i - 1].id) at[kept++] = items[i].id;
    list->size = kept * sizeof *at;
    return CIM_OK;
}

/* ---- elements and devices of objects ---- */

cim_status cim__impact_elements(cim_ctx *ctx, const cim_impact *m, uint32_t object, cim__buf *list)
{
    size_t room = 16, count = 0;
    if (!m->utility) return CIM_OK;
    for (;;) {
        size_t at = list->size;
        uint32_t *to = cim__buf_extend(list, room * sizeof *to);
        if (!to) return cim__nomem(ctx);
        list->size = at;
        CIM__TRY(cim_utility_elements(ctx, m->utility, object, to, room, &count));
        if (count > room) room = count;
        else break;
    }
    list->size += count * sizeof(uint32_t);
    return CIM_OK;
}

cim_status cim__impact_devices(cim_ctx *ctx, const cim_impact *m, uint32_t object, cim__buf *list)
{
    size_t room = 16, count = 0;
    if (!m->utility) return CIM_OK;
    for (;;) {
        size_t at = list->size;
        uint32_t *to = cim__buf_extend(list, room * sizeof *to);
        if (!to) return cim__nomem(ctx);
        list->size = at;
        CIM__TRY(cim_utility_devices(ctx, m->utility, object, to, room, &count));
        if (count > room) room = count;
        else break;
    }
    list->size += count * sizeof(uint32_t);
    return CIM_OK;
}

/* What serves a building belongs to its supply, not to it: only elements that are the object. */
static bool is_of(const cim_impact *m, uint32_t element, uint32_t object)
{
    return (element < m->view.node_count ? m->view.node_object[element] : m->view.edge_object[element - m->view.node_count]) == object;
}

/* Several objects may share a node. */
static bool is_or_shares(const cim_impact *m, uint32_t element, uint32_t object)
{
    size_t count = 0;
    if (is_of(m, element, object)) return true;
    const cim_utility_service *s = cim_utility_services(m->utility, element, &count);
    for (size_t i = 0; i < count; i++)
        if (s[i].object == object) return false;
    return element < m->view.node_count;
}

cim_status cim__impact_own(cim_ctx *ctx, const cim_impact *m, uint32_t object, cim__buf *list)
{
    size_t kept = CIM__COUNT(list, uint32_t), from = kept;
    CIM__TRY(cim__impact_elements(ctx, m, object, list));
    for (size_t i = from; i < CIM__COUNT(list, uint32_t); i++) {
        uint32_t x = CIM__AT(list, uint32_t, i);
        if (is_or_shares(m, x, object) && !m->is_power[cim__impact_domain(m, x)]) CIM__AT(list, uint32_t, kept++) = x;
    }
    list->size = kept * sizeof(uint32_t);
    return CIM_OK;
}

static cim_status own_elements(cim_ctx *ctx, const cim_impact *m, uint32_t object, cim__buf *list)
{
    size_t kept = CIM__COUNT(list, uint32_t), from = kept;
    CIM__TRY(cim__impact_elements(ctx, m, object, list));
    for (size_t i = from; i < CIM__COUNT(list, uint32_t); i++)
        if (is_or_shares(m, CIM__AT(list, uint32_t, i), object)) CIM__AT(list, uint32_t, kept++) = CIM__AT(list, uint32_t, i);
    list->size = kept * sizeof(uint32_t);
    return CIM_OK;
}

/* ---- what lies in a geometry ---- */

static cim_status hit_within(cim_ctx *ctx, cim__impact_ask *a, const cim_geom *geom, double distance_m)
{
    const cim_impact *m = a->impact;
    cim__buf *list = &a->q->scratch;
    size_t room = 256, count = 0;
    if (!m->utility || a->what.flags & CIM_IMPACT_KEEP_SUPPLY) return CIM_OK;
    for (;;) {
        list->size = 0;
        uint32_t *to = cim__buf_extend(list, room * sizeof *to);
        if (!to) return cim__nomem(ctx);
        CIM__TRY(cim_utility_within(ctx, m->utility, geom, distance_m, to, room, &count));
        if (count > room) room = count;
        else break;
    }
    for (size_t i = 0; i < count; i++) {
        uint32_t x = CIM__AT(list, uint32_t, i), object = cim_utility_element_object(m->utility, x);
        if (object <= m->city->max_id && m->overhead[object]) continue;
        if (!cim__impact_put(&a->q->hits, x) || !cim__impact_put(&a->q->faults, x)) return cim__nomem(ctx);
    }
    return CIM_OK;
}

/* ---- streets ---- */

static cim_status close_edge(cim_ctx *ctx, cim__impact_ask *a, uint32_t edge, uint32_t work)
{
    cim_impact_query *q = a->q;
    if (q->by_edge[edge]) return CIM_OK;
    if (!cim__impact_put(&q->edges, edge)) return cim__nomem(ctx);
    q->by_edge[edge] = 1 + work;
    return cim__impact_put(&q->streets, edge) ? CIM_OK : cim__nomem(ctx);
}

/* How much is left at an end of an edge: nothing where no other street goes on. */
static double corner(const cim__impact_ask *a, uint32_t edge, uint32_t junction, uint32_t work)
{
    const cim_net *net = a->impact->net;
    bool others = false;
    for (uint32_t i = net->first_out[junction]; i < net->first_out[junction + 1]; i++) {
        uint32_t e = net->out_link[i] >> 1;
        if (e == edge) continue;
        if (a->q->by_edge[e] == 1 + work) return 0.0;
        others = true;
    }
    double left = CORNERS * ((double)a->impact->half_m[edge] + a->what.margin_m), most = 0.25 * net->edge_length_m[edge];
    return !others ? 0.0 : left < most ? left : most;
}

/* The part of an edge's line between two distances from its start, in q->more. */
static cim_geom cut_line(const cim_net *net, uint32_t edge, double from_m, double to_m, cim__buf *out, uint32_t ends[2])
{
    const double *p = net->xy + 2 * (size_t)net->first_vertex[edge];
    size_t count = net->first_vertex[edge + 1] - net->first_vertex[edge];
    double at = 0.0;
    out->size = 0;
    for (size_t i = 0; i + 1 < count; i++, p += 2) {
        double length = hypot(p[2] - p[0], p[3] - p[1]), next = at + length;
        if (next >= from_m && at <= to_m && length > 0.0) {
            double t0 = from_m > at ? (from_m - at) / length : 0.0, t1 = to_m < next ? (to_m - at) / length : 1.0;
            const double first[2] = { p[0] + t0 * (p[2] - p[0]), p[1] + t0 * (p[3] - p[1]) }, last[2] = { p[0] + t1 * (p[2] - p[0]), p[1] + t1 * (p[3] - p[1]) };
            if (!out->size) cim__buf_put(out, first, sizeof first);
            cim__buf_put(out, last, sizeof last);
        }
        at = next;
    }
    if (!out->size) { /* all at one place */
        p = net->xy + 2 * (size_t)net->first_vertex[edge];
        for (int i = 0; i < 2; i++) cim__buf_put(out, p, 2 * sizeof *p);
    }
    uint32_t vertices = (uint32_t)(out->size / (2 * sizeof(double)));
    ends[0] = vertices;
    ends[1] = 1;
    return (cim_geom){ CIM_GEOM_LINESTRING, 2, vertices, 1, 1, 0, (const double *)(const void *)out->data, &ends[0], &ends[1] };
}

static cim_status dig_edge(cim_ctx *ctx, cim__impact_ask *a, uint32_t edge, uint32_t work)
{
    const cim_net *net = a->impact->net;
    uint32_t ends[2];
    if (!a->impact->utility || a->what.flags & CIM_IMPACT_KEEP_SUPPLY) return CIM_OK;
    double from = corner(a, edge, net->edge_from[edge], work), to = net->edge_length_m[edge] - corner(a, edge, net->edge_to[edge], work);
    cim_geom line = cut_line(net, edge, from, to, &a->q->more, ends);
    if (a->q->more.failed) return cim__nomem(ctx);
    return hit_within(ctx, a, &line, (double)a->impact->half_m[edge] + a->what.margin_m);
}

static bool is_street(const cim__impact_ask *a, uint32_t object) { return cim_net_find(a->impact->net, object) != CIM_NONE; }

static cim_status close_street(cim_ctx *ctx, cim__impact_ask *a, uint32_t object, uint32_t work)
{
    const cim_net *net = a->impact->net;
    for (uint32_t e = cim_net_find(net, object); e < net->edge_count && net->edge_object[e] == object; e++) CIM__TRY(close_edge(ctx, a, e, work));
    return CIM_OK;
}

/* ---- areas ---- */

static cim_status close_edges_in(cim_ctx *ctx, cim__impact_ask *a, const cim_shapes *shapes, uint32_t work)
{
    const cim_net *net = a->impact->net;
    cim_probe probe = cim_probe_shape(shapes, 0);
    cim_box box;
    size_t count = 0;
    if (!net->edge_count || !cim_shapes_box(shapes, 0, &box)) return CIM_OK;
    CIM__TRY(cim_index_query(ctx, net->index, &probe, NULL, 0, &count));
    a->q->scratch.size = 0;
    uint32_t *pieces = cim__buf_extend(&a->q->scratch, count * sizeof *pieces + 1);
    if (!pieces) return cim__nomem(ctx);
    CIM__TRY(cim_index_query(ctx, net->index, &probe, pieces, count, &count));
    for (size_t i = 0; i < count; i++) {
        const double *p = net->xy + 2 * (size_t)pieces[i];
        if (cim_shapes_meets_segment(shapes, 0, p[0], p[1], p[2], p[3])) CIM__TRY(close_edge(ctx, a, net->vertex_edge[pieces[i]], work));
    }
    return CIM_OK;
}

static cim_status close_area(cim_ctx *ctx, cim__impact_ask *a, const cim_geom *area, uint32_t work)
{
    cim_shapes *shapes = NULL;
    CIM__TRY(cim_shapes_build(ctx, area, 1, &shapes));
    cim_status st = hit_within(ctx, a, area, 0.0);
    if (st >= 0) st = close_edges_in(ctx, a, shapes, work);
    cim_shapes_free(shapes);
    return st;
}

static cim_status close_object_area(cim_ctx *ctx, cim__impact_ask *a, uint32_t object, uint32_t work)
{
    cim__object o;
    cim__gbuild geom;
    int32_t srid;
    cim__arena arena = cim__arena_on(ctx->mem);
    cim__gbuild_init(&geom, ctx->mem);
    cim_status st = cim__city_object(ctx, a->impact->city, object, &arena, &o);
    if (st >= 0 && o.geom.len) st = cim__gaia_get(ctx, o.geom, &geom, &srid);
    cim_geom area = cim__gbuild_view(&geom);
    bool good = st >= 0 && o.geom.len && cim__geom_base(area.type) == CIM_GEOM_POLYGON;
    if (st >= 0 && !good) st = cim__fail(ctx, CIM_ENOTFOUND, "object %u is neither a street, nor in a network, nor has it an area", object);
    if (st >= 0) st = close_area(ctx, a, &area, work);
    cim__gbuild_free(&geom);
    cim__arena_free(&arena);
    return st < 0 ? st : CIM_OK;
}

/* ---- objects of networks ---- */

/* A closed device lets nothing pass; a line or node without devices neither. */
static cim_status close_in_network(cim_ctx *ctx, cim__impact_ask *a, uint32_t object, bool *done)
{
    cim_impact_query *q = a->q;
    size_t devices = q->closed.size, elements = q->broken.size;
    CIM__TRY(cim__impact_devices(ctx, a->impact, object, &q->closed));
    *done = q->closed.size > devices;
    if (*done) {
        for (size_t i = devices / 4; i < CIM__COUNT(&q->closed, uint32_t); i++) {
            uint32_t d = CIM__AT(&q->closed, uint32_t, i);
            if (!cim__impact_put(&q->hits, a->impact->view.node_count + a->impact->view.device_edge[d])) return cim__nomem(ctx);
        }
        return CIM_OK;
    }
    CIM__TRY(own_elements(ctx, a->impact, object, &q->broken));
    *done = q->broken.size > elements;
    cim__buf_put(&q->hits, q->broken.data + elements, q->broken.size - elements);
    return q->hits.failed ? cim__nomem(ctx) : CIM_OK;
}

/* A device that fails opens both its sides and does not turn. */
static cim_status fail_in_network(cim_ctx *ctx, cim__impact_ask *a, uint32_t object, bool *done)
{
    const cim_utility_view *v = &a->impact->view;
    cim_impact_query *q = a->q;
    size_t devices = CIM__COUNT(&q->stuck, uint32_t), before = q->hits.size;
    CIM__TRY(cim__impact_devices(ctx, a->impact, object, &q->stuck));
    for (size_t i = devices; i < CIM__COUNT(&q->stuck, uint32_t); i++) {
        uint32_t d = CIM__AT(&q->stuck, uint32_t, i), edge = v->device_edge[d];
        if (!cim__impact_put(&q->hits, v->node_count + edge) || !cim__impact_put(&q->hits, v->device_end[d] ? v->to[edge] : v->from[edge])) return cim__nomem(ctx);
    }
    CIM__TRY(own_elements(ctx, a->impact, object, &q->hits));
    *done = q->hits.size > before;
    cim__buf_put(&q->faults, q->hits.data + before, q->hits.size - before);
    return q->faults.failed ? cim__nomem(ctx) : CIM_OK;
}

/* ---- the street above what fails ---- */

static cim_status close_above(cim_ctx *ctx, cim__impact_ask *a, double x, double y, uint32_t work)
{
    const cim_net *net = a->impact->net;
    const double r = a->what.trench_m;
    const cim_box window = { x - r, y - r, x + r, y + r };
    cim_probe probe = cim_probe_box(&window);
    size_t count = 0;
    uint32_t best = CIM_NONE;
    double nearest = r * r;
    if (!net->edge_count || !isfinite(x) || !isfinite(y)) return CIM_OK;
    CIM__TRY(cim_index_query(ctx, net->index, &probe, NULL, 0, &count));
    a->q->scratch.size = 0;
    uint32_t *pieces = cim__buf_extend(&a->q->scratch, count * sizeof *pieces + 1);
    if (!pieces) return cim__nomem(ctx);
    CIM__TRY(cim_index_query(ctx, net->index, &probe, pieces, count, &count));
    for (size_t i = 0; i < count; i++) {
        const double *p = net->xy + 2 * (size_t)pieces[i];
        double dx = p[2] - p[0], dy = p[3] - p[1], square = dx * dx + dy * dy, t = square > 0.0 ? ((x - p[0]) * dx + (y - p[1]) * dy) / square : 0.0;
        t = t < 0.0 ? 0.0 : t > 1.0 ? 1.0 : t;
        double ex = x - p[0] - t * dx, ey = y - p[1] - t * dy, far = ex * ex + ey * ey;
        uint32_t edge = net->vertex_edge[pieces[i]];
        if (far > nearest || (far == nearest && edge >= best)) continue;
        nearest = far;
        best = edge;
    }
    return best == CIM_NONE ? CIM_OK : close_edge(ctx, a, best, work);
}

static cim_status close_above_edge(cim_ctx *ctx, cim__impact_ask *a, uint32_t edge, uint32_t work)
{
    const cim_utility_view *v = &a->impact->view;
    const double *p = v->xy + 2 * (size_t)v->first_vertex[edge];
    uint32_t count = v->first_vertex[edge + 1] - v->first_vertex[edge];
    double length = 0.0, at = 0.0;
    uint32_t sample = 0;
    for (uint32_t i = 0; i + 1 < count; i++) length += hypot(p[2 * i + 2] - p[2 * i], p[2 * i + 3] - p[2 * i + 1]);
    for (uint32_t i = 0; i + 1 < count && length > 0.0; i++) {
        double piece = hypot(p[2 * i + 2] - p[2 * i], p[2 * i + 3] - p[2 * i + 1]);
        for (; sample < SAMPLES && at + piece >= length * (2 + sample) / (SAMPLES + 3); sample++) {
            double t = piece > 0.0 ? (length * (2 + sample) / (SAMPLES + 3) - at) / piece : 0.0;
            CIM__TRY(close_above(ctx, a, p[2 * i] + t * (p[2 * i + 2] - p[2 * i]), p[2 * i + 1] + t * (p[2 * i + 3] - p[2 * i + 1]), work));
        }
        at += piece;
    }
    return CIM_OK;
}

static bool is_in_ground(const cim_impact *m, uint32_t object)
{
    cim__class_id c = (cim__class_id)m->city->class_id[object];
    return c == CIM__C_Valve || c == CIM__C_Hydrant || c == CIM__C_Manhole;
}

/* Of a line along it, of a valve, hydrant or manhole where it is; stations and cabinets stand beside the street. */
static cim_status close_above_object(cim_ctx *ctx, cim__impact_ask *a, uint32_t object, size_t first_hit, uint32_t work)
{
    const cim_utility_view *v = &a->impact->view;
    bool line = false;
    if (a->what.flags & CIM_IMPACT_KEEP_STREETS || (object <= a->impact->city->max_id && a->impact->overhead[object])) return CIM_OK;
    for (size_t i = first_hit; i < CIM__COUNT(&a->q->hits, uint32_t); i++) {
        uint32_t x = CIM__AT(&a->q->hits, uint32_t, i);
        if (x < v->node_count || v->edge_object[x - v->node_count] != object) continue;
        line = true;
        CIM__TRY(close_above_edge(ctx, a, x - v->node_count, work));
    }
    for (size_t i = first_hit; !line && is_in_ground(a->impact, object) && i < CIM__COUNT(&a->q->hits, uint32_t); i++) {
        uint32_t x = CIM__AT(&a->q->hits, uint32_t, i);
        if (x < v->node_count) CIM__TRY(close_above(ctx, a, v->node_xy[2 * (size_t)x], v->node_xy[2 * (size_t)x + 1], work));
    }
    return CIM_OK;
}

/* ---- one of the works ---- */

static cim_status close_objects(cim_ctx *ctx, cim__impact_ask *a, const cim_impact_work *w, uint32_t work)
{
    size_t first = CIM__COUNT(&a->q->streets, uint32_t);
    for (size_t i = 0; i < w->object_count; i++)
        if (is_street(a, w->objects[i])) CIM__TRY(close_street(ctx, a, w->objects[i], work));
    for (size_t i = first, last = CIM__COUNT(&a->q->streets, uint32_t); i < last; i++) CIM__TRY(dig_edge(ctx, a, CIM__AT(&a->q->streets, uint32_t, i), work));
    for (size_t i = 0; i < w->object_count; i++) {
        bool done = is_street(a, w->objects[i]);
        if (!done) CIM__TRY(close_in_network(ctx, a, w->objects[i], &done));
        if (!done) CIM__TRY(close_object_area(ctx, a, w->objects[i], work));
    }
    return w->area ? close_area(ctx, a, w->area, work) : CIM_OK;
}

static cim_status fail_objects(cim_ctx *ctx, cim__impact_ask *a, const cim_impact_work *w, uint32_t work)
{
    for (size_t i = 0; i < w->object_count; i++) {
        size_t first = CIM__COUNT(&a->q->hits, uint32_t);
        bool done = false;
        CIM__TRY(fail_in_network(ctx, a, w->objects[i], &done));
        if (!done) return cim__fail(ctx, CIM_ENOTFOUND, "object %u is in no network: it cannot fail", w->objects[i]);
        CIM__TRY(close_above_object(ctx, a, w->objects[i], first, work));
    }
    return CIM_OK;
}

/* The middle vertex of a line, or the middle of its only piece. */
static void middle_of(const double *xy, uint32_t first, uint32_t last, double out[2])
{
    const double *p = xy + 2 * (size_t)((first + last) / 2);
    bool two = last - first == 2;
    out[0] = two ? 0.5 * (p[0] + p[-2]) : p[0];
    out[1] = two ? 0.5 * (p[1] + p[-1]) : p[1];
}

/* Of the i-th closed street, or else of the i-th element that is hit. */
static void point_of(const cim__impact_ask *a, const cim_impact_site *s, uint32_t i, double out[2])
{
    const cim_net *net = a->impact->net;
    const cim_utility_view *v = &a->impact->view;
    if (s->street_count) {
        uint32_t e = CIM__AT(&a->q->streets, uint32_t, s->first_street + i);
        middle_of(net->xy, net->first_vertex[e], net->first_vertex[e + 1], out);
        return;
    }
    uint32_t h = CIM__AT(&a->q->hits, uint32_t, s->first_hit + i), e = h - v->node_count, node = h < v->node_count ? h : v->from[e];
    if (h >= v->node_count && v->first_vertex[e + 1] > v->first_vertex[e]) middle_of(v->xy, v->first_vertex[e], v->first_vertex[e + 1], out);
    else memcpy(out, v->node_xy + 2 * (size_t)node, 2 * sizeof *out);
}

/* A place on the works: the one of its points that is nearest to the mean of them all. */
static void place_of(const cim__impact_ask *a, cim_impact_site *s)
{
    double mean[2] = { 0.0, 0.0 }, p[2], best = INFINITY;
    uint32_t points = s->street_count ? s->street_count : s->hit_count, count = 0;
    s->x = s->y = NAN;
    for (uint32_t i = 0; i < points; i++) {
        point_of(a, s, i, p);
        if (!isfinite(p[0]) || !isfinite(p[1])) continue;
        mean[0] += p[0];
        mean[1] += p[1];
        count++;
    }
    for (uint32_t i = 0; count && i < points; i++) {
        point_of(a, s, i, p);
        double far = hypot(p[0] - mean[0] / count, p[1] - mean[1] / count);
        if (!(far < best)) continue;
        best = far;
        s->x = p[0];
        s->y = p[1];
    }
}

static cim_status one(cim_ctx *ctx, cim__impact_ask *a, const cim_impact_work *w, uint32_t work)
{
    cim_impact_query *q = a->q;
    cim_impact_site s = { NAN, NAN, (uint32_t)CIM__COUNT(&q->streets, uint32_t), 0, (uint32_t)CIM__COUNT(&q->hits, uint32_t), 0 };
    if (w->kind > CIM_IMPACT_FAIL) return cim__fail(ctx, CIM_EARG, "works %u: unknown kind", work);
    if (w->object_count && !w->objects) return cim__fail(ctx, CIM_EARG, "works %u: no array of objects", work);
    if (!w->object_count && !w->area) return cim__fail(ctx, CIM_EARG, "works %u: neither objects nor an area", work);
    if (w->area && (w->kind == CIM_IMPACT_FAIL || cim__geom_base(w->area->type) != CIM_GEOM_POLYGON))
        return cim__fail(ctx, CIM_EARG, "works %u: the area is no polygon that is closed", work);
    for (size_t i = 0; i < w->object_count; i++)
        if (!cim__city_has(a->impact->city, w->objects[i])) return cim__fail(ctx, CIM_ENOTFOUND, "no object with the number %u", w->objects[i]);
    CIM__TRY(w->kind == CIM_IMPACT_CLOSE ? close_objects(ctx, a, w, work) : fail_objects(ctx, a, w, work));
    CIM__TRY(cim__impact_unique(ctx, q, &q->hits, s.first_hit));
    CIM__TRY(cim__impact_unique(ctx, q, &q->streets, s.first_street));
    s.hit_count = (uint32_t)CIM__COUNT(&q->hits, uint32_t) - s.first_hit;
    s.street_count = (uint32_t)CIM__COUNT(&q->streets, uint32_t) - s.first_street;
    place_of(a, &s);
    cim__buf_put(&q->works, &s, sizeof s);
    return q->works.failed ? cim__nomem(ctx) : CIM_OK;
}

/* Elements of networks with valves are isolated, others are out as they are. */
static cim_status sort_out(cim_ctx *ctx, cim__impact_ask *a)
{
    cim_impact_query *q = a->q;
    size_t kept = 0;
    for (size_t i = 0; i < CIM__COUNT(&q->faults, uint32_t); i++) {
        uint32_t x = CIM__AT(&q->faults, uint32_t, i);
        if (a->impact->has_valves[cim__impact_domain(a->impact, x)]) CIM__AT(&q->faults, uint32_t, kept++) = x;
        else if (!cim__impact_put(&q->broken, x)) return cim__nomem(ctx);
    }
    q->faults.size = kept * sizeof(uint32_t);
    CIM__TRY(cim__impact_unique(ctx, q, &q->faults, 0));
    CIM__TRY(cim__impact_unique(ctx, q, &q->broken, 0));
    CIM__TRY(cim__impact_unique(ctx, q, &q->closed, 0));
    for (size_t i = 0; i < a->what.stuck_count; i++)
        if (!cim__impact_put(&q->stuck, a->what.stuck[i])) return cim__nomem(ctx);
    return cim__impact_unique(ctx, q, &q->stuck, 0);
}

cim_status cim__impact_works(cim_ctx *ctx, cim__impact_ask *a)
{
    for (size_t w = 0; w < a->what.work_count; w++) CIM__TRY(one(ctx, a, &a->what.works[w], (uint32_t)w));
    return sort_out(ctx, a);
}
