/* cql_geom.c - geometries of a query: what is written, and what it is in the city's reference system.
 *
 * A literal in another reference system is transformed vertex by vertex; the sides of a box become 32 pieces first, because a
 * parallel is no straight line on most maps.  OBJECT('id') is the geometry of all objects of that id. */
#include "city/cql.h"
#include "city/cql_bind.h"

#include <math.h>

/* ---- parsing ---- */

enum { SHAPES_MAX = 4096 };

static cim_status shape_new(cim__cql_parser *p, cim__cql_shape ***tail, cim__cql_shape **shape_out)
{
    cim__cql_shape *shape = cim__arena_alloc(&p->cql->arena, sizeof *shape);
    if (!shape) return cim__nomem(p->lex.ctx);
    if (p->shapes++ == SHAPES_MAX) return cim__cql_expected(&p->lex, "at most 4096 geometries");
    *shape = (cim__cql_shape){ .column = cim__cql_column(p->lex.query, p->lex.token.raw.ptr) };
    **tail = shape;
    *tail = &shape->next;
    *shape_out = shape;
    return CIM_OK;
}

static bool at_wkt(const cim__cql_lexer *l)
{
    for (int32_t type = CIM_GEOM_POINT; type <= CIM_GEOM_MULTIPOLYGON; type++)
        if (cim__cql_is(l, cim__geom_type_name(type))) return true;
    return false;
}

static cim_status take_wkt(cim__cql_parser *p, cim__cql_shape ***tail)
{
    cim__cql_shape *shape;
    if (!at_wkt(&p->lex)) return cim__cql_expected(&p->lex, "POINT, LINESTRING, POLYGON, MULTIPOINT, MULTILINESTRING or MULTIPOLYGON");
    CIM__TRY(shape_new(p, tail, &shape));
    return cim__cql_wkt(&p->lex, &shape->text);
}

static cim_status take_collection(cim__cql_parser *p, cim__cql_shape ***tail)
{
    CIM__TRY(cim__cql_next(&p->lex));
    if (cim__cql_is(&p->lex, "Z")) CIM__TRY(cim__cql_next(&p->lex));
    if (cim__cql_is(&p->lex, "EMPTY")) {
        cim__cql_shape *shape;
        CIM__TRY(shape_new(p, tail, &shape));
        shape->text = CIM__STR("MULTIPOINT EMPTY");
        return cim__cql_next(&p->lex);
    }
    CIM__TRY(cim__cql_need(p, '(', "( and geometries"));
    for (;;) {
        CIM__TRY(take_wkt(p, tail));
        if (!cim__cql_at(&p->lex, ',')) break;
        CIM__TRY(cim__cql_next(&p->lex));
    }
    return cim__cql_need(p, ')', ", or )");
}

static cim_status take_number(cim__cql_parser *p, double *number_out)
{
    cim__cql_node *node;
    CIM__TRY(cim__cql_value_of(p, &node));
    if (node->op != CIM__CQL_LITERAL || node->literal.type != CIM__CQL_REAL) return cim__cql_wrong(p->lex.ctx, node->column, "expected a number");
    *number_out = node->literal.real;
    return CIM_OK;
}

/* BBOX(min_x, min_y, max_x, max_y) or with heights, which are not looked at: minx, miny, minz, maxx, maxy, maxz. */
static cim_status take_box(cim__cql_parser *p, cim__cql_shape ***tail)
{
    cim__cql_shape *shape;
    double v[6];
    int count = 0;
    CIM__TRY(shape_new(p, tail, &shape));
    CIM__TRY(cim__cql_next(&p->lex));
    CIM__TRY(cim__cql_need(p, '(', "( and four numbers"));
    for (;;) {
        CIM__TRY(take_number(p, &v[count++]));
        if (!cim__cql_at(&p->lex, ',') || count == 6) break;
        CIM__TRY(cim__cql_next(&p->lex));
    }
    if (count == 5 || count < 4) return cim__cql_expected(&p->lex, "BBOX with 4 or 6 numbers");
    shape->kind = CIM__CQL_BBOX;
    shape->box = count == 4 ? (cim_box){ v[0], v[1], v[2], v[3] } : (cim_box){ v[0], v[1], v[3], v[4] };
    if (shape->box.min_y > shape->box.max_y) return cim__cql_wrong(p->lex.ctx, shape->column, "expected a BBOX whose second y is not below the first");
    return cim__cql_need(p, ')', count == 4 ? ") or two more numbers" : ")");
}

