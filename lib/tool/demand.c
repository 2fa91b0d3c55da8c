/* demand.c - objects found by an expression as places on the net. */
#include "demand.h"

#include <math.h>
#include <stdlib.h>

int demand_values(travel *t, const char *property, const uint32_t *ids, size_t count, double missing, double *values)
{
    cim_buf json = CIM_BUF_INIT;
    cim_status st = cim_query_values(t->tool->ctx, t->city, ids, count, &property, 1, &json);
    if (st == CIM_EARG) return cimtool_complain("%s", cim_ctx_error(t->tool->ctx));
    if (st < 0) return cimtool_fail(t->tool, st);
    cimtool_node *root = cimtool_json_read(json.data);
    const cimtool_node *row = root ? root->child : NULL;
    for (size_t i = 0; i < count; i++) {
        const cimtool_node *value = row ? row->child : NULL;
        char *end = NULL;
        double number = value && value->text ? strtod(value->text, &end) : missing;
        values[i] = end && !*end && end != value->text && isfinite(number) ? number : missing;
        if (row) row = row->next;
    }
    cimtool_json_free(root);
    cim_buf_dispose(&json);
    return EXIT_DONE;
}

/* Footprints: of objects that have one. */
static int read_weights(travel *t, demand *p, size_t count)
{
    cim_buf json = CIM_BUF_INIT;
    const char *name = "area_m2";
    for (size_t i = 0; i < count; i++) p->weights[i] = 1.0;
    cim_status st = cim_query_values(t->tool->ctx, t->city, p->ids, count, &name, 1, &json);
    cim_buf_dispose(&json);
    if (st == CIM_EARG) return EXIT_DONE; /* nothing in this city has an area */
    int status = st < 0 ? cimtool_fail(t->tool, st) : demand_values(t, name, p->ids, count, 1.0, p->weights);
    for (size_t i = 0; i < count; i++) p->weights[i] = fmax(0.0, p->weights[i]);
    return status;
}

static int snap(travel *t, demand *p, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        cim_status st = cim_net_place_find(t->tool->ctx, t->costs, t->city, p->ids[i], &p->at[p->count]);
        if (st == CIM_ENOTFOUND) {
            p->lost++;
            continue;
        }
        if (st < 0) return cimtool_fail(t->tool, st);
        p->ids[p->count] = p->ids[i];
        p->weights[p->count++] = p->weights[i];
    }
    return EXIT_DONE;
}

static int take(travel *t, const cim_query_result *found, demand *p)
{
    p->at = calloc(found->count + 1, sizeof *p->at);
    p->weights = calloc(found->count + 1, sizeof *p->weights);
    p->ids = calloc(found->count + 1, sizeof *p->ids);
    if (!p->at || !p->weights || !p->ids) return cimtool_fail(t->tool, CIM_ENOMEM);
    for (size_t i = 0; i < found->count; i++) p->ids[i] = found->ids[i];
    int status = read_weights(t, p, found->count);
    return status == EXIT_DONE ? snap(t, p, found->count) : status;
}

int demand_find(travel *t, const char *filter, demand *p)
{
    cim_query_result found = CIM_QUERY_RESULT_INIT;
    cim_status st = cim_query_run(t->tool->ctx, t->city, filter, NULL, &found);
    if (st == CIM_EARG) return cimtool_complain("%s", cim_ctx_error(t->tool->ctx));
    if (st < 0) return cimtool_fail(t->tool, st);
    int status = take(t, &found, p);
    cim_query_result_dispose(&found);
    if (status != EXIT_DONE || p->count) return status;
    cimtool_complain("no objects with a street: %s", filter);
    return EXIT_NEGATIVE;
}

void demand_free(demand *p)
{
    free(p->at);
    free(p->weights);
    free(p->ids);
}
