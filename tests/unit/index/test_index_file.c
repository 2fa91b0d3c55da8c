/* The index as bytes: round trips, damaged bytes, borrowed bytes. */
#include "oracle.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PROBES = 40 };

static oracle_user users[PROBES];
static cim_probe probes[PROBES];

static void make_probes(const oracle_set *set, double step, uint64_t *seed)
{
    for (size_t i = 0; i < PROBES; i++) {
        probes[i] = oracle_probe(set, &users[i], step, seed);
        if (i % 2) probes[i].distance = probes[i].kind == CIM_PROBE_BOX ? set->world.extent : 0;
        users[i].probe = &probes[i];
    }
}

static void *aligned_copy(const cim_buf *bytes)
{
    void *copy = aligned_alloc(64, (bytes->size + 63) / 64 * 64 + 64);
    assert_non_null(copy);
    if (bytes->size) memcpy(copy, bytes->data, bytes->size);
    return copy;
}

static void check_same(cim_ctx *ctx, const cim_index *a, const cim_index *b)
{
    cim_box ea = { 0, 0, 0, 0 }, eb = { 0, 0, 0, 0 };
    assert_int_equal(cim_index_count(a), cim_index_count(b));
    assert_true(cim_index_step(a) == cim_index_step(b));
    assert_int_equal(cim_index_extent(a, &ea), cim_index_extent(b, &eb));
    assert_memory_equal(&ea, &eb, sizeof ea);
    assert_true(oracle_answers(ctx, a, probes, PROBES, 70) == oracle_answers(ctx, b, probes, PROBES, 70));
}

static void check_saves_as(cim_ctx *ctx, const cim_index *index, const cim_buf *bytes)
{
    cim_buf again = CIM_BUF_INIT;
    assert_ok(ctx, cim_index_save(ctx, index, &again));
    assert_int_equal(again.size, bytes->size);
    assert_memory_equal(again.data, bytes->data, again.size);
    cim_buf_dispose(&again);
}

static void test_index_round_trip(void **state)
{
    static const size_t sizes[] = { 0, 1, 16, 17, 256, 257, 4096, 4097, 65537 };
    cim_ctx *ctx = support_ctx();
    uint64_t seed = 43;
    (void)state;
    for (int round = 0; round < 72; round++) {
        if (round % 9 == 8 && round % 4) continue;
        oracle_set set = oracle_make(&oracle_worlds[(size_t)round % oracle_world_count], sizes[round % 9], round / 9, &seed);
        cim_index *index = oracle_build(ctx, &set, round % 2), *loaded = NULL, *borrowed = NULL;
        cim_buf bytes = CIM_BUF_INIT;
        make_probes(&set, cim_index_step(index), &seed);
        assert_ok(ctx, cim_index_save(ctx, index, &bytes));
        assert_ok(ctx, cim_index_load(ctx, bytes.data, bytes.size, &loaded));
        void *copy = aligned_copy(&bytes);
        assert_ok(ctx, cim_index_borrow(ctx, copy, bytes.size, &borrowed));
        check_same(ctx, index, loaded);
        check_same(ctx, index, borrowed);
        check_saves_as(ctx, loaded, &bytes);
        check_saves_as(ctx, borrowed, &bytes);
        oracle_check_both(ctx, loaded, &set, &seed, 5);
        oracle_check_both(ctx, borrowed, &set, &seed, 5);
        cim_index_free(index);
        cim_index_free(loaded);
        cim_index_free(borrowed);
        free(copy);
        cim_buf_dispose(&bytes);
        oracle_free(&set);
    }
    cim_ctx_free(ctx);
}

