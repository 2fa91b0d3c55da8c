/* verb_dispatch.c - cimtool dispatch: which unit to send where, how sure it is to be there in time, what gap stays and who fills it. */
#include "places.h"
#include "travel_print.h"

#include <stdlib.h>
#include <string.h>

typedef struct dispatching {
    travel travel;
    int64_t k, scenario_count, seed, moves_most;
    uint32_t within_ms, move_within_ms;
    places incidents, units, posts, demand; /* posts: the units' own places first */
    cim_scenarios *scenarios;
    cim_fleet *fleet, *post_fleet;
    cim_rank *ranks;         /* incidents * units, best first */
    size_t *rank_count;      /* by incident */
    uint32_t *now;           /* incidents * units, milliseconds */
    uint32_t *unit_of;       /* by incident; CIM_NONE: none */
    cim_assignment plan;
    cim_coverage *coverage;
    cim_gap gap;
    uint32_t *lost;          /* gap.lost_count places of the demand */
    cim_move_up *moves;
    size_t move_count, left_count;
    uint32_t *left;          /* units that were not sent */
    size_t feature_count;
} dispatching;

static void done(dispatching *d)
{
    void *arrays[] = { d->ranks, d->rank_count, d->now, d->unit_of, d->lost, d->moves, d->left };
    for (size_t i = 0; i < sizeof arrays / sizeof *arrays; i++) free(arrays[i]);
    cim_coverage_free(d->coverage);
    cim_fleet_free(d->post_fleet);
    cim_fleet_free(d->fleet);
    cim_scenarios_free(d->scenarios);
    places_free(&d->incidents);
    places_free(&d->units);
    places_free(&d->posts);
    places_free(&d->demand);
    travel_close(&d->travel);
}

static bool is_sent(const dispatching *d, uint32_t unit)
{
    for (size_t i = 0; i < d->incidents.count; i++)
        if (d->unit_of[i] == unit) return true;
    return false;
}

/* ---- asking ---- */

static int find_ranks(dispatching *d)
{
    travel *t = &d->travel;
    cim_rank_options options = CIM_RANK_OPTIONS_INIT;
    size_t units = d->units.count;
    cim_status st = CIM_OK;
    options.within_ms = d->within_ms;
    for (size_t i = 0; i < d->incidents.count && st >= 0; i++) {
        st = cim_fleet_rank(t->tool->ctx, d->fleet, t->query, &d->incidents.at[i], &options, units, d->ranks + i * units, &d->rank_count[i]);
        if (st >= 0) st = cim_fleet_times(t->tool->ctx, d->fleet, t->query, &d->incidents.at[i], d->now + i * units);
    }
    return st < 0 ? cimtool_fail(t->tool, st) : EXIT_DONE;
}

static int make_plan(dispatching *d)
{
    cimtool *t = d->travel.tool;
    size_t units = d->units.count, incidents = d->incidents.count;
    uint32_t *times = calloc(units * incidents + 1, sizeof *times);
    double *shares = calloc(units * incidents + 1, sizeof *shares);
    cim_status st = times && shares ? CIM_OK : CIM_ENOMEM;
    for (size_t i = 0; i < units * incidents && st >= 0; i++) times[i] = CIM_ROUTE_UNREACHABLE_MS;
    for (size_t i = 0; i < incidents && st >= 0; i++)
        for (size_t r = 0; r < d->rank_count[i]; r++) {
            const cim_rank *rank = &d->ranks[i * units + r];
            times[rank->member * incidents + i] = rank->median_ms;
            shares[rank->member * incidents + i] = rank->within_share > 1.0 ? 0.0 : 1.0 - rank->within_share;
        }
    d->plan.struct_size = sizeof d->plan;
    if (st >= 0) st = cim_dispatch_assign(t->ctx, units, incidents, times, shares, d->within_ms, d->unit_of, &d->plan);
    free(times);
    free(shares);
    return st < 0 ? cimtool_fail(t, st) : EXIT_DONE;
}

