/* cql_time.c - instants of ISO 8601 and the relations between times (W3C and OGC, "Time Ontology in OWL").
 *
 * An instant is as long as its precision: "2026-01" is a month.  Two instants are compared at the coarser of their precisions:
 * 2026-01-15 is neither before nor after 2026-01, so it is equal to it.  Months lie in years, days in months, so that exactly one of
 * before, equal, after holds.  Times without a zone are UTC. */
#include "city/cql.h"
#include "core/date.h"

static const int64_t day_us = 86400000000;

/* ---- reading ---- */

typedef struct reader {
    const char *pos, *end;
} reader;

static bool digits(reader *r, int count, int least, int most, int *value)
{
    int v = 0;
    if (r->end - r->pos < count) return false;
    for (int i = 0; i < count; i++) {
        char c = r->pos[i];
        if (c < '0' || c > '9') return false;
        v = v * 10 + (c - '0');
    }
    r->pos += count;
    *value = v;
    return v >= least && v <= most;
}

static bool take(reader *r, char c)
{
    if (r->pos == r->end || *r->pos != c) return false;
    r->pos++;
    return true;
}

/* Microseconds of ".123456789", further digits dropped. */
static bool fraction(reader *r, int64_t *us)
{
    int64_t unit = 100000;
    const char *start = r->pos;
    for (; r->pos < r->end && *r->pos >= '0' && *r->pos <= '9'; r->pos++, unit /= 10) *us += unit * (*r->pos - '0');
    return r->pos > start;
}

/* "Z", "+01:00", "+01" or nothing. */
static bool zone(reader *r, int64_t *us)
{
    int hours = 0, minutes = 0;
    if (r->pos == r->end || take(r, 'Z') || take(r, 'z')) return r->pos == r->end;
    bool east = *r->pos == '+';
    if (!take(r, '+') && !take(r, '-')) return false;
    if (!digits(r, 2, 0, 23, &hours)) return false;
    if (r->pos < r->end) {
        take(r, ':');
        if (!digits(r, 2, 0, 59, &minutes)) return false;
    }
    int64_t offset = ((int64_t)hours * 60 + minutes) * 60000000;
    *us += east ? -offset : offset;
    return r->pos == r->end;
}

static bool clock_time(reader *r, int64_t midnight_us, cim__cql_instant *at)
{
    int hour, minute, second = 0;
    int64_t us = 0;
    bool minutes_only = true;
    if (!digits(r, 2, 0, 23, &hour) || !take(r, ':') || !digits(r, 2, 0, 59, &minute)) return false;
    if (take(r, ':')) {
        minutes_only = false;
        if (!digits(r, 2, 0, 60, &second)) return false;
        if (take(r, '.') && !fraction(r, &us)) return false;
        if (second == 60) second = 59, us = 999999; /* a leap second */
    }
    us += midnight_us + (((int64_t)hour * 60 + minute) * 60 + second) * 1000000;
    if (!zone(r, &us)) return false;
    *at = (cim__cql_instant){ us, us + (minutes_only ? 59999999 : 0) };
    return true;
}

static bool in_year(reader *r, int year, cim__cql_instant *at)
{
    int month, day;
    if (r->pos == r->end) {
        *at = (cim__cql_instant){ cim__date_days(year, 1, 1) * day_us, cim__date_days(year + 1, 1, 1) * day_us - 1 };
        return true;
    }
    if (!take(r, '-') || !digits(r, 2, 1, 12, &month)) return false;
    int64_t first = cim__date_days(year, month, 1) * day_us;
    if (r->pos == r->end) {
        *at = (cim__cql_instant){ first, first + cim__month_length(year, month) * day_us - 1 };
        return true;
    }
    if (!take(r, '-') || !digits(r, 2, 1, cim__month_length(year, month), &day)) return false;
    first += (day - 1) * day_us;
    if (r->pos == r->end) {
        *at = (cim__cql_instant){ first, first + day_us - 1 };
        return true;
    }
    if (!take(r, 'T') && !take(r, 't') && !take(r, ' ')) return false;
    return clock_time(r, first, at);
}

bool cim__cql_read_instant(cim__str text, cim__cql_instant *instant_out)
{
    reader r = { text.ptr, text.ptr + text.len };
    int year;
    return digits(&r, 4, 1, 9999, &year) && in_year(&r, year, instant_out);
}

/* ---- relations ---- */

int cim__cql_instant_order(const cim__cql_instant *a, const cim__cql_instant *b)
{
    return a->last < b->first ? -1 : a->first > b->last ? 1 : 0;
}

/* Allen's relations between the ends (J. F. Allen, "Maintaining knowledge about temporal intervals", 1983); an instant is an
 * interval whose ends are equal. */
static bool holds(cim__cql_relation relation, const cim__cql_value *a, const cim__cql_value *b)
{
    int from_from = cim__cql_instant_order(&a->time.from, &b->time.from), to_to = cim__cql_instant_order(&a->time.to, &b->time.to);
    int from_to = cim__cql_instant_order(&a->time.from, &b->time.to), to_from = cim__cql_instant_order(&a->time.to, &b->time.from);
    switch (relation) {
    case CIM__CQL_AFTER: return from_to > 0;
    case CIM__CQL_BEFORE: return to_from < 0;
    case CIM__CQL_DISJOINT: return from_to > 0 || to_from < 0;
    case CIM__CQL_SAME: return from_from == 0 && to_to == 0;
    case CIM__CQL_INTERSECTS: return from_to <= 0 && to_from >= 0;
    case CIM__CQL_CONTAINS: return from_from < 0 && to_to > 0;
    case CIM__CQL_DURING: return from_from > 0 && to_to < 0;
    case CIM__CQL_FINISHED_BY: return from_from < 0 && to_to == 0;
    case CIM__CQL_FINISHES: return from_from > 0 && to_to == 0;
    case CIM__CQL_MEETS: return to_from == 0;
    case CIM__CQL_MET_BY: return from_to == 0;
    case CIM__CQL_OVERLAPPED_BY: return from_from > 0 && from_to < 0 && to_to > 0;
    case CIM__CQL_OVERLAPS: return from_from < 0 && to_from > 0 && to_to < 0;
    case CIM__CQL_STARTED_BY: return from_from == 0 && to_to > 0;
    case CIM__CQL_STARTS: return from_from == 0 && to_to < 0;
    }
    return false;
}

static bool ends_early(const cim__cql_value *v) { return cim__cql_instant_order(&v->time.from, &v->time.to) > 0; }

cim__truth cim__cql_relate_times(cim__cql_relation relation, const cim__cql_value *a, const cim__cql_value *b)
{
    cim__cql_value x, y;
    if (!cim__cql_time_of(a, &x) || !cim__cql_time_of(b, &y)) return CIM__UNKNOWN;
    if (ends_early(&x) || ends_early(&y)) return CIM__UNKNOWN;
    return holds(relation, &x, &y);
}
