/* impact_json.c - what follows as JSON, and as features of GeoJSON. */
#include "impact.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const uint32_t NO_WAY = CIM_ROUTE_UNREACHABLE_MS;

static void print_seconds(const char *name, uint32_t ms)
{
    if (ms < NO_WAY) printf(",\"%s\":%.3f", name, ms / 1000.0);
    else printf(",\"%s\":null", name);
}

static const char *bool_name(bool value) { return value ? "true" : "false"; }

static void print_network(const impacting *m, uint32_t domain)
{
    printf(",\"network\":");
    cimtool_print_string(impact_network(m, domain));
}

static void print_site(uint32_t site)
{
    if (site) printf(",\"critical\":\"%s\"", utility_site_name(site));
    else printf(",\"critical\":null");
}

/* ---- networks ---- */

static int print_devices(impacting *m, const char *name, const uint32_t *devices, size_t count)
{
    int status = EXIT_DONE;
    printf(",\n\"%s\":[", name);
    for (size_t i = 0; i < count && status == EXIT_DONE; i++) {
        printf(i ? ",\n " : "\n ");
        status = utility_print_device(&m->u, devices[i]);
    }
    printf("]");
    return status;
}

static int print_elements(impacting *m, const char *name, const uint32_t *elements, size_t count)
{
    int status = EXIT_DONE;
    printf(",\n\"%s\":[", name);
    for (size_t i = 0; i < count && status == EXIT_DONE; i++) {
        printf(i ? ",\n " : "\n ");
        status = utility_print_element(&m->u, elements[i]);
    }
    printf("]");
    return status;
}

static int print_street(impacting *m, uint32_t edge)
{
    printf("{\"id\":");
    int status = travel_print_id(&m->travel, m->net.edge_object[edge]);
    printf(",\"name\":");
    cimtool_print_string(cim_net_text(m->travel.net, m->net.edge_name[edge]));
    printf(",\"length_m\":%.1f}", m->net.edge_length_m[edge]);
    return status;
}

static int print_work(impacting *m, size_t w)
{
    const cim_impact_site *s = &m->r.works[w];
    int status = EXIT_DONE;
    printf("%s\n {\"kind\":\"%s\",\"asked\":", w ? "," : "", m->named[w].fails ? "fail" : m->named[w].is_area ? "area" : "close");
    cimtool_print_string(m->named[w].text);
    if (isfinite(s->x)) printf(",\"x\":%.3f,\"y\":%.3f", s->x, s->y);
    printf(",\"streets\":[");
    for (uint32_t i = 0; i < s->street_count && status == EXIT_DONE; i++) {
        if (i) putchar(',');
        status = print_street(m, m->r.streets[s->first_street + i]);
    }
    printf("],\"hits\":[");
    for (uint32_t i = 0; i < s->hit_count && status == EXIT_DONE; i++) {
        if (i) putchar(',');
        status = utility_print_element(&m->u, m->r.hits[s->first_hit + i]);
    }
    printf("]}");
    return status;
}

static void print_networks(impacting *m)
{
    printf(",\n\"networks\":[");
    for (size_t i = 0; i < m->r.domain_count; i++) {
        const cim_impact_domain *d = &m->r.domains[i];
        printf("%s\n {\"network\":", i ? "," : "");
        cimtool_print_string(impact_network(m, d->domain));
        printf(",\"hits\":%u,\"shut\":%u,\"buildings\":%u,\"partly\":%u,\"customers\":%llu,\"people\":%llu,\"critical\":%u,\"hydrants\":%u,\"length_m\":%.1f,"
               "\"back_buildings\":%u,\"back_people\":%llu}",
               d->hit_count, d->shut_count, d->buildings, d->partly, (unsigned long long)d->customers, (unsigned long long)d->people, d->sites, d->hydrants,
               d->length_m, d->back, (unsigned long long)d->people_back);
    }
    printf("]");
}

