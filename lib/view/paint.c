/* paint.c - the table of paint.def. */
#include "view/view.h"

static const cim__paint paints[] = {
#define CIM__PAINT(layer, attr, fill, line, width) { CIM__L_##layer, CIM__A_##attr, NULL, fill, line, width },
#define CIM__PAINT_CASE(layer, value, fill, line, width) { CIM__L_##layer, 0, value, fill, line, width },
#include "view/paint.def"
#undef CIM__PAINT
#undef CIM__PAINT_CASE
};
enum { PAINTS = sizeof paints / sizeof *paints };

int cim__paint_number(const cim__paint *p) { return (int)(p - paints); }

const char *cim__paint_title(cim__layer_id layer)
{
    static const char *const titles[CIM__LAYER_COUNT] = {
        [CIM__L_BUILDING_DETAIL] = "Building details", [CIM__L_ENTRANCE] = "Entrances", [CIM__L_ROAD] = "Streets and paths", [CIM__L_ROAD_POINT] = "On streets",
        [CIM__L_ROAD_AREA] = "Traffic areas", [CIM__L_RAILWAY] = "Railways", [CIM__L_WATERWAY] = "Rivers and streams", [CIM__L_WATER] = "Water",
            [CIM__L_GREEN] = "Green",
        [CIM__L_UTILITY_LINE] = "Pipes and cables", [CIM__L_UTILITY_NODE] = "Network nodes", [CIM__L_UTILITY_AREA] = "Works", [CIM__L_SENSOR] = "Sensors",
        [CIM__L_ZONE] = "Districts", [CIM__L_POI_AREA] = "Grounds", [CIM__L_CONSTRUCTION] = "Constructions", [CIM__L_BARRIER] = "Fences and walls",
            [CIM__L_ROUTE] = "Routes",
    };
    return titles[layer] ? titles[layer] : cim__layers[layer].title;
}

const cim__paint *cim__paint_end(void) { return paints + PAINTS; }

const cim__paint *cim__paint_of_layer(cim__layer_id layer)
{
    for (const cim__paint *p = paints; p < paints + PAINTS; p++)
        if (p->layer == layer && !p->value) return p;
    return NULL;
}

int cim__paint_rank(cim__layer_id layer)
{
    const cim__paint *p = cim__paint_of_layer(layer);
    return p ? (int)(p - paints) : -1;
}

const cim__paint *cim__paint_of(const cim__object *o)
{
    const cim__paint *layer = cim__paint_of_layer(o->layer);
    if (!layer || !(o->present >> layer->attr & 1) || cim__attrs[layer->attr].type != 'T') return layer;
    for (const cim__paint *p = layer + 1; p < paints + PAINTS && cim__paint_has_case(layer, p); p++)
        if (cim__str_is(o->values[layer->attr].text, p->value)) return p;
    return layer;
}
