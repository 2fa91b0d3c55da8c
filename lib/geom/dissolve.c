/* dissolve.c - polygons to the boundary of their union by cancelling edges.
 *
 * INVARIANT  at every vertex as many directed edges come in as go out: true for rings, and kept by taking out an edge together
 *            with its reverse.  So a walk along unused edges can only end where it began.
 * Where rings touch in one vertex, the walk takes the sharpest turn to the left, so it goes round one region whose inside is
 * connected, and splits off the loop whenever it comes back to a vertex: a hole that touches its outer ring.  Any other turn
 * gives rings that are simple too, but may pinch a region in two, which is not valid. */
#include "geom/dissolve.h"

#include "core/hash.h"

#include <math.h>

typedef struct edge {
    uint32_t lo, hi;  /* vertices, lo < hi */
    uint32_t next;    /* next edge that leaves the same vertex + 1 */
    int8_t direction; /* +1: lo to hi, -1: hi to lo, 0: cancelled or used */
} edge;

typedef struct ring {
    uint32_t first, count; /* in ring_vertices */
    double area;
} ring;

void cim__dissolve_init(cim__dissolve *d, cim__mem *mem)
{
    cim__map seeded;
    cim__buf *bufs[] = { &d->vertices, &d->vertex_slot, &d->edges, &d->edge_slot, &d->out_edge, &d->place, &d->path, &d->ring_vertices, &d->rings };
    d->mem = mem;
    for (size_t i = 0; i < sizeof bufs / sizeof *bufs; i++) *bufs[i] = cim__buf_on(mem);
    cim__gbuild_init(&d->outers, mem);
    cim__map_init(&seeded, mem);
    d->seed = seeded.seed;
}

void cim__dissolve_free(cim__dissolve *d)
{
    cim__buf *bufs[] = { &d->vertices, &d->vertex_slot, &d->edges, &d->edge_slot, &d->out_edge, &d->place, &d->path, &d->ring_vertices, &d->rings };
    for (size_t i = 0; i < sizeof bufs / sizeof *bufs; i++) cim__buf_free(bufs[i]);
    cim__gbuild_free(&d->outers);
}

static uint32_t *zeros(cim__buf *buf, size_t count)
{
    buf->size = 0;
    uint32_t *at = cim__buf_extend(buf, count * sizeof *at);
    if (at) memset(at, 0, count * sizeof *at);
    return at;
}

static size_t table_size(size_t items)
{
    size_t size = 16;
    while (size < 2 * items) size *= 2;
    return size;
}

/* ---- vertices and edges ---- */

/* Number of the vertex at xy; CIM_NONE when out of memory. */
static uint32_t vertex_at(cim__dissolve *d, const double *xy)
{
    double key[2] = { xy[0] + 0.0, xy[1] + 0.0 }; /* -0 and 0 are one place */
    uint32_t *slots = (uint32_t *)(void *)d->vertex_slot.data;
    size_t mask = CIM__COUNT(&d->vertex_slot, uint32_t) - 1, i = cim__hash64(key, sizeof key, d->seed) & mask;
    for (; slots[i]; i = (i + 1) & mask) {
        const double *there = &CIM__AT(&d->vertices, double, 2 * (size_t)(slots[i] - 1));
        if (there[0] == key[0] && there[1] == key[1]) return slots[i] - 1;
    }
    cim__buf_put(&d->vertices, key, sizeof key);
    if (d->vertices.failed) return CIM_NONE;
    slots[i] = (uint32_t)(d->vertices.size / sizeof key);
    return slots[i] - 1;
}

/* False: the same edge a second time in one direction, so two polygons lie on the same side of it. */
static bool add_edge(cim__dissolve *d, uint32_t from, uint32_t to)
{
    uint32_t lo = from < to ? from : to, hi = from < to ? to : from;
    int8_t direction = from < to ? 1 : -1;
    uint32_t pair[2] = { lo, hi }, *slots = (uint32_t *)(void *)d->edge_slot.data;
    size_t mask = CIM__COUNT(&d->edge_slot, uint32_t) - 1, i = cim__hash64(pair, sizeof pair, d->seed) & mask;
    if (lo == hi) return true;
    for (; slots[i]; i = (i + 1) & mask) {
        edge *e = &CIM__AT(&d->edges, edge, slots[i] - 1);
        if (e->lo != lo || e->hi != hi) continue;
        if (e->direction == direction) return false;
        e->direction = (int8_t)(e->direction + direction);
        return true;
    }
    edge *e = CIM__PUSH(&d->edges, edge);
    if (!e) return false;
    *e = (edge){ lo, hi, 0, direction };
    slots[i] = (uint32_t)CIM__COUNT(&d->edges, edge);
    return true;
}

