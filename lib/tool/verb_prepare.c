/* verb_prepare.c - cimtool prepare: the road net into the city file, as the verbs about getting around use it. */
#include "travel.h"

int verb_prepare(cimtool *t)
{
    cim_city *city = NULL;
    cim_net_options options = CIM_NET_OPTIONS_INIT;
    options.turns = CIM_NET_TURNS_FULL;
    int status = cimtool_open(t, t->args[0], &city);
    if (status != EXIT_DONE) return status;
    cim_status st = cim_net_prepare(t->ctx, city, &options);
    cim_city_free(city);
    if (st < 0) return cimtool_fail(t, st);
    if (t->json) printf("{\"schema\":\"cimtool/1\",\"prepared\":true,\"written\":%s}\n", st == CIM_DONE ? "false" : "true");
    else if (!t->quiet) printf("%s: %s\n", t->args[0], st == CIM_DONE ? "was prepared already" : "prepared");
    return EXIT_DONE;
}
