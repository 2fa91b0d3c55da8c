/* line.c - a line of JSON: an observation, a state of a network, a word of somebody. */
#include "alert/watch.h"

#include <math.h>

typedef struct seen {
    cim__jvalue stream, time, value, quality, datastream, link, topic, payload, tst, id, state, acknowledge;
} seen;

static bool is(cim__jvalue v) { return v.text.ptr != NULL; }

static cim_status bad(cim_ctx *ctx, const char *what) { return cim__fail(ctx, CIM_EFORMAT, "%s", what); }

static cim_status look(cim_ctx *ctx, cim__jvalue top, seen *s)
{
    cim__str key;
    cim__jvalue v;
    for (cim__jiter it = cim__jiter_of(top); cim__jnext(&it, &key, &v);) {
        cim__jvalue *to = cim__str_is(key, "stream") || cim__str_is(key, "datastream") ? &s->stream
                        : cim__str_is(key, "time") || cim__str_is(key, "phenomenonTime") || cim__str_is(key, "timestamp") ? &s->time
                        : cim__str_is(key, "value") || cim__str_is(key, "result") ? &s->value
                        : cim__str_is(key, "quality") || cim__str_is(key, "resultQuality") ? &s->quality
                        : cim__str_is(key, "Datastream") ? &s->datastream
                        : cim__str_is(key, "Datastream@iot.navigationLink") ? &s->link
                        : cim__str_is(key, "topic") ? &s->topic
                        : cim__str_is(key, "payload") ? &s->payload
                        : cim__str_is(key, "tst") ? &s->tst
                        : cim__str_is(key, "id") ? &s->id
                        : cim__str_is(key, "state") ? &s->state
                        : cim__str_is(key, "acknowledge") ? &s->acknowledge : NULL;
        if (!to) continue;
        if (is(*to)) return bad(ctx, "a member stands there twice, or under two names");
        *to = v;
    }
    return CIM_OK;
}

/* ---- which stream ---- */

/* What is in ('...') or (...) of a link or a topic. */
static bool in_brackets(cim__str s, cim__str *out)
{
    const char *open = NULL, *close = NULL;
    for (size_t i = 0; i + 11 < s.len; i++)
        if (!memcmp(s.ptr + i, "Datastreams(", 12)) open = s.ptr + i + 12;
    for (const char *p = open; p && p < s.ptr + s.len; p++)
        if (*p == ')') {
            close = p;
            break;
        }
    if (!open || !close) return false;
    if (close - open >= 2 && *open == '\'' && close[-1] == '\'') open++, close--;
    *out = (cim__str){ open, (size_t)(close - open) };
    return true;
}

/* A topic is a stream itself, or its last parts are: site/7/AQ-1/NO2. */
static uint32_t by_topic(const cim_watch *w, cim__str topic)
{
    cim__str id;
    if (in_brackets(topic, &id)) return cim__names_find(&w->by_name, id);
    for (;;) {
        uint32_t stream = cim__names_find(&w->by_name, topic);
        const char *slash = topic.len ? memchr(topic.ptr, '/', topic.len) : NULL;
        if (stream != CIM_NONE || !slash) return stream;
        topic = (cim__str){ slash + 1, topic.len - (size_t)(slash + 1 - topic.ptr) };
    }
}

static cim_status find_stream(cim_ctx *ctx, const cim_watch *w, const seen *s, cim__buf *scratch, uint32_t *out)
{
    cim__jvalue v = s->stream;
    cim__str id = { NULL, 0 };
    scratch->size = 0;
    if (is(s->datastream) && (!cim__jfind(s->datastream, CIM__STR("@iot.id"), &v) && !cim__jfind(s->datastream, CIM__STR("id"), &v)))
        return bad(ctx, "\"Datastream\" has no \"@iot.id\"");
    if (is(v) && v.type != CIM__J_STRING && v.type != CIM__J_NUMBER) return bad(ctx, "the stream is no string");
    if (is(v)) id = v.type == CIM__J_NUMBER ? v.text : cim__jstring(v, scratch);
    else if (is(s->link) && s->link.type == CIM__J_STRING) {
        if (!in_brackets(cim__jstring(s->link, scratch), &id)) return bad(ctx, "the link to the Datastream has no id");
    } else if (is(s->topic) && s->topic.type == CIM__J_STRING) {
        id = cim__jstring(s->topic, scratch);
        *out = by_topic(w, id);
    } else {
        return bad(ctx, "no stream, no Datastream and no topic");
    }
    if (is(v) || !is(s->topic) || is(s->link)) *out = cim__names_find(&w->by_name, id);
    if (*out != CIM_NONE) return CIM_OK;
    return cim__fail(ctx, CIM_ENOTFOUND, "there is no stream '%.*s'", id.len < 100 ? (int)id.len : 100, id.ptr ? id.ptr : "");
}

