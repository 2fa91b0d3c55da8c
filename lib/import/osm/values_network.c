/* values_network.c - what utility networks and sensors have. */
#include "import/osm/values.h"

/* ---- which network ---- */

static const struct {
    const char *word, *network;
} networks[] = { { "water", "water" },         { "drinking_water", "water" }, { "potable_water", "water" }, { "hydrant", "water" },     { "gas", "gas" },           { "natural_gas", "gas" },
                 { "cng", "gas" },             { "lpg", "gas" },              { "hydrogen", "gas" },        { "oil", "oil" },           { "fuel", "oil" },          { "kerosene", "oil" },
                 { "sewage", "sewer" },        { "sewer", "sewer" },          { "sewerage", "sewer" },      { "wastewater", "sewer" },  { "drain", "sewer" },       { "rainwater", "sewer" },
                 { "stormwater", "sewer" },    { "heat", "heat" },            { "heating", "heat" },        { "hot_water", "heat" },    { "steam", "heat" },        { "power", "power" },
                 { "electricity", "power" },   { "street_lighting", "power" }, { "street_lights", "power" }, { "telecom", "telecom" },   { "communication", "telecom" }, { "fibre", "telecom" },
                 { "cable_tv", "telecom" },    { "telephone", "telecom" },    { "district_heating", "heat" } };

static const char *network_of(cim__str word)
{
    for (size_t i = 0; i < sizeof networks / sizeof *networks; i++)
        if (cim__str_is(word, networks[i].word)) return networks[i].network;
    return NULL;
}

void cim__osm_fill_network(cim__osm_filling *f)
{
    static const cim__osm_key keys[] = { CIM__K_UTILITY, CIM__K_SUBSTANCE, CIM__K_MANHOLE, CIM__K_STREET_CABINET };
    if (f->layer != CIM__L_UTILITY_LINE && f->layer != CIM__L_UTILITY_NODE && f->layer != CIM__L_UTILITY_AREA) { /* of routes: whose they are */
        cim__osm_put_text(f, CIM__A_NETWORK, CIM__RULE_TAGGED, cim__osm_get(f->tags, CIM__K_NETWORK));
        return;
    }
    const char *pumped = f->kind->class_id == CIM__C_Pump ? network_of(cim__osm_get(f->tags, CIM__K_SUBSTANCE)) : NULL; /* of water, unless it says so */
    if (f->kind->rule && f->kind->rule->network[0] && !pumped) {
        cim__osm_put_text(f, CIM__A_NETWORK, CIM__RULE_TAGGED, cim__str_of(f->kind->rule->network));
        return;
    }
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        cim__str value = cim__osm_get(f->tags, keys[i]);
        const char *network = network_of(value);
        if (network) cim__osm_put_text(f, CIM__A_NETWORK, CIM__RULE_TAGGED, cim__str_of(network));
        else if (keys[i] == CIM__K_SUBSTANCE) cim__osm_put_text(f, CIM__A_NETWORK, CIM__RULE_TAGGED, value);
        if (network || (keys[i] == CIM__K_SUBSTANCE && value.len)) return;
    }
}

void cim__osm_fill_voltage(cim__osm_filling *f)
{
    double volts;
    if (!cim__osm_has(f->tags, CIM__K_VOLTAGE)) return;
    if (cim__osm_voltage_v(cim__osm_get(f->tags, CIM__K_VOLTAGE), &volts)) cim__osm_put_real(f, CIM__A_VOLTAGE_V, CIM__RULE_TAGGED, volts);
    else cim__osm_bad_value(f, CIM__K_VOLTAGE, "a voltage");
}

/* Low voltage is up to 1 kV; between medium and high there is no law: 60 kV, as for the power cases.  Pipelines say what they are for. */
void cim__osm_fill_tier(cim__osm_filling *f)
{
    double volts;
    if (cim__osm_voltage_v(cim__osm_get(f->tags, CIM__K_VOLTAGE), &volts))
        cim__osm_put_text(f, CIM__A_TIER, CIM__RULE_DEFAULT, volts <= 1e3 ? CIM__STR("lv") : volts <= 60e3 ? CIM__STR("mv") : CIM__STR("hv"));
    else if (f->kind->class_id == CIM__C_Pipe) cim__osm_put_text(f, CIM__A_TIER, CIM__RULE_TAGGED, cim__osm_get(f->tags, CIM__K_USAGE));
}

static void put_state(cim__osm_filling *f, cim__attr attr, cim__str said)
{
    if (cim__str_is(said, "open") || cim__str_is(said, "closed")) cim__osm_put_text(f, attr, CIM__RULE_TAGGED, said);
}

void cim__osm_fill_state(cim__osm_filling *f) { put_state(f, CIM__A_STATE, cim__osm_get(f->tags, CIM__K_STATE)); }

void cim__osm_fill_normal_state(cim__osm_filling *f)
{
    cim__str normally = cim__osm_get(f->tags, CIM__K_NORMAL_STATE);
    if (cim__str_is(normally, "normally_open")) normally = CIM__STR("open");
    if (cim__str_is(normally, "normally_closed")) normally = CIM__STR("closed");
    put_state(f, CIM__A_NORMAL_STATE, normally);
}

