/* utilities.h - small utility networks for tests. */
#ifndef CIM_TESTS_UTILITIES_H
#define CIM_TESTS_UTILITIES_H

#include "city.h"
#include "support.h"

#include "cim/utility.h"

typedef struct utilities {
    cim_ctx *ctx;
    cim_city *city;
    cim_utility *utility;
    cim_utility_view v;
} utilities;

/* A city of objects and relations, and its networks. */
utilities utilities_of(const support_object *objects, size_t count, const support_relation *relations, size_t relation_count, const cim_utility_options *options);
utilities utilities_open(const char *path, const cim_utility_options *options);
void utilities_done(utilities *u);
#define UTILITIES(objects, relations) utilities_of((objects), sizeof(objects) / sizeof *(objects), (relations), sizeof(relations) / sizeof *(relations), NULL)

uint32_t object_named(const utilities *u, const char *gid);
/* Elements of an object, at most `cap`; how many there are. */
size_t elements_of(const utilities *u, const char *gid, uint32_t *elements, size_t cap);
uint32_t element_named(const utilities *u, const char *gid); /* its only one */
size_t devices_of(const utilities *u, const char *gid, uint32_t *devices, size_t cap);
/* How many findings there are of a kind; about an object unless NULL. */
size_t findings_of(const utilities *u, uint32_t kind, const char *gid);
double column_sum(const utilities *u, int column);

/* Union-find for oracles. */
uint32_t forest_root(uint32_t *up, uint32_t v);
void forest_join(uint32_t *up, uint32_t a, uint32_t b);
uint32_t *forest_new(uint32_t count); /* freed by the caller */

#endif
