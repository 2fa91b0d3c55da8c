/* f_place.c - cim_place(candidates, demands, at_most, within): where the next ones go, by road, by air or by sight, with a bound. */
#include "sql.h"

typedef struct asked {
    int32_t problem, by;
    bool lengths; /* by road in metres, not in seconds */
    double within; /* seconds or metres; infinite */
    cim_sites *site_list, *demand_list;
    const cim_site *sites, *demands; /* the latter have a list of their own by sight */
    uint32_t site_count, demand_count, fixed_count, group_count, *groups;
    uint8_t *flags, *folds;
    double *costs, *weights, *needs;
    cim_net_costs *length_costs;
    cim_route_metric *length_metric;
    cim_targets *targets;
    cim_reach *reach;
    cim_place_plan *plan;
    cim_place_result result;
} asked;

enum { ROAD, AIR, SIGHT };
static const char *const problems[] = { "cover-all", "cover-most", "median", "center", "dispersion", "impact", "threshold" };
static const char *const ways[] = { "road", "air", "sight" };

/* ---- candidates ---- */

static cim_status find_sites(sql_call *call, cim_sites *list, const sql_word *word)
{
    return word->type ? cim_sites_find(call->ctx, list, word->text, NULL) : CIM_OK;
}

static cim_status drop_areas(sql_call *call, asked *a, const char *option, int32_t outside)
{
    const sql_word *w;
    cim_geom area;
    cim_status st = CIM_OK;
    for (size_t at = 0; st >= 0 && (w = sql_next_option(call, option, &at));) {
        st = sql_area(call, w, &area);
        if (st >= 0) st = cim_sites_drop(call->ctx, a->site_list, &area, outside, NULL);
    }
    return st;
}

static cim_status add_candidates(sql_call *call, asked *a)
{
    double walls_m = 0.0, streets_m = 0.0, grid_m = 0.0, height_m = 4.0;
    const char *on = sql_option_text(call, "on");
    cim_status st = sql_option_real(call, "along_walls_m", 0.001, 1e6, &walls_m);
    if (st >= 0) st = sql_option_real(call, "along_streets_m", 0.001, 1e6, &streets_m);
    if (st >= 0) st = sql_option_real(call, "grid_m", 0.001, 1e6, &grid_m);
    if (st >= 0) st = sql_option_real(call, "mount_m", -1e4, 1e4, &height_m);
    if (st >= 0) st = cim_sites_new(call->ctx, call->city->city, &a->site_list);
    if (st >= 0) st = find_sites(call, a->site_list, &call->arguments[0]);
    if (st >= 0 && walls_m > 0.0) st = cim_sites_walls(call->ctx, a->site_list, on ? on : "layer = 'building'", walls_m, height_m, 0.2);
    if (st >= 0 && streets_m > 0.0 && !call->costs) st = sql_travel(call, sql_option(call, "profile"), "car");
    if (st >= 0 && streets_m > 0.0) st = cim_sites_streets(call->ctx, a->site_list, call->costs->costs, streets_m);
    if (st >= 0 && grid_m > 0.0) st = cim_sites_grid(call->ctx, a->site_list, NULL, grid_m);
    if (st >= 0) st = drop_areas(call, a, "keep_out", 0);
    return st < 0 ? st : drop_areas(call, a, "keep_in", 1);
}

static bool on_other(const cim_site *s) { return s->kind == CIM_SITE_WALL || s->kind == CIM_SITE_STREET; }

/* Fixed ones become candidates where they are none. */
static cim_status add_fixed(sql_call *call, asked *a, const char *text)
{
    cim_sites *fixed = NULL;
    size_t count = 0, have;
    cim_status st = cim_sites_new(call->ctx, call->city->city, &fixed);
    if (st >= 0) st = cim_sites_find(call->ctx, fixed, text, NULL);
    const cim_site *list = st >= 0 ? cim_sites_get(fixed, &count) : NULL;
    for (size_t k = 0; st >= 0 && k < count; k++) {
        const cim_site *old = cim_sites_get(a->site_list, &have);
        bool there = false;
        for (size_t j = 0; j < have && !there; j++) there = !on_other(&old[j]) && old[j].object == list[k].object;
        if (!there) st = cim_sites_put(call->ctx, a->site_list, list[k].object, list[k].x, list[k].y, 0.0);
    }
    cim_sites_free(fixed);
    return st;
}

