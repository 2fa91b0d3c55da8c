/* report.h - what was in an input and what became of it.
 *
 * Readers count everything of a kind they meet with cim__report_seen(), and where its fate is decided with one of the other
 * functions.  The two sides are counted in different places on purpose: a gap shows. */
#ifndef CIM_IMPORT_REPORT_H
#define CIM_IMPORT_REPORT_H

#include "core/json.h"

typedef enum cim__fate { CIM__STORED, CIM__VERBATIM, CIM__SKIPPED } cim__fate;

typedef struct cim__report {
    cim__mem *mem;
    cim__buf counts;   /* kind, fate, reason, count: few, found by linear search on pointers */
    cim__buf warnings; /* texts with an order key */
    uint64_t warning_count;
    cim__arena texts;
} cim__report;

void cim__report_init(cim__report *report, cim__mem *mem);
void cim__report_free(cim__report *report);

/* kind and reason are static texts or live as long as the report (cim__report_text). */
void cim__report_seen(cim__report *report, const char *kind, uint64_t count);
void cim__report_fate(cim__report *report, const char *kind, cim__fate fate, const char *reason, uint64_t count);
const char *cim__report_text(cim__report *report, cim__str text);

/* One line about a place in the input.  The first 100 by `order` (a byte offset, a line, an object's number) are kept. */
void cim__report_warn(cim__report *report, uint64_t order, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* Add a worker's report to the input's. */
void cim__report_merge(cim__report *report, const cim__report *other);

uint64_t cim__report_unaccounted(const cim__report *report); /* seen without a fate, or the reverse */
bool cim__report_ok(const cim__report *report);              /* false: out of memory on the way */

/* Members "counts", "warnings", "warnings_total" of an open object. */
void cim__report_json(cim__report *report, cim__json *json);

#endif
