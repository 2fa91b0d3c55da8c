/* borrow.c - do tags of a way on the boundary of an area describe the way or the area?
 *
 * Once, multipolygon relations had no tags but those of their outer ways.  Such areas ("bare") take over the tags that all their outer
 * ways share, if these agree on what the area is.  And in many newer ones the outer way still repeats the tags of the relation: it
 * would be the same forest, or building, a second time.  A way with more to say stays an object. */
#include "import/osm/borrow.h"

#include <stdlib.h>

cim_status cim__osm_borrow(cim_ctx *ctx, const cim__osm_tags *tags, uint32_t way, cim__arena *arena, cim__buf *list)
{
    cim__osm_tag *copy = cim__arena_alloc(arena, tags->significant * sizeof *copy);
    cim__osm_borrowed *to = copy ? CIM__PUSH(list, cim__osm_borrowed) : NULL;
    uint32_t count = 0;
    if (!to) return cim__nomem(ctx);
    for (uint32_t i = 0; i < tags->count; i++) {
        const cim__osm_tag *tag = cim__osm_tag_at(tags, i);
        if (tag->key_word.flags & CIM__OSM_EDITORIAL) continue;
        copy[count] = *tag;
        copy[count].key = cim__arena_str(arena, tag->key);
        copy[count].value = cim__arena_str(arena, tag->value);
        if (!copy[count].key.ptr || !copy[count].value.ptr) return cim__nomem(ctx);
        count++;
    }
    *to = (cim__osm_borrowed){ way, count, copy };
    return CIM_OK;
}

static int by_way(const void *a, const void *b)
{
    const cim__osm_borrowed *x = a, *y = b;
    return x->way < y->way ? -1 : x->way > y->way;
}

static const cim__osm_borrowed *borrowed_of(const cim__osm *osm, uint32_t way)
{
    cim__osm_borrowed key = { .way = way };
    return osm->borrowed.size ? bsearch(&key, osm->borrowed.data, CIM__COUNT(&osm->borrowed, cim__osm_borrowed), sizeof key, by_way) : NULL;
}

static bool has_tag(const cim__osm_borrowed *b, const cim__osm_tag *tag)
{
    for (uint32_t i = 0; i < b->count; i++)
        if (cim__str_eq(b->tags[i].key, tag->key)) return cim__str_eq(b->tags[i].value, tag->value);
    return false;
}

/* Tags that say what something is. */
static bool is_main(const cim__osm_tag *tag) { return tag->key_word.number && tag->key_word.number < CIM__K_ABANDONED; }

static bool agree(const cim__osm_borrowed *a, const cim__osm_borrowed *b)
{
    for (uint32_t i = 0; i < a->count; i++)
        if (is_main(&a->tags[i]) && !has_tag(b, &a->tags[i])) return false;
    for (uint32_t i = 0; i < b->count; i++)
        if (is_main(&b->tags[i]) && !has_tag(a, &b->tags[i])) return false;
    return true;
}

static bool is_outer(const cim__osm_member *m) { return m->type == 1 && m->number != CIM_NONE && (m->role == CIM__OSM_ROLE_OUTER || m->role == CIM__OSM_ROLE_EMPTY); }

/* The outer ways' tags when they agree; NULL when they do not or have none. */
static const cim__osm_borrowed *common_tags(const cim__osm *osm, const cim__osm_relation *r)
{
    const cim__osm_borrowed *first = NULL;
    for (uint32_t i = 0; i < r->member_count; i++) {
        const cim__osm_member *m = &osm->members[r->first_member + i];
        if (!is_outer(m)) continue;
        const cim__osm_borrowed *b = borrowed_of(osm, m->number);
        if (!b || (first && !agree(first, b))) return NULL;
        if (!first) first = b;
    }
    for (uint32_t i = 0; first && i < first->count; i++)
        if (is_main(&first->tags[i])) return first;
    return NULL;
}

/* Does every outer way have this tag? */
static bool shared_by_all(const cim__osm *osm, const cim__osm_relation *r, const cim__osm_tag *tag)
{
    for (uint32_t i = 0; i < r->member_count; i++) {
        const cim__osm_member *m = &osm->members[r->first_member + i];
        const cim__osm_borrowed *b = is_outer(m) ? borrowed_of(osm, m->number) : NULL;
        if (b && !has_tag(b, tag)) return false;
    }
    return true;
}

bool cim__osm_take_borrowed(const cim__osm *osm, const cim__osm_relation *r, cim__osm_tags *tags)
{
    if (!r->borrowed) return true;
    const cim__osm_borrowed *b = &CIM__AT(&osm->borrowed, cim__osm_borrowed, r->borrowed - 1);
    for (uint32_t i = 0; i < b->count; i++) {
        uint32_t repeated = tags->repeated;
        if (shared_by_all(osm, r, &b->tags[i]) && !cim__osm_tags_add(tags, &b->tags[i])) return false;
        tags->repeated = repeated; /* what the relation says itself stays */
    }
    return true;
}

