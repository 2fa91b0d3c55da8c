/* scene.c - arrays checked and copied; the grid.
 *
 * The side of a cell begins at twice the mean side of the prisms' boxes and doubles until lists and cells are few: some ten entries a
 * prism at most, whatever the input.  Blocks grow where prisms are far apart. */
#include "cover/sight.h"

#include "core/sort.h"

enum { LEAST_SHIFT = 3, SPARE = 4096 };

#define PAD (1.0 / 1024.0) /* of a cell: far more than what rounding moves a line on its way through the grid */

/* ---- checks ---- */

static cim_status arrays_ok(cim_ctx *ctx, const cim_sight_prisms *a)
{
    if (a->prism_count > 0x3fffffff || a->ring_count > 0x3fffffff || a->vertex_count > 0x7fffffff)
        return cim__fail(ctx, CIM_EARG, "%u prisms of %u vertices are too many", a->prism_count, a->vertex_count);
    if (a->prism_count && (!a->prism_end || !a->base_m || !a->top_m)) return cim__fail(ctx, CIM_EARG, "prisms without rings or heights");
    if ((a->ring_count && !a->ring_end) || (a->vertex_count && !a->xy)) return cim__fail(ctx, CIM_EARG, "rings without vertices");
    uint32_t ring = 0, vertex = 0;
    for (uint32_t p = 0; p < a->prism_count; ring = a->prism_end[p++])
        if (a->prism_end[p] < ring || a->prism_end[p] > a->ring_count)
            return cim__fail(ctx, CIM_EARG, "rings of prism %u end at %u of %u", p, a->prism_end[p], a->ring_count);
    for (uint32_t r = 0; r < a->ring_count; vertex = a->ring_end[r++])
        if (a->ring_end[r] < vertex || a->ring_end[r] > a->vertex_count)
            return cim__fail(ctx, CIM_EARG, "vertices of ring %u end at %u of %u", r, a->ring_end[r], a->vertex_count);
    for (uint32_t p = 0; p < a->prism_count; p++)
        if (!(fabs(a->base_m[p]) <= CIM__SIGHT_FAR && fabs(a->top_m[p]) <= CIM__SIGHT_FAR) || a->base_m[p] > a->top_m[p])
            return cim__fail(ctx, CIM_EARG, "base and top of prism %u are absurd, or the base is above the top", p);
    for (uint32_t v = 0; v < vertex; v++)
        if (!(fabs(a->xy[2 * (size_t)v]) <= CIM__SIGHT_FAR && fabs(a->xy[2 * (size_t)v + 1]) <= CIM__SIGHT_FAR))
            return cim__fail(ctx, CIM_EARG, "vertex %u is not finite or absurd", v);
    return CIM_OK;
}

/* ---- copies ---- */

static uint32_t ring_first(const cim_sight_prisms *a, uint32_t ring) { return ring ? a->ring_end[ring - 1] : 0; }
static uint32_t prism_first(const cim_sight_prisms *a, uint32_t prism) { return prism ? a->prism_end[prism - 1] : 0; }

static void find_box(const cim_sight_prisms *a, uint32_t p, cim_box *box)
{
    uint32_t end = a->prism_end[p] > prism_first(a, p) ? a->ring_end[a->prism_end[p] - 1] : 0;
    *box = CIM__BOX_EMPTY;
    for (uint32_t v = end ? ring_first(a, prism_first(a, p)) : 0; v < end; v++) cim__box_add(box, a->xy[2 * (size_t)v], a->xy[2 * (size_t)v + 1]);
}

