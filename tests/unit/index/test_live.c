/* The live index against a plain array: random batches, and every view that is held stays as it was. */
#include "oracle.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { HELD = 5, MOST_CHANGES = 3000 };

/* A view and the model as it was then. */
typedef struct held {
    cim_index *view;
    oracle_set model;
    uint64_t epoch;
} held;

typedef struct setup {
    const oracle_world *world;
    size_t ids; /* how many ids there are */
    int features, background, batches;
    bool start;     /* begins with a static index */
    double extent;  /* the extent that is told, in extents of the world; 0: none */
} setup;

typedef struct run {
    cim_ctx *ctx;
    cim_live_index *live;
    oracle_set model;
    held held[HELD];
    uint64_t seed, epoch;
    uint32_t merges;
    cim_index_change *changes;
} run;

static oracle_set empty_model(const oracle_world *world, size_t n, int features)
{
    oracle_set m = oracle_of(world, n, features);
    m.absent = malloc(n + 1);
    assert_non_null(m.absent);
    memset(m.absent, 1, n + 1);
    oracle_index_places(&m);
    snprintf(m.label, sizeof m.label, "live, %s, %zu ids%s%s", world->name, n, m.z ? ", z" : "", m.classes ? ", classes" : "");
    return m;
}

static oracle_set copy_model(const oracle_set *from)
{
    oracle_set m = empty_model(&from->world, from->n, (from->z ? ORACLE_Z : 0) | (from->classes ? ORACLE_CLASSES : 0));
    memcpy(m.boxes, from->boxes, m.n * sizeof *m.boxes);
    if (m.z) memcpy(m.z, from->z, 2 * m.n * sizeof *m.z);
    if (m.classes) memcpy(m.classes, from->classes, m.n * sizeof *m.classes);
    memcpy(m.absent, from->absent, m.n);
    return m;
}

static size_t present(const oracle_set *m)
{
    size_t n = 0;
    for (size_t i = 0; i < m->n; i++) n += !m->absent[i];
    return n;
}

static void change_model(oracle_set *m, const cim_index_change *c)
{
    m->absent[c->id] = c->op == CIM_CHANGE_DELETE;
    if (c->op == CIM_CHANGE_DELETE) return;
    m->boxes[c->id] = c->box;
    if (m->z) m->z[2 * c->id] = c->z0, m->z[2 * c->id + 1] = c->z1;
    if (m->classes) m->classes[c->id] = c->classes;
}

/* ---- random changes ---- */

static cim_box moved(const oracle_world *w, const cim_box *b, double most, uint64_t *seed)
{
    double dx = support_uniform(seed, -most, most), dy = support_uniform(seed, -most, most);
    if (w->lattice) dx = floor(dx), dy = floor(dy);
    return (cim_box){ b->min_x + dx, b->min_y + dy, b->max_x + dx, b->max_y + dy };
}

static cim_index_change random_change(const oracle_set *m, uint32_t id, uint64_t *seed)
{
    cim_index_change c = { .id = id, .op = CIM_CHANGE_PUT };
    const oracle_world *w = &m->world;
    uint64_t r = support_random(seed) % 16;
    c.box = oracle_random_box(w, seed);
    if (r < 4) {
        c.op = CIM_CHANGE_DELETE;
        c.box.min_x = NAN; /* a box that is not used is not looked at */
    } else if (r < 10 && !m->absent[id]) {
        c.box = moved(w, &m->boxes[id], w->extent / 200, seed);
    } else if (r == 10) {
        c.box = m->boxes[support_random(seed) % m->n]; /* on top of another, or where one was */
    } else if (r == 11 && support_random(seed) % 64 == 0) {
        c.box = moved(w, &c.box, 4 * w->extent, seed); /* beyond the extent */
    }
    if (m->z) {
        c.z0 = floor(support_uniform(seed, m->z_low, m->z_high));
        c.z1 = c.z0 + floor(support_uniform(seed, 0, (m->z_high - m->z_low) / 8));
    }
    if (m->classes) c.classes = support_random(seed) % 100 ? 1u << support_random(seed) % 5 : 0x80000000u;
    return c;
}

