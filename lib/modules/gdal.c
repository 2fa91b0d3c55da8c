/* gdal.c - adapter module to GDAL: GeoPackage files.
 *
 * Only the one driver is registered: nothing of what else GDAL can open is reachable through libcim.  GDAL's errors and options
 * are set for the time of a call and this thread only, and GDAL is never cleaned up, because the program may use it too. */
#include "cim/base.h"
#include "export/gdal.h"

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wpedantic" /* enumerators beyond int */
#include <cpl_conv.h>
#include <cpl_error.h>
#include <cpl_string.h>
#include <gdal.h>
#include <ogr_api.h>
#include <ogr_srs_api.h>
#pragma GCC diagnostic pop
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void RegisterOGRGeoPackage(void); /* declared in a C++ header only */

struct cim__gdal {
    GDALDatasetH file;
    OGRSpatialReferenceH srs;
    OGRLayerH layer;
    OGRFeatureDefnH fields;
    const cim__gdal_column *columns;
    int column_count;
    char time[40];
};

/* ---- a call into GDAL ---- */

/* Options of this thread that change what the driver does. */
static const char *const option_names[] = { "OGR_CURRENT_DATE", "OGR_SQLITE_SYNCHRONOUS", "OGR_SQLITE_JOURNAL", "OGR_SQLITE_PRAGMA" };
enum { OPTIONS = sizeof option_names / sizeof *option_names };

typedef struct call {
    cim__gdal_error *error;
    bool failed;
    char *saved[OPTIONS];
} call;

static void CPL_STDCALL on_error(CPLErr level, CPLErrorNum number, const char *text)
{
    call *c = CPLGetErrorHandlerUserData();
    (void)number;
    if (level < CE_Failure || c->failed) return;
    c->failed = true;
    size_t n = 0;
    for (; text[n] && n + 1 < sizeof c->error->text; n++) c->error->text[n] = text[n] == '\n' ? ' ' : text[n];
    c->error->text[n] = 0;
}

/* The file is made under a temporary name and synced as a whole, so SQLite needs neither a journal on disk nor syncs. */
static void enter(call *c, const char *time, cim__gdal_error *error)
{
    const char *values[OPTIONS] = { time, "OFF", "MEMORY", NULL };
    c->error = error;
    c->failed = false;
    error->text[0] = 0;
    for (int i = 0; i < OPTIONS; i++) {
        const char *old = CPLGetThreadLocalConfigOption(option_names[i], NULL);
        c->saved[i] = old ? CPLStrdup(old) : NULL;
        CPLSetThreadLocalConfigOption(option_names[i], values[i]);
    }
    CPLPushErrorHandlerEx(on_error, c);
}

static bool leave(call *c, bool good)
{
    CPLPopErrorHandler();
    for (int i = 0; i < OPTIONS; i++) {
        CPLSetThreadLocalConfigOption(option_names[i], c->saved[i]);
        CPLFree(c->saved[i]);
    }
    if (!good && !c->error->text[0]) snprintf(c->error->text, sizeof c->error->text, "GDAL failed without a reason");
    return good && !c->failed;
}

/* ---- the file ---- */

static GDALDriverH driver(void)
{
    static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
    pthread_mutex_lock(&lock);
    RegisterOGRGeoPackage(); /* does nothing when it is there */
    GDALDriverH found = GDALGetDriverByName("GPKG");
    pthread_mutex_unlock(&lock);
    return found;
}

static void dispose(cim__gdal *g)
{
    if (g->file) GDALClose(g->file);
    if (g->srs) OSRRelease(g->srs);
    free(g);
}

static bool open_file(cim__gdal *g, const char *path, int32_t epsg)
{
    GDALDriverH gpkg = driver();
    g->srs = OSRNewSpatialReference(NULL);
    if (!gpkg || !g->srs || OSRImportFromEPSG(g->srs, epsg) != OGRERR_NONE) return false;
    OSRSetAxisMappingStrategy(g->srs, OAMS_TRADITIONAL_GIS_ORDER);
    g->file = GDALCreate(gpkg, path, 0, 0, 0, GDT_Unknown, NULL);
    return g->file && GDALDatasetStartTransaction(g->file, FALSE) == OGRERR_NONE;
}

