/**
 * @file trace.h
 * Traces in utility networks (water, gas, power, heat, sewers, telecom): the engine, on bare arrays.
 *
 * Usable on its own, without a city.  cim-trace(7) explains every trace in the terms of the trade.  In short:
 *
 *     cim_trace_network_build(ctx, &arrays, &network);              once: nodes, edges, devices on their ends
 *     cim_trace_status_new(ctx, network, NULL, NULL, &status);      what is open, shut, out of service
 *     cim_trace_status_apply(ctx, status, changes, count);          a valve was closed
 *     cim_trace_status_publish(ctx, status, NULL);                  readers see it from here on
 *     cim_trace_view *view = cim_trace_status_view(status);         an immutable state
 *     cim_trace_query_new(ctx, network, &query);                    once per thread
 *     cim_trace_find(ctx, view, query, CIM_TRACE_UPSTREAM, &start, 1, NULL, &result);
 *
 * An *element* is a node or an edge: node v is element v, edge e is element node_count + e.  Results are elements in ascending
 * order.  An edge has two ends, 0 at its `from` node and 1 at its `to` node.  A *device* sits on an end, between the edge and its node.
 *
 * "Shut" is said of every device through which nothing passes: a closed valve, an open switch.  Parallel edges, edges from a node to
 * itself, nodes without edges and networks in several parts are fine.
 *
 * Nothing here knows pressure or voltage: an element that is still connected to a source may all the same get too little.
 */
#ifndef CIM_TRACE_H
#define CIM_TRACE_H

#include "cim/ctx.h"

CIM_BEGIN

#define CIM_TRACE_MAX_NODES 0x40000000u
#define CIM_TRACE_MAX_EDGES 0x40000000u
#define CIM_TRACE_MAX_DEVICES 0x40000000u
#define CIM_TRACE_MAX_COLUMNS 64u

/** Kinds of devices. */
enum {
    CIM_TRACE_VALVE = 0,
    CIM_TRACE_SWITCH = 1,
    CIM_TRACE_PUMP = 2,
    CIM_TRACE_REGULATOR = 3,
    CIM_TRACE_TRANSFORMER = 4,
    CIM_TRACE_CHECK_VALVE = 5,
    CIM_TRACE_FUSE = 6,
    CIM_TRACE_METER = 7,
    CIM_TRACE_HYDRANT = 8,
    CIM_TRACE_OTHER = 9,
    CIM_TRACE_KINDS = 32 /* kinds 10 .. 31 are the caller's own */
};

/** Status bits; 0 is a node that is no source, an edge in service, a device that is open and can be operated. */
enum {
    CIM_TRACE_OUT = 1,           /* node, edge: out of service, nothing passes.  Device: as if it were not there */
    CIM_TRACE_SHUT = 2,          /* device: nothing passes now */
    CIM_TRACE_NORMALLY_SHUT = 4, /* device: nothing passes in the normal state */
    CIM_TRACE_INOPERABLE = 8,    /* device: does not turn */
    CIM_TRACE_INACCESSIBLE = 16, /* device: cannot be got at */
    CIM_TRACE_SOURCE = 32        /* node: feeds the network, a controller */
};

/** Which way an edge or a device lets pass, seen from end 0 of the edge to end 1. */
enum { CIM_TRACE_BOTH = 0, CIM_TRACE_WITH = 1, CIM_TRACE_AGAINST = 2, CIM_TRACE_NEITHER = 3 };

/** A named number of every node and edge, for sums: length_m, demand, customers, beds. */
typedef struct cim_trace_column {
    const char *name;
    const double *nodes; /* node_count finite numbers, or NULL: all 0 */
    const double *edges; /* edge_count finite numbers, or NULL: all 0 */
} cim_trace_column;

