/* viewshed.c - which posts of a raster are seen from one of them.
 *
 * Eight octants, each with u outward along one axis, v from 0 to u across.  Slopes v / u are cut into sectors; ring by ring (u = 1, 2, ...)
 * each sector keeps a bound from below and one from above of the steepest gradient that a line in it has met so far.  Gradients are per step
 * of u, which orders them as angles do within a line.  A target above the one is seen, below the other hidden; the few between are decided by
 * following their own line, so that every answer is that of the definition:
 *
 * - interpolated: where the line crosses a line of posts, heights are linear between two posts.  As GRASS r.viewshed interpolates
 *   (H. Haverkort, L. Toma, Y. Zhuang, "Computing Visibility on Terrains in External Memory", 2007), up to where it takes cells for columns.
 * - columns: every post is a square column as high as it is; the line must not go through the inside of one, but its own end's. */
#include "cover/sight.h"

#include "core/par.h"

enum { LEAST_SECTORS = 64 };

typedef struct view {
    const float *height; /* corrected for the curvature */
    uint32_t columns, rows, column, row;
    double eye, target_height, slack;
    double step_x, step_y, max_square;
    bool flat_tops; /* columns */
    uint8_t *seen;
} view;

/* An octant: the post u, v steps away is at + u * du + v * dv. */
typedef struct octant {
    const view *w;
    const float *at;
    uint8_t *seen;
    ptrdiff_t du, dv;
    int64_t most_u, most_v, sectors;
    double step_u, step_v;
    bool axis, diagonal; /* are targets with v = 0, with v = u this octant's? */
    double *low, *high;  /* of sectors */
    int32_t *ring;       /* where high was met */
    double *slope, *before; /* gradients of the posts of this ring and the one before */
} octant;

static double post(const octant *o, int64_t u, int64_t v) { return (double)o->at[u * o->du + v * o->dv]; }

/* ---- the definition ---- */

/* Between post p and the next in a direction; nothing is as high as not a number. */
static double between(double p, double q, double part) { return part > 0.0 ? p + part * (q - p) : p; }

static bool hidden_at_column(const octant *o, int64_t k, int64_t u, int64_t v, double rise)
{
    double at = (double)v * (double)k / (double)u, j = floor(at);
    int64_t row = (int64_t)j;
    double ground = between(post(o, k, row), row < o->most_v ? post(o, k, row + 1) : (double)NAN, at - j);
    return (ground - o->w->eye) * (double)u > rise * (double)k;
}

static bool hidden_at_row(const octant *o, int64_t j, int64_t u, int64_t v, double rise)
{
    double at = (double)u * (double)j / (double)v, k = floor(at);
    int64_t column = (int64_t)k;
    double ground = between(post(o, column, j), column < o->most_u ? post(o, column + 1, j) : (double)NAN, at - k);
    return (ground - o->w->eye) * (double)v > rise * (double)j;
}

/* Columns k, j of the line to u, v: entered if it has a length there. */
static bool hidden_by_columns(const octant *o, int64_t k, int64_t u, int64_t v, double rise)
{
    int64_t j = ((2 * k - 1) * v + u) / (2 * u);
    for (; (2 * j - 1) * u < (2 * k + 1) * v && j <= o->most_v; j++) {
        if ((2 * j + 1) * u <= (2 * k - 1) * v) continue;
        double in = (double)k - 0.5, out = (double)k + 0.5;
        if (v) in = fmax(in, ((double)j - 0.5) * (double)u / (double)v), out = fmin(out, ((double)j + 0.5) * (double)u / (double)v);
        if ((post(o, k, j) - o->w->eye) * (double)u > rise * (rise >= 0.0 ? in : out)) return true;
    }
    if (!v) return (post(o, k, 0) - o->w->eye) * (double)u > rise * (rise >= 0.0 ? (double)k - 0.5 : (double)k + 0.5);
    return false;
}

static bool hidden_near(const octant *o, int64_t k, int64_t u, int64_t v, double rise)
{
    if (k < 1 || k >= u) return false;
    if (o->w->flat_tops) return hidden_by_columns(o, k, u, v, rise);
    int64_t j = v * k / u;
    return hidden_at_column(o, k, u, v, rise) || (j > 0 && j < v && hidden_at_row(o, j, u, v, rise));
}

