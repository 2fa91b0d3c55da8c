/* expand.c - states and arcs: the product of junctions and what must be remembered of the way there.
 *
 * Beginnings of words are nodes of a trie.  Node 0 is the empty beginning; fail leads to the longest ending of a beginning that
 * is a beginning itself.  With full turns every link has a state of its own, which stands for beginnings of one link too. */
#include "net/net.h"

typedef struct node {
    uint32_t link, parent, depth, fail, child, sibling, state;
    uint32_t no, only; /* first of a list of ends, CIM_NONE */
} node;

typedef struct ending {
    uint32_t rule, link, next; /* link: the one that is allowed, of an "only" rule */
} ending;

typedef struct expansion {
    cim_ctx *ctx;
    cim_net *net;
    cim__buf nodes, endings;
    cim__map root; /* link -> child of node 0 */
    cim__buf heads, links; /* uint32_t by arc */
    uint32_t depth;
} expansion;

static node *at(const expansion *x, uint32_t i) { return &CIM__AT(&x->nodes, node, i); }

static uint32_t child_of(const expansion *x, uint32_t parent, uint32_t link)
{
    if (!parent) return cim__map_get(&x->root, link);
    uint32_t c = at(x, parent)->child;
    while (c != CIM_NONE && at(x, c)->link != link) c = at(x, c)->sibling;
    return c;
}

static uint32_t add_child(expansion *x, uint32_t parent, uint32_t link)
{
    uint32_t c = child_of(x, parent, link), depth = at(x, parent)->depth + 1;
    if (c != CIM_NONE) return c;
    c = (uint32_t)CIM__COUNT(&x->nodes, node);
    node *n = CIM__PUSH(&x->nodes, node);
    if (!n) return CIM_NONE;
    *n = (node){ link, parent, depth, 0, CIM_NONE, parent ? at(x, parent)->child : CIM_NONE, CIM_NONE, CIM_NONE, CIM_NONE };
    if (parent) at(x, parent)->child = c;
    else if (!cim__map_put(&x->root, link, c)) return CIM_NONE;
    if (depth > x->depth) x->depth = depth;
    return c;
}

static bool add_ending(expansion *x, uint32_t *list, uint32_t rule, uint32_t link)
{
    ending *e = CIM__PUSH(&x->endings, ending);
    if (!e) return false;
    *e = (ending){ rule, link, *list };
    *list = (uint32_t)CIM__COUNT(&x->endings, ending) - 1;
    return true;
}

static bool add_word(expansion *x, const cim__net_word *w, const uint32_t *links)
{
    bool only = CIM__AT(&x->net->rules, cim__net_rule, w->rule).only;
    uint32_t n = 0, last = links[w->count - 1];
    for (uint32_t i = 0; i + 1 < w->count; i++)
        if ((n = add_child(x, n, links[i])) == CIM_NONE) return false;
    if (only) return add_ending(x, &at(x, n)->only, w->rule, last);
    if ((n = add_child(x, n, last)) == CIM_NONE) return false;
    return add_ending(x, &at(x, n)->no, w->rule, last);
}

static bool add_words(expansion *x, const cim__buf *words)
{
    for (size_t pos = 0; pos < words->size;) {
        const cim__net_word *w = (const cim__net_word *)(const void *)(words->data + pos);
        const uint32_t *links = (const uint32_t *)(const void *)(w + 1);
        if (!add_word(x, w, links)) return false;
        pos += sizeof *w + w->count * sizeof *links;
    }
    return true;
}

static void link_fails(expansion *x)
{
    uint32_t count = (uint32_t)CIM__COUNT(&x->nodes, node);
    for (uint32_t depth = 2; depth <= x->depth; depth++)
        for (uint32_t i = 1; i < count; i++) {
            node *n = at(x, i);
            if (n->depth != depth) continue;
            uint32_t f = at(x, n->parent)->fail, c;
            while ((c = child_of(x, f, n->link)) == CIM_NONE && f) f = at(x, f)->fail;
            n->fail = c == CIM_NONE ? 0 : c;
        }
}

/* ---- states ---- */

