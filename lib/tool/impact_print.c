/* impact_print.c - the table of cimtool impact: what is urgent first, one screen. */
#include "impact.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const uint32_t NO_WAY = CIM_ROUTE_UNREACHABLE_MS;

static int print_label(impacting *m, uint32_t object)
{
    char *text = NULL;
    int status = impact_label(m, object, &text);
    if (status == EXIT_DONE) cimtool_print_safe(text);
    free(text);
    return status;
}

static void print_more(size_t count, size_t shown)
{
    if (count > shown) printf(", and %zu more", count - shown);
}

static size_t at_most(const impacting *m, size_t count) { return count < (size_t)m->top ? count : (size_t)m->top; }

/* ---- the works ---- */

static void print_streets(const impacting *m, const cim_impact_site *s)
{
    double length = 0.0;
    uint32_t first = CIM_NONE, others = 0;
    for (uint32_t i = 0; i < s->street_count; i++) {
        uint32_t edge = m->r.streets[s->first_street + i], name = m->net.edge_name[edge];
        length += m->net.edge_length_m[edge];
        if (first == CIM_NONE) first = name;
        else if (name != first && name != CIM_NONE) others++;
    }
    if (!s->street_count) return;
    printf(", closes %.0f m", length);
    if (first != CIM_NONE) printf(" of ");
    cimtool_print_safe(cim_net_text(m->travel.net, first));
    if (others) printf(" and others");
}

static void print_hits(impacting *m, const cim_impact_site *s)
{
    bool first = true;
    for (uint32_t d = 0; d < m->u.view.domain_count; d++) {
        size_t lines = 0, nodes = 0;
        for (uint32_t i = 0; i < s->hit_count; i++) {
            uint32_t x = m->r.hits[s->first_hit + i];
            if (utility_domain(&m->u, x) != d) continue;
            if (x < m->u.view.node_count) nodes++;
            else lines++;
        }
        if (!lines && !nodes) continue;
        printf("%s%s: ", first ? "; hits " : ", ", impact_network(m, d));
        if (lines) printf("%zu %s", lines, lines == 1 ? "line" : "lines");
        if (nodes) printf("%s%zu %s", lines ? " " : "", nodes, nodes == 1 ? "node" : "nodes");
        first = false;
    }
}

static void print_works(impacting *m)
{
    for (size_t w = 0; w < m->r.work_count; w++) {
        const cim_impact_site *s = &m->r.works[w];
        printf("%s ", m->named[w].fails ? "FAILS" : m->named[w].is_area ? "AREA " : "CLOSED");
        cimtool_print_safe(m->named[w].text);
        print_streets(m, s);
        print_hits(m, s);
        putchar('\n');
    }
}

/* ---- critical sites ---- */

/* Hospitals before care homes before schools; of one kind those with most people. */
static int by_urgency(const void *a, const void *b)
{
    const cim_impact_loss *x = *(const cim_impact_loss *const *)a, *y = *(const cim_impact_loss *const *)b;
    if (x->site != y->site) return x->site < y->site ? -1 : 1;
    if (x->people != y->people) return x->people > y->people ? -1 : 1;
    if (x->object != y->object) return x->object < y->object ? -1 : 1;
    return x->domain < y->domain ? -1 : x->domain > y->domain;
}

/* Rows of one object: "no water, power". */
static int print_site(impacting *m, const cim_impact_loss *const *rows, size_t count)
{
    char what[80] = "no ";
    bool back = true, guessed = false;
    for (size_t i = 0; i < count; i++) {
        size_t n = strlen(what);
        snprintf(what + n, sizeof what - n, "%s%s", i ? ", " : "", impact_network(m, rows[i]->domain));
        back = back && rows[i]->flags & CIM_IMPACT_BACK;
        guessed = guessed || rows[i]->flags & CIM_IMPACT_GUESSED;
    }
    printf("  %-11s ", what);
    int status = print_label(m, rows[0]->object);
    printf(" (%s", utility_site_name(rows[0]->site));
    if (rows[0]->people) printf(", %u people", rows[0]->people);
    if (rows[0]->beds) printf(", %u beds", rows[0]->beds);
    printf(")%s%s\n", back ? ", back when turned on as below" : "", guessed ? ", by the nearest line" : "");
    return status;
}

