/* verb_traffic.c - cimtool traffic: what files say of the streets at a time, what counts of it, and which objects are cut off by it. */
#include "travel_print.h"

#include <stdlib.h>
#include <string.h>

/* One statement about one street: those of all arcs over it are the same. */
typedef struct line {
    cim_route_change change;
    uint32_t edge, links, arcs; /* links: bit 0 along, bit 1 against the street's line */
    bool in_force, decides;
} line;

typedef struct showing {
    travel travel;
    cim_net_view net;
    line *lines;
    size_t line_count;
    uint32_t street_count;
    uint32_t *watched;
    size_t watched_count;
    cim_traffic_cut *cuts;
    size_t cut_count;
} showing;

/* ---- statements by street ---- */

static int compare(const void *a, const void *b)
{
    const line *x = a, *y = b;
    const cim_route_change *p = &x->change, *q = &y->change;
#define BY(u, v) if ((u) != (v)) return (u) < (v) ? -1 : 1
    BY(x->edge, y->edge);
    BY(p->source, q->source);
    BY(p->kind, q->kind);
    BY(p->event, q->event);
    BY(p->from_ms, q->from_ms);
    BY(p->until_ms, q->until_ms);
    BY(p->reported_ms, q->reported_ms);
    BY(p->value, q->value);
#undef BY
    return 0;
}

static void merge(showing *s)
{
    size_t kept = 0;
    if (s->line_count > 1) qsort(s->lines, s->line_count, sizeof *s->lines, compare);
    for (size_t i = 0; i < s->line_count; i++) {
        line *l = &s->lines[i];
        if (kept && !compare(&s->lines[kept - 1], l)) {
            s->lines[kept - 1].links |= l->links;
            s->lines[kept - 1].arcs += l->arcs;
            s->lines[kept - 1].decides |= l->decides;
        } else {
            s->street_count += !kept || s->lines[kept - 1].edge != l->edge;
            s->lines[kept++] = *l;
        }
    }
    s->line_count = kept;
}

static int list(showing *s)
{
    cimtool *tool = s->travel.tool;
    cim_route_live *live = cim_traffic_live(s->travel.traffic);
    size_t count = 0;
    cim_status st = cim_route_live_statements(tool->ctx, live, CIM_NONE, s->travel.as_of_ms, NULL, 0, &count);
    cim_route_statement *all = malloc((count + 1) * sizeof *all);
    s->lines = malloc((count + 1) * sizeof *s->lines);
    if (st >= 0 && (!all || !s->lines)) st = CIM_ENOMEM;
    if (st >= 0) st = cim_route_live_statements(tool->ctx, live, CIM_NONE, s->travel.as_of_ms, all, count, &count);
    for (size_t i = 0; st >= 0 && i < count; i++) {
        uint32_t link = s->net.arc_link[all[i].change.arc];
        s->lines[i] = (line){ all[i].change, link >> 1, 1u << (link & 1), 1, all[i].in_force, all[i].decides };
    }
    free(all);
    s->line_count = st < 0 ? 0 : count;
    merge(s);
    return st < 0 ? cimtool_fail(tool, st) : EXIT_DONE;
}

static const char *kind_of(const line *l)
{
    static const char *const kinds[] = { "weight_s", "factor", "speed_kmh", "closed", "open", "penalty_s" };
    return kinds[l->change.kind <= CIM_ROUTE_PENALTY ? l->change.kind : CIM_ROUTE_CLOSED];
}

static bool has_value(const line *l) { return l->change.kind != CIM_ROUTE_CLOSED && l->change.kind != CIM_ROUTE_OPEN; }
static bool in_ms(const line *l) { return l->change.kind == CIM_ROUTE_WEIGHT || l->change.kind == CIM_ROUTE_PENALTY; }
static double value_of(const line *l) { return in_ms(l) ? l->change.value / 1000.0 : l->change.value; }
static const char *direction_of(const line *l) { return l->links == 3 ? "both" : l->links == 1 ? "forward" : "backward"; }
static const char *source_of(const showing *s, const line *l) { return cim_route_live_source_name(cim_traffic_live(s->travel.traffic), l->change.source); }

/* ---- watched objects ---- */

static int add_watched(showing *s, const uint32_t *ids, size_t count)
{
    uint32_t *more = realloc(s->watched, (s->watched_count + count + 1) * sizeof *more);
    if (!more) return cimtool_fail(s->travel.tool, CIM_ENOMEM);
    s->watched = more;
    for (size_t i = 0; i < count; i++) {
        size_t k = 0;
        while (k < s->watched_count && more[k] != ids[i]) k++;
        if (k == s->watched_count) more[s->watched_count++] = ids[i];
    }
    return EXIT_DONE;
}