static size_t random_batch(run *r)
{
    static const size_t sizes[] = { 0, 1, 1, 2, 5, 10, 16, 17, 40, 100, 300, 1000 };
    size_t count = sizes[support_random(&r->seed) % 12], least = 0, span = r->model.n;
    if (support_random(&r->seed) % 4 == 0) { /* all among neighbours in number */
        span = span < 30 ? span : 30;
        least = support_random(&r->seed) % (r->model.n - span + 1);
    }
    for (size_t i = 0; i < count; i++) {
        uint32_t id = (uint32_t)(least + support_random(&r->seed) % span);
        if (i && support_random(&r->seed) % 8 == 0) id = r->changes[i - 1].id; /* the same one again */
        r->changes[i] = random_change(&r->model, id, &r->seed);
    }
    if (support_random(&r->seed) % 60 == 0) /* all at once */
        for (count = 0; count < r->model.n && count < MOST_CHANGES; count++) r->changes[count] = random_change(&r->model, (uint32_t)count, &r->seed);
    return count;
}

/* ---- checks ---- */

static void check_everything(cim_ctx *ctx, const cim_index *view, oracle_set *model, uint64_t *seed, int probes)
{
    cim_box world = { -1e17, -1e17, 1e17, 1e17 };
    oracle_user user = { model, NULL, 0, 0 };
    cim_probe all = cim_probe_box(&world);
    all.user = &user;
    oracle_check_extent(view, model);
    oracle_check_query(ctx, view, model, &all);
    oracle_check_both(ctx, view, model, seed, probes);
}

static void check_info(run *r)
{
    cim_live_info info;
    memset(&info, 0xee, sizeof info);
    cim_live_index_info(r->live, &info);
    assert_int_equal(info.epoch, r->epoch);
    assert_int_equal(info.count, present(&r->model));
    assert_true(info.bytes > 0 && info.bytes < (size_t)1 << 32);
    assert_true(info.runs < 1000);
    assert_true(info.dead >= 0 && info.dead <= 1);
    assert_true(info.spread >= 0 && isfinite(info.spread));
    assert_true(info.merges >= r->merges);
    r->merges = info.merges;
}

static void check_merge(run *r, bool background)
{
    uint64_t epoch = 0;
    cim_live_info info;
    assert_ok(r->ctx, cim_live_index_merge(r->ctx, r->live));
    cim_live_index_info(r->live, &info);
    cim_index_free(cim_live_index_view(r->live, &epoch));
    assert_int_equal(epoch, r->epoch);
    assert_true(info.merges > r->merges || background || !info.count);
    assert_true(info.runs <= 1);
    if (info.count && !background) {
        assert_int_equal(info.runs, 1);
        assert_true(info.dead == 0);
        assert_true(info.spread > 0.999 && info.spread < 1.001);
    }
}

/* One bad change, and nothing happens. */
static void check_refused(run *r, size_t count)
{
    static const double wrong[] = { NAN, INFINITY, -INFINITY };
    size_t at = support_random(&r->seed) % (count + 1);
    uint64_t epoch = 12345, now = 0;
    char number[32];
    memmove(&r->changes[at + 1], &r->changes[at], (count - at) * sizeof *r->changes);
    cim_index_change *c = &r->changes[at];
    *c = (cim_index_change){ .id = (uint32_t)(support_random(&r->seed) % r->model.n), .op = CIM_CHANGE_PUT, .box = oracle_random_box(&r->model.world, &r->seed), .z0 = 100, .z1 = 100 };
    switch (support_random(&r->seed) % 6) {
    case 0: c->id = (uint32_t)r->model.n; break;
    case 1: c->op = 2; break;
    case 2: c->box.min_y = wrong[support_random(&r->seed) % 3]; break;
    case 3: c->box.max_x = c->box.min_x - 1 - r->model.world.extent; break;
    case 4: c->box.max_y = wrong[support_random(&r->seed) % 3]; break;
    default:
        if (r->model.z) c->z1 = support_random(&r->seed) % 2 ? NAN : 99;
        else c->id = CIM_NONE;
    }
    assert_status(r->ctx, cim_live_index_apply(r->ctx, r->live, r->changes, count + 1, &epoch), CIM_EARG);
    snprintf(number, sizeof number, "%zu", at);
    if (!strstr(cim_ctx_error(r->ctx), number)) print_error("# change %zu: %s\n", at, cim_ctx_error(r->ctx));
    assert_non_null(strstr(cim_ctx_error(r->ctx), number));
    assert_int_equal(epoch, 12345);
    cim_index_free(cim_live_index_view(r->live, &now));
    assert_int_equal(now, r->epoch);
    check_info(r);
    memmove(&r->changes[at], &r->changes[at + 1], (count - at) * sizeof *r->changes);
}

