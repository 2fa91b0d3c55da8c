/**
 * @file query.h
 * Finding objects with the query language: OGC CQL2 text (OGC 21-065r2) over classes, typed values, source attributes, places,
 * times and relations.  cim-query(7) is the language's reference.
 *
 *     class = 'Building' AND height_m > 20 AND S_DWITHIN(geom, OBJECT('osm:way/123'), 50)
 *     located_in.name = 'Altstadt' AND NOT (accesses.maxspeed_kmh > 30)
 */
#ifndef CIM_QUERY_H
#define CIM_QUERY_H

#include "cim/city.h"

CIM_BEGIN

enum {
    CIM_QUERY_DESCENDING = 1, /**< with `sort`: largest first */
    CIM_QUERY_COUNT = 2       /**< only count, give no numbers */
};

typedef struct cim_query_options {
    size_t struct_size; /* set by CIM_QUERY_OPTIONS_INIT */
    const char *sort;   /* property to sort by: numbers, then texts, then objects without it; NULL: by number */
    const char *at;     /* ISO 8601 date or time: only objects whose life span contains it; NULL: all */
    uint64_t limit;     /* at most so many numbers; 0: all */
    uint64_t offset;    /* leave out the first ones */
    int32_t epsg;       /* reference system of the coordinates in the text, x before y; 0: the city's */
    uint32_t flags;     /* CIM_QUERY_* */
} cim_query_options;

#define CIM_QUERY_OPTIONS_INIT { sizeof(cim_query_options), NULL, NULL, 0, 0, 0, 0 }

/** Objects found.  Declare as `cim_query_result r = CIM_QUERY_RESULT_INIT;`, release with cim_query_result_dispose(). */
typedef struct cim_query_result {
    const uint32_t *ids; /* count numbers: ascending, or in the order asked for */
    size_t count;
    uint64_t matched;    /* how many there are without limit and offset */
    void *reserved;
} cim_query_result;

#define CIM_QUERY_RESULT_INIT { NULL, 0, 0, NULL }

/**
 * Empty a result; it may be used again.  NULL and empty results are accepted.
 *
 * @return nothing.
 * Thread rule: any thread, one at a time per result.   Cost: O(1).
 * Since 0.1.
 */
CIM_API void cim_query_result_dispose(cim_query_result *result);

/**
 * Find the objects for which a query is true.
 *
 * @param text  at most 65,536 bytes of UTF-8; NULL or blank finds all objects.
 * @param opts  NULL for defaults.
 * @param[out] result_out  release with cim_query_result_dispose(); also filled when nothing matches.
 * @return CIM_OK; CIM_EARG "query:COLUMN: what was expected" for a wrong text, a property that no object of the city has, an id in
 *         OBJECT() or RELATED() that the city does not have, or wrong options; CIM_EFORMAT naming the object whose data are damaged;
 *         CIM_ELIMIT when the values of one object combine in more than a million ways; CIM_EIO; CIM_ECANCEL; CIM_ENOMEM.
 * Thread rule: any thread; the city may be shared.   Cost: conditions on class, layer, id, relations and boxes are decided in memory,
 * some 50 ns an object that the index does not exclude; then 1 to 3 microseconds for every object whose row must be read.  Memory: 8
 * bytes an object found, and up to 64 MiB for values of related objects.
 * Since 0.1.
 */
CIM_API cim_status cim_query_run(cim_ctx *ctx, cim_city *city, const char *text, const cim_query_options *opts, cim_query_result *result_out);

/**
 * How a query would be run, as JSON: {"objects", "considered", "certain", "read", "from", "windows": [{"box", "objects", "required"}],
 * "layers": {name: rows to read}, "reads": [...], "columns": [...]}.  Rows are not read.
 *
 * @param[out] json_out  release with cim_buf_dispose().
 * @return as cim_query_run().
 * Thread rule: any thread.   Cost: the part of cim_query_run() that is done in memory, and looking for the names of attributes.
 * Since 0.1.
 */
CIM_API cim_status cim_query_explain(cim_ctx *ctx, cim_city *city, const char *text, const cim_query_options *opts, cim_buf *json_out);

/**
 * Values of properties, named as in queries ("height_m", "osm:highway", "located_in.name"), as JSON: an array with an array for every
 * object, which has a value for every name: null, a value, or an array of several values.  A geometry is given as WKT, a relation as the ids it leads to.
 *
 * @param ids    count object numbers.
 * @param names  name_count property names.
 * @param[out] json_out  release with cim_buf_dispose().
 * @return CIM_OK; CIM_EARG for a name that is none or that no object of the city has; CIM_ENOTFOUND if there is no object of a number;
 *         CIM_EFORMAT; CIM_EIO; CIM_ECANCEL; CIM_ENOMEM.
 * Thread rule: any thread.   Cost: some microseconds an object.
 * Since 0.1.
 */
CIM_API cim_status cim_query_values(cim_ctx *ctx, cim_city *city, const uint32_t *ids, size_t count, const char *const *names, size_t name_count,
                                    cim_buf *json_out);

CIM_END

#endif
