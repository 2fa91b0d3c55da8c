/* rules.c - the file of rules: strict, so that a misspelt word is no rule that never holds. */
#include "alert/watch.h"

#include <math.h>
#include <stdlib.h>

enum { MAX_RULES = 100000, MAX_NAME = 200, MAX_MEMBERS = 24 };

typedef struct reading {
    cim_ctx *ctx;
    cim_watch *w;
    cim__str text;
    const char *name;
    cim__buf scratch;
    cim__names ids;
} reading;

/* ---- messages ---- */

static cim_status wrong(reading *r, const char *at, const char *format, ...) __attribute__((format(printf, 3, 4)));

#include <stdarg.h>
#include <stdio.h>

static cim_status wrong(reading *r, const char *at, const char *format, ...)
{
    char text[400];
    size_t line = 1, column = 1;
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    for (const char *p = r->text.ptr; at && p < at; p++) {
        column = *p == '\n' ? 1 : column + 1;
        line += *p == '\n';
    }
    return cim__fail(r->ctx, CIM_EFORMAT, "%s:%zu:%zu: %s", r->name, line, column, text);
}

/* Letters to change, add or leave out; at most 64 of each. */
static size_t distance(const char *a, cim__str b)
{
    size_t row[65], n = strlen(a);
    if (n > 64 || b.len > 64) return 99;
    for (size_t i = 0; i <= n; i++) row[i] = i;
    for (size_t j = 0; j < b.len; j++) {
        size_t corner = row[0];
        row[0] = j + 1;
        for (size_t i = 0; i < n; i++) {
            size_t least = corner + (a[i] != b.ptr[j]);
            if (row[i] + 1 < least) least = row[i] + 1;
            if (row[i + 1] + 1 < least) least = row[i + 1] + 1;
            corner = row[i + 1];
            row[i + 1] = least;
        }
    }
    return row[n];
}

static cim_status unknown(reading *r, cim__str word, const char *const *known, const char *what)
{
    const char *best = NULL;
    size_t least = 4;
    for (int i = 0; known[i]; i++)
        if (distance(known[i], word) < least) least = distance(known[i], word), best = known[i];
    int shown = word.len < 40 ? (int)word.len : 40;
    if (best) return wrong(r, word.ptr, "there is no %s '%.*s'; did you mean '%s'?", what, shown, word.ptr, best);
    return wrong(r, word.ptr, "there is no %s '%.*s'", what, shown, word.ptr);
}

/* ---- values ---- */

/* The members of an object by the places of their names; type CIM__J_NULL and text.ptr NULL for what is not there. */
static cim_status members(reading *r, cim__jvalue object, const char *what, const char *const *names, cim__jvalue *values)
{
    cim__str key;
    cim__jvalue v;
    if (object.type != CIM__J_OBJECT) return wrong(r, object.text.ptr, "%s is no object", what);
    for (int i = 0; names[i]; i++) values[i] = (cim__jvalue){ CIM__J_NULL, { NULL, 0 } };
    for (cim__jiter it = cim__jiter_of(object); cim__jnext(&it, &key, &v);) {
        int i = 0;
        while (names[i] && !cim__str_is(key, names[i])) i++;
        if (!names[i] && cim__str_is(key, "comment")) continue;
        if (!names[i]) return unknown(r, key, names, "member");
        if (values[i].text.ptr) return wrong(r, key.ptr, "'%s' stands here twice", names[i]);
        values[i] = v;
    }
    return CIM_OK;
}

static bool given(cim__jvalue v) { return v.text.ptr != NULL; }

static cim_status take_text(reading *r, cim__jvalue v, const char *what, size_t most, const char **out)
{
    if (v.type != CIM__J_STRING) return wrong(r, v.text.ptr, "%s is no string", what);
    r->scratch.size = 0;
    cim__str s = cim__jstring(v, &r->scratch);
    if (!s.len || s.len > most) return wrong(r, v.text.ptr, "%s is empty or longer than %zu bytes", what, most);
    if (memchr(s.ptr, 0, s.len)) return wrong(r, v.text.ptr, "%s has a NUL in it", what);
    cim__str copy = cim__arena_str(&r->w->arena, s);
    if (!copy.ptr) return cim__nomem(r->ctx);
    *out = copy.ptr;
    return CIM_OK;
}

static cim_status take_real(reading *r, cim__jvalue v, const char *what, double *out)
{
    if (v.type != CIM__J_NUMBER || !cim__jnumber(v, out) || !isfinite(*out)) return wrong(r, v.text.ptr, "%s is no number", what);
    return CIM_OK;
}

