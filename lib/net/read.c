/* read.c - edges, junctions and tags out of a city.
 *
 * Ends of segments carry the number of the node they are at (from_node, to_node); equal numbers are one junction.  Lines of other
 * sources have none: lines.c makes edges of them. */
#include "net/lines.h"

#include <math.h>
#include <stdlib.h>

/* Keys are kept when the part before ':' is one of these. */
static const char *const bases[] = { "highway", "route", "ferry", "junction", "oneway", "access", "vehicle", "motor_vehicle", "motorcar", "hgv", "goods", "bus",
    "psv", "tourist_bus",
    "lanes", /* for capacities */
    "taxi", "bicycle", "foot", "wheelchair", "emergency", "service", "maxspeed", "maxheight", "maxweight", "maxwidth", "maxlength", "maxweightrating", "width",
    "surface", "smoothness", "tracktype", "cycleway", "busway", "duration", "incline", "ramp", "kerb", "barrier", "crossing", "railway", "motorroad", "locked",
    "bollard", "handrail", "footway", "sidewalk", "sensory", "toll", "tunnel" };

uint64_t cim__net_keys_hash(void)
{
    uint64_t hash = 0;
    for (size_t i = 0; i < sizeof bases / sizeof *bases; i++) hash = cim__hash64(bases[i], strlen(bases[i]), hash);
    return hash;
}

static cim_status note_bases(cim_ctx *ctx, cim__net_maker *m)
{
    for (size_t i = 0; i < sizeof bases / sizeof *bases; i++)
        if (cim__names_add(&m->bases, cim__str_of(bases[i])) == CIM_NONE) return cim__nomem(ctx);
    return CIM_OK;
}

/* ---- sets of tags ---- */

static bool wanted(const cim__net_maker *m, cim__str key)
{
    const char *colon = memchr(key.ptr, ':', key.len);
    if (colon) key.len = (size_t)(colon - key.ptr);
    return cim__names_find(&m->bases, key) != CIM_NONE;
}

static cim_status add_tag(cim_ctx *ctx, cim__net_maker *m, cim__str key, cim__str value)
{
    cim__net_tag *tag = CIM__PUSH(&m->scratch, cim__net_tag);
    if (!tag) return cim__nomem(ctx);
    tag->key = cim__names_add(&m->net->texts, key);
    tag->value = cim__names_add(&m->net->texts, value);
    return tag->key == CIM_NONE || tag->value == CIM_NONE ? cim__nomem(ctx) : CIM_OK;
}

static cim_status add_attrs(cim_ctx *ctx, cim__net_maker *m, cim__str attrs)
{
    cim__jvalue object, value;
    cim__str key;
    if (!attrs.len || !cim__jparse(attrs, &object) || object.type != CIM__J_OBJECT) return CIM_OK;
    cim__jiter it = cim__jiter_of(object);
    while (cim__jnext(&it, &key, &value)) {
        if (value.type != CIM__J_STRING || key.len < 5 || !cim__str_starts(key, "osm:")) continue;
        key = (cim__str){ key.ptr + 4, key.len - 4 };
        if (!wanted(m, key)) continue;
        m->text.size = 0;
        CIM__TRY(add_tag(ctx, m, key, cim__jstring(value, &m->text)));
    }
    return CIM_OK;
}

static int by_key(const void *a, const void *b)
{
    const cim__net_tag *x = a, *y = b;
    if (x->key != y->key) return x->key < y->key ? -1 : 1;
    return x->value < y->value ? -1 : x->value > y->value;
}

/* The set of the tags in scratch. */
static cim_status close_set(cim_ctx *ctx, cim__net_maker *m, uint32_t *set_out)
{
    cim_net *net = m->net;
    size_t n = CIM__COUNT(&m->scratch, cim__net_tag);
    if (n > 1) qsort(m->scratch.data, n, sizeof(cim__net_tag), by_key);
    uint32_t set = cim__names_add(&m->sets, cim__buf_str(&m->scratch));
    if (set == CIM_NONE) return cim__nomem(ctx);
    if (set == net->set_count) {
        cim__buf_put(&net->tags, m->scratch.data, m->scratch.size);
        uint32_t end = (uint32_t)CIM__COUNT(&net->tags, cim__net_tag);
        cim__buf_put(&net->set_first, &end, sizeof end);
        if (net->tags.failed || net->set_first.failed) return cim__nomem(ctx);
        net->set_count++;
    }
    *set_out = set;
    return CIM_OK;
}

