/* imp_gis.c - the importer of GIS layers: recognising files, and the order of work. */
#include "import/gis/gis.h"

#include <stdio.h>

/* ---- recognising ---- */

static cim__str skip_blanks(cim__str s)
{
    if (cim__str_starts(s, "\xef\xbb\xbf")) s = (cim__str){ s.ptr + 3, s.len - 3 };
    while (s.len && (s.ptr[0] == ' ' || s.ptr[0] == '\n' || s.ptr[0] == '\r' || s.ptr[0] == '\t' || s.ptr[0] == 0x1e)) s = (cim__str){ s.ptr + 1, s.len - 1 };
    return s;
}

/* The value of the first "type" of the outermost object, wherever it stands in the head; empty when it is not there. */
static cim__str type_member(cim__str s)
{
    int depth = 0;
    bool quoted = false, is_type = false;
    size_t start = 0;
    for (size_t i = 0; i < s.len; i++) {
        char c = s.ptr[i];
        if (quoted && c == '\\') {
            i++;
        } else if (c == '"') {
            quoted = !quoted;
            if (quoted) start = i + 1;
            else if (depth == 1 && is_type) return (cim__str){ s.ptr + start, i - start };
            else is_type = depth == 1 && cim__str_is((cim__str){ s.ptr + start, i - start }, "type");
        } else if (!quoted) {
            depth += (c == '{' || c == '[') - (c == '}' || c == ']');
            if (!depth) break;
            if (c == ',' || c == '{') is_type = false;
        }
    }
    return (cim__str){ "", 0 };
}

static cim__gis_kind json_kind(cim__str head, int *score)
{
    static const char *const shapes[] = { "Point", "LineString", "Polygon", "MultiPoint", "MultiLineString", "MultiPolygon", "GeometryCollection" };
    cim__str s = skip_blanks(head), type = type_member(s);
    bool record = memchr(head.ptr, 0x1e, head.len < 64 ? head.len : 64) != NULL;
    *score = 90;
    if (cim__str_is(type, "FeatureCollection")) return CIM__GIS_GEOJSON;
    if (cim__str_is(type, "Feature")) {
        const char *end = memchr(s.ptr, '\n', s.len);
        cim__str rest = end ? skip_blanks((cim__str){ end, s.len - (size_t)(end - s.ptr) }) : (cim__str){ "", 0 };
        return record || cim__str_starts(rest, "{") ? CIM__GIS_GEOJSONSEQ : CIM__GIS_GEOJSON;
    }
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++)
        if (cim__str_is(type, shapes[i])) return CIM__GIS_GEOJSON;
    *score = 40; /* members may be in any order */
    if (!type.len && memmem(s.ptr, s.len, "\"Feature\"", 9) && memmem(s.ptr, s.len, "\"geometry\"", 10)) return CIM__GIS_GEOJSON;
    *score = 0;
    return CIM__GIS_NONE;
}

static size_t count_of(cim__str line, char c)
{
    size_t n = 0;
    bool quoted = false;
    for (size_t i = 0; i < line.len; i++) {
        if (line.ptr[i] == '"') quoted = !quoted;
        n += !quoted && line.ptr[i] == c;
    }
    return n;
}

static cim__str line_of(cim__str s)
{
    size_t n = 0;
    while (n < s.len && s.ptr[n] != '\n' && s.ptr[n] != '\r') n++;
    return (cim__str){ s.ptr, n };
}

/* Do lines below have as many separators?  One does; a table with ragged lines is a table. */
static bool repeats(cim__str rest, char c, size_t n)
{
    for (int i = 0; i < 8; i++) {
        rest = cim__str_trim(rest);
        cim__str line = line_of(rest);
        if (!line.len) return i == 0;
        if (count_of(line, c) == n || count_of(line, '"') % 2) return true;
        rest = (cim__str){ rest.ptr + line.len, rest.len - line.len };
    }
    return false;
}

