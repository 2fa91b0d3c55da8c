/* json_in.c - yajl's events to nodes.
 *
 * yajl does not survive a failed allocation, so its memory comes from functions that jump out of it instead of returning NULL;
 * all its blocks are in a list and are given back from there. */
#include "import/json_in.h"

#include "core/hash.h"

#include <setjmp.h>
#include <stdlib.h>
#include <yajl/yajl_parse.h>

typedef struct block {
    struct block *prev, *next;
} block;
_Static_assert(2 * sizeof(void *) % sizeof(double) == 0, "what follows a block is aligned");

typedef struct parser {
    cim__jtree *tree;
    cim__mem *mem;
    yajl_handle handle;
    block blocks; /* head of a ring */
    jmp_buf no_memory;
    enum { FINE, TOO_DEEP, TOO_MANY, NO_MEMORY } trouble;
} parser;

/* ---- memory ---- */

static void *yajl_resize(void *user, void *ptr, size_t size)
{
    parser *p = user;
    block *old = ptr ? (block *)ptr - 1 : NULL;
    block *b = size <= SIZE_MAX - sizeof *b ? cim__realloc_n(p->mem, old, sizeof *b + size, 1) : NULL;
    if (!b) longjmp(p->no_memory, 1);
    if (!old) {
        b->next = p->blocks.next;
        b->prev = &p->blocks;
    }
    b->next->prev = b->prev->next = b;
    return b + 1;
}

static void *yajl_new(void *user, size_t size) { return yajl_resize(user, NULL, size); }

static void yajl_give_back(void *user, void *ptr)
{
    parser *p = user;
    block *b = (block *)ptr - 1;
    if (!ptr) return;
    b->next->prev = b->prev;
    b->prev->next = b->next;
    cim__free(p->mem, b);
}

static void drop_handle(parser *p)
{
    while (p->blocks.next != &p->blocks) yajl_give_back(p, p->blocks.next + 1);
    p->handle = NULL;
}

/* ---- events ---- */

static int stop(parser *p, int trouble)
{
    p->trouble = trouble;
    return 0;
}

static cim__jnode *push(parser *p, cim__jtype type)
{
    cim__jtree *t = p->tree;
    if (CIM__COUNT(&t->nodes, cim__jnode) >= 1u << 31) {
        stop(p, TOO_MANY);
        return NULL;
    }
    cim__jnode *n = CIM__PUSH(&t->nodes, cim__jnode);
    if (!n) {
        stop(p, NO_MEMORY);
        return NULL;
    }
    n->type = (uint8_t)type;
    n->shadowed = 0;
    n->size = 0;
    if (t->last_container != CIM_NONE) CIM__AT(&t->nodes, cim__jnode, t->last_container).size++;
    return n;
}

static int on_null(void *user) { return push(user, CIM__J_NULL) != NULL; }
static int on_boolean(void *user, int value) { return push(user, value ? CIM__J_TRUE : CIM__J_FALSE) != NULL; }

static int text_node(parser *p, cim__jtype type, const char *text, size_t size)
{
    cim__jtree *t = p->tree;
    cim__jnode *n = push(p, type);
    if (!n) return 0;
    n->size = (uint32_t)size;
    if (text >= t->source.ptr && text < t->source.ptr + t->source.len) {
        n->text = text;
        return 1;
    }
    cim__str copy = cim__arena_str(&t->texts, (cim__str){ text, size }); /* unescaped in yajl's buffer */
    if (!copy.ptr) return stop(p, NO_MEMORY);
    n->text = copy.ptr;
    return 1;
}

static int on_number(void *user, const char *text, size_t size) { return text_node(user, CIM__J_NUMBER, text, size); }
static int on_string(void *user, const unsigned char *text, size_t size) { return text_node(user, CIM__J_STRING, (const char *)text, size); }

static int begin(parser *p, cim__jtype type)
{
    cim__jtree *t = p->tree;
    if (++t->depth > t->max_depth) return stop(p, TOO_DEEP);
    if (t->depth > t->deepest) t->deepest = t->depth;
    uint32_t *outer = CIM__PUSH(&t->open, uint32_t);
    if (!outer) return stop(p, NO_MEMORY);
    *outer = t->last_container;
    if (!push(p, type)) return 0;
    t->last_container = (uint32_t)CIM__COUNT(&t->nodes, cim__jnode) - 1;
    return 1;
}