static cim_status add_speed(cim_ctx *ctx, cim__net_maker *m, const cim__object *o)
{
    const cim__value *v = &o->values[CIM__A_MAXSPEED_KMH];
    if (!(o->present >> CIM__A_MAXSPEED_KMH & 1) || v->rule == CIM__RULE_DEFAULT || !(v->real > 0.0)) return CIM_OK;
    m->text.size = 0;
    cim__put_double(&m->text, v->real);
    CIM__TRY(add_tag(ctx, m, CIM__STR("cim:kmh"), cim__buf_str(&m->text)));
    return add_tag(ctx, m, CIM__STR("cim:kmh_rule"), v->rule ? CIM__STR("derived") : CIM__STR("tagged"));
}

static cim__str text_value(const cim__object *o, cim__attr a) { return o->present >> a & 1 ? o->values[a].text : (cim__str){ "", 0 }; }

/* trafficDirection of a CityGML traffic space, as OpenStreetMap says it. */
static cim_status add_direction(cim_ctx *ctx, cim__net_maker *m, cim__str attrs)
{
    static const char *const keys[] = { "tran:trafficDirection", "trafficDirection" };
    cim__jvalue object, value;
    if (!attrs.len || !cim__jparse(attrs, &object) || object.type != CIM__J_OBJECT) return CIM_OK;
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        if (!cim__jfind(object, cim__str_of(keys[i]), &value) || value.type != CIM__J_STRING) continue;
        m->text.size = 0;
        cim__str text = cim__jstring(value, &m->text);
        if (cim__str_is(text, "forwards")) return add_tag(ctx, m, CIM__STR("oneway"), CIM__STR("yes"));
        if (cim__str_is(text, "backwards") || cim__str_is(text, "reverse")) return add_tag(ctx, m, CIM__STR("oneway"), CIM__STR("-1"));
    }
    return CIM_OK;
}

/* Columns of a street of another source, as OpenStreetMap says them.  Those of OpenStreetMap itself follow from its tags, which are there. */
static cim_status add_columns(cim_ctx *ctx, cim__net_maker *m, const cim__object *o)
{
    cim__str access = text_value(o, CIM__A_ACCESS), surface = text_value(o, CIM__A_SURFACE);
    int64_t oneway = o->present >> CIM__A_ONEWAY & 1 ? o->values[CIM__A_ONEWAY].integer : 0;
    if (oneway == 1 || oneway == -1) CIM__TRY(add_tag(ctx, m, CIM__STR("oneway"), oneway > 0 ? CIM__STR("yes") : CIM__STR("-1")));
    if (access.len) CIM__TRY(add_tag(ctx, m, CIM__STR("access"), access));
    if (surface.len) CIM__TRY(add_tag(ctx, m, CIM__STR("surface"), surface));
    if (o->present >> CIM__A_WIDTH_M & 1) {
        m->text.size = 0;
        cim__put_double(&m->text, o->values[CIM__A_WIDTH_M].real);
        CIM__TRY(add_tag(ctx, m, CIM__STR("width"), cim__buf_str(&m->text)));
    }
    if (!(o->present >> CIM__A_LANES & 1)) return CIM_OK;
    m->text.size = 0;
    cim__put_int(&m->text, o->values[CIM__A_LANES].integer);
    return add_tag(ctx, m, CIM__STR("lanes"), cim__buf_str(&m->text));
}

/* The value of highway for a street of another source. */
static cim__str highway_of(cim__str function, uint8_t class_id)
{
    static const char *const values[] = { "motorway", "motorway_link", "trunk", "trunk_link", "primary", "primary_link", "secondary", "secondary_link",
        "tertiary", "tertiary_link",
        "unclassified", "residential", "living_street", "service", "pedestrian", "track", "busway", "cycleway", "footway", "bridleway", "steps", "path",
        "corridor", "road" };
    for (size_t i = 0; i < sizeof values / sizeof *values; i++)
        if (cim__str_is(function, values[i])) return function;
    return cim__str_of(class_id == CIM__C_Track ? "path" : class_id == CIM__C_Square ? "pedestrian" : "road");
}

