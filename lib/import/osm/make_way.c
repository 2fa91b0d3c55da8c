/* make_way.c - ways: segments of nets, other lines, areas. */
#include "import/osm/maker.h"

#include <math.h>

typedef struct way {
    cim__osm_maker *maker;
    uint32_t number;
    int64_t id;
    const uint32_t *nodes;
    size_t count;
    cim__wire refs;
    bool clipped; /* nodes are missing */
} way;

static void fate(const way *w, cim__osm_fate f) { w->maker->fates[1][f]++; }

static const cim__osm_piece *piece_at(const way *w, uint32_t i) { return &CIM__AT(&w->maker->worker->cuts, cim__osm_piece, i); }
static uint32_t piece_count(const way *w) { return (uint32_t)CIM__COUNT(&w->maker->worker->cuts, cim__osm_piece); }

/* ---- lines ---- */

/* Ids of the way's nodes, which stand in its message only. */
static bool read_ids(const way *w)
{
    cim__buf *ids = &w->maker->worker->ids;
    cim__wire refs = w->refs;
    uint64_t id = 0;
    ids->size = 0;
    int64_t *to = cim__buf_extend(ids, (w->count ? w->count : 1) * sizeof *to);
    for (size_t i = 0; to && i < w->count && cim__wire_more(&refs); i++) {
        id += (uint64_t)cim__wire_zigzag(&refs);
        to[i] = (int64_t)id;
    }
    return to != NULL;
}

static cim_status make_segments(cim_ctx *ctx, way *w)
{
    cim__osm_maker *m = w->maker;
    double *xy;
    bool inside;
    CIM__TRY(cim__osm_project(ctx, m, w->nodes, w->count, &xy, &inside));
    if (!inside) {
        fate(w, CIM__OSM_F_OUTSIDE);
        return CIM_OK;
    }
    if (!read_ids(w)) return cim__nomem(ctx);
    cim__osm_prepare(m, CIM_GEOM_LINESTRING);
    uint32_t pieces = piece_count(w);
    for (uint32_t i = 0; i < pieces; i++) {
        const cim__osm_piece *p = piece_at(w, i);
        const uint32_t vertices = p->to - p->from + 1, one = 1;
        const cim_geom line = { CIM_GEOM_LINESTRING, 2, vertices, 1, 1, 0, xy + 2 * (size_t)p->from, &vertices, &one };
        const cim__osm_ends ends = { CIM__AT(&m->worker->ids, int64_t, p->from), CIM__AT(&m->worker->ids, int64_t, p->to) };
        CIM__TRY(cim__osm_add(ctx, m, &line, true, pieces > 1 ? i : CIM_NONE, &ends));
    }
    fate(w, CIM__OSM_F_OBJECT);
    return CIM_OK;
}

/* One line with as many parts as there are runs of known nodes. */
static cim_status make_line(cim_ctx *ctx, way *w, cim__osm_fate f)
{
    cim__osm_maker *m = w->maker;
    cim__gbuild *shape = &m->worker->shape;
    double *xy;
    bool inside;
    CIM__TRY(cim__osm_project(ctx, m, w->nodes, w->count, &xy, &inside));
    if (!inside) {
        fate(w, CIM__OSM_F_OUTSIDE);
        return CIM_OK;
    }
    cim__gbuild_begin(shape, piece_count(w) > 1 ? CIM_GEOM_MULTILINESTRING : CIM_GEOM_LINESTRING, 2);
    for (uint32_t i = 0; i < piece_count(w); i++) {
        const cim__osm_piece *p = piece_at(w, i);
        cim__buf_put(&shape->coords, xy + 2 * (size_t)p->from, 2 * sizeof *xy * (p->to - p->from + 1));
        cim__gbuild_ring(shape);
        cim__gbuild_part(shape);
    }
    if (!cim__gbuild_ok(shape)) return cim__nomem(ctx);
    cim_geom view = cim__gbuild_view(shape);
    cim__osm_prepare(m, CIM_GEOM_LINESTRING);
    CIM__TRY(cim__osm_add(ctx, m, &view, true, CIM_NONE, NULL));
    fate(w, f);
    return CIM_OK;
}

/* ---- areas ---- */

/* Outer rings run counter-clockwise. */
static void turn_round(double *xy, size_t count)
{
    for (size_t i = 0, k = count - 1; i < k; i++, k--)
        for (int c = 0; c < 2; c++) {
            double swap = xy[2 * i + (size_t)c];
            xy[2 * i + (size_t)c] = xy[2 * k + (size_t)c];
            xy[2 * k + (size_t)c] = swap;
        }
}

