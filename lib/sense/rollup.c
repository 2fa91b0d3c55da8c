/* rollup.c - series in buckets.
 *
 * Chunks come in the order of time, and so do buckets: one is open at a time.  A chunk that lies within a bucket gives it what its row says. */
#include "sense/sense.h"

#include <math.h>
#include <stdlib.h>

typedef struct rolling {
    cim_sense *s;
    uint32_t id;
    cim_rollup r;
    cim_bucket *buckets;
    double *percentiles;
    size_t cap, count;
    bool open;
    cim_bucket now;
    int64_t start, end;  /* of the open bucket */
    double lost;         /* of its sum */
    double weight, weighted, weighted_lost; /* of its time-weighted mean */
    cim__buf values;     /* of its percentiles */
    bool held;
    int64_t held_from;
    double held_value;
} rolling;

static void add_exactly(double *sum, double *lost, double v)
{
    double next = *sum + v; /* A. Neumaier, 1974 */
    *lost += fabs(*sum) >= fabs(v) ? (*sum - next) + v : (v - next) + *sum;
    *sum = next;
}

/* ---- percentiles ---- */

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double percentile(const double *sorted, size_t count, double p)
{
    double at = p / 100.0 * (double)(count - 1);
    size_t below = (size_t)at;
    if (below >= count - 1) return sorted[count - 1];
    double part = at - (double)below;
    return part > 0.0 ? sorted[below] + part * (sorted[below + 1] - sorted[below]) : sorted[below];
}

static void put_percentiles(rolling *w)
{
    size_t n = w->r.percentile_count, values = CIM__COUNT(&w->values, double);
    if (values > 1) qsort(w->values.data, values, sizeof(double), ascending);
    for (size_t i = 0; i < n; i++) w->percentiles[w->count * n + i] = values ? percentile(&CIM__AT(&w->values, double, 0), values, w->r.percentiles[i]) : (double)NAN;
}

/* ---- what holds from one observation to the next ---- */

static void hold(rolling *w, int64_t from, int64_t to)
{
    int64_t until = w->r.hold_ms && w->held_from <= INT64_MAX - w->r.hold_ms && to > w->held_from + w->r.hold_ms ? w->held_from + w->r.hold_ms : to;
    if (from < w->r.from_ms) from = w->r.from_ms;
    if (from < w->start) from = w->start;
    if (until > w->end) until = w->end;
    if (until > w->r.to_ms) until = w->r.to_ms;
    if (!w->held || until <= from) return;
    w->weight += (double)(until - from);
    add_exactly(&w->weighted, &w->weighted_lost, w->held_value * (double)(until - from));
}

/* ---- buckets ---- */

/* Bucket of a time: floor to the grid through the origin. */
static void bounds(const cim_rollup *r, int64_t time, int64_t *start, int64_t *end)
{
    *start = r->from_ms;
    *end = r->to_ms;
    if (!r->bucket_ms) return;
    int64_t since = time - r->origin_ms, rest = since % r->bucket_ms;
    *start = time - (rest < 0 ? rest + r->bucket_ms : rest);
    *end = *start + r->bucket_ms;
}

static cim_status close_bucket(cim_ctx *ctx, rolling *w, bool last)
{
    cim_bucket *b = &w->now;
    if (!w->open) return CIM_OK;
    bool endless = last && !w->r.bucket_ms && w->r.to_ms == CIM_TIME_MAX_MS && !w->r.hold_ms;
    if (!endless) hold(w, w->held_from, w->end);
    if (w->values.failed) return cim__nomem(ctx);
    double lost = w->lost - w->lost == 0.0 ? w->lost : 0.0;
    b->sum += lost;
    b->mean = b->count ? b->sum / (double)b->count : (double)NAN;
    if (!b->count) b->sum = b->min = b->max = (double)NAN;
    b->time_mean = w->weight > 0.0 ? (w->weighted + w->weighted_lost) / w->weight : (double)NAN;
    if (w->count < w->cap) {
        w->buckets[w->count] = *b;
        if (w->percentiles) put_percentiles(w);
    }
    w->count++;
    w->values.size = 0;
    w->open = false;
    return CIM_OK;
}

static cim_status open_bucket(cim_ctx *ctx, rolling *w, int64_t time)
{
    if (w->open && time < w->end) return CIM_OK;
    CIM__TRY(close_bucket(ctx, w, false));
    bounds(&w->r, time, &w->start, &w->end);
    w->now = (cim_bucket){ .start_ms = w->start };
    w->lost = w->weight = w->weighted = w->weighted_lost = 0.0;
    w->open = true;
    return CIM_OK;
}

static void note(cim_bucket *b, double min, double max, uint64_t count)
{
    if (!b->count || min < b->min) b->min = min;
    if (!b->count || max > b->max) b->max = max;
    b->count += count;
}

static void add_one(rolling *w, int64_t time, double value, uint8_t quality)
{
    bool counts = cim__counts(value, quality);
    if (w->r.flags & CIM_ROLLUP_TIME_MEAN) {
        hold(w, w->held_from, time);
        w->held = counts;
        w->held_from = time;
        w->held_value = value;
    }
    if (!counts) {
        w->now.left_out++;
        return;
    }
    note(&w->now, value, value, 1);
    add_exactly(&w->now.sum, &w->lost, value);
    if (w->percentiles) cim__buf_put(&w->values, &value, sizeof value);
}

