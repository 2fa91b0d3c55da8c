/* turns.c - turn restrictions of a city as words over links.
 *
 * A restriction object relates to the segments it is about: from, via (when via is ways) and to.  The junctions follow from the ends they
 * share.  A word is the links one may not take in a row; for an "only" restriction the links after which only the last one is allowed.  That
 * restriction binds whoever has come all the way over from and via. */
#include "net/net.h"

enum { MEMBERS = 192, RULES = 8 };

typedef struct turn {
    uint32_t object;
    uint32_t from[MEMBERS], via[MEMBERS], to[MEMBERS]; /* edges */
    uint32_t via_road[MEMBERS], via_order[MEMBERS];    /* objects; place in the list of members, 0: not known */
    uint32_t from_count, via_count, to_count, via_object, via_point;
    uint32_t rules[RULES], rule_count;
    bool no, lost;
} turn;

/* ---- its keys ---- */

static uint32_t text_id(cim__net_maker *m, cim__str text) { return cim__names_add(&m->net->texts, text); }

static bool ends_with(cim__str text, const char *end)
{
    size_t n = strlen(end);
    return text.len >= n && !memcmp(text.ptr + text.len - n, end, n);
}

/* "no_right_turn_on_red @ (...)": about the signal, not about the turn. */
static bool at_red(cim__str value)
{
    const char *at = memchr(value.ptr, '@', value.len);
    return at && ends_with(cim__str_trim((cim__str){ value.ptr, (size_t)(at - value.ptr) }), "_on_red");
}

static cim_status add_rule(cim_ctx *ctx, cim__net_maker *m, turn *t, cim__str key, cim__str value)
{
    bool only = cim__str_starts(value, "only_");
    if (ends_with(value, "_on_red") || at_red(value)) return CIM_OK;
    if (t->rule_count == RULES || (!only && !cim__str_starts(value, "no_"))) return CIM_OK;
    cim__net_rule *r = CIM__PUSH(&m->net->rules, cim__net_rule);
    if (!r) return cim__nomem(ctx);
    *r = (cim__net_rule){ t->object, text_id(m, key), text_id(m, value), CIM_NONE, only };
    if (r->key == CIM_NONE || r->value == CIM_NONE) return cim__nomem(ctx);
    t->rules[t->rule_count++] = (uint32_t)CIM__COUNT(&m->net->rules, cim__net_rule) - 1;
    return CIM_OK;
}

static cim_status read_keys(cim_ctx *ctx, cim__net_maker *m, turn *t, cim__str attrs)
{
    cim__jvalue object, value;
    cim__str key;
    uint32_t except = CIM_NONE;
    if (!cim__jparse(attrs, &object) || object.type != CIM__J_OBJECT) return CIM_OK;
    cim__jiter it = cim__jiter_of(object);
    while (cim__jnext(&it, &key, &value)) {
        if (value.type != CIM__J_STRING) continue;
        m->text.size = 0;
        cim__str text = cim__jstring(value, &m->text);
        if (cim__str_is(key, "osm:except") && (except = text_id(m, text)) == CIM_NONE) return cim__nomem(ctx);
        if (cim__str_starts(key, "osm:restriction")) CIM__TRY(add_rule(ctx, m, t, (cim__str){ key.ptr + 4, key.len - 4 }, text));
    }
    for (uint32_t i = 0; i < t->rule_count; i++) CIM__AT(&m->net->rules, cim__net_rule, t->rules[i]).except = except;
    return CIM_OK;
}

/* ---- its members ---- */

static void add_member(turn *t, uint32_t *list, uint32_t *count, uint32_t edge)
{
    if (edge == CIM_NONE || *count == MEMBERS) t->lost = true;
    else list[(*count)++] = edge;
}

static void add_via(turn *t, uint32_t road, uint32_t edge)
{
    if (t->via_count < MEMBERS) t->via_road[t->via_count] = road;
    add_member(t, t->via, &t->via_count, edge);
}

