/* cj_vertices.c - a list of vertices in which each is there once. */
#include "export/cityjson.h"

#include <math.h>

enum { FIRST_SLOTS = 256 };

void cim__cjx_vertices_init(cim__cjx_vertices *v, cim__mem *mem, bool exact)
{
    cim__map seeded;
    cim__map_init(&seeded, mem);
    memset(v, 0, sizeof *v);
    v->keys = v->slots = cim__buf_on(mem);
    v->seed = seeded.seed; /* has no influence on numbers */
    v->exact = exact;
}

void cim__cjx_vertices_free(cim__cjx_vertices *v)
{
    cim__buf_free(&v->keys);
    cim__buf_free(&v->slots);
}

void cim__cjx_vertices_clear(cim__cjx_vertices *v) { v->keys.size = v->slots.size = 0; }

size_t cim__cjx_vertex_count(const cim__cjx_vertices *v) { return v->keys.size / (3 * sizeof(int64_t)); }

static const int64_t *key_at(const cim__cjx_vertices *v, size_t i) { return &CIM__AT(&v->keys, int64_t, 3 * i); }

static uint32_t *slot_of(const cim__cjx_vertices *v, const int64_t key[3])
{
    uint32_t *slots = (uint32_t *)(void *)v->slots.data;
    size_t mask = CIM__COUNT(&v->slots, uint32_t) - 1, i = cim__hash64(key, 3 * sizeof *key, v->seed) & mask;
    while (slots[i] && memcmp(key_at(v, slots[i] - 1), key, 3 * sizeof *key) != 0) i = (i + 1) & mask;
    return &slots[i];
}

static bool grow(cim__cjx_vertices *v)
{
    size_t count = cim__cjx_vertex_count(v), wanted = FIRST_SLOTS;
    while (wanted < 4 * count) wanted *= 2;
    v->slots.size = 0;
    uint32_t *slots = cim__buf_extend(&v->slots, wanted * sizeof *slots);
    if (!slots) return false;
    memset(slots, 0, wanted * sizeof *slots);
    for (size_t i = 0; i < count; i++) *slot_of(v, key_at(v, i)) = (uint32_t)i + 1;
    return true;
}

static void make_key(const cim__cjx_vertices *v, const double xyz[3], int64_t key[3])
{
    for (int i = 0; i < 3; i++) {
        double c = xyz[i] + 0.0; /* no negative zero */
        if (v->exact) memcpy(&key[i], &c, sizeof c);
        else key[i] = (int64_t)nearbyint(c * v->scale[i]) - v->offset[i];
    }
}

static void add_to_extent(cim__cjx_vertices *v, const int64_t key[3])
{
    for (int i = 0; i < 3; i++) {
        if (!v->any || key[i] < v->least[i]) v->least[i] = key[i];
        if (!v->any || key[i] > v->most[i]) v->most[i] = key[i];
    }
    v->any = true;
}

bool cim__cjx_vertex_fits(const cim__cjx_vertices *v, const double xyz[3])
{
    for (int i = 0; i < 3; i++)
        if (!(fabs(v->exact ? xyz[i] : xyz[i] * v->scale[i]) < 4e18)) return false;
    return true;
}

uint32_t cim__cjx_vertex(cim__cjx_vertices *v, const double xyz[3])
{
    int64_t key[3];
    size_t count = cim__cjx_vertex_count(v);
    if (2 * (count + 1) > CIM__COUNT(&v->slots, uint32_t) && !grow(v)) return CIM_NONE;
    make_key(v, xyz, key);
    uint32_t *slot = slot_of(v, key);
    if (*slot) return *slot - 1;
    cim__buf_put(&v->keys, key, sizeof key);
    if (v->keys.failed || count >= CIM_NONE - 2) return CIM_NONE;
    if (!v->exact) add_to_extent(v, key);
    *slot = (uint32_t)count + 1;
    return (uint32_t)count;
}

void cim__cjx_vertices_put(const cim__cjx_vertices *v, size_t first, size_t end, cim__json *json)
{
    for (size_t i = first; i < end; i++) {
        const int64_t *key = key_at(v, i);
        cim__json_open(json, '[');
        for (int k = 0; k < 3; k++) {
            double c;
            memcpy(&c, &key[k], sizeof c);
            if (v->exact) cim__json_num(json, c);
            else cim__json_int(json, key[k]);
        }
        cim__json_close(json, ']');
    }
}
