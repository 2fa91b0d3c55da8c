/* sta.c - SensorThings API: entities with others inside them, in any order, and data arrays (OGC 18-088, and the names of version 2).
 *
 * Things become streams' things, Datastreams streams, each result of a MultiDatastream a stream of its own.  An entity that stands inside
 * another one is tied to it; one that only names the other by id ({"Datastream": {"@iot.id": 7}}) is tied by that. */
#include "import/sense/obs.h"

#include <math.h>
#include <stdio.h>

typedef struct datastream {
    const char *gid;
    uint32_t id;        /* of its stream, or of the first of several */
    uint32_t parts;     /* of a MultiDatastream; 1 */
    uint32_t node;
    const cim__thing_said *thing;
} datastream;

static const cim__jtree *tree(const cim__obs *in) { return &in->tree; }

/* The first of some names. */
static uint32_t get(const cim__obs *in, uint32_t node, const char *a, const char *b)
{
    uint32_t found = cim__jget(tree(in), node, a);
    return found != CIM_NONE || !b ? found : cim__jget(tree(in), node, b);
}

static const char *text_of(cim__obs *in, uint32_t node)
{
    if (!cim__jis(tree(in), node, CIM__J_STRING) && !cim__jis(tree(in), node, CIM__J_NUMBER)) return NULL;
    cim__str text = cim__jtext(tree(in), node);
    return text.len ? cim__obs_text(in, text) : NULL;
}

static uint32_t id_node(const cim__obs *in, uint32_t node)
{
    uint32_t id = get(in, node, "@iot.id", "@id");
    return id != CIM_NONE ? id : get(in, node, "id", NULL);
}

static const char *id_of(cim__obs *in, uint32_t node) { return text_of(in, id_node(in, node)); }
static const char *name_of(cim__obs *in, uint32_t node) { return text_of(in, get(in, node, "name", NULL)); }

bool cim__obs_is_sta(cim__obs *in, uint32_t node)
{
    static const char *const marks[] = { "@iot.id", "@iot.nextLink", "@iot.count", "Datastreams", "MultiDatastreams", "Datastream", "Thing", "Things", "Observations", "dataArray",
                                         "unitOfMeasurement", "observationType", "ObservedProperty", "phenomenonTime", "Locations", "FeatureOfInterest" };
    const cim__jtree *t = tree(in);
    if (cim__jis(t, node, CIM__J_ARRAY)) return cim__jcount(t, node) && cim__obs_is_sta(in, node + 1);
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++)
        if (cim__jget(t, node, marks[i]) != CIM_NONE) return true;
    uint32_t value = cim__jget(t, node, "value");
    return cim__jis(t, value, CIM__J_ARRAY) && cim__jcount(t, value) && cim__jis(t, value + 1, CIM__J_OBJECT) && cim__obs_is_sta(in, value + 1);
}

/* For each element of an array, or the one object. */
typedef cim_status (*each_fn)(cim_ctx *ctx, cim__obs *in, uint32_t node, void *user);
static cim_status each(cim_ctx *ctx, cim__obs *in, uint32_t node, each_fn fn, void *user)
{
    const cim__jtree *t = tree(in);
    if (cim__jis(t, node, CIM__J_OBJECT)) return fn(ctx, in, node, user);
    if (!cim__jis(t, node, CIM__J_ARRAY)) return CIM_OK;
    uint32_t at = node + 1;
    for (uint32_t i = 0; i < cim__jcount(t, node); i++, at = cim__jskip(t, at))
        if (cim__jis(t, at, CIM__J_OBJECT)) CIM__TRY(fn(ctx, in, at, user));
    return CIM_OK;
}

/* A server gives long lists in pages; nobody fetches the others. */
static void say_more(cim__obs *in, uint32_t node, const char *what)
{
    char key[60];
    snprintf(key, sizeof key, "%s@iot.nextLink", what);
    uint32_t link = cim__jget(tree(in), node, key);
    if (link == CIM_NONE && *what) {
        snprintf(key, sizeof key, "%s@nextLink", what);
        link = cim__jget(tree(in), node, key);
    }
    if (link == CIM_NONE) return;
    cim__str text = cim__jtext(tree(in), link);
    cim__report_seen(in->report, "nextLink", 1);
    cim__report_fate(in->report, "nextLink", CIM__SKIPPED, "further pages are not fetched", 1);
    cim__obs_warn(in, "there is more at %.*s, which is not fetched", (int)(text.len < 200 ? text.len : 200), text.ptr);
}

/* ---- observations ---- */

