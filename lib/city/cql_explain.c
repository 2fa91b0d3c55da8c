/* cql_explain.c - how a query would be run, as JSON. */
#include "city/cql_bind.h"
#include "city/cql_run.h"

static void put_box(cim__json *json, const cim_box *box)
{
    cim__json_key(json, "box");
    if (!cim__box_ok(box)) {
        cim__json_null(json);
        return;
    }
    cim__json_open(json, '[');
    cim__json_num(json, box->min_x);
    cim__json_num(json, box->min_y);
    cim__json_num(json, box->max_x);
    cim__json_num(json, box->max_y);
    cim__json_close(json, ']');
}

static cim_status put_windows(cim_ctx *ctx, cim__json *json, const cim__cql_plan *plan)
{
    cim__json_key(json, "windows");
    cim__json_open(json, '[');
    for (uint32_t i = 0; i < plan->window_count; i++) {
        const cim__cql_window *w = &plan->windows[i];
        size_t count = 0;
        cim_probe probe = cim_probe_box(&w->box);
        if (cim__box_ok(&w->box)) CIM__TRY(cim_index_query(ctx, plan->city->index, &probe, NULL, 0, &count));
        cim__json_open(json, '{');
        put_box(json, &w->box);
        cim__json_kv_int(json, "objects", (int64_t)count);
        cim__json_kv_bool(json, "required", w->required);
        cim__json_close(json, '}');
    }
    cim__json_close(json, ']');
    return CIM_OK;
}

static void put_layers(cim__json *json, const cim__cql_plan *plan)
{
    cim__json_key(json, "layers");
    cim__json_open(json, '{');
    for (int l = 0; l < CIM__LAYER_COUNT; l++)
        if (plan->layer_start[l + 1] > plan->layer_start[l])
            cim__json_kv_int(json, cim__layers[l].table, (int64_t)(plan->layer_start[l + 1] - plan->layer_start[l]));
    cim__json_close(json, '}');
}

static void put_reads(cim__json *json, uint8_t reads)
{
    static const char *const names[] = { "relations", "rows", "attributes", "geometries", "rows of related objects", "thematic surfaces" };
    cim__json_key(json, "reads");
    cim__json_open(json, '[');
    for (int i = 0; i < 6; i++)
        if (reads >> i & 1) cim__json_text(json, names[i]);
    cim__json_close(json, ']');
}

static void put_columns(cim__json *json, const cim__cql *cql)
{
    cim__columns c;
    cim__cql_columns(cql, true, &c);
    cim__json_key(json, "columns");
    cim__json_open(json, '[');
    if (c.gid) cim__json_text(json, "gid");
    if (c.valid) cim__json_text(json, "valid_from"), cim__json_text(json, "valid_to");
    for (int a = 0; a < CIM__ATTR_COUNT; a++)
        if (c.values >> a & 1) cim__json_text(json, cim__attrs[a].name);
    if (c.derived) cim__json_text(json, "derived");
    if (c.attrs) cim__json_text(json, "attrs");
    if (c.geom) cim__json_text(json, "geom");
    cim__json_close(json, ']');
}

static cim_status put_plan(cim_ctx *ctx, cim__buf *buf, const cim__cql_plan *plan, const cim__cql_path *sort)
{
    static const char *const from[] = { "all objects", "ids", "window" };
    cim__json json = cim__json_on(buf);
    cim__json_open(&json, '{');
    cim__json_kv_int(&json, "objects", plan->city->count);
    cim__json_kv_text(&json, "from", from[plan->from]);
    cim__json_kv_int(&json, "considered", (int64_t)plan->considered);
    cim__json_kv_int(&json, "certain", (int64_t)plan->certain_count);
    cim__json_kv_int(&json, "read", (int64_t)plan->layer_start[CIM__LAYER_COUNT]);
    put_layers(&json, plan);
    CIM__TRY(put_windows(ctx, &json, plan));
    put_reads(&json, plan->cql->root->reads);
    put_columns(&json, plan->cql);
    if (sort) cim__json_kv_str(&json, "sort", sort->text);
    cim__json_close(&json, '}');
    return buf->failed ? cim__nomem(ctx) : CIM_OK;
}

static cim_status explain(cim_ctx *ctx, cim_city *city, const char *text, const cim_query_options *opts, cim__cql *cql, cim__buf *buf)
{
    const cim__cql_path *sort;
    cim__cql_eval eval;
    cim__cql_plan plan;
    CIM__TRY(cim__cql_prepare(ctx, city, text, opts, cql, &sort));
    cim_status st = cim__cql_eval_new(ctx, city, cql, &eval);
    if (st >= 0) st = cim__cql_check_names(ctx, city, cql, eval.seen);
    if (st >= 0) {
        st = cim__cql_plan_new(ctx, city, cql, &eval, sort != NULL, &plan);
        if (st >= 0) st = put_plan(ctx, buf, &plan, sort);
        cim__cql_plan_free(&plan);
    }
    cim__cql_eval_free(&eval);
    return st;
}

cim_status cim_query_explain(cim_ctx *ctx, cim_city *city, const char *text, const cim_query_options *given, cim_buf *json_out)
{
    cim_query_options opts = CIM_QUERY_OPTIONS_INIT;
    cim__buf buf = cim__buf_on(ctx->mem);
    cim__cql cql;
    cim__enter(ctx);
    if (!city || !json_out) return cim__fail(ctx, CIM_EARG, "no city, or no place for the result");
    CIM__TRY(cim__opts(ctx, &opts, sizeof opts, given, "query options"));
    cim__cql_init(&cql, ctx->mem);
    cim_status st = explain(ctx, city, text, &opts, &cql, &buf);
    cim__cql_free(&cql);
    if (st >= 0 && !cim__buf_give(&buf, json_out)) st = cim__nomem(ctx);
    cim__buf_free(&buf);
    return st;
}
