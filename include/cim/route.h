/**
 * @file route.h
 * Exact shortest travel times and paths in a directed graph whose weights change: the engine, on bare arrays.
 *
 * Usable on its own, without a city.  cim-route(7) explains the model and what it costs.  In short:
 *
 *     cim_route_graph g = CIM_ROUTE_GRAPH_INIT;                    arcs: tail, head; perhaps coordinates
 *     cim_route_hierarchy_build(ctx, &g, NULL, &hierarchy);        once per graph, seconds; weights play no part
 *     cim_route_metric_build(ctx, hierarchy, weights, NULL, &m);   once per set of weights, milliseconds
 *     cim_route_query_new(ctx, hierarchy, &query);                 once per thread
 *     cim_route_time(ctx, m, query, from, to, &time_ms);           microseconds; nanoseconds with labels
 *
 * Weights and times are milliseconds in 32 bits.  CIM_ROUTE_UNREACHABLE_MS (12.4 days) and everything above it is the same as no
 * arc; a time that would reach it is CIM_ROUTE_UNREACHABLE_MS: sums never wrap.  Zero weights, parallel arcs, loops, nodes without
 * arcs and graphs in several parts are fine.  Nodes are 0 .. node_count - 1, arcs 0 .. arc_count - 1 in the caller's order.
 *
 * All times are exact: equal to Dijkstra's.  Of several paths of equal time one is given, always the same one for the same
 * hierarchy and weights.
 */
#ifndef CIM_ROUTE_H
#define CIM_ROUTE_H

#include "cim/ctx.h"

CIM_BEGIN

/** No way: the largest time, and the weight of a closed arc. 2^30 - 1. */
#define CIM_ROUTE_UNREACHABLE_MS 0x3fffffffu

/** Sets of weights, or starts, that are computed side by side. */
#define CIM_ROUTE_LANES 16

#define CIM_ROUTE_MAX_NODES 0x40000000u
#define CIM_ROUTE_MAX_ARCS 0x40000000u

/** A directed graph; arrays are borrowed for the call. */
typedef struct cim_route_graph {
    size_t struct_size;     /* set by CIM_ROUTE_GRAPH_INIT */
    uint32_t node_count;
    uint32_t arc_count;
    const uint32_t *tail;   /* arc_count nodes: where an arc begins */
    const uint32_t *head;   /* arc_count nodes: where it ends */
    const double *x;        /* node_count coordinates in any plane, or NULL; they only help to find a good node order */
    const double *y;
} cim_route_graph;

#define CIM_ROUTE_GRAPH_INIT { sizeof(cim_route_graph), 0, 0, NULL, NULL, NULL, NULL }

/** A node and the time from the true start to it (or from it to the true end): a point on a street has two of them. */
typedef struct cim_route_end {
    uint32_t node;
    uint32_t offset_ms;
} cim_route_end;

/** `count` starts or destinations, each with one or more ends: place i has ends[first_end[i]] .. ends[first_end[i + 1] - 1], or, when
 *  first_end is NULL, the one end ends[i].  Borrowed for the call. */
typedef struct cim_route_places {
    const cim_route_end *ends;
    const uint32_t *first_end;  /* count + 1, or NULL */
    size_t count;
} cim_route_places;

enum { CIM_ROUTE_FORWARD = 0, CIM_ROUTE_BACKWARD = 1 };

/* ---- the hierarchy: topology without weights ---- */

typedef struct cim_route_hierarchy cim_route_hierarchy;

/** What a hierarchy is made of. */
typedef struct cim_route_hierarchy_info {
    size_t struct_size;         /* set by the caller */
    uint32_t node_count, arc_count;
    uint32_t up_arc_count;      /* arcs of the hierarchy, each for both directions */
    uint32_t levels;            /* height of the elimination tree */
    uint64_t triangle_count;    /* sums of two arcs done by a customisation */
    uint64_t bytes;             /* held in memory */
    uint64_t graph_hash;        /* of node count, tails and heads */
    double mean_search_arcs;    /* up-arcs seen from a node, on average */
} cim_route_hierarchy_info;

