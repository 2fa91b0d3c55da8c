/* relate.c - what relations say: which ends lines have, on which end a device sits, which nodes are linked, who is in which network; and
 * from that the commodity of everything. */
#include "utility/utility.h"

#include <math.h>

/* ---- what is stored ---- */

static cim__str kept_text(cim__umaker *m, cim__jvalue value)
{
    m->text.size = 0;
    return cim__arena_str(&m->arena, cim__jstring(value, &m->text));
}

static double number_in(cim__jvalue object, const char *key, cim__buf *scratch)
{
    cim__jvalue value;
    double v = NAN;
    if (!cim__jfind(object, cim__str_of(key), &value)) return NAN;
    scratch->size = 0;
    if (value.type == CIM__J_NUMBER) cim__jnumber(value, &v);
    else if (value.type == CIM__J_STRING && !cim__parse_double(cim__jstring(value, scratch), &v)) v = NAN;
    return cim__u_number(v) ? v : NAN;
}

static cim_status take_connects(cim_ctx *ctx, cim__umaker *m, const cim__stored_relation *r)
{
    cim__jvalue object, value;
    cim__uconnect c = { r->from, r->to, CIM__U_END_NONE, { "", 0 } };
    if (m->thing_of[r->from] == CIM_NONE && m->thing_of[r->to] == CIM_NONE) return CIM_OK;
    if (r->attrs.len && cim__jparse(r->attrs, &object) && object.type == CIM__J_OBJECT) {
        if (cim__jfind(object, CIM__STR("link"), &value) && value.type == CIM__J_STRING) c.kind = CIM__U_END_LINK;
        else if (cim__jfind(object, CIM__STR("near"), &value) && value.type == CIM__J_STRING) c.kind = CIM__U_END_NEAR;
        else if (cim__jfind(object, CIM__STR("end"), &value) && value.type == CIM__J_STRING) {
            m->text.size = 0;
            cim__str end = cim__jstring(value, &m->text);
            c.kind = cim__str_is(end, "from") ? CIM__U_END_FROM : cim__str_is(end, "to") ? CIM__U_END_TO : cim__str_is(end, "both") ? CIM__U_END_BOTH : CIM__U_END_NONE;
        }
        if (c.kind == CIM__U_END_LINK || c.kind == CIM__U_END_NEAR) {
            c.id = kept_text(m, value);
            if (!c.id.ptr) return cim__nomem(ctx);
        }
    }
    cim__buf_put(&m->connects, &c, sizeof c);
    return m->connects.failed ? cim__nomem(ctx) : CIM_OK;
}

static cim_status take_serves(cim_ctx *ctx, cim__umaker *m, const cim__stored_relation *r)
{
    cim__jvalue object;
    cim__userve s = { r->from, r->to, 0, 0, CIM_NONE, NAN, NAN };
    if (m->thing_of[r->from] == CIM_NONE) return CIM_OK;
    if (r->attrs.len && cim__jparse(r->attrs, &object) && object.type == CIM__J_OBJECT) {
        double customers = number_in(object, "customers", &m->text);
        if (customers >= 0.0 && customers <= 1e9) s.customers = (uint32_t)customers;
        s.x = number_in(object, "x", &m->text);
        s.y = number_in(object, "y", &m->text);
        if (isnan(s.x) || isnan(s.y)) s.x = s.y = NAN;
    }
    cim__buf_put(&m->serves, &s, sizeof s);
    return m->serves.failed ? cim__nomem(ctx) : CIM_OK;
}

static bool is_network(const cim__umaker *m, uint32_t object) { return m->city->class_id[object] == CIM__C_Network; }

/* "utility:topoGraph" and the like: the graph that stands for a feature. */
static bool names_graph(cim__str attrs)
{
    static const char *const words[] = { "topoGraph\"", "featureGraph\"", "networkGraph\"", "graph\"" };
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (cim__str_has(attrs, words[i])) return true;
    return false;
}

static cim_status take(cim_ctx *ctx, const cim__stored_relation *r, void *user)
{
    cim__umaker *m = user;
    const cim__upair pair = { r->from, r->to };
    cim__buf *to = NULL;
    if (!cim__city_has(m->city, r->from) || !cim__city_has(m->city, r->to)) return CIM_OK;
    if (r->type == CIM__R_CONNECTS) return take_connects(ctx, m, r);
    if (r->type == CIM__R_SERVES) return take_serves(ctx, m, r);
    if (r->type == CIM__R_MEMBER && is_network(m, r->to)) to = &m->members;
    if (r->type == CIM__R_SAME_AS) to = &m->same;
    if (r->type == CIM__R_RELATED && is_network(m, r->to) && m->thing_of[r->from] != CIM_NONE && names_graph(r->attrs)) to = &m->graphs;
    if (to) cim__buf_put(to, &pair, sizeof pair);
    return to && to->failed ? cim__nomem(ctx) : CIM_OK;
}

