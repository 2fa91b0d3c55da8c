/**
 * @file radio.h
 * How much of a radio signal is lost on its way: free space, streets between buildings, hilly ground.  Bare numbers, usable without a city.
 *
 *     cim_radio_free_space(ctx, 250.0, 868.0, &loss_db);
 *     cim_radio_street(ctx, CIM_RADIO_URBAN_HIGH_RISE, seen, 250.0, 2400.0, 50.0, &loss_db, &warnings);
 *     cim_radio_link link = CIM_RADIO_LINK_INIT;  link.frequency_mhz = 868.0;
 *     cim_radio_terrain(ctx, &link, heights_m, count, step_m, &loss);      a profile of the ground is known
 *     cim_radio_area(ctx, &link, 20000.0, 90.0, CIM_RADIO_RANDOM, CIM_RADIO_RANDOM, &loss);    only how hilly it is
 *
 * Losses are basic transmission losses in dB between isotropic antennas.  All are of models made from measurements: a warning says where a
 * value is outside what was measured.
 */
#ifndef CIM_RADIO_H
#define CIM_RADIO_H

#include "cim/ctx.h"

CIM_BEGIN

/**
 * Loss of free space (ITU-R P.525): 20 log10(4 pi d / wavelength).
 *
 * @param distance_m     more than 0.
 * @param frequency_mhz  more than 0.
 * @param[out] loss_db_out  not less than 0.
 * @return CIM_OK; CIM_EARG.
 * Thread rule: any thread.   Cost: O(1).
 * Since 0.1.
 */
CIM_API cim_status cim_radio_free_space(cim_ctx *ctx, double distance_m, double frequency_mhz, double *loss_db_out);

/** What stands around, for cim_radio_street(). */
enum {
    CIM_RADIO_URBAN_HIGH_RISE = 0, /* streets as canyons, buildings of several floors */
    CIM_RADIO_URBAN_LOW_RISE = 1,  /* low buildings, wide streets; suburbs too */
    CIM_RADIO_RESIDENTIAL = 2      /* one- and two-storey dwellings */
};

/** What is doubtful about a loss; bits.  Those up to NEAR_LIMIT_REFRACTIVITY are of the terrain model. */
enum {
    CIM_RADIO_TX_HEIGHT = 0x1,           /* not between 1 and 1000 m */
    CIM_RADIO_RX_HEIGHT = 0x2,
    CIM_RADIO_FREQUENCY = 0x4,           /* not between 40 MHz and 10 GHz */
    CIM_RADIO_FAR = 0x8,                 /* above 1000 km */
    CIM_RADIO_TOO_FAR = 0x10,            /* above 2000 km */
    CIM_RADIO_STEEP = 0x20,              /* nearer than five times the difference of effective heights */
    CIM_RADIO_NEAR = 0x40,               /* below 1 km */
    CIM_RADIO_TX_HORIZON_ANGLE = 0x80,   /* above 0.2 rad */
    CIM_RADIO_RX_HORIZON_ANGLE = 0x100,
    CIM_RADIO_TX_HORIZON_NEAR = 0x200,   /* below a tenth of that of a smooth earth */
    CIM_RADIO_RX_HORIZON_NEAR = 0x400,
    CIM_RADIO_TX_HORIZON_FAR = 0x800,    /* above three times that of a smooth earth */
    CIM_RADIO_RX_HORIZON_FAR = 0x1000,
    CIM_RADIO_RARE = 0x2000,             /* a share so near to 0 or 100 per cent that the distribution is a guess */
    CIM_RADIO_REFRACTIVITY = 0x4000,     /* below 250 at the ground */
    CIM_RADIO_STREET_DISTANCE = 0x10000, /* outside the distances the street model was measured at */
    CIM_RADIO_STREET_FREQUENCY = 0x20000 /* outside its frequencies */
};

/**
 * One line about one bit of warnings.
 *
 * @return static text; NULL for what is none of them.
 * Thread rule: any thread.   Cost: O(1).
 * Since 0.1.
 */
CIM_API const char *cim_radio_warning(uint32_t bit);

/**
 * Loss between two antennas below the roofs (ITU-R P.1411-11, 4.1.1, site-general):
 * 10 a log10(d) + b + 10 c log10(f), with d in metres and f in GHz, and normal variation between places.
 *
 * | where | seen | GHz | m | a | b | c | sigma dB |
 * |---|---|---|---|---|---|---|---|
 * | all | yes | 0.8 - 82 | 5 - 660 | 2.12 | 29.2 | 2.11 | 5.06 |
 * | URBAN_HIGH_RISE | no | 0.8 - 82 | 30 - 715 | 4.00 | 10.2 | 2.36 | 7.60 |
 * | URBAN_LOW_RISE | no | 10 - 73 | 30 - 250 | 5.06 | -4.68 | 2.02 | 9.33 |
 * | RESIDENTIAL | no | 0.8 - 73 | 30 - 170 | 3.01 | 18.8 | 2.07 | 3.07 |
 *
 * The Recommendation gives no own numbers for dwellings in sight: those of all are used.  In sight the walls of a street may lead more to
 * the receiver than free space would; without, a loss is never less than in free space.
 *
 * @param environment       CIM_RADIO_URBAN_HIGH_RISE ..
 * @param seen              1: with line of sight, e.g. by cim_sight_line(); 0: without.
 * @param distance_m        between the antennas in space, more than 0.
 * @param frequency_mhz     more than 0.
 * @param location_percent  the loss is not exceeded at so many per cent of places; 50 is the median.  Above 0, below 100.
 * @param[out] loss_db_out  dB.
 * @param[out] warnings_out CIM_RADIO_STREET_*, or 0; NULL is accepted.
 * @return CIM_OK; CIM_EARG.
 * Thread rule: any thread.   Cost: O(1).
 * Since 0.1.
 */
