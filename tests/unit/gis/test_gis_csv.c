/* test_gis_csv.c - tables that were written from random cells are read as those cells, whatever the separator, the ends of lines and the quotes. */
#include "import/gis/gis.h"
#include "support.h"

#include <stdio.h>
#include <stdlib.h>

enum { ROUNDS = 1200, MOST_COLUMNS = 7, MOST_ROWS = 12, LONGEST = 24 };

typedef struct table {
    int columns, rows;
    char cell[MOST_ROWS + 1][MOST_COLUMNS][LONGEST + 1]; /* row 0: names */
} table;

static void random_cell(uint64_t *seed, char *cell, bool name)
{
    static const char letters[] = "abcXYZ019 .,;\t|\"\n-{}";
    size_t n = support_random(seed) % LONGEST + (name ? 1 : 0);
    for (size_t i = 0; i < n; i++) cell[i] = letters[support_random(seed) % (sizeof letters - 1)];
    cell[n] = 0;
}

static void random_table(uint64_t *seed, table *t)
{
    t->columns = (int)(support_random(seed) % (MOST_COLUMNS - 1)) + 2;
    t->rows = (int)(support_random(seed) % MOST_ROWS) + 1;
    for (int r = 0; r <= t->rows; r++)
        for (int c = 0; c < t->columns; c++) {
            if (r) random_cell(seed, t->cell[r][c], false);
            else snprintf(t->cell[r][c], LONGEST, "column %d", c);
            if (r && !c) snprintf(t->cell[r][c], LONGEST, "%d", r); /* no line is blank */
        }
}

static void put_cell(FILE *out, uint64_t *seed, const char *cell, char separator)
{
    bool must = strpbrk(cell, "\"\n\r") || strchr(cell, separator);
    if (!must && support_random(seed) % 4) {
        fputs(cell, out);
        return;
    }
    putc('"', out);
    for (; *cell; cell++) {
        if (*cell == '"') putc('"', out);
        putc(*cell, out);
    }
    putc('"', out);
}

static void write_table(const char *path, uint64_t *seed, const table *t, char separator, const char *end)
{
    FILE *out = fopen(path, "wb");
    assert_non_null(out);
    if (support_random(seed) % 5 == 0) fputs("\xef\xbb\xbf", out);
    for (int r = 0; r <= t->rows; r++) {
        for (int c = 0; c < t->columns; c++) {
            if (c) putc(separator, out);
            put_cell(out, seed, t->cell[r][c], separator);
        }
        if (r < t->rows || support_random(seed) % 2) fputs(end, out);
        if (r < t->rows && support_random(seed) % 9 == 0) fputs(end, out); /* a blank line */
    }
    assert_int_equal(fclose(out), 0);
}

static void check_table(cim_ctx *ctx, const char *path, const table *t)
{
    cim__input *input = NULL;
    cim__gis_file *file = NULL;
    cim__report report;
    cim__gis_layer layer;
    cim__gis_row row;
    cim__report_init(&report, ctx->mem);
    assert_ok(ctx, cim__input_open(ctx, path, 1 << 20, 0, &input));
    assert_ok(ctx, cim__gis_csv_open(ctx, input, &report, CIM__STR("t"), &file));
    for (int twice = 0; twice < 2; twice++) {
        assert_ok(ctx, file->layer(ctx, file, 0, &layer));
        assert_int_equal(layer.field_count, t->columns);
        for (int c = 0; c < t->columns; c++) assert_true(cim__str_is(layer.fields[c].name, t->cell[0][c]));
        for (int r = 1; r <= t->rows; r++) {
            assert_ok(ctx, file->row(ctx, file, &row));
            for (int c = 0; c < t->columns; c++) {
                assert_int_equal(row.cells[c].present, t->cell[r][c][0] != 0);
                assert_true(cim__str_is(row.cells[c].text, t->cell[r][c]));
            }
        }
        assert_int_equal(file->row(ctx, file, &row), CIM_DONE);
    }
    assert_int_equal(report.warning_count, 0);
    file->close(ctx, file);
    cim__input_close(ctx, input);
    cim__report_free(&report);
}