static cim_status take_object(cim__cql_parser *p, cim__cql_shape ***tail)
{
    cim__cql_shape *shape;
    CIM__TRY(shape_new(p, tail, &shape));
    CIM__TRY(cim__cql_next(&p->lex));
    CIM__TRY(cim__cql_need(p, '(', "( and the id of an object"));
    if (p->lex.token.word != CIM__CQL_STRING) return cim__cql_expected(&p->lex, "the id of an object in single quotes");
    shape->kind = CIM__CQL_OBJECT;
    shape->text = p->lex.token.text;
    CIM__TRY(cim__cql_next(&p->lex));
    return cim__cql_need(p, ')', ")");
}

static cim_status take_path(cim__cql_parser *p, cim__cql_node *node)
{
    node->op = CIM__CQL_PATH;
    if (p->lex.token.word != CIM__CQL_NAME || cim__cql_calls(&p->lex)) return cim__cql_expected(&p->lex, "a geometry: geom, WKT, BBOX(...) or OBJECT('id')");
    CIM__TRY(cim__cql_property(p, &node->path));
    cim__str text = node->path->text;
    if (node->path->end == CIM__CQL_GEOM) return CIM_OK;
    return cim__cql_wrong(p->lex.ctx, node->column, "expected a geometry (geom, RELATION.geom, WKT, BBOX(...) or OBJECT('id')), not %.*s", CIM__CQL_SHOW(text));
}

cim_status cim__cql_geometry(cim__cql_parser *p, cim__cql_node **node_out)
{
    cim__cql_node *node;
    CIM__TRY(cim__cql_node_new(p, CIM__CQL_GEOMETRY, &node));
    cim__cql_shape **tail = &node->shape;
    *node_out = node;
    if (at_wkt(&p->lex)) return take_wkt(p, &tail);
    if (cim__cql_is(&p->lex, "GEOMETRYCOLLECTION")) return take_collection(p, &tail);
    if (cim__cql_is(&p->lex, "BBOX") || cim__cql_is(&p->lex, "ENVELOPE")) return take_box(p, &tail);
    if (cim__cql_is(&p->lex, "OBJECT") && cim__cql_calls(&p->lex)) return take_object(p, &tail);
    return take_path(p, node);
}

/* ---- binding: into the city's reference system ---- */

static cim__gbuild *part_for(cim__cql_geom *g, cim__mem *mem, int32_t type)
{
    int32_t base = cim__geom_base(type);
    for (uint32_t i = 0; i < g->count; i++)
        if (cim__geom_base(g->parts[i].type) == base) return &g->parts[i];
    cim__gbuild *part = &g->parts[g->count++];
    cim__gbuild_init(part, mem);
    cim__gbuild_begin(part, base, 2);
    return part;
}

static cim_status add_geometry(cim__cql_binding *b, cim__cql_geom *g, const cim_geom *geom)
{
    cim__gbuild *part = part_for(g, b->ctx->mem, geom->type);
    cim__gbuild_append(part, geom);
    if (!geom->part_count && part->type <= 3) part->type += 3;
    return cim__gbuild_ok(part) ? CIM_OK : cim__nomem(b->ctx);
}

static cim_status check_valid(cim__cql_binding *b, uint32_t column, const cim_geom *geom)
{
    bool valid;
    if (cim__geom_base(geom->type) != CIM_GEOM_POLYGON || !geom->vertex_count) return CIM_OK;
    CIM__TRY(cim__cql_geos(b));
    CIM__TRY(cim__geos_valid(b->ctx, b->cql->geos, geom, &valid));
    return valid ? CIM_OK : cim__cql_wrong(b->ctx, column, "expected a valid polygon: rings may not cross, holes lie inside");
}

/* Rings stay closed whatever the last digits of a transformed vertex are. */
static void transform_ring(cim__transform *t, cim__gbuild *build, const cim_geom *g, uint32_t ring)
{
    uint32_t first = cim__ring_start(g, ring), count = g->ring_end[ring] - first;
    size_t dim = (size_t)g->dim;
    double *coords = (double *)(void *)build->coords.data + first * dim, *last = coords + (count ? count - 1 : 0) * dim;
    bool closed = count > 1 && coords[0] == last[0] && coords[1] == last[1];
    if (count) cim__transform_run(t, coords, coords + 1, dim, closed ? count - 1 : count);
    if (closed) memcpy(last, coords, 2 * sizeof *coords);
}

