/* run.c - the second pass: objects, a round at a time.
 *
 * The scanner cuts some megabytes of text into slices, one an object or feature; runs of slices are items for the workers; then
 * the batches go to the sink in the order of the file.  So memory is bounded by a round (or one object, if that is larger), and
 * neither results nor messages depend on the number of workers. */
#include "core/par.h"
#include "import/cityjson/cityjson.h"

#include <stdio.h>

enum { ROUND = 4 << 20, ITEM = 48 << 10, MAX_SLICES = 1 << 16, MAX_NEW_TYPES = 100 };

typedef struct slice {
    cim__jslice key, value; /* key.size 0: a feature of a sequence */
} slice;

/* A run of slices and what comes out of it. */
typedef struct item {
    size_t first, end;
    cim__batch batch;
    cim__cj_counts counts;
    cim__report report;
    cim__buf new_types, ids, id_texts; /* seen_id */
    cim_status status;
    char error[400];
} item;

/* The id of an object, to notice when it comes again. */
typedef struct seen_id {
    uint64_t hash, at;
    size_t text, size; /* in id_texts */
} seen_id;

typedef struct runner {
    cim__cj_file *file;
    cim__jscan scan;
    cim__buf slices, items;
    size_t item_count;
    cim__cj_worker *workers[CIM__WORKERS]; /* made when first needed */
    cim__map ids;                         /* hash of an id -> 0: to notice repetitions */
    uint64_t features, repeated;
} runner;

/* ---- workers ---- */

/* Text of the context, with the place; the first failure of an item ends it. */
static cim_status note_failure(cim_ctx *ctx, item *it, cim_status st, const char *path, uint64_t at)
{
    if (st == CIM_ENOMEM || st == CIM_ECANCEL) return st;
    it->status = st;
    snprintf(it->error, sizeof it->error, "%s: byte %llu: %.280s", path, (unsigned long long)at, ctx->error);
    return CIM_DONE;
}

static cim_status read_slice(cim_ctx *ctx, runner *r, item *it, cim__jtree *tree, const cim__jslice *s, uint32_t depth)
{
    cim_status st = cim__jtree_read(ctx, tree, cim__jscan_text(&r->scan, s), s->size, depth);
    return st < 0 ? note_failure(ctx, it, st, r->file->path, s->at + tree->error_at) : CIM_OK;
}

static cim_status one_object(cim_ctx *ctx, cim__cj_worker *w, item *it, cim__str id, uint64_t at, uint32_t object, uint32_t objects, uint32_t feature)
{
    seen_id *seen = CIM__PUSH(&it->ids, seen_id);
    if (!seen) return cim__nomem(ctx);
    *seen = (seen_id){ cim__hash64(id.ptr, id.len, 7), at, it->id_texts.size, id.len };
    cim__buf_putstr(&it->id_texts, id);
    if (it->id_texts.failed) return cim__nomem(ctx);
    w->id = id;
    w->at = at;
    cim_status st = cim__cj_object(ctx, w, &it->batch, object, objects, feature);
    if (st != CIM_EARG) return st;
    return note_failure(ctx, it, CIM_EFORMAT, w->file->path, at); /* the sink's objections; geometry was checked before */
}

static cim_status plain_object(cim_ctx *ctx, runner *r, cim__cj_worker *w, item *it, const slice *s)
{
    cim_status st = read_slice(ctx, r, it, &w->key, &s->key, 1);
    if (st == CIM_OK) st = read_slice(ctx, r, it, &w->tree, &s->value, r->file->max_depth);
    if (st != CIM_OK) return st;
    w->from = &r->file->vertices;
    w->place = &r->file->place;
    return one_object(ctx, w, it, cim__jtext(&w->key, 0), s->value.at, 0, CIM_NONE, CIM_NONE);
}

static void count_vertices(cim__cj_counts *counts, cim__report *report, const cim__cj_vertices *v)
{
    size_t used = 0, bad = cim__cj_vertices_unusable(v);
    for (size_t i = 0; i < v->count; i++) used += v->used.data[i];
    counts->seen[CIM__CJ_VERTEX] += v->count;
    counts->stored[CIM__CJ_VERTEX] += used;
    if (bad) cim__report_fate(report, cim__cj_kind_names[CIM__CJ_VERTEX], CIM__SKIPPED, "not three numbers", bad);
    if (v->count > used + bad) cim__report_fate(report, cim__cj_kind_names[CIM__CJ_VERTEX], CIM__SKIPPED, "not used by any geometry", v->count - used - bad);
}

