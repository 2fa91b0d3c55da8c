/* read.c - sensors from objects of a city, and a list of what had to be assumed. */
#include "city/city.h"
#include "core/num.h"
#include "sensor/sensor.h"

struct cim_sensors {
    cim__mem *mem;
    cim__buf sensors, left;
    uint32_t assumed[16];
};

typedef struct reading {
    cim_city *city;
    const cim_scene *scene;
    cim_sight_query *query;
    cim_sensor_options o;
    cim__arena arena;
    cim__gbuild geom;
    cim__buf text;
    cim__jvalue attrs; /* of the object at hand; type null: none */
} reading;

void cim_sensors_free(cim_sensors *sensors)
{
    if (!sensors) return;
    cim__mem *mem = sensors->mem;
    cim__buf_free(&sensors->sensors);
    cim__buf_free(&sensors->left);
    cim__free(mem, sensors);
    cim__mem_unref(mem);
}

cim_status cim_sensors_get(cim_ctx *ctx, const cim_sensors *sensors, cim_sensors_view *view_out)
{
    cim__enter(ctx);
    if (!sensors || !view_out) return cim__fail(ctx, CIM_EARG, "no sensors, or no place for their view");
    cim_sensors_view v = { .sensors = (const cim_sensor *)(const void *)sensors->sensors.data,
                           .count = (uint32_t)CIM__COUNT(&sensors->sensors, cim_sensor),
                           .left_count = (uint32_t)CIM__COUNT(&sensors->left, uint32_t),
                           .left = (const uint32_t *)(const void *)sensors->left.data };
    memcpy(v.assumed_count, sensors->assumed, sizeof v.assumed_count);
    return cim__view_copy(ctx, view_out, &v, sizeof v);
}

/* ---- attributes of a source ---- */

static bool attribute(reading *r, const char *name, cim__jvalue *value_out)
{
    static const char *const before[] = { "osm:", "", "gen:", "camera:", "osm:camera:" };
    char key[80];
    if (r->attrs.type != CIM__J_OBJECT) return false;
    for (size_t i = 0; i < sizeof before / sizeof *before; i++) {
        size_t n = strlen(before[i]), m = strlen(name);
        memcpy(key, before[i], n);
        memcpy(key + n, name, m + 1);
        if (cim__jfind(r->attrs, cim__str_of(key), value_out)) return true;
    }
    return false;
}

/* A number, or a text that begins with one: "60", "60 deg", "1920x1080". */
static bool number(reading *r, const char *name, double least, double most, double *out)
{
    cim__jvalue value;
    double v;
    if (!attribute(r, name, &value)) return false;
    if (value.type == CIM__J_STRING) {
        r->text.size = 0;
        cim__str text = cim__str_trim(cim__jstring(value, &r->text));
        if (!text.len || !cim__read_double(text.ptr, text.ptr + text.len, &v)) return false;
    } else if (!cim__jnumber(value, &v)) {
        return false;
    }
    if (!(v >= least && v <= most)) return false;
    *out = v;
    return true;
}

static bool real(const cim__object *o, cim__attr a, double *out)
{
    if (!(o->present >> a & 1) || !isfinite(o->values[a].real)) return false;
    *out = o->values[a].real;
    return true;
}

static bool stated(const cim__object *o, cim__attr a) { return o->values[a].rule != CIM__RULE_DEFAULT; }

static cim__str text_of(const cim__object *o, cim__attr a) { return o->present >> a & 1 ? o->values[a].text : (cim__str){ "", 0 }; }

/* The caller's value or ours, and a note that nobody stated it. */
static double assume(cim_sensor *s, uint32_t bit, double given, double ours)
{
    s->assumed |= bit;
    return isnan(given) ? ours : given;
}

/* ---- kinds ---- */

