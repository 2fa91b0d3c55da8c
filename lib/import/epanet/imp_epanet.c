/* imp_epanet.c - water networks of EPANET (.inp).
 *
 * The file is read as a whole (it goes into the city as it is, with the Network object, so that the exporter can write it back), line
 * ends, numbers and names are checked by lib/epanet, objects are made in make.c. */
#include "import/epanet/imp_epanet.h"

#include <math.h>
#include <stdio.h>

enum { TEXT_MAX = 256 << 20, CHUNK = 256 << 10, PREFIX_MAX = 200 };

/* ---- probe ---- */

/* Lines of the head that are headings of EPANET's, or of SWMM's, so that somebody says what is wrong with these. */
static int probe(cim__str head)
{
    static const char *const sure[] = { "[JUNC", "[RESE", "[PIPE", "[PUMP", "[VALV", "[TANK" };
    cim__epa_line line = { .section = CIM__EPA_NONE };
    int score = 0;
    while (score < 90 && cim__epa_next(head, &line)) {
        if (memchr(line.text.ptr, 0, line.text.len)) return 0;
        if (!line.count) continue;
        if (!line.heading && line.section == CIM__EPA_NONE && !score) return 0; /* something else comes before the first heading */
        if (!line.heading) continue;
        if (line.section == CIM__EPA_NONE && !cim__epa_is_swmm(line.tokens[0])) continue;
        if (score < 40) score = 40;
        for (size_t i = 0; i < sizeof sure / sizeof *sure; i++)
            if (cim__epa_is(line.tokens[0], sure[i])) score = 90;
    }
    return score;
}

/* ---- faults ---- */

cim_status cim__epa_fault(cim_ctx *ctx, void *user, uint32_t line, const char *what)
{
    cim__epa_import *im = user;
    const char *path = cim__input_path(im->job->input);
    if (!(im->job->opts->flags & CIM_IMPORT_KEEP_GOING)) return cim__fail(ctx, CIM_EFORMAT, "%s:%u: %s", path, line, what);
    im->job->partial = true;
    cim__report_warn(im->job->report, line, "%s:%u: refused: %s", path, line, what);
    return CIM_OK;
}

static void warning(void *user, uint32_t line, const char *what)
{
    cim__epa_import *im = user;
    cim__report_warn(im->job->report, line, "%s:%u: %s", cim__input_path(im->job->input), line, what);
}

static cim_status tick(cim_ctx *ctx, void *user)
{
    const cim__epa_import *im = user;
    return cim__job_tick(ctx, im->job, "read");
}

/* ---- the text ---- */

typedef struct place {
    size_t line_start; /* in the text */
    uint32_t line;
} place;

/* Lines are short and hold no NUL: whatever has 10 MB without a line end is refused before it is read. */
static cim_status check_chunk(cim_ctx *ctx, cim__epa_import *im, size_t from, place *p)
{
    const char *text = (const char *)im->raw.data, *path = cim__input_path(im->job->input);
    for (size_t at = from; at < im->raw.size;) {
        const char *newline = memchr(text + at, '\n', im->raw.size - at);
        size_t end = newline ? (size_t)(newline - text) : im->raw.size;
        if (end - p->line_start > CIM__EPA_LINE_MAX) return cim__fail(ctx, CIM_EFORMAT, "%s:%u: the line is longer than %d bytes", path, p->line, CIM__EPA_LINE_MAX);
        if (end > at && memchr(text + at, 0, end - at)) return cim__fail(ctx, CIM_EFORMAT, "%s:%u: a NUL byte: this is no text", path, p->line);
        if (newline) {
            p->line++;
            p->line_start = end + 1;
        }
        at = end + 1;
    }
    return CIM_OK;
}

static cim_status read_file(cim_ctx *ctx, cim__epa_import *im)
{
    place p = { 0, 1 };
    size_t got = 1;
    while (got) {
        size_t from = im->raw.size;
        if (!cim__buf_reserve(&im->raw, CHUNK)) return cim__nomem(ctx);
        CIM__TRY(cim__input_read(ctx, im->job->input, im->raw.data + from, CHUNK, &got));
        im->raw.size += got;
        if (im->raw.size > TEXT_MAX) return cim__fail(ctx, CIM_ELIMIT, "%s: more than %d MiB: no network is as large as that", cim__input_path(im->job->input), TEXT_MAX >> 20);
        CIM__TRY(check_chunk(ctx, im, from, &p));
        CIM__TRY(cim__job_tick(ctx, im->job, "read"));
    }
    return CIM_OK;
}

