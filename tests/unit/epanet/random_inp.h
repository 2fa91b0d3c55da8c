/* random_inp.h - random networks as EPANET files, with what they mean in the units of a city. */
#ifndef CIM_TESTS_RANDOM_INP_H
#define CIM_TESTS_RANDOM_INP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { INP_NODES = 24, INP_LINKS = 36, INP_VERTICES = 4, INP_TEXT = 120000 };

typedef struct inp_node {
    char name[40];
    const char *class_name, *function;
    double z_m, demand_lps, diameter_mm; /* NAN: none */
    double x, y;
    bool placed;
} inp_node;

typedef struct inp_link {
    char name[40];
    const char *class_name, *function; /* function NULL: none */
    size_t from, to;
    double length_m, diameter_mm;      /* NAN: none */
    bool closed, with;
    size_t vertices;
    double xy[INP_VERTICES][2];
} inp_link;

typedef struct inp_network {
    inp_node nodes[INP_NODES];
    inp_link links[INP_LINKS];
    size_t node_count, link_count, size;
    char text[INP_TEXT];
} inp_network;

void inp_random(uint64_t *seed, inp_network *network);

#endif
