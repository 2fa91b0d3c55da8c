/* args.c - cities and objects named on the command line. */
#include "tool.h"

int cimtool_open(cimtool *t, const char *path, cim_city **city_out)
{
    cim_open_options opts = CIM_OPEN_OPTIONS_INIT;
    if (cimtool_has(t, "foreign")) opts.flags |= CIM_OPEN_FOREIGN;
    cim_status st = cim_city_open(t->ctx, path, &opts, city_out);
    if (st == CIM_EUNTRUSTED) cimtool_complain("%s: %s (--foreign opens it without using that)", path, cim_ctx_error(t->ctx));
    else if (st < 0) return cimtool_fail(t, st);
    return st < 0 ? EXIT_FAILED : EXIT_DONE;
}
