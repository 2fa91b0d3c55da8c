/* link.c - second step: numbers for nodes, ways and relations, and what relations mean for their members. */
#include "core/par.h"
#include "import/osm/osm.h"

#include <stdlib.h>

/* ---- ordinals ---- */

static void number_sheets(cim__osm *osm)
{
    size_t nodes = 0, ways = 0, relations = 0;
    for (size_t i = 0; i < osm->block_count; i++) {
        cim__osm_sheet *s = &osm->sheets[i];
        s->node_base = (uint32_t)nodes;
        s->way_base = (uint32_t)ways;
        s->relation_base = (uint32_t)relations;
        s->inside = (uint32_t)cim__osm_idlist_count(&s->node_ids);
        nodes += s->inside;
        ways += s->ways;
        relations += s->relation_count;
        osm->member_count += CIM__COUNT(&s->members, cim__osm_member);
    }
    osm->real_nodes = nodes;
    osm->way_count = ways;
    osm->relation_count = relations;
}

static cim_status check_counts(cim_ctx *ctx, const cim__osm *osm)
{
    size_t most = osm->real_nodes;
    if (osm->way_count > most) most = osm->way_count;
    if (osm->relation_count > most) most = osm->relation_count;
    if (osm->member_count > most) most = osm->member_count;
    return most < CIM_NONE - 1 ? CIM_OK : cim__fail(ctx, CIM_ELIMIT, "%s: more than 4,294,967,293 objects of one kind", osm->source.path);
}

/* ---- nodes ---- */

/* Lists of all sheets side by side: borrowed copies. */
static cim__osm_idlist *gather_lists(cim_ctx *ctx, const cim__osm *osm, size_t offset, size_t second_offset)
{
    size_t n = osm->block_count;
    cim__osm_idlist *lists = cim__alloc_n(ctx->mem, 2 * n, sizeof *lists);
    for (size_t i = 0; lists && i < n; i++) {
        const char *sheet = (const char *)&osm->sheets[i];
        memcpy(&lists[i], sheet + offset, sizeof *lists);
        memcpy(&lists[n + i], sheet + second_offset, sizeof *lists);
    }
    return lists;
}

typedef struct versions {
    cim__osm *osm;
    unsigned type;  /* 0 nodes, 1 ways, 2 relations */
    uint32_t *list; /* by place in the file */
} versions;

static const char *entity_version(const cim__field *f, uint32_t *version)
{
    cim__osm_entity e;
    const char *wrong = f->number == CIM__OSM_WAY ? cim__osm_way_read(f->bytes, &e) : cim__osm_relation_read(f->bytes, &e);
    *version = wrong ? 0 : cim__osm_version_of(e.info);
    return wrong;
}

/* Versions of what scan.c counted, in the same order. */
static uint32_t *put_versions(const versions *v, const cim__osm_block *block, const cim__field *f, uint32_t *to)
{
    cim__osm_dense d;
    cim__osm_node n;
    if (v->type) {
        if (f->number == (v->type == 1 ? CIM__OSM_WAY : CIM__OSM_RELATION)) (void)entity_version(f, to++);
        return to;
    }
    if (f->number == CIM__OSM_PLAIN_NODE && !cim__osm_node_read(block, f->bytes, &n) && n.inside) *to++ = n.version;
    if (f->number != CIM__OSM_DENSE || cim__osm_dense_open(block, f->bytes, true, &d)) return to;
    while (cim__osm_dense_next(&d, &n))
        if (n.inside) *to++ = n.version;
    return to;
}

static cim_status read_versions(cim_ctx *ctx, uint32_t id, size_t item, void *user)
{
    versions *v = user;
    cim__osm *osm = v->osm;
    const cim__osm_sheet *s = &osm->sheets[item];
    cim__osm_worker *w;
    cim__field f;
    uint32_t *to = v->list + (v->type == 0 ? s->node_base : v->type == 1 ? s->way_base : s->relation_base);
    if (!(v->type == 0 ? s->nodes : v->type == 1 ? s->ways : s->relation_count)) return CIM_OK;
    CIM__TRY(cim__osm_worker_get(ctx, osm, id, &w));
    CIM__TRY(cim__osm_source_load(ctx, &osm->source, &w->loader, item, NULL, false));
    cim__osm_walk walk = cim__osm_walk_of(&w->loader.block);
    while (cim__osm_walk_next(&walk, &f)) to = put_versions(v, &w->loader.block, &f, to);
    return CIM_OK;
}

