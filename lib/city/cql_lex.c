/* cql_lex.c - splitting a query into words, after OGC 21-065r2 (CQL2), annex B.
 *
 * Names may hold letters, digits, '_', ':' and any character beyond ASCII; dots separate the segments of a path, and a segment in
 * double quotes may hold anything.  Text stands in single quotes; inside, '' and \' are a quote, \\ is a backslash, \a \b \t \n \v
 * \f \r are control characters, and a backslash before anything else stays, so that LIKE sees '\%' as written. */
#include "city/cql_lex.h"
#include "core/num.h"

#include <stdarg.h>
#include <stdio.h>

/* ---- places and messages ---- */

uint32_t cim__cql_column(cim__str query, const char *at)
{
    uint32_t column = 1;
    for (const char *p = query.ptr; p < at; p++) column += ((unsigned char)*p & 0xc0) != 0x80;
    return column;
}

cim_status cim__cql_wrong(cim_ctx *ctx, uint32_t column, const char *format, ...)
{
    char text[700];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    return cim__fail(ctx, CIM_EARG, "query:%u: %s", column, text);
}

/* No character is broken. */
int cim__cql_shown(cim__str text)
{
    size_t n = text.len < 60 ? text.len : 60;
    while (n < text.len && n && ((unsigned char)text.ptr[n] & 0xc0) == 0x80) n--;
    return (int)n;
}

cim_status cim__cql_expected(const cim__cql_lexer *l, const char *what)
{
    uint32_t column = cim__cql_column(l->query, l->token.raw.ptr);
    if (l->token.word == CIM__CQL_END) return cim__cql_wrong(l->ctx, column, "expected %s, not the end", what);
    return cim__cql_wrong(l->ctx, column, "expected %s, not %.*s", what, CIM__CQL_SHOW(l->token.raw));
}

static cim_status wrong_at(const cim__cql_lexer *l, const char *at, const char *what)
{
    return cim__cql_wrong(l->ctx, cim__cql_column(l->query, at), "%s", what);
}

/* ---- characters ---- */

static const char *query_end(const cim__cql_lexer *l) { return l->query.ptr + l->query.len; }

/* Length of the blank at p, 0 if there is none: ASCII blanks and Unicode's White_Space. */
static size_t blank(const char *p, const char *end)
{
    static const char *const wide[] = { "\xc2\x85",     "\xc2\xa0",     "\xe1\x9a\x80", "\xe2\x80\xa8", "\xe2\x80\xa9",
                                        "\xe2\x80\xaf", "\xe2\x81\x9f", "\xe3\x80\x80", "\xef\xbb\xbf" };
    size_t left = (size_t)(end - p);
    if (*p == ' ' || (*p >= '\t' && *p <= '\r')) return 1;
    if ((unsigned char)*p < 0x80) return 0;
    if (left >= 3 && !memcmp(p, "\xe2\x80", 2) && (unsigned char)p[2] >= 0x80 && (unsigned char)p[2] <= 0x8a) return 3;
    for (size_t i = 0; i < sizeof wide / sizeof *wide; i++)
        if (left >= strlen(wide[i]) && !memcmp(p, wide[i], strlen(wide[i]))) return strlen(wide[i]);
    return 0;
}

static const char *skip_blanks(const char *p, const char *end)
{
    size_t n;
    while (p < end && (n = blank(p, end))) p += n;
    return p;
}

static bool is_digit(char c) { return c >= '0' && c <= '9'; }

static bool starts_name(char c) { return ((c | 32) >= 'a' && (c | 32) <= 'z') || c == '_' || c == ':' || (unsigned char)c >= 0x80; }

static const char *name_run(const char *p, const char *end)
{
    while (p < end && (starts_name(*p) || is_digit(*p)) && !((unsigned char)*p >= 0x80 && blank(p, end))) p++;
    return p;
}

/* ---- strings ---- */

/* Behind the closing quote, NULL when there is none. */
static const char *string_end(const char *p, const char *end, bool *escaped)
{
    for (p++; p < end; p++) {
        if (*p == '\\' && p + 1 < end) {
            *escaped = true;
            p++;
        } else if (*p == '\'') {
            if (p + 1 == end || p[1] != '\'') return p + 1;
            *escaped = true;
            p++;
        }
    }
    return NULL;
}

static cim_status unescape(cim__cql_lexer *l, cim__str raw, cim__str *text_out)
{
    static const char from[] = "abtnvfr\\'", to[] = "\a\b\t\n\v\f\r\\'";
    char *out = cim__arena_alloc(l->arena, raw.len + 1), *start = out;
    if (!out) return cim__nomem(l->ctx);
    for (size_t i = 0; i < raw.len; i++) {
        char c = raw.ptr[i];
        const char *at = c == '\\' && i + 1 < raw.len ? strchr(from, raw.ptr[i + 1]) : NULL;
        if (at) {
            *out++ = to[at - from];
            i++;
        } else {
            *out++ = c;
            i += c == '\'';
        }
    }
    *text_out = (cim__str){ start, (size_t)(out - start) };
    return CIM_OK;
}

