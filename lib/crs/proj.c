/* proj.c - adapter to PROJ.  Every object has a PJ_CONTEXT of its own, so nothing is shared between threads; the
 * network is off.  PROJ 9.1 does not know the Japanese plane systems on JGD2011 with heights (EPSG:10162-10174): they
 * are EPSG:6669-6681 with EPSG:6695. */
#include "crs/proj.h"
#include "core/module.h"
#include "core/num.h"
#include "crs/crs.h"
#include "crs/proj_api.h"

#include <math.h>
#include <stdio.h>

struct cim__proj {
    cim__mem *mem;
    const cim__proj_api *api;
    PJ_CONTEXT *context;
    PJ *operation;
    cim__crs_info from, to;
    char note[160];
};

static PJ_CONTEXT *quiet_context(const cim__proj_api *api)
{
    PJ_CONTEXT *context = api->proj_context_create();
    if (!context) return NULL;
    api->proj_context_set_enable_network(context, 0);
    api->proj_log_level(context, PJ_LOG_NONE);
    return context;
}

static int32_t known_epsg(int32_t epsg, int32_t *vertical_out)
{
    bool japan = epsg >= 10162 && epsg <= 10174;
    if (japan) *vertical_out = 6695;
    return japan ? epsg - 10162 + 6669 : epsg;
}

/* ---- facts about a code ---- */

static PJ *crs_of(const cim__proj_api *api, PJ_CONTEXT *context, int32_t epsg)
{
    char code[16];
    snprintf(code, sizeof code, "%d", (int)epsg);
    PJ *crs = api->proj_create_from_database(context, "EPSG", code, PJ_CATEGORY_CRS, 0, NULL);
    return crs;
}

static int32_t code_of(const cim__proj_api *api, const PJ *crs)
{
    const char *code = api->proj_get_id_code(crs, 0);
    int64_t value = 0;
    return code && cim__read_int(code, code + strlen(code), &value) ? (int32_t)value : 0;
}

/* A compound is taken apart: the horizontal system and the code of the vertical one. */
static PJ *horizontal_of(const cim__proj_api *api, PJ_CONTEXT *context, PJ *crs, cim__crs_info *info)
{
    if (api->proj_get_type(crs) != PJ_TYPE_COMPOUND_CRS) return crs;
    PJ *horizontal = api->proj_crs_get_sub_crs(context, crs, 0), *vertical = api->proj_crs_get_sub_crs(context, crs, 1);
    info->has_z = true;
    if (vertical) info->vertical_epsg = code_of(api, vertical);
    if (horizontal) info->epsg = code_of(api, horizontal);
    api->proj_destroy(vertical);
    api->proj_destroy(crs);
    return horizontal;
}

static void read_axes(const cim__proj_api *api, PJ_CONTEXT *context, const PJ *crs, cim__crs_info *info)
{
    PJ *cs = api->proj_crs_get_coordinate_system(context, crs);
    const char *direction = NULL;
    if (!cs) return;
    api->proj_cs_get_axis_info(context, cs, 0, NULL, NULL, &direction, &info->unit_m, NULL, NULL, NULL);
    info->north_first = direction && (!strcmp(direction, "north") || !strcmp(direction, "south"));
    if (api->proj_cs_get_axis_count(context, cs) == 3) info->has_z = true;
    api->proj_destroy(cs);
}

static bool read_info(const cim__proj_api *api, PJ_CONTEXT *context, int32_t epsg, cim__crs_info *info)
{
    PJ *crs = crs_of(api, context, epsg);
    if (crs) crs = horizontal_of(api, context, crs, info);
    if (!crs) return false;
    PJ_TYPE type = api->proj_get_type(crs);
    info->geographic = type == PJ_TYPE_GEOGRAPHIC_2D_CRS || type == PJ_TYPE_GEOGRAPHIC_3D_CRS;
    if (!info->epsg) info->epsg = epsg;
    const char *name = api->proj_get_name(crs);
    snprintf(info->name, sizeof info->name, "%s", name ? name : "");
    read_axes(api, context, crs, info);
    if (!api->proj_get_area_of_use(context, crs, &info->west_deg, &info->south_deg, &info->east_deg, &info->north_deg, NULL) || info->west_deg < -900.0)
        info->west_deg = info->south_deg = info->east_deg = info->north_deg = 0.0;
    bool horizontal = info->geographic || type == PJ_TYPE_PROJECTED_CRS;
    api->proj_destroy(crs);
    return horizontal;
}

/* Opening PROJ's database costs a context some 5 ms, so callers that have a context use it. */
static cim_status info_in(cim_ctx *ctx, const cim__proj_api *api, PJ_CONTEXT *context, int32_t epsg, cim__crs_info *info_out)
{
    cim__crs_info info = { .unit_m = 1.0 };
    int32_t known = known_epsg(epsg, &info.vertical_epsg);
    if (!read_info(api, context, known, &info))
        return cim__fail(ctx, CIM_ENOTFOUND, "EPSG:%d is not a geographic or projected reference system that PROJ knows", (int)epsg);
    if (known != epsg) info.has_z = true;
    *info_out = info;
    return CIM_OK;
}