static void release(held *h)
{
    if (!h->view) return;
    cim_index_free(h->view);
    oracle_free(&h->model);
    h->view = NULL;
}

static void hold(run *r)
{
    held *h = &r->held[support_random(&r->seed) % HELD];
    release(h);
    h->view = cim_live_index_view(r->live, &h->epoch);
    h->model = copy_model(&r->model);
    assert_int_equal(h->epoch, r->epoch);
}

static void check_saved(cim_ctx *ctx, const cim_index *view, oracle_set *model, uint64_t *seed)
{
    cim_buf bytes = CIM_BUF_INIT;
    cim_index *loaded = NULL;
    size_t pairs, again;
    assert_ok(ctx, cim_index_save(ctx, view, &bytes));
    assert_ok(ctx, cim_index_load(ctx, bytes.data, bytes.size, &loaded));
    check_everything(ctx, loaded, model, seed, 3);
    assert_ok(ctx, cim_index_join(ctx, view, view, 0, NULL, &pairs));
    assert_ok(ctx, cim_index_join(ctx, loaded, loaded, 0, NULL, &again));
    if (model->world.lattice) assert_int_equal(pairs, again); /* whole numbers lie on every grid */
    cim_index_free(loaded);
    cim_buf_dispose(&bytes);
}

/* ---- a run ---- */

static void begin(run *r, const setup *s)
{
    cim_live_options options = CIM_LIVE_OPTIONS_INIT;
    cim_index *start = NULL;
    *r = (run){ .ctx = support_ctx(), .seed = 1000 + s->ids + (uint64_t)s->features };
    r->model = empty_model(s->world, s->ids, s->features);
    r->changes = calloc(MOST_CHANGES + 8, sizeof *r->changes);
    options.background = s->background;
    options.has_z = s->features & ORACLE_Z ? 1 : 0;
    options.has_classes = s->features & ORACLE_CLASSES ? 1 : 0;
    options.max_id = (uint32_t)s->ids - 1;
    if (s->extent > 0) {
        double side = s->world->extent * s->extent;
        options.extent = (cim_box){ s->world->origin, s->world->origin, s->world->origin + side, s->world->origin + side };
    }
    if (s->start) {
        size_t n = s->ids / 3 * 2; /* some ids are free */
        oracle_set set = oracle_make(s->world, n, s->features & 3, &r->seed);
        start = oracle_build(r->ctx, &set, CIM_INDEX_HILBERT);
        for (size_t i = 0; i < n; i++) {
            cim_index_change c = { .id = (uint32_t)i, .op = CIM_CHANGE_PUT, .box = set.boxes[i] };
            if (set.z) c.z0 = set.z[2 * i], c.z1 = set.z[2 * i + 1];
            if (set.classes) c.classes = set.classes[i];
            change_model(&r->model, &c);
        }
        oracle_free(&set);
    }
    assert_ok(r->ctx, cim_live_index_new(r->ctx, start, &options, &r->live));
    cim_index_free(start);
    cim_index *view = cim_live_index_view(r->live, &r->epoch);
    assert_int_equal(r->epoch, 0);
    check_everything(r->ctx, view, &r->model, &r->seed, 5);
    cim_index_free(view);
}

