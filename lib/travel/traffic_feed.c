/* traffic_feed.c - feeds of a city's traffic.
 *
 * Rows of CSV and NDJSON go to the reader of live weights as they come, which asks for their places here.  Features of GeoJSON become such rows, one
 * a line, so that the number of a line is that of the feature.  GTFS realtime has its own reader. */
#include "travel/traffic.h"

enum { CHUNK = 1 << 16 };
static const uint64_t DEFAULT_BYTES = 256ull << 20;

/* ---- places of rows ---- */

void cim__traffic_unknown(cim__traffic_in *in, cim__str id)
{
    in->fed.unknown_count++;
    if (in->o.unknown) in->o.unknown(in->o.unknown_user, id.ptr, id.len);
}

/* What is wrong with a place is wrong with the feed. */
static cim_status as_format(cim_ctx *ctx, cim_status st)
{
    char text[300];
    if (st != CIM_EARG && st != CIM_ENOTFOUND) return st;
    size_t size = strlen(cim_ctx_error(ctx));
    if (size >= sizeof text) size = sizeof text - 1;
    memcpy(text, cim_ctx_error(ctx), size);
    text[size] = 0;
    return cim__fail(ctx, CIM_EFORMAT, "%s", text);
}

static cim_status look_up(cim_ctx *ctx, void *user, const cim_route_feed_where *where, uint32_t *arcs_out, size_t cap, size_t *count_out)
{
    cim__traffic_in *in = user;
    if (!in->pending) {
        in->arcs.size = 0;
        in->arcs.failed = false;
        CIM__TRY(as_format(ctx, cim__traffic_where(ctx, in->traffic, where, &in->arcs)));
    }
    size_t count = CIM__COUNT(&in->arcs, uint32_t);
    in->pending = count > cap;
    if (!in->pending && count) memcpy(arcs_out, in->arcs.data, count * sizeof *arcs_out);
    if (!count) cim__traffic_unknown(in, where->geometry ? (cim__str){ where->geometry, where->geometry_size } : (cim__str){ where->id, where->id_size });
    *count_out = count;
    return CIM_OK;
}

/* ---- bytes ---- */

/* Up to CHUNK more bytes of the feed. */
static cim_status more(cim_ctx *ctx, cim__traffic_in *in)
{
    if (!cim__buf_reserve(&in->text, CHUNK)) return cim__nomem(ctx);
    int64_t got = in->o.read(in->o.read_user, in->text.data + in->text.size, CHUNK);
    if (got < 0 || got > CHUNK) return cim__fail(ctx, CIM_EIO, "%s: reading failed", in->name);
    in->text.size += (size_t)got;
    in->ended = !got;
    return CIM_OK;
}

static cim_status read_whole(cim_ctx *ctx, cim__traffic_in *in)
{
    while (!in->ended) {
        CIM__TRY(more(ctx, in));
        if (in->text.size > in->o.max_bytes) return cim__fail(ctx, CIM_ELIMIT, "%s: more than %llu bytes", in->name, (unsigned long long)in->o.max_bytes);
        CIM__TRY(cim__tick(ctx, 0, 0, "reading traffic"));
    }
    return CIM_OK;
}

/* What was read already, then the rest. */
static int64_t read_on(void *user, void *data, size_t size)
{
    cim__traffic_in *in = user;
    size_t left = in->text.size - in->at, count = left < size ? left : size;
    if (!count) return in->ended ? 0 : in->o.read(in->o.read_user, data, size);
    memcpy(data, in->text.data + in->at, count);
    in->at += count;
    return (int64_t)count;
}

static cim_status feed_rows(cim_ctx *ctx, cim__traffic_in *in, uint32_t format, uint32_t max_line)
{
    cim_route_feed f = CIM_ROUTE_FEED_INIT;
    cim_route_fed fed = { .struct_size = sizeof fed };
    f.name = in->name;
    f.read = read_on;
    f.read_user = in;
    f.where = look_up;
    f.map_user = in;
    f.reported_ms = in->o.reported_ms;
    f.format = format;
    f.source = in->o.source;
    f.snapshot = in->o.snapshot;
    f.max_line_bytes = max_line;
    CIM__TRY(cim_route_live_feed(ctx, in->traffic->live, &f, &fed));
    in->fed.row_count = fed.row_count;
    in->fed.change_count = fed.change_count;
    return CIM_OK;
}

/* ---- GeoJSON ---- */

static cim_status bad_feature(cim_ctx *ctx, const cim__traffic_in *in, uint64_t number, const char *what)
{
    return cim__fail(ctx, CIM_EFORMAT, "%s:%llu: %s", in->name, (unsigned long long)number, what);
}

/* Between the marks of texts there are no line ends in JSON. */
static void put_value(cim__buf *row, cim__str json)
{
    for (size_t i = 0; i < json.len; i++) cim__buf_putc(row, json.ptr[i] == '\n' || json.ptr[i] == '\r' ? ' ' : json.ptr[i]);
}

