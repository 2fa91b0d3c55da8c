/* observe_print.c - streams and observations as text and JSON. */
#include "observe.h"

#include <math.h>
#include <stdlib.h>

/* ---- pieces ---- */

static int get_stream(observing *o, uint32_t id, cim_stream *s)
{
    s->struct_size = sizeof *s;
    cim_status st = cim_sense_stream(o->tool->ctx, o->sense, id, s);
    return st < 0 ? cimtool_fail(o->tool, st) : EXIT_DONE;
}

static void print_number(double v)
{
    char text[40];
    snprintf(text, sizeof text, "%.15g", v);
    if (strtod(text, NULL) != v) snprintf(text, sizeof text, "%.17g", v);
    fputs(isnan(v) ? "null" : text, stdout);
}

static void print_value(observing *o, const cim_stream *s, double v)
{
    const char *word = s->kind == CIM_STREAM_TEXT ? cim_sense_word(o->sense, s->id, v) : NULL;
    if (word && o->tool->json) cimtool_print_string(word);
    else if (word) cimtool_print_safe(word);
    else if (s->kind == CIM_STREAM_BOOLEAN && !isnan(v)) fputs(v != 0.0 ? "true" : "false", stdout);
    else if (isnan(v) && !o->tool->json) fputs("-", stdout);
    else print_number(v);
}

static void print_time(int64_t time)
{
    char text[32];
    cim_time_text(time, text);
    fputs(text, stdout);
}

static void print_member(const char *key, const char *text)
{
    if (!text) return;
    printf(",\"%s\":", key);
    cimtool_print_string(text);
}

static void print_id(const cim_stream *s)
{
    printf("\"stream\":");
    cimtool_print_string(s->gid);
}

static void begin_json(const char *member) { printf("{\"schema\":\"cimtool/1\",\"%s\":[", member); }
static void end_json(void) { printf("\n]}\n"); }

/* ---- streams ---- */

static int count_of(observing *o, uint32_t id, cim_bucket *b, int64_t *first_ms, cim_observation *last)
{
    size_t count = 0;
    *b = (cim_bucket){ .count = 0 };
    *last = (cim_observation){ .value = (double)NAN };
    cim_status st = cim_sense_latest(o->tool->ctx, o->sense, id, last);
    if (st == CIM_DONE) return EXIT_DONE;
    if (st >= 0) st = cim_sense_window(o->tool->ctx, o->sense, id, CIM_TIME_MIN_MS, CIM_TIME_MAX_MS, first_ms, NULL, NULL, 1, &count);
    b->count = count;
    return st < 0 ? cimtool_fail(o->tool, st) : EXIT_DONE;
}

static void print_stream_json(observing *o, const cim_stream *s, size_t i, const cim_bucket *b, int64_t first_ms, const cim_observation *last)
{
    static const char *const kinds[] = { "number", "boolean", "text" };
    printf(i ? ",\n{" : "\n{");
    print_id(s);
    print_member("thing", s->thing);
    print_member("name", s->name);
    print_member("property", s->property);
    print_member("unit", s->unit);
    printf(",\"kind\":\"%s\"", kinds[s->kind]);
    if (s->object != CIM_NONE) printf(",\"object\":%u", s->object);
    if (s->edge != CIM_NONE) printf(",\"edge\":%u", s->edge);
    if (!isnan(s->offset_m)) printf(",\"offset_m\":%.1f", s->offset_m);
    if (!isnan(s->x) && !isnan(s->y)) printf(",\"x\":%.3f,\"y\":%.3f", s->x, s->y);
    printf(",\"count\":%llu", (unsigned long long)b->count);
    if (b->count) {
        printf(",\"first\":\"");
        print_time(first_ms);
        printf("\",\"last\":\"");
        print_time(last->time_ms);
        printf("\",\"value\":");
        print_value(o, s, last->value);
    }
    putchar('}');
}

static void print_stream_plain(observing *o, const cim_stream *s, const cim_bucket *b, const cim_observation *last)
{
    printf("%8llu  ", (unsigned long long)b->count);
    if (b->count) print_time(last->time_ms);
    else printf("-                   ");
    printf("  ");
    if (b->count) print_value(o, s, last->value);
    if (s->unit) putchar(' ');
    cimtool_print_safe(s->unit ? s->unit : "");
    printf("  ");
    cimtool_print_safe(s->gid);
    if (s->object != CIM_NONE) printf("  object %u", s->object);
    putchar('\n');
}

int observe_print_streams(observing *o)
{
    int status = EXIT_DONE;
    if (o->tool->json) begin_json("streams");
    for (size_t i = 0; i < o->count && status == EXIT_DONE; i++) {
        cim_stream s;
        cim_bucket b;
        cim_observation last;
        int64_t first_ms = 0;
        status = count_of(o, o->ids[i], &b, &first_ms, &last);
        if (status == EXIT_DONE) status = get_stream(o, o->ids[i], &s);
        if (status != EXIT_DONE) break;
        if (o->tool->json) print_stream_json(o, &s, i, &b, first_ms, &last);
        else print_stream_plain(o, &s, &b, &last);
    }
    if (o->tool->json) end_json();
    return status;
}