static void one_batch(run *r, const setup *s)
{
    uint64_t epoch = 0, seen = 0;
    size_t count = random_batch(r);
    if (support_random(&r->seed) % 8 == 0) check_refused(r, count);
    assert_ok(r->ctx, cim_live_index_apply(r->ctx, r->live, r->changes, count, &epoch));
    if (count) assert_int_equal(epoch, r->epoch + 1);
    else assert_true(epoch == r->epoch + 1 || epoch == r->epoch); /* of nothing */
    r->epoch = epoch;
    for (size_t i = 0; i < count; i++) change_model(&r->model, &r->changes[i]);
    if (support_random(&r->seed) % 12 == 0) check_merge(r, s->background);
    cim_index *view = cim_live_index_view(r->live, &seen);
    assert_int_equal(seen, epoch);
    check_everything(r->ctx, view, &r->model, &r->seed, 2);
    if (support_random(&r->seed) % 30 == 0) check_saved(r->ctx, view, &r->model, &r->seed);
    cim_index_free(view);
    check_info(r);
    held *h = &r->held[support_random(&r->seed) % HELD];
    if (h->view) check_everything(r->ctx, h->view, &h->model, &r->seed, 1);
    if (support_random(&r->seed) % 4 == 0) hold(r);
}

static void whole_run(const setup *s)
{
    run r;
    begin(&r, s);
    for (int i = 0; i < s->batches; i++) one_batch(&r, s);
    hold(&r);
    cim_live_index_free(r.live);
    for (int i = 0; i < HELD; i++) { /* without their index */
        if (r.held[i].view) check_everything(r.ctx, r.held[i].view, &r.held[i].model, &r.seed, 5);
        release(&r.held[i]);
    }
    oracle_free(&r.model);
    free(r.changes);
    cim_ctx_free(r.ctx);
}

static void test_live_random(void **state)
{
    static const setup setups[] = {
        { &oracle_worlds[0], 200, 0, 0, 250, false, 0 },    { &oracle_worlds[1], 1500, 0, 0, 150, true, 1 },   { &oracle_worlds[1], 1500, 3, 0, 120, true, 0 },    { &oracle_worlds[0], 1500, 3, 1, 150, false, 1 },
        { &oracle_worlds[3], 700, 2, 1, 200, true, 0.1 },   { &oracle_worlds[2], 60, 1, 0, 250, false, 100 },  { &oracle_worlds[6], 900, 0, 1, 150, false, 0.01 }, { &oracle_worlds[5], 2500, 2, 0, 100, false, 1 },
        { &oracle_worlds[7], 20, 3, 1, 250, false, 0 },     { &oracle_worlds[9], 400, 0, 0, 150, true, 0 },    { &oracle_worlds[0], 1, 0, 0, 60, false, 0 },       { &oracle_worlds[1], 17, 1, 1, 200, true, 0 },
        { &oracle_worlds[8], 300, 0, 0, 100, false, 0 },    { &oracle_worlds[10], 300, 3, 0, 100, true, 1 },   { &oracle_worlds[4], 100, 0, 0, 100, false, 0 },
    };
    (void)state;
    for (size_t i = 0; i < sizeof setups / sizeof *setups; i++) whole_run(&setups[i]);
    print_message("# %zu cases\n", oracle_cases);
}

/* ---- by hand ---- */

static cim_index_change put(uint32_t id, double x, double y) { return (cim_index_change){ .id = id, .op = CIM_CHANGE_PUT, .box = { x, y, x + 1, y + 1 } }; }

static size_t at_place(cim_ctx *ctx, const cim_index *view, double x, double y)
{
    cim_probe p = cim_probe_point(x, y);
    size_t count = 77;
    assert_ok(ctx, cim_index_query(ctx, view, &p, NULL, 0, &count));
    return count;
}

