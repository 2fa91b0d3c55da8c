/* test_radio.c - losses against NTIA's reference values of the Irregular Terrain Model and the tables of P.1411; what is refused. */
#include "support.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static cim_ctx *ctx;

/* To the digits that are printed; `half` is half of the last one. */
static void assert_digits(double got, double printed, double half)
{
    if (!(fabs(got - printed) <= half * 1.0001)) print_message("%.6f is not %g\n", got, printed);
    assert_true(fabs(got - printed) <= half * 1.0001);
}

/* Numbers of a line between commas; how many. */
static size_t numbers(char *line, double *v, size_t cap)
{
    size_t n = 0;
    for (char *at = strtok(line, ",\r\n"); at && n < cap; at = strtok(NULL, ",\r\n")) v[n++] = strtod(at, NULL);
    return n;
}

static cim_radio_link link_of(const double *v)
{
    cim_radio_link l = CIM_RADIO_LINK_INIT;
    l.permittivity = v[0], l.conductivity_s_m = v[1], l.refractivity = v[2], l.frequency_mhz = v[3];
    l.polarization = (int32_t)v[4], l.climate = (int32_t)v[5], l.time_percent = v[6], l.location_percent = v[7], l.situation_percent = v[8];
    return l;
}

static cim_radio_loss over(const cim_radio_link *l, const double *profile)
{
    cim_radio_loss loss = { .struct_size = sizeof loss };
    assert_ok(ctx, cim_radio_terrain(ctx, l, profile + 2, (size_t)profile[0] + 1, profile[1], &loss));
    return loss;
}

static void test_itm_terrain(void **state)
{
    SUPPORT_NEED(cases, "sensor/itm/p2p.csv");
    SUPPORT_NEED(profiles, "sensor/itm/pfls.csv");
    static char line[100000];
    double v[16], *z = calloc(5000, sizeof *z);
    size_t done = 0;
    (void)state;
    FILE *a = fopen(support_shared("sensor/itm/p2p.csv"), "r"), *b = fopen(support_shared("sensor/itm/pfls.csv"), "r");
    assert_true(a && b && z);
    assert_non_null(fgets(line, sizeof line, a));
    while (fgets(line, sizeof line, a) && numbers(line, v, 16) == 13) {
        assert_non_null(fgets(line, sizeof line, b));
        assert_true(numbers(line, z, 5000) >= z[0] + 3);
        cim_radio_link l = link_of(v + 2);
        l.tx_height_m = v[0], l.rx_height_m = v[1], l.variability = (int32_t)v[11];
        assert_digits(over(&l, z).loss_db, v[12], 0.005);
        done++;
    }
    assert_int_equal(done, 5);
    fclose(a);
    fclose(b);
    free(z);
    (void)cases, (void)profiles;
}

static void test_itm_area(void **state)
{
    SUPPORT_NEED(cases, "sensor/itm/area.csv");
    char line[1000];
    double v[20];
    size_t done = 0;
    (void)state;
    FILE *a = fopen(cases, "r");
    assert_non_null(a);
    assert_non_null(fgets(line, sizeof line, a));
    while (fgets(line, sizeof line, a) && numbers(line, v, 20) == 17) {
        cim_radio_link l = link_of(v + 7);
        cim_radio_loss loss = { .struct_size = sizeof loss };
        l.tx_height_m = v[0], l.rx_height_m = v[1], l.variability = (int32_t)v[3];
        assert_ok(ctx, cim_radio_area(ctx, &l, v[4] * 1000, v[2], (int32_t)v[5], (int32_t)v[6], &loss));
        assert_digits(loss.loss_db, v[16], 0.05);
        done++;
    }
    assert_int_equal(done, 5);
    fclose(a);
}

/* A table of NTIA's driver: the rows that begin with a number have n more. */
static size_t table(const char *path, double *cells, size_t n, size_t cap)
{
    char line[1000];
    size_t rows = 0;
    FILE *f = fopen(path, "r");
    bool on = false;
    assert_non_null(f);
    while (fgets(line, sizeof line, f)) {
        on |= !strncmp(line, "Basic Transmission Loss Results", 31);
        char *at = line, *end;
        if (!on || rows == cap || line[0] < '0' || line[0] > '9') continue;
        for (size_t k = 0; k < n; k++, at = end) cells[rows * n + k] = strtod(at, &end);
        rows++;
    }
    fclose(f);
    return rows;
}