static bool create_file(const char *path, int32_t epsg, const char *time, cim__gdal **gdal_out, cim__gdal_error *error)
{
    call c;
    cim__gdal *g = calloc(1, sizeof *g);
    if (!g) {
        snprintf(error->text, sizeof error->text, "out of memory");
        return false;
    }
    snprintf(g->time, sizeof g->time, "%s", time);
    enter(&c, g->time, error);
    bool good = open_file(g, path, epsg) && !c.failed;
    if (good) *gdal_out = g;
    else dispose(g);
    return leave(&c, good);
}

static bool close_file(cim__gdal *g, bool finish, cim__gdal_error *error)
{
    call c;
    char time[sizeof g->time];
    memcpy(time, g->time, sizeof time);
    enter(&c, time, error);
    bool good = finish && GDALDatasetCommitTransaction(g->file) == OGRERR_NONE;
    if (!good) GDALDatasetRollbackTransaction(g->file);
    dispose(g); /* writes spatial indexes and contents */
    return leave(&c, good);
}

/* ---- tables ---- */

static bool add_column(OGRLayerH layer, const cim__gdal_column *column)
{
    OGRFieldType type = column->type == 'T' ? OFTString : column->type == 'I' ? OFTInteger64 : column->type == 'R' ? OFTReal : column->type == 'B' ? OFTInteger : OFTDateTime;
    OGRFieldDefnH field = OGR_Fld_Create(column->name, type);
    if (column->type == 'B') OGR_Fld_SetSubType(field, OFSTBoolean);
    bool good = OGR_L_CreateField(layer, field, FALSE) == OGRERR_NONE;
    OGR_Fld_Destroy(field);
    return good;
}

static bool make_layer(cim__gdal *g, const cim__gdal_layer *layer)
{
    char **options = CSLSetNameValue(NULL, "FID", layer->id_column);
    options = CSLSetNameValue(options, "GEOMETRY_NAME", "geom");
    options = CSLSetNameValue(options, "IDENTIFIER", layer->name);
    options = CSLSetNameValue(options, "DESCRIPTION", layer->title);
    options = CSLSetNameValue(options, "SPATIAL_INDEX", "YES");
    OGRwkbGeometryType type = layer->geometry_type ? (OGRwkbGeometryType)layer->geometry_type : wkbNone;
    g->layer = GDALDatasetCreateLayer(g->file, layer->name, layer->geometry_type ? g->srs : NULL, type, options);
    CSLDestroy(options);
    if (!g->layer) return false;
    for (int i = 0; i < layer->column_count; i++)
        if (!add_column(g->layer, &layer->columns[i])) return false;
    g->fields = OGR_L_GetLayerDefn(g->layer);
    g->columns = layer->columns;
    g->column_count = layer->column_count;
    return true;
}

static bool begin_layer(cim__gdal *g, const cim__gdal_layer *layer, cim__gdal_error *error)
{
    call c;
    enter(&c, g->time, error);
    return leave(&c, make_layer(g, layer));
}

static void set_value(OGRFeatureH row, int i, char type, const cim__gdal_value *v)
{
    if (!v->present) OGR_F_SetFieldNull(row, i);
    else if (type == 'R') OGR_F_SetFieldDouble(row, i, v->real);
    else if (type == 'I' || type == 'B') OGR_F_SetFieldInteger64(row, i, v->integer);
    else OGR_F_SetFieldString(row, i, v->text);
}

static bool put_row(cim__gdal *g, int64_t id, const cim__gdal_value *values, const void *wkb, size_t wkb_size)
{
    OGRFeatureH row = OGR_F_Create(g->fields);
    OGRGeometryH geometry = NULL;
    if (!row) return false;
    bool good = OGR_F_SetFID(row, id) == OGRERR_NONE;
    for (int i = 0; i < g->column_count; i++) set_value(row, i, g->columns[i].type, &values[i]);
    if (wkb) {
        good = good && wkb_size <= INT32_MAX && OGR_G_CreateFromWkb(wkb, NULL, &geometry, (int)wkb_size) == OGRERR_NONE;
        good = good && OGR_F_SetGeometryDirectly(row, geometry) == OGRERR_NONE;
    }
    good = good && OGR_L_CreateFeature(g->layer, row) == OGRERR_NONE;
    OGR_F_Destroy(row);
    return good;
}

static bool add_row(cim__gdal *g, int64_t id, const cim__gdal_value *values, const void *wkb, size_t wkb_size, cim__gdal_error *error)
{
    call c;
    enter(&c, g->time, error);
    return leave(&c, put_row(g, id, values, wkb, wkb_size));
}

extern CIM_API const cim__gdal_table cim_module_gdal;
const cim__gdal_table cim_module_gdal = { create_file, begin_layer, add_row, close_file };
