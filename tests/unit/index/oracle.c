#include "oracle.h"

#include <float.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

size_t oracle_cases;

const oracle_world oracle_worlds[] = {
    { "lattice", 0, 64, 6, true },
    { "metres", 478000, 20000, 30, false },
    { "1e8", -1e8, 2e8, 1e4, false },
    { "degrees", 8.5, 0.3, 0.0005, false },
    { "one place", 5e6, 0, 0, false },
    { "points", 0, 10, 0, false },
    { "crowd", -50, 100, 60, false },
    { "wide lattice", -3, 1 << 20, 9, true },
    { "tiny", 0, 1e-9, 1e-12, false },
    { "tiny aside", 8.5, 1e-9, 1e-11, false },
    { "point lattice", -8, 16, 0, true },
};
const size_t oracle_world_count = sizeof oracle_worlds / sizeof *oracle_worlds;

uint32_t oracle_mix(uint32_t id)
{
    id *= 0x9e3779b1u;
    id ^= id >> 15;
    return id * 0x85ebca77u >> 7;
}

/* ---- sets ---- */

static double somewhere(const oracle_world *w, uint64_t *seed, double least, double most)
{
    double v = w->origin + support_uniform(seed, least, most) * w->extent;
    return w->lattice ? floor(v) : v;
}

static double some_size(const oracle_world *w, uint64_t *seed)
{
    double v = support_random(seed) % 4 ? support_uniform(seed, 0, 1) * w->size : 0; /* a quarter is flat */
    return w->lattice ? floor(v) : v;
}

cim_box oracle_random_box(const oracle_world *w, uint64_t *seed)
{
    double x = somewhere(w, seed, 0, 1), y = somewhere(w, seed, 0, 1);
    return (cim_box){ x, y, x + some_size(w, seed), y + some_size(w, seed) };
}

static void *room(size_t count, size_t size)
{
    void *p = calloc(count + 1, size);
    assert_non_null(p);
    return p;
}

oracle_set oracle_of(const oracle_world *world, size_t n, int features)
{
    oracle_set s = { .world = *world, .n = n };
    s.id_bound = features & ORACLE_IDS ? 4 * n + 1 : n;
    s.boxes = room(n, sizeof *s.boxes);
    s.exact = features & ORACLE_IDS ? room(s.id_bound, sizeof *s.exact) : s.boxes;
    s.z = features & ORACLE_Z ? room(2 * n, sizeof *s.z) : NULL;
    s.classes = features & ORACLE_CLASSES ? room(n, sizeof *s.classes) : NULL;
    s.ids = features & ORACLE_IDS ? room(n, sizeof *s.ids) : NULL;
    s.place = room(s.id_bound, sizeof *s.place);
    s.found = room(n + 8, sizeof *s.found);
    s.distances = room(n + 8, sizeof *s.distances);
    s.keys = room(n, sizeof *s.keys);
    s.mark = room(s.id_bound, 1);
    s.z_low = 100;
    s.z_high = 100 + (world->lattice ? 16 : world->extent * 0.1);
    return s;
}

void oracle_index_places(oracle_set *s)
{
    for (size_t id = 0; id < s->id_bound; id++) s->place[id] = CIM_NONE;
    for (size_t i = 0; i < s->n; i++) {
        uint32_t id = s->ids ? s->ids[i] : (uint32_t)i;
        s->place[id] = (uint32_t)i;
        if (s->ids) s->exact[id] = s->boxes[i];
    }
}