static int rank_units(dispatching *d)
{
    travel *t = &d->travel;
    cim_ctx *ctx = t->tool->ctx;
    cim_scenario_options options = CIM_SCENARIO_OPTIONS_INIT;
    size_t cells = d->units.count * d->incidents.count + 1;
    options.seed = (uint64_t)d->seed;
    options.count = (uint32_t)d->scenario_count;
    d->ranks = calloc(cells, sizeof *d->ranks);
    d->now = calloc(cells, sizeof *d->now);
    d->rank_count = calloc(d->incidents.count + 1, sizeof *d->rank_count);
    d->unit_of = calloc(d->incidents.count + 1, sizeof *d->unit_of);
    if (!d->ranks || !d->now || !d->rank_count || !d->unit_of) return cimtool_fail(t->tool, CIM_ENOMEM);
    cim_status st = cim_scenarios_make(ctx, t->costs, t->hierarchy, cim_route_metric_weights(t->metric), &options, &d->scenarios);
    if (st >= 0) st = cim_fleet_build(ctx, t->costs, t->metric, d->scenarios, d->units.at, d->units.count, CIM_ROUTE_BACKWARD, &d->fleet);
    if (st < 0) return cimtool_fail(t->tool, st);
    int status = find_ranks(d);
    return status == EXIT_DONE ? make_plan(d) : status;
}

/* ---- the gap ---- */

static int find_gap(dispatching *d)
{
    cim_ctx *ctx = d->travel.tool->ctx;
    size_t units = d->units.count;
    uint32_t *all = calloc(units + 1, sizeof *all);
    d->left = calloc(units + 1, sizeof *d->left);
    d->lost = calloc(d->demand.count + 1, sizeof *d->lost);
    if (!all || !d->left || !d->lost) {
        free(all);
        return cimtool_fail(d->travel.tool, CIM_ENOMEM);
    }
    for (uint32_t u = 0; u < units; u++) {
        all[u] = u;
        if (!is_sent(d, u)) d->left[d->left_count++] = u;
    }
    d->gap.struct_size = sizeof d->gap;
    cim_status st = cim_coverage_gap(ctx, d->coverage, all, units, d->left, d->left_count, d->lost, d->demand.count, NULL, &d->gap);
    free(all);
    return st < 0 ? cimtool_fail(d->travel.tool, st) : EXIT_DONE;
}

/* Posts that one may move to: those given, else those that are vacated. */
static size_t list_targets(const dispatching *d, uint32_t *to)
{
    size_t count = 0;
    for (size_t p = d->units.count; p < d->posts.count; p++) to[count++] = (uint32_t)p;
    for (uint32_t u = 0; u < d->units.count && d->posts.count == d->units.count; u++)
        if (is_sent(d, u)) to[count++] = u;
    return count;
}

static cim_status times_of_moves(dispatching *d, const uint32_t *to, size_t count, uint32_t *times)
{
    size_t posts = d->posts.count;
    uint32_t *all = calloc(posts + 1, sizeof *all);
    cim_status st = all ? CIM_OK : CIM_ENOMEM;
    for (size_t i = 0; i < count && st >= 0; i++) {
        st = cim_fleet_times(d->travel.tool->ctx, d->post_fleet, d->travel.query, &d->posts.at[to[i]], all);
        for (size_t u = 0; u < d->left_count && st >= 0; u++) times[u * count + i] = all[d->left[u]];
    }
    free(all);
    return st;
}

static int find_moves(dispatching *d)
{
    cimtool *t = d->travel.tool;
    uint32_t *to = calloc(d->posts.count + 1, sizeof *to);
    size_t targets = to ? list_targets(d, to) : 0;
    uint32_t *times = calloc(d->left_count * targets + 1, sizeof *times);
    d->moves = calloc((size_t)d->moves_most + 1, sizeof *d->moves);
    cim_status st = to && times && d->moves ? times_of_moves(d, to, targets, times) : CIM_ENOMEM;
    if (st >= 0) st = cim_coverage_move_up(t->ctx, d->coverage, d->left, d->left_count, to, targets, times, d->move_within_ms, (size_t)d->moves_most,
                                           d->moves, &d->move_count);
    free(to);
    free(times);
    return st < 0 ? cimtool_fail(t, st) : EXIT_DONE;
}