static bool add_ring(cim__dissolve *d, const cim_geom *g, uint32_t r, bool outer)
{
    uint32_t first = cim__ring_start(g, r), end = g->ring_end[r];
    bool reverse = (cim__ring_area(g, r) < 0.0) == outer;
    uint32_t last = CIM_NONE;
    for (uint32_t v = first; v < end; v++) {
        uint32_t here = vertex_at(d, g->coords + (size_t)v * (size_t)g->dim);
        if (here == CIM_NONE) return false;
        if (last != CIM_NONE && !(reverse ? add_edge(d, here, last) : add_edge(d, last, here))) return false;
        last = here;
    }
    return true;
}

static bool add_polygons(cim__dissolve *d, const cim_geom *g)
{
    for (uint32_t part = 0; part < g->part_count; part++)
        for (uint32_t r = cim__part_start(g, part), outer = r; r < g->part_end[part]; r++)
            if (!add_ring(d, g, r, r == outer)) return false;
    return true;
}

/* ---- rings ---- */

static bool link_edges(cim__dissolve *d)
{
    uint32_t *out = zeros(&d->out_edge, d->vertices.size / (2 * sizeof(double)) + 1);
    if (!out || !zeros(&d->place, d->vertices.size / (2 * sizeof(double)) + 1)) return false;
    for (size_t i = CIM__COUNT(&d->edges, edge); i-- > 0;) { /* backwards, so that each list ascends */
        edge *e = &CIM__AT(&d->edges, edge, i);
        if (!e->direction) continue;
        uint32_t from = e->direction > 0 ? e->lo : e->hi;
        e->next = out[from];
        out[from] = (uint32_t)i + 1;
    }
    return true;
}

static const double *xy_of(const cim__dissolve *d, uint32_t v) { return &CIM__AT(&d->vertices, double, 2 * (size_t)v); }

static uint32_t end_of(const edge *e) { return e->direction > 0 ? e->hi : e->lo; }

/* How far one turns clockwise from looking back to `last` to looking at `to`: the sharpest left turn is the smallest. */
static double clockwise(const cim__dissolve *d, uint32_t last, uint32_t v, uint32_t to)
{
    const double *o = xy_of(d, v), *p = xy_of(d, last), *q = xy_of(d, to);
    double px = p[0] - o[0], py = p[1] - o[1], qx = q[0] - o[0], qy = q[1] - o[1];
    double angle = atan2(px * qy - py * qx, px * qx + py * qy);
    return angle < 0.0 ? -angle : 2.0 * M_PI - angle; /* an edge straight back is the last choice */
}

/* The place in the list of v's edges that refers to the next one of the walk. */
static uint32_t *choose_out_edge(cim__dissolve *d, uint32_t last, uint32_t v)
{
    uint32_t *best = &CIM__AT(&d->out_edge, uint32_t, v);
    if (!*best || last == CIM_NONE) return best;
    double least = clockwise(d, last, v, end_of(&CIM__AT(&d->edges, edge, *best - 1)));
    for (uint32_t *at = &CIM__AT(&d->edges, edge, *best - 1).next; *at; at = &CIM__AT(&d->edges, edge, *at - 1).next) {
        double here = clockwise(d, last, v, end_of(&CIM__AT(&d->edges, edge, *at - 1)));
        if (here >= least) continue;
        least = here;
        best = at;
    }
    return best;
}

static uint32_t take_out_edge(cim__dissolve *d, uint32_t last, uint32_t v)
{
    uint32_t *slot = choose_out_edge(d, last, v);
    if (!*slot) return CIM_NONE;
    edge *e = &CIM__AT(&d->edges, edge, *slot - 1);
    uint32_t to = end_of(e);
    *slot = e->next;
    e->direction = 0;
    return to;
}

static double area_of(const cim__dissolve *d, const uint32_t *v, uint32_t count)
{
    const double *xy = (const double *)(const void *)d->vertices.data, *o = xy + 2 * (size_t)v[0];
    double sum = 0.0;
    for (uint32_t i = 1; i + 1 < count; i++) {
        const double *p = xy + 2 * (size_t)v[i], *q = xy + 2 * (size_t)v[i + 1];
        sum += (p[0] - o[0]) * (q[1] - o[1]) - (q[0] - o[0]) * (p[1] - o[1]);
    }
    return 0.5 * sum;
}

