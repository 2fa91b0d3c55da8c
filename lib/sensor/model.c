/* model.c - what a sensor gives at a point if nothing is in the way. */
#include "radio/radio.h"
#include "sensor/sensor.h"

int32_t cim_sensor_class(double px_per_m)
{
    static const double from[] = { CIM_SENSOR_MONITOR_PX_M, CIM_SENSOR_DETECT_PX_M, CIM_SENSOR_OBSERVE_PX_M, CIM_SENSOR_RECOGNISE_PX_M, CIM_SENSOR_IDENTIFY_PX_M };
    int32_t c = 0;
    while (c < 5 && px_per_m >= from[c]) c++;
    return c;
}

const char *cim_sensor_class_name(int32_t number)
{
    static const char *const names[CIM_SENSOR_CLASSES] = { "nothing", "monitor", "detect", "observe", "recognise", "identify" };
    return number >= 0 && number < CIM_SENSOR_CLASSES ? names[number] : NULL;
}

const char *cim_sensor_assumed_name(uint32_t bit)
{
    static const char *const names[] = { "height", "direction", "tilt", "horizontal field of view", "vertical field of view", "resolution",
                                         "range", "power", "frequency", "type", "place" };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (bit == 1u << i) return names[i];
    return NULL;
}

static bool between(double v, double least, double most) { return v >= least && v <= most; }

static const char *place_wrong(const cim_sensor *s)
{
    if (s->kind > CIM_SENSOR_NOISE) return "kind";
    if (s->flags & ~15u) return "flags";
    if (!(fabs(s->x) <= CIM__SENSOR_FAR && fabs(s->y) <= CIM__SENSOR_FAR && fabs(s->z) <= CIM__SENSOR_FAR)) return "place";
    if (!between(s->yaw_deg, -1e6, 1e6)) return "yaw";
    if (!between(s->pitch_deg, -90.0, 90.0)) return "pitch";
    if (!between(s->hfov_deg, 0.01, 360.0)) return "horizontal field of view";
    if (!between(s->vfov_deg, 0.01, 180.0)) return "vertical field of view";
    if (!between(s->turn_deg, 0.0, 360.0)) return "turn";
    return !between(s->near_m, 0.0, 1e7) || !between(s->range_m, 0.0, 1e7) ? "range" : NULL;
}

static const char *kind_wrong(const cim_sensor *s)
{
    bool camera = s->kind == CIM_SENSOR_CAMERA, radio = s->kind == CIM_SENSOR_RADIO;
    if (camera) return between(s->pixels, 1.0, 1e6) && between(s->least, 1e-3, 1e9) ? NULL : "resolution";
    if (!between(s->least, -1e3, 1e3)) return "threshold";
    if (s->kind == CIM_SENSOR_RANGE || s->kind == CIM_SENSOR_SAMPLER) return s->range_m > 0.0 ? NULL : "range";
    if (!between(s->power, -1e3, 1e3) || !between(s->gain_db, -1e3, 1e3)) return "power";
    if (radio && !between(s->frequency_mhz, 1.0, 1e6)) return "frequency";
    if (radio && !(s->location_percent > 0.0 && s->location_percent < 100.0)) return "share of places";
    bool model = s->model >= 0 && s->model <= CIM_SENSOR_TERRAIN && s->environment >= 0 && s->environment <= CIM_RADIO_RESIDENTIAL;
    return radio && !model ? "model" : NULL;
}

cim_status cim__sensor_ok(cim_ctx *ctx, const cim_sensor *s, size_t i)
{
    const char *what = place_wrong(s);
    if (!what) what = kind_wrong(s);
    return what ? cim__fail(ctx, CIM_EARG, "sensor %zu: its %s is absurd", i, what) : CIM_OK;
}

/* A camera's image is a plane up to here; above, directions would need infinitely many pixels. */
static bool fisheye(const cim_sensor *s) { return s->hfov_deg > 179.0 || s->vfov_deg > 179.0; }

