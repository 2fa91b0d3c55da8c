/* nets.h - small street nets for tests, written as lines:
 *
 *     n NAME X Y [TAGS]            a node, metres
 *     w NUMBER NAME,NAME,... TAGS  a way
 *     r NUMBER FROM VIA TO TAGS    a turn restriction; VIA is a node's name or ways joined by '+'
 *
 * TAGS are key=value, separated by '|'. */
#ifndef CIM_TESTS_NETS_H
#define CIM_TESTS_NETS_H

#include "support.h"

#include "net/net.h"

typedef struct street_net {
    cim_ctx *ctx;
    cim_city *city;
    cim_net *net;
} street_net;

street_net net_of(const char *lines, uint32_t turns);
void net_done(street_net *n);

cim_net_costs *net_costs(const street_net *n, const char *profile, const char *time);
/* The middle of a way's first segment. */
cim_net_place net_place(const street_net *n, const cim_net_costs *costs, int way);

/* The ways of the quickest route from the middle of one way to that of another, and what it breaks: "1 2 3 !oneway"; "-": none. */
const char *net_route(const street_net *n, const char *profile, const char *time, int from, int to);
/* Asserts that, with both kinds of turns. */
void net_check(const char *lines, const char *profile, const char *time, int from, int to, const char *wanted);

/* Speed of a way along (0) or against (1) its line; 0: closed. */
double net_kmh(const char *lines, const char *profile, const char *time, int way, int against, int *source);

#endif
