/* rtree.c - SQLite's R*Tree, packed.
 *
 * Inserting row by row costs 13 microseconds each; writing the tree's own three tables costs a fraction of one.  Format (SQLite
 * source, "ext/rtree/rtree.c"): node = depth:u16 (root only), cells:u16, then cells of rowid:i64 and min x, max x, min y,
 * max y as float, all big-endian, padded with zeros to the node size; node 1 is the root; _rowid maps items to leaves,
 * _parent nodes to parents.  Floats are rounded outwards, as SQLite does. */
#include "store/rtree.h"
#include "core/sort.h"
#include "index/order.h"

#include <math.h>
#include <stdio.h>

enum { CELL = 24, HEAD = 4, MAX_LEVELS = 24, MAX_NODE = 8192 };

const char *const cim__rtree_tables[3] = { "node", "parent", "rowid" };

struct cim__rtree {
    cim__mem *mem;
    cim__rtree_item *items; /* in curve order */
    size_t count, node_size, fill, nodes;
    size_t levels, level_count[MAX_LEVELS], level_start[MAX_LEVELS]; /* leaves are level 0; start in `boxes` */
    cim_box *boxes;                                                  /* of all nodes, leaves first, the root last */
    cim__keyed *by_id;                                               /* key: id of an item; id: its leaf's number */
    uint8_t node[MAX_NODE];
};

/* The root is node 1; the others are numbered from 2 in the order of `boxes`. */
static int64_t node_number(const cim__rtree *t, size_t place) { return place + 1 == t->nodes ? 1 : (int64_t)place + 2; }

static size_t place_of_row(const cim__rtree *t, size_t row) { return row ? row - 1 : t->nodes - 1; }

static size_t level_of(const cim__rtree *t, size_t place)
{
    size_t level = 0;
    while (level + 1 < t->levels && place >= t->level_start[level + 1]) level++;
    return level;
}

static void put16(uint8_t *p, uint32_t v)
{
    p[0] = (uint8_t)(v >> 8);
    p[1] = (uint8_t)v;
}

static void put_float(uint8_t *p, double v, bool up)
{
    float f = (float)v;
    if (up && (double)f < v) f = nextafterf(f, HUGE_VALF);
    if (!up && (double)f > v) f = nextafterf(f, -HUGE_VALF);
    uint32_t bits;
    memcpy(&bits, &f, 4);
    for (int i = 3; i >= 0; i--, bits >>= 8) p[i] = (uint8_t)bits;
}

static void put_cell(cim__rtree *t, size_t slot, int64_t id, const cim_box *b)
{
    uint8_t *cell = t->node + HEAD + slot * CELL;
    uint64_t bits = (uint64_t)id;
    for (int i = 7; i >= 0; i--, bits >>= 8) cell[i] = (uint8_t)bits;
    put_float(cell + 8, b->min_x, false);
    put_float(cell + 12, b->max_x, true);
    put_float(cell + 16, b->min_y, false);
    put_float(cell + 20, b->max_y, true);
}

size_t cim__rtree_rows(const cim__rtree *t, cim__rtree_table table)
{
    return table == CIM__RTREE_NODE ? t->nodes : table == CIM__RTREE_PARENT ? t->nodes - 1 : t->count;
}

cim_status cim__rtree_feed_node(cim_ctx *ctx, size_t row, cim__cell *cells, void *user)
{
    (void)ctx;
    cim__rtree *t = user;
    size_t place = place_of_row(t, row), level = level_of(t, place), i = place - t->level_start[level];
    size_t below = level ? t->level_count[level - 1] : t->count, first = i * t->fill, end = first + t->fill < below ? first + t->fill : below;
    memset(t->node, 0, t->node_size);
    if (level + 1 == t->levels) put16(t->node, (uint32_t)level);
    put16(t->node + 2, (uint32_t)(end - first));
    for (size_t k = first; k < end; k++) {
        size_t child = level ? t->level_start[level - 1] + k : 0;
        put_cell(t, k - first, level ? node_number(t, child) : t->items[k].id, level ? &t->boxes[child] : &t->items[k].box);
    }
    cells[0] = (cim__cell){ .type = CIM__CELL_INT, .integer = node_number(t, place) };
    cells[1] = (cim__cell){ .type = CIM__CELL_BLOB, .text = { (const char *)t->node, t->node_size } };
    return CIM_OK;
}

cim_status cim__rtree_feed_parent(cim_ctx *ctx, size_t row, cim__cell *cells, void *user)
{
    (void)ctx;
    const cim__rtree *t = user;
    size_t level = level_of(t, row), parent = t->level_start[level + 1] + (row - t->level_start[level]) / t->fill;
    cells[0] = (cim__cell){ .type = CIM__CELL_INT, .integer = node_number(t, row) };
    cells[1] = (cim__cell){ .type = CIM__CELL_INT, .integer = node_number(t, parent) };
    return CIM_OK;
}

cim_status cim__rtree_feed_rowid(cim_ctx *ctx, size_t row, cim__cell *cells, void *user)
{
    (void)ctx;
    const cim__rtree *t = user;
    cells[0] = (cim__cell){ .type = CIM__CELL_INT, .integer = (int64_t)t->by_id[row].key };
    cells[1] = (cim__cell){ .type = CIM__CELL_INT, .integer = t->by_id[row].id };
    return CIM_OK;
}

/* ---- building ---- */

static void plan_levels(cim__rtree *t)
{
    size_t n = t->count;
    do {
        n = (n + t->fill - 1) / t->fill;
        if (!n) n = 1; /* an empty tree has an empty root */
        t->level_count[t->levels] = n;
        t->level_start[t->levels++] = t->nodes;
        t->nodes += n;
    } while (n > 1);
}

