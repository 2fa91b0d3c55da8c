/* test_utility_random.c - random networks against a joiner that compares everything with everything.
 *
 * A hundred networks share a city, each with a commodity of its own and all of them in the same place: what is of different commodities must not
 * meet.  The joiner here knows the rules of cim-utility(7) and nothing of the library. */
#include "utilities.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { CITIES = 24, NETWORKS = 100, LINES = 14, NODES = 6, VERTICES = 4, ITEMS = 2 * LINES + NODES };
#define SNAP_M 0.05

typedef struct place {
    double x, y;
} place;

typedef struct line {
    int count, stated[2]; /* stated: node at that end; -1: none */
    place at[VERTICES];
} line;

typedef struct network {
    int lines, nodes;
    line line[LINES];
    place node[NODES];
    /* what the joiner says */
    uint32_t up[ITEMS + LINES]; /* ends, nodes; lines hang on their ends */
    int edges, crossings, dangles, taps;
    bool unclear; /* two lines are equally near: either answer is right */
} network;

/* ---- the joiner ---- */

static double apart(place a, place b) { return hypot(a.x - b.x, a.y - b.y); }
static place end_at(const network *n, int end) { return n->line[end / 2].at[end % 2 ? n->line[end / 2].count - 1 : 0]; }
static bool by_place(const network *n, int end) { return n->line[end / 2].stated[end % 2] < 0; }

static double to_line(place p, const line *l, double *along_out)
{
    double best = HUGE_VAL, done = 0.0;
    for (int i = 0; i + 1 < l->count; i++) {
        place a = l->at[i], b = l->at[i + 1];
        double length = apart(a, b), t = ((p.x - a.x) * (b.x - a.x) + (p.y - a.y) * (b.y - a.y)) / (length * length);
        t = t < 0.0 ? 0.0 : t > 1.0 ? 1.0 : t;
        place q = { a.x + t * (b.x - a.x), a.y + t * (b.y - a.y) };
        if (apart(p, q) < best) best = apart(p, q), *along_out = done + t * length;
        done += length;
    }
    return best;
}

typedef struct cut {
    double along;
    int who; /* end, or 2 * LINES + node */
} cut;

typedef struct joiner {
    network *n;
    cut cuts[LINES][ITEMS];
    int count[LINES];
} joiner;

static bool ends_near(const network *n, int l, place p) { return apart(p, end_at(n, 2 * l)) <= SNAP_M || apart(p, end_at(n, 2 * l + 1)) <= SNAP_M; }

static int node_of(network *n, int end)
{
    int best = -1;
    for (int v = 0; v < n->nodes; v++) {
        double d = apart(end_at(n, end), n->node[v]);
        if (d <= SNAP_M && (best < 0 || d < apart(end_at(n, end), n->node[best]))) best = v;
    }
    return best;
}

static void tap(joiner *j, int end)
{
    network *n = j->n;
    double best = HUGE_VAL, second = HUGE_VAL, where = 0.0, along = 0.0;
    int found = -1;
    for (int l = 0; l < n->lines; l++) {
        double d = to_line(end_at(n, end), &n->line[l], &along);
        if (d > SNAP_M || ends_near(n, l, end_at(n, end))) continue;
        if (d < best) second = best, best = d, found = l, where = along;
        else if (d < second) second = d;
    }
    if (second - best < 1e-9) n->unclear = true;
    if (found < 0) return;
    j->cuts[found][j->count[found]++] = (cut){ where, end };
    n->taps++;
}

static bool is_stated(const network *n, int node)
{
    for (int e = 0; e < 2 * n->lines; e++)
        if (n->line[e / 2].stated[e % 2] == node) return true;
    return false;
}

/* The nearest node at which a line is said to end; -1: none within the tolerance. */
static int stated_near(const network *n, int node)
{
    int best = -1;
    for (int v = 0; v < n->nodes; v++) {
        double d = apart(n->node[v], n->node[node]);
        if (v != node && is_stated(n, v) && d <= SNAP_M && (best < 0 || d < apart(n->node[best], n->node[node]))) best = v;
    }
    return best;
}

static int by_along(const void *a, const void *b)
{
    const cut *x = a, *y = b;
    return x->along < y->along ? -1 : x->along > y->along;
}

