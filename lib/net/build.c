/* build.c - a net from beginning to end, and looking at it. */
#include "net/net.h"

#include <math.h>

/* ---- what is freed ---- */

static void free_arrays(cim_net *net)
{
    cim__buf_free(&net->rules);
    if (net->block) {
        cim__free(net->mem, net->block);
        return;
    }
    void *arrays[] = { net->junction_x, net->junction_y, net->junction_set, net->first_out, net->out_link, net->edge_object, net->edge_from, net->edge_to,
                       net->first_vertex, net->edge_set, net->edge_name, net->edge_way, net->edge_length_m, net->xy, net->vertex_edge, net->heading,
                       net->way_length_m, net->state_junction, net->state_link, net->state_x, net->state_y, net->first_arc, net->arc_tail, net->arc_head,
                       net->arc_link, net->first_of_link, net->arc_of_link };
    for (size_t i = 0; i < sizeof arrays / sizeof *arrays; i++) cim__free(net->mem, arrays[i]);
    cim__buf_free(&net->set_first);
    cim__buf_free(&net->tags);
    cim__buf_free(&net->bans);
}

cim_net *cim_net_ref(cim_net *net)
{
    atomic_fetch_add_explicit(&net->refs, 1, memory_order_relaxed);
    return net;
}

void cim_net_free(cim_net *net)
{
    if (!net || atomic_fetch_sub_explicit(&net->refs, 1, memory_order_acq_rel) != 1) return;
    cim__mem *mem = net->mem;
    free_arrays(net);
    cim__names_free(&net->texts);
    cim_index_free(net->index);
    cim__free(mem, net);
    cim__mem_unref(mem);
}

static cim__buf *maker_bufs(cim__net_maker *m, size_t i)
{
    cim__buf *const bufs[] = { &m->object, &m->from, &m->to, &m->first_vertex, &m->set, &m->name, &m->way, &m->length, &m->xy, &m->jx, &m->jy, &m->jset,
                               &m->scratch, &m->text };
    return i < sizeof bufs / sizeof *bufs ? bufs[i] : NULL;
}

static void maker_begin(cim_ctx *ctx, cim__net_maker *m, cim_net *net, cim_city *city)
{
    *m = (cim__net_maker){ .net = net, .city = city };
    for (size_t i = 0; maker_bufs(m, i); i++) *maker_bufs(m, i) = cim__buf_on(ctx->mem);
    cim__map_init(&m->junction_of, ctx->mem);
    cim__map_init(&m->edge_of, ctx->mem);
    cim__map_init(&m->point_of, ctx->mem);
    cim__names_init(&m->sets, ctx->mem);
    cim__names_init(&m->ways, ctx->mem);
    cim__names_init(&m->bases, ctx->mem);
    cim__gbuild_init(&m->geom, ctx->mem);
}

static void maker_end(cim__net_maker *m)
{
    for (size_t i = 0; maker_bufs(m, i); i++) cim__buf_free(maker_bufs(m, i));
    cim__map_free(&m->junction_of);
    cim__map_free(&m->edge_of);
    cim__map_free(&m->point_of);
    cim__names_free(&m->sets);
    cim__names_free(&m->ways);
    cim__names_free(&m->bases);
    cim__gbuild_free(&m->geom);
}

/* ---- arrays ---- */

/* The bytes of a buffer as an array of the net; never NULL but when out of memory. */
static void *taken(cim__buf *buf)
{
    if (buf->failed) return NULL;
    void *data = buf->data ? cim__realloc_n(buf->mem, buf->data, buf->size ? buf->size : 1, 1) : cim__zalloc(buf->mem, 8);
    if (data) buf->data = NULL, buf->size = buf->cap = 0;
    return data;
}

static bool take_all(cim_net *net, cim__net_maker *m)
{
    net->junction_x = taken(&m->jx);
    net->junction_y = taken(&m->jy);
    net->junction_set = taken(&m->jset);
    net->edge_object = taken(&m->object);
    net->edge_from = taken(&m->from);
    net->edge_to = taken(&m->to);
    net->first_vertex = taken(&m->first_vertex);
    net->edge_set = taken(&m->set);
    net->edge_name = taken(&m->name);
    net->edge_way = taken(&m->way);
    net->edge_length_m = taken(&m->length);
    net->xy = taken(&m->xy);
    return net->junction_x && net->junction_y && net->junction_set && net->edge_object && net->edge_from && net->edge_to && net->first_vertex &&
           net->edge_set && net->edge_name &&
           net->edge_way && net->edge_length_m && net->xy;
}

