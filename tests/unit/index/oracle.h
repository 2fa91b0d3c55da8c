/* oracle.h - sets of boxes, random probes, and the answers found by looking at every box.
 *
 * An answer of the index is held against two brute forces: what must be there, and what may be there.  With the boxes handed
 * over again (cim_probe.exact) the two differ only where doubles round; without, by a few steps of the grid. */
#ifndef CIM_TESTS_ORACLE_H
#define CIM_TESTS_ORACLE_H

#include "support.h"

#include <math.h>

/* Where boxes lie; on a lattice all numbers are whole, so that much touches and no arithmetic rounds. */
typedef struct oracle_world {
    const char *name;
    double origin, extent, size;
    bool lattice;
} oracle_world;

extern const oracle_world oracle_worlds[];
extern const size_t oracle_world_count;

enum { ORACLE_Z = 1, ORACLE_CLASSES = 2, ORACLE_IDS = 4 };

typedef struct oracle_set {
    oracle_world world;
    char label[80];
    size_t n;          /* boxes */
    size_t id_bound;   /* ids are below */
    cim_box *boxes;
    double *z;         /* NULL, or 2 n */
    uint32_t *classes; /* NULL, or n */
    uint32_t *ids;     /* NULL, or n */
    cim_box *exact;    /* by id */
    uint32_t *place;   /* by id: number of the box, or CIM_NONE */
    uint8_t *absent;   /* NULL, or by box: not there */
    double z_low, z_high;
    /* scratch */
    uint32_t *found;
    double *distances, *keys;
    uint8_t *mark;
} oracle_set;

oracle_set oracle_make(const oracle_world *world, size_t n, int features, uint64_t *seed);
oracle_set oracle_of(const oracle_world *world, size_t n, int features); /* room, nothing filled but sizes */
void oracle_index_places(oracle_set *set); /* after boxes or ids were written */
void oracle_free(oracle_set *set);
cim_box oracle_random_box(const oracle_world *world, uint64_t *seed);
cim_index *oracle_build(cim_ctx *ctx, const oracle_set *set, int32_t order);

/* What the callbacks see. */
typedef struct oracle_user {
    const oracle_set *set;
    cim_probe *probe;
    double step, unit;
} oracle_user;

/* A probe of a random kind with random limits; `user` must live as long as the probe. */
cim_probe oracle_probe(const oracle_set *set, oracle_user *user, double step, uint64_t *seed);

/* True distance of box i to the probe's box, both made larger by the slack. */
double oracle_distance(const oracle_set *set, size_t i, const cim_probe *probe, double slack_xy, double slack_z);
/* Does the segment from a to z meet the box made larger by `more`? */
bool oracle_segment_meets(const cim_box *box, long double more, const double *a, const double *z);
double oracle_slack(const oracle_set *set, double step); /* a few steps of the grid */
bool oracle_counts(const oracle_set *set, size_t i, const cim_probe *probe); /* there, of the class, accepted */

/* Ask and compare; a difference fails the test. */
void oracle_check_query(cim_ctx *ctx, const cim_index *index, oracle_set *set, const cim_probe *probe);
void oracle_check_nearest(cim_ctx *ctx, const cim_index *index, oracle_set *set, const cim_probe *probe, size_t k);
void oracle_check_both(cim_ctx *ctx, const cim_index *index, oracle_set *set, uint64_t *seed, int rounds);
void oracle_check_extent(const cim_index *index, const oracle_set *set);

/* All answers to a list of probes as one number, order of ids included. */
uint64_t oracle_hash(uint64_t hash, const void *data, size_t size);
uint64_t oracle_answers(cim_ctx *ctx, const cim_index *index, const cim_probe *probes, size_t count, size_t k);

uint32_t oracle_mix(uint32_t id);
void oracle_same_ids(uint32_t *a, uint32_t *b, size_t n); /* the same ids in any order; both are sorted */
int32_t oracle_accept(void *user, uint32_t id);
double oracle_measure(void *user, uint32_t id);

extern size_t oracle_cases; /* how many comparisons were made */

#endif
