/* people.c - who lives in what is supplied, and which of it is a critical site.
 *
 * Objects that are the same (relation same_as) are known twice: what one of them says counts for all.  Parts of a building belong to it; its people
 * are what it says itself, or what its parts say, whichever is more.  A point of interest inside of a building, or whose ground the building stands
 * on, says what it is as the building itself does. */
#include "utility/utility.h"

enum { UP = 8 }; /* parts of parts */

typedef struct counts {
    uint32_t own, parts, beds;
    uint8_t site;
} counts;

typedef struct people {
    cim__umaker *m;
    uint32_t *slot;  /* by object that is served, and those that are the same: into counts; CIM_NONE */
    cim__buf counts; /* by the lowest of objects that are the same */
    cim__buf sites;  /* of points of interest */
} people;

/* A point of interest that is a critical site. */
typedef struct site {
    const cim_geom *geom;
    uint32_t beds; /* of the first building of its own only */
    uint8_t kind;
} site;

/* ---- what is asked about ---- */

static cim_status want(cim_ctx *ctx, people *p)
{
    cim__umaker *m = p->m;
    const size_t n = (size_t)m->city->max_id + 1;
    p->slot = cim__alloc_n(ctx->mem, n, sizeof *p->slot);
    if (!p->slot) return cim__nomem(ctx);
    for (size_t i = 0; i < n; i++) p->slot[i] = CIM_NONE;
    for (size_t i = 0; i < CIM__COUNT(&m->services, cim_utility_service); i++) {
        uint32_t *slot = &p->slot[m->same_of[CIM__AT(&m->services, cim_utility_service, i).object]];
        if (*slot != CIM_NONE) continue;
        counts *c = CIM__PUSH(&p->counts, counts);
        if (!c) return cim__nomem(ctx);
        *c = (counts){ 0 };
        *slot = (uint32_t)CIM__COUNT(&p->counts, counts) - 1;
    }
    for (size_t i = 0; i < n; i++) p->slot[i] = p->slot[m->same_of[i]]; /* the lowest comes first */
    return CIM_OK;
}

/* The object asked about that this one is, or is a part of. */
static uint32_t whole_of(const people *p, uint32_t object)
{
    const cim_city *city = p->m->city;
    for (int up = 0; up < UP && object != CIM_NONE && cim__city_has(city, object); up++, object = city->parent[object])
        if (p->slot[object] != CIM_NONE) return object;
    return CIM_NONE;
}

/* ---- what objects say ---- */

static void take_site(counts *c, uint32_t kind)
{
    if (kind && (!c->site || kind < c->site)) c->site = (uint8_t)kind;
}

static uint32_t site_of(const cim__object *o)
{
    uint32_t kind = o->present >> CIM__A_FUNCTION & 1 ? cim__u_site(o->values[CIM__A_FUNCTION].text) : CIM_UTILITY_SITE_NONE;
    return !kind && o->present >> CIM__A_USAGE & 1 ? cim__u_site(o->values[CIM__A_USAGE].text) : kind;
}

/* Places of a hospital or care home; other capacities are no beds. */
static uint32_t beds_of(const cim__object *o, uint32_t kind)
{
    const bool lies = kind == CIM_UTILITY_SITE_HOSPITAL || kind == CIM_UTILITY_SITE_CARE;
    const int64_t n = o->present >> CIM__A_CAPACITY & 1 ? o->values[CIM__A_CAPACITY].integer : 0;
    return lies && n > 0 && n < 1000000 ? (uint32_t)n : 0;
}

static uint32_t sum(uint32_t a, uint32_t b) { return a > 0xffffffffu - b ? 0xffffffffu : a + b; }

static cim_status see(cim_ctx *ctx, const cim__object *o, void *user)
{
    people *p = user;
    (void)ctx;
    if (!cim__city_has(p->m->city, o->id)) return CIM_OK;
    const uint32_t whole = whole_of(p, o->id);
    if (whole == CIM_NONE) return CIM_OK;
    counts *c = &CIM__AT(&p->counts, counts, p->slot[whole]);
    const int64_t n = o->present >> CIM__A_POPULATION & 1 ? o->values[CIM__A_POPULATION].integer : 0;
    const uint32_t count = n > 0 && n < 1000000000 ? (uint32_t)n : 0;
    if (whole == o->id) c->own = count > c->own ? count : c->own;
    else c->parts = sum(c->parts, count);
    const uint32_t kind = site_of(o), beds = beds_of(o, kind);
    take_site(c, kind);
    if (beds > c->beds) c->beds = beds;
    return CIM_OK;
}

