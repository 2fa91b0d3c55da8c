/* cql_spatial.c - spatial predicates.
 *
 * Boxes decide first, and only what they leave open goes to exact geometry.  What a box can say without error, for an object whose
 * box is A and a constant geometry G with box B:
 *   A and B apart            nothing in common
 *   G is its box, A in it    they intersect; and A in its inside: within, so neither touching, crossing nor overlapping
 *   A not in B               not within;   B not in A: not containing;   A and B different: not equal
 * A point against an area is decided by exact orientation tests (orient.c); everything else by GEOS with a prepared geometry. */
#include "city/cql_eval.h"

#include <math.h>

/* ---- boxes ---- */

static bool inside(const cim_box *a, const cim_box *b) { return a->min_x >= b->min_x && a->min_y >= b->min_y && a->max_x <= b->max_x && a->max_y <= b->max_y; }
static bool well_inside(const cim_box *a, const cim_box *b) { return a->min_x > b->min_x && a->min_y > b->min_y && a->max_x < b->max_x && a->max_y < b->max_y; }
static bool same(const cim_box *a, const cim_box *b) { return inside(a, b) && inside(b, a); }

static cim__truth by_boxes(cim__predicate predicate, const cim_box *a, const cim__cql_geom *g)
{
    bool apart = !cim__box_meets(a, &g->box);
    bool within = g->rectangle && well_inside(a, &g->box);
    switch (predicate) {
    case CIM__INTERSECTS: return apart ? CIM__FALSE : g->rectangle && inside(a, &g->box) ? CIM__TRUE : CIM__UNKNOWN;
    case CIM__DISJOINT: return apart ? CIM__TRUE : g->rectangle && inside(a, &g->box) ? CIM__FALSE : CIM__UNKNOWN;
    case CIM__WITHIN: return !inside(a, &g->box) ? CIM__FALSE : within ? CIM__TRUE : CIM__UNKNOWN;
    case CIM__CONTAINS: return apart || !inside(&g->box, a) ? CIM__FALSE : CIM__UNKNOWN;
    case CIM__EQUALS: return !same(a, &g->box) ? CIM__FALSE : CIM__UNKNOWN;
    case CIM__TOUCHES:
    case CIM__CROSSES:
    case CIM__OVERLAPS: return apart || within ? CIM__FALSE : CIM__UNKNOWN;
    }
    return CIM__UNKNOWN;
}

/* ---- points ---- */

/* Where a point lies, as a predicate of the point against the area. */
static cim__truth by_where(cim__predicate predicate, cim__where where)
{
    switch (predicate) {
    case CIM__INTERSECTS: return where != CIM__OUTSIDE;
    case CIM__DISJOINT: return where == CIM__OUTSIDE;
    case CIM__WITHIN: return where == CIM__INSIDE;
    case CIM__TOUCHES: return where == CIM__BOUNDARY;
    case CIM__CONTAINS:
    case CIM__CROSSES:
    case CIM__OVERLAPS:
    case CIM__EQUALS: return CIM__FALSE;
    }
    return CIM__UNKNOWN;
}

static cim__predicate converse(cim__predicate predicate)
{
    return predicate == CIM__WITHIN ? CIM__CONTAINS : predicate == CIM__CONTAINS ? CIM__WITHIN : predicate;
}

enum { LINEAR = 64 }; /* vertices up to which going over all edges beats an index */

static cim__truth by_point(cim__predicate predicate, const cim_geom *a, const cim_geom *g)
{
    if (a->type == CIM_GEOM_POINT && a->part_count == 1 && cim__geom_base(g->type) == CIM_GEOM_POLYGON && g->vertex_count <= LINEAR)
        return by_where(predicate, cim__point_in_polygon(g, a->coords[0], a->coords[1]));
    if (g->type == CIM_GEOM_POINT && g->part_count == 1 && cim__geom_base(a->type) == CIM_GEOM_POLYGON)
        return by_where(converse(predicate), cim__point_in_polygon(a, g->coords[0], g->coords[1]));
    return CIM__UNKNOWN;
}

/* ---- exact, against a constant ---- */

static cim_status prepare(cim_ctx *ctx, cim__cql *cql, cim__cql_geom *g, uint32_t part)
{
    if (g->prepared[part]) return CIM_OK;
    if (!cql->geos) CIM__TRY(cim__geos_new(ctx, &cql->geos));
    cim_geom view = cim__gbuild_view(&g->parts[part]);
    return cim__prepared_new(ctx, cql->geos, &view, &g->prepared[part]);
}

