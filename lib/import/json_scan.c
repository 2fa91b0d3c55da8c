/* json_scan.c - finding the ends of JSON values.
 *
 * 64 bytes at a time, in bit masks: quotes, backslashes, opening and closing brackets.  Bits inside strings follow from the
 * prefix xor of the quotes (G. Langdale, D. Lemire, "Parsing gigabytes of JSON per second", VLDB Journal 2019); blocks with a
 * backslash are walked byte by byte.  As long as the depth cannot reach zero among the next eight bytes, counting their
 * brackets is enough. */
#include "import/json_scan.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

enum { CHUNK = 256 << 10, BLOCK = 64 };

cim_status cim__jscan_fail(cim_ctx *ctx, const cim__jscan *s, uint64_t at, const char *what)
{
    return cim__fail(ctx, CIM_EFORMAT, "%s: byte %llu: %s", cim__input_path(s->input), (unsigned long long)at, what);
}

void cim__jscan_init(cim__jscan *s, cim__mem *mem) { *s = (cim__jscan){ .window = cim__buf_on(mem), .hold = SIZE_MAX, .max_value = (size_t)1 << 30 }; }

cim_status cim__jscan_begin(cim_ctx *ctx, cim__jscan *s, cim__input *input)
{
    s->input = input;
    s->window.size = 0;
    s->base = 0;
    s->pos = 0;
    s->hold = SIZE_MAX;
    s->ended = s->fresh = false;
    return cim__input_rewind(ctx, input);
}

void cim__jscan_free(cim__jscan *s) { cim__buf_free(&s->window); }

/* ---- the window ---- */

/* More bytes at the end of the window; those before pos or hold make room.  *got_out 0 at the end of the document. */
static cim_status fill(cim_ctx *ctx, cim__jscan *s, size_t *got_out)
{
    size_t keep = s->hold < s->pos ? s->hold : s->pos, size = s->window.size - keep;
    if (keep && keep >= size) { /* moving costs no more than what was read since */
        memmove(s->window.data, s->window.data + keep, size);
        s->window.size = size;
        s->base += keep;
        s->pos -= keep;
        if (s->hold != SIZE_MAX) s->hold -= keep;
    }
    *got_out = 0;
    if (!cim__buf_reserve(&s->window, CHUNK + BLOCK)) return cim__nomem(ctx);
    if (!s->ended) CIM__TRY(cim__input_read(ctx, s->input, s->window.data + s->window.size, CHUNK, got_out));
    s->window.size += *got_out;
    s->ended = *got_out == 0;
    memset(s->window.data + s->window.size, 0, BLOCK); /* blocks may be read over the end */
    return CIM_OK;
}

static inline bool is_blank(uint8_t c) { return c == ' ' || c == '\n' || c == '\t' || c == '\r'; }

/* At the next byte that is no blank; *c_out 0 at the end of the document. */
static cim_status next_byte(cim_ctx *ctx, cim__jscan *s, uint8_t *c_out)
{
    size_t got = 1;
    for (;;) {
        while (s->pos < s->window.size && is_blank(s->window.data[s->pos])) s->pos++;
        if (s->pos < s->window.size || !got) break;
        CIM__TRY(fill(ctx, s, &got));
    }
    *c_out = s->pos < s->window.size ? s->window.data[s->pos] : 0;
    if (!*c_out && s->pos < s->window.size) return cim__jscan_fail(ctx, s, cim__jscan_at(s), "a NUL byte");
    return CIM_OK;
}

cim_status cim__jscan_more(cim_ctx *ctx, cim__jscan *s)
{
    uint8_t c;
    CIM__TRY(next_byte(ctx, s, &c));
    if (c == 0xef && !cim__jscan_at(s) && s->window.size >= 3 && !memcmp(s->window.data, "\xef\xbb\xbf", 3)) {
        s->pos += 3;
        CIM__TRY(next_byte(ctx, s, &c));
    }
    while (c == 0x1e) {
        s->pos++;
        CIM__TRY(next_byte(ctx, s, &c));
    }
    return c ? CIM_OK : CIM_DONE;
}

