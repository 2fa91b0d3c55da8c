/* coverage.c - rows: what each sensor covers.
 *
 * A row is made in three steps: the targets within reach from an index, those that the sensor's model and the masks let pass, then sight lines
 * to all of these in one fan.  A changed scene asks the third step of those pairs only whose line passes over a place that differs; the
 * others were covered before exactly if they are covered now. */
#include "core/par.h"
#include "sensor/sensor.h"

#include <stdlib.h>

void cim_cover_free(cim_cover *c)
{
    if (!c) return;
    cim__mem *mem = c->mem;
    for (uint32_t s = 0; c->rows && s < c->sensor_count; s++) cim__buf_free(&c->rows[s]);
    void *arrays[] = { c->rows, c->sensors, c->first, c->entry_target, c->entry_quality, c->folds, c->best, c->best_sensor, c->own, c->unique, c->terrain_m };
    for (size_t i = 0; i < sizeof arrays / sizeof *arrays; i++) cim__free(mem, arrays[i]);
    cim__buf_free(&c->masked);
    cim__buf_free(&c->violations);
    cim__gbuild_free(&c->keep_out);
    cim__gbuild_free(&c->privacy);
    cim_index_free(c->index);
    cim_targets_free(c->targets);
    cim_sight_scene_free(c->scene);
    cim__free(mem, c);
    cim__mem_unref(mem);
}

/* ---- making ---- */

static cim_status empty(cim_ctx *ctx, cim_sight_scene *scene, const cim_sensor *sensors, size_t count, cim_targets *targets, cim_cover **c_out)
{
    if (count && !sensors) return cim__fail(ctx, CIM_EARG, "no sensors");
    if (count > 0x3ffffff) return cim__fail(ctx, CIM_ELIMIT, "%zu sensors are too many", count);
    if (!targets) return cim__fail(ctx, CIM_EARG, "no targets");
    cim_cover *c = cim__zalloc(ctx->mem, sizeof *c);
    if (!c) return cim__nomem(ctx);
    c->mem = cim__mem_ref(ctx->mem);
    c->masked = cim__buf_on(c->mem), c->violations = cim__buf_on(c->mem);
    cim__gbuild_init(&c->keep_out, c->mem);
    cim__gbuild_init(&c->privacy, c->mem);
    c->scene = scene ? cim_sight_scene_ref(scene) : NULL;
    c->targets = targets;
    atomic_fetch_add(&targets->refs, 1);
    atomic_store(&targets->sealed, true);
    c->sensor_count = (uint32_t)count;
    c->sensors = cim__alloc_n(c->mem, count + 1, sizeof *c->sensors);
    c->rows = cim__alloc_n(c->mem, count + 1, sizeof *c->rows);
    for (size_t i = 0; c->rows && i < count; i++) c->rows[i] = cim__buf_on(c->mem);
    if (c->sensors && count) memcpy(c->sensors, sensors, count * sizeof *sensors);
    *c_out = c;
    return c->sensors && c->rows ? CIM_OK : cim__nomem(ctx);
}

static cim_status make_index(cim_ctx *ctx, cim_cover *c)
{
    size_t n = c->targets->kind.size;
    const double *xyz = (const double *)(const void *)c->targets->xyz.data;
    cim_box *boxes = cim__alloc_n(ctx->mem, n + 1, sizeof *boxes);
    if (!boxes) return cim__nomem(ctx);
    for (size_t i = 0; i < n; i++) boxes[i] = (cim_box){ xyz[3 * i], xyz[3 * i + 1], xyz[3 * i], xyz[3 * i + 1] };
    cim_status st = n ? cim_index_build(ctx, boxes, n, NULL, &c->index) : CIM_OK;
    cim__free(ctx->mem, boxes);
    return st;
}

