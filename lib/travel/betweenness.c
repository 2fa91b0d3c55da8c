/* betweenness.c - trips by link: paths of pairs, or trees of quickest ways from an origin with their trips summed from the leaves.
 *
 * Trips are counted in units of 2^-56 of all trips, in integers, so that neither the order of sums nor the number of threads matters.
 * Samples draw from a random sequence of their own number. */
#include "cim/flow.h"
#include "core/par.h"
#include "core/sort.h"
#include "route/route.h"
#include "travel/times.h"

#include <math.h>

static const uint32_t NO_WAY = CIM_ROUTE_UNREACHABLE_MS;
static const double WHOLE = 72057594037927936.0; /* 2^56: units of all trips */
static const double SQUARE = 4294967296.0; /* 2^32: units of squared shares of a sample */
enum { CHUNK = 64 };

struct cim_flow {
    cim__mem *mem;
    uint32_t link_count;
    double *link_trips, *link_error;
    double trips, unreachable, time_s, length_m;
    uint64_t samples;
};

/* What a worker sums up. */
typedef struct worker {
    cim_route_query *query;
    uint64_t *sum, *squares; /* by link */
    uint64_t *one; /* by link: of the tree at hand */
    uint64_t *carried; /* by state */
    uint32_t *times;
    cim__keyed *keyed; /* 2 * states */
    uint64_t unreachable;
    uint64_t ms_hi, ms_lo, cm_hi, cm_lo; /* sums of units * milliseconds and * centimetres, 128 bits */
} worker;

typedef struct flowing {
    cim_ctx *ctx;
    const cim_net_costs *costs;
    const cim_net *net;
    const cim_route_metric *metric;
    const uint32_t *weights;
    cim_flow_demand demand;
    cim_flow_options options;
    double *origin_sums, *destination_sums; /* running sums of weights */
    double pair_trips;
    bool weightless; /* arcs of live weight 0 are there: states of equal times have no order, and trees are made of paths */
    uint32_t worker_count;
    worker workers[CIM__WORKERS];
} flowing;

/* ---- weights ---- */

static cim_status sum_weights(flowing *f, const double *weights, size_t count, double **sums_out)
{
    double sum = 0.0, *sums = cim__alloc_n(f->ctx->mem, count + 1, sizeof *sums);
    if (!sums) return cim__nomem(f->ctx);
    *sums_out = sums;
    for (size_t i = 0; i < count; i++) {
        double w = weights ? weights[i] : 1.0;
        if (!(w >= 0.0) || !isfinite(w)) return cim__fail(f->ctx, CIM_EARG, "weight %zu is out of range", i);
        sum += w;
        sums[i] = sum;
    }
    return sum > 0.0 && isfinite(sum) ? CIM_OK : cim__fail(f->ctx, CIM_EARG, "all weights are 0, or too large");
}

static double weight_of(const double *sums, size_t i) { return i ? sums[i] - sums[i - 1] : sums[0]; }

static uint64_t mix(uint64_t *state) /* splitmix64 (G. L. Steele, D. Lea, C. H. Flood, OOPSLA 2014) */
{
    uint64_t z = *state += 0x9e3779b97f4a7c15u;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
}

static uint32_t draw(const double *sums, size_t count, uint64_t *state)
{
    double at = (double)(mix(state) >> 11) / 9007199254740992.0 * sums[count - 1];
    size_t lo = 0, hi = count - 1;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (sums[mid] <= at) lo = mid + 1;
        else hi = mid;
    }
    return (uint32_t)lo;
}

/* ---- sums ---- */

static void add_product(uint64_t *hi, uint64_t *lo, uint64_t a, uint64_t b)
{
    uint64_t low = (a & 0xffffffffu) * b, high = (a >> 32) * b, before = *lo; /* b is below 2^32 */
    *lo += low;
    *hi += *lo < before;
    before = *lo;
    *lo += high << 32;
    *hi += (high >> 32) + (*lo < before);
}

static void arrive(worker *w, uint64_t units, uint32_t ms) { add_product(&w->ms_hi, &w->ms_lo, units, ms); }

