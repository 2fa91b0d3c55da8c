/* f_query.c - cim_query(expression): the objects for which an expression of cim-query(7) is true. */
#include "sql.h"

static cim_status take(sql_call *call, cim_query_options *o)
{
    int64_t limit = 0, offset = 0, crs = 0;
    cim_status st = sql_option_whole(call, "limit", 0, INT32_MAX, &limit);
    if (st >= 0) st = sql_option_whole(call, "offset", 0, INT32_MAX, &offset);
    if (st >= 0) st = sql_option_whole(call, "crs", 1, 1000000, &crs);
    o->limit = (uint64_t)limit;
    o->offset = (uint64_t)offset;
    o->epsg = (int32_t)crs;
    o->at = sql_option_text(call, "at_time");
    o->sort = sql_option_text(call, "sort");
    if (sql_option_is(call, "descending")) o->flags |= CIM_QUERY_DESCENDING;
    return st;
}

static cim_status run(sql_call *call)
{
    cim_query_options options = CIM_QUERY_OPTIONS_INIT;
    cim_query_result found = CIM_QUERY_RESULT_INIT;
    cim_status st = take(call, &options);
    if (st >= 0) st = cim_query_run(call->ctx, call->city->city, call->arguments[0].text, &options, &found);
    for (size_t i = 0; i < found.count && !call->rows.failed; i++) {
        sql_put_whole(&call->rows, found.ids[i]);
        sql_put_object(&call->rows, SQL_ID, found.ids[i]);
        sql_put_object(&call->rows, SQL_CLASS, found.ids[i]);
        sql_put_object(&call->rows, SQL_LAYER, found.ids[i]);
        sql_put_object(&call->rows, SQL_OBJECT, found.ids[i]);
        sql_put_object(&call->rows, SQL_GEOMETRY_OF, found.ids[i]);
    }
    cim_query_result_dispose(&found);
    return st;
}

const sql_function sql_query = { "cim_query", "number INTEGER, id TEXT, class TEXT, layer TEXT, object TEXT", "expression", 1, true,
                                 " limit offset sort descending at_time crs foreign ", run };
