/* find.c - a trace from its arguments to its result. */
#include "trace/trace.h"

static bool is_flood(uint32_t what) { return what <= CIM_TRACE_CONTROLLERS; }
static bool is_cut(uint32_t what) { return what >= CIM_TRACE_LOOPS; }

static cim_status options_ok(cim_ctx *ctx, const cim_trace_network *n, uint32_t what, const cim_trace_options *o)
{
    CIM__TRY(cim__elements_ok(ctx, n, o->barriers, o->barrier_count, "barrier"));
    CIM__TRY(cim__elements_ok(ctx, n, o->result_barriers, o->result_barrier_count, "result barrier"));
    if (o->limit_column != CIM_NONE) CIM__TRY(cim__column_ok(ctx, n, o->limit_column, true));
    if (o->limit_column != CIM_NONE && !(o->limit >= 0.0)) return cim__fail(ctx, CIM_EARG, "the limit is negative or not a number");
    if (!is_flood(what) && (o->barrier_count || o->barrier_kinds || o->limit_column != CIM_NONE || o->domain != CIM_NONE || o->tier != CIM_NONE))
        return cim__fail(ctx, CIM_EARG, "search barriers, domain, tier and limit are for connected, subnetwork and controllers; else change a private status");
    if (is_cut(what) && (o->result_barrier_count || o->result_barrier_kinds)) return cim__fail(ctx, CIM_EARG, "result barriers are for traces with starts");
    if (!is_cut(what) && o->through_sources) return cim__fail(ctx, CIM_EARG, "through_sources is for loops, bridges and cut nodes");
    return CIM_OK;
}

static cim_status starts_ok(cim_ctx *ctx, const cim_trace_network *n, uint32_t what, const uint32_t *starts, size_t count)
{
    if (what > CIM_TRACE_CUT_NODES) return cim__fail(ctx, CIM_EARG, "trace %u", what);
    if (!count && !is_cut(what)) return cim__fail(ctx, CIM_EARG, "no starts");
    if (count && what > CIM_TRACE_LOOPS) return cim__fail(ctx, CIM_EARG, "bridges and cut nodes have no starts");
    return cim__elements_ok(ctx, n, starts, count, "start");
}

static cim_status run(cim_ctx *ctx, cim_trace_view *view, cim_trace_query *q, uint32_t what, const uint32_t *starts, size_t count, const cim_trace_options *o,
                      cim_trace_result *result_out)
{
    cim__why_fn why = cim__why_parent;
    const void *user = NULL;
    if (is_flood(what)) CIM__TRY(cim__flood(ctx, view, q, what, starts, count, o));
    else if (is_cut(what)) CIM__TRY(cim__cuts(ctx, view, q, what, starts, count, o->through_sources, &why, &user));
    else CIM__TRY(cim__updown(ctx, view, q, what, starts, count, &why, &user));
    if (o->result_barrier_count || o->result_barrier_kinds) {
        q->out[0].size = 0;
        CIM__TRY(cim__flood_within(ctx, view, q, what, starts, count, o));
        why = cim__why_parent;
    }
    return cim__query_finish(ctx, view, q, o, why, user, result_out);
}

cim_status cim_trace_find(cim_ctx *ctx, cim_trace_view *view, cim_trace_query *q, uint32_t what, const uint32_t *starts, size_t count,
                          const cim_trace_options *options, cim_trace_result *result_out)
{
    cim_trace_options o = CIM_TRACE_OPTIONS_INIT;
    cim__enter(ctx);
    CIM__TRY(cim__trace_ok(ctx, view, q));
    CIM__TRY(cim__opts(ctx, &o, sizeof o, options, "cim_trace_options"));
    CIM__TRY(cim__out_ok(ctx, result_out, "cim_trace_result"));
    CIM__TRY(starts_ok(ctx, view->network, what, starts, count));
    CIM__TRY(options_ok(ctx, view->network, what, &o));
    cim__query_begin(q);
    cim_status st = run(ctx, view, q, what, starts, count, &o, result_out);
    if (st < 0) cim__query_clear(q);
    return st;
}
