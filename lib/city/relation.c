/* relation.c - the graph's edges: compiled on first use into compressed adjacency, once for each direction. */
#include "city/city.h"

typedef struct edge {
    uint32_t from, to;
    uint8_t type;
} edge;

static cim_status collect(cim_ctx *ctx, const cim__stored_relation *r, void *user)
{
    cim__buf *edges = user;
    edge *e = CIM__PUSH(edges, edge);
    if (!e) return cim__nomem(ctx);
    *e = (edge){ r->from, r->to, (uint8_t)r->type };
    return CIM_OK;
}

static bool add_parts(const cim_city *city, cim__buf *edges)
{
    for (uint32_t id = 0; id <= city->max_id; id++) {
        if (!cim__city_has(city, id) || city->parent[id] == CIM_NONE) continue;
        edge *e = CIM__PUSH(edges, edge);
        if (!e) return false;
        *e = (edge){ id, city->parent[id], CIM__R_PART_OF };
    }
    return true;
}

/* Counting sort by one end; keeps the order of equal ends, so the result does not depend on anything but the input. */
static bool compile(const cim_city *city, const edge *edges, size_t count, bool inverse, cim__edges *out)
{
    size_t n = (size_t)city->max_id + 1;
    out->first = cim__zalloc_n(city->mem, n + 1, sizeof *out->first);
    out->other = cim__alloc_n(city->mem, count, sizeof *out->other);
    out->type = cim__alloc_n(city->mem, count, sizeof *out->type);
    if (!out->first || !out->other || !out->type) return false;
    for (size_t i = 0; i < count; i++) out->first[inverse ? edges[i].to : edges[i].from]++;
    uint32_t start = 0;
    for (size_t i = 0; i <= n; i++) {
        uint32_t c = out->first[i];
        out->first[i] = start;
        start += c;
    }
    for (size_t i = 0; i < count; i++) {
        uint32_t at = out->first[inverse ? edges[i].to : edges[i].from]++;
        out->other[at] = inverse ? edges[i].from : edges[i].to;
        out->type[at] = edges[i].type;
    }
    memmove(out->first + 1, out->first, n * sizeof *out->first);
    out->first[0] = 0;
    return true;
}

/* Rows of a hostile file may name objects that are not there. */
static size_t drop_dangling(const cim_city *city, edge *edges, size_t count)
{
    size_t kept = 0;
    for (size_t i = 0; i < count; i++)
        if (cim__city_has(city, edges[i].from) && cim__city_has(city, edges[i].to)) edges[kept++] = edges[i];
    return kept;
}

static cim_status load(cim_ctx *ctx, cim_city *city)
{
    cim__buf buf = cim__buf_on(ctx->mem);
    cim_status st = city->rows->relations(ctx, city->store, collect, &buf);
    if (st >= 0 && !add_parts(city, &buf)) st = cim__nomem(ctx);
    if (st >= 0) {
        edge *edges = (edge *)(void *)buf.data;
        size_t count = drop_dangling(city, edges, CIM__COUNT(&buf, edge));
        if (!compile(city, edges, count, false, &city->out) || !compile(city, edges, count, true, &city->in)) st = cim__nomem(ctx);
    }
    cim__buf_free(&buf);
    return st;
}

static void unload(cim_city *city)
{
    cim__edges *both[] = { &city->out, &city->in };
    for (int i = 0; i < 2; i++) {
        cim__free(city->mem, both[i]->first);
        cim__free(city->mem, both[i]->other);
        cim__free(city->mem, both[i]->type);
        *both[i] = (cim__edges){ NULL, NULL, NULL };
    }
}

cim_status cim__city_relations(cim_ctx *ctx, cim_city *city)
{
    cim_status st = CIM_OK;
    pthread_mutex_lock(&city->lock);
    if (!city->has_relations) {
        st = load(ctx, city);
        if (st < 0) unload(city);
        else city->has_relations = true;
    }
    pthread_mutex_unlock(&city->lock);
    return st;
}

static void give(const cim__edges *e, uint32_t id, int32_t inverse, cim_relation *relations, size_t cap, size_t *count)
{
    for (uint32_t i = e->first[id]; i < e->first[id + 1]; i++, ++*count)
        if (*count < cap) relations[*count] = (cim_relation){ e->other[i], e->type[i], inverse, 0 };
}

cim_status cim_city_relations(cim_ctx *ctx, cim_city *city, uint32_t id, cim_relation *relations, size_t cap, size_t *count_out)
{
    size_t count = 0;
    cim__enter(ctx);
    if (!cim__city_has(city, id)) return cim__fail(ctx, CIM_ENOTFOUND, "no object with the number %u", id);
    CIM__TRY(cim__city_relations(ctx, city));
    give(&city->out, id, 0, relations, relations ? cap : 0, &count);
    give(&city->in, id, 1, relations, relations ? cap : 0, &count);
    *count_out = count;
    return CIM_OK;
}

const char *cim_relation_name(int32_t type, int32_t inverse)
{
    const cim__relation_info *info = cim__relation_of(type);
    return !info ? NULL : inverse ? info->inverse : info->name;
}
