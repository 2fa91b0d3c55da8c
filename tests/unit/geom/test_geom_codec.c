/* Geometry blobs and text: the oracle is SpatiaLite itself, through SQL. */
#include "core/module.h"
#include "geom/geom.h"
#include "store/schema.h"
#include "support.h"

#include <math.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

typedef struct fixture {
    cim_ctx *ctx;
    cim__mem *mem;
    cim__gbuild build, back;
    cim__buf blob, text;
} fixture;

static int set_up(void **state)
{
    fixture *f = calloc(1, sizeof *f);
    f->ctx = support_ctx();
    f->mem = f->ctx->mem;
    cim__gbuild_init(&f->build, f->mem);
    cim__gbuild_init(&f->back, f->mem);
    f->blob = f->text = cim__buf_on(f->mem);
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    fixture *f = *state;
    cim__gbuild_free(&f->build);
    cim__gbuild_free(&f->back);
    cim__buf_free(&f->blob);
    cim__buf_free(&f->text);
    cim_ctx_free(f->ctx);
    free(f);
    return 0;
}

static void random_ring(cim__gbuild *b, uint64_t *seed, int n, bool closed)
{
    for (int i = 0; i < n; i++) cim__gbuild_xyz(b, support_uniform(seed, -1e6, 1e6), support_uniform(seed, 5e6, 6e6), support_uniform(seed, 0, 500));
    if (closed) cim__gbuild_close(b);
    else cim__gbuild_ring(b);
}

/* Any type, any number of parts and rings (not valid polygons: codecs do not care). */
static void random_geom(cim__gbuild *b, uint64_t *seed)
{
    int32_t type = 1 + (int32_t)(support_random(seed) % 6), base = type > 3 ? type - 3 : type;
    int parts = type > 3 ? 1 + (int)(support_random(seed) % 4) : 1;
    cim__gbuild_begin(b, type, 2 + (int32_t)(support_random(seed) & 1));
    for (int p = 0; p < parts; p++) {
        int rings = base == CIM_GEOM_POLYGON ? 1 + (int)(support_random(seed) % 3) : 1;
        for (int r = 0; r < rings; r++)
            random_ring(b, seed, base == CIM_GEOM_POINT ? 1 : 3 + (int)(support_random(seed) % 9), base == CIM_GEOM_POLYGON);
        cim__gbuild_part(b);
    }
    assert_true(cim__gbuild_ok(b));
}

static void assert_same_geom(const cim_geom *a, const cim_geom *b)
{
    assert_int_equal(a->type, b->type);
    assert_int_equal(a->dim, b->dim);
    assert_int_equal(a->vertex_count, b->vertex_count);
    assert_int_equal(a->ring_count, b->ring_count);
    assert_int_equal(a->part_count, b->part_count);
    assert_memory_equal(a->coords, b->coords, sizeof(double) * a->vertex_count * (size_t)a->dim);
    assert_memory_equal(a->ring_end, b->ring_end, sizeof(uint32_t) * a->ring_count);
    assert_memory_equal(a->part_end, b->part_end, sizeof(uint32_t) * a->part_count);
}

static void test_codec_blob_round_trip(void **state)
{
    fixture *f = *state;
    uint64_t seed = 1;
    for (int i = 0; i < 2000; i++) {
        int32_t srid = 0;
        cim_box box, header;
        random_geom(&f->build, &seed);
        cim_geom g = cim__gbuild_view(&f->build);
        f->blob.size = 0;
        cim__gaia_put(&f->blob, &g, 25832);
        assert_ok(f->ctx, cim__gaia_get(f->ctx, cim__buf_str(&f->blob), &f->back, &srid));
        cim_geom back = cim__gbuild_view(&f->back);
        assert_same_geom(&g, &back);
        assert_int_equal(srid, 25832);
        box = cim__geom_box(&g);
        assert_true(cim__gaia_box(cim__buf_str(&f->blob), &header));
        assert_memory_equal(&box, &header, sizeof box);
    }
}

static void test_codec_wkt_round_trip(void **state)
{
    fixture *f = *state;
    uint64_t seed = 2;
    for (int i = 0; i < 2000; i++) {
        random_geom(&f->build, &seed);
        cim_geom g = cim__gbuild_view(&f->build);
        f->text.size = 0;
        cim__wkt_put(&f->text, &g);
        assert_ok(f->ctx, cim__wkt_get(f->ctx, cim__buf_str(&f->text), &f->back));
        cim_geom back = cim__gbuild_view(&f->back);
        assert_same_geom(&g, &back);
    }
}

static sqlite3 *open_spatialite(fixture *f, const cim__spatialite_table **table, void **connection)
{
    const void *module = NULL;
    sqlite3 *db = NULL;
    assert_ok(f->ctx, cim__module_load(f->ctx, "spatialite", &module));
    *table = module;
    assert_int_equal(sqlite3_open(":memory:", &db), SQLITE_OK);
    *connection = (*table)->attach(db);
    assert_non_null(*connection);
    return db;
}

