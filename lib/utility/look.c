/* look.c - looking at networks. */
#include "utility/utility.h"

cim_trace_network *cim_utility_network(const cim_utility *utility) { return utility->network; }

void cim_utility_get(const cim_utility *utility, cim_utility_view *view_out)
{
    cim_utility_view view = utility->view;
    cim__out_fill(view_out, &view, sizeof view);
}

const char *cim_utility_domain_name(const cim_utility *utility, uint32_t domain)
{
    return domain < utility->domains.count ? utility->domains.texts[domain].ptr : NULL;
}

uint32_t cim_utility_element_object(const cim_utility *utility, uint32_t element)
{
    const cim_utility_view *v = &utility->view;
    if (element < v->node_count) return v->node_object[element];
    return element - v->node_count < v->edge_count ? v->edge_object[element - v->node_count] : CIM_NONE;
}

/* All of an object among pairs in their order. */
static cim_status of_object(cim_ctx *ctx, const cim__upair *pairs, size_t count, uint32_t object, uint32_t *out, size_t cap, size_t *count_out)
{
    size_t lo = 0, hi = count, found = 0;
    cim__enter(ctx);
    if (!count_out || (cap && !out)) return cim__fail(ctx, CIM_EARG, "no room for the answer");
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (pairs[mid].a < object) lo = mid + 1;
        else hi = mid;
    }
    for (; lo + found < count && pairs[lo + found].a == object; found++)
        if (found < cap) out[found] = pairs[lo + found].b;
    *count_out = found;
    return CIM_OK;
}

cim_status cim_utility_elements(cim_ctx *ctx, const cim_utility *utility, uint32_t object, uint32_t *elements_out, size_t cap, size_t *count_out)
{
    return of_object(ctx, utility->elements, utility->element_pairs, object, elements_out, cap, count_out);
}

cim_status cim_utility_devices(cim_ctx *ctx, const cim_utility *utility, uint32_t object, uint32_t *devices_out, size_t cap, size_t *count_out)
{
    return of_object(ctx, utility->devices, utility->device_pairs, object, devices_out, cap, count_out);
}

const cim_utility_service *cim_utility_services(const cim_utility *utility, uint32_t element, size_t *count_out)
{
    *count_out = 0;
    if (!utility->service_first || element >= utility->view.node_count + utility->view.edge_count) return NULL;
    const uint32_t first = utility->service_first[element];
    *count_out = utility->service_first[element + 1] - first;
    return *count_out ? utility->services + first : NULL;
}

const cim_utility_finding *cim_utility_findings(const cim_utility *utility, size_t *count_out)
{
    *count_out = utility->finding_count;
    return utility->findings;
}

const char *cim_utility_finding_name(uint32_t kind)
{
    static const char *const names[CIM_UTILITY_FINDING_KINDS] = { "snapped", "tapped", "dangles", "near", "crosses", "alone", "on_nothing", "no_end", "uphill",
                                                                  "cycle", "bad_value", "no_place" };
    return kind < CIM_UTILITY_FINDING_KINDS ? names[kind] : NULL;
}