cim_status cim__jscan_peek(cim_ctx *ctx, cim__jscan *s, cim__jtype *type_out)
{
    uint8_t c;
    CIM__TRY(next_byte(ctx, s, &c));
    switch (c) {
    case '{': *type_out = CIM__J_OBJECT; return CIM_OK;
    case '[': *type_out = CIM__J_ARRAY; return CIM_OK;
    case '"': *type_out = CIM__J_STRING; return CIM_OK;
    case 't': *type_out = CIM__J_TRUE; return CIM_OK;
    case 'f': *type_out = CIM__J_FALSE; return CIM_OK;
    case 'n': *type_out = CIM__J_NULL; return CIM_OK;
    default: break;
    }
    if (c != '-' && (uint8_t)(c - '0') > 9) return cim__jscan_fail(ctx, s, cim__jscan_at(s), c ? "a value is expected" : "ends in the middle");
    *type_out = CIM__J_NUMBER;
    return CIM_OK;
}

/* ---- containers ---- */

cim_status cim__jscan_enter(cim_ctx *ctx, cim__jscan *s, char bracket)
{
    uint8_t c;
    CIM__TRY(next_byte(ctx, s, &c));
    if (c != (uint8_t)bracket) return cim__jscan_fail(ctx, s, cim__jscan_at(s), bracket == '{' ? "an object is expected" : "an array is expected");
    s->pos++;
    s->fresh = true;
    return CIM_OK;
}

/* Behind the comma or the opening bracket; CIM_DONE behind the closing one. */
static cim_status next_item(cim_ctx *ctx, cim__jscan *s, char close)
{
    uint8_t c;
    CIM__TRY(next_byte(ctx, s, &c));
    bool first = s->fresh;
    s->fresh = false;
    if (c == (uint8_t)close) {
        s->pos++;
        return CIM_DONE;
    }
    if (first) return CIM_OK;
    if (c != ',') return cim__jscan_fail(ctx, s, cim__jscan_at(s), c ? "a comma or the closing bracket is expected" : "ends in the middle");
    s->pos++;
    return CIM_OK;
}

cim_status cim__jscan_element(cim_ctx *ctx, cim__jscan *s) { return next_item(ctx, s, ']'); }

cim_status cim__jscan_key(cim_ctx *ctx, cim__jscan *s, cim__jslice *key_out)
{
    uint8_t c;
    cim_status st = next_item(ctx, s, '}');
    if (st != CIM_OK) return st;
    CIM__TRY(next_byte(ctx, s, &c));
    if (c != '"') return cim__jscan_fail(ctx, s, cim__jscan_at(s), c ? "a key is expected" : "ends in the middle");
    bool held = s->hold != SIZE_MAX;
    if (!held) cim__jscan_hold(s); /* the key stays until its value was taken */
    st = cim__jscan_value(ctx, s, key_out);
    if (st >= 0) st = next_byte(ctx, s, &c);
    if (!held) cim__jscan_release(s);
    if (st < 0) return st;
    if (c != ':') return cim__jscan_fail(ctx, s, cim__jscan_at(s), c ? "a colon is expected" : "ends in the middle");
    s->pos++;
    return CIM_OK;
}

/* ---- ends of values ---- */

/* Where a value's end is looked for. */
typedef struct finder {
    size_t at; /* in the window: everything before was looked at */
    long depth;
    bool in_string, escaped;
} finder;

/* One byte; true when the container or string ends with it. */
static inline bool step(finder *f, uint8_t c)
{
    if (f->in_string) {
        if (f->escaped) f->escaped = false;
        else if (c == '\\') f->escaped = true;
        else if (c == '"') {
            f->in_string = false;
            return f->depth == 0;
        }
        return false;
    }
    if (c == '"') f->in_string = true;
    else if (c == '{' || c == '[') f->depth++;
    else if (c == '}' || c == ']') return --f->depth <= 0;
    return false;
}

