/* traffic_gtfs.c - GTFS realtime: alerts become closures, positions of vehicles become speeds.
 *
 * The events of an entity are its number times 64, and one for each period, so that an entity that comes again takes the place of what it said.
 * A full data set is a snapshot of its source; of a differential one each entity takes back what it said before. */
#include "travel/traffic_gtfs.h"

#include <math.h>

enum { PERIODS = 64 };
static const int64_t MOST_S = 1000000000000;

cim_status cim__gtfs_bad(const cim__gtfs *g, const char *what)
{
    return cim__fail(g->ctx, CIM_EFORMAT, "%s:%llu: %s", g->in->name, (unsigned long long)g->number, what);
}

void cim__gtfs_begin(cim__gtfs *g)
{
    g->number++;
    g->entity = (cim__gtfs_entity){ .effect = CIM__GTFS_UNKNOWN_EFFECT, .status = CIM_NONE, .lonlat = { NAN, NAN } };
    g->periods.size = g->ids.size = 0;
    cim__arena_reset(&g->texts);
}

cim_status cim__gtfs_put_id(cim__gtfs *g, cim__str id)
{
    cim__str copy = cim__arena_str(&g->texts, id);
    if (!copy.ptr) return cim__nomem(g->ctx);
    cim__buf_put(&g->ids, &copy, sizeof copy);
    return g->ids.failed ? cim__nomem(g->ctx) : CIM_OK;
}

cim_status cim__gtfs_put_period(cim__gtfs *g, int64_t from_s, int64_t until_s)
{
    cim__gtfs_period p = { from_s, until_s };
    if (from_s < 0 || from_s > MOST_S || until_s < 0 || until_s > MOST_S) return cim__gtfs_bad(g, "an active period out of range");
    if (until_s && until_s <= from_s) return cim__gtfs_bad(g, "an active period ends before it begins");
    if (CIM__COUNT(&g->periods, cim__gtfs_period) == PERIODS) return cim__gtfs_bad(g, "more than 64 active periods");
    cim__buf_put(&g->periods, &p, sizeof p);
    return g->periods.failed ? cim__nomem(g->ctx) : CIM_OK;
}

/* ---- statements ---- */

static cim_status put_changes(cim__gtfs *g, const cim_route_change *what)
{
    const cim__buf *arcs = &g->in->arcs;
    for (size_t i = 0; i < CIM__COUNT(arcs, uint32_t); i++) {
        cim_route_change *c = CIM__PUSH(&g->changes, cim_route_change);
        if (!c) return cim__nomem(g->ctx);
        *c = *what;
        c->arc = CIM__AT(arcs, uint32_t, i);
    }
    return CIM_OK;
}

static cim_status take_alert(cim__gtfs *g, uint32_t event)
{
    cim_route_change c = { .source = g->in->o.source, .kind = CIM_ROUTE_CLOSED, .reported_ms = g->time_s * 1000, .from_ms = CIM_ROUTE_ALWAYS_FROM,
                           .until_ms = CIM_ROUTE_ALWAYS_UNTIL };
    size_t periods = CIM__COUNT(&g->periods, cim__gtfs_period);
    for (size_t i = 0; i < CIM__COUNT(&g->ids, cim__str); i++) {
        cim__str id = CIM__AT(&g->ids, cim__str, i);
        cim_route_feed_where where = { .id = id.ptr, .id_size = id.len };
        g->in->arcs.size = 0;
        if (id.len) CIM__TRY(cim__traffic_where(g->ctx, g->in->traffic, &where, &g->in->arcs));
        if (!g->in->arcs.size) cim__traffic_unknown(g->in, id);
        for (size_t p = 0; p < (periods ? periods : 1); p++) {
            const cim__gtfs_period *period = periods ? &CIM__AT(&g->periods, cim__gtfs_period, p) : NULL;
            c.event = event + (uint32_t)p;
            if (period && period->from_s) c.from_ms = period->from_s * 1000;
            else c.from_ms = CIM_ROUTE_ALWAYS_FROM;
            c.until_ms = period && period->until_s ? period->until_s * 1000 : CIM_ROUTE_ALWAYS_UNTIL;
            CIM__TRY(put_changes(g, &c));
        }
    }
    return CIM_OK;
}

