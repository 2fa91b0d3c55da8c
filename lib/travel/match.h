/* match.h - the hidden Markov model of map matching, as match.c runs it and match_way.c makes a way of it. */
#ifndef CIM_TRAVEL_MATCH_H
#define CIM_TRAVEL_MATCH_H

#include "cim/match.h"
#include "travel/times.h"

struct cim_matcher {
    cim__mem *mem;
    cim_net_costs *costs;
    cim_route_hierarchy *hierarchy;
    cim_route_metric *lengths; /* weights are millimetres */
};

struct cim_match {
    cim__mem *mem;
    cim__buf points, parts, legs, speeds, xy;
    uint32_t states[5];
    double length_m;
};

/* A link on which a point may lie. */
typedef struct cim__candidate {
    uint32_t link, before; /* before: number of the best candidate of the layer before, CIM_NONE: none */
    uint32_t start_node;   /* state behind the link; CIM_NONE: its end is shut */
    uint32_t first_end, end_count;
    double done;           /* fraction of the link */
    double emission, score, forward, posterior; /* logarithms; the last a probability */
    cim_net_place place;
} cim__candidate;

/* A point that is used, with its candidates and what leads to them from those of the layer before. */
typedef struct cim__stage {
    uint32_t point, first, count;
    size_t first_step; /* count of the layer before * count logarithms */
    double sigma_m;
} cim__stage;

typedef struct cim__matching {
    cim_ctx *ctx;
    const cim_matcher *matcher;
    const cim_net *net;
    cim_route_query *query;
    const cim_match_point *points;
    uint32_t count;
    cim_match_options opts;
    cim_match *out;
    cim__buf layers, candidates, ends, steps; /* of the part: cim__stage, cim__candidate, cim_route_end (nodes where links begin), float */
} cim__matching;

typedef enum cim__hop_kind { CIM__HOP_NONE, CIM__HOP_ON, CIM__HOP_STAY, CIM__HOP_TURN, CIM__HOP_WAY } cim__hop_kind;
typedef struct cim__hop {
    cim__hop_kind kind;
    double length_m;
} cim__hop;

/* How one gets from a candidate to one of the next layer. */
cim_status cim__match_hop(cim__matching *m, const cim__stage *la, const cim__candidate *a, const cim__stage *lb, const cim__candidate *b, cim__hop *hop_out);
/* The way from one to the other, for CIM__HOP_WAY: its ends and path. */
cim_status cim__match_path(cim__matching *m, const cim__candidate *a, const cim__candidate *b, cim_route_path *path_out);
/* Part, legs, vertices and places of the points of a part that is finished; the next one begins with point `end`. */
cim_status cim__match_way(cim__matching *m, uint32_t end);
/* Speeds by link, when all parts are there. */
cim_status cim__match_speeds(cim_ctx *ctx, const cim_net *net, cim_match *match);

#endif