/**
 * A node order by nested dissection: cuts by maximum flow between the ends of the graph in eight directions.
 *
 * @param order_out  room for node_count nodes: the order in which nodes are contracted, the most important last.
 * @return CIM_OK; CIM_EARG for a graph that is none; CIM_ENOMEM; CIM_ECANCEL.
 * Thread rule: any thread; uses the context's threads, the order is the same with any number.   Cost: 10 to 30 us a node of a city.
 * Since 0.1.
 */
CIM_API cim_status cim_route_order(cim_ctx *ctx, const cim_route_graph *graph, uint32_t *order_out);

/**
 * Build the customizable contraction hierarchy of a graph (J. Dibbelt, B. Strasser, D. Wagner, JEA 2016).
 *
 * @param order  node_count nodes, each once, or NULL for cim_route_order().  Any order gives right answers.
 * @param[out] hierarchy_out  new hierarchy, freed with cim_route_hierarchy_free().
 * @return CIM_OK; CIM_EARG for a graph or an order that is none; CIM_ELIMIT if the order makes more than 2^30 arcs, 2^32 triangles or a
 *         tree deeper than 65,535; CIM_ENOMEM; CIM_ECANCEL.
 * Thread rule: any thread; the result may be shared.   Cost: that of the order, then about 0.5 us a node.
 * Since 0.1.
 */
CIM_API cim_status cim_route_hierarchy_build(cim_ctx *ctx, const cim_route_graph *graph, const uint32_t *order, cim_route_hierarchy **hierarchy_out);

/**
 * One more owner of the same hierarchy; each calls cim_route_hierarchy_free().
 *
 * @return hierarchy.
 * Thread rule: any thread.   Cost: O(1).
 * Since 0.1.
 */
CIM_API cim_route_hierarchy *cim_route_hierarchy_ref(cim_route_hierarchy *hierarchy);

/**
 * Give up a hierarchy; NULL is accepted.  Metrics and queries made from it keep it alive.
 *
 * @return nothing.
 * Thread rule: any thread.   Cost: O(1).
 * Since 0.1.
 */
CIM_API void cim_route_hierarchy_free(cim_route_hierarchy *hierarchy);

/**
 * Sizes of a hierarchy.
 *
 * @param[in,out] info_out  struct_size set by the caller; as many fields as it has room for are filled.
 * @return CIM_OK; CIM_EARG if struct_size was not set.
 * Thread rule: any thread.   Cost: O(node_count).
 * Since 0.1.
 */
CIM_API cim_status cim_route_hierarchy_stat(cim_ctx *ctx, const cim_route_hierarchy *hierarchy, cim_route_hierarchy_info *info_out);

/**
 * The node order in use; the same tree as the order given, in another arrangement.
 *
 * @return node_count nodes, borrowed; giving them to cim_route_hierarchy_build() makes the same hierarchy.
 * Thread rule: any thread.   Cost: O(1).
 * Since 0.1.
 */
CIM_API const uint32_t *cim_route_hierarchy_order(const cim_route_hierarchy *hierarchy);

/**
 * The hierarchy as one block of bytes (little-endian, described in cim-route(7)) for a file.
 *
 * @param[out] bytes_out  release with cim_buf_dispose().
 * @return CIM_OK; CIM_ENOMEM.
 * Thread rule: any thread.   Cost: 8 bytes a node, 4 an arc, 4 an up-arc.
 * Since 0.1.
 */
CIM_API cim_status cim_route_hierarchy_save(cim_ctx *ctx, const cim_route_hierarchy *hierarchy, cim_buf *bytes_out);

/**
 * A hierarchy from the bytes of cim_route_hierarchy_save().  Everything is checked: damaged bytes are an error, never a crash.
 *
 * @param graph  when not NULL, the graph it must belong to.
 * @param[out] hierarchy_out  new hierarchy, freed with cim_route_hierarchy_free().
 * @return CIM_OK; CIM_EFORMAT; CIM_EVERSION; CIM_ENOTFOUND if it is the hierarchy of another graph; CIM_EARG for a graph that is none;
 *         CIM_ELIMIT; CIM_ENOMEM.
 * Thread rule: any thread.   Cost: linear in arcs and triangles, some 10 ms for a city of 200,000 arcs.
 * Since 0.1.
 */