static cim_status take_vehicle(cim__gtfs *g, uint32_t event)
{
    const cim__gtfs_entity *e = &g->entity;
    double xy[2] = { e->lonlat[0], e->lonlat[1] };
    int64_t measured = (e->measured_s ? e->measured_s : g->time_s) * 1000;
    cim_route_change c = { .source = g->in->o.source, .kind = CIM_ROUTE_SPEED, .event = event, .value = e->speed_ms * 3.6, .reported_ms = measured,
                           .from_ms = CIM_ROUTE_ALWAYS_FROM };
    c.until_ms = measured + g->in->traffic->vehicle_ms;
    g->in->arcs.size = 0;
    cim_status st = cim__traffic_project(g->ctx, g->in->traffic, 1, xy);
    if (st != CIM_ENOTFOUND) CIM__TRY(st);
    if (st >= 0) CIM__TRY(cim__traffic_heading(g->ctx, g->in->traffic, xy, e->bearing_deg, e->has_bearing, &g->in->arcs));
    if (!g->in->arcs.size) cim__traffic_unknown(g->in, e->id);
    return put_changes(g, &c);
}

static cim_status check_vehicle(const cim__gtfs *g)
{
    const cim__gtfs_entity *e = &g->entity;
    if (e->has_place && !(fabs(e->lonlat[0]) <= 180.0 && fabs(e->lonlat[1]) <= 90.0)) return cim__gtfs_bad(g, "a position out of range");
    if (e->has_speed && !(e->speed_ms >= 0.0 && e->speed_ms <= 1000.0)) return cim__gtfs_bad(g, "a speed out of range");
    if (e->has_bearing && !(fabs(e->bearing_deg) <= 360.0)) return cim__gtfs_bad(g, "a bearing out of range");
    if (e->measured_s < 0 || e->measured_s > MOST_S) return cim__gtfs_bad(g, "a time out of range");
    return CIM_OK;
}

/* One that stands at a stop or a signal says nothing of its street. */
static bool tells_speed(const cim__gtfs_entity *e)
{
    if (!e->has_place || !e->has_speed || e->status == CIM__GTFS_STOPPED_AT) return false;
    return e->speed_ms > 0.0 || e->congestion >= CIM__GTFS_STOP_AND_GO;
}

cim_status cim__gtfs_take(cim__gtfs *g)
{
    const cim__gtfs_entity *e = &g->entity;
    cim_traffic *t = g->in->traffic;
    if (!e->id.len) return cim__gtfs_bad(g, "an entity without an id");
    if (!(g->number & 255)) CIM__TRY(cim__tick(g->ctx, 0, 0, "reading traffic"));
    CIM__TRY(check_vehicle(g));
    pthread_mutex_lock(&t->lock);
    uint32_t number = cim__names_add(&t->entities, e->id);
    pthread_mutex_unlock(&t->lock);
    if (number == CIM_NONE) return cim__nomem(g->ctx);
    if (number >= CIM_NONE / PERIODS) return cim__fail(g->ctx, CIM_ELIMIT, "%s: too many different entities", g->in->name);
    cim__buf_put(&g->gone, &number, sizeof number);
    if (g->gone.failed) return cim__nomem(g->ctx);
    if (e->deleted) return CIM_OK;
    bool closes = e->alert && (e->effect == CIM__GTFS_NO_SERVICE || e->effect == CIM__GTFS_DETOUR);
    if (closes) CIM__TRY(take_alert(g, number * PERIODS));
    else if (!e->vehicle || !tells_speed(e)) g->in->fed.ignored_count++;
    return e->vehicle && tells_speed(e) ? take_vehicle(g, number * PERIODS + PERIODS - 1) : CIM_OK;
}