static void test_index_borrow_refuses(void **state)
{
    cim_ctx *ctx = support_ctx();
    uint64_t seed = 44;
    oracle_set set = oracle_make(&oracle_worlds[1], 100, 0, &seed);
    cim_index *index = oracle_build(ctx, &set, 0), *other = NULL;
    cim_buf bytes = CIM_BUF_INIT;
    (void)state;
    assert_ok(ctx, cim_index_save(ctx, index, &bytes));
    char *copy = aligned_alloc(64, (bytes.size + 127) / 64 * 64 + 64);
    memcpy(copy + 8, bytes.data, bytes.size);
    assert_status(ctx, cim_index_borrow(ctx, copy + 8, bytes.size, &other), CIM_EARG);
    assert_null(other);
    assert_ok(ctx, cim_index_load(ctx, copy + 8, bytes.size, &other)); /* loading does not care */
    cim_index_free(other);
    free(copy);
    cim_index_free(index);
    cim_buf_dispose(&bytes);
    oracle_free(&set);
    cim_ctx_free(ctx);
}

static bool is_damage(cim_status st) { return st == CIM_EFORMAT || st == CIM_EVERSION; }

static void test_index_cut_bytes(void **state)
{
    cim_ctx *ctx = support_ctx();
    uint64_t seed = 45;
    (void)state;
    for (int round = 0; round < 8; round++) {
        oracle_set set = oracle_make(&oracle_worlds[1], (size_t)(round * 41), round, &seed);
        cim_index *index = oracle_build(ctx, &set, 0), *other = NULL;
        cim_buf bytes = CIM_BUF_INIT;
        assert_ok(ctx, cim_index_save(ctx, index, &bytes));
        for (size_t cut = 0; cut < bytes.size; cut += cut < 300 ? 1 : 1 + cut / 30) {
            cim_buf shorter = { bytes.data, cut, NULL };
            void *copy = aligned_copy(&shorter);
            assert_true(is_damage(cim_index_load(ctx, copy, cut, &other)));
            assert_string_not_equal(cim_ctx_error(ctx), "");
            assert_true(is_damage(cim_index_borrow(ctx, copy, cut, &other)));
            assert_null(other);
            free(copy);
        }
        cim_index_free(index);
        cim_buf_dispose(&bytes);
        oracle_free(&set);
    }
    cim_ctx_free(ctx);
}

/* Damage a few bytes; most often in the first ones, where the layout is. */
static bool damage(char *bytes, size_t size, uint64_t *seed)
{
    static const uint32_t words[] = { 0, 1, 15, 16, 17, 0x7fffffff, 0x80000000u, 0xfffffff0u, 0xffffffffu };
    size_t reach = support_random(seed) % 2 && size > 256 ? 256 : size, at = support_random(seed) % reach;
    char old[8] = { 0 };
    size_t length = 1;
    switch (support_random(seed) % 4) {
    case 0: length = 4; break;
    case 1: length = 8; break;
    }
    if (at + length > size) at = size - length;
    if (length > 1) at &= ~(size_t)3;
    memcpy(old, bytes + at, length);
    if (length == 1) bytes[at] = (char)(bytes[at] ^ (1 << support_random(seed) % 8));
    else if (length == 4) memcpy(bytes + at, &words[support_random(seed) % 9], 4);
    else {
        uint64_t word = support_random(seed);
        memcpy(bytes + at, &word, 8);
    }
    return memcmp(old, bytes + at, length) != 0;
}

