/* reach.c - who reaches whom, as lists; and plans on them, which are looked at again in the city. */
#include "serve/serve.h"

#include "cim/dispatch.h"
#include "cim/matrix.h"

static const uint32_t NO_WAY = CIM_ROUTE_UNREACHABLE_MS;
static const double FAR = 1e99; /* DISPERSION: no way from one site to another */
enum { BLOCK = 1 << 24 };

void cim_reach_free(cim_reach *r)
{
    if (!r) return;
    cim__mem *mem = r->mem;
    void *arrays[] = { r->miss, r->site_places, r->demand_places, r->site_xy, r->demand_xy, r->site_nodes, r->demand_nodes, r->sensors };
    for (size_t k = 0; k < sizeof arrays / sizeof *arrays; k++) cim__free(mem, arrays[k]);
    cim__buf_free(&r->first);
    cim__buf_free(&r->demands);
    cim__buf_free(&r->values);
    cim_net_costs_free(r->costs);
    cim_route_metric_free(r->metric);
    cim_trace_view_free(r->view);
    cim_utility_free(r->utility);
    cim__free(mem, r);
    cim__mem_unref(mem);
}

cim_status cim__reach_new(cim_ctx *ctx, uint32_t n, uint32_t m, cim_reach **out)
{
    if (n > CIM_PLACE_MAX_SITES || m > CIM_PLACE_MAX_DEMANDS) return cim__fail(ctx, CIM_EARG, "%u sites and %u demands are too many", n, m);
    cim_reach *r = cim__zalloc(ctx->mem, sizeof *r);
    if (!r) return cim__nomem(ctx);
    r->mem = cim__mem_ref(ctx->mem);
    r->n = n, r->m = m, r->has_values = true;
    r->first = r->demands = r->values = cim__buf_on(r->mem);
    *out = r;
    uint64_t zero = 0;
    cim__buf_put(&r->first, &zero, sizeof zero);
    return CIM_OK;
}

cim_status cim_reach_get(cim_ctx *ctx, const cim_reach *r, cim_reach_view *view_out)
{
    cim__enter(ctx);
    if (!r) return cim__fail(ctx, CIM_EARG, "nothing is reached");
    cim_reach_view v = { sizeof v, r->n, r->m, (const uint64_t *)(const void *)r->first.data, (const uint32_t *)(const void *)r->demands.data,
                         r->has_values ? (const double *)(const void *)r->values.data : NULL, r->miss };
    return cim__view_copy(ctx, view_out, &v, sizeof v);
}

static void list(cim_reach *r, uint32_t demand, double value)
{
    cim__buf_put(&r->demands, &demand, sizeof demand);
    cim__buf_put(&r->values, &value, sizeof value);
}

static cim_status end_row(cim_ctx *ctx, cim_reach *r)
{
    uint64_t count = CIM__COUNT(&r->demands, uint32_t);
    cim__buf_put(&r->first, &count, sizeof count);
    return r->first.failed || r->demands.failed || r->values.failed ? cim__nomem(ctx) : CIM_OK;
}

static cim_status finish(cim_reach *r, cim_status st, cim_reach **out)
{
    if (st < 0) cim_reach_free(r);
    else *out = r;
    return st < 0 ? st : CIM_OK;
}

/* ---- by road ---- */

/* Places that are on a street, and which they are. */
static size_t on_streets(const cim_net_place *from, uint32_t count, cim_net_place *places, uint32_t *which)
{
    size_t n = 0;
    for (uint32_t i = 0; i < count; i++)
        if (from[i].edge != CIM_NONE) places[n] = from[i], which[n++] = i;
    return n;
}

typedef struct pairs {
    cim_net_place *from, *to; /* sites, demands */
    uint32_t *site, *demand;
    size_t n, m;
    uint32_t *times, *turned;
} pairs;

static void pairs_free(cim__mem *mem, pairs *p)
{
    void *arrays[] = { p->from, p->to, p->site, p->demand, p->times, p->turned };
    for (size_t k = 0; k < sizeof arrays / sizeof *arrays; k++) cim__free(mem, arrays[k]);
}

static cim_status matrix(cim_ctx *ctx, const cim_reach *r, pairs *p, size_t from, size_t count)
{
    if (r->direction == CIM_ROUTE_FORWARD) return cim_net_matrix(ctx, r->costs, r->metric, p->from + from, count, p->to, p->m, p->times);
    CIM__TRY(cim_net_matrix(ctx, r->costs, r->metric, p->to, p->m, p->from + from, count, p->turned));
    for (size_t i = 0; i < p->m; i++)
        for (size_t j = 0; j < count; j++) p->times[j * p->m + i] = p->turned[i * count + j];
    return CIM_OK;
}

