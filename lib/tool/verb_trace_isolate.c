/* verb_trace_isolate.c - cimtool trace isolate: which valves to shut, who is without supply then, and how to help. */
#include "tracing.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { PARTS = 16 }; /* so many parts that are lost are supplied from elsewhere */

/* One part of what is lost, supplied from elsewhere. */
typedef struct supply {
    utility_list open, shut, way;
    double sums[CIM_UTILITY_COLUMNS], length;
} supply;

typedef struct isolating {
    tracing *t;
    utility *u;
    utility_list shut, leave, keep, stuck, works, lost, sources;
    double works_sums[CIM_UTILITY_COLUMNS], lost_sums[CIM_UTILITY_COLUMNS];
    uint8_t *gone, *live; /* by element: cut off or lost; supplied afterwards */
    utility_affected affected;
    utility_list hydrants; /* objects: without supply */
    uint32_t hydrant;      /* object: the nearest with supply; CIM_NONE: none */
    double hydrant_m;
    supply supplies[PARTS];
    size_t supply_count;
    cim_trace_fallback *fallbacks;
    size_t fallback_count;
    uint32_t column; /* by which they are ranked */
} isolating;

/* ---- finding ---- */

static int copy(isolating *i, utility_list *to, const uint32_t *from, size_t count) { return utility_put_all(i->u->tool, to, from, count); }

static int find_devices(isolating *i)
{
    cim_trace_isolation r = { .struct_size = sizeof r };
    const tracing *t = i->t;
    cim_status st = cim_trace_isolate(i->u->tool->ctx, i->u->state, i->u->query, t->starts.at, t->starts.count, t->stuck.at, t->stuck.count, &r);
    if (st < 0) return cimtool_fail(i->u->tool, st);
    memcpy(i->works_sums, r.works_sums, sizeof i->works_sums);
    memcpy(i->lost_sums, r.lost_sums, sizeof i->lost_sums);
    int status = copy(i, &i->shut, r.shut, r.shut_count);
    if (status == EXIT_DONE) status = copy(i, &i->leave, r.leave, r.leave_count);
    if (status == EXIT_DONE) status = copy(i, &i->keep, r.keep, r.keep_count);
    if (status == EXIT_DONE) status = copy(i, &i->stuck, r.stuck, r.stuck_count);
    if (status == EXIT_DONE) status = copy(i, &i->works, r.works, r.works_count);
    if (status == EXIT_DONE) status = copy(i, &i->lost, r.lost, r.lost_count);
    return status == EXIT_DONE ? copy(i, &i->sources, r.sources, r.source_count) : status;
}

/* What has supply when the devices are shut, in a status of its own. */
static int find_live(isolating *i)
{
    cim_ctx *ctx = i->u->tool->ctx;
    cim_trace_status *after = NULL;
    cim_trace_view *view = NULL;
    cim_status st = cim_trace_status_new(ctx, i->u->network, i->u->state, NULL, &after);
    for (size_t k = 0; st >= 0 && k < i->shut.count; k++)
        st = cim_trace_status_apply(ctx, after, &(cim_trace_change){ CIM_TRACE_DEVICE, i->shut.at[k], CIM_TRACE_SHUT, 0 }, 1);
    for (size_t k = 0; st >= 0 && k < i->sources.count; k++)
        st = cim_trace_status_apply(ctx, after, &(cim_trace_change){ CIM_TRACE_NODE, i->sources.at[k], 0, CIM_TRACE_SOURCE }, 1);
    if (st >= 0) st = cim_trace_status_publish(ctx, after, NULL);
    if (st >= 0) view = cim_trace_status_view(after);
    int status = st < 0 ? cimtool_fail(i->u->tool, st) : utility_live(i->u, view, &i->live);
    cim_trace_view_free(view);
    cim_trace_status_free(after);
    return status;
}

static int find_gone(isolating *i)
{
    if (!(i->gone = tracing_room(i->t, (size_t)utility_element_count(i->u) + 1, 1))) return EXIT_INTERNAL;
    for (size_t k = 0; k < i->works.count; k++) i->gone[i->works.at[k]] = 1;
    for (size_t k = 0; k < i->lost.count; k++) i->gone[i->lost.at[k]] = 1;
    return utility_affected_find(i->u, i->gone, &i->affected);
}