static cim_status add_whole(cim_ctx *ctx, rolling *w, const cim__chunk_facts *f)
{
    CIM__TRY(open_bucket(ctx, w, f->first_ms));
    w->now.left_out += f->count - f->numbers;
    if (!f->numbers) return CIM_OK;
    note(&w->now, f->min, f->max, f->numbers);
    add_exactly(&w->now.sum, &w->lost, f->sum);
    return CIM_OK;
}

static bool within_one(const rolling *w, const cim__chunk_facts *f)
{
    int64_t start, end;
    if (w->percentiles || (w->r.flags & CIM_ROLLUP_TIME_MEAN) || f->first_ms < w->r.from_ms || f->last_ms >= w->r.to_ms || f->last_ms > CIM_TIME_MAX_MS) return false;
    bounds(&w->r, f->first_ms, &start, &end);
    return f->last_ms < end;
}

static cim_status add_chunk(cim_ctx *ctx, const cim__chunk_row *row, void *user)
{
    rolling *w = user;
    const cim__series *d = &w->s->scratch;
    if (within_one(w, &row->facts)) return add_whole(ctx, w, &row->facts);
    CIM__TRY(cim__sense_decode(ctx, w->s, w->id, row));
    for (uint32_t i = 0; i < d->count; i++) {
        if (d->times[i] < w->r.from_ms || d->times[i] >= w->r.to_ms) continue;
        CIM__TRY(open_bucket(ctx, w, d->times[i]));
        add_one(w, d->times[i], d->values[i], d->qualities[i]);
    }
    return w->values.failed ? cim__nomem(ctx) : CIM_OK;
}

/* ---- the call ---- */

static cim_status check(cim_ctx *ctx, const cim_rollup *r, const cim__stream *stream)
{
    if (stream->s.kind == CIM_STREAM_TEXT) return cim__fail(ctx, CIM_EARG, "stream %.100s has texts, which cannot be rolled up", stream->s.gid);
    if (r->from_ms >= r->to_ms || r->from_ms < CIM_TIME_MIN_MS || r->to_ms > CIM_TIME_MAX_MS) return cim__fail(ctx, CIM_EARG, "a rollup needs times from < to in years 1 to 9999");
    if (r->bucket_ms < 0 || r->hold_ms < 0 || r->bucket_ms > CIM_TIME_MAX_MS) return cim__fail(ctx, CIM_EARG, "buckets of %lld ms", (long long)r->bucket_ms);
    if (r->origin_ms < CIM_TIME_MIN_MS || r->origin_ms > CIM_TIME_MAX_MS) return cim__fail(ctx, CIM_EARG, "an origin that is no time");
    if (r->flags & ~(uint32_t)CIM_ROLLUP_TIME_MEAN) return cim__fail(ctx, CIM_EARG, "unknown flags %u", r->flags);
    if (r->percentile_count > 100 || (r->percentile_count && !r->percentiles)) return cim__fail(ctx, CIM_EARG, "%zu percentiles", r->percentile_count);
    for (size_t i = 0; i < r->percentile_count; i++)
        if (!(r->percentiles[i] >= 0.0 && r->percentiles[i] <= 100.0)) return cim__fail(ctx, CIM_EARG, "percentiles are 0 to 100");
    return CIM_OK;
}

/* What held when the window begins. */
static cim_status begin_held(cim_ctx *ctx, rolling *w)
{
    cim_observation before;
    if (!(w->r.flags & CIM_ROLLUP_TIME_MEAN)) return CIM_OK;
    cim_status st = cim_sense_at(ctx, w->s, w->id, w->r.from_ms - 1, &before);
    if (st != CIM_OK) return st < 0 ? st : CIM_OK;
    w->held = cim__counts(before.value, (uint8_t)before.quality);
    w->held_from = before.time_ms;
    w->held_value = before.value;
    return CIM_OK;
}

cim_status cim_sense_rollup(cim_ctx *ctx, cim_sense *s, uint32_t id, const cim_rollup *rollup, cim_bucket *buckets, double *percentiles, size_t cap, size_t *count_out)
{
    cim__stream *stream = NULL;
    rolling w = { .s = s, .id = id, .r = CIM_ROLLUP_INIT, .buckets = buckets, .cap = cap };
    CIM__TRY(cim__sense_enter(ctx, s));
    CIM__TRY(cim__opts(ctx, &w.r, sizeof w.r, rollup, "rollup"));
    CIM__TRY(cim__sense_need(ctx, s, id, &stream));
    CIM__TRY(check(ctx, &w.r, stream));
    CIM__TRY(cim__sense_flush(ctx, s, id));
    if (w.r.percentile_count) w.percentiles = percentiles;
    w.values = cim__buf_on(ctx->mem);
    cim_status st = begin_held(ctx, &w);
    if (st >= 0) st = cim__sense_chunks(ctx, s, id, w.r.from_ms, w.r.to_ms, add_chunk, &w);
    if (st >= 0) st = close_bucket(ctx, &w, true);
    cim__buf_free(&w.values);
    if (st < 0) return st;
    *count_out = w.count;
    return CIM_OK;
}
