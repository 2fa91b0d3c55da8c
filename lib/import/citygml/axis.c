/* axis.c - deciding on reference systems and axes. */
#include "import/citygml/axis.h"

#include <math.h>
#include <stdio.h>

static cim__gsrs *new_srs(cim__gsrses *s, cim__str text)
{
    cim__gsrs *srs = cim__arena_alloc(&s->arena, sizeof *srs);
    if (!srs) return NULL;
    memset(srs, 0, sizeof *srs);
    srs->text = cim__arena_str(&s->arena, text);
    return srs->text.ptr ? srs : NULL;
}

cim_status cim__gsrses_init(cim_ctx *ctx, cim__gsrses *s, cim__mem *mem)
{
    s->mem = mem;
    s->arena = cim__arena_on(mem);
    s->count = 2;
    s->file = CIM__GSRS_FILE;
    s->list[CIM__GSRS_FILE] = new_srs(s, (cim__str){ "", 0 });
    s->list[CIM__GSRS_LOCAL] = new_srs(s, (cim__str){ "", 0 });
    if (!s->list[0] || !s->list[1]) return cim__nomem(ctx);
    s->list[CIM__GSRS_LOCAL]->decided = true;
    return CIM_OK;
}

void cim__gsrses_free(cim__gsrses *s)
{
    for (uint16_t i = 0; i < s->count; i++)
        if (s->list[i] && !s->list[i]->shared) cim__transform_free(s->list[i]->transform);
    if (s->mem) cim__arena_free(&s->arena);
}

cim_status cim__gsrses_add(cim_ctx *ctx, cim__gsrses *s, cim__str text, uint32_t line, uint16_t *number_out)
{
    for (uint16_t i = 2; i < s->count; i++)
        if (cim__str_eq(s->list[i]->text, text)) {
            *number_out = i;
            return CIM_OK;
        }
    *number_out = CIM__GSRS_FILE;
    if (s->count == CIM__GSRS_MAX || !text.len) return CIM_OK;
    cim__gsrs *srs = new_srs(s, text);
    if (!srs) return cim__nomem(ctx);
    srs->line = line;
    CIM__TRY(cim__srs_parse(ctx, text, &srs->parsed));
    s->list[s->count] = srs;
    *number_out = s->count++;
    return CIM_OK;
}

/* ---- can it be? ---- */

static bool in_area(const cim__crs_info *info, double lon, double lat)
{
    static const double MARGIN_DEG = 1.0;
    if (!(fabs(lon) <= 360.0 && fabs(lat) <= 90.0)) return false;
    if (info->west_deg == info->east_deg) return true; /* not known */
    bool across = info->west_deg > info->east_deg; /* the area lies on both sides of 180 degrees */
    bool in_lon = across ? lon >= info->west_deg - MARGIN_DEG || lon <= info->east_deg + MARGIN_DEG : lon >= info->west_deg - MARGIN_DEG && lon <= info->east_deg + MARGIN_DEG;
    return in_lon && lat >= info->south_deg - MARGIN_DEG && lat <= info->north_deg + MARGIN_DEG;
}

/* UTM zones are most of what there is, and asking PROJ costs 10 ms. */
static bool surely_utm(int32_t epsg, double x, double y)
{
    bool utm = (epsg >= 25828 && epsg <= 25838) || (epsg >= 32601 && epsg <= 32660) || (epsg >= 32701 && epsg <= 32760) || (epsg >= 26901 && epsg <= 26923);
    return utm && x > 1e5 && x < 9e5 && y > 1e6 && y < 1e7;
}

typedef struct place {
    double lon, lat;
    bool fits;
} place;

static place place_of(const cim__crs_info *info, cim__transform *to_degrees, double x, double y)
{
    place p = { x, y, false };
    if (to_degrees) cim__transform_run(to_degrees, &p.lon, &p.lat, 1, 1);
    p.fits = isfinite(p.lon) && isfinite(p.lat) && in_area(info, p.lon, p.lat);
    return p;
}

typedef struct decision {
    bool swap, guessed, nowhere;
    double lon, lat;
} decision;

static cim_status check_area(cim_ctx *ctx, const cim__crs_info *info, cim_box box, bool forced, decision *d)
{
    double x = 0.5 * (box.min_x + box.max_x), y = 0.5 * (box.min_y + box.max_y);
    cim__transform *to_degrees = NULL;
    if (!info->geographic && surely_utm(info->epsg, d->swap ? y : x, d->swap ? x : y)) return CIM_OK; /* no hint is needed for projected systems */
    if (!info->geographic) CIM__TRY(cim__transform_new(ctx, info->epsg, 4326, &to_degrees));
    place as_is = place_of(info, to_degrees, d->swap ? y : x, d->swap ? x : y), other = place_of(info, to_degrees, d->swap ? x : y, d->swap ? y : x);
    cim__transform_free(to_degrees);
    if (!as_is.fits && other.fits && !forced) {
        d->swap = !d->swap;
        d->guessed = true;
        as_is = other;
    }
    d->nowhere = !as_is.fits;
    d->lon = as_is.lon;
    d->lat = as_is.lat;
    return CIM_OK;
}

/* ---- deciding ---- */

static bool is_local(cim__str text) { return text.len && text.ptr[0] == '#'; }

