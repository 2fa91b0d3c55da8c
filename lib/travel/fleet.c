/* fleet.c - making fleets. */
#include "travel/fleet.h"

#include <stdio.h>

cim_fleet *cim_fleet_ref(cim_fleet *f)
{
    atomic_fetch_add_explicit(&f->refs, 1, memory_order_relaxed);
    return f;
}

static void spokes_free(cim__mem *mem, cim__spokes *s)
{
    cim__free(mem, s->first);
    cim__buf_free(&s->spokes);
    cim__buf_free(&s->rows);
}

void cim_fleet_free(cim_fleet *f)
{
    if (!f || atomic_fetch_sub_explicit(&f->refs, 1, memory_order_acq_rel) != 1) return;
    cim__mem *mem = f->mem;
    spokes_free(mem, &f->plain);
    spokes_free(mem, &f->lanes);
    cim__free(mem, f->places);
    cim__free(mem, f->by_edge);
    cim_scenarios_free(f->scenarios);
    cim_route_metric_free(f->metric);
    cim_net_costs_free(f->costs);
    cim__free(mem, f);
    cim__mem_unref(mem);
}

cim_status cim_fleet_get(cim_ctx *ctx, const cim_fleet *f, cim_fleet_view *view_out)
{
    cim__enter(ctx);
    cim_fleet_view v = { sizeof v, f->count, f->direction, f->cut_count, f->scenarios ? f->scenarios->count : 0, f->places };
    return cim__view_copy(ctx, view_out, &v, sizeof v);
}

/* ---- members on the same edge ---- */

size_t cim__fleet_on_edge(const cim_fleet *f, uint32_t edge, size_t *end_out)
{
    size_t first = cim__keyed_first(f->by_edge, f->count, edge);
    for (*end_out = first; *end_out < f->count && f->by_edge[*end_out].key == edge;) ++*end_out;
    return first;
}

uint32_t cim__fleet_straight(const cim_fleet *f, const uint32_t *weights, uint32_t member, const cim_net_place *place)
{
    const cim_net_place *from = f->direction == CIM_ROUTE_FORWARD ? place : &f->places[member];
    const cim_net_place *to = f->direction == CIM_ROUTE_FORWARD ? &f->places[member] : place;
    uint32_t ms;
    (void)cim__net_straight(f->costs, weights, from, to, &ms);
    return ms;
}

/* ---- making ---- */

static cim_status sort_by_edge(cim_ctx *ctx, cim_fleet *f)
{
    cim__keyed *scratch = cim__alloc_n(ctx->mem, (size_t)f->count + 1, sizeof *scratch);
    if (!scratch) return cim__nomem(ctx);
    for (uint32_t i = 0; i < f->count; i++) f->by_edge[i] = (cim__keyed){ f->places[i].edge, i, 0 };
    cim__sort_keyed(f->by_edge, scratch, f->count);
    cim__free(ctx->mem, scratch);
    return CIM_OK;
}

typedef cim_status (*spokes_fn)(cim_ctx *ctx, const cim_fleet *f, cim_route_query *q, const cim_net_place *place, int32_t side, cim__buf *spokes,
                                cim__buf *rows, size_t *count_out);

static cim_status fail_member(cim_ctx *ctx, cim_status st, uint32_t member)
{
    char place[40];
    snprintf(place, sizeof place, "place %u", member);
    return st == CIM_ENOMEM ? st : cim__fail_at(ctx, st, place);
}

static cim_status fill_spokes(cim_ctx *ctx, cim_fleet *f, cim_route_query *q, spokes_fn fn, cim__spokes *s, uint32_t *none_out)
{
    *none_out = 0;
    for (uint32_t i = 0; i < f->count; i++) {
        size_t count;
        cim_status st = fn(ctx, f, q, &f->places[i], cim__fleet_side(f), &s->spokes, &s->rows, &count);
        if (st < 0) return fail_member(ctx, st, i);
        s->first[i + 1] = s->first[i] + count;
        *none_out += !count;
        if (i % 256 == 255) CIM__TRY(cim__tick(ctx, i, f->count, "fleet"));
    }
    return CIM_OK;
}