/* ---- when, what, how good ---- */

static cim_status find_time(cim_ctx *ctx, const seen *s, cim__buf *scratch, int64_t *out)
{
    cim__jvalue v = is(s->time) ? s->time : s->tst;
    double n;
    if (!is(v)) return bad(ctx, "no time");
    if (v.type == CIM__J_NUMBER && cim__jnumber(v, &n)) { /* seconds, or milliseconds from 1e11 on, as cim_time_parse() */
        double ms = fabs(n) < 1e11 ? n * 1000.0 : n;
        if (!(ms >= (double)CIM_TIME_MIN_MS && ms <= (double)CIM_TIME_MAX_MS)) return bad(ctx, "the time is out of range");
        *out = (int64_t)floor(ms + 0.5);
        return CIM_OK;
    }
    if (v.type != CIM__J_STRING) return bad(ctx, "the time is neither string nor number");
    scratch->size = 0;
    cim__str text = cim__jstring(v, scratch);
    char copy[80];
    if (text.len >= sizeof copy) return bad(ctx, "the time is too long");
    memcpy(copy, text.ptr, text.len);
    copy[text.len] = 0;
    size_t n_copy = text.len; /* mosquitto says +0100 for +01:00 */
    if (n_copy > 5 && (copy[n_copy - 5] == '+' || copy[n_copy - 5] == '-') && memchr(copy, 'T', n_copy - 5)) {
        memmove(copy + n_copy - 1, copy + n_copy - 2, 3);
        copy[n_copy - 2] = ':';
    }
    return cim_time_parse(ctx, copy, out);
}

static cim_status find_value(cim_ctx *ctx, cim__jvalue v, cim__buf *scratch, double *out)
{
    if (!is(v)) return bad(ctx, "no value");
    if (v.type == CIM__J_TRUE || v.type == CIM__J_FALSE) return *out = v.type == CIM__J_TRUE, CIM_OK;
    if (v.type == CIM__J_NULL) return *out = NAN, CIM_OK;
    if (v.type == CIM__J_NUMBER && cim__jnumber(v, out) && isfinite(*out)) return CIM_OK;
    scratch->size = 0;
    if (v.type == CIM__J_STRING && cim__parse_double(cim__jstring(v, scratch), out) && isfinite(*out)) return CIM_OK;
    return bad(ctx, "the value is no number");
}

static cim_status find_quality(cim_ctx *ctx, cim__jvalue v, cim__buf *scratch, uint32_t *out)
{
    static const char *const words[] = { "good", "uncertain", "bad" };
    int64_t n;
    *out = CIM_QUALITY_GOOD;
    if (!is(v) || v.type == CIM__J_NULL) return CIM_OK;
    if (v.type == CIM__J_NUMBER && cim__parse_int(v.text, &n) && n >= 0 && n <= 255) return *out = (uint32_t)n, CIM_OK;
    scratch->size = 0;
    if (v.type == CIM__J_STRING) {
        cim__str s = cim__jstring(v, scratch);
        for (uint32_t i = 0; i < 3; i++)
            if (cim__str_is(s, words[i])) return *out = i, CIM_OK;
    }
    return bad(ctx, "the quality is neither good, uncertain, bad nor a number from 0 to 255");
}

/* A payload in a message: JSON, JSON in a string, or a number in a string. */
static cim_status open_payload(cim_ctx *ctx, seen *s, cim__buf *kept)
{
    cim__jvalue inner = s->payload;
    if (inner.type == CIM__J_STRING) {
        cim__str text = cim__jstring(inner, kept);
        if (!cim__jparse(text, &inner)) return bad(ctx, "the payload is no JSON");
    }
    s->payload = (cim__jvalue){ CIM__J_NULL, { NULL, 0 } };
    if (inner.type == CIM__J_OBJECT) return look(ctx, inner, s);
    if (is(s->value)) return bad(ctx, "a value and a payload");
    s->value = inner;
    return CIM_OK;
}

