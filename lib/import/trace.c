/* trace.c - traces of positions: GPX, GeoJSON, CSV. */
#include "cim/match.h"
#include "core/time.h"
#include "import/json_in.h"
#include "import/xml.h"

#include <math.h>

enum { DEPTH = 64, COLUMNS = 64 };
static const uint64_t MOST_BYTES = 1ull << 32;

typedef struct reading {
    cim_ctx *ctx;
    const char *path;
    cim__buf points; /* cim_match_point */
    bool fresh; /* the next point begins a trace */
} reading;

static const cim_match_point nowhere = { NAN, NAN, NAN, NAN, NAN, 0, 0 };

static cim_status put_point(reading *r, cim_match_point p, bool degrees)
{
    if (CIM__COUNT(&r->points, cim_match_point) >= 0x7fffffffu) return cim__fail(r->ctx, CIM_ELIMIT, "%s: too many points", r->path);
    p.flags = (r->fresh ? CIM_MATCH_BREAK : 0u) | (degrees ? CIM_MATCH_DEGREES : 0u);
    r->fresh = false;
    cim__buf_put(&r->points, &p, sizeof p);
    return r->points.failed ? cim__nomem(r->ctx) : CIM_OK;
}

/* ---- times ---- */

/* Seconds, as a number or from "2026-01-31T08:30:05.25Z" (without a zone: UTC). */
static bool time_of(cim__str text, double *seconds_out)
{
    cim__moment m;
    text = cim__str_trim(text);
    if (cim__parse_double(text, seconds_out)) return isfinite(*seconds_out);
    if (!cim__moment_read(text, CIM__TIME_NO_ZONE | CIM__TIME_LOOSE, &m)) return false;
    *seconds_out = (double)m.second + 1e-9 * m.nano;
    return true;
}

/* ---- GPX ---- */

typedef struct gpx {
    reading *r;
    cim_match_point point;
    bool inside; /* a point */
    int wanted; /* 1: its time, 2: its course */
    cim__buf text;
} gpx;

static cim_status gpx_start(cim_ctx *ctx, cim__xml *xml, const cim__xml_start *start, void *user)
{
    gpx *g = user;
    const char *name = start->name.local;
    cim__str lon, lat;
    if (!strcmp(name, "trkseg") || !strcmp(name, "rte")) g->r->fresh = true;
    g->wanted = !g->inside ? 0 : !strcmp(name, "time") ? 1 : !strcmp(name, "course") ? 2 : 0;
    g->text.size = 0;
    if (strcmp(name, "trkpt") && strcmp(name, "rtept")) return CIM_OK;
    g->point = nowhere;
    g->inside = true;
    if (!cim__xml_attribute(start, "lon", &lon) || !cim__xml_attribute(start, "lat", &lat) || !cim__parse_double(lon, &g->point.x) ||
        !cim__parse_double(lat, &g->point.y))
        return cim__fail(ctx, CIM_EFORMAT, "%s:%u: a point without lon and lat", g->r->path, cim__xml_line(xml));
    return CIM_OK;
}

static cim_status gpx_text(cim_ctx *ctx, cim__xml *xml, cim__str text, void *user)
{
    gpx *g = user;
    (void)xml;
    if (g->wanted && g->text.size < 200) cim__buf_putstr(&g->text, text);
    return g->text.failed ? cim__nomem(ctx) : CIM_OK;
}

static cim_status gpx_end(cim_ctx *ctx, cim__xml *xml, const cim__xml_name *name, void *user)
{
    gpx *g = user;
    if (g->wanted == 1 && !time_of(cim__buf_str(&g->text), &g->point.time_s))
        return cim__fail(ctx, CIM_EFORMAT, "%s:%u: no time", g->r->path, cim__xml_line(xml));
    if (g->wanted == 2 && !cim__parse_double(cim__buf_str(&g->text), &g->point.heading_deg)) g->point.heading_deg = NAN;
    g->wanted = 0;
    if (!g->inside || (strcmp(name->local, "trkpt") && strcmp(name->local, "rtept"))) return CIM_OK;
    g->inside = false;
    return put_point(g->r, g->point, true);
}

