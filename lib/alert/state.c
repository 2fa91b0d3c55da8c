/* state.c - what an engine knows, as text.
 *
 * {"schema":"cim-alert-state/1","now_ms":N,"alerts":N,
 *  "streams":[["name",last_ms,last_value,[[time_ms,value,quality],...]],...]     those that were seen; the past only where rules look back
 *  "rules":[["name","fingerprint",[[stream or null,bits,run,since_ms,raised_ms,repeat_ms,escalate_ms,alert,anchor],...]],...]}
 *
 * A fingerprint is the hash of what a rule compares: the state of a rule that has changed since means nothing. */
#include "alert/alert.h"

#include "core/hash.h"
#include "core/json.h"

#include <stdio.h>

enum { HOLDS = 1, ACTIVE = 2, TOLD = 4, ACKNOWLEDGED = 8, ESCALATED = 16, FIELDS = 9 };

/* Hashed over named fields: bytes between them may be anything. */
static uint64_t fingerprint(const cim_alert_rule *r)
{
    double reals[] = { r->low, r->high, isnan(r->clear_low) ? r->low : r->clear_low, isnan(r->clear_high) ? r->high : r->clear_high, r->tolerance };
    int64_t whole[] = { r->kind, r->inside, r->least, r->for_ms, r->clear_ms, r->for_count, r->mask, r->per_ms, r->span_ms, r->max_span_ms, r->utc_offset_ms,
                        r->skip_quality, r->quiet };
    for (int i = 0; i < 5; i++) reals[i] += 0.0; /* -0 is 0 */
    uint64_t h = cim__hash64(whole, sizeof whole, cim__hash64(reals, sizeof reals, 1));
    return r->input_count ? cim__hash64(r->inputs, r->input_count * sizeof *r->inputs, h) : h;
}

static void print_hex(uint64_t value, char text[17]) { snprintf(text, 17, "%016llx", (unsigned long long)value); }

/* ---- out ---- */

static void save_streams(const cim_alert_engine *e, const char *const *names, cim__json *j)
{
    cim__json_key(j, "streams");
    cim__json_open(j, '[');
    for (uint32_t i = 0; i < e->stream_count; i++) {
        const cim__alert_stream *s = &e->streams[i];
        if (!s->seen) continue;
        cim__json_open(j, '[');
        cim__json_text(j, names[i]);
        cim__json_int(j, s->last_ms);
        cim__json_num(j, s->last);
        cim__json_open(j, '[');
        for (uint32_t back = s->past ? s->past_count : 0; back; back--) {
            const cim__alert_past *p = &s->past[(s->next_past + CIM_ALERT_REMEMBERED - back) % CIM_ALERT_REMEMBERED];
            cim__json_open(j, '[');
            cim__json_int(j, p->time_ms);
            cim__json_num(j, p->value);
            cim__json_int(j, p->quality);
            cim__json_close(j, ']');
        }
        cim__json_close(j, ']');
        cim__json_close(j, ']');
    }
    cim__json_close(j, ']');
}

static void save_item(const cim__alert_item *item, const char *const *stream_names, cim__json *j)
{
    int bits = (item->holds ? HOLDS : 0) | (item->active ? ACTIVE : 0) | (item->told ? TOLD : 0) | (item->acknowledged ? ACKNOWLEDGED : 0) |
               (item->escalated ? ESCALATED : 0);
    if (!item->run && !item->active && item->since_ms == INT64_MIN) return;
    cim__json_open(j, '[');
    cim__json_text(j, item->stream == CIM_NONE ? NULL : stream_names[item->stream]);
    cim__json_int(j, bits);
    cim__json_int(j, item->run);
    cim__json_int(j, item->since_ms);
    cim__json_int(j, item->raised_ms);
    cim__json_int(j, item->repeat_ms);
    cim__json_int(j, item->escalate_ms);
    cim__json_int(j, (int64_t)item->alert);
    cim__json_num(j, item->anchor);
    cim__json_close(j, ']');
}

