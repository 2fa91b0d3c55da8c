/* test_place_data.c - problems whose best plans others have published: the OR-Library's p-medians, San Francisco as in spopt's tests, the
 * contamination scenarios of chama's tests, and 40 buildings of the SIGSPATIAL Cup 2026 of which all plans have been looked at. */
#include "support.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static cim_ctx *ctx;

static cim_place_plan *solve(const cim_place_problem *p, uint64_t work, cim_place_result *r)
{
    cim_place_options o = CIM_PLACE_OPTIONS_INIT;
    cim_place_plan *plan = NULL;
    if (work) o.work = work;
    assert_ok(ctx, cim_place_solve(ctx, p, &o, &plan));
    *r = (cim_place_result){ .struct_size = sizeof *r };
    assert_ok(ctx, cim_place_plan_get(ctx, plan, r));
    return plan;
}

static void *room(size_t count, size_t size)
{
    void *p = calloc(count + 1, size);
    assert_non_null(p);
    return p;
}

static void assert_near(double a, double b, double tolerance)
{
    if (!(fabs(a - b) <= tolerance)) print_message("%.17g is not %.17g\n", a, b);
    assert_true(fabs(a - b) <= tolerance);
}

/* ---- p-medians ---- */

static double *distances(const char *path, uint32_t *n_out, uint32_t *p_out)
{
    FILE *file = fopen(path, "r");
    unsigned n, m, a, b, c;
    assert_non_null(file);
    assert_int_equal(fscanf(file, "%u %u %u", &n, &m, p_out), 3);
    double *d = room((size_t)n * n, sizeof *d);
    for (size_t i = 0; i < (size_t)n * n; i++) d[i] = i / n == i % n ? 0.0 : 1e9;
    for (unsigned k = 0; k < m; k++) {
        assert_int_equal(fscanf(file, "%u %u %u", &a, &b, &c), 3);
        d[(a - 1) * n + b - 1] = d[(b - 1) * n + a - 1] = c; /* of a repeated edge the last line counts */
    }
    fclose(file);
    for (unsigned k = 0; k < n; k++)
        for (unsigned i = 0; i < n; i++)
            for (unsigned j = 0; j < n; j++)
                if (d[i * n + k] + d[k * n + j] < d[i * n + j]) d[i * n + j] = d[i * n + k] + d[k * n + j];
    *n_out = n;
    return d;
}

/* The first 20, of up to 400 nodes: all are proven; the others take half a minute and are in `make bench`. */
static void test_place_or_library(void **state)
{
    SUPPORT_NEED(optima, "sensor/orlib_pmed/pmedopt.txt")
    char line[200], name[64];
    double best[41] = { 0 };
    FILE *file = fopen(optima, "r");
    (void)state;
    assert_non_null(file);
    while (fgets(line, sizeof line, file)) {
        unsigned number;
        double value;
        if (sscanf(line, " pmed%u %lf", &number, &value) == 2 && number <= 40) best[number] = value;
    }
    fclose(file);
    for (unsigned k = 1; k <= 20; k++) {
        cim_place_problem p = CIM_PLACE_PROBLEM_INIT;
        cim_place_result r;
        uint32_t n;
        snprintf(name, sizeof name, "sensor/orlib_pmed/pmed%u.txt", k);
        double *d = distances(support_shared(name), &n, &p.most);
        p.kind = CIM_PLACE_MEDIAN, p.site_count = p.demand_count = n, p.matrix = d;
        cim_place_plan *plan = solve(&p, 0, &r);
        assert_true(r.value == best[k]);
        assert_true(r.bound <= best[k]);
        assert_int_equal(r.status, CIM_PLACE_PROVEN);
        cim_place_plan_free(plan);
        free(d);
    }
}

/* ---- San Francisco ---- */

enum { STORES = 16, TRACTS = 205 };

typedef struct francisco {
    double d[STORES * TRACTS], weights[TRACTS], all;
    char name[TRACTS][32];
    uint32_t count;
    uint64_t first[STORES + 1];
    uint32_t demands[STORES * TRACTS];
} francisco;

static void read_francisco(francisco *f, const char *path)
{
    FILE *file = fopen(path, "r");
    char line[200], tract[32];
    double d, people;
    unsigned store, rows = 0;
    assert_non_null(file);
    while (fgets(line, sizeof line, file)) {
        uint32_t i = 0;
        if (sscanf(line, "%lf,Store_%u,%31[^,],%lf", &d, &store, tract, &people) != 4) continue;
        while (i < f->count && strcmp(f->name[i], tract)) i++;
        if (i == f->count) {
            assert_true(f->count < TRACTS);
            strcpy(f->name[f->count++], tract);
            f->weights[i] = people, f->all += people;
        }
        store = store <= 7 ? store - 1 : store - 4; /* 8 to 10 do not exist */
        assert_true(store < STORES);
        f->d[store * TRACTS + i] = d;
        rows++;
    }
    fclose(file);
    assert_int_equal(f->count, TRACTS);
    assert_int_equal(rows, STORES * TRACTS);
}

