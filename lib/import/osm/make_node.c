/* make_node.c - nodes: those with tags, and members of stored relations, become objects. */
#include "import/osm/maker.h"

static cim_geom point_of(const double xy[2])
{
    static const uint32_t one = 1;
    return (cim_geom){ CIM_GEOM_POINT, 2, 1, 1, 1, 0, xy, &one, &one };
}

/* The walls that the node is on: of buildings, else of parts. */
static cim_status relate_doors(cim_ctx *ctx, cim__osm_maker *m, uint32_t number)
{
    const cim__osm *osm = m->osm;
    const cim__buf *doors = &osm->doors;
    size_t lo = 0, hi = CIM__COUNT(doors, cim__osm_door), n = hi;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (CIM__AT(doors, cim__osm_door, mid).node < number) lo = mid + 1;
        else hi = mid;
    }
    cim__buf *to = &m->worker->cuts;
    int64_t last = 0;
    for (size_t i = lo; i < n && CIM__AT(doors, cim__osm_door, i).node == number; i++) {
        const cim__osm_door *d = &CIM__AT(doors, cim__osm_door, i);
        if (d->part > CIM__AT(doors, cim__osm_door, lo).part || (i > lo && d->ref == last)) continue;
        last = d->ref;
        cim__osm_put_gid(to, d->type, d->ref, CIM_NONE);
        if (to->failed) return cim__nomem(ctx);
        CIM__TRY(cim__osm_relate(ctx, m, cim__osm_gid(m), CIM__R_ENTRANCE_OF, cim__buf_str(to), (cim__str){ "", 0 }));
    }
    return CIM_OK;
}

static cim_status make_node(cim_ctx *ctx, cim__osm_maker *m, int64_t id, uint32_t number, uint64_t ordinal)
{
    uint8_t flags = cim__osm_node_flags(m->osm, number);
    double *xy;
    bool inside;
    CIM__TRY(cim__osm_project(ctx, m, &number, 1, &xy, &inside));
    if (!inside) {
        m->fates[0][CIM__OSM_F_OUTSIDE]++;
        return CIM_OK;
    }
    cim_geom geom = point_of(xy);
    cim__osm_begin(m, 0, id, ordinal);
    cim__osm_classify(&m->osm->words, &m->worker->tags, CIM__OSM_FORM_NODE, &m->kind);
    if (flags & CIM__OSM_N_HINT) cim__osm_take_hints(m, number);
    cim__osm_prepare(m, CIM_GEOM_POINT);
    CIM__TRY(cim__osm_add(ctx, m, &geom, true, CIM_NONE, NULL));
    m->fates[0][CIM__OSM_F_OBJECT]++;
    return flags & CIM__OSM_N_ENTRANCE ? relate_doors(ctx, m, number) : CIM_OK;
}

/* Tags of a mark, from where the first pass found them. */
static cim_status read_tags(cim_ctx *ctx, cim__osm_maker *m, size_t block, const cim__osm_mark *mark)
{
    cim__osm_worker *w = m->worker;
    CIM__TRY(cim__osm_source_load(ctx, &m->osm->source, &w->loader, block, &m->osm->words, false));
    const cim__osm_block *b = &w->loader.block;
    cim__wire where = { b->raw + mark->at, b->raw + mark->at + mark->size };
    cim__osm_node n;
    const char *wrong = mark->dense ? NULL : cim__osm_node_read(b, where, &n);
    if (!wrong) wrong = mark->dense ? cim__osm_tags_read_dense(&w->tags, b, where) : cim__osm_tags_read(&w->tags, b, n.keys, n.vals);
    return wrong ? cim__osm_bad(ctx, &m->osm->source, block, wrong) : CIM_OK;
}

/* One node of a block; mark NULL: it has no tags. */
static cim_status one_node(cim_ctx *ctx, cim__osm_maker *m, size_t block, uint32_t place, const cim__osm_mark *mark)
{
    const cim__osm *osm = m->osm;
    const cim__osm_sheet *s = &osm->sheets[block];
    uint32_t number = cim__osm_node_number(osm, s, place);
    if (number == CIM_NONE) {
        m->fates[0][CIM__OSM_F_LOST]++;
        return CIM_OK;
    }
    uint8_t flags = cim__osm_node_flags(osm, number);
    if (!mark && !(flags & CIM__OSM_N_MEMBER)) {
        m->fates[0][flags & CIM__OSM_N_VERTEX ? CIM__OSM_F_VERTEX : CIM__OSM_F_UNUSED]++;
        return CIM_OK;
    }
    if (mark && (flags & CIM__OSM_N_VERTEX) && !(flags & (CIM__OSM_N_OBJECT | CIM__OSM_N_MEMBER))) {
        m->fates[0][CIM__OSM_F_VERTEX_EDITORIAL]++;
        return CIM_OK;
    }
    if (mark) CIM__TRY(read_tags(ctx, m, block, mark));
    else cim__osm_tags_reset(&m->worker->tags);
    return make_node(ctx, m, cim__osm_node_id(osm, s, place), number, (uint64_t)s->node_base + place);
}

cim_status cim__osm_make_nodes(cim_ctx *ctx, cim__osm_maker *m, size_t block)
{
    const cim__osm_sheet *s = &m->osm->sheets[block];
    size_t k = 0, marks = CIM__COUNT(&s->marks, cim__osm_mark);
    for (uint32_t place = 0; place < s->inside; place++) {
        const cim__osm_mark *mark = k < marks && CIM__AT(&s->marks, cim__osm_mark, k).place == place ? &CIM__AT(&s->marks, cim__osm_mark, k++) : NULL;
        CIM__TRY(one_node(ctx, m, block, place, mark));
    }
    return CIM_OK;
}