static uint32_t cm_of(double metres) { return metres < 4e7 ? (uint32_t)(metres * 100.0 + 0.5) : 4000000000u; }

static void carry(flowing *f, worker *w, uint64_t *links, uint32_t link, uint64_t units, double part)
{
    links[link] += units;
    add_product(&w->cm_hi, &w->cm_lo, units, cm_of(part * f->net->edge_length_m[link >> 1]));
}

/* ---- paths ---- */

static cim_status put_path(cim_ctx *ctx, flowing *f, worker *w, uint64_t *links, const cim_net_place *from, const cim_net_place *to, uint64_t units)
{
    cim__ends starts, ends;
    cim_route_path path = { .time_ms = NO_WAY };
    uint32_t straight_ms, straight = cim__net_straight(f->costs, f->weights, from, to, &straight_ms);
    CIM__TRY(cim__net_ends(ctx, f->costs, f->weights, from, CIM_ROUTE_FORWARD, &starts));
    CIM__TRY(cim__net_ends(ctx, f->costs, f->weights, to, CIM_ROUTE_BACKWARD, &ends));
    if (starts.count && ends.count) {
        cim_status st = cim_route_path_find(ctx, f->metric, w->query, starts.end, starts.count, ends.end, ends.count, &path);
        if (st < 0 && st != CIM_ENOTFOUND) return st;
        if (st == CIM_ENOTFOUND) path.time_ms = NO_WAY;
    }
    cim__enter(ctx);
    if (straight != CIM_NONE && straight_ms <= path.time_ms) {
        carry(f, w, links, straight, units, cim__net_done(to, straight) - cim__net_done(from, straight));
        arrive(w, units, straight_ms);
        return CIM_OK;
    }
    if (path.time_ms >= NO_WAY) {
        w->unreachable += units;
        return CIM_OK;
    }
    uint32_t first = starts.links[path.start], last = f->net->arc_link[ends.links[path.end]];
    carry(f, w, links, first, units, 1.0 - cim__net_done(from, first));
    carry(f, w, links, last, units, cim__net_done(to, last));
    if (first == last) links[last] -= units; /* around the block: one trip all the same */
    for (uint32_t i = 0; i < path.arc_count; i++) carry(f, w, links, f->net->arc_link[path.arcs[i]], units, 1.0);
    arrive(w, units, path.time_ms);
    return CIM_OK;
}

/* ---- trees ---- */

/* The link on which the tree's way to a state starts. */
static uint32_t root_of(const flowing *f, const uint32_t *times, const cim__ends *starts, uint32_t state)
{
    for (uint32_t steps = 0; steps < f->net->state_count; steps++) {
        uint32_t start = cim__travel_started(times, starts->end, starts->count, state),
                 a = start == CIM_NONE ? cim__travel_arrived(f->net, f->weights, times, state) : CIM_NONE;
        if (start != CIM_NONE) return starts->links[start];
        if (a == CIM_NONE) return CIM_NONE;
        state = f->net->arc_tail[a];
    }
    return CIM_NONE;
}

/* The end of a tree's trip to a destination. */
static cim_status put_leaf(cim_ctx *ctx, flowing *f, worker *w, const cim_net_place *from, const cim__ends *starts, const cim_net_place *to, uint64_t units)
{
    cim__ends ends;
    uint32_t straight_ms, straight = cim__net_straight(f->costs, f->weights, from, to, &straight_ms), best = CIM_NONE;
    CIM__TRY(cim__net_ends(ctx, f->costs, f->weights, to, CIM_ROUTE_BACKWARD, &ends));
    uint32_t ms = cim__travel_least(w->times, ends.end, ends.count, &best);
    if (ms >= NO_WAY && straight == CIM_NONE) {
        w->unreachable += units;
        return CIM_OK;
    }
    arrive(w, units, straight_ms <= ms ? straight_ms : ms);
    if (straight_ms <= ms) {
        carry(f, w, w->one, straight, units, cim__net_done(to, straight) - cim__net_done(from, straight));
        return CIM_OK;
    }
    uint32_t last = f->net->arc_link[ends.links[best]];
    bool again = last >> 1 == from->edge && root_of(f, w->times, starts, ends.end[best].node) == last; /* around the block: one trip all the same */
    carry(f, w, w->one, last, units, cim__net_done(to, last));
    if (again) w->one[last] -= units;
    w->carried[ends.end[best].node] += units;
    return CIM_OK;
}

