/* Buffers, arenas, varints, hash tables, sorting. */
#include "core/hash.h"
#include "core/sort.h"
#include "support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void test_mem_varint(void **state)
{
    static const uint64_t values[] = { 0, 1, 127, 128, 16383, 16384, 1ull << 35, UINT64_MAX };
    cim__mem *mem = cim__mem_new(NULL, NULL);
    cim__buf buf = cim__buf_on(mem);
    (void)state;
    for (size_t i = 0; i < 8; i++) cim__buf_varint(&buf, values[i]);
    const uint8_t *pos = buf.data, *end = pos + buf.size;
    uint64_t v;
    for (size_t i = 0; i < 8; i++) assert_true(cim__get_varint(&pos, end, &v) && v == values[i]);
    assert_false(cim__get_varint(&pos, end, &v));
    static const uint8_t endless[11] = { 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80 };
    pos = endless;
    assert_false(cim__get_varint(&pos, endless + 11, &v));
    cim__buf_free(&buf);
    cim__mem_unref(mem);
}

static void test_mem_map(void **state)
{
    cim__mem *mem = cim__mem_new(NULL, NULL);
    cim__map map;
    uint64_t seed = 3;
    (void)state;
    cim__map_init(&map, mem);
    assert_int_equal(cim__map_get(&map, 5), CIM_NONE);
    for (uint32_t i = 0; i < 20000; i++) assert_true(cim__map_put(&map, support_random(&seed), i));
    seed = 3;
    for (uint32_t i = 0; i < 20000; i++) assert_int_equal(cim__map_get(&map, support_random(&seed)), i);
    assert_int_equal(map.count, 20000);
    cim__map_free(&map);
    cim__mem_unref(mem);
}

static void test_mem_names(void **state)
{
    cim__mem *mem = cim__mem_new(NULL, NULL);
    cim__names names;
    char text[20];
    (void)state;
    cim__names_init(&names, mem);
    for (int round = 0; round < 2; round++)
        for (int i = 0; i < 5000; i++) {
            snprintf(text, sizeof text, "name%d", i);
            assert_int_equal(cim__names_add(&names, cim__str_of(text)), i);
        }
    assert_int_equal(cim__names_find(&names, cim__str_of("name4999")), 4999);
    assert_int_equal(cim__names_find(&names, cim__str_of("other")), CIM_NONE);
    assert_int_equal(cim__names_add(&names, (cim__str){ "", 0 }), 5000);
    cim__names_free(&names);
    cim__mem_unref(mem);
}

static int by_key_then_id(const void *a, const void *b)
{
    const cim__keyed *x = a, *y = b;
    if (x->key != y->key) return x->key < y->key ? -1 : 1;
    return x->id < y->id ? -1 : x->id > y->id;
}

static void test_mem_sort(void **state)
{
    static cim__keyed items[3000], scratch[3000], expected[3000];
    uint64_t seed = 11;
    (void)state;
    for (int round = 0; round < 50; round++) {
        size_t n = support_random(&seed) % 3000;
        for (size_t i = 0; i < n; i++) items[i] = expected[i] = (cim__keyed){ support_random(&seed) >> (round % 64), (uint32_t)i, 0 };
        qsort(expected, n, sizeof *expected, by_key_then_id);
        cim__sort_keyed(items, scratch, n);
        assert_memory_equal(items, expected, n * sizeof *items);
    }
}

/* NIST's example for "abc", and the empty message. */
static void test_mem_sha256(void **state)
{
    cim__sha256 sha;
    char hex[65];
    (void)state;
    cim__sha256_begin(&sha);
    cim__sha256_add(&sha, "abc", 3);
    cim__sha256_end(&sha, hex);
    assert_string_equal(hex, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    cim__sha256_begin(&sha);
    cim__sha256_end(&sha, hex);
    assert_string_equal(hex, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

/* Stored in city files: must never change. */
static void test_mem_hash_is_fixed(void **state)
{
    (void)state;
    assert_true(cim__hash64("osm:way/123", 11, 0) == 0xb88faa7dc249dacaull);
    assert_true(cim__hash64("", 0, 0) == 0x3b36d437572e33d0ull);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_mem_varint), cmocka_unit_test(test_mem_map),    cmocka_unit_test(test_mem_names),
                                        cmocka_unit_test(test_mem_sort),   cmocka_unit_test(test_mem_sha256), cmocka_unit_test(test_mem_hash_is_fixed) };
    return cmocka_run_group_tests_name("core/mem", tests, NULL, NULL);
}
