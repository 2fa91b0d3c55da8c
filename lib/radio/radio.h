/* radio.h - losses for many links whose numbers are checked already. */
#ifndef CIM_RADIO_RADIO_H
#define CIM_RADIO_RADIO_H

#include "cim/radio.h"
#include "core/ctx.h"

double cim__radio_space(double distance_m, double frequency_mhz);
double cim__radio_street(int32_t environment, bool seen, double distance_m, double frequency_mhz, double location_percent);

#endif