static cim_status make_out(cim_ctx *ctx, cim_net *net)
{
    net->first_out = cim__zalloc_n(net->mem, (size_t)net->junction_count + 2, sizeof *net->first_out);
    net->out_link = cim__alloc_n(net->mem, 2 * (size_t)net->edge_count + 1, sizeof *net->out_link);
    if (!net->first_out || !net->out_link) return cim__nomem(ctx);
    for (uint32_t l = 0; l < 2 * net->edge_count; l++) net->first_out[cim__link_tail(net, l) + 2]++;
    for (uint32_t j = 2; j <= net->junction_count + 1; j++) net->first_out[j] += net->first_out[j - 1];
    for (uint32_t l = 0; l < 2 * net->edge_count; l++) net->out_link[net->first_out[cim__link_tail(net, l) + 1]++] = l;
    return CIM_OK;
}

/* Direction of the first piece that has a length, from one vertex of an edge on. */
static float heading_at(const double *xy, uint32_t count, bool from_end)
{
    for (uint32_t i = 0; i + 1 < count; i++) {
        const double *a = from_end ? xy + 2 * (size_t)(count - 2 - i) : xy + 2 * (size_t)i, *b = a + 2;
        if (a[0] != b[0] || a[1] != b[1]) return (float)atan2(b[1] - a[1], b[0] - a[0]);
    }
    return 0.0f;
}

static float turned_round(float heading) { return heading > 0.0f ? heading - (float)M_PI : heading + (float)M_PI; }

static cim_status make_links(cim_ctx *ctx, cim_net *net, uint32_t way_count)
{
    net->way_count = way_count;
    net->heading = cim__alloc_n(net->mem, 4 * (size_t)net->edge_count + 1, sizeof *net->heading);
    net->way_length_m = cim__zalloc_n(net->mem, (size_t)way_count + 1, sizeof *net->way_length_m);
    net->vertex_edge = cim__alloc_n(net->mem, (size_t)net->vertex_count + 1, sizeof *net->vertex_edge);
    if (!net->heading || !net->way_length_m || !net->vertex_edge) return cim__nomem(ctx);
    for (uint32_t e = 0; e < net->edge_count; e++) {
        uint32_t first = net->first_vertex[e], count = net->first_vertex[e + 1] - first;
        float start = heading_at(net->xy + 2 * (size_t)first, count, false), end = heading_at(net->xy + 2 * (size_t)first, count, true);
        float *h = net->heading + 4 * (size_t)e;
        h[0] = start;
        h[1] = end;
        h[2] = turned_round(end);
        h[3] = turned_round(start);
        net->way_length_m[net->edge_way[e]] += net->edge_length_m[e];
        for (uint32_t v = 0; v < count; v++) net->vertex_edge[first + v] = e;
    }
    return CIM_OK;
}

/* Boxes of the straight pieces; a piece is named by its first vertex. */
static cim_status make_index(cim_ctx *ctx, cim_net *net)
{
    cim_index_options options = CIM_INDEX_OPTIONS_INIT;
    cim_box *boxes = cim__alloc_n(ctx->mem, (size_t)net->vertex_count + 1, sizeof *boxes);
    uint32_t *ids = cim__alloc_n(ctx->mem, (size_t)net->vertex_count + 1, sizeof *ids), count = 0;
    for (uint32_t v = 0; boxes && ids && v + 1 < net->vertex_count; v++) {
        const double *a = net->xy + 2 * (size_t)v, *b = a + 2;
        if (net->vertex_edge[v] != net->vertex_edge[v + 1]) continue;
        boxes[count] = (cim_box){ fmin(a[0], b[0]), fmin(a[1], b[1]), fmax(a[0], b[0]), fmax(a[1], b[1]) };
        ids[count++] = v;
    }
    options.ids = ids;
    options.order = CIM_INDEX_HILBERT;
    cim_status st = boxes && ids ? cim_index_build(ctx, boxes, count, &options, &net->index) : cim__nomem(ctx);
    cim__free(ctx->mem, boxes);
    cim__free(ctx->mem, ids);
    return st;
}