/* Without a metric nothing is made ready, but wrong places are found and those that are cut off counted. */
static cim_status check_ends(cim_ctx *ctx, cim_fleet *f)
{
    cim__ends ends;
    f->cut_count = 0;
    for (uint32_t i = 0; i < f->count; i++) {
        cim_status st = cim__net_ends(ctx, f->costs, cim__net_weights(f->costs, f->metric), &f->places[i], cim__fleet_side(f), &ends);
        if (st < 0) return fail_member(ctx, st, i);
        f->cut_count += !ends.count;
    }
    return CIM_OK;
}

static cim_status fill(cim_ctx *ctx, cim_fleet *f)
{
    cim_route_query *q = NULL;
    uint32_t none;
    CIM__TRY(check_ends(ctx, f));
    CIM__TRY(sort_by_edge(ctx, f));
    if (!f->metric && !f->scenarios) return CIM_OK;
    CIM__TRY(cim_route_query_new(ctx, f->metric ? f->metric->hierarchy : f->scenarios->hierarchy, &q));
    cim_status st = CIM_OK;
    if (f->metric) st = fill_spokes(ctx, f, q, cim__fleet_spokes, &f->plain, &none);
    if (st >= 0 && f->scenarios) st = fill_spokes(ctx, f, q, cim__fleet_lane_spokes, &f->lanes, &none);
    cim_route_query_free(q);
    return st;
}

static bool make_arrays(cim_fleet *f, const cim_net_place *places)
{
    size_t room = (size_t)f->count + 1;
    f->places = cim__alloc_n(f->mem, room, sizeof *f->places);
    f->by_edge = cim__alloc_n(f->mem, room, sizeof *f->by_edge);
    f->plain.first = cim__zalloc_n(f->mem, room, sizeof *f->plain.first);
    f->lanes.first = cim__zalloc_n(f->mem, room, sizeof *f->lanes.first);
    f->plain.spokes = f->plain.rows = f->lanes.spokes = f->lanes.rows = cim__buf_on(f->mem);
    if (!f->places || !f->by_edge || !f->plain.first || !f->lanes.first) return false;
    if (f->count) memcpy(f->places, places, f->count * sizeof *places);
    return true;
}

static cim_status check(cim_ctx *ctx, const cim_net_costs *costs, const cim_route_metric *metric, const cim_scenarios *scenarios,
                        const cim_net_place *places, size_t count, int32_t direction)
{
    if (!costs || (count && !places)) return cim__fail(ctx, CIM_EARG, "no costs or no places");
    if (count >= CIM_NONE) return cim__fail(ctx, CIM_EARG, "%zu places are too many", count);
    if (direction != CIM_ROUTE_FORWARD && direction != CIM_ROUTE_BACKWARD) return cim__fail(ctx, CIM_EARG, "direction %d", direction);
    CIM__TRY(cim__net_metric_fits(ctx, costs, metric));
    if (scenarios && scenarios->costs != costs) return cim__fail(ctx, CIM_EARG, "scenarios of other costs");
    if (metric && scenarios && scenarios->hierarchy != metric->hierarchy) return cim__fail(ctx, CIM_EARG, "metric and scenarios are of different hierarchies");
    return CIM_OK;
}

cim_status cim_fleet_build(cim_ctx *ctx, cim_net_costs *costs, cim_route_metric *metric, cim_scenarios *scenarios, const cim_net_place *places, size_t count,
                           int32_t direction, cim_fleet **fleet_out)
{
    cim__enter(ctx);
    CIM__TRY(check(ctx, costs, metric, scenarios, places, count, direction));
    cim_fleet *f = cim__zalloc(ctx->mem, sizeof *f);
    if (!f) return cim__nomem(ctx);
    f->mem = cim__mem_ref(ctx->mem);
    atomic_init(&f->refs, 1);
    f->costs = cim_net_costs_ref(costs);
    f->metric = metric ? cim_route_metric_ref(metric) : NULL;
    f->scenarios = scenarios ? cim_scenarios_ref(scenarios) : NULL;
    f->count = (uint32_t)count;
    f->direction = direction;
    cim_status st = make_arrays(f, places) ? fill(ctx, f) : cim__nomem(ctx);
    if (st < 0) cim_fleet_free(f);
    else *fleet_out = f;
    return st < 0 ? st : CIM_OK;
}
