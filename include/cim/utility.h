/**
 * @file utility.h
 * The utility networks of a city: pipes, cables, valves and switches as plain arrays for trace.h, joined to buildings and streets.
 *
 *     cim_utility_build(ctx, city, NULL, &utility);                        once per city
 *     cim_trace_network *network = cim_utility_network(utility);           for cim_trace_status_new(), cim_trace_query_new(), ...
 *     cim_utility_elements(ctx, utility, pipe, elements, cap, &count);     the nodes and edges of an object
 *     cim_trace_isolate(ctx, view, query, elements, count, NULL, 0, &isolation);
 *     cim_utility_device_object(utility, isolation.shut[0]);               the valve, an object of the city
 *
 * Networks of all commodities lie in one cim_trace_network; a domain (cim_utility_domain_name()) tells them apart, and nothing connects two.
 * cim-utility(7) says how networks are stored in a city, and what is made of lines that are only drawn.
 *
 * Columns of the network, for sums: length_m, demand_lps, demand_kw, customers, people, buildings, critical (hospitals, care homes, schools,
 * fire and police stations, ...), hydrants, beds (capacity of hospitals and care homes).  People, buildings, critical sites and beds are those
 * that an element serves.
 */
#ifndef CIM_UTILITY_H
#define CIM_UTILITY_H

#include "cim/city.h"
#include "cim/trace.h"

CIM_BEGIN

typedef struct cim_utility cim_utility;

/** Numbers of the columns of the network. */
enum {
    CIM_UTILITY_LENGTH_M = 0,
    CIM_UTILITY_DEMAND_LPS = 1,
    CIM_UTILITY_DEMAND_KW = 2,
    CIM_UTILITY_CUSTOMERS = 3,
    CIM_UTILITY_PEOPLE = 4,
    CIM_UTILITY_BUILDINGS = 5,
    CIM_UTILITY_CRITICAL = 6,
    CIM_UTILITY_HYDRANTS = 7,
    CIM_UTILITY_BEDS = 8,
    CIM_UTILITY_COLUMNS = 9
};

typedef struct cim_utility_options {
    size_t struct_size;       /* set by CIM_UTILITY_OPTIONS_INIT */
    const char *network;      /* only this commodity (water, power, gas, heat, sewer, telecom, ...); NULL: all */
    double snap_m;            /* ends of lines without stated ends meet what is this near; negative: what the city says (snap_m of a Network), else 0.01 */
    double serve_m;           /* a building that nothing is said to serve hangs on the nearest line of each domain that is this near; 0: on none */
    const uint32_t *controllers; /* objects that feed their network, beside those stored as such */
    size_t controller_count;
    uint32_t max_elements;    /* CIM_ELIMIT beyond; 0: 100,000,000 nodes, edges and devices each */
    uint32_t reserved0;
} cim_utility_options;

#define CIM_UTILITY_OPTIONS_INIT { sizeof(cim_utility_options), NULL, -1.0, 0.0, NULL, 0, 0, 0 }

/**
 * The utility networks of a city.
 *
 * Lines and nodes are the objects of class UtilityLine and UtilityNode and their subclasses; ends come from relations `connects`, from node
 * numbers (OpenStreetMap), or, for lines with neither, from places: an end meets the nearest node, end or inside of a line of its domain
 * within snap_m, and a line is cut where another one ends on it or a node lies on it.  Lines that merely cross do not meet.
 *
 * @param options  NULL: all defaults.
 * @param[out] utility_out  freed with cim_utility_free(); it does not need the city.  A city without networks gives an empty one.
 * @return CIM_OK; CIM_EARG; CIM_EVERSION; CIM_EIO; CIM_EFORMAT; CIM_ELIMIT; CIM_ENOMEM; CIM_ECANCEL.
 * Thread rule: any thread; the result is immutable and may be shared.   Cost: O(n log n), some 5 us a line.
 * Since 0.1.
 */
CIM_API cim_status cim_utility_build(cim_ctx *ctx, cim_city *city, const cim_utility_options *options, cim_utility **utility_out);