/* UTF-8 as it is; what is not is taken as Latin-1, byte by byte, and written back so. */
static cim_status decode(cim_ctx *ctx, cim__epa_import *im)
{
    im->latin1 = !cim__is_utf8(cim__buf_str(&im->raw));
    snprintf(im->job->source->encoding, sizeof im->job->source->encoding, "%s", im->latin1 ? "ISO-8859-1" : "UTF-8");
    for (size_t i = 0; im->latin1 && i < im->raw.size; i++) {
        unsigned char c = im->raw.data[i];
        if (c >= 0x80) cim__buf_putc(&im->text, (char)(0xc0 | c >> 6));
        cim__buf_putc(&im->text, c >= 0x80 ? (char)(0x80 | (c & 0x3f)) : (char)c);
    }
    if (im->text.failed) return cim__nomem(ctx);
    if (!im->latin1) {
        cim__buf swap = im->text;
        im->text = im->raw;
        im->raw = swap;
    }
    cim__buf_free(&im->raw);
    return CIM_OK;
}

/* ---- ids ---- */

/* "data/town.inp.gz": "town". */
static cim__str stem_of(const char *path)
{
    static const char *const suffixes[] = { ".gz", ".bz2", ".inp", ".net" };
    const char *slash = strrchr(path, '/');
    cim__str stem = cim__str_of(slash ? slash + 1 : path);
    for (size_t i = 0; i < 4; i++) {
        size_t n = strlen(suffixes[i]);
        if (stem.len > n && cim__epa_is((cim__str){ stem.ptr + stem.len - n, n }, suffixes[i])) stem.len -= n;
    }
    return cim__str_is(stem, "-") ? CIM__STR("stdin") : stem;
}

static cim_status set_prefix(cim_ctx *ctx, cim__epa_import *im)
{
    const char *given = im->job->opts->prefix;
    cim__str wanted = cim__str_of(given ? given : ""), stem = stem_of(cim__input_path(im->job->input));
    for (size_t i = 0; i < wanted.len; i++)
        if ((unsigned char)wanted.ptr[i] <= ' ' || wanted.ptr[i] == '#' || wanted.ptr[i] == 0x7f) return cim__fail(ctx, CIM_EARG, "prefix: blanks and '#' cannot be in ids");
    if (given && (!wanted.len || wanted.len > PREFIX_MAX || !cim__is_utf8(wanted))) return cim__fail(ctx, CIM_EARG, "prefix: 1 to %d bytes of UTF-8 are needed", PREFIX_MAX);
    if (given) cim__buf_putstr(&im->prefix, wanted);
    else cim__buf_puts(&im->prefix, "inp:");
    for (size_t i = 0; !given && i < stem.len && i < PREFIX_MAX; i++) {
        unsigned char c = (unsigned char)stem.ptr[i];
        bool plain = (c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'z') || c == '.' || c == '-';
        cim__buf_putc(&im->prefix, plain ? (char)c : '_');
    }
    if (!given) cim__buf_putc(&im->prefix, '/');
    return im->prefix.failed ? cim__nomem(ctx) : CIM_OK;
}

/* ---- reference system ---- */

static const cim__epa_object *first_placed(const cim__epa_net *n)
{
    for (size_t i = 0; i < cim__epa_node_count(n); i++)
        if (cim__epa_node(n, i)->placed && !cim__epa_node(n, i)->refused) return cim__epa_node(n, i);
    return NULL;
}

