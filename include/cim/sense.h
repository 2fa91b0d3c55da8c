/**
 * @file sense.h
 * Observations: what is measured where and when, in the city file.
 *
 * A *stream* is one property measured at one place: nitrogen dioxide at station AQ-1, the pressure in a pipe, the state of a gate.  It is
 * tied to an object of the city (the station), to an edge (a road segment or a pipe, `offset_m` from its start), to both or to none, and
 * has observations: a time in milliseconds since 1970 UTC, a value, a quality.  A stream has one observation a time.
 *
 *     cim_sense_open(ctx, "town.cim", &options, &sense);                 options.flags = CIM_SENSE_WRITE
 *     cim_sense_stream_put(ctx, sense, &stream, &id);
 *     cim_sense_append(ctx, sense, id, times_ms, values, NULL, count);
 *     cim_sense_finish(ctx, sense);
 *     cim_sense_window(ctx, sense, id, from_ms, to_ms, times_ms, values, NULL, cap, &count);
 *
 * Values are doubles and come back bit for bit (a NaN as the one quiet NaN).  Streams of booleans have 0 and 1, streams of texts the
 * numbers of words in a dictionary of the stream.  NaN is an observation without a value: a gap that somebody reported.  Statistics count
 * what is finite and of a quality better than CIM_QUALITY_BAD; windows give everything.
 *
 * How they are stored: chunks of up to `chunk_values` observations in time order, one row each with its first and last time, count,
 * least, greatest, sum and last value beside a blob: times as differences of differences, values as whole numbers of the fewest decimals
 * that keep every bit, by difference, or else as bits that changed (compare T. Pelkonen and others, "Gorilla", VLDB 2015; zigzag varints).
 * The chunk that grows is rewritten at each commit, as is one that late data falls into: there is no other place to look, no journal to
 * replay, and what a commit has written a crash does not take away.
 *
 * Late observations go where their time belongs, however old they are.  Of two observations of a time the one that came last counts.
 *
 * Any number of readers may work beside one writer, also in other processes; each query sees the last commit.  An observation is safe when
 * the commit after it is done: at the latest when the first append or cim_sense_tick() comes `commit_ms` or more after the commit before.
 * A process that is killed loses what came after its last commit and nothing else.
 */
#ifndef CIM_SENSE_H
#define CIM_SENSE_H

#include "cim/city.h"
#include "cim/ctx.h"

#include <math.h>

CIM_BEGIN

/** Times that are taken: years 1 to 9999. */
#define CIM_TIME_MIN_MS (-62135596800000)
#define CIM_TIME_MAX_MS 253402300799999

enum { CIM_STREAM_NUMBER = 0, CIM_STREAM_BOOLEAN = 1, CIM_STREAM_TEXT = 2 };

/** Quality of an observation; 3 to 255 are free and count as bad. */
enum { CIM_QUALITY_GOOD = 0, CIM_QUALITY_UNCERTAIN = 1, CIM_QUALITY_BAD = 2 };

/** One property measured at one place.  Texts are UTF-8; NULL: none. */
typedef struct cim_stream {
    size_t struct_size;   /* set by CIM_STREAM_INIT */
    const char *gid;      /**< text id, one of a kind in the city: "AQ-1/NO2" */
    const char *thing;    /**< text id of what the sensor belongs to, as its source says: "AQ-1" */
    const char *name;
    const char *property; /**< what is measured, as its source says: "NO2" */
    const char *unit;     /**< symbol: "ug/m3" */
    const char *attrs;    /**< a JSON object with what else the source said */
    uint32_t id;          /**< number, 1 and up; of cim_sense_stream_put(): not looked at */
    uint32_t kind;        /**< CIM_STREAM_* */
    uint32_t object;      /**< object of the city; CIM_NONE */
    uint32_t edge;        /**< road segment, pipe or cable (an object, too); CIM_NONE */
    double offset_m;      /**< on the edge, from its start; NaN: not known */
    double x, y, z;       /**< in the city's reference system; NaN: not known */
    int64_t period_ms;    /**< between observations; 0: not known */
} cim_stream;

#define CIM_STREAM_INIT { sizeof(cim_stream), NULL, NULL, NULL, NULL, NULL, NULL, 0, 0, CIM_NONE, CIM_NONE, (double)NAN, (double)NAN, (double)NAN, (double)NAN, 0 }

