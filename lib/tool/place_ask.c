/* place_ask.c - see place_ask.h. */
#include "place_ask.h"

#include "areas.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char *const by_names[] = { "road", "air", "sight", "water" };

const char *place_by_name(place_by by) { return by_names[by]; }

static int failed(const place_ask *a, cim_status st) { return cimtool_fail(a->travel.tool, st); }

bool place_within(const char *option, const char *text, double *value_out, bool *metres_out)
{
    char *end;
    double value = strtod(text, &end);
    bool unit = *end && !end[1] && (*end == 's' || *end == 'm');
    if (end == text || (*end && !unit) || !(value > 0.0 && value <= 1e6)) {
        cimtool_complain("--%s: %s is no time like 300s and no length like 500m", option, text);
        return false;
    }
    *value_out = value;
    *metres_out = *end == 'm';
    return true;
}

/* ---- groups ---- */

static const char *group_text(const cimtool_node *row)
{
    const cimtool_node *cell = row ? row->child : NULL;
    if (cell && cell->type == '[') cell = cell->child;
    return cell && (cell->type == '"' || cell->type == 'n') ? cell->text : NULL;
}

typedef struct named {
    const char *name;
    uint32_t at;
} named;

static int by_name(const void *a, const void *b)
{
    const named *x = a, *y = b;
    int order = strcmp(x->name, y->name);
    return order ? order : (x->at > y->at) - (x->at < y->at);
}

/* Numbers by the order of names. */
static bool number_groups(named *list, size_t n, uint32_t *groups, uint32_t *count_out, char ***names_out)
{
    char **names = calloc(n + 1, sizeof *names);
    uint32_t count = 0;
    if (!names) return false;
    if (n) qsort(list, n, sizeof *list, by_name);
    for (size_t k = 0; k < n; k++) {
        if (!k || strcmp(list[k].name, list[k - 1].name)) names[count++] = strdup(list[k].name);
        groups[list[k].at] = count - 1;
    }
    *count_out = count;
    *names_out = names;
    return true;
}

int place_groups(travel *t, const uint32_t *objects, uint32_t count, const char *property, uint32_t *groups, uint32_t *count_out, char ***names_out)
{
    cim_buf json = CIM_BUF_INIT;
    uint32_t *ids = malloc(((size_t)count + 1) * sizeof *ids), known = 0;
    named *list = malloc(((size_t)count + 1) * sizeof *list);
    size_t n = 0;
    cim_status st = ids && list ? CIM_OK : CIM_ENOMEM;
    for (uint32_t i = 0; st >= 0 && i < count; i++) {
        groups[i] = CIM_NONE;
        if (objects[i] != CIM_NONE) ids[known++] = objects[i];
    }
    if (st >= 0) st = cim_query_values(t->tool->ctx, t->city, ids, known, &property, 1, &json);
    cimtool_node *rows = st < 0 ? NULL : cimtool_json_read(json.data);
    const cimtool_node *row = rows ? rows->child : NULL;
    for (uint32_t i = 0; st >= 0 && i < count; i++) {
        if (objects[i] == CIM_NONE) continue;
        const char *text = group_text(row);
        if (text) list[n++] = (named){ text, i };
        if (row) row = row->next;
    }
    if (st >= 0 && !number_groups(list, n, groups, count_out, names_out)) st = CIM_ENOMEM;
    cimtool_json_free(rows);
    cim_buf_dispose(&json);
    free(ids);
    free(list);
    return st < 0 ? cimtool_fail(t->tool, st) : EXIT_DONE;
}

/* ---- candidates ---- */

static int add_queries(place_ask *a, cim_sites *list, const char *option)
{
    int at = 0;
    const char *text;
    while ((text = cimtool_next_value(a->travel.tool, option, &at))) {
        size_t placeless = 0;
        cim_status st = cim_sites_find(a->travel.tool->ctx, list, text, &placeless);
        if (st < 0) return failed(a, st);
        a->placeless += placeless;
    }
    return EXIT_DONE;
}