CIM_API cim_status cim_route_hierarchy_load(cim_ctx *ctx, const void *bytes, size_t size, const cim_route_graph *graph,
                                            cim_route_hierarchy **hierarchy_out);

/* ---- metrics: weights on the hierarchy ---- */

typedef struct cim_route_metric cim_route_metric;

enum { CIM_ROUTE_LABELS_NONE = 0, CIM_ROUTE_LABELS_AUTO = 1, CIM_ROUTE_LABELS_FULL = 2, CIM_ROUTE_LABELS_CORE = 3 };

typedef struct cim_route_label_options {
    size_t struct_size;          /* set by CIM_ROUTE_LABEL_OPTIONS_INIT */
    uint64_t memory_limit_bytes; /* 0: 256 MiB */
    uint32_t mode;               /* CIM_ROUTE_LABELS_*.  AUTO: full ones if they fit the limit, else the largest core that does */
    uint32_t core_size;          /* CORE: only nodes whose subtree has more nodes than this have labels; 0: 64 */
} cim_route_label_options;

#define CIM_ROUTE_LABEL_OPTIONS_INIT { sizeof(cim_route_label_options), 0, CIM_ROUTE_LABELS_AUTO, 0 }

/**
 * Customise the hierarchy: a metric for these weights.  It never changes; readers of an older one go on with theirs.
 *
 * @param weights_ms  arc_count weights; copied.
 * @param labels      NULL: without labels; else as cim_route_metric_label() does.
 * @param[out] metric_out  new metric, freed with cim_route_metric_free().
 * @return CIM_OK; CIM_EARG; CIM_ELIMIT if full labels do not fit the limit; CIM_ENOMEM; CIM_ECANCEL.
 * Thread rule: any thread; the result may be shared; uses the context's threads.   Cost: 2 ns a triangle; 8 bytes an up-arc, 4 an arc.
 *              Memory of a freed metric is kept for the next one, two blocks at most a hierarchy.
 * Since 0.1.
 */
CIM_API cim_status cim_route_metric_build(cim_ctx *ctx, cim_route_hierarchy *hierarchy, const uint32_t *weights_ms,
                                          const cim_route_label_options *labels, cim_route_metric **metric_out);

/**
 * A metric that differs from another in some weights; the same as building it anew.  Recomputes what the changes touch, or
 * everything when that is estimated to be less work.
 *
 * @param metric      the metric before; not changed.
 * @param arcs        count arcs; of an arc that is given twice the last weight counts.
 * @param weights_ms  their new weights.
 * @param labels      as in cim_route_metric_build().
 * @param[out] metric_out  new metric, freed with cim_route_metric_free().
 * @return CIM_OK; CIM_EARG naming an arc that does not exist; CIM_ELIMIT; CIM_ENOMEM; CIM_ECANCEL.
 * Thread rule: any thread.   Cost: a copy of the metric, then what is touched; never much more than building.
 * Since 0.1.
 */
CIM_API cim_status cim_route_metric_update(cim_ctx *ctx, const cim_route_metric *metric, const uint32_t *arcs, const uint32_t *weights_ms,
                                           size_t count, const cim_route_label_options *labels, cim_route_metric **metric_out);

/**
 * The same metric with tree hub labels: for nodes the exact times to and from all their ancestors in the elimination tree, so
 * that a time between two nodes is one pass over two short arrays.
 *
 * @param metric  shares its weights with the result.
 * @param labels  NULL for the defaults.
 * @param[out] metric_out  new metric, freed with cim_route_metric_free().
 * @return CIM_OK; CIM_EARG; CIM_ELIMIT if full labels do not fit the limit; CIM_ENOMEM; CIM_ECANCEL.
 * Thread rule: any thread; uses the context's threads.   Cost: 8 bytes per node and ancestor; 0.1 us a row of 128.
 * Since 0.1.
 */
