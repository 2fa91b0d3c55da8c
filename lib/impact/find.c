/* find.c - all of it in turn: works, what they cost, what brings it back, roads. */
#include "impact/impact.h"

#include "net/ends.h"

cim_status cim_impact_query_new(cim_ctx *ctx, cim_impact *impact, cim_impact_query **query_out)
{
    cim__enter(ctx);
    if (!impact || !query_out) return cim__fail(ctx, CIM_EARG, "no impact, or nothing to fill");
    cim_impact_query *q = cim__zalloc(ctx->mem, sizeof *q);
    if (!q) return cim__nomem(ctx);
    q->mem = cim__mem_ref(ctx->mem);
    q->impact = impact;
    q->works = q->hits = q->faults = q->broken = q->stuck = q->closed = q->streets = q->edges = cim__buf_on(q->mem);
    q->cut = q->lost = q->domains = q->losses = q->failures = q->ties = q->steps = q->tie_shut = q->hydrants = q->live = cim__buf_on(q->mem);
    q->crews = q->access = q->detours = q->links = q->front = q->scratch = q->more = q->items = q->sorted = cim__buf_on(q->mem);
    for (int i = 0; i < 5; i++) q->lists[i] = cim__buf_on(q->mem);
    q->by_edge = cim__zalloc_n(q->mem, (size_t)impact->net->edge_count + 1, sizeof *q->by_edge);
    cim_status st = q->by_edge ? CIM_OK : cim__nomem(ctx);
    if (st >= 0 && impact->network) st = cim_trace_query_new(ctx, impact->network, &q->trace);
    if (st < 0) cim_impact_query_free(q);
    else *query_out = q;
    return st;
}

/* All buffers but those of one step. */
enum { BUFS = 28 };
static void bufs_of(cim_impact_query *q, cim__buf *bufs[BUFS])
{
    cim__buf *all[BUFS] = { &q->works, &q->hits, &q->faults, &q->broken, &q->stuck, &q->closed, &q->streets, &q->edges, &q->cut, &q->lost, &q->domains,
                            &q->losses, &q->failures, &q->ties, &q->steps, &q->tie_shut, &q->hydrants, &q->live, &q->crews, &q->access, &q->detours, &q->links, &q->front,
                            &q->lists[0], &q->lists[1], &q->lists[2], &q->lists[3], &q->lists[4] };
    memcpy(bufs, all, sizeof all);
}

void cim_impact_query_free(cim_impact_query *q)
{
    cim__buf *bufs[BUFS];
    if (!q) return;
    cim__mem *mem = q->mem;
    bufs_of(q, bufs);
    for (size_t i = 0; i < BUFS; i++) cim__buf_free(bufs[i]);
    cim__buf_free(&q->scratch);
    cim__buf_free(&q->more);
    cim__buf_free(&q->items);
    cim__buf_free(&q->sorted);
    cim__free(mem, q->by_edge);
    cim_trace_query_free(q->trace);
    cim__free(mem, q);
    cim__mem_unref(mem);
}

static void begin(cim_impact_query *q)
{
    cim__buf *bufs[BUFS], *steps[] = { &q->scratch, &q->more, &q->items, &q->sorted };
    bufs_of(q, bufs);
    for (size_t i = 0; i < BUFS; i++) bufs[i]->size = 0, bufs[i]->failed = false;
    for (size_t i = 0; i < 4; i++) steps[i]->size = 0, steps[i]->failed = false;
    q->front_people = 0;
    q->rounds = 0;
}

/* ---- what was given ---- */

static cim_status check_case(cim_ctx *ctx, const cim_impact *m, const cim_impact_case *what, cim_impact_case *o)
{
    *o = (cim_impact_case)CIM_IMPACT_CASE_INIT;
    CIM__TRY(cim__opts(ctx, o, sizeof *o, what, "cim_impact_case"));
    if (!o->work_count || !o->works) return cim__fail(ctx, CIM_EARG, "no works");
    if (o->work_count > 1u << 20) return cim__fail(ctx, CIM_EARG, "too many works");
    if (o->stuck_count && !o->stuck) return cim__fail(ctx, CIM_EARG, "no array of stuck devices");
    for (size_t i = 0; i < o->stuck_count; i++)
        if (o->stuck[i] >= m->view.device_count) return cim__fail(ctx, CIM_EARG, "stuck device %u of %u", o->stuck[i], m->view.device_count);
    if (o->flags & ~7u) return cim__fail(ctx, CIM_EARG, "unknown flags");
    if (o->hydrants > 1000) return cim__fail(ctx, CIM_EARG, "%u hydrants: more than 1000", o->hydrants);
    if (!(o->margin_m >= 0.0 && o->margin_m <= 1000.0) || !(o->trench_m >= 0.0 && o->trench_m <= 1000.0))
        return cim__fail(ctx, CIM_EARG, "a margin or reach that is not within 0 and 1000 m");
    return CIM_OK;
}

