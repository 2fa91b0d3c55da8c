#include "scenes.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#if defined __SIZEOF_FLOAT128__
__extension__ typedef __float128 wide;
#else
typedef long double wide;
#endif

enum { GROUP = 64 };

/* ---- building ---- */

static void *grown(void *at, uint32_t *cap, uint32_t count, size_t size)
{
    if (count < *cap) return at;
    *cap = *cap ? 2 * *cap : 64;
    at = realloc(at, *cap * size);
    assert_non_null(at);
    return at;
}

void town_free(town *t)
{
    free(t->prism_end), free(t->ring_end), free(t->xy), free(t->base), free(t->top), free(t->box), free(t->group), free(t->order);
    memset(t, 0, sizeof *t);
}

void town_vertex(town *t, double x, double y)
{
    t->xy = grown(t->xy, &t->vertex_cap, t->vertices, 2 * sizeof(double));
    t->xy[2 * t->vertices] = x;
    t->xy[2 * t->vertices++ + 1] = y;
}

void town_ring(town *t)
{
    t->ring_end = grown(t->ring_end, &t->ring_cap, t->rings, 4);
    t->ring_end[t->rings++] = t->vertices;
}

void town_prism(town *t, double base, double top)
{
    uint32_t cap = t->prism_cap, other = cap;
    t->prism_end = grown(t->prism_end, &t->prism_cap, t->prisms, 4);
    t->base = grown(t->base, &other, t->prisms, sizeof(double));
    other = cap;
    t->top = grown(t->top, &other, t->prisms, sizeof(double));
    t->base[t->prisms] = base;
    t->top[t->prisms] = top;
    t->prism_end[t->prisms++] = t->rings;
}

void town_rect(town *t, double x0, double y0, double x1, double y1, double base, double top)
{
    town_vertex(t, x0, y0), town_vertex(t, x1, y0), town_vertex(t, x1, y1), town_vertex(t, x0, y1);
    town_ring(t);
    town_prism(t, base, top);
}

static void widen(double box[4], const double other[4])
{
    for (int i = 0; i < 2; i++) {
        if (other[i] < box[i]) box[i] = other[i];
        if (other[2 + i] > box[2 + i]) box[2 + i] = other[2 + i];
    }
}

static uint32_t ring_first(const town *t, uint32_t r) { return r ? t->ring_end[r - 1] : 0; }
static uint32_t prism_first(const town *t, uint32_t p) { return p ? t->prism_end[p - 1] : 0; }

typedef struct place {
    double strip, x;
    uint32_t prism;
} place;

static int by_place(const void *a, const void *b)
{
    const place *p = a, *q = b;
    if (p->strip != q->strip) return p->strip < q->strip ? -1 : 1;
    return p->x != q->x ? (p->x > q->x) - (p->x < q->x) : (p->prism > q->prism) - (p->prism < q->prism);
}

void town_boxes(town *t)
{
    static const double none[4] = { HUGE_VAL, HUGE_VAL, -HUGE_VAL, -HUGE_VAL };
    uint32_t groups = (t->prisms + GROUP - 1) / GROUP;
    double all[4] = { HUGE_VAL, HUGE_VAL, -HUGE_VAL, -HUGE_VAL };
    place *places = calloc(t->prisms + 1, sizeof *places);
    free(t->box), free(t->group), free(t->order);
    t->box = calloc(t->prisms + 1, sizeof *t->box);
    t->group = calloc(groups + 1, sizeof *t->group);
    t->order = calloc(t->prisms + 1, sizeof *t->order);
    assert_true(places && t->box && t->group && t->order);
    for (uint32_t p = 0; p < t->prisms; p++) {
        memcpy(t->box[p], none, sizeof none);
        for (uint32_t r = prism_first(t, p); r < t->prism_end[p]; r++)
            for (uint32_t v = ring_first(t, r); v < t->ring_end[r]; v++)
                widen(t->box[p], (const double[4]){ t->xy[2 * v], t->xy[2 * v + 1], t->xy[2 * v], t->xy[2 * v + 1] });
        places[p] = (place){ floor(t->box[p][1] / 150), t->box[p][0], p };
        widen(all, t->box[p]);
    }
    qsort(places, t->prisms, sizeof *places, by_place);
    for (uint32_t i = 0; i < t->prisms; i++) {
        t->order[i] = places[i].prism;
        if (i % GROUP == 0) memcpy(t->group[i / GROUP], none, sizeof none);
        widen(t->group[i / GROUP], t->box[t->order[i]]);
    }
    free(places);
    t->min_x = all[0], t->min_y = all[1], t->max_x = all[2], t->max_y = all[3];
}

