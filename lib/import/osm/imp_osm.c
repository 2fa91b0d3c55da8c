/* imp_osm.c - OpenStreetMap: PBF and XML. */
#include "import/osm/osm.h"

#include <stdio.h>

/* length:u32be, then a BlobHeader that begins with its type "OSMHeader". */
static bool looks_like_pbf(cim__str head)
{
    static const char start[] = "\n\tOSMHeader";
    return head.len >= 15 && head.ptr[0] == 0 && head.ptr[1] <= 1 && memmem(head.ptr + 4, head.len < 64 ? head.len - 4 : 60, start, sizeof start - 1) != NULL;
}

static int probe(cim__str head)
{
    static const char *const roots[] = { "osm", "osmChange" };
    return looks_like_pbf(head) ? 100 : cim__head_has_root(head, roots, 2) ? 90 : 0;
}

/* ---- set-up ---- */

static void sheet_init(cim__osm_sheet *s, cim__mem *mem)
{
    cim__osm_idlist *lists[] = { &s->node_ids, &s->way_ids, &s->relation_ids, &s->given_ids };
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) cim__osm_idlist_init(lists[i], mem);
    s->xy = s->marks = s->relations = s->members = s->given_xy = s->ref_end = s->refs = s->runs = s->borrowed = cim__buf_on(mem);
    s->texts = cim__arena_on(mem);
}

static void sheet_free(cim__osm_sheet *s)
{
    cim__osm_idlist *lists[] = { &s->node_ids, &s->way_ids, &s->relation_ids, &s->given_ids };
    cim__buf *bufs[] = { &s->xy, &s->marks, &s->relations, &s->members, &s->given_xy, &s->ref_end, &s->refs, &s->runs, &s->borrowed };
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) cim__osm_idlist_free(lists[i]);
    for (size_t i = 0; i < sizeof bufs / sizeof *bufs; i++) cim__buf_free(bufs[i]);
    cim__arena_free(&s->texts);
}

cim_status cim__osm_worker_get(cim_ctx *ctx, cim__osm *osm, uint32_t id, cim__osm_worker **worker_out)
{
    cim__osm_worker *w = &osm->workers[id];
    *worker_out = w;
    if (w->ready) return CIM_OK;
    cim__mem *mem = osm->mem;
    cim__osm_tags_init(&w->tags, mem);
    cim__report_init(&w->report, mem);
    w->ids = w->doors = w->gid = w->attrs = w->cuts = w->spare = w->line = w->closed = cim__buf_on(mem);
    cim__gbuild_init(&w->shape, mem);
    cim__osm_area_init(&w->area, mem);
    w->ready = true;
    return cim__osm_loader_init(ctx, &w->loader);
}

static void worker_free(cim__osm_worker *w)
{
    cim__buf *bufs[] = { &w->ids, &w->doors, &w->gid, &w->attrs, &w->cuts, &w->spare, &w->line, &w->closed };
    if (!w->ready) return;
    cim__osm_loader_free(&w->loader);
    cim__osm_tags_free(&w->tags);
    cim__report_free(&w->report);
    for (size_t i = 0; i < sizeof bufs / sizeof *bufs; i++) cim__buf_free(bufs[i]);
    cim__gbuild_free(&w->shape);
    cim__osm_area_free(&w->area);
}

static cim_status set_up(cim_ctx *ctx, cim__osm *osm)
{
    osm->workers = cim__zalloc_n(ctx->mem, CIM__WORKERS, sizeof *osm->workers);
    osm->bounds = osm->hints = osm->doors = osm->borrowed = cim__buf_on(ctx->mem);
    cim__osm_source_init(&osm->source, ctx->mem, osm->job);
    if (!osm->workers) return cim__nomem(ctx);
    return cim__osm_words_new(ctx, &osm->words);
}

static void tear_down(cim__osm *osm)
{
    cim__mem *mem = osm->mem;
    cim__buf *bufs[] = { &osm->bounds, &osm->hints, &osm->doors, &osm->borrowed };
    void *arrays[] = { osm->xy, osm->metres, (void *)osm->node_flags, (void *)osm->meetings, osm->way_flags, osm->relation, osm->members };
    for (size_t i = 0; osm->workers && i < CIM__WORKERS; i++) worker_free(&osm->workers[i]);
    for (size_t i = 0; osm->sheets && i < osm->block_count; i++) sheet_free(&osm->sheets[i]);
    for (size_t i = 0; i < sizeof bufs / sizeof *bufs; i++) cim__buf_free(bufs[i]);
    for (size_t i = 0; i < sizeof arrays / sizeof *arrays; i++) cim__free(mem, arrays[i]);
    cim__osm_ids_free(&osm->nodes);
    cim__osm_ids_free(&osm->ways);
    cim__osm_ids_free(&osm->relations);
    cim__transform_free(osm->transform);
    cim__osm_source_free(&osm->source);
    cim__osm_words_free(&osm->words);
    cim__free(mem, osm->sheets);
    cim__free(mem, osm->workers);
}

/* ---- reference system ---- */

/* The shortest run of bins, round the world when `around`, with all but one in 200 of the counts; its middle is where the data is. */
static void find_run(const uint32_t *bins, size_t count, bool around, size_t *start_out, size_t *length_out)
{
    uint64_t total = 0, sum = 0;
    for (size_t i = 0; i < count; i++) total += bins[i];
    uint64_t wanted = total - total / 200;
    size_t best = count, best_start = 0, end = 0;
    for (size_t start = 0; start < count; start++) {
        while (sum < wanted && end < (around ? start + count : count)) sum += bins[end++ % count];
        if (sum < wanted) break;
        if (end - start < best) {
            best = end - start;
            best_start = start;
        }
        sum -= bins[start];
    }
    *start_out = best_start;
    *length_out = best;
}

