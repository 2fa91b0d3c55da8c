/* sun.c - where the sun stands, and who is in the sun.
 *
 * Positions after J. Meeus, "Astronomical Algorithms" (1998), chapters 12, 13, 22, 25, with the terms of Venus, Jupiter and the moon from his
 * "Astronomical Formulae for Calculators" (1979), chapter 18, which bring the longitude from 0.01 to some 0.002 degrees; refraction after
 * chapter 16 (Saemundsson), parallax in altitude. */
#include "cover/sight.h"

#include "core/par.h"

enum { POINTS = 64 };

#define RADIANS (3.14159265358979323846 / 180.0)
#define JULIAN_1970 2440587.5
#define FIRST_S (-2208988800.0) /* 1900 */
#define LAST_S 4133980800.0     /* 2101 */

static double sin_deg(double d) { return sin(fmod(d, 360.0) * RADIANS); }
static double cos_deg(double d) { return cos(fmod(d, 360.0) * RADIANS); }

/* TT - UT in seconds; an error of ten seconds moves the sun by 0.0001 degrees. */
static double delta_t(double year)
{
    static const double years[] = { 1900, 1920, 1940, 1960, 1980, 2000, 2020, 2050, 2101 }, seconds[] = { -3, 21, 24, 33, 51, 64, 69, 80, 120 };
    int i = 0;
    while (i < 7 && year > years[i + 1]) i++;
    return seconds[i] + (seconds[i + 1] - seconds[i]) * (year - years[i]) / (years[i + 1] - years[i]);
}

/* Apparent longitude and obliquity, degrees; T: Julian centuries from 2000. */
static void apparent(double t, double *longitude_out, double *obliquity_out)
{
    double mean = 280.46646 + t * (36000.76983 + t * 0.0003032), anomaly = 357.52911 + t * (35999.05029 - t * 0.0001537);
    double centre = (1.914602 - t * (0.004817 + t * 0.000014)) * sin_deg(anomaly) + (0.019993 - t * 0.000101) * sin_deg(2.0 * anomaly) +
                    0.000289 * sin_deg(3.0 * anomaly);
    double from_1900 = t + 1.0, node = 125.04 - 1934.136 * t;
    double others = 0.00134 * cos_deg(153.23 + 22518.7541 * from_1900) + 0.00154 * cos_deg(216.57 + 45037.5082 * from_1900) +
                    0.00200 * cos_deg(312.69 + 32964.3577 * from_1900) + 0.00179 * sin_deg(350.74 + 445267.1142 * from_1900);
    *longitude_out = mean + centre + others - 0.00569 - 0.00478 * sin_deg(node);
    *obliquity_out = 23.439291 - 0.0130042 * t + 0.00256 * cos_deg(node);
}

static void position(double unix_s, double latitude, double longitude, cim_sight_sun *sun)
{
    double day = unix_s / 86400.0 + JULIAN_1970 - 2451545.0, year = 2000.0 + day / 365.25, t = (day + delta_t(year) / 86400.0) / 36525.0, lambda, epsilon;
    apparent(t, &lambda, &epsilon);
    double right = atan2(cos_deg(epsilon) * sin_deg(lambda), cos_deg(lambda)) / RADIANS, dec = asin(sin_deg(epsilon) * sin_deg(lambda)) / RADIANS;
    double nutation = -0.00478 * sin_deg(125.04 - 1934.136 * t) * cos_deg(epsilon), centuries = day / 36525.0;
    double sidereal = fmod(280.46061837 + 360.98564736629 * day + 0.000387933 * centuries * centuries + nutation, 360.0);
    double hour = sidereal + longitude - right;
    double up = sin_deg(latitude) * sin_deg(dec) + cos_deg(latitude) * cos_deg(dec) * cos_deg(hour);
    double west = cos_deg(dec) * sin_deg(hour), south = sin_deg(latitude) * cos_deg(dec) * cos_deg(hour) - cos_deg(latitude) * sin_deg(dec);
    double azimuth = atan2(west, south) / RADIANS + 180.0, elevation = atan2(up, hypot(west, south)) / RADIANS;
    elevation -= 8.794 / 3600.0 * cos_deg(elevation);
    sun->azimuth_deg = azimuth >= 360.0 ? azimuth - 360.0 : azimuth;
    sun->elevation_deg = elevation;
    sun->apparent_deg = elevation > -1.0 ? elevation + 1.02 / 60.0 / tan((elevation + 10.3 / (elevation + 5.11)) * RADIANS) : elevation;
    sun->declination_deg = dec;
    sun->right_ascension_deg = right < 0.0 ? right + 360.0 : right;
}

