/* xml_scan.c - a scanner for OSM XML as programs write it.
 *
 * OSM files in XML are large and dull: elements with a few attributes, nothing between them but blanks.  This reads them many times faster
 * than a parser that must be ready for anything.  Whatever is not dull - a document type, CDATA, another encoding, text, a prefix,
 * anything that is or might be an error - ends the scan with CIM_DONE, and libxml2 reads the file from the start; so the scanner never has
 * to say what is wrong, and only needs to be right about what it accepts. */
#include "import/osm/xml_in.h"

enum { WINDOW = 256 << 10, WINDOW_MAX = 4 << 20, DEPTH_MAX = 16, NAME_MAX = 32, ATTRIBUTES = 64 };

typedef struct scanner {
    cim__osm_xml *x;
    cim__buf window, decoded; /* bytes; texts of the current tag whose references were resolved */
    const char *pos, *end;    /* *end is 0 */
    bool at_end;              /* the input is */
    uint32_t depth;
    char open[DEPTH_MAX][NAME_MAX + 1];
    bool root_closed;
} scanner;

/* Outcomes beside failures: a tag or the whole is done; more bytes are needed; give up. */
enum { SCANNED = CIM_OK, STRANGE = CIM_DONE, MORE = 2 };

/* What a byte is inside a value: 0 plain, 1 ends or needs a look. */
static const uint8_t special[256] = {
    ['"'] = 1,  ['\''] = 1, ['<'] = 1,  ['&'] = 1,
#define ROW(b) [b] = 1, [b + 1] = 1, [b + 2] = 1, [b + 3] = 1, [b + 4] = 1, [b + 5] = 1, [b + 6] = 1, [b + 7] = 1
    ROW(0x00),  ROW(0x08),  ROW(0x10),  ROW(0x18),  ROW(0x80),  ROW(0x88),  ROW(0x90),  ROW(0x98),  ROW(0xa0),  ROW(0xa8),  ROW(0xb0),
    ROW(0xb8),  ROW(0xc0),  ROW(0xc8),  ROW(0xd0),  ROW(0xd8),  ROW(0xe0),  ROW(0xe8),  ROW(0xf0),  ROW(0xf8),
#undef ROW
};