static int cover(dispatching *d)
{
    travel *t = &d->travel;
    int status = EXIT_DONE;
    for (size_t u = 0; u < d->units.count && status == EXIT_DONE; u++) status = places_copy(t, &d->posts, &d->units, u);
    if (status == EXIT_DONE) status = places_take(t, &d->posts, NULL, "posts-file", "posts");
    if (status != EXIT_DONE) return status;
    cim_status st = cim_fleet_build(t->tool->ctx, t->costs, t->metric, NULL, d->posts.at, d->posts.count, CIM_ROUTE_BACKWARD, &d->post_fleet);
    if (st >= 0) st = cim_coverage_build(t->tool->ctx, d->post_fleet, d->demand.at, NULL, d->demand.count, d->within_ms, &d->coverage);
    if (st < 0) return cimtool_fail(t->tool, st);
    status = find_gap(d);
    return status == EXIT_DONE ? find_moves(d) : status;
}

/* ---- a unit and its route ---- */

static int find_route(dispatching *d, size_t incident, uint32_t unit, cim_net_route **route, cim_net_route_view *view)
{
    travel *t = &d->travel;
    view->struct_size = sizeof *view;
    cim_status st = cim_net_route_find(t->tool->ctx, t->costs, &d->units.at[unit], &d->incidents.at[incident], t->metric, t->query, route);
    if (st == CIM_ENOTFOUND) return EXIT_DONE; /* only in some scenario */
    if (st >= 0) st = cim_net_route_get(t->tool->ctx, *route, view);
    return st < 0 ? cimtool_fail(t->tool, st) : EXIT_DONE;
}

static void print_seconds(const char *name, uint32_t ms)
{
    if (ms < CIM_ROUTE_UNREACHABLE_MS) printf(",\"%s\":%.3f", name, ms / 1000.0);
    else printf(",\"%s\":null", name);
}

static int print_unit(dispatching *d, size_t incident, const cim_rank *r, const cim_net_route_view *view)
{
    int status = places_print_label(&d->travel, &d->units, r->member);
    print_seconds("now_s", d->now[incident * d->units.count + r->member]);
    printf(",\"within_share\":%.6f,\"reached_share\":%.6f", r->within_share, r->reached_share);
    print_seconds("median_s", r->median_ms);
    print_seconds("mean_s", r->mean_ms);
    print_seconds("best_s", r->best_ms);
    print_seconds("worst_s", r->worst_ms);
    printf(",\"length_m\":%.1f,\"breaks\":", view->length_m);
    travel_print_breaks(view->rules);
    printf(",\"distance_m\":%.1f", d->units.at[r->member].distance_m);
    return status;
}

typedef int (*unit_fn)(dispatching *d, size_t incident, const cim_rank *r, const cim_net_route_view *view, bool first);

static int with_route(dispatching *d, size_t incident, const cim_rank *r, unit_fn print, bool first)
{
    cim_net_route *route = NULL;
    cim_net_route_view view = { .struct_size = sizeof view };
    int status = find_route(d, incident, r->member, &route, &view);
    if (status == EXIT_DONE) status = print(d, incident, r, &view, first);
    cim_net_route_free(route);
    return status;
}

static int each_unit(dispatching *d, size_t incident, unit_fn print)
{
    int status = EXIT_DONE;
    for (size_t r = 0; r < d->rank_count[incident] && r < (size_t)d->k && status == EXIT_DONE; r++)
        status = with_route(d, incident, &d->ranks[incident * d->units.count + r], print, r == 0);
    return status;
}

static const cim_rank *rank_of(const dispatching *d, size_t incident, uint32_t unit)
{
    const cim_rank *ranks = d->ranks + incident * d->units.count;
    for (size_t r = 0; r < d->rank_count[incident]; r++)
        if (ranks[r].member == unit) return &ranks[r];
    return NULL;
}

/* ---- plain ---- */

static int print_name(dispatching *d, const places *a, size_t i)
{
    char *id, *name;
    int status = places_label(&d->travel, a, i, &id, &name);
    if (status == EXIT_DONE) {
        printf("%s", id);
        if (*name) printf(" ");
        cimtool_print_safe(name);
    }
    free(id);
    free(name);
    return status;
}

