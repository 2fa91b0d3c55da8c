/* readings.c - one value a stream and where it was measured. */
#include "cim/readings.h"

#include "city/city.h"
#include "geom/geom.h"

#include <math.h>
#include <stdlib.h>

static const int64_t HOUR_MS = 3600000;

struct cim_readings {
    cim__mem *mem;
    size_t count, used;
    cim_reading *all;
    double *xy, *values;
    char *unit;
    int64_t from_ms, at_ms;
};

/* ---- places of objects ---- */

typedef struct locator {
    cim_city *city;
    cim__arena arena;
    cim__gbuild geom;
} locator;

static locator locator_on(cim_ctx *ctx, cim_city *city)
{
    locator l = { .city = city, .arena = cim__arena_on(ctx->mem) };
    cim__gbuild_init(&l.geom, ctx->mem);
    return l;
}

static void locator_free(locator *l)
{
    cim__gbuild_free(&l->geom);
    cim__arena_free(&l->arena);
}

static void along_line(const cim_geom *g, double offset, double xy[2])
{
    uint32_t end = g->ring_end[0];
    for (uint32_t i = 1; i < end; i++) {
        const double *a = g->coords + (size_t)(i - 1) * (size_t)g->dim, *b = a + g->dim;
        double length = hypot(b[0] - a[0], b[1] - a[1]), t = length > 0.0 ? offset / length : 1.0;
        offset -= length;
        if ((t > 1.0 || length <= 0.0) && i + 1 < end) continue;
        t = t < 0.0 ? 0.0 : t > 1.0 ? 1.0 : t;
        xy[0] = a[0] + t * (b[0] - a[0]), xy[1] = a[1] + t * (b[1] - a[1]);
        return;
    }
}

/* offset_m: along a line; not a number: somewhere in the object.  xy stays as it is without geometry. */
static cim_status locate(cim_ctx *ctx, locator *l, uint32_t object, double offset_m, double xy[2])
{
    cim__object o;
    double at[2];
    if (!cim__city_has(l->city, object)) return cim__fail(ctx, CIM_ENOTFOUND, "object %u is not in the city", object);
    cim__arena_reset(&l->arena);
    CIM__TRY(cim__city_object(ctx, l->city, object, &l->arena, &o));
    if (!o.geom.len) return CIM_OK;
    CIM__TRY(cim__gaia_get(ctx, o.geom, &l->geom, NULL));
    cim_geom g = cim__gbuild_view(&l->geom);
    if (!g.vertex_count || !cim__geom_finite(&g)) return CIM_OK;
    if (g.type == CIM_GEOM_LINESTRING && !isnan(offset_m)) along_line(&g, offset_m, xy);
    else if (g.type == CIM_GEOM_LINESTRING) along_line(&g, 0.5 * cim__geom_length(&g), xy);
    else if (cim__geom_inner_point(&g, at)) xy[0] = at[0], xy[1] = at[1];
    return CIM_OK;
}

cim_status cim_readings_places(cim_ctx *ctx, cim_city *city, const uint32_t *ids, size_t count, double *xy_out)
{
    cim__enter(ctx);
    if (!city || (count && (!ids || !xy_out))) return cim__fail(ctx, CIM_EARG, "city, objects or the place of the answer are NULL");
    double *xy = cim__alloc_n(ctx->mem, count + 1, 2 * sizeof *xy);
    if (!xy) return cim__nomem(ctx);
    locator l = locator_on(ctx, city);
    cim_status st = CIM_OK;
    for (size_t i = 0; i < count && st >= 0; i++) {
        xy[2 * i] = xy[2 * i + 1] = (double)NAN;
        if (i % 256 == 0) st = cim__tick(ctx, i, count, "places");
        if (st >= 0) st = locate(ctx, &l, ids[i], (double)NAN, xy + 2 * i);
    }
    if (st >= 0 && count) memcpy(xy_out, xy, count * 2 * sizeof *xy);
    locator_free(&l);
    cim__free(ctx->mem, xy);
    return st < 0 ? st : CIM_OK;
}

/* ---- one stream ---- */