static cim_status sum_tree(cim_ctx *ctx, flowing *f, worker *w, const cim_net_place *from, const cim__ends *starts)
{
    size_t n = 0;
    for (uint32_t s = 0; s < f->net->state_count; s++)
        if (w->times[s] < NO_WAY) w->keyed[n++] = (cim__keyed){ w->times[s], s, 0 };
    cim__sort_keyed(w->keyed, w->keyed + f->net->state_count, n);
    for (size_t i = n; i-- > 0;) {
        uint32_t state = w->keyed[i].id, start;
        uint64_t units = w->carried[state];
        if (!units) continue;
        w->carried[state] = 0;
        start = cim__travel_started(w->times, starts->end, starts->count, state);
        uint32_t a = start == CIM_NONE ? cim__travel_arrived(f->net, f->weights, w->times, state) : CIM_NONE;
        if (start != CIM_NONE) {
            carry(f, w, w->one, starts->links[start], units, 1.0 - cim__net_done(from, starts->links[start]));
        } else if (a != CIM_NONE) {
            carry(f, w, w->one, f->net->arc_link[a], units, 1.0);
            w->carried[f->net->arc_tail[a]] += units;
        } else {
            return cim__fail(ctx, CIM_EINTERNAL, "no way back");
        }
    }
    return CIM_OK;
}

static uint64_t units_to(const flowing *f, size_t i, double share)
{
    return (uint64_t)(share * weight_of(f->destination_sums, i) / f->destination_sums[f->demand.destination_count - 1] * WHOLE + 0.5);
}

/* What a tree put on links, counted as one sample. */
static void take_one(const flowing *f, worker *w, double share)
{
    for (uint32_t l = 0; l < 2 * f->net->edge_count; l++) {
        if (!w->one[l]) continue;
        double part = fmin((double)w->one[l] / (share * WHOLE), 1.0);
        w->sum[l] += w->one[l];
        if (w->squares) w->squares[l] += (uint64_t)(part * part * SQUARE + 0.5);
        w->one[l] = 0;
    }
}

static cim_status put_paths(cim_ctx *ctx, flowing *f, worker *w, const cim_net_place *from, double share)
{
    for (size_t i = 0; i < f->demand.destination_count; i++) {
        uint64_t units = units_to(f, i, share);
        if (units) CIM__TRY(put_path(ctx, f, w, w->one, from, &f->demand.destinations[i], units));
    }
    take_one(f, w, share);
    return CIM_OK;
}

/* From an origin to one destination (of a pair) or to all. */
static cim_status put_tree(cim_ctx *ctx, flowing *f, worker *w, const cim_net_place *from, const cim_net_place *only, double share)
{
    cim__ends starts;
    cim_flow_demand *d = &f->demand;
    CIM__TRY(cim__net_ends(ctx, f->costs, f->weights, from, CIM_ROUTE_FORWARD, &starts));
    if (f->weightless) return put_paths(ctx, f, w, from, share);
    if (starts.count) CIM__TRY(cim__travel_times(ctx, f->costs, f->metric, w->query, CIM_ROUTE_FORWARD, starts.end, starts.count, NO_WAY, w->times));
    for (uint32_t s = 0; !starts.count && s < f->net->state_count; s++) w->times[s] = NO_WAY;
    cim__enter(ctx);
    if (only) CIM__TRY(put_leaf(ctx, f, w, from, &starts, only, (uint64_t)(share * WHOLE + 0.5)));
    for (size_t i = 0; !only && i < d->destination_count; i++) {
        uint64_t units = units_to(f, i, share);
        if (units) CIM__TRY(put_leaf(ctx, f, w, from, &starts, &d->destinations[i], units));
    }
    CIM__TRY(sum_tree(ctx, f, w, from, &starts));
    take_one(f, w, share);
    return CIM_OK;
}