CIM_API cim_status cim_route_metric_label(cim_ctx *ctx, cim_route_metric *metric, const cim_route_label_options *labels,
                                          cim_route_metric **metric_out);

/**
 * One more owner of the same metric; each calls cim_route_metric_free().
 *
 * @return metric.
 * Thread rule: any thread.   Cost: O(1).
 * Since 0.1.
 */
CIM_API cim_route_metric *cim_route_metric_ref(cim_route_metric *metric);

/**
 * Give up a metric; NULL is accepted.
 *
 * @return nothing.
 * Thread rule: any thread.   Cost: O(1).
 * Since 0.1.
 */
CIM_API void cim_route_metric_free(cim_route_metric *metric);

/**
 * The weights of a metric, each at most CIM_ROUTE_UNREACHABLE_MS.
 *
 * @return arc_count weights, borrowed.
 * Thread rule: any thread.   Cost: O(1).
 * Since 0.1.
 */
CIM_API const uint32_t *cim_route_metric_weights(const cim_route_metric *metric);

/**
 * Number of nodes that have labels: node_count for full labels, 0 for none.
 *
 * @param[out] bytes_out  memory of the labels, or NULL.
 * @return the number.
 * Thread rule: any thread.   Cost: O(1).
 * Since 0.1.
 */
CIM_API uint32_t cim_route_metric_labelled(const cim_route_metric *metric, uint64_t *bytes_out);

/* ---- queries ---- */

typedef struct cim_route_query cim_route_query;

/**
 * Working memory of queries, for any metric of the hierarchy.  Calls with it do not allocate, but for the first ones that give
 * paths or lists longer than before.
 *
 * @param[out] query_out  freed with cim_route_query_free().
 * @return CIM_OK; CIM_ENOMEM.
 * Thread rule: a query belongs to one thread at a time.   Cost: 4 bytes a node.
 * Since 0.1.
 */
CIM_API cim_status cim_route_query_new(cim_ctx *ctx, cim_route_hierarchy *hierarchy, cim_route_query **query_out);

/**
 * Give up a query; NULL is accepted.
 *
 * @return nothing.
 * Thread rule: its thread.   Cost: O(1).
 * Since 0.1.
 */
CIM_API void cim_route_query_free(cim_route_query *query);

/**
 * Time from one node to another.
 *
 * @param[out] time_ms_out  CIM_ROUTE_UNREACHABLE_MS if there is no way.
 * @return CIM_OK; CIM_EARG if a node does not exist or metric and query are of different hierarchies.
 * Thread rule: metric shared, query of one thread.   Cost: 5 us in a city; 1 us with core labels, 0.05 us with full ones.
 * Since 0.1.
 */
CIM_API cim_status cim_route_time(cim_ctx *ctx, const cim_route_metric *metric, cim_route_query *query, uint32_t from, uint32_t to,
                                  uint32_t *time_ms_out);

/**
 * Times of many pairs: times_ms_out[i] from from[i] to to[i].
 *
 * @return CIM_OK; CIM_EARG naming a node that does not exist; CIM_ECANCEL.
 * Thread rule: metric shared, query of one thread.   Cost: count times cim_route_time(), without its call.
 * Since 0.1.
 */
CIM_API cim_status cim_route_times(cim_ctx *ctx, const cim_route_metric *metric, cim_route_query *query, const uint32_t *from,
                                   const uint32_t *to, size_t count, uint32_t *times_ms_out);

/** A path; `arcs` is borrowed from the query until its next use. */
typedef struct cim_route_path {
    uint32_t time_ms;       /* offsets and weights of the arcs, summed */
    uint32_t start, end;    /* which of the ends given were used */
    uint32_t arc_count;
    const uint32_t *arcs;   /* from start to end; each begins where the one before ends; no node twice */
} cim_route_path;

