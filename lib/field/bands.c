/* bands.c - a raster between limits as polygons.
 *
 * Every cell, the square between four posts, is four triangles around its middle, whose value is the mean of the posts; in a triangle the value is
 * linear.  So there are no ambiguous cells as in marching squares, and the bands cover the raster without a gap or an overlap.  Each triangle is cut
 * at the limits, and the pieces of a band are dissolved.
 *
 * Pieces fit edge to edge exactly: coordinates are columns and rows, a limit crosses a side at a multiple of 2^-20 of it, computed from the side's
 * own two ends in one order, whichever triangle asks.  These numbers have few enough bits that nothing is rounded.  Cells wholly in a band go in
 * squares of up to 16 by 16, with every post on their outline. */
#include "field/field.h"

#include "geom/dissolve.h"

enum { BLOCK = 16, MOST_VERTICES = 40000000 };

struct cim_field_bands {
    cim__mem *mem;
    size_t count;
    cim_field_band *bands;
    cim__gbuild *geoms;
};

typedef struct tracer {
    cim_sight_raster at;
    double least, most; /* of the band at hand */
    cim__gbuild pieces, joined;
    cim__dissolve dissolve;
} tracer;

typedef struct post {
    double x, y, v;
} post;

static double value_at(const tracer *t, uint32_t c, uint32_t r)
{
    float v = t->at.height_m[(size_t)r * t->at.columns + c];
    return isfinite(v) ? (double)v : (double)NAN;
}

static bool in_band(const tracer *t, double v) { return v >= t->least && v < t->most; }

/* ---- pieces ---- */

enum { ROOM = 12 };
typedef struct piece {
    int count;
    double xy[ROOM][2];
} piece;

static void put(piece *p, double x, double y)
{
    if (p->count && p->xy[p->count - 1][0] == x && p->xy[p->count - 1][1] == y) return;
    p->xy[p->count][0] = x, p->xy[p->count++][1] = y;
}

/* Where a limit crosses the side from a to b; the same point from b to a. */
static void put_crossing(piece *p, const post *a, const post *b, double limit)
{
    bool swap = a->y > b->y || (a->y == b->y && a->x > b->x);
    const post *from = swap ? b : a, *to = swap ? a : b;
    double t = floor((limit - from->v) / (to->v - from->v) * 1048576.0 + 0.5) / 1048576.0;
    t = t > 0.0 ? t < 1.0 ? t : 1.0 : 0.0;
    put(p, from->x + t * (to->x - from->x), from->y + t * (to->y - from->y));
}

static double twice_area(const piece *p)
{
    double sum = 0.0;
    for (int i = 1; i + 1 < p->count; i++)
        sum += (p->xy[i][0] - p->xy[0][0]) * (p->xy[i + 1][1] - p->xy[0][1]) - (p->xy[i + 1][0] - p->xy[0][0]) * (p->xy[i][1] - p->xy[0][1]);
    return sum;
}

static void cut_triangle(tracer *t, const post *const corner[3])
{
    piece p = { .count = 0 };
    for (int i = 0; i < 3; i++) {
        const post *a = corner[i], *b = corner[(i + 1) % 3];
        double first = a->v < b->v ? t->least : t->most, second = a->v < b->v ? t->most : t->least;
        if (in_band(t, a->v)) put(&p, a->x, a->y);
        if ((a->v < first) != (b->v < first)) put_crossing(&p, a, b, first);
        if ((a->v < second) != (b->v < second)) put_crossing(&p, a, b, second);
    }
    if (p.count > 1 && p.xy[0][0] == p.xy[p.count - 1][0] && p.xy[0][1] == p.xy[p.count - 1][1]) p.count--;
    if (p.count < 3 || twice_area(&p) == 0.0) return;
    for (int i = 0; i < p.count; i++) cim__gbuild_xy(&t->pieces, p.xy[i][0], p.xy[i][1]);
    cim__gbuild_close(&t->pieces);
    cim__gbuild_part(&t->pieces);
}

static void cut_cell(tracer *t, uint32_t c, uint32_t r)
{
    static const uint32_t dx[4] = { 0, 1, 1, 0 }, dy[4] = { 0, 0, 1, 1 };
    post corner[4], middle = { c + 0.5, r + 0.5, 0.0 };
    for (int k = 0; k < 4; k++) {
        corner[k] = (post){ c + dx[k], r + dy[k], value_at(t, c + dx[k], r + dy[k]) };
        middle.v += 0.25 * corner[k].v;
    }
    if (!isfinite(middle.v)) return; /* a post without a value */
    for (int k = 0; k < 4; k++) cut_triangle(t, (const post *const[3]){ &corner[k], &corner[(k + 1) & 3], &middle });
}

