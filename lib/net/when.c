/* when.c - conditions of conditional tags: times of day, weekdays, months and days of the year, sizes of the vehicle.
 *
 * A condition is a list of demands joined by AND.  A demand about time is rules as of opening_hours, separated by ';', of which the last that
 * fits decides: [months] [weekdays] [hours] ["off"].  What is not understood (wet, snow, sunset, public holidays) does not hold. */
#include "core/date.h"
#include "net/net.h"

#include <ctype.h>

typedef struct scan {
    const char *p, *end;
} scan;

static bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
static bool is_digit(char c) { return c >= '0' && c <= '9'; }

static void blanks(scan *s)
{
    while (s->p < s->end && (*s->p == ' ' || *s->p == ':')) s->p++;
}

static bool sign(scan *s, char c)
{
    while (s->p < s->end && *s->p == ' ') s->p++;
    if (s->p == s->end || *s->p != c) return false;
    s->p++;
    return true;
}

static bool whole(scan *s, int *n)
{
    int digits = 0;
    for (*n = 0; s->p < s->end && is_digit(*s->p) && digits < 4; s->p++, digits++) *n = *n * 10 + (*s->p - '0');
    return digits > 0;
}

/* One of names, each of `length` letters; its number. */
static bool name(scan *s, const char *names, int length, int *number)
{
    if (s->end - s->p < length || (s->end - s->p > length && is_letter(s->p[length]))) return false;
    for (int i = 0; names[i * length]; i++)
        if (!strncmp(names + i * length, s->p, (size_t)length)) {
            *number = i;
            s->p += length;
            return true;
        }
    return false;
}

bool cim__when_parse(cim__str text, cim__when *w)
{
    scan s = { text.ptr, text.ptr + text.len };
    int year, hour;
    w->known = false;
    if (!whole(&s, &year) || !sign(&s, '-') || !whole(&s, &w->month) || !sign(&s, '-') || !whole(&s, &w->day)) return false;
    if (s.p == s.end || (*s.p != 'T' && *s.p != ' ')) return false;
    s.p++;
    if (!whole(&s, &hour) || !sign(&s, ':') || !whole(&s, &w->minute)) return false;
    if (s.p < s.end && *s.p == ':') {
        int seconds;
        s.p++;
        if (!whole(&s, &seconds) || seconds > 60) return false;
    }
    if (s.p != s.end || year < 1583 || w->month < 1 || w->month > 12 || w->day < 1 || w->day > 31 || hour > 24 || w->minute > 59) return false;
    w->minute += hour * 60;
    w->weekday = (int)((cim__date_days(year, w->month, w->day) % 7 + 10) % 7); /* Monday 0 */
    w->known = true;
    return true;
}

/* ---- parts of a rule; each says whether it is there, and *fits ---- */

static bool between(int low, int high, int n) { return low <= high ? n >= low && n <= high : n >= low || n <= high; }

