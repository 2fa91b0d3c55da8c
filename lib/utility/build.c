/* build.c - the networks of a city. */
#include "cim/utility.h"

cim_status cim_utility_build(cim_ctx *ctx, cim_city *city, const cim_utility_options *options, cim_utility **utility_out)
{
    (void)ctx;
    (void)city;
    (void)options;
    (void)utility_out;
    return CIM_EUNSUPPORTED;
}

cim_utility *cim_utility_ref(cim_utility *utility)
{
    (void)utility;
    return NULL;
}

void cim_utility_free(cim_utility *utility)
{
    (void)utility;
}

cim_trace_network *cim_utility_network(const cim_utility *utility)
{
    (void)utility;
    return NULL;
}

void cim_utility_get(const cim_utility *utility, cim_utility_view *view_out)
{
    (void)utility;
    (void)view_out;
}

const char *cim_utility_domain_name(const cim_utility *utility, uint32_t domain)
{
    (void)utility;
    (void)domain;
    return NULL;
}

uint32_t cim_utility_element_object(const cim_utility *utility, uint32_t element)
{
    (void)utility;
    (void)element;
    return 0;
}

cim_status cim_utility_elements(cim_ctx *ctx, const cim_utility *utility, uint32_t object, uint32_t *elements_out, size_t cap, size_t *count_out)
{
    (void)ctx;
    (void)utility;
    (void)object;
    (void)elements_out;
    (void)cap;
    (void)count_out;
    return CIM_EUNSUPPORTED;
}

cim_status cim_utility_devices(cim_ctx *ctx, const cim_utility *utility, uint32_t object, uint32_t *devices_out, size_t cap, size_t *count_out)
{
    (void)ctx;
    (void)utility;
    (void)object;
    (void)devices_out;
    (void)cap;
    (void)count_out;
    return CIM_EUNSUPPORTED;
}

cim_status cim_utility_nearest(cim_ctx *ctx, const cim_utility *utility, double x, double y, uint32_t domain, double max_m, uint32_t *element_out, double *distance_m_out)
{
    (void)ctx;
    (void)utility;
    (void)x;
    (void)y;
    (void)domain;
    (void)max_m;
    (void)element_out;
    (void)distance_m_out;
    return CIM_EUNSUPPORTED;
}

cim_status cim_utility_within(cim_ctx *ctx, const cim_utility *utility, const cim_geom *area, double distance_m, uint32_t *elements_out, size_t cap, size_t *count_out)
{
    (void)ctx;
    (void)utility;
    (void)area;
    (void)distance_m;
    (void)elements_out;
    (void)cap;
    (void)count_out;
    return CIM_EUNSUPPORTED;
}

const cim_utility_service *cim_utility_services(const cim_utility *utility, uint32_t element, size_t *count_out)
{
    (void)utility;
    (void)element;
    (void)count_out;
    return NULL;
}

const cim_utility_finding *cim_utility_findings(const cim_utility *utility, size_t *count_out)
{
    (void)utility;
    (void)count_out;
    return NULL;
}

const char *cim_utility_finding_name(uint32_t kind)
{
    (void)kind;
    return NULL;
}

cim_status cim_utility_say(cim_ctx *ctx, const cim_utility *utility, cim_trace_status *status, uint32_t object, uint32_t state)
{
    (void)ctx;
    (void)utility;
    (void)status;
    (void)object;
    (void)state;
    return CIM_EUNSUPPORTED;
}

cim_status cim_utility_feed_read(cim_ctx *ctx, const cim_utility *utility, cim_city *city, cim_trace_status *status, const char *text, size_t length, cim_utility_feed *feed_out)
{
    (void)ctx;
    (void)utility;
    (void)city;
    (void)status;
    (void)text;
    (void)length;
    (void)feed_out;
    return CIM_EUNSUPPORTED;
}
