/* verb_evacuate.c - cimtool evacuate: who leaves an area when by which way, and where it is too narrow. */
#include "demand.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct evacuating {
    travel travel;
    demand area, shelters;
    cim_evacuation_source *sources;
    cim_evacuation_exit *exits;
    double *capacity;
    cim_evacuation_task task;
    cim_evacuation *plan;
    cim_evacuation_view view;
    cim_net_view net;
    int64_t top;
} evacuating;

/* ---- who ---- */

/* A polygon stands for the buildings it meets. */
static int find_area(evacuating *e)
{
    const char *text = cimtool_value(e->travel.tool, "area");
    if (!text) return cimtool_complain("evacuate needs --area");
    if (strncmp(text, "POLYGON", 7) && strncmp(text, "MULTIPOLYGON", 12)) return demand_find(&e->travel, text, &e->area);
    size_t size = strlen(text) + 100;
    char *filter = malloc(size);
    if (!filter) return cimtool_fail(e->travel.tool, CIM_ENOMEM);
    snprintf(filter, size, "class = 'Building' AND S_INTERSECTS(geom, %s)", text);
    int status = demand_find(&e->travel, filter, &e->area);
    free(filter);
    return status;
}

/* N people by footprint: whole ones, as of running sums. */
static int share_people(evacuating *e, double people)
{
    double sum = 0.0, at = 0.0;
    if (people < 0.0 || people > 4e9 || people != floor(people)) return cimtool_complain("--people: %g is no number of people", people);
    for (size_t i = 0; i < e->area.count; i++) sum += e->area.weights[i];
    for (size_t i = 0; i < e->area.count; i++) {
        double next = at + (sum > 0.0 ? e->area.weights[i] / sum : 1.0 / (double)e->area.count);
        bool last = i + 1 == e->area.count;
        e->sources[i].people = (uint32_t)(floor((last ? 1.0 : next) * people + (last ? 0.0 : 1e-9)) - floor(at * people + 1e-9));
        at = next;
    }
    return EXIT_DONE;
}

static int count_people(evacuating *e)
{
    const char *text = cimtool_value(e->travel.tool, "people");
    char *end;
    double number = text ? strtod(text, &end) : 0.0;
    e->sources = calloc(e->area.count + 1, sizeof *e->sources);
    if (!e->sources) return cimtool_fail(e->travel.tool, CIM_ENOMEM);
    for (size_t i = 0; i < e->area.count; i++) e->sources[i].place = e->area.at[i];
    if (text && end != text && !*end) return share_people(e, number);
    int status = demand_values(&e->travel, text ? text : "population", e->area.ids, e->area.count, 0.0, e->area.weights);
    for (size_t i = 0; i < e->area.count && status == EXIT_DONE; i++) e->sources[i].people = (uint32_t)fmin(fmax(e->area.weights[i], 0.0), 4e9);
    return status;
}

/* ---- where to ---- */

enum { CELLS = 8, LINE = 1000 };
typedef struct table {
    char line[LINE];
    char *cell[CELLS];
    char name[CELLS][24];
    int count;
} table;

static void cut_line(table *t, int most)
{
    char *p = t->line;
    p[strcspn(p, "\r\n")] = 0;
    memset(t->cell, 0, sizeof t->cell);
    for (int i = 0; i < most; i++) {
        t->cell[i] = p;
        p += strcspn(p, ",");
        if (!*p) return;
        *p++ = 0;
    }
}

static const char *cell_of(const table *t, const char *name)
{
    for (int i = 0; i < t->count; i++)
        if (!strcmp(t->name[i], name) && t->cell[i] && *t->cell[i]) return t->cell[i];
    return NULL;
}

static bool number_of(const table *t, const char *name, double *value)
{
    const char *text = cell_of(t, name);
    char *end;
    if (!text) return true;
    *value = strtod(text, &end);
    return end != text && !*end && *value >= 0.0 && isfinite(*value);
}