/* Which object is the root: the one with the feature's id, else the first. */
static uint32_t root_of(const cim__jtree *t, uint32_t objects)
{
    uint32_t id = cim__jget(t, 0, "id"), at = objects + 1, key, value, first = CIM_NONE;
    while (cim__jpair(t, objects, &at, &key, &value)) {
        if (first == CIM_NONE) first = value;
        if (cim__jis(t, id, CIM__J_STRING) && cim__str_eq(cim__jtext(t, id), cim__jtext(t, key))) return value;
    }
    return first;
}

static cim_status feature_objects(cim_ctx *ctx, cim__cj_worker *w, item *it, uint64_t at_byte)
{
    const cim__jtree *t = &w->tree;
    uint32_t objects = cim__jget(t, 0, "CityObjects"), at = objects + 1, key, value, root;
    cim_status st = CIM_OK;
    if (!cim__jis(t, objects, CIM__J_OBJECT)) {
        w->id = CIM__STR("(feature)");
        w->at = at_byte;
        cim__cj_warn(w, "a feature without CityObjects");
        return CIM_OK;
    }
    root = root_of(t, objects);
    while (st == CIM_OK && cim__jpair(t, objects, &at, &key, &value)) st = one_object(ctx, w, it, cim__jtext(t, key), at_byte, value, objects, value == root ? 0 : CIM_NONE);
    return st;
}

static cim_status feature(cim_ctx *ctx, runner *r, cim__cj_worker *w, item *it, const slice *s)
{
    cim_status st = read_slice(ctx, r, it, &w->tree, &s->value, r->file->max_depth);
    if (st != CIM_OK) return st;
    uint32_t type = cim__jget(&w->tree, 0, "type");
    bool is_feature = cim__jis(&w->tree, type, CIM__J_STRING) && cim__str_is(cim__jtext(&w->tree, type), "CityJSONFeature");
    cim__report_seen(&it->report, "feature", 1);
    cim__report_fate(&it->report, "feature", is_feature ? CIM__STORED : CIM__SKIPPED, is_feature ? NULL : "type is not CityJSONFeature", 1);
    if (!is_feature) {
        cim__report_warn(&it->report, s->value.at, "%s: byte %llu: a value whose type is not CityJSONFeature was left out", r->file->path, (unsigned long long)s->value.at);
        return CIM_OK;
    }
    cim__cj_vertices_reset(&w->vertices);
    if (!cim__cj_vertices_tree(&w->vertices, &w->tree, cim__jget(&w->tree, 0, "vertices"))) return cim__nomem(ctx);
    CIM__TRY(cim__cj_vertices_place(ctx, &w->vertices, &r->file->place));
    w->from = &w->vertices;
    w->place = &r->file->place;
    st = feature_objects(ctx, w, it, s->value.at);
    count_vertices(&it->counts, &it->report, &w->vertices);
    return st;
}

static cim_status run_item(cim_ctx *ctx, uint32_t worker, size_t number, void *user)
{
    runner *r = user;
    item *it = &CIM__AT(&r->items, item, number);
    cim__cj_worker *w = r->workers[worker];
    cim_status st = CIM_OK;
    w->counts = &it->counts;
    w->report = &it->report;
    w->new_types.size = 0;
    for (size_t i = it->first; i < it->end && st == CIM_OK; i++) {
        const slice *s = &CIM__AT(&r->slices, slice, i);
        st = s->key.size ? plain_object(ctx, r, w, it, s) : feature(ctx, r, w, it, s);
    }
    cim__buf_put(&it->new_types, w->new_types.data, w->new_types.size);
    if (it->new_types.failed) return cim__nomem(ctx);
    return st < 0 ? st : CIM_OK;
}

/* ---- items ---- */