static bool hidden(const octant *o, int64_t u, int64_t v, double rise, int64_t hint)
{
    if (hidden_near(o, hint, u, v, rise)) return true;
    for (int64_t k = u - 1; k >= 1; k--)
        if (o->w->flat_tops ? hidden_by_columns(o, k, u, v, rise) : hidden_at_column(o, k, u, v, rise)) return true;
    for (int64_t j = 1; j < v && !o->w->flat_tops; j++)
        if (hidden_at_row(o, j, u, v, rise)) return true;
    return false;
}

/* ---- bounds ---- */

static inline void raise(const octant *o, int64_t s, double low, double high, int64_t ring)
{
    if (low > o->low[s]) o->low[s] = low;
    if (high > o->high[s]) o->high[s] = high, o->ring[s] = (int32_t)ring;
}

/* The crossings with ring k: linear in v, so the ends of a sector bound it, and a post within. */
static void add_ring(const octant *o, int64_t k)
{
    const double *g = o->slope;
    double per = 1.0 / (double)o->sectors, left = g[0];
    int64_t last = o->most_v < k ? o->most_v : k, j = 0, rest = 0;
    for (int64_t s = 0; s < o->sectors; s++) {
        int64_t before = j;
        rest += k;
        if (rest >= o->sectors) rest -= o->sectors, j++;
        if (before > last) return;
        double right = j > last ? (double)NAN : rest ? g[j] + (double)rest * per * (g[j + 1] - g[j]) : g[j];
        double low = left < right ? left : right, high = left > right || right != right ? left : right;
        if (j != before) {
            double mid = j > last ? (double)NAN : g[j];
            low = mid < low ? mid : low;
            high = mid > high || high != high ? mid : high;
            low += 0.0 * mid;
        }
        raise(o, s, low + 0.0 * (left + right), high, k);
        left = right;
    }
}

/* The crossings with rows between rings k - 1 and k: linear in the slope. */
static void add_rows(const octant *o, int64_t k)
{
    double per = 1.0 / (double)o->sectors;
    for (int64_t j = 1; j < k && j <= o->most_v; j++) {
        double a = o->before[j] * (double)(k - 1), b = o->slope[j] * (double)k - a, c = (a - (double)(k - 1) * b) / (double)j;
        double least = (double)j / (double)k, most = (double)j / (double)(k - 1);
        int64_t first = j * o->sectors / k, last = j * o->sectors / (k - 1);
        for (int64_t s = first; s <= last && s < o->sectors; s++) {
            double m0 = (double)s * per, m1 = (double)(s + 1) * per;
            bool whole = m0 > least && m1 < most;
            double g0 = b + c * (m0 > least ? m0 : least), g1 = b + c * (m1 < most ? m1 : most);
            double high = g0 > g1 ? g0 : g1;
            raise(o, s, whole ? g0 < g1 ? g0 : g1 : -HUGE_VAL, high, k);
        }
    }
}

/* Columns of ring k: every sector meets few. */
static void add_columns(const octant *o, int64_t k)
{
    double per = 1.0 / (double)o->sectors, near = (double)k - 0.5, far = (double)k + 0.5;
    for (int64_t s = 0; s < o->sectors; s++) {
        double m0 = (double)s * per, m1 = (double)(s + 1) * per;
        int64_t first = (int64_t)(m0 * near + 0.5 - 1e-9), last = (int64_t)(m1 * far + 0.5 + 1e-9);
        for (int64_t j = first; j <= last && j <= o->most_v && j <= k + 1; j++) {
            double g = o->slope[j] * (double)k, top = (double)j + 0.5, bottom = (double)j - 0.5;
            if (g != g) continue;
            double in0 = s && bottom / m0 > near ? bottom / m0 : near, in1 = bottom / m1 > near ? bottom / m1 : near;
            double out0 = s && top / m0 < far ? top / m0 : far, out1 = top / m1 < far ? top / m1 : far;
            bool whole = out0 - in0 > 1e-9 && out1 - in1 > 1e-9;
            if (g > 0.0) raise(o, s, whole ? g / (in0 > in1 ? in0 : in1) : -HUGE_VAL, g / (in0 < in1 ? in0 : in1), k);
            else raise(o, s, whole ? g / (out0 < out1 ? out0 : out1) : -HUGE_VAL, g / (out0 > out1 ? out0 : out1), k);
        }
    }
}