static double camera_reach(cim__model *m)
{
    const cim_sensor *s = m->s;
    double half = 0.5 * s->hfov_deg * CIM__RADIANS;
    if (fisheye(s) && !(s->flags & CIM_SENSOR_TURNS)) {
        m->focal = s->pixels / (2.0 * half);
        return m->focal / s->least;
    }
    half = fmin(half, 89.5 * CIM__RADIANS);
    m->focal = s->pixels / (2.0 * tan(half));
    double corner = s->flags & CIM_SENSOR_TURNS ? 1.0 : sqrt(1.0 + tan(half) * tan(half) + pow(tan(fmin(m->half_v, 89.5 * CIM__RADIANS)), 2.0));
    return m->focal / s->least * corner;
}

/* The greatest distance at which the street model in sight or free space may be above the threshold. */
static double radio_reach(const cim_sensor *s)
{
    double spare = s->power + s->gain_db - s->least, ghz = s->frequency_mhz / 1000.0;
    double space = pow(10.0, (spare - 32.44 - 20.0 * log10(s->frequency_mhz)) / 20.0) * 1001.0;
    double street = pow(10.0, (spare + 25.0 - 29.2 - 21.1 * log10(ghz)) / 21.2); /* 25 dB: five standard deviations */
    if (s->model == CIM_SENSOR_FREE_SPACE) return space;
    return s->model == CIM_SENSOR_TERRAIN ? 10.0 * space : fmax(space, street);
}

static double reach_of(cim__model *m)
{
    const cim_sensor *s = m->s;
    double reach = CIM__SENSOR_FAR;
    if (s->kind == CIM_SENSOR_CAMERA) reach = camera_reach(m);
    else if (s->kind == CIM_SENSOR_RADIO) reach = radio_reach(s);
    else if (s->kind == CIM_SENSOR_NOISE) reach = fmax(1.0, pow(10.0, (s->power - s->least) / (s->flags & CIM_SENSOR_LINE ? 10.0 : 20.0)));
    reach *= 1.000001; /* rounding must not cut what quality lets pass */
    if (s->range_m > 0.0 && s->range_m < reach) reach = s->range_m;
    return fmin(reach, CIM__SENSOR_FAR);
}

void cim__model_of(const cim_sensor *s, cim__model *m)
{
    double yaw = fmod(s->yaw_deg, 360.0) * CIM__RADIANS, pitch = s->pitch_deg * CIM__RADIANS;
    bool needs = s->kind == CIM_SENSOR_SAMPLER || s->kind == CIM_SENSOR_NOISE ? s->flags & CIM_SENSOR_SIGHT : !(s->flags & CIM_SENSOR_THROUGH);
    *m = (cim__model){ .s = s,
                       .ahead = { sin(yaw) * cos(pitch), cos(yaw) * cos(pitch), sin(pitch) },
                       .right = { cos(yaw), -sin(yaw), 0.0 },
                       .up = { -sin(yaw) * sin(pitch), -cos(yaw) * sin(pitch), cos(pitch) },
                       .half_h = 0.5 * s->hfov_deg * CIM__RADIANS,
                       .half_v = 0.5 * s->vfov_deg * CIM__RADIANS,
                       .hides = needs && !(s->kind == CIM_SENSOR_RADIO && s->model == CIM_SENSOR_TERRAIN),
                       .beam = s->kind == CIM_SENSOR_RADIO && (s->hfov_deg < 360.0 || s->vfov_deg < 180.0) };
    if (s->kind == CIM_SENSOR_CAMERA && s->flags & CIM_SENSOR_TURNS)
        m->half_h = s->turn_deg >= 360.0 ? 7.0 : fmin(7.0, 0.5 * s->turn_deg * CIM__RADIANS + m->half_h);
    m->reach = reach_of(m);
}

static double dot(const double a[3], const double b[3]) { return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]; }

/* Pixels a metre, or not a number outside the image. */
static double camera(const cim__model *m, const double d[3], double distance)
{
    const cim_sensor *s = m->s;
    double side = dot(d, m->right);
    if (s->flags & CIM_SENSOR_TURNS) { /* sideways from its middle direction, up to the horizon and what the lens sees above it */
        double yaw = fmod(s->yaw_deg, 360.0) * CIM__RADIANS, ahead = d[0] * sin(yaw) + d[1] * cos(yaw);
        if (fabs(atan2(side, ahead)) > m->half_h || atan2(d[2], hypot(d[0], d[1])) > m->half_v) return NAN;
        return distance > 0.0 ? m->focal / distance : NAN;
    }
    double depth = dot(d, m->ahead), up = dot(d, m->up);
    if (fisheye(s)) {
        if (fabs(atan2(side, depth)) > m->half_h || fabs(atan2(up, hypot(side, depth))) > m->half_v) return NAN;
        return distance > 0.0 ? m->focal / distance : NAN;
    }
    if (!(depth > 0.0) || fabs(atan2(side, depth)) > m->half_h || fabs(atan2(up, depth)) > m->half_v) return NAN;
    return m->focal / depth;
}