static void save_rules(const cim_alert_engine *e, const char *const *rule_names, const char *const *stream_names, cim__json *j)
{
    char print[17];
    cim__json_key(j, "rules");
    cim__json_open(j, '[');
    for (uint32_t i = 0; i < e->rule_count; i++) {
        const cim__alert_rule *r = &e->rules[i];
        print_hex(fingerprint(&r->r), print);
        cim__json_open(j, '[');
        cim__json_text(j, rule_names[i]);
        cim__json_text(j, print);
        cim__json_open(j, '[');
        if (r->whole != CIM_NONE) save_item(&CIM__AT(&e->items, cim__alert_item, r->whole), stream_names, j);
        for (uint32_t k = r->first; k != CIM_NONE; k = CIM__AT(&e->items, cim__alert_item, k).of_rule)
            save_item(&CIM__AT(&e->items, cim__alert_item, k), stream_names, j);
        cim__json_close(j, ']');
        cim__json_close(j, ']');
    }
    cim__json_close(j, ']');
}

cim_status cim_alert_save(cim_ctx *ctx, const cim_alert_engine *e, const char *const *rule_names, const char *const *stream_names, cim_buf *text_out)
{
    cim__enter(ctx);
    if (!e || !text_out || (e->rule_count && !rule_names) || (e->stream_count && !stream_names))
        return cim__fail(ctx, CIM_EARG, "engine, names or the place of the text are NULL");
    cim__buf buf = cim__buf_on(ctx->mem);
    cim__json j = cim__json_on(&buf);
    cim__json_open(&j, '{');
    cim__json_kv_text(&j, "schema", "cim-alert-state/1");
    cim__json_key(&j, "now_ms");
    if (e->started) cim__json_int(&j, e->clock_ms);
    else cim__json_null(&j);
    cim__json_kv_int(&j, "alerts", (int64_t)e->alerts);
    save_streams(e, stream_names, &j);
    save_rules(e, rule_names, stream_names, &j);
    cim__json_close(&j, '}');
    cim__buf_puts(&buf, "\n");
    if (cim__buf_give(&buf, text_out)) return CIM_OK;
    cim__buf_free(&buf);
    return cim__nomem(ctx);
}

/* ---- in ---- */

typedef struct reading {
    cim_ctx *ctx;
    cim_alert_engine *e;
    cim__names rules, streams;
    cim__buf scratch;
    uint32_t left_out;
} reading;

static cim_status not_ours(reading *r, const char *what) { return cim__fail(r->ctx, CIM_EFORMAT, "state of alerts: %s", what); }

static bool take_int(cim__jiter *it, int64_t *out)
{
    cim__jvalue v;
    cim__str key;
    return cim__jnext(it, &key, &v) && v.type == CIM__J_NUMBER && cim__parse_int(v.text, out);
}

static bool take_real(cim__jiter *it, double *out)
{
    cim__jvalue v;
    cim__str key;
    return cim__jnext(it, &key, &v) && v.type == CIM__J_NUMBER && cim__jnumber(v, out) && isfinite(*out);
}

static bool time_ok(int64_t ms) { return ms >= -CIM_ALERT_MAX_TIME_MS && ms <= CIM_ALERT_MAX_TIME_MS; }

/* A name: its number, CIM_NONE when there is none of it now. */
static bool take_name(reading *r, const cim__names *names, cim__jiter *it, uint32_t *out, bool *null_out)
{
    cim__jvalue v;
    cim__str key;
    if (!cim__jnext(it, &key, &v)) return false;
    *null_out = v.type == CIM__J_NULL;
    *out = CIM_NONE;
    if (*null_out) return true;
    if (v.type != CIM__J_STRING) return false;
    r->scratch.size = 0;
    *out = cim__names_find(names, cim__jstring(v, &r->scratch));
    return true;
}

static bool take_array(cim__jiter *it, cim__jiter *out)
{
    cim__jvalue v;
    cim__str key;
    if (!cim__jnext(it, &key, &v) || v.type != CIM__J_ARRAY) return false;
    *out = cim__jiter_of(v);
    return true;
}

