/* tags.c - the tags of one object. */
#include "core/json.h"
#include "import/osm/block.h"

void cim__osm_tags_init(cim__osm_tags *t, cim__mem *mem)
{
    memset(t, 0, sizeof *t);
    t->list = cim__buf_on(mem);
}

void cim__osm_tags_free(cim__osm_tags *t) { cim__buf_free(&t->list); }

void cim__osm_tags_reset(cim__osm_tags *t)
{
    for (uint32_t i = 0; i < t->count; i++) t->slot[cim__osm_tag_at(t, i)->key_word.number] = 0; /* known values used as keys are no slots */
    t->list.size = 0;
    t->count = t->significant = t->repeated = 0;
}

static bool same_key(const cim__osm_tags *t, cim__str key)
{
    for (uint32_t i = 0; i < t->count; i++)
        if (cim__str_eq(cim__osm_tag_at(t, i)->key, key)) return true;
    return false;
}

enum { SEARCHED = 64 }; /* more tags than any real object has: then repetitions of unknown keys are not looked for */

bool cim__osm_tags_add(cim__osm_tags *t, const cim__osm_tag *tag)
{
    uint16_t key = tag->key_word.number;
    bool known = key && key < CIM__K_COUNT && tag->key_word.status == CIM__OSM_IN_USE;
    if (t->count >= CIM__OSM_TAGS_MAX) return false;
    if (known ? t->slot[key] != 0 : t->count <= SEARCHED && same_key(t, tag->key)) {
        t->repeated++;
        return true;
    }
    cim__osm_tag *to = CIM__PUSH(&t->list, cim__osm_tag);
    if (!to) return false;
    *to = *tag;
    if (key >= CIM__K_COUNT) to->key_word.number = 0;
    t->count++;
    if (known) t->slot[key] = (uint16_t)t->count;
    t->significant += !(tag->key_word.flags & CIM__OSM_EDITORIAL);
    return true;
}

static bool take(cim__osm_tags *t, const cim__osm_block *b, uint64_t key, uint64_t value)
{
    if (key >= b->strings->count || value >= b->strings->count) return false;
    cim__osm_tag tag = { cim__osm_string(b, (uint32_t)key), cim__osm_string(b, (uint32_t)value), b->strings->word[key], b->strings->word[value] };
    return cim__osm_tags_add(t, &tag);
}

static const char *problem(const cim__osm_tags *t)
{
    if (t->list.failed) return "";
    return t->count >= CIM__OSM_TAGS_MAX ? "an object with more than 65,535 tags" : "a tag refers to a string that does not exist";
}

const char *cim__osm_tags_read(cim__osm_tags *t, const cim__osm_block *b, cim__wire keys, cim__wire vals)
{
    cim__osm_tags_reset(t);
    while (cim__wire_more(&keys) && cim__wire_more(&vals)) {
        uint64_t key = cim__wire_get(&keys), value = cim__wire_get(&vals);
        if (!take(t, b, key, value)) return problem(t);
    }
    return keys.pos == keys.end && vals.pos == vals.end ? NULL : "an object has not as many values as keys";
}

const char *cim__osm_tags_read_dense(cim__osm_tags *t, const cim__osm_block *b, cim__wire pairs)
{
    cim__osm_tags_reset(t);
    while (cim__wire_more(&pairs)) {
        uint64_t key = cim__wire_get(&pairs), value = cim__wire_get(&pairs);
        if (!take(t, b, key, value)) return problem(t);
    }
    return NULL;
}

bool cim__osm_is(const cim__osm_tags *t, cim__osm_key key, const char *value) { return t->slot[key] && cim__str_is(cim__osm_get(t, key), value); }

/* ---- JSON ---- */

static void put_key(cim__buf *out, const cim__osm_tag *tag)
{
    if (tag->key_word.flags & CIM__OSM_PLAIN) {
        cim__buf_put(out, "\"osm:", 5);
        cim__buf_putstr(out, tag->key);
        cim__buf_put(out, "\":", 2);
        return;
    }
    size_t at = out->size;
    cim__put_json_str(out, tag->key);
    if (!cim__buf_extend(out, 5)) return;
    memmove(out->data + at + 5, out->data + at + 1, out->size - at - 6); /* behind the quote comes the prefix */
    memcpy(out->data + at + 1, "osm:", 4);
    out->data[out->size - 1] = ':';
}

static void put_value(cim__buf *out, const cim__osm_tag *tag)
{
    if (!(tag->value_word.flags & CIM__OSM_PLAIN)) {
        cim__put_json_str(out, tag->value);
        return;
    }
    cim__buf_putc(out, '"');
    cim__buf_putstr(out, tag->value);
    cim__buf_putc(out, '"');
}

void cim__osm_tags_json(const cim__osm_tags *t, cim__buf *out)
{
    cim__buf_putc(out, '{');
    for (uint32_t i = 0; i < t->count; i++) {
        if (i) cim__buf_putc(out, ',');
        put_key(out, cim__osm_tag_at(t, i));
        put_value(out, cim__osm_tag_at(t, i));
    }
}
