/* save.c - a net as a block of the city file, and back.
 *
 *   head      counts, who made it, check sums
 *   arrays    in the order of list_arrays(), each padded with zeros to 64 bytes
 *   texts     the end of each, then their bytes, padded likewise
 *   index     cim-index(7), to the end
 *
 * What follows from the rest by looking along it once (vertex_edge, arc_tail, places of states) is not in the file.  Everything goes straight
 * into the memory where it stays and is checked piece by piece while the machine still has it at hand: numbers are in range and lists ascend, so
 * that no bytes, however hostile, lead outside an array; the check sum finds damage that would still be some net. */
#include "net/net.h"

#include "index/save.h"

#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "nets are little-endian in files: this machine needs byte swapping here"
#endif

/* Raised whenever the same city would give another net. */
enum { FORMAT = 2 };

typedef struct head {
    char magic[8];
    uint32_t format, turns, junctions, edges, vertices, states, arcs, sets, ways, tags, rules, bans, texts, text_bytes, unlocated, areas;
    uint64_t made_by; /* profiles read other keys in another version */
    uint64_t body, check; /* sum of arrays and texts; of this head */
} head;

static const char magic[8] = "CIMNET1";

static uint64_t head_check(const head *h)
{
    head plain = *h;
    plain.check = 0;
    return cim__hash64(&plain, sizeof plain, FORMAT);
}

static uint64_t made_by(void) { return cim__hash64(CIM_VERSION_STRING, sizeof CIM_VERSION_STRING, cim__net_keys_hash()); }

/* ---- arrays ---- */

enum { ANY, BELOW, BELOW_OR_NONE, RISING, RISING_BY_2 }; /* RISING: from 0 to `bound` */

typedef struct array {
    void *pointer; /* to the pointer to the first item */
    size_t count, item;
    int kind;
    uint32_t bound;
} array;

/* A rule as it is in the file. */
typedef struct stored_rule {
    uint32_t object, key, value, except, only;
} stored_rule;

enum { ARRAYS = 28 };

static size_t list_arrays(cim_net *net, const head *h, stored_rule **rules, array *out)
{
    size_t j = h->junctions, e = h->edges, n = h->states, m = h->arcs, links = 2 * e;
    const array arrays[] = {
        { &net->junction_x, j, 8, ANY, 0 },
        { &net->junction_y, j, 8, ANY, 0 },
        { &net->junction_set, j, 4, BELOW_OR_NONE, h->sets },
        { &net->first_out, j + 1, 4, RISING, (uint32_t)links },
        { &net->out_link, links, 4, BELOW, (uint32_t)links },
        { &net->edge_object, e, 4, ANY, 0 },
        { &net->edge_from, e, 4, BELOW, h->junctions },
        { &net->edge_to, e, 4, BELOW, h->junctions },
        { &net->first_vertex, e + 1, 4, RISING_BY_2, h->vertices },
        { &net->edge_set, e, 4, BELOW, h->sets },
        { &net->edge_name, e, 4, BELOW_OR_NONE, h->texts },
        { &net->edge_way, e, 4, BELOW, h->ways },
        { &net->edge_length_m, e, 8, ANY, 0 },
        { &net->xy, 2 * (size_t)h->vertices, 8, ANY, 0 },
        { &net->heading, 2 * links, 4, ANY, 0 },
        { &net->way_length_m, h->ways, 8, ANY, 0 },
        { &net->state_junction, n, 4, BELOW, h->junctions },
        { &net->state_link, n, 4, BELOW_OR_NONE, (uint32_t)links },
        { &net->first_arc, n + 1, 4, RISING, h->arcs },
        { &net->arc_head, m, 4, BELOW, h->states },
        { &net->arc_link, m, 4, BELOW, (uint32_t)links },
        { &net->first_of_link, links + 1, 4, RISING, h->arcs },
        { &net->arc_of_link, m, 4, BELOW, h->arcs },
        { &net->set_first.data, (size_t)h->sets + 1, 4, RISING, h->tags },
        { &net->tags.data, 2 * (size_t)h->tags, 4, BELOW, h->texts },
        { &net->bans.data, 2 * (size_t)h->bans, 4, ANY, 0 }, /* looked at below */
        { rules, h->rules, sizeof(stored_rule), ANY, 0 },    /* likewise */
    };
    _Static_assert(sizeof arrays / sizeof *arrays < ARRAYS, "room for all");
    memcpy(out, arrays, sizeof arrays);
    return sizeof arrays / sizeof *arrays;
}