/* A first line of names, lines of as many cells, and nothing that begins like another format. */
static bool looks_like_table(cim__str head)
{
    cim__str s = cim__str_starts(head, "\xef\xbb\xbf") ? (cim__str){ head.ptr + 3, head.len - 3 } : head, first = line_of(s);
    if (!first.len || strchr("<{[;#%/", first.ptr[0])) return false;
    for (size_t i = 0; i < first.len; i++)
        if ((unsigned char)first.ptr[i] < ' ' && first.ptr[i] != '\t') return false;
    for (const char *c = ",;\t|"; *c; c++) {
        size_t n = count_of(first, *c);
        if (n && repeats((cim__str){ s.ptr + first.len, s.len - first.len }, *c, n)) return true;
    }
    return false;
}

cim__gis_kind cim__gis_kind_of(cim__str head, int *score)
{
    static const char shape[] = { 0, 0, 0x27, 0x0a };
    *score = 95;
    if (head.len >= 72 && cim__str_starts(head, "SQLite format 3") && (!memcmp(head.ptr + 68, "GPKG", 4) || !memcmp(head.ptr + 68, "GP10", 4) || !memcmp(head.ptr + 68, "GP11", 4))) return CIM__GIS_GPKG;
    if (head.len >= 100 && !memcmp(head.ptr, shape, 4) && !memcmp(head.ptr + 28, "\xe8\3\0\0", 4)) return CIM__GIS_SHAPE;
    if (head.len >= 8 && !memcmp(head.ptr, "fgb", 3) && !memcmp(head.ptr + 4, "fgb", 3)) return CIM__GIS_FLATGEOBUF;
    if (cim__str_starts(skip_blanks(head), "{")) return json_kind(head, score);
    *score = 20;
    if (looks_like_table(head)) return CIM__GIS_CSV;
    *score = 0;
    return CIM__GIS_NONE;
}

static int probe(cim__str head)
{
    int score = 0;
    (void)cim__gis_kind_of(head, &score);
    return score;
}

/* ---- opening ---- */

cim__str cim__gis_base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    cim__str name = cim__str_of(slash ? slash + 1 : path);
    static const char *const packings[] = { ".gz", ".bz2" };
    for (int i = 0; i < 2; i++) {
        size_t n = strlen(packings[i]);
        if (name.len > n && !memcmp(name.ptr + name.len - n, packings[i], n)) name.len -= n;
    }
    for (size_t i = name.len; i-- > 1;)
        if (name.ptr[i] == '.') {
            name.len = i;
            break;
        }
    return name;
}

cim_status cim__gis_open(cim_ctx *ctx, cim__input *input, const char *dir, cim__report *report, cim__gis_file **file_out)
{
    cim__str head, name = cim__gis_base_name(cim__input_path(input));
    int score;
    CIM__TRY(cim__input_head(ctx, input, &head));
    cim__gis_kind kind = cim__gis_kind_of(head, &score);
    if (kind == CIM__GIS_NONE) kind = CIM__GIS_CSV; /* asked for by name: a table with one column, perhaps */
    if (kind == CIM__GIS_CSV && memchr(line_of(head).ptr, 0, line_of(head).len))
        return cim__fail(ctx, CIM_EFORMAT, "%s: neither GeoPackage, Shapefile, GeoJSON, FlatGeobuf nor CSV", cim__input_path(input));
    return kind == CIM__GIS_CSV ? cim__gis_csv_open(ctx, input, report, name, file_out) : cim__gis_ogr_open(ctx, input, kind, dir, report, name, file_out);
}

/* ---- running ---- */

static cim_status skip_layer(cim_ctx *ctx, cim__job *job, cim__gis_file *file, const cim__gis_layer *layer, const char *why)
{
    cim__gis_row row;
    uint64_t count = 0;
    cim_status st = CIM_OK;
    const char *kind = cim__report_text(job->report, layer->name);
    if (!kind) return cim__nomem(ctx);
    while (!layer->not_read && (st = file->row(ctx, file, &row)) == CIM_OK)
        if (!(++count & 1023)) CIM__TRY(cim__job_tick(ctx, job, "skip"));
    if (st < 0) return st;
    if (count) {
        cim__report_seen(job->report, kind, count);
        cim__report_fate(job->report, kind, CIM__SKIPPED, why, count);
    }
    cim__report_warn(job->report, 0, "%s: layer %s is left out: %s", cim__input_path(job->input), kind, why);
    return CIM_OK;
}

