/* Topology blobs. */
#include "geom/topo.h"
#include "support.h"

#include <string.h>

static void build(cim__topo *t, uint64_t *seed)
{
    uint32_t surfaces = (uint32_t)(support_random(seed) % 5), polygons = 1 + (uint32_t)(support_random(seed) % 12);
    cim__topo_reset(t);
    t->kind = CIM__TOPO_SOLID;
    for (uint32_t i = 0; i < surfaces; i++)
        cim__topo_surface(t, (cim__tsurface){ CIM__STR("WallSurface"), CIM__STR("W1"), CIM__STR("{\"a\":1}"), i && (i & 1) ? i - 1 : CIM_NONE });
    for (uint32_t i = 0; i < polygons; i++) cim__topo_polygon(t, surfaces && (i & 1) ? i % surfaces : CIM_NONE, i % 3 ? CIM__STR("P") : CIM__STR(""));
    for (uint32_t shell = 0; shell < 2; shell++) {
        for (uint32_t i = 0; i < polygons; i++) cim__topo_face(t, i, i == 2);
        cim__topo_end_shell(t);
    }
    cim__topo_end_solid(t);
}

static void test_topo_round_trip(void **state)
{
    cim_ctx *ctx = support_ctx();
    cim__topo a, b;
    cim__buf first = cim__buf_on(ctx->mem), second = cim__buf_on(ctx->mem);
    uint64_t seed = 9;
    (void)state;
    cim__topo_init(&a, ctx->mem);
    cim__topo_init(&b, ctx->mem);
    for (int i = 0; i < 1000; i++) {
        build(&a, &seed);
        first.size = second.size = 0;
        cim__topo_put(&first, &a);
        uint32_t polygons = (uint32_t)CIM__COUNT(&a.polygons, cim__tpolygon);
        assert_ok(ctx, cim__topo_get(ctx, cim__buf_str(&first), polygons, &b));
        cim__topo_put(&second, &b);
        assert_int_equal(first.size, second.size);
        assert_memory_equal(first.data, second.data, first.size);
        if (polygons > 1) assert_status(ctx, cim__topo_get(ctx, cim__buf_str(&first), polygons - 1, &b), CIM_EFORMAT);
    }
    cim__topo_free(&a);
    cim__topo_free(&b);
    cim__buf_free(&first);
    cim__buf_free(&second);
    cim_ctx_free(ctx);
}

static void test_topo_damaged(void **state)
{
    cim_ctx *ctx = support_ctx();
    cim__topo a, b;
    cim__buf bytes = cim__buf_on(ctx->mem);
    uint64_t seed = 10;
    (void)state;
    cim__topo_init(&a, ctx->mem);
    cim__topo_init(&b, ctx->mem);
    for (int i = 0; i < 500; i++) {
        build(&a, &seed);
        bytes.size = 0;
        cim__topo_put(&bytes, &a);
        uint32_t polygons = (uint32_t)CIM__COUNT(&a.polygons, cim__tpolygon);
        for (size_t cut = 0; cut < bytes.size; cut++) assert_status(ctx, cim__topo_get(ctx, (cim__str){ (const char *)bytes.data, cut }, polygons, &b), CIM_EFORMAT);
        for (int k = 0; k < 20; k++) {
            size_t at = support_random(&seed) % bytes.size;
            uint8_t old = bytes.data[at];
            bytes.data[at] = (uint8_t)support_random(&seed);
            cim_status st = cim__topo_get(ctx, cim__buf_str(&bytes), polygons, &b);
            assert_true(st == CIM_OK || st == CIM_EFORMAT);
            bytes.data[at] = old;
        }
    }
    cim__topo_free(&a);
    cim__topo_free(&b);
    cim__buf_free(&bytes);
    cim_ctx_free(ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_topo_round_trip), cmocka_unit_test(test_topo_damaged) };
    return cmocka_run_group_tests_name("geom/topo", tests, NULL, NULL);
}
