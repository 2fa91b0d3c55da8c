/* itm.h - the parts of the Irregular Terrain Model: what a path is, how it is got from a profile, what is lost on it, how that varies.
 *
 * Numbers of equations are those of G. Hufford, "The ITS Irregular Terrain Model, version 1.2.2, the algorithm". */
#ifndef CIM_RADIO_ITM_H
#define CIM_RADIO_ITM_H

#include "cim/radio.h"
#include "core/ctx.h"

#include <complex.h>
#include <math.h>

/* A path; pairs are of the sender and the receiver. */
typedef struct cim__path {
    double frequency_mhz, wave; /* wave: the wave number, per metre */
    double curvature, radius_m; /* of the effective earth */
    double refractivity;
    double complex ground;      /* transfer impedance */
    double length_m, rough_m;
    double height_m[2], effective_m[2];
    double horizon_m[2], horizon_rad[2];
    bool profile;               /* point to point */
} cim__path;

static inline double cim__rough_at(const cim__path *p, double distance_m) { return p->rough_m * (1.0 - 0.8 * exp(-distance_m / 50e3)); }

/* Horizons, effective heights and roughness from heights at count points. */
void cim__path_profile(cim__path *p, const double *heights, size_t count, double step);
void cim__path_area(cim__path *p, const int32_t siting[2]);

/* Loss above that of free space, median; warnings are added. */
cim_status cim__itm_reference(cim_ctx *ctx, const cim__path *p, double *reference_out, uint32_t *mode_out, uint32_t *warnings);
/* The same with variability. */
double cim__itm_varied(const cim__path *p, const cim_radio_link *link, double reference_db, uint32_t *warnings);

/* How many standard deviations are exceeded with probability q; M. Abramowitz, I. Stegun, 26.2.23, to 0.00045. */
double cim__normal_above(double q);

static inline double cim__free_space(double distance_m, double frequency_mhz) { return 32.45 + 20.0 * log10(frequency_mhz) + 20.0 * log10(distance_m / 1000.0); }

#endif
