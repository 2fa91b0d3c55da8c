/* area.c - assembling polygons.
 *
 * 1. Segments are sorted; two that are the same cancel each other (a boundary passed twice separates nothing).
 * 2. A sweep from left to right looks at all pairs that share an x.  If any two meet elsewhere than at common ends, there is no area.
 *    On the way it counts how many segments lie below the left end of each: an even number means that the inside, by the even-odd
 *    rule, is above it.  So every segment gets the direction that keeps the inside on its left.
 * 3. At each place the segments that arrive are linked with those that leave such that both bound the same wedge of the inside.
 *    Following the links walks around the connected parts of the inside; where a walk comes back to a place it has passed, the
 *    loop between is cut off as a ring.  So rings are simple, touch in points at most, and the insides of parts are connected:
 *    what OGC 06-103r4 asks of a valid MULTIPOLYGON.
 * 4. A walk with a counter-clockwise ring is a part with its holes; other walks are holes of the part above the segment below them.
 *
 * Places are compared, not node numbers; a vertical segment counts as leaning to the right a little (the order of x, then y).
 * Products of differences of coordinates need 67 bits. */
#include "import/osm/area.h"

#include <stdlib.h>

const char *const cim__osm_area_problems[] = { "", "no ring", "open ring", "crossing", "too complex" };

/* Scratch buffers. */
enum { ENDS, ACTIVE, WALKS, STACK, PLACES, RINGS };

void cim__osm_area_init(cim__osm_area *area, cim__mem *mem)
{
    memset(area, 0, sizeof *area);
    area->mem = mem;
    area->segments = area->xy = area->ring_end = area->part_end = cim__buf_on(mem);
    for (size_t i = 0; i < sizeof area->scratch / sizeof *area->scratch; i++) area->scratch[i] = cim__buf_on(mem);
}

void cim__osm_area_free(cim__osm_area *area)
{
    if (!area->mem) return;
    cim__buf *bufs[] = { &area->segments, &area->xy, &area->ring_end, &area->part_end };
    for (size_t i = 0; i < sizeof bufs / sizeof *bufs; i++) cim__buf_free(bufs[i]);
    for (size_t i = 0; i < sizeof area->scratch / sizeof *area->scratch; i++) cim__buf_free(&area->scratch[i]);
}

void cim__osm_area_begin(cim__osm_area *area)
{
    area->segments.size = area->xy.size = area->ring_end.size = area->part_end.size = 0;
    area->problem = CIM__OSM_AREA_FINE;
    area->repeated = 0;
}

static bool before(const int32_t a[2], const int32_t b[2]) { return a[0] != b[0] ? a[0] < b[0] : a[1] < b[1]; }
static bool same(const int32_t a[2], const int32_t b[2]) { return a[0] == b[0] && a[1] == b[1]; }

void cim__osm_area_add(cim__osm_area *area, const int32_t from[2], const int32_t to[2], uint32_t way)
{
    if (same(from, to)) return;
    const int32_t *a = before(from, to) ? from : to, *b = a == from ? to : from;
    cim__osm_segment *s = CIM__PUSH(&area->segments, cim__osm_segment);
    if (s) *s = (cim__osm_segment){ { a[0], a[1] }, { b[0], b[1] }, way, CIM_NONE, CIM_NONE, 0, 0, 0 };
}

static cim__osm_segment *segment(const cim__osm_area *area, uint32_t i) { return &CIM__AT(&area->segments, cim__osm_segment, i); }
static uint32_t segment_count(const cim__osm_area *area) { return (uint32_t)CIM__COUNT(&area->segments, cim__osm_segment); }
static const int32_t *end_a(const cim__osm_segment *s) { return s->a; }
static const int32_t *end_b(const cim__osm_segment *s) { return s->b; }

