/* reading.h - what the passes of read.c and the sections of rest.c share. */
#ifndef CIM_EPANET_READING_H
#define CIM_EPANET_READING_H

#include "epanet/epanet.h"

typedef struct cim__epa_reading {
    cim_ctx *ctx;
    cim__epa_net *net;
    const cim__epa_listener *listener;
    cim__epa_line line;
    uint64_t compared; /* names, for rows that speak of ranges of them */
} cim__epa_reading;

/* CIM_DONE: this row is refused, go on with the next. */
cim_status cim__epa_refuse(cim__epa_reading *r, const char *format, ...) __attribute__((format(printf, 2, 3)));
void cim__epa_warn(cim__epa_reading *r, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* At least so many words. */
cim_status cim__epa_want(cim__epa_reading *r, size_t count);
/* Word k, if it is there, is a number; is the name of something. */
typedef enum cim__epa_sign { CIM__EPA_ANY, CIM__EPA_NOT_NEGATIVE, CIM__EPA_POSITIVE } cim__epa_sign;
cim_status cim__epa_want_number(cim__epa_reading *r, size_t k, const char *what, cim__epa_sign sign, double *value_out);
cim_status cim__epa_want_name(cim__epa_reading *r, size_t k, const char *what, const cim__names *names);

/* The third pass (rest.c). */
cim_status cim__epa_rest(cim__epa_reading *r);

#endif
