/* travel_print.h - what the verbs about getting around print alike.  Those that return int return EXIT_DONE or the status after a message. */
#ifndef CIM_TOOL_TRAVEL_PRINT_H
#define CIM_TOOL_TRAVEL_PRINT_H

#include "travel.h"

/* ---- times ---- */

void travel_print_duration(uint32_t ms, int width); /* "1:23"; "-": no way */
void travel_print_time(int64_t ms);                 /* "2026-01-31T08:30:00Z" */
void travel_print_epoch(const travel *t);           /* members "as_of" and "epoch" of JSON, with a comma before, when there is traffic */

/* ---- text ---- */

void travel_print_csv(const char *text);                    /* a field of comma-separated values (RFC 4180) */
int travel_print_id(const travel *t, uint32_t object);      /* as a JSON string; CIM_NONE: "" */
int travel_print_plain_id(const travel *t, uint32_t object, int width); /* CIM_NONE: "-" */
void travel_print_breaks(uint32_t rules);                   /* rules that are broken, as a JSON array */
void travel_print_uses(uint32_t rules);                     /* exceptions that are used */
void travel_print_rules(uint32_t rules);                    /* " breaks:turn uses:private" */

/* ---- geometries ---- */

/* A copy of points in degrees, longitude first, for GeoJSON (RFC 7946); freed with free(). */
int travel_lonlat(const travel *t, const double *xy, size_t count, double **lonlat_out);
/* [[x,y],...], in the city's metres, or for GeoJSON in degrees. */
int travel_print_positions(const travel *t, const double *xy, size_t count, bool degrees);
/* A LineString; of one point twice that point, since a line has two positions. */
int travel_print_line(const travel *t, const double *xy, size_t count, bool degrees);

/* ---- GeoJSON ---- */

void travel_begin_features(const travel *t); /* a collection */
void travel_end_features(void);
/* A feature as far as its properties, which the caller prints, and "}}".  One point is a Point. */
int travel_begin_feature(const travel *t, const double *xy, size_t count, bool first);
int travel_begin_street(const travel *t, const cim_net_view *net, uint32_t edge, bool first); /* of a street's line */
int travel_begin_path(const travel *t, const double *xy, size_t count, bool first);           /* always a LineString */
int travel_open_path(const travel *t, const double *xy, size_t count);                        /* the same, in no collection */

#endif
