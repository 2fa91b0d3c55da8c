/* units.c - reading quantities. */
#include "import/osm/units.h"

#include <math.h>
#include <string.h>

static cim__str trim(cim__str s)
{
    while (s.len && (unsigned char)s.ptr[0] <= ' ') s = (cim__str){ s.ptr + 1, s.len - 1 };
    while (s.len && (unsigned char)s.ptr[s.len - 1] <= ' ') s.len--;
    return s;
}

bool cim__osm_next_item(cim__str *rest, cim__str *item)
{
    if (!rest->len) return false;
    const char *at = memchr(rest->ptr, ';', rest->len);
    size_t n = at ? (size_t)(at - rest->ptr) : rest->len;
    *item = trim((cim__str){ rest->ptr, n });
    *rest = at ? (cim__str){ at + 1, rest->len - n - 1 } : (cim__str){ rest->ptr + n, 0 };
    return true;
}

static bool same_word(cim__str s, const char *lower)
{
    size_t n = strlen(lower);
    if (s.len != n) return false;
    for (size_t i = 0; i < n; i++) {
        char c = s.ptr[i];
        if ((c >= 'A' && c <= 'Z' ? c + 32 : c) != lower[i]) return false;
    }
    return true;
}

/* A number at the start, with decimal point or comma; `after` is what follows, without blanks. */
static bool leading_number(cim__str text, double *number, cim__str *after)
{
    char copy[40];
    text = trim(text);
    if (!text.len || text.ptr[0] == '+') return false;
    size_t n = text.len < sizeof copy ? text.len : sizeof copy;
    memcpy(copy, text.ptr, n);
    for (size_t i = 0; i < n; i++)
        if (copy[i] == ',') {
            copy[i] = '.';
            break;
        }
    const char *end = cim__read_double(copy, copy + n, number);
    if (!end || !isfinite(*number)) return false;
    size_t used = (size_t)(end - copy);
    if (used == sizeof copy) return false;
    *after = trim((cim__str){ text.ptr + used, text.len - used });
    return true;
}

bool cim__osm_number(cim__str text, double *number)
{
    cim__str item, after;
    double v;
    while (cim__osm_next_item(&text, &item))
        if (leading_number(item, &v, &after) && !after.len) {
            *number = v;
            return true;
        }
    return false;
}

/* ---- lengths ---- */

typedef struct unit {
    const char *name;
    double factor;
} unit;

static bool scaled(cim__str name, const unit *units, size_t count, double *value)
{
    for (size_t i = 0; i < count; i++)
        if (same_word(name, units[i].name)) {
            *value *= units[i].factor;
            return true;
        }
    return false;
}

static const double foot_m = 0.3048, inch_m = 0.0254;

/* What follows the feet in 5'10" */
static bool add_inches(cim__str rest, double *metres)
{
    double inches;
    cim__str after;
    if (!rest.len) return true;
    if (!leading_number(rest, &inches, &after) || !same_word(after, "\"")) return false;
    *metres += inches * inch_m;
    return true;
}

static bool length_item(cim__str item, double *metres)
{
    static const unit units[] = { { "", 1.0 },      { "m", 1.0 },    { "metre", 1.0 },  { "metres", 1.0 }, { "meter", 1.0 },   { "meters", 1.0 }, { "ft", 0.3048 },  { "feet", 0.3048 },
                                  { "foot", 0.3048 }, { "cm", 0.01 }, { "mm", 0.001 }, { "km", 1000.0 }, { "mi", 1609.344 }, { "yd", 0.9144 }, { "in", 0.0254 }, { "inch", 0.0254 },
                                  { "\"", 0.0254 } };
    double v;
    cim__str after;
    if (!leading_number(item, &v, &after)) return false;
    if (after.len && after.ptr[0] == '\'') {
        v *= foot_m;
        if (!add_inches(trim((cim__str){ after.ptr + 1, after.len - 1 }), &v)) return false;
    } else if (!scaled(after, units, sizeof units / sizeof *units, &v)) {
        return false;
    }
    *metres = v;
    return true;
}

bool cim__osm_length_m(cim__str text, double *metres)
{
    cim__str item;
    while (cim__osm_next_item(&text, &item))
        if (length_item(item, metres)) return true;
    return false;
}

