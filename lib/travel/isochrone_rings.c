/* isochrone_rings.c - outlines on a grid: marching squares, fewer vertices, rings into polygons.
 *
 * A crossing is where an outline leaves the points within the buffer on a side of a cell: from the inner point towards the outer one.
 * Outlines have the inside on their left.  Vertices are crossings; one is left out when the outline still crosses its side within
 * an interval around it.  So every outline passes the cells of the grid as it did before, and two of them never meet, as
 * intervals keep away from the points of the grid.  With several limits an interval also ends before the outline of the longer one. */
#include "travel/isochrone.h"

#include <math.h>

static const double EDGE = 1.0 / 64.0, APART = 1e-6; /* parts of a cell: from a point of the grid; from the next outline */

typedef struct crossing {
    uint32_t i, j;    /* the inner point */
    int8_t dx, dy;    /* towards the outer one */
    double t, lo, hi; /* where, and how far it may move */
} crossing;

typedef struct ring {
    size_t first, count; /* vertices */
    uint32_t part;       /* union-find: another ring of the same polygon */
    bool outer;
    double area;
} ring;

struct cim__outlines {
    const cim__field *field;
    double tolerance;
    cim__mem *mem;
    const float *square;
    float reach_square;
    uint32_t *seen;          /* by side to the right of a point: number of its ring + 1 */
    float *longer[2], *own[2]; /* where the sides to the right and upwards are crossed, of the longer limit and of this one; 0: nowhere.  NULL: one limit */
    cim__buf crossings;      /* of the ring at hand */
    cim__buf vertices, rings; /* double x, y in cells; ring */
};

void cim__outlines_free(cim__outlines *o)
{
    if (!o) return;
    cim__free(o->mem, o->seen);
    cim__free(o->mem, o->longer[0]);
    cim__free(o->mem, o->own[0]);
    cim__buf_free(&o->crossings);
    cim__buf_free(&o->vertices);
    cim__buf_free(&o->rings);
    cim__free(o->mem, o);
}

cim_status cim__outlines_new(cim_ctx *ctx, const cim__field *field, double tolerance, bool several, cim__outlines **outlines_out)
{
    cim__outlines *o = cim__zalloc(ctx->mem, sizeof *o);
    if (!o) return cim__nomem(ctx);
    o->mem = ctx->mem;
    o->field = field;
    o->tolerance = tolerance;
    o->reach_square = (float)(field->reach * field->reach);
    o->crossings = o->vertices = o->rings = cim__buf_on(ctx->mem);
    o->seen = cim__alloc_n(ctx->mem, field->plane, sizeof *o->seen);
    if (several) {
        o->longer[0] = cim__zalloc_n(ctx->mem, 2 * field->plane, sizeof(float));
        o->own[0] = cim__zalloc_n(ctx->mem, 2 * field->plane, sizeof(float));
    }
    if (!o->seen || (several && (!o->longer[0] || !o->own[0]))) {
        cim__outlines_free(o);
        return cim__nomem(ctx);
    }
    if (several) {
        o->longer[1] = o->longer[0] + field->plane;
        o->own[1] = o->own[0] + field->plane;
    }
    *outlines_out = o;
    return CIM_OK;
}

/* ---- crossings ---- */

static double distance(const cim__outlines *o, uint32_t i, uint32_t j) { return sqrt((double)o->square[(size_t)j * o->field->stride + i]); }
static bool inside(const cim__outlines *o, uint32_t i, uint32_t j) { return o->square[(size_t)j * o->field->stride + i] <= o->reach_square; }

/* The side of a crossing: its left or lower point, and 1 when it goes upwards. */
static size_t side_of(const cim__outlines *o, const crossing *c, int *upwards)
{
    *upwards = c->dy != 0;
    return (size_t)(c->j - (c->dy < 0)) * o->field->stride + c->i - (c->dx < 0);
}

static bool put_crossing(cim__outlines *o, uint32_t i, uint32_t j, int dx, int dy)
{
    crossing *c = CIM__PUSH(&o->crossings, crossing);
    if (!c) return false;
    double near = distance(o, i, j), far = distance(o, i + (uint32_t)dx, j + (uint32_t)dy), most = 1.0 - EDGE, t = (o->field->reach - near) / (far - near);
    *c = (crossing){ i, j, (int8_t)dx, (int8_t)dy, 0.0, 0.0, 0.0 };
    if (o->own[0]) {
        int upwards;
        size_t side = side_of(o, c, &upwards);
        float longer = o->longer[upwards][side];
        if (longer > 0.0f) most = fmin(most, (double)longer - APART);
    }
    c->t = fmax(fmin(t, most), fmin(EDGE, most));
    c->lo = fmax(c->t - o->tolerance, fmin(EDGE, most));
    c->hi = fmin(c->t + o->tolerance, most);
    return true;
}

/* Corners of a cell, counter-clockwise; side s is between corners s and s + 1. */
static const uint32_t corner_x[4] = { 0, 1, 1, 0 }, corner_y[4] = { 0, 0, 1, 1 };