static cim_status road_rows(cim_ctx *ctx, cim_reach *r, pairs *p)
{
    size_t step = p->m ? BLOCK / p->m + 1 : 1, at = 0;
    if (step > p->n) step = p->n;
    p->times = cim__alloc_n(ctx->mem, step * p->m + 1, sizeof *p->times);
    p->turned = r->direction == CIM_ROUTE_FORWARD ? NULL : cim__alloc_n(ctx->mem, step * p->m + 1, sizeof *p->turned);
    if (!p->times || (r->direction != CIM_ROUTE_FORWARD && !p->turned)) return cim__nomem(ctx);
    for (uint32_t j = 0; j < r->n; j++) {
        if (at < p->n && p->site[at] == j) {
            if (at % step == 0 && p->m) CIM__TRY(matrix(ctx, r, p, at, p->n - at < step ? p->n - at : step));
            const uint32_t *row = p->times + at++ % step * p->m;
            for (size_t i = 0; i < p->m; i++)
                if (row[i] < NO_WAY && row[i] <= r->limit) list(r, p->demand[i], row[i]);
        }
        CIM__TRY(end_row(ctx, r));
    }
    return CIM_OK;
}

static cim_status road(cim_ctx *ctx, cim_reach *r, const cim_net_place *sites, const cim_net_place *demands)
{
    pairs p = { NULL };
    r->site_places = cim__alloc_n(r->mem, (size_t)r->n + 1, sizeof *sites);
    r->demand_places = cim__alloc_n(r->mem, (size_t)r->m + 1, sizeof *demands);
    p.from = cim__alloc_n(ctx->mem, (size_t)r->n + 1, sizeof *p.from);
    p.to = cim__alloc_n(ctx->mem, (size_t)r->m + 1, sizeof *p.to);
    p.site = cim__alloc_n(ctx->mem, (size_t)r->n + 1, sizeof *p.site);
    p.demand = cim__alloc_n(ctx->mem, (size_t)r->m + 1, sizeof *p.demand);
    cim_status st = r->site_places && r->demand_places && p.from && p.to && p.site && p.demand ? CIM_OK : cim__nomem(ctx);
    if (st >= 0) {
        if (r->n) memcpy(r->site_places, sites, r->n * sizeof *sites);
        if (r->m) memcpy(r->demand_places, demands, r->m * sizeof *demands);
        p.n = on_streets(sites, r->n, p.from, p.site);
        p.m = on_streets(demands, r->m, p.to, p.demand);
        st = road_rows(ctx, r, &p);
    }
    pairs_free(ctx->mem, &p);
    return st;
}

cim_status cim_reach_road(cim_ctx *ctx, cim_net_costs *costs, cim_route_metric *metric, const cim_net_place *sites, uint32_t site_count,
                          const cim_net_place *demands, uint32_t demand_count, int32_t direction, uint32_t limit, cim_reach **reach_out)
{
    cim_reach *r;
    cim__enter(ctx);
    if (!costs || !reach_out || (site_count && !sites) || (demand_count && !demands)) return cim__fail(ctx, CIM_EARG, "no costs or no places, or nothing to fill");
    if (direction != CIM_ROUTE_FORWARD && direction != CIM_ROUTE_BACKWARD) return cim__fail(ctx, CIM_EARG, "direction %d", direction);
    CIM__TRY(cim__reach_new(ctx, site_count, demand_count, &r));
    r->costs = cim_net_costs_ref(costs);
    r->metric = metric ? cim_route_metric_ref(metric) : NULL;
    r->direction = direction, r->limit = limit;
    return finish(r, road(ctx, r, sites, demands), reach_out);
}

/* ---- straight ---- */

static cim_status check_xy(cim_ctx *ctx, const double *xy, uint32_t count, const char *what)
{
    for (uint32_t i = 0; i < count; i++)
        if (!isfinite(xy[2 * (size_t)i]) || !isfinite(xy[2 * (size_t)i + 1])) return cim__fail(ctx, CIM_EARG, "%s %u has no place", what, i);
    return CIM_OK;
}