/**
 * The quickest path from one of some starts to one of some ends.
 *
 * @param starts  start_count nodes with the time it takes to be there.
 * @param ends    end_count nodes with the time it takes from there.
 * @return CIM_OK; CIM_ENOTFOUND if there is no way; CIM_EARG; CIM_ENOMEM.
 * Thread rule: metric shared, query of one thread.   Cost: two queries without labels, and 0.05 us an arc; the first path of a hierarchy
 *              makes its list of triangles, 6 bytes and 8 ns each.
 * Since 0.1.
 */
CIM_API cim_status cim_route_path_find(cim_ctx *ctx, const cim_route_metric *metric, cim_route_query *query, const cim_route_end *starts,
                                       size_t start_count, const cim_route_end *ends, size_t end_count, cim_route_path *path_out);

/**
 * The least time from one of some starts to one of some ends: cim_route_path_find() without the path.
 *
 * @param[out] time_ms_out  CIM_ROUTE_UNREACHABLE_MS if there is no way.
 * @return CIM_OK; CIM_EARG.
 * Thread rule: metric shared, query of one thread.   Cost: as cim_route_time(); with labels per pair of start and end.
 * Since 0.1.
 */
CIM_API cim_status cim_route_time_ends(cim_ctx *ctx, const cim_route_metric *metric, cim_route_query *query, const cim_route_end *starts,
                                       size_t start_count, const cim_route_end *ends, size_t end_count, uint32_t *time_ms_out);

/**
 * Times from every start to every destination: times_ms_out[i * to->count + j].
 *
 * @param times_ms_out  from->count * to->count.
 * @return CIM_OK; CIM_EARG; CIM_ENOMEM; CIM_ECANCEL.
 * Thread rule: metric shared; uses the context's threads.   Cost: 0.03 us a pair in a city.
 * Since 0.1.
 */
CIM_API cim_status cim_route_matrix(cim_ctx *ctx, const cim_route_metric *metric, const cim_route_places *from, const cim_route_places *to,
                                    uint32_t *times_ms_out);

/**
 * The k of `candidates` that are nearest to a place in time; equal times by number.
 *
 * @param direction   CIM_ROUTE_FORWARD: from the place to the candidates (the next hospital); CIM_ROUTE_BACKWARD: from the candidates to the
 *                    place (which vehicle is here first).
 * @param limit_ms    candidates farther away are left out; CIM_ROUTE_UNREACHABLE_MS for no limit.  Unreachable ones never count.
 * @param which_out   room for k numbers of candidates, nearest first.
 * @param times_ms_out  room for k times, or NULL.
 * @param[out] count_out  how many were found, at most k.
 * @return CIM_OK; CIM_EARG; CIM_ENOMEM.
 * Thread rule: metric shared, query of one thread.   Cost: 0.02 us a candidate with full labels, 5 us without.
 * Since 0.1.
 */
CIM_API cim_status cim_route_nearest(cim_ctx *ctx, const cim_route_metric *metric, cim_route_query *query, int32_t direction,
                                     const cim_route_end *ends, size_t end_count, const cim_route_places *candidates, size_t k,
                                     uint32_t limit_ms, uint32_t *which_out, uint32_t *times_ms_out, size_t *count_out);

/**
 * Times from some starts to every node, or from every node to some ends.
 *
 * @param direction     CIM_ROUTE_FORWARD or CIM_ROUTE_BACKWARD.
 * @param limit_ms      nodes farther away get CIM_ROUTE_UNREACHABLE_MS; CIM_ROUTE_UNREACHABLE_MS for no limit.
 * @param times_ms_out  node_count times.
 * @return CIM_OK; CIM_EARG; CIM_ENOMEM.
 * Thread rule: metric shared, query of one thread.   Cost: 2 ns an up-arc; with a limit only what lies within it, and the clearing of the array.
 * Since 0.1.
 */
CIM_API cim_status cim_route_all(cim_ctx *ctx, const cim_route_metric *metric, cim_route_query *query, int32_t direction,
                                 const cim_route_end *ends, size_t end_count, uint32_t limit_ms, uint32_t *times_ms_out);

