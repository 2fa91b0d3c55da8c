/* Eight readers, one writer and packing beside them.  What holds after every batch and never within one:
 *   groups      the 16 boxes of a group lie in one cell and move together: in a cell there are all of a group or none
 *   witnesses   batch e gives all witnesses the class e mod 16: in a view of epoch e all have it, and none another
 *   count       where one box goes another comes
 * Failures are counted and looked at after the threads have ended. */
#include "oracle.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { READERS = 8, GROUPS = 80, MEMBERS = 16, WITNESSES = 32, OTHERS = 800, CELLS = 12 };
enum { FIRST_WITNESS = GROUPS * MEMBERS, FIRST_OTHER = FIRST_WITNESS + WITNESSES, IDS = FIRST_OTHER + OTHERS, TOTAL = FIRST_OTHER + OTHERS / 2 };
enum { IS_MEMBER = 1 << 16, IS_OTHER = 1 << 17, MOST_CHANGES = 2 * IDS };

typedef struct shared {
    cim_live_index *live;
    atomic_bool stop;
    atomic_int failures, rounds, batches, merges;
    const char *_Atomic text;
} shared;

typedef struct writer {
    cim_index_change changes[MOST_CHANGES];
    size_t count;
    uint64_t seed, epoch;
    int cell[GROUPS];
    bool there[OTHERS];
} writer;

static void failed(shared *s, const char *text)
{
    atomic_fetch_add(&s->failures, 1);
    atomic_store(&s->text, text);
}
#define EXPECT(s, condition, text) ((condition) ? (void)0 : failed((s), (text)))

static cim_box cell_box(int cell) { return (cim_box){ cell % CELLS * 10, cell / CELLS * 10.0, cell % CELLS * 10 + 9, cell / CELLS * 10.0 + 9 }; }

/* ---- writing ---- */

static void change(writer *w, uint32_t id, int32_t op, double x, double y, uint32_t classes)
{
    w->changes[w->count++] = (cim_index_change){ .id = id, .op = op, .box = { x, y, x + 0.3, y + 0.3 }, .classes = classes };
}

static void place_group(writer *w, int group)
{
    cim_box c = cell_box(w->cell[group]);
    for (int m = 0; m < MEMBERS; m++) {
        uint32_t id = (uint32_t)(group * MEMBERS + (m + group) % MEMBERS);
        if (support_random(&w->seed) % 8 == 0) change(w, id, CIM_CHANGE_DELETE, 0, 0, 0);
        if (support_random(&w->seed) % 8 == 0) change(w, id, CIM_CHANGE_PUT, -500, -500, IS_MEMBER); /* somewhere else for a moment that nobody sees */
        change(w, id, CIM_CHANGE_PUT, c.min_x + support_uniform(&w->seed, 1, 8), c.min_y + support_uniform(&w->seed, 1, 8), IS_MEMBER);
    }
}

static void toggle_others(writer *w, int times)
{
    for (int done = 0; done < times;) {
        size_t from = support_random(&w->seed) % OTHERS, to = support_random(&w->seed) % OTHERS;
        if (!w->there[from] || w->there[to]) continue;
        w->there[from] = false, w->there[to] = true, done++;
        change(w, (uint32_t)(FIRST_OTHER + from), CIM_CHANGE_DELETE, 0, 0, 0);
        change(w, (uint32_t)(FIRST_OTHER + to), CIM_CHANGE_PUT, support_uniform(&w->seed, 0, 119), support_uniform(&w->seed, 0, 119), IS_OTHER);
    }
}

static void place_witnesses(writer *w)
{
    for (uint32_t i = 0; i < WITNESSES; i++) change(w, FIRST_WITNESS + i, CIM_CHANGE_PUT, 4.0 * i, 60, 1u << (w->epoch + 1) % 16);
}

static bool apply(shared *s, cim_ctx *ctx, writer *w)
{
    uint64_t epoch = 0;
    cim_status st = cim_live_index_apply(ctx, s->live, w->changes, w->count, &epoch);
    EXPECT(s, st == CIM_OK, "a batch was refused");
    EXPECT(s, epoch == w->epoch + 1, "a batch's number is not the next");
    w->epoch = epoch;
    w->count = 0;
    atomic_fetch_add(&s->batches, 1);
    return st == CIM_OK;
}

static cim_ctx *new_ctx(uint32_t threads)
{
    cim_ctx_options options = CIM_CTX_OPTIONS_INIT;
    cim_ctx *ctx = NULL;
    options.threads = threads;
    return cim_ctx_new(&options, &ctx) == CIM_OK ? ctx : NULL;
}