static bool remembers(const node *n) { return n->child != CIM_NONE || n->only != CIM_NONE; }
static uint32_t base_state(const cim_net *net, uint32_t link) { return net->turns == CIM_NET_TURNS_FULL ? link : cim__link_head(net, link); }

static void set_state(cim_net *net, uint32_t s, uint32_t junction, uint32_t link)
{
    net->state_junction[s] = junction;
    net->state_link[s] = link;
    net->state_x[s] = net->junction_x[junction];
    net->state_y[s] = net->junction_y[junction];
}

static cim_status make_states(expansion *x)
{
    cim_net *net = x->net;
    bool full = net->turns == CIM_NET_TURNS_FULL;
    uint32_t base = full ? 2 * net->edge_count : net->junction_count, count = base, nodes = (uint32_t)CIM__COUNT(&x->nodes, node);
    for (uint32_t i = 1; i < nodes; i++) {
        node *n = at(x, i);
        if (full && n->depth == 1) n->state = n->link;
        else if (remembers(n)) n->state = count++;
    }
    net->state_count = count;
    net->state_junction = cim__alloc_n(net->mem, (size_t)count + 1, sizeof(uint32_t));
    net->state_link = cim__alloc_n(net->mem, (size_t)count + 1, sizeof(uint32_t));
    net->state_x = cim__alloc_n(net->mem, (size_t)count + 1, sizeof(double));
    net->state_y = cim__alloc_n(net->mem, (size_t)count + 1, sizeof(double));
    net->first_arc = cim__zalloc_n(net->mem, (size_t)count + 2, sizeof(uint32_t));
    if (!net->state_junction || !net->state_link || !net->state_x || !net->state_y || !net->first_arc) return cim__nomem(x->ctx);
    for (uint32_t s = 0; s < base; s++) set_state(net, s, full ? cim__link_head(net, s) : s, full ? s : CIM_NONE);
    for (uint32_t i = 1; i < nodes; i++)
        if (at(x, i)->state != CIM_NONE && at(x, i)->state >= base) set_state(net, at(x, i)->state, cim__link_head(net, at(x, i)->link), at(x, i)->link);
    return CIM_OK;
}

/* ---- arcs ---- */

static bool ban(expansion *x, uint32_t rule)
{
    cim__net_ban *b = CIM__PUSH(&x->net->bans, cim__net_ban);
    if (b) *b = (cim__net_ban){ (uint32_t)CIM__COUNT(&x->heads, uint32_t), rule };
    return b != NULL;
}

/* Does an "only" rule that binds at a node allow a link?  A ring may be entered at either end. */
static bool allowed(const expansion *x, uint32_t n, uint32_t rule, uint32_t link)
{
    for (uint32_t e = at(x, n)->only; e != CIM_NONE; e = CIM__AT(&x->endings, ending, e).next)
        if (CIM__AT(&x->endings, ending, e).rule == rule && CIM__AT(&x->endings, ending, e).link == link) return true;
    return false;
}

/* What going on over `link` from a node breaks. */
static bool add_bans(expansion *x, uint32_t n, uint32_t link)
{
    for (uint32_t u = n; u; u = at(x, u)->fail) {
        for (uint32_t e = at(x, u)->only; e != CIM_NONE; e = CIM__AT(&x->endings, ending, e).next)
            if (!allowed(x, u, CIM__AT(&x->endings, ending, e).rule, link) && !ban(x, CIM__AT(&x->endings, ending, e).rule)) return false;
        uint32_t c = child_of(x, u, link);
        if (c == CIM_NONE) continue;
        for (uint32_t e = at(x, c)->no; e != CIM_NONE; e = CIM__AT(&x->endings, ending, e).next)
            if (!ban(x, CIM__AT(&x->endings, ending, e).rule)) return false;
    }
    return true;
}

static uint32_t next_state(const expansion *x, uint32_t n, uint32_t link)
{
    for (uint32_t u = n;; u = at(x, u)->fail) {
        uint32_t c = child_of(x, u, link);
        for (; c != CIM_NONE && c; c = at(x, c)->fail)
            if (at(x, c)->state != CIM_NONE) return at(x, c)->state;
        if (!u) return base_state(x->net, link);
    }
}

