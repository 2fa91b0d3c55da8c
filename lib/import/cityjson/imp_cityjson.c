/* imp_cityjson.c - the importer of CityJSON 1.0, 1.1, 2.0 and CityJSONSeq: recognising it, and the order of work. */
#include "import/cityjson/cityjson.h"

/* "key" and, behind a colon, the text; blanks between them do not matter. */
static bool has_pair(cim__str head, const char *key, const char *value)
{
    size_t k = strlen(key), v = strlen(value);
    const char *p = head.ptr, *end = head.ptr + head.len;
    while ((p = memmem(p, (size_t)(end - p), key, k))) {
        const char *q = p += k;
        while (q < end && (*q == ' ' || *q == '\n' || *q == '\r' || *q == '\t' || *q == ':')) q++;
        if (q > p && (size_t)(end - q) >= v && !memcmp(q, value, v)) return true;
    }
    return false;
}

static int probe(cim__str head)
{
    size_t i = head.len >= 3 && !memcmp(head.ptr, "\xef\xbb\xbf", 3) ? 3 : 0;
    while (i < head.len && (head.ptr[i] == ' ' || head.ptr[i] == '\n' || head.ptr[i] == '\r' || head.ptr[i] == '\t' || head.ptr[i] == 0x1e)) i++;
    if (i == head.len || head.ptr[i] != '{') return 0;
    if (has_pair(head, "\"type\"", "\"CityJSON\"") || has_pair(head, "\"type\"", "\"CityJSONFeature\"")) return 95;
    if (has_pair(head, "\"type\"", "\"CityJSONExtension\"")) return 60; /* to say what is wrong with it */
    return has_pair(head, "\"CityObjects\"", "{") ? 50 : 0; /* members may be in any order */
}

static void init_file(cim_ctx *ctx, cim__job *job, cim__cj_file *f)
{
    cim__mem *mem = ctx->mem;
    memset(f, 0, sizeof *f);
    f->job = job;
    f->path = cim__input_path(job->input);
    f->max_depth = job->opts->max_depth < 256 ? job->opts->max_depth : 256;
    f->version = f->type = f->srs_name = f->metadata = f->templates_text = f->extras = f->templates = f->new_type_kinds = cim__buf_on(mem);
    cim__cj_vertices_init(&f->vertices, mem);
    cim__names_init(&f->groups, mem);
    cim__names_init(&f->new_types, mem);
    f->arena = cim__arena_on(mem);
}

static void free_file(cim__cj_file *f)
{
    cim__buf *bufs[] = { &f->version, &f->type, &f->srs_name, &f->metadata, &f->templates_text, &f->extras, &f->new_type_kinds };
    for (size_t i = 0; i < sizeof bufs / sizeof *bufs; i++) cim__buf_free(bufs[i]);
    cim__cj_vertices_free(&f->vertices);
    cim__names_free(&f->groups);
    cim__names_free(&f->new_types);
    for (size_t i = 0; i < CIM__COUNT(&f->templates, cim__cj_template); i++) {
        cim__gbuild_free(&CIM__AT(&f->templates, cim__cj_template, i).geom);
        cim__buf_free(&CIM__AT(&f->templates, cim__cj_template, i).topo);
    }
    cim__buf_free(&f->templates);
    cim__arena_free(&f->arena);
    cim__transform_free(f->place.transform);
}

static void put_text(char *to, size_t cap, cim__str text)
{
    size_t n = text.len < cap ? text.len : cap - 1;
    memcpy(to, text.len ? text.ptr : "", n);
    to[n] = 0;
}

static cim_status run(cim_ctx *ctx, cim__job *job)
{
    cim__cj_file f;
    init_file(ctx, job, &f);
    cim_status st = cim__cj_head(ctx, &f);
    if (st >= 0) {
        put_text(job->source->version, sizeof job->source->version, cim__buf_str(&f.version));
        put_text(job->source->encoding, sizeof job->source->encoding, CIM__STR("UTF-8"));
        st = cim__cj_crs(ctx, &f);
    }
    if (st >= 0) st = cim__cj_objects(ctx, &f);
    free_file(&f);
    return st;
}

extern const cim__importer cim__importer_cityjson;
const cim__importer cim__importer_cityjson = { "cityjson", "CityJSON 1.0, 1.1, 2.0 and CityJSONSeq", probe, run };