static cim_status take_area(cim_ctx *ctx, const cim_geom *g, const char *what, cim__gbuild *to)
{
    if (cim__geom_base(g->type) != CIM_GEOM_POLYGON || !g->vertex_count || !g->coords || !g->ring_end || !g->part_end || !cim__geom_finite(g))
        return cim__fail(ctx, CIM_EFORMAT, "the %s area is no polygon", what);
    cim__gbuild_begin(to, CIM_GEOM_MULTIPOLYGON, 2);
    cim__gbuild_append(to, g);
    return cim__gbuild_ok(to) ? CIM_OK : cim__nomem(ctx);
}

static cim_status mark_masked(cim_ctx *ctx, cim_cover *c)
{
    size_t n = c->targets->kind.size;
    const double *xyz = (const double *)(const void *)c->targets->xyz.data;
    cim_geom area = cim__gbuild_view(&c->privacy);
    cim_box box = cim__geom_box(&area);
    uint8_t *marks = cim__buf_extend(&c->masked, n + 1);
    if (!marks) return cim__nomem(ctx);
    for (size_t i = 0; i < n; i++) {
        double x = xyz[3 * i], y = xyz[3 * i + 1];
        marks[i] = x >= box.min_x && x <= box.max_x && y >= box.min_y && y <= box.max_y && cim__point_in_polygon(&area, x, y) != CIM__OUTSIDE;
    }
    return CIM_OK;
}

static cim_status take_terrain(cim_ctx *ctx, const cim_sight_raster *raster, cim_cover *c)
{
    CIM__TRY(cim__opts(ctx, &c->terrain, sizeof c->terrain, raster, "cim_sight_raster"));
    size_t n = (size_t)c->terrain.columns * c->terrain.rows;
    if (c->terrain.columns < 2 || c->terrain.rows < 2 || n > 0x7fffffff || !c->terrain.height_m) return cim__fail(ctx, CIM_EARG, "a terrain without heights");
    if (!(fabs(c->terrain.step_x_m) >= 1e-6 && fabs(c->terrain.step_y_m) >= 1e-6)) return cim__fail(ctx, CIM_EARG, "the steps of the terrain are absurd");
    c->terrain_m = cim__alloc_n(c->mem, n, sizeof *c->terrain_m);
    if (!c->terrain_m) return cim__nomem(ctx);
    memcpy(c->terrain_m, c->terrain.height_m, n * sizeof *c->terrain_m);
    c->terrain.height_m = c->terrain_m;
    return CIM_OK;
}

static cim_status sensors_ok(cim_ctx *ctx, const cim_cover *c)
{
    for (uint32_t i = 0; i < c->sensor_count; i++) {
        CIM__TRY(cim__sensor_ok(ctx, &c->sensors[i], i));
        if (c->sensors[i].kind == CIM_SENSOR_RADIO && c->sensors[i].model == CIM_SENSOR_TERRAIN && !c->terrain_m)
            return cim__fail(ctx, CIM_EARG, "sensor %u: radio over terrain, and no terrain", i);
    }
    return CIM_OK;
}

/* ---- one row ---- */

typedef struct working {
    cim_cover *c;
    const cim_cover *old; /* a change: rows of before */
    const cim_box *boxes;    /* what differs */
    size_t box_count;
    uint32_t first;          /* the first sensor to be made */
    cim_sight_query *queries[CIM__WORKERS];
    atomic_ullong masked, tested;
} working;

typedef struct rowing {
    cim__model m;
    const double *xyz, *normal;
    cim__buf ids, picked, points, seen, heights; /* targets in reach; cim__entry that pass; their points; answers */
} rowing;

