/* itm.c - the Irregular Terrain Model: what is lost besides free space, by the region in which the path ends.
 *
 * Within the line of sight the loss is a line of distance and its logarithm, made to meet the two-ray loss near by and diffraction at the
 * smooth earth's horizon; beyond it is a line of diffraction, then one of troposcatter, whichever is less. */
#include "radio/itm.h"

#define PI 3.14159265358979323846
#define DEFINED_BELOW_DB 1000.0 /* troposcatter reports more where it is not defined */

static double square(double x) { return x * x; }

/* ---- diffraction, section 4.2 ---- */

/* Over one sharp edge, by the square of Fresnel's v. */
static double edge_loss(double v2) { return v2 < 5.76 ? 6.02 + 9.11 * sqrt(v2) - 1.27 * v2 : 12.953 + 10.0 * log10(v2); }

static double two_edges(const cim__path *p, double beyond_m, double angle)
{
    double loss = 0.0;
    for (int k = 0; k < 2; k++) loss += edge_loss(0.0795775 * p->wave * square(angle) * p->horizon_m[k] * beyond_m / (beyond_m + p->horizon_m[k]));
    return loss;
}

/* What is gained by the height of an antenna above a smooth earth (6.4 - 6.7). */
static double height_gain(double x, double k)
{
    if (x < 200.0) {
        double w = -log(k);
        if (k < 1e-5 || x * w * w * w > 5495.0) return x > 1.0 ? 17.372 * log(x) - 117.0 : -117.0;
        return 2.5e-5 * x * x / k - 8.686 * w - 15.0;
    }
    double far = 0.05751 * x - 4.343 * log(x);
    if (x >= 2000.0) return far;
    double w = 0.0134 * x * exp(-0.005 * x);
    return (1.0 - w) * far + w * (17.372 * log(x) - 117.0);
}

/* Around three smooth arcs: between the horizons, and from each antenna to its horizon (L. Vogler, 1964). */
static double three_radii(const cim__path *p, double beyond_m, double angle)
{
    double radius[3] = { beyond_m / angle, 0.5 * square(p->horizon_m[0]) / p->effective_m[0], 0.5 * square(p->horizon_m[1]) / p->effective_m[1] };
    double arc_km[3] = { beyond_m / 1000.0, p->horizon_m[0] / 1000.0, p->horizon_m[1] / 1000.0 };
    double f = cbrt(p->frequency_mhz), x[3], k[3];
    for (int i = 0; i < 3; i++) {
        double c = cbrt(4.0 / 3.0 * 6370e3 / radius[i]);
        k[i] = 0.017778 * c / (f * cabs(p->ground));
        x[i] = (1.607 - k[i]) * c * c * f * arc_km[i];
    }
    double all = x[0] + x[1] + x[2];
    return 0.05751 * all - 10.0 * log10(all) - height_gain(x[1], k[1]) - height_gain(x[2], k[2]) - 20.0;
}

static double spread_of(double rough_m) { return 0.78 * rough_m * exp(-0.5 * sqrt(sqrt(rough_m))); }

typedef struct region {
    double smooth_m[2], smooth_all_m, horizons_m, sight_rad; /* horizons of a smooth earth, of the path; angle of the part in sight */
    double slope, start;                                     /* the line of diffraction */
} region;

static double diffracted(const cim__path *p, const region *g, double d)
{
    double angle = d / p->radius_m - g->sight_rad, beyond = d - g->horizons_m;
    double clutter = 5.0 * log10(1.0 + 1e-5 * p->height_m[0] * p->height_m[1] * p->frequency_mhz * spread_of(cim__rough_at(p, g->smooth_all_m)));
    double heights = p->height_m[0] * p->height_m[1], raised = p->effective_m[0] * p->effective_m[1] - heights;
    if (p->profile) heights += 10.0;
    double q = sqrt(1.0 + raised / heights) + (g->horizons_m - g->sight_rad * p->radius_m) / d;
    double w = 25.1 / (25.1 + sqrt(q * fmin(cim__rough_at(p, d) * p->wave, 6283.2)));
    return w * three_radii(p, beyond, angle) + (1.0 - w) * two_edges(p, beyond, angle) + fmin(15.0, clutter);
}

/* ---- line of sight, section 4.3 ---- */

