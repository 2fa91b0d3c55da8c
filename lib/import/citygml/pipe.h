/* pipe.h - members to builders and their batches to the sink.
 *
 * Members are collected into groups of about a mebibyte.  The reader's thread fills them, workers build them, and the reader's
 * thread hands the batches to the sink in the order of the file.  What belongs to which group depends on the input alone, so the
 * result is the same whatever the number of workers. */
#ifndef CIM_IMPORT_CITYGML_PIPE_H
#define CIM_IMPORT_CITYGML_PIPE_H

#include "core/par.h"
#include "import/citygml/build.h"
#include "import/citygml/reader.h"

enum { CIM__GPIPE_WORKERS = 4, CIM__GROUP_BYTES = 1 << 20, CIM__GROUP_MEMBERS = 4096 };

typedef enum cim__ggroup_state { CIM__GG_FREE, CIM__GG_FILLED, CIM__GG_BUILT } cim__ggroup_state;

typedef struct cim__gmember_at {
    uint32_t node;
    uint64_t ordinal;
} cim__gmember_at;

typedef struct cim__ggroup {
    cim__gtree tree;
    cim__buf members;            /* cim__gmember_at */
    cim__buf page;               /* entries of appearances instead of members */
    cim__str page_gid;
    cim__batch batch;
    cim__buf wanted, deferred;   /* cim__gwant; cim__gmember_at */
    cim__buf objects, templates; /* cim__gobject_seen */
    size_t names;                /* that there were when it was submitted: more may be added meanwhile */
    cim__ggroup_state state;
    cim_status status;
    uint32_t worker;
} cim__ggroup;

typedef struct cim__gpipe cim__gpipe;

/* Called by the filling thread for each group in the order of the file, before its batch goes to the sink. */
typedef cim_status (*cim__gpipe_take_fn)(cim_ctx *ctx, cim__ggroup *group, void *user);

struct cim__gpipe {
    cim__job *job;
    cim__gsrses *srses;
    cim__gpipe_take_fn take;
    void *user;
    cim__str document_gid;
    uint32_t workers, group_count;
    cim__ggroup *groups;
    cim__gbuilder *builders;      /* one a worker, at least one */
    cim__task *tasks;
    pthread_t owner;
    uint32_t running;             /* workers that have a thread */
    bool started;
    uint64_t filled, begun, taken; /* groups so far; slot = number mod group_count */
    bool stop;
    pthread_mutex_t lock;
    pthread_cond_t work, done;
};

/* workers 0: everything is built by the calling thread. */
cim_status cim__gpipe_start(cim_ctx *ctx, cim__gpipe *pipe, cim__job *job, cim__gsrses *srses, const cim__gshared *shared, uint32_t workers, cim__gpipe_take_fn take, void *user);
/* The group that is being filled. */
static inline cim__ggroup *cim__gpipe_group(const cim__gpipe *pipe) { return &pipe->groups[pipe->filled % pipe->group_count]; }
/* Hand it on, and make the next one free. */
cim_status cim__gpipe_submit(cim_ctx *ctx, cim__gpipe *pipe);
/* Build and take everything that was submitted, end the workers. */
cim_status cim__gpipe_finish(cim_ctx *ctx, cim__gpipe *pipe);
void cim__gpipe_free(cim_ctx *ctx, cim__gpipe *pipe);

/* Reference systems of everything in nodes [first, end) that has coordinates. */
cim_status cim__gpipe_decide(cim_ctx *ctx, cim__job *job, cim__gsrses *srses, const cim__gtree *tree, uint32_t first, uint32_t end);

#endif
