/* sense.h - observations of a city file, open.
 *
 * A reader has its own verified handle on the file and asks it anew when the file's change counter has moved.  A writer keeps the newest chunk
 * of each stream it adds to (the tail) and what came late in memory until they are committed: a commit that fails loses nothing. */
#ifndef CIM_SENSE_SENSE_H
#define CIM_SENSE_SENSE_H

#include "cim/sense.h"
#include "core/hash.h"
#include "store/chunk.h"
#include "store/store.h"

/* Growing arrays of observations by time; those before `base` are in the file. */
typedef struct cim__tail {
    int64_t *times;
    double *values;
    uint8_t *qualities;
    uint32_t count, cap, base;
    bool loaded, merged; /* merged: late ones went in between */
} cim__tail;

typedef struct cim__late {
    int64_t time;
    double value;
    uint8_t quality;
} cim__late;

typedef struct cim__stream {
    cim_stream s; /* texts in the arena */
    cim_observation latest;
    uint64_t latest_epoch; /* of the sense, when latest was asked for; 0: never */
    bool has_latest;
    enum { CIM__ROW_SAFE, CIM__ROW_CHANGED, CIM__ROW_WRITTEN } row;
    bool uncommitted; /* the file has never had it */
    bool dirty, unwritten, rewritten; /* in the list of dirty ones; to be written; written before in this transaction */
    cim__tail tail;
    cim__buf late;   /* cim__late in the order they came */
    size_t late_done; /* of these, written in this transaction */
    cim__buf words;  /* const char * */
    uint32_t words_safe, words_written;
} cim__stream;

struct cim_sense {
    cim__mem *mem;
    cim__store *store; /* of a reader and, to have verified the file, of a writer; NULL in memory */
    cim__db *db;       /* the store's for readers */
    bool streams_changed, streams_written; /* rows or words are to be written; were, in this transaction */
    bool own_db, writes, manual, is_file, in_transaction, has_tables, session_said;
    uint32_t chunk_values;
    int64_t commit_ms;
    char *who, *why;
    uint32_t counter;   /* of the file, when it was last looked at */
    int64_t version;    /* meta observe_version: changes with every commit of observations; stream_version: of streams */
    int64_t stream_version;
    uint64_t epoch;
    double last_commit_ms;
    cim__buf streams;   /* cim__stream * by number - 1 */
    cim__map by_gid;    /* gid hash -> number of the first of that hash */
    cim__map by_word;
    cim__arena texts;
    cim__buf dirty;     /* numbers of streams */
    uint64_t pending;   /* observations that wait for a commit */
    cim_sense_counts counts, counts_before; /* before: of the transaction */
    cim_sense_counts said;                  /* at the end of the last session */
    cim__series scratch;
    cim__buf blob;
    cim__stmt *put_chunk, *last_chunk, *find_chunk, *next_chunk, *drop_chunk, *drop_from, *scan, *at;
};

static inline uint32_t cim__sense_streams(const cim_sense *s) { return (uint32_t)CIM__COUNT(&s->streams, cim__stream *); }
static inline cim__stream *cim__sense_stream(const cim_sense *s, uint32_t id) { return CIM__AT(&s->streams, cim__stream *, id - 1); }

/* A store over a database whose transaction is somebody else's: an import's. */
cim_status cim__sense_over(cim_ctx *ctx, cim__db *db, cim_sense **sense_out);
/* Begin a public call: what the file says is what the sense knows. */
cim_status cim__sense_enter(cim_ctx *ctx, cim_sense *s);
cim_status cim__sense_need(cim_ctx *ctx, cim_sense *s, uint32_t id, cim__stream **stream_out);
cim_status cim__sense_writes(cim_ctx *ctx, const cim_sense *s);

/* streams.c */
cim_status cim__streams_load(cim_ctx *ctx, cim_sense *s); /* those behind what is known, and their words */
void cim__streams_forget(cim_sense *s);
cim_status cim__streams_write(cim_ctx *ctx, cim_sense *s);
uint32_t cim__stream_named(const cim_sense *s, const char *gid); /* CIM_NONE */
cim_status cim__stream_word(cim_ctx *ctx, cim_sense *s, uint32_t id, const char *text, double *number_out);

/* write.c */
cim_status cim__sense_begin(cim_ctx *ctx, cim_sense *s);
/* What was added to a stream is in the file's tables, if not committed. */
cim_status cim__sense_flush(cim_ctx *ctx, cim_sense *s, uint32_t id);
void cim__sense_rollback(cim_ctx *ctx, cim_sense *s);
void cim__tail_free(cim_sense *s, cim__tail *tail);

/* query.c */
typedef struct cim__chunk_row {
    cim__chunk_facts facts;
    cim__str data; /* valid during the call */
} cim__chunk_row;
typedef cim_status (*cim__chunk_fn)(cim_ctx *ctx, const cim__chunk_row *row, void *user); /* CIM_DONE stops */
/* Rows that meet from <= time < to, by time. */
cim_status cim__sense_chunks(cim_ctx *ctx, cim_sense *s, uint32_t id, int64_t from_ms, int64_t to_ms, cim__chunk_fn fn, void *user);
cim_status cim__sense_decode(cim_ctx *ctx, cim_sense *s, uint32_t id, const cim__chunk_row *row); /* into s->scratch */
cim_status cim__sense_newest(cim_ctx *ctx, cim_sense *s, uint32_t id, cim_observation *observation_out);

/* time.c */
bool cim__time_read(cim__str text, int64_t *ms_out);

/* series.c: merging late observations into sorted ones */
typedef struct cim__merged {
    uint64_t repeated, replaced;
} cim__merged;
void cim__late_sort(cim__late *late, size_t count, cim__late *scratch); /* stable by time */
/* Sorted base and late to out, which has room for both; returns how many. */
uint32_t cim__late_merge(const cim__series *base, const cim__late *late, size_t late_count, cim__series *out, cim__merged *merged);

#endif