static cim_status ask_objects(cim_ctx *ctx, people *p)
{
    const cim__columns columns = { .values = (uint64_t)1 << CIM__A_POPULATION | (uint64_t)1 << CIM__A_FUNCTION | (uint64_t)1 << CIM__A_USAGE | (uint64_t)1 << CIM__A_CAPACITY };
    bool wanted[CIM__LAYER_COUNT] = { false };
    for (uint32_t id = 0; id <= p->m->city->max_id; id++)
        if (cim__city_has(p->m->city, id) && whole_of(p, id) != CIM_NONE) wanted[p->m->city->layer[id]] = true;
    for (int l = 0; l < CIM__LAYER_COUNT; l++)
        if (wanted[l]) CIM__TRY(cim__u_scan(ctx, p->m, (cim__layer_id)l, &columns, see, p));
    return CIM_OK;
}

/* ---- points of interest ---- */

static void *kept(cim__umaker *m, const void *data, size_t size)
{
    void *copy = cim__arena_alloc(&m->arena, size ? size : 1);
    if (copy && size) memcpy(copy, data, size);
    return copy;
}

static cim_status see_poi(cim_ctx *ctx, const cim__object *o, void *user)
{
    people *p = user;
    cim__umaker *m = p->m;
    const uint32_t kind = site_of(o);
    int32_t srid;
    if (!kind || !o->geom.len || !cim__city_has(m->city, o->id)) return CIM_OK;
    CIM__TRY(cim__gaia_get(ctx, o->geom, &m->geom, &srid));
    const cim_geom g = cim__gbuild_view(&m->geom);
    if (!g.vertex_count || !cim__geom_finite(&g)) return CIM_OK;
    cim_geom *copy = kept(m, &g, sizeof g);
    if (!copy) return cim__nomem(ctx);
    copy->coords = kept(m, g.coords, (size_t)g.vertex_count * (size_t)g.dim * sizeof *g.coords);
    copy->ring_end = kept(m, g.ring_end, g.ring_count * sizeof *g.ring_end);
    copy->part_end = kept(m, g.part_end, g.part_count * sizeof *g.part_end);
    site *s = CIM__PUSH(&p->sites, site);
    if (!s || !copy->coords || !copy->ring_end || !copy->part_end) return cim__nomem(ctx);
    *s = (site){ copy, beds_of(o, kind), (uint8_t)kind };
    return CIM_OK;
}

/* A point inside of the object, or the ground that it stands on. */
static bool belongs(const cim_geom *poi, const cim_geom *object)
{
    double xy[2];
    if (cim__geom_base(poi->type) == CIM_GEOM_POLYGON) return cim__geom_inner_point(object, xy) && cim__point_in_polygon(poi, xy[0], xy[1]) != CIM__OUTSIDE;
    return cim__geom_base(object->type) == CIM_GEOM_POLYGON && cim__point_in_polygon(object, poi->coords[0], poi->coords[1]) != CIM__OUTSIDE;
}

static cim_status try_object(cim_ctx *ctx, people *p, site *s, uint32_t id)
{
    cim__arena arena = cim__arena_on(ctx->mem);
    cim__object o;
    int32_t srid;
    cim_status st = cim__city_object(ctx, p->m->city, id, &arena, &o);
    if (st >= 0 && o.geom.len) st = cim__gaia_get(ctx, o.geom, &p->m->geom, &srid);
    if (st >= 0 && o.geom.len) {
        const cim_geom g = cim__gbuild_view(&p->m->geom);
        counts *c = &CIM__AT(&p->counts, counts, p->slot[id]);
        if (belongs(s->geom, &g)) {
            take_site(c, s->kind);
            if (s->beds > c->beds) c->beds = s->beds;
            s->beds = 0;
        }
    }
    cim__arena_free(&arena);
    return st;
}

/* Objects that are asked about, by their boxes. */
static int32_t is_asked(void *user, uint32_t id)
{
    const people *p = user;
    return id <= p->m->city->max_id && p->slot[id] != CIM_NONE;
}

