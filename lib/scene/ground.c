/* ground.c - the ground: a raster where there is one, else between points. */
#include "scene/scene.h"

#include "geom/geom.h"

enum { NEAREST = 8, A_CELL = 2 };

/* ---- points ---- */

static uint32_t along(double at, double least, double cell_m, uint32_t count)
{
    double c = floor((at - least) / cell_m);
    return c < 0.0 ? 0 : c >= count ? count - 1 : (uint32_t)c;
}

static size_t cell_of(const cim__scene_points *p, double x, double y)
{
    return (size_t)along(y, p->y, p->cell_m, p->rows) * p->columns + along(x, p->x, p->cell_m, p->columns);
}

static cim_status index_points(cim_ctx *ctx, cim__mem *mem, const double (*xyz)[3], uint32_t count, cim__scene_points *p)
{
    cim_box box = CIM__BOX_EMPTY;
    for (uint32_t i = 0; i < count; i++) cim__box_add(&box, xyz[i][0], xyz[i][1]);
    double wide = box.max_x - box.min_x, high = box.max_y - box.min_y, cells = count / (double)A_CELL + 1.0;
    *p = (cim__scene_points){ .count = count, .x = box.min_x, .y = box.min_y };
    p->cell_m = fmax(fmax(sqrt(wide * high / cells), fmax(wide, high) / 4096.0), 1e-3);
    p->columns = (uint32_t)(wide / p->cell_m) + 1;
    p->rows = (uint32_t)(high / p->cell_m) + 1;
    size_t n = (size_t)p->columns * p->rows;
    p->first = cim__zalloc_n(mem, n + 2, sizeof *p->first);
    p->xyz = cim__alloc_n(mem, count, sizeof *p->xyz);
    if (!p->first || !p->xyz) return cim__nomem(ctx);
    for (uint32_t i = 0; i < count; i++) p->first[cell_of(p, xyz[i][0], xyz[i][1]) + 2]++;
    for (size_t c = 2; c < n + 2; c++) p->first[c] += p->first[c - 1];
    for (uint32_t i = 0; i < count; i++) memcpy(p->xyz[p->first[cell_of(p, xyz[i][0], xyz[i][1]) + 1]++], xyz[i], sizeof xyz[i]);
    return CIM_OK;
}

typedef struct nearest {
    int count;
    double squared[NEAREST], z[NEAREST]; /* ascending */
} nearest;

static void look_at(nearest *n, const double point[3], double x, double y)
{
    double squared = (point[0] - x) * (point[0] - x) + (point[1] - y) * (point[1] - y);
    int at = n->count < NEAREST ? n->count : NEAREST;
    if (at == NEAREST && squared >= n->squared[NEAREST - 1]) return;
    if (at == NEAREST) at--;
    else n->count++;
    for (; at > 0 && n->squared[at - 1] > squared; at--) n->squared[at] = n->squared[at - 1], n->z[at] = n->z[at - 1];
    n->squared[at] = squared;
    n->z[at] = point[2];
}

static void look_in(const cim__scene_points *p, nearest *n, int64_t column, int64_t row, double x, double y)
{
    if (column < 0 || row < 0 || column >= p->columns || row >= p->rows) return;
    size_t cell = (size_t)row * p->columns + (size_t)column;
    for (uint32_t i = p->first[cell]; i < p->first[cell + 1]; i++) look_at(n, p->xyz[i], x, y);
}

/* Rings of cells outwards, until what is farther cannot be nearer. */
static double between(const cim__scene_points *p, double x, double y)
{
    nearest n = { 0 };
    int64_t column = along(x, p->x, p->cell_m, p->columns), row = along(y, p->y, p->cell_m, p->rows);
    double beside = fmax(fmax(p->x - x, x - (p->x + p->columns * p->cell_m)), fmax(p->y - y, y - (p->y + p->rows * p->cell_m)));
    int64_t most = p->columns > p->rows ? p->columns : p->rows;
    for (int64_t ring = 0; ring <= most; ring++) {
        double reach = fmax((double)(ring - 1) * p->cell_m, beside);
        if (n.count == NEAREST && ring > 0 && reach > 0.0 && reach * reach > n.squared[NEAREST - 1]) break;
        for (int64_t c = column - ring; c <= column + ring; c++) {
            look_in(p, &n, c, row - ring, x, y);
            if (ring) look_in(p, &n, c, row + ring, x, y);
        }
        for (int64_t r = row - ring + 1; r < row + ring; r++) {
            look_in(p, &n, column - ring, r, x, y);
            look_in(p, &n, column + ring, r, x, y);
        }
    }
    double sum = 0.0, weights = 0.0;
    for (int i = 0; i < n.count; i++) {
        double weight = 1.0 / (n.squared[i] + 1e-6);
        sum += weight * n.z[i], weights += weight;
    }
    return weights > 0.0 ? sum / weights : 0.0;
}

