/* transform.c - fast transformation of many points.
 *
 * PROJ needs 0.13 microseconds a point for UTM and more for datum shifts.  Inside a cell of 1/8 degree (8 km for metric
 * sources) every operation a city needs is so smooth that a polynomial of degree 4 in x and y through 5 x 5 Chebyshev
 * nodes follows it within nanometres.  A cell is fitted from PROJ's own results when the first point falls into it and
 * is then compared with PROJ at 36 other places; if any differs by more than a micrometre, the cell is marked exact and
 * all its points go to PROJ.  So grid shifts, edges and poles are never smoothed over.
 *
 * Cells are published by an atomic pointer and never change afterwards: readers take no lock. */
#include "crs/crs.h"
#include "crs/proj.h"

#include <math.h>

enum { N = 5, CHECK = 6, SLOTS = 4096, PROBES = 8 };
static const double TOLERANCE_M = 1e-6;

/* x and y; a vector to the compiler, but not aligned like one, since memory comes from the caller's allocator. */
typedef double pair __attribute__((vector_size(16), aligned(8)));

typedef struct cell {
    int64_t col, row;
    bool exact;
    double center[2];
    pair coef[N][N]; /* of u^i v^j, u and v in -1..1 over the cell */
} cell;

struct cim__transform {
    cim__mem *mem;
    cim__proj *proj; /* guarded by lock */
    pthread_mutex_t lock;
    bool identity;
    double cell_size, tolerance;
    _Atomic(cell *) slots[SLOTS];
};

cim_status cim__transform_new(cim_ctx *ctx, int32_t source, int32_t target, cim__transform **transform_out)
{
    cim__transform *t = cim__zalloc(ctx->mem, sizeof *t);
    if (!t) return cim__nomem(ctx);
    t->identity = source == target;
    cim_status st = t->identity ? CIM_OK : cim__proj_open(ctx, source, target, &t->proj);
    if (st < 0) {
        cim__free(ctx->mem, t);
        return st;
    }
    if (!t->identity && cim__proj_source(t->proj)->epsg == cim__proj_target(t->proj)->epsg) t->identity = true; /* a compound and its horizontal part */
    if (!t->identity) {
        const cim__crs_info *from = cim__proj_source(t->proj), *to = cim__proj_target(t->proj);
        t->cell_size = from->geographic ? 0.125 : 8192.0 / from->unit_m;
        t->tolerance = to->geographic ? TOLERANCE_M / 111320.0 : TOLERANCE_M / to->unit_m;
    }
    t->mem = cim__mem_ref(ctx->mem);
    pthread_mutex_init(&t->lock, NULL);
    *transform_out = t;
    return CIM_OK;
}

void cim__transform_free(cim__transform *t)
{
    if (!t) return;
    cim__mem *mem = t->mem;
    for (size_t i = 0; i < SLOTS; i++) cim__free(mem, atomic_load(&t->slots[i]));
    if (t->proj) cim__proj_close(t->proj);
    pthread_mutex_destroy(&t->lock);
    cim__free(mem, t);
    cim__mem_unref(mem);
}

bool cim__transform_is_identity(const cim__transform *t) { return t->identity; }

const char *cim__transform_note(const cim__transform *t) { return t->proj ? cim__proj_note(t->proj) : ""; }

/* ---- fitting ---- */

static double chebyshev_node(int k) { return cos(M_PI * (k + 0.5) / N); }

/* T0..T4 as polynomials: row n holds the factors of u^0..u^4. */
static const double cheb_poly[N][N] = { { 1, 0, 0, 0, 0 }, { 0, 1, 0, 0, 0 }, { -1, 0, 2, 0, 0 }, { 0, -3, 0, 4, 0 }, { 1, 0, -8, 0, 8 } };

static double cheb_at(int n, double u)
{
    double sum = 0.0;
    for (int i = N - 1; i >= 0; i--) sum = sum * u + cheb_poly[n][i];
    return sum;
}

/* Values at the N x N nodes to factors of u^i v^j of one coordinate. */
static void to_powers(double f[N][N], pair coef[N][N], int coordinate)
{
    for (int m = 0; m < N; m++)
        for (int n = 0; n < N; n++) {
            double c = 0.0;
            for (int k = 0; k < N; k++)
                for (int l = 0; l < N; l++) c += f[k][l] * cheb_at(m, chebyshev_node(k)) * cheb_at(n, chebyshev_node(l));
            c *= (m ? 2.0 : 1.0) * (n ? 2.0 : 1.0) / (N * N);
            for (int i = 0; i <= m; i++)
                for (int j = 0; j <= n; j++) coef[i][j][coordinate] += c * cheb_poly[m][i] * cheb_poly[n][j];
        }
}

/* Both coordinates at once; the five inner sums are independent of each other. */
static inline pair polynomial(const cell *c, double u, double v)
{
    pair inner[N], uu = { u, u }, vv = { v, v };
#pragma GCC unroll 5
    for (int i = 0; i < N; i++) inner[i] = (((c->coef[i][4] * vv + c->coef[i][3]) * vv + c->coef[i][2]) * vv + c->coef[i][1]) * vv + c->coef[i][0];
    return (((inner[4] * uu + inner[3]) * uu + inner[2]) * uu + inner[1]) * uu + inner[0];
}

