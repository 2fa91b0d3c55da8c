/* plot_items.c - shapes on the page, in the order of painting.
 *
 * Everything is clipped to the map (with a margin for the width of lines), rounded to hundredths of a millimetre, and freed of vertices
 * that do not move by three of them.  Shapes that follow one another with the same pen become one path. */
#include "core/sort.h"
#include "view/plot.h"

#include <math.h>

enum { MARGIN = 1000, NEAR = 3 };
enum { MOVE, LINE, CLOSE, CIRCLE };

/* ---- clipping: doubles in hundredths of a millimetre ---- */

typedef struct frame {
    double x0, y0, x1, y1;
} frame;

static frame frame_of(const cim__plot *p) { return (frame){ p->map_x - MARGIN, p->map_y - MARGIN, p->map_x + p->map_w + MARGIN,
    p->map_y + p->map_h + MARGIN }; }

static void to_page(const cim__plot *p, const double *c, double xy[2])
{
    xy[0] = p->map_x + (c[0] - p->x0) * p->scale;
    xy[1] = p->map_y + (p->y1 - c[1]) * p->scale;
}

static double beyond(const double *c, const frame *f, int side)
{
    return side == 0 ? f->x0 - c[0] : side == 1 ? c[0] - f->x1 : side == 2 ? f->y0 - c[1] : c[1] - f->y1;
}

static bool put_pair(cim__buf *out, double x, double y)
{
    double c[2] = { x, y };
    cim__buf_put(out, c, sizeof c);
    return !out->failed;
}

/* Sutherland and Hodgman: a ring against one side after the other. */
static bool clip_side(const cim__buf *in, cim__buf *out, const frame *f, int side)
{
    size_t n = in->size / (2 * sizeof(double));
    out->size = 0;
    for (size_t i = 0; i < n; i++) {
        const double *a = &CIM__AT(in, double, 2 * (i ? i - 1 : n - 1)), *b = &CIM__AT(in, double, 2 * i);
        double da = beyond(a, f, side), db = beyond(b, f, side);
        if ((da > 0.0) != (db > 0.0)) {
            double t = da / (da - db);
            if (!put_pair(out, a[0] + (b[0] - a[0]) * t, a[1] + (b[1] - a[1]) * t)) return false;
        }
        if (db <= 0.0 && !put_pair(out, b[0], b[1])) return false;
    }
    return true;
}

/* ---- steps ---- */

static void step(cim__plot *p, int32_t kind, double x, double y)
{
    int32_t s[3] = { kind, (int32_t)nearbyint(x), (int32_t)nearbyint(y) };
    cim__buf_put(&p->steps, s, sizeof s);
}

static bool is_near(double ax, double ay, double bx, double by) { return fabs(ax - bx) < NEAR && fabs(ay - by) < NEAR; }

static cim_status put_ring(cim_ctx *ctx, cim__plot *p, const cim_geom *g, uint32_t ring)
{
    frame f = frame_of(p);
    cim__buf a = cim__buf_on(ctx->mem), b = cim__buf_on(ctx->mem);
    bool good = true, inside = true;
    for (uint32_t i = cim__ring_start(g, ring); i + 1 < g->ring_end[ring] && good; i++) {
        double c[2];
        to_page(p, g->coords + (size_t)i * (size_t)g->dim, c);
        inside = inside && c[0] >= f.x0 && c[0] <= f.x1 && c[1] >= f.y0 && c[1] <= f.y1;
        good = put_pair(&a, c[0], c[1]);
    }
    for (int side = 0; side < 4 && good && !inside; side++) {
        good = clip_side(&a, &b, &f, side);
        cim__buf swap = a;
        a = b;
        b = swap;
    }
    size_t n = a.size / (2 * sizeof(double)), put = 0;
    double lx = 0.0, ly = 0.0;
    for (size_t i = 0; i < n && good; i++) {
        const double *c = &CIM__AT(&a, double, 2 * i);
        if (put && is_near(c[0], c[1], lx, ly)) continue;
        step(p, put++ ? LINE : MOVE, c[0], c[1]);
        lx = c[0];
        ly = c[1];
    }
    if (put) step(p, CLOSE, 0.0, 0.0);
    cim__buf_free(&a);
    cim__buf_free(&b);
    return good && !p->steps.failed ? CIM_OK : cim__nomem(ctx);
}

