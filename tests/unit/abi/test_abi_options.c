/* Options of older and of newer programs: a struct that ends earlier has defaults in what it lacks, one that is longer is taken while what this library
 * does not know is 0 and refused with CIM_EVERSION when it is not, one without struct_size is CIM_EARG.  One call for every options struct that a
 * public function takes; each struct is handed over in memory of exactly its size, so that valgrind and ASan see who reads beyond it. */
#include "city.h"
#include "support.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct world {
    cim_ctx *ctx;
    cim_city *city;
    cim_net *net;
    cim_net_costs *costs;
    cim_utility *utility;
    cim_route_hierarchy *hierarchy;
    cim_route_metric *metric;
    cim_trace_status *status;
    cim_trace_view *view;
    cim_trace_query *query;
    cim_isochrone *isochrone;
    cim_net_place place;
    cim_scene *scene;
} world;

typedef struct row {
    const char *name;
    const void *init; /* as its _INIT macro sets it */
    size_t size;
    size_t oldest;    /* what a struct of version 0.1 must have at least to make sense: fields up to here are given */
    cim_status (*call)(world *w, const void *options);
} row;

/* ---- a call for each ---- */

static cim_status call_ctx(world *w, const void *o)
{
    cim_ctx *ctx = NULL;
    (void)w;
    cim_status st = cim_ctx_new(o, &ctx);
    cim_ctx_free(ctx);
    return st;
}

static cim_status call_open(world *w, const void *o)
{
    cim_city *city = NULL;
    cim_status st = cim_city_open(w->ctx, support_temp("a.cim"), o, &city);
    cim_city_free(city);
    return st;
}

static cim_status call_query(world *w, const void *o)
{
    cim_query_result r = CIM_QUERY_RESULT_INIT;
    cim_status st = cim_query_run(w->ctx, w->city, "TRUE", o, &r);
    cim_query_result_dispose(&r);
    return st;
}

static cim_status call_import(world *w, const void *o)
{
    static const char town[] = "<osm version='0.6'><node id='1' lat='48.6' lon='9.1'><tag k='amenity' v='bench'/></node></osm>";
    const char *input = support_temp("b.osm");
    support_write(input, town, sizeof town - 1);
    return cim_import(w->ctx, support_temp("b.cim"), &input, 1, o, NULL);
}

static cim_status call_export(world *w, const void *o)
{
    uint32_t one = 1;
    (void)remove(support_temp("b.geojson"));
    return cim_export(w->ctx, w->city, &one, 1, support_temp("b.geojson"), o, NULL);
}

static cim_status call_index(world *w, const void *o)
{
    const cim_box box = { 0, 0, 1, 1 };
    cim_index *index = NULL;
    cim_status st = cim_index_build(w->ctx, &box, 1, o, &index);
    cim_index_free(index);
    return st;
}

static cim_status call_net(world *w, const void *o)
{
    cim_net *net = NULL;
    cim_status st = cim_net_build(w->ctx, w->city, o, &net);
    cim_net_free(net);
    return st;
}

static cim_status call_costs(world *w, const void *o)
{
    cim_net_costs *costs = NULL;
    cim_status st = cim_net_costs_build(w->ctx, w->net, o, &costs);
    cim_net_costs_free(costs);
    return st;
}

static cim_status call_snap(world *w, const void *o)
{
    cim_net_place place;
    size_t count;
    return cim_net_snap(w->ctx, w->costs, w->place.x, w->place.y, o, 1, &place, &count);
}

static cim_status call_labels(world *w, const void *o)
{
    cim_net_costs_view view = { .struct_size = sizeof view };
    cim_route_metric *metric = NULL;
    cim_status st = cim_net_costs_get(w->ctx, w->costs, &view);
    if (st >= 0) st = cim_route_metric_build(w->ctx, w->hierarchy, view.weights_ms, o, &metric);
    cim_route_metric_free(metric);
    return st;
}

static cim_status call_isochrone(world *w, const void *o)
{
    cim_isochrone *isochrone = NULL;
    cim_status st = cim_isochrone_find(w->ctx, w->costs, NULL, NULL, &w->place, 1, o, &isochrone);
    cim_isochrone_free(isochrone);
    return st;
}

static cim_status call_areas(world *w, const void *o)
{
    cim_isochrone_areas *areas = NULL;
    uint32_t limit = 60000;
    cim_status st = cim_isochrone_areas_build(w->ctx, w->isochrone, &limit, 1, o, &areas);
    cim_isochrone_areas_free(areas);
    return st;
}

