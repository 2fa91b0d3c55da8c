/* import.c - an import from its inputs to the committed file. */
#include "core/module.h"
#include "core/par.h"
#include "import/importer.h"
#include "store/patch.h"

#include <stdio.h>
#include <unistd.h>

typedef struct import {
    const char *path; /* NULL: a city in memory */
    cim_city **city_out;
    const char *const *inputs;
    size_t count;
    cim_import_options opts;
    cim__store *store; /* owned by city */
    cim_city *city;    /* what was there before; NULL: nothing */
    cim_box *city_boxes;
    cim__sink sink;
    cim__source *sources;       /* by input */
    cim__source *taken_sources; /* copies of those in the sink, in its numbering; share the reports */
    cim__report *reports;
    bool *failed, *partial;
    char **errors;     /* of inputs that failed */
    char *dir;
    double deadline_ms;
    uint16_t taken;    /* inputs that are in the sink: their sources are the first `taken` ones */
    cim__import_result result;
    cim__gis_map *map; /* of GIS layers; NULL: none */
    bool wants_report;
    cim_buf report; /* made before the commit: afterwards nothing may fail any more */
} import;

/* ---- set-up ---- */

static cim_status take_options(cim_ctx *ctx, import *im, const cim_import_options *given)
{
    im->opts = (cim_import_options)CIM_IMPORT_OPTIONS_INIT;
    CIM__TRY(cim__opts(ctx, &im->opts, sizeof im->opts, given, "import options"));
    cim_import_options *o = &im->opts;
    if (!o->max_depth) o->max_depth = 256;
    if (!o->max_objects) o->max_objects = 4294967000u;
    if (!o->max_bytes) o->max_bytes = 64ull << 30;
    if (!o->max_memory) o->max_memory = 32ull << 20;
    if ((o->flags & CIM_IMPORT_SWAP_XY) && (o->flags & CIM_IMPORT_NO_SWAP_XY)) return cim__fail(ctx, CIM_EARG, "swap and no swap at once");
    if (o->max_seconds > 0.0) im->deadline_ms = cim__now_ms() + o->max_seconds * 1e3;
    return CIM_OK;
}

static cim_status open_existing(cim_ctx *ctx, import *im)
{
    if (!im->path || (im->opts.flags & CIM_IMPORT_OVERWRITE) || access(im->path, F_OK) != 0) return CIM_OK;
    CIM__TRY(cim__store_open(ctx, im->path, false, &im->store));
    cim_status st = cim__store_city(ctx, im->store, &im->city);
    if (st < 0) cim__store_close(im->store);
    if (st < 0) return st;
    if (im->opts.epsg && im->opts.epsg != im->city->epsg)
        return cim__fail(ctx, CIM_EARG, "%s has EPSG:%d, not EPSG:%d", im->path, (int)im->city->epsg, (int)im->opts.epsg);
    return cim__cache_boxes(ctx, im->store, im->city->max_id, &im->city_boxes);
}

static cim_status set_up(cim_ctx *ctx, import *im)
{
    const char *slash = im->path ? strrchr(im->path, '/') : NULL;
    im->dir = !im->path ? cim__strndup(ctx->mem, "/tmp", 4) : slash ? cim__strndup(ctx->mem, im->path, (size_t)(slash - im->path) + 1) : cim__strndup(ctx->mem, ".", 1);
    im->sources = cim__zalloc_n(ctx->mem, im->count, sizeof *im->sources);
    im->reports = cim__zalloc_n(ctx->mem, im->count, sizeof *im->reports);
    im->failed = cim__zalloc_n(ctx->mem, im->count, sizeof *im->failed);
    im->partial = cim__zalloc_n(ctx->mem, im->count, sizeof *im->partial);
    im->errors = cim__zalloc_n(ctx->mem, im->count, sizeof *im->errors);
    if (!im->dir || !im->sources || !im->reports || !im->failed || !im->partial || !im->errors) return cim__nomem(ctx);
    for (size_t i = 0; i < im->count; i++) {
        cim__report_init(&im->reports[i], ctx->mem);
        im->sources[i].report = cim__buf_on(ctx->mem);
    }
    if (im->opts.map_count) CIM__TRY(cim__gis_map_read(ctx, im->opts.maps, im->opts.map_count, &im->map));
    CIM__TRY(open_existing(ctx, im));
    cim__sink_init(&im->sink, ctx->mem, im->city, im->dir, im->opts.max_memory);
    im->sink.max_objects = im->opts.max_objects;
    im->sink.city_boxes = im->city_boxes;
    return CIM_OK;
}

