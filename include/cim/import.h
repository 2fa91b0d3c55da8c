/**
 * @file import.h
 * Importing OpenStreetMap, CityGML, CityJSON, EPANET, MATPOWER and pandapower files and GIS layers into a city file.
 */
#ifndef CIM_IMPORT_H
#define CIM_IMPORT_H

#include "cim/city.h"
#include "cim/ctx.h"

CIM_BEGIN

enum {
    CIM_IMPORT_KEEP_GOING = 1,     /**< an input that fails is left out (of a damaged XML file what came before the damage is kept, of an EPANET file the good rows) */
    CIM_IMPORT_NO_RELATIONS = 2,   /**< make only the relations that inputs state, no accesses, located_in, mounted_on, same_as */
    CIM_IMPORT_SWAP_XY = 4,        /**< inputs list northing or latitude first, whatever their reference system says */
    CIM_IMPORT_NO_SWAP_XY = 8,     /**< inputs list easting or longitude first, whatever their reference system says */
    CIM_IMPORT_UNSAFE_LIMITS = 16, /**< lift the limits on expansion of compressed input */
    CIM_IMPORT_OVERWRITE = 32      /**< a new city that replaces the file at `path`, whatever it is, when it is complete */
};

typedef struct cim_import_options {
    size_t struct_size;      /* set by CIM_IMPORT_OPTIONS_INIT */
    const char *format;      /* "osm", "citygml", "cityjson", "epanet", "matpower", "pandapower", "gis", "observations"; NULL: by content */
    const char *who;         /* for the change log; NULL: none */
    const char *why;
    const char *licence;     /* of the inputs; NULL: what the format implies or says */
    const char *attribution;
    int32_t epsg;            /* of a new city: an EPSG code of a projected system in metres; 0: from the first input */
    int32_t source_epsg;     /* of the inputs, whatever they say; 0: what they say */
    uint32_t flags;          /* CIM_IMPORT_* */
    uint32_t max_depth;      /* nesting of XML and JSON; 0: 256 */
    uint64_t max_objects;    /* 0: 4,294,967,000 */
    uint64_t max_bytes;      /* an input after decompression; 0: 64 GiB */
    uint64_t max_memory;     /* for objects on their way, the rest goes to a temporary file; 0: 32 MiB */
    double max_seconds;      /* 0: none */
    const char *prefix;      /* EPANET: ids begin with it; NULL: "inp:", the file's name without suffix, and "/" */
    const char *const *maps; /* map_count paths of mapping files for GIS layers (cim-map(5)) */
    size_t map_count;
    const char *class_name;  /* what rows of GIS layers without a mapping become; NULL: GenericOccupiedSpace */
} cim_import_options;

#define CIM_IMPORT_OPTIONS_INIT { sizeof(cim_import_options), NULL, NULL, NULL, NULL, NULL, 0, 0, 0, 0, 0, 0, 0, 0.0, NULL, NULL, 0, NULL }

/**
 * Import files into a city file, which is made when it does not exist.  All inputs are one transaction: whatever happens,
 * the file is as before or holds everything.  Formats are recognised by content; gzip and bzip2 are read directly.  An
 * object whose id exists already replaces the old one and takes over its number.
 *
 * The report counts what was in each file and what became of it, kind by kind:
 * in_file = stored + verbatim + skipped, with the reasons of skipping, and lists warnings with their places.
 *
 * @param path    the city file.
 * @param inputs  count paths; "-" is standard input.
 * @param opts    NULL for defaults.
 * @param[out] report_out  JSON; also filled when some inputs failed; release with cim_buf_dispose(); NULL: not wanted.
 * @return CIM_OK; CIM_DONE if some inputs were left out (CIM_IMPORT_KEEP_GOING); CIM_EFORMAT with file and line, block or
 *         object; CIM_EIO; CIM_ELIMIT; CIM_EUNTRUSTED or CIM_EVERSION for an existing file that cim_city_open() would refuse;
 *         CIM_ENOTFOUND for an unknown reference system; CIM_EARG; CIM_ECANCEL; CIM_EUNSUPPORTED; CIM_ENOMEM.
 * Thread rule: any thread; uses the context's threads.   Cost: one or two passes over the input; memory does not grow with
 * the input beyond some 80 bytes an object and 10 bytes an OpenStreetMap node.
 * Since 0.1.
 */
CIM_API cim_status cim_import(cim_ctx *ctx, const char *path, const char *const *inputs, size_t count, const cim_import_options *opts, cim_buf *report_out);

/**
 * Import files into a city that exists in memory only.
 *
 * @param inputs, count, opts, report_out  as for cim_import().
 * @param[out] city_out  the city; freed with cim_city_free(), and then gone.
 * @return as cim_import().
 * Thread rule: any thread; uses the context's threads.   Cost: as cim_import(), and the whole file in memory.
 * Since 0.1.
 */
CIM_API cim_status cim_city_load(cim_ctx *ctx, const char *const *inputs, size_t count, const cim_import_options *opts, cim_city **city_out,
                                 cim_buf *report_out);

/**
 * A mapping of GIS layers to begin with, for people to edit: every layer of a file with its fields, and what can be guessed.
 *
 * @param path        a GeoPackage, Shapefile, GeoJSON, FlatGeobuf or CSV file; "-" is standard input.
 * @param class_name  class of the objects that rows become; NULL: GenericOccupiedSpace.
 * @param[out] json_out  text of a mapping file (cim-map(5)); release with cim_buf_dispose().
 * @return CIM_OK; CIM_EARG for an unknown class; CIM_EFORMAT; CIM_EIO; CIM_ELIMIT; CIM_EUNTRUSTED for a GeoPackage that is not only tables;
 *         CIM_EUNSUPPORTED without module gdal; CIM_ENOMEM.
 * Thread rule: any thread.   Cost: opening the file and its first rows.
 * Since 0.1.
 */
CIM_API cim_status cim_import_map_new(cim_ctx *ctx, const char *path, const char *class_name, cim_buf *json_out);

CIM_END

#endif