enum { WIDE_BINS = 60 }; /* 30 degrees: no UTM zone serves that */

/* Lengths are not true away from the equator, but there is one system for the whole world. */
static int32_t world_system(cim__osm *osm, size_t lon_bins)
{
    static const int32_t world_mercator = 3395;
    if (lon_bins <= WIDE_BINS || osm->job->opts->epsg || osm->job->sink->epsg) return 0;
    cim__report_warn(osm->job->report, 0, "the data spans %zu degrees of longitude: stored in EPSG:3395, whose lengths and areas are not true; import cities one by one", lon_bins / 2);
    return world_mercator;
}

static void sum_bins(const cim__osm *osm, uint32_t *lon, uint32_t *lat)
{
    for (size_t i = 0; i < CIM__WORKERS; i++) {
        if (!osm->workers[i].ready) continue;
        for (size_t k = 0; k < CIM__OSM_LON_BINS; k++) lon[k] += osm->workers[i].lon[k];
        for (size_t k = 0; k < CIM__OSM_LAT_BINS; k++) lat[k] += osm->workers[i].lat[k];
    }
}

static cim_status choose_system(cim_ctx *ctx, cim__osm *osm)
{
    uint32_t lon[CIM__OSM_LON_BINS] = { 0 }, lat[CIM__OSM_LAT_BINS] = { 0 };
    size_t lon_start, lon_length, lat_start, lat_length;
    sum_bins(osm, lon, lat);
    find_run(lon, CIM__OSM_LON_BINS, true, &lon_start, &lon_length);
    find_run(lat, CIM__OSM_LAT_BINS, false, &lat_start, &lat_length);
    if (!lon_length) return CIM_OK; /* nothing has a place */
    double lon_deg = -180.0 + 0.5 * ((double)lon_start + 0.5 * (double)lon_length), lat_deg = -90.0 + 0.5 * ((double)lat_start + 0.5 * (double)lat_length);
    if (lon_deg >= 180.0) lon_deg -= 360.0;
    const cim_import_options *opts = osm->job->opts;
    int32_t world = world_system(osm, lon_length);
    if (!opts->epsg && !opts->source_epsg) cim__sink_epsg(osm->job->sink, world ? world : cim__crs_utm(lon_deg, lat_deg));
    osm->job->source->srid = 4326;
    snprintf(osm->job->source->srs_name, sizeof osm->job->source->srs_name, "WGS 84");
    snprintf(osm->job->source->axis, sizeof osm->job->source->axis, "longitude, latitude");
    return cim__job_transform(ctx, osm->job, 4326, lon_deg, lat_deg, &osm->transform);
}

/* ---- run ---- */

static cim_status open_source(cim_ctx *ctx, cim__osm *osm)
{
    cim__str head;
    cim__source *source = osm->job->source;
    CIM__TRY(cim__input_head(ctx, osm->job->input, &head));
    snprintf(source->version, sizeof source->version, "0.6");
    if (!looks_like_pbf(head)) return cim__osm_read_xml(ctx, osm);
    snprintf(source->encoding, sizeof source->encoding, "PBF");
    return cim__osm_source_open_pbf(ctx, &osm->source);
}

static cim_status make_sheets(cim_ctx *ctx, cim__osm *osm)
{
    osm->block_count = cim__osm_source_count(&osm->source);
    osm->sheets = cim__zalloc_n(ctx->mem, osm->block_count, sizeof *osm->sheets);
    if (!osm->sheets) return cim__nomem(ctx);
    for (size_t i = 0; i < osm->block_count; i++) sheet_init(&osm->sheets[i], ctx->mem);
    return CIM_OK;
}

static void merge_reports(cim__osm *osm)
{
    uint64_t outside = 0;
    for (size_t i = 0; i < CIM__WORKERS; i++) {
        if (!osm->workers[i].ready) continue;
        outside += osm->workers[i].outside;
        cim__report_merge(osm->job->report, &osm->workers[i].report);
    }
    if (outside) cim__report_fate(osm->job->report, "node", CIM__SKIPPED, "outside the reference system", outside);
}

static cim_status all_passes(cim_ctx *ctx, cim__osm *osm)
{
    CIM__TRY(set_up(ctx, osm));
    CIM__TRY(open_source(ctx, osm));
    CIM__TRY(make_sheets(ctx, osm));
    CIM__TRY(cim__osm_scan(ctx, osm));
    CIM__TRY(choose_system(ctx, osm));
    CIM__TRY(cim__osm_link(ctx, osm));
    CIM__TRY(cim__osm_project_all(ctx, osm));
    CIM__TRY(cim__osm_ways(ctx, osm));
    CIM__TRY(cim__osm_features(ctx, osm));
    merge_reports(osm);
    return CIM_OK;
}

static cim_status run(cim_ctx *ctx, cim__job *job)
{
    cim__osm osm = { .job = job, .mem = ctx->mem };
    if (!job->source->licence) job->source->licence = "ODbL-1.0";
    if (!job->source->attribution) job->source->attribution = "OpenStreetMap contributors";
    cim_status st = all_passes(ctx, &osm);
    tear_down(&osm);
    return st;
}

extern const cim__importer cim__importer_osm;
const cim__importer cim__importer_osm = { "osm", "OpenStreetMap PBF and XML", probe, run };