static bool among(const cim_query_result *found, uint32_t id)
{
    size_t low = 0, high = found->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (found->ids[middle] < id) low = middle + 1;
        else high = middle;
    }
    return low < found->count && found->ids[low] == id;
}

static cim_status flag_query(sql_call *call, asked *a, const char *text, uint8_t flag)
{
    cim_query_result found = CIM_QUERY_RESULT_INIT;
    cim_status st = cim_query_run(call->ctx, call->city->city, text, NULL, &found);
    for (uint32_t j = 0; st >= 0 && j < a->site_count; j++)
        if ((flag == CIM_PLACE_FORBIDDEN || !on_other(&a->sites[j])) && among(&found, a->sites[j].object)) a->flags[j] = flag;
    cim_query_result_dispose(&found);
    return st;
}

static cim_status make_sites(sql_call *call, asked *a)
{
    const sql_word *w;
    const char *cost = sql_option_text(call, "cost");
    size_t count = 0;
    cim_status st = add_candidates(call, a);
    for (size_t at = 0; st >= 0 && (w = sql_next_option(call, "fixed", &at));) st = add_fixed(call, a, w->text);
    if (st < 0) return st;
    a->sites = cim_sites_get(a->site_list, &count);
    a->site_count = (uint32_t)count;
    if (!count) return sql_say(call, CIM_EARG, "there are no candidates: candidates, or options along_walls_m, along_streets_m, grid_m");
    if (!(a->flags = sql_room(call, count, 1)) || (cost && !(a->costs = sql_room(call, count, sizeof *a->costs)))) return CIM_ENOMEM;
    for (size_t at = 0; st >= 0 && (w = sql_next_option(call, "forbidden", &at));) st = flag_query(call, a, w->text, CIM_PLACE_FORBIDDEN);
    for (size_t at = 0; st >= 0 && (w = sql_next_option(call, "fixed", &at));) st = flag_query(call, a, w->text, CIM_PLACE_FIXED);
    for (size_t j = 0; j < count; j++) a->fixed_count += a->flags[j] == CIM_PLACE_FIXED;
    return st >= 0 && cost ? cim_sites_values(call->ctx, a->site_list, cost, 1.0, a->costs) : st;
}

/* ---- demands ---- */

static cim_status make_demands(sql_call *call, asked *a)
{
    const char *weight = sql_option_text(call, "weight");
    size_t count = 0;
    if (a->problem == CIM_PLACE_DISPERSION) return a->demands = a->sites, a->demand_count = a->site_count, CIM_OK;
    if (!call->arguments[1].type) return sql_say(call, CIM_EARG, "demands is missing");
    cim_status st = cim_sites_new(call->ctx, call->city->city, &a->demand_list);
    if (st >= 0) st = find_sites(call, a->demand_list, &call->arguments[1]);
    if (st < 0) return st;
    a->demands = cim_sites_get(a->demand_list, &count);
    a->demand_count = (uint32_t)count;
    if (!weight) return CIM_OK;
    if (!(a->weights = sql_room(call, count + 1, sizeof *a->weights))) return CIM_ENOMEM;
    return cim_sites_values(call->ctx, a->demand_list, weight, 0.0, a->weights);
}

