/* ids.h - sets of 64-bit ids that give each id a number.
 *
 * Ids are paged by their upper 48 bits; a page is a sorted run of the lower 16.  An id costs 2 bytes, a page 12 (or 4 each, when
 * pages are dense enough for a direct table), and looking one up is one table access and a binary search among, typically, 10 to 100
 * neighbours.  Ids may be negative (editors number new objects downwards). */
#ifndef CIM_IMPORT_OSM_IDS_H
#define CIM_IMPORT_OSM_IDS_H

#include "core/ctx.h"

/* Ids in the order of the file, as one worker collects them from one block. */
typedef struct cim__osm_idlist {
    cim__buf low;  /* uint16_t */
    cim__buf runs; /* cim__osm_idrun: where the page changes */
    int64_t first, last;
    bool ascending; /* strictly */
} cim__osm_idlist;

typedef struct cim__osm_idrun {
    int64_t page;
    uint32_t start;
    uint32_t reserved0;
} cim__osm_idrun;

void cim__osm_idlist_init(cim__osm_idlist *list, cim__mem *mem);
void cim__osm_idlist_free(cim__osm_idlist *list);
static inline size_t cim__osm_idlist_count(const cim__osm_idlist *list) { return CIM__COUNT(&list->low, uint16_t); }
void cim__osm_idlist_turn(cim__osm_idlist *list, int64_t page);

/* cim__buf_reserve() on low first: no growth here. */
static inline void cim__osm_idlist_add(cim__osm_idlist *list, int64_t id)
{
    size_t n = cim__osm_idlist_count(list);
    if (!n) list->first = id;
    else if (id <= list->last) list->ascending = false;
    if (!n || id >> 16 != list->last >> 16) cim__osm_idlist_turn(list, id >> 16);
    CIM__AT(&list->low, uint16_t, n) = (uint16_t)id;
    list->low.size += sizeof(uint16_t);
    list->last = id;
}

typedef struct cim__osm_ids {
    cim__mem *mem;
    size_t count, page_count, direct_count;
    uint16_t *low;
    int64_t *page;    /* ascending */
    uint32_t *start;  /* of page i in low; page_count + 1 */
    uint32_t *direct; /* start by page - page[0]; direct_count + 1; NULL: pages are too far apart */
    uint32_t *winner; /* by number: its place in the order of the lists; NULL: the same */
    size_t repeated;  /* ids that came more than once, all but one each */
} cim__osm_ids;

/* Numbers are ranks.  When the lists together do not ascend they are sorted; of the occurrences of one id the one with the highest
 * version wins (versions by place in the order of the lists; NULL: all 0), the last among equals; places from `real` on yield to any
 * before them. */
cim_status cim__osm_ids_build(cim_ctx *ctx, const cim__osm_idlist *lists, size_t list_count, const uint32_t *versions, size_t real, cim__osm_ids *ids_out);
void cim__osm_ids_free(cim__osm_ids *ids);
/* Do the lists ascend as they are?  Then there are no repetitions. */
bool cim__osm_idlists_ascend(const cim__osm_idlist *lists, size_t count);

uint32_t cim__osm_ids_find(const cim__osm_ids *ids, int64_t id); /* CIM_NONE: not in it */
/* The same for many, with memory fetched ahead. */
void cim__osm_ids_find_all(const cim__osm_ids *ids, const int64_t *wanted, size_t count, uint32_t *numbers_out);
int64_t cim__osm_ids_at(const cim__osm_ids *ids, uint32_t number);

#endif
