/* trace.h - the trace engine inside: networks, views and their indexes, working memory of queries.
 *
 *   network.c     arrays checked and copied, edges at nodes, devices on edges
 *   status.c      bits that change; views; which indexes a view has
 *   tree.c        depth-first trees with low points: blocks, bridges, what lies below
 *   dominators.c  the same question where edges are one-way
 *   segments.c    segments between devices, and the tree over them
 *   query.c       marks, sorted results, sums, the heap
 *   flood.c       connected, subnetwork, controllers; result barriers
 *   updown.c      upstream, downstream, loops, bridges, cut nodes
 *   upsums.c      sums over what is upstream, without listing it
 *   ways.c        shortest way, nearest devices, redundancy
 *   carry.c       values from the sources
 *   critical.c    losses of elements and segments
 *   supply.c      one way from the sources to every element; what loses supply
 *   isolate.c     isolation
 *   resupply.c    supply from elsewhere */
#ifndef CIM_TRACE_TRACE_H
#define CIM_TRACE_TRACE_H

#include "cim/trace.h"
#include "core/epoch.h"

/* What an edge lets through now: cim_trace_view.pass. */
enum {
    CIM__OPEN0 = 1,      /* end 0 lets pass */
    CIM__OPEN1 = 2,
    CIM__OPEN = 3,
    CIM__WITH = 4,       /* from end 0 to end 1 */
    CIM__AGAINST = 8,
    CIM__ISOLATES0 = 16, /* a device at end 0 can be shut, or is, and opened again */
    CIM__ISOLATES1 = 32
};

/* An edge at a node. */
typedef struct cim__link {
    uint32_t to;  /* the node at the other end */
    uint32_t end; /* edge << 1 | its end at this node */
} cim__link;

struct cim_trace_network {
    cim__mem *mem;
    atomic_size_t refs;
    uint32_t node_count, edge_count, device_count, column_count, feature_count;
    uint32_t isolating_kinds, kinds; /* kinds that there are */
    uint32_t *ends;                  /* two nodes an edge */
    uint32_t *first;                 /* node_count + 1 */
    cim__link *links;                /* 2 * edge_count: at node v links[first[v]] .. links[first[v + 1] - 1], by edge, then end */
    uint8_t *node_flags, *edge_flags, *direction;
    uint8_t *node_domain, *edge_domain, *node_tier, *edge_tier; /* NULL: all 0 */
    uint32_t *edge_feature, *feature_first, *feature_edges;     /* NULL: no features */
    uint32_t *device_edge, *device_first, *device_at;           /* on edge e device_at[device_first[e]] .., ascending */
    uint8_t *device_end, *device_kind, *device_flags, *device_direction;
    cim_trace_column columns[CIM_TRACE_MAX_COLUMNS]; /* NULL: all 0 */
};

static inline uint32_t cim__element_count(const cim_trace_network *n) { return n->node_count + n->edge_count; }
static inline uint32_t cim__end_node(const cim_trace_network *n, uint32_t end) { return n->ends[end]; }
/* Is this end, or the whole edge, open? */
static inline bool cim__end_open(const uint8_t *pass, uint32_t end) { return pass[end >> 1] >> (end & 1) & 1; }
static inline bool cim__isolates(const uint8_t *pass, uint32_t end) { return pass[end >> 1] >> (4 + (end & 1)) & 1; }
static inline bool cim__open(uint8_t pass) { return (pass & CIM__OPEN) == CIM__OPEN; }
/* May one go along the edge away from this end of it? */
static inline bool cim__leaves(const uint8_t *pass, uint32_t end) { return pass[end >> 1] & (end & 1 ? CIM__AGAINST : CIM__WITH); }

/* Does flow go from the node into the edge at this end, and from the edge out into the node? */
static inline bool cim__enters(const uint8_t *pass, uint32_t end) { return cim__end_open(pass, end) && cim__leaves(pass, end); }
static inline bool cim__comes_out(const uint8_t *pass, uint32_t end) { return cim__end_open(pass, end) && cim__leaves(pass, end ^ 1); }

/* ---- trees ---- */

/* What a tree is made of: vertices, their links, and which of them hang on vertex 0 of the tree. */
typedef struct cim__graph {
    uint32_t count;
    const uint32_t *first;
    const cim__link *links;
    const uint8_t *pass;     /* by edge; NULL: all links pass */
    const uint8_t *is_source; /* by vertex, bit CIM_TRACE_SOURCE; NULL: none */
} cim__graph;