/* By sight: streets as lines, other objects as points, or all as walls. */
static cim_status make_targets(sql_call *call, asked *a)
{
    cim_target_options o = CIM_TARGET_OPTIONS_INIT;
    cim_targets_view v = { .struct_size = sizeof v };
    cim_query_result found = CIM_QUERY_RESULT_INIT;
    cim_city *city = call->city->city;
    cim_scene *scene = call->city->scene;
    o.weight = sql_option_text(call, "weight");
    if (!call->arguments[1].type) return sql_say(call, CIM_EARG, "demands is missing");
    cim_status st = sql_option_real(call, "step_m", 0.1, 1000.0, &o.step_m);
    if (st >= 0) st = cim_targets_new(call->ctx, &a->targets);
    if (st >= 0) st = cim_query_run(call->ctx, city, call->arguments[1].text, NULL, &found);
    const char *layer = st >= 0 && found.count ? cim_city_layer(city, found.ids[0]) : NULL;
    if (layer && sql_option_is(call, "on_walls")) st = cim_targets_add_walls(call->ctx, a->targets, scene, found.ids, found.count, &o);
    else if (layer && !strcmp(layer, "road")) st = cim_targets_add_lines(call->ctx, a->targets, city, scene, found.ids, found.count, &o);
    else if (layer) st = cim_targets_add_objects(call->ctx, a->targets, city, scene, found.ids, found.count, &o);
    cim_query_result_dispose(&found);
    if (st >= 0) st = cim_targets_get(call->ctx, a->targets, &v);
    cim_site *demands = st < 0 ? NULL : sql_room(call, (size_t)v.count + 1, sizeof *demands);
    a->weights = st < 0 ? NULL : sql_room(call, (size_t)v.count + 1, sizeof *a->weights);
    if (!demands || !a->weights) return st < 0 ? st : CIM_ENOMEM;
    for (uint32_t i = 0; i < v.count; i++) {
        demands[i] = (cim_site){ v.object[i], CIM_SITE_POINT, v.xyz[3 * (size_t)i], v.xyz[3 * (size_t)i + 1], 0.0, __builtin_nan("") };
        a->weights[i] = v.weight[i];
    }
    a->demands = demands, a->demand_count = v.count;
    return CIM_OK;
}

/* THRESHOLD: groups of equal values, or the objects themselves, need a share of what their demands weigh. */
static cim_status make_groups(sql_call *call, asked *a)
{
    double share = 0.5;
    const char *per = sql_option_text(call, "per"), **names;
    int64_t folds = 1;
    cim_status st = sql_option_real(call, "share", 1e-9, 1.0, &share);
    if (st >= 0) st = sql_option_whole(call, "folds", 1, CIM_PLACE_MAX_FOLDS, &folds);
    if (st >= 0 && folds > 1) {
        if (!(a->folds = sql_room(call, (size_t)a->demand_count + 1, 1))) return CIM_ENOMEM;
        memset(a->folds, (int)folds, (size_t)a->demand_count + 1);
    }
    if (st < 0 || a->problem != CIM_PLACE_THRESHOLD) return st;
    uint32_t *objects = sql_room(call, (size_t)a->demand_count + 1, sizeof *objects);
    a->groups = sql_room(call, (size_t)a->demand_count + 1, sizeof *a->groups);
    if (!objects || !a->groups) return CIM_ENOMEM;
    for (uint32_t i = 0; i < a->demand_count; i++) objects[i] = a->demands[i].object;
    st = sql_groups(call, objects, a->demand_count, per ? per : "id", a->groups, &a->group_count, &names);
    if (st >= 0 && !(a->needs = sql_room(call, (size_t)a->group_count + 1, sizeof *a->needs))) st = CIM_ENOMEM;
    for (uint32_t i = 0; st >= 0 && i < a->demand_count; i++)
        if (a->groups[i] != CIM_NONE) a->needs[a->groups[i]] += share * (a->weights ? a->weights[i] : 1.0);
    for (uint32_t g = 0; st >= 0 && g < a->group_count; g++)
        if (!(a->needs[g] > 0.0)) a->needs[g] = 1e-9;
    return st;
}

/* ---- who reaches whom ---- */

