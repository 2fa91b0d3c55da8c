/* proj.c - adapter module to PROJ: nothing but the way to its functions. */
#include "cim/base.h"
#include "crs/proj_api.h"

extern CIM_API const cim__proj_api cim_module_proj;
#define F(name) .name = name,
const cim__proj_api cim_module_proj = { CIM__PROJ_FUNCTIONS(F) };
