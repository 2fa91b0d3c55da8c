/**
 * @file check.h
 * Is a city file whole?
 */
#ifndef CIM_CHECK_H
#define CIM_CHECK_H

#include "cim/ctx.h"

CIM_BEGIN

enum {
    CIM_CHECK_FOREIGN = 1, /**< do not complain about tables, views and triggers that libcim did not make */
    CIM_CHECK_QUICK = 2    /**< leave out geometries and the page-by-page integrity check */
};

/**
 * Check a city file: schema, pages, ids, classes, parents, sources, geometries (decodable, of the layer's type and reference system,
 * valid in the plane), shapes and their topology, relations, spatial indexes, compiled arrays, and the hash chain of the change log.
 *
 * @param[out] report_out  JSON {"file", "ok", "checks": [{"name", "checked", "findings"}], "findings": [{"check", "place", "text"}]} with
 *                         the first 200 findings; release with cim_buf_dispose().
 * @param[out] findings_out  how many there are.
 * @return CIM_OK, also when there are findings; CIM_EIO if the file cannot be read; CIM_EFORMAT if it is no city file; CIM_EVERSION;
 *         CIM_EUNTRUSTED; CIM_ENOMEM; CIM_ECANCEL.
 * Thread rule: any thread.   Cost: O(file).
 * Since 0.1.
 */
CIM_API cim_status cim_check(cim_ctx *ctx, const char *path, uint32_t flags, cim_buf *report_out, size_t *findings_out);

CIM_END

#endif