/* Liang and Barsky: the part of a segment that is inside. */
static bool clip_segment(const frame *f, double a[2], double b[2])
{
    double t0 = 0.0, t1 = 1.0, d[2] = { b[0] - a[0], b[1] - a[1] }, from[2] = { a[0], a[1] };
    for (int side = 0; side < 4; side++) {
        double at_a = beyond(from, f, side), at_b = at_a + (side == 0 ? -d[0] : side == 1 ? d[0] : side == 2 ? -d[1] : d[1]);
        if (at_a > 0.0 && at_b > 0.0) return false;
        if (at_a > 0.0) t0 = fmax(t0, at_a / (at_a - at_b));
        else if (at_b > 0.0) t1 = fmin(t1, at_a / (at_a - at_b));
    }
    if (t0 > t1) return false;
    for (int k = 0; k < 2; k++) {
        a[k] = from[k] + d[k] * t0;
        b[k] = from[k] + d[k] * t1;
    }
    return true;
}

static cim_status put_line(cim_ctx *ctx, cim__plot *p, const cim_geom *g, uint32_t ring)
{
    frame f = frame_of(p);
    uint32_t first = cim__ring_start(g, ring), end = g->ring_end[ring];
    double lx = HUGE_VAL, ly = HUGE_VAL;
    for (uint32_t i = first; i + 1 < end; i++) {
        double a[2], b[2];
        to_page(p, g->coords + (size_t)i * (size_t)g->dim, a);
        to_page(p, g->coords + (size_t)(i + 1) * (size_t)g->dim, b);
        if (!clip_segment(&f, a, b)) continue;
        bool joined = is_near(a[0], a[1], lx, ly);
        if (!joined) step(p, MOVE, a[0], a[1]);
        if (joined && is_near(b[0], b[1], lx, ly) && i + 2 < end) continue;
        step(p, LINE, b[0], b[1]);
        lx = b[0];
        ly = b[1];
    }
    return p->steps.failed ? cim__nomem(ctx) : CIM_OK;
}

static cim_status put_point(cim_ctx *ctx, cim__plot *p, const cim_geom *g, uint32_t ring, int32_t radius)
{
    frame f = frame_of(p);
    double c[2];
    to_page(p, g->coords + (size_t)cim__ring_start(g, ring) * (size_t)g->dim, c);
    if (!(c[0] >= f.x0 && c[0] <= f.x1 && c[1] >= f.y0 && c[1] <= f.y1)) return CIM_OK;
    int32_t s[4] = { CIRCLE, (int32_t)nearbyint(c[0]), (int32_t)nearbyint(c[1]), radius };
    cim__buf_put(&p->steps, s, sizeof s);
    return p->steps.failed ? cim__nomem(ctx) : CIM_OK;
}

/* ---- shapes ---- */

static bool meets(const cim__plot *p, const cim_geom *g)
{
    cim_box box = cim__geom_box(g);
    return cim__box_ok(&box) && cim__box_meets(&box, &p->extent);
}

/* rank: layers from below; part: casings below fillings, the small below the large. */
static cim_status add(cim_ctx *ctx, cim__plot *p, const cim_geom *g, uint32_t rank, uint32_t part, const cim__pen *pen, int32_t radius)
{
    int32_t base = cim__geom_base(g->type);
    uint32_t first = (uint32_t)CIM__COUNT(&p->steps, int32_t);
    for (uint32_t ring = 0; ring < g->ring_count; ring++)
        CIM__TRY(base == CIM_GEOM_POLYGON ? put_ring(ctx, p, g, ring) : base == CIM_GEOM_LINESTRING ? put_line(ctx, p, g, ring) : put_point(ctx, p, g,
            ring, radius));
    uint32_t end = (uint32_t)CIM__COUNT(&p->steps, int32_t);
    if (end == first) return CIM_OK;
    cim__drawn *d = CIM__PUSH(&p->drawn, cim__drawn);
    if (!d) return cim__nomem(ctx);
    *d = (cim__drawn){ (uint64_t)rank << 40 | (uint64_t)part, first, end, *pen, 0 };
    return CIM_OK;
}