cim_sight_prisms town_arrays(const town *t)
{
    cim_sight_prisms a = CIM_SIGHT_PRISMS_INIT;
    a.prism_count = t->prisms, a.ring_count = t->rings, a.vertex_count = t->vertices;
    a.prism_end = t->prism_end, a.ring_end = t->ring_end, a.xy = t->xy, a.base_m = t->base, a.top_m = t->top;
    return a;
}

cim_sight_scene *town_scene(cim_ctx *ctx, const town *t)
{
    cim_sight_prisms a = town_arrays(t);
    cim_sight_scene *scene = NULL;
    assert_ok(ctx, cim_sight_scene_build(ctx, &a, NULL, &scene));
    return scene;
}

/* ---- random towns ---- */

static double grid_of(double v) { return floor(v * 1024.0) / 1024.0; }

static void star(town *t, uint64_t *seed, double x, double y, double radius, bool turned)
{
    int corners = 3 + (int)(support_random(seed) % 9);
    for (int i = 0; i < corners; i++) {
        double angle = 6.283185307179586 * (turned ? corners - i : i) / corners, r = radius * support_uniform(seed, 0.4, 1.0);
        town_vertex(t, grid_of(x + r * cos(angle)), grid_of(y + r * sin(angle)));
    }
    if (support_random(seed) % 2) town_vertex(t, t->xy[2 * (t->vertices - (uint32_t)corners)], t->xy[2 * (t->vertices - (uint32_t)corners) + 1]);
    town_ring(t);
}

static void strange(town *t, uint64_t *seed, double x, double y, double a)
{
    switch (support_random(seed) % 3) {
    case 0: /* two rings with a common edge */
        town_vertex(t, x, y), town_vertex(t, x + a, y), town_vertex(t, x + a, y + a), town_vertex(t, x, y + a), town_ring(t);
        town_vertex(t, x + a, y), town_vertex(t, x + 2 * a, y), town_vertex(t, x + 2 * a, y + a), town_vertex(t, x + a, y + a), town_ring(t);
        break;
    case 1: /* a spike inwards, and one outwards */
        town_vertex(t, x, y), town_vertex(t, x + a, y), town_vertex(t, x + a, y + a), town_vertex(t, x + a / 2, y + a / 2), town_vertex(t, x + a, y + a);
        town_vertex(t, x, y + a), town_vertex(t, x - a, y + 2 * a), town_vertex(t, x, y + a), town_ring(t);
        break;
    default: /* crosses itself; a courtyard in a corner of another ring */
        town_vertex(t, x, y), town_vertex(t, x + 2 * a, y + 2 * a), town_vertex(t, x + 2 * a, y), town_vertex(t, x, y + 2 * a), town_ring(t);
        town_vertex(t, x, y), town_vertex(t, x + a, y), town_vertex(t, x + a, y - a), town_ring(t);
    }
}