static double length_of(const line *l)
{
    double length = 0.0;
    for (int i = 0; i + 1 < l->count; i++) length += apart(l->at[i], l->at[i + 1]);
    return length;
}

/* Edges of a line: its cuts, without those that are the same node as the one before, or as an end, and almost at the same place. */
static void count_edges(joiner *j, int l)
{
    network *n = j->n;
    uint32_t last = forest_root(n->up, (uint32_t)(2 * l)), end = forest_root(n->up, (uint32_t)(2 * l + 1));
    double at = 0.0, length = length_of(&n->line[l]);
    qsort(j->cuts[l], (size_t)j->count[l], sizeof(cut), by_along);
    n->edges++;
    for (int i = 0; i < j->count[l]; i++) {
        uint32_t who = forest_root(n->up, (uint32_t)j->cuts[l][i].who);
        double along = j->cuts[l][i].along;
        if ((who == last && along - at <= 4.0 * SNAP_M) || (who == end && length - along <= 4.0 * SNAP_M)) continue;
        if (along - at < 1e-9 && who != last) n->unclear = true;
        n->edges++;
        last = who;
        at = along;
    }
}

static void join_ends(network *n, bool *met)
{
    for (int e = 0; e < 2 * n->lines; e++) {
        int v = by_place(n, e) ? node_of(n, e) : n->line[e / 2].stated[e % 2];
        met[e] = v >= 0;
        if (v >= 0) forest_join(n->up, (uint32_t)e, (uint32_t)(2 * LINES + v));
    }
    for (int e = 0; e < 2 * n->lines; e++)
        for (int f = 0; f < 2 * n->lines; f++)
            if (e != f && by_place(n, e) && by_place(n, f) && !met[e] && apart(end_at(n, e), end_at(n, f)) <= SNAP_M)
                forest_join(n->up, (uint32_t)e, (uint32_t)f);
}

static void cut_lines(joiner *j, const bool *met)
{
    network *n = j->n;
    for (int e = 0; e < 2 * n->lines; e++) { /* ends at one place are one end */
        bool first = by_place(n, e) && !met[e];
        for (int f = 0; f < e; f++) first = first && !(by_place(n, f) && apart(end_at(n, e), end_at(n, f)) == 0.0);
        if (first) tap(j, e);
    }
    for (int v = 0; v < n->nodes; v++) {
        const int same = is_stated(n, v) ? -1 : stated_near(n, v);
        if (same >= 0) forest_join(n->up, (uint32_t)(2 * LINES + v), (uint32_t)(2 * LINES + same));
        for (int l = 0; l < n->lines && !is_stated(n, v) && same < 0; l++) {
            double along;
            if (to_line(n->node[v], &n->line[l], &along) > SNAP_M || ends_near(n, l, n->node[v])) continue;
            j->cuts[l][j->count[l]++] = (cut){ along, 2 * LINES + v };
            n->taps++;
        }
    }
}

/* An end dangles when it is alone at its node, and no cut is there. */
static bool dangles(joiner *j, uint32_t node)
{
    network *n = j->n;
    int others = 0;
    for (int f = 0; f < 2 * n->lines; f++) others += forest_root(n->up, (uint32_t)f) == node;
    for (int v = 0; v < n->nodes; v++) others += forest_root(n->up, (uint32_t)(2 * LINES + v)) == node;
    for (int l = 0; l < n->lines; l++)
        for (int c = 0; c < j->count[l]; c++) others += forest_root(n->up, (uint32_t)j->cuts[l][c].who) == node;
    return others == 1;
}

static void join(network *n)
{
    joiner j = { .n = n };
    bool met[2 * LINES] = { false };
    for (int i = 0; i < ITEMS; i++) n->up[i] = (uint32_t)i;
    join_ends(n, met);
    cut_lines(&j, met);
    for (int l = 0; l < n->lines; l++) count_edges(&j, l);
    for (int e = 0; e < 2 * n->lines; e++) n->dangles += dangles(&j, forest_root(n->up, (uint32_t)e));
    for (int l = 0; l < n->lines; l++) { /* from nodes to parts */
        forest_join(n->up, (uint32_t)(2 * l), (uint32_t)(2 * l + 1));
        for (int c = 0; c < j.count[l]; c++) forest_join(n->up, (uint32_t)(2 * l), (uint32_t)j.cuts[l][c].who);
    }
}

/* ---- random networks ---- */

