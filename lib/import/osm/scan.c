/* scan.c - first pass: what is in each block. */
#include "core/par.h"
#include "import/osm/osm.h"

typedef struct scan {
    cim__osm *osm;
    cim__osm_worker *worker;
    cim__osm_sheet *sheet;
    size_t item;
} scan;

static cim_status bad(cim_ctx *ctx, const scan *s, const char *why) { return cim__osm_bad(ctx, &s->osm->source, s->item, why); }

static cim_status need_strings(cim_ctx *ctx, scan *s)
{
    cim__osm_loader *l = &s->worker->loader;
    return l->block.strings ? CIM_OK : cim__osm_source_load(ctx, &s->osm->source, l, s->item, &s->osm->words, true);
}

static bool too_many(const scan *s, size_t more)
{
    return (size_t)s->sheet->nodes + s->sheet->ways + s->sheet->relation_count + more > CIM__OSM_BLOCK_ENTITIES;
}

/* ---- nodes ---- */

static void count_place(cim__osm_worker *w, int32_t x, int32_t y)
{
    w->lon[(uint32_t)(x + 1800000000u) / 5000000u % CIM__OSM_LON_BINS]++;
    w->lat[(uint32_t)(y + 900000000) / 5000001u]++;
}

static void take_node(scan *s, const cim__osm_node *n)
{
    cim__osm_sheet *sheet = s->sheet;
    sheet->nodes++;
    if (!n->inside) {
        s->worker->outside++;
        return;
    }
    cim__osm_idlist_add(&sheet->node_ids, n->id);
    int32_t *xy = &CIM__AT(&sheet->xy, int32_t, CIM__COUNT(&sheet->xy, int32_t));
    xy[0] = n->x;
    xy[1] = n->y;
    sheet->xy.size += 2 * sizeof *xy;
    count_place(s->worker, n->x, n->y);
}

static uint8_t node_flags(const cim__osm_words *words, const cim__osm_tags *tags)
{
    cim__osm_kind kind;
    uint8_t flags = CIM__OSM_N_OBJECT;
    if (!tags->significant) return 0;
    cim__osm_classify(words, tags, CIM__OSM_FORM_NODE, &kind);
    if (kind.cuts & 1 << CIM__OSM_NET_ROAD) flags |= CIM__OSM_N_CUT_ROAD;
    if (kind.cuts & 1 << CIM__OSM_NET_UTIL) flags |= CIM__OSM_N_CUT_UTIL;
    if (kind.class_id == CIM__C_Entrance || (cim__osm_has(tags, CIM__K_ENTRANCE) && !cim__osm_is(tags, CIM__K_ENTRANCE, "no"))) flags |= CIM__OSM_N_ENTRANCE;
    return flags;
}

/* The worker has the node's tags, which stand at `where`. */
static cim_status mark_node(cim_ctx *ctx, scan *s, cim__wire where, bool dense)
{
    const uint8_t *raw = s->worker->loader.block.raw;
    cim__osm_mark *mark = CIM__PUSH(&s->sheet->marks, cim__osm_mark);
    if (!mark) return cim__nomem(ctx);
    uint32_t place = (uint32_t)cim__osm_idlist_count(&s->sheet->node_ids) - 1;
    *mark = (cim__osm_mark){ place, node_flags(&s->osm->words, &s->worker->tags), dense, (uint32_t)(where.pos - raw), (uint32_t)cim__wire_size(&where) };
    return CIM_OK;
}

static cim_status reserve_nodes(cim_ctx *ctx, scan *s, size_t count)
{
    if (too_many(s, count)) return bad(ctx, s, "more than 1,000,000 objects");
    bool ok = cim__buf_reserve(&s->sheet->node_ids.low, count * sizeof(uint16_t)) && cim__buf_reserve(&s->sheet->xy, count * 2 * sizeof(int32_t));
    return ok ? CIM_OK : cim__nomem(ctx);
}

static cim_status scan_dense(cim_ctx *ctx, scan *s, cim__wire message)
{
    cim__osm_worker *w = s->worker;
    cim__osm_dense d;
    cim__osm_node n;
    const char *wrong = cim__osm_dense_open(&w->loader.block, message, false, &d);
    if (wrong) return bad(ctx, s, wrong);
    CIM__TRY(reserve_nodes(ctx, s, cim__wire_count(d.id)));
    if (cim__wire_more(&d.kv)) CIM__TRY(need_strings(ctx, s));
    while (cim__osm_dense_next(&d, &n)) {
        take_node(s, &n);
        if (!n.tagged || !n.inside) continue;
        wrong = cim__osm_tags_read_dense(&w->tags, &w->loader.block, n.tags);
        if (wrong) return bad(ctx, s, wrong);
        CIM__TRY(mark_node(ctx, s, n.tags, true));
    }
    wrong = cim__osm_dense_end(&d);
    return wrong ? bad(ctx, s, wrong) : CIM_OK;
}