/* The path from `start` to its end is a closed loop: take it off. */
static bool split_off(cim__dissolve *d, uint32_t start)
{
    uint32_t *path = (uint32_t *)(void *)d->path.data, count = (uint32_t)CIM__COUNT(&d->path, uint32_t) - start;
    ring *r = CIM__PUSH(&d->rings, ring);
    if (!r) return false;
    *r = (ring){ (uint32_t)CIM__COUNT(&d->ring_vertices, uint32_t), count, area_of(d, path + start, count) };
    cim__buf_put(&d->ring_vertices, path + start, count * sizeof *path);
    for (uint32_t i = 0; i < count; i++) CIM__AT(&d->place, uint32_t, path[start + i]) = 0;
    d->path.size = start * sizeof *path;
    return !d->ring_vertices.failed;
}

static bool walk_from(cim__dissolve *d, uint32_t v)
{
    uint32_t last = CIM_NONE;
    d->path.size = 0;
    while (v != CIM_NONE) {
        uint32_t place = CIM__AT(&d->place, uint32_t, v);
        if (place && !split_off(d, place - 1)) return false;
        uint32_t *slot = CIM__PUSH(&d->path, uint32_t);
        if (!slot) return false;
        *slot = v;
        CIM__AT(&d->place, uint32_t, v) = (uint32_t)CIM__COUNT(&d->path, uint32_t);
        uint32_t next = take_out_edge(d, last, v);
        last = v;
        v = next;
    }
    bool closed = CIM__COUNT(&d->path, uint32_t) == 1;
    CIM__AT(&d->place, uint32_t, CIM__AT(&d->path, uint32_t, 0)) = 0;
    return closed;
}

static bool walk_all(cim__dissolve *d)
{
    d->rings.size = d->ring_vertices.size = 0;
    if (!link_edges(d)) return false;
    for (size_t i = 0; i < CIM__COUNT(&d->edges, edge); i++) {
        const edge *e = &CIM__AT(&d->edges, edge, i);
        if (e->direction && !walk_from(d, e->direction > 0 ? e->lo : e->hi)) return false;
    }
    return true;
}

/* ---- polygons from rings ---- */

static void put_ring(const cim__dissolve *d, const ring *r, cim__gbuild *out)
{
    for (uint32_t i = 0; i <= r->count; i++) {
        uint32_t v = CIM__AT(&d->ring_vertices, uint32_t, r->first + i % r->count);
        const double *xy = &CIM__AT(&d->vertices, double, 2 * (size_t)v);
        cim__gbuild_xy(out, xy[0], xy[1]);
    }
    cim__gbuild_ring(out);
}

static cim_geom part_of(const cim_geom *g, uint32_t part, uint32_t *one)
{
    uint32_t outer = cim__part_start(g, part), first = cim__ring_start(g, outer);
    *one = 1;
    cim_geom p = { .type = CIM_GEOM_POLYGON, .dim = 2, .ring_count = 1, .part_count = 1, .part_end = one };
    p.coords = g->coords + 2 * (size_t)first;
    p.vertex_count = g->ring_end[outer] - first;
    return p;
}

/* The smallest outer ring around a hole; CIM_NONE: there is none. A vertex of the hole may lie on the outer ring, so all are
 * asked until one lies off it. */
static uint32_t outer_of(const cim__dissolve *d, const cim_geom *outers, const double *areas, const ring *hole)
{
    uint32_t best = CIM_NONE;
    for (uint32_t part = 0; part < outers->part_count; part++) {
        uint32_t one;
        cim_geom polygon = part_of(outers, part, &one);
        cim__where where = CIM__BOUNDARY;
        polygon.ring_end = &polygon.vertex_count;
        if (areas[part] < -hole->area || (best != CIM_NONE && areas[part] >= areas[best])) continue;
        for (uint32_t i = 0; i < hole->count && where == CIM__BOUNDARY; i++) {
            const double *xy = &CIM__AT(&d->vertices, double, 2 * (size_t)CIM__AT(&d->ring_vertices, uint32_t, hole->first + i));
            where = cim__point_in_polygon(&polygon, xy[0], xy[1]);
        }
        if (where != CIM__OUTSIDE) best = part;
    }
    return best;
}