static cim_status call_journey(world *w, const void *o)
{
    cim_journey_stop stops[2] = { { w->place, 0, 0 }, { w->place, 0, 0 } };
    cim_journey *journey = NULL;
    cim_status st = cim_journey_find(w->ctx, w->costs, stops, 2, o, NULL, NULL, &journey);
    cim_journey_free(journey);
    return st;
}

static cim_status call_utility(world *w, const void *o)
{
    cim_utility *utility = NULL;
    cim_status st = cim_utility_build(w->ctx, w->city, o, &utility);
    cim_utility_free(utility);
    return st;
}

static cim_status call_status(world *w, const void *o)
{
    cim_trace_status *status = NULL;
    cim_status st = cim_trace_status_new(w->ctx, cim_utility_network(w->utility), NULL, o, &status);
    cim_trace_status_free(status);
    return st;
}

static cim_status call_trace(world *w, const void *o)
{
    cim_trace_result r = { .struct_size = sizeof r };
    return cim_trace_find(w->ctx, w->view, w->query, CIM_TRACE_LOOPS, NULL, 0, o, &r);
}

static cim_status call_impact(world *w, const void *o)
{
    cim_impact *impact = NULL;
    cim_status st = cim_impact_build(w->ctx, w->city, w->utility, w->net, o, &impact);
    cim_impact_free(impact);
    return st;
}

static cim_status call_place(world *w, const void *o)
{
    const uint64_t first[] = { 0, 1 };
    const uint32_t demand = 0;
    cim_place_problem problem = CIM_PLACE_PROBLEM_INIT;
    cim_place_plan *plan = NULL;
    problem.kind = CIM_PLACE_COVER_ALL;
    problem.site_count = problem.demand_count = 1;
    problem.first = first;
    problem.demands = &demand;
    cim_status st = cim_place_solve(w->ctx, &problem, o, &plan);
    cim_place_plan_free(plan);
    return st;
}

static cim_status call_scene(world *w, const void *o)
{
    cim_scene *scene = NULL;
    cim_status st = cim_scene_build(w->ctx, w->city, o, &scene);
    cim_scene_free(scene);
    return st;
}

static cim_status call_sensor(world *w, const void *o)
{
    cim_sensors *sensors = NULL;
    cim_status st = cim_sensor_read(w->ctx, w->city, w->scene, NULL, 0, o, &sensors);
    cim_sensors_free(sensors);
    return st;
}

static cim_status call_target(world *w, const void *o)
{
    cim_targets *targets = NULL;
    cim_status st = cim_targets_new(w->ctx, &targets);
    if (st >= 0) st = cim_targets_add_walls(w->ctx, targets, w->scene, NULL, 0, o);
    cim_targets_free(targets);
    return st;
}

static cim_status call_cover(world *w, const void *o)
{
    const cim_sensor camera = CIM_SENSOR_CAMERA_INIT;
    const double xyz[3] = { 0.0, 10.0, 0.0 };
    cim_targets *targets = NULL;
    cim_cover *cover = NULL;
    cim_status st = cim_targets_new(w->ctx, &targets);
    if (st >= 0) st = cim_targets_add_points(w->ctx, targets, xyz, NULL, NULL, NULL, 1);
    if (st >= 0) st = cim_cover_build(w->ctx, NULL, &camera, 1, targets, o, &cover);
    cim_cover_free(cover);
    cim_targets_free(targets);
    return st;
}

static cim_status call_assign(world *w, const void *o)
{
    const uint32_t cost = 1;
    const double amount = 1.0;
    cim_serve_assignment *assignment = NULL;
    cim_status st = cim_serve_assign(w->ctx, 1, 1, &cost, &amount, &amount, 10, o, &assignment);
    cim_serve_assignment_free(assignment);
    return st;
}

static cim_status call_service(world *w, const void *o)
{
    cim_service *service = NULL;
    cim_status st = cim_service_run(w->ctx, w->costs, NULL, o, &service);
    cim_service_free(service);
    return st;
}

static cim_status call_sense(world *w, const void *o)
{
    cim_sense *sense = NULL;
    cim_status st = cim_sense_open(w->ctx, support_temp("a.cim"), o, &sense);
    cim_sense_free(sense);
    return st;
}

static cim_status call_engine(world *w, const void *o)
{
    cim_alert_engine *engine = NULL;
    cim_status st = cim_alert_engine_new(w->ctx, NULL, 0, 0, o, &engine);
    cim_alert_engine_free(engine);
    return st;
}

static cim_status call_link(world *w, const void *o)
{
    cim_radio_loss loss = { .struct_size = sizeof loss };
    return cim_radio_area(w->ctx, o, 1000.0, 30.0, 0, 0, &loss);
}

