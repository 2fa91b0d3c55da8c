/* cql_eval.c - truth of a node at an object.
 *
 * An expression has a list of values, which lie on a stack: none (it is NULL), one, or several when a property has several.  An
 * operation takes every combination of its operands' values, so a comparison is
 *     unknown when an operand has no value; true when it is true for any combination; unknown when it is unknown for any; else false. */
#include "city/cql_eval.h"

#include "city/cql_bind.h"

enum { VALUES_MAX = 1 << 20 }; /* combinations of one expression at one object */

/* ---- set-up ---- */

static void want(const cim__cql_path *path, cim__columns *columns)
{
    switch (path->end) {
    case CIM__CQL_ID: columns->gid = true; break;
    case CIM__CQL_VALID_FROM:
    case CIM__CQL_VALID_TO: columns->valid = true; break;
    case CIM__CQL_GEOM: columns->geom = true; break;
    case CIM__CQL_COLUMN: columns->values |= 1ull << path->attr; break;
    case CIM__CQL_RULE:
        columns->values |= 1ull << path->attr;
        columns->derived = true;
        break;
    case CIM__CQL_ATTRIBUTE: columns->attrs = true; break;
    default: break;
    }
}

void cim__cql_columns(const cim__cql *cql, bool own, cim__columns *columns_out)
{
    *columns_out = (cim__columns){ .values = 0 };
    for (const cim__cql_path *p = cql->paths; p; p = p->next)
        if (own == (p->hop_count == 0)) want(p, columns_out);
    for (const cim__cql_node *n = cql->root ? cql->root->child : NULL; own && n; n = n->next)
        if (n->op == CIM__CQL_ALIVE) columns_out->valid = true;
}

cim_status cim__cql_eval_new(cim_ctx *ctx, cim_city *city, cim__cql *cql, cim__cql_eval *e)
{
    memset(e, 0, sizeof *e);
    e->ctx = ctx;
    e->city = city;
    e->cql = cql;
    e->values = e->targets[0] = e->targets[1] = cim__buf_on(ctx->mem);
    e->texts = cim__arena_on(ctx->mem);
    cim__gbuild_init(&e->geom, ctx->mem);
    cim__gbuild_init(&e->other_geom, ctx->mem);
    cim__map_init(&e->cache.places, ctx->mem);
    e->cache.runs = e->cache.values = cim__buf_on(ctx->mem);
    e->cache.texts = cim__arena_on(ctx->mem);
    cim__cql_columns(cql, false, &e->other_columns);
    e->seen = cim__zalloc_n(ctx->mem, (size_t)cql->path_count + 1, sizeof *e->seen);
    return e->seen ? CIM_OK : cim__nomem(ctx);
}

void cim__cql_eval_free(cim__cql_eval *e)
{
    if (!e->ctx) return;
    cim__mem *mem = e->ctx->mem;
    for (int l = 0; l < CIM__LAYER_COUNT; l++) e->city->rows->select_end(e->city->store, e->others[l]);
    cim__buf *bufs[] = { &e->values, &e->targets[0], &e->targets[1], &e->cache.runs, &e->cache.values };
    for (size_t i = 0; i < sizeof bufs / sizeof *bufs; i++) cim__buf_free(bufs[i]);
    cim__arena_free(&e->texts);
    cim__arena_free(&e->cache.texts);
    cim__map_free(&e->cache.places);
    cim__gbuild_free(&e->geom);
    cim__gbuild_free(&e->other_geom);
    cim__free(mem, e->stamps);
    cim__free(mem, e->seen);
    e->ctx = NULL;
}

void cim__cql_eval_at(cim__cql_eval *e, uint32_t id, const cim__object *row)
{
    e->id = id;
    e->row = row;
    e->values.size = 0;
    e->geom_state = CIM__CQL_GEOM_UNSEEN;
    cim__arena_reset(&e->texts);
    cim__cql_cache_trim(e);
}

/* ---- values ---- */

static size_t top(const cim__cql_eval *e) { return CIM__COUNT(&e->values, cim__cql_value); }
static cim__cql_value *value_at(const cim__cql_eval *e, size_t i) { return &CIM__AT(&e->values, cim__cql_value, i); }
static void drop_to(cim__cql_eval *e, size_t base) { e->values.size = base * sizeof(cim__cql_value); }

cim_status cim__cql_push(cim__cql_eval *e, const cim__cql_value *value)
{
    cim__cql_value copy = *value, *slot = CIM__PUSH(&e->values, cim__cql_value);
    if (!slot) return cim__nomem(e->ctx);
    *slot = copy;
    return CIM_OK;
}

cim_status cim__cql_push_path(cim__cql_eval *e, const cim__cql_path *path)
{
    if (path->hop_count) return cim__cql_push_related(e, path);
    return cim__cql_end_values(e->ctx, e->city, path, e->id, e->row, &e->texts, &e->values, e->seen);
}

