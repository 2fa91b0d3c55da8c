/* export_json.c - SensorThings entities with their observations inside, data arrays, GeoJSON of the newest values. */
#include "sense/export.h"

#include <math.h>

/* ---- pieces ---- */

static void put_point(cim__observed *e, const cim_stream *s)
{
    double x = s->x, y = s->y;
    cim__transform_run(e->to_lonlat, &x, &y, 1, 1);
    cim__json_open(&e->json, '{');
    cim__json_kv_text(&e->json, "type", "Point");
    cim__json_key(&e->json, "coordinates");
    cim__json_open(&e->json, '[');
    cim__json_num(&e->json, round(x * 1e7) / 1e7); /* centimetres */
    cim__json_num(&e->json, round(y * 1e7) / 1e7);
    if (s->z == s->z) cim__json_num(&e->json, s->z);
    cim__json_close(&e->json, ']');
    cim__json_close(&e->json, '}');
}

static bool has_place(const cim__observed *e, const cim_stream *s) { return e->to_lonlat && s->x == s->x && s->y == s->y; }

static void put_time(cim__observed *e, const char *key, int64_t time)
{
    char text[32];
    cim_time_text(time, text);
    cim__json_kv_text(&e->json, key, text);
}

static const char *or_empty(const char *text) { return text ? text : ""; }

/* ---- SensorThings ---- */

static bool attr(const cim_stream *s, const char *key, cim__jvalue *value)
{
    cim__jvalue root;
    return s->attrs && cim__jparse(cim__str_of(s->attrs), &root) && root.type == CIM__J_OBJECT && cim__jfind(root, cim__str_of(key), value);
}

static void put_attr(cim__observed *e, const cim_stream *s, const char *key)
{
    cim__jvalue value;
    if (!attr(s, key, &value)) return;
    cim__json_key(&e->json, key);
    cim__json_raw(&e->json, value.text);
}

static void put_unit(cim__observed *e, const cim_stream *s)
{
    cim__jvalue value;
    if (attr(s, "unitOfMeasurement", &value)) {
        put_attr(e, s, "unitOfMeasurement");
        return;
    }
    cim__json_key(&e->json, "unitOfMeasurement");
    cim__json_open(&e->json, '{');
    cim__json_kv_text(&e->json, "name", s->unit);
    cim__json_kv_text(&e->json, "symbol", s->unit);
    cim__json_kv_text(&e->json, "definition", NULL);
    cim__json_close(&e->json, '}');
}

static void put_property(cim__observed *e, const cim_stream *s)
{
    cim__jvalue value;
    if (attr(s, "ObservedProperty", &value)) {
        put_attr(e, s, "ObservedProperty");
        return;
    }
    const char *name = s->property ? s->property : s->gid;
    cim__json_key(&e->json, "ObservedProperty");
    cim__json_open(&e->json, '{');
    cim__json_kv_text(&e->json, "@iot.id", name);
    cim__json_kv_text(&e->json, "name", name);
    cim__json_kv_text(&e->json, "definition", "");
    cim__json_kv_text(&e->json, "description", "");
    cim__json_close(&e->json, '}');
}

static void put_sensor(cim__observed *e, const cim_stream *s)
{
    cim__jvalue value;
    if (attr(s, "Sensor", &value)) {
        put_attr(e, s, "Sensor");
        return;
    }
    cim__json_key(&e->json, "Sensor");
    cim__json_open(&e->json, '{');
    cim__json_kv_text(&e->json, "name", "unknown");
    cim__json_kv_text(&e->json, "description", "");
    cim__json_kv_text(&e->json, "encodingType", "text/html");
    cim__json_kv_text(&e->json, "metadata", "");
    cim__json_close(&e->json, '}');
}

static void sta_value(cim__observed *e, int64_t time, double value, uint8_t quality)
{
    cim__json_open(&e->json, '{');
    put_time(e, "phenomenonTime", time);
    cim__json_key(&e->json, "result");
    cim__observed_result(e, value);
    if (quality) cim__json_kv_int(&e->json, "resultQuality", quality);
    cim__json_close(&e->json, '}');
}

static void put_description(cim__observed *e, const cim_stream *s)
{
    cim__jvalue value;
    if (attr(s, "description", &value)) put_attr(e, s, "description");
    else cim__json_kv_text(&e->json, "description", or_empty(s->name));
}

static cim_status put_datastream(cim_ctx *ctx, cim__observed *e, uint32_t id)
{
    static const char *const types[] = { "OM_Measurement", "OM_TruthObservation", "OM_CategoryObservation" };
    const cim_stream *s = &cim__sense_stream(e->sense, id)->s;
    char type[100] = "http://www.opengis.net/def/observationType/OGC-OM/2.0/";
    strcat(type, types[s->kind]);
    cim__json_open(&e->json, '{');
    cim__json_kv_text(&e->json, "@iot.id", s->gid);
    cim__json_kv_text(&e->json, "name", s->name ? s->name : s->gid);
    put_description(e, s);
    cim__json_kv_text(&e->json, "observationType", type);
    put_unit(e, s);
    put_attr(e, s, "properties");
    put_property(e, s);
    put_sensor(e, s);
    cim__json_key(&e->json, "Observations");
    cim__json_open(&e->json, '[');
    CIM__TRY(cim__observed_values(ctx, e, id, sta_value));
    cim__json_close(&e->json, ']');
    cim__json_close(&e->json, '}');
    return CIM_OK;
}

static const char *thing_of(const cim_stream *s) { return s->thing ? s->thing : s->gid; }