cim_status cim__u_sort_pairs(cim_ctx *ctx, cim__buf *buf)
{
    size_t n = CIM__COUNT(buf, cim__upair), kept = 0;
    cim__keyed *order = cim__alloc_n(ctx->mem, 2 * n + 1, sizeof *order);
    if (!order) return cim__nomem(ctx);
    for (size_t i = 0; i < n; i++) {
        cim__upair p = CIM__AT(buf, cim__upair, i);
        order[i] = (cim__keyed){ (uint64_t)p.a << 32 | p.b, 0, 0 };
    }
    if (n) cim__sort_keyed(order, order + n, n);
    for (size_t i = 0; i < n; i++)
        if (!i || order[i].key != order[i - 1].key) CIM__AT(buf, cim__upair, kept++) = (cim__upair){ (uint32_t)(order[i].key >> 32), (uint32_t)order[i].key };
    buf->size = kept * sizeof(cim__upair);
    cim__free(ctx->mem, order);
    return CIM_OK;
}

/* ---- graphs of features ---- */

static cim_status note_owners(cim_ctx *ctx, cim__umaker *m)
{
    for (size_t i = 0; i < CIM__COUNT(&m->graphs, cim__upair); i++) {
        cim__upair g = CIM__AT(&m->graphs, cim__upair, i);
        if (cim__map_get(&m->owner_of, g.b) == CIM_NONE && !cim__map_put(&m->owner_of, g.b, m->thing_of[g.a])) return cim__nomem(ctx);
    }
    for (size_t i = 0; i < cim__thing_count(m) && m->owner_of.count; i++) {
        uint32_t parent = m->city->parent[CIM__THING(m, i)->object];
        uint32_t owner = parent == CIM_NONE ? CIM_NONE : cim__map_get(&m->owner_of, parent);
        if (owner != CIM_NONE && owner != i) CIM__THING(m, owner)->bits |= CIM__U_OWNER;
    }
    return CIM_OK;
}

/* ---- commodities ---- */

typedef struct climb {
    uint8_t domain;
    double snap;
    bool cycle;
} climb;

static void look_at_network(const cim__umaker *m, uint32_t network, climb *c)
{
    uint32_t domain = cim__map_get(&m->net_domain, network), snap = cim__map_get(&m->net_snap, network);
    if (c->domain == CIM__U_UNSAID && domain != CIM_NONE) c->domain = (uint8_t)domain;
    if (c->snap < 0.0 && snap != CIM_NONE) c->snap = CIM__AT(&m->snaps, double, snap);
}

/* Networks an object is in; the first of them, CIM_NONE when there is none. */
static uint32_t look_at_memberships(const cim__umaker *m, uint32_t object, climb *c)
{
    size_t lo = 0, hi = CIM__COUNT(&m->members, cim__upair);
    const cim__upair *p = (const cim__upair *)(const void *)m->members.data;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (p[mid].a < object) lo = mid + 1;
        else hi = mid;
    }
    uint32_t first = CIM_NONE;
    for (; lo < CIM__COUNT(&m->members, cim__upair) && p[lo].a == object; lo++) {
        look_at_network(m, p[lo].b, c);
        if (first == CIM_NONE) first = p[lo].b;
    }
    return first;
}

/* Up by memberships first, else by parents, as far as CIM__U_DEPTH. */
static void climb_up(const cim__umaker *m, uint32_t object, climb *c)
{
    bool by_network = false; /* parents alone are looked at in findings.c */
    for (int depth = 0; object != CIM_NONE && cim__city_has(m->city, object); depth++) {
        if (depth > CIM__U_DEPTH) {
            c->cycle = c->cycle || by_network;
            return;
        }
        const cim__uthing *t = cim__thing_of(m, object);
        if (t && c->domain == CIM__U_UNSAID) c->domain = t->domain;
        if (is_network(m, object)) look_at_network(m, object, c);
        uint32_t network = look_at_memberships(m, object, c), parent = m->city->parent[object];
        if (c->domain != CIM__U_UNSAID && c->snap >= 0.0) return;
        by_network = by_network || network != CIM_NONE;
        object = network != CIM_NONE ? network : parent;
    }
}