oracle_set oracle_make(const oracle_world *world, size_t n, int features, uint64_t *seed)
{
    oracle_set s = oracle_of(world, n, features);
    for (size_t i = 0; i < n; i++) {
        s.boxes[i] = oracle_random_box(world, seed);
        if (i && support_random(seed) % 8 == 0) s.boxes[i] = s.boxes[support_random(seed) % i]; /* duplicates */
        if (s.z) {
            double low = support_uniform(seed, s.z_low, s.z_high), high = low + support_uniform(seed, 0, (s.z_high - s.z_low) / 8);
            s.z[2 * i] = world->lattice ? floor(low) : low;
            s.z[2 * i + 1] = world->lattice ? floor(high) : high;
        }
        if (s.classes) {
            s.classes[i] = support_random(seed) % 16 ? 1u << support_random(seed) % 4 : 0; /* some have no class */
            if (support_random(seed) % 4 == 0) s.classes[i] |= 0x10;
            if (support_random(seed) % 500 == 0) s.classes[i] |= 0x80000000u;
        }
        if (s.ids) s.ids[i] = (uint32_t)(4 * ((i * 7919 + 13) % n) + support_random(seed) % 4);
    }
    if (s.ids && n % 7919 == 0)
        for (size_t i = 0; i < n; i++) s.ids[i] = (uint32_t)(4 * i);
    oracle_index_places(&s);
    snprintf(s.label, sizeof s.label, "%s, %zu boxes%s%s%s", world->name, n, s.z ? ", z" : "", s.classes ? ", classes" : "", s.ids ? ", ids" : "");
    return s;
}

void oracle_free(oracle_set *s)
{
    if (s->exact != s->boxes) free(s->exact);
    free(s->boxes), free(s->z), free(s->classes), free(s->ids), free(s->place), free(s->absent);
    free(s->found), free(s->distances), free(s->keys), free(s->mark);
    memset(s, 0, sizeof *s);
}

cim_index *oracle_build(cim_ctx *ctx, const oracle_set *s, int32_t order)
{
    cim_index_options options = CIM_INDEX_OPTIONS_INIT;
    cim_index *index = NULL;
    options.order = order;
    options.z = s->z;
    options.classes = s->classes;
    options.ids = s->ids;
    assert_ok(ctx, cim_index_build(ctx, s->boxes, s->n, &options, &index));
    assert_non_null(index);
    assert_int_equal(cim_index_count(index), s->n);
    return index;
}

/* ---- what counts ---- */

static double gap(double low, double high, double from, double to) { return fmax(fmax(low - to, from - high), 0); }

double oracle_distance(const oracle_set *s, size_t i, const cim_probe *p, double slack_xy, double slack_z)
{
    const cim_box *b = &s->boxes[i];
    double dx = fmax(gap(b->min_x, b->max_x, p->x0, p->x1) - slack_xy, 0), dy = fmax(gap(b->min_y, b->max_y, p->y0, p->y1) - slack_xy, 0);
    double dz = s->z ? fmax(gap(s->z[2 * i], s->z[2 * i + 1], p->z0, p->z1) - slack_z, 0) : 0;
    if (s->world.lattice && fabs(dx) < 1e7 && fabs(dy) < 1e7) return sqrt(dx * dx + dy * dy + dz * dz);
    return hypot(hypot(dx, dy), dz);
}

/* The separating axes of a segment and a box with the sides c - h and c + h; no cross product is longer than 3 numbers. */
static bool segment_meets(const long double *c, const long double *h, const long double *from, const long double *to, int dim)
{
    long double m[3], d[3];
    for (int a = 0; a < dim; a++) {
        m[a] = c[a] - (from[a] + to[a]) / 2;
        d[a] = (to[a] - from[a]) / 2;
        if (fabsl(m[a]) > h[a] + fabsl(d[a])) return false;
    }
    for (int a = 0; a < dim; a++)
        for (int b = a + 1; b < dim; b++)
            if (fabsl(m[a] * d[b] - m[b] * d[a]) > h[a] * fabsl(d[b]) + h[b] * fabsl(d[a])) return false;
    return true;
}

bool oracle_segment_meets(const cim_box *b, long double more, const double *a, const double *z)
{
    long double c[2] = { ((long double)b->min_x + b->max_x) / 2, ((long double)b->min_y + b->max_y) / 2 }, from[2] = { a[0], a[1] }, to[2] = { z[0], z[1] };
    long double h[2] = { ((long double)b->max_x - b->min_x) / 2 + more, ((long double)b->max_y - b->min_y) / 2 + more };
    return segment_meets(c, h, from, to, 2);
}