CIM_API cim_status cim_radio_street(cim_ctx *ctx, int32_t environment, int32_t seen, double distance_m, double frequency_mhz, double location_percent,
                                    double *loss_db_out, uint32_t *warnings_out);

enum { CIM_RADIO_HORIZONTAL = 0, CIM_RADIO_VERTICAL = 1 };

enum {
    CIM_RADIO_EQUATORIAL = 1,
    CIM_RADIO_CONTINENTAL_SUBTROPICAL = 2,
    CIM_RADIO_MARITIME_SUBTROPICAL = 3,
    CIM_RADIO_DESERT = 4,
    CIM_RADIO_CONTINENTAL_TEMPERATE = 5,
    CIM_RADIO_MARITIME_TEMPERATE_LAND = 6,
    CIM_RADIO_MARITIME_TEMPERATE_SEA = 7
};

/** How the three shares of a link are understood, plus CIM_RADIO_NO_LOCATION and CIM_RADIO_NO_SITUATION. */
enum {
    CIM_RADIO_SINGLE_MESSAGE = 0, /* situation is all */
    CIM_RADIO_ACCIDENTAL = 1,     /* time and situation */
    CIM_RADIO_MOBILE = 2,         /* time and place vary together, and situation */
    CIM_RADIO_BROADCAST = 3,      /* all three */
    CIM_RADIO_NO_LOCATION = 10,   /* added: variation between places is none, as between fixed antennas */
    CIM_RADIO_NO_SITUATION = 20   /* added: no doubt about the model itself */
};

/** How carefully a place was chosen, for cim_radio_area(). */
enum { CIM_RADIO_RANDOM = 0, CIM_RADIO_CAREFUL = 1, CIM_RADIO_VERY_CAREFUL = 2 };

typedef struct cim_radio_link {
    size_t struct_size;      /* set by CIM_RADIO_LINK_INIT */
    double frequency_mhz;    /* 20 to 20000 */
    double tx_height_m;      /* above the ground, 0.5 to 3000 */
    double rx_height_m;
    double refractivity;     /* at sea level, N-units, 250 to 400 */
    double permittivity;     /* of the ground, relative: 15 average, 4 poor, 25 good, 81 water */
    double conductivity_s_m; /* S/m: 0.005 average, 0.001 poor, 0.02 good, 0.01 fresh water, 5 sea */
    double time_percent, location_percent, situation_percent; /* the loss is not exceeded in so many cases; above 0, below 100 */
    int32_t polarization, climate, variability;               /* CIM_RADIO_VERTICAL, CIM_RADIO_CONTINENTAL_TEMPERATE, CIM_RADIO_ACCIDENTAL */
    int32_t reserved0;
} cim_radio_link;

#define CIM_RADIO_LINK_INIT { sizeof(cim_radio_link), 0.0, 10.0, 1.5, 301.0, 15.0, 0.005, 50.0, 50.0, 50.0, 1, 5, 1, 0 }

enum { CIM_RADIO_LINE_OF_SIGHT = 1, CIM_RADIO_DIFFRACTION = 2, CIM_RADIO_TROPOSCATTER = 3 };

typedef struct cim_radio_loss {
    size_t struct_size;    /* set by the caller */
    double loss_db;        /* free space and what is lost besides */
    double free_space_db;
    double reference_db;   /* the median of what is lost besides, before variability */
    double distance_m;
    double roughness_m;    /* delta h: between the tenth and the ninetieth per cent of heights */
    double refractivity;   /* at the ground */
    double horizon_m[2], horizon_rad[2], effective_height_m[2]; /* of the sender, of the receiver */
    uint32_t mode;         /* CIM_RADIO_LINE_OF_SIGHT .. */
    uint32_t warnings;     /* CIM_RADIO_TX_HEIGHT .. */
} cim_radio_loss;

/**
 * Loss over known ground: the Irregular Terrain Model of A. Longley and P. Rice, point to point.
 *
 * After G. Hufford, "The ITS Irregular Terrain Model, version 1.2.2, the algorithm" (NTIA, 1995), with the reference values of NTIA's version
 * 1.4.  It knows the ground, no buildings.
 *
 * @param heights_m  of the ground from the sender to the receiver, at equal steps.
 * @param count      2 to 10,000,000.
 * @param step_m     more than 0.
 * @param[out] loss_out  struct_size set by the caller.
 * @return CIM_OK, with warnings or without; CIM_EARG naming what is out of range; CIM_EVERSION.
 * Thread rule: any thread.   Cost: O(count).
 * Since 0.1.
 */
CIM_API cim_status cim_radio_terrain(cim_ctx *ctx, const cim_radio_link *link, const double *heights_m, size_t count, double step_m, cim_radio_loss *loss_out);

/**
 * Loss over ground of which only the roughness is known: the same model's area mode.
 *
 * @param distance_m   more than 0.
 * @param roughness_m  delta h: 0 water, 30 plains, 90 hills, 200 mountains; not negative.
 * @param tx_siting, rx_siting  CIM_RADIO_RANDOM ..
 * @param[out] loss_out  struct_size set by the caller.
 * @return CIM_OK, with warnings or without; CIM_EARG naming what is out of range; CIM_EVERSION.
 * Thread rule: any thread.   Cost: O(1).
 * Since 0.1.
 */
CIM_API cim_status cim_radio_area(cim_ctx *ctx, const cim_radio_link *link, double distance_m, double roughness_m, int32_t tx_siting, int32_t rx_siting,
                                  cim_radio_loss *loss_out);

CIM_END

#endif