/* The side by which an outline leaves a cell that it enters by side s, with the inside on its left: corner s is inside, s + 1 is not. */
static int leaves_by(const cim__outlines *o, uint32_t i, uint32_t j, int s)
{
    bool in[4];
    for (int k = 0; k < 4; k++) in[k] = inside(o, i + corner_x[k], j + corner_y[k]);
    if (in[(s + 2) & 3]) {
        if (in[(s + 3) & 3]) return (s + 1) & 3;
        double mean = 0.0;
        for (int k = 0; k < 4; k++) mean += distance(o, i + corner_x[k], j + corner_y[k]);
        return mean <= 4.0 * o->field->reach ? (s + 1) & 3 : (s + 3) & 3; /* is the middle inside? */
    }
    return in[(s + 3) & 3] ? (s + 2) & 3 : (s + 3) & 3;
}

/* From a crossing to the right or to the left of a point round to it again. */
static bool trace(cim__outlines *o, uint32_t i, uint32_t j, int dx, uint32_t number)
{
    static const int step_x[4] = { 0, 1, 0, -1 }, step_y[4] = { -1, 0, 1, 0 };
    uint32_t cx = dx > 0 ? i : i - 1, cy = dx > 0 ? j : j - 1; /* the inside on the left: upwards when the outer point is to the right */
    int side = dx > 0 ? 0 : 2;
    o->crossings.size = 0;
    for (;;) {
        uint32_t a = (uint32_t)side, b = (a + 1) & 3;
        if (!(side & 1)) {
            uint32_t *seen = &o->seen[(size_t)(cy + corner_y[a]) * o->field->stride + cx];
            if (*seen) return true;
            *seen = number + 1;
        }
        if (!put_crossing(o, cx + corner_x[a], cy + corner_y[a], (int)corner_x[b] - (int)corner_x[a], (int)corner_y[b] - (int)corner_y[a])) return false;
        int out = leaves_by(o, cx, cy, side);
        cx += (uint32_t)step_x[out];
        cy += (uint32_t)step_y[out];
        side = (out + 2) & 3;
    }
}

/* ---- fewer vertices ---- */

typedef struct vec {
    double x, y;
} vec;

static vec at(const crossing *c, double t) { return (vec){ c->i + c->dx * t, c->j + c->dy * t }; }
static vec minus(vec a, vec b) { return (vec){ a.x - b.x, a.y - b.y }; }
static double cross(vec a, vec b) { return a.x * b.y - a.y * b.x; }
static double dot(vec a, vec b) { return a.x * b.x + a.y * b.y; }

/* The last crossing that is seen from crossing `from` through the intervals of all between. */
static size_t last_seen(const crossing *c, size_t count, size_t from)
{
    vec eye = at(&c[from], c[from].t), ahead = minus(at(&c[(from + 1) % count], c[(from + 1) % count].t), eye), right = { 0, 0 }, left = { 0, 0 };
    size_t last = from + 1;
    for (size_t k = from + 1; k <= count; k++) {
        const crossing *x = &c[k % count];
        vec a = minus(at(x, x->lo), eye), b = minus(at(x, x->hi), eye), here = minus(at(x, x->t), eye);
        if (cross(a, b) < 0.0) {
            vec swap = a;
            a = b;
            b = swap;
        }
        if (dot(a, ahead) <= 0.0 || dot(b, ahead) <= 0.0) break;
        if (k > from + 1) {
            if (cross(right, here) >= 0.0 && cross(here, left) >= 0.0) last = k;
            if (cross(right, a) < 0.0) a = right;
            if (cross(b, left) < 0.0) b = left;
            if (cross(a, b) <= 0.0) break;
        }
        right = a;
        left = b;
    }
    return last;
}

static void remember(cim__outlines *o, const crossing *c, double t)
{
    int upwards;
    size_t side = side_of(o, c, &upwards);
    if (o->own[0]) o->own[upwards][side] = (float)t;
}

/* Where a straight line from one vertex to the next passes the crossings between. */
static void remember_between(cim__outlines *o, const crossing *c, size_t count, size_t from, size_t to)
{
    vec a = at(&c[from], c[from].t), b = at(&c[to % count], c[to % count].t);
    for (size_t k = from + 1; k < to; k++) {
        const crossing *x = &c[k];
        vec inner = { x->i, x->j }, way = { x->dx, x->dy }, line = minus(b, a);
        double t = cross(minus(a, inner), line) / cross(way, line);
        remember(o, x, fmin(fmax(t, x->lo), x->hi));
    }
}