enum {
    CIM_SENSE_WRITE = 1, /**< to add streams and observations */
    CIM_SENSE_MANUAL = 2 /**< only cim_sense_commit() and cim_sense_finish() commit */
};

typedef struct cim_sense_options {
    size_t struct_size;    /* set by CIM_SENSE_OPTIONS_INIT */
    uint32_t flags;        /* CIM_SENSE_* */
    uint32_t chunk_values; /* of new chunks, 16 to 4096; 0: 256 */
    int64_t commit_ms;     /* between commits; 0: 1000 */
    const char *who;       /* for the change log; NULL: none */
    const char *why;
} cim_sense_options;

#define CIM_SENSE_OPTIONS_INIT { sizeof(cim_sense_options), 0, 0, 0, NULL, NULL }

/** The observations of a city file. */
typedef struct cim_sense cim_sense;

/**
 * Open the observations of a city file.
 *
 * @param path  a city file; NULL: an empty store in memory, to be written.
 * @param opts  NULL for defaults: to read.
 * @param[out] sense_out  freed with cim_sense_free().
 * @return CIM_OK, also for a city without observations; what cim_city_open() returns for a file it refuses; CIM_EARG; CIM_EIO; CIM_ENOMEM.
 * Thread rule: any thread; the result belongs to one thread at a time.   Cost: O(streams).
 * Since 0.1.
 */
CIM_API cim_status cim_sense_open(cim_ctx *ctx, const char *path, const cim_sense_options *opts, cim_sense **sense_out);

/**
 * Give up; what was not committed is gone.  NULL is accepted.
 *
 * @return nothing.
 * Thread rule: one thread at a time.   Cost: O(streams).
 * Since 0.1.
 */
CIM_API void cim_sense_free(cim_sense *sense);

/* ---- streams ---- */

/**
 * Number of streams; their numbers are 1 to this.
 *
 * @param[out] count_out  how many.
 * @return CIM_OK; CIM_EIO; CIM_EFORMAT; CIM_ENOMEM.
 * Thread rule: one thread at a time.   Cost: O(1), O(streams) when somebody has added some.
 * Since 0.1.
 */
CIM_API cim_status cim_sense_count(cim_ctx *ctx, cim_sense *sense, uint32_t *count_out);

/**
 * What is known of a stream.
 *
 * @param id  its number.
 * @param[out] stream_out  struct_size is the caller's; texts are borrowed until the next call that changes or reads a changed file.
 * @return CIM_OK; CIM_ENOTFOUND; CIM_EARG; CIM_EIO; CIM_EFORMAT; CIM_ENOMEM.
 * Thread rule: one thread at a time.   Cost: O(1).
 * Since 0.1.
 */
CIM_API cim_status cim_sense_stream(cim_ctx *ctx, cim_sense *sense, uint32_t id, cim_stream *stream_out);

/** Which streams; what is NULL or CIM_NONE does not matter. */
typedef struct cim_stream_filter {
    size_t struct_size;   /* set by CIM_STREAM_FILTER_INIT */
    const char *gid;
    const char *thing;
    const char *property;
    uint32_t object;
    uint32_t edge;
} cim_stream_filter;

#define CIM_STREAM_FILTER_INIT { sizeof(cim_stream_filter), NULL, NULL, NULL, CIM_NONE, CIM_NONE }

/**
 * Streams by id, thing, property, object, edge.
 *
 * @param filter  NULL: all.
 * @param ids     room for cap numbers, ascending; NULL with cap 0 only counts.
 * @param[out] count_out  how many there are, also when that is more than cap.
 * @return CIM_OK; CIM_ENOTFOUND if there is none; CIM_EARG; CIM_EIO; CIM_EFORMAT; CIM_ENOMEM.
 * Thread rule: one thread at a time.   Cost: O(1) by gid, O(streams) otherwise.
 * Since 0.1.
 */
CIM_API cim_status cim_sense_find(cim_ctx *ctx, cim_sense *sense, const cim_stream_filter *filter, uint32_t *ids, size_t cap, size_t *count_out);

