/* isochrone_field.c - areas around the streets of an isochrone: distances on a grid, and one outline a limit.
 *
 * Every straight bit of a street lowers the squared distances of the points around it; that a bit of another limit did so before
 * does no harm, so limits are drawn one after the other, each on a copy of the one before. */
#include "travel/isochrone.h"

#include <math.h>

enum { BLOCK = 8, MAX_SIDE = 1 << 22 };
static const double CELLS_A_BUFFER = 1.5, FINEST = 64.0; /* a buffer is 1.5 to 64 cells wide */
static const uint64_t MAX_CELLS = 4000000;
static const float FAR = 1e30f;

struct cim_isochrone_areas {
    cim__mem *mem;
    double buffer_m, cell_m;
    size_t count;
    cim_isochrone_area *areas;
    cim__gbuild *geoms;
};

/* A straight bit of a street: metres from the first of all. */
typedef struct bit {
    float x0, y0, x1, y1;
} bit;

typedef struct work {
    cim_ctx *ctx;
    const cim_isochrone *iso;
    cim_isochrone_area_options opts;
    uint32_t limits[CIM_ISOCHRONE_LIMITS]; /* ascending */
    size_t limit_count;
    cim__field field;
    double x, y;   /* of the first bit */
    uint32_t taken; /* bits that the last one took over */
    cim__buf bits; /* bit: what is within the shortest limit, then what the next one adds */
    size_t first_bit[CIM_ISOCHRONE_LIMITS + 1];
    cim_box box;   /* metres from the first bit */
    float *square; /* of the limit at hand */
} work;

/* ---- straight bits of pieces ---- */

/* A bit begins where the one before ends, and takes it over when it goes on as straight as a cell's part can tell. */
static void put_bit(work *w, bool goes_on, const double *a, const double *b)
{
    size_t n = CIM__COUNT(&w->bits, bit);
    if (!n) w->x = a[0], w->y = a[1];
    float x1 = (float)(b[0] - w->x), y1 = (float)(b[1] - w->y), slack = (float)(w->opts.cell_m / 32.0);
    bit *last = n ? &CIM__AT(&w->bits, bit, n - 1) : NULL;
    if (goes_on && last && w->taken < 4) { /* a bend of many small bits is not straight as a whole */
        float dx = x1 - last->x0, dy = y1 - last->y0, px = last->x1 - last->x0, py = last->y1 - last->y0, off = dx * py - dy * px;
        if (off * off <= slack * slack * (dx * dx + dy * dy) && dx * px + dy * py > 0.0f && (x1 - last->x1) * dx + (y1 - last->y1) * dy > 0.0f) {
            last->x1 = x1;
            last->y1 = y1;
            w->taken++;
            return;
        }
    }
    bit *now = CIM__PUSH(&w->bits, bit);
    w->taken = 0;
    if (now) *now = (bit){ (float)(a[0] - w->x), (float)(a[1] - w->y), x1, y1 };
}

static void bits_between(work *w, uint32_t edge, double from, double to)
{
    const cim_net *net = w->iso->net;
    double length = net->edge_length_m[edge], done = 0.0;
    bool any = false;
    from *= length;
    to *= length;
    for (uint32_t v = net->first_vertex[edge]; v + 1 < net->first_vertex[edge + 1] && done <= to; v++) {
        const double *p = net->xy + 2 * (size_t)v;
        double dx = p[2] - p[0], dy = p[3] - p[1], size = sqrt(dx * dx + dy * dy), next = done + size;
        if (next >= from) {
            double t0 = done < from && size > 0.0 ? (from - done) / size : 0.0, t1 = next > to && size > 0.0 ? (to - done) / size : 1.0;
            put_bit(w, any, (double[2]){ p[0] + t0 * dx, p[1] + t0 * dy }, (double[2]){ p[0] + t1 * dx, p[1] + t1 * dy });
            any = true;
        }
        done = next;
    }
}