/* Where is c: +1 left of a -> b, -1 right of it, 0 on the line. */
static int side(const int32_t a[2], const int32_t b[2], const int32_t c[2])
{
    int64_t ux = (int64_t)b[0] - a[0], uy = (int64_t)b[1] - a[1], vx = (int64_t)c[0] - a[0], vy = (int64_t)c[1] - a[1];
    double left = (double)ux * (double)vy, right = (double)uy * (double)vx, det = left - right;
    if (det > 1e5 || det < -1e5) return det > 0 ? 1 : -1; /* errors are below 2^67 * 2^-52 */
    __int128_t exact = (__int128_t)ux * vy - (__int128_t)uy * vx;
    return (exact > 0) - (exact < 0);
}

static void set_problem(cim__osm_area *area, cim__osm_area_problem problem, const int32_t at[2], uint32_t way1, uint32_t way2)
{
    if (area->problem) return;
    area->problem = problem;
    area->at[0] = at[0];
    area->at[1] = at[1];
    area->ways[0] = way1;
    area->ways[1] = way2;
}

/* ---- 1: sorting ---- */

static int by_place(const void *x, const void *y)
{
    const cim__osm_segment *s = x, *t = y;
    if (!same(end_a(s), end_a(t))) return before(end_a(s), end_a(t)) ? -1 : 1;
    if (!same(end_b(s), end_b(t))) return before(end_b(s), end_b(t)) ? -1 : 1;
    return s->way < t->way ? -1 : s->way > t->way;
}

static void cancel_pairs(cim__osm_area *area)
{
    uint32_t count = segment_count(area), kept = 0;
    for (uint32_t i = 0; i < count;) {
        uint32_t end = i + 1;
        while (end < count && same(end_a(segment(area, i)), end_a(segment(area, end))) && same(end_b(segment(area, i)), end_b(segment(area, end)))) end++;
        if (end - i > 1) area->repeated += end - i - 1;
        if ((end - i) % 2) *segment(area, kept++) = *segment(area, i);
        i = end;
    }
    area->segments.size = kept * sizeof(cim__osm_segment);
}

/* ---- 2: the sweep ---- */

static void low_high(const cim__osm_segment *s, int32_t *low, int32_t *high)
{
    *low = s->a[1] < s->b[1] ? s->a[1] : s->b[1];
    *high = s->a[1] < s->b[1] ? s->b[1] : s->a[1];
}

static void crossing_place(const cim__osm_segment *s, const cim__osm_segment *t, int32_t at[2])
{
    double ux = (double)s->b[0] - s->a[0], uy = (double)s->b[1] - s->a[1], vx = (double)t->b[0] - t->a[0], vy = (double)t->b[1] - t->a[1], det = ux * vy - uy * vx;
    double k = det != 0.0 ? (((double)t->a[0] - s->a[0]) * vy - ((double)t->a[1] - s->a[1]) * vx) / det : 0.0;
    k = k < 0.0 ? 0.0 : k > 1.0 ? 1.0 : k;
    at[0] = (int32_t)(s->a[0] + k * ux);
    at[1] = (int32_t)(s->a[1] + k * uy);
}

static void crosses_at(cim__osm_area *area, const cim__osm_segment *s, const cim__osm_segment *t, const int32_t at[2])
{
    set_problem(area, CIM__OSM_AREA_CROSSING, at, s->way, t->way);
}

/* t begins behind s's left end and before its right end; the left end of t is on side `left` of s, which is not 0. */
static void check_crossing(cim__osm_area *area, const cim__osm_segment *s, const cim__osm_segment *t, int left)
{
    int32_t s_low, s_high, t_low, t_high, at[2];
    low_high(s, &s_low, &s_high);
    low_high(t, &t_low, &t_high);
    if (t_high < s_low || t_low > s_high) return;
    int right = side(end_a(s), end_b(s), end_b(t));
    if (right == left) return;
    if (right == 0) {
        if (before(end_b(t), end_b(s))) crosses_at(area, s, t, end_b(t));
        return;
    }
    int first = side(end_a(t), end_b(t), end_a(s)), last = side(end_a(t), end_b(t), end_b(s));
    if (first == last) return;
    if (last == 0) {
        crosses_at(area, s, t, end_b(s));
        return;
    }
    crossing_place(s, t, at);
    crosses_at(area, s, t, at);
}