static void test_itm_tables(void **state)
{
    SUPPORT_NEED(area, "sensor/itm/o_areacr_tbl.txt");
    SUPPORT_NEED(profile_file, "sensor/itm/pfl.txt");
    (void)state;
    static const double confidence[2][3] = { { 50, 75, 90 }, { 10, 60, 90 } };
    double cells[40 * 5], z[200];
    cim_radio_link l = CIM_RADIO_LINK_INIT;
    cim_radio_loss loss = { .struct_size = sizeof loss };
    assert_int_equal(table(area, cells, 5, 40), 19);
    l.frequency_mhz = 10000, l.tx_height_m = l.rx_height_m = 3, l.variability = CIM_RADIO_BROADCAST, l.time_percent = 90;
    for (int i = 0; i < 19; i++)
        for (int k = 0; k < 3; k++) {
            l.situation_percent = confidence[0][k];
            assert_ok(ctx, cim_radio_area(ctx, &l, cells[5 * i] * 1000, 0, 0, 0, &loss));
            assert_digits(loss.loss_db, cells[5 * i + 2 + k], 0.05);
            assert_digits(loss.free_space_db, cells[5 * i + 1], 0.05);
        }
    FILE *f = fopen(support_shared("sensor/itm/pfl.txt"), "r");
    char line[2000];
    assert_true(f && fgets(line, sizeof line, f));
    fclose(f);
    assert_true(numbers(line, z, 200) == 145);
    l = (cim_radio_link)CIM_RADIO_LINK_INIT;
    l.frequency_mhz = 3500, l.tx_height_m = 15, l.rx_height_m = 3;
    assert_int_equal(table(support_shared("sensor/itm/o_p2pcr_tbl.txt"), cells, 4, 3), 3);
    for (int i = 0; i < 3; i++)
        for (int k = 0; k < 3; k++) {
            l.time_percent = cells[4 * i], l.situation_percent = confidence[1][k];
            assert_digits(over(&l, z).loss_db, cells[4 * i + 1 + k], 0.05);
        }
    (void)profile_file;
}

/* Values on the way, as NTIA's driver prints them (o_p2ptls.txt, o_areatls.txt, o_areacr.txt). */
static void test_itm_inside(void **state)
{
    SUPPORT_NEED(profile_file, "sensor/itm/pfl.txt");
    (void)state;
    double z[200];
    FILE *f = fopen(profile_file, "r");
    char line[2000];
    assert_true(f && fgets(line, sizeof line, f));
    fclose(f);
    assert_true(numbers(line, z, 200) == 145);
    cim_radio_link l = CIM_RADIO_LINK_INIT;
    l.frequency_mhz = 3500, l.tx_height_m = 15, l.rx_height_m = 3;
    cim_radio_loss t = over(&l, z);
    double got[] = { t.loss_db, t.free_space_db, t.refractivity, t.roughness_m, t.reference_db, t.effective_height_m[0], t.effective_height_m[1] };
    double is[] = { 114.5, 114.5, 251.5, 3.2, 0.0, 15.0, 3.0 };
    for (int i = 0; i < 7; i++) assert_digits(got[i], is[i], 0.05);
    assert_digits(t.horizon_rad[0] * 1000, -1.949, 0.0005);
    assert_digits(t.horizon_rad[1] * 1000, -0.856, 0.0005);
    assert_digits(t.horizon_m[0], 14868, 0.5);
    assert_digits(t.horizon_m[1], 6494, 0.5);
    assert_int_equal(t.mode, CIM_RADIO_LINE_OF_SIGHT);
    assert_int_equal(t.warnings, 0);
    assert_ok(ctx, cim_radio_area(ctx, &l, 10000, 20, 0, 0, &t));
    assert_digits(t.loss_db, 134.5, 0.05);
    assert_digits(t.reference_db, 11.2, 0.05);
    assert_digits(t.horizon_m[0], 14722, 0.5);
    assert_digits(t.horizon_m[1], 6206, 0.5);
    assert_digits(t.horizon_rad[0] * 1000, -1.811, 0.0005);
    l.frequency_mhz = 10000, l.tx_height_m = l.rx_height_m = 3, l.variability = CIM_RADIO_BROADCAST, l.time_percent = 90, l.situation_percent = 77;
    assert_ok(ctx, cim_radio_area(ctx, &l, 1000, 0, 0, 0, &t));
    assert_digits(t.loss_db, 118.3, 0.05);
    assert_digits(t.horizon_m[0], 7138, 0.5);
}