town town_random(uint64_t *seed, uint32_t prisms, double size_m)
{
    town t = { 0 };
    for (uint32_t p = 0; p < prisms; p++) {
        double x = 500000 + floor(support_uniform(seed, 0, size_m)), y = 5450000 + floor(support_uniform(seed, 0, size_m));
        double base = support_random(seed) % 4 ? 0.0 : floor(support_uniform(seed, 0, 8)), top = base + floor(support_uniform(seed, 0, 20));
        double a = floor(support_uniform(seed, 2, 30));
        switch (support_random(seed) % 4) {
        case 0: town_rect(&t, x, y, x + a, y + floor(support_uniform(seed, 2, 30)), base, top); break;
        case 1: star(&t, seed, x, y, a, false), town_prism(&t, base, top); break;
        case 2: star(&t, seed, x, y, a, true), star(&t, seed, x, y, a / 3, support_random(seed) % 2), town_prism(&t, base, top); break;
        default: strange(&t, seed, x, y, a), town_prism(&t, base, top); break;
        }
    }
    town_boxes(&t);
    return t;
}

/* ---- real towns ---- */

static uint32_t get_u32(const unsigned char **at)
{
    uint32_t v;
    memcpy(&v, *at, 4);
    *at += 4;
    return v;
}

static void add_rings(town *t, const unsigned char **at, double dx, double dy)
{
    for (uint32_t rings = get_u32(at); rings; rings--) {
        for (uint32_t n = get_u32(at); n; n--) {
            double xy[2];
            memcpy(xy, *at, 16);
            *at += 16;
            town_vertex(t, xy[0] + dx, xy[1] + dy);
        }
        town_ring(t);
    }
}

/* Polygons of a little-endian WKB; heights by a hash of the number. */
static bool add_wkb(town *t, const cim_buf *wkb, double dx, double dy)
{
    const unsigned char *at = (const unsigned char *)wkb->data + 1;
    uint32_t type = get_u32(&at), parts = 1;
    if (type != 3 && type != 6) return false;
    if (type == 6) parts = get_u32(&at);
    for (; parts; parts--) {
        if (type == 6) at += 5;
        add_rings(t, &at, dx, dy);
    }
    uint64_t state = t->prisms;
    uint64_t r = support_random(&state);
    double base = r % 20 ? 0.0 : 3.5;
    town_prism(t, base, base + 4.0 + (double)(r >> 8 & 255) * 0.1 + (r % 50 ? 0 : 60));
    return true;
}

static void add_city(cim_ctx *ctx, town *t, cim_city *city, const double to[2], uint32_t wanted, double *width)
{
    double low[2] = { HUGE_VAL, HUGE_VAL };
    cim_box all = { -1e12, -1e12, 1e12, 1e12 };
    size_t count = 0;
    assert_ok(ctx, cim_city_window(ctx, city, &all, NULL, 0, &count));
    uint32_t *ids = calloc(count + 1, 4), before = t->vertices;
    assert_ok(ctx, cim_city_window(ctx, city, &all, ids, count, &count));
    for (size_t i = 0; i < count && t->prisms < wanted; i++) {
        cim_buf wkb = CIM_BUF_INIT;
        const char *layer = cim_city_layer(city, ids[i]);
        if (layer && !strcmp(layer, "building") && cim_city_geometry(ctx, city, ids[i], &wkb) >= 0) add_wkb(t, &wkb, 0, 0);
        cim_buf_dispose(&wkb);
    }
    double high = -HUGE_VAL;
    for (uint32_t v = before; v < t->vertices; v++) {
        low[0] = fmin(low[0], t->xy[2 * v]), low[1] = fmin(low[1], t->xy[2 * v + 1]);
        high = fmax(high, t->xy[2 * v]);
    }
    for (uint32_t v = before; v < t->vertices; v++) t->xy[2 * v] += to[0] - floor(low[0]), t->xy[2 * v + 1] += to[1] - floor(low[1]);
    *width = high - low[0];
    free(ids);
}

