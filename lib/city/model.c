/* model.c - the tables of model.h, made from the .def files, and look-ups by name. */
#include "city/model.h"

#include "core/hash.h"

#include <stdio.h>

const cim__attr_info cim__attrs[CIM__ATTR_COUNT] = {
#define CIM__ATTR(id, column, type) { column, #type[0] },
#include "city/attrs.def"
#undef CIM__ATTR
};

const char *const cim__rules[CIM__RULE_COUNT] = {
#define CIM__RULE(id, name, meaning) name,
#include "city/rules.def"
#undef CIM__RULE
};

#define CIM_GEOM_NONE 0
#define C(id) CIM__A_##id,
#define COUNT(...) (int32_t)(sizeof((uint8_t[]){ __VA_ARGS__ }) / sizeof(uint8_t))
const cim__layer cim__layers[CIM__LAYER_COUNT] = {
#define CIM__LAYER(id, table, type, columns, title) { table, title, CIM_GEOM_##type, COUNT(columns), { columns } },
#include "city/layers.def"
#undef CIM__LAYER
};
#undef C

const cim__class cim__classes[CIM__CLASS_COUNT] = {
#define CIM__CLASS(name, super, point, line, area) { #name, CIM__C_##super, CIM__L_##point, CIM__L_##line, CIM__L_##area },
#include "city/classes.def"
#undef CIM__CLASS
};

const cim__relation_info cim__relations[] = {
#define CIM__RELATION(id, number, name, inverse, meaning) { number, name, inverse },
#include "city/relations.def"
#undef CIM__RELATION
};
const size_t cim__relation_count = sizeof cim__relations / sizeof *cim__relations;

cim__attr cim__attr_named(cim__str name)
{
    int i = 0;
    while (i < CIM__ATTR_COUNT && !cim__str_is(name, cim__attrs[i].name)) i++;
    return (cim__attr)i;
}

cim__layer_id cim__layer_named(cim__str table)
{
    int i = 0;
    while (i < CIM__LAYER_COUNT && !cim__str_is(table, cim__layers[i].table)) i++;
    return (cim__layer_id)i;
}

cim__class_id cim__class_named(cim__str name)
{
    int i = 0;
    while (i < CIM__CLASS_COUNT && !cim__str_is(name, cim__classes[i].name)) i++;
    return (cim__class_id)i;
}

bool cim__class_is(cim__class_id c, cim__class_id super)
{
    while (c != super && c != CIM__C_CityObject) c = (cim__class_id)cim__classes[c].super;
    return c == super;
}

cim__layer_id cim__class_layer(cim__class_id c, int32_t base)
{
    const cim__class *info = &cim__classes[c];
    if (base == CIM_GEOM_POINT) return (cim__layer_id)info->point_layer;
    if (base == CIM_GEOM_LINESTRING) return (cim__layer_id)info->line_layer;
    return (cim__layer_id)info->area_layer;
}

bool cim__class_nonspatial(cim__class_id c)
{
    return c == CIM__C_CityObject || cim__classes[c].point_layer == CIM__L_NONSPATIAL || cim__classes[c].area_layer == CIM__L_UTILITY_AREA;
}

const cim__relation_info *cim__relation_named(cim__str name, bool *inverse_out)
{
    for (size_t i = 0; i < cim__relation_count; i++) {
        bool direct = cim__str_is(name, cim__relations[i].name), inverse = cim__str_is(name, cim__relations[i].inverse);
        if (!direct && !inverse) continue;
        *inverse_out = !direct;
        return &cim__relations[i];
    }
    return NULL;
}

const cim__relation_info *cim__relation_of(int32_t type)
{
    for (size_t i = 0; i < cim__relation_count; i++)
        if (cim__relations[i].type == type) return &cim__relations[i];
    return NULL;
}

void cim__template_name(cim__buf *scratch, const cim_geom *geom, cim__str topo, cim__str lod, char name[CIM__TEMPLATE_NAME])
{
    scratch->size = 0;
    cim__gaia_put(scratch, geom, -1);
    cim__buf_putstr(scratch, topo);
    cim__buf_putstr(scratch, lod);
    uint64_t a = cim__hash64(scratch->data, scratch->size, 1), b = cim__hash64(scratch->data, scratch->size, 2);
    snprintf(name, CIM__TEMPLATE_NAME, "template:%016llx%016llx", (unsigned long long)a, (unsigned long long)b);
}