static cim_status read_gpx(reading *r, cim__input *input)
{
    static const cim__xml_handler handler = { gpx_start, gpx_end, gpx_text, NULL };
    gpx g = { .r = r, .text = cim__buf_on(r->ctx->mem) };
    cim_status st = cim__xml_run(r->ctx, input, DEPTH, &handler, &g);
    cim__buf_free(&g.text);
    return st;
}

/* ---- GeoJSON ---- */

typedef struct geojson {
    reading *r;
    const cim__jtree *tree;
} geojson;

static double real_of(const geojson *g, uint32_t object, const char *key)
{
    double value = NAN;
    uint32_t node = cim__jget(g->tree, object, key);
    return node != CIM_NONE && cim__jreal(g->tree, node, &value) ? value : NAN;
}

static double time_at(const geojson *g, uint32_t node)
{
    double value = NAN;
    bool scalar = node != CIM_NONE && (cim__jis(g->tree, node, CIM__J_STRING) || cim__jis(g->tree, node, CIM__J_NUMBER));
    return scalar && time_of(cim__jtext(g->tree, node), &value) ? value : NAN;
}

static cim_status position(geojson *g, uint32_t node, uint32_t properties, uint32_t time)
{
    cim_match_point p = nowhere;
    if (!cim__jis(g->tree, node, CIM__J_ARRAY) || cim__jcount(g->tree, node) < 2)
        return cim__fail(g->r->ctx, CIM_EFORMAT, "%s: a position without two numbers", g->r->path);
    if (!cim__jreal(g->tree, node + 1, &p.x) || !cim__jreal(g->tree, cim__jskip(g->tree, node + 1), &p.y))
        return cim__fail(g->r->ctx, CIM_EFORMAT, "%s: a position without two numbers", g->r->path);
    p.time_s = time_at(g, time);
    p.accuracy_m = real_of(g, properties, "accuracy");
    p.heading_deg = real_of(g, properties, "heading");
    return put_point(g->r, p, true);
}

/* A line with times beside it, as many as it has positions or none. */
static cim_status line(geojson *g, uint32_t node, uint32_t times)
{
    if (!cim__jis(g->tree, node, CIM__J_ARRAY)) return cim__fail(g->r->ctx, CIM_EFORMAT, "%s: a line without coordinates", g->r->path);
    uint32_t count = cim__jcount(g->tree, node), at = node + 1;
    bool timed = cim__jis(g->tree, times, CIM__J_ARRAY) && cim__jcount(g->tree, times) == count;
    g->r->fresh = true;
    if (timed) times++;
    for (uint32_t i = 0; i < count; i++, at = cim__jskip(g->tree, at)) {
        CIM__TRY(position(g, at, CIM_NONE, timed ? times : CIM_NONE));
        if (timed) times = cim__jskip(g->tree, times);
    }
    return CIM_OK;
}

static cim_status geometry(geojson *g, uint32_t node, uint32_t properties)
{
    uint32_t type = cim__jget(g->tree, node, "type"), coordinates = cim__jget(g->tree, node, "coordinates"),
             times = cim__jget(g->tree, properties, "coordTimes");
    cim__str name = cim__jis(g->tree, type, CIM__J_STRING) ? cim__jtext(g->tree, type) : CIM__STR("");
    if (times == CIM_NONE) times = cim__jget(g->tree, properties, "times");
    if (cim__str_is(name, "Point")) return position(g, coordinates, properties, cim__jget(g->tree, properties, "time"));
    if (cim__str_is(name, "LineString")) return line(g, coordinates, times);
    if (!cim__str_is(name, "MultiLineString") || !cim__jis(g->tree, coordinates, CIM__J_ARRAY))
        return cim__fail(g->r->ctx, CIM_EFORMAT, "%s: a geometry that is no trace", g->r->path);
    uint32_t count = cim__jcount(g->tree, coordinates), at = coordinates + 1;
    uint32_t rows = cim__jis(g->tree, times, CIM__J_ARRAY) && cim__jcount(g->tree, times) == count ? times + 1 : CIM_NONE;
    for (uint32_t i = 0; i < count; i++, at = cim__jskip(g->tree, at)) {
        CIM__TRY(line(g, at, rows));
        if (rows != CIM_NONE) rows = cim__jskip(g->tree, rows);
    }
    return CIM_OK;
}

