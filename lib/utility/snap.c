/* snap.c - ends that only have a place are joined, and lines are cut where they are met between their ends.
 *
 *   1. ends at exactly the same place, of one commodity, are one end
 *   2. an end meets the nearest node within the tolerance, of equally near ones all that no line is said to end at, or the first
 *   3. an end without a node meets all ends within the tolerance
 *   4. an end without a node meets the nearest line that passes within the tolerance, none of whose own ends is so near
 *   5. a node that no line is said to end at cuts all lines that pass within the tolerance, none of whose own ends is so near
 *   6. a node that no line is said to end at, and that is nearest to a node at which lines are said to end, within the tolerance, is that node:
 *      a hydrant of one source, and the junction of another
 *   7. what is still an end of one line alone, of whatever kind, and lies within a node that is an area, ends at it */
#include "utility/utility.h"

#include <math.h>

/* ---- places on lines ---- */

cim__uplace cim__u_nearest(const double *xy, uint32_t first, uint32_t last, double x, double y)
{
    cim__uplace best = { HUGE_VAL, NAN, NAN, 0.0, 0 };
    for (uint32_t i = first; i < last; i++) {
        const double *a = xy + 2 * (size_t)i, *b = a + 2;
        double dx = b[0] - a[0], dy = b[1] - a[1], length2 = dx * dx + dy * dy;
        double t = length2 > 0.0 ? ((x - a[0]) * dx + (y - a[1]) * dy) / length2 : 0.0;
        t = t > 0.0 ? t < 1.0 ? t : 1.0 : 0.0;
        double px = t < 1.0 ? a[0] + t * dx : b[0], py = t < 1.0 ? a[1] + t * dy : b[1], ex = px - x, ey = py - y;
        if (ex * ex + ey * ey < best.distance2) best = (cim__uplace){ ex * ex + ey * ey, px, py, t, i };
    }
    return best;
}

double cim__u_length(const double *xy, uint32_t count)
{
    double length = 0.0;
    for (uint32_t i = 1; i < count; i++) length += hypot(xy[2 * (size_t)i] - xy[2 * (size_t)i - 2], xy[2 * (size_t)i + 1] - xy[2 * (size_t)i - 1]);
    return length;
}

bool cim__u_runs(const double *xy, uint32_t count, uint32_t base, cim__buf *boxes, cim__buf *ids)
{
    for (uint32_t i = 0; i + 1 < count; i += CIM__U_RUN) {
        cim_box *box = CIM__PUSH(boxes, cim_box);
        uint32_t *id = CIM__PUSH(ids, uint32_t), last = i + CIM__U_RUN < count - 1 ? i + CIM__U_RUN : count - 1;
        if (!box || !id) return false;
        *box = CIM__BOX_EMPTY;
        *id = base + i;
        for (uint32_t k = i; k <= last; k++) cim__box_add(box, xy[2 * (size_t)k], xy[2 * (size_t)k + 1]);
    }
    return true;
}

/* ---- working state ---- */

typedef struct hit {
    uint32_t strand;
    cim__uplace place;
} hit;

typedef struct snap {
    cim_ctx *ctx;
    cim__umaker *m;
    cim_index *nodes, *ends, *runs;
    cim__buf run_first, run_strand; /* by run: vertex within its strand */
    uint8_t *met;            /* by point: it has a node */
    cim__buf hits;
    /* the question that is asked */
    uint32_t point, best;
    double x, y, tolerance, widest, best2;
    uint8_t domain;
    cim_status status;
} snap;

static double square(double v) { return v * v; }
static double distance2(const snap *s, const cim__upoint *p) { return square(p->x - s->x) + square(p->y - s->y); }

static cim_status ask(snap *s, const cim_index *index, cim_accept_fn accept, uint32_t point)
{
    size_t count;
    const cim__upoint *p = CIM__POINT(s->m, point);
    s->point = point;
    s->x = p->x;
    s->y = p->y;
    s->domain = p->domain;
    s->tolerance = p->domain == CIM__U_UNSAID ? s->widest : s->m->snap_m[p->domain];
    s->status = CIM_OK;
    cim_probe probe = cim_probe_near(s->x, s->y, s->tolerance);
    probe.accept = accept;
    probe.user = s;
    CIM__TRY(cim_index_query(s->ctx, index, &probe, NULL, 0, &count));
    return s->status;
}

/* ---- indexes ---- */