/* Which of several versions counts is only asked when there are any. */
static cim_status build_ids(cim_ctx *ctx, cim__osm *osm, unsigned type, const cim__osm_idlist *lists, size_t list_count, size_t real, cim__osm_ids *ids)
{
    CIM__TRY(cim__osm_ids_build(ctx, lists, list_count, NULL, real, ids));
    if (!ids->repeated) return CIM_OK;
    versions v = { osm, type, cim__alloc_n(ctx->mem, real, sizeof *v.list) };
    if (!v.list) return cim__nomem(ctx);
    cim_status st = cim__par_run(ctx, osm->block_count, "reading versions", read_versions, &v);
    cim__osm_ids_free(ids);
    if (st >= 0) st = cim__osm_ids_build(ctx, lists, list_count, v.list, real, ids);
    cim__free(ctx->mem, v.list);
    return st;
}

static void copy_places(const cim__osm *osm, int32_t *to)
{
    for (int given = 0; given < 2; given++)
        for (size_t i = 0; i < osm->block_count; i++) {
            const cim__buf *xy = given ? &osm->sheets[i].given_xy : &osm->sheets[i].xy;
            if (xy->size) memcpy(to, xy->data, xy->size);
            to += CIM__COUNT(xy, int32_t);
        }
}

static cim_status place_nodes(cim_ctx *ctx, cim__osm *osm, size_t places)
{
    int32_t *all = cim__alloc_n(ctx->mem, places, 2 * sizeof *all);
    if (!all) return cim__nomem(ctx);
    copy_places(osm, all);
    if (!osm->nodes.winner) {
        osm->xy = all;
        return CIM_OK;
    }
    osm->xy = cim__alloc_n(ctx->mem, osm->nodes.count, 2 * sizeof *osm->xy);
    for (size_t i = 0; osm->xy && i < osm->nodes.count; i++) memcpy(osm->xy + 2 * i, all + 2 * (size_t)osm->nodes.winner[i], 2 * sizeof *all);
    cim__free(ctx->mem, all);
    return osm->xy ? CIM_OK : cim__nomem(ctx);
}

/* Where lists did not ascend, the id is needed: the page that was current at this place and the lower part. */
static int64_t id_from_list(const cim__osm_sheet *s, uint32_t place)
{
    size_t hi = CIM__COUNT(&s->node_ids.runs, cim__osm_idrun), lo = 0;
    while (hi - lo > 1) {
        size_t mid = lo + (hi - lo) / 2;
        if (CIM__AT(&s->node_ids.runs, cim__osm_idrun, mid).start <= place) lo = mid;
        else hi = mid;
    }
    uint64_t page = (uint64_t)CIM__AT(&s->node_ids.runs, cim__osm_idrun, lo).page;
    return (int64_t)(page << 16 | CIM__AT(&s->node_ids.low, uint16_t, place));
}

int64_t cim__osm_node_id(const cim__osm *osm, const cim__osm_sheet *s, uint32_t place)
{
    return osm->nodes.winner ? id_from_list(s, place) : cim__osm_ids_at(&osm->nodes, s->node_base + place);
}

uint32_t cim__osm_node_number(const cim__osm *osm, const cim__osm_sheet *s, uint32_t place)
{
    if (!osm->nodes.winner) return s->node_base + place;
    uint32_t number = cim__osm_ids_find(&osm->nodes, id_from_list(s, place));
    return osm->nodes.winner[number] == s->node_base + place ? number : CIM_NONE;
}

static void mark_nodes(cim__osm *osm)
{
    for (size_t i = 0; i < osm->block_count; i++) {
        const cim__osm_sheet *s = &osm->sheets[i];
        for (size_t k = 0; k < CIM__COUNT(&s->marks, cim__osm_mark); k++) {
            const cim__osm_mark *mark = &CIM__AT(&s->marks, cim__osm_mark, k);
            uint32_t node = cim__osm_node_number(osm, s, mark->place);
            if (node != CIM_NONE) cim__osm_node_mark(osm, node, mark->flags);
        }
    }
}