/* Boxes and heights of all prisms in the order given; those without area never block, and are in no cell. */
static double measure(cim_sight_scene *s, const cim_sight_prisms *a, cim__prism *given)
{
    double sides = 0.0;
    uint32_t wide = 0;
    s->box = CIM__BOX_EMPTY;
    s->lowest = 1e308, s->highest = -1e308;
    for (uint32_t p = 0; p < a->prism_count; p++) {
        cim_box box;
        find_box(a, p, &box);
        given[p] = (cim__prism){ { box.min_x, box.min_y, box.max_x, box.max_y }, a->base_m[p], a->top_m[p], 0, 0, a->prism_end[p] - prism_first(a, p), p };
        if (!(box.min_x < box.max_x && box.min_y < box.max_y)) continue;
        cim__box_join(&s->box, &box);
        sides += 0.5 * (box.max_x - box.min_x + box.max_y - box.min_y);
        wide++;
        s->lowest = given[p].base < s->lowest ? given[p].base : s->lowest;
        s->highest = given[p].top > s->highest ? given[p].top : s->highest;
    }
    return wide ? sides / wide : 1.0;
}

static bool has_area(const cim__prism *p) { return p->box[0] < p->box[2] && p->box[1] < p->box[3]; }

static void take(cim_sight_scene *s, const cim_sight_prisms *a, const cim__prism *given, uint32_t to, uint32_t *ring, uint32_t *vertex)
{
    cim__prism *p = &s->prisms[to];
    *p = *given;
    p->ring = *ring;
    p->vertex = *vertex;
    s->by_id[p->id] = to;
    s->given[to] = ring_first(a, prism_first(a, p->id));
    for (uint32_t r = prism_first(a, p->id); r < a->prism_end[p->id]; r++) {
        uint32_t first = ring_first(a, r), count = a->ring_end[r] - first;
        if (count) memcpy(s->xy + 2 * (size_t)*vertex, a->xy + 2 * (size_t)first, count * 2 * sizeof(double));
        *vertex += count;
        s->ring_end[(*ring)++] = *vertex;
    }
}

/* ---- the grid ---- */

static uint32_t column_of(double at, double least, double per_m, uint32_t count)
{
    double c = floor((at - least) * per_m);
    return c < 0.0 ? 0 : c >= count ? count - 1 : (uint32_t)c;
}

typedef struct span {
    uint32_t x0, y0, x1, y1;
} span;

static span cells_of(const cim_sight_scene *s, const double box[4])
{
    uint32_t columns = s->blocks_x << s->shift, rows = s->blocks_y << s->shift;
    double pad = PAD * s->cell_m;
    return (span){ column_of(box[0] - pad, s->box.min_x, s->per_m, columns), column_of(box[1] - pad, s->box.min_y, s->per_m, rows),
                   column_of(box[2] + pad, s->box.min_x, s->per_m, columns), column_of(box[3] + pad, s->box.min_y, s->per_m, rows) };
}

static void shape(cim_sight_scene *s, double cell_m, uint32_t shift)
{
    double block_m = cell_m * (double)(1u << shift);
    s->cell_m = cell_m;
    s->per_m = 1.0 / cell_m;
    s->shift = shift;
    s->blocks_x = (uint32_t)floor((s->box.max_x - s->box.min_x) / block_m) + 1;
    s->blocks_y = (uint32_t)floor((s->box.max_y - s->box.min_y) / block_m) + 1;
}

/* So large that there are not more blocks than prisms can pay for. */
static void fit(cim_sight_scene *s, double cell_m)
{
    double most = 4.0 * s->prism_count + SPARE, wide = s->box.max_x - s->box.min_x, high = s->box.max_y - s->box.min_y;
    uint32_t shift = LEAST_SHIFT;
    while ((floor(wide / (cell_m * (double)(1u << shift))) + 1) * (floor(high / (cell_m * (double)(1u << shift))) + 1) > most) {
        if (shift < 8) shift++;
        else cell_m *= 2.0;
    }
    shape(s, cell_m, shift);
}

/* Entries of lists, and cells of blocks that have any. */
static void count_cells(cim_sight_scene *s, const cim__prism *given, uint64_t *entries_out, uint64_t *cells_out)
{
    uint64_t entries = 0, blocks = 0;
    for (uint32_t p = 0; p < s->prism_count; p++) {
        if (!has_area(&given[p])) continue;
        span c = cells_of(s, given[p].box);
        entries += (uint64_t)(c.x1 - c.x0 + 1) * (c.y1 - c.y0 + 1);
        for (uint32_t y = c.y0 >> s->shift; y <= c.y1 >> s->shift && entries <= 64ull * s->prism_count; y++)
            for (uint32_t x = c.x0 >> s->shift; x <= c.x1 >> s->shift; x++) {
                uint32_t *b = &s->block[(size_t)y * s->blocks_x + x];
                if (*b == CIM_NONE) *b = (uint32_t)blocks++;
            }
    }
    *entries_out = entries;
    *cells_out = blocks << 2 * s->shift;
}

