/* tell.c - events as JSON: with the names of things, and what the city says is affected. */
#include "alert/watch.h"

#include "cim/crs.h"

#include <math.h>
#include <stdio.h>

enum { SHOWN = 20 };

static const char *const events[] = { "raised", "escalated", "repeated", "acknowledged", "cleared" };
static const char *const severities[] = { "info", "minor", "moderate", "severe", "extreme" };
static const char *const ngsi_severities[] = { "informational", "low", "medium", "high", "critical" };
static const char *const kinds[] = { "value", "rate", "deviation", "flat", "absent", "quality", "irregular", "rules" };

static void put_time(cim__json *j, const char *key, int64_t time_ms)
{
    char text[32];
    cim_time_text(time_ms, text);
    cim__json_kv_text(j, key, text);
}

static cim_status put_id(cim_ctx *ctx, const cim_watch *w, cim__json *j, uint32_t object)
{
    cim_buf gid = CIM_BUF_INIT;
    CIM__TRY(cim_city_gid(ctx, w->city, object, &gid));
    cim__json_str(j, (cim__str){ gid.data, gid.size });
    cim_buf_dispose(&gid);
    return CIM_OK;
}

/* ---- affected objects ---- */

typedef struct affected {
    cim__map seen;
    cim__json *j;
    size_t count;
} affected;

static cim_status affect(cim_ctx *ctx, const cim_watch *w, affected *a, uint32_t object, const char *how)
{
    if (cim__map_get(&a->seen, object) != CIM_NONE) return CIM_OK;
    if (!cim__map_put(&a->seen, object, 1)) return cim__nomem(ctx);
    if (a->count++ >= SHOWN) return CIM_OK;
    cim__json_open(a->j, '{');
    cim__json_key(a->j, "id");
    CIM__TRY(put_id(ctx, w, a->j, object));
    cim__json_kv_text(a->j, "how", how);
    cim__json_close(a->j, '}');
    return CIM_OK;
}

/* What the sensor observes, and what that serves. */
static cim_status affect_related(cim_ctx *ctx, const cim_watch *w, affected *a, uint32_t object, int depth)
{
    size_t count = 0;
    if (object == CIM_NONE) return CIM_OK;
    CIM__TRY(cim_city_relations(ctx, w->city, object, NULL, 0, &count));
    cim_relation *relations = cim__alloc_n(ctx->mem, count + 1, sizeof *relations);
    if (!relations) return cim__nomem(ctx);
    cim_status status = cim_city_relations(ctx, w->city, object, relations, count, &count);
    for (size_t i = 0; i < count && status == CIM_OK; i++) {
        const char *name = cim_relation_name(relations[i].type, relations[i].inverse);
        if (!name || (strcmp(name, "observes") && strcmp(name, "serves"))) continue;
        status = affect(ctx, w, a, relations[i].other, name);
        if (status == CIM_OK && depth) status = affect_related(ctx, w, a, relations[i].other, depth - 1);
    }
    cim__free(ctx->mem, relations);
    return status;
}

/* Who gets supply only by way of what the stream observes. */
static cim_status affect_downstream(cim_ctx *ctx, const cim_watch *w, affected *a, const cim__watch_stream *s)
{
    uint32_t *starts = NULL;
    size_t count = 0, served;
    cim_trace_result found = { .struct_size = sizeof found };
    CIM__TRY(cim__watch_elements(ctx, w, s, &starts, &count));
    cim_status status = count ? cim__watch_trace(ctx, w, CIM_TRACE_DOWNSTREAM, starts, count, &found) : CIM_OK;
    cim__free(ctx->mem, starts);
    for (size_t i = 0; status == CIM_OK && count && i < found.count; i++) {
        const cim_utility_service *services = cim_utility_services(w->utility, found.elements[i], &served);
        for (size_t k = 0; k < served && status == CIM_OK; k++) status = affect(ctx, w, a, services[k].object, "downstream");
    }
    return status;
}

static cim_status put_affected(cim_ctx *ctx, const cim_watch *w, cim__json *j, const cim_alert_event *e)
{
    affected a = { .j = j };
    const cim__watch_stream *s = &w->streams[e->stream];
    cim__map_init(&a.seen, ctx->mem);
    cim__json_key(j, "affected");
    cim__json_open(j, '{');
    cim__json_key(j, "objects");
    cim__json_open(j, '[');
    cim_status status = affect_related(ctx, w, &a, s->object, 1);
    if (status == CIM_OK && s->edge != s->object) status = affect_related(ctx, w, &a, s->edge, 0);
    if (status == CIM_OK && w->about[e->rule].downstream) status = affect_downstream(ctx, w, &a, s);
    cim__json_close(j, ']');
    cim__json_kv_int(j, "count", (int64_t)a.count);
    cim__json_close(j, '}');
    cim__map_free(&a.seen);
    return status;
}

