/* imp_observations.c - SensorThings and NGSI-LD files as inputs of an import.
 *
 * Things that the city does not have become monitoring stations.  Streams and observations wait in a store in memory, some bytes each, until
 * objects have their numbers; then they go into the file with everything else of the import: all or nothing. */
#include "import/importer.h"
#include "import/sense/obs.h"

#include "sense/sense.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* What a thing is: an object that was there, or one of this import by its place in the sink. */
typedef struct target {
    uint32_t old, fresh;
    bool edge;
} target;

typedef struct staged {
    cim__mem *mem;
    cim_sense *sense;
    cim__buf targets; /* target; a staged stream's object is the place here + 1 */
} staged;

typedef struct importing {
    cim__job *job;
    staged *stage;
    cim__obs in;
    cim__batch batch;
    cim__gbuild geom;
    cim__buf attrs;
    size_t before, made; /* objects in the sink when this input began, of this input */
    cim__map heads;      /* gid hash -> place in the sink */
    bool has_heads;
} importing;

/* ---- into the file ---- */

static cim_status resolve(const cim__plan *plan, const staged *g, uint32_t object, uint32_t *id_out, bool *edge_out)
{
    *id_out = CIM_NONE;
    *edge_out = false;
    if (object == CIM_NONE || !object || object > CIM__COUNT(&g->targets, target)) return CIM_OK;
    const target *t = &CIM__AT(&g->targets, target, object - 1);
    *edge_out = t->edge;
    *id_out = t->fresh != CIM_NONE && t->fresh < cim__sink_count(plan->sink) ? cim__sink_head(plan->sink, t->fresh)->id : t->old;
    return CIM_OK;
}

/* Words of texts get the numbers that the file's dictionary gives them. */
static cim_status copy_values(cim_ctx *ctx, cim_sense *from, uint32_t a, cim_sense *to, uint32_t b)
{
    size_t count = 0;
    CIM__TRY(cim_sense_window(ctx, from, a, INT64_MIN, INT64_MAX, NULL, NULL, NULL, 0, &count));
    int64_t *times = cim__alloc_n(ctx->mem, count + 1, sizeof *times);
    double *values = cim__alloc_n(ctx->mem, count + 1, sizeof *values);
    uint8_t *qualities = cim__alloc_n(ctx->mem, count + 1, 1);
    cim_status st = times && values && qualities ? cim_sense_window(ctx, from, a, INT64_MIN, INT64_MAX, times, values, qualities, count, &count) : cim__nomem(ctx);
    bool texts = cim__sense_stream(from, a)->s.kind == CIM_STREAM_TEXT;
    for (size_t i = 0; i < count && st >= 0 && texts; i++)
        if (values[i] == values[i]) st = cim__stream_word(ctx, to, b, cim_sense_word(from, a, values[i]), &values[i]);
    if (st >= 0) st = cim_sense_append(ctx, to, b, times, values, qualities, count);
    cim__free(ctx->mem, times);
    cim__free(ctx->mem, values);
    cim__free(ctx->mem, qualities);
    return st;
}

static cim_status copy_stream(cim_ctx *ctx, const cim__plan *plan, const staged *g, uint32_t a, cim_sense *to)
{
    cim_stream s = cim__sense_stream(g->sense, a)->s;
    uint32_t b = 0;
    bool edge = false;
    CIM__TRY(resolve(plan, g, s.object, &s.object, &edge));
    s.edge = edge ? s.object : CIM_NONE;
    cim_status st = cim_sense_stream_put(ctx, to, &s, &b);
    return st < 0 ? st : copy_values(ctx, g->sense, a, to, b);
}

static cim_status bump(cim_ctx *ctx, cim__db *db, const char *key)
{
    int64_t version = 0;
    char text[24];
    cim_status st = cim__meta_int(ctx, db, key, &version);
    if (st < 0) return st;
    snprintf(text, sizeof text, "%lld", (long long)version + 1);
    return cim__meta_set(ctx, db, key, text);
}

static cim_status put(cim_ctx *ctx, cim__db *db, const cim__plan *plan, void *data)
{
    const staged *g = data;
    cim_sense *to = NULL;
    CIM__TRY(cim__sense_over(ctx, db, &to));
    cim_status st = CIM_OK;
    for (uint32_t i = 1; i <= cim__sense_streams(g->sense) && st >= 0; i++) st = copy_stream(ctx, plan, g, i, to);
    if (st >= 0) st = cim_sense_finish(ctx, to);
    cim_sense_free(to);
    if (st >= 0) st = bump(ctx, db, "observe_version");
    return st < 0 ? st : bump(ctx, db, "stream_version");
}