/* ---- other lines ---- */

static cim_status say_state(cim_ctx *ctx, cim_watch *w, cim__str line)
{
    cim_utility_feed feed = { .struct_size = sizeof feed };
    if (!w->utility) return CIM_DONE; /* no rule is about networks */
    CIM__TRY(cim_utility_feed_read(ctx, w->utility, w->city, w->status, line.ptr, line.len, &feed));
    if (feed.bad_count) return cim__fail(ctx, CIM_EFORMAT, "%s", feed.first_bad);
    if (feed.unknown_count) return cim__fail(ctx, CIM_ENOTFOUND, "the state is of an object that is in no network");
    CIM__TRY(cim_trace_status_publish(ctx, w->status, NULL));
    for (uint32_t i = 0; i < w->rule_count; i++) {
        if (!w->about[i].scope.start) continue;
        CIM__TRY(cim__watch_find(ctx, w, i));
        CIM__TRY(cim_alert_streams(ctx, w->engine, i, w->about[i].streams, w->about[i].stream_count));
    }
    return CIM_DONE;
}

static cim_status acknowledge(cim_ctx *ctx, cim_watch *w, const seen *s, cim__buf *scratch)
{
    uint32_t rule = CIM_NONE, stream = CIM_NONE;
    if (s->acknowledge.type != CIM__J_STRING) return bad(ctx, "\"acknowledge\" is no rule");
    cim__str id = cim__jstring(s->acknowledge, scratch);
    if (!cim__str_is(id, "*")) {
        for (uint32_t i = 0; i < w->rule_count; i++)
            if (cim__str_is(id, w->about[i].id)) rule = i;
        if (rule == CIM_NONE) return cim__fail(ctx, CIM_ENOTFOUND, "there is no rule '%.*s'", id.len < 100 ? (int)id.len : 100, id.ptr);
    }
    if (is(s->stream)) CIM__TRY(find_stream(ctx, w, s, scratch, &stream));
    CIM__TRY(cim_alert_acknowledge(ctx, w->engine, rule, stream, NULL));
    return CIM_DONE;
}

static cim_status take_line(cim_ctx *ctx, cim_watch *w, cim__str line, cim__buf *scratch, cim__buf *kept, cim_observation *observation)
{
    cim__jvalue top;
    seen s = { 0 };
    if (!cim__jparse(line, &top) || top.type != CIM__J_OBJECT) return bad(ctx, "this is no JSON object, or damaged");
    CIM__TRY(look(ctx, top, &s));
    if (is(s.payload)) CIM__TRY(open_payload(ctx, &s, kept));
    if (kept->failed) return cim__nomem(ctx);
    if (is(s.acknowledge)) return acknowledge(ctx, w, &s, scratch);
    if (is(s.state) && is(s.id)) return say_state(ctx, w, line);
    CIM__TRY(find_stream(ctx, w, &s, scratch, &observation->stream));
    CIM__TRY(find_time(ctx, &s, scratch, &observation->time_ms));
    CIM__TRY(find_value(ctx, s.value, scratch, &observation->value));
    CIM__TRY(find_quality(ctx, s.quality, scratch, &observation->quality));
    if (scratch->failed) return cim__nomem(ctx);
    return cim_alert_observe(ctx, w->engine, observation->stream++, observation->time_ms, observation->value, observation->quality);
}

cim_status cim_watch_line(cim_ctx *ctx, cim_watch *w, const char *line, size_t length, cim_observation *observation_out)
{
    cim_observation o = { 0 };
    cim__enter(ctx);
    if (!w || (length && !line)) return cim__fail(ctx, CIM_EARG, "watch or line are NULL");
    cim__str text = cim__str_trim((cim__str){ line, length });
    if (!text.len) return CIM_DONE;
    cim__buf scratch = cim__buf_on(ctx->mem), kept = cim__buf_on(ctx->mem);
    cim_status status = take_line(ctx, w, text, &scratch, &kept, &o);
    cim__buf_free(&scratch);
    cim__buf_free(&kept);
    if (status == CIM_OK && observation_out) *observation_out = o;
    return status;
}
