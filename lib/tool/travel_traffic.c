/* travel_traffic.c - --traffic and --now: what files say of the streets is the weights that all verbs about getting around ask on.
 *
 * Each file is a source with its name; of two that speak of the same street the later file on the command line wins. */
#include "travel.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static const char *const formats[] = { "", "csv", "ndjson", "geojson", "gtfs-json", "gtfs" };
enum { FORMATS = sizeof formats / sizeof *formats, NAME_BYTES = 255 };

const char *travel_format(uint32_t format) { return format < FORMATS ? formats[format] : ""; }

static int64_t clock_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* ---- files ---- */

static int64_t read_file(void *user, void *data, size_t size)
{
    FILE *f = user;
    size_t got = fread(data, 1, size, f);
    return ferror(f) ? -1 : (int64_t)got;
}

static void note_unknown(void *user, const char *id, size_t size)
{
    travel_file *file = user;
    if (file->unknown_count++ >= TRAVEL_UNKNOWN) return;
    int shown = size < sizeof *file->unknown ? (int)size : (int)sizeof *file->unknown - 1;
    snprintf(file->unknown[file->unknown_count - 1], sizeof *file->unknown, "%.*s", shown, id);
}

/* "FILE,FORMAT": the name without the format, which is one of the known ones. */
static uint32_t split(const char *text, char *path, size_t size)
{
    const char *comma = strrchr(text, ',');
    uint32_t format = 0;
    if (comma)
        for (uint32_t k = 1; k < FORMATS; k++)
            if (!strcmp(comma + 1, formats[k])) format = k;
    snprintf(path, size, "%.*s", format ? (int)(comma - text) : (int)strlen(text), text);
    return format;
}

static int feed(travel *t, travel_file *file, FILE *f, uint32_t format, int32_t priority)
{
    cim_ctx *ctx = t->tool->ctx;
    cim_traffic_input in = CIM_TRAFFIC_INPUT_INIT;
    size_t length = strlen(file->name);
    in.name = file->name;
    in.read = read_file;
    in.read_user = f;
    in.unknown = note_unknown;
    in.unknown_user = file;
    in.reported_ms = t->as_of_ms;
    in.format = format;
    file->fed.struct_size = sizeof file->fed;
    const char *source = file->name + (length > NAME_BYTES ? length - NAME_BYTES : 0);
    cim_status st = cim_route_live_source(ctx, cim_traffic_live(t->traffic), source, priority, &in.source);
    if (st >= 0) st = cim_traffic_feed(ctx, t->traffic, &in, &file->fed);
    return st < 0 ? cimtool_fail(t->tool, st) : EXIT_DONE;
}

static int read_one(travel *t, const char *text, travel_file *file, int32_t priority)
{
    uint32_t format = split(text, file->name, sizeof file->name);
    bool standard = !strcmp(file->name, "-");
    FILE *f = standard ? stdin : fopen(file->name, "rb");
    if (!f) {
        cimtool_complain("%s: %s", file->name, strerror(errno));
        return EXIT_FAILED;
    }
    int status = feed(t, file, f, format, priority);
    if (!standard) fclose(f);
    if (status == EXIT_DONE && file->fed.unknown_count && !t->tool->quiet)
        cimtool_complain("%s: %llu ids or places without a street, first %s", file->name, (unsigned long long)file->fed.unknown_count, file->unknown[0]);
    return status;
}

static int read_files(travel *t)
{
    const cimtool *tool = t->tool;
    int32_t number = 0;
    t->files = calloc(CIMTOOL_VALUES, sizeof *t->files);
    if (!t->files) return cimtool_fail(t->tool, CIM_ENOMEM);
    const char *text;
    for (int at = 0; (text = cimtool_next_value(tool, "traffic", &at));) {
        int status = read_one(t, text, &t->files[number], number);
        if (status != EXIT_DONE) return status;
        t->file_count = (size_t)++number;
    }
    return EXIT_DONE;
}

/* ---- the weights ---- */

static int make(travel *t)
{
    cim_ctx *ctx = t->tool->ctx;
    int status = travel_hierarchy(t);
    if (status != EXIT_DONE) return status;
    cim_status st = cim_traffic_new(ctx, t->city, t->costs, t->hierarchy, NULL, &t->traffic);
    if (st >= 0) st = cim_route_query_new(ctx, t->hierarchy, &t->query);
    return st < 0 ? cimtool_fail(t->tool, st) : EXIT_DONE;
}

int travel_publish(travel *t)
{
    cim_ctx *ctx = t->tool->ctx;
    cim_route_live *live = cim_traffic_live(t->traffic);
    t->published.struct_size = sizeof t->published;
    cim_status st = cim_route_live_publish(ctx, live, t->as_of_ms, &t->published);
    if (st < 0) return cimtool_fail(t->tool, st);
    cim_route_view *view = cim_route_live_view(live);
    t->epoch = cim_route_view_epoch(view, NULL);
    cim_route_metric_free(t->metric);
    t->metric = cim_route_metric_ref(cim_route_view_metric(view));
    cim_route_view_free(view);
    return EXIT_DONE;
}

int travel_traffic(travel *t)
{
    const char *now = cimtool_value(t->tool, "now");
    t->as_of_ms = clock_ms();
    if (now && cim_traffic_time(t->tool->ctx, now, &t->as_of_ms) < 0) return cimtool_complain("--now: %s", cim_ctx_error(t->tool->ctx));
    int status = make(t);
    if (status == EXIT_DONE) status = read_files(t);
    return status == EXIT_DONE ? travel_publish(t) : status;
}

int travel_traffic_labels(travel *t, uint32_t labels)
{
    cim_route_label_options options = CIM_ROUTE_LABEL_OPTIONS_INIT;
    cim_route_metric *labelled = NULL;
    options.mode = labels;
    if (labels == CIM_ROUTE_LABELS_NONE) return EXIT_DONE;
    cim_status st = cim_route_metric_label(t->tool->ctx, t->metric, &options, &labelled);
    if (st < 0) return cimtool_fail(t->tool, st);
    cim_route_metric_free(t->metric);
    t->metric = labelled;
    return EXIT_DONE;
}