static void free_staged(void *data)
{
    staged *g = data;
    cim__mem *mem = g->mem;
    cim_sense_free(g->sense);
    cim__buf_free(&g->targets);
    cim__free(mem, g);
    cim__mem_unref(mem);
}

/* ---- things ---- */

static cim_status add_target(cim_ctx *ctx, importing *im, cim__thing_said *thing, target t)
{
    target *slot = CIM__PUSH(&im->stage->targets, target);
    if (!slot) return cim__nomem(ctx);
    *slot = t;
    thing->object = (uint32_t)CIM__COUNT(&im->stage->targets, target);
    thing->edge = CIM_NONE;
    return CIM_OK;
}

static cim_status index_heads(cim_ctx *ctx, importing *im)
{
    if (im->has_heads) return CIM_OK;
    for (size_t i = 0; i < im->before; i++)
        if (!cim__map_put(&im->heads, cim__sink_head(im->job->sink, i)->gid_hash, (uint32_t)i)) return cim__nomem(ctx);
    im->has_heads = true;
    return CIM_OK;
}

static double distance2(const cim_box *b, double x, double y)
{
    double dx = x < b->min_x ? b->min_x - x : x > b->max_x ? x - b->max_x : 0.0, dy = y < b->min_y ? b->min_y - y : y > b->max_y ? y - b->max_y : 0.0;
    return dx * dx + dy * dy;
}

/* An object of this import; of the segments of a way the one whose box is nearest. */
static bool find_new(importing *im, const char *gid, const cim__thing_said *thing, target *t)
{
    uint64_t hash = cim__gid_hash(cim__str_of(gid));
    uint32_t found = cim__map_get(&im->heads, hash);
    double best = (double)INFINITY;
    if (found == CIM_NONE) return false;
    for (size_t i = 0; i < im->before && cim__sink_head(im->job->sink, found)->part != CIM_NONE && !isnan(thing->x); i++) {
        const cim__head *h = cim__sink_head(im->job->sink, i);
        if (h->gid_hash != hash || distance2(&h->box, thing->x, thing->y) >= best) continue;
        best = distance2(&h->box, thing->x, thing->y);
        found = (uint32_t)i;
    }
    uint8_t layer = cim__sink_head(im->job->sink, found)->layer;
    *t = (target){ CIM_NONE, found, layer == CIM__L_ROAD || layer == CIM__L_RAILWAY || layer == CIM__L_WATERWAY || layer == CIM__L_UTILITY_LINE };
    return true;
}

static cim_status put_attrs(cim_ctx *ctx, importing *im, const cim__thing_said *thing)
{
    cim__json json = cim__json_on(&im->attrs);
    im->attrs.size = 0;
    cim__json_open(&json, '{');
    if (thing->description) cim__json_kv_text(&json, "description", thing->description);
    if (thing->kind) cim__json_kv_text(&json, "type", thing->kind);
    if (thing->properties != CIM_NONE) {
        cim__json_key(&json, "properties");
        cim__jput(&json, &im->in.tree, thing->properties);
    }
    cim__json_close(&json, '}');
    return im->attrs.failed ? cim__nomem(ctx) : CIM_OK;
}

static cim__class_id class_of(const cim__thing_said *thing)
{
    const char *k = thing->kind ? thing->kind : "";
    if (!strcmp(k, "Camera")) return CIM__C_Camera;
    if (!strncmp(k, "Weather", 7)) return CIM__C_WeatherStation;
    return CIM__C_MonitoringStation;
}

/* A new object. */
static cim_status make(cim_ctx *ctx, importing *im, cim__thing_said *thing)
{
    char gid[500];
    cim__value name = { .attr = CIM__A_NAME, .text = cim__str_of(thing->name) };
    cim_geom point;
    bool placed = !isnan(thing->x) && !isnan(thing->y);
    snprintf(gid, sizeof gid, "sta:%.480s", thing->gid);
    CIM__TRY(put_attrs(ctx, im, thing));
    cim__gbuild_begin(&im->geom, CIM_GEOM_POINT, 2);
    cim__gbuild_xy(&im->geom, placed ? thing->x : 0.0, placed ? thing->y : 0.0);
    cim__gbuild_ring(&im->geom);
    cim__gbuild_part(&im->geom);
    if (!cim__gbuild_ok(&im->geom)) return cim__nomem(ctx);
    point = cim__gbuild_view(&im->geom);
    cim__feature f = { .gid = cim__str_of(gid), .class_id = class_of(thing), .values = &name, .value_count = thing->name != NULL, .attrs = cim__buf_str(&im->attrs),
                       .plane = placed ? &point : NULL, .plane_valid = true };
    im->batch.srid = im->job->sink->epsg;
    CIM__TRY(cim__batch_add(ctx, &im->batch, &f));
    return add_target(ctx, im, thing, (target){ CIM_NONE, (uint32_t)(im->before + im->made++), false });
}