#ifdef __SSE2__
static inline uint64_t equal(const __m128i *v, char c)
{
    __m128i needle = _mm_set1_epi8(c);
    uint64_t mask = 0;
    for (int i = 0; i < 4; i++) mask |= (uint64_t)(unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(v[i], needle)) << (16 * i);
    return mask;
}

/* '[' and '{', ']' and '}' differ in one bit only. */
static inline uint64_t equal_folded(const __m128i *v, char c)
{
    __m128i needle = _mm_set1_epi8(c), bit = _mm_set1_epi8(0x20);
    uint64_t mask = 0;
    for (int i = 0; i < 4; i++) mask |= (uint64_t)(unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(_mm_or_si128(v[i], bit), needle)) << (16 * i);
    return mask;
}

static inline uint64_t prefix_xor(uint64_t bits)
{
    for (int shift = 1; shift < 64; shift *= 2) bits ^= bits << shift;
    return bits;
}

#define BITS2(n) n, n + 1, n + 1, n + 2
#define BITS4(n) BITS2(n), BITS2(n + 1), BITS2(n + 1), BITS2(n + 2)
#define BITS6(n) BITS4(n), BITS4(n + 1), BITS4(n + 1), BITS4(n + 2)
static const uint8_t bits_of[256] = { BITS6(0), BITS6(1), BITS6(1), BITS6(2) };

/* The block at p, eight bytes at a time as long as the end cannot be among them.  False: the next bytes have to be walked. */
static inline bool step_block(finder *f, const uint8_t *p)
{
    __m128i v[4];
    for (int i = 0; i < 4; i++) v[i] = _mm_loadu_si128((const __m128i *)(const void *)(p + 16 * i));
    uint64_t inside = prefix_xor(equal(v, '"')) ^ (f->in_string ? ~0ull : 0);
    if (f->escaped || equal(v, '\\')) return false;
    uint64_t open = equal_folded(v, '{') & ~inside, close = equal_folded(v, '}') & ~inside;
    for (int i = 0; i < BLOCK; i += 8) {
        int closing = bits_of[close >> i & 255];
        if (f->depth <= closing) return false; /* also of a string that is the value itself */
        f->depth += bits_of[open >> i & 255] - closing;
        f->in_string = inside >> (i + 7) & 1;
        f->at += 8;
    }
    return true;
}
#else
static inline bool step_block(finder *f, const uint8_t *p)
{
    (void)f, (void)p;
    return false;
}
#endif

/* True when the end was found: f->at is behind it. */
static bool find_end(finder *f, const uint8_t *data, size_t size)
{
    while (f->at < size) {
        if (size - f->at >= BLOCK && step_block(f, data + f->at)) continue;
        size_t stop = size - f->at > 8 ? f->at + 8 : size;
        while (f->at < stop)
            if (step(f, data[f->at++])) return true;
    }
    return false;
}

static bool ends_scalar(uint8_t c) { return is_blank(c) || c == ',' || c == ']' || c == '}' || c == ':'; }

static cim_status scalar_value(cim_ctx *ctx, cim__jscan *s, cim__jslice *value_out)
{
    size_t n = 0, got = 1;
    for (;;) {
        while (s->pos + n < s->window.size && !ends_scalar(s->window.data[s->pos + n])) n++;
        if (s->pos + n < s->window.size || !got) break;
        if (n > s->max_value) return cim__jscan_fail(ctx, s, cim__jscan_at(s), "a value that does not end");
        CIM__TRY(fill(ctx, s, &got));
    }
    if (!n) return cim__jscan_fail(ctx, s, cim__jscan_at(s), s->pos < s->window.size ? "a value is expected" : "ends in the middle");
    *value_out = (cim__jslice){ cim__jscan_at(s), n };
    s->pos += n;
    return CIM_OK;
}

