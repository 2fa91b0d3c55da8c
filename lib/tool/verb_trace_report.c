/* verb_trace_report.c - cimtool trace report: what the networks of a city are made of, and what was noticed while joining them. */
#include "tracing.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct domain {
    uint32_t nodes, edges, devices, sources, parts, largest, supplied;
    double sums[CIM_UTILITY_COLUMNS];
    uint32_t kinds[CIM_TRACE_OTHER + 1];
} domain;

typedef struct reporting {
    tracing *t;
    const cim_utility_view *v;
    domain *domains;
    uint32_t *parent, *size; /* of parts, by node */
    uint8_t *live;
    const cim_utility_finding *findings;
    size_t finding_count, counts[CIM_UTILITY_FINDING_KINDS];
} reporting;

/* ---- parts that hang together, whatever is shut ---- */

static uint32_t root_of(uint32_t *parent, uint32_t x)
{
    while (parent[x] != x) x = parent[x] = parent[parent[x]];
    return x;
}

static void join(reporting *r)
{
    for (uint32_t x = 0; x < r->v->node_count; x++) r->parent[x] = x;
    for (uint32_t e = 0; e < r->v->edge_count; e++) {
        uint32_t a = root_of(r->parent, r->v->from[e]), b = root_of(r->parent, r->v->to[e]);
        if (a < b) r->parent[b] = a;
        else r->parent[a] = b;
    }
    for (uint32_t x = 0; x < r->v->node_count; x++) r->size[root_of(r->parent, x)]++;
}

/* ---- counting ---- */

static void count_elements(reporting *r)
{
    const cim_utility_view *v = r->v;
    for (uint32_t x = 0; x < utility_element_count(&r->t->u); x++) {
        domain *d = &r->domains[utility_domain(&r->t->u, x)];
        d->supplied += r->live[x];
        for (uint32_t c = 0; c < CIM_UTILITY_COLUMNS; c++) d->sums[c] += tracing_value(r->t, c, x);
        if (x >= v->node_count) {
            d->edges++;
            continue;
        }
        d->nodes++;
        d->sources += (v->node_flags[x] & CIM_TRACE_SOURCE) != 0;
        d->parts += r->size[x] > 0;
        if (r->size[x] > d->largest) d->largest = r->size[x];
    }
    for (uint32_t k = 0; k < v->device_count; k++) {
        domain *d = &r->domains[v->edge_domain[v->device_edge[k]]];
        d->devices++;
        d->kinds[v->device_kind[k] < CIM_TRACE_OTHER ? v->device_kind[k] : CIM_TRACE_OTHER]++;
    }
    for (size_t i = 0; i < r->finding_count; i++) r->counts[r->findings[i].kind]++;
}

/* ---- JSON ---- */

static int json_sources(reporting *r, uint32_t which)
{
    int status = EXIT_DONE;
    bool first = true;
    printf(",\"controllers\":[");
    for (uint32_t x = 0; x < r->v->node_count && status == EXIT_DONE; x++) {
        if (r->v->node_domain[x] != which || !(r->v->node_flags[x] & CIM_TRACE_SOURCE)) continue;
        if (!first) putchar(',');
        first = false;
        status = utility_print_element(&r->t->u, x);
    }
    putchar(']');
    return status;
}

static int json_domain(reporting *r, uint32_t k, bool first)
{
    const domain *d = &r->domains[k];
    const char *name = cim_utility_domain_name(r->t->u.networks, k);
    printf("%s{\"network\":", first ? "" : ",");
    cimtool_print_string(name ? name : "");
    printf(",\"nodes\":%u,\"edges\":%u,\"components\":%u,\"largest\":%u,\"without_supply\":%u,\"devices\":{", d->nodes, d->edges, d->parts, d->largest,
           d->nodes + d->edges - d->supplied);
    const char *comma = "";
    for (uint32_t i = 0; i <= CIM_TRACE_OTHER; i++) {
        if (d->kinds[i]) printf("%s\"%s\":%u", comma, utility_kind_name(i), d->kinds[i]), comma = ",";
    }
    printf("},\"sums\":{");
    utility_print_sums(d->sums);
    putchar('}');
    int status = json_sources(r, k);
    putchar('}');
    return status;
}

static int json_finding(reporting *r, const cim_utility_finding *f, bool first)
{
    printf("%s{\"kind\":\"%s\",", first ? "" : ",", cim_utility_finding_name(f->kind));
    int status = utility_print_label(&r->t->u, f->object);
    if (f->other != CIM_NONE && status == EXIT_DONE) {
        printf(",\"other\":{");
        status = utility_print_label(&r->t->u, f->other);
        putchar('}');
    }
    if (f->end != CIM_NONE) printf(",\"end\":%u", f->end);
    if (isfinite(f->x) && isfinite(f->y)) printf(",\"x\":%.3f,\"y\":%.3f", f->x, f->y);
    if (isfinite(f->distance_m)) printf(",\"distance_m\":%.4f", f->distance_m);
    putchar('}');
    return status;
}

