/* networks.h - small networks of every unpleasant kind, and what can be said of them by trying everything. */
#ifndef CIM_TESTS_NETWORKS_H
#define CIM_TESTS_NETWORKS_H

#include "support.h"

enum { MAX_N = 8, MAX_M = 11, MAX_X = MAX_N + MAX_M, MAX_D = 24 };

/* A set of elements is a mask: node v is bit v, edge e bit n + e. */
typedef struct network {
    uint32_t n, m, d, x; /* x = n + m */
    uint32_t from[MAX_M], to[MAX_M], feature[MAX_M], device_edge[MAX_D];
    uint8_t node_flags[MAX_N], edge_flags[MAX_M], direction[MAX_M], domain_n[MAX_N], domain_e[MAX_M];
    uint8_t end[MAX_D], kind[MAX_D], flags[MAX_D], turn[MAX_D];
    double demand[MAX_X], length[MAX_X];
    bool directed;
} network;

void network_random(network *w, uint64_t *seed, bool directed);
cim_trace_network *network_build(cim_ctx *ctx, const network *w);
cim_trace_view *network_view(cim_ctx *ctx, cim_trace_network *built); /* the status is given up at once */

/* Is this end open, could a device there be shut, and which ways does the edge lead (bit 0 with, bit 1 against)? */
bool end_open(const network *w, uint32_t e, uint32_t k);
bool end_isolates(const network *w, uint32_t e, uint32_t k);
unsigned edge_ways(const network *w, uint32_t e);
bool is_source(const network *w, uint32_t v);

/* Elements next to this one through open ends: all, or those that flow goes on to. */
uint32_t next_to(const network *w, uint32_t x);
uint32_t flows_to(const network *w, uint32_t x);
uint32_t sources(const network *w);
/* What the set reaches without the elements that are gone; by flow, or any way. */
uint32_t reach(const network *w, uint32_t set, uint32_t gone, bool by_flow);

uint32_t mask_of(const uint32_t *elements, size_t count);

#endif