/**
 * The nodes within a time, in no particular order but always the same.
 *
 * @param nodes_out     room for cap nodes, or NULL with cap 0.
 * @param times_ms_out  room for cap times, or NULL.
 * @param[out] count_out  how many there are, also when that is more than cap.
 * @return CIM_OK; CIM_EARG; CIM_ENOMEM.
 * Thread rule: metric shared, query of one thread.   Cost: 20 ns a node within the limit, and a query.
 * Since 0.1.
 */
CIM_API cim_status cim_route_within(cim_ctx *ctx, const cim_route_metric *metric, cim_route_query *query, int32_t direction,
                                    const cim_route_end *ends, size_t end_count, uint32_t limit_ms, uint32_t *nodes_out,
                                    uint32_t *times_ms_out, size_t cap, size_t *count_out);

/**
 * cim_route_all() for up to CIM_ROUTE_LANES places at once.
 *
 * @param places        1 .. CIM_ROUTE_LANES of them.
 * @param times_ms_out  node_count * places->count times: times_ms_out[node * places->count + i].
 * @return CIM_OK; CIM_EARG; CIM_ENOMEM.
 * Thread rule: metric shared, query of one thread.   Cost: about six times cim_route_all().
 * Since 0.1.
 */
CIM_API cim_status cim_route_all_lanes(cim_ctx *ctx, const cim_route_metric *metric, cim_route_query *query, int32_t direction,
                                       const cim_route_places *places, uint32_t *times_ms_out);

/* ---- alternatives ---- */

typedef struct cim_route_alternative_options {
    size_t struct_size;  /* set by CIM_ROUTE_ALTERNATIVE_OPTIONS_INIT */
    double stretch;      /* how much longer than the quickest a way may be, and each detour than what it goes round: 0.25 is a quarter */
    double sharing;      /* how much it may share with all the ways before it, in parts of the quickest one's time */
    double locality;     /* T in parts of the quickest one's time: every piece of a way that takes at most T is itself a quickest way */
    uint32_t candidates; /* most that are tested; 0: 200 */
    uint32_t reserved0;
} cim_route_alternative_options;

#define CIM_ROUTE_ALTERNATIVE_OPTIONS_INIT { sizeof(cim_route_alternative_options), 0.25, 0.8, 0.25, 0, 0 }

/** A way among several; its arcs are borrowed from the query until its next use. */
typedef struct cim_route_alternative {
    cim_route_path path;
    uint32_t via;       /* the node over which it is the quickest way; CIM_NONE: the quickest of all */
    uint32_t shared_ms; /* of its time, on arcs (and over starts and ends) that ways before it have too */
} cim_route_alternative;

/**
 * The quickest path, and others that a person would take too: not much longer, really different, and without detours that make no sense
 * (I. Abraham, D. Delling, A. V. Goldberg, R. F. Werneck, "Alternative Routes in Road Networks", JEA 2013: single via nodes with
 * limits for stretch, sharing and local optimality; candidates are the plateaus of two limited sweeps).
 *
 * @param options  NULL for defaults.
 * @param k        1 .. 1000: most paths, with the quickest.
 * @param alternatives_out  room for k paths: the quickest as cim_route_path_find() gives it, then the others, best first: by twice
 *                 the time, plus what is shared, less the plateau.
 * @param[out] count_out  how many there are, 1 .. k.
 * @return CIM_OK; CIM_ENOTFOUND if there is no way at all; CIM_EARG, also for limits out of range; CIM_ENOMEM.
 * Thread rule: metric shared, query of one thread.   Cost: two calls of cim_route_within(), some 50 ns a node within the stretch and
 *              20 us a candidate; 2 to 10 ms across a city.
 * Since 0.1.
 */
CIM_API cim_status cim_route_alternatives_find(cim_ctx *ctx, const cim_route_metric *metric, cim_route_query *query, const cim_route_end *starts,
                                               size_t start_count, const cim_route_end *ends, size_t end_count,
                                               const cim_route_alternative_options *options, size_t k, cim_route_alternative *alternatives_out,
                                               size_t *count_out);