/**
 * One more owner of the same networks; each calls cim_utility_free().
 *
 * @return utility.
 * Thread rule: any thread.   Cost: O(1).
 * Since 0.1.
 */
CIM_API cim_utility *cim_utility_ref(cim_utility *utility);

/**
 * Give up networks; NULL is accepted.
 *
 * @return nothing.
 * Thread rule: any thread.   Cost: O(1), or freeing them by the last owner.
 * Since 0.1.
 */
CIM_API void cim_utility_free(cim_utility *utility);

/**
 * The network for trace.h; features of its edges are objects, see cim_utility_feature_object().
 *
 * @return borrowed.
 * Thread rule: any thread.   Cost: O(1).
 * Since 0.1.
 */
CIM_API cim_trace_network *cim_utility_network(const cim_utility *utility);

/** The arrays of networks, borrowed. */
typedef struct cim_utility_view {
    size_t struct_size;            /* set by the caller */
    uint32_t node_count, edge_count, device_count, feature_count, domain_count;
    const uint32_t *from, *to;     /* nodes of every edge */
    const uint8_t *node_domain, *edge_domain;
    const uint8_t *node_flags, *edge_flags, *device_flags; /* CIM_TRACE_OUT .. as the city says */
    const uint32_t *node_object;   /* object of the city; CIM_NONE: a joint of lines */
    const uint32_t *edge_object;   /* the line, or what its owner is */
    const uint32_t *device_edge;
    const uint8_t *device_end, *device_kind;
    const uint32_t *device_object;
    const uint32_t *feature_object;
    const double *node_xy;         /* x before y; NAN: the node has no place */
    const uint32_t *first_vertex;  /* edge_count + 1: vertices of edge e, from its `from` node to its `to` node; none: it has no place */
    const double *xy;              /* vertices, x before y */
    const double *columns[CIM_UTILITY_COLUMNS]; /* node_count + edge_count numbers each */
} cim_utility_view;

/**
 * The arrays.
 *
 * @param[in,out] view_out  filled as far as struct_size has room; lives as long as utility.
 * @return nothing.
 * Thread rule: any thread.   Cost: O(1).
 * Since 0.1.
 */
CIM_API void cim_utility_get(const cim_utility *utility, cim_utility_view *view_out);

/**
 * The commodity of a domain: water, sewer, gas, heat, power, telecom, oil, or what the source calls it; "" when it does not say.
 *
 * @return borrowed; NULL for a domain that does not exist.
 * Thread rule: any thread.   Cost: O(1).
 * Since 0.1.
 */
CIM_API const char *cim_utility_domain_name(const cim_utility *utility, uint32_t domain);

/**
 * The object of an element; CIM_NONE for a joint.
 *
 * Thread rule: any thread.   Cost: O(1).
 * @return object number in the city.
 * Since 0.1.
 */
CIM_API uint32_t cim_utility_element_object(const cim_utility *utility, uint32_t element);

/**
 * The elements of an object: its node in each domain, the edges of a line, what a device sits on, what serves a building; ascending.
 *
 * @param[out] elements_out  room for cap, or NULL with cap 0.
 * @param[out] count_out     how many there are, also when that is more than cap; 0 for an object that is not in a network.
 * @return CIM_OK; CIM_EARG.
 * Thread rule: any thread.   Cost: O(log n + answer).
 * Since 0.1.
 */
CIM_API cim_status cim_utility_elements(cim_ctx *ctx, const cim_utility *utility, uint32_t object, uint32_t *elements_out, size_t cap, size_t *count_out);

/**
 * The devices of an object: one for a valve on a pipe, several for one where many lines meet; ascending.
 *
 * @param[out] devices_out  room for cap, or NULL with cap 0.
 * @param[out] count_out    how many there are, also when that is more than cap.
 * @return CIM_OK; CIM_EARG.
 * Thread rule: any thread.   Cost: O(log n + answer).
 * Since 0.1.
 */
CIM_API cim_status cim_utility_devices(cim_ctx *ctx, const cim_utility *utility, uint32_t object, uint32_t *devices_out, size_t cap, size_t *count_out);