static void put_member(cim__buf *row, const char *key, cim__str json)
{
    cim__buf_printf(row, "%s\"%s\":", row->size && row->data[row->size - 1] != '{' ? "," : "", key);
    put_value(row, json);
}

/* The columns among a feature's properties; others are the feature's own business. */
static void put_columns(cim__buf *row, cim__jvalue properties, bool *has_id, bool *has_event, bool placed)
{
    cim__str key;
    cim__jvalue value;
    cim__jiter it = cim__jiter_of(properties);
    while (cim__jnext(&it, &key, &value)) {
        char name[24];
        bool id = cim__str_is(key, "id");
        if (!cim__live_column(key) || cim__str_is(key, "geometry") || (id && placed) || key.len >= sizeof name) continue;
        *has_id |= id;
        *has_event |= cim__str_is(key, "event") && value.type != CIM__J_NULL;
        memcpy(name, key.ptr, key.len);
        name[key.len] = 0;
        put_member(row, name, value.text);
    }
}

static cim_status put_feature(cim_ctx *ctx, cim__traffic_in *in, cim__buf *rows, cim__jvalue feature, uint64_t number)
{
    cim__jvalue type, geometry, properties, id;
    char event[24];
    bool has_id = false, has_event = false;
    if (feature.type != CIM__J_OBJECT || !cim__jfind(feature, CIM__STR("type"), &type) || !cim__str_is(type.text, "\"Feature\""))
        return bad_feature(ctx, in, number, "no feature");
    bool placed = cim__jfind(feature, CIM__STR("geometry"), &geometry) && geometry.type != CIM__J_NULL;
    if (placed && geometry.type != CIM__J_OBJECT) return bad_feature(ctx, in, number, "the geometry is no object");
    cim__buf_putc(rows, '{');
    if (placed) put_member(rows, "geometry", geometry.text);
    if (cim__jfind(feature, CIM__STR("properties"), &properties) && properties.type == CIM__J_OBJECT)
        put_columns(rows, properties, &has_id, &has_event, placed);
    if (!placed && !has_id && cim__jfind(feature, CIM__STR("id"), &id)) put_member(rows, "id", id.text);
    size_t digits = 0;
    for (uint64_t n = number; n && digits < sizeof event; n /= 10) event[sizeof event - ++digits] = (char)('0' + n % 10);
    if (!has_event) put_member(rows, "event", (cim__str){ event + sizeof event - digits, digits });
    cim__buf_puts(rows, "}\n");
    return rows->failed ? cim__nomem(ctx) : CIM_OK;
}

static cim_status put_features(cim_ctx *ctx, cim__traffic_in *in, cim__buf *rows, cim__jvalue document)
{
    cim__jvalue features, feature;
    cim__str key;
    uint64_t number = 0;
    if (!cim__jfind(document, CIM__STR("features"), &features)) return put_feature(ctx, in, rows, document, 1);
    if (features.type != CIM__J_ARRAY) return cim__fail(ctx, CIM_EFORMAT, "%s: features are no array", in->name);
    cim__jiter it = cim__jiter_of(features);
    while (cim__jnext(&it, &key, &feature)) CIM__TRY(put_feature(ctx, in, rows, feature, ++number));
    return CIM_OK;
}

static cim_status parse(cim_ctx *ctx, cim__traffic_in *in, cim__jvalue *document)
{
    cim__str text = cim__buf_str(&in->text);
    if (cim__str_starts(text, "\xef\xbb\xbf")) text = (cim__str){ text.ptr + 3, text.len - 3 };
    if (!cim__jparse(text, document) || document->type != CIM__J_OBJECT)
        return cim__fail(ctx, CIM_EFORMAT, "%s: no JSON object, or one that is nested deeper than %d", in->name, CIM__JSON_DEPTH);
    return CIM_OK;
}

static cim_status feed_geojson(cim_ctx *ctx, cim__traffic_in *in)
{
    cim__jvalue document;
    cim__buf rows = cim__buf_on(ctx->mem);
    CIM__TRY(read_whole(ctx, in));
    CIM__TRY(parse(ctx, in, &document));
    cim_status st = put_features(ctx, in, &rows, document);
    if (st >= 0 && rows.size >= UINT32_MAX) st = cim__fail(ctx, CIM_ELIMIT, "%s: more than 4 GiB of features", in->name);
    if (st < 0) {
        cim__buf_free(&rows);
        return st;
    }
    cim__buf_free(&in->text);
    in->text = rows;
    in->at = 0;
    return feed_rows(ctx, in, CIM_ROUTE_FEED_NDJSON, (uint32_t)rows.size + 1);
}

/* ---- which format ---- */