static int print_sites(impacting *m, bool *any)
{
    size_t count = 0, shown = 0, left = 0;
    const cim_impact_loss **rows = malloc((m->r.loss_count + 1) * sizeof *rows);
    int status = rows ? EXIT_DONE : cimtool_fail(m->travel.tool, CIM_ENOMEM);
    for (size_t i = 0; rows && i < m->r.loss_count; i++)
        if (m->r.losses[i].site && !(m->r.losses[i].flags & CIM_IMPACT_PARTLY)) rows[count++] = &m->r.losses[i];
    if (count) qsort(rows, count, sizeof *rows, by_urgency);
    for (size_t i = 0, next; i < count && status == EXIT_DONE; i = next) {
        for (next = i + 1; next < count && rows[next]->object == rows[i]->object;) next++;
        if (shown++ < (size_t)m->top) status = print_site(m, rows + i, next - i);
        else left++;
    }
    if (left) printf("  and %zu more without supply\n", left);
    *any = count > 0;
    free(rows);
    return status;
}

static int print_unit(impacting *m, uint32_t unit)
{
    if (unit == CIM_NONE) return EXIT_DONE;
    if (m->units[unit].object != CIM_NONE) return print_label(m, m->units[unit].object);
    printf("%.0f,%.0f", m->units[unit].place.x, m->units[unit].place.y);
    return EXIT_DONE;
}

static bool is_slower(const cim_impact_access *a) { return a->before_ms < NO_WAY && a->after_ms < NO_WAY && a->after_ms >= a->before_ms + 30000; }

/* Cut off first, then those that take much longer. */
static int print_access(impacting *m, bool *any)
{
    int status = EXIT_DONE;
    size_t shown = 0, slower = 0;
    for (size_t i = 0; i < m->r.access_count && status == EXIT_DONE; i++) {
        const cim_impact_access *a = &m->r.access[i];
        if (a->before_ms >= NO_WAY || a->after_ms < NO_WAY) continue;
        printf("  CUT OFF     ");
        status = print_label(m, m->places[a->place].object);
        printf(" (%s): no ambulance gets there%s, ", utility_site_name(m->places[a->place].site), a->flags & CIM_IMPACT_STREET_CLOSED ? ", its street is closed" : "");
        travel_print_duration(a->before_ms, 0);
        printf(" before\n");
        shown++;
    }
    for (size_t i = 0; i < m->r.access_count && status == EXIT_DONE; i++) {
        const cim_impact_access *a = &m->r.access[i];
        if (!is_slower(a) || ++slower > (size_t)m->top) continue;
        printf("  slower      ");
        status = print_label(m, m->places[a->place].object);
        printf(" (%s): ambulance in ", utility_site_name(m->places[a->place].site));
        travel_print_duration(a->after_ms, 0);
        printf(", was ");
        travel_print_duration(a->before_ms, 0);
        putchar('\n');
    }
    if (slower > (size_t)m->top) printf("  and %zu more slower by half a minute or more\n", slower - (size_t)m->top);
    *any = shown || slower;
    return status;
}

static int print_critical(impacting *m)
{
    bool sites = false, access = false;
    printf("CRITICAL SITES\n");
    int status = print_sites(m, &sites);
    if (status == EXIT_DONE) status = print_access(m, &access);
    if (!sites && !access) printf("  none without supply%s\n", m->r.access_count ? ", none cut off or much slower to reach" : "");
    return status;
}

/* ---- networks ---- */

static bool is_lost(const cim_impact_domain *d) { return d->buildings || d->partly || d->hydrants || d->length_m > 0.5; }

static void print_networks(const impacting *m)
{
    bool any = false;
    for (size_t i = 0; i < m->r.domain_count; i++) {
        const cim_impact_domain *d = &m->r.domains[i];
        if (!is_lost(d)) continue;
        if (!any) printf("WITHOUT       buildings  customers  people  critical  hydrants  main km    back by turning on\n");
        any = true;
        printf("  %-12.12s%9u%11llu%8llu%10u%10u%9.2f", impact_network(m, d->domain), d->buildings, (unsigned long long)d->customers, (unsigned long long)d->people,
               d->sites, d->hydrants, d->length_m / 1000.0);
        if (d->back) printf("    %u buildings, %llu people", d->back, (unsigned long long)d->people_back);
        putchar('\n');
    }
}

