/**
 * @file base.h
 * Status codes, versions and the few types every other header of libcim uses.
 *
 * If a name is not declared in a header under include/cim/ it is not API.  Headers under include/cim/x/ are
 * experimental and not exported by the shared library.
 *
 * Conventions of the whole API
 *   - Every function that can fail returns a cim_status: 0 (CIM_OK) on success, CIM_DONE (1) at the end of an
 *     iteration, negative on failure.  The context then holds one line of text: cim_ctx_error().
 *   - Order of arguments: context, object, inputs, options, outputs.  Outputs end in `_out` and are untouched on failure.
 *   - Arguments are never taken over: they are copied or only read during the call.
 *   - `const T *` results are borrowed from the first object argument and valid until it is freed.
 *   - Strings are UTF-8.  Coordinates are x, y[, z] (easting, northing, height) in the coordinate reference system
 *     named beside them, in metres unless said otherwise.  Every quantity has its unit in its name.
 *   - A cim_ctx belongs to one thread at a time.  Built objects (cim_city, cim_index, ...) are immutable and may be
 *     shared by any number of threads, each with its own context.
 */
#ifndef CIM_BASE_H
#define CIM_BASE_H

#include <stddef.h>
#include <stdint.h>

#if defined(__GNUC__)
#define CIM_API __attribute__((visibility("default")))
#else
#define CIM_API
#endif

#ifdef __cplusplus
#define CIM_BEGIN extern "C" {
#define CIM_END }
#else
#define CIM_BEGIN
#define CIM_END
#endif

CIM_BEGIN

#define CIM_VERSION_MAJOR 0
#define CIM_VERSION_MINOR 1
#define CIM_VERSION_PATCH 0
#define CIM_VERSION_STRING "0.1.0"

/** No object, no index, unknown: the one reserved value of every 32-bit id. */
#define CIM_NONE 0xffffffffu

/** Code, value and text of every status: X(name, value, text).  Values never change. */
#define CIM_STATUS_MAP(X)                                                                                         \
    X(OK, 0, "success")                                                                                           \
    X(DONE, 1, "no more items")                                                                                   \
    X(ENOMEM, -1, "out of memory")                                                                                \
    X(EARG, -2, "argument out of range")                                                                          \
    X(ENOTFOUND, -3, "no such object")                                                                            \
    X(EFORMAT, -4, "malformed input")                                                                             \
    X(EIO, -5, "input/output error")                                                                              \
    X(ECANCEL, -6, "cancelled by the caller")                                                                     \
    X(EVERSION, -7, "newer structure or file than this library")                                                  \
    X(ELIMIT, -8, "a limit was exceeded")                                                                         \
    X(EUNTRUSTED, -9, "file has content that this library did not write")                                         \
    X(EEXIST, -10, "already exists")                                                                              \
    X(EUNSUPPORTED, -11, "not supported by this build")                                                           \
    X(EINTERNAL, -12, "internal error")

/** Not the enum itself: the size of an enum is no part of a C ABI. */
typedef int32_t cim_status;

enum {
#define CIM_X(name, value, text) CIM_##name = value,
    CIM_STATUS_MAP(CIM_X)
#undef CIM_X
    CIM_STATUS_RESERVED = -0x7fff
};

/** An axis-parallel box in the plane, in the units of its coordinate reference system; min <= max. */
typedef struct cim_box {
    double min_x, min_y, max_x, max_y;
} cim_box;

/** Text or bytes given to the caller: `size` bytes at `data`, followed by a NUL that is not counted.
 *  Declare as `cim_buf b = CIM_BUF_INIT;`, release with cim_buf_dispose(). */
typedef struct cim_buf {
    char *data;
    size_t size;
    void *reserved;
} cim_buf;

#define CIM_BUF_INIT { NULL, 0, NULL }

/**
 * Empty a buffer that a libcim function filled; it may be used again.  NULL and empty buffers are accepted.
 *
 * @return nothing.
 * Thread rule: any thread, one at a time per buffer.   Cost: O(1).
 * Since 0.1.
 */
CIM_API void cim_buf_dispose(cim_buf *buf);

/**
 * The library's version, "MAJOR.MINOR.PATCH", of the library that runs (not of the header).
 *
 * @return static text.
 * Thread rule: any thread.   Cost: O(1).
 * Since 0.1.
 */
CIM_API const char *cim_version(void);

/**
 * Constant name of a status, e.g. "CIM_EIO".
 *
 * @return static text; "CIM_UNKNOWN" for a value outside CIM_STATUS_MAP.
 * Thread rule: any thread.   Cost: O(1).
 * Since 0.1.
 */
CIM_API const char *cim_status_name(cim_status status);

/**
 * One line of English for a status, e.g. "input/output error".
 *
 * @return static text; "unknown status" for a value outside CIM_STATUS_MAP.
 * Thread rule: any thread.   Cost: O(1).
 * Since 0.1.
 */
CIM_API const char *cim_status_text(cim_status status);

CIM_END

#endif
