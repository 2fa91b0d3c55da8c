/* verb_serve.c - cimtool serve: who is served from where in time, who is not, and who goes where when places are short. */
#include "place_ask.h"
#include "places.h"
#include "travel_print.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct asking {
    travel travel;
    places facilities, demands;
    double *capacities;
    uint32_t *districts, district_count;
    char **district_names;
    uint32_t limits[CIM_SERVICE_LIMITS], limit_count;
    bool lengths;
    cim_net_costs *length_costs;
    cim_route_metric *length_metric;
    cim_service *service;
    cim_service_view v;
    cim_serve_assignment_view assigned; /* struct_size 0: no capacities */
} asking;

static double unit_of(uint32_t cost) { return cost / 1000.0; }

/* ---- printing ---- */

static void print_share(double part, double whole) { printf(whole > 0.0 ? "%6.1f %%" : "     - %%", whole > 0.0 ? 100.0 * part / whole : 0.0); }

static int print_facilities(asking *a)
{
    int status = EXIT_DONE;
    printf("catchment     load capacity overflow  id  name\n");
    for (uint32_t j = 0; j < a->v.facility_count && status == EXIT_DONE; j++) {
        char *id = NULL, *name = NULL;
        bool short_of = a->capacities && isfinite(a->capacities[j]);
        printf("%9.6g ", a->v.catchments[j]);
        if (a->assigned.struct_size) printf("%8.6g ", a->assigned.loads[j]);
        else printf("%8s ", "-");
        if (short_of) printf("%8.6g %8.6g  ", a->capacities[j], fmax(0.0, a->v.catchments[j] - a->capacities[j]));
        else printf("%8s %8s  ", "-", "-");
        status = places_label(&a->travel, &a->facilities, j, &id, &name);
        if (status == EXIT_DONE) {
            cimtool_print_safe(id);
            printf("  ");
            cimtool_print_safe(*name ? name : "-");
            putchar('\n');
        }
        free(id);
        free(name);
    }
    return status;
}

static void print_districts(const asking *a)
{
    if (!a->district_count) return;
    printf("weight      served    by the last limit, district\n");
    for (uint32_t k = 0; k < a->district_count; k++) {
        double all = a->v.district_weights[k], served = a->v.limit_count ? a->v.district_served[(size_t)k * a->v.limit_count + a->v.limit_count - 1] : 0.0;
        printf("%-11.6g %-9.6g ", all, served);
        print_share(served, all);
        printf("  ");
        cimtool_print_safe(a->district_names[k]);
        putchar('\n');
    }
}

static int print_plain(asking *a)
{
    const cim_service_view *v = &a->v;
    for (uint32_t k = 0; k < v->limit_count; k++) {
        printf("within %7g %s  %8u of %u demands  weight %.6g of %.6g ", unit_of(v->limits[k]), a->lengths ? "m" : "s", v->served_counts[k], v->demand_count,
               v->served_weights[k], v->weight);
        print_share(v->served_weights[k], v->weight);
        putchar('\n');
    }
    printf("not served     %zu demands, %u of them without any way\n", v->unserved_count, v->unreachable_count);
    if (!isnan(v->mean)) printf("mean           %.1f %s by weight, the farthest %.1f\n", unit_of(1) * v->mean, a->lengths ? "m" : "s", unit_of(v->most));
    if (a->assigned.struct_size) {
        printf("assigned       weight %.6g of at most %.6g, weight * %s %.6g", a->assigned.served, a->assigned.served_bound, a->lengths ? "m" : "s", a->assigned.total / 1000.0);
        if (isnan(a->assigned.total_bound)) printf(", no bound\n");
        else printf(" of at least %.6g: %s\n", a->assigned.total_bound / 1000.0, a->assigned.proof);
    }
    print_districts(a);
    return print_facilities(a);
}

