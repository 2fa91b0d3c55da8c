/* relate_station.c - lines that end in a station: substations, plants, works and tanks that are mapped as areas (cim-utility(7)).
 *
 * OpenStreetMap draws a line into a substation, to a portal or a corner of the fence, and seldom what connects them there.  A loose
 * end on or in an area is connected to the area.  What is drawn inside counts for what it is: an end that a line of the station's
 * own, a switch or a transformer goes on from stays as it is. */
#include "import/relate.h"

#include <math.h>

static const double NEAR_M = 0.01;
enum { CANDIDATES = 256 };

static bool is_area(uint8_t layer, uint8_t class_id)
{
    (void)class_id;
    return layer == CIM__L_UTILITY_AREA;
}

static bool is_line(uint8_t layer, uint8_t class_id)
{
    (void)class_id;
    return layer == CIM__L_UTILITY_LINE;
}

/* Poles and portals carry lines, but do nothing to what flows. */
static bool is_device(uint8_t layer, uint8_t class_id) { return layer == CIM__L_UTILITY_NODE && class_id != CIM__C_Pole && class_id != CIM__C_UtilityNode; }

typedef struct stations {
    cim__things areas, lines, devices;
} stations;

/* A line, as far as it matters here. */
typedef struct ending {
    double ends[2][2];
    char network[40];
    bool by_nodes; /* of OpenStreetMap: ends are what their nodes are */
} ending;

static void put_network(char network[40], cim__str text)
{
    size_t n = text.len < 39 ? text.len : 39;
    memcpy(network, text.len ? text.ptr : "", n);
    network[n] = 0;
}

static bool same_network(const char *a, const char *b) { return !a[0] || !b[0] || !strcmp(a, b); }

static cim_status look_line(cim_ctx *ctx, cim__looker *l, const cim__thing *line, ending *e)
{
    cim_geom g;
    cim__str network;
    CIM__TRY(cim__look_geom(ctx, l, line, &l->geom, &g));
    e->by_nodes = g.vertex_count > 1 && line->old && (l->object.present >> CIM__A_FROM_NODE & 1);
    for (uint32_t i = 0; !line->old && g.vertex_count > 1 && i < l->record.value_count; i++) e->by_nodes |= l->record.values[i].attr == CIM__A_FROM_NODE;
    if (!e->by_nodes) return CIM_OK;
    memcpy(e->ends[0], g.coords, sizeof e->ends[0]);
    memcpy(e->ends[1], g.coords + 2 * (size_t)(g.vertex_count - 1), sizeof e->ends[1]);
    CIM__TRY(cim__look_text(ctx, l, line, CIM__A_NETWORK, &network));
    put_network(e->network, network);
    return CIM_OK;
}

static cim_status near_place(cim_ctx *ctx, const cim__things *things, const double xy[2], uint32_t ids[CANDIDATES], size_t *count)
{
    cim_box window = { xy[0] - NEAR_M, xy[1] - NEAR_M, xy[0] + NEAR_M, xy[1] + NEAR_M };
    cim_probe probe = cim_probe_box(&window);
    CIM__TRY(cim_index_query(ctx, things->index, &probe, ids, CANDIDATES, count));
    if (*count > CANDIDATES) *count = CANDIDATES;
    return CIM_OK;
}

static cim_status is_in(cim_ctx *ctx, cim__looker *l, const cim__thing *area, const double xy[2], bool *in)
{
    cim_geom g;
    CIM__TRY(cim__look_geom(ctx, l, area, &l->other, &g));
    *in = g.part_count && cim__geom_nearest(&g, xy[0], xy[1]).distance <= NEAR_M;
    return CIM_OK;
}

static double size_of(const cim__thing *t) { return (t->box.max_x - t->box.min_x) * (t->box.max_y - t->box.min_y); }

/* The smallest area of the line's network around the place, NULL if there is none. */
static cim_status station_at(cim_ctx *ctx, cim__looker *l, const stations *s, const ending *e, const double xy[2], const cim__thing **area_out)
{
    uint32_t ids[CANDIDATES];
    size_t count;
    *area_out = NULL;
    CIM__TRY(near_place(ctx, &s->areas, xy, ids, &count));
    for (size_t i = 0; i < count; i++) {
        const cim__thing *area = &s->areas.list[ids[i]];
        char network[40];
        cim__str text;
        bool in;
        if (*area_out && size_of(area) >= size_of(*area_out)) continue;
        CIM__TRY(cim__look_text(ctx, l, area, CIM__A_NETWORK, &text));
        put_network(network, text);
        if (!same_network(e->network, network)) continue;
        CIM__TRY(is_in(ctx, l, area, xy, &in));
        if (in) *area_out = area;
    }
    return CIM_OK;
}