static item *item_at(cim_ctx *ctx, runner *r, size_t number)
{
    if (number < CIM__COUNT(&r->items, item)) return &CIM__AT(&r->items, item, number);
    item *it = CIM__PUSH(&r->items, item);
    if (!it) return NULL;
    memset(it, 0, sizeof *it);
    cim__batch_init(&it->batch, ctx->mem, r->file->job->sink->epsg);
    cim__report_init(&it->report, ctx->mem);
    it->new_types = it->ids = it->id_texts = cim__buf_on(ctx->mem);
    return it;
}

static cim_status cut_items(cim_ctx *ctx, runner *r)
{
    size_t count = CIM__COUNT(&r->slices, slice), bytes = 0;
    r->item_count = 0;
    item *it = NULL;
    for (size_t i = 0; i < count; i++) {
        if (!it) {
            it = item_at(ctx, r, r->item_count++);
            if (!it) return cim__nomem(ctx);
            it->first = i;
            it->status = CIM_OK;
            bytes = 0;
        }
        it->end = i + 1;
        bytes += CIM__AT(&r->slices, slice, i).value.size;
        if (bytes >= ITEM) it = NULL;
    }
    return CIM_OK;
}

/* The report's name of a type that CityJSON does not have; after some they are counted together. */
static cim_status new_type_kind(cim_ctx *ctx, cim__cj_file *f, cim__str name, const char **kind_out)
{
    uint32_t number = cim__names_find(&f->new_types, name);
    *kind_out = "(other types)";
    if (number == CIM_NONE && f->new_types.count < MAX_NEW_TYPES) {
        const char **kind = CIM__PUSH(&f->new_type_kinds, const char *);
        number = cim__names_add(&f->new_types, name);
        if (!kind || number == CIM_NONE) return cim__nomem(ctx);
        *kind = cim__report_text(f->job->report, name);
    }
    if (number != CIM_NONE) *kind_out = CIM__AT(&f->new_type_kinds, const char *, number);
    return CIM_OK;
}

/* Names of types, each with a newline. */
static cim_status count_new_types(cim_ctx *ctx, runner *r, const item *it)
{
    cim__report *report = r->file->job->report;
    cim__str rest = cim__buf_str(&it->new_types);
    while (rest.len) {
        const char *end = memchr(rest.ptr, '\n', rest.len), *kind = NULL;
        size_t n = end ? (size_t)(end - rest.ptr) : rest.len - 1;
        cim__str name = { rest.ptr, n };
        CIM__TRY(new_type_kind(ctx, r->file, name, &kind));
        cim__report_seen(report, kind, 1);
        cim__report_fate(report, kind, CIM__STORED, cim__classes[cim__cj_nearest_class(name)].name, 1);
        rest = (cim__str){ rest.ptr + n + 1, rest.len - n - 1 };
    }
    return CIM_OK;
}

static cim_status check_ids(cim_ctx *ctx, runner *r, const item *it)
{
    for (size_t i = 0; i < CIM__COUNT(&it->ids, seen_id); i++) {
        const seen_id *id = &CIM__AT(&it->ids, seen_id, i);
        if (cim__map_get(&r->ids, id->hash) == CIM_NONE) {
            if (!cim__map_put(&r->ids, id->hash, 0)) return cim__nomem(ctx);
            continue;
        }
        r->repeated++;
        cim__report_warn(r->file->job->report, id->at, "%s: byte %llu: object %.*s: there is one with this id already: the id gets a number", r->file->path, (unsigned long long)id->at,
                         (int)(id->size < 100 ? id->size : 100), (const char *)it->id_texts.data + id->text);
    }
    return CIM_OK;
}

static void add_links(cim__cj_counts *to, const cim__cj_counts *from)
{
    to->children += from->children;
    to->parents += from->parents;
    to->children_sum += from->children_sum;
    to->parents_sum += from->parents_sum;
}

/* What came out of an item, in the order of the file. */
static cim_status take_item(cim_ctx *ctx, runner *r, item *it)
{
    cim__cj_file *f = r->file;
    CIM__TRY(cim__sink_take(ctx, f->job->sink, &it->batch, f->job->source_number));
    CIM__TRY(count_new_types(ctx, r, it));
    CIM__TRY(check_ids(ctx, r, it));
    add_links(&f->counts, &it->counts);
    cim__cj_counts_flush(&it->counts, f->job->report);
    cim__report_merge(f->job->report, &it->report);
    memset(&it->counts, 0, sizeof it->counts);
    cim__report_free(&it->report);
    cim__report_init(&it->report, ctx->mem);
    it->new_types.size = it->ids.size = it->id_texts.size = 0;
    return CIM_OK;
}

