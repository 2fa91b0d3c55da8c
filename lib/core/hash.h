/* hash.h - 64-bit hashing, SHA-256, and two small hash tables. */
#ifndef CIM_CORE_HASH_H
#define CIM_CORE_HASH_H

#include "core/mem.h"

/* A fast 64-bit hash.  Fixed for ever: values are stored in city files. Not for adversaries. */
uint64_t cim__hash64(const void *data, size_t size, uint64_t seed);

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