/* Is t above s?  t begins where s is (s->a <= t->a < s->b).  If both begin at one place and t is below s, that counts for s. */
static bool compare(cim__osm_area *area, cim__osm_segment *s, const cim__osm_segment *t)
{
    const int32_t *p = end_a(t);
    if (same(end_a(s), p)) {
        int turn = side(end_a(s), end_b(s), end_b(t));
        if (!turn) crosses_at(area, s, t, before(end_b(s), end_b(t)) ? end_b(s) : end_b(t));
        if (turn < 0) s->back ^= 1;
        return turn > 0;
    }
    int where = (p[1] > s->a[1] && p[1] > s->b[1]) ? 1 : (p[1] < s->a[1] && p[1] < s->b[1]) ? -1 : side(end_a(s), end_b(s), p);
    if (!where) crosses_at(area, s, t, p);
    else check_crossing(area, s, t, where);
    return where > 0;
}

static const uint64_t comparisons_max = 500000000;

static bool sweep(cim__osm_area *area)
{
    uint32_t count = segment_count(area);
    uint64_t comparisons = 0;
    cim__buf *buf = &area->scratch[ACTIVE];
    buf->size = 0;
    if (!cim__buf_reserve(buf, count * sizeof(uint32_t))) return false;
    uint32_t *active = (uint32_t *)(void *)buf->data, active_count = 0;
    for (uint32_t j = 0; j < count && !area->problem; j++) {
        cim__osm_segment *t = segment(area, j);
        uint32_t kept = 0, below = 0;
        for (uint32_t k = 0; k < active_count; k++) {
            cim__osm_segment *s = segment(area, active[k]);
            if (!before(end_a(t), end_b(s))) continue; /* behind us */
            active[kept++] = active[k];
            below += compare(area, s, t);
        }
        comparisons += active_count;
        if (comparisons > comparisons_max) set_problem(area, CIM__OSM_AREA_COMPLEX, end_a(t), t->way, t->way);
        active[kept] = j;
        active_count = kept + 1;
        t->back = below % 2;
    }
    return true;
}

/* ---- 3: linking ---- */

/* One end of a segment. */
typedef struct end {
    int32_t at[2];
    uint32_t segment;
    uint32_t right; /* it is the segment's b */
} end;

static int by_end(const void *x, const void *y)
{
    const end *e = x, *f = y;
    if (!same(e->at, f->at)) return before(e->at, f->at) ? -1 : 1;
    return e->segment < f->segment ? -1 : e->segment > f->segment;
}

static bool leaves(const cim__osm_area *area, const end *e) { return segment(area, e->segment)->back == e->right; }
static const int32_t *other_end(const cim__osm_area *area, const end *e) { return e->right ? end_a(segment(area, e->segment)) : end_b(segment(area, e->segment)); }

/* Counter-clockwise from east: is e's direction before f's? */
static bool angle_before(const cim__osm_area *area, const end *e, const end *f)
{
    const int32_t *p = other_end(area, e), *q = other_end(area, f);
    bool e_low = p[1] < e->at[1] || (p[1] == e->at[1] && p[0] < e->at[0]), f_low = q[1] < e->at[1] || (q[1] == e->at[1] && q[0] < e->at[0]);
    if (e_low != f_low) return f_low;
    return side(e->at, p, q) > 0;
}

static void sort_by_angle(const cim__osm_area *area, end *ends, uint32_t count)
{
    for (uint32_t i = 1; i < count; i++) {
        end e = ends[i];
        uint32_t k = i;
        for (; k && angle_before(area, &e, &ends[k - 1]); k--) ends[k] = ends[k - 1];
        ends[k] = e;
    }
}

enum { ENDS_AT_A_PLACE = 4096 };

