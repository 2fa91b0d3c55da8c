/* sums.c - what follows from rows: folds, classes, what each sensor adds, stretches and cells, cameras that see what they must not. */
#include "geom/dissolve.h"
#include "geom/geos.h"
#include "sensor/sensor.h"

static cim_status flatten(cim_ctx *ctx, cim_cover *c)
{
    size_t sum = 0, n = c->targets->kind.size;
    c->first = cim__alloc_n(c->mem, (size_t)c->sensor_count + 1, sizeof *c->first);
    if (!c->first) return cim__nomem(ctx);
    for (uint32_t s = 0; s <= c->sensor_count; s++) {
        c->first[s] = sum;
        if (s < c->sensor_count) sum += CIM__COUNT(&c->rows[s], cim__entry);
    }
    c->entry_target = cim__alloc_n(c->mem, sum + 1, sizeof *c->entry_target);
    c->entry_quality = cim__alloc_n(c->mem, sum + 1, sizeof *c->entry_quality);
    c->folds = cim__zalloc_n(c->mem, n + 1, sizeof *c->folds);
    c->best = cim__alloc_n(c->mem, n + 1, sizeof *c->best);
    c->best_sensor = cim__alloc_n(c->mem, n + 1, sizeof *c->best_sensor);
    c->own = cim__zalloc_n(c->mem, (size_t)c->sensor_count + 1, sizeof *c->own);
    c->unique = cim__zalloc_n(c->mem, (size_t)c->sensor_count + 1, sizeof *c->unique);
    if (!c->entry_target || !c->entry_quality || !c->folds || !c->best || !c->best_sensor || !c->own || !c->unique) return cim__nomem(ctx);
    for (size_t t = 0; t < n; t++) c->best[t] = NAN, c->best_sensor[t] = CIM_NONE;
    return CIM_OK;
}

static void take_entry(cim_cover *c, uint32_t sensor, const cim__entry *e, uint8_t *classes)
{
    uint32_t t = e->target;
    if (c->folds[t] < UINT16_MAX) c->folds[t]++;
    if (!(c->best[t] >= e->quality)) c->best[t] = e->quality, c->best_sensor[t] = sensor;
    if (c->sensors[sensor].kind != CIM_SENSOR_CAMERA) return;
    int32_t class = cim_sensor_class((double)e->quality);
    if (class > classes[t]) classes[t] = (uint8_t)class;
}

static void weigh(cim_cover *c, const uint8_t *classes)
{
    const double *weight = (const double *)(const void *)c->targets->weight.data;
    cim_cover_view *v = &c->view;
    for (size_t t = 0; t < c->targets->kind.size; t++) {
        int fold = c->folds[t] < CIM_COVER_FOLDS - 1 ? c->folds[t] : CIM_COVER_FOLDS - 1;
        v->weight += weight[t];
        if (fold) v->covered_weight += weight[t];
        v->fold_weight[fold] += weight[t], v->fold_count[fold]++;
        v->class_weight[classes[t]] += weight[t], v->class_count[classes[t]]++;
    }
    for (uint32_t s = 0; s < c->sensor_count; s++)
        for (uint64_t i = c->first[s]; i < c->first[s + 1]; i++) {
            uint32_t t = c->entry_target[i];
            c->own[s] += weight[t];
            if (c->folds[t] == 1) c->unique[s] += weight[t];
        }
}

/* ---- cameras and keep-out areas ---- */

typedef struct checking {
    cim__geos *geos;
    cim_sight_query *query;
    cim__buf ring;
    cim__gbuild field, valid;
} checking;

static cim_status check_camera(cim_ctx *ctx, cim_cover *c, checking *k, uint32_t sensor, const cim_geom *keep_out)
{
    double area = 0.0, common = 0.0;
    k->ring.size = 0;
    CIM__TRY(cim__sensor_outline(ctx, k->query, &c->sensors[sensor], &k->ring, &area));
    if (!(area > 0.0)) return CIM_OK;
    cim__gbuild_begin(&k->field, CIM_GEOM_MULTIPOLYGON, 2);
    for (size_t i = 0; i < k->ring.size / (2 * sizeof(double)); i++)
        cim__gbuild_xy(&k->field, CIM__AT(&k->ring, double, 2 * i), CIM__AT(&k->ring, double, 2 * i + 1));
    cim__gbuild_close(&k->field);
    cim__gbuild_part(&k->field);
    if (!cim__gbuild_ok(&k->field)) return cim__nomem(ctx);
    cim_geom raw = cim__gbuild_view(&k->field);
    CIM__TRY(cim__geos_make_valid(ctx, k->geos, &raw, &k->valid));
    cim_geom field = cim__gbuild_view(&k->valid);
    if (field.vertex_count) CIM__TRY(cim__geos_common_area(ctx, k->geos, &field, keep_out, &common));
    if (!(common > 1e-6)) return CIM_OK;
    cim_cover_violation *v = CIM__PUSH(&c->violations, cim_cover_violation);
    if (!v) return cim__nomem(ctx);
    *v = (cim_cover_violation){ sensor, 0, common };
    return CIM_OK;
}