static cim_status on_thing(cim_ctx *ctx, cim__obs *in, cim__thing_said *thing, void *user)
{
    importing *im = user;
    target t = { CIM_NONE, CIM_NONE, false };
    CIM__TRY(index_heads(ctx, im));
    for (size_t i = 0;; i++) {
        char gid[400];
        if (!cim__obs_candidate(in, thing, i, gid)) break;
        if (find_new(im, gid, thing, &t)) return add_target(ctx, im, thing, t);
    }
    if (in->o.city) CIM__TRY(cim__obs_look_everywhere(ctx, in, thing));
    if (thing->object != CIM_NONE) return add_target(ctx, im, thing, (target){ thing->object, CIM_NONE, thing->edge != CIM_NONE });
    return make(ctx, im, thing);
}

static cim_status choose_system(cim_ctx *ctx, cim__obs *in, double lon_deg, double lat_deg)
{
    importing *im = in->thing_user;
    CIM__TRY(cim__job_transform(ctx, im->job, 4326, lon_deg, lat_deg, &in->to_city));
    in->epsg = im->job->sink->epsg;
    return CIM_OK;
}

/* ---- the run ---- */

static cim_status read_all(cim_ctx *ctx, importing *im)
{
    cim__transform *t = NULL;
    CIM__TRY(cim__obs_begin(ctx, &im->in));
    CIM__TRY(cim__obs_read_document(ctx, &im->in, im->job->input));
    if (!im->job->sink->epsg) CIM__TRY(cim__job_transform(ctx, im->job, 0, 0.0, 0.0, &t));
    cim__transform_free(t);
    im->batch.srid = im->job->sink->epsg;
    return cim__sink_take(ctx, im->job->sink, &im->batch, im->job->source_number);
}

static cim_status new_stage(cim_ctx *ctx, staged **stage_out)
{
    staged *g = cim__zalloc(ctx->mem, sizeof *g);
    if (!g) return cim__nomem(ctx);
    g->mem = cim__mem_ref(ctx->mem);
    g->targets = cim__buf_on(g->mem);
    cim_status st = cim_sense_open(ctx, NULL, NULL, &g->sense);
    if (st < 0) free_staged(g);
    else *stage_out = g;
    return st;
}

static cim_status run(cim_ctx *ctx, cim__job *job)
{
    importing *im = cim__zalloc(ctx->mem, sizeof *im);
    if (!im) return cim__nomem(ctx);
    im->job = job;
    im->before = cim__sink_count(job->sink);
    im->attrs = cim__buf_on(ctx->mem);
    cim__map_init(&im->heads, ctx->mem);
    cim__gbuild_init(&im->geom, ctx->mem);
    cim__batch_init(&im->batch, ctx->mem, job->sink->epsg);
    cim_status st = new_stage(ctx, &im->stage);
    if (st >= 0) {
        im->in = (cim__obs){ .sense = im->stage->sense, .o = CIM_INGEST_OPTIONS_INIT, .name = cim__input_path(job->input), .report = job->report };
        im->in.o.city = job->sink->city;
        im->in.o.max_depth = job->opts->max_depth;
        im->in.o.max_bytes = job->opts->max_bytes;
        im->in.thing = on_thing;
        im->in.system = choose_system;
        im->in.thing_user = im;
        im->in.epsg = job->sink->epsg;
        st = read_all(ctx, im);
        cim__obs_end(ctx, &im->in);
        if (st >= 0) st = cim__sink_extra(ctx, job->sink, put, free_staged, im->stage);
        if (st < 0) free_staged(im->stage);
    }
    cim__buf_free(&im->attrs);
    cim__map_free(&im->heads);
    cim__gbuild_free(&im->geom);
    cim__batch_free(&im->batch);
    cim__free(ctx->mem, im);
    return st;
}

static int probe(cim__str head)
{
    const char *format = cim__obs_format(head);
    return format && (!strcmp(format, "sensorthings") || !strcmp(format, "ngsi-ld")) ? 80 : 0;
}

const cim__importer cim__importer_observations = { "observations", "SensorThings and NGSI-LD", probe, run };
