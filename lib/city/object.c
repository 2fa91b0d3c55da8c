/* object.c - one object as JSON. */
#include "city/city.h"
#include "geom/topo.h"

/* ---- geometry ---- */

static void put_number(cim__json *json, double v, int decimals)
{
    if (json->comma) cim__buf_putc(json->buf, ',');
    json->comma = true;
    if (decimals < 0) cim__put_double(json->buf, v);
    else cim__put_fixed(json->buf, v, decimals);
}

static void put_vertex(cim__json *json, const cim_geom *g, uint32_t v, int decimals)
{
    cim__json_open(json, '[');
    for (int32_t i = 0; i < g->dim; i++) put_number(json, g->coords[(size_t)v * (size_t)g->dim + (size_t)i], decimals);
    cim__json_close(json, ']');
}

static void put_ring(cim__json *json, const cim_geom *g, uint32_t ring, int decimals)
{
    cim__json_open(json, '[');
    for (uint32_t v = cim__ring_start(g, ring); v < g->ring_end[ring]; v++) put_vertex(json, g, v, decimals);
    cim__json_close(json, ']');
}

static void put_part(cim__json *json, const cim_geom *g, uint32_t part, int decimals)
{
    uint32_t ring = cim__part_start(g, part);
    int32_t base = cim__geom_base(g->type);
    if (base == CIM_GEOM_POINT) {
        put_vertex(json, g, cim__ring_start(g, ring), decimals);
    } else if (base == CIM_GEOM_LINESTRING) {
        put_ring(json, g, ring, decimals);
    } else {
        cim__json_open(json, '[');
        for (; ring < g->part_end[part]; ring++) put_ring(json, g, ring, decimals);
        cim__json_close(json, ']');
    }
}

void cim__put_geojson(cim__json *json, const cim_geom *g, int decimals)
{
    static const char *const names[] = { "", "Point", "LineString", "Polygon", "MultiPoint", "MultiLineString", "MultiPolygon" };
    cim__json_open(json, '{');
    cim__json_kv_text(json, "type", names[g->type]);
    cim__json_key(json, "coordinates");
    if (g->type > 3) cim__json_open(json, '[');
    for (uint32_t part = 0; part < g->part_count; part++) put_part(json, g, part, decimals);
    if (g->type > 3) cim__json_close(json, ']');
    cim__json_close(json, '}');
}

static cim_status put_geometry(cim_ctx *ctx, cim__json *json, const cim__object *o)
{
    cim__gbuild build;
    if (!o->geom.len) return CIM_OK;
    cim__gbuild_init(&build, ctx->mem);
    cim_status st = cim__gaia_get(ctx, o->geom, &build, NULL);
    if (st >= 0) {
        cim_geom geom = cim__gbuild_view(&build);
        cim__json_key(json, "geometry");
        cim__put_geojson(json, &geom, -1);
    }
    cim__gbuild_free(&build);
    return st;
}

/* ---- values and attributes ---- */

void cim__put_typed(cim__json *json, const cim__object *o)
{
    for (int a = 0; a < CIM__ATTR_COUNT; a++) {
        const cim__value *v = &o->values[a];
        if (!(o->present >> a & 1)) continue;
        cim__json_key(json, cim__attrs[a].name);
        if (cim__attrs[a].type == 'I') cim__json_int(json, v->integer);
        else if (cim__attrs[a].type == 'R') cim__json_num(json, v->real);
        else cim__json_str(json, v->text);
    }
}

void cim__put_derived(cim__json *json, const cim__object *o)
{
    if (!o->derived.len) return;
    cim__json_key(json, "derived");
    cim__json_open(json, '{');
    for (int a = 0; a < CIM__ATTR_COUNT; a++)
        if ((o->present >> a & 1) && o->values[a].rule) cim__json_kv_text(json, cim__attrs[a].name, cim__rules[o->values[a].rule]);
    cim__json_close(json, '}');
}

static void put_values(cim__json *json, const cim__object *o)
{
    if (o->present) {
        cim__json_key(json, "values");
        cim__json_open(json, '{');
        cim__put_typed(json, o);
        cim__json_close(json, '}');
    }
    cim__put_derived(json, o);
    cim__jvalue attrs;
    if (o->attrs.len && cim__jparse(o->attrs, &attrs)) {
        cim__json_key(json, "attributes");
        cim__json_raw(json, attrs.text);
    }
}

/* ---- relations ---- */

