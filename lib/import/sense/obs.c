/* obs.c - streams and values of observations, whatever format they come in. */
#include "import/sense/obs.h"

#include "sense/sense.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>

cim_status cim__obs_begin(cim_ctx *ctx, cim__obs *in)
{
    cim__jtree_init(&in->tree, ctx->mem);
    in->scratch = cim__buf_on(ctx->mem);
    in->texts = cim__arena_on(ctx->mem);
    if (!in->epsg && in->o.city) in->epsg = cim_city_epsg(in->o.city);
    return CIM_OK;
}

void cim__obs_end(cim_ctx *ctx, cim__obs *in)
{
    (void)ctx;
    cim__jtree_free(&in->tree);
    cim__buf_free(&in->scratch);
    cim__arena_free(&in->texts);
    cim__transform_free(in->to_city);
    in->to_city = NULL;
}

const char *cim__obs_text(cim__obs *in, cim__str text) { return cim__arena_str(&in->texts, text).ptr; }

void cim__obs_warn(cim__obs *in, const char *format, ...)
{
    char text[300];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    if (in->place) cim__report_warn(in->report, in->place, "%s:%llu: %s", in->name, (unsigned long long)in->place, text);
    else cim__report_warn(in->report, 0, "%s: %s", in->name, text);
}

/* ---- places and things ---- */

static bool first_position(cim__obs *in, uint32_t node, double xyz[3])
{
    const cim__jtree *t = &in->tree;
    for (int depth = 0; depth < 5 && cim__jis(t, node, CIM__J_ARRAY) && cim__jcount(t, node); depth++) {
        uint32_t at = node + 1;
        if (cim__jtype_of(t, at) == CIM__J_ARRAY) {
            node = at;
            continue;
        }
        xyz[2] = (double)NAN;
        for (uint32_t i = 0; i < cim__jcount(t, node) && i < 3; i++, at = cim__jskip(t, at))
            if (!cim__jreal(t, at, &xyz[i])) return false;
        return cim__jcount(t, node) >= 2;
    }
    return false;
}

cim_status cim__obs_place(cim_ctx *ctx, cim__obs *in, uint32_t geometry, cim__thing_said *thing)
{
    double xyz[3] = { (double)NAN, (double)NAN, (double)NAN };
    uint32_t inner = cim__jget(&in->tree, geometry, "geometry"); /* of a feature */
    if (inner != CIM_NONE) geometry = inner;
    if ((!in->epsg && !in->system) || !first_position(in, cim__jget(&in->tree, geometry, "coordinates"), xyz)) return CIM_OK;
    if (!(fabs(xyz[0]) <= 180.0 && fabs(xyz[1]) <= 90.0)) {
        cim__obs_warn(in, "%.60s: a place that is no longitude and latitude", thing->gid);
        return CIM_OK;
    }
    if (!in->to_city) CIM__TRY(in->system ? in->system(ctx, in, xyz[0], xyz[1]) : cim__transform_new(ctx, 4326, in->epsg, &in->to_city));
    cim__transform_run(in->to_city, &xyz[0], &xyz[1], 1, 1);
    if (!(isfinite(xyz[0]) && isfinite(xyz[1]))) return CIM_OK;
    thing->x = xyz[0];
    thing->y = xyz[1];
    thing->z = isfinite(xyz[2]) ? xyz[2] : (double)NAN;
    return CIM_OK;
}

static double double_at(const char *p)
{
    double v;
    memcpy(&v, p, sizeof v);
    return v;
}

typedef struct along {
    double distance2, offset_m;
} along;

/* A segment from a to b; what lies before it is as long as *length. */
static void look_at_segment(const double a[2], const double b[2], double x, double y, double *length, along *best)
{
    double dx = b[0] - a[0], dy = b[1] - a[1], size2 = dx * dx + dy * dy, t = size2 > 0.0 ? ((x - a[0]) * dx + (y - a[1]) * dy) / size2 : 0.0;
    t = t < 0.0 ? 0.0 : t > 1.0 ? 1.0 : t;
    double ex = a[0] + t * dx - x, ey = a[1] + t * dy - y, d2 = ex * ex + ey * ey, size = sqrt(size2);
    if (d2 < best->distance2) *best = (along){ d2, *length + t * size };
    *length += size;
}

