/* imp_pandapower.c - networks of pandapower (.json), layouts of versions 1 to 3.
 *
 * Buses are nodes; lines, transformers and bus-bus switches lie between them; other switches are devices on the end of a line.
 * What stands at a bus (loads, generators, shunts, ...) are attributes of the bus.  Tables are read one after the other: first
 * who is there and where, then what it is. */
#include "import/power/power.h"
#include "import/power/pptable.h"

#include <math.h>
#include <stdio.h>

typedef struct bus {
    double x, y, kv, demand_kw;
    bool placed, controller, out;
    uint32_t first; /* piece */
} bus;

/* Something with ends: a line or transformer.  coords: numbers of its own course, in `coords`. */
typedef struct link {
    uint32_t ends[3];
    size_t coords, points;
} link;

/* What stands at a bus, as JSON. */
typedef struct piece {
    const char *kind;
    uint32_t next;
    size_t at, size;
} piece;

/* Tables of things between two buses. */
static const struct between {
    const char *table, *from, *to, *function;
    cim__class_id class_id;
} betweens[] = {
    { "line", "from_bus", "to_bus", "line", CIM__C_Cable },
    { "trafo", "hv_bus", "lv_bus", "transformer", CIM__C_Transformer },
    { "dcline", "from_bus", "to_bus", "dcline", CIM__C_Cable },
    { "impedance", "from_bus", "to_bus", "impedance", CIM__C_UtilityLine },
    { "tcsc", "from_bus", "to_bus", "tcsc", CIM__C_UtilityLine },
};
enum { BETWEENS = sizeof betweens / sizeof *betweens, TRAFO3W = BETWEENS };
static const char *const windings[3] = { "hv", "mv", "lv" };

static const char *const at_buses[] = { "load", "sgen", "gen", "ext_grid", "storage", "motor", "shunt", "ward", "xward", "asymmetric_load", "asymmetric_sgen", "svc", "ssc" };
enum { AT_BUSES = sizeof at_buses / sizeof *at_buses };

typedef struct pandapower {
    cim__power power;
    cim__jtree doc, inner;    /* inner: of a network that is text */
    const cim__jtree *tree;
    uint32_t net;
    cim__pptable table;
    cim__buf inner_text, buses, links, pieces, texts, coords, xy; /* bus, link, piece, JSON, double */
    cim__names bus_names, link_names[BETWEENS + 1]; /* index -> number of the bus, of the link of its kind */
    uint32_t first_link[BETWEENS + 1];             /* of a kind, in links */
} pandapower;

static cim_status open_table(cim_ctx *ctx, pandapower *p, const char *name)
{
    return cim__pptable_open(ctx, &p->table, name, p->tree, cim__jget(p->tree, p->net, name), p->power.job->opts->max_depth);
}

/* Adds an index; false when it was there before. */
static cim_status new_index(cim_ctx *ctx, const pandapower *p, cim__names *names)
{
    size_t before = names->count;
    if (cim__names_add(names, p->table.id) == CIM_NONE) return cim__nomem(ctx);
    return names->count > before ? CIM_OK : cim__pptable_fail(ctx, &p->table, "one with this index was there before", (cim__str){ "", 0 });
}

static cim_status bus_in(cim_ctx *ctx, const pandapower *p, const char *column, uint32_t *bus_out)
{
    cim__str id = cim__pptable_id(&p->table, column);
    char what[60];
    *bus_out = id.len ? cim__names_find(&p->bus_names, id) : CIM_NONE;
    snprintf(what, sizeof what, id.len ? "%s is no bus:" : "%s is missing", column);
    return *bus_out != CIM_NONE ? CIM_OK : cim__pptable_fail(ctx, &p->table, what, id);
}

/* ---- places ---- */