/* The wedge to the left of what arrives lies clockwise of it, as seen from the place. */
static void link_place(cim__osm_area *area, end *ends, uint32_t count)
{
    if (count % 2) {
        set_problem(area, CIM__OSM_AREA_OPEN, ends[0].at, segment(area, ends[0].segment)->way, segment(area, ends[0].segment)->way);
        return;
    }
    if (count > ENDS_AT_A_PLACE) {
        set_problem(area, CIM__OSM_AREA_COMPLEX, ends[0].at, 0, 0);
        return;
    }
    if (count > 2) sort_by_angle(area, ends, count);
    for (uint32_t i = 0; i < count; i++) {
        const end *clockwise = &ends[i ? i - 1 : count - 1];
        if (leaves(area, &ends[i])) continue;
        if (!leaves(area, clockwise)) set_problem(area, CIM__OSM_AREA_CROSSING, ends[0].at, segment(area, ends[i].segment)->way, segment(area, clockwise->segment)->way);
        segment(area, ends[i].segment)->next = clockwise->segment;
    }
}

static bool link_all(cim__osm_area *area)
{
    uint32_t count = segment_count(area);
    cim__buf *buf = &area->scratch[ENDS], *places = &area->scratch[PLACES];
    buf->size = places->size = 0;
    end *ends = cim__buf_extend(buf, 2 * (size_t)count * sizeof *ends);
    uint32_t *place = cim__buf_extend(places, 2 * (size_t)count * sizeof *place); /* by segment and end: its place, if segments meet there */
    if (!ends || !place) return false;
    for (uint32_t i = 0; i < count; i++) {
        const cim__osm_segment *s = segment(area, i);
        ends[2 * i] = (end){ { s->a[0], s->a[1] }, i, 0 };
        ends[2 * i + 1] = (end){ { s->b[0], s->b[1] }, i, 1 };
    }
    if (count) qsort(ends, 2 * (size_t)count, sizeof *ends, by_end);
    for (uint32_t i = 0; i < 2 * count && !area->problem;) {
        uint32_t last = i + 1;
        while (last < 2 * count && same(ends[i].at, ends[last].at)) last++;
        for (uint32_t k = i; k < last; k++) place[2 * ends[k].segment + ends[k].right] = last - i > 2 ? i : CIM_NONE;
        link_place(area, ends + i, last - i);
        i = last;
    }
    return true;
}

/* ---- walking ---- */

typedef struct ring {
    uint32_t walk, first, end; /* vertices in `xy` of the rings buffer's pool */
    bool outer;
} ring;

typedef struct walk {
    uint32_t start;  /* its first segment */
    uint32_t part;   /* the walk that is the outer boundary around it: itself when it has one */
} walk;

static const int32_t *start_of(const cim__osm_segment *s) { return s->back ? end_b(s) : end_a(s); }

/* Twice the area of the vertices of segments stack[from..to): positive counter-clockwise. */
static bool is_outer(const cim__osm_area *area, const uint32_t *stack, uint32_t from, uint32_t to)
{
    __int128_t sum = 0;
    const int32_t *o = start_of(segment(area, stack[from]));
    for (uint32_t i = from + 1; i + 1 < to; i++) {
        const int32_t *p = start_of(segment(area, stack[i])), *q = start_of(segment(area, stack[i + 1]));
        sum += (__int128_t)((int64_t)p[0] - o[0]) * ((int64_t)q[1] - o[1]) - (__int128_t)((int64_t)q[0] - o[0]) * ((int64_t)p[1] - o[1]);
    }
    return sum > 0;
}

/* Segments stack[from..to) are a ring. */
static bool take_ring(cim__osm_area *area, uint32_t walk_number, const uint32_t *stack, uint32_t from, uint32_t to)
{
    bool outer = is_outer(area, stack, from, to);
    uint32_t first = (uint32_t)(area->xy.size / (2 * sizeof(int32_t)));
    int32_t *xy = cim__buf_extend(&area->xy, 2 * sizeof *xy * ((size_t)(to - from) + 1));
    ring *r = CIM__PUSH(&area->scratch[RINGS], ring);
    if (!xy || !r) return false;
    for (uint32_t i = from; i < to; i++, xy += 2) {
        cim__osm_segment *s = segment(area, stack[i]);
        memcpy(xy, start_of(s), 2 * sizeof *xy);
        s->outer = outer;
    }
    memcpy(xy, start_of(segment(area, stack[from])), 2 * sizeof *xy);
    *r = (ring){ walk_number, first, first + (to - from) + 1, outer };
    return true;
}

