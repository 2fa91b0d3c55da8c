/* Rules and interpolation: prints "name<TAB>seconds<TAB>check" a line.
 *
 *     bench_alert rules RULES STREAMS OBSERVATIONS     thresholds with hysteresis, rates, absences, flat values in turn, each on one stream;
 *                                                      check: events
 *     bench_alert krige STATIONS PLACES                built, values, values with variances; check: largest difference between both values
 *
 * Times are of the process's own processor time. */
#include "cim.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static cim_ctx *ctx;

static void ok(cim_status status)
{
    if (status >= 0) return;
    fprintf(stderr, "%s\n", cim_ctx_error(ctx));
    exit(1);
}

static double now_s(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static uint64_t seed = 42;

static double uniform(void)
{
    uint64_t z = (seed += 0x9e3779b97f4a7c15u);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return (double)((z ^ (z >> 31)) >> 11) * 0x1p-53;
}

static void set_rule(cim_alert_rule *r, uint32_t i)
{
    *r = (cim_alert_rule)CIM_ALERT_RULE_INIT;
    r->kind = (uint32_t[]){ CIM_ALERT_VALUE, CIM_ALERT_RATE, CIM_ALERT_ABSENT, CIM_ALERT_FLAT }[i % 4];
    r->low = -INFINITY, r->high = i % 4 == 1 ? 80.0 : 0.99, r->clear_low = NAN, r->clear_high = i % 4 ? NAN : 0.9;
    r->for_ms = i % 4 == 2 ? 300000 : 0, r->for_count = 2;
}

static int bench_rules(uint32_t rules, uint32_t streams, uint64_t observations)
{
    cim_alert_rule *r = calloc(rules, sizeof *r);
    double *values = calloc(1 << 16, sizeof *values);
    cim_alert_engine *e = NULL;
    cim_alert_event event = { .struct_size = sizeof event };
    uint64_t events = 0;
    if (!r || !values) return 1;
    for (uint32_t i = 0; i < rules; i++) set_rule(&r[i], i);
    for (int i = 0; i < 1 << 16; i++) values[i] = uniform();
    ok(cim_alert_engine_new(ctx, r, rules, streams, NULL, &e));
    for (uint32_t i = 0; i < rules; i++) {
        uint32_t stream = i % streams;
        ok(cim_alert_streams(ctx, e, i, &stream, 1));
    }
    double from = now_s();
    for (uint64_t k = 0; k < observations; k++) {
        ok(cim_alert_observe(ctx, e, (uint32_t)(k % streams), (int64_t)(k / streams * 60000 + k % streams * 60000 / streams), values[(k * 7919) & 0xffff], 0));
        while (cim_alert_next(e, &event)) events++;
    }
    printf("rules\t%.6f\t%llu\n", now_s() - from, (unsigned long long)events);
    cim_alert_engine_free(e);
    free(values);
    free(r);
    return 0;
}

static int bench_krige(size_t stations, size_t places)
{
    double *xy = calloc(2 * (stations + places), sizeof *xy), *z = calloc(stations + 3 * places, sizeof *z), *at = xy + 2 * stations;
    double *plain = z + stations, *values = plain + places, *variances = values + places, worst = 0.0;
    cim_field *field = NULL;
    if (!xy || !z) return 1;
    for (size_t i = 0; i < 2 * (stations + places); i++) xy[i] = 10000.0 * uniform();
    for (size_t i = 0; i < stations; i++) z[i] = 30.0 + 10.0 * sin(xy[2 * i] / 1500.0) * cos(xy[2 * i + 1] / 2000.0) + uniform();
    double t0 = now_s();
    ok(cim_field_build(ctx, xy, z, stations, NULL, &field));
    double t1 = now_s();
    ok(cim_field_values(ctx, field, at, places, plain, NULL));
    double t2 = now_s();
    ok(cim_field_values(ctx, field, at, places, values, variances));
    double t3 = now_s();
    for (size_t i = 0; i < places; i++) worst = fmax(worst, fabs(values[i] - plain[i]));
    printf("build\t%.6f\t0\nvalues\t%.6f\t%g\nvariances\t%.6f\t%g\n", t1 - t0, t2 - t1, worst, t3 - t2, worst);
    cim_field_free(field);
    free(xy);
    free(z);
    return 0;
}

int main(int argc, char **argv)
{
    if (cim_ctx_new(NULL, &ctx) < 0) return 1;
    int status = 2;
    if (argc == 5 && !strcmp(argv[1], "rules")) status = bench_rules((uint32_t)atol(argv[2]), (uint32_t)atol(argv[3]), (uint64_t)atoll(argv[4]));
    if (argc == 4 && !strcmp(argv[1], "krige")) status = bench_krige((size_t)atol(argv[2]), (size_t)atol(argv[3]));
    cim_ctx_free(ctx);
    return status;
}