/**
 * Add a stream, or say anew what is known of the one with this gid; observations stay.  Members that are NULL, CIM_NONE, NaN or 0 leave what
 * was known.
 *
 * @param stream  copied.
 * @param[out] id_out  its number.
 * @return CIM_OK; CIM_EARG without gid, for numbers that are not finite, texts that are no UTF-8, another kind than before, or a sense that
 *         only reads; CIM_ELIMIT beyond 16,777,216 streams or for texts beyond 1 MiB; CIM_EIO; CIM_ENOMEM.
 * Thread rule: one thread at a time.   Cost: one row.
 * Since 0.1.
 */
CIM_API cim_status cim_sense_stream_put(cim_ctx *ctx, cim_sense *sense, const cim_stream *stream, uint32_t *id_out);

/**
 * A word of a stream of texts.
 *
 * @param word  the value.
 * @return borrowed text, valid as of cim_sense_stream(); NULL if there is none.
 * Thread rule: one thread at a time.   Cost: O(1).
 * Since 0.1.
 */
CIM_API const char *cim_sense_word(cim_sense *sense, uint32_t stream, double word);

/* ---- writing ---- */

/**
 * Add observations to a stream, in any order.  All or none are taken.
 *
 * @param times_ms  count times since 1970 UTC.
 * @param values    count values; NaN: a gap.  Of booleans 0 or 1, of texts numbers of words.
 * @param qualities count of CIM_QUALITY_*; NULL: all good.
 * @return CIM_OK; CIM_ENOTFOUND for an unknown stream; CIM_EARG for a time outside CIM_TIME_MIN_MS to CIM_TIME_MAX_MS, an infinite value or
 *         one the kind does not have, or a sense that only reads; CIM_ENOMEM; when it was time to commit what cim_sense_commit() returns:
 *         the observations are taken all the same.
 * Thread rule: one thread at a time.   Cost: some 30 ns an observation in time order; a row is written every chunk_values.
 * Since 0.1.
 */
CIM_API cim_status cim_sense_append(cim_ctx *ctx, cim_sense *sense, uint32_t stream, const int64_t *times_ms, const double *values, const uint8_t *qualities,
                                    size_t count);

/**
 * The same for observations of many streams, as they come from a feed.
 *
 * @param streams  count numbers of streams.
 * @return as cim_sense_append().
 * Thread rule: one thread at a time.   Cost: as cim_sense_append().
 * Since 0.1.
 */
CIM_API cim_status cim_sense_append_many(cim_ctx *ctx, cim_sense *sense, const uint32_t *streams, const int64_t *times_ms, const double *values, const uint8_t *qualities,
                                         size_t count);

/**
 * Add one observation of a text; its word is made when it is new.
 *
 * @return as cim_sense_append(); CIM_ELIMIT for a text beyond 64 KiB or the 65,537th word of the stream.
 * Thread rule: one thread at a time.   Cost: O(1).
 * Since 0.1.
 */
CIM_API cim_status cim_sense_append_text(cim_ctx *ctx, cim_sense *sense, uint32_t stream, int64_t time_ms, const char *text, uint8_t quality);

/**
 * Commit when commit_ms have passed since the last one and there is something to commit: for writers that wait for data.
 *
 * @param[out] wait_ms_out  how long until it is worth calling again; -1: nothing waits.  NULL: not wanted.
 * @return as cim_sense_commit().
 * Thread rule: one thread at a time.   Cost: O(1) or that of cim_sense_commit().
 * Since 0.1.
 */
CIM_API cim_status cim_sense_tick(cim_ctx *ctx, cim_sense *sense, int64_t *wait_ms_out);

/**
 * Write everything that was added and make it durable.
 *
 * @return CIM_OK; CIM_EIO (full disk, another writer for five seconds): nothing of this commit is in the file, what was added is kept and
 *         goes with the next one; CIM_EARG for a sense that only reads; CIM_EFORMAT for a damaged chunk that late data falls into; CIM_ENOMEM.
 * Thread rule: one thread at a time.   Cost: one row for each stream with new data and each old chunk with late data; one fsync or two.
 * Since 0.1.
 */
CIM_API cim_status cim_sense_commit(cim_ctx *ctx, cim_sense *sense);

/**
 * Commit and close the session with an entry in the change log, action "observe", that counts what came.  The first commit of a longer
 * session makes such an entry, too.  The sense may go on with the next session.
 *
 * @return as cim_sense_commit().
 * Thread rule: one thread at a time.   Cost: as cim_sense_commit().
 * Since 0.1.
 */