static size_t padded(size_t size) { return (size + 63) & ~(size_t)63; }

static const void *start_of(const array *a)
{
    const void *data;
    memcpy(&data, a->pointer, sizeof data);
    return data;
}

static head head_of(const cim_net *net)
{
    head h = { .format = FORMAT, .turns = net->turns, .junctions = net->junction_count, .edges = net->edge_count, .vertices = net->vertex_count,
               .states = net->state_count, .arcs = net->arc_count, .sets = net->set_count, .ways = net->way_count,
               .tags = (uint32_t)CIM__COUNT(&net->tags, cim__net_tag), .rules = (uint32_t)CIM__COUNT(&net->rules, cim__net_rule),
               .bans = (uint32_t)CIM__COUNT(&net->bans, cim__net_ban), .texts = (uint32_t)net->texts.count, .unlocated = net->unlocated,
               .areas = net->area_count, .made_by = made_by() };
    memcpy(h.magic, magic, sizeof magic);
    for (uint32_t t = 0; t < h.texts; t++) h.text_bytes += (uint32_t)net->texts.texts[t].len; /* below 2^32: see cim__net_save() */
    return h;
}

/* ---- saving ---- */

static const uint8_t zeros[64];

/* The bytes and their padding, and what they add to the sum. */
static cim__piece *put(cim__piece *at, const void *data, size_t size, cim__sums *sums)
{
    uint64_t last[8] = { 0 };
    size_t whole = size & ~(size_t)63;
    cim__sums_add(sums, data, whole);
    if (size > whole) {
        memcpy(last, (const char *)data + whole, size - whole);
        cim__sums_add(sums, last, sizeof last);
    }
    *at++ = (cim__piece){ data, size };
    if (size > whole) *at++ = (cim__piece){ zeros, 64 - (size - whole) };
    return at;
}

static void store_rules(const cim_net *net, stored_rule *out)
{
    for (size_t i = 0; i < CIM__COUNT(&net->rules, cim__net_rule); i++) {
        const cim__net_rule *r = &CIM__AT(&net->rules, cim__net_rule, i);
        out[i] = (stored_rule){ r->object, r->key, r->value, r->except, r->only };
    }
}

/* The end of each text, then all of them; *bytes_at where they begin. */
static bool store_texts(const cim_net *net, cim__buf *ends, cim__buf *bytes)
{
    for (size_t t = 0; t < net->texts.count; t++) {
        cim__buf_putstr(bytes, net->texts.texts[t]);
        uint32_t end = (uint32_t)bytes->size;
        cim__buf_put(ends, &end, sizeof end);
    }
    return !ends->failed && !bytes->failed && bytes->size < UINT32_MAX;
}

static cim_status save(cim_ctx *ctx, cim_net *net, cim__net_saved *s)
{
    array arrays[ARRAYS];
    cim__sums sums = CIM__SUMS_START;
    head *h = s->head = cim__alloc(ctx->mem, sizeof *h);
    stored_rule *rules = s->rules = cim__alloc_n(ctx->mem, CIM__COUNT(&net->rules, cim__net_rule) + 1, sizeof *rules);
    if (!h || !rules || !store_texts(net, &s->ends, &s->bytes)) return cim__nomem(ctx);
    *h = head_of(net);
    store_rules(net, rules);
    size_t n = list_arrays(net, h, &rules, arrays);
    cim__piece *at = s->pieces;
    *at++ = (cim__piece){ h, sizeof *h };
    for (size_t i = 0; i < n; i++) at = put(at, start_of(&arrays[i]), arrays[i].count * arrays[i].item, &sums);
    at = put(at, s->ends.data, s->ends.size, &sums);
    at = put(at, s->bytes.data, s->bytes.size, &sums);
    CIM__TRY(cim_index_save(ctx, net->index, &s->index));
    *at++ = (cim__piece){ s->index.data, s->index.size };
    h->body = cim__hash64(&sums, sizeof sums, h->made_by);
    h->check = head_check(h);
    s->count = (size_t)(at - s->pieces);
    return CIM_OK;
}

