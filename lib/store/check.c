/* check.c - looking over a whole city file. */
#include "cim/check.h"
#include "crs/crs.h"
#include "geom/geos.h"
#include "geom/topo.h"
#include "store/rtree.h"
#include "store/store.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

enum { MAX_FINDINGS = 200 };

typedef struct checker {
    cim_ctx *ctx;
    cim__store *store;
    cim_city *scanned; /* compiled from the tables */
    uint32_t flags;
    cim__buf checks, findings; /* JSON, elements of arrays */
    cim__json checks_json, findings_json;
    const char *name; /* the running check */
    uint64_t checked, here;
    size_t total;
    cim__geos *geos;
    cim__gbuild geom;
    cim__topo topo;
    uint64_t with_geom[CIM__LAYER_COUNT];
} checker;

static void finding(checker *c, const char *place, const char *format, ...) __attribute__((format(printf, 3, 4)));
static void finding(checker *c, const char *place, const char *format, ...)
{
    char text[300];
    c->here++;
    if (c->total++ >= MAX_FINDINGS) return;
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    cim__json_open(&c->findings_json, '{');
    cim__json_kv_text(&c->findings_json, "check", c->name);
    cim__json_kv_text(&c->findings_json, "place", place);
    cim__json_kv_text(&c->findings_json, "text", text);
    cim__json_close(&c->findings_json, '}');
}

static void begin(checker *c, const char *name)
{
    c->name = name;
    c->checked = c->here = 0;
}

static void end(checker *c)
{
    cim__json_open(&c->checks_json, '{');
    cim__json_kv_text(&c->checks_json, "name", c->name);
    cim__json_kv_int(&c->checks_json, "checked", (int64_t)c->checked);
    cim__json_kv_int(&c->checks_json, "findings", (int64_t)c->here);
    cim__json_close(&c->checks_json, '}');
}

/* ---- pages ---- */

static cim_status check_pages(checker *c)
{
    cim__stmt *stmt = NULL;
    cim_status st;
    begin(c, "pages");
    CIM__TRY(cim__db_prepare(c->ctx, c->store->db, c->flags & CIM_CHECK_QUICK ? "PRAGMA quick_check(50)" : "PRAGMA integrity_check(50)", &stmt));
    while ((st = cim__stmt_step(c->ctx, stmt)) == CIM_OK) {
        cim__str text = cim__stmt_get_str(stmt, 0);
        c->checked++;
        if (!cim__str_is(text, "ok")) finding(c, "file", "%.*s", (int)(text.len < 250 ? text.len : 250), text.ptr);
    }
    cim__stmt_free(stmt);
    end(c);
    return st < 0 ? st : CIM_OK;
}

/* ---- the log ---- */

static cim_status check_log(checker *c)
{
    int64_t bad = 0, count = 0;
    char place[40];
    begin(c, "change log");
    CIM__TRY(cim__change_check(c->ctx, c->store->db, &bad, &count));
    c->checked = (uint64_t)count;
    snprintf(place, sizeof place, "change %lld", (long long)bad);
    if (bad) finding(c, place, "the hash chain is broken here");
    if (!count) finding(c, "change", "the log is empty");
    if (c->store->stale) finding(c, "file", "changed by another program since libcim wrote it");
    end(c);
    return CIM_OK;
}

/* ---- objects ---- */

static void check_blob(checker *c, const cim__object *o, const char *place)
{
    const cim__layer *layer = &cim__layers[o->layer];
    int32_t srid = 0;
    bool valid = true;
    c->with_geom[o->layer]++;
    if (cim__gaia_get(c->ctx, o->geom, &c->geom, &srid) < 0) {
        finding(c, place, "%s", cim_ctx_error(c->ctx));
        return;
    }
    cim_geom g = cim__gbuild_view(&c->geom);
    if (g.type != layer->type || g.dim != 2) finding(c, place, "geometry is %s with %d ordinates, the layer is %s", cim__geom_type_name(g.type), (int)g.dim, cim__geom_type_name(layer->type));
    if (srid != c->store->epsg) finding(c, place, "geometry is in EPSG:%d, the city in EPSG:%d", (int)srid, (int)c->store->epsg);
    if (!cim__geom_finite(&g)) finding(c, place, "coordinates are not finite");
    else if (cim__geos_valid(c->ctx, c->geos, &g, &valid) >= 0 && !valid) finding(c, place, "geometry is not valid");
}