town town_real(cim_ctx *ctx, uint32_t prisms)
{
    static const struct { const char *name; int epsg; } files[] = {
        { "osm/monaco.osm.pbf", 32632 }, { "osm/malta-2018.osm.pbf", 32633 }, { "osm/andorra.osm.pbf", 32631 } };
    town t = { 0 };
    double at[2] = { 461000, 5423000 };
    uint32_t last = UINT32_MAX;
    for (int turn = 0; t.prisms < prisms && last != t.prisms; turn++, at[0] = 461000, at[1] += 32000) {
        last = t.prisms;
        for (size_t f = 0; f < sizeof files / sizeof *files && t.prisms < prisms; f++) {
            const char *path = support_shared(files[f].name);
            cim_import_options o = CIM_IMPORT_OPTIONS_INIT;
            cim_city *city = NULL;
            double width = 0.0;
            if (!path) continue;
            o.epsg = files[f].epsg, o.flags = CIM_IMPORT_NO_RELATIONS;
            assert_ok(ctx, cim_city_load(ctx, &path, 1, &o, &city, NULL));
            add_city(ctx, &t, city, at, prisms, &width);
            cim_city_free(city);
            at[0] += floor(width) + 200;
        }
    }
    if (t.prisms) town_boxes(&t);
    return t;
}

/* ---- brute force ---- */

static wide area_of(const double *a, const double *b, const double *c)
{
    return ((wide)b[0] - a[0]) * ((wide)c[1] - a[1]) - ((wide)b[1] - a[1]) * ((wide)c[0] - a[0]);
}

typedef struct event {
    wide t;
} event;

static int by_t(const void *a, const void *b)
{
    wide x = ((const event *)a)->t, y = ((const event *)b)->t;
    return (x > y) - (x < y);
}

static wide along(const double *from, const double *to, const double *v) /* of a point on the line */
{
    return from[0] != to[0] ? ((wide)v[0] - from[0]) / ((wide)to[0] - from[0]) : ((wide)v[1] - from[1]) / ((wide)to[1] - from[1]);
}

typedef void (*edge_fn)(const double *p, const double *q, void *user);

static void each_edge(const town *t, uint32_t prism, edge_fn fn, void *user)
{
    for (uint32_t r = prism_first(t, prism); r < t->prism_end[prism]; r++)
        for (uint32_t v = ring_first(t, r), last = t->ring_end[r] - 1; v < t->ring_end[r]; last = v++)
            if (memcmp(t->xy + 2 * v, t->xy + 2 * last, 16)) fn(t->xy + 2 * last, t->xy + 2 * v, user);
}

typedef struct look {
    const double *from, *to;
    event *events;
    int count, on_line, left;
    bool on_edge;
    wide mid;
} look;

/* Where the line meets an edge, or its ends. */
static void add_events(const double *p, const double *q, void *user)
{
    look *l = user;
    wide a = area_of(l->from, l->to, p), b = area_of(l->from, l->to, q);
    if (a == 0) l->events[l->count++].t = along(l->from, l->to, p);
    if (b == 0) l->events[l->count++].t = along(l->from, l->to, q);
    if ((a > 0 && b < 0) || (a < 0 && b > 0)) {
        wide pa = area_of(p, q, l->from), pb = area_of(p, q, l->to);
        l->events[l->count++].t = pa / (pa - pb);
    }
}

/* From the point at mid, just left of the line: edges crossed by the ray to the left, and edges that lie on the line there. */
static void count_left(const double *p, const double *q, void *user)
{
    look *l = user;
    wide dx = (wide)l->to[0] - l->from[0], dy = (wide)l->to[1] - l->from[1], square = dx * dx + dy * dy;
    wide up = (((wide)p[0] - l->from[0]) * dx + ((wide)p[1] - l->from[1]) * dy) / square, vp = area_of(l->from, l->to, p);
    wide uq = (((wide)q[0] - l->from[0]) * dx + ((wide)q[1] - l->from[1]) * dy) / square, vq = area_of(l->from, l->to, q);
    if ((up > l->mid) == (uq > l->mid)) return;
    if (vp == 0 && vq == 0) l->on_line++;
    else if (vp + (vq - vp) * (l->mid - up) / (uq - up) > 0) l->left++;
}