static bool put_ring(cim__outlines *o)
{
    const crossing *c = (const crossing *)(const void *)o->crossings.data;
    size_t count = CIM__COUNT(&o->crossings, crossing), first = CIM__COUNT(&o->vertices, vec);
    uint32_t number = (uint32_t)CIM__COUNT(&o->rings, ring);
    for (size_t k = 0, next; k < count; k = next) {
        next = last_seen(c, count, k);
        cim__buf_put(&o->vertices, &(vec){ c[k].i + c[k].dx * c[k].t, c[k].j + c[k].dy * c[k].t }, sizeof(vec));
        remember(o, &c[k], c[k].t);
        if (o->own[0]) remember_between(o, c, count, k, next);
    }
    ring *r = CIM__PUSH(&o->rings, ring);
    if (!r || o->vertices.failed) return false;
    *r = (ring){ first, CIM__COUNT(&o->vertices, vec) - first, number, false, 0.0 };
    const vec *v = &CIM__AT(&o->vertices, vec, first);
    for (size_t k = 0; k < r->count; k++) r->area += cross(minus(v[k], v[0]), minus(v[(k + 1) % r->count], v[0])) / 2.0;
    r->outer = r->area > 0.0;
    return true;
}

/* ---- rings into polygons: those at both ends of a run of inner points belong together ---- */

static uint32_t root(cim__outlines *o, uint32_t r)
{
    ring *all = (ring *)(void *)o->rings.data;
    while (all[r].part != r) r = all[r].part = all[all[r].part].part;
    return r;
}

static void join(cim__outlines *o, uint32_t r, uint32_t other)
{
    uint32_t a = root(o, r), b = root(o, other);
    if (a != b) CIM__AT(&o->rings, ring, a > b ? a : b).part = a > b ? b : a;
}

static void give_ring(const cim__outlines *o, const ring *r, cim__gbuild *geom)
{
    const vec *v = &CIM__AT(&o->vertices, vec, r->first);
    for (size_t k = 0; k < r->count; k++) cim__gbuild_xy(geom, o->field->x0 + v[k].x * o->field->cell_m, o->field->y0 + v[k].y * o->field->cell_m);
    cim__gbuild_close(geom);
}

/* Rings in the order of their polygons, the outer one first: counted, then laid out. */
static bool give(cim__outlines *o, cim__gbuild *geom)
{
    size_t count = CIM__COUNT(&o->rings, ring);
    uint32_t *first = cim__zalloc_n(o->mem, 2 * count + 2, sizeof *first), *order = first + count + 2;
    if (!first) return false;
    for (uint32_t r = 0; r < count; r++) first[root(o, r) + 2]++;
    for (size_t r = 2; r < count + 2; r++) first[r] += first[r - 1];
    for (int outer = 1; outer >= 0; outer--)
        for (uint32_t r = 0; r < count; r++)
            if (CIM__AT(&o->rings, ring, r).outer == (outer == 1)) order[first[root(o, r) + 1]++] = r;
    for (size_t p = 0; p < count; p++) {
        for (uint32_t k = first[p]; k < first[p + 1]; k++) give_ring(o, &CIM__AT(&o->rings, ring, order[k]), geom);
        if (first[p] < first[p + 1]) cim__gbuild_part(geom);
    }
    cim__free(o->mem, first);
    return cim__gbuild_ok(geom);
}

/* ---- one limit ---- */

static bool find_rings(cim__outlines *o)
{
    const cim__field *f = o->field;
    for (uint32_t j = 1; j + 1 < f->height; j++) {
        const float *row = o->square + (size_t)j * f->stride;
        const uint32_t *seen = o->seen + (size_t)j * f->stride;
        uint32_t open = 0;
        for (uint32_t i = 0; i + 1 < f->width; i++) {
            bool in = row[i] <= o->reach_square;
            if (in == (row[i + 1] <= o->reach_square)) continue;
            if (!seen[i] && (!trace(o, in ? i : i + 1, j, in ? 1 : -1, (uint32_t)CIM__COUNT(&o->rings, ring)) || !put_ring(o))) return false;
            if (in) join(o, open - 1, seen[i] - 1); /* the run of inner points ends here; it began at `open` */
            else open = seen[i];
        }
    }
    return true;
}

cim_status cim__outlines_trace(cim_ctx *ctx, cim__outlines *o, const float *square, cim__gbuild *geom, double *area_m2_out)
{
    double area = 0.0;
    o->square = square;
    o->vertices.size = o->rings.size = 0;
    memset(o->seen, 0, o->field->plane * sizeof *o->seen);
    if (!find_rings(o)) return cim__nomem(ctx);
    if (CIM__COUNT(&o->vertices, vec) + CIM__COUNT(&o->rings, ring) >= UINT32_MAX) return cim__fail(ctx, CIM_ELIMIT, "an outline has too many vertices");
    if (!give(o, geom)) return cim__nomem(ctx);
    for (size_t r = 0; r < CIM__COUNT(&o->rings, ring); r++) area += CIM__AT(&o->rings, ring, r).area;
    *area_m2_out = area * o->field->cell_m * o->field->cell_m;
    if (o->own[0]) {
        for (int k = 0; k < 2; k++) {
            float *swap = o->longer[k];
            o->longer[k] = o->own[k];
            o->own[k] = swap;
        }
        memset(o->own[0], 0, 2 * o->field->plane * sizeof(float));
    }
    return CIM_OK;
}