static cim_status set_of_road(cim_ctx *ctx, cim__net_maker *m, const cim__object *o, uint32_t *set_out)
{
    cim__str function = text_value(o, CIM__A_FUNCTION), status = text_value(o, CIM__A_STATUS);
    m->scratch.size = 0;
    CIM__TRY(add_attrs(ctx, m, o->attrs));
    CIM__TRY(add_speed(ctx, m, o));
    if (status.len) CIM__TRY(add_tag(ctx, m, CIM__STR("cim:status"), status));
    if (!cim__str_starts(o->gid, "osm:")) {
        CIM__TRY(add_direction(ctx, m, o->attrs));
        CIM__TRY(add_columns(ctx, m, o));
        CIM__TRY(add_tag(ctx, m, CIM__STR("highway"), highway_of(function, m->city->class_id[o->id])));
    }
    return close_set(ctx, m, set_out);
}

/* ---- junctions ---- */

uint64_t cim__net_place_key(double x, double y)
{
    int64_t cm[2] = { llround(x * 100.0), llround(y * 100.0) };
    return cim__hash64(cm, sizeof cm, 77) | 1ull << 63;
}

static uint64_t node_key(int64_t node) { return (uint64_t)node & ~(1ull << 63); }

cim_status cim__net_junction(cim_ctx *ctx, cim__net_maker *m, uint64_t key, double x, double y, uint32_t *out)
{
    uint32_t j = cim__map_get(&m->junction_of, key), none = CIM_NONE;
    if (j == CIM_NONE) {
        j = m->net->junction_count;
        cim__buf_put(&m->jx, &x, sizeof x);
        cim__buf_put(&m->jy, &y, sizeof y);
        cim__buf_put(&m->jset, &none, sizeof none);
        if (m->jx.failed || m->jy.failed || m->jset.failed || !cim__map_put(&m->junction_of, key, j)) return cim__nomem(ctx);
        m->net->junction_count++;
    }
    *out = j;
    return CIM_OK;
}

/* ---- edges ---- */

static bool all_finite(const cim_geom *g)
{
    for (size_t i = 0; i < (size_t)g->vertex_count * (size_t)g->dim; i++)
        if (!isfinite(g->coords[i]) || fabs(g->coords[i]) > 1e9) return false;
    return true;
}

static cim_status put_vertices(cim_ctx *ctx, cim__net_maker *m, const double *coords, size_t stride, uint32_t count, double *length)
{
    double px = 0.0, py = 0.0;
    *length = 0.0;
    for (uint32_t i = 0; i < count; i++) {
        const double *p = coords + (size_t)i * stride;
        if (i) *length += hypot(p[0] - px, p[1] - py);
        px = p[0];
        py = p[1];
        cim__buf_put(&m->xy, p, 2 * sizeof *p);
    }
    return m->xy.failed ? cim__nomem(ctx) : CIM_OK;
}

static uint32_t put_u32(cim__buf *buf, uint32_t value)
{
    cim__buf_put(buf, &value, sizeof value);
    return value;
}

static cim_status put_edge(cim_ctx *ctx, cim__net_maker *m, const cim__net_line *line, uint32_t from, uint32_t to, const double *coords, size_t stride)
{
    cim_net *net = m->net;
    double length;
    put_u32(&m->first_vertex, net->vertex_count);
    CIM__TRY(put_vertices(ctx, m, coords, stride, line->count, &length));
    net->vertex_count += line->count;
    put_u32(&m->object, line->object);
    put_u32(&m->from, from);
    put_u32(&m->to, to);
    put_u32(&m->set, line->set);
    put_u32(&m->name, line->name);
    put_u32(&m->way, line->way);
    cim__buf_put(&m->length, &length, sizeof length);
    if (m->way.failed || m->length.failed || m->object.failed || !cim__map_put(&m->edge_of, line->object, net->edge_count)) return cim__nomem(ctx);
    net->edge_count++;
    return net->edge_count >= CIM_ROUTE_MAX_ARCS / 8 || net->vertex_count >= 0xf0000000u ? cim__fail(ctx, CIM_ELIMIT, "too many streets") : CIM_OK;
}