/* Parity and edges at a point, for upright lines. */
static void count_point(const double *p, const double *q, void *user)
{
    look *l = user;
    const double *o = l->from;
    wide side = area_of(p, q, o);
    if (side == 0 && fmin(p[0], q[0]) <= o[0] && o[0] <= fmax(p[0], q[0]) && fmin(p[1], q[1]) <= o[1] && o[1] <= fmax(p[1], q[1])) l->on_edge = true;
    if ((p[1] > o[1]) != (q[1] > o[1]) && (side > 0) == (q[1] > p[1])) l->left++;
}

bool town_meets(const town *t, uint32_t prism, const double from[3], const double to[3])
{
    uint32_t vertices = t->prism_end[prism] ? t->ring_end[t->prism_end[prism] - 1] - ring_first(t, prism_first(t, prism)) : 0;
    event few[256], *events = vertices < 80 ? few : malloc((3 * (size_t)vertices + 4) * sizeof *events);
    look l = { from, to, events, 0, 0, 0, false, 0 };
    double base = t->base[prism], top = t->top[prism];
    bool meets = false;
    assert_non_null(events);
    if (from[0] == to[0] && from[1] == to[1]) {
        each_edge(t, prism, count_point, &l);
        meets = l.left % 2 && !l.on_edge && fmin(from[2], to[2]) < top && fmax(from[2], to[2]) > base && base < top;
    } else {
        each_edge(t, prism, add_events, &l);
        l.events[l.count++].t = 0;
        l.events[l.count++].t = 1;
        qsort(l.events, (size_t)l.count, sizeof *l.events, by_t);
    }
    for (int i = 0; i + 1 < l.count && !meets; i++) {
        wide a = events[i].t, b = events[i + 1].t, dz = (wide)to[2] - from[2], za = from[2] + a * dz, zb = from[2] + b * dz;
        if (a < 0 || b > 1 || a == b) continue;
        if (!((za < zb ? za : zb) < top && (za < zb ? zb : za) > base && base < top)) continue;
        l.mid = (a + b) / 2, l.on_line = l.left = 0;
        each_edge(t, prism, count_left, &l);
        meets = l.left % 2 && l.on_line % 2 == 0;
    }
    if (events != few) free(events);
    return meets;
}

static bool apart(const double box[4], const double s[4]) { return s[0] > box[2] || s[2] < box[0] || s[1] > box[3] || s[3] < box[1]; }

uint32_t town_blocker(const town *t, const double from[3], const double to[3])
{
    const double s[4] = { fmin(from[0], to[0]), fmin(from[1], to[1]), fmax(from[0], to[0]), fmax(from[1], to[1]) };
    for (uint32_t g = 0; g * GROUP < t->prisms; g++) {
        if (apart(t->group[g], s)) continue;
        for (uint32_t i = g * GROUP; i < t->prisms && i < (g + 1) * GROUP; i++)
            if (!apart(t->box[t->order[i]], s) && town_meets(t, t->order[i], from, to)) return t->order[i];
    }
    return CIM_NONE;
}

/* ---- rays ---- */

static uint32_t near_prism(const town *t, uint64_t *seed, uint32_t p)
{
    uint32_t reach = t->prisms < 40 ? t->prisms : 40, q = p + (uint32_t)(support_random(seed) % reach);
    return q < t->prisms ? q : q - t->prisms;
}

static const double *corner(const town *t, uint64_t *seed, uint32_t p)
{
    uint32_t first = ring_first(t, prism_first(t, p)), end = t->ring_end[t->prism_end[p] - 1];
    return t->xy + 2 * (size_t)(first + support_random(seed) % (end - first));
}

const double *town_pick(const town *t, uint64_t *seed) { return corner(t, seed, (uint32_t)(support_random(seed) % t->prisms)); }

