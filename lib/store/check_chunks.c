/* check_chunks.c - every chunk of observations: can it be read, does it hold what its row says, is it where it belongs? */
#include "store/chunk.h"
#include "store/store.h"

#include <stdio.h>

typedef struct looking {
    cim__series series;
    cim__chunk_facts row;
    int64_t stream, before_stream, before_last, streams;
    uint64_t faults, observations;
    cim__chunk_fault_fn fn;
    void *user;
} looking;

static void fault(looking *l, const char *what)
{
    char line[120];
    l->faults++;
    snprintf(line, sizeof line, "chunk at %lld ms: %s", (long long)l->row.first_ms, what);
    if (l->fn) l->fn(l->stream > 0 && l->stream < CIM_NONE ? (uint32_t)l->stream : 0, line, l->user);
}

static bool near(double a, double b)
{
    double d = a > b ? a - b : b - a, scale = (a < 0.0 ? -a : a) + (b < 0.0 ? -b : b);
    return a == b || d <= 1e-12 * scale;
}

static bool facts_fit(const cim__chunk_facts *row, const cim__chunk_facts *now)
{
    if (row->first_ms != now->first_ms || row->last_ms != now->last_ms || row->count != now->count || row->numbers != now->numbers || row->quality != now->quality) return false;
    bool last = row->last == now->last || (now->last != now->last && row->last == 0.0); /* NaN is NULL in the table */
    return last && (!now->numbers || (row->min == now->min && row->max == now->max && near(row->sum, now->sum)));
}

static void look(looking *l, cim__str data)
{
    if (l->stream < 1 || l->stream > l->streams) fault(l, "there is no such stream");
    if (l->stream == l->before_stream && l->row.first_ms <= l->before_last) fault(l, "begins before the one before it ends");
    if (!cim__chunk_get(data, &l->series)) {
        fault(l, "damaged");
    } else {
        cim__chunk_facts now = cim__chunk_facts_of(&l->series);
        if (!facts_fit(&l->row, &now)) fault(l, "its row says something else than it holds");
        l->observations += l->series.count;
    }
    l->before_stream = l->stream;
    l->before_last = l->row.last_ms;
}

static uint32_t small(cim__stmt *stmt, int column)
{
    int64_t v = cim__stmt_get_int(stmt, column);
    return v >= 0 && v < CIM_NONE ? (uint32_t)v : CIM_NONE;
}

static cim_status look_at_all(cim_ctx *ctx, cim__db *db, looking *l)
{
    cim__stmt *stmt = NULL;
    cim_status st;
    CIM__TRY(cim__db_get_int(ctx, db, "SELECT count(*) FROM stream", &l->streams));
    CIM__TRY(cim__db_prepare(ctx, db, "SELECT stream,first_ms,last_ms,count,numbers,min,max,sum,last,quality,data FROM stream_chunk ORDER BY stream,first_ms", &stmt));
    while ((st = cim__stmt_step(ctx, stmt)) == CIM_OK) {
        l->stream = cim__stmt_get_int(stmt, 0);
        l->row = (cim__chunk_facts){ cim__stmt_get_int(stmt, 1), cim__stmt_get_int(stmt, 2), small(stmt, 3), small(stmt, 4), cim__stmt_get_real(stmt, 5),
                                     cim__stmt_get_real(stmt, 6), cim__stmt_get_real(stmt, 7), cim__stmt_get_real(stmt, 8), (uint8_t)cim__stmt_get_int(stmt, 9) };
        look(l, cim__stmt_get_str(stmt, 10));
    }
    cim__stmt_free(stmt);
    return st < 0 ? st : CIM_OK;
}

cim_status cim__check_chunks(cim_ctx *ctx, cim__db *db, cim__chunk_fault_fn fn, void *user, uint64_t *faults_out, uint64_t *observations_out)
{
    int64_t there = 0;
    looking l = { .fn = fn, .user = user, .before_stream = INT64_MIN };
    CIM__TRY(cim__db_get_int(ctx, db, "SELECT count(*) FROM sqlite_schema WHERE type='table' AND name='stream'", &there));
    l.series.times = cim__alloc_n(ctx->mem, CIM__CHUNK_MOST, sizeof(int64_t));
    l.series.values = cim__alloc_n(ctx->mem, CIM__CHUNK_MOST, sizeof(double));
    l.series.qualities = cim__alloc_n(ctx->mem, CIM__CHUNK_MOST, 1);
    cim_status st = l.series.times && l.series.values && l.series.qualities ? CIM_OK : cim__nomem(ctx);
    if (st >= 0 && there) st = look_at_all(ctx, db, &l);
    cim__free(ctx->mem, l.series.times);
    cim__free(ctx->mem, l.series.values);
    cim__free(ctx->mem, l.series.qualities);
    if (st < 0) return st;
    *faults_out = l.faults;
    if (observations_out) *observations_out = l.observations;
    return CIM_OK;
}
