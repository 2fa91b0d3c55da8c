/* Live weights on one graph, and traffic on a city's net: prints "name<TAB>value<TAB>unit<TAB>least" a line for bench_live.py.
 *
 *     bench_live GRAPH.lcg [CITY]
 *
 * Single operations are measured in processor time of the thread, medians of the rounds.  Readers beside a writer are measured by the clock and in
 * processor time: what they ask a second, what they ask a second of their own processor time, and how much of the processor the writer took.
 * Answers are compared with Dijkstra's on the weights of the epoch that the reader held. */
#include "cim.h"

#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

typedef struct graph {
    uint32_t n, m, *tail, *head, *weight;
    double *x, *y;
    float *length_m;
} graph;

enum { ROUNDS = 15, PERIOD_MS = 50, SECONDS = 5 };

static cim_ctx *ctx;
static graph g;
static cim_route_hierarchy *hierarchy;
static uint32_t *pool, pool_count;

static void die(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    fputc('\n', stderr);
    exit(1);
}

static void must(cim_status st, const char *what)
{
    if (st < 0) die("%s: %s", what, cim_ctx_error(ctx));
}

static void *room(size_t count, size_t size)
{
    void *p = calloc(count ? count : 1, size);
    if (!p) die("out of memory");
    return p;
}

static void *take(FILE *f, size_t count, size_t size)
{
    void *p = room(count, size);
    if (fread(p, size, count, f) != count) die("graph file ends early");
    return p;
}

static void read_graph(const char *path) /* "LCG1" n m first[n+1] head[m] weight_ms[m] length_m[m] lat[n] lon[n] */
{
    char magic[4];
    FILE *f = fopen(path, "rb");
    if (!f || fread(magic, 1, 4, f) != 4 || memcmp(magic, "LCG1", 4) || fread(&g.n, 4, 1, f) != 1 || fread(&g.m, 4, 1, f) != 1) die("%s is no graph", path);
    uint32_t *first = take(f, (size_t)g.n + 1, 4);
    g.head = take(f, g.m, 4);
    g.weight = take(f, g.m, 4);
    g.length_m = take(f, g.m, 4);
    float *lat = take(f, g.n, 4), *lon = take(f, g.n, 4);
    fclose(f);
    g.tail = room(g.m, 4);
    g.x = room(g.n, sizeof *g.x);
    g.y = room(g.n, sizeof *g.y);
    for (uint32_t v = 0; v < g.n; v++) {
        g.x[v] = (double)lon[v] * 0.75;
        g.y[v] = (double)lat[v];
        for (uint32_t a = first[v]; a < first[v + 1]; a++) g.tail[a] = v;
    }
    free(first), free(lat), free(lon);
}

static double clock_of(clockid_t which)
{
    struct timespec t;
    clock_gettime(which, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}
static double cpu(void) { return clock_of(CLOCK_THREAD_CPUTIME_ID); }
static double wall(void) { return clock_of(CLOCK_MONOTONIC); }

static uint64_t seed = 88172645463325252ull;
static uint64_t next(uint64_t *s)
{
    *s ^= *s << 13;
    *s ^= *s >> 7;
    return *s ^= *s << 17;
}
static double unit(uint64_t *s) { return (double)(next(s) >> 40) / 16777216.0; }

static double samples[1000];
static int taken;
static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}
static void report(const char *name, double scale, const char *of)
{
    qsort(samples, (size_t)taken, sizeof *samples, by_value);
    printf("%s\t%.4g\t%s\t%.4g\n", name, samples[taken / 2] * scale, of, samples[0] * scale);
    fflush(stdout);
    taken = 0;
}

/* ---- live weights ---- */

static cim_route_live *live_new(bool labels, uint32_t *source)
{
    cim_route_live_options o = CIM_ROUTE_LIVE_OPTIONS_INIT;
    cim_route_label_options full = CIM_ROUTE_LABEL_OPTIONS_INIT;
    cim_route_live *live = NULL;
    full.mode = CIM_ROUTE_LABELS_FULL;
    o.labels = labels ? &full : NULL;
    o.lengths_m = g.length_m;
    must(cim_route_live_new(ctx, hierarchy, g.weight, &o, &live), "live");
    must(cim_route_live_source(ctx, live, "bench", 0, source), "source");
    return live;
}