CIM_API cim_status cim_sense_finish(cim_ctx *ctx, cim_sense *sense);

/** What came since the sense was opened. */
typedef struct cim_sense_counts {
    size_t struct_size;
    uint64_t appended; /**< observations taken, the next three included */
    uint64_t late;     /**< older than the newest of their stream */
    uint64_t repeated; /**< time, value and quality as before */
    uint64_t replaced; /**< time as before, value or quality new */
    uint64_t streams;  /**< new */
    uint64_t commits;
} cim_sense_counts;

/**
 * Counts.  Late ones that fall into old chunks are told apart as repeated or replaced at the next commit.
 *
 * @param[out] counts_out  struct_size is the caller's.
 * @return CIM_OK; CIM_EARG.
 * Thread rule: one thread at a time.   Cost: O(1).
 * Since 0.1.
 */
CIM_API cim_status cim_sense_counters(cim_ctx *ctx, const cim_sense *sense, cim_sense_counts *counts_out);

/* ---- asking; a writer sees what it has added ---- */

/**
 * Observations of a stream with from_ms <= time < to_ms, by time.
 *
 * @param times_ms, values, qualities  room for cap each, or NULL.
 * @param[out] count_out  how many there are, also when that is more than cap; the first cap are filled in.
 * @return CIM_OK; CIM_ENOTFOUND for an unknown stream; CIM_EFORMAT for a damaged chunk; CIM_EARG; CIM_EIO; CIM_ENOMEM.
 * Thread rule: one thread at a time.   Cost: O(chunks met); some 10 us for 1,000 values.
 * Since 0.1.
 */
CIM_API cim_status cim_sense_window(cim_ctx *ctx, cim_sense *sense, uint32_t stream, int64_t from_ms, int64_t to_ms, int64_t *times_ms, double *values,
                                    uint8_t *qualities, size_t cap, size_t *count_out);

/** One observation. */
typedef struct cim_observation {
    int64_t time_ms;
    double value;
    uint32_t stream;
    uint32_t quality;
} cim_observation;

/**
 * The newest observation of a stream.
 *
 * @param[out] observation_out  the observation.
 * @return CIM_OK; CIM_DONE if it has none yet; CIM_ENOTFOUND for an unknown stream; CIM_EIO; CIM_EFORMAT; CIM_ENOMEM.
 * Thread rule: one thread at a time.   Cost: O(1), below a microsecond while the file does not change.
 * Since 0.1.
 */
CIM_API cim_status cim_sense_latest(cim_ctx *ctx, cim_sense *sense, uint32_t stream, cim_observation *observation_out);

/**
 * The newest observation at or before a time.
 *
 * @param[out] observation_out  the observation.
 * @return as cim_sense_latest().
 * Thread rule: one thread at a time.   Cost: one chunk.
 * Since 0.1.
 */
CIM_API cim_status cim_sense_at(cim_ctx *ctx, cim_sense *sense, uint32_t stream, int64_t time_ms, cim_observation *observation_out);

/**
 * What all streams of a property said at a time: for maps.
 *
 * @param property    NULL: all streams.
 * @param time_ms     CIM_TIME_MAX_MS: now, that is the newest of each.
 * @param max_age_ms  older observations are left out; 0: any age.
 * @param out         room for cap; NULL with cap 0 only counts.
 * @param[out] count_out  how many there are, also when that is more than cap.
 * @return CIM_OK; CIM_EARG; CIM_EIO; CIM_EFORMAT; CIM_ENOMEM.
 * Thread rule: one thread at a time.   Cost: O(streams), a chunk each unless the newest are asked for.
 * Since 0.1.
 */
CIM_API cim_status cim_sense_snapshot(cim_ctx *ctx, cim_sense *sense, const char *property, int64_t time_ms, int64_t max_age_ms, cim_observation *out, size_t cap,
                                      size_t *count_out);