static bool says(const cim__osm_tags *tags, const cim__osm_tag *tag)
{
    for (uint32_t i = 0; i < tags->count; i++)
        if (cim__str_eq(cim__osm_tag_at(tags, i)->key, tag->key)) return cim__str_eq(cim__osm_tag_at(tags, i)->value, tag->value);
    return false;
}

static void absorb(cim__osm *osm, const cim__osm_relation *r, const cim__osm_tags *tags)
{
    for (uint32_t i = 0; i < r->member_count; i++) {
        const cim__osm_member *m = &osm->members[r->first_member + i];
        const cim__osm_borrowed *b = m->type == 1 && m->number != CIM_NONE ? borrowed_of(osm, m->number) : NULL;
        uint32_t k = 0;
        if (!b) continue;
        while (k < b->count && says(tags, &b->tags[k])) k++;
        if (k == b->count && !(osm->way_flags[m->number] & CIM__OSM_W_MEMBER)) osm->way_flags[m->number] |= CIM__OSM_W_ABSORBED;
    }
}

static bool has_borrowed(const cim__osm *osm, const cim__osm_relation *r)
{
    for (uint32_t i = 0; i < r->member_count; i++)
        if (osm->members[r->first_member + i].type == 1 && osm->members[r->first_member + i].number != CIM_NONE && borrowed_of(osm, osm->members[r->first_member + i].number)) return true;
    return false;
}

static cim_status settle(cim_ctx *ctx, cim__osm *osm, cim__osm_worker *w, cim__osm_relation *r)
{
    cim__osm_entity e;
    if (!has_borrowed(osm, r)) return CIM_OK;
    if (r->flags & CIM__OSM_R_BARE) {
        const cim__osm_borrowed *b = common_tags(osm, r);
        if (b) r->borrowed = (uint32_t)(b - (const cim__osm_borrowed *)(const void *)osm->borrowed.data) + 1;
    }
    CIM__TRY(cim__osm_source_load(ctx, &osm->source, &w->loader, r->block, &osm->words, false));
    const cim__osm_block *block = &w->loader.block;
    const char *wrong = cim__osm_relation_read((cim__wire){ block->raw + r->at, block->raw + r->at + r->size }, &e);
    if (!wrong) wrong = cim__osm_tags_read(&w->tags, block, e.keys, e.vals);
    if (wrong) return cim__osm_bad(ctx, &osm->source, r->block, wrong);
    if (!cim__osm_take_borrowed(osm, r, &w->tags)) return cim__nomem(ctx);
    absorb(osm, r, &w->tags);
    return CIM_OK;
}

/* Entrances of a way that is no object of its own belong to the area that took its tags. */
static void move_doors(cim__osm *osm)
{
    for (size_t i = 0; i < CIM__COUNT(&osm->doors, cim__osm_door); i++) {
        cim__osm_door *d = &CIM__AT(&osm->doors, cim__osm_door, i);
        uint32_t way = d->type == 1 ? cim__osm_way_number(osm, d->ref) : CIM_NONE;
        if (way == CIM_NONE || !(osm->way_flags[way] & CIM__OSM_W_ABSORBED)) continue;
        for (size_t b = cim__osm_first_bound(osm, way); b < CIM__COUNT(&osm->bounds, cim__osm_bound) && CIM__AT(&osm->bounds, cim__osm_bound, b).way == way; b++) {
            d->type = 2;
            d->ref = osm->relation[CIM__AT(&osm->bounds, cim__osm_bound, b).relation].id;
            if (osm->relation[CIM__AT(&osm->bounds, cim__osm_bound, b).relation].borrowed) break;
        }
    }
}

cim_status cim__osm_settle_tags(cim_ctx *ctx, cim__osm *osm)
{
    cim__osm_worker *w;
    if (!osm->borrowed.size) return CIM_OK;
    if (osm->borrowed.size) qsort(osm->borrowed.data, CIM__COUNT(&osm->borrowed, cim__osm_borrowed), sizeof(cim__osm_borrowed), by_way);
    CIM__TRY(cim__osm_worker_get(ctx, osm, 0, &w));
    for (size_t i = 0; i < osm->relation_count; i++) {
        cim__osm_relation *r = &osm->relation[i];
        if (r->kind == CIM__OSM_R_AREA && !(r->flags & CIM__OSM_R_LOST)) CIM__TRY(settle(ctx, osm, w, r));
    }
    move_doors(osm);
    return CIM_OK;
}