/* ---- as a whole ---- */

/* What entities of this message said before is taken back, in front of what they say now. */
static cim_status withdraw(cim__gtfs *g, cim__buf *all)
{
    cim_route_live *live = g->in->traffic->live;
    cim__map gone;
    size_t count = 0, got = 0;
    cim_status st = CIM_OK;
    cim__map_init(&gone, g->ctx->mem);
    for (size_t i = 0; i < CIM__COUNT(&g->gone, uint32_t) && st >= 0; i++)
        if (!cim__map_put(&gone, CIM__AT(&g->gone, uint32_t, i), 1)) st = cim__nomem(g->ctx);
    if (st >= 0) st = cim_route_live_statements(g->ctx, live, CIM_NONE, INT64_MIN, NULL, 0, &count);
    cim_route_statement *said = st < 0 ? NULL : cim__alloc_n(g->ctx->mem, count + 1, sizeof *said);
    if (st >= 0) st = said ? cim_route_live_statements(g->ctx, live, CIM_NONE, INT64_MIN, said, count, &got) : cim__nomem(g->ctx);
    for (size_t i = 0; st >= 0 && i < count && i < got; i++) {
        cim_route_change c = said[i].change;
        if (c.source != g->in->o.source || cim__map_get(&gone, c.event / PERIODS) == CIM_NONE) continue;
        cim_route_change take = { .arc = c.arc, .source = c.source, .kind = CIM_ROUTE_WITHDRAW, .event = c.event, .from_ms = CIM_ROUTE_ALWAYS_FROM,
                                  .until_ms = CIM_ROUTE_ALWAYS_UNTIL };
        take.reported_ms = c.reported_ms > g->time_s * 1000 ? c.reported_ms : g->time_s * 1000;
        cim__buf_put(all, &take, sizeof take);
    }
    cim__buf_put(all, g->changes.data, g->changes.size);
    cim__free(g->ctx->mem, said);
    cim__map_free(&gone);
    return st < 0 ? st : all->failed ? cim__nomem(g->ctx) : CIM_OK;
}

static cim_status apply(cim__gtfs *g)
{
    cim_route_live *live = g->in->traffic->live;
    size_t count = CIM__COUNT(&g->changes, cim_route_change);
    g->in->fed.row_count = g->number;
    g->in->fed.change_count = count;
    g->in->fed.reported_ms = g->time_s * 1000;
    if (!g->differential) return cim_route_live_replace(g->ctx, live, g->in->o.source, (const cim_route_change *)(const void *)g->changes.data, count);
    cim__buf all = cim__buf_on(g->ctx->mem);
    cim_status st = withdraw(g, &all);
    if (st >= 0) st = cim_route_live_apply(g->ctx, live, (const cim_route_change *)(const void *)all.data, CIM__COUNT(&all, cim_route_change));
    cim__buf_free(&all);
    return st;
}

cim_status cim__traffic_gtfs(cim_ctx *ctx, cim__traffic_in *in, bool binary)
{
    cim__gtfs g = { .ctx = ctx, .in = in, .time_s = in->o.reported_ms / 1000 };
    if (in->o.source == CIM_NONE) return cim__fail(ctx, CIM_EARG, "a GTFS feed needs its source");
    g.periods = g.ids = g.changes = g.gone = cim__buf_on(ctx->mem);
    g.texts = cim__arena_on(ctx->mem);
    cim_status st = binary ? cim__gtfs_binary(&g, cim__buf_str(&in->text)) : cim__gtfs_json(&g, cim__buf_str(&in->text));
    if (st >= 0) st = apply(&g);
    cim__buf_free(&g.periods);
    cim__buf_free(&g.ids);
    cim__buf_free(&g.changes);
    cim__buf_free(&g.gone);
    cim__arena_free(&g.texts);
    return st;
}

/* ---- JSON ---- */

