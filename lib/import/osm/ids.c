/* ids.c - building and searching sets of ids. */
#include "import/osm/ids.h"
#include "core/sort.h"

void cim__osm_idlist_init(cim__osm_idlist *list, cim__mem *mem) { *list = (cim__osm_idlist){ cim__buf_on(mem), cim__buf_on(mem), 0, 0, true }; }

void cim__osm_idlist_free(cim__osm_idlist *list)
{
    cim__buf_free(&list->low);
    cim__buf_free(&list->runs);
}

void cim__osm_idlist_turn(cim__osm_idlist *list, int64_t page)
{
    cim__osm_idrun *run = CIM__PUSH(&list->runs, cim__osm_idrun);
    if (run) *run = (cim__osm_idrun){ page, (uint32_t)cim__osm_idlist_count(list), 0 };
}

bool cim__osm_idlists_ascend(const cim__osm_idlist *lists, size_t count)
{
    const cim__osm_idlist *before = NULL;
    for (size_t i = 0; i < count; i++) {
        if (!cim__osm_idlist_count(&lists[i])) continue;
        if (!lists[i].ascending || (before && lists[i].first <= before->last)) return false;
        before = &lists[i];
    }
    return true;
}

void cim__osm_ids_free(cim__osm_ids *ids)
{
    if (!ids->mem) return;
    void *arrays[] = { ids->low, ids->page, ids->start, ids->direct, ids->winner };
    for (size_t i = 0; i < sizeof arrays / sizeof *arrays; i++) cim__free(ids->mem, arrays[i]);
    memset(ids, 0, sizeof *ids);
}

/* ---- building ---- */

static bool add_page(cim__osm_ids *ids, cim__buf *pages, cim__buf *starts, int64_t page, size_t start)
{
    size_t n = CIM__COUNT(pages, int64_t);
    if (n && CIM__AT(pages, int64_t, n - 1) == page) return true;
    int64_t *p = CIM__PUSH(pages, int64_t);
    uint32_t *s = CIM__PUSH(starts, uint32_t);
    if (!p || !s) return false;
    *p = page;
    *s = (uint32_t)start;
    ids->page_count = n + 1;
    return true;
}

static bool join_lists(cim__osm_ids *ids, const cim__osm_idlist *lists, size_t list_count, cim__buf *pages, cim__buf *starts)
{
    size_t at = 0;
    for (size_t i = 0; i < list_count; i++) {
        const cim__osm_idlist *list = &lists[i];
        if (list->low.size) memcpy(ids->low + at, list->low.data, list->low.size);
        for (size_t r = 0; r < CIM__COUNT(&list->runs, cim__osm_idrun); r++) {
            const cim__osm_idrun *run = &CIM__AT(&list->runs, cim__osm_idrun, r);
            if (!add_page(ids, pages, starts, run->page, at + run->start)) return false;
        }
        at += cim__osm_idlist_count(list);
    }
    return true;
}

/* All ids with their places, as sort keys that order like signed numbers. */
static void collect(const cim__osm_idlist *lists, size_t list_count, cim__keyed *items)
{
    size_t at = 0;
    for (size_t i = 0; i < list_count; i++) {
        const cim__osm_idlist *list = &lists[i];
        size_t runs = CIM__COUNT(&list->runs, cim__osm_idrun), count = cim__osm_idlist_count(list);
        for (size_t r = 0; r < runs; r++) {
            const cim__osm_idrun *run = &CIM__AT(&list->runs, cim__osm_idrun, r);
            size_t end = r + 1 < runs ? run[1].start : count;
            for (size_t k = run->start; k < end; k++) {
                uint64_t id = (uint64_t)run->page << 16 | CIM__AT(&list->low, uint16_t, k);
                items[at + k] = (cim__keyed){ id ^ 1ull << 63, (uint32_t)(at + k), 0 };
            }
        }
        at += count;
    }
}

