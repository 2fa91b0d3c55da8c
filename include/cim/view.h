/**
 * @file view.h
 * Pictures of a city: a page to walk through in a browser, and a map on paper.
 *
 * Both take the same objects, colour them by a property of theirs, and lay results of other calls (GeoJSON of routes, isochrones,
 * traces, impacts, ...) over them.
 */
#ifndef CIM_VIEW_H
#define CIM_VIEW_H

#include "cim/city.h"

CIM_BEGIN

enum {
    CIM_VIEW_OVERWRITE = 1,     /**< replace an existing file */
    CIM_VIEW_NO_SHAPES = 2,     /**< buildings as blocks even where their roofs are known */
    CIM_VIEW_NO_ATTRIBUTES = 4, /**< without what the sources said beyond the typed values */
    CIM_VIEW_NO_RELATIONS = 8   /**< without relations */
};

typedef struct cim_view_options {
    size_t struct_size;         /* set by CIM_VIEW_OPTIONS_INIT */
    const char *title;          /* NULL: the name of the output */
    const char *color_by;       /* property as in queries, "height_m", "osm:roof:shape", "located_in.name"; NULL: by what things are */
    const char *classes;        /* of numbers: "quantile:5", "equal:7", "jenks:5" or limits "10,20,50"; NULL: "quantile:5" */
    const char *ramp;           /* viridis, cividis, magma, blues, greens, oranges, puor, brbg; NULL: viridis */
    const char *const *layers;  /* layer_count GeoJSON files, each "FILE" or "FILE:KEY=VALUE,..."; see cimtool-view(1) */
    size_t layer_count;
    uint64_t max_shape_vertices; /* beyond so many, buildings are blocks; 0: 2,000,000 */
    uint64_t max_layer_bytes;   /* of one GeoJSON file; 0: 256 MiB */
    uint32_t flags;             /* CIM_VIEW_* */
    uint32_t reserved0;
} cim_view_options;

#define CIM_VIEW_OPTIONS_INIT { sizeof(cim_view_options), NULL, NULL, NULL, NULL, NULL, 0, 0, 0, 0, 0 }

/**
 * Write an HTML page that shows a city in three dimensions.  It is one file that asks nothing of any network: its own program draws with
 * WebGL2, finds objects by id and name, shows values, attributes and relations of what is picked, and tables where there is no WebGL.
 * Texts of the city are data of the page, never a part of its program.  The same city gives the same bytes.
 *
 * Objects that have streams (cim/sense.h) show what was observed: the newest value of each, and a series of at most 200 points over the
 * seven days before it.
 *
 * Heights are above the ground beside each building; the ground is drawn flat.
 *
 * @param ids    id_count object numbers; NULL: all objects.
 * @param path   "-" is standard output.
 * @param opts   NULL for defaults.
 * @param[out] report_out  JSON: path, bytes, objects, shapes (buildings with roofs), layers ([{file, features, without_geometry}]),
 *               streams (with observations in the page), streams_left_out (beyond 20,000), texts_cut (longer than 4,096
 *               bytes), geometries_outside; release with cim_buf_dispose(); may be NULL.
 * @return CIM_OK; CIM_EARG for an unknown id, option, property or style; CIM_EEXIST; CIM_EIO; CIM_EFORMAT for a damaged city file, or a
 *         layer that is not GeoJSON, with its place; CIM_ELIMIT for a layer of more than max_layer_bytes; CIM_ENOTFOUND for the reference
 *         system of a layer; CIM_ECANCEL; CIM_ENOMEM.
 * Thread rule: any thread.   Cost: some microseconds an object; memory about twice the page's size before it is compressed.
 * Since 0.1.
 */
CIM_API cim_status cim_view_write(cim_ctx *ctx, cim_city *city, const uint32_t *ids, size_t id_count, const char *path, const cim_view_options *opts,
                                  cim_buf *report_out);

enum {
    CIM_PLOT_OVERWRITE = 1, /**< replace an existing file */
    CIM_PLOT_NO_LABELS = 2, /**< without names of streets and places */
    CIM_PLOT_NO_FRAME = 4   /**< the map alone: without title, legend, scale bar, north arrow and sources */
};

typedef struct cim_plot_options {
    size_t struct_size;        /* set by CIM_PLOT_OPTIONS_INIT */
    const char *format;        /* "svg" or "png"; NULL: by suffix */
    const char *title;         /* NULL: the name of the output */
    const char *color_by, *classes, *ramp; /* as for views */
    const char *const *layers; /* as for views */
    size_t layer_count;
    const cim_box *extent;     /* what to show, in the city's reference system; NULL: everything */
    const char *around;        /* id of an object to show with its surroundings; NULL: none */
    double radius_m;           /* of the surroundings; 0: 250 */
    double width_mm, height_mm; /* of the page; 0: 297 x 210 */
    double dpi;                /* of PNG; 0: 150 */
    uint64_t max_layer_bytes;  /* of one GeoJSON file; 0: 256 MiB */
    uint32_t flags;            /* CIM_PLOT_* */
    uint32_t reserved0;
} cim_plot_options;

#define CIM_PLOT_OPTIONS_INIT { sizeof(cim_plot_options), NULL, NULL, NULL, NULL, NULL, NULL, 0, NULL, NULL, 0, 0, 0, 0, 0, 0, 0 }

/**
 * Draw a map: areas, streets, buildings, networks and results, with legend, scale bar, north arrow and sources.  SVG is written directly
 * (the same city gives the same bytes); PNG needs the module cim_cairo.
 *
 * @param ids   id_count object numbers; NULL: all objects.
 * @param path  "-" is standard output (SVG only).
 * @param opts  NULL for defaults.
 * @param[out] report_out  JSON: path, format, objects (drawn), labels, scale ("1:2500" as a number), extent, layers; release with cim_buf_dispose(); may
 *              be NULL.
 * @return as cim_view_write(); CIM_ENOTFOUND also for an object `around` that is not there or has no place; CIM_EUNSUPPORTED when this
 *         build has no PNG.
 * Thread rule: any thread.   Cost: some microseconds an object; memory for the objects that are drawn.
 * Since 0.1.
 */
CIM_API cim_status cim_plot_write(cim_ctx *ctx, cim_city *city, const uint32_t *ids, size_t id_count, const char *path, const cim_plot_options *opts,
                                  cim_buf *report_out);

CIM_END

#endif