/* ---- items ---- */

static cim_status one_pair(cim_ctx *ctx, flowing *f, worker *w, const cim_net_place *from, const cim_net_place *to, double share)
{
    return f->metric ? put_path(ctx, f, w, w->sum, from, to, (uint64_t)(share * WHOLE + 0.5)) : put_tree(ctx, f, w, from, to, share);
}

/* CHUNK pairs, given or drawn. */
static cim_status pairs(cim_ctx *ctx, uint32_t number, size_t item, void *user)
{
    flowing *f = user;
    const cim_flow_demand *d = &f->demand;
    size_t count = d->pairs ? d->pair_count : f->options.samples, end = (item + 1) * CHUNK < count ? (item + 1) * CHUNK : count;
    for (size_t i = item * CHUNK; i < end; i++) {
        uint64_t state = f->options.seed * 0x9e3779b97f4a7c15u ^ (i + 1) * 0xd1342543de82ef95u;
        uint32_t from = d->pairs ? d->pairs[i].from : draw(f->origin_sums, d->origin_count, &state),
                 to = d->pairs ? d->pairs[i].to : draw(f->destination_sums, d->destination_count, &state);
        CIM__TRY(
            one_pair(ctx, f, &f->workers[number], &d->origins[from], &d->destinations[to], d->pairs ? d->pairs[i].trips / f->pair_trips : 1.0 / (double)count));
    }
    return CIM_OK;
}

/* An origin, the next one or one that is drawn. */
static cim_status origin(cim_ctx *ctx, uint32_t number, size_t item, void *user)
{
    flowing *f = user;
    const cim_flow_demand *d = &f->demand;
    uint64_t state = f->options.seed * 0x9e3779b97f4a7c15u ^ (item + 1) * 0xd1342543de82ef95u;
    uint32_t from = f->options.samples ? draw(f->origin_sums, d->origin_count, &state) : (uint32_t)item;
    double share = f->options.samples ? 1.0 / (double)f->options.samples : weight_of(f->origin_sums, item) / f->origin_sums[d->origin_count - 1];
    return share > 0.0 ? put_tree(ctx, f, &f->workers[number], &d->origins[from], NULL, share) : CIM_OK;
}

/* ---- all of it ---- */

static cim_status check_places(cim_ctx *ctx, const cim_net *net, const cim_net_place *places, size_t count)
{
    if (!count || !places || count > 0x7fffffffu) return cim__fail(ctx, CIM_EARG, "no origins or no destinations");
    for (size_t i = 0; i < count; i++)
        if (places[i].edge >= net->edge_count || !(places[i].fraction >= 0.0 && places[i].fraction <= 1.0))
            return cim__fail(ctx, CIM_EARG, "place %zu is none of the net", i);
    return CIM_OK;
}

static cim_status check_demand(flowing *f)
{
    const cim_flow_demand *d = &f->demand;
    CIM__TRY(check_places(f->ctx, f->net, d->origins, d->origin_count));
    CIM__TRY(check_places(f->ctx, f->net, d->destinations, d->destination_count));
    if (!(d->trips >= 0.0) || !isfinite(d->trips) || f->options.mode > CIM_FLOW_TREES) return cim__fail(f->ctx, CIM_EARG, "trips or mode is out of range");
    if (f->options.samples > 0x7fffffffu) return cim__fail(f->ctx, CIM_ELIMIT, "too many samples");
    for (size_t i = 0; d->pairs && i < d->pair_count; i++) {
        const cim_flow_pair *p = &d->pairs[i];
        if (p->from >= d->origin_count || p->to >= d->destination_count || !(p->trips > 0.0) || !isfinite(p->trips))
            return cim__fail(f->ctx, CIM_EARG, "pair %zu is out of range", i);
        f->pair_trips += p->trips;
    }
    if (d->pairs && (!d->pair_count || !isfinite(f->pair_trips))) return cim__fail(f->ctx, CIM_EARG, "no pairs, or too many trips");
    if (d->pairs) return CIM_OK;
    CIM__TRY(sum_weights(f, d->origin_weights, d->origin_count, &f->origin_sums));
    return sum_weights(f, d->destination_weights, d->destination_count, &f->destination_sums);
}

