/* line.c - sight lines through the grid: blocks first, cells where a block may hide something. */
#include "cover/sight.h"

#include "core/par.h"
#include "core/sort.h"

enum { CHUNK = 4096, MOST = 1 << 17, TESTED = 16 };

/* The line in cells: at x + t dx, y + t dy. */
typedef struct walk {
    double x, y, dx, dy, per_x, per_y, za, dz, slack;
    bool still_x, still_y;
    uint32_t tested[TESTED]; /* prisms that this line does not meet: they are in several cells */
} walk;

/* Where the walk leaves a square of `side` at column c: t, or beyond all. */
static inline double leaves(double at, double step, double per, bool still, double c, double side)
{
    return still ? 2.0 : ((step > 0.0 ? (c + 1.0) * side : c * side) - at) * per;
}

static inline double lowest(const walk *w, double t0, double t1) { return w->za + (w->dz >= 0.0 ? t0 : t1) * w->dz - w->slack; }

static inline double clamp(double v, double most) { return v < 0.0 ? 0.0 : v > most ? most : v; }

static int in_cell(const cim_sight_scene *scene, const cim__cell *cell, walk *w, const cim__sight *s, uint32_t *blocker)
{
    for (uint32_t i = cell[0].first, end = cell[1].first; i < end; i++) {
        uint32_t p = scene->items[i];
        if (w->tested[p % TESTED] == p || !cim__sight_nears(&scene->prisms[p], s)) continue;
        int meets = cim__sight_meets(scene, &scene->prisms[p], s);
        w->tested[p % TESTED] = p;
        if (!meets) continue;
        *blocker = p;
        return meets;
    }
    return 0;
}

static int in_block(const cim_sight_scene *scene, walk *w, const cim__sight *s, size_t block, double bx, double by, double t0, double t1,
                    uint32_t *blocker)
{
    double side = (double)(1u << scene->shift), x0 = bx * side, y0 = by * side;
    double x = x0 + clamp(floor(w->x + t0 * w->dx - x0), side - 1.0), y = y0 + clamp(floor(w->y + t0 * w->dy - y0), side - 1.0);
    const cim__cell *cells = scene->cells + ((size_t)scene->block[block] << 2 * scene->shift);
    double tx = leaves(w->x, w->dx, w->per_x, w->still_x, x, 1.0), ty = leaves(w->y, w->dy, w->per_y, w->still_y, y, 1.0);
    for (;;) {
        double t = tx < ty ? tx : ty;
        if (t > t1) t = t1;
        const cim__cell *cell = cells + ((size_t)(y - y0) << scene->shift) + (size_t)(x - x0);
        if (lowest(w, t0, t) < (double)cell->top) {
            int meets = in_cell(scene, cell, w, s, blocker);
            if (meets) return meets;
        }
        if (t >= t1) return 0;
        t0 = t > t0 ? t : t0;
        if (tx < ty) {
            x += w->dx > 0.0 ? 1.0 : -1.0;
            if (x < x0 || x >= x0 + side) return 0;
            tx = leaves(w->x, w->dx, w->per_x, false, x, 1.0);
        } else {
            y += w->dy > 0.0 ? 1.0 : -1.0;
            if (y < y0 || y >= y0 + side) return 0;
            ty = leaves(w->y, w->dy, w->per_y, false, y, 1.0);
        }
    }
}

/* The part of the way from 0 to 1 over the grid along one axis, with room for rounding. */
static void clip(double at, double step, double per, bool still, double most, double *t0, double *t1)
{
    double margin = 0.01;
    if (still) {
        if (at < -margin || at > most + margin) *t1 = -1.0;
        return;
    }
    double a = (-margin - at) * per, b = (most + margin - at) * per;
    double in = step > 0.0 ? a : b, out = step > 0.0 ? b : a;
    *t0 = in > *t0 ? in : *t0;
    *t1 = out < *t1 ? out : *t1;
}

static bool begin(const cim_sight_scene *scene, const cim__sight *s, walk *w)
{
    w->x = (s->a[0] - scene->box.min_x) * scene->per_m;
    w->y = (s->a[1] - scene->box.min_y) * scene->per_m;
    w->dx = s->dx * scene->per_m;
    w->dy = s->dy * scene->per_m;
    w->still_x = fabs(w->dx) < 1e-9;
    w->still_y = fabs(w->dy) < 1e-9;
    w->per_x = w->still_x ? 0.0 : 1.0 / w->dx;
    w->per_y = w->still_y ? 0.0 : 1.0 / w->dy;
    memset(w->tested, 0xff, sizeof w->tested);
    w->za = s->za;
    w->dz = s->zb - s->za;
    w->slack = 1e-9 * fabs(w->dz) + 1e-12 * (fabs(s->za) + fabs(s->zb));
    return fabs(w->x) + fabs(w->y) + fabs(w->dx) + fabs(w->dy) < 0x1p34; /* beyond, rounding moves the line by more than the cells are padded */
}