static cim_status place_ok(cim_ctx *ctx, double latitude, double longitude)
{
    if (!(fabs(latitude) <= 90.0 && fabs(longitude) <= 360.0)) return cim__fail(ctx, CIM_EARG, "the place is not on the earth");
    return CIM_OK;
}

cim_status cim_sight_sun_at(cim_ctx *ctx, double unix_s, double latitude_deg, double longitude_deg, cim_sight_sun *sun_out)
{
    cim_sight_sun sun = { 0 };
    cim__enter(ctx);
    if (!(unix_s >= FIRST_S && unix_s < LAST_S)) return cim__fail(ctx, CIM_EARG, "the time is not between 1900 and 2100");
    CIM__TRY(place_ok(ctx, latitude_deg, longitude_deg));
    position(unix_s, latitude_deg, longitude_deg, &sun);
    return cim__view_copy(ctx, sun_out, &sun, sizeof sun);
}

/* ---- in the sun ---- */

typedef struct ray {
    double x, y, tangent, normal[3]; /* to the sun in the plane, unit length; of the elevation; to the sun in space */
} ray;

typedef struct shine {
    const cim_sight_scene *scene;
    const double *xyz, *normals;
    size_t count, rays;
    ray *ray;
    double hours; /* of a ray */
    double *hours_out;
    uint8_t *lit_out;
} shine;

static ray ray_to(double azimuth_deg, double elevation_deg)
{
    double level = cos_deg(elevation_deg);
    ray r = { sin_deg(azimuth_deg), cos_deg(azimuth_deg), tan(elevation_deg * RADIANS), { 0, 0, sin_deg(elevation_deg) } };
    r.normal[0] = r.x * level, r.normal[1] = r.y * level;
    return r;
}

/* How far in the plane anything may be in the way. */
static double farthest(const cim_sight_scene *s, const double *p)
{
    double most = 0.0;
    const cim__raster *t = &s->terrain;
    double xs[] = { s->box.min_x, s->box.max_x, t->x, t->x + t->step_x * (t->columns - 1.0) };
    double ys[] = { s->box.min_y, s->box.max_y, t->y, t->y + t->step_y * (t->rows - 1.0) };
    for (int i = 0; i < (t->height ? 4 : 2); i++) most = fmax(most, fmax(fabs(xs[i] - p[0]), fabs(ys[i] - p[1])));
    return 1.5 * most + 1.0;
}

/* 1: nothing between the point and the sun, 0: something, -1: out of memory. */
static int lit(const shine *s, const double *p, const double *normal, const ray *r, double far, uint32_t *hint)
{
    cim__sight line;
    double highest = s->scene->terrain.height ? fmax(s->scene->highest, s->scene->terrain.highest) : s->scene->highest, up = fmax(highest - p[2], 0.0) + 1.0;
    if (!(r->tangent > 0.0)) return 0;
    if (normal && normal[0] * r->normal[0] + normal[1] * r->normal[1] + normal[2] * r->normal[2] <= 0.0) return 0;
    double reach = fmin(far, up / r->tangent);
    const double to[3] = { p[0] + reach * r->x, p[1] + reach * r->y, p[2] + reach * r->tangent };
    cim__sight_set(&line, p, to);
    int meets = cim__sight_blocked(s->scene, &line, hint, NULL);
    return meets < 0 ? -1 : !meets;
}

static cim_status some_points(cim_ctx *ctx, uint32_t worker, size_t item, void *user)
{
    const shine *s = user;
    size_t end = (item + 1) * POINTS < s->count ? (item + 1) * POINTS : s->count;
    (void)worker;
    for (size_t i = item * POINTS; i < end; i++) {
        double far = farthest(s->scene, s->xyz + 3 * i);
        uint32_t hint = CIM_NONE;
        size_t free_rays = 0;
        for (size_t r = 0; r < s->rays; r++) {
            int shines = lit(s, s->xyz + 3 * i, s->normals ? s->normals + 3 * i : NULL, &s->ray[r], far, &hint);
            if (shines < 0) return cim__nomem(ctx);
            free_rays += (size_t)shines;
        }
        if (s->hours_out) s->hours_out[i] = (double)free_rays * s->hours;
        if (s->lit_out) s->lit_out[i] = free_rays != 0;
    }
    return CIM_OK;
}