static cim_status take_count(reading *r, cim__jvalue v, const char *what, uint32_t *out)
{
    int64_t n;
    if (v.type != CIM__J_NUMBER || !cim__parse_int(v.text, &n) || n < 1 || n > 1000000) return wrong(r, v.text.ptr, "%s is no whole number from 1 to a million", what);
    *out = (uint32_t)n;
    return CIM_OK;
}

static cim_status take_bool(reading *r, cim__jvalue v, const char *what, bool *out)
{
    if (v.type != CIM__J_TRUE && v.type != CIM__J_FALSE) return wrong(r, v.text.ptr, "%s is neither true nor false", what);
    *out = v.type == CIM__J_TRUE;
    return CIM_OK;
}

/* Seconds, or "15m": ms, s, m, h, d, w. */
static cim_status take_span(reading *r, cim__jvalue v, const char *what, int64_t *out)
{
    static const struct { const char *unit; double ms; } units[] = { { "ms", 1 }, { "s", 1e3 }, { "m", 6e4 }, { "min", 6e4 }, { "h", 3.6e6 }, { "d", 8.64e7 }, { "w", 6.048e8 } };
    double n = -1.0, ms = 1e3;
    if (v.type == CIM__J_NUMBER) {
        if (!cim__jnumber(v, &n)) n = -1.0;
    } else if (v.type == CIM__J_STRING) {
        r->scratch.size = 0;
        cim__str s = cim__str_trim(cim__jstring(v, &r->scratch));
        const char *rest = cim__read_double(s.ptr, s.ptr + s.len, &n);
        if (!rest) n = -1.0;
        cim__str unit = cim__str_trim((cim__str){ rest, rest ? (size_t)(s.ptr + s.len - rest) : 0 });
        ms = -1.0;
        for (size_t i = 0; i < sizeof units / sizeof *units; i++)
            if (cim__str_is(unit, units[i].unit)) ms = units[i].ms;
    }
    if (!(n >= 0.0 && ms > 0.0 && n * ms <= 3.2e12)) return wrong(r, v.text.ptr, "%s is no time like 90, \"90s\", \"15m\", \"6h\", \"2d\", up to 100 years", what);
    *out = (int64_t)(n * ms + 0.5);
    return CIM_OK;
}

static cim_status take_time(reading *r, cim__jvalue v, const char *what, int64_t *out)
{
    const char *text;
    CIM__TRY(take_text(r, v, what, 64, &text));
    if (cim_time_parse(r->ctx, text, out) < 0) return wrong(r, v.text.ptr, "%s is no time like \"2026-01-31T12:00:00Z\"", what);
    return CIM_OK;
}

static const char *const severities[] = { "info", "minor", "moderate", "severe", "extreme", NULL };

static cim_status take_word(reading *r, cim__jvalue v, const char *const *words, const char *what, uint32_t *out)
{
    if (v.type != CIM__J_STRING) return wrong(r, v.text.ptr, "%s is no string", what);
    r->scratch.size = 0;
    cim__str s = cim__jstring(v, &r->scratch);
    for (uint32_t i = 0; words[i]; i++)
        if (cim__str_is(s, words[i])) return *out = i, CIM_OK;
    return unknown(r, (cim__str){ v.text.ptr + 1, v.text.len - 2 }, words, what);
}

/* ---- which streams ---- */

static cim_status take_globs(reading *r, cim__jvalue v, cim__watch_scope *s)
{
    uint32_t count = v.type == CIM__J_STRING;
    cim__str key;
    cim__jvalue each;
    const char *text;
    if (v.type != CIM__J_STRING && v.type != CIM__J_ARRAY) return wrong(r, v.text.ptr, "ids of streams are a string or an array of strings");
    for (cim__jiter it = cim__jiter_of(v); v.type == CIM__J_ARRAY && cim__jnext(&it, &key, &each);) count++;
    if (!count) return wrong(r, v.text.ptr, "no stream is named");
    s->ids = cim__arena_alloc(&r->w->arena, count * sizeof *s->ids);
    if (!s->ids) return cim__nomem(r->ctx);
    cim__jiter it = cim__jiter_of(v);
    for (uint32_t i = 0; i < count; i++) {
        if (v.type == CIM__J_STRING) each = v;
        else if (!cim__jnext(&it, &key, &each)) break;
        CIM__TRY(take_text(r, each, "the id of a stream", 1000, &text));
        s->ids[s->id_count++] = cim__str_of(text);
    }
    return CIM_OK;
}