static cim_status check_keep_out(cim_ctx *ctx, cim_cover *c)
{
    checking k = { .ring = cim__buf_on(ctx->mem) };
    cim__gbuild_init(&k.field, ctx->mem);
    cim__gbuild_init(&k.valid, ctx->mem);
    cim_geom keep_out = cim__gbuild_view(&c->keep_out);
    cim_status st = cim__geos_new(ctx, &k.geos);
    if (st >= 0 && c->scene) st = cim_sight_query_new(ctx, c->scene, &k.query);
    for (uint32_t s = 0; s < c->sensor_count && st >= 0; s++)
        if (c->sensors[s].kind == CIM_SENSOR_CAMERA) st = check_camera(ctx, c, &k, s, &keep_out);
    cim__buf_free(&k.ring);
    cim__gbuild_free(&k.field);
    cim__gbuild_free(&k.valid);
    cim_sight_query_free(k.query);
    cim__geos_free(k.geos);
    return st;
}

cim_status cim__coverage_sum(cim_ctx *ctx, cim_cover *c)
{
    CIM__TRY(flatten(ctx, c));
    uint8_t *classes = cim__zalloc_n(ctx->mem, c->targets->kind.size + 1, 1);
    if (!classes) return cim__nomem(ctx);
    size_t at = 0;
    for (uint32_t s = 0; s < c->sensor_count; s++) {
        for (size_t i = 0; i < CIM__COUNT(&c->rows[s], cim__entry); i++, at++) {
            const cim__entry *e = &CIM__AT(&c->rows[s], cim__entry, i);
            c->entry_target[at] = e->target, c->entry_quality[at] = e->quality;
            take_entry(c, s, e, classes);
        }
    }
    weigh(c, classes);
    cim__free(ctx->mem, classes);
    if (c->has_keep_out) CIM__TRY(check_keep_out(ctx, c));
    cim_cover_view *v = &c->view;
    v->sensor_count = c->sensor_count, v->target_count = (uint32_t)c->targets->kind.size;
    v->first = c->first, v->targets = c->entry_target, v->quality = c->entry_quality;
    v->weights = (const double *)(const void *)c->targets->weight.data;
    v->folds = c->folds, v->best = c->best, v->best_sensor = c->best_sensor, v->own_weight = c->own, v->unique_weight = c->unique;
    v->violations = (const cim_cover_violation *)(const void *)c->violations.data;
    v->violation_count = (uint32_t)CIM__COUNT(&c->violations, cim_cover_violation);
    return CIM_OK;
}

/* ---- stretches ---- */

/* The piece that begins at target t: targets of one place, such as the rows of a wall. */
static uint32_t piece_end(const cim_targets *g, uint32_t t)
{
    const double *extent = (const double *)(const void *)g->extent.data;
    const uint32_t *object = (const uint32_t *)(const void *)g->object.data;
    uint32_t end = t + 1;
    while (end < g->kind.size && g->kind.data[end] == g->kind.data[t] && object[end] == object[t] && extent[2 * (size_t)end] == extent[2 * (size_t)t]) end++;
    return end;
}

static uint32_t least_fold(const cim_cover *c, uint32_t from, uint32_t to)
{
    uint32_t least = c->folds[from];
    for (uint32_t t = from; t < to; t++) least = c->folds[t] < least ? c->folds[t] : least;
    return least;
}

