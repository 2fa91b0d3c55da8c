/* geometry.c - GML geometries into the polygons, lines and points of a shape.
 *
 * A polygon that a shape has already, because a solid and a thematic surface share it by reference, is not added again: nodes
 * remember the last shape that took them (node.shape, node.polygon). */
#include "import/citygml/build.h"

#include <math.h>
#include <stdio.h>

enum { MAX_DEPTH = 64, ARC_STEPS = 16 /* a quarter circle: the chord is 0.1 % off */ };

/* ---- marking ---- */

void cim__gb_used(cim__gbuilder *b, cim__gplace at)
{
    if (at.tree == b->tree && !cim__gplace_node(at)->fate) cim__gb_fate(b, at.node, CIM__GF_GEOMETRY);
}

static bool is_own(const cim__gbuilder *b, cim__gplace at) { return at.tree == b->tree && at.node >= b->node && at.node < cim__gb_node(b, b->node)->end; }

void cim__gb_reject(cim__gbuilder *b, cim__gplace at, const char *why)
{
    if (!is_own(b, at)) return; /* its own object says so */
    cim__gb_fate_all(b, at.node, CIM__GF_NONE);
    cim__gb_warn(b, at.node, why);
}

bool cim__gb_spend(cim__gbuilder *b)
{
    if (!b->visits) return false;
    return --b->visits > 0;
}

/* ---- references ---- */

static bool find_target(cim__gbuilder *b, cim__gplace from, const cim__ghref *h, cim__gplace *to)
{
    if (!h->file.len && from.tree == b->tree) {
        *to = (cim__gplace){ b->tree, cim__gindex_find(&b->index, b->tree, h->id) };
        if (to->node != CIM_NONE) return true;
    }
    if (!b->store) return false;
    cim__str file = h->file.len || from.tree == b->tree ? h->file : cim__gstore_file(b->store, from.node);
    *to = (cim__gplace){ &b->store->tree, cim__map_get(&b->store->nodes, cim__ghref_hash(file, h->id)) };
    return to->node != CIM_NONE;
}

bool cim__gb_resolve(cim__gbuilder *b, cim__gplace property, cim__gplace *to)
{
    cim__gnode *n = cim__gplace_node(property);
    cim__str href = { "", 0 };
    cim__gtree_attr(property.tree, n, "href", &href);
    cim__ghref h = cim__ghref_of(href);
    bool found = !h.remote && find_target(b, property, &h, to);
    if (found && !cim__gname_geometry(cim__gplace_node(*to)->name)) found = false;
    if (property.tree != b->tree) return found;
    n->flags |= found ? CIM__GN_RESOLVED : CIM__GN_UNRESOLVED;
    if (!found) {
        cim__report_warn(&b->report, n->line, "line %u: %.*s refers to \"%.*s\", which %s", n->line, (int)n->name->qname.len, n->name->qname.ptr, (int)(href.len < 150 ? href.len : 150), href.ptr,
                         h.remote ? "is not followed" : "is no geometry that is there");
        if (is_own(b, property)) cim__gb_fate_all(b, property.node, CIM__GF_NONE); /* kept as text */
    }
    return found;
}

static void push_place(cim__gbuilder *b, cim__gplace at)
{
    cim__gplace *place = CIM__PUSH(&b->places, cim__gplace);
    if (place) *place = at;
}

static void push_members_of_property(cim__gbuilder *b, cim__gplace property)
{
    cim__gplace to;
    bool any = false;
    cim__gb_used(b, property);
    CIM__GTREE_EACH(property.tree, property.node, c)
    {
        push_place(b, (cim__gplace){ property.tree, c });
        any = true;
    }
    if (!any && cim__gplace_node(property)->flags & CIM__GN_LINK && cim__gb_resolve(b, property, &to)) push_place(b, to);
}

static bool is_member_property(const cim__gname *name) { return name->kind == CIM__G_GEOMETRY_PROPERTY || name->kind == CIM__G_EXTERIOR || name->kind == CIM__G_INTERIOR; }

