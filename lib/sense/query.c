/* query.c - windows, the newest, maps of a moment. */
#include "sense/sense.h"

static cim_status damaged(cim_ctx *ctx, const cim_sense *s, uint32_t id, int64_t first_ms)
{
    char text[32];
    cim_time_text(first_ms, text);
    return cim__fail(ctx, CIM_EFORMAT, "stream %.100s: the chunk of %s is damaged", cim__sense_stream(s, id)->s.gid, text[0] ? text : "no time");
}

cim_status cim__sense_decode(cim_ctx *ctx, cim_sense *s, uint32_t id, const cim__chunk_row *row)
{
    const cim__series *d = &s->scratch;
    bool ok = cim__chunk_get(row->data, &s->scratch) && d->count == row->facts.count && d->times[0] == row->facts.first_ms && d->times[d->count - 1] == row->facts.last_ms;
    return ok ? CIM_OK : damaged(ctx, s, id, row->facts.first_ms);
}

static void read_row(cim__stmt *stmt, cim__chunk_row *row)
{
    int64_t count = cim__stmt_get_int(stmt, 2), numbers = cim__stmt_get_int(stmt, 3);
    row->facts = (cim__chunk_facts){ .first_ms = cim__stmt_get_int(stmt, 0), .last_ms = cim__stmt_get_int(stmt, 1) };
    row->facts.count = count > 0 && count <= CIM__CHUNK_MOST ? (uint32_t)count : 0;
    row->facts.numbers = numbers > 0 && numbers <= count ? (uint32_t)numbers : 0;
    row->facts.min = cim__stmt_get_real(stmt, 4);
    row->facts.max = cim__stmt_get_real(stmt, 5);
    row->facts.sum = cim__stmt_get_real(stmt, 6);
    row->data = cim__stmt_get_str(stmt, 7);
}

cim_status cim__sense_chunks(cim_ctx *ctx, cim_sense *s, uint32_t id, int64_t from_ms, int64_t to_ms, cim__chunk_fn fn, void *user)
{
    cim__chunk_row row;
    int64_t before = INT64_MIN;
    cim_status st;
    if (!s->has_tables) return CIM_OK;
    if (!s->scan)
        CIM__TRY(cim__db_prepare(ctx, s->db,
                                 "SELECT first_ms,last_ms,count,numbers,min,max,sum,data FROM stream_chunk WHERE stream=?1 AND first_ms>="
                                 "coalesce((SELECT max(first_ms) FROM stream_chunk WHERE stream=?1 AND first_ms<=?2),?2) AND first_ms<?3 ORDER BY first_ms", &s->scan));
    cim__stmt_int(s->scan, 1, id);
    cim__stmt_int(s->scan, 2, from_ms);
    cim__stmt_int(s->scan, 3, to_ms);
    while ((st = cim__stmt_step(ctx, s->scan)) == CIM_OK) {
        read_row(s->scan, &row);
        if (!row.facts.count || row.facts.first_ms <= before || row.facts.last_ms < row.facts.first_ms) st = damaged(ctx, s, id, row.facts.first_ms);
        before = row.facts.last_ms;
        if (st >= 0 && row.facts.last_ms >= from_ms) st = fn(ctx, &row, user);
        if (st != CIM_OK) break;
    }
    cim__stmt_reset(s->scan);
    return st < 0 ? st : CIM_OK;
}

/* ---- windows ---- */

typedef struct window {
    cim_sense *s;
    uint32_t id;
    int64_t from_ms, to_ms, *times;
    double *values;
    uint8_t *qualities;
    size_t cap, count;
} window;

/* The first place with a time >= wanted. */
static uint32_t place_of(const cim__series *d, int64_t wanted)
{
    uint32_t low = 0, high = d->count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (d->times[middle] < wanted) low = middle + 1;
        else high = middle;
    }
    return low;
}

static cim_status add_chunk(cim_ctx *ctx, const cim__chunk_row *row, void *user)
{
    window *w = user;
    const cim__series *d = &w->s->scratch;
    CIM__TRY(cim__sense_decode(ctx, w->s, w->id, row));
    uint32_t first = place_of(d, w->from_ms), end = place_of(d, w->to_ms);
    size_t count = end - first, room = w->count < w->cap ? w->cap - w->count : 0, n = count < room ? count : room;
    if (n && w->times) memcpy(w->times + w->count, d->times + first, n * sizeof *w->times);
    if (n && w->values) memcpy(w->values + w->count, d->values + first, n * sizeof *w->values);
    if (n && w->qualities) memcpy(w->qualities + w->count, d->qualities + first, n);
    w->count += count;
    return CIM_OK;
}

cim_status cim_sense_window(cim_ctx *ctx, cim_sense *s, uint32_t id, int64_t from_ms, int64_t to_ms, int64_t *times_ms, double *values, uint8_t *qualities, size_t cap,
                            size_t *count_out)
{
    cim__stream *stream = NULL;
    window w = { s, id, from_ms, to_ms, times_ms, values, qualities, cap, 0 };
    CIM__TRY(cim__sense_enter(ctx, s));
    CIM__TRY(cim__sense_need(ctx, s, id, &stream));
    CIM__TRY(cim__sense_flush(ctx, s, id));
    if (from_ms < to_ms) CIM__TRY(cim__sense_chunks(ctx, s, id, from_ms, to_ms, add_chunk, &w));
    *count_out = w.count;
    return CIM_OK;
}

