/* Ten million boxes: sums over windows and the nearest ones against a look at every box. */
#include "oracle.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#if defined __SANITIZE_ADDRESS__ || defined __SANITIZE_THREAD__
enum { COUNT = 1000000 }; /* many times slower and larger */
#else
enum { COUNT = 10000000 };
#endif
enum { WINDOWS = 40, POINTS = 24, K = 3 };

static double gigabytes_free(void)
{
    FILE *f = fopen("/proc/meminfo", "r");
    char line[200];
    double kilobytes = 0;
    while (f && fgets(line, sizeof line, f))
        if (sscanf(line, "MemAvailable: %lf", &kilobytes) == 1) break;
    if (f) fclose(f);
    return kilobytes / (1024 * 1024);
}

static double seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* Half of the boxes evenly, half in towns. */
static void make_boxes(cim_box *boxes, uint64_t *seed)
{
    for (size_t i = 0; i < COUNT; i++) {
        uint64_t r = support_random(seed), q = support_random(seed);
        double x = (double)(r & 0xffffff) / 16.0, y = (double)(r >> 40) / 16.0, side = (double)(q & 255) / 16;
        if (i % 2) {
            uint64_t town = support_random(&(uint64_t){ q >> 56 });
            x = (double)(town & 0xfffff) + x / 400, y = (double)(town >> 44) + y / 400;
        }
        boxes[i] = (cim_box){ x, y, x + side, y + (double)((q >> 8) & 255) / 16 };
    }
}

typedef struct tally {
    size_t count;
    uint64_t sum;
} tally;

typedef struct near_one {
    double square;
    uint32_t id;
} near_one;

static double square_to(const cim_box *b, double x, double y)
{
    double dx = x < b->min_x ? b->min_x - x : x > b->max_x ? x - b->max_x : 0, dy = y < b->min_y ? b->min_y - y : y > b->max_y ? y - b->max_y : 0;
    return dx * dx + dy * dy;
}

static void keep_nearest(near_one *best, near_one one)
{
    int at = K;
    while (at && one.square < best[at - 1].square) at--; /* boxes come in order of their ids */
    if (at == K) return;
    memmove(&best[at + 1], &best[at], (size_t)(K - 1 - at) * sizeof *best);
    best[at] = one;
}

/* One pass over the boxes for all windows and points. */
static void look_at_all(const cim_box *boxes, const cim_box *windows, tally *tallies, const double (*points)[2], near_one (*nearest)[K])
{
    for (int p = 0; p < POINTS; p++)
        for (int k = 0; k < K; k++) nearest[p][k] = (near_one){ HUGE_VAL, CIM_NONE };
    for (size_t i = 0; i < COUNT; i++) {
        cim_box b = boxes[i];
        for (int w = 0; w < WINDOWS; w++) {
            bool meets = (b.min_x <= windows[w].max_x) & (b.max_x >= windows[w].min_x) & (b.min_y <= windows[w].max_y) & (b.max_y >= windows[w].min_y);
            tallies[w].count += meets;
            tallies[w].sum += meets ? i : 0;
        }
        for (int p = 0; p < POINTS; p++) {
            double square = square_to(&b, points[p][0], points[p][1]);
            if (square < nearest[p][K - 1].square) keep_nearest(nearest[p], (near_one){ square, (uint32_t)i });
        }
    }
}

static void check_windows(cim_ctx *ctx, const cim_index *index, const cim_box *boxes, const cim_box *windows, const tally *tallies)
{
    uint32_t *ids = malloc(COUNT * sizeof *ids);
    assert_non_null(ids);
    for (int w = 0; w < WINDOWS; w++) {
        cim_probe p = cim_probe_box(&windows[w]);
        size_t count, counted;
        uint64_t sum = 0;
        p.exact = boxes;
        assert_ok(ctx, cim_index_query(ctx, index, &p, ids, COUNT, &count));
        assert_ok(ctx, cim_index_query(ctx, index, &p, NULL, 0, &counted));
        assert_int_equal(count, tallies[w].count);
        assert_int_equal(counted, count);
        for (size_t i = 0; i < count; i++) sum += ids[i];
        assert_true(sum == tallies[w].sum);
    }
    free(ids);
}

static void test_index_ten_million(void **state)
{
    static cim_box windows[WINDOWS];
    static double points[POINTS][2];
    static tally tallies[WINDOWS];
    static near_one nearest[POINTS][K];
    double begin = seconds(), built;
    uint64_t seed = 99;
    (void)state;
    if (gigabytes_free() < 4) {
        print_message("skipped: ten million boxes need 4 GB of free memory\n");
        skip();
    }
    cim_ctx *ctx = support_ctx();
    cim_box *boxes = malloc(COUNT * sizeof *boxes);
    cim_index *index = NULL;
    assert_non_null(boxes);
    make_boxes(boxes, &seed);
    for (int w = 0; w < WINDOWS; w++) {
        double side = 1048576 * pow(10, -support_uniform(&seed, 0.2, 4.5)), x = support_uniform(&seed, 0, 1048576 - side), y = support_uniform(&seed, 0, 1048576 - side);
        windows[w] = w == 0 ? (cim_box){ -1, -1, 2e6, 2e6 } : (cim_box){ x, y, x + side, y + side };
    }
    for (int p = 0; p < POINTS; p++) points[p][0] = p % 8 ? support_uniform(&seed, 0, 1048576) : -1e7, points[p][1] = support_uniform(&seed, 0, 1048576);
    look_at_all(boxes, windows, tallies, (const double(*)[2])points, nearest);
    built = seconds();
    assert_ok(ctx, cim_index_build(ctx, boxes, COUNT, NULL, &index));
    built = seconds() - built;
    assert_true(cim_index_bytes(index) <= 22 * (size_t)COUNT);
    check_windows(ctx, index, boxes, windows, tallies);
    for (int p = 0; p < POINTS; p++) {
        cim_probe probe = cim_probe_near(points[p][0], points[p][1], HUGE_VAL);
        uint32_t ids[K];
        double distances[K];
        size_t count;
        probe.exact = boxes;
        assert_ok(ctx, cim_index_nearest(ctx, index, &probe, K, ids, distances, &count));
        assert_int_equal(count, K);
        for (int k = 0; k < K; k++) {
            assert_int_equal(ids[k], nearest[p][k].id);
            assert_true(fabs(distances[k] - sqrt(nearest[p][k].square)) <= 1e-15 * distances[k]);
        }
    }
    cim_index_free(index);
    free(boxes);
    cim_ctx_free(ctx);
    print_message("# %d boxes: built in %.2f s, all in %.1f s\n", COUNT, built, seconds() - begin);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_index_ten_million) };
    return cmocka_run_group_tests_name("index/large", tests, NULL, NULL);
}