static int drop_areas(place_ask *a, const char *option, int32_t outside)
{
    int at = 0, status = EXIT_DONE;
    const char *text;
    while (status == EXIT_DONE && (text = cimtool_next_value(a->travel.tool, option, &at))) {
        areas list = { NULL, 0 };
        status = areas_add(&a->travel, &list, text);
        for (size_t k = 0; k < list.count && status == EXIT_DONE; k++) {
            cim_status st = cim_sites_drop(a->travel.tool->ctx, a->site_list, &list.geoms[k], outside, NULL);
            if (st < 0) status = failed(a, st);
        }
        areas_free(&list);
    }
    return status;
}

static int make_candidates(place_ask *a)
{
    cimtool *t = a->travel.tool;
    double every = 0.0, height = 4.0;
    const char *walls = cimtool_has(t, "on") ? cimtool_value(t, "on") : "layer = 'building'";
    cim_status st = cim_sites_new(t->ctx, a->travel.city, &a->site_list);
    if (st < 0) return failed(a, st);
    int status = add_queries(a, a->site_list, "candidates");
    if (status != EXIT_DONE) return status;
    if (!cimtool_real(t, "height", &height)) return EXIT_USAGE;
    if (cimtool_has(t, "along-walls")) {
        if (!cimtool_real(t, "along-walls", &every)) return EXIT_USAGE;
        st = cim_sites_walls(t->ctx, a->site_list, walls, every, height, 0.2);
    }
    if (st >= 0 && cimtool_has(t, "along-streets")) {
        if (!cimtool_real(t, "along-streets", &every)) return EXIT_USAGE;
        st = cim_sites_streets(t->ctx, a->site_list, a->travel.costs, every);
    }
    if (st >= 0 && cimtool_has(t, "grid")) {
        if (!cimtool_real(t, "grid", &every)) return EXIT_USAGE;
        st = cim_sites_grid(t->ctx, a->site_list, NULL, every);
    }
    if (st < 0) return failed(a, st);
    status = drop_areas(a, "keep-out", 0);
    return status == EXIT_DONE ? drop_areas(a, "keep-in", 1) : status;
}