static int32_t width_of(const cim__plot *p, uint16_t width_dm, int32_t least)
{
    double w = width_dm * 0.1 * p->scale;
    return w > least ? (int32_t)w : least;
}

/* Larger areas are painted first. */
static uint32_t by_size(const cim_geom *g)
{
    double area = fabs(cim__geom_area(g)), size = area > 1.0 ? log2(area) * 100.0 : 0.0;
    return 10000 - (uint32_t)(size < 9999.0 ? size : 9999.0);
}

static cim_status add_area(cim_ctx *ctx, cim__plot *p, const cim_geom *g, const cim__paint *paint, cim__layer_id layer, int32_t class, uint32_t rank)
{
    bool building = layer == CIM__L_BUILDING || layer == CIM__L_BUILDING_PART || layer == CIM__L_BUILDING_DETAIL;
    cim__pen pen = { paint->fill, paint->line, building ? 8 : 10, 100, 100 };
    if (layer == CIM__L_BUILDING_DETAIL && p->scale < 40.0) return CIM_OK; /* beyond 1:2500 */
    if (layer == CIM__L_ZONE) pen = (cim__pen){ CIM_NONE, paint->line, 25, 100, 60 };
    if (building && p->scale < 12.0) pen.line = CIM_NONE;
    if (class) {
        pen.fill = cim__colouring_colour(&p->colouring, class - 1);
        if (building && p->scale >= 12.0) pen.line = 0x5f5a55, pen.width = 6;
    } else if (building && p->colouring.property) {
        pen.fill = 0xe2ded8;
        pen.line = pen.line == CIM_NONE ? CIM_NONE : 0xc3bdb5;
    }
    return add(ctx, p, g, rank, building ? (class ? 1 : 0) : by_size(g), &pen, 0);
}

static cim_status add_lines(cim_ctx *ctx, cim__plot *p, const cim_geom *g, const cim__paint *paint, cim__layer_id layer, int32_t class, uint32_t rank)
{
    bool road = layer == CIM__L_ROAD;
    uint32_t line = class ? cim__colouring_colour(&p->colouring, class - 1) : road ? paint->fill : paint->line;
    int32_t least = layer == CIM__L_BARRIER ? 4 : layer == CIM__L_UTILITY_LINE ? (p->denominator > 8000 ? 7 : 16) : road ? (paint->width_dm > 70 ? 40 :
        12) : 12, width = width_of(p, paint->width_dm, least);
    if (layer == CIM__L_BARRIER && p->scale < 25.0) return CIM_OK;
    if (class && width < 30) width = 30;
    cim__pen pen = { CIM_NONE, line, width, 100, 100 };
    if (road && !class) {
        cim__pen casing = { CIM_NONE, paint->line, width + (p->scale < 8.0 ? 8 : 14), 100, 100 };
        CIM__TRY(add(ctx, p, g, rank, paint->width_dm, &casing, 0));
    }
    return add(ctx, p, g, rank, (road ? 1u << 20 : 0) + (class ? 1u << 21 : 0) + (uint32_t)width * 16, &pen, 0);
}

static cim_status add_points(cim_ctx *ctx, cim__plot *p, const cim_geom *g, const cim__paint *paint, cim__layer_id layer, int32_t class, uint32_t rank)
{
    double most = layer == CIM__L_SENSOR ? 1e9 : layer == CIM__L_UTILITY_NODE || layer == CIM__L_POI ? 6000.0 : layer == CIM__L_TREE ? 5000.0 :
        layer == CIM__L_ADDRESS ? 0.0 : 1500.0;
    if ((double)p->denominator > most && !class) return CIM_OK;
    int32_t radius = layer == CIM__L_SENSOR ? 90 : layer == CIM__L_TREE ? width_of(p, paint->width_dm, 30) / 2 : 45;
    uint32_t fill = class ? cim__colouring_colour(&p->colouring, class - 1) : paint->fill;
    cim__pen pen = { fill, layer == CIM__L_TREE ? CIM_NONE : paint->line, 12, layer == CIM__L_TREE ? 70 : 100, 100 };
    return add(ctx, p, g, rank, 0, &pen, radius);
}