static void first_batch(shared *s, cim_ctx *ctx, writer *w)
{
    w->seed = 4;
    for (int g = 0; g < GROUPS; g++) {
        w->cell[g] = (int)(support_random(&w->seed) % (CELLS * CELLS));
        place_group(w, g);
    }
    for (uint32_t i = 0; i < OTHERS / 2; i++) {
        w->there[i] = true;
        change(w, FIRST_OTHER + i, CIM_CHANGE_PUT, i % 20, i / 20, IS_OTHER);
    }
    place_witnesses(w);
    apply(s, ctx, w);
}

typedef struct writing {
    shared *shared;
    writer *writer;
} writing;

static void *write_batches(void *arg)
{
    writing *both = arg;
    shared *s = both->shared;
    writer *w = both->writer;
    cim_ctx *ctx = new_ctx(1);
    while (ctx && !atomic_load(&s->stop)) {
        int groups = support_random(&w->seed) % 16 ? 1 + (int)(support_random(&w->seed) % 4) : GROUPS;
        for (int i = 0; i < groups; i++) {
            int g = groups == GROUPS ? i : (int)(support_random(&w->seed) % GROUPS);
            w->cell[g] = (int)(support_random(&w->seed) % (CELLS * CELLS));
            place_group(w, g);
            if (w->count > IDS) break;
        }
        toggle_others(w, 3);
        place_witnesses(w);
        if (!apply(s, ctx, w)) break;
    }
    cim_ctx_free(ctx);
    return NULL;
}

static void *pack(void *arg)
{
    shared *s = arg;
    cim_ctx *ctx = new_ctx(1);
    while (ctx && !atomic_load(&s->stop)) {
        cim_live_info info;
        EXPECT(s, cim_live_index_merge(ctx, s->live) == CIM_OK, "a merge failed");
        cim_live_index_info(s->live, &info);
        EXPECT(s, info.count == TOTAL, "info tells another count");
        atomic_fetch_add(&s->merges, 1);
        nanosleep(&(struct timespec){ 0, 3000000 }, NULL);
    }
    cim_ctx_free(ctx);
    return NULL;
}

/* ---- reading ---- */

static void read_cell(shared *s, cim_ctx *ctx, const cim_index *view, int cell)
{
    uint32_t ids[IDS];
    unsigned char seen[GROUPS] = { 0 };
    size_t count = 0;
    cim_box box = cell_box(cell);
    cim_probe p = cim_probe_box(&box);
    p.classes = IS_MEMBER;
    EXPECT(s, cim_index_query(ctx, view, &p, ids, IDS, &count) == CIM_OK, "a query failed");
    EXPECT(s, count % MEMBERS == 0 && count <= FIRST_WITNESS, "a part of a group in a cell");
    for (size_t i = 0; i < count && i < IDS; i++) {
        EXPECT(s, ids[i] < FIRST_WITNESS, "a foreign id in a cell");
        if (ids[i] < FIRST_WITNESS) seen[ids[i] / MEMBERS]++;
    }
    for (int g = 0; g < GROUPS; g++) EXPECT(s, seen[g] == 0 || seen[g] == MEMBERS, "a group is in a cell in part");
}

static size_t count_class(shared *s, cim_ctx *ctx, const cim_index *view, uint32_t classes)
{
    cim_box all = { -1000, -1000, 1000, 1000 };
    cim_probe p = cim_probe_box(&all);
    size_t count = 0;
    p.classes = classes;
    EXPECT(s, cim_index_query(ctx, view, &p, NULL, 0, &count) == CIM_OK, "a count failed");
    return count;
}

static void read_view(shared *s, cim_ctx *ctx, const cim_index *view, uint64_t epoch, uint64_t *seed)
{
    EXPECT(s, cim_index_count(view) == TOTAL, "the count is not constant");
    EXPECT(s, count_class(s, ctx, view, 0) == TOTAL, "not all are found");
    EXPECT(s, count_class(s, ctx, view, 1u << epoch % 16) == WITNESSES, "witnesses of another epoch");
    EXPECT(s, count_class(s, ctx, view, 0xffff) == WITNESSES, "witnesses are missing");
    EXPECT(s, count_class(s, ctx, view, IS_MEMBER) == FIRST_WITNESS, "members are missing");
    for (int i = 0; i < 6; i++) read_cell(s, ctx, view, (int)(support_random(seed) % (CELLS * CELLS)));
    uint32_t ids[WITNESSES + 1];
    double distances[WITNESSES + 1];
    size_t count = 0;
    cim_probe p = cim_probe_near(support_uniform(seed, 0, 120), support_uniform(seed, 0, 120), HUGE_VAL);
    p.classes = 1u << epoch % 16;
    EXPECT(s, cim_index_nearest(ctx, view, &p, WITNESSES + 1, ids, distances, &count) == CIM_OK, "nearest failed");
    EXPECT(s, count == WITNESSES, "nearest found another number of witnesses");
    uint64_t sum = 0;
    for (size_t i = 0; i < count; i++) sum += ids[i];
    EXPECT(s, sum == (uint64_t)WITNESSES * FIRST_WITNESS + WITNESSES * (WITNESSES - 1) / 2, "other witnesses");
}

