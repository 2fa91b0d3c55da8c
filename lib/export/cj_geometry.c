/* cj_geometry.c - shapes to geometries of CityJSON. */
#include "export/cityjson.h"

#include <math.h>

/* One geometry under way. */
typedef struct maker {
    cim_ctx *ctx;
    cim__cjx *x;
    const cim__cjx_geometry *g;
    cim__json *json;
    const uint32_t *numbers; /* by vertex of the geometry */
    unsigned kind;           /* CIM__CJX_*: what is written */
    bool values;             /* numbers of surfaces instead of vertices */
    const uint8_t *in_solid; /* NULL, or by polygon: leave it out */
} maker;

/* ---- kinds ---- */

static unsigned kind_of(const cim__cjx_geometry *g)
{
    if (g->geom->type == CIM_GEOM_MULTIPOINT || g->geom->type == CIM_GEOM_POINT) return CIM__CJX_POINTS;
    if (cim__geom_base(g->geom->type) == CIM_GEOM_LINESTRING) return CIM__CJX_LINES;
    size_t solids = g->topo ? CIM__COUNT(&g->topo->solid_end, uint32_t) : 0;
    switch (g->topo ? g->topo->kind : CIM__TOPO_MULTISURFACE) {
    case CIM__TOPO_COMPOSITESURFACE:
    case CIM__TOPO_TIN: return CIM__CJX_COMPOSITESURFACE;
    case CIM__TOPO_SOLID: return solids == 1 ? CIM__CJX_SOLID : solids ? CIM__CJX_MULTISOLID : CIM__CJX_MULTISURFACE;
    case CIM__TOPO_MULTISOLID: return solids ? CIM__CJX_MULTISOLID : CIM__CJX_MULTISURFACE;
    case CIM__TOPO_COMPOSITESOLID: return solids ? CIM__CJX_COMPOSITESOLID : CIM__CJX_MULTISURFACE;
    default: return CIM__CJX_MULTISURFACE;
    }
}

static bool is_solid(unsigned kind) { return kind == CIM__CJX_SOLID || kind == CIM__CJX_MULTISOLID || kind == CIM__CJX_COMPOSITESOLID; }

/* The kind that keeps most of it; 0: none. */
static unsigned nearest_kind(unsigned kind, unsigned allowed)
{
    static const unsigned solids[] = { CIM__CJX_COMPOSITESOLID, CIM__CJX_MULTISOLID, CIM__CJX_MULTISURFACE, CIM__CJX_COMPOSITESURFACE, 0 };
    static const unsigned surfaces[] = { CIM__CJX_MULTISURFACE, CIM__CJX_COMPOSITESURFACE, 0 };
    if (kind & allowed) return kind;
    if (kind == CIM__CJX_POINTS || kind == CIM__CJX_LINES) return 0;
    for (const unsigned *k = is_solid(kind) ? solids : surfaces; *k; k++)
        if (*k & allowed) return *k;
    return 0;
}

static const char *kind_name(unsigned kind)
{
    switch (kind) {
    case CIM__CJX_POINTS: return "MultiPoint";
    case CIM__CJX_LINES: return "MultiLineString";
    case CIM__CJX_MULTISURFACE: return "MultiSurface";
    case CIM__CJX_COMPOSITESURFACE: return "CompositeSurface";
    case CIM__CJX_SOLID: return "Solid";
    case CIM__CJX_COMPOSITESOLID: return "CompositeSolid";
    default: return "MultiSolid";
    }
}

/* ---- boundaries, and values nested like them ---- */

static void put_value(maker *m, uint32_t part)
{
    const cim__topo *t = m->g->topo;
    uint32_t surface = part < CIM__COUNT(&t->polygons, cim__tpolygon) ? CIM__AT(&t->polygons, cim__tpolygon, part).surface : CIM_NONE;
    if (surface == CIM_NONE) cim__json_null(m->json);
    else cim__json_int(m->json, surface);
}