typedef struct walker {
    cim__osm_area *area;
    uint32_t *stack;     /* segments since the start */
    uint32_t *at;        /* by place (index of its first end): 1 + where it is on the stack; 0: not */
    const uint32_t *place;
    uint32_t depth, number;
} walker;

static uint32_t place_of_start(const walker *w, uint32_t s) { return w->place[2 * s + segment(w->area, s)->back]; }

/* Before segment s is walked: has the walk been at its start already?  Then what lies between is a ring. */
static bool cut_loop(walker *w, uint32_t s)
{
    uint32_t place = place_of_start(w, s);
    if (place == CIM_NONE) return true;
    uint32_t from = w->at[place];
    if (!from) {
        w->at[place] = w->depth + 1;
        return true;
    }
    if (!take_ring(w->area, w->number, w->stack, from - 1, w->depth)) return false;
    for (uint32_t i = from; i < w->depth; i++) {
        uint32_t passed = place_of_start(w, w->stack[i]);
        if (passed != CIM_NONE) w->at[passed] = 0;
    }
    w->depth = from - 1;
    return true;
}

static bool walk_from(walker *w, uint32_t start)
{
    cim__osm_area *area = w->area;
    uint32_t s = start;
    w->depth = 0;
    do {
        if (!cut_loop(w, s)) return false;
        w->stack[w->depth++] = s;
        segment(area, s)->walk = w->number;
        s = segment(area, s)->next;
    } while (s != start);
    for (uint32_t i = 0; i < w->depth; i++) {
        uint32_t passed = place_of_start(w, w->stack[i]);
        if (passed != CIM_NONE) w->at[passed] = 0;
    }
    return take_ring(area, w->number, w->stack, 0, w->depth);
}

static bool walk_all(cim__osm_area *area)
{
    uint32_t count = segment_count(area);
    cim__buf *stack = &area->scratch[STACK], *walks = &area->scratch[WALKS];
    stack->size = walks->size = area->scratch[RINGS].size = 0;
    uint32_t *memory = cim__buf_extend(stack, 3 * (size_t)count * sizeof *memory);
    if (!memory) return false;
    walker w = { area, memory, memory + count, (const uint32_t *)(const void *)area->scratch[PLACES].data, 0, 0 };
    memset(w.at, 0, 2 * (size_t)count * sizeof *w.at);
    for (uint32_t i = 0; i < count; i++) {
        if (segment(area, i)->walk != CIM_NONE) continue;
        walk *to = CIM__PUSH(walks, walk);
        if (!to) return false;
        *to = (walk){ i, CIM_NONE };
        if (!walk_from(&w, i)) return false;
        w.number++;
    }
    return true;
}

/* ---- 4: nesting ---- */

static bool higher(const cim__osm_segment *s, const cim__osm_segment *t)
{
    bool turned = before(end_a(s), end_a(t)); /* then t's left end is compared with s */
    const cim__osm_segment *first = turned ? s : t, *second = turned ? t : s;
    int where = side(end_a(first), end_b(first), same(end_a(first), end_a(second)) ? end_b(second) : end_a(second));
    return turned ? where < 0 : where > 0;
}

typedef struct below {
    uint32_t *active, count, added;
} below;

/* The segment next below the left end of segment s; all before s that reach so far are candidates. */
static uint32_t find_below(const cim__osm_area *area, below *b, uint32_t s)
{
    const int32_t *p = end_a(segment(area, s));
    uint32_t kept = 0, best = CIM_NONE;
    while (b->added < s) b->active[b->count++] = b->added++;
    for (uint32_t k = 0; k < b->count; k++) {
        const cim__osm_segment *c = segment(area, b->active[k]);
        if (!before(p, end_b(c))) continue;
        b->active[kept++] = b->active[k];
        if (same(end_a(c), p) || side(end_a(c), end_b(c), p) <= 0) continue;
        if (best == CIM_NONE || higher(c, segment(area, best))) best = b->active[k];
    }
    b->count = kept;
    return best;
}