/* Numbers of GeoJSON, which is text or an object; false when there are none. */
static cim_status read_coords(cim_ctx *ctx, pandapower *p, const char *column, size_t *points_out)
{
    cim__str text = cim__pptable_text(&p->table, column);
    cim__jvalue geo, coords, one, number;
    cim__str key;
    *points_out = 0;
    if (!text.len || !cim__jparse(text, &geo)) return CIM_OK;
    if (geo.type != CIM__J_ARRAY && !cim__jfind(geo, CIM__STR("coordinates"), &geo)) return CIM_OK;
    coords = geo;
    if (coords.type != CIM__J_ARRAY) return CIM_OK;
    cim__jiter first = cim__jiter_of(coords);
    bool point = cim__jnext(&first, &key, &one) && one.type == CIM__J_NUMBER;
    cim__jiter it = cim__jiter_of(coords);
    while (point || cim__jnext(&it, &key, &one)) {
        double *xy = cim__buf_extend(&p->coords, 2 * sizeof *xy);
        if (!xy) return cim__nomem(ctx);
        cim__jiter pair = cim__jiter_of(point ? coords : one);
        bool both = (point || one.type == CIM__J_ARRAY) && cim__jnext(&pair, &key, &number) && cim__jnumber(number, &xy[0]) && cim__jnext(&pair, &key, &number) && cim__jnumber(number, &xy[1]);
        if (!both) {
            p->coords.size -= (*points_out + 1) * 2 * sizeof *xy;
            *points_out = 0;
            return CIM_OK;
        }
        ++*points_out;
        if (point) break;
    }
    return CIM_OK;
}

static cim_status index_buses(cim_ctx *ctx, pandapower *p)
{
    cim_status st;
    CIM__TRY(open_table(ctx, p, "bus"));
    while ((st = cim__pptable_next(ctx, &p->table)) == CIM_OK) {
        uint32_t row = (uint32_t)CIM__COUNT(&p->buses, bus);
        size_t points, before = p->coords.size;
        CIM__TRY(new_index(ctx, p, &p->bus_names));
        bus *b = CIM__PUSH(&p->buses, bus);
        if (!b) return cim__nomem(ctx);
        *b = (bus){ .kv = cim__pptable_real(&p->table, "vn_kv"), .out = !cim__pptable_true(&p->table, "in_service"), .first = CIM_NONE };
        if (isnan(b->kv)) return cim__pptable_fail(ctx, &p->table, "vn_kv is missing or no number", (cim__str){ "", 0 });
        CIM__TRY(read_coords(ctx, p, "geo", &points));
        if (points != 1) continue;
        const double *xy = (const double *)(const void *)(p->coords.data + before);
        b = &CIM__AT(&p->buses, bus, row);
        b->x = xy[0], b->y = xy[1], b->placed = true;
        p->coords.size = before;
    }
    return st;
}

/* Before version 3: a table of its own. */
static cim_status place_buses(cim_ctx *ctx, pandapower *p)
{
    cim_status st;
    CIM__TRY(open_table(ctx, p, "bus_geodata"));
    while ((st = cim__pptable_next(ctx, &p->table)) == CIM_OK) {
        uint32_t row = cim__names_find(&p->bus_names, p->table.id);
        double x = cim__pptable_real(&p->table, "x"), y = cim__pptable_real(&p->table, "y");
        if (row == CIM_NONE) return cim__pptable_fail(ctx, &p->table, "there is no such bus", (cim__str){ "", 0 });
        bus *b = &CIM__AT(&p->buses, bus, row);
        if (b->placed || isnan(x) || isnan(y)) continue;
        b->x = x, b->y = y, b->placed = true;
    }
    return st;
}

/* ---- links ---- */

static cim_status new_link(cim_ctx *ctx, pandapower *p, int kind, const uint32_t ends[3])
{
    CIM__TRY(new_index(ctx, p, &p->link_names[kind]));
    link *l = CIM__PUSH(&p->links, link);
    if (!l) return cim__nomem(ctx);
    *l = (link){ { ends[0], ends[1], ends[2] }, p->coords.size / sizeof(double), 0 };
    return CIM_OK;
}

static link *link_of(const pandapower *p, cim__str id, int kind)
{
    uint32_t number = id.len ? cim__names_find(&p->link_names[kind], id) : CIM_NONE;
    return number == CIM_NONE ? NULL : &CIM__AT(&p->links, link, p->first_link[kind] + number);
}

