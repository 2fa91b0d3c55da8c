/* geometry.c - boundaries and semantics to geometries and topologies.
 *
 * Boundaries are nested lists of vertex numbers; how deep says the type: points 1, lines 2, surfaces 3 (surface, ring, vertex), a
 * solid 4 (shells first), several solids 5.  Semantic values are nested likewise, without the two innermost levels. */
#include "import/cityjson/cityjson.h"

#include <math.h>

typedef struct gtype {
    const char *name, *role;
    int32_t type;
    cim__topo_kind kind;
    int depth;
} gtype;

/* In the order of cim__cj_counts.gtype_stored. */
static const gtype gtypes[] = {
    { "MultiPoint", "multiPoint", CIM_GEOM_MULTIPOINT, CIM__TOPO_MULTISURFACE, 1 },
    { "MultiLineString", "multiCurve", CIM_GEOM_MULTILINESTRING, CIM__TOPO_MULTISURFACE, 2 },
    { "MultiSurface", "multiSurface", CIM_GEOM_MULTIPOLYGON, CIM__TOPO_MULTISURFACE, 3 },
    { "CompositeSurface", "compositeSurface", CIM_GEOM_MULTIPOLYGON, CIM__TOPO_COMPOSITESURFACE, 3 },
    { "Solid", "solid", CIM_GEOM_MULTIPOLYGON, CIM__TOPO_SOLID, 4 },
    { "MultiSolid", "multiSolid", CIM_GEOM_MULTIPOLYGON, CIM__TOPO_MULTISOLID, 5 },
    { "CompositeSolid", "compositeSolid", CIM_GEOM_MULTIPOLYGON, CIM__TOPO_COMPOSITESOLID, 5 },
    { "GeometryInstance", "implicitRepresentation", 0, CIM__TOPO_MULTISURFACE, 0 },
};
enum { GTYPES = sizeof gtypes / sizeof *gtypes, INSTANCE = GTYPES - 1 };
_Static_assert((int)GTYPES == (int)CIM__CJ_GTYPES, "one counter a type");

bool cim__cj_is_geometry_member(cim__str key)
{
    static const char *const names[] = { "type", "lod", "boundaries", "semantics", "template", "transformationMatrix" };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (cim__str_is(key, names[i])) return true;
    return false;
}

/* One geometry under construction. */
typedef struct maker {
    cim_ctx *ctx;
    cim__cj_worker *w;
    const cim__jtree *t;
    const gtype *type;
    cim__gbuild *build;
    cim__topo *topo;
    const char *fault;         /* why the geometry cannot be stored */
    uint32_t surface_count;
    uint32_t polygons, holes;  /* stored */
    uint32_t bad_values;
    uint32_t thin_polygons, thin_holes, lost_holes;
} maker;

static bool fault(maker *m, const char *reason)
{
    m->fault = reason;
    return false;
}

/* ---- lists that run side by side: boundaries and the values of their parts ---- */

typedef struct pair {
    uint32_t at, end, value_at, value_end;
    uint32_t node, value; /* value CIM_NONE: none */
} pair;

/* False when the boundaries are no list. */
static bool pair_begin(maker *m, pair *p, uint32_t node, uint32_t values)
{
    *p = (pair){ node + 1, 0, CIM_NONE, 0, 0, CIM_NONE };
    if (!cim__jis(m->t, node, CIM__J_ARRAY)) return fault(m, "boundaries are not nested as the type says");
    p->end = cim__jskip(m->t, node);
    if (!cim__jis(m->t, values, CIM__J_ARRAY)) {
        m->bad_values += values != CIM_NONE && !cim__jis(m->t, values, CIM__J_NULL);
        return true;
    }
    p->value_at = values + 1;
    p->value_end = cim__jskip(m->t, values);
    m->bad_values += cim__jcount(m->t, values) != cim__jcount(m->t, node);
    return true;
}

static bool pair_next(maker *m, pair *p)
{
    if (p->at >= p->end) return false;
    p->node = p->at;
    p->at = cim__jskip(m->t, p->at);
    p->value = CIM_NONE;
    if (p->value_at == CIM_NONE || p->value_at >= p->value_end) return true;
    p->value = p->value_at;
    p->value_at = cim__jskip(m->t, p->value_at);
    return true;
}

