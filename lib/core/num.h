/* num.h - numbers to and from text, the same under every locale. */
#ifndef CIM_CORE_NUM_H
#define CIM_CORE_NUM_H

#include "core/mem.h"

/* Read a decimal number at `text`; returns the byte after it, or NULL when there is none.  Accepts [+-]digits[.digits]
 * [e[+-]digits] and nothing else (no hex, no "inf", no "nan").  Correctly rounded.  May yield +-inf on overflow. */
const char *cim__read_double(const char *text, const char *end, double *value_out);
const char *cim__read_int(const char *text, const char *end, int64_t *value_out); /* NULL on overflow too */

/* Whole text is one number, surrounding blanks allowed. */
bool cim__parse_double(cim__str text, double *value_out);
bool cim__parse_int(cim__str text, int64_t *value_out);

/* The shortest text that reads back to the same double; "null" for NaN and infinities (as JSON needs). */
void cim__put_double(cim__buf *buf, double value);
void cim__put_fixed(cim__buf *buf, double value, int decimals); /* trailing zeros cut; |value| < 1e15 */
void cim__put_int(cim__buf *buf, int64_t value);

#endif