/* ---- own form ---- */

static void put_rule(const cim_watch *w, cim__json *j, const cim_alert_event *e)
{
    const cim__watch_rule *about = &w->about[e->rule];
    cim__json_kv_text(j, "event", events[e->what]);
    cim__json_kv_int(j, "alert", (int64_t)e->alert);
    cim__json_kv_text(j, "rule", about->id);
    if (about->title) cim__json_kv_text(j, "title", about->title);
    cim__json_kv_text(j, "severity", severities[e->severity]);
    put_time(j, "time", e->time_ms);
    put_time(j, e->what == CIM_ALERT_RAISED ? "since" : "raised", e->since_ms);
}

static cim_status put_stream(cim_ctx *ctx, const cim_watch *w, cim__json *j, const cim_alert_event *e)
{
    const cim__watch_stream *s = &w->streams[e->stream];
    cim__json_kv_text(j, "stream", s->gid);
    if (*s->property) cim__json_kv_text(j, "property", s->property);
    if (isfinite(e->value)) {
        cim__json_key(j, "value");
        cim__json_num(j, e->value);
        if (*s->unit) cim__json_kv_text(j, "unit", s->unit);
    }
    if (isfinite(e->score) && e->score != e->value) {
        cim__json_key(j, kinds[w->rules[e->rule].kind]);
        cim__json_num(j, e->score);
    }
    if (s->object != CIM_NONE) {
        cim__json_key(j, "object");
        CIM__TRY(put_id(ctx, w, j, s->object));
    }
    if (isfinite(s->x) && isfinite(s->y)) {
        cim__json_key(j, "x");
        cim__json_num(j, floor(s->x * 1000.0 + 0.5) / 1000.0);
        cim__json_key(j, "y");
        cim__json_num(j, floor(s->y * 1000.0 + 0.5) / 1000.0);
    }
    return CIM_OK;
}

static cim_status put_own(cim_ctx *ctx, const cim_watch *w, cim__json *j, const cim_alert_event *e)
{
    cim__json_open(j, '{');
    put_rule(w, j, e);
    if (e->stream != CIM_NONE) CIM__TRY(put_stream(ctx, w, j, e));
    if (!e->single) {
        cim__json_kv_int(j, "holding", e->holding);
        cim__json_kv_int(j, "of", w->rules[e->rule].kind == CIM_ALERT_RULES ? w->rules[e->rule].input_count : w->about[e->rule].stream_count);
    }
    if (w->about[e->rule].text) cim__json_kv_text(j, "text", w->about[e->rule].text);
    if (e->stream != CIM_NONE && e->what == CIM_ALERT_RAISED) CIM__TRY(put_affected(ctx, w, j, e));
    cim__json_close(j, '}');
    return CIM_OK;
}

/* ---- NGSI-LD: an Alert as of the Smart Data Models ---- */

static void put_property(cim__json *j, const char *key, const char *value)
{
    cim__json_key(j, key);
    cim__json_open(j, '{');
    cim__json_kv_text(j, "type", "Property");
    cim__json_kv_text(j, "value", value);
    cim__json_close(j, '}');
}

static void put_date(cim__json *j, const char *key, int64_t time_ms)
{
    cim__json_key(j, key);
    cim__json_open(j, '{');
    cim__json_kv_text(j, "type", "Property");
    cim__json_key(j, "value");
    cim__json_open(j, '{');
    cim__json_kv_text(j, "@type", "DateTime");
    put_time(j, "@value", time_ms);
    cim__json_close(j, '}');
    cim__json_close(j, '}');
}

static void put_location(cim_ctx *ctx, const cim_watch *w, cim__json *j, const cim__watch_stream *s)
{
    double xy[2] = { s->x, s->y };
    if (!isfinite(s->x) || !isfinite(s->y) || cim_crs_transform(ctx, cim_city_epsg(w->city), 4326, 1, xy) < 0) return; /* without PROJ there is no place */
    cim__json_key(j, "location");
    cim__json_open(j, '{');
    cim__json_kv_text(j, "type", "GeoProperty");
    cim__json_key(j, "value");
    cim__json_open(j, '{');
    cim__json_kv_text(j, "type", "Point");
    cim__json_key(j, "coordinates");
    cim__json_open(j, '[');
    for (int i = 0; i < 2; i++) cim__json_num(j, floor(xy[i] * 1e7 + 0.5) / 1e7);
    cim__json_close(j, ']');
    cim__json_close(j, '}');
    cim__json_close(j, '}');
}

