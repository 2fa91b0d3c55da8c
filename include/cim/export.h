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

/**
 * Write results, which are GeoJSON as the library and its tool give them, to a file of features, which appears only when it is complete.
 * The same text gives the same bytes.
 *
 * GeoJSON is written as it is.
 *
 * GeoPackage (OGC 12-128) has a layer for every role and type of geometry: "role_points", "role_lines", "role_areas", and "role_rows" where there is no
 * geometry; the role is the property "role", or else "layer", or else left out of the name.  Columns are the properties: yes or no, whole numbers, numbers
 * or text, by what all features of the layer have; lists and objects are JSON text.  Keys that differ by case only, and "fid" and "geom", get a number behind
 * them.  A feature's own id is column "id" ("feature_id" beside a property "id"), its place in the text, from 1, is fid.  Other members of a collection
 * are the row of table "collection".  Heights are left out.
 *
 * @param text      size bytes of UTF-8: a Feature or a FeatureCollection (RFC 7946) in WGS 84, or in what a member "crs" names.
 * @param path      "-" is standard output (not for GeoPackage).
 * @param opts      format "geojson" or "gpkg" (NULL: by suffix .geojson, .json, .gpkg), epsg of a GeoPackage (0: as the text), and
 *                  CIM_EXPORT_OVERWRITE; nothing else may be set.  NULL for defaults.
 * @param[out] report_out  JSON: path, format, epsg, features, geometries_outside (of the reference system: null in the file), layers (their names);
 *                  release with cim_buf_dispose(); may be NULL.
 * @return CIM_OK; CIM_EARG for an unknown format or option, or no text; CIM_EFORMAT when the text is no such GeoJSON, with the number of the feature, from 0;
 *         CIM_ELIMIT beyond 200 layers, 500 properties of a layer or 4 GiB; CIM_EEXIST; CIM_EIO; CIM_ENOTFOUND for an unknown reference system;
 *         CIM_EUNSUPPORTED if the module for GeoPackage cannot be loaded; CIM_ECANCEL; CIM_ENOMEM.
 * Thread rule: any thread.   Cost: O(size + layers * features); memory some 120 bytes a feature beside the text.
 * Since 0.1.
 */
CIM_API cim_status cim_export_features(cim_ctx *ctx, const char *text, size_t size, const char *path, const cim_export_options *opts, cim_buf *report_out);

CIM_END

#endif
