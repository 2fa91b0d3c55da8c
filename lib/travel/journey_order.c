/* journey_order.c - in which order to visit stops.
 *
 * Between the first and the last stop, which stay, up to 12 are ordered exactly: best[set][last] is the least time of having visited a set
 * and being at one of it.  More are inserted one after the other where they cost least, then improved: a run of up to three is moved,
 * or a run is turned round, whichever gains most at a place, until nothing gains.  Times differ by direction, so a run that is turned
 * round is summed anew; sums along the order and against it make that O(1).  Ways that do not exist cost a fixed fine, so that an order
 * with fewer of them is better. */
#include "travel/journey.h"

enum { FREE = CIM_JOURNEY_EXACT_STOPS - 2, MOST = 1000, ROUNDS = 100 };

static const uint64_t FINE = 1ull << 40; /* above any sum of times that exist */

typedef struct ordering {
    cim_ctx *ctx;
    const uint32_t *times;
    size_t n;
    uint32_t *order;
    uint64_t *along, *against; /* sums of the first i steps of the order, and of the same steps taken backwards */
} ordering;

static uint64_t cost(const ordering *o, uint32_t from, uint32_t to)
{
    uint32_t t = o->times[(size_t)from * o->n + to];
    return t < CIM_ROUTE_UNREACHABLE_MS ? t : FINE;
}

/* ---- exactly ---- */

static cim_status exact(ordering *o)
{
    uint32_t k = (uint32_t)o->n - 2, full = (1u << k) - 1, last = (uint32_t)o->n - 1, end = 0;
    uint64_t *best = cim__alloc_n(o->ctx->mem, ((size_t)full + 1) * k, sizeof *best), least = UINT64_MAX;
    uint8_t *before = cim__alloc_n(o->ctx->mem, ((size_t)full + 1) * k, 1);
    if (!best || !before) {
        cim__free(o->ctx->mem, best);
        cim__free(o->ctx->mem, before);
        return cim__nomem(o->ctx);
    }
    for (uint32_t set = 1; set <= full; set++)
        for (uint32_t j = 0; j < k; j++) {
            if (!(set >> j & 1)) continue;
            uint32_t rest = set & ~(1u << j);
            uint64_t value = rest ? UINT64_MAX : cost(o, 0, j + 1);
            for (uint32_t i = 0; i < k; i++) {
                if (!(rest >> i & 1) || best[(size_t)rest * k + i] + cost(o, i + 1, j + 1) >= value) continue;
                value = best[(size_t)rest * k + i] + cost(o, i + 1, j + 1);
                before[(size_t)set * k + j] = (uint8_t)i;
            }
            best[(size_t)set * k + j] = value;
        }
    for (uint32_t j = 0; j < k; j++)
        if (best[(size_t)full * k + j] + cost(o, j + 1, last) < least) {
            least = best[(size_t)full * k + j] + cost(o, j + 1, last);
            end = j;
        }
    for (uint32_t set = full, at = k; at > 0; at--) {
        o->order[at] = end + 1;
        uint32_t next = before[(size_t)set * k + end];
        set &= ~(1u << end);
        end = next;
    }
    cim__free(o->ctx->mem, best);
    cim__free(o->ctx->mem, before);
    return CIM_OK;
}

/* ---- nearly ---- */

static void insert_all(ordering *o)
{
    uint32_t last = (uint32_t)o->n - 1;
    size_t count = 2;
    o->order[0] = 0;
    o->order[1] = last;
    for (uint32_t stop = 1; stop < last; stop++, count++) {
        size_t place = 1;
        int64_t least = INT64_MAX;
        for (size_t i = 1; i < count; i++) {
            uint32_t a = o->order[i - 1], b = o->order[i];
            int64_t more = (int64_t)(cost(o, a, stop) + cost(o, stop, b)) - (int64_t)cost(o, a, b);
            if (more >= least) continue;
            least = more;
            place = i;
        }
        memmove(o->order + place + 1, o->order + place, (count - place) * sizeof *o->order);
        o->order[place] = stop;
    }
}

static void sum_up(ordering *o)
{
    o->along[0] = o->against[0] = 0;
    for (size_t i = 1; i < o->n; i++) {
        o->along[i] = o->along[i - 1] + cost(o, o->order[i - 1], o->order[i]);
        o->against[i] = o->against[i - 1] + cost(o, o->order[i], o->order[i - 1]);
    }
}