static cim_status index_links(cim_ctx *ctx, pandapower *p, int kind)
{
    cim_status st;
    CIM__TRY(open_table(ctx, p, betweens[kind].table));
    p->first_link[kind] = (uint32_t)CIM__COUNT(&p->links, link);
    while ((st = cim__pptable_next(ctx, &p->table)) == CIM_OK) {
        uint32_t ends[3] = { CIM_NONE, CIM_NONE, CIM_NONE };
        size_t at = CIM__COUNT(&p->links, link), points;
        CIM__TRY(bus_in(ctx, p, betweens[kind].from, &ends[0]));
        CIM__TRY(bus_in(ctx, p, betweens[kind].to, &ends[1]));
        CIM__TRY(new_link(ctx, p, kind, ends));
        CIM__TRY(read_coords(ctx, p, "geo", &points));
        CIM__AT(&p->links, link, at).points = points;
    }
    return st;
}

static cim_status index_trafo3w(cim_ctx *ctx, pandapower *p)
{
    cim_status st;
    CIM__TRY(open_table(ctx, p, "trafo3w"));
    p->first_link[TRAFO3W] = (uint32_t)CIM__COUNT(&p->links, link);
    while ((st = cim__pptable_next(ctx, &p->table)) == CIM_OK) {
        uint32_t ends[3];
        CIM__TRY(bus_in(ctx, p, "hv_bus", &ends[0]));
        CIM__TRY(bus_in(ctx, p, "mv_bus", &ends[1]));
        CIM__TRY(bus_in(ctx, p, "lv_bus", &ends[2]));
        CIM__TRY(new_link(ctx, p, TRAFO3W, ends));
    }
    return st;
}

/* Before version 3: courses of lines in a table of their own; coords is [[x, y], ...]. */
static cim_status place_lines(cim_ctx *ctx, pandapower *p)
{
    cim_status st;
    CIM__TRY(open_table(ctx, p, "line_geodata"));
    while ((st = cim__pptable_next(ctx, &p->table)) == CIM_OK) {
        link *l = link_of(p, p->table.id, 0);
        uint32_t column = cim__pptable_column(&p->table, "coords");
        if (!l || l->points || column == CIM_NONE) continue;
        uint32_t cell = p->table.cells[column], at = cell + 1;
        l->coords = p->coords.size / sizeof(double);
        for (uint32_t i = 0; cim__jis(p->table.tree, cell, CIM__J_ARRAY) && i < cim__jcount(p->table.tree, cell); i++, at = cim__jskip(p->table.tree, at)) {
            double x, y;
            if (!cim__jis(p->table.tree, at, CIM__J_ARRAY) || cim__jcount(p->table.tree, at) < 2 || !cim__jreal(p->table.tree, at + 1, &x) || !cim__jreal(p->table.tree, cim__jskip(p->table.tree, at + 1), &y)) continue;
            double *xy = cim__buf_extend(&p->coords, 2 * sizeof *xy);
            if (!xy) return cim__nomem(ctx);
            xy[0] = x, xy[1] = y;
            l->points++;
        }
    }
    return st;
}

/* ---- is it a map or a drawing? ---- */

static double distance_km(const bus *a, const bus *b)
{
    const double radians = 3.14159265358979323846 / 180.0, km = 6371.0 * radians;
    double dx = (a->x - b->x) * cos(0.5 * (a->y + b->y) * radians), dy = a->y - b->y;
    return km * sqrt(dx * dx + dy * dy);
}

/* Cases have coordinates for drawing, too: then lines are shorter than the way between their ends. */
static cim_status is_map(cim_ctx *ctx, pandapower *p, bool *map_out)
{
    cim_status st;
    size_t possible = 0, impossible = 0;
    *map_out = true;
    for (size_t i = 0; i < CIM__COUNT(&p->buses, bus); i++) {
        const bus *b = &CIM__AT(&p->buses, bus, i);
        if (b->placed && !(b->x >= -180.0 && b->x <= 180.0 && b->y >= -90.0 && b->y <= 90.0)) *map_out = false;
    }
    if (!*map_out) return CIM_OK;
    CIM__TRY(open_table(ctx, p, "line"));
    while ((st = cim__pptable_next(ctx, &p->table)) == CIM_OK) {
        const link *l = link_of(p, p->table.id, 0);
        const bus *a = &CIM__AT(&p->buses, bus, l->ends[0]), *b = &CIM__AT(&p->buses, bus, l->ends[1]);
        double length_km = cim__pptable_real(&p->table, "length_km");
        if (!a->placed || !b->placed || !(length_km > 0.0)) continue;
        if (distance_km(a, b) > 1.5 * length_km + 0.01) impossible++;
        else possible++;
    }
    *map_out = impossible <= possible;
    return st;
}