static cim_status check_object(cim_ctx *ctx, const cim__object *o, void *user)
{
    checker *c = user;
    const cim_city *city = c->scanned;
    char place[120];
    cim__jvalue attrs;
    snprintf(place, sizeof place, "%s %u %.*s", cim__layers[o->layer].table, o->id, (int)(o->gid.len < 60 ? o->gid.len : 60), o->gid.ptr);
    c->checked++;
    if (o->id == CIM_NONE) finding(c, place, "object number out of range");
    else if (city->layer[o->id] != (uint8_t)o->layer) finding(c, place, "the number is used in another layer too");
    if (!o->gid.len) finding(c, place, "no id");
    if (cim__class_named(o->class_name) == CIM__CLASS_COUNT) finding(c, place, "unknown class %.*s", (int)(o->class_name.len < 60 ? o->class_name.len : 60), o->class_name.ptr);
    if (o->parent != CIM_NONE && !cim__city_has(city, o->parent)) finding(c, place, "part of object %u, which does not exist", o->parent);
    if (o->parent == o->id) finding(c, place, "part of itself");
    if (!o->source) finding(c, place, "no source");
    if (o->attrs.len && (!cim__jparse(o->attrs, &attrs) || attrs.type != CIM__J_OBJECT)) finding(c, place, "attributes are no JSON object");
    if (o->geom.len && !(c->flags & CIM_CHECK_QUICK)) check_blob(c, o, place);
    else c->with_geom[o->layer] += o->geom.len > 0;
    return (c->checked & 0xfff) ? CIM_OK : cim__tick(ctx, c->checked, city->count, "check objects");
}

/* Text ids are unique: equal hashes are looked at, segments of ways ("#1") aside. */
static cim_status check_ids(checker *c)
{
    cim_city *city = c->scanned;
    const cim__gids *gids;
    CIM__TRY(cim__city_gids(c->ctx, city, &gids));
    cim__arena arena = cim__arena_on(c->ctx->mem);
    cim_status st = CIM_OK;
    for (uint32_t i = 1; i < city->count && st >= 0; i++) {
        cim__object a, b;
        if (gids->hash[i] != gids->hash[i - 1]) continue;
        st = cim__city_object(c->ctx, city, gids->id[i - 1], &arena, &a);
        if (st >= 0) st = cim__city_object(c->ctx, city, gids->id[i], &arena, &b);
        if (st >= 0 && cim__str_eq(a.gid, b.gid)) finding(c, b.gid.ptr, "two objects have this id: %u and %u", a.id, b.id);
        cim__arena_reset(&arena);
    }
    cim__arena_free(&arena);
    return st;
}

static cim_status check_objects(checker *c)
{
    begin(c, "objects");
    for (int l = 0; l < CIM__LAYER_COUNT; l++) CIM__TRY(cim__store_rows.scan(c->ctx, c->store, (cim__layer_id)l, check_object, c));
    CIM__TRY(check_ids(c));
    end(c);
    return CIM_OK;
}

/* ---- shapes ---- */

static void check_shape(checker *c, cim__stmt *stmt, const char *table)
{
    int64_t id = cim__stmt_get_int(stmt, 0), object = cim__stmt_get_int(stmt, 1);
    cim__str topo = cim__stmt_get_str(stmt, 2), blob = cim__stmt_get_str(stmt, 3);
    char place[80];
    snprintf(place, sizeof place, "%s %lld", table, (long long)id);
    c->checked++;
    if (object < 0 || object > c->scanned->max_id || !cim__city_has(c->scanned, (uint32_t)object)) finding(c, place, "of object %lld, which does not exist", (long long)object);
    else if (id >> 8 != object) finding(c, place, "number does not fit object %lld", (long long)object);
    if (cim__gaia_get(c->ctx, blob, &c->geom, NULL) < 0) {
        finding(c, place, "%s", cim_ctx_error(c->ctx));
        return;
    }
    cim_geom g = cim__gbuild_view(&c->geom);
    if (topo.len && cim__topo_get(c->ctx, topo, g.part_count, &c->topo) < 0) finding(c, place, "%s", cim_ctx_error(c->ctx));
    if (!cim__geom_finite(&g)) finding(c, place, "coordinates are not finite");
}

static cim_status check_shapes(checker *c)
{
    begin(c, "shapes");
    for (int t = 0; t < CIM__SHAPE_TABLES; t++) {
        char sql[80];
        cim__stmt *stmt = NULL;
        cim_status st;
        if (!(c->store->shapes >> t & 1)) continue;
        snprintf(sql, sizeof sql, "SELECT id,object,topo,geom FROM %s", cim__shape_tables[t].table);
        CIM__TRY(cim__db_prepare(c->ctx, c->store->db, sql, &stmt));
        while ((st = cim__stmt_step(c->ctx, stmt)) == CIM_OK) check_shape(c, stmt, cim__shape_tables[t].table);
        cim__stmt_free(stmt);
        if (st < 0) return st;
    }
    end(c);
    return CIM_OK;
}

/* ---- relations ---- */