static void sort_on_curve(cim__rtree *t, cim__rtree_item *sorted, cim__keyed *keys)
{
    cim_box all = CIM__BOX_EMPTY;
    for (size_t i = 0; i < t->count; i++) cim__box_join(&all, &t->items[i].box);
    double width = fmax(all.max_x - all.min_x, all.max_y - all.min_y), scale = width > 0.0 ? 65535.0 / width : 0.0;
    for (size_t i = 0; i < t->count; i++) {
        const cim_box *b = &t->items[i].box;
        uint32_t x = (uint32_t)((0.5 * (b->min_x + b->max_x) - all.min_x) * scale), y = (uint32_t)((0.5 * (b->min_y + b->max_y) - all.min_y) * scale);
        keys[i] = (cim__keyed){ cim__hilbert(x & 0xffff, y & 0xffff), (uint32_t)i, 0 };
    }
    cim__sort_keyed(keys, keys + t->count, t->count);
    for (size_t i = 0; i < t->count; i++) sorted[i] = t->items[keys[i].id];
    if (t->count) memcpy(t->items, sorted, t->count * sizeof *sorted);
}

static void box_nodes(cim__rtree *t)
{
    for (size_t i = 0; i < t->nodes; i++) t->boxes[i] = CIM__BOX_EMPTY;
    for (size_t i = 0; i < t->count; i++) cim__box_join(&t->boxes[i / t->fill], &t->items[i].box);
    for (size_t level = 1; level < t->levels; level++)
        for (size_t i = 0; i < t->level_count[level - 1]; i++) cim__box_join(&t->boxes[t->level_start[level] + i / t->fill], &t->boxes[t->level_start[level - 1] + i]);
}

/* Appending in key order is what makes it fast: items by id, not along the curve. */
static void order_by_id(cim__rtree *t)
{
    for (size_t i = 0; i < t->count; i++) t->by_id[i] = (cim__keyed){ (uint64_t)t->items[i].id, (uint32_t)node_number(t, i / t->fill), 0 };
    cim__sort_keyed(t->by_id, t->by_id + t->count, t->count);
}

cim_status cim__rtree_new(cim_ctx *ctx, cim__rtree_item *items, size_t count, size_t node_size, cim__rtree **rtree_out)
{
    if (node_size < HEAD + 4 * CELL || node_size > MAX_NODE) return cim__fail(ctx, CIM_EFORMAT, "a spatial index with nodes of %zu bytes", node_size);
    cim__rtree *t = cim__zalloc(ctx->mem, sizeof *t);
    if (!t) return cim__nomem(ctx);
    t->mem = cim__mem_ref(ctx->mem);
    t->items = items;
    t->count = count;
    t->node_size = node_size;
    t->fill = (node_size - HEAD) / CELL;
    plan_levels(t);
    t->by_id = cim__alloc_n(ctx->mem, count + 1, 2 * sizeof *t->by_id);
    t->boxes = cim__alloc_n(ctx->mem, t->nodes, sizeof *t->boxes);
    cim__rtree_item *sorted = cim__alloc_n(ctx->mem, count + 1, sizeof *sorted);
    bool ok = t->by_id && t->boxes && sorted;
    if (ok) {
        sort_on_curve(t, sorted, t->by_id);
        box_nodes(t);
        order_by_id(t);
    }
    cim__free(ctx->mem, sorted);
    if (!ok) {
        cim__rtree_free(t);
        return cim__nomem(ctx);
    }
    *rtree_out = t;
    return CIM_OK;
}

void cim__rtree_free(cim__rtree *t)
{
    if (!t) return;
    cim__mem *mem = t->mem;
    cim__free(mem, t->by_id);
    cim__free(mem, t->boxes);
    cim__free(mem, t);
    cim__mem_unref(mem);
}

/* ---- the tables ---- */

cim_status cim__rtree_clear(cim_ctx *ctx, cim__db *db, const char *table, size_t *node_size_out)
{
    char sql[160];
    int64_t size = 0;
    snprintf(sql, sizeof sql, "SELECT length(data) FROM idx_%s_geom_node WHERE nodeno=1", table);
    CIM__TRY(cim__db_get_int(ctx, db, sql, &size));
    for (int i = 0; i < 3; i++) CIM__TRY(cim__db_execf(ctx, db, "DELETE FROM idx_%s_geom_%s", table, cim__rtree_tables[i]));
    *node_size_out = size > 0 ? (size_t)size : 0;
    return CIM_OK;
}

cim_status cim__rtree_read(cim_ctx *ctx, cim__db *db, const char *table, cim__buf *items)
{
    char sql[120];
    cim__stmt *stmt = NULL;
    cim_status st;
    snprintf(sql, sizeof sql, "SELECT pkid,xmin,ymin,xmax,ymax FROM idx_%s_geom", table);
    CIM__TRY(cim__db_prepare(ctx, db, sql, &stmt));
    while ((st = cim__stmt_step(ctx, stmt)) == CIM_OK) {
        cim__rtree_item *item = CIM__PUSH(items, cim__rtree_item);
        if (!item) {
            st = cim__nomem(ctx);
            break;
        }
        *item = (cim__rtree_item){ cim__stmt_get_int(stmt, 0), { cim__stmt_get_real(stmt, 1), cim__stmt_get_real(stmt, 2), cim__stmt_get_real(stmt, 3), cim__stmt_get_real(stmt, 4) } };
    }
    cim__stmt_free(stmt);
    return st < 0 ? st : CIM_OK;
}