static cim_status check_travel(cim_ctx *ctx, const cim_impact *m, const cim_impact_travel *travel, cim_impact_travel *o)
{
    *o = (cim_impact_travel)CIM_IMPACT_TRAVEL_INIT;
    if (!travel) return CIM_OK;
    CIM__TRY(cim__opts(ctx, o, sizeof *o, travel, "cim_impact_travel"));
    if (!o->roads || !o->metric || !o->query) return cim__fail(ctx, CIM_EARG, "no roads, no metric or no query");
    if (o->roads->impact != m) return cim__fail(ctx, CIM_EARG, "the roads are of another city");
    return cim__net_question_fits(ctx, o->roads->costs, o->metric, o->query);
}

/* ---- what is given ---- */

#define GIVE(list, type, member, member_count) (r.member = (const type *)(const void *)(list).data, r.member_count = CIM__COUNT(&(list), type))

static void give(const cim__impact_ask *a, cim_impact_result *out)
{
    const cim_impact_query *q = a->q;
    cim_impact_result r = { .epoch = a->isolation.view ? cim_trace_view_epoch(a->isolation.view) : 0, .rounds = q->rounds, .front_people = q->front_people };
    GIVE(q->works, cim_impact_site, works, work_count);
    GIVE(q->hits, uint32_t, hits, hit_count);
    GIVE(q->lists[0], uint32_t, shut, shut_count);
    GIVE(q->lists[1], uint32_t, leave, leave_count);
    GIVE(q->lists[2], uint32_t, keep, keep_count);
    GIVE(q->lists[3], uint32_t, stuck, stuck_count);
    GIVE(q->lists[4], uint32_t, sources, source_count);
    GIVE(q->cut, uint32_t, cut, cut_count);
    GIVE(q->lost, uint32_t, lost, lost_count);
    GIVE(q->domains, cim_impact_domain, domains, domain_count);
    GIVE(q->losses, cim_impact_loss, losses, loss_count);
    GIVE(q->failures, cim_impact_failure, failures, failure_count);
    GIVE(q->ties, cim_impact_tie, ties, tie_count);
    GIVE(q->steps, uint32_t, steps, step_count);
    GIVE(q->tie_shut, uint32_t, tie_shut, tie_shut_count);
    GIVE(q->hydrants, cim_impact_hydrant, hydrants, hydrant_count);
    GIVE(q->live, cim_impact_hydrant, live, live_count);
    GIVE(q->streets, uint32_t, streets, street_count);
    GIVE(q->crews, cim_impact_crew, crews, crew_count);
    GIVE(q->access, cim_impact_access, access, access_count);
    GIVE(q->detours, cim_impact_detour, detours, detour_count);
    GIVE(q->links, uint32_t, links, link_count);
    GIVE(q->front, uint32_t, front, front_count);
    cim__out_fill(out, &r, sizeof r);
}

static cim_status find(cim_ctx *ctx, cim__impact_ask *a, const cim_impact_travel *travel)
{
    CIM__TRY(cim__impact_works(ctx, a));
    if (a->isolation.view) {
        CIM__TRY(cim__impact_lost(ctx, a));
        CIM__TRY(cim__impact_ties(ctx, a));
    }
    CIM__TRY(cim__impact_front(ctx, a));
    return travel->roads ? cim__impact_roads(ctx, a, travel) : CIM_OK;
}

cim_status cim_impact_find(cim_ctx *ctx, const cim_impact *impact, cim_trace_view *view, cim_impact_query *query, const cim_impact_case *what,
                           const cim_impact_travel *travel, cim_impact_result *result_out)
{
    cim__impact_ask a = { .impact = impact, .q = query, .isolation = { .view = view } };
    cim_impact_travel t;
    cim__enter(ctx);
    if (!impact || !query || query->impact != impact) return cim__fail(ctx, CIM_EARG, "no impact, or a query of another one");
    if (!what || !result_out) return cim__fail(ctx, CIM_EARG, "nothing is asked, or nothing to fill");
    CIM__TRY(cim__out_ok(ctx, result_out, "cim_impact_result"));
    if (impact->network ? !view || view->network != impact->network : view != NULL) return cim__fail(ctx, CIM_EARG, "the view is of another network");
    CIM__TRY(check_case(ctx, impact, what, &a.what));
    CIM__TRY(check_travel(ctx, impact, travel, &t));
    begin(query);
    cim_status st = find(ctx, &a, &t);
    if (a.isolation.s) cim__isolation_end(&a.isolation);
    for (size_t i = 0; i < CIM__COUNT(&query->edges, uint32_t); i++) query->by_edge[CIM__AT(&query->edges, uint32_t, i)] = 0;
    if (st >= 0) give(&a, result_out);
    return st < 0 ? st : CIM_OK;
}