static place random_place(uint64_t *state)
{
    place p = { 400000.0 + (double)(support_random(state) % 7), 5400000.0 + (double)(support_random(state) % 7) };
    if (support_random(state) % 2) {
        p.x += support_uniform(state, -0.6 * SNAP_M, 0.6 * SNAP_M);
        p.y += support_uniform(state, -0.6 * SNAP_M, 0.6 * SNAP_M);
    }
    if (support_random(state) % 5 == 0) p.x += support_uniform(state, 0.1, 0.9);
    return p;
}

static void draw(network *n, uint64_t *state)
{
    *n = (network){ .lines = 1 + (int)(support_random(state) % LINES), .nodes = (int)(support_random(state) % (NODES + 1)) };
    for (int v = 0; v < n->nodes; v++)
        do n->node[v] = random_place(state);
        while (v && apart(n->node[v], n->node[v - 1]) == 0.0);
    for (int l = 0; l < n->lines; l++) {
        line *s = &n->line[l];
        s->count = 2 + (int)(support_random(state) % (VERTICES - 1));
        for (int i = 0; i < s->count; i++)
            do s->at[i] = random_place(state);
            while (i && apart(s->at[i], s->at[i - 1]) == 0.0);
        for (int e = 0; e < 2; e++) s->stated[e] = n->nodes && support_random(state) % 6 == 0 ? (int)(support_random(state) % (uint64_t)n->nodes) : -1;
    }
    for (int v = 0; v < n->nodes; v++) /* equally near nodes have a rule of their own: not here */
        for (int w = 0; w < v; w++)
            if (apart(n->node[v], n->node[w]) == 0.0) n->node[v].x += 0.37;
}

/* ---- cities of them ---- */

typedef struct maker {
    support_object objects[NETWORKS * (LINES + NODES)];
    support_relation relations[NETWORKS * LINES * 2];
    size_t count, relation_count;
    char *texts;
    size_t used;
} maker;

static const char *say(maker *m, const char *format, ...) __attribute__((format(printf, 2, 3)));
static const char *say(maker *m, const char *format, ...)
{
    va_list args;
    char *at = m->texts + m->used;
    va_start(args, format);
    m->used += (size_t)vsnprintf(at, 1000, format, args) + 1;
    va_end(args);
    return at;
}

static void put_line(maker *m, int network_number, int l, const network *n)
{
    char wkt[600] = "LINESTRING(";
    const line *s = &n->line[l];
    for (int i = 0; i < s->count; i++) snprintf(wkt + strlen(wkt), sizeof wkt - strlen(wkt), "%s%.17g %.17g", i ? "," : "", s->at[i].x, s->at[i].y);
    strcat(wkt, ")");
    const char *gid = say(m, "n%d:l%d", network_number, l);
    m->objects[m->count++] = (support_object){ .gid = gid, .class_name = "Pipe", .wkt = say(m, "%s", wkt), .values = say(m, "network=n%d", network_number) };
    for (int e = 0; e < 2; e++) {
        if (s->stated[e] < 0) continue;
        const char *node = say(m, "n%d:v%d", network_number, s->stated[e]);
        const bool both = s->stated[0] == s->stated[1];
        if (both && e) continue;
        m->relations[m->relation_count++] = (support_relation){ gid, CIM__R_CONNECTS, node,
                both ? "{\"end\":\"both\"}" : e ? "{\"end\":\"to\"}" : "{\"end\":\"from\"}" };
    }
}

static void put_network(maker *m, int number, const network *n)
{
    for (int l = 0; l < n->lines; l++) put_line(m, number, l, n);
    for (int v = 0; v < n->nodes; v++)
        m->objects[m->count++] = (support_object){ .gid = say(m, "n%d:v%d", number, v), .class_name = "UtilityNode",
                                                   .wkt = say(m, "POINT(%.17g %.17g)", n->node[v].x, n->node[v].y), .values = say(m, "network=n%d", number) };
}

/* ---- the comparison ---- */

static uint32_t part_of(const utilities *u, uint32_t *up, const char *gid)
{
    uint32_t elements[64];
    size_t count = elements_of(u, gid, elements, 64);
    assert_true(count >= 1);
    uint32_t part = CIM_NONE;
    for (size_t i = 0; i < count; i++) {
        uint32_t v = elements[i] < u->v.node_count ? elements[i] : u->v.from[elements[i] - u->v.node_count], root = forest_root(up, v);
        assert_true(part == CIM_NONE || part == root);
        part = root;
    }
    return part;
}

