/* wkx.c - well-known text and well-known binary. */
#include "core/num.h"
#include "geom/geom.h"

/* ---- binary ---- */

static void put32(cim__buf *out, uint32_t v)
{
    uint8_t b[4] = { (uint8_t)v, (uint8_t)(v >> 8), (uint8_t)(v >> 16), (uint8_t)(v >> 24) };
    cim__buf_put(out, b, 4);
}

static void put_double(cim__buf *out, double value)
{
    uint64_t bits;
    memcpy(&bits, &value, 8);
    put32(out, (uint32_t)bits);
    put32(out, (uint32_t)(bits >> 32));
}

static void put_type(cim__buf *out, const cim_geom *g, int32_t type)
{
    cim__buf_putc(out, 1);
    put32(out, (uint32_t)(type + (g->dim == 3 ? 1000 : 0)));
}

static void put_part(cim__buf *out, const cim_geom *g, uint32_t part, int32_t base)
{
    uint32_t ring = cim__part_start(g, part), end = g->part_end[part];
    if (base == CIM_GEOM_POLYGON) put32(out, end - ring);
    for (; ring < end; ring++) {
        uint32_t v = cim__ring_start(g, ring);
        if (base != CIM_GEOM_POINT) put32(out, g->ring_end[ring] - v);
        for (; v < g->ring_end[ring]; v++)
            for (int32_t i = 0; i < g->dim; i++) put_double(out, g->coords[(size_t)v * (size_t)g->dim + (size_t)i]);
    }
}

void cim__wkb_put(cim__buf *out, const cim_geom *g)
{
    int32_t base = cim__geom_base(g->type);
    put_type(out, g, g->type);
    if (g->type > 3) put32(out, g->part_count);
    for (uint32_t part = 0; part < g->part_count; part++) {
        if (g->type > 3) put_type(out, g, base);
        put_part(out, g, part, base);
    }
}

cim_status cim_geom_wkb(cim_ctx *ctx, const cim_geom *geom, cim_buf *wkb_out)
{
    cim__enter(ctx);
    cim__buf buf = cim__buf_on(ctx->mem);
    cim__wkb_put(&buf, geom);
    if (cim__buf_give(&buf, wkb_out)) return CIM_OK;
    cim__buf_free(&buf);
    return cim__nomem(ctx);
}

/* ---- text out ---- */

static void put_vertices(cim__buf *out, const cim_geom *g, uint32_t ring)
{
    for (uint32_t v = cim__ring_start(g, ring), first = v; v < g->ring_end[ring]; v++) {
        if (v > first) cim__buf_putc(out, ',');
        for (int32_t i = 0; i < g->dim; i++) {
            if (i) cim__buf_putc(out, ' ');
            cim__put_double(out, g->coords[(size_t)v * (size_t)g->dim + (size_t)i]);
        }
    }
}

static void put_part_text(cim__buf *out, const cim_geom *g, uint32_t part)
{
    uint32_t ring = cim__part_start(g, part), first = ring;
    bool polygon = cim__geom_base(g->type) == CIM_GEOM_POLYGON;
    cim__buf_putc(out, '(');
    for (; ring < g->part_end[part]; ring++) {
        if (ring > first) cim__buf_putc(out, ',');
        if (polygon) cim__buf_putc(out, '(');
        put_vertices(out, g, ring);
        if (polygon) cim__buf_putc(out, ')');
    }
    cim__buf_putc(out, ')');
}

void cim__wkt_put(cim__buf *out, const cim_geom *g)
{
    cim__buf_puts(out, cim__geom_type_name(g->type));
    if (g->dim == 3) cim__buf_puts(out, " Z");
    if (!g->vertex_count) {
        cim__buf_puts(out, " EMPTY");
        return;
    }
    if (g->type > 3) cim__buf_putc(out, '(');
    for (uint32_t part = 0; part < g->part_count; part++) {
        if (part) cim__buf_putc(out, ',');
        put_part_text(out, g, part);
    }
    if (g->type > 3) cim__buf_putc(out, ')');
}

cim_status cim_geom_wkt(cim_ctx *ctx, const cim_geom *geom, cim_buf *text_out)
{
    cim__enter(ctx);
    cim__buf buf = cim__buf_on(ctx->mem);
    cim__wkt_put(&buf, geom);
    if (cim__buf_give(&buf, text_out)) return CIM_OK;
    cim__buf_free(&buf);
    return cim__nomem(ctx);
}

/* ---- text in ---- */

typedef struct scanner {
    const char *start, *pos, *end;
    cim__gbuild *geom;
    const char *wrong; /* what was expected, once something is wrong */
} scanner;

static void blanks(scanner *s)
{
    while (s->pos < s->end && (*s->pos == ' ' || *s->pos == '\n' || *s->pos == '\t' || *s->pos == '\r')) s->pos++;
}

static bool take(scanner *s, char c)
{
    blanks(s);
    if (s->wrong || s->pos >= s->end || *s->pos != c) return false;
    s->pos++;
    return true;
}

static void need(scanner *s, char c, const char *name)
{
    if (!take(s, c) && !s->wrong) s->wrong = name;
}