static bool months(scan *s, const cim__when *w, bool *fits)
{
    static const char names[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    bool any = false, hit = false;
    do {
        int from, to, from_day = 1, to_day = 31;
        scan before = *s;
        blanks(s);
        if (!name(s, names, 3, &from)) {
            *s = before;
            break;
        }
        any = true;
        to = from;
        blanks(s);
        if (s->p < s->end && is_digit(*s->p) && !(s->end - s->p > 2 && s->p[2] == ':')) {
            if (!whole(s, &from_day)) break;
            to_day = from_day;
        }
        if (sign(s, '-')) {
            blanks(s);
            if (!name(s, names, 3, &to)) to = from;
            else to_day = 31;
            blanks(s);
            if (s->p < s->end && is_digit(*s->p) && !(s->end - s->p > 2 && s->p[2] == ':') && !whole(s, &to_day)) break;
        }
        hit |= between((from + 1) * 32 + from_day, (to + 1) * 32 + to_day, w->month * 32 + w->day);
    } while (sign(s, ','));
    if (any) *fits &= hit;
    return any;
}

static bool weekdays(scan *s, const cim__when *w, bool *fits)
{
    static const char names[] = "MoTuWeThFrSaSu", holidays[] = "PHSH";
    bool any = false, hit = false;
    do {
        int from, to;
        scan before = *s;
        blanks(s);
        if (name(s, holidays, 2, &from)) {
            any = true;
            continue;
        }
        if (!name(s, names, 2, &from)) {
            *s = before;
            break;
        }
        any = true;
        to = from;
        if (sign(s, '-')) {
            blanks(s);
            if (!name(s, names, 2, &to)) to = from;
        }
        hit |= between(from, to, w->weekday);
    } while (sign(s, ','));
    if (any) *fits &= hit;
    return any;
}

static bool clock_time(scan *s, int *minute)
{
    int hour, minutes = 0;
    blanks(s);
    if (!whole(s, &hour)) return false;
    if (s->p < s->end && *s->p == ':') {
        s->p++;
        if (!whole(s, &minutes)) return false;
    }
    *minute = hour * 60 + minutes;
    return hour <= 48 && minutes < 60;
}

/* False: malformed.  Nights run on behind 24:00. */
static bool hours(scan *s, const cim__when *w, bool *any, bool *fits)
{
    bool hit = false;
    *any = false;
    do {
        int from, to;
        scan before = *s;
        blanks(s);
        if (s->p == s->end || !is_digit(*s->p)) {
            *s = before;
            break;
        }
        if (!clock_time(s, &from)) return false;
        to = 1440;
        if (sign(s, '-')) {
            if (!clock_time(s, &to)) return false;
        } else if (!sign(s, '+')) {
            return false;
        }
        *any = true;
        if (to <= from) to += 1440;
        hit |= w->minute >= from && w->minute < to;
    } while (sign(s, ','));
    if (*any) *fits &= hit;
    else *fits &= w->minute < 1440;
    return true;
}

/* One rule on one day.  *decides: it fits; *on: what it then says. */
static bool rule_on(cim__str text, const cim__when *w, bool *decides, bool *on)
{
    scan s = { text.ptr, text.ptr + text.len };
    bool fits = true, any;
    *on = true;
    bool date = months(&s, w, &fits), day = weekdays(&s, w, &fits), clock;
    if (!hours(&s, w, &clock, &fits)) return false;
    any = date || day || clock;
    cim__str rest = cim__str_trim((cim__str){ s.p, (size_t)(s.end - s.p) });
    if (cim__str_is(rest, "off") || cim__str_is(rest, "closed")) *on = false;
    else if (rest.len) return false;
    *decides = fits && any;
    return any || !*on;
}

/* The day before, as long ago as its midnight. */
static cim__when day_before(const cim__when *w)
{
    static const int days[] = { 31, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30 }; /* of the month before */
    cim__when y = *w;
    y.minute += 1440;
    y.weekday = (w->weekday + 6) % 7;
    if (--y.day < 1) {
        y.day = days[w->month - 1];
        y.month = (w->month + 10) % 12 + 1;
    }
    return y;
}

/* One rule.  A night belongs to the day on which it begins. */
static bool time_rule(cim__str text, const cim__when *w, bool *decides, bool *on)
{
    const cim__when yesterday = day_before(w);
    bool still;
    text = cim__str_trim(text);
    *on = true;
    if (cim__str_is(text, "24/7")) return *decides = true;
    if (!rule_on(text, w, decides, on) || !rule_on(text, &yesterday, &still, on)) return false;
    *decides |= still;
    return true;
}

static bool time_holds(cim__str text, const cim__when *w)
{
    bool on = false;
    if (!w->known) return false;
    while (text.len) {
        const char *semicolon = memchr(text.ptr, ';', text.len);
        size_t n = semicolon ? (size_t)(semicolon - text.ptr) : text.len;
        bool decides = false, says = false;
        if (cim__str_trim((cim__str){ text.ptr, n }).len) {
            if (!time_rule((cim__str){ text.ptr, n }, w, &decides, &says)) return false;
            if (decides) on = says;
        }
        n += semicolon != NULL;
        text = (cim__str){ text.ptr + n, text.len - n };
    }
    return on;
}

/* ---- sizes ---- */

/* weight>7.5, length >= 10; false: it is none. */
static bool size_demand(cim__str text, const cim__size *size, bool *holds)
{
    static const char *const names[] = { "height", "width", "length", "weightrating", "weight" };
    const double values[] = { size->height_m, size->width_m, size->length_m, size->weight_t, size->weight_t };
    for (size_t i = 0; i < 5; i++) {
        size_t n = strlen(names[i]);
        if (!cim__str_starts(text, names[i])) continue;
        cim__str rest = cim__str_trim((cim__str){ text.ptr + n, text.len - n });
        if (!rest.len || (rest.ptr[0] != '<' && rest.ptr[0] != '>')) continue;
        bool less = rest.ptr[0] == '<', equal = rest.len > 1 && rest.ptr[1] == '=';
        double limit;
        rest = (cim__str){ rest.ptr + 1 + equal, rest.len - 1 - equal };
        while (rest.len && (is_letter(rest.ptr[rest.len - 1]) || rest.ptr[rest.len - 1] == ' ')) rest.len--;
        *holds = cim__parse_double(rest, &limit) && values[i] > 0.0 && (less ? values[i] < limit : values[i] > limit || (equal && values[i] >= limit));
        if (less && equal && values[i] > 0.0 && values[i] <= limit) *holds = true;
        return true;
    }
    return false;
}

static bool demand_holds(cim__str text, const cim__when *when, const cim__size *size)
{
    bool holds;
    text = cim__str_trim(text);
    if (size_demand(text, size, &holds)) return holds;
    return time_holds(text, when);
}

bool cim__when_holds(cim__str text, const cim__when *when, const cim__size *size)
{
    text = cim__str_trim(text);
    if (text.len > 1 && text.ptr[0] == '(' && text.ptr[text.len - 1] == ')') text = (cim__str){ text.ptr + 1, text.len - 2 };
    for (size_t i = 0; i + 5 <= text.len; i++) {
        if (strncasecmp(text.ptr + i, " and ", 5) != 0) continue;
        if (!demand_holds((cim__str){ text.ptr, i }, when, size)) return false;
        text = (cim__str){ text.ptr + i + 5, text.len - i - 5 };
        i = (size_t)-1;
    }
    return demand_holds(text, when, size);
}

/* The end of a part: the next ';' outside of parentheses. */
static size_t part_end(cim__str text)
{
    int depth = 0;
    for (size_t i = 0; i < text.len; i++) {
        depth += text.ptr[i] == '(';
        depth -= text.ptr[i] == ')';
        if (text.ptr[i] == ';' && depth <= 0) return i;
    }
    return text.len;
}

bool cim__when_value(cim__str text, const cim__when *when, const cim__size *size, cim__str *value_out)
{
    bool found = false;
    while (text.len) {
        size_t n = part_end(text);
        const char *sign_at = memchr(text.ptr, '@', n);
        if (sign_at) {
            cim__str value = cim__str_trim((cim__str){ text.ptr, (size_t)(sign_at - text.ptr) });
            if (cim__when_holds((cim__str){ sign_at + 1, n - (size_t)(sign_at + 1 - text.ptr) }, when, size)) {
                *value_out = value;
                found = true;
            }
        }
        n += n < text.len;
        text = (cim__str){ text.ptr + n, text.len - n };
    }
    return found;
}