/* Called under the lock. */
static void sample(cim__transform *t, const cell *c, double u, double v, double out[2])
{
    out[0] = ((double)c->col + 0.5 + 0.5 * u) * t->cell_size;
    out[1] = ((double)c->row + 0.5 + 0.5 * v) * t->cell_size;
    cim__proj_run(t->proj, &out[0], &out[1], 1, 1);
}

static bool fits(cim__transform *t, cell *c)
{
    for (int k = 0; k < CHECK; k++)
        for (int l = 0; l < CHECK; l++) {
            double u = -1.0 + 2.0 * k / (CHECK - 1), v = -1.0 + 2.0 * l / (CHECK - 1), p[2];
            sample(t, c, u, v, p);
            pair q = polynomial(c, u, v);
            double dx = q[0] + c->center[0] - p[0], dy = q[1] + c->center[1] - p[1];
            if (!(fabs(dx) <= t->tolerance && fabs(dy) <= t->tolerance)) return false;
        }
    return true;
}

static void fit(cim__transform *t, cell *c)
{
    double f[2][N][N], p[2];
    sample(t, c, 0.0, 0.0, c->center);
    c->exact = !(isfinite(c->center[0]) && isfinite(c->center[1]));
    for (int k = 0; k < N && !c->exact; k++)
        for (int l = 0; l < N; l++) {
            sample(t, c, chebyshev_node(k), chebyshev_node(l), p);
            f[0][k][l] = p[0] - c->center[0];
            f[1][k][l] = p[1] - c->center[1];
        }
    if (c->exact) return;
    to_powers(f[0], c->coef, 0);
    to_powers(f[1], c->coef, 1);
    c->exact = !fits(t, c);
}

/* ---- use ---- */

static size_t slot_of(int64_t col, int64_t row)
{
    return (size_t)(((uint64_t)col * 0x9e3779b97f4a7c15ull + (uint64_t)row * 0xd6e8feb86659fd93ull) >> 20);
}

static const cell *make_cell(cim__transform *t, int64_t col, int64_t row)
{
    const cell *found = NULL;
    pthread_mutex_lock(&t->lock);
    for (int i = 0; i < PROBES && !found; i++) {
        size_t at = (slot_of(col, row) + (size_t)i) & (SLOTS - 1);
        cell *c = atomic_load(&t->slots[at]);
        if (c && (c->col != col || c->row != row)) continue;
        if (!c && (c = cim__zalloc(t->mem, sizeof *c))) {
            c->col = col;
            c->row = row;
            fit(t, c);
            atomic_store_explicit(&t->slots[at], c, memory_order_release);
        }
        found = c;
        break;
    }
    pthread_mutex_unlock(&t->lock);
    return found;
}

static const cell *find_cell(cim__transform *t, int64_t col, int64_t row)
{
    for (int i = 0; i < PROBES; i++) {
        cell *c = atomic_load_explicit(&t->slots[(slot_of(col, row) + (size_t)i) & (SLOTS - 1)], memory_order_acquire);
        if (!c) break;
        if (c->col == col && c->row == row) return c;
    }
    return make_cell(t, col, row); /* NULL when the table is crowded or memory is short: then PROJ does it */
}

static void run_exact(cim__transform *t, double *x, double *y)
{
    pthread_mutex_lock(&t->lock);
    cim__proj_run(t->proj, x, y, 1, 1);
    pthread_mutex_unlock(&t->lock);
}

void cim__transform_run(cim__transform *t, double *x, double *y, size_t stride, size_t count)
{
    const cell *c = NULL;
    if (t->identity) return;
    for (size_t i = 0; i < count; i++, x += stride, y += stride) {
        double gx = *x / t->cell_size, gy = *y / t->cell_size;
        if (!(fabs(gx) < 1e9 && fabs(gy) < 1e9)) {
            *x = *y = HUGE_VAL;
            continue;
        }
        double fx = floor(gx), fy = floor(gy);
        if (!c || c->col != (int64_t)fx || c->row != (int64_t)fy) c = find_cell(t, (int64_t)fx, (int64_t)fy);
        if (!c || c->exact) {
            run_exact(t, x, y);
            continue;
        }
        double u = 2.0 * (gx - fx) - 1.0, v = 2.0 * (gy - fy) - 1.0;
        pair p = polynomial(c, u, v);
        *x = p[0] + c->center[0];
        *y = p[1] + c->center[1];
    }
}

cim_status cim_crs_transform(cim_ctx *ctx, int32_t source_epsg, int32_t target_epsg, size_t count, double *xy)
{
    cim__transform *t = NULL;
    cim__enter(ctx);
    if (!xy && count) return cim__fail(ctx, CIM_EARG, "no coordinates");
    CIM__TRY(cim__transform_new(ctx, source_epsg, target_epsg, &t));
    if (count) cim__transform_run(t, xy, xy + 1, 2, count);
    cim__transform_free(t);
    return CIM_OK;
}