static void random_ray(uint64_t *seed, const double *v, double from[3], double to[3])
{
    double angle = support_uniform(seed, 0, 6.283185307179586), reach = support_uniform(seed, 1, support_random(seed) % 4 ? 300 : 3000);
    from[0] = grid_of(v[0] + support_uniform(seed, -30, 30)), from[1] = grid_of(v[1] + support_uniform(seed, -30, 30));
    to[0] = grid_of(from[0] + reach * cos(angle)), to[1] = grid_of(from[1] + reach * sin(angle));
}

void town_ray(const town *t, uint64_t *seed, double from[3], double to[3])
{
    uint32_t p = (uint32_t)(support_random(seed) % t->prisms), n = near_prism(t, seed, p);
    const double *v = corner(t, seed, p), *w = corner(t, seed, n);
    uint32_t kind = (uint32_t)(support_random(seed) % 10);
    random_ray(seed, v, from, to);
    switch (kind) {
    case 0: case 1: memcpy(from, v, 16), memcpy(to, w, 16); break;                       /* corner to corner */
    case 2: memcpy(to, w, 16); break;                                                    /* to a corner */
    case 3: for (int i = 0; i < 2; i++) to[i] = v[i] + (v[i] - from[i]); break;          /* through a corner */
    case 4: w = corner(t, seed, p), memcpy(from, v, 16), memcpy(to, w, 16); break;       /* of one building: along a wall, through it */
    case 5: w = corner(t, seed, p);                                                      /* on along a wall */
            for (int i = 0; i < 2; i++) from[i] = v[i], to[i] = w[i] + (w[i] - v[i]);
            break;
    case 6: from[0] = v[0], to[0] = v[0]; break;                                         /* straight north past a corner */
    case 7: memcpy(from, v, 16), memcpy(to, support_random(seed) % 2 ? v : from, 16); break; /* upright */
    default: break;
    }
    from[2] = floor(support_uniform(seed, 0, 30)), to[2] = floor(support_uniform(seed, 0, 12));
    if (support_random(seed) % 3 == 0) from[2] = t->top[p];
    if (support_random(seed) % 3 == 0) to[2] = support_random(seed) % 2 ? t->top[n] : t->base[n];
    if (support_random(seed) % 8 == 0) to[2] = from[2];
}

/* ---- faces ---- */

static bool in_face(const cim_sight_faces *f, uint32_t face, const wide from[3], const wide to[3])
{
    uint32_t ring = face ? f->face_end[face - 1] : 0, start = ring ? f->ring_end[ring - 1] : 0;
    const double *o = f->xyz + 3 * (size_t)start;
    wide n[3] = { 0, 0, 0 }, middle[3] = { 0, 0, 0 }, a = 0, b = 0, at[3];
    uint32_t count = 0;
    for (uint32_t r = ring; r < f->face_end[face]; r++) {
        uint32_t first = r ? f->ring_end[r - 1] : 0, end = f->ring_end[r];
        for (uint32_t v = first, last = end - 1; v < end; last = v++, count++)
            for (int i = 0; i < 3; i++) {
                int j = (i + 1) % 3, k = (i + 2) % 3;
                const double *p = f->xyz + 3 * (size_t)last, *q = f->xyz + 3 * (size_t)v;
                n[i] += ((wide)p[j] - o[j]) * ((wide)q[k] - o[k]) - ((wide)p[k] - o[k]) * ((wide)q[j] - o[j]);
                middle[i] += q[i];
            }
    }
    for (int i = 0; i < 3; i++) a += n[i] * (from[i] - middle[i] / count), b += n[i] * (to[i] - middle[i] / count);
    if ((a > 0 && b > 0) || (a < 0 && b < 0) || a == b) return false;
    for (int i = 0; i < 3; i++) at[i] = from[i] + a / (a - b) * (to[i] - from[i]);
    int drop = 0;
    for (int i = 1; i < 3; i++)
        if ((n[i] < 0 ? -n[i] : n[i]) > (n[drop] < 0 ? -n[drop] : n[drop])) drop = i;
    int u = (drop + 1) % 3, v = (drop + 2) % 3;
    bool inside = false;
    for (uint32_t r = ring; r < f->face_end[face]; r++) {
        uint32_t first = r ? f->ring_end[r - 1] : 0, end = f->ring_end[r];
        for (uint32_t i = first, last = end - 1; i < end; last = i++) {
            const double *p = f->xyz + 3 * (size_t)last, *q = f->xyz + 3 * (size_t)i;
            if ((p[v] > at[v]) != (q[v] > at[v]) && at[u] < p[u] + (at[v] - p[v]) / ((wide)q[v] - p[v]) * ((wide)q[u] - p[u])) inside = !inside;
        }
    }
    return inside;
}