static int print_losses(impacting *m)
{
    int status = EXIT_DONE;
    printf(",\n\"without\":[");
    for (size_t i = 0; i < m->r.loss_count && status == EXIT_DONE; i++) {
        const cim_impact_loss *l = &m->r.losses[i];
        printf("%s\n {", i ? "," : "");
        status = utility_print_label(&m->u, l->object);
        print_network(m, l->domain);
        print_site(l->site);
        printf(",\"customers\":%u,\"people\":%u,\"beds\":%u,\"in_works\":%s,\"guessed\":%s,\"back\":%s,\"partly\":%s}", l->customers, l->people, l->beds,
               bool_name(l->flags & CIM_IMPACT_IN_WORKS), bool_name(l->flags & CIM_IMPACT_GUESSED), bool_name(l->flags & CIM_IMPACT_BACK),
               bool_name(l->flags & CIM_IMPACT_PARTLY));
    }
    printf("]");
    return status;
}

static int print_failures(impacting *m)
{
    int status = EXIT_DONE;
    printf(",\n\"rounds\":%u,\"failures\":[", m->r.rounds);
    for (size_t i = 0; i < m->r.failure_count && status == EXIT_DONE; i++) {
        const cim_impact_failure *f = &m->r.failures[i];
        printf("%s\n {", i ? "," : "");
        status = utility_print_label(&m->u, f->object);
        print_network(m, f->domain);
        printf(",\"round\":%u,\"guessed\":%s,\"power_of\":{", f->round, bool_name(f->guessed));
        if (status == EXIT_DONE) status = utility_print_label(&m->u, f->by);
        printf("}}");
    }
    printf("]");
    return status;
}

static int print_tie(impacting *m, const cim_impact_tie *t)
{
    printf("{\"open\":");
    int status = utility_print_device(&m->u, t->device);
    print_network(m, t->domain);
    printf(",\"buildings\":%u,\"customers\":%llu,\"people\":%llu", t->buildings, (unsigned long long)t->customers, (unsigned long long)t->people);
    if (status == EXIT_DONE) status = print_devices(m, "first_shut", m->r.tie_shut + t->first_shut, t->shut_count);
    if (status == EXIT_DONE) status = print_elements(m, "way", m->r.steps + t->first_step, t->step_count);
    printf("}");
    return status;
}

static int print_ties(impacting *m)
{
    int status = EXIT_DONE;
    printf(",\n\"ties\":[");
    for (size_t i = 0; i < m->r.tie_count && status == EXIT_DONE; i++) {
        printf(i ? ",\n " : "\n ");
        status = print_tie(m, &m->r.ties[i]);
    }
    printf("]");
    return status;
}

static int print_hydrants(impacting *m)
{
    int status = EXIT_DONE;
    printf(",\n\"hydrants\":{\"dry\":[");
    for (size_t i = 0; i < m->r.hydrant_count && status == EXIT_DONE; i++) {
        printf(i ? "},{" : "{");
        status = utility_print_label(&m->u, m->r.hydrants[i].object);
    }
    printf("%s],\"with_water\":[", m->r.hydrant_count ? "}" : "");
    for (size_t i = 0; i < m->r.live_count && status == EXIT_DONE; i++) {
        const cim_impact_hydrant *h = &m->r.live[i];
        printf("%s\n {\"work\":%u,", i ? "," : "", h->work);
        status = utility_print_label(&m->u, h->object);
        printf(",\"distance_m\":%.1f,\"x\":%.3f,\"y\":%.3f}", h->distance_m, h->x, h->y);
    }
    printf("]}");
    return status;
}

/* ---- roads ---- */

static int print_unit(impacting *m, uint32_t unit)
{
    if (unit == CIM_NONE) return printf("null"), EXIT_DONE;
    putchar('{');
    int status = utility_print_label(&m->u, m->units[unit].object);
    printf(",\"x\":%.3f,\"y\":%.3f}", m->units[unit].place.x, m->units[unit].place.y);
    return status;
}