static int edges_in(const utilities *u, const char *domain)
{
    int edges = 0;
    for (uint32_t e = 0; e < u->v.edge_count; e++) edges += !strcmp(cim_utility_domain_name(u->utility, u->v.edge_domain[e]), domain);
    return edges;
}

static void compare(const utilities *u, uint32_t *up, int number, network *n)
{
    uint32_t part[LINES + NODES], wanted[LINES + NODES];
    char gid[40];
    int count = 0, dangles = 0, taps = 0;
    for (int l = 0; l < n->lines; l++, count++) {
        snprintf(gid, sizeof gid, "n%d:l%d", number, l);
        part[count] = part_of(u, up, gid);
        wanted[count] = forest_root(n->up, (uint32_t)(2 * l));
        dangles += (int)findings_of(u, CIM_UTILITY_DANGLES, gid);
        taps += (int)findings_of(u, CIM_UTILITY_TAPPED, gid);
    }
    for (int v = 0; v < n->nodes; v++, count++) {
        snprintf(gid, sizeof gid, "n%d:v%d", number, v);
        part[count] = part_of(u, up, gid);
        wanted[count] = forest_root(n->up, (uint32_t)(2 * LINES + v));
        taps += (int)findings_of(u, CIM_UTILITY_TAPPED, gid);
    }
    for (int a = 0; a < count; a++)
        for (int b = 0; b < a; b++) assert_int_equal(part[a] == part[b], wanted[a] == wanted[b]);
    snprintf(gid, sizeof gid, "n%d", number);
    assert_int_equal(edges_in(u, gid), n->edges);
    assert_int_equal(dangles, n->dangles);
    assert_int_equal(taps, n->taps);
}

static void test_random_joins(void **state_)
{
    uint64_t state = 20261122;
    int compared = 0, unclear = 0, taps = 0, dangles = 0;
    network *networks = calloc(NETWORKS, sizeof *networks);
    maker *m = calloc(1, sizeof *m);
    (void)state_;
    m->texts = malloc(64u << 20);
    for (int c = 0; c < CITIES; c++) {
        cim_utility_options options = CIM_UTILITY_OPTIONS_INIT;
        options.snap_m = SNAP_M;
        m->count = m->relation_count = m->used = 0;
        for (int i = 0; i < NETWORKS; i++) {
            do {
                draw(&networks[i], &state);
                join(&networks[i]);
                unclear += networks[i].unclear;
            } while (networks[i].unclear);
            put_network(m, i, &networks[i]);
        }
        utilities u = utilities_of(m->objects, m->count, m->relations, m->relation_count, &options);
        uint32_t *up = forest_new(u.v.node_count);
        for (uint32_t e = 0; e < u.v.edge_count; e++) {
            forest_join(up, u.v.from[e], u.v.to[e]);
            assert_int_equal(u.v.node_domain[u.v.from[e]], u.v.edge_domain[e]);
            assert_int_equal(u.v.node_domain[u.v.to[e]], u.v.edge_domain[e]);
        }
        for (int i = 0; i < NETWORKS; i++, compared++) {
            compare(&u, up, i, &networks[i]);
            taps += networks[i].taps;
            dangles += networks[i].dangles;
        }
        free(up);
        utilities_done(&u);
    }
    print_message("%d networks, %d drawn again because two lines were equally near, %d cuts, %d ends that dangle\n", compared, unclear, taps, dangles);
    assert_true(compared >= 2000 && taps > 1000 && dangles > 1000);
    free(m->texts);
    free(m);
    free(networks);
}

/* ---- stated ends and placed ends ---- */

enum { TWIN_NETWORKS = 60, TWIN_NODES = 12, TWIN_LINES = 16 };

static bool straight_crosses(place a, place b, place c, place d)
{
    double o1 = (b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x), o2 = (b.x - a.x) * (d.y - a.y) - (b.y - a.y) * (d.x - a.x);
    double o3 = (d.x - c.x) * (a.y - c.y) - (d.y - c.y) * (a.x - c.x), o4 = (d.x - c.x) * (b.y - c.y) - (d.y - c.y) * (b.x - c.x);
    return o1 * o2 < 0.0 && o3 * o4 < 0.0;
}

