/**
 * @file traffic.h
 * Traffic on the streets of a city: what feeds say of segments, ways, junctions and areas becomes live weights (live.h) of its road net.
 *
 *     cim_traffic_new(ctx, city, costs, hierarchy, NULL, &traffic);
 *     live = cim_traffic_live(traffic);                              sources, publishing and views are those of live.h
 *     cim_route_live_source(ctx, live, "police", 10, &police);
 *     cim_traffic_find(ctx, traffic, "osm:way/123", CIM_ROUTE_BOTH_WAYS, arcs, cap, &count);
 *     cim_traffic_say(ctx, traffic, arcs, count, &what);             one statement about many arcs
 *     cim_traffic_feed(ctx, traffic, &feed, &fed);                   or a file: CSV, NDJSON, GeoJSON, GTFS realtime
 *     cim_route_live_publish(ctx, live, now_ms, &info);
 *     cim_net_route_find(ctx, costs, &from, &to, cim_route_view_metric(view), query, &route);
 *
 * A street is many arcs of the routing graph: one for each state in which one comes to it.  What is said of a street is said of all of them.
 * A speed is that of driving: turns, signals and barriers keep what they take.
 */
#ifndef CIM_TRAFFIC_H
#define CIM_TRAFFIC_H

#include "cim/live.h"
#include "cim/net.h"

CIM_BEGIN

typedef struct cim_traffic cim_traffic;

typedef struct cim_traffic_options {
    size_t struct_size;                    /* set by CIM_TRAFFIC_OPTIONS_INIT */
    const cim_route_label_options *labels; /* as in cim_route_live_options */
    double min_speed_kmh;                  /* the same */
    double radius_m;                       /* 0: 25 m.  How far points, lines and vehicles may be from their street */
    double vehicle_s;                      /* 0: 300 s.  How long the speed of a vehicle counts after it was measured */
} cim_traffic_options;

#define CIM_TRAFFIC_OPTIONS_INIT { sizeof(cim_traffic_options), NULL, 0.0, 0.0, 0.0 }

/**
 * Live weights of a city's road net, beginning with those of costs.
 *
 * @param city       the city that the net was built from; one more owner.
 * @param costs      of its net; one more owner.
 * @param hierarchy  of the graph of that net; one more owner.
 * @param options    NULL for defaults.
 * @param[out] traffic_out  freed with cim_traffic_free().
 * @return CIM_OK; CIM_EARG if hierarchy is of another graph or an option is out of range; CIM_EVERSION; CIM_ELIMIT; CIM_ENOMEM; CIM_ECANCEL.
 * Thread rule: any thread; the result may be shared.   Cost: that of cim_route_live_new().
 * Since 0.1.
 */
CIM_API cim_status cim_traffic_new(cim_ctx *ctx, cim_city *city, cim_net_costs *costs, cim_route_hierarchy *hierarchy, const cim_traffic_options *options,
                                   cim_traffic **traffic_out);

/**
 * Give up traffic; NULL is accepted.  Views that are still held stay valid.
 *
 * @return nothing.
 * Thread rule: any thread, when no other function of it runs.   Cost: O(1).
 * Since 0.1.
 */
CIM_API void cim_traffic_free(cim_traffic *traffic);

/**
 * The live weights: sources, statements, publishing, views.
 *
 * @return borrowed from traffic.
 * Thread rule: any thread.   Cost: O(1).
 * Since 0.1.
 */
CIM_API cim_route_live *cim_traffic_live(const cim_traffic *traffic);

/* ---- where ---- */

/**
 * The arcs that a text id means:
 *
 *     osm:way/123#2   a segment; any street's own text id
 *     osm:way/123     all segments of a way; 123 alone means the same
 *     osm:node/5      a junction: all that leaves it.  One gets up to it, not over it, and does not start on its streets away from it
 *     another object  with an area: what meets it; with a point: the nearest street
 *     ...+  ...-      a '+' or '-' behind it: only along, only against the street's line
 *
 * @param direction  CIM_ROUTE_BOTH_WAYS, CIM_ROUTE_ALONG or CIM_ROUTE_AGAINST the line of each street; a '+' or '-' goes first.
 * @param arcs_out   room for cap arcs, or NULL with cap 0; ascending, each once.
 * @param[out] count_out  how many there are, also when that is more than cap; 0: the id is unknown or no street is there.
 * @return CIM_OK; CIM_EARG for a direction that is none; CIM_EIO; CIM_EFORMAT; CIM_ENOMEM; CIM_ECANCEL.
 * Thread rule: any thread.   Cost: some 10 us; the first junction that is asked for reads all streets once.
 * Since 0.1.
 */
