/* sort.h - radix sort of 64-bit keys with a 32-bit payload; stable, so equal keys keep their order everywhere. */
#ifndef CIM_CORE_SORT_H
#define CIM_CORE_SORT_H

#include "core/mem.h"

typedef struct cim__keyed {
    uint64_t key;
    uint32_t id, extra;
} cim__keyed;

/* Ascending by key; passes over key bytes that are all equal are skipped.  scratch holds count elements. */
void cim__sort_keyed(cim__keyed *items, cim__keyed *scratch, size_t count);

/* The first that is not below a key, of items in their order; count if all are. */
static inline size_t cim__keyed_first(const cim__keyed *items, size_t count, uint64_t key)
{
    size_t lo = 0, hi = count;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (items[mid].key < key) lo = mid + 1;
        else hi = mid;
    }
    return lo;
}

/* As cim__sort_keyed() for a bare key of `bits` significant high-to-low bits with the id in the low 32: (key << 32) | id. */
void cim__sort_u64_high(uint64_t *items, uint64_t *scratch, size_t count);

#endif