static void turn_round(uint32_t *order, size_t first, size_t last)
{
    for (; first < last; first++, last--) {
        uint32_t swap = order[first];
        order[first] = order[last];
        order[last] = swap;
    }
}

/* Turns the run first .. last round if that gains. */
static bool try_turn(ordering *o, size_t first, size_t last)
{
    const uint32_t *p = o->order;
    uint64_t now = cost(o, p[first - 1], p[first]) + o->along[last] - o->along[first] + cost(o, p[last], p[last + 1]);
    uint64_t then = cost(o, p[first - 1], p[last]) + o->against[last] - o->against[first] + cost(o, p[first], p[last + 1]);
    if (then >= now) return false;
    turn_round(o->order, first, last);
    sum_up(o);
    return true;
}

/* Moves the run first .. last to where it costs least. */
static bool try_move(ordering *o, size_t first, size_t last)
{
    uint32_t *p = o->order, run[3];
    size_t place = 0, count = last - first + 1;
    int64_t gain = (int64_t)(cost(o, p[first - 1], p[first]) + cost(o, p[last], p[last + 1])) - (int64_t)cost(o, p[first - 1], p[last + 1]), best = 0;
    for (size_t i = 1; i < o->n; i++) {
        if (i >= first && i <= last + 1) continue;
        int64_t more = (int64_t)(cost(o, p[i - 1], p[first]) + cost(o, p[last], p[i])) - (int64_t)cost(o, p[i - 1], p[i]);
        if (gain - more <= best) continue;
        best = gain - more;
        place = i;
    }
    if (!place) return false;
    memcpy(run, p + first, count * sizeof *run);
    if (place < first) {
        memmove(p + place + count, p + place, (first - place) * sizeof *p);
    } else {
        memmove(p + first, p + last + 1, (place - last - 1) * sizeof *p);
        place -= count;
    }
    memcpy(p + place, run, count * sizeof *run);
    sum_up(o);
    return true;
}

static bool improve(ordering *o)
{
    bool better = false;
    for (size_t first = 1; first + 1 < o->n; first++)
        for (size_t last = first; last + 1 < o->n; last++) {
            if (last > first && try_turn(o, first, last)) better = true;
            if (last - first < 3 && try_move(o, first, last)) better = true;
        }
    return better;
}

static cim_status nearly(ordering *o)
{
    o->along = cim__alloc_n(o->ctx->mem, o->n, sizeof *o->along);
    o->against = cim__alloc_n(o->ctx->mem, o->n, sizeof *o->against);
    cim_status st = o->along && o->against ? CIM_OK : cim__nomem(o->ctx);
    if (st >= 0) {
        insert_all(o);
        sum_up(o);
        for (int round = 0; st >= 0 && round < ROUNDS && improve(o); round++) st = cim__tick(o->ctx, 0, 0, "ordering");
    }
    cim__free(o->ctx->mem, o->along);
    cim__free(o->ctx->mem, o->against);
    return st;
}

/* ---- either ---- */

static cim_status choose(ordering *o)
{
    if (o->n > 2) CIM__TRY(o->n - 2 <= FREE ? exact(o) : nearly(o));
    o->order[0] = 0;
    o->order[o->n - 1] = (uint32_t)o->n - 1;
    for (size_t i = 1; i < o->n; i++)
        if (cost(o, o->order[i - 1], o->order[i]) >= FINE) return cim__fail(o->ctx, CIM_ENOTFOUND, "no order in which every stop is reached was found");
    return CIM_OK;
}

cim_status cim_journey_order(cim_ctx *ctx, const uint32_t *times_ms, size_t count, uint32_t *order_out, uint32_t *exact_out)
{
    cim__enter(ctx);
    if (!times_ms || !count || count > MOST) return cim__fail(ctx, CIM_EARG, "%zu stops, not 1 to %d, or no times", count, MOST);
    ordering o = { .ctx = ctx, .times = times_ms, .n = count, .order = cim__alloc_n(ctx->mem, count, sizeof *o.order) };
    if (!o.order) return cim__nomem(ctx);
    cim_status st = choose(&o);
    if (st >= 0) memcpy(order_out, o.order, count * sizeof *order_out);
    if (st >= 0 && exact_out) *exact_out = count <= CIM_JOURNEY_EXACT_STOPS;
    cim__free(ctx->mem, o.order);
    return st;
}
