/**
 * @file export.h
 * Exporting objects of a city to GeoJSON, CityJSON, GeoPackage and EPANET files.
 */
#ifndef CIM_EXPORT_H
#define CIM_EXPORT_H

#include "cim/city.h"
#include "cim/ctx.h"

CIM_BEGIN

enum {
    CIM_EXPORT_OVERWRITE = 1,   /**< replace an existing file */
    CIM_EXPORT_RELATIONS = 2,   /**< GeoJSON: with "relations" among the properties */
    CIM_EXPORT_RS = 4,          /**< sequences: a record separator before every text (RFC 8142) */
    CIM_EXPORT_NO_EXTRUDE = 8,  /**< CityJSON: buildings without 3D shapes stay flat, also when their height is known */
    CIM_EXPORT_NO_STYLES = 16   /**< GeoPackage: without table layer_styles */
};

typedef struct cim_export_options {
    size_t struct_size;  /* set by CIM_EXPORT_OPTIONS_INIT */
    const char *format;  /* "geojson", "geojsonseq", "cityjson", "cityjsonseq", "gpkg", "epanet"; NULL: by suffix */
    const char *lod;     /* CityJSON: shapes of this level of detail only, "2" also means "2.2"; NULL: all */
    int32_t epsg;        /* of the output; 0: GeoJSON in WGS 84, others as the city */
    int32_t decimals;    /* of coordinates, 1 to 9; 0: 7 for degrees, 3 for metres (GeoPackage: always exact) */
    uint32_t flags;      /* CIM_EXPORT_* */
    uint32_t reserved0;
} cim_export_options;

#define CIM_EXPORT_OPTIONS_INIT { sizeof(cim_export_options), NULL, NULL, 0, 0, 0, 0 }

/**
 * Write objects to a file, which appears only when it is complete.  The same city gives the same bytes.
 *
 * GeoJSON (RFC 7946) has one feature an object, with its geometry in the plane and id, class, layer, values, "derived" and
 * "attributes" as properties; in another reference system than WGS 84 it has the old "crs" member.  GeoJSONSeq has a feature a line.
 *
 * CityJSON 2.0 and CityJSONSeq have all shapes with their semantics, parts and groups; objects are chosen as wholes, with
 * everything they are a part of and all their parts.  Buildings without shapes are extruded to a solid of LoD 1 when their
 * height is known; other objects get their geometry in the plane as LoD 0.  What CityJSON does not allow for a type is
 * converted where that is possible and otherwise left out; how much that was is logged as a warning.
 *
 * GeoPackage has a layer for every layer of the city, with typed columns, spatial indexes and default styles.
 *
 * EPANET is the input file of a water network as it was imported, in its own reference system; values that are others in the city now are
 * put in place of the words that say them.  The network is written as a whole; ids name its Network object where there are several.
 *
 * @param ids       id_count object numbers; NULL: all objects.
 * @param path      "-" is standard output (not for GeoPackage).
 * @param opts      NULL for defaults.
 * @param[out] report_out  JSON: path, format, epsg, objects (written), and how many were not: objects_without_place,
 *                  geometries_outside (of the reference system or of all bounds), geometries_left_out and geometries_converted (CityJSON); values_changed (EPANET);
 *                  release with cim_buf_dispose(); may be NULL.
 * @return CIM_OK; CIM_EARG for an unknown format, id or option; CIM_EEXIST; CIM_EIO; CIM_ENOTFOUND for an unknown reference
 *         system; CIM_EFORMAT for a damaged city file; CIM_EUNSUPPORTED if the module for GeoPackage cannot be loaded;
 *         CIM_ECANCEL; CIM_ENOMEM.
 * Thread rule: any thread.   Cost: O(objects); memory for CityJSON some 40 bytes a vertex, small and constant otherwise.
 * Since 0.1.
 */
CIM_API cim_status cim_export(cim_ctx *ctx, cim_city *city, const uint32_t *ids, size_t id_count, const char *path, const cim_export_options *opts,
                              cim_buf *report_out);

CIM_END

#endif