static cim_status lex_string(cim__cql_lexer *l, const char *p)
{
    bool escaped = false;
    const char *after = string_end(p, query_end(l), &escaped);
    if (!after) return wrong_at(l, p, "expected a closing ' of the text that starts here");
    cim__str raw = { p + 1, (size_t)(after - p) - 2 };
    l->token.word = CIM__CQL_STRING;
    l->token.text = raw;
    l->pos = after;
    return escaped ? unescape(l, raw, &l->token.text) : CIM_OK;
}

/* ---- names ---- */

/* "..." in which "" is one quote. */
static cim_status quoted_segment(cim__cql_lexer *l, const char **pos, cim__str *segment_out)
{
    const char *start = *pos, *end = query_end(l), *p = start + 1;
    bool doubled = false;
    for (; p < end; p++) {
        if (*p != '"') continue;
        if (p + 1 == end || p[1] != '"') break;
        doubled = true;
        p++;
    }
    if (p >= end) return wrong_at(l, start, "expected a closing \" of the name that starts here");
    if (p == start + 1) return wrong_at(l, start, "expected a name between the quotes");
    *pos = p + 1;
    *segment_out = (cim__str){ start + 1, (size_t)(p - start) - 1 };
    if (!doubled) return CIM_OK;
    char *out = cim__arena_alloc(l->arena, segment_out->len), *to = out;
    if (!out) return cim__nomem(l->ctx);
    for (const char *q = start + 1; q < p; q += 1 + (*q == '"')) *to++ = *q;
    *segment_out = (cim__str){ out, (size_t)(to - out) };
    return CIM_OK;
}

static cim_status segment(cim__cql_lexer *l, const char **pos)
{
    cim__cql_token *t = &l->token;
    if (t->segment_count == CIM__CQL_SEGMENTS) return wrong_at(l, *pos, "expected a name of at most 24 parts");
    cim__str *out = &t->segments[t->segment_count++];
    if (**pos == '"') {
        t->plain = false;
        return quoted_segment(l, pos, out);
    }
    const char *after = name_run(*pos, query_end(l));
    *out = (cim__str){ *pos, (size_t)(after - *pos) };
    *pos = after;
    return CIM_OK;
}

static bool goes_on(const char *p, const char *end)
{
    return end - p >= 2 && p[0] == '.' && (starts_name(p[1]) || is_digit(p[1]) || p[1] == '"');
}

static cim_status lex_name(cim__cql_lexer *l, const char *p)
{
    const char *start = p;
    l->token.word = CIM__CQL_NAME;
    l->token.plain = true;
    CIM__TRY(segment(l, &p));
    while (goes_on(p, query_end(l))) {
        l->token.plain = false;
        p++;
        CIM__TRY(segment(l, &p));
    }
    if (p < query_end(l) && *p == '.') return wrong_at(l, p, "expected a name behind the dot");
    l->token.raw = (cim__str){ start, (size_t)(p - start) };
    l->pos = p;
    return CIM_OK;
}

/* ---- signs and numbers ---- */

static int two_characters(char a, char b)
{
    if (a == '<' && b == '=') return CIM__CQL_LE;
    if (a == '>' && b == '=') return CIM__CQL_GE;
    if (a == '<' && b == '>') return CIM__CQL_NE;
    return 0;
}

static cim_status lex_sign(cim__cql_lexer *l, const char *p)
{
    const char *end = query_end(l);
    int two = p + 1 < end ? two_characters(p[0], p[1]) : 0;
    if (*p == '!' && p + 1 < end && p[1] == '=') return wrong_at(l, p, "expected <> for \"not equal\"");
    if (*p == '[' || *p == ']') return wrong_at(l, p, "expected no array: arrays are not supported");
    if (!strchr("()=<>,+-*/%^", *p)) return wrong_at(l, p, "expected a name, a number, a 'text' or a sign, not this character");
    l->token.word = CIM__CQL_SIGN;
    l->token.sign = two ? two : *p;
    l->pos = p + (two ? 2 : 1);
    return CIM_OK;
}

static cim_status lex_number(cim__cql_lexer *l, const char *p)
{
    const char *after = cim__read_double(p, query_end(l), &l->token.number);
    if (!after || l->token.number - l->token.number != 0.0) return wrong_at(l, p, "expected a number in the range of doubles");
    bool glued = after < query_end(l) && (starts_name(*after) || *after == '"') && !blank(after, query_end(l));
    if (glued) return wrong_at(l, after, "expected a blank or a sign behind the number");
    l->token.word = CIM__CQL_NUMBER;
    l->pos = after;
    return CIM_OK;
}