static double straight(const cim_reach *r, uint32_t site, uint32_t demand)
{
    const double *a = r->site_xy + 2 * (size_t)site, *b = r->demand_xy + 2 * (size_t)demand;
    return hypot(a[0] - b[0], a[1] - b[1]);
}

static cim_status air_rows(cim_ctx *ctx, cim_reach *r)
{
    for (uint32_t j = 0; j < r->n; j++) {
        const double *a = r->site_xy + 2 * (size_t)j;
        for (uint32_t i = 0; i < r->m; i++) {
            const double *b = r->demand_xy + 2 * (size_t)i;
            if (fabs(a[0] - b[0]) > r->limit_m || fabs(a[1] - b[1]) > r->limit_m) continue;
            double far = straight(r, j, i);
            if (far <= r->limit_m) list(r, i, far);
        }
        CIM__TRY(end_row(ctx, r));
        if (j % 64 == 0) CIM__TRY(cim__tick(ctx, j, r->n, "distances"));
    }
    return CIM_OK;
}

cim_status cim_reach_air(cim_ctx *ctx, const double *sites, uint32_t site_count, const double *demands, uint32_t demand_count, double limit_m,
                         cim_reach **reach_out)
{
    cim_reach *r;
    cim__enter(ctx);
    if (!reach_out || (site_count && !sites) || (demand_count && !demands)) return cim__fail(ctx, CIM_EARG, "no places, or nothing to fill");
    if (!(limit_m >= 0.0)) return cim__fail(ctx, CIM_EARG, "a limit of %g m", limit_m);
    CIM__TRY(check_xy(ctx, sites, site_count, "site"));
    CIM__TRY(check_xy(ctx, demands, demand_count, "demand"));
    CIM__TRY(cim__reach_new(ctx, site_count, demand_count, &r));
    r->limit_m = limit_m;
    r->site_xy = cim__alloc_n(r->mem, (size_t)site_count + 1, 2 * sizeof(double));
    r->demand_xy = cim__alloc_n(r->mem, (size_t)demand_count + 1, 2 * sizeof(double));
    if (!r->site_xy || !r->demand_xy) return finish(r, cim__nomem(ctx), reach_out);
    if (site_count) memcpy(r->site_xy, sites, site_count * 2 * sizeof(double));
    if (demand_count) memcpy(r->demand_xy, demands, demand_count * 2 * sizeof(double));
    return finish(r, air_rows(ctx, r), reach_out);
}

/* ---- by sight ---- */

/* Which sensors are forbidden what they see. */
static cim_status violators(cim_ctx *ctx, const cim_cover_view *v, uint8_t **out)
{
    uint8_t *bad = cim__zalloc_n(ctx->mem, (size_t)v->sensor_count + 1, 1);
    if (!bad) return cim__nomem(ctx);
    for (uint32_t k = 0; k < v->violation_count; k++) bad[v->violations[k].sensor] = 1;
    *out = bad;
    return CIM_OK;
}

static cim_status sight_rows(cim_ctx *ctx, cim_reach *r, const cim_cover *coverage)
{
    cim_cover_view v = { .struct_size = sizeof v };
    uint8_t *bad = NULL;
    CIM__TRY(cim_cover_get(ctx, coverage, &v));
    CIM__TRY(violators(ctx, &v, &bad));
    cim_status st = CIM_OK;
    for (uint32_t j = 0; st >= 0 && j < r->n; j++) {
        for (uint64_t k = v.first[j]; !bad[j] && k < v.first[j + 1]; k++) list(r, v.targets[k], 0.0);
        st = end_row(ctx, r);
    }
    cim__free(ctx->mem, bad);
    return st;
}

static cim_status sight(cim_ctx *ctx, cim_reach *r, const cim_sensor *sensors)
{
    cim_cover *coverage = NULL;
    r->sensors = cim__alloc_n(r->mem, (size_t)r->n + 1, sizeof *sensors);
    if (!r->sensors) return cim__nomem(ctx);
    if (r->n) memcpy(r->sensors, sensors, r->n * sizeof *sensors);
    CIM__TRY(cim_cover_build(ctx, r->scene, r->sensors, r->n, r->targets, &r->cover, &coverage));
    cim_status st = sight_rows(ctx, r, coverage);
    cim_cover_free(coverage);
    return st;
}

