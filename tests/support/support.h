/* support.h - what unit tests share: contexts, places of data, temporary files, a fixed random sequence. */
#ifndef CIM_TESTS_SUPPORT_H
#define CIM_TESTS_SUPPORT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cim.h"

#include <stdbool.h>

/* A new context that prints warnings; freed by the test. */
cim_ctx *support_ctx(void);
/* Assert a status and, for failures, that there is a one-line message. */
void support_status(cim_ctx *ctx, cim_status got, cim_status wanted, const char *file, int line);
#define assert_status(ctx, got, wanted) support_status((ctx), (got), (wanted), __FILE__, __LINE__)
#define assert_ok(ctx, got) assert_status((ctx), (got), CIM_OK)

/* A file of the project's own data/; static storage, overwritten by the eighth call after. */
const char *support_own(const char *name);
/* A file of the large data collection beside the project ($CIM_DATA, default ../shared/data), or NULL when it is not there.
 * SUPPORT_NEED skips the test with a line that says what is missing. */
const char *support_shared(const char *name);
#define SUPPORT_NEED(variable, name)                                       \
    const char *variable = support_shared(name);                           \
    if (!variable) {                                                       \
        print_message("skipped: %s is not there (CIM_DATA)\n", (name));    \
        skip();                                                            \
    }

/* Path of a file in a directory of this test program, which is removed at exit; the file is not made. */
const char *support_temp(const char *name);
void support_write(const char *path, const void *data, size_t size);
char *support_read(const char *path, size_t *size_out); /* freed by the caller; NULL when absent */

/* splitmix64: the same sequence everywhere. */
uint64_t support_random(uint64_t *state);
/* How many random cases of so many: all; a fifth where the environment has CIM_SANITIZED or CIM_QUICK, as repeats of the whole suite have. */
int support_rounds(int all);
double support_uniform(uint64_t *state, double least, double most);

/* An allocator that fails: the n-th allocation (once), or it and all later ones. `live` counts blocks not freed. */
typedef struct support_fault {
    long left;       /* allocations that still succeed */
    bool persistent; /* fail for ever after */
    bool hit;
    long live;
} support_fault;
cim_ctx *support_fault_ctx(support_fault *fault, uint32_t threads);

/* Fail the n-th allocation, then the next, until the scenario runs through without meeting the fault; then the same with all later
 * ones failing too.  Beyond `most` the steps grow.  The scenario ends with CIM_OK or CIM_ENOMEM, says why, and leaks nothing. */
typedef cim_status (*support_scenario)(cim_ctx *ctx);
void support_fault_loop(const char *name, support_scenario scenario, long most);

#endif
