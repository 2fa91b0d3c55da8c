/* values_building.c - heights and storeys after "Simple 3D Buildings" (OSM wiki): height is from the ground to the top of the roof,
 * levels are storeys without roof and basement, min_height is where the volume starts.
 *
 * What is missing is worked out from what is there, at 3 m a storey, and says so; the rest comes from heights.def. */
#include "import/osm/values.h"

#include <math.h>

static const double storey_m = 3.0;

static const struct {
    const char *building;
    int64_t storeys;
    double height_m;
} defaults[] = {
#define OSM_HEIGHT(building, storeys, height_m) { building, storeys, height_m },
#include "import/osm/heights.def"
#undef OSM_HEIGHT
};

static size_t default_row(cim__str function)
{
    for (size_t i = 1; i < sizeof defaults / sizeof *defaults; i++)
        if (function.len && function.ptr[0] == defaults[i].building[0] && cim__str_is(function, defaults[i].building)) return i;
    return 0;
}

/* Storeys may be fractions ("2.5" for an attic). */
static bool levels_of(cim__osm_filling *f, cim__osm_key key, double *levels)
{
    if (!cim__osm_has(f->tags, key)) return false;
    if (cim__osm_number(cim__osm_get(f->tags, key), levels) && *levels >= 0.0 && *levels < 300.0) return true;
    cim__osm_bad_value(f, key, "a number of storeys");
    return false;
}

static bool height_of(cim__osm_filling *f, cim__osm_key key, double *metres)
{
    if (!cim__osm_length_of(f, key, metres)) return false;
    if (*metres >= 0.0 && *metres < 2000.0) return true;
    cim__osm_bad_value(f, key, "possible");
    return false;
}

static void roof(cim__osm_filling *f, cim__osm_building *b)
{
    double levels = 0.0;
    b->has_roof_height = height_of(f, CIM__K_ROOF_HEIGHT, &b->roof_height_m);
    if (!b->has_roof_height && levels_of(f, CIM__K_ROOF_LEVELS, &levels)) b->roof_height_m = levels * storey_m;
}

static void start(cim__osm_filling *f, cim__osm_building *b)
{
    double levels;
    b->min_height_rule = CIM__RULE_COUNT;
    if (height_of(f, CIM__K_MIN_HEIGHT, &b->min_height_m)) b->min_height_rule = CIM__RULE_TAGGED;
    else if (levels_of(f, CIM__K_BUILDING_MIN_LEVEL, &levels)) {
        b->min_height_m = levels * storey_m;
        b->min_height_rule = CIM__RULE_LEVELS;
    }
}

/* A volume that ends where it starts is none: the footprint stays, the start goes. */
static void check_start(cim__osm_filling *f, cim__osm_building *b)
{
    if (b->min_height_rule == CIM__RULE_COUNT || b->min_height_m < b->height_m) return;
    if (b->height_rule == CIM__RULE_TAGGED)
        cim__report_warn(f->report, f->order, "osm:%s/%lld: starts at or above its own height", f->type, (long long)f->id);
    if (b->height_rule == CIM__RULE_TAGGED) b->min_height_rule = CIM__RULE_COUNT;
    else b->height_m = b->min_height_m + storey_m;
}

static void set_storeys(cim__osm_building *b, double storeys, cim__rule rule)
{
    b->storeys = (int64_t)floor(storeys + 0.5);
    b->storeys_rule = (uint8_t)rule;
}

static const cim__osm_building *building(cim__osm_filling *f)
{
    cim__osm_building *b = &f->building;
    double levels;
    if (b->ready) return b;
    *b = (cim__osm_building){ .ready = true };
    roof(f, b);
    start(f, b);
    bool has_height = height_of(f, CIM__K_HEIGHT, &b->height_m), has_levels = levels_of(f, CIM__K_BUILDING_LEVELS, &levels);
    size_t row = has_height || has_levels ? 0 : default_row(f->kind->function);
    b->height_rule = has_height ? CIM__RULE_TAGGED : has_levels ? CIM__RULE_LEVELS : CIM__RULE_DEFAULT;
    if (has_levels) set_storeys(b, levels, CIM__RULE_TAGGED);
    if (has_levels && !has_height) b->height_m = levels * storey_m + b->roof_height_m;
    if (has_height && !has_levels) set_storeys(b, fmax(1.0, floor((b->height_m - b->roof_height_m) / storey_m + 0.1)), CIM__RULE_HEIGHT);
    if (!has_height && !has_levels) {
        set_storeys(b, (double)defaults[row].storeys, CIM__RULE_DEFAULT);
        b->height_m = defaults[row].height_m;
    }
    check_start(f, b);
    return b;
}

static bool is_building(const cim__osm_filling *f) { return f->kind->building || f->layer == CIM__L_BUILDING || f->layer == CIM__L_BUILDING_PART; }

/* Also of poles, trees, cameras and whatever else has one. */
void cim__osm_fill_height(cim__osm_filling *f)
{
    static const double camera_height_m = 5.0;
    double m;
    if (is_building(f)) cim__osm_put_real(f, CIM__A_HEIGHT_M, (cim__rule)building(f)->height_rule, building(f)->height_m);
    else if (height_of(f, CIM__K_HEIGHT, &m)) cim__osm_put_real(f, CIM__A_HEIGHT_M, CIM__RULE_TAGGED, m);
    else if (cim__class_is(f->kind->class_id, CIM__C_Camera)) cim__osm_put_real(f, CIM__A_HEIGHT_M, CIM__RULE_DEFAULT, camera_height_m);
}

void cim__osm_fill_min_height(cim__osm_filling *f)
{
    const cim__osm_building *b = building(f);
    if (b->min_height_rule != CIM__RULE_COUNT) cim__osm_put_real(f, CIM__A_MIN_HEIGHT_M, (cim__rule)b->min_height_rule, b->min_height_m);
}

void cim__osm_fill_roof_type(cim__osm_filling *f) { cim__osm_put_text(f, CIM__A_ROOF_TYPE, CIM__RULE_TAGGED, cim__osm_get(f->tags, CIM__K_ROOF_SHAPE)); }

void cim__osm_fill_roof_height(cim__osm_filling *f)
{
    const cim__osm_building *b = building(f);
    if (b->has_roof_height) cim__osm_put_real(f, CIM__A_ROOF_HEIGHT_M, CIM__RULE_TAGGED, b->roof_height_m);
    else if (b->roof_height_m > 0.0) cim__osm_put_real(f, CIM__A_ROOF_HEIGHT_M, CIM__RULE_LEVELS, b->roof_height_m);
}

void cim__osm_fill_storeys(cim__osm_filling *f)
{
    const cim__osm_building *b = building(f);
    cim__osm_put_integer(f, CIM__A_STOREYS, (cim__rule)b->storeys_rule, b->storeys);
}

void cim__osm_fill_storeys_below(cim__osm_filling *f)
{
    double levels;
    if (levels_of(f, CIM__K_BUILDING_LEVELS_UNDERGROUND, &levels) || levels_of(f, CIM__K_BUILDING_UNDERGROUND_LEVELS, &levels))
        cim__osm_put_integer(f, CIM__A_STOREYS_BELOW, CIM__RULE_TAGGED, (int64_t)floor(levels + 0.5));
}
