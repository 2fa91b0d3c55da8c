/* lines.c - lines, tokens and units of an EPANET input file. */
#include "epanet/epanet.h"

#include <math.h>
#include <stdio.h>

static const char *const names[] = {
#define CIM__EPA(id, name) name,
#include "epanet/sections.def"
#undef CIM__EPA
    "(unknown)", "(behind END)",
};

const char *cim__epa_section_name(cim__epa_section section) { return names[section]; }

static char upper(char c) { return c >= 'a' && c <= 'z' ? (char)(c - 32) : c; }

bool cim__epa_is(cim__str token, const char *word)
{
    size_t i = 0;
    while (word[i] && i < token.len && upper(token.ptr[i]) == upper(word[i])) i++;
    return !word[i];
}

/* The first four letters behind the bracket decide, [END three; a bracket may close them earlier than EPANET likes. */
static cim__epa_section section_of(cim__str heading)
{
    for (int s = 0; s < CIM__EPA_SECTIONS; s++) {
        char word[6] = "[";
        memcpy(word + 1, names[s], strlen(names[s]) < 4 ? 3 : 4);
        if (cim__epa_is(heading, word)) return (cim__epa_section)s;
    }
    return CIM__EPA_NONE;
}

bool cim__epa_is_swmm(cim__str heading)
{
    static const char *const words[] = { "[RAINGAGES", "[SUBCATCHMENTS", "[SUBAREAS", "[CONDUITS", "[OUTFALLS", "[XSECTIONS", "[STORAGE", "[WEIRS", "[ORIFICES", "[INFILTRATION", "[EVAPORATION" };
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (cim__epa_is(heading, words[i])) return true;
    return false;
}

static bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

/* Text in quotes is one token; a quote that is not closed ends with the line. */
static void find_tokens(cim__epa_line *line, const char *p, const char *end)
{
    line->count = 0;
    line->open_quote = false;
    while (line->count < CIM__EPA_TOKENS) {
        while (p < end && is_blank(*p)) p++;
        if (p == end) return;
        bool quoted = *p == '"';
        const char *start = p += quoted;
        while (p < end && (quoted ? *p != '"' : !is_blank(*p))) p++;
        line->tokens[line->count++] = (cim__str){ start, (size_t)(p - start) };
        line->open_quote = quoted && p == end;
        if (quoted && p < end) p++;
    }
}

void cim__epa_split(cim__str text, uint32_t at, cim__epa_line *line)
{
    const char *start = text.ptr + at, *newline = memchr(start, '\n', text.len - at), *end = newline ? newline : text.ptr + text.len;
    line->at = at;
    line->next = (uint32_t)(end - text.ptr) + (newline != NULL);
    if (end > start && end[-1] == '\r') end--;
    line->text = (cim__str){ start, (size_t)(end - start) };
    const char *comment = end > start ? memchr(start, ';', (size_t)(end - start)) : NULL;
    line->comment = comment ? cim__str_trim((cim__str){ comment + 1, (size_t)(end - comment) - 1 }) : (cim__str){ end, 0 };
    if (!at && cim__str_starts(text, "\xef\xbb\xbf")) start += 3; /* a byte order mark */
    find_tokens(line, start, comment ? comment : end);
}

bool cim__epa_next(cim__str text, cim__epa_line *line)
{
    cim__epa_section section = line->section == CIM__EPA_END ? CIM__EPA_AFTER : line->section;
    if (line->next >= text.len) return false;
    cim__epa_split(text, line->next, line);
    line->number++;
    line->heading = section != CIM__EPA_AFTER && line->count && line->tokens[0].len && line->tokens[0].ptr[0] == '[';
    line->section = line->heading ? section_of(line->tokens[0]) : section;
    return true;
}

bool cim__epa_number(cim__str token, double *value_out)
{
    static const double limit = 1e15; /* beyond is no quantity, but sums of such stay finite */
    double value;
    const char *end = token.len ? cim__read_double(token.ptr, token.ptr + token.len, &value) : NULL;
    if (!end || end != token.ptr + token.len || !(fabs(value) <= limit)) return false;
    *value_out = value;
    return true;
}

const char *cim__epa_shown(cim__str name, char out[CIM__EPA_SHOWN])
{
    size_t n = 0;
    while (n < name.len && n < CIM__EPA_SHOWN - 4) n++;
    while (n < name.len && n && ((unsigned char)name.ptr[n] & 0xc0) == 0x80) n--; /* no half characters */
    for (size_t i = 0; i < n; i++) out[i] = (unsigned char)name.ptr[i] < ' ' || name.ptr[i] == 0x7f ? '?' : name.ptr[i];
    snprintf(out + n, CIM__EPA_SHOWN - n, "%s", n < name.len ? "..." : "");
    return out;
}

/* Litres a second, exactly by definition; acre-feet are international ones. */
static const cim__epa_units units[] = {
    { "CFS", 28.316846592, true },
    { "GPM", 3.785411784 / 60.0, true },
    { "MGD", 3785411.784 / 86400.0, true },
    { "IMGD", 4546090.0 / 86400.0, true },
    { "AFD", 43560.0 * 28.316846592 / 86400.0, true },
    { "LPS", 1.0, false },
    { "LPM", 1.0 / 60.0, false },
    { "MLD", 1e6 / 86400.0, false },
    { "CMH", 1.0 / 3.6, false },
    { "CMD", 1e3 / 86400.0, false },
    { "CMS", 1e3, false },
    { "SI", 1.0, false },
};

bool cim__epa_units_named(cim__str token, cim__epa_units *out)
{
    for (size_t i = 0; i < sizeof units / sizeof *units; i++)
        if (cim__epa_is(token, units[i].name)) {
            *out = units[i];
            return true;
        }
    return false;
}