/* Rings are closed by their first vertex, which CityJSON does not repeat; after rounding there may be more than one of it. */
static void put_ring(maker *m, uint32_t ring, bool closed, bool reversed)
{
    const cim_geom *g = m->g->geom;
    uint32_t first = cim__ring_start(g, ring), count = g->ring_end[ring] - first;
    while (closed && count > 3 && m->numbers[first] == m->numbers[first + count - 1]) count--;
    cim__json_open(m->json, '[');
    for (uint32_t i = 0; i < count; i++) cim__json_int(m->json, m->numbers[reversed ? first + count - 1 - i : first + i]);
    cim__json_close(m->json, ']');
}

static void put_polygon(maker *m, uint32_t polygon, bool reversed)
{
    const cim_geom *g = m->g->geom;
    if (m->values) {
        put_value(m, polygon);
        return;
    }
    cim__json_open(m->json, '[');
    for (uint32_t ring = cim__part_start(g, polygon); ring < g->part_end[polygon]; ring++) put_ring(m, ring, true, reversed);
    cim__json_close(m->json, ']');
}

static void put_solid(maker *m, uint32_t solid)
{
    const cim__topo *t = m->g->topo;
    uint32_t shell = solid ? CIM__AT(&t->solid_end, uint32_t, solid - 1) : 0;
    cim__json_open(m->json, '[');
    for (; shell < CIM__AT(&t->solid_end, uint32_t, solid); shell++) {
        uint32_t face = shell ? CIM__AT(&t->shell_end, uint32_t, shell - 1) : 0;
        cim__json_open(m->json, '[');
        for (; face < CIM__AT(&t->shell_end, uint32_t, shell); face++) put_polygon(m, CIM__AT(&t->faces, uint32_t, face) / 2, CIM__AT(&t->faces, uint32_t, face) & 1);
        cim__json_close(m->json, ']');
    }
    cim__json_close(m->json, ']');
}

static void put_parts(maker *m)
{
    const cim_geom *g = m->g->geom;
    cim__json_open(m->json, '[');
    for (uint32_t part = 0; part < g->part_count; part++) {
        uint32_t ring = cim__part_start(g, part);
        if (m->in_solid && m->in_solid[part]) continue;
        if (m->values || m->kind == CIM__CJX_MULTISURFACE || m->kind == CIM__CJX_COMPOSITESURFACE) {
            if (m->values) put_value(m, part);
            else put_polygon(m, part, false);
        } else if (m->kind == CIM__CJX_LINES) {
            put_ring(m, ring, false, false);
        } else {
            cim__json_int(m->json, m->numbers[cim__ring_start(g, ring)]);
        }
    }
    cim__json_close(m->json, ']');
}

static void put_boundaries(maker *m)
{
    if (m->kind == CIM__CJX_SOLID) {
        put_solid(m, 0);
    } else if (m->kind == CIM__CJX_MULTISOLID || m->kind == CIM__CJX_COMPOSITESOLID) {
        cim__json_open(m->json, '[');
        for (uint32_t s = 0; s < CIM__COUNT(&m->g->topo->solid_end, uint32_t); s++) put_solid(m, s);
        cim__json_close(m->json, ']');
    } else {
        put_parts(m);
    }
}

/* ---- thematic surfaces ---- */

/* Lists of children from the parents: first[i], then next[]; as pairs in x->scratch. */
static const uint32_t *link_children(maker *m, size_t count)
{
    cim__buf *buf = &m->x->scratch;
    bool any = false;
    buf->size = 0;
    uint32_t *links = cim__buf_extend(buf, 2 * count * sizeof *links);
    if (!links) return NULL;
    memset(links, 0xff, 2 * count * sizeof *links);
    for (size_t i = count; i-- > 0;) {
        uint32_t parent = CIM__AT(&m->g->topo->surfaces, cim__tsurface, i).parent;
        if (parent >= count) continue;
        links[2 * i + 1] = links[2 * parent];
        links[2 * parent] = (uint32_t)i;
        any = true;
    }
    return any ? links : NULL;
}