static int through_blocks(const cim_sight_scene *scene, walk *w, const cim__sight *s, uint32_t *blocker)
{
    double side = (double)(1u << scene->shift), t0 = 0.0, t1 = 1.0;
    clip(w->x, w->dx, w->per_x, w->still_x, scene->blocks_x * side, &t0, &t1);
    clip(w->y, w->dy, w->per_y, w->still_y, scene->blocks_y * side, &t0, &t1);
    if (t0 > t1) return 0;
    double x = clamp(floor((w->x + t0 * w->dx) / side), scene->blocks_x - 1.0), y = clamp(floor((w->y + t0 * w->dy) / side), scene->blocks_y - 1.0);
    double tx = leaves(w->x, w->dx, w->per_x, w->still_x, x, side), ty = leaves(w->y, w->dy, w->per_y, w->still_y, y, side);
    for (;;) {
        double t = tx < ty ? tx : ty;
        if (t > t1) t = t1;
        size_t block = (size_t)y * scene->blocks_x + (size_t)x;
        if (lowest(w, t0, t) < (double)scene->block_top[block]) {
            int meets = in_block(scene, w, s, block, x, y, t0, t, blocker);
            if (meets) return meets;
        }
        if (t >= t1) return 0;
        t0 = t > t0 ? t : t0;
        if (tx < ty) {
            x += w->dx > 0.0 ? 1.0 : -1.0;
            if (x < 0.0 || x >= scene->blocks_x) return 0;
            tx = leaves(w->x, w->dx, w->per_x, false, x, side);
        } else {
            y += w->dy > 0.0 ? 1.0 : -1.0;
            if (y < 0.0 || y >= scene->blocks_y) return 0;
            ty = leaves(w->y, w->dy, w->per_y, false, y, side);
        }
    }
}

static int all_prisms(const cim_sight_scene *scene, const cim__sight *s, uint32_t *blocker)
{
    for (uint32_t p = 0; p < scene->prism_count; p++) {
        int meets = cim__sight_meets(scene, &scene->prisms[p], s);
        *blocker = p;
        if (meets) return meets;
    }
    return 0;
}

/* *hint and the blocker are numbers of prisms inside the scene; the caller turns them into ids. */
static int blocked(const cim_sight_scene *scene, const cim__sight *s, uint32_t *hint)
{
    uint32_t blocker = CIM_NONE;
    walk w;
    int meets = *hint < scene->prism_count ? cim__sight_meets(scene, &scene->prisms[*hint], s) : 0;
    if (meets) return meets;
    if (scene->prism_count && s->low < scene->highest && s->high > scene->lowest)
        meets = begin(scene, s, &w) ? through_blocks(scene, &w, s, &blocker) : all_prisms(scene, s, &blocker);
    if (meets) *hint = blocker;
    else if (scene->terrain.height && cim__sight_earth(&scene->terrain, s)) return 2;
    return meets;
}

int cim__sight_blocked(const cim_sight_scene *scene, const cim__sight *s, uint32_t *hint, uint32_t *blocker_out)
{
    int meets = blocked(scene, s, hint);
    if (blocker_out) *blocker_out = meets == 1 ? scene->prisms[*hint].id : meets == 2 ? CIM_SIGHT_TERRAIN : CIM_NONE;
    return meets;
}

/* ---- public ---- */

cim_status cim__sight_point_ok(cim_ctx *ctx, const double *xyz, size_t i, const char *what)
{
    if (!(fabs(xyz[0]) <= CIM__SIGHT_FAR && fabs(xyz[1]) <= CIM__SIGHT_FAR && fabs(xyz[2]) <= CIM__SIGHT_FAR))
        return cim__fail(ctx, CIM_EARG, "%s %zu is not finite or absurd", what, i);
    return CIM_OK;
}

cim_status cim_sight_line(cim_ctx *ctx, const cim_sight_scene *scene, const double from[3], const double to[3], uint32_t *blocker_out)
{
    cim__sight s;
    uint32_t hint = CIM_NONE;
    cim__enter(ctx);
    if (!scene || !from || !to || !blocker_out) return cim__fail(ctx, CIM_EARG, "no scene, no ends or no place for the answer");
    CIM__TRY(cim__sight_point_ok(ctx, from, 0, "point"));
    CIM__TRY(cim__sight_point_ok(ctx, to, 1, "point"));
    cim__sight_set(&s, from, to);
    uint32_t blocker = CIM_NONE;
    if (cim__sight_blocked(scene, &s, &hint, &blocker) < 0) return cim__nomem(ctx);
    *blocker_out = blocker;
    return CIM_OK;
}

