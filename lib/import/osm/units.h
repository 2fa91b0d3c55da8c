/* units.h - quantities as mappers write them.  Functions return false for what is not a quantity; the caller warns.
 *
 * A list ("7;5") counts with its first item that can be read; a decimal comma is a decimal point. */
#ifndef CIM_IMPORT_OSM_UNITS_H
#define CIM_IMPORT_OSM_UNITS_H

#include "core/num.h"

bool cim__osm_length_m(cim__str text, double *metres_out);    /* "12", "12,5 m", "30 ft", "5'10\"", "1.2 km", "40 cm" */
bool cim__osm_diameter_mm(cim__str text, double *mm_out);     /* "500", "500 mm", "0.5 m", "20\"", "DN300" */
bool cim__osm_voltage_v(cim__str text, double *volts_out);    /* the highest of a list: "110000;20000", "10 kV" */
bool cim__osm_angle_deg(cim__str text, double *degrees_out);  /* "90", "SSW", "south", middle of "90-180" */
bool cim__osm_number(cim__str text, double *number_out);      /* a bare number */
bool cim__osm_whole(cim__str text, int64_t *number_out);      /* 12,345 and 12 345 too; below 2^53 */
bool cim__osm_year(cim__str text, int64_t *year_out);         /* "1890", "1890-05-01", "~1890" */

typedef enum cim__osm_speed_kind {
    CIM__OSM_SPEED_NONE,   /* not a speed */
    CIM__OSM_SPEED_STATED,
    CIM__OSM_SPEED_LAW,    /* "DE:urban", "walk", "none": what the traffic law says */
    CIM__OSM_SPEED_VARIES  /* "signals", "variable": stated, but not how fast */
} cim__osm_speed_kind;
cim__osm_speed_kind cim__osm_speed_kmh(cim__str text, double *kmh_out);

/* Items of a list, without blanks around them; false at the end. */
bool cim__osm_next_item(cim__str *rest, cim__str *item_out);

#endif