static void within(francisco *f, double radius)
{
    uint64_t at = 0;
    for (uint32_t j = 0; j < STORES; j++) {
        for (uint32_t i = 0; i < TRACTS; i++)
            if (f->d[j * TRACTS + i] <= radius) f->demands[at++] = i;
        f->first[j + 1] = at;
    }
}

static void test_place_san_francisco(void **state)
{
    SUPPORT_NEED(path, "sensor/spopt/SF_network_distance_candidateStore_16_censusTract_205_new.csv")
    static const uint32_t medians[] = { 1, 7, 8, 11 }, centers[] = { 6, 7, 9, 11 }; /* Store 2, 11, 12, 15; 7, 11, 13, 15 */
    francisco *f = room(1, sizeof *f);
    cim_place_problem p = CIM_PLACE_PROBLEM_INIT;
    cim_place_result r;
    (void)state;
    read_francisco(f, path);
    within(f, 5000.0);
    p.site_count = STORES, p.demand_count = TRACTS, p.first = f->first, p.demands = f->demands;
    cim_place_plan *plan = solve(&p, 0, &r);
    assert_true(r.value == 8.0 && r.bound == 8.0);
    cim_place_plan_free(plan);
    p.kind = CIM_PLACE_COVER_MOST, p.most = 4, p.weights = f->weights;
    plan = solve(&p, 0, &r);
    assert_true(r.value == 875247.0 && r.status == CIM_PLACE_PROVEN);
    uint32_t uncovered = 0;
    for (uint32_t i = 0; i < TRACTS; i++) uncovered += r.servers[i] == CIM_NONE;
    assert_int_equal(uncovered, 21);
    cim_place_plan_free(plan);
    p.first = NULL, p.demands = NULL, p.matrix = f->d, p.kind = CIM_PLACE_MEDIAN;
    plan = solve(&p, 0, &r);
    assert_near(r.value, 2848268129.7145104, 1e-5);
    assert_near(r.value / f->all, 2982.1268579890657, 1e-9);
    assert_int_equal(r.status, CIM_PLACE_PROVEN);
    for (uint32_t k = 0; k < 4; k++) assert_int_equal(r.sites[k], medians[k]);
    cim_place_plan_free(plan);
    p.kind = CIM_PLACE_CENTER, p.weights = NULL;
    plan = solve(&p, 0, &r);
    assert_true(r.value == 7403.063810849859 && r.bound == r.value);
    assert_int_equal(r.count, 4);
    double worst = 0.0;
    assert_ok(ctx, cim_place_value(ctx, &p, centers, 4, &worst));
    assert_true(worst == r.value);
    cim_place_plan_free(plan);
    free(f);
}

/* ---- contamination ---- */

enum { SCENARIOS = 236, SENSORS = 98 };

typedef struct net3 {
    double value[SENSORS][SCENARIOS], miss[SCENARIOS], weights[SCENARIOS];
    bool detects[SENSORS][SCENARIOS];
    uint64_t first[SENSORS + 1];
    uint32_t demands[SENSORS * SCENARIOS];
    double values[SENSORS * SCENARIOS];
} net3;

static void read_net3(net3 *x, const char *path)
{
    FILE *file = fopen(path, "r");
    char line[200];
    int scenario, sensor, time;
    double impact;
    uint64_t at = 0;
    assert_non_null(file);
    while (fgets(line, sizeof line, file)) {
        if (sscanf(line, "%d %d %d %lf", &scenario, &sensor, &time, &impact) != 4) continue;
        assert_true(scenario >= 1 && scenario <= SCENARIOS && sensor >= -1 && sensor < SENSORS);
        if (sensor < 0) x->miss[scenario - 1] = impact;
        else x->value[sensor][scenario - 1] = impact, x->detects[sensor][scenario - 1] = true;
    }
    fclose(file);
    for (uint32_t j = 0; j < SENSORS; j++) {
        for (uint32_t i = 0; i < SCENARIOS; i++)
            if (x->detects[j][i]) x->demands[at] = i, x->values[at++] = x->value[j][i];
        x->first[j + 1] = at;
    }
}

