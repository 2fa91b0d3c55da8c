/* values.c - values that many classes have. */
#include "import/osm/values.h"

static cim__value *push(cim__osm_filling *f, cim__attr attr, cim__rule rule)
{
    if (f->count >= CIM__ATTR_COUNT) return NULL;
    cim__value *v = &f->values[f->count++];
    v->attr = (uint8_t)attr;
    v->rule = (uint8_t)rule;
    return v;
}

void cim__osm_put_text(cim__osm_filling *f, cim__attr attr, cim__rule rule, cim__str text)
{
    cim__value *v = text.len ? push(f, attr, rule) : NULL;
    if (v) v->text = text;
}

void cim__osm_put_real(cim__osm_filling *f, cim__attr attr, cim__rule rule, double real)
{
    cim__value *v = push(f, attr, rule);
    if (v) v->real = real;
}

void cim__osm_put_integer(cim__osm_filling *f, cim__attr attr, cim__rule rule, int64_t integer)
{
    cim__value *v = push(f, attr, rule);
    if (v) v->integer = integer;
}

void cim__osm_bad_value(cim__osm_filling *f, cim__osm_key key, const char *what)
{
    const cim__osm_tag *tag = cim__osm_tag_at(f->tags, f->tags->slot[key] - 1u);
    cim__report_warn(f->report, f->order, "osm:%s/%lld: %.*s \"%.*s\" is not %s", f->type, (long long)f->id, (int)tag->key.len, tag->key.ptr, (int)(tag->value.len < 60 ? tag->value.len : 60),
                     tag->value.ptr, what);
}

bool cim__osm_length_of(cim__osm_filling *f, cim__osm_key key, double *metres)
{
    if (!cim__osm_has(f->tags, key)) return false;
    if (cim__osm_length_m(cim__osm_get(f->tags, key), metres)) return true;
    cim__osm_bad_value(f, key, "a length");
    return false;
}

bool cim__osm_whole_of(cim__osm_filling *f, cim__osm_key key, int64_t *number)
{
    if (!cim__osm_has(f->tags, key)) return false;
    if (cim__osm_whole(cim__osm_get(f->tags, key), number)) return true;
    cim__osm_bad_value(f, key, "a whole number");
    return false;
}

static void text_of(cim__osm_filling *f, cim__attr attr, cim__osm_key key) { cim__osm_put_text(f, attr, CIM__RULE_TAGGED, cim__osm_get(f->tags, key)); }

static void fill_name(cim__osm_filling *f) { text_of(f, CIM__A_NAME, CIM__K_NAME); }
static void fill_ref(cim__osm_filling *f) { text_of(f, CIM__A_REF, CIM__K_REF); }
static void fill_operator(cim__osm_filling *f) { text_of(f, CIM__A_OPERATOR, CIM__K_OPERATOR); }
static void fill_surface(cim__osm_filling *f) { text_of(f, CIM__A_SURFACE, CIM__K_SURFACE); }
static void fill_access(cim__osm_filling *f) { text_of(f, CIM__A_ACCESS, CIM__K_ACCESS); }
static void fill_wheelchair(cim__osm_filling *f) { text_of(f, CIM__A_WHEELCHAIR, CIM__K_WHEELCHAIR); }

/* ---- function and usage ---- */

static cim__str poi_value(const cim__osm_tags *t)
{
    static const cim__osm_key keys[] = { CIM__K_AMENITY, CIM__K_SHOP, CIM__K_TOURISM, CIM__K_OFFICE, CIM__K_HEALTHCARE, CIM__K_LEISURE, CIM__K_CRAFT, CIM__K_CLUB, CIM__K_EMERGENCY,
                                         CIM__K_RAILWAY, CIM__K_AEROWAY, CIM__K_MILITARY, CIM__K_POWER, CIM__K_MAN_MADE, CIM__K_HISTORIC };
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        cim__str value = cim__osm_get(t, keys[i]);
        if (value.len && !cim__str_is(value, "yes") && !cim__str_is(value, "no")) return value;
    }
    return (cim__str){ "", 0 };
}

static cim__str camera_function(const cim__osm_tags *t)
{
    cim__str type = cim__osm_get(t, CIM__K_SURVEILLANCE_TYPE), camera = cim__osm_get(t, CIM__K_CAMERA_TYPE);
    if (type.len && !cim__str_is(type, "camera")) return type;
    return camera.len ? camera : CIM__STR("camera");
}

/* monitoring:air_quality=yes */
static cim__str what_is_monitored(const cim__osm_tags *t)
{
    for (uint32_t i = 0; i < t->count; i++) {
        const cim__osm_tag *tag = cim__osm_tag_at(t, i);
        if (cim__str_starts(tag->key, "monitoring:") && cim__str_is(tag->value, "yes")) return (cim__str){ tag->key.ptr + 11, tag->key.len - 11 };
    }
    return (cim__str){ "", 0 };
}