static int print_failures(impacting *m)
{
    int status = EXIT_DONE;
    for (size_t i = 0; i < at_most(m, m->r.failure_count) && status == EXIT_DONE; i++) {
        const cim_impact_failure *f = &m->r.failures[i];
        printf("%s", i ? "              " : "ALSO FAILS    ");
        status = print_label(m, f->object);
        printf(" (%s): no power", impact_network(m, f->domain));
        if (status == EXIT_DONE && f->by != f->object) {
            printf(f->guessed ? " beside it, at " : " at ");
            status = print_label(m, f->by);
        }
        printf("%s\n", f->round > 1 ? ", for what failed before it" : "");
    }
    if (m->r.failure_count > at_most(m, m->r.failure_count)) printf("              and %zu more\n", m->r.failure_count - at_most(m, m->r.failure_count));
    return status;
}

/* ---- what to do ---- */

static int print_device(impacting *m, uint32_t device)
{
    double xy[2];
    char *street = NULL;
    uint32_t on = m->u.view.edge_object[m->u.view.device_edge[device]], object = m->u.view.device_object[device];
    int status = print_label(m, object);
    printf(" (%s", impact_network(m, m->u.view.edge_domain[m->u.view.device_edge[device]]));
    if (status == EXIT_DONE && on != CIM_NONE && on != object) {
        printf(", on ");
        status = print_label(m, on);
    }
    printf(")");
    if (status == EXIT_DONE && utility_device_place(&m->u, device, xy)) {
        status = utility_street(&m->u, xy, &street);
        if (street && *street) printf(" ");
        cimtool_print_safe(street ? street : "");
        printf("  %.0f,%.0f", xy[0], xy[1]);
    }
    free(street);
    return status;
}

static int print_devices(impacting *m, const char *title, const uint32_t *devices, size_t count)
{
    int status = EXIT_DONE;
    for (size_t i = 0; i < at_most(m, count) && status == EXIT_DONE; i++) {
        printf("%-14s", i ? "" : title);
        status = print_device(m, devices[i]);
        putchar('\n');
    }
    if (count > at_most(m, count)) printf("              and %zu more\n", count - at_most(m, count));
    return status;
}

static int print_short(impacting *m, const char *title, const uint32_t *devices, size_t count)
{
    int status = EXIT_DONE;
    if (!count) return EXIT_DONE;
    printf("%-14s", title);
    for (size_t i = 0; i < at_most(m, count) && status == EXIT_DONE; i++) {
        if (i) printf(", ");
        status = print_label(m, m->u.view.device_object[devices[i]]);
    }
    print_more(count, at_most(m, count));
    putchar('\n');
    return status;
}

static int print_ties(impacting *m)
{
    int status = EXIT_DONE;
    for (size_t i = 0; i < at_most(m, m->r.tie_count) && status == EXIT_DONE; i++) {
        const cim_impact_tie *t = &m->r.ties[i];
        printf("%-14s", i ? "" : "TURN ON");
        status = print_device(m, t->device);
        printf(": %u %s, %llu people back\n", t->buildings, t->buildings == 1 ? "building" : "buildings", (unsigned long long)t->people);
        if (status == EXIT_DONE) status = print_short(m, "  first off", m->r.tie_shut + t->first_shut, t->shut_count);
    }
    return status;
}

static int print_sources(impacting *m)
{
    int status = EXIT_DONE;
    for (size_t i = 0; i < at_most(m, m->r.source_count) && status == EXIT_DONE; i++) {
        printf("%-14s", i ? "" : "TURN OFF");
        status = print_label(m, m->u.view.node_object[m->r.sources[i]]);
        printf(", which feeds and is cut off itself\n");
    }
    return status;
}

static int print_orders(impacting *m)
{
    int status = print_devices(m, "SHUT OFF", m->r.shut, m->r.shut_count);
    if (status == EXIT_DONE) status = print_short(m, "KEEP OFF", m->r.keep, m->r.keep_count);
    if (status == EXIT_DONE) status = print_short(m, "LEAVE ON", m->r.leave, m->r.leave_count);
    if (status == EXIT_DONE) status = print_short(m, "DOES NOT TURN", m->r.stuck, m->r.stuck_count);
    if (status == EXIT_DONE) status = print_sources(m);
    return status == EXIT_DONE ? print_ties(m) : status;
}

/* ---- fire and roads ---- */