static void put_thing_head(cim__observed *e, const cim_stream *s)
{
    cim__json_kv_text(&e->json, "@iot.id", thing_of(s));
    cim__json_kv_text(&e->json, "name", thing_of(s));
    cim__json_kv_text(&e->json, "description", "");
    if (s->object != CIM_NONE) {
        cim__json_key(&e->json, "properties");
        cim__json_open(&e->json, '{');
        cim__json_kv_int(&e->json, "object", s->object);
        cim__json_close(&e->json, '}');
    }
    if (!has_place(e, s)) return;
    cim__json_key(&e->json, "Locations");
    cim__json_open(&e->json, '[');
    cim__json_open(&e->json, '{');
    cim__json_kv_text(&e->json, "name", thing_of(s));
    cim__json_kv_text(&e->json, "description", "");
    cim__json_kv_text(&e->json, "encodingType", "application/geo+json");
    cim__json_key(&e->json, "location");
    put_point(e, s);
    cim__json_close(&e->json, '}');
    cim__json_close(&e->json, ']');
}

/* Streams of a thing stand together; one that does not makes its thing again. */
cim_status cim__observed_sensorthings(cim_ctx *ctx, cim__observed *e)
{
    cim__json_open(&e->json, '{');
    cim__json_key(&e->json, "value");
    cim__json_open(&e->json, '[');
    for (uint32_t i = 0; i < e->count;) {
        const cim_stream *first = &cim__sense_stream(e->sense, e->ids[i])->s;
        cim__json_open(&e->json, '{');
        put_thing_head(e, first);
        cim__json_key(&e->json, "Datastreams");
        cim__json_open(&e->json, '[');
        for (; i < e->count && !strcmp(thing_of(first), thing_of(&cim__sense_stream(e->sense, e->ids[i])->s)); i++) CIM__TRY(put_datastream(ctx, e, e->ids[i]));
        cim__json_close(&e->json, ']');
        cim__json_close(&e->json, '}');
    }
    cim__json_close(&e->json, ']');
    cim__json_close(&e->json, '}');
    cim__buf_putc(e->out, '\n');
    return CIM_OK;
}

/* ---- data arrays ---- */

static void array_value(cim__observed *e, int64_t time, double value, uint8_t quality)
{
    char text[32];
    cim_time_text(time, text);
    cim__json_open(&e->json, '[');
    cim__json_text(&e->json, text);
    cim__observed_result(e, value);
    cim__json_int(&e->json, quality);
    cim__json_close(&e->json, ']');
}

cim_status cim__observed_dataarray(cim_ctx *ctx, cim__observed *e)
{
    cim__json_open(&e->json, '[');
    for (uint32_t i = 0; i < e->count; i++) {
        cim__json_open(&e->json, '{');
        cim__json_key(&e->json, "Datastream");
        cim__json_open(&e->json, '{');
        cim__json_kv_text(&e->json, "@iot.id", cim__sense_stream(e->sense, e->ids[i])->s.gid);
        cim__json_close(&e->json, '}');
        cim__json_key(&e->json, "components");
        cim__json_raw(&e->json, CIM__STR("[\"phenomenonTime\",\"result\",\"resultQuality\"]"));
        cim__json_key(&e->json, "dataArray");
        cim__json_open(&e->json, '[');
        CIM__TRY(cim__observed_values(ctx, e, e->ids[i], array_value));
        cim__json_close(&e->json, ']');
        cim__json_close(&e->json, '}');
    }
    cim__json_close(&e->json, ']');
    cim__buf_putc(e->out, '\n');
    return CIM_OK;
}

/* ---- GeoJSON ---- */

static cim_status put_feature(cim_ctx *ctx, cim__observed *e, uint32_t id)
{
    const cim_stream *s = &cim__sense_stream(e->sense, id)->s;
    cim_observation o;
    cim_status st = cim__sense_newest(ctx, e->sense, id, &o);
    if (st < 0) return st;
    e->id = id;
    cim__json_open(&e->json, '{');
    cim__json_kv_text(&e->json, "type", "Feature");
    cim__json_kv_text(&e->json, "id", s->gid);
    cim__json_key(&e->json, "geometry");
    if (has_place(e, s)) put_point(e, s);
    else cim__json_null(&e->json);
    cim__json_key(&e->json, "properties");
    cim__json_open(&e->json, '{');
    if (s->thing) cim__json_kv_text(&e->json, "thing", s->thing);
    if (s->property) cim__json_kv_text(&e->json, "property", s->property);
    if (s->unit) cim__json_kv_text(&e->json, "unit", s->unit);
    if (s->object != CIM_NONE) cim__json_kv_int(&e->json, "object", s->object);
    if (st == CIM_OK) {
        put_time(e, "time", o.time_ms);
        cim__json_key(&e->json, "value");
        cim__observed_result(e, o.value);
        cim__json_kv_int(&e->json, "quality", o.quality);
    }
    cim__json_close(&e->json, '}');
    cim__json_close(&e->json, '}');
    return CIM_OK;
}

cim_status cim__observed_geojson(cim_ctx *ctx, cim__observed *e)
{
    cim__json_open(&e->json, '{');
    cim__json_kv_text(&e->json, "type", "FeatureCollection");
    cim__json_key(&e->json, "features");
    cim__json_open(&e->json, '[');
    for (uint32_t i = 0; i < e->count; i++) CIM__TRY(put_feature(ctx, e, e->ids[i]));
    cim__json_close(&e->json, ']');
    cim__json_close(&e->json, '}');
    cim__buf_putc(e->out, '\n');
    return CIM_OK;
}