cim_status cim_reach_sight(cim_ctx *ctx, cim_sight_scene *scene, const cim_sensor *sensors, uint32_t sensor_count, cim_targets *targets,
                           const cim_cover_options *options, cim_reach **reach_out)
{
    cim_reach *r;
    cim_cover_options o = CIM_COVER_OPTIONS_INIT;
    cim_targets_view t = { .struct_size = sizeof t };
    cim__enter(ctx);
    if (!reach_out || !targets || (sensor_count && !sensors)) return cim__fail(ctx, CIM_EARG, "no sensors or no targets, or nothing to fill");
    CIM__TRY(cim__opts(ctx, &o, sizeof o, options, "coverage options"));
    CIM__TRY(cim_targets_get(ctx, targets, &t));
    CIM__TRY(cim__reach_new(ctx, sensor_count, t.count, &r));
    o.struct_size = sizeof o;
    r->scene = scene, r->targets = targets, r->cover = o, r->has_values = false;
    return finish(r, sight(ctx, r, sensors), reach_out);
}

static cim_status sight_again(cim_ctx *ctx, const cim_reach *r, const uint32_t *sites, size_t count, double *values)
{
    cim_cover *coverage = NULL;
    cim_cover_view v = { .struct_size = sizeof v };
    uint8_t *bad = NULL;
    cim_sensor *chosen = cim__alloc_n(ctx->mem, count + 1, sizeof *chosen);
    if (!chosen) return cim__nomem(ctx);
    for (size_t k = 0; k < count; k++) chosen[k] = r->sensors[sites[k]];
    cim_status st = cim_cover_build(ctx, r->scene, chosen, count, r->targets, &r->cover, &coverage);
    if (st >= 0) st = cim_cover_get(ctx, coverage, &v);
    if (st >= 0) st = violators(ctx, &v, &bad);
    for (size_t j = 0; st >= 0 && j < count; j++)
        for (uint64_t k = v.first[j]; !bad[j] && k < v.first[j + 1]; k++) values[j * r->m + v.targets[k]] = 0.0;
    cim__free(ctx->mem, bad);
    cim__free(ctx->mem, chosen);
    cim_cover_free(coverage);
    return st;
}

/* ---- rows of others ---- */

cim_status cim_reach_rows(cim_ctx *ctx, uint32_t site_count, uint32_t demand_count, const uint64_t *first, const uint32_t *demands, const double *values,
                          cim_reach_row_fn again, void *user, cim_reach **reach_out)
{
    cim_reach *r;
    cim__enter(ctx);
    if (!reach_out || !first || (first[site_count] && !demands)) return cim__fail(ctx, CIM_EARG, "no lists, or nothing to fill");
    for (uint32_t j = 0; j < site_count; j++)
        if (first[j] > first[j + 1]) return cim__fail(ctx, CIM_EARG, "the list of site %u ends before it begins", j);
    CIM__TRY(cim__reach_new(ctx, site_count, demand_count, &r));
    r->has_values = values != NULL, r->again = again, r->user = user;
    cim_status st = CIM_OK;
    for (uint32_t j = 0; st >= 0 && j < site_count; j++) {
        for (uint64_t k = first[j]; k < first[j + 1]; k++) list(r, demands[k], values ? values[k] : 0.0);
        st = end_row(ctx, r);
    }
    return finish(r, st, reach_out);
}

/* ---- a plan, and its rows anew ---- */

/* Who is reached from each chosen site, as a matrix of values: -1 is not. */
static cim_status road_again(cim_ctx *ctx, const cim_reach *r, const uint32_t *sites, size_t count, double *values)
{
    cim_fleet *fleet = NULL;
    cim_net_place *chosen = cim__alloc_n(ctx->mem, count + 1, sizeof *chosen), *to = cim__alloc_n(ctx->mem, (size_t)r->m + 1, sizeof *to);
    uint32_t *column = cim__alloc_n(ctx->mem, count + 1, sizeof *column), *which = cim__alloc_n(ctx->mem, (size_t)r->m + 1, sizeof *which), *times = NULL;
    size_t n = 0, m = 0;
    cim_status st = chosen && to && column && which ? CIM_OK : cim__nomem(ctx);
    for (size_t k = 0; st >= 0 && k < count; k++)
        if (r->site_places[sites[k]].edge != CIM_NONE) chosen[n] = r->site_places[sites[k]], column[n++] = (uint32_t)k;
    if (st >= 0) m = on_streets(r->demand_places, r->m, to, which);
    int32_t back = r->direction == CIM_ROUTE_FORWARD ? CIM_ROUTE_BACKWARD : CIM_ROUTE_FORWARD; /* a fleet that goes to the place, or is gone to */
    if (st >= 0) st = cim_fleet_build(ctx, r->costs, r->metric, NULL, chosen, n, back, &fleet);
    if (st >= 0 && !(times = cim__alloc_n(ctx->mem, n * m + 1, sizeof *times))) st = cim__nomem(ctx);
    if (st >= 0 && n && m) st = cim_fleet_matrix(ctx, fleet, to, m, times);
    for (size_t i = 0; st >= 0 && i < m; i++)
        for (size_t k = 0; k < n; k++) {
            uint32_t ms = times[i * n + k];
            if (ms < NO_WAY && ms <= r->limit) values[(size_t)column[k] * r->m + which[i]] = ms;
        }
    cim_fleet_free(fleet);
    void *arrays[] = { chosen, to, column, which, times };
    for (size_t k = 0; k < sizeof arrays / sizeof *arrays; k++) cim__free(ctx->mem, arrays[k]);
    return st;
}