static int print_json_demands(asking *a)
{
    int status = EXIT_DONE;
    size_t share = 0;
    printf(",\"demands\":[");
    for (uint32_t i = 0; i < a->v.demand_count && status == EXIT_DONE; i++) {
        printf("%s\n{\"id\":", i ? "," : "");
        status = places_print_id(&a->travel, &a->demands, i);
        printf(",\"weight\":%.10g,\"nearest\":", a->demands.weights ? a->demands.weights[i] : 1.0);
        if (a->v.nearest[i] == CIM_NONE) printf("null,\"cost\":null");
        else {
            if (status == EXIT_DONE) status = places_print_id(&a->travel, &a->facilities, a->v.nearest[i]);
            printf(",\"cost\":%.3f", unit_of(a->v.costs[i]));
        }
        if (a->assigned.struct_size) {
            const char *comma = "";
            printf(",\"assigned\":[");
            for (; share < a->assigned.share_count && a->assigned.shares[share].demand == i && status == EXIT_DONE; share++) {
                printf("%s{\"id\":", comma);
                status = places_print_id(&a->travel, &a->facilities, a->assigned.shares[share].facility);
                printf(",\"amount\":%.10g,\"cost\":%.3f}", a->assigned.shares[share].amount, unit_of(a->assigned.shares[share].cost));
                comma = ",";
            }
            putchar(']');
        }
        putchar('}');
    }
    putchar(']');
    return status;
}

static void print_json_limits(const asking *a)
{
    const cim_service_view *v = &a->v;
    printf("\"limits\":[");
    for (uint32_t k = 0; k < v->limit_count; k++)
        printf("%s{\"limit\":%g,\"served\":%u,\"weight\":%.10g}", k ? "," : "", unit_of(v->limits[k]), v->served_counts[k], v->served_weights[k]);
    printf("],\"districts\":[");
    for (uint32_t d = 0; d < a->district_count; d++) {
        printf("%s{\"name\":", d ? "," : "");
        cimtool_print_string(a->district_names[d]);
        printf(",\"weight\":%.10g,\"served\":[", v->district_weights[d]);
        for (uint32_t k = 0; k < v->limit_count; k++) printf("%s%.10g", k ? "," : "", v->district_served[(size_t)d * v->limit_count + k]);
        printf("]}");
    }
    printf("]");
}

static int print_json(asking *a)
{
    const cim_service_view *v = &a->v;
    const places *lists[] = { &a->facilities, &a->demands };
    printf("{\"schema\":\"cimtool/1\",\"profile\":\"%s\",\"unit\":\"%s\"", travel_profile(&a->travel), a->lengths ? "m" : "s");
    travel_print_epoch(&a->travel);
    printf(",\"weight\":%.10g,\"unserved\":%zu,\"unreachable\":%u,", v->weight, v->unserved_count, v->unreachable_count);
    print_json_limits(a);
    if (a->assigned.struct_size) {
        printf(",\"assigned\":{\"served\":%.10g,\"served_bound\":%.10g,\"total\":%.10g,\"total_bound\":", a->assigned.served, a->assigned.served_bound, a->assigned.total / 1000.0);
        if (isnan(a->assigned.total_bound)) printf("null");
        else printf("%.10g", a->assigned.total_bound / 1000.0);
        printf(",\"proof\":\"%s\"}", a->assigned.proof);
    }
    printf(",\"facilities\":[");
    int status = EXIT_DONE;
    for (uint32_t j = 0; j < v->facility_count && status == EXIT_DONE; j++) {
        printf("%s\n{", j ? "," : "");
        status = places_print_label(&a->travel, &a->facilities, j);
        printf(",\"catchment\":%.10g,\"load\":", v->catchments[j]);
        if (a->assigned.struct_size) printf("%.10g", a->assigned.loads[j]);
        else printf("null");
        if (a->capacities && isfinite(a->capacities[j])) printf(",\"capacity\":%.10g", a->capacities[j]);
        putchar('}');
    }
    putchar(']');
    if (status == EXIT_DONE) status = print_json_demands(a);
    putchar(',');
    if (status == EXIT_DONE) status = places_print_unplaced(&a->travel, lists, 2);
    printf("}\n");
    return status;
}

