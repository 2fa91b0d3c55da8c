/* export.h - what the writers of the formats share: the objects to write, the reference system, the output. */
#ifndef CIM_EXPORT_EXPORT_H
#define CIM_EXPORT_EXPORT_H

#include "cim/export.h"
#include "city/city.h"
#include "core/io.h"
#include "crs/crs.h"

typedef struct cim__export {
    cim_city *city;
    const cim_export_options *opts;
    const char *path;
    uint64_t *chosen;          /* a bit an object number; NULL: all */
    uint32_t chosen_count;
    int32_t epsg, plane_epsg;  /* of the output, and without heights */
    bool geographic;
    int decimals;
    cim__transform *transform; /* NULL: coordinates as they are */
    cim__gbuild geom;          /* scratch: the geometry of the object that is written */
    /* for the report */
    uint64_t written;                        /* objects */
    uint64_t outside;                        /* geometries that cannot be transformed */
    uint64_t changed;                        /* EPANET: values that are others than in the file that was imported */
    uint64_t left_out, converted, placeless; /* CityJSON: geometries its types do not allow; objects without anything to show */
} cim__export;

static inline bool cim__export_has(const cim__export *e, uint32_t id)
{
    return cim__city_has(e->city, id) && (!e->chosen || (e->chosen[id >> 6] >> (id & 63) & 1));
}

/* All chosen objects, layer by layer, by number. */
cim_status cim__export_each(cim_ctx *ctx, cim__export *e, cim__object_fn fn, void *user);

/* Plane geometry of an object in the output's reference system, in e->geom; *geom_out has no parts when there is none. */
cim_status cim__export_plane(cim_ctx *ctx, cim__export *e, const cim__object *object, cim_geom *geom_out);
/* x and y of count vertices; false when one of them cannot be transformed. */
bool cim__export_transform(cim__export *e, double *coords, int32_t dim, size_t count);

/* The formats. */
cim_status cim__export_geojson(cim_ctx *ctx, cim__export *e, bool sequence);
cim_status cim__export_cityjson(cim_ctx *ctx, cim__export *e, bool sequence);
cim_status cim__export_epanet(cim_ctx *ctx, cim__export *e, bool sequence);
cim_status cim__export_gpkg(cim_ctx *ctx, cim__export *e);

#endif
