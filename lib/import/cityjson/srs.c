/* srs.c - the reference system of a CityJSON file and where its coordinates go. */
#include "import/cityjson/cityjson.h"

#include <math.h>
#include <stdio.h>

/* EPSG code of a name: "urn:ogc:def:crs:EPSG::7415", "https://www.opengis.net/def/crs/EPSG/0/7415", "EPSG:7415", "7415": the last
 * number in it.  0: none. */
static int32_t epsg_of(cim__str name)
{
    size_t end = name.len;
    while (end && (unsigned char)(name.ptr[end - 1] - '0') > 9) end--;
    size_t start = end;
    while (start && (unsigned char)(name.ptr[start - 1] - '0') <= 9) start--;
    int64_t code = 0;
    if (start == end || !cim__parse_int((cim__str){ name.ptr + start, end - start }, &code) || code < 1000 || code > 1000000) return 0;
    return (int32_t)code;
}

static bool in_area(const cim__crs_info *info, double lon, double lat)
{
    const double margin = 0.5; /* degrees: data of border towns */
    if (!(fabs(lon) <= 360.0 && fabs(lat) <= 90.0) || lat < info->south_deg - margin || lat > info->north_deg + margin) return false;
    if (info->west_deg <= info->east_deg) return lon >= info->west_deg - margin && lon <= info->east_deg + margin;
    return lon >= info->west_deg - margin || lon <= info->east_deg + margin; /* across the antimeridian */
}

static void to_lonlat(cim__transform *t, double x, double y, double lonlat[2])
{
    lonlat[0] = x;
    lonlat[1] = y;
    if (t) cim__transform_run(t, &lonlat[0], &lonlat[1], 2, 1);
}

/* Files list easting first, whatever the authority's order is; those that do not are found by the area in which the reference
 * system is used. */
static void choose_order(cim__cj_file *f, const cim__crs_info *info, cim__transform *to_degrees, double lonlat[2])
{
    uint32_t flags = f->job->opts->flags;
    const char *why = "";
    double other[2];
    to_lonlat(to_degrees, f->middle[0], f->middle[1], lonlat);
    to_lonlat(to_degrees, f->middle[1], f->middle[0], other);
    bool known = info->west_deg != info->east_deg && f->has_middle;
    bool real = f->has_transform || f->vertices.is_double; /* whole numbers without transform are no coordinates to judge by */
    f->place.swap_xy = (flags & CIM_IMPORT_SWAP_XY) != 0;
    if (known && !flags && !in_area(info, lonlat[0], lonlat[1])) {
        f->place.swap_xy = real && in_area(info, other[0], other[1]);
        if (f->place.swap_xy) why = " (found by the area of use)";
        cim__report_warn(f->job->report, 0, "%s: coordinates are not where EPSG:%d is used%s", f->path, (int)info->epsg,
                         f->place.swap_xy ? "; with x and y exchanged they are, so they are exchanged" : "");
    }
    if (f->place.swap_xy) memcpy(lonlat, other, sizeof other);
    snprintf(f->job->source->axis, sizeof f->job->source->axis, "%s%s", f->place.swap_xy ? "y x" : "x y", why);
}

static cim_status place_hint(cim_ctx *ctx, cim__cj_file *f, const cim__crs_info *info, double lonlat[2])
{
    cim__transform *to_degrees = NULL;
    if (!info->geographic && f->has_middle) CIM__TRY(cim__transform_new(ctx, info->epsg, 4326, &to_degrees));
    choose_order(f, info, to_degrees, lonlat);
    cim__transform_free(to_degrees);
    return CIM_OK;
}

static cim_status no_system(cim_ctx *ctx, const cim__cj_file *f)
{
    cim__str name = cim__buf_str(&f->srs_name);
    if (name.len) return cim__fail(ctx, CIM_EFORMAT, "%s: reference system %.*s is not known: say which (option source_epsg)", f->path, (int)(name.len < 100 ? name.len : 100), name.ptr);
    return cim__fail(ctx, CIM_EFORMAT, "%s: no reference system is given: say which (option source_epsg or epsg)", f->path);
}

cim_status cim__cj_crs(cim_ctx *ctx, cim__cj_file *f)
{
    cim__source *source = f->job->source;
    cim__crs_info info = { .epsg = 0 };
    double lonlat[2] = { 0.0, 0.0 };
    int32_t stated = epsg_of(cim__buf_str(&f->srs_name)), given = f->job->opts->source_epsg;
    int32_t epsg = given ? given : stated;
    if (f->srs_name.size) snprintf(source->srs_name, sizeof source->srs_name, "%.*s", (int)f->srs_name.size, (const char *)f->srs_name.data);
    if (!epsg && !f->job->sink->epsg && !f->job->opts->epsg) return no_system(ctx, f);
    if (!epsg) epsg = f->job->sink->epsg ? f->job->sink->epsg : f->job->opts->epsg;
    if (!given && !stated) cim__report_warn(f->job->report, 0, "%s: no reference system is given: taken to be EPSG:%d", f->path, (int)epsg);
    cim_status st = cim__crs_info_of(ctx, epsg, &info);
    if (st < 0) return cim__fail_at(ctx, st, f->path);
    source->srid = epsg;
    CIM__TRY(place_hint(ctx, f, &info, lonlat));
    CIM__TRY(cim__job_transform(ctx, f->job, info.epsg, lonlat[0], lonlat[1], &f->place.transform));
    if (cim__transform_is_identity(f->place.transform)) {
        cim__transform_free(f->place.transform);
        f->place.transform = NULL;
    }
    return CIM_OK;
}
