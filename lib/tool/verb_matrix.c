/* verb_matrix.c - cimtool matrix: times from many places to many places. */
#include "places.h"
#include "travel_print.h"

#include <stdlib.h>

/* Below, single searches take less time than the hierarchy. */
enum { FEW = 100 };

typedef struct table {
    travel travel;
    places from, to;
    const places *columns; /* to, or from when no destinations were named */
    uint32_t *times_ms;
    bool any;
} table;

/* ---- printing ---- */

static void print_time(uint32_t ms, const char *none)
{
    if (ms >= CIM_ROUTE_UNREACHABLE_MS) fputs(none, stdout);
    else printf("%u.%03u", ms / 1000, ms % 1000);
}

static int print_csv_name(table *m, const places *list, size_t i)
{
    char *id = NULL;
    int status = places_label(&m->travel, list, i, &id, NULL);
    if (id) travel_print_csv(id);
    free(id);
    return status;
}

static int print_csv(table *m)
{
    int status = EXIT_DONE;
    printf("from");
    for (size_t j = 0; j < m->columns->count && status == EXIT_DONE; j++) {
        putchar(',');
        status = print_csv_name(m, m->columns, j);
    }
    putchar('\n');
    for (size_t i = 0; i < m->from.count && status == EXIT_DONE; i++) {
        status = print_csv_name(m, &m->from, i);
        for (size_t j = 0; j < m->columns->count; j++) {
            putchar(',');
            print_time(m->times_ms[i * m->columns->count + j], "");
        }
        putchar('\n');
    }
    return status;
}

static int print_json(table *m)
{
    const places *lists[] = { &m->from, &m->to };
    printf("{\"schema\":\"cimtool/1\",\"profile\":\"%s\"", travel_profile(&m->travel));
    travel_print_epoch(&m->travel);
    printf(",\"from\":");
    int status = places_print_ids(&m->travel, &m->from);
    printf(",\"to\":");
    if (status == EXIT_DONE) status = places_print_ids(&m->travel, m->columns);
    putchar(',');
    if (status == EXIT_DONE) status = places_print_unplaced(&m->travel, lists, 2);
    printf(",\"times_s\":[");
    for (size_t i = 0; i < m->from.count; i++) {
        printf("%s\n[", i ? "," : "");
        for (size_t j = 0; j < m->columns->count; j++) {
            if (j) putchar(',');
            print_time(m->times_ms[i * m->columns->count + j], "null");
        }
        putchar(']');
    }
    printf("]}\n");
    return status;
}

/* ---- asking ---- */

static bool is_named(const cimtool *t, const char *prefix)
{
    char file[20], filter[20];
    snprintf(file, sizeof file, "%s-file", prefix);
    snprintf(filter, sizeof filter, "%s-filter", prefix);
    return cimtool_has(t, prefix) || cimtool_has(t, file) || cimtool_has(t, filter);
}

static int answer(table *m)
{
    cimtool *t = m->travel.tool;
    int status = places_take(&m->travel, &m->from, "from", "from-file", "from-filter");
    if (status == EXIT_DONE) status = places_take(&m->travel, &m->to, "to", "to-file", "to-filter");
    if (status != EXIT_DONE) return status;
    m->columns = is_named(t, "to") ? &m->to : &m->from;
    size_t n = m->from.count, k = m->columns->count;
    if (n > FEW && k > FEW) status = travel_metric(&m->travel, CIM_ROUTE_LABELS_NONE);
    if (status != EXIT_DONE) return status;
    m->times_ms = k && n > SIZE_MAX / sizeof *m->times_ms / k ? NULL : malloc((n * k + 1) * sizeof *m->times_ms);
    if (!m->times_ms) return cimtool_fail(t, CIM_ENOMEM);
    cim_status st = cim_net_matrix(t->ctx, m->travel.costs, m->travel.metric, m->from.at, n, m->columns->at, k, m->times_ms);
    if (st < 0) return cimtool_fail(t, st);
    for (size_t i = 0; i < n * k && !m->any; i++) m->any = m->times_ms[i] < CIM_ROUTE_UNREACHABLE_MS;
    status = t->json ? print_json(m) : print_csv(m);
    if (status != EXIT_DONE) return status;
    places_warn(&m->travel, &m->from, "starts");
    places_warn(&m->travel, &m->to, "destinations");
    if (!m->any) return EXIT_NEGATIVE;
    return m->from.unplaced_count || m->to.unplaced_count ? EXIT_PARTIAL : EXIT_DONE;
}

int verb_matrix(cimtool *tool)
{
    table m = { .any = false };
    if (!is_named(tool, "from")) return cimtool_complain("matrix: --from, --from-file or --from-filter is missing");
    int status = travel_open(&m.travel, tool);
    if (status == EXIT_DONE) status = answer(&m);
    free(m.times_ms);
    places_free(&m.from);
    places_free(&m.to);
    travel_close(&m.travel);
    return status;
}
