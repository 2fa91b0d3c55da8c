/* num.c - numbers to and from text.
 *
 * READING  at most 19 digits are gathered in an integer m with a decimal exponent e.  When m < 2^53 and |e| <= 22 both
 *          m and 10^|e| are exact doubles and one multiplication or division rounds correctly (W. D. Clinger, "How to
 *          read floating point numbers accurately", PLDI 1990).  Where long double has a mantissa of 64 bits, the same is done
 *          with 19 digits and |e| <= 27, and kept when what is cut off cannot lie half-way between two doubles: degrees with
 *          15 decimals are like that.  Everything else goes to strtod_l in a C locale.
 * WRITING  for p = 0..9 decimals: r = round(v * 10^p); if r / 10^p == v then r with p decimals is a shortest text.
 *          That covers every coordinate of an ordinary file; the rest tries 15, 16, 17 digits. */
#include "core/num.h"

#include <float.h>
#include <locale.h>
#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

static const double pow10_table[] = { 1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
                                      1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22 };

static locale_t c_locale;
static pthread_once_t c_locale_once = PTHREAD_ONCE_INIT;

static void make_c_locale(void) { c_locale = newlocale(LC_ALL_MASK, "C", (locale_t)0); }

/* Numbers longer than this are cut: no double needs more than 767 significant digits to round, and a long tail of
 * digits is an attack rather than a measurement. */
enum { SLOW_DIGITS = 800 };

static double slow_double(const char *text, const char *end)
{
    char copy[SLOW_DIGITS + 1];
    size_t n = (size_t)(end - text);
    if (n > SLOW_DIGITS) n = SLOW_DIGITS;
    memcpy(copy, text, n);
    copy[n] = 0;
    pthread_once(&c_locale_once, make_c_locale);
    return c_locale ? strtod_l(copy, NULL, c_locale) : 0.0;
}

static inline bool is_digit(char c) { return (unsigned char)(c - '0') < 10; }

typedef struct decimal {
    uint64_t mantissa;
    int digits, exponent; /* significant digits seen; decimal exponent of the mantissa */
    bool any;
} decimal;

static const char *read_digits(const char *p, const char *end, decimal *d, int step)
{
    for (; p < end && is_digit(*p); p++) {
        d->any = true;
        if (d->digits < 19) {
            d->mantissa = d->mantissa * 10 + (uint64_t)(*p - '0');
            d->digits += d->mantissa != 0;
            d->exponent += step;
        } else {
            d->digits = 20; /* inexact */
            d->exponent += step + 1;
        }
    }
    return p;
}

static const char *read_exponent(const char *p, const char *end, decimal *d)
{
    const char *q = p;
    int value = 0;
    bool negative;
    if (q >= end || (*q | 0x20) != 'e') return p;
    q++;
    negative = q < end && *q == '-';
    if (q < end && (*q == '-' || *q == '+')) q++;
    if (q >= end || !is_digit(*q)) return p;
    for (; q < end && is_digit(*q); q++)
        if (value < 100000) value = value * 10 + (*q - '0');
    d->exponent += negative ? -value : value;
    return q;
}

#if LDBL_MANT_DIG == 64 && (defined(__x86_64__) || defined(__i386__))
static const long double pow10_long[] = { 1e0L,  1e1L,  1e2L,  1e3L,  1e4L,  1e5L,  1e6L,  1e7L,  1e8L,  1e9L,  1e10L, 1e11L, 1e12L, 1e13L,
                                          1e14L, 1e15L, 1e16L, 1e17L, 1e18L, 1e19L, 1e20L, 1e21L, 1e22L, 1e23L, 1e24L, 1e25L, 1e26L, 1e27L };

/* 10^27 = 2^27 * 5^27 and 5^27 < 2^63, so both operands are exact and the result is within half a unit of its 64th bit.  The 11
 * bits that a double does not have decide the rounding, unless they are next to a half. */
static bool long_double(const decimal *d, double *value_out)
{
    if (d->digits > 19 || d->exponent < -27 || d->exponent > 27 || !d->mantissa) return false;
    long double v = (long double)d->mantissa;
    uint64_t bits;
    v = d->exponent < 0 ? v / pow10_long[-d->exponent] : v * pow10_long[d->exponent];
    memcpy(&bits, &v, sizeof bits);
    unsigned cut = (unsigned)bits & 0x7ff;
    if (cut >= 0x3ff && cut <= 0x401) return false;
    *value_out = (double)v;
    return true;
}
#else
static bool long_double(const decimal *d, double *value_out)
{
    (void)d, (void)value_out;
    return false;
}
#endif

const char *cim__read_double(const char *text, const char *end, double *value_out)
{
    const char *p = text;
    decimal d = { 0, 0, 0, false };
    bool negative = p < end && *p == '-';
    if (p < end && (*p == '-' || *p == '+')) p++;
    p = read_digits(p, end, &d, 0);
    if (p < end && *p == '.') p = read_digits(p + 1, end, &d, -1);
    if (!d.any) return NULL;
    p = read_exponent(p, end, &d);
    if (d.digits <= 19 && d.mantissa < 1ull << 53 && d.exponent >= -22 && d.exponent <= 22) {
        double v = (double)d.mantissa;
        v = d.exponent < 0 ? v / pow10_table[-d.exponent] : v * pow10_table[d.exponent];
        *value_out = negative ? -v : v;
    } else if (long_double(&d, value_out)) {
        if (negative) *value_out = -*value_out;
    } else {
        *value_out = slow_double(*text == '+' ? text + 1 : text, p);
    }
    return p;
}