static int by_object(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

/* Candidates that are objects of a query, or for a ban on one, get the flag. */
static int flag_query(place_ask *a, const char *text, uint8_t flag)
{
    cim_query_result found = CIM_QUERY_RESULT_INIT;
    cim_status st = cim_query_run(a->travel.tool->ctx, a->travel.city, text, NULL, &found);
    for (uint32_t j = 0; st >= 0 && found.count && j < a->site_count; j++) {
        bool itself = a->sites[j].kind != CIM_SITE_WALL && a->sites[j].kind != CIM_SITE_STREET;
        if ((itself || flag == CIM_PLACE_FORBIDDEN) && bsearch(&a->sites[j].object, found.ids, found.count, sizeof *found.ids, by_object)) a->flags[j] = flag;
    }
    cim_query_result_dispose(&found);
    return st < 0 ? failed(a, st) : EXIT_DONE;
}

/* Fixed ones first come into the list as candidates; doubles are then dropped. */
static int add_fixed(place_ask *a)
{
    cim_ctx *ctx = a->travel.tool->ctx;
    int at = 0;
    const char *text;
    while ((text = cimtool_next_value(a->travel.tool, "fixed", &at))) {
        cim_sites *fixed = NULL;
        size_t count, have, placeless = 0;
        cim_status st = cim_sites_new(ctx, a->travel.city, &fixed);
        if (st >= 0) st = cim_sites_find(ctx, fixed, text, &placeless);
        const cim_site *list = st >= 0 ? cim_sites_get(fixed, &count) : NULL;
        for (size_t k = 0; st >= 0 && k < count; k++) {
            const cim_site *old = cim_sites_get(a->site_list, &have);
            bool there = false;
            for (size_t j = 0; j < have && !there; j++) there = old[j].kind != CIM_SITE_WALL && old[j].kind != CIM_SITE_STREET && old[j].object == list[k].object;
            if (!there) st = cim_sites_put(ctx, a->site_list, list[k].object, list[k].x, list[k].y, 0.0);
        }
        a->placeless += placeless;
        cim_sites_free(fixed);
        if (st < 0) return failed(a, st);
    }
    return EXIT_DONE;
}

static int flag_sites(place_ask *a)
{
    int at = 0, status = add_fixed(a);
    const char *text;
    size_t count;
    if (status != EXIT_DONE) return status;
    a->sites = cim_sites_get(a->site_list, &count);
    a->site_count = (uint32_t)count;
    a->flags = calloc(count + 1, 1);
    if (!a->flags) return failed(a, CIM_ENOMEM);
    while (status == EXIT_DONE && (text = cimtool_next_value(a->travel.tool, "forbidden", &at))) status = flag_query(a, text, CIM_PLACE_FORBIDDEN);
    for (at = 0; status == EXIT_DONE && (text = cimtool_next_value(a->travel.tool, "fixed", &at));) status = flag_query(a, text, CIM_PLACE_FIXED);
    for (uint32_t j = 0; j < a->site_count; j++) a->fixed_count += a->flags[j] == CIM_PLACE_FIXED;
    return status;
}

static int site_costs(place_ask *a)
{
    const char *column = cimtool_value(a->travel.tool, "cost");
    if (!column) return EXIT_DONE;
    a->costs = malloc(((size_t)a->site_count + 1) * sizeof *a->costs);
    if (!a->costs) return failed(a, CIM_ENOMEM);
    cim_status st = cim_sites_values(a->travel.tool->ctx, a->site_list, column, 1.0, a->costs);
    return st < 0 ? failed(a, st) : EXIT_DONE;
}

/* ---- demands ---- */

static int keep_demands(place_ask *a, const cim_site *from, size_t count)
{
    a->demands = malloc((count + 1) * sizeof *a->demands);
    if (!a->demands) return failed(a, CIM_ENOMEM);
    if (count) memcpy(a->demands, from, count * sizeof *from);
    a->demand_count = (uint32_t)count;
    return EXIT_DONE;
}

static int make_demands(place_ask *a)
{
    cimtool *t = a->travel.tool;
    const char *column = cimtool_value(t, "weight");
    size_t count;
    if (a->problem == CIM_PLACE_DISPERSION) return keep_demands(a, a->sites, a->site_count);
    if (!cimtool_has(t, "demand")) return cimtool_complain("--demand is missing");
    cim_status st = cim_sites_new(t->ctx, a->travel.city, &a->demand_list);
    int status = st < 0 ? failed(a, st) : add_queries(a, a->demand_list, "demand");
    if (status != EXIT_DONE) return status;
    const cim_site *list = cim_sites_get(a->demand_list, &count);
    status = keep_demands(a, list, count);
    if (status != EXIT_DONE || !column) return status;
    a->weights = malloc((count + 1) * sizeof *a->weights);
    if (!a->weights) return failed(a, CIM_ENOMEM);
    st = cim_sites_values(t->ctx, a->demand_list, column, 0.0, a->weights);
    return st < 0 ? failed(a, st) : EXIT_DONE;
}

static int make_folds(place_ask *a)
{
    int64_t folds = 1;
    if (!cimtool_int(a->travel.tool, "folds", 1, CIM_PLACE_MAX_FOLDS, &folds)) return EXIT_USAGE;
    if (folds == 1) return EXIT_DONE;
    a->folds = malloc((size_t)a->demand_count + 1);
    if (!a->folds) return failed(a, CIM_ENOMEM);
    memset(a->folds, (int)folds, (size_t)a->demand_count + 1);
    return EXIT_DONE;
}

/* THRESHOLD: groups are the values of a property, or the objects themselves, and need a share of what their demands weigh. */
static int make_groups(place_ask *a)
{
    cimtool *t = a->travel.tool;
    double share = 0.5;
    int status = EXIT_DONE;
    if (a->problem != CIM_PLACE_THRESHOLD) return EXIT_DONE;
    if (!cimtool_real(t, "share", &share)) return EXIT_USAGE;
    if (!(share > 0.0 && share <= 1.0)) return cimtool_complain("--share: not within 0 and 1");
    uint32_t *objects = malloc(((size_t)a->demand_count + 1) * sizeof *objects);
    a->groups = malloc(((size_t)a->demand_count + 1) * sizeof *a->groups);
    if (!objects || !a->groups) {
        free(objects);
        return failed(a, CIM_ENOMEM);
    }
    char **names = NULL;
    for (uint32_t i = 0; i < a->demand_count; i++) objects[i] = a->demands[i].object;
    status = place_groups(&a->travel, objects, a->demand_count, cimtool_has(t, "per") ? cimtool_value(t, "per") : "id", a->groups, &a->group_count, &names);
    for (uint32_t k = 0; names && k < a->group_count; k++) free(names[k]);
    free(names);
    free(objects);
    if (status != EXIT_DONE) return status;
    a->needs = calloc((size_t)a->group_count + 1, sizeof *a->needs);
    if (!a->needs) return failed(a, CIM_ENOMEM);
    for (uint32_t i = 0; i < a->demand_count; i++)
        if (a->groups[i] != CIM_NONE) a->needs[a->groups[i]] += share * (a->weights ? a->weights[i] : 1.0);
    for (uint32_t g = 0; g < a->group_count; g++)
        if (!(a->needs[g] > 0.0)) a->needs[g] = 1e-9;
    return EXIT_DONE;
}

/* ---- who reaches whom ---- */

static int by_road(place_ask *a)
{
    cim_ctx *ctx = a->travel.tool->ctx;
    double radius = 1000.0;
    cim_net_costs *costs = a->travel.costs;
    size_t on_sites = 0, on_demands = 0;
    if (!cimtool_real(a->travel.tool, "radius", &radius)) return EXIT_USAGE;
    cim_net_place *sites = malloc(((size_t)a->site_count + 1) * sizeof *sites), *demands = malloc(((size_t)a->demand_count + 1) * sizeof *demands);
    int status = sites && demands ? travel_metric(&a->travel, CIM_ROUTE_LABELS_AUTO) : failed(a, CIM_ENOMEM);
    cim_route_metric *metric = a->travel.metric;
    cim_status st = CIM_OK;
    if (status == EXIT_DONE) {
        st = cim_sites_snap(ctx, a->site_list, a->travel.costs, radius, sites, &on_sites);
        if (st >= 0) st = cim_sites_snap(ctx, a->demand_list ? a->demand_list : a->site_list, a->travel.costs, radius, demands, &on_demands);
        if (st >= 0 && a->lengths) {
            cim_net_costs_view view = { .struct_size = sizeof view };
            st = cim_net_costs_lengths(ctx, costs, metric, &a->length_costs);
            if (st >= 0) st = cim_net_costs_get(ctx, a->length_costs, &view);
            if (st >= 0) st = cim_route_metric_build(ctx, a->travel.hierarchy, view.weights_ms, NULL, &a->length_metric);
            costs = a->length_costs, metric = a->length_metric;
        }
        uint32_t limit = a->within < 1e6 ? (uint32_t)(a->within * 1000.0 + 0.5) : CIM_ROUTE_UNREACHABLE_MS;
        int32_t direction = cimtool_has(a->travel.tool, "to-sites") ? CIM_ROUTE_BACKWARD : CIM_ROUTE_FORWARD;
        if (st >= 0) st = cim_reach_road(ctx, costs, metric, sites, a->site_count, demands, a->demand_count, direction, limit, &a->reach);
        a->placeless += a->site_count - on_sites + (a->demand_list ? a->demand_count - on_demands : 0);
    }
    free(sites);
    free(demands);
    return status != EXIT_DONE ? status : st < 0 ? failed(a, st) : EXIT_DONE;
}

static double *places_xy(const cim_site *sites, uint32_t count)
{
    double *xy = malloc(((size_t)count + 1) * 2 * sizeof *xy);
    for (uint32_t i = 0; xy && i < count; i++) xy[2 * (size_t)i] = sites[i].x, xy[2 * (size_t)i + 1] = sites[i].y;
    return xy;
}

static int by_air(place_ask *a)
{
    double *sites = places_xy(a->sites, a->site_count), *demands = places_xy(a->demands, a->demand_count);
    cim_status st = sites && demands ? cim_reach_air(a->travel.tool->ctx, sites, a->site_count, demands, a->demand_count, a->within, &a->reach) : CIM_ENOMEM;
    free(sites);
    free(demands);
    return st < 0 ? failed(a, st) : EXIT_DONE;
}

/* ---- by sight ---- */

static int camera_values(place_ask *a, cim_sensor *camera)
{
    cimtool *t = a->travel.tool;
    if (!cimtool_real(t, "hfov", &camera->hfov_deg) || !cimtool_real(t, "pitch", &camera->pitch_deg) || !cimtool_real(t, "pixels", &camera->pixels) ||
        !cimtool_real(t, "least", &camera->least))
        return EXIT_USAGE;
    if (cimtool_has(t, "hfov")) camera->vfov_deg = camera->hfov_deg * 9.0 / 16.0;
    camera->range_m = a->within < 1e6 ? a->within : 0.0;
    return EXIT_DONE;
}

/* Cameras that stand are read with their own values; new ones look out of their wall, or are domes. */
static int make_sensors(place_ask *a, cim_sensor *sensors)
{
    cim_ctx *ctx = a->travel.tool->ctx;
    cim_sensor camera = CIM_SENSOR_CAMERA_INIT;
    double height = 4.0;
    int status = camera_values(a, &camera);
    if (status != EXIT_DONE || !cimtool_real(a->travel.tool, "height", &height)) return EXIT_USAGE;
    for (uint32_t j = 0; j < a->site_count; j++) {
        const cim_site *s = &a->sites[j];
        sensors[j] = camera;
        if (a->flags[j] == CIM_PLACE_FIXED) {
            cim_sensors *read = NULL;
            cim_sensors_view v = { .struct_size = sizeof v };
            cim_status st = cim_sensor_read(ctx, a->travel.city, a->scene, &s->object, 1, NULL, &read);
            if (st >= 0) st = cim_sensors_get(ctx, read, &v);
            if (st >= 0 && v.count) sensors[j] = v.sensors[0];
            cim_sensors_free(read);
            if (st < 0) return failed(a, st);
            if (v.count) continue;
        }
        double ground = cim_scene_ground(a->scene, s->x, s->y);
        sensors[j].object = s->object, sensors[j].x = s->x, sensors[j].y = s->y;
        sensors[j].z = (isfinite(ground) ? ground : 0.0) + (s->height_m > 0.0 ? s->height_m : height);
        if (isfinite(s->azimuth_deg) && s->kind == CIM_SITE_WALL) sensors[j].yaw_deg = s->azimuth_deg;
        else sensors[j].flags |= CIM_SENSOR_TURNS;
    }
    return EXIT_DONE;
}

/* Streets as lines, other objects as points, or all as walls. */
static int make_targets(place_ask *a)
{
    cimtool *t = a->travel.tool;
    cim_target_options o = CIM_TARGET_OPTIONS_INIT;
    cim_targets_view v = { .struct_size = sizeof v };
    int at = 0;
    const char *text;
    bool walls = cimtool_has(t, "walls");
    if (!cimtool_real(t, "step", &o.step_m)) return EXIT_USAGE;
    o.weight = cimtool_value(t, "weight");
    if (!cimtool_has(t, "demand")) return cimtool_complain("--demand is missing");
    cim_status st = cim_targets_new(t->ctx, &a->targets);
    while (st >= 0 && (text = cimtool_next_value(t, "demand", &at))) {
        cim_query_result found = CIM_QUERY_RESULT_INIT;
        st = cim_query_run(t->ctx, a->travel.city, text, NULL, &found);
        const char *layer = st >= 0 && found.count ? cim_city_layer(a->travel.city, found.ids[0]) : "";
        if (st >= 0 && found.count && walls) st = cim_targets_add_walls(t->ctx, a->targets, a->scene, found.ids, found.count, &o);
        else if (st >= 0 && found.count && layer && !strcmp(layer, "road"))
            st = cim_targets_add_lines(t->ctx, a->targets, a->travel.city, a->scene, found.ids, found.count, &o);
        else if (st >= 0 && found.count) st = cim_targets_add_objects(t->ctx, a->targets, a->travel.city, a->scene, found.ids, found.count, &o);
        cim_query_result_dispose(&found);
    }
    if (st >= 0) st = cim_targets_get(t->ctx, a->targets, &v);
    if (st < 0) return failed(a, st);
    a->demands = calloc((size_t)v.count + 1, sizeof *a->demands);
    a->weights = malloc(((size_t)v.count + 1) * sizeof *a->weights);
    if (!a->demands || !a->weights) return failed(a, CIM_ENOMEM);
    for (uint32_t i = 0; i < v.count; i++) {
        a->demands[i] = (cim_site){ v.object[i], CIM_SITE_POINT, v.xyz[3 * (size_t)i], v.xyz[3 * (size_t)i + 1], 0.0, NAN };
        a->weights[i] = v.weight[i];
    }
    a->demand_count = v.count;
    a->placeless += v.left_count;
    return EXIT_DONE;
}

static int by_sight(place_ask *a)
{
    cim_sensor *sensors = malloc(((size_t)a->site_count + 1) * sizeof *sensors);
    int status = sensors ? make_sensors(a, sensors) : failed(a, CIM_ENOMEM);
    if (status == EXIT_DONE) {
        cim_status st = cim_reach_sight(a->travel.tool->ctx, cim_scene_sight(a->scene), sensors, a->site_count, a->targets, NULL, &a->reach);
        if (st < 0) status = failed(a, st);
    }
    free(sensors);
    return status;
}

/* ---- by water ---- */

/* The node of an object: its own, or where its line begins; CIM_NONE: it is in no network. */
static cim_status node_of(place_ask *a, const cim_utility_view *u, uint32_t object, uint32_t *node_out)
{
    uint32_t elements[16];
    size_t count = 0;
    *node_out = CIM_NONE;
    if (object == CIM_NONE) return CIM_OK;
    cim_status st = cim_utility_elements(a->travel.tool->ctx, a->utility, object, elements, 16, &count);
    if (st >= 0 && count) *node_out = elements[0] < u->node_count ? elements[0] : u->from[elements[0] - u->node_count];
    return st;
}

/* Those that are in no network are taken off. */
static cim_status nodes_of(place_ask *a, const cim_utility_view *u, cim_site *sites, uint32_t *count, uint32_t *nodes, uint8_t *flags, double *values)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < *count; i++) {
        uint32_t node;
        cim_status st = node_of(a, u, sites[i].object, &node);
        if (st < 0) return st;
        if (node == CIM_NONE) {
            a->placeless++;
            continue;
        }
        nodes[kept] = node, sites[kept] = sites[i];
        if (flags) flags[kept] = flags[i];
        if (values) values[kept] = values[i];
        kept++;
    }
    *count = kept;
    return CIM_OK;
}

