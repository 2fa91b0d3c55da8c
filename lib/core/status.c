/* status.c - names and texts of CIM_STATUS_MAP, and the version. */
#include "cim/base.h"

#include <stddef.h>

static const struct {
    cim_status value;
    const char *name, *text;
} table[] = {
#define ROW(name, value, text) { value, "CIM_" #name, text },
    CIM_STATUS_MAP(ROW)
#undef ROW
};

const char *cim_version(void) { return CIM_VERSION_STRING; }

const char *cim_status_name(cim_status status)
{
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        if (table[i].value == status) return table[i].name;
    return "CIM_UNKNOWN";
}

const char *cim_status_text(cim_status status)
{
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        if (table[i].value == status) return table[i].text;
    return "unknown status";
}