static double two_rays(const cim__path *p, const region *g, double d)
{
    double heights = p->effective_m[0] + p->effective_m[1], grazing = heights / hypot(d, heights);
    double complex mirror = (grazing - p->ground) / (grazing + p->ground) * exp(-fmin(10.0, p->wave * spread_of(cim__rough_at(p, d)) * grazing));
    double q = square(creal(mirror)) + square(cimag(mirror));
    if (q < 0.25 || q < grazing) mirror *= sqrt(grazing / q);
    double phase = 2.0 * p->wave * p->effective_m[0] * p->effective_m[1] / d;
    if (phase > 0.5 * PI) phase = PI - square(0.5 * PI) / phase;
    double complex sum = cos(phase) - I * sin(phase) + mirror;
    double w = 1.0 / (1.0 + p->frequency_mhz * p->rough_m / fmax(10e3, g->smooth_all_m));
    return -10.0 * w * log10(square(creal(sum)) + square(cimag(sum))) + (1.0 - w) * (g->slope * d + g->start);
}

/* a + b d + c log d through the losses at three distances, or what comes nearest with b and c not negative (4.37 - 4.44). */
static double in_sight(const cim__path *p, const region *g)
{
    double far = g->smooth_all_m, far_db = far * g->slope + g->start, d0 = 0.04 * p->frequency_mhz * p->effective_m[0] * p->effective_m[1], d1;
    if (g->start >= 0.0) {
        d0 = fmin(d0, 0.5 * g->horizons_m);
        d1 = d0 + 0.25 * (g->horizons_m - d0);
    } else {
        d1 = fmax(-g->start / g->slope, 0.25 * g->horizons_m);
    }
    double db1 = two_rays(p, g, d1), linear = 0.0, logarithm = 0.0;
    bool both = false;
    if (d0 < d1) {
        double db0 = two_rays(p, g, d0), q = log(far / d0);
        logarithm = fmax(0.0, ((far - d0) * (db1 - db0) - (d1 - d0) * (far_db - db0)) / ((far - d0) * log(d1 / d0) - (d1 - d0) * q));
        both = g->start > 0.0 || logarithm > 0.0;
        if (both) {
            linear = (far_db - db0 - logarithm * q) / (far - d0);
            if (linear < 0.0) {
                linear = 0.0;
                logarithm = fdim(far_db, db0) / q;
                if (logarithm == 0.0) linear = g->slope;
            }
        }
    }
    if (!both) {
        linear = fdim(far_db, db1) / (far - d1);
        logarithm = 0.0;
        if (linear == 0.0) linear = g->slope;
    }
    return far_db + linear * (p->length_m - far) + logarithm * log(p->length_m / far);
}

/* ---- troposcatter, section 4.4 ---- */

static double one_frequency_gain(int j, double r)
{
    static const double a[] = { 25.0, 80.0, 177.0, 395.0, 705.0 }, b[] = { 24.0, 45.0, 68.0, 80.0, 105.0 };
    double x = 1.0 / square(r);
    return 10.0 * log10(1.0 + a[j] * square(x) + b[j] * x);
}

static double frequency_gain(double r, double eta)
{
    eta = fmin(fmax(eta, 1.0), 5.0);
    int j = (int)eta;
    double part = eta - j, first = one_frequency_gain(j - 1, r);
    return part > 0.0 ? (1.0 - part) * first + part * one_frequency_gain(j, r) : first;
}

/* (6.9) */
static double scattered(double td)
{
    if (td <= 10e3) return 133.4 + 0.332e-3 * td - 10.0 * log10(td);
    if (td <= 70e3) return 104.6 + 0.212e-3 * td - 2.5 * log10(td);
    return 71.8 + 0.157e-3 * td + 5.0 * log10(td);
}

