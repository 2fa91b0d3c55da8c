/* gdal.c - adapter module to GDAL: writing GeoPackage files, reading layers of vector files, reading and writing GeoTIFF.
 *
 * Only a few drivers are registered, and a file is opened by the one that is named: nothing of what else GDAL can open (virtual
 * datasets, services, other databases) is reachable through libcim, whatever a file says it is.  GDAL's errors and options
 * are set for the time of a call and this thread only, and GDAL is never cleaned up, because the program may use it too. */
#include "cim/base.h"
#include "core/gdal.h"

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wpedantic" /* enumerators beyond int */
#include <cpl_conv.h>
#include <cpl_error.h>
#include <cpl_http.h>
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
static const char *const option_names[] = { "OGR_CURRENT_DATE", "OGR_SQLITE_SYNCHRONOUS", "OGR_SQLITE_JOURNAL", "OGR_SQLITE_PRAGMA", "GDAL_PAM_ENABLED",
                                            "GDAL_DISABLE_READDIR_ON_OPEN", "GTIFF_VIRTUAL_MEM_IO", "GDAL_GEOREF_SOURCES" };
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
    for (; text[n] && n + 1 < sizeof c->error->text; n++) c->error->text[n] = (unsigned char)text[n] < ' ' || text[n] == 127 ? ' ' : text[n];
    c->error->text[n] = 0;
}

/* What a file refers to in the network (a GeoJSON file may name its reference system by a link) is not fetched. */
static CPLHTTPResult *refuse_network(const char *url, CSLConstList options, GDALProgressFunc progress, void *progress_user, CPLHTTPFetchWriteFunc write, void *write_user,
                                     void *user)
{
    (void)options, (void)progress, (void)progress_user, (void)write, (void)write_user, (void)user;
    CPLError(CE_Failure, CPLE_AppDefined, "it refers to the network, which is not asked: %.200s", url);
    CPLHTTPResult *nothing = CPLCalloc(1, sizeof *nothing); /* NULL would mean: ask the usual way */
    nothing->pszErrBuf = CPLStrdup("the network is not asked");
    return nothing;
}

/* The file is made under a temporary name and synced as a whole, so SQLite needs neither a journal on disk nor syncs.  time NULL: reading. */
static void enter(call *c, const char *time, cim__gdal_error *error)
{
    const char *values[OPTIONS] = { time, time ? "OFF" : NULL, time ? "MEMORY" : NULL, NULL, "NO", "EMPTY_DIR", "NO", "INTERNAL" };
    c->error = error;
    c->failed = false;
    error->text[0] = 0;
    for (int i = 0; i < OPTIONS; i++) {
        const char *old = CPLGetThreadLocalConfigOption(option_names[i], NULL);
        c->saved[i] = old ? CPLStrdup(old) : NULL;
        CPLSetThreadLocalConfigOption(option_names[i], values[i]);
    }
    CPLPushErrorHandlerEx(on_error, c);
    CPLHTTPPushFetchCallback(refuse_network, NULL);
}