/* Posts of a rectangle of cells all in the band. */
static bool is_whole(const tracer *t, uint32_t c, uint32_t r, uint32_t width, uint32_t height)
{
    for (uint32_t j = r; j <= r + height; j++)
        for (uint32_t i = c; i <= c + width; i++)
            if (!in_band(t, value_at(t, i, j))) return false;
    return true;
}

static void put_square(tracer *t, uint32_t c, uint32_t r, uint32_t width, uint32_t height)
{
    for (uint32_t i = 0; i < width; i++) cim__gbuild_xy(&t->pieces, c + i, r);
    for (uint32_t j = 0; j < height; j++) cim__gbuild_xy(&t->pieces, c + width, r + j);
    for (uint32_t i = width; i > 0; i--) cim__gbuild_xy(&t->pieces, c + i, r + height);
    for (uint32_t j = height; j > 0; j--) cim__gbuild_xy(&t->pieces, c, r + j);
    cim__gbuild_close(&t->pieces);
    cim__gbuild_part(&t->pieces);
}

static void take_block(tracer *t, uint32_t c, uint32_t r, uint32_t width, uint32_t height)
{
    if (is_whole(t, c, r, width, height)) {
        put_square(t, c, r, width, height);
        return;
    }
    for (uint32_t j = r; j < r + height; j++)
        for (uint32_t i = c; i < c + width; i++) {
            if (is_whole(t, i, j, 1, 1)) put_square(t, i, j, 1, 1);
            else cut_cell(t, i, j);
        }
}

static cim_status take_pieces(cim_ctx *ctx, tracer *t)
{
    uint32_t columns = t->at.columns - 1, rows = t->at.rows - 1;
    cim__gbuild_begin(&t->pieces, CIM_GEOM_MULTIPOLYGON, 2);
    for (uint32_t r = 0; r < rows; r += BLOCK) {
        CIM__TRY(cim__tick(ctx, r, rows, "bands"));
        for (uint32_t c = 0; c < columns; c += BLOCK) take_block(t, c, r, columns - c < BLOCK ? columns - c : BLOCK, rows - r < BLOCK ? rows - r : BLOCK);
        if (!cim__gbuild_ok(&t->pieces)) return cim__nomem(ctx);
        if (cim__gbuild_view(&t->pieces).vertex_count > MOST_VERTICES) return cim__fail(ctx, CIM_ELIMIT, "the bands have too many vertices: take larger cells or fewer limits");
    }
    return CIM_OK;
}

/* ---- rings ---- */

/* Vertex b on the way from a to c along a row or column.  There it is in metres, too, however they are rounded: another ring may touch in b. */
static bool straight(const double *a, const double *b, const double *c) { return (a[0] == b[0] && b[0] == c[0]) || (a[1] == b[1] && b[1] == c[1]); }

/* A ring without needless vertices, in metres; turned where rows go the other way than y.  Returns its signed area in cells. */
static double give_ring(const tracer *t, const cim_geom *g, uint32_t ring, cim__gbuild *out)
{
    uint32_t first = cim__ring_start(g, ring), n = g->ring_end[ring] - first - 1;
    const double *v = g->coords + 2 * (size_t)first;
    bool turn = (t->at.step_x_m < 0.0) != (t->at.step_y_m < 0.0);
    for (uint32_t k = 0; k < n; k++) {
        uint32_t i = turn ? n - 1 - k : k;
        const double *here = v + 2 * (size_t)i;
        if (straight(v + 2 * (size_t)((i + n - 1) % n), here, v + 2 * (size_t)((i + 1) % n))) continue;
        cim__gbuild_xy(out, t->at.x + here[0] * t->at.step_x_m, t->at.y + here[1] * t->at.step_y_m);
    }
    cim__gbuild_close(out);
    return cim__ring_area(g, ring);
}

static cim_status trace_band(cim_ctx *ctx, tracer *t, cim__gbuild *out, double *area_out)
{
    bool fits = false;
    double cells = 0.0;
    CIM__TRY(take_pieces(ctx, t));
    cim_geom pieces = cim__gbuild_view(&t->pieces);
    cim__gbuild_begin(out, CIM_GEOM_MULTIPOLYGON, 2);
    if (pieces.part_count) {
        CIM__TRY(cim__dissolve_run(ctx, &t->dissolve, &pieces, &t->joined, &fits));
        if (!fits) return cim__fail(ctx, CIM_ELIMIT, "a band is in too many pieces: take larger cells or fewer limits");
        cim_geom g = cim__gbuild_view(&t->joined);
        for (uint32_t part = 0; part < g.part_count; part++) {
            for (uint32_t r = cim__part_start(&g, part); r < g.part_end[part]; r++) cells += give_ring(t, &g, r, out);
            cim__gbuild_part(out);
        }
    }
    *area_out = cells * fabs(t->at.step_x_m * t->at.step_y_m);
    return cim__gbuild_ok(out) ? CIM_OK : cim__nomem(ctx);
}