static cim_status put_object(cim_ctx *ctx, const cim__object *o, void *user)
{
    cim__plot *p = user;
    const cim__paint *paint = cim__paint_of(o);
    cim_geom g;
    if (!paint || o->layer == CIM__L_RELIEF || o->layer == CIM__L_ROUTE || o->layer == CIM__L_OTHER_LINE) return CIM_OK;
    CIM__TRY(cim__export_plane(ctx, &p->e, o, &g));
    if (!g.vertex_count || !meets(p, &g)) return CIM_OK;
    uint32_t rank = 128 * (uint32_t)cim__paint_rank(o->layer), before = (uint32_t)CIM__COUNT(&p->drawn, cim__drawn);
    int32_t base = cim__geom_base(g.type), class = p->colour ? p->colour[o->id] : 0;
    if (base == CIM_GEOM_POLYGON) CIM__TRY(add_area(ctx, p, &g, paint, o->layer, class, rank));
    else if (base == CIM_GEOM_LINESTRING) CIM__TRY(add_lines(ctx, p, &g, paint, o->layer, class, rank));
    else CIM__TRY(add_points(ctx, p, &g, paint, o->layer, class, rank));
    if (CIM__COUNT(&p->drawn, cim__drawn) == before) return CIM_OK;
    p->layer_seen[o->layer] = 1;
    p->paint_seen[cim__paint_number(paint) & 255] = 1;
    p->objects++;
    return p->opts.flags & CIM_PLOT_NO_LABELS ? CIM_OK : cim__plot_name(ctx, p, o, &g);
}

/* ---- results ---- */

/* Areas of results lie below the streets, unless they are buildings of the city: then on these. */
static bool is_building(cim_ctx *ctx, cim__plot *p, const cim__lfeature *f)
{
    uint32_t id;
    size_t count;
    if (!f->id.len || memchr(f->id.ptr, '\\', f->id.len)) return false;
    if (cim__city_find(ctx, p->e.city, f->id, &id, 1, &count) != CIM_OK || !count) return false;
    int layer = p->e.city->layer[id];
    return layer == CIM__L_BUILDING || layer == CIM__L_BUILDING_PART;
}

static cim_status put_feature(cim_ctx *ctx, cim__plot *p, cim__layer_in *l, const cim__lfeature *f, uint32_t number)
{
    cim_geom g;
    uint32_t colour = cim__layer_colour(l, f), top = 128 * 4000 + 8 * number;
    CIM__TRY(cim__layer_geometry(ctx, l, f, &p->e.geom, &g));
    if (!g.vertex_count || !meets(p, &g)) return CIM_OK;
    int32_t base = cim__geom_base(g.type), px = (int32_t)(l->width_px * 25.0);
    uint8_t percent = (uint8_t)(l->opacity > 0.0 ? l->opacity * 100.0 : 0.0);
    if (base == CIM_GEOM_POLYGON) {
        bool building = is_building(ctx, p, f);
        uint32_t below = 128 * (uint32_t)cim__paint_rank(CIM__L_ROAD) - 10;
        cim__pen pen = { colour, colour, building ? 10 : 20, 100, 100 };
        size_t before = CIM__COUNT(&p->drawn, cim__drawn);
        CIM__TRY(add(ctx, p, &g, building ? top - 1 : below - 100 + (number < 100 ? number : 99), by_size(&g), &pen, 0));
        if (!building && CIM__COUNT(&p->drawn, cim__drawn) > before) CIM__AT(&p->drawn, cim__drawn, before).group_percent = percent ? percent : 50;
        return CIM_OK;
    }
    if (base == CIM_GEOM_LINESTRING) {
        cim__pen white = { CIM_NONE, 0xffffff, (px ? px : 110) + 50, 100, 90 }, pen = { CIM_NONE, colour, px ? px : 110, 100, percent ? percent : 100 };
        CIM__TRY(add(ctx, p, &g, top, 0, &white, 0));
        return add(ctx, p, &g, top + 1, f->class, &pen, 0);
    }
    cim__pen pen = { colour, 0xffffff, 25, percent ? percent : 100, 100 };
    return add(ctx, p, &g, top + 2, 0, &pen, px ? px / 2 + 40 : 130);
}

