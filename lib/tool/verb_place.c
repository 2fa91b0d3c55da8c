/* verb_place.c - cimtool place: where the next ones go, and how good that is at best. */
#include "areas.h"
#include "place_ask.h"
#include "travel_print.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char *const problems[] = { "cover-all", "cover-most", "median", "center", "dispersion", "impact", "threshold" };
static const char *const kinds[] = { "object", "wall", "street", "grid", "point" };
static const char *const statuses[] = { "proven", "bounded", "heuristic" };

/* ---- what is said of the plan ---- */

static const char *unit_of(const place_ask *a)
{
    uint32_t kind = a->result.kind;
    if (kind == CIM_PLACE_COVER_ALL) return a->costs ? "cost" : "sites";
    if (kind == CIM_PLACE_COVER_MOST || kind == CIM_PLACE_IMPACT) return "weight";
    if (kind == CIM_PLACE_THRESHOLD) return "groups";
    const char *one = a->by == PLACE_ROAD && !a->lengths ? "s" : "m", *sum = a->by == PLACE_ROAD && !a->lengths ? "weight * s" : "weight * m";
    return kind == CIM_PLACE_DISPERSION || (kind == CIM_PLACE_CENTER && !a->weights) ? one : sum;
}

/* By road the lists are in milliseconds or millimetres. */
static double scale_of(const place_ask *a)
{
    uint32_t kind = a->result.kind;
    bool distances = kind == CIM_PLACE_MEDIAN || kind == CIM_PLACE_CENTER || kind == CIM_PLACE_DISPERSION;
    return distances && a->by == PLACE_ROAD ? 1e-3 : 1.0;
}

static void print_number(double value, const char *none)
{
    if (isfinite(value)) printf("%.6g", value);
    else fputs(none, stdout);
}

static void print_value(double value, const char *none)
{
    if (!isfinite(value)) fputs(none, stdout);
    else if (value == floor(value) && fabs(value) < 1e15) printf("%.0f", value);
    else printf("%.3f", value);
}

static double weight_sum(const place_ask *a)
{
    double sum = 0.0;
    for (uint32_t i = 0; i < a->demand_count; i++) sum += a->weights ? a->weights[i] : 1.0;
    return sum;
}

static bool is_served(const place_ask *a, uint32_t demand) { return a->result.servers && a->result.servers[demand] != CIM_NONE; }

static uint32_t site_object(const place_ask *a, uint32_t site) { return a->sites[site].object; }

/* ---- plain ---- */

static int print_plain(place_ask *a)
{
    const cim_place_result *r = &a->result;
    double scale = scale_of(a), sum = weight_sum(a);
    int status = EXIT_DONE;
    printf("%-11s", problems[r->kind]);
    print_value(r->value * scale, "-");
    printf(" %s", unit_of(a));
    if (r->kind == CIM_PLACE_COVER_MOST && sum > 0.0) {
        printf(" of ");
        print_value(sum, "-");
        printf(" (%.1f %%)", 100.0 * r->value / sum);
    }
    if (isnan(r->bound)) printf("\nbound      no bound: a better plan may be very much better\n");
    else {
        printf("\nbound      ");
        print_value(r->bound * scale, "-");
        printf(", gap %.3g %%, %s: %s\n", 100.0 * r->gap, statuses[r->status], r->proof);
    }
    printf("sites      %u of %u, %u of them stand already\n", r->count, a->site_count, a->fixed_count);
    if (r->left_out) printf("left out   %u demands that no site serves\n", r->left_out);
    if (r->count) printf("      gain          x           y  kind    id\n");
    for (uint32_t k = 0; k < r->count && status == EXIT_DONE; k++) {
        const cim_site *s = &a->sites[r->sites[k]];
        double gain = r->gains[k] * (r->kind == CIM_PLACE_COVER_ALL ? 1.0 : scale);
        if (isfinite(gain)) printf("%10.10g", gain);
        else printf("%10s", "all");
        printf(" %10.1f %11.1f  %-7s ", s->x, s->y, a->flags[r->sites[k]] == CIM_PLACE_FIXED ? "stands" : kinds[s->kind]);
        status = travel_print_plain_id(&a->travel, site_object(a, r->sites[k]), 0);
        putchar('\n');
    }
    return status;
}