/* SpatiaLite reads our blobs as the geometry we wrote, and we read its blobs, compressed ones too (those are inexact). */
static void test_codec_spatialite_agrees(void **state)
{
    fixture *f = *state;
    const cim__spatialite_table *table = NULL;
    void *connection = NULL;
    sqlite3 *db = open_spatialite(f, &table, &connection);
    sqlite3_stmt *stmt = NULL;
    uint64_t seed = 3;
    assert_int_equal(sqlite3_prepare_v2(db, "SELECT AsBinary(?1), GeomFromText(AsText(?1), SRID(?1)), CompressGeometry(?1), GeometryType(?1) IS NULL", -1, &stmt, NULL), SQLITE_OK);
    for (int i = 0; i < 1000; i++) {
        cim_buf wkb = CIM_BUF_INIT;
        random_geom(&f->build, &seed);
        cim_geom g = cim__gbuild_view(&f->build);
        f->blob.size = 0;
        cim__gaia_put(&f->blob, &g, 25832);
        sqlite3_bind_blob(stmt, 1, f->blob.data, (int)f->blob.size, SQLITE_STATIC);
        assert_int_equal(sqlite3_step(stmt), SQLITE_ROW);
        assert_int_equal(sqlite3_column_int(stmt, 3), 0);
        assert_ok(f->ctx, cim_geom_wkb(f->ctx, &g, &wkb));
        if (g.dim == 2) { /* SpatiaLite's AsBinary drops z */
            assert_int_equal(sqlite3_column_bytes(stmt, 0), wkb.size);
            assert_memory_equal(sqlite3_column_blob(stmt, 0), wkb.data, wkb.size);
        }
        cim_buf_dispose(&wkb);
        cim__str packed = { sqlite3_column_blob(stmt, 2), (size_t)sqlite3_column_bytes(stmt, 2) };
        assert_ok(f->ctx, cim__gaia_get(f->ctx, packed, &f->back, NULL));
        cim_geom back = cim__gbuild_view(&f->back);
        assert_int_equal(back.vertex_count, g.vertex_count);
        for (size_t k = 0; k < (size_t)g.vertex_count * (size_t)g.dim; k++) assert_true(fabs(back.coords[k] - g.coords[k]) < 2.0);
        sqlite3_reset(stmt);
    }
    sqlite3_finalize(stmt);
    sqlite3_close(db);
    table->detach(connection);
}

/* Every cut and every flipped byte of a blob is an error or a geometry, never a crash or a huge allocation. */
static void test_codec_damaged_blobs(void **state)
{
    fixture *f = *state;
    uint64_t seed = 4;
    for (int i = 0; i < 200; i++) {
        random_geom(&f->build, &seed);
        cim_geom g = cim__gbuild_view(&f->build);
        f->blob.size = 0;
        cim__gaia_put(&f->blob, &g, 25832);
        for (size_t cut = 0; cut < f->blob.size; cut += 1 + cut / 16)
            assert_status(f->ctx, cim__gaia_get(f->ctx, (cim__str){ (const char *)f->blob.data, cut }, &f->back, NULL), CIM_EFORMAT);
        for (int k = 0; k < 50; k++) {
            size_t at = support_random(&seed) % f->blob.size;
            uint8_t old = f->blob.data[at];
            f->blob.data[at] = (uint8_t)support_random(&seed);
            cim_status st = cim__gaia_get(f->ctx, cim__buf_str(&f->blob), &f->back, NULL);
            assert_true(st == CIM_OK || st == CIM_EFORMAT);
            f->blob.data[at] = old;
        }
    }
    static const unsigned char huge[] = { 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x7c, 6, 0, 0, 0, 0xff, 0xff, 0xff, 0x7f, 0xfe };
    assert_status(f->ctx, cim__gaia_get(f->ctx, (cim__str){ (const char *)huge, sizeof huge }, &f->back, NULL), CIM_EFORMAT);
}

static void test_codec_wkt_forms(void **state)
{
    fixture *f = *state;
    static const struct {
        const char *in, *out;
    } good[] = { { "point(1 2)", "POINT(1 2)" },
                 { " POINT Z (1 2 3) ", "POINT Z(1 2 3)" },
                 { "POINT(1 2 3)", "POINT Z(1 2 3)" },
                 { "LINESTRING(0 0, 1e3 -2.5)", "LINESTRING(0 0,1000 -2.5)" },
                 { "MULTIPOINT(1 2,3 4)", "MULTIPOINT((1 2),(3 4))" },
                 { "MULTIPOINT((1 2),(3 4))", "MULTIPOINT((1 2),(3 4))" },
                 { "POLYGON((0 0,1 0,1 1,0 0),(0.1 0.1,0.2 0.1,0.2 0.2,0.1 0.1))", "POLYGON((0 0,1 0,1 1,0 0),(0.1 0.1,0.2 0.1,0.2 0.2,0.1 0.1))" },
                 { "MULTIPOLYGON EMPTY", "MULTIPOLYGON EMPTY" },
                 { "LINESTRING ZM(0 0 1 9,1 1 2 9)", "LINESTRING Z(0 0 1,1 1 2)" } };
    static const char *const bad[] = { "", "POINT", "POINT(", "POINT(1)", "POINT(1 x)", "POINT(1 2", "POINT(1 2))", "CIRCLE(0 0,1)", "LINESTRING(0 0)", "POLYGON((0 0,1 0,1 1))",
                                       "POLYGON((0 0,1 0,0 0))", "POLYGON(0 0,1 0,1 1,0 0)", "POINT(1e999 0)", "POINT(nan 0)", "POINT(1,2)", "MULTIPOLYGON(((0 0,1 0,1 1,0 0))", "POINT(1 2) x" };
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        assert_ok(f->ctx, cim__wkt_get(f->ctx, cim__str_of(good[i].in), &f->back));
        cim_geom g = cim__gbuild_view(&f->back);
        f->text.size = 0;
        cim__wkt_put(&f->text, &g);
        cim__buf_putc(&f->text, 0);
        assert_string_equal((const char *)f->text.data, good[i].out);
    }
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) assert_status(f->ctx, cim__wkt_get(f->ctx, cim__str_of(bad[i]), &f->back), CIM_EFORMAT);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = { TEST(test_codec_blob_round_trip), TEST(test_codec_wkt_round_trip), TEST(test_codec_spatialite_agrees), TEST(test_codec_damaged_blobs), TEST(test_codec_wkt_forms) };
    return cmocka_run_group_tests_name("geom/codec", tests, NULL, NULL);
}