const char *cim__read_int(const char *text, const char *end, int64_t *value_out)
{
    const char *p = text;
    int64_t v = 0;
    bool negative = p < end && *p == '-';
    if (p < end && (*p == '-' || *p == '+')) p++;
    if (p >= end || !is_digit(*p)) return NULL;
    for (; p < end && is_digit(*p); p++) {
        int digit = *p - '0';
        if (__builtin_mul_overflow(v, (int64_t)10, &v)) return NULL;
        if (negative ? __builtin_sub_overflow(v, (int64_t)digit, &v) : __builtin_add_overflow(v, (int64_t)digit, &v)) return NULL;
    }
    *value_out = v;
    return p;
}

bool cim__parse_double(cim__str text, double *value_out)
{
    text = cim__str_trim(text);
    double v;
    const char *p = text.len ? cim__read_double(text.ptr, text.ptr + text.len, &v) : NULL;
    if (p != text.ptr + text.len || !p || !isfinite(v)) return false;
    *value_out = v;
    return true;
}

bool cim__parse_int(cim__str text, int64_t *value_out)
{
    text = cim__str_trim(text);
    int64_t v;
    const char *p = text.len ? cim__read_int(text.ptr, text.ptr + text.len, &v) : NULL;
    if (p != text.ptr + text.len || !p) return false;
    *value_out = v;
    return true;
}

/* ---- writing ---- */

static const char two_digits[] = "0001020304050607080910111213141516171819202122232425262728293031323334353637383940414243444546474849"
                                "5051525354555657585960616263646566676869707172737475767778798081828384858687888990919293949596979899";

static size_t digits_of(uint64_t v, char out[20])
{
    char text[20];
    size_t at = sizeof text;
    for (; v >= 100; v /= 100) memcpy(text + (at -= 2), two_digits + 2 * (v % 100), 2);
    if (v >= 10) memcpy(text + (at -= 2), two_digits + 2 * v, 2);
    else text[--at] = (char)('0' + v);
    memcpy(out, text + at, sizeof text - at);
    return sizeof text - at;
}

void cim__put_int(cim__buf *buf, int64_t value)
{
    char text[21];
    size_t n = 0;
    uint64_t u = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
    if (value < 0) text[n++] = '-';
    n += digits_of(u, text + n);
    cim__buf_put(buf, text, n);
}

/* r / 10^decimals as text, without trailing zeros. */
static void put_scaled(cim__buf *buf, bool negative, uint64_t r, int decimals)
{
    char digits[20], text[48];
    while (decimals > 0 && r % 10 == 0) r /= 10, decimals--;
    size_t n = digits_of(r, digits), at = 0, whole = n > (size_t)decimals ? n - (size_t)decimals : 0;
    if (negative && r) text[at++] = '-';
    if (!whole) text[at++] = '0';
    memcpy(text + at, digits, whole);
    at += whole;
    if (decimals) {
        text[at++] = '.';
        for (size_t pad = (size_t)decimals - (n - whole); pad; pad--) text[at++] = '0';
        memcpy(text + at, digits + whole, n - whole);
        at += n - whole;
    }
    cim__buf_put(buf, text, at);
}

void cim__put_fixed(cim__buf *buf, double value, int decimals)
{
    double scaled = fabs(value) * pow10_table[decimals];
    if (!(scaled < 9e18)) cim__put_double(buf, value);
    else put_scaled(buf, value < 0, (uint64_t)(scaled + 0.5), decimals);
}

/* %.{15,16,17}g under any locale: whatever stands between digits and is no exponent is the decimal point. */
static void put_general(cim__buf *buf, double value)
{
    char text[64], clean[64];
    for (int digits = 15; digits <= 17; digits++) {
        size_t n = 0;
        bool point = false;
        snprintf(text, sizeof text, "%.*g", digits, value);
        for (const char *p = text; *p; p++) {
            bool keep = is_digit(*p) || *p == '-' || *p == '+' || *p == 'e';
            if (keep) clean[n++] = *p;
            else if (!point) clean[n++] = '.';
            point = !keep;
        }
        double back;
        if (digits == 17 || (cim__read_double(clean, clean + n, &back) && back == value)) {
            cim__buf_put(buf, clean, n);
            return;
        }
    }
}

void cim__put_double(cim__buf *buf, double value)
{
    if (!isfinite(value)) {
        cim__buf_puts(buf, "null");
        return;
    }
    double magnitude = fabs(value);
    if (magnitude < 1e15)
        for (int p = 0; p <= 9; p++) {
            double r = nearbyint(magnitude * pow10_table[p]);
            if (r >= 9007199254740992.0) break;
            if (r / pow10_table[p] == magnitude) {
                put_scaled(buf, value < 0, (uint64_t)r, p);
                return;
            }
        }
    put_general(buf, value);
}