static void tear_down(cim_ctx *ctx, import *im)
{
    if (im->sink.mem) cim__sink_free(&im->sink);
    for (size_t i = 0; i < im->count; i++) {
        if (im->reports && im->reports[i].mem) cim__report_free(&im->reports[i]);
        if (im->sources && im->sources[i].report.mem) cim__buf_free(&im->sources[i].report);
        if (im->errors) cim__free(ctx->mem, im->errors[i]);
    }
    cim__gis_map_free(im->map);
    cim_city_free(im->city);
    cim__free(ctx->mem, im->city_boxes);
    cim__free(ctx->mem, im->taken_sources);
    cim__free(ctx->mem, im->dir);
    cim__free(ctx->mem, im->sources);
    cim__free(ctx->mem, im->reports);
    cim__free(ctx->mem, im->failed);
    cim__free(ctx->mem, im->partial);
    cim__free(ctx->mem, im->errors);
}

/* ---- one input ---- */

typedef struct digest {
    cim__input *input;
    cim__source *source;
} digest;

static cim_status run_digest(cim_ctx *ctx, void *user)
{
    digest *d = user;
    return cim__input_sha256(ctx, d->input, d->source->sha256, &d->source->bytes);
}

static cim_status run_importer(cim_ctx *ctx, import *im, size_t i, cim__input *input)
{
    const cim__importer *importer = NULL;
    cim__source *source = &im->sources[i];
    digest d = { input, source };
    cim__task task;
    CIM__TRY(cim__importer_find(ctx, im->opts.format, input, &importer));
    source->format = importer->name;
    source->uri = im->inputs[i];
    source->licence = im->opts.licence;
    source->attribution = im->opts.attribution;
    cim__job job = { input, &im->opts, &im->sink, source, im->taken, &im->reports[i], false, im->deadline_ms, im->map };
    cim__task_start(ctx, &task, run_digest, &d);
    cim_status st = importer->run(ctx, &job);
    cim_status digest_status = cim__task_join(ctx, &task);
    im->partial[i] = job.partial;
    if (st >= 0) st = digest_status;
    if (st >= 0 && !cim__report_ok(&im->reports[i])) st = cim__nomem(ctx);
    return st;
}

static cim_status one_input(cim_ctx *ctx, import *im, size_t i)
{
    cim__input *input = NULL;
    unsigned ratio = im->opts.flags & CIM_IMPORT_UNSAFE_LIMITS ? 0 : 400;
    CIM__TRY(cim__input_open(ctx, im->inputs[i], im->opts.max_bytes, ratio, &input));
    cim_status st = run_importer(ctx, im, i, input);
    cim__input_close(ctx, input);
    return st;
}

/* What the sink holds, to go back to when an input fails. */
typedef struct mark {
    size_t heads, relations, texts, templates, patches, extras;
    uint64_t repaired, dropped;
    int32_t epsg;
} mark;

static mark mark_of(const cim__sink *s)
{
    return (mark){ s->heads.size, s->relations.size, s->texts.size, s->templates.size, s->patches.size, s->extras.size, s->geometry_repaired, s->geometry_dropped, s->epsg };
}

static void go_back(cim__sink *s, const mark *m)
{
    s->heads.size = m->heads;
    s->relations.size = m->relations;
    s->texts.size = m->texts;
    s->templates.size = m->templates;
    s->patches.size = m->patches;
    cim__sink_drop_extras(s, m->extras);
    s->geometry_repaired = m->repaired;
    s->geometry_dropped = m->dropped;
    s->epsg = m->epsg;
}

