/* f_isochrone.c - cim_isochrone(places, limits, profile): the area within each of some times. */
#include "sql.h"

#include <stdlib.h>

static int by_size(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return x < y ? -1 : x > y;
}

static cim_status take_limits(sql_call *call, uint32_t *limits_ms, size_t *count)
{
    double s[CIM_ISOCHRONE_LIMITS] = { 300.0, 600.0, 900.0 };
    const sql_word *w = &call->arguments[1];
    *count = 3;
    if (w->type && !sql_numbers(call, w, s, CIM_ISOCHRONE_LIMITS, count))
        return sql_say(call, CIM_EARG, "limits: %s is no list of at most %d seconds like 300,600", w->text, CIM_ISOCHRONE_LIMITS);
    for (size_t i = 0; i < *count; i++) {
        if (!(s[i] >= 0.001 && s[i] < CIM_ROUTE_UNREACHABLE_MS / 1000)) return sql_say(call, CIM_EARG, "limits: %g s is out of range", s[i]);
        limits_ms[i] = (uint32_t)(s[i] * 1000.0 + 0.5);
    }
    qsort(limits_ms, *count, sizeof *limits_ms, by_size);
    return CIM_OK;
}

static cim_status take_options(sql_call *call, cim_isochrone_area_options *wish, sql_places *places)
{
    const sql_word *w;
    cim_status st = sql_travel(call, &call->arguments[2], "car");
    if (st >= 0) st = sql_option_real(call, "buffer_m", 0.001, 1e6, &wish->buffer_m);
    if (st >= 0) st = sql_option_real(call, "tolerance_m", 0.0, 1e6, &wish->tolerance_m);
    if (sql_option(call, "tolerance_m") && !(wish->tolerance_m > 0.0)) wish->tolerance_m = -1.0;
    if (st >= 0) st = sql_places_list(call, &call->arguments[0], places);
    for (size_t at = 0; st >= 0 && (w = sql_next_option(call, "filter", &at));) st = sql_places_find(call, w->text, places);
    return st;
}

static cim_status run(sql_call *call)
{
    uint32_t limits_ms[CIM_ISOCHRONE_LIMITS];
    size_t count = 0;
    sql_places places = { .count = 0 };
    cim_isochrone_options options = CIM_ISOCHRONE_OPTIONS_INIT;
    cim_isochrone_area_options wish = CIM_ISOCHRONE_AREA_OPTIONS_INIT;
    cim_isochrone *isochrone = NULL;
    cim_isochrone_areas *areas = NULL;
    cim_isochrone_areas_view view = { .struct_size = sizeof view };
    cim_status st = take_limits(call, limits_ms, &count);
    if (st >= 0) st = take_options(call, &wish, &places);
    if (st < 0 || !places.count) return st;
    options.limit_ms = limits_ms[count - 1];
    if (sql_option_is(call, "backward")) options.direction = CIM_ROUTE_BACKWARD;
    st = cim_isochrone_find(call->ctx, call->costs->costs, call->costs->query ? call->costs->metric : NULL, call->costs->query, places.at, places.count, &options,
                            &isochrone);
    if (st >= 0) st = cim_isochrone_areas_build(call->ctx, isochrone, limits_ms, count, &wish, &areas);
    if (st >= 0) st = cim_isochrone_areas_get(call->ctx, areas, &view);
    for (size_t i = 0; st >= 0 && i < view.area_count; i++) {
        sql_put_real(&call->rows, view.areas[i].limit_ms / 1000.0);
        sql_put_real(&call->rows, view.areas[i].area_m2);
        sql_put_real(&call->rows, view.areas[i].street_m);
        sql_put_geom(call, &view.areas[i].geom);
    }
    cim_isochrone_areas_free(areas);
    cim_isochrone_free(isochrone);
    return st;
}

const sql_function sql_isochrone = { "cim_isochrone", "limit_s REAL, area_m2 REAL, street_m REAL", "places, limits, profile", 1, true,
                                     SQL_TRAVEL_OPTIONS "filter backward buffer_m tolerance_m ", run };