/* A member by its name in the specification, or as protobuf's JSON form writes it: is_deleted, isDeleted. */
static bool member(cim__jvalue object, const char *name, cim__jvalue *out)
{
    char camel[40];
    size_t n = 0;
    if (object.type != CIM__J_OBJECT) return false;
    if (cim__jfind(object, cim__str_of(name), out)) return out->type != CIM__J_NULL;
    for (const char *p = name; *p && n < sizeof camel; p++) camel[n++] = *p == '_' && p[1] >= 'a' && p[1] <= 'z' ? (char)(*++p - 'a' + 'A') : *p;
    return cim__jfind(object, (cim__str){ camel, n }, out) && out->type != CIM__J_NULL;
}

static cim__str inner(cim__jvalue v) { return v.type == CIM__J_STRING ? (cim__str){ v.text.ptr + 1, v.text.len - 2 } : v.text; }

/* Whole numbers come as texts, too. */
static cim_status whole(const cim__gtfs *g, cim__jvalue object, const char *name, int64_t *value)
{
    cim__jvalue v;
    if (!member(object, name, &v)) return CIM_OK;
    if ((v.type != CIM__J_NUMBER && v.type != CIM__J_STRING) || !cim__parse_int(inner(v), value))
        return cim__gtfs_bad(g, "a whole number is none, or too large");
    return CIM_OK;
}

static cim_status real(const cim__gtfs *g, cim__jvalue object, const char *name, double *value, bool *has)
{
    cim__jvalue v;
    if (!member(object, name, &v)) return CIM_OK;
    if (!cim__jnumber(v, value)) return cim__gtfs_bad(g, "a number is none");
    *has = true;
    return CIM_OK;
}

/* A value of an enumeration, by name or number; other names are numbers beyond. */
static uint32_t choice(cim__jvalue object, const char *name, const char *const *names, uint32_t count, uint32_t absent)
{
    cim__jvalue v;
    int64_t number;
    if (!member(object, name, &v)) return absent;
    for (uint32_t i = 0; v.type == CIM__J_STRING && i < count; i++)
        if (names[i] && cim__str_is(inner(v), names[i])) return i;
    return v.type == CIM__J_NUMBER && cim__parse_int(v.text, &number) && number >= 0 && number < 1000 ? (uint32_t)number : 1000;
}

static cim_status json_text(cim__gtfs *g, cim__jvalue v, cim__str *out)
{
    cim__buf scratch = cim__buf_on(g->ctx->mem);
    if (v.type != CIM__J_STRING) return cim__gtfs_bad(g, "an id is no text");
    *out = cim__arena_str(&g->texts, cim__jstring(v, &scratch));
    bool failed = scratch.failed || !out->ptr;
    cim__buf_free(&scratch);
    return failed ? cim__nomem(g->ctx) : CIM_OK;
}

static cim_status json_informed(cim__gtfs *g, cim__jvalue selector)
{
    cim__jvalue v;
    cim__str id = { "", 0 };
    if (member(selector, "stop_id", &v) || member(selector, "route_id", &v)) CIM__TRY(json_text(g, v, &id));
    return cim__gtfs_put_id(g, id);
}

static cim_status json_period(cim__gtfs *g, cim__jvalue period)
{
    int64_t from = 0, until = 0;
    CIM__TRY(whole(g, period, "start", &from));
    CIM__TRY(whole(g, period, "end", &until));
    return cim__gtfs_put_period(g, from, until);
}

static cim_status each(cim__gtfs *g, cim__jvalue object, const char *name, cim_status (*fn)(cim__gtfs *, cim__jvalue))
{
    cim__jvalue list, item;
    cim__str key;
    if (!member(object, name, &list)) return CIM_OK;
    if (list.type != CIM__J_ARRAY) return cim__gtfs_bad(g, "a list is none");
    cim__jiter it = cim__jiter_of(list);
    while (cim__jnext(&it, &key, &item)) {
        if (item.type != CIM__J_OBJECT) return cim__gtfs_bad(g, "a list of other things than objects");
        CIM__TRY(fn(g, item));
    }
    return CIM_OK;
}

