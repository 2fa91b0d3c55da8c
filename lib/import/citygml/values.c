/* values.c - typed values of an object from its properties and addresses. */
#include "import/citygml/build.h"

#include <math.h>

void cim__gb_put(cim__gbuilder *b, cim__value value)
{
    if (b->have_values >> value.attr & 1) return; /* the first one counts */
    b->have_values |= 1ull << value.attr;
    b->values[b->value_count++] = value;
}

static void put_text(cim__gbuilder *b, cim__attr attr, cim__str text)
{
    if (text.len) cim__gb_put(b, (cim__value){ .attr = (uint8_t)attr, .text = text });
}

/* ---- lengths ---- */

/* "m", "#m", "urn:ogc:def:uom:UCUM::m", "http://...#metre" -> metres a unit. */
static double unit_m(cim__str uom)
{
    static const struct {
        const char *name;
        double metres;
    } units[] = { { "m", 1.0 },      { "metre", 1.0 },  { "meter", 1.0 },   { "metres", 1.0 }, { "meters", 1.0 }, { "9001", 1.0 },    { "mm", 0.001 },
                  { "cm", 0.01 },    { "dm", 0.1 },     { "km", 1000.0 },   { "ft", 0.3048 },  { "feet", 0.3048 }, { "foot", 0.3048 }, { "[ft_i]", 0.3048 },
                  { "in", 0.0254 },  { "inch", 0.0254 } };
    uom = cim__str_trim(uom);
    size_t start = uom.len;
    while (start > 0 && uom.ptr[start - 1] != ':' && uom.ptr[start - 1] != '#' && uom.ptr[start - 1] != '/') start--;
    cim__str name = { uom.ptr + start, uom.len - start };
    if (!name.len) return 1.0;
    for (size_t i = 0; i < sizeof units / sizeof *units; i++)
        if (cim__str_is(name, units[i].name)) return units[i].metres;
    return 0.0;
}

/* In metres; false for text, unknown units and what cannot be a length (files write -9999 for "unknown"). */
static bool length_of(const cim__gbuilder *b, uint32_t node, double *metres)
{
    const cim__gnode *n = cim__gb_node(b, node);
    cim__str uom = { "", 0 };
    double v;
    cim__gtree_attr(b->tree, n, "uom", &uom);
    double unit = unit_m(uom);
    if (unit <= 0.0 || !cim__parse_double(cim__gtree_text(b->tree, n), &v)) return false;
    v = round(v * unit * 1e6) / 1e6;
    if (!(v >= 0.0 && v < 9999.0)) return false;
    *metres = v;
    return true;
}

static void put_length(cim__gbuilder *b, cim__attr attr, uint32_t node)
{
    double metres;
    if (length_of(b, node, &metres)) cim__gb_put(b, (cim__value){ .attr = (uint8_t)attr, .real = metres });
}

/* con:height holds con:Height with reference points, status and value. */
static void put_height(cim__gbuilder *b, cim__attr attr, uint32_t property)
{
    uint32_t height = cim__gtree_first(b->tree, property);
    if (height == CIM_NONE) {
        put_length(b, attr, property);
        return;
    }
    uint32_t value = cim__gtree_child(b->tree, height, "value");
    if (value != CIM_NONE) put_length(b, attr, value);
}

/* Of a pipe.  Zero is "unknown"; a bare number that would be a pipe of ten metres is in millimetres. */
static void put_diameter(cim__gbuilder *b, cim__attr attr, uint32_t node)
{
    double metres;
    cim__str uom = { "", 0 };
    cim__gtree_attr(b->tree, cim__gb_node(b, node), "uom", &uom);
    if (!length_of(b, node, &metres) || metres <= 0.0) return;
    bool guessed = !cim__str_trim(uom).len && metres >= 10.0;
    cim__gb_put(b, (cim__value){ .attr = (uint8_t)attr, .rule = guessed ? CIM__RULE_DEFAULT : CIM__RULE_TAGGED, .real = guessed ? metres : round(metres * 1e9) / 1e6 });
}

/* ---- numbers ---- */

static void put_integer(cim__gbuilder *b, cim__attr attr, cim__str text, int64_t least, int64_t most)
{
    double v;
    if (!cim__parse_double(text, &v) || v != floor(v) || !(v >= (double)least && v <= (double)most)) return;
    cim__gb_put(b, (cim__value){ .attr = (uint8_t)attr, .integer = (int64_t)v });
}