static cim_status domain_of_thing(cim_ctx *ctx, cim__umaker *m, cim__uthing *t)
{
    climb c = { t->domain, -1.0, false };
    uint32_t parent = m->city->parent[t->object], owner = parent == CIM_NONE ? CIM_NONE : cim__map_get(&m->owner_of, parent);
    climb_up(m, t->object, &c);
    if (c.domain == CIM__U_UNSAID && parent != CIM_NONE) climb_up(m, parent, &c);
    if (c.domain == CIM__U_UNSAID && owner != CIM_NONE) climb_up(m, CIM__THING(m, owner)->object, &c);
    if (c.cycle) CIM__TRY(cim__u_found(ctx, m, CIM_UTILITY_CYCLE, t->object, CIM_NONE, CIM_NONE, NAN, NAN, NAN));
    t->domain = c.domain;
    if (c.domain != CIM__U_UNSAID && c.snap > m->snap_m[c.domain]) m->snap_m[c.domain] = c.snap;
    return CIM_OK;
}

/* ---- ends and devices ---- */

cim_status cim__u_find(cim_ctx *ctx, cim__umaker *m, cim__str gid, uint32_t *object_out)
{
    const cim__gids *gids;
    uint32_t ids[2];
    size_t count = 0;
    CIM__TRY(cim__city_gids(ctx, m->city, &gids));
    uint64_t hash = cim__gid_hash(gid);
    size_t at = cim__gids_first(gids, m->city->count, hash);
    *object_out = CIM_NONE;
    if (at >= m->city->count || gids->hash[at] != hash) return CIM_OK;
    CIM__TRY(cim__city_find(ctx, m->city, gid, ids, 2, &count));
    if (count == 1) *object_out = ids[0];
    return CIM_OK;
}

/* Does an object have this id?  By its hash: it is asked of two objects only. */
static bool has_id(const cim__umaker *m, const cim__gids *gids, uint64_t hash, uint32_t object)
{
    for (size_t at = cim__gids_first(gids, m->city->count, hash); at < m->city->count && gids->hash[at] == hash; at++)
        if (gids->id[at] == object) return true;
    return false;
}

static bool drawn_end(const cim__umaker *m, const cim__uthing *line, int end, double xy[2])
{
    if (!line->vertex_parts) return false;
    const cim__upart *p = &CIM__AT(&m->parts, cim__upart, line->first_part + (end ? line->vertex_parts - 1 : 0));
    memcpy(xy, &CIM__AT(&m->xy, double, 2 * ((size_t)p->first + (end ? p->count - 1 : 0))), 2 * sizeof *xy);
    return true;
}

/* The end of a drawn line that is nearer to a thing. */
static int nearer_end(const cim__umaker *m, const cim__uthing *line, const cim__uthing *t)
{
    double a[2], b[2];
    if (!t || !(t->bits & CIM__U_PLACE) || !drawn_end(m, line, 0, a) || !drawn_end(m, line, 1, b)) return 0;
    return hypot(b[0] - t->x, b[1] - t->y) < hypot(a[0] - t->x, a[1] - t->y);
}

static void state_end(cim__umaker *m, cim__uthing *line, int end, uint32_t object)
{
    cim__uthing *node = cim__thing_of(m, object);
    line->end_object[end] = object;
    if (!node) return;
    node->bits |= CIM__U_STATED_END;
    if (line->domain == CIM__U_UNSAID) line->domain = node->domain;
}

static cim_status take_end(cim_ctx *ctx, cim__umaker *m, const cim__uconnect *c)
{
    cim__uthing *line = cim__thing_of(m, c->from);
    for (int end = 0; end < 2; end++) {
        if (!(c->kind == CIM__U_END_BOTH || c->kind == (end ? CIM__U_END_TO : CIM__U_END_FROM))) continue;
        if (line->end_object[end] == CIM_NONE) state_end(m, line, end, c->to);
        else CIM__TRY(cim__u_found(ctx, m, CIM_UTILITY_BAD_VALUE, c->from, c->to, (uint32_t)end, NAN, NAN, NAN));
    }
    return CIM_OK;
}

static void take_some_end(cim__umaker *m, const cim__uconnect *c)
{
    cim__uthing *line = cim__thing_of(m, c->from);
    int end = nearer_end(m, line, cim__thing_of(m, c->to));
    if (line->end_object[end] != CIM_NONE) end = !end;
    if (line->end_object[end] == CIM_NONE) state_end(m, line, end, c->to);
}

