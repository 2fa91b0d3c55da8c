/* journeys.h - random street nets with stops, and a search over them that shares no code with the one under test. */
#ifndef CIM_TESTS_JOURNEYS_H
#define CIM_TESTS_JOURNEYS_H

#include "nets.h"

#include "cim/journey.h"
#include "net/ends.h"

#define NO_WAY CIM_ROUTE_UNREACHABLE_MS
enum { STOPS_MAX = 7 };

typedef struct journey_net {
    street_net n;
    cim_net_costs *costs;
    cim_route_hierarchy *hierarchy;
    cim_route_metric *metric;
    cim_route_query *query;
} journey_net;

/* Ways between up to ten nodes, some one-way, signals, dead ends, islands, bans over two to four ways. */
journey_net journey_net_random(uint64_t *seed, uint32_t turns);
journey_net journey_net_of(const char *lines, uint32_t turns);
void journey_net_done(journey_net *j);

/* A place anywhere on a street that may be used. */
cim_net_place journey_place(const journey_net *j, uint64_t *seed);

/* Least time over the stops with these weights: one search over (stops passed, state or arc at the last stop passed).  Full turns only. */
uint32_t journey_oracle(const journey_net *j, const uint32_t *weights_ms, const cim_journey_stop *stops, size_t count);

/* Asserts what a route of a journey promises: sums, sections, drawn line, passing in the direction of arrival. */
void journey_check(const journey_net *j, const cim_journey *journey, size_t number, const cim_journey_stop *stops, size_t count);

#endif