/* Most closed ways are simple rings: then nothing needs assembling. */
static cim_status make_ring(cim_ctx *ctx, way *w, bool *simple_out)
{
    cim__osm_maker *m = w->maker;
    double *xy;
    bool inside;
    CIM__TRY(cim__osm_project(ctx, m, w->nodes, w->count, &xy, &inside));
    const uint32_t vertices = (uint32_t)w->count, one = 1;
    const cim_geom ring = { CIM_GEOM_POLYGON, 2, vertices, 1, 1, 0, xy, &vertices, &one };
    *simple_out = !inside || cim__ring_is_simple(m->osm->mem, &ring, 0);
    if (!inside) fate(w, CIM__OSM_F_OUTSIDE);
    if (!inside || !*simple_out) return CIM_OK;
    if (cim__ring_area(&ring, 0) < 0.0) turn_round(xy, w->count);
    cim__osm_prepare(m, CIM_GEOM_POLYGON);
    CIM__TRY(cim__osm_add(ctx, m, &ring, true, CIM_NONE, NULL));
    fate(w, CIM__OSM_F_OBJECT);
    return CIM_OK;
}

static const int32_t *place_of(const way *w, size_t i) { return w->maker->osm->xy + 2 * (size_t)w->nodes[i]; }

static cim_status make_lines_instead(cim_ctx *ctx, way *w)
{
    w->maker->kind.class_id = cim__osm_line_class(w->maker->kind.class_id);
    return make_line(ctx, w, CIM__OSM_F_LINES);
}

/* A way that touches itself. */
static cim_status assemble(cim_ctx *ctx, way *w)
{
    cim__osm_maker *m = w->maker;
    cim__osm_area *area = &m->worker->area;
    bool valid, inside;
    cim__osm_area_begin(area);
    for (size_t i = 1; i < w->count; i++) cim__osm_area_add(area, place_of(w, i - 1), place_of(w, i), 0);
    CIM__TRY(cim__osm_area_build(ctx, area));
    if (area->problem) {
        cim__osm_area_failed(m, area);
        return make_lines_instead(ctx, w);
    }
    CIM__TRY(cim__osm_area_shape(ctx, m, &valid, &inside));
    if (!inside) {
        fate(w, CIM__OSM_F_OUTSIDE);
        return CIM_OK;
    }
    cim_geom view = cim__gbuild_view(&m->worker->shape);
    cim__osm_prepare(m, CIM_GEOM_POLYGON);
    CIM__TRY(cim__osm_add(ctx, m, &view, valid, CIM_NONE, NULL));
    fate(w, CIM__OSM_F_OBJECT);
    return CIM_OK;
}

static cim_status make_area(cim_ctx *ctx, way *w)
{
    bool simple;
    if (w->clipped) return make_lines_instead(ctx, w);
    CIM__TRY(make_ring(ctx, w, &simple));
    return simple ? CIM_OK : assemble(ctx, w);
}

/* ---- one way ---- */

/* A building whose outline was not quite closed: the ends are less than a metre apart. */
static bool nearly_closed(const way *w)
{
    static const double metre_units = 1e7 / 111320.0;
    if (w->count < 4 || w->clipped) return false;
    const int32_t *a = place_of(w, 0), *b = place_of(w, w->count - 1);
    double dx = ((double)a[0] - b[0]) * cos((double)a[1] * 1e-7 * M_PI / 180.0), dy = (double)a[1] - b[1];
    return dx * dx + dy * dy < metre_units * metre_units;
}

/* The same nodes, with the first one in place of the last, or behind it. */
static cim_status close_building(cim_ctx *ctx, way *w, bool *closed_out)
{
    cim__osm_maker *m = w->maker;
    cim__buf *closed = &m->worker->closed;
    if (!nearly_closed(w)) return CIM_OK;
    closed->size = 0;
    cim__buf_put(closed, w->nodes, w->count * sizeof *w->nodes);
    cim__buf_put(closed, w->nodes, sizeof *w->nodes);
    if (closed->failed) return cim__nomem(ctx);
    bool same_place = !memcmp(place_of(w, 0), place_of(w, w->count - 1), 2 * sizeof(int32_t));
    uint32_t *list = (uint32_t *)(void *)closed->data;
    if (same_place) list[w->count - 1] = list[0];
    else w->count++;
    w->nodes = list;
    *closed_out = true;
    cim__json_kv_bool(&m->json, "cim:closed", true);
    return CIM_OK;
}