static cim_status by_road(sql_call *call, asked *a)
{
    double radius_m = 1000.0;
    size_t on_sites, on_demands;
    cim_net_place *sites = sql_room(call, (size_t)a->site_count + 1, sizeof *sites), *demands = sql_room(call, (size_t)a->demand_count + 1, sizeof *demands);
    if (!sites || !demands) return CIM_ENOMEM;
    cim_status st = sql_option_real(call, "radius_m", 0.0, 1e9, &radius_m);
    if (st >= 0) st = sql_travel(call, sql_option(call, "profile"), "car");
    if (st >= 0) st = sql_metric(call);
    if (st >= 0) st = cim_sites_snap(call->ctx, a->site_list, call->costs->costs, radius_m, sites, &on_sites);
    if (st >= 0) st = cim_sites_snap(call->ctx, a->demand_list ? a->demand_list : a->site_list, call->costs->costs, radius_m, demands, &on_demands);
    if (st >= 0 && a->lengths) st = sql_lengths(call, &a->length_costs, &a->length_metric);
    uint32_t limit = a->within < 1e6 ? (uint32_t)(a->within * 1000.0 + 0.5) : CIM_ROUTE_UNREACHABLE_MS;
    int32_t direction = sql_option_is(call, "to_sites") ? CIM_ROUTE_BACKWARD : CIM_ROUTE_FORWARD;
    return st < 0 ? st
                  : cim_reach_road(call->ctx, a->lengths ? a->length_costs : call->costs->costs, a->lengths ? a->length_metric : call->costs->metric, sites,
                                   a->site_count, demands, a->demand_count, direction, limit, &a->reach);
}

static double *places_xy(sql_call *call, const cim_site *sites, uint32_t count)
{
    double *xy = sql_room(call, (size_t)count + 1, 2 * sizeof *xy);
    for (uint32_t i = 0; xy && i < count; i++) xy[2 * (size_t)i] = sites[i].x, xy[2 * (size_t)i + 1] = sites[i].y;
    return xy;
}

static cim_status by_air(sql_call *call, asked *a)
{
    double *sites = places_xy(call, a->sites, a->site_count), *demands = places_xy(call, a->demands, a->demand_count);
    if (!sites || !demands) return CIM_ENOMEM;
    return cim_reach_air(call->ctx, sites, a->site_count, demands, a->demand_count, a->within, &a->reach);
}

/* Cameras that stand have their own values; new ones look out of their wall, or are domes. */
static cim_status make_sensor(sql_call *call, const asked *a, uint32_t j, double height_m, cim_sensor *sensor)
{
    const cim_site *s = &a->sites[j];
    cim_sensors *read = NULL;
    cim_sensors_view v = { .struct_size = sizeof v };
    cim_status st = CIM_OK;
    if (a->flags[j] == CIM_PLACE_FIXED) st = cim_sensor_read(call->ctx, call->city->city, call->city->scene, &s->object, 1, NULL, &read);
    if (st >= 0 && read) st = cim_sensors_get(call->ctx, read, &v);
    if (st >= 0 && v.count) *sensor = v.sensors[0];
    cim_sensors_free(read);
    if (st < 0 || v.count) return st;
    double ground = cim_scene_ground(call->city->scene, s->x, s->y);
    sensor->object = s->object, sensor->x = s->x, sensor->y = s->y;
    sensor->z = (ground - ground == 0.0 ? ground : 0.0) + (s->height_m > 0.0 ? s->height_m : height_m);
    if (s->azimuth_deg - s->azimuth_deg == 0.0 && s->kind == CIM_SITE_WALL) sensor->yaw_deg = s->azimuth_deg;
    else sensor->flags |= CIM_SENSOR_TURNS;
    return CIM_OK;
}

static cim_status by_sight(sql_call *call, asked *a)
{
    cim_sensor camera = CIM_SENSOR_CAMERA_INIT, *sensors = sql_room(call, a->site_count, sizeof *sensors);
    double height_m = 4.0;
    if (!sensors) return CIM_ENOMEM;
    cim_status st = sql_option_real(call, "mount_m", -1e4, 1e4, &height_m);
    if (st >= 0) st = sql_option_real(call, "hfov_deg", 0.0, 360.0, &camera.hfov_deg);
    if (st >= 0) st = sql_option_real(call, "pitch_deg", -90.0, 90.0, &camera.pitch_deg);
    if (st >= 0) st = sql_option_real(call, "pixels", 1.0, 1e6, &camera.pixels);
    if (st >= 0) st = sql_option_real(call, "least", 0.0, 1e6, &camera.least);
    if (sql_option(call, "hfov_deg")) camera.vfov_deg = camera.hfov_deg * 9.0 / 16.0;
    camera.range_m = a->within < 1e6 ? a->within : 0.0;
    for (uint32_t j = 0; j < a->site_count && st >= 0; j++) {
        sensors[j] = camera;
        st = make_sensor(call, a, j, height_m, &sensors[j]);
    }
    return st < 0 ? st : cim_reach_sight(call->ctx, cim_scene_sight(call->city->scene), sensors, a->site_count, a->targets, NULL, &a->reach);
}