static bool same_place(const double a[2], const double b[2]) { return fabs(a[0] - b[0]) <= NEAR_M && fabs(a[1] - b[1]) <= NEAR_M; }

/* Does anything go on from this end?  *others: ends of other lines; *inner: one of them lies in the area as a whole. */
static cim_status look_around(cim_ctx *ctx, cim__looker *l, const stations *s, const cim__thing *line, const ending *e, const double xy[2], const cim__thing *area, size_t *others, bool *inner)
{
    uint32_t ids[CANDIDATES];
    size_t count;
    *others = 0;
    *inner = false;
    CIM__TRY(near_place(ctx, &s->lines, xy, ids, &count));
    for (size_t i = 0; i < count; i++) {
        ending other;
        bool in;
        if (&s->lines.list[ids[i]] == line) continue;
        CIM__TRY(look_line(ctx, l, &s->lines.list[ids[i]], &other));
        if (!other.by_nodes || !same_network(e->network, other.network)) continue;
        int end = same_place(other.ends[0], xy) ? 0 : same_place(other.ends[1], xy) ? 1 : -1;
        if (end < 0) continue;
        ++*others;
        CIM__TRY(is_in(ctx, l, area, other.ends[!end], &in));
        *inner |= in;
    }
    return CIM_OK;
}

static cim_status has_device(cim_ctx *ctx, cim__looker *l, const stations *s, const ending *e, const double xy[2], bool *has)
{
    uint32_t ids[CANDIDATES];
    size_t count;
    *has = false;
    CIM__TRY(near_place(ctx, &s->devices, xy, ids, &count));
    for (size_t i = 0; i < count && !*has; i++) {
        char network[40];
        cim__str text;
        CIM__TRY(cim__look_text(ctx, l, &s->devices.list[ids[i]], CIM__A_NETWORK, &text));
        put_network(network, text);
        *has = same_network(e->network, network);
    }
    return CIM_OK;
}

/* Which station this end of the line is to be connected to; NULL: none. */
static cim_status connect_to(cim_ctx *ctx, cim__looker *l, const stations *s, const cim__thing *line, const ending *e, int end, bool *whole, const cim__thing **area_out)
{
    const double *xy = e->ends[end];
    const cim__thing *area;
    size_t others;
    bool inner, device;
    *area_out = NULL;
    CIM__TRY(station_at(ctx, l, s, e, xy, &area));
    if (!area) return CIM_OK;
    CIM__TRY(is_in(ctx, l, area, e->ends[!end], whole));
    CIM__TRY(has_device(ctx, l, s, e, xy, &device));
    if (device) return CIM_OK;
    CIM__TRY(look_around(ctx, l, s, line, e, xy, area, &others, &inner));
    if (!others || (!*whole && !inner)) *area_out = area;
    return CIM_OK;
}

static cim_status station_line(cim_ctx *ctx, cim__looker *l, size_t item, void *user)
{
    const stations *s = user;
    const cim__thing *line = &s->lines.list[item], *areas[2];
    ending e;
    bool whole[2] = { false, false };
    if (line->old) return CIM_OK; /* it was looked at when it came */
    CIM__TRY(look_line(ctx, l, line, &e));
    if (!e.by_nodes) return CIM_OK;
    for (int end = 0; end < 2; end++) CIM__TRY(connect_to(ctx, l, s, line, &e, end, &whole[end], &areas[end]));
    if (areas[0] && areas[0] == areas[1]) return CIM_OK; /* from the station to itself */
    if (areas[0]) CIM__TRY(cim__relate_things(ctx, l, line, CIM__R_CONNECTS, areas[0], CIM__STR("{\"end\":\"from\"}")));
    if (areas[1]) CIM__TRY(cim__relate_things(ctx, l, line, CIM__R_CONNECTS, areas[1], CIM__STR("{\"end\":\"to\"}")));
    return CIM_OK;
}

cim_status cim__relate_stations(cim_ctx *ctx, cim__universe *u)
{
    stations s = { { NULL, 0, NULL }, { NULL, 0, NULL }, { NULL, 0, NULL } };
    cim_status st = cim__things_new(ctx, u, is_area, &s.areas);
    if (st >= 0 && s.areas.count) {
        st = cim__things_new(ctx, u, is_line, &s.lines);
        if (st >= 0) st = cim__things_new(ctx, u, is_device, &s.devices);
        if (st >= 0) st = cim__relate_run(ctx, u, s.lines.count, "stations", station_line, &s);
    }
    cim__things_free(ctx->mem, &s.areas);
    cim__things_free(ctx->mem, &s.lines);
    cim__things_free(ctx->mem, &s.devices);
    return st;
}