/* H0; *known is that of another distance or negative, and kept when both are large.  False: not defined. */
static bool low_antennas(const cim__path *p, double d, double *known)
{
    double skew = p->horizon_m[0] - p->horizon_m[1], ratio = p->effective_m[1] / p->effective_m[0];
    if (skew < 0.0) skew = -skew, ratio = 1.0 / ratio;
    double theta = p->horizon_rad[0] + p->horizon_rad[1] + d / p->radius_m;
    double r1 = 2.0 * p->wave * theta * p->effective_m[0], r2 = 2.0 * p->wave * theta * p->effective_m[1];
    if (r1 < 0.2 && r2 < 0.2) return false;
    double s = (d - skew) / (d + skew), q = fmin(fmax(0.1, ratio / s), 10.0), cross = (d - skew) * (d + skew) * theta * 0.25 / d;
    s = fmax(0.1, s);
    double bent = pow(fmin(1.7, cross / 8000.0), 6.0);
    double eta = cross / 1755.6 * (1.0 + (0.031 - p->refractivity * 2.32e-3 + square(p->refractivity) * 5.67e-6) * exp(-bent));
    double h0 = 0.5 * (frequency_gain(r1, eta) + frequency_gain(r2, eta));
    h0 = fmax(0.0, h0 + fmin(h0, 6.0 * (0.6 - log10(fmax(eta, 1.0))) * log10(s) * log10(q)));
    if (eta < 1.0) {
        double root = sqrt(2.0), none = square((1.0 + root / r1) * (1.0 + root / r2)) * (r1 + r2) / (r1 + r2 + 2.0 * root);
        h0 = eta * h0 + (1.0 - eta) * 10.0 * log10(none);
    }
    if (!(h0 > 15.0 && *known >= 0.0)) *known = h0;
    return true;
}

static double troposcatter(const cim__path *p, const region *g, double d, double *known)
{
    if (!(*known > 15.0) && !low_antennas(p, d, known)) return DEFINED_BELOW_DB + 1.0;
    double angle = d / p->radius_m - g->sight_rad;
    return scattered(angle * d) + 10.0 * log10(p->wave * 47.7 * square(square(angle))) - 0.1 * (p->refractivity - 301.0) * exp(-angle * d / 40e3) + *known;
}

static double beyond(const cim__path *p, const region *g, double unit_m, uint32_t *mode_out)
{
    double d5 = g->horizons_m + 200e3, h0 = -1.0, db6 = troposcatter(p, g, d5 + 200e3, &h0), db5 = troposcatter(p, g, d5, &h0);
    double from = 10e6, slope = g->slope, start = g->start;
    if (db5 < DEFINED_BELOW_DB) {
        slope = (db6 - db5) / 200e3;
        from = fmax(g->smooth_all_m, g->horizons_m + 1.088 * unit_m * log(p->frequency_mhz));
        from = fmax(from, (db5 - g->start - slope * d5) / (g->slope - slope));
        start = (g->slope - slope) * from + g->start;
    }
    *mode_out = p->length_m > from ? CIM_RADIO_TROPOSCATTER : CIM_RADIO_DIFFRACTION;
    return p->length_m > from ? slope * p->length_m + start : g->slope * p->length_m + g->start;
}

/* ---- the whole ---- */

static uint32_t doubts(const cim__path *p, const region *g)
{
    uint32_t w = 0;
    for (int k = 0; k < 2; k++) {
        if (fabs(p->horizon_rad[k]) > 0.2) w |= (uint32_t)CIM_RADIO_TX_HORIZON_ANGLE << k;
        if (p->horizon_m[k] < 0.1 * g->smooth_m[k]) w |= (uint32_t)CIM_RADIO_TX_HORIZON_NEAR << k;
        if (p->horizon_m[k] > 3.0 * g->smooth_m[k]) w |= (uint32_t)CIM_RADIO_TX_HORIZON_FAR << k;
    }
    if (p->refractivity < 250.0) w |= CIM_RADIO_REFRACTIVITY;
    if (p->length_m < fabs(p->effective_m[0] - p->effective_m[1]) / 0.2) w |= CIM_RADIO_STEEP;
    if (p->length_m < 1e3) w |= CIM_RADIO_NEAR;
    if (p->length_m > 1000e3) w |= CIM_RADIO_FAR;
    return p->length_m > 2000e3 ? w | CIM_RADIO_TOO_FAR : w;
}