/* ---- one of each ---- */

int observe_print_readings(observing *o)
{
    int status = EXIT_DONE;
    size_t found = 0;
    if (o->tool->json) begin_json("observations");
    for (size_t i = 0; i < o->count && status == EXIT_DONE; i++) {
        cim_stream s;
        cim_observation r;
        cim_status st = o->at_ms == CIM_TIME_MAX_MS ? cim_sense_latest(o->tool->ctx, o->sense, o->ids[i], &r) : cim_sense_at(o->tool->ctx, o->sense, o->ids[i], o->at_ms, &r);
        if (st < 0) return cimtool_fail(o->tool, st);
        if (st == CIM_DONE || (o->max_age_ms && o->at_ms != CIM_TIME_MAX_MS && r.time_ms < o->at_ms - o->max_age_ms)) continue;
        status = get_stream(o, o->ids[i], &s);
        if (status != EXIT_DONE) break;
        if (o->tool->json) {
            printf(found++ ? ",\n{" : "\n{");
            print_id(&s);
            print_member("property", s.property);
            print_member("unit", s.unit);
            if (s.object != CIM_NONE) printf(",\"object\":%u", s.object);
            printf(",\"time\":\"");
            print_time(r.time_ms);
            printf("\",\"value\":");
            print_value(o, &s, r.value);
            printf(",\"quality\":%u}", r.quality);
        } else {
            found++;
            print_time(r.time_ms);
            printf("  ");
            print_value(o, &s, r.value);
            printf(" ");
            cimtool_print_safe(s.unit ? s.unit : "");
            printf("  ");
            cimtool_print_safe(s.gid);
            putchar('\n');
        }
    }
    if (o->tool->json) end_json();
    return status != EXIT_DONE ? status : found ? EXIT_DONE : EXIT_NEGATIVE;
}

/* ---- windows ---- */

typedef struct values {
    int64_t *times;
    double *values;
    uint8_t *qualities;
    size_t count;
} values;

static void free_values(values *v)
{
    free(v->times);
    free(v->values);
    free(v->qualities);
}

static int get_values(observing *o, uint32_t id, values *v)
{
    cim_status st = cim_sense_window(o->tool->ctx, o->sense, id, o->from_ms, o->to_ms, NULL, NULL, NULL, 0, &v->count);
    if (st < 0) return cimtool_fail(o->tool, st);
    size_t cap = v->count + 1;
    v->times = malloc(cap * sizeof *v->times);
    v->values = malloc(cap * sizeof *v->values);
    v->qualities = malloc(cap);
    if (!v->times || !v->values || !v->qualities) return cimtool_fail(o->tool, CIM_ENOMEM);
    st = cim_sense_window(o->tool->ctx, o->sense, id, o->from_ms, o->to_ms, v->times, v->values, v->qualities, cap, &v->count);
    if (v->count > cap) v->count = cap; /* some more came meanwhile */
    return st < 0 ? cimtool_fail(o->tool, st) : EXIT_DONE;
}

static void print_values(observing *o, const cim_stream *s, const values *v, size_t place)
{
    if (o->tool->json) {
        printf(place ? ",\n{" : "\n{");
        print_id(s);
        print_member("unit", s->unit);
        printf(",\"observations\":[");
    } else {
        cimtool_print_safe(s->gid);
        printf(" (%zu)\n", v->count);
    }
    for (size_t i = 0; i < v->count; i++) {
        printf(o->tool->json ? (i ? ",\n[\"" : "\n[\"") : "  ");
        print_time(v->times[i]);
        printf(o->tool->json ? "\"," : "  ");
        print_value(o, s, v->values[i]);
        if (o->tool->json) printf(",%u]", v->qualities[i]);
        else if (v->qualities[i]) printf("  quality %u\n", v->qualities[i]);
        else putchar('\n');
    }
    if (o->tool->json) printf("]}");
}

int observe_print_window(observing *o)
{
    int status = EXIT_DONE;
    size_t found = 0;
    if (o->tool->json) begin_json("streams");
    for (size_t i = 0; i < o->count && status == EXIT_DONE; i++) {
        values v = { .count = 0 };
        cim_stream s;
        status = get_values(o, o->ids[i], &v);
        if (status == EXIT_DONE) status = get_stream(o, o->ids[i], &s);
        if (status == EXIT_DONE) print_values(o, &s, &v, i);
        found += v.count;
        free_values(&v);
    }
    if (o->tool->json) end_json();
    return status != EXIT_DONE ? status : found ? EXIT_DONE : EXIT_NEGATIVE;
}

/* ---- buckets ---- */