/** A network; arrays are borrowed for the call.  NULL arrays of bytes are all 0. */
typedef struct cim_trace_arrays {
    size_t struct_size;        /* set by CIM_TRACE_ARRAYS_INIT */
    uint32_t node_count, edge_count, device_count, column_count;
    const uint32_t *from;      /* edge_count nodes */
    const uint32_t *to;
    const uint8_t *node_flags; /* CIM_TRACE_OUT, CIM_TRACE_SOURCE */
    const uint8_t *edge_flags; /* CIM_TRACE_OUT */
    const uint8_t *direction;  /* CIM_TRACE_BOTH .. CIM_TRACE_NEITHER of every edge */
    const uint8_t *node_domain, *edge_domain; /* any numbers, e.g. water 1, gas 2 */
    const uint8_t *node_tier, *edge_tier;     /* any numbers, e.g. high voltage 1, low voltage 3 */
    const uint32_t *edge_feature;             /* what the edge is a piece of, below feature_count; CIM_NONE: of nothing.  NULL: all */
    uint32_t feature_count;
    uint32_t isolating_kinds;        /* bits 1 << kind of devices that may cut off a segment; 0: valves and switches */
    const uint32_t *device_edge;     /* device_count edges */
    const uint8_t *device_end;       /* 0 or 1 */
    const uint8_t *device_kind;      /* below CIM_TRACE_KINDS */
    const uint8_t *device_flags;     /* CIM_TRACE_OUT .. CIM_TRACE_INACCESSIBLE */
    const uint8_t *device_direction; /* CIM_TRACE_BOTH .. CIM_TRACE_NEITHER */
    const cim_trace_column *columns; /* column_count */
} cim_trace_arrays;

#define CIM_TRACE_ARRAYS_INIT                                                                                                           \
    { sizeof(cim_trace_arrays), 0, 0, 0, 0, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 0, 0, NULL, NULL, NULL, NULL, NULL, NULL }

typedef struct cim_trace_network cim_trace_network;
typedef struct cim_trace_status cim_trace_status;
typedef struct cim_trace_view cim_trace_view;
typedef struct cim_trace_query cim_trace_query;

/* ---- the network ---- */

/**
 * A network from arrays, which are checked and copied.
 *
 * @param[out] network_out  freed with cim_trace_network_free().
 * @return CIM_OK; CIM_EARG naming the first thing that is wrong; CIM_EVERSION; CIM_ENOMEM.
 * Thread rule: any thread; the result is immutable and may be shared.   Cost: O(nodes + edges + devices).
 * Since 0.1.
 */
CIM_API cim_status cim_trace_network_build(cim_ctx *ctx, const cim_trace_arrays *arrays, cim_trace_network **network_out);

/**
 * One more owner of the same network; each calls cim_trace_network_free().
 *
 * @return network.
 * Thread rule: any thread.   Cost: O(1).
 * Since 0.1.
 */
CIM_API cim_trace_network *cim_trace_network_ref(cim_trace_network *network);

/**
 * Give up a network; NULL is accepted.  What was made of it stays valid.
 *
 * @return nothing.
 * Thread rule: any thread.   Cost: O(1), or freeing it by the last owner.
 * Since 0.1.
 */
CIM_API void cim_trace_network_free(cim_trace_network *network);

/**
 * The number of a column.
 *
 * @return CIM_NONE when there is none of this name.
 * Thread rule: any thread.   Cost: O(columns).
 * Since 0.1.
 */
CIM_API uint32_t cim_trace_network_column(const cim_trace_network *network, const char *name);

/**
 * The edges of a feature, ascending.
 *
 * @param[out] count_out  how many.
 * @return borrowed from the network; NULL for a feature that does not exist.
 * Thread rule: any thread.   Cost: O(1).
 * Since 0.1.
 */
CIM_API const uint32_t *cim_trace_network_feature(const cim_trace_network *network, uint32_t feature, size_t *count_out);

/* ---- the status ---- */

enum { CIM_TRACE_NODE = 0, CIM_TRACE_EDGE = 1, CIM_TRACE_DEVICE = 2 };