static cim_status put_end(cim_ctx *ctx, cim_city *city, cim__json *json, uint32_t id, const cim_relation *r)
{
    cim__arena arena = cim__arena_on(ctx->mem);
    cim__object other;
    cim__str attrs = { "", 0 };
    cim_status st = cim__city_object(ctx, city, r->other, &arena, &other);
    if (st >= 0 && r->type != CIM__R_PART_OF)
        st = city->rows->relation_attrs(ctx, city->store, r->inverse ? r->other : id, r->type, r->inverse ? id : r->other, &arena, &attrs);
    if (st >= 0) {
        cim__jvalue value;
        const char *name = cim_relation_name(r->type, r->inverse);
        cim__json_open(json, '{');
        cim__json_kv_text(json, "type", name ? name : "?");
        cim__json_kv_str(json, "id", other.gid);
        cim__json_kv_int(json, "number", other.id);
        cim__json_kv_str(json, "class", other.class_name);
        if (other.present >> CIM__A_NAME & 1) cim__json_kv_str(json, "name", other.values[CIM__A_NAME].text);
        if (attrs.len && cim__jparse(attrs, &value)) {
            cim__json_key(json, "attributes");
            cim__json_raw(json, value.text);
        }
        cim__json_close(json, '}');
    }
    cim__arena_free(&arena);
    return st;
}

cim_status cim__put_relations(cim_ctx *ctx, cim_city *city, cim__json *json, uint32_t id)
{
    size_t count = 0, got = 0;
    CIM__TRY(cim_city_relations(ctx, city, id, NULL, 0, &count));
    if (!count) return CIM_OK;
    cim_relation *list = cim__alloc_n(ctx->mem, count, sizeof *list);
    if (!list) return cim__nomem(ctx);
    cim_status st = cim_city_relations(ctx, city, id, list, count, &got);
    cim__json_key(json, "relations");
    cim__json_open(json, '[');
    for (size_t i = 0; i < got && st >= 0; i++) st = put_end(ctx, city, json, id, &list[i]);
    cim__json_close(json, ']');
    cim__free(ctx->mem, list);
    return st;
}

/* ---- shapes ---- */

typedef struct shape_out {
    cim__json *json;
    bool surfaces; /* each, not only how many */
    cim__gbuild build;
    cim__topo topo;
} shape_out;

static void put_surface(cim__json *json, const cim__tsurface *s, uint32_t polygons)
{
    cim__jvalue attrs;
    cim__json_open(json, '{');
    cim__json_kv_str(json, "class", s->class);
    if (s->gid.len) cim__json_kv_str(json, "id", s->gid);
    if (s->parent != CIM_NONE) cim__json_kv_int(json, "parent", s->parent);
    cim__json_kv_int(json, "polygons", polygons);
    if (s->attrs.len && cim__jparse(s->attrs, &attrs)) {
        cim__json_key(json, "attributes");
        cim__json_raw(json, attrs.text);
    }
    cim__json_close(json, '}');
}

/* How many of each class, in the order of their first. */
static void put_classes(cim__json *json, const cim__tsurface *list, size_t count)
{
    enum { CLASSES = 32 };
    const cim__tsurface *first[CLASSES];
    int64_t times[CLASSES];
    size_t known = 0;
    for (size_t i = 0; i < count; i++) {
        size_t k = 0;
        while (k < known && !cim__str_eq(first[k]->class, list[i].class)) k++;
        if (k == CLASSES) continue;
        if (k == known) {
            first[known] = &list[i];
            times[known++] = 0;
        }
        times[k]++;
    }
    cim__json_key(json, "surfaces");
    cim__json_open(json, '{');
    for (size_t k = 0; k < known; k++) {
        cim__json_keystr(json, first[k]->class);
        cim__json_int(json, times[k]);
    }
    cim__json_close(json, '}');
}

static cim_status put_surfaces(cim_ctx *ctx, cim__json *json, const cim__topo *t, bool all)
{
    size_t count = CIM__COUNT(&t->surfaces, cim__tsurface);
    const cim__tsurface *list = (const cim__tsurface *)t->surfaces.data;
    if (!count) return CIM_OK;
    put_classes(json, list, count);
    if (!all) return CIM_OK;
    uint32_t *own = cim__zalloc(ctx->mem, count * sizeof *own);
    if (!own) return cim__nomem(ctx);
    for (size_t p = 0; p < CIM__COUNT(&t->polygons, cim__tpolygon); p++) {
        uint32_t surface = CIM__AT(&t->polygons, cim__tpolygon, p).surface;
        if (surface < count) own[surface]++;
    }
    cim__json_key(json, "bounded_by");
    cim__json_open(json, '[');
    for (size_t i = 0; i < count; i++) put_surface(json, &list[i], own[i]);
    cim__json_close(json, ']');
    cim__free(ctx->mem, own);
    return CIM_OK;
}