typedef struct batch {
    const cim_sight_scene *scene;
    const double *from, *to;
    size_t count, chunk;
    uint8_t *seen;
} batch;

/* Lines that begin near each other one after the other: they need the same prisms, which are then at hand. */
static cim_status some_lines(cim_ctx *ctx, uint32_t worker, size_t item, void *user)
{
    const batch *b = user;
    size_t first = item * b->chunk, count = b->count - first < b->chunk ? b->count - first : b->chunk;
    cim__keyed *keys = cim__alloc_n(ctx->mem, 2 * count, sizeof *keys);
    cim_status st = keys ? CIM_OK : cim__nomem(ctx);
    uint32_t hint = CIM_NONE;
    cim__sight s;
    (void)worker;
    for (size_t i = 0; keys && i < count; i++) keys[i] = (cim__keyed){ cim__sight_key(b->scene, b->from + 3 * (first + i)), (uint32_t)i, 0 };
    if (keys) cim__sort_keyed(keys, keys + count, count);
    for (size_t k = 0; st >= 0 && k < count; k++) {
        size_t i = first + keys[k].id;
        cim__sight_set(&s, b->from + 3 * i, b->to + 3 * i);
        int meets = blocked(b->scene, &s, &hint);
        if (meets < 0) st = cim__nomem(ctx);
        b->seen[i] = !meets;
        if (k % CHUNK == 0 && st >= 0) st = cim__tick(ctx, item, (b->count + b->chunk - 1) / b->chunk, "sight lines");
    }
    cim__free(ctx->mem, keys);
    return st;
}

cim_status cim_sight_lines(cim_ctx *ctx, const cim_sight_scene *scene, const double *from, const double *to, size_t count, uint8_t *seen_out)
{
    batch b = { scene, from, to, count, CHUNK, seen_out };
    cim__enter(ctx);
    if (!scene || (count && (!from || !to || !seen_out))) return cim__fail(ctx, CIM_EARG, "no scene, no ends or no place for the answers");
    for (size_t i = 0; i < count; i++) {
        CIM__TRY(cim__sight_point_ok(ctx, from + 3 * i, i, "beginning"));
        CIM__TRY(cim__sight_point_ok(ctx, to + 3 * i, i, "end"));
    }
    while (b.chunk < MOST && b.chunk * 4 * ctx->threads < count) b.chunk *= 2;
    return count ? cim__par_run(ctx, (count + b.chunk - 1) / b.chunk, "sight lines", some_lines, &b) : CIM_OK;
}

/* A number that rises with the angle of (x, y), from 0 to 4. */
static double turn_of(double x, double y)
{
    double sum = fabs(x) + fabs(y), part = sum > 0.0 ? y / sum : 0.0;
    return x < 0.0 ? 2.0 - part : part < 0.0 ? 4.0 + part : part;
}

cim_status cim_sight_fan(cim_ctx *ctx, cim_sight_query *query, const double from[3], const double *to, size_t count, uint8_t *seen_out)
{
    uint32_t hint = CIM_NONE;
    cim__sight s;
    cim__enter(ctx);
    if (!query || !from || (count && (!to || !seen_out))) return cim__fail(ctx, CIM_EARG, "no query, no points or no place for the answers");
    if (count > 0x7fffffff) return cim__fail(ctx, CIM_EARG, "%zu targets are too many", count);
    CIM__TRY(cim__sight_point_ok(ctx, from, 0, "sensor"));
    query->keys.size = query->scratch.size = 0;
    cim__keyed *keys = cim__buf_extend(&query->keys, (count + 1) * sizeof *keys), *scratch = cim__buf_extend(&query->scratch, (count + 1) * sizeof *keys);
    if (!keys || !scratch) {
        cim__buf_free(&query->keys), cim__buf_free(&query->scratch);
        return cim__nomem(ctx);
    }
    for (size_t i = 0; i < count; i++) {
        CIM__TRY(cim__sight_point_ok(ctx, to + 3 * i, i, "target"));
        double turn = turn_of(to[3 * i] - from[0], to[3 * i + 1] - from[1]);
        keys[i] = (cim__keyed){ (uint64_t)(turn * 0x1p29), (uint32_t)i, 0 };
    }
    cim__sort_keyed(keys, scratch, count);
    for (size_t i = 0; i < count; i++) {
        if (i % CHUNK == 0) CIM__TRY(cim__tick(ctx, i, count, "sight lines"));
        cim__sight_set(&s, from, to + 3 * (size_t)keys[i].id);
        int meets = blocked(query->scene, &s, &hint);
        if (meets < 0) return cim__nomem(ctx);
        seen_out[keys[i].id] = !meets;
    }
    return CIM_OK;
}