/* "1984", "1984-05-01": years of which nobody would say 0001. */
static void put_year(cim__gbuilder *b, cim__attr attr, cim__str text)
{
    if (text.len > 4 && text.ptr[4] == '-') text.len = 4;
    if (text.len == 4) put_integer(b, attr, text, 1000, 2999);
}

static cim_status put_code(cim_ctx *ctx, cim__gbuilder *b, cim__attr attr, const cim__gnode *n, cim__str code)
{
    cim__str space, label = { "", 0 };
    if (b->shared.codes && cim__gtree_attr(b->tree, n, "codeSpace", &space)) CIM__TRY(cim__gcodes_label(ctx, b->shared.codes, space, code, &label));
    put_text(b, attr, label.len ? label : code);
    return CIM_OK;
}

cim_status cim__gb_value(cim_ctx *ctx, cim__gbuilder *b, uint32_t property)
{
    const cim__gnode *n = cim__gb_node(b, property);
    cim__attr attr = (cim__attr)n->name->value_attr;
    cim__str text = cim__gtree_text(b->tree, n);
    switch (n->name->conversion) {
    case CIM__GV_TEXT: put_text(b, attr, text); break;
    case CIM__GV_CODE:
        if (attr == CIM__A_STATUS && cim__gb_network_status(b, n->name, text)) break;
        CIM__TRY(put_code(ctx, b, attr, n, text));
        break;
    case CIM__GV_METRES: put_length(b, attr, property); break;
    case CIM__GV_DIAMETER: put_diameter(b, attr, property); break;
    case CIM__GV_INTEGER: put_integer(b, attr, text, 0, 300); break;
    case CIM__GV_YEAR: put_year(b, attr, text); break;
    case CIM__GV_HEIGHT: put_height(b, attr, property); break;
    default: break;
    }
    if (n->name->module == CIM__GML_CORE && cim__str_is(n->name->local, "validFrom")) b->valid_from = text;
    if (n->name->module == CIM__GML_CORE && cim__str_is(n->name->local, "validTo")) b->valid_to = text;
    return CIM_OK;
}

/* Generic attributes that are named like a typed value and are one. */
void cim__gb_generic_value(cim__gbuilder *b, cim__str name, uint32_t node)
{
    uint32_t value = cim__gtree_child(b->tree, node, "value");
    if (value != CIM_NONE && cim__str_is(name, "population")) put_integer(b, CIM__A_POPULATION, cim__gtree_text(b->tree, cim__gb_node(b, value)), 0, 100000000);
}

/* ---- addresses: xAL 2.0 and 3.0 ---- */

static bool is_below(const cim__gbuilder *b, uint32_t node, const char *local)
{
    uint32_t parent = cim__gb_node(b, node)->parent;
    return parent != CIM_NONE && cim__str_is(cim__gb_node(b, parent)->name->local, local);
}

void cim__gb_address(cim__gbuilder *b, uint32_t address)
{
    for (uint32_t i = address + 1; i < cim__gb_node(b, address)->end; i++) {
        const cim__gnode *n = cim__gb_node(b, i);
        if (!n->name || n->name->module != CIM__GML_XAL) continue;
        cim__str text = cim__gtree_text(b->tree, n), local = n->name->local;
        bool element = cim__str_is(local, "NameElement");
        if (cim__str_is(local, "ThoroughfareName") || cim__str_is(local, "ThoroughFareName") || (element && is_below(b, i, "Thoroughfare"))) put_text(b, CIM__A_STREET, text);
        if (cim__str_is(local, "ThoroughfareNumber") || cim__str_is(local, "ThoroughFareNumber") || (cim__str_is(local, "Number") && is_below(b, i, "Thoroughfare"))) put_text(b, CIM__A_HOUSENUMBER, text);
        if (cim__str_is(local, "PostalCodeNumber") || (cim__str_is(local, "Identifier") && is_below(b, i, "PostCode"))) put_text(b, CIM__A_POSTCODE, text);
        if (cim__str_is(local, "LocalityName") || (element && is_below(b, i, "Locality"))) put_text(b, CIM__A_CITY, text);
    }
}

void cim__gb_class_values(cim__gbuilder *b, const cim__gname *class)
{
    static const char *const networks[][2] = {
#define CIM__GML_NETWORK(local, network) { local, network },
#include "import/citygml/networks.def"
#undef CIM__GML_NETWORK
    };
    for (size_t i = 0; i < sizeof networks / sizeof *networks; i++)
        if (cim__str_is(class->local, networks[i][0])) cim__gb_put(b, (cim__value){ .attr = CIM__A_NETWORK, .rule = CIM__RULE_DEFAULT, .text = cim__str_of(networks[i][1]) });
}