/* Factors for `count` arcs: the first ones in order, or any, some of them twice. */
static void make_changes(cim_route_change *c, uint32_t count, bool in_order, uint32_t source, int64_t now)
{
    for (uint32_t i = 0; i < count; i++)
        c[i] = (cim_route_change){ in_order ? i : (uint32_t)(next(&seed) % g.m), source, CIM_ROUTE_FACTOR, 0, 0.5 + unit(&seed), now, CIM_ROUTE_ALWAYS_FROM,
                                   CIM_ROUTE_ALWAYS_UNTIL };
}

static void measure_publish(const char *name, uint32_t count, bool in_order, bool labels)
{
    char text[80];
    uint32_t source;
    cim_route_live *live = live_new(labels, &source);
    cim_route_change *c = room(count, sizeof *c);
    double *both = room(ROUNDS, sizeof *both);
    for (int r = -2; r < ROUNDS; r++) {
        make_changes(c, count, in_order, source, r + 3);
        double begin = cpu();
        must(cim_route_live_apply(ctx, live, c, count), "apply");
        double middle = cpu();
        must(cim_route_live_publish(ctx, live, r + 3, NULL), "publish");
        if (r < 0) continue;
        samples[taken++] = cpu() - middle;
        both[r] = cpu() - begin;
    }
    snprintf(text, sizeof text, "publish_%s_ms", name);
    report(text, 1e3, "ms");
    memcpy(samples, both, ROUNDS * sizeof *both);
    taken = ROUNDS;
    snprintf(text, sizeof text, "apply_publish_%s_ms", name);
    report(text, 1e3, "ms");
    cim_route_live_free(live);
    free(c), free(both);
}

static void measure_whatif(uint32_t count)
{
    char text[80];
    uint32_t source;
    cim_route_live *live = live_new(false, &source);
    cim_route_change *c = room(count, sizeof *c);
    cim_route_view *view = cim_route_live_view(live);
    for (int r = -2; r < ROUNDS; r++) {
        cim_route_metric *m = NULL;
        make_changes(c, count, false, source, 0);
        double begin = cpu();
        must(cim_route_view_whatif(ctx, view, c, count, NULL, &m), "what-if");
        if (r >= 0) samples[taken++] = cpu() - begin;
        cim_route_metric_free(m);
    }
    snprintf(text, sizeof text, "whatif_%u_ms", count);
    report(text, 1e3, "ms");
    cim_route_view_free(view);
    cim_route_live_free(live);
    free(c);
}

static void measure_watch(void)
{
    uint32_t source, nodes[100];
    cim_route_live *live = live_new(false, &source);
    for (int i = 0; i < 100; i++) nodes[i] = pool[next(&seed) % pool_count];
    for (int r = -2; r < ROUNDS; r++) {
        double begin = cpu();
        must(cim_route_live_watch(ctx, live, nodes, 100), "watch");
        if (r >= 0) samples[taken++] = cpu() - begin;
    }
    report("watch_ms", 1e3, "ms");
    for (int r = -2; r < ROUNDS; r++) { /* a closure, and its end */
        cim_route_change c = { (uint32_t)(next(&seed) % g.m), source, CIM_ROUTE_CLOSED, 0, 0.0, r + 3, CIM_ROUTE_ALWAYS_FROM, CIM_ROUTE_ALWAYS_UNTIL };
        must(cim_route_live_replace(ctx, live, source, &c, 1), "replace");
        double begin = cpu();
        must(cim_route_live_publish(ctx, live, r + 3, NULL), "publish");
        if (r >= 0) samples[taken++] = cpu() - begin;
    }
    report("publish_watched_closure_ms", 1e3, "ms");
    cim_route_live_free(live);
}

/* ---- feeds ---- */

typedef struct text {
    const char *at;
    size_t left;
} text;

static int64_t read_text(void *user, void *data, size_t size)
{
    text *t = user;
    size_t count = t->left < size ? t->left : size;
    memcpy(data, t->at, count);
    t->at += count;
    t->left -= count;
    return (int64_t)count;
}

