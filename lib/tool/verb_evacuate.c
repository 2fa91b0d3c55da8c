/* verb_evacuate.c - cimtool evacuate: who leaves an area when by which way, and where it is too narrow. */
#include "areas.h"
#include "places.h"
#include "travel_print.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct evacuating {
    travel travel;
    places area, shelters;
    areas outlines;
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

/* Polygons stand for the buildings that they meet. */
static int find_in_outlines(evacuating *e, const char *text)
{
    char *filter = NULL;
    size_t size = 0;
    int status = areas_add(&e->travel, &e->outlines, text);
    FILE *out = status == EXIT_DONE ? open_memstream(&filter, &size) : NULL;
    if (status != EXIT_DONE) return status;
    if (!out) return cimtool_fail(e->travel.tool, CIM_ENOMEM);
    fputs("class = 'Building' AND (", out);
    for (size_t i = 0; i < e->outlines.count; i++) {
        fputs(i ? " OR S_INTERSECTS(geom, " : "S_INTERSECTS(geom, ", out);
        areas_print(&e->outlines.geoms[i], out);
        fputc(')', out);
    }
    fputc(')', out);
    status = fclose(out) ? cimtool_fail(e->travel.tool, CIM_ENOMEM) : places_find(&e->travel, &e->area, filter);
    free(filter);
    return status;
}

static int find_area(evacuating *e)
{
    const char *text = cimtool_value(e->travel.tool, "area");
    if (!text) return cimtool_complain("evacuate needs --area");
    int status = areas_is(text) ? find_in_outlines(e, text) : places_find(&e->travel, &e->area, text);
    if (status == EXIT_DONE) status = places_footprints(&e->travel, &e->area);
    if (status != EXIT_DONE) return status;
    places_warn(&e->travel, &e->area, "objects to leave");
    if (e->area.count) return EXIT_DONE;
    cimtool_complain("--area: no objects with a street");
    return EXIT_NEGATIVE;
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
    int status = places_values(&e->travel, &e->area, text ? text : "population", 0.0, NULL);
    for (size_t i = 0; i < e->area.count && status == EXIT_DONE; i++) e->sources[i].people = (uint32_t)fmin(fmax(e->area.weights[i], 0.0), 4e9);
    return status;
}

/* ---- where to ---- */

enum { CELLS = 8 };
typedef struct table {
    evacuating *plan;
    const char *path;
    char *cell[CELLS];
    char name[CELLS][24];
    int count; /* 0: the line of names is still to come */
} table;

static void cut_line(table *t, char *line)
{
    memset(t->cell, 0, sizeof t->cell);
    for (int i = 0; i < CELLS; i++) {
        t->cell[i] = line;
        line += strcspn(line, ",");
        if (!*line) return;
        *line++ = 0;
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
    return end != text && !*end && isfinite(*value);
}

/* "id", or x and y, or lon and lat. */
static int add_shelter(const table *t)
{
    travel *v = &t->plan->travel;
    const char *id = cell_of(t, "id");
    bool degrees = cell_of(t, "lon") != NULL;
    const char *x = degrees ? "lon" : "x", *y = degrees ? "lat" : "y";
    double xy[2];
    char text[100];
    cim_net_place place;
    if (id) return places_add(v, &t->plan->shelters, id);
    if (!cell_of(t, x) || !cell_of(t, y) || !number_of(t, x, &xy[0]) || !number_of(t, y, &xy[1]))
        return cimtool_complain("neither id nor x and y nor lon and lat");
    int status = travel_place_at(v, xy, degrees || cimtool_has(v->tool, "lonlat"), &place);
    snprintf(text, sizeof text, "%.40s,%.40s", cell_of(t, x), cell_of(t, y));
    return status == EXIT_DONE ? places_put(v, &t->plan->shelters, CIM_NONE, text, &place) : status;
}

static int set_exit(evacuating *e, double rate, double capacity)
{
    size_t count = e->task.exit_count;
    cim_evacuation_exit *more = count & (count - 1) ? e->exits : realloc(e->exits, (2 * count + 1) * sizeof *more); /* room doubles at powers of two */
    if (!more) return cimtool_fail(e->travel.tool, CIM_ENOMEM);
    e->exits = more;
    more[count] = (cim_evacuation_exit){ .place = e->shelters.at[count], .people_per_hour = rate,
                                         .capacity = capacity >= 0.0 && capacity < CIM_NONE ? (uint32_t)capacity : CIM_NONE };
    e->task.exit_count++;
    return EXIT_DONE;
}

static int read_shelter(void *user, char *line, size_t number)
{
    table *t = user;
    double capacity = CIM_NONE, rate = 0.0;
    cut_line(t, line);
    if (!t->count) {
        for (; t->count < CELLS && t->cell[t->count]; t->count++) snprintf(t->name[t->count], sizeof t->name[0], "%s", t->cell[t->count]);
        return EXIT_DONE;
    }
    if (!number_of(t, "capacity", &capacity) || !number_of(t, "people_per_hour", &rate) || capacity < 0.0 || rate < 0.0)
        return cimtool_complain("%s:%zu: capacity and people_per_hour are numbers, not below 0", t->path, number);
    int status = add_shelter(t);
    if (status != EXIT_DONE) cimtool_complain("%s:%zu: this shelter cannot be used", t->path, number);
    return status == EXIT_DONE ? set_exit(t->plan, rate, capacity) : status;
}

static int find_shelters(evacuating *e)
{
    const char *text = cimtool_value(e->travel.tool, "shelters");
    int64_t capacity = CIM_NONE;
    if (!text) return cimtool_complain("evacuate needs --shelters");
    if (!cimtool_int(e->travel.tool, "capacity", 0, CIM_NONE - 1, &capacity)) return EXIT_USAGE;
    size_t n = strlen(text);
    bool file = n > 4 && !strcmp(text + n - 4, ".csv");
    table t = { .plan = e, .path = text };
    int status = file ? places_lines(text, read_shelter, &t) : places_find(&e->travel, &e->shelters, text);
    while (!file && status == EXIT_DONE && e->task.exit_count < e->shelters.count) status = set_exit(e, 0.0, (double)capacity);
    if (status != EXIT_DONE) return status;
    places_warn(&e->travel, &e->shelters, "shelters");
    if (e->shelters.count) return EXIT_DONE;
    if (file) return cimtool_complain("%s: no shelters", text);
    cimtool_complain("--shelters: no objects with a street");
    return EXIT_NEGATIVE;
}

/* ---- printing ---- */

static int print_shelter(evacuating *e, uint32_t exit)
{
    char *id = NULL;
    int status = places_label(&e->travel, &e->shelters, exit, &id, NULL);
    if (id) cimtool_print_safe(id);
    free(id);
    return status;
}

static int print_plain(evacuating *e)
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
        status = print_shelter(e, x);
        putchar('\n');
    }
    for (uint32_t i = 0; i < v->link_count && i < (uint32_t)e->top && v->links[i].wait_s > 0.0 && status == EXIT_DONE; i++) {
        const cim_evacuation_link *l = &v->links[i];
        const char *name = cim_net_text(e->travel.net, e->net.edge_name[l->link >> 1]);
        printf("%10.1f h waiting, %llu people, %u full spans: ", l->wait_s / 3600.0, (unsigned long long)l->people, l->full_slots);
        status = travel_print_plain_id(&e->travel, e->net.edge_object[l->link >> 1], 0);
        printf("  ");
        cimtool_print_safe(name);
        putchar('\n');
    }
    return status;
}