/* Doubles the cells until lists and cells are few; numbers the blocks that have prisms. */
static bool size_grid(cim_sight_scene *s, const cim__prism *given, double cell_m, uint64_t *entries_out, uint64_t *cells_out)
{
    for (;; cell_m *= 2.0) {
        fit(s, cell_m);
        size_t blocks = (size_t)s->blocks_x * s->blocks_y;
        if (!(s->block = cim__alloc_n(s->mem, blocks, 4))) return false;
        memset(s->block, 0xff, blocks * 4);
        count_cells(s, given, entries_out, cells_out);
        bool single = s->blocks_x == 1 && s->blocks_y == 1 && cell_m > s->box.max_x - s->box.min_x && cell_m > s->box.max_y - s->box.min_y;
        if (single || (*entries_out <= 10ull * s->prism_count + SPARE && *cells_out <= 40ull * s->prism_count + 4 * SPARE)) return true;
        cell_m = s->cell_m;
        cim__free(s->mem, s->block);
        s->block = NULL;
    }
}

static cim__cell *cell_at(const cim_sight_scene *s, uint32_t x, uint32_t y)
{
    uint32_t mask = (1u << s->shift) - 1, first = s->block[(size_t)(y >> s->shift) * s->blocks_x + (x >> s->shift)];
    return &s->cells[((size_t)first << 2 * s->shift) + ((size_t)(y & mask) << s->shift) + (x & mask)];
}

uint64_t cim__sight_key(const cim_sight_scene *s, const double *xy)
{
    uint32_t x = column_of(xy[0], s->box.min_x, s->per_m, s->blocks_x << s->shift), y = column_of(xy[1], s->box.min_y, s->per_m, s->blocks_y << s->shift);
    uint64_t block = (uint64_t)(y >> s->shift) * s->blocks_x + (x >> s->shift), mask = (1u << s->shift) - 1;
    return block << 2 * s->shift | (y & mask) << s->shift | (x & mask);
}

/* Prisms in the order of the cells where their boxes begin, which is that of the lists. */
static bool order_prisms(cim_sight_scene *s, const cim_sight_prisms *a, const cim__prism *given)
{
    cim__keyed *keys = cim__alloc_n(s->mem, 2 * (size_t)s->prism_count + 1, sizeof *keys);
    uint32_t ring = 0, vertex = 0;
    if (!keys) return false;
    for (uint32_t p = 0; p < s->prism_count; p++) {
        keys[p] = (cim__keyed){ UINT64_MAX, p, 0 };
        if (!has_area(&given[p])) continue;
        span c = cells_of(s, given[p].box);
        keys[p].key = (uint64_t)(cell_at(s, c.x0, c.y0) - s->cells);
    }
    cim__sort_keyed(keys, keys + s->prism_count, s->prism_count);
    for (uint32_t p = 0; p < s->prism_count; p++) take(s, a, &given[keys[p].id], p, &ring, &vertex);
    cim__free(s->mem, keys);
    return true;
}

static float not_below(double value)
{
    float f = (float)value;
    return (double)f < value ? nextafterf(f, HUGE_VALF) : f;
}