/* Relations come in the order of what they lead to; the order of the members is written at each. */
static cim_status read_order(cim_ctx *ctx, const cim__net_maker *m, turn *t)
{
    cim__arena arena = cim__arena_on(ctx->mem);
    cim_status st = CIM_OK;
    for (uint32_t i = 0; t->via_count > 1 && i < t->via_count && st >= 0; i++) {
        cim__str attrs = { "", 0 };
        cim__jvalue object, value;
        double order;
        st = m->city->rows->relation_attrs(ctx, m->city->store, t->object, CIM__R_VIA, t->via_road[i], &arena, &attrs);
        if (st < 0 || !attrs.len || !cim__jparse(attrs, &object) || !cim__jfind(object, CIM__STR("order"), &value)) continue;
        if (cim__jnumber(value, &order) && order >= 1.0 && order <= 1e6) t->via_order[i] = (uint32_t)order;
    }
    cim__arena_free(&arena);
    return st < 0 ? st : CIM_OK;
}

static void read_members(const cim__net_maker *m, turn *t)
{
    const cim__edges *out = &m->city->out;
    t->via_point = t->via_object = CIM_NONE;
    for (uint32_t i = out->first[t->object]; i < out->first[t->object + 1]; i++) {
        uint32_t other = out->other[i], edge = cim__map_get(&m->edge_of, other);
        if (out->type[i] == CIM__R_FROM) add_member(t, t->from, &t->from_count, edge);
        else if (out->type[i] == CIM__R_TO) add_member(t, t->to, &t->to_count, edge);
        else if (out->type[i] != CIM__R_VIA) continue;
        else if (m->city->layer[other] == CIM__L_ROAD) add_via(t, other, edge);
        else t->via_object = other;
    }
}

/* The junction of the via node, which may be an object of any layer. */
static cim_status find_via(cim_ctx *ctx, const cim__net_maker *m, turn *t)
{
    cim__object object;
    if (t->via_object == CIM_NONE || t->via_count) return CIM_OK;
    t->via_point = cim__map_get(&m->point_of, t->via_object);
    if (t->via_point != CIM_NONE) return CIM_OK;
    cim__arena arena = cim__arena_on(ctx->mem);
    cim_status st = cim__city_object(ctx, m->city, t->via_object, &arena, &object);
    if (st >= 0) t->via_point = cim__net_junction_at(m, object.gid);
    cim__arena_free(&arena);
    return st;
}

/* ---- its words ---- */

static cim_status put_word(cim_ctx *ctx, const turn *t, cim__buf *words, const uint32_t *links, uint32_t count)
{
    for (uint32_t i = 0; i < t->rule_count; i++) {
        cim__net_word head = { t->rules[i], count };
        cim__buf_put(words, &head, sizeof head);
        cim__buf_put(words, links, count * sizeof *links);
    }
    return words->failed ? cim__nomem(ctx) : CIM_OK;
}

static bool has_end(const cim_net *net, uint32_t edge, uint32_t junction) { return net->edge_from[edge] == junction || net->edge_to[edge] == junction; }

/* The junction that two edges share; CIM_NONE when there is none or more than one. */
static uint32_t shared(const cim_net *net, uint32_t a, uint32_t b)
{
    bool start = has_end(net, b, net->edge_from[a]), end = has_end(net, b, net->edge_to[a]);
    if (start && end && net->edge_from[a] != net->edge_to[a]) return CIM_NONE;
    return start ? net->edge_from[a] : end ? net->edge_to[a] : CIM_NONE;
}

/* Links of an edge that end, or begin, at a junction: two if it is a ring. */
static uint32_t links_at(const cim_net *net, uint32_t edge, uint32_t junction, bool into, uint32_t links[2])
{
    uint32_t n = 0;
    if ((into ? net->edge_to : net->edge_from)[edge] == junction) links[n++] = 2 * edge;
    if ((into ? net->edge_from : net->edge_to)[edge] == junction) links[n++] = 2 * edge + 1;
    return n;
}

/* Words of one restriction: all ways to go over its members in their order. */
typedef struct wording {
    cim_ctx *ctx;
    const cim_net *net;
    const turn *turn;
    cim__buf *words;
    uint32_t to, links[MEMBERS + 2], count, tries;
    bool used[MEMBERS], placed;
} wording;

enum { TRIES = 4096 }; /* more only where a hostile file has rings in rings */

static cim_status put_ends(wording *w, uint32_t junction)
{
    uint32_t out[2], n = links_at(w->net, w->to, junction, false, out);
    for (uint32_t i = 0; i < n; i++) {
        w->links[w->count] = out[i];
        w->placed = true;
        CIM__TRY(put_word(w->ctx, w->turn, w->words, w->links, w->count + 1));
    }
    return CIM_OK;
}