static cim_status make_workers(cim_ctx *ctx, runner *r)
{
    size_t wanted = ctx->threads < r->item_count ? ctx->threads : r->item_count;
    for (size_t i = 0; i < wanted + 1 && i < CIM__WORKERS; i++) {
        if (r->workers[i]) continue;
        cim__cj_worker *w = cim__alloc(ctx->mem, sizeof *w);
        if (!w) return cim__nomem(ctx);
        cim__cj_worker_init(w, ctx->mem, r->file);
        r->workers[i] = w;
    }
    return CIM_OK;
}

static cim_status run_round(cim_ctx *ctx, runner *r)
{
    if (!r->slices.size) return CIM_OK;
    CIM__TRY(cut_items(ctx, r));
    CIM__TRY(make_workers(ctx, r));
    CIM__TRY(cim__par_run(ctx, r->item_count, "read", run_item, r));
    for (size_t i = 0; i < r->item_count; i++) {
        item *it = &CIM__AT(&r->items, item, i);
        cim_status st = it->status;
        if (st < 0 && !r->file->is_sequence) return cim__fail(ctx, st, "%s", it->error);
        CIM__TRY(take_item(ctx, r, it));
        if (st < 0) return cim__fail(ctx, st, "%s", it->error);
    }
    r->slices.size = 0;
    return cim__job_tick(ctx, r->file->job, "read");
}

/* ---- slices ---- */

static bool round_is_full(const runner *r)
{
    size_t count = CIM__COUNT(&r->slices, slice);
    if (!count) return false;
    const slice *last = &CIM__AT(&r->slices, slice, count - 1);
    return count >= MAX_SLICES || last->value.at + last->value.size - (r->scan.base + r->scan.hold) >= ROUND;
}

static cim_status add_slice(cim_ctx *ctx, runner *r, const slice *s)
{
    if (!r->slices.size && r->scan.hold == SIZE_MAX) return cim__fail(ctx, CIM_EINTERNAL, "slices are not held");
    slice *to = CIM__PUSH(&r->slices, slice);
    if (!to) return cim__nomem(ctx);
    *to = *s;
    if (!round_is_full(r)) return CIM_OK;
    CIM__TRY(run_round(ctx, r));
    cim__jscan_hold(&r->scan);
    return CIM_OK;
}

static cim_status plain_objects(cim_ctx *ctx, runner *r)
{
    slice s;
    cim_status st;
    CIM__TRY(cim__jscan_enter(ctx, &r->scan, '{'));
    cim__jscan_hold(&r->scan);
    while ((st = cim__jscan_key(ctx, &r->scan, &s.key)) == CIM_OK) {
        CIM__TRY(cim__jscan_value(ctx, &r->scan, &s.value));
        CIM__TRY(add_slice(ctx, r, &s));
    }
    if (st < 0) return st;
    CIM__TRY(run_round(ctx, r));
    cim__jscan_release(&r->scan);
    return CIM_OK;
}

/* The objects of the first value; the rest of it was read in the first pass. */
static cim_status first_value(cim_ctx *ctx, runner *r)
{
    cim__jslice key, value;
    cim__jtype type;
    cim_status st;
    CIM__TRY(cim__jscan_enter(ctx, &r->scan, '{'));
    while ((st = cim__jscan_key(ctx, &r->scan, &key)) == CIM_OK) {
        bool objects = cim__str_is(cim__jscan_str(&r->scan, &key), "\"CityObjects\"");
        CIM__TRY(cim__jscan_peek(ctx, &r->scan, &type));
        if (objects && type == CIM__J_OBJECT) CIM__TRY(plain_objects(ctx, r));
        else CIM__TRY(cim__jscan_value(ctx, &r->scan, &value));
    }
    return st < 0 ? st : CIM_OK;
}