size_t cim__gb_members(cim__gbuilder *b, cim__gplace at)
{
    size_t base = CIM__COUNT(&b->places, cim__gplace);
    CIM__GTREE_EACH(at.tree, at.node, c)
    {
        cim__gplace child = { at.tree, c };
        const cim__gname *name = cim__gplace_node(child)->name;
        if (cim__gname_geometry(name)) push_place(b, child);
        else if (is_member_property(name)) push_members_of_property(b, child);
    }
    return base;
}

static void pop_places(cim__gbuilder *b, size_t base) { b->places.size = base * sizeof(cim__gplace); }

/* The one geometry of a property (exterior, baseSurface, ...). */
static bool only_member(cim__gbuilder *b, cim__gplace property, cim__gplace *to)
{
    size_t base = CIM__COUNT(&b->places, cim__gplace);
    push_members_of_property(b, property);
    bool any = CIM__COUNT(&b->places, cim__gplace) > base;
    if (any) *to = CIM__AT(&b->places, cim__gplace, base);
    pop_places(b, base);
    return any;
}

static bool is_negative(cim__gplace at)
{
    cim__str sign;
    return cim__gtree_attr(at.tree, cim__gplace_node(at), "orientation", &sign) && cim__str_is(sign, "-");
}

/* ---- vertices ---- */

static size_t vertex_count(const cim__gbuilder *b) { return b->vertices.size / (3 * sizeof(double)); }
static double *vertex(const cim__gbuilder *b, size_t i) { return &CIM__AT(&b->vertices, double, 3 * i); }

static void reverse(cim__gbuilder *b, size_t from, size_t end)
{
    for (; from + 1 < end; from++) {
        double t[3];
        end--;
        memcpy(t, vertex(b, from), sizeof t);
        memcpy(vertex(b, from), vertex(b, end), sizeof t);
        memcpy(vertex(b, end), t, sizeof t);
    }
}

/* Vertices of a folded node in the city's system; false when they cannot be transformed, or lie beyond anything on Earth. */
static bool put_vertices(cim__gbuilder *b, cim__gplace at)
{
    const cim__gnode *n = cim__gplace_node(at);
    const cim__gsrs *srs = cim__gsrses_get(b->shared.srses, n->srs);
    const double *c = cim__gtree_coords(at.tree, n);
    size_t x = srs->swap ? 1 : 0, y = 1 - x;
    double *to = cim__buf_extend(&b->vertices, (size_t)n->count * 3 * sizeof(double)), *v = to;
    if (!to) return false;
    for (uint32_t i = 0; i < n->count; i++, c += n->dim, v += 3) {
        v[0] = c[x];
        v[1] = c[y];
        v[2] = n->dim == 3 ? c[2] : 0.0;
    }
    if (n->srs == CIM__GSRS_LOCAL) return true;
    if (srs->transform && !cim__transform_is_identity(srs->transform)) cim__transform_run(srs->transform, to, to + 1, 3, n->count);
    for (v = to; v < to + (size_t)n->count * 3; v += 3)
        if (!(fabs(v[0]) < 1e9 && fabs(v[1]) < 1e9)) return false;
    return true;
}

static double dot(const double a[3], const double b[3]) { return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]; }

static void minus(const double a[3], const double b[3], double out[3])
{
    for (int i = 0; i < 3; i++) out[i] = a[i] - b[i];
}

/* A circle: centre, and two axes of its radius at right angles; a lies at angle 0. */
typedef struct circle {
    double centre[3], e[3], f[3];
} circle;