/* By class, but for these: a well feeds; panels on roofs follow the network and do not keep it up. */
void cim__osm_fill_controller(cim__osm_filling *f)
{
    bool solar = cim__osm_is(f->tags, CIM__K_GENERATOR_SOURCE, "solar");
    if (f->kind->class_id == CIM__C_Generator && solar) cim__osm_put_integer(f, CIM__A_CONTROLLER, CIM__RULE_DEFAULT, 0);
    if (cim__osm_is(f->tags, CIM__K_MAN_MADE, "water_well")) cim__osm_put_integer(f, CIM__A_CONTROLLER, CIM__RULE_DEFAULT, 1);
}

/* flow_direction of pipelines, in words of ways. */
void cim__osm_fill_flow(cim__osm_filling *f)
{
    cim__str said = cim__osm_get(f->tags, CIM__K_FLOW_DIRECTION);
    if (cim__str_is(said, "forward")) cim__osm_put_text(f, CIM__A_FLOW, CIM__RULE_TAGGED, CIM__STR("with"));
    if (cim__str_is(said, "backward")) cim__osm_put_text(f, CIM__A_FLOW, CIM__RULE_TAGGED, CIM__STR("against"));
    if (cim__str_is(said, "both")) cim__osm_put_text(f, CIM__A_FLOW, CIM__RULE_TAGGED, said);
}

void cim__osm_fill_diameter(cim__osm_filling *f)
{
    double mm;
    cim__osm_key key = cim__osm_has(f->tags, CIM__K_FIRE_HYDRANT_DIAMETER) ? CIM__K_FIRE_HYDRANT_DIAMETER : CIM__K_DIAMETER;
    if (!cim__osm_has(f->tags, key)) return;
    if (cim__osm_diameter_mm(cim__osm_get(f->tags, key), &mm)) cim__osm_put_real(f, CIM__A_DIAMETER_MM, CIM__RULE_TAGGED, mm);
    else cim__osm_bad_value(f, key, "a diameter");
}

void cim__osm_fill_location(cim__osm_filling *f)
{
    cim__str location = cim__osm_get(f->tags, CIM__K_LOCATION), power = cim__osm_get(f->tags, CIM__K_POWER), type = cim__osm_get(f->tags, CIM__K_FIRE_HYDRANT_TYPE);
    if (location.len) cim__osm_put_text(f, CIM__A_LOCATION, CIM__RULE_TAGGED, location);
    else if (cim__str_is(type, "underground")) cim__osm_put_text(f, CIM__A_LOCATION, CIM__RULE_TAGGED, type);
    else if (cim__str_is(power, "line") || cim__str_is(power, "minor_line")) cim__osm_put_text(f, CIM__A_LOCATION, CIM__RULE_DEFAULT, CIM__STR("overhead"));
    else if (cim__str_is(power, "cable")) cim__osm_put_text(f, CIM__A_LOCATION, CIM__RULE_DEFAULT, CIM__STR("underground"));
}

/* ---- sensors ---- */

/* Words that say how something is turned relative to its way, not to the compass. */
static bool relative_direction(cim__str value)
{
    static const char *const words[] = { "forward", "backward", "both", "up", "down", "clockwise", "anticlockwise", "anti-clockwise", "counterclockwise", "all", "entrance", "exit" };
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (cim__str_is(value, words[i])) return true;
    return false;
}

void cim__osm_fill_direction(cim__osm_filling *f)
{
    double degrees;
    cim__osm_key key = cim__osm_has(f->tags, CIM__K_CAMERA_DIRECTION) ? CIM__K_CAMERA_DIRECTION : CIM__K_DIRECTION;
    if (!cim__osm_has(f->tags, key)) return;
    if (cim__osm_angle_deg(cim__osm_get(f->tags, key), &degrees)) cim__osm_put_real(f, CIM__A_DIRECTION_DEG, CIM__RULE_TAGGED, degrees);
    else if (!relative_direction(cim__osm_get(f->tags, key))) cim__osm_bad_value(f, key, "a direction");
}

void cim__osm_fill_tilt(cim__osm_filling *f)
{
    static const double default_deg = 15.0;
    double degrees;
    if (cim__osm_has(f->tags, CIM__K_CAMERA_ANGLE)) {
        if (cim__osm_number(cim__osm_get(f->tags, CIM__K_CAMERA_ANGLE), &degrees) && degrees >= -90.0 && degrees <= 90.0) {
            cim__osm_put_real(f, CIM__A_TILT_DEG, CIM__RULE_TAGGED, degrees);
            return;
        }
        cim__osm_bad_value(f, CIM__K_CAMERA_ANGLE, "an angle below the horizontal");
    }
    if (cim__class_is(f->kind->class_id, CIM__C_Camera)) cim__osm_put_real(f, CIM__A_TILT_DEG, CIM__RULE_DEFAULT, default_deg);
}

void cim__osm_fill_mount(cim__osm_filling *f) { cim__osm_put_text(f, CIM__A_MOUNT, CIM__RULE_TAGGED, cim__osm_get(f->tags, CIM__K_CAMERA_MOUNT)); }