/** Status bits of one thing are set and cleared. */
typedef struct cim_trace_change {
    uint32_t what;  /* CIM_TRACE_NODE, _EDGE, _DEVICE */
    uint32_t id;    /* of the node, edge or device */
    uint32_t set;   /* bits to set */
    uint32_t clear; /* bits to clear; none that are set too */
} cim_trace_change;

typedef struct cim_trace_status_options {
    size_t struct_size;   /* set by CIM_TRACE_STATUS_OPTIONS_INIT */
    int32_t normal_state; /* 1: every device begins as it normally is, CIM_TRACE_NORMALLY_SHUT, and not as it is now */
} cim_trace_status_options;

#define CIM_TRACE_STATUS_OPTIONS_INIT { sizeof(cim_trace_status_options), 0 }

/**
 * A status that changes: the live one of a network, or a private one for a what-if, which begins where a view is.
 *
 * @param base        NULL: as the arrays said; else as in this view of the same network, which is not kept.
 * @param options     NULL: all defaults.
 * @param[out] status_out  freed with cim_trace_status_free(); epoch 0 is published.
 * @return CIM_OK; CIM_EARG; CIM_EVERSION; CIM_ENOMEM.
 * Thread rule: any thread.   Cost: copying the bits: O(nodes + edges + devices).
 * Since 0.1.
 */
CIM_API cim_status cim_trace_status_new(cim_ctx *ctx, cim_trace_network *network, const cim_trace_view *base, const cim_trace_status_options *options,
                                        cim_trace_status **status_out);

/**
 * Give up a status; NULL is accepted.  Views that are still held stay valid.
 *
 * @return nothing.
 * Thread rule: any thread, when no other function of it runs.   Cost: O(1).
 * Since 0.1.
 */
CIM_API void cim_trace_status_free(cim_trace_status *status);

/**
 * Change bits, in the order given; seen after the next publish.  A bad change refuses them all.
 *
 * @return CIM_OK; CIM_EARG naming the first bad change.
 * Thread rule: any thread; waits for another writer, readers never do.   Cost: O(changes and the edges at their nodes).
 * Since 0.1.
 */
CIM_API cim_status cim_trace_status_apply(cim_ctx *ctx, cim_trace_status *status, const cim_trace_change *changes, size_t count);

/**
 * The changed bits become the next epoch, which later views show.
 *
 * @param[out] epoch_out  its number, or NULL.
 * @return CIM_OK; CIM_ELIMIT when 4,096 views of different epochs are held; CIM_ENOMEM: readers see what they saw.
 * Thread rule: any thread; one at a time, readers never wait.   Cost: copying the bits.  Indexes are made when a query first needs them.
 * Since 0.1.
 */
CIM_API cim_status cim_trace_status_publish(cim_ctx *ctx, cim_trace_status *status, uint64_t *epoch_out);

/**
 * The state that was published last.  It never changes.
 *
 * @return a view, freed with cim_trace_view_free().
 * Thread rule: any thread.   Cost: O(1), without a lock or an allocation.
 * Since 0.1.
 */
CIM_API cim_trace_view *cim_trace_status_view(cim_trace_status *status);

/**
 * One more owner of the same view; each calls cim_trace_view_free().
 *
 * @return view.
 * Thread rule: any thread.   Cost: O(1).
 * Since 0.1.
 */
CIM_API cim_trace_view *cim_trace_view_ref(cim_trace_view *view);

/**
 * Give up a view; NULL is accepted.
 *
 * @return nothing.
 * Thread rule: any thread.   Cost: O(1).
 * Since 0.1.
 */
CIM_API void cim_trace_view_free(cim_trace_view *view);

/**
 * The epoch of a view.
 *
 * @return 0, 1, 2, ... in its status.
 * Thread rule: any thread.   Cost: O(1).
 * Since 0.1.
 */
CIM_API uint64_t cim_trace_view_epoch(const cim_trace_view *view);

