/* scope.c - which streams a rule is about: by id, thing, property, place, object, and by traces in the utility networks as they are now. */
#include "alert/watch.h"

#include "geom/geom.h"

#include "cim/query.h"

#include <math.h>
#include <stdio.h>

#define NEAR_M 5.0 /* a sensor that is no part of a network belongs to the line that is so near */

/* '*' is any text.  Linear in practice: after a '*' only the last one is tried again. */
static bool like(cim__str pattern, const char *text)
{
    size_t p = 0, star = SIZE_MAX;
    const char *t = text, *again = NULL;
    while (*t) {
        if (p < pattern.len && pattern.ptr[p] == '*') star = p++, again = t;
        else if (p < pattern.len && pattern.ptr[p] == *t) p++, t++;
        else if (star != SIZE_MAX) p = star + 1, t = ++again;
        else return false;
    }
    while (p < pattern.len && pattern.ptr[p] == '*') p++;
    return p == pattern.len;
}

static bool named(const cim__watch_scope *s, const cim__watch_stream *stream)
{
    bool any = !s->id_count;
    for (uint32_t i = 0; i < s->id_count && !any; i++) any = like(s->ids[i], stream->gid);
    return any && (!s->thing || like(cim__str_of(s->thing), stream->thing)) && (!s->property || like(cim__str_of(s->property), stream->property));
}

/* ---- networks ---- */

static cim_status append_elements(cim_ctx *ctx, const cim_watch *w, uint32_t object, cim__buf *out)
{
    size_t count = 0;
    if (object == CIM_NONE) return CIM_OK;
    CIM__TRY(cim_utility_elements(ctx, w->utility, object, NULL, 0, &count));
    uint32_t *at = count ? cim__buf_extend(out, count * sizeof *at) : NULL;
    if (!count) return CIM_OK;
    return at ? cim_utility_elements(ctx, w->utility, object, at, count, &count) : cim__nomem(ctx);
}

cim_status cim__watch_elements(cim_ctx *ctx, const cim_watch *w, const cim__watch_stream *s, uint32_t **elements_out, size_t *count_out)
{
    cim__buf out = cim__buf_on(ctx->mem);
    uint32_t near = CIM_NONE;
    cim_status status = append_elements(ctx, w, s->edge, &out);
    if (status == CIM_OK) status = append_elements(ctx, w, s->object, &out);
    if (status == CIM_OK && !out.size && isfinite(s->x) && isfinite(s->y)) {
        status = cim_utility_nearest(ctx, w->utility, s->x, s->y, CIM_NONE, NEAR_M, &near, NULL);
        if (status == CIM_OK && near != CIM_NONE) cim__buf_put(&out, &near, sizeof near);
    }
    if (status == CIM_OK && out.failed) status = cim__nomem(ctx);
    if (status < 0) {
        cim__buf_free(&out);
        return status;
    }
    *elements_out = (uint32_t *)(void *)out.data; /* cim__buf_free() is cim__free() of it */
    *count_out = out.size / sizeof(uint32_t);
    return CIM_OK;
}

cim_status cim__watch_trace(cim_ctx *ctx, const cim_watch *w, uint32_t what, const uint32_t *starts, size_t count, cim_trace_result *result_out)
{
    cim_trace_view *view = cim_trace_status_view(w->status);
    cim_status status = cim_trace_find(ctx, view, w->query, what, starts, count, NULL, result_out);
    cim_trace_view_free(view);
    return status;
}

static bool among(const uint32_t *sorted, size_t count, uint32_t wanted)
{
    size_t lo = 0, hi = count;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (sorted[mid] < wanted) lo = mid + 1;
        else hi = mid;
    }
    return lo < count && sorted[lo] == wanted;
}

static cim_status find_object(cim_ctx *ctx, const cim_watch *w, const char *id, uint32_t *object_out)
{
    size_t count = 0;
    cim_status status = cim_city_find(ctx, w->city, id, object_out, 1, &count);
    if (status == CIM_ENOTFOUND || (status == CIM_OK && !count)) return cim__fail(ctx, CIM_ENOTFOUND, "there is no object '%.100s'", id);
    if (status == CIM_OK && count > 1) return cim__fail(ctx, CIM_ENOTFOUND, "%zu objects are '%.100s'", count, id);
    return status;
}