/* Where a hydrant hangs: without supply, or as near as any with supply. */
static int see_hydrant(isolating *i, uint32_t object, const double *from)
{
    utility_list at = { NULL, 0, 0 };
    bool gone = false, live = false;
    double to[2], best = INFINITY;
    int status = utility_elements_of(i->u, object, &at);
    for (size_t k = 0; k < at.count && status == EXIT_DONE; k++) {
        if (utility_domain(i->u, at.at[k]) != utility_domain(i->u, i->t->starts.at[0])) continue;
        gone |= i->gone[at.at[k]];
        live |= i->live[at.at[k]];
        if (from && i->live[at.at[k]] && utility_place(i->u, at.at[k], to)) best = fmin(best, hypot(to[0] - from[0], to[1] - from[1]));
    }
    if (gone && !live && status == EXIT_DONE) status = utility_put(i->u->tool, &i->hydrants, object);
    if (best < i->hydrant_m) i->hydrant_m = best, i->hydrant = object;
    utility_list_free(&at);
    return status;
}

static int find_hydrants(isolating *i)
{
    cim_query_result all = CIM_QUERY_RESULT_INIT;
    double from[2];
    bool placed = utility_place(i->u, i->t->starts.at[0], from);
    int status = EXIT_DONE;
    cim_status st = cim_query_run(i->u->tool->ctx, i->u->city, "IS_A('Hydrant')", NULL, &all);
    if (st < 0) return cimtool_fail(i->u->tool, st);
    for (size_t k = 0; k < all.count && status == EXIT_DONE; k++) status = see_hydrant(i, all.ids[k], placed ? from : NULL);
    cim_query_result_dispose(&all);
    return status;
}

/* Without what was regained. */
static void drop(utility_list *list, const uint32_t *gone, size_t count)
{
    size_t kept = 0, k = 0;
    for (size_t i = 0; i < list->count; i++) {
        while (k < count && gone[k] < list->at[i]) k++;
        if (k == count || gone[k] != list->at[i]) list->at[kept++] = list->at[i];
    }
    list->count = kept;
}

static int find_supplies(isolating *i)
{
    utility_list left = { NULL, 0, 0 };
    const tracing *t = i->t;
    int status = copy(i, &left, i->lost.at, i->lost.count);
    while (status == EXIT_DONE && left.count && i->supply_count < PARTS) {
        cim_trace_resupplied r = { .struct_size = sizeof r };
        cim_status st = cim_trace_resupply(i->u->tool->ctx, i->u->state, i->u->query, i->works.at, i->works.count, left.at, left.count, t->stuck.at,
                                           t->stuck.count, CIM_UTILITY_LENGTH_M, &r);
        if (st < 0) status = cimtool_fail(i->u->tool, st);
        if (st < 0 || !r.way_count || !r.regained_count) break;
        supply *s = &i->supplies[i->supply_count++];
        s->length = r.length;
        memcpy(s->sums, r.regained_sums, sizeof s->sums);
        status = copy(i, &s->open, r.open, r.open_count);
        if (status == EXIT_DONE) status = copy(i, &s->shut, r.shut, r.shut_count);
        if (status == EXIT_DONE) status = copy(i, &s->way, r.way, r.way_count);
        drop(&left, r.regained, r.regained_count);
    }
    utility_list_free(&left);
    return status;
}

static int find_fallbacks(isolating *i)
{
    const tracing *t = i->t;
    int status = tracing_column(i->t, CIM_UTILITY_CUSTOMERS, &i->column);
    if (status != EXIT_DONE || !cimtool_has(i->u->tool, "next")) return status;
    if (!(i->fallbacks = tracing_room(i->t, i->shut.count, sizeof *i->fallbacks))) return EXIT_INTERNAL;
    cim_status st = cim_trace_fallbacks(i->u->tool->ctx, i->u->state, i->u->query, t->starts.at, t->starts.count, t->stuck.at, t->stuck.count, i->column,
                                        i->fallbacks, i->shut.count, &i->fallback_count);
    return st < 0 ? cimtool_fail(i->u->tool, st) : EXIT_DONE;
}

/* ---- JSON ---- */

static int json_part(isolating *i, const char *key, const utility_list *elements, const double *sums)
{
    printf(",\"%s\":{\"count\":%zu,\"sums\":{", key, elements->count);
    utility_print_sums(sums);
    putchar('}');
    int status = tracing_elements(i->t, "elements", elements->at, elements->count);
    putchar('}');
    return status;
}