/* What a sector antenna loses beside its axis: 3GPP TR 36.814, table A.2.1.1-2, with the beam's own widths. */
static double beside(const cim__model *m, const double d[3])
{
    double ahead = dot(d, m->ahead), side = dot(d, m->right), up = dot(d, m->up);
    double h = atan2(side, ahead) / (2.0 * m->half_h), v = atan2(up, hypot(side, ahead)) / (2.0 * m->half_v);
    double loss_h = m->s->hfov_deg < 360.0 ? fmin(12.0 * h * h, 25.0) : 0.0, loss_v = m->s->vfov_deg < 180.0 ? fmin(12.0 * v * v, 20.0) : 0.0;
    return fmin(loss_h + loss_v, 25.0);
}

static double radio(const cim__model *m, const double d[3], double distance, bool seen, double loss_db)
{
    const cim_sensor *s = m->s;
    double loss = loss_db, z = distance > 1.0 ? distance : 1.0;
    if (s->model == CIM_SENSOR_FREE_SPACE) {
        if (!seen && !(s->flags & CIM_SENSOR_THROUGH)) return NAN;
        loss = cim__radio_space(z, s->frequency_mhz);
    } else if (s->model == CIM_SENSOR_STREET) {
        loss = cim__radio_street(s->environment, seen || s->flags & CIM_SENSOR_THROUGH, z, s->frequency_mhz, s->location_percent);
    }
    return s->power + s->gain_db - loss - (m->beam ? beside(m, d) : 0.0);
}

static bool in_sector(const cim__model *m, const double d[3])
{
    double ahead = dot(d, m->ahead), side = dot(d, m->right), up = dot(d, m->up);
    if (m->s->hfov_deg < 360.0 && fabs(atan2(side, ahead)) > m->half_h) return false;
    return m->s->vfov_deg >= 180.0 || fabs(atan2(up, hypot(side, ahead))) <= m->half_v;
}

double cim__model_quality(const cim__model *m, const double xyz[3], bool seen, double loss_db)
{
    const cim_sensor *s = m->s;
    double d[3] = { xyz[0] - s->x, xyz[1] - s->y, xyz[2] - s->z }, square = dot(d, d), q;
    if (!(square <= m->reach * m->reach)) return NAN;
    double distance = sqrt(square);
    if (distance < s->near_m) return NAN;
    switch (s->kind) {
    case CIM_SENSOR_CAMERA: q = camera(m, d, distance); break;
    case CIM_SENSOR_RADIO: q = radio(m, d, distance, seen, loss_db); break;
    case CIM_SENSOR_NOISE: q = s->power - (s->flags & CIM_SENSOR_LINE ? 10.0 : 20.0) * log10(fmax(distance, 1.0)); break;
    default: return in_sector(m, d) && distance <= s->range_m ? 1.0 - distance / s->range_m : NAN;
    }
    return q >= s->least ? q : NAN;
}

cim_status cim_sensor_quality(cim_ctx *ctx, const cim_sensor *sensor, const double xyz[3], int32_t seen, double *quality_out)
{
    cim__model m;
    cim__enter(ctx);
    if (!sensor || !xyz || !quality_out) return cim__fail(ctx, CIM_EARG, "no sensor, no point or no place for the answer");
    CIM__TRY(cim__sensor_ok(ctx, sensor, 0));
    for (int i = 0; i < 3; i++)
        if (!(fabs(xyz[i]) <= CIM__SENSOR_FAR)) return cim__fail(ctx, CIM_EARG, "the point is not finite or absurd");
    if (sensor->kind == CIM_SENSOR_RADIO && sensor->model == CIM_SENSOR_TERRAIN) return cim__fail(ctx, CIM_EUNSUPPORTED, "radio over terrain needs the terrain");
    cim__model_of(sensor, &m);
    *quality_out = cim__model_quality(&m, xyz, seen != 0, NAN);
    return CIM_OK;
}