static cim_status take_device(cim_ctx *ctx, cim__umaker *m, const cim__gids *gids, const cim__uconnect *c)
{
    cim__uthing *device = cim__thing_of(m, c->from), *line = cim__thing_of(m, c->to);
    int end = c->kind == CIM__U_END_TO;
    if (c->kind == CIM__U_END_NONE) end = nearer_end(m, line, device);
    if (c->kind == CIM__U_END_NEAR) {
        uint64_t hash = cim__gid_hash(c->id);
        bool at[2];
        for (int e = 0; e < 2; e++) at[e] = line->end_object[e] != CIM_NONE && has_id(m, gids, hash, line->end_object[e]);
        end = at[0] == at[1] ? nearer_end(m, line, device) : at[1];
        if (!at[0] && !at[1]) { /* ends are not stated: the end that is nearer to that node */
            uint32_t node;
            CIM__TRY(cim__u_find(ctx, m, c->id, &node));
            const cim__uthing *t = node == CIM_NONE ? NULL : cim__thing_of(m, node);
            if (!t) CIM__TRY(cim__u_found(ctx, m, CIM_UTILITY_NO_END, c->from, c->to, CIM_NONE, NAN, NAN, NAN));
            end = nearer_end(m, line, t ? t : device);
        }
    }
    if (device->host != CIM_NONE) return CIM_OK; /* one place is enough: the first that is said */
    device->host = m->thing_of[c->to];
    device->host_end = (uint8_t)end;
    device->bits |= CIM__U_ON_LINE;
    if (device->domain == CIM__U_UNSAID) device->domain = line->domain;
    return CIM_OK;
}

static bool is_line(const cim__uthing *t) { return t && t->bits & CIM__U_LINE && !(t->bits & CIM__U_OWNER); }

/* A pump or valve with two stated ends is a line. */
static void find_lines(cim__umaker *m)
{
    for (int round = 0; round < 2; round++)
        for (size_t i = 0; i < CIM__COUNT(&m->connects, cim__uconnect); i++) {
            const cim__uconnect *c = &CIM__AT(&m->connects, cim__uconnect, i);
            cim__uthing *t = cim__thing_of(m, c->from);
            if (!t || t->bits & CIM__U_LINE || is_line(cim__thing_of(m, c->to)) || c->kind < CIM__U_END_FROM || c->kind > CIM__U_END_BOTH) continue;
            if (!round) t->host_end |= (uint8_t)c->kind; /* bits 1 and 2, until devices have a place */
            else if (t->host_end == 3) t->bits |= CIM__U_LINE;
        }
    for (size_t i = 0; i < cim__thing_count(m); i++) CIM__THING(m, i)->host_end = 0;
}

static cim_status take_ends(cim_ctx *ctx, cim__umaker *m)
{
    const cim__gids *gids;
    CIM__TRY(cim__city_gids(ctx, m->city, &gids));
    find_lines(m);
    for (int round = 0; round < 3; round++) /* ends; ends that are not said which; devices, which may be near one of them */
        for (size_t i = 0; i < CIM__COUNT(&m->connects, cim__uconnect); i++) {
            const cim__uconnect *c = &CIM__AT(&m->connects, cim__uconnect, i);
            const cim__uthing *from = cim__thing_of(m, c->from), *to = cim__thing_of(m, c->to);
            bool end = c->kind >= CIM__U_END_FROM && c->kind <= CIM__U_END_BOTH;
            if (c->kind == CIM__U_END_LINK || (from && from->bits & CIM__U_OWNER) || (to && to->bits & CIM__U_OWNER)) continue;
            if (is_line(from) && !is_line(to)) {
                if (round == 0 && end) CIM__TRY(take_end(ctx, m, c));
                if (round == 1 && !end) take_some_end(m, c);
            } else if (round == 2 && from && !is_line(from) && is_line(to)) CIM__TRY(take_device(ctx, m, gids, c));
        }
    return CIM_OK;
}

cim_status cim__u_relate(cim_ctx *ctx, cim__umaker *m)
{
    CIM__TRY(m->city->rows->relations(ctx, m->city->store, take, m));
    CIM__TRY(cim__u_sort_pairs(ctx, &m->members));
    CIM__TRY(cim__u_sort_pairs(ctx, &m->graphs));
    CIM__TRY(note_owners(ctx, m));
    for (int d = 0; d < 256; d++) m->snap_m[d] = -1.0;
    for (size_t i = 0; i < cim__thing_count(m); i++) CIM__TRY(domain_of_thing(ctx, m, CIM__THING(m, i)));
    CIM__TRY(take_ends(ctx, m));
    for (int d = 0; d < 256; d++) m->snap_m[d] = m->options.snap_m >= 0.0 ? m->options.snap_m : m->snap_m[d] >= 0.0 ? m->snap_m[d] : 0.01;
    return CIM_OK;
}
