/* time.c - times as text. */
#include "sense/sense.h"

#include "core/date.h"
#include "core/time.h"

#include <math.h>
#include <stdio.h>

enum { DAY_MS = 86400000 };

static bool calendar(cim__str s, int64_t *ms_out)
{
    cim__moment m;
    if (!cim__moment_read(s, CIM__TIME_DATE | CIM__TIME_NO_SECONDS | CIM__TIME_NO_ZONE | CIM__TIME_LOOSE, &m)) return false;
    if (m.east_min >= 19 * 60 || m.east_min <= -19 * 60) return false; /* no place is so far from UTC */
    *ms_out = cim__moment_ms(&m);
    return true;
}

static bool number(cim__str s, int64_t *ms_out)
{
    double v = 0.0;
    if (!cim__parse_double(s, &v) || !(v > -1e15 && v < 1e15)) return false;
    double ms = fabs(v) >= 1e11 ? v : v * 1e3;
    if (!(ms >= -9e15 && ms <= 9e15)) return false;
    *ms_out = (int64_t)floor(ms + 0.5);
    return true;
}

bool cim__time_read(cim__str text, int64_t *ms_out)
{
    int64_t ms = 0;
    cim__str s = cim__str_trim(text);
    const char *slash = s.len ? memchr(s.ptr, '/', s.len) : NULL;
    if (slash) s = (cim__str){ slash + 1, s.len - (size_t)(slash + 1 - s.ptr) };
    if (!calendar(s, &ms) && !number(s, &ms)) return false;
    if (ms < CIM_TIME_MIN_MS || ms > CIM_TIME_MAX_MS) return false;
    *ms_out = ms;
    return true;
}

cim_status cim_time_parse(cim_ctx *ctx, const char *text, int64_t *time_ms_out)
{
    cim__enter(ctx);
    if (!text || !cim__time_read(cim__str_of(text), time_ms_out)) return cim__fail(ctx, CIM_EFORMAT, "'%.60s' is no time", text ? text : "");
    return CIM_OK;
}

void cim_time_text(int64_t time_ms, char out[32])
{
    out[0] = 0;
    if (time_ms < CIM_TIME_MIN_MS || time_ms > CIM_TIME_MAX_MS) return;
    int64_t days = (time_ms - CIM_TIME_MIN_MS) / DAY_MS, rest = (time_ms - CIM_TIME_MIN_MS) % DAY_MS; /* since 0001-01-01 */
    days += cim__date_days(1, 1, 1);
    int64_t z = days + 719468, era = (z >= 0 ? z : z - 146096) / 146097, of_era = z - era * 146097;
    int64_t year_of_era = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    int64_t day_of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100), mp = (5 * day_of_year + 2) / 153;
    int day = (int)(day_of_year - (153 * mp + 2) / 5 + 1), month = (int)(mp < 10 ? mp + 3 : mp - 9);
    int year = (int)(year_of_era + era * 400) + (month <= 2);
    int s = (int)(rest / 1000), ms = (int)(rest % 1000);
    int n = snprintf(out, 32, "%04d-%02d-%02dT%02d:%02d:%02d", year, month, day, s / 3600, s / 60 % 60, s % 60);
    if (ms && n > 0 && n < 26) n += snprintf(out + n, 32 - (size_t)n, ".%03d", ms);
    snprintf(out + n, 32 - (size_t)n, "Z");
}
