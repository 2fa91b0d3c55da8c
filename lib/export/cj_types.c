/* cj_types.c - classes, levels of detail and surfaces by the names that CityJSON 2.0 has for them. */
#include "export/cityjson.h"

static const struct {
    const char *name;
    uint8_t class_id, level;
    const char *geometries;
} types[] = {
#define CIM__CITYJSON(type, class, level, geometries) { type, CIM__C_##class, level, geometries },
#include "city/cityjson_types.def"
#undef CIM__CITYJSON
};
enum { TYPES = sizeof types / sizeof *types };

static unsigned mask_of(const char *letters)
{
    static const char order[] = "PLMCSATI";
    unsigned mask = 0;
    for (; *letters; letters++) mask |= 1u << (strchr(order, *letters) - order);
    return mask;
}

/* The first row of the class or of the nearest class above it that has one. */
static int row_of(cim__class_id c)
{
    for (;; c = (cim__class_id)cim__classes[c].super) {
        for (int i = 0; i < TYPES; i++)
            if (types[i].class_id == c) return i;
        if (c == CIM__C_CityObject) return TYPES;
    }
}

cim__cjx_type cim__cjx_type_of(cim__class_id c, cim__str own, bool orphan)
{
    if (own.len > 1 && own.ptr[0] == '+') return (cim__cjx_type){ own, CIM__CJX_ANY, true };
    int row = row_of(c);
    if (row < TYPES && types[row].level == 2 && orphan) row = row_of((cim__class_id)cim__classes[types[row].class_id].super);
    if (row == TYPES) row = row_of(CIM__C_GenericOccupiedSpace);
    return (cim__cjx_type){ cim__str_of(types[row].name), mask_of(types[row].geometries), types[row].class_id == c };
}

/* "0" to "3", with one decimal place 0 to 3. */
bool cim__cjx_lod(cim__str lod, char text[4])
{
    bool good = (lod.len == 1 || (lod.len == 3 && lod.ptr[1] == '.' && lod.ptr[2] >= '0' && lod.ptr[2] <= '3')) && lod.ptr[0] >= '0' && lod.ptr[0] <= '3';
    if (good) memcpy(text, lod.ptr, lod.len);
    else text[0] = lod.len && lod.ptr[0] >= '0' && lod.ptr[0] <= '3' ? lod.ptr[0] : lod.len && lod.ptr[0] == '4' ? '3' : '1';
    text[good ? lod.len : 1] = 0;
    return good;
}

const char *cim__cjx_surface_type(cim__str class)
{
    static const char *const names[] = { "RoofSurface",  "GroundSurface",    "WallSurface",        "ClosureSurface",     "OuterCeilingSurface", "OuterFloorSurface",
                                         "Window",       "Door",             "InteriorWallSurface", "CeilingSurface",    "FloorSurface",        "WaterSurface",
                                         "WaterGroundSurface", "WaterClosureSurface", "TrafficArea", "AuxiliaryTrafficArea", "TransportationHole", "TransportationMarking" };
    static const char *const others[][2] = { { "WindowSurface", "Window" }, { "DoorSurface", "Door" }, { "Hole", "TransportationHole" }, { "HoleSurface", "TransportationHole" },
                                             { "Marking", "TransportationMarking" } }; /* CityGML 3.0 */
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (cim__str_is(class, names[i])) return names[i];
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (cim__str_is(class, others[i][0])) return others[i][1];
    return NULL;
}
