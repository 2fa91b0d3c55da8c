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

static cim_status make_node(cim_ctx *ctx, cim__osm_maker *m, const cim__osm_node *n, uint32_t number, uint64_t ordinal)
{
    uint8_t flags = cim__osm_node_flags(m->osm, number);
    double xy[2] = { (double)n->x / 1e7, (double)n->y / 1e7 };
    if (!cim__osm_transform(m->osm, xy, 1)) {
        m->fates[0][CIM__OSM_F_OUTSIDE]++;
        return CIM_OK;
    }
    cim_geom geom = point_of(xy);
    cim__osm_begin(m, 0, n->id, ordinal);
    cim__osm_classify(&m->osm->words, &m->worker->tags, CIM__OSM_FORM_NODE, &m->kind);
    if (flags & CIM__OSM_N_HINT) cim__osm_take_hints(m, number);
    cim__osm_prepare(m, CIM_GEOM_POINT);
    CIM__TRY(cim__osm_add(ctx, m, &geom, true, CIM_NONE, NULL));
    m->fates[0][CIM__OSM_F_OBJECT]++;
    return flags & CIM__OSM_N_ENTRANCE ? relate_doors(ctx, m, number) : CIM_OK;
}

typedef struct nodes {
    cim__osm_maker *maker;
    size_t block;
    uint32_t place;    /* of the next inside node */
    uint64_t ordinal;
} nodes;

static bool is_lost(const cim__osm *osm, uint32_t number, uint32_t place) { return osm->nodes.winner && osm->nodes.winner[number] != place; }

static cim_status read_tags(cim_ctx *ctx, const nodes *p, const cim__osm_node *n, bool dense)
{
    cim__osm_worker *w = p->maker->worker;
    const char *wrong = dense ? cim__osm_tags_read_dense(&w->tags, &w->loader.block, n->tags) : cim__osm_tags_read(&w->tags, &w->loader.block, n->keys, n->vals);
    return wrong ? cim__osm_bad(ctx, &p->maker->osm->source, p->block, wrong) : CIM_OK;
}

static cim_status one_node(cim_ctx *ctx, nodes *p, const cim__osm_node *n, bool dense)
{
    cim__osm_maker *m = p->maker;
    const cim__osm *osm = m->osm;
    uint64_t ordinal = p->ordinal++;
    if (!n->inside) return CIM_OK; /* counted by the first pass */
    uint32_t place = p->place++, number = osm->nodes.winner ? cim__osm_ids_find(&osm->nodes, n->id) : place;
    if (is_lost(osm, number, place)) {
        m->fates[0][CIM__OSM_F_LOST]++;
        return CIM_OK;
    }
    uint8_t flags = cim__osm_node_flags(osm, number);
    bool vertex = flags & CIM__OSM_N_VERTEX;
    if (!n->tagged && !(flags & CIM__OSM_N_MEMBER)) {
        m->fates[0][vertex ? CIM__OSM_F_VERTEX : CIM__OSM_F_UNUSED]++;
        return CIM_OK;
    }
    if (n->tagged) CIM__TRY(read_tags(ctx, p, n, dense));
    else cim__osm_tags_reset(&m->worker->tags);
    if (vertex && n->tagged && !(flags & (CIM__OSM_N_OBJECT | CIM__OSM_N_MEMBER))) {
        m->fates[0][CIM__OSM_F_VERTEX_EDITORIAL]++;
        return CIM_OK;
    }
    return make_node(ctx, m, n, number, ordinal);
}

/* A block of nodes that are nothing but vertices needs no second look. */
static bool count_only(cim__osm_maker *m, const cim__osm_sheet *s)
{
    const cim__osm *osm = m->osm;
    uint64_t vertices = 0;
    if (s->tagged || osm->nodes.winner) return false;
    uint32_t count = 0;
    for (; count < s->inside; count++) {
        uint8_t flags = cim__osm_node_flags(osm, s->node_base + count);
        if (flags & CIM__OSM_N_MEMBER) return false;
        vertices += (flags & CIM__OSM_N_VERTEX) != 0;
    }
    m->fates[0][CIM__OSM_F_VERTEX] += vertices;
    m->fates[0][CIM__OSM_F_UNUSED] += count - vertices;
    return true;
}

cim_status cim__osm_make_nodes(cim_ctx *ctx, cim__osm_maker *m, size_t block)
{
    cim__osm_loader *l = &m->worker->loader;
    const cim__osm_sheet *s = &m->osm->sheets[block];
    nodes p = { m, block, s->node_base, s->node_base };
    cim__field f;
    cim__osm_node n;
    if (!s->nodes || count_only(m, s)) return CIM_OK;
    CIM__TRY(cim__osm_source_load(ctx, &m->osm->source, l, block, &m->osm->words, false));
    cim__osm_walk walk = cim__osm_walk_of(&l->block);
    while (cim__osm_walk_next(&walk, &f)) {
        cim__osm_dense d;
        if (f.number == CIM__OSM_PLAIN_NODE && !cim__osm_node_read(&l->block, f.bytes, &n)) CIM__TRY(one_node(ctx, &p, &n, false));
        if (f.number != CIM__OSM_DENSE || cim__osm_dense_open(&l->block, f.bytes, false, &d)) continue;
        while (cim__osm_dense_next(&d, &n)) CIM__TRY(one_node(ctx, &p, &n, true));
    }
    return CIM_OK;
}