static cim_status test_part(cim_ctx *ctx, cim__cql *cql, cim__cql_geom *g, uint32_t part, const cim_geom *a, cim__predicate predicate, bool *holds)
{
    cim_geom view = cim__gbuild_view(&g->parts[part]);
    cim__truth quick = by_point(predicate, a, &view);
    if (quick != CIM__UNKNOWN) {
        *holds = quick == CIM__TRUE;
        return CIM_OK;
    }
    CIM__TRY(prepare(ctx, cql, g, part));
    return cim__prepared_test(ctx, g->prepared[part], a, predicate, holds);
}

/* Several parts: only predicates that ask for any or none of them. */
static cim_status test_exactly(cim_ctx *ctx, cim__cql *cql, cim__cql_geom *g, const cim_geom *a, cim__predicate predicate, bool *holds_out)
{
    bool holds = false;
    if (g->count == 1) return test_part(ctx, cql, g, 0, a, predicate, holds_out);
    for (uint32_t i = 0; i < g->count && !holds; i++) CIM__TRY(test_part(ctx, cql, g, i, a, CIM__INTERSECTS, &holds));
    *holds_out = predicate == CIM__DISJOINT ? !holds : holds;
    return CIM_OK;
}

static double box_distance(const cim_box *a, const cim_box *b)
{
    double dx = fmax(0.0, fmax(a->min_x - b->max_x, b->min_x - a->max_x)), dy = fmax(0.0, fmax(a->min_y - b->max_y, b->min_y - a->max_y));
    return hypot(dx, dy);
}

static double farthest(const cim_box *a, const double xy[2])
{
    return hypot(fmax(fabs(a->min_x - xy[0]), fabs(a->max_x - xy[0])), fmax(fabs(a->min_y - xy[1]), fabs(a->max_y - xy[1])));
}

/* Rounding must not decide what is exactly as far as asked: 1 m may come out as 1.0000000000000002. */
static const double slack = 1e-12;

static bool near_enough(double distance, double asked_m) { return distance <= asked_m * (1.0 + slack); }

static cim_status test_distance(cim_ctx *ctx, cim__cql *cql, cim__cql_geom *g, const cim_geom *a, double distance_m, bool *holds_out)
{
    *holds_out = false;
    for (uint32_t i = 0; i < g->count && !*holds_out; i++) {
        double d;
        if (!g->parts[i].coords.size) continue;
        CIM__TRY(prepare(ctx, cql, g, i));
        CIM__TRY(cim__prepared_distance(ctx, g->prepared[i], a, &d));
        *holds_out = near_enough(d, distance_m);
    }
    return CIM_OK;
}

static cim__truth distance_by_boxes(const cim_box *a, const cim__cql_geom *g, double distance_m)
{
    if (!cim__box_ok(&g->box) || !near_enough(box_distance(a, &g->box), distance_m)) return CIM__FALSE;
    for (uint32_t i = 0; i < g->count; i++)
        if (g->parts[i].coords.size && farthest(a, (const double *)(const void *)g->parts[i].coords.data) < distance_m * (1.0 - slack)) return CIM__TRUE;
    return CIM__UNKNOWN;
}

static cim_status exact(cim_ctx *ctx, cim__cql *cql, const cim__cql_node *node, cim__predicate predicate, cim__cql_geom *g, const cim_geom *a, bool *holds_out)
{
    if (node->op == CIM__CQL_WITHIN_DISTANCE) return test_distance(ctx, cql, g, a, node->distance_m, holds_out);
    return test_exactly(ctx, cql, g, a, predicate, holds_out);
}

static cim__truth quick(const cim__cql_node *node, cim__predicate predicate, const cim__cql_geom *g, const cim_box *a)
{
    return node->op == CIM__CQL_WITHIN_DISTANCE ? distance_by_boxes(a, g, node->distance_m) : by_boxes(predicate, a, g);
}

static cim_status at_object(cim_ctx *ctx, cim_status st, uint32_t id)
{
    char place[32] = "object ";
    char digits[12];
    int n = 0, at = 7;
    if (st != CIM_EFORMAT) return st;
    do digits[n++] = (char)('0' + id % 10);
    while (id /= 10);
    while (n) place[at++] = digits[--n];
    return cim__fail_at(ctx, st, place);
}

/* ---- geometries of objects ---- */