static void forget_nodes(cim__osm *osm)
{
    for (size_t i = 0; i < osm->block_count; i++) {
        cim__osm_sheet *s = &osm->sheets[i];
        cim__osm_idlist_free(&s->given_ids);
        cim__buf_free(&s->xy);
        cim__buf_free(&s->given_xy);
        if (!osm->nodes.winner) cim__osm_idlist_free(&s->node_ids);
    }
}

static cim_status link_nodes(cim_ctx *ctx, cim__osm *osm)
{
    size_t places = osm->real_nodes;
    for (size_t i = 0; i < osm->block_count; i++) places += cim__osm_idlist_count(&osm->sheets[i].given_ids);
    cim__osm_idlist *lists = gather_lists(ctx, osm, offsetof(cim__osm_sheet, node_ids), offsetof(cim__osm_sheet, given_ids));
    cim_status st = lists ? build_ids(ctx, osm, 0, lists, 2 * osm->block_count, osm->real_nodes, &osm->nodes) : cim__nomem(ctx);
    cim__free(ctx->mem, lists);
    CIM__TRY(st);
    CIM__TRY(place_nodes(ctx, osm, places));
    osm->node_flags = cim__zalloc_n(ctx->mem, osm->nodes.count, sizeof *osm->node_flags);
    osm->meetings = cim__zalloc_n(ctx->mem, osm->nodes.count, sizeof *osm->meetings);
    if (!osm->node_flags || !osm->meetings) return cim__nomem(ctx);
    mark_nodes(osm);
    forget_nodes(osm);
    return CIM_OK;
}

/* ---- ways and relations ---- */

static uint32_t ordinal_of(const cim__osm_ids *ids, int64_t id)
{
    uint32_t rank = cim__osm_ids_find(ids, id);
    return rank == CIM_NONE || !ids->winner ? rank : ids->winner[rank];
}

uint32_t cim__osm_way_number(const cim__osm *osm, int64_t id) { return ordinal_of(&osm->ways, id); }
uint32_t cim__osm_relation_number(const cim__osm *osm, int64_t id) { return ordinal_of(&osm->relations, id); }

static cim_status link_ways(cim_ctx *ctx, cim__osm *osm)
{
    cim__osm_idlist *lists = gather_lists(ctx, osm, offsetof(cim__osm_sheet, way_ids), offsetof(cim__osm_sheet, way_ids));
    osm->way_flags = cim__zalloc_n(ctx->mem, osm->way_count, sizeof *osm->way_flags);
    cim_status st = lists && osm->way_flags ? build_ids(ctx, osm, 1, lists, osm->block_count, osm->way_count, &osm->ways) : cim__nomem(ctx);
    cim__free(ctx->mem, lists);
    if (st < 0 || !osm->ways.winner) return st;
    memset(osm->way_flags, CIM__OSM_W_LOST, osm->way_count);
    for (size_t i = 0; i < osm->ways.count; i++) osm->way_flags[osm->ways.winner[i]] = 0;
    return CIM_OK;
}

static void join_relations(cim__osm *osm)
{
    size_t at = 0, member_at = 0;
    for (size_t i = 0; i < osm->block_count; i++) {
        cim__osm_sheet *s = &osm->sheets[i];
        for (uint32_t k = 0; k < s->relation_count; k++) {
            cim__osm_relation *r = &osm->relation[at++];
            *r = CIM__AT(&s->relations, cim__osm_relation, k);
            r->first_member += (uint32_t)member_at;
        }
        if (s->members.size) memcpy(osm->members + member_at, s->members.data, s->members.size);
        member_at += CIM__COUNT(&s->members, cim__osm_member);
        cim__buf_free(&s->members);
        cim__buf_free(&s->relations);
    }
}

static cim_status link_relations(cim_ctx *ctx, cim__osm *osm)
{
    cim__osm_idlist *lists = gather_lists(ctx, osm, offsetof(cim__osm_sheet, relation_ids), offsetof(cim__osm_sheet, relation_ids));
    osm->relation = cim__alloc_n(ctx->mem, osm->relation_count, sizeof *osm->relation);
    osm->members = cim__alloc_n(ctx->mem, osm->member_count, sizeof *osm->members);
    cim_status st = lists && osm->relation && osm->members ? CIM_OK : cim__nomem(ctx);
    if (st >= 0) {
        join_relations(osm);
        st = build_ids(ctx, osm, 2, lists, osm->block_count, osm->relation_count, &osm->relations);
    }
    cim__free(ctx->mem, lists);
    if (st < 0 || !osm->relations.winner) return st;
    for (size_t i = 0; i < osm->relation_count; i++) osm->relation[i].flags |= CIM__OSM_R_LOST;
    for (size_t i = 0; i < osm->relations.count; i++) osm->relation[osm->relations.winner[i]].flags &= (uint8_t)~CIM__OSM_R_LOST;
    return CIM_OK;
}

