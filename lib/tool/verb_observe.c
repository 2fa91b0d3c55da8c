/* verb_observe.c - cimtool observe: taking observations in, and asking for them. */
#include "observe.h"

#include <stdlib.h>
#include <string.h>

/* ---- arguments ---- */

bool observe_time(cimtool *t, const char *name, int64_t *time)
{
    const char *text = cimtool_value(t, name);
    if (!text || cim_time_parse(t->ctx, text, time) >= 0) return true;
    cimtool_complain("--%s: %s", name, cim_ctx_error(t->ctx));
    return false;
}

/* "90", "15min", "1h", "7d": seconds unless a unit follows. */
bool observe_duration(cimtool *t, const char *name, int64_t *ms)
{
    static const struct {
        const char *unit;
        double ms;
    } units[] = { { "", 1e3 }, { "s", 1e3 }, { "ms", 1.0 }, { "min", 6e4 }, { "m", 6e4 }, { "h", 3.6e6 }, { "d", 8.64e7 } };
    const char *text = cimtool_value(t, name);
    char *end = NULL;
    if (!text) return true;
    double number = strtod(text, &end);
    for (size_t i = 0; i < sizeof units / sizeof *units && end != text; i++) {
        if (strcmp(end, units[i].unit) != 0 || !(number * units[i].ms >= 1.0 && number * units[i].ms < 1e14)) continue;
        *ms = (int64_t)(number * units[i].ms);
        return true;
    }
    cimtool_complain("--%s %s: a duration like 15min, 1h, 7d is needed", name, text);
    return false;
}

static bool read_percentiles(cimtool *t, observing *o)
{
    const char *text = cimtool_value(t, "percentiles");
    while (text && *text) {
        char *end = NULL;
        double p = strtod(text, &end);
        if (end == text || (*end && *end != ',') || !(p >= 0.0 && p <= 100.0) || o->percentile_count == OBSERVE_PERCENTILES) {
            cimtool_complain("--percentiles: at most %d numbers 0 to 100 with commas between them are needed", OBSERVE_PERCENTILES);
            return false;
        }
        o->percentiles[o->percentile_count++] = p;
        text = *end ? end + 1 : end;
    }
    return true;
}

static bool read_arguments(cimtool *t, observing *o)
{
    return observe_time(t, "from", &o->from_ms) && observe_time(t, "to", &o->to_ms) && observe_time(t, "at", &o->at_ms) && observe_duration(t, "rollup", &o->bucket_ms) &&
           observe_duration(t, "max-age", &o->max_age_ms) && observe_duration(t, "commit", &o->commit_ms) && observe_duration(t, "hold", &o->hold_ms) && read_percentiles(t, o);
}

/* ---- which streams ---- */

static int object_of(observing *o, uint32_t *object)
{
    const char *gid = cimtool_value(o->tool, "object");
    size_t count = 0;
    if (!gid) return EXIT_DONE;
    cim_status st = o->city ? CIM_OK : cim_city_open(o->tool->ctx, o->tool->args[0], NULL, &o->city);
    if (st >= 0) st = cim_city_find(o->tool->ctx, o->city, gid, object, 1, &count);
    return st < 0 ? cimtool_fail(o->tool, st) : EXIT_DONE;
}

static int add_streams(observing *o, const cim_stream_filter *filter)
{
    size_t count = 0;
    cim_status st = cim_sense_find(o->tool->ctx, o->sense, filter, NULL, 0, &count);
    if (st < 0) return cimtool_fail(o->tool, st);
    uint32_t *bigger = realloc(o->ids, (o->count + count) * sizeof *bigger);
    if (!bigger) return cimtool_fail(o->tool, CIM_ENOMEM);
    o->ids = bigger;
    st = cim_sense_find(o->tool->ctx, o->sense, filter, o->ids + o->count, count, &count);
    if (st < 0) return cimtool_fail(o->tool, st);
    o->count += count;
    return EXIT_DONE;
}

static int choose(observing *o)
{
    cim_stream_filter f = CIM_STREAM_FILTER_INIT;
    int at = 0, status = object_of(o, &f.object);
    f.property = cimtool_value(o->tool, "property");
    f.thing = cimtool_value(o->tool, "thing");
    const char *gid = cimtool_next_value(o->tool, "stream", &at);
    do {
        f.gid = gid;
        if (status == EXIT_DONE) status = add_streams(o, &f);
        gid = gid ? cimtool_next_value(o->tool, "stream", &at) : NULL;
    } while (gid && status == EXIT_DONE);
    return status;
}

/* ---- taking in ---- */

static void print_counts(const cim_sense_counts *c)
{
    printf("%llu observations, %llu new streams, %llu late, %llu repeated, %llu replaced\n", (unsigned long long)c->appended, (unsigned long long)c->streams,
           (unsigned long long)c->late, (unsigned long long)c->repeated, (unsigned long long)c->replaced);
}

static void print_input(const cim_buf *report)
{
    cimtool_node *root = cimtool_json_read(report->data ? report->data : "");
    const cimtool_node *counts = cimtool_member(root, "counts");
    printf("%s: %s\n", cimtool_text(root, "input"), cimtool_text(root, "format"));
    cimtool_print(counts, 2);
    const cimtool_node *warnings = cimtool_member(root, "warnings");
    for (const cimtool_node *w = warnings ? warnings->child : NULL; w; w = w->next) {
        fputs("cimtool: ", stderr);
        fputs(w->text ? w->text : "", stderr);
        fputc('\n', stderr);
    }
    cimtool_json_free(root);
}

