/* hash.h - 64-bit hashing, SHA-256, and two small hash tables. */
#ifndef CIM_CORE_HASH_H
#define CIM_CORE_HASH_H

#include "core/mem.h"

/* A fast 64-bit hash.  Fixed for ever: values are stored in city files. Not for adversaries. */
uint64_t cim__hash64(const void *data, size_t size, uint64_t seed);

/* A check sum of bytes in steps of 64: four hashes side by side, so that the machine does not wait for one multiplication after the other.
 * Fixed for ever too. */
typedef struct cim__sums {
    uint64_t h[4];
} cim__sums;
#define CIM__SUMS_START ((cim__sums){ { 0x9e3779b97f4a7c15u, 0xbf58476d1ce4e5b9u, 0x94d049bb133111ebu, 0xd6e8feb86659fd93u } })

static inline void cim__sums_add(cim__sums *sums, const void *data, size_t size) /* aligned to 8; the rest behind the last 64 is left out */
{
    const uint64_t *p = data;
    cim__sums now = *sums;
    for (size_t i = 0; i < size / 64; i++, p += 8)
        for (int k = 0; k < 4; k++) {
            uint64_t v = p[k] ^ (p[k + 4] << 32 | p[k + 4] >> 32);
            uint64_t q = p[k + 4] * 0x9fb21c651e98df25u;
            now.h[k] = ((now.h[k] ^ v) * 0xff51afd7ed558ccdu) + (q ^ q >> 29);
            now.h[k] ^= now.h[k] >> 32;
        }
    *sums = now;
}

/* ---- SHA-256 (FIPS 180-4), by Nettle ---- */

typedef struct cim__sha256 {
    _Alignas(16) uint8_t state[128];
} cim__sha256;
void cim__sha256_begin(cim__sha256 *sha);
void cim__sha256_add(cim__sha256 *sha, const void *data, size_t size);
void cim__sha256_end(cim__sha256 *sha, char hex_out[65]);

/* ---- 64-bit key -> 32-bit value; open addressing, keys mixed with a per-table random seed against flooding ---- */

typedef struct cim__map {
    cim__mem *mem;
    uint64_t *keys;
    uint32_t *values; /* CIM_NONE = empty slot */
    size_t count, cap;
    uint64_t seed;
} cim__map;

void cim__map_init(cim__map *map, cim__mem *mem);
void cim__map_free(cim__map *map);
bool cim__map_put(cim__map *map, uint64_t key, uint32_t value); /* replaces; false when out of memory */
uint32_t cim__map_get(const cim__map *map, uint64_t key);       /* CIM_NONE if absent */

/* ---- texts -> dense ids 0, 1, 2, ... ---- */

typedef struct cim__names {
    cim__arena arena;
    cim__str *texts;
    size_t count, cap;
    uint32_t *slots; /* id + 1; 0 = empty */
    size_t slot_cap;
    uint64_t seed;
} cim__names;

void cim__names_init(cim__names *names, cim__mem *mem);
void cim__names_free(cim__names *names);
uint32_t cim__names_add(cim__names *names, cim__str text);        /* CIM_NONE when out of memory */
uint32_t cim__names_find(const cim__names *names, cim__str text); /* CIM_NONE if absent */

#endif
