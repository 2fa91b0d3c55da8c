/* places.c - critical sites and stations of a city, each once.
 *
 * The same hospital may be a building of two sources, a point of interest, and grounds around several buildings.  Objects of one kind are
 * one site when they are said to be the same, or one stands in the other.  What stands for them is a building before anything else, then
 * what has the lowest number. */
#include "impact/impact.h"
#include "utility/utility.h"

#include <math.h>
#include <stdlib.h>

enum { POLICE = 1 << 16 }; /* beside the roles, while places are found */

typedef struct found {
    cim_impact_place place;
    uint32_t root;
    bool is_building;
    cim_box box;
} found;

typedef struct looking {
    cim_impact *m;
    cim__buf found; /* found, by object */
    cim__buf text;
    cim__gbuild geom, other;
    cim__arena arena;
} looking;

static bool has(const cim__object *o, cim__attr attr) { return o->present >> attr & 1; }

static uint32_t roles_of(cim__str word)
{
    static const struct {
        const char *text;
        uint32_t roles;
    } words[] = { { "fire_station", CIM_IMPACT_CREW }, { "31001_3072", CIM_IMPACT_CREW }, { "police", CIM_IMPACT_CREW | POLICE }, { "31001_3071", CIM_IMPACT_CREW | POLICE },
                  { "ambulance_station", CIM_IMPACT_CREW | CIM_IMPACT_AMBULANCE }, { "rescue_station", CIM_IMPACT_CREW | CIM_IMPACT_AMBULANCE } };
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (cim__str_is(word, words[i].text)) return words[i].roles;
    return 0;
}

static void take_word(cim__str word, cim_impact_place *p)
{
    uint32_t site = cim__u_site(word);
    if (site && (!p->site || site < p->site)) p->site = site;
    p->roles |= roles_of(word);
}

/* ---- which objects ---- */

static void take_attrs(looking *l, cim__str attrs, cim_impact_place *p)
{
    static const char *const keys[] = { "osm:amenity", "osm:emergency", "osm:social_facility", "osm:healthcare" };
    cim__jvalue object, value;
    if (!cim__str_has(attrs, "\"osm:") || !cim__jparse(attrs, &object) || object.type != CIM__J_OBJECT) return;
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        l->text.size = 0;
        if (cim__str_has(attrs, keys[i] + 4) && cim__jfind(object, cim__str_of(keys[i]), &value) && value.type == CIM__J_STRING)
            take_word(cim__jstring(value, &l->text), p);
    }
}

static cim_status take_object(cim_ctx *ctx, const cim__object *o, void *user)
{
    looking *l = user;
    found f = { .place = { .object = o->id, .x = NAN, .y = NAN } };
    if (has(o, CIM__A_STATUS) && !cim__u_in_use(o->values[CIM__A_STATUS].text)) return CIM_OK;
    if (has(o, CIM__A_FUNCTION)) take_word(o->values[CIM__A_FUNCTION].text, &f.place);
    take_attrs(l, o->attrs, &f.place);
    if (!f.place.site && !f.place.roles) return CIM_OK;
    f.is_building = o->layer == CIM__L_BUILDING;
    cim__buf_put(&l->found, &f, sizeof f);
    return l->found.failed ? cim__nomem(ctx) : CIM_OK;
}

static int by_object(const void *a, const void *b)
{
    const found *x = a, *y = b;
    return (x->place.object > y->place.object) - (x->place.object < y->place.object);
}

static cim_status find_objects(cim_ctx *ctx, looking *l)
{
    static const uint8_t layers[] = { CIM__L_BUILDING, CIM__L_POI, CIM__L_POI_AREA };
    const cim__columns columns = { .values = (uint64_t)1 << CIM__A_FUNCTION | (uint64_t)1 << CIM__A_STATUS, .attrs = true };
    for (size_t i = 0; i < sizeof layers; i++) CIM__TRY(cim__impact_read(ctx, l->m->city, (cim__layer_id)layers[i], &columns, take_object, l));
    size_t count = CIM__COUNT(&l->found, found);
    if (count) qsort(l->found.data, count, sizeof(found), by_object);
    return CIM_OK;
}

/* ---- where they are ---- */

static cim_status geometry(cim_ctx *ctx, looking *l, uint32_t object, cim__gbuild *geom, bool *there)
{
    cim__object o;
    int32_t srid;
    cim__arena_reset(&l->arena);
    CIM__TRY(cim__city_object(ctx, l->m->city, object, &l->arena, &o));
    *there = o.geom.len > 0;
    return *there ? cim__gaia_get(ctx, o.geom, geom, &srid) : CIM_OK;
}

static cim_status find_places(cim_ctx *ctx, looking *l)
{
    for (size_t i = 0; i < CIM__COUNT(&l->found, found); i++) {
        found *f = &CIM__AT(&l->found, found, i);
        double xy[2];
        bool there;
        f->root = (uint32_t)i;
        f->box = CIM__BOX_EMPTY;
        CIM__TRY(geometry(ctx, l, f->place.object, &l->geom, &there));
        cim_geom g = there ? cim__gbuild_view(&l->geom) : (cim_geom){ 0 };
        if (!there || !cim__geom_inner_point(&g, xy)) continue;
        f->place.x = xy[0];
        f->place.y = xy[1];
        f->box = cim__geom_box(&g);
    }
    return CIM_OK;
}

