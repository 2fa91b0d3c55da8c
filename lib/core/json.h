/* json.h - writing JSON text, and reading the JSON that libcim itself wrote (attribute columns of a city file).
 *
 * The reader is strict and bounded: it is used on city files, which may be hostile.  Documents of other programs
 * (CityJSON, ...) go through the JSON parser of lib/import. */
#ifndef CIM_CORE_JSON_H
#define CIM_CORE_JSON_H

#include "core/num.h"

/* ---- writer: commas are its business ---- */

typedef struct cim__json {
    cim__buf *buf;
    bool comma;
} cim__json;

static inline cim__json cim__json_on(cim__buf *buf) { return (cim__json){ buf, false }; }
void cim__json_open(cim__json *json, char bracket);  /* '{' or '[' */
void cim__json_close(cim__json *json, char bracket); /* '}' or ']' */
void cim__json_key(cim__json *json, const char *key);
void cim__json_keystr(cim__json *json, cim__str key);
void cim__json_str(cim__json *json, cim__str value);
void cim__json_text(cim__json *json, const char *value); /* NULL becomes null */
void cim__json_num(cim__json *json, double value);
void cim__json_int(cim__json *json, int64_t value);
void cim__json_bool(cim__json *json, bool value);
void cim__json_null(cim__json *json);
void cim__json_raw(cim__json *json, cim__str json_text); /* finished JSON of one value */

/* key: value in one go */
void cim__json_kv_text(cim__json *json, const char *key, const char *value);
void cim__json_kv_str(cim__json *json, const char *key, cim__str value);
void cim__json_kv_int(cim__json *json, const char *key, int64_t value);
void cim__json_kv_bool(cim__json *json, const char *key, bool value);

/* A quoted, escaped JSON string; bytes that are not UTF-8 become U+FFFD. */
void cim__put_json_str(cim__buf *buf, cim__str text);
bool cim__is_utf8(cim__str text); /* RFC 3629 */

/* ---- reader ---- */

typedef enum cim__jtype { CIM__J_NULL, CIM__J_FALSE, CIM__J_TRUE, CIM__J_NUMBER, CIM__J_STRING, CIM__J_ARRAY, CIM__J_OBJECT } cim__jtype;

/* One value inside a JSON text; `text` is exactly the value's bytes. */
typedef struct cim__jvalue {
    cim__jtype type;
    cim__str text;
} cim__jvalue;

enum { CIM__JSON_DEPTH = 64 };

/* The value that fills `text` (blanks around it allowed); false if it is not one well-formed JSON value. */
bool cim__jparse(cim__str text, cim__jvalue *value_out);

/* Iterate: `it` starts as cim__jiter_of(object or array).  Returns false at the end. key is raw (escapes kept) for
 * objects, empty for arrays. */
typedef struct cim__jiter {
    const char *pos, *end;
    bool object;
} cim__jiter;
cim__jiter cim__jiter_of(cim__jvalue container);
bool cim__jnext(cim__jiter *it, cim__str *key_out, cim__jvalue *value_out);

bool cim__jfind(cim__jvalue object, cim__str key, cim__jvalue *value_out); /* key without escapes */
bool cim__jnumber(cim__jvalue value, double *number_out);
/* The unescaped text of a string: borrowed where it has no escapes, else written to scratch. */
cim__str cim__jstring(cim__jvalue value, cim__buf *scratch);

#endif