/* ---- an octant ---- */

static void see_ring(const octant *o, int64_t k)
{
    const view *w = o->w;
    double square = (double)k * o->step_u * (double)k * o->step_u, slack = w->slack;
    int64_t last = o->diagonal ? k : k - 1, s = 0, rest = 0;
    if (last > o->most_v) last = o->most_v;
    for (int64_t v = 0; v <= last; v++, rest += o->sectors) { /* s is v * sectors / k */
        for (; rest >= k; rest -= k) s++;
        if (v == 0 && !o->axis) continue;
        double across = (double)v * o->step_v, height = post(o, k, v);
        if (!(square + across * across <= w->max_square) || height != height) continue;
        double rise = height + w->target_height - w->eye, g = rise / (double)k;
        int64_t at = s < o->sectors ? s : o->sectors - 1;
        bool seen = g > o->high[at] + slack || (g >= o->low[at] - slack && !hidden(o, k, v, rise, o->ring[at]));
        o->seen[k * o->du + v * o->dv] = seen;
    }
}

static void take_ring(octant *o, int64_t k)
{
    double *swap = o->before, per = 1.0 / (double)k;
    int64_t last = k + 1 < o->most_v ? k + 1 : o->most_v;
    o->before = o->slope;
    o->slope = swap;
    for (int64_t v = 0; v <= last; v++) o->slope[v] = (post(o, k, v) - o->w->eye) * per;
    if (last < k + 1) o->slope[last + 1] = (double)NAN;
}

static void sweep(octant *o)
{
    for (int64_t s = 0; s < o->sectors; s++) o->low[s] = o->high[s] = -HUGE_VAL, o->ring[s] = 0;
    for (int64_t k = 1; k <= o->most_u; k++) {
        if ((double)k * o->step_u * (double)k * o->step_u > o->w->max_square) return;
        take_ring(o, k);
        see_ring(o, k);
        if (o->w->flat_tops) {
            add_columns(o, k);
        } else {
            add_rows(o, k);
            add_ring(o, k);
        }
    }
}

static int64_t steps(uint32_t at, uint32_t count, bool back) { return back ? at : (int64_t)count - 1 - at; }

static cim_status run_octant(cim_ctx *ctx, uint32_t worker, size_t item, void *user)
{
    const view *w = user;
    bool tall = item & 4, back_x = item & 1, back_y = item & 2;
    size_t here = (size_t)w->row * w->columns + w->column;
    ptrdiff_t dx = back_x ? -1 : 1, dy = (back_y ? -1 : 1) * (ptrdiff_t)w->columns;
    int64_t most_x = steps(w->column, w->columns, back_x), most_y = steps(w->row, w->rows, back_y);
    octant o = { .w = w, .at = w->height + here, .seen = w->seen + here, .du = tall ? dy : dx, .dv = tall ? dx : dy, .most_u = tall ? most_y : most_x };
    (void)worker;
    o.most_v = tall ? most_x : most_y;
    if (o.most_v > o.most_u + 1) o.most_v = o.most_u + 1;
    o.step_u = tall ? w->step_y : w->step_x;
    o.step_v = tall ? w->step_x : w->step_y;
    o.axis = tall ? !back_x : !back_y; /* the axis is shared by two octants, the diagonal by a flat and a tall one */
    o.diagonal = !tall;
    o.sectors = 2 * o.most_u > LEAST_SECTORS ? 2 * o.most_u : LEAST_SECTORS;
    if (!o.most_u) return CIM_OK;
    size_t posts = (size_t)o.most_u + 3, sectors = (size_t)o.sectors;
    double *room = cim__alloc_n(ctx->mem, 2 * posts + 2 * sectors, sizeof *room);
    o.ring = cim__alloc_n(ctx->mem, sectors, sizeof *o.ring);
    if (room && o.ring) {
        o.slope = room, o.before = room + posts, o.low = room + 2 * posts, o.high = o.low + sectors;
        sweep(&o);
    }
    cim_status st = room && o.ring ? CIM_OK : cim__nomem(ctx);
    cim__free(ctx->mem, room);
    cim__free(ctx->mem, o.ring);
    return st;
}

