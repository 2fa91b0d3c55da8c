/* test_utility_data.c - utility networks of real files, and of the sample town. */
#include "utilities.h"

#include "geom/geom.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *imported(const char *name, const char *const *inputs, size_t count)
{
    cim_ctx *ctx = support_ctx();
    const char *path = support_temp(name);
    assert_ok(ctx, cim_import(ctx, path, inputs, count, NULL, NULL));
    cim_ctx_free(ctx);
    return path;
}

static int descending(const void *a, const void *b) { return *(const int *)b - *(const int *)a; }

/* Sizes of parts in nodes, greatest first; how many there are. */
static int parts(const utilities *u, int *sizes, int cap)
{
    uint32_t *up = forest_new(u->v.node_count);
    int *of = calloc((size_t)u->v.node_count + 1, sizeof *of), count = 0;
    for (uint32_t e = 0; e < u->v.edge_count; e++) forest_join(up, u->v.from[e], u->v.to[e]);
    for (uint32_t v = 0; v < u->v.node_count; v++) of[forest_root(up, v)]++;
    qsort(of, u->v.node_count, sizeof *of, descending);
    while (count < (int)u->v.node_count && of[count]) count++;
    for (int i = 0; i < count && i < cap; i++) sizes[i] = of[i];
    free(of);
    free(up);
    return count;
}

/* 198 nodes and 237 links are counted in the file itself; one of 196 nodes and two of one are its parts, by networkx. */
static void test_nanaimo(void **state)
{
    int sizes[3] = { 0 }, pipes = 0;
    (void)state;
    SUPPORT_NEED(file, "utility/nanaimo_v2/nanaimo_water_pipes.gml");
    utilities u = utilities_open(imported("nanaimo.cim", &file, 1), NULL);
    assert_int_equal(u.v.node_count, 198);
    assert_int_equal(u.v.edge_count, 237);
    assert_int_equal(parts(&u, sizes, 3), 3);
    assert_int_equal(sizes[0], 196);
    assert_int_equal(sizes[1], 1);
    assert_int_equal(sizes[2], 1);
    for (uint32_t e = 0; e < u.v.edge_count; e++) pipes += !strcmp(cim_city_class(u.city, u.v.edge_object[e]), "Pipe");
    assert_int_equal(pipes, 114); /* links of which both nodes are in the graph of one pipe; 85 of them are called interior */
    assert_int_equal(findings_of(&u, CIM_UTILITY_CROSSES, NULL), 0);
    utilities_done(&u);
}

/* ---- Nagaoka: pipes and cables that are only drawn ---- */

typedef struct pipes {
    double (*end)[2]; /* two a line */
    size_t lines, cap;
    double *at;
    size_t *first;    /* vertex, one more than lines */
    size_t used, room;
    double (*node)[2];
    size_t nodes, node_room;
} pipes;

static void grow(void *at, size_t *room, size_t need, size_t size)
{
    void *old, *new;
    if (need <= *room) return;
    *room = need * 2 + 16;
    memcpy(&old, at, sizeof old);
    new = realloc(old, *room * size);
    assert_non_null(new);
    memcpy(at, &new, sizeof new);
}

static void put_line(pipes *p, const uint8_t *at, uint32_t n, size_t dim)
{
    size_t cap = p->cap;
    if (n < 2) return;
    grow(&p->end, &cap, 2 * p->lines + 2, sizeof *p->end);
    grow(&p->first, &p->cap, 2 * p->lines + 2, sizeof *p->first);
    grow(&p->at, &p->room, 2 * (p->used + n), sizeof *p->at);
    p->first[p->lines] = p->used;
    for (uint32_t i = 0; i < n; i++) memcpy(p->at + 2 * (p->used + i), at + i * dim * 8, 16);
    p->used += n;
    memcpy(p->end[2 * p->lines], at, 16);
    memcpy(p->end[2 * p->lines + 1], at + (n - 1) * dim * 8, 16);
    p->first[++p->lines] = p->used;
}

/* Lines and points of utility classes, from the well-known binary that the public interface gives. */
static void read_object(pipes *p, const cim_buf *wkb, bool line)
{
    const uint8_t *b = (const uint8_t *)wkb->data;
    uint32_t type, n, parts = 1;
    memcpy(&type, b + 1, 4);
    const size_t dim = type > 1000 ? 3 : 2;
    type %= 1000;
    if (type == 1 && !line) {
        grow(&p->node, &p->node_room, p->nodes + 1, sizeof *p->node);
        memcpy(p->node[p->nodes++], b + 5, 16);
    }
    if (type == 5) {
        memcpy(&parts, b + 5, 4);
        b += 9;
    }
    for (uint32_t i = 0; i < parts && (type == 2 || type == 5); i++) {
        memcpy(&n, b + 5, 4);
        put_line(p, b + 9, n, dim);
        b += 9 + n * dim * 8;
    }
}

static pipes read_city(cim_ctx *ctx, cim_city *city)
{
    pipes p = { 0 };
    p.cap = 16;
    p.end = malloc(16 * sizeof *p.end);
    p.first = calloc(17, sizeof *p.first);
    for (uint32_t id = 1; id <= cim_city_max_id(city); id++) {
        const char *class_name = cim_city_class(city, id);
        cim_buf wkb = { 0 };
        bool line = class_name && (!strcmp(class_name, "Pipe") || !strcmp(class_name, "Cable") || !strcmp(class_name, "UtilityLine"));
        bool node = class_name && (!strcmp(class_name, "UtilityNode") || !strcmp(class_name, "Manhole") || !strcmp(class_name, "Valve"));
        if ((!line && !node) || cim_city_geometry(ctx, city, id, &wkb) != CIM_OK) continue;
        read_object(&p, &wkb, line);
        cim_buf_dispose(&wkb);
    }
    return p;
}

