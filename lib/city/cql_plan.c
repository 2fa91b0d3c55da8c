/* cql_plan.c - possible truths, and candidates. */
#include "city/cql_plan.h"

#include <math.h>
#include <stdlib.h>

enum { MAY_FALSE = 1 << CIM__FALSE, MAY_TRUE = 1 << CIM__TRUE, MAY_UNKNOWN = 1 << CIM__UNKNOWN, MAY_ANY = MAY_FALSE | MAY_TRUE | MAY_UNKNOWN };

uint64_t *cim__cql_bits(cim_ctx *ctx, const cim_city *city) { return cim__zalloc_n(ctx->mem, (size_t)city->max_id / 64 + 1, sizeof(uint64_t)); }

/* ---- windows ---- */

/* The box that objects must meet, for a predicate of the object's own geometry against a constant. */
static bool window_of(const cim__cql_node *node, cim_box *box)
{
    const cim__cql_node *left = node->child, *right = left->next;
    const cim__cql_node *constant = left->op == CIM__CQL_GEOMETRY ? left : right, *path = constant == left ? right : left;
    if (constant->op != CIM__CQL_GEOMETRY || path->op != CIM__CQL_PATH || path->path->hop_count) return false;
    *box = constant->geom->box;
    if (node->op == CIM__CQL_SPATIAL) return node->predicate != CIM__DISJOINT;
    double d = node->distance_m * (1.0 + 1e-9) + 1e-6;
    if (cim__box_ok(box)) *box = (cim_box){ box->min_x - d, box->min_y - d, box->max_x + d, box->max_y + d };
    return true;
}

static bool finite_box(const cim_box *b) { return isfinite(b->min_x) && isfinite(b->min_y) && isfinite(b->max_x) && isfinite(b->max_y); }

static void find_windows(cim__cql_plan *p, cim__cql_node *node, bool required)
{
    cim_box box;
    if (node->op == CIM__CQL_SPATIAL || node->op == CIM__CQL_WITHIN_DISTANCE) {
        if (p->window_count == CIM__CQL_WINDOWS || !window_of(node, &box) || (cim__box_ok(&box) && !finite_box(&box))) return;
        p->windows[p->window_count] = (cim__cql_window){ .node = node, .box = box, .required = required };
        node->window = ++p->window_count;
    } else if (node->op == CIM__CQL_AND || node->op == CIM__CQL_OR || node->op == CIM__CQL_NOT) {
        for (cim__cql_node *n = node->child; n; n = n->next) find_windows(p, n, required && node->op == CIM__CQL_AND);
    }
}

static cim_status count_window(cim__cql_plan *p, cim__cql_window *w)
{
    w->count = 0;
    cim_probe probe = cim_probe_box(&w->box);
    return cim__box_ok(&w->box) ? cim_index_query(p->ctx, p->city->index, &probe, NULL, 0, &w->count) : CIM_OK;
}

/* Objects whose box meets the window; freed by the caller. */
static cim_status fill_window(cim__cql_plan *p, const cim__cql_window *w, uint32_t **ids_out, size_t *count_out)
{
    size_t count = 0, got = 0;
    cim_probe probe = cim_probe_box(&w->box);
    if (cim__box_ok(&w->box)) CIM__TRY(cim_index_query(p->ctx, p->city->index, &probe, NULL, 0, &count));
    uint32_t *ids = cim__alloc_n(p->ctx->mem, count + 1, sizeof *ids);
    if (!ids) return cim__nomem(p->ctx);
    cim_status st = count ? cim_index_query(p->ctx, p->city->index, &probe, ids, count, &got) : CIM_OK;
    if (st < 0) cim__free(p->ctx->mem, ids);
    else *ids_out = ids;
    *count_out = got;
    return st;
}

static cim_status mark_window(cim__cql_plan *p, cim__cql_window *w)
{
    uint32_t *ids;
    size_t count;
    CIM__TRY(fill_window(p, w, &ids, &count));
    w->bits = cim__cql_bits(p->ctx, p->city);
    for (size_t i = 0; i < count && w->bits; i++) cim__cql_set_bit(w->bits, ids[i]);
    cim__free(p->ctx->mem, ids);
    return w->bits ? CIM_OK : cim__nomem(p->ctx);
}

/* ---- possible truths ---- */