static void nest_walks(cim__osm_area *area)
{
    cim__buf *walks = &area->scratch[WALKS], *rings = &area->scratch[RINGS];
    below b = { (uint32_t *)(void *)area->scratch[ACTIVE].data, 0, 0 };
    for (size_t i = 0; i < CIM__COUNT(rings, ring); i++) {
        const ring *r = &CIM__AT(rings, ring, i);
        if (r->outer) CIM__AT(walks, walk, r->walk).part = r->walk;
    }
    for (size_t i = 0; i < CIM__COUNT(walks, walk); i++) {
        walk *w = &CIM__AT(walks, walk, i);
        if (w->part != CIM_NONE) continue;
        uint32_t s = find_below(area, &b, w->start);
        if (s == CIM_NONE) set_problem(area, CIM__OSM_AREA_CROSSING, end_a(segment(area, w->start)), segment(area, w->start)->way, segment(area, w->start)->way);
        else w->part = CIM__AT(walks, walk, segment(area, s)->walk).part;
    }
}

static int by_part(const void *x, const void *y)
{
    const ring *r = x, *s = y;
    if (r->walk != s->walk) return r->walk < s->walk ? -1 : 1;
    if (r->outer != s->outer) return r->outer ? -1 : 1;
    return r->first < s->first ? -1 : r->first > s->first;
}

static bool push_u32(cim__buf *buf, size_t value)
{
    uint32_t *to = CIM__PUSH(buf, uint32_t);
    if (to) *to = (uint32_t)value;
    return to != NULL;
}

/* Rings in the order of parts, outer ones first. */
static bool put_rings(cim__osm_area *area)
{
    cim__buf *walks = &area->scratch[WALKS], *rings = &area->scratch[RINGS], *ordered = &area->scratch[ENDS];
    size_t count = CIM__COUNT(rings, ring);
    for (size_t i = 0; i < count; i++) CIM__AT(rings, ring, i).walk = CIM__AT(walks, walk, CIM__AT(rings, ring, i).walk).part;
    if (count) qsort(rings->data, count, sizeof(ring), by_part);
    ordered->size = 0;
    for (size_t i = 0; i < count; i++) {
        const ring *r = &CIM__AT(rings, ring, i);
        if (i && r->walk != CIM__AT(rings, ring, i - 1).walk && !push_u32(&area->part_end, i)) return false;
        cim__buf_put(ordered, &CIM__AT(&area->xy, int32_t, 2 * (size_t)r->first), (size_t)(r->end - r->first) * 2 * sizeof(int32_t));
        if (!push_u32(&area->ring_end, ordered->size / (2 * sizeof(int32_t)))) return false;
    }
    if (!push_u32(&area->part_end, count) || ordered->failed) return false;
    cim__buf swap = area->xy;
    area->xy = *ordered;
    *ordered = swap;
    return true;
}

static bool build(cim__osm_area *area)
{
    if (area->segments.failed) return false;
    if (area->segments.size) qsort(area->segments.data, segment_count(area), sizeof(cim__osm_segment), by_place);
    cancel_pairs(area);
    if (!segment_count(area)) {
        static const int32_t nowhere[2] = { 0, 0 };
        set_problem(area, CIM__OSM_AREA_NOTHING, nowhere, CIM_NONE, CIM_NONE);
        return true;
    }
    if (!sweep(area)) return false;
    if (area->problem) return true;
    if (!link_all(area)) return false;
    if (area->problem) return true;
    if (!walk_all(area)) return false;
    nest_walks(area);
    return area->problem || put_rings(area);
}

cim_status cim__osm_area_build(cim_ctx *ctx, cim__osm_area *area)
{
    area->xy.size = area->ring_end.size = area->part_end.size = 0;
    if (!build(area)) return cim__nomem(ctx);
    if (area->problem) area->xy.size = area->ring_end.size = area->part_end.size = 0;
    return CIM_OK;
}