/* Nodes: objects and joints of numbers, wherever they are known to be.  Those of no said commodity are there once, without a domain. */
static cim_status unsaid_nodes(snap *s)
{
    uint32_t point;
    for (size_t i = 0; i < cim__thing_count(s->m); i++) {
        const cim__uthing *t = CIM__THING(s->m, i);
        if (t->bits & (CIM__U_LINE | CIM__U_OWNER | CIM__U_ON_LINE) || t->domain != CIM__U_UNSAID) continue;
        if (t->bits & CIM__U_PLACE && !(t->bits & CIM__U_AREA)) CIM__TRY(cim__u_instance(s->ctx, s->m, t->object, CIM__U_UNSAID, &point));
    }
    return CIM_OK;
}

static bool is_area(const snap *s, const cim__upoint *p)
{
    const cim__uthing *t = p->object == CIM_NONE ? NULL : cim__thing_of(s->m, p->object);
    return t && t->bits & CIM__U_AREA;
}

/* The first end at every place, and who is the same. */
static cim_status same_ends(snap *s, cim__buf *firsts)
{
    cim__umaker *m = s->m;
    size_t count = CIM__COUNT(&m->points, cim__upoint), n = 0;
    cim__keyed *keys = cim__alloc_n(s->ctx->mem, 2 * count + 1, sizeof *keys);
    if (!keys) return cim__nomem(s->ctx);
    for (size_t i = 0; i < count; i++) {
        const cim__upoint *p = CIM__POINT(m, i);
        double xy[2] = { p->x, p->y };
        if (p->bits & CIM__U_POINT_END) keys[n++] = (cim__keyed){ cim__hash64(xy, sizeof xy, p->domain), (uint32_t)i, 0 };
    }
    if (n) cim__sort_keyed(keys, keys + n, n);
    for (size_t i = 0; i < n; i++) {
        const cim__upoint *p = CIM__POINT(m, keys[i].id), *q = i ? CIM__POINT(m, keys[i - 1].id) : NULL;
        bool same = q && keys[i].key == keys[i - 1].key && p->x == q->x && p->y == q->y && p->domain == q->domain;
        if (same) cim__u_unite(m, keys[i - 1].id, keys[i].id);
        else cim__buf_put(firsts, &keys[i].id, sizeof keys[i].id);
    }
    cim__free(s->ctx->mem, keys);
    return firsts->failed ? cim__nomem(s->ctx) : CIM_OK;
}

static cim_status index_points(snap *s, const uint32_t *points, size_t count, cim_index **index_out)
{
    cim_index_options options = CIM_INDEX_OPTIONS_INIT;
    cim_box *boxes = cim__alloc_n(s->ctx->mem, count + 1, sizeof *boxes);
    if (!boxes) return cim__nomem(s->ctx);
    for (size_t i = 0; i < count; i++) {
        const cim__upoint *p = CIM__POINT(s->m, points[i]);
        boxes[i] = (cim_box){ p->x, p->y, p->x, p->y };
    }
    options.ids = points;
    cim_status st = cim_index_build(s->ctx, boxes, count, &options, index_out);
    cim__free(s->ctx->mem, boxes);
    return st;
}

static cim_status index_nodes(snap *s)
{
    cim__buf points = cim__buf_on(s->ctx->mem);
    for (uint32_t i = 0; i < CIM__COUNT(&s->m->points, cim__upoint); i++) {
        const cim__upoint *p = CIM__POINT(s->m, i);
        if (p->bits & CIM__U_POINT_PLACE && !(p->bits & CIM__U_POINT_END) && !is_area(s, p)) cim__buf_put(&points, &i, sizeof i);
    }
    cim_status st = points.failed ? cim__nomem(s->ctx)
                                  : index_points(s, (const uint32_t *)(const void *)points.data, CIM__COUNT(&points, uint32_t), &s->nodes);
    cim__buf_free(&points);
    return st;
}

static cim_status index_runs(snap *s)
{
    cim_index_options options = CIM_INDEX_OPTIONS_INIT;
    cim__buf boxes = cim__buf_on(s->ctx->mem);
    bool ok = true;
    for (uint32_t i = 0; i < cim__strand_count(s->m) && ok; i++) {
        const cim__ustrand *t = CIM__STRAND(s->m, i);
        ok = !t->count || cim__u_runs(cim__strand_xy(s->m, t), t->count, 0, &boxes, &s->run_first);
        while (ok && s->run_strand.size < s->run_first.size && (ok = !s->run_strand.failed)) cim__buf_put(&s->run_strand, &i, sizeof i);
    }
    cim_status st = ok ? cim_index_build(s->ctx, (const cim_box *)(const void *)boxes.data, CIM__COUNT(&boxes, cim_box), &options, &s->runs) : cim__nomem(s->ctx);
    cim__buf_free(&boxes);
    return st;
}