/* The loss over the terrain between sensor and target; not a number where it is not known. */
static double over_terrain(cim_ctx *ctx, const working *w, rowing *r, const double to[3])
{
    const cim_sensor *s = r->m.s;
    const cim_sight_raster *t = &w->c->terrain;
    double step = fmin(fabs(t->step_x_m), fabs(t->step_y_m)), length = hypot(to[0] - s->x, to[1] - s->y);
    double pieces = fmin(ceil(length / step), 20000.0);
    size_t n = pieces < 2.0 ? 2 : (size_t)pieces;
    r->heights.size = 0;
    double *z = cim__buf_extend(&r->heights, (n + 1) * sizeof *z);
    if (!z || !(length > 0.0)) return NAN;
    for (size_t i = 0; i <= n; i++) {
        double k = (double)i / (double)n, u = (s->x + k * (to[0] - s->x) - t->x) / t->step_x_m, v = (s->y + k * (to[1] - s->y) - t->y) / t->step_y_m;
        if (!(u >= 0.0 && v >= 0.0 && u <= t->columns - 1.0 && v <= t->rows - 1.0)) return NAN;
        size_t c = (size_t)fmin(floor(u), t->columns - 2.0), row = (size_t)fmin(floor(v), t->rows - 2.0);
        double fu = u - (double)c, fv = v - (double)row;
        const float *h = w->c->terrain_m + row * t->columns + c, *below = h + t->columns;
        z[i] = (1.0 - fv) * ((1.0 - fu) * (double)h[0] + fu * (double)h[1]) + fv * ((1.0 - fu) * (double)below[0] + fu * (double)below[1]);
    }
    cim_radio_link link = CIM_RADIO_LINK_INIT;
    cim_radio_loss loss = { .struct_size = sizeof loss };
    link.frequency_mhz = s->frequency_mhz, link.situation_percent = s->location_percent;
    link.tx_height_m = fmax(0.5, s->z - z[0]), link.rx_height_m = fmax(0.5, s->rx_height_m);
    return cim_radio_terrain(ctx, &link, z, n + 1, length / (double)n, &loss) < 0 ? NAN : loss.loss_db;
}

/* A row needs the answer of sight for radio in streets, too, but is not decided by it. */
static bool either_way(const cim_sensor *s) { return s->kind == CIM_SENSOR_RADIO && s->model == CIM_SENSOR_STREET; }

static bool front_of(const rowing *r, uint32_t t)
{
    const double *n = r->normal + 2 * (size_t)t, *p = r->xyz + 3 * (size_t)t;
    return (n[0] == 0.0 && n[1] == 0.0) || (r->m.s->x - p[0]) * n[0] + (r->m.s->y - p[1]) * n[1] > 0.0;
}

static cim_status pick(cim_ctx *ctx, working *w, rowing *r)
{
    const cim_sensor *s = r->m.s;
    const uint32_t *ids = (const uint32_t *)(const void *)r->ids.data;
    bool terrain = s->kind == CIM_SENSOR_RADIO && s->model == CIM_SENSOR_TERRAIN, front = s->kind == CIM_SENSOR_CAMERA || s->kind == CIM_SENSOR_RANGE;
    for (size_t i = 0; i < CIM__COUNT(&r->ids, uint32_t); i++) {
        const double *p = r->xyz + 3 * (size_t)ids[i];
        if (front && !front_of(r, ids[i])) continue;
        double loss = terrain ? over_terrain(ctx, w, r, p) : NAN, q = cim__model_quality(&r->m, p, true, loss);
        if (isnan(q) && !either_way(s)) continue;
        if (isnan(q) && isnan(cim__model_quality(&r->m, p, false, loss))) continue;
        if (s->kind == CIM_SENSOR_CAMERA && w->c->masked.size && w->c->masked.data[ids[i]]) {
            atomic_fetch_add_explicit(&w->masked, 1, memory_order_relaxed);
            continue;
        }
        cim__entry *e = CIM__PUSH(&r->picked, cim__entry);
        if (!e) return cim__nomem(ctx);
        *e = (cim__entry){ ids[i], (float)q };
        if (i % 4096 == 0) CIM__TRY(cim__tick(ctx, i, r->ids.size / 4, "coverage"));
    }
    return r->heights.failed ? cim__nomem(ctx) : CIM_OK;
}

static int by_number(const void *a, const void *b)
{
    uint32_t x, y;
    memcpy(&x, a, sizeof x);
    memcpy(&y, b, sizeof y);
    return x < y ? -1 : x > y;
}

