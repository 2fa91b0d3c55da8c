/* pack_sense.c - streams of the objects of the page: the newest observation as it is, and a short series before it.
 *
 * A series has the observations of the last days, or their means in buckets where they are too many.  Streams of numbers in the page:
 *   s      `n` times, differences in unit_ms from first_ms on, then as many values: 0 a gap, 1 + zigzag(difference to the value before) of
 *          value * 10^decimals
 * Values are exact where six decimals keep them, else as fine as a picture needs; the newest one is in meta with every bit. */
#include "sense/sense.h"
#include "view/pack.h"

#include <math.h>

enum { POINTS_MOST = 200, POINTS_ALL = 400000, STREAMS_MOST = 20000, POINTS_LEAST = 10 };
#define SPAN_MS INT64_C(604800000)

typedef struct packer {
    cim__pack *p;
    cim_sense *sense;
    cim__sensed *counts;
    size_t cap; /* points of a series */
    uint32_t max_id;
    int64_t times[POINTS_MOST];
    double values[POINTS_MOST];
    uint8_t qualities[POINTS_MOST];
    cim_bucket buckets[POINTS_MOST];
} packer;

/* ---- a series ---- */

static const int64_t widths_ms[] = { 100, 1000, 10000, 60000, 300000, 600000, 900000, 1800000, 3600000, 7200000, 10800000, 21600000, 43200000, 86400000 };

/* The narrowest buckets of which a window has no more than there is room for. */
static int64_t width_of(int64_t span_ms, size_t cap)
{
    size_t i = 0;
    while (i + 1 < sizeof widths_ms / sizeof *widths_ms && span_ms / widths_ms[i] + 2 > (int64_t)cap) i++;
    return widths_ms[i];
}

static cim_status roll(cim_ctx *ctx, packer *w, uint32_t id, int64_t from_ms, int64_t to_ms, int64_t width_ms, size_t *count_out)
{
    cim_rollup r = CIM_ROLLUP_INIT;
    size_t count = 0;
    r.from_ms = from_ms;
    r.to_ms = to_ms;
    r.bucket_ms = width_ms;
    CIM__TRY(cim_sense_rollup(ctx, w->sense, id, &r, w->buckets, NULL, w->cap, &count));
    *count_out = count < w->cap ? count : w->cap;
    for (size_t i = 0; i < *count_out; i++) {
        w->times[i] = w->buckets[i].start_ms;
        w->values[i] = w->buckets[i].mean;
    }
    return CIM_OK;
}

/* Observations up to the newest one; what does not count is a gap. */
static cim_status take_series(cim_ctx *ctx, packer *w, uint32_t id, int64_t newest_ms, size_t *count_out, int64_t *width_ms_out)
{
    int64_t from_ms = newest_ms - SPAN_MS, to_ms = newest_ms < CIM_TIME_MAX_MS ? newest_ms + 1 : CIM_TIME_MAX_MS;
    size_t count = 0;
    if (from_ms < CIM_TIME_MIN_MS) from_ms = CIM_TIME_MIN_MS;
    *width_ms_out = 0;
    CIM__TRY(cim_sense_window(ctx, w->sense, id, from_ms, to_ms, w->times, w->values, w->qualities, w->cap, &count));
    if (count > w->cap) {
        *width_ms_out = width_of(newest_ms - w->times[0], w->cap);
        return roll(ctx, w, id, w->times[0], to_ms, *width_ms_out, count_out);
    }
    for (size_t i = 0; i < count; i++)
        if (w->qualities[i] >= CIM_QUALITY_BAD || !isfinite(w->values[i])) w->values[i] = (double)NAN;
    *count_out = count;
    return CIM_OK;
}

/* ---- its numbers ---- */

static double scaled(double v, int decimals)
{
    double tens = 1.0;
    for (int i = decimals < 0 ? -decimals : decimals; i > 0; i--) tens *= 10.0;
    return nearbyint(decimals < 0 ? v / tens : v * tens);
}

static bool exact(const packer *w, size_t count, int decimals)
{
    double tens = scaled(1.0, decimals);
    for (size_t i = 0; i < count; i++) {
        double n = scaled(w->values[i], decimals);
        if (isfinite(w->values[i]) && !(fabs(n) < 1e12 && n / tens == w->values[i])) return false;
    }
    return true;
}