static cim_status scan_node(cim_ctx *ctx, scan *s, cim__wire message)
{
    cim__osm_worker *w = s->worker;
    cim__osm_node n;
    const char *wrong = cim__osm_node_read(&w->loader.block, message, &n);
    if (wrong) return bad(ctx, s, wrong);
    CIM__TRY(reserve_nodes(ctx, s, 1));
    take_node(s, &n);
    if (!n.tagged || !n.inside) return CIM_OK;
    CIM__TRY(need_strings(ctx, s));
    wrong = cim__osm_tags_read(&w->tags, &w->loader.block, n.keys, n.vals);
    return wrong ? bad(ctx, s, wrong) : mark_node(ctx, s, message, false);
}

/* ---- ways ---- */

/* Places of nodes that stand with the ways: the nodes themselves may then be missing. */
static cim_status take_given(cim_ctx *ctx, scan *s, cim__wire message)
{
    cim__osm_sheet *sheet = s->sheet;
    cim__osm_entity e;
    const char *wrong = cim__osm_way_read(message, &e);
    if (wrong) return bad(ctx, s, wrong);
    cim__wire ref = e.refs, lat = e.lat, lon = e.lon;
    uint64_t id = 0, x = 0, y = 0;
    if (!cim__wire_more(&lat)) return CIM_OK;
    size_t count = cim__wire_count(ref);
    if (!cim__buf_reserve(&sheet->given_ids.low, count * sizeof(uint16_t)) || !cim__buf_reserve(&sheet->given_xy, count * 2 * sizeof(int32_t))) return cim__nomem(ctx);
    while (cim__wire_more(&ref) && cim__wire_more(&lat) && cim__wire_more(&lon)) {
        int32_t *xy = &CIM__AT(&sheet->given_xy, int32_t, CIM__COUNT(&sheet->given_xy, int32_t));
        id += (uint64_t)cim__wire_zigzag(&ref);
        x += (uint64_t)cim__wire_zigzag(&lon);
        y += (uint64_t)cim__wire_zigzag(&lat);
        if (!cim__osm_place(&s->worker->loader.block, (int64_t)x, (int64_t)y, &xy[0], &xy[1])) continue;
        if (!xy[0] && !xy[1]) continue; /* how writers say that they did not know */
        cim__osm_idlist_add(&sheet->given_ids, (int64_t)id);
        sheet->given_xy.size += 2 * sizeof *xy;
        count_place(s->worker, xy[0], xy[1]);
    }
    return CIM_OK;
}

/* Only the id is needed now, and it comes first. */
static const char *way_id(cim__wire message, int64_t *id)
{
    cim__osm_entity e;
    cim__wire w = message;
    cim__field f;
    if (cim__wire_field(&w, &f) && f.number == 1 && f.type == CIM__WIRE_VARINT) {
        *id = (int64_t)f.value;
        return NULL;
    }
    const char *wrong = cim__osm_way_read(message, &e);
    *id = e.id;
    return wrong;
}

static cim_status scan_way(cim_ctx *ctx, scan *s, cim__wire message)
{
    cim__osm_sheet *sheet = s->sheet;
    int64_t id;
    const char *wrong = way_id(message, &id);
    if (wrong) return bad(ctx, s, wrong);
    if (too_many(s, 1)) return bad(ctx, s, "more than 1,000,000 objects");
    if (!cim__buf_reserve(&sheet->way_ids.low, sizeof(uint16_t))) return cim__nomem(ctx);
    cim__osm_idlist_add(&sheet->way_ids, id);
    sheet->ways++;
    return s->osm->source.placed_ways ? take_given(ctx, s, message) : CIM_OK;
}

/* ---- relations ---- */