/* A little-endian line string of WKB, as libcim writes it; false for another geometry. */
static bool look_along(const cim_buf *wkb, double x, double y, along *best)
{
    enum { HEAD = 9, POINT = 16 };
    uint32_t type = 0, count = 0;
    double length = 0.0;
    if (wkb->size < HEAD || wkb->data[0] != 1) return false;
    memcpy(&type, wkb->data + 1, sizeof type);
    memcpy(&count, wkb->data + 5, sizeof count);
    if (type != 2 || count < 2 || (wkb->size - HEAD) / POINT < count) return false;
    for (uint32_t i = 1; i < count; i++) {
        const char *p = wkb->data + HEAD + (size_t)(i - 1) * POINT;
        const double a[2] = { double_at(p), double_at(p + 8) }, b[2] = { double_at(p + 16), double_at(p + 24) };
        look_at_segment(a, b, x, y, &length, best);
    }
    return true;
}

/* Of the segments of a way the one that is nearest to the thing, and where along it. */
static cim_status nearest_of(cim_ctx *ctx, cim__obs *in, const uint32_t *ids, size_t count, cim__thing_said *thing)
{
    double best = (double)INFINITY;
    thing->object = ids[0];
    for (size_t i = 0; i < count && !isnan(thing->x); i++) {
        cim_buf wkb = CIM_BUF_INIT;
        along a = { (double)INFINITY, 0.0 };
        cim_status st = cim_city_geometry(ctx, in->o.city, ids[i], &wkb);
        bool line = st >= 0 && look_along(&wkb, thing->x, thing->y, &a);
        cim_buf_dispose(&wkb);
        if (st < 0 && st != CIM_ENOTFOUND) return st;
        if (!line || a.distance2 >= best) continue;
        best = a.distance2;
        thing->object = thing->edge = ids[i];
        thing->offset_m = a.offset_m;
    }
    return CIM_OK;
}

static cim_status look_up(cim_ctx *ctx, cim__obs *in, const char *gid, cim__thing_said *thing)
{
    if (!*gid) return CIM_OK;
    uint32_t ids[64];
    size_t count = 0;
    cim_status st = cim_city_find(ctx, in->o.city, gid, ids, sizeof ids / sizeof *ids, &count);
    if (st == CIM_ENOTFOUND) return CIM_OK;
    if (st < 0) return st;
    if (count > sizeof ids / sizeof *ids) count = sizeof ids / sizeof *ids;
    return nearest_of(ctx, in, ids, count, thing);
}

/* Its own id, the id of an import of it, what a property says to be its id in OpenStreetMap or elsewhere. */
bool cim__obs_candidate(cim__obs *in, const cim__thing_said *thing, size_t i, char gid[400])
{
    static const char *const prefixes[] = { "", "sta:", "osm:", "gml:" };
    const cim__jtree *t = &in->tree;
    size_t at_text = 0;
    gid[0] = 0;
    if (i < 2) {
        snprintf(gid, 400, "%s%s", prefixes[i], thing->gid);
        return true;
    }
    if (thing->properties == CIM_NONE || !cim__jis(t, thing->properties, CIM__J_OBJECT)) return false;
    uint32_t at = thing->properties + 1, key, value;
    while (cim__jpair(t, thing->properties, &at, &key, &value)) {
        cim__str text = cim__jis(t, value, CIM__J_STRING) ? cim__jtext(t, value) : (cim__str){ "", 0 };
        if (!text.len || text.len > 300) continue;
        if (at_text++ < (i - 2) / 3) continue;
        const char *prefix = prefixes[(i - 2) % 3 + ((i - 2) % 3 > 0)]; /* as it is, osm:, gml: */
        snprintf(gid, 400, "%s%.*s", prefix, (int)text.len, text.ptr);
        return at_text < 50;
    }
    return false;
}

