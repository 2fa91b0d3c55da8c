/* time.h - moments as text: ISO 8601. */
#ifndef CIM_CORE_TIME_H
#define CIM_CORE_TIME_H

#include "core/num.h"

/* What may be missing or otherwise than RFC 3339 has it. */
enum {
    CIM__TIME_DATE = 1,       /* a date alone: its midnight */
    CIM__TIME_NO_SECONDS = 2, /* "12:30Z" */
    CIM__TIME_NO_ZONE = 4,    /* is UTC */
    CIM__TIME_LOOSE = 8       /* "12:30:05,5"; zones +02 and +0200; 24:00 */
};

typedef struct cim__moment {
    int64_t second;  /* since 1970, UTC */
    int32_t nano;    /* what is finer is cut off */
    int32_t east_min;
} cim__moment;

/* "2026-01-31T12:00:00.25+01:00"; T may be t or a space, Z z.  All of the text; false: it is no such time, moment_out is as it was. */
bool cim__moment_read(cim__str text, unsigned allowed, cim__moment *moment_out);

static inline int64_t cim__moment_ms(const cim__moment *m) { return m->second * 1000 + m->nano / 1000000; }

#endif