/* ---- all of it ---- */

static cim_status build_with(cim_ctx *ctx, cim__net_maker *m, cim__buf *words)
{
    cim_net *net = m->net;
    CIM__TRY(cim__net_read(ctx, m));
    if (!take_all(net, m)) return cim__nomem(ctx);
    CIM__TRY(make_out(ctx, net));
    CIM__TRY(make_links(ctx, net, (uint32_t)m->ways.count));
    CIM__TRY(make_index(ctx, net));
    CIM__TRY(cim__net_read_turns(ctx, m, words));
    return cim__net_expand(ctx, net, words);
}

cim_status cim__net_new(cim_ctx *ctx, const cim_net_options *options, cim_net **net_out)
{
    cim_net_options opts = CIM_NET_OPTIONS_INIT;
    CIM__TRY(cim__opts(ctx, &opts, sizeof opts, options, "net options"));
    if (opts.turns > CIM_NET_TURNS_FULL) return cim__fail(ctx, CIM_EARG, "turns %u", opts.turns);
    cim_net *net = cim__zalloc(ctx->mem, sizeof *net);
    if (!net) return cim__nomem(ctx);
    net->mem = cim__mem_ref(ctx->mem);
    atomic_init(&net->refs, 1);
    net->turns = opts.turns;
    cim__names_init(&net->texts, net->mem);
    net->set_first = net->tags = net->rules = net->bans = cim__buf_on(net->mem);
    *net_out = net;
    return CIM_OK;
}

cim_status cim_net_build(cim_ctx *ctx, cim_city *city, const cim_net_options *options, cim_net **net_out)
{
    cim__net_maker m;
    cim_net *net = NULL;
    cim__enter(ctx);
    if (!city) return cim__fail(ctx, CIM_EARG, "no city");
    CIM__TRY(cim__net_new(ctx, options, &net));
    cim__buf words = cim__buf_on(ctx->mem);
    maker_begin(ctx, &m, net, city);
    cim_status st = build_with(ctx, &m, &words);
    maker_end(&m);
    cim__buf_free(&words);
    if (st < 0) cim_net_free(net);
    else *net_out = net;
    return st < 0 ? st : CIM_OK;
}

/* ---- looking at it ---- */

cim_status cim_net_get(cim_ctx *ctx, const cim_net *net, cim_net_view *view_out)
{
    cim__enter(ctx);
    cim_net_view v = { .struct_size = sizeof v, .junction_count = net->junction_count, .edge_count = net->edge_count, .vertex_count = net->vertex_count,
                       .state_count = net->state_count, .arc_count = net->arc_count, .rule_count = (uint32_t)CIM__COUNT(&net->rules, cim__net_rule),
                       .unlocated_count = net->unlocated, .area_count = net->area_count, .junction_x = net->junction_x, .junction_y = net->junction_y,
                       .edge_object = net->edge_object, .edge_from = net->edge_from, .edge_to = net->edge_to, .edge_name = net->edge_name,
                       .first_vertex = net->first_vertex, .edge_length_m = net->edge_length_m, .xy = net->xy, .state_junction = net->state_junction,
                       .state_link = net->state_link, .arc_link = net->arc_link };
    return cim__view_copy(ctx, view_out, &v, sizeof v);
}

cim_route_graph cim_net_graph(const cim_net *net)
{
    cim_route_graph g = CIM_ROUTE_GRAPH_INIT;
    g.node_count = net->state_count;
    g.arc_count = net->arc_count;
    g.tail = net->arc_tail;
    g.head = net->arc_head;
    g.x = net->state_x;
    g.y = net->state_y;
    return g;
}

const char *cim_net_text(const cim_net *net, uint32_t text) { return text < net->texts.count ? net->texts.texts[text].ptr : ""; }

uint32_t cim_net_find(const cim_net *net, uint32_t object)
{
    uint32_t lo = 0, hi = net->edge_count; /* rows come in the order of their numbers */
    while (lo < hi) {
        uint32_t mid = lo + (hi - lo) / 2;
        if (net->edge_object[mid] < object) lo = mid + 1;
        else hi = mid;
    }
    return lo < net->edge_count && net->edge_object[lo] == object ? lo : CIM_NONE;
}