/* Does occurrence b (which comes later) take the place of a? */
static bool beats(const uint32_t *versions, size_t real, uint32_t b, uint32_t a)
{
    if (b >= real) return false;
    return !versions || a >= real || versions[b] >= versions[a];
}

static bool take_sorted(cim__osm_ids *ids, const cim__keyed *items, size_t count, const uint32_t *versions, size_t real, cim__buf *pages, cim__buf *starts)
{
    size_t n = 0;
    for (size_t i = 0; i < count; i++) {
        if (i && items[i].key == items[i - 1].key) {
            if (beats(versions, real, items[i].id, ids->winner[n - 1])) ids->winner[n - 1] = items[i].id;
            ids->repeated += items[i].id < real;
            continue;
        }
        int64_t id = (int64_t)(items[i].key ^ 1ull << 63);
        if (!add_page(ids, pages, starts, id >> 16, n)) return false;
        ids->low[n] = (uint16_t)id;
        ids->winner[n++] = items[i].id;
    }
    ids->count = n;
    return true;
}

static cim_status sort_lists(cim_ctx *ctx, cim__osm_ids *ids, const cim__osm_idlist *lists, size_t list_count, const uint32_t *versions, size_t real, cim__buf *pages, cim__buf *starts)
{
    size_t count = ids->count;
    cim__keyed *items = cim__alloc_n(ctx->mem, count, 2 * sizeof *items);
    ids->winner = cim__alloc_n(ctx->mem, count, sizeof *ids->winner);
    bool ok = items && ids->winner;
    if (ok) {
        collect(lists, list_count, items);
        cim__sort_keyed(items, items + count, count);
        ok = take_sorted(ids, items, count, versions, real, pages, starts);
    }
    cim__free(ctx->mem, items);
    return ok ? CIM_OK : cim__nomem(ctx);
}

enum { DIRECT_MAX = 1 << 22 };

/* A table over all pages between the first and the last, when that is not much more than there are. */
static cim_status make_direct(cim_ctx *ctx, cim__osm_ids *ids)
{
    if (!ids->page_count) return CIM_OK;
    uint64_t span = (uint64_t)ids->page[ids->page_count - 1] - (uint64_t)ids->page[0] + 1;
    if (span > DIRECT_MAX) return CIM_OK;
    ids->direct_count = (size_t)span;
    ids->direct = cim__alloc_n(ctx->mem, ids->direct_count + 1, sizeof *ids->direct);
    if (!ids->direct) return cim__nomem(ctx);
    size_t i = 0;
    for (uint64_t k = 0; k < span; k++) {
        ids->direct[k] = ids->start[i];
        if ((uint64_t)ids->page[i] - (uint64_t)ids->page[0] == k) i++;
    }
    ids->direct[span] = ids->start[ids->page_count];
    return CIM_OK;
}

static cim_status build(cim_ctx *ctx, cim__osm_ids *ids, const cim__osm_idlist *lists, size_t list_count, const uint32_t *versions, size_t real, cim__buf *pages, cim__buf *starts)
{
    ids->low = cim__alloc_n(ctx->mem, ids->count, sizeof *ids->low);
    if (!ids->low) return cim__nomem(ctx);
    if (!cim__osm_idlists_ascend(lists, list_count)) CIM__TRY(sort_lists(ctx, ids, lists, list_count, versions, real, pages, starts));
    else if (!join_lists(ids, lists, list_count, pages, starts)) return cim__nomem(ctx);
    uint32_t *end = CIM__PUSH(starts, uint32_t);
    if (!end) return cim__nomem(ctx);
    *end = (uint32_t)ids->count;
    ids->page = (int64_t *)(void *)pages->data;
    ids->start = (uint32_t *)(void *)starts->data;
    *pages = *starts = cim__buf_on(ctx->mem);
    return make_direct(ctx, ids);
}