static void test_round_trip(void **state)
{
    static const char *const ends[] = { "\n", "\r\n", "\r" };
    cim_ctx *ctx = support_ctx();
    uint64_t seed = 20261122;
    table t;
    (void)state;
    for (int i = 0; i < ROUNDS; i++) {
        const char *path = support_temp("t.csv");
        random_table(&seed, &t);
        write_table(path, &seed, &t, ",;\t|"[i % 4], ends[i % 3]);
        check_table(ctx, path, &t);
    }
    cim_ctx_free(ctx);
}

static int score_of(const char *text)
{
    int score;
    (void)cim__gis_kind_of(cim__str_of(text), &score);
    return score;
}

/* What is taken for a layer, and what is left to others. */
static void test_recognised(void **state)
{
    int score;
    (void)state;
    assert_int_equal(cim__gis_kind_of(CIM__STR("{\"type\":\"FeatureCollection\",\"features\":[]}"), &score), CIM__GIS_GEOJSON);
    assert_int_equal(cim__gis_kind_of(CIM__STR("{\"name\":{\"type\":\"x\"},\"type\":\"FeatureCollection\""), &score), CIM__GIS_GEOJSON);
    assert_int_equal(cim__gis_kind_of(CIM__STR("{\"type\":\"Feature\"}\n{\"type\":\"Feature\"}\n"), &score), CIM__GIS_GEOJSONSEQ);
    assert_int_equal(cim__gis_kind_of(CIM__STR("\x1e{\"type\":\"Feature\"}\n"), &score), CIM__GIS_GEOJSONSEQ);
    assert_int_equal(cim__gis_kind_of(CIM__STR("a;b\n1;2\n"), &score), CIM__GIS_CSV);
    assert_int_equal(score_of("{\"type\":\"CityJSON\",\"version\":\"2.0\"}"), 0);
    assert_int_equal(score_of("{\"type\":\"CityJSONFeature\"}\n"), 0);
    assert_int_equal(score_of("<osm version=\"0.6\">, a, b"), 0);
    assert_int_equal(score_of("[TITLE]\na,b\n"), 0);
    assert_int_equal(score_of("some text, with a comma.\nAnd no comma here\nnor here\n"), 0);
    assert_int_equal(score_of(""), 0);
}

static void test_base_name(void **state)
{
    (void)state;
    assert_true(cim__str_is(cim__gis_base_name("/a.b/pipes.geojson.gz"), "pipes"));
    assert_true(cim__str_is(cim__gis_base_name("pipes"), "pipes"));
    assert_true(cim__str_is(cim__gis_base_name(".gz"), ".gz"));
    assert_true(cim__str_is(cim__gis_base_name("x/"), ""));
}

/* Every string of two bytes is UTF-8 afterwards, and unchanged if it was. */
static void test_utf8(void **state)
{
    cim_ctx *ctx = support_ctx();
    cim__buf scratch = cim__buf_on(ctx->mem);
    bool odd;
    (void)state;
    for (int a = 1; a < 256; a++)
        for (int b = 1; b < 256; b++) {
            char text[2] = { (char)a, (char)b };
            cim__str out = cim__gis_utf8((cim__str){ text, 2 }, &scratch, &odd);
            bool good = (a < 128 && b < 128) || (a >= 0xc2 && a <= 0xdf && b >= 0x80 && b <= 0xbf);
            assert_int_equal(odd, !good);
            assert_int_equal(out.len, good ? 2 : 2 + (a > 127) + (b > 127));
        }
    assert_true(cim__str_is(cim__gis_utf8(CIM__STR("\xe6\xb0\xb4"), &scratch, &odd), "\xe6\xb0\xb4"));
    assert_true(!odd);
    (void)cim__gis_utf8(CIM__STR("\xed\xa0\x80"), &scratch, &odd); /* half of a pair */
    assert_true(odd);
    cim__buf_free(&scratch);
    cim_ctx_free(ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_round_trip), cmocka_unit_test(test_recognised), cmocka_unit_test(test_base_name), cmocka_unit_test(test_utf8) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