static cim_status ingest_one(observing *o, const char *path, bool first, bool *partial)
{
    cimtool *t = o->tool;
    cim_ingest_options in = CIM_INGEST_OPTIONS_INIT;
    cim_buf report = CIM_BUF_INIT;
    in.format = cimtool_value(t, "format");
    in.columns = cimtool_value(t, "columns");
    in.city = o->city;
    in.flags = (cimtool_has(t, "known-only") ? CIM_INGEST_KNOWN_ONLY : 0u) | (cimtool_has(t, "keep-going") ? CIM_INGEST_KEEP_GOING : 0u);
    cim_status st = cim_sense_ingest(t->ctx, o->sense, path, &in, &report);
    if (t->json && report.data) printf("%s%s", first ? "\n" : ",\n", report.data);
    else if (!t->quiet && report.data && st >= 0) print_input(&report);
    cim_buf_dispose(&report);
    *partial = *partial || st == CIM_DONE;
    return st;
}

/* What was read before a failure is kept: it was said that it is. */
static int ingest(observing *o)
{
    cimtool *t = o->tool;
    cim_sense_counts counts = { .struct_size = sizeof counts };
    bool partial = false;
    cim_status st = cim_city_open(t->ctx, t->args[0], NULL, &o->city);
    int status = st < 0 ? cimtool_fail(t, st) : EXIT_DONE;
    if (status != EXIT_DONE) return status;
    if (t->json) printf("{\"schema\":\"cimtool/1\",\"inputs\":[");
    for (int i = 1; i < t->arg_count && st >= 0; i++) st = ingest_one(o, t->args[i], i == 1, &partial);
    if (st < 0) status = cimtool_fail(t, st);
    cim_ctx_resume(t->ctx); /* what came before an interruption is kept, too */
    st = cim_sense_finish(t->ctx, o->sense);
    if (st < 0 && status == EXIT_DONE) status = cimtool_fail(t, st);
    (void)cim_sense_counters(t->ctx, o->sense, &counts);
    if (t->json)
        printf("],\"observations\":%llu,\"streams\":%llu,\"late\":%llu,\"repeated\":%llu,\"replaced\":%llu,\"committed\":%s}\n", (unsigned long long)counts.appended,
               (unsigned long long)counts.streams, (unsigned long long)counts.late, (unsigned long long)counts.repeated, (unsigned long long)counts.replaced,
               st >= 0 ? "true" : "false");
    else if (!t->quiet) print_counts(&counts);
    return status == EXIT_DONE && partial ? EXIT_PARTIAL : status;
}

/* ---- giving out ---- */

static int export(observing *o, const char *format)
{
    cim_sense_export_options e = CIM_SENSE_EXPORT_OPTIONS_INIT;
    cim_buf text = CIM_BUF_INIT;
    cimtool *t = o->tool;
    cim_status st = o->city ? CIM_OK : cim_city_open(t->ctx, t->args[0], NULL, &o->city);
    e.format = format;
    e.streams = o->ids;
    e.stream_count = (uint32_t)o->count;
    e.from_ms = o->from_ms;
    e.to_ms = o->to_ms;
    if (st >= 0) e.epsg = cim_city_epsg(o->city);
    if (st >= 0) st = cim_sense_export(t->ctx, o->sense, &e, &text);
    if (st >= 0 && text.size) fwrite(text.data, 1, text.size, stdout);
    cim_buf_dispose(&text);
    return st < 0 ? cimtool_fail(t, st) : EXIT_DONE;
}

static int ask(observing *o)
{
    cimtool *t = o->tool;
    const char *format = cimtool_has(t, "geojson") ? "geojson" : cimtool_value(t, "export");
    int status = choose(o);
    if (status != EXIT_DONE) return status;
    if (format) return export(o, format);
    if (cimtool_has(t, "latest") || cimtool_has(t, "at")) return observe_print_readings(o);
    if (o->bucket_ms) return observe_print_buckets(o);
    if (cimtool_has(t, "from") || cimtool_has(t, "to") || cimtool_has(t, "stream")) return observe_print_window(o);
    return observe_print_streams(o);
}

int verb_observe(cimtool *t)
{
    observing o = { .tool = t, .from_ms = CIM_TIME_MIN_MS, .to_ms = CIM_TIME_MAX_MS, .at_ms = CIM_TIME_MAX_MS };
    cim_sense_options options = CIM_SENSE_OPTIONS_INIT;
    if (!read_arguments(t, &o)) return EXIT_USAGE;
    options.flags = t->arg_count > 1 ? CIM_SENSE_WRITE : 0;
    options.commit_ms = o.commit_ms;
    options.who = cimtool_value(t, "who");
    options.why = cimtool_value(t, "why");
    cim_status st = cim_sense_open(t->ctx, t->args[0], &options, &o.sense);
    int status = st < 0 ? cimtool_fail(t, st) : t->arg_count > 1 ? ingest(&o) : ask(&o);
    cim_sense_free(o.sense);
    cim_city_free(o.city);
    free(o.ids);
    return status;
}