static cim_status features(cim_ctx *ctx, runner *r)
{
    slice s = { { 0, 0 }, { 0, 0 } };
    cim_status st;
    cim__jscan_hold(&r->scan);
    while ((st = cim__jscan_more(ctx, &r->scan)) == CIM_OK) {
        st = cim__jscan_value(ctx, &r->scan, &s.value);
        if (st < 0) break;
        CIM__TRY(add_slice(ctx, r, &s));
    }
    char error[sizeof ctx->error];
    if (st < 0) memcpy(error, ctx->error, sizeof error);
    cim_status rest = run_round(ctx, r); /* what came before the damage */
    cim__jscan_release(&r->scan);
    if (rest < 0) return rest;
    return st < 0 ? cim__fail(ctx, st, "%s", error) : CIM_OK;
}

static cim_status all_objects(cim_ctx *ctx, runner *r)
{
    cim__cj_file *f = r->file;
    bool feature_first = cim__str_is(cim__buf_str(&f->type), "CityJSONFeature");
    CIM__TRY(cim__jscan_begin(ctx, &r->scan, f->job->input));
    if (!feature_first) {
        if (cim__jscan_more(ctx, &r->scan) < 0) return CIM_EFORMAT;
        CIM__TRY(first_value(ctx, r));
    }
    return features(ctx, r);
}

/* ---- the whole ---- */

static cim_status head_objects(cim_ctx *ctx, runner *r)
{
    cim__cj_file *f = r->file;
    item *it = item_at(ctx, r, 0);
    r->item_count = 1;
    if (!it) return cim__nomem(ctx);
    CIM__TRY(make_workers(ctx, r));
    cim__cj_worker *w = r->workers[0];
    w->counts = &it->counts;
    w->report = &it->report;
    CIM__TRY(cim__cj_templates(ctx, f, &it->batch, w));
    CIM__TRY(cim__cj_model(ctx, f, &it->batch, w));
    return take_item(ctx, r, it);
}

static void compare_links(const cim__cj_file *f)
{
    const cim__cj_counts *c = &f->counts;
    if (c->children == c->parents && c->children_sum == c->parents_sum) return;
    cim__report_warn(f->job->report, UINT64_MAX, "%s: lists of children and of parents do not agree: %llu children are named and %llu parents; the parents count", f->path,
                     (unsigned long long)c->children, (unsigned long long)c->parents);
}

static void free_runner(cim_ctx *ctx, runner *r)
{
    cim__jscan_free(&r->scan);
    for (size_t i = 0; i < CIM__COUNT(&r->items, item); i++) {
        item *it = &CIM__AT(&r->items, item, i);
        cim__batch_free(&it->batch);
        cim__report_free(&it->report);
        cim__buf_free(&it->new_types);
        cim__buf_free(&it->ids);
        cim__buf_free(&it->id_texts);
    }
    cim__buf_free(&r->items);
    cim__buf_free(&r->slices);
    for (int i = 0; i < CIM__WORKERS; i++) {
        if (r->workers[i]) cim__cj_worker_free(r->workers[i]);
        cim__free(ctx->mem, r->workers[i]);
    }
    cim__map_free(&r->ids);
}

cim_status cim__cj_objects(cim_ctx *ctx, cim__cj_file *f)
{
    runner r = { .file = f, .slices = cim__buf_on(ctx->mem), .items = cim__buf_on(ctx->mem) };
    cim__jscan_init(&r.scan, ctx->mem);
    cim__map_init(&r.ids, ctx->mem);
    cim_status st = f->place.transform ? cim__cj_vertices_place(ctx, &f->vertices, &f->place) : CIM_OK;
    if (st >= 0) st = head_objects(ctx, &r);
    if (st >= 0) st = all_objects(ctx, &r);
    bool keep = st < 0 && f->is_sequence && (f->job->opts->flags & CIM_IMPORT_KEEP_GOING) && (st == CIM_EFORMAT || st == CIM_ELIMIT) && cim__sink_count(f->job->sink);
    if (keep) {
        cim__report_warn(f->job->report, UINT64_MAX - 1, "what comes behind was not read: %s", ctx->error);
        f->job->partial = true;
        cim__enter(ctx);
        st = CIM_OK;
    }
    if (st >= 0) {
        count_vertices(&f->counts, f->job->report, &f->vertices);
        compare_links(f);
        cim__cj_counts_flush(&f->counts, f->job->report);
    }
    free_runner(ctx, &r);
    return st;
}
