/* watch.c - rules of a file and streams of a city become an engine. */
#include "alert/watch.h"

#include <math.h>

/* ---- streams ---- */

static cim_status keep_text(cim_ctx *ctx, cim_watch *w, const char *text, const char **out)
{
    cim__str copy = cim__arena_str(&w->arena, cim__str_of(text ? text : ""));
    if (!copy.ptr) return cim__nomem(ctx);
    *out = copy.ptr;
    return CIM_OK;
}

static cim_status take_streams(cim_ctx *ctx, cim_watch *w, cim_sense *sense)
{
    uint32_t count = 0;
    CIM__TRY(cim_sense_count(ctx, sense, &count));
    w->streams = cim__zalloc_n(w->mem, count + (size_t)1, sizeof *w->streams);
    w->stream_names = cim__zalloc_n(w->mem, count + (size_t)1, sizeof *w->stream_names);
    if (!w->streams || !w->stream_names) return cim__nomem(ctx);
    for (; w->stream_count < count; w->stream_count++) {
        cim__watch_stream *to = &w->streams[w->stream_count];
        cim_stream s = CIM_STREAM_INIT;
        CIM__TRY(cim_sense_stream(ctx, sense, w->stream_count + 1, &s));
        *to = (cim__watch_stream){ .object = s.object, .edge = s.edge, .x = s.x, .y = s.y, .period_ms = s.period_ms };
        CIM__TRY(keep_text(ctx, w, s.gid, &to->gid));
        CIM__TRY(keep_text(ctx, w, s.thing, &to->thing));
        CIM__TRY(keep_text(ctx, w, s.property, &to->property));
        CIM__TRY(keep_text(ctx, w, s.unit, &to->unit));
        w->stream_names[w->stream_count] = to->gid;
        uint32_t number = cim__names_add(&w->by_name, cim__str_of(to->gid));
        if (number == CIM_NONE) return cim__nomem(ctx);
        if (number != w->stream_count) return cim__fail(ctx, CIM_EFORMAT, "two streams are '%.100s'", to->gid);
    }
    return CIM_OK;
}

/* ---- networks ---- */

static cim_status take_networks(cim_ctx *ctx, cim_watch *w)
{
    if (!w->needs_utility) return CIM_OK;
    CIM__TRY(cim_utility_build(ctx, w->city, NULL, &w->utility));
    cim_trace_network *network = cim_utility_network(w->utility);
    CIM__TRY(cim_trace_status_new(ctx, network, NULL, NULL, &w->status));
    return cim_trace_query_new(ctx, network, &w->query);
}

/* ---- baselines ---- */

static double least_spread(const cim_watch *w, const cim__watch_stream *s)
{
    cim__jvalue v;
    double spread;
    if (w->baseline.spreads.text.ptr && cim__jfind(w->baseline.spreads, cim__str_of(s->property), &v) && cim__jnumber(v, &spread)) return spread;
    return w->baseline.least_spread;
}

static cim_status learn(cim_ctx *ctx, cim_watch *w, cim_sense *sense, uint32_t stream)
{
    const cim__watch_baseline *b = &w->baseline;
    size_t count = 0, room;
    CIM__TRY(cim_sense_window(ctx, sense, stream + 1, b->from_ms, b->to_ms, NULL, NULL, NULL, 0, &count));
    room = count;
    int64_t *times = cim__alloc_n(ctx->mem, room + 1, sizeof *times);
    double *values = cim__alloc_n(ctx->mem, room + 1, sizeof *values);
    uint8_t *qualities = cim__alloc_n(ctx->mem, room + 1, 1);
    cim_alert_baseline learnt = { .struct_size = sizeof learnt };
    cim_status status = times && values && qualities ? CIM_OK : cim__nomem(ctx);
    if (status == CIM_OK) status = cim_sense_window(ctx, sense, stream + 1, b->from_ms, b->to_ms, times, values, qualities, room, &count);
    if (status == CIM_OK) {
        if (count > room) count = room; /* somebody added some meanwhile */
        for (size_t i = 0; i < count; i++)
            if (qualities[i] >= CIM_QUALITY_BAD) values[i] = NAN;
        status = cim_alert_learn(ctx, times, values, count, b->utc_offset_ms, b->least_count, least_spread(w, &w->streams[stream]), &learnt);
    }
    if (status == CIM_OK) status = cim_alert_baseline_set(ctx, w->engine, stream, &learnt);
    cim__free(ctx->mem, times);
    cim__free(ctx->mem, values);
    cim__free(ctx->mem, qualities);
    return status;
}

static cim_status learn_all(cim_ctx *ctx, cim_watch *w, cim_sense *sense)
{
    uint8_t *wanted = cim__zalloc_n(ctx->mem, w->stream_count + (size_t)1, 1);
    cim_status status = wanted ? CIM_OK : cim__nomem(ctx);
    for (uint32_t i = 0; i < w->rule_count && status == CIM_OK; i++)
        for (uint32_t k = 0; w->rules[i].kind == CIM_ALERT_DEVIATION && k < w->about[i].stream_count; k++) wanted[w->about[i].streams[k]] = 1;
    for (uint32_t s = 0; s < w->stream_count && status == CIM_OK; s++)
        if (wanted[s]) status = learn(ctx, w, sense, s);
    cim__free(ctx->mem, wanted);
    return status;
}