/* An id is a URN: what may not stand in one becomes '-'. */
static void put_urn(cim__json *j, cim__buf *scratch, const cim_watch *w, const cim_alert_event *e)
{
    scratch->size = 0;
    cim__buf_puts(scratch, "urn:ngsi-ld:Alert:");
    for (const char *p = w->about[e->rule].id; *p; p++) {
        bool fine = (*p >= 'a' && *p <= 'z') || (*p >= 'A' && *p <= 'Z') || (*p >= '0' && *p <= '9') || *p == '.' || *p == '_' || *p == '-';
        cim__buf_putc(scratch, fine ? *p : '-');
    }
    cim__buf_printf(scratch, ":%llu", (unsigned long long)e->alert);
    cim__json_kv_str(j, "id", cim__buf_str(scratch));
}

static cim_status put_ngsi(cim_ctx *ctx, const cim_watch *w, cim__json *j, const cim_alert_event *e)
{
    const cim__watch_rule *about = &w->about[e->rule];
    cim__buf scratch = cim__buf_on(ctx->mem);
    cim__json_open(j, '{');
    put_urn(j, &scratch, w, e);
    bool failed = scratch.failed;
    cim__buf_free(&scratch);
    cim__json_kv_text(j, "type", "Alert");
    put_property(j, "category", kinds[w->rules[e->rule].kind]);
    put_property(j, "subCategory", about->id);
    put_property(j, "severity", ngsi_severities[e->severity]);
    put_property(j, "status", events[e->what]);
    if (about->title) put_property(j, "description", about->title);
    if (e->stream != CIM_NONE) put_property(j, "alertSource", w->streams[e->stream].gid);
    put_date(j, "dateIssued", e->time_ms);
    put_date(j, "validFrom", e->since_ms);
    if (e->what == CIM_ALERT_CLEARED) put_date(j, "validTo", e->time_ms);
    if (e->stream != CIM_NONE) put_location(ctx, w, j, &w->streams[e->stream]);
    cim__json_kv_text(j, "@context", "https://uri.etsi.org/ngsi-ld/v1/ngsi-ld-core-context.jsonld");
    cim__json_close(j, '}');
    return failed ? cim__nomem(ctx) : CIM_OK;
}

cim_status cim_watch_next(cim_ctx *ctx, cim_watch *w, uint32_t format, cim_buf *line_out)
{
    cim_alert_event e = { .struct_size = sizeof e };
    cim__enter(ctx);
    if (!w || !line_out || format > CIM_WATCH_NGSI) return cim__fail(ctx, CIM_EARG, "watch or line are NULL, or there is no such form");
    if (!cim_alert_next(w->engine, &e)) return CIM_DONE;
    cim__buf buf = cim__buf_on(ctx->mem);
    cim__json j = cim__json_on(&buf);
    cim_status status = format == CIM_WATCH_NGSI ? put_ngsi(ctx, w, &j, &e) : put_own(ctx, w, &j, &e);
    if (status == CIM_OK && !cim__buf_give(&buf, line_out)) status = cim__nomem(ctx);
    if (status < 0) cim__buf_free(&buf);
    return status;
}

/* ---- what rules there are ---- */

cim_status cim_watch_describe(cim_ctx *ctx, const cim_watch *w, cim_buf *json_out)
{
    cim__enter(ctx);
    if (!w || !json_out) return cim__fail(ctx, CIM_EARG, "watch or text are NULL");
    cim__buf buf = cim__buf_on(ctx->mem);
    cim__json j = cim__json_on(&buf);
    cim__json_open(&j, '{');
    cim__json_kv_int(&j, "stream_count", w->stream_count);
    cim__json_key(&j, "rules");
    cim__json_open(&j, '[');
    for (uint32_t i = 0; i < w->rule_count; i++) {
        const cim__watch_rule *about = &w->about[i];
        cim__json_open(&j, '{');
        cim__json_kv_text(&j, "rule", about->id);
        cim__json_kv_text(&j, "kind", kinds[w->rules[i].kind]);
        cim__json_kv_text(&j, "severity", severities[w->rules[i].severity]);
        if (w->rules[i].kind == CIM_ALERT_ABSENT) cim__json_kv_int(&j, "absent_ms", w->rules[i].for_ms);
        if (about->placeless) cim__json_kv_int(&j, "without_place", about->placeless);
        bool rules = w->rules[i].kind == CIM_ALERT_RULES;
        uint32_t count = rules ? w->rules[i].input_count : about->stream_count;
        cim__json_key(&j, rules ? "rules" : "streams");
        cim__json_open(&j, '[');
        for (uint32_t k = 0; k < count; k++) cim__json_text(&j, rules ? w->about[w->rules[i].inputs[k]].id : w->streams[about->streams[k]].gid);
        cim__json_close(&j, ']');
        cim__json_close(&j, '}');
    }
    cim__json_close(&j, ']');
    cim__json_close(&j, '}');
    if (cim__buf_give(&buf, json_out)) return CIM_OK;
    cim__buf_free(&buf);
    return cim__nomem(ctx);
}
