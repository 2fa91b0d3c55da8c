/* street.c - loss in free space and in streets, and what is said about doubtful losses. */
#include "radio/itm.h"
#include "radio/radio.h"

#define LIGHT_M_S 299792458.0
#define PI 3.14159265358979323846

static bool positive(double v) { return v > 0.0 && v <= 1e12; }

double cim__radio_space(double distance_m, double frequency_mhz)
{
    double loss = 20.0 * log10(4.0 * PI * distance_m * frequency_mhz * 1e6 / LIGHT_M_S);
    return loss > 0.0 ? loss : 0.0; /* nearer than a wavelength there is no far field to speak of */
}

cim_status cim_radio_free_space(cim_ctx *ctx, double distance_m, double frequency_mhz, double *loss_db_out)
{
    cim__enter(ctx);
    if (!positive(distance_m)) return cim__fail(ctx, CIM_EARG, "a distance of %g m", distance_m);
    if (!positive(frequency_mhz)) return cim__fail(ctx, CIM_EARG, "a frequency of %g MHz", frequency_mhz);
    *loss_db_out = cim__radio_space(distance_m, frequency_mhz);
    return CIM_OK;
}

typedef struct row {
    double low_ghz, high_ghz, near_m, far_m, a, b, c, sigma;
} row;

/* ITU-R P.1411-11, table 4. */
static const row in_sight = { 0.8, 82.0, 5.0, 660.0, 2.12, 29.2, 2.11, 5.06 };
static const row hidden[] = {
    [CIM_RADIO_URBAN_HIGH_RISE] = { 0.8, 82.0, 30.0, 715.0, 4.00, 10.2, 2.36, 7.60 },
    [CIM_RADIO_URBAN_LOW_RISE] = { 10.0, 73.0, 30.0, 250.0, 5.06, -4.68, 2.02, 9.33 },
    [CIM_RADIO_RESIDENTIAL] = { 0.8, 73.0, 30.0, 170.0, 3.01, 18.8, 2.07, 3.07 },
};

static const row *row_of(int32_t environment, bool seen) { return seen ? &in_sight : &hidden[environment]; }

double cim__radio_street(int32_t environment, bool seen, double distance_m, double frequency_mhz, double location_percent)
{
    const row *r = row_of(environment, seen);
    double loss = 10.0 * r->a * log10(distance_m) + r->b + 10.0 * r->c * log10(frequency_mhz / 1000.0);
    if (location_percent != 50.0) loss += r->sigma * cim__normal_above(1.0 - location_percent / 100.0);
    return seen ? loss : fmax(loss, cim__radio_space(distance_m, frequency_mhz));
}

cim_status cim_radio_street(cim_ctx *ctx, int32_t environment, int32_t seen, double distance_m, double frequency_mhz, double location_percent,
                            double *loss_db_out, uint32_t *warnings_out)
{
    double free_db;
    CIM__TRY(cim_radio_free_space(ctx, distance_m, frequency_mhz, &free_db)); /* checks both */
    if (environment < 0 || environment > CIM_RADIO_RESIDENTIAL) return cim__fail(ctx, CIM_EARG, "no environment has the number %d", environment);
    if (!(location_percent > 0.0 && location_percent < 100.0)) return cim__fail(ctx, CIM_EARG, "%g per cent of places", location_percent);
    *loss_db_out = cim__radio_street(environment, seen != 0, distance_m, frequency_mhz, location_percent);
    if (warnings_out) {
        const row *r = row_of(environment, seen != 0);
        double ghz = frequency_mhz / 1000.0;
        *warnings_out = distance_m < r->near_m || distance_m > r->far_m ? CIM_RADIO_STREET_DISTANCE : 0;
        if (ghz < r->low_ghz || ghz > r->high_ghz) *warnings_out |= CIM_RADIO_STREET_FREQUENCY;
    }
    return CIM_OK;
}

const char *cim_radio_warning(uint32_t bit)
{
    static const struct {
        uint32_t bit;
        const char *text;
    } texts[] = {
        { CIM_RADIO_TX_HEIGHT, "the sender is not between 1 and 1000 m above the ground" },
        { CIM_RADIO_RX_HEIGHT, "the receiver is not between 1 and 1000 m above the ground" },
        { CIM_RADIO_FREQUENCY, "the frequency is not between 40 MHz and 10 GHz" },
        { CIM_RADIO_FAR, "the path is longer than 1000 km" },
        { CIM_RADIO_TOO_FAR, "the path is longer than 2000 km" },
        { CIM_RADIO_STEEP, "the path is short for the difference of the antennas' heights" },
        { CIM_RADIO_NEAR, "the path is shorter than 1 km" },
        { CIM_RADIO_TX_HORIZON_ANGLE, "the sender's horizon is steep" },
        { CIM_RADIO_RX_HORIZON_ANGLE, "the receiver's horizon is steep" },
        { CIM_RADIO_TX_HORIZON_NEAR, "the sender's horizon is very near" },
        { CIM_RADIO_RX_HORIZON_NEAR, "the receiver's horizon is very near" },
        { CIM_RADIO_TX_HORIZON_FAR, "the sender's horizon is very far" },
        { CIM_RADIO_RX_HORIZON_FAR, "the receiver's horizon is very far" },
        { CIM_RADIO_RARE, "a share is in the far tail of its distribution" },
        { CIM_RADIO_REFRACTIVITY, "the refractivity at the ground is below 250" },
        { CIM_RADIO_STREET_DISTANCE, "the distance is outside what the street model was measured at" },
        { CIM_RADIO_STREET_FREQUENCY, "the frequency is outside what the street model was measured at" },
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (texts[i].bit == bit) return texts[i].text;
    return NULL;
}