static cim_status decide_place(cim_ctx *ctx, pandapower *p)
{
    cim__job *job = p->power.job;
    double x = 0.0, y = 0.0;
    size_t placed = 0, buses = CIM__COUNT(&p->buses, bus);
    bool map = job->opts->source_epsg != 0;
    for (size_t i = 0; i < buses; i++) {
        const bus *b = &CIM__AT(&p->buses, bus, i);
        if (!b->placed) continue;
        placed++;
        x += (b->x - x) / (double)placed;
        y += (b->y - y) / (double)placed;
    }
    if (!placed) return cim__power_place(ctx, &p->power, 0, 0.0, 0.0);
    if (!map) CIM__TRY(is_map(ctx, p, &map));
    if (map) return cim__power_place(ctx, &p->power, job->opts->source_epsg ? job->opts->source_epsg : 4326, x, y);
    cim__report_warn(job->report, 0, "the coordinates of %zu buses are those of a drawing, not of a map, and are kept as attributes only (option source_epsg says otherwise)", placed);
    return cim__power_place(ctx, &p->power, 0, 0.0, 0.0);
}

/* ---- what stands at buses ---- */

static double demand_of_row(const cim__pptable *t, const char *table)
{
    double scaling = cim__pptable_real(t, "scaling"), sum = 0.0;
    if (!strcmp(table, "load")) sum = cim__pptable_real(t, "p_mw");
    if (!strcmp(table, "load") && isnan(sum)) sum = cim__pptable_real(t, "p_kw") / 1e3; /* version 1 */
    if (!strcmp(table, "asymmetric_load")) sum = cim__pptable_real(t, "p_a_mw") + cim__pptable_real(t, "p_b_mw") + cim__pptable_real(t, "p_c_mw");
    return isfinite(sum) ? sum * (isnan(scaling) ? 1.0 : scaling) * 1e3 : 0.0;
}

static cim_status take_at_buses(cim_ctx *ctx, pandapower *p, const char *table)
{
    cim_status st;
    bool feeds = !strcmp(table, "ext_grid") || !strcmp(table, "gen");
    CIM__TRY(open_table(ctx, p, table));
    while ((st = cim__pptable_next(ctx, &p->table)) == CIM_OK) {
        uint32_t at;
        CIM__TRY(bus_in(ctx, p, "bus", &at));
        bus *b = &CIM__AT(&p->buses, bus, at);
        if (cim__pptable_true(&p->table, "in_service")) {
            b->demand_kw += demand_of_row(&p->table, table);
            b->controller |= feeds;
        }
        piece *one = CIM__PUSH(&p->pieces, piece);
        if (!one) return cim__nomem(ctx);
        *one = (piece){ table, b->first, p->texts.size, 0 };
        cim__json json = cim__json_on(&p->texts);
        cim__json_open(&json, '{');
        cim__json_key(&json, "index");
        cim__json_str(&json, p->table.id);
        cim__pptable_put(&json, &p->table);
        cim__json_close(&json, '}');
        if (p->texts.failed) return cim__nomem(ctx);
        one->size = p->texts.size - one->at;
        b->first = (uint32_t)CIM__COUNT(&p->pieces, piece) - 1;
    }
    return st;
}

/* Lists are from behind: tables and rows in the reverse of the file. */
static void put_pieces(const pandapower *p, cim__json *json, uint32_t first)
{
    const char *kind = NULL;
    for (uint32_t i = first; i != CIM_NONE; i = CIM__AT(&p->pieces, piece, i).next) {
        const piece *one = &CIM__AT(&p->pieces, piece, i);
        if (one->kind != kind) {
            if (kind) cim__json_close(json, ']');
            cim__json_key(json, one->kind);
            cim__json_open(json, '[');
            kind = one->kind;
        }
        cim__json_raw(json, (cim__str){ (const char *)p->texts.data + one->at, one->size });
    }
    if (kind) cim__json_close(json, ']');
}

/* ---- objects ---- */

static void begin_attrs(pandapower *p, cim__json *json)
{
    p->power.json.size = 0;
    *json = cim__json_on(&p->power.json);
    cim__json_open(json, '{');
    cim__pptable_put(json, &p->table);
}

static cim__str status_of(const pandapower *p) { return cim__pptable_true(&p->table, "in_service") ? (cim__str){ "", 0 } : CIM__STR("disused"); }