static cim_status not_known(cim_ctx *ctx, const cim__job *job, const cim__gsrs *srs)
{
    const char *path = cim__input_path(job->input);
    int n = (int)(srs->text.len < 120 ? srs->text.len : 120);
    if (!srs->text.len) return cim__fail(ctx, CIM_EFORMAT, "%s:%u: no reference system is given for these coordinates: say which (source_epsg, --source-crs)", path, srs->line);
    if (is_local(srs->text))
        return cim__fail(ctx, CIM_EFORMAT, "%s:%u: the reference system \"%.*s\" is a local one: say which to take it for (source_epsg, --source-crs)", path, srs->line, n, srs->text.ptr);
    return cim__fail(ctx, CIM_EFORMAT, "%s:%u: unknown reference system \"%.*s\": say which (source_epsg, --source-crs)", path, srs->line, n, srs->text.ptr);
}

static void warn(const cim__job *job, const cim__gsrs *srs, int32_t epsg, const decision *d, bool forced)
{
    const char *order = d->swap ? "north, east" : "east, north";
    char name[140];
    if (srs->text.len && !job->opts->source_epsg) snprintf(name, sizeof name, "\"%.*s\"", (int)(srs->text.len < 120 ? srs->text.len : 120), srs->text.ptr);
    else snprintf(name, sizeof name, "EPSG:%d", epsg);
    if (d->guessed)
        cim__report_warn(job->report, srs->line, "line %u: %s: coordinates are read as %s, because the other way round they lie outside the area of use", srs->line, name, order);
    else if (d->nowhere && !forced)
        cim__report_warn(job->report, srs->line, "line %u: %s: the coordinates lie outside its area of use", srs->line, name);
}

static void note_source(cim__job *job, const cim__gsrs *srs, int32_t epsg, const decision *d, bool forced)
{
    cim__source *source = job->source;
    snprintf(source->srs_name, sizeof source->srs_name, "%.*s", (int)(srs->text.len < sizeof source->srs_name ? srs->text.len : sizeof source->srs_name - 1), srs->text.ptr);
    source->srid = epsg;
    snprintf(source->axis, sizeof source->axis, "%s%s", d->swap ? "north, east" : "east, north", forced ? " (option)" : d->guessed ? " (guessed)" : "");
}

/* A system of a part of the file that is not known: the part is taken to be in the system of the whole. */
static bool fall_back(cim__job *job, cim__gsrses *s, uint16_t number)
{
    cim__gsrs *srs = s->list[number], *file = s->list[s->file];
    if (number == s->file || !file->decided) return false;
    cim__report_warn(job->report, srs->line, "line %u: unknown reference system \"%.*s\": taken for that of the file", srs->line, (int)(srs->text.len < 120 ? srs->text.len : 120), srs->text.ptr);
    srs->swap = file->swap;
    srs->transform = file->transform;
    srs->shared = true;
    return true;
}

/* Another system that turned out to be the same: setting up a transformation costs PROJ some 20 ms. */
static bool share_transform(cim__gsrses *s, uint16_t number, int32_t epsg)
{
    cim__gsrs *srs = s->list[number];
    for (uint16_t i = 0; i < s->count && !srs->shared; i++) {
        const cim__gsrs *other = s->list[i];
        if (i == number || !other->decided || other->shared || !other->transform || other->epsg != epsg) continue;
        srs->transform = other->transform;
        srs->shared = true;
    }
    return srs->shared;
}

static cim_status decide_known(cim_ctx *ctx, cim__job *job, cim__gsrses *s, uint16_t number, int32_t epsg, cim_box sample)
{
    cim__gsrs *srs = s->list[number];
    bool forced = job->opts->flags & (CIM_IMPORT_SWAP_XY | CIM_IMPORT_NO_SWAP_XY);
    decision d = { .swap = srs->parsed.north_first };
    cim__crs_info info;
    if (forced) d.swap = job->opts->flags & CIM_IMPORT_SWAP_XY;
    if (cim__crs_info_of(ctx, epsg, &info) < 0) {
        char where[300];
        snprintf(where, sizeof where, "%s:%u: srsName \"%.*s\"", cim__input_path(job->input), srs->line, (int)(srs->text.len < 100 ? srs->text.len : 100), srs->text.ptr);
        return cim__fail_at(ctx, ctx->status, where);
    }
    CIM__TRY(check_area(ctx, &info, sample, forced, &d));
    warn(job, srs, epsg, &d, forced);
    if (!share_transform(s, number, epsg)) CIM__TRY(cim__job_transform(ctx, job, epsg, d.lon, d.lat, &srs->transform));
    srs->swap = d.swap;
    srs->epsg = epsg;
    if (number == s->file) note_source(job, srs, info.epsg, &d, forced);
    return CIM_OK;
}

cim_status cim__gsrs_decide(cim_ctx *ctx, cim__job *job, cim__gsrses *s, uint16_t number, cim_box sample)
{
    if (number == CIM__GSRS_FILE) number = s->file;
    cim__gsrs *srs = s->list[number];
    if (srs->decided) return CIM_OK;
    int32_t epsg = job->opts->source_epsg ? job->opts->source_epsg : srs->parsed.epsg;
    if (!epsg && !srs->text.len) epsg = job->sink->epsg ? job->sink->epsg : job->opts->epsg; /* nothing is said: the city's */
    bool known = epsg != 0;
    if (!known && !fall_back(job, s, number)) return not_known(ctx, job, srs);
    if (known) CIM__TRY(decide_known(ctx, job, s, number, epsg, sample));
    srs->decided = true;
    return CIM_OK;
}
