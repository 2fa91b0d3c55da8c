/* service.c - who is served: times or lengths from all facilities to all demands, in blocks of demands, of which the least counts. */
#include "serve/serve.h"

#include "cim/matrix.h"

static const uint32_t NO_WAY = CIM_ROUTE_UNREACHABLE_MS;
enum { BLOCK = 1 << 24, MOST_PAIRS = 1 << 29 };

struct cim_service {
    cim__mem *mem;
    cim_service_view view;
    uint32_t *nearest, *costs, *limits, *served_counts, *unserved;
    double *served_weights, *district_weights, *district_served, *catchments;
    cim_serve_assignment *assignment;
};

void cim_service_free(cim_service *s)
{
    if (!s) return;
    cim__mem *mem = s->mem;
    void *arrays[] = { s->nearest, s->costs, s->limits, s->served_counts, s->unserved, s->served_weights, s->district_weights, s->district_served, s->catchments };
    for (size_t k = 0; k < sizeof arrays / sizeof *arrays; k++) cim__free(mem, arrays[k]);
    cim_serve_assignment_free(s->assignment);
    cim__free(mem, s);
    cim__mem_unref(mem);
}

cim_status cim_service_get(cim_ctx *ctx, const cim_service *s, cim_service_view *view_out)
{
    cim__enter(ctx);
    if (!s) return cim__fail(ctx, CIM_EARG, "no service coverage");
    cim_service_view view = s->view;
    return cim__view_copy(ctx, view_out, &view, sizeof view);
}

static double weight_of(const cim_service_task *t, uint32_t i) { return t->weights ? t->weights[i] : 1.0; }

static cim_status check(cim_ctx *ctx, const cim_service_task *t)
{
    if ((t->facility_count && !t->facilities) || (t->demand_count && !t->demands)) return cim__fail(ctx, CIM_EARG, "no places");
    if (t->direction != CIM_ROUTE_FORWARD && t->direction != CIM_ROUTE_BACKWARD) return cim__fail(ctx, CIM_EARG, "direction %d", t->direction);
    if (t->limit_count > CIM_SERVICE_LIMITS || (t->limit_count && !t->limits)) return cim__fail(ctx, CIM_EARG, "%u limits", t->limit_count);
    for (uint32_t k = 1; k < t->limit_count; k++)
        if (t->limits[k] <= t->limits[k - 1]) return cim__fail(ctx, CIM_EARG, "limit %u is not above the one before", k);
    for (uint32_t i = 0; t->weights && i < t->demand_count; i++)
        if (!(t->weights[i] >= 0.0 && t->weights[i] < 1e100)) return cim__fail(ctx, CIM_EARG, "the weight of demand %u is below 0 or no number", i);
    for (uint32_t i = 0; t->districts && i < t->demand_count; i++)
        if (t->districts[i] != CIM_NONE && t->districts[i] >= t->district_count)
            return cim__fail(ctx, CIM_EARG, "demand %u is in district %u of %u", i, t->districts[i], t->district_count);
    if (t->capacities && (uint64_t)t->facility_count * t->demand_count > MOST_PAIRS)
        return cim__fail(ctx, CIM_ELIMIT, "%u facilities with capacities and %u demands", t->facility_count, t->demand_count);
    return CIM_OK;
}

static cim_status room_for(cim_ctx *ctx, const cim_service_task *t, cim_service *s)
{
    size_t d = (size_t)t->demand_count + 1, limits = (size_t)t->limit_count + 1, districts = (size_t)t->district_count + 1;
    struct { void **at; size_t count, size; } rooms[] = {
        { (void **)&s->nearest, d, 4 }, { (void **)&s->costs, d, 4 }, { (void **)&s->limits, limits, 4 }, { (void **)&s->served_counts, limits, 4 },
        { (void **)&s->unserved, d, 4 }, { (void **)&s->served_weights, limits, 8 }, { (void **)&s->district_weights, districts, 8 },
        { (void **)&s->district_served, districts * limits, 8 }, { (void **)&s->catchments, (size_t)t->facility_count + 1, 8 },
    };
    for (size_t k = 0; k < sizeof rooms / sizeof *rooms; k++)
        if (!(*rooms[k].at = cim__zalloc_n(s->mem, rooms[k].count, rooms[k].size))) return cim__nomem(ctx);
    if (t->limit_count) memcpy(s->limits, t->limits, t->limit_count * sizeof *s->limits);
    for (uint32_t i = 0; i < t->demand_count; i++) s->nearest[i] = CIM_NONE, s->costs[i] = NO_WAY;
    return CIM_OK;
}

/* The matrix of a block, facility by facility; of the other direction it comes demand by demand and is turned. */
static cim_status block(cim_ctx *ctx, const cim_net_costs *costs, const cim_route_metric *metric, const cim_service_task *t, uint32_t from, uint32_t count,
                        uint32_t *out, uint32_t *turned)
{
    const cim_net_place *demands = t->demands + from;
    if (t->direction == CIM_ROUTE_FORWARD) return cim_net_matrix(ctx, costs, metric, t->facilities, t->facility_count, demands, count, out);
    CIM__TRY(cim_net_matrix(ctx, costs, metric, demands, count, t->facilities, t->facility_count, turned));
    for (uint32_t i = 0; i < count; i++)
        for (uint32_t j = 0; j < t->facility_count; j++) out[(size_t)j * count + i] = turned[(size_t)i * t->facility_count + j];
    return CIM_OK;
}

