/* make_restriction.c - turn restrictions: which segments of which ways they are about.
 *
 * wiki.openstreetmap.org/wiki/Relation:restriction.  A restriction that cannot be understood is stored, with the reason, but without
 * relations to roads: whoever follows the relations never sees a broken one. */
#include "import/osm/maker.h"

#include <stdio.h>

enum { VIA_MAX = 64 };

typedef struct restriction {
    const cim__osm *osm;
    const cim__osm_relation *relation;
    cim__str kind;   /* "no_left_turn" */
    cim__str usage;  /* "hgv", "conditional", or empty */
    const cim__osm_member *from[VIA_MAX], *via[VIA_MAX], *to[VIA_MAX];
    int from_count, via_count, to_count;
    bool missing;    /* a member is not in the file */
    uint32_t enter, leave; /* nodes: from -> via, via -> to */
} restriction;

/* restriction=*, or restriction:hgv=* and the like; what comes before "@" of a conditional one. */
static void read_kind(restriction *r, const cim__osm_tags *tags)
{
    r->kind = cim__osm_get(tags, CIM__K_RESTRICTION);
    for (uint32_t i = 0; !r->kind.len && i < tags->count; i++) {
        const cim__osm_tag *tag = cim__osm_tag_at(tags, i);
        if (!cim__str_starts(tag->key, "restriction:")) continue;
        r->kind = tag->value;
        r->usage = (cim__str){ tag->key.ptr + 12, tag->key.len - 12 };
    }
    const char *at = r->kind.len ? memchr(r->kind.ptr, '@', r->kind.len) : NULL;
    if (at) r->kind.len = (size_t)(at - r->kind.ptr);
    while (r->kind.len && r->kind.ptr[r->kind.len - 1] == ' ') r->kind.len--;
}

static bool keep(const cim__osm_member **list, int *count, const cim__osm_member *m)
{
    if (*count == VIA_MAX) return false;
    list[(*count)++] = m;
    return true;
}

static const char *sort_members(restriction *r)
{
    for (uint32_t i = 0; i < r->relation->member_count; i++) {
        const cim__osm_member *m = &r->osm->members[r->relation->first_member + i];
        bool ok = true;
        if (m->role == CIM__OSM_ROLE_FROM) ok = keep(r->from, &r->from_count, m);
        else if (m->role == CIM__OSM_ROLE_VIA) ok = keep(r->via, &r->via_count, m);
        else if (m->role == CIM__OSM_ROLE_TO) ok = keep(r->to, &r->to_count, m);
        else continue;
        if (!ok) return "too many members";
        if (m->number == CIM_NONE) r->missing = true;
    }
    return NULL;
}

static bool all_ways(const cim__osm_member *const *list, int count)
{
    for (int i = 0; i < count; i++)
        if (list[i]->type != 1) return false;
    return true;
}

static const char *check_members(restriction *r)
{
    const char *wrong = sort_members(r);
    if (wrong) return wrong;
    if (!r->kind.len) return "no restriction value";
    if (!cim__str_starts(r->kind, "no_") && !cim__str_starts(r->kind, "only_")) return "unknown kind of restriction";
    if (!r->from_count) return "no member with the role from";
    if (!r->to_count) return "no member with the role to";
    if (!r->via_count) return "no member with the role via";
    if (!all_ways(r->from, r->from_count) || !all_ways(r->to, r->to_count)) return "from or to is not a way";
    if (r->from_count > 1 && !cim__str_is(r->kind, "no_entry")) return "more than one from";
    if (r->to_count > 1 && !cim__str_is(r->kind, "no_exit")) return "more than one to";
    if (!all_ways(r->via, r->via_count) && !(r->via_count == 1 && r->via[0]->type == 0)) return "via is neither one node nor ways";
    return r->missing ? "a member is not in the file" : NULL;
}

/* ---- where it is ---- */

static bool on_way(const cim__osm *osm, uint32_t way, uint32_t node)
{
    size_t count;
    const uint32_t *nodes = cim__osm_way_refs(osm, way, &count);
    for (size_t i = 0; i < count; i++)
        if (nodes[i] == node) return true;
    return false;
}

static bool ends_of(const cim__osm *osm, uint32_t way, uint32_t ends[2])
{
    size_t count;
    const uint32_t *nodes = cim__osm_way_refs(osm, way, &count);
    if (count < 2 || nodes[0] == CIM_NONE || nodes[count - 1] == CIM_NONE) return false;
    ends[0] = nodes[0];
    ends[1] = nodes[count - 1];
    return true;
}

/* Follow the via ways from one end of the first; is the last node on the way `to`? */
static bool follow(restriction *r, uint32_t start)
{
    uint32_t node = start;
    for (int i = 0; i < r->via_count; i++) {
        uint32_t ends[2];
        if (!ends_of(r->osm, r->via[i]->number, ends) || (node != ends[0] && node != ends[1])) return false;
        node = node == ends[0] ? ends[1] : ends[0];
    }
    r->enter = start;
    r->leave = node;
    return on_way(r->osm, r->from[0]->number, start) && on_way(r->osm, r->to[0]->number, node);
}