static void ask_all(cim_ctx *ctx, const cim_index *index, size_t n)
{
    static const double places[] = { 0, 478000, 488000, 1e9, -1e15 };
    size_t count, have = cim_index_count(index);
    cim_box all = { -1e12, -1e12, 1e12, 1e12 }, some = { 480000, 480000, 490000, 485000 };
    uint32_t *ids = calloc(have + 1, sizeof *ids);
    double *distances = calloc(have + 1, sizeof *distances);
    assert_non_null(ids);
    cim_probe list[] = { cim_probe_box(&all), cim_probe_box(&some), cim_probe_segment(478000, 478000, 498000, 497000), cim_probe_near(480000, 481000, 3000), cim_probe_box(&all) };
    list[4].classes = 0x13;
    list[3].z0 = 150, list[3].z1 = 180;
    for (size_t i = 0; i < 5; i++) {
        assert_ok(ctx, cim_index_query(ctx, index, &list[i], ids, have, &count));
        for (size_t k = 0; k < count && k < have; k++) assert_true(ids[k] < n);
    }
    for (size_t i = 0; i < 5; i++) {
        cim_probe p = cim_probe_near(places[i], places[4 - i], HUGE_VAL);
        p.classes = i % 2 ? 3 : 0;
        assert_ok(ctx, cim_index_nearest(ctx, index, &p, have < 100 ? have : 100, ids, distances, &count));
        assert_true(count <= have);
        for (size_t k = 0; k < count; k++) assert_true(ids[k] < n);
    }
    free(ids), free(distances);
}

static void test_index_damaged_bytes(void **state)
{
    cim_ctx *ctx = support_ctx();
    uint64_t seed = 46;
    size_t refused = 0, taken = 0;
    (void)state;
    for (int round = 0; round < 40; round++) {
        oracle_set set = oracle_make(&oracle_worlds[1], (size_t)(round * 17), round % 4, &seed);
        cim_index *index = oracle_build(ctx, &set, 0);
        cim_buf bytes = CIM_BUF_INIT;
        make_probes(&set, cim_index_step(index), &seed);
        assert_ok(ctx, cim_index_save(ctx, index, &bytes));
        uint64_t answers = oracle_answers(ctx, index, probes, PROBES, 20);
        char *copy = aligned_copy(&bytes);
        for (int i = 0; i < 300; i++) {
            cim_index *other = NULL;
            bool changed = false;
            for (uint64_t times = 1 + support_random(&seed) % 3; times; times--) changed |= damage(copy, bytes.size, &seed);
            cim_status st = cim_index_load(ctx, copy, bytes.size, &other);
            if (st == CIM_OK) { /* bytes that nobody reads */
                if (changed && memcmp(copy, bytes.data, bytes.size)) assert_true(oracle_answers(ctx, other, probes, PROBES, 20) == answers);
                cim_index_free(other);
            } else {
                assert_true(is_damage(st));
                assert_null(other);
            }
            st = cim_index_borrow(ctx, copy, bytes.size, &other);
            if (st == CIM_OK) ask_all(ctx, other, set.n), cim_index_free(other), taken++;
            else assert_true(is_damage(st)), assert_null(other), refused++;
            memcpy(copy, bytes.data, bytes.size);
        }
        free(copy);
        cim_index_free(index);
        cim_buf_dispose(&bytes);
        oracle_free(&set);
    }
    print_message("# borrowed: %zu refused, %zu taken\n", refused, taken);
    cim_ctx_free(ctx);
}

/* Bytes that never were an index. */
static void test_index_foreign_bytes(void **state)
{
    cim_ctx *ctx = support_ctx();
    uint64_t seed = 47;
    (void)state;
    for (int i = 0; i < 200; i++) {
        cim_index *other = NULL;
        size_t size = support_random(&seed) % 2000;
        char *copy = aligned_alloc(64, 2048);
        for (size_t k = 0; k < size; k++) copy[k] = (char)(i % 2 ? support_random(&seed) : 0);
        assert_true(is_damage(cim_index_load(ctx, copy, size, &other)));
        assert_true(is_damage(cim_index_borrow(ctx, copy, size, &other)));
        assert_null(other);
        free(copy);
    }
    cim_ctx_free(ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_index_round_trip),    cmocka_unit_test(test_index_borrow_refuses), cmocka_unit_test(test_index_cut_bytes),
        cmocka_unit_test(test_index_damaged_bytes), cmocka_unit_test(test_index_foreign_bytes),
    };
    return cmocka_run_group_tests_name("index/file", tests, NULL, NULL);
}