static int print_crews(impacting *m)
{
    int status = EXIT_DONE;
    printf(",\n\"crews\":[");
    for (size_t i = 0; i < m->r.crew_count && status == EXIT_DONE; i++) {
        printf("%s\n {\"work\":%u,\"unit\":", i ? "," : "", m->r.crews[i].work);
        status = print_unit(m, m->r.crews[i].unit);
        print_seconds("time_s", m->r.crews[i].time_ms);
        putchar('}');
    }
    printf("]");
    return status;
}

static int print_access(impacting *m)
{
    int status = EXIT_DONE;
    printf(",\n\"access\":[");
    for (size_t i = 0; i < m->r.access_count && status == EXIT_DONE; i++) {
        const cim_impact_access *a = &m->r.access[i];
        printf("%s\n {", i ? "," : "");
        status = utility_print_label(&m->u, m->places[a->place].object);
        print_site(m->places[a->place].site);
        print_seconds("before_s", a->before_ms);
        print_seconds("after_s", a->after_ms);
        printf(",\"cut_off\":%s,\"street_closed\":%s,\"before_from\":", bool_name(a->before_ms < NO_WAY && a->after_ms >= NO_WAY),
               bool_name(a->flags & CIM_IMPACT_STREET_CLOSED));
        if (status == EXIT_DONE) status = print_unit(m, a->before_unit);
        printf(",\"after_from\":");
        if (status == EXIT_DONE) status = print_unit(m, a->after_unit);
        putchar('}');
    }
    printf("]");
    return status;
}

static int print_detours(impacting *m)
{
    int status = EXIT_DONE;
    printf(",\n\"detours\":[");
    for (size_t i = 0; i < m->r.detour_count && status == EXIT_DONE; i++) {
        const cim_impact_detour *d = &m->r.detours[i];
        printf("%s\n {\"work\":%u,\"from\":[%.3f,%.3f],\"to\":[%.3f,%.3f]", i ? "," : "", d->work, m->net.junction_x[d->from], m->net.junction_y[d->from],
               m->net.junction_x[d->to], m->net.junction_y[d->to]);
        print_seconds("before_s", d->before_ms);
        printf(",\"before_m\":%.1f", d->before_m);
        print_seconds("after_s", d->after_ms);
        printf(",\"after_m\":%.1f,\"streets\":[", d->after_m);
        for (uint32_t k = 0; k < d->link_count && status == EXIT_DONE; k++) {
            if (k) putchar(',');
            status = print_street(m, m->r.links[d->first_link + k] >> 1);
        }
        printf("]}");
    }
    printf("]");
    return status;
}

static int print_front(impacting *m)
{
    int status = EXIT_DONE;
    printf(",\n\"closed_streets_only\":{\"people\":%llu,\"buildings\":[", (unsigned long long)m->r.front_people);
    for (size_t i = 0; i < m->r.front_count && status == EXIT_DONE; i++) {
        if (i) putchar(',');
        status = travel_print_id(&m->travel, m->r.front[i]);
    }
    printf("]}");
    return status;
}

static int print_roads(impacting *m)
{
    if (!m->roads) return printf(",\n\"roads\":null"), EXIT_DONE;
    printf(",\n\"roads\":{\"profile\":\"%s\"", travel_profile(&m->travel));
    travel_print_epoch(&m->travel);
    int status = print_crews(m);
    if (status == EXIT_DONE) status = print_access(m);
    if (status == EXIT_DONE) status = print_detours(m);
    if (status == EXIT_DONE) status = print_front(m);
    printf("}");
    return status;
}