static void put_surface(maker *m, size_t number, const uint32_t *links)
{
    const cim__tsurface *s = &CIM__AT(&m->g->topo->surfaces, cim__tsurface, number);
    const char *known = cim__cjx_surface_type(s->class);
    cim__json *json = m->json;
    cim__jvalue attrs, value;
    cim__str key;
    cim__json_open(json, '{');
    cim__json_key(json, "type");
    if (known) {
        cim__json_text(json, known);
    } else { /* types of extensions start with '+' */
        cim__buf *name = &m->x->geometry;
        name->size = 0;
        if (!s->class.len || s->class.ptr[0] != '+') cim__buf_putc(name, '+');
        cim__buf_putstr(name, s->class.len ? s->class : CIM__STR("Surface"));
        cim__json_str(json, cim__buf_str(name));
    }
    if (s->gid.len) cim__json_kv_str(json, "id", s->gid);
    if (s->parent != CIM_NONE) cim__json_kv_int(json, "parent", s->parent);
    if (links && links[2 * number] != CIM_NONE) {
        cim__json_key(json, "children");
        cim__json_open(json, '[');
        for (uint32_t c = links[2 * number]; c != CIM_NONE; c = links[2 * (size_t)c + 1]) cim__json_int(json, c);
        cim__json_close(json, ']');
    }
    if (s->attrs.len && cim__jparse(s->attrs, &attrs) && attrs.type == CIM__J_OBJECT) {
        cim__jiter it = cim__jiter_of(attrs);
        while (cim__jnext(&it, &key, &value)) {
            cim__cjx_raw_key(json, key);
            cim__json_raw(json, value.text);
        }
    }
    cim__json_close(json, '}');
}

static cim_status put_semantics(maker *m)
{
    size_t count = m->g->topo ? CIM__COUNT(&m->g->topo->surfaces, cim__tsurface) : 0;
    if (!count) return CIM_OK;
    const uint32_t *links = link_children(m, count);
    if (m->x->scratch.failed) return cim__nomem(m->ctx);
    cim__json_key(m->json, "semantics");
    cim__json_open(m->json, '{');
    cim__json_key(m->json, "surfaces");
    cim__json_open(m->json, '[');
    for (size_t i = 0; i < count; i++) put_surface(m, i, links);
    cim__json_close(m->json, ']');
    cim__json_key(m->json, "values");
    m->values = true;
    put_boundaries(m);
    m->values = false;
    cim__json_close(m->json, '}');
    return CIM_OK;
}

/* ---- one geometry ---- */

/* z is 0 where there is none. */
static void vertex_of(const cim_geom *g, uint32_t i, double xyz[3])
{
    const double *c = g->coords + (size_t)i * (size_t)g->dim;
    xyz[0] = c[0];
    xyz[1] = c[1];
    xyz[2] = g->dim == 3 ? c[2] : 0.0;
}

static bool all_fit(const cim__cjx_geometry *g)
{
    double xyz[3];
    for (uint32_t i = 0; i < g->geom->vertex_count; i++) {
        vertex_of(g->geom, i, xyz);
        if (!cim__cjx_vertex_fits(g->vertices, xyz)) return false;
    }
    return true;
}

static cim_status number_vertices(maker *m)
{
    const cim_geom *g = m->g->geom;
    m->x->numbers.size = 0;
    uint32_t *numbers = cim__buf_extend(&m->x->numbers, (size_t)g->vertex_count * sizeof *numbers);
    if (!numbers && g->vertex_count) return cim__nomem(m->ctx);
    for (uint32_t i = 0; i < g->vertex_count; i++) {
        double xyz[3];
        vertex_of(g, i, xyz);
        numbers[i] = cim__cjx_vertex(m->g->vertices, xyz);
        if (numbers[i] == CIM_NONE) return cim__nomem(m->ctx);
    }
    m->numbers = numbers;
    return CIM_OK;
}