static void fill_cells(cim_sight_scene *s, uint64_t cells)
{
    for (int turn = 0; turn < 2; turn++) {
        for (uint32_t p = 0; p < s->prism_count; p++) {
            const cim__prism *prism = &s->prisms[p];
            if (!has_area(prism)) continue;
            span c = cells_of(s, prism->box);
            float top = not_below(prism->top);
            for (uint32_t y = c.y0; y <= c.y1; y++)
                for (uint32_t x = c.x0; x <= c.x1; x++) {
                    cim__cell *cell = cell_at(s, x, y);
                    float *block = &s->block_top[(size_t)(y >> s->shift) * s->blocks_x + (x >> s->shift)];
                    if (turn) s->items[cell->first++] = p;
                    else cell[1].first++;
                    cell->top = top > cell->top ? top : cell->top;
                    *block = top > *block ? top : *block;
                }
        }
        for (uint64_t c = 1; c <= cells && !turn; c++) s->cells[c].first += s->cells[c - 1].first;
    }
    for (uint64_t c = cells; c; c--) s->cells[c].first = s->cells[c - 1].first; /* the filling moved each to the next one's begin */
    s->cells[0].first = 0;
}

static bool build(cim_sight_scene *s, const cim_sight_prisms *a, cim__prism *given, double cell_m)
{
    uint64_t entries = 0, cells = 0;
    double side = measure(s, a, given);
    if (!cim__box_ok(&s->box)) s->box = (cim_box){ 0, 0, 0, 0 };
    if (!size_grid(s, given, cell_m > 0.0 ? cell_m : 2.0 * side, &entries, &cells)) return false;
    size_t blocks = (size_t)s->blocks_x * s->blocks_y;
    s->cells = cim__zalloc_n(s->mem, cells + 1, sizeof *s->cells);
    s->items = cim__alloc_n(s->mem, entries + 1, 4);
    s->block_top = cim__alloc_n(s->mem, blocks, sizeof(float));
    if (!s->cells || !s->items || !s->block_top) return false;
    for (size_t b = 0; b < blocks; b++) s->block_top[b] = -HUGE_VALF;
    for (size_t c = 0; c <= cells; c++) s->cells[c].top = -HUGE_VALF;
    if (!order_prisms(s, a, given)) return false;
    fill_cells(s, cells);
    return cim__knots_find(s);
}

static bool fill(cim_sight_scene *s, const cim_sight_prisms *a, double cell_m)
{
    s->prism_count = a->prism_count;
    s->ring_count = a->prism_count ? a->prism_end[a->prism_count - 1] : 0;
    s->vertex_count = s->ring_count ? a->ring_end[s->ring_count - 1] : 0;
    s->prisms = cim__alloc_n(s->mem, (size_t)s->prism_count + 1, sizeof *s->prisms);
    s->ring_end = cim__alloc_n(s->mem, (size_t)s->ring_count + 1, 4);
    s->given = cim__alloc_n(s->mem, (size_t)s->prism_count + 1, 4);
    s->by_id = cim__alloc_n(s->mem, (size_t)s->prism_count + 1, 4);
    s->xy = cim__alloc_n(s->mem, (size_t)s->vertex_count + 1, 2 * sizeof(double));
    cim__prism *given = cim__alloc_n(s->mem, (size_t)s->prism_count + 1, sizeof *given);
    bool ok = s->prisms && s->ring_end && s->given && s->by_id && s->xy && given && build(s, a, given, cell_m);
    cim__free(s->mem, given);
    return ok;
}

/* ---- public ---- */

cim_status cim_sight_scene_build(cim_ctx *ctx, const cim_sight_prisms *prisms, const cim_sight_options *options, cim_sight_scene **scene_out)
{
    cim_sight_prisms a = CIM_SIGHT_PRISMS_INIT;
    cim_sight_options o = CIM_SIGHT_OPTIONS_INIT;
    cim__raster terrain = { 0 };
    cim__enter(ctx);
    if (prisms) CIM__TRY(cim__opts(ctx, &a, sizeof a, prisms, "cim_sight_prisms"));
    CIM__TRY(cim__opts(ctx, &o, sizeof o, options, "cim_sight_options"));
    CIM__TRY(arrays_ok(ctx, &a));
    if (!(o.cell_m >= 0.0 && o.cell_m <= CIM__SIGHT_FAR)) return cim__fail(ctx, CIM_EARG, "the side of a cell is absurd");
    if (o.terrain) CIM__TRY(cim__raster_copy(ctx, o.terrain, &terrain));
    cim_sight_scene *s = cim__zalloc(ctx->mem, sizeof *s);
    if (!s) {
        cim__free(ctx->mem, terrain.height);
        return cim__nomem(ctx);
    }
    s->mem = cim__mem_ref(ctx->mem);
    s->terrain = terrain;
    atomic_init(&s->refs, 1);
    if (!fill(s, &a, o.cell_m)) {
        cim_sight_scene_free(s);
        return cim__nomem(ctx);
    }
    *scene_out = s;
    return CIM_OK;
}