static void take_angles(reading *r, const cim__object *o, cim_sensor *s)
{
    double v, angle = NAN;
    bool view = r->o.angle == CIM_SENSOR_ANGLE_VIEW && number(r, "camera:angle", 0.1, 360.0, &angle);
    if (number(r, "pitch", -90.0, 90.0, &v)) s->pitch_deg = v;
    else if (!view && real(o, CIM__A_TILT_DEG, &v) && stated(o, CIM__A_TILT_DEG) && fabs(v) <= 90.0) s->pitch_deg = -v;
    else s->pitch_deg = assume(s, CIM_SENSOR_ASSUMED_PITCH, r->o.pitch_deg, -15.0);
    if (number(r, "hfov", 0.1, 360.0, &v) || number(r, "field_of_view", 0.1, 360.0, &v)) s->hfov_deg = v;
    else if (view && angle < 360.0) s->hfov_deg = angle;
    else s->hfov_deg = assume(s, CIM_SENSOR_ASSUMED_HFOV, r->o.hfov_deg, 60.0);
    double zoom = 1.0; /* the field of view is that of the widest setting; an optical zoom that turns covers as much of it, nearer */
    if (number(r, "zoom", 1.0, 100.0, &zoom) && s->flags & CIM_SENSOR_TURNS && s->hfov_deg < 179.0)
        s->hfov_deg = 2.0 * atan(tan(0.5 * s->hfov_deg * CIM__RADIANS) / zoom) / CIM__RADIANS;
    double ours = s->hfov_deg < 179.0 ? 2.0 * atan(tan(0.5 * s->hfov_deg * CIM__RADIANS) * 9.0 / 16.0) / CIM__RADIANS : 180.0;
    if (number(r, "vfov", 0.1, 180.0, &v)) s->vfov_deg = v;
    else s->vfov_deg = assume(s, CIM_SENSOR_ASSUMED_VFOV, r->o.vfov_deg, ours);
}

static void take_camera(reading *r, const cim__object *o, cim_sensor *s)
{
    cim__str type = text_of(o, CIM__A_FUNCTION);
    double v;
    *s = (cim_sensor)CIM_SENSOR_CAMERA_INIT;
    if (cim__str_is(type, "dome") || cim__str_is(type, "panning")) s->flags |= CIM_SENSOR_TURNS;
    else if (!cim__str_is(type, "fixed")) s->assumed |= CIM_SENSOR_ASSUMED_TYPE;
    take_angles(r, o, s);
    if (number(r, "resolution", 1.0, 1e6, &v)) s->pixels = v;
    else s->pixels = assume(s, CIM_SENSOR_ASSUMED_PIXELS, r->o.pixels, 1920.0);
    s->least = isnan(r->o.least) ? CIM_SENSOR_DETECT_PX_M : r->o.least;
    if (number(r, "range_m", 0.1, 1e6, &v) || !isnan(v = r->o.range_m)) s->range_m = v;
}

static void take_radio(reading *r, cim_sensor *s)
{
    double v;
    *s = (cim_sensor)CIM_SENSOR_RADIO_INIT;
    s->power = number(r, "power_dbm", -200.0, 200.0, &v) ? v : assume(s, CIM_SENSOR_ASSUMED_POWER, r->o.power, 14.0);
    s->frequency_mhz = number(r, "frequency_mhz", 1.0, 1e6, &v) ? v : assume(s, CIM_SENSOR_ASSUMED_FREQUENCY, r->o.frequency_mhz, 868.0);
    s->least = number(r, "threshold", -300.0, 300.0, &v) ? v : isnan(r->o.least) ? -110.0 : r->o.least;
    s->gain_db = isnan(r->o.gain_db) ? 2.0 : r->o.gain_db;
    if (number(r, "range_m", 0.1, 1e6, &v) || !isnan(v = r->o.range_m)) s->range_m = v;
    s->model = r->o.model, s->environment = r->o.environment;
}

