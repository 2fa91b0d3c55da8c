/* travel.c - the road net of the connection's city, costs of profiles, places: as the verbs of cimtool have them. */
#include "sql.h"

/* ---- costs ---- */

static cim_status open_net(sql_call *call)
{
    sql_city *c = call->city;
    cim_net_options options = CIM_NET_OPTIONS_INIT;
    options.turns = CIM_NET_TURNS_FULL;
    if (c->net) return CIM_OK;
    cim_status st = cim_net_open(call->ctx, c->city, &options, &c->net);
    c->net_view.struct_size = sizeof c->net_view;
    return st < 0 ? st : cim_net_get(call->ctx, c->net, &c->net_view);
}

static void forget(sql_costs *costs)
{
    cim_route_query_free(costs->query);
    cim_route_metric_free(costs->metric);
    cim_net_costs_free(costs->costs);
    sqlite3_free(costs->key);
    *costs = (sql_costs){ .key = NULL };
}

static cim_status take_vehicle(sql_call *call, cim_net_cost_options *options)
{
    cim_status st = sql_option_real(call, "height_m", 0.0, 1000.0, &options->height_m);
    if (st >= 0) st = sql_option_real(call, "width_m", 0.0, 1000.0, &options->width_m);
    if (st >= 0) st = sql_option_real(call, "length_m", 0.0, 1000.0, &options->length_m);
    if (st >= 0) st = sql_option_real(call, "weight_t", 0.0, 100000.0, &options->weight_t);
    options->time = sql_option_text(call, "at_time");
    return st;
}

cim_status sql_travel(sql_call *call, const sql_word *profile, const char *usual)
{
    sql_city *c = call->city;
    cim_net_cost_options o = CIM_NET_COST_OPTIONS_INIT;
    o.profile = profile && profile->type ? profile->text : usual;
    cim_status st = take_vehicle(call, &o);
    if (st >= 0) st = open_net(call);
    if (st < 0) return st;
    char *key = sqlite3_mprintf("%s|%s|%!.17g|%!.17g|%!.17g|%!.17g", o.profile, o.time ? o.time : "", o.height_m, o.width_m, o.length_m, o.weight_t);
    if (!key) return sql_say(call, CIM_ENOMEM, "out of memory");
    for (int i = 0; i < SQL_COSTS; i++)
        if (c->costs[i].key && !strcmp(c->costs[i].key, key)) call->costs = &c->costs[i];
    if (call->costs) return sqlite3_free(key), CIM_OK;
    cim_net_costs *built = NULL;
    st = cim_net_costs_build(call->ctx, c->net, &o, &built);
    if (st < 0) return sqlite3_free(key), st;
    call->costs = &c->costs[c->next_costs++ % SQL_COSTS];
    forget(call->costs);
    call->costs->key = key;
    call->costs->costs = built;
    return CIM_OK;
}

cim_status sql_metric(sql_call *call)
{
    sql_city *c = call->city;
    sql_costs *costs = call->costs;
    cim_net_costs_view view = { .struct_size = sizeof view };
    cim_route_label_options options = CIM_ROUTE_LABEL_OPTIONS_INIT;
    options.mode = CIM_ROUTE_LABELS_NONE;
    if (costs->query) return CIM_OK;
    cim_status st = c->hierarchy ? CIM_OK : cim_net_hierarchy(call->ctx, c->net, c->city, &c->hierarchy);
    if (st >= 0) st = cim_net_costs_get(call->ctx, costs->costs, &view);
    if (st >= 0 && !costs->metric) st = cim_route_metric_build(call->ctx, c->hierarchy, view.weights_ms, &options, &costs->metric);
    return st >= 0 ? cim_route_query_new(call->ctx, c->hierarchy, &costs->query) : st;
}

/* ---- places ---- */

static cim_status put_place(sql_call *call, sql_places *p, const cim_net_place *place, uint32_t object, const char *text)
{
    if (p->count == p->room) {
        size_t room = p->room ? 2 * p->room : 16;
        cim_net_place *at = sql_room(call, room, sizeof *at);
        uint32_t *objects = sql_room(call, room, sizeof *objects);
        const char **texts = sql_room(call, room, sizeof *texts);
        if (!at || !objects || !texts) return CIM_ENOMEM;
        if (p->count) {
            memcpy(at, p->at, p->count * sizeof *at);
            memcpy(objects, p->objects, p->count * sizeof *objects);
            memcpy(texts, p->texts, p->count * sizeof *texts);
        }
        p->at = at;
        p->objects = objects;
        p->texts = texts;
        p->room = room;
    }
    p->at[p->count] = *place;
    p->objects[p->count] = object;
    p->texts[p->count++] = text;
    return CIM_OK;
}

/* With unplaced=skip a place far from streets is left out, else it is an error. */
static cim_status unplaced(sql_call *call, sql_places *places, const char *what, double radius_m)
{
    const char *how = sql_option_text(call, "unplaced");
    if (how && strcmp(how, "skip") && strcmp(how, "error")) return sql_say(call, CIM_EARG, "options: unplaced is skip or error, not %s", how);
    places->skipped++;
    if (how && !strcmp(how, "skip")) return CIM_OK;
    if (radius_m > 0.0) return sql_say(call, CIM_ENOTFOUND, "%s: no street that may be used within %g m (options radius_m, unplaced=skip)", what, radius_m);
    return sql_say(call, CIM_ENOTFOUND, "%s: no street that may be used (option unplaced=skip)", what);
}

