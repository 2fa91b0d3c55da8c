/* sites.c - lists of places of a city: objects of a query, along walls and streets, a grid. */
#include "serve/serve.h"

#include "cim/query.h"
#include "city/city.h"
#include "core/json.h"
#include "core/num.h"
#include "geom/geom.h"
#include "net/net.h"

static const double TO_DEG = 57.29577951308232;

struct cim_sites {
    cim__mem *mem;
    cim_city *city;
    cim__buf list; /* cim_site */
};

cim_status cim_sites_new(cim_ctx *ctx, cim_city *city, cim_sites **sites_out)
{
    cim__enter(ctx);
    if (!city || !sites_out) return cim__fail(ctx, CIM_EARG, "no city, or nothing to fill");
    cim_sites *s = cim__zalloc(ctx->mem, sizeof *s);
    if (!s) return cim__nomem(ctx);
    s->mem = cim__mem_ref(ctx->mem);
    s->city = cim_city_ref(city);
    s->list = cim__buf_on(s->mem);
    *sites_out = s;
    return CIM_OK;
}

void cim_sites_free(cim_sites *s)
{
    if (!s) return;
    cim__mem *mem = s->mem;
    cim__buf_free(&s->list);
    cim_city_free(s->city);
    cim__free(mem, s);
    cim__mem_unref(mem);
}

const cim_site *cim_sites_get(const cim_sites *s, size_t *count_out)
{
    *count_out = CIM__COUNT(&s->list, cim_site);
    return (const cim_site *)(const void *)s->list.data;
}

static cim_status put(cim_ctx *ctx, cim_sites *s, const cim_site *site)
{
    if (CIM__COUNT(&s->list, cim_site) >= CIM_PLACE_MAX_SITES) return cim__fail(ctx, CIM_ELIMIT, "more than %u places", CIM_PLACE_MAX_SITES);
    cim_site *at = CIM__PUSH(&s->list, cim_site);
    if (at) *at = *site;
    else s->list.failed = false; /* the list stays in use */
    return at ? CIM_OK : cim__nomem(ctx);
}

cim_status cim_sites_put(cim_ctx *ctx, cim_sites *s, uint32_t object, double x, double y, double height_m)
{
    cim__enter(ctx);
    if (!s) return cim__fail(ctx, CIM_EARG, "no list");
    if (!isfinite(x) || !isfinite(y) || !isfinite(height_m)) return cim__fail(ctx, CIM_EARG, "a place that is not finite");
    return put(ctx, s, &(cim_site){ object, CIM_SITE_POINT, x, y, height_m, NAN });
}

/* ---- objects of a query ---- */

typedef struct reading {
    cim_sites *sites;
    cim__gbuild geom;
    cim__arena arena;
    double every_m, height_m, off_m;
    size_t placeless;
} reading;

typedef cim_status (*geom_fn)(cim_ctx *ctx, reading *r, uint32_t object, const cim_geom *geom);

static cim_status each(cim_ctx *ctx, reading *r, const uint32_t *ids, size_t count, geom_fn fn)
{
    for (size_t i = 0; i < count; i++) {
        cim__object o;
        int32_t srid;
        if (i % 1024 == 0) CIM__TRY(cim__tick(ctx, i, count, "places"));
        cim__arena_reset(&r->arena);
        CIM__TRY(cim__city_object(ctx, r->sites->city, ids[i], &r->arena, &o));
        if (!o.geom.len) {
            r->placeless++;
            continue;
        }
        CIM__TRY(cim__gaia_get(ctx, o.geom, &r->geom, &srid));
        cim_geom g = cim__gbuild_view(&r->geom);
        CIM__TRY(fn(ctx, r, ids[i], &g));
    }
    return CIM_OK;
}

static cim_status read_query(cim_ctx *ctx, reading *r, const char *query, geom_fn fn)
{
    cim_query_result found = CIM_QUERY_RESULT_INIT;
    size_t before = r->sites->list.size;
    CIM__TRY(cim_query_run(ctx, r->sites->city, query, NULL, &found));
    r->arena = cim__arena_on(ctx->mem);
    cim__gbuild_init(&r->geom, ctx->mem);
    cim_status st = each(ctx, r, found.ids, found.count, fn);
    cim__gbuild_free(&r->geom);
    cim__arena_free(&r->arena);
    cim_query_result_dispose(&found);
    if (st < 0) r->sites->list.size = before;
    return st < 0 ? st : CIM_OK;
}