/* ---- which are one ---- */

static uint32_t root_of(looking *l, uint32_t i)
{
    while (CIM__AT(&l->found, found, i).root != i) i = CIM__AT(&l->found, found, i).root;
    return i;
}

/* The root is the building, then the lowest number. */
static void unite(looking *l, uint32_t a, uint32_t b)
{
    a = root_of(l, a);
    b = root_of(l, b);
    if (a == b) return;
    found *x = &CIM__AT(&l->found, found, a), *y = &CIM__AT(&l->found, found, b);
    bool first = x->is_building != y->is_building ? x->is_building : a < b;
    found *root = first ? x : y, *other = first ? y : x;
    other->root = root->root;
    root->place.roles |= other->place.roles;
}

static uint32_t number_of(looking *l, uint32_t object)
{
    found key = { .place = { .object = object } };
    size_t count = CIM__COUNT(&l->found, found);
    found *f = count ? bsearch(&key, l->found.data, count, sizeof key, by_object) : NULL;
    return f ? (uint32_t)(f - (found *)(void *)l->found.data) : CIM_NONE;
}

static bool alike(const found *a, const found *b)
{
    return a->place.site == b->place.site && (a->place.roles == b->place.roles || a->place.site != CIM_UTILITY_SITE_EMERGENCY);
}

static void unite_same(looking *l)
{
    const cim_city *city = l->m->city;
    for (uint32_t i = 0; i < CIM__COUNT(&l->found, found); i++) {
        uint32_t object = CIM__AT(&l->found, found, i).place.object;
        for (uint32_t k = city->out.first[object]; k < city->out.first[object + 1]; k++) {
            uint32_t j = city->out.type[k] == CIM__R_SAME_AS ? number_of(l, city->out.other[k]) : CIM_NONE;
            if (j != CIM_NONE) unite(l, i, j);
        }
    }
}

/* Those that stand in number i. */
static cim_status unite_inside(cim_ctx *ctx, looking *l, uint32_t i)
{
    const found *f = &CIM__AT(&l->found, found, i);
    bool there = false;
    for (uint32_t j = 0; j < CIM__COUNT(&l->found, found); j++) {
        const found *g = &CIM__AT(&l->found, found, j);
        double x = g->place.x, y = g->place.y;
        if (j == i || !alike(f, g) || !(x >= f->box.min_x && x <= f->box.max_x && y >= f->box.min_y && y <= f->box.max_y)) continue;
        if (!there) CIM__TRY(geometry(ctx, l, f->place.object, &l->other, &there));
        cim_geom area = cim__gbuild_view(&l->other);
        if (cim__geom_base(area.type) != CIM_GEOM_POLYGON) return CIM_OK;
        if (cim__point_in_polygon(&area, x, y) != CIM__OUTSIDE) unite(l, i, j);
    }
    return CIM_OK;
}

static cim_status keep_roots(cim_ctx *ctx, looking *l)
{
    bool ambulances = false, stations = false;
    for (uint32_t i = 0; i < CIM__COUNT(&l->found, found); i++) {
        const found *f = &CIM__AT(&l->found, found, i);
        if (f->root == i) cim__buf_put(&l->m->places, &f->place, sizeof f->place);
        ambulances |= (f->place.roles & CIM_IMPACT_AMBULANCE) != 0;
    }
    /* Without an ambulance station the medics are with the fire brigade, without one at the hospital. */
    for (size_t pass = 0; pass < 2 && !ambulances && !stations; pass++)
        for (size_t i = 0; i < CIM__COUNT(&l->m->places, cim_impact_place); i++) {
            cim_impact_place *p = &CIM__AT(&l->m->places, cim_impact_place, i);
            bool fits = pass ? p->site == CIM_UTILITY_SITE_HOSPITAL : p->roles && !(p->roles & POLICE);
            if (fits) p->roles |= CIM_IMPACT_AMBULANCE;
            stations |= fits;
        }
    for (size_t i = 0; i < CIM__COUNT(&l->m->places, cim_impact_place); i++) CIM__AT(&l->m->places, cim_impact_place, i).roles &= CIM_IMPACT_CREW | CIM_IMPACT_AMBULANCE;
    return l->m->places.failed ? cim__nomem(ctx) : CIM_OK;
}

static cim_status look(cim_ctx *ctx, looking *l)
{
    CIM__TRY(find_objects(ctx, l));
    CIM__TRY(find_places(ctx, l));
    unite_same(l);
    for (uint32_t i = 0; i < CIM__COUNT(&l->found, found); i++) CIM__TRY(unite_inside(ctx, l, i));
    return keep_roots(ctx, l);
}

cim_status cim__impact_places(cim_ctx *ctx, cim_impact *m)
{
    looking l = { .m = m, .found = cim__buf_on(ctx->mem), .text = cim__buf_on(ctx->mem), .arena = cim__arena_on(ctx->mem) };
    cim__gbuild_init(&l.geom, ctx->mem);
    cim__gbuild_init(&l.other, ctx->mem);
    cim_status st = look(ctx, &l);
    cim__buf_free(&l.found);
    cim__buf_free(&l.text);
    cim__gbuild_free(&l.geom);
    cim__gbuild_free(&l.other);
    cim__arena_free(&l.arena);
    return st < 0 ? st : CIM_OK;
}