/* 100 m at 2.4 GHz by hand: 10 a log10(100) = 20 a, 10 c log10(2.4) = 3.80211 c. */
static void test_street(void **state)
{
    static const struct {
        int32_t environment, seen;
        double mhz, m, median, sigma;
        uint32_t warnings;
    } rows[] = {
        { CIM_RADIO_URBAN_HIGH_RISE, 1, 2400, 100, 42.4 + 29.2 + 3.80211 * 2.11, 5.06, 0 },
        { CIM_RADIO_URBAN_LOW_RISE, 1, 2400, 100, 42.4 + 29.2 + 3.80211 * 2.11, 5.06, 0 },
        { CIM_RADIO_URBAN_HIGH_RISE, 0, 2400, 100, 80.0 + 10.2 + 3.80211 * 2.36, 7.60, 0 },
        { CIM_RADIO_RESIDENTIAL, 0, 2400, 100, 60.2 + 18.8 + 3.80211 * 2.07, 3.07, 0 },
        { CIM_RADIO_URBAN_LOW_RISE, 0, 10000, 100, 101.2 - 4.68 + 20.2, 9.33, 0 },
        { CIM_RADIO_URBAN_LOW_RISE, 0, 2400, 100, 101.2 - 4.68 + 3.80211 * 2.02, 9.33, CIM_RADIO_STREET_FREQUENCY },
        { CIM_RADIO_URBAN_HIGH_RISE, 0, 1000, 1000, 120.0 + 10.2, 7.60, CIM_RADIO_STREET_DISTANCE },
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        double loss = 0;
        uint32_t w = 99;
        assert_ok(ctx, cim_radio_street(ctx, rows[i].environment, rows[i].seen, rows[i].m, rows[i].mhz, 50, &loss, &w));
        assert_digits(loss, rows[i].median, 1e-4);
        assert_int_equal(w, rows[i].warnings);
        assert_ok(ctx, cim_radio_street(ctx, rows[i].environment, rows[i].seen, rows[i].m, rows[i].mhz, 90, &loss, NULL));
        assert_digits(loss, rows[i].median + 1.28155 * rows[i].sigma, 5e-4 * rows[i].sigma);
        assert_ok(ctx, cim_radio_street(ctx, rows[i].environment, rows[i].seen, rows[i].m, rows[i].mhz, 0.001, &loss, NULL));
        double space = 0;
        assert_ok(ctx, cim_radio_free_space(ctx, rows[i].m, rows[i].mhz, &space));
        assert_true(rows[i].seen || loss >= space);
    }
    double space = 0;
    assert_ok(ctx, cim_radio_free_space(ctx, 1000, 2400, &space)); /* 32.4478 + 20 log10(2400) */
    assert_digits(space, 100.052, 1e-3);
}

