/* f_matrix.c - cim_matrix(starts, destinations, profile): times of all pairs; time_s is NULL where there is no way. */
#include "sql.h"

/* Below, single searches take less time than the hierarchy: as cimtool matrix has it. */
enum { FEW = 100 };

static cim_status take(sql_call *call, const sql_word *list, const char *filter, sql_places *places)
{
    const sql_word *w;
    cim_status st = list->type ? sql_places_list(call, list, places) : CIM_OK;
    for (size_t at = 0; st >= 0 && (w = sql_next_option(call, filter, &at));) st = sql_places_find(call, w->text, places);
    return st;
}

static void put_rows(sql_call *call, const sql_places *from, const sql_places *to, const uint32_t *times_ms)
{
    for (size_t i = 0; i < from->count && !call->rows.failed; i++)
        for (size_t j = 0; j < to->count; j++) {
            sql_put_whole(&call->rows, (sqlite3_int64)i + 1);
            sql_put_whole(&call->rows, (sqlite3_int64)j + 1);
            sql_put_place(&call->rows, from, i);
            sql_put_place(&call->rows, to, j);
            sql_put_seconds(&call->rows, times_ms[i * to->count + j]);
        }
}

static cim_status run(sql_call *call)
{
    sql_places from = { .count = 0 }, to = { .count = 0 };
    cim_status st = sql_travel(call, &call->arguments[2], "car");
    if (st >= 0) st = take(call, &call->arguments[0], "from_filter", &from);
    if (st >= 0) st = take(call, &call->arguments[1], "to_filter", &to);
    if (st < 0) return st;
    if (!call->arguments[0].type && !sql_option(call, "from_filter")) return sql_say(call, CIM_EARG, "starts or option from_filter is missing");
    if (!call->arguments[1].type && !sql_option(call, "to_filter")) to = from;
    if (from.count > FEW && to.count > FEW) st = sql_metric(call);
    if (st < 0) return st;
    if (to.count && from.count > SIZE_MAX / 8 / to.count) return sql_say(call, CIM_ELIMIT, "too many pairs");
    uint32_t *times_ms = sql_room(call, from.count * to.count + 1, sizeof *times_ms);
    if (!times_ms) return CIM_ENOMEM;
    st = cim_net_matrix(call->ctx, call->costs->costs, call->costs->query ? call->costs->metric : NULL, from.at, from.count, to.at, to.count, times_ms);
    if (st >= 0) put_rows(call, &from, &to, times_ms);
    return st;
}

const sql_function sql_matrix = { "cim_matrix", "start_row INTEGER, destination_row INTEGER, start TEXT, destination TEXT, time_s REAL",
                                  "starts, destinations, profile", 0, false, SQL_TRAVEL_OPTIONS "from_filter to_filter ", run };
