/* isochrone_edges.c - from runs to pieces: on each edge the least of all times, up to the limit.
 *
 * Most edges have at most one run from each end.  Others, those of the places themselves and those of links that live weights slow
 * down on some arcs only, have lists: places on the same run take turns, each from where it is to the next one. */
#include "travel/isochrone.h"

#include <math.h>
#include <stdlib.h>

static const uint32_t NO_WAY = CIM_ROUTE_UNREACHABLE_MS;

/* Time along the edge's line: `value` at fraction x0, `slope` ms for a whole edge; holds from x0 to x1. */
typedef struct line {
    double x0, x1, value, slope;
    uint32_t link, place;
} line;

typedef struct drawing {
    const cim__runs *runs;
    cim__buf *pieces;
    cim__buf fixed, up, down; /* line: over the whole edge; of places, in the order of x */
    uint32_t edge;
    double last_value, last_slope; /* of the last piece: at its far end */
} drawing;

static double at(const line *l, double x) { return l->value + l->slope * (x - l->x0); }
static uint32_t ms_of(double ms) { return ms > 0.0 ? (uint32_t)(ms + 0.5) : 0; }

static bool put(drawing *d, const line *l, double from, double to)
{
    double a = at(l, from), b = at(l, to), limit = d->runs->limit_ms;
    if (b > limit && a < limit) to = from + (to - from) * (limit - a) / (b - a), b = limit;
    else if (a > limit && b < limit) from = to - (to - from) * (limit - b) / (a - b), a = limit;
    if (!(from < to) || a > limit || b > limit) return true;
    size_t n = CIM__COUNT(d->pieces, cim_isochrone_piece);
    cim_isochrone_piece *last = n ? &CIM__AT(d->pieces, cim_isochrone_piece, n - 1) : NULL;
    bool same = last && last->link == l->link && last->place == l->place && last->to >= from && d->last_slope <= l->slope && d->last_slope >= l->slope;
    if (same && fabs(d->last_value - a) < 1e-3) {
        last->to = to;
        last->to_ms = ms_of(b);
    } else {
        cim_isochrone_piece *p = CIM__PUSH(d->pieces, cim_isochrone_piece);
        if (!p) return false;
        *p = (cim_isochrone_piece){ l->link, d->runs->costs->net->edge_object[d->edge], l->place, ms_of(a), ms_of(b), 0, from, to };
    }
    d->last_value = b;
    d->last_slope = l->slope;
    return true;
}

/* ---- one run from each end ---- */

static bool put_pair(drawing *d, uint32_t up_ms, uint32_t down_ms)
{
    const cim__runs *r = d->runs;
    uint32_t up = 2 * d->edge, down = up + 1, up_link = cim__run_link(r, up), down_link = cim__run_link(r, down);
    double up_slope = r->costs->link_ms[up_link], down_slope = r->costs->link_ms[down_link], meet = up_ms < r->limit_ms ? 1.0 : 0.0;
    if (up_ms < r->limit_ms && down_ms < r->limit_ms) meet = ((double)down_ms + down_slope - up_ms) / (up_slope + down_slope);
    meet = meet < 0.0 ? 0.0 : meet > 1.0 ? 1.0 : meet;
    line a = { 0.0, 1.0, up_ms, up_slope, up_link, r->entry_place ? r->entry_place[up] : 0 };
    line b = { 1.0, 1.0, down_ms, -down_slope, down_link, r->entry_place ? r->entry_place[down] : 0 };
    return (meet <= 0.0 || put(d, &a, 0.0, meet)) && (meet >= 1.0 || put(d, &b, meet, 1.0));
}

/* ---- lists ---- */

static bool add_line(drawing *d, const cim__run *r, double until)
{
    double x0 = r->run & 1 ? 1.0 - until : r->at, x1 = r->run & 1 ? 1.0 - r->at : until;
    double slope = r->run & 1 ? -(double)r->ms : (double)r->ms, value = r->run & 1 ? r->entry_ms + (until - r->at) * r->ms : r->entry_ms;
    line *l = CIM__PUSH(r->own ? r->run & 1 ? &d->down : &d->up : &d->fixed, line);
    if (l) *l = (line){ x0, x1, value, slope, cim__run_link(d->runs, r->run), r->place };
    return l != NULL;
}

