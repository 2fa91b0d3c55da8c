/* Every allocation of the spatial index fails once, and once for ever: the call says CIM_ENOMEM, nothing leaks, what was there before
 * is as it was. */
#include "support.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { N = 700, MORE = 900 };

static cim_box boxes[MORE];
static double heights[2 * MORE];
static uint32_t classes[MORE], numbers[MORE];

static cim_ctx *looker;

static int make_boxes(void **state)
{
    uint64_t seed = 70;
    (void)state;
    for (uint32_t i = 0; i < MORE; i++) {
        double x = support_uniform(&seed, 0, 1000), y = support_uniform(&seed, 0, 1000);
        boxes[i] = (cim_box){ x, y, x + 5, y + 5 };
        heights[2 * i] = 3, heights[2 * i + 1] = 9;
        classes[i] = 1u << i % 4;
        numbers[i] = 3 * i + 1;
    }
    looker = support_ctx();
    return 0;
}

static int free_looker(void **state)
{
    (void)state;
    cim_ctx_free(looker);
    return 0;
}

static cim_status build(cim_ctx *ctx, int32_t order, bool rich, cim_index **index_out)
{
    cim_index_options options = CIM_INDEX_OPTIONS_INIT;
    options.order = order;
    if (rich) options.z = heights, options.classes = classes, options.ids = numbers;
    cim_status st = cim_index_build(ctx, boxes, N, &options, index_out);
    if (st < 0) assert_null(*index_out);
    return st;
}

static cim_status use_static(cim_ctx *ctx)
{
    cim_index *index = NULL, *other = NULL;
    cim_status st = build(ctx, CIM_INDEX_HILBERT, false, &index);
    if (st >= 0) st = build(ctx, CIM_INDEX_OMT, true, &other);
    cim_index_free(index);
    cim_index_free(other);
    return st;
}

/* One query needs no memory, nor do few nearest ones; many do. */
static cim_status use_single(cim_ctx *ctx)
{
    cim_index *index = NULL;
    uint32_t ids[N];
    size_t count = 77;
    cim_probe p = cim_probe_near(500, 500, 200);
    cim_status st = build(ctx, CIM_INDEX_HILBERT, true, &index);
    if (st >= 0) assert_ok(ctx, cim_index_query(ctx, index, &p, ids, N, &count));
    if (st >= 0) assert_ok(ctx, cim_index_nearest(ctx, index, &p, 64, ids, NULL, &count));
    p.distance = HUGE_VAL;
    if (st >= 0) st = cim_index_nearest(ctx, index, &p, N, ids, NULL, &count);
    if (st >= 0) assert_int_equal(count, N);
    cim_index_free(index);
    return st;
}

static cim_status use_many(cim_ctx *ctx)
{
    static cim_probe probes[N];
    static size_t starts[N + 1], counts[N];
    static uint32_t ids[N * 70];
    static double distances[N * 70];
    cim_index *index = NULL;
    cim_buf found = CIM_BUF_INIT;
    cim_status st = build(ctx, CIM_INDEX_HILBERT, false, &index);
    for (int i = 0; i < N; i++) probes[i] = cim_probe_near(boxes[i].min_x, boxes[i].max_y, 40);
    if (st >= 0) st = cim_index_query_many(ctx, index, probes, N, starts, counts, NULL);
    if (st >= 0) st = cim_index_query_many(ctx, index, probes, N, starts, counts, &found);
    if (st < 0) assert_null(found.data);
    else assert_true(found.size > 0 && found.size % 4 == 0);
    if (st >= 0) st = cim_index_nearest_many(ctx, index, probes, N, 70, ids, distances, counts);
    cim_buf_dispose(&found);
    cim_index_free(index);
    return st;
}

static cim_status use_join(cim_ctx *ctx)
{
    cim_index *a = NULL, *b = NULL;
    cim_buf pairs = CIM_BUF_INIT;
    size_t count = 0;
    cim_status st = build(ctx, CIM_INDEX_HILBERT, false, &a);
    if (st >= 0) st = build(ctx, CIM_INDEX_OMT, true, &b);
    if (st >= 0) st = cim_index_join(ctx, a, b, 10, NULL, &count);
    if (st >= 0) st = cim_index_join(ctx, a, b, 10, &pairs, &count);
    if (st < 0) assert_null(pairs.data);
    if (st >= 0) st = cim_index_join(ctx, a, a, 3, &pairs, &count);
    cim_buf_dispose(&pairs);
    cim_index_free(a);
    cim_index_free(b);
    return st;
}