static int plain_unit(dispatching *d, size_t incident, const cim_rank *r, const cim_net_route_view *view, bool first)
{
    (void)first;
    printf("%s%5.0f %%", d->unit_of[incident] == r->member ? ">" : " ", r->within_share * 100.0);
    travel_print_duration(d->now[incident * d->units.count + r->member], 8);
    travel_print_duration(r->median_ms, 8);
    travel_print_duration(r->worst_ms, 8);
    printf(" %7.0f m  ", view->length_m);
    int status = print_name(d, &d->units, r->member);
    putchar('\n');
    return status;
}

static int plain_incident(dispatching *d, size_t i)
{
    printf("incident %s\n", d->travel.tool->args[1 + i]);
    if (d->rank_count[i]) printf(" in time     now  median   worst    length  unit\n");
    int status = each_unit(d, i, plain_unit);
    if (d->rank_count[i] < d->units.count) printf("%zu of %zu units have no way there\n", d->units.count - d->rank_count[i], d->units.count);
    if (status == EXIT_DONE && d->unit_of[i] == CIM_NONE) printf("no unit is left that gets there\n");
    else if (status == EXIT_DONE && d->incidents.count > 1) {
        printf("send ");
        status = print_name(d, &d->units, d->unit_of[i]);
        putchar('\n');
    }
    return status;
}

static int plain_gap(dispatching *d)
{
    int status = EXIT_DONE;
    printf("within %g s of a unit: %u of %zu places before, %u after, %u lost\n", d->within_ms / 1000.0, d->gap.before_count, d->demand.count,
           d->gap.after_count, d->gap.lost_count);
    for (size_t i = 0; i < d->move_count && status == EXIT_DONE; i++) {
        const cim_move_up *m = &d->moves[i];
        printf("move up ");
        status = print_name(d, &d->units, d->left[m->unit]);
        if (status == EXIT_DONE) printf(" to ");
        if (status == EXIT_DONE) status = print_name(d, &d->posts, m->to);
        printf(" in ");
        travel_print_duration(m->time_ms, 0);
        printf(" min: %.0f covered instead of %.0f, the best of %llu moves\n", m->after_weight, m->before_weight, (unsigned long long)m->considered);
    }
    if (!d->move_count && d->moves_most) printf("no move covers more\n");
    return status;
}

static int print_plain(dispatching *d)
{
    int status = EXIT_DONE;
    for (size_t i = 0; i < d->incidents.count && status == EXIT_DONE; i++) status = plain_incident(d, i);
    if (status == EXIT_DONE && d->coverage) status = plain_gap(d);
    return status;
}

/* ---- JSON ---- */

static int json_unit(dispatching *d, size_t incident, const cim_rank *r, const cim_net_route_view *view, bool first)
{
    printf(first ? "\n {" : ",\n {");
    int status = print_unit(d, incident, r, view);
    putchar('}');
    return status;
}

static int json_incident(dispatching *d, size_t i)
{
    int status = EXIT_DONE;
    printf("%s\n{\"incident\":", i ? "," : "");
    cimtool_print_string(d->travel.tool->args[1 + i]);
    printf(",\"distance_m\":%.1f,\"unreachable\":%zu,\"send\":", d->incidents.at[i].distance_m, d->units.count - d->rank_count[i]);
    if (d->unit_of[i] == CIM_NONE) printf("null");
    else {
        putchar('{');
        status = places_print_label(&d->travel, &d->units, d->unit_of[i]);
        putchar('}');
    }
    printf(",\"units\":[");
    if (status == EXIT_DONE) status = each_unit(d, i, json_unit);
    printf("]}");
    return status;
}

static int json_move(dispatching *d, const cim_move_up *m, bool first)
{
    printf("%s\n{\"unit\":{", first ? "" : ",");
    int status = places_print_label(&d->travel, &d->units, d->left[m->unit]);
    printf("},\"to\":{");
    if (status == EXIT_DONE) status = places_print_label(&d->travel, &d->posts, m->to);
    printf("},\"time_s\":%.3f,\"before\":%.15g,\"after\":%.15g,\"gained\":%.15g,\"lost\":%.15g,\"considered\":%llu}", m->time_ms / 1000.0, m->before_weight,
           m->after_weight, m->gained_weight, m->lost_weight, (unsigned long long)m->considered);
    return status;
}