void cim__net_saved_free(cim_ctx *ctx, cim__net_saved *s)
{
    cim__free(ctx->mem, s->head);
    cim__free(ctx->mem, s->rules);
    cim__buf_free(&s->ends);
    cim__buf_free(&s->bytes);
    cim_buf_dispose(&s->index);
}

cim_status cim__net_save(cim_ctx *ctx, cim_net *net, cim__net_saved *s)
{
    _Static_assert(sizeof(head) == 96, "the head is part of the file format");
    _Static_assert(sizeof s->pieces / sizeof *s->pieces >= 2 * ARRAYS + 6, "room for all pieces");
    *s = (cim__net_saved){ .ends = cim__buf_on(ctx->mem), .bytes = cim__buf_on(ctx->mem) };
    cim_status st = save(ctx, net, s);
    if (st < 0) cim__net_saved_free(ctx, s);
    return st;
}

/* ---- loading ---- */

enum { AT_ONCE = 256 << 10, STEP = 16 };

/* Items first .. end of a list of numbers, of which those before have been looked at.  Steps of a fixed length become vector instructions. */
static bool numbers_ok(const array *a, const uint32_t *v, size_t first, size_t end)
{
    uint32_t bad = 0, bound = a->bound;
    size_t i = first;
    switch (a->kind) {
    case BELOW:
        for (; i + STEP <= end; i += STEP)
            for (size_t k = i; k < i + STEP; k++) bad |= v[k] >= bound;
        for (; i < end; i++) bad |= v[i] >= bound;
        return !bad;
    case BELOW_OR_NONE: /* CIM_NONE + 1 is 0 */
        for (; i + STEP <= end; i += STEP)
            for (size_t k = i; k < i + STEP; k++) bad |= v[k] + 1 > bound;
        for (; i < end; i++) bad |= v[i] + 1 > bound;
        return !bad;
    case RISING:
    case RISING_BY_2: {
        const uint32_t by = a->kind == RISING ? 0 : 2;
        if (!first && end) bad = v[0] != 0, i = 1;
        for (; i + STEP <= end; i += STEP)
            for (size_t k = i; k < i + STEP; k++) bad |= (v[k] > bound) | (v[k] - v[k - 1] > bound) | (v[k] - v[k - 1] < by);
        for (; i < end; i++) bad |= (v[i] > bound) | (v[i] - v[i - 1] > bound) | (v[i] - v[i - 1] < by);
        return !bad && (end < a->count || v[end - 1] == bound);
    }
    default: return true;
    }
}
_Static_assert(CIM_NONE == UINT32_MAX, "numbers_ok");

static cim_status not_good(cim_ctx *ctx) { return cim__fail(ctx, CIM_EFORMAT, "damaged net"); }

/* Bytes of an array, padded, to where they stay. */
static cim_status take(cim_ctx *ctx, cim__block *block, const array *a, void *data, cim__sums *sums)
{
    size_t size = a->count * a->item, whole = padded(size);
    for (size_t at = 0; at < whole; at += AT_ONCE) {
        char *to = (char *)data + at;
        size_t some = whole - at < AT_ONCE ? whole - at : AT_ONCE, end = at + some < size ? at + some : size;
        CIM__TRY(cim__block_read(ctx, block, to, some));
        cim__sums_add(sums, to, some);
        if (a->kind != ANY && !numbers_ok(a, data, at / 4, end / 4)) return not_good(ctx);
    }
    return CIM_OK;
}

static cim_status add_texts(cim_ctx *ctx, cim_net *net, const head *h, const uint32_t *ends, const char *text)
{
    for (uint32_t t = 0, at = 0; t < h->texts; at = ends[t++]) {
        if (ends[t] < at || ends[t] > h->text_bytes) return not_good(ctx);
        uint32_t id = cim__names_add(&net->texts, (cim__str){ text + at, ends[t] - at });
        if (id == CIM_NONE) return cim__nomem(ctx);
        if (id != t) return not_good(ctx); /* twice */
    }
    return CIM_OK;
}