static cim_status make_worker(flowing *f, worker *w, bool trees)
{
    cim__mem *mem = f->ctx->mem;
    size_t links = 2 * (size_t)f->net->edge_count + 1, states = (size_t)f->net->state_count + 1;
    if (f->metric) CIM__TRY(cim_route_query_new(f->ctx, f->metric->hierarchy, &w->query));
    w->sum = cim__zalloc_n(mem, links, sizeof *w->sum);
    if (!w->sum) return cim__nomem(f->ctx);
    if (!trees) return CIM_OK;
    w->one = cim__zalloc_n(mem, links, sizeof *w->one);
    w->carried = cim__zalloc_n(mem, states, sizeof *w->carried);
    w->times = cim__alloc_n(mem, states, sizeof *w->times);
    w->keyed = cim__alloc_n(mem, 2 * states, sizeof *w->keyed);
    w->squares = f->options.samples ? cim__zalloc_n(mem, links, sizeof *w->squares) : NULL;
    return w->one && w->carried && w->times && w->keyed && (w->squares || !f->options.samples) ? CIM_OK : cim__nomem(f->ctx);
}

static void free_workers(flowing *f)
{
    for (uint32_t i = 0; i < f->worker_count; i++) {
        worker *w = &f->workers[i];
        void *arrays[] = { w->sum, w->squares, w->one, w->carried, w->times, w->keyed };
        for (size_t k = 0; k < sizeof arrays / sizeof *arrays; k++) cim__free(f->ctx->mem, arrays[k]);
        cim_route_query_free(w->query);
    }
    cim__free(f->ctx->mem, f->origin_sums);
    cim__free(f->ctx->mem, f->destination_sums);
}

static cim_status run_items(flowing *f, bool trees)
{
    size_t count = f->demand.pairs ? f->demand.pair_count : (size_t)f->options.samples;
    size_t items = trees ? (f->options.samples ? (size_t)f->options.samples : f->demand.origin_count) : (count + CHUNK - 1) / CHUNK;
    uint32_t wanted = f->ctx->threads < CIM__WORKERS ? f->ctx->threads : CIM__WORKERS;
    if (wanted > items) wanted = (uint32_t)items;
    for (; f->worker_count < (wanted ? wanted : 1); f->worker_count++) {
        cim_status st = make_worker(f, &f->workers[f->worker_count], trees || !f->metric);
        if (st < 0) f->worker_count++;
        if (st < 0) return st;
    }
    return cim__par_run(f->ctx, items, "counting trips", trees ? origin : pairs, f);
}

/* ---- the result ---- */

static double mean(const flowing *f, bool time, double arrived)
{
    double sum = 0.0;
    for (uint32_t i = 0; i < f->worker_count; i++) {
        const worker *w = &f->workers[i];
        sum += time ? (double)w->ms_hi * 18446744073709551616.0 + (double)w->ms_lo : (double)w->cm_hi * 18446744073709551616.0 + (double)w->cm_lo;
    }
    return arrived > 0.0 ? sum / (arrived * WHOLE) : 0.0;
}

/* Sums of 128 bits in the same order whatever the workers were. */
static void merge(flowing *f)
{
    worker *first = &f->workers[0];
    for (uint32_t i = 1; i < f->worker_count; i++) {
        worker *w = &f->workers[i];
        for (uint32_t l = 0; l < 2 * f->net->edge_count; l++) {
            first->sum[l] += w->sum[l];
            if (first->squares) first->squares[l] += w->squares[l];
        }
        first->unreachable += w->unreachable;
        first->ms_lo += w->ms_lo;
        first->ms_hi += w->ms_hi + (first->ms_lo < w->ms_lo);
        first->cm_lo += w->cm_lo;
        first->cm_hi += w->cm_hi + (first->cm_lo < w->cm_lo);
        w->ms_lo = w->ms_hi = w->cm_lo = w->cm_hi = 0;
    }
}

