/* itm_vary.c - how a loss varies with time, place and situation: section 5 of the algorithm, curves of table 5.1. */
#include "radio/itm.h"

/* A curve over the effective distance (5.5): height, further height, scale, middle and width of the hump, in km. */
typedef struct curve {
    double c1, c2, x1_km, x2_km, x3_km;
} curve;

typedef struct climate {
    curve median, below, above;                    /* V, sigma T- and sigma T+ */
    double below_f[3], above_f[3];                 /* their dependence on frequency */
    double far_factor, far_z;                      /* C D, z D: the far tail */
} climate;

static const climate climates[] = {
    { { -9.67, 12.7, 144.9, 190.3, 133.8 }, { 2.13, 159.5, 762.2, 123.6, 94.5 }, { 2.11, 102.3, 636.9, 134.8, 95.6 },
      { 1.0, 0.0, 0.0 }, { 1.0, 0.0, 0.0 }, 1.224, 1.282 },
    { { -0.62, 9.19, 228.9, 205.2, 143.6 }, { 2.66, 7.67, 100.4, 172.5, 136.4 }, { 6.87, 15.53, 138.7, 143.7, 98.6 },
      { 1.0, 0.0, 0.0 }, { 0.93, 0.31, 2.00 }, 0.801, 2.161 },
    { { 1.26, 15.5, 262.6, 185.2, 99.8 }, { 6.11, 6.65, 138.2, 242.2, 178.6 }, { 10.08, 9.60, 165.3, 225.7, 129.7 },
      { 1.0, 0.0, 0.0 }, { 1.0, 0.0, 0.0 }, 1.380, 1.282 },
    { { -9.21, 9.05, 84.1, 101.1, 98.6 }, { 1.98, 13.11, 139.1, 132.7, 193.5 }, { 3.68, 159.3, 464.4, 93.1, 94.2 },
      { 1.0, 0.0, 0.0 }, { 0.93, 0.19, 1.79 }, 1.000, 20.0 },
    { { -0.62, 9.19, 228.9, 205.2, 143.6 }, { 2.68, 7.16, 93.7, 186.8, 133.5 }, { 4.75, 8.12, 93.2, 135.9, 113.4 },
      { 0.92, 0.25, 1.77 }, { 0.93, 0.31, 2.00 }, 1.224, 1.282 },
    { { -0.39, 2.86, 141.7, 315.9, 167.4 }, { 6.86, 10.38, 187.8, 169.6, 108.9 }, { 8.58, 13.97, 216.0, 152.0, 122.7 },
      { 1.0, 0.0, 0.0 }, { 1.0, 0.0, 0.0 }, 1.518, 1.282 },
    { { 3.15, 857.9, 2222.0, 164.8, 116.3 }, { 8.51, 169.8, 609.8, 119.9, 106.6 }, { 8.43, 8.19, 136.2, 188.5, 122.9 },
      { 1.0, 0.0, 0.0 }, { 1.0, 0.0, 0.0 }, 1.518, 1.282 },
};

double cim__normal_above(double q)
{
    double tail = q > 0.5 ? 1.0 - q : q, t = sqrt(-2.0 * log(tail));
    double z = t - ((0.010328 * t + 0.802853) * t + 2.515516) / (((0.001308 * t + 0.189269) * t + 1.432788) * t + 1.0);
    return q > 0.5 ? -z : z;
}

static double square(double x) { return x * x; }

static double along(const curve *c, double km)
{
    double x = square(km / c->x1_km);
    return (c->c1 + c->c2 / (1.0 + square((km - c->x2_km) / c->x3_km))) * x / (1.0 + x);
}

static double by_frequency(const double f[3], double q) { return f[0] + f[1] / (square(f[2] * q) + 1.0); }

/* The distance at which a smooth earth with antennas this high would bend as much (5.3, 5.4). */
static double effective_km(const cim__path *p)
{
    double limit = sqrt(18e6 * p->effective_m[0]) + sqrt(18e6 * p->effective_m[1]) + cbrt(575.7e12 / p->wave);
    return (p->length_m < limit ? 130e3 * p->length_m / limit : 130e3 + p->length_m - limit) / 1000.0;
}

/* Standard deviation in time on the side of the distribution that z is on. */
static double over_time(const climate *c, const cim__path *p, double km, double z)
{
    double q = log(0.133 * p->wave);
    if (z < 0.0) return along(&c->below, km) * by_frequency(c->below_f, q);
    double above = along(&c->above, km) * by_frequency(c->above_f, q);
    return z <= c->far_z ? above : c->far_factor * above + above * (1.0 - c->far_factor) * c->far_z / z;
}

double cim__itm_varied(const cim__path *p, const cim_radio_link *link, double reference_db, uint32_t *warnings)
{
    const climate *c = &climates[link->climate - 1];
    double zs = cim__normal_above(link->situation_percent / 100.0), zt = cim__normal_above(link->time_percent / 100.0);
    double zl = cim__normal_above(link->location_percent / 100.0), km = effective_km(p);
    int32_t kind = link->variability % 10, left_out = link->variability / 10; /* 1: of places, 2: of situations, 3: both */
    if (kind == CIM_RADIO_SINGLE_MESSAGE) zt = zl = zs;
    else if (kind == CIM_RADIO_ACCIDENTAL) zl = zs;
    else if (kind == CIM_RADIO_MOBILE) zl = zt;
    if (fabs(zt) > 3.10 || fabs(zl) > 3.10 || fabs(zs) > 3.10) *warnings |= CIM_RADIO_RARE;
    double rough = p->wave * cim__rough_at(p, p->length_m);
    double sigma_l = left_out & 1 ? 0.0 : 10.0 * rough / (rough + 13.0), sigma_s = left_out & 2 ? 0.0 : 5.0 + 3.0 * exp(-km / 100.0);
    double sigma_t = over_time(c, p, km, zt), yt = sigma_t * zt, yl = sigma_l * zl;
    double ys = square(sigma_s) + square(yt) / (7.8 + square(zs)) + square(yl) / (24.0 + square(zs)), yr; /* (5.11) */
    if (kind == CIM_RADIO_SINGLE_MESSAGE) yr = 0.0, ys += square(sigma_t) + square(sigma_l);
    else if (kind == CIM_RADIO_ACCIDENTAL) yr = yt, ys += square(sigma_l);
    else if (kind == CIM_RADIO_MOBILE) yr = hypot(sigma_t, sigma_l) * zt;
    else yr = yt + yl;
    double loss = reference_db - along(&c->median, km) - yr - sqrt(ys) * zs;
    return loss < 0.0 ? loss * (29.0 - loss) / (29.0 - 10.0 * loss) : loss; /* no great gain over free space */
}