static bool is_blank(char c) { return c == ' ' || c == '\n' || c == '\t' || c == '\r'; }
static bool is_name(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-' || c == '.'; }
static bool begins_name(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }

static const char *blanks(const char *p)
{
    while (is_blank(*p)) p++;
    return p;
}

static const char *name_end(const char *p)
{
    while (is_name(*p)) p++;
    return p;
}

/* ---- texts ---- */

/* Length of a well-formed sequence for a character that XML allows, 0 if it is not one.  The byte behind the text is 0. */
static size_t character(const unsigned char *p)
{
    if (p[0] >= 0xc2 && p[0] <= 0xdf) return (p[1] & 0xc0) == 0x80 ? 2 : 0;
    if (p[0] >= 0xe0 && p[0] <= 0xef) {
        if ((p[1] & 0xc0) != 0x80 || (p[2] & 0xc0) != 0x80 || (p[0] == 0xe0 && p[1] < 0xa0) || (p[0] == 0xed && p[1] > 0x9f)) return 0;
        return p[0] == 0xef && p[1] == 0xbf && p[2] >= 0xbe ? 0 : 3;
    }
    if (p[0] < 0xf0 || p[0] > 0xf4 || (p[1] & 0xc0) != 0x80 || (p[2] & 0xc0) != 0x80 || (p[3] & 0xc0) != 0x80) return 0;
    return (p[0] == 0xf0 && p[1] < 0x90) || (p[0] == 0xf4 && p[1] > 0x8f) ? 0 : 4;
}

/* The end of a value, which *plain says may be used as it is; NULL: something that the scanner does not judge, or the window's end. */
static const char *value_end(const char *p, char quote, bool *plain)
{
    *plain = true;
    for (;;) {
        while (!special[(unsigned char)*p]) p++;
        if (*p == quote) return p;
        if (*p == '"' || *p == '\'') {
            p++;
        } else if (*p == '&' || *p == '\n' || *p == '\t') {
            *plain = false;
            p++;
        } else {
            size_t n = (unsigned char)*p < 0x80 ? 0 : character((const unsigned char *)p);
            if (!n) return NULL;
            p += n;
        }
    }
}

static void put_utf8(cim__buf *out, uint32_t c)
{
    if (c < 0x80) {
        cim__buf_putc(out, (char)c);
    } else if (c < 0x800) {
        cim__buf_putc(out, (char)(0xc0 | c >> 6));
        cim__buf_putc(out, (char)(0x80 | (c & 63)));
    } else if (c < 0x10000) {
        cim__buf_putc(out, (char)(0xe0 | c >> 12));
        cim__buf_putc(out, (char)(0x80 | (c >> 6 & 63)));
        cim__buf_putc(out, (char)(0x80 | (c & 63)));
    } else {
        cim__buf_putc(out, (char)(0xf0 | c >> 18));
        cim__buf_putc(out, (char)(0x80 | (c >> 12 & 63)));
        cim__buf_putc(out, (char)(0x80 | (c >> 6 & 63)));
        cim__buf_putc(out, (char)(0x80 | (c & 63)));
    }
}

/* "#38;" or "#x26;" behind an ampersand; the byte after it, NULL when it is no character of XML. */
static const char *numeric_reference(const char *p, const char *end, cim__buf *out)
{
    bool hex = p + 1 < end && p[1] == 'x';
    uint32_t c = 0;
    const char *start = p += hex ? 2 : 1;
    for (; p < end && *p != ';' && c < 0x110000; p++) {
        char d = (char)(*p | 32);
        bool digit = *p >= '0' && *p <= '9';
        if (!digit && !(hex && d >= 'a' && d <= 'f')) return NULL;
        c = c * (hex ? 16 : 10) + (uint32_t)(digit ? *p - '0' : d - 'a' + 10);
    }
    bool allowed = c == '\t' || c == '\n' || c == '\r' || (c >= 0x20 && c < 0xd800) || (c >= 0xe000 && c < 0xfffe) || (c >= 0x10000 && c < 0x110000);
    if (p == start || p >= end || !allowed) return NULL;
    put_utf8(out, c);
    return p + 1;
}

static const char *reference(const char *p, const char *end, cim__buf *out)
{
    static const struct {
        const char *text;
        size_t len;
        char c;
    } known[] = { { "amp;", 4, '&' }, { "lt;", 3, '<' }, { "gt;", 3, '>' }, { "quot;", 5, '"' }, { "apos;", 5, '\'' } };
    if (p < end && *p == '#') return numeric_reference(p, end, out);
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if ((size_t)(end - p) >= known[i].len && !memcmp(p, known[i].text, known[i].len)) {
            cim__buf_putc(out, known[i].c);
            return p + known[i].len;
        }
    return NULL;
}

/* References resolved, line ends and tabs made blanks (XML 1.0, 3.3.3).  Room for it was made: the buffer does not move. */
static bool decode(scanner *s, cim__str *value)
{
    cim__buf *out = &s->decoded;
    const char *p = value->ptr, *end = p + value->len;
    size_t start = out->size;
    while (p < end) {
        if (*p == '&') {
            p = reference(p + 1, end, out);
            if (!p) return false;
        } else {
            cim__buf_putc(out, *p == '\n' || *p == '\t' ? ' ' : *p);
            p++;
        }
    }
    *value = (cim__str){ (const char *)out->data + start, out->size - start };
    return !out->failed;
}

/* ---- tags ---- */

static int beyond(const scanner *s, const char *p) { return p >= s->end ? MORE : STRANGE; }

/* Names of this tag so far, to find one that is there twice; a filter of 64 bits keeps the search off. */
typedef struct seen {
    cim__str names[ATTRIBUTES];
    int count;
    uint64_t filter;
} seen;

static bool is_new(seen *list, cim__str name)
{
    uint64_t bit = 1ull << ((unsigned)(name.ptr[0] + 3 * name.ptr[name.len - 1] + 7 * (int)name.len) & 63);
    if (list->count == ATTRIBUTES) return false;
    for (int i = 0; (list->filter & bit) && i < list->count; i++)
        if (cim__str_eq(list->names[i], name)) return false;
    list->filter |= bit;
    list->names[list->count++] = name;
    return true;
}

static int scan_attribute(scanner *s, const char **at, cim__osm_element *e, seen *names)
{
    const char *p = *at, *after = name_end(p);
    bool plain;
    if (!begins_name(*p) || after == p) return beyond(s, p);
    cim__str name = { p, (size_t)(after - p) };
    p = blanks(after);
    if (*p != '=') return beyond(s, p);
    p = blanks(p + 1);
    if (*p != '"' && *p != '\'') return beyond(s, p);
    const char *end = value_end(p + 1, *p, &plain);
    if (!end) return memchr(p + 1, *p, (size_t)(s->end - p - 1)) ? STRANGE : MORE;
    cim__str value = { p + 1, (size_t)(end - p - 1) };
    if (!plain && !decode(s, &value)) return STRANGE;
    if (!is_new(names, name) || !cim__osm_element_put(e, name, value)) return STRANGE;
    *at = end + 1;
    return SCANNED;
}

static cim_status begin_element(cim_ctx *ctx, scanner *s, cim__osm_element *e, bool empty)
{
    if (s->root_closed || s->depth == DEPTH_MAX || e->name.len > NAME_MAX) return STRANGE;
    memcpy(s->open[s->depth], e->name.ptr, e->name.len);
    s->open[s->depth][e->name.len] = 0;
    e->depth = ++s->depth;
    cim_status st = cim__osm_xml_start(ctx, s->x, e);
    if (st < 0 || !empty) return st;
    st = cim__osm_xml_end(ctx, s->x, s->depth);
    if (--s->depth == 0) s->root_closed = true;
    return st;
}

static cim_status scan_start(cim_ctx *ctx, scanner *s)
{
    const char *p = s->pos + 1, *after = name_end(p);
    cim__osm_element e = { .name = { p, (size_t)(after - p) } };
    seen names;
    names.count = 0;
    names.filter = 0;
    s->decoded.size = 0;
    for (p = after;;) {
        const char *next = blanks(p);
        if (*next == '>' || (*next == '/' && next[1] == '>')) {
            bool empty = *next == '/';
            s->pos = next + (empty ? 2 : 1);
            return begin_element(ctx, s, &e, empty);
        }
        if (*next == '/' && next + 1 >= s->end) return MORE;
        if (next == p) return beyond(s, p);
        int done = scan_attribute(s, &next, &e, &names);
        if (done != SCANNED) return done;
        p = next;
    }
}

static cim_status scan_end(cim_ctx *ctx, scanner *s)
{
    const char *p = s->pos + 2, *after = name_end(p), *close = blanks(after);
    if (*close != '>') return beyond(s, close);
    if (!s->depth || !cim__str_is((cim__str){ p, (size_t)(after - p) }, s->open[s->depth - 1])) return STRANGE;
    s->pos = close + 1;
    cim_status st = cim__osm_xml_end(ctx, s->x, s->depth);
    if (--s->depth == 0) s->root_closed = true;
    return st;
}

/* ---- the rest of the grammar ---- */

static bool utf8_declared(cim__str text)
{
    const char *at = memmem(text.ptr, text.len, "encoding", 8);
    if (!at) return true;
    const char *p = blanks(at + 8), *end = text.ptr + text.len;
    if (*p != '=') return false;
    p = blanks(p + 1);
    return end - p > 6 && (*p == '"' || *p == '\'') && !strncasecmp(p + 1, "utf-8", 5) && p[6] == *p;
}

/* <?xml version="1.0" ...?> at the very start; other instructions may stand anywhere. */
static cim_status scan_instruction(scanner *s, bool first)
{
    const char *end = memmem(s->pos, (size_t)(s->end - s->pos), "?>", 2);
    if (!end) return MORE;
    cim__str text = { s->pos + 2, (size_t)(end - s->pos) - 2 };
    bool declaration = text.len > 3 && !strncasecmp(text.ptr, "xml", 3) && is_blank(text.ptr[3]);
    if (declaration && (!first || !memmem(text.ptr, text.len, "1.0", 3) || !utf8_declared(text))) return STRANGE;
    if (!declaration && (!text.len || !begins_name(text.ptr[0]))) return STRANGE;
    for (size_t i = 0; i < text.len; i++)
        if ((unsigned char)text.ptr[i] >= 0x80 || ((unsigned char)text.ptr[i] < 0x20 && !is_blank(text.ptr[i]))) return STRANGE;
    s->pos = end + 2;
    return SCANNED;
}

static cim_status scan_comment(scanner *s)
{
    if (s->end - s->pos < 4) return MORE;
    if (memcmp(s->pos, "<!--", 4) != 0) return STRANGE;
    const char *end = memmem(s->pos + 4, (size_t)(s->end - s->pos) - 4, "--", 2);
    if (!end || end + 2 >= s->end) return MORE;
    if (end[2] != '>') return STRANGE;
    for (const char *p = s->pos + 4; p < end; p++)
        if ((unsigned char)*p >= 0x80 || ((unsigned char)*p < 0x20 && !is_blank(*p))) return STRANGE;
    s->pos = end + 3;
    return SCANNED;
}

/* One tag, comment or instruction. */
static cim_status scan_markup(cim_ctx *ctx, scanner *s, bool first)
{
    char c = s->pos[1];
    if (c == '/') return scan_end(ctx, s);
    if (c == '?') return scan_instruction(s, first);
    if (c == '!') return scan_comment(s);
    return begins_name(c) ? scan_start(ctx, s) : (cim_status)beyond(s, s->pos + 1);
}

/* ---- the window ---- */

/* Keep what is from pos on, and read more behind it. */
static cim_status refill(cim_ctx *ctx, scanner *s)
{
    size_t left = (size_t)(s->end - s->pos), got = 0;
    if (s->at_end || left > WINDOW_MAX) return STRANGE;
    if (left) memmove(s->window.data, s->pos, left);
    s->window.size = left;
    if (!cim__buf_reserve(&s->window, WINDOW + 8) || !cim__buf_reserve(&s->decoded, left + WINDOW)) return cim__nomem(ctx);
    CIM__TRY(cim__input_read(ctx, s->x->osm->job->input, s->window.data + left, WINDOW, &got));
    s->window.size = left + got;
    s->at_end = !got;
    memset(s->window.data + s->window.size, 0, 8);
    s->pos = (const char *)s->window.data;
    s->end = s->pos + s->window.size;
    return cim__job_tick(ctx, s->x->osm->job, "reading XML");
}

/* Blanks, then markup; SCANNED once the document is over. */
static cim_status scan_window(cim_ctx *ctx, scanner *s, bool *first)
{
    for (;;) {
        s->pos = blanks(s->pos);
        if (s->pos == s->end) return s->at_end ? SCANNED : MORE;
        if (*s->pos != '<') return STRANGE;
        cim_status st = scan_markup(ctx, s, *first);
        if (st == MORE) return s->at_end ? STRANGE : MORE;
        if (st != SCANNED) return st;
        *first = false;
    }
}

static cim_status scan_all(cim_ctx *ctx, scanner *s)
{
    bool first = true;
    CIM__TRY(refill(ctx, s));
    if (s->end - s->pos >= 3 && !memcmp(s->pos, "\xef\xbb\xbf", 3)) s->pos += 3;
    for (;;) {
        cim_status st = scan_window(ctx, s, &first);
        if (st == MORE) st = refill(ctx, s);
        else if (st == SCANNED) return s->root_closed ? SCANNED : STRANGE;
        if (st == CIM_EFORMAT || st == CIM_EUNSUPPORTED) return STRANGE; /* the parser knows the line */
        if (st != SCANNED) return st;
    }
}

cim_status cim__osm_xml_scan(cim_ctx *ctx, cim__osm_xml *x)
{
    scanner s = { .x = x, .window = cim__buf_on(ctx->mem), .decoded = cim__buf_on(ctx->mem) };
    s.pos = s.end = "";
    cim_status st = scan_all(ctx, &s);
    cim__buf_free(&s.window);
    cim__buf_free(&s.decoded);
    return st;
}