/* ---- nodes ---- */

static bool fits(const snap *s, const cim__upoint *p) { return p->domain == s->domain || p->domain == CIM__U_UNSAID; }

static int32_t see_node(void *user, uint32_t id)
{
    snap *s = user;
    const cim__upoint *p = CIM__POINT(s->m, id);
    double d2 = distance2(s, p);
    if (!fits(s, p) || d2 > square(s->tolerance) || d2 > s->best2 || (d2 == s->best2 && id > s->best)) return 0;
    s->best2 = d2;
    s->best = id;
    return 0;
}

/* What no line is said to end at. */
static bool is_bare(const snap *s, const cim__upoint *p)
{
    const cim__uthing *t = p->object == CIM_NONE ? NULL : cim__thing_of(s->m, p->object);
    return !(p->bits & (CIM__U_POINT_STATED | CIM__U_POINT_NUMBER)) && !(t && t->bits & CIM__U_STATED_END);
}

static cim_status meet(snap *s, uint32_t end, uint32_t node)
{
    const cim__upoint *p = CIM__POINT(s->m, node);
    if (p->domain == CIM__U_UNSAID) CIM__TRY(cim__u_instance(s->ctx, s->m, p->object, CIM__POINT(s->m, end)->domain, &node));
    cim__u_unite(s->m, end, node);
    return CIM_OK;
}

static int32_t see_equal(void *user, uint32_t id)
{
    snap *s = user;
    const cim__upoint *p = CIM__POINT(s->m, id);
    if (s->status >= 0 && id != s->best && fits(s, p) && is_bare(s, p) && distance2(s, p) == s->best2) {
        uint32_t *kept = CIM__PUSH(&s->hits, uint32_t);
        if (kept) *kept = id;
        else s->status = cim__nomem(s->ctx);
    }
    return 0;
}

static cim_status meet_node(snap *s, uint32_t end)
{
    s->best = CIM_NONE;
    s->best2 = HUGE_VAL;
    CIM__TRY(ask(s, s->nodes, see_node, end));
    if (s->best == CIM_NONE) return CIM_OK;
    s->hits.size = 0;
    CIM__TRY(ask(s, s->nodes, see_equal, end));
    s->met[end] = 1;
    CIM__TRY(meet(s, end, s->best));
    for (size_t i = 0; i < CIM__COUNT(&s->hits, uint32_t); i++) CIM__TRY(meet(s, end, CIM__AT(&s->hits, uint32_t, i)));
    return CIM_OK;
}

/* ---- other ends ---- */

static int32_t see_end(void *user, uint32_t id)
{
    snap *s = user;
    const cim__upoint *p = CIM__POINT(s->m, id);
    if (id != s->point && p->domain == s->domain && distance2(s, p) <= square(s->tolerance)) cim__u_unite(s->m, s->point, id);
    return 0;
}

/* ---- insides of lines ---- */

static bool ends_near(const snap *s, const cim__ustrand *t)
{
    const double *xy = cim__strand_xy(s->m, t), *last = xy + 2 * (size_t)(t->count - 1);
    double most = square(s->tolerance);
    return square(xy[0] - s->x) + square(xy[1] - s->y) <= most || square(last[0] - s->x) + square(last[1] - s->y) <= most;
}

static int32_t see_run(void *user, uint32_t id)
{
    snap *s = user;
    uint32_t strand = CIM__AT(&s->run_strand, uint32_t, id), first = CIM__AT(&s->run_first, uint32_t, id);
    const cim__ustrand *t = CIM__STRAND(s->m, strand);
    if (s->status < 0 || (s->domain != t->domain && s->domain != CIM__U_UNSAID)) return 0;
    uint32_t last = first + CIM__U_RUN < t->count - 1 ? first + CIM__U_RUN : t->count - 1;
    cim__uplace place = cim__u_nearest(cim__strand_xy(s->m, t), first, last, s->x, s->y);
    double tolerance = s->tolerance;
    if (s->domain == CIM__U_UNSAID) s->tolerance = s->m->snap_m[t->domain]; /* a node of no said commodity: as the line has it */
    if (place.distance2 <= square(s->tolerance) && !ends_near(s, t)) {
        hit *h = CIM__PUSH(&s->hits, hit);
        if (h) *h = (hit){ strand, place };
        else s->status = cim__nomem(s->ctx);
    }
    s->tolerance = tolerance;
    return 0;
}