static cim__osm_role role_of(cim__str role)
{
    static const struct {
        const char *text;
        cim__osm_role role;
    } roles[] = { { "", CIM__OSM_ROLE_EMPTY },     { "outer", CIM__OSM_ROLE_OUTER },     { "inner", CIM__OSM_ROLE_INNER }, { "from", CIM__OSM_ROLE_FROM },
                  { "via", CIM__OSM_ROLE_VIA },    { "to", CIM__OSM_ROLE_TO },           { "outline", CIM__OSM_ROLE_OUTLINE }, { "part", CIM__OSM_ROLE_PART },
                  { "house", CIM__OSM_ROLE_HOUSE }, { "address", CIM__OSM_ROLE_HOUSE },  { "addr:houselink", CIM__OSM_ROLE_HOUSE } };
    for (size_t i = 0; i < sizeof roles / sizeof *roles; i++)
        if (cim__str_is(role, roles[i].text)) return roles[i].role;
    return CIM__OSM_ROLE_OTHER;
}

static cim_status take_members(cim_ctx *ctx, scan *s, cim__osm_entity *e, uint32_t *count_out)
{
    const cim__osm_block *block = &s->worker->loader.block;
    uint64_t ref = 0;
    *count_out = 0;
    while (cim__wire_more(&e->members)) {
        if (!cim__wire_more(&e->types) || !cim__wire_more(&e->roles)) return bad(ctx, s, "a relation has not as many roles or types as members");
        ref += (uint64_t)cim__wire_zigzag(&e->members);
        uint64_t type = cim__wire_get(&e->types), role = cim__wire_get(&e->roles);
        if (type > 2) return bad(ctx, s, "a relation has a member of an unknown type");
        if (role >= block->strings->count) return bad(ctx, s, "a role refers to a string that does not exist");
        cim__osm_member *m = CIM__PUSH(&s->sheet->members, cim__osm_member);
        if (!m) return cim__nomem(ctx);
        *m = (cim__osm_member){ (int64_t)ref, CIM_NONE, (uint8_t)type, (uint8_t)role_of(cim__osm_string(block, (uint32_t)role)) };
        ++*count_out;
    }
    if (cim__wire_bad(&e->members) || e->types.pos != e->types.end || e->roles.pos != e->roles.end) return bad(ctx, s, "a relation has not as many members as roles or types");
    return CIM_OK;
}

static cim__osm_relation_kind relation_kind(cim__str type)
{
    static const struct {
        const char *text;
        cim__osm_relation_kind kind;
    } kinds[] = { { "multipolygon", CIM__OSM_R_AREA },       { "boundary", CIM__OSM_R_AREA },         { "route", CIM__OSM_R_ROUTE },  { "restriction", CIM__OSM_R_RESTRICTION },
                  { "building", CIM__OSM_R_BUILDING }, { "associatedStreet", CIM__OSM_R_STREET }, { "street", CIM__OSM_R_STREET } };
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (cim__str_is(type, kinds[i].text)) return kinds[i].kind;
    return cim__str_starts(type, "restriction:") ? CIM__OSM_R_RESTRICTION : CIM__OSM_R_OTHER;
}

static cim_status describe(cim_ctx *ctx, scan *s, cim__osm_relation *r)
{
    const cim__osm_tags *tags = &s->worker->tags;
    cim__osm_kind kind;
    r->kind = (uint8_t)relation_kind(cim__osm_get(tags, CIM__K_TYPE));
    if (r->kind == CIM__OSM_R_AREA) {
        cim__osm_classify(&s->osm->words, tags, CIM__OSM_FORM_AREA, &kind);
        if (!kind.rule) r->flags |= CIM__OSM_R_BARE;
        if (kind.building) r->flags |= CIM__OSM_R_WALL;
    }
    if (r->kind == CIM__OSM_R_STREET && cim__osm_has(tags, CIM__K_NAME)) {
        r->name = cim__arena_str(&s->sheet->texts, cim__osm_get(tags, CIM__K_NAME));
        if (!r->name.ptr) return cim__nomem(ctx);
    }
    return CIM_OK;
}