/** A series in buckets. */
typedef struct cim_rollup {
    size_t struct_size;         /* set by CIM_ROLLUP_INIT */
    int64_t from_ms, to_ms;     /* from <= time < to; the first and last bucket may be cut by them */
    int64_t bucket_ms;          /* width; 0: one bucket from from_ms to to_ms */
    int64_t origin_ms;          /* where some bucket begins: 3,600,000 for days that begin at 01:00 UTC */
    int64_t hold_ms;            /* time-weighted mean: an observation holds until the next one, but no longer; 0: no limit */
    const double *percentiles;  /* percentile_count of 0 to 100; needs memory for the values of a bucket */
    size_t percentile_count;
    uint32_t flags;             /* CIM_ROLLUP_* */
    uint32_t reserved0;
} cim_rollup;

#define CIM_ROLLUP_INIT { sizeof(cim_rollup), CIM_TIME_MIN_MS, CIM_TIME_MAX_MS, 0, 0, 0, NULL, 0, 0, 0 }

enum { CIM_ROLLUP_TIME_MEAN = 1 /**< fill time_mean */ };

/** One bucket.  Statistics are NaN where count is 0. */
typedef struct cim_bucket {
    int64_t start_ms;  /**< its first millisecond, also when from_ms cuts it */
    uint64_t count;    /**< observations that count: finite, of good or uncertain quality */
    uint64_t left_out; /**< those that do not */
    double min, max, mean, sum;
    double time_mean;  /**< mean weighted by how long each value held, the one before the bucket included; NaN when none did */
} cim_bucket;

/**
 * Count, least, greatest, mean, sum and percentiles by buckets; only buckets with observations are given.  Chunks that lie within one bucket
 * are not opened unless percentiles or time_mean are asked for.  Percentiles interpolate between ranks (R. Hyndman, Y. Fan, "Sample quantiles
 * in statistical packages", 1996: type 7).  Sums are compensated (A. Neumaier, 1974).
 *
 * @param rollup       what is asked.
 * @param buckets      room for cap; NULL with cap 0 only counts.
 * @param percentiles  room for cap x percentile_count, by bucket; NULL: none.
 * @param[out] count_out  how many buckets there are, also when that is more than cap.
 * @return CIM_OK; CIM_ENOTFOUND for an unknown stream; CIM_EARG for a stream of texts or a rollup that makes no sense; CIM_EFORMAT for a
 *         damaged chunk; CIM_EIO; CIM_ENOMEM.
 * Thread rule: one thread at a time.   Cost: O(chunks met + values of those opened).
 * Since 0.1.
 */
CIM_API cim_status cim_sense_rollup(cim_ctx *ctx, cim_sense *sense, uint32_t stream, const cim_rollup *rollup, cim_bucket *buckets, double *percentiles, size_t cap,
                                    size_t *count_out);

/**
 * Look at every chunk: can it be read, does it hold what its row says, do chunks overlap, has each its stream?
 *
 * @param fn  called with the number of the stream and one line about it for each fault.
 * @param[out] faults_out  how many there are.
 * @param[out] observations_out  how many can be read.  NULL: not wanted.
 * @return CIM_OK; CIM_EIO; CIM_ENOMEM; CIM_ECANCEL.
 * Thread rule: one thread at a time.   Cost: O(observations).
 * Since 0.1.
 */
CIM_API cim_status cim_sense_check(cim_ctx *ctx, cim_sense *sense, void (*fn)(uint32_t stream, const char *line, void *user), void *user, uint64_t *faults_out,
                                   uint64_t *observations_out);

/* ---- time ---- */

/**
 * Read a time: ISO 8601 with or without offset ("2024-05-13T00:00:00+02:00"; without it is UTC; a date alone is its midnight), or seconds or
 * milliseconds since 1970 (a number from 1e11 up is milliseconds).
 *
 * @param[out] time_ms_out  milliseconds since 1970 UTC; of an interval "a/b" its end.
 * @return CIM_OK; CIM_EFORMAT.
 * Thread rule: any thread.   Cost: O(1).
 * Since 0.1.
 */
CIM_API cim_status cim_time_parse(cim_ctx *ctx, const char *text, int64_t *time_ms_out);

/**
 * "2024-05-13T00:00:00Z", with milliseconds when there are some.
 *
 * @param[out] text_out  NUL-terminated; empty for a time outside CIM_TIME_MIN_MS to CIM_TIME_MAX_MS.
 * @return nothing.
 * Thread rule: any thread.   Cost: O(1).
 * Since 0.1.
 */
