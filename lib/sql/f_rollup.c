/* f_rollup.c - cim_rollup(streams, bucket, from, to): what sensors measured, by buckets. */
#include "sql.h"

enum { PERCENTILES = 32 };

typedef struct asked {
    cim_rollup rollup;
    double percentiles[PERCENTILES];
    bool time_mean;
} asked;

/* Seconds, or "15min", "1h", "7d". */
static cim_status take_duration(sql_call *call, const sql_word *word, const char *name, int64_t *ms)
{
    static const struct {
        const char *unit;
        double ms;
    } units[] = { { "", 1e3 }, { "s", 1e3 }, { "ms", 1.0 }, { "min", 6e4 }, { "m", 6e4 }, { "h", 3.6e6 }, { "d", 8.64e7 } };
    double number = 0.0;
    size_t count, digits = strspn(word->text, "0123456789.");
    char *head = sql_room(call, digits + 1, 1);
    if (!head) return CIM_ENOMEM;
    if (digits) memcpy(head, word->text, digits);
    sql_word w = { .type = 't', .text = head };
    for (size_t i = 0; i < sizeof units / sizeof *units && sql_numbers(call, &w, &number, 1, &count); i++)
        if (!strcmp(word->text + digits, units[i].unit) && number * units[i].ms >= 1.0 && number * units[i].ms < 1e14) return *ms = (int64_t)(number * units[i].ms), CIM_OK;
    return sql_say(call, CIM_EARG, "%s: %s is no duration like 900, 15min, 1h, 7d", name, word->text);
}

static cim_status take(sql_call *call, asked *a)
{
    const sql_word *hold = sql_option(call, "hold"), *percentiles = sql_option(call, "percentiles");
    a->rollup = (cim_rollup)CIM_ROLLUP_INIT;
    a->time_mean = sql_option_is(call, "time_mean");
    if (a->time_mean) a->rollup.flags |= CIM_ROLLUP_TIME_MEAN;
    cim_status st = call->arguments[1].type ? take_duration(call, &call->arguments[1], "bucket", &a->rollup.bucket_ms) : CIM_OK;
    if (st >= 0 && hold) st = take_duration(call, hold, "options: hold", &a->rollup.hold_ms);
    if (st >= 0) st = sql_time(call, &call->arguments[2], &a->rollup.from_ms);
    if (st >= 0) st = sql_time(call, &call->arguments[3], &a->rollup.to_ms);
    if (st < 0 || !percentiles) return st;
    if (!sql_numbers(call, percentiles, a->percentiles, PERCENTILES, &a->rollup.percentile_count))
        return sql_say(call, CIM_EARG, "options: percentiles: %s is no list of at most %d numbers", percentiles->text, PERCENTILES);
    a->rollup.percentiles = a->percentiles;
    return CIM_OK;
}

static cim_status put_percentiles(sql_call *call, const double *values, size_t count)
{
    sqlite3_str *text = sqlite3_str_new(call->door->db);
    for (size_t i = 0; i < count; i++) {
        sqlite3_str_appendchar(text, 1, i ? ',' : '[');
        if (values[i] - values[i] == 0.0) sqlite3_str_appendf(text, "%!.17g", values[i]);
        else sqlite3_str_appendall(text, "null");
    }
    if (count) sqlite3_str_appendchar(text, 1, ']');
    char *made = sqlite3_str_finish(text);
    if (count && !made) return sql_say(call, CIM_ENOMEM, "out of memory");
    sql_put_text(&call->rows, made);
    sqlite3_free(made);
    return CIM_OK;
}

static cim_status put_bucket(sql_call *call, const asked *a, const cim_stream *s, const cim_bucket *b, const double *percentiles)
{
    const double numbers[] = { b->min, b->max, b->mean, b->sum, a->time_mean ? b->time_mean : __builtin_nan("") };
    char text[32];
    sql_rows *rows = &call->rows;
    cim_time_text(b->start_ms, text);
    sql_put_text(rows, s->gid);
    sql_put_text(rows, text);
    sql_put_whole(rows, b->start_ms);
    sql_put_whole(rows, (sqlite3_int64)b->count);
    sql_put_whole(rows, (sqlite3_int64)b->left_out);
    for (int i = 0; i < 5; i++) sql_put_real(rows, numbers[i]);
    cim_status st = put_percentiles(call, percentiles, a->rollup.percentile_count);
    sql_put_text(rows, s->property);
    sql_put_text(rows, s->unit);
    sql_put_object(rows, SQL_ID, s->object);
    if (s->object != CIM_NONE) sql_put_object(rows, SQL_GEOMETRY_OF, s->object);
    else sql_put_point(rows, s->x, s->y);
    return st;
}

static cim_status put_stream(sql_call *call, cim_sense *sense, uint32_t id, const void *user)
{
    const asked *a = user;
    cim_stream s = CIM_STREAM_INIT;
    size_t count = 0, width = a->rollup.percentile_count;
    cim_status st = cim_sense_stream(call->ctx, sense, id, &s);
    if (st >= 0 && s.kind == CIM_STREAM_TEXT && !call->arguments[0].type) return CIM_OK; /* of all streams those that have numbers */
    if (st >= 0) st = cim_sense_rollup(call->ctx, sense, id, &a->rollup, NULL, NULL, 0, &count);
    if (st < 0) return st;
    size_t cap = count;
    cim_bucket *buckets = sql_room(call, cap + 1, sizeof *buckets);
    double *percentiles = sql_room(call, (cap + 1) * (width + 1), sizeof *percentiles);
    if (!buckets || !percentiles) return CIM_ENOMEM;
    st = cim_sense_rollup(call->ctx, sense, id, &a->rollup, buckets, percentiles, cap, &count);
    for (size_t i = 0; st >= 0 && i < count && i < cap && !call->rows.failed; i++) st = put_bucket(call, a, &s, &buckets[i], percentiles + i * width);
    return st;
}

static cim_status run(sql_call *call)
{
    asked a = { .time_mean = false };
    cim_status st = take(call, &a);
    return st < 0 ? st : sql_streams(call, &call->arguments[0], put_stream, &a);
}

const sql_function sql_rollup = {
    "cim_rollup",
    "stream TEXT, start TEXT, start_ms INTEGER, count INTEGER, left_out INTEGER, min REAL, max REAL, mean REAL, sum REAL, time_mean REAL, percentiles TEXT, "
    "property TEXT, unit TEXT, object TEXT",
    "streams, bucket, from_time, to_time", 0, true, " percentiles time_mean hold property thing object foreign ", run
};
