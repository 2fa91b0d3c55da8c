/* test_sense_chunk.c - chunks give back every bit, and bytes that nobody wrote do no harm. */
#include "store/chunk.h"
#include "support.h"

#include "core/ctx.h"

#include <math.h>
#include <stdlib.h>

typedef struct series {
    int64_t times[CIM__CHUNK_MOST];
    double values[CIM__CHUNK_MOST];
    uint8_t qualities[CIM__CHUNK_MOST];
    cim__series s;
} series;

static series made, got;

static void use(series *x) { x->s = (cim__series){ x->times, x->values, x->qualities, 0 }; }

static double any_value(uint64_t *seed, int kind)
{
    static const double odd[] = { 0.0, -0.0, 5e-324, 1.7976931348623157e308, -1.7976931348623157e308, 1e15, 1e16, 0.1, 1.0 / 3.0, 9007199254740993.0, 1125899906842624.0 };
    uint64_t bits = support_random(seed);
    double v;
    if (kind == 0) return round(support_uniform(seed, -500.0, 500.0)) / 10.0;
    if (kind == 1) return odd[bits % (sizeof odd / sizeof *odd)];
    if (kind == 2) return round(support_uniform(seed, 0.0, 3e6)) / 1e3;
    if (kind == 3 && bits % 10) return round(support_uniform(seed, -9.0, 9.0));
    if (kind == 3) return (double)NAN;
    memcpy(&v, &bits, sizeof v);
    return v - v == 0.0 ? v : 1.5;
}

static void make(uint64_t *seed)
{
    int kind = (int)(support_random(seed) % 5), pace = (int)(support_random(seed) % 4);
    uint32_t count = 1 + (uint32_t)(support_random(seed) % (support_random(seed) % 20 ? 300 : CIM__CHUNK_MOST));
    int64_t time = pace == 3 ? -62135596800000 : (int64_t)(support_random(seed) % 2000000000000u);
    use(&made);
    for (uint32_t i = 0; i < count; i++) {
        made.times[i] = time;
        made.values[i] = any_value(seed, kind);
        made.qualities[i] = support_random(seed) % 50 || kind == 0 ? 0 : (uint8_t)support_random(seed);
        time += pace == 0 ? 60000 : pace == 1 ? 1 + (int64_t)(support_random(seed) % 100000) : pace == 2 ? (support_random(seed) % 30 ? 1000 : 1 + (int64_t)(support_random(seed) % 9000000000)) : 1;
    }
    made.s.count = count;
}

static void test_chunk_round_trips(void **state)
{
    uint64_t seed = 1;
    cim_ctx *ctx = support_ctx();
    cim__buf buf = cim__buf_on(ctx->mem);
    (void)state;
    for (int round = 0; round < 3000; round++) {
        make(&seed);
        buf.size = 0;
        cim__chunk_put(&buf, &made.s);
        use(&got);
        assert_true(cim__chunk_get(cim__buf_str(&buf), &got.s));
        assert_int_equal(got.s.count, made.s.count);
        assert_memory_equal(got.times, made.times, made.s.count * sizeof *made.times);
        assert_memory_equal(got.values, made.values, made.s.count * sizeof *made.values);
        assert_memory_equal(got.qualities, made.qualities, made.s.count);
    }
    cim__buf_free(&buf);
    cim_ctx_free(ctx);
}

static void assert_sane(const cim__series *s)
{
    assert_true(s->count >= 1 && s->count <= CIM__CHUNK_MOST);
    for (uint32_t i = 0; i < s->count; i++) {
        assert_true(s->times[i] >= CIM_TIME_MIN_MS && s->times[i] <= CIM_TIME_MAX_MS);
        assert_true(!i || s->times[i] > s->times[i - 1]);
        assert_false(isinf(s->values[i]));
    }
}

/* Whatever is taken holds what the format promises; every prefix of a chunk is refused. */
static void test_chunk_damaged(void **state)
{
    uint64_t seed = 2;
    size_t taken = 0, refused = 0;
    cim_ctx *ctx = support_ctx();
    cim__buf buf = cim__buf_on(ctx->mem);
    (void)state;
    for (int round = 0; round < 20000; round++) {
        if (round % 20 == 0) make(&seed);
        buf.size = 0;
        cim__chunk_put(&buf, &made.s);
        size_t size = buf.size, flips = 1 + (size_t)(support_random(&seed) % 4);
        if (round % 5 == 0) size = (size_t)(support_random(&seed) % size);
        uint8_t *copy = malloc(size + 1); /* of its own size, so that a sanitizer sees what is read behind it */
        memcpy(copy, buf.data, size);
        for (size_t i = 0; i < flips && size && round % 5; i++) copy[support_random(&seed) % size] ^= (uint8_t)(1u << support_random(&seed) % 8);
        use(&got);
        bool ok = cim__chunk_get((cim__str){ (char *)copy, size }, &got.s);
        if (ok) assert_sane(&got.s);
        assert_false(ok && round % 5 == 0);
        taken += ok;
        refused += !ok;
        free(copy);
    }
    assert_true(taken > 100 && refused > 1000);
    cim__buf_free(&buf);
    cim_ctx_free(ctx);
}

static void test_chunk_random_bytes(void **state)
{
    uint64_t seed = 3;
    (void)state;
    for (int round = 0; round < 50000; round++) {
        size_t size = (size_t)(support_random(&seed) % 200);
        char *bytes = malloc(size + 1);
        for (size_t i = 0; i < size; i++) bytes[i] = (char)support_random(&seed);
        if (size) bytes[0] = (char)(1 | (int)(support_random(&seed) % 8) << 2);
        use(&got);
        if (cim__chunk_get((cim__str){ bytes, size }, &got.s)) assert_sane(&got.s);
        free(bytes);
    }
}

/* The reference series: a value a minute with one decimal. */
static void test_chunk_is_small(void **state)
{
    cim_ctx *ctx = support_ctx();
    cim__buf buf = cim__buf_on(ctx->mem);
    (void)state;
    use(&made);
    for (int k = 0; k < 256; k++) {
        made.times[k] = 1700000000000 + k * 60000;
        made.values[k] = round((20.0 + 5.0 * sin(k / 48.0) + 0.3 * (k * 104729 % 1000) / 1000.0) * 10.0) / 10.0;
        made.qualities[k] = 0;
    }
    made.s.count = 256;
    cim__chunk_put(&buf, &made.s);
    assert_true(buf.size < 300);
    cim__buf_free(&buf);
    cim_ctx_free(ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_chunk_round_trips),
        cmocka_unit_test(test_chunk_damaged),
        cmocka_unit_test(test_chunk_random_bytes),
        cmocka_unit_test(test_chunk_is_small),
    };
    return cmocka_run_group_tests_name("sense: chunks", tests, NULL, NULL);
}
