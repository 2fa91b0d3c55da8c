/* say.c - states of objects as changes of a status. */
#include "utility/say.h"

static bool is_other(const cim_utility *u, uint32_t object, uint32_t node)
{
    size_t lo = 0, hi = u->other_pairs;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (u->others[mid].a < object || (u->others[mid].a == object && u->others[mid].b < node)) lo = mid + 1;
        else hi = mid;
    }
    return lo < u->other_pairs && u->others[lo].a == object && u->others[lo].b == node;
}

/* Is the element the object itself, and not what it sits on or is served by? */
static bool is_own(const cim_utility *u, uint32_t object, uint32_t element)
{
    const cim_utility_view *v = &u->view;
    if (element >= v->node_count) return v->edge_object[element - v->node_count] == object;
    return v->node_object[element] == object || is_other(u, object, element);
}

static size_t first_of(const cim__upair *pairs, size_t count, uint32_t object)
{
    size_t lo = 0, hi = count;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (pairs[mid].a < object) lo = mid + 1;
        else hi = mid;
    }
    return lo;
}

static cim_status put(cim_ctx *ctx, cim__buf *changes, uint32_t what, uint32_t id, uint32_t bit, bool on)
{
    cim_trace_change *c = CIM__PUSH(changes, cim_trace_change);
    if (!c) return cim__nomem(ctx);
    *c = (cim_trace_change){ what, id, on ? bit : 0, on ? 0 : bit };
    return CIM_OK;
}

/* What passes nothing, or is out of service: nodes and edges of the object.  Opening does not bring back what the city says is out of service. */
static cim_status say_elements(cim_ctx *ctx, const cim_utility *u, uint32_t object, bool out, bool service, cim__buf *changes)
{
    const cim_utility_view *v = &u->view;
    for (size_t i = first_of(u->elements, u->element_pairs, object); i < u->element_pairs && u->elements[i].a == object; i++) {
        const uint32_t element = u->elements[i].b;
        const bool node = element < v->node_count;
        const uint32_t id = node ? element : element - v->node_count;
        if (!is_own(u, object, element)) continue;
        if (!out && !service && (node ? v->node_flags[id] : v->edge_flags[id]) & CIM_TRACE_OUT) continue;
        CIM__TRY(put(ctx, changes, node ? CIM_TRACE_NODE : CIM_TRACE_EDGE, id, CIM_TRACE_OUT, out));
    }
    return CIM_OK;
}

static bool is_line(const cim_utility *u, uint32_t object)
{
    for (size_t i = first_of(u->elements, u->element_pairs, object); i < u->element_pairs && u->elements[i].a == object; i++)
        if (u->elements[i].b >= u->view.node_count && is_own(u, object, u->elements[i].b)) return true;
    return false;
}

cim_status cim__u_say(cim_ctx *ctx, const cim_utility *u, uint32_t object, uint32_t state, cim__buf *changes)
{
    static const uint32_t bits[] = { CIM_TRACE_SHUT, CIM_TRACE_SHUT, CIM_TRACE_OUT, CIM_TRACE_OUT, CIM_TRACE_INOPERABLE, CIM_TRACE_INOPERABLE };
    const size_t before = changes->size, first = first_of(u->devices, u->device_pairs, object);
    const bool on = state == CIM_UTILITY_OFF || state == CIM_UTILITY_OUT || state == CIM_UTILITY_STUCK;
    const bool devices = first < u->device_pairs && u->devices[first].a == object, service = state == CIM_UTILITY_OUT || state == CIM_UTILITY_IN;
    if (devices && !(service && is_line(u, object))) { /* of a line that is out nothing passes anyway */
        for (size_t i = first; i < u->device_pairs && u->devices[i].a == object; i++) CIM__TRY(put(ctx, changes, CIM_TRACE_DEVICE, u->devices[i].b, bits[state], on));
        return CIM_OK;
    }
    if (state != CIM_UTILITY_STUCK && state != CIM_UTILITY_FREE) CIM__TRY(say_elements(ctx, u, object, on, service, changes));
    if (changes->size != before) return CIM_OK;
    const size_t e = first_of(u->elements, u->element_pairs, object);
    const bool there = e < u->element_pairs && u->elements[e].a == object && (state == CIM_UTILITY_STUCK || state == CIM_UTILITY_FREE || state == CIM_UTILITY_ON);
    return there && is_own(u, object, u->elements[e].b) ? CIM_OK : CIM_DONE;
}

bool cim__u_is_switch(const cim_utility *u, uint32_t object)
{
    const size_t first = first_of(u->devices, u->device_pairs, object);
    if (first == u->device_pairs || u->devices[first].a != object) return false;
    const uint8_t kind = u->device_kind[u->devices[first].b];
    return kind == CIM_TRACE_SWITCH || kind == CIM_TRACE_FUSE;
}

cim_status cim_utility_state(cim_ctx *ctx, const cim_utility *utility, uint32_t object, const char *word, uint32_t *state_out)
{
    cim__enter(ctx);
    if (!utility || !word) return cim__fail(ctx, CIM_EARG, "no networks, or no word");
    if (cim__u_state(cim__str_of(word), cim__u_is_switch(utility, object), state_out)) return CIM_OK;
    return cim__fail(ctx, CIM_EARG, "\"%.40s\" is no state: open, closed, on, off, out, in, stuck, free", word);
}

cim_status cim_utility_say(cim_ctx *ctx, const cim_utility *utility, cim_trace_status *status, uint32_t object, uint32_t state)
{
    cim__buf changes;
    cim__enter(ctx);
    if (!utility || !status) return cim__fail(ctx, CIM_EARG, "no networks, or no status");
    if (state > CIM_UTILITY_FREE) return cim__fail(ctx, CIM_EARG, "no such state: %u", state);
    changes = cim__buf_on(ctx->mem);
    cim_status st = cim__u_say(ctx, utility, object, state, &changes);
    if (st == CIM_DONE) st = cim__fail(ctx, CIM_ENOTFOUND, "object %u is in no utility network", object);
    else if (st >= 0 && changes.size)
        st = cim_trace_status_apply(ctx, status, (const cim_trace_change *)(const void *)changes.data, CIM__COUNT(&changes, cim_trace_change));
    cim__buf_free(&changes);
    return st;
}