static double ulps(const oracle_set *s, const cim_probe *p, size_t i)
{
    const cim_box *b = &s->boxes[i];
    double most = fmax(fmax(fmax(fabs(p->x0), fabs(p->x1)), fmax(fabs(p->y0), fabs(p->y1))), fmax(fmax(fabs(b->min_x), fabs(b->max_x)), fmax(fabs(b->min_y), fabs(b->max_y))));
    if (s->z && isfinite(p->z0)) most = fmax(most, fmax(fabs(p->z0), fabs(p->z1)));
    return s->world.lattice && most < 1e7 ? 0 : (p->exact ? 16 * DBL_EPSILON : 1e-13) * most;
}

/* sign -1: must; +1: may.  From far away, what the grid alone decides is right to 12 digits. */
static bool place_meets(const oracle_set *s, size_t i, const cim_probe *p, double slack_xy, double slack_z, int sign)
{
    if (p->kind == CIM_PROBE_BOX) {
        double d = oracle_distance(s, i, p, slack_xy, slack_z);
        if (p->distance == 0 || (s->world.lattice && p->distance < 1e7)) return d <= p->distance;
        return d <= p->distance * (1 + (sign > 0 && !p->exact ? 1e-12 : sign * 8 * DBL_EPSILON));
    }
    const cim_box *b = &s->boxes[i];
    bool space = s->z && isfinite(p->z0) && isfinite(p->z1);
    long double t = sign * (long double)ulps(s, p, i), zero = 0;
    long double c[3] = { ((long double)b->min_x + b->max_x) / 2, ((long double)b->min_y + b->max_y) / 2, space ? ((long double)s->z[2 * i] + s->z[2 * i + 1]) / 2 : zero };
    long double h[3] = { ((long double)b->max_x - b->min_x) / 2 + slack_xy + t, ((long double)b->max_y - b->min_y) / 2 + slack_xy + t, space ? ((long double)s->z[2 * i + 1] - s->z[2 * i]) / 2 + slack_z + t : zero };
    long double from[3] = { p->x0, p->y0, space ? p->z0 : 0 }, to[3] = { p->x1, p->y1, space ? p->z1 : 0 };
    return segment_meets(c, h, from, to, space ? 3 : 2);
}

bool oracle_counts(const oracle_set *s, size_t i, const cim_probe *p)
{
    if (s->absent && s->absent[i]) return false;
    if (p->classes && !(s->classes[i] & p->classes)) return false;
    return !p->accept || oracle_mix(s->ids ? s->ids[i] : (uint32_t)i) % 3 != 0;
}

double oracle_slack(const oracle_set *s, double step) { return 3 * step + (s->world.lattice ? 0 : 4 * DBL_EPSILON * (fabs(s->world.origin) + s->world.extent)); }

int32_t oracle_accept(void *user, uint32_t id)
{
    const oracle_user *u = user;
    bool known = id < u->set->id_bound && u->set->place[id] != CIM_NONE;
    if (!known) print_error("%s: accept called with id %u\n", u->set->label, id);
    assert_true(known);
    size_t i = u->set->place[id];
    assert_false(u->set->absent && u->set->absent[i]);
    assert_true(!u->probe->classes || (u->set->classes[i] & u->probe->classes));
    return oracle_mix(id) % 3 != 0 ? (int32_t)(0x80000000u | id) : 0;
}

double oracle_measure(void *user, uint32_t id)
{
    const oracle_user *u = user;
    assert_true(id < u->set->id_bound && u->set->place[id] != CIM_NONE);
    uint32_t h = oracle_mix(id ^ 0x5555u);
    if (h % 16 == 0) return HUGE_VAL;
    return oracle_distance(u->set, u->set->place[id], u->probe, 0, 0) * (1 + 1e-14) + (h >> 4) % 8 * u->unit;
}

/* ---- probes ---- */