static cim_status add_xy(sql_call *call, double xy[2], const char *text, double radius_m, sql_places *places)
{
    cim_net_snap_options options = CIM_NET_SNAP_OPTIONS_INIT;
    cim_net_place place;
    size_t count = 0;
    options.radius_m = radius_m;
    cim_status st = sql_lonlat(call, xy);
    if (st >= 0) st = cim_net_snap(call->ctx, call->costs->costs, xy[0], xy[1], &options, 1, &place, &count);
    if (st < 0) return st;
    return count ? put_place(call, places, &place, CIM_NONE, text) : unplaced(call, places, text, radius_m);
}

static cim_status add_object(sql_call *call, uint32_t object, const char *text, double radius_m, sql_places *places)
{
    cim_net_place place;
    cim_status st = cim_net_place_find(call->ctx, call->costs->costs, call->city->city, object, &place);
    if (st < 0 && st != CIM_ENOTFOUND) return st;
    if (st >= 0 && !(radius_m > 0.0 && place.distance_m > radius_m)) return put_place(call, places, &place, object, text);
    return unplaced(call, places, text, radius_m);
}

cim_status sql_places_add(sql_call *call, const sql_word *word, sql_places *places)
{
    double xy[2], radius_m = 1000.0;
    size_t count;
    uint32_t *objects;
    cim_status st = sql_option_real(call, "radius_m", 0.0, 1e9, &radius_m);
    if (st < 0) return st;
    if (word->type == 't' && strchr(word->text, ',') && sql_numbers(call, word, xy, 2, &count) && count == 2) return add_xy(call, xy, word->text, radius_m, places);
    st = sql_objects(call, word, &objects, &count);
    return st < 0 ? st : add_object(call, objects[0], word->text, radius_m, places);
}

cim_status sql_places_list(sql_call *call, const sql_word *word, sql_places *places)
{
    sql_words list = { .count = 0 };
    cim_status st = sql_list(call, word, &list);
    for (size_t i = 0; i < list.count && st >= 0; i++) st = sql_places_add(call, &list.at[i], places);
    return st;
}

cim_status sql_places_find(sql_call *call, const char *expression, sql_places *places)
{
    cim_query_result result = CIM_QUERY_RESULT_INIT;
    double radius_m = 1000.0;
    cim_status st = sql_option_real(call, "radius_m", 0.0, 1e9, &radius_m);
    if (st >= 0) st = cim_query_run(call->ctx, call->city->city, expression, NULL, &result);
    for (size_t i = 0; st >= 0 && i < result.count; i++) {
        char number[32];
        sqlite3_snprintf(sizeof number, number, "object %u", result.ids[i]);
        st = add_object(call, result.ids[i], number, radius_m, places);
    }
    cim_query_result_dispose(&result);
    return st;
}

void sql_put_place(sql_rows *rows, const sql_places *places, size_t i)
{
    if (places->objects[i] != CIM_NONE) sql_put_object(rows, SQL_ID, places->objects[i]);
    else sql_put_text(rows, places->texts[i]);
}

/* ---- cells ---- */

void sql_put_geom(sql_call *call, const cim_geom *geom)
{
    cim_buf wkb = CIM_BUF_INIT;
    if (cim_geom_wkb(call->ctx, geom, &wkb) < 0) call->rows.failed = true;
    else sql_put_bytes(&call->rows, SQL_WKB, wkb.data, wkb.size);
    cim_buf_dispose(&wkb);
}

void sql_put_line(sql_call *call, const double *xy, size_t count)
{
    const uint32_t one = 1, all = count == 1 ? 2 : (uint32_t)count;
    double twice[4];
    if (!count) {
        sql_put_null(&call->rows);
        return;
    }
    if (count == 1) {
        memcpy(twice, xy, sizeof twice / 2);
        memcpy(twice + 2, xy, sizeof twice / 2);
        xy = twice;
    }
    cim_geom line = { CIM_GEOM_LINESTRING, 2, all, 1, 1, 0, xy, &all, &one };
    sql_put_geom(call, &line);
}

void sql_put_point(sql_rows *rows, double x, double y)
{
    unsigned char wkb[21] = { 1, CIM_GEOM_POINT };
    double xy[2] = { x, y };
    memcpy(wkb + 5, xy, sizeof xy);
    if (x - x == 0.0 && y - y == 0.0) sql_put_bytes(rows, SQL_WKB, wkb, sizeof wkb);
    else sql_put_null(rows);
}

void sql_put_rules(sql_call *call, uint32_t bits, bool broken)
{
    static const struct {
        uint32_t bit;
        bool broken;
        const char *name;
    } rules[] = { { CIM_NET_BREAKS_ONEWAY, true, "oneway" },
                  { CIM_NET_BREAKS_ACCESS, true, "access" },
                  { CIM_NET_BREAKS_BUS_LANE, true, "bus_lane" },
                  { CIM_NET_BREAKS_BARRIER, true, "barrier" },
                  { CIM_NET_BREAKS_TURN, true, "turn" },
                  { CIM_NET_BREAKS_U_TURN, true, "u_turn" },
                  { CIM_NET_USES_DESTINATION, false, "destination" },
                  { CIM_NET_USES_PRIVATE, false, "private" } };
    char text[160] = "[";
    size_t n = 1;
    for (size_t i = 0; i < sizeof rules / sizeof *rules; i++)
        if (bits & rules[i].bit && broken == rules[i].broken) {
            sqlite3_snprintf((int)(sizeof text - n), text + n, "%s\"%s\"", n > 1 ? "," : "", rules[i].name);
            n = strlen(text);
        }
    sqlite3_snprintf((int)(sizeof text - n), text + n, "]");
    sql_put_text(&call->rows, text);
}