/* "id,capacity,people_per_hour" or with x,y or lon,lat for id. */
static int read_shelter(evacuating *e, const table *t, const char *path, int number)
{
    const char *id = cell_of(t, "id"), *x = cell_of(t, cell_of(t, "lon") ? "lon" : "x"), *y = cell_of(t, cell_of(t, "lon") ? "lat" : "y");
    double capacity = -1.0, rate = 0.0, xy[2];
    size_t found = 0;
    cim_net_snap_options snap = CIM_NET_SNAP_OPTIONS_INIT;
    cim_evacuation_exit *exit = &e->exits[e->task.exit_count];
    snap.radius_m = 1000.0;
    if (!number_of(t, "capacity", &capacity) || !number_of(t, "people_per_hour", &rate) || (!id && (!x || !y)))
        return cimtool_complain("%s:%d: no place, or a number that is none", path, number);
    *exit = (cim_evacuation_exit){ .people_per_hour = rate, .capacity = capacity >= 0.0 && capacity < 4e9 ? (uint32_t)capacity : CIM_NONE };
    e->task.exit_count++;
    if (id) return travel_place(&e->travel, id, &exit->place);
    xy[0] = strtod(x, NULL);
    xy[1] = strtod(y, NULL);
    cim_status st = cell_of(t, "lon") ? cim_crs_transform(e->travel.tool->ctx, 4326, cim_city_epsg(e->travel.city), 1, xy) : CIM_OK;
    if (st >= 0) st = cim_net_snap(e->travel.tool->ctx, e->travel.costs, xy[0], xy[1], &snap, 1, &exit->place, &found);
    if (st < 0) return cimtool_fail(e->travel.tool, st);
    return found ? EXIT_DONE : cimtool_complain("%s:%d: no street within 1000 m", path, number);
}

static int read_shelters(evacuating *e, const char *path)
{
    table t = { .count = 0 };
    FILE *f = fopen(path, "r");
    int status = EXIT_DONE, number = 1;
    size_t room = 0;
    if (!f) {
        cimtool_complain("%s: cannot be read", path);
        return EXIT_FAILED;
    }
    if (fgets(t.line, LINE, f)) {
        cut_line(&t, CELLS);
        for (; t.count < CELLS && t.cell[t.count]; t.count++) snprintf(t.name[t.count], sizeof t.name[0], "%s", t.cell[t.count]);
    }
    while (status == EXIT_DONE && fgets(t.line, LINE, f)) {
        number++;
        cut_line(&t, CELLS);
        if (!*t.line && !t.cell[1]) continue;
        if (e->task.exit_count == room) {
            cim_evacuation_exit *more = realloc(e->exits, (room = 2 * room + 16) * sizeof *more);
            if (!more) status = cimtool_fail(e->travel.tool, CIM_ENOMEM);
            else e->exits = more;
        }
        if (status == EXIT_DONE) status = read_shelter(e, &t, path, number);
    }
    fclose(f);
    return status != EXIT_DONE || e->task.exit_count ? status : cimtool_complain("%s: no shelters", path);
}

static int find_shelters(evacuating *e)
{
    const char *text = cimtool_value(e->travel.tool, "shelters");
    int64_t capacity = CIM_NONE;
    if (!text) return cimtool_complain("evacuate needs --shelters");
    size_t n = strlen(text);
    if (n > 4 && !strcmp(text + n - 4, ".csv")) return read_shelters(e, text);
    if (!cimtool_int(e->travel.tool, "capacity", 0, CIM_NONE - 1, &capacity)) return EXIT_USAGE;
    int status = demand_find(&e->travel, text, &e->shelters);
    if (status != EXIT_DONE) return status;
    e->exits = calloc(e->shelters.count, sizeof *e->exits);
    if (!e->exits) return cimtool_fail(e->travel.tool, CIM_ENOMEM);
    for (size_t i = 0; i < e->shelters.count; i++) e->exits[i] = (cim_evacuation_exit){ .place = e->shelters.at[i], .capacity = (uint32_t)capacity };
    e->task.exit_count = e->shelters.count;
    return EXIT_DONE;
}

/* ---- printing ---- */

static int print_id(const evacuating *e, uint32_t object)
{
    cim_buf gid = CIM_BUF_INIT;
    cim_status st = cim_city_gid(e->travel.tool->ctx, e->travel.city, object, &gid);
    if (st < 0) return cimtool_fail(e->travel.tool, st);
    if (e->travel.tool->json || cimtool_has(e->travel.tool, "geojson")) travel_print_text(gid.data);
    else printf("%s", gid.data);
    cim_buf_dispose(&gid);
    return EXIT_DONE;
}

/* The object, or where it is. */
static int print_exit(const evacuating *e, uint32_t exit)
{
    if (e->shelters.ids) return print_id(e, e->shelters.ids[exit]);
    printf(e->travel.tool->json ? "\"%.1f,%.1f\"" : "%.1f,%.1f", e->exits[exit].place.x, e->exits[exit].place.y);
    return EXIT_DONE;
}