/* No two neighbouring nodes are known: what it is stays, where it is nobody can say. */
static cim_status make_placeless(cim_ctx *ctx, way *w)
{
    cim__osm_prepare(w->maker, 0);
    CIM__TRY(cim__osm_add(ctx, w->maker, NULL, true, CIM_NONE, NULL));
    fate(w, CIM__OSM_F_PLACELESS);
    return CIM_OK;
}

static cim_status make_object(cim_ctx *ctx, way *w)
{
    cim__osm_maker *m = w->maker;
    bool closed = w->count > 3 && w->nodes[0] == w->nodes[w->count - 1] && w->nodes[0] != CIM_NONE;
    uint64_t ordinal = w->number;
    cim__osm_begin(m, 1, w->id, ordinal);
    if (w->clipped) cim__json_kv_bool(&m->json, "cim:clipped", true);
    cim__osm_classify(&m->osm->words, &m->worker->tags, closed ? CIM__OSM_FORM_RING : CIM__OSM_FORM_LINE, &m->kind);
    if (!closed && m->kind.building) {
        CIM__TRY(close_building(ctx, w, &closed));
        if (closed) cim__osm_classify(&m->osm->words, &m->worker->tags, CIM__OSM_FORM_RING, &m->kind);
    }
    if (m->osm->way_flags[w->number] & CIM__OSM_W_HINT) cim__osm_take_hints(m, w->number);
    if (!cim__osm_cut(m->osm, w->nodes, w->count, m->kind.net, &m->worker->cuts)) return cim__nomem(ctx);
    if (!piece_count(w)) return make_placeless(ctx, w);
    if (m->kind.area) return make_area(ctx, w);
    return m->kind.net ? make_segments(ctx, w) : make_line(ctx, w, CIM__OSM_F_OBJECT);
}

static bool has_gap(const uint32_t *nodes, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (nodes[i] == CIM_NONE) return true;
    return false;
}

static cim_status make_way(cim_ctx *ctx, way *w)
{
    cim__osm_maker *m = w->maker;
    uint8_t flags = m->osm->way_flags[w->number];
    const cim__osm_tags *tags = &m->worker->tags;
    bool boundary = flags & CIM__OSM_W_BOUNDARY, member = flags & CIM__OSM_W_MEMBER;
    if (flags & CIM__OSM_W_LOST) fate(w, CIM__OSM_F_LOST);
    else if (flags & CIM__OSM_W_SHORT) fate(w, CIM__OSM_F_SHORT);
    else if (flags & CIM__OSM_W_ABSORBED) fate(w, CIM__OSM_F_BOUNDARY);
    else if (!tags->significant && !member && boundary) fate(w, CIM__OSM_F_BOUNDARY);
    else if (!tags->count && !member) fate(w, CIM__OSM_F_UNUSED);
    else {
        w->clipped = has_gap(w->nodes, w->count);
        return make_object(ctx, w);
    }
    return CIM_OK;
}

static cim_status read_way(cim_ctx *ctx, cim__osm_maker *m, size_t block, uint32_t number, cim__wire message)
{
    cim__osm_worker *worker = m->worker;
    cim__osm_entity e;
    const char *wrong = cim__osm_way_read(message, &e);
    if (!wrong) wrong = cim__osm_tags_read(&worker->tags, &worker->loader.block, e.keys, e.vals);
    if (wrong) return cim__osm_bad(ctx, &m->osm->source, block, wrong);
    way w = { .maker = m, .number = number, .id = e.id, .refs = e.refs };
    w.nodes = cim__osm_way_refs(m->osm, number, &w.count);
    return make_way(ctx, &w);
}

cim_status cim__osm_make_ways(cim_ctx *ctx, cim__osm_maker *m, size_t block, const cim__osm_run *run)
{
    cim__osm_loader *l = &m->worker->loader;
    uint32_t number = m->osm->sheets[block].way_base + run->first, left = run->count;
    cim__field f;
    CIM__TRY(cim__osm_source_load(ctx, &m->osm->source, l, block, &m->osm->words, false));
    const uint8_t *raw = l->block.raw;
    cim__wire message = { raw + run->at, raw + run->at + run->size }, group = { message.end, raw + run->end };
    while (left) {
        CIM__TRY(read_way(ctx, m, block, number++, message));
        if (!--left) break;
        do
            if (!cim__wire_field(&group, &f)) return cim__osm_bad(ctx, &m->osm->source, block, "a group is damaged");
        while (f.number != CIM__OSM_WAY || f.type != CIM__WIRE_BYTES);
        message = f.bytes;
    }
    return CIM_OK;
}