static cim_status take_area(reading *r, cim__jvalue v, cim__watch_scope *s)
{
    double n[4];
    int count = 0;
    cim__str key;
    cim__jvalue each;
    const char *text;
    s->has_area = true;
    if (v.type == CIM__J_STRING) {
        CIM__TRY(take_text(r, v, "the area", 1u << 20, &text));
        s->area = cim__str_of(text);
        return CIM_OK;
    }
    if (v.type != CIM__J_ARRAY) return wrong(r, v.text.ptr, "an area is \"POLYGON((...))\" or [x0, y0, x1, y1]");
    for (cim__jiter it = cim__jiter_of(v); cim__jnext(&it, &key, &each); count++)
        if (count < 4) CIM__TRY(take_real(r, each, "a corner", &n[count]));
    if (count != 4 || !(n[0] < n[2] && n[1] < n[3])) return wrong(r, v.text.ptr, "an area of numbers is [x0, y0, x1, y1] with x0 < x1 and y0 < y1");
    cim__buf b = cim__buf_on(r->ctx->mem);
    static const int corner[] = { 0, 1, 2, 1, 2, 3, 0, 3, 0, 1 };
    cim__buf_puts(&b, "POLYGON((");
    for (int i = 0; i < 10; i++) {
        if (i) cim__buf_puts(&b, i % 2 ? " " : ",");
        cim__put_double(&b, n[corner[i]]);
    }
    cim__buf_puts(&b, "))");
    s->area = cim__arena_str(&r->w->arena, cim__buf_str(&b));
    cim__buf_free(&b);
    return s->area.ptr ? CIM_OK : cim__nomem(r->ctx);
}

static cim_status take_scope(reading *r, cim__jvalue v, cim__watch_scope *s)
{
    static const char *const names[] = { "id", "thing", "property", "area", "objects", "upstream_of", "downstream_of", "connected_to", NULL };
    static const uint32_t traces[] = { CIM_TRACE_UPSTREAM, CIM_TRACE_DOWNSTREAM, CIM_TRACE_SUBNETWORK };
    cim__jvalue m[8];
    if (v.type != CIM__J_OBJECT) return take_globs(r, v, s);
    CIM__TRY(members(r, v, "\"streams\"", names, m));
    if (given(m[0])) CIM__TRY(take_globs(r, m[0], s));
    if (given(m[1])) CIM__TRY(take_text(r, m[1], "the thing", 1000, &s->thing));
    if (given(m[2])) CIM__TRY(take_text(r, m[2], "the property", 1000, &s->property));
    if (given(m[3])) CIM__TRY(take_area(r, m[3], s));
    if (given(m[4])) CIM__TRY(take_text(r, m[4], "the query", 65536, &s->objects));
    for (int i = 0; i < 3; i++) {
        if (!given(m[5 + i])) continue;
        if (s->start) return wrong(r, m[5 + i].text.ptr, "one trace a rule");
        CIM__TRY(take_text(r, m[5 + i], "the start of the trace", 1000, &s->start));
        s->trace = traces[i];
        r->w->traces = r->w->needs_utility = true;
    }
    if (!s->id_count && !s->thing && !s->property && !s->has_area && !s->objects && !s->start) return wrong(r, v.text.ptr, "this says no streams");
    return CIM_OK;
}

/* ---- when ---- */

static cim_status take_pair(reading *r, cim__jvalue v, double *low, double *high)
{
    cim__str key;
    cim__jvalue each;
    int count = 0;
    if (v.type != CIM__J_ARRAY) return wrong(r, v.text.ptr, "this is [low, high]");
    for (cim__jiter it = cim__jiter_of(v); cim__jnext(&it, &key, &each); count++)
        if (count < 2) CIM__TRY(take_real(r, each, "a limit", count ? high : low));
    if (count != 2 || !(*low <= *high)) return wrong(r, v.text.ptr, "this is [low, high], low not above high");
    return CIM_OK;
}