static void bits_of_all(work *w, uint32_t edge)
{
    const cim_net *net = w->iso->net;
    uint32_t first = net->first_vertex[edge];
    for (uint32_t v = first; v + 1 < net->first_vertex[edge + 1]; v++) put_bit(w, v > first, net->xy + 2 * (size_t)v, net->xy + 2 * (size_t)v + 2);
}

/* The part of a piece that takes more than `above_ms` and at most `limit_ms`; false: there is none. */
static bool part_of(const cim_isochrone_piece *p, double above_ms, double limit_ms, double *from, double *to)
{
    double a = p->from_ms, b = p->to_ms, low = a < b ? a : b, high = a < b ? b : a, whole = p->to - p->from;
    *from = p->from;
    *to = p->to;
    if (low > limit_ms || high < above_ms) return false;
    if (low >= above_ms && high <= limit_ms) return true;
    double t0 = low < above_ms ? (above_ms - low) / (high - low) : 0.0, t1 = high > limit_ms ? (limit_ms - low) / (high - low) : 1.0; /* from the quicker end on */
    *from = a <= b ? p->from + t0 * whole : p->to - t1 * whole;
    *to = a <= b ? p->from + t1 * whole : p->to - t0 * whole;
    return true;
}

static cim_status find_bits(work *w)
{
    for (size_t k = 0; k < w->limit_count; k++) {
        const cim_isochrone_piece *p = (const cim_isochrone_piece *)(const void *)w->iso->pieces.data;
        for (size_t i = 0; i < CIM__COUNT(&w->iso->pieces, cim_isochrone_piece); i++, p++) {
            double from, to;
            if (!part_of(p, k ? w->limits[k - 1] : -1.0, w->limits[k], &from, &to)) continue;
            if (from <= 0.0 && to >= 1.0) bits_of_all(w, p->link >> 1);
            else bits_between(w, p->link >> 1, from, to);
        }
        w->first_bit[k + 1] = CIM__COUNT(&w->bits, bit);
    }
    if (w->bits.failed) return cim__nomem(w->ctx);
    for (size_t i = 0; i < w->first_bit[w->limit_count]; i++) {
        const bit *b = &CIM__AT(&w->bits, bit, i);
        cim__box_add(&w->box, (double)b->x0, (double)b->y0);
        cim__box_add(&w->box, (double)b->x1, (double)b->y1);
    }
    return CIM_OK;
}

static double street_length(const cim_isochrone *iso, double limit_ms)
{
    const cim_isochrone_piece *p = (const cim_isochrone_piece *)(const void *)iso->pieces.data;
    double length = 0.0, from, to;
    for (size_t i = 0; i < CIM__COUNT(&iso->pieces, cim_isochrone_piece); i++, p++)
        if (part_of(p, -1.0, limit_ms, &from, &to)) length += (to - from) * iso->net->edge_length_m[p->link >> 1];
    return length;
}

/* ---- the grid ---- */

/* Points of one limit with cells of a size, in the buffer's own size when that grows with them; < 0: too many to count. */
static double points_with(const work *w, double cell)
{
    double margin = 2.0 * (fmax(w->opts.buffer_m, cell * CELLS_A_BUFFER) + 2.0 * cell), width = (w->box.max_x - w->box.min_x + margin) / cell + 1.0;
    double height = (w->box.max_y - w->box.min_y + margin) / cell + 1.0;
    return width > MAX_SIDE || height > MAX_SIDE ? -1.0 : (width + BLOCK) * height;
}