static int json_gap(dispatching *d)
{
    int status = EXIT_DONE;
    printf(",\n\"gap\":{\"demand\":%zu,\"before\":%u,\"after\":%u,\"never\":%u,\"lost\":[", d->demand.count, d->gap.before_count, d->gap.after_count,
           d->gap.never_count);
    for (uint32_t i = 0; i < d->gap.lost_count && status == EXIT_DONE; i++) {
        printf(i ? ",\n {" : "\n {");
        status = places_print_label(&d->travel, &d->demand, d->lost[i]);
        putchar('}');
    }
    printf("]},\n\"move_up\":[");
    for (size_t i = 0; i < d->move_count && status == EXIT_DONE; i++) status = json_move(d, &d->moves[i], i == 0);
    putchar(']');
    return status;
}

static int print_json(dispatching *d)
{
    const places *lists[] = { &d->units, &d->demand, &d->posts };
    printf("{\"schema\":\"cimtool/1\",\"profile\":\"%s\",\"within_s\":%.3f,\"scenarios\":%lld,\"seed\":%lld,\"units\":%zu,", travel_profile(&d->travel),
           d->within_ms / 1000.0, (long long)d->scenario_count, (long long)d->seed, d->units.count);
    int status = places_print_unplaced(&d->travel, lists, 3);
    travel_print_epoch(&d->travel);
    printf(",\n\"incidents\":[");
    for (size_t i = 0; i < d->incidents.count && status == EXIT_DONE; i++) status = json_incident(d, i);
    printf("],\n\"plan\":{\"assigned\":%u,\"late_share\":%.6f,\"total_s\":%.3f}", d->plan.assigned_count, d->plan.late_share,
           (double)d->plan.total_ms / 1000.0);
    if (status == EXIT_DONE && d->coverage) status = json_gap(d);
    printf("}\n");
    return status;
}

/* ---- GeoJSON ---- */

static int feature_at(dispatching *d, const char *role, const double *xy, size_t count)
{
    int status = travel_begin_feature(&d->travel, xy, count, d->feature_count++ == 0);
    printf("\"role\":\"%s\"", role);
    return status;
}

static int feature_point(dispatching *d, const char *role, const places *a, size_t i)
{
    const double xy[2] = { a->at[i].x, a->at[i].y };
    int status = feature_at(d, role, xy, 1);
    if (status != EXIT_DONE) return status;
    putchar(',');
    status = places_print_label(&d->travel, a, i);
    printf("}}");
    return status;
}

static int feature_route(dispatching *d, size_t incident, const cim_rank *r, const cim_net_route_view *view, bool first)
{
    (void)first;
    if (view->vertex_count < 2) return EXIT_DONE;
    int status = feature_at(d, "route", view->xy, view->vertex_count);
    if (status != EXIT_DONE) return status;
    printf(",\"incident\":");
    cimtool_print_string(d->travel.tool->args[1 + incident]);
    putchar(',');
    status = print_unit(d, incident, r, view);
    printf("}}");
    return status;
}

static int feature_move(dispatching *d, const cim_move_up *m)
{
    const cim_net_place *a = &d->units.at[d->left[m->unit]], *b = &d->posts.at[m->to];
    const double xy[4] = { a->x, a->y, b->x, b->y };
    int status = feature_at(d, "move_up", xy, 2);
    if (status == EXIT_DONE) printf(",\"time_s\":%.3f}}", m->time_ms / 1000.0);
    return status;
}

static int print_geojson(dispatching *d)
{
    int status = EXIT_DONE;
    travel_begin_features(&d->travel);
    for (size_t i = 0; i < d->incidents.count && status == EXIT_DONE; i++) {
        const cim_rank *r = d->unit_of[i] == CIM_NONE ? NULL : rank_of(d, i, d->unit_of[i]);
        status = feature_point(d, "incident", &d->incidents, i);
        if (status == EXIT_DONE && r) status = with_route(d, i, r, feature_route, false);
    }
    for (uint32_t u = 0; u < d->units.count && status == EXIT_DONE; u++) status = feature_point(d, is_sent(d, u) ? "sent" : "unit", &d->units, u);
    for (size_t p = d->units.count; p < d->posts.count && status == EXIT_DONE; p++) status = feature_point(d, "post", &d->posts, p);
    for (uint32_t i = 0; i < d->gap.lost_count && status == EXIT_DONE; i++) status = feature_point(d, "lost", &d->demand, d->lost[i]);
    for (size_t i = 0; i < d->move_count && status == EXIT_DONE; i++) status = feature_move(d, &d->moves[i]);
    travel_end_features();
    return status;
}