static void test_radio_refuses(void **state)
{
    double z[3] = { 100, 110, 100 }, loss_db = 77, nan = NAN;
    (void)state;
    cim_radio_loss loss = { .struct_size = sizeof loss };
    cim_radio_link good = CIM_RADIO_LINK_INIT;
    good.frequency_mhz = 900;
    assert_ok(ctx, cim_radio_terrain(ctx, &good, z, 3, 500, &loss));
    assert_true(loss.warnings & CIM_RADIO_TX_HORIZON_NEAR);
    const struct {
        size_t at;
        double value;
    } reals[] = { { offsetof(cim_radio_link, frequency_mhz), 19 },      { offsetof(cim_radio_link, frequency_mhz), nan },
                  { offsetof(cim_radio_link, tx_height_m), 0.4 },       { offsetof(cim_radio_link, rx_height_m), 3001 },
                  { offsetof(cim_radio_link, refractivity), 249 },      { offsetof(cim_radio_link, permittivity), 0.9 },
                  { offsetof(cim_radio_link, conductivity_s_m), 0 },    { offsetof(cim_radio_link, conductivity_s_m), nan },
                  { offsetof(cim_radio_link, time_percent), 0 },        { offsetof(cim_radio_link, location_percent), 100 },
                  { offsetof(cim_radio_link, situation_percent), nan } };
    for (size_t i = 0; i < sizeof reals / sizeof *reals; i++) {
        cim_radio_link l = good;
        memcpy((char *)&l + reals[i].at, &reals[i].value, sizeof(double));
        loss.loss_db = 77;
        assert_status(ctx, cim_radio_terrain(ctx, &l, z, 3, 500, &loss), CIM_EARG);
        assert_status(ctx, cim_radio_area(ctx, &l, 1000, 10, 0, 0, &loss), CIM_EARG);
        assert_true(loss.loss_db == 77);
    }
    static const int32_t bad[] = { -1, 4, 9, 14, 24, 34, INT32_MAX };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        cim_radio_link l = good;
        l.variability = bad[i];
        assert_status(ctx, cim_radio_terrain(ctx, &l, z, 3, 500, &loss), CIM_EARG);
    }
    cim_radio_link l = good;
    l.climate = 8;
    assert_status(ctx, cim_radio_terrain(ctx, &l, z, 3, 500, &loss), CIM_EARG);
    l = good, l.polarization = 2;
    assert_status(ctx, cim_radio_terrain(ctx, &l, z, 3, 500, &loss), CIM_EARG);
    assert_status(ctx, cim_radio_terrain(ctx, &good, z, 1, 500, &loss), CIM_EARG);
    assert_status(ctx, cim_radio_terrain(ctx, &good, z, 3, nan, &loss), CIM_EARG);
    double deep[3] = { -9e4, -9e4, -9e4 }, high[3] = { 9e3, 9e3, 9e3 }, hole[3] = { 0, nan, 0 };
    assert_status(ctx, cim_radio_terrain(ctx, &good, deep, 3, 500, &loss), CIM_EARG);
    assert_status(ctx, cim_radio_terrain(ctx, &good, high, 3, 500, &loss), CIM_EARG);
    assert_status(ctx, cim_radio_terrain(ctx, &good, hole, 3, 500, &loss), CIM_EARG);
    assert_status(ctx, cim_radio_area(ctx, &good, 0, 10, 0, 0, &loss), CIM_EARG);
    assert_status(ctx, cim_radio_area(ctx, &good, 1000, -1, 0, 0, &loss), CIM_EARG);
    assert_status(ctx, cim_radio_area(ctx, &good, 1000, 10, 3, 0, &loss), CIM_EARG);
    assert_status(ctx, cim_radio_street(ctx, 3, 1, 100, 900, 50, &loss_db, NULL), CIM_EARG);
    assert_status(ctx, cim_radio_street(ctx, 0, 1, -1, 900, 50, &loss_db, NULL), CIM_EARG);
    assert_status(ctx, cim_radio_street(ctx, 0, 1, 100, 900, nan, &loss_db, NULL), CIM_EARG);
    assert_status(ctx, cim_radio_free_space(ctx, 100, nan, &loss_db), CIM_EARG);
    assert_true(loss_db == 77);
    for (uint32_t bit = 1; bit <= CIM_RADIO_STREET_FREQUENCY; bit *= 2) assert_true(bit == 0x8000 ? !cim_radio_warning(bit) : cim_radio_warning(bit) != NULL);
}

/* No path at all makes the model crash or give what is no number. */
static void test_radio_random(void **state)
{
    uint64_t seed = 3;
    double z[64];
    (void)state;
    for (int turn = 0; turn < 20000; turn++) {
        cim_radio_link l = CIM_RADIO_LINK_INIT;
        cim_radio_loss loss = { .struct_size = sizeof loss };
        size_t n = 2 + support_random(&seed) % 62;
        double rough = pow(10, support_uniform(&seed, -2, 4));
        for (size_t i = 0; i < n; i++) z[i] = support_uniform(&seed, 0, rough);
        l.frequency_mhz = pow(10, support_uniform(&seed, 1.31, 4.3));
        l.tx_height_m = pow(10, support_uniform(&seed, -0.3, 3.4));
        l.rx_height_m = pow(10, support_uniform(&seed, -0.3, 3.4));
        l.climate = 1 + (int32_t)(support_random(&seed) % 7);
        l.variability = (int32_t)(support_random(&seed) % 4 + 10 * (support_random(&seed) % 4));
        l.time_percent = support_uniform(&seed, 0.01, 99.99);
        l.situation_percent = support_uniform(&seed, 0.01, 99.99);
        l.polarization = (int32_t)(support_random(&seed) % 2);
        cim_status got = cim_radio_terrain(ctx, &l, z, n, pow(10, support_uniform(&seed, -1, 5)), &loss);
        assert_true(got == CIM_OK || got == CIM_EARG);
        if (got == CIM_OK) assert_true(isfinite(loss.loss_db) && loss.mode >= 1 && loss.mode <= 3);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_itm_terrain), cmocka_unit_test(test_itm_area),      cmocka_unit_test(test_itm_tables), cmocka_unit_test(test_itm_inside),
        cmocka_unit_test(test_street),      cmocka_unit_test(test_radio_refuses), cmocka_unit_test(test_radio_random),
    };
    ctx = support_ctx();
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    cim_ctx_free(ctx);
    return failed;
}