/* Without a mapping rows with a geometry become objects of one class. */
static cim_status plain_layer(cim_ctx *ctx, cim__job *job, cim__gis_maker *maker, cim__gis_file *file, const cim__gis_layer *layer)
{
    cim__arena arena = cim__arena_on(ctx->mem);
    cim__gis_rule rule;
    cim_status st = cim__gis_plain_rule(ctx, &arena, job->opts->class_name, &rule);
    if (st >= 0 && !layer->geometry_type)
        st = cim__fail(ctx, CIM_EFORMAT, "%s: %.*s has no places: only a mapping says what its rows are (options map and map-template, cim-map(5))",
                       cim__input_path(job->input),
                       (int)(layer->name.len < 100 ? layer->name.len : 100), layer->name.ptr);
    if (st >= 0)
        cim__report_warn(job->report, 0, "%s: no mapping: rows of %.*s become %s with all fields as attributes; option map-template writes a mapping to begin with", cim__input_path(job->input),
                         (int)(layer->name.len < 100 ? layer->name.len : 100), layer->name.ptr, cim__classes[rule.class_id].name);
    if (st >= 0) st = cim__gis_make_layer(ctx, maker, file, layer, &rule, 1);
    cim__arena_free(&arena);
    return st;
}

static void note_source(cim__job *job, const cim__gis_file *file, const cim__gis_layer *layer)
{
    cim__source *s = job->source;
    snprintf(s->version, sizeof s->version, "%s", file->title);
    if (layer->srs_name && !s->srs_name[0]) snprintf(s->srs_name, sizeof s->srs_name, "%s", layer->srs_name);
    if (!s->srid) s->srid = job->opts->source_epsg ? job->opts->source_epsg : layer->epsg;
}

static cim_status one_layer(cim_ctx *ctx, cim__job *job, cim__gis_maker *maker, cim__gis_file *file, uint32_t number)
{
    cim__gis_layer layer;
    CIM__TRY(file->layer(ctx, file, number, &layer));
    note_source(job, file, &layer);
    if (job->map) CIM__TRY(cim__gis_map_seen(ctx, job->map, layer.name));
    cim__gis_map_layer *rules = job->map ? cim__gis_map_find(job->map, layer.name, cim__gis_base_name(cim__input_path(job->input))) : NULL;
    if (layer.not_read) return skip_layer(ctx, job, file, &layer, layer.not_read);
    if (rules) return cim__gis_make_layer(ctx, maker, file, &layer, rules->rules, rules->rule_count);
    if (job->map && !job->opts->class_name) return skip_layer(ctx, job, file, &layer, "the mapping does not name this layer");
    return plain_layer(ctx, job, maker, file, &layer);
}

static cim_status run(cim_ctx *ctx, cim__job *job)
{
    cim__gis_file *file = NULL;
    cim__gis_maker *maker = NULL;
    CIM__TRY(cim__gis_maker_new(ctx, job, &maker));
    cim_status st = cim__gis_open(ctx, job->input, job->sink->spool.dir, job->report, &file);
    for (uint32_t i = 0; st >= 0 && i < file->layer_count; i++) st = one_layer(ctx, job, maker, file, i);
    if (file) file->close(ctx, file);
    cim__gis_maker_free(ctx, maker);
    return st < 0 ? st : CIM_OK;
}

extern const cim__importer cim__importer_gis;
const cim__importer cim__importer_gis = { "gis", "GIS layers: GeoPackage, Shapefile, GeoJSON, FlatGeobuf, CSV", probe, run };
