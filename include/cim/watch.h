/**
 * @file watch.h
 * Rules from a file over the streams of a city: what `cimtool watch` does.
 *
 *     cim_watch_open(ctx, city, sense, text, size, "rules.json", &watch);      rules, streams by property, area or trace, baselines
 *     cim_watch_line(ctx, watch, line, length, &observation);                  a line of JSON as it comes
 *     while (cim_watch_next(ctx, watch, CIM_WATCH_JSON, &text) == CIM_OK) ...  alerts, a line of JSON each
 *
 * The file of rules is explained in cim-rules(5), the rest in cim-cover(7) and cimtool-watch(1).
 */
#ifndef CIM_WATCH_H
#define CIM_WATCH_H

#include "cim/alert.h"
#include "cim/sense.h"

CIM_BEGIN

typedef struct cim_watch cim_watch;

/**
 * Read rules, find the streams each is about, learn the baselines they need.
 *
 * @param city   of the streams; one more owner.
 * @param sense  streams, and observations for baselines; only read during the call.
 * @param text   size bytes of JSON.
 * @param name   of the file, for messages.
 * @param[out] watch_out  freed with cim_watch_free().
 * @return CIM_OK; CIM_EARG; CIM_EFORMAT with "name:line:column: what is wrong"; CIM_ENOTFOUND for an object, stream or rule that is named and not
 *         there; CIM_ELIMIT beyond 100,000 rules; what cim_query_run(), cim_utility_build() and cim_sense_window() return.
 * Thread rule: any thread; the watch belongs to one thread at a time.   Cost: O(rules * streams), and what queries, traces and baselines cost.
 * Since 0.1.
 */
CIM_API cim_status cim_watch_open(cim_ctx *ctx, cim_city *city, cim_sense *sense, const char *text, size_t size, const char *name, cim_watch **watch_out);

/**
 * Free a watch; NULL is accepted.
 *
 * @return nothing.
 * Thread rule: no other call may be using it.   Cost: O(rules + streams).
 * Since 0.1.
 */
CIM_API void cim_watch_free(cim_watch *watch);

/**
 * The engine; stream s of it has number s + 1 in sense.h, rules are numbered as in the file.
 *
 * @return borrowed.
 * Thread rule: as the watch.   Cost: O(1).
 * Since 0.1.
 */
CIM_API cim_alert_engine *cim_watch_engine(const cim_watch *watch);

/**
 * A line of JSON.  An observation: {"stream","time","value","quality"}, an Observation of SensorThings ("phenomenonTime", "result", "Datastream"), or what
 * `mosquitto_sub -F %j` prints of a message with either, or a bare number, as its payload; its topic then names the stream.  A state of the
 * utility networks: {"id","state"}; rules over traces then find their streams anew.  A word of somebody: {"acknowledge": RULE, "stream"}.
 *
 * @param line  length bytes.
 * @param[in,out] observation_out  NULL, or what was observed.
 * @return CIM_OK: an observation was judged; CIM_DONE: something else was done, or the line is blank; CIM_EFORMAT; CIM_ENOTFOUND for a stream or rule that
 *         is not there; CIM_EARG; CIM_ENOMEM.
 * Thread rule: as the watch.   Cost: O(length), and cim_alert_observe().
 * Since 0.1.
 */
CIM_API cim_status cim_watch_line(cim_ctx *ctx, cim_watch *watch, const char *line, size_t length, cim_observation *observation_out);

enum { CIM_WATCH_JSON = 0, CIM_WATCH_NGSI = 1 /**< an NGSI-LD entity of type Alert */ };

/**
 * The next event as a line of JSON, without a newline.
 *
 * @param[in,out] line_out  released with cim_buf_dispose().
 * @return CIM_OK; CIM_DONE when there is none; CIM_EARG; CIM_EIO; CIM_EFORMAT; CIM_ENOMEM.
 * Thread rule: as the watch.   Cost: O(1); with "downstream" a trace for each alert that is raised.
 * Since 0.1.
 */
CIM_API cim_status cim_watch_next(cim_ctx *ctx, cim_watch *watch, uint32_t format, cim_buf *line_out);

/**
 * Rules and the streams each is about, as JSON.
 *
 * @param[in,out] json_out  released with cim_buf_dispose().
 * @return CIM_OK; CIM_ENOMEM.
 * Thread rule: as the watch.   Cost: O(rules * streams).
 * Since 0.1.
 */
CIM_API cim_status cim_watch_describe(cim_ctx *ctx, const cim_watch *watch, cim_buf *json_out);

/**
 * cim_alert_save() with the ids of rules and streams.
 *
 * @param[in,out] text_out  released with cim_buf_dispose().
 * @return CIM_OK; CIM_ENOMEM.
 * Thread rule: as the watch.   Cost: as cim_alert_save().
 * Since 0.1.
 */
CIM_API cim_status cim_watch_save(cim_ctx *ctx, const cim_watch *watch, cim_buf *text_out);

/**
 * cim_alert_restore() with the ids of rules and streams.
 *
 * @param[out] left_out  NULL or how many items were left out.
 * @return as cim_alert_restore().
 * Thread rule: as the watch.   Cost: as cim_alert_restore().
 * Since 0.1.
 */
CIM_API cim_status cim_watch_restore(cim_ctx *ctx, cim_watch *watch, const char *text, size_t size, uint32_t *left_out);

CIM_END

#endif