static int print_hydrants(impacting *m)
{
    int status = EXIT_DONE;
    if (!m->r.hydrant_count && !m->r.live_count) return EXIT_DONE;
    printf("HYDRANTS      ");
    if (m->r.hydrant_count) printf("%zu dry; ", m->r.hydrant_count);
    printf("with water: ");
    for (size_t i = 0; i < at_most(m, m->r.live_count) && status == EXIT_DONE; i++) {
        if (i) printf(", ");
        status = print_label(m, m->r.live[i].object);
        printf(" %.0f m", m->r.live[i].distance_m);
    }
    if (!m->r.live_count) printf("none");
    print_more(m->r.live_count, at_most(m, m->r.live_count));
    putchar('\n');
    return status;
}

static int print_crews(impacting *m)
{
    int status = EXIT_DONE;
    for (size_t w = 0; w < m->r.work_count && m->roads && status == EXIT_DONE; w++) {
        size_t shown = 0;
        printf("%-14s", w ? "" : "FIRST THERE");
        for (size_t i = 0; i < m->r.crew_count && status == EXIT_DONE; i++) {
            if (m->r.crews[i].work != w) continue;
            printf("%s", shown++ ? ", " : "");
            travel_print_duration(m->r.crews[i].time_ms, 0);
            putchar(' ');
            status = print_unit(m, m->r.crews[i].unit);
        }
        if (!shown) printf(m->unit_count ? "nobody gets there" : "no station is known (--crew)");
        if (m->r.work_count > 1) printf(", at ");
        if (m->r.work_count > 1) cimtool_print_safe(m->named[w].text);
        putchar('\n');
    }
    return status;
}

static void print_around(const impacting *m, const cim_impact_detour *d, bool first)
{
    printf("%-14s", first ? "WAY AROUND" : "");
    if (d->after_ms >= NO_WAY) {
        printf("none");
    } else {
        printf("%.0f m in ", d->after_m);
        travel_print_duration(d->after_ms, 0);
        if (d->before_ms < NO_WAY) printf(" instead of %.0f m in ", d->before_m);
        if (d->before_ms < NO_WAY) travel_print_duration(d->before_ms, 0);
    }
    uint32_t last = CIM_NONE, names = 0;
    for (uint32_t i = 0; i < d->link_count && names < 4; i++) {
        uint32_t name = m->net.edge_name[m->r.links[d->first_link + i] >> 1];
        if (name == CIM_NONE || name == last) continue;
        printf(names++ ? ", " : ", by ");
        cimtool_print_safe(cim_net_text(m->travel.net, name));
        last = name;
    }
    putchar('\n');
}

static void print_roads(const impacting *m)
{
    if (m->r.front_count)
        printf("RESIDENTS     %zu %s reached from closed streets only, %llu people\n", m->r.front_count, m->r.front_count == 1 ? "building is" : "buildings are",
               (unsigned long long)m->r.front_people);
    for (size_t i = 0; i < m->r.detour_count && i < 2 * (size_t)m->top; i++) {
        const cim_impact_detour *d = &m->r.detours[i], *o = i % 2 ? d - 1 : d + 1;
        bool same = i % 2 && d->after_ms == o->after_ms && d->before_ms == o->before_ms && fabs(d->after_m - o->after_m) < 1.0;
        bool moot = d->before_ms >= NO_WAY && d->after_ms >= NO_WAY; /* one-way, against it */
        if (!same && !moot) print_around(m, d, i == 0);
    }
}

static void print_as_of(const impacting *m)
{
    printf("state %llu of the networks", (unsigned long long)m->r.epoch);
    if (m->u.feed.as_of_ms != INT64_MIN) {
        printf(" as of ");
        travel_print_time(m->u.feed.as_of_ms);
    }
    if (m->travel.traffic) {
        printf(", traffic %llu as of ", (unsigned long long)m->travel.epoch);
        travel_print_time(m->travel.as_of_ms);
    }
    printf("; %s\n", utility_note);
}

int impact_print_plain(impacting *m)
{
    print_works(m);
    int status = print_critical(m);
    if (status == EXIT_DONE) print_networks(m);
    if (status == EXIT_DONE) status = print_failures(m);
    if (status == EXIT_DONE) status = print_orders(m);
    if (status == EXIT_DONE) status = print_hydrants(m);
    if (status == EXIT_DONE) status = print_crews(m);
    if (status != EXIT_DONE) return status;
    print_roads(m);
    print_as_of(m);
    return EXIT_DONE;
}