/* One value of a stream. */
static cim_status add_value(cim_ctx *ctx, cim__obs *in, uint32_t stream, int64_t time, uint32_t result, uint8_t quality)
{
    cim__obs_value v;
    if (cim__obs_value_of(in, result, &v)) return cim__obs_add(ctx, in, stream, time, &v, quality);
    cim__report_fate(in->report, "observation", CIM__SKIPPED, "a result that is an object or array", 1);
    return CIM_OK;
}

static cim_status add_result(cim_ctx *ctx, cim__obs *in, const datastream *d, int64_t time, uint32_t result, uint8_t quality)
{
    const cim__jtree *t = tree(in);
    if (d->parts < 2 || !cim__jis(t, result, CIM__J_ARRAY)) {
        cim__report_seen(in->report, "observation", 1);
        return add_value(ctx, in, d->id, time, result, quality);
    }
    uint32_t at = result + 1, count = cim__jcount(t, result);
    cim__report_seen(in->report, "observation", count);
    for (uint32_t i = 0; i < count; i++, at = cim__jskip(t, at)) CIM__TRY(add_value(ctx, in, i < d->parts && d->id ? d->id + i : 0, time, at, quality));
    return CIM_OK;
}

static cim_status no_time(cim__obs *in, const datastream *d)
{
    cim__report_seen(in->report, "observation", 1);
    cim__report_fate(in->report, "observation", CIM__SKIPPED, "no time", 1);
    cim__obs_warn(in, "Datastream %.100s: an observation without a time that can be read", d->gid ? d->gid : "?");
    return CIM_OK;
}

static cim_status read_observation(cim_ctx *ctx, cim__obs *in, uint32_t node, void *user)
{
    const datastream *d = user;
    int64_t time = 0;
    uint32_t when = get(in, node, "phenomenonTime", "resultTime"), quality = get(in, node, "resultQuality", NULL);
    if (!cim__obs_time(in, when, &time) && !cim__obs_time(in, get(in, node, "resultTime", NULL), &time)) return no_time(in, d);
    return add_result(ctx, in, d, time, get(in, node, "result", NULL), cim__jis(tree(in), quality, CIM__J_OBJECT) ? 0 : cim__obs_quality(in, quality));
}

/* ---- data arrays ---- */

enum { COMPONENTS = 16, NO_COMPONENT = 255 };
typedef struct components {
    uint8_t time, result, quality;
} components;

static components read_components(const cim__obs *in, uint32_t node)
{
    const cim__jtree *t = tree(in);
    components c = { NO_COMPONENT, NO_COMPONENT, NO_COMPONENT };
    uint32_t at = node + 1;
    if (!cim__jis(t, node, CIM__J_ARRAY)) return c;
    for (uint32_t i = 0; i < cim__jcount(t, node) && i < COMPONENTS; i++, at = cim__jskip(t, at)) {
        cim__str name = cim__jis(t, at, CIM__J_STRING) ? cim__jtext(t, at) : (cim__str){ "", 0 };
        if (cim__str_is(name, "phenomenonTime") || (cim__str_is(name, "resultTime") && c.time == NO_COMPONENT)) c.time = (uint8_t)i;
        if (cim__str_is(name, "result")) c.result = (uint8_t)i;
        if (cim__str_is(name, "resultQuality")) c.quality = (uint8_t)i;
    }
    return c;
}

static cim_status read_array_row(cim_ctx *ctx, cim__obs *in, const datastream *d, const components *c, uint32_t row)
{
    const cim__jtree *t = tree(in);
    uint32_t at = row + 1, time_node = CIM_NONE, result = CIM_NONE, quality = CIM_NONE;
    int64_t time = 0;
    for (uint32_t i = 0; cim__jis(t, row, CIM__J_ARRAY) && i < cim__jcount(t, row) && i < COMPONENTS; i++, at = cim__jskip(t, at)) {
        if (i == c->time) time_node = at;
        if (i == c->result) result = at;
        if (i == c->quality) quality = at;
    }
    if (time_node == CIM_NONE || !cim__obs_time(in, time_node, &time)) return no_time(in, d);
    return add_result(ctx, in, d, time, result, cim__obs_quality(in, quality));
}