static cim_status make_grid(work *w)
{
    cim__field *f = &w->field;
    double most = (double)w->opts.max_cells / (double)w->limit_count, points;
    if (!isfinite(w->x + w->box.max_x - w->box.min_x) || !isfinite(w->y + w->box.max_y - w->box.min_y)) return cim__fail(w->ctx, CIM_EFORMAT, "a street has coordinates that are not finite");
    for (f->cell_m = w->opts.cell_m; (points = points_with(w, f->cell_m)) < 0.0 || points > most;) f->cell_m *= 1.125;
    double buffer = fmax(w->opts.buffer_m, f->cell_m * CELLS_A_BUFFER), margin = buffer + 2.0 * f->cell_m;
    f->reach = buffer / f->cell_m;
    f->x0 = w->x + w->box.min_x - margin;
    f->y0 = w->y + w->box.min_y - margin;
    f->width = (uint32_t)((w->box.max_x - w->box.min_x + 2.0 * margin) / f->cell_m) + 1;
    f->height = (uint32_t)((w->box.max_y - w->box.min_y + 2.0 * margin) / f->cell_m) + 1;
    f->stride = (f->width + 2 * BLOCK - 1) / BLOCK * BLOCK;
    f->plane = (size_t)f->stride * f->height;
    f->square = cim__alloc_n(w->ctx->mem, f->plane * w->limit_count, sizeof *f->square);
    return f->square ? CIM_OK : cim__nomem(w->ctx);
}

/* Four numbers side by side; every processor this is built for has them. */
typedef float four __attribute__((vector_size(16), aligned(4), may_alias));
typedef int32_t four_bits __attribute__((vector_size(16)));

static inline four or_zero(four x) { return (four)((four_bits)x & (x > 0.0f)); }
static inline four absolute(four x) { return (four)((four_bits)x & 0x7fffffff); }
static inline four lesser(four a, four b) { return (four)(((four_bits)a & (a < b)) | ((four_bits)b & ~(a < b))); }

/* Squared distances from a bit of some cells' length to the points around it: across, and along as far as that exceeds half its length. */
static void lower(work *w, double x0, double y0, double x1, double y1)
{
    const cim__field *f = &w->field;
    double far = f->reach + 1.0; /* beside a point within the buffer there may be one that is a cell farther */
    double left = x0 < x1 ? x0 : x1, right = x0 < x1 ? x1 : x0, low = y0 < y1 ? y0 : y1, high = y0 < y1 ? y1 : y0, length = sqrt((x1 - x0) * (x1 - x0) + (y1 - y0) * (y1 - y0));
    float ux = length > 0.0 ? (float)((x1 - x0) / length) : 1.0f, uy = length > 0.0 ? (float)((y1 - y0) / length) : 0.0f, half = (float)(length / 2.0);
    float mx = (float)((x0 + x1) / 2.0), my = (float)((y0 + y1) / 2.0);
    uint32_t i0 = (uint32_t)(left - far) + 1, i1 = (uint32_t)(right + far), j0 = (uint32_t)(low - far) + 1, j1 = (uint32_t)(high + far);
    for (uint32_t j = j0; j <= j1; j++) {
        float py = (float)j - my, *row = w->square + (size_t)j * f->stride;
        for (uint32_t i = i0; i <= i1; i += BLOCK) {
            float px = (float)i - mx;
            for (uint32_t k = 0; k < BLOCK; k += 4, px += 4.0f) {
                four x = { px, px + 1.0f, px + 2.0f, px + 3.0f }, across = x * uy - py * ux, beyond = or_zero(absolute(x * ux + py * uy) - half), *at = (four *)(void *)(row + i + k);
                *at = lesser(across * across + beyond * beyond, *at);
            }
        }
    }
}

static void draw(work *w, const bit *b)
{
    const cim__field *f = &w->field;
    double scale = 1.0 / f->cell_m, left = w->x - f->x0, below = w->y - f->y0, ax = ((double)b->x0 + left) * scale, ay = ((double)b->y0 + below) * scale;
    double dx = ((double)b->x1 + left) * scale - ax, dy = ((double)b->y1 + below) * scale - ay, most = 2.0 * f->reach;
    double count = fabs(dx) + fabs(dy) <= most ? 1.0 : ceil((fabs(dx) + fabs(dy)) / most); /* in long bits most points of the box around would be far off */
    for (double k = 0.0; k < count; k++) lower(w, ax + k / count * dx, ay + k / count * dy, ax + (k + 1.0) / count * dx, ay + (k + 1.0) / count * dy);
}

