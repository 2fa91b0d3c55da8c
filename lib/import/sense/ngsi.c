/* ngsi.c - NGSI-LD and NGSI v2 entities: normalized, concise, key-values and temporal (ETSI GS CIM 009).
 *
 * An entity is a thing, each property with a simple value a stream "entity/property".  The time of a value is its own observedAt, else the
 * entity's dateObserved and the like; a value without a time is no observation and stays what it is, a description. */
#include "import/sense/obs.h"

#include <math.h>
#include <stdio.h>

static const cim__jtree *tree(const cim__obs *in) { return &in->tree; }

bool cim__obs_is_ngsi(cim__obs *in, uint32_t node)
{
    const cim__jtree *t = tree(in);
    if (cim__jis(t, node, CIM__J_ARRAY)) return cim__jcount(t, node) && cim__obs_is_ngsi(in, node + 1);
    uint32_t type = cim__jget(t, node, "type");
    if (!cim__jis(t, cim__jget(t, node, "id"), CIM__J_STRING) || !cim__jis(t, type, CIM__J_STRING)) return false;
    return !cim__str_is(cim__jtext(t, type), "Feature") && !cim__str_starts(cim__jtext(t, type), "City");
}

/* The value of a property: its "value", or itself. */
static uint32_t value_of(const cim__obs *in, uint32_t node)
{
    uint32_t value = cim__jget(tree(in), node, "value");
    return value != CIM_NONE ? value : node;
}

static bool is_simple(const cim__obs *in, uint32_t node)
{
    cim__jtype type = cim__jtype_of(tree(in), node);
    return type == CIM__J_NUMBER || type == CIM__J_TRUE || type == CIM__J_FALSE || type == CIM__J_STRING;
}

static bool entity_time(cim__obs *in, uint32_t node, int64_t *time)
{
    static const char *const names[] = { "observedAt", "dateObserved", "dateObservedTo", "dateIssued", "timestamp", "TimeInstant", "dateLastValueReported", "dateModified", "modifiedAt" };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        uint32_t found = cim__jget(tree(in), node, names[i]);
        if (found == CIM_NONE) continue;
        uint32_t object = cim__jget(tree(in), found, "object"); /* WaterObserved of the Smart Data Models has its time as a relationship */
        found = object != CIM_NONE ? object : value_of(in, found);
        uint32_t inner = cim__jget(tree(in), found, "@value"); /* {"@type": "DateTime", "@value": ...} */
        if (cim__obs_time(in, inner != CIM_NONE ? inner : found, time)) return true;
    }
    return false;
}

static bool is_description(cim__str key)
{
    static const char *const names[] = { "id", "type", "@context", "location", "address", "source", "name", "description", "dataProvider", "owner", "seeAlso", "alternateName", "areaServed",
                                         "dateCreated", "createdAt", "modifiedAt", "dateModified", "dateObserved", "dateObservedFrom", "dateObservedTo", "dateIssued", "timestamp", "TimeInstant",
                                         "observedAt", "dateLastValueReported", "validFrom", "validTo", "typeOfLocation", "image", "serialNumber", "macAddress", "ipAddress", "category" };
    if (cim__str_starts(key, "ref") || cim__str_starts(key, "@")) return true;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (cim__str_is(key, names[i])) return true;
    return false;
}

typedef struct entity {
    cim__thing_said thing;
    int64_t time;
    bool has_time, texts; /* texts: normalized properties say that a text is a value */
} entity;

static cim_status put_stream(cim_ctx *ctx, cim__obs *in, entity *e, cim__str key, uint32_t node, const cim__obs_value *v, uint32_t *id_out)
{
    cim_stream s = CIM_STREAM_INIT;
    uint32_t unit = cim__jget(tree(in), node, "unitCode");
    if (unit == CIM_NONE) unit = value_of(in, cim__jget(tree(in), cim__jget(tree(in), node, "metadata"), "unitCode"));
    in->scratch.size = 0;
    cim__buf_printf(&in->scratch, "%s/%.*s", e->thing.gid, (int)key.len, key.ptr);
    if (in->scratch.failed) return cim__nomem(ctx);
    s.gid = cim__obs_text(in, cim__buf_str(&in->scratch));
    s.property = cim__obs_text(in, key);
    s.name = e->thing.name;
    if (cim__jis(tree(in), unit, CIM__J_STRING)) s.unit = cim__obs_text(in, cim__jtext(tree(in), unit));
    s.kind = cim__obs_kind(v);
    return cim__obs_stream(ctx, in, &s, &e->thing, id_out);
}

static cim_status add(cim_ctx *ctx, cim__obs *in, entity *e, cim__str key, uint32_t node, uint32_t value, int64_t time)
{
    cim__obs_value v;
    uint32_t id = 0;
    cim__report_seen(in->report, "observation", 1);
    if (!cim__obs_value_of(in, value, &v)) {
        cim__report_fate(in->report, "observation", CIM__SKIPPED, "a result that is an object or array", 1);
        return CIM_OK;
    }
    CIM__TRY(put_stream(ctx, in, e, key, node, &v, &id));
    return cim__obs_add(ctx, in, id, time, &v, 0);
}