static cim_status put_one(maker *m, bool appearance)
{
    const cim__cjx_geometry *g = m->g;
    cim__json_open(m->json, '{');
    cim__json_kv_text(m->json, "type", kind_name(m->kind));
    cim__json_kv_text(m->json, "lod", g->lod);
    cim__json_key(m->json, "boundaries");
    put_boundaries(m);
    CIM__TRY(put_semantics(m));
    if (appearance && g->appearance.type == CIM__J_OBJECT) cim__cjx_put_appearance(m->json, g->appearance, g->offsets);
    cim__json_close(m->json, '}');
    return CIM_OK;
}

/* Are there polygons beside the shells of a solid (balconies, overhanging roofs)?  Which are in shells is left in x->in_solid. */
static cim_status find_rest(maker *m, bool *any)
{
    const cim__topo *t = m->g->topo;
    cim__buf *buf = &m->x->in_solid;
    uint32_t count = m->g->geom->part_count, used = 0;
    buf->size = 0;
    uint8_t *in_solid = cim__buf_extend(buf, count);
    if (!in_solid) return cim__nomem(m->ctx);
    memset(in_solid, 0, count);
    for (size_t i = 0; i < CIM__COUNT(&t->faces, uint32_t); i++) {
        uint8_t *mark = &in_solid[CIM__AT(&t->faces, uint32_t, i) / 2];
        used += !*mark;
        *mark = 1;
    }
    *any = used < count;
    return CIM_OK;
}

/* They are surfaces of their own; a template, which is one geometry, becomes surfaces as a whole. */
static cim_status put_rest(maker *m, unsigned allowed)
{
    m->kind = nearest_kind(CIM__CJX_MULTISURFACE, allowed);
    m->in_solid = m->x->in_solid.data;
    m->x->e->left_out += !m->kind;
    return m->kind ? put_one(m, false) : CIM_OK;
}

cim_status cim__cjx_put_geometry(cim_ctx *ctx, cim__cjx *x, cim__json *json, const cim__cjx_geometry *g, unsigned allowed)
{
    maker m = { .ctx = ctx, .x = x, .g = g, .json = json };
    unsigned kind = kind_of(g);
    bool rest = false;
    if (!g->geom->part_count) return CIM_OK;
    m.kind = nearest_kind(kind, allowed);
    x->e->left_out += !m.kind;
    if (!m.kind) return CIM_OK;
    if (!all_fit(g)) {
        x->e->outside++;
        return CIM_OK;
    }
    if (is_solid(m.kind)) CIM__TRY(find_rest(&m, &rest));
    if (rest && g->vertices->exact) {
        m.kind = CIM__CJX_MULTISURFACE;
        rest = false;
    }
    x->e->converted += m.kind != kind;
    CIM__TRY(number_vertices(&m));
    CIM__TRY(put_one(&m, m.kind == kind));
    return rest ? put_rest(&m, allowed) : CIM_OK;
}

/* ---- templates ---- */

static cim_status decode(cim_ctx *ctx, cim__cjx *x, cim__str geom, cim__str topo, cim_geom *geom_out, bool *has_topo)
{
    CIM__TRY(cim__gaia_get(ctx, geom, &x->build, NULL));
    *geom_out = cim__gbuild_view(&x->build);
    *has_topo = topo.len > 0;
    return *has_topo ? cim__topo_get(ctx, topo, geom_out->part_count, &x->topo) : CIM_OK;
}

