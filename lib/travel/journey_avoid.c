/* journey_avoid.c - weights in which some edges are closed or dearer. */
#include "route/route.h"
#include "travel/journey.h"
#include "travel/times.h"

#include <stdio.h>

static const uint32_t NO_WAY = CIM_ROUTE_UNREACHABLE_MS;
static const char *const class_names[] = { "tolls", "ferries", "motorways", "tunnels" };
enum { CLASSES = sizeof class_names / sizeof *class_names };

/* ---- kinds of streets ---- */

cim__tags cim__tags_of(const cim_net *net)
{
    const char *const keys[] = { "highway", "route", "junction", "toll", "tunnel", "crossing" };
    uint32_t ids[6];
    for (size_t i = 0; i < 6; i++) ids[i] = cim__names_find(&net->texts, cim__str_of(keys[i]));
    return (cim__tags){ net, ids[0], ids[1], ids[2], ids[3], ids[4], ids[5] };
}

bool cim__is_ferry(const cim__tags *t, uint32_t set) { return !cim__tag_of(t, set, t->highway).len && cim__str_is(cim__tag_of(t, set, t->route), "ferry"); }

bool cim__is_roundabout(const cim__tags *t, uint32_t set)
{
    cim__str junction = cim__tag_of(t, set, t->junction);
    return cim__str_is(junction, "roundabout") || cim__str_is(junction, "circular");
}

static bool says_yes(cim__str value) { return value.len && !cim__str_is(value, "no"); }

static uint32_t classes_of(const cim__tags *t, uint32_t set)
{
    cim__str highway = cim__tag_of(t, set, t->highway);
    uint32_t classes = says_yes(cim__tag_of(t, set, t->toll)) ? CIM_JOURNEY_TOLLS : 0;
    if (cim__is_ferry(t, set)) classes |= CIM_JOURNEY_FERRIES;
    if (cim__str_is(highway, "motorway") || cim__str_is(highway, "motorway_link")) classes |= CIM_JOURNEY_MOTORWAYS;
    if (says_yes(cim__tag_of(t, set, t->tunnel))) classes |= CIM_JOURNEY_TUNNELS;
    return classes;
}

static cim_status find_classes(cim_ctx *ctx, const cim_net *net, const cim_journey_avoid *avoid, uint32_t *by_edge)
{
    cim__tags tags = cim__tags_of(net);
    uint32_t *of_set = cim__alloc_n(ctx->mem, (size_t)net->set_count + 1, sizeof *of_set);
    if (!of_set) return cim__nomem(ctx);
    for (uint32_t s = 0; s < net->set_count; s++) of_set[s] = classes_of(&tags, s) & avoid->classes;
    for (uint32_t e = 0; e < net->edge_count; e++) {
        uint32_t classes = of_set[net->edge_set[e]];
        if (classes && !by_edge[e]) by_edge[e] = 1 + (uint32_t)(avoid->area_count + avoid->object_count) + (uint32_t)__builtin_ctz(classes);
    }
    cim__free(ctx->mem, of_set);
    return CIM_OK;
}

/* ---- areas ---- */

static cim_status mark_area(cim_ctx *ctx, const cim_net *net, const cim_shapes *shapes, uint32_t area, cim__buf *ids, uint32_t *by_edge)
{
    cim_probe probe = cim_probe_shape(shapes, area);
    size_t count;
    CIM__TRY(cim_index_query(ctx, net->index, &probe, NULL, 0, &count));
    ids->size = 0;
    if (!cim__buf_reserve(ids, count * sizeof(uint32_t) + 1)) return cim__nomem(ctx);
    uint32_t *pieces = (uint32_t *)(void *)ids->data;
    CIM__TRY(cim_index_query(ctx, net->index, &probe, pieces, count, &count));
    for (size_t i = 0; i < count; i++) {
        uint32_t e = net->vertex_edge[pieces[i]];
        const double *a = net->xy + 2 * (size_t)pieces[i];
        if (!by_edge[e] && cim_shapes_meets_segment(shapes, area, a[0], a[1], a[2], a[3])) by_edge[e] = 1 + area;
    }
    return CIM_OK;
}

static cim_status find_areas(cim_ctx *ctx, const cim_net *net, const cim_journey_avoid *avoid, uint32_t *by_edge)
{
    cim_shapes *shapes = NULL;
    cim_box box;
    cim__buf ids = cim__buf_on(ctx->mem);
    cim_status st = cim_shapes_build(ctx, avoid->areas, avoid->area_count, &shapes);
    for (uint32_t i = 0; st >= 0 && net->edge_count && i < avoid->area_count; i++)
        if (cim_shapes_box(shapes, i, &box)) st = mark_area(ctx, net, shapes, i, &ids, by_edge);
    cim__buf_free(&ids);
    cim_shapes_free(shapes);
    return st;
}

/* ---- all of it ---- */

cim_status cim__avoid_options(cim_ctx *ctx, const cim_journey_avoid *avoid, cim_journey_avoid *o)
{
    *o = (cim_journey_avoid)CIM_JOURNEY_AVOID_INIT;
    CIM__TRY(cim__opts(ctx, o, sizeof *o, avoid, "what to avoid"));
    if (o->factor != 0.0 && !(o->factor >= 1.0 && o->factor <= 1000.0)) return cim__fail(ctx, CIM_EARG, "a factor that is neither 0 nor from 1 to 1000");
    if (o->classes >> CLASSES) return cim__fail(ctx, CIM_EARG, "unknown classes of streets");
    if ((o->area_count && !o->areas) || (o->object_count && !o->objects)) return cim__fail(ctx, CIM_EARG, "areas or objects are missing");
    if (o->area_count >= 1u << 30 || o->object_count >= 1u << 30) return cim__fail(ctx, CIM_EARG, "too many areas or objects");
    for (size_t i = 0; i < o->area_count; i++)
        if (o->areas[i].type != CIM_GEOM_POLYGON && o->areas[i].type != CIM_GEOM_MULTIPOLYGON) return cim__fail(ctx, CIM_EARG, "area %zu is no polygon", i + 1);
    return CIM_OK;
}