/* ---- single ones ---- */

typedef struct last_before {
    cim_sense *s;
    uint32_t id;
    int64_t time;
    cim_observation *out;
    bool found;
} last_before;

static cim_status look_before(cim_ctx *ctx, cim__str data, int64_t first_ms, last_before *b)
{
    const cim__series *d = &b->s->scratch;
    if (!cim__chunk_get(data, &b->s->scratch) || d->times[0] != first_ms) return damaged(ctx, b->s, b->id, first_ms);
    uint32_t end = b->time == INT64_MAX ? d->count : place_of(d, b->time + 1);
    if (!end) return CIM_OK;
    *b->out = (cim_observation){ d->times[end - 1], d->values[end - 1], b->id, d->qualities[end - 1] };
    b->found = true;
    return CIM_OK;
}

static cim_status find_before(cim_ctx *ctx, cim_sense *s, uint32_t id, int64_t time_ms, cim_observation *out)
{
    last_before b = { s, id, time_ms, out, false };
    if (!s->has_tables) return CIM_DONE;
    if (!s->at) CIM__TRY(cim__db_prepare(ctx, s->db, "SELECT first_ms,data FROM stream_chunk WHERE stream=?1 AND first_ms<=?2 ORDER BY first_ms DESC LIMIT 1", &s->at));
    cim__stmt_int(s->at, 1, id);
    cim__stmt_int(s->at, 2, time_ms);
    cim_status st = cim__stmt_step(ctx, s->at);
    if (st == CIM_OK) st = look_before(ctx, cim__stmt_get_str(s->at, 1), cim__stmt_get_int(s->at, 0), &b);
    cim__stmt_reset(s->at);
    return st < 0 ? st : b.found ? CIM_OK : CIM_DONE;
}

/* What was found stays until the file changes; a writer knows the streams that it adds to. */
cim_status cim__sense_newest(cim_ctx *ctx, cim_sense *s, uint32_t id, cim_observation *out)
{
    cim__stream *stream = cim__sense_stream(s, id);
    if (!(s->writes && stream->tail.loaded) && stream->latest_epoch != s->epoch) {
        cim_status st = find_before(ctx, s, id, INT64_MAX, &stream->latest);
        if (st < 0) return st;
        stream->has_latest = st == CIM_OK;
        stream->latest_epoch = s->epoch;
    }
    if (!stream->has_latest) return CIM_DONE;
    *out = stream->latest;
    return CIM_OK;
}

cim_status cim_sense_latest(cim_ctx *ctx, cim_sense *s, uint32_t id, cim_observation *out)
{
    cim__stream *stream = NULL;
    CIM__TRY(cim__sense_enter(ctx, s));
    CIM__TRY(cim__sense_need(ctx, s, id, &stream));
    return cim__sense_newest(ctx, s, id, out);
}

cim_status cim_sense_at(cim_ctx *ctx, cim_sense *s, uint32_t id, int64_t time_ms, cim_observation *out)
{
    cim__stream *stream = NULL;
    cim_observation found;
    CIM__TRY(cim__sense_enter(ctx, s));
    CIM__TRY(cim__sense_need(ctx, s, id, &stream));
    CIM__TRY(cim__sense_flush(ctx, s, id));
    cim_status st = find_before(ctx, s, id, time_ms, &found);
    if (st == CIM_OK) *out = found;
    return st;
}

/* ---- maps ---- */

cim_status cim_sense_snapshot(cim_ctx *ctx, cim_sense *s, const char *property, int64_t time_ms, int64_t max_age_ms, cim_observation *out, size_t cap, size_t *count_out)
{
    size_t count = 0;
    CIM__TRY(cim__sense_enter(ctx, s));
    if (max_age_ms < 0) return cim__fail(ctx, CIM_EARG, "an age of %lld ms", (long long)max_age_ms);
    for (uint32_t i = 1; i <= cim__sense_streams(s); i++) {
        const cim_stream *v = &cim__sense_stream(s, i)->s;
        cim_observation found;
        if (property && (!v->property || strcmp(property, v->property) != 0)) continue;
        if (time_ms < CIM_TIME_MAX_MS) CIM__TRY(cim__sense_flush(ctx, s, i));
        cim_status st = time_ms >= CIM_TIME_MAX_MS ? cim__sense_newest(ctx, s, i, &found) : find_before(ctx, s, i, time_ms, &found);
        if (st < 0) return st;
        if (st == CIM_DONE || (max_age_ms && time_ms < CIM_TIME_MAX_MS && found.time_ms < time_ms - max_age_ms)) continue;
        if (count < cap) out[count] = found;
        count++;
    }
    *count_out = count;
    return CIM_OK;
}

cim_status cim_sense_check(cim_ctx *ctx, cim_sense *s, void (*fn)(uint32_t stream, const char *line, void *user), void *user, uint64_t *faults_out, uint64_t *observations_out)
{
    CIM__TRY(cim__sense_enter(ctx, s));
    return cim__check_chunks(ctx, s->db, fn, user, faults_out, observations_out);
}