/* Through three points, f on the side of m; false when they are on a line. */
static bool circle_through(const double a[3], const double m[3], const double c[3], circle *o)
{
    double u[3], v[3], side[3], other[3];
    minus(m, a, u);
    minus(c, a, v);
    double uu = dot(u, u), vv = dot(v, v), uv = dot(u, v), area2 = uu * vv - uv * uv;
    if (!(area2 > 1e-18 * uu * vv)) return false;
    double s = 0.5 * vv * (uu - uv) / area2, t = 0.5 * uu * (vv - uv) / area2;
    for (int i = 0; i < 3; i++) o->centre[i] = a[i] + s * u[i] + t * v[i];
    minus(a, o->centre, o->e);
    minus(m, o->centre, side);
    minus(o->centre, c, other); /* when m lies opposite of a, the side that c is not on */
    double r2 = dot(o->e, o->e), em = dot(o->e, side) / r2, eo = dot(o->e, other) / r2;
    for (int i = 0; i < 3; i++) {
        side[i] -= em * o->e[i];
        other[i] -= eo * o->e[i];
    }
    const double *f = dot(side, side) > 1e-16 * r2 ? side : other;
    double scale = sqrt(r2 / dot(f, f));
    for (int i = 0; i < 3; i++) o->f[i] = f[i] * scale;
    return isfinite(scale);
}

static double angle_of(const circle *o, const double p[3])
{
    double d[3];
    minus(p, o->centre, d);
    double angle = atan2(dot(o->f, d), dot(o->e, d));
    return angle < 0.0 ? angle + 2.0 * M_PI : angle;
}

/* The arc from a, which is there already, through m to c, or all the way round. */
static void put_arc(cim__gbuilder *b, const double a[3], const double m[3], const double c[3], bool whole)
{
    circle o;
    if (!circle_through(a, m, c, &o)) {
        cim__buf_put(&b->vertices, m, 3 * sizeof(double));
        cim__buf_put(&b->vertices, c, 3 * sizeof(double));
        return;
    }
    double to = angle_of(&o, c);
    if (to < angle_of(&o, m)) to -= 2.0 * M_PI; /* m comes before c on the way */
    if (whole) to = to < 0.0 ? -2.0 * M_PI : 2.0 * M_PI;
    int steps = (int)ceil(fabs(to) / (0.5 * M_PI) * ARC_STEPS);
    for (int k = 1; k < steps; k++) {
        double p[3], along = cos(to * k / steps), across = sin(to * k / steps);
        for (int i = 0; i < 3; i++) p[i] = o.centre[i] + along * o.e[i] + across * o.f[i];
        cim__buf_put(&b->vertices, p, sizeof p);
    }
    cim__buf_put(&b->vertices, whole ? a : c, 3 * sizeof(double));
}

/* Control points from number `from` on become vertices along arcs. */
static bool round_arcs(cim__gbuilder *b, size_t from, bool whole)
{
    size_t count = vertex_count(b) - from;
    if (count < 3 || count % 2 == 0) return false;
    double *control = cim__arena_alloc(&b->arena, count * 3 * sizeof(double));
    if (!control) return !(b->vertices.failed = true);
    memcpy(control, vertex(b, from), count * 3 * sizeof(double));
    b->vertices.size = (from + 1) * 3 * sizeof(double);
    for (size_t i = 0; i + 2 < count; i += 2) put_arc(b, control + 3 * i, control + 3 * (i + 1), control + 3 * (i + 2), whole);
    return true;
}

/* ---- curves ---- */

typedef struct trace {
    size_t piece;  /* where the running piece begins */
    bool pieces;   /* several are allowed: their ends go to b->piece_ends */
} trace;

static void end_piece(cim__gbuilder *b, trace *t, size_t at)
{
    if (at <= t->piece) return;
    uint32_t *end = t->pieces ? CIM__PUSH(&b->piece_ends, uint32_t) : NULL;
    if (end) *end = (uint32_t)at;
    if (t->pieces) t->piece = at;
}

/* The next line goes on where the last one ended, or begins a piece. */
static void join(cim__gbuilder *b, trace *t, size_t at)
{
    if (at <= t->piece || at >= vertex_count(b)) return;
    if (memcmp(vertex(b, at - 1), vertex(b, at), 3 * sizeof(double)) != 0) {
        end_piece(b, t, at);
        return;
    }
    size_t rest = vertex_count(b) - at - 1;
    memmove(vertex(b, at), vertex(b, at + 1), rest * 3 * sizeof(double));
    b->vertices.size -= 3 * sizeof(double);
}