static bool may_go_on(const import *im, cim_status st)
{
    return (im->opts.flags & CIM_IMPORT_KEEP_GOING) && st != CIM_ENOMEM && st != CIM_ECANCEL && st != CIM_EINTERNAL;
}

static cim_status all_inputs(cim_ctx *ctx, import *im)
{
    for (size_t i = 0; i < im->count; i++) {
        mark m = mark_of(&im->sink);
        cim_status st = one_input(ctx, im, i);
        if (st >= 0) {
            im->taken++;
            continue;
        }
        im->failed[i] = true;
        im->errors[i] = cim__strndup(ctx->mem, ctx->error, strlen(ctx->error));
        if (!may_go_on(im, st)) return st;
        cim__log(ctx, CIM_LOG_WARNING, "%s", ctx->error);
        go_back(&im->sink, &m);
        cim__enter(ctx);
    }
    return im->taken ? CIM_OK : cim__fail(ctx, CIM_EFORMAT, "none of the inputs could be read; the first: %s", im->errors[0] ? im->errors[0] : "?");
}

/* ---- report ---- */

static void put_input(cim__json *json, const import *im, size_t i, bool with_place)
{
    const cim__source *s = &im->sources[i];
    cim__json_open(json, '{');
    if (with_place) {
        cim__json_kv_text(json, "input", im->inputs[i]);
        cim__json_kv_text(json, "status", im->failed[i] ? "failed" : im->partial[i] ? "partial" : "imported");
    }
    if (im->errors[i]) cim__json_kv_text(json, "error", im->errors[i]);
    if (s->format) cim__json_kv_text(json, "format", s->format);
    if (s->version[0]) cim__json_kv_text(json, "version", s->version);
    if (s->srs_name[0]) cim__json_kv_text(json, "srs_name", s->srs_name);
    if (s->srid) cim__json_kv_int(json, "epsg", s->srid);
    if (s->axis[0]) cim__json_kv_text(json, "axis", s->axis);
    cim__report_json(&im->reports[i], json);
    cim__json_close(json, '}');
}

/* Sources as the sink numbers them: inputs that failed have none. */
static cim_status take_sources(cim_ctx *ctx, import *im)
{
    size_t at = 0;
    im->taken_sources = cim__alloc_n(ctx->mem, im->count, sizeof *im->taken_sources);
    if (!im->taken_sources) return cim__nomem(ctx);
    for (size_t i = 0; i < im->count; i++) {
        cim__json json = cim__json_on(&im->sources[i].report);
        if (im->failed[i]) continue;
        put_input(&json, im, i, false);
        if (im->sources[i].report.failed) return cim__nomem(ctx);
        im->taken_sources[at++] = im->sources[i];
    }
    return CIM_OK;
}

static cim_status whole_report(cim_ctx *ctx, const import *im, cim_status outcome, cim_buf *out)
{
    cim__buf buf = cim__buf_on(ctx->mem);
    cim__json json = cim__json_on(&buf);
    uint64_t gap = 0;
    cim__json_open(&json, '{');
    cim__json_kv_text(&json, "city", im->path ? im->path : ":memory:");
    cim__json_kv_bool(&json, "committed", outcome >= 0);
    if (im->sink.epsg) cim__json_kv_int(&json, "epsg", im->sink.epsg);
    cim__json_kv_int(&json, "objects", (int64_t)im->result.objects);
    cim__json_kv_int(&json, "replaced", (int64_t)im->result.replaced);
    if (im->result.updated) cim__json_kv_int(&json, "updated", (int64_t)im->result.updated);
    cim__json_kv_int(&json, "relations", (int64_t)im->result.relations);
    cim__json_kv_int(&json, "relations_unresolved", (int64_t)im->result.relations_unresolved);
    cim__json_kv_int(&json, "geometry_repaired", (int64_t)im->sink.geometry_repaired);
    cim__json_kv_int(&json, "geometry_dropped", (int64_t)im->sink.geometry_dropped);
    cim__json_key(&json, "inputs");
    cim__json_open(&json, '[');
    for (size_t i = 0; i < im->count; i++) {
        put_input(&json, im, i, true);
        if (!im->failed[i]) gap += cim__report_unaccounted(&im->reports[i]);
    }
    cim__json_close(&json, ']');
    cim__json_kv_int(&json, "unaccounted", (int64_t)gap);
    cim__json_close(&json, '}');
    if (cim__buf_give(&buf, out)) return CIM_OK;
    cim__buf_free(&buf);
    return cim__nomem(ctx);
}

