/* export.c - cim_export: choosing the format, the objects and the reference system. */
#include "export/export.h"

typedef struct format {
    const char *name, *const *suffixes;
    cim_status (*run)(cim_ctx *ctx, cim__export *e, bool sequence);
    bool sequence, lonlat, own_crs; /* lonlat: WGS 84 unless told otherwise; own_crs: decides itself */
} format;

static cim_status run_gpkg(cim_ctx *ctx, cim__export *e, bool sequence)
{
    (void)sequence;
    return cim__export_gpkg(ctx, e);
}

/* Longer suffixes first: ".city.json" is also ".json". */
static const char *const cityjsonseq_suffixes[] = { ".city.jsonl", ".cityjsonl", NULL };
static const char *const cityjson_suffixes[] = { ".city.json", ".cityjson", NULL };
static const char *const geojsonseq_suffixes[] = { ".geojsonl", ".geojsons", ".geojsonseq", ".jsonl", ".ndjson", NULL };
static const char *const geojson_suffixes[] = { ".geojson", ".json", NULL };
static const char *const gpkg_suffixes[] = { ".gpkg", NULL };
static const char *const epanet_suffixes[] = { ".inp", NULL };

static const format formats[] = {
    { "cityjsonseq", cityjsonseq_suffixes, cim__export_cityjson, true, false, false },
    { "cityjson", cityjson_suffixes, cim__export_cityjson, false, false, false },
    { "geojsonseq", geojsonseq_suffixes, cim__export_geojson, true, true, false },
    { "geojson", geojson_suffixes, cim__export_geojson, false, true, false },
    { "gpkg", gpkg_suffixes, run_gpkg, false, false, false },
    { "epanet", epanet_suffixes, cim__export_epanet, false, false, true },
};
enum { FORMATS = sizeof formats / sizeof *formats };

static bool ends_with(const char *path, const char *suffix)
{
    size_t n = strlen(path), m = strlen(suffix);
    if (n <= m) return false;
    for (size_t i = 0; i < m; i++) {
        char c = path[n - m + i];
        if ((c >= 'A' && c <= 'Z' ? c | 32 : c) != suffix[i]) return false;
    }
    return true;
}

static cim_status find_format(cim_ctx *ctx, const char *name, const char *path, const format **format_out)
{
    for (size_t i = 0; i < FORMATS; i++) {
        bool here = name && !strcmp(name, formats[i].name);
        for (const char *const *s = formats[i].suffixes; !name && *s && !here; s++) here = ends_with(path, *s);
        if (!here) continue;
        *format_out = &formats[i];
        return CIM_OK;
    }
    if (name) return cim__fail(ctx, CIM_EARG, "unknown format %.40s (geojson, geojsonseq, cityjson, cityjsonseq, gpkg, epanet)", name);
    return cim__fail(ctx, CIM_EARG, "%s: the name does not say a format (.geojson, .geojsonl, .city.json, .city.jsonl, .gpkg, .inp)", path);
}

/* ---- objects ---- */

static cim_status choose(cim_ctx *ctx, cim__export *e, const uint32_t *ids, size_t count)
{
    const cim_city *city = e->city;
    e->chosen_count = city->count;
    if (!ids) return CIM_OK;
    e->chosen = cim__zalloc_n(ctx->mem, (size_t)city->max_id / 64 + 1, sizeof *e->chosen);
    if (!e->chosen) return cim__nomem(ctx);
    e->chosen_count = 0;
    for (size_t i = 0; i < count; i++) {
        uint32_t id = ids[i];
        if (!cim__city_has(city, id)) return cim__fail(ctx, CIM_EARG, "there is no object with number %u", id);
        e->chosen_count += !(e->chosen[id >> 6] >> (id & 63) & 1);
        e->chosen[id >> 6] |= 1ull << (id & 63);
    }
    return CIM_OK;
}

typedef struct filter {
    cim__export *e;
    cim__object_fn fn;
    void *user;
    uint64_t done;
} filter;

