/* cql_run.c - running a query: candidates, rows, order, limits. */
#include "city/cql_run.h"

#include "city/cql_bind.h"

#include <stdlib.h>

/* ---- rows in runs ---- */

enum { GAP = 2, RUN_MAX = 4096 }; /* a row that is not wanted costs less than a new look-up; a longer run would keep others waiting */

typedef struct reading {
    const uint32_t *ids;
    size_t count, at;
    cim__object_fn fn;
    void *user;
} reading;

static cim_status see_row(cim_ctx *ctx, const cim__object *object, void *user)
{
    reading *r = user;
    if (r->at == r->count || object->id != r->ids[r->at]) return CIM_OK;
    r->at++;
    return r->fn(ctx, object, r->user);
}

static size_t run_end(const uint32_t *ids, size_t first, size_t count)
{
    size_t i = first + 1;
    while (i < count && ids[i] - ids[i - 1] <= GAP && i - first < RUN_MAX) i++;
    return i;
}

cim_status cim__cql_read_rows(cim_ctx *ctx, cim_city *city, cim__layer_id layer, const cim__columns *columns, const uint32_t *ids, size_t count,
                               cim__object_fn fn, void *user)
{
    const cim__rows *rows = city->rows;
    void *selection = NULL;
    reading r = { ids, 0, 0, fn, user };
    if (!count) return CIM_OK;
    CIM__TRY(rows->select(ctx, city->store, layer, columns, &selection));
    cim_status st = CIM_OK;
    while (r.at < count && st >= 0) {
        r.count = run_end(ids, r.at, count);
        st = rows->select_run(ctx, city->store, selection, ids[r.at], ids[r.count - 1], see_row, &r);
        if (st >= 0 && r.at < r.count) st = cim__fail(ctx, CIM_EFORMAT, "object %u is not in table %s", ids[r.at], cim__layers[layer].table);
        if (st >= 0) st = cim__tick(ctx, r.at, count, "query");
    }
    rows->select_end(city->store, selection);
    return st;
}

/* ---- preparing ---- */

cim_status cim__cql_prepare(cim_ctx *ctx, cim_city *city, const char *text, const cim_query_options *opts, cim__cql *cql, const cim__cql_path **sort_out)
{
    cim__cql_path *sort = NULL;
    CIM__TRY(cim__cql_parse(ctx, text, cql));
    CIM__TRY(cim__cql_bind(ctx, city, opts->epsg, opts->at, cql));
    if (opts->sort) CIM__TRY(cim__cql_parse_name(ctx, opts->sort, "sort", cql, &sort));
    if (sort && (sort->end == CIM__CQL_GEOM || sort->end == CIM__CQL_RELATED)) return cim__fail(ctx, CIM_EARG, "sort: %.60s has no order", opts->sort);
    if (sort && (cim__cql_path_reads(sort) & CIM__CQL_READS_RELATIONS)) CIM__TRY(cim__city_relations(ctx, city));
    *sort_out = sort;
    return CIM_OK;
}

/* ---- order ---- */

typedef struct found {
    cim__cql_value key; /* opaque: none */
    uint32_t id;
    bool descending;
} found;

/* Numbers, also those written as text, before texts. */
static int rank(const cim__cql_value *v) { return v->type == CIM__CQL_REAL ? 0 : v->type == CIM__CQL_TEXT ? 1 : 2; }

static int key_order(const cim__cql_value *a, const cim__cql_value *b)
{
    if (rank(a) != rank(b)) return rank(a) - rank(b);
    if (rank(a) == 2 || cim__cql_compare(CIM__CQL_EQUAL, a, b) == CIM__TRUE) return 0;
    return cim__cql_compare(CIM__CQL_LESS, a, b) == CIM__TRUE ? -1 : 1;
}