static cim_status rows_again(cim_ctx *ctx, const cim_reach *r, const uint32_t *sites, size_t count, double *values)
{
    uint32_t *demands = cim__alloc_n(ctx->mem, (size_t)r->m + 1, sizeof *demands);
    double *row = cim__alloc_n(ctx->mem, (size_t)r->m + 1, sizeof *row);
    cim_status st = demands && row ? CIM_OK : cim__nomem(ctx);
    for (size_t k = 0; st >= 0 && k < count; k++) {
        uint32_t n = 0;
        st = r->again(ctx, r->user, sites[k], demands, row, &n);
        for (uint32_t e = 0; st >= 0 && e < n && e < r->m; e++)
            if (demands[e] < r->m) values[k * r->m + demands[e]] = r->has_values ? row[e] : 0.0;
    }
    cim__free(ctx->mem, demands);
    cim__free(ctx->mem, row);
    return st;
}

static cim_status again(cim_ctx *ctx, const cim_reach *r, const uint32_t *sites, size_t count, double *values)
{
    for (size_t k = 0; k < count * r->m; k++) values[k] = -1.0;
    if (r->costs) return road_again(ctx, r, sites, count, values);
    if (r->targets) return sight_again(ctx, r, sites, count, values);
    if (r->view) return cim__reach_water_again(ctx, r, sites, count, values);
    if (r->again) return rows_again(ctx, r, sites, count, values);
    for (size_t k = 0; r->site_xy && k < count; k++)
        for (uint32_t i = 0; i < r->m; i++) {
            double far = straight(r, sites[k], i);
            if (far <= r->limit_m) values[k * r->m + i] = far;
        }
    return CIM_OK;
}

static bool wants_values(uint32_t kind) { return kind == CIM_PLACE_MEDIAN || kind == CIM_PLACE_CENTER || kind == CIM_PLACE_IMPACT; }

/* The problem with the chosen sites alone, of which all are in the plan. */
static cim_status value_again(cim_ctx *ctx, const cim_reach *r, const cim_place_problem *problem, const cim_place_result *plan, const double *values,
                              double *value_out)
{
    cim_place_problem p = *problem;
    cim__buf first = cim__buf_on(ctx->mem), demands = cim__buf_on(ctx->mem), row = cim__buf_on(ctx->mem);
    uint32_t *all = cim__alloc_n(ctx->mem, (size_t)plan->count + 1, sizeof *all);
    double *costs = cim__alloc_n(ctx->mem, (size_t)plan->count + 1, sizeof *costs);
    uint64_t count = 0;
    cim__buf_put(&first, &count, sizeof count);
    for (uint32_t k = 0; all && costs && k < plan->count; k++) {
        all[k] = k, costs[k] = problem->costs ? problem->costs[plan->sites[k]] : 1.0;
        for (uint32_t i = 0; i < r->m; i++) {
            double value = values[(size_t)k * r->m + i];
            if (value < 0.0) continue;
            cim__buf_put(&demands, &i, sizeof i);
            cim__buf_put(&row, &value, sizeof value);
            count++;
        }
        cim__buf_put(&first, &count, sizeof count);
    }
    p.site_count = plan->count, p.first = (const uint64_t *)(const void *)first.data, p.demands = (const uint32_t *)(const void *)demands.data;
    p.values = wants_values(p.kind) ? (const double *)(const void *)row.data : NULL, p.matrix = NULL, p.costs = costs, p.flags = NULL, p.site_group_count = 0;
    cim_status st = all && costs && !first.failed && !demands.failed && !row.failed ? CIM_OK : cim__nomem(ctx);
    if (st >= 0) st = cim_place_value(ctx, &p, all, plan->count, value_out);
    cim__buf_free(&first);
    cim__buf_free(&demands);
    cim__buf_free(&row);
    cim__free(ctx->mem, all);
    cim__free(ctx->mem, costs);
    return st;
}

