/* traffic_where.c - from ids, junctions, areas, lines and points to arcs.
 *
 * Everything becomes links first: a street in one direction.  The arcs of a link are all those over it, one for each state in which one comes to it. */
#include "cim/crs.h"
#include "travel/traffic.h"

#include <math.h>
#include <stdlib.h>

enum { LONGEST_LINE_M = 1000000 };
static const double STEP_M = 5.0, RUN_M = 15.0, TOLERANCE_DEG = 40.0;

typedef struct finding {
    cim_ctx *ctx;
    cim_traffic *traffic;
    const cim_net *net;
    uint32_t direction; /* CIM_ROUTE_BOTH_WAYS ... */
    cim__buf links;     /* uint32_t */
} finding;

static bool goes(uint32_t direction, uint32_t against) { return direction != (against ? CIM_ROUTE_ALONG : CIM_ROUTE_AGAINST); }

static void put_link(finding *f, uint32_t link) { cim__buf_put(&f->links, &link, sizeof link); }

static void put_edge(finding *f, uint32_t edge)
{
    for (uint32_t against = 0; against < 2; against++)
        if (goes(f->direction, against)) put_link(f, 2 * edge + against);
}

static int ascending(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return x < y ? -1 : x > y;
}

/* Ascending, each once. */
static void set_of(cim__buf *numbers)
{
    uint32_t *at = (uint32_t *)(void *)numbers->data;
    size_t count = CIM__COUNT(numbers, uint32_t), kept = 0;
    if (count > 1) qsort(at, count, sizeof *at, ascending);
    for (size_t i = 0; i < count; i++)
        if (!kept || at[kept - 1] != at[i]) at[kept++] = at[i];
    numbers->size = kept * sizeof *at;
}

static cim_status arcs_of_links(finding *f, cim__buf *arcs)
{
    const cim_net *net = f->net;
    set_of(&f->links);
    for (size_t i = 0; i < CIM__COUNT(&f->links, uint32_t); i++) {
        uint32_t link = CIM__AT(&f->links, uint32_t, i), first = net->first_of_link[link];
        cim__buf_put(arcs, net->arc_of_link + first, (net->first_of_link[link + 1] - first) * sizeof(uint32_t));
    }
    if (f->links.failed || arcs->failed) return cim__nomem(f->ctx);
    set_of(arcs);
    return CIM_OK;
}

/* ---- areas ---- */

