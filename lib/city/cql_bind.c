/* cql_bind.c - tying a parsed query to a city, and finding out what each node reads.
 *
 * Comparisons of class, layer and id with literals become sets that are looked up without rows; the operands of AND and OR are put
 * in the order of what they cost, which three-valued logic allows. */
#include "city/cql_bind.h"
#include "city/cql_eval.h"

#include <stdlib.h>

static const uint64_t all_layers = CIM__LAYER_COUNT < 64 ? (1ull << CIM__LAYER_COUNT) - 1 : ~0ull;

/* ---- ids ---- */

static int ascending(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return x < y ? -1 : x > y;
}

cim_status cim__cql_find(cim__cql_binding *b, cim__str gid, uint32_t **ids_out, size_t *count_out)
{
    size_t count = 0, got = 0;
    *count_out = 0;
    cim_status st = cim__city_find(b->ctx, b->city, gid, NULL, 0, &count);
    if (st != CIM_OK) return st < 0 ? st : CIM_OK;
    uint32_t *ids = cim__arena_alloc(&b->cql->arena, count * sizeof *ids);
    if (!ids) return cim__nomem(b->ctx);
    CIM__TRY(cim__city_find(b->ctx, b->city, gid, ids, count, &got));
    if (count) qsort(ids, count, sizeof *ids, ascending);
    *ids_out = ids;
    *count_out = count;
    return CIM_OK;
}

cim_status cim__cql_no_object(cim_ctx *ctx, uint32_t column, cim__str gid)
{
    return cim__cql_wrong(ctx, column, "expected an object of this city: none has the id '%.*s'", CIM__CQL_SHOW(gid));
}

/* The objects of several ids as one ascending set. */
static cim_status find_all(cim__cql_binding *b, cim__cql_node *node, const cim__str *gids, uint32_t gid_count, bool each_needed)
{
    cim__buf all = cim__buf_on(b->ctx->mem);
    cim_status st = CIM_OK;
    for (uint32_t i = 0; i < gid_count && st >= 0; i++) {
        uint32_t *ids = NULL;
        size_t count = 0;
        st = cim__cql_find(b, gids[i], &ids, &count);
        if (st >= 0 && !count && each_needed) st = cim__cql_no_object(b->ctx, node->column, gids[i]);
        if (st >= 0) cim__buf_put(&all, ids, count * sizeof *ids);
    }
    if (st >= 0 && all.failed) st = cim__nomem(b->ctx);
    if (st >= 0 && all.size) {
        node->ids = cim__arena_alloc(&b->cql->arena, all.size);
        if (node->ids) memcpy(node->ids, all.data, all.size);
        else st = cim__nomem(b->ctx);
    }
    node->count = (uint32_t)CIM__COUNT(&all, uint32_t);
    cim__buf_free(&all);
    if (st >= 0 && node->count) qsort(node->ids, node->count, sizeof *node->ids, ascending);
    return st;
}

/* ---- sets ---- */

static bool own_path(const cim__cql_node *node, cim__cql_end end) { return node->op == CIM__CQL_PATH && !node->path->hop_count && node->path->end == end; }

/* PROPERTY = 'text', 'text' = PROPERTY or PROPERTY IN ('text', ...): how many texts, 0 if it is anything else. */
static uint32_t texts_of(const cim__cql_node *node, cim__cql_end end)
{
    const cim__cql_node *first = node->child;
    uint32_t count = 0;
    if (node->op != CIM__CQL_EQUAL && node->op != CIM__CQL_IN) return 0;
    if (node->op == CIM__CQL_EQUAL && own_path(first->next, end)) return first->op == CIM__CQL_LITERAL && first->literal.type == CIM__CQL_TEXT;
    if (!own_path(first, end)) return 0;
    for (const cim__cql_node *n = first->next; n; n = n->next, count++)
        if (n->op != CIM__CQL_LITERAL || n->literal.type != CIM__CQL_TEXT) return 0;
    return count;
}

/* The operands with texts. */
static const cim__cql_node *first_text(const cim__cql_node *node)
{
    return node->child->op == CIM__CQL_LITERAL ? node->child : node->child->next;
}

static void become_mask(cim__cql_node *node, bool layers)
{
    uint64_t mask[4] = { 0 };
    for (const cim__cql_node *n = first_text(node); n; n = n->next) {
        if (n->op != CIM__CQL_LITERAL) continue;
        unsigned i = layers ? (unsigned)cim__layer_named(n->literal.text) : (unsigned)cim__class_named(n->literal.text);
        mask[i >> 6] |= 1ull << (i & 63);
    }
    node->op = layers ? CIM__CQL_LAYERS : CIM__CQL_CLASSES;
    node->child = NULL;
    memcpy(node->mask, mask, sizeof mask);
}

