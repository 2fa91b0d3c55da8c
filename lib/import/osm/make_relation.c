/* make_relation.c - relations: areas, routes, groups; turn restrictions are in make_restriction.c. */
#include "import/osm/maker.h"

#include <stdlib.h>

static const cim__osm_member *member_at(const cim__osm *osm, const cim__osm_relation *r, uint32_t i) { return &osm->members[r->first_member + i]; }

/* ---- areas ---- */

static int ascending(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return x < y ? -1 : x > y;
}

/* Member ways that are in the file, each once. */
static cim_status gather_ways(cim_ctx *ctx, cim__osm_maker *m, const cim__osm_relation *r, bool *missing_out)
{
    cim__buf *ways = &m->worker->closed;
    ways->size = 0;
    *missing_out = false;
    for (uint32_t i = 0; i < r->member_count; i++) {
        const cim__osm_member *member = member_at(m->osm, r, i);
        if (member->type != 1) continue;
        if (member->number == CIM_NONE || (m->osm->way_flags[member->number] & CIM__OSM_W_SHORT)) {
            *missing_out = true;
            continue;
        }
        uint32_t *to = CIM__PUSH(ways, uint32_t);
        if (!to) return cim__nomem(ctx);
        *to = member->number;
    }
    size_t count = CIM__COUNT(ways, uint32_t), kept = 0;
    uint32_t *list = (uint32_t *)(void *)ways->data;
    if (!count) return CIM_OK;
    if (count) qsort(list, count, sizeof *list, ascending);
    for (size_t i = 0; i < count; i++)
        if (!i || list[i] != list[i - 1]) list[kept++] = list[i];
    ways->size = kept * sizeof *list;
    return CIM_OK;
}

static bool add_segments(const cim__osm *osm, cim__osm_area *area, uint32_t way)
{
    size_t count;
    const uint32_t *nodes = cim__osm_way_refs(osm, way, &count);
    bool missing = count && nodes[0] == CIM_NONE;
    for (size_t i = 1; i < count; i++) {
        if (nodes[i] == CIM_NONE) missing = true;
        if (nodes[i - 1] == CIM_NONE || nodes[i] == CIM_NONE) continue;
        cim__osm_area_add(area, osm->xy + 2 * (size_t)nodes[i - 1], osm->xy + 2 * (size_t)nodes[i], way);
    }
    return missing;
}

/* All member ways as lines. */
static cim_status way_lines(cim_ctx *ctx, cim__osm_maker *m, const uint32_t *ways, size_t count, bool *inside_out)
{
    cim__gbuild *shape = &m->worker->shape;
    cim__buf *pieces = &m->worker->cuts;
    cim__gbuild_begin(shape, CIM_GEOM_MULTILINESTRING, 2);
    *inside_out = true;
    for (size_t i = 0; i < count; i++) {
        size_t n;
        double *xy;
        bool inside;
        const uint32_t *nodes = cim__osm_way_refs(m->osm, ways[i], &n);
        if (!cim__osm_cut(m->osm, nodes, n, CIM__OSM_NET_NONE, pieces)) return cim__nomem(ctx);
        CIM__TRY(cim__osm_project(ctx, m, nodes, n, &xy, &inside));
        *inside_out = *inside_out && inside;
        for (size_t k = 0; k < CIM__COUNT(pieces, cim__osm_piece); k++) {
            const cim__osm_piece *p = &CIM__AT(pieces, cim__osm_piece, k);
            cim__buf_put(&shape->coords, xy + 2 * (size_t)p->from, 2 * sizeof *xy * (p->to - p->from + 1));
            cim__gbuild_ring(shape);
            cim__gbuild_part(shape);
        }
    }
    return cim__gbuild_ok(shape) ? CIM_OK : cim__nomem(ctx);
}

/* Outer ways with the role inner and the reverse. */
static void check_roles(cim__osm_maker *m, const cim__osm_relation *r, const cim__osm_area *area)
{
    uint32_t wrong = 0;
    for (size_t i = 0; i < CIM__COUNT(&area->segments, cim__osm_segment); i++) {
        const cim__osm_segment *s = &CIM__AT(&area->segments, cim__osm_segment, i);
        if (i && s->way == CIM__AT(&area->segments, cim__osm_segment, i - 1).way) continue;
        for (uint32_t k = 0; k < r->member_count; k++) {
            const cim__osm_member *member = member_at(m->osm, r, k);
            if (member->type != 1 || member->number != s->way) continue;
            wrong += member->role == (s->outer ? CIM__OSM_ROLE_INNER : CIM__OSM_ROLE_OUTER);
            break;
        }
        if (wrong) break;
    }
    if (wrong) cim__report_warn(&m->worker->report, m->fill.order, "osm:relation/%lld: roles inner and outer do not say what the ways are", (long long)m->id);
}