enum { MAX_PAIRS = 1 << 20 }; /* of rings and outer rings, when there are holes: beyond that an overlay is not slower */

/* Outer rings into d->outers, their areas into d->path (which is free now). */
static const double *collect_outers(cim__dissolve *d, size_t *holes)
{
    cim__gbuild_begin(&d->outers, CIM_GEOM_MULTIPOLYGON, 2);
    d->path.size = 0;
    *holes = 0;
    for (size_t i = 0; i < CIM__COUNT(&d->rings, ring); i++) {
        const ring *r = &CIM__AT(&d->rings, ring, i);
        if (r->area <= 0.0) {
            ++*holes;
            continue;
        }
        put_ring(d, r, &d->outers);
        cim__gbuild_part(&d->outers);
        cim__buf_put(&d->path, &r->area, sizeof r->area);
    }
    return (const double *)(const void *)d->path.data;
}

static bool assign_holes(cim__dissolve *d, const cim_geom *outers, const double *areas, size_t holes)
{
    if (!holes) return true;
    size_t rings = CIM__COUNT(&d->rings, ring);
    if (rings * outers->part_count > MAX_PAIRS) return false;
    for (size_t i = 0; i < rings; i++) {
        ring *r = &CIM__AT(&d->rings, ring, i);
        uint32_t *owner = CIM__PUSH(&d->place, uint32_t);
        if (!owner) return false;
        *owner = r->area <= 0.0 ? outer_of(d, outers, areas, r) : CIM_NONE;
        if (r->area <= 0.0 && *owner == CIM_NONE) return false;
    }
    return true;
}

static bool put_polygons(cim__dissolve *d, cim__gbuild *out)
{
    size_t holes, rings = CIM__COUNT(&d->rings, ring);
    const double *areas = collect_outers(d, &holes);
    cim_geom outers = cim__gbuild_view(&d->outers);
    d->place.size = 0; /* from here: the part of each hole */
    if (!outers.part_count || !assign_holes(d, &outers, areas, holes)) return false;
    cim__gbuild_begin(out, CIM_GEOM_MULTIPOLYGON, 2);
    uint32_t part = 0;
    for (size_t i = 0; i < rings; i++) {
        if (CIM__AT(&d->rings, ring, i).area <= 0.0) continue;
        put_ring(d, &CIM__AT(&d->rings, ring, i), out);
        for (size_t h = 0; holes && h < rings; h++)
            if (CIM__AT(&d->place, uint32_t, h) == part) put_ring(d, &CIM__AT(&d->rings, ring, h), out);
        cim__gbuild_part(out);
        part++;
    }
    return true;
}

static bool all_simple(cim__mem *mem, const cim_geom *g)
{
    for (uint32_t r = 0; r < g->ring_count; r++)
        if (!cim__ring_is_simple(mem, g, r)) return false;
    return true;
}

static bool failed(const cim__dissolve *d, const cim__gbuild *out)
{
    const cim__buf *bufs[] = { &d->vertices, &d->vertex_slot, &d->edges, &d->edge_slot, &d->out_edge, &d->place, &d->path, &d->ring_vertices, &d->rings };
    for (size_t i = 0; i < sizeof bufs / sizeof *bufs; i++)
        if (bufs[i]->failed) return true;
    return !cim__gbuild_ok(&d->outers) || !cim__gbuild_ok(out);
}

cim_status cim__dissolve_run(cim_ctx *ctx, cim__dissolve *d, const cim_geom *g, cim__gbuild *out, bool *fits_out)
{
    size_t table = table_size(g->vertex_count);
    d->vertices.size = d->edges.size = d->path.size = d->place.size = 0;
    cim__gbuild_begin(out, CIM_GEOM_MULTIPOLYGON, 2);
    if (!zeros(&d->vertex_slot, table) || !zeros(&d->edge_slot, table)) return cim__nomem(ctx);
    *fits_out = add_polygons(d, g) && walk_all(d) && put_polygons(d, out);
    if (failed(d, out)) return cim__nomem(ctx);
    if (*fits_out) {
        cim_geom view = cim__gbuild_view(out);
        *fits_out = all_simple(d->mem, &view);
    }
    if (!*fits_out) cim__gbuild_begin(out, CIM_GEOM_MULTIPOLYGON, 2);
    return CIM_OK;
}