static uint32_t surface_of(maker *m, uint32_t value)
{
    uint32_t surface;
    if (value == CIM_NONE || cim__jis(m->t, value, CIM__J_NULL)) return CIM_NONE;
    if (cim__jindex(m->t, value, &surface) && surface < m->surface_count) return surface;
    m->bad_values++;
    return CIM_NONE;
}

/* ---- vertices, rings, polygons ---- */

static bool read_vertex(maker *m, uint32_t node, double xyz[3])
{
    uint32_t index;
    if (!cim__jindex(m->t, node, &index)) return fault(m, "a vertex number is not a whole number");
    if (!cim__cj_vertex(m->w->from, m->w->place, index, xyz)) return fault(m, index >= m->w->from->count ? "vertex number out of range" : "a vertex is not three numbers");
    if (!(fabs(xyz[0]) < 1e9 && fabs(xyz[1]) < 1e9 && fabs(xyz[2]) < 1e9)) return fault(m, "coordinates out of range");
    return true;
}

/* Vertices of a ring or line; fewer than `least`: none, and *added false. */
static bool add_run(maker *m, uint32_t node, uint32_t least, bool *added)
{
    if (!cim__jis(m->t, node, CIM__J_ARRAY)) return fault(m, "boundaries are not nested as the type says");
    uint32_t end = cim__jskip(m->t, node), count = cim__jcount(m->t, node);
    *added = count >= least;
    if (!*added) return true;
    double *xyz = cim__buf_extend(&m->build->coords, count * 3 * sizeof *xyz);
    if (!xyz) return fault(m, "out of memory");
    for (uint32_t i = node + 1; i < end; i = cim__jskip(m->t, i), xyz += 3)
        if (!read_vertex(m, i, xyz)) return false; /* the geometry is given up */
    return true;
}

static bool add_polygon(maker *m, uint32_t node, uint32_t value)
{
    uint32_t end = cim__jskip(m->t, node), surface = surface_of(m, value);
    bool added = false, outer = true;
    if (!cim__jis(m->t, node, CIM__J_ARRAY)) return fault(m, "boundaries are not nested as the type says");
    for (uint32_t ring = node + 1; ring < end; ring = cim__jskip(m->t, ring), outer = false) {
        if (!add_run(m, ring, 3, &added)) return false;
        if (outer && !added) break;
        if (added) cim__gbuild_close(m->build);
        if (!outer && added) m->holes++;
        if (!outer && !added) m->thin_holes++;
        added = true;
    }
    if (!added) { /* nothing of it can be stored */
        m->thin_polygons++;
        m->lost_holes += cim__jcount(m->t, node) ? cim__jcount(m->t, node) - 1 : 0;
        return true;
    }
    cim__gbuild_part(m->build);
    cim__topo_face(m->topo, cim__topo_polygon(m->topo, surface, CIM__STR("")), false);
    m->polygons++;
    return true;
}

static bool add_surfaces(maker *m, uint32_t node, uint32_t values)
{
    pair p;
    if (!pair_begin(m, &p, node, values)) return false;
    while (pair_next(m, &p))
        if (!add_polygon(m, p.node, p.value)) return false;
    return true;
}

static bool add_solid(maker *m, uint32_t node, uint32_t values)
{
    pair p;
    if (!pair_begin(m, &p, node, values)) return false;
    while (pair_next(m, &p)) {
        if (!add_surfaces(m, p.node, p.value)) return false;
        cim__topo_end_shell(m->topo);
    }
    cim__topo_end_solid(m->topo);
    return true;
}

static bool add_solids(maker *m, uint32_t node, uint32_t values)
{
    pair p;
    if (!pair_begin(m, &p, node, values)) return false;
    while (pair_next(m, &p))
        if (!add_solid(m, p.node, p.value)) return false;
    return true;
}

static bool add_lines_or_points(maker *m, uint32_t node, uint32_t values)
{
    pair p;
    bool added = true;
    if (!pair_begin(m, &p, node, values)) return false;
    while (pair_next(m, &p)) {
        uint32_t surface = surface_of(m, p.value);
        if (m->type->depth == 1) {
            double xyz[3];
            if (!read_vertex(m, p.node, xyz)) return false;
            cim__gbuild_xyz(m->build, xyz[0], xyz[1], xyz[2]);
        } else if (!add_run(m, p.node, 2, &added)) {
            return false;
        }
        if (!added) {
            m->thin_polygons++;
            continue;
        }
        cim__gbuild_ring(m->build);
        cim__gbuild_part(m->build);
        cim__topo_polygon(m->topo, surface, CIM__STR(""));
    }
    return true;
}

