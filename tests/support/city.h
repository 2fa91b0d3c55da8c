/* city.h - city files for tests, made without an importer.
 *
 * support_city() takes a table of objects in plain texts; support_city_features() takes what importers hand in.  Both go through
 * the same sink, plan and writer as an import and may be called again with the same path: objects of known ids are replaced. */
#ifndef CIM_TESTS_CITY_H
#define CIM_TESTS_CITY_H

#include "city/city.h"

/* An object; members that are NULL are absent. */
typedef struct support_object {
    const char *gid, *class_name;
    const char *wkt;    /* plane geometry, city CRS */
    const char *values; /* "height_m=12.5;name=Rathaus;lanes=2:default", typed values with an optional rule (rules.def) */
    const char *attrs;  /* JSON object */
    const char *parent; /* text id */
    const char *valid_from, *valid_to;
} support_object;

typedef struct support_relation {
    const char *from;
    cim__relation_type type;
    const char *to;
    const char *attrs; /* JSON object or NULL */
} support_relation;

enum { SUPPORT_EPSG = 25832 };

/* Make or extend the city file at `path`; epsg 0 means SUPPORT_EPSG.  A failure fails the test. */
void support_city(const char *path, int32_t epsg, const support_object *objects, size_t count, const support_relation *relations, size_t relation_count);
void support_city_features(const char *path, int32_t epsg, const cim__feature *features, size_t count, const support_relation *relations, size_t relation_count);
/* The same, returning the status, for tests of failures. */
cim_status support_city_try(cim_ctx *ctx, const char *path, int32_t epsg, const cim__feature *features, size_t count, const support_relation *relations,
                            size_t relation_count);

/* Open a city; a failure fails the test. */
cim_city *support_open(cim_ctx *ctx, const char *path);

/* SQLite's counter of transactions in a city file, as its header says it; no connection may be open. */
uint32_t support_change_counter(const char *path);

#endif
