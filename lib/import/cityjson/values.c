/* values.c - what attributes mean: the typed values of an object. */
#include "import/cityjson/cityjson.h"

#include <math.h>

/* Of several keys for one value the first row wins. */
#define KEY(text, attr) { { text, sizeof text - 1 }, CIM__A_##attr }
static const struct {
    cim__str key;
    cim__attr attr;
} known[] = {
    KEY("name", NAME),
    KEY("gml:name", NAME),
    KEY("function", FUNCTION),
    KEY("species", FUNCTION),
    KEY("class", FUNCTION),
    KEY("usage", USAGE),
    KEY("measuredHeight", HEIGHT_M),
    KEY("height", HEIGHT_M),
    KEY("roofType", ROOF_TYPE),
    KEY("storeysAboveGround", STOREYS),
    KEY("b3_bouwlagen", STOREYS), /* 3DBAG, the Netherlands */
    KEY("storeysBelowGround", STOREYS_BELOW),
    KEY("yearOfConstruction", YEAR_BUILT),
    KEY("dateOfConstruction", YEAR_BUILT),
    KEY("oorspronkelijkbouwjaar", YEAR_BUILT), /* 3DBAG */
    KEY("oorspronkelijk_bouwjaar", YEAR_BUILT),
    KEY("population", POPULATION),
    KEY("conditionOfConstruction", STATUS),
    KEY("crownDiameter", WIDTH_M),
    KEY("surfaceMaterial", SURFACE),
    KEY("surfacematerial", SURFACE),
};
enum { KNOWN = sizeof known / sizeof *known };

/* "value" of a measure, the first of a list (heights in the manner of CityGML 3.0); the node itself otherwise. */
static uint32_t inner_value(const cim__jtree *t, uint32_t node, uint32_t *unit)
{
    *unit = CIM_NONE;
    if (cim__jis(t, node, CIM__J_ARRAY)) node = cim__jcount(t, node) ? node + 1 : CIM_NONE;
    if (!cim__jis(t, node, CIM__J_OBJECT)) return node;
    *unit = cim__jget(t, node, "uom");
    return cim__jget(t, node, "value");
}

static bool number_of(const cim__jtree *t, uint32_t node, double *v)
{
    if (cim__jis(t, node, CIM__J_STRING)) return cim__parse_double(cim__jtext(t, node), v);
    return cim__jreal(t, node, v);
}

static bool is_unit(cim__str unit, const char *const *names)
{
    for (; *names; names++)
        if (cim__str_is(unit, *names)) return true;
    return false;
}

/* Metres by a unit of measure; 0: not a length that we know. */
static double metres(const cim__jtree *t, uint32_t unit)
{
    static const char *const metre[] = { "m", "metre", "meter", "urn:adv:uom:m", "urn:ogc:def:uom:UCUM::m", "#m", "", NULL };
    static const char *const foot[] = { "ft", "foot", "feet", "urn:ogc:def:uom:UCUM::[ft_i]", NULL };
    if (!cim__jis(t, unit, CIM__J_STRING)) return 1.0;
    return is_unit(cim__jtext(t, unit), metre) ? 1.0 : is_unit(cim__jtext(t, unit), foot) ? 0.3048 : 0.0;
}

/* Year of "1985", 1985 or "1985-03-01". */
static bool year_of(const cim__jtree *t, uint32_t node, int64_t *year)
{
    if (!cim__jis(t, node, CIM__J_STRING) && !cim__jis(t, node, CIM__J_NUMBER)) return false;
    cim__str s = cim__jtext(t, node);
    if (s.len > 4 && s.ptr[4] == '-') s.len = 4;
    return cim__parse_int(s, year) && *year > 0 && *year < 3000;
}

static bool whole_of(const cim__jtree *t, uint32_t node, int64_t *v)
{
    double number;
    if (!number_of(t, node, &number) || fabs(number) > 1e6 || nearbyint(number) != number) return false;
    *v = (int64_t)number;
    return true;
}

static bool text_value(const cim__jtree *t, uint32_t node, cim__value *v)
{
    if (!cim__jis(t, node, CIM__J_STRING) && !cim__jis(t, node, CIM__J_NUMBER)) return false;
    v->text = cim__jtext(t, node);
    return v->text.len && !(v->attr == CIM__A_STATUS && cim__str_is(v->text, "functional")); /* that is the normal state */
}