static cim_status read_data_array(cim_ctx *ctx, cim__obs *in, uint32_t node, const datastream *d)
{
    const cim__jtree *t = tree(in);
    uint32_t rows = get(in, node, "dataArray", NULL), at = rows + 1;
    components c = read_components(in, get(in, node, "components", NULL));
    if (!cim__jis(t, rows, CIM__J_ARRAY)) return CIM_OK;
    if (c.time == NO_COMPONENT || c.result == NO_COMPONENT) {
        cim__report_seen(in->report, "observation", cim__jcount(t, rows));
        cim__report_fate(in->report, "observation", CIM__SKIPPED, "a data array without time or result", cim__jcount(t, rows));
        return CIM_OK;
    }
    for (uint32_t i = 0; i < cim__jcount(t, rows); i++, at = cim__jskip(t, at)) CIM__TRY(read_array_row(ctx, in, d, &c, at));
    return CIM_OK;
}

/* ---- datastreams ---- */

/* "P1D" and the like are not read: the period follows from the data. */
static void keep_member(cim__json *json, const cim__obs *in, uint32_t node, const char *name)
{
    uint32_t value = cim__jget(tree(in), node, name);
    if (value == CIM_NONE) return;
    cim__json_key(json, name);
    cim__jput(json, tree(in), value);
}

/* What streams have no column for, as the source has it. */
static cim_status put_attrs(cim_ctx *ctx, cim__obs *in, uint32_t node, const char **attrs_out)
{
    static const char *const kept[] = { "description", "observationType", "resultType", "unitOfMeasurement", "observedArea", "properties", "ObservedProperty", "ObservedProperties", "Sensor" };
    cim__json json = cim__json_on(&in->scratch);
    in->scratch.size = 0;
    cim__json_open(&json, '{');
    for (size_t i = 0; i < sizeof kept / sizeof *kept; i++) keep_member(&json, in, node, kept[i]);
    cim__json_close(&json, '}');
    if (in->scratch.failed) return cim__nomem(ctx);
    *attrs_out = in->scratch.size > 2 && in->scratch.size <= 1 << 20 ? cim__obs_text(in, cim__buf_str(&in->scratch)) : NULL;
    return CIM_OK;
}

static const char *property_of(cim__obs *in, uint32_t node)
{
    const char *id = id_of(in, node);
    return id ? id : name_of(in, node);
}

static const char *unit_of(cim__obs *in, uint32_t node)
{
    uint32_t unit = get(in, node, "unitOfMeasurement", NULL);
    if (unit == CIM_NONE) unit = get(in, get(in, node, "resultType", NULL), "uom", NULL);
    if (cim__jis(tree(in), unit, CIM__J_STRING)) return text_of(in, unit);
    const char *symbol = text_of(in, get(in, unit, "symbol", "code"));
    return symbol ? symbol : name_of(in, unit);
}

/* The kind of a stream: what its type says, else its first result. */
static uint32_t kind_of(cim__obs *in, uint32_t node)
{
    uint32_t type = get(in, node, "observationType", NULL), result_type = get(in, get(in, node, "resultType", NULL), "type", NULL);
    uint32_t first = get(in, node, "Observations", NULL);
    cim__obs_value v = { .type = CIM__VALUE_NUMBER };
    cim__str text = type != CIM_NONE ? cim__jtext(tree(in), type) : result_type != CIM_NONE ? cim__jtext(tree(in), result_type) : (cim__str){ "", 0 };
    if (cim__str_has(text, "Truth") || cim__str_is(text, "Boolean")) return CIM_STREAM_BOOLEAN;
    if (cim__str_has(text, "Category") || cim__str_is(text, "Text") || cim__str_is(text, "Category")) return CIM_STREAM_TEXT;
    if (cim__str_has(text, "Measurement") || cim__str_has(text, "Count") || cim__str_is(text, "Quantity")) return CIM_STREAM_NUMBER;
    if (cim__jis(tree(in), first, CIM__J_ARRAY) && cim__jcount(tree(in), first)) (void)cim__obs_value_of(in, get(in, first + 1, "result", NULL), &v);
    return cim__obs_kind(&v);
}

static const char *joined(cim__obs *in, const char *a, const char *b)
{
    in->scratch.size = 0;
    cim__buf_printf(&in->scratch, "%s%s%s", a ? a : "", a && b ? "/" : "", b ? b : "");
    return in->scratch.failed ? NULL : cim__obs_text(in, cim__buf_str(&in->scratch));
}

