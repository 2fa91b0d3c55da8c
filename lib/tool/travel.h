/* travel.h - what the verbs about getting around share: a city's road net with costs, places named on the command line. */
#ifndef CIM_TOOL_TRAVEL_H
#define CIM_TOOL_TRAVEL_H

#include "tool.h"

/* Options, read by travel_open() and travel_place(). */
#define TRAVEL_VEHICLE_FLAGS                                                                                            \
    { "profile", 'p', "NAME", "car, emergency, bus, truck, bicycle, foot, wheelchair or elderly (default: car; dispatch: emergency)" }, \
    { "at-time", 0, "T", "local time 2026-01-31T08:30 at which conditional rules are judged" },                        \
    { "height", 0, "M", "height of the vehicle" },                                                                     \
    { "width", 0, "M", "width of the vehicle" },                                                                       \
    { "length", 0, "M", "length of the vehicle" },                                                                     \
    { "weight", 0, "T", "weight of the vehicle in tonnes" },                                                           \
    { "foreign", 0, NULL, "accept tables and views that libcim did not make" }
#define TRAVEL_RADIUS_FLAG { "radius", 'r', "M", "how far a place may be from a street (default 1000 m; 0: any)" }
#define TRAVEL_TRAFFIC_FLAGS                                                                                            \
    { "traffic", 0, "FILE[,FORMAT]", "live traffic: csv, ndjson, geojson, gtfs-json or gtfs (default: by content)" },  \
    { "now", 0, "T", "the time that traffic is of, 2026-01-31T08:30:00Z (default: that of the clock)" }
#define TRAVEL_FLAGS                                                                                                    \
    TRAVEL_VEHICLE_FLAGS, { "lonlat", 0, NULL, "places are longitude and latitude" }, TRAVEL_RADIUS_FLAG, TRAVEL_TRAFFIC_FLAGS

/* A file of traffic, and the first ids and places in it that mean no street. */
enum { TRAVEL_UNKNOWN = 100 };
typedef struct travel_file {
    char name[1024];
    cim_traffic_fed fed;
    uint64_t unknown_count;
    char unknown[TRAVEL_UNKNOWN][80];
} travel_file;

typedef struct travel {
    cimtool *tool;
    cim_city *city;
    cim_net *net;
    cim_net_costs *costs;
    cim_route_hierarchy *hierarchy; /* these three after travel_metric(), and from the beginning when there is traffic */
    cim_route_metric *metric;
    cim_route_query *query;
    cim_traffic *traffic;           /* NULL: none; else metric is of it */
    int64_t as_of_ms;
    uint64_t epoch;
    cim_route_published published;
    travel_file *files;
    size_t file_count;
} travel;

/* All return EXIT_DONE or the status after a message. */
int travel_open(travel *t, cimtool *tool);   /* the city of the first argument, its net and its costs */
int travel_hierarchy(travel *t);             /* what cimtool prepare compiles */
int travel_metric(travel *t, uint32_t labels); /* for many questions on one net; CIM_ROUTE_LABELS_* */
void travel_close(travel *t);

/* "X,Y" or an object's id; object: CIM_NONE of a pair.  No street within --radius: EXIT_NEGATIVE. */
int travel_place(travel *t, const char *text, cim_net_place *place_out, uint32_t *object_out);
int travel_place_at(travel *t, const double xy[2], bool degrees, cim_net_place *place_out);
int travel_place_of(travel *t, uint32_t object, cim_net_place *place_out); /* EXIT_NEGATIVE without a message */
const char *travel_profile(const travel *t);

/* ---- traffic (travel_traffic.c) ---- */

int travel_traffic(travel *t);                               /* of --traffic and --now, published; travel_open() calls it */
int travel_traffic_labels(travel *t, uint32_t labels);
int travel_publish(travel *t);                               /* once more */
const char *travel_format(uint32_t format);                  /* CIM_TRAFFIC_* */

#endif