static cim_status in_reach(cim_ctx *ctx, const cim_cover *c, rowing *r)
{
    size_t count = 0;
    double d = r->m.reach, x = r->m.s->x, y = r->m.s->y;
    cim_probe probe = cim_probe_box(&(cim_box){ x - d, y - d, x + d, y + d });
    if (!c->index) return CIM_OK;
    CIM__TRY(cim_index_query(ctx, c->index, &probe, NULL, 0, &count));
    uint32_t *ids = cim__buf_extend(&r->ids, count * sizeof *ids + 4);
    if (!ids) return cim__nomem(ctx);
    r->ids.size = count * sizeof *ids;
    CIM__TRY(cim_index_query(ctx, c->index, &probe, ids, count, &count));
    if (count) qsort(ids, count, sizeof *ids, by_number);
    return CIM_OK;
}

/* Does the line from the sensor pass over a box?  Slabs, as for boxes in ray tracing; a line that only touches does. */
static bool passes(const double *p, const cim_sensor *s, const cim_box *b)
{
    double t0 = 0.0, t1 = 1.0, from[2] = { s->x, s->y }, low[2] = { b->min_x, b->min_y }, high[2] = { b->max_x, b->max_y };
    for (int k = 0; k < 2; k++) {
        double d = p[k] - from[k], margin = 1e-6;
        if (d == 0.0) {
            if (from[k] < low[k] - margin || from[k] > high[k] + margin) return false;
            continue;
        }
        double u = (low[k] - margin - from[k]) / d, v = (high[k] + margin - from[k]) / d;
        t0 = fmax(t0, fmin(u, v)), t1 = fmin(t1, fmax(u, v));
    }
    return t0 <= t1;
}

static bool must_test(const working *w, const rowing *r, uint32_t target)
{
    if (!w->old) return true;
    for (size_t i = 0; i < w->box_count; i++)
        if (passes(r->xyz + 3 * (size_t)target, r->m.s, &w->boxes[i])) return true;
    return false;
}

/* Was the target in this row before, with the quality of sight or without?  Rows are ascending. */
static const cim__entry *before(const cim__buf *row, uint32_t target)
{
    size_t lo = 0, hi = CIM__COUNT(row, cim__entry);
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (CIM__AT(row, cim__entry, mid).target < target) lo = mid + 1;
        else hi = mid;
    }
    const cim__entry *e = lo < CIM__COUNT(row, cim__entry) ? &CIM__AT(row, cim__entry, lo) : NULL;
    return e && e->target == target ? e : NULL;
}

/* Sight lines for the picked, in one fan; then what is covered goes to the row. */
static cim_status look(cim_ctx *ctx, working *w, uint32_t worker, uint32_t sensor, rowing *r)
{
    const cim_sensor *s = r->m.s;
    const cim__buf *old = w->old ? &w->old->rows[sensor] : NULL;
    double from[3] = { s->x, s->y, s->z };
    size_t count = CIM__COUNT(&r->picked, cim__entry), asked = 0;
    bool sight = r->m.hides && w->c->scene;
    cim__entry *picked = (cim__entry *)(void *)r->picked.data;
    for (size_t i = 0; i < count && sight; i++)
        if (must_test(w, r, picked[i].target)) cim__buf_put(&r->points, r->xyz + 3 * (size_t)picked[i].target, 3 * sizeof(double)), asked++;
    uint8_t *seen = cim__buf_extend(&r->seen, asked + 1);
    if (r->points.failed || !seen) return cim__nomem(ctx);
    if (asked && !w->queries[worker]) CIM__TRY(cim_sight_query_new(ctx, w->c->scene, &w->queries[worker]));
    if (asked) CIM__TRY(cim_sight_fan(ctx, w->queries[worker], from, (const double *)(const void *)r->points.data, asked, seen));
    atomic_fetch_add_explicit(&w->tested, asked, memory_order_relaxed);
    cim__buf *row = &w->c->rows[sensor];
    size_t at = 0;
    for (size_t i = 0; i < count; i++) {
        cim__entry e = picked[i];
        if (sight && old && !must_test(w, r, e.target)) {
            const cim__entry *was = before(old, e.target);
            if (was) cim__buf_put(row, was, sizeof *was);
            continue;
        }
        bool visible = !sight || seen[at++];
        if (!visible && !either_way(s)) continue;
        if (!visible || isnan(e.quality)) e.quality = (float)cim__model_quality(&r->m, r->xyz + 3 * (size_t)e.target, visible, NAN);
        if (!isnan(e.quality)) cim__buf_put(row, &e, sizeof e);
    }
    return row->failed ? cim__nomem(ctx) : CIM_OK;
}