static cim_status transform(cim__cql_binding *b, uint32_t column, cim__gbuild *build)
{
    if (!b->epsg || b->epsg == b->city->epsg) return CIM_OK;
    if (!b->transform) {
        cim_status st = cim__transform_new(b->ctx, b->epsg, b->city->epsg, &b->transform);
        if (st == CIM_ENOTFOUND) return cim__fail(b->ctx, CIM_EARG, "EPSG:%d is not known", (int)b->epsg);
        if (st < 0) return st;
    }
    cim_geom g = cim__gbuild_view(build);
    for (uint32_t ring = 0; ring < g.ring_count; ring++) transform_ring(b->transform, build, &g, ring);
    if (cim__geom_finite(&g)) return CIM_OK;
    return cim__cql_wrong(b->ctx, column, "expected coordinates that EPSG:%d can be transformed from to EPSG:%d", (int)b->epsg, (int)b->city->epsg);
}

static cim_status bind_wkt(cim__cql_binding *b, const cim__cql_shape *shape, cim__cql_geom *g)
{
    cim__gbuild *build = &b->build;
    cim_status st = cim__wkt_get(b->ctx, shape->text, build);
    if (st == CIM_EFORMAT) {
        char text[200];
        strncpy(text, b->ctx->error, sizeof text - 1);
        text[sizeof text - 1] = 0;
        return cim__cql_wrong(b->ctx, shape->column, "%s", text);
    }
    if (st < 0) return st;
    CIM__TRY(transform(b, shape->column, build));
    cim_geom view = cim__gbuild_view(build);
    CIM__TRY(check_valid(b, shape->column, &view));
    return add_geometry(b, g, &view);
}

/* ---- boxes ---- */

enum { BOX_PIECES = 32 };

static void box_side(cim__gbuild *build, double x0, double y0, double x1, double y1, int pieces)
{
    for (int i = 0; i < pieces; i++) cim__gbuild_xy(build, x0 + (x1 - x0) * i / pieces, y0 + (y1 - y0) * i / pieces);
}

/* A box without width or height is a line or a point. */
static void put_box(cim__gbuild *build, const cim_box *box, int pieces)
{
    bool wide = box->max_x > box->min_x, high = box->max_y > box->min_y;
    if (wide && high) {
        cim__gbuild_begin(build, CIM_GEOM_POLYGON, 2);
        box_side(build, box->min_x, box->min_y, box->max_x, box->min_y, pieces);
        box_side(build, box->max_x, box->min_y, box->max_x, box->max_y, pieces);
        box_side(build, box->max_x, box->max_y, box->min_x, box->max_y, pieces);
        box_side(build, box->min_x, box->max_y, box->min_x, box->min_y, pieces);
        cim__gbuild_close(build);
    } else {
        cim__gbuild_begin(build, wide || high ? CIM_GEOM_LINESTRING : CIM_GEOM_POINT, 2);
        if (wide || high) box_side(build, box->min_x, box->min_y, box->max_x, box->max_y, pieces);
        cim__gbuild_xy(build, box->max_x, box->max_y);
        cim__gbuild_ring(build);
    }
    cim__gbuild_part(build);
}

static cim_status add_box(cim__cql_binding *b, const cim__cql_shape *shape, const cim_box *box, cim__cql_geom *g)
{
    bool foreign = b->epsg && b->epsg != b->city->epsg;
    put_box(&b->build, box, foreign ? BOX_PIECES : 1);
    if (!cim__gbuild_ok(&b->build)) return cim__nomem(b->ctx);
    CIM__TRY(transform(b, shape->column, &b->build));
    cim_geom view = cim__gbuild_view(&b->build);
    return add_geometry(b, g, &view);
}

/* "From 150 to -150 degrees": on both sides of the antimeridian, when coordinates are degrees. */
static cim_status bind_box(cim__cql_binding *b, const cim__cql_shape *shape, cim__cql_geom *g)
{
    cim__crs_info info;
    cim_box west = shape->box, east = shape->box;
    if (shape->box.min_x <= shape->box.max_x) return add_box(b, shape, &shape->box, g);
    cim_status st = cim__crs_info_of(b->ctx, b->epsg ? b->epsg : b->city->epsg, &info);
    if (st == CIM_ENOMEM) return st;
    if (st < 0 || !info.geographic) return cim__cql_wrong(b->ctx, shape->column, "expected a BBOX whose second x is not below the first");
    west.max_x = 180.0;
    east.min_x = -180.0;
    CIM__TRY(add_box(b, shape, &west, g));
    return add_box(b, shape, &east, g);
}

/* ---- objects ---- */