/* m: above, below, outside, inside, clear, margin. */
static cim_status take_limits(reading *r, const cim__jvalue *m, const char *at, cim_alert_rule *a)
{
    double clear = NAN, margin = 0.0;
    int count = given(m[0]) + given(m[1]) + given(m[2]) + given(m[3]);
    if (count != 1) return wrong(r, at, "one of above, below, outside, inside is needed");
    a->low = -(double)INFINITY, a->high = INFINITY;
    a->clear_low = a->clear_high = NAN;
    if (given(m[4])) CIM__TRY(take_real(r, m[4], "\"clear\"", &clear));
    if (given(m[5])) CIM__TRY(take_real(r, m[5], "\"margin\"", &margin));
    if (margin < 0.0) return wrong(r, m[5].text.ptr, "a margin is not negative");
    if (given(m[4]) && !given(m[0]) && !given(m[1])) return wrong(r, m[4].text.ptr, "\"clear\" goes with above or below; here it is \"margin\"");
    if (given(m[5]) && !given(m[2]) && !given(m[3])) return wrong(r, m[5].text.ptr, "\"margin\" goes with outside or inside; here it is \"clear\"");
    if (given(m[0])) {
        CIM__TRY(take_real(r, m[0], "\"above\"", &a->high));
        if (clear > a->high) return wrong(r, m[4].text.ptr, "what is over above %g cannot be cleared above that", a->high);
        a->clear_high = clear;
    } else if (given(m[1])) {
        CIM__TRY(take_real(r, m[1], "\"below\"", &a->low));
        if (clear < a->low) return wrong(r, m[4].text.ptr, "what is below %g cannot be cleared below that", a->low);
        a->clear_low = clear;
    } else {
        a->inside = given(m[3]);
        CIM__TRY(take_pair(r, m[a->inside ? 3 : 2], &a->low, &a->high));
        a->clear_low = a->inside ? a->low - margin : a->low + margin;
        a->clear_high = a->inside ? a->high + margin : a->high - margin;
        if (a->clear_low > a->clear_high) return wrong(r, m[5].text.ptr, "with this margin it would never be over");
    }
    return CIM_OK;
}

static cim_status take_rate(reading *r, cim__jvalue v, cim_alert_rule *a)
{
    static const char *const names[] = { "above", "below", "outside", "inside", "clear", "margin", "per", "span", "max_span", NULL };
    cim__jvalue m[9];
    CIM__TRY(members(r, v, "\"rate\"", names, m));
    CIM__TRY(take_limits(r, m, v.text.ptr, a));
    if (given(m[6])) CIM__TRY(take_span(r, m[6], "\"per\"", &a->per_ms));
    if (given(m[7])) CIM__TRY(take_span(r, m[7], "\"span\"", &a->span_ms));
    if (given(m[8])) CIM__TRY(take_span(r, m[8], "\"max_span\"", &a->max_span_ms));
    if (given(m[6]) && !a->per_ms) return wrong(r, m[6].text.ptr, "a rate per no time");
    if (a->max_span_ms && a->max_span_ms < a->span_ms) return wrong(r, m[8].text.ptr, "\"max_span\" is less than \"span\"");
    a->kind = CIM_ALERT_RATE;
    return CIM_OK;
}

static cim_status take_deviation(reading *r, cim__jvalue v, cim_alert_rule *a)
{
    static const char *const names[] = { "above", "below", "outside", "inside", "clear", "margin", NULL };
    cim__jvalue m[6];
    CIM__TRY(members(r, v, "\"deviation\"", names, m));
    a->kind = CIM_ALERT_DEVIATION;
    r->w->baseline.wanted = true;
    return take_limits(r, m, v.text.ptr, a);
}

/* Words, and numbers of qualities, as bits. */
static cim_status take_bits(reading *r, cim__jvalue v, const char *const *words, const char *what, bool numbers, uint32_t *mask)
{
    cim__str key;
    cim__jvalue each;
    uint32_t bits = 0, word;
    if (v.type != CIM__J_ARRAY) return wrong(r, v.text.ptr, "this is an array of %s", what);
    for (cim__jiter it = cim__jiter_of(v); cim__jnext(&it, &key, &each);) {
        int64_t n;
        if (numbers && each.type == CIM__J_NUMBER) {
            if (!cim__parse_int(each.text, &n) || n < 0 || n > 255) return wrong(r, each.text.ptr, "a quality is a word, or a number from 0 to 255");
            bits |= 1u << (n < 31 ? n : 31);
            continue;
        }
        CIM__TRY(take_word(r, each, words, what, &word));
        bits |= 1u << word;
    }
    *mask = bits;
    return CIM_OK;
}

static const char *const qualities[] = { "good", "uncertain", "bad", NULL };

