/* sun.c - where north is, and hours in the sun of walls and roofs. */
#include "scene/scene.h"

#include "cim/crs.h"
#include "geom/geom.h"

#define DEGREES (180.0 / 3.14159265358979323846)
#define BEFORE_M 1e-3

cim_status cim_scene_north(cim_ctx *ctx, cim_city *city, double x, double y, double lonlat_out[2], double *north_deg_out)
{
    cim__enter(ctx);
    if (!city || !lonlat_out || !north_deg_out) return cim__fail(ctx, CIM_EARG, "no city, or no place for the answer");
    if (!(fabs(x) <= 1e9 && fabs(y) <= 1e9)) return cim__fail(ctx, CIM_EARG, "the place is not finite or absurd");
    if (!cim_city_epsg(city)) return cim__fail(ctx, CIM_EUNSUPPORTED, "the city has no reference system: nobody knows where north is");
    double at[2] = { x, y };
    CIM__TRY(cim_crs_transform(ctx, cim_city_epsg(city), 4326, 1, at));
    if (!(fabs(at[0]) <= 360.0 && fabs(at[1]) < 89.9)) return cim__fail(ctx, CIM_EARG, "the place is not on earth, or at a pole");
    double north[2] = { at[0], at[1] + 1e-3 };
    CIM__TRY(cim_crs_transform(ctx, 4326, cim_city_epsg(city), 1, north));
    double back[2] = { at[0], at[1] };
    CIM__TRY(cim_crs_transform(ctx, 4326, cim_city_epsg(city), 1, back));
    lonlat_out[0] = at[0], lonlat_out[1] = at[1];
    *north_deg_out = -atan2(north[0] - back[0], north[1] - back[1]) * DEGREES;
    return CIM_OK;
}

typedef struct sampling {
    const cim_scene *scene;
    cim__buf surfaces, first; /* cim_scene_sunny; of each the first point, one more at the end */
    cim__buf xyz, normals;    /* three doubles a point */
    double step_m, north_deg;
    cim__gbuild geom;
} sampling;

static size_t points(const sampling *s) { return CIM__COUNT(&s->xyz, double) / 3; }

static void put_point(sampling *s, double x, double y, double z, double nx, double ny, double nz)
{
    double p[3] = { x + BEFORE_M * nx, y + BEFORE_M * ny, z + BEFORE_M * nz }, n[3] = { nx, ny, nz };
    cim__buf_put(&s->xyz, p, sizeof p);
    cim__buf_put(&s->normals, n, sizeof n);
}

static void begin_surface(sampling *s, cim_scene_sunny surface)
{
    size_t first = points(s);
    cim__buf_put(&s->first, &first, sizeof first);
    cim__buf_put(&s->surfaces, &surface, sizeof surface);
}

/* A polygon of a prism, so that "inside" and area are those of geometries. */
static cim_geom outline(sampling *s, uint32_t prism)
{
    const cim_sight_prisms *p = &s->scene->prisms;
    cim__gbuild_begin(&s->geom, CIM_GEOM_POLYGON, 2);
    for (uint32_t ring = prism ? p->prism_end[prism - 1] : 0; ring < p->prism_end[prism]; ring++) {
        for (uint32_t v = ring ? p->ring_end[ring - 1] : 0; v < p->ring_end[ring]; v++) cim__gbuild_xy(&s->geom, p->xy[2 * (size_t)v], p->xy[2 * (size_t)v + 1]);
        cim__gbuild_close(&s->geom);
    }
    cim__gbuild_part(&s->geom);
    return cim__gbuild_view(&s->geom);
}

static double even_odd_area(const cim_geom *g)
{
    double largest = 0.0, all = 0.0;
    for (uint32_t r = 0; r < g->ring_count; r++) {
        bool inside = false;
        double area = fabs(cim__ring_area(g, r));
        const double *v = g->coords + 2 * (size_t)cim__ring_start(g, r);
        for (uint32_t o = 0; o < g->ring_count; o++)
            for (uint32_t i = cim__ring_start(g, o); o != r && i + 1 < g->ring_end[o]; i++) (void)cim__cross_ray(g->coords + 2 * (size_t)i, g->coords + 2 * ((size_t)i + 1), v[0], v[1], &inside);
        all += inside ? -area : area;
        largest = fmax(largest, area);
    }
    return all > 0.0 ? all : largest;
}

