/* info.c - what a city contains, as JSON. */
#include "city/city.h"

#include <math.h>

static void put_count(cim__json *json, const char *name, uint32_t count)
{
    if (count) cim__json_kv_int(json, name, count);
}

static void put_objects(cim__json *json, const cim_city *city)
{
    uint32_t classes[CIM__CLASS_COUNT] = { 0 }, layers[CIM__LAYER_COUNT] = { 0 };
    for (uint32_t id = 0; id <= city->max_id; id++) {
        if (!cim__city_has(city, id)) continue;
        classes[city->class_id[id]]++;
        layers[city->layer[id]]++;
    }
    cim__json_kv_int(json, "objects", city->count);
    cim__json_key(json, "classes");
    cim__json_open(json, '{');
    for (int i = 0; i < CIM__CLASS_COUNT; i++) put_count(json, cim__classes[i].name, classes[i]);
    cim__json_close(json, '}');
    cim__json_key(json, "layers");
    cim__json_open(json, '{');
    for (int i = 0; i < CIM__LAYER_COUNT; i++) put_count(json, cim__layers[i].table, layers[i]);
    cim__json_close(json, '}');
}

static void put_relations(cim__json *json, const cim_city *city)
{
    uint32_t counts[256] = { 0 }, edges = city->out.first[city->max_id + 1];
    for (uint32_t i = 0; i < edges; i++) counts[city->out.type[i]]++;
    cim__json_kv_int(json, "relations_total", edges);
    cim__json_key(json, "relations");
    cim__json_open(json, '{');
    for (size_t i = 0; i < cim__relation_count; i++) put_count(json, cim__relations[i].name, counts[cim__relations[i].type]);
    cim__json_close(json, '}');
}

/* Rounded outwards to millimetres, or degrees to a centimetre: the index rounds to a grid of its own, whose digits nobody wants to see. */
static void put_extent(cim__json *json, const cim_box *box)
{
    bool degrees = fabs(box->min_x) <= 360.0 && fabs(box->max_x) <= 360.0 && fabs(box->min_y) <= 90.0 && fabs(box->max_y) <= 90.0;
    double scale = degrees ? 1e7 : 1e3;
    cim__json_key(json, "extent");
    cim__json_open(json, '[');
    cim__json_num(json, floor(box->min_x * scale) / scale);
    cim__json_num(json, floor(box->min_y * scale) / scale);
    cim__json_num(json, ceil(box->max_x * scale) / scale);
    cim__json_num(json, ceil(box->max_y * scale) / scale);
    cim__json_close(json, ']');
}

cim_status cim_city_info(cim_ctx *ctx, cim_city *city, cim_buf *json_out)
{
    cim__buf buf = cim__buf_on(ctx->mem);
    cim__json json = cim__json_on(&buf);
    cim_box box;
    cim__enter(ctx);
    CIM__TRY(cim__city_relations(ctx, city));
    cim__json_open(&json, '{');
    cim_status st = city->rows->info(ctx, city->store, &json);
    if (cim_index_extent(city->index, &box)) put_extent(&json, &box);
    put_objects(&json, city);
    put_relations(&json, city);
    cim__json_close(&json, '}');
    if (st >= 0 && !cim__buf_give(&buf, json_out)) st = cim__nomem(ctx);
    cim__buf_free(&buf);
    return st;
}
