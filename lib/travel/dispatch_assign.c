/* dispatch_assign.c - one unit for each of several incidents, exactly.
 *
 * A cost is compared by its first number, incidents not served and lateness in millionths, and then by its second, time; both are sums, so
 * that the duals of the assignment problem are pairs too.  Rows are the smaller of both sets; each gets a column by one shortest augmenting path. */
#include "cim/dispatch.h"
#include "core/ctx.h"

static const uint32_t NO_WAY = CIM_ROUTE_UNREACHABLE_MS;
enum { MOST = 1000000, WHOLE = 1000000 };

typedef struct cost {
    int64_t late, time;
} cost;

static inline cost minus(cost a, cost b) { return (cost){ a.late - b.late, a.time - b.time }; }
static inline cost plus(cost a, cost b) { return (cost){ a.late + b.late, a.time + b.time }; }
static inline bool less(cost a, cost b) { return a.late != b.late ? a.late < b.late : a.time < b.time; }

typedef struct problem {
    size_t units, incidents, rows, columns;
    const uint32_t *times;
    const double *shares;
    uint32_t limit;
    int64_t unserved;       /* worth more than being late everywhere */
    cost *row_dual, *column_dual, *least;
    size_t *row_of, *before; /* by column; rows and columns count from 1, 0 is none */
    uint8_t *done;
} problem;

static bool is_late(const problem *p, size_t at) { return p->times[at] > p->limit; }

static cost cost_of(const problem *p, size_t row, size_t column)
{
    size_t at = p->rows == p->units ? row * p->incidents + column : column * p->incidents + row;
    if (p->times[at] >= NO_WAY) return (cost){ p->unserved, 0 };
    return (cost){ p->shares ? (int64_t)(p->shares[at] * WHOLE + 0.5) : is_late(p, at) ? WHOLE : 0, p->times[at] };
}

/* The column after `column` on the shortest path; duals follow. */
static size_t extend(problem *p, size_t column)
{
    size_t row = p->row_of[column], next = 0;
    cost step = { INT64_MAX, INT64_MAX };
    p->done[column] = 1;
    for (size_t j = 1; j <= p->columns; j++) {
        if (p->done[j]) continue;
        cost reduced = minus(minus(cost_of(p, row - 1, j - 1), p->row_dual[row]), p->column_dual[j]);
        if (less(reduced, p->least[j])) {
            p->least[j] = reduced;
            p->before[j] = column;
        }
        if (less(p->least[j], step)) {
            step = p->least[j];
            next = j;
        }
    }
    for (size_t j = 0; j <= p->columns; j++) {
        if (p->done[j]) {
            p->row_dual[p->row_of[j]] = plus(p->row_dual[p->row_of[j]], step);
            p->column_dual[j] = minus(p->column_dual[j], step);
        } else {
            p->least[j] = minus(p->least[j], step);
        }
    }
    return next;
}

static void add_row(problem *p, size_t row)
{
    size_t column = 0;
    p->row_of[0] = row;
    for (size_t j = 0; j <= p->columns; j++) p->least[j] = (cost){ INT64_MAX / 2, INT64_MAX / 2 };
    memset(p->done, 0, p->columns + 1);
    do column = extend(p, column);
    while (p->row_of[column]);
    for (; column; column = p->before[column]) p->row_of[column] = p->row_of[p->before[column]];
}

static void read_plan(const problem *p, uint32_t *unit_of, cim_assignment *info)
{
    for (size_t i = 0; i < p->incidents; i++) unit_of[i] = CIM_NONE;
    for (size_t j = 1; j <= p->columns; j++) {
        if (!p->row_of[j]) continue;
        size_t row = p->row_of[j] - 1, unit = p->rows == p->units ? row : j - 1, incident = p->rows == p->units ? j - 1 : row;
        size_t at = unit * p->incidents + incident;
        if (p->times[at] >= NO_WAY) continue;
        unit_of[incident] = (uint32_t)unit;
        info->assigned_count++;
        info->late_count += is_late(p, at);
        info->late_share += p->shares ? p->shares[at] : is_late(p, at);
        info->total_ms += p->times[at];
    }
}

static cim_status check(cim_ctx *ctx, const problem *p)
{
    if (p->units > MOST || p->incidents > MOST) return cim__fail(ctx, CIM_ELIMIT, "%zu units and %zu incidents are too many", p->units, p->incidents);
    size_t cells = p->units * p->incidents;
    if (cells && !p->times) return cim__fail(ctx, CIM_EARG, "no times");
    for (size_t i = 0; p->shares && i < cells; i++)
        if (!(p->shares[i] >= 0.0 && p->shares[i] <= 1.0)) return cim__fail(ctx, CIM_EARG, "late share %zu is not within 0 and 1", i);
    return CIM_OK;
}

static cim_status solve(cim_ctx *ctx, problem *p)
{
    for (size_t row = 1; row <= p->rows; row++) {
        add_row(p, row);
        CIM__TRY(cim__tick(ctx, row, p->rows, "assignment"));
    }
    return CIM_OK;
}

cim_status cim_dispatch_assign(cim_ctx *ctx, size_t unit_count, size_t incident_count, const uint32_t *times_ms, const double *late_shares, uint32_t limit_ms,
                               uint32_t *unit_of_out, cim_assignment *info_out)
{
    problem p = { .units = unit_count, .incidents = incident_count, .times = times_ms, .shares = late_shares, .limit = limit_ms };
    cim_assignment info = { .struct_size = sizeof info };
    cim__enter(ctx);
    CIM__TRY(cim__out_ok(ctx, info_out, "cim_assignment"));
    CIM__TRY(check(ctx, &p));
    p.rows = unit_count <= incident_count ? unit_count : incident_count;
    p.columns = unit_count <= incident_count ? incident_count : unit_count;
    p.unserved = ((int64_t)p.rows + 1) * WHOLE;
    p.row_dual = cim__zalloc_n(ctx->mem, p.rows + 1, sizeof *p.row_dual);
    p.column_dual = cim__zalloc_n(ctx->mem, p.columns + 1, sizeof *p.column_dual);
    p.least = cim__zalloc_n(ctx->mem, p.columns + 1, sizeof *p.least);
    p.row_of = cim__zalloc_n(ctx->mem, p.columns + 1, sizeof *p.row_of);
    p.before = cim__zalloc_n(ctx->mem, p.columns + 1, sizeof *p.before);
    p.done = cim__zalloc_n(ctx->mem, p.columns + 1, 1);
    bool ok = p.row_dual && p.column_dual && p.least && p.row_of && p.before && p.done;
    cim_status st = ok ? solve(ctx, &p) : cim__nomem(ctx);
    if (st >= 0) read_plan(&p, unit_of_out, &info);
    if (st >= 0) cim__out_fill(info_out, &info, sizeof info);
    void *arrays[] = { p.row_dual, p.column_dual, p.least, p.row_of, p.before, p.done };
    for (size_t i = 0; i < sizeof arrays / sizeof *arrays; i++) cim__free(ctx->mem, arrays[i]);
    return st;
}