static bool add_boundaries(maker *m, uint32_t node, uint32_t values)
{
    if (node == CIM_NONE) return fault(m, "no boundaries");
    switch (m->type->depth) {
    case 3: return add_surfaces(m, node, values);
    case 4: return add_solid(m, node, values);
    case 5: return add_solids(m, node, values);
    default: return add_lines_or_points(m, node, values);
    }
}

/* ---- thematic surfaces ---- */

static void put_surface_attributes(maker *m, uint32_t node)
{
    cim__buf *texts = &m->w->texts;
    size_t start = texts->size;
    cim__json json = cim__json_on(texts);
    uint32_t at = node + 1, key, value;
    bool any = false;
    cim__json_open(&json, '{');
    while (cim__jpair(m->t, node, &at, &key, &value)) {
        cim__str name = cim__jtext(m->t, key);
        bool own = cim__str_is(name, "type") || cim__str_is(name, "parent") || cim__str_is(name, "children") || (cim__str_is(name, "id") && cim__jis(m->t, value, CIM__J_STRING));
        if (own) continue;
        cim__json_keystr(&json, name);
        cim__jput(&json, m->t, value);
        any = true;
    }
    cim__json_close(&json, '}');
    if (!any) texts->size = start;
}

static void add_surface(maker *m, uint32_t node)
{
    cim__tsurface s = { .parent = CIM_NONE };
    uint32_t type = cim__jget(m->t, node, "type"), id = cim__jget(m->t, node, "id"), parent = cim__jget(m->t, node, "parent");
    if (cim__jis(m->t, type, CIM__J_STRING)) s.class = cim__jtext(m->t, type);
    if (cim__jis(m->t, id, CIM__J_STRING)) s.gid = cim__jtext(m->t, id);
    if (parent != CIM_NONE && (!cim__jindex(m->t, parent, &s.parent) || s.parent >= m->surface_count)) {
        m->bad_values++;
        s.parent = CIM_NONE;
    }
    size_t start = m->w->texts.size; /* the buffer may move: the place now, the address when all are there */
    if (cim__jis(m->t, node, CIM__J_OBJECT)) put_surface_attributes(m, node);
    s.attrs = (cim__str){ NULL, m->w->texts.size - start };
    cim__topo_surface(m->topo, s);
}

/* "children" where the child does not name its parent. */
static void adopt(maker *m, uint32_t node, uint32_t number)
{
    uint32_t children = cim__jget(m->t, node, "children"), child;
    if (!cim__jis(m->t, children, CIM__J_ARRAY)) return;
    for (uint32_t i = children + 1; i < cim__jskip(m->t, children); i = cim__jskip(m->t, i)) {
        if (!cim__jindex(m->t, i, &child) || child >= m->surface_count) m->bad_values++;
        else if (CIM__AT(&m->topo->surfaces, cim__tsurface, child).parent == CIM_NONE) CIM__AT(&m->topo->surfaces, cim__tsurface, child).parent = number;
    }
}

enum { MAX_ANCESTORS = 32 };

/* A window in a wall in ... has few ancestors; more are a circle. */
static void cut_circles(maker *m)
{
    cim__tsurface *s = (cim__tsurface *)(void *)m->topo->surfaces.data;
    for (uint32_t i = 0; i < m->surface_count; i++) {
        uint32_t up = s[i].parent, steps = 0;
        while (up != CIM_NONE && steps++ < MAX_ANCESTORS) up = s[up].parent;
        if (up == CIM_NONE) continue;
        s[i].parent = CIM_NONE;
        m->bad_values++;
    }
}

