/* scenes.h - towns of prisms for tests, random and real, and what is true of them by another way than the library's. */
#ifndef CIM_TESTS_SCENES_H
#define CIM_TESTS_SCENES_H

#include "support.h"

typedef struct town {
    uint32_t prisms, rings, vertices, prism_cap, ring_cap, vertex_cap;
    uint32_t *prism_end, *ring_end;
    double *xy, *base, *top;
    double (*box)[4];   /* of prisms */
    double (*group)[4]; /* of 64 in their order */
    uint32_t *order;    /* strip by strip, so that groups are small */
    double min_x, min_y, max_x, max_y;
} town;

void town_free(town *t);
void town_vertex(town *t, double x, double y);
void town_ring(town *t);
void town_prism(town *t, double base, double top);
void town_rect(town *t, double x0, double y0, double x1, double y1, double base, double top);
void town_boxes(town *t); /* after the last prism */

/* Boxes, stars with holes, passages, rings that share edges, spikes; coordinates are multiples of 1/1024 m near UTM's, so that the
 * comparisons of the oracle are exact. */
town town_random(uint64_t *seed, uint32_t prisms, double size_m);
/* Footprints of OpenStreetMap in their own UTM zones, side by side, repeated until there are so many; heights made up.  prisms 0: no data. */
town town_real(cim_ctx *ctx, uint32_t prisms);

cim_sight_prisms town_arrays(const town *t);
cim_sight_scene *town_scene(cim_ctx *ctx, const town *t);

/* Brute force with 113-bit floats: does the sight line go through the prism's interior? */
bool town_meets(const town *t, uint32_t prism, const double from[3], const double to[3]);
/* The first prism in the way, of all; CIM_NONE. */
uint32_t town_blocker(const town *t, const double from[3], const double to[3]);

/* A sight line of one of many kinds, most of them touching something. */
void town_ray(const town *t, uint64_t *seed, double from[3], double to[3]);
/* The rule of faces with 113-bit floats, over all of them: the line, moved by a micrometre in eight directions and so much shorter, meets a face of one
 * solid.  Where the line meets a face's plane, seen along the axis nearest to its normal. */
bool faces_hide(const cim_sight_faces *f, const double from[3], const double to[3]);
/* A vertex of the town. */
const double *town_pick(const town *t, uint64_t *seed);

#endif