static cim_status read_stream(reading *r, cim__jiter it)
{
    uint32_t number;
    bool null;
    int64_t last, quality;
    double value;
    cim__jiter past, each;
    if (!take_name(r, &r->streams, &it, &number, &null) || null || !take_int(&it, &last) || !time_ok(last) || !take_real(&it, &value) || !take_array(&it, &past))
        return not_ours(r, "a stream is no name, time, value and past");
    if (number == CIM_NONE) return CIM_OK;
    cim__alert_stream *s = &r->e->streams[number];
    if (s->seen) return not_ours(r, "a stream stands there twice");
    int64_t before = INT64_MIN;
    while (take_array(&past, &each)) {
        int64_t t;
        double v;
        if (!take_int(&each, &t) || !take_real(&each, &v) || !take_int(&each, &quality) || !time_ok(t) || t <= before || t > last || quality < 0 || quality > UINT32_MAX)
            return not_ours(r, "the past of a stream is out of order");
        cim__alert_remember(s, t, v, (uint32_t)quality);
        before = t;
    }
    s->seen = true, s->last_ms = last, s->last = value;
    return CIM_OK;
}

static uint32_t find_item(const cim_alert_engine *e, uint32_t rule, uint32_t stream)
{
    if (stream == CIM_NONE) return e->rules[rule].whole;
    uint32_t i = e->streams[stream].first;
    while (i != CIM_NONE && CIM__AT(&e->items, cim__alert_item, i).rule < rule) i = CIM__AT(&e->items, cim__alert_item, i).of_stream;
    return i != CIM_NONE && CIM__AT(&e->items, cim__alert_item, i).rule == rule ? i : CIM_NONE;
}

static cim_status read_item(reading *r, uint32_t rule, cim__jiter it)
{
    uint32_t stream;
    bool null;
    int64_t n[FIELDS - 2];
    double anchor;
    if (!take_name(r, &r->streams, &it, &stream, &null)) return not_ours(r, "an item has no stream");
    for (int i = 0; i < FIELDS - 2; i++)
        if (!take_int(&it, &n[i])) return not_ours(r, "an item is incomplete");
    if (!take_real(&it, &anchor)) return not_ours(r, "an item is incomplete");
    bool since_ok = n[2] == INT64_MIN || time_ok(n[2]);
    if (n[0] < 0 || n[0] > 31 || n[1] < 0 || n[1] > UINT32_MAX || !since_ok || !time_ok(n[3]) || n[6] < 0) return not_ours(r, "an item is out of range");
    uint32_t at = rule == CIM_NONE || (!null && stream == CIM_NONE) ? CIM_NONE : find_item(r->e, rule, stream);
    if (at == CIM_NONE) {
        r->left_out++;
        return CIM_OK;
    }
    cim__alert_item *item = cim__alert_at(r->e, at);
    item->holds = n[0] & HOLDS, item->active = n[0] & ACTIVE, item->told = n[0] & TOLD;
    item->acknowledged = n[0] & ACKNOWLEDGED, item->escalated = n[0] & ESCALATED;
    item->run = (uint32_t)n[1], item->since_ms = n[2], item->raised_ms = n[3], item->repeat_ms = n[4], item->escalate_ms = n[5];
    item->alert = (uint64_t)n[6];
    item->anchor = anchor;
    return CIM_OK;
}

static cim_status read_rule(reading *r, cim__jiter it)
{
    uint32_t rule;
    bool null;
    cim__jvalue print;
    cim__str key;
    cim__jiter items, each;
    char hex[17];
    if (!take_name(r, &r->rules, &it, &rule, &null) || null || !cim__jnext(&it, &key, &print) || print.type != CIM__J_STRING || !take_array(&it, &items))
        return not_ours(r, "a rule is no name, fingerprint and items");
    if (rule != CIM_NONE) {
        print_hex(fingerprint(&r->e->rules[rule].r), hex);
        r->scratch.size = 0;
        if (!cim__str_is(cim__jstring(print, &r->scratch), hex)) rule = CIM_NONE;
    }
    while (take_array(&items, &each)) CIM__TRY(read_item(r, rule, each));
    return CIM_OK;
}

/* What follows from items: how many hold, and which rules over them do. */
static cim_status follow(reading *r)
{
    cim_alert_engine *e = r->e;
    cim__alert_cause cause = { CIM_NONE, e->clock_ms, (double)NAN, (double)NAN };
    CIM__TRY(cim__alert_room(r->ctx, e, (size_t)e->rule_count + 1));
    for (uint32_t i = 0; i < CIM__COUNT(&e->items, cim__alert_item); i++) {
        cim__alert_item *item = cim__alert_at(e, i);
        if (!item->used || !item->active) continue;
        cim__alert_rule *rule = &e->rules[item->rule];
        if (item->stream != CIM_NONE) rule->active++;
        if (item->stream == CIM_NONE || rule->whole == CIM_NONE) {
            rule->truth = true;
            e->counts.active += !rule->r.quiet;
        }
    }
    for (uint32_t i = 0; i < e->rule_count; i++)
        for (uint32_t k = 0; k < e->rules[i].r.input_count; k++) e->rules[i].true_inputs += e->rules[e->rules[i].inputs[k]].truth;
    for (uint32_t i = 0; i < e->rule_count; i++) /* some items may be no more */
        if (e->rules[i].whole != CIM_NONE) cim__alert_whole(e, i, &cause);
    cim__alert_settle(e, &cause);
    return CIM_OK;
}

