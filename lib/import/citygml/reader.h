/* reader.h - from SAX events to members: the objects of a model one by one, as trees.
 *
 * A member is what stands in a cityObjectMember, featureMember, member or featureMembers, or directly in the model, or the root
 * element itself when it is an object.  Appearances of the whole model are written as text as they come, page by page, because
 * they can be larger than everything else.  The rest of the model's own content is collected in `document`. */
#ifndef CIM_IMPORT_CITYGML_READER_H
#define CIM_IMPORT_CITYGML_READER_H

#include "import/citygml/axis.h"
#include "import/citygml/canon.h"
#include "import/citygml/residue.h"
#include "import/xml.h"

typedef struct cim__greader cim__greader;

typedef struct cim__greader_handler {
    /* The member is [node, end of r->tree) and its number in the file is `ordinal`, from 1.  r->tree may be exchanged here. */
    cim_status (*member)(cim_ctx *ctx, cim__greader *r, uint32_t node, uint64_t ordinal, void *user);
    /* Only elements with an id that is sought are made into members; NULL: all members are. */
    bool (*seeks)(cim__str id, void *user);
    /* Is this member wanted?  NULL: all are. */
    bool (*wants)(uint64_t ordinal, void *user);
    /* r->page holds entries of residue (residue.h); to be emptied. NULL: appearances are passed over. */
    cim_status (*page)(cim_ctx *ctx, cim__greader *r, void *user);
    cim_status (*chunk)(cim_ctx *ctx, cim__greader *r, void *user);
    void *user;
} cim__greader_handler;

enum { CIM__GREADER_PAGE = 1 << 20 };

typedef enum cim__greader_state { CIM__GR_TOP, CIM__GR_TREE, CIM__GR_DOCUMENT, CIM__GR_VERBATIM, CIM__GR_SKIP, CIM__GR_SEEK } cim__greader_state;

typedef struct cim__gpointer {
    const char *local, *space;
    const cim__gname *name;
} cim__gpointer;

struct cim__greader {
    cim__mem *mem;
    cim__gnames *names;      /* shared by the readers of a job */
    cim__gsrses *srses;
    cim__report *report;
    const char *path;
    const cim__greader_handler *handler;
    cim__gtree *tree;        /* where members go */
    cim__gtree document;     /* node 0 is the model; its members are left out */
    cim__greader_state state;
    uint32_t base;           /* depth of the element that began the state */
    uint32_t member;         /* its node */
    uint64_t ordinal, line;
    uint16_t srs;            /* of the model's envelope */
    uint8_t dim;
    cim__buf context;        /* while seeking: what open elements say of the coordinates in them */
    bool has_root;
    bool foreign;            /* not the job's own input: says nothing about what the job's file is in */
    char version[32], encoding[32];
    cim__gpointer *pointers; /* hash table of the parser's interned names */
    size_t pointer_count, pointer_cap;
    /* text of appearances */
    cim__canon canon;
    cim__buf text, page;
    cim__gtree scratch;
    bool goes_on;
    /* counts */
    uint64_t elements, links, verbatim_links, verbatim_elements, structure_elements;
    cim__buf seen, verbatim; /* uint64_t by number of the name */
};

void cim__greader_init(cim__greader *r, cim__mem *mem, cim__gnames *names, cim__gsrses *srses, cim__report *report, const cim__greader_handler *handler);
void cim__greader_free(cim__greader *r);
/* The whole input; on failure what was complete has been handed over, and cim__greader_damage() counts the rest. */
cim_status cim__greader_run(cim_ctx *ctx, cim__greader *r, cim__input *input, uint32_t max_depth);
/* After a failure: drop the member that was open, *lost_out elements; close what was being written. */
cim_status cim__greader_damage(cim_ctx *ctx, cim__greader *r, uint64_t *lost_out);

static inline uint64_t cim__greader_seen(const cim__greader *r, uint32_t name) { return name < CIM__COUNT(&r->seen, uint64_t) ? CIM__AT(&r->seen, uint64_t, name) : 0; }

#endif
