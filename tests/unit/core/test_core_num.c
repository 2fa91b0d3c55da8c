/* Numbers to and from text: the oracle is the C library's strtod in the C locale. */
#include "core/num.h"
#include "support.h"

#include <math.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static double read_all(const char *text)
{
    double v = NAN;
    const char *end = cim__read_double(text, text + strlen(text), &v);
    assert_ptr_equal(end, text + strlen(text));
    return v;
}

static void test_num_read_known(void **state)
{
    static const char *const texts[] = { "0", "-0", "1", "-1.5", "+2.25", "1e3", "1E-3", ".5", "5.", "123456789012345678", "0.1", "1e22", "1e23", "9007199254740993", "179769313486231570e291",
                                         "4.9406564584124654e-324", "2.2250738585072011e-308", "0.000000000000000000000000000001", "1e400", "1e-400", "00012.50", "3.14159265358979323846264338327950288" };
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        double expected = strtod(texts[i], NULL), got = read_all(texts[i]);
        assert_memory_equal(&expected, &got, sizeof got);
    }
}

static void test_num_read_random(void **state)
{
    uint64_t seed = 42;
    char text[64];
    (void)state;
    for (int i = 0; i < 100000; i++) {
        uint64_t bits = support_random(&seed);
        double v;
        memcpy(&v, &bits, 8);
        if (!isfinite(v)) continue;
        if (i & 1) v = support_uniform(&seed, -1e7, 1e7);
        snprintf(text, sizeof text, "%.*g", 1 + (int)(support_random(&seed) % 20), v);
        double expected = strtod(text, NULL), got = read_all(text);
        assert_memory_equal(&expected, &got, sizeof got);
    }
}

/* What coordinates look like: many digits, few exponents; and texts next to the middle between two doubles. */
static void test_num_read_long(void **state)
{
    uint64_t seed = 4711;
    char text[80];
    (void)state;
    for (int i = 0; i < 300000; i++) {
        double v = support_uniform(&seed, i & 1 ? -180.0 : 0.0, i & 2 ? 180.0 : 1e-3);
        if (i % 3 == 0) snprintf(text, sizeof text, "%.*f", 10 + (int)(support_random(&seed) % 14), v);
        else if (i % 3 == 1) snprintf(text, sizeof text, "%llue%d", (unsigned long long)support_random(&seed) >> (support_random(&seed) % 10), (int)(support_random(&seed) % 60) - 30);
        else snprintf(text, sizeof text, "%.19Lg", ((long double)v + (long double)nextafter(v, 1e9)) / 2);
        double expected = strtod(text, NULL), got = read_all(text);
        if (memcmp(&expected, &got, sizeof got)) fail_msg("%s: %a, wanted %a", text, got, expected);
    }
}

static void test_num_read_refuses(void **state)
{
    static const char *const texts[] = { "", "-", "+", ".", "e5", "-.", "nan", "inf", "0x10", " 1", "- 1" };
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        double v;
        const char *end = cim__read_double(texts[i], texts[i] + strlen(texts[i]), &v);
        assert_true(end == NULL || end != texts[i] + strlen(texts[i]));
    }
    double v;
    int64_t n;
    assert_false(cim__parse_double(cim__str_of("1,5"), &v));
    assert_false(cim__parse_double(cim__str_of("1e999"), &v));
    assert_true(cim__parse_double(cim__str_of("  7.5\n"), &v));
    assert_true(v == 7.5);
    assert_false(cim__parse_int(cim__str_of("9223372036854775808"), &n));
    assert_true(cim__parse_int(cim__str_of("-9223372036854775808"), &n));
    assert_true(n == INT64_MIN);
}

static void test_num_write_round_trip(void **state)
{
    uint64_t seed = 7;
    cim_ctx *ctx = support_ctx();
    cim__buf buf = cim__buf_on(((cim__mem *)NULL));
    (void)state;
    cim__mem *mem = cim__mem_new(NULL, NULL);
    buf = cim__buf_on(mem);
    for (int i = 0; i < 100000; i++) {
        uint64_t bits = support_random(&seed);
        double v, back;
        memcpy(&v, &bits, 8);
        if (!isfinite(v)) continue;
        if (i % 3 == 1) v = round(support_uniform(&seed, -1e7, 1e7) * 1000.0) / 1000.0;
        if (i % 3 == 2) v = (double)(int64_t)(support_random(&seed) >> 20);
        buf.size = 0;
        cim__put_double(&buf, v);
        assert_true(cim__parse_double(cim__buf_str(&buf), &back));
        assert_memory_equal(&v, &back, sizeof v);
        assert_true(buf.size <= 24);
    }
    cim__buf_free(&buf);
    cim__mem_unref(mem);
    cim_ctx_free(ctx);
}

static void expect_text(cim__buf *buf, const char *text)
{
    cim__buf_putc(buf, 0);
    assert_string_equal((const char *)buf->data, text);
    buf->size = 0;
}

static void test_num_write_known(void **state)
{
    cim__mem *mem = cim__mem_new(NULL, NULL);
    cim__buf buf = cim__buf_on(mem);
    (void)state;
    cim__put_double(&buf, 0.1);
    expect_text(&buf, "0.1");
    cim__put_double(&buf, -12.375);
    expect_text(&buf, "-12.375");
    cim__put_double(&buf, 5e-324);
    expect_text(&buf, "4.94065645841247e-324");
    cim__put_double(&buf, NAN);
    expect_text(&buf, "null");
    cim__put_fixed(&buf, 1.005, 2);
    expect_text(&buf, "1");
    cim__put_fixed(&buf, -0.004, 2);
    expect_text(&buf, "0");
    cim__put_fixed(&buf, 12.5, 7);
    expect_text(&buf, "12.5");
    cim__put_int(&buf, INT64_MIN);
    expect_text(&buf, "-9223372036854775808");
    cim__buf_free(&buf);
    cim__mem_unref(mem);
}

/* A comma as the decimal point must change nothing.  Skipped where no such locale is installed. */
static void test_num_comma_locale(void **state)
{
    cim__mem *mem = cim__mem_new(NULL, NULL);
    cim__buf buf = cim__buf_on(mem);
    (void)state;
    if (!setlocale(LC_NUMERIC, "de_DE.UTF-8") && !setlocale(LC_NUMERIC, "de_DE.utf8")) {
        print_message("skipped: locale de_DE.UTF-8 is not installed\n");
        cim__mem_unref(mem);
        skip();
    }
    assert_true(read_all("1.5") == 1.5);
    assert_true(read_all("3.14159265358979323846264338327950288") > 3.14);
    cim__put_double(&buf, 1.0 / 3.0);
    expect_text(&buf, "0.3333333333333333");
    cim__put_double(&buf, -12345.625);
    expect_text(&buf, "-12345.625");
    setlocale(LC_NUMERIC, "C");
    cim__buf_free(&buf);
    cim__mem_unref(mem);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_num_read_known),         cmocka_unit_test(test_num_read_random),  cmocka_unit_test(test_num_read_long), cmocka_unit_test(test_num_read_refuses),
        cmocka_unit_test(test_num_write_round_trip),   cmocka_unit_test(test_num_write_known), cmocka_unit_test(test_num_comma_locale),
    };
    return cmocka_run_group_tests_name("core/num", tests, NULL, NULL);
}