static void add_semantics(maker *m, uint32_t semantics, uint32_t *values_out)
{
    uint32_t list = cim__jget(m->t, semantics, "surfaces"), number = 0;
    *values_out = cim__jget(m->t, semantics, "values");
    if (cim__jis(m->t, semantics, CIM__J_ARRAY)) {
        m->w->counts->seen[CIM__CJ_SURFACE] += cim__jcount(m->t, semantics);
        cim__cj_skip(m->w, CIM__CJ_SURFACE, cim__jcount(m->t, semantics), "semantics in a form older than CityJSON 1.0");
        return;
    }
    if (!cim__jis(m->t, list, CIM__J_ARRAY)) return;
    m->surface_count = cim__jcount(m->t, list);
    m->w->counts->seen[CIM__CJ_SURFACE] += m->surface_count;
    for (uint32_t i = list + 1; i < cim__jskip(m->t, list); i = cim__jskip(m->t, i)) add_surface(m, i);
    if (!cim__topo_ok(m->topo)) return;
    for (uint32_t i = list + 1; i < cim__jskip(m->t, list); i = cim__jskip(m->t, i)) adopt(m, i, number++);
    cut_circles(m);
    const char *text = (const char *)m->w->texts.data;
    for (uint32_t i = 0; i < m->surface_count; i++) {
        cim__tsurface *s = &CIM__AT(&m->topo->surfaces, cim__tsurface, i);
        s->attrs.ptr = text;
        text += s->attrs.len;
    }
}

/* ---- the whole ---- */

/* Polygons and holes as the file has them, counted without building anything. */
static void count_polygons(const cim__jtree *t, uint32_t node, int depth, uint64_t *polygons, uint64_t *holes)
{
    if (depth < 3 || !cim__jis(t, node, CIM__J_ARRAY)) return;
    for (uint32_t i = node + 1; i < cim__jskip(t, node); i = cim__jskip(t, i)) {
        if (depth > 3) {
            count_polygons(t, i, depth - 1, polygons, holes);
            continue;
        }
        ++*polygons;
        if (cim__jis(t, i, CIM__J_ARRAY) && cim__jcount(t, i) > 1) *holes += cim__jcount(t, i) - 1;
    }
}

static void count_stored(maker *m)
{
    cim__cj_counts *c = m->w->counts;
    c->stored[CIM__CJ_SURFACE] += m->surface_count;
    if (m->type->depth < 3) {
        if (m->thin_polygons) cim__cj_warn(m->w, "%u lines of fewer than two vertices were left out", m->thin_polygons);
        return;
    }
    c->stored[CIM__CJ_POLYGON] += m->polygons;
    c->stored[CIM__CJ_HOLE] += m->holes;
    if (m->thin_polygons) cim__cj_skip(m->w, CIM__CJ_POLYGON, m->thin_polygons, "fewer than three vertices");
    if (m->thin_holes) cim__cj_skip(m->w, CIM__CJ_HOLE, m->thin_holes, "fewer than three vertices");
    if (m->lost_holes) cim__cj_skip(m->w, CIM__CJ_HOLE, m->lost_holes, "of a polygon that was skipped");
    if (m->thin_polygons || m->thin_holes) cim__cj_warn(m->w, "%u rings of fewer than three vertices were left out", m->thin_polygons + m->thin_holes);
}

static void skip_geometry(maker *m, cim__cj_kind kind, uint64_t polygons, uint64_t holes)
{
    static const char reason[] = "of a geometry that was skipped";
    cim__cj_skip(m->w, kind, 1, m->fault);
    cim__cj_warn(m->w, "a geometry was left out: %s", m->fault);
    if (polygons) cim__cj_skip(m->w, CIM__CJ_POLYGON, polygons, reason);
    if (holes) cim__cj_skip(m->w, CIM__CJ_HOLE, holes, reason);
    if (m->surface_count) cim__cj_skip(m->w, CIM__CJ_SURFACE, m->surface_count, reason);
}

static cim__str lod_of(const cim__jtree *t, uint32_t node)
{
    uint32_t lod = cim__jget(t, node, "lod");
    bool good = (cim__jis(t, lod, CIM__J_STRING) || cim__jis(t, lod, CIM__J_NUMBER)) && cim__jtext(t, lod).len <= 16;
    return good ? cim__jtext(t, lod) : CIM__STR("");
}

static bool make_shape(maker *m, uint32_t node, cim__buf *topo, cim__shape *shape)
{
    uint32_t values = CIM_NONE;
    cim__gbuild_begin(m->build, m->type->type, 3);
    cim__topo_reset(m->topo);
    m->topo->kind = m->type->kind;
    m->w->texts.size = 0;
    add_semantics(m, cim__jget(m->t, node, "semantics"), &values);
    if (!add_boundaries(m, cim__jget(m->t, node, "boundaries"), m->surface_count ? values : CIM_NONE)) return false;
    cim_geom geom = cim__gbuild_view(m->build);
    if (!geom.part_count) return fault(m, "empty");
    topo->size = 0;
    if (m->surface_count || m->type->kind != CIM__TOPO_MULTISURFACE) cim__topo_put(topo, m->topo);
    *shape = (cim__shape){ .lod = lod_of(m->t, node), .role = cim__str_of(m->type->role), .geom = geom, .topo = cim__buf_str(topo) };
    return true;
}