static cim_status take_inputs(reading *r, cim__jvalue v, cim_alert_rule *a)
{
    cim__str key;
    cim__jvalue each;
    uint32_t count = 0;
    if (v.type != CIM__J_ARRAY) return wrong(r, v.text.ptr, "\"rules\" is an array of ids");
    for (cim__jiter it = cim__jiter_of(v); cim__jnext(&it, &key, &each);) count++;
    uint32_t *inputs = cim__arena_alloc(&r->w->arena, (count + (size_t)1) * sizeof *inputs);
    if (!inputs) return cim__nomem(r->ctx);
    for (cim__jiter it = cim__jiter_of(v); cim__jnext(&it, &key, &each);) {
        const char *id;
        CIM__TRY(take_text(r, each, "the id of a rule", MAX_NAME, &id));
        uint32_t input = cim__names_find(&r->ids, cim__str_of(id));
        if (input == CIM_NONE || input >= r->w->rule_count) return wrong(r, each.text.ptr, "no rule before this one is '%.60s'", id);
        for (uint32_t i = 0; i < a->input_count; i++)
            if (inputs[i] == input) return wrong(r, each.text.ptr, "'%.60s' stands here twice", id);
        inputs[a->input_count++] = input;
    }
    if (!a->input_count) return wrong(r, v.text.ptr, "over no rules");
    a->kind = CIM_ALERT_RULES;
    a->inputs = inputs;
    return CIM_OK;
}

static cim_status take_absent(reading *r, cim__jvalue v, cim_alert_rule *a, cim__watch_rule *about)
{
    static const char *const names[] = { "periods", NULL };
    cim__jvalue m[1];
    a->kind = CIM_ALERT_ABSENT;
    a->for_ms = 1;
    if (v.type == CIM__J_OBJECT) {
        CIM__TRY(members(r, v, "\"absent\"", names, m));
        if (!given(m[0])) return wrong(r, v.text.ptr, "\"periods\" is missing");
        CIM__TRY(take_real(r, m[0], "\"periods\"", &about->periods));
        if (!(about->periods > 0.0 && about->periods <= 1e6)) return wrong(r, m[0].text.ptr, "\"periods\" is not above 0 and up to a million");
        return CIM_OK;
    }
    CIM__TRY(take_span(r, v, "\"absent\"", &a->for_ms));
    return a->for_ms ? CIM_OK : wrong(r, v.text.ptr, "an absence of no time");
}

static cim_status take_when(reading *r, cim__jvalue v, cim_alert_rule *a, cim__watch_rule *about)
{
    static const char *const names[] = { "above", "below", "outside", "inside", "clear", "margin", "rate", "deviation", "flat", "absent", "quality", "irregular",
                                         "rules", NULL };
    static const char *const irregular[] = { "late", "conflict", NULL };
    cim__jvalue m[13];
    int kinds = 0;
    CIM__TRY(members(r, v, "\"when\"", names, m));
    bool limits = given(m[0]) || given(m[1]) || given(m[2]) || given(m[3]) || given(m[4]) || given(m[5]);
    for (int i = 6; i < 13; i++) kinds += given(m[i]);
    if (kinds + limits != 1) return wrong(r, v.text.ptr, "a rule has one condition: above, below, outside, inside, rate, deviation, flat, absent, quality, irregular or rules");
    if (limits) return take_limits(r, m, v.text.ptr, a);
    if (given(m[6])) return take_rate(r, m[6], a);
    if (given(m[7])) return take_deviation(r, m[7], a);
    if (given(m[8])) {
        a->kind = CIM_ALERT_FLAT;
        CIM__TRY(take_real(r, m[8], "\"flat\"", &a->tolerance));
        return a->tolerance >= 0.0 ? CIM_OK : wrong(r, m[8].text.ptr, "a tolerance is not negative");
    }
    if (given(m[9])) return take_absent(r, m[9], a, about);
    if (given(m[12])) return take_inputs(r, m[12], a);
    a->kind = given(m[10]) ? CIM_ALERT_QUALITY : CIM_ALERT_IRREGULAR;
    if (given(m[10])) CIM__TRY(take_bits(r, m[10], qualities, "quality", true, &a->mask));
    else CIM__TRY(take_bits(r, m[11], irregular, "irregularity", false, &a->mask));
    return a->mask ? CIM_OK : wrong(r, v.text.ptr, "nothing to look at");
}

/* ---- a rule ---- */