static uint8_t negated(uint8_t may) { return (uint8_t)((may & MAY_UNKNOWN) | (may & MAY_TRUE ? MAY_FALSE : 0) | (may & MAY_FALSE ? MAY_TRUE : 0)); }

/* OR of two: true if one can be, false if both can be, unknown if one can be and the other need not be true. */
static uint8_t either(uint8_t a, uint8_t b)
{
    uint8_t may = (uint8_t)(((a | b) & MAY_TRUE) | (a & b & MAY_FALSE));
    if (((a & MAY_UNKNOWN) && (b & (MAY_UNKNOWN | MAY_FALSE))) || ((b & MAY_UNKNOWN) && (a & (MAY_UNKNOWN | MAY_FALSE)))) may |= MAY_UNKNOWN;
    return may;
}

static cim_status possible(cim__cql_plan *p, cim__cql_eval *e, const cim__cql_node *node, uint8_t *may_out);

static cim_status possible_list(cim__cql_plan *p, cim__cql_eval *e, const cim__cql_node *node, uint8_t *may_out)
{
    bool and = node->op == CIM__CQL_AND;
    uint8_t may = MAY_FALSE, here; /* of the OR of the operands, or of their negations */
    for (const cim__cql_node *n = node->child; n && may != MAY_TRUE; n = n->next) {
        CIM__TRY(possible(p, e, n, &here));
        may = either(may, and ? negated(here) : here);
    }
    *may_out = and ? negated(may) : may;
    return CIM_OK;
}

static uint8_t possible_in_window(const cim__cql_plan *p, const cim__cql_node *node, uint32_t id)
{
    const cim__cql_window *w = node->window ? &p->windows[node->window - 1] : NULL;
    return w && w->bits && !cim__cql_bit(w->bits, id) ? MAY_FALSE | MAY_UNKNOWN : MAY_ANY;
}

static cim_status possible(cim__cql_plan *p, cim__cql_eval *e, const cim__cql_node *node, uint8_t *may_out)
{
    uint8_t layer = p->city->layer[e->id];
    cim__truth truth;
    *may_out = MAY_ANY;
    if (!(node->reads & ~CIM__CQL_READS_RELATIONS)) {
        CIM__TRY(cim__cql_truth(e, node, &truth));
        *may_out = (uint8_t)(1u << truth);
    } else if (node->op == CIM__CQL_AND || node->op == CIM__CQL_OR) {
        return possible_list(p, e, node, may_out);
    } else if (node->op == CIM__CQL_NOT) {
        CIM__TRY(possible(p, e, node->child, may_out));
        *may_out = negated(*may_out);
    } else if (node->op == CIM__CQL_IS_NULL) {
        if (!(node->child->layers >> layer & 1)) *may_out = MAY_TRUE;
    } else if (!(node->layers >> layer & 1)) {
        *may_out = MAY_UNKNOWN;
    } else if (node->op == CIM__CQL_SPATIAL || node->op == CIM__CQL_WITHIN_DISTANCE) {
        *may_out = possible_in_window(p, node, e->id);
    }
    return CIM_OK;
}

/* ---- candidates ---- */

static int ascending(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return x < y ? -1 : x > y;
}

typedef struct candidates {
    cim__cql_plan *plan;
    cim__cql_eval *eval;
    bool read_all;
    cim__buf rows; /* uint32_t */
} candidates;

static cim_status consider(candidates *c, uint32_t id)
{
    uint8_t may;
    cim__cql_plan *p = c->plan;
    if (!cim__city_has(p->city, id)) return CIM_OK;
    cim__cql_eval_at(c->eval, id, NULL);
    CIM__TRY(possible(p, c->eval, p->cql->root, &may));
    if ((p->considered++ & 0xfff) == 0) CIM__TRY(cim__tick(p->ctx, id, p->city->max_id, "query"));
    if (!(may & MAY_TRUE)) return CIM_OK;
    if (may == MAY_TRUE && !c->read_all) {
        cim__cql_set_bit(p->certain, id);
        p->certain_count++;
        return CIM_OK;
    }
    p->layer_start[p->city->layer[id] + 1]++;
    uint32_t *slot = CIM__PUSH(&c->rows, uint32_t);
    if (!slot) return cim__nomem(p->ctx);
    *slot = id;
    return CIM_OK;
}

static cim_status consider_list(candidates *c, const uint32_t *ids, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (!i || ids[i] != ids[i - 1]) CIM__TRY(consider(c, ids[i]));
    return CIM_OK;
}