/* Streams of a MultiDatastream: one for each observed property. */
static cim_status put_parts(cim_ctx *ctx, cim__obs *in, uint32_t node, datastream *d, cim_stream *s)
{
    const cim__jtree *t = tree(in);
    uint32_t properties = get(in, node, "ObservedProperties", NULL), units = get(in, node, "unitOfMeasurements", NULL), at = properties + 1, unit = units + 1;
    bool has_units = cim__jis(t, units, CIM__J_ARRAY);
    if (!cim__jis(t, properties, CIM__J_ARRAY)) return CIM_OK;
    for (uint32_t i = 0; i < cim__jcount(t, properties); i++, at = cim__jskip(t, at)) {
        uint32_t id = 0;
        s->property = property_of(in, at);
        s->gid = joined(in, d->gid, s->property ? s->property : "result");
        s->unit = has_units && i < cim__jcount(t, units) ? text_of(in, get(in, unit, "symbol", "name")) : NULL;
        if (has_units && i < cim__jcount(t, units)) unit = cim__jskip(t, unit);
        CIM__TRY(cim__obs_stream(ctx, in, s, d->thing, &id));
        if (!i) d->id = id;
        if (id != d->id + i) d->id = 0; /* they were there in another order */
    }
    d->parts = cim__jcount(t, properties);
    return CIM_OK;
}

static cim_status put_stream(cim_ctx *ctx, cim__obs *in, uint32_t node, datastream *d)
{
    cim_stream s = CIM_STREAM_INIT;
    uint32_t property = get(in, node, "ObservedProperty", NULL);
    s.gid = d->gid;
    s.name = name_of(in, node);
    s.unit = unit_of(in, node);
    s.kind = kind_of(in, node);
    s.property = property_of(in, property);
    CIM__TRY(put_attrs(ctx, in, node, &s.attrs));
    if (get(in, node, "ObservedProperties", NULL) != CIM_NONE && property == CIM_NONE) return put_parts(ctx, in, node, d, &s);
    if (!s.property) s.property = s.name;
    return cim__obs_stream(ctx, in, &s, d->thing, &d->id);
}

static cim_status read_thing(cim_ctx *ctx, cim__obs *in, uint32_t node, void *user);
static cim_status said_thing(cim_ctx *ctx, cim__obs *in, uint32_t node, cim__thing_said *thing);

/* A thing that a datastream has inside it. */
static cim_status own_thing(cim_ctx *ctx, cim__obs *in, uint32_t node, datastream *d, cim__thing_said *thing)
{
    uint32_t inner = get(in, node, "Thing", NULL);
    if (d->thing || !cim__jis(tree(in), inner, CIM__J_OBJECT)) return CIM_OK;
    if (name_of(in, inner)) CIM__TRY(said_thing(ctx, in, inner, thing));
    else thing->gid = id_of(in, inner);
    d->thing = thing->gid ? thing : NULL;
    return CIM_OK;
}

static cim_status read_datastream(cim_ctx *ctx, cim__obs *in, uint32_t node, void *user)
{
    cim__thing_said thing = { .properties = CIM_NONE, .x = (double)NAN, .y = (double)NAN, .z = (double)NAN, .object = CIM_NONE, .edge = CIM_NONE, .offset_m = (double)NAN };
    datastream d = { id_of(in, node), 0, 1, node, user };
    cim__report_seen(in->report, "datastream", 1);
    CIM__TRY(own_thing(ctx, in, node, &d, &thing));
    if (!d.gid) d.gid = joined(in, d.thing ? d.thing->gid : NULL, name_of(in, node));
    if (!d.gid || !*d.gid) {
        cim__report_fate(in->report, "datastream", CIM__SKIPPED, "neither id nor name", 1);
        return CIM_OK;
    }
    CIM__TRY(put_stream(ctx, in, node, &d));
    cim__report_fate(in->report, "datastream", d.id ? CIM__STORED : CIM__SKIPPED, d.id ? "stream" : "no such stream", 1);
    say_more(in, node, "Observations");
    CIM__TRY(read_data_array(ctx, in, node, &d));
    return each(ctx, in, get(in, node, "Observations", NULL), read_observation, &d);
}

/* ---- things ---- */

static cim_status read_location(cim_ctx *ctx, cim__obs *in, uint32_t node, void *user)
{
    cim__thing_said *thing = user;
    cim__report_seen(in->report, "location", 1);
    cim__report_fate(in->report, "location", CIM__STORED, "place", 1);
    return isnan(thing->x) ? cim__obs_place(ctx, in, get(in, node, "location", NULL), thing) : CIM_OK;
}

static cim_status said_thing(cim_ctx *ctx, cim__obs *in, uint32_t node, cim__thing_said *thing)
{
    cim__report_seen(in->report, "thing", 1);
    thing->gid = id_of(in, node);
    thing->name = name_of(in, node);
    thing->description = text_of(in, get(in, node, "description", "definition"));
    thing->properties = get(in, node, "properties", NULL);
    if (!thing->gid) thing->gid = thing->name;
    if (!thing->gid) {
        cim__report_fate(in->report, "thing", CIM__SKIPPED, "neither id nor name", 1);
        return CIM_OK;
    }
    CIM__TRY(each(ctx, in, get(in, node, "Locations", "Location"), read_location, thing));
    return cim__obs_thing(ctx, in, thing);
}

