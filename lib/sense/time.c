/* time.c - times as text. */
#include "sense/sense.h"

#include "core/date.h"

#include <math.h>
#include <stdio.h>

enum { DAY_MS = 86400000 };

/* Exactly n digits. */
static bool digits(cim__str *s, int n, int *value_out)
{
    int v = 0;
    if (s->len < (size_t)n) return false;
    for (int i = 0; i < n; i++) {
        if (s->ptr[i] < '0' || s->ptr[i] > '9') return false;
        v = v * 10 + (s->ptr[i] - '0');
    }
    *s = (cim__str){ s->ptr + n, s->len - (size_t)n };
    *value_out = v;
    return true;
}

static bool take(cim__str *s, char c)
{
    if (!s->len || s->ptr[0] != c) return false;
    *s = (cim__str){ s->ptr + 1, s->len - 1 };
    return true;
}

static bool fraction(cim__str *s, int64_t *ms)
{
    int place = 100, seen = 0;
    for (; s->len && s->ptr[0] >= '0' && s->ptr[0] <= '9'; seen++, place /= 10, *s = (cim__str){ s->ptr + 1, s->len - 1 }) *ms += (int64_t)place * (s->ptr[0] - '0');
    return seen > 0;
}

static bool clock_time(cim__str *s, int64_t *ms)
{
    int hour = 0, minute = 0, second = 0;
    if (!digits(s, 2, &hour) || !take(s, ':') || !digits(s, 2, &minute)) return false;
    if (take(s, ':')) {
        if (!digits(s, 2, &second)) return false;
        if ((take(s, '.') || take(s, ',')) && !fraction(s, ms)) return false;
    }
    if (hour > 24 || minute > 59 || second > 60 || (hour == 24 && (minute || second || *ms))) return false;
    *ms += ((hour * 60 + minute) * 60 + second) * 1000;
    return true;
}

static bool offset(cim__str *s, int64_t *ms)
{
    int hours = 0, minutes = 0;
    if (!s->len || take(s, 'Z') || take(s, 'z')) return true;
    bool west = take(s, '-');
    if (!west && !take(s, '+')) return false;
    if (!digits(s, 2, &hours) || hours > 18) return false;
    bool colon = take(s, ':');
    if ((colon || s->len) && (!digits(s, 2, &minutes) || minutes > 59)) return false;
    int64_t shift = (hours * 60 + minutes) * 60000;
    *ms += west ? shift : -shift;
    return true;
}

static bool calendar(cim__str s, int64_t *ms_out)
{
    int year = 0, month = 0, day = 0;
    int64_t ms = 0;
    if (!digits(&s, 4, &year) || !take(&s, '-') || !digits(&s, 2, &month) || !take(&s, '-') || !digits(&s, 2, &day)) return false;
    if (year < 1 || month < 1 || month > 12 || day < 1 || day > cim__month_length(year, month)) return false;
    if (s.len && (s.ptr[0] == 'T' || s.ptr[0] == 't' || s.ptr[0] == ' ')) {
        s = (cim__str){ s.ptr + 1, s.len - 1 };
        if (!clock_time(&s, &ms) || !offset(&s, &ms)) return false;
    }
    *ms_out = cim__date_days(year, month, day) * DAY_MS + ms;
    return !s.len;
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