static cim_status add_buses(cim_ctx *ctx, pandapower *p)
{
    cim_status st;
    CIM__TRY(open_table(ctx, p, "bus"));
    for (uint32_t row = 0; (st = cim__pptable_next(ctx, &p->table)) == CIM_OK; row++) {
        const bus *b = &CIM__AT(&p->buses, bus, row);
        double xy[2] = { b->x, b->y };
        cim__json json;
        cim__power_gid(&p->power, &p->power.gid, "bus", p->table.id);
        begin_attrs(p, &json);
        put_pieces(p, &json, b->first);
        cim__json_close(&json, '}');
        CIM__TRY(cim__power_add(ctx, &p->power, &(cim__power_object){ .class_id = CIM__C_UtilityNode, .name = cim__pptable_text(&p->table, "name"), .function = CIM__STR("bus"), .status = status_of(p), .kv = b->kv,
                                                .demand_kw = b->demand_kw, .controller = b->controller, .xy = xy, .points = b->placed }));
    }
    return st;
}

/* Its own course, else straight from end to end. */
static cim_status course_of(cim_ctx *ctx, pandapower *p, const link *l, cim__power_object *o)
{
    const bus *a = &CIM__AT(&p->buses, bus, l->ends[0]), *b = &CIM__AT(&p->buses, bus, l->ends[1]);
    p->xy.size = 0;
    if (l->points > 1) cim__buf_put(&p->xy, p->coords.data + l->coords * sizeof(double), l->points * 2 * sizeof(double));
    else if (a->placed && b->placed) cim__buf_put(&p->xy, (const double[4]){ a->x, a->y, b->x, b->y }, 4 * sizeof(double));
    if (p->xy.failed) return cim__nomem(ctx);
    o->xy = (const double *)(const void *)p->xy.data;
    o->points = p->xy.size / (2 * sizeof(double));
    return CIM_OK;
}

static double larger(double a, double b) { return a > b ? a : b; }

static cim_status add_between(cim_ctx *ctx, pandapower *p, const struct between *kind, const link *l)
{
    cim__json json;
    cim__power *power = &p->power;
    cim__str type = cim__pptable_text(&p->table, "type");
    double length_km = cim__pptable_real(&p->table, "length_km");
    cim__power_object o = { .class_id = kind->class_id, .name = cim__pptable_text(&p->table, "name"), .function = cim__str_of(kind->function), .status = status_of(p),
                            .kv = larger(CIM__AT(&p->buses, bus, l->ends[0]).kv, CIM__AT(&p->buses, bus, l->ends[1]).kv), .length_m = isnan(length_km) ? 0.0 : length_km * 1e3 };
    if (cim__str_is(type, "cs")) o.location = CIM__STR("underground");
    if (cim__str_is(type, "ol")) o.location = CIM__STR("overhead");
    CIM__TRY(course_of(ctx, p, l, &o));
    cim__power_gid(power, &power->gid, kind->table, p->table.id);
    o.from = cim__power_gid(power, &power->from, "bus", cim__pptable_id(&p->table, kind->from));
    o.to = cim__power_gid(power, &power->to, "bus", cim__pptable_id(&p->table, kind->to));
    begin_attrs(p, &json);
    cim__json_close(&json, '}');
    return cim__power_add(ctx, power, &o);
}

static cim_status add_betweens(cim_ctx *ctx, pandapower *p, int kind)
{
    cim_status st;
    CIM__TRY(open_table(ctx, p, betweens[kind].table));
    while ((st = cim__pptable_next(ctx, &p->table)) == CIM_OK) CIM__TRY(add_between(ctx, p, &betweens[kind], link_of(p, p->table.id, kind)));
    return st;
}

/* "pandapower:trafo3w/0/hv" */
static void winding_gid(const pandapower *p, cim__buf *buf, cim__str id, int winding)
{
    cim__power_gid(&p->power, buf, "trafo3w", id);
    cim__buf_printf(buf, "/%s", windings[winding]);
}