bool cim__osm_diameter_mm(cim__str text, double *mm)
{
    static const unit units[] = { { "", 1.0 }, { "mm", 1.0 }, { "cm", 10.0 }, { "m", 1000.0 }, { "\"", 25.4 }, { "in", 25.4 }, { "inch", 25.4 } };
    cim__str item, after;
    while (cim__osm_next_item(&text, &item)) {
        double v;
        if (item.len > 2 && (item.ptr[0] | 32) == 'd' && (item.ptr[1] | 32) == 'n') item = (cim__str){ item.ptr + 2, item.len - 2 };
        if (!leading_number(item, &v, &after) || !scaled(after, units, sizeof units / sizeof *units, &v) || v <= 0.0) continue;
        *mm = v;
        return true;
    }
    return false;
}

bool cim__osm_voltage_v(cim__str text, double *volts)
{
    static const unit units[] = { { "", 1.0 }, { "v", 1.0 }, { "kv", 1000.0 } };
    cim__str item, after;
    double best = -1.0;
    while (cim__osm_next_item(&text, &item)) {
        double v;
        if (leading_number(item, &v, &after) && scaled(after, units, sizeof units / sizeof *units, &v) && v > best) best = v;
    }
    if (best < 0.0) return false;
    *volts = best;
    return true;
}

/* ---- angles ---- */

static bool compass(cim__str s, double *degrees)
{
    static const char *const points[] = { "n", "nne", "ne", "ene", "e", "ese", "se", "sse", "s", "ssw", "sw", "wsw", "w", "wnw", "nw", "nnw" };
    static const struct {
        const char *name;
        double degrees;
    } words[] = { { "north", 0 }, { "east", 90 }, { "south", 180 }, { "west", 270 }, { "northeast", 45 }, { "southeast", 135 }, { "southwest", 225 }, { "northwest", 315 } };
    for (int i = 0; i < 16; i++)
        if (same_word(s, points[i])) {
            *degrees = 22.5 * i;
            return true;
        }
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (same_word(s, words[i].name)) {
            *degrees = words[i].degrees;
            return true;
        }
    return false;
}

static double turn(double degrees)
{
    degrees = fmod(degrees, 360.0);
    return degrees < 0.0 ? degrees + 360.0 : degrees;
}

static bool one_angle(cim__str s, double *degrees)
{
    double v;
    cim__str after;
    s = trim(s);
    if (compass(s, degrees)) return true;
    if (!leading_number(s, &v, &after)) return false;
    if (after.len && !same_word(after, "\xc2\xb0") && !same_word(after, "deg")) return false;
    if (v < -360.0 || v > 360.0) return false;
    *degrees = turn(v);
    return true;
}

/* "90-180": from 90 clockwise to 180; the middle. */
static bool sector(cim__str s, double *degrees)
{
    const char *dash = s.len > 1 ? memchr(s.ptr + 1, '-', s.len - 1) : NULL;
    double from, to;
    if (!dash) return false;
    if (!one_angle((cim__str){ s.ptr, (size_t)(dash - s.ptr) }, &from) || !one_angle((cim__str){ dash + 1, s.len - (size_t)(dash - s.ptr) - 1 }, &to)) return false;
    *degrees = turn(from + 0.5 * turn(to - from));
    return true;
}

bool cim__osm_angle_deg(cim__str text, double *degrees)
{
    cim__str item;
    while (cim__osm_next_item(&text, &item))
        if (one_angle(item, degrees) || sector(item, degrees)) return true;
    return false;
}

/* ---- whole numbers ---- */

static bool is_digit(char c) { return c >= '0' && c <= '9'; }

static bool whole_item(cim__str s, int64_t *number)
{
    int64_t v = 0;
    size_t i = s.len && s.ptr[0] == '-';
    bool any = false;
    for (size_t start = i; i < s.len; i++) {
        bool group = (s.ptr[i] == ',' || s.ptr[i] == ' ') && any && s.len - i >= 4 && i > start && is_digit(s.ptr[i + 1]) && is_digit(s.ptr[i + 2]) && is_digit(s.ptr[i + 3]);
        if (group) continue;
        if (!is_digit(s.ptr[i]) || v > (INT64_C(1) << 53) / 10 - 1) return false;
        v = v * 10 + (s.ptr[i] - '0');
        any = true;
    }
    if (!any) return false;
    *number = s.ptr[0] == '-' ? -v : v;
    return true;
}