/* A line that passes a node would be cut there. */
static bool passes_node(const place *at, int from, int to)
{
    line l = { .count = 2, .at = { at[from], at[to] } };
    double along;
    for (int v = 0; v < TWIN_NODES; v++)
        if (v != from && v != to && to_line(at[v], &l, &along) < 0.1) return true;
    return false;
}

/* Node objects and lines between them, once by relations and once by places only: the same edges between the same objects, and the same crossings. */
static void test_stated_as_placed(void **state_)
{
    uint64_t state = 4711;
    int crossings = 0;
    (void)state_;
    for (int round = 0; round < TWIN_NETWORKS; round++) {
        support_object objects[TWIN_NODES + TWIN_LINES];
        support_relation relations[2 * TWIN_LINES];
        char texts[TWIN_NODES + TWIN_LINES][2][160];
        int from[TWIN_LINES], to[TWIN_LINES], crossing = 0;
        place at[TWIN_NODES];
        for (int v = 0; v < TWIN_NODES; v++) {
            at[v] = (place){ support_uniform(&state, 0.0, 100.0), support_uniform(&state, 0.0, 100.0) };
            snprintf(texts[v][0], 160, "t:v%02d", v);
            snprintf(texts[v][1], 160, "POINT(%.17g %.17g)", at[v].x, at[v].y);
            objects[v] = (support_object){ .gid = texts[v][0], .class_name = "UtilityNode", .wkt = texts[v][1], .values = "network=water" };
        }
        for (int l = 0; l < TWIN_LINES; l++) {
            do {
                from[l] = (int)(support_random(&state) % TWIN_NODES);
                to[l] = (from[l] + 1 + (int)(support_random(&state) % (TWIN_NODES - 1))) % TWIN_NODES;
            } while (passes_node(at, from[l], to[l]));
            place a = at[from[l]], b = at[to[l]];
            snprintf(texts[TWIN_NODES + l][0], 160, "t:w%02d", l);
            snprintf(texts[TWIN_NODES + l][1], 160, "LINESTRING(%.17g %.17g,%.17g %.17g)", a.x, a.y, b.x, b.y);
            objects[TWIN_NODES + l] = (support_object){ .gid = texts[TWIN_NODES + l][0], .class_name = "Pipe", .wkt = texts[TWIN_NODES + l][1],
                    .values = "network=water" };
            relations[2 * l] = (support_relation){ texts[TWIN_NODES + l][0], CIM__R_CONNECTS, texts[from[l]][0], "{\"end\":\"from\"}" };
            relations[2 * l + 1] = (support_relation){ texts[TWIN_NODES + l][0], CIM__R_CONNECTS, texts[to[l]][0], "{\"end\":\"to\"}" };
            for (int k = 0; k < l; k++) crossing += straight_crosses(a, b, at[from[k]], at[to[k]]);
        }
        utilities stated = utilities_of(objects, TWIN_NODES + TWIN_LINES, relations, 2 * TWIN_LINES, NULL);
        utilities placed = utilities_of(objects, TWIN_NODES + TWIN_LINES, NULL, 0, NULL);
        assert_int_equal(stated.v.edge_count, TWIN_LINES);
        assert_int_equal(placed.v.edge_count, TWIN_LINES);
        assert_int_equal(stated.v.node_count, TWIN_NODES);
        assert_int_equal(placed.v.node_count, TWIN_NODES);
        for (int l = 0; l < TWIN_LINES; l++) {
            uint32_t e = element_named(&stated, texts[TWIN_NODES + l][0]) - TWIN_NODES, f = element_named(&placed, texts[TWIN_NODES + l][0]) - TWIN_NODES;
            assert_int_equal(stated.v.node_object[stated.v.from[e]], object_named(&stated, texts[from[l]][0]));
            assert_int_equal(stated.v.node_object[stated.v.to[e]], object_named(&stated, texts[to[l]][0]));
            assert_int_equal(placed.v.node_object[placed.v.from[f]], stated.v.node_object[stated.v.from[e]]);
            assert_int_equal(placed.v.node_object[placed.v.to[f]], stated.v.node_object[stated.v.to[e]]);
        }
        assert_int_equal(findings_of(&stated, CIM_UTILITY_CROSSES, NULL), crossing);
        assert_int_equal(findings_of(&placed, CIM_UTILITY_CROSSES, NULL), crossing);
        crossings += crossing;
        utilities_done(&stated);
        utilities_done(&placed);
    }
    assert_true(crossings > 1000);
}