static int json_affected(isolating *i)
{
    const utility_affected *a = &i->affected;
    int status = EXIT_DONE;
    printf(",\"without_supply\":{\"count\":%zu,\"customers\":%.10g,\"people\":%.10g,\"critical\":%zu,\"guessed\":%zu,\"partly\":%zu,\"objects\":[", a->count,
           a->customers, a->people, a->critical, a->guessed, a->partly);
    for (size_t k = 0; k < a->count && status == EXIT_DONE; k++) {
        if (k) putchar(',');
        status = utility_print_service(i->u, &a->at[k]);
    }
    printf("]}");
    return status;
}

static int json_hydrants(isolating *i)
{
    int status = EXIT_DONE;
    printf(",\"hydrants\":{\"lost\":[");
    for (size_t k = 0; k < i->hydrants.count && status == EXIT_DONE; k++) {
        printf(k ? ",{" : "{");
        status = utility_print_label(i->u, i->hydrants.at[k]);
        putchar('}');
    }
    printf("],\"nearest\":");
    if (i->hydrant != CIM_NONE && status == EXIT_DONE) {
        putchar('{');
        status = utility_print_label(i->u, i->hydrant);
        printf(",\"distance_m\":%.1f}", i->hydrant_m);
    } else {
        printf("null");
    }
    putchar('}');
    return status;
}

static int json_supplies(isolating *i)
{
    int status = EXIT_DONE;
    printf(",\"resupply\":[");
    for (size_t k = 0; k < i->supply_count && status == EXIT_DONE; k++) {
        const supply *s = &i->supplies[k];
        printf("%s{\"length_m\":%.3f", k ? "," : "", s->length);
        status = tracing_devices(i->t, "shut", s->shut.at, s->shut.count);
        if (status == EXIT_DONE) status = tracing_devices(i->t, "open", s->open.at, s->open.count);
        if (status == EXIT_DONE) status = tracing_elements(i->t, "way", s->way.at, s->way.count);
        printf(",\"regained\":{");
        utility_print_sums(s->sums);
        printf("}}");
    }
    putchar(']');
    return status;
}

static int json_fallbacks(isolating *i)
{
    int status = EXIT_DONE;
    if (!i->fallbacks) return status;
    printf(",\"by\":\"%s\",\"next\":[", utility_column_name(i->column));
    for (size_t k = 0; k < i->fallback_count && status == EXIT_DONE; k++) {
        const cim_trace_fallback *f = &i->fallbacks[k];
        printf("%s{\"stuck\":", k ? "," : "");
        status = utility_print_device(i->u, f->device);
        printf(",\"shut_count\":%u,\"has_source\":%s,\"added\":%.10g}", f->shut_count, f->has_source ? "true" : "false", f->added);
    }
    putchar(']');
    return status;
}

static int show_json(isolating *i)
{
    int status = tracing_devices(i->t, "shut", i->shut.at, i->shut.count);
    if (status == EXIT_DONE) status = tracing_devices(i->t, "leave", i->leave.at, i->leave.count);
    if (status == EXIT_DONE) status = tracing_devices(i->t, "keep", i->keep.at, i->keep.count);
    if (status == EXIT_DONE) status = tracing_devices(i->t, "stuck", i->stuck.at, i->stuck.count);
    if (status == EXIT_DONE) status = tracing_elements(i->t, "sources", i->sources.at, i->sources.count);
    if (status == EXIT_DONE) status = json_part(i, "works", &i->works, i->works_sums);
    if (status == EXIT_DONE) status = json_part(i, "lost", &i->lost, i->lost_sums);
    if (status == EXIT_DONE) status = json_affected(i);
    if (status == EXIT_DONE) status = json_hydrants(i);
    if (status == EXIT_DONE) status = json_supplies(i);
    if (status == EXIT_DONE) status = json_fallbacks(i);
    utility_print_note();
    return status;
}

/* ---- plain ---- */