/* ---- the whole ---- */

typedef struct opening {
    import *im;
    cim__writer *writer;
} opening;

/* SpatiaLite and its metadata take some 20 ms: time enough while the inputs are read.  PROJ first, which readers will need sooner. */
static cim_status open_writer(cim_ctx *ctx, void *user)
{
    opening *o = user;
    const void *proj = NULL;
    CIM__TRY(cim__module_load(ctx, "proj", &proj));
    return cim__writer_begin(ctx, o->im->path, o->im->store, o->writer);
}

static void log_step(cim_ctx *ctx, const char *step, double *since_ms)
{
    double now = cim__now_ms();
    cim__log(ctx, CIM_LOG_INFO, "%s: %.1f ms", step, now - *since_ms);
    *since_ms = now;
}

/* The report of the input that a patch came from. */
static void tell_patch(const cim__patch *patch, cim__str gid, cim__patch_fate fate, const char *column, void *user)
{
    import *im = user;
    size_t i = 0;
    for (uint16_t taken = 0; i < im->count && (im->failed[i] || taken++ < patch->source); i++) continue;
    if (i == im->count) return;
    cim__report *report = &im->reports[i];
    unsigned long long row = patch->order;
    int n = (int)(gid.len < 100 ? gid.len : 100);
    if (fate == CIM__PATCH_NO_COLUMN) {
        cim__report_warn(report, patch->order, "%s: %s %llu: %.*s has no column %s", im->inputs[i], patch->kind, row, n, gid.ptr, column);
        return;
    }
    cim__report_fate(report, patch->kind, fate == CIM__PATCH_DONE ? CIM__STORED : CIM__SKIPPED, fate == CIM__PATCH_DONE ? "update" : "no object of that id", 1);
    if (fate == CIM__PATCH_NO_OBJECT) cim__report_warn(report, patch->order, "%s: %s %llu: there is no object %.*s to update", im->inputs[i], patch->kind, row, n, gid.ptr);
}

static cim_status read_all(cim_ctx *ctx, import *im)
{
    double since = cim__now_ms();
    CIM__TRY(all_inputs(ctx, im));
    log_step(ctx, "inputs read", &since);
    if (im->map) CIM__TRY(cim__gis_map_check(ctx, im->map));
    if (!im->sink.epsg) return cim__fail(ctx, CIM_EFORMAT, "%s%s: nothing in it has a place, so there is no city", im->inputs[0], im->count > 1 ? " and the others" : "");
    CIM__TRY(cim__patches_settle(ctx, &im->sink, tell_patch, im));
    return cim__place_parents(ctx, &im->sink);
}

static cim_status make_tables(cim_ctx *ctx, void *user)
{
    opening *o = user;
    return cim__writer_tables(ctx, o->writer, &o->im->sink);
}

static cim_status connect_and_number(cim_ctx *ctx, import *im, cim__plan *plan)
{
    double since = cim__now_ms();
    if (!(im->opts.flags & CIM_IMPORT_NO_RELATIONS)) CIM__TRY(cim__relate(ctx, &im->sink));
    log_step(ctx, "relations made", &since);
    CIM__TRY(cim__plan_new(ctx, &im->sink, plan));
    log_step(ctx, "numbers given", &since);
    return CIM_OK;
}