static void end(parser *p)
{
    cim__jtree *t = p->tree;
    CIM__AT(&t->nodes, cim__jnode, t->last_container).end = (uint32_t)CIM__COUNT(&t->nodes, cim__jnode);
    t->open.size -= sizeof(uint32_t);
    t->last_container = *(uint32_t *)(void *)(t->open.data + t->open.size);
    t->depth--;
}

static int on_start_array(void *user) { return begin(user, CIM__J_ARRAY); }
static int on_start_map(void *user) { return begin(user, CIM__J_OBJECT); }

static int on_end_array(void *user)
{
    end(user);
    return 1;
}

static void shadow(cim__jtree *t, cim__jnode *key)
{
    key->shadowed = 1;
    t->shadowed++;
}

static bool same_key(const cim__jnode *a, const cim__jnode *b) { return a->size == b->size && !memcmp(a->text, b->text, a->size); }

/* Mark keys that come again later.  A filter of 256 bits says "never seen" for nearly all, so that the comparison with those
 * before is rare. */
static void mark_few(cim__jtree *t, uint32_t object)
{
    uint64_t seen[4] = { 0, 0, 0, 0 };
    uint32_t stop_at = cim__jat(t, object)->end;
    for (uint32_t i = object + 1; i < stop_at; i = cim__jskip(t, i + 1)) {
        const cim__jnode *key = cim__jat(t, i);
        const uint8_t *text = (const uint8_t *)key->text;
        unsigned h = key->size ? (key->size * 31u + text[key->size - 1] * 7u + text[key->size / 2] * 13u + text[0]) & 255 : 0;
        bool maybe = seen[h >> 6] >> (h & 63) & 1;
        seen[h >> 6] |= 1ull << (h & 63);
        for (uint32_t j = object + 1; maybe && j < i; j = cim__jskip(t, j + 1)) {
            cim__jnode *other = &CIM__AT(&t->nodes, cim__jnode, j);
            if (!other->shadowed && same_key(other, key)) shadow(t, other);
        }
    }
}

/* The same for many keys, with a hash table. */
static bool mark_many(cim__jtree *t, uint32_t object, size_t pairs)
{
    size_t cap = 256;
    uint32_t stop_at = cim__jat(t, object)->end;
    while (cap < 2 * pairs) cap *= 2;
    t->slots.size = 0;
    uint32_t *slots = cim__buf_extend(&t->slots, cap * sizeof *slots);
    if (!slots) return false;
    memset(slots, 0, cap * sizeof *slots); /* no key is node 0 */
    for (uint32_t i = object + 1; i < stop_at; i = cim__jskip(t, i + 1)) {
        const cim__jnode *key = cim__jat(t, i);
        size_t at = cim__hash64(key->text, key->size, t->seed) & (cap - 1);
        while (slots[at] && !same_key(cim__jat(t, slots[at]), key)) at = (at + 1) & (cap - 1);
        if (slots[at]) shadow(t, &CIM__AT(&t->nodes, cim__jnode, slots[at]));
        slots[at] = i;
    }
    return true;
}

enum { FEW = 48 };

static int on_end_map(void *user)
{
    parser *p = user;
    cim__jtree *t = p->tree;
    uint32_t object = t->last_container;
    end(p);
    uint32_t pairs = CIM__AT(&t->nodes, cim__jnode, object).size /= 2;
    if (pairs > FEW) return mark_many(t, object, pairs) ? 1 : stop(p, NO_MEMORY);
    if (pairs > 1) mark_few(t, object);
    return 1;
}

static const yajl_callbacks callbacks = { on_null,      on_boolean, NULL,      NULL,           on_number,   on_string,
                                          on_start_map, on_string,  on_end_map, on_start_array, on_end_array };

/* ---- escapes that are no characters ---- */

static uint32_t hex4(const char *p, const char *stop_at)
{
    uint32_t v = 0;
    for (int i = 0; i < 4; i++, p++) {
        if (p >= stop_at) return CIM_NONE;
        char c = *p;
        uint32_t digit = c >= '0' && c <= '9' ? (uint32_t)(c - '0') : (c | 32) >= 'a' && (c | 32) <= 'f' ? (uint32_t)((c | 32) - 'a' + 10) : 99;
        if (digit > 15) return CIM_NONE; /* yajl will say so */
        v = v * 16 + digit;
    }
    return v;
}