/* ---- JSON ---- */

static int print_site_members(place_ask *a, uint32_t k)
{
    const cim_place_result *r = &a->result;
    uint32_t j = r->sites[k];
    const cim_site *s = &a->sites[j];
    printf("\"id\":");
    int status = travel_print_id(&a->travel, s->object);
    printf(",\"kind\":\"%s\",\"stands\":%s,\"height_m\":%.2f,\"azimuth_deg\":", kinds[s->kind], a->flags[j] == CIM_PLACE_FIXED ? "true" : "false", s->height_m);
    print_number(s->azimuth_deg, "null");
    printf(",\"gain\":");
    print_value(r->gains[k] * (r->kind == CIM_PLACE_COVER_ALL ? 1.0 : scale_of(a)), "null");
    printf(",\"cost\":");
    print_number(a->costs ? a->costs[j] : 1.0, "null");
    return status;
}

static int print_unserved(place_ask *a)
{
    const char *comma = "";
    int status = EXIT_DONE;
    printf(",\"unserved\":[");
    for (uint32_t i = 0; i < a->demand_count && a->result.servers && status == EXIT_DONE; i++) {
        if (is_served(a, i)) continue;
        fputs(comma, stdout);
        status = travel_print_id(&a->travel, a->demands[i].object);
        comma = ",";
    }
    putchar(']');
    return status;
}

static int print_json(place_ask *a)
{
    const cim_place_result *r = &a->result;
    double scale = scale_of(a);
    printf("{\"schema\":\"cimtool/1\",\"problem\":\"%s\",\"by\":\"%s\",\"unit\":\"%s\",\"value\":", problems[r->kind], place_by_name(a->by), unit_of(a));
    print_value(r->value * scale, "null");
    printf(",\"bound\":");
    print_value(r->bound * scale, "null");
    printf(",\"gap\":");
    print_number(r->gap, "null");
    printf(",\"status\":\"%s\",\"proof\":\"%s\",\"weight\":", statuses[r->status], r->proof);
    print_value(weight_sum(a), "null");
    printf(",\"cost\":");
    print_number(r->cost, "null");
    printf(",\"candidates\":%u,\"demands\":%u,\"left_out\":%u,\"seed\":%llu", a->site_count, a->demand_count, r->left_out, (unsigned long long)r->seed);
    travel_print_epoch(&a->travel);
    printf(",\"sites\":[");
    int status = EXIT_DONE;
    for (uint32_t k = 0; k < r->count && status == EXIT_DONE; k++) {
        printf(k ? ",\n{" : "\n{");
        status = print_site_members(a, k);
        printf(",\"x\":%.3f,\"y\":%.3f}", a->sites[r->sites[k]].x, a->sites[r->sites[k]].y);
    }
    putchar(']');
    if (status == EXIT_DONE) status = print_unserved(a);
    printf("}\n");
    return status;
}

/* ---- GeoJSON ---- */

static int print_demand(place_ask *a, uint32_t i, bool first)
{
    double xy[2] = { a->demands[i].x, a->demands[i].y };
    int status = travel_begin_feature(&a->travel, xy, 1, first);
    printf("\"role\":\"demand\",\"id\":");
    if (status == EXIT_DONE) status = travel_print_id(&a->travel, a->demands[i].object);
    printf(",\"weight\":");
    print_number(a->weights ? a->weights[i] : 1.0, "null");
    printf(",\"served\":%s}}", is_served(a, i) ? "true" : "false");
    return status;
}

static int print_features(place_ask *a)
{
    const cim_place_result *r = &a->result;
    int status = EXIT_DONE;
    travel_begin_features(&a->travel);
    for (uint32_t k = 0; k < r->count && status == EXIT_DONE; k++) {
        double xy[2] = { a->sites[r->sites[k]].x, a->sites[r->sites[k]].y };
        status = travel_begin_feature(&a->travel, xy, 1, k == 0);
        printf("\"role\":\"site\",");
        if (status == EXIT_DONE) status = print_site_members(a, k);
        printf("}}");
    }
    for (uint32_t i = 0; i < a->demand_count && r->servers && status == EXIT_DONE; i++) status = print_demand(a, i, !r->count && i == 0);
    travel_end_features();
    return status;
}

/* ---- solving ---- */

