/* verb_matrix.c - cimtool matrix: times from many places to many places. */
#include "places.h"

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

static void print_csv(const table *m)
{
    printf("from");
    for (size_t j = 0; j < m->columns->count; j++) {
        putchar(',');
        places_print_csv(m->columns->names[j]);
    }
    putchar('\n');
    for (size_t i = 0; i < m->from.count; i++) {
        places_print_csv(m->from.names[i]);
        for (size_t j = 0; j < m->columns->count; j++) {
            putchar(',');
            print_time(m->times_ms[i * m->columns->count + j], "");
        }
        putchar('\n');
    }
}

static void print_json_names(const char *name, const places *list)
{
    printf(",\"%s\":[", name);
    for (size_t i = 0; i < list->count; i++) {
        if (i) putchar(',');
        travel_print_text(list->names[i]);
    }
    putchar(']');
}

static void print_json(const table *m)
{
    printf("{\"schema\":\"cimtool/1\",\"profile\":\"%s\"", travel_profile(&m->travel));
    print_json_names("from", &m->from);
    print_json_names("to", m->columns);
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
}

/* ---- asking ---- */

static int answer(table *m)
{
    cimtool *t = m->travel.tool;
    int status = places_take(&m->travel, &m->from, "from");
    if (status == EXIT_DONE) status = places_take(&m->travel, &m->to, "to");
    if (status != EXIT_DONE) return status;
    bool square = !cimtool_has(t, "to") && !cimtool_has(t, "to-file") && !cimtool_has(t, "to-filter");
    m->columns = square ? &m->from : &m->to;
    size_t n = m->from.count, k = m->columns->count;
    if (n > FEW && k > FEW) status = travel_metric(&m->travel, CIM_ROUTE_LABELS_NONE);
    if (status != EXIT_DONE) return status;
    m->times_ms = k && n > SIZE_MAX / sizeof *m->times_ms / k ? NULL : malloc((n * k + 1) * sizeof *m->times_ms);
    if (!m->times_ms) return cimtool_fail(t, CIM_ENOMEM);
    cim_status st = cim_net_matrix(t->ctx, m->travel.costs, m->travel.metric, m->from.places, n, m->columns->places, k, m->times_ms);
    if (st < 0) return cimtool_fail(t, st);
    for (size_t i = 0; i < n * k && !m->any; i++) m->any = m->times_ms[i] < CIM_ROUTE_UNREACHABLE_MS;
    if (t->json) print_json(m);
    else print_csv(m);
    if (!m->any) return EXIT_NEGATIVE;
    return m->from.left_out || m->to.left_out ? EXIT_PARTIAL : EXIT_DONE;
}

int verb_matrix(cimtool *tool)
{
    table m = { .any = false };
    if (!cimtool_has(tool, "from") && !cimtool_has(tool, "from-file") && !cimtool_has(tool, "from-filter")) return cimtool_complain("matrix: --from, --from-file or --from-filter is missing");
    int status = travel_open(&m.travel, tool);
    if (status == EXIT_DONE) status = answer(&m);
    free(m.times_ms);
    places_free(&m.from);
    places_free(&m.to);
    travel_close(&m.travel);
    return status;
}