/* ---- members ---- */

enum { MEMBERS_AT_ONCE = 4096 };

static void resolve_members(cim__osm *osm)
{
    int64_t ids[MEMBERS_AT_ONCE];
    uint32_t numbers[MEMBERS_AT_ONCE];
    for (size_t from = 0; from < osm->member_count; from += MEMBERS_AT_ONCE) {
        size_t n = 0, end = from + MEMBERS_AT_ONCE < osm->member_count ? from + MEMBERS_AT_ONCE : osm->member_count;
        for (size_t i = from; i < end; i++)
            if (osm->members[i].type == 0) ids[n++] = osm->members[i].ref;
        cim__osm_ids_find_all(&osm->nodes, ids, n, numbers);
        n = 0;
        for (size_t i = from; i < end; i++) {
            cim__osm_member *m = &osm->members[i];
            m->number = m->type == 0 ? numbers[n++] : m->type == 1 ? cim__osm_way_number(osm, m->ref) : cim__osm_relation_number(osm, m->ref);
        }
    }
}

static void mark_member(cim__osm *osm, const cim__osm_member *m, uint8_t node, uint8_t way, uint8_t relation)
{
    if (m->number == CIM_NONE) return;
    if (m->type == 0) cim__osm_node_mark(osm, m->number, node);
    else if (m->type == 1) osm->way_flags[m->number] |= way;
    else osm->relation[m->number].flags |= relation;
}

static cim_status bind_way(cim_ctx *ctx, cim__osm *osm, uint32_t relation, const cim__osm_member *m)
{
    uint8_t wall = osm->relation[relation].flags & CIM__OSM_R_WALL ? CIM__OSM_W_WALL : 0;
    if (m->type != 1 || m->number == CIM_NONE) return CIM_OK;
    osm->way_flags[m->number] |= (uint8_t)(CIM__OSM_W_BOUNDARY | wall);
    cim__osm_bound *b = CIM__PUSH(&osm->bounds, cim__osm_bound);
    if (!b) return cim__nomem(ctx);
    *b = (cim__osm_bound){ m->number, relation, m->role };
    return CIM_OK;
}

static cim_status add_hint(cim_ctx *ctx, cim__osm *osm, const cim__osm_member *m, cim__osm_hint hint)
{
    if (m->number == CIM_NONE) return CIM_OK;
    hint.member = (uint64_t)m->type << 32 | m->number;
    mark_member(osm, m, CIM__OSM_N_HINT, CIM__OSM_W_HINT, CIM__OSM_R_HINT);
    cim__osm_hint *to = CIM__PUSH(&osm->hints, cim__osm_hint);
    if (!to) return cim__nomem(ctx);
    *to = hint;
    return CIM_OK;
}

/* Parts belong to the outline, or to the relation when it names none. */
static cim_status hint_parts(cim_ctx *ctx, cim__osm *osm, uint32_t relation)
{
    const cim__osm_relation *r = &osm->relation[relation];
    const cim__osm_member *members = osm->members + r->first_member;
    cim__osm_hint hint = { .parent_ref = r->id, .parent_type = 2, .relation = relation };
    for (uint32_t i = 0; i < r->member_count; i++)
        if (members[i].role == CIM__OSM_ROLE_OUTLINE && members[i].number != CIM_NONE) {
            hint.parent_ref = members[i].ref;
            hint.parent_type = members[i].type;
            break;
        }
    for (uint32_t i = 0; i < r->member_count; i++)
        if (members[i].role == CIM__OSM_ROLE_PART) CIM__TRY(add_hint(ctx, osm, &members[i], hint));
    return CIM_OK;
}