/* ---- several sets of weights side by side ---- */

typedef struct cim_route_lanes cim_route_lanes;

/**
 * Customise up to CIM_ROUTE_LANES sets of weights in one pass: scenarios, profiles, times of day.
 *
 * @param weights_ms  lane_count arrays of arc_count weights.
 * @param lane_count  1 .. CIM_ROUTE_LANES.
 * @param[out] lanes_out  freed with cim_route_lanes_free().
 * @return CIM_OK; CIM_EARG; CIM_ENOMEM; CIM_ECANCEL.
 * Thread rule: any thread; the result may be shared.   Cost: some eleven metrics for sixteen; 128 bytes an up-arc.
 * Since 0.1.
 */
CIM_API cim_status cim_route_lanes_build(cim_ctx *ctx, cim_route_hierarchy *hierarchy, const uint32_t *const *weights_ms, uint32_t lane_count,
                                         cim_route_lanes **lanes_out);

/**
 * One more owner of the same lanes; each calls cim_route_lanes_free().
 *
 * @return lanes.
 * Thread rule: any thread.   Cost: O(1).
 * Since 0.1.
 */
CIM_API cim_route_lanes *cim_route_lanes_ref(cim_route_lanes *lanes);

/**
 * Give up lanes; NULL is accepted.
 *
 * @return nothing.
 * Thread rule: any thread.   Cost: O(1).
 * Since 0.1.
 */
CIM_API void cim_route_lanes_free(cim_route_lanes *lanes);

/**
 * The least time from one of some starts to one of some ends under each set of weights.
 *
 * @param times_ms_out  lane_count times.
 * @return CIM_OK; CIM_EARG; CIM_ENOMEM.
 * Thread rule: lanes shared, query of one thread.   Cost: about 35 us in a city.
 * Since 0.1.
 */
CIM_API cim_status cim_route_lanes_time(cim_ctx *ctx, const cim_route_lanes *lanes, cim_route_query *query, const cim_route_end *starts,
                                        size_t start_count, const cim_route_end *ends, size_t end_count, uint32_t *times_ms_out);

/* ---- Dijkstra: the reference, and for a few questions on a graph that is not worth a hierarchy ---- */

typedef struct cim_route_dijkstra cim_route_dijkstra;

/**
 * A graph made ready for Dijkstra's algorithm, with its working memory.
 *
 * @param[out] dijkstra_out  freed with cim_route_dijkstra_free().
 * @return CIM_OK; CIM_EARG for a graph that is none; CIM_ENOMEM.
 * Thread rule: the result belongs to one thread at a time.   Cost: 24 bytes a node, 24 an arc.
 * Since 0.1.
 */
CIM_API cim_status cim_route_dijkstra_new(cim_ctx *ctx, const cim_route_graph *graph, cim_route_dijkstra **dijkstra_out);

/**
 * Give up a cim_route_dijkstra; NULL is accepted.
 *
 * @return nothing.
 * Thread rule: its thread.   Cost: O(1).
 * Since 0.1.
 */
CIM_API void cim_route_dijkstra_free(cim_route_dijkstra *dijkstra);

/**
 * cim_route_all() by Dijkstra's algorithm (E. W. Dijkstra, 1959).
 *
 * @param weights_ms    arc_count weights.
 * @param stop          a node: the search ends when its time is known, the times of others may then be missing; CIM_NONE for all.
 * @param times_ms_out  node_count times.
 * @return CIM_OK; CIM_EARG; CIM_ENOMEM; CIM_ECANCEL.
 * Thread rule: dijkstra of one thread.   Cost: O((n + m) log n).
 * Since 0.1.
 */
CIM_API cim_status cim_route_dijkstra_run(cim_ctx *ctx, cim_route_dijkstra *dijkstra, const uint32_t *weights_ms, int32_t direction,
                                          const cim_route_end *ends, size_t end_count, uint32_t limit_ms, uint32_t stop,
                                          uint32_t *times_ms_out);

CIM_END

#endif