static void become_classes(cim__cql_node *node)
{
    cim__class_id super = node->class_id;
    node->op = CIM__CQL_CLASSES;
    memset(node->mask, 0, sizeof node->mask);
    for (unsigned c = 0; c < CIM__CLASS_COUNT; c++)
        if (cim__class_is((cim__class_id)c, super)) node->mask[c >> 6] |= 1ull << (c & 63);
}

static cim_status become_members(cim__cql_binding *b, cim__cql_node *node, uint32_t count)
{
    cim__str *gids = cim__arena_alloc(&b->cql->arena, count * sizeof *gids);
    uint32_t at = 0;
    if (!gids) return cim__nomem(b->ctx);
    for (const cim__cql_node *n = first_text(node); n; n = n->next)
        if (n->op == CIM__CQL_LITERAL && at < count) gids[at++] = n->literal.text;
    node->op = CIM__CQL_MEMBERS;
    node->child = NULL;
    node->ids = NULL;
    return find_all(b, node, gids, at, false);
}

static cim_status bind_set(cim__cql_binding *b, cim__cql_node *node)
{
    uint32_t count;
    if (node->op == CIM__CQL_IS_A) become_classes(node);
    else if (texts_of(node, CIM__CQL_CLASS)) become_mask(node, false);
    else if (texts_of(node, CIM__CQL_LAYER)) become_mask(node, true);
    else if ((count = texts_of(node, CIM__CQL_ID))) return become_members(b, node, count);
    return CIM_OK;
}

/* ---- what is read ---- */

static bool hops_by_parent(const cim__cql_path *path)
{
    for (int i = 0; i < path->hop_count; i++)
        if (path->hops[i].type != CIM__R_PART_OF || !path->hops[i].forward) return false;
    return true;
}

static uint8_t end_reads(cim__cql_end end)
{
    switch (end) {
    case CIM__CQL_ID:
    case CIM__CQL_VALID_FROM:
    case CIM__CQL_VALID_TO:
    case CIM__CQL_COLUMN:
    case CIM__CQL_RULE: return CIM__CQL_READS_ROW;
    case CIM__CQL_ATTRIBUTE: return CIM__CQL_READS_ROW | CIM__CQL_READS_ATTRS;
    case CIM__CQL_GEOM: return CIM__CQL_READS_ROW | CIM__CQL_READS_GEOM;
    default: return 0;
    }
}

uint8_t cim__cql_path_reads(const cim__cql_path *path)
{
    uint8_t end = end_reads(path->end);
    if (!path->hop_count) return end;
    uint8_t reads = hops_by_parent(path) ? 0 : CIM__CQL_READS_RELATIONS;
    if (end) reads |= CIM__CQL_READS_OTHERS;
    if (path->hops[path->hop_count - 1].surfaces) reads |= CIM__CQL_READS_SHAPES;
    return reads;
}

static uint64_t layers_with(cim__attr attr)
{
    uint64_t layers = 0;
    for (int l = 0; l < CIM__LAYER_COUNT; l++)
        for (int32_t c = 0; c < cim__layers[l].column_count; c++)
            if (cim__layers[l].columns[c] == attr) layers |= 1ull << l;
    return layers;
}

static uint64_t layers_with_geometry(void)
{
    uint64_t layers = 0;
    for (int l = 0; l < CIM__LAYER_COUNT; l++)
        if (cim__layers[l].type) layers |= 1ull << l;
    return layers;
}

static uint64_t path_layers(const cim__cql_path *path)
{
    if (path->hop_count) return all_layers;
    if (path->end == CIM__CQL_COLUMN || path->end == CIM__CQL_RULE) return layers_with(path->attr);
    return path->end == CIM__CQL_GEOM ? layers_with_geometry() : all_layers;
}

/* Operations that have no value, or are unknown, when an operand has no value. */
static bool strict(cim__cql_op op)
{
    switch (op) {
    case CIM__CQL_AND:
    case CIM__CQL_OR:
    case CIM__CQL_NOT:
    case CIM__CQL_IS_NULL:
    case CIM__CQL_AS_VALUE:
    case CIM__CQL_INTERVAL: return false;
    default: return true;
    }
}