static bool take_number(const cimtool *t, const char *name, double least, double *value)
{
    if (!cimtool_real(t, name, value)) return false;
    if (cimtool_has(t, name) && !(*value >= least)) {
        cimtool_complain("--%s: %s is less than %g", name, cimtool_value(t, name), least);
        return false;
    }
    return true;
}

static int take_problem(place_ask *a, cim_place_problem *p, cim_place_options *o)
{
    cimtool *t = a->travel.tool;
    int64_t most = -1, seed = 1;
    const char *solver = cimtool_value(t, "solver");
    if (!cimtool_int(t, "count", 0, CIM_PLACE_MAX_SITES, &most) || !cimtool_int(t, "seed", 0, INT64_MAX, &seed)) return EXIT_USAGE;
    if (!take_number(t, "budget", 0.0, &p->budget) || !take_number(t, "gap", 0.0, &o->gap) || !take_number(t, "time-limit", 0.0, &o->time_limit_s)) return EXIT_USAGE;
    if (solver && strcmp(solver, "own") && strcmp(solver, "cbc")) return cimtool_complain("--solver: %s is neither own nor cbc", solver);
    o->solver = solver && !strcmp(solver, "cbc") ? CIM_PLACE_CBC : CIM_PLACE_OWN;
    o->gap *= 0.01, o->seed = (uint64_t)seed;
    if (cimtool_has(t, "prove")) o->work = CIM_PLACE_PROVE;
    o->leave_out = cimtool_has(t, "leave-out");
    if (most < 0 && p->kind != CIM_PLACE_COVER_ALL && !cimtool_has(t, "budget")) return cimtool_complain("-n or --budget is missing");
    p->most = most < 0 ? CIM_NONE : (uint32_t)most + a->fixed_count;
    return EXIT_DONE;
}

static int solve(place_ask *a)
{
    cimtool *t = a->travel.tool;
    cim_place_problem p = CIM_PLACE_PROBLEM_INIT;
    cim_place_options o = CIM_PLACE_OPTIONS_INIT;
    p.kind = a->problem;
    int status = take_problem(a, &p, &o);
    if (status != EXIT_DONE) return status;
    if (p.kind != CIM_PLACE_DISPERSION) p.weights = a->weights;
    p.costs = a->costs, p.flags = a->flags, p.folds = a->folds;
    if (p.kind == CIM_PLACE_THRESHOLD) p.group_count = a->group_count, p.groups = a->groups, p.needs = a->needs;
    cim_status st = cim_reach_place(t->ctx, a->reach, &p, &o, &a->plan);
    a->result.struct_size = sizeof a->result;
    if (st >= 0) st = cim_place_plan_get(t->ctx, a->plan, &a->result);
    if (st == CIM_ENOTFOUND || st == CIM_ELIMIT) {
        cimtool_complain("%s", cim_ctx_error(t->ctx));
        return EXIT_NEGATIVE;
    }
    return st < 0 ? cimtool_fail(t, st) : EXIT_DONE;
}

static int take_kind(cimtool *t, uint32_t *kind)
{
    const char *text = cimtool_has(t, "problem") ? cimtool_value(t, "problem") : "cover-most";
    for (uint32_t k = 0; k < sizeof problems / sizeof *problems; k++)
        if (!strcmp(text, problems[k])) {
            *kind = k;
            return EXIT_DONE;
        }
    return cimtool_complain("--problem: %s is none of cover-all, cover-most, median, center, dispersion, impact, threshold", text);
}

int verb_place(cimtool *tool)
{
    place_ask a = { .problem = 0 };
    a.travel.tool = tool;
    int status = take_kind(tool, &a.problem);
    if (status == EXIT_DONE) status = place_ask_make(&a, tool);
    if (status == EXIT_DONE) status = solve(&a);
    if (status == EXIT_DONE) status = cimtool_has(tool, "geojson") ? print_features(&a) : tool->json ? print_json(&a) : print_plain(&a);
    if (status == EXIT_DONE && a.placeless && !tool->quiet) {
        fflush(stdout);
        fprintf(stderr, "cimtool: %zu objects have no place, or are too far from a street that may be used: they are left out\n", a.placeless);
    }
    if (status == EXIT_DONE && a.placeless) status = EXIT_PARTIAL;
    place_ask_end(&a);
    return status;
}