static void measure_feed(const char *name, uint32_t format)
{
    enum { ROWS = 100000 };
    char label[80], *content = room(ROWS * 80 + 100, 1);
    size_t size = 0;
    uint32_t source;
    if (format == CIM_ROUTE_FEED_CSV) size += (size_t)sprintf(content, "id,speed_kmh,reported,until\n");
    for (int i = 0; i < ROWS; i++) {
        uint32_t arc = (uint32_t)(next(&seed) % g.m);
        size += (size_t)sprintf(content + size, format == CIM_ROUTE_FEED_CSV ? "%u,%.1f,%d,2026-11-22T12:00:00Z\n"
                                : "{\"id\":%u,\"speed_kmh\":%.1f,\"reported\":%d,\"until\":\"2026-11-22T12:00:00Z\"}\n", arc, 10 + 40 * unit(&seed), i);
    }
    cim_route_live *live = live_new(false, &source);
    for (int r = 0; r < 5; r++) {
        text t = { content, size };
        cim_route_feed f = CIM_ROUTE_FEED_INIT;
        f.read = read_text;
        f.read_user = &t;
        f.format = format;
        f.source = source;
        f.snapshot = 1;
        double begin = cpu();
        must(cim_route_live_feed(ctx, live, &f, NULL), "feed");
        samples[taken++] = (cpu() - begin) / ROWS;
    }
    snprintf(label, sizeof label, "feed_%s_us_a_row", name);
    report(label, 1e6, "us");
    cim_route_live_free(live);
    free(content);
}

/* ---- answers against Dijkstra's ---- */

static uint32_t differ(cim_route_dijkstra *d, const uint32_t *weights, const cim_route_metric *m, cim_route_query *q, uint32_t from, uint32_t targets,
                       uint32_t *all, uint64_t *s)
{
    uint32_t bad = 0, time;
    must(cim_route_dijkstra_run(ctx, d, weights, CIM_ROUTE_FORWARD, &(cim_route_end){ from, 0 }, 1, CIM_ROUTE_UNREACHABLE_MS, CIM_NONE, all), "dijkstra");
    for (uint32_t i = 0; i < targets; i++) {
        uint32_t to = pool[next(s) % pool_count];
        must(cim_route_time(ctx, m, q, from, to, &time), "time");
        bad += time != all[to];
    }
    return bad;
}

static void check_random(void)
{
    enum { UPDATES = 25, SOURCES = 4, TARGETS = 200 };
    cim_route_graph view_of = { sizeof view_of, g.n, g.m, g.tail, g.head, NULL, NULL };
    uint32_t *weights = room(g.m, 4), *all = room(g.n, 4), source, bad = 0;
    cim_route_live *live = live_new(true, &source);
    cim_route_dijkstra *d = NULL;
    cim_route_query *q = NULL;
    must(cim_route_dijkstra_new(ctx, &view_of, &d), "dijkstra");
    must(cim_route_query_new(ctx, hierarchy, &q), "query");
    memcpy(weights, g.weight, (size_t)g.m * 4);
    for (int64_t u = 1; u <= UPDATES; u++) {
        uint32_t count = (uint32_t)(1 + next(&seed) % (u % 5 ? 1000 : 60000));
        cim_route_change *c = room(count, sizeof *c);
        for (uint32_t i = 0; i < count; i++) {
            uint32_t arc = (uint32_t)(next(&seed) % g.m);
            bool shut = next(&seed) % 10 == 0;
            uint32_t ms = (uint32_t)(next(&seed) % 60000);
            c[i] = (cim_route_change){ arc, source, shut ? CIM_ROUTE_CLOSED : CIM_ROUTE_WEIGHT, 0, ms, u, CIM_ROUTE_ALWAYS_FROM, CIM_ROUTE_ALWAYS_UNTIL };
        }
        must(cim_route_live_replace(ctx, live, source, c, count), "replace");
        must(cim_route_live_publish(ctx, live, u, NULL), "publish");
        /* the oracle's own reading: the last weight of an arc, and closed if that was ever said */
        memcpy(weights, g.weight, (size_t)g.m * 4);
        for (uint32_t i = 0; i < count; i++)
            if (c[i].kind == CIM_ROUTE_WEIGHT) weights[c[i].arc] = g.weight[c[i].arc] >= CIM_ROUTE_UNREACHABLE_MS ? g.weight[c[i].arc] : (uint32_t)c[i].value;
        for (uint32_t i = 0; i < count; i++)
            if (c[i].kind == CIM_ROUTE_CLOSED) weights[c[i].arc] = CIM_ROUTE_UNREACHABLE_MS;
        cim_route_view *view = cim_route_live_view(live);
        for (int k = 0; k < SOURCES; k++) bad += differ(d, weights, cim_route_view_metric(view), q, pool[next(&seed) % pool_count], TARGETS, all, &seed);
        cim_route_view_free(view);
        free(c);
    }
    printf("random_mismatches\t%u\tof %d\t\n", bad, UPDATES * SOURCES * TARGETS);
    cim_route_query_free(q);
    cim_route_dijkstra_free(d);
    cim_route_live_free(live);
    free(weights), free(all);
}