/* ---- areas ---- */

static cim_status fill(work *w)
{
    const cim__field *f = &w->field;
    for (size_t k = 0; k < w->limit_count; k++) {
        w->square = f->square + k * f->plane;
        if (k) memcpy(w->square, w->square - f->plane, f->plane * sizeof *w->square);
        else
            for (size_t i = 0; i < f->plane; i++) w->square[i] = FAR;
        for (size_t i = w->first_bit[k]; i < w->first_bit[k + 1]; i++) draw(w, &CIM__AT(&w->bits, bit, i));
        CIM__TRY(cim__tick(w->ctx, k, w->limit_count, "distances"));
    }
    return CIM_OK;
}

static cim_status outline(work *w, cim_isochrone_areas *areas)
{
    cim__outlines *o = NULL;
    double tolerance = w->opts.tolerance_m < 0.0 ? 0.0 : w->opts.tolerance_m > 0.0 ? w->opts.tolerance_m / w->field.cell_m : 0.125;
    cim_status st = cim__outlines_new(w->ctx, &w->field, tolerance, w->limit_count > 1, &o);
    for (size_t k = w->limit_count; k-- && st >= 0;) {
        double area = 0.0;
        size_t first = areas->count;
        for (size_t i = 0; i < areas->count && st >= 0; i++) { /* a limit that is given twice is outlined once */
            if (areas->areas[i].limit_ms != w->limits[k]) continue;
            cim__gbuild *geom = &areas->geoms[i];
            if (first == areas->count) st = cim__outlines_trace(w->ctx, o, w->field.square + k * w->field.plane, geom, &area);
            else {
                cim_geom g = cim__gbuild_view(&areas->geoms[first]);
                cim__gbuild_append(geom, &g);
            }
            if (first == areas->count) first = i;
            if (st >= 0 && !cim__gbuild_ok(geom)) st = cim__nomem(w->ctx);
            areas->areas[i].area_m2 = area;
        }
    }
    cim__outlines_free(o);
    return st;
}

static cim_status build(work *w, cim_isochrone_areas *areas)
{
    areas->buffer_m = w->opts.buffer_m;
    areas->cell_m = w->opts.cell_m;
    for (size_t i = 0; i < areas->count; i++) areas->areas[i].street_m = street_length(w->iso, areas->areas[i].limit_ms);
    CIM__TRY(find_bits(w));
    if (w->bits.size) {
        CIM__TRY(make_grid(w));
        areas->cell_m = w->field.cell_m;
        areas->buffer_m = w->field.reach * w->field.cell_m;
        CIM__TRY(fill(w));
        CIM__TRY(outline(w, areas));
    }
    for (size_t i = 0; i < areas->count; i++) areas->areas[i].geom = cim__gbuild_view(&areas->geoms[i]);
    return CIM_OK;
}

static cim_status take_options(work *w)
{
    cim_isochrone_area_options *o = &w->opts;
    if (!(o->buffer_m >= 0.0 && o->buffer_m <= 1e6)) return cim__fail(w->ctx, CIM_EARG, "a buffer of %g m", o->buffer_m);
    if (!(o->buffer_m > 0.0)) o->buffer_m = 50.0;
    if (!(o->cell_m >= 0.0 && o->cell_m <= o->buffer_m / CELLS_A_BUFFER)) return cim__fail(w->ctx, CIM_EARG, "cells of %g m, not 0 to %g m", o->cell_m, o->buffer_m / CELLS_A_BUFFER);
    if (!(o->cell_m > 0.0)) o->cell_m = o->buffer_m / CELLS_A_BUFFER;
    if (o->cell_m < o->buffer_m / FINEST) return cim__fail(w->ctx, CIM_EARG, "cells of %g m, less than a 64th of the buffer", o->cell_m);
    if (!isfinite(o->tolerance_m)) return cim__fail(w->ctx, CIM_EARG, "the tolerance is not finite");
    if (!o->max_cells) o->max_cells = MAX_CELLS;
    if (o->max_cells < 65536 || o->max_cells > UINT32_MAX) return cim__fail(w->ctx, CIM_EARG, "%llu cells, not 65,536 to 4,294,967,295", (unsigned long long)o->max_cells);
    return CIM_OK;
}