static cim_status call_field(world *w, const void *o)
{
    double xy[32], values[16];
    for (int i = 0; i < 16; i++) xy[2 * i] = i % 4, xy[2 * i + 1] = i / 4, values[i] = i % 5;
    cim_field *field = NULL;
    cim_status st = cim_field_build(w->ctx, xy, values, 16, o, &field);
    cim_field_free(field);
    return st;
}

static const cim_ctx_options ctx_init = CIM_CTX_OPTIONS_INIT;
static const cim_open_options open_init = CIM_OPEN_OPTIONS_INIT;
static const cim_query_options query_init = CIM_QUERY_OPTIONS_INIT;
static const cim_import_options import_init = CIM_IMPORT_OPTIONS_INIT;
static const cim_export_options export_init = CIM_EXPORT_OPTIONS_INIT;
static const cim_index_options index_init = CIM_INDEX_OPTIONS_INIT;
static const cim_net_options net_init = CIM_NET_OPTIONS_INIT;
static const cim_net_cost_options cost_init = CIM_NET_COST_OPTIONS_INIT;
static const cim_net_snap_options snap_init = CIM_NET_SNAP_OPTIONS_INIT;
static const cim_route_label_options label_init = CIM_ROUTE_LABEL_OPTIONS_INIT;
static const cim_isochrone_options isochrone_init = CIM_ISOCHRONE_OPTIONS_INIT;
static const cim_isochrone_area_options area_init = CIM_ISOCHRONE_AREA_OPTIONS_INIT;
static const cim_journey_options journey_init = CIM_JOURNEY_OPTIONS_INIT;
static const cim_utility_options utility_init = CIM_UTILITY_OPTIONS_INIT;
static const cim_trace_status_options status_init = CIM_TRACE_STATUS_OPTIONS_INIT;
static const cim_trace_options trace_init = CIM_TRACE_OPTIONS_INIT;
static const cim_impact_options impact_init = CIM_IMPACT_OPTIONS_INIT;
static const cim_place_options place_init = CIM_PLACE_OPTIONS_INIT;
static const cim_scene_options scene_init = CIM_SCENE_OPTIONS_INIT;
static const cim_sensor_options sensor_init = CIM_SENSOR_OPTIONS_INIT;
static const cim_target_options target_init = CIM_TARGET_OPTIONS_INIT;
static const cim_cover_options cover_init = CIM_COVER_OPTIONS_INIT;
static const cim_serve_assign_options assign_init = CIM_SERVE_ASSIGN_OPTIONS_INIT;
static const cim_service_task service_init = CIM_SERVICE_TASK_INIT;
static const cim_sense_options sense_init = CIM_SENSE_OPTIONS_INIT;
static const cim_alert_engine_options engine_init = CIM_ALERT_ENGINE_OPTIONS_INIT;
static const cim_radio_link link_init = { sizeof(cim_radio_link), 868.0, 10.0, 1.5, 301.0, 15.0, 0.005, 50.0, 50.0, 50.0, 1, 5, 1, 0 }; /* CIM_RADIO_LINK_INIT has no frequency */
static const cim_field_options field_init = CIM_FIELD_OPTIONS_INIT;

#define ROW(what) { #what, &what##_init, sizeof what##_init, sizeof(size_t), call_##what }
static const row rows[] = {
    ROW(ctx), ROW(open), ROW(query), ROW(import), ROW(export), ROW(index), ROW(net), ROW(snap), ROW(isochrone), ROW(journey), ROW(utility), ROW(status),
    ROW(trace), ROW(impact), ROW(place), ROW(scene), ROW(sensor), ROW(target), ROW(cover), ROW(assign), ROW(service), ROW(sense), ROW(engine), ROW(field),
    { "link", &link_init, sizeof link_init, offsetof(cim_radio_link, tx_height_m), call_link },
    { "costs", &cost_init, sizeof cost_init, sizeof(size_t), call_costs },
    { "labels", &label_init, sizeof label_init, sizeof(size_t), call_labels },
    { "areas", &area_init, sizeof area_init, sizeof(size_t), call_areas },
};

/* ---- sizes ---- */

/* The options as a program has them whose struct is `size` long; what is beyond ours is `fill`. */
static cim_status call_with(world *w, const row *r, size_t size, unsigned char fill)
{
    unsigned char *options = malloc(size);
    assert_non_null(options);
    memset(options, fill, size);
    memcpy(options, r->init, size < r->size ? size : r->size);
    memcpy(options, &size, sizeof size);
    cim_status st = r->call(w, options);
    free(options);
    return st;
}

