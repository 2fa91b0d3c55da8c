/* relief.c - the city's own terrain, triangles of its relief objects, as a raster.
 *
 * A post has the height of the highest triangle that it is in, seen from above; outside of all of them it has none. */
#include "scene/scene.h"

#include "geom/geom.h"

enum { MOST_POSTS = 400000000 };

typedef struct relief {
    cim__scene_maker *m;
    cim__buf triangles; /* nine doubles each */
    cim__gbuild geom;
    cim_box box;
} relief;

static void put_triangle(relief *r, const double *a, const double *b, const double *c)
{
    double nine[9];
    memcpy(nine, a, 3 * sizeof *a), memcpy(nine + 3, b, 3 * sizeof *b), memcpy(nine + 6, c, 3 * sizeof *c);
    cim__buf_put(&r->triangles, nine, sizeof nine);
    for (int i = 0; i < 9; i += 3) cim__box_add(&r->box, nine[i], nine[i + 1]);
}

/* Polygons of a terrain are triangles; others are taken apart from their first corner. */
static cim_status take_shape(cim_ctx *ctx, const cim__stored_shape *shape, void *user)
{
    relief *r = user;
    if (shape->implicit) return CIM_OK;
    CIM__TRY(cim__gaia_get(ctx, shape->geom, &r->geom, NULL));
    cim_geom g = cim__gbuild_view(&r->geom);
    if (cim__geom_base(g.type) != CIM_GEOM_POLYGON || g.dim != 3 || !cim__geom_finite(&g)) return CIM_OK;
    for (uint32_t part = 0; part < g.part_count; part++) {
        uint32_t ring = cim__part_start(&g, part), first = cim__ring_start(&g, ring);
        if (ring >= g.ring_count) continue;
        for (uint32_t v = first + 1; v + 2 < g.ring_end[ring]; v++) put_triangle(r, g.coords + 3 * (size_t)first, g.coords + 3 * (size_t)v, g.coords + 3 * ((size_t)v + 1));
    }
    return r->triangles.failed ? cim__nomem(ctx) : CIM_OK;
}

static double across(const double *a, const double *b, double x, double y) { return (b[0] - a[0]) * (y - a[1]) - (b[1] - a[1]) * (x - a[0]); }

static uint32_t post(double at, double most) { return (uint32_t)(at < 0.0 ? 0.0 : at > most ? most : at); }

static void draw(const double *t, const cim_sight_raster *at, float *height)
{
    const double *a = t, *b = t + 3, *c = t + 6;
    double area = across(a, b, c[0], c[1]), slack = 1e-9 * fabs(area), cell = at->step_x_m;
    if (!(fabs(area) > 0.0)) return;
    double x0 = fmin(a[0], fmin(b[0], c[0])), x1 = fmax(a[0], fmax(b[0], c[0])), y0 = fmin(a[1], fmin(b[1], c[1])), y1 = fmax(a[1], fmax(b[1], c[1]));
    uint32_t right = post(floor((x1 - at->x) / cell), at->columns - 1.0), low = post(floor((at->y - y0) / cell), at->rows - 1.0);
    for (uint32_t row = post(ceil((at->y - y1) / cell), at->rows - 1.0); row <= low; row++)
        for (uint32_t column = post(ceil((x0 - at->x) / cell), at->columns - 1.0); column <= right; column++) {
            double x = at->x + column * cell, y = at->y - row * cell;
            double u = across(b, c, x, y), v = across(c, a, x, y), w = across(a, b, x, y), sign = area > 0.0 ? 1.0 : -1.0;
            if (u * sign < -slack || v * sign < -slack || w * sign < -slack) continue;
            float z = (float)((u * a[2] + v * b[2] + w * c[2]) / area), *h = &height[(size_t)row * at->columns + column];
            if (!(*h >= z)) *h = z;
        }
}

static cim_status make_raster(cim_ctx *ctx, relief *r)
{
    cim_scene *s = r->m->s;
    double cell = r->m->options.terrain_cell_m;
    const cim_box *a = &r->m->options.area;
    cim_box box = r->box;
    if (!r->m->whole) box = (cim_box){ fmax(box.min_x, a->min_x), fmax(box.min_y, a->min_y), fmin(box.max_x, a->max_x), fmin(box.max_y, a->max_y) };
    if (!cim__box_ok(&box)) return CIM_OK;
    double columns = floor((box.max_x - box.min_x) / cell) + 1.0, rows = floor((box.max_y - box.min_y) / cell) + 1.0;
    if (!(columns * rows <= MOST_POSTS)) return cim__fail(ctx, CIM_ELIMIT, "the terrain would be a raster of more than %d posts: take larger cells", MOST_POSTS);
    size_t count = (size_t)columns * (size_t)rows;
    s->ground.height = cim__alloc_n(s->mem, count, sizeof(float));
    if (!s->ground.height) return cim__nomem(ctx);
    for (size_t i = 0; i < count; i++) s->ground.height[i] = NAN;
    s->ground.raster = (cim_sight_raster){ sizeof s->ground.raster, (uint32_t)columns, (uint32_t)rows, box.min_x, box.max_y, cell, -cell, s->ground.height };
    for (size_t i = 0; i < r->triangles.size / (9 * sizeof(double)); i++) {
        draw((const double *)(const void *)r->triangles.data + 9 * i, &s->ground.raster, s->ground.height);
        if ((i & 0xfff) == 0) CIM__TRY(cim__tick(ctx, i, r->triangles.size / (9 * sizeof(double)), "terrain"));
    }
    s->ground.kind = CIM_SCENE_GROUND_RELIEF;
    return CIM_OK;
}

cim_status cim__scene_relief(cim_ctx *ctx, cim__scene_maker *m)
{
    relief r = { .m = m, .triangles = cim__buf_on(ctx->mem), .box = CIM__BOX_EMPTY };
    cim_status st = CIM_OK;
    cim__gbuild_init(&r.geom, ctx->mem);
    for (uint32_t id = 0; id <= m->city->max_id && st >= 0; id++)
        if (m->city->layer[id] == CIM__L_RELIEF) st = m->city->rows->shapes(ctx, m->city->store, id, take_shape, &r);
    if (st >= 0 && r.triangles.size) st = make_raster(ctx, &r);
    cim__buf_free(&r.triangles);
    cim__gbuild_free(&r.geom);
    return st < 0 ? st : CIM_OK;
}