static void test_live_order_within_a_batch(void **state)
{
    cim_ctx *ctx = support_ctx();
    cim_live_index *live = NULL;
    uint64_t epoch;
    (void)state;
    assert_ok(ctx, cim_live_index_new(ctx, NULL, NULL, &live));
    cim_index_change away = { .id = 3, .op = CIM_CHANGE_DELETE };
    cim_index_change changes[] = { put(3, 0, 0), away, put(3, 10, 10), put(4, 20, 20), put(4, 30, 30), put(4, 40, 40), put(5, 50, 50), { .id = 5, .op = CIM_CHANGE_DELETE }, { .id = 1000, .op = CIM_CHANGE_DELETE } };
    assert_ok(ctx, cim_live_index_apply(ctx, live, changes, 9, &epoch));
    assert_int_equal(epoch, 1);
    cim_index *view = cim_live_index_view(live, NULL);
    assert_int_equal(cim_index_count(view), 2);
    assert_int_equal(at_place(ctx, view, 0.5, 0.5) + at_place(ctx, view, 20.5, 20.5) + at_place(ctx, view, 30.5, 30.5) + at_place(ctx, view, 50.5, 50.5), 0);
    assert_int_equal(at_place(ctx, view, 10.5, 10.5), 1);
    assert_int_equal(at_place(ctx, view, 40.5, 40.5), 1);
    cim_index_change swap[] = { away, { .id = 4, .op = CIM_CHANGE_DELETE }, put(4, 10, 10), put(3, 40, 40) };
    assert_ok(ctx, cim_live_index_apply(ctx, live, swap, 4, NULL));
    cim_index *later = cim_live_index_view(live, &epoch);
    uint32_t was = 9, is = 9;
    size_t count;
    cim_probe p = cim_probe_point(10.5, 10.5);
    assert_int_equal(epoch, 2);
    assert_ok(ctx, cim_index_query(ctx, view, &p, &was, 1, &count));
    assert_ok(ctx, cim_index_query(ctx, later, &p, &is, 1, &count));
    assert_int_equal(was, 3);
    assert_int_equal(is, 4);
    cim_live_index_free(live);
    cim_index_free(view);
    assert_int_equal(at_place(ctx, later, 40.5, 40.5), 1);
    cim_index_free(later);
    cim_live_index_free(NULL);
    cim_ctx_free(ctx);
}

/* From nothing to ten thousand and back, one by one and with an extent that is ever too small. */
static void test_live_grows_and_goes(void **state)
{
    cim_ctx *ctx = support_ctx();
    cim_live_index *live = NULL;
    cim_live_info info;
    (void)state;
    assert_ok(ctx, cim_live_index_new(ctx, NULL, NULL, &live));
    for (int turn = 0; turn < 2; turn++) {
        double reach = 1;
        for (uint32_t i = 0; i < 3000; i++) {
            cim_index_change c = put(i, reach * (i % 2 ? 1 : -1), i);
            reach = reach < 1e9 ? reach * 1.01 : reach;
            assert_ok(ctx, cim_live_index_apply(ctx, live, &c, 1, NULL));
            cim_index *view = cim_live_index_view(live, NULL);
            assert_int_equal(cim_index_count(view), i + 1);
            assert_true(at_place(ctx, view, c.box.min_x, c.box.min_y) >= 1);
            cim_index_free(view);
        }
        if (turn) assert_ok(ctx, cim_live_index_merge(ctx, live));
        for (uint32_t i = 0; i < 3000; i++) {
            cim_index_change c = { .id = (i * 7) % 3000, .op = CIM_CHANGE_DELETE };
            if (i % 3 == 0 && i) c.id = (i * 7) % 3000;
            assert_ok(ctx, cim_live_index_apply(ctx, live, &c, 1, NULL));
        }
        cim_live_index_info(live, &info);
        assert_int_equal(info.count, 0);
        cim_index *view = cim_live_index_view(live, NULL);
        cim_box all = { -1e12, -1e12, 1e12, 1e12 };
        cim_probe p = cim_probe_box(&all);
        size_t count = 7;
        assert_int_equal(cim_index_count(view), 0);
        assert_int_equal(cim_index_extent(view, &all), 0);
        assert_ok(ctx, cim_index_query(ctx, view, &p, NULL, 0, &count));
        assert_int_equal(count, 0);
        p.distance = HUGE_VAL;
        uint32_t id;
        assert_ok(ctx, cim_index_nearest(ctx, view, &p, 1, &id, NULL, &count));
        assert_int_equal(count, 0);
        cim_index_free(view);
    }
    assert_ok(ctx, cim_live_index_merge(ctx, live)); /* of nothing */
    cim_live_index_free(live);
    cim_ctx_free(ctx);
}

