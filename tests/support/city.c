#include "city.h"
#include "support.h"

#include "core/num.h"
#include "store/writer.h"

#include <stdlib.h>
#include <unistd.h>

/* ---- a city file from features: what import.c does between its importers and the commit ---- */

typedef struct making {
    const char *path;
    cim__store *store; /* owned by city */
    cim_city *city;    /* what was there before; NULL: nothing */
    cim_box *boxes;
    cim__sink sink;
    cim__batch batch;
    cim__writer writer;
} making;

static cim_status open_existing(cim_ctx *ctx, making *m)
{
    if (access(m->path, F_OK) != 0) return CIM_OK;
    CIM__TRY(cim__store_open(ctx, m->path, false, &m->store));
    cim_status st = cim__store_city(ctx, m->store, &m->city);
    if (st < 0) cim__store_close(m->store);
    return st < 0 ? st : cim__cache_boxes(ctx, m->store, m->city->max_id, &m->boxes);
}

static cim_status fill(cim_ctx *ctx, making *m, const cim__feature *features, size_t count, const support_relation *relations, size_t relation_count)
{
    for (size_t i = 0; i < count; i++) CIM__TRY(cim__batch_add(ctx, &m->batch, &features[i]));
    for (size_t i = 0; i < relation_count; i++) {
        const support_relation *r = &relations[i];
        CIM__TRY(cim__batch_relate(ctx, &m->batch, cim__str_of(r->from), r->type, cim__str_of(r->to), cim__str_of(r->attrs)));
    }
    return cim__sink_take(ctx, &m->sink, &m->batch, 0);
}

static cim_status write_all(cim_ctx *ctx, making *m)
{
    cim__plan plan;
    cim__import_result result;
    cim__source source = { .uri = "test", .format = "test", .sha256 = "0" };
    source.report = cim__buf_on(ctx->mem);
    CIM__TRY(cim__plan_new(ctx, &m->sink, &plan));
    cim_status st = cim__writer_put(ctx, &m->writer, &plan, &source, 1, "test", NULL, &result);
    cim__plan_free(&plan);
    return st < 0 ? st : cim__writer_commit(ctx, &m->writer);
}

cim_status support_city_try(cim_ctx *ctx, const char *path, int32_t epsg, const cim__feature *features, size_t count, const support_relation *relations,
                            size_t relation_count)
{
    making m = { .path = path };
    cim_status st = open_existing(ctx, &m);
    if (st < 0) return st;
    cim__sink_init(&m.sink, ctx->mem, m.city, "/tmp/", 64u << 20);
    m.sink.city_boxes = m.boxes;
    epsg = cim__sink_epsg(&m.sink, epsg ? epsg : SUPPORT_EPSG);
    cim__batch_init(&m.batch, ctx->mem, epsg);
    st = fill(ctx, &m, features, count, relations, relation_count);
    if (st >= 0) st = cim__writer_begin(ctx, path, m.store, &m.writer);
    if (st >= 0) st = write_all(ctx, &m);
    cim__writer_abort(&m.writer);
    cim__batch_free(&m.batch);
    cim__sink_free(&m.sink);
    cim_city_free(m.city);
    cim__free(ctx->mem, m.boxes);
    return st;
}

void support_city_features(const char *path, int32_t epsg, const cim__feature *features, size_t count, const support_relation *relations, size_t relation_count)
{
    cim_ctx *ctx = support_ctx();
    assert_ok(ctx, support_city_try(ctx, path, epsg, features, count, relations, relation_count));
    cim_ctx_free(ctx);
}

/* ---- features from texts ---- */

typedef struct texts {
    cim__arena arena;
    cim__gbuild build;
} texts;

static uint8_t rule_named(cim__str name)
{
    for (int r = 0; r < CIM__RULE_COUNT; r++)
        if (cim__str_is(name, cim__rules[r])) return (uint8_t)r;
    return CIM__RULE_COUNT;
}