/* Who works with switches says open where nothing passes: what is to be done with them is said in words that cannot be mistaken. */
static int plain_devices(isolating *i, const char *title, const char *switches, const utility_list *devices)
{
    int status = EXIT_DONE;
    bool any = false;
    if (!devices->count) return status;
    for (size_t k = 0; k < devices->count; k++) any |= i->u->view.device_kind[devices->at[k]] == CIM_TRACE_SWITCH;
    printf("%s%s:\n", title, any ? switches : "");
    for (size_t k = 0; k < devices->count && status == EXIT_DONE; k++) {
        printf("  ");
        status = utility_plain_device(i->u, devices->at[k]);
    }
    return status;
}

/* Lines and nodes are objects; what was cut into pieces counts once. */
static void plain_part(isolating *i, const char *title, const utility_list *elements, const double *sums)
{
    size_t nodes = 0;
    for (size_t k = 0; k < elements->count; k++) nodes += elements->at[k] < i->u->view.node_count;
    printf("%s: %zu %s, %zu %s\n", title, elements->count - nodes, utility_plural((double)(elements->count - nodes), "line", "lines"), nodes,
           utility_plural((double)nodes, "node", "nodes"));
    utility_plain_sums(sums, "  ");
}

static int plain_affected(isolating *i)
{
    const utility_affected *a = &i->affected;
    int status = EXIT_DONE;
    printf("without supply: %.0f %s", a->customers, utility_plural(a->customers, "customer", "customers"));
    printf(", %.0f %s, %zu %s", a->people, utility_plural(a->people, "person", "people"), a->count, utility_plural((double)a->count, "building", "buildings"));
    if (a->guessed) printf(", %zu of them by guess", a->guessed);
    if (a->partly) printf("; %zu more keep another connection", a->partly);
    putchar('\n');
    for (size_t k = 0; k < a->count && status == EXIT_DONE; k++) {
        if (!a->at[k].critical) continue;
        printf("  critical: ");
        status = utility_plain_object(i->u, a->at[k].object);
        printf(" (%s)\n", utility_site_name(a->at[k].critical));
    }
    return status;
}

static int plain_hydrants(isolating *i)
{
    int status = EXIT_DONE;
    if (i->hydrants.count) printf("hydrants without water: %zu:", i->hydrants.count);
    for (size_t k = 0; k < i->hydrants.count && tracing_shows(i->t, k) && status == EXIT_DONE; k++) {
        printf(k ? ", " : " ");
        status = utility_plain_object(i->u, i->hydrants.at[k]);
    }
    if (i->hydrants.count) putchar('\n');
    if (i->hydrant == CIM_NONE || status != EXIT_DONE) return status;
    printf("nearest hydrant with water: ");
    status = utility_plain_object(i->u, i->hydrant);
    printf(", %.0f m as the crow flies\n", i->hydrant_m);
    return status;
}

static int plain_supplies(isolating *i)
{
    int status = EXIT_DONE;
    for (size_t k = 0; k < i->supply_count && status == EXIT_DONE; k++) {
        const supply *s = &i->supplies[k];
        printf("supply from elsewhere, %.0f m:\n", s->length);
        status = plain_devices(i, " first shut, too", " (switch off)", &s->shut);
        if (status == EXIT_DONE) status = plain_devices(i, " then open", " (switch on)", &s->open);
        printf(" regains:");
        utility_plain_sums(s->sums, " ");
    }
    if (i->lost.count && !i->supply_count) printf("what is lost cannot be supplied from elsewhere\n");
    return status;
}

static int plain_fallbacks(isolating *i)
{
    int status = EXIT_DONE;
    if (i->fallbacks) printf("if one does not turn:\n");
    for (size_t k = 0; k < i->fallback_count && status == EXIT_DONE; k++) {
        const cim_trace_fallback *f = &i->fallbacks[k];
        printf("  %u to shut, %+.10g %s%s, instead of ", f->shut_count, f->added, utility_column_name(i->column),
               f->has_source ? " and a source to turn off" : "");
        status = utility_plain_device(i->u, f->device);
    }
    return status;
}