CIM_API cim_status cim_traffic_find(cim_ctx *ctx, cim_traffic *traffic, const char *id, uint32_t direction, uint32_t *arcs_out, size_t cap, size_t *count_out);

/**
 * The arcs over an edge of the net.
 *
 * @return CIM_OK; CIM_EARG for an edge or a direction that is none; CIM_ENOMEM.  The rest as in cim_traffic_find().
 * Thread rule: any thread.   Cost: O(arcs).
 * Since 0.1.
 */
CIM_API cim_status cim_traffic_on_edge(cim_ctx *ctx, cim_traffic *traffic, uint32_t edge, uint32_t direction, uint32_t *arcs_out, size_t cap,
                                       size_t *count_out);

/**
 * The arcs that leave a junction of the net, by its number.
 *
 * @return CIM_OK; CIM_EARG for a junction that does not exist; CIM_ENOMEM.  The rest as in cim_traffic_find().
 * Thread rule: any thread.   Cost: O(arcs).
 * Since 0.1.
 */
CIM_API cim_status cim_traffic_at_junction(cim_ctx *ctx, cim_traffic *traffic, uint32_t junction, uint32_t *arcs_out, size_t cap, size_t *count_out);

/**
 * The arcs of the streets at a geometry.  Polygons: streets of which at least a share of the length lies in the area.  Lines: streets along which the
 * line runs for 15 m, for half of the street, or of the line; `direction` is then that of the line.  Points: the nearest street.
 *
 * @param geom         in the city's coordinates; when all of it is within 180 and 90, longitude and latitude.
 * @param least_share  of polygons, 0 to 1; 0: whatever has a point in common with the area.
 * @return CIM_OK; CIM_EARG for coordinates that are not finite, rings that are not closed, a share or a direction out of range; CIM_ENOTFOUND if
 *         coordinates cannot be transformed; CIM_ELIMIT for lines longer than 1,000 km; CIM_ENOMEM; CIM_ECANCEL.  The rest as in cim_traffic_find().
 * Thread rule: any thread.   Cost: polygons O(streets near it * log vertices); lines 10 us every 5 m.
 * Since 0.1.
 */
CIM_API cim_status cim_traffic_within(cim_ctx *ctx, cim_traffic *traffic, const cim_geom *geom, double least_share, uint32_t direction, uint32_t *arcs_out,
                                      size_t cap, size_t *count_out);

/**
 * Say the same of many arcs: cim_route_live_apply() with a copy of `what` for each.
 *
 * @param what  arc plays no part.
 * @return as cim_route_live_apply().
 * Thread rule: as cim_route_live_apply().   Cost: as cim_route_live_apply().
 * Since 0.1.
 */
CIM_API cim_status cim_traffic_say(cim_ctx *ctx, cim_traffic *traffic, const uint32_t *arcs, size_t count, const cim_route_change *what);

/* ---- what must not be cut off ---- */

/** A watched object that is cut off. */
typedef struct cim_traffic_cut {
    uint32_t object;
    uint32_t cut; /* CIM_ROUTE_CUT_TO: one does not get there from the main part of the net; CIM_ROUTE_CUT_FROM: nor back to it */
} cim_traffic_cut;

/**
 * Watch objects of the city (hospitals, fire stations): cim_traffic_cuts() tells which of them one cannot reach or leave any more.  Watches the
 * nodes of the live weights (cim_route_live_watch()), replacing others.
 *
 * @param objects  count numbers, replacing those watched before; 0: none any more.
 * @return CIM_OK; CIM_ENOTFOUND for an object that does not exist or has no place on the net; CIM_EARG; CIM_EIO; CIM_EFORMAT; CIM_ENOMEM.
 * Thread rule: any thread; waits for a publish that runs.   Cost: a few rows an object, and cim_route_live_watch().
 * Since 0.1.
 */
CIM_API cim_status cim_traffic_watch(cim_ctx *ctx, cim_traffic *traffic, const uint32_t *objects, size_t count);