/* Ascending, each once. */
static cim_status take_limits(work *w, const uint32_t *limits_ms, size_t count)
{
    if (!limits_ms || !count || count > CIM_ISOCHRONE_LIMITS) return cim__fail(w->ctx, CIM_EARG, "%zu limits", limits_ms ? count : 0);
    for (size_t i = 0; i < count; i++) {
        if (limits_ms[i] > w->iso->limit_ms) return cim__fail(w->ctx, CIM_EARG, "a limit of %u ms, the isochrone's is %u", limits_ms[i], w->iso->limit_ms);
        size_t at = 0;
        while (at < w->limit_count && w->limits[at] < limits_ms[i]) at++;
        if (at < w->limit_count && w->limits[at] == limits_ms[i]) continue;
        memmove(w->limits + at + 1, w->limits + at, (w->limit_count - at) * sizeof *w->limits);
        w->limits[at] = limits_ms[i];
        w->limit_count++;
    }
    return CIM_OK;
}

cim_status cim_isochrone_areas_build(cim_ctx *ctx, const cim_isochrone *iso, const uint32_t *limits_ms, size_t limit_count, const cim_isochrone_area_options *options,
                                     cim_isochrone_areas **areas_out)
{
    work w = { .ctx = ctx, .iso = iso, .opts = CIM_ISOCHRONE_AREA_OPTIONS_INIT, .box = CIM__BOX_EMPTY };
    cim__enter(ctx);
    CIM__TRY(cim__opts(ctx, &w.opts, sizeof w.opts, options, "area options"));
    if (!iso) return cim__fail(ctx, CIM_EARG, "no isochrone");
    CIM__TRY(take_options(&w));
    CIM__TRY(take_limits(&w, limits_ms, limit_count));
    cim_isochrone_areas *areas = cim__zalloc(ctx->mem, sizeof *areas);
    if (!areas) return cim__nomem(ctx);
    areas->mem = cim__mem_ref(ctx->mem);
    areas->areas = cim__zalloc_n(areas->mem, limit_count, sizeof *areas->areas);
    areas->geoms = cim__zalloc_n(areas->mem, limit_count, sizeof *areas->geoms);
    cim_status st = areas->areas && areas->geoms ? CIM_OK : cim__nomem(ctx);
    for (; st >= 0 && areas->count < limit_count; areas->count++) {
        areas->areas[areas->count].limit_ms = limits_ms[areas->count];
        cim__gbuild_init(&areas->geoms[areas->count], areas->mem);
        cim__gbuild_begin(&areas->geoms[areas->count], CIM_GEOM_MULTIPOLYGON, 2);
    }
    w.bits = cim__buf_on(ctx->mem);
    if (st >= 0) st = build(&w, areas);
    cim__buf_free(&w.bits);
    cim__free(ctx->mem, w.field.square);
    if (st < 0) cim_isochrone_areas_free(areas);
    else *areas_out = areas;
    return st < 0 ? st : CIM_OK;
}

cim_status cim_isochrone_areas_get(cim_ctx *ctx, const cim_isochrone_areas *areas, cim_isochrone_areas_view *view_out)
{
    cim__enter(ctx);
    cim_isochrone_areas_view v = { 0, areas->buffer_m, areas->cell_m, areas->count, areas->areas };
    return cim__view_copy(ctx, view_out, &v, sizeof v);
}

void cim_isochrone_areas_free(cim_isochrone_areas *areas)
{
    if (!areas) return;
    cim__mem *mem = areas->mem;
    for (size_t i = 0; i < areas->count; i++) cim__gbuild_free(&areas->geoms[i]);
    cim__free(mem, areas->geoms);
    cim__free(mem, areas->areas);
    cim__free(mem, areas);
    cim__mem_unref(mem);
}
