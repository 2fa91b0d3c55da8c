/* json.c - JSON writer and a small strict reader. */
#include "core/json.h"

#include <stdlib.h>

/* ---- writer ---- */

static void separate(cim__json *json)
{
    if (json->comma) cim__buf_putc(json->buf, ',');
    json->comma = true;
}

void cim__json_open(cim__json *json, char bracket)
{
    separate(json);
    cim__buf_putc(json->buf, bracket);
    json->comma = false;
}

void cim__json_close(cim__json *json, char bracket)
{
    cim__buf_putc(json->buf, bracket);
    json->comma = true;
}

void cim__json_keystr(cim__json *json, cim__str key)
{
    separate(json);
    cim__put_json_str(json->buf, key);
    cim__buf_putc(json->buf, ':');
    json->comma = false;
}

void cim__json_key(cim__json *json, const char *key) { cim__json_keystr(json, cim__str_of(key)); }

void cim__json_raw(cim__json *json, cim__str text)
{
    separate(json);
    cim__buf_putstr(json->buf, text);
}

void cim__json_str(cim__json *json, cim__str value)
{
    separate(json);
    cim__put_json_str(json->buf, value);
}

void cim__json_text(cim__json *json, const char *value)
{
    if (value) cim__json_str(json, cim__str_of(value));
    else cim__json_null(json);
}

void cim__json_num(cim__json *json, double value)
{
    separate(json);
    cim__put_double(json->buf, value);
}

void cim__json_int(cim__json *json, int64_t value)
{
    separate(json);
    cim__put_int(json->buf, value);
}

void cim__json_bool(cim__json *json, bool value) { cim__json_raw(json, value ? CIM__STR("true") : CIM__STR("false")); }

void cim__json_null(cim__json *json) { cim__json_raw(json, CIM__STR("null")); }

void cim__json_kv_text(cim__json *json, const char *key, const char *value)
{
    cim__json_key(json, key);
    cim__json_text(json, value);
}

void cim__json_kv_str(cim__json *json, const char *key, cim__str value)
{
    cim__json_key(json, key);
    cim__json_str(json, value);
}

void cim__json_kv_int(cim__json *json, const char *key, int64_t value)
{
    cim__json_key(json, key);
    cim__json_int(json, value);
}

void cim__json_kv_bool(cim__json *json, const char *key, bool value)
{
    cim__json_key(json, key);
    cim__json_bool(json, value);
}

/* Length of the well-formed UTF-8 sequence at p (RFC 3629), 0 if there is none. */
static size_t utf8_length(const unsigned char *p, const unsigned char *end)
{
    size_t left = (size_t)(end - p);
    if (p[0] < 0x80) return 1;
    if (p[0] >= 0xc2 && p[0] <= 0xdf) return left >= 2 && (p[1] & 0xc0) == 0x80 ? 2 : 0;
    if (p[0] >= 0xe0 && p[0] <= 0xef) {
        if (left < 3 || (p[1] & 0xc0) != 0x80 || (p[2] & 0xc0) != 0x80) return 0;
        if ((p[0] == 0xe0 && p[1] < 0xa0) || (p[0] == 0xed && p[1] > 0x9f)) return 0;
        return 3;
    }
    if (p[0] >= 0xf0 && p[0] <= 0xf4) {
        if (left < 4 || (p[1] & 0xc0) != 0x80 || (p[2] & 0xc0) != 0x80 || (p[3] & 0xc0) != 0x80) return 0;
        if ((p[0] == 0xf0 && p[1] < 0x90) || (p[0] == 0xf4 && p[1] > 0x8f)) return 0;
        return 4;
    }
    return 0;
}

bool cim__is_utf8(cim__str text)
{
    const unsigned char *p = (const unsigned char *)text.ptr, *end = p + text.len;
    while (p < end) {
        size_t n = utf8_length(p, end);
        if (!n) return false;
        p += n;
    }
    return true;
}

static void put_control(cim__buf *buf, unsigned char c)
{
    static const char hex[] = "0123456789abcdef";
    char text[6] = { '\\', 'u', '0', '0', hex[c >> 4], hex[c & 15] };
    if (c == '\n') cim__buf_put(buf, "\\n", 2);
    else if (c == '\t') cim__buf_put(buf, "\\t", 2);
    else if (c == '\r') cim__buf_put(buf, "\\r", 2);
    else cim__buf_put(buf, text, 6);
}