/* Relations and numbers; beside them the tables of a new file.  An existing one is still being read. */
static cim_status prepare(cim_ctx *ctx, import *im, cim__writer *writer, cim__plan *plan)
{
    opening o = { im, writer };
    cim__task task;
    if (im->store) return connect_and_number(ctx, im, plan);
    cim__task_start(ctx, &task, make_tables, &o);
    cim_status st = connect_and_number(ctx, im, plan), made = cim__task_join(ctx, &task);
    if (st < 0 || made >= 0) return st;
    cim__plan_free(plan);
    return made;
}

static cim_status adopt(cim_ctx *ctx, import *im, cim__writer *writer)
{
    cim__store *store = NULL;
    CIM__TRY(cim__writer_adopt(ctx, writer, &store));
    cim_status st = cim__store_city(ctx, store, im->city_out);
    if (st < 0) cim__store_close(store);
    return st;
}

static cim_status write_all(cim_ctx *ctx, import *im, cim__writer *writer)
{
    cim__plan plan;
    CIM__TRY(prepare(ctx, im, writer, &plan));
    double since = cim__now_ms();
    cim_status st = take_sources(ctx, im);
    if (st >= 0) st = cim__writer_put(ctx, writer, &plan, im->taken_sources, im->taken, im->opts.who, im->opts.why, &im->result);
    cim__plan_free(&plan);
    log_step(ctx, "rows written", &since);
    if (st >= 0 && im->wants_report) st = whole_report(ctx, im, CIM_OK, &im->report);
    if (st >= 0) st = im->path ? cim__writer_commit(ctx, writer) : adopt(ctx, im, writer);
    log_step(ctx, "committed", &since);
    return st;
}

static cim_status run(cim_ctx *ctx, import *im, const cim_import_options *given)
{
    cim__writer writer = { .mem = NULL };
    opening o = { im, &writer };
    cim__task task;
    CIM__TRY(take_options(ctx, im, given));
    CIM__TRY(set_up(ctx, im));
    cim__task_start(ctx, &task, open_writer, &o);
    cim_status st = read_all(ctx, im);
    cim_status opened = cim__task_join(ctx, &task);
    if (st >= 0) st = opened;
    if (st >= 0) st = write_all(ctx, im, &writer);
    cim__writer_abort(&writer);
    if (st < 0) return st;
    for (size_t i = 0; i < im->count; i++)
        if (im->failed[i] || im->partial[i]) st = CIM_DONE;
    return st;
}

static cim_status run_and_report(cim_ctx *ctx, import *im, const cim_import_options *opts, cim_buf *report_out)
{
    if (!im->inputs || !im->count || im->count > 60000) return cim__fail(ctx, CIM_EARG, "no inputs, or more than 60,000");
    im->wants_report = report_out != NULL;
    cim_status st = run(ctx, im, opts);
    if (report_out && st >= 0) {
        cim_buf_dispose(report_out);
        *report_out = im->report;
        im->report = (cim_buf)CIM_BUF_INIT;
    } else if (report_out && im->reports && st != CIM_ENOMEM) {
        char error[sizeof ctx->error];
        memcpy(error, ctx->error, sizeof error);
        (void)whole_report(ctx, im, st, report_out);
        memcpy(ctx->error, error, sizeof error);
    }
    cim_buf_dispose(&im->report);
    tear_down(ctx, im);
    return st;
}

cim_status cim_import(cim_ctx *ctx, const char *path, const char *const *inputs, size_t count, const cim_import_options *opts, cim_buf *report_out)
{
    import im = { .path = path, .inputs = inputs, .count = count };
    cim__enter(ctx);
    if (!path || !path[0]) return cim__fail(ctx, CIM_EARG, "no city file");
    return run_and_report(ctx, &im, opts, report_out);
}

cim_status cim_city_load(cim_ctx *ctx, const char *const *inputs, size_t count, const cim_import_options *opts, cim_city **city_out, cim_buf *report_out)
{
    cim_city *city = NULL;
    import im = { .city_out = &city, .inputs = inputs, .count = count };
    cim__enter(ctx);
    cim_status st = run_and_report(ctx, &im, opts, report_out);
    if (st < 0) cim_city_free(city);
    else *city_out = city;
    return st;
}