static int show_json(reporting *r)
{
    int status = EXIT_DONE;
    printf(",\"networks\":[");
    bool first = true;
    for (uint32_t k = 0; k < r->v->domain_count && status == EXIT_DONE; k++) {
        if (!(r->domains[k].nodes + r->domains[k].edges)) continue;
        status = json_domain(r, k, first);
        first = false;
    }
    printf("],\"counts\":{");
    for (uint32_t k = 0; k < CIM_UTILITY_FINDING_KINDS; k++) printf("%s\"%s\":%zu", k ? "," : "", cim_utility_finding_name(k), r->counts[k]);
    printf("},\"findings\":[");
    for (size_t i = 0; i < r->finding_count && status == EXIT_DONE; i++) status = json_finding(r, &r->findings[i], i == 0);
    putchar(']');
    return status;
}

/* ---- plain ---- */

static int plain_domain(reporting *r, uint32_t k)
{
    const domain *d = &r->domains[k];
    const char *name = cim_utility_domain_name(r->t->u.networks, k);
    int status = EXIT_DONE;
    size_t shown = 0;
    cimtool_print_safe(name && *name ? name : "(no commodity)");
    printf(": %u nodes, %u edges, %u %s, the largest with %u nodes\n", d->nodes, d->edges, d->parts, utility_plural(d->parts, "part", "parts"), d->largest);
    utility_plain_sums(d->sums, "  ");
    printf("  devices: ");
    const char *comma = "";
    for (uint32_t i = 0; i <= CIM_TRACE_OTHER; i++) {
        if (d->kinds[i]) printf("%s%u %s", comma, d->kinds[i], utility_kind_name(i)), comma = ", ";
    }
    printf("%s\n", d->devices ? "" : "none");
    printf("  fed by %u: ", d->sources);
    for (uint32_t x = 0; x < r->v->node_count && status == EXIT_DONE; x++) {
        if (r->v->node_domain[x] != k || !(r->v->node_flags[x] & CIM_TRACE_SOURCE) || shown == 5) continue;
        if (shown++) printf("; ");
        status = utility_plain_object(&r->t->u, r->v->node_object[x]);
    }
    printf("%s\n  without supply now: %u elements\n", d->sources > 5 ? "; ..." : d->sources ? "" : "nothing", d->nodes + d->edges - d->supplied);
    return status;
}

static int plain_finding(reporting *r, const cim_utility_finding *f)
{
    printf("  %-10s ", cim_utility_finding_name(f->kind));
    int status = utility_plain_object(&r->t->u, f->object);
    if (f->end != CIM_NONE) printf(" %s", f->end ? "end" : "begin");
    if (f->other != CIM_NONE && status == EXIT_DONE) {
        printf(" and ");
        status = utility_plain_object(&r->t->u, f->other);
    }
    if (isfinite(f->distance_m)) printf(", %.3f m", f->distance_m);
    if (isfinite(f->x) && isfinite(f->y)) printf("  (%.2f,%.2f)", f->x, f->y);
    putchar('\n');
    return status;
}

static int show_plain(reporting *r)
{
    int status = EXIT_DONE;
    for (uint32_t k = 0; k < r->v->domain_count && status == EXIT_DONE; k++)
        if (r->domains[k].nodes + r->domains[k].edges) status = plain_domain(r, k);
    printf("noticed while joining: %zu\n", r->finding_count);
    for (uint32_t k = 0; k < CIM_UTILITY_FINDING_KINDS; k++)
        if (r->counts[k]) printf("  %6zu %s\n", r->counts[k], cim_utility_finding_name(k));
    for (size_t i = 0; i < r->finding_count && status == EXIT_DONE && cimtool_has(r->t->u.tool, "all"); i++)
        status = plain_finding(r, &r->findings[i]);
    return status;
}

static int draw(reporting *r)
{
    int status = EXIT_DONE;
    for (size_t i = 0; i < r->finding_count && status == EXIT_DONE; i++) {
        const cim_utility_finding *f = &r->findings[i];
        const double xy[2] = { f->x, f->y };
        char more[80] = "";
        if (isfinite(f->distance_m)) snprintf(more, sizeof more, ",\"distance_m\":%.4f", f->distance_m);
        bool placed = isfinite(f->x) && isfinite(f->y);
        status = placed ? utility_layer_point(&r->t->layer, xy, f->object, cim_utility_finding_name(f->kind), more)
                        : utility_layer_object(&r->t->layer, f->object, cim_utility_finding_name(f->kind), more);
    }
    return status;
}

int tracing_report(tracing *t)
{
    reporting r = { .t = t, .v = &t->u.view };
    r.findings = cim_utility_findings(t->u.networks, &r.finding_count);
    r.domains = tracing_room(t, r.v->domain_count, sizeof *r.domains);
    r.parent = tracing_room(t, r.v->node_count, sizeof *r.parent);
    r.size = tracing_room(t, r.v->node_count, sizeof *r.size);
    int status = r.domains && r.parent && r.size ? utility_live(&t->u, t->u.state, &r.live) : EXIT_INTERNAL;
    if (status == EXIT_DONE) {
        join(&r);
        count_elements(&r);
        status = t->json ? tracing_begin(t) : EXIT_DONE;
        if (status == EXIT_DONE) status = t->json ? show_json(&r) : show_plain(&r);
        tracing_end(t);
    }
    if (status == EXIT_DONE && t->layer.file) status = draw(&r);
    free(r.domains);
    free(r.parent);
    free(r.size);
    free(r.live);
    return status;
}