/* Objects without a value come last either way; equal ones by number. */
static int found_order(const void *x, const void *y)
{
    const found *a = x, *b = y;
    int order = key_order(&a->key, &b->key);
    if (a->descending && rank(&a->key) < 2 && rank(&b->key) < 2) order = -order;
    return order ? order : a->id < b->id ? -1 : a->id > b->id;
}

static cim__cql_value as_key(const cim__cql_value *v)
{
    cim__cql_value key = *v;
    double real;
    if (v->type == CIM__CQL_BOOL) key = (cim__cql_value){ .type = CIM__CQL_REAL, .real = v->truth };
    else if (cim__cql_real_of(v, &real)) key = (cim__cql_value){ .type = CIM__CQL_REAL, .real = real };
    return key;
}

/* ---- the run ---- */

typedef struct running {
    cim_ctx *ctx;
    cim_city *city;
    const char *text;
    const cim_query_options *opts;
    cim__cql cql;
    cim__cql_eval eval;
    cim__cql_plan plan;
    const cim__cql_path *sort;
    uint64_t matched;
    cim__buf found;    /* found, when sorting */
    cim__arena keys;
} running;

/* The value that comes first in the order asked for. */
static cim_status sort_key(running *r, cim__cql_value *key_out)
{
    cim__cql_eval *e = &r->eval;
    bool descending = (r->opts->flags & CIM_QUERY_DESCENDING) != 0;
    *key_out = (cim__cql_value){ .type = CIM__CQL_OPAQUE };
    e->values.size = 0;
    CIM__TRY(cim__cql_push_path(e, r->sort));
    for (size_t i = 0; i < CIM__COUNT(&e->values, cim__cql_value); i++) {
        cim__cql_value key = as_key(&CIM__AT(&e->values, cim__cql_value, i));
        if (rank(&key) == 2) continue;
        int order = key_order(&key, key_out);
        if (rank(key_out) == 2 || (descending ? order > 0 : order < 0)) *key_out = key;
    }
    if (key_out->type != CIM__CQL_TEXT) return CIM_OK;
    key_out->text = cim__arena_str(&r->keys, key_out->text);
    return key_out->text.ptr ? CIM_OK : cim__nomem(r->ctx);
}

static cim_status take_match(running *r, uint32_t id)
{
    r->matched++;
    if (!r->sort) {
        cim__cql_set_bit(r->plan.certain, id);
        return CIM_OK;
    }
    found f = { .id = id, .descending = (r->opts->flags & CIM_QUERY_DESCENDING) != 0 };
    CIM__TRY(sort_key(r, &f.key));
    found *slot = CIM__PUSH(&r->found, found);
    if (!slot) return cim__nomem(r->ctx);
    *slot = f;
    return CIM_OK;
}

static cim_status see_candidate(cim_ctx *ctx, const cim__object *object, void *user)
{
    running *r = user;
    cim__truth truth;
    (void)ctx;
    cim__cql_eval_at(&r->eval, object->id, object);
    CIM__TRY(cim__cql_truth(&r->eval, r->cql.root, &truth));
    return truth == CIM__TRUE ? take_match(r, object->id) : CIM_OK;
}

static cim_status read_candidates(running *r)
{
    cim__columns columns;
    cim__cql_columns(&r->cql, true, &columns);
    for (int l = 0; l < CIM__LAYER_COUNT; l++) {
        size_t first = r->plan.layer_start[l], count = r->plan.layer_start[l + 1] - first;
        CIM__TRY(cim__cql_read_rows(r->ctx, r->city, (cim__layer_id)l, &columns, r->plan.rows + first, count, see_candidate, r));
    }
    return CIM_OK;
}

/* ---- answers ---- */

static bool give(running *r, uint64_t *seen, cim__buf *ids, uint32_t id)
{
    uint64_t at = (*seen)++;
    if (at < r->opts->offset) return true;
    if (r->opts->limit && at - r->opts->offset >= r->opts->limit) return false;
    cim__buf_put(ids, &id, sizeof id);
    return true;
}