static cim_status take_mean(cim_ctx *ctx, cim_sense *sense, const cim_readings *r, cim_reading *one)
{
    cim_rollup roll = CIM_ROLLUP_INIT;
    cim_bucket bucket = { 0 };
    size_t count = 0;
    roll.from_ms = r->from_ms, roll.to_ms = r->at_ms;
    if (r->from_ms < r->at_ms) CIM__TRY(cim_sense_rollup(ctx, sense, one->stream, &roll, &bucket, NULL, 1, &count));
    if (!count) {
        one->fate = CIM_READING_NONE;
        return CIM_OK;
    }
    one->time_ms = r->at_ms, one->count = bucket.count;
    if (bucket.count) one->value = bucket.mean;
    else one->fate = CIM_READING_BAD;
    return CIM_OK;
}

static cim_status take_newest(cim_ctx *ctx, cim_sense *sense, const cim_readings *r, int64_t max_age_ms, cim_reading *one)
{
    cim_observation o;
    cim_status st = cim_sense_at(ctx, sense, one->stream, r->at_ms, &o);
    if (st < 0) return st;
    if (st == CIM_DONE) {
        one->fate = CIM_READING_NONE;
        return CIM_OK;
    }
    one->time_ms = o.time_ms;
    if (max_age_ms < CIM_TIME_MAX_MS && r->at_ms - o.time_ms > max_age_ms) one->fate = CIM_READING_OLD;
    else if (!isfinite(o.value) || o.quality >= CIM_QUALITY_BAD) one->fate = CIM_READING_BAD;
    else one->value = o.value, one->count = 1;
    return CIM_OK;
}

static cim_status place_of(cim_ctx *ctx, locator *l, const cim_stream *s, double xy[2])
{
    xy[0] = s->x, xy[1] = s->y;
    if (isfinite(s->x) && isfinite(s->y)) return CIM_OK;
    xy[0] = xy[1] = (double)NAN;
    if (!l->city) return CIM_OK;
    if (s->edge != CIM_NONE && cim__city_has(l->city, s->edge)) CIM__TRY(locate(ctx, l, s->edge, s->offset_m, xy));
    if (isnan(xy[0]) && s->object != CIM_NONE && cim__city_has(l->city, s->object)) CIM__TRY(locate(ctx, l, s->object, (double)NAN, xy));
    return CIM_OK;
}

static cim_status take_one(cim_ctx *ctx, cim_readings *r, locator *l, cim_sense *sense, const cim_readings_options *o, uint32_t id)
{
    cim_stream s = CIM_STREAM_INIT;
    cim_reading *one = &r->all[r->count++];
    double xy[2];
    CIM__TRY(cim_sense_stream(ctx, sense, id, &s));
    *one = (cim_reading){ id, s.object, CIM_READING_USED, CIM_NONE, 0.0, 0.0, (double)NAN, CIM_TIME_MIN_MS, 0 };
    bool other_unit = o->unit && (!s.unit || strcmp(s.unit, o->unit) != 0), texts = s.kind == CIM_STREAM_TEXT;
    CIM__TRY(place_of(ctx, l, &s, xy));
    one->x = xy[0], one->y = xy[1];
    if (texts) one->fate = CIM_READING_TEXT;
    else if (other_unit) one->fate = CIM_READING_UNIT;
    else CIM__TRY(o->mean_ms ? take_mean(ctx, sense, r, one) : take_newest(ctx, sense, r, o->max_age_ms ? o->max_age_ms : HOUR_MS, one));
    if (one->fate == CIM_READING_USED && isnan(one->x)) one->fate = CIM_READING_NO_PLACE;
    r->used += one->fate == CIM_READING_USED;
    return CIM_OK;
}

/* ---- all ---- */

/* Readings of ug/m3 and of ppb do not make a map. */
static cim_status agree_on_unit(cim_ctx *ctx, cim_readings *r, cim_sense *sense)
{
    cim_stream s = CIM_STREAM_INIT;
    bool first = true;
    for (size_t i = 0; i < r->count; i++) {
        if (r->all[i].fate != CIM_READING_USED) continue;
        CIM__TRY(cim_sense_stream(ctx, sense, r->all[i].stream, &s));
        const char *unit = s.unit ? s.unit : "", *known = r->unit ? r->unit : "";
        if (!first && strcmp(unit, known) != 0)
            return cim__fail(ctx, CIM_EARG, "stream %s is in '%s', others are in '%s': say of which unit readings are wanted", s.gid, unit, known);
        if (first && s.unit) {
            size_t size = strlen(s.unit) + 1;
            r->unit = cim__alloc(r->mem, size);
            if (!r->unit) return cim__nomem(ctx);
            memcpy(r->unit, s.unit, size);
        }
        first = false;
    }
    return CIM_OK;
}