static void fill_function(cim__osm_filling *f)
{
    cim__str function = f->kind->function, other = { "", 0 };
    if (f->kind->building && !function.len) function = poi_value(f->tags);
    if (cim__class_is(f->kind->class_id, CIM__C_Camera)) function = camera_function(f->tags);
    if (f->kind->class_id == CIM__C_MonitoringStation || f->kind->class_id == CIM__C_WeatherStation) other = what_is_monitored(f->tags);
    cim__osm_put_text(f, CIM__A_FUNCTION, CIM__RULE_TAGGED, other.len ? other : function);
}

/* The tag that goes into detail: highway=service + service=driveway. */
static cim__str detail_of(const cim__osm_tags *t, cim__str function)
{
    for (uint32_t i = 0; i < t->count && function.len; i++)
        if (cim__str_eq(cim__osm_tag_at(t, i)->key, function)) return cim__osm_tag_at(t, i)->value;
    return (cim__str){ "", 0 };
}

static void fill_usage(cim__osm_filling *f)
{
    cim__str usage = { "", 0 };
    if (f->kind->building) usage = f->kind->function.len ? poi_value(f->tags) : usage;
    else if (cim__class_is(f->kind->class_id, CIM__C_Sensor)) usage = cim__osm_get(f->tags, CIM__K_SURVEILLANCE);
    else usage = detail_of(f->tags, f->kind->function);
    if (cim__str_eq(usage, f->kind->function)) return;
    cim__osm_put_text(f, CIM__A_USAGE, CIM__RULE_TAGGED, usage);
}

static void fill_status(cim__osm_filling *f)
{
    cim__osm_put_text(f, CIM__A_STATUS, CIM__RULE_TAGGED, cim__str_of(cim__osm_status_names[f->kind->status]));
}

/* ---- addresses ---- */

static void fill_street(cim__osm_filling *f)
{
    cim__str street = cim__osm_get(f->tags, CIM__K_ADDR_STREET);
    if (!street.len) street = cim__osm_get(f->tags, CIM__K_ADDR_PLACE);
    if (street.len || !f->street.len) cim__osm_put_text(f, CIM__A_STREET, CIM__RULE_TAGGED, street);
    else cim__osm_put_text(f, CIM__A_STREET, CIM__RULE_PARENT, f->street);
}

static void fill_housenumber(cim__osm_filling *f)
{
    cim__str number = cim__osm_get(f->tags, CIM__K_ADDR_HOUSENUMBER);
    cim__osm_put_text(f, CIM__A_HOUSENUMBER, CIM__RULE_TAGGED, number.len ? number : cim__osm_get(f->tags, CIM__K_ADDR_HOUSENAME));
}

static void fill_postcode(cim__osm_filling *f)
{
    cim__str code = cim__osm_get(f->tags, CIM__K_ADDR_POSTCODE);
    cim__osm_put_text(f, CIM__A_POSTCODE, CIM__RULE_TAGGED, code.len ? code : cim__osm_get(f->tags, CIM__K_POSTAL_CODE));
}

static void fill_city(cim__osm_filling *f) { text_of(f, CIM__A_CITY, CIM__K_ADDR_CITY); }

/* ---- numbers ---- */

static void fill_year_built(cim__osm_filling *f)
{
    int64_t year;
    if (cim__osm_year(cim__osm_get(f->tags, CIM__K_START_DATE), &year) || cim__osm_year(cim__osm_get(f->tags, CIM__K_CONSTRUCTION_DATE), &year))
        cim__osm_put_integer(f, CIM__A_YEAR_BUILT, CIM__RULE_TAGGED, year);
}

static void fill_whole(cim__osm_filling *f, cim__attr attr, cim__osm_key key, int64_t least)
{
    int64_t n;
    if (!cim__osm_whole_of(f, key, &n)) return;
    if (n < least) cim__osm_bad_value(f, key, "possible");
    else cim__osm_put_integer(f, attr, CIM__RULE_TAGGED, n);
}

static void fill_admin_level(cim__osm_filling *f) { fill_whole(f, CIM__A_ADMIN_LEVEL, CIM__K_ADMIN_LEVEL, 0); }
static void fill_population(cim__osm_filling *f) { fill_whole(f, CIM__A_POPULATION, CIM__K_POPULATION, 0); }

/* Texts like "yes" or "wide" are common and no mistake of a number. */
static void fill_capacity(cim__osm_filling *f)
{
    static const cim__osm_key keys[] = { CIM__K_BEDS, CIM__K_CAPACITY_BEDS, CIM__K_CAPACITY };
    int64_t n;
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (cim__osm_whole(cim__osm_get(f->tags, keys[i]), &n) && n >= 0) {
            cim__osm_put_integer(f, CIM__A_CAPACITY, CIM__RULE_TAGGED, n);
            return;
        }
}