/**
 * The status bits of a node, edge or device as they are in a view.
 *
 * @param what  CIM_TRACE_NODE, _EDGE, _DEVICE.
 * @param id    of the node, edge or device.
 * @return bits CIM_TRACE_OUT ..; 0 for what does not exist.
 * Thread rule: any thread.   Cost: O(1).
 * Since 0.1.
 */
CIM_API uint32_t cim_trace_view_flags(const cim_trace_view *view, uint32_t what, uint32_t id);

/** Indexes of a view. */
enum {
    CIM_TRACE_INDEX_SUPPLY = 1,  /* blocks seen from the sources: upstream, downstream, criticality */
    CIM_TRACE_INDEX_PLAIN = 2,   /* blocks without regard to sources: loops, bridges, cut nodes */
    CIM_TRACE_INDEX_SEGMENTS = 4 /* what devices cut off: isolation */
};

/**
 * Make indexes of a view now rather than when a query first needs them.  In networks with one-way edges CIM_TRACE_INDEX_SUPPLY is a
 * dominator tree.
 *
 * @param indexes  bits CIM_TRACE_INDEX_*.
 * @return CIM_OK; CIM_EARG; CIM_ENOMEM.
 * Thread rule: any thread; several at once wait for the one that builds.   Cost: some 100 ns an edge, once a view.
 * Since 0.1.
 */
CIM_API cim_status cim_trace_view_prepare(cim_ctx *ctx, cim_trace_view *view, uint32_t indexes);

/* ---- traces ---- */

/**
 * Working memory of one thread for traces in one network.
 *
 * @param[out] query_out  freed with cim_trace_query_free().
 * @return CIM_OK; CIM_EARG; CIM_ENOMEM.
 * Thread rule: any thread.   Cost: a bit an element, and more when a trace needs it.
 * Since 0.1.
 */
CIM_API cim_status cim_trace_query_new(cim_ctx *ctx, cim_trace_network *network, cim_trace_query **query_out);

/**
 * Free working memory, and the results that are in it; NULL is accepted.
 *
 * @return nothing.
 * Thread rule: the thread that uses it.   Cost: O(1).
 * Since 0.1.
 */
CIM_API void cim_trace_query_free(cim_trace_query *query);

/** What to find. */
enum {
    CIM_TRACE_CONNECTED = 0,   /* all that hangs together with the starts, whatever is shut or out of service */
    CIM_TRACE_SUBNETWORK = 1,  /* all that the starts reach through what is open and in service, not beyond sources */
    CIM_TRACE_CONTROLLERS = 2, /* the sources of that */
    CIM_TRACE_UPSTREAM = 3,    /* what may feed the starts: elements on a way from a source to a start that passes nothing twice */
    CIM_TRACE_DOWNSTREAM = 4,  /* what only the starts feed: elements that every way from the sources reaches through a start, each by itself */
    CIM_TRACE_LOOPS = 5,       /* edges on a ring, and their nodes; of all rings or, with starts, of the rings these lie in */
    CIM_TRACE_BRIDGES = 6,     /* edges whose loss parts the network; no starts */
    CIM_TRACE_CUT_NODES = 7    /* nodes whose loss parts other nodes; no starts */
};

typedef struct cim_trace_options {
    size_t struct_size;              /* set by CIM_TRACE_OPTIONS_INIT */
    const uint32_t *barriers;        /* search barriers: elements that are found but not passed.  CONNECTED, SUBNETWORK, CONTROLLERS only */
    size_t barrier_count;
    uint32_t barrier_kinds;          /* the same for devices: bits 1 << kind */
    uint32_t result_barrier_kinds;   /* as result_barriers */
    const uint32_t *result_barriers; /* filter barriers: the search ignores them, then the result ends there, seen from the starts */
    size_t result_barrier_count;
    uint32_t domain, tier;           /* only elements of these; CIM_NONE: of any.  CONNECTED, SUBNETWORK, CONTROLLERS only */
    uint32_t limit_column;           /* function barrier: the least sum of this column on the way, without the start's own, must not exceed ... */
    uint32_t no_nodes, no_edges;     /* 1: left out of the result and of the sums */
    double limit;                    /* ... this.  CONNECTED, SUBNETWORK, CONTROLLERS only; the column must not be negative */
    int32_t through_sources;         /* 1: for LOOPS, BRIDGES, CUT_NODES all sources are one: a feed from two sides is a ring */
} cim_trace_options;

