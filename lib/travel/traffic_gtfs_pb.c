/* traffic_gtfs_pb.c - GTFS realtime in protobuf's binary form: fields of a message one after the other, a key (number * 8 + wire type) before each. */
#include "travel/traffic_gtfs.h"

enum { VARINT = 0, FIXED64 = 1, BYTES = 2, FIXED32 = 5 };

typedef struct field {
    uint32_t number, wire;
    uint64_t value; /* VARINT, FIXED32, FIXED64 */
    cim__str bytes; /* BYTES */
} field;

typedef cim_status (*field_fn)(cim__gtfs *g, const field *f);

static cim_status damaged(const cim__gtfs *g) { return cim__gtfs_bad(g, "the message is damaged"); }

static bool fixed(const uint8_t **at, const uint8_t *end, size_t size, uint64_t *value)
{
    *value = 0;
    if ((size_t)(end - *at) < size) return false;
    for (size_t i = 0; i < size; i++) *value |= (uint64_t)*(*at)++ << (8 * i);
    return true;
}

static bool next_field(const uint8_t **at, const uint8_t *end, field *f)
{
    uint64_t key;
    if (!cim__get_varint(at, end, &key) || key >> 3 == 0 || key >> 3 > 0x1fffffff) return false;
    f->number = (uint32_t)(key >> 3);
    f->wire = key & 7;
    switch (f->wire) {
    case VARINT: return cim__get_varint(at, end, &f->value);
    case FIXED64: return fixed(at, end, 8, &f->value);
    case FIXED32: return fixed(at, end, 4, &f->value);
    case BYTES:
        if (!cim__get_varint(at, end, &f->value) || f->value > (uint64_t)(end - *at)) return false;
        f->bytes = (cim__str){ (const char *)*at, (size_t)f->value };
        *at += f->value;
        return true;
    default: return false; /* groups are not used */
    }
}

static cim_status fields(cim__gtfs *g, cim__str message, field_fn fn)
{
    const uint8_t *at = (const uint8_t *)message.ptr, *end = at + message.len;
    while (at < end) {
        field f = { 0 };
        if (!next_field(&at, end, &f)) return damaged(g);
        CIM__TRY(fn(g, &f));
    }
    return CIM_OK;
}

static cim_status inside(cim__gtfs *g, const field *f, field_fn fn) { return f->wire == BYTES ? fields(g, f->bytes, fn) : damaged(g); }

static cim_status real_of(const cim__gtfs *g, const field *f, double *value, bool *has)
{
    uint32_t bits = (uint32_t)f->value;
    float number;
    if (f->wire != FIXED32) return damaged(g);
    memcpy(&number, &bits, sizeof number);
    *value = (double)number;
    *has = true;
    return CIM_OK;
}

static cim_status number_of(const cim__gtfs *g, const field *f, uint64_t *value)
{
    if (f->wire != VARINT) return damaged(g);
    *value = f->value;
    return CIM_OK;
}

/* ---- alerts ---- */

typedef struct range {
    uint64_t from, until;
} range;

static cim_status period(cim__gtfs *g, const field *whole)
{
    range r = { 0, 0 };
    field f = { 0 };
    if (whole->wire != BYTES) return damaged(g);
    const uint8_t *at = (const uint8_t *)whole->bytes.ptr, *end = at + whole->bytes.len;
    while (at < end) {
        if (!next_field(&at, end, &f)) return damaged(g);
        if (f.number == 1) CIM__TRY(number_of(g, &f, &r.from));
        if (f.number == 2) CIM__TRY(number_of(g, &f, &r.until));
    }
    if (r.from > INT64_MAX || r.until > INT64_MAX) return cim__gtfs_bad(g, "an active period out of range");
    return cim__gtfs_put_period(g, (int64_t)r.from, (int64_t)r.until);
}