typedef struct at_place {
    double x, y;
    uint32_t number; /* among those used */
} at_place;

static int by_place(const void *a, const void *b)
{
    const at_place *p = a, *q = b;
    if (p->x != q->x) return p->x < q->x ? -1 : 1;
    if (p->y != q->y) return p->y < q->y ? -1 : 1;
    return (p->number > q->number) - (p->number < q->number);
}

/* The number that a field gives to the place of each reading: in the order in which places first come. */
static void number_places(cim_readings *r, at_place *sorted, uint32_t *first)
{
    uint32_t next = 0, k = 0;
    for (size_t i = 0; i < r->used; i++) sorted[i] = (at_place){ r->xy[2 * i] + 0.0, r->xy[2 * i + 1] + 0.0, (uint32_t)i };
    qsort(sorted, r->used, sizeof *sorted, by_place);
    for (size_t i = 0; i < r->used; i++) {
        bool same = i && sorted[i].x == sorted[i - 1].x && sorted[i].y == sorted[i - 1].y;
        first[sorted[i].number] = same ? first[sorted[i - 1].number] : sorted[i].number;
    }
    uint32_t *number = (uint32_t *)(void *)sorted; /* no longer needed as places */
    for (uint32_t i = 0; i < r->used; i++) number[i] = first[i] == i ? next++ : number[first[i]];
    for (size_t i = 0; i < r->count; i++)
        if (r->all[i].fate == CIM_READING_USED) r->all[i].place = number[k++];
}

static cim_status collect(cim_ctx *ctx, cim_readings *r)
{
    r->xy = cim__alloc_n(r->mem, r->used + 1, 2 * sizeof *r->xy);
    r->values = cim__alloc_n(r->mem, r->used + 1, sizeof *r->values);
    at_place *sorted = cim__alloc_n(ctx->mem, r->used + 1, sizeof *sorted);
    uint32_t *first = cim__alloc_n(ctx->mem, r->used + 1, sizeof *first);
    bool enough = r->xy && r->values && sorted && first;
    for (size_t i = 0, k = 0; enough && i < r->count; i++) {
        const cim_reading *one = &r->all[i];
        if (one->fate != CIM_READING_USED) continue;
        r->xy[2 * k] = one->x, r->xy[2 * k + 1] = one->y, r->values[k++] = one->value;
    }
    if (enough && r->used) number_places(r, sorted, first);
    cim__free(ctx->mem, first);
    cim__free(ctx->mem, sorted);
    return enough ? CIM_OK : cim__nomem(ctx);
}

static cim_status find_streams(cim_ctx *ctx, cim_sense *sense, const char *property, uint32_t **ids_out, size_t *count_out)
{
    cim_stream_filter f = CIM_STREAM_FILTER_INIT;
    f.property = property;
    cim_status st = cim_sense_find(ctx, sense, &f, NULL, 0, count_out);
    if (st == CIM_ENOTFOUND) return cim__fail(ctx, st, "no stream measures '%s'", property);
    if (st < 0) return st;
    uint32_t *ids = cim__alloc_n(ctx->mem, *count_out + 1, sizeof *ids);
    size_t now = 0;
    if (!ids) return cim__nomem(ctx);
    st = cim_sense_find(ctx, sense, &f, ids, *count_out, &now);
    if (now < *count_out) *count_out = now;
    if (st < 0) cim__free(ctx->mem, ids);
    else *ids_out = ids;
    return st;
}