/**
 * The element nearest to a place.
 *
 * @param domain  only of this domain; CIM_NONE: of any.
 * @param max_m   not farther than this.
 * @param[out] element_out     an edge or a node; CIM_NONE: none is near.
 * @param[out] distance_m_out  NULL or how far.
 * @return CIM_OK; CIM_EARG.
 * Thread rule: any thread.   Cost: O(log n) about.
 * Since 0.1.
 */
CIM_API cim_status cim_utility_nearest(cim_ctx *ctx, const cim_utility *utility, double x, double y, uint32_t domain, double max_m, uint32_t *element_out,
                                       double *distance_m_out);

/**
 * The elements that lie within a distance of a geometry, wholly or in part; ascending.
 *
 * @param area        a point, line or polygon in the city's reference system.
 * @param distance_m  0: that touch it.
 * @param[out] elements_out  room for cap, or NULL with cap 0.
 * @param[out] count_out     how many there are, also when that is more than cap.
 * @return CIM_OK; CIM_EARG; CIM_ENOMEM.
 * Thread rule: any thread.   Cost: O(log n + candidates * vertices of area).
 * Since 0.1.
 */
CIM_API cim_status cim_utility_within(cim_ctx *ctx, const cim_utility *utility, const cim_geom *area, double distance_m, uint32_t *elements_out, size_t cap,
                                      size_t *count_out);

/** One who is supplied. */
typedef struct cim_utility_service {
    uint32_t element;   /* what serves it */
    uint32_t object;    /* building, or other object served */
    uint32_t customers; /* 0: not said */
    uint32_t people;    /* that live in the object; 0: not known */
    uint32_t critical;  /* CIM_UTILITY_SITE_* */
    uint32_t beds;      /* capacity of a hospital or care home; 0: not known */
    uint32_t guessed;   /* 1: hangs on the nearest line (serve_m) */
} cim_utility_service;

/** What kind of critical site. */
enum {
    CIM_UTILITY_SITE_NONE = 0,
    CIM_UTILITY_SITE_HOSPITAL = 1,
    CIM_UTILITY_SITE_CARE = 2, /* nursing and old people's homes, kindergartens */
    CIM_UTILITY_SITE_SCHOOL = 3,
    CIM_UTILITY_SITE_EMERGENCY = 4, /* fire, police, ambulance stations */
    CIM_UTILITY_SITE_OTHER = 5 /* town hall, pumping station, ... */
};

/**
 * Who is supplied by an element.
 *
 * @param[out] count_out  how many.
 * @return borrowed, by object; NULL when nobody.
 * Thread rule: any thread.   Cost: O(1).
 * Since 0.1.
 */
CIM_API const cim_utility_service *cim_utility_services(const cim_utility *utility, uint32_t element, size_t *count_out);

/** What was noticed while joining. */
enum {
    CIM_UTILITY_SNAPPED = 0,    /* an end was moved to a node or the end of another line */
    CIM_UTILITY_TAPPED = 1,     /* an end meets another line between its ends, which is cut there */
    CIM_UTILITY_DANGLES = 2,    /* an end without node object, where nothing else ends */
    CIM_UTILITY_NEAR = 3,       /* an end that dangles, and another line or node is within ten times the tolerance, or 0.5 m */
    CIM_UTILITY_CROSSES = 4,    /* two lines of one domain cross and do not meet; object has the lower number */
    CIM_UTILITY_ALONE = 5,      /* a node that no line meets */
    CIM_UTILITY_ON_NOTHING = 6, /* a valve or switch that sits on no line, and so shuts nothing */
    CIM_UTILITY_NO_END = 7,     /* a stated end, owner or served object is not in the city */
    CIM_UTILITY_UPHILL = 8,     /* invert levels of a sewer rise against its stated flow */
    CIM_UTILITY_CYCLE = 9,      /* contained in itself, by way of others */
    CIM_UTILITY_BAD_VALUE = 10, /* a level, length or demand that is no finite number; taken for none */
    CIM_UTILITY_NO_PLACE = 11,  /* a line with neither stated ends nor a place: it is left out */
    CIM_UTILITY_FINDING_KINDS = 12
};

