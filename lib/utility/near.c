/* near.c */
#include "utility/utility.h"

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

cim_status cim__u_index(cim_ctx *ctx, cim_utility *u)
{
    (void)ctx;
    (void)u;
    return CIM_OK;
}