cim_status cim__cql_next(cim__cql_lexer *l)
{
    const char *end = query_end(l), *p = skip_blanks(l->pos, end);
    cim_status st;
    l->token.segment_count = 0;
    l->token.plain = false;
    l->token.sign = 0;
    l->token.raw = (cim__str){ p, 0 };
    l->token.word = CIM__CQL_END;
    if (p == end) {
        l->pos = p;
        return CIM_OK;
    }
    if (*p == '\'') st = lex_string(l, p);
    else if (*p == '"' || starts_name(*p)) st = lex_name(l, p);
    else if (is_digit(*p) || (*p == '.' && p + 1 < end && is_digit(p[1]))) st = lex_number(l, p);
    else st = lex_sign(l, p);
    l->token.raw = (cim__str){ p, (size_t)(l->pos - p) };
    return st;
}

/* Bytes that are no UTF-8 would be counted and compared wrongly. */
static const char *bad_utf8(cim__str s)
{
    const unsigned char *p = (const unsigned char *)s.ptr, *end = p + s.len;
    while (p < end) {
        size_t n = *p < 0x80 ? 1 : *p >= 0xc2 && *p < 0xe0 ? 2 : (*p & 0xf0) == 0xe0 ? 3 : *p >= 0xf0 && *p < 0xf5 ? 4 : 0;
        if (!n || (size_t)(end - p) < n) return (const char *)p;
        for (size_t i = 1; i < n; i++)
            if ((p[i] & 0xc0) != 0x80) return (const char *)p;
        p += n;
    }
    return NULL;
}

cim_status cim__cql_lex(cim_ctx *ctx, cim__arena *arena, cim__str query, cim__cql_lexer *l)
{
    *l = (cim__cql_lexer){ .ctx = ctx, .arena = arena, .query = query, .pos = query.ptr };
    if (query.len > CIM__CQL_TEXT_MAX) return cim__cql_wrong(ctx, CIM__CQL_TEXT_MAX, "expected a query of at most %d bytes", CIM__CQL_TEXT_MAX);
    const char *bad = bad_utf8(query);
    if (bad) return wrong_at(l, bad, "expected UTF-8");
    return cim__cql_next(l);
}

/* ---- looking at the token ---- */

bool cim__cql_same(cim__str word, const char *keyword)
{
    size_t i = 0;
    for (; i < word.len && keyword[i]; i++) {
        char c = word.ptr[i];
        if (c >= 'a' && c <= 'z') c = (char)(c - 32);
        if (c != keyword[i]) return false;
    }
    return i == word.len && !keyword[i];
}

bool cim__cql_is(const cim__cql_lexer *l, const char *keyword)
{
    return l->token.word == CIM__CQL_NAME && l->token.plain && cim__cql_same(l->token.raw, keyword);
}

bool cim__cql_at(const cim__cql_lexer *l, int sign) { return l->token.word == CIM__CQL_SIGN && l->token.sign == sign; }

bool cim__cql_calls(const cim__cql_lexer *l)
{
    const char *end = query_end(l), *p = skip_blanks(l->pos, end);
    return l->token.word == CIM__CQL_NAME && l->token.plain && p < end && *p == '(';
}

/* ---- well-known text ---- */

static const char *letters(const char *p, const char *end)
{
    while (p < end && (*p | 32) >= 'a' && (*p | 32) <= 'z') p++;
    return p;
}

/* Behind "(...)", NULL when a parenthesis is missing. */
static const char *parentheses(const char *p, const char *end)
{
    int depth = 0;
    for (; p < end && *p != '\''; p++) {
        if (*p == '(') depth++;
        if (*p == ')' && --depth == 0) return p + 1;
    }
    return NULL;
}

cim_status cim__cql_wkt(cim__cql_lexer *l, cim__str *wkt_out)
{
    const char *start = l->token.raw.ptr, *end = query_end(l), *p = letters(start, end), *word;
    for (;;) {
        p = word = skip_blanks(p, end);
        p = letters(p, end);
        if (p == word) break;
        if (cim__cql_same((cim__str){ word, (size_t)(p - word) }, "EMPTY")) break;
    }
    if (p == word) {
        p = p < end && *p == '(' ? parentheses(p, end) : NULL;
        if (!p) return wrong_at(l, start, "expected the coordinates of this geometry in parentheses");
    }
    *wkt_out = (cim__str){ start, (size_t)(p - start) };
    l->pos = p;
    return cim__cql_next(l);
}