/* ---- readers beside a writer ---- */

enum { KEPT = 400, BUCKETS = 64 };

typedef struct kept {
    uint64_t epoch;
    uint32_t from, to, time_ms;
} kept;

typedef struct reader {
    cim_route_live *live;
    atomic_bool *stop;
    uint64_t seed, asked, histogram[BUCKETS]; /* by the power of two of nanoseconds */
    double cpu_s, wall_s, longest_s;
    kept kept[KEPT];
} reader;

static void *read_on(void *arg)
{
    reader *r = arg;
    cim_ctx_options o = CIM_CTX_OPTIONS_INIT;
    cim_ctx *own = NULL;
    cim_route_query *q = NULL;
    uint32_t time = 0;
    o.threads = 1;
    if (cim_ctx_new(&o, &own) < 0 || cim_route_query_new(own, hierarchy, &q) < 0) die("reader");
    double begin_cpu = cpu(), begin = wall(), last = begin;
    while (!atomic_load_explicit(r->stop, memory_order_relaxed)) {
        uint32_t from = pool[next(&r->seed) % pool_count], to = pool[next(&r->seed) % pool_count];
        cim_route_view *view = cim_route_live_view(r->live);
        if (cim_route_time(own, cim_route_view_metric(view), q, from, to, &time) < 0) die("time");
        uint64_t epoch = cim_route_view_epoch(view, NULL);
        cim_route_view_free(view);
        if (r->asked % 4093 == 0) r->kept[r->asked / 4093 % KEPT] = (kept){ epoch, from, to, time };
        r->asked++;
        double now = wall();
        if (now - last > r->longest_s) r->longest_s = now - last;
        uint64_t ns = (uint64_t)((now - last) * 1e9) | 1;
        r->histogram[63 - __builtin_clzll(ns)]++;
        last = now;
    }
    r->cpu_s = cpu() - begin_cpu;
    r->wall_s = wall() - begin;
    cim_route_query_free(q);
    cim_ctx_free(own);
    return NULL;
}

/* The weight of an arc in an epoch: what the writer says is a function of these two. */
static uint32_t weight_in(uint32_t arc, uint64_t epoch)
{
    uint64_t s = epoch * 0x9e3779b97f4a7c15ull + arc + 1;
    next(&s), next(&s);
    return epoch ? 100 + (uint32_t)(next(&s) % 60000) : g.weight[arc];
}

typedef struct outcome {
    double asked_s, own_s, writer_share, longest_ms, beyond_1ms;
    uint64_t epochs;
} outcome;

static uint32_t mixed(const reader *r, uint32_t changed)
{
    cim_route_graph view_of = { sizeof view_of, g.n, g.m, g.tail, g.head, NULL, NULL };
    uint32_t *weights = room(g.m, 4), *all = room(g.n, 4), bad = 0;
    cim_route_dijkstra *d = NULL;
    must(cim_route_dijkstra_new(ctx, &view_of, &d), "dijkstra");
    for (int i = 0; i < 100; i++) { /* some 10 ms each */
        const kept *k = &r->kept[i];
        if (!k->time_ms && !k->epoch) continue;
        memcpy(weights, g.weight, (size_t)g.m * 4);
        for (uint32_t a = 0; a < changed; a++)
            if (g.weight[a] < CIM_ROUTE_UNREACHABLE_MS) weights[a] = weight_in(a, k->epoch);
        must(cim_route_dijkstra_run(ctx, d, weights, CIM_ROUTE_FORWARD, &(cim_route_end){ k->from, 0 }, 1, CIM_ROUTE_UNREACHABLE_MS, k->to, all), "dijkstra");
        bad += all[k->to] != k->time_ms;
    }
    cim_route_dijkstra_free(d);
    free(weights), free(all);
    return bad;
}