static wide root_of(wide x)
{
    wide r = (wide)sqrt((double)x);
    for (int i = 0; i < 3; i++) r = (r + x / r) / 2;
    return r;
}

/* Are the boxes of a face and of a line, both widened, apart? */
static bool far_apart(const cim_sight_faces *f, uint32_t face, const double from[3], const double to[3])
{
    uint32_t ring = face ? f->face_end[face - 1] : 0, v = ring ? f->ring_end[ring - 1] : 0, end = f->ring_end[f->face_end[face] - 1];
    for (int i = 0; i < 3; i++) {
        double low = HUGE_VAL, high = -HUGE_VAL;
        for (uint32_t k = v; k < end; k++) low = fmin(low, f->xyz[3 * (size_t)k + (size_t)i]), high = fmax(high, f->xyz[3 * (size_t)k + (size_t)i]);
        if (low > fmax(from[i], to[i]) + 1e-3 || high < fmin(from[i], to[i]) - 1e-3) return true;
    }
    return false;
}

bool faces_hide(const cim_sight_faces *f, const double from[3], const double to[3])
{
    wide way[3], p[3], q[3], length = 0, size = 0;
    for (int i = 0; i < 3; i++) way[i] = (wide)to[i] - from[i], length += way[i] * way[i];
    length = root_of(length);
    for (int i = 0; i < 3; i++) way[i] /= length;
    int flat = fabs((double)way[0]) <= fabs((double)way[1]) && fabs((double)way[0]) <= fabs((double)way[2]) ? 0 : fabs((double)way[1]) <= fabs((double)way[2]) ? 1 : 2;
    for (int i = 0; i < 3; i++) p[i] = (i == (flat + 2) % 3 ? way[(flat + 1) % 3] : i == (flat + 1) % 3 ? -way[(flat + 2) % 3] : 0), size += p[i] * p[i];
    size = root_of(size);
    for (int i = 0; i < 3; i++) p[i] /= size;
    for (int i = 0; i < 3; i++) q[i] = way[(i + 1) % 3] * p[(i + 2) % 3] - way[(i + 2) % 3] * p[(i + 1) % 3];
    uint8_t *met = calloc(f->face_count + 1, 1); /* by solid: which of the eight lines meet it */
    bool hidden = false;
    for (uint32_t k = 0; k < f->face_count; k++) {
        if (far_apart(f, k, from, to)) continue;
        for (int turn = 0; turn < 8; turn++) {
            wide a[3], b[3], c = (wide)cos(turn * 0.78539816339744831), w = (wide)sin(turn * 0.78539816339744831);
            for (int i = 0; i < 3; i++) a[i] = from[i] + 1e-6 * (way[i] + c * p[i] + w * q[i]), b[i] = to[i] + 1e-6 * (c * p[i] + w * q[i] - way[i]);
            if (in_face(f, k, a, b)) met[f->solid[k]] |= (uint8_t)(1 << turn);
        }
        hidden |= met[f->solid[k]] == 255;
    }
    free(met);
    return hidden;
}