#define CIM_TRACE_OPTIONS_INIT { sizeof(cim_trace_options), NULL, 0, 0, 0, NULL, 0, CIM_NONE, CIM_NONE, CIM_NONE, 0, 0, 0.0, 0 }

/** What was found; borrowed from the query until its next use. */
typedef struct cim_trace_result {
    size_t struct_size;       /* set by the caller */
    const uint32_t *elements; /* ascending: node_count nodes, then edges */
    const uint32_t *why;      /* for each the element it was reached from; CIM_NONE for a start, or a source */
    size_t count, node_count;
    const uint32_t *features; /* of the edges, ascending, each once */
    size_t feature_count;
    const double *sums;       /* of every column */
    uint64_t epoch;
} cim_trace_result;

/**
 * Run a trace.
 *
 * Upstream and downstream follow the definition of the ACM SIGSPATIAL Cup 2018: an element is upstream of a start when it lies on a simple
 * path from the start to a source (which may lead past another source).  They are read off the blocks of the network (J. Hopcroft,
 * R. Tarjan, "Efficient algorithms for graph manipulation", 1973), with edges told apart by their numbers, so that parallel edges are
 * right.  Where edges are one-way, downstream comes from a dominator tree (T. Lengauer, R. Tarjan, 1979), and upstream are the elements
 * that lie on a way from a source to the start such that no single element must be passed twice; see cim-trace(7).
 *
 * @param what     CIM_TRACE_CONNECTED ..
 * @param starts   count elements; none for BRIDGES and CUT_NODES; none for LOOPS means all.
 * @param options  NULL: all defaults.
 * @param[in,out] result_out  filled as far as struct_size has room.
 * @return CIM_OK; CIM_EARG; CIM_EVERSION; CIM_ENOMEM; CIM_ECANCEL.
 * Thread rule: a query belongs to one thread at a time.   Cost: O(result), after the view's index was made; upstream with one-way edges
 *              O((nodes + edges) log).
 * Since 0.1.
 */
CIM_API cim_status cim_trace_find(cim_ctx *ctx, cim_trace_view *view, cim_trace_query *query, uint32_t what, const uint32_t *starts, size_t count,
                                  const cim_trace_options *options, cim_trace_result *result_out);

/**
 * Sums over what is upstream of starts, without listing it: how long, how many, how much.
 *
 * @param column  number of a column; CIM_NONE: every element counts 1.
 * @param starts  count elements; none: only the index is made.
 * @param[out] each_out  NULL, or count numbers: the sum over what cim_trace_find() finds upstream of this start alone.
 * @param[out] all_out   NULL, or the sum over what it finds upstream of all of them.
 * @return CIM_OK; CIM_EARG; CIM_ENOMEM; CIM_ECANCEL.
 * Thread rule: a query belongs to one thread at a time.   Cost: O(starts and blocks between them and the sources), after the index
 *              CIM_TRACE_INDEX_SUPPLY and, once a view and column, O(nodes + edges); with one-way edges a cim_trace_find() for each.
 * Since 0.1.
 */
CIM_API cim_status cim_trace_upstream_sums(cim_ctx *ctx, cim_trace_view *view, cim_trace_query *query, uint32_t column, const uint32_t *starts, size_t count,
                                           double *each_out, double *all_out);