/* A node with a line to each of its three buses. */
static cim_status add_trafo3w(cim_ctx *ctx, pandapower *p)
{
    cim_status st;
    cim__power *power = &p->power;
    CIM__TRY(open_table(ctx, p, "trafo3w"));
    while ((st = cim__pptable_next(ctx, &p->table)) == CIM_OK) {
        static const char *const columns[3] = { "hv_bus", "mv_bus", "lv_bus" };
        const link *l = link_of(p, p->table.id, TRAFO3W);
        const bus *b = &CIM__AT(&p->buses, bus, l->ends[0]);
        cim__json json;
        cim__power_gid(power, &power->gid, "trafo3w", p->table.id);
        begin_attrs(p, &json);
        cim__json_close(&json, '}');
        CIM__TRY(cim__power_add(ctx, power, &(cim__power_object){ .class_id = CIM__C_Transformer, .name = cim__pptable_text(&p->table, "name"), .function = CIM__STR("transformer"), .status = status_of(p), .kv = b->kv,
                                                .xy = (const double[2]){ b->x, b->y }, .points = b->placed }));
        for (int w = 0; w < 3; w++) {
            winding_gid(p, &power->gid, p->table.id, w);
            power->json.size = 0;
            cim__buf_puts(&power->json, "{}");
            cim__str from = cim__power_gid(power, &power->from, "trafo3w", p->table.id), to = cim__power_gid(power, &power->to, "bus", cim__pptable_id(&p->table, columns[w]));
            CIM__TRY(cim__power_add(ctx, power, &(cim__power_object){ .class_id = CIM__C_UtilityLine, .function = CIM__STR("winding"), .status = status_of(p), .kv = CIM__AT(&p->buses, bus, l->ends[w]).kv, .from = from, .to = to }));
        }
    }
    return st;
}

/* ---- switches ---- */

/* Which end of the thing a switch is on; power->to becomes the id of the line there. */
static cim_status line_of_switch(cim_ctx *ctx, pandapower *p, cim__str et, cim__str element, uint32_t at)
{
    static const struct {
        const char *et;
        int kind;
    } kinds[] = { { "l", 0 }, { "t", 1 }, { "t3", TRAFO3W } };
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        if (!cim__str_is(et, kinds[i].et)) continue;
        bool three = kinds[i].kind == TRAFO3W;
        const link *l = link_of(p, element, kinds[i].kind);
        if (!l) return cim__pptable_fail(ctx, &p->table, three ? "there is no such three-winding transformer:" : kinds[i].kind ? "there is no such transformer:" : "there is no such line:", element);
        for (int end = 0; end < 3; end++) {
            if (l->ends[end] != at) continue;
            if (three) winding_gid(p, &p->power.to, element, end);
            else cim__power_gid(&p->power, &p->power.to, betweens[kinds[i].kind].table, element);
            return CIM_OK;
        }
        return cim__pptable_fail(ctx, &p->table, "its bus is no end of what it switches:", element);
    }
    return cim__pptable_fail(ctx, &p->table, "et is none of l, t, t3, b:", et);
}

static cim_status add_switch(cim_ctx *ctx, pandapower *p)
{
    cim__power *power = &p->power;
    cim__json json;
    uint32_t at, other = CIM_NONE;
    cim__str et = cim__pptable_text(&p->table, "et"), element = cim__pptable_id(&p->table, "element");
    CIM__TRY(bus_in(ctx, p, "bus", &at));
    bool between = cim__str_is(et, "b");
    if (between) CIM__TRY(bus_in(ctx, p, "element", &other));
    else CIM__TRY(line_of_switch(ctx, p, et, element, at));
    const bus *b = &CIM__AT(&p->buses, bus, at);
    cim__power_object o = { .class_id = CIM__C_Switch, .name = cim__pptable_text(&p->table, "name"), .function = cim__pptable_text(&p->table, "type"),
                            .state = cim__pptable_true(&p->table, "closed") ? CIM__STR("closed") : CIM__STR("open"), .kv = b->kv };
    double xy[4] = { b->x, b->y, 0.0, 0.0 };
    o.xy = xy;
    o.points = b->placed;
    if (between) {
        const bus *c = &CIM__AT(&p->buses, bus, other);
        xy[2] = c->x, xy[3] = c->y;
        o.points = b->placed && c->placed ? 2 : 0;
    }
    cim__power_gid(power, &power->gid, "switch", p->table.id);
    cim__str node = cim__power_gid(power, &power->from, "bus", cim__pptable_id(&p->table, "bus"));
    if (between) o.from = node, o.to = cim__power_gid(power, &power->to, "bus", element);
    begin_attrs(p, &json);
    cim__json_close(&json, '}');
    CIM__TRY(cim__power_add(ctx, power, &o));
    return between ? CIM_OK : cim__power_on_end(ctx, power, cim__buf_str(&power->to), node);
}

