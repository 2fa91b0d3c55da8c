/* types.c - names of types, and counting. */
#include "import/cityjson/cityjson.h"

const cim__cj_type cim__cj_types[] = {
#define CIM__CITYJSON(type, class, level, geometries) { type, CIM__C_##class },
#include "city/cityjson_types.def"
#undef CIM__CITYJSON
    { NULL, 0 }
};
_Static_assert(sizeof cim__cj_types / sizeof *cim__cj_types <= CIM__CJ_TYPES, "counters are enough");

uint32_t cim__cj_type_row(cim__str name)
{
    for (uint32_t i = 0; cim__cj_types[i].name; i++)
        if (cim__str_is(name, cim__cj_types[i].name)) return i;
    return CIM_NONE;
}

cim__class_id cim__cj_nearest_class(cim__str name)
{
    size_t longest = 0;
    cim__class_id best = CIM__C_CityObject;
    for (uint32_t i = 0; cim__cj_types[i].name; i++) {
        size_t n = strlen(cim__cj_types[i].name);
        if (n <= longest || !memmem(name.ptr, name.len, cim__cj_types[i].name, n)) continue;
        longest = n;
        best = (cim__class_id)cim__cj_types[i].class_id;
    }
    return best;
}

const char *const cim__cj_kind_names[CIM__CJ_KINDS] = { "geometry", "geometry template", "polygon",  "hole",    "semantic surface", "attribute", "parent link",
                                                       "group member", "address",        "material", "texture", "other member",     "vertex" };
static const char *const gtype_names[CIM__CJ_GTYPES] = { "MultiPoint", "MultiLineString", "MultiSurface", "CompositeSurface", "Solid", "MultiSolid", "CompositeSolid", "GeometryInstance" };

void cim__cj_counts_flush(cim__cj_counts *c, cim__report *report)
{
    for (int k = 0; k < CIM__CJ_KINDS; k++) {
        if (c->seen[k]) cim__report_seen(report, cim__cj_kind_names[k], c->seen[k]);
        if (c->stored[k]) cim__report_fate(report, cim__cj_kind_names[k], CIM__STORED, NULL, c->stored[k]);
        if (c->verbatim[k]) cim__report_fate(report, cim__cj_kind_names[k], CIM__VERBATIM, NULL, c->verbatim[k]);
    }
    for (int g = 0; g < CIM__CJ_GTYPES; g++)
        if (c->gtype_stored[g]) cim__report_fate(report, cim__cj_kind_names[CIM__CJ_GEOMETRY], CIM__STORED, gtype_names[g], c->gtype_stored[g]);
    for (uint32_t t = 0; cim__cj_types[t].name; t++) {
        if (c->type_seen[t]) cim__report_seen(report, cim__cj_types[t].name, c->type_seen[t]);
        if (c->type_stored[t]) cim__report_fate(report, cim__cj_types[t].name, CIM__STORED, NULL, c->type_stored[t]);
    }
    cim__cj_counts links = { .children = c->children, .parents = c->parents, .children_sum = c->children_sum, .parents_sum = c->parents_sum };
    *c = links;
}