static int by_water(place_ask *a)
{
    cimtool *t = a->travel.tool;
    cim_utility_options o = CIM_UTILITY_OPTIONS_INIT;
    cim_utility_view u = { .struct_size = sizeof u };
    const char *column = cimtool_has(t, "column") ? cimtool_value(t, "column") : "people";
    o.network = cimtool_has(t, "network") ? cimtool_value(t, "network") : "water";
    cim_status st = cim_utility_build(t->ctx, a->travel.city, &o, &a->utility);
    if (st >= 0) st = cim_trace_status_new(t->ctx, cim_utility_network(a->utility), NULL, NULL, &a->status);
    if (st < 0) return failed(a, st);
    a->view = cim_trace_status_view(a->status);
    cim_utility_get(a->utility, &u);
    uint32_t number = cim_trace_network_column(cim_utility_network(a->utility), column);
    if (number == CIM_NONE) return cimtool_complain("--column: %s is no column of networks", column);
    cim_site *sites = malloc(((size_t)a->site_count + 1) * sizeof *sites);
    uint32_t *from = malloc(((size_t)a->site_count + 1) * sizeof *from), *to = malloc(((size_t)a->demand_count + 1) * sizeof *to), fixed = 0;
    st = sites && from && to ? CIM_OK : CIM_ENOMEM;
    if (st >= 0 && a->site_count) memcpy(sites, a->sites, a->site_count * sizeof *sites);
    if (st >= 0) st = nodes_of(a, &u, sites, &a->site_count, from, a->flags, a->costs);
    if (st >= 0) st = nodes_of(a, &u, a->demands, &a->demand_count, to, NULL, a->weights);
    if (st >= 0) st = cim_reach_water(t->ctx, a->utility, a->view, number, from, a->site_count, to, a->demand_count, &a->reach);
    for (uint32_t j = 0; st >= 0 && j < a->site_count; j++) fixed += a->flags[j] == CIM_PLACE_FIXED;
    free(from);
    free(to);
    a->fixed_count = fixed;
    a->own_sites = sites;
    if (sites) a->sites = sites;
    return st < 0 ? failed(a, st) : EXIT_DONE;
}