/**
 * A shortest way between two elements through what is open and in service, whatever the direction.
 *
 * @param column        the length of nodes and edges, not negative; CIM_NONE: every element counts 1.  The ends count too.
 * @param[out] length_out  its length; INFINITY when there is none.
 * @param[in,out] result_out  the elements of the way; `why` leads from `to` back to `from`.  Of equal ways always the same.
 * @return CIM_OK; CIM_EARG; CIM_ENOMEM; CIM_ECANCEL.
 * Thread rule: a query belongs to one thread at a time.   Cost: Dijkstra.
 * Since 0.1.
 */
CIM_API cim_status cim_trace_path(cim_ctx *ctx, cim_trace_view *view, cim_trace_query *query, uint32_t from, uint32_t to, uint32_t column, double *length_out,
                                  cim_trace_result *result_out);

/** A device and the way to it. */
typedef struct cim_trace_hit {
    uint32_t device;
    double length; /* of the way up to the end it sits on */
} cim_trace_hit;

/**
 * The nearest devices of some kinds that are in service, shut or not, through what is open.
 *
 * @param column     as in cim_trace_path().  The start counts too.
 * @param kinds      bits 1 << kind.
 * @param[out] hits_out   room for k; by length, then device.
 * @param[out] count_out  how many were found, at most k.
 * @return CIM_OK; CIM_EARG; CIM_ENOMEM; CIM_ECANCEL.
 * Thread rule: a query belongs to one thread at a time.   Cost: Dijkstra as far as needed.
 * Since 0.1.
 */
CIM_API cim_status cim_trace_nearest(cim_ctx *ctx, cim_trace_view *view, cim_trace_query *query, uint32_t from, uint32_t column, uint32_t kinds, size_t k,
                                     cim_trace_hit *hits_out, size_t *count_out);

/**
 * How many ways without a common edge lead from sources to a node, in the direction of flow: how many edges must fail to cut it off.
 *
 * @param node      a node.
 * @param k         1 .. 3: no more are counted.
 * @param[out] ways_out  0 .. k; k for a source.
 * @param[in,out] result_out  NULL, or the edges of these ways and their nodes.
 * @return CIM_OK; CIM_EARG; CIM_ENOMEM; CIM_ECANCEL.
 * Thread rule: a query belongs to one thread at a time.   Cost: k + 1 searches.
 * Since 0.1.
 */
CIM_API cim_status cim_trace_redundancy(cim_ctx *ctx, cim_trace_view *view, cim_trace_query *query, uint32_t node, uint32_t k, uint32_t *ways_out,
                                        cim_trace_result *result_out);

/**
 * What is lost when an element fails, for every element: the sum of a column over itself and all that only it feeds.  0 for elements
 * without supply.
 *
 * @param column    number of a column.
 * @param[out] loss_out  node_count + edge_count numbers.
 * @return CIM_OK; CIM_EARG; CIM_ENOMEM.
 * Thread rule: any thread.   Cost: O(nodes + edges), after the index CIM_TRACE_INDEX_SUPPLY.
 * Since 0.1.
 */
CIM_API cim_status cim_trace_criticality(cim_ctx *ctx, cim_trace_view *view, uint32_t column, double *loss_out);

/** How values are combined along a way. */
enum {
    CIM_TRACE_MIN = 0, /* the least on the way; of several ways the one with the greatest: what the best way can carry */
    CIM_TRACE_MAX = 1  /* the greatest on the way; of several ways the one with the least */
};

/**
 * Carry values from the sources along the flow: each element's own value is combined with what comes to it.
 *
 * @param op      CIM_TRACE_MIN, CIM_TRACE_MAX.
 * @param own     node_count + edge_count numbers, none NaN.
 * @param[out] values_out  as many; without supply -INFINITY for CIM_TRACE_MIN, INFINITY for CIM_TRACE_MAX.  May be `own`.
 * @return CIM_OK; CIM_EARG; CIM_ENOMEM; CIM_ECANCEL.
 * Thread rule: a query belongs to one thread at a time.   Cost: O((nodes + edges) log).
 * Since 0.1.
 */
