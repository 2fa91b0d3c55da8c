/* envelope.c - upper envelopes of linear functions of the direction, by merging halves. */
#include "cover/envelope.h"

/* The sign of a x b, exact: products that round to the same double differ by what rounding took. */
static int turn_sign(double ax, double ay, double bx, double by)
{
    double p = ax * by, q = ay * bx;
    if (p != q) return p > q ? 1 : -1;
    double rest_p = fma(ax, by, -p), rest_q = fma(ay, bx, -q);
    return (rest_p > rest_q) - (rest_p < rest_q);
}

cim__way cim__way_of(double x, double y) { return (cim__way){ x, y, y > 0.0 || (y == 0.0 && x > 0.0) ? 0 : 1 }; }

int cim__way_order(const cim__way *a, const cim__way *b)
{
    if (a->half != b->half) return a->half < b->half ? -1 : 1;
    return a->half == 2 ? 0 : -turn_sign(a->x, a->y, b->x, b->y);
}

static bool push(cim__buf *pieces, cim__way from, cim__way to, const double m[2], uint32_t wall)
{
    cim__piece *p = CIM__PUSH(pieces, cim__piece);
    if (p) *p = (cim__piece){ from, to, { m[0], m[1] }, wall };
    return p != NULL;
}

bool cim__envelope_add(cim__buf *pieces, cim__buf *runs, const double p[2], const double q[2], const double m[2], uint32_t wall)
{
    static const cim__way zero = { 1.0, 0.0, 0 }, whole = { 1.0, 0.0, 2 };
    cim__way from = cim__way_of(p[0], p[1]), to = cim__way_of(q[0], q[1]);
    bool ok = true;
    if (cim__way_order(&from, &to) < 0) {
        ok = push(pieces, from, to, m, wall);
    } else {
        if (cim__way_order(&zero, &to) < 0) ok = push(pieces, zero, to, m, wall);
        ok = ok && push(pieces, from, whole, m, wall);
    }
    size_t *end = CIM__PUSH(runs, size_t);
    if (end) *end = CIM__COUNT(pieces, cim__piece);
    return ok && end;
}

/* Like push(), but what goes on as before is lengthened, and what has no width left out. */
static bool put(cim__buf *out, size_t first, const cim__way *from, const cim__way *to, const cim__piece *like)
{
    size_t count = CIM__COUNT(out, cim__piece);
    if (cim__way_order(from, to) >= 0) return true;
    if (count > first) {
        cim__piece *last = &CIM__AT(out, cim__piece, count - 1);
        if (last->wall == like->wall && last->m[0] == like->m[0] && last->m[1] == like->m[1] && !cim__way_order(&last->to, from)) {
            last->to = *to;
            return true;
        }
    }
    return push(out, *from, *to, like->m, like->wall);
}

/* Both cover the arc: the higher one, or each where it is. */
static bool put_higher(cim__buf *out, size_t first, const cim__way *from, const cim__way *to, const cim__piece *a, const cim__piece *b)
{
    double m[2] = { a->m[0] - b->m[0], a->m[1] - b->m[1] }, x = m[0] * from->x + m[1] * from->y, y = m[0] * to->x + m[1] * to->y;
    double least_x = 1e-14 * (fabs(cim__piece_at(a, from)) + fabs(cim__piece_at(b, from)));
    double least_y = 1e-14 * (fabs(cim__piece_at(a, to)) + fabs(cim__piece_at(b, to)));
    x = fabs(x) <= least_x ? 0.0 : x;
    y = fabs(y) <= least_y ? 0.0 : y;
    if (x >= 0.0 && y >= 0.0) return put(out, first, from, to, x == 0.0 && y == 0.0 && b->wall < a->wall ? b : a);
    if (x <= 0.0 && y <= 0.0) return put(out, first, from, to, b);
    if (fabs(m[0]) + fabs(m[1]) > 1e100) m[0] *= 0x1p-640, m[1] *= 0x1p-640; /* of arcs shut: products of two such would be infinite */
    cim__way swap = cim__way_of(-m[1], m[0]), back = cim__way_of(m[1], -m[0]);
    if (cim__way_order(from, &swap) > 0 || cim__way_order(&swap, to) > 0) swap = back;
    if (cim__way_order(from, &swap) > 0 || cim__way_order(&swap, to) > 0) swap = fabs(x) < fabs(y) ? *from : *to;
    return put(out, first, from, &swap, x > 0.0 ? a : b) && put(out, first, &swap, to, x > 0.0 ? b : a);
}

static bool merge(const cim__piece *a, size_t a_count, const cim__piece *b, size_t b_count, cim__buf *out)
{
    size_t first = CIM__COUNT(out, cim__piece), i = 0, k = 0;
    cim__way at = { 1.0, 0.0, 0 };
    bool ok = true;
    while (ok && (i < a_count || k < b_count)) {
        const cim__piece *p = i < a_count ? &a[i] : NULL, *q = k < b_count ? &b[k] : NULL;
        if (p && cim__way_order(&p->to, &at) <= 0) {
            i++;
            continue;
        }
        if (q && cim__way_order(&q->to, &at) <= 0) {
            k++;
            continue;
        }
        bool in_p = p && cim__way_order(&p->from, &at) <= 0, in_q = q && cim__way_order(&q->from, &at) <= 0;
        cim__way next = { 1.0, 0.0, 2 };
        if (p && cim__way_order(in_p ? &p->to : &p->from, &next) < 0) next = in_p ? p->to : p->from;
        if (q && cim__way_order(in_q ? &q->to : &q->from, &next) < 0) next = in_q ? q->to : q->from;
        if (in_p && in_q) ok = put_higher(out, first, &at, &next, p, q);
        else if (in_p || in_q) ok = put(out, first, &at, &next, in_p ? p : q);
        at = next;
    }
    return ok;
}

bool cim__envelope_merge(cim__buf *pieces, cim__buf *other, cim__buf *runs)
{
    for (size_t count = CIM__COUNT(runs, size_t); count > 1; count = (count + 1) / 2) {
        size_t *end = (size_t *)(void *)runs->data, from = 0;
        const cim__piece *p = (const cim__piece *)(const void *)pieces->data;
        other->size = 0;
        for (size_t r = 0; r < count; r += 2) {
            size_t middle = end[r], to = r + 1 < count ? end[r + 1] : middle;
            if (!merge(p + from, middle - from, p + middle, to - middle, other)) return false;
            end[r / 2] = CIM__COUNT(other, cim__piece);
            from = to;
        }
        cim__buf swap = *pieces;
        *pieces = *other;
        *other = swap;
    }
    runs->size = 0;
    return true;
}