/* ---- all of it ---- */

static int take_by(place_ask *a, cimtool *t)
{
    const char *text = cimtool_has(t, "by") ? cimtool_value(t, "by") : "road";
    bool metres = false, found = false;
    for (uint32_t k = 0; k < 4; k++)
        if (!strcmp(text, by_names[k])) a->by = (place_by)k, found = true;
    if (!found) return cimtool_complain("--by: %s is none of road, air, sight, water", text);
    a->within = INFINITY;
    if (cimtool_has(t, "within")) {
        if (!place_within("within", cimtool_value(t, "within"), &a->within, &metres)) return EXIT_USAGE;
        size_t length = strlen(cimtool_value(t, "within"));
        if (a->by != PLACE_ROAD && cimtool_value(t, "within")[length - 1] == 's') return cimtool_complain("--within: seconds are for --by road");
    }
    a->lengths = a->by == PLACE_ROAD && metres;
    if ((a->by == PLACE_WATER) != (a->problem == CIM_PLACE_IMPACT)) return cimtool_complain("--by water and --problem impact go together");
    bool covers = a->problem == CIM_PLACE_COVER_ALL || a->problem == CIM_PLACE_COVER_MOST || a->problem == CIM_PLACE_THRESHOLD;
    if (a->by == PLACE_SIGHT && !covers) return cimtool_complain("--by sight is for cover-all, cover-most and threshold");
    if (covers && a->by != PLACE_SIGHT && !cimtool_has(t, "within")) return cimtool_complain("--within is missing");
    return EXIT_DONE;
}