typedef struct buckets {
    cim_bucket *list;
    double *percentiles;
    size_t count;
} buckets;

static int get_buckets(observing *o, uint32_t id, buckets *b)
{
    cim_rollup r = CIM_ROLLUP_INIT;
    cimtool *t = o->tool;
    r.from_ms = o->from_ms;
    r.to_ms = o->to_ms;
    r.bucket_ms = o->bucket_ms;
    r.hold_ms = o->hold_ms;
    r.percentiles = o->percentiles;
    r.percentile_count = o->percentile_count;
    r.flags = cimtool_has(t, "time-mean") ? CIM_ROLLUP_TIME_MEAN : 0;
    cim_status st = cim_sense_rollup(t->ctx, o->sense, id, &r, NULL, NULL, 0, &b->count);
    if (st < 0) return cimtool_fail(t, st);
    size_t cap = b->count;
    b->list = malloc((cap + 1) * sizeof *b->list);
    b->percentiles = malloc((cap + 1) * (o->percentile_count + 1) * sizeof *b->percentiles);
    if (!b->list || !b->percentiles) return cimtool_fail(t, CIM_ENOMEM);
    st = cim_sense_rollup(t->ctx, o->sense, id, &r, b->list, b->percentiles, cap, &b->count);
    if (b->count > cap) b->count = cap;
    return st < 0 ? cimtool_fail(t, st) : EXIT_DONE;
}

static void print_bucket_json(observing *o, const cim_bucket *b, const double *percentiles)
{
    const double numbers[] = { b->min, b->max, b->mean, b->sum };
    static const char *const names[] = { "min", "max", "mean", "sum" };
    printf("{\"start\":\"");
    print_time(b->start_ms);
    printf("\",\"count\":%llu", (unsigned long long)b->count);
    if (b->left_out) printf(",\"left_out\":%llu", (unsigned long long)b->left_out);
    for (int i = 0; i < 4; i++) {
        printf(",\"%s\":", names[i]);
        print_number(numbers[i]);
    }
    if (cimtool_has(o->tool, "time-mean")) {
        printf(",\"time_mean\":");
        print_number(b->time_mean);
    }
    if (o->percentile_count) printf(",\"percentiles\":[");
    for (size_t i = 0; i < o->percentile_count; i++) {
        if (i) putchar(',');
        print_number(percentiles[i]);
    }
    printf(o->percentile_count ? "]}" : "}");
}

static void print_bucket_plain(observing *o, const cim_bucket *b, const double *percentiles)
{
    printf("  ");
    print_time(b->start_ms);
    printf("  %6llu  %10.4g  %10.4g  %10.4g", (unsigned long long)b->count, b->min, b->mean, b->max);
    if (cimtool_has(o->tool, "time-mean")) printf("  %10.4g", b->time_mean);
    for (size_t i = 0; i < o->percentile_count; i++) printf("  %10.4g", percentiles[i]);
    putchar('\n');
}

static void print_head(observing *o, const cim_stream *s)
{
    cimtool_print_safe(s->gid);
    printf("\n  start                  count         min        mean         max");
    if (cimtool_has(o->tool, "time-mean")) printf("   time mean");
    for (size_t i = 0; i < o->percentile_count; i++) printf("  %9.4g%%", o->percentiles[i]);
    putchar('\n');
}

static void print_buckets(observing *o, const cim_stream *s, const buckets *b, size_t place)
{
    if (o->tool->json) {
        printf(place ? ",\n{" : "\n{");
        print_id(s);
        print_member("unit", s->unit);
        printf(",\"buckets\":[");
    } else {
        print_head(o, s);
    }
    for (size_t i = 0; i < b->count; i++) {
        const double *percentiles = b->percentiles + i * o->percentile_count;
        if (o->tool->json) printf(i ? ",\n" : "\n");
        if (o->tool->json) print_bucket_json(o, &b->list[i], percentiles);
        else print_bucket_plain(o, &b->list[i], percentiles);
    }
    if (o->tool->json) printf("]}");
}

int observe_print_buckets(observing *o)
{
    int status = EXIT_DONE;
    size_t found = 0, place = 0;
    if (o->tool->json) begin_json("streams");
    for (size_t i = 0; i < o->count && status == EXIT_DONE; i++) {
        buckets b = { .count = 0 };
        cim_stream s;
        status = get_stream(o, o->ids[i], &s);
        if (status == EXIT_DONE && s.kind == CIM_STREAM_TEXT && o->count > 1) continue;
        if (status == EXIT_DONE) status = get_buckets(o, o->ids[i], &b);
        if (status == EXIT_DONE) status = get_stream(o, o->ids[i], &s);
        if (status == EXIT_DONE) print_buckets(o, &s, &b, place++);
        found += b.count;
        free(b.list);
        free(b.percentiles);
    }
    if (o->tool->json) end_json();
    return status != EXIT_DONE ? status : found ? EXIT_DONE : EXIT_NEGATIVE;
}