cim_status cim__plot_collect(cim_ctx *ctx, cim__plot *p)
{
    CIM__TRY(cim__export_each(ctx, &p->e, put_object, p));
    for (size_t i = 0; i < p->layer_count; i++) {
        cim__layer_in *l = &p->layers[i];
        for (size_t k = 0; k < CIM__COUNT(&l->features, cim__lfeature); k++) {
            CIM__TRY(put_feature(ctx, p, l, &CIM__AT(&l->features, cim__lfeature, k), (uint32_t)i));
            if ((k & 0x3ff) == 0) CIM__TRY(cim__tick(ctx, k, CIM__COUNT(&l->features, cim__lfeature), "layers"));
        }
    }
    return CIM_OK;
}

/* ---- painting ---- */

static void draw(cim__plot *p, const cim__drawn *d)
{
    const int32_t *s = &CIM__AT(&p->steps, int32_t, d->first), *end = s + (d->end - d->first);
    while (s < end) {
        int32_t kind = *s;
        if (kind == MOVE) cim__canvas_move(&p->canvas, s[1], s[2]);
        else if (kind == LINE) cim__canvas_line(&p->canvas, s[1], s[2]);
        else if (kind == CLOSE) cim__canvas_close(&p->canvas);
        else cim__canvas_circle(&p->canvas, s[1], s[2], s[3]);
        s += kind == CIRCLE ? 4 : 3;
    }
}

static bool same_pen(const cim__pen *a, const cim__pen *b)
{
    return a->fill == b->fill && a->line == b->line && a->width == b->width && a->fill_percent == b->fill_percent && a->line_percent == b->line_percent;
}

/* What covers itself where it overlaps must not be one even-odd path: only opaque areas of one layer that do not overlap, lines, and points. */
static bool may_join(const cim__drawn *a, const cim__drawn *b)
{
    if (!same_pen(&a->pen, &b->pen) || a->key >> 40 != b->key >> 40) return false;
    return a->pen.fill == CIM_NONE && a->key == b->key;
}

static bool same_group(const cim__drawn *a, const cim__drawn *b) { return a->group_percent == b->group_percent && a->key >> 40 == b->key >> 40; }

cim_status cim__plot_paint(cim_ctx *ctx, cim__plot *p)
{
    size_t count = CIM__COUNT(&p->drawn, cim__drawn);
    cim__keyed *order = cim__alloc_n(ctx->mem, 2 * count + 1, sizeof *order);
    if (!order) return cim__nomem(ctx);
    const cim__drawn *d = (const cim__drawn *)(const void *)p->drawn.data;
    for (size_t i = 0; i < count; i++) order[i] = (cim__keyed){ d[i].key, (uint32_t)i, 0 };
    cim__sort_keyed(order, order + count, count);
    for (size_t i = 0; i < count; i++) {
        const cim__drawn *now = &d[order[i].id], *next = i + 1 < count ? &d[order[i + 1].id] : NULL, *before = i ? &d[order[i - 1].id] : NULL;
        if (now->group_percent && (!before || !same_group(now, before))) cim__canvas_group(&p->canvas, now->group_percent);
        draw(p, now);
        if (!next || !may_join(now, next)) cim__canvas_paint(&p->canvas, &now->pen);
        if (now->group_percent && (!next || !same_group(now, next))) cim__canvas_ungroup(&p->canvas, now->group_percent);
    }
    cim__free(ctx->mem, order);
    return CIM_OK;
}