static cim_status cut(snap *s, const hit *h, uint32_t point)
{
    cim__umaker *m = s->m;
    uint32_t new_point;
    const uint8_t domain = CIM__STRAND(m, h->strand)->domain;
    CIM__TRY(cim__u_point(s->ctx, m, CIM_NONE, domain, CIM__U_POINT_CUT | CIM__U_POINT_PLACE, h->place.x, h->place.y, &new_point));
    cim__ucut *c = CIM__PUSH(&m->cuts, cim__ucut);
    if (!c) return cim__nomem(s->ctx);
    *c = (cim__ucut){ h->strand, h->place.segment, h->place.fraction, h->place.x, h->place.y, new_point };
    cim__u_unite(m, point, new_point);
    const cim__upoint *p = CIM__POINT(m, point);
    const bool end = p->bits & CIM__U_POINT_END;
    return cim__u_found(s->ctx, m, CIM_UTILITY_TAPPED, end ? CIM__STRAND(m, p->end >> 1)->object : p->object, CIM__STRAND(m, h->strand)->object,
                        end ? p->end & 1 : CIM_NONE, h->place.x, h->place.y, sqrt(h->place.distance2));
}

static bool before(const hit *a, const hit *b)
{
    if (a->strand != b->strand) return a->strand < b->strand;
    if (a->place.distance2 != b->place.distance2) return a->place.distance2 < b->place.distance2;
    return a->place.segment < b->place.segment;
}

/* A few hits: by strand, the nearest first. */
static void sort_hits(hit *hits, size_t count)
{
    for (size_t gap = count / 2; gap; gap /= 2)
        for (size_t i = gap; i < count; i++) {
            hit h = hits[i];
            size_t k = i;
            for (; k >= gap && before(&h, &hits[k - gap]); k -= gap) hits[k] = hits[k - gap];
            hits[k] = h;
        }
}

static cim_status tap(snap *s, uint32_t end)
{
    s->hits.size = 0;
    CIM__TRY(ask(s, s->runs, see_run, end));
    size_t n = CIM__COUNT(&s->hits, hit);
    const hit *hits = (const hit *)(const void *)s->hits.data, *best = NULL;
    for (size_t i = 0; i < n; i++) {
        const hit *h = &hits[i];
        if (!best || h->place.distance2 < best->place.distance2 || (h->place.distance2 == best->place.distance2 && before(h, best))) best = h;
    }
    if (!best) return CIM_OK;
    hit h = *best;
    return cut(s, &h, end);
}

static cim_status cut_by_node(snap *s, uint32_t node)
{
    s->hits.size = 0;
    CIM__TRY(ask(s, s->runs, see_run, node));
    size_t n = CIM__COUNT(&s->hits, hit);
    hit *hits = (hit *)(void *)s->hits.data;
    if (n > 1) sort_hits(hits, n);
    for (size_t i = 0; i < n; i++) {
        uint32_t point = node;
        if (i && hits[i].strand == hits[i - 1].strand) continue;
        const cim__upoint *p = CIM__POINT(s->m, node);
        if (p->domain == CIM__U_UNSAID) CIM__TRY(cim__u_instance(s->ctx, s->m, p->object, CIM__STRAND(s->m, hits[i].strand)->domain, &point));
        CIM__TRY(cut(s, &hits[i], point));
    }
    return CIM_OK;
}

/* ---- areas ---- */

typedef struct areas {
    cim_index *index;
    const snap *s;
    double x, y, tolerance, best;
    uint8_t domain;
    uint32_t thing;
} areas;

static int32_t see_area(void *user, uint32_t id)
{
    areas *a = user;
    const cim__uthing *t = CIM__THING(a->s->m, id);
    if (t->domain != a->domain && t->domain != CIM__U_UNSAID) return 0;
    double distance = cim__point_in_polygon(t->area, a->x, a->y) != CIM__OUTSIDE ? 0.0 : cim__geom_nearest(t->area, a->x, a->y).distance;
    if (distance > a->tolerance || distance > a->best || (distance == a->best && id > a->thing)) return 0;
    a->best = distance;
    a->thing = id;
    return 0;
}