/* Of the newest observation of all, when no time was given. */
static cim_status set_times(cim_ctx *ctx, cim_readings *r, cim_sense *sense, const cim_readings_options *o, const uint32_t *ids, size_t count)
{
    int64_t newest = CIM_TIME_MIN_MS;
    r->at_ms = o->at_ms;
    for (size_t i = 0; i < count && o->at_ms == CIM_TIME_MAX_MS; i++) {
        cim_observation last;
        cim_status st = cim_sense_latest(ctx, sense, ids[i], &last);
        if (st < 0) return st;
        if (st == CIM_OK && last.time_ms > newest) newest = last.time_ms;
    }
    if (o->at_ms == CIM_TIME_MAX_MS) r->at_ms = o->mean_ms && newest < CIM_TIME_MAX_MS ? newest + 1 : newest;
    r->from_ms = r->at_ms - CIM_TIME_MIN_MS < o->mean_ms ? CIM_TIME_MIN_MS : r->at_ms - o->mean_ms;
    return CIM_OK;
}

static cim_status fill(cim_ctx *ctx, cim_readings *r, cim_city *city, cim_sense *sense, const cim_readings_options *o)
{
    uint32_t *ids = NULL;
    size_t count = 0;
    CIM__TRY(find_streams(ctx, sense, o->property, &ids, &count));
    locator l = locator_on(ctx, city);
    r->all = cim__alloc_n(r->mem, count + 1, sizeof *r->all);
    cim_status st = r->all ? set_times(ctx, r, sense, o, ids, count) : cim__nomem(ctx);
    for (size_t i = 0; i < count && st >= 0; i++) {
        st = take_one(ctx, r, &l, sense, o, ids[i]);
        if (st >= 0 && i % 256 == 0) st = cim__tick(ctx, i, count, "readings");
    }
    if (st >= 0) st = agree_on_unit(ctx, r, sense);
    if (st >= 0) st = collect(ctx, r);
    locator_free(&l);
    cim__free(ctx->mem, ids);
    return st;
}

cim_status cim_readings_take(cim_ctx *ctx, cim_city *city, cim_sense *sense, const cim_readings_options *options, cim_readings **readings_out)
{
    cim_readings_options o = CIM_READINGS_OPTIONS_INIT;
    cim__enter(ctx);
    if (!sense || !options || !readings_out) return cim__fail(ctx, CIM_EARG, "no observations, no options or no place for the readings");
    CIM__TRY(cim__opts(ctx, &o, sizeof o, options, "options of readings"));
    if (!o.property || !*o.property) return cim__fail(ctx, CIM_EARG, "which property?");
    if (o.at_ms < CIM_TIME_MIN_MS || o.at_ms > CIM_TIME_MAX_MS) return cim__fail(ctx, CIM_EARG, "the time is none of the years 1 to 9999");
    if (o.mean_ms < 0 || o.mean_ms > CIM_TIME_MAX_MS || o.max_age_ms < 0 || o.max_age_ms > CIM_TIME_MAX_MS)
        return cim__fail(ctx, CIM_EARG, "a window or an age is negative or absurd");
    cim_readings *r = cim__zalloc(ctx->mem, sizeof *r);
    if (!r) return cim__nomem(ctx);
    r->mem = cim__mem_ref(ctx->mem);
    cim_status st = fill(ctx, r, city, sense, &o);
    if (st < 0) cim_readings_free(r);
    else *readings_out = r;
    return st < 0 ? st : CIM_OK;
}

void cim_readings_get(const cim_readings *r, cim_readings_view *view_out)
{
    cim_readings_view v = { .struct_size = sizeof v };
    if (!r || !view_out) return;
    v.count = r->count, v.used_count = r->used, v.readings = r->all;
    v.xy = r->xy, v.values = r->values, v.unit = r->unit;
    v.from_ms = r->from_ms, v.at_ms = r->at_ms;
    cim__out_fill(view_out, &v, sizeof v);
}

void cim_readings_free(cim_readings *r)
{
    if (!r) return;
    cim__mem *mem = r->mem;
    cim__free(mem, r->all);
    cim__free(mem, r->xy);
    cim__free(mem, r->values);
    cim__free(mem, r->unit);
    cim__free(mem, r);
    cim__mem_unref(mem);
}

const char *cim_reading_fate(int32_t fate)
{
    static const char *const words[] = { "used", "no place", "no observation", "too old", "bad", "text", "other unit" };
    return fate >= 0 && (size_t)fate < sizeof words / sizeof *words ? words[fate] : "";
}
