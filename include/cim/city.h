/**
 * @file city.h
 * A city: the graph of objects and relations of one city file.
 *
 * An object has a number (1 .. cim_city_max_id(), not all in use), a text id that is stable between imports
 * ("osm:way/123", "gml:UUID_1"), a class, a life span, typed values, the attributes of its source, a geometry in the plane
 * and any number of shapes in space.  A relation is a typed, directed edge between two objects.  Classes and relation types
 * are listed in cim-city(5).
 */
#ifndef CIM_CITY_H
#define CIM_CITY_H

#include "cim/ctx.h"
#include "cim/index.h"

CIM_BEGIN

typedef struct cim_city cim_city;

enum {
    CIM_OPEN_FOREIGN = 1 /**< accept tables, views and triggers that libcim did not make; they are ignored */
};

typedef struct cim_open_options {
    size_t struct_size; /* set by CIM_OPEN_OPTIONS_INIT */
    uint32_t flags;     /* CIM_OPEN_* */
    uint32_t reserved0;
} cim_open_options;

#define CIM_OPEN_OPTIONS_INIT { sizeof(cim_open_options), 0, 0 }

/**
 * Open a city file for reading.  The file is treated as hostile: its schema is compared with what libcim writes before
 * anything in it is used, triggers and views are off, and no SpatiaLite code runs.
 *
 * @param opts  NULL for defaults.
 * @param[out] city_out  a snapshot of the file as it is now; freed with cim_city_free().
 * @return CIM_OK; CIM_EIO if it cannot be read; CIM_EFORMAT if it is no city file or damaged; CIM_EVERSION if a newer libcim
 *         wrote it; CIM_EUNTRUSTED naming the first table, view or trigger that libcim did not write; CIM_ENOMEM.
 * Thread rule: any thread; the city may be shared.   Cost: some milliseconds for 100,000 objects (compiled arrays are
 * read from the file), attributes and geometries stay in the file until asked for.
 * Since 0.1.
 */
CIM_API cim_status cim_city_open(cim_ctx *ctx, const char *path, const cim_open_options *opts, cim_city **city_out);

/**
 * One more owner of the same city; each calls cim_city_free().
 *
 * @return city.
 * Thread rule: any thread.   Cost: O(1).
 * Since 0.1.
 */
CIM_API cim_city *cim_city_ref(cim_city *city);

/**
 * Give up a city; NULL is accepted.
 *
 * @return nothing.
 * Thread rule: any thread.   Cost: O(1) until the last owner.
 * Since 0.1.
 */
CIM_API void cim_city_free(cim_city *city);

/**
 * What the city contains, as JSON: file, schema version, reference system, extent, number of objects by class and layer,
 * number of relations by type, and the sources with their reports.
 *
 * @param[out] json_out  release with cim_buf_dispose().
 * @return CIM_OK; CIM_EIO; CIM_EFORMAT; CIM_ENOMEM.
 * Thread rule: any thread.   Cost: O(objects).
 * Since 0.1.
 */
CIM_API cim_status cim_city_info(cim_ctx *ctx, cim_city *city, cim_buf *json_out);

/**
 * EPSG code of the city's coordinates.
 *
 * @return the code.
 * Thread rule: any thread.   Cost: O(1).
 * Since 0.1.
 */
CIM_API int32_t cim_city_epsg(const cim_city *city);

/**
 * Largest object number; 0 for an empty city.
 *
 * @return the number.
 * Thread rule: any thread.   Cost: O(1).
 * Since 0.1.
 */
CIM_API uint32_t cim_city_max_id(const cim_city *city);

/**
 * Number of objects.
 *
 * @return the count.
 * Thread rule: any thread.   Cost: O(1).
 * Since 0.1.
 */
CIM_API uint32_t cim_city_count(const cim_city *city);

/**
 * Objects by text id.  A way that was split at junctions is several objects "osm:way/123#0", "#1", ...; "osm:way/123" finds
 * them all, in the order of their numbers.
 *
 * @param ids        room for cap numbers; NULL with cap 0 only counts.
 * @param[out] count_out  how many there are, also when that is more than cap.
 * @return CIM_OK; CIM_ENOTFOUND if there is none; CIM_EIO; CIM_EFORMAT; CIM_ENOMEM.
 * Thread rule: any thread.   Cost: O(log objects + found).
 * Since 0.1.
 */
CIM_API cim_status cim_city_find(cim_ctx *ctx, cim_city *city, const char *gid, uint32_t *ids, size_t cap, size_t *count_out);

/**
 * Class of an object, e.g. "Building".
 *
 * @return static text; NULL if there is no such object.
 * Thread rule: any thread.   Cost: O(1).
 * Since 0.1.
 */
CIM_API const char *cim_city_class(const cim_city *city, uint32_t id);

