/* cql_value.c - comparing values, and the casts that comparisons make.
 *
 *   number with text    the text is read as a number
 *   truth with text     true, yes, 1 / false, no, 0 (case ignored); with a number: 1 / 0
 *   time with text      the text is read as ISO 8601; with a whole number of 1 .. 9999: as a year
 *   text with text      by code points
 * What cannot be cast is unknown, never an error: attributes of a city come from many sources. */
#include "city/cql.h"
#include "core/num.h"

#include <math.h>

bool cim__cql_real_of(const cim__cql_value *v, double *real_out)
{
    if (v->type == CIM__CQL_TEXT) return cim__parse_double(v->text, real_out);
    if (v->type != CIM__CQL_REAL) return false;
    *real_out = v->real;
    return true;
}

static bool truth_of(const cim__cql_value *v, bool *truth_out)
{
    static const char *const words[] = { "FALSE", "TRUE", "NO", "YES", "0", "1" };
    if (v->type == CIM__CQL_BOOL) *truth_out = v->truth;
    else if (v->type == CIM__CQL_REAL && (v->real == 0.0 || v->real == 1.0)) *truth_out = v->real == 1.0;
    else if (v->type == CIM__CQL_TEXT)
        for (int i = 0; i < 6; i++) {
            if (!cim__cql_same(v->text, words[i])) continue;
            *truth_out = i & 1;
            return true;
        }
    return v->type == CIM__CQL_BOOL || (v->type == CIM__CQL_REAL && (v->real == 0.0 || v->real == 1.0));
}

bool cim__cql_time_of(const cim__cql_value *v, cim__cql_value *time_out)
{
    cim__cql_instant at;
    char year[5];
    if (v->type == CIM__CQL_TIME) {
        *time_out = *v;
        return true;
    }
    cim__str text = v->type == CIM__CQL_TEXT ? v->text : (cim__str){ year, 4 };
    if (v->type == CIM__CQL_REAL) {
        if (!(v->real >= 1.0 && v->real <= 9999.0) || v->real != floor(v->real)) return false;
        for (int i = 3, n = (int)v->real; i >= 0; i--, n /= 10) year[i] = (char)('0' + n % 10);
    } else if (v->type != CIM__CQL_TEXT) {
        return false;
    }
    if (!cim__cql_read_instant(text, &at)) return false;
    *time_out = (cim__cql_value){ .type = CIM__CQL_TIME, .time = { at, at } };
    return true;
}

bool cim__cql_text_of(const cim__cql_value *v, cim__arena *arena, cim__str *text_out)
{
    if (v->type == CIM__CQL_TEXT) {
        *text_out = v->text;
        return true;
    }
    if (v->type == CIM__CQL_BOOL) {
        *text_out = v->truth ? CIM__STR("true") : CIM__STR("false");
        return true;
    }
    if (v->type != CIM__CQL_REAL) return false;
    cim__buf buf = cim__buf_on(arena->mem);
    cim__put_double(&buf, v->real);
    *text_out = buf.failed ? (cim__str){ NULL, 0 } : cim__arena_str(arena, cim__buf_str(&buf));
    cim__buf_free(&buf);
    return text_out->ptr != NULL;
}

/* ---- comparison ---- */

static cim__truth by_order(cim__cql_op op, int order)
{
    switch (op) {
    case CIM__CQL_EQUAL: return order == 0;
    case CIM__CQL_UNEQUAL: return order != 0;
    case CIM__CQL_LESS: return order < 0;
    case CIM__CQL_LESS_EQUAL: return order <= 0;
    case CIM__CQL_GREATER: return order > 0;
    default: return order >= 0;
    }
}

static int text_order(cim__str a, cim__str b)
{
    size_t n = a.len < b.len ? a.len : b.len;
    int order = n ? memcmp(a.ptr, b.ptr, n) : 0;
    return order ? order : a.len < b.len ? -1 : a.len > b.len;
}

static cim__truth compare_times(cim__cql_op op, const cim__cql_value *a, const cim__cql_value *b)
{
    cim__cql_value x, y;
    if (!cim__cql_time_of(a, &x) || !cim__cql_time_of(b, &y)) return CIM__UNKNOWN;
    return by_order(op, cim__cql_instant_order(&x.time.from, &y.time.from));
}

cim__truth cim__cql_compare(cim__cql_op op, const cim__cql_value *a, const cim__cql_value *b)
{
    double x, y;
    bool s, t;
    if (a->type == CIM__CQL_OPAQUE || b->type == CIM__CQL_OPAQUE) return CIM__UNKNOWN;
    if (a->type == CIM__CQL_TEXT && b->type == CIM__CQL_TEXT) return by_order(op, text_order(a->text, b->text));
    if (a->type == CIM__CQL_TIME || b->type == CIM__CQL_TIME) return compare_times(op, a, b);
    if (a->type == CIM__CQL_BOOL || b->type == CIM__CQL_BOOL) return truth_of(a, &s) && truth_of(b, &t) ? by_order(op, (int)s - (int)t) : CIM__UNKNOWN;
    if (!cim__cql_real_of(a, &x) || !cim__cql_real_of(b, &y)) return CIM__UNKNOWN;
    return by_order(op, (x > y) - (x < y));
}

/* ---- arithmetic ---- */

bool cim__cql_arithmetic(cim__cql_op op, double a, double b, double *result_out)
{
    double r = NAN;
    switch (op) {
    case CIM__CQL_ADD: r = a + b; break;
    case CIM__CQL_SUBTRACT: r = a - b; break;
    case CIM__CQL_MULTIPLY: r = a * b; break;
    case CIM__CQL_DIVIDE: r = a / b; break;
    case CIM__CQL_DIV: r = trunc(a / b); break;
    case CIM__CQL_MODULO: r = fmod(a, b); break;
    case CIM__CQL_POWER: r = pow(a, b); break;
    default: break;
    }
    *result_out = r;
    return isfinite(r);
}