int impact_print_json(impacting *m)
{
    int status = EXIT_DONE;
    printf("{\"schema\":\"cimtool/1\"");
    utility_print_epoch(&m->u);
    printf(",\n\"works\":[");
    for (size_t w = 0; w < m->r.work_count && status == EXIT_DONE; w++) status = print_work(m, w);
    printf("]");
    print_networks(m);
    if (status == EXIT_DONE) status = print_devices(m, "shut", m->r.shut, m->r.shut_count);
    if (status == EXIT_DONE) status = print_devices(m, "leave", m->r.leave, m->r.leave_count);
    if (status == EXIT_DONE) status = print_devices(m, "keep_shut", m->r.keep, m->r.keep_count);
    if (status == EXIT_DONE) status = print_devices(m, "stuck", m->r.stuck, m->r.stuck_count);
    if (status == EXIT_DONE) status = print_elements(m, "sources", m->r.sources, m->r.source_count);
    if (status == EXIT_DONE) status = print_elements(m, "cut_off", m->r.cut, m->r.cut_count);
    if (status == EXIT_DONE) status = print_elements(m, "lost", m->r.lost, m->r.lost_count);
    if (status == EXIT_DONE) status = print_losses(m);
    if (status == EXIT_DONE) status = print_failures(m);
    if (status == EXIT_DONE) status = print_ties(m);
    if (status == EXIT_DONE) status = print_hydrants(m);
    if (status == EXIT_DONE) status = print_roads(m);
    utility_print_note();
    printf("}\n");
    return status;
}

/* ---- GeoJSON ---- */

static int layer_street(impacting *m, utility_layer *l, uint32_t edge, const char *role)
{
    uint32_t first = m->net.first_vertex[edge], count = m->net.first_vertex[edge + 1] - first;
    return utility_layer_line(l, m->net.xy + 2 * (size_t)first, count, m->net.edge_object[edge], role, "");
}

static int layer_networks(impacting *m, utility_layer *l)
{
    const struct {
        const char *role;
        const uint32_t *at;
        size_t count;
        bool device;
    } lists[] = { { "works", m->r.hits, m->r.hit_count, false },      { "cut_off_main", m->r.cut, m->r.cut_count, false },
                  { "lost_main", m->r.lost, m->r.lost_count, false }, { "shut", m->r.shut, m->r.shut_count, true },
                  { "leave", m->r.leave, m->r.leave_count, true },    { "keep_shut", m->r.keep, m->r.keep_count, true },
                  { "stuck", m->r.stuck, m->r.stuck_count, true } };
    int status = EXIT_DONE;
    for (size_t k = 0; k < sizeof lists / sizeof *lists; k++)
        for (size_t i = 0; i < lists[k].count && status == EXIT_DONE; i++) {
            char text[80];
            uint32_t d = lists[k].at[i], domain = lists[k].device ? m->u.view.edge_domain[m->u.view.device_edge[d]] : utility_domain(&m->u, d);
            snprintf(text, sizeof text, ",\"domain\":%u", domain);
            if (!lists[k].device && d < m->u.view.node_count && m->u.view.node_object[d] == CIM_NONE) continue; /* a joint */
            status = lists[k].device ? utility_layer_device(l, d, lists[k].role, text) : utility_layer_element(l, d, lists[k].role, text);
        }
    for (size_t i = 0; i < m->r.tie_count && status == EXIT_DONE; i++) status = utility_layer_device(l, m->r.ties[i].device, "turn_on", "");
    return status;
}