static cim_status make_row(cim_ctx *ctx, uint32_t worker, size_t item, void *user)
{
    working *w = user;
    uint32_t sensor = w->first + (uint32_t)item;
    rowing r = { .xyz = (const double *)(const void *)w->c->targets->xyz.data, .normal = (const double *)(const void *)w->c->targets->normal.data };
    cim__buf *buffers[] = { &r.ids, &r.picked, &r.points, &r.seen, &r.heights };
    for (size_t i = 0; i < sizeof buffers / sizeof *buffers; i++) *buffers[i] = cim__buf_on(ctx->mem);
    cim__model_of(&w->c->sensors[sensor], &r.m);
    cim_status st = in_reach(ctx, w->c, &r);
    if (st >= 0) st = pick(ctx, w, &r);
    if (st >= 0) st = look(ctx, w, worker, sensor, &r);
    for (size_t i = 0; i < sizeof buffers / sizeof *buffers; i++) cim__buf_free(buffers[i]);
    return st;
}

static cim_status make_rows(cim_ctx *ctx, working *w)
{
    size_t count = w->c->sensor_count - w->first;
    cim_status st = count ? cim__par_run(ctx, count, "coverage", make_row, w) : CIM_OK;
    for (int i = 0; i < CIM__WORKERS; i++) cim_sight_query_free(w->queries[i]);
    w->c->view.masked_count += atomic_load(&w->masked);
    w->c->view.tested_count = atomic_load(&w->tested);
    return st;
}

/* ---- the whole ---- */

static cim_status finish(cim_ctx *ctx, cim_cover *c, cim_status st, cim_cover **coverage_out)
{
    if (st >= 0) st = cim__coverage_sum(ctx, c);
    if (st < 0) cim_cover_free(c);
    else *coverage_out = c;
    return st;
}

cim_status cim_cover_build(cim_ctx *ctx, cim_sight_scene *scene, const cim_sensor *sensors, size_t sensor_count, cim_targets *targets,
                              const cim_cover_options *options, cim_cover **coverage_out)
{
    cim_cover_options o = CIM_COVER_OPTIONS_INIT;
    cim_cover *c = NULL;
    cim__enter(ctx);
    if (!coverage_out) return cim__fail(ctx, CIM_EARG, "no place for the coverage");
    CIM__TRY(cim__opts(ctx, &o, sizeof o, options, "cim_cover_options"));
    cim_status st = empty(ctx, scene, sensors, sensor_count, targets, &c);
    if (st >= 0 && o.terrain) st = take_terrain(ctx, o.terrain, c);
    if (st >= 0) st = sensors_ok(ctx, c);
    if (st >= 0 && o.keep_out) st = take_area(ctx, o.keep_out, "keep-out", &c->keep_out), c->has_keep_out = true;
    if (st >= 0 && o.privacy) st = take_area(ctx, o.privacy, "privacy", &c->privacy), c->has_privacy = true;
    if (st >= 0 && c->has_privacy) st = mark_masked(ctx, c);
    if (st >= 0) st = make_index(ctx, c);
    working w = { .c = c };
    if (st >= 0) st = make_rows(ctx, &w);
    return finish(ctx, c, st, coverage_out);
}