static int find_watched(showing *s, const char *text)
{
    cimtool *tool = s->travel.tool;
    uint32_t id;
    size_t count = 0;
    cim_query_result found = CIM_QUERY_RESULT_INIT;
    cim_status st = cim_city_find(tool->ctx, s->travel.city, text, &id, 1, &count);
    if (st >= 0) return add_watched(s, &id, 1);
    bool id_like = !strpbrk(text, " =<>(");
    if (st != CIM_ENOTFOUND || id_like) return cimtool_fail(tool, st);
    st = cim_query_run(tool->ctx, s->travel.city, text, NULL, &found);
    int status = st < 0 ? cimtool_fail(tool, st) : add_watched(s, found.ids, found.count);
    cim_query_result_dispose(&found);
    return status;
}

static int watch(showing *s)
{
    cimtool *tool = s->travel.tool;
    const char *text;
    for (int at = 0; (text = cimtool_next_value(tool, "watch", &at));) {
        int status = find_watched(s, text);
        if (status != EXIT_DONE) return status;
    }
    if (!s->watched_count) return EXIT_DONE;
    s->cuts = malloc(s->watched_count * sizeof *s->cuts);
    cim_status st = s->cuts ? cim_traffic_watch(tool->ctx, s->travel.traffic, s->watched, s->watched_count) : CIM_ENOMEM;
    if (st >= 0) st = cim_traffic_cuts(tool->ctx, s->travel.traffic, s->cuts, s->watched_count, &s->cut_count);
    return st < 0 ? cimtool_fail(tool, st) : EXIT_DONE;
}

static const char *cut_of(uint32_t cut) { return cut == CIM_ROUTE_CUT_TO ? "to" : cut == CIM_ROUTE_CUT_FROM ? "from" : "both"; }

/* ---- printing ---- */

static void print_moment(const char *label, int64_t ms, int64_t none)
{
    if (ms == none) return;
    printf("  %s ", label);
    travel_print_time(ms);
}

static int print_plain_line(const showing *s, const line *l)
{
    const char *name = cim_net_text(s->travel.net, s->net.edge_name[l->edge]);
    cimtool_print_safe(source_of(s, l));
    printf("  ");
    int status = travel_print_plain_id(&s->travel, s->net.edge_object[l->edge], 0);
    printf("  ");
    cimtool_print_safe(name[0] ? name : "-");
    printf("  %s  %s", direction_of(l), kind_of(l));
    if (has_value(l)) printf(" %g", value_of(l));
    print_moment("from", l->change.from_ms, CIM_ROUTE_ALWAYS_FROM);
    print_moment("until", l->change.until_ms, CIM_ROUTE_ALWAYS_UNTIL);
    printf("  %s\n", !l->in_force ? "waits" : l->decides ? "decides" : "overruled");
    return status;
}

static void print_unknown(const char *file, const char *id)
{
    printf("%s  unknown: ", file);
    cimtool_print_safe(id);
    putchar('\n');
}

static int print_plain(const showing *s)
{
    const cim_route_published *p = &s->travel.published;
    int status = EXIT_DONE;
    printf("as of ");
    travel_print_time(s->travel.as_of_ms);
    printf(", epoch %llu: %zu statements about %u streets, %u arcs changed, %u closed\n", (unsigned long long)s->travel.epoch, s->line_count, s->street_count,
           p->changed_count, p->closed_count);
    for (size_t i = 0; i < s->line_count && status == EXIT_DONE; i++) status = print_plain_line(s, &s->lines[i]);
    for (size_t i = 0; i < s->travel.file_count; i++) {
        const travel_file *f = &s->travel.files[i];
        for (uint64_t k = 0; k < f->unknown_count && k < TRAVEL_UNKNOWN; k++) print_unknown(f->name, f->unknown[k]);
        if (f->unknown_count > TRAVEL_UNKNOWN) printf("%s  unknown: %llu more\n", f->name, (unsigned long long)(f->unknown_count - TRAVEL_UNKNOWN));
        if (f->fed.ignored_count) printf("%s  %llu entities say nothing of streets\n", f->name, (unsigned long long)f->fed.ignored_count);
    }
    for (size_t i = 0; i < s->cut_count && status == EXIT_DONE; i++) {
        printf("cut off: ");
        status = travel_print_plain_id(&s->travel, s->cuts[i].object, 0);
        printf("  %s\n", s->cuts[i].cut == CIM_ROUTE_CUT_TO ? "one does not get there" : s->cuts[i].cut == CIM_ROUTE_CUT_FROM ?
               "one does not get away" : "one gets neither there nor away");
    }
    return status;
}

static void print_json_moment(const char *name, int64_t ms, int64_t none)
{
    printf(",\"%s\":", name);
    if (ms == none) {
        printf("null");
        return;
    }
    putchar('"');
    travel_print_time(ms);
    putchar('"');
}