static cim_status add_object(cim__cql_binding *b, uint32_t id, cim__cql_geom *g)
{
    cim__object object;
    CIM__TRY(cim__city_object(b->ctx, b->city, id, &b->cql->arena, &object));
    if (!object.geom.len) return CIM_OK;
    cim_status st = cim__gaia_get(b->ctx, object.geom, &b->build, NULL);
    if (st == CIM_EFORMAT) return cim__fail_at(b->ctx, st, "the object named in OBJECT()");
    if (st < 0) return st;
    cim_geom view = cim__gbuild_view(&b->build);
    return add_geometry(b, g, &view);
}

/* Areas of several objects may overlap: their union is what is meant. */
static cim_status unite(cim__cql_binding *b, cim__cql_geom *g)
{
    for (uint32_t i = 0; i < g->count; i++) {
        cim_geom view = cim__gbuild_view(&g->parts[i]);
        if (cim__geom_base(view.type) != CIM_GEOM_POLYGON || view.part_count < 2) continue;
        view.type = CIM_GEOM_MULTIPOLYGON;
        CIM__TRY(cim__cql_geos(b));
        CIM__TRY(cim__geos_union(b->ctx, b->cql->geos, &view, &b->build));
        cim_geom all = cim__gbuild_view(&b->build);
        cim__gbuild_begin(&g->parts[i], CIM_GEOM_MULTIPOLYGON, 2);
        cim__gbuild_append(&g->parts[i], &all);
        if (!cim__gbuild_ok(&g->parts[i])) return cim__nomem(b->ctx);
    }
    return CIM_OK;
}

static cim_status bind_object(cim__cql_binding *b, const cim__cql_shape *shape, cim__cql_geom *g)
{
    uint32_t *ids = NULL;
    size_t count = 0;
    CIM__TRY(cim__cql_find(b, shape->text, &ids, &count));
    if (!count) return cim__cql_no_object(b->ctx, shape->column, shape->text);
    for (size_t i = 0; i < count; i++) CIM__TRY(add_object(b, ids[i], g));
    if (!g->count) return cim__cql_wrong(b->ctx, shape->column, "expected an object with a geometry in the plane");
    return count > 1 ? unite(b, g) : CIM_OK;
}

/* ---- the whole ---- */

static bool is_rectangle(const cim_geom *g, const cim_box *box)
{
    if (g->type != CIM_GEOM_POLYGON || g->ring_count != 1 || g->vertex_count != 5) return false;
    if (!(box->min_x < box->max_x && box->min_y < box->max_y)) return false;
    for (uint32_t v = 0; v < 4; v++) {
        const double *a = g->coords + v * (size_t)g->dim, *c = g->coords + (v + 1) * (size_t)g->dim;
        bool corner = (a[0] == box->min_x || a[0] == box->max_x) && (a[1] == box->min_y || a[1] == box->max_y);
        if (!corner || (a[0] == c[0]) == (a[1] == c[1])) return false;
    }
    return true;
}

static void measure(cim__cql_geom *g)
{
    g->box = CIM__BOX_EMPTY;
    for (uint32_t i = 0; i < g->count; i++) {
        cim_geom view = cim__gbuild_view(&g->parts[i]);
        cim_box box = cim__geom_box(&view);
        cim__box_join(&g->box, &box);
    }
    cim_geom only = g->count == 1 ? cim__gbuild_view(&g->parts[0]) : (cim_geom){ .type = 0 };
    g->rectangle = g->count == 1 && is_rectangle(&only, &g->box);
}

cim_status cim__cql_bind_geometry(cim__cql_binding *b, const cim__cql_node *call, cim__cql_node *node)
{
    cim__cql_geom *g = cim__arena_alloc(&b->cql->arena, sizeof *g);
    if (!g) return cim__nomem(b->ctx);
    memset(g, 0, sizeof *g);
    g->next = b->cql->geoms;
    b->cql->geoms = g;
    for (const cim__cql_shape *shape = node->shape; shape; shape = shape->next) {
        if (shape->kind == CIM__CQL_WKT) CIM__TRY(bind_wkt(b, shape, g));
        else if (shape->kind == CIM__CQL_BBOX) CIM__TRY(bind_box(b, shape, g));
        else CIM__TRY(bind_object(b, shape, g));
    }
    if (node->shape->next) CIM__TRY(unite(b, g));
    measure(g);
    bool any = call->op == CIM__CQL_WITHIN_DISTANCE || call->predicate == CIM__INTERSECTS || call->predicate == CIM__DISJOINT;
    if (g->count > 1 && !any) return cim__cql_wrong(b->ctx, node->column, "expected a geometry of one type here: points, lines or areas");
    node->geom = g;
    return CIM_OK;
}
