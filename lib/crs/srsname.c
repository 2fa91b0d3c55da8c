/* srsname.c - spatial reference names as data files write them.
 *
 * The same system has many spellings, and the spelling decides the order of the axes: a URN or a URI of the OGC means the order
 * of the authority (EPSG:4326 is latitude, longitude), the short form "EPSG:4326" and the names of the German surveying offices
 * ("urn:adv:crs:...") mean east first.  German Gauss-Krueger and Soldner systems are north first in the EPSG registry, but data in
 * them is written east first whatever the spelling. */
#include "core/num.h"
#include "crs/crs.h"

#include <ctype.h>

enum { TEXT_MAX = 400 };

/* AdV, "GeoInfoDok": Koordinatenreferenzsysteme.  The name ends at '*', behind which the height system follows. */
typedef struct known_name {
    const char *name;
    int32_t epsg;
} known_name;

static const known_name adv_plane[] = {
    { "etrs89_utm31", 25831 },     { "etrs89_utm32", 25832 },      { "etrs89_utm33", 25833 },      { "etrs89_utm34", 25834 },    { "etrs89_lat-lon", 4258 },
    { "etrs89_3gk3", 5649 },       { "de_dhdn_3gk2", 31466 },      { "de_dhdn_3gk3", 31467 },      { "de_dhdn_3gk4", 31468 },    { "de_dhdn_3gk5", 31469 },
    { "de_dhdn_lat-lon", 4314 },   { "de_42-83_3gk3", 2397 },      { "de_42-83_3gk4", 2398 },      { "de_42-83_3gk5", 2399 },    { "de_rd-83_3gk4", 3398 },
    { "de_rd-83_3gk5", 3399 },     { "de_pd-83_3gk3", 3396 },      { "de_pd-83_3gk4", 3397 },      { "etrs89_h", 4937 },
};
static const known_name adv_height[] = { { "de_dhhn2016", 7837 }, { "de_dhhn92", 5783 }, { "de_dhhn85", 5784 }, { "de_dhhn12", 7699 }, { "de_snn76", 5785 } };
static const known_name other_names[] = { { "ch1903+", 2056 }, { "ch1903", 21781 }, { "wgs84", 4326 }, { "wgs 84", 4326 } };

/* The longest name that the text starts with. */
static int32_t known(const known_name *names, size_t count, const char *text)
{
    size_t best = 0;
    int32_t epsg = 0;
    for (size_t i = 0; i < count; i++) {
        size_t n = strlen(names[i].name);
        if (n <= best || strncmp(text, names[i].name, n) != 0) continue;
        best = n;
        epsg = names[i].epsg;
    }
    return epsg;
}
#define KNOWN(names, text) known((names), sizeof(names) / sizeof *(names), (text))

/* Lower case, blanks at the ends cut. */
static bool normalise(cim__str text, char out[TEXT_MAX])
{
    size_t n = 0;
    text = cim__str_trim(text);
    if (!text.len || text.len >= TEXT_MAX) return false;
    for (; n < text.len; n++) {
        char c = text.ptr[n];
        out[n] = c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
    }
    out[n] = 0;
    return memchr(text.ptr, 0, text.len) == NULL;
}

/* The last number of text up to stop that is no version ("6.12"); 0 if there is none. */
static int32_t last_code(const char *text, const char *stop)
{
    int32_t code = 0;
    while (text < stop) {
        int64_t value = 0;
        if (!isdigit((unsigned char)*text)) {
            text++;
            continue;
        }
        const char *start = text;
        while (text < stop && (isdigit((unsigned char)*text) || (*text == '.' && text + 1 < stop && isdigit((unsigned char)text[1])))) text++;
        bool version = memchr(start, '.', (size_t)(text - start)) != NULL;
        if (!version && text - start < 10 && cim__read_int(start, text, &value) && value > 0) code = (int32_t)value;
    }
    return code;
}

/* "epsg...25832 ... epsg...5783", "epsg:25832+5783": the codes in their order. */
static void read_codes(const char *text, int32_t codes[2])
{
    int n = 0;
    for (const char *at = strstr(text, "epsg"); at && n < 2;) {
        const char *next = strstr(at + 4, "epsg"), *stop = at + strcspn(at, ",&"), *plus;
        if (next && next < stop) stop = next;
        plus = memchr(at, '+', (size_t)(stop - at));
        int32_t code = last_code(at + 4, plus ? plus : stop);
        if (code) codes[n++] = code;
        if (plus && n == 1) codes[n++] = last_code(plus, stop);
        at = next;
    }
}

/* WKT: the identifier of the whole stands last. */
static int32_t wkt_code(const char *text)
{
    const char *last = NULL;
    for (const char *at = strstr(text, "epsg"); at; at = strstr(at + 4, "epsg")) last = at;
    return last ? last_code(last, last + strlen(last)) : 0;
}

static bool all_digits(const char *text) { return text[strspn(text, "0123456789")] == 0; }

static bool is_short(const char *text) { return !strncmp(text, "epsg:", 5) || strstr(text, "epsg.xml#") || text[0] == '{' || all_digits(text); }

static bool east_first_in_practice(int32_t epsg)
{
    return (epsg >= 31466 && epsg <= 31469) || (epsg >= 2397 && epsg <= 2399) || (epsg >= 3396 && epsg <= 3399) || epsg == 3068;
}

/* What the authority says of the code, and the spelling of it. */
static cim_status complete(cim_ctx *ctx, cim__srs *srs, bool east_first)
{
    cim__crs_info info;
    cim_status st = cim__crs_info_of(ctx, srs->epsg, &info);
    if (st == CIM_ENOMEM) return st;
    if (st < 0) { /* the caller finds out when it wants to use the code */
        cim__enter(ctx);
        return CIM_OK;
    }
    srs->epsg = info.epsg;
    if (!srs->vertical_epsg) srs->vertical_epsg = info.vertical_epsg;
    srs->north_first = info.north_first && !east_first && !east_first_in_practice(info.epsg);
    return CIM_OK;
}

static void parse_adv(const char *name, cim__srs *srs)
{
    const char *star = strchr(name, '*');
    srs->epsg = KNOWN(adv_plane, name);
    if (star) srs->vertical_epsg = KNOWN(adv_height, star + 1);
}

cim_status cim__srs_parse(cim_ctx *ctx, cim__str text, cim__srs *srs_out)
{
    char name[TEXT_MAX];
    cim__srs srs = { 0, 0, false };
    bool east_first = false;
    int32_t codes[2] = { 0, 0 };
    *srs_out = srs;
    if (!normalise(text, name)) return CIM_OK;
    const char *adv = strstr(name, "adv:crs:");
    if (strstr(name, "crs84")) {
        srs.epsg = 4326;
        east_first = true;
    } else if (adv) {
        parse_adv(adv + 8, &srs);
        east_first = srs.epsg != 4258 && srs.epsg != 4314 && srs.epsg != 4937;
    } else if (strchr(name, '[')) {
        srs.epsg = wkt_code(name);
    } else if (all_digits(name)) {
        srs.epsg = last_code(name, name + strlen(name));
        east_first = true;
    } else {
        read_codes(name, codes);
        srs.epsg = codes[0] ? codes[0] : KNOWN(other_names, name);
        srs.vertical_epsg = codes[1];
        east_first = is_short(name) || !codes[0];
    }
    if (srs.epsg) CIM__TRY(complete(ctx, &srs, east_first));
    *srs_out = srs;
    return CIM_OK;
}