static void random_place(const oracle_set *s, uint64_t *seed, double *x, double *y)
{
    uint64_t r = support_random(seed) % 32;
    *x = somewhere(&s->world, seed, -0.1, 1.1);
    *y = somewhere(&s->world, seed, -0.1, 1.1);
    if (r < 6 && s->n) { /* a corner of a box: what touches counts */
        const cim_box *b = &s->boxes[support_random(seed) % s->n];
        *x = r & 1 ? b->min_x : b->max_x;
        *y = r & 2 ? b->min_y : b->max_y;
    } else if (r == 6) { /* far away */
        *x = support_random(seed) % 2 ? 1e15 : -1e15;
    } else if (r == 7) {
        *y = support_random(seed) % 2 ? 1e15 : -3.7e15;
        *x = 1e14;
    } else if (r == 8) { /* outside, near */
        *x = somewhere(&s->world, seed, 3, 10);
    }
}

static double random_reach(const oracle_world *w, uint64_t *seed)
{
    double reach = (w->extent > 0 ? w->extent : 1) * pow(support_uniform(seed, 0, 1), 4);
    return w->lattice ? floor(reach) : reach;
}

static void box_of_probe(cim_probe *p, const cim_box *b) { p->x0 = b->min_x, p->y0 = b->min_y, p->x1 = b->max_x, p->y1 = b->max_y; }

static void random_z(const oracle_set *s, cim_probe *p, uint64_t *seed)
{
    double a = support_uniform(seed, s->z_low - 1, s->z_high + 1), b = support_uniform(seed, s->z_low - 1, s->z_high + 1);
    if (s->world.lattice) a = floor(a), b = floor(b);
    if (support_random(seed) % 4 == 0 && s->n) a = s->z[2 * (support_random(seed) % s->n)], b = a;
    p->z0 = p->kind == CIM_PROBE_SEGMENT ? a : fmin(a, b);
    p->z1 = p->kind == CIM_PROBE_SEGMENT ? b : fmax(a, b);
    if (p->kind == CIM_PROBE_BOX && support_random(seed) % 4 == 0) {
        if (support_random(seed) % 2) p->z0 = -HUGE_VAL;
        else p->z1 = HUGE_VAL;
    }
}

cim_probe oracle_probe(const oracle_set *s, oracle_user *user, double step, uint64_t *seed)
{
    double x, y, x1, y1;
    cim_probe p;
    random_place(s, seed, &x, &y);
    random_place(s, seed, &x1, &y1);
    cim_box box = { x, y, x + random_reach(&s->world, seed), y + random_reach(&s->world, seed) };
    switch (support_random(seed) % 8) {
    case 0: p = cim_probe_point(x, y); break;
    case 1: p = cim_probe_near(x, y, random_reach(&s->world, seed)); break;
    case 2: p = cim_probe_segment(x, y, x1, y1); break;
    case 3: /* along an axis, or a point */
        p = cim_probe_segment(x, y, support_random(seed) % 2 ? x : x1, support_random(seed) % 2 ? y : y1);
        break;
    case 4: p = cim_probe_box(&box), p.distance = random_reach(&s->world, seed); break;
    case 5:
        p = cim_probe_box(&box);
        if (s->n) box_of_probe(&p, &s->boxes[support_random(seed) % s->n]);
        break;
    default: p = cim_probe_box(&box);
    }
    if (s->z && support_random(seed) % 2) random_z(s, &p, seed);
    if (s->classes && support_random(seed) % 2) p.classes = support_random(seed) % 3 ? 1u << support_random(seed) % 6 : 0x80000000u;
    if (support_random(seed) % 2) p.exact = s->exact;
    *user = (oracle_user){ s, NULL, step, s->world.lattice ? 1 : s->world.extent / 64 };
    p.user = user;
    if (support_random(seed) % 5 == 0) p.accept = oracle_accept;
    return p;
}

