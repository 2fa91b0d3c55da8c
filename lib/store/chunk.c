/* chunk.c - observations to bytes and back, without losing a bit.
 *
 * Measured values have few decimals: 21.4 is stored as 214 and "one decimal" when 214 / 10 gives exactly the same double, which division
 * of whole numbers below 2^53 by powers of ten does, being correctly rounded.  What is no such decimal is an exception; when there are many,
 * all values are stored by the bits that changed. */
#include "store/chunk.h"

enum { VERSION = 1, REGULAR = 4, DECIMAL = 8, QUALITY = 16, DECIMALS = 12 };
static const int64_t TIME_MIN = -62135596800000, TIME_MAX = 253402300799999;

static const double tens[DECIMALS + 1] = { 1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12 };

static uint64_t bits_of(double v)
{
    uint64_t u;
    memcpy(&u, &v, sizeof u);
    return u;
}

static double double_of(uint64_t u)
{
    double v;
    memcpy(&v, &u, sizeof v);
    return v;
}

/* ---- writing ---- */

/* Writes at p, which has room for ten bytes. */
static uint8_t *put_varint(uint8_t *p, uint64_t v)
{
    for (; v >= 0x80; v >>= 7) *p++ = (uint8_t)(v | 0x80);
    *p++ = (uint8_t)v;
    return p;
}

static bool is_regular(const cim__series *s)
{
    for (uint32_t i = 2; i < s->count; i++)
        if (s->times[i] - s->times[i - 1] != s->times[1] - s->times[0]) return false;
    return true;
}

static uint8_t *put_times(uint8_t *p, const cim__series *s, bool regular)
{
    p = put_varint(p, cim__zigzag(s->times[0]));
    if (s->count < 2) return p;
    int64_t step = s->times[1] - s->times[0];
    p = put_varint(p, (uint64_t)step);
    for (uint32_t i = 2; i < s->count && !regular; i++) {
        int64_t next = s->times[i] - s->times[i - 1];
        p = put_varint(p, cim__zigzag(next - step));
        step = next;
    }
    return p;
}

static bool as_decimal(double v, double ten, int64_t *whole_out)
{
    double x = v * ten;
    if (!(x > -1125899906842624.0 && x < 1125899906842624.0)) return false; /* 2^50: the product is off by less than half */
    *whole_out = (int64_t)(x < 0.0 ? x - 0.5 : x + 0.5);
    return bits_of((double)*whole_out / ten) == bits_of(v);
}

/* The fewest decimals that all but exceptions have. */
static int decimals_of(const cim__series *s)
{
    int most = 0;
    int64_t whole;
    for (uint32_t i = 0; i < s->count; i++) {
        int d = most;
        while (d <= DECIMALS && !as_decimal(s->values[i], tens[d], &whole)) d++;
        if (d <= DECIMALS) most = d;
    }
    return most;
}

static uint32_t exceptions_of(const cim__series *s, double ten)
{
    uint32_t count = 0;
    int64_t whole;
    for (uint32_t i = 0; i < s->count; i++) count += !as_decimal(s->values[i], ten, &whole);
    return count;
}

static uint8_t *put_eight(uint8_t *p, uint64_t u)
{
    for (int i = 0; i < 8; i++) *p++ = (uint8_t)(u >> (8 * i));
    return p;
}

static uint8_t *put_decimals(uint8_t *p, const cim__series *s, int decimals, uint32_t exceptions)
{
    double ten = tens[decimals];
    int64_t whole = 0, before = 0;
    uint32_t last = 0;
    *p++ = (uint8_t)decimals;
    p = put_varint(p, exceptions);
    for (uint32_t i = 0; i < s->count && exceptions; i++) {
        if (as_decimal(s->values[i], ten, &whole)) continue;
        p = put_eight(put_varint(p, i - last), bits_of(s->values[i]));
        last = i;
    }
    for (uint32_t i = 0; i < s->count; i++) {
        if (!as_decimal(s->values[i], ten, &whole)) whole = before;
        p = put_varint(p, cim__zigzag(whole - before));
        before = whole;
    }
    return p;
}

