/* Moments as text against the C library's calendar; what is allowed, and what is refused. */
#include "core/time.h"
#include "support.h"

#include <stdio.h>
#include <time.h>

enum { ALL = CIM__TIME_DATE | CIM__TIME_NO_SECONDS | CIM__TIME_NO_ZONE | CIM__TIME_LOOSE };

static void test_time_random(void **state)
{
    uint64_t seed = 20;
    (void)state;
    for (int i = 0; i < 20000; i++) {
        const int64_t local = (int64_t)support_uniform(&seed, -62135596800.0, 253402300799.0);
        const int east = (int)(support_random(&seed) % 2879) - 1439, nano = (int)(support_random(&seed) % 1000000000), size = east < 0 ? -east : east;
        const time_t at = (time_t)local;
        struct tm tm;
        char text[64];
        cim__moment m = { 0 };
        assert_non_null(gmtime_r(&at, &tm));
        snprintf(text, sizeof text, "%04d-%02d-%02d%c%02d:%02d:%02d.%09d%c%02d:%02d", tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday, "Tt "[i % 3], tm.tm_hour,
                 tm.tm_min, tm.tm_sec, nano, east < 0 ? '-' : '+', size / 60, size % 60);
        if (!cim__moment_read(cim__str_of(text), i % 2 ? ALL : 0, &m)) fail_msg("%s is not read", text);
        assert_true(m.second == local - 60 * east && m.nano == nano && m.east_min == east);
        assert_true(cim__moment_ms(&m) == m.second * 1000 + nano / 1000000);
    }
}

/* Every text with no leave, with each leave alone, and with all: read where it says so. */
static void test_time_forms(void **state)
{
    static const struct {
        const char *text;
        unsigned needs; /* ~0: never read */
        int64_t ms;
    } forms[] = {
        { "1970-01-01T00:00:00Z", 0, 0 }, { "1970-01-01t00:00:01.5z", 0, 1500 }, { "1970-01-01 01:00:00+01:00", 0, 0 }, { "1969-12-31T23:59:59.999Z", 0, -1 },
        { "2016-12-31T23:59:60Z", 0, 1483228800000 }, { "2024-02-29T12:00:00.1239Z", 0, 1709208000123 }, { "1970-01-02", CIM__TIME_DATE, 86400000 },
        { "1970-01-01T00:01Z", CIM__TIME_NO_SECONDS, 60000 }, { "1970-01-01T00:00:01", CIM__TIME_NO_ZONE, 1000 },
        { "1970-01-01T00:00:01,25Z", CIM__TIME_LOOSE, 1250 }, { "1970-01-01T24:00:00Z", CIM__TIME_LOOSE, 86400000 },
        { "1970-01-01T02:00:00+02", CIM__TIME_LOOSE, 0 }, { "1970-01-01T00:00:00-0130", CIM__TIME_LOOSE, 5400000 },
        { "1970-01-01T00:01", CIM__TIME_NO_SECONDS | CIM__TIME_NO_ZONE, 60000 }, { "", ~0u, 0 }, { "1970", ~0u, 0 }, { "1970-01", ~0u, 0 },
        { "1970-13-01", ~0u, 0 }, { "1970-00-01", ~0u, 0 }, { "1970-01-00", ~0u, 0 }, { "2023-02-29", ~0u, 0 }, { "1900-02-29", ~0u, 0 },
        { "1970-01-01T", ~0u, 0 },
        { "1970-01-01T1:00:00Z", ~0u, 0 }, { "1970-01-01T00:60:00Z", ~0u, 0 }, { "1970-01-01T00:00:61Z", ~0u, 0 }, { "1970-01-01T24:00:01Z", ~0u, 0 },
        { "1970-01-01T25:00:00Z", ~0u, 0 }, { "1970-01-01T00:00:00.Z", ~0u, 0 }, { "1970-01-01T00:00:00ZZ", ~0u, 0 }, { "1970-01-01T00:00:00+24:00", ~0u, 0 },
        { "1970-01-01T00:00:00+01:60", ~0u, 0 }, { "1970-01-01T00:00:00+01:", ~0u, 0 }, { "1970-01-01T00:00:00+1", ~0u, 0 },
        { "1970-01-01T00:00:00Z ", ~0u, 0 },
        { "-970-01-01", ~0u, 0 }, { "1970/01/01", ~0u, 0 }, { "1970-01-01_00:00:00Z", ~0u, 0 },
    };
    (void)state;
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++)
        for (unsigned allowed = 0; allowed <= ALL; allowed++) {
            cim__moment m = { 7, 8, 9 };
            const bool want = forms[i].needs != ~0u && (forms[i].needs & ~allowed) == 0, got = cim__moment_read(cim__str_of(forms[i].text), allowed, &m);
            if (want != got) fail_msg("'%s' with %u allowed: %d", forms[i].text, allowed, got);
            if (!got) assert_true(m.second == 7 && m.nano == 8 && m.east_min == 9);
            else assert_true(cim__moment_ms(&m) == forms[i].ms);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_time_random), cmocka_unit_test(test_time_forms) };
    return cmocka_run_group_tests_name("core/time", tests, NULL, NULL);
}