/* ---- asking ---- */

static cim_status take(sql_call *call, asked *a)
{
    size_t one = 0;
    bool metres = false;
    a->problem = CIM_PLACE_COVER_MOST;
    a->within = __builtin_inf();
    cim_status st = sql_option_word(call, "problem", problems, 7, &a->problem);
    if (st >= 0) st = sql_option_word(call, "by", ways, 3, &a->by);
    if (st >= 0 && call->arguments[3].type) st = sql_limits(call, &call->arguments[3], "within", &a->within, 1, &one, &metres);
    a->lengths = a->by == ROAD && metres;
    bool covers = a->problem == CIM_PLACE_COVER_ALL || a->problem == CIM_PLACE_COVER_MOST || a->problem == CIM_PLACE_THRESHOLD;
    if (st >= 0 && a->problem == CIM_PLACE_IMPACT) return sql_say(call, CIM_EUNSUPPORTED, "options: problem: impact is for cimtool place --by water");
    if (st >= 0 && a->by == SIGHT && !covers) return sql_say(call, CIM_EARG, "options: by=sight is for cover-all, cover-most and threshold");
    if (st >= 0 && covers && a->by != SIGHT && !one) return sql_say(call, CIM_EARG, "within is missing");
    return st;
}

static cim_status solve(sql_call *call, asked *a)
{
    cim_place_problem p = CIM_PLACE_PROBLEM_INIT;
    cim_place_options o = CIM_PLACE_OPTIONS_INIT;
    const sql_word *most = &call->arguments[2];
    int64_t seed = 1;
    double number = -1.0;
    size_t one;
    p.kind = (uint32_t)a->problem;
    if (most->type && (!sql_numbers(call, most, &number, 1, &one) || !(number >= 0.0 && number <= CIM_PLACE_MAX_SITES) || number != (double)(int64_t)number))
        return sql_say(call, CIM_EARG, "at_most: %s is not a whole number from 0 to %u", most->text, CIM_PLACE_MAX_SITES);
    cim_status st = sql_option_real(call, "budget", 0.0, 1e300, &p.budget);
    if (st >= 0) st = sql_option_real(call, "gap_percent", 0.0, 1e6, &o.gap);
    if (st >= 0) st = sql_option_real(call, "time_limit_s", 0.0, 1e9, &o.time_limit_s);
    if (st >= 0) st = sql_option_whole(call, "seed", 0, (int64_t)1 << 53, &seed);
    if (st >= 0 && number < 0.0 && p.kind != CIM_PLACE_COVER_ALL && !sql_option(call, "budget")) st = sql_say(call, CIM_EARG, "at_most or option budget is missing");
    o.gap *= 0.01, o.seed = (uint64_t)seed;
    if (sql_option_is(call, "prove")) o.work = CIM_PLACE_PROVE;
    o.leave_out = sql_option_is(call, "leave_out");
    p.most = number < 0.0 ? CIM_NONE : (uint32_t)number + a->fixed_count;
    if (p.kind != CIM_PLACE_DISPERSION) p.weights = a->weights;
    p.costs = a->costs, p.flags = a->flags, p.folds = a->folds;
    if (p.kind == CIM_PLACE_THRESHOLD) p.group_count = a->group_count, p.groups = a->groups, p.needs = a->needs;
    if (st >= 0) st = cim_reach_place(call->ctx, a->reach, &p, &o, &a->plan);
    a->result.struct_size = sizeof a->result;
    return st < 0 ? st : cim_place_plan_get(call->ctx, a->plan, &a->result);
}

/* ---- rows ---- */

/* By road the lists are in milliseconds or millimetres. */
static double scale_of(const asked *a)
{
    bool distances = a->problem == CIM_PLACE_MEDIAN || a->problem == CIM_PLACE_CENTER || a->problem == CIM_PLACE_DISPERSION;
    return distances && a->by == ROAD ? 1e-3 : 1.0;
}

