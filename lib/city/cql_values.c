/* cql_values.c - values of properties as JSON, for tables. */
#include "city/cql_bind.h"
#include "city/cql_run.h"
#include "core/sort.h"

#include <stdlib.h>

typedef struct table {
    cim_ctx *ctx;
    cim_city *city;
    const uint32_t *ids;
    size_t count, name_count;
    cim__cql cql;
    const cim__cql_path **paths;
    cim__cql_eval eval;
    cim__keyed *by_row;  /* layer << 32 | number -> place in ids */
    uint32_t *rows;      /* numbers in that order */
    size_t at;           /* in by_row */
    cim__str *texts;     /* by place in ids: the row as JSON, in the arena */
    cim__arena arena;
    cim__buf scratch;
} table;

/* ---- one object ---- */

static void put_value(cim__json *json, const cim__cql_value *v)
{
    switch (v->type) {
    case CIM__CQL_BOOL: cim__json_bool(json, v->truth); break;
    case CIM__CQL_REAL: cim__json_num(json, v->real); break;
    case CIM__CQL_TEXT: cim__json_str(json, v->text); break;
    default: cim__json_bool(json, true); /* there is something */
    }
}

static cim_status put_geometry(table *t, cim__json *json, cim__str blob)
{
    cim__buf wkt = cim__buf_on(t->ctx->mem);
    cim_status st = cim__gaia_get(t->ctx, blob, &t->eval.geom, NULL);
    if (st >= 0) {
        cim_geom geom = cim__gbuild_view(&t->eval.geom);
        cim__wkt_put(&wkt, &geom);
        cim__json_str(json, cim__buf_str(&wkt));
    }
    if (st >= 0 && wkt.failed) st = cim__nomem(t->ctx);
    cim__buf_free(&wkt);
    return st;
}

static cim_status put_path(table *t, cim__json *json, const cim__cql_path *path, const cim__object *row)
{
    cim__cql_eval *e = &t->eval;
    e->values.size = 0;
    if (path->end == CIM__CQL_GEOM && !path->hop_count && row->geom.len) return put_geometry(t, json, row->geom);
    CIM__TRY(cim__cql_push_path(e, path));
    size_t count = CIM__COUNT(&e->values, cim__cql_value);
    if (!count) cim__json_null(json);
    if (count == 1) put_value(json, &CIM__AT(&e->values, cim__cql_value, 0));
    if (count < 2) return CIM_OK;
    cim__json_open(json, '[');
    for (size_t i = 0; i < count; i++) put_value(json, &CIM__AT(&e->values, cim__cql_value, i));
    cim__json_close(json, ']');
    return CIM_OK;
}

static cim_status see_row(cim_ctx *ctx, const cim__object *object, void *user)
{
    table *t = user;
    cim__json json = cim__json_on(&t->scratch);
    t->scratch.size = 0;
    cim__cql_eval_at(&t->eval, object->id, object);
    cim__json_open(&json, '[');
    for (size_t i = 0; i < t->name_count; i++) CIM__TRY(put_path(t, &json, t->paths[i], object));
    cim__json_close(&json, ']');
    cim__str text = t->scratch.failed ? (cim__str){ NULL, 0 } : cim__arena_str(&t->arena, cim__buf_str(&t->scratch));
    if (!text.ptr) return cim__nomem(ctx);
    /* an object that was asked for twice */
    for (; t->at < t->count && t->by_row[t->at].key == ((uint64_t)object->layer << 32 | object->id); t->at++) t->texts[t->by_row[t->at].id] = text;
    return CIM_OK;
}

/* ---- all ---- */

static cim_status parse_names(table *t, const char *const *names)
{
    t->paths = cim__alloc_n(t->ctx->mem, t->name_count + 1, sizeof *t->paths);
    if (!t->paths) return cim__nomem(t->ctx);
    for (size_t i = 0; i < t->name_count; i++) {
        cim__cql_path *path;
        CIM__TRY(cim__cql_parse_name(t->ctx, names[i] ? names[i] : "", "column", &t->cql, &path));
        if (path->end == CIM__CQL_RELATED) path->end = path->hops[path->hop_count - 1].surfaces ? CIM__CQL_CLASS : CIM__CQL_ID; /* whom, not only whether */
        if (cim__cql_path_reads(path) & CIM__CQL_READS_RELATIONS) CIM__TRY(cim__city_relations(t->ctx, t->city));
        t->paths[i] = path;
    }
    return cim__cql_eval_new(t->ctx, t->city, &t->cql, &t->eval);
}

