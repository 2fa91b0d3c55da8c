/* module.h - parts of libcim that pull in large libraries (GDAL, SpatiaLite, PROJ) live in shared objects of their own and
 * are loaded on first use: linking GDAL alone costs every process some 40 ms. */
#ifndef CIM_CORE_MODULE_H
#define CIM_CORE_MODULE_H

#include "core/ctx.h"

/* The table of functions that module `name` exports as cim_module_<name>; loaded once per process and kept.  Looked for
 * in CIM_MODULE_PATH (ignored in set-uid programs), beside libcim, and in the directory of the installation. */
cim_status cim__module_load(cim_ctx *ctx, const char *name, const void **table_out);

#endif