CIM_API cim_status cim_trace_propagate(cim_ctx *ctx, cim_trace_view *view, cim_trace_query *query, uint32_t op, const double *own, double *values_out);

/**
 * The same with bitwise and along a way, bitwise or of several ways: a bit arrives where some way from a source has it on every element
 * (phases).
 *
 * @param own     node_count + edge_count sets of bits.
 * @param[out] bits_out  as many; 0 without supply.  May be `own`.
 * @return CIM_OK; CIM_EARG; CIM_ENOMEM; CIM_ECANCEL.
 * Thread rule: a query belongs to one thread at a time.   Cost: O(32 (nodes + edges)) at most.
 * Since 0.1.
 */
CIM_API cim_status cim_trace_propagate_bits(cim_ctx *ctx, cim_trace_view *view, cim_trace_query *query, const uint32_t *own, uint32_t *bits_out);

/* ---- isolation ---- */

/** The segments of a view; borrowed from it. */
typedef struct cim_trace_segments {
    size_t struct_size;        /* set by the caller */
    uint32_t count;
    const uint32_t *of;        /* segment of every element; they are numbered by their lowest element */
    const uint32_t *first;     /* count + 1: elements of segment s are elements[first[s]] .. elements[first[s + 1] - 1], ascending */
    const uint32_t *elements;
} cim_trace_segments;

/**
 * The segments: what devices that can be operated and got at, of the isolating kinds, cut off from each other when all are shut.
 *
 * @param[in,out] segments_out  filled as far as struct_size has room.
 * @return CIM_OK; CIM_EARG; CIM_ENOMEM.
 * Thread rule: any thread.   Cost: O(1) after the index CIM_TRACE_INDEX_SEGMENTS.
 * Since 0.1.
 */
CIM_API cim_status cim_trace_segments_get(cim_ctx *ctx, cim_trace_view *view, cim_trace_segments *segments_out);

/**
 * What is lost when a segment is cut off, for every segment: the sum of a column over the segment and all that gets nothing without it;
 * elements that had no supply before are not counted.
 *
 * @param column    number of a column.
 * @param[out] loss_out  as many numbers as there are segments.
 * @return CIM_OK; CIM_EARG; CIM_ENOMEM; CIM_ECANCEL.
 * Thread rule: any thread.   Cost: O(nodes + edges), after the index; with one-way edges that for each segment.
 * Since 0.1.
 */
CIM_API cim_status cim_trace_segment_losses(cim_ctx *ctx, cim_trace_view *view, uint32_t column, double *loss_out);

/** How to isolate, and what it costs; borrowed from the query until its next use.  All lists ascending. */
typedef struct cim_trace_isolation {
    size_t struct_size;     /* set by the caller */
    const uint32_t *shut;   /* devices to shut: the least that cuts the works off from every source */
    size_t shut_count;
    const uint32_t *leave;  /* devices around the works that are open and need not be shut: nothing comes from there */
    size_t leave_count;
    const uint32_t *keep;   /* devices around the works that are shut already, and must stay so */
    size_t keep_count;
    const uint32_t *stuck;  /* devices of the isolating kinds inside the works that cannot be used */
    size_t stuck_count;
    const uint32_t *works;  /* elements that are cut off with the fault */
    size_t works_count;
    const uint32_t *lost;   /* other elements that lose their supply */
    size_t lost_count;
    const double *works_sums, *lost_sums; /* of every column; works_sums also of what had no supply before */
    const uint32_t *sources; /* sources inside the works: they must be turned off themselves */
    size_t source_count;
    uint64_t epoch;
} cim_trace_isolation;