static cim_status hint_houses(cim_ctx *ctx, cim__osm *osm, uint32_t relation)
{
    const cim__osm_relation *r = &osm->relation[relation];
    cim__osm_hint hint = { .parent_type = CIM__OSM_NO_PARENT, .relation = relation, .street = r->name };
    for (uint32_t i = 0; r->name.len && i < r->member_count; i++)
        if (osm->members[r->first_member + i].role == CIM__OSM_ROLE_HOUSE) CIM__TRY(add_hint(ctx, osm, &osm->members[r->first_member + i], hint));
    return CIM_OK;
}

static cim_status use_relation(cim_ctx *ctx, cim__osm *osm, uint32_t number)
{
    const cim__osm_relation *r = &osm->relation[number];
    if (r->flags & CIM__OSM_R_LOST) return CIM_OK;
    if (r->kind == CIM__OSM_R_BUILDING) CIM__TRY(hint_parts(ctx, osm, number));
    if (r->kind == CIM__OSM_R_STREET) CIM__TRY(hint_houses(ctx, osm, number));
    for (uint32_t i = 0; i < r->member_count; i++) {
        const cim__osm_member *m = &osm->members[r->first_member + i];
        if (r->kind == CIM__OSM_R_AREA) {
            CIM__TRY(bind_way(ctx, osm, number, m));
            continue;
        }
        bool via = r->kind == CIM__OSM_R_RESTRICTION && m->role == CIM__OSM_ROLE_VIA;
        mark_member(osm, m, (uint8_t)(CIM__OSM_N_MEMBER | (via ? CIM__OSM_N_CUT_ROAD : 0)), CIM__OSM_W_MEMBER, 0);
    }
    return CIM_OK;
}

static int by_way(const void *a, const void *b)
{
    const cim__osm_bound *x = a, *y = b;
    if (x->way != y->way) return x->way < y->way ? -1 : 1;
    return x->relation < y->relation ? -1 : x->relation > y->relation;
}

static int by_member(const void *a, const void *b)
{
    const cim__osm_hint *x = a, *y = b;
    if (x->member != y->member) return x->member < y->member ? -1 : 1;
    return x->relation < y->relation ? -1 : x->relation > y->relation;
}

cim_status cim__osm_link(cim_ctx *ctx, cim__osm *osm)
{
    number_sheets(osm);
    CIM__TRY(check_counts(ctx, osm));
    CIM__TRY(link_nodes(ctx, osm));
    CIM__TRY(link_ways(ctx, osm));
    CIM__TRY(link_relations(ctx, osm));
    resolve_members(osm);
    for (uint32_t i = 0; i < osm->relation_count; i++) CIM__TRY(use_relation(ctx, osm, i));
    if (osm->bounds.size) qsort(osm->bounds.data, CIM__COUNT(&osm->bounds, cim__osm_bound), sizeof(cim__osm_bound), by_way);
    if (osm->hints.size) qsort(osm->hints.data, CIM__COUNT(&osm->hints, cim__osm_hint), sizeof(cim__osm_hint), by_member);
    return CIM_OK;
}

/* ---- coordinates in the city's system ---- */

enum { METRES_MAX = 2 << 20, NODES_AT_ONCE = 8192 };

static cim_status place_some(cim_ctx *ctx, uint32_t id, size_t item, void *user)
{
    cim__osm *osm = user;
    size_t from = item * NODES_AT_ONCE, to = from + NODES_AT_ONCE < osm->nodes.count ? from + NODES_AT_ONCE : osm->nodes.count;
    (void)ctx, (void)id;
    for (size_t i = 2 * from; i < 2 * to; i++) osm->metres[i] = (double)osm->xy[i] / 1e7;
    cim__transform_run(osm->transform, osm->metres + 2 * from, osm->metres + 2 * from + 1, 2, to - from);
    return CIM_OK;
}

/* Most nodes are used more than once, by ways and again by routes: for files that are not large they are transformed beforehand. */
cim_status cim__osm_project_all(cim_ctx *ctx, cim__osm *osm)
{
    size_t count = osm->nodes.count;
    if (!count || count > METRES_MAX) return CIM_OK;
    osm->metres = cim__alloc_n(ctx->mem, count, 2 * sizeof *osm->metres);
    if (!osm->metres) return cim__nomem(ctx);
    return cim__par_run(ctx, (count + NODES_AT_ONCE - 1) / NODES_AT_ONCE, "transforming", place_some, osm);
}