/* Place of a template in the file; new ones are written to the list.  CIM_NONE: it cannot be written. */
static cim_status template_place(cim_ctx *ctx, cim__cjx *x, uint32_t number, cim__str lod, cim__str topo, cim__str geom_blob, uint32_t *place_out)
{
    char text[4], name[CIM__TEMPLATE_NAME];
    cim_geom geom;
    bool has_topo;
    *place_out = cim__map_get(&x->templates, number);
    if (*place_out != CIM_NONE) return CIM_OK;
    CIM__TRY(decode(ctx, x, geom_blob, topo, &geom, &has_topo));
    cim__cjx_lod(lod, text);
    cim__json json = cim__json_on(&x->template_text);
    json.comma = x->template_count > 0;
    cim__template_name(&x->scratch, &geom, topo, lod, name);
    if (x->scratch.failed) return cim__nomem(ctx);
    cim__cjx_geometry g = { .geom = &geom, .topo = has_topo ? &x->topo : NULL, .lod = text, .vertices = &x->template_vertices };
    g.appearance = cim__cjx_template_appearance(x, cim__str_of(name), &g.offsets);
    size_t empty = x->template_text.size;
    CIM__TRY(cim__cjx_put_geometry(ctx, x, &json, &g, CIM__CJX_ANY));
    if (x->template_text.size == empty && !x->template_text.failed) return CIM_OK;
    if (x->template_text.failed || !cim__map_put(&x->templates, number, x->template_count)) return cim__nomem(ctx);
    *place_out = x->template_count++;
    return CIM_OK;
}

static cim_status add_template(cim_ctx *ctx, const cim__stored_template *t, void *user)
{
    uint32_t place;
    return t->geom.len ? template_place(ctx, user, t->number, t->lod, t->topo, t->geom, &place) : CIM_OK;
}

cim_status cim__cjx_all_templates(cim_ctx *ctx, cim__cjx *x) { return x->e->city->rows->templates(ctx, x->e->city->store, add_template, x); }

/* ---- all geometries of an object ---- */

typedef struct list {
    cim__cjx *x;
    cim__json *json;
    unsigned allowed;
    cim__jvalue appearances; /* member "geometry" of the residue */
    const cim__cjx_offsets *offsets;
    uint64_t shapes;
} list;

static bool wanted_lod(const cim__cjx *x, cim__str lod)
{
    const char *wanted = x->e->opts->lod;
    if (!wanted) return true;
    size_t n = strlen(wanted);
    return lod.len >= n && !memcmp(lod.ptr, wanted, n) && (lod.len == n || (lod.ptr[n] == '.' && !strchr(wanted, '.')));
}

/* What the source said about material and texture of shape `number`. */
static cim__jvalue appearance_of(const list *l, uint32_t number)
{
    cim__jiter it = cim__jiter_of(l->appearances);
    cim__str key;
    cim__jvalue value, shape;
    double n;
    while (l->appearances.type == CIM__J_ARRAY && cim__jnext(&it, &key, &value))
        if (cim__jfind(value, CIM__STR("shape"), &shape) && cim__jnumber(shape, &n) && n == (double)number) return value;
    return (cim__jvalue){ CIM__J_NULL, { "", 0 } };
}

static cim_status put_instance(cim_ctx *ctx, list *l, const cim__stored_shape *s)
{
    double anchor[3] = { s->anchor[0], s->anchor[1], s->anchor[2] };
    uint32_t place;
    CIM__TRY(template_place(ctx, l->x, s->template_number, s->lod, s->topo, s->geom, &place));
    if (place == CIM_NONE || !cim__export_transform(l->x->e, anchor, 3, 1)) return CIM_OK;
    bool good = cim__cjx_vertex_fits(&l->x->vertices, anchor);
    for (int i = 0; i < 16; i++) good = good && isfinite(s->matrix[i]);
    l->x->e->outside += !good;
    if (!good) return CIM_OK;
    uint32_t vertex = cim__cjx_vertex(&l->x->vertices, anchor);
    if (vertex == CIM_NONE) return cim__nomem(ctx);
    cim__json_open(l->json, '{');
    cim__json_kv_text(l->json, "type", "GeometryInstance");
    cim__json_kv_int(l->json, "template", place);
    cim__json_key(l->json, "boundaries");
    cim__json_open(l->json, '[');
    cim__json_int(l->json, vertex);
    cim__json_close(l->json, ']');
    cim__json_key(l->json, "transformationMatrix");
    cim__json_open(l->json, '[');
    for (int i = 0; i < 16; i++) cim__json_num(l->json, s->matrix[i]);
    cim__json_close(l->json, ']');
    cim__json_close(l->json, '}');
    return CIM_OK;
}