typedef struct cim_utility_finding {
    uint32_t kind;
    uint32_t object, other; /* other: CIM_NONE where there is none */
    uint32_t end;           /* 0 or 1 of a line's ends, CIM_NONE otherwise */
    double x, y, distance_m; /* NAN: no place */
} cim_utility_finding;

/**
 * What was noticed while joining, by kind, then object.
 *
 * @param[out] count_out  how many.
 * @return borrowed.
 * Thread rule: any thread.   Cost: O(1).
 * Since 0.1.
 */
CIM_API const cim_utility_finding *cim_utility_findings(const cim_utility *utility, size_t *count_out);

/**
 * The word for a kind of finding: "snapped", "tapped", "dangles", ...
 *
 * @return a constant; NULL for a number that is no kind.
 * Thread rule: any thread.   Cost: O(1).
 * Since 0.1.
 */
CIM_API const char *cim_utility_finding_name(uint32_t kind);

/** States that are said of objects, for changes. */
enum {
    CIM_UTILITY_ON = 0,  /* lets pass: an open valve, a closed switch */
    CIM_UTILITY_OFF = 1, /* lets nothing pass: a closed valve, an open switch */
    CIM_UTILITY_OUT = 2, /* out of service */
    CIM_UTILITY_IN = 3,
    CIM_UTILITY_STUCK = 4, /* does not turn */
    CIM_UTILITY_FREE = 5
};

/**
 * The state that a word means when it is said of an object: open, closed, on, off, 1, 0, true, false, out, in, stuck, free, in any case.  Of switches and
 * fuses closed means on and open means off, as in the trade; of everything else it is the other way round.
 *
 * @param[out] state_out  CIM_UTILITY_ON ..
 * @return CIM_OK; CIM_EARG when it is no such word.
 * Thread rule: any thread.   Cost: O(log n).
 * Since 0.1.
 */
CIM_API cim_status cim_utility_state(cim_ctx *ctx, const cim_utility *utility, uint32_t object, const char *word, uint32_t *state_out);

/**
 * Say the state of an object in a status: a valve is closed, a pipe is out of service, a switch was found stuck.  A line that is off is shut
 * at both ends; a node that is off lets nothing pass.  Seen after the next cim_trace_status_publish().
 *
 * @param state  CIM_UTILITY_ON ..
 * @return CIM_OK; CIM_ENOTFOUND when the object is in no network; CIM_EARG; CIM_ENOMEM.
 * Thread rule: as cim_trace_status_apply().   Cost: O(log n + elements and devices of the object).
 * Since 0.1.
 */
CIM_API cim_status cim_utility_say(cim_ctx *ctx, const cim_utility *utility, cim_trace_status *status, uint32_t object, uint32_t state);

/** What a stream of states contained. */
typedef struct cim_utility_feed {
    size_t struct_size; /* set by the caller */
    uint64_t row_count, applied_count, unknown_count, bad_count, late_count;
    int64_t as_of_ms;   /* latest time in it, ms since 1970 UTC; INT64_MIN: none */
    char first_bad[200]; /* "line 12: ..." of the first row that was not taken */
} cim_utility_feed;

/**
 * Read states as control systems send them: CSV with the columns id, state and optionally time, or one JSON object a line with these members;
 * others are of no interest.  Times are milliseconds since 1970 UTC or like "2026-01-31T12:00:00+01:00".
 * Words: those of cim_utility_state().  Rows older than the last
 * one about the same object are late and not taken.  Nothing is published: that is the caller's.
 *
 * @param city  to find objects by id, also by the part behind the first ':' of it where that is unique.
 * @param text  length bytes.
 * @param[in,out] feed_out  counts are set.
 * @return CIM_OK, also when some rows were not taken; CIM_EFORMAT: no row can be read; CIM_EARG; CIM_EIO; CIM_ENOMEM; CIM_ECANCEL.
 * Thread rule: as cim_trace_status_apply().   Cost: O(rows log n).
 * Since 0.1.
 */
CIM_API cim_status cim_utility_feed_read(cim_ctx *ctx, const cim_utility *utility, cim_city *city, cim_trace_status *status, const char *text, size_t length,
                                         cim_utility_feed *feed_out);

CIM_END

#endif