static outcome run_readers(int readers, bool writer, bool labels, uint32_t changed, uint32_t *mixed_out)
{
    pthread_t threads[2];
    reader *r = room(2, sizeof *r);
    atomic_bool stop = false;
    uint32_t source;
    outcome out = { 0 };
    cim_route_live *live = live_new(labels, &source);
    cim_route_change *c = room(changed, sizeof *c);
    for (int i = 0; i < readers; i++) {
        r[i].live = live;
        r[i].stop = &stop;
        r[i].seed = 4711u + 17u * (uint32_t)i;
        if (pthread_create(&threads[i], NULL, read_on, &r[i])) die("no thread");
    }
    double begin = wall(), spent = cpu();
    for (int64_t tick = 1; wall() - begin < SECONDS; tick++) {
        double due = begin + 1e-3 * PERIOD_MS * (double)tick;
        if (writer) {
            for (uint32_t a = 0; a < changed; a++)
                c[a] = (cim_route_change){ a, source, CIM_ROUTE_WEIGHT, 0, weight_in(a, (uint64_t)tick), tick, CIM_ROUTE_ALWAYS_FROM, CIM_ROUTE_ALWAYS_UNTIL };
            must(cim_route_live_replace(ctx, live, source, c, changed), "replace");
            must(cim_route_live_publish(ctx, live, tick, NULL), "publish");
            out.epochs = (uint64_t)tick;
        }
        double left = due - wall();
        if (left > 0.0) nanosleep(&(struct timespec){ (time_t)left, (long)((left - (double)(time_t)left) * 1e9) }, NULL);
    }
    out.writer_share = (cpu() - spent) / (wall() - begin);
    atomic_store(&stop, true);
    uint64_t late = 0, asked = 0;
    for (int i = 0; i < readers; i++) {
        pthread_join(threads[i], NULL);
        asked += r[i].asked;
        out.asked_s += (double)r[i].asked / r[i].wall_s;
        out.own_s += (double)r[i].asked / r[i].cpu_s / readers;
        if (r[i].longest_s * 1e3 > out.longest_ms) out.longest_ms = r[i].longest_s * 1e3;
        for (int b = 20; b < BUCKETS; b++) late += r[i].histogram[b]; /* 1.05 ms and more */
        if (mixed_out) *mixed_out += mixed(&r[i], changed);
    }
    out.beyond_1ms = asked ? (double)late / (double)asked * 1e6 : 0.0;
    cim_route_live_free(live);
    free(r), free(c);
    return out;
}

static void measure_readers(int readers, bool labels, uint32_t changed, const char *name)
{
    enum { TURNS = 3 };
    double idle[TURNS], busy[TURNS], own_idle[TURNS], own_busy[TURNS], share[TURNS], longest[2] = { 0, 0 }, late[2] = { 0, 0 };
    uint32_t bad = 0;
    for (int k = 0; k < TURNS; k++) { /* in turn, as others use the machine too */
        outcome i = run_readers(readers, false, labels, changed, NULL), w = run_readers(readers, true, labels, changed, &bad);
        idle[k] = i.asked_s, busy[k] = w.asked_s, own_idle[k] = i.own_s, own_busy[k] = w.own_s, share[k] = w.writer_share;
        if (i.longest_ms > longest[0]) longest[0] = i.longest_ms;
        if (w.longest_ms > longest[1]) longest[1] = w.longest_ms;
        late[0] += i.beyond_1ms / TURNS, late[1] += w.beyond_1ms / TURNS;
    }
    qsort(idle, TURNS, sizeof *idle, by_value), qsort(busy, TURNS, sizeof *busy, by_value), qsort(share, TURNS, sizeof *share, by_value);
    qsort(own_idle, TURNS, sizeof *own_idle, by_value), qsort(own_busy, TURNS, sizeof *own_busy, by_value);
    printf("readers_%s_idle_per_s\t%.4g\t1/s\t\nreaders_%s_busy_per_s\t%.4g\t1/s\t\n", name, idle[1], name, busy[1]);
    printf("readers_%s_own_idle_per_s\t%.4g\t1/s of its processor time\t\nreaders_%s_own_busy_per_s\t%.4g\t1/s of its processor time\t\n", name, own_idle[1],
           name, own_busy[1]);
    printf("readers_%s_writer_share\t%.4g\tprocessors\t\n", name, share[1]);
    printf("readers_%s_longest_idle_ms\t%.4g\tms\t\nreaders_%s_longest_busy_ms\t%.4g\tms\t\n", name, longest[0], name, longest[1]);
    printf("readers_%s_late_idle\t%.4g\tof a million beyond 1 ms\t\nreaders_%s_late_busy\t%.4g\tof a million beyond 1 ms\t\n", name, late[0], name, late[1]);
    printf("readers_%s_mixed\t%u\tof %d\t\n", name, bad, 100 * readers * TURNS);
    fflush(stdout);
}