static bool trace_line(cim__gbuilder *b, cim__gplace at, bool reversed, trace *t)
{
    const cim__gnode *n = cim__gplace_node(at);
    size_t from = vertex_count(b);
    if (!(n->flags & CIM__GN_FOLDED) || !put_vertices(b, at)) return false;
    if (n->name->kind == CIM__G_ARC && !round_arcs(b, from, n->name->code == 1)) return false;
    if (reversed) reverse(b, from, vertex_count(b));
    join(b, t, from);
    cim__gb_used(b, at);
    return true;
}

static bool trace_curve(cim__gbuilder *b, cim__gplace at, bool reversed, trace *t, int depth);

static bool trace_members(cim__gbuilder *b, cim__gplace at, bool reversed, trace *t, int depth)
{
    size_t base = cim__gb_members(b, at), end = CIM__COUNT(&b->places, cim__gplace);
    bool apart = cim__gplace_node(at)->name->code == 1, ok = end > base;
    cim__gb_used(b, at);
    for (size_t i = 0; i < end - base && ok; i++) {
        if (apart) end_piece(b, t, vertex_count(b));
        ok = trace_curve(b, CIM__AT(&b->places, cim__gplace, reversed ? end - 1 - i : base + i), reversed, t, depth + 1);
    }
    pop_places(b, base);
    return ok;
}

static bool trace_curve(cim__gbuilder *b, cim__gplace at, bool reversed, trace *t, int depth)
{
    if (depth > MAX_DEPTH || !cim__gb_spend(b)) return false;
    switch (cim__gplace_node(at)->name->kind) {
    case CIM__G_LINE:
    case CIM__G_ARC: return trace_line(b, at, reversed, t);
    case CIM__G_CURVES: return trace_members(b, at, reversed, t, depth);
    case CIM__G_ORIENTABLE_CURVE: {
        uint32_t base = cim__gtree_child(at.tree, at.node, "baseCurve");
        cim__gplace to;
        cim__gb_used(b, at);
        return base != CIM_NONE && only_member(b, (cim__gplace){ at.tree, base }, &to) && trace_curve(b, to, reversed != is_negative(at), t, depth + 1);
    }
    default: return false;
    }
}

void cim__gb_curves(cim__gbuilder *b, cim__gshape *s, cim__gplace at)
{
    trace t = { 0, true };
    b->vertices.size = b->piece_ends.size = 0;
    if (!trace_curve(b, at, false, &t, 0)) {
        cim__gb_reject(b, at, "a curve that cannot be read");
        return;
    }
    end_piece(b, &t, vertex_count(b));
    size_t start = 0;
    for (size_t i = 0; i < CIM__COUNT(&b->piece_ends, uint32_t); i++) {
        size_t end = CIM__AT(&b->piece_ends, uint32_t, i);
        if (end - start >= 2) {
            cim__buf_put(&s->geom.coords, vertex(b, start), (end - start) * 3 * sizeof(double));
            cim__gbuild_ring(&s->geom);
            cim__gbuild_part(&s->geom);
        }
        start = end;
    }
}

/* ---- points ---- */

bool cim__gb_point(cim__gbuilder *b, cim__gplace at, double xyz_out[3])
{
    b->vertices.size = 0;
    const cim__gnode *n = cim__gplace_node(at);
    if (n->name->kind != CIM__G_POINT || !(n->flags & CIM__GN_FOLDED) || !put_vertices(b, at)) return false;
    memcpy(xyz_out, vertex(b, 0), 3 * sizeof(double));
    return true;
}

void cim__gb_points(cim__gbuilder *b, cim__gshape *s, cim__gplace at)
{
    double xyz[3];
    if (!cim__gb_point(b, at, xyz)) {
        cim__gb_reject(b, at, "a point that cannot be read");
        return;
    }
    cim__gb_used(b, at);
    cim__gbuild_xyz(&s->geom, xyz[0], xyz[1], xyz[2]);
    cim__gbuild_ring(&s->geom);
    cim__gbuild_part(&s->geom);
}