static cim_status check_relation(cim_ctx *ctx, const cim__stored_relation *r, void *user)
{
    checker *c = user;
    char place[80];
    cim__jvalue attrs;
    (void)ctx;
    c->checked++;
    snprintf(place, sizeof place, "relation %u -> %u", r->from, r->to);
    if (!cim__relation_of(r->type)) finding(c, place, "unknown type %d", (int)r->type);
    if (!cim__city_has(c->scanned, r->from)) finding(c, place, "object %u does not exist", r->from);
    if (!cim__city_has(c->scanned, r->to)) finding(c, place, "object %u does not exist", r->to);
    if (r->attrs.len && (!cim__jparse(r->attrs, &attrs) || attrs.type != CIM__J_OBJECT)) finding(c, place, "attributes are no JSON object");
    return CIM_OK;
}

static cim_status check_relations(checker *c)
{
    begin(c, "relations");
    CIM__TRY(cim__store_rows.relations(c->ctx, c->store, check_relation, c));
    end(c);
    return CIM_OK;
}

/* ---- spatial indexes and compiled arrays ---- */

static cim_status check_rtree(checker *c, int l)
{
    cim__buf items = cim__buf_on(c->ctx->mem);
    cim_status st = cim__rtree_read(c->ctx, c->store->db, cim__layers[l].table, &items);
    size_t count = CIM__COUNT(&items, cim__rtree_item);
    c->checked += count;
    if (st >= 0 && count != c->with_geom[l]) finding(c, cim__layers[l].table, "spatial index has %zu entries for %llu geometries", count, (unsigned long long)c->with_geom[l]);
    cim__buf_free(&items);
    return st;
}

static bool same_arrays(const cim_city *a, const cim_city *b)
{
    size_t n = (size_t)a->max_id + 1;
    if (a->max_id != b->max_id || a->count != b->count || cim_index_count(a->index) != cim_index_count(b->index)) return false;
    if (memcmp(a->layer, b->layer, n) != 0 || memcmp(a->class_id, b->class_id, n) != 0) return false;
    for (size_t i = 0; i < n; i++)
        if (cim__city_has(a, (uint32_t)i) && (a->source[i] != b->source[i] || a->parent[i] != b->parent[i])) return false;
    return true;
}

static int ascending(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return x < y ? -1 : x > y;
}

static cim_status ids_of(cim_ctx *ctx, const cim_index *index, uint32_t **ids_out)
{
    cim_box all = { 0.0, 0.0, 0.0, 0.0 };
    size_t count = cim_index_count(index), got = 0;
    (void)cim_index_extent(index, &all);
    cim_probe probe = cim_probe_box(&all);
    *ids_out = cim__zalloc_n(ctx->mem, count + 1, sizeof **ids_out);
    if (!*ids_out) return cim__nomem(ctx);
    CIM__TRY(cim_index_query(ctx, index, &probe, *ids_out, count, &got));
    qsort(*ids_out, count, sizeof **ids_out, ascending);
    return CIM_OK;
}

/* The same objects in both, and the same extent; what lies between is in the index's own checksum. */
static cim_status compare_indexes(checker *c, const cim_index *a, const cim_index *b, bool *same_out)
{
    uint32_t *ids_a = NULL, *ids_b = NULL;
    cim_box extent_a = { 0.0, 0.0, 0.0, 0.0 }, extent_b = extent_a;
    cim_status st = ids_of(c->ctx, a, &ids_a);
    if (st >= 0) st = ids_of(c->ctx, b, &ids_b);
    *same_out = st >= 0 && !memcmp(ids_a, ids_b, cim_index_count(a) * sizeof *ids_a) && cim_index_extent(a, &extent_a) == cim_index_extent(b, &extent_b) &&
                !memcmp(&extent_a, &extent_b, sizeof extent_a);
    cim__free(c->ctx->mem, ids_a);
    cim__free(c->ctx->mem, ids_b);
    return st;
}

static cim_status compare_cached(checker *c, cim_city *cached)
{
    const cim_city *city = c->scanned;
    bool same = same_arrays(cached, city);
    if (same) CIM__TRY(compare_indexes(c, cached->index, city->index, &same));
    cim_status st = same ? cim__cache_gids(c->ctx, c->store, cached) : CIM_OK;
    if (st == CIM_OK && same) same = !memcmp(cached->gids.hash, city->gids.hash, city->gids.size);
    if (st == CIM_DONE) same = false; /* the others are there */
    if (st >= 0 && !same) finding(c, "cache", "compiled arrays do not fit the tables");
    return st < 0 ? st : CIM_OK;
}

static cim_status check_indexes(checker *c)
{
    cim_city *cached = NULL;
    begin(c, "indexes");
    for (int l = 0; l < CIM__LAYER_COUNT; l++)
        if ((c->store->layers >> l & 1) && cim__layers[l].type) CIM__TRY(check_rtree(c, l));
    if (!c->store->stale) {
        cim_status st = cim__cache_load(c->ctx, c->store, &cim__store_rows, &cached);
        if (st < 0) return st;
        if (st == CIM_OK) st = compare_cached(c, cached);
        cim_city_free(cached);
        if (st < 0) return st;
    }
    end(c);
    return CIM_OK;
}