static cim_status put_topology(cim_ctx *ctx, shape_out *out, const cim__stored_shape *s, const cim_geom *geom)
{
    static const char *const kinds[] = { "MultiSurface", "CompositeSurface", "Solid", "MultiSolid", "CompositeSolid", "TriangulatedSurface" };
    if (!s->topo.len) return CIM_OK;
    CIM__TRY(cim__topo_get(ctx, s->topo, geom->part_count, &out->topo));
    cim__json_kv_text(out->json, "kind", kinds[out->topo.kind]);
    if (out->topo.solid_end.size) {
        cim__json_kv_int(out->json, "solids", (int64_t)CIM__COUNT(&out->topo.solid_end, uint32_t));
        cim__json_kv_int(out->json, "shells", (int64_t)CIM__COUNT(&out->topo.shell_end, uint32_t));
    }
    return put_surfaces(ctx, out->json, &out->topo, out->surfaces);
}

static cim_status put_shape(cim_ctx *ctx, const cim__stored_shape *s, void *user)
{
    shape_out *out = user;
    cim__json *json = out->json;
    cim_geom geom = { .dim = 3 };
    if (s->geom.len) {
        CIM__TRY(cim__gaia_get(ctx, s->geom, &out->build, NULL));
        geom = cim__gbuild_view(&out->build);
    }
    cim__json_open(json, '{');
    cim__json_kv_str(json, "lod", s->lod);
    cim__json_kv_str(json, "role", s->role);
    if (geom.type) cim__json_kv_text(json, "type", cim__geom_type_name(geom.type));
    if (geom.type) cim__json_kv_int(json, "parts", geom.part_count);
    if (s->implicit) {
        cim__json_key(json, "anchor");
        cim__json_open(json, '[');
        for (int i = 0; i < 3; i++) cim__json_num(json, s->anchor[i]);
        cim__json_close(json, ']');
    }
    cim_status st = put_topology(ctx, out, s, &geom);
    cim__json_close(json, '}');
    return st;
}

static cim_status put_shapes(cim_ctx *ctx, cim_city *city, cim__json *json, uint32_t id, bool surfaces)
{
    cim__buf shapes = cim__buf_on(ctx->mem);
    cim__json inner = cim__json_on(&shapes);
    shape_out out = { .json = &inner, .surfaces = surfaces };
    cim__gbuild_init(&out.build, ctx->mem);
    cim__topo_init(&out.topo, ctx->mem);
    cim_status st = city->rows->shapes(ctx, city->store, id, put_shape, &out);
    if (st >= 0 && shapes.size) {
        cim__json_key(json, "shapes");
        cim__json_open(json, '[');
        cim__json_raw(json, cim__buf_str(&shapes));
        cim__json_close(json, ']');
    }
    if (shapes.failed) st = cim__nomem(ctx);
    cim__gbuild_free(&out.build);
    cim__topo_free(&out.topo);
    cim__buf_free(&shapes);
    return st;
}

/* ---- the whole ---- */

static void put_head(cim_city *city, cim__json *json, const cim__object *o)
{
    cim__json_kv_str(json, "id", o->gid);
    cim__json_kv_int(json, "number", o->id);
    cim__json_kv_str(json, "class", o->class_name);
    cim__json_kv_text(json, "layer", cim__layers[o->layer].table);
    if (o->parent != CIM_NONE && cim__city_has(city, o->parent)) cim__json_kv_int(json, "parent", o->parent);
    cim__json_kv_int(json, "source", o->source);
    if (o->valid_from.len) cim__json_kv_str(json, "valid_from", o->valid_from);
    if (o->valid_to.len) cim__json_kv_str(json, "valid_to", o->valid_to);
    put_values(json, o);
}

cim_status cim_city_object(cim_ctx *ctx, cim_city *city, uint32_t id, uint32_t flags, cim_buf *json_out)
{
    cim__arena arena = cim__arena_on(ctx->mem);
    cim__buf buf = cim__buf_on(ctx->mem);
    cim__json json = cim__json_on(&buf);
    cim__object o;
    cim__enter(ctx);
    cim_status st = cim__city_object(ctx, city, id, &arena, &o);
    if (st >= 0) {
        cim__json_open(&json, '{');
        put_head(city, &json, &o);
        if (flags & CIM_OBJECT_GEOMETRY) st = put_geometry(ctx, &json, &o);
        if (st >= 0 && (flags & CIM_OBJECT_SHAPES)) st = put_shapes(ctx, city, &json, id, flags & CIM_OBJECT_SURFACES);
        if (st >= 0 && (flags & CIM_OBJECT_RELATIONS)) st = cim__put_relations(ctx, city, &json, id);
        cim__json_close(&json, '}');
    }
    cim__arena_free(&arena);
    if (st >= 0 && !cim__buf_give(&buf, json_out)) st = cim__nomem(ctx);
    cim__buf_free(&buf);
    return st;
}