enum { ID, TITLE, TEXT, SEVERITY, STREAMS, WHEN, FOR, VALUES, CLEAR_FOR, ALERT, REPEAT, ESCALATE, SUPPRESS, SKIP, QUIET, DOWN, RULE_MEMBERS };
static const char *const rule_names[] = { "id", "title", "text", "severity", "streams", "when", "for", "values", "clear_for", "alert", "repeat", "escalate",
                                          "suppress", "skip_quality", "quiet", "downstream", NULL };

static cim_status take_alert(reading *r, const cim__jvalue *m, cim_alert_rule *a)
{
    static const char *const words[] = { "each", "any", "all", NULL };
    uint32_t word = 0;
    if (m[ALERT].type == CIM__J_NUMBER && given(m[ALERT])) return take_count(r, m[ALERT], "\"alert\"", &a->least);
    if (given(m[ALERT])) CIM__TRY(take_word(r, m[ALERT], words, "way to alert", &word));
    if (a->kind == CIM_ALERT_RULES && given(m[ALERT]) && word == 0) return wrong(r, m[ALERT].text.ptr, "rules over rules alert on any, all, or a number of them");
    a->least = word == 0 ? a->kind == CIM_ALERT_RULES : word == 1 ? 1 : CIM_NONE;
    return CIM_OK;
}

static cim_status take_escalation(reading *r, cim__jvalue v, cim_alert_rule *a)
{
    static const char *const names[] = { "after", "to", NULL };
    cim__jvalue m[2];
    CIM__TRY(members(r, v, "\"escalate\"", names, m));
    if (!given(m[0]) || !given(m[1])) return wrong(r, v.text.ptr, "\"after\" or \"to\" is missing");
    CIM__TRY(take_span(r, m[0], "\"after\"", &a->escalate_ms));
    CIM__TRY(take_word(r, m[1], severities, "severity", &a->escalate_to));
    if (!a->escalate_ms) return wrong(r, m[0].text.ptr, "after no time");
    return a->escalate_to > a->severity ? CIM_OK : wrong(r, m[1].text.ptr, "that is not more severe");
}

static cim_status take_windows(reading *r, cim__jvalue v, cim__watch_rule *about)
{
    static const char *const names[] = { "from", "to", NULL };
    cim__str key;
    cim__jvalue each, m[2];
    uint32_t count = 0;
    if (v.type != CIM__J_ARRAY) return wrong(r, v.text.ptr, "\"suppress\" is an array of {\"from\", \"to\"}");
    for (cim__jiter it = cim__jiter_of(v); cim__jnext(&it, &key, &each);) count++;
    cim__watch_window *windows = cim__arena_alloc(&r->w->arena, (count + (size_t)1) * sizeof *windows);
    if (!windows) return cim__nomem(r->ctx);
    for (cim__jiter it = cim__jiter_of(v); cim__jnext(&it, &key, &each);) {
        cim__watch_window *w = &windows[about->window_count++];
        CIM__TRY(members(r, each, "a window", names, m));
        if (!given(m[0]) || !given(m[1])) return wrong(r, each.text.ptr, "\"from\" or \"to\" is missing");
        CIM__TRY(take_time(r, m[0], "\"from\"", &w->from_ms));
        CIM__TRY(take_time(r, m[1], "\"to\"", &w->to_ms));
        if (w->from_ms >= w->to_ms) return wrong(r, each.text.ptr, "the window ends before it begins");
    }
    about->windows = windows;
    return CIM_OK;
}

/* Members that say nothing for a kind are refused: they would be taken for more than they are. */
static cim_status fits(reading *r, const cim__jvalue *m, const cim_alert_rule *a)
{
    bool rules = a->kind == CIM_ALERT_RULES, times = a->kind <= CIM_ALERT_FLAT || a->kind == CIM_ALERT_QUALITY;
    static const char *const at_once = "rules over rules, absences and irregularities hold at once";
    if (rules && given(m[STREAMS])) return wrong(r, m[STREAMS].text.ptr, "a rule over rules has no streams of its own");
    if (!rules && !given(m[STREAMS])) return wrong(r, m[ID].text.ptr, "\"streams\" is missing");
    if (!times && given(m[FOR])) return wrong(r, m[FOR].text.ptr, "%s", at_once);
    if (!times && given(m[VALUES])) return wrong(r, m[VALUES].text.ptr, "%s", at_once);
    if ((!times || a->kind == CIM_ALERT_FLAT) && given(m[CLEAR_FOR])) return wrong(r, m[CLEAR_FOR].text.ptr, "this kind of rule is over at once");
    if ((rules || a->kind == CIM_ALERT_ABSENT) && given(m[SKIP])) return wrong(r, m[SKIP].text.ptr, "this kind of rule does not look at qualities");
    if (a->kind == CIM_ALERT_FLAT && !a->for_ms && a->for_count < 2) return wrong(r, m[WHEN].text.ptr, "\"for\" or \"values\" says how long a value may stay");
    if (a->escalate_ms && a->quiet) return wrong(r, m[ESCALATE].text.ptr, "a quiet rule does not escalate");
    if (rules && a->least != CIM_NONE && a->least > a->input_count) return wrong(r, m[ALERT].text.ptr, "that many rules are not given");
    return CIM_OK;
}