static cim_status feature(geojson *g, uint32_t node)
{
    uint32_t inner = cim__jget(g->tree, node, "geometry");
    return inner == CIM_NONE ? geometry(g, node, CIM_NONE) : geometry(g, inner, cim__jget(g->tree, node, "properties"));
}

static cim_status features(geojson *g)
{
    uint32_t list = cim__jget(g->tree, 0, "features");
    if (!cim__jis(g->tree, list, CIM__J_ARRAY)) return feature(g, 0);
    uint32_t count = cim__jcount(g->tree, list), at = list + 1;
    for (uint32_t i = 0; i < count; i++, at = cim__jskip(g->tree, at)) CIM__TRY(feature(g, at));
    return CIM_OK;
}

static cim_status read_geojson(reading *r, cim__buf *text)
{
    cim__jtree tree;
    cim__jtree_init(&tree, r->ctx->mem);
    geojson g = { r, &tree };
    cim__buf_putc(text, 0);
    cim_status st = text->failed ? cim__nomem(r->ctx) : cim__jtree_read(r->ctx, &tree, (char *)text->data, text->size - 1, DEPTH);
    if (st == CIM_EFORMAT || st == CIM_ELIMIT) st = cim__fail_at(r->ctx, st, r->path);
    if (st >= 0) st = features(&g);
    cim__jtree_free(&tree);
    return st;
}

/* ---- CSV ---- */

typedef enum column_kind { SKIP, TIME, X, Y, LON, LAT, ACCURACY, HEADING, TRACE } column_kind;
typedef struct csv {
    reading *r;
    char comma;
    int count;
    column_kind columns[COLUMNS];
    bool degrees;
    cim__buf trace; /* the column trace of the line before */
} csv;

static cim__str next_line(cim__str *text)
{
    const char *end = text->len ? memchr(text->ptr, '\n', text->len) : NULL;
    size_t n = end ? (size_t)(end - text->ptr) : text->len;
    cim__str line = { text->ptr, n };
    text->ptr += end ? n + 1 : n;
    text->len -= end ? n + 1 : n;
    if (line.len && line.ptr[line.len - 1] == '\r') line.len--;
    return line;
}

static cim__str next_field(const csv *c, cim__str *line)
{
    const char *end = line->len ? memchr(line->ptr, c->comma, line->len) : NULL;
    size_t n = end ? (size_t)(end - line->ptr) : line->len;
    cim__str field = { line->ptr, n };
    line->ptr += end ? n + 1 : n;
    line->len -= end ? n + 1 : n;
    field = cim__str_trim(field);
    if (field.len >= 2 && field.ptr[0] == '"' && field.ptr[field.len - 1] == '"') field = (cim__str){ field.ptr + 1, field.len - 2 };
    return field;
}

static column_kind column_of(cim__str name)
{
    static const struct {
        const char *name;
        column_kind column;
    } names[] = { { "time", TIME },
                  { "timestamp", TIME },
                  { "x", X },
                  { "y", Y },
                  { "lon", LON },
                  { "longitude", LON },
                  { "lat", LAT },
                  { "latitude", LAT },
                  { "accuracy", ACCURACY },
                  { "heading", HEADING },
                  { "bearing", HEADING },
                  { "course", HEADING },
                  { "trace", TRACE },
                  { "trip", TRACE } };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (cim__str_is(name, names[i].name)) return names[i].column;
    return SKIP;
}

static cim_status read_names(csv *c, cim__str line)
{
    uint32_t there = 0;
    c->comma = memchr(line.ptr, ';', line.len) ? ';' : memchr(line.ptr, '\t', line.len) ? '\t' : ',';
    while (line.len && c->count < COLUMNS) {
        column_kind column = column_of(next_field(c, &line));
        c->columns[c->count++] = column;
        there |= 1u << column;
    }
    c->degrees = (there & (1u << LON | 1u << LAT)) == (1u << LON | 1u << LAT);
    bool metres = (there & (1u << X | 1u << Y)) == (1u << X | 1u << Y);
    return c->degrees != metres ? CIM_OK : cim__fail(c->r->ctx, CIM_EFORMAT, "%s:1: expected names of columns with x and y, or lon and lat", c->r->path);
}