/* Demands that are left out on request make a COVER_ALL or a CENTER infinite again. */
static cim_status look_again(cim_ctx *ctx, const cim_reach *r, const cim_place_problem *p, const cim_place_plan *plan)
{
    cim_place_result v = { .struct_size = sizeof v };
    double value = 0.0, *values;
    CIM__TRY(cim_place_plan_get(ctx, plan, &v));
    if (v.left_out && p->kind != CIM_PLACE_COVER_MOST && p->kind != CIM_PLACE_IMPACT) return CIM_OK;
    if (!(values = cim__alloc_n(ctx->mem, (size_t)v.count * r->m + 1, sizeof *values))) return cim__nomem(ctx);
    cim_status st = again(ctx, r, v.sites, v.count, values);
    if (st >= 0) st = value_again(ctx, r, p, &v, values, &value);
    if (st >= 0 && !(value == v.value || fabs(value - v.value) <= 1e-9 * (fabs(value) + fabs(v.value))))
        st = cim__fail(ctx, CIM_EINTERNAL, "the plan is worth %.17g in the city, and %.17g in the lists", value, v.value);
    cim__free(ctx->mem, values);
    return st;
}

/* Distances between sites that are the demands, too. */
static cim_status square(cim_ctx *ctx, const cim_reach *r, double **matrix_out)
{
    size_t n = r->n;
    if (r->n != r->m) return cim__fail(ctx, CIM_EARG, "DISPERSION wants the same places as sites and as demands");
    if (n * n > (size_t)1 << 31) return cim__fail(ctx, CIM_ELIMIT, "%zu sites are too many for DISPERSION", n);
    double *far = cim__alloc_n(ctx->mem, n * n + 1, sizeof *far);
    if (!far) return cim__nomem(ctx);
    for (size_t k = 0; k < n * n; k++) far[k] = FAR;
    for (uint32_t j = 0; j < r->n; j++)
        for (uint64_t k = CIM__AT(&r->first, uint64_t, j); k < CIM__AT(&r->first, uint64_t, j + 1); k++) {
            uint32_t i = CIM__AT(&r->demands, uint32_t, k);
            double value = CIM__AT(&r->values, double, k);
            if (value < far[j * n + i]) far[j * n + i] = value;
            if (value < far[i * n + j]) far[i * n + j] = value;
        }
    *matrix_out = far;
    return CIM_OK;
}

cim_status cim_reach_place(cim_ctx *ctx, const cim_reach *r, const cim_place_problem *problem, const cim_place_options *options, cim_place_plan **plan_out)
{
    cim_place_problem p = CIM_PLACE_PROBLEM_INIT;
    cim_place_plan *plan = NULL;
    double *far = NULL;
    cim__enter(ctx);
    if (!r || !problem || !plan_out) return cim__fail(ctx, CIM_EARG, "nothing is reached or no problem, or nothing to fill");
    CIM__TRY(cim__opts(ctx, &p, sizeof p, problem, "problem"));
    if (wants_values(p.kind) && !r->has_values) return cim__fail(ctx, CIM_EARG, "this kind of problem wants values, and there are none");
    p.site_count = r->n, p.demand_count = r->m, p.matrix = NULL;
    p.first = (const uint64_t *)(const void *)r->first.data, p.demands = (const uint32_t *)(const void *)r->demands.data;
    p.values = wants_values(p.kind) ? (const double *)(const void *)r->values.data : NULL;
    if (p.kind == CIM_PLACE_IMPACT && !p.miss) p.miss = r->miss;
    if (p.kind == CIM_PLACE_DISPERSION) {
        CIM__TRY(square(ctx, r, &far));
        p.matrix = far, p.first = NULL, p.demands = NULL;
    }
    cim_status st = cim_place_solve(ctx, &p, options, &plan);
    if (st >= 0 && p.kind != CIM_PLACE_DISPERSION) st = look_again(ctx, r, &p, plan);
    cim__free(ctx->mem, far);
    if (st < 0) cim_place_plan_free(plan);
    else *plan_out = plan;
    return st;
}