static void expect_sensors(const cim_place_problem *p, double scale, double value, const uint32_t *sites)
{
    cim_place_result r;
    cim_place_plan *plan = solve(p, 0, &r);
    assert_int_equal(r.status, CIM_PLACE_PROVEN);
    assert_near(r.value * scale, value, 5e-3); /* the digits that are published */
    assert_int_equal(r.count, 5);
    for (uint32_t k = 0; k < 5; k++) assert_int_equal(r.sites[k], sites[k]);
    cim_place_plan_free(plan);
}

/* As chama's tests: without probabilities, with them, and with its groups: two of 15, 16, 17 and at most one of 16, 17, 18. */
static void test_place_net3(void **state)
{
    SUPPORT_NEED(path, "sensor/chama/Net3_ec.impact")
    static const uint32_t plain[] = { 16, 21, 28, 38, 65 }, weighed[] = { 16, 19, 38, 65, 68 }, grouped[] = { 15, 16, 19, 38, 65 };
    net3 *x = room(1, sizeof *x);
    cim_place_problem p = CIM_PLACE_PROBLEM_INIT;
    static const uint64_t group_first[] = { 0, 3, 6 };
    static const uint32_t group_sites[] = { 15, 16, 17, 16, 17, 18 }, least[] = { 2, 0 }, most[] = { 2, 1 };
    (void)state;
    read_net3(x, path);
    p.kind = CIM_PLACE_IMPACT, p.site_count = SENSORS, p.demand_count = SCENARIOS, p.most = 5, p.first = x->first, p.demands = x->demands;
    p.values = x->values, p.miss = x->miss;
    expect_sensors(&p, 1.0 / SCENARIOS, 8655.806, plain);
    p.site_group_count = 2, p.site_group_first = group_first, p.site_group_sites = group_sites, p.site_group_least = least, p.site_group_most = most;
    expect_sensors(&p, 1.0 / SCENARIOS, 9400.531, grouped);
    p.site_group_count = 0;
    x->miss[164] = 30000.0;
    expect_sensors(&p, 1.0 / SCENARIOS, 8760.59, plain);
    for (uint32_t i = 0; i < SCENARIOS; i++) x->weights[i] = 0.0041;
    x->weights[164] = 1.0 - 235 * 0.0041;
    p.weights = x->weights;
    expect_sensors(&p, 1.0, 9146.646, weighed);
    free(x);
}

/* chama's coverage test: five sensors, entities 1 .. 5, each to be covered twice. */
static void test_place_redundant(void **state)
{
    static const uint64_t first[] = { 0, 3, 5, 7, 9, 10 };
    static const uint32_t demands[] = { 0, 1, 2, 0, 1, 2, 4, 3, 4, 1 };
    static const uint8_t twice[] = { 2, 2, 2, 2, 2 };
    static const double costs[] = { 100.0, 1000.0, 10.0, 10.0, 100.0 }, weights[] = { 1.0, 1.0, 5.0, 1.0, 1.0 };
    cim_place_problem p = CIM_PLACE_PROBLEM_INIT;
    cim_place_result r;
    (void)state;
    p.kind = CIM_PLACE_COVER_MOST, p.site_count = p.demand_count = 5, p.first = first, p.demands = demands, p.most = 2;
    cim_place_plan *plan = solve(&p, 0, &r);
    assert_true(r.value == 5.0 && r.sites[0] == 0 && r.sites[1] == 3);
    cim_place_plan_free(plan);
    p.folds = twice;
    plan = solve(&p, 0, &r);
    assert_true(r.value == 2.0 && r.bound == 2.0 && r.sites[0] == 0 && r.sites[1] == 1);
    cim_place_plan_free(plan);
    p.most = CIM_NONE, p.budget = 115.0, p.costs = costs;
    plan = solve(&p, 0, &r);
    assert_true(r.value == 1.0 && r.bound == 1.0 && r.count >= 2); /* 0 and 2, or 2 and 3 */
    cim_place_plan_free(plan);
    p.budget = INFINITY, p.most = 2, p.weights = weights;
    plan = solve(&p, 0, &r);
    assert_true(r.value == 5.0 && r.sites[0] == 0 && r.sites[1] == 2);
    cim_place_plan_free(plan);
}

/* ---- antennas on corners of 40 buildings ---- */

enum { CORNERS = 600, BUILDINGS = 40, PIECES = 60000 };

typedef struct town {
    double x[CORNERS], y[CORNERS]; /* corner k and the next of its building are wall k */
    uint32_t building[CORNERS], next[CORNERS], corners, buildings;
    double perimeter[BUILDINGS];
    double *cuts[CORNERS];          /* of walls: where what is seen begins or ends, 0 .. 1 */
    uint32_t cut_count[CORNERS];
    struct seen { uint32_t wall; double from, to; } *seen[CORNERS];
    uint32_t seen_count[CORNERS];
} town;