bool cim__osm_whole(cim__str text, int64_t *number)
{
    cim__str item;
    while (cim__osm_next_item(&text, &item))
        if (whole_item(item, number)) return true;
    return false;
}

bool cim__osm_year(cim__str text, int64_t *year)
{
    cim__str s = trim(text);
    if (s.len && s.ptr[0] == '~') s = (cim__str){ s.ptr + 1, s.len - 1 };
    if (s.len < 4 || (s.len > 4 && is_digit(s.ptr[4]))) return false;
    int64_t v = 0;
    for (int i = 0; i < 4; i++) {
        if (!is_digit(s.ptr[i])) return false;
        v = v * 10 + (s.ptr[i] - '0');
    }
    if (s.len > 4 && s.ptr[4] != '-' && s.ptr[4] != '.' && s.ptr[4] != '/') return false; /* "1890s", "1890..1900" stays: the first of a range */
    *year = v;
    return true;
}

/* ---- speeds ---- */

static const struct {
    const char *country, *zone;
    double kmh;
} zones[] = {
#define OSM_ZONE(country, zone, kmh) { country, zone, kmh },
#include "import/osm/zones.def"
#undef OSM_ZONE
};

static bool zone_speed(cim__str country, cim__str zone, double *kmh)
{
    for (size_t i = 0; i < sizeof zones / sizeof *zones; i++)
        if (cim__str_is(country, zones[i].country) && cim__str_is(zone, zones[i].zone)) {
            *kmh = zones[i].kmh;
            return true;
        }
    return false;
}

/* "zone30", "zone:30", "30": the number in it. */
static bool zone_number(cim__str zone, double *kmh)
{
    cim__str after;
    if (cim__str_starts(zone, "zone")) zone = (cim__str){ zone.ptr + 4, zone.len - 4 };
    if (zone.len && (zone.ptr[0] == ':' || zone.ptr[0] == '_')) zone = (cim__str){ zone.ptr + 1, zone.len - 1 };
    return leading_number(zone, kmh, &after) && !after.len && *kmh > 0.0 && *kmh <= 200.0;
}

static bool law(cim__str item, double *kmh)
{
    const char *colon = memchr(item.ptr, ':', item.len);
    size_t n = colon ? (size_t)(colon - item.ptr) : 0;
    cim__str zone = colon ? (cim__str){ colon + 1, item.len - n - 1 } : item;
    char country[4] = "";
    if (n && n <= 2)
        for (size_t i = 0; i < n; i++) country[i] = (char)(item.ptr[i] >= 'a' && item.ptr[i] <= 'z' ? item.ptr[i] - 32 : item.ptr[i]);
    if (zone_speed(cim__str_of(country), zone, kmh) || zone_speed(CIM__STR(""), zone, kmh)) return true;
    return colon && zone_number(zone, kmh);
}

static cim__osm_speed_kind speed_item(cim__str item, double *kmh)
{
    static const unit units[] = { { "", 1.0 }, { "km/h", 1.0 }, { "kmh", 1.0 }, { "kph", 1.0 }, { "mph", 1.609344 }, { "knots", 1.852 } };
    double v;
    cim__str after;
    if (leading_number(item, &v, &after)) {
        if (!scaled(after, units, sizeof units / sizeof *units, &v) || v <= 0.0 || v > 500.0) return CIM__OSM_SPEED_NONE;
        *kmh = v;
        return CIM__OSM_SPEED_STATED;
    }
    if (same_word(item, "signals") || same_word(item, "variable") || same_word(item, "signs")) return CIM__OSM_SPEED_VARIES;
    if (same_word(item, "none")) return zone_speed(CIM__STR(""), CIM__STR("motorway"), kmh) ? CIM__OSM_SPEED_LAW : CIM__OSM_SPEED_NONE;
    return law(item, kmh) ? CIM__OSM_SPEED_LAW : CIM__OSM_SPEED_NONE;
}

cim__osm_speed_kind cim__osm_speed_kmh(cim__str text, double *kmh)
{
    cim__str item;
    while (cim__osm_next_item(&text, &item)) {
        cim__osm_speed_kind kind = speed_item(item, kmh);
        if (kind != CIM__OSM_SPEED_NONE) return kind;
    }
    return CIM__OSM_SPEED_NONE;
}
