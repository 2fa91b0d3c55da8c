/* time.c - moments as text, read once for all: feeds, traces, observations. */
#include "core/time.h"

#include "core/date.h"

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

static bool date(cim__str *s, int64_t *days)
{
    int year = 0, month = 0, day = 0;
    if (!digits(s, 4, &year) || !take(s, '-') || !digits(s, 2, &month) || !take(s, '-') || !digits(s, 2, &day)) return false;
    if (month < 1 || month > 12 || day < 1 || day > cim__month_length(year, month)) return false;
    *days = cim__date_days(year, month, day);
    return true;
}

static bool fraction(cim__str *s, int32_t *nano)
{
    int32_t place = 100000000;
    bool seen = false;
    for (int digit = 0; digits(s, 1, &digit); seen = true, place /= 10) *nano += place * digit;
    return seen;
}

static bool clock_time(cim__str *s, unsigned allowed, int *seconds, int32_t *nano)
{
    int hour = 0, minute = 0, second = 0;
    bool loose = allowed & CIM__TIME_LOOSE;
    if (!digits(s, 2, &hour) || !take(s, ':') || !digits(s, 2, &minute)) return false;
    if (take(s, ':')) {
        if (!digits(s, 2, &second)) return false;
        if ((take(s, '.') || (loose && take(s, ','))) && !fraction(s, nano)) return false;
    } else if (!(allowed & CIM__TIME_NO_SECONDS)) {
        return false;
    }
    if (hour > (loose ? 24 : 23) || minute > 59 || second > 60 || (hour == 24 && (minute || second || *nano))) return false;
    *seconds = (hour * 60 + minute) * 60 + second;
    return true;
}

static bool zone(cim__str *s, unsigned allowed, int32_t *east_min)
{
    int hours = 0, minutes = 0;
    if (!s->len) return allowed & CIM__TIME_NO_ZONE;
    if (take(s, 'Z') || take(s, 'z')) return true;
    bool west = take(s, '-');
    if (!west && !take(s, '+')) return false;
    if (!digits(s, 2, &hours) || hours > 23) return false;
    bool colon = take(s, ':'), loose = allowed & CIM__TIME_LOOSE;
    if (!colon && !loose) return false;
    if ((colon || s->len) && (!digits(s, 2, &minutes) || minutes > 59)) return false;
    *east_min = (west ? -1 : 1) * (hours * 60 + minutes);
    return true;
}

bool cim__moment_read(cim__str s, unsigned allowed, cim__moment *moment_out)
{
    cim__moment m = { 0 };
    int64_t days = 0;
    int seconds = 0;
    if (!date(&s, &days)) return false;
    if (!s.len) {
        if (!(allowed & CIM__TIME_DATE)) return false;
    } else {
        if (!take(&s, 'T') && !take(&s, 't') && !take(&s, ' ')) return false;
        if (!clock_time(&s, allowed, &seconds, &m.nano) || !zone(&s, allowed, &m.east_min) || s.len) return false;
    }
    m.second = days * 86400 + seconds - m.east_min * 60;
    *moment_out = m;
    return true;
}