/* ---- polygons ---- */

/* Number of a thematic surface in the shape's topology. */
static uint32_t local_surface(cim__gbuilder *b, cim__gshape *s, uint32_t number)
{
    if (number == CIM_NONE) return CIM_NONE;
    cim__gsurface *g = &CIM__AT(&b->surfaces, cim__gsurface, number);
    if (g->local != CIM_NONE) return g->local;
    uint32_t parent = local_surface(b, s, g->parent); /* parents come before their children: this ends */
    const cim__gnode *n = cim__gtree_node(g->tree, g->node);
    g = &CIM__AT(&b->surfaces, cim__gsurface, number);
    g->used = true;
    cim__str attrs = g->json_size > 2 ? (cim__str){ (const char *)b->json.data + g->json, g->json_size } : (cim__str){ "", 0 };
    return g->local = cim__topo_surface(&s->topo, (cim__tsurface){ n->name->local, cim__gtree_id(g->tree, n), attrs, parent });
}

/* The thematic surface around a polygon that was reached by reference. */
static uint32_t surface_around(cim__gbuilder *b, cim__gplace at)
{
    uint32_t up = cim__gplace_node(at)->parent;
    while (up != CIM_NONE) {
        cim__gnode *n = cim__gtree_node(at.tree, up);
        if (n->name->kind == CIM__G_OBJECT || (at.tree == b->tree && up == b->node)) return CIM_NONE;
        if (n->name->kind == CIM__G_SURFACE) {
            if (n->shape == b->object_serial) return n->polygon;
            cim__gsurface *foreign = CIM__PUSH(&b->surfaces, cim__gsurface);
            if (!foreign) return CIM_NONE;
            *foreign = (cim__gsurface){ .tree = at.tree, .node = up, .parent = CIM_NONE, .used = true, .local = CIM_NONE };
            n->shape = b->object_serial;
            return n->polygon = (uint32_t)CIM__COUNT(&b->surfaces, cim__gsurface) - 1;
        }
        up = n->parent;
    }
    return CIM_NONE;
}

/* The vertices behind `from` as a closed ring of at least three corners. */
static bool close_ring(cim__gbuilder *b, size_t from)
{
    size_t count = vertex_count(b) - from;
    if (count < 3 || b->vertices.failed) return false;
    if (memcmp(vertex(b, from), vertex(b, from + count - 1), 3 * sizeof(double)) != 0) {
        double first[3];
        memcpy(first, vertex(b, from), sizeof first);
        cim__buf_put(&b->vertices, first, sizeof first);
        b->rings_closed++;
        count++;
    }
    return count >= 4;
}

/* A ring into the shape's geometry, the running polygon; its id into the topology. */
static bool add_ring(cim__gbuilder *b, cim__gshape *s, cim__gplace boundary, bool reversed)
{
    cim__gplace ring;
    trace t = { 0, false };
    b->vertices.size = 0;
    if (!only_member(b, boundary, &ring) || !trace_curve(b, ring, false, &t, 0) || !close_ring(b, 0)) return false;
    if (reversed) reverse(b, 0, vertex_count(b));
    cim__buf_put(&s->geom.coords, b->vertices.data, b->vertices.size);
    cim__gbuild_ring(&s->geom);
    cim__str id = cim__gtree_id(ring.tree, cim__gplace_node(ring));
    if (id.len) cim__topo_name(&s->topo, (cim__tname){ CIM__TNAME_RING, (uint32_t)CIM__COUNT(&s->geom.ring_end, uint32_t) - 1, 1, id });
    return true;
}