static cim_status add_switches(cim_ctx *ctx, pandapower *p)
{
    cim_status st;
    CIM__TRY(open_table(ctx, p, "switch"));
    while ((st = cim__pptable_next(ctx, &p->table)) == CIM_OK) CIM__TRY(add_switch(ctx, p));
    return st;
}

/* ---- the network ---- */

static cim_status add_network(cim_ctx *ctx, pandapower *p)
{
    uint32_t at = p->net + 1, key, value, name = cim__jget(p->tree, p->net, "name");
    cim__json json = cim__json_on(&p->power.json);
    p->power.json.size = 0;
    cim__json_open(&json, '{');
    while (cim__jpair(p->tree, p->net, &at, &key, &value)) {
        if (cim__jtype_of(p->tree, value) >= CIM__J_ARRAY || cim__jtype_of(p->tree, value) == CIM__J_NULL || cim__jat(p->tree, value)->size > 1000) continue;
        cim__json_keystr(&json, cim__jtext(p->tree, key));
        cim__jput(&json, p->tree, value);
    }
    cim__json_close(&json, '}');
    bool named = cim__jis(p->tree, name, CIM__J_STRING) && cim__jtext(p->tree, name).len;
    return cim__power_network(ctx, &p->power, named ? cim__jtext(p->tree, name) : CIM__STR("net"));
}

static bool is_used(cim__str table)
{
    static const char *const others[] = { "bus", "trafo3w", "switch", "bus_geodata", "line_geodata" };
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (cim__str_is(table, others[i])) return true;
    for (int i = 0; i < BETWEENS; i++)
        if (cim__str_is(table, betweens[i].table)) return true;
    for (int i = 0; i < AT_BUSES; i++)
        if (cim__str_is(table, at_buses[i])) return true;
    return false;
}

/* Every table; those that say nothing about the network are opened to be counted only, so that one of them may be anything. */
static cim_status count_tables(cim_ctx *ctx, pandapower *p)
{
    cim__report *report = p->power.job->report;
    uint32_t at = p->net + 1, key, value;
    while (cim__jpair(p->tree, p->net, &at, &key, &value)) {
        if (!cim__jis(p->tree, value, CIM__J_OBJECT)) continue;
        const char *kind = cim__report_text(report, cim__jtext(p->tree, key));
        bool used = is_used(cim__jtext(p->tree, key));
        cim_status st = kind ? cim__pptable_open(ctx, &p->table, kind, p->tree, value, p->power.job->opts->max_depth) : cim__nomem(ctx);
        if (st < 0 && st != CIM_EFORMAT) return st;
        uint32_t rows = st < 0 ? 1 : p->table.rows;
        if (st < 0) cim__enter(ctx);
        if (!rows) continue;
        const char *why = used ? NULL : !strncmp(kind, "res_", 4) || !strncmp(kind, "_empty", 6) ? "results" : "says nothing about buses and lines";
        cim__report_seen(report, kind, rows);
        cim__report_fate(report, kind, used ? CIM__STORED : CIM__SKIPPED, why, rows);
    }
    return CIM_OK;
}

static cim_status build(cim_ctx *ctx, pandapower *p)
{
    cim_status st = index_buses(ctx, p);
    if (st >= 0) st = place_buses(ctx, p);
    for (int i = 0; i < BETWEENS && st >= 0; i++) st = index_links(ctx, p, i);
    if (st >= 0) st = index_trafo3w(ctx, p);
    if (st >= 0) st = place_lines(ctx, p);
    for (int i = AT_BUSES; i-- > 0 && st >= 0;) st = take_at_buses(ctx, p, at_buses[i]);
    if (st >= 0) st = decide_place(ctx, p);
    if (st >= 0) st = add_network(ctx, p);
    if (st >= 0) st = add_buses(ctx, p);
    for (int i = 0; i < BETWEENS && st >= 0; i++) st = add_betweens(ctx, p, i);
    if (st >= 0) st = add_trafo3w(ctx, p);
    if (st >= 0) st = add_switches(ctx, p);
    if (st >= 0) st = count_tables(ctx, p);
    return st < 0 ? st : cim__power_end(ctx, &p->power);
}