static cim_status own_box(cim__cql_eval *e)
{
    if (e->geom_state) return CIM_OK;
    e->geom_state = e->row->geom.len ? CIM__CQL_GEOM_BOX : CIM__CQL_GEOM_NONE;
    if (!e->row->geom.len || cim__gaia_box(e->row->geom, &e->geom_box)) return CIM_OK;
    return at_object(e->ctx, cim__fail(e->ctx, CIM_EFORMAT, "damaged geometry blob"), e->id);
}

static cim_status own_geometry(cim__cql_eval *e, cim_geom *geom_out)
{
    if (e->geom_state != CIM__CQL_GEOM_READ) {
        cim_status st = cim__gaia_get(e->ctx, e->row->geom, &e->geom, NULL);
        if (st < 0) return at_object(e->ctx, st, e->id);
        e->geom_state = CIM__CQL_GEOM_READ;
    }
    *geom_out = cim__gbuild_view(&e->geom);
    return CIM_OK;
}

static cim_status own_against(cim__cql_eval *e, const cim__cql_node *node, cim__predicate predicate, cim__cql_geom *g, cim__truth *truth_out)
{
    cim_geom geom;
    bool holds;
    *truth_out = CIM__UNKNOWN;
    CIM__TRY(own_box(e));
    if (e->geom_state == CIM__CQL_GEOM_NONE) return CIM_OK;
    *truth_out = quick(node, predicate, g, &e->geom_box);
    if (*truth_out != CIM__UNKNOWN) return CIM_OK;
    CIM__TRY(own_geometry(e, &geom));
    CIM__TRY(at_object(e->ctx, exact(e->ctx, e->cql, node, predicate, g, &geom, &holds), e->id));
    *truth_out = holds;
    return CIM_OK;
}

/* ---- geometries of related objects against a constant ---- */

typedef struct others {
    cim__cql_eval *e;
    const cim__cql_node *node;
    cim__predicate predicate;
    cim__cql_geom *g;
    cim__truth truth;
} others;

static cim_status see_geometry(cim_ctx *ctx, const cim__object *object, void *user)
{
    others *o = user;
    bool holds;
    if (!object->geom.len) return CIM_OK;
    cim_status st = cim__gaia_get(ctx, object->geom, &o->e->other_geom, NULL);
    if (st < 0) return at_object(ctx, st, object->id);
    cim_geom geom = cim__gbuild_view(&o->e->other_geom);
    cim_box box = cim__geom_box(&geom);
    cim__truth truth = quick(o->node, o->predicate, o->g, &box);
    if (truth == CIM__UNKNOWN) {
        CIM__TRY(at_object(ctx, exact(ctx, o->e->cql, o->node, o->predicate, o->g, &geom, &holds), object->id));
        truth = holds;
    }
    if (o->truth != CIM__TRUE) o->truth = truth;
    return CIM_OK;
}

static cim_status related_against(cim__cql_eval *e, const cim__cql_node *node, const cim__cql_path *path, cim__predicate predicate, cim__cql_geom *g,
                                  cim__truth *truth_out)
{
    const uint32_t *ids;
    size_t count;
    others o = { e, node, predicate, g, CIM__UNKNOWN };
    CIM__TRY(cim__cql_targets(e, path, path->hop_count, &ids, &count));
    for (size_t i = 0; i < count && o.truth != CIM__TRUE; i++) CIM__TRY(cim__cql_other_row(e, ids[i], see_geometry, &o));
    *truth_out = o.truth;
    return CIM_OK;
}

/* ---- geometries of objects against each other: rare, so simply all pairs ---- */

typedef struct gathering {
    cim__cql_eval *e;
    cim__buf list; /* cim__gbuild */
} gathering;

static cim_status gather(cim_ctx *ctx, const cim__object *object, void *user)
{
    gathering *g = user;
    if (!object->geom.len) return CIM_OK;
    cim__gbuild *build = CIM__PUSH(&g->list, cim__gbuild);
    if (!build) return cim__nomem(ctx);
    cim__gbuild_init(build, ctx->mem);
    return at_object(ctx, cim__gaia_get(ctx, object->geom, build, NULL), object->id);
}

static cim_status gather_path(cim__cql_eval *e, const cim__cql_path *path, gathering *g)
{
    const uint32_t *ids;
    size_t count;
    if (!path->hop_count) return gather(e->ctx, e->row, g);
    CIM__TRY(cim__cql_targets(e, path, path->hop_count, &ids, &count));
    for (size_t i = 0; i < count; i++) CIM__TRY(cim__cql_other_row(e, ids[i], gather, g));
    return CIM_OK;
}