static cim_status read_all(reading *r, cim__str text)
{
    cim__jvalue top, v;
    cim__jiter it, each;
    int64_t alerts;
    double now;
    if (!cim__jparse(text, &top) || top.type != CIM__J_OBJECT || !cim__jfind(top, CIM__STR("schema"), &v) || !cim__str_is(v.text, "\"cim-alert-state/1\""))
        return not_ours(r, "this is none, or it is damaged");
    if (!cim__jfind(top, CIM__STR("alerts"), &v) || !cim__parse_int(v.text, &alerts) || alerts < 0) return not_ours(r, "no number of alerts");
    r->e->alerts = (uint64_t)alerts;
    if (!cim__jfind(top, CIM__STR("streams"), &v) || v.type != CIM__J_ARRAY) return not_ours(r, "no streams");
    for (it = cim__jiter_of(v); take_array(&it, &each);) CIM__TRY(read_stream(r, each));
    if (!cim__jfind(top, CIM__STR("rules"), &v) || v.type != CIM__J_ARRAY) return not_ours(r, "no rules");
    for (it = cim__jiter_of(v); take_array(&it, &each);) CIM__TRY(read_rule(r, each));
    if (r->scratch.failed) return cim__nomem(r->ctx);
    if (!cim__jfind(top, CIM__STR("now_ms"), &v)) return not_ours(r, "no time");
    if (v.type == CIM__J_NULL) return CIM_OK;
    if (!cim__jnumber(v, &now) || !(fabs(now) <= (double)CIM_ALERT_MAX_TIME_MS)) return not_ours(r, "no time");
    r->e->clock_ms = (int64_t)now;
    CIM__TRY(follow(r));
    cim__alert_start(r->e, (int64_t)now);
    for (uint32_t i = 0; i < CIM__COUNT(&r->e->items, cim__alert_item); i++)
        if (cim__alert_at(r->e, i)->used) cim__alert_wait(r->e, i);
    return CIM_OK;
}

static cim_status read_names(reading *r, cim__names *names, const char *const *texts, uint32_t count, const char *what)
{
    for (uint32_t i = 0; i < count; i++) {
        uint32_t number = cim__names_add(names, cim__str_of(texts[i]));
        if (number == CIM_NONE) return cim__nomem(r->ctx);
        if (number != i) return cim__fail(r->ctx, CIM_EARG, "%s %u and %u have the same name", what, number, i);
    }
    return CIM_OK;
}

cim_status cim_alert_restore(cim_ctx *ctx, cim_alert_engine *e, const char *const *rule_names, const char *const *stream_names, const char *text,
                             size_t size, uint32_t *left_out)
{
    cim__enter(ctx);
    if (!e || !text || (e->rule_count && !rule_names) || (e->stream_count && !stream_names)) return cim__fail(ctx, CIM_EARG, "engine, names or text are NULL");
    if (e->started) return cim__fail(ctx, CIM_EARG, "the engine has begun already");
    reading r = { .ctx = ctx, .e = e, .scratch = cim__buf_on(ctx->mem) };
    cim__names_init(&r.rules, ctx->mem);
    cim__names_init(&r.streams, ctx->mem);
    cim_status status = read_names(&r, &r.rules, rule_names, e->rule_count, "rules");
    if (status == CIM_OK) status = read_names(&r, &r.streams, stream_names, e->stream_count, "streams");
    if (status == CIM_OK) status = read_all(&r, (cim__str){ text, size });
    if (status < 0) cim__alert_unset(e);
    else if (left_out) *left_out = r.left_out;
    cim__names_free(&r.rules);
    cim__names_free(&r.streams);
    cim__buf_free(&r.scratch);
    return status;
}