/**
 * The watched objects that are cut off in the current epoch, in the order in which they were given.
 *
 * @param cuts_out  room for cap, or NULL with cap 0.
 * @param[out] count_out  how many there are, also when that is more than cap.
 * @return CIM_OK; CIM_ENOMEM.
 * Thread rule: any thread; waits for a publish that runs.   Cost: O(watched objects).
 * Since 0.1.
 */
CIM_API cim_status cim_traffic_cuts(cim_ctx *ctx, cim_traffic *traffic, cim_traffic_cut *cuts_out, size_t cap, size_t *count_out);

/* ---- feeds ---- */

enum {
    CIM_TRAFFIC_AUTO = 0,     /* by content */
    CIM_TRAFFIC_CSV = 1,      /* columns of cim_route_live_feed() */
    CIM_TRAFFIC_NDJSON = 2,   /* the same */
    CIM_TRAFFIC_GEOJSON = 3,  /* a FeatureCollection: properties are the columns, geometry says where */
    CIM_TRAFFIC_GTFS_JSON = 4, /* GTFS realtime FeedMessage in protobuf's JSON form, names with or without underscores */
    CIM_TRAFFIC_GTFS = 5      /* the same in binary */
};

/** An id or place of a feed that means no street. */
typedef void (*cim_traffic_unknown_fn)(void *user, const char *id, size_t id_size);

typedef struct cim_traffic_input {
    size_t struct_size;             /* set by CIM_TRAFFIC_INPUT_INIT */
    const char *name;               /* of the file, for messages */
    cim_route_feed_read_fn read;    /* must be set */
    void *read_user;
    cim_traffic_unknown_fn unknown; /* NULL, or told what is not known */
    void *unknown_user;
    int64_t reported_ms;            /* of what does not say when it was reported */
    uint64_t max_bytes;             /* of GeoJSON and GTFS, which are read as a whole; 0: 256 MiB */
    uint32_t format;                /* CIM_TRAFFIC_* */
    uint32_t source;                /* of all that does not name its own; must be set for GTFS */
    int32_t snapshot;               /* 1: replaces all that `source` said.  A GTFS feed says itself what it is */
    uint32_t reserved0;
} cim_traffic_input;

#define CIM_TRAFFIC_INPUT_INIT { sizeof(cim_traffic_input), NULL, NULL, NULL, NULL, NULL, 0, 0, CIM_TRAFFIC_AUTO, CIM_NONE, 0, 0 }

/** What was read. */
typedef struct cim_traffic_fed {
    size_t struct_size;     /* set by the caller */
    uint64_t row_count;     /* rows, features, entities */
    uint64_t change_count;  /* statements about arcs that were given to live weights */
    uint64_t unknown_count; /* ids and places without a street */
    uint64_t ignored_count; /* of GTFS: entities that say nothing of streets: trips, standing vehicles, alerts with effects other than NO_SERVICE and
                               DETOUR */
    int64_t reported_ms;    /* of GTFS: time of the message; else that of the caller */
    uint32_t format;        /* which one it was */
    uint32_t reserved0;
} cim_traffic_fed;

/**
 * Read a feed and apply it: all of it or, after an error, nothing.  cim-route(7) describes the formats.
 *
 * @param[in,out] fed_out  NULL, or filled as far as struct_size has room.
 * @return CIM_OK; CIM_EFORMAT with file and line (feature, entity); CIM_ELIMIT; CIM_EIO if reading failed; CIM_EARG; CIM_EVERSION; CIM_ENOMEM;
 *         CIM_ECANCEL.
 * Thread rule: any thread; reads without holding up others.   Cost: 25 us a row for an id that is new, 0.5 for one that came before, and
 *              cim_route_live_apply().
 * Since 0.1.
 */
CIM_API cim_status cim_traffic_feed(cim_ctx *ctx, cim_traffic *traffic, const cim_traffic_input *input, cim_traffic_fed *fed_out);

/**
 * A moment in a feed's writing: RFC 3339 with a zone ("2026-01-31T12:00:00Z"), or a whole number of milliseconds.
 *
 * @param[out] ms_out  milliseconds since 1970.
 * @return CIM_OK; CIM_EARG if it is none.
 * Thread rule: any thread.   Cost: O(1).
 * Since 0.1.
 */
CIM_API cim_status cim_traffic_time(cim_ctx *ctx, const char *text, int64_t *ms_out);

CIM_END

#endif