static int print_plain(const evacuating *e)
{
    const cim_evacuation_view *v = &e->view;
    int status = EXIT_DONE;
    printf("%llu of %llu people out; the last after %.0f s (no plan: before %.0f s), on average after %.0f s (%.0f s); %u groups\n",
           (unsigned long long)v->evacuated, (unsigned long long)v->people, v->clearance_s, v->clearance_bound_s, v->mean_s, v->mean_bound_s, v->group_count);
    if (v->evacuated < v->people)
        printf("left behind: %llu without a way, %llu without room, %llu too late\n", (unsigned long long)v->no_way, (unsigned long long)v->no_room,
               (unsigned long long)v->too_late);
    if (isfinite(v->cut_people_per_hour)) printf("the narrowest cut lets %.0f people an hour through\n", v->cut_people_per_hour);
    for (uint32_t x = 0; x < v->exit_count && status == EXIT_DONE; x++) {
        printf("%10llu people to ", (unsigned long long)v->exit_people[x]);
        status = print_exit(e, x);
        putchar('\n');
    }
    for (uint32_t i = 0; i < v->link_count && i < (uint32_t)e->top && v->links[i].wait_s > 0.0 && status == EXIT_DONE; i++) {
        const cim_evacuation_link *l = &v->links[i];
        const char *name = cim_net_text(e->travel.net, e->net.edge_name[l->link >> 1]);
        printf("%10.1f h waiting, %llu people, %u full spans: ", l->wait_s / 3600.0, (unsigned long long)l->people, l->full_slots);
        status = print_id(e, e->net.edge_object[l->link >> 1]);
        printf("  %s\n", name);
    }
    return status;
}

static int print_link(const evacuating *e, const cim_evacuation_link *l)
{
    printf("\"id\":");
    int status = print_id(e, e->net.edge_object[l->link >> 1]);
    printf(",\"direction\":\"%s\",\"people\":%llu,\"wait_s\":%.1f,\"full_spans\":%u", l->link & 1 ? "against" : "along", (unsigned long long)l->people,
           l->wait_s, l->full_slots);
    return status;
}

static int print_groups(const evacuating *e)
{
    const cim_evacuation_view *v = &e->view;
    int status = EXIT_DONE;
    printf("\"groups\":[");
    for (uint32_t i = 0; i < v->group_count && status == EXIT_DONE; i++) {
        const cim_evacuation_group *g = &v->groups[i];
        printf("%s{\"from\":", i ? "," : "");
        status = print_id(e, e->area.ids[g->source]);
        printf(",\"to\":%u,\"people\":%u,\"depart_s\":%.3f,\"arrive_s\":%.3f,\"way\":[", g->exit, g->people, g->depart_s, g->arrive_s);
        for (uint32_t k = 0; k < g->leg_count && status == EXIT_DONE; k++) {
            const cim_evacuation_leg *leg = &v->legs[g->first_leg + k];
            printf("%s{\"id\":", k ? "," : "");
            status = print_id(e, e->net.edge_object[leg->link >> 1]);
            printf(",\"direction\":\"%s\",\"enter_s\":%.3f}", leg->link & 1 ? "against" : "along", leg->enter_s);
        }
        printf("]}");
    }
    printf("]");
    return status;
}

static int print_json(const evacuating *e)
{
    const cim_evacuation_view *v = &e->view;
    int status = EXIT_DONE;
    printf("{\"schema\":\"cimtool/"
           "1\",\"profile\":\"%s\",\"people\":%llu,\"evacuated\":%llu,\"no_way\":%llu,\"no_room\":%llu,\"too_late\":%llu,\"clearance_s\":%.3f,\"clearance_"
           "bound_s\":%.3f,\"mean_s\":%.3f,"
           "\"mean_bound_s\":%.3f,\"cut_people_per_hour\":",
           travel_profile(&e->travel), (unsigned long long)v->people, (unsigned long long)v->evacuated, (unsigned long long)v->no_way,
           (unsigned long long)v->no_room, (unsigned long long)v->too_late, v->clearance_s, v->clearance_bound_s, v->mean_s, v->mean_bound_s);
    if (isfinite(v->cut_people_per_hour)) printf("%.1f", v->cut_people_per_hour);
    else printf("null");
    printf(",\"objects_without_street\":%zu,\"exits\":[", e->area.lost);
    for (uint32_t x = 0; x < v->exit_count && status == EXIT_DONE; x++) {
        printf("%s{\"place\":", x ? "," : "");
        status = print_exit(e, x);
        printf(",\"people\":%llu}", (unsigned long long)v->exit_people[x]);
    }
    printf("],\"streets\":[");
    for (uint32_t i = 0; i < v->link_count && status == EXIT_DONE; i++) {
        printf("%s{", i ? "," : "");
        status = print_link(e, &v->links[i]);
        putchar('}');
    }
    printf("],");
    if (status == EXIT_DONE) status = print_groups(e);
    printf("}\n");
    return status;
}