static cim_status index_areas(snap *s, areas *a)
{
    cim_index_options options = CIM_INDEX_OPTIONS_INIT;
    cim__buf boxes = cim__buf_on(s->ctx->mem), ids = cim__buf_on(s->ctx->mem);
    for (uint32_t i = 0; i < cim__thing_count(s->m); i++) {
        const cim__uthing *t = CIM__THING(s->m, i);
        if (!(t->bits & CIM__U_AREA) || !(t->bits & CIM__U_PLACE) || t->bits & (CIM__U_LINE | CIM__U_OWNER | CIM__U_ON_LINE)) continue;
        cim_box box = cim__geom_box(t->area);
        cim__buf_put(&boxes, &box, sizeof box);
        cim__buf_put(&ids, &i, sizeof i);
    }
    options.ids = (const uint32_t *)(const void *)ids.data;
    cim_status st = boxes.failed || ids.failed ? cim__nomem(s->ctx)
                                               : cim_index_build(s->ctx, (const cim_box *)(const void *)boxes.data, CIM__COUNT(&boxes, cim_box), &options, &a->index);
    cim__buf_free(&boxes);
    cim__buf_free(&ids);
    return st;
}

/* How many ends of lines and cuts there are at every root, and whether an object is there: 255. */
static cim_status count_at(snap *s, uint8_t **count_out)
{
    cim__umaker *m = s->m;
    size_t n = CIM__COUNT(&m->points, cim__upoint);
    uint8_t *count = *count_out = cim__zalloc_n(s->ctx->mem, n + 1, 1);
    if (!count) return cim__nomem(s->ctx);
    for (uint32_t i = 0; i < cim__strand_count(m); i++)
        for (int e = 0; e < 2; e++) {
            uint8_t *c = &count[cim__u_root(m, CIM__STRAND(m, i)->point[e])];
            if (*c < 200) ++*c;
        }
    for (uint32_t i = 0; i < n; i++) {
        const cim__upoint *p = CIM__POINT(m, i);
        if (p->object != CIM_NONE || p->bits & CIM__U_POINT_CUT) count[cim__u_root(m, i)] = 255;
    }
    return CIM_OK;
}

static cim_status end_in_areas(snap *s)
{
    cim__umaker *m = s->m;
    areas a = { .s = s };
    uint8_t *count = NULL;
    CIM__TRY(index_areas(s, &a));
    cim_status st = cim_index_count(a.index) ? count_at(s, &count) : CIM_OK;
    for (uint32_t i = 0; i < cim__strand_count(m) && count && st >= 0; i++)
        for (int e = 0; e < 2 && st >= 0; e++) {
            uint32_t point = CIM__STRAND(m, i)->point[e], instance;
            const cim__upoint *p = CIM__POINT(m, point);
            size_t found;
            if (count[cim__u_root(m, point)] != 1 || !(p->bits & CIM__U_POINT_PLACE)) continue;
            a.x = p->x, a.y = p->y, a.domain = p->domain, a.tolerance = m->snap_m[p->domain], a.best = HUGE_VAL, a.thing = CIM_NONE;
            cim_probe probe = cim_probe_near(a.x, a.y, a.tolerance);
            probe.accept = see_area;
            probe.user = &a;
            st = cim_index_query(s->ctx, a.index, &probe, NULL, 0, &found);
            if (st < 0 || a.thing == CIM_NONE) continue;
            st = cim__u_instance(s->ctx, m, CIM__THING(m, a.thing)->object, p->domain, &instance);
            if (st >= 0) cim__u_unite(m, point, instance);
        }
    cim__free(s->ctx->mem, count);
    cim_index_free(a.index);
    return st;
}

/* ---- all of it ---- */

static cim_status join_ends(snap *s, const uint32_t *ends, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (!(i & 0xfff)) CIM__TRY(cim__tick(s->ctx, i, 2 * count, "ends of utility lines"));
        CIM__TRY(meet_node(s, ends[i]));
    }
    for (size_t i = 0; i < count; i++) {
        if (!(i & 0xfff)) CIM__TRY(cim__tick(s->ctx, count + i, 2 * count, "ends of utility lines"));
        if (s->met[ends[i]]) continue;
        CIM__TRY(ask(s, s->ends, see_end, ends[i]));
        CIM__TRY(tap(s, ends[i]));
    }
    return CIM_OK;
}