/* "lanes=2:default"; the rule counts only when it is one, so texts may hold colons. */
static cim__value value_of(cim__str item)
{
    cim__value v = { .rule = CIM__RULE_TAGGED };
    const char *equals = memchr(item.ptr, '=', item.len), *colon = memrchr(item.ptr, ':', item.len);
    assert_non_null(equals);
    cim__str text = { equals + 1, item.len - (size_t)(equals + 1 - item.ptr) };
    if (colon > equals) {
        uint8_t rule = rule_named((cim__str){ colon + 1, text.len - (size_t)(colon + 1 - text.ptr) });
        if (rule && rule < CIM__RULE_COUNT) {
            v.rule = rule;
            text.len = (size_t)(colon - text.ptr);
        }
    }
    v.attr = (uint8_t)cim__attr_named((cim__str){ item.ptr, (size_t)(equals - item.ptr) });
    assert_int_not_equal(v.attr, CIM__ATTR_COUNT);
    if (cim__attrs[v.attr].type == 'R') assert_true(cim__parse_double(text, &v.real));
    else if (cim__attrs[v.attr].type == 'I') assert_true(cim__parse_int(text, &v.integer));
    else v.text = text;
    return v;
}

static void take_values(texts *t, const char *list, cim__feature *f)
{
    cim__value *values = cim__arena_alloc(&t->arena, CIM__ATTR_COUNT * sizeof *values);
    assert_non_null(values);
    for (f->values = values; list && *list; f->value_count++) {
        size_t n = strcspn(list, ";");
        assert_true(f->value_count < CIM__ATTR_COUNT);
        values[f->value_count] = value_of((cim__str){ list, n });
        list += n + (list[n] == ';');
    }
}

static void *keep(texts *t, const void *data, size_t size)
{
    void *copy = cim__arena_alloc(&t->arena, size + 1);
    assert_non_null(copy);
    if (size) memcpy(copy, data, size);
    return copy;
}

static const cim_geom *take_geometry(cim_ctx *ctx, texts *t, const char *wkt)
{
    assert_ok(ctx, cim__wkt_get(ctx, cim__str_of(wkt), &t->build));
    cim_geom view = cim__gbuild_view(&t->build), *g = keep(t, &view, sizeof view);
    g->coords = keep(t, view.coords, t->build.coords.size);
    g->ring_end = keep(t, view.ring_end, t->build.ring_end.size);
    g->part_end = keep(t, view.part_end, t->build.part_end.size);
    return g;
}

static void take_object(cim_ctx *ctx, texts *t, const support_object *o, cim__feature *f)
{
    *f = (cim__feature){ .gid = cim__str_of(o->gid), .parent_gid = cim__str_of(o->parent), .attrs = cim__str_of(o->attrs) };
    f->valid_from = cim__str_of(o->valid_from);
    f->valid_to = cim__str_of(o->valid_to);
    f->class_id = cim__class_named(cim__str_of(o->class_name));
    assert_int_not_equal(f->class_id, CIM__CLASS_COUNT);
    take_values(t, o->values, f);
    if (o->wkt) f->plane = take_geometry(ctx, t, o->wkt);
}

void support_city(const char *path, int32_t epsg, const support_object *objects, size_t count, const support_relation *relations, size_t relation_count)
{
    cim_ctx *ctx = support_ctx();
    texts t = { .arena = cim__arena_on(ctx->mem) };
    cim__feature *features = cim__alloc_n(ctx->mem, count + 1, sizeof *features);
    assert_non_null(features);
    cim__gbuild_init(&t.build, ctx->mem);
    for (size_t i = 0; i < count; i++) take_object(ctx, &t, &objects[i], &features[i]);
    assert_ok(ctx, support_city_try(ctx, path, epsg, features, count, relations, relation_count));
    cim__free(ctx->mem, features);
    cim__gbuild_free(&t.build);
    cim__arena_free(&t.arena);
    cim_ctx_free(ctx);
}

cim_city *support_open(cim_ctx *ctx, const char *path)
{
    cim_city *city = NULL;
    assert_ok(ctx, cim_city_open(ctx, path, NULL, &city));
    return city;
}

uint32_t support_change_counter(const char *path)
{
    size_t size = 0;
    char *bytes = support_read(path, &size);
    assert_true(bytes && size >= 100);
    const uint8_t *p = (const uint8_t *)bytes + 24;
    uint32_t counter = (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
    free(bytes);
    return counter;
}