static void sum_up(cim__cql_node *node)
{
    node->layers = all_layers;
    if (node->op == CIM__CQL_PATH) {
        node->reads = cim__cql_path_reads(node->path);
        node->layers = path_layers(node->path);
    }
    if (node->op == CIM__CQL_IS_RELATED) node->reads = cim__cql_path_reads(node->over);
    if (node->op == CIM__CQL_ALIVE) node->reads = CIM__CQL_READS_ROW;
    for (const cim__cql_node *n = node->child; n; n = n->next) {
        node->reads |= n->reads;
        if (strict(node->op) && (node->op != CIM__CQL_IN || n == node->child)) node->layers &= n->layers;
    }
}

/* Cheap operands first; equal ones keep their order. */
static void put_in_order(cim__cql_node *node)
{
    cim__cql_node *sorted = NULL, **tail;
    if (node->op != CIM__CQL_AND && node->op != CIM__CQL_OR) return;
    for (unsigned level = 0; level <= 8; level++) {
        for (tail = &sorted; *tail; tail = &(*tail)->next) continue;
        for (cim__cql_node **from = &node->child; *from;) {
            cim__cql_node *n = *from;
            if ((unsigned)n->reads >= 1u << level) {
                from = &n->next;
                continue;
            }
            *from = n->next;
            n->next = NULL;
            *tail = n;
            tail = &n->next;
        }
    }
    node->child = sorted;
}

/* ---- the tree ---- */

cim_status cim__cql_geos(cim__cql_binding *b) { return b->cql->geos ? CIM_OK : cim__geos_new(b->ctx, &b->cql->geos); }

static cim_status bind_spatial(cim__cql_binding *b, cim__cql_node *node)
{
    cim__cql_node *left = node->child, *right = left->next;
    bool truth;
    if (left->op == CIM__CQL_GEOMETRY) CIM__TRY(cim__cql_bind_geometry(b, node, left));
    if (right->op == CIM__CQL_GEOMETRY) CIM__TRY(cim__cql_bind_geometry(b, node, right));
    if (left->op != CIM__CQL_GEOMETRY || right->op != CIM__CQL_GEOMETRY) return CIM_OK;
    CIM__TRY(cim__cql_test_constants(b->ctx, b->cql, node, &truth));
    node->op = CIM__CQL_TRUTH;
    node->child = NULL;
    node->truth = truth;
    return CIM_OK;
}

static cim_status bind_node(cim__cql_binding *b, cim__cql_node *node)
{
    if (node->op == CIM__CQL_SPATIAL || node->op == CIM__CQL_WITHIN_DISTANCE) CIM__TRY(bind_spatial(b, node));
    if (node->op == CIM__CQL_IS_RELATED) CIM__TRY(find_all(b, node, node->gids, node->count, true));
    for (cim__cql_node *n = node->child; n; n = n->next) {
        if (n->op == CIM__CQL_GEOMETRY) n->layers = all_layers;
        else CIM__TRY(bind_node(b, n));
    }
    CIM__TRY(bind_set(b, node));
    sum_up(node);
    put_in_order(node);
    return CIM_OK;
}

static cim_status add_at(cim_ctx *ctx, const char *at, cim__cql *cql)
{
    cim__cql_node *both = cim__arena_alloc(&cql->arena, 2 * sizeof *both), *alive = both + 1;
    if (!both) return cim__nomem(ctx);
    memset(both, 0, 2 * sizeof *both);
    alive->op = CIM__CQL_ALIVE;
    if (!cim__cql_read_instant(cim__str_of(at), &alive->instant))
        return cim__fail(ctx, CIM_EARG, "at: %.60s is no date or time (2026-01-31 or 2026-01-31T12:00:00Z)", at);
    both->op = CIM__CQL_AND;
    both->child = alive;
    alive->next = cql->root;
    cql->root = both;
    return CIM_OK;
}

cim_status cim__cql_bind(cim_ctx *ctx, cim_city *city, int32_t epsg, const char *at, cim__cql *cql)
{
    cim__cql_binding b = { .ctx = ctx, .city = city, .cql = cql, .epsg = epsg };
    cim__gbuild_init(&b.build, ctx->mem);
    cim_status st = epsg < 0 ? cim__fail(ctx, CIM_EARG, "EPSG:%d is not known", (int)epsg) : at ? add_at(ctx, at, cql) : CIM_OK;
    if (st >= 0) st = bind_node(&b, cql->root);
    cim__gbuild_free(&b.build);
    cim__transform_free(b.transform);
    return st;
}