static double to_line(const pipes *p, size_t l, const double *q)
{
    double best = HUGE_VAL;
    for (size_t i = p->first[l]; i + 1 < p->first[l + 1]; i++) {
        const double *a = p->at + 2 * i, *b = a + 2;
        double dx = b[0] - a[0], dy = b[1] - a[1], l2 = dx * dx + dy * dy, t = l2 > 0.0 ? ((q[0] - a[0]) * dx + (q[1] - a[1]) * dy) / l2 : 0.0;
        t = t < 0.0 ? 0.0 : t > 1.0 ? 1.0 : t;
        best = fmin(best, hypot(a[0] + t * dx - q[0], a[1] + t * dy - q[1]));
    }
    return best;
}

/* Ends that meet anything within a tolerance: everything compared with everything. */
static size_t joined(const pipes *p, double tolerance)
{
    size_t count = 0;
    for (size_t e = 0; e < 2 * p->lines; e++) {
        bool meets = false;
        for (size_t f = 0; f < 2 * p->lines && !meets; f++) meets = f != e && hypot(p->end[e][0] - p->end[f][0], p->end[e][1] - p->end[f][1]) <= tolerance;
        for (size_t v = 0; v < p->nodes && !meets; v++) meets = hypot(p->end[e][0] - p->node[v][0], p->end[e][1] - p->node[v][1]) <= tolerance;
        for (size_t l = 0; l < p->lines && !meets; l++) meets = l != e / 2 && to_line(p, l, p->end[e]) <= tolerance;
        count += meets;
    }
    return count;
}

/* An end is joined when it does not dangle.  Another line may end on it: that joins it, too, so there may be a few more. */
static void check_file(const char *path, const char *name)
{
    static const double tolerances[] = { 0.01, 0.5 };
    double share[2] = { 0.0, 0.0 };
    size_t ends = 0;
    const char *city = imported("nagaoka.cim", &path, 1);
    for (int t = 0; t < 2; t++) {
        cim_utility_options options = CIM_UTILITY_OPTIONS_INIT;
        options.snap_m = tolerances[t];
        utilities u = utilities_open(city, &options);
        pipes p = read_city(u.ctx, u.city);
        ends = 2 * p.lines;
        size_t ours = ends - findings_of(&u, CIM_UTILITY_DANGLES, NULL), theirs = joined(&p, tolerances[t]);
        if (ours < theirs || ours - theirs > ends / 25) fail_msg("%s at %g m: %zu of %zu ends are joined, %zu by comparing all", name, tolerances[t], ours, ends, theirs);
        share[t] = ends ? 100.0 * (double)ours / (double)ends : 0.0;
        free(p.end);
        free(p.at);
        free(p.first);
        free(p.node);
        utilities_done(&u);
    }
    print_message("%-28s %6zu ends, joined within 0.01 m %5.1f %%, within 0.5 m %5.1f %%\n", name, ends, share[0], share[1]);
    unlink(city);
}

static void test_nagaoka(void **state)
{
    static const char *const files[] = { "08EE751_unf_10169_blower_op", "08EE751_unf_10169_gas_op", "08EE751_unf_10169_hv_op", "08EE751_unf_10169_lv_op",
                                         "08EE751_unf_10169_snowmelt_op", "08EE751_unf_10169_watercirc_op", "08EE752_unf_10169_hv_op",
                                         "08EE752_unf_10169_lv_op", "08EE752_unf_10169_water_op", "08EE753_unf_10169_lv_op", "08EE753_unf_10169_water_op",
                                         "08EE754_unf_10169_blower_op", "08EE754_unf_10169_gas_op", "08EE754_unf_10169_hv_op", "08EE754_unf_10169_lv_op",
                                         "08EE754_unf_10169_water_op", "08EE763_unf_10169_sewer_op" };
    (void)state;
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        char name[200];
        snprintf(name, sizeof name, "citygml/2.0/reearth-flow/data-convert__plateau4__09-unf__nagaoka__unf__%s.gml", files[i]);
        SUPPORT_NEED(file, name);
        check_file(file, files[i]);
    }
}

/* ---- the sample town ---- */

/* The cable of OpenStreetMap with its poles: joined by node numbers, and the poles cut it. */
static void test_town(void **state)
{
    const char *file = support_own("town.osm.pbf");
    size_t poles = 0, met = 0;
    (void)state;
    utilities u = utilities_open(imported("town.cim", &file, 1), NULL);
    for (uint32_t v = 0; v < u.v.node_count; v++) {
        if (u.v.node_object[v] == CIM_NONE || strcmp(cim_city_class(u.city, u.v.node_object[v]), "Pole") != 0) continue;
        poles++;
        for (uint32_t e = 0; e < u.v.edge_count; e++)
            if (u.v.from[e] == v || u.v.to[e] == v) {
                met++;
                break;
            }
    }
    assert_true(poles >= 10);
    assert_int_equal(met, poles);
    assert_true(column_sum(&u, CIM_UTILITY_HYDRANTS) == 270.0); /* town-expected.json */
    utilities_done(&u);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_nanaimo), cmocka_unit_test(test_nagaoka), cmocka_unit_test(test_town) };
    return cmocka_run_group_tests_name("utility data", tests, NULL, NULL);
}