static void read_town(town *t, const char *path)
{
    size_t size;
    char *text = support_read(path, &size), *at = text;
    double x0 = 0.0, y0 = 0.0;
    assert_non_null(text);
    while ((at = strstr(at, "\"coordinates\""))) {
        uint32_t begin = t->corners, b = t->buildings++;
        assert_true(b < BUILDINGS);
        for (at = strchr(at, '['); *at && *at != '}';) {
            if (*at != '-' && (*at < '0' || *at > '9')) {
                at++;
                continue;
            }
            double x = strtod(at, &at), y = strtod(strpbrk(at, "-0123456789"), &at);
            if (!t->corners) x0 = x, y0 = y;
            assert_true(t->corners + 1 < CORNERS);
            t->x[t->corners] = x - x0, t->y[t->corners] = y - y0, t->building[t->corners++] = b;
        }
        t->corners--; /* the first one again */
        for (uint32_t k = begin; k < t->corners; k++) {
            t->next[k] = k + 1 < t->corners ? k + 1 : begin;
            t->perimeter[b] += hypot(t->x[t->next[k]] - t->x[k], t->y[t->next[k]] - t->y[k]);
        }
    }
    free(text);
}

static bool is_inside(const town *t, double x, double y) /* of any building */
{
    for (uint32_t k = 0, begin = 0; k < t->corners; k++) {
        bool in = false;
        if (t->building[k] != (k ? t->building[k - 1] : CIM_NONE)) begin = k;
        if (t->next[k] != begin) continue;
        for (uint32_t e = begin; e <= k; e++) {
            uint32_t f = t->next[e];
            if ((t->y[e] > y) != (t->y[f] > y) && x < (t->x[f] - t->x[e]) * (y - t->y[e]) / (t->y[f] - t->y[e]) + t->x[e]) in = !in;
        }
        if (in) return true;
    }
    return false;
}

/* Where a ray from a corner meets a wall: the share of the wall; *far_out how far. */
static double meets(const town *t, uint32_t from, double dx, double dy, uint32_t wall, double *far_out)
{
    uint32_t to = t->next[wall];
    double ex = t->x[to] - t->x[wall], ey = t->y[to] - t->y[wall], wx = t->x[wall] - t->x[from], wy = t->y[wall] - t->y[from];
    double det = dx * ey - dy * ex;
    if (fabs(det) < 1e-12) return NAN;
    *far_out = (wx * ey - wy * ex) / det;
    return (wx * dy - wy * dx) / det;
}