/* A depth-first forest.  Vertices are known by their place in preorder: place 0 is the ground that all sources stand on, its tree takes
 * places 0 .. fed - 1, further trees follow.  Edges that are no tree edges join a vertex and an ancestor of it. */
typedef struct cim__blocks {
    uint32_t count;  /* places: vertices and the ground */
    uint32_t fed;
    uint32_t *place; /* of every vertex */
    uint32_t *vertex; /* at every place; CIM_NONE for the ground */
    uint32_t *up;    /* place of the parent; CIM_NONE for a root */
    uint32_t *via;   /* edge to the parent; CIM_NONE for a root and under the ground */
    uint32_t *low;   /* lowest place that the subtree has an edge to, or its own root */
    uint32_t *last;  /* last place of the subtree */
    uint32_t *head;  /* place of the highest vertex of the same block other than its top, which is up[head]; for a root itself */
    cim__mem *mem;
    void *block;
} cim__blocks;

cim_status cim__blocks_build(cim_ctx *ctx, cim__mem *mem, const cim__graph *graph, cim__blocks **tree_out);
void cim__blocks_free(cim__blocks *tree);
static inline bool cim__is_head(const cim__blocks *t, uint32_t i) { return t->head[i] == i && t->up[i] != CIM_NONE; }
/* Is the edge from this place to its parent a bridge?  (Under the ground there is none.) */
static inline bool cim__is_bridge(const cim__blocks *t, uint32_t i) { return t->via[i] != CIM_NONE && t->low[i] == i; }

/* How an edge lies in a tree over nodes.  One that is open at both ends belongs to its deeper end, in whose block it lies; one that is open
 * at one end only, or goes from a node to itself, hangs on its node like a leaf. */
typedef struct cim__lie {
    uint32_t deep;  /* place of the deeper end, or of the only one; CIM_NONE: open at neither end */
    uint32_t upper; /* place of the other end; CIM_NONE for a leaf */
} cim__lie;

cim__lie cim__edge_lie(const cim_trace_view *view, const cim__blocks *tree, uint32_t edge);

/* Dominators of the elements in a directed network: T, the ground, is place 0.  Places are in preorder of the dominator tree. */
typedef struct cim__dominators {
    uint32_t count;   /* places: reached elements and the root */
    uint32_t *place;  /* of every element; CIM_NONE: not reached */
    uint32_t *element; /* CIM_NONE for place 0 */
    uint32_t *up;     /* place of the immediate dominator */
    uint32_t *last;
    uint32_t *why;    /* by place: the element it was reached from; CIM_NONE for a source */
    cim__mem *mem;
} cim__dominators;

/* From the sources along the flow, or, with an element `to`, from it against the flow. */
cim_status cim__dominators_build(cim_ctx *ctx, cim__mem *mem, const cim_trace_view *view, uint32_t to, cim__dominators **out);
void cim__dominators_free(cim__dominators *d);

/* ---- segments ---- */

typedef struct cim__segments {
    uint32_t count, link_count;
    uint32_t *of, *first, *elements; /* as cim_trace_segments */
    uint32_t *link_first;
    cim__link *links;                /* open devices between segments */
    uint8_t *is_source;
    cim__blocks *tree;
    cim__mem *mem;
} cim__segments;

cim_status cim__segments_build(cim_ctx *ctx, cim__mem *mem, const cim_trace_view *view, cim__segments **out);
void cim__segments_free(cim__segments *s);

/* ---- supply ---- */

/* One way from the sources to every element that has supply.  Places are in preorder. */
typedef struct cim__supply {
    uint32_t count;    /* elements with supply */
    uint32_t *place;   /* of every element; CIM_NONE: no supply */
    uint32_t *up;      /* the element before it on its way; CIM_NONE for a source */
    uint32_t *element; /* at every place */
    uint32_t *last;    /* by place: last place of what hangs on it */
    cim__mem *mem;
} cim__supply;

cim_status cim__supply_build(cim_ctx *ctx, cim__mem *mem, const cim_trace_view *view, cim__supply **out);
void cim__supply_free(cim__supply *s);

/* ---- views ---- */

enum { CIM__SUPPLY = 0, CIM__PLAIN = 1, CIM__SEGMENTS = 2, CIM__DOMINATORS = 3, CIM__WAYS = 4, CIM__PARTS = 5 };

/* The bits that change. */
typedef struct cim__bits {
    uint8_t *node, *edge, *device, *pass;
    uint32_t oneway_count; /* edges that are open at an end and one-way */
} cim__bits;

