/* guess.c - a building that nothing is said to serve hangs on the nearest line of each commodity, when that is asked for. */
#include "utility/utility.h"

#include <math.h>

typedef struct guess {
    cim__umaker *m;
    cim__map served;     /* lowest of what is the same, and commodity */
    bool has_edges[256]; /* by domain */
    const cim_geom *building;
    uint32_t domain;
} guess;

static uint64_t key_of(const guess *g, uint32_t object, uint32_t domain) { return (uint64_t)g->m->same_of[object] << 8 | domain; }

static uint32_t domain_of(const cim__umaker *m, uint32_t element)
{
    return element < m->node_count ? m->u->node_domain[element] : m->u->edge_domain[element - m->node_count];
}

static cim_status note_served(cim_ctx *ctx, guess *g)
{
    const cim__umaker *m = g->m;
    for (size_t i = 0; i < CIM__COUNT(&m->serves, cim__userve); i++) {
        const cim__userve *s = &CIM__AT(&m->serves, cim__userve, i);
        if (s->element != CIM_NONE && !cim__map_put(&g->served, key_of(g, s->to, domain_of(m, s->element)), 0)) return cim__nomem(ctx);
    }
    for (uint32_t e = 0; e < m->edge_count; e++) g->has_edges[m->u->edge_domain[e]] = true;
    return CIM_OK;
}

static double measure(void *user, uint32_t id)
{
    const guess *g = user;
    const cim_utility *u = g->m->u;
    if (id < g->m->node_count || u->edge_domain[cim__u_edge_at(u, id - g->m->node_count)] != g->domain) return HUGE_VAL;
    return cim__u_distance(u, id, g->building, g->m->options.serve_m);
}

static cim_status hang(cim_ctx *ctx, guess *g, uint32_t object)
{
    cim__umaker *m = g->m;
    const cim_box box = cim__geom_box(g->building);
    cim_probe probe = cim_probe_box(&box);
    uint32_t id;
    size_t count = 0;
    probe.distance = m->options.serve_m;
    probe.measure = measure;
    probe.user = g;
    CIM__TRY(cim_index_nearest(ctx, m->u->index, &probe, 1, &id, NULL, &count));
    if (!count) return CIM_OK;
    const uint32_t element = m->node_count + cim__u_edge_at(m->u, id - m->node_count);
    const cim__userve s = { CIM_NONE, object, 0, 1, element, NAN, NAN };
    cim__buf_put(&m->serves, &s, sizeof s);
    return m->serves.failed || !cim__map_put(&g->served, key_of(g, object, g->domain), 0) ? cim__nomem(ctx) : CIM_OK;
}

static cim_status see(cim_ctx *ctx, const cim__object *o, void *user)
{
    guess *g = user;
    cim__umaker *m = g->m;
    int32_t srid;
    if (!o->geom.len || !cim__city_has(m->city, o->id) || m->city->class_id[o->id] != CIM__C_Building) return CIM_OK;
    CIM__TRY(cim__gaia_get(ctx, o->geom, &m->geom, &srid));
    const cim_geom geom = cim__gbuild_view(&m->geom);
    if (!geom.vertex_count || !cim__geom_finite(&geom)) return CIM_OK;
    g->building = &geom;
    for (uint32_t d = 0; d < m->u->domains.count; d++) {
        g->domain = d;
        if (g->has_edges[d] && cim__map_get(&g->served, key_of(g, o->id, d)) == CIM_NONE) CIM__TRY(hang(ctx, g, o->id));
    }
    return CIM_OK;
}

cim_status cim__u_guess(cim_ctx *ctx, cim__umaker *m)
{
    const cim__columns columns = { .geom = true };
    guess g = { .m = m };
    bool wanted[CIM__LAYER_COUNT] = { false };
    if (!(m->options.serve_m > 0.0)) return CIM_OK;
    for (uint32_t id = 0; id <= m->city->max_id; id++)
        if (cim__city_has(m->city, id) && m->city->class_id[id] == CIM__C_Building) wanted[m->city->layer[id]] = true;
    cim__map_init(&g.served, ctx->mem);
    cim_status st = note_served(ctx, &g);
    for (int l = 0; l < CIM__LAYER_COUNT && st >= 0; l++)
        if (wanted[l]) st = cim__u_scan(ctx, m, (cim__layer_id)l, &columns, see, &g);
    cim__map_free(&g.served);
    return st;
}