cim_status cim__itm_reference(cim_ctx *ctx, const cim__path *p, double *reference_out, uint32_t *mode_out, uint32_t *warnings)
{
    region g = { .horizons_m = p->horizon_m[0] + p->horizon_m[1] };
    for (int k = 0; k < 2; k++) g.smooth_m[k] = sqrt(2.0 * p->effective_m[k] * p->radius_m);
    g.smooth_all_m = g.smooth_m[0] + g.smooth_m[1];
    g.sight_rad = -fmax(p->horizon_rad[0] + p->horizon_rad[1], -g.horizons_m / p->radius_m);
    if (!(p->refractivity >= 150.0 && p->refractivity <= 400.0))
        return cim__fail(ctx, CIM_EARG, "the refractivity at the ground would be %g, not 150 to 400", p->refractivity);
    if (!(p->radius_m >= 4e6 && p->radius_m <= 13333333.0)) return cim__fail(ctx, CIM_EARG, "the effective radius of the earth would be %g m", p->radius_m);
    if (!(creal(p->ground) > fabs(cimag(p->ground)))) return cim__fail(ctx, CIM_EARG, "a ground that conducts too well for its permittivity");
    double unit = cbrt(square(p->radius_m) / p->frequency_mhz), d3 = fmax(g.smooth_all_m, g.horizons_m + 5.0 * unit), d4 = d3 + 10.0 * unit;
    double db3 = diffracted(p, &g, d3), db4 = diffracted(p, &g, d4);
    g.slope = (db4 - db3) / (d4 - d3);
    g.start = db3 - g.slope * d3;
    *warnings |= doubts(p, &g);
    *mode_out = CIM_RADIO_LINE_OF_SIGHT;
    double loss = p->length_m < g.smooth_all_m ? in_sight(p, &g) : beyond(p, &g, unit, mode_out);
    *reference_out = fmax(loss, 0.0);
    return CIM_OK;
}

static bool between(double v, double least, double most) { return v >= least && v <= most; }

static cim_status share_ok(cim_ctx *ctx, double percent, const char *of)
{
    return percent > 0.0 && percent < 100.0 ? CIM_OK : cim__fail(ctx, CIM_EARG, "%g per cent of %s", percent, of);
}

/* Common to both modes, in the order of NTIA's checks. */
static cim_status link_ok(cim_ctx *ctx, cim_radio_link *to, const cim_radio_link *link, uint32_t *warnings)
{
    CIM__TRY(cim__opts(ctx, to, sizeof *to, link, "cim_radio_link"));
    double heights[2] = { to->tx_height_m, to->rx_height_m };
    static const char *const ends[2] = { "sender", "receiver" };
    for (int k = 0; k < 2; k++) {
        if (!between(heights[k], 0.5, 3000.0)) return cim__fail(ctx, CIM_EARG, "a %s %g m above the ground, not 0.5 to 3000 m", ends[k], heights[k]);
        if (!between(heights[k], 1.0, 1000.0)) *warnings |= (uint32_t)CIM_RADIO_TX_HEIGHT << k;
    }
    if (to->climate < CIM_RADIO_EQUATORIAL || to->climate > CIM_RADIO_MARITIME_TEMPERATE_SEA) return cim__fail(ctx, CIM_EARG, "no climate has the number %d", to->climate);
    if (!between(to->refractivity, 250.0, 400.0)) return cim__fail(ctx, CIM_EARG, "a refractivity of %g, not 250 to 400", to->refractivity);
    if (!between(to->frequency_mhz, 20.0, 20000.0)) return cim__fail(ctx, CIM_EARG, "a frequency of %g MHz, not 20 to 20000", to->frequency_mhz);
    if (!between(to->frequency_mhz, 40.0, 10000.0)) *warnings |= CIM_RADIO_FREQUENCY;
    if (to->polarization != CIM_RADIO_HORIZONTAL && to->polarization != CIM_RADIO_VERTICAL)
        return cim__fail(ctx, CIM_EARG, "no polarization has the number %d", to->polarization);
    if (!between(to->permittivity, 1.0, 1e6)) return cim__fail(ctx, CIM_EARG, "a permittivity of %g", to->permittivity);
    if (!(to->conductivity_s_m > 0.0 && to->conductivity_s_m <= 1e6)) return cim__fail(ctx, CIM_EARG, "a conductivity of %g S/m", to->conductivity_s_m);
    if (to->variability < 0 || to->variability > 33 || to->variability % 10 > CIM_RADIO_BROADCAST)
        return cim__fail(ctx, CIM_EARG, "no variability has the number %d", to->variability);
    CIM__TRY(share_ok(ctx, to->situation_percent, "situations"));
    CIM__TRY(share_ok(ctx, to->time_percent, "time"));
    return share_ok(ctx, to->location_percent, "places");
}