static cim_status put_object(cim_ctx *ctx, reading *r, uint32_t object, const cim_geom *g)
{
    double xy[2];
    if (!cim__geom_inner_point(g, xy)) {
        r->placeless++;
        return CIM_OK;
    }
    return put(ctx, r->sites, &(cim_site){ object, CIM_SITE_OBJECT, xy[0], xy[1], 0.0, NAN });
}

cim_status cim_sites_find(cim_ctx *ctx, cim_sites *s, const char *query, size_t *placeless_out)
{
    cim__enter(ctx);
    if (!s) return cim__fail(ctx, CIM_EARG, "no list");
    reading r = { .sites = s };
    CIM__TRY(read_query(ctx, &r, query, put_object));
    if (placeless_out) *placeless_out = r.placeless;
    return CIM_OK;
}

/* ---- along lines ---- */

static double azimuth_of(double dx, double dy)
{
    double deg = atan2(dx, dy) * TO_DEG;
    return deg < 0.0 ? deg + 360.0 : deg;
}

/* How many equal pieces; at most as many as a list has places. */
static double pieces_of(double length_m, double every_m) { return fmin(ceil(length_m / every_m - 1e-9), CIM_PLACE_MAX_SITES + 1.0); }

/* Twice the area of a ring, from its first vertex. */
static double ring_area(const double *c, int32_t dim, uint32_t from, uint32_t to)
{
    double sum = 0.0, x0 = c[(size_t)from * (size_t)dim], y0 = c[(size_t)from * (size_t)dim + 1];
    for (uint32_t v = from; v + 1 < to; v++) {
        const double *a = c + (size_t)v * (size_t)dim, *b = a + dim;
        sum += (a[0] - x0) * (b[1] - y0) - (b[0] - x0) * (a[1] - y0);
    }
    return sum;
}

static cim_status put_wall(cim_ctx *ctx, reading *r, uint32_t object, const double *a, const double *b, double side)
{
    double dx = b[0] - a[0], dy = b[1] - a[1], length = hypot(dx, dy);
    if (!(length > 0.0) || !isfinite(length)) return CIM_OK;
    double count = fmax(1.0, pieces_of(length, r->every_m)), nx = side * dy / length, ny = -side * dx / length; /* out of a ring that goes counter-clockwise */
    for (double k = 0.5; k < count; k += 1.0) {
        double t = k / count;
        cim_site site = { object, CIM_SITE_WALL, a[0] + t * dx + r->off_m * nx, a[1] + t * dy + r->off_m * ny, r->height_m, azimuth_of(nx, ny) };
        CIM__TRY(put(ctx, r->sites, &site));
    }
    return CIM_OK;
}

/* Outer rings only: the first of each part. */
static cim_status put_walls(cim_ctx *ctx, reading *r, uint32_t object, const cim_geom *g)
{
    uint32_t ring = 0, vertex = 0;
    if (cim__geom_base(g->type) != CIM_GEOM_POLYGON) {
        r->placeless++;
        return CIM_OK;
    }
    for (uint32_t p = 0; p < g->part_count; p++)
        for (uint32_t first = ring; ring < g->part_end[p]; ring++) {
            uint32_t end = g->ring_end[ring];
            double side = ring_area(g->coords, g->dim, vertex, end) >= 0.0 ? 1.0 : -1.0;
            for (uint32_t v = vertex; ring == first && v + 1 < end; v++) {
                const double *a = g->coords + (size_t)v * (size_t)g->dim;
                CIM__TRY(put_wall(ctx, r, object, a, a + g->dim, side));
            }
            vertex = end;
        }
    return CIM_OK;
}

cim_status cim_sites_walls(cim_ctx *ctx, cim_sites *s, const char *query, double every_m, double height_m, double off_m)
{
    cim__enter(ctx);
    if (!s) return cim__fail(ctx, CIM_EARG, "no list");
    if (!(every_m > 0.0) || !isfinite(every_m)) return cim__fail(ctx, CIM_EARG, "every %g m", every_m);
    if (!(height_m >= 0.0 && height_m < 1e6) || !(off_m >= 0.0 && off_m < 1e6)) return cim__fail(ctx, CIM_EARG, "%g m high, %g m off the wall", height_m, off_m);
    reading r = { .sites = s, .every_m = every_m, .height_m = height_m, .off_m = off_m };
    return read_query(ctx, &r, query, put_walls);
}