CIM_API void cim_time_text(int64_t time_ms, char text_out[32]);

/* ---- files ---- */

/** One observation as it was read, after it was appended: for rules that look at every one. */
typedef cim_status (*cim_observation_fn)(cim_ctx *ctx, cim_sense *sense, const cim_observation *observation, void *user);

typedef struct cim_ingest_options {
    size_t struct_size;     /* set by CIM_INGEST_OPTIONS_INIT */
    const char *format;     /* "sensorthings", "ngsi-ld", "csv", "ndjson", "dynamizer"; NULL: by content */
    const char *columns;    /* CSV: "time=Zeit,stream=Nr,value=Wert"; "" or NULL: by name.  See cim-sense(7) */
    cim_city *city;         /* objects are looked up by id and place; NULL: streams without objects */
    cim_observation_fn fn;  /* NULL: none; a negative status ends the reading */
    void *user;
    uint32_t flags;         /* CIM_INGEST_* */
    uint32_t max_depth;     /* nesting of JSON and XML; 0: 64 */
    uint64_t max_bytes;     /* an input after decompression; 0: 4 GiB */
} cim_ingest_options;

#define CIM_INGEST_OPTIONS_INIT { sizeof(cim_ingest_options), NULL, NULL, NULL, NULL, NULL, 0, 0, 0 }

enum {
    CIM_INGEST_KNOWN_ONLY = 1, /**< streams that are not there are not made: their observations are skipped and counted */
    CIM_INGEST_KEEP_GOING = 2  /**< lines of NDJSON and CSV that cannot be read are skipped, counted and listed; else the first one ends the reading */
};

/**
 * Read observations from a file: SensorThings API JSON (1.0, 1.1, 2.0), NGSI-LD, CSV, one JSON object a line, the Dynamizers of CityGML.
 * What was read is appended, and committed every commit_ms; call cim_sense_finish() at the end.  From "-" lines are taken as they come.
 *
 * @param path  a file, plain or gzip; "-" is standard input.
 * @param opts  NULL for defaults.
 * @param[out] report_out  JSON: kinds of things with what became of them, warnings; also filled on failure.  NULL: not wanted.
 * @return CIM_OK; CIM_DONE if some lines were skipped (CIM_INGEST_KEEP_GOING); CIM_EFORMAT with file and line, byte or entity; CIM_EIO;
 *         CIM_ELIMIT; CIM_EARG; CIM_ECANCEL; CIM_ENOMEM.  What came before a failure stays appended.
 * Thread rule: one thread at a time.   Cost: O(input); a JSON document is held in memory.
 * Since 0.1.
 */
CIM_API cim_status cim_sense_ingest(cim_ctx *ctx, cim_sense *sense, const char *path, const cim_ingest_options *opts, cim_buf *report_out);

typedef struct cim_sense_export_options {
    size_t struct_size;           /* set by CIM_SENSE_EXPORT_OPTIONS_INIT */
    const char *format;           /* "sensorthings" (entities with deep inserted observations), "dataarray", "csv", "ndjson", "geojson" (the newest of each) */
    int32_t epsg;                 /* of the places of streams; 0: they are left out */
    uint32_t stream_count;        /* 0 with streams NULL: all */
    const uint32_t *streams;
    int64_t from_ms, to_ms;       /* observations with from <= time < to */
} cim_sense_export_options;

#define CIM_SENSE_EXPORT_OPTIONS_INIT { sizeof(cim_sense_export_options), NULL, 0, 0, NULL, CIM_TIME_MIN_MS, CIM_TIME_MAX_MS }

/**
 * Streams and observations as text.
 *
 * @param opts  format is needed.
 * @param[out] text_out  release with cim_buf_dispose().
 * @return CIM_OK; CIM_ENOTFOUND for an unknown stream; CIM_EARG for an unknown format; CIM_EFORMAT; CIM_EIO; CIM_EUNSUPPORTED without module
 *         proj for SensorThings and GeoJSON with places; CIM_ENOMEM.
 * Thread rule: one thread at a time.   Cost: O(observations), and the text in memory.
 * Since 0.1.
 */
CIM_API cim_status cim_sense_export(cim_ctx *ctx, cim_sense *sense, const cim_sense_export_options *opts, cim_buf *text_out);

CIM_END

#endif