static bool leave(call *c, bool good)
{
    CPLHTTPPopFetchCallback();
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

/* ---- reading: a file ---- */

void RegisterOGRShape(void);
void RegisterOGRGeoJSON(void);
void RegisterOGRGeoJSONSeq(void);
void RegisterOGRFlatGeobuf(void);

struct cim__gdal_in {
    GDALDatasetH file;
    OGRLayerH layer;
    OGRFeatureH row;
    cim__gdal_column *columns;
    cim__gdal_value *values;
    char (*times)[40]; /* by column: dates as text */
    char **lists;      /* by column: lists as JSON */
    int column_count;
    double *coords;
    uint32_t *ring_end, *part_end;
    size_t vertices, rings, parts, vertex_cap, ring_cap, part_cap;
    int dim;
    bool no_memory;
};

static void register_all(void)
{
    static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
    pthread_mutex_lock(&lock);
    RegisterOGRGeoPackage();
    RegisterOGRShape();
    RegisterOGRGeoJSON();
    RegisterOGRGeoJSONSeq();
    RegisterOGRFlatGeobuf();
    pthread_mutex_unlock(&lock);
}

static void free_lists(cim__gdal_in *in)
{
    for (int i = 0; in->lists && i < in->column_count; i++) {
        CPLFree(in->lists[i]);
        in->lists[i] = NULL;
    }
}

static void forget_layer(cim__gdal_in *in)
{
    if (in->row) OGR_F_Destroy(in->row);
    free_lists(in);
    free(in->columns);
    free(in->values);
    free(in->times);
    free(in->lists);
    in->row = NULL;
    in->columns = NULL;
    in->values = NULL;
    in->times = NULL;
    in->lists = NULL;
    in->column_count = 0;
}

static void close_in(cim__gdal_in *in)
{
    call c;
    cim__gdal_error ignored;
    if (!in) return;
    enter(&c, NULL, &ignored);
    forget_layer(in);
    if (in->file) GDALClose(in->file);
    (void)leave(&c, true);
    free(in->coords);
    free(in->ring_end);
    free(in->part_end);
    free(in);
}

static bool open_in(const char *path, const char *driver, cim__gdal_in **in_out, cim__gdal_error *error)
{
    const char *const drivers[] = { driver, NULL };
    const char *const only_listed[] = { "LIST_ALL_TABLES=NO", NULL }; /* of a GeoPackage: what its table of contents names */
    call c;
    cim__gdal_in *in = calloc(1, sizeof *in);
    if (!in) {
        snprintf(error->text, sizeof error->text, "out of memory");
        return false;
    }
    enter(&c, NULL, error);
    register_all();
    in->file = GDALOpenEx(path, GDAL_OF_VECTOR | GDAL_OF_READONLY | GDAL_OF_VERBOSE_ERROR, drivers, strcmp(driver, "GPKG") ? NULL : only_listed, NULL);
    bool good = leave(&c, in->file != NULL);
    if (good) *in_out = in;
    else close_in(in);
    return good;
}

static int count_in(cim__gdal_in *in)
{
    call c;
    cim__gdal_error ignored;
    enter(&c, NULL, &ignored);
    int count = GDALDatasetGetLayerCount(in->file);
    (void)leave(&c, true);
    return count;
}

static const char *name_in(cim__gdal_in *in, int layer)
{
    call c;
    cim__gdal_error ignored;
    enter(&c, NULL, &ignored);
    OGRLayerH l = GDALDatasetGetLayer(in->file, layer);
    const char *name = l ? OGR_L_GetName(l) : NULL;
    (void)leave(&c, true);
    return name;
}

/* ---- reading: a layer ---- */

static char column_type(OGRFieldDefnH field)
{
    OGRFieldType type = OGR_Fld_GetType(field);
    OGRFieldSubType sub = OGR_Fld_GetSubType(field);
    if (type == OFTInteger) return sub == OFSTBoolean ? 'B' : 'I';
    if (type == OFTInteger64) return 'I';
    if (type == OFTReal) return 'R';
    if (type == OFTDate || type == OFTTime || type == OFTDateTime) return 'D';
    if (type == OFTIntegerList || type == OFTInteger64List || type == OFTRealList || type == OFTStringList || (type == OFTString && sub == OFSTJSON)) return 'J';
    return 'T';
}

static bool take_columns(cim__gdal_in *in)
{
    OGRFeatureDefnH defn = OGR_L_GetLayerDefn(in->layer);
    size_t n = (size_t)OGR_FD_GetFieldCount(defn), some = n ? n : 1;
    in->columns = calloc(some, sizeof *in->columns);
    in->values = calloc(some, sizeof *in->values);
    in->times = calloc(some, sizeof *in->times);
    in->lists = calloc(some, sizeof *in->lists);
    if (!in->columns || !in->values || !in->times || !in->lists) return false;
    in->column_count = (int)n;
    for (int i = 0; i < in->column_count; i++) {
        OGRFieldDefnH field = OGR_FD_GetFieldDefn(defn, i);
        in->columns[i] = (cim__gdal_column){ OGR_Fld_GetNameRef(field), column_type(field) };
    }
    return true;
}

/* The code a reference system carries, else the one it surely is: shapefiles carry names only. */
static int32_t epsg_of(OGRSpatialReferenceH srs)
{
    const char *authority = OSRGetAuthorityName(srs, NULL), *code = OSRGetAuthorityCode(srs, NULL);
    int *confidence = NULL, count = 0;
    int32_t epsg = 0;
    if (authority && code && !strcmp(authority, "EPSG")) return (int32_t)strtol(code, NULL, 10);
    OGRSpatialReferenceH *found = OSRFindMatches(srs, NULL, &count, &confidence);
    for (int i = 0; i < count && !epsg && confidence[i] >= 70; i++) {
        authority = OSRGetAuthorityName(found[i], NULL);
        code = OSRGetAuthorityCode(found[i], NULL);
        if (authority && code && !strcmp(authority, "EPSG")) epsg = (int32_t)strtol(code, NULL, 10);
    }
    OSRFreeSRSArray(found);
    CPLFree(confidence);
    return epsg;
}

static bool go_to_layer(cim__gdal_in *in, int layer, cim__gdal_in_layer *out)
{
    forget_layer(in);
    in->layer = GDALDatasetGetLayer(in->file, layer);
    if (!in->layer || !take_columns(in)) return false;
    OGRSpatialReferenceH srs = OGR_L_GetSpatialRef(in->layer);
    OGRwkbGeometryType type = OGR_GT_Flatten(OGR_L_GetGeomType(in->layer));
    *out = (cim__gdal_in_layer){ OGR_L_GetName(in->layer), srs ? OSRGetName(srs) : NULL, in->columns, in->column_count, -1, srs ? epsg_of(srs) : 0, -1 };
    if (type == wkbNone) out->geometry_type = 0;
    else if (type >= wkbPoint && type <= wkbMultiPolygon) out->geometry_type = (int32_t)type;
    out->count = OGR_L_GetFeatureCount(in->layer, FALSE);
    OGR_L_ResetReading(in->layer);
    return true;
}

static bool layer_in(cim__gdal_in *in, int layer, cim__gdal_in_layer *out, cim__gdal_error *error)
{
    call c;
    enter(&c, NULL, error);
    return leave(&c, go_to_layer(in, layer, out));
}

/* ---- reading: values ---- */

/* A text that grows; data NULL after a failure. */
typedef struct growing {
    char *data;
    size_t size, cap;
} growing;

static void put_bytes(growing *t, const char *bytes, size_t n)
{
    if (t->size + n + 1 > t->cap) {
        size_t cap = 2 * t->cap + n + 64;
        char *data = t->cap && !t->data ? NULL : VSIRealloc(t->data, cap);
        if (!data) VSIFree(t->data);
        t->data = data;
        t->cap = cap;
    }
    if (!t->data) return;
    memcpy(t->data + t->size, bytes, n);
    t->size += n;
    t->data[t->size] = 0;
}

static void put_text(growing *t, const char *bytes) { put_bytes(t, bytes, strlen(bytes)); }

static void put_quoted(growing *t, const char *bytes)
{
    char escape[8];
    put_text(t, "\"");
    for (; *bytes; bytes++) {
        unsigned char ch = (unsigned char)*bytes;
        if (ch == '"' || ch == '\\') snprintf(escape, sizeof escape, "\\%c", ch);
        else if (ch < 32) snprintf(escape, sizeof escape, "\\u%04x", ch);
        else snprintf(escape, sizeof escape, "%c", ch);
        put_text(t, escape);
    }
    put_text(t, "\"");
}

static void put_item(growing *t, OGRFieldType type, const void *items, int i)
{
    char number[40];
    if (type == OFTStringList) {
        put_quoted(t, ((char *const *)items)[i]);
        return;
    }
    double real = type == OFTRealList ? ((const double *)items)[i] : 0.0;
    if (type == OFTIntegerList) snprintf(number, sizeof number, "%d", ((const int *)items)[i]);
    else if (type == OFTInteger64List) snprintf(number, sizeof number, "%lld", (long long)((const GIntBig *)items)[i]);
    else if (real - real != 0.0) snprintf(number, sizeof number, "null"); /* JSON has neither infinity nor NaN */
    else CPLsnprintf(number, sizeof number, "%.17g", real);                /* whatever the locale says */
    put_text(t, number);
}

/* A list as a JSON array; NULL: out of memory. */
static char *list_text(OGRFeatureH row, int column, OGRFieldType type)
{
    int count = 0;
    const void *items = type == OFTIntegerList     ? (const void *)OGR_F_GetFieldAsIntegerList(row, column, &count)
                        : type == OFTInteger64List ? (const void *)OGR_F_GetFieldAsInteger64List(row, column, &count)
                        : type == OFTRealList      ? (const void *)OGR_F_GetFieldAsDoubleList(row, column, &count)
                                                   : (const void *)OGR_F_GetFieldAsStringList(row, column);
    growing t = { NULL, 0, 0 };
    if (type == OFTStringList) count = CSLCount((CSLConstList)items);
    put_text(&t, "[");
    for (int i = 0; i < count; i++) {
        if (i) put_text(&t, ",");
        put_item(&t, type, items, i);
    }
    put_text(&t, "]");
    return t.data;
}

static const char *time_text(OGRFeatureH row, int column, OGRFieldType type, char text[40])
{
    int year, month, day, hour, minute, zone;
    float second;
    if (!OGR_F_GetFieldAsDateTimeEx(row, column, &year, &month, &day, &hour, &minute, &second, &zone)) return NULL;
    int n = 0, thousandths = (int)(second * 1000.0f + 0.5f);
    if (thousandths < 0 || thousandths >= 62000) thousandths = 0;
    if (type != OFTTime) n = snprintf(text, 40, "%04d-%02d-%02d", year % 10000, month % 100, day % 100);
    if (type == OFTDate) return text;
    n += snprintf(text + n, 40 - (size_t)n, "%s%02d:%02d:%02d", type == OFTTime ? "" : "T", hour % 100, minute % 100, thousandths / 1000);
    if (thousandths % 1000) n += snprintf(text + n, 40 - (size_t)n, ".%03d", thousandths % 1000);
    int quarters = (zone - 100) * 15; /* 100 is UTC, a step a quarter of an hour; 0 and 1: unknown, local */
    if (zone == 100) snprintf(text + n, 40 - (size_t)n, "Z");
    else if (zone > 1) snprintf(text + n, 40 - (size_t)n, "%c%02d:%02d", quarters < 0 ? '-' : '+', abs(quarters) / 60 % 100, abs(quarters) % 60);
    return text;
}

static void take_value(cim__gdal_in *in, int i)
{
    cim__gdal_value *v = &in->values[i];
    OGRFieldDefnH field = OGR_F_GetFieldDefnRef(in->row, i);
    OGRFieldType type = OGR_Fld_GetType(field);
    *v = (cim__gdal_value){ .present = OGR_F_IsFieldSetAndNotNull(in->row, i) };
    if (!v->present) return;
    char kind = in->columns[i].type;
    if (kind == 'I' || kind == 'B') v->integer = OGR_F_GetFieldAsInteger64(in->row, i);
    else if (kind == 'R') v->real = OGR_F_GetFieldAsDouble(in->row, i);
    else if (kind == 'D') v->text = time_text(in->row, i, type, in->times[i]);
    else if (kind == 'J' && type != OFTString) v->text = in->lists[i] = list_text(in->row, i, type);
    else v->text = OGR_F_GetFieldAsString(in->row, i);
    if (kind == 'J' && !v->text) in->no_memory = true;
    if (kind == 'D' && !v->text) v->present = false;
}

/* ---- reading: geometry ---- */

static bool room(void **list, size_t *cap, size_t wanted, size_t size)
{
    if (wanted <= *cap) return true;
    size_t more = wanted + wanted / 2 + 16;
    void *to = more < SIZE_MAX / size ? realloc(*list, more * size) : NULL;
    if (!to) return false;
    *list = to;
    *cap = more;
    return true;
}

static void end_part(cim__gdal_in *in)
{
    if (!room((void **)&in->part_end, &in->part_cap, in->parts + 1, sizeof *in->part_end)) in->no_memory = true;
    else in->part_end[in->parts++] = (uint32_t)in->rings;
}

/* The vertices of a point, line or ring. */
static void add_ring(cim__gdal_in *in, OGRGeometryH g)
{
    int n = OGR_G_GetPointCount(g);
    size_t dim = (size_t)in->dim, stride = dim * sizeof(double);
    if (n <= 0 || in->no_memory) return;
    if (in->vertices + (size_t)n > UINT32_MAX / 4 || !room((void **)&in->coords, &in->vertex_cap, (in->vertices + (size_t)n) * dim, sizeof(double)) ||
        !room((void **)&in->ring_end, &in->ring_cap, in->rings + 1, sizeof *in->ring_end)) {
        in->no_memory = true;
        return;
    }
    double *to = in->coords + in->vertices * dim;
    OGR_G_GetPoints(g, to, (int)stride, to + 1, (int)stride, dim == 3 ? to + 2 : NULL, (int)stride);
    in->vertices += (size_t)n;
    in->ring_end[in->rings++] = (uint32_t)in->vertices;
}

/* A part of a geometry of base type 1, 2 or 3. */
static void add_part(cim__gdal_in *in, OGRGeometryH g, int base)
{
    size_t before = in->rings;
    if (base == 3) {
        for (int i = 0; i < OGR_G_GetGeometryCount(g); i++) add_ring(in, OGR_G_GetGeometryRef(g, i));
    } else {
        add_ring(in, g);
    }
    if (in->rings > before) end_part(in);
}

/* 1, 2 or 3 when all parts within are of one base type; 0: empty; -1: of several or others. */
static int base_of(OGRGeometryH g, int depth)
{
    OGRwkbGeometryType type = OGR_GT_Flatten(OGR_G_GetGeometryType(g));
    int base = 0;
    if (OGR_G_IsEmpty(g)) return 0;
    if (type >= wkbPoint && type <= wkbPolygon) return (int)type;
    if (type == wkbTriangle) return 3;
    if (depth > 8 || !(OGR_GT_IsSubClassOf(type, wkbGeometryCollection) || OGR_GT_IsSubClassOf(type, wkbPolyhedralSurface))) return -1;
    for (int i = 0; i < OGR_G_GetGeometryCount(g) && base >= 0; i++) {
        int here = base_of(OGR_G_GetGeometryRef(g, i), depth + 1);
        if (here && base && here != base) return -1;
        if (here) base = here;
    }
    return base;
}

static void add_all(cim__gdal_in *in, OGRGeometryH g, int base)
{
    OGRwkbGeometryType type = OGR_GT_Flatten(OGR_G_GetGeometryType(g));
    if ((type >= wkbPoint && type <= wkbPolygon) || type == wkbTriangle) {
        add_part(in, g, base);
        return;
    }
    for (int i = 0; i < OGR_G_GetGeometryCount(g); i++) add_all(in, OGR_G_GetGeometryRef(g, i), base);
}

static void take_geometry(cim__gdal_in *in, cim__gdal_row *row)
{
    OGRGeometryH g = OGR_F_GetGeometryRef(in->row), straight = NULL;
    in->vertices = in->rings = in->parts = 0;
    if (!g) return;
    if (OGR_G_HasCurveGeometry(g, TRUE)) {
        g = straight = OGR_G_GetLinearGeometry(g, 0.0, NULL);
        row->fault = CIM__GDAL_CURVED;
    }
    int base = g ? base_of(g, 0) : -1;
    if (base < 0) row->fault = CIM__GDAL_COLLECTION;
    if (base > 0) {
        in->dim = OGR_G_Is3D(g) ? 3 : 2;
        add_all(in, g, base);
        row->dim = in->dim;
        row->type = in->parts > 1 ? base + 3 : base;
    }
    if (straight) OGR_G_DestroyGeometry(straight);
    if (!in->parts) row->type = 0;
    row->vertex_count = (uint32_t)in->vertices;
    row->ring_count = (uint32_t)in->rings;
    row->part_count = (uint32_t)in->parts;
    row->coords = in->coords;
    row->ring_end = in->ring_end;
    row->part_end = in->part_end;
}

static bool row_in(cim__gdal_in *in, cim__gdal_row *row, bool *end_out, cim__gdal_error *error)
{
    call c;
    enter(&c, NULL, error);
    if (in->row) OGR_F_Destroy(in->row);
    free_lists(in);
    in->no_memory = false;
    in->row = OGR_L_GetNextFeature(in->layer);
    *end_out = !in->row;
    *row = (cim__gdal_row){ .dim = 2, .values = in->values };
    if (in->row) {
        row->fid = OGR_F_GetFID(in->row);
        for (int i = 0; i < in->column_count; i++) take_value(in, i);
        take_geometry(in, row);
        if (in->no_memory) row->fault = CIM__GDAL_NO_MEMORY;
    }
    return leave(&c, true);
}

/* ---- rasters: GeoTIFF only, and nothing that lies beside it ---- */

void GDALRegister_GTiff(void);

static void register_tiff(void)
{
    static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
    pthread_mutex_lock(&lock);
    GDALRegister_GTiff();
    pthread_mutex_unlock(&lock);
}

/* Where a range of coordinates begins and ends among `count` pixels from `at` on. */
static void clip(double least, double most, double at, double step, int count, int *first, int *end)
{
    double a = (least - at) / step, b = (most - at) / step, from = a < b ? a : b, to = a < b ? b : a;
    from = from - 2.0 < 0.0 ? 0.0 : from - 2.0;
    to = to + 3.0 > count ? count : to + 3.0;
    *first = from < count ? (int)from : count;
    *end = to > *first ? (int)to : *first;
}

static bool bad_raster(call *c, const char *what)
{
    c->failed = true;
    snprintf(c->error->text, sizeof c->error->text, "%s", what);
    return false;
}

/* Values as they are meant: scaled, and not a number where there is none. */
static bool read_values(call *c, GDALRasterBandH band, const int window[4], float *values)
{
    int has_nothing = 0, scaled = 0, moved = 0, columns = window[2] - window[0], rows = window[3] - window[1];
    double nothing = GDALGetRasterNoDataValue(band, &has_nothing), scale = GDALGetRasterScale(band, &scaled), offset = GDALGetRasterOffset(band, &moved);
    float none = (float)nothing;
    for (int first = 0; first < rows; first += 256) { /* decoded in pieces */
        int some = rows - first < 256 ? rows - first : 256;
        if (GDALRasterIO(band, GF_Read, window[0], window[1] + first, columns, some, values + (size_t)first * (size_t)columns, columns, some, GDT_Float32, 0, 0) != CE_None)
            return false;
    }
    if (GDALDataTypeIsComplex(GDALGetRasterDataType(band))) return bad_raster(c, "its values are complex");
    size_t count = (size_t)columns * (size_t)rows;
    const float not_a_number = __builtin_nanf("");
    for (size_t i = 0; i < count; i++) {
        if ((has_nothing && values[i] == none) || !(values[i] > -1e9f && values[i] < 1e9f)) values[i] = not_a_number;
        else if (scaled || moved) values[i] = (float)((double)values[i] * (scaled ? scale : 1.0) + (moved ? offset : 0.0));
    }
    return true;
}

static bool read_file(call *c, GDALDatasetH file, const double box[4], cim__gdal_room give, void *user, cim__gdal_raster *raster_out)
{
    double place[6];
    int columns = GDALGetRasterXSize(file), rows = GDALGetRasterYSize(file), window[4] = { 0, 0, columns, rows };
    if (columns < 1 || rows < 1 || GDALGetRasterCount(file) < 1) return bad_raster(c, "it has no band");
    if (GDALGetGeoTransform(file, place) != CE_None) return bad_raster(c, "it does not say where it is");
    if (place[2] != 0.0 || place[4] != 0.0 || !(place[1] > 0.0) || !(place[5] < 0.0 || place[5] > 0.0)) return bad_raster(c, "it is turned: north must be up");
    double x = place[0] + 0.5 * place[1], y = place[3] + 0.5 * place[5];
    if (box) {
        clip(box[0], box[2], x, place[1], columns, &window[0], &window[2]);
        clip(box[1], box[3], y, place[5], rows, &window[1], &window[3]);
    }
    OGRSpatialReferenceH srs = GDALGetSpatialRef(file);
    cim__gdal_raster r = { (uint32_t)(window[2] - window[0]), (uint32_t)(window[3] - window[1]), x + window[0] * place[1], y + window[1] * place[5], place[1], place[5],
                           srs ? epsg_of(srs) : 0 };
    if (!r.columns || !r.rows) r.columns = r.rows = 0;
    float *values = r.columns ? give(user, (size_t)r.columns * r.rows) : NULL;
    if (r.columns && !values) return bad_raster(c, "out of memory");
    if (r.columns && !read_values(c, GDALGetRasterBand(file, 1), window, values)) return false;
    *raster_out = r;
    return true;
}

static bool read_raster(const char *path, const double box[4], cim__gdal_room give, void *user, cim__gdal_raster *raster_out, cim__gdal_error *error)
{
    const char *const drivers[] = { "GTiff", NULL };
    call c;
    register_tiff();
    enter(&c, NULL, error);
    GDALDatasetH file = GDALOpenEx(path, GDAL_OF_RASTER | GDAL_OF_READONLY | GDAL_OF_VERBOSE_ERROR, drivers, NULL, NULL);
    bool good = file && read_file(&c, file, box, give, user, raster_out);
    if (file) GDALClose(file);
    return leave(&c, good);
}

static bool write_file(GDALDatasetH file, const cim__gdal_raster *r, const uint8_t *bytes, const float *numbers)
{
    double place[6] = { r->x - 0.5 * r->step_x, r->step_x, 0.0, r->y - 0.5 * r->step_y, 0.0, r->step_y };
    GDALRasterBandH band = GDALGetRasterBand(file, 1);
    OGRSpatialReferenceH srs = r->epsg ? OSRNewSpatialReference(NULL) : NULL;
    bool good = !srs || (OSRImportFromEPSG(srs, r->epsg) == OGRERR_NONE && GDALSetSpatialRef(file, srs) == CE_None);
    if (srs) OSRRelease(srs);
    good = good && GDALSetGeoTransform(file, place) == CE_None && GDALSetRasterNoDataValue(band, bytes ? 255.0 : (double)__builtin_nanf("")) == CE_None;
    for (uint32_t row = 0; good && row < r->rows; row++) {
        size_t at = (size_t)row * r->columns;
        good = GDALRasterIO(band, GF_Write, 0, (int)row, (int)r->columns, 1, bytes ? (void *)(uintptr_t)(bytes + at) : (void *)(uintptr_t)(numbers + at), (int)r->columns, 1,
                            bytes ? GDT_Byte : GDT_Float32, 0, 0) == CE_None;
    }
    return good;
}

static bool write_raster(const char *path, const cim__gdal_raster *r, const uint8_t *bytes, const float *numbers, cim__gdal_error *error)
{
    const char *const wishes[] = { "COMPRESS=DEFLATE", "BIGTIFF=IF_SAFER", NULL };
    call c;
    register_tiff();
    enter(&c, NULL, error);
    GDALDriverH tiff = GDALGetDriverByName("GTiff");
    GDALDatasetH file = tiff && r->columns <= 0x7fffffff && r->rows <= 0x7fffffff
                            ? GDALCreate(tiff, path, (int)r->columns, (int)r->rows, 1, bytes ? GDT_Byte : GDT_Float32, (char **)(uintptr_t)wishes)
                            : NULL;
    bool good = file && write_file(file, r, bytes, numbers);
    if (file) GDALClose(file);
    return leave(&c, good);
}

extern CIM_API const cim__gdal_table cim_module_gdal;
const cim__gdal_table cim_module_gdal = { create_file, begin_layer, add_row, close_file, open_in, count_in, name_in, layer_in, row_in, close_in,
                                        read_raster, write_raster };