/* ---- the document ---- */

static cim_status read_json(cim_ctx *ctx, const pandapower *p, cim__jtree *tree, cim__buf *text, size_t size)
{
    cim_status st = cim__jtree_read(ctx, tree, (char *)text->data, size, p->power.job->opts->max_depth);
    char why[200];
    if (st != CIM_EFORMAT) return st;
    snprintf(why, sizeof why, "%.150s", ctx->error);
    return cim__fail(ctx, CIM_EFORMAT, "%s: byte %zu: %s", cim__input_path(p->power.job->input), tree->error_at, why);
}

static cim_status open_document(cim_ctx *ctx, pandapower *p)
{
    const char *path = cim__input_path(p->power.job->input);
    CIM__TRY(cim__power_read(ctx, &p->power));
    size_t bom = p->power.text.size >= 3 && !memcmp(p->power.text.data, "\xef\xbb\xbf", 3) ? 3 : 0;
    memset(p->power.text.data, ' ', bom);
    CIM__TRY(read_json(ctx, p, &p->doc, &p->power.text, p->power.text.size));
    p->tree = &p->doc;
    uint32_t object = cim__jget(p->tree, 0, "_object");
    p->net = object == CIM_NONE ? 0 : object;
    if (cim__jis(p->tree, p->net, CIM__J_STRING)) {
        cim__buf_putstr(&p->inner_text, cim__jtext(p->tree, p->net));
        cim__buf_putc(&p->inner_text, 0);
        if (p->inner_text.failed) return cim__nomem(ctx);
        CIM__TRY(read_json(ctx, p, &p->inner, &p->inner_text, p->inner_text.size - 1));
        p->tree = &p->inner;
        p->net = 0;
    }
    if (cim__jget(p->tree, p->net, "bus") == CIM_NONE) return cim__fail(ctx, CIM_EFORMAT, "%s: there is no table of buses in it: it is no pandapower network", path);
    uint32_t version = cim__jget(p->tree, p->net, "format_version");
    cim__str text = cim__jis(p->tree, version, CIM__J_STRING) ? cim__jtext(p->tree, version) : (cim__str){ "", 0 };
    snprintf(p->power.job->source->version, sizeof p->power.job->source->version, "%.*s", (int)(text.len < 20 ? text.len : 20), text.ptr);
    return CIM_OK;
}

static cim_status run(cim_ctx *ctx, cim__job *job)
{
    pandapower p;
    memset(&p, 0, sizeof p);
    cim__power_init(ctx, &p.power, job, "pandapower");
    cim__jtree_init(&p.doc, ctx->mem);
    cim__jtree_init(&p.inner, ctx->mem);
    cim__pptable_init(&p.table, ctx->mem, cim__input_path(job->input));
    cim__names_init(&p.bus_names, ctx->mem);
    for (int i = 0; i <= BETWEENS; i++) cim__names_init(&p.link_names[i], ctx->mem);
    cim__buf *bufs[] = { &p.inner_text, &p.buses, &p.links, &p.pieces, &p.texts, &p.coords, &p.xy };
    for (size_t i = 0; i < sizeof bufs / sizeof *bufs; i++) *bufs[i] = cim__buf_on(ctx->mem);
    cim_status st = open_document(ctx, &p);
    if (st >= 0) st = build(ctx, &p);
    for (size_t i = 0; i < sizeof bufs / sizeof *bufs; i++) cim__buf_free(bufs[i]);
    for (int i = 0; i <= BETWEENS; i++) cim__names_free(&p.link_names[i]);
    cim__names_free(&p.bus_names);
    cim__pptable_free(&p.table);
    cim__jtree_free(&p.inner);
    cim__jtree_free(&p.doc);
    cim__power_free(&p.power);
    return st;
}

static int probe(cim__str head)
{
    if (cim__str_has(head, "\"pandapowerNet\"")) return 98;
    if (cim__str_has(head, "pandapower.auxiliary")) return 90;
    return cim__str_has(head, "\"vn_kv\"") || cim__str_has(head, "\\\"vn_kv\\\"") ? 60 : 0;
}

const cim__importer cim__importer_pandapower = { "pandapower", "pandapower networks (.json)", probe, run };