/* Many networks have coordinates that were drawn on a sheet: these are far from wherever the city is. */
static cim_status warn_elsewhere(cim_ctx *ctx, cim__epa_import *im, const cim__epa_object *o)
{
    static const double margin_deg = 1.0;
    cim__crs_info info;
    cim__transform *degrees = NULL;
    double xy[2] = { im->swapped ? o->y : o->x, im->swapped ? o->x : o->y };
    CIM__TRY(cim__crs_info_of(ctx, im->epsg, &info));
    if (info.west_deg >= info.east_deg) return CIM_OK; /* not known, or around the date line */
    CIM__TRY(cim__transform_new(ctx, im->epsg, 4326, &degrees));
    cim__transform_run(degrees, xy, xy + 1, 2, 1);
    cim__transform_free(degrees);
    bool here = xy[0] > info.west_deg - margin_deg && xy[0] < info.east_deg + margin_deg && xy[1] > info.south_deg - margin_deg && xy[1] < info.north_deg + margin_deg;
    if (!here) cim__report_warn(im->job->report, 0, "%s: its first node lies outside of the area of EPSG:%d: are the coordinates of this system?", cim__input_path(im->job->input), (int)im->epsg);
    return CIM_OK;
}

/* Coordinates of EPANET are of no reference system, so it has to be said, unless there is a city already: then they are its own. */
static cim_status find_place(cim_ctx *ctx, cim__epa_import *im)
{
    const cim__job *job = im->job;
    const cim__epa_object *o = first_placed(&im->net);
    int32_t city = job->sink->epsg ? job->sink->epsg : job->opts->epsg;
    im->swapped = job->opts->flags & CIM_IMPORT_SWAP_XY;
    im->epsg = job->opts->source_epsg ? job->opts->source_epsg : city;
    if (!city && !(o && im->epsg))
        return cim__fail(ctx, CIM_EFORMAT, "%s: EPANET files do not say in which reference system they are: give that of the new city (option epsg, --crs EPSG)%s", cim__input_path(job->input),
                         o ? " or that of the file (source_epsg, --source-crs EPSG)" : "");
    CIM__TRY(cim__job_transform(ctx, im->job, im->epsg, o ? (im->swapped ? o->y : o->x) : 0.0, o ? (im->swapped ? o->x : o->y) : 0.0, &im->transform));
    if (o) CIM__TRY(warn_elsewhere(ctx, im, o));
    im->job->source->srid = o ? im->epsg : 0;
    snprintf(im->job->source->axis, sizeof im->job->source->axis, "%s", im->swapped ? "y x" : "x y");
    return CIM_OK;
}

/* ---- the whole ---- */

/* Rows of nodes and links are objects; the others are kept in the text. */
static void count_rows(cim__epa_import *im)
{
    cim__report *report = im->job->report;
    for (int s = 0; s < CIM__EPA_AFTER + 1; s++) {
        const char *kind = cim__epa_section_name((cim__epa_section)s);
        uint64_t rows = im->net.rows[s], refused = im->net.refused[s] < rows ? im->net.refused[s] : rows;
        bool objects = s >= CIM__EPA_JUNCTIONS && s <= CIM__EPA_VALVES;
        if (!rows) continue;
        cim__report_seen(report, kind, rows);
        if (rows > refused) cim__report_fate(report, kind, objects ? CIM__STORED : CIM__VERBATIM, NULL, rows - refused);
        if (refused) cim__report_fate(report, kind, CIM__SKIPPED, "refused", refused);
    }
}

static cim_status read_all(cim_ctx *ctx, cim__epa_import *im)
{
    const cim__epa_listener listener = { cim__epa_fault, warning, tick, im };
    CIM__TRY(set_prefix(ctx, im));
    CIM__TRY(read_file(ctx, im));
    CIM__TRY(decode(ctx, im));
    cim_status st = cim__epa_read(ctx, cim__buf_str(&im->text), &listener, &im->net);
    if (st == CIM_EFORMAT && im->job->partial) return cim__fail_at(ctx, st, cim__input_path(im->job->input));
    CIM__TRY(st);
    CIM__TRY(find_place(ctx, im));
    snprintf(im->job->source->version, sizeof im->job->source->version, "%s", im->net.units.name);
    CIM__TRY(cim__epa_make(ctx, im));
    count_rows(im);
    return CIM_OK;
}

static cim_status run(cim_ctx *ctx, cim__job *job)
{
    cim__epa_import im = { .job = job };
    im.raw = im.text = im.prefix = cim__buf_on(ctx->mem);
    cim_status st = read_all(ctx, &im);
    cim__epa_free(&im.net);
    cim__transform_free(im.transform);
    cim__buf_free(&im.raw);
    cim__buf_free(&im.text);
    cim__buf_free(&im.prefix);
    return st;
}

const cim__importer cim__importer_epanet = { "epanet", "EPANET input file", probe, run };