static bool is_letter(char c) { return (c | 32) >= 'a' && (c | 32) <= 'z'; }

/* A word in capitals; longer ones than any keyword are cut and match nothing. */
static void take_word(scanner *s, char word[20])
{
    size_t n = 0;
    blanks(s);
    for (; s->pos < s->end && is_letter(*s->pos); s->pos++)
        if (n < 19) word[n++] = (char)(*s->pos & ~32);
    word[n] = 0;
}

static int take_ordinates(scanner *s, double v[4])
{
    int n = 0;
    for (; n < 4; n++) {
        blanks(s);
        const char *after = s->pos < s->end ? cim__read_double(s->pos, s->end, &v[n]) : NULL;
        if (!after) break;
        s->pos = after;
    }
    return n;
}

/* The first vertex decides whether there is a z when the text did not say; a fourth ordinate (m) is dropped. */
static void vertex(scanner *s)
{
    double v[4];
    int n = take_ordinates(s, v);
    if (s->geom->coords.size == 0 && s->geom->dim == 0) s->geom->dim = n >= 3 ? 3 : 2;
    if (n < (s->geom->dim == 3 ? 3 : 2)) {
        if (!s->wrong) s->wrong = "a number";
    } else {
        cim__gbuild_xyz(s->geom, v[0], v[1], v[2]);
    }
}

static void vertices(scanner *s)
{
    need(s, '(', "(");
    do vertex(s);
    while (take(s, ','));
    need(s, ')', ")");
    cim__gbuild_ring(s->geom);
}

static void part(scanner *s, int32_t base)
{
    if (base == CIM_GEOM_POLYGON) {
        need(s, '(', "(");
        do vertices(s);
        while (take(s, ','));
        need(s, ')', ")");
    } else {
        vertices(s);
    }
    cim__gbuild_part(s->geom);
}

/* MULTIPOINT(1 2,3 4) is allowed beside MULTIPOINT((1 2),(3 4)). */
static void multipoint_part(scanner *s)
{
    blanks(s);
    if (s->pos < s->end && *s->pos == '(') {
        vertices(s);
    } else {
        vertex(s);
        cim__gbuild_ring(s->geom);
    }
    cim__gbuild_part(s->geom);
}

static void parts(scanner *s, int32_t type)
{
    need(s, '(', "(");
    do {
        if (type == CIM_GEOM_MULTIPOINT) multipoint_part(s);
        else part(s, cim__geom_base(type));
    } while (take(s, ','));
    need(s, ')', ")");
}

static int32_t type_named(const char *word)
{
    for (int32_t type = 1; type <= 6; type++)
        if (!strcmp(word, cim__geom_type_name(type))) return type;
    return 0;
}

static void check_rings(scanner *s, const cim_geom *g)
{
    int32_t base = cim__geom_base(g->type);
    for (uint32_t ring = 0; ring < g->ring_count && !s->wrong; ring++) {
        uint32_t first = cim__ring_start(g, ring), count = g->ring_end[ring] - first;
        size_t bytes = sizeof(double) * (size_t)g->dim;
        const char *a = (const char *)g->coords + first * bytes, *b = (const char *)g->coords + (g->ring_end[ring] - 1) * bytes;
        if (base == CIM_GEOM_POINT && count != 1) s->wrong = "one vertex a point";
        if (base == CIM_GEOM_LINESTRING && count < 2) s->wrong = "two vertices a line";
        if (base == CIM_GEOM_POLYGON && (count < 4 || memcmp(a, b, bytes) != 0)) s->wrong = "closed rings of four or more vertices";
    }
}

cim_status cim__wkt_get(cim_ctx *ctx, cim__str text, cim__gbuild *geom)
{
    scanner s = { text.ptr, text.ptr, text.ptr + text.len, geom, NULL };
    char word[20];
    take_word(&s, word);
    int32_t type = type_named(word);
    if (!type) return cim__fail(ctx, CIM_EFORMAT, "unknown geometry type at character 1 of the WKT");
    cim__gbuild_begin(geom, type, 2);
    geom->dim = 0;
    take_word(&s, word);
    if (!strcmp(word, "Z") || !strcmp(word, "ZM")) geom->dim = 3;
    if (word[0] && strcmp(word, "EMPTY") != 0) take_word(&s, word);
    if (strcmp(word, "EMPTY") != 0) {
        if (type > 3) parts(&s, type);
        else part(&s, type);
    }
    if (!geom->dim) geom->dim = 2;
    blanks(&s);
    if (!s.wrong && s.pos != s.end) s.wrong = "the end";
    if (!cim__gbuild_ok(geom)) return cim__nomem(ctx);
    cim_geom view = cim__gbuild_view(geom);
    if (!s.wrong) check_rings(&s, &view);
    if (!s.wrong && !cim__geom_finite(&view)) s.wrong = "finite numbers";
    if (s.wrong) return cim__fail(ctx, CIM_EFORMAT, "WKT: expected %s at character %zu", s.wrong, (size_t)(s.pos - s.start) + 1);
    return CIM_OK;
}