/* ---- a city ---- */

static void measure_city(const char *path)
{
    enum { ROWS = 20000 };
    cim_city *city = NULL;
    cim_net *net = NULL;
    cim_net_costs *costs = NULL;
    cim_route_hierarchy *h = NULL;
    cim_traffic *traffic = NULL;
    cim_net_options options = CIM_NET_OPTIONS_INIT;
    cim_net_view v = { .struct_size = sizeof v };
    options.turns = CIM_NET_TURNS_FULL;
    must(cim_city_open(ctx, path, NULL, &city), "city");
    must(cim_net_build(ctx, city, &options, &net), "net");
    must(cim_net_costs_build(ctx, net, NULL, &costs), "costs");
    must(cim_net_get(ctx, net, &v), "net");
    cim_route_graph view_of = cim_net_graph(net);
    must(cim_route_hierarchy_build(ctx, &view_of, NULL, &h), "hierarchy");
    printf("net_states\t%u\t\t\nnet_arcs\t%u\t\t\n", v.state_count, v.arc_count);
    must(cim_traffic_new(ctx, city, costs, h, NULL, &traffic), "traffic");
    cim_route_live *live = cim_traffic_live(traffic);
    char *content = room(ROWS * 80 + 100, 1);
    size_t size = (size_t)sprintf(content, "id,speed_kmh\n");
    for (int i = 0; i < ROWS; i++) {
        cim_buf gid = CIM_BUF_INIT;
        must(cim_city_gid(ctx, city, v.edge_object[next(&seed) % v.edge_count], &gid), "gid");
        size += (size_t)sprintf(content + size, "%s,%.1f\n", gid.data, 10 + 40 * unit(&seed));
        cim_buf_dispose(&gid);
    }
    uint32_t source;
    must(cim_route_live_source(ctx, live, "bench", 0, &source), "source");
    double publish[5];
    for (int r = 0; r < 5; r++) {
        text t = { content, size };
        cim_traffic_input in = CIM_TRAFFIC_INPUT_INIT;
        in.read = read_text;
        in.read_user = &t;
        in.source = source;
        in.reported_ms = r;
        double begin = cpu();
        must(cim_traffic_feed(ctx, traffic, &in, NULL), "feed");
        samples[taken++] = (cpu() - begin) / ROWS;
        begin = cpu();
        must(cim_route_live_publish(ctx, live, r, NULL), "publish");
        publish[r] = cpu() - begin;
    }
    printf("net_feed_first_us_a_row\t%.4g\tus\t\n", samples[0] * 1e6); /* ids that were never looked up */
    report("net_feed_us_a_row", 1e6, "us");
    memcpy(samples, publish, sizeof publish);
    taken = 5;
    report("net_publish_20000_streets_ms", 1e3, "ms");
    /* a square of 1 km around the middle of the net */
    double x = 0.0, y = 0.0;
    for (uint32_t j = 0; j < v.junction_count; j++) x += v.junction_x[j] / v.junction_count, y += v.junction_y[j] / v.junction_count;
    double xy[] = { x - 500, y - 500, x + 500, y - 500, x + 500, y + 500, x - 500, y + 500, x - 500, y - 500 };
    uint32_t ring = 5, part = 1, *arcs = room(v.arc_count, 4);
    cim_geom square = { CIM_GEOM_POLYGON, 2, 5, 1, 1, 0, xy, &ring, &part };
    size_t found = 0;
    for (int r = 0; r < 7; r++) {
        double begin = cpu();
        must(cim_traffic_within(ctx, traffic, &square, 0.0, CIM_ROUTE_BOTH_WAYS, arcs, v.arc_count, &found), "within");
        samples[taken++] = cpu() - begin;
    }
    printf("net_square_arcs\t%zu\tarcs\t\n", found);
    report("net_square_1km_ms", 1e3, "ms");
    free(content), free(arcs);
    cim_traffic_free(traffic);
    cim_route_hierarchy_free(h);
    cim_net_costs_free(costs);
    cim_net_free(net);
    cim_city_free(city);
}