static void *read_views(void *arg)
{
    shared *s = arg;
    cim_ctx *ctx = new_ctx(1);
    static atomic_uint next;
    uint64_t seed = 100 + atomic_fetch_add(&next, 1), last = 0, kept_epoch = 0;
    cim_index *kept = NULL;
    while (ctx && !atomic_load(&s->stop)) {
        uint64_t epoch = 0;
        cim_index *view = cim_live_index_view(s->live, &epoch);
        EXPECT(s, epoch >= last, "an epoch went back");
        last = epoch;
        read_view(s, ctx, view, epoch, &seed);
        if (kept && support_random(&seed) % 4 == 0) read_view(s, ctx, kept, kept_epoch, &seed); /* an old one is as it was */
        if (support_random(&seed) % 8 == 0) {
            cim_index_free(kept);
            kept = cim_index_ref(view);
            kept_epoch = epoch;
        }
        cim_index_free(view);
        atomic_fetch_add(&s->rounds, 1);
    }
    cim_index_free(kept);
    cim_ctx_free(ctx);
    return NULL;
}

/* ---- */

static void run_threads(int background, bool packs, double seconds)
{
    cim_ctx *ctx = support_ctx();
    cim_live_options options = CIM_LIVE_OPTIONS_INIT;
    cim_live_info info;
    shared s = { .live = NULL };
    pthread_t threads[READERS + 2];
    int started = 0;
    options.background = background;
    options.has_classes = 1;
    options.max_id = IDS;
    writer *w = calloc(1, sizeof *w);
    assert_non_null(w);
    assert_ok(ctx, cim_live_index_new(ctx, NULL, &options, &s.live));
    first_batch(&s, ctx, w);
    writing both = { &s, w };
    for (int i = 0; i < READERS; i++) assert_int_equal(pthread_create(&threads[started++], NULL, read_views, &s), 0);
    assert_int_equal(pthread_create(&threads[started++], NULL, write_batches, &both), 0);
    if (packs) assert_int_equal(pthread_create(&threads[started++], NULL, pack, &s), 0);
    nanosleep(&(struct timespec){ (time_t)seconds, (long)((seconds - (double)(time_t)seconds) * 1e9) }, NULL);
    atomic_store(&s.stop, true);
    for (int i = 0; i < started; i++) pthread_join(threads[i], NULL);
    cim_live_index_info(s.live, &info);
    print_message("# %d batches, %d looks of %d readers, %d merges asked for, %u in all, %u runs, %zu bytes\n", s.batches, s.rounds, READERS, s.merges, info.merges, info.runs, info.bytes);
    if (s.failures) print_error("# %d failures, the last: %s\n", s.failures, s.text);
    assert_int_equal(s.failures, 0);
    assert_true(s.batches > 10 && s.rounds > READERS);
    assert_int_equal(info.epoch, w->epoch);
    assert_int_equal(info.count, TOTAL);
    assert_true(info.bytes < (size_t)100 << 20); /* what nobody holds is given back */
    cim_live_index_free(s.live);
    free(w);
    cim_ctx_free(ctx);
}

static void test_live_readers_and_writer(void **state)
{
    (void)state;
    run_threads(0, false, 0.5);
}

static void test_live_readers_writer_and_packing(void **state)
{
    (void)state;
    run_threads(0, true, 0.9);
}

static void test_live_readers_writer_and_background(void **state)
{
    (void)state;
    run_threads(1, false, 0.7);
}

static void test_live_all_at_once(void **state)
{
    (void)state;
    run_threads(1, true, 0.5);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_live_readers_and_writer), cmocka_unit_test(test_live_readers_writer_and_packing), cmocka_unit_test(test_live_readers_writer_and_background),
                                        cmocka_unit_test(test_live_all_at_once) };
    return cmocka_run_group_tests_name("index/live_threads", tests, NULL, NULL);
}
