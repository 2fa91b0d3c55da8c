/* traffic.h - what feeds say of a city's streets, as statements about arcs; used by its files only. */
#ifndef CIM_TRAVEL_TRAFFIC_H
#define CIM_TRAVEL_TRAFFIC_H

#include "cim/traffic.h"
#include "net/ends.h"
#include "route/live.h"

/* A watched object and where it is on the net. */
typedef struct cim__watched {
    uint32_t object;
    cim_net_place place;
} cim__watched;

struct cim_traffic {
    cim__mem *mem;
    cim_city *city;
    cim_net_costs *costs;
    cim_route_hierarchy *hierarchy;
    cim_route_live *live;
    double radius_m;
    int64_t vehicle_ms;
    pthread_mutex_t lock; /* of what follows */
    bool has_nodes;
    cim__map nodes;       /* number of a node of OpenStreetMap -> junction */
    cim__names entities;  /* ids of GTFS; an event is made of their number */
    cim__buf watched;     /* cim__watched */
    cim__names places;    /* direction and id of places that were looked up before, as feeds come again and again */
    cim__buf place_ends;  /* uint32_t by place: where its arcs end in */
    cim__buf place_arcs;
};

/* The arcs of a place, appended to a buffer of uint32_t: ascending, each once. */
cim_status cim__traffic_where(cim_ctx *ctx, cim_traffic *t, const cim_route_feed_where *where, cim__buf *arcs);
/* The same for the nearest street to a place in the city's coordinates, in the direction of a heading (degrees, clockwise from north). */
cim_status cim__traffic_heading(cim_ctx *ctx, cim_traffic *t, const double xy[2], double heading_deg, bool has_heading, cim__buf *arcs);
/* Longitude and latitude to the city's coordinates; CIM_ENOTFOUND. */
cim_status cim__traffic_project(cim_ctx *ctx, const cim_traffic *t, size_t count, double *xy);

/* A feed that is being read. */
typedef struct cim__traffic_in {
    cim_traffic *traffic;
    cim_traffic_input o;
    const char *name;
    cim__buf text; /* the whole feed, or the beginning of it */
    size_t at;     /* of text, what was handed on */
    bool ended;    /* text is the whole feed */
    cim__buf arcs; /* of one place */
    bool pending;  /* arcs are asked for again */
    cim_traffic_fed fed;
} cim__traffic_in;

/* GTFS realtime, JSON or binary, from in->text. */
cim_status cim__traffic_gtfs(cim_ctx *ctx, cim__traffic_in *in, bool binary);
void cim__traffic_unknown(cim__traffic_in *in, cim__str id);

#endif