static void show(const oracle_set *s, const cim_probe *p)
{
    print_error("# set: %s\n", s->label);
    print_error("# probe: kind %d classes %x (%.17g %.17g %.17g %.17g) z (%g %g) distance %.17g%s%s%s\n", p->kind, p->classes, p->x0, p->y0, p->x1, p->y1, p->z0, p->z1, p->distance,
                p->exact ? " exact" : "", p->accept ? " accept" : "", p->measure ? " measure" : "");
}

static void show_box(const oracle_set *s, size_t i, const char *what)
{
    const cim_box *b = &s->boxes[i];
    print_error("# %s: box %zu (%.17g %.17g %.17g %.17g)", what, i, b->min_x, b->min_y, b->max_x, b->max_y);
    if (s->z) print_error(" z (%.17g %.17g)", s->z[2 * i], s->z[2 * i + 1]);
    print_error("\n");
}

/* ---- query ---- */

/* All ids are known and none is there twice; they are marked then. */
static void mark_found(oracle_set *s, const cim_probe *p, const uint32_t *ids, size_t count)
{
    memset(s->mark, 0, s->id_bound);
    for (size_t k = 0; k < count; k++) {
        bool known = ids[k] < s->id_bound && s->place[ids[k]] != CIM_NONE && !s->mark[ids[k]];
        if (!known) {
            show(s, p);
            print_error("# id %u is %s\n", ids[k], ids[k] < s->id_bound && s->mark[ids[k]] ? "there twice" : "not known");
            fail();
        }
        s->mark[ids[k]] = 1;
    }
}

static void check_caps(cim_ctx *ctx, const cim_index *index, oracle_set *s, const cim_probe *p, size_t count)
{
    size_t counted = 77, again = 77;
    assert_ok(ctx, cim_index_query(ctx, index, p, NULL, 0, &counted));
    assert_int_equal(counted, count);
    size_t cap = count ? oracle_mix((uint32_t)(count + s->n)) % count : 0;
    uint32_t *few = room(cap + 1, sizeof *few);
    few[cap] = 0xabadcafe;
    assert_ok(ctx, cim_index_query(ctx, index, p, few, cap, &again));
    assert_int_equal(again, count);
    assert_memory_equal(few, s->found, cap * sizeof *few);
    assert_int_equal(few[cap], 0xabadcafe);
    free(few);
}

void oracle_check_query(cim_ctx *ctx, const cim_index *index, oracle_set *s, const cim_probe *given)
{
    cim_probe p = *given;
    size_t count = 77;
    double slack_z = oracle_slack(s, cim_index_step(index)), slack_xy = p.exact ? 0 : slack_z;
    ((oracle_user *)p.user)->probe = &p;
    s->found[s->n] = 0xabadcafe;
    assert_ok(ctx, cim_index_query(ctx, index, &p, s->found, s->n, &count));
    assert_int_equal(s->found[s->n], 0xabadcafe);
    if (count > s->n) show(s, &p);
    assert_true(count <= s->n);
    mark_found(s, &p, s->found, count);
    for (size_t i = 0; i < s->n; i++) {
        bool found = s->mark[s->ids ? s->ids[i] : i], counts = oracle_counts(s, i, &p);
        if (found ? counts && place_meets(s, i, &p, slack_xy, slack_z, 1) : !counts || !place_meets(s, i, &p, 0, 0, -1)) continue;
        show(s, &p);
        show_box(s, i, found ? "too much" : "lost");
        fail();
    }
    check_caps(ctx, index, s, &p, count);
    oracle_cases++;
}

/* ---- nearest ---- */

typedef struct tolerance {
    double absolute, relative, rounding; /* rounding: of the place in grid numbers */
} tolerance;

static bool same_place(const oracle_set *s, size_t i, size_t j)
{
    if (s->z && (s->z[2 * i] != s->z[2 * j] || s->z[2 * i + 1] != s->z[2 * j + 1])) return false;
    return !memcmp(&s->boxes[i], &s->boxes[j], sizeof s->boxes[i]);
}