/* The middle and the lowest point of every building with heights of its own, also of those that are left out: it is there all the same. */
static cim_status find_points(cim_ctx *ctx, cim__scene_maker *m)
{
    double *lowest = cim__alloc_n(ctx->mem, (size_t)m->city->max_id + 1, sizeof *lowest);
    cim__buf points = cim__buf_on(ctx->mem);
    if (!lowest) return cim__nomem(ctx);
    for (uint32_t i = 0; i <= m->city->max_id; i++) lowest[i] = HUGE_VAL;
    for (size_t i = 0; i < CIM__COUNT(&m->things, cim__scene_thing); i++) {
        const cim__scene_thing *t = &CIM__AT(&m->things, cim__scene_thing, i);
        if (t->absolute && t->layer <= CIM__L_BUILDING_PART && t->base < lowest[t->root]) lowest[t->root] = t->base;
    }
    for (size_t i = 0; i < CIM__COUNT(&m->things, cim__scene_thing); i++) {
        const cim__scene_thing *t = &CIM__AT(&m->things, cim__scene_thing, i);
        if (!t->rings || !(lowest[t->root] < HUGE_VAL) || t->layer > CIM__L_BUILDING_PART) continue;
        uint32_t first = t->ring ? CIM__AT(&m->rings, uint32_t, t->ring - 1) : 0;
        cim_box box = CIM__BOX_EMPTY;
        for (uint32_t v = first; v < CIM__AT(&m->rings, uint32_t, t->ring); v++)
            cim__box_add(&box, CIM__AT(&m->coords, double, 2 * (size_t)v), CIM__AT(&m->coords, double, 2 * (size_t)v + 1));
        double xyz[3] = { 0.5 * (box.min_x + box.max_x), 0.5 * (box.min_y + box.max_y), lowest[t->root] };
        cim__buf_put(&points, xyz, sizeof xyz);
    }
    cim__free(ctx->mem, lowest);
    uint32_t count = (uint32_t)(CIM__COUNT(&points, double) / 3);
    cim_status st = points.failed ? cim__nomem(ctx) : CIM_OK;
    if (st >= 0 && count) {
        st = index_points(ctx, m->s->mem, (const double(*)[3])(const void *)points.data, count, &m->s->ground.points);
        if (m->s->ground.kind == CIM_SCENE_GROUND_NONE) m->s->ground.kind = CIM_SCENE_GROUND_POINTS;
    }
    cim__buf_free(&points);
    return st;
}

/* ---- rasters ---- */

static cim_status take_raster(cim_ctx *ctx, cim__scene_maker *m, const cim_sight_raster *given)
{
    cim_sight_raster r = CIM_SIGHT_RASTER_INIT;
    CIM__TRY(cim__opts(ctx, &r, sizeof r, given, "cim_sight_raster"));
    if (!r.columns || !r.rows || !r.height_m) return cim__fail(ctx, CIM_EARG, "a raster without heights");
    if ((uint64_t)r.columns * r.rows > 400000000) return cim__fail(ctx, CIM_ELIMIT, "a raster of %u by %u posts is too large", r.columns, r.rows);
    size_t count = (size_t)r.columns * r.rows;
    float *copy = cim__alloc_n(m->s->mem, count, sizeof *copy);
    if (!copy) return cim__nomem(ctx);
    memcpy(copy, r.height_m, count * sizeof *copy);
    r.height_m = m->s->ground.height = copy;
    m->s->ground.raster = r;
    m->s->ground.kind = CIM_SCENE_GROUND_RASTER;
    return CIM_OK;
}

/* Bilinear; not a number outside, and where a post around has no height. */
static double on_raster(const cim_sight_raster *r, double x, double y)
{
    double u = (x - r->x) / r->step_x_m, v = (y - r->y) / r->step_y_m;
    if (!(u >= 0.0 && v >= 0.0 && u <= r->columns - 1.0 && v <= r->rows - 1.0)) return NAN;
    size_t c = (size_t)u, w = (size_t)v, right = c + 1 < r->columns ? 1 : 0, down = w + 1 < r->rows ? r->columns : 0;
    double s = u - (double)c, t = v - (double)w;
    const float *h = r->height_m + w * r->columns + c;
    double top = s > 0.0 ? (1.0 - s) * (double)h[0] + s * (double)h[right] : (double)h[0];
    if (!(t > 0.0)) return top;
    double low = s > 0.0 ? (1.0 - s) * (double)h[down] + s * (double)h[down + right] : (double)h[down];
    return (1.0 - t) * top + t * low;
}

/* ---- both ---- */

cim_status cim__scene_ground_make(cim_ctx *ctx, cim__scene_maker *m)
{
    if (m->options.terrain) CIM__TRY(take_raster(ctx, m, m->options.terrain));
    else if (m->options.terrain_path) CIM__TRY(cim__scene_raster_read(ctx, m, m->options.terrain_path));
    else CIM__TRY(cim__scene_relief(ctx, m));
    return find_points(ctx, m);
}

void cim__scene_ground_free(cim__mem *mem, cim__scene_ground *ground)
{
    cim__free(mem, ground->height);
    cim__free(mem, ground->points.first);
    cim__free(mem, ground->points.xyz);
}

double cim__scene_ground_at(const cim__scene_ground *ground, double x, double y)
{
    if (!isfinite(x) || !isfinite(y)) return NAN;
    double z = ground->raster.height_m ? on_raster(&ground->raster, x, y) : NAN;
    if (!isnan(z)) return z;
    return ground->points.count ? between(&ground->points, x, y) : 0.0;
}
