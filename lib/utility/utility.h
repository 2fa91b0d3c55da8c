/* utility.h - utility networks of a city, while they are made and afterwards.
 *
 *   read.c       things: utility objects with their values and drawings
 *   relate.c     what relations say: ends, devices on ends, links between nodes, networks; commodities
 *   words.c      words of sources: states, kinds of devices, critical sites
 *   ends.c       points: stated ends, node numbers, ends that only have a place
 *   snap.c       ends that only have a place are joined, lines are cut
 *   compile.c    nodes and edges
 *   devices.c    devices on ends, sources
 *   serve.c      who is supplied; columns
 *   people.c     who lives in what is supplied, critical sites
 *   guess.c      buildings that nothing is said to serve
 *   findings.c   what looks like a mistake
 *   build.c      all of it in order
 *   look.c near.c say.c feed.c   using it
 *
 * A *thing* is an object of a utility class.  A *strand* is one run of vertices of a line, or a link between two nodes: it has a point at
 * each end.  *Points* are united when they are found to be the same; what is united is a node.  Cuts are points inside of strands. */
#ifndef CIM_UTILITY_UTILITY_H
#define CIM_UTILITY_UTILITY_H

#include "cim/utility.h"
#include "city/city.h"
#include "core/hash.h"
#include "core/sort.h"

enum {
    CIM__U_UNSAID = 255, /* domain: not said */
    CIM__U_DEPTH = 64,   /* parents and networks of networks that are followed */
    CIM__U_RUN = 8       /* straight pieces in one box of an index */
};
#define CIM__U_FAR 1e12 /* coordinates beyond are none */

/* What a thing is. */
enum {
    CIM__U_LINE = 1,       /* it is drawn, or stated, from one end to the other */
    CIM__U_AREA = 2,       /* a node that is an area */
    CIM__U_PLACE = 4,      /* xy is known */
    CIM__U_ON_LINE = 8,    /* a device that is said to sit on a line */
    CIM__U_OWNER = 16,     /* it has a graph of its own: nodes and links that stand for it */
    CIM__U_STATED_END = 32, /* lines are said to end at it */
    CIM__U_STATE = 64,     /* open or closed is said */
    CIM__U_DEVICES = 128,  /* it got a device */
    CIM__U_SERVES = 256,   /* what it serves says how many customers that are */
    CIM__U_MET = 512,      /* some line ends at it, or passes through */
    CIM__U_LEFT_OUT = 1024 /* of another commodity than is asked for */
};

typedef struct cim__uthing {
    uint32_t object, bits;
    uint8_t class_id, domain, tier, flow, flags; /* flow: CIM_TRACE_BOTH .., 255: not said; flags: CIM_TRACE_OUT .. of devices */
    uint8_t kind;                                /* of its devices; 255: none */
    int8_t controller;                           /* -1: not said */
    uint32_t customers, first_strand, strand_count, vertex_parts; /* vertex_parts: runs of vertices */
    uint32_t first_part;                         /* of maker.parts */
    double demand_lps, demand_kw, length_m, level_m[2]; /* NAN: not said */
    double x, y;
    double drawn_m; /* length of its strands */
    int64_t number[2]; /* nodes of OpenStreetMap; INT64_MIN: none */
    uint32_t end_object[2]; /* stated ends of a line; CIM_NONE */
    uint32_t host;          /* thing that a device is said to sit on, at end host_end; CIM_NONE */
    uint8_t host_end;
    const cim_geom *area;
} cim__uthing;

/* A run of vertices in maker.xy. */
typedef struct cim__upart {
    uint32_t first, count;
} cim__upart;

typedef struct cim__ustrand {
    uint32_t object, thing; /* thing CIM_NONE: a link that belongs to no utility object */
    uint32_t link;          /* the object of the link; CIM_NONE */
    uint32_t first, count;  /* vertices; count 0: no place */
    uint32_t point[2];
    uint8_t domain, placed; /* placed: bit e: end e is joined by place */
} cim__ustrand;

typedef struct cim__upoint {
    uint32_t object;        /* CIM_NONE: a joint, an end or a cut */
    uint32_t end;           /* of an end: its strand << 1 | which */
    uint8_t domain, bits;   /* CIM__U_POINT_* */
    double x, y;
} cim__upoint;
enum { CIM__U_POINT_PLACE = 1, CIM__U_POINT_END = 2, CIM__U_POINT_CUT = 4, CIM__U_POINT_STATED = 8, CIM__U_POINT_NUMBER = 16 };

typedef struct cim__ucut {
    uint32_t strand, segment; /* between vertices segment and segment + 1 of the strand */
    double fraction, x, y;
    uint32_t point;
} cim__ucut;