int place_ask_make(place_ask *a, cimtool *tool)
{
    static int (*const reaches[])(place_ask *) = { by_road, by_air, by_sight, by_water };
    int status = take_by(a, tool);
    if (status != EXIT_DONE) return status;
    bool roads = a->by == PLACE_ROAD || cimtool_has(tool, "along-streets");
    if (roads) status = travel_open(&a->travel, tool);
    else status = cimtool_open(tool, tool->args[0], &a->travel.city);
    if (status == EXIT_DONE) status = make_candidates(a);
    if (status == EXIT_DONE) status = flag_sites(a);
    if (status == EXIT_DONE) status = site_costs(a);
    if (status == EXIT_DONE && a->by == PLACE_SIGHT) {
        cim_status st = cim_scene_build(tool->ctx, a->travel.city, NULL, &a->scene);
        if (st < 0) status = failed(a, st);
    }
    if (status == EXIT_DONE) status = a->by == PLACE_SIGHT ? make_targets(a) : make_demands(a);
    if (status == EXIT_DONE && !a->site_count) status = cimtool_complain("there are no candidates: --candidates, --along-walls, --along-streets or --grid");
    if (status == EXIT_DONE) status = make_folds(a);
    if (status == EXIT_DONE) status = make_groups(a);
    return status == EXIT_DONE ? reaches[a->by](a) : status;
}

void place_ask_end(place_ask *a)
{
    cim_place_plan_free(a->plan);
    cim_reach_free(a->reach);
    cim_trace_view_free(a->view);
    cim_trace_status_free(a->status);
    cim_utility_free(a->utility);
    cim_targets_free(a->targets);
    cim_scene_free(a->scene);
    cim_route_metric_free(a->length_metric);
    cim_net_costs_free(a->length_costs);
    cim_sites_free(a->site_list);
    cim_sites_free(a->demand_list);
    void *arrays[] = { a->own_sites, a->demands, a->flags, a->folds, a->costs, a->weights, a->groups, a->needs };
    for (size_t k = 0; k < sizeof arrays / sizeof *arrays; k++) free(arrays[k]);
    travel_close(&a->travel);
}