/* Decimals that keep all values, else those that show a thousandth of their range. */
static int decimals_of(const packer *w, size_t count)
{
    double least = INFINITY, most = -INFINITY;
    for (int d = 0; d <= 6; d++)
        if (exact(w, count, d)) return d;
    for (size_t i = 0; i < count; i++) {
        if (!isfinite(w->values[i])) continue;
        least = fmin(least, w->values[i]);
        most = fmax(most, w->values[i]);
    }
    double range = fmax(most / 2.0 - least / 2.0, fmax(fabs(least), fabs(most)) * 1e-6);
    int d = 3 - (int)floor(log10(fmax(range, 1e-300)));
    return d > 300 ? 300 : d;
}

static int64_t common_ms(const packer *w, size_t count)
{
    int64_t unit = 0;
    for (size_t i = 1; i < count; i++)
        for (int64_t a = w->times[i] - w->times[i - 1]; a;) {
            int64_t rest = unit % a;
            unit = a;
            a = rest;
        }
    return unit ? unit : 1;
}

static cim_status put_series(cim_ctx *ctx, packer *w, size_t count, int64_t width_ms)
{
    uint32_t stream = cim__pack_stream(w->p);
    int decimals = decimals_of(w, count);
    int64_t unit_ms = common_ms(w, count), last = 0;
    if (stream == CIM_NONE) return cim__nomem(ctx);
    cim__buf *out = cim__pack_at(w->p, stream);
    for (size_t i = 0; i < count; i++) cim__buf_varint(out, i ? (uint64_t)((w->times[i] - w->times[i - 1]) / unit_ms) : 0);
    for (size_t i = 0; i < count; i++) {
        bool has = isfinite(w->values[i]);
        int64_t v = has ? (int64_t)scaled(w->values[i], decimals) : last;
        cim__buf_varint(out, has ? 1 + cim__zigzag(v - last) : 0);
        last = v;
    }
    cim__json *json = &w->p->json;
    cim__json_kv_int(json, "s", stream);
    cim__json_kv_int(json, "n", (int64_t)count);
    cim__json_kv_int(json, "first_ms", w->times[0]);
    cim__json_kv_int(json, "unit_ms", unit_ms);
    cim__json_kv_int(json, "decimals", decimals);
    if (width_ms) cim__json_kv_int(json, "mean_ms", width_ms);
    return CIM_OK;
}

/* ---- a stream ---- */

static void put_text(packer *w, const char *key, const char *text)
{
    cim__pack *p = w->p;
    if (!text || !text[0]) return;
    p->scratch.size = 0;
    cim__pack_string(p, cim__str_of(text), &p->scratch);
    cim__json_key(&p->json, key);
    cim__json_raw(&p->json, cim__buf_str(&p->scratch));
}

static uint32_t in_page(const packer *w, uint32_t object) { return object <= w->max_id ? w->p->index_of[object] : CIM_NONE; }

static void put_newest(packer *w, const cim_stream *s, const cim_observation *o)
{
    cim__json *json = &w->p->json;
    cim__json_kv_int(json, "t", o->time_ms);
    if (o->quality) cim__json_kv_int(json, "q", o->quality);
    if (s->kind == CIM_STREAM_TEXT) {
        put_text(w, "v", cim_sense_word(w->sense, s->id, o->value));
    } else if (isfinite(o->value)) {
        cim__json_key(json, "v");
        if (s->kind == CIM_STREAM_BOOLEAN) cim__json_bool(json, o->value != 0.0);
        else cim__json_num(json, o->value);
    }
}

static cim_status put_observations(cim_ctx *ctx, packer *w, const cim_stream *s)
{
    cim_observation newest;
    size_t count = 0;
    int64_t width_ms = 0;
    cim_status st = cim_sense_latest(ctx, w->sense, s->id, &newest);
    if (st != CIM_OK) return st < 0 ? st : CIM_OK;
    put_newest(w, s, &newest);
    if (s->kind == CIM_STREAM_TEXT || w->cap < POINTS_LEAST) return CIM_OK;
    CIM__TRY(take_series(ctx, w, s->id, newest.time_ms, &count, &width_ms));
    return count ? put_series(ctx, w, count, width_ms) : CIM_OK;
}