static int print_feature(asking *a, const places *list, uint32_t i, bool demand, bool first)
{
    double xy[2] = { list->at[i].x, list->at[i].y };
    int status = travel_begin_feature(&a->travel, xy, 1, first);
    printf("\"role\":\"%s\",\"id\":", demand ? "demand" : "facility");
    if (status == EXIT_DONE) status = places_print_id(&a->travel, list, i);
    uint32_t last = a->v.limit_count ? a->v.limits[a->v.limit_count - 1] : CIM_ROUTE_UNREACHABLE_MS - 1;
    if (demand) {
        printf(",\"weight\":%.10g,\"served\":%s,\"cost\":", list->weights ? list->weights[i] : 1.0, a->v.costs[i] <= last ? "true" : "false");
        if (a->v.costs[i] < CIM_ROUTE_UNREACHABLE_MS) printf("%.3f", unit_of(a->v.costs[i]));
        else printf("null");
    } else printf(",\"catchment\":%.10g", a->v.catchments[i]);
    printf("}}");
    return status;
}

static int print_features(asking *a)
{
    int status = EXIT_DONE;
    bool first = true;
    travel_begin_features(&a->travel);
    for (uint32_t j = 0; j < a->v.facility_count && status == EXIT_DONE; j++, first = false) status = print_feature(a, &a->facilities, j, false, first);
    for (uint32_t i = 0; i < a->v.demand_count && status == EXIT_DONE; i++, first = false) status = print_feature(a, &a->demands, i, true, first);
    travel_end_features();
    return status;
}

/* ---- asking ---- */