static cim_status use_bytes(cim_ctx *ctx)
{
    cim_index *index = NULL, *loaded = NULL, *borrowed = NULL;
    cim_buf bytes = CIM_BUF_INIT;
    void *copy = NULL;
    cim_status st = build(ctx, CIM_INDEX_HILBERT, true, &index);
    if (st >= 0) st = cim_index_save(ctx, index, &bytes);
    if (st < 0) assert_null(bytes.data);
    if (st >= 0) st = cim_index_load(ctx, bytes.data, bytes.size, &loaded);
    if (st >= 0) {
        copy = aligned_alloc(64, (bytes.size + 63) / 64 * 64);
        memcpy(copy, bytes.data, bytes.size);
        st = cim_index_borrow(ctx, copy, bytes.size, &borrowed);
    }
    cim_index_free(index);
    cim_index_free(loaded);
    cim_index_free(borrowed);
    cim_buf_dispose(&bytes);
    free(copy);
    return st;
}

/* ---- live ---- */

/* The box of id 0 stands for all, and the count.  Asked on a context of its own: what failed keeps its text. */
static void assert_state(cim_live_index *live, uint64_t epoch, size_t count, const cim_box *first)
{
    uint64_t now = 99;
    uint32_t ids[MORE];
    size_t found = 0;
    cim_box everywhere = { -1e7, -1e7, 1e7, 1e7 };
    cim_index *view = cim_live_index_view(live, &now);
    cim_probe p = cim_probe_point(first->min_x, first->max_y), all = cim_probe_box(&everywhere);
    bool there = false;
    assert_int_equal(now, epoch);
    assert_int_equal(cim_index_count(view), count);
    assert_ok(looker, cim_index_query(looker, view, &all, NULL, 0, &found));
    assert_int_equal(found, count);
    assert_ok(looker, cim_index_query(looker, view, &p, ids, MORE, &found));
    for (size_t i = 0; i < found; i++) there = there || ids[i] == 0;
    assert_true(there);
    cim_index_free(view);
}

typedef struct live_state {
    cim_live_index *live;
    uint64_t epoch;
    size_t count;
    cim_box first;
} live_state;

/* Changes from..to: moved by `far`, every seventh deleted; id 0 is put always. */
static cim_status apply(cim_ctx *ctx, live_state *s, uint32_t from, uint32_t to, double far, size_t count_after)
{
    static cim_index_change changes[MORE + 1];
    uint64_t epoch = 99;
    size_t n = 0;
    for (uint32_t i = from; i < to; i++) {
        cim_box b = { boxes[i].min_x + far, boxes[i].min_y, boxes[i].max_x + far, boxes[i].max_y };
        changes[n++] = (cim_index_change){ .id = i, .op = i % 7 == 3 ? CIM_CHANGE_DELETE : CIM_CHANGE_PUT, .box = b, .z0 = 1, .z1 = 2, .classes = 4 };
    }
    cim_box first = { boxes[0].min_x + far, boxes[0].min_y, boxes[0].max_x + far, boxes[0].max_y };
    changes[n++] = (cim_index_change){ .id = 0, .op = CIM_CHANGE_PUT, .box = first, .z0 = 1, .z1 = 2, .classes = 4 };
    cim_status st = cim_live_index_apply(ctx, s->live, changes, n, &epoch);
    if (st >= 0) {
        assert_int_equal(epoch, s->epoch + 1);
        *s = (live_state){ s->live, epoch, count_after, first };
    } else {
        assert_int_equal(epoch, 99);
    }
    assert_state(s->live, s->epoch, s->count, &s->first);
    return st;
}

static cim_status use_live_with(cim_ctx *ctx, bool rich)
{
    live_state s = { NULL, 0, N, boxes[0] };
    cim_index *start = NULL, *held = NULL;
    cim_index_options start_options = CIM_INDEX_OPTIONS_INIT;
    cim_live_options options = CIM_LIVE_OPTIONS_INIT;
    if (rich) start_options.z = heights, start_options.classes = classes, options.has_z = 1, options.has_classes = 1;
    options.max_id = MORE;
    cim_status st = cim_index_build(ctx, boxes, N, &start_options, &start);
    if (st >= 0) st = cim_live_index_new(ctx, start, &options, &s.live);
    if (st < 0) assert_null(s.live);
    cim_index_free(start);
    if (st >= 0) st = apply(ctx, &s, 0, 200, 0.5, N - 29); /* 3, 10, ... 199 */
    if (st >= 0) held = cim_live_index_view(s.live, NULL);
    if (st >= 0) st = apply(ctx, &s, 1, 2, 1, N - 29);
    if (st >= 0) st = apply(ctx, &s, N, MORE, 0, N - 29 + 200 - 29); /* new ones; 703 ... 899 not */
    if (st >= 0) st = cim_live_index_merge(ctx, s.live);
    if (s.live) assert_state(s.live, s.epoch, s.count, &s.first);
    if (st >= 0) st = apply(ctx, &s, 0, 100, 1e6, N - 29 + 200 - 29); /* beyond the extent */
    if (st >= 0) st = cim_live_index_merge(ctx, s.live);
    if (s.live) assert_state(s.live, s.epoch, s.count, &s.first);
    cim_buf bytes = CIM_BUF_INIT;
    if (held) assert_int_equal(cim_index_count(held), N - 29);
    if (st >= 0) st = cim_index_save(ctx, held, &bytes);
    cim_buf_dispose(&bytes);
    cim_live_index_free(s.live);
    cim_index_free(held);
    return st;
}