/* The grid is as fine as that of a static index of the same boxes, within a few powers of two, also when nobody told the extent. */
static void test_live_grid_is_fine(void **state)
{
    cim_ctx *ctx = support_ctx();
    (void)state;
    for (size_t w = 0; w < oracle_world_count; w++) {
        for (int how = 0; how < 3; how++) { /* all at once; one by one; one by one and a deletion first */
            uint64_t seed = 62;
            oracle_set set = oracle_make(&oracle_worlds[w], 200, how == 1 ? ORACLE_Z : 0, &seed);
            cim_index *index = oracle_build(ctx, &set, 0);
            cim_live_options options = CIM_LIVE_OPTIONS_INIT;
            cim_live_index *live = NULL;
            cim_index_change changes[200], nothing = { .id = 7, .op = CIM_CHANGE_DELETE };
            options.has_z = how == 1;
            assert_ok(ctx, cim_live_index_new(ctx, NULL, &options, &live));
            for (uint32_t i = 0; i < 200; i++) {
                changes[i] = (cim_index_change){ .id = i, .op = CIM_CHANGE_PUT, .box = set.boxes[i] };
                if (set.z) changes[i].z0 = set.z[2 * i], changes[i].z1 = set.z[2 * i + 1];
            }
            if (how == 2) assert_ok(ctx, cim_live_index_apply(ctx, live, &nothing, 1, NULL));
            if (how == 0) assert_ok(ctx, cim_live_index_apply(ctx, live, changes, 200, NULL));
            for (int i = 0; how && i < 200; i++) assert_ok(ctx, cim_live_index_apply(ctx, live, &changes[i], 1, NULL));
            cim_index *view = cim_live_index_view(live, NULL);
            if (cim_index_step(view) > 8 * cim_index_step(index)) print_error("# %s: step %g, static %g\n", set.label, cim_index_step(view), cim_index_step(index));
            assert_true(cim_index_step(view) <= 8 * cim_index_step(index));
            oracle_check_both(ctx, view, &set, &seed, 10);
            cim_index_free(view);
            cim_live_index_free(live);
            cim_index_free(index);
            oracle_free(&set);
        }
    }
    cim_ctx_free(ctx);
}

static void test_live_too_many_views(void **state)
{
    enum { MOST = 4200 };
    static cim_index *views[MOST];
    cim_ctx *ctx = support_ctx();
    cim_live_index *live = NULL;
    int held_count = 0;
    cim_status st = CIM_OK;
    uint64_t epoch = 0, last = 0;
    (void)state;
    assert_ok(ctx, cim_live_index_new(ctx, NULL, NULL, &live));
    for (; held_count < MOST && st == CIM_OK; ) {
        cim_index_change c = put((uint32_t)held_count % 50, held_count % 10, 5);
        st = cim_live_index_apply(ctx, live, &c, 1, &epoch);
        if (st != CIM_OK) break;
        last = epoch;
        views[held_count++] = cim_live_index_view(live, NULL);
    }
    assert_status(ctx, st, CIM_ELIMIT);
    assert_true(held_count >= 4095 && held_count <= 4097);
    cim_index *same = cim_live_index_view(live, &epoch);
    assert_int_equal(epoch, last);
    cim_index_free(same);
    for (int i = 0; i < 2; i++) cim_index_free(views[i * 1000]), views[i * 1000] = NULL;
    cim_index_change c = put(3, 3, 3);
    assert_ok(ctx, cim_live_index_apply(ctx, live, &c, 1, &epoch)); /* room again */
    assert_int_equal(epoch, last + 1);
    for (int i = 0; i < held_count; i += 2) cim_index_free(views[i]), views[i] = NULL;
    assert_ok(ctx, cim_live_index_apply(ctx, live, &c, 1, &epoch));
    for (int i = 1; i < held_count; i += 2)
        if (views[i]) assert_int_equal(cim_index_count(views[i]), i < 50 ? (size_t)i + 1 : 50);
    cim_live_index_free(live);
    for (int i = 0; i < held_count; i++) cim_index_free(views[i]);
    cim_ctx_free(ctx);
}