static int layer_people(impacting *m, utility_layer *l)
{
    int status = EXIT_DONE;
    for (size_t i = 0; i < m->r.loss_count && status == EXIT_DONE; i++) {
        const cim_impact_loss *s = &m->r.losses[i];
        char text[160];
        if (s->flags & CIM_IMPACT_PARTLY) continue;
        snprintf(text, sizeof text, ",\"domain\":%u,\"customers\":%u,\"people\":%u,\"back\":%s", s->domain, s->customers, s->people, bool_name(s->flags & CIM_IMPACT_BACK));
        status = utility_layer_object(l, s->object, s->site ? "critical_site" : "lost_building", text);
    }
    for (size_t i = 0; i < m->r.hydrant_count && status == EXIT_DONE; i++) {
        const double xy[2] = { m->r.hydrants[i].x, m->r.hydrants[i].y };
        if (isfinite(xy[0])) status = utility_layer_point(l, xy, m->r.hydrants[i].object, "dry_hydrant", "");
    }
    for (size_t i = 0; i < m->r.live_count && status == EXIT_DONE; i++) {
        const double xy[2] = { m->r.live[i].x, m->r.live[i].y };
        char text[64];
        snprintf(text, sizeof text, ",\"distance_m\":%.1f", m->r.live[i].distance_m);
        status = utility_layer_point(l, xy, m->r.live[i].object, "live_hydrant", text);
    }
    return status;
}

/* The way of the first crew of each of the works, as long as no other works are in its way. */
static int layer_crew(impacting *m, utility_layer *l, const cim_impact_crew *c)
{
    const cim_impact_site *s = &m->r.works[c->work];
    cim_net_place place;
    size_t count = 0;
    cim_net_route *route = NULL;
    cim_net_route_view view = { .struct_size = sizeof view };
    cim_ctx *ctx = m->travel.tool->ctx;
    int status = EXIT_DONE;
    cim_status st = cim_net_snap(ctx, m->travel.costs, s->x, s->y, NULL, 1, &place, &count);
    if (st >= 0 && count) st = cim_net_route_find(ctx, m->travel.costs, &m->units[c->unit].place, &place, m->travel.metric, m->travel.query, &route);
    if (st == CIM_ENOTFOUND) return EXIT_DONE;
    if (st >= 0 && route) st = cim_net_route_get(ctx, route, &view);
    if (st < 0) status = cimtool_fail(m->travel.tool, st);
    else if (route && view.time_ms == c->time_ms && view.vertex_count > 1) {
        char text[64];
        snprintf(text, sizeof text, ",\"time_s\":%.3f", c->time_ms / 1000.0);
        status = utility_layer_line(l, view.xy, view.vertex_count, m->units[c->unit].object, "crew_route", text);
    }
    cim_net_route_free(route);
    return status;
}

static int layer_roads(impacting *m, utility_layer *l)
{
    int status = EXIT_DONE;
    for (size_t i = 0; i < m->r.street_count && status == EXIT_DONE; i++) status = layer_street(m, l, m->r.streets[i], "closed_street");
    for (size_t i = 0; i < m->r.detour_count && status == EXIT_DONE; i++) {
        double *xy = NULL;
        size_t count = 0;
        char text[64];
        status = impact_detour_line(m, &m->r.detours[i], &xy, &count);
        snprintf(text, sizeof text, ",\"after_m\":%.1f", m->r.detours[i].after_m);
        if (status == EXIT_DONE && count > 1) status = utility_layer_line(l, xy, count, CIM_NONE, "detour", text);
        free(xy);
    }
    for (size_t i = 0; i < m->r.crew_count && status == EXIT_DONE; i++)
        if (!i || m->r.crews[i].work != m->r.crews[i - 1].work) status = layer_crew(m, l, &m->r.crews[i]);
    for (size_t i = 0; i < m->r.access_count && status == EXIT_DONE; i++) {
        const cim_impact_access *a = &m->r.access[i];
        if (a->before_ms < NO_WAY && a->after_ms >= NO_WAY) status = utility_layer_object(l, m->places[a->place].object, "cut_off_site", "");
    }
    return status;
}

int impact_write_layer(impacting *m, const char *path)
{
    utility_layer layer = { 0 };
    int status = utility_layer_open(&m->u, path, &layer);
    if (status != EXIT_DONE) return status;
    status = layer_networks(m, &layer);
    if (status == EXIT_DONE) status = layer_people(m, &layer);
    if (status == EXIT_DONE) status = layer_roads(m, &layer);
    return utility_layer_close(&layer, status);
}
