/* values_road.c - direction, speed and lanes of roads. */
#include "import/osm/values.h"

static const struct {
    const char *highway;
    double kmh;
} speeds[] = {
#define OSM_SPEED(highway, kmh) { highway, kmh },
#include "import/osm/speeds.def"
#undef OSM_SPEED
};

/* ---- direction ---- */

static bool stated_oneway(cim__str value, int64_t *oneway)
{
    static const struct {
        const char *text;
        int64_t oneway;
    } words[] = { { "yes", 1 }, { "true", 1 }, { "1", 1 }, { "-1", -1 }, { "reverse", -1 }, { "no", 0 }, { "false", 0 }, { "0", 0 }, { "reversible", 0 }, { "alternating", 0 } };
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (cim__str_is(value, words[i].text)) {
            *oneway = words[i].oneway;
            return true;
        }
    return false;
}

void cim__osm_fill_oneway(cim__osm_filling *f)
{
    int64_t oneway;
    cim__str stated = cim__osm_get(f->tags, CIM__K_ONEWAY), junction = cim__osm_get(f->tags, CIM__K_JUNCTION);
    if (stated.len && stated_oneway(stated, &oneway)) {
        cim__osm_put_integer(f, CIM__A_ONEWAY, CIM__RULE_TAGGED, oneway);
        return;
    }
    if (stated.len) cim__osm_bad_value(f, CIM__K_ONEWAY, "a direction");
    if (cim__str_is(junction, "roundabout") || cim__str_is(junction, "circular")) cim__osm_put_integer(f, CIM__A_ONEWAY, CIM__RULE_ROUNDABOUT, 1);
    else if (cim__str_is(f->kind->function, "motorway")) cim__osm_put_integer(f, CIM__A_ONEWAY, CIM__RULE_MOTORWAY, 1);
    else cim__osm_put_integer(f, CIM__A_ONEWAY, CIM__RULE_DEFAULT, 0);
}

/* ---- speed ---- */

static bool put_speed(cim__osm_filling *f, cim__osm_key key, bool warn, bool *varies)
{
    double kmh;
    if (!cim__osm_has(f->tags, key)) return false;
    switch (cim__osm_speed_kmh(cim__osm_get(f->tags, key), &kmh)) {
    case CIM__OSM_SPEED_STATED: cim__osm_put_real(f, CIM__A_MAXSPEED_KMH, key == CIM__K_MAXSPEED || key == CIM__K_MAXSPEED_FORWARD ? CIM__RULE_TAGGED : CIM__RULE_ZONE, kmh); return true;
    case CIM__OSM_SPEED_LAW: cim__osm_put_real(f, CIM__A_MAXSPEED_KMH, CIM__RULE_ZONE, kmh); return true;
    case CIM__OSM_SPEED_VARIES: *varies = true; return false;
    default:
        if (warn) cim__osm_bad_value(f, key, "a speed");
        return false;
    }
}

/* Limits that differ by direction: the higher one stands for the road (both are in the attributes). */
static bool put_directed(cim__osm_filling *f)
{
    double forward = 0.0, backward = 0.0;
    bool has_forward = cim__osm_has(f->tags, CIM__K_MAXSPEED_FORWARD) && cim__osm_speed_kmh(cim__osm_get(f->tags, CIM__K_MAXSPEED_FORWARD), &forward) == CIM__OSM_SPEED_STATED;
    bool has_backward = cim__osm_has(f->tags, CIM__K_MAXSPEED_BACKWARD) && cim__osm_speed_kmh(cim__osm_get(f->tags, CIM__K_MAXSPEED_BACKWARD), &backward) == CIM__OSM_SPEED_STATED;
    if (!has_forward && !has_backward) return false;
    cim__osm_put_real(f, CIM__A_MAXSPEED_KMH, CIM__RULE_TAGGED, forward > backward ? forward : backward);
    return true;
}

void cim__osm_fill_maxspeed(cim__osm_filling *f)
{
    bool varies = false;
    if (put_speed(f, CIM__K_MAXSPEED, true, &varies) || put_directed(f)) return;
    if (put_speed(f, CIM__K_ZONE_MAXSPEED, false, &varies) || put_speed(f, CIM__K_MAXSPEED_TYPE, false, &varies) || put_speed(f, CIM__K_SOURCE_MAXSPEED, false, &varies)) return;
    if (put_speed(f, CIM__K_ZONE_TRAFFIC, false, &varies) || f->layer != CIM__L_ROAD || !f->kind->function.len) return;
    for (size_t i = 0; i < sizeof speeds / sizeof *speeds; i++)
        if (f->kind->function.ptr[0] == speeds[i].highway[0] && cim__str_is(f->kind->function, speeds[i].highway)) {
            cim__osm_put_real(f, CIM__A_MAXSPEED_KMH, CIM__RULE_DEFAULT, speeds[i].kmh);
            return;
        }
}

void cim__osm_fill_lanes(cim__osm_filling *f)
{
    double lanes; /* "1.5" is a lane and a half: what a narrow road has */
    if (!cim__osm_has(f->tags, CIM__K_LANES)) return;
    if (cim__osm_number(cim__osm_get(f->tags, CIM__K_LANES), &lanes) && lanes >= 0.0 && lanes < 100.0) cim__osm_put_integer(f, CIM__A_LANES, CIM__RULE_TAGGED, (int64_t)lanes);
    else cim__osm_bad_value(f, CIM__K_LANES, "a number of lanes");
}