/* Runs of one edge, in the order of by_run(): places take turns. */
static bool add_lines(drawing *d, const cim__run *runs, size_t count)
{
    d->fixed.size = d->up.size = d->down.size = 0;
    for (uint32_t run = 2 * d->edge; run < 2 * d->edge + 2; run++) {
        uint32_t entry = d->runs->entry_ms[run], ms = d->runs->costs->link_ms[cim__run_link(d->runs, run)];
        cim__run plain = { run, d->runs->entry_place ? d->runs->entry_place[run] : 0, entry, ms, 0.0, false };
        if (entry < NO_WAY && !add_line(d, &plain, 1.0)) return false;
    }
    for (size_t i = 0; i < count; i++) {
        bool last = !runs[i].own || i + 1 == count || runs[i + 1].run != runs[i].run || !runs[i + 1].own;
        double until = last ? 1.0 : runs[i + 1].at;
        if ((until > runs[i].at || last) && !add_line(d, &runs[i], until)) return false;
    }
    line *down = (line *)(void *)d->down.data;
    for (size_t i = 0, k = CIM__COUNT(&d->down, line); i + 1 < k; i++) { /* against the edge they were in descending order */
        line swap = down[i];
        down[i] = down[--k];
        down[k] = swap;
    }
    return true;
}

static bool better(const line *a, const line *b, double x)
{
    double va = at(a, x), vb = at(b, x);
    if (va < vb || va > vb) return va < vb;
    if (a->slope < b->slope || a->slope > b->slope) return a->slope < b->slope;
    return a->place < b->place;
}

/* Where a line falls below the best one, at x or later. */
static double crossing(const line *best, const line *other, double x)
{
    double gap = at(other, x) - at(best, x);
    return gap > 0.0 ? x + gap / (best->slope - other->slope) : x;
}

/* The least of some lines between two fractions: always on with the one that falls below first. */
static bool put_least(drawing *d, const line *const *lines, size_t count, double from, double to)
{
    const line *best = lines[0];
    for (size_t i = 1; i < count; i++)
        if (better(lines[i], best, from)) best = lines[i];
    while (from < to) {
        const line *next = NULL;
        double where = to;
        for (size_t i = 0; i < count; i++) {
            if (!(lines[i]->slope < best->slope)) continue;
            double x = crossing(best, lines[i], from);
            if (x < where || (next && x <= where && lines[i]->slope < next->slope)) where = x, next = lines[i];
        }
        if (!put(d, best, from, where)) return false;
        if (!next) return true;
        best = next;
        from = where;
    }
    return true;
}

static bool put_lists(drawing *d, const cim__run *runs, size_t count)
{
    if (!add_lines(d, runs, count)) return false;
    size_t ups = CIM__COUNT(&d->up, line), downs = CIM__COUNT(&d->down, line), fixed = CIM__COUNT(&d->fixed, line), u = 0, w = 0;
    const line *up = (const line *)(const void *)d->up.data, *down = (const line *)(const void *)d->down.data;
    const line **active = cim__alloc_n(d->fixed.mem, fixed + 2, sizeof *active);
    bool ok = active != NULL;
    for (double x = 0.0; ok && x < 1.0;) {
        double to = 1.0;
        size_t n = 0;
        while (u < ups && up[u].x1 <= x) u++;
        while (w < downs && down[w].x1 <= x) w++;
        if (u < ups) to = fmin(to, up[u].x0 > x ? up[u].x0 : up[u].x1);
        if (w < downs) to = fmin(to, down[w].x0 > x ? down[w].x0 : down[w].x1);
        for (size_t i = 0; i < fixed; i++) active[n++] = &CIM__AT(&d->fixed, line, i);
        if (u < ups && up[u].x0 <= x) active[n++] = &up[u];
        if (w < downs && down[w].x0 <= x) active[n++] = &down[w];
        if (n) ok = put_least(d, active, n, x, to);
        x = to;
    }
    cim__free(d->fixed.mem, active);
    return ok;
}

/* ---- all edges ---- */

static int by_run(const void *a, const void *b)
{
    const cim__run *x = a, *y = b;
    if (x->run != y->run) return x->run < y->run ? -1 : 1;
    if (x->own != y->own) return x->own ? -1 : 1;
    if (x->at < y->at || x->at > y->at) return x->at < y->at ? -1 : 1;
    return x->place > y->place ? -1 : x->place < y->place; /* of places at one point the first comes last: the others get nothing */
}

bool cim__runs_pieces(cim__runs *r, cim__buf *pieces)
{
    drawing d = { .runs = r, .pieces = pieces };
    cim__run *others = (cim__run *)(void *)r->others.data;
    size_t count = CIM__COUNT(&r->others, cim__run), next = 0;
    bool ok = true;
    d.fixed = d.up = d.down = cim__buf_on(r->others.mem);
    if (count > 1) qsort(others, count, sizeof *others, by_run);
    for (uint32_t e = 0; ok && e < r->costs->net->edge_count; e++) {
        size_t first = next;
        d.edge = e;
        while (next < count && others[next].run >> 1 == e) next++;
        if (next > first) ok = put_lists(&d, others + first, next - first);
        else if ((r->entry_ms[2 * e] & r->entry_ms[2 * e + 1]) < NO_WAY) ok = put_pair(&d, r->entry_ms[2 * e], r->entry_ms[2 * e + 1]);
    }
    cim__buf_free(&d.fixed);
    cim__buf_free(&d.up);
    cim__buf_free(&d.down);
    return ok;
}