static int show_plain(isolating *i)
{
    char title[60];
    snprintf(title, sizeof title, "shut %zu %s", i->shut.count, utility_plural((double)i->shut.count, "device", "devices"));
    int status = plain_devices(i, title, " (switch off)", &i->shut);
    if (!i->shut.count) printf("nothing is to be shut\n");
    if (status == EXIT_DONE) status = plain_devices(i, "leave open, nothing comes from there", " (leave on)", &i->leave);
    if (status == EXIT_DONE) status = plain_devices(i, "keep shut", " (keep off)", &i->keep);
    if (status == EXIT_DONE) status = plain_devices(i, "inside, of no use", "", &i->stuck);
    for (size_t k = 0; k < i->sources.count && status == EXIT_DONE; k++) {
        printf("turn off, it feeds the works: ");
        status = utility_plain_object(i->u, cim_utility_element_object(i->u->networks, i->sources.at[k]));
        putchar('\n');
    }
    plain_part(i, "cut off", &i->works, i->works_sums);
    if (i->lost.count) plain_part(i, "lost beyond", &i->lost, i->lost_sums);
    if (status == EXIT_DONE) status = plain_affected(i);
    if (status == EXIT_DONE) status = plain_hydrants(i);
    if (status == EXIT_DONE) status = plain_supplies(i);
    if (status == EXIT_DONE) status = plain_fallbacks(i);
    printf("(%s)\n", utility_note);
    return status;
}

/* ---- drawing ---- */

static int draw_elements(isolating *i, const utility_list *elements, const char *role)
{
    int status = EXIT_DONE;
    for (size_t k = 0; k < elements->count && status == EXIT_DONE; k++) status = utility_layer_element(&i->t->layer, elements->at[k], role, "");
    return status;
}

static int draw_devices(isolating *i, const utility_list *devices, const char *role)
{
    int status = EXIT_DONE;
    for (size_t k = 0; k < devices->count && status == EXIT_DONE; k++) status = utility_layer_device(&i->t->layer, devices->at[k], role, "");
    return status;
}

static int draw(isolating *i)
{
    int status = draw_elements(i, &i->lost, "lost");
    if (status == EXIT_DONE) status = draw_elements(i, &i->works, "works");
    if (status == EXIT_DONE) status = draw_elements(i, &i->t->starts, "start");
    for (size_t k = 0; k < i->affected.count && status == EXIT_DONE; k++) {
        const cim_utility_service *s = &i->affected.at[k];
        char more[120];
        snprintf(more, sizeof more, ",\"customers\":%u,\"people\":%u,\"critical\":\"%s\"", s->customers, s->people, utility_site_name(s->critical));
        status = utility_layer_object(&i->t->layer, s->object, "without_supply", more);
    }
    for (size_t k = 0; k < i->supply_count && status == EXIT_DONE; k++) {
        status = draw_elements(i, &i->supplies[k].way, "resupply");
        if (status == EXIT_DONE) status = draw_devices(i, &i->supplies[k].shut, "resupply_shut");
        if (status == EXIT_DONE) status = draw_devices(i, &i->supplies[k].open, "resupply_open");
    }
    if (status == EXIT_DONE) status = draw_devices(i, &i->leave, "leave");
    if (status == EXIT_DONE) status = draw_devices(i, &i->keep, "keep");
    if (status == EXIT_DONE) status = draw_devices(i, &i->stuck, "stuck");
    return status == EXIT_DONE ? draw_devices(i, &i->shut, "shut") : status;
}

int tracing_isolate(tracing *t)
{
    isolating i = { .t = t, .u = &t->u, .hydrant = CIM_NONE, .hydrant_m = INFINITY };
    int status = find_devices(&i);
    if (status == EXIT_DONE) status = find_live(&i);
    if (status == EXIT_DONE) status = find_gone(&i);
    if (status == EXIT_DONE) status = find_hydrants(&i);
    if (status == EXIT_DONE) status = find_supplies(&i);
    if (status == EXIT_DONE) status = find_fallbacks(&i);
    if (status == EXIT_DONE) {
        status = tracing_begin(t);
        if (status == EXIT_DONE) status = t->json ? show_json(&i) : show_plain(&i);
        tracing_end(t);
    }
    if (status == EXIT_DONE && t->layer.file) status = draw(&i);
    utility_list *lists[] = { &i.shut, &i.leave, &i.keep, &i.stuck, &i.works, &i.lost, &i.sources, &i.hydrants };
    for (size_t k = 0; k < sizeof lists / sizeof *lists; k++) utility_list_free(lists[k]);
    for (size_t k = 0; k < PARTS; k++) {
        utility_list_free(&i.supplies[k].open);
        utility_list_free(&i.supplies[k].shut);
        utility_list_free(&i.supplies[k].way);
    }
    utility_affected_free(&i.affected);
    free(i.gone);
    free(i.live);
    free(i.fallbacks);
    return status;
}