static bool is_low_half(const char *p, const char *stop_at)
{
    uint32_t c = stop_at - p >= 6 && p[0] == '\\' && p[1] == 'u' ? hex4(p + 2, stop_at) : 0;
    return c >= 0xdc00 && c < 0xe000;
}

/* yajl reads half a surrogate pair as "?" or as bytes that are not UTF-8, so such escapes become \ufffd before. */
static void mend_escapes(cim__jtree *t, char *text, size_t size)
{
    char *stop_at = text + size, *p = text;
    while ((p = memchr(p, '\\', (size_t)(stop_at - p)))) {
        uint32_t c = stop_at - p >= 6 && p[1] == 'u' ? hex4(p + 2, stop_at) : CIM_NONE;
        bool pair = c >= 0xd800 && c < 0xdc00 && is_low_half(p + 6, stop_at);
        if (c == 0 || (c >= 0xd800 && c < 0xe000 && !pair)) {
            memcpy(p + 2, "fffd", 4);
            t->surrogates++;
        }
        p += pair ? 12 : c != CIM_NONE ? 6 : stop_at - p >= 2 ? 2 : 1;
    }
}

/* ---- reading ---- */

void cim__jtree_init(cim__jtree *t, cim__mem *mem)
{
    cim__map seeded;
    cim__map_init(&seeded, mem);
    *t = (cim__jtree){ .mem = mem, .nodes = cim__buf_on(mem), .texts = cim__arena_on(mem), .open = cim__buf_on(mem), .slots = cim__buf_on(mem), .seed = seeded.seed };
}

void cim__jtree_free(cim__jtree *t)
{
    if (t->parser) drop_handle(t->parser);
    cim__free(t->mem, t->parser);
    t->parser = NULL;
    cim__buf_free(&t->nodes);
    cim__buf_free(&t->open);
    cim__buf_free(&t->slots);
    cim__arena_free(&t->texts);
}

static parser *parser_of(cim__jtree *t)
{
    parser *p = t->parser;
    if (p) return p;
    p = t->parser = cim__zalloc(t->mem, sizeof *p);
    if (!p) return NULL;
    p->tree = t;
    p->mem = t->mem;
    p->blocks.next = p->blocks.prev = &p->blocks;
    return p;
}

/* One handle reads many values; it is made anew after an error. */
static yajl_status parse(parser *p, const char *text, size_t size)
{
    if (setjmp(p->no_memory)) {
        p->trouble = NO_MEMORY;
        drop_handle(p);
        return yajl_status_client_canceled;
    }
    if (!p->handle) {
        yajl_alloc_funcs memory = { yajl_new, yajl_resize, yajl_give_back, p };
        p->handle = yajl_alloc(&callbacks, &memory, p);
        yajl_config(p->handle, yajl_allow_multiple_values, 1);
    }
    return yajl_parse(p->handle, (const unsigned char *)text, size);
}

/* yajl's own words, without its newlines. */
static void describe(parser *p, char line[160])
{
    line[0] = 0;
    if (setjmp(p->no_memory)) return;
    unsigned char *text = yajl_get_error(p->handle, 0, NULL, 0);
    size_t n = text ? strlen((const char *)text) : 0;
    if (n > 150) n = 150;
    if (n) memcpy(line, text, n);
    while (n && (unsigned char)line[n - 1] <= ' ') n--;
    line[n] = 0;
    for (char *c = line; *c; c++)
        if ((unsigned char)*c < ' ') *c = ' ';
    if (text) yajl_free_error(p->handle, text);
}

static cim_status refused(cim_ctx *ctx, parser *p)
{
    cim__jtree *t = p->tree;
    char line[160];
    if (p->trouble == NO_MEMORY) {
        drop_handle(p);
        return cim__nomem(ctx);
    }
    t->error_at = yajl_get_bytes_consumed(p->handle);
    if (t->error_at > t->source.len) t->error_at = t->source.len;
    describe(p, line);
    drop_handle(p);
    if (p->trouble == TOO_DEEP) return cim__fail(ctx, CIM_ELIMIT, "nested more than %u deep", t->max_depth);
    if (p->trouble == TOO_MANY) return cim__fail(ctx, CIM_ELIMIT, "more than 2^31 values");
    return cim__fail(ctx, CIM_EFORMAT, "%s", line[0] ? line : "not JSON");
}