static void free_gathering(gathering *g)
{
    for (size_t i = 0; i < CIM__COUNT(&g->list, cim__gbuild); i++) cim__gbuild_free(&CIM__AT(&g->list, cim__gbuild, i));
    cim__buf_free(&g->list);
}

static cim_status test_pair(cim__cql_eval *e, const cim__cql_node *node, const cim__prepared *left, const cim_geom *right, bool *holds)
{
    double d;
    if (node->op == CIM__CQL_SPATIAL) return cim__prepared_test(e->ctx, left, right, converse(node->predicate), holds);
    CIM__TRY(cim__prepared_distance(e->ctx, left, right, &d));
    *holds = near_enough(d, node->distance_m);
    return CIM_OK;
}

static cim_status all_pairs(cim__cql_eval *e, const cim__cql_node *node, const gathering *left, const gathering *right, cim__truth *truth_out)
{
    size_t n = CIM__COUNT(&left->list, cim__gbuild), m = CIM__COUNT(&right->list, cim__gbuild);
    cim_status st = CIM_OK;
    *truth_out = n && m ? CIM__FALSE : CIM__UNKNOWN;
    if (!e->cql->geos) CIM__TRY(cim__geos_new(e->ctx, &e->cql->geos));
    for (size_t i = 0; i < n && m && st >= 0; i++) {
        cim__prepared *prepared = NULL;
        cim_geom a = cim__gbuild_view(&CIM__AT(&left->list, cim__gbuild, i));
        st = cim__prepared_new(e->ctx, e->cql->geos, &a, &prepared);
        for (size_t j = 0; j < m && st >= 0 && *truth_out != CIM__TRUE; j++) {
            bool holds = false;
            cim_geom b = cim__gbuild_view(&CIM__AT(&right->list, cim__gbuild, j));
            st = test_pair(e, node, prepared, &b, &holds);
            if (holds) *truth_out = CIM__TRUE;
        }
        cim__prepared_free(prepared);
    }
    return at_object(e->ctx, st, e->id);
}

static cim_status paths_against(cim__cql_eval *e, const cim__cql_node *node, cim__truth *truth_out)
{
    gathering left = { e, cim__buf_on(e->ctx->mem) }, right = { e, cim__buf_on(e->ctx->mem) };
    cim_status st = gather_path(e, node->child->path, &left);
    if (st >= 0) st = gather_path(e, node->child->next->path, &right);
    if (st >= 0) st = all_pairs(e, node, &left, &right, truth_out);
    free_gathering(&left);
    free_gathering(&right);
    return st;
}

/* ---- the whole ---- */

cim_status cim__cql_spatial(cim__cql_eval *e, const cim__cql_node *node, cim__truth *truth_out)
{
    const cim__cql_node *left = node->child, *right = left->next;
    if (left->op == CIM__CQL_PATH && right->op == CIM__CQL_PATH) return paths_against(e, node, truth_out);
    bool swapped = left->op == CIM__CQL_GEOMETRY;
    const cim__cql_path *path = swapped ? right->path : left->path;
    cim__cql_geom *g = swapped ? left->geom : right->geom;
    cim__predicate predicate = node->op == CIM__CQL_SPATIAL && swapped ? converse(node->predicate) : node->predicate;
    if (path->hop_count) return related_against(e, node, path, predicate, g, truth_out);
    return own_against(e, node, predicate, g, truth_out);
}

cim_status cim__cql_test_constants(cim_ctx *ctx, cim__cql *cql, const cim__cql_node *node, bool *truth_out)
{
    cim__cql_geom *left = node->child->geom, *right = node->child->next->geom;
    bool any = false, distance = node->op == CIM__CQL_WITHIN_DISTANCE, disjoint = !distance && node->predicate == CIM__DISJOINT;
    cim__predicate predicate = disjoint ? CIM__INTERSECTS : node->predicate;
    for (uint32_t i = 0; i < left->count && !any; i++) {
        cim_geom a = cim__gbuild_view(&left->parts[i]);
        if (distance) {
            if (a.vertex_count) CIM__TRY(test_distance(ctx, cql, right, &a, node->distance_m, &any));
        } else {
            CIM__TRY(test_exactly(ctx, cql, right, &a, predicate, &any));
        }
    }
    *truth_out = disjoint ? !any : any;
    return CIM_OK;
}