static cim_status read_thing(cim_ctx *ctx, cim__obs *in, uint32_t node, void *user)
{
    const cim__thing_said *outer = user; /* a location that this thing stands in */
    cim__thing_said thing = { .properties = CIM_NONE, .x = (double)NAN, .y = (double)NAN, .z = (double)NAN, .object = CIM_NONE, .edge = CIM_NONE, .offset_m = (double)NAN };
    cim__arena_reset(&in->texts);
    if (outer) thing.x = outer->x, thing.y = outer->y, thing.z = outer->z;
    CIM__TRY(said_thing(ctx, in, node, &thing));
    if (!thing.gid) return CIM_OK;
    say_more(in, node, "Datastreams");
    CIM__TRY(each(ctx, in, get(in, node, "Datastreams", NULL), read_datastream, &thing));
    return each(ctx, in, get(in, node, "MultiDatastreams", NULL), read_datastream, &thing);
}

/* ---- entities on their own ---- */

/* An observation or data array that names its datastream. */
static cim_status read_named(cim_ctx *ctx, cim__obs *in, uint32_t node)
{
    uint32_t inner = get(in, node, "Datastream", "MultiDatastream");
    datastream d = { id_of(in, inner), 0, 1, CIM_NONE, NULL };
    if (d.gid) d.id = cim__obs_known(ctx, in, d.gid);
    if (d.gid && !d.id && !(in->o.flags & CIM_INGEST_KNOWN_ONLY)) {
        cim_stream s = CIM_STREAM_INIT;
        cim__obs_value v = { .type = CIM__VALUE_NUMBER };
        (void)cim__obs_value_of(in, get(in, node, "result", NULL), &v);
        s.gid = d.gid;
        s.kind = cim__obs_kind(&v);
        s.name = name_of(in, inner);
        s.property = property_of(in, get(in, inner, "ObservedProperty", NULL));
        s.unit = unit_of(in, inner);
        CIM__TRY(cim__obs_stream(ctx, in, &s, NULL, &d.id));
    }
    if (get(in, node, "dataArray", NULL) != CIM_NONE) return read_data_array(ctx, in, node, &d);
    return read_observation(ctx, in, node, &d);
}

static cim_status read_entity(cim_ctx *ctx, cim__obs *in, uint32_t node, void *user)
{
    const cim__jtree *t = tree(in);
    (void)user;
    cim__arena_reset(&in->texts);
    CIM__TRY(cim__tick(ctx, node, CIM__COUNT(&t->nodes, cim__jnode), "reading observations"));
    if (get(in, node, "dataArray", NULL) != CIM_NONE || get(in, node, "result", NULL) != CIM_NONE) return read_named(ctx, in, node);
    bool stream = get(in, node, "unitOfMeasurement", "observationType") != CIM_NONE || get(in, node, "ObservedProperty", "Observations") != CIM_NONE ||
                  get(in, node, "unitOfMeasurements", "ObservedProperties") != CIM_NONE || get(in, node, "resultType", "multiObservationDataTypes") != CIM_NONE;
    if (stream) return read_datastream(ctx, in, node, NULL);
    if (get(in, node, "location", NULL) != CIM_NONE && get(in, node, "Things", NULL) != CIM_NONE) {
        cim__thing_said place = { .gid = "", .x = (double)NAN, .y = (double)NAN, .z = (double)NAN };
        CIM__TRY(read_location(ctx, in, node, &place));
        return each(ctx, in, get(in, node, "Things", NULL), read_thing, &place);
    }
    if (get(in, node, "Datastreams", "MultiDatastreams") != CIM_NONE || get(in, node, "Locations", NULL) != CIM_NONE) return read_thing(ctx, in, node, NULL);
    cim__report_seen(in->report, "other entity", 1);
    cim__report_fate(in->report, "other entity", CIM__SKIPPED, "says nothing of streams", 1);
    return CIM_OK;
}

cim_status cim__sta_read(cim_ctx *ctx, cim__obs *in, uint32_t node)
{
    uint32_t value = cim__jget(tree(in), node, "value");
    if (!cim__jis(tree(in), value, CIM__J_ARRAY)) return each(ctx, in, node, read_entity, NULL);
    say_more(in, node, "");
    return each(ctx, in, value, read_entity, NULL);
}