/* ---- observations ---- */

static void chunk_fault(uint32_t stream, const char *line, void *user)
{
    char place[40];
    snprintf(place, sizeof place, "stream %u", stream);
    finding(user, place, "%s", line);
}

static cim_status check_observations(checker *c)
{
    uint64_t faults = 0;
    int64_t there = 0;
    CIM__TRY(cim__db_get_int(c->ctx, c->store->db, "SELECT count(*) FROM sqlite_schema WHERE type='table' AND name='stream'", &there));
    if (!there) return CIM_OK;
    begin(c, "observations");
    CIM__TRY(cim__check_chunks(c->ctx, c->store->db, chunk_fault, c, &faults, &c->checked));
    end(c);
    return CIM_OK;
}

/* ---- all ---- */

static cim_status check_system(checker *c)
{
    cim__crs_info info;
    char place[40];
    begin(c, "reference system");
    snprintf(place, sizeof place, "EPSG:%d", (int)c->store->epsg);
    c->checked = 1;
    if (cim__crs_info_of(c->ctx, c->store->epsg, &info) < 0) finding(c, place, "PROJ does not know it");
    else if (info.geographic) finding(c, place, "is geographic; a city's system is projected");
    end(c);
    return CIM_OK;
}

static cim_status run_all(checker *c)
{
    cim_status (*const checks[])(checker *) = { check_system, check_log, check_pages, check_objects, check_shapes, check_relations, check_indexes, check_observations };
    CIM__TRY(cim__scan_city(c->ctx, c->store, &cim__store_rows, &c->scanned));
    c->scanned->store = c->store; /* for look-ups by id; the city does not own it (see finish) */
    c->scanned->epsg = c->store->epsg;
    CIM__TRY(cim__geos_new(c->ctx, &c->geos));
    for (size_t i = 0; i < sizeof checks / sizeof *checks; i++) {
        CIM__TRY(checks[i](c));
        CIM__TRY(cim__tick(c->ctx, i + 1, sizeof checks / sizeof *checks, "check"));
    }
    return CIM_OK;
}

static cim_status put_report(checker *c, const char *path, cim_buf *report_out)
{
    cim__buf buf = cim__buf_on(c->ctx->mem);
    cim__json json = cim__json_on(&buf);
    cim__json_open(&json, '{');
    cim__json_kv_text(&json, "file", path);
    cim__json_kv_bool(&json, "ok", c->total == 0);
    cim__json_kv_int(&json, "findings_total", (int64_t)c->total);
    cim__json_key(&json, "checks");
    cim__json_open(&json, '[');
    if (c->checks.size) cim__json_raw(&json, cim__buf_str(&c->checks));
    cim__json_close(&json, ']');
    cim__json_key(&json, "findings");
    cim__json_open(&json, '[');
    if (c->findings.size) cim__json_raw(&json, cim__buf_str(&c->findings));
    cim__json_close(&json, ']');
    cim__json_close(&json, '}');
    if (!c->checks.failed && !c->findings.failed && cim__buf_give(&buf, report_out)) return CIM_OK;
    cim__buf_free(&buf);
    return cim__nomem(c->ctx);
}

static void finish(checker *c)
{
    if (c->scanned) c->scanned->store = NULL;
    cim_city_free(c->scanned);
    cim__geos_free(c->geos);
    cim__gbuild_free(&c->geom);
    cim__topo_free(&c->topo);
    cim__buf_free(&c->checks);
    cim__buf_free(&c->findings);
    cim__store_close(c->store);
}

cim_status cim_check(cim_ctx *ctx, const char *path, uint32_t flags, cim_buf *report_out, size_t *findings_out)
{
    checker c = { .ctx = ctx, .flags = flags };
    cim__enter(ctx);
    if (!path) return cim__fail(ctx, CIM_EARG, "no path");
    CIM__TRY(cim__store_open(ctx, path, (flags & CIM_CHECK_FOREIGN) != 0, &c.store));
    c.checks = c.findings = cim__buf_on(ctx->mem);
    c.checks_json = cim__json_on(&c.checks);
    c.findings_json = cim__json_on(&c.findings);
    cim__gbuild_init(&c.geom, ctx->mem);
    cim__topo_init(&c.topo, ctx->mem);
    cim_status st = run_all(&c);
    if (st >= 0) st = put_report(&c, path, report_out);
    if (st >= 0) *findings_out = c.total;
    finish(&c);
    if (st >= 0) cim__enter(ctx); /* complaints of single geometries are in the report */
    return st;
}