static cim_status find_nearest(cim_ctx *ctx, const cim_net_costs *costs, const cim_route_metric *metric, const cim_service_task *t, cim_service *s,
                               uint32_t *all)
{
    uint32_t f = t->facility_count, step = all ? t->demand_count : f ? BLOCK / f + 1 : 1;
    if (step > t->demand_count) step = t->demand_count;
    uint32_t *rows = all ? all : cim__alloc_n(ctx->mem, (size_t)step * f + 1, sizeof *rows), *turned = NULL;
    cim_status st = rows ? CIM_OK : cim__nomem(ctx);
    if (st >= 0 && t->direction == CIM_ROUTE_BACKWARD && !(turned = cim__alloc_n(ctx->mem, (size_t)step * f + 1, sizeof *turned))) st = cim__nomem(ctx);
    for (uint32_t from = 0; st >= 0 && f && from < t->demand_count; from += step) {
        uint32_t count = t->demand_count - from < step ? t->demand_count - from : step;
        st = block(ctx, costs, metric, t, from, count, rows, turned);
        for (uint32_t j = 0; st >= 0 && j < f; j++)
            for (uint32_t i = 0; i < count; i++) {
                uint32_t cost = rows[(size_t)j * count + i];
                if (cost < s->costs[from + i]) s->costs[from + i] = cost, s->nearest[from + i] = j;
            }
    }
    if (!all) cim__free(ctx->mem, rows);
    cim__free(ctx->mem, turned);
    return st;
}

static void count_up(const cim_service_task *t, cim_service *s)
{
    cim_service_view *v = &s->view;
    uint32_t last = t->limit_count ? t->limits[t->limit_count - 1] : NO_WAY - 1;
    double reached = 0.0, sum = 0.0;
    v->farthest = CIM_NONE;
    for (uint32_t i = 0; i < t->demand_count; i++) {
        double w = weight_of(t, i);
        uint32_t cost = s->costs[i], district = t->districts ? t->districts[i] : CIM_NONE;
        v->weight += w;
        if (district != CIM_NONE) s->district_weights[district] += w;
        for (uint32_t k = 0; k < t->limit_count; k++) {
            if (cost > t->limits[k] || cost >= NO_WAY) continue;
            s->served_counts[k]++;
            s->served_weights[k] += w;
            if (district != CIM_NONE) s->district_served[(size_t)district * t->limit_count + k] += w;
        }
        if (cost > last) s->unserved[v->unserved_count++] = i;
        else s->catchments[s->nearest[i]] += w;
        if (cost >= NO_WAY) {
            v->unreachable_count++;
            continue;
        }
        reached += w, sum += w * cost;
        if (v->farthest == CIM_NONE || cost > v->most) v->farthest = i, v->most = cost;
    }
    v->mean = reached > 0.0 ? sum / reached : NAN;
}

static cim_status run(cim_ctx *ctx, const cim_net_costs *costs, const cim_route_metric *metric, const cim_service_task *t, cim_service *s)
{
    cim_service_view *v = &s->view;
    uint32_t *all = NULL;
    CIM__TRY(room_for(ctx, t, s));
    if (t->capacities && !(all = cim__alloc_n(ctx->mem, (size_t)t->facility_count * t->demand_count + 1, sizeof *all))) return cim__nomem(ctx);
    cim_status st = find_nearest(ctx, costs, metric, t, s, all);
    if (st >= 0 && all) {
        cim_serve_assign_options o = CIM_SERVE_ASSIGN_OPTIONS_INIT;
        o.whole = t->whole;
        st = cim_serve_assign(ctx, t->facility_count, t->demand_count, all, t->weights, t->capacities,
                              t->limit_count ? t->limits[t->limit_count - 1] : NO_WAY, &o, &s->assignment);
    }
    cim__free(ctx->mem, all);
    if (st < 0) return st;
    count_up(t, s);
    v->facility_count = t->facility_count, v->demand_count = t->demand_count, v->limit_count = t->limit_count, v->district_count = t->district_count;
    v->nearest = s->nearest, v->costs = s->costs, v->limits = s->limits, v->served_counts = s->served_counts, v->served_weights = s->served_weights;
    v->district_weights = s->district_weights, v->district_served = s->district_served, v->unserved = s->unserved, v->catchments = s->catchments;
    v->assignment = s->assignment;
    return CIM_OK;
}

cim_status cim_service_run(cim_ctx *ctx, const cim_net_costs *costs, const cim_route_metric *metric, const cim_service_task *task, cim_service **service_out)
{
    cim_service_task t = CIM_SERVICE_TASK_INIT;
    cim__enter(ctx);
    if (!costs || !task || !service_out) return cim__fail(ctx, CIM_EARG, "no costs or no task, or nothing to fill");
    CIM__TRY(cim__opts(ctx, &t, sizeof t, task, "service task"));
    CIM__TRY(check(ctx, &t));
    cim_service *s = cim__zalloc(ctx->mem, sizeof *s);
    if (!s) return cim__nomem(ctx);
    s->mem = cim__mem_ref(ctx->mem);
    cim_status st = run(ctx, costs, metric, &t, s);
    if (st < 0) cim_service_free(s);
    else *service_out = s;
    return st;
}
