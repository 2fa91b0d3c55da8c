/* ramps.c - colour ramps as tables.
 *
 * viridis, magma and cividis (S. van der Walt, N. Smith; J. Nunez, C. Anderton, R. Renslow, 2018) rise evenly in lightness for every
 * kind of colour vision; blues, oranges, greens and the two-sided purples-oranges and browns-greens are the colour-blind-safe ones
 * of ColorBrewer (C. Brewer); categories are the eight of M. Okabe and K. Ito, without black. */
#include "view/classes.h"

#include "core/num.h"

enum { STOPS = 9 };

static const struct {
    const char *name;
    uint32_t stops[STOPS];
} ramps[] = {
    { "viridis", { 0x440154, 0x472d7b, 0x3b528b, 0x2c728e, 0x21918c, 0x28ae80, 0x5ec962, 0xaddc30, 0xfde725 } },
    { "cividis", { 0x00224e, 0x123570, 0x3b496c, 0x575d6d, 0x707173, 0x8a8678, 0xa59c74, 0xc3b369, 0xfee838 } },
    { "magma", { 0x000004, 0x1d1147, 0x51127c, 0x832681, 0xb73779, 0xe75263, 0xfc8961, 0xfec488, 0xfcfdbf } },
    { "blues", { 0xdeebf7, 0xc6dbef, 0x9ecae1, 0x85bcdc, 0x6baed6, 0x4292c6, 0x2171b5, 0x08519c, 0x08306b } },
    { "greens", { 0xe5f5e0, 0xc7e9c0, 0xa1d99b, 0x8bcf89, 0x74c476, 0x41ab5d, 0x238b45, 0x006d2c, 0x00441b } },
    { "oranges", { 0xffeda0, 0xfed976, 0xfebd5c, 0xfea045, 0xfd8d3c, 0xfc4e2a, 0xe31a1c, 0xbd0026, 0x800026 } },
    { "puor", { 0xb35806, 0xe08214, 0xfdb863, 0xfee0b6, 0xf7f7f7, 0xd8daeb, 0xb2abd2, 0x8073ac, 0x542788 } },
    { "brbg", { 0x8c510a, 0xbf812d, 0xdfc27d, 0xf6e8c3, 0xf5f5f5, 0xc7eae5, 0x80cdc1, 0x35978f, 0x01665e } },
};
enum { RAMPS = sizeof ramps / sizeof *ramps };

static const uint32_t categories[CIM__CATEGORIES_MAX] = { 0x0072b2, 0xe69f00, 0x009e73, 0xd55e00, 0x56b4e9, 0xcc79a7, 0xf0e442, 0x7f7f7f };

int cim__ramp_named(const char *name)
{
    if (!name) return 0;
    for (int i = 0; i < RAMPS; i++)
        if (!strcmp(ramps[i].name, name)) return i;
    return -1;
}

const char *cim__ramp_name(int ramp) { return ramp >= 0 && ramp < RAMPS ? ramps[ramp].name : NULL; }

/* Half way between two stops when n does not divide the ramp; whole numbers, so that it is the same everywhere. */
uint32_t cim__ramp_colour(int ramp, int i, int n)
{
    int at = n > 1 ? i * (STOPS - 1) * 256 / (n - 1) : (STOPS - 1) * 128, stop = at / 256, part = at % 256;
    uint32_t colour = 0;
    if (stop >= STOPS - 1) return ramps[ramp].stops[STOPS - 1];
    for (int shift = 0; shift < 24; shift += 8) {
        int a = (int)(ramps[ramp].stops[stop] >> shift & 255), b = (int)(ramps[ramp].stops[stop + 1] >> shift & 255);
        colour |= (uint32_t)((a * (256 - part) + b * part + 128) / 256) << shift;
    }
    return colour;
}

uint32_t cim__category_colour(int i) { return categories[i % CIM__CATEGORIES_MAX]; }

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

bool cim__parse_colour(cim__str text, uint32_t *colour_out)
{
    uint32_t colour = 0;
    if (text.len && text.ptr[0] == '#') text.ptr++, text.len--;
    if (text.len != 6) return false;
    for (size_t i = 0; i < 6; i++) {
        int d = hex_digit(text.ptr[i]);
        if (d < 0) return false;
        colour = colour << 4 | (uint32_t)d;
    }
    *colour_out = colour;
    return true;
}

void cim__put_colour(cim__buf *out, uint32_t colour) { cim__buf_printf(out, "#%02x%02x%02x", colour >> 16 & 255, colour >> 8 & 255, colour & 255); }