static void take_other(reading *r, int32_t kind, cim_sensor *s)
{
    double v;
    *s = (cim_sensor)CIM_SENSOR_RADIO_INIT;
    s->kind = (uint32_t)kind, s->least = 0.0, s->power = 0.0, s->frequency_mhz = 0.0, s->gain_db = 0.0;
    if (kind == CIM_SENSOR_NOISE) {
        s->power = number(r, "level_db", -200.0, 300.0, &v) ? v : assume(s, CIM_SENSOR_ASSUMED_POWER, r->o.power, 70.0);
        s->least = number(r, "threshold", -300.0, 300.0, &v) ? v : isnan(r->o.least) ? 30.0 : r->o.least;
        if (number(r, "range_m", 0.1, 1e6, &v) || !isnan(v = r->o.range_m)) s->range_m = v;
        return;
    }
    s->range_m = number(r, "range_m", 0.1, 1e6, &v) ? v : assume(s, CIM_SENSOR_ASSUMED_RANGE, r->o.range_m, kind == CIM_SENSOR_RANGE ? 30.0 : 300.0);
}

static int32_t kind_of(const reading *r, const cim__object *o)
{
    cim__class_id c = cim__class_named(o->class_name);
    if (r->o.kind >= 0) return r->o.kind;
    if (c < CIM__CLASS_COUNT && (cim__class_is(c, CIM__C_Camera) || cim__class_is(c, CIM__C_SpeedCamera))) return CIM_SENSOR_CAMERA;
    return c < CIM__CLASS_COUNT && cim__class_is(c, CIM__C_TelecomMast) ? CIM_SENSOR_RADIO : CIM_SENSOR_SAMPLER;
}

/* ---- place ---- */

static void take_height(reading *r, const cim__object *o, const cim_geom *g, cim_sensor *s)
{
    double v, ours = s->kind == CIM_SENSOR_CAMERA ? 5.0 : s->kind == CIM_SENSOR_RADIO ? 10.0 : 2.5, ground = cim_scene_ground(r->scene, s->x, s->y);
    if (g->dim == 3 && g->coords[2] != 0.0 && fabs(g->coords[2]) <= 1e5) s->z = g->coords[2];
    else if (real(o, CIM__A_HEIGHT_M, &v) && stated(o, CIM__A_HEIGHT_M) && fabs(v) <= 1e4) s->z = ground + v;
    else s->z = ground + assume(s, CIM_SENSOR_ASSUMED_HEIGHT, r->o.height_m, ours);
}

/* Out of a building it is drawn into, and away from the wall it hangs on when nobody said where it looks. */
static cim_status settle(cim_ctx *ctx, reading *r, const cim__object *o, cim_sensor *s)
{
    double xyz[3] = { s->x, s->y, s->z }, v;
    bool turned = real(o, CIM__A_DIRECTION_DEG, &v);
    bool around = s->kind != CIM_SENSOR_CAMERA ? s->hfov_deg >= 360.0 : (s->flags & CIM_SENSOR_TURNS) || s->hfov_deg >= 360.0;
    cim__wall_near near = { .found = false };
    int inside = s->kind == CIM_SENSOR_CAMERA || s->kind == CIM_SENSOR_RANGE ? cim__scene_holds(ctx, cim_scene_sight(r->scene), xyz) : 0;
    if (inside < 0) return inside;
    if (inside || (!turned && !around)) CIM__TRY(cim__wall_find(ctx, r->query, xyz, inside ? 100.0 : 2.0, &near));
    if (inside && near.found) {
        s->x = near.xy[0], s->y = near.xy[1];
        s->assumed |= CIM_SENSOR_MOVED;
    }
    if (turned) s->yaw_deg = v;
    else if (near.found) s->yaw_deg = atan2(near.normal[0], near.normal[1]) / CIM__RADIANS;
    if (s->yaw_deg < 0.0) s->yaw_deg += 360.0;
    if (!turned && !around) s->assumed |= CIM_SENSOR_ASSUMED_YAW;
    return CIM_OK;
}