static bool add_arcs(expansion *x, uint32_t state, uint32_t n)
{
    cim_net *net = x->net;
    uint32_t j = net->state_junction[state];
    for (uint32_t i = net->first_out[j]; i < net->first_out[j + 1]; i++) {
        uint32_t link = net->out_link[i], head = next_state(x, n, link);
        if (n && !add_bans(x, n, link)) return false;
        cim__buf_put(&x->heads, &head, sizeof head);
        cim__buf_put(&x->links, &link, sizeof link);
    }
    net->first_arc[state + 1] = (uint32_t)CIM__COUNT(&x->heads, uint32_t);
    return !x->heads.failed && !x->links.failed && CIM__COUNT(&x->heads, uint32_t) < CIM_ROUTE_MAX_ARCS;
}

static bool make_arcs(expansion *x)
{
    cim_net *net = x->net;
    uint32_t nodes = (uint32_t)CIM__COUNT(&x->nodes, node), *node_of = cim__zalloc_n(x->ctx->mem, (size_t)net->state_count + 1, sizeof *node_of);
    bool ok = node_of != NULL;
    for (uint32_t i = 1; i < nodes && ok; i++)
        if (at(x, i)->state != CIM_NONE) node_of[at(x, i)->state] = i;
    for (uint32_t s = 0; s < net->state_count && ok; s++) ok = add_arcs(x, s, node_of[s]);
    cim__free(x->ctx->mem, node_of);
    net->arc_count = (uint32_t)CIM__COUNT(&x->heads, uint32_t);
    return ok;
}

static cim_status finish_arcs(expansion *x)
{
    cim_net *net = x->net;
    size_t m = (size_t)net->arc_count + 1;
    net->arc_tail = cim__alloc_n(net->mem, m, sizeof(uint32_t));
    net->arc_head = cim__alloc_n(net->mem, m, sizeof(uint32_t));
    net->arc_link = cim__alloc_n(net->mem, m, sizeof(uint32_t));
    net->arc_of_link = cim__alloc_n(net->mem, m, sizeof(uint32_t));
    net->first_of_link = cim__zalloc_n(net->mem, 2 * (size_t)net->edge_count + 2, sizeof(uint32_t));
    if (!net->arc_tail || !net->arc_head || !net->arc_link || !net->arc_of_link || !net->first_of_link) return cim__nomem(x->ctx);
    if (net->arc_count) {
        memcpy(net->arc_head, x->heads.data, x->heads.size);
        memcpy(net->arc_link, x->links.data, x->links.size);
    }
    for (uint32_t s = 0; s < net->state_count; s++)
        for (uint32_t a = net->first_arc[s]; a < net->first_arc[s + 1]; a++) net->arc_tail[a] = s;
    uint32_t *first = net->first_of_link;
    for (uint32_t a = 0; a < net->arc_count; a++) first[net->arc_link[a] + 2]++;
    for (uint32_t l = 2; l <= 2 * net->edge_count + 1; l++) first[l] += first[l - 1];
    for (uint32_t a = 0; a < net->arc_count; a++) net->arc_of_link[first[net->arc_link[a] + 1]++] = a;
    return CIM_OK;
}

cim_status cim__net_expand(cim_ctx *ctx, cim_net *net, const cim__buf *words)
{
    expansion x = { .ctx = ctx, .net = net };
    x.nodes = x.endings = x.heads = x.links = cim__buf_on(ctx->mem);
    cim__map_init(&x.root, ctx->mem);
    node *root = CIM__PUSH(&x.nodes, node);
    cim_status st = root ? CIM_OK : cim__nomem(ctx);
    if (root) *root = (node){ CIM_NONE, 0, 0, 0, CIM_NONE, CIM_NONE, CIM_NONE, CIM_NONE, CIM_NONE };
    if (st >= 0 && !add_words(&x, words)) st = cim__nomem(ctx);
    if (st >= 0) link_fails(&x);
    if (st >= 0) st = make_states(&x);
    if (st >= 0 && !make_arcs(&x)) st = cim__nomem(ctx);
    if (st >= 0) st = finish_arcs(&x);
    cim__buf_free(&x.nodes);
    cim__buf_free(&x.endings);
    cim__buf_free(&x.heads);
    cim__buf_free(&x.links);
    cim__map_free(&x.root);
    return st;
}
