/* registry.c - the importers, and choosing one by content. */
#include "import/importer.h"

#include <stdio.h>

extern const cim__importer cim__importer_osm, cim__importer_citygml, cim__importer_cityjson;
extern const cim__importer cim__importer_matpower, cim__importer_pandapower, cim__importer_epanet, cim__importer_gis, cim__importer_observations;

const cim__importer *const cim__importers[] = {
    &cim__importer_osm, &cim__importer_citygml, &cim__importer_cityjson,
    &cim__importer_matpower, &cim__importer_pandapower, &cim__importer_epanet, &cim__importer_gis, &cim__importer_observations,
    NULL,
};

static bool looks_binary(cim__str head)
{
    for (size_t i = 0; i < head.len && i < 512; i++)
        if ((unsigned char)head.ptr[i] < 9) return true;
    return false;
}

/* For people who gave us something else. */
static const char *guess(cim__str head)
{
    if (cim__str_starts(head, "PK\3\4")) return "a zip archive: unpack it first";
    if (cim__str_starts(head, "SQLite format 3")) return "an SQLite database";
    if (cim__str_starts(head, "<OGRVRT")) return "a GDAL virtual dataset, which is not read";
    if (head.len >= 3 && !memcmp(head.ptr, "\xfd" "7z", 3)) return "xz-compressed: decompress it first";
    if (head.len >= 4 && !memcmp(head.ptr, "\x28\xb5\x2f\xfd", 4)) return "zstd-compressed: decompress it first";
    if (looks_binary(head)) return "some binary format";
    while (head.len && (head.ptr[0] == ' ' || head.ptr[0] == '\n' || head.ptr[0] == '\r' || head.ptr[0] == '\t')) head = (cim__str){ head.ptr + 1, head.len - 1 };
    if (!head.len) return "there is nothing in it";
    return head.ptr[0] == '<' ? "XML of another kind" : head.ptr[0] == '{' ? "JSON of another kind" : "text of another kind";
}

cim_status cim__importer_find(cim_ctx *ctx, const char *name, cim__input *input, const cim__importer **importer_out)
{
    const cim__importer *best = NULL;
    cim__str head;
    int score = 0;
    CIM__TRY(cim__input_head(ctx, input, &head));
    for (const cim__importer *const *i = cim__importers; *i; i++) {
        int here = name ? strcmp(name, (*i)->name) == 0 : (*i)->probe(head);
        if (here <= score) continue;
        score = here;
        best = *i;
    }
    if (!best && name) return cim__fail(ctx, CIM_EARG, "unknown format %.40s", name);
    if (!best)
        return cim__fail(ctx, CIM_EFORMAT, "%s: neither OpenStreetMap, CityGML, CityJSON, EPANET, a power case nor a GIS layer: %s", cim__input_path(input),
                         guess(head));
    *importer_out = best;
    return CIM_OK;
}

static cim__str after_markup(cim__str s, const char *end)
{
    const char *at = memmem(s.ptr, s.len, end, strlen(end));
    if (!at) return (cim__str){ "", 0 };
    at += strlen(end);
    return (cim__str){ at, s.len - (size_t)(at - s.ptr) };
}

/* Behind byte order mark, declaration, comments and processing instructions. */
static cim__str skip_prolog(cim__str s)
{
    if (cim__str_starts(s, "\xef\xbb\xbf")) s = (cim__str){ s.ptr + 3, s.len - 3 };
    for (;;) {
        while (s.len && (s.ptr[0] == ' ' || s.ptr[0] == '\n' || s.ptr[0] == '\r' || s.ptr[0] == '\t')) s = (cim__str){ s.ptr + 1, s.len - 1 };
        if (cim__str_starts(s, "<?")) s = after_markup(s, "?>");
        else if (cim__str_starts(s, "<!--")) s = after_markup(s, "-->");
        else if (cim__str_starts(s, "<!")) s = after_markup(s, ">");
        else return s;
    }
}

bool cim__head_has_root(cim__str head, const char *const *names, size_t count)
{
    cim__str s = skip_prolog(head);
    if (!s.len || s.ptr[0] != '<') return false;
    size_t n = 1, start = 1;
    for (; n < s.len && s.ptr[n] != ' ' && s.ptr[n] != '>' && s.ptr[n] != '\n' && s.ptr[n] != '\r' && s.ptr[n] != '\t' && s.ptr[n] != '/'; n++)
        if (s.ptr[n] == ':') start = n + 1;
    cim__str local = { s.ptr + start, n - start };
    for (size_t i = 0; i < count; i++)
        if (cim__str_is(local, names[i])) return true;
    return false;
}

cim_status cim__job_tick(cim_ctx *ctx, const cim__job *job, const char *step)
{
    if (job->deadline_ms > 0.0 && cim__now_ms() > job->deadline_ms) return cim__fail(ctx, CIM_ELIMIT, "%s: the time limit has passed", cim__input_path(job->input));
    uint64_t size = cim__input_size(job->input);
    return cim__tick(ctx, cim__input_position(job->input), size, step);
}

/* A new city gets the system asked for; else a projected system of the source itself; else the UTM zone of the hint. */
static cim_status choose_epsg(cim_ctx *ctx, cim__job *job, int32_t source_epsg, double lon_deg, double lat_deg, int32_t *epsg_out)
{
    cim__crs_info info;
    int32_t wanted = job->opts->epsg;
    if (!wanted && source_epsg) {
        CIM__TRY(cim__crs_info_of(ctx, source_epsg, &info));
        wanted = info.geographic ? cim__crs_utm(lon_deg, lat_deg) : info.epsg;
    }
    if (!wanted) return cim__fail(ctx, CIM_EFORMAT, "%s: no reference system is given: say which (option epsg)", cim__input_path(job->input));
    CIM__TRY(cim__crs_info_of(ctx, wanted, &info));
    if (info.geographic) return cim__fail(ctx, CIM_EARG, "EPSG:%d is geographic: a city needs a projected system in metres", (int)wanted);
    *epsg_out = info.epsg;
    return CIM_OK;
}

cim_status cim__job_transform(cim_ctx *ctx, cim__job *job, int32_t source_epsg, double lon_deg, double lat_deg, cim__transform **transform_out)
{
    int32_t city_epsg = job->sink->epsg;
    if (job->opts->source_epsg) source_epsg = job->opts->source_epsg;
    if (!city_epsg) {
        CIM__TRY(choose_epsg(ctx, job, source_epsg, lon_deg, lat_deg, &city_epsg));
        cim__sink_epsg(job->sink, city_epsg);
    }
    CIM__TRY(cim__transform_new(ctx, source_epsg ? source_epsg : city_epsg, city_epsg, transform_out));
    const char *note = cim__transform_note(*transform_out);
    if (note[0]) cim__report_warn(job->report, 0, "EPSG:%d to EPSG:%d: %s", (int)source_epsg, (int)city_epsg, note);
    return CIM_OK;
}