/* Nodes from which a place in the middle is reached, and that are reached from it. */
static void find_pool(void)
{
    cim_route_graph view_of = { sizeof view_of, g.n, g.m, g.tail, g.head, NULL, NULL };
    uint32_t *out = room(g.n, 4), *in = room(g.n, 4);
    cim_route_dijkstra *d = NULL;
    must(cim_route_dijkstra_new(ctx, &view_of, &d), "dijkstra");
    pool = room(g.n, 4);
    for (uint32_t v = 0; v < g.n && pool_count <= g.n / 2; v += 1 + g.n / 97) {
        must(cim_route_dijkstra_run(ctx, d, g.weight, CIM_ROUTE_FORWARD, &(cim_route_end){ v, 0 }, 1, CIM_ROUTE_UNREACHABLE_MS, CIM_NONE, out), "dijkstra");
        must(cim_route_dijkstra_run(ctx, d, g.weight, CIM_ROUTE_BACKWARD, &(cim_route_end){ v, 0 }, 1, CIM_ROUTE_UNREACHABLE_MS, CIM_NONE, in), "dijkstra");
        pool_count = 0;
        for (uint32_t u = 0; u < g.n; u++)
            if (out[u] < CIM_ROUTE_UNREACHABLE_MS && in[u] < CIM_ROUTE_UNREACHABLE_MS) pool[pool_count++] = u;
    }
    cim_route_dijkstra_free(d);
    free(out), free(in);
    if (!pool_count) die("no nodes");
}

int main(int argc, char **argv)
{
    cim_ctx_options o = CIM_CTX_OPTIONS_INIT;
    if (argc < 2) die("usage: bench_live GRAPH.lcg [CITY]");
    o.threads = 1;
    if (cim_ctx_new(&o, &ctx) < 0) die("out of memory");
    read_graph(argv[1]);
    cim_route_graph view_of = { sizeof view_of, g.n, g.m, g.tail, g.head, g.x, g.y };
    must(cim_route_hierarchy_build(ctx, &view_of, NULL, &hierarchy), "hierarchy");
    find_pool();
    printf("nodes\t%u\t\t\narcs\t%u\t\t\n", g.n, g.m);
    cim_route_metric *m = NULL;
    for (int r = -2; r < ROUNDS; r++) {
        cim_route_metric_free(m);
        double begin = cpu();
        must(cim_route_metric_build(ctx, hierarchy, g.weight, NULL, &m), "metric");
        if (r >= 0) samples[taken++] = cpu() - begin;
    }
    report("customize_ms", 1e3, "ms");
    cim_route_metric_free(m);
    measure_publish("all", g.m, true, false);
    measure_publish("all_labels", g.m, true, true);
    measure_publish("1", 1, false, false);
    measure_publish("10", 10, false, false);
    measure_publish("100", 100, false, false);
    measure_publish("1000", 1000, false, false);
    measure_publish("100000", g.m < 100000 ? g.m : 100000, false, false);
    measure_publish("100000_in_order", g.m < 100000 ? g.m : 100000, true, false);
    measure_whatif(1);
    measure_whatif(100);
    measure_watch();
    measure_feed("csv", CIM_ROUTE_FEED_CSV);
    measure_feed("ndjson", CIM_ROUTE_FEED_NDJSON);
    check_random();
    if (!getenv("CIM_BENCH_NO_READERS")) {
        measure_readers(1, false, 1000, "1_of_1000");
        measure_readers(2, false, 1000, "2_of_1000");
        measure_readers(1, true, 1000, "1_of_1000_labels");
        measure_readers(1, false, g.m, "1_of_all");
    }
    if (argc > 2) measure_city(argv[2]);
    cim_route_hierarchy_free(hierarchy);
    cim_ctx_free(ctx);
    return 0;
}