/* A relation as it matters here. */
enum { CIM__U_END_NONE = 0, CIM__U_END_FROM = 1, CIM__U_END_TO = 2, CIM__U_END_BOTH = 3, CIM__U_END_NEAR = 4, CIM__U_END_LINK = 5 };
typedef struct cim__uconnect {
    uint32_t from, to, kind;
    cim__str id; /* NEAR, LINK */
} cim__uconnect;

typedef struct cim__userve {
    uint32_t from, to, customers, guessed, element;
    double x, y; /* NAN: not said */
} cim__userve;

typedef struct cim__upair {
    uint32_t a, b;
} cim__upair;

/* Who is at a node: nodes have any number of objects. */
typedef struct cim__uat {
    uint32_t node, thing;
} cim__uat;

struct cim_utility {
    cim__mem *mem;
    atomic_size_t refs;
    cim_trace_network *network;
    cim__names domains;
    cim_utility_view view;
    uint32_t *from, *to, *node_object, *edge_object, *device_edge, *device_object, *feature_object, *first_vertex;
    uint8_t *node_domain, *edge_domain, *node_flags, *edge_flags, *device_flags, *device_end, *device_kind;
    double *node_xy, *xy, *columns[CIM_UTILITY_COLUMNS], *nothing;
    cim__upair *elements, *devices; /* object and element, object and device, ascending */
    cim__upair *others;             /* object and node, of nodes that have other objects, too, or stand for the object */
    size_t element_pairs, device_pairs, other_pairs;
    cim_utility_service *services;
    uint32_t *service_first; /* by element, one more; NULL: no services */
    size_t service_count;
    cim_utility_finding *findings;
    size_t finding_count;
    cim_index *index; /* of nodes that have a place, and of runs of edges: number of nodes + their first vertex */
};

typedef struct cim__umaker {
    cim_utility *u;
    cim_city *city;
    cim_utility_options options;
    cim__arena arena;
    cim__buf things, parts, xy;              /* cim__uthing by object, cim__upart, double */
    uint32_t *thing_of;                      /* by object; CIM_NONE */
    cim__buf connects, serves, members, graphs, same; /* cim__uconnect, cim__userve, cim__upair (..) */
    cim__map net_domain, net_snap;           /* of Network objects: domain; number in snaps */
    cim__buf snaps;                          /* double */
    cim__map osm_node;                       /* number -> thing */
    cim__names tiers;
    cim__map owner_of;                       /* graph object -> thing */
    cim__buf strands, points, cuts;          /* cim__ustrand, cim__upoint, cim__ucut */
    cim__map instance;                       /* object and domain -> point */
    cim__map link_strand;                    /* object of a link -> strand, until strands are sorted */
    cim__map number_point;                   /* node number and domain -> point */
    cim__buf up;                             /* uint32_t by point: union-find */
    double snap_m[256];                      /* by domain */
    cim__buf findings;                       /* cim_utility_finding */
    size_t crossings;
    /* compiled */
    cim__buf from, to, edge_strand, first_vertex, edge_xy; /* by edge */
    cim__buf first_edge;                     /* by strand, one more */
    uint32_t *node_of;                       /* by point */
    uint32_t node_count, edge_count;
    cim__buf at;                             /* cim__uat, by node */
    cim__buf device_edge, device_end, device_kind, device_flags, device_direction, device_object;
    uint8_t *direction, *node_tier, *edge_tier;
    uint32_t *edge_feature, feature_count;
    cim__buf pairs, device_pairs, others;    /* cim__upair: object, element */
    uint32_t *same_of;                       /* by object: the lowest of those that are the same; NULL: nobody is served */
    cim__buf services;                       /* cim_utility_service */
    cim__gbuild geom;
    cim__buf text;
} cim__umaker;

#define CIM__THING(m, i) (&CIM__AT(&(m)->things, cim__uthing, (i)))
#define CIM__STRAND(m, i) (&CIM__AT(&(m)->strands, cim__ustrand, (i)))
#define CIM__POINT(m, i) (&CIM__AT(&(m)->points, cim__upoint, (i)))
static inline size_t cim__thing_count(const cim__umaker *m) { return CIM__COUNT(&m->things, cim__uthing); }
static inline uint32_t cim__strand_count(const cim__umaker *m) { return (uint32_t)CIM__COUNT(&m->strands, cim__ustrand); }
static inline const double *cim__strand_xy(const cim__umaker *m, const cim__ustrand *s) { return &CIM__AT(&m->xy, double, 2 * (size_t)s->first); }
static inline cim__uthing *cim__thing_of(const cim__umaker *m, uint32_t object)
{
    return object <= m->city->max_id && m->thing_of[object] != CIM_NONE ? CIM__THING(m, m->thing_of[object]) : NULL;
}
static inline bool cim__u_number(double v) { return v >= -CIM__U_FAR && v <= CIM__U_FAR; } /* no NaN either */