static int print_link(const evacuating *e, const cim_evacuation_link *l)
{
    printf("\"id\":");
    int status = travel_print_id(&e->travel, e->net.edge_object[l->link >> 1]);
    printf(",\"direction\":\"%s\",\"people\":%llu,\"wait_s\":%.1f,\"full_spans\":%u", l->link & 1 ? "against" : "along", (unsigned long long)l->people,
           l->wait_s, l->full_slots);
    return status;
}

static int print_groups(evacuating *e)
{
    const cim_evacuation_view *v = &e->view;
    int status = EXIT_DONE;
    printf("\"groups\":[");
    for (uint32_t i = 0; i < v->group_count && status == EXIT_DONE; i++) {
        const cim_evacuation_group *g = &v->groups[i];
        printf("%s{\"from\":", i ? "," : "");
        status = places_print_id(&e->travel, &e->area, g->source);
        printf(",\"to\":%u,\"people\":%u,\"depart_s\":%.3f,\"arrive_s\":%.3f,\"way\":[", g->exit, g->people, g->depart_s, g->arrive_s);
        for (uint32_t k = 0; k < g->leg_count && status == EXIT_DONE; k++) {
            const cim_evacuation_leg *leg = &v->legs[g->first_leg + k];
            printf("%s{\"id\":", k ? "," : "");
            status = travel_print_id(&e->travel, e->net.edge_object[leg->link >> 1]);
            printf(",\"direction\":\"%s\",\"enter_s\":%.3f}", leg->link & 1 ? "against" : "along", leg->enter_s);
        }
        printf("]}");
    }
    printf("]");
    return status;
}

static int print_json(evacuating *e)
{
    const cim_evacuation_view *v = &e->view;
    const places *lists[] = { &e->area, &e->shelters };
    printf("{\"schema\":\"cimtool/1\",\"profile\":\"%s\"", travel_profile(&e->travel));
    travel_print_epoch(&e->travel);
    printf(",\"people\":%llu,\"evacuated\":%llu,", (unsigned long long)v->people, (unsigned long long)v->evacuated);
    printf("\"no_way\":%llu,\"no_room\":%llu,\"too_late\":%llu,", (unsigned long long)v->no_way, (unsigned long long)v->no_room,
           (unsigned long long)v->too_late);
    printf("\"clearance_s\":%.3f,\"clearance_bound_s\":%.3f,", v->clearance_s, v->clearance_bound_s);
    printf("\"mean_s\":%.3f,\"mean_bound_s\":%.3f,\"cut_people_per_hour\":", v->mean_s, v->mean_bound_s);
    if (isfinite(v->cut_people_per_hour)) printf("%.1f,", v->cut_people_per_hour);
    else printf("null,");
    int status = places_print_unplaced(&e->travel, lists, 2);
    printf(",\"exits\":[");
    for (uint32_t x = 0; x < v->exit_count && status == EXIT_DONE; x++) {
        printf("%s{\"place\":", x ? "," : "");
        status = places_print_id(&e->travel, &e->shelters, x);
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

static int print_geojson(const evacuating *e)
{
    int status = EXIT_DONE;
    travel_begin_features(&e->travel);
    for (uint32_t i = 0; i < e->view.link_count && status == EXIT_DONE; i++) {
        status = travel_begin_street(&e->travel, &e->net, e->view.links[i].link >> 1, i == 0);
        if (status == EXIT_DONE) status = print_link(e, &e->view.links[i]);
        printf("}}");
    }
    travel_end_features();
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
    places_free(&e.area);
    places_free(&e.shelters);
    areas_free(&e.outlines);
    travel_close(&e.travel);
    return status;
}