static cim__path path_of(const cim_radio_link *link, double above_sea_m)
{
    double n = link->refractivity * exp(-above_sea_m / 9460.0);
    double complex ground = link->permittivity + I * (18000.0 * link->conductivity_s_m / link->frequency_mhz), z = csqrt(ground - 1.0);
    cim__path p = { .frequency_mhz = link->frequency_mhz, .wave = link->frequency_mhz / 47.7, .refractivity = n };
    p.curvature = 157e-9 * (1.0 - 0.04665 * exp(n / 179.3));
    p.radius_m = 1.0 / p.curvature;
    p.ground = link->polarization == CIM_RADIO_VERTICAL ? z / ground : z;
    p.height_m[0] = link->tx_height_m, p.height_m[1] = link->rx_height_m;
    return p;
}

static cim_status finish(cim_ctx *ctx, const cim__path *p, const cim_radio_link *link, uint32_t warnings, cim_radio_loss *loss_out)
{
    cim_radio_loss loss = { .warnings = warnings, .distance_m = p->length_m, .roughness_m = p->rough_m, .refractivity = p->refractivity };
    CIM__TRY(cim__itm_reference(ctx, p, &loss.reference_db, &loss.mode, &loss.warnings));
    loss.free_space_db = cim__free_space(p->length_m, p->frequency_mhz);
    loss.loss_db = loss.free_space_db + cim__itm_varied(p, link, loss.reference_db, &loss.warnings);
    if (!isfinite(loss.loss_db)) return cim__fail(ctx, CIM_EARG, "the model has no loss for such a path");
    for (int k = 0; k < 2; k++) {
        loss.horizon_m[k] = p->horizon_m[k];
        loss.horizon_rad[k] = p->horizon_rad[k];
        loss.effective_height_m[k] = p->effective_m[k];
    }
    return cim__view_copy(ctx, loss_out, &loss, sizeof loss);
}

cim_status cim_radio_terrain(cim_ctx *ctx, const cim_radio_link *link, const double *heights_m, size_t count, double step_m, cim_radio_loss *loss_out)
{
    cim__enter(ctx);
    cim_radio_link l = CIM_RADIO_LINK_INIT;
    uint32_t warnings = 0;
    CIM__TRY(link_ok(ctx, &l, link, &warnings));
    if (!heights_m || count < 2 || count > 10000000) return cim__fail(ctx, CIM_EARG, "a profile of %zu heights", count);
    if (!(step_m > 0.0 && step_m <= 1e6)) return cim__fail(ctx, CIM_EARG, "steps of %g m", step_m);
    for (size_t i = 0; i < count; i++)
        if (!(fabs(heights_m[i]) <= 1e5)) return cim__fail(ctx, CIM_EARG, "height %zu of a profile is absurd", i);
    size_t tenth = (count - 1) / 10, used = 0; /* both ends do not count for the mean height */
    double sum = 0.0;
    for (size_t i = tenth; i <= count - 1 - tenth; i++, used++) sum += heights_m[i];
    cim__path p = path_of(&l, sum / (double)used);
    if (!(p.curvature > 0.0)) return cim__fail(ctx, CIM_EARG, "the refractivity at the ground would be %g, not 150 to 400", p.refractivity);
    cim__path_profile(&p, heights_m, count, step_m);
    return finish(ctx, &p, &l, warnings, loss_out);
}

cim_status cim_radio_area(cim_ctx *ctx, const cim_radio_link *link, double distance_m, double roughness_m, int32_t tx_siting, int32_t rx_siting,
                          cim_radio_loss *loss_out)
{
    cim__enter(ctx);
    cim_radio_link l = CIM_RADIO_LINK_INIT;
    int32_t siting[2] = { tx_siting, rx_siting };
    uint32_t warnings = 0;
    CIM__TRY(link_ok(ctx, &l, link, &warnings));
    if (!(distance_m > 0.0 && distance_m <= 1e8)) return cim__fail(ctx, CIM_EARG, "a distance of %g m", distance_m);
    if (!(roughness_m >= 0.0 && roughness_m <= 1e5)) return cim__fail(ctx, CIM_EARG, "a roughness of %g m", roughness_m);
    for (int k = 0; k < 2; k++)
        if (siting[k] < CIM_RADIO_RANDOM || siting[k] > CIM_RADIO_VERY_CAREFUL) return cim__fail(ctx, CIM_EARG, "no siting has the number %d", siting[k]);
    cim__path p = path_of(&l, 0.0);
    p.length_m = distance_m, p.rough_m = roughness_m;
    cim__path_area(&p, siting);
    return finish(ctx, &p, &l, warnings, loss_out);
}