void cim__put_json_str(cim__buf *buf, cim__str text)
{
    const unsigned char *p = (const unsigned char *)text.ptr, *end = p + text.len, *run = p;
    cim__buf_putc(buf, '"');
    while (p < end) {
        size_t n = *p < 0x80 ? 1 : utf8_length(p, end);
        if (n && *p >= ' ' && *p != '"' && *p != '\\' && *p != 0x7f) {
            p += n;
            continue;
        }
        cim__buf_put(buf, run, (size_t)(p - run));
        if (!n) cim__buf_put(buf, "\xef\xbf\xbd", 3);
        else if (*p == '"' || *p == '\\') cim__buf_putc(buf, '\\'), cim__buf_putc(buf, (char)*p);
        else put_control(buf, *p);
        run = ++p;
    }
    cim__buf_put(buf, run, (size_t)(p - run));
    cim__buf_putc(buf, '"');
}

/* ---- reader ---- */

static const char *blanks(const char *p, const char *end)
{
    while (p < end && (*p == ' ' || *p == '\n' || *p == '\t' || *p == '\r')) p++;
    return p;
}

static const char *skip_string(const char *p, const char *end)
{
    for (p++; p < end; p++) {
        if (*p == '"') return p + 1;
        if ((unsigned char)*p < ' ') return NULL;
        if (*p == '\\' && ++p >= end) return NULL;
    }
    return NULL;
}

static const char *skip_word(const char *p, const char *end, const char *word)
{
    size_t n = strlen(word);
    return (size_t)(end - p) >= n && !memcmp(p, word, n) ? p + n : NULL;
}

static const char *skip_value(const char *p, const char *end, int depth);

static const char *skip_container(const char *p, const char *end, int depth)
{
    char close = *p == '{' ? '}' : ']';
    bool object = *p == '{';
    p = blanks(p + 1, end);
    if (p < end && *p == close) return p + 1;
    while (p && p < end) {
        if (object) {
            if (*p != '"' || !(p = skip_string(p, end))) return NULL;
            p = blanks(p, end);
            if (p >= end || *p++ != ':') return NULL;
            p = blanks(p, end);
        }
        if (!(p = skip_value(p, end, depth + 1))) return NULL;
        p = blanks(p, end);
        if (p >= end) return NULL;
        if (*p == close) return p + 1;
        if (*p++ != ',') return NULL;
        p = blanks(p, end);
    }
    return NULL;
}

static const char *skip_value(const char *p, const char *end, int depth)
{
    double number;
    if (p >= end || depth > CIM__JSON_DEPTH) return NULL;
    switch (*p) {
    case '"': return skip_string(p, end);
    case '{':
    case '[': return skip_container(p, end, depth);
    case 't': return skip_word(p, end, "true");
    case 'f': return skip_word(p, end, "false");
    case 'n': return skip_word(p, end, "null");
    default: return *p == '+' ? NULL : cim__read_double(p, end, &number);
    }
}

static cim__jtype type_of(char c)
{
    switch (c) {
    case '"': return CIM__J_STRING;
    case '{': return CIM__J_OBJECT;
    case '[': return CIM__J_ARRAY;
    case 't': return CIM__J_TRUE;
    case 'f': return CIM__J_FALSE;
    case 'n': return CIM__J_NULL;
    default: return CIM__J_NUMBER;
    }
}

bool cim__jparse(cim__str text, cim__jvalue *value_out)
{
    const char *end = text.ptr + text.len, *p = text.len ? blanks(text.ptr, end) : text.ptr;
    const char *after = skip_value(p, end, 0);
    if (!after || blanks(after, end) != end) return false;
    *value_out = (cim__jvalue){ type_of(*p), { p, (size_t)(after - p) } };
    return true;
}

/* Values handed to the iterator were checked as a whole by cim__jparse(). */
cim__jiter cim__jiter_of(cim__jvalue container)
{
    cim__jiter it = { NULL, NULL, container.type == CIM__J_OBJECT };
    if (container.type != CIM__J_OBJECT && container.type != CIM__J_ARRAY) return it;
    it.end = container.text.ptr + container.text.len - 1;
    it.pos = blanks(container.text.ptr + 1, it.end);
    return it;
}