static uint8_t *put_bits(uint8_t *p, const cim__series *s)
{
    uint64_t before = 0;
    for (uint32_t i = 0; i < s->count; i++) {
        uint64_t now = bits_of(s->values[i]), x = now ^ before;
        unsigned front = x ? (unsigned)__builtin_clzll(x) / 8 : 0, behind = x ? (unsigned)__builtin_ctzll(x) / 8 : 8;
        unsigned size = 8 - front - behind;
        *p++ = (uint8_t)(front << 4 | size);
        for (unsigned k = 0; k < size; k++) *p++ = (uint8_t)(x >> (8 * (behind + k)));
        before = now;
    }
    return p;
}

static bool all_good(const cim__series *s)
{
    for (uint32_t i = 0; i < s->count; i++)
        if (s->qualities[i]) return false;
    return true;
}

static uint8_t *put_qualities(uint8_t *p, const cim__series *s)
{
    for (uint32_t i = 0, end; i < s->count; i = end) {
        for (end = i + 1; end < s->count && s->qualities[end] == s->qualities[i]; end++) continue;
        p = put_varint(p, end - i);
        *p++ = s->qualities[i];
    }
    return p;
}

void cim__chunk_put(cim__buf *out, const cim__series *s)
{
    enum { HEAD = 32, EACH = 10 + 10 + 18 + 11 }; /* time, difference, exception, quality at their longest */
    if (!cim__buf_reserve(out, HEAD + (size_t)s->count * EACH)) return;
    int decimals = decimals_of(s);
    uint32_t exceptions = exceptions_of(s, tens[decimals]);
    bool regular = is_regular(s), decimal = exceptions <= s->count / 4, good = all_good(s);
    uint8_t *start = out->data + out->size, *p = start;
    *p++ = (uint8_t)(VERSION | (regular ? REGULAR : 0) | (decimal ? DECIMAL : 0) | (good ? 0 : QUALITY));
    p = put_times(put_varint(p, s->count), s, regular);
    p = decimal ? put_decimals(p, s, decimals, exceptions) : put_bits(p, s);
    if (!good) p = put_qualities(p, s);
    out->size += (size_t)(p - start);
}

/* ---- reading ---- */

typedef struct reader {
    const uint8_t *p, *end;
    bool bad;
} reader;

static uint64_t get_varint(reader *r)
{
    uint64_t v = 0;
    if (r->p < r->end && *r->p < 0x80) return *r->p++;
    if (!cim__get_varint(&r->p, r->end, &v)) r->bad = true;
    return v;
}

static uint8_t get_byte(reader *r)
{
    if (r->p < r->end) return *r->p++;
    r->bad = true;
    return 0;
}

/* Steps are positive and sums stay in bounds, so nothing overflows. */
static void get_times(reader *r, cim__series *s, bool regular)
{
    int64_t time = cim__unzigzag(get_varint(r));
    uint64_t step = 0;
    if (time < TIME_MIN || time > TIME_MAX) r->bad = true;
    s->times[0] = time;
    if (s->count > 1) step = get_varint(r);
    for (uint32_t i = 1; i < s->count && !r->bad; i++) {
        if (i > 1 && !regular) step += (uint64_t)cim__unzigzag(get_varint(r));
        if (!step || step > (uint64_t)(TIME_MAX - time)) {
            r->bad = true;
            return;
        }
        time += (int64_t)step;
        s->times[i] = time;
    }
}

static uint64_t get_little(reader *r, unsigned size)
{
    uint64_t u = 0;
    if ((size_t)(r->end - r->p) < size) {
        r->bad = true;
        return 0;
    }
    for (unsigned k = 0; k < size; k++) u |= (uint64_t)r->p[k] << (8 * k);
    r->p += size;
    return u;
}

static void get_exceptions(const reader *from, cim__series *s, uint32_t exceptions)
{
    reader r = *from;
    uint32_t at = 0;
    for (uint32_t i = 0; i < exceptions; i++) {
        at += (uint32_t)get_varint(&r);
        s->values[at] = double_of(get_little(&r, 8));
    }
}