/* Temporal: {"values": [[12, "2024-..."], ...]}. */
static cim_status read_values(cim_ctx *ctx, cim__obs *in, entity *e, cim__str key, uint32_t node, uint32_t values)
{
    const cim__jtree *t = tree(in);
    uint32_t at = values + 1;
    for (uint32_t i = 0; i < cim__jcount(t, values); i++, at = cim__jskip(t, at)) {
        int64_t time = 0;
        bool pair = cim__jis(t, at, CIM__J_ARRAY) && cim__jcount(t, at) >= 2;
        if (pair && cim__obs_time(in, cim__jskip(t, at + 1), &time)) {
            CIM__TRY(add(ctx, in, e, key, node, at + 1, time));
            continue;
        }
        cim__report_seen(in->report, "observation", 1);
        cim__report_fate(in->report, "observation", CIM__SKIPPED, "no time", 1);
    }
    return CIM_OK;
}

static cim_status read_property(cim_ctx *ctx, cim__obs *in, entity *e, cim__str key, uint32_t node)
{
    const cim__jtree *t = tree(in);
    bool object = cim__jis(t, node, CIM__J_OBJECT);
    uint32_t values = object ? cim__jget(t, node, "values") : CIM_NONE, value = value_of(in, node);
    int64_t time = e->time;
    if (cim__jis(t, values, CIM__J_ARRAY)) return read_values(ctx, in, e, key, node, values);
    bool own = object && entity_time(in, node, &time);
    if (!own && object) own = entity_time(in, cim__jget(t, node, "metadata"), &time);
    if (!is_simple(in, value) || (cim__jtype_of(t, value) == CIM__J_STRING && !own && !object)) { /* bare texts are descriptions more often than not */
        cim__report_seen(in->report, "property", 1);
        cim__report_fate(in->report, "property", CIM__SKIPPED, "no measured value", 1);
        return CIM_OK;
    }
    if (own || e->has_time) return add(ctx, in, e, key, node, value, time);
    cim__report_seen(in->report, "property", 1);
    cim__report_fate(in->report, "property", CIM__SKIPPED, "a value without a time", 1);
    return CIM_OK;
}

/* Temporal, normalized: an array of properties of one name. */
static cim_status read_member(cim_ctx *ctx, cim__obs *in, entity *e, uint32_t key, uint32_t node)
{
    const cim__jtree *t = tree(in);
    cim__str name = cim__jtext(t, key);
    if (is_description(name)) return CIM_OK;
    if (!cim__jis(t, node, CIM__J_ARRAY)) return read_property(ctx, in, e, name, node);
    uint32_t at = node + 1;
    for (uint32_t i = 0; i < cim__jcount(t, node); i++, at = cim__jskip(t, at)) CIM__TRY(read_property(ctx, in, e, name, at));
    return CIM_OK;
}

static const char *text_at(cim__obs *in, uint32_t node, const char *key)
{
    uint32_t found = cim__jget(tree(in), node, key);
    if (found == CIM_NONE) return NULL;
    found = value_of(in, found);
    return cim__jis(tree(in), found, CIM__J_STRING) && cim__jtext(tree(in), found).len ? cim__obs_text(in, cim__jtext(tree(in), found)) : NULL;
}

static cim_status read_entity(cim_ctx *ctx, cim__obs *in, uint32_t node)
{
    entity e = { .thing = { .properties = CIM_NONE, .x = (double)NAN, .y = (double)NAN, .z = (double)NAN, .object = CIM_NONE, .edge = CIM_NONE, .offset_m = (double)NAN } };
    uint32_t at = node + 1, key, value, location;
    cim__arena_reset(&in->texts);
    cim__report_seen(in->report, "thing", 1);
    e.thing.gid = text_at(in, node, "id");
    e.thing.kind = text_at(in, node, "type");
    e.thing.name = text_at(in, node, "name");
    e.thing.description = text_at(in, node, "description");
    if (!e.thing.gid) {
        cim__report_fate(in->report, "thing", CIM__SKIPPED, "neither id nor name", 1);
        return CIM_OK;
    }
    location = cim__jget(tree(in), node, "location");
    if (location != CIM_NONE) CIM__TRY(cim__obs_place(ctx, in, value_of(in, location), &e.thing));
    CIM__TRY(cim__obs_thing(ctx, in, &e.thing));
    e.has_time = entity_time(in, node, &e.time);
    while (cim__jpair(tree(in), node, &at, &key, &value)) CIM__TRY(read_member(ctx, in, &e, key, value));
    return CIM_OK;
}

cim_status cim__ngsi_read(cim_ctx *ctx, cim__obs *in, uint32_t node)
{
    const cim__jtree *t = tree(in);
    uint32_t at = node + 1;
    if (!cim__jis(t, node, CIM__J_ARRAY)) return read_entity(ctx, in, node);
    for (uint32_t i = 0; i < cim__jcount(t, node); i++, at = cim__jskip(t, at)) {
        if (cim__jis(t, at, CIM__J_OBJECT)) CIM__TRY(read_entity(ctx, in, at));
        CIM__TRY(cim__tick(ctx, i, cim__jcount(t, node), "reading observations"));
    }
    return CIM_OK;
}
