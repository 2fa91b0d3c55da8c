/* object.c - the place on the net of any object of the city: streets themselves, buildings where they are reached from, others nearest. */
#include "net/net.h"

#include <math.h>

/* Where relation "accesses" says that the object is reached, and how far its door is from there. */
static cim_status access_point(cim_ctx *ctx, cim_city *city, uint32_t id, double xy[2], double *door_m, bool *found)
{
    *found = false;
    *door_m = 0.0;
    CIM__TRY(cim__city_relations(ctx, city));
    cim__arena arena = cim__arena_on(ctx->mem);
    cim_status st = CIM_OK;
    for (uint32_t i = city->out.first[id]; i < city->out.first[id + 1] && st >= 0 && !*found; i++) {
        cim__str attrs = { "", 0 };
        cim__jvalue object, x, y, distance;
        if (city->out.type[i] != CIM__R_ACCESSES) continue;
        st = city->rows->relation_attrs(ctx, city->store, id, CIM__R_ACCESSES, city->out.other[i], &arena, &attrs);
        if (st < 0 || !cim__jparse(attrs, &object)) continue;
        *found = cim__jfind(object, CIM__STR("x"), &x) && cim__jnumber(x, &xy[0]) && cim__jfind(object, CIM__STR("y"), &y) && cim__jnumber(y, &xy[1]);
        if (!*found || !cim__jfind(object, CIM__STR("distance_m"), &distance) || !cim__jnumber(distance, door_m) || !(*door_m >= 0.0)) *door_m = 0.0;
    }
    cim__arena_free(&arena);
    return st < 0 ? st : CIM_OK;
}

static cim_status inner_point(cim_ctx *ctx, cim_city *city, uint32_t id, double xy[2], bool *found)
{
    cim__object object;
    cim__gbuild geom;
    int32_t srid;
    cim__arena arena = cim__arena_on(ctx->mem);
    cim__gbuild_init(&geom, ctx->mem);
    *found = false;
    cim_status st = cim__city_object(ctx, city, id, &arena, &object);
    if (st >= 0 && object.geom.len) {
        st = cim__gaia_get(ctx, object.geom, &geom, &srid);
        cim_geom view = cim__gbuild_view(&geom);
        *found = st >= 0 && cim__geom_inner_point(&view, xy);
    }
    cim__gbuild_free(&geom);
    cim__arena_free(&arena);
    return st < 0 ? st : CIM_OK;
}

/* On which side of the street a point lies, at a place. */
static int32_t side_of(const cim_net *net, const cim_net_place *place, const double xy[2])
{
    double left = place->fraction * net->edge_length_m[place->edge];
    size_t v = net->first_vertex[place->edge];
    for (; v + 2 < net->first_vertex[place->edge + 1]; v++) {
        double length = hypot(net->xy[2 * v + 2] - net->xy[2 * v], net->xy[2 * v + 3] - net->xy[2 * v + 1]);
        if (length > 0.0 && left <= length) break;
        left -= length;
    }
    const double *a = net->xy + 2 * v;
    double cross = (a[2] - a[0]) * (xy[1] - place->y) - (a[3] - a[1]) * (xy[0] - place->x);
    return (cross > 0.0) - (cross < 0.0);
}

cim_status cim_net_place_find(cim_ctx *ctx, const cim_net_costs *costs, cim_city *city, uint32_t object, cim_net_place *place_out)
{
    double xy[2], inner[2], door_m;
    bool found, by_door, has_inner = false;
    size_t count = 0;
    cim__enter(ctx);
    if (!costs || !city) return cim__fail(ctx, CIM_EARG, "no costs or no city");
    if (!cim__city_has(city, object)) return cim__fail(ctx, CIM_ENOTFOUND, "no object with the number %u", object);
    CIM__TRY(access_point(ctx, city, object, xy, &door_m, &by_door));
    found = by_door;
    if (by_door) CIM__TRY(inner_point(ctx, city, object, inner, &has_inner));
    else CIM__TRY(inner_point(ctx, city, object, xy, &found));
    if (!found) return cim__fail(ctx, CIM_ENOTFOUND, "object %u has no place", object);
    CIM__TRY(cim_net_snap(ctx, costs, xy[0], xy[1], NULL, 1, place_out, &count));
    if (!count) return cim__fail(ctx, CIM_ENOTFOUND, "no street that may be used");
    place_out->distance_m += door_m;
    if (has_inner) place_out->side = side_of(costs->net, place_out, inner);
    return CIM_OK;
}
