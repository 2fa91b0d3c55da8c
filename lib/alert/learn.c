/* learn.c - what is usual at an hour of the week: medians, and median distances from them. */
#include "alert/alert.h"

#include <stdlib.h>

enum { DAY = 24, SLOTS = (int)CIM_ALERT_SLOTS };

typedef struct sample {
    uint32_t slot, hour;
    double value;
} sample;

static int by_slot(const void *a, const void *b)
{
    const sample *x = a, *y = b;
    if (x->slot != y->slot) return x->slot < y->slot ? -1 : 1;
    return (x->value > y->value) - (x->value < y->value);
}

static int by_hour(const void *a, const void *b)
{
    const sample *x = a, *y = b;
    if (x->hour != y->hour) return x->hour < y->hour ? -1 : 1;
    return (x->value > y->value) - (x->value < y->value);
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double middle(const double *sorted, size_t count) { return count % 2 ? sorted[count / 2] : 0.5 * sorted[count / 2 - 1] + 0.5 * sorted[count / 2]; }

typedef struct usual {
    double mean, spread;
    uint32_t count;
} usual;

static usual usual_of(double *values, size_t count, double least_spread)
{
    usual u = { (double)NAN, least_spread, count > UINT32_MAX ? UINT32_MAX : (uint32_t)count };
    if (!count) return u;
    qsort(values, count, sizeof *values, by_value);
    u.mean = middle(values, count);
    for (size_t i = 0; i < count; i++) values[i] = fabs(values[i] - u.mean);
    qsort(values, count, sizeof *values, by_value);
    u.spread = 1.4826 * middle(values, count);
    if (!(u.spread >= least_spread)) u.spread = least_spread;
    return u;
}

/* Groups of samples that stand together: slots or hours. */
static void usual_groups(const sample *samples, size_t count, bool hours, double *scratch, double least_spread, usual *out)
{
    for (size_t from = 0, to; from < count; from = to) {
        uint32_t group = hours ? samples[from].hour : samples[from].slot;
        for (to = from; to < count && (hours ? samples[to].hour : samples[to].slot) == group; to++) scratch[to - from] = samples[to].value;
        out[group] = usual_of(scratch, to - from, least_spread);
    }
}

static void learn(sample *samples, size_t count, double *scratch, uint32_t least, double least_spread, cim_alert_baseline *b)
{
    usual slots[CIM_ALERT_SLOTS], hours[DAY], all;
    for (int i = 0; i < SLOTS; i++) slots[i] = (usual){ (double)NAN, least_spread, 0 };
    for (int i = 0; i < DAY; i++) hours[i] = (usual){ (double)NAN, least_spread, 0 };
    for (size_t i = 0; i < count; i++) scratch[i] = samples[i].value;
    all = usual_of(scratch, count, least_spread);
    if (count) qsort(samples, count, sizeof *samples, by_hour);
    usual_groups(samples, count, true, scratch, least_spread, hours);
    if (count) qsort(samples, count, sizeof *samples, by_slot);
    usual_groups(samples, count, false, scratch, least_spread, slots);
    for (int i = 0; i < SLOTS; i++) {
        const usual *u = slots[i].count >= least ? &slots[i] : hours[i % DAY].count >= least ? &hours[i % DAY] : &all;
        b->mean[i] = u->mean, b->spread[i] = u->spread, b->counts[i] = u->count;
    }
}

static sample sample_of(int64_t time_ms, double value)
{
    int64_t hour = time_ms / 3600000 - (time_ms % 3600000 < 0) + 72; /* 1970 began on a Thursday */
    int64_t slot = hour % SLOTS;
    slot += slot < 0 ? SLOTS : 0;
    return (sample){ (uint32_t)slot, (uint32_t)slot % DAY, value };
}

cim_status cim_alert_learn(cim_ctx *ctx, const int64_t *times_ms, const double *values, size_t count, int64_t utc_offset_ms, uint32_t least_count,
                           double least_spread, cim_alert_baseline *baseline_out)
{
    cim_alert_baseline b = { 0 };
    size_t kept = 0;
    cim__enter(ctx);
    if ((count && (!times_ms || !values)) || !baseline_out) return cim__fail(ctx, CIM_EARG, "times, values or the baseline are NULL");
    if (utc_offset_ms < -86400000 || utc_offset_ms > 86400000) return cim__fail(ctx, CIM_EARG, "the offset from UTC is more than a day");
    if (!(least_spread > 0.0 && isfinite(least_spread))) return cim__fail(ctx, CIM_EARG, "the least spread is not above 0");
    CIM__TRY(cim__out_ok(ctx, baseline_out, "baseline"));
    sample *samples = cim__alloc_n(ctx->mem, count + 1, sizeof *samples);
    double *scratch = cim__alloc_n(ctx->mem, count + 1, sizeof *scratch);
    cim_status status = samples && scratch ? CIM_OK : cim__nomem(ctx);
    for (size_t i = 0; i < count && status == CIM_OK; i++) {
        if (!isfinite(values[i])) continue;
        if (times_ms[i] < -CIM_ALERT_MAX_TIME_MS || times_ms[i] > CIM_ALERT_MAX_TIME_MS)
            status = cim__fail(ctx, CIM_EARG, "time %zu is out of range", i);
        else samples[kept++] = sample_of(times_ms[i] + utc_offset_ms, values[i]);
    }
    if (status == CIM_OK) {
        learn(samples, kept, scratch, least_count ? least_count : 1, least_spread, &b);
        cim__out_fill(baseline_out, &b, sizeof b);
    }
    cim__free(ctx->mem, samples);
    cim__free(ctx->mem, scratch);
    return status;
}

cim_status cim_alert_baseline_set(cim_ctx *ctx, cim_alert_engine *e, uint32_t stream, const cim_alert_baseline *baseline)
{
    cim_alert_baseline b = { 0 };
    cim__enter(ctx);
    if (!e || stream >= e->stream_count) return cim__fail(ctx, CIM_EARG, "engine is NULL, or there is no stream %u", stream);
    CIM__TRY(cim__opts(ctx, &b, sizeof b, baseline, "baseline"));
    for (uint32_t i = 0; i < CIM_ALERT_SLOTS && baseline; i++)
        if (!isnan(b.mean[i]) && !(isfinite(b.mean[i]) && b.spread[i] > 0.0 && isfinite(b.spread[i])))
            return cim__fail(ctx, CIM_EARG, "hour %u of the baseline is no number, or has a spread that is not above 0", i);
    cim__alert_stream *s = &e->streams[stream];
    if (!baseline) {
        cim__free(e->mem, s->baseline);
        s->baseline = NULL;
        return CIM_OK;
    }
    if (!s->baseline) s->baseline = cim__alloc(e->mem, sizeof *s->baseline);
    if (!s->baseline) return cim__nomem(ctx);
    *s->baseline = b;
    return CIM_OK;
}