static void roof(sampling *s, uint32_t prism)
{
    cim_geom g = outline(s, prism);
    cim_box box = cim__geom_box(&g);
    double top = s->scene->prisms.top_m[prism], nx = fmin(fmax(ceil((box.max_x - box.min_x) / s->step_m), 1.0), 1000.0),
           ny = fmin(fmax(ceil((box.max_y - box.min_y) / s->step_m), 1.0), 1000.0), xy[2];
    begin_surface(s, (cim_scene_sunny){ .prism = prism, .vertex = CIM_NONE, .area_m2 = even_odd_area(&g) });
    size_t before = points(s);
    for (double j = 0.5; j < ny; j += 1.0)
        for (double i = 0.5; i < nx; i += 1.0) {
            double x = box.min_x + i / nx * (box.max_x - box.min_x), y = box.min_y + j / ny * (box.max_y - box.min_y);
            if (cim__point_in_polygon(&g, x, y) == CIM__INSIDE) put_point(s, x, y, top, 0.0, 0.0, 1.0);
        }
    if (points(s) == before && cim__geom_inner_point(&g, xy)) put_point(s, xy[0], xy[1], top, 0.0, 0.0, 1.0);
}

/* The outward side of an edge is the one whose point is not inside. */
static void wall(sampling *s, uint32_t prism, uint32_t vertex, const double *a, const double *b, const cim_geom *g)
{
    const cim_sight_prisms *p = &s->scene->prisms;
    double length = hypot(b[0] - a[0], b[1] - a[1]), high = p->top_m[prism] - p->base_m[prism];
    if (!(length > 1e-6)) return;
    double nx = (b[1] - a[1]) / length, ny = -(b[0] - a[0]) / length, n = fmin(fmax(ceil(length / s->step_m), 1.0), 10000.0);
    if (cim__point_in_polygon(g, 0.5 * (a[0] + b[0]) + BEFORE_M * nx, 0.5 * (a[1] + b[1]) + BEFORE_M * ny) == CIM__INSIDE) nx = -nx, ny = -ny;
    double azimuth = fmod(atan2(nx, ny) * DEGREES + s->north_deg + 720.0, 360.0);
    begin_surface(s, (cim_scene_sunny){ .prism = prism, .vertex = vertex, .azimuth_deg = azimuth, .area_m2 = length * high });
    for (double i = 0.5; i < n; i += 1.0) put_point(s, a[0] + i / n * (b[0] - a[0]), a[1] + i / n * (b[1] - a[1]), p->base_m[prism] + 0.5 * high, nx, ny, 0.0);
}

static void sample(sampling *s, uint32_t prism)
{
    const cim_sight_prisms *p = &s->scene->prisms;
    roof(s, prism);
    cim_geom g = outline(s, prism);
    for (uint32_t ring = prism ? p->prism_end[prism - 1] : 0; ring < p->prism_end[prism]; ring++) {
        uint32_t first = ring ? p->ring_end[ring - 1] : 0, end = p->ring_end[ring];
        for (uint32_t v = first; v < end; v++) wall(s, prism, v, p->xy + 2 * (size_t)v, p->xy + 2 * (size_t)(v + 1 < end ? v + 1 : first), &g);
    }
}

/* An area on the ground. */
static cim_status lawn(cim_ctx *ctx, sampling *s, cim_city *city, uint32_t object, double at_out[2])
{
    cim__object o;
    cim__arena arena = cim__arena_on(ctx->mem);
    cim_status st = cim__scene_geometry(ctx, city, object, &arena, &s->geom, &o);
    cim_geom g = cim__gbuild_view(&s->geom);
    if (st == CIM_OK && cim__geom_base(g.type) == CIM_GEOM_POLYGON && cim__geom_inner_point(&g, at_out)) {
        cim_box box = cim__geom_box(&g);
        double nx = fmin(fmax(ceil((box.max_x - box.min_x) / s->step_m), 1.0), 1000.0), ny = fmin(fmax(ceil((box.max_y - box.min_y) / s->step_m), 1.0), 1000.0);
        begin_surface(s, (cim_scene_sunny){ .prism = CIM_NONE, .vertex = CIM_NONE, .area_m2 = cim__geom_area(&g) });
        for (double j = 0.5; j < ny; j += 1.0)
            for (double i = 0.5; i < nx; i += 1.0) {
                double x = box.min_x + i / nx * (box.max_x - box.min_x), y = box.min_y + j / ny * (box.max_y - box.min_y);
                if (cim__point_in_polygon(&g, x, y) == CIM__INSIDE) put_point(s, x, y, cim_scene_ground(s->scene, x, y), 0.0, 0.0, 1.0);
            }
        if (!points(s)) put_point(s, at_out[0], at_out[1], cim_scene_ground(s->scene, at_out[0], at_out[1]), 0.0, 0.0, 1.0);
    }
    cim__arena_free(&arena);
    return st < 0 ? st : CIM_OK;
}