cim_status cim__obs_look_everywhere(cim_ctx *ctx, cim__obs *in, cim__thing_said *thing)
{
    char gid[400];
    for (size_t i = 0; thing->object == CIM_NONE && cim__obs_candidate(in, thing, i, gid); i++) CIM__TRY(look_up(ctx, in, gid, thing));
    return CIM_OK;
}

cim_status cim__obs_thing(cim_ctx *ctx, cim__obs *in, cim__thing_said *thing)
{
    cim_status st = CIM_OK;
    if (in->thing) st = in->thing(ctx, in, thing, in->thing_user);
    else if (in->o.city) st = cim__obs_look_everywhere(ctx, in, thing);
    if (st < 0) return st;
    if (in->thing || in->o.city) cim__report_fate(in->report, "thing", CIM__STORED, in->thing ? "object" : thing->object != CIM_NONE ? "object of the city" : "no object: streams only", 1);
    else cim__report_fate(in->report, "thing", CIM__STORED, "streams only", 1);
    return CIM_OK;
}

/* ---- streams ---- */

uint32_t cim__obs_known(cim_ctx *ctx, cim__obs *in, const char *gid)
{
    (void)ctx;
    uint32_t id = cim__stream_named(in->sense, gid);
    return id == CIM_NONE ? 0 : id;
}

cim_status cim__obs_stream(cim_ctx *ctx, cim__obs *in, cim_stream *stream, const cim__thing_said *thing, uint32_t *id_out)
{
    uint32_t known = cim__obs_known(ctx, in, stream->gid);
    *id_out = 0;
    if (!known && (in->o.flags & CIM_INGEST_KNOWN_ONLY)) return CIM_OK;
    if (thing) {
        stream->thing = thing->gid;
        stream->object = thing->object;
        stream->edge = thing->edge;
        stream->offset_m = thing->offset_m;
        stream->x = thing->x;
        stream->y = thing->y;
        stream->z = thing->z;
    }
    if (known) stream->kind = cim__sense_stream(in->sense, known)->s.kind;
    cim_status st = cim_sense_stream_put(ctx, in->sense, stream, id_out);
    if (st == CIM_EARG || st == CIM_ELIMIT) {
        cim__obs_warn(in, "%s", cim_ctx_error(ctx));
        *id_out = 0;
        return CIM_OK;
    }
    return st;
}

/* ---- values ---- */

bool cim__obs_value_of(cim__obs *in, uint32_t node, cim__obs_value *v)
{
    const cim__jtree *t = &in->tree;
    *v = (cim__obs_value){ CIM__VALUE_GAP, (double)NAN, NULL };
    if (node == CIM_NONE) return true;
    switch (cim__jtype_of(t, node)) {
    case CIM__J_NULL: return true;
    case CIM__J_FALSE:
    case CIM__J_TRUE:
        v->type = CIM__VALUE_BOOLEAN;
        v->number = cim__jtype_of(t, node) == CIM__J_TRUE ? 1.0 : 0.0;
        return true;
    case CIM__J_NUMBER:
        v->type = CIM__VALUE_NUMBER;
        return cim__jreal(t, node, &v->number);
    case CIM__J_STRING:
        v->type = CIM__VALUE_TEXT;
        v->text = cim__obs_text(in, cim__jtext(t, node));
        if (!strcmp(v->text ? v->text : "", "NaN")) v->type = CIM__VALUE_GAP;
        return v->text != NULL;
    default: return false;
    }
}

bool cim__obs_time(cim__obs *in, uint32_t node, int64_t *time_ms_out)
{
    const cim__jtree *t = &in->tree;
    if (cim__jis(t, node, CIM__J_OBJECT)) { /* an interval of SensorThings 2 */
        uint32_t end = cim__jget(t, node, "end");
        node = end != CIM_NONE ? end : cim__jget(t, node, "start");
    }
    if (!cim__jis(t, node, CIM__J_STRING) && !cim__jis(t, node, CIM__J_NUMBER)) return false;
    return cim__time_read(cim__jtext(t, node), time_ms_out);
}