/* ---- bands ---- */

static cim_status raster_ok(cim_ctx *ctx, const cim_sight_raster *r)
{
    if (r->columns < 2 || r->rows < 2 || !r->height_m) return cim__fail(ctx, CIM_EARG, "a raster of less than two by two values has no bands");
    if (r->columns > 4194304 || r->rows > 4194304) return cim__fail(ctx, CIM_ELIMIT, "a raster of more than 4,194,304 columns or rows");
    bool good = fabs(r->x) <= 1e12 && fabs(r->y) <= 1e12 && fabs(r->step_x_m) <= 1e6 && fabs(r->step_y_m) <= 1e6 && r->step_x_m != 0.0 && r->step_y_m != 0.0;
    return good ? CIM_OK : cim__fail(ctx, CIM_EARG, "the place of the raster is none");
}

static cim_status fill(cim_ctx *ctx, cim_field_bands *b, tracer *t, const double *limits, size_t count)
{
    b->count = count + 1;
    b->bands = cim__zalloc_n(b->mem, b->count, sizeof *b->bands);
    b->geoms = cim__alloc_n(b->mem, b->count, sizeof *b->geoms);
    if (!b->bands || !b->geoms) return cim__nomem(ctx);
    for (size_t i = 0; i < b->count; i++) cim__gbuild_init(&b->geoms[i], b->mem);
    for (size_t i = 0; i < b->count; i++) {
        cim_field_band *band = &b->bands[i];
        band->least = t->least = i ? limits[i - 1] : (double)-INFINITY;
        band->most = t->most = i < count ? limits[i] : (double)INFINITY;
        CIM__TRY(trace_band(ctx, t, &b->geoms[i], &band->area_m2));
        band->geom = cim__gbuild_view(&b->geoms[i]);
    }
    return CIM_OK;
}

cim_status cim_field_bands_build(cim_ctx *ctx, const cim_sight_raster *raster, const double *limits, size_t count, cim_field_bands **bands_out)
{
    tracer t = { .at = CIM_SIGHT_RASTER_INIT };
    cim__enter(ctx);
    if (!raster || !limits || !bands_out) return cim__fail(ctx, CIM_EARG, "no raster, no limits or no place for the bands");
    CIM__TRY(cim__opts(ctx, &t.at, sizeof t.at, raster, "cim_sight_raster"));
    CIM__TRY(raster_ok(ctx, &t.at));
    if (!count || count > CIM_FIELD_LIMITS) return cim__fail(ctx, CIM_EARG, "%zu limits; 1 to %d are possible", count, CIM_FIELD_LIMITS);
    for (size_t i = 0; i < count; i++)
        if (!(fabs(limits[i]) <= 1e50) || (i && limits[i] <= limits[i - 1])) return cim__fail(ctx, CIM_EARG, "limit %zu is not above the one before it", i + 1);
    cim_field_bands *b = cim__zalloc(ctx->mem, sizeof *b);
    if (!b) return cim__nomem(ctx);
    b->mem = cim__mem_ref(ctx->mem);
    cim__gbuild_init(&t.pieces, ctx->mem);
    cim__gbuild_init(&t.joined, ctx->mem);
    cim__dissolve_init(&t.dissolve, ctx->mem);
    cim_status st = fill(ctx, b, &t, limits, count);
    cim__dissolve_free(&t.dissolve);
    cim__gbuild_free(&t.joined);
    cim__gbuild_free(&t.pieces);
    if (st < 0) cim_field_bands_free(b);
    else *bands_out = b;
    return st < 0 ? st : CIM_OK;
}

void cim_field_bands_get(const cim_field_bands *b, cim_field_bands_view *view_out)
{
    cim_field_bands_view v = { .struct_size = sizeof v };
    if (!b || !view_out) return;
    v.count = b->count, v.bands = b->bands;
    cim__out_fill(view_out, &v, sizeof v);
}

void cim_field_bands_free(cim_field_bands *b)
{
    if (!b) return;
    cim__mem *mem = b->mem;
    for (size_t i = 0; b->geoms && b->bands && i < b->count; i++) cim__gbuild_free(&b->geoms[i]);
    cim__free(mem, b->geoms);
    cim__free(mem, b->bands);
    cim__free(mem, b);
    cim__mem_unref(mem);
}