static cim_status add_up(cim_ctx *ctx, sampling *s, const cim_sight_sun_options *options)
{
    size_t count = points(s), n = CIM__COUNT(&s->surfaces, cim_scene_sunny);
    cim__buf_put(&s->first, &count, sizeof count);
    if (s->surfaces.failed || s->first.failed || s->xyz.failed || s->normals.failed || !cim__gbuild_ok(&s->geom)) return cim__nomem(ctx);
    double *hours = cim__alloc_n(ctx->mem, count + 1, sizeof *hours);
    if (!hours) return cim__nomem(ctx);
    cim_status st = cim_sight_sun_hours(ctx, s->scene->sight, (const double *)(const void *)s->xyz.data, count, options, hours);
    for (size_t i = 0; i < n && st >= 0; i++) {
        cim_scene_sunny *surface = &CIM__AT(&s->surfaces, cim_scene_sunny, i);
        size_t first = CIM__AT(&s->first, size_t, i), end = CIM__AT(&s->first, size_t, i + 1);
        for (size_t k = first; k < end; k++) {
            surface->hours += hours[k] / (double)(end - first);
            surface->least = k == first ? hours[k] : fmin(surface->least, hours[k]);
            surface->most = fmax(surface->most, hours[k]);
        }
    }
    cim__free(ctx->mem, hours);
    return st;
}

static cim_status sample_all(cim_ctx *ctx, sampling *s, cim_city *city, uint32_t object, const cim_sight_sun_options *given)
{
    cim_sight_sun_options o = CIM_SIGHT_SUN_OPTIONS_INIT;
    double lonlat[2], at[2];
    uint32_t first, count;
    CIM__TRY(cim__opts(ctx, &o, sizeof o, given, "cim_sight_sun_options"));
    CIM__TRY(cim_scene_prisms_of(ctx, s->scene, object, &first, &count));
    if (count) {
        const cim_sight_prisms *p = &s->scene->prisms;
        uint32_t ring = first ? p->prism_end[first - 1] : 0, vertex = ring ? p->ring_end[ring - 1] : 0;
        at[0] = p->xy[2 * (size_t)vertex], at[1] = p->xy[2 * (size_t)vertex + 1];
    } else {
        CIM__TRY(lawn(ctx, s, city, object, at));
        if (!s->surfaces.size) return s->surfaces.failed ? cim__nomem(ctx) : CIM_OK;
    }
    CIM__TRY(cim_scene_north(ctx, city, at[0], at[1], lonlat, &s->north_deg));
    for (uint32_t i = first; i < first + count; i++) sample(s, i);
    o.longitude_deg = lonlat[0], o.latitude_deg = lonlat[1], o.north_deg = s->north_deg;
    o.normals = (const double *)(const void *)s->normals.data;
    return add_up(ctx, s, &o);
}

cim_status cim_scene_sun_object(cim_ctx *ctx, const cim_scene *scene, cim_city *city, uint32_t object, const cim_sight_sun_options *options, double step_m,
                                cim_buf *surfaces_out, size_t *count_out)
{
    cim__enter(ctx);
    if (!scene || !city || !options || !surfaces_out || !count_out) return cim__fail(ctx, CIM_EARG, "no scene, no city, no options or no place for the answer");
    if (!(step_m >= 0.1 && step_m <= 1000.0)) return cim__fail(ctx, CIM_EARG, "step_m must be 0.1 to 1000");
    sampling s = { .scene = scene, .surfaces = cim__buf_on(ctx->mem), .first = cim__buf_on(ctx->mem), .xyz = cim__buf_on(ctx->mem), .normals = cim__buf_on(ctx->mem), .step_m = step_m };
    cim__gbuild_init(&s.geom, ctx->mem);
    cim_status st = sample_all(ctx, &s, city, object, options);
    size_t n = CIM__COUNT(&s.surfaces, cim_scene_sunny);
    if (st >= 0 && !cim__buf_give(&s.surfaces, surfaces_out)) st = cim__nomem(ctx);
    if (st >= 0) *count_out = n;
    cim__buf_free(&s.surfaces);
    cim__buf_free(&s.first);
    cim__buf_free(&s.xyz);
    cim__buf_free(&s.normals);
    cim__gbuild_free(&s.geom);
    return st < 0 ? st : CIM_OK;
}