cim_status cim_cover_spans(cim_ctx *ctx, const cim_cover *c, int32_t kind, uint32_t least, uint32_t most, cim_buf *spans_out, size_t *count_out)
{
    cim__enter(ctx);
    if (!c || !spans_out || !count_out) return cim__fail(ctx, CIM_EARG, "no coverage, or no place for the answer");
    if (kind != CIM_TARGET_LINE && kind != CIM_TARGET_WALL) return cim__fail(ctx, CIM_EARG, "targets of kind %d are no stretches", kind);
    if (least > most) return cim__fail(ctx, CIM_EARG, "by %u to %u sensors", least, most);
    const cim_targets *g = c->targets;
    const double *extent = (const double *)(const void *)g->extent.data;
    const uint32_t *object = (const uint32_t *)(const void *)g->object.data;
    cim__buf out = cim__buf_on(ctx->mem);
    cim_cover_span *last = NULL;
    for (uint32_t t = 0, end; t < g->kind.size; t = end) {
        end = piece_end(g, t);
        if (g->kind.data[t] != kind) continue;
        uint32_t folds = least_fold(c, t, end);
        if (folds < least || folds > most) {
            last = NULL;
            continue;
        }
        if (last && last->object == object[t] && fabs(last->to_m - extent[2 * (size_t)t]) < 1e-6 && last->first + last->count == t) {
            last->to_m = extent[2 * (size_t)t + 1];
            last->count += end - t;
            last->folds = folds < last->folds ? folds : last->folds;
            continue;
        }
        last = CIM__PUSH(&out, cim_cover_span);
        if (last) *last = (cim_cover_span){ object[t], folds, extent[2 * (size_t)t], extent[2 * (size_t)t + 1], t, end - t };
    }
    size_t count = CIM__COUNT(&out, cim_cover_span);
    cim_status st = cim__buf_give(&out, spans_out) ? CIM_OK : cim__nomem(ctx);
    cim__buf_free(&out);
    if (st >= 0) *count_out = count;
    return st;
}

/* ---- cells ---- */

static void put_cell(cim__gbuild *g, const cim_targets *t, const double *extent)
{
    double column = round(extent[0] / t->cell_m), row = round(extent[1] / t->cell_m); /* whole numbers, so that neighbours share corners */
    double x0 = t->cell_x + column * t->cell_m, x1 = t->cell_x + (column + 1.0) * t->cell_m;
    double y0 = t->cell_y + row * t->cell_m, y1 = t->cell_y + (row + 1.0) * t->cell_m;
    cim__gbuild_xy(g, x0, y0), cim__gbuild_xy(g, x1, y0), cim__gbuild_xy(g, x1, y1), cim__gbuild_xy(g, x0, y1);
    cim__gbuild_close(g);
    cim__gbuild_part(g);
}

cim_status cim_cover_area(cim_ctx *ctx, const cim_cover *c, uint32_t least, uint32_t most, cim_buf *wkb_out, double *area_m2_out)
{
    cim__enter(ctx);
    if (!c || !wkb_out) return cim__fail(ctx, CIM_EARG, "no coverage, or no place for the answer");
    if (least > most) return cim__fail(ctx, CIM_EARG, "by %u to %u sensors", least, most);
    const cim_targets *t = c->targets;
    const double *extent = (const double *)(const void *)t->extent.data;
    cim__gbuild cells, joined;
    cim__dissolve d;
    cim__buf wkb = cim__buf_on(ctx->mem);
    cim__gbuild_init(&cells, ctx->mem);
    cim__gbuild_init(&joined, ctx->mem);
    cim__dissolve_init(&d, ctx->mem);
    cim__gbuild_begin(&cells, CIM_GEOM_MULTIPOLYGON, 2);
    cim__gbuild_begin(&joined, CIM_GEOM_MULTIPOLYGON, 2);
    for (size_t i = 0; i < t->kind.size; i++)
        if (t->kind.data[i] == CIM_TARGET_CELL && c->folds[i] >= least && c->folds[i] <= most) put_cell(&cells, t, extent + 2 * i);
    cim_geom parts = cim__gbuild_view(&cells);
    double area = parts.part_count * t->cell_m * t->cell_m;
    bool fits = true;
    cim_status st = cim__gbuild_ok(&cells) ? CIM_OK : cim__nomem(ctx);
    if (st >= 0 && parts.part_count) st = cim__dissolve_run(ctx, &d, &parts, &joined, &fits);
    cim_geom view = fits ? cim__gbuild_view(&joined) : parts; /* cells as they are, should rounding have moved some */
    if (st >= 0) cim__wkb_put(&wkb, &view);
    if (st >= 0 && !cim__buf_give(&wkb, wkb_out)) st = cim__nomem(ctx);
    if (st >= 0 && area_m2_out) *area_m2_out = area;
    cim__buf_free(&wkb);
    cim__dissolve_free(&d);
    cim__gbuild_free(&cells);
    cim__gbuild_free(&joined);
    return st;
}
