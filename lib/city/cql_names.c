/* cql_names.c - attributes that no object has: a slip of the pen must not look like an answer.
 *
 * Evaluation notes which attributes it met.  Only for those it did not meet the city is searched, until all are found. */
#include "city/cql_run.h"
#include "geom/topo.h"

#include <stdio.h>

typedef struct search {
    const cim__cql *cql;
    bool *seen;
    uint32_t missing;
    cim__arena texts;
    cim__buf values;
} search;

static uint32_t missing(const cim__cql *cql, const bool *seen)
{
    uint32_t count = 0;
    for (const cim__cql_path *p = cql->paths; p; p = p->next) count += p->end == CIM__CQL_ATTRIBUTE && !seen[p->index];
    return count;
}

/* Damaged attributes are no concern here: they are reported when they are asked for. */
static cim_status look_in(cim_ctx *ctx, search *s, cim__str attrs)
{
    for (const cim__cql_path *p = s->cql->paths; p; p = p->next) {
        if (p->end != CIM__CQL_ATTRIBUTE || s->seen[p->index]) continue;
        cim__cql_attribute(attrs, p, &s->texts, &s->values, &s->seen[p->index]);
        s->missing -= s->seen[p->index];
        s->values.size = 0;
        cim__arena_reset(&s->texts);
        if (s->values.failed) return cim__nomem(ctx);
    }
    return s->missing ? CIM_OK : CIM_DONE;
}

static cim_status see_object(cim_ctx *ctx, const cim__object *object, void *user) { return look_in(ctx, user, object->attrs); }

typedef cim_status (*attrs_fn)(cim_ctx *ctx, const cim__object *object, void *user);

static cim_status over_objects(cim_ctx *ctx, cim_city *city, const uint32_t *left, attrs_fn fn, void *user)
{
    static const cim__columns wanted = { .attrs = true };
    cim_status st = CIM_OK;
    for (int l = 0; l < CIM__LAYER_COUNT && st >= 0 && (!left || *left); l++) {
        void *selection = NULL;
        CIM__TRY(city->rows->select(ctx, city->store, (cim__layer_id)l, &wanted, &selection));
        for (uint64_t first = 0; first <= city->max_id && st >= 0 && (!left || *left); first += 65536) {
            uint64_t last = first + 65535 < city->max_id ? first + 65535 : city->max_id;
            st = city->rows->select_run(ctx, city->store, selection, (uint32_t)first, (uint32_t)last, fn, user);
            if (st >= 0) st = cim__tick(ctx, first, city->max_id, "query");
        }
        city->rows->select_end(city->store, selection);
    }
    return st;
}

/* ---- thematic surfaces, when a path asks them ---- */

typedef struct surface_search {
    search *s;
    cim__topo topo;
} surface_search;

static cim_status see_shape(cim_ctx *ctx, const cim__stored_shape *shape, void *user)
{
    surface_search *ss = user;
    cim_status st = CIM_OK;
    if (!shape->topo.len) return CIM_OK;
    CIM__TRY(cim__topo_get(ctx, shape->topo, UINT32_MAX, &ss->topo));
    for (size_t i = 0; i < CIM__COUNT(&ss->topo.surfaces, cim__tsurface) && st == CIM_OK; i++) {
        cim__str attrs = CIM__AT(&ss->topo.surfaces, cim__tsurface, i).attrs;
        if (attrs.len) st = look_in(ctx, ss->s, attrs);
    }
    return st;
}

static bool asks_surfaces(const search *s)
{
    for (const cim__cql_path *p = s->cql->paths; p; p = p->next)
        if (p->end == CIM__CQL_ATTRIBUTE && !s->seen[p->index] && p->hop_count && p->hops[p->hop_count - 1].surfaces) return true;
    return false;
}

static cim_status over_surfaces(cim_ctx *ctx, cim_city *city, search *s)
{
    surface_search ss = { .s = s };
    cim_status st = CIM_OK;
    cim__topo_init(&ss.topo, ctx->mem);
    for (uint64_t id = 0; id <= city->max_id && st >= 0 && s->missing; id++) {
        if (!cim__city_has(city, (uint32_t)id)) continue;
        st = city->rows->shapes(ctx, city->store, (uint32_t)id, see_shape, &ss);
        if (st >= 0 && (id & 0xfff) == 0) st = cim__tick(ctx, id, city->max_id, "query");
    }
    cim__topo_free(&ss.topo);
    return st;
}

/* ---- names that were meant ---- */

static void add_model_names(cim__cql_near *near, cim__str wanted)
{
    static const char *const others[] = { "id", "number", "class", "layer", "source", "parent", "valid_from", "valid_to", "geom" };
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) cim__cql_near_add(near, wanted, cim__str_of(others[i]));
    for (int a = 0; a < CIM__ATTR_COUNT; a++) cim__cql_near_add(near, wanted, cim__str_of(cim__attrs[a].name));
    for (size_t i = 0; i < cim__relation_count; i++) {
        cim__cql_near_add(near, wanted, cim__str_of(cim__relations[i].name));
        cim__cql_near_add(near, wanted, cim__str_of(cim__relations[i].inverse));
    }
}

enum { NAMES_MAX = 100000 };

/* Keys of the outermost object; nested ones would cost more than they help. */
static cim_status see_keys(cim_ctx *ctx, const cim__object *object, void *user)
{
    cim__names *names = user;
    cim__jvalue attrs, member;
    cim__str key;
    if (!cim__jparse(object->attrs, &attrs)) return CIM_OK;
    cim__jiter it = cim__jiter_of(attrs);
    while (names->count < NAMES_MAX && cim__jnext(&it, &key, &member))
        if (cim__names_add(names, key) == CIM_NONE) return cim__nomem(ctx);
    return CIM_OK;
}

static cim_status no_such(cim_ctx *ctx, cim_city *city, const cim__cql_path *path)
{
    cim__cql_near near = { .count = 0 };
    cim__names names;
    char text[200], what[300];
    cim__names_init(&names, ctx->mem);
    cim_status st = over_objects(ctx, city, NULL, see_keys, &names);
    add_model_names(&near, path->name);
    for (size_t i = 0; i < names.count; i++) cim__cql_near_add(&near, path->name, names.texts[i]);
    cim__cql_near_put(&near, text);
    cim__names_free(&names);
    if (st < 0) return st;
    snprintf(what, sizeof what, "no object of this city has a property called %.*s%s", path->name.len < 60 ? (int)path->name.len : 60, path->name.ptr, text);
    if (path->column) return cim__cql_wrong(ctx, path->column, "expected a property: %s", what);
    return cim__fail(ctx, CIM_EARG, "%s", what);
}

cim_status cim__cql_check_names(cim_ctx *ctx, cim_city *city, const cim__cql *cql, bool *seen)
{
    search s = { .cql = cql, .seen = seen, .missing = missing(cql, seen), .texts = cim__arena_on(ctx->mem), .values = cim__buf_on(ctx->mem) };
    if (!s.missing) return CIM_OK;
    cim_status st = over_objects(ctx, city, &s.missing, see_object, &s);
    if (st >= 0 && s.missing && asks_surfaces(&s)) st = over_surfaces(ctx, city, &s);
    cim__arena_free(&s.texts);
    cim__buf_free(&s.values);
    for (const cim__cql_path *p = cql->paths; p && st >= 0 && s.missing; p = p->next)
        if (p->end == CIM__CQL_ATTRIBUTE && !seen[p->index]) st = no_such(ctx, city, p);
    return st < 0 ? st : CIM_OK;
}