static void see(town *t, uint32_t from, uint32_t wall, double a, double b)
{
    struct seen s = { wall, fmin(fmax(fmin(a, b), 0.0), 1.0), fmax(fmin(fmax(a, b), 1.0), 0.0) };
    if (s.to - s.from < 1e-9) return;
    t->seen[from] = realloc(t->seen[from], (t->seen_count[from] + 1) * sizeof s);
    t->cuts[wall] = realloc(t->cuts[wall], (t->cut_count[wall] + 2) * sizeof(double));
    assert_true(t->seen[from] && t->cuts[wall]);
    t->seen[from][t->seen_count[from]++] = s;
    t->cuts[wall][t->cut_count[wall]++] = s.from, t->cuts[wall][t->cut_count[wall]++] = s.to;
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Between the directions of two neighbouring corners one wall is the nearest; a corner sees its own two walls along. */
static void look(town *t, uint32_t from)
{
    double angles[CORNERS + 1];
    uint32_t count = 0;
    for (uint32_t k = 0; k < t->corners; k++) {
        double dx = t->x[k] - t->x[from], dy = t->y[k] - t->y[from];
        if (hypot(dx, dy) > 1e-6) angles[count++] = atan2(dy, dx);
        if (k == from || t->next[k] == from) see(t, from, k, 0.0, 1.0);
    }
    qsort(angles, count, sizeof *angles, by_value);
    angles[count] = angles[0] + 2.0 * acos(-1.0);
    for (uint32_t k = 0; k < count; k++) {
        double middle = (angles[k] + angles[k + 1]) / 2.0, dx = cos(middle), dy = sin(middle), far, best = INFINITY;
        uint32_t wall = CIM_NONE;
        if (angles[k + 1] - angles[k] < 1e-10 || is_inside(t, t->x[from] + 1e-5 * dx, t->y[from] + 1e-5 * dy)) continue;
        for (uint32_t e = 0; e < t->corners; e++) {
            double share = meets(t, from, dx, dy, e, &far);
            if (share >= 0.0 && share <= 1.0 && far > 1e-6 && far < best) best = far, wall = e;
        }
        if (wall == CIM_NONE) continue;
        see(t, from, wall, meets(t, from, cos(angles[k]), sin(angles[k]), wall, &far), meets(t, from, cos(angles[k + 1]), sin(angles[k + 1]), wall, &far));
    }
}

typedef struct antennas {
    cim_place_problem p;
    uint32_t groups[PIECES], piece_first[CORNERS + 1];
    double lengths[PIECES], at[PIECES], needs[BUILDINGS];
    uint64_t first[CORNERS + 1];
    uint32_t *demands;
} antennas;

/* Walls are cut into pieces that each corner sees as a whole or not. */
static void cut(town *t, antennas *a)
{
    uint32_t count = 0;
    uint64_t at = 0;
    for (uint32_t e = 0; e < t->corners; e++) {
        double length = hypot(t->x[t->next[e]] - t->x[e], t->y[t->next[e]] - t->y[e]);
        qsort(t->cuts[e], t->cut_count[e], sizeof(double), by_value);
        a->piece_first[e] = count;
        for (uint32_t k = 0; k + 1 < t->cut_count[e]; k++) {
            if (t->cuts[e][k + 1] - t->cuts[e][k] < 1e-9) continue;
            assert_true(count < PIECES);
            a->at[count] = (t->cuts[e][k] + t->cuts[e][k + 1]) / 2.0, a->lengths[count] = (t->cuts[e][k + 1] - t->cuts[e][k]) * length;
            a->groups[count++] = t->building[e];
        }
    }
    a->piece_first[t->corners] = count;
    a->demands = room((size_t)t->corners * count, sizeof *a->demands);
    uint8_t *has = room(count, 1);
    for (uint32_t j = 0; j < t->corners; j++) {
        memset(has, 0, count);
        for (uint32_t k = 0; k < t->seen_count[j]; k++)
            for (uint32_t i = a->piece_first[t->seen[j][k].wall]; i < a->piece_first[t->seen[j][k].wall + 1]; i++)
                if (a->at[i] > t->seen[j][k].from && a->at[i] < t->seen[j][k].to) has[i] = 1;
        for (uint32_t i = 0; i < count; i++)
            if (has[i]) a->demands[at++] = i;
        a->first[j + 1] = at;
    }
    free(has);
    a->p = (cim_place_problem)CIM_PLACE_PROBLEM_INIT;
    a->p.kind = CIM_PLACE_THRESHOLD, a->p.site_count = t->corners, a->p.demand_count = count, a->p.first = a->first, a->p.demands = a->demands;
    a->p.weights = a->lengths, a->p.groups = a->groups, a->p.group_count = t->buildings, a->p.needs = a->needs;
}

static void test_place_antennas(void **state)
{
    SUPPORT_NEED(path, "sensor/giscup2026/tiny40.geojson")
    static const struct { uint32_t most; double share, best; } cases[] = { { 2, 0.5, 15.0 }, { 2, 0.75, 4.0 }, { 3, 0.5, 20.0 }, { 3, 0.75, 8.0 } };
    town *t = room(1, sizeof *t);
    antennas *a = room(1, sizeof *a);
    (void)state;
    read_town(t, path);
    assert_int_equal(t->buildings, 40);
    for (uint32_t j = 0; j < t->corners; j++) look(t, j);
    cut(t, a);
    for (uint32_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        cim_place_result r;
        for (uint32_t b = 0; b < t->buildings; b++) a->needs[b] = cases[k].share * t->perimeter[b];
        a->p.most = cases[k].most;
        cim_place_plan *plan = solve(&a->p, 0, &r);
        print_message("%u antennas, share %.2f: %.0f buildings, %s\n", r.count, cases[k].share, r.value, r.proof);
        assert_true(r.value == cases[k].best);
        cim_place_plan_free(plan);
    }
    for (uint32_t j = 0; j < t->corners; j++) free(t->seen[j]), free(t->cuts[j]);
    free(a->demands);
    free(a);
    free(t);
}

static int begin(void **state)
{
    (void)state;
    ctx = support_ctx();
    return 0;
}

static int end(void **state)
{
    (void)state;
    cim_ctx_free(ctx);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_place_or_library), cmocka_unit_test(test_place_san_francisco), cmocka_unit_test(test_place_net3),
        cmocka_unit_test(test_place_redundant), cmocka_unit_test(test_place_antennas),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