static cim_status ask_around(cim_ctx *ctx, people *p, site *s, cim__buf *ids)
{
    const cim_box box = cim__geom_box(s->geom);
    cim_probe probe = cim_probe_box(&box);
    size_t count = 0, again = 0;
    probe.accept = is_asked;
    probe.user = p;
    CIM__TRY(cim_index_query(ctx, p->m->city->index, &probe, NULL, 0, &count));
    ids->size = 0;
    uint32_t *found = cim__buf_extend(ids, (count + 1) * sizeof *found);
    if (!found) return cim__nomem(ctx);
    CIM__TRY(cim_index_query(ctx, p->m->city->index, &probe, found, count, &again));
    for (size_t i = 0; i < count && i < again; i++) CIM__TRY(try_object(ctx, p, s, found[i]));
    return CIM_OK;
}

static cim_status ask_sites(cim_ctx *ctx, people *p)
{
    const cim__columns columns = { .values = (uint64_t)1 << CIM__A_FUNCTION | (uint64_t)1 << CIM__A_USAGE | (uint64_t)1 << CIM__A_CAPACITY, .geom = true };
    static const cim__layer_id layers[] = { CIM__L_POI, CIM__L_POI_AREA };
    bool there[CIM__LAYER_COUNT] = { false };
    cim_status st = CIM_OK;
    for (uint32_t id = 0; id <= p->m->city->max_id; id++)
        if (cim__city_has(p->m->city, id)) there[p->m->city->layer[id]] = true;
    for (int l = 0; l < 2; l++)
        if (there[layers[l]]) CIM__TRY(cim__u_scan(ctx, p->m, layers[l], &columns, see_poi, p));
    cim__buf ids = cim__buf_on(ctx->mem);
    for (size_t i = 0; i < CIM__COUNT(&p->sites, site) && p->m->city->index && st >= 0; i++) st = ask_around(ctx, p, &CIM__AT(&p->sites, site, i), &ids);
    cim__buf_free(&ids);
    return st;
}

/* ---- services and columns ---- */

/* What is served twice in one commodity counts where it is served first. */
static cim_status put_counts(cim_ctx *ctx, people *p)
{
    cim__umaker *m = p->m;
    cim__map seen;
    cim_status st = CIM_OK;
    cim__map_init(&seen, ctx->mem);
    for (size_t i = 0; i < CIM__COUNT(&m->services, cim_utility_service) && st >= 0; i++) {
        cim_utility_service *s = &CIM__AT(&m->services, cim_utility_service, i);
        const counts *c = &CIM__AT(&p->counts, counts, p->slot[s->object]);
        const uint8_t domain = s->element < m->node_count ? m->u->node_domain[s->element] : m->u->edge_domain[s->element - m->node_count];
        const uint64_t key = (uint64_t)m->same_of[s->object] << 8 | domain;
        s->people = c->own > c->parts ? c->own : c->parts;
        s->critical = c->site;
        s->beds = c->beds;
        if (cim__map_get(&seen, key) != CIM_NONE) continue;
        const bool building = cim__class_is(m->city->class_id[s->object], CIM__C_Building);
        const bool ok = cim__map_put(&seen, key, 0) && cim__u_add(m, CIM_UTILITY_PEOPLE, s->element, s->people) &&
                        cim__u_add(m, CIM_UTILITY_BUILDINGS, s->element, building) && cim__u_add(m, CIM_UTILITY_CRITICAL, s->element, c->site != 0) &&
                        cim__u_add(m, CIM_UTILITY_BEDS, s->element, c->beds);
        if (!ok) st = cim__nomem(ctx);
    }
    cim__map_free(&seen);
    return st;
}

static cim_status ask(cim_ctx *ctx, people *p)
{
    CIM__TRY(want(ctx, p));
    CIM__TRY(ask_objects(ctx, p));
    CIM__TRY(ask_sites(ctx, p));
    return put_counts(ctx, p);
}

cim_status cim__u_people(cim_ctx *ctx, cim__umaker *m)
{
    people p = { .m = m, .counts = cim__buf_on(ctx->mem), .sites = cim__buf_on(ctx->mem) };
    if (!CIM__COUNT(&m->services, cim_utility_service)) return CIM_OK;
    cim_status st = ask(ctx, &p);
    cim__free(ctx->mem, p.slot);
    cim__buf_free(&p.counts);
    cim__buf_free(&p.sites);
    return st;
}
