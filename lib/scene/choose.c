/* choose.c - which of the things that can hide do: parts instead of their building, one of those that are the same, none that is removed. */
#include "scene/scene.h"

static cim__scene_thing *thing(const cim__scene_maker *m, size_t i) { return &CIM__AT(&m->things, cim__scene_thing, i); }

/* A part counts even if it is too flat to hide: the outline is none of the building's any more. */
static void parts_first(cim__scene_maker *m)
{
    for (size_t i = 0; i < CIM__COUNT(&m->things, cim__scene_thing); i++) {
        const cim__scene_thing *part = thing(m, i);
        bool stands = !part->reason || part->reason == CIM_SCENE_PARTS;
        for (uint32_t up = m->city->parent[part->object], steps = 0; part->root != part->object && stands && steps < 64; steps++, up = m->city->parent[up]) {
            if (up == CIM_NONE || !cim__city_has(m->city, up)) break;
            if (m->thing_of[up] != CIM_NONE && !thing(m, m->thing_of[up])->reason) thing(m, m->thing_of[up])->reason = CIM_SCENE_PARTS;
            if (up == part->root) break;
        }
    }
}

/* ---- the same from several sources ---- */

static uint32_t find(uint32_t *of, uint32_t i)
{
    while (of[i] != i) i = of[i] = of[of[i]];
    return i;
}

/* Groups of roots by their numbers. */
static void unite(const cim__scene_maker *m, uint32_t *group)
{
    const cim__edges *out = &m->city->out;
    for (uint32_t i = 0; i <= m->city->max_id; i++) group[i] = i;
    for (uint32_t i = 0; i <= m->city->max_id; i++)
        for (uint32_t e = out->first[i]; e < out->first[i + 1]; e++) {
            uint32_t other = out->other[e];
            if (out->type[e] != CIM__R_SAME_AS || other > m->city->max_id) continue;
            uint32_t a = find(group, i), b = find(group, other);
            if (a != b) group[a > b ? a : b] = a < b ? a : b;
        }
}

/* Of every group the root whose things are best; ties for the lower number. */
static void settle(cim__scene_maker *m, uint32_t *group, uint32_t *best, uint8_t *score)
{
    for (size_t i = 0; i < CIM__COUNT(&m->things, cim__scene_thing); i++) {
        const cim__scene_thing *t = thing(m, i);
        if (!t->reason && t->score > score[t->root]) score[t->root] = t->score;
    }
    for (size_t i = 0; i < CIM__COUNT(&m->things, cim__scene_thing); i++) {
        const cim__scene_thing *t = thing(m, i);
        uint32_t g = find(group, t->root);
        if (t->reason) continue;
        if (best[g] == CIM_NONE || score[t->root] > score[best[g]] || (score[t->root] == score[best[g]] && t->root < best[g])) best[g] = t->root;
    }
    for (size_t i = 0; i < CIM__COUNT(&m->things, cim__scene_thing); i++) {
        cim__scene_thing *t = thing(m, i);
        uint32_t winner = best[find(group, t->root)];
        if (winner == CIM_NONE || winner == t->root) continue;
        if (!t->reason || t->reason == CIM_SCENE_PARTS) t->reason = CIM_SCENE_SAME, t->other = winner;
    }
}

/* ---- removed ---- */

static cim_status remove_things(cim_ctx *ctx, cim__scene_maker *m, uint32_t *group)
{
    const cim_city *city = m->city;
    for (size_t i = 0; i < m->options.removed_count; i++) {
        uint32_t object = m->options.removed[i];
        if (!cim__city_has(city, object)) return cim__fail(ctx, CIM_ENOTFOUND, "removed object %u is not in the city", object);
        m->gone[object] = 1;
        m->gone[find(group, object)] |= 2; /* all that is the same */
    }
    for (size_t i = 0; m->options.removed_count && i < CIM__COUNT(&m->things, cim__scene_thing); i++) {
        cim__scene_thing *t = thing(m, i);
        bool gone = m->gone[t->object] & 1 || m->gone[find(group, t->root)] & 2;
        for (uint32_t up = city->parent[t->object], steps = 0; !gone && up != CIM_NONE && up <= city->max_id && steps < 64; steps++, up = city->parent[up])
            gone = m->gone[up] & 1;
        if (gone) t->reason = CIM_SCENE_REMOVED;
    }
    return CIM_OK;
}

cim_status cim__scene_choose(cim_ctx *ctx, cim__scene_maker *m)
{
    size_t n = (size_t)m->city->max_id + 1;
    CIM__TRY(cim__city_relations(ctx, m->city));
    uint32_t *group = cim__alloc_n(ctx->mem, 2 * n, sizeof *group), *best = group ? group + n : NULL;
    uint8_t *score = cim__zalloc_n(ctx->mem, n, 1);
    cim_status st = group && score ? CIM_OK : cim__nomem(ctx);
    if (st >= 0) {
        memset(best, 0xff, n * sizeof *best);
        parts_first(m);
        unite(m, group);
        settle(m, group, best, score);
        st = remove_things(ctx, m, group);
    }
    cim__free(ctx->mem, group);
    cim__free(ctx->mem, score);
    return st;
}