cim_status cim__net_put_edge(cim_ctx *ctx, cim__net_maker *m, const cim__net_line *line, const double *xy, uint32_t count)
{
    const double *last = xy + 2 * (size_t)(count - 1);
    cim__net_line piece = *line;
    uint32_t from, to;
    piece.count = count;
    CIM__TRY(cim__net_junction(ctx, m, cim__net_place_key(xy[0], xy[1]), xy[0], xy[1], &from));
    CIM__TRY(cim__net_junction(ctx, m, cim__net_place_key(last[0], last[1]), last[0], last[1], &to));
    return put_edge(ctx, m, &piece, from, to, xy, 2);
}

/* A name of its own, or that of the nearest ancestor which has one. */
static cim_status name_of(cim_ctx *ctx, cim__net_maker *m, const cim__object *o, uint32_t *name)
{
    cim__str text = text_value(o, CIM__A_NAME);
    cim__arena arena = cim__arena_on(ctx->mem);
    cim_status st = CIM_OK;
    if (!text.len) text = text_value(o, CIM__A_REF);
    uint32_t up = cim__str_starts(o->gid, "osm:") ? CIM_NONE : m->city->parent[o->id];
    for (int depth = 0; !text.len && up != CIM_NONE && cim__city_has(m->city, up) && depth < 8 && st >= 0; depth++, up = m->city->parent[up]) {
        cim__object parent;
        if (m->city->layer[up] == CIM__L_NONSPATIAL && m->city->parent[up] == CIM_NONE) break; /* the city model */
        st = cim__city_object(ctx, m->city, up, &arena, &parent);
        if (st >= 0) text = text_value(&parent, CIM__A_NAME);
    }
    *name = text.len && st >= 0 ? cim__names_add(&m->net->texts, text) : CIM_NONE;
    if (text.len && st >= 0 && *name == CIM_NONE) st = cim__nomem(ctx);
    cim__arena_free(&arena);
    return st;
}

static cim_status put_road(cim_ctx *ctx, cim__net_maker *m, const cim__object *o, const cim_geom *g)
{
    cim__net_line line = { .object = o->id, .count = g->vertex_count };
    const double *first = g->coords, *last = g->coords + (size_t)(g->vertex_count - 1) * (size_t)g->dim;
    uint32_t from, to;
    CIM__TRY(set_of_road(ctx, m, o, &line.set));
    CIM__TRY(name_of(ctx, m, o, &line.name));
    line.way = cim__names_add(&m->ways, cim__gid_base(o->gid));
    if (line.way == CIM_NONE) return cim__nomem(ctx);
    if (g->type != CIM_GEOM_LINESTRING || !(o->present >> CIM__A_FROM_NODE & 1) || !(o->present >> CIM__A_TO_NODE & 1))
        return cim__net_lines_add(m->lines, o->id, line.set, line.name, line.way, g) ? CIM_OK : cim__nomem(ctx);
    CIM__TRY(cim__net_junction(ctx, m, node_key(o->values[CIM__A_FROM_NODE].integer), first[0], first[1], &from));
    CIM__TRY(cim__net_junction(ctx, m, node_key(o->values[CIM__A_TO_NODE].integer), last[0], last[1], &to));
    return put_edge(ctx, m, &line, from, to, g->coords, (size_t)g->dim);
}

static bool is_street(uint8_t class_id)
{
    static const uint8_t streets[] = { CIM__C_Road, CIM__C_Track, CIM__C_Square, CIM__C_Section, CIM__C_Intersection, CIM__C_TrafficSpace,
                                       CIM__C_TransportationComplex };
    return memchr(streets, class_id, sizeof streets) != NULL;
}

static cim_status see_road(cim_ctx *ctx, const cim__object *o, void *user)
{
    cim__net_maker *m = user;
    int32_t srid;
    if (!o->geom.len || !cim__city_has(m->city, o->id)) return CIM_OK;
    if (m->city->layer[o->id] != CIM__L_ROAD && (!is_street(m->city->class_id[o->id]) || cim__str_starts(o->gid, "osm:"))) return CIM_OK;
    CIM__TRY(cim__gaia_get(ctx, o->geom, &m->geom, &srid));
    cim_geom g = cim__gbuild_view(&m->geom);
    if ((g.type != CIM_GEOM_LINESTRING && g.type != CIM_GEOM_MULTILINESTRING) || g.vertex_count < 2 || !all_finite(&g)) return CIM_OK;
    if (!(m->net->edge_count & 0xfff)) CIM__TRY(cim__tick(ctx, 0, 0, "streets"));
    return put_road(ctx, m, o, &g);
}