cim_status cim__jscan_value(cim_ctx *ctx, cim__jscan *s, cim__jslice *value_out)
{
    uint8_t c;
    size_t got = 1;
    CIM__TRY(next_byte(ctx, s, &c));
    if (c != '{' && c != '[' && c != '"') return scalar_value(ctx, s, value_out);
    finder f = { .at = s->pos };
    step(&f, c);
    f.at++;
    while (!find_end(&f, s->window.data, s->window.size)) {
        uint64_t start = cim__jscan_at(s), looked = s->base + f.at;
        if (f.at - s->pos > s->max_value) return cim__fail(ctx, CIM_ELIMIT, "%s: byte %llu: one value of more than %zu bytes", cim__input_path(s->input), (unsigned long long)start, s->max_value);
        CIM__TRY(fill(ctx, s, &got));
        if (!got) return cim__jscan_fail(ctx, s, start, "this value does not end");
        f.at = (size_t)(looked - s->base);
    }
    *value_out = (cim__jslice){ cim__jscan_at(s), f.at - s->pos };
    s->pos = f.at;
    return CIM_OK;
}

/* ---- arrays of numbers ---- */

static inline const uint8_t *blanks(const uint8_t *p)
{
    while (is_blank(*p)) p++;
    return p;
}

/* A number at p, by the grammar of JSON; NULL when there is none. Bytes behind the window are NUL, which ends everything. */
static const uint8_t *read_number(const uint8_t *p, double *value, bool *whole)
{
    const uint8_t *start = p;
    uint64_t v = 0;
    p += *p == '-';
    const uint8_t *digits = p;
    while ((uint8_t)(*p - '0') <= 9) v = v * 10 + (uint64_t)(*p++ - '0');
    size_t n = (size_t)(p - digits);
    if (!n || (n > 1 && *digits == '0')) return NULL;
    if (n <= 15 && *p != '.' && (*p | 32) != 'e') {
        *value = *start == '-' ? -(double)v : (double)v;
        return p;
    }
    *whole = *whole && *p != '.' && (*p | 32) != 'e';
    if (*p == '.' && (uint8_t)(*++p - '0') > 9) return NULL;
    while ((uint8_t)(*p - '0') <= 9) p++;
    if ((*p | 32) == 'e') {
        p++;
        p += *p == '-' || *p == '+';
        if ((uint8_t)(*p - '0') > 9) return NULL;
        while ((uint8_t)(*p - '0') <= 9) p++;
    }
    return cim__read_double((const char *)start, (const char *)p, value) == (const char *)p ? p : NULL;
}

/* p at '['; NULL when it is not an array of at most cap numbers. */
static const uint8_t *read_numbers(const uint8_t *p, double *numbers, size_t cap, size_t *count, bool *whole)
{
    *count = 0;
    p = blanks(p + 1);
    if (*p == ']') return p + 1;
    for (;;) {
        if (*count == cap || !(p = read_number(p, &numbers[*count], whole))) return NULL;
        ++*count;
        p = blanks(p);
        if (*p == ']') return p + 1;
        if (*p != ',') return NULL;
        p = blanks(p + 1);
    }
}

enum { NUMBERS_AHEAD = 1024 }; /* bytes in which an array of few numbers ends, as a rule */

cim_status cim__jscan_numbers(cim_ctx *ctx, cim__jscan *s, double *numbers, size_t cap, size_t *count_out, bool *whole_out)
{
    uint8_t c;
    size_t got = 1;
    cim__jslice value;
    const uint8_t *end = NULL;
    while (got && s->window.size - s->pos < NUMBERS_AHEAD && !s->ended) CIM__TRY(fill(ctx, s, &got));
    CIM__TRY(next_byte(ctx, s, &c));
    *whole_out = true;
    if (c == '[') end = read_numbers(s->window.data + s->pos, numbers, cap, count_out, whole_out);
    if (!end) { /* also when it goes on behind the window */
        CIM__TRY(cim__jscan_value(ctx, s, &value));
        end = c == '[' ? read_numbers((const uint8_t *)cim__jscan_text(s, &value), numbers, cap, count_out, whole_out) : NULL;
        if (!end || end != s->window.data + s->pos) *count_out = SIZE_MAX;
        return CIM_OK;
    }
    s->pos = (size_t)(end - s->window.data);
    return CIM_OK;
}