static cim_status take_texts(cim_ctx *ctx, cim_net *net, cim__block *block, const head *h, cim__sums *sums)
{
    const array ends = { NULL, h->texts, 4, ANY, 0 }, bytes = { NULL, h->text_bytes, 1, ANY, 0 };
    char *room = cim__alloc(ctx->mem, padded(h->texts * (size_t)4) + padded(h->text_bytes) + 1), *text = room + padded(h->texts * (size_t)4);
    if (!room) return cim__nomem(ctx);
    cim_status st = take(ctx, block, &ends, room, sums);
    if (st >= 0) st = take(ctx, block, &bytes, text, sums);
    if (st >= 0) st = add_texts(ctx, net, h, (const uint32_t *)(const void *)room, text);
    cim__free(ctx->mem, room);
    return st;
}

static bool text_ok(uint32_t id, const head *h) { return id == CIM_NONE || id < h->texts; }

static cim_status take_rules(cim_ctx *ctx, cim_net *net, const head *h, const stored_rule *rules)
{
    for (uint32_t i = 0; i < h->rules; i++) {
        const stored_rule *r = &rules[i];
        if (!text_ok(r->key, h) || !text_ok(r->value, h) || !text_ok(r->except, h) || r->only > 1) return not_good(ctx);
        cim__net_rule *rule = CIM__PUSH(&net->rules, cim__net_rule);
        if (!rule) return cim__nomem(ctx);
        *rule = (cim__net_rule){ r->object, r->key, r->value, r->except, r->only != 0 };
    }
    const cim__net_ban *bans = (const cim__net_ban *)(const void *)net->bans.data;
    for (uint32_t i = 0; i < h->bans; i++)
        if (bans[i].arc >= h->arcs || bans[i].rule >= h->rules || (i && bans[i].arc < bans[i - 1].arc)) return not_good(ctx);
    return CIM_OK;
}

/* Arrays that are not in the file, behind the others. */
enum { DERIVED = 4 };

static void list_derived(cim_net *net, array out[DERIVED])
{
    const array arrays[DERIVED] = { { &net->state_x, net->state_count, 8, ANY, 0 }, { &net->state_y, net->state_count, 8, ANY, 0 },
                                    { &net->vertex_edge, net->vertex_count, 4, ANY, 0 }, { &net->arc_tail, net->arc_count, 4, ANY, 0 } };
    memcpy(out, arrays, sizeof arrays);
}

static size_t size_of(const array *arrays, size_t count)
{
    size_t size = 0;
    for (size_t i = 0; i < count; i++) size += padded(arrays[i].count * arrays[i].item);
    return size;
}

static char *settle(const array *a, char *at)
{
    memcpy(a->pointer, &at, sizeof at);
    return at + padded(a->count * a->item);
}

/* One block for all, so that large pages pay. */
static cim_status take_arrays(cim_ctx *ctx, cim_net *net, cim__block *block, const head *h)
{
    array arrays[ARRAYS], derived[DERIVED];
    stored_rule *rules = NULL;
    cim__sums sums = CIM__SUMS_START;
    cim_status st = CIM_OK;
    size_t n = list_arrays(net, h, &rules, arrays);
    list_derived(net, derived);
    char *at = cim__alloc_big(net->mem, size_of(arrays, n) + size_of(derived, DERIVED) + 64, &net->block);
    if (!at) return cim__nomem(ctx);
    for (size_t i = 0; i < DERIVED; i++) at = settle(&derived[i], at);
    for (size_t i = 0; i < n && st >= 0; i++) {
        st = take(ctx, block, &arrays[i], at, &sums);
        at = settle(&arrays[i], at);
    }
    net->set_first.size = net->set_first.cap = ((size_t)h->sets + 1) * 4;
    net->tags.size = net->tags.cap = h->tags * sizeof(cim__net_tag);
    net->bans.size = net->bans.cap = h->bans * sizeof(cim__net_ban);
    if (st >= 0) st = take_rules(ctx, net, h, rules);
    if (st >= 0) st = take_texts(ctx, net, block, h, &sums);
    return st >= 0 && cim__hash64(&sums, sizeof sums, h->made_by) != h->body ? not_good(ctx) : st;
}