/* keep[i] of streams that are not on the trace becomes 0. */
static cim_status keep_traced(cim_ctx *ctx, const cim_watch *w, const cim__watch_scope *s, uint8_t *keep)
{
    cim_trace_result found = { .struct_size = sizeof found };
    cim__watch_stream start = { .object = CIM_NONE, .edge = CIM_NONE, .x = NAN, .y = NAN };
    uint32_t *starts = NULL, *elements = NULL;
    size_t count = 0, element_count;
    CIM__TRY(find_object(ctx, w, s->start, &start.object));
    CIM__TRY(cim__watch_elements(ctx, w, &start, &starts, &count));
    if (!count) return cim__fail(ctx, CIM_ENOTFOUND, "'%.100s' is in no utility network, and none is said to serve it", s->start);
    cim_status status = cim__watch_trace(ctx, w, s->trace, starts, count, &found);
    cim__free(ctx->mem, starts);
    for (uint32_t i = 0; i < w->stream_count && status == CIM_OK; i++) {
        if (!keep[i]) continue;
        status = cim__watch_elements(ctx, w, &w->streams[i], &elements, &element_count);
        if (status < 0) break;
        keep[i] = 0;
        for (size_t k = 0; k < element_count; k++) keep[i] |= among(found.elements, found.count, elements[k]);
        cim__free(ctx->mem, elements);
    }
    return status;
}

/* ---- places and objects ---- */

static cim_status keep_inside(cim_ctx *ctx, const cim_watch *w, const cim__watch_scope *s, uint8_t *keep, uint32_t *placeless)
{
    cim__gbuild b;
    cim__gbuild_init(&b, ctx->mem);
    cim_status status = cim__wkt_get(ctx, s->area, &b);
    cim_geom g = cim__gbuild_view(&b);
    if (status == CIM_OK && cim__geom_base(g.type) != CIM_GEOM_POLYGON) status = cim__fail(ctx, CIM_EFORMAT, "an area is a polygon");
    for (uint32_t i = 0; i < w->stream_count && status == CIM_OK; i++) {
        const cim__watch_stream *stream = &w->streams[i];
        if (!keep[i]) continue;
        bool placed = isfinite(stream->x) && isfinite(stream->y);
        *placeless += !placed;
        keep[i] = placed && cim__point_in_polygon(&g, stream->x, stream->y) != CIM__OUTSIDE;
    }
    cim__gbuild_free(&b);
    return status;
}

static cim_status keep_queried(cim_ctx *ctx, const cim_watch *w, const cim__watch_scope *s, uint8_t *keep)
{
    cim_query_result found = CIM_QUERY_RESULT_INIT;
    CIM__TRY(cim_query_run(ctx, w->city, s->objects, NULL, &found));
    for (uint32_t i = 0; i < w->stream_count; i++)
        keep[i] = keep[i] && (among(found.ids, found.count, w->streams[i].object) || among(found.ids, found.count, w->streams[i].edge));
    cim_query_result_dispose(&found);
    return CIM_OK;
}

cim_status cim__watch_find(cim_ctx *ctx, cim_watch *w, uint32_t rule)
{
    cim__watch_rule *about = &w->about[rule];
    const cim__watch_scope *s = &about->scope;
    uint32_t count = 0, placeless = 0;
    uint8_t *keep = cim__alloc_n(ctx->mem, w->stream_count + (size_t)1, 1);
    cim_status status = keep ? CIM_OK : cim__nomem(ctx);
    for (uint32_t i = 0; status == CIM_OK && i < w->stream_count; i++) keep[i] = named(s, &w->streams[i]);
    if (status == CIM_OK && s->has_area) status = keep_inside(ctx, w, s, keep, &placeless);
    if (status == CIM_OK && s->objects) status = keep_queried(ctx, w, s, keep);
    if (status == CIM_OK && s->start) status = keep_traced(ctx, w, s, keep);
    for (uint32_t i = 0; status == CIM_OK && i < w->stream_count; i++) count += keep[i];
    uint32_t *streams = status == CIM_OK ? cim__alloc_n(w->mem, count + (size_t)1, sizeof *streams) : NULL;
    if (status == CIM_OK && !streams) status = cim__nomem(ctx);
    if (status == CIM_OK) {
        cim__free(w->mem, about->streams);
        about->streams = streams;
        about->stream_count = 0;
        about->placeless = placeless;
        for (uint32_t i = 0; i < w->stream_count; i++)
            if (keep[i]) streams[about->stream_count++] = i;
    } else {
        char place[300];
        snprintf(place, sizeof place, "rule %s", about->id);
        if (status != CIM_ENOMEM) cim__fail_at(ctx, status, place);
    }
    cim__free(ctx->mem, keep);
    return status;
}