static bool add_rings(cim__gbuilder *b, cim__gshape *s, cim__gplace at, bool reversed)
{
    uint32_t exterior = CIM_NONE;
    CIM__GTREE_EACH(at.tree, at.node, c)
    if (cim__gtree_node(at.tree, c)->name->kind == CIM__G_EXTERIOR && exterior == CIM_NONE) exterior = c;
    if (exterior == CIM_NONE || !add_ring(b, s, (cim__gplace){ at.tree, exterior }, reversed)) return false;
    CIM__GTREE_EACH(at.tree, at.node, c)
    {
        cim__gplace hole = { at.tree, c };
        if (cim__gplace_node(hole)->name->kind == CIM__G_INTERIOR && !add_ring(b, s, hole, reversed)) cim__gb_reject(b, hole, "a hole with less than three corners, or that cannot be read");
    }
    return true;
}

/* In GML 3.2 a polygon is often the only patch of a surface that has the id. */
static cim__str id_of_polygon(cim__gplace at)
{
    const cim__gnode *n = cim__gplace_node(at);
    cim__str id = cim__gtree_id(at.tree, n);
    if (id.len || n->parent == CIM_NONE) return id;
    const cim__gnode *patches = cim__gtree_node(at.tree, n->parent);
    bool alone = patches->end == n->end && n->parent + 1 == at.node && patches->parent != CIM_NONE && patches->name->kind == CIM__G_GEOMETRY_PROPERTY;
    if (!alone || !cim__str_is(patches->name->local, "patches")) return id;
    return cim__gtree_id(at.tree, cim__gtree_node(at.tree, patches->parent));
}

/* A polygon that the shape has: is it one of this surface, too?  A window seen from outside and the one seen from inside are two
 * surfaces, of which one refers to the other's polygon turned round: that needs a polygon of its own. */
static bool can_share(cim__gbuilder *b, cim__gshape *s, uint32_t polygon, uint32_t surface, bool flip)
{
    cim__tpolygon *p = &CIM__AT(&s->topo.polygons, cim__tpolygon, polygon);
    if (surface == CIM_NONE) return true;
    if (p->surface == CIM_NONE) p->surface = local_surface(b, s, surface);
    return !flip || p->surface == local_surface(b, s, surface);
}

/* Number of the polygon in the shape; CIM_NONE when it cannot be used.  `flip`: its vertices in reverse order. */
static uint32_t add_polygon(cim__gbuilder *b, cim__gshape *s, cim__gplace at, uint32_t surface, bool flip)
{
    cim__gnode *n = cim__gplace_node(at);
    bool again = n->shape == s->serial;
    s->visited++;
    if (again && can_share(b, s, n->polygon, surface, flip)) return n->polygon;
    size_t coords = s->geom.coords.size, rings = s->geom.ring_end.size, names = s->topo.names.size;
    if (!add_rings(b, s, at, flip)) {
        s->geom.coords.size = coords;
        s->geom.ring_end.size = rings;
        s->topo.names.size = names;
        cim__gb_reject(b, at, "a polygon with less than three corners, or that cannot be read");
        return CIM_NONE;
    }
    cim__gbuild_part(&s->geom);
    if (surface == CIM_NONE) surface = surface_around(b, at);
    uint32_t number = cim__topo_polygon(&s->topo, local_surface(b, s, surface), again ? (cim__str){ "", 0 } : id_of_polygon(at));
    cim__gb_used(b, at);
    n = cim__gplace_node(at);
    if (flip || number == CIM_NONE) return number;
    n->shape = s->serial;
    return n->polygon = number;
}

/* ---- surfaces and solids ---- */

static void name_group(cim__gshape *s, cim__gplace at, uint32_t first, uint32_t visited)
{
    uint32_t added = (uint32_t)CIM__COUNT(&s->topo.polygons, cim__tpolygon) - first;
    cim__str id = cim__gtree_id(at.tree, cim__gplace_node(at));
    if (id.len && added && added == s->visited - visited) cim__topo_name(&s->topo, (cim__tname){ CIM__TNAME_GROUP, first, added, id });
}