/* ---- all together ---- */

static cim_status set_period(cim_ctx *ctx, cim_watch *w, uint32_t rule)
{
    const cim__watch_rule *about = &w->about[rule];
    int64_t longest = 0;
    if (about->periods <= 0.0) return CIM_OK;
    for (uint32_t k = 0; k < about->stream_count; k++)
        if (w->streams[about->streams[k]].period_ms > longest) longest = w->streams[about->streams[k]].period_ms;
    if (!longest && about->stream_count)
        return cim__fail(ctx, CIM_ENOTFOUND, "rule %s: of none of its streams the period is known; say \"absent\" as a time", about->id);
    double ms = about->periods * (double)(longest ? longest : 1);
    if (!(ms <= 3.2e12)) return cim__fail(ctx, CIM_EARG, "rule %s: that many periods are more than 100 years", about->id);
    w->rules[rule].for_ms = ms < 1.0 ? 1 : (int64_t)ms;
    return CIM_OK;
}

static cim_status fill(cim_ctx *ctx, cim_watch *w, cim_sense *sense, cim__str text, const char *name)
{
    CIM__TRY(cim__watch_read(ctx, w, text, name));
    CIM__TRY(take_streams(ctx, w, sense));
    CIM__TRY(take_networks(ctx, w));
    for (uint32_t i = 0; i < w->rule_count; i++) {
        if (w->rules[i].kind == CIM_ALERT_RULES) continue;
        CIM__TRY(cim__watch_find(ctx, w, i));
        CIM__TRY(set_period(ctx, w, i));
    }
    CIM__TRY(cim_alert_engine_new(ctx, w->rules, w->rule_count, w->stream_count, NULL, &w->engine));
    for (uint32_t i = 0; i < w->rule_count; i++) {
        const cim__watch_rule *about = &w->about[i];
        if (w->rules[i].kind != CIM_ALERT_RULES) CIM__TRY(cim_alert_streams(ctx, w->engine, i, about->streams, about->stream_count));
        for (uint32_t k = 0; k < about->window_count; k++)
            CIM__TRY(cim_alert_suppress(ctx, w->engine, i, CIM_NONE, about->windows[k].from_ms, about->windows[k].to_ms));
    }
    if (w->baseline.wanted) CIM__TRY(learn_all(ctx, w, sense));
    w->baseline.spreads = (cim__jvalue){ CIM__J_NULL, { NULL, 0 } }; /* it lay in the text */
    return CIM_OK;
}

cim_status cim_watch_open(cim_ctx *ctx, cim_city *city, cim_sense *sense, const char *text, size_t size, const char *name, cim_watch **watch_out)
{
    cim__enter(ctx);
    if (!city || !sense || !text || !name || !watch_out) return cim__fail(ctx, CIM_EARG, "city, observations, rules or the place of the watch are NULL");
    cim_watch *w = cim__zalloc(ctx->mem, sizeof *w);
    if (!w) return cim__nomem(ctx);
    w->mem = cim__mem_ref(ctx->mem);
    w->arena = cim__arena_on(w->mem);
    w->city = cim_city_ref(city);
    cim__names_init(&w->by_name, w->mem);
    cim_status status = fill(ctx, w, sense, (cim__str){ text, size }, name);
    if (status < 0) {
        cim_watch_free(w);
        return status;
    }
    *watch_out = w;
    return CIM_OK;
}

void cim_watch_free(cim_watch *w)
{
    if (!w) return;
    cim__mem *mem = w->mem;
    cim_alert_engine_free(w->engine);
    for (uint32_t i = 0; w->about && i < w->rule_count; i++) cim__free(mem, w->about[i].streams);
    cim_trace_query_free(w->query);
    cim_trace_status_free(w->status);
    cim_utility_free(w->utility);
    cim_city_free(w->city);
    cim__names_free(&w->by_name);
    cim__free(mem, w->streams);
    cim__free(mem, w->stream_names);
    cim__free(mem, w->rules);
    cim__free(mem, w->about);
    cim__free(mem, w->rule_names);
    cim__arena_free(&w->arena);
    cim__free(mem, w);
    cim__mem_unref(mem);
}

cim_alert_engine *cim_watch_engine(const cim_watch *w) { return w ? w->engine : NULL; }

cim_status cim_watch_save(cim_ctx *ctx, const cim_watch *w, cim_buf *text_out)
{
    cim__enter(ctx);
    if (!w) return cim__fail(ctx, CIM_EARG, "watch is NULL");
    return cim_alert_save(ctx, w->engine, w->rule_names, w->stream_names, text_out);
}

cim_status cim_watch_restore(cim_ctx *ctx, cim_watch *w, const char *text, size_t size, uint32_t *left_out)
{
    cim__enter(ctx);
    if (!w) return cim__fail(ctx, CIM_EARG, "watch is NULL");
    return cim_alert_restore(ctx, w->engine, w->rule_names, w->stream_names, text, size, left_out);
}