typedef struct indexing {
    cim__block *block;
    uint32_t pieces; /* a bound: each piece goes on to the next vertex */
} indexing;

static cim_status read_index(cim_ctx *ctx, void *to, size_t size, void *user) { return cim__block_read(ctx, ((indexing *)user)->block, to, size); }

static bool pieces_ok(const uint32_t *ids, size_t count, uint32_t bound, const void *user)
{
    const uint32_t pieces = ((const indexing *)user)->pieces;
    const array a = { NULL, count, 4, BELOW, bound < pieces ? bound : pieces };
    return numbers_ok(&a, ids, 0, count);
}

/* What is not in the file. */
static void derive(cim_net *net)
{
    for (uint32_t e = 0; e < net->edge_count; e++)
        for (uint32_t v = net->first_vertex[e]; v < net->first_vertex[e + 1]; v++) net->vertex_edge[v] = e;
    for (uint32_t s = 0; s < net->state_count; s++) {
        for (uint32_t a = net->first_arc[s]; a < net->first_arc[s + 1]; a++) net->arc_tail[a] = s;
        net->state_x[s] = net->junction_x[net->state_junction[s]];
        net->state_y[s] = net->junction_y[net->state_junction[s]];
    }
}

static bool objects_ok(const cim_net *net, const cim_city *city)
{
    uint32_t before = 0, bad = 0;
    for (uint32_t e = 0; e < net->edge_count; e++) {
        uint32_t o = net->edge_object[e];
        bad |= (o < before) | !cim__city_has(city, o);
        before = o;
    }
    return !bad;
}

static void set_counts(cim_net *net, const head *h)
{
    net->junction_count = h->junctions;
    net->edge_count = h->edges;
    net->vertex_count = h->vertices;
    net->state_count = h->states;
    net->arc_count = h->arcs;
    net->set_count = h->sets;
    net->way_count = h->ways;
    net->unlocated = h->unlocated;
    net->area_count = h->areas;
}

/* Bytes of arrays and texts; counts are so small that nothing overflows. */
static size_t body_size(cim_net *net, const head *h)
{
    array arrays[ARRAYS];
    stored_rule *rules = NULL;
    size_t n = list_arrays(net, h, &rules, arrays);
    return size_of(arrays, n) + padded(h->texts * (size_t)4) + padded(h->text_bytes);
}

static bool counts_ok(const cim_net *net, const head *h)
{
    const uint32_t most = CIM_ROUTE_MAX_ARCS;
    if (h->junctions > most || h->edges > most / 4 || h->vertices > most || h->states > most || h->arcs > most || h->sets > most || h->ways > most ||
        h->tags > most || h->rules > most || h->bans > most || h->texts > most)
        return false;
    if (h->turns != net->turns || h->turns > CIM_NET_TURNS_FULL) return false;
    return h->states >= (h->turns == CIM_NET_TURNS_FULL ? 2 * h->edges : h->junctions); /* state_after() */
}

cim_status cim__net_load(cim_ctx *ctx, cim__block *block, const cim_city *city, cim_net *net)
{
    head h;
    CIM__TRY(cim__block_read(ctx, block, &h, sizeof h));
    if (memcmp(h.magic, magic, sizeof magic) != 0 || h.format != FORMAT || h.made_by != made_by()) return CIM_DONE;
    if (h.check != head_check(&h) || !counts_ok(net, &h) || body_size(net, &h) > block->left) return not_good(ctx);
    set_counts(net, &h);
    CIM__TRY(take_arrays(ctx, net, block, &h));
    if (!objects_ok(net, city)) return not_good(ctx);
    indexing pieces = { block, net->vertex_count ? net->vertex_count - 1 : 0 };
    cim__index_input input = { block->left, read_index, pieces_ok, &pieces };
    CIM__TRY(cim__index_load_from(ctx, &input, &net->index));
    derive(net);
    return CIM_OK;
}