static cim_status scan_relation(cim_ctx *ctx, scan *s, cim__wire message)
{
    cim__osm_sheet *sheet = s->sheet;
    cim__osm_worker *w = s->worker;
    cim__osm_entity e;
    const char *wrong = cim__osm_relation_read(message, &e);
    if (wrong) return bad(ctx, s, wrong);
    if (too_many(s, 1)) return bad(ctx, s, "more than 1,000,000 objects");
    CIM__TRY(need_strings(ctx, s));
    const uint8_t *raw = w->loader.block.raw;
    wrong = cim__osm_tags_read(&w->tags, &w->loader.block, e.keys, e.vals);
    if (wrong) return bad(ctx, s, wrong);
    cim__osm_relation r = { .id = e.id, .block = (uint32_t)s->item, .at = (uint32_t)(message.pos - raw), .size = (uint32_t)cim__wire_size(&message) };
    r.first_member = (uint32_t)CIM__COUNT(&sheet->members, cim__osm_member);
    CIM__TRY(describe(ctx, s, &r));
    CIM__TRY(take_members(ctx, s, &e, &r.member_count));
    cim__osm_relation *to = CIM__PUSH(&sheet->relations, cim__osm_relation);
    if (!to || !cim__buf_reserve(&sheet->relation_ids.low, sizeof(uint16_t))) return cim__nomem(ctx);
    *to = r;
    cim__osm_idlist_add(&sheet->relation_ids, e.id);
    sheet->relation_count++;
    return CIM_OK;
}

/* ---- one block ---- */

enum { ELEMENTS_FREE = 1000000, ELEMENTS_PER_KB = 2000, BYTES_FREE = 64 << 20, EXPANSION = 400 };

/* A small file cannot hold many objects unless it was made to hurt. */
static cim_status check_expansion(cim_ctx *ctx, scan *s)
{
    cim__osm *osm = s->osm;
    uint64_t size = cim__input_size(osm->job->input), here = (uint64_t)s->sheet->nodes + s->sheet->ways + s->sheet->relation_count;
    uint64_t elements = atomic_fetch_add(&osm->elements, here) + here, more = s->worker->loader.block.size;
    uint64_t bytes = atomic_fetch_add(&osm->bytes, more) + more;
    if (osm->source.blocks || (osm->job->opts->flags & CIM_IMPORT_UNSAFE_LIMITS)) return CIM_OK;
    if (elements <= ELEMENTS_FREE + size / 1000 * ELEMENTS_PER_KB && bytes <= BYTES_FREE + size * EXPANSION) return CIM_OK;
    return cim__fail(ctx, CIM_ELIMIT, "%s: block %zu: more than %d objects a kilobyte, or expands more than %d times (unsafe limits lift this)", osm->source.path, s->item + 1, ELEMENTS_PER_KB, EXPANSION);
}

static cim_status scan_entity(cim_ctx *ctx, scan *s, const cim__field *f, uint64_t *changesets)
{
    switch (f->number) {
    case CIM__OSM_PLAIN_NODE: return scan_node(ctx, s, f->bytes);
    case CIM__OSM_DENSE: return scan_dense(ctx, s, f->bytes);
    case CIM__OSM_WAY: return scan_way(ctx, s, f->bytes);
    case CIM__OSM_RELATION: return scan_relation(ctx, s, f->bytes);
    default: ++*changesets; return CIM_OK;
    }
}

static void count_block(scan *s, uint64_t changesets)
{
    cim__report *report = &s->worker->report;
    if (s->sheet->nodes) cim__report_seen(report, "node", s->sheet->nodes);
    if (s->sheet->ways) cim__report_seen(report, "way", s->sheet->ways);
    if (s->sheet->relation_count) cim__report_seen(report, "relation", s->sheet->relation_count);
    if (!changesets) return;
    cim__report_seen(report, "changeset", changesets);
    cim__report_fate(report, "changeset", CIM__SKIPPED, "no object", changesets);
}

static cim_status scan_block(cim_ctx *ctx, uint32_t id, size_t item, void *user)
{
    cim__osm *osm = user;
    scan s = { .osm = osm, .sheet = &osm->sheets[item], .item = item };
    uint64_t changesets = 0;
    cim__field f;
    CIM__TRY(cim__osm_worker_get(ctx, osm, id, &s.worker));
    CIM__TRY(cim__job_tick(ctx, osm->job, "reading blocks"));
    if (item == 0 && !osm->source.blocks) return CIM_OK; /* the header block of a PBF file */
    CIM__TRY(cim__osm_source_load(ctx, &osm->source, &s.worker->loader, item, NULL, true));
    cim__osm_walk walk = cim__osm_walk_of(&s.worker->loader.block);
    while (cim__osm_walk_next(&walk, &f)) CIM__TRY(scan_entity(ctx, &s, &f, &changesets));
    if (walk.wrong) return bad(ctx, &s, walk.wrong);
    count_block(&s, changesets);
    return check_expansion(ctx, &s);
}

cim_status cim__osm_scan(cim_ctx *ctx, cim__osm *osm) { return cim__par_run(ctx, osm->block_count, "reading blocks", scan_block, osm); }