static cim_status sort_ids(table *t)
{
    t->by_row = cim__alloc_n(t->ctx->mem, t->count + 1, 2 * sizeof *t->by_row);
    t->rows = cim__alloc_n(t->ctx->mem, t->count + 1, sizeof *t->rows);
    t->texts = cim__zalloc_n(t->ctx->mem, t->count + 1, sizeof *t->texts);
    if (!t->by_row || !t->rows || !t->texts) return cim__nomem(t->ctx);
    for (size_t i = 0; i < t->count; i++) {
        if (!cim__city_has(t->city, t->ids[i])) return cim__fail(t->ctx, CIM_ENOTFOUND, "no object with the number %u", t->ids[i]);
        t->by_row[i] = (cim__keyed){ (uint64_t)t->city->layer[t->ids[i]] << 32 | t->ids[i], (uint32_t)i, 0 };
    }
    cim__sort_keyed(t->by_row, t->by_row + t->count, t->count);
    return CIM_OK;
}

static cim_status read_layers(table *t)
{
    cim__columns columns;
    cim__cql_columns(&t->cql, true, &columns);
    for (size_t i = 0; i < t->count;) {
        uint64_t layer = t->by_row[i].key >> 32;
        size_t rows = 0;
        for (; i < t->count && t->by_row[i].key >> 32 == layer; i++)
            if (!rows || t->rows[rows - 1] != (uint32_t)t->by_row[i].key) t->rows[rows++] = (uint32_t)t->by_row[i].key;
        CIM__TRY(cim__cql_read_rows(t->ctx, t->city, (cim__layer_id)layer, &columns, t->rows, rows, see_row, t));
    }
    return cim__cql_check_names(t->ctx, t->city, &t->cql, t->eval.seen);
}

static cim_status make_table(table *t, const char *const *names, cim_buf *json_out)
{
    cim__buf buf = cim__buf_on(t->ctx->mem);
    cim__json json = cim__json_on(&buf);
    CIM__TRY(parse_names(t, names));
    CIM__TRY(sort_ids(t));
    CIM__TRY(read_layers(t));
    cim__json_open(&json, '[');
    for (size_t i = 0; i < t->count; i++) cim__json_raw(&json, t->texts[i]);
    cim__json_close(&json, ']');
    if (cim__buf_give(&buf, json_out)) return CIM_OK;
    cim__buf_free(&buf);
    return cim__nomem(t->ctx);
}

cim_status cim_query_values(cim_ctx *ctx, cim_city *city, const uint32_t *ids, size_t count, const char *const *names, size_t name_count, cim_buf *json_out)
{
    cim__enter(ctx);
    if (!city || !json_out || (count && !ids) || (name_count && !names)) return cim__fail(ctx, CIM_EARG, "no city, numbers, names or place for the result");
    if (count > UINT32_MAX || name_count > CIM__CQL_PATHS) return cim__fail(ctx, CIM_EARG, "more than %d columns", CIM__CQL_PATHS);
    table *t = cim__zalloc(ctx->mem, sizeof *t);
    if (!t) return cim__nomem(ctx);
    t->ctx = ctx;
    t->city = city;
    t->ids = ids;
    t->count = count;
    t->name_count = name_count;
    cim__cql_init(&t->cql, ctx->mem);
    t->arena = cim__arena_on(ctx->mem);
    t->scratch = cim__buf_on(ctx->mem);
    cim_status st = make_table(t, names, json_out);
    cim__cql_eval_free(&t->eval);
    cim__cql_free(&t->cql);
    cim__arena_free(&t->arena);
    cim__buf_free(&t->scratch);
    void *arrays[] = { t->paths, t->by_row, t->rows, t->texts };
    for (size_t i = 0; i < sizeof arrays / sizeof *arrays; i++) cim__free(ctx->mem, arrays[i]);
    cim__free(ctx->mem, t);
    return st;
}