/* ---- places ---- */

static double to_piece(place p, const double *a, const double *b)
{
    double dx = b[0] - a[0], dy = b[1] - a[1], t = ((p.x - a[0]) * dx + (p.y - a[1]) * dy) / (dx * dx + dy * dy);
    t = t < 0.0 || isnan(t) ? 0.0 : t > 1.0 ? 1.0 : t;
    return hypot(a[0] + t * dx - p.x, a[1] + t * dy - p.y);
}

static double to_element(const utilities *u, uint32_t element, place p)
{
    const cim_utility_view *v = &u->v;
    double best = HUGE_VAL;
    if (element < v->node_count) return hypot(v->node_xy[2 * element] - p.x, v->node_xy[2 * element + 1] - p.y);
    uint32_t e = element - v->node_count;
    for (uint32_t i = v->first_vertex[e]; i + 1 < v->first_vertex[e + 1]; i++) best = fmin(best, to_piece(p, v->xy + 2 * i, v->xy + 2 * i + 2));
    return best;
}

static void test_near(void **state_)
{
    uint64_t state = 99;
    support_object objects[40];
    char texts[40][2][1000];
    (void)state_;
    for (int l = 0; l < 40; l++) { /* long lines: more straight pieces than a box of the index holds */
        snprintf(texts[l][0], 1000, "t:%d", l);
        strcpy(texts[l][1], "LINESTRING(");
        double x = support_uniform(&state, 0.0, 100.0), y = support_uniform(&state, 0.0, 100.0);
        for (int i = 0; i < 12 + l % 9; i++) {
            snprintf(texts[l][1] + strlen(texts[l][1]), 1000 - strlen(texts[l][1]), "%s%.6f %.6f", i ? "," : "", x, y);
            x += support_uniform(&state, -9.0, 9.0);
            y += support_uniform(&state, -9.0, 9.0);
        }
        strcat(texts[l][1], ")");
        objects[l] = (support_object){ .gid = texts[l][0], .class_name = "Pipe", .wkt = texts[l][1], .values = l % 2 ? "network=water" : "network=gas" };
    }
    utilities u = utilities_of(objects, 40, NULL, 0, NULL);
    const uint32_t n = u.v.node_count + u.v.edge_count;
    for (int i = 0; i < 3000; i++) {
        place p = { support_uniform(&state, -30.0, 130.0), support_uniform(&state, -30.0, 130.0) };
        uint32_t domain = i % 3 == 2 ? CIM_NONE : (uint32_t)(i % 3), element;
        double best = HUGE_VAL, reach = support_uniform(&state, 0.0, 25.0), distance;
        for (uint32_t k = 0; k < n; k++) {
            uint32_t d = k < u.v.node_count ? u.v.node_domain[k] : u.v.edge_domain[k - u.v.node_count];
            if (domain == CIM_NONE || d == domain) best = fmin(best, to_element(&u, k, p));
        }
        assert_ok(u.ctx, cim_utility_nearest(u.ctx, u.utility, p.x, p.y, domain, reach, &element, &distance));
        assert_int_equal(element != CIM_NONE, best <= reach);
        if (element != CIM_NONE) assert_true(fabs(distance - best) < 1e-9 && fabs(to_element(&u, element, p) - best) < 1e-9);
        uint32_t found[400], one = 1, parts = 1, wanted = 0;
        size_t count;
        cim_geom g = { .type = CIM_GEOM_POINT, .dim = 2, .vertex_count = 1, .ring_count = 1, .part_count = 1, .coords = &p.x, .ring_end = &one,
                .part_end = &parts };
        assert_ok(u.ctx, cim_utility_within(u.ctx, u.utility, &g, reach, found, 400, &count));
        for (uint32_t k = 0; k < n; k++)
            if (to_element(&u, k, p) <= reach) {
                assert_true(wanted < count && found[wanted] == k);
                wanted++;
            }
        assert_int_equal(wanted, count);
    }
    utilities_done(&u);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_random_joins), cmocka_unit_test(test_stated_as_placed), cmocka_unit_test(test_near) };
    return cmocka_run_group_tests_name("utility random", tests, NULL, NULL);
}
