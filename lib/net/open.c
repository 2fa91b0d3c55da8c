/* open.c - a net and its hierarchy from the city file, or built. */
#include "net/net.h"

/* Names of the blocks, by turns. */
static const char *const net_name[] = { "net", "net with turns" }, *const hierarchy_name[] = { "hierarchy of net", "hierarchy of net with turns" };

/* ---- nets ---- */

typedef struct loading {
    const cim_city *city;
    cim_net *net;
} loading;

static cim_status use_net(cim_ctx *ctx, cim__block *block, void *user)
{
    const loading *l = user;
    return cim__net_load(ctx, block, l->city, l->net);
}

/* CIM_DONE when there is none. */
static cim_status load_net(cim_ctx *ctx, cim_city *city, const cim_net_options *options, cim_net **net_out)
{
    loading l = { city, NULL };
    CIM__TRY(cim__net_new(ctx, options, &l.net));
    cim_status st = city->rows->block_read(ctx, city->store, net_name[l.net->turns], use_net, &l);
    if (st == CIM_OK) *net_out = l.net;
    else cim_net_free(l.net);
    return st;
}

cim_status cim_net_open(cim_ctx *ctx, cim_city *city, const cim_net_options *options, cim_net **net_out)
{
    cim__enter(ctx);
    if (!city) return cim__fail(ctx, CIM_EARG, "no city");
    cim_status st = load_net(ctx, city, options, net_out);
    return st == CIM_DONE ? cim_net_build(ctx, city, options, net_out) : st;
}

/* ---- hierarchies ---- */

typedef struct climbing {
    cim_route_graph graph;
    cim_route_hierarchy *hierarchy;
} climbing;

static cim_status use_hierarchy(cim_ctx *ctx, cim__block *block, void *user)
{
    climbing *c = user;
    size_t size = block->left;
    void *bytes = cim__alloc(ctx->mem, size ? size : 1);
    if (!bytes) return cim__nomem(ctx);
    cim__large_pages(bytes, size);
    cim_status st = cim__block_read(ctx, block, bytes, size);
    if (st >= 0) st = cim_route_hierarchy_load(ctx, bytes, size, &c->graph, &c->hierarchy);
    cim__free(ctx->mem, bytes);
    return st == CIM_ENOTFOUND || st == CIM_ELIMIT ? CIM_DONE : st; /* of another graph; a limit: no library makes it so */
}

/* CIM_DONE when there is none. */
static cim_status load_hierarchy(cim_ctx *ctx, const cim_net *net, cim_city *city, cim_route_hierarchy **hierarchy_out)
{
    climbing c = { cim_net_graph(net), NULL };
    cim_status st = city->rows->block_read(ctx, city->store, hierarchy_name[net->turns], use_hierarchy, &c);
    if (st == CIM_OK) *hierarchy_out = c.hierarchy;
    else cim_route_hierarchy_free(c.hierarchy);
    return st;
}

static cim_status build_hierarchy(cim_ctx *ctx, const cim_net *net, cim_route_hierarchy **hierarchy_out)
{
    cim_route_graph graph = cim_net_graph(net);
    return cim_route_hierarchy_build(ctx, &graph, NULL, hierarchy_out);
}

cim_status cim_net_hierarchy(cim_ctx *ctx, const cim_net *net, cim_city *city, cim_route_hierarchy **hierarchy_out)
{
    cim__enter(ctx);
    if (!net || !city) return cim__fail(ctx, CIM_EARG, "net or city is missing");
    cim_status st = load_hierarchy(ctx, net, city, hierarchy_out);
    return st == CIM_DONE ? build_hierarchy(ctx, net, hierarchy_out) : st;
}

/* ---- compiling ---- */

typedef struct preparing {
    cim_net *net;
    cim_route_hierarchy *hierarchy;
    bool has_net, has_hierarchy; /* in the file */
} preparing;

static cim_status make_both(cim_ctx *ctx, preparing *p, cim_city *city, const cim_net_options *options)
{
    cim_status st = load_net(ctx, city, options, &p->net);
    p->has_net = st == CIM_OK;
    if (st == CIM_DONE) st = cim_net_build(ctx, city, options, &p->net);
    if (st < 0) return st;
    st = load_hierarchy(ctx, p->net, city, &p->hierarchy);
    p->has_hierarchy = st == CIM_OK;
    return st == CIM_DONE ? build_hierarchy(ctx, p->net, &p->hierarchy) : st;
}

static cim_status write_both(cim_ctx *ctx, const preparing *p, cim_city *city)
{
    cim_buf bytes = CIM_BUF_INIT;
    cim__net_saved saved;
    CIM__TRY(cim_route_hierarchy_save(ctx, p->hierarchy, &bytes));
    cim_status st = cim__net_save(ctx, p->net, &saved);
    if (st >= 0) {
        const cim__piece hierarchy = { bytes.data, bytes.size };
        const cim__compiled_block blocks[] = { { net_name[p->net->turns], saved.pieces, saved.count }, { hierarchy_name[p->net->turns], &hierarchy, 1 } };
        st = city->rows->block_write(ctx, city->store, blocks, 2);
        cim__net_saved_free(ctx, &saved);
    }
    cim_buf_dispose(&bytes);
    return st;
}

cim_status cim_net_prepare(cim_ctx *ctx, cim_city *city, const cim_net_options *options)
{
    preparing p = { NULL, NULL, false, false };
    cim__enter(ctx);
    if (!city) return cim__fail(ctx, CIM_EARG, "no city");
    cim_status st = make_both(ctx, &p, city, options);
    if (st >= 0) st = p.has_net && p.has_hierarchy ? CIM_DONE : write_both(ctx, &p, city);
    cim_route_hierarchy_free(p.hierarchy);
    cim_net_free(p.net);
    return st;
}
