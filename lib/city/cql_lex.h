/* cql_lex.h - the words of a query text. */
#ifndef CIM_CITY_CQL_LEX_H
#define CIM_CITY_CQL_LEX_H

#include "core/ctx.h"

enum {
    CIM__CQL_TEXT_MAX = 65536, /* bytes of a query */
    CIM__CQL_DEPTH = 256,      /* nesting */
    CIM__CQL_SEGMENTS = 24     /* of a property name, between its dots */
};

typedef enum cim__cql_word { CIM__CQL_END, CIM__CQL_NUMBER, CIM__CQL_STRING, CIM__CQL_NAME, CIM__CQL_SIGN } cim__cql_word;

/* Signs of two characters. */
enum { CIM__CQL_LE = 256, CIM__CQL_GE, CIM__CQL_NE };

typedef struct cim__cql_token {
    cim__cql_word word;
    cim__str raw;   /* its bytes in the query */
    double number;
    cim__str text;  /* of a string, escapes resolved */
    int sign;       /* the character, or CIM__CQL_LE ... */
    bool plain;     /* a name without quotes and dots: may be a keyword or a function */
    uint32_t segment_count;
    cim__str segments[CIM__CQL_SEGMENTS]; /* of a name, without quotes */
} cim__cql_token;

typedef struct cim__cql_lexer {
    cim_ctx *ctx;
    cim__arena *arena; /* of texts that had escapes */
    cim__str query;
    const char *pos; /* behind the token */
    cim__cql_token token;
} cim__cql_lexer;

/* On the first token of the query. */
cim_status cim__cql_lex(cim_ctx *ctx, cim__arena *arena, cim__str query, cim__cql_lexer *lexer_out);
cim_status cim__cql_next(cim__cql_lexer *lexer);

/* Is the token this keyword (any case) or sign? */
bool cim__cql_is(const cim__cql_lexer *lexer, const char *keyword);
bool cim__cql_at(const cim__cql_lexer *lexer, int sign);
bool cim__cql_same(cim__str word, const char *keyword); /* ignoring the case of ASCII letters */
/* Is the token a plain name with "(" behind it? */
bool cim__cql_calls(const cim__cql_lexer *lexer);

/* The token is the first word of a well-known text: take all of it and go on behind it. */
cim_status cim__cql_wkt(cim__cql_lexer *lexer, cim__str *wkt_out);

/* Column of a place in the query, counted in characters from 1. */
uint32_t cim__cql_column(cim__str query, const char *at);

/* A text in a message, cut to some 60 bytes: "%.*s", CIM__CQL_SHOW(text). */
int cim__cql_shown(cim__str text);
#define CIM__CQL_SHOW(text) cim__cql_shown(text), (text).ptr

/* CIM_EARG "query:COLUMN: ..." */
cim_status cim__cql_wrong(cim_ctx *ctx, uint32_t column, const char *format, ...) __attribute__((format(printf, 3, 4)));
/* The same at the token: "query:COLUMN: expected WHAT" and what is there instead. */
cim_status cim__cql_expected(const cim__cql_lexer *lexer, const char *what);

#endif