static void fill_width(cim__osm_filling *f)
{
    double m;
    bool tree = f->layer == CIM__L_TREE;
    if (cim__osm_length_of(f, tree ? CIM__K_DIAMETER_CROWN : CIM__K_WIDTH, &m) && m > 0.0) cim__osm_put_real(f, CIM__A_WIDTH_M, CIM__RULE_TAGGED, m);
}

static void fill_structure(cim__osm_filling *f, cim__attr attr, cim__osm_key key)
{
    if (cim__osm_has(f->tags, key) && !cim__osm_is(f->tags, key, "no")) cim__osm_put_integer(f, attr, CIM__RULE_TAGGED, 1);
}

static void fill_bridge(cim__osm_filling *f) { fill_structure(f, CIM__A_BRIDGE, CIM__K_BRIDGE); }
static void fill_tunnel(cim__osm_filling *f) { fill_structure(f, CIM__A_TUNNEL, CIM__K_TUNNEL); }

/* Vertical order of lines on the ground; storeys of what is in a building.  Storeys are lists ("-1;0") and fractions by design. */
static void fill_level(cim__osm_filling *f)
{
    bool line = f->layer == CIM__L_ROAD || f->layer == CIM__L_RAILWAY || f->layer == CIM__L_WATERWAY;
    cim__str level = cim__osm_get(f->tags, CIM__K_LEVEL), layer = cim__osm_get(f->tags, CIM__K_LAYER);
    double number;
    if (!line && level.len) {
        cim__osm_put_text(f, CIM__A_LEVEL, CIM__RULE_TAGGED, level);
    } else if (layer.len) {
        if (cim__osm_number(layer, &number)) cim__osm_put_text(f, CIM__A_LEVEL, CIM__RULE_TAGGED, layer);
        else cim__osm_bad_value(f, CIM__K_LAYER, "a number");
    }
}

/* ---- all of them ---- */

static const cim__osm_filler fillers[CIM__ATTR_COUNT] = {
    [CIM__A_NAME] = fill_name,
    [CIM__A_FUNCTION] = fill_function,
    [CIM__A_USAGE] = fill_usage,
    [CIM__A_REF] = fill_ref,
    [CIM__A_STATUS] = fill_status,
    [CIM__A_OPERATOR] = fill_operator,
    [CIM__A_NETWORK] = cim__osm_fill_network,
    [CIM__A_HEIGHT_M] = cim__osm_fill_height,
    [CIM__A_MIN_HEIGHT_M] = cim__osm_fill_min_height,
    [CIM__A_ROOF_HEIGHT_M] = cim__osm_fill_roof_height,
    [CIM__A_ROOF_TYPE] = cim__osm_fill_roof_type,
    [CIM__A_STOREYS] = cim__osm_fill_storeys,
    [CIM__A_STOREYS_BELOW] = cim__osm_fill_storeys_below,
    [CIM__A_YEAR_BUILT] = fill_year_built,
    [CIM__A_STREET] = fill_street,
    [CIM__A_HOUSENUMBER] = fill_housenumber,
    [CIM__A_POSTCODE] = fill_postcode,
    [CIM__A_CITY] = fill_city,
    [CIM__A_ONEWAY] = cim__osm_fill_oneway,
    [CIM__A_MAXSPEED_KMH] = cim__osm_fill_maxspeed,
    [CIM__A_LANES] = cim__osm_fill_lanes,
    [CIM__A_WIDTH_M] = fill_width,
    [CIM__A_SURFACE] = fill_surface,
    [CIM__A_ACCESS] = fill_access,
    [CIM__A_BRIDGE] = fill_bridge,
    [CIM__A_TUNNEL] = fill_tunnel,
    [CIM__A_LEVEL] = fill_level,
    [CIM__A_VOLTAGE_V] = cim__osm_fill_voltage,
    [CIM__A_TIER] = cim__osm_fill_tier,
    [CIM__A_STATE] = cim__osm_fill_state,
    [CIM__A_NORMAL_STATE] = cim__osm_fill_normal_state,
    [CIM__A_CONTROLLER] = cim__osm_fill_controller,
    [CIM__A_FLOW] = cim__osm_fill_flow,
    [CIM__A_DIAMETER_MM] = cim__osm_fill_diameter,
    [CIM__A_LOCATION] = cim__osm_fill_location,
    [CIM__A_DIRECTION_DEG] = cim__osm_fill_direction,
    [CIM__A_TILT_DEG] = cim__osm_fill_tilt,
    [CIM__A_MOUNT] = cim__osm_fill_mount,
    [CIM__A_ADMIN_LEVEL] = fill_admin_level,
    [CIM__A_POPULATION] = fill_population,
    [CIM__A_CAPACITY] = fill_capacity,
    [CIM__A_WHEELCHAIR] = fill_wheelchair,
};

void cim__osm_fill(cim__osm_filling *f)
{
    const cim__layer *layer = &cim__layers[f->layer];
    f->count = 0;
    f->building.ready = false;
    for (int32_t i = 0; i < layer->column_count; i++)
        if (fillers[layer->columns[i]]) fillers[layer->columns[i]](f);
}