static cim_status fill(flowing *f, cim_flow *flow)
{
    const worker *w = &f->workers[0];
    double n = (double)f->options.samples;
    size_t links = 2 * (size_t)f->net->edge_count;
    merge(f);
    flow->link_count = (uint32_t)links;
    flow->trips = f->demand.pairs ? f->pair_trips : f->demand.trips > 0.0 ? f->demand.trips : 1.0;
    flow->unreachable = (double)w->unreachable / WHOLE * flow->trips;
    flow->samples = f->demand.pairs ? 0 : f->options.samples;
    flow->time_s = mean(f, true, 1.0 - (double)w->unreachable / WHOLE) / 1000.0;
    flow->length_m = mean(f, false, 1.0 - (double)w->unreachable / WHOLE) / 100.0;
    flow->link_trips = cim__alloc_n(flow->mem, links + 1, sizeof(double));
    flow->link_error = flow->samples ? cim__alloc_n(flow->mem, links + 1, sizeof(double)) : NULL;
    if (!flow->link_trips || (flow->samples && !flow->link_error)) return cim__nomem(f->ctx);
    for (size_t l = 0; l < links; l++) {
        double p = (double)w->sum[l] / WHOLE,
               square = w->squares ? (double)w->squares[l] / SQUARE / n : p; /* a pair uses a link or not: its square is itself */
        flow->link_trips[l] = p * flow->trips;
        if (flow->samples) flow->link_error[l] = n > 1.0 ? sqrt(fmax(0.0, square - p * p) / (n - 1.0)) * flow->trips : HUGE_VAL;
    }
    return CIM_OK;
}

static cim_status run(flowing *f, cim_flow *flow)
{
    CIM__TRY(check_demand(f));
    bool trees = !f->demand.pairs && (!f->options.samples || f->options.mode == CIM_FLOW_TREES);
    if (f->demand.pairs) f->options.samples = 0;
    for (uint32_t a = 0; trees && a < f->net->arc_count && !f->weightless; a++) f->weightless = !f->weights[a];
    CIM__TRY(run_items(f, trees));
    return fill(f, flow);
}

cim_status cim_flow_run(cim_ctx *ctx, const cim_net_costs *costs, const cim_route_metric *metric, const cim_flow_demand *demand,
                        const cim_flow_options *options, cim_flow **flow_out)
{
    cim__enter(ctx);
    if (!costs || !demand) return cim__fail(ctx, CIM_EARG, "no costs or no demand");
    flowing f = { .ctx = ctx,
                  .costs = costs,
                  .net = costs->net,
                  .metric = metric,
                  .weights = cim__net_weights(costs, metric),
                  .demand = CIM_FLOW_DEMAND_INIT,
                  .options = CIM_FLOW_OPTIONS_INIT };
    CIM__TRY(cim__opts(ctx, &f.demand, sizeof f.demand, demand, "demand"));
    CIM__TRY(cim__opts(ctx, &f.options, sizeof f.options, options, "flow options"));
    CIM__TRY(cim__net_metric_fits(ctx, costs, metric));
    cim_flow *flow = cim__zalloc(ctx->mem, sizeof *flow);
    if (!flow) return cim__nomem(ctx);
    flow->mem = cim__mem_ref(ctx->mem);
    cim_status st = run(&f, flow);
    free_workers(&f);
    if (st < 0) cim_flow_free(flow);
    else *flow_out = flow;
    return st < 0 ? st : CIM_OK;
}

void cim_flow_free(cim_flow *flow)
{
    if (!flow) return;
    cim__mem *mem = flow->mem;
    cim__free(mem, flow->link_trips);
    cim__free(mem, flow->link_error);
    cim__free(mem, flow);
    cim__mem_unref(mem);
}

cim_status cim_flow_get(cim_ctx *ctx, const cim_flow *flow, cim_flow_view *view_out)
{
    cim__enter(ctx);
    cim_flow_view v = { sizeof v, flow->link_count, 0, flow->link_trips, flow->link_error, flow->trips, flow->unreachable, flow->time_s, flow->length_m,
                        flow->samples };
    return cim__view_copy(ctx, view_out, &v, sizeof v);
}