cim_status cim__avoid_find(cim_ctx *ctx, const cim_net_costs *costs, const cim_journey_avoid *avoid, uint32_t *by_edge)
{
    const cim_net *net = costs->net;
    if (avoid->area_count) CIM__TRY(find_areas(ctx, net, avoid, by_edge));
    for (uint32_t i = 0; i < avoid->object_count; i++) {
        uint32_t e = cim_net_find(net, avoid->objects[i]);
        if (e == CIM_NONE) return cim__fail(ctx, CIM_ENOTFOUND, "object %u, which is to be avoided, is no street", avoid->objects[i]);
        if (!by_edge[e]) by_edge[e] = 1 + (uint32_t)avoid->area_count + i;
    }
    return avoid->classes ? find_classes(ctx, net, avoid, by_edge) : CIM_OK;
}

static uint32_t dearer(uint32_t weight, uint32_t link_ms, double factor)
{
    double more = weight + (factor - 1.0) * link_ms + 0.5;
    return weight >= NO_WAY || more >= NO_WAY ? NO_WAY : (uint32_t)more;
}

void cim__avoid_apply(const cim_net_costs *costs, const cim_journey_avoid *avoid, const uint32_t *by_edge, uint32_t *weights)
{
    const cim_net *net = costs->net;
    for (uint32_t l = 0; l < 2 * net->edge_count; l++) {
        if (!by_edge[l >> 1]) continue;
        for (uint32_t i = net->first_of_link[l]; i < net->first_of_link[l + 1]; i++) {
            uint32_t *w = &weights[net->arc_of_link[i]];
            *w = avoid->factor > 0.0 && costs->link_ms[l] < NO_WAY ? dearer(*w, costs->link_ms[l], avoid->factor) : NO_WAY;
        }
    }
}

void cim__avoid_name(const cim_journey_avoid *avoid, uint32_t which, char text[40])
{
    if (which < avoid->area_count) snprintf(text, 40, "area %u", which + 1);
    else if (which - avoid->area_count < avoid->object_count) snprintf(text, 40, "object %u", avoid->objects[which - avoid->area_count]);
    else snprintf(text, 40, "%s", class_names[which - avoid->area_count - avoid->object_count]);
}

cim_status cim_journey_weights(cim_ctx *ctx, const cim_net_costs *costs, const cim_route_metric *metric, const cim_journey_avoid *avoid, uint32_t *weights_out,
                               size_t *edge_count_out)
{
    cim_journey_avoid opts;
    size_t count = 0;
    cim__enter(ctx);
    if (!costs || !avoid) return cim__fail(ctx, CIM_EARG, "no costs, or nothing to avoid");
    CIM__TRY(cim__net_metric_fits(ctx, costs, metric));
    CIM__TRY(cim__avoid_options(ctx, avoid, &opts));
    const cim_net *net = costs->net;
    uint32_t *by_edge = cim__zalloc_n(ctx->mem, (size_t)net->edge_count + 1, sizeof *by_edge);
    if (!by_edge) return cim__nomem(ctx);
    cim_status st = cim__avoid_find(ctx, costs, &opts, by_edge);
    if (st >= 0) {
        if (net->arc_count) memcpy(weights_out, cim__net_weights(costs, metric), net->arc_count * sizeof *weights_out);
        cim__avoid_apply(costs, &opts, by_edge, weights_out);
        for (uint32_t e = 0; e < net->edge_count; e++) count += by_edge[e] > 0;
        if (edge_count_out) *edge_count_out = count;
    }
    cim__free(ctx->mem, by_edge);
    return st;
}

cim_status cim__avoid_metric(cim_ctx *ctx, const cim_net_costs *costs, const cim_route_metric *metric, const uint32_t *weights, cim_route_metric **metric_out)
{
    const uint32_t *before = cim_route_metric_weights(metric);
    uint32_t n = costs->net->arc_count, count = 0;
    uint32_t *arcs = cim__alloc_n(ctx->mem, 2 * (size_t)n + 1, sizeof *arcs);
    if (!arcs) return cim__nomem(ctx);
    uint32_t *changed = arcs + n;
    for (uint32_t a = 0; a < n; a++) {
        if (weights[a] == before[a]) continue;
        arcs[count] = a;
        changed[count++] = weights[a];
    }
    cim_status st = cim_route_metric_update(ctx, metric, arcs, changed, count, NULL, metric_out);
    cim__free(ctx->mem, arcs);
    return st;
}

cim_status cim_journey_metric(cim_ctx *ctx, const cim_net_costs *costs, const cim_route_metric *metric, const cim_journey_avoid *avoid,
                              cim_route_metric **metric_out)
{
    cim__enter(ctx);
    if (!costs || !metric) return cim__fail(ctx, CIM_EARG, "no costs or no metric");
    uint32_t *weights = cim__alloc_n(ctx->mem, (size_t)costs->net->arc_count + 1, sizeof *weights);
    if (!weights) return cim__nomem(ctx);
    cim_status st = cim_journey_weights(ctx, costs, metric, avoid, weights, NULL);
    if (st >= 0) st = cim__avoid_metric(ctx, costs, metric, weights, metric_out);
    cim__free(ctx->mem, weights);
    return st;
}