static cim_status points_ok(cim_ctx *ctx, const shine *s)
{
    if (!s->scene || (s->count && (!s->xyz || (!s->hours_out && !s->lit_out))))
        return cim__fail(ctx, CIM_EARG, "no scene, no points or no place for the answers");
    for (size_t i = 0; i < s->count; i++) {
        CIM__TRY(cim__sight_point_ok(ctx, s->xyz + 3 * i, i, "point"));
        if (s->normals) CIM__TRY(cim__sight_point_ok(ctx, s->normals + 3 * i, i, "normal"));
    }
    return CIM_OK;
}

static cim_status run(cim_ctx *ctx, shine *s)
{
    return s->count ? cim__par_run(ctx, (s->count + POINTS - 1) / POINTS, "sun", some_points, s) : CIM_OK;
}

cim_status cim_sight_sun_lit(cim_ctx *ctx, const cim_sight_scene *scene, const double *xyz, size_t count, double azimuth_deg, double elevation_deg,
                             uint8_t *lit_out)
{
    cim__enter(ctx);
    if (!(fabs(azimuth_deg) <= 1000.0 && fabs(elevation_deg) <= 90.0)) return cim__fail(ctx, CIM_EARG, "the sun is not in the sky");
    ray r = ray_to(azimuth_deg, elevation_deg);
    shine s = { .scene = scene, .xyz = xyz, .count = count, .rays = 1, .ray = &r, .lit_out = lit_out };
    CIM__TRY(points_ok(ctx, &s));
    return run(ctx, &s);
}

static cim_status hours_ok(cim_ctx *ctx, const cim_sight_sun_options *o)
{
    CIM__TRY(place_ok(ctx, o->latitude_deg, o->longitude_deg));
    if (!(o->from_s >= FIRST_S && o->to_s < LAST_S && o->from_s <= o->to_s))
        return cim__fail(ctx, CIM_EARG, "the times are not between 1900 and 2100, or not in order");
    if (!(o->step_s >= 1.0 && o->step_s <= 86400.0)) return cim__fail(ctx, CIM_EARG, "the step is not between a second and a day");
    if (!(fabs(o->least_deg) <= 90.0 && fabs(o->north_deg) <= 360.0))
        return cim__fail(ctx, CIM_EARG, "the least elevation or the direction of north is absurd");
    if ((o->to_s - o->from_s) / o->step_s > 1e7) return cim__fail(ctx, CIM_ELIMIT, "more than 10 million steps of time");
    return CIM_OK;
}

cim_status cim_sight_sun_hours(cim_ctx *ctx, const cim_sight_scene *scene, const double *xyz, size_t count, const cim_sight_sun_options *options,
                               double *hours_out)
{
    cim_sight_sun_options o = CIM_SIGHT_SUN_OPTIONS_INIT;
    cim__enter(ctx);
    if (!options) return cim__fail(ctx, CIM_EARG, "no place and no time");
    CIM__TRY(cim__opts(ctx, &o, sizeof o, options, "cim_sight_sun_options"));
    CIM__TRY(hours_ok(ctx, &o));
    shine s = { .scene = scene, .xyz = xyz, .normals = o.normals, .count = count, .hours_out = hours_out };
    CIM__TRY(points_ok(ctx, &s));
    size_t steps = (size_t)ceil((o.to_s - o.from_s) / o.step_s - 1e-9);
    double step = steps ? (o.to_s - o.from_s) / (double)steps : 0.0;
    s.hours = step / 3600.0;
    s.ray = cim__alloc_n(ctx->mem, steps + 1, sizeof *s.ray);
    if (!s.ray) return cim__nomem(ctx);
    for (size_t i = 0; i < steps; i++) {
        cim_sight_sun sun;
        position(o.from_s + ((double)i + 0.5) * step, o.latitude_deg, o.longitude_deg, &sun);
        if (sun.apparent_deg > 0.0 && sun.apparent_deg >= o.least_deg) s.ray[s.rays++] = ray_to(sun.azimuth_deg - o.north_deg, sun.apparent_deg);
    }
    cim_status st = run(ctx, &s);
    cim__free(ctx->mem, s.ray);
    return st;
}