bool cim__jnext(cim__jiter *it, cim__str *key_out, cim__jvalue *value_out)
{
    const char *p = it->pos;
    if (!p || p >= it->end) return false;
    if (*p == ',') p = blanks(p + 1, it->end);
    cim__str key = { p, 0 };
    if (it->object) {
        const char *after = skip_string(p, it->end);
        if (!after) return false;
        key = (cim__str){ p + 1, (size_t)(after - p) - 2 };
        p = blanks(after, it->end);
        if (p >= it->end) return false;
        p = blanks(p + 1, it->end);
    }
    const char *after = skip_value(p, it->end, 0);
    if (!after) return false;
    *key_out = key;
    *value_out = (cim__jvalue){ type_of(*p), { p, (size_t)(after - p) } };
    it->pos = blanks(after, it->end);
    return true;
}

bool cim__jfind(cim__jvalue object, cim__str key, cim__jvalue *value_out)
{
    cim__jiter it = cim__jiter_of(object);
    cim__str name;
    cim__jvalue value;
    if (object.type != CIM__J_OBJECT) return false;
    while (cim__jnext(&it, &name, &value))
        if (cim__str_eq(name, key)) {
            *value_out = value;
            return true;
        }
    return false;
}

bool cim__jnumber(cim__jvalue value, double *number_out)
{
    return value.type == CIM__J_NUMBER && cim__parse_double(value.text, number_out);
}

static uint32_t hex4(const char *p)
{
    uint32_t v = 0;
    for (int i = 0; i < 4; i++) {
        char c = p[i];
        uint32_t digit = c >= '0' && c <= '9' ? (uint32_t)(c - '0') : (c | 32) >= 'a' && (c | 32) <= 'f' ? (uint32_t)((c | 32) - 'a' + 10) : 99;
        if (digit > 15) return 0xfffd;
        v = v * 16 + digit;
    }
    return v;
}

static void put_utf8(cim__buf *buf, uint32_t c)
{
    if (c < 0x80) {
        cim__buf_putc(buf, (char)c);
    } else if (c < 0x800) {
        cim__buf_putc(buf, (char)(0xc0 | (c >> 6)));
        cim__buf_putc(buf, (char)(0x80 | (c & 63)));
    } else if (c < 0x10000) {
        cim__buf_putc(buf, (char)(0xe0 | (c >> 12)));
        cim__buf_putc(buf, (char)(0x80 | ((c >> 6) & 63)));
        cim__buf_putc(buf, (char)(0x80 | (c & 63)));
    } else {
        cim__buf_putc(buf, (char)(0xf0 | (c >> 18)));
        cim__buf_putc(buf, (char)(0x80 | ((c >> 12) & 63)));
        cim__buf_putc(buf, (char)(0x80 | ((c >> 6) & 63)));
        cim__buf_putc(buf, (char)(0x80 | (c & 63)));
    }
}

/* p is at the letter after the backslash; returns the byte after the escape. */
static const char *put_escape(cim__buf *buf, const char *p, const char *end)
{
    static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
    const char *at = strchr(from, *p);
    if (*p && at) {
        cim__buf_putc(buf, to[at - from]);
        return p + 1;
    }
    if (*p != 'u' || end - p < 5) {
        put_utf8(buf, 0xfffd);
        return p + 1;
    }
    uint32_t c = hex4(p + 1);
    p += 5;
    if (c >= 0xd800 && c < 0xdc00 && end - p >= 6 && p[0] == '\\' && p[1] == 'u') {
        uint32_t low = hex4(p + 2);
        if (low >= 0xdc00 && low < 0xe000) {
            put_utf8(buf, 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00));
            return p + 6;
        }
    }
    put_utf8(buf, c >= 0xd800 && c < 0xe000 ? 0xfffd : c);
    return p;
}

cim__str cim__jstring(cim__jvalue value, cim__buf *scratch)
{
    if (value.type != CIM__J_STRING) return value.text;
    cim__str raw = { value.text.ptr + 1, value.text.len - 2 };
    if (!raw.len || !memchr(raw.ptr, '\\', raw.len)) return raw;
    size_t start = scratch->size;
    const char *p = raw.ptr, *end = raw.ptr + raw.len;
    while (p < end) {
        if (*p == '\\' && p + 1 < end) p = put_escape(scratch, p + 1, end);
        else cim__buf_putc(scratch, *p++);
    }
    if (scratch->failed) return (cim__str){ "", 0 };
    return (cim__str){ (const char *)scratch->data + start, scratch->size - start };
}