static const char *check_found(oracle_set *s, const cim_probe *p, tolerance t, size_t count)
{
    for (size_t k = 0; k < count; k++) {
        size_t i = s->place[s->found[k]];
        double d = s->distances[k];
        if (!(d >= 0) || isinf(d)) return "a distance is no number";
        if (k && d < s->distances[k - 1]) return "not in order of distance";
        if (k && d == s->distances[k - 1] && s->found[k] < s->found[k - 1]) return "equal distances not in order of ids";
        if (!oracle_counts(s, i, p)) return "reported what does not count";
        if (s->keys[i] - d > t.absolute + t.relative * d || d - s->keys[i] > t.relative * d + t.rounding) return "a wrong distance"; /* boxes are rounded outwards */
        if (d > p->distance) return "beyond the limit";
    }
    return NULL;
}

static const char *check_left_out(oracle_set *s, const cim_probe *p, tolerance t, size_t k, size_t count)
{
    double last = count == k && k ? s->distances[k - 1] : p->distance;
    uint32_t last_id = count ? s->found[count - 1] : CIM_NONE;
    for (size_t i = 0; i < s->n && k; i++) {
        uint32_t id = s->ids ? s->ids[i] : (uint32_t)i;
        if (s->mark[id] || isinf(s->keys[i]) || !oracle_counts(s, i, p)) continue;
        bool nearer = count == k ? s->keys[i] < last * (1 - t.relative) - t.rounding : s->keys[i] <= last * (1 - t.relative);
        if (isinf(last)) nearer = true;
        if (count == k && t.absolute == 0 && t.relative == 0) nearer = s->keys[i] < last || (s->keys[i] == last && id < last_id);
        if (nearer) {
            show_box(s, i, "left out");
            return "something nearer was left out";
        }
        if (count == k && !p->measure && id < last_id && same_place(s, i, s->place[last_id])) {
            show_box(s, i, "left out");
            show_box(s, s->place[last_id], "reported");
            return "of equal boxes the lesser id was left out";
        }
    }
    return NULL;
}

void oracle_check_nearest(cim_ctx *ctx, const cim_index *index, oracle_set *s, const cim_probe *given, size_t k)
{
    cim_probe p = *given;
    size_t count = 77;
    double step = cim_index_step(index);
    tolerance t = { p.exact && !s->z ? 0 : 4 * step, 16 * DBL_EPSILON, p.exact && !s->z ? 0 : 1e-5 * step };
    ((oracle_user *)p.user)->probe = &p;
    if (p.measure || (s->world.lattice && p.exact && !s->z && fabs(p.x0) < 1e7 && fabs(p.y0) < 1e7)) t = (tolerance){ 0, 0, 0 };
    for (size_t i = 0; i < s->n; i++) s->keys[i] = p.measure ? oracle_measure(p.user, s->ids ? s->ids[i] : (uint32_t)i) : oracle_distance(s, i, &p, 0, 0);
    uint32_t *ids = room(k, sizeof *ids);
    double *distances = room(k, sizeof *distances);
    ids[k] = 0xabadcafe;
    assert_ok(ctx, cim_index_nearest(ctx, index, &p, k, ids, distances, &count));
    assert_int_equal(ids[k], 0xabadcafe);
    assert_true(count <= k && count <= s->n);
    memcpy(s->found, ids, count * sizeof *ids);
    memcpy(s->distances, distances, count * sizeof *distances);
    mark_found(s, &p, s->found, count);
    const char *wrong = check_found(s, &p, t, count);
    if (!wrong) wrong = check_left_out(s, &p, t, k, count);
    if (wrong) {
        show(s, &p);
        print_error("# nearest %zu, step %g: %s\n", k, step, wrong);
        for (size_t i = 0; i < count && i < 8; i++) print_error("#   id %u distance %.17g, really %.17g\n", ids[i], distances[i], s->keys[s->place[ids[i]]]);
        fail();
    }
    size_t alone = 77;
    assert_ok(ctx, cim_index_nearest(ctx, index, &p, k, ids, NULL, &alone)); /* distances are not wanted */
    assert_int_equal(alone, count);
    assert_memory_equal(ids, s->found, count * sizeof *ids);
    free(ids), free(distances);
    oracle_cases++;
}