static int print_json_line(const showing *s, const line *l)
{
    printf("\"source\":");
    cimtool_print_string(source_of(s, l));
    printf(",\"object\":");
    int status = travel_print_id(&s->travel, s->net.edge_object[l->edge]);
    printf(",\"name\":");
    cimtool_print_string(cim_net_text(s->travel.net, s->net.edge_name[l->edge]));
    printf(",\"direction\":\"%s\",\"kind\":\"%s\",\"value\":", direction_of(l), kind_of(l));
    if (has_value(l)) printf("%.12g", value_of(l));
    else printf("null");
    print_json_moment("from", l->change.from_ms, CIM_ROUTE_ALWAYS_FROM);
    print_json_moment("until", l->change.until_ms, CIM_ROUTE_ALWAYS_UNTIL);
    print_json_moment("reported", l->change.reported_ms, CIM_ROUTE_ALWAYS_FROM);
    printf(",\"event\":%u,\"arcs\":%u,\"in_force\":%s,\"decides\":%s", l->change.event, l->arcs, l->in_force ? "true" : "false", l->decides ? "true" : "false");
    return status;
}

static void print_json_files(const showing *s)
{
    for (size_t i = 0; i < s->travel.file_count; i++) {
        const travel_file *f = &s->travel.files[i];
        printf("%s{\"file\":", i ? "," : "");
        cimtool_print_string(f->name);
        printf(",\"format\":\"%s\",\"rows\":%llu,\"statements\":%llu,\"ignored\":%llu,\"unknown_count\":%llu,\"unknown\":[", travel_format(f->fed.format),
               (unsigned long long)f->fed.row_count,
               (unsigned long long)f->fed.change_count, (unsigned long long)f->fed.ignored_count, (unsigned long long)f->unknown_count);
        for (uint64_t k = 0; k < f->unknown_count && k < TRAVEL_UNKNOWN; k++) {
            if (k) putchar(',');
            cimtool_print_string(f->unknown[k]);
        }
        printf("]}");
    }
}

static int print_json_cuts(const showing *s)
{
    int status = EXIT_DONE;
    for (size_t i = 0; i < s->cut_count && status == EXIT_DONE; i++) {
        printf("%s{\"object\":", i ? "," : "");
        status = travel_print_id(&s->travel, s->cuts[i].object);
        printf(",\"cut\":\"%s\"}", cut_of(s->cuts[i].cut));
    }
    return status;
}

/* What is told of all of it; the JSON object stays open. */
static int print_summary(const showing *s)
{
    const cim_route_published *p = &s->travel.published;
    printf("\"profile\":\"%s\"", travel_profile(&s->travel));
    travel_print_epoch(&s->travel);
    printf(",\"street_count\":%u,\"arc_statement_count\":%llu,\"changed_arc_count\":%u,\"closed_arc_count\":%u,\"files\":[", s->street_count,
           (unsigned long long)p->statement_count, p->changed_count,
           p->closed_count);
    print_json_files(s);
    printf("],\"watched_count\":%zu,\"cut\":[", s->watched_count);
    int status = print_json_cuts(s);
    putchar(']');
    return status;
}

static int print_json(const showing *s)
{
    printf("{\"schema\":\"cimtool/1\",");
    int status = print_summary(s);
    printf(",\"statements\":[");
    for (size_t i = 0; i < s->line_count && status == EXIT_DONE; i++) {
        printf("%s{", i ? "," : "");
        status = print_json_line(s, &s->lines[i]);
        putchar('}');
    }
    printf("]}\n");
    return status;
}

static int print_geojson(showing *s)
{
    printf("{\"type\":\"FeatureCollection\",");
    int status = print_summary(s);
    printf(",\"features\":[");
    for (size_t i = 0; i < s->line_count && status == EXIT_DONE; i++) {
        status = travel_begin_street(&s->travel, &s->net, s->lines[i].edge, i == 0);
        if (status == EXIT_DONE) status = print_json_line(s, &s->lines[i]);
        printf("}}");
    }
    travel_end_features();
    return status;
}

static int answer(showing *s)
{
    cimtool *tool = s->travel.tool;
    int status = list(s);
    if (status == EXIT_DONE) status = watch(s);
    if (status == EXIT_DONE) status = cimtool_has(tool, "geojson") ? print_geojson(s) : tool->json ? print_json(s) : print_plain(s);
    return status == EXIT_DONE && s->cut_count ? EXIT_NEGATIVE : status;
}

int verb_traffic(cimtool *tool)
{
    showing s = { .net = { .struct_size = sizeof s.net } };
    if (!cimtool_has(tool, "traffic")) return cimtool_complain("which traffic?  --traffic FILE says it");
    int status = travel_open(&s.travel, tool);
    if (status == EXIT_DONE) {
        cim_status st = cim_net_get(tool->ctx, s.travel.net, &s.net);
        status = st < 0 ? cimtool_fail(tool, st) : answer(&s);
    }
    free(s.lines);
    free(s.watched);
    free(s.cuts);
    travel_close(&s.travel);
    return status;
}
