/* obs.h - reading observations: what the readers of formats share.
 *
 *   ingest.c  the public call: choosing a format, the report
 *   obs.c     streams and values, the same for all
 *   sta.c     SensorThings entities      ngsi.c  NGSI-LD entities
 *   rows.c    CSV and JSON lines         lines.c lines as they come, from pipes too */
#ifndef CIM_IMPORT_SENSE_OBS_H
#define CIM_IMPORT_SENSE_OBS_H

#include "cim/sense.h"
#include "crs/crs.h"
#include "import/input.h"
#include "import/json_in.h"
#include "import/report.h"

/* What holds sensors, as the source says it. */
typedef struct cim__thing_said {
    const char *gid, *name, *description, *kind; /* kind: of an NGSI-LD entity */
    uint32_t properties;                         /* node of the tree; CIM_NONE */
    double x, y, z;                              /* in the city's system; NaN */
    uint32_t object, edge;                       /* found; CIM_NONE */
    double offset_m;
} cim__thing_said;

typedef struct cim__obs cim__obs;
/* Make an object of a thing that the city does not have, or find it: fills object, edge, offset_m. */
typedef cim_status (*cim__thing_fn)(cim_ctx *ctx, cim__obs *in, cim__thing_said *thing, void *user);

struct cim__obs {
    cim_sense *sense;
    cim_ingest_options o;
    cim__report *report;
    const char *name;      /* of the input */
    uint64_t place;        /* line, for messages; 0: none */
    cim__jtree tree;
    cim__buf scratch;
    cim__arena texts;      /* of one entity or line */
    int32_t epsg;          /* of places; 0: not known */
    cim__transform *to_city;
    cim_status (*system)(cim_ctx *ctx, cim__obs *in, double lon_deg, double lat_deg); /* decides epsg and to_city; NULL: epsg stands */
    cim__thing_fn thing;   /* NULL: looked up in o.city */
    void *thing_user;
    uint64_t skipped_lines;
};

cim_status cim__obs_begin(cim_ctx *ctx, cim__obs *in);
void cim__obs_end(cim_ctx *ctx, cim__obs *in);

/* A NUL-terminated copy that lives until the texts are reset; NULL when out of memory. */
const char *cim__obs_text(cim__obs *in, cim__str text);
void cim__obs_warn(cim__obs *in, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* GeoJSON geometry in longitude and latitude to a place of the thing. */
cim_status cim__obs_place(cim_ctx *ctx, cim__obs *in, uint32_t geometry, cim__thing_said *thing);
cim_status cim__obs_thing(cim_ctx *ctx, cim__obs *in, cim__thing_said *thing);
/* Ids that the thing may have in a city, the likeliest first: i counts up from 0 until it is false. */
bool cim__obs_candidate(cim__obs *in, const cim__thing_said *thing, size_t i, char gid[400]);
cim_status cim__obs_look_everywhere(cim_ctx *ctx, cim__obs *in, cim__thing_said *thing); /* in o.city */
/* A stream by gid; made when it is not there.  *id_out 0: it may not be made. */
cim_status cim__obs_stream(cim_ctx *ctx, cim__obs *in, cim_stream *stream, const cim__thing_said *thing, uint32_t *id_out);
uint32_t cim__obs_known(cim_ctx *ctx, cim__obs *in, const char *gid); /* 0: no such stream */

/* A value as formats have it. */
typedef struct cim__obs_value {
    enum { CIM__VALUE_GAP, CIM__VALUE_NUMBER, CIM__VALUE_BOOLEAN, CIM__VALUE_TEXT } type;
    double number;
    const char *text;
} cim__obs_value;
bool cim__obs_value_of(cim__obs *in, uint32_t node, cim__obs_value *value_out); /* false: an object or array */
static inline uint32_t cim__obs_kind(const cim__obs_value *v) { return v->type == CIM__VALUE_TEXT ? CIM_STREAM_TEXT : v->type == CIM__VALUE_BOOLEAN ? CIM_STREAM_BOOLEAN : CIM_STREAM_NUMBER; }
/* Append one observation; what the stream cannot take is counted and listed. */
cim_status cim__obs_add(cim_ctx *ctx, cim__obs *in, uint32_t stream, int64_t time_ms, const cim__obs_value *value, uint8_t quality);
uint8_t cim__obs_quality(cim__obs *in, uint32_t node);
bool cim__obs_time(cim__obs *in, uint32_t node, int64_t *time_ms_out);

/* Entities in the tree. */
bool cim__obs_is_sta(cim__obs *in, uint32_t node);
bool cim__obs_is_ngsi(cim__obs *in, uint32_t node);
cim_status cim__sta_read(cim_ctx *ctx, cim__obs *in, uint32_t node);
cim_status cim__ngsi_read(cim_ctx *ctx, cim__obs *in, uint32_t node);
cim_status cim__obs_row(cim_ctx *ctx, cim__obs *in, uint32_t node); /* {"stream", "time", "value"} */
bool cim__obs_is_row(cim__obs *in, uint32_t node);

/* Lines; text[size] may be changed for the moment. CIM_DONE from fn stops. */
typedef cim_status (*cim__line_fn)(cim_ctx *ctx, char *text, size_t size, uint64_t line, void *user);
cim_status cim__obs_lines(cim_ctx *ctx, cim__obs *in, cim__input *input, bool live, cim__line_fn fn, void *user);
cim_status cim__obs_read_rows(cim_ctx *ctx, cim__obs *in, cim__input *input, bool live, bool csv);

/* A whole JSON document in memory. */
cim_status cim__obs_document(cim_ctx *ctx, cim__obs *in, char *text, size_t size);
cim_status cim__obs_read_document(cim_ctx *ctx, cim__obs *in, cim__input *input);
const char *cim__obs_format(cim__str head); /* NULL: none of them */

#endif
