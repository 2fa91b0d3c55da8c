/* f_observations.c - cim_observations(streams, from, to): what sensors measured. */
#include "sql.h"

cim_status sql_time(sql_call *call, const sql_word *word, int64_t *time_ms)
{
    return word->type ? cim_time_parse(call->ctx, word->text, time_ms) : CIM_OK;
}

/* Streams by id, or by what the options say. */
static cim_status find_streams(sql_call *call, cim_sense *sense, const char *gid, sql_numbers32 *ids)
{
    cim_stream_filter f = CIM_STREAM_FILTER_INIT;
    const sql_word *object = sql_option(call, "object");
    uint32_t *objects;
    size_t count = 0;
    f.gid = gid;
    f.property = sql_option_text(call, "property");
    f.thing = sql_option_text(call, "thing");
    cim_status st = object ? sql_objects(call, object, &objects, &count) : CIM_OK;
    if (st >= 0 && object) f.object = objects[0];
    if (st >= 0) st = cim_sense_find(call->ctx, sense, &f, NULL, 0, &count);
    if (st == CIM_ENOTFOUND && !gid && !object) return CIM_OK;
    uint32_t *found = st < 0 ? NULL : sql_room(call, count + 1, sizeof *found);
    if (st < 0 || !found) return st < 0 ? st : CIM_ENOMEM;
    st = cim_sense_find(call->ctx, sense, &f, found, count, &count);
    return st < 0 ? st : sql_add32(call, ids, found, count);
}

static void put_row(sql_call *call, cim_sense *sense, uint32_t id, const cim_stream *s, int64_t time_ms, double value, uint8_t quality)
{
    char text[32];
    sql_rows *rows = &call->rows;
    cim_time_text(time_ms, text);
    sql_put_text(rows, s->gid);
    sql_put_text(rows, text);
    sql_put_whole(rows, time_ms);
    if (s->kind == CIM_STREAM_TEXT) sql_put_text(rows, value - value == 0.0 ? cim_sense_word(sense, id, value) : NULL);
    else sql_put_real(rows, value);
    sql_put_whole(rows, quality);
    sql_put_text(rows, s->property);
    sql_put_text(rows, s->unit);
    sql_put_object(rows, SQL_ID, s->object);
    if (s->object != CIM_NONE) sql_put_object(rows, SQL_GEOMETRY_OF, s->object);
    else sql_put_point(rows, s->x, s->y);
}

static cim_status put_stream(sql_call *call, cim_sense *sense, uint32_t id, int64_t from_ms, int64_t to_ms)
{
    cim_stream s = CIM_STREAM_INIT;
    size_t count = 0;
    cim_status st = cim_sense_window(call->ctx, sense, id, from_ms, to_ms, NULL, NULL, NULL, 0, &count);
    if (st < 0) return st;
    size_t cap = count;
    int64_t *times = sql_room(call, cap + 1, sizeof *times);
    double *values = sql_room(call, cap + 1, sizeof *values);
    uint8_t *qualities = sql_room(call, cap + 1, 1);
    if (!times || !values || !qualities) return CIM_ENOMEM;
    st = cim_sense_window(call->ctx, sense, id, from_ms, to_ms, times, values, qualities, cap, &count);
    if (st >= 0) st = cim_sense_stream(call->ctx, sense, id, &s);
    for (size_t i = 0; st >= 0 && i < count && i < cap && !call->rows.failed; i++) put_row(call, sense, id, &s, times[i], values[i], qualities[i]);
    return st;
}

/* The newest observation up to a time. */
static cim_status put_latest(sql_call *call, cim_sense *sense, uint32_t id, int64_t before_ms)
{
    cim_stream s = CIM_STREAM_INIT;
    cim_observation o;
    cim_status st = cim_sense_at(call->ctx, sense, id, before_ms, &o);
    if (st == CIM_DONE) return CIM_OK;
    if (st >= 0) st = cim_sense_stream(call->ctx, sense, id, &s);
    if (st >= 0) put_row(call, sense, id, &s, o.time_ms, o.value, (uint8_t)o.quality);
    return st;
}

cim_status sql_streams(sql_call *call, const sql_word *word, sql_stream_fn fn, const void *user)
{
    sql_numbers32 ids = { NULL, 0, 0 };
    sql_words gids = { .count = 0 };
    cim_sense *sense = NULL;
    cim_status st = word->type ? sql_list(call, word, &gids) : CIM_OK;
    if (st >= 0) st = cim_sense_open(call->ctx, sqlite3_db_filename(call->door->db, "main"), NULL, &sense);
    for (size_t i = 0; i < gids.count && st >= 0; i++) st = find_streams(call, sense, gids.at[i].text, &ids);
    if (st >= 0 && !word->type) st = find_streams(call, sense, NULL, &ids);
    for (size_t i = 0; i < ids.count && st >= 0; i++) st = fn(call, sense, ids.at[i], user);
    if (st < 0 && !call->error) sql_say(call, st, "%s", cim_ctx_error(call->ctx));
    cim_sense_free(sense);
    return st;
}

static cim_status put_one(sql_call *call, cim_sense *sense, uint32_t id, const void *user)
{
    const int64_t *window = user;
    return sql_option_is(call, "latest") ? put_latest(call, sense, id, window[1]) : put_stream(call, sense, id, window[0], window[1]);
}

static cim_status run(sql_call *call)
{
    int64_t window[2] = { CIM_TIME_MIN_MS, CIM_TIME_MAX_MS };
    cim_status st = sql_time(call, &call->arguments[1], &window[0]);
    if (st >= 0) st = sql_time(call, &call->arguments[2], &window[1]);
    return st < 0 ? st : sql_streams(call, &call->arguments[0], put_one, window);
}

const sql_function sql_observations = { "cim_observations", "stream TEXT, time TEXT, time_ms INTEGER, value, quality INTEGER, property TEXT, unit TEXT, object TEXT",
                                        "streams, from_time, to_time", 0, true, " property thing object latest foreign ", run };