static cim_status put_stream(cim_ctx *ctx, packer *w, const cim_stream *s)
{
    cim__json *json = &w->p->json;
    uint32_t object = in_page(w, s->object), edge = in_page(w, s->edge);
    cim__json_open(json, '{');
    cim__json_key(json, "o");
    cim__json_open(json, '[');
    if (object != CIM_NONE) cim__json_int(json, object);
    if (edge != CIM_NONE && edge != object) cim__json_int(json, edge);
    cim__json_close(json, ']');
    put_text(w, "id", s->gid);
    put_text(w, "name", s->name);
    put_text(w, "property", s->property);
    put_text(w, "unit", s->unit);
    cim_status st = put_observations(ctx, w, s);
    cim__json_close(json, '}');
    return st;
}

/* ---- all of them ---- */

static cim_status count_streams(cim_ctx *ctx, packer *w, uint32_t count, uint64_t *here_out)
{
    *here_out = 0;
    for (uint32_t id = 1; id <= count; id++) {
        cim_stream s = CIM_STREAM_INIT;
        CIM__TRY(cim_sense_stream(ctx, w->sense, id, &s));
        *here_out += in_page(w, s.object) != CIM_NONE || in_page(w, s.edge) != CIM_NONE;
    }
    return CIM_OK;
}

static cim_status put_all(cim_ctx *ctx, packer *w)
{
    uint32_t count = 0;
    uint64_t here = 0;
    CIM__TRY(cim_sense_count(ctx, w->sense, &count));
    CIM__TRY(count_streams(ctx, w, count, &here));
    uint64_t taken = here < STREAMS_MOST ? here : STREAMS_MOST;
    if (!here) return CIM_OK;
    w->cap = POINTS_ALL / taken < POINTS_MOST ? (size_t)(POINTS_ALL / taken) : POINTS_MOST;
    w->counts->left_out = here - taken;
    cim__json_key(&w->p->json, "observations");
    cim__json_open(&w->p->json, '[');
    for (uint32_t id = 1; id <= count && w->counts->streams < taken; id++) {
        cim_stream s = CIM_STREAM_INIT;
        CIM__TRY(cim_sense_stream(ctx, w->sense, id, &s));
        if (in_page(w, s.object) == CIM_NONE && in_page(w, s.edge) == CIM_NONE) continue;
        CIM__TRY(put_stream(ctx, w, &s));
        w->counts->streams++;
        if ((id & 0xff) == 0) CIM__TRY(cim__tick(ctx, id, count, "observations"));
    }
    cim__json_close(&w->p->json, ']');
    return CIM_OK;
}

/* Has somebody observed anything?  Most cities are not opened a second time. */
static cim_status has_streams(cim_ctx *ctx, cim__store *store, int64_t *there)
{
    pthread_mutex_lock(&store->lock);
    cim__db_attend(store->db, ctx);
    cim_status st = cim__db_get_int(ctx, store->db, "SELECT count(*) FROM sqlite_schema WHERE type='table' AND name='stream'", there);
    pthread_mutex_unlock(&store->lock);
    return st;
}

cim_status cim__pack_sense(cim_ctx *ctx, cim__pack *p, cim_city *city, cim__sensed *counts)
{
    cim__store *store = city->store;
    int64_t there = 0;
    if (city->rows != &cim__store_rows || store->in_memory || !store->path) return CIM_OK;
    CIM__TRY(has_streams(ctx, store, &there));
    if (!there) return CIM_OK;
    packer *w = cim__zalloc(ctx->mem, sizeof *w);
    if (!w) return cim__nomem(ctx);
    *w = (packer){ .p = p, .counts = counts, .max_id = city->max_id };
    cim_status st = cim_sense_open(ctx, store->path, NULL, &w->sense);
    if (st >= 0) st = put_all(ctx, w);
    cim_sense_free(w->sense);
    cim__free(ctx->mem, w);
    return st;
}