cim_status cim__osm_ids_build(cim_ctx *ctx, const cim__osm_idlist *lists, size_t list_count, const uint32_t *versions, size_t real, cim__osm_ids *ids)
{
    cim__buf pages = cim__buf_on(ctx->mem), starts = cim__buf_on(ctx->mem);
    memset(ids, 0, sizeof *ids);
    ids->mem = ctx->mem;
    for (size_t i = 0; i < list_count; i++) {
        ids->count += cim__osm_idlist_count(&lists[i]);
        if (lists[i].low.failed || lists[i].runs.failed) return cim__nomem(ctx);
    }
    cim_status st = ids->count < CIM_NONE - 1 ? build(ctx, ids, lists, list_count, versions, real, &pages, &starts) : cim__fail(ctx, CIM_ELIMIT, "more than 4,294,967,293 objects of one kind");
    cim__buf_free(&pages);
    cim__buf_free(&starts);
    if (st < 0) cim__osm_ids_free(ids);
    return st;
}

/* ---- searching ---- */

/* The run of low parts of a page. */
static inline bool page_of(const cim__osm_ids *ids, int64_t page, uint32_t *from, uint32_t *to)
{
    if (!ids->page_count) return false;
    if (ids->direct) {
        uint64_t k = (uint64_t)page - (uint64_t)ids->page[0];
        if (k >= ids->direct_count) return false;
        *from = ids->direct[k];
        *to = ids->direct[k + 1];
        return *to > *from;
    }
    size_t lo = 0, hi = ids->page_count;
    while (hi - lo > 1) {
        size_t mid = lo + (hi - lo) / 2;
        if (ids->page[mid] <= page) lo = mid;
        else hi = mid;
    }
    *from = ids->start[lo];
    *to = ids->start[lo + 1];
    return ids->page[lo] == page;
}

static inline uint32_t search(const uint16_t *low, uint32_t from, uint32_t to, uint16_t wanted)
{
    uint32_t base = from, n = to - from;
    while (n > 1) {
        uint32_t half = n / 2;
        base += low[base + half] <= wanted ? half : 0;
        n -= half;
    }
    return low[base] == wanted ? base : CIM_NONE;
}

uint32_t cim__osm_ids_find(const cim__osm_ids *ids, int64_t id)
{
    uint32_t from, to;
    return page_of(ids, id >> 16, &from, &to) ? search(ids->low, from, to, (uint16_t)id) : CIM_NONE;
}

enum { AHEAD_LOW = 8, AHEAD_PAGE = 16 };

static inline void fetch_page(const cim__osm_ids *ids, int64_t id)
{
    uint64_t k = (uint64_t)(id >> 16) - (uint64_t)ids->page[0];
    if (ids->direct && k < ids->direct_count) __builtin_prefetch(&ids->direct[k]);
}

static inline void fetch_low(const cim__osm_ids *ids, int64_t id)
{
    uint64_t k = (uint64_t)(id >> 16) - (uint64_t)ids->page[0];
    if (ids->direct && k < ids->direct_count) __builtin_prefetch(&ids->low[(ids->direct[k] + ids->direct[k + 1]) / 2]);
}

void cim__osm_ids_find_all(const cim__osm_ids *ids, const int64_t *wanted, size_t count, uint32_t *numbers)
{
    if (!ids->page_count) {
        if (count) memset(numbers, 0xff, count * sizeof *numbers);
        return;
    }
    for (size_t i = 0; i < count; i++) {
        if (i + AHEAD_PAGE < count) fetch_page(ids, wanted[i + AHEAD_PAGE]);
        if (i + AHEAD_LOW < count) fetch_low(ids, wanted[i + AHEAD_LOW]);
        numbers[i] = cim__osm_ids_find(ids, wanted[i]);
    }
}

int64_t cim__osm_ids_at(const cim__osm_ids *ids, uint32_t number)
{
    size_t lo = 0, hi = ids->page_count;
    while (hi - lo > 1) {
        size_t mid = lo + (hi - lo) / 2;
        if (ids->start[mid] <= number) lo = mid;
        else hi = mid;
    }
    return (int64_t)((uint64_t)ids->page[lo] << 16 | ids->low[number]);
}