static cim_status push_node(cim__cql_eval *e, const cim__cql_node *node);

/* Results take the place of the operands: [base, top) becomes [base, base + results). */
static void replace(cim__cql_eval *e, size_t base, size_t from)
{
    size_t count = top(e) - from;
    if (count && from > base) memmove(value_at(e, base), value_at(e, from), count * sizeof(cim__cql_value));
    drop_to(e, base + count);
}

/* One value against any number is no product. */
static bool too_large(size_t n, size_t m) { return n > 1 && m > 1 && n > VALUES_MAX / m; }

static cim_status too_many(cim__cql_eval *e, const cim__cql_node *node)
{
    return cim__fail(e->ctx, CIM_ELIMIT, "query:%u: more than %d combinations of values at object %u", node->column, VALUES_MAX, e->id);
}

static cim_status push_arithmetic(cim__cql_eval *e, const cim__cql_node *node)
{
    size_t a = top(e);
    CIM__TRY(push_node(e, node->child));
    size_t b = top(e);
    CIM__TRY(push_node(e, node->child->next));
    size_t end = top(e);
    if (too_large(b - a, end - b)) return too_many(e, node);
    for (size_t i = a; i < b; i++)
        for (size_t j = b; j < end; j++) {
            cim__cql_value r = { .type = CIM__CQL_REAL };
            double x, y;
            if (!cim__cql_real_of(value_at(e, i), &x) || !cim__cql_real_of(value_at(e, j), &y)) continue;
            if (cim__cql_arithmetic(node->op, x, y, &r.real)) CIM__TRY(cim__cql_push(e, &r));
        }
    replace(e, a, end);
    return CIM_OK;
}

static cim_status push_negated(cim__cql_eval *e, const cim__cql_node *node)
{
    size_t base = top(e), to = base;
    CIM__TRY(push_node(e, node->child));
    for (size_t i = base; i < top(e); i++) {
        double x;
        if (cim__cql_real_of(value_at(e, i), &x)) *value_at(e, to++) = (cim__cql_value){ .type = CIM__CQL_REAL, .real = -x };
    }
    drop_to(e, to);
    return CIM_OK;
}

static cim_status push_folded(cim__cql_eval *e, const cim__cql_node *node)
{
    size_t base = top(e), to = base;
    CIM__TRY(push_node(e, node->child));
    for (size_t i = base; i < top(e); i++) {
        cim__str text;
        if (!cim__cql_text_of(value_at(e, i), &e->texts, &text)) continue;
        text = node->op == CIM__CQL_CASEI ? cim__cql_fold_case(text, &e->texts) : cim__cql_fold_accents(text, &e->texts);
        if (!text.ptr) return cim__nomem(e->ctx);
        *value_at(e, to++) = (cim__cql_value){ .type = CIM__CQL_TEXT, .text = text };
    }
    drop_to(e, to);
    return CIM_OK;
}

static cim_status push_truth(cim__cql_eval *e, const cim__cql_node *node)
{
    cim__truth truth;
    CIM__TRY(cim__cql_truth(e, node->child, &truth));
    return truth == CIM__UNKNOWN ? CIM_OK : cim__cql_push(e, &(cim__cql_value){ .type = CIM__CQL_BOOL, .truth = truth == CIM__TRUE });
}

/* ---- intervals ---- */

/* An end as instants; a life span without an end is open there. */
static cim_status push_end(cim__cql_eval *e, const cim__cql_node *node, bool from)
{
    cim__cql_value open = { .type = CIM__CQL_TIME };
    size_t base = top(e), to = base;
    open.time.from = open.time.to = from ? CIM__CQL_PAST : CIM__CQL_FUTURE;
    if (node->op == CIM__CQL_OPEN) return cim__cql_push(e, &open);
    CIM__TRY(push_node(e, node));
    if (top(e) == base && node->op == CIM__CQL_PATH && !node->path->hop_count && node->path->end == (from ? CIM__CQL_VALID_FROM : CIM__CQL_VALID_TO))
        return cim__cql_push(e, &open);
    for (size_t i = base; i < top(e); i++) {
        cim__cql_value at;
        if (cim__cql_time_of(value_at(e, i), &at)) *value_at(e, to++) = at;
    }
    drop_to(e, to);
    return CIM_OK;
}