static cim_status add_lines(cim_ctx *ctx, cim__osm_maker *m, cim__osm_fate fate)
{
    const cim__buf *ways = &m->worker->closed;
    bool inside;
    CIM__TRY(way_lines(ctx, m, (const uint32_t *)(const void *)ways->data, CIM__COUNT(ways, uint32_t), &inside));
    if (!inside) {
        m->fates[2][CIM__OSM_F_OUTSIDE]++;
        return CIM_OK;
    }
    cim_geom view = cim__gbuild_view(&m->worker->shape);
    bool some = view.part_count > 0;
    if (some) m->kind.class_id = cim__osm_line_class(m->kind.class_id);
    cim__osm_prepare(m, some ? CIM_GEOM_LINESTRING : 0);
    CIM__TRY(cim__osm_add(ctx, m, some ? &view : NULL, true, CIM_NONE, NULL));
    m->fates[2][some ? fate : CIM__OSM_F_PLACELESS]++;
    return CIM_OK;
}

cim_status cim__osm_make_area(cim_ctx *ctx, cim__osm_maker *m, const cim__osm_relation *r)
{
    cim__osm_area *area = &m->worker->area;
    bool clipped, valid, inside;
    CIM__TRY(gather_ways(ctx, m, r, &clipped));
    cim__osm_area_begin(area);
    for (size_t i = 0; i < CIM__COUNT(&m->worker->closed, uint32_t); i++) clipped |= add_segments(m->osm, area, CIM__AT(&m->worker->closed, uint32_t, i));
    CIM__TRY(cim__osm_area_build(ctx, area));
    if (clipped) cim__json_kv_bool(&m->json, "cim:clipped", true);
    if (area->problem && !(clipped && area->problem <= CIM__OSM_AREA_OPEN)) cim__osm_area_failed(m, area);
    if (area->problem) return add_lines(ctx, m, clipped ? CIM__OSM_F_CLIPPED : CIM__OSM_F_LINES);
    check_roles(m, r, area);
    CIM__TRY(cim__osm_area_shape(ctx, m, &valid, &inside));
    if (!inside) {
        m->fates[2][CIM__OSM_F_OUTSIDE]++;
        return CIM_OK;
    }
    cim_geom view = cim__gbuild_view(&m->worker->shape);
    cim__osm_prepare(m, CIM_GEOM_POLYGON);
    CIM__TRY(cim__osm_add(ctx, m, &view, valid, CIM_NONE, NULL));
    m->fates[2][CIM__OSM_F_AREA]++;
    return CIM_OK;
}

/* ---- routes and groups ---- */

static bool is_stored(const cim__osm *osm, const cim__osm_member *member)
{
    if (member->number == CIM_NONE) return false;
    if (member->type == 1) return !(osm->way_flags[member->number] & (CIM__OSM_W_SHORT | CIM__OSM_W_LOST | CIM__OSM_W_ABSORBED));
    return member->type == 0 || !(osm->relation[member->number].flags & CIM__OSM_R_LOST);
}

static cim_status relate_members(cim_ctx *ctx, cim__osm_maker *m, const cim__osm_relation *r, cim__wire roles)
{
    const cim__osm_block *block = &m->worker->loader.block;
    cim__buf *gid = &m->worker->cuts;
    for (uint32_t i = 0; i < r->member_count && cim__wire_more(&roles); i++) {
        const cim__osm_member *member = member_at(m->osm, r, i);
        uint64_t role = cim__wire_get(&roles);
        if (!is_stored(m->osm, member) || role >= block->strings->count) continue;
        cim__osm_put_gid(gid, member->type, member->ref, CIM_NONE);
        if (gid->failed) return cim__nomem(ctx);
        CIM__TRY(cim__osm_relate(ctx, m, cim__buf_str(gid), CIM__R_MEMBER, cim__osm_gid(m), cim__osm_string(block, (uint32_t)role)));
    }
    return CIM_OK;
}

static bool along_route(cim__str role) { return !cim__str_starts(role, "platform") && !cim__str_starts(role, "stop"); }

/* Ways that the route follows, in its order. */
static cim_status route_ways(cim_ctx *ctx, cim__osm_maker *m, const cim__osm_relation *r, cim__wire roles)
{
    const cim__osm_block *block = &m->worker->loader.block;
    cim__buf *ways = &m->worker->closed;
    ways->size = 0;
    for (uint32_t i = 0; i < r->member_count && cim__wire_more(&roles); i++) {
        const cim__osm_member *member = member_at(m->osm, r, i);
        uint64_t role = cim__wire_get(&roles);
        if (member->type != 1 || !is_stored(m->osm, member) || role >= block->strings->count || !along_route(cim__osm_string(block, (uint32_t)role))) continue;
        uint32_t *to = CIM__PUSH(ways, uint32_t);
        if (!to) return cim__nomem(ctx);
        *to = member->number;
    }
    return CIM_OK;
}

static cim_status make_route(cim_ctx *ctx, cim__osm_maker *m, const cim__osm_relation *r, cim__wire roles)
{
    const cim__buf *ways = &m->worker->closed;
    bool inside;
    m->kind = (cim__osm_kind){ .class_id = CIM__C_Route, .function = cim__osm_get(&m->worker->tags, CIM__K_ROUTE) };
    CIM__TRY(route_ways(ctx, m, r, roles));
    CIM__TRY(way_lines(ctx, m, (const uint32_t *)(const void *)ways->data, CIM__COUNT(ways, uint32_t), &inside));
    cim_geom view = cim__gbuild_view(&m->worker->shape);
    bool placed = inside && view.part_count;
    cim__osm_prepare(m, placed ? CIM_GEOM_LINESTRING : 0);
    CIM__TRY(cim__osm_add(ctx, m, placed ? &view : NULL, true, CIM_NONE, NULL));
    m->fates[2][placed ? CIM__OSM_F_OBJECT : CIM__OSM_F_PLACELESS]++;
    return relate_members(ctx, m, r, roles);
}