static void test_options_old_new(void **state)
{
    world *w = *state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const row *r = &rows[i];
        for (size_t size = r->oldest; size <= r->size; size += 8) /* every older struct: fields are 8 bytes, or two of 4 */
            if (call_with(w, r, size, 0) < 0) fail_msg("%s with struct_size %zu of %zu: %s", r->name, size, r->size, cim_ctx_error(w->ctx));
        for (size_t more = 8; more <= 64; more += 8)
            if (call_with(w, r, r->size + more, 0) < 0) fail_msg("%s with %zu bytes of zeros more: %s", r->name, more, cim_ctx_error(w->ctx));
    }
}

static void test_options_new_old(void **state)
{
    world *w = *state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const row *r = &rows[i];
        size_t wrong[] = { 0, 1, sizeof(size_t) - 1, (size_t)1 << 40 };
        if (call_with(w, r, r->size + 8, 1) != CIM_EVERSION) fail_msg("%s takes a field that it does not know", r->name);
        for (size_t k = 0; k < 4; k++) {
            unsigned char *options = calloc(1, r->size);
            assert_non_null(options);
            memcpy(options, r->init, r->size);
            memcpy(options, &wrong[k], sizeof(size_t));
            if (r->call(w, options) != CIM_EARG) fail_msg("%s takes struct_size %zu", r->name, wrong[k]);
            free(options);
        }
    }
}

/* Views are filled as far as the caller's struct has room, and with zeros beyond ours. */
static void test_views_old_new(void **state)
{
    world *w = *state;
    cim_net_view full = { .struct_size = sizeof full };
    assert_ok(w->ctx, cim_net_get(w->ctx, w->net, &full));
    for (size_t size = sizeof(size_t); size <= sizeof full + 64; size += 8) {
        unsigned char *view = malloc(size);
        assert_non_null(view);
        memset(view, 0xaa, size);
        memcpy(view, &size, sizeof size);
        assert_ok(w->ctx, cim_net_get(w->ctx, w->net, (cim_net_view *)(void *)view));
        size_t ours = size < sizeof full ? size : sizeof full;
        assert_memory_equal(view + sizeof size, (unsigned char *)&full + sizeof size, ours - sizeof size);
        for (size_t k = sizeof full; k < size; k++) assert_int_equal(view[k], 0);
        free(view);
    }
}

static int begin(void **state)
{
    static world w;
    const char *inputs[] = { support_own("town.osm.pbf"), support_own("town-water.inp") };
    cim_import_options import = CIM_IMPORT_OPTIONS_INIT;
    cim_net_costs_view view = { .struct_size = sizeof view };
    size_t count = 0;
    uint32_t id = 0;
    *state = &w;
    import.epsg = 25832;
    if (cim_ctx_new(NULL, &w.ctx) < 0 || cim_import(w.ctx, support_temp("a.cim"), inputs, 2, &import, NULL) < 0) return -1;
    cim_ctx *c = w.ctx;
    if (cim_city_open(c, support_temp("a.cim"), NULL, &w.city) < 0 || cim_net_build(c, w.city, NULL, &w.net) < 0) return -1;
    if (cim_net_costs_build(c, w.net, NULL, &w.costs) < 0 || cim_net_hierarchy(c, w.net, w.city, &w.hierarchy) < 0) return -1;
    if (cim_city_find(c, w.city, "osm:way/4100000306", &id, 1, &count) < 0 || cim_net_place_find(c, w.costs, w.city, id, &w.place) < 0) return -1;
    if (cim_utility_build(c, w.city, NULL, &w.utility) < 0 || cim_trace_status_new(c, cim_utility_network(w.utility), NULL, NULL, &w.status) < 0) return -1;
    w.view = cim_trace_status_view(w.status);
    if (cim_scene_build(c, w.city, NULL, &w.scene) < 0) return -1;
    if (cim_isochrone_find(c, w.costs, NULL, NULL, &w.place, 1, NULL, &w.isochrone) < 0) return -1;
    return cim_trace_query_new(c, cim_utility_network(w.utility), &w.query) < 0 ? -1 : 0;
}

static int end(void **state)
{
    world *w = *state;
    cim_scene_free(w->scene);
    cim_isochrone_free(w->isochrone);
    cim_trace_query_free(w->query);
    cim_trace_view_free(w->view);
    cim_trace_status_free(w->status);
    cim_utility_free(w->utility);
    cim_route_hierarchy_free(w->hierarchy);
    cim_net_costs_free(w->costs);
    cim_net_free(w->net);
    cim_city_free(w->city);
    cim_ctx_free(w->ctx);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_options_old_new),
        cmocka_unit_test(test_options_new_old),
        cmocka_unit_test(test_views_old_new),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