/* SensorThings leaves resultQuality free: numbers are taken as they are, words by meaning. */
uint8_t cim__obs_quality(cim__obs *in, uint32_t node)
{
    static const struct {
        const char *word;
        uint8_t quality;
    } words[] = { { "good", 0 }, { "valid", 0 }, { "ok", 0 }, { "uncertain", 1 }, { "estimated", 1 }, { "suspect", 1 }, { "bad", 2 }, { "invalid", 2 }, { "missing", 2 } };
    double v = 0.0;
    if (cim__jis(&in->tree, node, CIM__J_NUMBER) && cim__jreal(&in->tree, node, &v) && v >= 0.0 && v <= 255.0) return (uint8_t)v;
    if (!cim__jis(&in->tree, node, CIM__J_STRING)) return CIM_QUALITY_GOOD;
    cim__str text = cim__jtext(&in->tree, node);
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (text.len == strlen(words[i].word) && !strncasecmp(text.ptr, words[i].word, text.len)) return words[i].quality;
    return CIM_QUALITY_UNCERTAIN;
}

/* A number for streams of numbers and booleans; NaN for what is none. */
static bool as_number(const cim__stream *stream, const cim__obs_value *v, double *number_out)
{
    *number_out = v->number;
    if (v->type == CIM__VALUE_TEXT && !cim__parse_double(cim__str_of(v->text), number_out)) return false;
    return stream->s.kind != CIM_STREAM_BOOLEAN || v->type == CIM__VALUE_GAP || *number_out == 0.0 || *number_out == 1.0;
}

static cim_status number_text(cim_ctx *ctx, double number, char text[40])
{
    cim__buf b = cim__buf_on(ctx->mem);
    cim__put_double(&b, number);
    bool failed = b.failed;
    if (!failed) snprintf(text, 40, "%.*s", (int)b.size, (const char *)b.data);
    cim__buf_free(&b);
    return failed ? cim__nomem(ctx) : CIM_OK;
}

static cim_status append(cim_ctx *ctx, cim__obs *in, uint32_t id, int64_t time_ms, const cim__obs_value *v, uint8_t quality, double *number)
{
    const cim__stream *stream = cim__sense_stream(in->sense, id);
    char text[40];
    if (stream->s.kind != CIM_STREAM_TEXT) {
        if (!as_number(stream, v, number)) return cim__fail(ctx, CIM_EARG, "stream %.100s: '%.40s' is no number", stream->s.gid, v->text ? v->text : "a number");
        return cim_sense_append(ctx, in->sense, id, &time_ms, number, &quality, 1);
    }
    if (v->type == CIM__VALUE_GAP) return cim_sense_append(ctx, in->sense, id, &time_ms, number, &quality, 1);
    if (v->type != CIM__VALUE_TEXT) CIM__TRY(number_text(ctx, v->number, text));
    CIM__TRY(cim_sense_append_text(ctx, in->sense, id, time_ms, v->type == CIM__VALUE_TEXT ? v->text : text, quality));
    return cim__stream_word(ctx, in->sense, id, v->type == CIM__VALUE_TEXT ? v->text : text, number);
}

cim_status cim__obs_add(cim_ctx *ctx, cim__obs *in, uint32_t id, int64_t time_ms, const cim__obs_value *v, uint8_t quality)
{
    double number = v->type == CIM__VALUE_GAP ? (double)NAN : v->number;
    if (!id) {
        cim__report_fate(in->report, "observation", CIM__SKIPPED, "no such stream", 1);
        return CIM_OK;
    }
    cim_status st = append(ctx, in, id, time_ms, v, quality, &number);
    if (st == CIM_EARG || st == CIM_ELIMIT) {
        cim__report_fate(in->report, "observation", CIM__SKIPPED, "value or time that the stream cannot have", 1);
        cim__obs_warn(in, "%s", cim_ctx_error(ctx));
        return CIM_OK;
    }
    CIM__TRY(st);
    cim__report_fate(in->report, "observation", CIM__STORED, "observation", 1);
    if (!in->o.fn) return CIM_OK;
    cim_observation o = { time_ms, number, id, quality };
    return in->o.fn(ctx, in->sense, &o, in->o.user);
}