static bool read_value(const cim__jtree *t, uint32_t node, cim__attr attr, cim__value *v)
{
    uint32_t unit, inner = inner_value(t, node, &unit);
    *v = (cim__value){ .attr = (uint8_t)attr, .rule = CIM__RULE_TAGGED };
    if (attr == CIM__A_YEAR_BUILT) return year_of(t, inner, &v->integer);
    if (cim__attrs[attr].type == 'I') return whole_of(t, inner, &v->integer);
    if (cim__attrs[attr].type == 'T') return text_value(t, inner, v);
    double factor = metres(t, unit);
    if (factor == 0.0 || !number_of(t, inner, &v->real) || !(v->real > 0.0 && v->real < 1e4)) return false;
    v->real *= factor;
    return true;
}

/* ---- addresses ---- */

static bool equal_fold(cim__str a, const char *b)
{
    if (a.len != strlen(b)) return false;
    for (size_t i = 0; i < a.len; i++)
        if ((a.ptr[i] >= 'A' && a.ptr[i] <= 'Z' ? a.ptr[i] | 32 : a.ptr[i]) != b[i]) return false;
    return true;
}

/* Versions and programs write these names with and without capitals. */
static const struct {
    const char *key;
    cim__attr attr;
} address_keys[] = {
    { "thoroughfarename", CIM__A_STREET }, { "street", CIM__A_STREET },     { "thoroughfarenumber", CIM__A_HOUSENUMBER }, { "housenumber", CIM__A_HOUSENUMBER },
    { "postcode", CIM__A_POSTCODE },       { "postalcode", CIM__A_POSTCODE }, { "postalcodenumber", CIM__A_POSTCODE },   { "locality", CIM__A_CITY },
    { "localityname", CIM__A_CITY },       { "city", CIM__A_CITY },
};

static size_t read_address(const cim__jtree *t, uint32_t address, cim__value *values, size_t cap)
{
    uint32_t at = address + 1, key, value;
    size_t n = 0;
    if (!cim__jis(t, address, CIM__J_OBJECT)) return 0;
    while (cim__jpair(t, address, &at, &key, &value))
        for (size_t i = 0; i < sizeof address_keys / sizeof *address_keys && n < cap; i++)
            if (equal_fold(cim__jtext(t, key), address_keys[i].key) && read_value(t, value, address_keys[i].attr, &values[n])) n++;
    return n;
}

/* ---- the whole ---- */

size_t cim__cj_values(const cim__jtree *t, uint32_t attributes, uint32_t address, cim__value *values, size_t cap)
{
    uint32_t found[KNOWN], at = attributes + 1, key, value;
    size_t n = 0;
    uint64_t have = 0;
    for (size_t i = 0; i < KNOWN; i++) found[i] = CIM_NONE;
    if (cim__jis(t, attributes, CIM__J_OBJECT))
        while (cim__jpair(t, attributes, &at, &key, &value))
            for (size_t i = 0; i < KNOWN; i++)
                if (cim__str_eq(cim__jtext(t, key), known[i].key)) found[i] = value;
    for (size_t i = 0; i < KNOWN && n < cap; i++) {
        if (found[i] == CIM_NONE || (have >> known[i].attr & 1) || !read_value(t, found[i], known[i].attr, &values[n])) continue;
        have |= 1ull << known[i].attr;
        n++;
    }
    if (cim__jis(t, address, CIM__J_ARRAY)) address = cim__jcount(t, address) ? address + 1 : CIM_NONE;
    return n + (address == CIM_NONE ? 0 : read_address(t, address, values + n, cap - n));
}

static bool is_date(const cim__jtree *t, uint32_t node, cim__str *out)
{
    if (!cim__jis(t, node, CIM__J_STRING)) return false;
    cim__str s = cim__jtext(t, node);
    if (s.len < 10 || s.len > 40 || s.ptr[4] != '-' || s.ptr[7] != '-') return false;
    for (size_t i = 0; i < 10; i++)
        if (i != 4 && i != 7 && (unsigned char)(s.ptr[i] - '0') > 9) return false;
    *out = s;
    return true;
}

void cim__cj_life(const cim__jtree *t, uint32_t attributes, cim__str *from, cim__str *to)
{
    *from = *to = CIM__STR("");
    if (!is_date(t, cim__jget(t, attributes, "validFrom"), from)) is_date(t, cim__jget(t, attributes, "creationDate"), from);
    if (!is_date(t, cim__jget(t, attributes, "validTo"), to)) is_date(t, cim__jget(t, attributes, "terminationDate"), to);
}