static void surface_members(cim__gbuilder *b, cim__gshape *s, cim__gplace at, uint32_t surface, bool reversed, bool faces, int depth)
{
    uint32_t first = (uint32_t)CIM__COUNT(&s->topo.polygons, cim__tpolygon), visited = s->visited;
    size_t base = cim__gb_members(b, at), end = CIM__COUNT(&b->places, cim__gplace);
    for (size_t i = base; i < end; i++) cim__gb_surfaces(b, s, CIM__AT(&b->places, cim__gplace, i), surface, reversed, faces, depth + 1);
    pop_places(b, base);
    cim__gb_used(b, at);
    name_group(s, at, first, visited);
}

void cim__gb_surfaces(cim__gbuilder *b, cim__gshape *s, cim__gplace at, uint32_t surface, bool reversed, bool faces, int depth)
{
    if (depth > MAX_DEPTH || !cim__gb_spend(b)) {
        cim__gb_reject(b, at, depth > MAX_DEPTH ? "surfaces that refer to each other in a circle" : "references that expand without end");
        return;
    }
    switch (cim__gplace_node(at)->name->kind) {
    case CIM__G_POLYGON: {
        uint32_t polygon = add_polygon(b, s, at, surface, reversed && !faces);
        if (polygon != CIM_NONE && faces) cim__topo_face(&s->topo, polygon, reversed);
        return;
    }
    case CIM__G_SURFACES: surface_members(b, s, at, surface, reversed, faces, depth); return;
    case CIM__G_ORIENTABLE_SURFACE: {
        uint32_t base = cim__gtree_child(at.tree, at.node, "baseSurface");
        cim__gplace to;
        cim__gb_used(b, at);
        if (base != CIM_NONE && only_member(b, (cim__gplace){ at.tree, base }, &to)) cim__gb_surfaces(b, s, to, surface, reversed != is_negative(at), faces, depth + 1);
        return;
    }
    default: cim__gb_reject(b, at, "no surface where one is expected");
    }
}

static void shells(cim__gbuilder *b, cim__gshape *s, cim__gplace solid, cim__gkind kind, int depth)
{
    CIM__GTREE_EACH(solid.tree, solid.node, c)
    {
        cim__gplace boundary = { solid.tree, c }, to;
        size_t faces = s->topo.faces.size;
        if (cim__gplace_node(boundary)->name->kind != kind || !only_member(b, boundary, &to)) continue;
        cim__gb_surfaces(b, s, to, CIM_NONE, false, true, depth + 1);
        if (s->topo.faces.size > faces) cim__topo_end_shell(&s->topo);
    }
}

void cim__gb_solids(cim__gbuilder *b, cim__gshape *s, cim__gplace at, int depth)
{
    cim__gkind kind = (cim__gkind)cim__gplace_node(at)->name->kind;
    if (depth > MAX_DEPTH || !cim__gb_spend(b) || (kind != CIM__G_SOLID && kind != CIM__G_SOLIDS)) {
        cim__gb_reject(b, at, "no solid where one is expected, or references without end");
        return;
    }
    cim__gb_used(b, at);
    if (kind == CIM__G_SOLIDS) {
        size_t base = cim__gb_members(b, at), end = CIM__COUNT(&b->places, cim__gplace);
        for (size_t i = base; i < end; i++) cim__gb_solids(b, s, CIM__AT(&b->places, cim__gplace, i), depth + 1);
        pop_places(b, base);
        return;
    }
    size_t before = s->topo.shell_end.size;
    shells(b, s, at, CIM__G_EXTERIOR, depth);
    shells(b, s, at, CIM__G_INTERIOR, depth);
    if (s->topo.shell_end.size == before) return;
    cim__topo_end_solid(&s->topo);
    cim__str id = cim__gtree_id(at.tree, cim__gplace_node(at));
    if (id.len) cim__topo_name(&s->topo, (cim__tname){ CIM__TNAME_SOLID, (uint32_t)CIM__COUNT(&s->topo.solid_end, uint32_t) - 1, 1, id });
}