cim_status cim__crs_info_of(cim_ctx *ctx, int32_t epsg, cim__crs_info *info_out)
{
    const void *table = NULL;
    CIM__TRY(cim__module_load(ctx, "proj", &table));
    const cim__proj_api *api = table;
    PJ_CONTEXT *context = quiet_context(api);
    if (!context) return cim__nomem(ctx);
    cim_status st = info_in(ctx, api, context, epsg, info_out);
    api->proj_context_destroy(context);
    return st;
}

int32_t cim__crs_utm(double lon_deg, double lat_deg)
{
    int zone = (int)floor((lon_deg + 180.0) / 6.0) + 1;
    if (zone < 1) zone = 1;
    if (zone > 60) zone = 60;
    return (lat_deg < 0.0 ? 32700 : 32600) + zone;
}

/* ---- operations ---- */

static void write_note(cim__proj *p)
{
    const cim__proj_api *api = p->api;
    PJ *used = api->proj_trans_get_last_used_operation(p->operation);
    const PJ *op = used ? used : p->operation;
    double accuracy = api->proj_coordoperation_get_accuracy(p->context, op);
    if (api->proj_coordoperation_has_ballpark_transformation(p->context, op)) snprintf(p->note, sizeof p->note, "ballpark datum transformation, accuracy unknown");
    else if (accuracy > 1.0) snprintf(p->note, sizeof p->note, "accuracy of the datum transformation: %.0f m", accuracy);
    if (used) api->proj_destroy(used);
}

static cim_status open_operation(cim_ctx *ctx, cim__proj *p, int32_t source, int32_t target)
{
    char source_code[20], target_code[20];
    const void *table = NULL;
    CIM__TRY(cim__module_load(ctx, "proj", &table));
    const cim__proj_api *api = p->api = table;
    p->context = quiet_context(api);
    if (!p->context) return cim__nomem(ctx);
    CIM__TRY(info_in(ctx, api, p->context, source, &p->from));
    CIM__TRY(info_in(ctx, api, p->context, target, &p->to));
    snprintf(source_code, sizeof source_code, "EPSG:%d", (int)p->from.epsg);
    snprintf(target_code, sizeof target_code, "EPSG:%d", (int)p->to.epsg);
    PJ *raw = api->proj_create_crs_to_crs(p->context, source_code, target_code, NULL);
    p->operation = raw ? api->proj_normalize_for_visualization(p->context, raw) : NULL;
    if (raw) api->proj_destroy(raw);
    if (!p->operation) return cim__fail(ctx, CIM_ENOTFOUND, "no transformation from EPSG:%d to EPSG:%d", (int)source, (int)target);
    return CIM_OK;
}

cim_status cim__proj_open(cim_ctx *ctx, int32_t source, int32_t target, cim__proj **proj_out)
{
    cim__proj *p = cim__zalloc(ctx->mem, sizeof *p);
    if (!p) return cim__nomem(ctx);
    p->mem = cim__mem_ref(ctx->mem);
    cim_status st = open_operation(ctx, p, source, target);
    if (st < 0) {
        cim__proj_close(p);
        return st;
    }
    double x = 0.5 * (p->from.west_deg + p->from.east_deg), y = 0.5 * (p->from.south_deg + p->from.north_deg);
    if (p->from.geographic) cim__proj_run(p, &x, &y, 1, 1); /* so that the note speaks of the operation really used */
    write_note(p);
    *proj_out = p;
    return CIM_OK;
}

const cim__crs_info *cim__proj_source(const cim__proj *p) { return &p->from; }
const cim__crs_info *cim__proj_target(const cim__proj *p) { return &p->to; }

void cim__proj_close(cim__proj *p)
{
    cim__mem *mem = p->mem;
    if (p->operation) p->api->proj_destroy(p->operation);
    if (p->context) p->api->proj_context_destroy(p->context);
    cim__free(mem, p);
    cim__mem_unref(mem);
}

void cim__proj_run(cim__proj *p, double *x, double *y, size_t stride, size_t count)
{
    for (size_t i = 0; i < count; i++, x += stride, y += stride) {
        PJ_COORD out = p->api->proj_trans(p->operation, PJ_FWD, (PJ_COORD){ { *x, *y, 0.0, HUGE_VAL } });
        *x = out.xy.x;
        *y = out.xy.y;
        if (!isfinite(*x) || !isfinite(*y)) *x = *y = HUGE_VAL;
    }
}

const char *cim__proj_note(const cim__proj *p) { return p->note; }