static cim_status pass_on(cim_ctx *ctx, const cim__object *o, void *user)
{
    filter *f = user;
    if (!cim__export_has(f->e, o->id)) return CIM_OK;
    if ((f->done++ & 0x3ff) == 0) CIM__TRY(cim__tick(ctx, f->done, f->e->chosen_count, "export"));
    return f->fn(ctx, o, f->user);
}

/* A few objects one by one, instead of passing over a whole city. */
static cim_status fetch_layer(cim_ctx *ctx, filter *f, int layer)
{
    const cim_city *city = f->e->city;
    cim__arena arena = cim__arena_on(ctx->mem);
    cim_status st = CIM_OK;
    for (uint32_t id = 0; id <= city->max_id && st == CIM_OK; id++) {
        cim__object o;
        if (city->layer[id] != layer || !cim__export_has(f->e, id)) continue;
        cim__arena_reset(&arena);
        st = cim__city_object(ctx, f->e->city, id, &arena, &o);
        if (st >= 0) st = pass_on(ctx, &o, f);
    }
    cim__arena_free(&arena);
    return st;
}

cim_status cim__export_each(cim_ctx *ctx, cim__export *e, cim__object_fn fn, void *user)
{
    filter f = { e, fn, user, 0 };
    bool few = e->chosen && e->chosen_count < e->city->count / 8;
    for (int layer = 0; layer < CIM__LAYER_COUNT; layer++)
        CIM__TRY(few ? fetch_layer(ctx, &f, layer) : e->city->rows->scan(ctx, e->city->store, (cim__layer_id)layer, pass_on, &f));
    return CIM_OK;
}

/* ---- geometry ---- */

bool cim__export_transform(cim__export *e, double *coords, int32_t dim, size_t count)
{
    if (e->transform && count) cim__transform_run(e->transform, coords, coords + 1, (size_t)dim, count);
    for (size_t i = 0; i < count; i++) {
        const double *c = coords + i * (size_t)dim;
        if (!(c[0] > -1e15 && c[0] < 1e15 && c[1] > -1e15 && c[1] < 1e15)) {
            e->outside++;
            return false;
        }
    }
    return true;
}

cim_status cim__export_plane(cim_ctx *ctx, cim__export *e, const cim__object *o, cim_geom *geom_out)
{
    *geom_out = (cim_geom){ .dim = 2 };
    if (!o->geom.len) return CIM_OK;
    CIM__TRY(cim__gaia_get(ctx, o->geom, &e->geom, NULL));
    cim_geom geom = cim__gbuild_view(&e->geom);
    if (!cim__export_transform(e, (double *)(void *)e->geom.coords.data, geom.dim, geom.vertex_count)) return CIM_OK;
    *geom_out = geom;
    return CIM_OK;
}

/* ---- the whole ---- */

static cim_status choose_crs(cim_ctx *ctx, cim__export *e, const format *f)
{
    cim__crs_info info;
    e->epsg = e->opts->epsg ? e->opts->epsg : f->lonlat ? 4326 : e->city->epsg;
    CIM__TRY(cim__crs_info_of(ctx, e->epsg, &info));
    e->plane_epsg = info.epsg;
    e->geographic = info.geographic;
    e->decimals = e->opts->decimals ? e->opts->decimals : info.geographic ? 7 : 3;
    if (e->epsg == e->city->epsg) return CIM_OK;
    CIM__TRY(cim__transform_new(ctx, e->city->epsg, e->epsg, &e->transform));
    const char *note = cim__transform_note(e->transform);
    if (note[0]) cim__log(ctx, CIM_LOG_WARNING, "EPSG:%d to EPSG:%d: %s", (int)e->city->epsg, (int)e->epsg, note);
    return CIM_OK;
}

/* A digit, or two with a point between. */
static bool is_lod(const char *lod)
{
    size_t n = strlen(lod);
    return (n == 1 || (n == 3 && lod[1] == '.' && lod[2] >= '0' && lod[2] <= '9')) && lod[0] >= '0' && lod[0] <= '9';
}

