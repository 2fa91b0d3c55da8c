/* chunk.h - a run of observations as bytes.
 *
 * Layout: flags (one byte), count (varint), first time (zigzag varint); unless there is one only the first step (varint) and, unless all
 * steps are equal, the differences of further steps (zigzag varints).  Then values: decimals, i.e. their number (one byte), exceptions
 * (varint; each: distance from the one before, eight bytes) and differences of whole numbers (zigzag varints); or bits that changed, each a
 * byte (zero bytes in front * 16 + bytes that follow) and these.  Then, unless all are good, qualities as runs (varint, byte).
 * Bytes of numbers are little-endian. */
#ifndef CIM_STORE_CHUNK_H
#define CIM_STORE_CHUNK_H

#include "core/mem.h"

enum { CIM__CHUNK_MOST = 4096 };

/* Arrays of the caller: times strictly ascending. */
typedef struct cim__series {
    int64_t *times;
    double *values;
    uint8_t *qualities;
    uint32_t count;
} cim__series;

/* What a chunk's row says beside its bytes. */
typedef struct cim__chunk_facts {
    int64_t first_ms, last_ms;
    uint32_t count, numbers; /* numbers: those that count in statistics */
    double min, max, sum, last; /* min, max, sum: 0 when none counts */
    uint8_t quality;            /* of the last one */
} cim__chunk_facts;

static inline bool cim__counts(double value, uint8_t quality) { return quality < 2 && value - value == 0.0; }

void cim__chunk_put(cim__buf *out, const cim__series *series); /* count 1 to CIM__CHUNK_MOST */
/* Into arrays with room for CIM__CHUNK_MOST.  False for bytes that cim__chunk_put() does not write. */
bool cim__chunk_get(cim__str bytes, cim__series *series);
cim__chunk_facts cim__chunk_facts_of(const cim__series *series);

#endif
