#include "utilities.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

utilities utilities_open(const char *path, const cim_utility_options *options)
{
    utilities u = { .ctx = support_ctx(), .v = { .struct_size = sizeof u.v } };
    u.city = support_open(u.ctx, path);
    assert_ok(u.ctx, cim_utility_build(u.ctx, u.city, options, &u.utility));
    cim_utility_get(u.utility, &u.v);
    return u;
}

utilities utilities_of(const support_object *objects, size_t count, const support_relation *relations, size_t relation_count, const cim_utility_options *options)
{
    static int number;
    char name[40];
    snprintf(name, sizeof name, "utility%d.cim", number++);
    const char *path = support_temp(name);
    unlink(path);
    support_city(path, 0, objects, count, relations, relation_count);
    utilities u = utilities_open(path, options);
    unlink(path);
    return u;
}

void utilities_done(utilities *u)
{
    cim_utility_free(u->utility);
    cim_city_free(u->city);
    cim_ctx_free(u->ctx);
}

uint32_t object_named(const utilities *u, const char *gid)
{
    uint32_t id = CIM_NONE;
    size_t count;
    assert_ok(u->ctx, cim_city_find(u->ctx, u->city, gid, &id, 1, &count));
    return id;
}

size_t elements_of(const utilities *u, const char *gid, uint32_t *elements, size_t cap)
{
    size_t count;
    assert_ok(u->ctx, cim_utility_elements(u->ctx, u->utility, object_named(u, gid), elements, cap, &count));
    return count;
}

uint32_t element_named(const utilities *u, const char *gid)
{
    uint32_t element = CIM_NONE;
    assert_int_equal(elements_of(u, gid, &element, 1), 1);
    return element;
}

size_t devices_of(const utilities *u, const char *gid, uint32_t *devices, size_t cap)
{
    size_t count;
    assert_ok(u->ctx, cim_utility_devices(u->ctx, u->utility, object_named(u, gid), devices, cap, &count));
    return count;
}

size_t findings_of(const utilities *u, uint32_t kind, const char *gid)
{
    size_t count, found = 0;
    const cim_utility_finding *f = cim_utility_findings(u->utility, &count);
    uint32_t object = gid ? object_named(u, gid) : CIM_NONE;
    for (size_t i = 0; i < count; i++) found += f[i].kind == kind && (!gid || f[i].object == object);
    return found;
}

double column_sum(const utilities *u, int column)
{
    double sum = 0.0;
    for (uint32_t i = 0; i < u->v.node_count + u->v.edge_count; i++) sum += u->v.columns[column][i];
    return sum;
}

uint32_t *forest_new(uint32_t count)
{
    uint32_t *up = malloc(((size_t)count + 1) * sizeof *up);
    assert_non_null(up);
    for (uint32_t i = 0; i < count; i++) up[i] = i;
    return up;
}

uint32_t forest_root(uint32_t *up, uint32_t v)
{
    while (up[v] != v) v = up[v] = up[up[v]];
    return v;
}

void forest_join(uint32_t *up, uint32_t a, uint32_t b) { up[forest_root(up, a)] = forest_root(up, b); }