static bool skip_exceptions(reader *r, uint32_t exceptions, uint32_t count)
{
    uint64_t at = 0;
    for (uint32_t i = 0; i < exceptions && !r->bad; i++) {
        uint64_t step = get_varint(r);
        uint64_t bits = get_little(r, 8);
        if (step >= count || (i && !step) || (at += step) >= count) return false;
        if ((bits & 0x7ff0000000000000u) == 0x7ff0000000000000u && bits != 0x7ff8000000000000u) return false; /* infinite, or another NaN */
    }
    return !r->bad;
}

static void get_decimals(reader *r, cim__series *s)
{
    uint8_t decimals = get_byte(r);
    uint64_t exceptions = get_varint(r), whole = 0;
    reader before = *r;
    if (r->bad || decimals > DECIMALS || exceptions > s->count || !skip_exceptions(r, (uint32_t)exceptions, s->count)) {
        r->bad = true;
        return;
    }
    double ten = tens[decimals], *values = s->values;
    reader fast = *r; /* in registers */
    for (uint32_t i = 0, count = s->count; i < count; i++) {
        whole += (uint64_t)cim__unzigzag(get_varint(&fast));
        values[i] = (double)(int64_t)whole / ten;
    }
    *r = fast;
    if (!r->bad) get_exceptions(&before, s, (uint32_t)exceptions);
}

static void get_bits(reader *r, cim__series *s)
{
    uint64_t bits = 0;
    for (uint32_t i = 0; i < s->count && !r->bad; i++) {
        uint8_t head = get_byte(r);
        unsigned front = head >> 4, size = head & 15;
        if (front + size > 8) {
            r->bad = true;
            return;
        }
        if (size) bits ^= get_little(r, size) << (8 * (8 - front - size));
        if ((bits & 0x7ff0000000000000u) == 0x7ff0000000000000u && bits != 0x7ff8000000000000u) r->bad = true;
        s->values[i] = double_of(bits);
    }
}

static void get_qualities(reader *r, cim__series *s)
{
    for (uint32_t i = 0; i < s->count && !r->bad;) {
        uint64_t run = get_varint(r);
        uint8_t quality = get_byte(r);
        if (!run || run > s->count - i) {
            r->bad = true;
            return;
        }
        memset(s->qualities + i, quality, (size_t)run);
        i += (uint32_t)run;
    }
}

bool cim__chunk_get(cim__str bytes, cim__series *s)
{
    reader r = { (const uint8_t *)bytes.ptr, (const uint8_t *)bytes.ptr + bytes.len, false };
    uint8_t flags = get_byte(&r);
    uint64_t count = get_varint(&r);
    if (r.bad || (flags & 3) != VERSION || flags > 31 || !count || count > CIM__CHUNK_MOST) return false;
    s->count = (uint32_t)count;
    get_times(&r, s, flags & REGULAR);
    if (r.bad) return false;
    if (flags & DECIMAL) get_decimals(&r, s);
    else get_bits(&r, s);
    if (flags & QUALITY) get_qualities(&r, s);
    else memset(s->qualities, 0, s->count);
    return !r.bad && r.p == r.end;
}

cim__chunk_facts cim__chunk_facts_of(const cim__series *s)
{
    cim__chunk_facts f = { s->times[0], s->times[s->count - 1], s->count, 0, 0.0, 0.0, 0.0, s->values[s->count - 1], s->qualities[s->count - 1] };
    double lost = 0.0;
    for (uint32_t i = 0; i < s->count; i++) {
        double v = s->values[i];
        if (!cim__counts(v, s->qualities[i])) continue;
        if (!f.numbers || v < f.min) f.min = v;
        if (!f.numbers || v > f.max) f.max = v;
        double sum = f.sum + v; /* A. Neumaier, 1974 */
        lost += (f.sum < 0.0 ? -f.sum : f.sum) >= (v < 0.0 ? -v : v) ? (f.sum - sum) + v : (v - sum) + f.sum;
        f.sum = sum;
        f.numbers++;
    }
    if (lost - lost == 0.0) f.sum += lost;
    return f;
}
