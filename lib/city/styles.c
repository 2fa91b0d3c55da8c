/* styles.c - QML and SLD from styles.def: one symbol for all objects of a layer, or one for each value of an attribute and
 * one for the others. */
#include "city/styles.h"

typedef struct symbol {
    uint32_t fill, line; /* NO_COLOUR: none */
    int width;           /* of the line, diameter of a point: 1/100 mm */
} symbol;

typedef struct rule {
    uint8_t layer, attr;
    const char *value; /* NULL: the style of the layer */
    symbol symbol;
} rule;

static const rule rules[] = {
#define CIM__STYLE(layer, attr, fill, line, width) { CIM__L_##layer, CIM__A_##attr, NULL, { fill, line, width } },
#define CIM__STYLE_CASE(layer, value, fill, line, width) { CIM__L_##layer, 0, value, { fill, line, width } },
#include "city/styles.def"
#undef CIM__STYLE
#undef CIM__STYLE_CASE
};
enum { RULES = sizeof rules / sizeof *rules };
static const uint32_t no_colour = 0xffffffffu;

/* The style of a layer; its cases follow it. */
static const rule *style_of(cim__layer_id layer)
{
    if (!cim__layers[layer].type) return NULL;
    for (const rule *r = rules; r < rules + RULES; r++)
        if (r->layer == layer && !r->value) return r;
    return NULL;
}

static size_t case_count(const rule *style)
{
    size_t n = 0;
    for (const rule *r = style + 1; r < rules + RULES && r->value && r->layer == style->layer; r++) n++;
    return n;
}

static const char *symbol_type(const rule *style)
{
    int32_t base = cim__geom_base(cim__layers[style->layer].type);
    return base == CIM_GEOM_POINT ? "marker" : base == CIM_GEOM_LINESTRING ? "line" : "fill";
}

/* ---- QML ---- */

static void qml_text(cim__buf *out, const char *name, const char *value) { cim__buf_printf(out, "<Option name=\"%s\" type=\"QString\" value=\"%s\"/>", name, value); }

static void qml_colour(cim__buf *out, const char *name, uint32_t c)
{
    cim__buf_printf(out, "<Option name=\"%s\" type=\"QString\" value=\"%u,%u,%u,%d\"/>", name, c >> 16 & 255, c >> 8 & 255, c & 255, c == no_colour ? 0 : 255);
}

static void qml_mm(cim__buf *out, const char *name, int width)
{
    cim__buf_printf(out, "<Option name=\"%s\" type=\"QString\" value=\"%d.%02d\"/><Option name=\"%s_unit\" type=\"QString\" value=\"MM\"/>", name, width / 100, width % 100, name);
}

static void qml_marker(cim__buf *out, const symbol *s)
{
    qml_text(out, "name", "circle");
    qml_colour(out, "color", s->fill);
    qml_colour(out, "outline_color", s->line);
    qml_mm(out, "outline_width", 20);
    qml_mm(out, "size", s->width);
}

static void qml_line(cim__buf *out, const symbol *s)
{
    qml_colour(out, "line_color", s->line);
    qml_mm(out, "line_width", s->width);
    qml_text(out, "capstyle", "round");
    qml_text(out, "joinstyle", "round");
}

static void qml_fill(cim__buf *out, const symbol *s)
{
    qml_colour(out, "color", s->fill);
    qml_text(out, "style", s->fill == no_colour ? "no" : "solid");
    qml_colour(out, "outline_color", s->line);
    qml_mm(out, "outline_width", s->width);
}

static void qml_symbol(cim__buf *out, const char *type, size_t number, const symbol *s)
{
    bool marker = type[0] == 'm', line = type[0] == 'l';
    cim__buf_printf(out, "<symbol name=\"%zu\" type=\"%s\" alpha=\"1\" clip_to_extent=\"1\"><layer class=\"%s\" enabled=\"1\" pass=\"0\" locked=\"0\"><Option type=\"Map\">", number, type,
                    marker ? "SimpleMarker" : line ? "SimpleLine" : "SimpleFill");
    if (marker) qml_marker(out, s);
    else if (line) qml_line(out, s);
    else qml_fill(out, s);
    cim__buf_puts(out, "</Option></layer></symbol>");
}