typedef struct cim__trace_views {
    cim__epochs epochs;
    cim_trace_network *network;
} cim__trace_views;

struct cim_trace_view {
    cim__epoch epoch;
    cim_trace_network *network;
    cim__bits bits;
    bool has_lock;
    pthread_mutex_t lock; /* for making a part */
    _Atomic(void *) part[CIM__PARTS];
    _Atomic(double *) upstream[CIM_TRACE_MAX_COLUMNS + 1]; /* by column, the last counts elements; see upsums.c */
};

struct cim_trace_status {
    cim__mem *mem;
    cim_trace_network *network;
    cim__trace_views *views;
    pthread_mutex_t lock; /* writers */
    cim__bits bits;
    uint64_t next;
};

/* The part of a view, made when it is not there yet. */
cim_status cim__view_tree(cim_ctx *ctx, cim_trace_view *view, uint32_t part, const cim__blocks **tree_out);
cim_status cim__view_dominators(cim_ctx *ctx, cim_trace_view *view, const cim__dominators **out);
cim_status cim__view_segments(cim_ctx *ctx, cim_trace_view *view, const cim__segments **out);
cim_status cim__view_supply(cim_ctx *ctx, cim_trace_view *view, const cim__supply **out);
static inline bool cim__oneway(const cim_trace_view *view) { return view->bits.oneway_count > 0; }
/* Is the node in service and a source? */
static inline bool cim__feeds(const cim_trace_view *view, uint32_t node)
{
    return (view->bits.node[node] & (CIM_TRACE_SOURCE | CIM_TRACE_OUT)) == CIM_TRACE_SOURCE;
}

/* ---- queries ---- */

typedef struct cim__heap_item {
    double key;
    uint32_t id, from; /* of equal keys the lower id, then the lower from, goes first */
} cim__heap_item;

struct cim_trace_query {
    cim__mem *mem;
    cim_trace_network *network;
    uint64_t *bits;     /* an element's bit is set when it is in `list` */
    cim__buf list;      /* uint32_t: what was found, in any order until it is finished */
    cim__buf why;
    cim__buf features;
    cim__buf scratch;   /* cim__keyed, and what sorting needs */
    cim__buf heap;      /* cim__heap_item */
    cim__buf out[8];    /* uint32_t: lists of an isolation */
    cim__buf touched;   /* uint32_t: elements with a state */
    uint8_t *state;     /* by element, all 0 between traces: CIM__GONE ..; made when first needed, as what follows */
    uint32_t *parent;   /* by element; made when first needed; only good for marked elements */
    double *key;        /* by element; the same */
    uint8_t *barrier;   /* by element, all 0 between traces; the same */
    int8_t *flow;       /* by edge, all 0 between traces; the same */
    double sums[CIM_TRACE_MAX_COLUMNS], more_sums[CIM_TRACE_MAX_COLUMNS];
};

static inline bool cim__marked(const cim_trace_query *q, uint32_t element) { return q->bits[element >> 6] >> (element & 63) & 1; }
static inline void cim__mark(cim_trace_query *q, uint32_t element)
{
    if (cim__marked(q, element)) return;
    q->bits[element >> 6] |= (uint64_t)1 << (element & 63);
    uint32_t *at = CIM__PUSH(&q->list, uint32_t);
    if (at) *at = element;
    else q->bits[element >> 6] &= ~((uint64_t)1 << (element & 63));
}
static inline void cim__unmark(cim_trace_query *q, uint32_t element) { q->bits[element >> 6] &= ~((uint64_t)1 << (element & 63)); }

cim_status cim__trace_ok(cim_ctx *ctx, const cim_trace_view *view, const cim_trace_query *query);
cim_status cim__elements_ok(cim_ctx *ctx, const cim_trace_network *network, const uint32_t *elements, size_t count, const char *what);
cim_status cim__column_ok(cim_ctx *ctx, const cim_trace_network *network, uint32_t column, bool must_not_be_negative);
void cim__query_begin(cim_trace_query *q); /* forget results */
void cim__query_clear(cim_trace_query *q); /* unmark all */
cim_status cim__query_parent(cim_ctx *ctx, cim_trace_query *q);
cim_status cim__query_key(cim_ctx *ctx, cim_trace_query *q);
cim_status cim__query_barrier(cim_ctx *ctx, cim_trace_query *q);
cim_status cim__query_flow(cim_ctx *ctx, cim_trace_query *q);
bool cim__buf_u32(cim__buf *buf, uint32_t value);
cim_status cim__sort_u32(cim_ctx *ctx, cim_trace_query *q, cim__buf *list); /* ascending */
void cim__sum_elements(const cim_trace_network *n, const uint32_t *elements, size_t count, double *sums);
double cim__value_of(const cim_trace_network *n, uint32_t column, uint32_t element);
bool cim__heap_push(cim__buf *heap, double key, uint32_t id, uint32_t from);
cim__heap_item cim__heap_pop(cim__buf *heap);
/* Why an element was found. */
typedef uint32_t (*cim__why_fn)(const cim_trace_view *view, const cim_trace_query *q, const void *user, uint32_t element);
uint32_t cim__why_parent(const cim_trace_view *view, const cim_trace_query *q, const void *user, uint32_t element);
/* Sort what is marked, unmark it, drop what options do not want, add up.  result_out may be NULL. */
cim_status cim__query_finish(cim_ctx *ctx, cim_trace_view *view, cim_trace_query *q, const cim_trace_options *o, cim__why_fn why, const void *user,
                             cim_trace_result *result_out);