static cim_status take_rule(reading *r, cim__jvalue v, cim_alert_rule *a, cim__watch_rule *about)
{
    cim__jvalue m[RULE_MEMBERS];
    bool quiet = false;
    *a = (cim_alert_rule)CIM_ALERT_RULE_INIT;
    a->clear_low = a->clear_high = NAN;
    a->severity = CIM_ALERT_MODERATE;
    CIM__TRY(members(r, v, "a rule", rule_names, m));
    if (!given(m[ID]) || !given(m[WHEN])) return wrong(r, v.text.ptr, "\"%s\" is missing", given(m[ID]) ? "when" : "id");
    CIM__TRY(take_text(r, m[ID], "\"id\"", MAX_NAME, &about->id));
    uint32_t number = cim__names_add(&r->ids, cim__str_of(about->id));
    if (number == CIM_NONE) return cim__nomem(r->ctx);
    if (number != r->w->rule_count) return wrong(r, m[ID].text.ptr, "another rule is '%.60s', too", about->id);
    if (given(m[TITLE])) CIM__TRY(take_text(r, m[TITLE], "\"title\"", 1000, &about->title));
    if (given(m[TEXT])) CIM__TRY(take_text(r, m[TEXT], "\"text\"", 10000, &about->text));
    if (given(m[SEVERITY])) CIM__TRY(take_word(r, m[SEVERITY], severities, "severity", &a->severity));
    CIM__TRY(take_when(r, m[WHEN], a, about));
    if (given(m[STREAMS])) CIM__TRY(take_scope(r, m[STREAMS], &about->scope));
    if (given(m[FOR])) CIM__TRY(take_span(r, m[FOR], "\"for\"", &a->for_ms));
    if (given(m[VALUES])) CIM__TRY(take_count(r, m[VALUES], "\"values\"", &a->for_count));
    if (given(m[CLEAR_FOR])) CIM__TRY(take_span(r, m[CLEAR_FOR], "\"clear_for\"", &a->clear_ms));
    if (given(m[REPEAT])) CIM__TRY(take_span(r, m[REPEAT], "\"repeat\"", &a->repeat_ms));
    if (given(m[ESCALATE])) CIM__TRY(take_escalation(r, m[ESCALATE], a));
    if (given(m[SUPPRESS])) CIM__TRY(take_windows(r, m[SUPPRESS], about));
    if (given(m[QUIET])) CIM__TRY(take_bool(r, m[QUIET], "\"quiet\"", &quiet));
    if (given(m[DOWN])) CIM__TRY(take_bool(r, m[DOWN], "\"downstream\"", &about->downstream));
    r->w->needs_utility = r->w->needs_utility || about->downstream;
    a->quiet = quiet;
    if (a->kind <= CIM_ALERT_FLAT) a->skip_quality = ~3u; /* bad, and what nobody explained */
    if (given(m[SKIP])) CIM__TRY(take_bits(r, m[SKIP], qualities, "quality", true, &a->skip_quality));
    CIM__TRY(take_alert(r, m, a));
    return fits(r, m, a);
}

/* ---- the file ---- */