static void put_plan(sql_call *call, const asked *a)
{
    static const char *const statuses[] = { "proven", "bounded", "heuristic" };
    const cim_place_result *r = &a->result;
    sql_rows *rows = &call->rows;
    sql_put_text(rows, "plan");
    sql_put_text(rows, problems[r->kind]);
    sql_put_null(rows);
    sql_put_null(rows);
    sql_put_real(rows, r->value * scale_of(a));
    sql_put_real(rows, r->cost);
    sql_put_real(rows, r->bound * scale_of(a));
    sql_put_real(rows, r->gap);
    sql_put_text(rows, statuses[r->status]);
    sql_put_text(rows, r->proof);
    for (int i = 0; i < 3; i++) sql_put_null(rows); /* height_m to geometry */
}

static void put_place(sql_call *call, const char *role, const char *kind, const cim_site *s, double value, double cost)
{
    sql_rows *rows = &call->rows;
    sql_put_text(rows, role);
    sql_put_text(rows, kind);
    if (s->object == CIM_NONE) sql_put_null(rows);
    else sql_put_whole(rows, s->object);
    sql_put_object(rows, SQL_ID, s->object);
    sql_put_real(rows, value);
    sql_put_real(rows, cost);
    for (int i = 0; i < 4; i++) sql_put_null(rows);
    sql_put_real(rows, s->height_m);
    sql_put_real(rows, s->azimuth_deg);
    sql_put_point(rows, s->x, s->y);
}

static void put_all(sql_call *call, const asked *a)
{
    static const char *const kinds[] = { "object", "wall", "street", "grid", "point" };
    const cim_place_result *r = &a->result;
    put_plan(call, a);
    for (uint32_t k = 0; k < r->count; k++) {
        uint32_t j = r->sites[k];
        double gain = r->gains[k] * (r->kind == CIM_PLACE_COVER_ALL ? 1.0 : scale_of(a));
        put_place(call, a->flags[j] == CIM_PLACE_FIXED ? "stands" : "site", kinds[a->sites[j].kind], &a->sites[j], gain, a->costs ? a->costs[j] : 1.0);
    }
    for (uint32_t i = 0; r->servers && i < a->demand_count && !call->rows.failed; i++)
        if (r->servers[i] == CIM_NONE) put_place(call, "unserved", NULL, &a->demands[i], a->weights ? a->weights[i] : 1.0, __builtin_nan(""));
}

static cim_status run(sql_call *call)
{
    static cim_status (*const reaches[])(sql_call *, asked *) = { by_road, by_air, by_sight };
    asked a = { .by = ROAD };
    cim_status st = take(call, &a);
    if (st >= 0) st = make_sites(call, &a);
    if (st >= 0 && a.by == SIGHT) st = sql_scene(call);
    if (st >= 0) st = a.by == SIGHT ? make_targets(call, &a) : make_demands(call, &a);
    if (st >= 0) st = make_groups(call, &a);
    if (st >= 0) st = reaches[a.by](call, &a);
    if (st >= 0) st = solve(call, &a);
    if (st >= 0) put_all(call, &a);
    cim_place_plan_free(a.plan);
    cim_reach_free(a.reach);
    cim_targets_free(a.targets);
    cim_route_metric_free(a.length_metric);
    cim_net_costs_free(a.length_costs);
    cim_sites_free(a.demand_list);
    cim_sites_free(a.site_list);
    return st;
}

const sql_function sql_place = {
    "cim_place",
    "role TEXT, kind TEXT, number INTEGER, id TEXT, value REAL, cost REAL, bound REAL, gap REAL, status TEXT, proof TEXT, height_m REAL, azimuth_deg REAL",
    "candidates, demands, at_most, within", 0, true,
    " problem by along_walls_m along_streets_m grid_m on mount_m keep_out keep_in fixed forbidden cost weight folds per share budget gap_percent time_limit_s seed "
    "prove leave_out to_sites profile at_time height_m width_m length_m weight_t radius_m hfov_deg pitch_deg pixels least on_walls step_m lonlat foreign ",
    run
};
