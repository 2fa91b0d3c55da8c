/* proj_api.h - the functions of PROJ that we call, as a table that module cim_proj exports.  PROJ pulls in curl, TIFF, Kerberos and LDAP: linking
 * it costs every process some 8 ms at start, and most need no transformation. */
#ifndef CIM_CRS_PROJ_API_H
#define CIM_CRS_PROJ_API_H

#include <proj.h>

#define CIM__PROJ_FUNCTIONS(F) \
    F(proj_context_create) F(proj_context_destroy) F(proj_context_set_enable_network) F(proj_log_level) F(proj_create_from_database) F(proj_create_crs_to_crs) \
    F(proj_normalize_for_visualization) F(proj_destroy) F(proj_get_id_code) F(proj_get_type) F(proj_get_name) F(proj_get_area_of_use) F(proj_crs_get_sub_crs) \
    F(proj_crs_get_coordinate_system) F(proj_cs_get_axis_info) F(proj_cs_get_axis_count) F(proj_trans) F(proj_trans_get_last_used_operation) \
    F(proj_coordoperation_get_accuracy) F(proj_coordoperation_has_ballpark_transformation)

typedef struct cim__proj_api {
#define F(name) __typeof__(name) *name;
    CIM__PROJ_FUNCTIONS(F)
#undef F
} cim__proj_api;

#endif