/* The template where the instance stands, into x->placed. */
static void place(cim__cjx *x, const cim_geom *g, const cim__stored_shape *s)
{
    const double *m = s->matrix;
    cim__gbuild_begin(&x->placed, g->type, 3);
    cim__gbuild_append(&x->placed, g);
    x->placed.type = g->type;
    double *c = (double *)(void *)x->placed.coords.data;
    for (uint32_t i = 0; i < g->vertex_count && cim__gbuild_ok(&x->placed); i++, c += 3) {
        double v[3] = { c[0], c[1], c[2] };
        for (int k = 0; k < 3; k++) c[k] = m[4 * k] * v[0] + m[4 * k + 1] * v[1] + m[4 * k + 2] * v[2] + m[4 * k + 3] + s->anchor[k];
    }
}

static cim_status put_shape(cim_ctx *ctx, const cim__stored_shape *s, void *user)
{
    list *l = user;
    cim__cjx *x = l->x;
    char lod[4];
    cim_geom geom;
    bool has_topo;
    if (!wanted_lod(x, s->lod)) return CIM_OK;
    l->shapes++;
    if (!s->geom.len) { /* an instance whose template is lost */
        x->e->left_out++;
        return CIM_OK;
    }
    if (s->implicit && s->template_number && (l->allowed & CIM__CJX_INSTANCE)) return put_instance(ctx, l, s);
    CIM__TRY(decode(ctx, x, s->geom, s->topo, &geom, &has_topo));
    cim__gbuild *own = &x->build;
    if (s->implicit) {
        place(x, &geom, s);
        own = &x->placed;
        if (!cim__gbuild_ok(own)) return cim__nomem(ctx);
        geom = cim__gbuild_view(own);
    }
    if (!cim__export_transform(x->e, (double *)(void *)own->coords.data, geom.dim, geom.vertex_count)) return CIM_OK;
    cim__cjx_lod(s->lod, lod);
    cim__cjx_geometry g = { &geom, has_topo ? &x->topo : NULL, lod, &x->vertices, appearance_of(l, s->number), l->offsets };
    return cim__cjx_put_geometry(ctx, x, l->json, &g, l->allowed);
}

/* Of objects from CityGML and CityJSON the plane geometry comes from shapes, perhaps those of the parts: it is written only when
 * it is asked for. */
static bool has_own_plane(const cim__cjx *x, const cim__object *o) { return x->e->opts->lod || !cim__str_starts(o->gid, "gml:"); }

cim_status cim__cjx_put_geometries(cim_ctx *ctx, cim__cjx *x, cim__json *json, const cim__object *o, const cim__cjx_type *type, cim__jvalue residue)
{
    cim__buf *out = json->buf;
    size_t before = out->size;
    bool comma = json->comma;
    list l = { x, json, type->geometries, { CIM__J_NULL, { "", 0 } }, cim__cjx_offsets_of(x, o->source), 0 };
    if (residue.type == CIM__J_OBJECT) cim__jfind(residue, CIM__STR("geometry"), &l.appearances);
    cim__json_key(json, "geometry");
    cim__json_open(json, '[');
    size_t empty = out->size;
    CIM__TRY(x->e->city->rows->shapes(ctx, x->e->city->store, o->id, put_shape, &l));
    if (!l.shapes && o->geom.len && has_own_plane(x, o)) CIM__TRY(cim__cjx_put_flat(ctx, x, json, o, type->geometries));
    if (out->size == empty && !out->failed) { /* nothing: no member */
        out->size = before;
        json->comma = comma;
        return CIM_OK;
    }
    cim__json_close(json, ']');
    return CIM_OK;
}