static int print_geojson(evacuating *e)
{
    int status = EXIT_DONE;
    printf("{\"type\":\"FeatureCollection\",\"features\":[\n");
    for (uint32_t i = 0; i < e->view.link_count && status == EXIT_DONE; i++) {
        uint32_t edge = e->view.links[i].link >> 1, first = e->net.first_vertex[edge], count = e->net.first_vertex[edge + 1] - first;
        double *lonlat = NULL;
        status = travel_lonlat(&e->travel, e->net.xy + 2 * (size_t)first, count, &lonlat);
        if (status != EXIT_DONE) break;
        printf("%s{\"type\":\"Feature\",\"geometry\":{\"type\":\"LineString\",\"coordinates\":", i ? ",\n" : "");
        travel_print_positions(lonlat, count, 7);
        printf("},\"properties\":{");
        status = print_link(e, &e->view.links[i]);
        printf("}}");
        free(lonlat);
    }
    printf("\n]}\n");
    return status;
}

/* ---- asking ---- */

static int plan(evacuating *e)
{
    cimtool *t = e->travel.tool;
    double per_vehicle = 2.0;
    if (!cimtool_real(t, "per-vehicle", &per_vehicle) || !cimtool_real(t, "slot", &e->task.slot_s) || !cimtool_real(t, "horizon", &e->task.horizon_s))
        return EXIT_USAGE;
    e->capacity = calloc(2 * (size_t)e->net.edge_count + 1, sizeof *e->capacity);
    if (!e->capacity) return cimtool_fail(t, CIM_ENOMEM);
    e->task.sources = e->sources;
    e->task.source_count = e->area.count;
    e->task.exits = e->exits;
    e->task.link_people_per_hour = e->capacity;
    e->view.struct_size = sizeof e->view;
    cim_status st = cim_evacuation_capacity(t->ctx, e->travel.costs, per_vehicle, e->capacity);
    if (st >= 0) st = cim_evacuation_run(t->ctx, e->travel.costs, e->travel.metric, &e->task, &e->plan);
    if (st >= 0) st = cim_evacuation_get(t->ctx, e->plan, &e->view);
    if (st == CIM_EARG) return cimtool_complain("%s", cim_ctx_error(t->ctx));
    return st < 0 ? cimtool_fail(t, st) : EXIT_DONE;
}

static int answer(evacuating *e)
{
    cimtool *t = e->travel.tool;
    e->net.struct_size = sizeof e->net;
    cim_status st = cim_net_get(t->ctx, e->travel.net, &e->net);
    if (st < 0) return cimtool_fail(t, st);
    int status = find_area(e);
    if (status == EXIT_DONE) status = count_people(e);
    if (status == EXIT_DONE) status = find_shelters(e);
    if (status == EXIT_DONE) status = plan(e);
    if (status != EXIT_DONE) return status;
    status = cimtool_has(t, "geojson") ? print_geojson(e) : t->json ? print_json(e) : print_plain(e);
    return status == EXIT_DONE && e->view.evacuated < e->view.people ? EXIT_NEGATIVE : status;
}

int verb_evacuate(cimtool *tool)
{
    evacuating e = { .task = CIM_EVACUATION_TASK_INIT, .top = 10 };
    if (!cimtool_int(tool, "top", 0, 0x7fffffff, &e.top)) return EXIT_USAGE;
    int status = travel_open(&e.travel, tool);
    if (status == EXIT_DONE) status = answer(&e);
    cim_evacuation_free(e.plan);
    free(e.sources);
    free(e.exits);
    free(e.capacity);
    demand_free(&e.area);
    demand_free(&e.shelters);
    travel_close(&e.travel);
    return status;
}