static cim_status json_alert(cim__gtfs *g, cim__jvalue alert)
{
    static const char *const effects[] = { NULL, "NO_SERVICE", "REDUCED_SERVICE", "SIGNIFICANT_DELAYS", "DETOUR" };
    g->entity.alert = true;
    g->entity.effect = choice(alert, "effect", effects, 5, CIM__GTFS_UNKNOWN_EFFECT);
    CIM__TRY(each(g, alert, "active_period", json_period));
    return each(g, alert, "informed_entity", json_informed);
}

static cim_status json_vehicle(cim__gtfs *g, cim__jvalue vehicle)
{
    static const char *const statuses[] = { "INCOMING_AT", "STOPPED_AT", "IN_TRANSIT_TO" };
    static const char *const levels[] = { "UNKNOWN_CONGESTION_LEVEL", "RUNNING_SMOOTHLY", "STOP_AND_GO", "CONGESTION", "SEVERE_CONGESTION" };
    cim__gtfs_entity *e = &g->entity;
    cim__jvalue position;
    bool lon = false, lat = false;
    e->vehicle = true;
    e->status = choice(vehicle, "current_status", statuses, 3, CIM_NONE);
    e->congestion = choice(vehicle, "congestion_level", levels, 5, 0);
    if (e->congestion == 1000) e->congestion = 0;
    CIM__TRY(whole(g, vehicle, "timestamp", &e->measured_s));
    if (!member(vehicle, "position", &position)) return CIM_OK;
    CIM__TRY(real(g, position, "longitude", &e->lonlat[0], &lon));
    CIM__TRY(real(g, position, "latitude", &e->lonlat[1], &lat));
    CIM__TRY(real(g, position, "bearing", &e->bearing_deg, &e->has_bearing));
    e->has_place = lon && lat;
    return real(g, position, "speed", &e->speed_ms, &e->has_speed);
}

static cim_status json_entity(cim__gtfs *g, cim__jvalue entity)
{
    cim__jvalue v;
    cim__gtfs_begin(g);
    if (member(entity, "id", &v)) CIM__TRY(json_text(g, v, &g->entity.id));
    if (member(entity, "is_deleted", &v)) {
        if (v.type != CIM__J_TRUE && v.type != CIM__J_FALSE) return cim__gtfs_bad(g, "is_deleted is neither true nor false");
        g->entity.deleted = v.type == CIM__J_TRUE;
    }
    if (member(entity, "alert", &v)) CIM__TRY(json_alert(g, v));
    if (member(entity, "vehicle", &v)) CIM__TRY(json_vehicle(g, v));
    return cim__gtfs_take(g);
}

cim_status cim__gtfs_json(cim__gtfs *g, cim__str text)
{
    static const char *const kinds[] = { "FULL_DATASET", "DIFFERENTIAL" };
    cim__jvalue document, header;
    if (cim__str_starts(text, "\xef\xbb\xbf")) text = (cim__str){ text.ptr + 3, text.len - 3 };
    if (!cim__jparse(text, &document) || document.type != CIM__J_OBJECT) return cim__gtfs_bad(g, "no JSON object, or one that is nested too deep");
    if (!member(document, "header", &header) || header.type != CIM__J_OBJECT) return cim__gtfs_bad(g, "no header");
    CIM__TRY(whole(g, header, "timestamp", &g->time_s));
    if (g->time_s < 0 || g->time_s > MOST_S) return cim__gtfs_bad(g, "the time of the message is out of range");
    uint32_t kind = choice(header, "incrementality", kinds, 2, 0);
    if (kind > 1) return cim__gtfs_bad(g, "incrementality is neither FULL_DATASET nor DIFFERENTIAL");
    g->differential = kind == 1;
    return each(g, document, "entity", json_entity);
}
