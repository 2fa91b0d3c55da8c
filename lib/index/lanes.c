/* lanes.c - which vector instructions to use, and collecting whole runs of ids. */
#include "index/lanes.h"

/* Chosen once; a constant of the machine, so that two threads that choose at the same time choose the same. */
static _Atomic(const cim__lanes *) chosen;

static const cim__lanes *choose(int path)
{
#if defined(__x86_64__)
    __builtin_cpu_init();
    bool avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi2");
    if ((path < 0 || path >= 3) && avx2 && __builtin_cpu_supports("avx512f")) return &cim__lanes_avx512;
    if ((path < 0 || path >= 2) && avx2) return &cim__lanes_avx2;
    if (path) return &cim__lanes_sse2;
#endif
    (void)path;
    return &cim__lanes_plain;
}

const cim__lanes *cim__lanes_best(void)
{
    const cim__lanes *lanes = atomic_load_explicit(&chosen, memory_order_relaxed);
    if (lanes) return lanes;
    lanes = choose(-1);
    atomic_store_explicit(&chosen, lanes, memory_order_relaxed);
    return lanes;
}

void cim__index_use_lanes(int path) { atomic_store_explicit(&chosen, choose(path), memory_order_relaxed); }

static void copy_run(cim__hits *h, const uint32_t *ids, size_t count)
{
    if (h->count < h->cap) {
        size_t room = h->cap - h->count;
        memcpy(h->ids + h->count, ids, (count < room ? count : room) * sizeof *ids);
    }
    h->count += count;
}

/* Runs of leaves without holes are copied, the others slot by slot. */
static void hit_holes(cim__hits *h, const cim__tree *t, size_t first, size_t end)
{
    for (size_t at = first; at < end;) {
        size_t leaf = at / CIM__FANOUT, stop = leaf;
        while (stop * CIM__FANOUT < end && !(t->holes[stop / 64] >> stop % 64 & 1)) stop++;
        size_t whole = stop * CIM__FANOUT < end ? stop * CIM__FANOUT : end;
        if (whole > at) copy_run(h, t->ids + at, whole - at);
        for (at = whole; at < end && at < (stop + 1) * CIM__FANOUT; at++)
            if (t->ids[at] != CIM_NONE) cim__hit(h, t->ids[at]);
    }
}

void cim__hit_range(cim__hits *h, const cim__tree *t, size_t first, size_t count)
{
    if (t->holes) hit_holes(h, t, first, first + count);
    else copy_run(h, t->ids + first, count);
}