static bool names_outline(const cim__osm *osm, const cim__osm_relation *r)
{
    for (uint32_t i = 0; i < r->member_count; i++)
        if (member_at(osm, r, i)->role == CIM__OSM_ROLE_OUTLINE && member_at(osm, r, i)->number != CIM_NONE) return true;
    return false;
}

static cim_status make_group(cim_ctx *ctx, cim__osm_maker *m, const cim__osm_relation *r, cim__wire roles)
{
    cim__str type = cim__osm_get(&m->worker->tags, CIM__K_TYPE);
    cim__osm_classify(&m->osm->words, &m->worker->tags, CIM__OSM_FORM_AREA, &m->kind);
    bool building = r->kind == CIM__OSM_R_BUILDING && !names_outline(m->osm, r); /* it stands for the building itself */
    if (!building) m->kind = (cim__osm_kind){ .class_id = cim__str_is(type, "network") ? CIM__C_Network : CIM__C_CityObjectGroup, .function = type };
    else m->kind.class_id = CIM__C_Building;
    if (building) m->kind.building = true;
    if (r->flags & CIM__OSM_R_HINT) cim__osm_take_hints(m, (uint32_t)(r - m->osm->relation));
    cim__osm_prepare(m, 0);
    CIM__TRY(cim__osm_add(ctx, m, NULL, true, CIM_NONE, NULL));
    m->fates[2][CIM__OSM_F_OBJECT]++;
    return relate_members(ctx, m, r, roles);
}

/* ---- one relation ---- */

/* "osm:members":[{"type":"way","ref":1,"role":"outer"},...] */
static void put_members(cim__osm_maker *m, const cim__osm_relation *r, cim__wire roles)
{
    static const cim__str starts[3] = { { "{\"type\":\"node\",\"ref\":", 21 }, { "{\"type\":\"way\",\"ref\":", 20 }, { "{\"type\":\"relation\",\"ref\":", 25 } };
    const cim__osm_block *block = &m->worker->loader.block;
    cim__buf *out = m->json.buf;
    if (!r->member_count) return;
    cim__json_key(&m->json, "osm:members");
    cim__json_open(&m->json, '[');
    for (uint32_t i = 0; i < r->member_count && cim__wire_more(&roles); i++) {
        const cim__osm_member *member = member_at(m->osm, r, i);
        uint64_t role = cim__wire_get(&roles);
        if (i) cim__buf_putc(out, ',');
        cim__buf_putstr(out, starts[member->type]);
        cim__put_int(out, member->ref);
        cim__buf_put(out, ",\"role\":", 8);
        cim__put_json_str(out, role < block->strings->count ? cim__osm_string(block, (uint32_t)role) : (cim__str){ "", 0 });
        cim__buf_putc(out, '}');
    }
    cim__json_close(&m->json, ']');
}

cim_status cim__osm_make_relation(cim_ctx *ctx, cim__osm_maker *m, uint32_t number)
{
    const cim__osm_relation *r = &m->osm->relation[number];
    cim__osm_worker *w = m->worker;
    cim__osm_entity e;
    if (r->flags & CIM__OSM_R_LOST) {
        m->fates[2][CIM__OSM_F_LOST]++;
        return CIM_OK;
    }
    CIM__TRY(cim__osm_source_load(ctx, &m->osm->source, &w->loader, r->block, &m->osm->words, false));
    const uint8_t *raw = w->loader.block.raw;
    const char *wrong = cim__osm_relation_read((cim__wire){ raw + r->at, raw + r->at + r->size }, &e);
    if (!wrong) wrong = cim__osm_tags_read(&w->tags, &w->loader.block, e.keys, e.vals);
    if (wrong) return cim__osm_bad(ctx, &m->osm->source, r->block, wrong);
    if (r->kind == CIM__OSM_R_AREA && !cim__osm_take_borrowed(m->osm, r, &w->tags)) return cim__nomem(ctx);
    cim__osm_begin(m, 2, r->id, number);
    put_members(m, r, e.roles);
    if (r->kind == CIM__OSM_R_RESTRICTION) return cim__osm_make_restriction(ctx, m, r);
    if (r->kind == CIM__OSM_R_ROUTE) return make_route(ctx, m, r, e.roles);
    if (r->kind != CIM__OSM_R_AREA) return make_group(ctx, m, r, e.roles);
    cim__osm_classify(&m->osm->words, &w->tags, CIM__OSM_FORM_AREA, &m->kind);
    if (r->flags & CIM__OSM_R_HINT) cim__osm_take_hints(m, number);
    return cim__osm_make_area(ctx, m, r);
}