static int32_t see_stated(void *user, uint32_t id)
{
    snap *s = user;
    const cim__upoint *p = CIM__POINT(s->m, id);
    return id == s->point || p->domain != s->domain || is_bare(s, p) ? 0 : see_node(s, id);
}

/* False in met_out: none is so near. */
static cim_status be_stated_node(snap *s, uint32_t node, bool *met_out)
{
    s->best = CIM_NONE;
    s->best2 = HUGE_VAL;
    CIM__TRY(ask(s, s->nodes, see_stated, node));
    if (!(*met_out = s->best != CIM_NONE)) return CIM_OK;
    cim__u_unite(s->m, node, s->best);
    return cim__u_found(s->ctx, s->m, CIM_UTILITY_SNAPPED, CIM__POINT(s->m, node)->object, CIM__POINT(s->m, s->best)->object, CIM_NONE, s->x, s->y,
                        sqrt(s->best2));
}

static cim_status cut_at_nodes(snap *s, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        const cim__upoint *p = CIM__POINT(s->m, i);
        bool met = false;
        if (p->object == CIM_NONE || !(p->bits & CIM__U_POINT_PLACE) || is_area(s, p) || !is_bare(s, p)) continue;
        CIM__TRY(be_stated_node(s, i, &met));
        if (!met) CIM__TRY(cut_by_node(s, i));
    }
    return CIM_OK;
}

/* Nodes of no said commodity that met nothing are nodes all the same. */
static cim_status settle_unsaid(snap *s)
{
    uint8_t domain = 0;
    uint32_t point;
    for (size_t i = 0; i < cim__thing_count(s->m); i++) {
        cim__uthing *t = CIM__THING(s->m, i);
        if (t->bits & (CIM__U_LINE | CIM__U_OWNER | CIM__U_ON_LINE) || t->domain != CIM__U_UNSAID) continue;
        bool somewhere = false;
        for (uint32_t d = 0; d < s->m->u->domains.count && !somewhere; d++) somewhere = cim__map_get(&s->m->instance, (uint64_t)t->object << 8 | d) != CIM_NONE;
        if (somewhere) continue;
        if (s->m->options.network && s->m->options.network[0]) {
            t->bits |= CIM__U_LEFT_OUT;
            continue;
        }
        CIM__TRY(cim__u_domain(s->ctx, s->m, CIM__STR(""), &domain));
        CIM__TRY(cim__u_instance(s->ctx, s->m, t->object, domain, &point));
    }
    return CIM_OK;
}

static cim_status run(snap *s, cim__buf *firsts)
{
    for (uint32_t d = 0; d < s->m->u->domains.count; d++) s->widest = fmax(s->widest, s->m->snap_m[d]);
    CIM__TRY(unsaid_nodes(s));
    const uint32_t before_cuts = (uint32_t)CIM__COUNT(&s->m->points, cim__upoint);
    s->met = cim__zalloc_n(s->ctx->mem, (size_t)before_cuts + 1, 1);
    if (!s->met) return cim__nomem(s->ctx);
    CIM__TRY(same_ends(s, firsts));
    const uint32_t *ends = (const uint32_t *)(const void *)firsts->data;
    const size_t count = CIM__COUNT(firsts, uint32_t);
    CIM__TRY(index_nodes(s));
    CIM__TRY(index_points(s, ends, count, &s->ends));
    CIM__TRY(index_runs(s));
    CIM__TRY(join_ends(s, ends, count));
    CIM__TRY(cut_at_nodes(s, before_cuts));
    CIM__TRY(end_in_areas(s));
    return settle_unsaid(s);
}

cim_status cim__u_snap(cim_ctx *ctx, cim__umaker *m)
{
    cim__buf firsts = cim__buf_on(ctx->mem);
    snap s = { .ctx = ctx, .m = m, .run_first = cim__buf_on(ctx->mem), .run_strand = cim__buf_on(ctx->mem), .hits = cim__buf_on(ctx->mem) };
    cim_status st = run(&s, &firsts);
    cim_index_free(s.nodes);
    cim_index_free(s.ends);
    cim_index_free(s.runs);
    cim__buf_free(&s.run_first);
    cim__buf_free(&s.run_strand);
    cim__buf_free(&s.hits);
    cim__buf_free(&firsts);
    cim__free(ctx->mem, s.met);
    return st;
}