static void give_sorted(running *r, cim__buf *ids)
{
    size_t count = CIM__COUNT(&r->found, found);
    found *list = (found *)(void *)r->found.data;
    uint64_t seen = 0;
    if (count) qsort(list, count, sizeof *list, found_order);
    for (size_t i = 0; i < count; i++)
        if (!give(r, &seen, ids, list[i].id)) return;
}

static void give_ascending(running *r, cim__buf *ids)
{
    uint64_t seen = 0;
    for (size_t word = 0; word <= r->city->max_id / 64; word++)
        for (uint64_t bits = r->plan.certain[word]; bits; bits &= bits - 1)
            if (!give(r, &seen, ids, (uint32_t)(word * 64 + (unsigned)__builtin_ctzll(bits)))) return;
}

static cim_status run(running *r, cim__buf *ids)
{
    CIM__TRY(cim__cql_prepare(r->ctx, r->city, r->text, r->opts, &r->cql, &r->sort));
    CIM__TRY(cim__cql_eval_new(r->ctx, r->city, &r->cql, &r->eval));
    CIM__TRY(cim__cql_plan_new(r->ctx, r->city, &r->cql, &r->eval, r->sort != NULL, &r->plan));
    r->matched = r->plan.certain_count;
    CIM__TRY(read_candidates(r));
    CIM__TRY(cim__cql_check_names(r->ctx, r->city, &r->cql, r->eval.seen));
    if (r->opts->flags & CIM_QUERY_COUNT) return CIM_OK;
    if (r->sort) give_sorted(r, ids);
    else give_ascending(r, ids);
    return ids->failed ? cim__nomem(r->ctx) : CIM_OK;
}

static cim_status find_ids(cim_ctx *ctx, cim_city *city, const char *text, const cim_query_options *given, cim__buf *ids_out, uint64_t *matched_out)
{
    cim_query_options opts = CIM_QUERY_OPTIONS_INIT;
    CIM__TRY(cim__opts(ctx, &opts, sizeof opts, given, "query options"));
    running *r = cim__zalloc(ctx->mem, sizeof *r);
    if (!r) return cim__nomem(ctx);
    *r = (running){ .ctx = ctx, .city = city, .text = text, .opts = &opts, .found = cim__buf_on(ctx->mem), .keys = cim__arena_on(ctx->mem) };
    cim__cql_init(&r->cql, ctx->mem);
    cim_status st = run(r, ids_out);
    if (st >= 0) *matched_out = r->matched;
    cim__cql_plan_free(&r->plan);
    cim__cql_eval_free(&r->eval);
    cim__cql_free(&r->cql);
    cim__buf_free(&r->found);
    cim__arena_free(&r->keys);
    cim__free(ctx->mem, r);
    return st;
}

cim_status cim_query_run(cim_ctx *ctx, cim_city *city, const char *text, const cim_query_options *opts, cim_query_result *result_out)
{
    cim__buf ids = cim__buf_on(ctx->mem);
    cim_buf given = CIM_BUF_INIT;
    uint64_t matched = 0;
    cim__enter(ctx);
    if (!city || !result_out) return cim__fail(ctx, CIM_EARG, "no city, or no place for the result");
    cim_status st = find_ids(ctx, city, text, opts, &ids, &matched);
    size_t count = CIM__COUNT(&ids, uint32_t);
    if (st >= 0 && !cim__buf_give(&ids, &given)) st = cim__nomem(ctx);
    cim__buf_free(&ids);
    if (st >= 0) *result_out = (cim_query_result){ (const uint32_t *)(const void *)given.data, count, matched, given.reserved };
    return st;
}

void cim_query_result_dispose(cim_query_result *result)
{
    if (!result) return;
    cim_buf buf = { (char *)(uintptr_t)result->ids, 0, result->reserved };
    cim_buf_dispose(&buf);
    *result = (cim_query_result)CIM_QUERY_RESULT_INIT;
}