static cim_status check_options(cim_ctx *ctx, const cim__export *e)
{
    const cim_export_options *o = e->opts;
    if (!e->city) return cim__fail(ctx, CIM_EARG, "no city");
    if (!e->path || !e->path[0]) return cim__fail(ctx, CIM_EARG, "no output");
    if (o->decimals < 0 || o->decimals > 9) return cim__fail(ctx, CIM_EARG, "decimals: %d is not 1 to 9", (int)o->decimals);
    if (o->lod && !is_lod(o->lod)) return cim__fail(ctx, CIM_EARG, "lod: %.20s is not a level of detail such as 2 or 2.2", o->lod);
    if (o->epsg < 0) return cim__fail(ctx, CIM_EARG, "epsg: %d is no reference system", (int)o->epsg);
    return o->flags & ~31u ? cim__fail(ctx, CIM_EARG, "unknown flags") : CIM_OK;
}

static void warn(cim_ctx *ctx, const cim__export *e, const format *f)
{
    if (e->outside) cim__log(ctx, CIM_LOG_WARNING, "%llu geometries are left out: they are too far away or cannot be transformed to EPSG:%d", (unsigned long long)e->outside, (int)e->epsg);
    if (e->left_out && !f->own_crs) cim__log(ctx, CIM_LOG_WARNING, "%llu geometries are left out: CityJSON does not allow them for the type of their object", (unsigned long long)e->left_out);
    if (e->converted) cim__log(ctx, CIM_LOG_INFO, "%llu geometries are converted to a kind that CityJSON allows for the type of their object", (unsigned long long)e->converted);
    if (e->placeless) cim__log(ctx, CIM_LOG_INFO, "%llu objects without a place (restrictions, routes, networks) are left out", (unsigned long long)e->placeless);
}

static cim_status put_report(cim_ctx *ctx, const cim__export *e, const format *f, cim_buf *report_out)
{
    cim__buf buf = cim__buf_on(ctx->mem);
    cim__json json = cim__json_on(&buf);
    cim__json_open(&json, '{');
    cim__json_kv_text(&json, "path", e->path);
    cim__json_kv_text(&json, "format", f->name);
    cim__json_kv_int(&json, "epsg", e->epsg);
    cim__json_kv_int(&json, "objects", (int64_t)e->written);
    cim__json_kv_int(&json, "objects_without_place", (int64_t)e->placeless);
    cim__json_kv_int(&json, "geometries_outside", (int64_t)e->outside);
    cim__json_kv_int(&json, "geometries_left_out", (int64_t)e->left_out);
    cim__json_kv_int(&json, "geometries_converted", (int64_t)e->converted);
    if (f->own_crs) cim__json_kv_int(&json, "values_changed", (int64_t)e->changed);
    cim__json_close(&json, '}');
    if (cim__buf_give(&buf, report_out)) return CIM_OK;
    cim__buf_free(&buf);
    return cim__nomem(ctx);
}

static cim_status run(cim_ctx *ctx, cim__export *e, const uint32_t *ids, size_t count, cim_buf *report_out)
{
    const format *f = NULL;
    CIM__TRY(check_options(ctx, e));
    CIM__TRY(find_format(ctx, e->opts->format, e->path, &f));
    CIM__TRY(choose(ctx, e, ids, count));
    if (!f->own_crs) CIM__TRY(choose_crs(ctx, e, f));
    CIM__TRY(f->run(ctx, e, f->sequence));
    cim__log(ctx, CIM_LOG_INFO, "%s: %llu objects, %s, EPSG:%d", e->path, (unsigned long long)e->written, f->name, (int)e->epsg);
    warn(ctx, e, f);
    return report_out ? put_report(ctx, e, f, report_out) : CIM_OK;
}

cim_status cim_export(cim_ctx *ctx, cim_city *city, const uint32_t *ids, size_t id_count, const char *path, const cim_export_options *given, cim_buf *report_out)
{
    cim_export_options opts = CIM_EXPORT_OPTIONS_INIT;
    cim__enter(ctx);
    CIM__TRY(cim__opts(ctx, &opts, sizeof opts, given, "export options"));
    cim__export e = { .city = city, .opts = &opts, .path = path };
    cim__gbuild_init(&e.geom, ctx->mem);
    cim_status st = run(ctx, &e, ids, id_count, report_out);
    cim__gbuild_free(&e.geom);
    cim__transform_free(e.transform);
    cim__free(ctx->mem, e.chosen);
    return st;
}