/* ---- traces: they leave marks ---- */

cim_status cim__flood(cim_ctx *ctx, cim_trace_view *view, cim_trace_query *q, uint32_t what, const uint32_t *starts, size_t count, const cim_trace_options *o);
/* Keep of what is marked what the starts reach in it without passing a result barrier. */
cim_status cim__flood_within(cim_ctx *ctx, cim_trace_view *view, cim_trace_query *q, uint32_t what, const uint32_t *starts, size_t count,
                              const cim_trace_options *o);
cim_status cim__updown(cim_ctx *ctx, cim_trace_view *view, cim_trace_query *q, uint32_t what, const uint32_t *starts, size_t count, cim__why_fn *why_out,
                       const void **user_out);
cim_status cim__cuts(cim_ctx *ctx, cim_trace_view *view, cim_trace_query *q, uint32_t what, const uint32_t *starts, size_t count, bool through_sources,
                     cim__why_fn *why_out, const void **user_out);
/* What segment losses and isolation ask: mark what the sources reach without these segments (bytes by segment), along the flow. */
cim_status cim__flood_without(cim_ctx *ctx, const cim_trace_view *view, cim_trace_query *q, const uint32_t *segment_of, const uint8_t *gone);

/* ---- losses: what is without supply when elements go (supply.c) ---- */

enum { CIM__GONE = 1, CIM__HANGS = 2, CIM__BACK = 4 }; /* lost: CIM__HANGS alone */

/* After cim__query_begin(): elements that are gone, ends that are shut (these after cim__query_flow(), and its bits are the caller's to clear);
 * then settle, then look at q->state; parent[] of those that are back says from where.  False: out of memory, which settling says. */
cim_status cim__query_state(cim_ctx *ctx, cim_trace_query *q);
bool cim__lose(const cim__supply *s, cim_trace_query *q, uint32_t element);
bool cim__lose_end(const cim_trace_network *n, const cim__supply *s, cim_trace_query *q, uint32_t end);
cim_status cim__lose_settle(cim_ctx *ctx, const cim_trace_view *view, const cim__supply *s, cim_trace_query *q);
void cim__lose_clear(cim_trace_query *q);

/* ---- isolation, from inside (isolate.c) ---- */

enum { CIM__WORKS = 0, CIM__LOST, CIM__SHUT, CIM__LEAVE, CIM__KEEP, CIM__STUCK, CIM__SOURCES, CIM__GONE_LIST }; /* q->out */

typedef struct cim__isolation {
    cim_trace_view *view;
    cim_trace_query *q;
    const uint32_t *faults, *stuck; /* elements; devices */
    size_t fault_count, stuck_count;
    const uint32_t *broken, *closed; /* elements that nothing passes any more, without being isolated; devices that are shut, too */
    size_t broken_count, closed_count;
    const cim__segments *s;
    const cim__supply *fed; /* NULL: one segment without one-way edges, read off the tree of segments */
    uint8_t *flag;    /* q->barrier */
    double supplied;  /* sum of `column` over what had supply before and has none after */
    uint32_t column;  /* CIM_NONE: not asked */
    bool ways;        /* use `fed` always */
} cim__isolation;

/* Lists in q->out, and what cim__had_supply() and cim__has_supply() say, hold until cim__isolation_end(), which follows a failure too. */
cim_status cim__isolation_run(cim_ctx *ctx, cim__isolation *i);
void cim__isolation_end(cim__isolation *i);
bool cim__had_supply(const cim__isolation *i, uint32_t element);
bool cim__has_supply(const cim__isolation *i, uint32_t element);

#endif