void oracle_check_both(cim_ctx *ctx, const cim_index *index, oracle_set *s, uint64_t *seed, int rounds)
{
    static const size_t some_k[] = { 1, 1, 2, 3, 10, 15, 16, 17, 63, 64, 65, 100, 257, 1000 };
    double step = cim_index_step(index);
    for (int i = 0; i < rounds; i++) {
        oracle_user user;
        cim_probe p = oracle_probe(s, &user, step, seed);
        oracle_check_query(ctx, index, s, &p);
        if (p.kind != CIM_PROBE_BOX) continue;
        if (support_random(seed) % 2) p.distance = HUGE_VAL;
        if (support_random(seed) % 4 == 0) p.measure = oracle_measure;
        oracle_check_nearest(ctx, index, s, &p, some_k[support_random(seed) % 14]);
    }
}

void oracle_check_extent(const cim_index *index, const oracle_set *s)
{
    cim_box is = { HUGE_VAL, HUGE_VAL, -HUGE_VAL, -HUGE_VAL }, got = { 7, 7, 7, 7 };
    size_t there = 0;
    double slack = oracle_slack(s, cim_index_step(index));
    for (size_t i = 0; i < s->n; i++) {
        if (s->absent && s->absent[i]) continue;
        const cim_box *b = &s->boxes[i];
        is = (cim_box){ fmin(is.min_x, b->min_x), fmin(is.min_y, b->min_y), fmax(is.max_x, b->max_x), fmax(is.max_y, b->max_y) };
        there++;
    }
    assert_int_equal(cim_index_count(index), there);
    assert_int_equal(cim_index_extent(index, &got), there > 0);
    if (!there) {
        assert_true(got.min_x == 7 && got.max_y == 7);
        return;
    }
    assert_true(got.min_x <= is.min_x && got.min_y <= is.min_y && got.max_x >= is.max_x && got.max_y >= is.max_y);
    assert_true(got.min_x >= is.min_x - slack && got.min_y >= is.min_y - slack && got.max_x <= is.max_x + slack && got.max_y <= is.max_y + slack);
}

/* ---- answers as a number ---- */

uint64_t oracle_hash(uint64_t hash, const void *data, size_t size)
{
    const uint8_t *p = data;
    for (size_t i = 0; i < size; i++) hash = (hash ^ p[i]) * 0x100000001b3ull;
    return hash;
}

uint64_t oracle_answers(cim_ctx *ctx, const cim_index *index, const cim_probe *probes, size_t count, size_t k)
{
    size_t n = cim_index_count(index), found;
    uint32_t *ids = room(n > k ? n : k, sizeof *ids);
    double *distances = room(k, sizeof *distances);
    uint64_t hash = 0xcbf29ce484222325ull;
    for (size_t i = 0; i < count; i++) {
        cim_probe p = probes[i];
        assert_ok(ctx, cim_index_query(ctx, index, &p, ids, n, &found));
        assert_true(found <= n);
        hash = oracle_hash(oracle_hash(hash, &found, sizeof found), ids, found * sizeof *ids);
        if (p.kind != CIM_PROBE_BOX) continue;
        assert_ok(ctx, cim_index_nearest(ctx, index, &p, k, ids, distances, &found));
        hash = oracle_hash(oracle_hash(oracle_hash(hash, &found, sizeof found), ids, found * sizeof *ids), distances, found * sizeof *distances);
    }
    free(ids), free(distances);
    return hash;
}

static int by_id(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return x < y ? -1 : x > y;
}

void oracle_same_ids(uint32_t *a, uint32_t *b, size_t n)
{
    if (!n) return;
    qsort(a, n, sizeof *a, by_id);
    qsort(b, n, sizeof *b, by_id);
    assert_memory_equal(a, b, n * sizeof *a);
}
