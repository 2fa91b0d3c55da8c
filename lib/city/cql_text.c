/* cql_text.c - LIKE, and texts without case and accents. */
#include "city/cql.h"

#include "city/cql_fold.inc"

/* ---- UTF-8; bytes that are none count as one character each ---- */

static size_t decode(const char *p, const char *end, uint32_t *c)
{
    unsigned char b = (unsigned char)*p;
    size_t n = b < 0x80 ? 1 : b >= 0xc2 && b < 0xe0 ? 2 : b >= 0xe0 && b < 0xf0 ? 3 : b >= 0xf0 && b < 0xf5 ? 4 : 0;
    if (!n || (size_t)(end - p) < n) n = 0;
    uint32_t v = n == 1 ? b : b & (0x7fu >> n);
    for (size_t i = 1; i < n; i++) {
        if (((unsigned char)p[i] & 0xc0) != 0x80) n = 0;
        else v = v << 6 | ((unsigned char)p[i] & 0x3f);
    }
    *c = n ? v : UINT32_MAX;
    return n ? n : 1;
}

static char *encode(char *to, uint32_t c)
{
    if (c < 0x80) {
        *to++ = (char)c;
    } else if (c < 0x800) {
        *to++ = (char)(0xc0 | c >> 6);
        *to++ = (char)(0x80 | (c & 63));
    } else if (c < 0x10000) {
        *to++ = (char)(0xe0 | c >> 12);
        *to++ = (char)(0x80 | (c >> 6 & 63));
        *to++ = (char)(0x80 | (c & 63));
    } else {
        *to++ = (char)(0xf0 | c >> 18);
        *to++ = (char)(0x80 | (c >> 12 & 63));
        *to++ = (char)(0x80 | (c >> 6 & 63));
        *to++ = (char)(0x80 | (c & 63));
    }
    return to;
}

/* ---- folding ---- */

/* Low half of the row of c, or c. */
static uint32_t look_up(const uint64_t *rows, size_t count, uint32_t c)
{
    size_t lo = 0, hi = count;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (rows[mid] >> 32 < c) lo = mid + 1;
        else hi = mid;
    }
    return lo < count && rows[lo] >> 32 == c ? (uint32_t)rows[lo] : c;
}

static bool is_mark(uint32_t c)
{
    size_t lo = 0, hi = sizeof fold_marks / sizeof *fold_marks;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if ((uint32_t)fold_marks[mid] < c) lo = mid + 1;
        else hi = mid;
    }
    return lo < sizeof fold_marks / sizeof *fold_marks && fold_marks[lo] >> 32 <= c;
}

static char *put_folded(char *to, uint32_t folded)
{
    if (folded < 1u << 31) return encode(to, folded);
    for (uint32_t at = folded >> 8 & 0x7fffff, end = at + (folded & 255); at < end; at++) to = encode(to, fold_more[at]);
    return to;
}

enum { GROWTH = 4 }; /* no character of n bytes becomes more than 4 n (checked by a test over all of them) */

static cim__str fold(cim__str text, cim__arena *arena, const uint64_t *rows, size_t count, bool marks)
{
    size_t room = text.len * GROWTH + 1;
    char *out = text.len < SIZE_MAX / 8 ? cim__arena_alloc(arena, room) : NULL, *to = out;
    const char *p = text.ptr, *end = p + text.len;
    if (!out) return (cim__str){ NULL, 0 };
    while (p < end) {
        uint32_t c;
        size_t n = decode(p, end, &c);
        if (c == UINT32_MAX) *to++ = *p;
        else if (!marks || c < 0x80 || !is_mark(c)) to = put_folded(to, c < 0x80 ? c : look_up(rows, count, c));
        p += n;
    }
    return (cim__str){ out, (size_t)(to - out) };
}

static bool is_ascii(cim__str text)
{
    for (size_t i = 0; i < text.len; i++)
        if ((unsigned char)text.ptr[i] >= 0x80) return false;
    return true;
}

static cim__str lower_ascii(cim__str text, cim__arena *arena)
{
    char *out = cim__arena_alloc(arena, text.len + 1);
    if (!out) return (cim__str){ NULL, 0 };
    for (size_t i = 0; i < text.len; i++) out[i] = text.ptr[i] >= 'A' && text.ptr[i] <= 'Z' ? (char)(text.ptr[i] + 32) : text.ptr[i];
    return (cim__str){ out, text.len };
}

cim__str cim__cql_fold_case(cim__str text, cim__arena *arena)
{
    cim__str lower = lower_ascii(text, arena);
    return !lower.ptr || is_ascii(lower) ? lower : fold(lower, arena, fold_cases, sizeof fold_cases / sizeof *fold_cases, false);
}

cim__str cim__cql_fold_accents(cim__str text, cim__arena *arena)
{
    if (is_ascii(text)) return (cim__str){ text.len ? text.ptr : "", text.len };
    return fold(text, arena, fold_accents, sizeof fold_accents / sizeof *fold_accents, true);
}

/* ---- LIKE ---- */

/* One character of the text against one of the pattern, both moved; false leaves them somewhere. */
static bool match_one(const char **t, const char *text_end, const char **p, const char *pattern_end)
{
    uint32_t c;
    if (**p == '_') {
        *t += decode(*t, text_end, &c);
        ++*p;
        return true;
    }
    if (**p == '\\' && *p + 1 < pattern_end) ++*p;
    return *(*t)++ == *(*p)++;
}

/* Matching goes back to the last % only, never to one before it: what is left of it has been matched at the earliest place, and
 * later places cannot help (as in sequential pattern matching).  So the work is at most text times pattern. */
bool cim__cql_like(cim__str text, cim__str pattern)
{
    const char *t = text.ptr, *text_end = t + text.len, *p = pattern.ptr, *pattern_end = p + pattern.len;
    const char *retry_text = NULL, *retry_pattern = NULL;
    uint32_t c;
    for (;;) {
        if (p < pattern_end && *p == '%') {
            retry_pattern = ++p;
            retry_text = t;
            if (p == pattern_end) return true;
            continue;
        }
        if (t == text_end) return p == pattern_end; /* too short here, so too short from any later place */
        if (p < pattern_end && match_one(&t, text_end, &p, pattern_end)) continue;
        if (!retry_pattern) return false;
        retry_text += decode(retry_text, text_end, &c);
        t = retry_text;
        p = retry_pattern;
    }
}
