/* relate_same.c - footprints on footprints: parts in outlines, and buildings of two sources that are one.
 *
 * Two buildings are the same when the area common to both footprints is at least half of each; of several candidates the one with the
 * largest share (common area / area of both together) is taken.  A part belongs to the building that holds at least half of it. */
#include "import/relate.h"

static bool is_building(uint8_t layer, uint8_t class_id)
{
    (void)class_id;
    return layer == CIM__L_BUILDING;
}

static bool is_part(uint8_t layer, uint8_t class_id)
{
    (void)class_id;
    return layer == CIM__L_BUILDING_PART;
}

enum { CANDIDATES = 64 };

/* Which family of ids an object has ("osm", "gml"): only objects of different families can be two views of one building. */
static cim_status family_of(cim_ctx *ctx, cim__looker *l, const cim__thing *t, uint64_t *family_out)
{
    cim__str gid;
    CIM__TRY(cim__look_gid(ctx, l, t, &gid));
    const char *colon = gid.len ? memchr(gid.ptr, ':', gid.len) : NULL;
    *family_out = cim__hash64(gid.ptr, colon ? (size_t)(colon - gid.ptr) : gid.len, 0);
    return CIM_OK;
}

static cim_status families_of(cim_ctx *ctx, cim__universe *u, const cim__things *things, uint64_t **families_out)
{
    cim__looker *l = NULL;
    uint64_t *families = cim__alloc_n(ctx->mem, things->count, sizeof *families);
    if (!families) return cim__nomem(ctx);
    cim_status st = cim__looker_new(ctx, u, &l);
    for (size_t i = 0; i < things->count && st >= 0; i++) st = family_of(ctx, l, &things->list[i], &families[i]);
    cim__looker_free(l);
    if (st < 0) cim__free(ctx->mem, families);
    else *families_out = families;
    return st;
}

typedef struct matching {
    const cim__things *buildings, *parts;
    const uint64_t *families;
    uint64_t first_family; /* the relation goes from other families to... */
    uint32_t *parent_of;   /* by part: place of its building, CIM_NONE */
} matching;

static double box_area(const cim_box *b) { return (b->max_x - b->min_x) * (b->max_y - b->min_y); }

/* Boxes that cannot share half of either need no polygons. */
static bool boxes_may_match(const cim_box *a, const cim_box *b)
{
    double w = (a->max_x < b->max_x ? a->max_x : b->max_x) - (a->min_x > b->min_x ? a->min_x : b->min_x);
    double h = (a->max_y < b->max_y ? a->max_y : b->max_y) - (a->min_y > b->min_y ? a->min_y : b->min_y);
    return w > 0.0 && h > 0.0 && box_area(a) > 0.0 && box_area(b) > 0.0;
}

/* Area common to `geom` and the plane geometry of a candidate; 0 when GEOS cannot say. */
static cim_status common_area(cim_ctx *ctx, cim__looker *l, const cim_geom *geom, const cim__thing *candidate, double *common, double *area)
{
    cim_geom other;
    *common = *area = 0.0;
    CIM__TRY(cim__look_geom(ctx, l, candidate, &l->other, &other));
    if (!other.part_count) return CIM_OK;
    *area = cim__geom_area(&other);
    cim_status st = cim__geos_common_area(ctx, l->geos, geom, &other, common);
    if (st == CIM_EFORMAT) {
        cim__enter(ctx);
        *common = 0.0;
        return CIM_OK;
    }
    return st;
}

static cim_status match_building(cim_ctx *ctx, cim__looker *l, size_t item, void *user)
{
    const matching *m = user;
    const cim__thing *self = &m->buildings->list[item], *best = NULL;
    uint32_t ids[CANDIDATES];
    size_t count;
    double best_share = 0.0;
    cim_geom geom;
    if (m->families[item] == m->first_family) return CIM_OK; /* each pair once, from the other side */
    cim_probe probe = cim_probe_box(&self->box);
    CIM__TRY(cim_index_query(ctx, m->buildings->index, &probe, ids, CANDIDATES, &count));
    if (count < 2) return CIM_OK;
    CIM__TRY(cim__look_geom(ctx, l, self, &l->geom, &geom));
    double area = cim__geom_area(&geom);
    for (size_t i = 0; i < count && i < CANDIDATES && area > 0.0; i++) {
        const cim__thing *other = &m->buildings->list[ids[i]];
        double common, other_area;
        if (m->families[ids[i]] != m->first_family || (self->old && other->old) || !boxes_may_match(&self->box, &other->box)) continue;
        CIM__TRY(common_area(ctx, l, &geom, other, &common, &other_area));
        double share = common / (area + other_area - common);
        if (common < 0.5 * area || common < 0.5 * other_area || share <= best_share) continue;
        best_share = share;
        best = other;
    }
    if (!best) return CIM_OK;
    cim__buf attrs = cim__buf_on(l->universe->mem);
    cim__buf_puts(&attrs, "{\"overlap\":");
    cim__put_fixed(&attrs, best_share, 3);
    cim__buf_putc(&attrs, '}');
    cim_status st = attrs.failed ? cim__nomem(ctx) : cim__relate_things(ctx, l, self, CIM__R_SAME_AS, best, cim__buf_str(&attrs));
    cim__buf_free(&attrs);
    return st;
}