/**
 * Isolate faults or works, one or several at once.
 *
 * @param faults  count elements.
 * @param stuck   stuck_count devices that were found not to turn; their two segments count as one.
 * @param[in,out] isolation_out  filled as far as struct_size has room.
 * @return CIM_OK; CIM_EARG; CIM_ENOMEM; CIM_ECANCEL.
 * Thread rule: a query belongs to one thread at a time.   Cost: O(answer) for one segment; with several, stuck devices or one-way edges
 *              O(what hangs on the works along one way from the sources to each element), after an index of these ways, made once a view.
 * Since 0.1.
 */
CIM_API cim_status cim_trace_isolate(cim_ctx *ctx, cim_trace_view *view, cim_trace_query *query, const uint32_t *faults, size_t count, const uint32_t *stuck,
                                     size_t stuck_count, cim_trace_isolation *isolation_out);

/** What follows when one of the devices to shut does not turn. */
typedef struct cim_trace_fallback {
    uint32_t device;      /* that does not turn */
    uint32_t shut_count;  /* devices to shut instead */
    uint32_t has_source;  /* 1: a source is inside then */
    uint32_t reserved;
    double added;         /* what the column loses more, works and lost elements that had supply */
} cim_trace_fallback;

/**
 * For every device that cim_trace_isolate() would shut: what if it does not turn.
 *
 * @param column     number of a column.
 * @param[out] fallbacks_out  room for cap, or NULL with cap 0; the one that adds least first, then by device.
 * @param[out] fallback_count_out  how many there are, also when that is more than cap.
 * @return as cim_trace_isolate().
 * Thread rule: a query belongs to one thread at a time.   Cost: one cim_trace_isolate() with a stuck device each.
 * Since 0.1.
 */
CIM_API cim_status cim_trace_fallbacks(cim_ctx *ctx, cim_trace_view *view, cim_trace_query *query, const uint32_t *faults, size_t count, const uint32_t *stuck,
                                       size_t stuck_count, uint32_t column, cim_trace_fallback *fallbacks_out, size_t cap, size_t *fallback_count_out);

/** How something that is lost can be supplied from elsewhere; borrowed from the query until its next use. */
typedef struct cim_trace_resupplied {
    size_t struct_size;       /* set by the caller */
    const uint32_t *way;      /* elements from one that has supply to one that is lost, in this order; none: there is no way */
    size_t way_count;
    const uint32_t *open;     /* devices to open, ascending; none when the lost elements are not without supply */
    size_t open_count;
    const uint32_t *shut;     /* devices to shut before, so that nothing flows into the works; ascending */
    size_t shut_count;
    const uint32_t *regained; /* of what is lost: what has supply then; ascending */
    size_t regained_count;
    const double *regained_sums; /* of every column */
    double length;            /* of the way, its ends included; INFINITY: there is none */
    uint64_t epoch;
} cim_trace_resupplied;

/**
 * Supply from elsewhere what is lost beside works: the way through shut devices that takes the fewest operations, then the shortest.
 * For what is lost in several parts ask again with those that were not regained.
 *
 * @param works   works_count elements of cim_trace_isolation: their segments are not passed.
 * @param lost    lost_count elements to be supplied again.  Both lists may be borrowed from this query.
 * @param stuck   stuck_count devices that were found not to turn.
 * @param column  the length of elements, not negative; CIM_NONE: each counts 1.
 * @param[in,out] resupplied_out  filled as far as struct_size has room.
 * @return CIM_OK, also when there is no way; CIM_EARG; CIM_ENOMEM; CIM_ECANCEL.
 * Thread rule: a query belongs to one thread at a time.   Cost: O((nodes + edges) log), after the index CIM_TRACE_INDEX_SEGMENTS.
 * Since 0.1.
 */
CIM_API cim_status cim_trace_resupply(cim_ctx *ctx, cim_trace_view *view, cim_trace_query *query, const uint32_t *works, size_t works_count,
                                      const uint32_t *lost, size_t lost_count, const uint32_t *stuck, size_t stuck_count, uint32_t column,
                                      cim_trace_resupplied *resupplied_out);

CIM_END

#endif