static cim_status push_interval(cim__cql_eval *e, const cim__cql_node *node)
{
    const cim__cql_node *from = node->child, *to = from->next;
    if (!to) return cim__cql_push(e, &from->literal); /* constant */
    size_t a = top(e);
    CIM__TRY(push_end(e, from, true));
    size_t b = top(e);
    CIM__TRY(push_end(e, to, false));
    size_t end = top(e);
    if (too_large(b - a, end - b)) return too_many(e, node);
    for (size_t i = a; i < b; i++)
        for (size_t j = b; j < end; j++) {
            cim__cql_value v = { .type = CIM__CQL_TIME, .time = { value_at(e, i)->time.from, value_at(e, j)->time.to } };
            CIM__TRY(cim__cql_push(e, &v));
        }
    replace(e, a, end);
    return CIM_OK;
}

static cim_status push_node(cim__cql_eval *e, const cim__cql_node *node)
{
    switch (node->op) {
    case CIM__CQL_LITERAL: return cim__cql_push(e, &node->literal);
    case CIM__CQL_PATH: return cim__cql_push_path(e, node->path);
    case CIM__CQL_NEGATE: return push_negated(e, node);
    case CIM__CQL_CASEI:
    case CIM__CQL_ACCENTI: return push_folded(e, node);
    case CIM__CQL_AS_VALUE: return push_truth(e, node);
    case CIM__CQL_INTERVAL: return push_interval(e, node);
    default: return push_arithmetic(e, node);
    }
}

/* ---- predicates over values ---- */

/* Any: true wins, then unknown. */
static cim__truth either(cim__truth a, cim__truth b)
{
    return a == CIM__TRUE || b == CIM__TRUE ? CIM__TRUE : a == CIM__UNKNOWN || b == CIM__UNKNOWN ? CIM__UNKNOWN : CIM__FALSE;
}

static cim__truth negation(cim__truth t) { return t == CIM__UNKNOWN ? t : t == CIM__TRUE ? CIM__FALSE : CIM__TRUE; }

static cim__truth both(cim__truth a, cim__truth b) { return negation(either(negation(a), negation(b))); }

static cim__truth pair(cim__cql_eval *e, const cim__cql_node *node, const cim__cql_value *a, const cim__cql_value *b)
{
    cim__str text, pattern;
    if (node->op == CIM__CQL_TEMPORAL) return cim__cql_relate_times(node->relation, a, b);
    if (node->op != CIM__CQL_LIKE) return cim__cql_compare(node->op, a, b);
    if (b->type != CIM__CQL_TEXT || !cim__cql_text_of(a, &e->texts, &text) || !cim__cql_text_of(b, &e->texts, &pattern)) return CIM__UNKNOWN;
    return cim__cql_like(text, pattern);
}

static cim_status truth_of_pairs(cim__cql_eval *e, const cim__cql_node *node, cim__truth *truth_out)
{
    size_t a = top(e);
    CIM__TRY(push_node(e, node->child));
    size_t b = top(e);
    CIM__TRY(push_node(e, node->child->next));
    size_t end = top(e);
    cim__truth truth = CIM__FALSE;
    if (too_large(b - a, end - b)) return too_many(e, node);
    for (size_t i = a; i < b && truth != CIM__TRUE; i++)
        for (size_t j = b; j < end && truth != CIM__TRUE; j++) truth = either(truth, pair(e, node, value_at(e, i), value_at(e, j)));
    drop_to(e, a);
    *truth_out = b > a && end > b ? truth : CIM__UNKNOWN;
    return CIM_OK;
}

static cim_status truth_of_between(cim__cql_eval *e, const cim__cql_node *node, cim__truth *truth_out)
{
    size_t at[4] = { top(e) };
    const cim__cql_node *operand = node->child;
    for (int i = 1; i < 4; i++, operand = operand->next) {
        CIM__TRY(push_node(e, operand));
        at[i] = top(e);
    }
    if (too_large(at[1] - at[0], at[2] - at[1]) || too_large(at[2] - at[1], at[3] - at[2]) || too_large(at[1] - at[0], at[3] - at[2])) return too_many(e, node);
    cim__truth truth = at[1] > at[0] && at[2] > at[1] && at[3] > at[2] ? CIM__FALSE : CIM__UNKNOWN;
    for (size_t i = at[0]; i < at[1]; i++)
        for (size_t j = at[1]; j < at[2]; j++)
            for (size_t k = at[2]; k < at[3]; k++)
                truth = either(truth, both(cim__cql_compare(CIM__CQL_GREATER_EQUAL, value_at(e, i), value_at(e, j)),
                                           cim__cql_compare(CIM__CQL_LESS_EQUAL, value_at(e, i), value_at(e, k))));
    drop_to(e, at[0]);
    *truth_out = truth;
    return CIM_OK;
}