static const char *locate(restriction *r)
{
    uint32_t ends[2];
    if (r->via[0]->type == 0) {
        r->enter = r->leave = r->via[0]->number;
        return NULL;
    }
    if (!ends_of(r->osm, r->via[0]->number, ends)) return "a member is not in the file";
    return follow(r, ends[0]) || follow(r, ends[1]) ? NULL : "via does not join from and to";
}

/* The segment of a road that ends at a node: its number, CIM_NONE when the road has only one. */
static const char *find_segment(cim__osm_maker *m, uint32_t way, uint32_t node, uint32_t *segment_out)
{
    cim__buf *pieces = &m->worker->cuts;
    size_t count;
    const uint32_t *nodes = cim__osm_way_refs(m->osm, way, &count);
    uint32_t found = 0;
    if (!(m->osm->way_flags[way] & CIM__OSM_W_ROAD) || (m->osm->way_flags[way] & (CIM__OSM_W_SHORT | CIM__OSM_W_LOST))) return "a member is not a road";
    if (!cim__osm_cut(m->osm, nodes, count, CIM__OSM_NET_ROAD, pieces)) return "";
    size_t n = CIM__COUNT(pieces, cim__osm_piece);
    for (size_t i = 0; i < n; i++) {
        const cim__osm_piece *p = &CIM__AT(pieces, cim__osm_piece, i);
        if (nodes[p->from] != node && nodes[p->to] != node) continue;
        *segment_out = n > 1 ? (uint32_t)i : CIM_NONE;
        found++;
    }
    return !found ? "a way does not touch via" : found > 1 ? "a way goes on beyond via" : NULL;
}

typedef struct edge {
    const cim__osm_member *member;
    cim__relation_type type;
    uint32_t segment;
    int order; /* of several via ways, from 1; 0: the only one */
} edge;

/* All segments first, so that a broken restriction relates to nothing. */
static const char *resolve(cim__osm_maker *m, const restriction *r, edge *edges, int *count_out)
{
    int n = 0;
    const char *wrong = NULL;
    for (int i = 0; i < r->from_count && !wrong; i++, n++) {
        edges[n] = (edge){ r->from[i], CIM__R_FROM, CIM_NONE, 0 };
        wrong = find_segment(m, r->from[i]->number, r->enter, &edges[n].segment);
    }
    for (int i = 0; i < r->via_count && !wrong; i++, n++) {
        edges[n] = (edge){ r->via[i], CIM__R_VIA, CIM_NONE, r->via_count > 1 ? i + 1 : 0 }; /* all segments of a via way */
        if (r->via[i]->type == 1 && !(m->osm->way_flags[r->via[i]->number] & CIM__OSM_W_ROAD)) wrong = "a member is not a road";
    }
    for (int i = 0; i < r->to_count && !wrong; i++, n++) {
        edges[n] = (edge){ r->to[i], CIM__R_TO, CIM_NONE, 0 };
        wrong = find_segment(m, r->to[i]->number, r->leave, &edges[n].segment);
    }
    *count_out = wrong ? 0 : n;
    return wrong;
}

static void complain(cim__osm_maker *m, const restriction *r, const char *wrong)
{
    cim__json_kv_text(&m->json, "cim:invalid", wrong);
    if (!r->missing) cim__report_warn(&m->worker->report, m->fill.order, "osm:relation/%lld: turn restriction: %s", (long long)m->id, wrong);
}

/* Several via ways may be gone along in more than one order when they meet again: the members' order says which. */
static cim_status relate(cim_ctx *ctx, cim__osm_maker *m, const edge *e, cim__str to)
{
    char attrs[32] = "";
    if (e->order) snprintf(attrs, sizeof attrs, "{\"order\":%d}", e->order);
    return cim__batch_relate(ctx, m->batch, cim__osm_gid(m), e->type, to, cim__str_of(attrs));
}

cim_status cim__osm_make_restriction(cim_ctx *ctx, cim__osm_maker *m, const cim__osm_relation *relation)
{
    restriction r = { .osm = m->osm, .relation = relation };
    edge edges[3 * VIA_MAX];
    int count = 0;
    read_kind(&r, &m->worker->tags);
    const char *wrong = check_members(&r);
    if (!wrong) wrong = locate(&r);
    if (!wrong) wrong = resolve(m, &r, edges, &count);
    if (wrong && !wrong[0]) return cim__nomem(ctx);
    if (wrong) complain(m, &r, wrong);
    m->kind = (cim__osm_kind){ .class_id = CIM__C_TurnRestriction, .function = r.kind };
    cim__osm_prepare(m, 0);
    if (r.usage.len) cim__osm_put_text(&m->fill, CIM__A_USAGE, CIM__RULE_TAGGED, r.usage);
    CIM__TRY(cim__osm_add(ctx, m, NULL, true, CIM_NONE, NULL));
    m->fates[2][CIM__OSM_F_OBJECT]++;
    cim__buf *gid = &m->worker->cuts;
    for (int i = 0; i < count; i++) {
        cim__osm_put_gid(gid, edges[i].member->type, edges[i].member->ref, edges[i].segment);
        if (gid->failed) return cim__nomem(ctx);
        CIM__TRY(relate(ctx, m, &edges[i], cim__buf_str(gid)));
    }
    return CIM_OK;
}