bool cim__style_qml(cim__buf *out, cim__layer_id layer)
{
    const rule *style = style_of(layer);
    if (!style) return false;
    size_t cases = case_count(style);
    cim__buf_puts(out, "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n<qgis version=\"3.22.0\" styleCategories=\"Symbology\"><renderer-v2 symbollevels=\"0\" enableorderby=\"0\"");
    if (cases) {
        cim__buf_printf(out, " type=\"categorizedSymbol\" attr=\"%s\"><categories>", cim__attrs[style->attr].name);
        for (size_t i = 1; i <= cases; i++) cim__buf_printf(out, "<category symbol=\"%zu\" value=\"%s\" label=\"%s\" render=\"true\"/>", i, style[i].value, style[i].value);
        cim__buf_puts(out, "<category symbol=\"0\" value=\"\" label=\"other\" render=\"true\"/></categories><symbols>");
    } else {
        cim__buf_puts(out, " type=\"singleSymbol\"><symbols>");
    }
    for (size_t i = 0; i <= cases; i++) qml_symbol(out, symbol_type(style), i, &style[i].symbol);
    cim__buf_puts(out, "</symbols></renderer-v2></qgis>\n");
    return true;
}

/* ---- SLD ---- */

static void sld_colour(cim__buf *out, const char *name, uint32_t c) { cim__buf_printf(out, "<se:SvgParameter name=\"%s\">#%06x</se:SvgParameter>", name, c & 0xffffff); }

/* Widths in pixels of 0.28 mm. */
static void sld_stroke(cim__buf *out, uint32_t colour, int width)
{
    int tenths = width * 10 / 28;
    cim__buf_puts(out, "<se:Stroke>");
    sld_colour(out, "stroke", colour);
    cim__buf_printf(out, "<se:SvgParameter name=\"stroke-width\">%d.%d</se:SvgParameter></se:Stroke>", tenths / 10, tenths % 10);
}

static void sld_fill(cim__buf *out, uint32_t colour)
{
    if (colour == no_colour) return;
    cim__buf_puts(out, "<se:Fill>");
    sld_colour(out, "fill", colour);
    cim__buf_puts(out, "</se:Fill>");
}

static void sld_symbol(cim__buf *out, const char *type, const symbol *s)
{
    if (type[0] == 'm') {
        cim__buf_puts(out, "<se:PointSymbolizer><se:Graphic><se:Mark><se:WellKnownName>circle</se:WellKnownName>");
        sld_fill(out, s->fill);
        sld_stroke(out, s->line, 20);
        cim__buf_printf(out, "</se:Mark><se:Size>%d</se:Size></se:Graphic></se:PointSymbolizer>", (s->width + 14) / 28);
    } else if (type[0] == 'l') {
        cim__buf_puts(out, "<se:LineSymbolizer>");
        sld_stroke(out, s->line, s->width);
        cim__buf_puts(out, "</se:LineSymbolizer>");
    } else {
        cim__buf_puts(out, "<se:PolygonSymbolizer>");
        sld_fill(out, s->fill);
        sld_stroke(out, s->line, s->width);
        cim__buf_puts(out, "</se:PolygonSymbolizer>");
    }
}

static void sld_rule(cim__buf *out, const rule *style, const rule *r)
{
    cim__buf_printf(out, "<se:Rule><se:Name>%s</se:Name>", r->value ? r->value : "other");
    if (r->value)
        cim__buf_printf(out, "<ogc:Filter><ogc:PropertyIsEqualTo><ogc:PropertyName>%s</ogc:PropertyName><ogc:Literal>%s</ogc:Literal></ogc:PropertyIsEqualTo></ogc:Filter>",
                        cim__attrs[style->attr].name, r->value);
    else if (case_count(style)) cim__buf_puts(out, "<se:ElseFilter/>");
    sld_symbol(out, symbol_type(style), &r->symbol);
    cim__buf_puts(out, "</se:Rule>");
}

bool cim__style_sld(cim__buf *out, cim__layer_id layer)
{
    const rule *style = style_of(layer);
    const char *table = cim__layers[layer].table;
    if (!style) return false;
    cim__buf_printf(out,
                    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<StyledLayerDescriptor version=\"1.1.0\" xmlns=\"http://www.opengis.net/sld\" xmlns:se=\"http://www.opengis.net/se\" "
                    "xmlns:ogc=\"http://www.opengis.net/ogc\"><NamedLayer><se:Name>%s</se:Name><UserStyle><se:Name>%s</se:Name><se:FeatureTypeStyle>",
                    table, table);
    for (size_t i = 1; i <= case_count(style); i++) sld_rule(out, style, &style[i]);
    sld_rule(out, style, style);
    cim__buf_puts(out, "</se:FeatureTypeStyle></UserStyle></NamedLayer></StyledLayerDescriptor>\n");
    return true;
}