static bool looks_binary(cim__str s)
{
    static const unsigned char version[] = { 10, 3 }; /* header { gtfs_realtime_version: "2.0" */
    return s.len >= 7 && s.ptr[0] == 10 && (unsigned char)s.ptr[1] < 0x80 && !memcmp(s.ptr + 2, version, 2) && s.ptr[4] >= '0' && s.ptr[4] <= '9' &&
        s.ptr[5] == '.';
}

static uint32_t json_format(cim__str text)
{
    cim__jvalue v, member;
    if (!cim__jparse(text, &v) || v.type != CIM__J_OBJECT) return CIM_TRAFFIC_AUTO;
    if (cim__jfind(v, CIM__STR("header"), &member) && member.type == CIM__J_OBJECT) return CIM_TRAFFIC_GTFS_JSON;
    if (!cim__jfind(v, CIM__STR("type"), &member)) return CIM_TRAFFIC_NDJSON;
    bool features = cim__str_is(member.text, "\"FeatureCollection\"") || cim__str_is(member.text, "\"Feature\"");
    return features ? CIM_TRAFFIC_GEOJSON : CIM_TRAFFIC_NDJSON;
}

static cim_status guess(cim_ctx *ctx, cim__traffic_in *in)
{
    while (!in->ended && in->text.size < CHUNK) CIM__TRY(more(ctx, in));
    cim__str text = cim__buf_str(&in->text);
    if (looks_binary(text)) {
        in->o.format = CIM_TRAFFIC_GTFS;
        return CIM_OK;
    }
    if (cim__str_starts(text, "\xef\xbb\xbf")) text = (cim__str){ text.ptr + 3, text.len - 3 };
    while (text.len && (unsigned char)text.ptr[0] <= ' ') text.ptr++, text.len--;
    in->o.format = CIM_TRAFFIC_CSV;
    if (!text.len || text.ptr[0] != '{') return CIM_OK;
    const char *end = memchr(text.ptr, '\n', text.len);
    in->o.format = json_format((cim__str){ text.ptr, end ? (size_t)(end - text.ptr) : text.len });
    if (in->o.format != CIM_TRAFFIC_AUTO) return CIM_OK;
    CIM__TRY(read_whole(ctx, in)); /* the first line is not all of an object */
    cim__jvalue document;
    CIM__TRY(parse(ctx, in, &document));
    in->o.format = json_format(document.text);
    return CIM_OK;
}

static cim_status run(cim_ctx *ctx, cim__traffic_in *in)
{
    if (in->o.format == CIM_TRAFFIC_AUTO) CIM__TRY(guess(ctx, in));
    in->fed.format = in->o.format;
    switch (in->o.format) {
    case CIM_TRAFFIC_CSV: return feed_rows(ctx, in, CIM_ROUTE_FEED_CSV, 1 << 20);
    case CIM_TRAFFIC_NDJSON: return feed_rows(ctx, in, CIM_ROUTE_FEED_NDJSON, 1 << 20);
    case CIM_TRAFFIC_GEOJSON: return feed_geojson(ctx, in);
    default: CIM__TRY(read_whole(ctx, in)); return cim__traffic_gtfs(ctx, in, in->o.format == CIM_TRAFFIC_GTFS);
    }
}

cim_status cim_traffic_feed(cim_ctx *ctx, cim_traffic *t, const cim_traffic_input *given, cim_traffic_fed *fed_out)
{
    cim__traffic_in in = { .traffic = t, .o = CIM_TRAFFIC_INPUT_INIT };
    cim__enter(ctx);
    if (!given) return cim__fail(ctx, CIM_EARG, "no feed");
    CIM__TRY(cim__opts(ctx, &in.o, sizeof in.o, given, "feed"));
    if (!in.o.read) return cim__fail(ctx, CIM_EARG, "a feed needs a function to read");
    if (in.o.format > CIM_TRAFFIC_GTFS) return cim__fail(ctx, CIM_EARG, "no such format: %u", in.o.format);
    if (in.o.snapshot && in.o.source == CIM_NONE) return cim__fail(ctx, CIM_EARG, "a snapshot needs its source");
    CIM__TRY(cim__out_ok(ctx, fed_out, "cim_traffic_fed"));
    in.name = in.o.name ? in.o.name : "feed";
    if (!in.o.max_bytes || in.o.max_bytes > UINT32_MAX) in.o.max_bytes = in.o.max_bytes ? UINT32_MAX : DEFAULT_BYTES;
    in.text = in.arcs = cim__buf_on(ctx->mem);
    in.fed.reported_ms = in.o.reported_ms;
    cim_status st = run(ctx, &in);
    cim__buf_free(&in.text);
    cim__buf_free(&in.arcs);
    if (st < 0) return st;
    cim__out_fill(fed_out, &in.fed, sizeof in.fed);
    return CIM_OK;
}