static bool several_families(const matching *m)
{
    for (size_t i = 1; i < m->buildings->count; i++)
        if (m->families[i] != m->families[0]) return true;
    return false;
}

static bool several_sources(const cim__sink *sink)
{
    for (size_t i = 1; i < cim__sink_count(sink); i++)
        if (cim__sink_head(sink, i)->source != cim__sink_head(sink, 0)->source) return true;
    return sink->city != NULL;
}

cim_status cim__relate_same(cim_ctx *ctx, cim__universe *u)
{
    cim__things buildings;
    uint64_t *families = NULL;
    if (!several_sources(u->sink)) return CIM_OK;
    CIM__TRY(cim__things_new(ctx, u, is_building, &buildings));
    cim_status st = families_of(ctx, u, &buildings, &families);
    matching m = { .buildings = &buildings, .families = families, .first_family = cim__hash64("osm", 3, 0) };
    if (st >= 0 && buildings.count && several_families(&m)) st = cim__relate_run(ctx, u, buildings.count, "same objects", match_building, &m);
    cim__free(ctx->mem, families);
    cim__things_free(ctx->mem, &buildings);
    return st;
}

/* ---- parts ---- */

static cim_status find_outline(cim_ctx *ctx, cim__looker *l, size_t item, void *user)
{
    matching *m = user;
    const cim__thing *part = &m->parts->list[item];
    uint32_t ids[CANDIDATES];
    size_t count;
    double best = 0.0;
    cim_geom geom;
    m->parent_of[item] = CIM_NONE;
    if (part->old || cim__sink_head(l->universe->sink, part->number)->parent_hash) return CIM_OK;
    cim_probe probe = cim_probe_box(&part->box);
    CIM__TRY(cim_index_query(ctx, m->buildings->index, &probe, ids, CANDIDATES, &count));
    if (!count) return CIM_OK;
    CIM__TRY(cim__look_geom(ctx, l, part, &l->geom, &geom));
    double area = cim__geom_area(&geom);
    for (size_t i = 0; i < count && i < CANDIDATES && area > 0.0; i++) {
        double common, other_area;
        if (!boxes_may_match(&part->box, &m->buildings->list[ids[i]].box)) continue;
        CIM__TRY(common_area(ctx, l, &geom, &m->buildings->list[ids[i]], &common, &other_area));
        if (common < 0.5 * area || common <= best) continue;
        best = common;
        m->parent_of[item] = ids[i];
    }
    return CIM_OK;
}

/* An outline of this import, so that its id is at hand as a hash; parts of old outlines get a relation of the same meaning. */
static cim_status set_parents(cim_ctx *ctx, cim__universe *u, const matching *m)
{
    const cim__gids *gids = NULL;
    if (u->sink->city) CIM__TRY(cim__city_gids(ctx, u->sink->city, &gids));
    for (size_t i = 0; i < m->parts->count; i++) {
        if (m->parent_of[i] == CIM_NONE) continue;
        const cim__thing *outline = &m->buildings->list[m->parent_of[i]];
        cim__head *head = cim__sink_head(u->sink, m->parts->list[i].number);
        if (outline->old) {
            for (uint32_t k = 0; k < u->sink->city->count; k++)
                if (gids->id[k] == outline->number) head->parent_hash = gids->hash[k];
            head->parent_part = CIM_NONE;
        } else {
            head->parent_hash = cim__sink_head(u->sink, outline->number)->gid_hash;
            head->parent_part = CIM_NONE;
        }
    }
    return CIM_OK;
}

cim_status cim__relate_parts(cim_ctx *ctx, cim__universe *u)
{
    cim__things buildings = { NULL, 0, NULL }, parts = { NULL, 0, NULL };
    matching m = { .buildings = &buildings, .parts = &parts };
    CIM__TRY(cim__things_new(ctx, u, is_part, &parts));
    cim_status st = parts.count ? cim__things_new(ctx, u, is_building, &buildings) : CIM_OK;
    if (st >= 0 && parts.count) {
        m.parent_of = cim__alloc_n(ctx->mem, parts.count, sizeof *m.parent_of);
        st = m.parent_of ? cim__relate_run(ctx, u, parts.count, "parts", find_outline, &m) : cim__nomem(ctx);
    }
    if (st >= 0 && m.parent_of) st = set_parents(ctx, u, &m);
    cim__free(ctx->mem, m.parent_of);
    cim__things_free(ctx->mem, &parts);
    cim__things_free(ctx->mem, &buildings);
    return st;
}