cim_sight_scene *cim_sight_scene_ref(cim_sight_scene *scene)
{
    atomic_fetch_add_explicit(&scene->refs, 1, memory_order_relaxed);
    return scene;
}

void cim_sight_scene_free(cim_sight_scene *s)
{
    if (!s || atomic_fetch_sub_explicit(&s->refs, 1, memory_order_acq_rel) != 1) return;
    cim__mem *mem = s->mem;
    void *blocks[] = { s->prisms, s->ring_end, s->given, s->by_id, s->xy, s->block, s->block_top, s->cells, s->items, s->terrain.height };
    for (size_t i = 0; i < sizeof blocks / sizeof *blocks; i++) cim__free(mem, blocks[i]);
    cim__buf_free(&s->knots);
    cim__free(mem, s);
    cim__mem_unref(mem);
}

cim_status cim_sight_query_new(cim_ctx *ctx, cim_sight_scene *scene, cim_sight_query **query_out)
{
    cim__enter(ctx);
    if (!scene) return cim__fail(ctx, CIM_EARG, "no scene");
    cim_sight_query *q = cim__zalloc(ctx->mem, sizeof *q);
    if (!q) return cim__nomem(ctx);
    q->mem = cim__mem_ref(ctx->mem);
    q->scene = cim_sight_scene_ref(scene);
    q->keys = q->scratch = q->pieces = q->other = q->near = q->corners = q->walls = q->spans = q->marks = cim__buf_on(q->mem);
    *query_out = q;
    return CIM_OK;
}

void cim_sight_query_free(cim_sight_query *q)
{
    if (!q) return;
    cim__mem *mem = q->mem;
    cim__buf *buffers[] = { &q->keys, &q->scratch, &q->pieces, &q->other, &q->near, &q->corners, &q->walls, &q->spans, &q->marks };
    for (size_t i = 0; i < sizeof buffers / sizeof *buffers; i++) cim__buf_free(buffers[i]);
    cim__free(mem, q->seen);
    cim__free(mem, q->ways);
    cim_sight_scene_free(q->scene);
    cim__free(mem, q);
    cim__mem_unref(mem);
}

bool cim__sight_turn(cim_sight_query *q)
{
    if (!q->seen && !(q->seen = cim__zalloc_n(q->mem, (size_t)q->scene->prism_count + 1, 4))) return false;
    if (++q->turn == 0) {
        memset(q->seen, 0, (size_t)q->scene->prism_count * 4);
        q->turn = 1;
    }
    q->near.size = 0;
    return true;
}

bool cim__sight_gather(cim_sight_query *q, const double box[4])
{
    const cim_sight_scene *s = q->scene;
    if (!s->prism_count || box[0] > s->box.max_x || box[2] < s->box.min_x || box[1] > s->box.max_y || box[3] < s->box.min_y) return true;
    span c = cells_of(s, box);
    for (uint32_t y = c.y0; y <= c.y1; y++)
        for (uint32_t x = c.x0; x <= c.x1; x++) {
            if (s->block[(size_t)(y >> s->shift) * s->blocks_x + (x >> s->shift)] == CIM_NONE) {
                x |= (1u << s->shift) - 1;
                continue;
            }
            const cim__cell *cell = cell_at(s, x, y);
            for (uint32_t i = cell[0].first; i < cell[1].first; i++) {
                uint32_t p = s->items[i];
                if (q->seen[p] == q->turn) continue;
                q->seen[p] = q->turn;
                uint32_t *at = CIM__PUSH(&q->near, uint32_t);
                if (!at) return false;
                *at = p;
            }
        }
    return true;
}