static void test_live_new_refuses(void **state)
{
    struct {
        cim_live_options options;
        uint64_t more;
    } newer = { CIM_LIVE_OPTIONS_INIT, 1 };
    cim_ctx *ctx = support_ctx();
    uint64_t seed = 60;
    oracle_set plain = oracle_make(&oracle_worlds[1], 50, 0, &seed), rich = oracle_make(&oracle_worlds[1], 50, 3, &seed);
    cim_index *flat = oracle_build(ctx, &plain, 0), *deep = oracle_build(ctx, &rich, 0);
    cim_live_index *live = NULL;
    cim_live_options options = CIM_LIVE_OPTIONS_INIT;
    (void)state;
    newer.options.struct_size = sizeof newer;
    assert_status(ctx, cim_live_index_new(ctx, NULL, &newer.options, &live), CIM_EVERSION);
    newer.options.struct_size = 0;
    assert_status(ctx, cim_live_index_new(ctx, NULL, &newer.options, &live), CIM_EARG);
    options.has_z = 1;
    assert_status(ctx, cim_live_index_new(ctx, flat, &options, &live), CIM_EARG);
    options.has_z = 0, options.has_classes = 1;
    assert_status(ctx, cim_live_index_new(ctx, flat, &options, &live), CIM_EARG);
    options.has_classes = 0;
    assert_status(ctx, cim_live_index_new(ctx, deep, &options, &live), CIM_EARG);
    options.max_id = 48; /* 49 is in use */
    assert_status(ctx, cim_live_index_new(ctx, flat, &options, &live), CIM_EARG);
    assert_null(live);
    options.max_id = 49;
    assert_ok(ctx, cim_live_index_new(ctx, flat, &options, &live));
    cim_live_index_free(live);
    live = NULL;
    options.extent = (cim_box){ 0, 0, NAN, 1 };
    assert_status(ctx, cim_live_index_new(ctx, flat, &options, &live), CIM_EARG);
    options.extent = (cim_box){ 0, -INFINITY, 1, 1 };
    assert_status(ctx, cim_live_index_new(ctx, NULL, &options, &live), CIM_EARG);
    assert_null(live);
    cim_index_free(flat);
    cim_index_free(deep);
    oracle_free(&plain);
    oracle_free(&rich);
    cim_ctx_free(ctx);
}

/* Small moves of many: the answers stay, and a merge makes the tree as good as new. */
static void test_live_many_moves(void **state)
{
    enum { N = 20000 };
    static cim_index_change batch[100];
    cim_ctx *ctx = support_ctx();
    uint64_t seed = 61;
    oracle_set set = oracle_make(&oracle_worlds[1], N, 0, &seed);
    cim_index *start = oracle_build(ctx, &set, CIM_INDEX_OMT);
    (void)state;
    for (int background = 0; background < 2; background++) {
        cim_live_options options = CIM_LIVE_OPTIONS_INIT;
        cim_live_index *live = NULL;
        cim_live_info info;
        options.background = background;
        options.max_id = N;
        oracle_set now = oracle_make(&oracle_worlds[1], N, 0, &(uint64_t){ 61 });
        assert_ok(ctx, cim_live_index_new(ctx, start, &options, &live));
        for (int i = 0; i < 1000; i++) {
            for (int k = 0; k < 100; k++) {
                uint32_t id = (uint32_t)(support_random(&seed) % N);
                cim_box b = moved(&now.world, &now.boxes[id], 20, &seed);
                now.boxes[id] = b;
                batch[k] = (cim_index_change){ .id = id, .op = CIM_CHANGE_PUT, .box = b };
            }
            assert_ok(ctx, cim_live_index_apply(ctx, live, batch, 100, NULL));
        }
        cim_index *view = cim_live_index_view(live, NULL);
        oracle_check_extent(view, &now);
        oracle_check_both(ctx, view, &now, &seed, 50);
        cim_live_index_info(live, &info);
        print_message("# after %d moves: %u runs, %u merges, dead %.3f, spread %.3f\n", 100000, info.runs, info.merges, info.dead, info.spread);
        assert_ok(ctx, cim_live_index_merge(ctx, live));
        cim_index *merged = cim_live_index_view(live, NULL);
        oracle_check_both(ctx, view, &now, &seed, 20);
        oracle_check_both(ctx, merged, &now, &seed, 20);
        cim_live_index_free(live);
        cim_index_free(view);
        cim_index_free(merged);
        oracle_free(&now);
    }
    cim_index_free(start);
    oracle_free(&set);
    cim_ctx_free(ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_live_order_within_a_batch), cmocka_unit_test(test_live_new_refuses), cmocka_unit_test(test_live_grows_and_goes),
        cmocka_unit_test(test_live_grid_is_fine),
        cmocka_unit_test(test_live_too_many_views),       cmocka_unit_test(test_live_random),      cmocka_unit_test(test_live_many_moves),
    };
    return cmocka_run_group_tests_name("index/live", tests, NULL, NULL);
}