static cim_status truth_of_in(cim__cql_eval *e, const cim__cql_node *node, cim__truth *truth_out)
{
    size_t a = top(e), b;
    cim__truth truth = CIM__FALSE;
    CIM__TRY(push_node(e, node->child));
    b = top(e);
    for (const cim__cql_node *n = node->child->next; n && truth != CIM__TRUE && b > a; n = n->next) {
        if (n->op == CIM__CQL_LITERAL) {
            for (size_t i = a; i < b; i++) truth = either(truth, cim__cql_compare(CIM__CQL_EQUAL, value_at(e, i), &n->literal));
            continue;
        }
        CIM__TRY(push_node(e, n));
        if (top(e) == b) truth = either(truth, CIM__UNKNOWN);
        for (size_t i = a; i < b; i++)
            for (size_t j = b; j < top(e); j++) truth = either(truth, cim__cql_compare(CIM__CQL_EQUAL, value_at(e, i), value_at(e, j)));
        drop_to(e, b);
    }
    drop_to(e, a);
    *truth_out = b > a ? truth : CIM__UNKNOWN;
    return CIM_OK;
}

static cim_status truth_of_null(cim__cql_eval *e, const cim__cql_node *node, cim__truth *truth_out)
{
    size_t base = top(e);
    CIM__TRY(push_node(e, node->child));
    *truth_out = top(e) == base;
    drop_to(e, base);
    return CIM_OK;
}

/* ---- predicates over objects ---- */

static bool is_member(const cim__cql_node *node, uint32_t id)
{
    uint32_t lo = 0, hi = node->count;
    while (lo < hi) {
        uint32_t mid = lo + (hi - lo) / 2;
        if (node->ids[mid] < id) lo = mid + 1;
        else hi = mid;
    }
    return lo < node->count && node->ids[lo] == id;
}

static cim_status truth_of_related(cim__cql_eval *e, const cim__cql_node *node, cim__truth *truth_out)
{
    const uint32_t *ids;
    size_t count;
    *truth_out = CIM__FALSE;
    CIM__TRY(cim__cql_targets(e, node->over, node->over->hop_count, &ids, &count));
    for (size_t i = 0; i < count; i++)
        if (is_member(node, ids[i])) *truth_out = CIM__TRUE;
    return CIM_OK;
}

/* Life spans are half open, so that of two successors exactly one is alive at the change.  A text that is no date bounds nothing. */
static cim__truth truth_of_alive(const cim__cql_eval *e, const cim__cql_node *node)
{
    cim__cql_instant from, to;
    if (cim__cql_read_instant(e->row->valid_from, &from) && node->instant.first < from.first) return CIM__FALSE;
    if (cim__cql_read_instant(e->row->valid_to, &to) && node->instant.first >= to.first) return CIM__FALSE;
    return CIM__TRUE;
}

static bool in_mask(const cim__cql_node *node, unsigned i) { return node->mask[i >> 6] >> (i & 63) & 1; }

static cim_status truth_of_list(cim__cql_eval *e, const cim__cql_node *node, cim__truth *truth_out)
{
    cim__truth decides = node->op == CIM__CQL_OR ? CIM__TRUE : CIM__FALSE, truth = negation(decides), here;
    for (const cim__cql_node *n = node->child; n && truth != decides; n = n->next) {
        CIM__TRY(cim__cql_truth(e, n, &here));
        truth = node->op == CIM__CQL_OR ? either(truth, here) : both(truth, here);
    }
    *truth_out = truth;
    return CIM_OK;
}

cim_status cim__cql_truth(cim__cql_eval *e, const cim__cql_node *node, cim__truth *truth_out)
{
    switch (node->op) {
    case CIM__CQL_TRUTH: *truth_out = node->truth; return CIM_OK;
    case CIM__CQL_AND:
    case CIM__CQL_OR: return truth_of_list(e, node, truth_out);
    case CIM__CQL_NOT:
        CIM__TRY(cim__cql_truth(e, node->child, truth_out));
        *truth_out = negation(*truth_out);
        return CIM_OK;
    case CIM__CQL_BETWEEN: return truth_of_between(e, node, truth_out);
    case CIM__CQL_IN: return truth_of_in(e, node, truth_out);
    case CIM__CQL_IS_NULL: return truth_of_null(e, node, truth_out);
    case CIM__CQL_IS_RELATED: return truth_of_related(e, node, truth_out);
    case CIM__CQL_SPATIAL:
    case CIM__CQL_WITHIN_DISTANCE: return cim__cql_spatial(e, node, truth_out);
    case CIM__CQL_ALIVE: *truth_out = truth_of_alive(e, node); return CIM_OK;
    case CIM__CQL_CLASSES: *truth_out = in_mask(node, e->city->class_id[e->id]); return CIM_OK;
    case CIM__CQL_LAYERS: *truth_out = in_mask(node, e->city->layer[e->id]); return CIM_OK;
    case CIM__CQL_MEMBERS: *truth_out = is_member(node, e->id); return CIM_OK;
    default: return truth_of_pairs(e, node, truth_out);
    }
}
