/* sort.c - least-significant-digit radix sort, 11 bits a pass. */
#include "core/sort.h"

enum { BITS = 11, BUCKETS = 1 << BITS, MASK = BUCKETS - 1, PASSES64 = 6, PASSES32 = 3 };

/* Counts to start positions; true if one bucket holds everything, so that the pass moves nothing. */
static bool to_starts(size_t *hist, int buckets, size_t count)
{
    size_t start = 0;
    for (int b = 0; b < buckets; b++) {
        size_t n = hist[b];
        if (n == count) return true;
        hist[b] = start;
        start += n;
    }
    return false;
}

/* The bits in which keys differ; 0 when they ascend as they are. */
static uint64_t to_sort(const cim__keyed *items, size_t count)
{
    uint64_t differ = 0;
    bool ascends = true;
    for (size_t i = 1; i < count; i++) {
        differ |= items[i].key ^ items[0].key;
        ascends &= items[i - 1].key <= items[i].key;
    }
    return ascends ? 0 : differ;
}

void cim__sort_keyed(cim__keyed *items, cim__keyed *scratch, size_t count)
{
    cim__keyed *from = items, *to = scratch;
    uint64_t differ = to_sort(items, count);
    size_t hist[BUCKETS];
    for (int pass = 0; pass < PASSES64; pass++) {
        int shift = pass * BITS;
        if (!(differ >> shift & MASK)) continue;
        memset(hist, 0, sizeof hist);
        for (size_t i = 0; i < count; i++) hist[(from[i].key >> shift) & MASK]++;
        if (to_starts(hist, BUCKETS, count)) continue;
        for (size_t i = 0; i < count; i++) to[hist[(from[i].key >> shift) & MASK]++] = from[i];
        cim__keyed *swap = from;
        from = to;
        to = swap;
    }
    if (from != items) memcpy(items, from, count * sizeof *items);
}

/* Few items are sorted by bytes: the counts of 11 bits would take longer to clear than the items to move. */
enum { FEW = 4096, FEW_BITS = 8, FEW_PASSES = 4 };

void cim__sort_u64_high(uint64_t *items, uint64_t *scratch, size_t count)
{
    uint64_t *from = items, *to = scratch;
    size_t hist[PASSES32 * BUCKETS];
    int bits = count < FEW ? FEW_BITS : BITS, passes = count < FEW ? FEW_PASSES : PASSES32, buckets = 1 << bits;
    memset(hist, 0, (size_t)(passes * buckets) * sizeof *hist);
    for (size_t i = 0; i < count; i++)
        for (int pass = 0; pass < passes; pass++) hist[pass * buckets + (int)((items[i] >> (32 + pass * bits)) & (uint64_t)(buckets - 1))]++;
    for (int pass = 0; pass < passes; pass++) {
        size_t *start = hist + pass * buckets;
        int shift = 32 + pass * bits;
        if (to_starts(start, buckets, count)) continue;
        for (size_t i = 0; i < count; i++) to[start[(from[i] >> shift) & (uint64_t)(buckets - 1)]++] = from[i];
        uint64_t *swap = from;
        from = to;
        to = swap;
    }
    if (from != items) memcpy(items, from, count * sizeof *items);
}