/* The places of one street, all along its line. */
static cim_status put_street(cim_ctx *ctx, cim_sites *s, const cim_net *net, uint32_t e, double every_m)
{
    double length = net->edge_length_m[e], done = 0.0;
    const double *xy = net->xy + 2 * (size_t)net->first_vertex[e];
    uint32_t last = net->first_vertex[e + 1] - net->first_vertex[e], v = 0;
    if (!(length > 0.0) || !isfinite(length)) return CIM_OK;
    double count = fmax(1.0, pieces_of(length, every_m));
    for (double k = 0.5; k < count; k += 1.0) {
        double at = k / count * length, bit = 0.0;
        for (; v + 1 < last; v++, done += bit) {
            bit = hypot(xy[2 * v + 2] - xy[2 * v], xy[2 * v + 3] - xy[2 * v + 1]);
            if (done + bit >= at || v + 2 == last) break;
        }
        double dx = xy[2 * v + 2] - xy[2 * v], dy = xy[2 * v + 3] - xy[2 * v + 1], t = bit > 0.0 ? fmin(1.0, fmax(0.0, (at - done) / bit)) : 0.0;
        cim_site site = { net->edge_object[e], CIM_SITE_STREET, xy[2 * v] + t * dx, xy[2 * v + 1] + t * dy, 0.0, azimuth_of(dx, dy) };
        CIM__TRY(put(ctx, s, &site));
    }
    return CIM_OK;
}

cim_status cim_sites_streets(cim_ctx *ctx, cim_sites *s, const cim_net_costs *costs, double every_m)
{
    cim__enter(ctx);
    if (!s || !costs) return cim__fail(ctx, CIM_EARG, "no list or no costs");
    if (!(every_m > 0.0) || !isfinite(every_m)) return cim__fail(ctx, CIM_EARG, "every %g m", every_m);
    const cim_net *net = costs->net;
    size_t before = s->list.size;
    cim_status st = CIM_OK;
    for (uint32_t e = 0; st >= 0 && e < net->edge_count; e++)
        if (costs->link_ms[2 * e] < CIM_ROUTE_UNREACHABLE_MS || costs->link_ms[2 * e + 1] < CIM_ROUTE_UNREACHABLE_MS) st = put_street(ctx, s, net, e, every_m);
    if (st < 0) s->list.size = before;
    return st;
}

/* ---- a grid ---- */

static cim_box city_box(const cim_city *city)
{
    cim_box box = { INFINITY, INFINITY, -INFINITY, -INFINITY };
    if (city->index) cim_index_extent(city->index, &box);
    return box;
}

cim_status cim_sites_grid(cim_ctx *ctx, cim_sites *s, const cim_box *given, double every_m)
{
    cim__enter(ctx);
    if (!s) return cim__fail(ctx, CIM_EARG, "no list");
    if (!(every_m > 0.0) || !isfinite(every_m)) return cim__fail(ctx, CIM_EARG, "every %g m", every_m);
    cim_box box = given ? *given : city_box(s->city);
    if (!(box.min_x <= box.max_x && box.min_y <= box.max_y) || !isfinite(box.max_x - box.min_x) || !isfinite(box.max_y - box.min_y))
        return given ? cim__fail(ctx, CIM_EARG, "a box that is none") : CIM_OK;
    double columns = floor((box.max_x - box.min_x) / every_m) + 1.0, rows = floor((box.max_y - box.min_y) / every_m) + 1.0;
    if (!(columns * rows <= CIM_PLACE_MAX_SITES)) return cim__fail(ctx, CIM_ELIMIT, "more than %u places", CIM_PLACE_MAX_SITES);
    size_t before = s->list.size;
    cim_status st = CIM_OK;
    for (double j = 0.0; st >= 0 && j < rows; j += 1.0)
        for (double i = 0.0; st >= 0 && i < columns; i += 1.0)
            st = put(ctx, s, &(cim_site){ CIM_NONE, CIM_SITE_GRID, box.min_x + i * every_m, box.min_y + j * every_m, 0.0, NAN });
    if (st < 0) s->list.size = before;
    return st;
}

/* ---- what becomes of them ---- */