/* Masks, terrain and the index of another. */
static cim_status inherit(cim_ctx *ctx, const cim_cover *from, cim_cover *c)
{
    cim_geom keep_out = cim__gbuild_view(&from->keep_out), privacy = cim__gbuild_view(&from->privacy);
    if (from->terrain_m) CIM__TRY(take_terrain(ctx, &from->terrain, c));
    c->has_keep_out = from->has_keep_out, c->has_privacy = from->has_privacy;
    if (c->has_keep_out) CIM__TRY(take_area(ctx, &keep_out, "keep-out", &c->keep_out));
    if (c->has_privacy) CIM__TRY(take_area(ctx, &privacy, "privacy", &c->privacy));
    cim__buf_put(&c->masked, from->masked.data, from->masked.size);
    c->index = from->index ? cim_index_ref(from->index) : NULL;
    return c->masked.failed ? cim__nomem(ctx) : sensors_ok(ctx, c);
}

cim_status cim_cover_add(cim_ctx *ctx, const cim_cover *old, const cim_sensor *sensors, size_t sensor_count, cim_cover **coverage_out)
{
    cim_cover *c = NULL;
    cim__enter(ctx);
    if (!old || !coverage_out || (sensor_count && !sensors)) return cim__fail(ctx, CIM_EARG, "no coverage, no sensors or no place for the answer");
    size_t have = old->sensor_count, count = have + sensor_count;
    cim_sensor *all = count > 0x3ffffff ? NULL : cim__alloc_n(ctx->mem, count + 1, sizeof *all);
    if (!all) return count > 0x3ffffff ? cim__fail(ctx, CIM_ELIMIT, "%zu sensors are too many", count) : cim__nomem(ctx);
    if (have) memcpy(all, old->sensors, have * sizeof *all);
    if (sensor_count) memcpy(all + have, sensors, sensor_count * sizeof *all);
    cim_status st = empty(ctx, old->scene, all, count, old->targets, &c);
    cim__free(ctx->mem, all);
    if (st >= 0) st = inherit(ctx, old, c);
    for (size_t i = 0; i < have && st >= 0; i++) {
        cim__buf_put(&c->rows[i], old->rows[i].data, old->rows[i].size);
        if (c->rows[i].failed) st = cim__nomem(ctx);
    }
    working w = { .c = c, .first = (uint32_t)have };
    if (c) c->view.masked_count = old->view.masked_count;
    if (st >= 0) st = make_rows(ctx, &w);
    return finish(ctx, c, st, coverage_out);
}

cim_status cim_cover_change(cim_ctx *ctx, const cim_cover *old, cim_sight_scene *scene, const cim_box *boxes, size_t box_count,
                               cim_cover **coverage_out)
{
    cim_cover *c = NULL;
    cim__enter(ctx);
    if (!old || !coverage_out || (box_count && !boxes)) return cim__fail(ctx, CIM_EARG, "no coverage, no boxes or no place for the answer");
    for (size_t i = 0; i < box_count; i++)
        if (!(boxes[i].min_x <= boxes[i].max_x && boxes[i].min_y <= boxes[i].max_y)) return cim__fail(ctx, CIM_EARG, "box %zu is none", i);
    if (!old->scene != !scene) return cim__fail(ctx, CIM_EARG, "a scene where there was none, or none where there was one");
    cim_status st = empty(ctx, scene, old->sensors, old->sensor_count, old->targets, &c);
    if (st >= 0) st = inherit(ctx, old, c);
    working w = { .c = c, .old = old, .boxes = boxes, .box_count = box_count };
    if (st >= 0) st = make_rows(ctx, &w);
    return finish(ctx, c, st, coverage_out);
}

cim_status cim_cover_get(cim_ctx *ctx, const cim_cover *coverage, cim_cover_view *view_out)
{
    cim__enter(ctx);
    if (!coverage || !view_out) return cim__fail(ctx, CIM_EARG, "no coverage, or no place for its view");
    cim_cover_view v = coverage->view;
    return cim__view_copy(ctx, view_out, &v, sizeof v);
}