/* ---- public ---- */

static cim_status options_ok(cim_ctx *ctx, const cim_sight_viewshed_options *o)
{
    if (!(fabs(o->eye_height_m) <= 1e6 && fabs(o->target_height_m) <= 1e6)) return cim__fail(ctx, CIM_EARG, "heights of eye and target are absurd");
    if (!(o->max_m >= 0.0)) return cim__fail(ctx, CIM_EARG, "the distance is negative or not a number");
    if (!(o->earth_radius_m >= 0.0) || (o->earth_radius_m > 0.0 && o->earth_radius_m < 1000.0))
        return cim__fail(ctx, CIM_EARG, "the radius of the earth is absurd");
    if (!(o->refraction >= 0.0 && o->refraction <= 1.0)) return cim__fail(ctx, CIM_EARG, "refraction is not between 0 and 1");
    if (o->method != CIM_SIGHT_INTERPOLATED && o->method != CIM_SIGHT_COLUMNS) return cim__fail(ctx, CIM_EARG, "no method %d", o->method);
    return CIM_OK;
}

/* Lower by what the earth falls away from the level of the observer. */
static double bend(cim__raster *r, uint32_t column, uint32_t row, const cim_sight_viewshed_options *o)
{
    double fall = o->earth_radius_m > 0.0 ? (1.0 - o->refraction) / (2.0 * o->earth_radius_m) : 0.0, most = 0.0;
    for (uint32_t y = 0; y < r->rows; y++) {
        double dy = ((double)y - row) * r->step_y;
        float *line = r->height + (size_t)y * r->columns;
        for (uint32_t x = 0; x < r->columns; x++) {
            double dx = ((double)x - column) * r->step_x;
            if (fall > 0.0) line[x] = (float)((double)line[x] - (dx * dx + dy * dy) * fall);
            double size = fabs((double)line[x]);
            most = size > most ? size : most;
        }
    }
    return most;
}

cim_status cim_sight_viewshed(cim_ctx *ctx, const cim_sight_raster *raster, uint32_t column, uint32_t row, const cim_sight_viewshed_options *options,
                              uint8_t *seen_out)
{
    cim_sight_viewshed_options o = CIM_SIGHT_VIEWSHED_OPTIONS_INIT;
    cim__raster r = { 0 };
    cim__enter(ctx);
    if (!raster || !seen_out) return cim__fail(ctx, CIM_EARG, "no raster or no place for the answer");
    CIM__TRY(cim__opts(ctx, &o, sizeof o, options, "cim_sight_viewshed_options"));
    CIM__TRY(options_ok(ctx, &o));
    CIM__TRY(cim__raster_copy(ctx, raster, &r));
    size_t count = (size_t)r.columns * r.rows, here = (size_t)row * r.columns + column;
    cim_status st = column < r.columns && row < r.rows && r.height[here] == r.height[here] ? CIM_OK
                        : cim__fail(ctx, CIM_EARG, "post %u, %u of the observer is not in the raster or has no height", column, row);
    if (st >= 0) {
        double most = bend(&r, column, row, &o), max_square = o.max_m > 0.0 ? o.max_m * o.max_m : HUGE_VAL;
        view w = { r.height, r.columns, r.rows, column, row, (double)r.height[here] + o.eye_height_m, o.target_height_m, 0, fabs(r.step_x), fabs(r.step_y),
                   max_square, o.method == CIM_SIGHT_COLUMNS, seen_out };
        w.slack = 2e-14 * (most + fabs(w.eye) + fabs(o.target_height_m));
        memset(seen_out, CIM_SIGHT_BEYOND, count);
        seen_out[here] = 1;
        st = cim__par_run(ctx, 8, "viewshed", run_octant, &w);
    }
    cim__free(ctx->mem, r.height);
    return st;
}