static cim_status take_baseline(reading *r, cim__jvalue v, cim__watch_baseline *b)
{
    static const char *const names[] = { "from", "to", "utc_offset", "least_count", "least_spread", NULL };
    cim__jvalue m[5];
    CIM__TRY(members(r, v, "\"baseline\"", names, m));
    b->said = true;
    if (given(m[0])) CIM__TRY(take_time(r, m[0], "\"from\"", &b->from_ms));
    if (given(m[1])) CIM__TRY(take_time(r, m[1], "\"to\"", &b->to_ms));
    if (b->from_ms >= b->to_ms) return wrong(r, v.text.ptr, "the history ends before it begins");
    if (given(m[2])) {
        double hours;
        CIM__TRY(take_real(r, m[2], "\"utc_offset\", in hours,", &hours));
        if (!(fabs(hours) <= 24.0)) return wrong(r, m[2].text.ptr, "an offset is at most 24 hours");
        b->utc_offset_ms = (int64_t)(hours * 3600000.0);
    }
    if (given(m[3])) CIM__TRY(take_count(r, m[3], "\"least_count\"", &b->least_count));
    if (given(m[4]) && m[4].type == CIM__J_OBJECT) {
        cim__str key;
        cim__jvalue each;
        double spread;
        for (cim__jiter it = cim__jiter_of(m[4]); cim__jnext(&it, &key, &each);) {
            CIM__TRY(take_real(r, each, "a least spread", &spread));
            if (!(spread > 0.0)) return wrong(r, each.text.ptr, "a least spread is above 0");
        }
        b->spreads = m[4];
    } else if (given(m[4])) {
        CIM__TRY(take_real(r, m[4], "\"least_spread\"", &b->least_spread));
        if (!(b->least_spread > 0.0)) return wrong(r, m[4].text.ptr, "a least spread is above 0");
    }
    return CIM_OK;
}

static cim_status read_rules(reading *r, cim__jvalue list)
{
    cim_watch *w = r->w;
    cim__str key;
    cim__jvalue each;
    size_t count = 0;
    if (list.type != CIM__J_ARRAY) return wrong(r, list.text.ptr, "\"rules\" is no array");
    for (cim__jiter it = cim__jiter_of(list); cim__jnext(&it, &key, &each);) count++;
    if (count > MAX_RULES) return cim__fail(r->ctx, CIM_ELIMIT, "%s: %zu rules; %d are the most", r->name, count, MAX_RULES);
    w->rules = cim__zalloc_n(w->mem, count + 1, sizeof *w->rules);
    w->about = cim__zalloc_n(w->mem, count + 1, sizeof *w->about);
    w->rule_names = cim__zalloc_n(w->mem, count + 1, sizeof *w->rule_names);
    if (!w->rules || !w->about || !w->rule_names) return cim__nomem(r->ctx);
    for (cim__jiter it = cim__jiter_of(list); cim__jnext(&it, &key, &each); w->rule_count++) {
        CIM__TRY(take_rule(r, each, &w->rules[w->rule_count], &w->about[w->rule_count]));
        w->rule_names[w->rule_count] = w->about[w->rule_count].id;
    }
    return CIM_OK;
}

static cim_status read_file(reading *r)
{
    static const char *const names[] = { "schema", "baseline", "rules", NULL };
    cim__jvalue top, m[3];
    if (!cim__is_utf8(r->text)) return wrong(r, NULL, "this is no UTF-8");
    if (!cim__jparse(r->text, &top)) return wrong(r, NULL, "this is no JSON, or nested deeper than %d", CIM__JSON_DEPTH);
    CIM__TRY(members(r, top, "the file", names, m));
    if (!given(m[0]) || !cim__str_is(m[0].text, "\"cim-rules/1\"")) return wrong(r, top.text.ptr, "\"schema\" is not \"cim-rules/1\"");
    if (!given(m[2])) return wrong(r, top.text.ptr, "\"rules\" is missing");
    if (given(m[1])) CIM__TRY(take_baseline(r, m[1], &r->w->baseline));
    CIM__TRY(read_rules(r, m[2]));
    for (uint32_t i = 0; i < r->w->rule_count; i++) r->w->rules[i].utc_offset_ms = r->w->baseline.utc_offset_ms;
    return CIM_OK;
}

cim_status cim__watch_read(cim_ctx *ctx, cim_watch *w, cim__str text, const char *name)
{
    reading r = { .ctx = ctx, .w = w, .text = text, .name = name, .scratch = cim__buf_on(ctx->mem) };
    w->baseline = (cim__watch_baseline){ .from_ms = CIM_TIME_MIN_MS, .to_ms = CIM_TIME_MAX_MS, .least_count = 4, .least_spread = 1e-6 };
    cim__names_init(&r.ids, ctx->mem);
    cim_status status = read_file(&r);
    if (status == CIM_OK && r.scratch.failed) status = cim__nomem(ctx);
    cim__names_free(&r.ids);
    cim__buf_free(&r.scratch);
    return status;
}