static cim_status consider_window(candidates *c, const cim__cql_window *w)
{
    uint32_t *ids;
    size_t count;
    CIM__TRY(fill_window(c->plan, w, &ids, &count));
    if (count) qsort(ids, count, sizeof *ids, ascending);
    cim_status st = consider_list(c, ids, count);
    cim__free(c->plan->ctx->mem, ids);
    return st;
}

static cim_status consider_all(candidates *c)
{
    for (uint64_t id = 0; id <= c->plan->city->max_id; id++) CIM__TRY(consider(c, (uint32_t)id));
    return CIM_OK;
}

/* The required condition that leaves the fewest objects. */
static cim_status choose_start(cim__cql_plan *p)
{
    const cim__cql_node *root = p->cql->root;
    size_t best = p->city->count;
    p->from = CIM__CQL_FROM_ALL;
    for (const cim__cql_node *n = root->op == CIM__CQL_AND ? root->child : root; n; n = n->next)
        if (n->op == CIM__CQL_MEMBERS && n->count <= best) {
            best = n->count;
            p->members = n;
            p->from = CIM__CQL_FROM_IDS;
        }
    for (uint32_t i = 0; i < p->window_count; i++) {
        cim__cql_window *w = &p->windows[i];
        if (!w->required) continue;
        CIM__TRY(count_window(p, w));
        if (w->count >= best) continue;
        best = w->count;
        p->start = i;
        p->from = CIM__CQL_FROM_WINDOW;
    }
    return CIM_OK;
}

/* Ids by layer, each layer ascending: they came ascending. */
static cim_status sort_rows(cim__cql_plan *p, const cim__buf *rows)
{
    size_t at[CIM__LAYER_COUNT], count = CIM__COUNT(rows, uint32_t);
    for (int l = 0; l < CIM__LAYER_COUNT; l++) {
        p->layer_start[l + 1] += p->layer_start[l];
        at[l] = p->layer_start[l];
    }
    p->rows = cim__alloc_n(p->ctx->mem, count + 1, sizeof *p->rows);
    if (!p->rows) return cim__nomem(p->ctx);
    for (size_t i = 0; i < count; i++) {
        uint32_t id = CIM__AT(rows, uint32_t, i);
        p->rows[at[p->city->layer[id]]++] = id;
    }
    return CIM_OK;
}

static cim_status find_candidates(cim__cql_plan *p, cim__cql_eval *eval, bool read_all)
{
    candidates c = { p, eval, read_all, cim__buf_on(p->ctx->mem) };
    cim_status st;
    bool window = p->from == CIM__CQL_FROM_WINDOW;
    for (uint32_t i = 0; i < p->window_count; i++)
        if (!window || i != p->start) CIM__TRY(mark_window(p, &p->windows[i]));
    if (window) st = consider_window(&c, &p->windows[p->start]);
    else if (p->from == CIM__CQL_FROM_IDS) st = consider_list(&c, p->members->ids, p->members->count);
    else st = consider_all(&c);
    if (st >= 0) st = sort_rows(p, &c.rows);
    cim__buf_free(&c.rows);
    return st;
}

cim_status cim__cql_plan_new(cim_ctx *ctx, cim_city *city, cim__cql *cql, cim__cql_eval *eval, bool read_all, cim__cql_plan *p)
{
    memset(p, 0, sizeof *p);
    p->ctx = ctx;
    p->city = city;
    p->cql = cql;
    p->certain = cim__cql_bits(ctx, city);
    cim_status st = p->certain ? CIM_OK : cim__nomem(ctx);
    if (st >= 0 && (cql->root->reads & CIM__CQL_READS_RELATIONS)) st = cim__city_relations(ctx, city);
    find_windows(p, cql->root, true);
    if (st >= 0) st = choose_start(p);
    if (st >= 0) st = find_candidates(p, eval, read_all);
    if (st < 0) cim__cql_plan_free(p);
    return st;
}

void cim__cql_plan_free(cim__cql_plan *p)
{
    if (!p->ctx) return;
    for (uint32_t i = 0; i < p->window_count; i++) cim__free(p->ctx->mem, p->windows[i].bits);
    cim__free(p->ctx->mem, p->certain);
    cim__free(p->ctx->mem, p->rows);
    p->ctx = NULL;
}