/* ---- union-find over points ---- */

uint32_t cim__u_root(cim__umaker *m, uint32_t point);
void cim__u_unite(cim__umaker *m, uint32_t a, uint32_t b); /* the lower number becomes the root */

/* ---- steps ---- */

cim_status cim__u_read(cim_ctx *ctx, cim__umaker *m);
cim_status cim__u_relate(cim_ctx *ctx, cim__umaker *m);
cim_status cim__u_ends(cim_ctx *ctx, cim__umaker *m);
cim_status cim__u_snap(cim_ctx *ctx, cim__umaker *m);
cim_status cim__u_compile(cim_ctx *ctx, cim__umaker *m);
cim_status cim__u_devices(cim_ctx *ctx, cim__umaker *m);
cim_status cim__u_serve(cim_ctx *ctx, cim__umaker *m);
cim_status cim__u_guess(cim_ctx *ctx, cim__umaker *m);    /* services that are not said */
cim_status cim__u_people(cim_ctx *ctx, cim__umaker *m);   /* people and critical of services */
cim_status cim__u_inspect(cim_ctx *ctx, cim__umaker *m);  /* findings */
cim_status cim__u_index(cim_ctx *ctx, cim_utility *u);

cim_status cim__u_domain(cim_ctx *ctx, cim__umaker *m, cim__str name, uint8_t *domain_out);
/* The point that an object is in a domain; made when it is not there yet. */
cim_status cim__u_instance(cim_ctx *ctx, cim__umaker *m, uint32_t object, uint8_t domain, uint32_t *point_out);
cim_status cim__u_point(cim_ctx *ctx, cim__umaker *m, uint32_t object, uint8_t domain, uint8_t bits, double x, double y, uint32_t *point_out);
cim_status cim__u_found(cim_ctx *ctx, cim__umaker *m, uint32_t kind, uint32_t object, uint32_t other, uint32_t end, double x, double y, double distance_m);
cim_status cim__u_find(cim_ctx *ctx, cim__umaker *m, cim__str gid, uint32_t *object_out); /* CIM_NONE: not there, or several */
cim_status cim__u_sort_pairs(cim_ctx *ctx, cim__buf *pairs); /* ascending, each once */
bool cim__u_add(cim__umaker *m, int column, uint32_t element, double value); /* false when out of memory */
/* All objects of a layer. */
cim_status cim__u_scan(cim_ctx *ctx, cim__umaker *m, cim__layer_id layer, const cim__columns *columns, cim__object_fn fn, void *user);

/* Geometry of a run of vertices. */
typedef struct cim__uplace {
    double distance2, x, y, fraction;
    uint32_t segment;
} cim__uplace;
/* Nearest place on straight pieces first .. last - 1 of a line of vertices; distance2 HUGE_VAL when there is none. */
cim__uplace cim__u_nearest(const double *xy, uint32_t first, uint32_t last, double x, double y);
double cim__u_length(const double *xy, uint32_t count);
/* Boxes of runs of CIM__U_RUN straight pieces; ids are the first vertices of runs, numbered from `base`. */
bool cim__u_runs(const double *xy, uint32_t count, uint32_t base, cim__buf *boxes, cim__buf *ids);

/* Does a run of an edge, or a node, lie within a distance of a geometry; how far it is, HUGE_VAL beyond `most`. */
double cim__u_distance(const cim_utility *u, uint32_t id, const cim_geom *geom, double most);
uint32_t cim__u_edge_at(const cim_utility *u, uint32_t vertex); /* whose vertex it is */
/* The last vertex of the run that begins at one. */
static inline uint32_t cim__u_run_end(const cim_utility *u, uint32_t edge, uint32_t vertex)
{
    const uint32_t last = u->first_vertex[edge + 1] - 1;
    return last - vertex > CIM__U_RUN ? vertex + CIM__U_RUN : last;
}

/* ---- words ---- */

uint8_t cim__u_flow(cim__str text);          /* 255: not said */
bool cim__u_state(cim__str text, bool is_switch, uint32_t *state_out); /* false: no such word */
bool cim__u_in_use(cim__str status);
uint8_t cim__u_kind(uint8_t class_id, cim__str function); /* 255: no device */
bool cim__u_is_sewer(cim__str domain);
bool cim__u_feeds(uint8_t class_id, cim__str domain); /* unless it says otherwise */
uint32_t cim__u_site(cim__str word);         /* CIM_UTILITY_SITE_* */

#endif