cim_status cim__jtree_read(cim_ctx *ctx, cim__jtree *t, char *text, size_t size, uint32_t max_depth)
{
    parser *p = parser_of(t);
    if (!p) return cim__nomem(ctx);
    t->nodes.size = t->open.size = 0;
    cim__arena_reset(&t->texts);
    t->source = (cim__str){ text, size };
    t->depth = t->deepest = t->shadowed = t->surrogates = 0;
    t->max_depth = max_depth;
    t->last_container = CIM_NONE;
    p->trouble = FINE;
    if (memchr(text, '\\', size)) mend_escapes(t, text, size);
    char behind = text[size];
    text[size] = ' '; /* so that yajl sees the end of a number */
    yajl_status status = parse(p, text, size + 1);
    text[size] = behind;
    if (status != yajl_status_ok) return refused(ctx, p);
    if (!t->nodes.size || t->depth || cim__jskip(t, 0) != CIM__COUNT(&t->nodes, cim__jnode)) {
        t->error_at = size;
        drop_handle(p);
        return cim__fail(ctx, CIM_EFORMAT, !t->nodes.size ? "a value is missing" : t->depth ? "ends in the middle of a value" : "more than one value");
    }
    return CIM_OK;
}

/* ---- walking ---- */

bool cim__jpair(const cim__jtree *t, uint32_t object, uint32_t *at, uint32_t *key, uint32_t *value)
{
    uint32_t stop_at = cim__jat(t, object)->end;
    while (*at < stop_at && cim__jat(t, *at)->shadowed) *at = cim__jskip(t, *at + 1);
    if (*at >= stop_at) return false;
    *key = *at;
    *value = *at + 1;
    *at = cim__jskip(t, *value);
    return true;
}

uint32_t cim__jget(const cim__jtree *t, uint32_t object, const char *key)
{
    uint32_t at = object + 1, name, value;
    cim__str wanted = cim__str_of(key);
    if (!cim__jis(t, object, CIM__J_OBJECT)) return CIM_NONE;
    while (cim__jpair(t, object, &at, &name, &value))
        if (cim__str_eq(cim__jtext(t, name), wanted)) return value;
    return CIM_NONE;
}

bool cim__jreal(const cim__jtree *t, uint32_t i, double *value_out)
{
    return cim__jis(t, i, CIM__J_NUMBER) && cim__parse_double(cim__jtext(t, i), value_out);
}

bool cim__jindex(const cim__jtree *t, uint32_t i, uint32_t *value_out)
{
    uint64_t v = 0;
    if (!cim__jis(t, i, CIM__J_NUMBER)) return false;
    cim__str s = cim__jtext(t, i);
    if (s.len > 10) return false;
    for (size_t k = 0; k < s.len; k++) {
        if ((unsigned char)(s.ptr[k] - '0') > 9) return false;
        v = v * 10 + (unsigned char)(s.ptr[k] - '0');
    }
    if (v >= CIM_NONE) return false;
    *value_out = (uint32_t)v;
    return true;
}

/* Recursion is bounded by the depth that was accepted when reading. */
void cim__jput(cim__json *json, const cim__jtree *t, uint32_t i)
{
    uint32_t at = i + 1, key, value;
    switch (cim__jtype_of(t, i)) {
    case CIM__J_NULL: cim__json_null(json); return;
    case CIM__J_FALSE:
    case CIM__J_TRUE: cim__json_bool(json, cim__jtype_of(t, i) == CIM__J_TRUE); return;
    case CIM__J_NUMBER: cim__json_raw(json, cim__jtext(t, i)); return;
    case CIM__J_STRING: cim__json_str(json, cim__jtext(t, i)); return;
    case CIM__J_ARRAY:
        cim__json_open(json, '[');
        for (; at < cim__jskip(t, i); at = cim__jskip(t, at)) cim__jput(json, t, at);
        cim__json_close(json, ']');
        return;
    case CIM__J_OBJECT:
        cim__json_open(json, '{');
        while (cim__jpair(t, i, &at, &key, &value)) {
            cim__json_keystr(json, cim__jtext(t, key));
            cim__jput(json, t, value);
        }
        cim__json_close(json, '}');
    }
}
