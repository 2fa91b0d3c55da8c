/* traffic_gtfs.h - what is wanted of a GTFS realtime message; both readers fill it, entity by entity. */
#ifndef CIM_TRAVEL_TRAFFIC_GTFS_H
#define CIM_TRAVEL_TRAFFIC_GTFS_H

#include "travel/traffic.h"

/* Numbers of the specification. */
enum { CIM__GTFS_NO_SERVICE = 1, CIM__GTFS_DETOUR = 4, CIM__GTFS_UNKNOWN_EFFECT = 8 };
enum { CIM__GTFS_STOPPED_AT = 1, CIM__GTFS_STOP_AND_GO = 2 };

typedef struct cim__gtfs_period {
    int64_t from_s, until_s; /* 0: none */
} cim__gtfs_period;

typedef struct cim__gtfs_entity {
    cim__str id;
    bool deleted, alert, vehicle;
    bool has_place, has_bearing, has_speed;
    uint32_t effect, status, congestion;
    double lonlat[2], bearing_deg, speed_ms;
    int64_t measured_s;
} cim__gtfs_entity;

typedef struct cim__gtfs {
    cim_ctx *ctx;
    cim__traffic_in *in;
    bool differential;
    int64_t time_s;
    uint64_t number;       /* of the entity, for messages */
    cim__gtfs_entity entity;
    cim__buf periods, ids; /* of it: cim__gtfs_period, cim__str */
    cim__arena texts;      /* of it */
    cim__buf changes;      /* cim_route_change */
    cim__buf gone;         /* numbers of entities whose statements are taken back */
} cim__gtfs;

cim_status cim__gtfs_bad(const cim__gtfs *g, const char *what); /* with the number of the entity */
void cim__gtfs_begin(cim__gtfs *g);                             /* the next entity */
cim_status cim__gtfs_take(cim__gtfs *g);                        /* it is complete */
cim_status cim__gtfs_put_id(cim__gtfs *g, cim__str id);
cim_status cim__gtfs_put_period(cim__gtfs *g, int64_t from_s, int64_t until_s);

/* The readers. */
cim_status cim__gtfs_json(cim__gtfs *g, cim__str text);
cim_status cim__gtfs_binary(cim__gtfs *g, cim__str bytes);

#endif