/**
 * Layer (table) of an object, e.g. "building".
 *
 * @return static text; NULL if there is no such object.
 * Thread rule: any thread.   Cost: O(1).
 * Since 0.1.
 */
CIM_API const char *cim_city_layer(const cim_city *city, uint32_t id);

/**
 * The object this one is a part of.
 *
 * @return its number; CIM_NONE if there is none.
 * Thread rule: any thread.   Cost: O(1).
 * Since 0.1.
 */
CIM_API uint32_t cim_city_parent(const cim_city *city, uint32_t id);

enum {
    CIM_OBJECT_GEOMETRY = 1,  /**< with "geometry": GeoJSON geometry in the city's reference system */
    CIM_OBJECT_RELATIONS = 2, /**< with "relations": [{type, id, class, ...}], inverse ones by their inverse name */
    CIM_OBJECT_SHAPES = 4,    /**< with "shapes": [{lod, role, type, parts, kind, surfaces: {class: number}, ...}] of the 3D geometry */
    CIM_OBJECT_SURFACES = 8   /**< with the shapes' "bounded_by": [{class, id, parent, polygons, attributes}], each thematic surface */
};

/**
 * One object as JSON: {"id", "number", "class", "layer", "parent", "source", "valid_from", "valid_to", "values", "derived",
 * "attributes", ...}.  Members without content are left out.
 *
 * @param flags  CIM_OBJECT_*.
 * @param[out] json_out  release with cim_buf_dispose().
 * @return CIM_OK; CIM_ENOTFOUND if there is no object of that number; CIM_EIO; CIM_EFORMAT; CIM_ENOMEM.
 * Thread rule: any thread.   Cost: one or a few rows are read.
 * Since 0.1.
 */
CIM_API cim_status cim_city_object(cim_ctx *ctx, cim_city *city, uint32_t id, uint32_t flags, cim_buf *json_out);

/**
 * Text id of an object.
 *
 * @param[out] gid_out  release with cim_buf_dispose().
 * @return CIM_OK; CIM_ENOTFOUND; CIM_EIO; CIM_EFORMAT; CIM_ENOMEM.
 * Thread rule: any thread.   Cost: one row is read.
 * Since 0.1.
 */
CIM_API cim_status cim_city_gid(cim_ctx *ctx, cim_city *city, uint32_t id, cim_buf *gid_out);

/**
 * Geometry of an object in the plane, as WKB.
 *
 * @param[out] wkb_out  release with cim_buf_dispose().
 * @return CIM_OK; CIM_ENOTFOUND if there is no such object or it has no geometry; CIM_EIO; CIM_EFORMAT; CIM_ENOMEM.
 * Thread rule: any thread.   Cost: one row is read.
 * Since 0.1.
 */
CIM_API cim_status cim_city_geometry(cim_ctx *ctx, cim_city *city, uint32_t id, cim_buf *wkb_out);

/**
 * Objects whose box meets a window, in ascending order of their numbers.  Boxes are exact to cim_index_step() of the
 * city's index; for exact geometry use cim_query_run().
 *
 * @param ids        room for cap numbers; NULL with cap 0 only counts.
 * @param[out] count_out  how many there are, also when that is more than cap.
 * @return CIM_OK; CIM_EARG if the window is not finite or min > max; CIM_ENOMEM.
 * Thread rule: any thread.   Cost: O(log objects + found).
 * Since 0.1.
 */
CIM_API cim_status cim_city_window(cim_ctx *ctx, cim_city *city, const cim_box *window, uint32_t *ids, size_t cap, size_t *count_out);

/** One relation seen from an object. */
typedef struct cim_relation {
    uint32_t other;    /**< the object at the other end */
    int32_t type;      /**< number of the type, see cim_relation_name() */
    int32_t inverse;   /**< 0: from the object to other; 1: from other to the object */
    uint32_t reserved0;
} cim_relation;

/**
 * Relations of an object, both directions, parts included; first those that start at it.
 *
 * @param relations  room for cap; NULL with cap 0 only counts.
 * @param[out] count_out  how many there are, also when that is more than cap.
 * @return CIM_OK; CIM_ENOTFOUND if there is no such object; CIM_EIO; CIM_EFORMAT; CIM_ENOMEM.
 * Thread rule: any thread.   Cost: O(found); the first call on a city compiles all relations.
 * Since 0.1.
 */
CIM_API cim_status cim_city_relations(cim_ctx *ctx, cim_city *city, uint32_t id, cim_relation *relations, size_t cap, size_t *count_out);

/**
 * Name of a relation type: "accesses", or with inverse != 0 "accessed_by".
 *
 * @return static text; NULL for an unknown number.
 * Thread rule: any thread.   Cost: O(1).
 * Since 0.1.
 */
CIM_API const char *cim_relation_name(int32_t type, int32_t inverse);

CIM_END

#endif
