/* geometry.c - WKB of the library as a SpatiaLite blob and as GeoJSON.
 *
 * A blob is 00, 01 (little-endian), the system's number, the box, 7C, the geometry as in WKB without its first byte, FE; members of collections begin
 * with 69 in place of the order of bytes (gaia-sins.org, "BLOB-Geometry").  Both are written in one pass over the WKB. */
#include "sql.h"

typedef struct walk {
    const unsigned char *p, *end;
    sqlite3_str *text;    /* GeoJSON, or ... */
    unsigned char *out;   /* ... the blob, which is never longer than WKB and its frame */
    size_t size;
    double box[4];
    double *lonlat;       /* all vertices in degrees, in their order */
    size_t vertex;
    bool wrong;
} walk;

static void emit(walk *w, const void *data, size_t size)
{
    if (w->out) memcpy(w->out + w->size, data, size);
    w->size += size;
}

static uint32_t take32(walk *w)
{
    uint32_t v = 0;
    if (w->end - w->p < 4) w->wrong = true;
    else memcpy(&v, w->p, 4), w->p += 4;
    return v;
}

static void put32(walk *w, uint32_t v) { emit(w, &v, 4); }

static void say(walk *w, const char *text)
{
    if (w->text) sqlite3_str_appendall(w->text, text);
}

static void vertex(walk *w, int dim)
{
    double v[3] = { 0, 0, 0 };
    size_t bytes = (size_t)dim * 8;
    if ((size_t)(w->end - w->p) < bytes) {
        w->wrong = true;
        return;
    }
    memcpy(v, w->p, bytes);
    w->p += bytes;
    for (int k = 0; k < 2; k++) {
        if (v[k] < w->box[k]) w->box[k] = v[k];
        if (v[k] > w->box[k + 2]) w->box[k + 2] = v[k];
    }
    emit(w, v, bytes);
    if (w->text && w->lonlat) {
        const double *d = w->lonlat + 2 * w->vertex;
        sqlite3_str_appendf(w->text, dim == 3 ? "[%.7f,%.7f,%.3f]" : "[%.7f,%.7f]", d[0], d[1], v[2]);
    } else if (w->lonlat) memcpy(w->lonlat + 2 * w->vertex, v, 16);
    w->vertex++;
}

static void vertices(walk *w, int dim)
{
    uint32_t n = take32(w);
    put32(w, n);
    if (n > (size_t)(w->end - w->p) / ((size_t)dim * 8)) w->wrong = true;
    say(w, "[");
    for (uint32_t i = 0; i < n && !w->wrong; i++) {
        if (i) say(w, ",");
        vertex(w, dim);
    }
    say(w, "]");
}

static void rings(walk *w, int dim)
{
    uint32_t n = take32(w);
    put32(w, n);
    say(w, "[");
    for (uint32_t i = 0; i < n && !w->wrong; i++) {
        if (i) say(w, ",");
        vertices(w, dim);
    }
    say(w, "]");
}

static void simple(walk *w, uint32_t type, int dim)
{
    if (type == CIM_GEOM_POINT) vertex(w, dim);
    else if (type == CIM_GEOM_LINESTRING) vertices(w, dim);
    else if (type == CIM_GEOM_POLYGON) rings(w, dim);
    else w->wrong = true;
}

static void members(walk *w, int dim)
{
    const unsigned char entity = 0x69;
    uint32_t n = take32(w);
    put32(w, n);
    say(w, "[");
    for (uint32_t i = 0; i < n && !w->wrong; i++) {
        if (w->end - w->p < 5 || *w->p++ != 1) {
            w->wrong = true;
            return;
        }
        uint32_t type = take32(w);
        emit(w, &entity, 1);
        put32(w, type);
        if (i) say(w, ",");
        simple(w, type % 1000, dim);
    }
    say(w, "]");
}

/* One pass; false for what is no little-endian WKB of the library's types. */
static bool pass(walk *w, const void *wkb, size_t size)
{
    static const char *const names[] = { "", "Point", "LineString", "Polygon", "MultiPoint", "MultiLineString", "MultiPolygon" };
    const double far = __builtin_inf();
    w->p = wkb;
    w->end = w->p + size;
    w->vertex = 0;
    w->box[0] = w->box[1] = far;
    w->box[2] = w->box[3] = -far;
    if (size < 5 || *w->p++ != 1) return false;
    uint32_t type = take32(w), kind = type % 1000;
    int dim = type / 1000 == 1 ? 3 : 2;
    if (!kind || kind > CIM_GEOM_MULTIPOLYGON || type > 1006) return false;
    put32(w, type);
    say(w, "{\"type\":\"");
    say(w, names[kind]);
    say(w, "\",\"coordinates\":");
    if (kind >= CIM_GEOM_MULTIPOINT) members(w, dim);
    else simple(w, kind, dim);
    say(w, "}");
    return !w->wrong;
}

unsigned char *sql_blob_of(const void *wkb, size_t size, int32_t epsg, size_t *size_out)
{
    unsigned char *blob = sqlite3_malloc64((sqlite3_uint64)size + 64);
    walk w = { .out = blob ? blob + 39 : NULL };
    const unsigned char end = 0xfe;
    if (!blob || !pass(&w, wkb, size)) {
        sqlite3_free(blob);
        return NULL;
    }
    if (!(w.box[0] <= w.box[2])) memset(w.box, 0, sizeof w.box);
    blob[0] = 0;
    blob[1] = 1;
    memcpy(blob + 2, &epsg, 4);
    memcpy(blob + 6, w.box, 32);
    blob[38] = 0x7c;
    emit(&w, &end, 1);
    *size_out = 39 + w.size;
    return blob;
}

/* A place that the system of the world does not have is no GeoJSON. */
static bool all_finite(const double *numbers, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (numbers[i] - numbers[i] != 0.0) return false;
    return true;
}

cim_status sql_geojson_of(cim_ctx *ctx, const void *wkb, size_t size, int32_t epsg, char **text_out)
{
    walk w = { .lonlat = sqlite3_malloc64((sqlite3_uint64)size + 16) }; /* no more vertices than size / 16 */
    cim_status st = !w.lonlat ? CIM_ENOMEM : pass(&w, wkb, size) ? cim_crs_transform(ctx, epsg, 4326, w.vertex, w.lonlat) : CIM_OK;
    *text_out = NULL;
    if (st >= 0 && !w.wrong && all_finite(w.lonlat, 2 * w.vertex)) {
        w.text = sqlite3_str_new(NULL);
        pass(&w, wkb, size);
        if (!(*text_out = sqlite3_str_finish(w.text))) st = CIM_ENOMEM;
    }
    sqlite3_free(w.lonlat);
    return st;
}