/* A city whose streets are areas has no net; say so. */
static void count_areas(cim_ctx *ctx, cim__net_maker *m)
{
    for (uint32_t id = 0; !m->net->edge_count && id <= m->city->max_id; id++)
        if (cim__city_has(m->city, id) && m->city->layer[id] == CIM__L_ROAD_AREA && is_street(m->city->class_id[id])) m->net->area_count++;
    if (m->net->area_count)
        cim__log(ctx, CIM_LOG_WARNING, "no street has a line: %u roads and traffic spaces are areas, of which no road net is made", m->net->area_count);
}

/* ---- points: signals, barriers, crossings ---- */

/* The number in "osm:node/123". */
static bool node_number(cim__str gid, int64_t *number_out)
{
    if (!cim__str_starts(gid, "osm:node/")) return false;
    return cim__parse_int((cim__str){ gid.ptr + 9, gid.len - 9 }, number_out);
}

uint32_t cim__net_junction_at(const cim__net_maker *m, cim__str gid)
{
    int64_t node;
    return node_number(gid, &node) ? cim__map_get(&m->junction_of, node_key(node)) : CIM_NONE;
}

static cim_status see_point(cim_ctx *ctx, const cim__object *o, void *user)
{
    cim__net_maker *m = user;
    uint32_t set, j = cim__net_junction_at(m, o->gid);
    if (j == CIM_NONE) return CIM_OK;
    if (!cim__map_put(&m->point_of, o->id, j)) return cim__nomem(ctx);
    m->scratch.size = 0;
    CIM__TRY(add_attrs(ctx, m, o->attrs));
    if (!m->scratch.size) return CIM_OK;
    CIM__TRY(close_set(ctx, m, &set));
    CIM__AT(&m->jset, uint32_t, j) = set;
    return CIM_OK;
}

static cim_status read_layer(cim_ctx *ctx, cim__net_maker *m, cim__layer_id layer, const cim__columns *columns, cim__object_fn fn)
{
    void *selection = NULL;
    cim_city *city = m->city;
    cim_status st = city->rows->select(ctx, city->store, layer, columns, &selection);
    if (st >= 0) st = city->rows->select_run(ctx, city->store, selection, 0, city->max_id, fn, m);
    city->rows->select_end(city->store, selection);
    return st;
}

cim_status cim__net_read(cim_ctx *ctx, cim__net_maker *m)
{
    const uint64_t one = 1;
    const cim__columns road = { .values = one << CIM__A_NAME | one << CIM__A_REF | one << CIM__A_FUNCTION | one << CIM__A_STATUS | one << CIM__A_MAXSPEED_KMH |
                                            one << CIM__A_FROM_NODE | one << CIM__A_TO_NODE | one << CIM__A_ONEWAY | one << CIM__A_ACCESS |
                                            one << CIM__A_SURFACE | one << CIM__A_WIDTH_M | one << CIM__A_LANES,
                                .gid = true, .derived = true, .attrs = true, .geom = true };
    const cim__columns point = { .gid = true, .attrs = true };
    cim__net_lines lines;
    CIM__TRY(note_bases(ctx, m));
    put_u32(&m->net->set_first, 0);
    cim__net_lines_init(&lines, ctx->mem);
    m->lines = &lines;
    cim_status st = read_layer(ctx, m, CIM__L_ROAD, &road, see_road);
    if (st >= 0) st = read_layer(ctx, m, CIM__L_OTHER_LINE, &road, see_road);
    if (st >= 0) st = cim__net_lines_put(ctx, m);
    cim__net_lines_free(&lines);
    m->lines = NULL;
    if (st < 0) return st;
    count_areas(ctx, m);
    put_u32(&m->first_vertex, m->net->vertex_count);
    CIM__TRY(read_layer(ctx, m, CIM__L_ROAD_POINT, &point, see_point));
    return read_layer(ctx, m, CIM__L_ENTRANCE, &point, see_point);
}