/* Where on a piece (0 to 1) an edge of the area crosses it; a place is put for each, and for edges along it for both their ends. */
static void put_crossings(const double *p, const double *a, const double *b, cim__buf *places)
{
    double dx = p[2] - p[0], dy = p[3] - p[1], ex = b[0] - a[0], ey = b[1] - a[1], square = dx * dx + dy * dy;
    double across = dx * ey - dy * ex, t[2];
    int count = 0;
    if (across != 0.0) t[count++] = ((a[0] - p[0]) * ey - (a[1] - p[1]) * ex) / across;
    else if (square > 0.0) {
        t[count++] = ((a[0] - p[0]) * dx + (a[1] - p[1]) * dy) / square;
        t[count++] = ((b[0] - p[0]) * dx + (b[1] - p[1]) * dy) / square;
    }
    for (int i = 0; i < count; i++)
        if (t[i] > 0.0 && t[i] < 1.0) cim__buf_put(places, &t[i], sizeof t[i]);
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

/* Length of a piece in the area: between two crossings one is inside or not. */
static double length_inside(const cim_shapes *shape, const cim_geom *g, const double *p, cim__buf *places)
{
    double length = hypot(p[2] - p[0], p[3] - p[1]), inside = 0.0, zero = 0.0, one = 1.0;
    size_t stride = (size_t)g->dim;
    places->size = 0;
    cim__buf_put(places, &zero, sizeof zero);
    for (uint32_t r = 0; r < g->ring_count; r++)
        for (uint32_t v = cim__ring_start(g, r); v + 1 < g->ring_end[r]; v++) put_crossings(p, g->coords + v * stride, g->coords + (v + 1) * stride, places);
    cim__buf_put(places, &one, sizeof one);
    if (places->failed) return 0.0;
    size_t count = CIM__COUNT(places, double);
    const double *t = (const double *)(const void *)places->data;
    if (count > 2) qsort(places->data, count, sizeof *t, by_value);
    for (size_t i = 0; i + 1 < count; i++) {
        double middle = 0.5 * (t[i] + t[i + 1]);
        if (cim_shapes_locate(shape, 0, p[0] + middle * (p[2] - p[0]), p[1] + middle * (p[3] - p[1])) != CIM_OUTSIDE) inside += (t[i + 1] - t[i]) * length;
    }
    return inside;
}

static bool edge_counts(const finding *f, const cim_shapes *shape, const cim_geom *g, uint32_t edge, double least_share, cim__buf *places)
{
    const cim_net *net = f->net;
    double inside = 0.0;
    bool meets = false;
    for (uint32_t v = net->first_vertex[edge]; v + 1 < net->first_vertex[edge + 1]; v++) {
        const double *p = net->xy + 2 * (size_t)v;
        if (!cim_shapes_meets_segment(shape, 0, p[0], p[1], p[2], p[3])) continue;
        meets = true;
        if (!(least_share > 0.0)) return true;
        inside += length_inside(shape, g, p, places);
    }
    return meets && inside >= least_share * net->edge_length_m[edge] * (1.0 - 1e-12);
}

static cim_status edges_near(finding *f, const cim_box *box, cim__buf *edges)
{
    cim_probe probe = cim_probe_box(box);
    size_t count = 0;
    CIM__TRY(cim_index_query(f->ctx, f->net->index, &probe, NULL, 0, &count));
    uint32_t *at = cim__buf_extend(edges, (count + 1) * sizeof *at);
    if (!at) return cim__nomem(f->ctx);
    CIM__TRY(cim_index_query(f->ctx, f->net->index, &probe, at, count, &count));
    for (size_t i = 0; i < count; i++) at[i] = f->net->vertex_edge[at[i]];
    edges->size = count * sizeof *at;
    set_of(edges);
    return CIM_OK;
}

static cim_status find_area(finding *f, const cim_geom *g, double least_share)
{
    cim_shapes *shape = NULL;
    cim_box box;
    cim__buf edges = cim__buf_on(f->ctx->mem), places = cim__buf_on(f->ctx->mem);
    cim_status st = cim_shapes_build(f->ctx, g, 1, &shape);
    if (st >= 0 && cim_shapes_box(shape, 0, &box)) st = edges_near(f, &box, &edges);
    for (size_t i = 0; st >= 0 && i < CIM__COUNT(&edges, uint32_t); i++) {
        uint32_t edge = CIM__AT(&edges, uint32_t, i);
        if (!(i & 1023)) st = cim__tick(f->ctx, 0, 0, "streets of an area");
        if (edge_counts(f, shape, g, edge, least_share, &places)) put_edge(f, edge);
    }
    if (st >= 0 && places.failed) st = cim__nomem(f->ctx);
    cim__buf_free(&edges);
    cim__buf_free(&places);
    cim_shapes_free(shape);
    return st;
}

/* ---- points and lines ---- */

/* The nearest link to a place, in the direction of a heading where there is one; CIM_NONE. */
static cim_status nearest_edge(finding *f, double x, double y, double heading_deg, bool has_heading, cim_net_place *place, size_t *count_out)
{
    cim_net_snap_options o = CIM_NET_SNAP_OPTIONS_INIT;
    o.radius_m = f->traffic->radius_m;
    o.flags = CIM_NET_ANY_PART;
    if (has_heading) {
        o.heading_deg = heading_deg;
        o.tolerance_deg = TOLERANCE_DEG;
    }
    return cim_net_snap(f->ctx, f->traffic->costs, x, y, &o, 1, place, count_out);
}

static cim_status find_point(finding *f, double x, double y)
{
    cim_net_place place;
    size_t count = 0;
    CIM__TRY(nearest_edge(f, x, y, 0.0, false, &place, &count));
    if (count) put_edge(f, place.edge);
    return CIM_OK;
}

/* A piece of a line in steps: each step hits the nearest street that runs its way. */
static cim_status walk_piece(finding *f, const double *a, const double *b, double step_m, cim__buf *hits)
{
    double length = hypot(b[0] - a[0], b[1] - a[1]), heading = 90.0 - atan2(b[1] - a[1], b[0] - a[0]) * 180.0 / M_PI;
    uint32_t steps = (uint32_t)ceil(length / step_m);
    for (uint32_t i = 0; i < steps; i++) {
        double t = (i + 0.5) / steps;
        if (!(i & 255)) CIM__TRY(cim__tick(f->ctx, 0, 0, "streets along a line"));
        for (uint32_t against = 0; against < 2; against++) {
            cim_net_place place;
            size_t count = 0;
            if (!goes(f->direction, against)) continue;
            CIM__TRY(nearest_edge(f, a[0] + t * (b[0] - a[0]), a[1] + t * (b[1] - a[1]), heading + 180.0 * against, true, &place, &count));
            for (uint32_t bit = 0; count && bit < 2; bit++) {
                uint32_t link = 2 * place.edge + bit;
                if (place.directions >> bit & 1) cim__buf_put(hits, &link, sizeof link);
            }
        }
    }
    return hits->failed ? cim__nomem(f->ctx) : CIM_OK;
}

/* Links that were hit often enough. */
static void put_hit(finding *f, cim__buf *hits, double step_m, double line_m)
{
    uint32_t *at = (uint32_t *)(void *)hits->data;
    size_t count = CIM__COUNT(hits, uint32_t);
    if (count > 1) qsort(at, count, sizeof *at, ascending);
    for (size_t i = 0, end; i < count; i = end) {
        for (end = i; end < count && at[end] == at[i];) end++;
        double least = fmin(RUN_M, 0.5 * fmin(line_m, f->net->edge_length_m[at[i] >> 1]));
        if ((double)(end - i) * step_m >= least) put_link(f, at[i]);
    }
}

static cim_status find_line(finding *f, const double *xy, size_t count, size_t stride)
{
    double length = 0.0;
    cim__buf hits = cim__buf_on(f->ctx->mem);
    cim_status st = CIM_OK;
    for (size_t i = 1; i < count; i++) length += hypot(xy[i * stride] - xy[(i - 1) * stride], xy[i * stride + 1] - xy[(i - 1) * stride + 1]);
    if (!count) return CIM_OK;
    if (length > (double)LONGEST_LINE_M) return cim__fail(f->ctx, CIM_ELIMIT, "a line of more than %d km", LONGEST_LINE_M / 1000);
    if (!(length > 0.0)) return find_point(f, xy[0], xy[1]);
    double step_m = fmin(STEP_M, length / 8.0);
    for (size_t i = 1; st >= 0 && i < count; i++) st = walk_piece(f, xy + (i - 1) * stride, xy + i * stride, step_m, &hits);
    if (st >= 0) put_hit(f, &hits, step_m, length);
    cim__buf_free(&hits);
    return st;
}

/* ---- geometries ---- */

static bool in_degrees(const cim_geom *g)
{
    for (uint32_t i = 0; i < g->vertex_count; i++) {
        const double *p = g->coords + (size_t)i * (size_t)g->dim;
        if (!(fabs(p[0]) <= 180.0 && fabs(p[1]) <= 90.0)) return false;
    }
    return g->vertex_count > 0;
}

cim_status cim__traffic_project(cim_ctx *ctx, const cim_traffic *t, size_t count, double *xy)
{
    CIM__TRY(cim_crs_transform(ctx, 4326, cim_city_epsg(t->city), count, xy));
    for (size_t i = 0; i < 2 * count; i++)
        if (!(fabs(xy[i]) < 1e12)) return cim__fail(ctx, CIM_ENOTFOUND, "a place that the city's reference system does not reach");
    return CIM_OK;
}

static cim_status find_geometry(finding *f, const cim_geom *g, double least_share)
{
    int32_t base = cim__geom_base(g->type);
    size_t stride = (size_t)g->dim;
    if (!g->vertex_count) return CIM_OK;
    if (base == CIM_GEOM_POLYGON) return find_area(f, g, least_share);
    for (uint32_t r = 0; r < g->ring_count; r++) {
        uint32_t first = cim__ring_start(g, r);
        const double *xy = g->coords + first * stride;
        if (base == CIM_GEOM_POINT && g->ring_end[r] > first) CIM__TRY(find_point(f, xy[0], xy[1]));
        else CIM__TRY(find_line(f, xy, g->ring_end[r] - first, stride));
    }
    return CIM_OK;
}

static cim_status find_projected(finding *f, const cim_geom *g, double least_share)
{
    if (!cim__geom_finite(g)) return cim__fail(f->ctx, CIM_EARG, "a coordinate is not finite");
    if (!in_degrees(g)) return find_geometry(f, g, least_share);
    double *xy = cim__alloc_n(f->ctx->mem, 2 * (size_t)g->vertex_count, sizeof *xy);
    if (!xy) return cim__nomem(f->ctx);
    for (size_t i = 0; i < g->vertex_count; i++) memcpy(xy + 2 * i, g->coords + i * (size_t)g->dim, 2 * sizeof *xy);
    cim_status st = cim__traffic_project(f->ctx, f->traffic, g->vertex_count, xy);
    cim_geom flat = *g;
    flat.coords = xy;
    flat.dim = 2;
    if (st >= 0) st = find_geometry(f, &flat, least_share);
    cim__free(f->ctx->mem, xy);
    return st;
}

/* ---- geometries as text ---- */

static cim_status malformed(cim_ctx *ctx) { return cim__fail(ctx, CIM_EFORMAT, "no GeoJSON geometry of points, lines or areas"); }

static bool read_position(cim__jvalue value, double xy[2])
{
    cim__str key;
    cim__jvalue number;
    if (value.type != CIM__J_ARRAY) return false;
    cim__jiter it = cim__jiter_of(value);
    for (int i = 0; i < 2; i++)
        if (!cim__jnext(&it, &key, &number) || !cim__jnumber(number, &xy[i]) || !isfinite(xy[i])) return false;
    return true;
}

/* Positions in arrays of a depth: 0 a position, 1 a ring or line, 2 a part of rings, 3 parts. */
static bool read_nested(cim__jvalue value, int depth, int32_t base, cim__gbuild *g)
{
    double xy[2];
    cim__str key;
    cim__jvalue item;
    if (!depth) {
        if (!read_position(value, xy)) return false;
        cim__gbuild_xy(g, xy[0], xy[1]);
    } else {
        if (value.type != CIM__J_ARRAY) return false;
        cim__jiter it = cim__jiter_of(value);
        while (cim__jnext(&it, &key, &item))
            if (!read_nested(item, depth - 1, base, g)) return false;
    }
    if (depth == (base == CIM_GEOM_POINT ? 0 : 1)) cim__gbuild_ring(g);
    if (depth == (base == CIM_GEOM_POINT ? 0 : base == CIM_GEOM_LINESTRING ? 1 : 2)) cim__gbuild_part(g);
    return true;
}

static cim_status read_geojson(cim_ctx *ctx, cim__str text, cim__gbuild *g)
{
    static const char *const types[] = { "Point", "LineString", "Polygon", "MultiPoint", "MultiLineString", "MultiPolygon" };
    cim__jvalue object, type, coordinates;
    int which = 0;
    if (!cim__jparse(text, &object) || object.type != CIM__J_OBJECT || !cim__jfind(object, CIM__STR("type"), &type)) return malformed(ctx);
    if (type.type != CIM__J_STRING) return malformed(ctx);
    if (!cim__jfind(object, CIM__STR("coordinates"), &coordinates)) return malformed(ctx);
    cim__str name = { type.text.ptr + 1, type.text.len - 2 };
    while (which < 6 && !cim__str_is(name, types[which])) which++;
    if (which == 6) return malformed(ctx);
    int32_t base = which % 3 + 1;
    cim__gbuild_begin(g, which + 1, 2);
    bool fine = read_nested(coordinates, base - 1 + (which >= 3), base, g);
    if (!cim__gbuild_ok(g)) return cim__nomem(ctx);
    if (!fine) return malformed(ctx);
    cim_geom view = cim__gbuild_view(g);
    return which < 3 && view.part_count != 1 ? malformed(ctx) : CIM_OK;
}

static cim_status find_text(finding *f, cim__str text)
{
    cim__gbuild g;
    cim__gbuild_init(&g, f->ctx->mem);
    text = cim__str_trim(text);
    cim_status st = text.len && text.ptr[0] == '{' ? read_geojson(f->ctx, text, &g) : cim__wkt_get(f->ctx, text, &g);
    cim_geom view = cim__gbuild_view(&g);
    if (st >= 0) st = find_projected(f, &view, 0.0);
    cim__gbuild_free(&g);
    return st;
}

/* ---- ids ---- */

static cim_status note_node(cim_ctx *ctx, const cim__object *o, void *user)
{
    static const cim__attr ends[] = { CIM__A_FROM_NODE, CIM__A_TO_NODE };
    cim_traffic *t = user;
    const cim_net *net = t->costs->net;
    uint32_t edge = cim_net_find(net, o->id);
    for (int i = 0; edge != CIM_NONE && i < 2; i++) {
        if (!(o->present >> ends[i] & 1)) continue;
        if (!cim__map_put(&t->nodes, (uint64_t)o->values[ends[i]].integer, i ? net->edge_to[edge] : net->edge_from[edge])) return cim__nomem(ctx);
    }
    return CIM_OK;
}

/* Locked.  Which junctions nodes of OpenStreetMap are is in the streets' rows only. */
static cim_status read_nodes(cim_ctx *ctx, cim_traffic *t)
{
    const cim__columns columns = { .values = (uint64_t)1 << CIM__A_FROM_NODE | (uint64_t)1 << CIM__A_TO_NODE };
    void *selection = NULL;
    if (t->has_nodes) return CIM_OK;
    cim_status st = t->city->rows->select(ctx, t->city->store, CIM__L_ROAD, &columns, &selection);
    if (st >= 0) st = t->city->rows->select_run(ctx, t->city->store, selection, 0, t->city->max_id, note_node, t);
    t->city->rows->select_end(t->city->store, selection);
    t->has_nodes = st >= 0;
    return st;
}

static void put_junction(finding *f, uint32_t junction)
{
    const cim_net *net = f->net;
    for (uint32_t i = net->first_out[junction]; i < net->first_out[junction + 1]; i++) put_link(f, net->out_link[i]);
}

static cim_status find_node(finding *f, cim__str number, bool *found)
{
    int64_t node;
    *found = false;
    if (!cim__parse_int(number, &node)) return CIM_OK;
    pthread_mutex_lock(&f->traffic->lock);
    cim_status st = read_nodes(f->ctx, f->traffic);
    uint32_t junction = st < 0 ? CIM_NONE : cim__map_get(&f->traffic->nodes, (uint64_t)node);
    pthread_mutex_unlock(&f->traffic->lock);
    *found = junction != CIM_NONE;
    if (*found) put_junction(f, junction);
    return st;
}

/* An object that is no street: its area or its point. */
static cim_status find_shape(finding *f, uint32_t object)
{
    cim__object row;
    cim__gbuild g;
    int32_t srid;
    cim__arena arena = cim__arena_on(f->ctx->mem);
    cim__gbuild_init(&g, f->ctx->mem);
    cim_status st = cim__city_object(f->ctx, f->traffic->city, object, &arena, &row);
    if (st >= 0 && row.geom.len) {
        st = cim__gaia_get(f->ctx, row.geom, &g, &srid);
        cim_geom view = cim__gbuild_view(&g);
        if (st >= 0 && cim__geom_base(view.type) != CIM_GEOM_LINESTRING) st = find_geometry(f, &view, 0.0);
    }
    cim__gbuild_free(&g);
    cim__arena_free(&arena);
    return st;
}

static cim_status find_objects(finding *f, cim__str id, bool *found)
{
    uint32_t few[64], *objects = few;
    size_t count = 0;
    *found = false;
    cim_status st = cim__city_find(f->ctx, f->traffic->city, id, few, 64, &count);
    if (st < 0 || st == CIM_DONE) return st < 0 ? st : CIM_OK;
    size_t cap = 64;
    if (count > cap) {
        cap = count;
        if (!(objects = cim__alloc_n(f->ctx->mem, count, sizeof *objects))) return cim__nomem(f->ctx);
        st = cim__city_find(f->ctx, f->traffic->city, id, objects, cap, &count);
    }
    for (size_t i = 0; st >= 0 && st != CIM_DONE && i < count && i < cap; i++) {
        uint32_t edge = cim_net_find(f->net, objects[i]);
        if (edge != CIM_NONE) put_edge(f, edge);
        else st = find_shape(f, objects[i]);
    }
    *found = count > 0;
    if (objects != few) cim__free(f->ctx->mem, objects);
    return st < 0 ? st : CIM_OK;
}

static bool is_number(cim__str id)
{
    for (size_t i = 0; i < id.len; i++)
        if (id.ptr[i] < '0' || id.ptr[i] > '9') return false;
    return id.len > 0 && id.len < 20;
}

/* "osm:way/" before a bare number, also before "123#2". */
static cim_status find_way(finding *f, cim__str id, bool *found)
{
    char text[64];
    const char *hash = memchr(id.ptr, '#', id.len);
    cim__str head = { id.ptr, hash ? (size_t)(hash - id.ptr) : id.len };
    if (!is_number(head) || id.len > 40) return CIM_OK;
    memcpy(text, "osm:way/", 8);
    memcpy(text + 8, id.ptr, id.len);
    return find_objects(f, (cim__str){ text, id.len + 8 }, found);
}

static cim_status find_plain(finding *f, cim__str id, bool *found)
{
    *found = false;
    if (cim__str_starts(id, "osm:node/")) CIM__TRY(find_node(f, (cim__str){ id.ptr + 9, id.len - 9 }, found));
    if (!*found) CIM__TRY(find_objects(f, id, found));
    return *found ? CIM_OK : find_way(f, id, found);
}

static cim_status find_id(finding *f, cim__str id)
{
    bool found;
    CIM__TRY(find_plain(f, id, &found));
    if (found || id.len < 2) return CIM_OK;
    char last = id.ptr[id.len - 1];
    if (last != '+' && last != '-') return CIM_OK;
    f->direction = last == '+' ? CIM_ROUTE_ALONG : CIM_ROUTE_AGAINST;
    return find_plain(f, (cim__str){ id.ptr, id.len - 1 }, &found);
}

/* ---- what others call ---- */

static finding begin(cim_ctx *ctx, cim_traffic *t, uint32_t direction)
{
    return (finding){ .ctx = ctx, .traffic = t, .net = t->costs->net, .direction = direction, .links = cim__buf_on(ctx->mem) };
}

static cim_status end(finding *f, cim_status st, cim__buf *arcs)
{
    if (st >= 0) st = arcs_of_links(f, arcs);
    cim__buf_free(&f->links);
    return st < 0 ? st : CIM_OK;
}

/* ---- places that were looked up before ---- */

enum { KEY_BYTES = 80 };

static cim__str key_of(const cim_route_feed_where *where, char text[KEY_BYTES])
{
    if (!where->id || where->id_size >= KEY_BYTES) return (cim__str){ "", 0 };
    text[0] = (char)('0' + where->direction);
    memcpy(text + 1, where->id, where->id_size);
    return (cim__str){ text, where->id_size + 1 };
}

/* CIM_DONE: not known yet. */
static cim_status recall(cim_ctx *ctx, cim_traffic *t, cim__str key, cim__buf *arcs)
{
    pthread_mutex_lock(&t->lock);
    uint32_t place = cim__names_find(&t->places, key);
    if (place != CIM_NONE) {
        uint32_t first = place ? CIM__AT(&t->place_ends, uint32_t, place - 1) : 0, last = CIM__AT(&t->place_ends, uint32_t, place);
        cim__buf_put(arcs, (const uint32_t *)(const void *)t->place_arcs.data + first, (last - first) * sizeof(uint32_t));
    }
    pthread_mutex_unlock(&t->lock);
    if (place == CIM_NONE) return CIM_DONE;
    return arcs->failed ? cim__nomem(ctx) : CIM_OK;
}

/* Places without a street are not kept, nor more than some for each arc: feeds may name what they like. */
static void remember(cim_traffic *t, cim__str key, const cim__buf *arcs, size_t before)
{
    size_t most = 8 * (size_t)t->costs->net->arc_count + 1024, size = arcs->size - before;
    pthread_mutex_lock(&t->lock);
    size_t places = t->places.count, kept = t->place_arcs.size;
    bool room = size && CIM__COUNT(&t->place_arcs, uint32_t) + size / sizeof(uint32_t) <= most && cim__buf_reserve(&t->place_arcs, size) &&
        cim__buf_reserve(&t->place_ends, sizeof(uint32_t));
    t->place_arcs.failed = t->place_ends.failed = false; /* then it is looked up again */
    if (room && cim__names_add(&t->places, key) == places) {
        uint32_t last = (uint32_t)((kept + size) / sizeof(uint32_t));
        cim__buf_put(&t->place_arcs, arcs->data + before, size);
        cim__buf_put(&t->place_ends, &last, sizeof last);
    }
    pthread_mutex_unlock(&t->lock);
}

cim_status cim__traffic_where(cim_ctx *ctx, cim_traffic *t, const cim_route_feed_where *where, cim__buf *arcs)
{
    char text[KEY_BYTES];
    cim__str key = key_of(where, text);
    size_t before = arcs->size;
    cim_status st = key.len ? recall(ctx, t, key, arcs) : CIM_DONE;
    if (st != CIM_DONE) return st;
    finding f = begin(ctx, t, where->direction);
    st = where->geometry ? find_text(&f, (cim__str){ where->geometry, where->geometry_size }) : find_id(&f, (cim__str){ where->id, where->id_size });
    CIM__TRY(end(&f, st, arcs));
    if (key.len) remember(t, key, arcs, before);
    return CIM_OK;
}

cim_status cim__traffic_heading(cim_ctx *ctx, cim_traffic *t, const double xy[2], double heading_deg, bool has_heading, cim__buf *arcs)
{
    cim_net_place place;
    size_t count = 0;
    finding f = begin(ctx, t, CIM_ROUTE_BOTH_WAYS);
    cim_status st = nearest_edge(&f, xy[0], xy[1], heading_deg, has_heading, &place, &count);
    for (uint32_t against = 0; st >= 0 && count && against < 2; against++)
        if (place.directions >> against & 1) put_link(&f, 2 * place.edge + against);
    return end(&f, st, arcs);
}

/* The answer in the caller's room. */
static cim_status give(cim_status st, cim__buf *arcs, uint32_t *arcs_out, size_t cap, size_t *count_out)
{
    size_t count = CIM__COUNT(arcs, uint32_t), given = arcs_out ? (count < cap ? count : cap) : 0;
    if (st >= 0) {
        if (given) memcpy(arcs_out, arcs->data, given * sizeof *arcs_out);
        *count_out = count;
    }
    cim__buf_free(arcs);
    return st;
}

static cim_status check_direction(cim_ctx *ctx, uint32_t direction)
{
    return direction > CIM_ROUTE_AGAINST ? cim__fail(ctx, CIM_EARG, "no such direction: %u", direction) : CIM_OK;
}

cim_status cim_traffic_find(cim_ctx *ctx, cim_traffic *t, const char *id, uint32_t direction, uint32_t *arcs_out, size_t cap, size_t *count_out)
{
    cim__enter(ctx);
    CIM__TRY(check_direction(ctx, direction));
    if (!id || !id[0]) return cim__fail(ctx, CIM_EARG, "no id");
    cim__buf arcs = cim__buf_on(ctx->mem);
    cim_route_feed_where where = { .id = id, .id_size = strlen(id), .direction = direction };
    return give(cim__traffic_where(ctx, t, &where, &arcs), &arcs, arcs_out, cap, count_out);
}

cim_status cim_traffic_on_edge(cim_ctx *ctx, cim_traffic *t, uint32_t edge, uint32_t direction, uint32_t *arcs_out, size_t cap, size_t *count_out)
{
    cim__enter(ctx);
    CIM__TRY(check_direction(ctx, direction));
    if (edge >= t->costs->net->edge_count) return cim__fail(ctx, CIM_EARG, "edge %u of %u", edge, t->costs->net->edge_count);
    cim__buf arcs = cim__buf_on(ctx->mem);
    finding f = begin(ctx, t, direction);
    put_edge(&f, edge);
    return give(end(&f, CIM_OK, &arcs), &arcs, arcs_out, cap, count_out);
}

cim_status cim_traffic_at_junction(cim_ctx *ctx, cim_traffic *t, uint32_t junction, uint32_t *arcs_out, size_t cap, size_t *count_out)
{
    cim__enter(ctx);
    if (junction >= t->costs->net->junction_count) return cim__fail(ctx, CIM_EARG, "junction %u of %u", junction, t->costs->net->junction_count);
    cim__buf arcs = cim__buf_on(ctx->mem);
    finding f = begin(ctx, t, CIM_ROUTE_BOTH_WAYS);
    put_junction(&f, junction);
    return give(end(&f, CIM_OK, &arcs), &arcs, arcs_out, cap, count_out);
}

cim_status cim_traffic_within(cim_ctx *ctx, cim_traffic *t, const cim_geom *geom, double least_share, uint32_t direction, uint32_t *arcs_out, size_t cap,
                              size_t *count_out)
{
    cim__enter(ctx);
    CIM__TRY(check_direction(ctx, direction));
    if (!geom || geom->type < CIM_GEOM_POINT || geom->type > CIM_GEOM_MULTIPOLYGON) return cim__fail(ctx, CIM_EARG, "no geometry");
    if (!(least_share >= 0.0 && least_share <= 1.0)) return cim__fail(ctx, CIM_EARG, "a share that is not between 0 and 1");
    cim_shapes *shape = NULL;
    CIM__TRY(cim_shapes_build(ctx, geom, 1, &shape)); /* which looks at the counts */
    cim_shapes_free(shape);
    cim__buf arcs = cim__buf_on(ctx->mem);
    finding f = begin(ctx, t, direction);
    return give(end(&f, find_projected(&f, geom, least_share), &arcs), &arcs, arcs_out, cap, count_out);
}