static cim_status read_one(cim_ctx *ctx, reading *r, uint32_t id, cim_sensors *out)
{
    cim__object o;
    cim_sensor s;
    double xy[2];
    cim__arena_reset(&r->arena);
    CIM__TRY(cim__city_object(ctx, r->city, id, &r->arena, &o));
    if (o.geom.len) CIM__TRY(cim__gaia_get(ctx, o.geom, &r->geom, NULL));
    cim_geom g = cim__gbuild_view(&r->geom);
    bool placed = o.geom.len && cim__geom_finite(&g) && cim__geom_inner_point(&g, xy) && fabs(xy[0]) <= CIM__SENSOR_FAR && fabs(xy[1]) <= CIM__SENSOR_FAR;
    if (!placed) {
        cim__buf_put(&out->left, &id, sizeof id);
        return out->left.failed ? cim__nomem(ctx) : CIM_OK;
    }
    if (!o.attrs.len || !cim__jparse(o.attrs, &r->attrs)) r->attrs.type = CIM__J_NULL;
    int32_t kind = kind_of(r, &o);
    if (kind == CIM_SENSOR_CAMERA) take_camera(r, &o, &s);
    else if (kind == CIM_SENSOR_RADIO) take_radio(r, &s);
    else take_other(r, kind, &s);
    s.object = id, s.x = xy[0], s.y = xy[1];
    take_height(r, &o, &g, &s);
    CIM__TRY(settle(ctx, r, &o, &s));
    CIM__TRY(cim__sensor_ok(ctx, &s, CIM__COUNT(&out->sensors, cim_sensor)));
    for (int b = 0; b < 16; b++) out->assumed[b] += s.assumed >> b & 1;
    cim__buf_put(&out->sensors, &s, sizeof s);
    return out->sensors.failed || r->text.failed ? cim__nomem(ctx) : CIM_OK;
}

static cim_status options_ok(cim_ctx *ctx, const cim_sensor_options *o)
{
    if (o->angle != CIM_SENSOR_ANGLE_TILT && o->angle != CIM_SENSOR_ANGLE_VIEW) return cim__fail(ctx, CIM_EARG, "no meaning of angles has the number %d", o->angle);
    if (o->kind < -1 || o->kind > CIM_SENSOR_NOISE) return cim__fail(ctx, CIM_EARG, "no kind of sensors has the number %d", o->kind);
    if (!isnan(o->height_m) && !(fabs(o->height_m) <= 1e4)) return cim__fail(ctx, CIM_EARG, "sensors %g m above the ground", o->height_m);
    return CIM_OK;
}

cim_status cim_sensor_read(cim_ctx *ctx, cim_city *city, const cim_scene *scene, const uint32_t *ids, size_t count, const cim_sensor_options *options,
                           cim_sensors **sensors_out)
{
    reading r = { .city = city, .scene = scene, .o = CIM_SENSOR_OPTIONS_INIT };
    cim__enter(ctx);
    if (!city || !scene || !sensors_out || (count && !ids)) return cim__fail(ctx, CIM_EARG, "no city, no scene, no objects or no place for the sensors");
    CIM__TRY(cim__opts(ctx, &r.o, sizeof r.o, options, "cim_sensor_options"));
    CIM__TRY(options_ok(ctx, &r.o));
    for (size_t i = 0; i < count; i++)
        if (!cim__city_has(city, ids[i])) return cim__fail(ctx, CIM_ENOTFOUND, "there is no object %u", ids[i]);
    cim_sensors *s = cim__zalloc(ctx->mem, sizeof *s);
    if (!s) return cim__nomem(ctx);
    s->mem = cim__mem_ref(ctx->mem);
    s->sensors = cim__buf_on(s->mem), s->left = cim__buf_on(s->mem);
    r.arena = cim__arena_on(ctx->mem), r.text = cim__buf_on(ctx->mem);
    cim__gbuild_init(&r.geom, ctx->mem);
    cim_status st = cim_sight_query_new(ctx, cim_scene_sight(scene), &r.query);
    for (size_t i = 0; i < count && st >= 0; i++) {
        st = read_one(ctx, &r, ids[i], s);
        if (st >= 0 && i % 64 == 0) st = cim__tick(ctx, i, count, "sensors");
    }
    cim_sight_query_free(r.query);
    cim__arena_free(&r.arena);
    cim__buf_free(&r.text);
    cim__gbuild_free(&r.geom);
    if (st < 0) cim_sensors_free(s);
    else *sensors_out = s;
    return st;
}
