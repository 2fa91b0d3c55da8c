/* json_scan.h - walking through a JSON document of any size, value by value.
 *
 * The scanner knows the places of values, not their contents: it finds where a value ends by counting brackets outside strings,
 * some ten times faster than a parser.  What it gives is read by json_in.h, on any thread.  A document may be one value or many
 * in a row (JSON text sequences, one value a line). */
#ifndef CIM_IMPORT_JSON_SCAN_H
#define CIM_IMPORT_JSON_SCAN_H

#include "core/json.h"
#include "import/input.h"

typedef struct cim__jscan {
    cim__input *input;
    cim__buf window;    /* bytes [base, base + window.size) of the document; one more byte is always there behind */
    uint64_t base;
    size_t pos, hold;   /* in the window: next byte; bytes from here on stay (SIZE_MAX: none) */
    bool ended;         /* the window reaches to the end of the document */
    bool fresh;         /* nothing was read of the current container yet */
    size_t max_value;   /* bytes of one value */
} cim__jscan;

/* A value's place. */
typedef struct cim__jslice {
    uint64_t at;
    size_t size;
} cim__jslice;

void cim__jscan_init(cim__jscan *scan, cim__mem *mem);
void cim__jscan_free(cim__jscan *scan);
/* At the start of the input, again if need be.  Failures of all functions are CIM_EFORMAT "path: byte N: what" and what reading gives. */
cim_status cim__jscan_begin(cim_ctx *ctx, cim__jscan *scan, cim__input *input);
static inline uint64_t cim__jscan_at(const cim__jscan *scan) { return scan->base + scan->pos; }
cim_status cim__jscan_fail(cim_ctx *ctx, const cim__jscan *scan, uint64_t at, const char *what);

/* CIM_OK: a value comes next; CIM_DONE: nothing but blanks is left. Blanks include the record separator of RFC 7464. */
cim_status cim__jscan_more(cim_ctx *ctx, cim__jscan *scan);
/* Type of the next value, by its first byte. */
cim_status cim__jscan_peek(cim_ctx *ctx, cim__jscan *scan, cim__jtype *type_out);
/* Go into the next value, which is an object or array (CIM_EFORMAT otherwise). */
cim_status cim__jscan_enter(cim_ctx *ctx, cim__jscan *scan, char bracket);
/* Next key of the object (its quotes included), CIM_DONE behind the last one.  Every key is followed by taking its value; its
 * bytes are in memory until the next call. */
cim_status cim__jscan_key(cim_ctx *ctx, cim__jscan *scan, cim__jslice *key_out);
/* CIM_OK: an element of the array comes next; CIM_DONE behind the last one. */
cim_status cim__jscan_element(cim_ctx *ctx, cim__jscan *scan);
/* The next value, whole. */
cim_status cim__jscan_value(cim_ctx *ctx, cim__jscan *scan, cim__jslice *value_out);
/* An array of at most `cap` numbers: *count_out of them, or SIZE_MAX when the value is something else or longer (it is passed).
 * Whole numbers below 2^53 are exact; *whole_out says whether all were written as such. */
cim_status cim__jscan_numbers(cim_ctx *ctx, cim__jscan *scan, double *numbers, size_t cap, size_t *count_out, bool *whole_out);

/* Slices taken from here on stay in memory until the next hold or release. */
static inline void cim__jscan_hold(cim__jscan *scan) { scan->hold = scan->pos; }
static inline void cim__jscan_release(cim__jscan *scan) { scan->hold = SIZE_MAX; }
/* The bytes of a slice that is still in memory; one byte behind it may be changed for the moment. */
static inline char *cim__jscan_text(const cim__jscan *scan, const cim__jslice *slice) { return (char *)scan->window.data + (slice->at - scan->base); }
static inline cim__str cim__jscan_str(const cim__jscan *scan, const cim__jslice *slice) { return (cim__str){ cim__jscan_text(scan, slice), slice->size }; }

#endif