static bool make_instance(maker *m, uint32_t node, cim__shape *shape)
{
    uint32_t number, boundaries = cim__jget(m->t, node, "boundaries"), matrix = cim__jget(m->t, node, "transformationMatrix"), anchor;
    const cim__cj_file *file = m->w->file;
    *shape = (cim__shape){ .role = cim__str_of(m->type->role) };
    if (!cim__jindex(m->t, cim__jget(m->t, node, "template"), &number) || number >= CIM__COUNT(&file->templates, cim__cj_template)) return fault(m, "no such template");
    const cim__cj_template *template = &CIM__AT(&file->templates, cim__cj_template, number);
    if (!template->usable) return fault(m, "its template was skipped");
    if (!cim__jis(m->t, boundaries, CIM__J_ARRAY) || cim__jcount(m->t, boundaries) != 1 || !cim__jindex(m->t, boundaries + 1, &anchor)) return fault(m, "an instance needs one vertex");
    if (!cim__cj_vertex(m->w->from, m->w->place, anchor, shape->anchor)) return fault(m, "vertex number out of range");
    if (!(fabs(shape->anchor[0]) < 1e9 && fabs(shape->anchor[1]) < 1e9 && fabs(shape->anchor[2]) < 1e9)) return fault(m, "coordinates out of range");
    if (!cim__jis(m->t, matrix, CIM__J_ARRAY) || cim__jcount(m->t, matrix) != 16) return fault(m, "the transformation matrix is not 16 numbers");
    for (uint32_t i = 0; i < 16; i++)
        if (!cim__jreal(m->t, matrix + 1 + i, &shape->matrix[i])) return fault(m, "the transformation matrix is not 16 numbers");
    shape->template_gid = template->gid;
    shape->lod = template->lod;
    return true;
}

cim_status cim__cj_geometry(cim_ctx *ctx, cim__cj_worker *w, uint32_t node, cim__cj_kind kind, cim__gbuild *build, cim__buf *topo, cim__shape *shape, bool *stored_out, bool *fits_out)
{
    const cim__jtree *t = &w->tree;
    maker m = { .ctx = ctx, .w = w, .t = t, .build = build, .topo = &w->scratch };
    uint32_t type = cim__jget(t, node, "type");
    uint64_t polygons = 0, holes = 0;
    w->counts->seen[kind]++;
    for (size_t i = 0; i < GTYPES && cim__jis(t, type, CIM__J_STRING); i++)
        if (cim__str_is(cim__jtext(t, type), gtypes[i].name)) m.type = &gtypes[i];
    if (m.type) count_polygons(t, cim__jget(t, node, "boundaries"), m.type->depth, &polygons, &holes);
    w->counts->seen[CIM__CJ_POLYGON] += polygons;
    w->counts->seen[CIM__CJ_HOLE] += holes;
    if (!m.type) fault(&m, "a type of geometry that CityJSON does not have");
    else if (m.type == &gtypes[INSTANCE] && kind == CIM__CJ_TEMPLATE) fault(&m, "a template that is an instance");
    *stored_out = !m.fault && (m.type == &gtypes[INSTANCE] ? make_instance(&m, node, shape) : make_shape(&m, node, topo, shape));
    *fits_out = !m.thin_polygons && !m.thin_holes;
    if (!cim__gbuild_ok(build) || !cim__topo_ok(&w->scratch) || w->texts.failed || topo->failed) return cim__nomem(ctx);
    if (!*stored_out) {
        skip_geometry(&m, kind, polygons, holes);
        return CIM_OK;
    }
    if (m.bad_values) cim__cj_warn(w, "semantics do not fit the geometry in %u places", m.bad_values);
    count_stored(&m);
    if (kind == CIM__CJ_GEOMETRY) w->counts->gtype_stored[m.type - gtypes]++;
    else w->counts->stored[kind]++;
    return CIM_OK;
}