static cim_status informed(cim__gtfs *g, const field *whole)
{
    cim__str stop = { "", 0 }, route = { "", 0 };
    field f = { 0 };
    if (whole->wire != BYTES) return damaged(g);
    const uint8_t *at = (const uint8_t *)whole->bytes.ptr, *end = at + whole->bytes.len;
    while (at < end) {
        if (!next_field(&at, end, &f)) return damaged(g);
        if ((f.number == 2 || f.number == 5) && f.wire != BYTES) return damaged(g);
        if (f.number == 2) route = f.bytes;
        if (f.number == 5) stop = f.bytes;
    }
    return cim__gtfs_put_id(g, stop.len ? stop : route);
}

static cim_status see_alert(cim__gtfs *g, const field *f)
{
    uint64_t effect = 0;
    if (f->number == 1) return period(g, f);
    if (f->number == 5) return informed(g, f);
    if (f->number != 7) return CIM_OK;
    CIM__TRY(number_of(g, f, &effect));
    g->entity.effect = effect < 1000 ? (uint32_t)effect : 1000;
    return CIM_OK;
}

/* ---- vehicles ---- */

static cim_status see_position(cim__gtfs *g, const field *f)
{
    cim__gtfs_entity *e = &g->entity;
    bool has;
    if (f->number == 1) {
        e->has_place = true;
        return real_of(g, f, &e->lonlat[1], &has);
    }
    if (f->number == 2) return real_of(g, f, &e->lonlat[0], &has);
    if (f->number == 3) return real_of(g, f, &e->bearing_deg, &e->has_bearing);
    return f->number == 5 ? real_of(g, f, &e->speed_ms, &e->has_speed) : CIM_OK;
}

static cim_status see_vehicle(cim__gtfs *g, const field *f)
{
    uint64_t value = 0;
    if (f->number == 2) return inside(g, f, see_position);
    if (f->number < 4 || f->number > 6) return CIM_OK;
    CIM__TRY(number_of(g, f, &value));
    if (f->number == 4) g->entity.status = value < 1000 ? (uint32_t)value : 1000;
    if (f->number == 5) g->entity.measured_s = value > INT64_MAX ? INT64_MAX : (int64_t)value;
    if (f->number == 6) g->entity.congestion = value <= 4 ? (uint32_t)value : 0;
    return CIM_OK;
}

/* ---- the message ---- */

static cim_status see_entity(cim__gtfs *g, const field *f)
{
    uint64_t value = 0;
    switch (f->number) {
    case 1:
        if (f->wire != BYTES) return damaged(g);
        g->entity.id = f->bytes;
        return CIM_OK;
    case 2:
        CIM__TRY(number_of(g, f, &value));
        g->entity.deleted = value != 0;
        return CIM_OK;
    case 4: g->entity.vehicle = true; return inside(g, f, see_vehicle);
    case 5: g->entity.alert = true; return inside(g, f, see_alert);
    default: return CIM_OK;
    }
}

static cim_status see_header(cim__gtfs *g, const field *f)
{
    uint64_t value = 0;
    if (f->number != 2 && f->number != 3) return CIM_OK;
    CIM__TRY(number_of(g, f, &value));
    if (f->number == 2 && value > 1) return cim__gtfs_bad(g, "incrementality is neither FULL_DATASET nor DIFFERENTIAL");
    if (f->number == 3 && value > 1000000000000) return cim__gtfs_bad(g, "the time of the message is out of range");
    if (f->number == 2) g->differential = value != 0;
    else g->time_s = (int64_t)value;
    return CIM_OK;
}

static cim_status find_header(cim__gtfs *g, const field *f)
{
    if (f->number != 1) return CIM_OK;
    g->number = 1; /* seen */
    return inside(g, f, see_header);
}

static cim_status take_entity(cim__gtfs *g, const field *f)
{
    if (f->number != 2) return CIM_OK;
    cim__gtfs_begin(g);
    CIM__TRY(inside(g, f, see_entity));
    return cim__gtfs_take(g);
}

cim_status cim__gtfs_binary(cim__gtfs *g, cim__str bytes)
{
    CIM__TRY(fields(g, bytes, find_header));
    if (!g->number) return cim__gtfs_bad(g, "no header");
    g->number = 0;
    return fields(g, bytes, take_entity);
}