/* A field of a point; an empty one is not known. */
static bool take_field(csv *c, column_kind column, cim__str text, cim_match_point *p)
{
    if (column == TRACE && !cim__str_eq(text, cim__buf_str(&c->trace))) {
        c->r->fresh = true;
        c->trace.size = 0;
        cim__buf_putstr(&c->trace, text);
    }
    if (column == SKIP || column == TRACE || !text.len) return true;
    if (column == TIME) return time_of(text, &p->time_s);
    double *to = column == X || column == LON ? &p->x : column == Y || column == LAT ? &p->y : column == ACCURACY ? &p->accuracy_m : &p->heading_deg;
    return cim__parse_double(text, to);
}

static cim_status read_csv(reading *r, cim__str text)
{
    csv c = { .r = r, .trace = cim__buf_on(r->ctx->mem) };
    if (text.len >= 3 && !memcmp(text.ptr, "\xef\xbb\xbf", 3)) text = (cim__str){ text.ptr + 3, text.len - 3 };
    cim_status st = read_names(&c, next_line(&text));
    for (uint32_t number = 2; st >= 0 && text.len; number++) {
        cim__str line = next_line(&text);
        cim_match_point p = nowhere;
        if (!cim__str_trim(line).len) continue;
        for (int i = 0; i < c.count && st >= 0; i++)
            if (!take_field(&c, c.columns[i], next_field(&c, &line), &p))
                st = cim__fail(r->ctx, CIM_EFORMAT, "%s:%u: column %d is no number or time", r->path, number, i + 1);
        if (st >= 0) st = c.trace.failed ? cim__nomem(r->ctx) : put_point(r, p, c.degrees);
        if (st >= 0) st = cim__tick(r->ctx, 0, 0, "reading");
    }
    cim__buf_free(&c.trace);
    return st;
}

/* ---- any ---- */

static cim_status read_all(reading *r, cim__input *input, cim__buf *text)
{
    for (;;) {
        size_t got = 0;
        char *to = cim__buf_reserve(text, 65536) ? (char *)text->data + text->size : NULL;
        if (!to) return cim__nomem(r->ctx);
        CIM__TRY(cim__input_read(r->ctx, input, to, 65536, &got));
        if (!got) return CIM_OK;
        text->size += got;
    }
}

static cim_status read_any(reading *r, cim__input *input)
{
    cim__str head;
    cim__buf text = cim__buf_on(r->ctx->mem);
    CIM__TRY(cim__input_head(r->ctx, input, &head));
    if (head.len >= 3 && !memcmp(head.ptr, "\xef\xbb\xbf", 3)) head = (cim__str){ head.ptr + 3, head.len - 3 };
    head = cim__str_trim(head);
    if (head.len && head.ptr[0] == '<') return read_gpx(r, input);
    cim_status st = read_all(r, input, &text);
    if (st >= 0) st = head.len && head.ptr[0] == '{' ? read_geojson(r, &text) : read_csv(r, cim__buf_str(&text));
    cim__buf_free(&text);
    return st;
}

cim_status cim_match_load(cim_ctx *ctx, const char *path, cim_buf *points_out)
{
    cim__enter(ctx);
    if (!path) return cim__fail(ctx, CIM_EARG, "no path");
    reading r = { .ctx = ctx, .path = path, .points = cim__buf_on(ctx->mem), .fresh = true };
    cim__input *input = NULL;
    CIM__TRY(cim__input_open(ctx, path, MOST_BYTES, 400, &input));
    cim_status st = read_any(&r, input);
    cim__input_close(ctx, input);
    if (st >= 0 && !cim__buf_give(&r.points, points_out)) st = cim__nomem(ctx);
    cim__buf_free(&r.points);
    return st < 0 ? st : CIM_OK;
}