cim_status cim_sites_drop(cim_ctx *ctx, cim_sites *s, const cim_geom *area, int32_t outside, size_t *count_out)
{
    cim__enter(ctx);
    if (!s || !area) return cim__fail(ctx, CIM_EARG, "no list or no area");
    if (cim__geom_base(area->type) != CIM_GEOM_POLYGON) return cim__fail(ctx, CIM_EARG, "an area is a polygon or multipolygon");
    cim_site *sites = (cim_site *)(void *)s->list.data;
    size_t count = CIM__COUNT(&s->list, cim_site), kept = 0;
    for (size_t i = 0; i < count; i++) {
        bool in = cim__point_in_polygon(area, sites[i].x, sites[i].y) != CIM__OUTSIDE;
        if (in == (outside != 0)) sites[kept++] = sites[i];
    }
    s->list.size = kept * sizeof *sites;
    if (count_out) *count_out = count - kept;
    return CIM_OK;
}

static void take_values(cim__str json, const cim_site *sites, size_t count, double missing, double *values)
{
    cim__jvalue rows, row, cell;
    cim__str key;
    if (!cim__jparse(json, &rows)) return;
    cim__jiter it = cim__jiter_of(rows);
    for (size_t i = 0; i < count; i++) {
        double number;
        values[i] = missing;
        if (sites[i].object == CIM_NONE || !cim__jnext(&it, &key, &row)) continue;
        cim__jiter cells = cim__jiter_of(row);
        if (!cim__jnext(&cells, &key, &cell)) continue;
        cim__str text = cell.text;
        if (cell.type == CIM__J_STRING && text.len >= 2) text = (cim__str){ text.ptr + (text.ptr[0] == '"'), text.len - 2 * (text.ptr[0] == '"') };
        bool is = cell.type == CIM__J_NUMBER ? cim__jnumber(cell, &number) : cell.type == CIM__J_STRING && cim__parse_double(text, &number);
        if (is && isfinite(number)) values[i] = number;
    }
}

cim_status cim_sites_values(cim_ctx *ctx, const cim_sites *s, const char *property, double missing, double *values)
{
    cim__enter(ctx);
    if (!s || !property || !values) return cim__fail(ctx, CIM_EARG, "no list or no property, or nothing to fill");
    size_t count, known = 0;
    const cim_site *sites = cim_sites_get(s, &count);
    uint32_t *ids = cim__alloc_n(ctx->mem, count + 1, sizeof *ids);
    cim_buf json = CIM_BUF_INIT;
    if (!ids) return cim__nomem(ctx);
    for (size_t i = 0; i < count; i++)
        if (sites[i].object != CIM_NONE) ids[known++] = sites[i].object;
    cim_status st = cim_query_values(ctx, s->city, ids, known, &property, 1, &json);
    if (st >= 0) take_values((cim__str){ json.data, json.size }, sites, count, missing, values);
    cim_buf_dispose(&json);
    cim__free(ctx->mem, ids);
    return st < 0 ? st : CIM_OK;
}

cim_status cim_sites_snap(cim_ctx *ctx, const cim_sites *s, const cim_net_costs *costs, double radius_m, cim_net_place *places, size_t *count_out)
{
    cim__enter(ctx);
    if (!s || !costs || !places) return cim__fail(ctx, CIM_EARG, "no list or no costs, or nothing to fill");
    if (!(radius_m >= 0.0)) return cim__fail(ctx, CIM_EARG, "a radius of %g m", radius_m);
    cim_net_snap_options o = CIM_NET_SNAP_OPTIONS_INIT;
    size_t count, found = 0;
    const cim_site *sites = cim_sites_get(s, &count);
    o.radius_m = radius_m;
    for (size_t i = 0; i < count; i++) {
        size_t n = 0;
        bool own = sites[i].object != CIM_NONE && sites[i].kind == CIM_SITE_OBJECT;
        cim_status st = own ? cim_net_place_find(ctx, costs, s->city, sites[i].object, &places[i])
                            : cim_net_snap(ctx, costs, sites[i].x, sites[i].y, &o, 1, &places[i], &n);
        if (st < 0 && st != CIM_ENOTFOUND) return st;
        bool there = st >= 0 && (own ? radius_m == 0.0 || places[i].distance_m <= radius_m : n > 0);
        if (there) found++;
        else places[i] = (cim_net_place){ .edge = CIM_NONE };
        if (i % 1024 == 0) CIM__TRY(cim__tick(ctx, i, count, "places on streets"));
    }
    cim__enter(ctx); /* a place that was not found is no error */
    if (count_out) *count_out = found;
    return CIM_OK;
}