static cim_status use_live(cim_ctx *ctx) { return use_live_with(ctx, false); }
static cim_status use_rich_live(cim_ctx *ctx) { return use_live_with(ctx, true); }

/* One batch that fills several runs and joins them again. */
static cim_status use_large_batch(cim_ctx *ctx)
{
    static cim_index_change changes[6 * MORE];
    live_state s = { NULL, 0, 0, boxes[0] };
    cim_live_options options = CIM_LIVE_OPTIONS_INIT;
    size_t count = 99;
    options.max_id = 6 * MORE;
    for (uint32_t i = 0; i < 6 * MORE; i++) changes[i] = (cim_index_change){ .id = i, .op = CIM_CHANGE_PUT, .box = boxes[i % MORE] };
    cim_status st = cim_live_index_new(ctx, NULL, &options, &s.live);
    if (st >= 0) st = cim_live_index_apply(ctx, s.live, changes, 1, &s.epoch);
    if (st >= 0) {
        st = cim_live_index_apply(ctx, s.live, changes, 6 * MORE, &s.epoch);
        cim_index *view = cim_live_index_view(s.live, NULL);
        count = cim_index_count(view);
        cim_index_free(view);
        assert_int_equal(count, st < 0 ? 1 : 6 * MORE);
    }
    if (st >= 0) st = cim_live_index_merge(ctx, s.live);
    cim_live_index_free(s.live);
    return st;
}

static cim_status use_live_from_empty(cim_ctx *ctx)
{
    live_state s = { NULL, 0, 0, boxes[0] };
    cim_live_options options = CIM_LIVE_OPTIONS_INIT;
    options.max_id = MORE;
    cim_status st = cim_live_index_new(ctx, NULL, &options, &s.live);
    cim_index_change first = { .id = 0, .op = CIM_CHANGE_PUT, .box = boxes[0] };
    if (st >= 0) st = cim_live_index_apply(ctx, s.live, &first, 1, &s.epoch);
    if (st >= 0) s.count = 1;
    for (uint32_t i = 1; i < 600 && st >= 0; i += 100) st = apply(ctx, &s, i, i + 100, 0, s.count + 100 - (size_t)((i + 100 + 3) / 7 - (i + 3) / 7));
    cim_live_index_free(s.live);
    return st;
}

static void test_oom_index_build(void **state)
{
    (void)state;
    support_fault_loop("build", use_static, 1000);
}

static void test_oom_index_single(void **state)
{
    (void)state;
    support_fault_loop("query and nearest", use_single, 1000);
}

static void test_oom_index_many(void **state)
{
    (void)state;
    support_fault_loop("many", use_many, 1000);
}

static void test_oom_index_join(void **state)
{
    (void)state;
    support_fault_loop("join", use_join, 1000);
}

static void test_oom_index_bytes(void **state)
{
    (void)state;
    support_fault_loop("save, load and borrow", use_bytes, 1000);
}

static void test_oom_live(void **state)
{
    (void)state;
    support_fault_loop("live", use_live, 400);
    support_fault_loop("live with z and classes", use_rich_live, 400);
    support_fault_loop("live from empty", use_live_from_empty, 400);
    support_fault_loop("live, a large batch", use_large_batch, 400);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_oom_index_build), cmocka_unit_test(test_oom_index_single), cmocka_unit_test(test_oom_index_many),
                                        cmocka_unit_test(test_oom_index_join),  cmocka_unit_test(test_oom_index_bytes),  cmocka_unit_test(test_oom_live) };
    return cmocka_run_group_tests_name("fault/index", tests, make_boxes, free_looker);
}
