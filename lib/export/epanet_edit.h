/* epanet_edit.h - changes of single words in the text of an EPANET file. */
#ifndef CIM_EXPORT_EPANET_EDIT_H
#define CIM_EXPORT_EPANET_EDIT_H

#include "epanet/epanet.h"

typedef struct cim__epa_edits {
    cim__buf list;                    /* places and what goes there */
    cim__buf texts;
    cim__buf added[CIM__EPA_SECTIONS]; /* new rows at the end of a section */
    cim__buf words[8];                /* of the row that is being changed */
    cim__buf scratch;
    bool failed;                      /* out of memory */
} cim__epa_edits;

void cim__epa_edits_init(cim__epa_edits *edits, cim__mem *mem);
void cim__epa_edits_free(cim__epa_edits *edits);

/* A row being changed: words are set, then all of them are taken over at once, with defaults for words between that are missing. */
typedef struct cim__epa_row {
    cim__epa_line line;
    uint8_t set; /* bit k: word k is to be what words[k] says */
} cim__epa_row;
cim__epa_row cim__epa_row_at(const cim__epa_net *net, uint32_t at);
cim__buf *cim__epa_word(cim__epa_edits *edits, cim__epa_row *row, size_t k); /* empty, to be filled; k < 8 */
void cim__epa_row_end(cim__epa_edits *edits, const cim__epa_net *net, const cim__epa_row *row);

void cim__epa_remove(cim__epa_edits *edits, const cim__epa_net *net, uint32_t at); /* the whole line */
void cim__epa_put_name(cim__buf *out, cim__str name);                              /* in quotes where it needs them */
void cim__epa_row_added(cim__epa_edits *edits, cim__buf *rows);                    /* ends a row of added[] */

/* The text with all changes, in the file's encoding; false: out of memory. */
bool cim__epa_apply(cim__epa_edits *edits, const cim__epa_net *net, bool latin1, cim__buf *out);

#endif