static int by_size(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

static int take_limits(asking *a, cimtool *t)
{
    const char *text;
    int at = 0;
    bool any = false;
    while ((text = cimtool_next_value(t, "within", &at))) {
        double value;
        bool metres;
        if (!place_within("within", text, &value, &metres)) return EXIT_USAGE;
        if (any && metres != a->lengths) return cimtool_complain("--within: times or lengths, not both");
        if (a->limit_count == CIM_SERVICE_LIMITS) return cimtool_complain("--within: more than %d", CIM_SERVICE_LIMITS);
        a->lengths = metres, any = true;
        a->limits[a->limit_count++] = (uint32_t)(value * 1000.0 + 0.5);
    }
    if (!any) return cimtool_complain("--within is missing");
    qsort(a->limits, a->limit_count, sizeof *a->limits, by_size);
    uint32_t kept = 1;
    for (uint32_t k = 1; k < a->limit_count; k++)
        if (a->limits[k] != a->limits[kept - 1]) a->limits[kept++] = a->limits[k];
    a->limit_count = kept;
    return EXIT_DONE;
}

static int take_columns(asking *a, cimtool *t)
{
    int status = EXIT_DONE;
    bool negative = false;
    if (cimtool_has(t, "weight")) status = places_values(&a->travel, &a->demands, cimtool_value(t, "weight"), 0.0, NULL);
    for (size_t i = 0; status == EXIT_DONE && a->demands.weights && i < a->demands.count; i++) negative |= a->demands.weights[i] < 0.0;
    if (status == EXIT_DONE && cimtool_has(t, "capacity")) {
        status = places_values(&a->travel, &a->facilities, cimtool_value(t, "capacity"), INFINITY, NULL);
        a->capacities = a->facilities.weights;
    }
    for (size_t j = 0; status == EXIT_DONE && a->capacities && j < a->facilities.count; j++) negative |= a->capacities[j] < 0.0;
    if (negative) return cimtool_complain("a weight or capacity is below 0");
    if (status != EXIT_DONE || !cimtool_has(t, "per")) return status;
    a->districts = malloc((a->demands.count + 1) * sizeof *a->districts);
    if (!a->districts) return cimtool_fail(t, CIM_ENOMEM);
    return place_groups(&a->travel, a->demands.objects, (uint32_t)a->demands.count, cimtool_value(t, "per"), a->districts, &a->district_count, &a->district_names);
}

static int take_lengths(asking *a)
{
    cim_ctx *ctx = a->travel.tool->ctx;
    cim_net_costs_view view = { .struct_size = sizeof view };
    cim_status st = cim_net_costs_lengths(ctx, a->travel.costs, a->travel.metric, &a->length_costs);
    if (st >= 0) st = cim_net_costs_get(ctx, a->length_costs, &view);
    if (st >= 0) st = cim_route_metric_build(ctx, a->travel.hierarchy, view.weights_ms, NULL, &a->length_metric);
    return st < 0 ? cimtool_fail(a->travel.tool, st) : EXIT_DONE;
}

static int find(asking *a)
{
    cimtool *t = a->travel.tool;
    cim_service_task task = CIM_SERVICE_TASK_INIT;
    int status = travel_metric(&a->travel, CIM_ROUTE_LABELS_AUTO);
    if (status == EXIT_DONE && a->lengths) status = take_lengths(a);
    if (status != EXIT_DONE) return status;
    task.facilities = a->facilities.at, task.facility_count = (uint32_t)a->facilities.count;
    task.demands = a->demands.at, task.demand_count = (uint32_t)a->demands.count;
    task.weights = a->demands.weights, task.capacities = a->capacities, task.limits = a->limits, task.limit_count = a->limit_count;
    task.districts = a->districts, task.district_count = a->district_count;
    task.direction = cimtool_has(t, "to-facilities") ? CIM_ROUTE_BACKWARD : CIM_ROUTE_FORWARD;
    task.whole = cimtool_has(t, "whole");
    cim_status st = cim_service_run(t->ctx, a->lengths ? a->length_costs : a->travel.costs, a->lengths ? a->length_metric : a->travel.metric, &task, &a->service);
    a->v.struct_size = sizeof a->v;
    if (st >= 0) st = cim_service_get(t->ctx, a->service, &a->v);
    if (st >= 0 && a->v.assignment) {
        a->assigned.struct_size = sizeof a->assigned;
        st = cim_serve_assignment_get(t->ctx, a->v.assignment, &a->assigned);
    }
    return st < 0 ? cimtool_fail(t, st) : EXIT_DONE;
}

static int take_places(asking *a, cimtool *t)
{
    if (!cimtool_has(t, "facilities") && !cimtool_has(t, "facility")) return cimtool_complain("--facilities or --facility says from where");
    if (!cimtool_has(t, "demand")) return cimtool_complain("--demand is missing");
    int status = places_take(&a->travel, &a->facilities, "facility", NULL, "facilities");
    if (status == EXIT_DONE) status = places_take(&a->travel, &a->demands, NULL, NULL, "demand");
    if (status != EXIT_DONE) return status;
    places_warn(&a->travel, &a->facilities, "facilities");
    places_warn(&a->travel, &a->demands, "demands");
    return EXIT_DONE;
}

int verb_serve(cimtool *tool)
{
    asking a = { .limit_count = 0 };
    int status = take_limits(&a, tool);
    if (status == EXIT_DONE) status = travel_open(&a.travel, tool);
    if (status == EXIT_DONE) status = take_places(&a, tool);
    if (status == EXIT_DONE) status = take_columns(&a, tool);
    if (status == EXIT_DONE) status = find(&a);
    if (status == EXIT_DONE) status = cimtool_has(tool, "geojson") ? print_features(&a) : tool->json ? print_json(&a) : print_plain(&a);
    if (status == EXIT_DONE && a.facilities.unplaced_count + a.demands.unplaced_count) status = EXIT_PARTIAL;
    cim_service_free(a.service);
    cim_route_metric_free(a.length_metric);
    cim_net_costs_free(a.length_costs);
    for (uint32_t k = 0; a.district_names && k < a.district_count; k++) free(a.district_names[k]);
    free(a.district_names);
    free(a.districts);
    places_free(&a.facilities);
    places_free(&a.demands);
    travel_close(&a.travel);
    return status;
}
