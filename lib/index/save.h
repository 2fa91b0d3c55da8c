/* save.h - an index from wherever its bytes come from, straight into the memory where it stays. */
#ifndef CIM_INDEX_SAVE_H
#define CIM_INDEX_SAVE_H

#include "cim/index.h"
#include "core/ctx.h"

typedef struct cim__index_input {
    size_t size; /* of all bytes: checked against what they say before anything is allocated */
    cim_status (*read)(cim_ctx *ctx, void *to, size_t size, void *user); /* the next `size` bytes */
    /* NULL, or whether these ids, some of all, are good; they may be above bound, which is what the header says. */
    bool (*ids_ok)(const uint32_t *ids, size_t count, uint32_t bound, const void *user);
    void *user;
} cim__index_input;

/* As cim_index_load(): CIM_EFORMAT and CIM_EVERSION say that the bytes are not good. */
cim_status cim__index_load_from(cim_ctx *ctx, const cim__index_input *input, cim_index **index_out);

#endif