/* May this via segment come next?  Those of one way before those of the next; where the order is not known, any. */
static bool is_next(const wording *w, uint32_t i, uint32_t junction)
{
    const turn *t = w->turn;
    if (w->used[i] || !has_end(w->net, t->via[i], junction)) return false;
    for (uint32_t k = 0; k < t->via_count; k++)
        if (!w->used[k] && t->via_order[k] < t->via_order[i]) return false;
    return true;
}

static cim_status put_vias(wording *w, uint32_t junction)
{
    const turn *t = w->turn;
    if (w->count == t->via_count + 1) return put_ends(w, junction);
    for (uint32_t i = 0; i < t->via_count; i++) {
        uint32_t next[2], n = is_next(w, i, junction) ? links_at(w->net, t->via[i], junction, false, next) : 0;
        for (uint32_t d = 0; d < n && w->tries++ < TRIES; d++) {
            w->used[i] = true;
            w->links[w->count++] = next[d];
            CIM__TRY(put_vias(w, cim__link_head(w->net, next[d])));
            w->count--;
            w->used[i] = false;
        }
    }
    return CIM_OK;
}

/* From `from`, at a junction or at either of its ends. */
static cim_status put_words(wording *w, uint32_t from, uint32_t junction)
{
    uint32_t starts[2] = { w->net->edge_to[from], w->net->edge_from[from] }, into[2];
    for (uint32_t i = 0; i < 2u - (starts[0] == starts[1]); i++) {
        if (junction != CIM_NONE && starts[i] != junction) continue;
        uint32_t n = links_at(w->net, from, starts[i], true, into);
        for (uint32_t d = 0; d < n; d++) {
            w->links[0] = into[d];
            w->count = 1;
            CIM__TRY(put_vias(w, starts[i]));
        }
    }
    return CIM_OK;
}

static cim_status make_words(cim_ctx *ctx, cim__net_maker *m, const turn *t, cim__buf *words)
{
    wording w = { .ctx = ctx, .net = m->net, .turn = t, .words = words };
    for (uint32_t i = 0; i < t->from_count; i++)
        for (uint32_t k = 0; k < t->to_count; k++) {
            uint32_t at = t->via_count ? CIM_NONE : t->via_point != CIM_NONE ? t->via_point : shared(m->net, t->from[i], t->to[k]);
            w.to = t->to[k];
            if (t->via_count || at != CIM_NONE) CIM__TRY(put_words(&w, t->from[i], at));
        }
    m->net->unlocated += !w.placed;
    return CIM_OK;
}

typedef struct turns {
    cim__net_maker *m;
    cim__buf *words;
    turn turn;
} turns;

static cim_status see_restriction(cim_ctx *ctx, const cim__object *o, void *user)
{
    turns *s = user;
    turn *t = &s->turn;
    if (!cim__city_has(s->m->city, o->id) || s->m->city->class_id[o->id] != CIM__C_TurnRestriction || !o->attrs.len) return CIM_OK;
    memset(t, 0, sizeof *t);
    t->object = o->id;
    read_members(s->m, t);
    if (!t->from_count || !t->to_count) return CIM_OK; /* the importer has said why */
    if (t->lost) {
        s->m->net->unlocated++;
        return CIM_OK;
    }
    CIM__TRY(read_order(ctx, s->m, t));
    CIM__TRY(find_via(ctx, s->m, t));
    CIM__TRY(read_keys(ctx, s->m, t, o->attrs));
    return make_words(ctx, s->m, t, s->words);
}

cim_status cim__net_read_turns(cim_ctx *ctx, cim__net_maker *m, cim__buf *words)
{
    const cim__columns columns = { .attrs = true };
    cim_city *city = m->city;
    void *selection = NULL;
    turns s = { .m = m, .words = words };
    CIM__TRY(cim__city_relations(ctx, city));
    cim_status st = city->rows->select(ctx, city->store, CIM__L_NONSPATIAL, &columns, &selection);
    if (st >= 0) st = city->rows->select_run(ctx, city->store, selection, 0, city->max_id, see_restriction, &s);
    city->rows->select_end(city->store, selection);
    return st;
}
