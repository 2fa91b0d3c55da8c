/* verb_prepare.c - cimtool prepare: the road net into the city file, as the verbs about getting around use it. */
#include "travel.h"

static int prepare(cimtool *t, const char *path, bool dry)
{
    cim_city *city = NULL;
    cim_net_options options = CIM_NET_OPTIONS_INIT;
    options.turns = CIM_NET_TURNS_FULL;
    int status = cimtool_open(t, path, &city);
    if (status != EXIT_DONE) return status;
    cim_status st = cim_net_prepare(t->ctx, city, &options);
    cim_city_free(city);
    if (st < 0) return cimtool_fail(t, st);
    if (t->json) printf("{\"schema\":\"cimtool/1\",\"prepared\":%s,\"written\":%s%s}\n", dry && st != CIM_DONE ? "false" : "true",
                        dry || st == CIM_DONE ? "false" : "true", dry ? ",\"dry_run\":true" : "");
    else if (!t->quiet) printf("%s: %s\n", t->args[0], st == CIM_DONE ? "was prepared already" : dry ? "would be prepared" : "prepared");
    return EXIT_DONE;
}

int verb_prepare(cimtool *t)
{
    char *copy = NULL;
    if (!cimtool_has(t, "dry-run")) return prepare(t, t->args[0], false);
    int status = cimtool_dry_begin(t->args[0], true, &copy);
    if (status != EXIT_DONE) return status;
    status = prepare(t, copy, true);
    cimtool_dry_end(copy);
    return status;
}
