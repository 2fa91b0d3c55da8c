/* hash.c - 64-bit hashing and hash tables. */
#include "core/hash.h"

#include <sys/random.h>

static inline uint64_t mix(uint64_t a, uint64_t b)
{
    __uint128_t product = (__uint128_t)a * b;
    return (uint64_t)product ^ (uint64_t)(product >> 64);
}

static inline uint64_t load64(const uint8_t *p)
{
    uint64_t v;
    memcpy(&v, p, sizeof v); /* little-endian on every machine */
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    v = __builtin_bswap64(v);
#endif
    return v;
}

enum { TAIL = 8 };
static const uint64_t k1 = 0x9e3779b97f4a7c15ull, k2 = 0xd6e8feb86659fd93ull, k3 = 0xa0761d6478bd642full;

uint64_t cim__hash64(const void *data, size_t size, uint64_t seed)
{
    const uint8_t *p = data;
    uint64_t h = seed ^ mix(size ^ k1, k3);
    for (; size >= TAIL; p += TAIL, size -= TAIL) h = mix(h ^ load64(p) ^ k1, k2);
    if (size) {
        uint8_t tail[TAIL] = { 0 };
        memcpy(tail, p, size);
        h = mix(h ^ load64(tail) ^ k1, k2);
    }
    return mix(h ^ k2, k3);
}

static uint64_t random_seed(void)
{
    uint64_t seed = k1;
    return getrandom(&seed, sizeof seed, GRND_NONBLOCK) == (ssize_t)sizeof seed ? seed : k1;
}

/* ---- cim__map ---- */

void cim__map_init(cim__map *map, cim__mem *mem) { *map = (cim__map){ .mem = mem, .seed = random_seed() }; }

void cim__map_free(cim__map *map)
{
    cim__free(map->mem, map->keys);
    cim__free(map->mem, map->values);
    map->keys = NULL;
    map->values = NULL;
    map->count = map->cap = 0;
}

static size_t map_slot(const cim__map *map, uint64_t key)
{
    size_t i = mix(key ^ map->seed, k2) & (map->cap - 1);
    while (map->values[i] != CIM_NONE && map->keys[i] != key) i = (i + 1) & (map->cap - 1);
    return i;
}

static bool map_grow(cim__map *map)
{
    cim__map bigger = *map;
    bigger.cap = map->cap ? map->cap * 2 : 64;
    bigger.keys = cim__alloc_n(map->mem, bigger.cap, sizeof *bigger.keys);
    bigger.values = cim__alloc_n(map->mem, bigger.cap, sizeof *bigger.values);
    if (!bigger.keys || !bigger.values) {
        cim__free(map->mem, bigger.keys);
        cim__free(map->mem, bigger.values);
        return false;
    }
    memset(bigger.values, 0xff, bigger.cap * sizeof *bigger.values);
    for (size_t i = 0; i < map->cap; i++) {
        if (map->values[i] == CIM_NONE) continue;
        size_t at = map_slot(&bigger, map->keys[i]);
        bigger.keys[at] = map->keys[i];
        bigger.values[at] = map->values[i];
    }
    cim__free(map->mem, map->keys);
    cim__free(map->mem, map->values);
    *map = bigger;
    return true;
}

bool cim__map_put(cim__map *map, uint64_t key, uint32_t value)
{
    if (map->count * 4 >= map->cap * 3 && !map_grow(map)) return false;
    size_t i = map_slot(map, key);
    map->count += map->values[i] == CIM_NONE;
    map->keys[i] = key;
    map->values[i] = value;
    return true;
}

uint32_t cim__map_get(const cim__map *map, uint64_t key) { return map->cap ? map->values[map_slot(map, key)] : CIM_NONE; }

/* ---- cim__names ---- */

void cim__names_init(cim__names *names, cim__mem *mem) { *names = (cim__names){ .arena = cim__arena_on(mem), .seed = random_seed() }; }

void cim__names_free(cim__names *names)
{
    cim__free(names->arena.mem, names->texts);
    cim__free(names->arena.mem, names->slots);
    cim__arena_free(&names->arena);
    names->texts = NULL;
    names->slots = NULL;
    names->count = names->cap = names->slot_cap = 0;
}

static size_t names_slot(const cim__names *names, cim__str text)
{
    size_t i = cim__hash64(text.ptr, text.len, names->seed) & (names->slot_cap - 1);
    while (names->slots[i] && !cim__str_eq(names->texts[names->slots[i] - 1], text)) i = (i + 1) & (names->slot_cap - 1);
    return i;
}

static bool names_grow(cim__names *names)
{
    size_t cap = names->slot_cap ? names->slot_cap * 2 : 64;
    uint32_t *slots = cim__zalloc_n(names->arena.mem, cap, sizeof *slots);
    cim__str *texts = slots ? cim__realloc_n(names->arena.mem, names->texts, cap, sizeof *texts) : NULL;
    if (!texts) {
        cim__free(names->arena.mem, slots);
        return false;
    }
    cim__free(names->arena.mem, names->slots);
    names->slots = slots;
    names->slot_cap = cap;
    names->texts = texts;
    names->cap = cap;
    for (size_t id = 0; id < names->count; id++) names->slots[names_slot(names, texts[id])] = (uint32_t)id + 1;
    return true;
}

uint32_t cim__names_add(cim__names *names, cim__str text)
{
    if (names->count * 4 >= names->slot_cap * 3 && !names_grow(names)) return CIM_NONE;
    size_t i = names_slot(names, text);
    if (names->slots[i]) return names->slots[i] - 1;
    cim__str copy = cim__arena_str(&names->arena, text);
    if (!copy.ptr) return CIM_NONE;
    names->texts[names->count] = copy;
    names->slots[i] = (uint32_t)++names->count;
    return names->slots[i] - 1;
}

uint32_t cim__names_find(const cim__names *names, cim__str text)
{
    if (!names->slot_cap) return CIM_NONE;
    uint32_t slot = names->slots[names_slot(names, text)];
    return slot ? slot - 1 : CIM_NONE;
}