/* ---- the verb ---- */

/* Units with blue lights, unless another profile is asked for. */
static void take_profile(cimtool *tool)
{
    if (cimtool_has(tool, "profile") || tool->value_count == CIMTOOL_VALUES) return;
    for (const cimtool_flag *f = tool->verb->flags; f->name; f++)
        if (!strcmp(f->name, "profile")) {
            tool->values[tool->value_count].flag = f;
            tool->values[tool->value_count++].value = "emergency";
        }
}

static bool take_seconds(cimtool *tool, const char *name, uint32_t *ms)
{
    double seconds = 0.0;
    if (!cimtool_has(tool, name)) return true;
    if (!cimtool_real(tool, name, &seconds)) return false;
    if (seconds >= 0.0 && seconds <= 1e6) *ms = (uint32_t)(seconds * 1000.0 + 0.5);
    else cimtool_complain("--%s: not within 0 and a million seconds", name);
    return seconds >= 0.0 && seconds <= 1e6;
}

static int take_options(dispatching *d, cimtool *tool)
{
    d->within_ms = 480000;
    d->move_within_ms = CIM_ROUTE_UNREACHABLE_MS;
    d->k = 5;
    d->scenario_count = CIM_ROUTE_LANES;
    d->seed = d->moves_most = 1;
    if (!cimtool_int(tool, "count", 1, 1000000, &d->k) || !take_seconds(tool, "within", &d->within_ms) ||
        !take_seconds(tool, "move-within", &d->move_within_ms) || !cimtool_int(tool, "scenarios", 1, CIM_ROUTE_LANES, &d->scenario_count) ||
        !cimtool_int(tool, "seed", 0, INT64_MAX, &d->seed) || !cimtool_int(tool, "moves", 0, 1000, &d->moves_most))
        return EXIT_USAGE;
    if (!cimtool_has(tool, "units") && !cimtool_has(tool, "units-file")) return cimtool_complain("--units or --units-file says who may be sent");
    bool demand = cimtool_has(tool, "demand") || cimtool_has(tool, "demand-file");
    if (!demand && (cimtool_has(tool, "posts") || cimtool_has(tool, "posts-file"))) return cimtool_complain("--posts needs --demand: what is to be covered");
    return EXIT_DONE;
}

static int read_incidents(dispatching *d)
{
    cimtool *tool = d->travel.tool;
    int status = EXIT_DONE;
    for (int i = 1; i < tool->arg_count && status == EXIT_DONE; i++) status = places_add(&d->travel, &d->incidents, tool->args[i]);
    return status;
}

static int ask(dispatching *d)
{
    travel *t = &d->travel;
    int status = read_incidents(d);
    if (status == EXIT_DONE) status = places_take(t, &d->units, NULL, "units-file", "units");
    if (status == EXIT_DONE) status = places_take(t, &d->demand, NULL, "demand-file", "demand");
    if (status == EXIT_DONE && !t->metric) status = travel_metric(t, CIM_ROUTE_LABELS_NONE);
    if (status == EXIT_DONE) status = rank_units(d);
    if (status == EXIT_DONE && (cimtool_has(t->tool, "demand") || cimtool_has(t->tool, "demand-file"))) status = cover(d);
    return status;
}

int verb_dispatch(cimtool *tool)
{
    dispatching d = { .k = 0 };
    int status = take_options(&d, tool);
    if (status != EXIT_DONE) return status;
    take_profile(tool);
    status = travel_open(&d.travel, tool);
    if (status == EXIT_DONE) status = ask(&d);
    if (status == EXIT_DONE) status = cimtool_has(tool, "geojson") ? print_geojson(&d) : tool->json ? print_json(&d) : print_plain(&d);
    if (status == EXIT_DONE) {
        places_warn(&d.travel, &d.units, "units");
        places_warn(&d.travel, &d.demand, "places of the demand");
        places_warn(&d.travel, &d.posts, "posts");
        if (d.plan.assigned_count < d.incidents.count) status = EXIT_NEGATIVE;
    }
    done(&d);
    return status;
}
