/* mesh.c - plane faces in space, in a binary tree of boxes.
 *
 * A face is tested as it is seen along the sight line: its corners are projected onto a plane across the line, and an even-odd test says whether the line
 * goes through.  A corner that two faces share is projected to the same point, so faces that meet leave no gap, and holes need no triangles.
 * What is within BESIDE of an edge or of an end is not decided by the line itself, but by the lines beside it. */
#include "cover/sight.h"

enum { BINS = 16, LEAF = 4, DEEP = 40, STACK = 128, BESIDES = 8 };

#define BESIDE 1e-6 /* m */

typedef struct face {
    double normal[3], offset; /* unit; of its mean plane, from the origin of the mesh */
    uint32_t ring, rings, vertex, id, solid;
} face;

typedef struct node {
    double box[6]; /* min, max */
    uint32_t first, count; /* count 0: children first and first + 1 */
} node;

struct cim_sight_mesh {
    cim__mem *mem;
    atomic_uint refs;
    double origin[3];
    uint32_t face_count, node_count;
    face *faces;
    uint32_t *ring_end;
    double *xyz; /* from the origin */
    node *nodes;
};

/* ---- checks ---- */

static cim_status arrays_ok(cim_ctx *ctx, const cim_sight_faces *a)
{
    if (a->face_count > 0x3fffffff || a->ring_count > 0x3fffffff || a->vertex_count > 0x3fffffff)
        return cim__fail(ctx, CIM_EARG, "%u faces of %u vertices are too many", a->face_count, a->vertex_count);
    if ((a->face_count && !a->face_end) || (a->ring_count && !a->ring_end) || (a->vertex_count && !a->xyz)) return cim__fail(ctx, CIM_EARG, "faces without rings or vertices");
    uint32_t ring = 0, vertex = 0;
    for (uint32_t f = 0; f < a->face_count; ring = a->face_end[f++])
        if (a->face_end[f] < ring || a->face_end[f] > a->ring_count) return cim__fail(ctx, CIM_EARG, "rings of face %u end at %u of %u", f, a->face_end[f], a->ring_count);
    for (uint32_t r = 0; r < a->ring_count; vertex = a->ring_end[r++])
        if (a->ring_end[r] < vertex || a->ring_end[r] > a->vertex_count)
            return cim__fail(ctx, CIM_EARG, "vertices of ring %u end at %u of %u", r, a->ring_end[r], a->vertex_count);
    for (uint32_t v = 0; v < vertex; v++) CIM__TRY(cim__sight_point_ok(ctx, a->xyz + 3 * (size_t)v, v, "vertex"));
    return CIM_OK;
}

/* ---- faces ---- */

static uint32_t first_of(const cim_sight_mesh *m, const face *f, uint32_t ring) { return ring == f->ring ? f->vertex : m->ring_end[ring - 1]; }

/* The mean plane by Newell's method; false: it has no area. */
static bool find_plane(const cim_sight_mesh *m, face *f)
{
    double n[3] = { 0.0, 0.0, 0.0 }, middle[3] = { 0.0, 0.0, 0.0 };
    uint32_t count = 0;
    for (uint32_t ring = f->ring; ring < f->ring + f->rings; ring++) {
        uint32_t first = first_of(m, f, ring), end = m->ring_end[ring];
        for (uint32_t v = first, last = end - 1; v < end; last = v++) {
            const double *a = m->xyz + 3 * (size_t)last, *b = m->xyz + 3 * (size_t)v, *o = m->xyz + 3 * (size_t)f->vertex;
            for (int i = 0; i < 3; i++) {
                int j = (i + 1) % 3, k = (i + 2) % 3;
                n[i] += (a[j] - o[j]) * (b[k] - o[k]) - (a[k] - o[k]) * (b[j] - o[j]);
                middle[i] += b[i];
            }
            count++;
        }
    }
    double length = sqrt(n[0] * n[0] + n[1] * n[1] + n[2] * n[2]);
    if (!(length > 1e-12)) return false;
    f->offset = 0.0;
    for (int i = 0; i < 3; i++) {
        f->normal[i] = n[i] / length;
        f->offset += f->normal[i] * middle[i] / count;
    }
    return true;
}

static void take_faces(cim_sight_mesh *m, const cim_sight_faces *a)
{
    uint32_t ring = 0, vertex = 0;
    for (uint32_t f = 0; f < a->face_count; f++) {
        face one = { .ring = ring, .vertex = vertex, .id = f, .solid = a->solid ? a->solid[f] : 0 };
        for (uint32_t r = f ? a->face_end[f - 1] : 0; r < a->face_end[f]; r++) {
            uint32_t first = r ? a->ring_end[r - 1] : 0, end = a->ring_end[r];
            if (end - first < 3) continue;
            for (uint32_t v = first; v < end; v++, vertex++)
                for (int i = 0; i < 3; i++) m->xyz[3 * (size_t)vertex + (size_t)i] = a->xyz[3 * (size_t)v + (size_t)i] - m->origin[i];
            m->ring_end[ring++] = vertex;
        }
        one.rings = ring - one.ring;
        if (one.rings && find_plane(m, &one)) m->faces[m->face_count++] = one;
        else ring = one.ring, vertex = one.vertex;
    }
}

/* ---- the tree ---- */

static void empty(double box[6])
{
    for (int i = 0; i < 3; i++) box[i] = HUGE_VAL, box[3 + i] = -HUGE_VAL;
}

static void join(double box[6], const double other[6])
{
    for (int i = 0; i < 3; i++) {
        box[i] = other[i] < box[i] ? other[i] : box[i];
        box[3 + i] = other[3 + i] > box[3 + i] ? other[3 + i] : box[3 + i];
    }
}

/* Wider than lines beside a line reach. */
static void box_of(const cim_sight_mesh *m, const face *f, double box[6])
{
    empty(box);
    for (uint32_t v = f->vertex; v < m->ring_end[f->ring + f->rings - 1]; v++) {
        const double *p = m->xyz + 3 * (size_t)v, one[6] = { p[0], p[1], p[2], p[0], p[1], p[2] };
        join(box, one);
    }
    for (int i = 0; i < 3; i++) box[i] -= 8.0 * BESIDE, box[3 + i] += 8.0 * BESIDE;
}

static double half_area(const double b[6])
{
    double x = b[3] - b[0], y = b[4] - b[1], z = b[5] - b[2];
    return x >= 0.0 ? x * y + y * z + z * x : 0.0;
}

typedef struct building {
    cim_sight_mesh *m;
    double (*box)[6]; /* by face as given, and its middle in `order` */
    uint32_t *order;
} building;

static double middle(const double box[6], int axis) { return 0.5 * (box[axis] + box[3 + axis]); }

static int bin_of(const double box[6], int axis, double low, double per) 
{
    int b = (int)((middle(box, axis) - low) * per);
    return b < 0 ? 0 : b >= BINS ? BINS - 1 : b;
}

/* The cheapest cut along an axis: how many bins are left of it, 0: none. */
static int best_cut(const building *b, uint32_t first, uint32_t count, int axis, double low, double per, double *cost_out)
{
    double boxes[BINS][6], right[BINS], side[6];
    uint32_t counts[BINS] = { 0 }, more = 0, n = 0;
    int best = 0;
    for (int i = 0; i < BINS; i++) empty(boxes[i]);
    for (uint32_t i = first; i < first + count; i++) {
        int bin = bin_of(b->box[b->order[i]], axis, low, per);
        join(boxes[bin], b->box[b->order[i]]);
        counts[bin]++;
    }
    empty(side);
    for (int i = BINS - 1; i > 0; i--) {
        join(side, boxes[i]);
        more += counts[i];
        right[i] = half_area(side) * more;
    }
    empty(side);
    for (int i = 1; i < BINS; i++) {
        join(side, boxes[i - 1]);
        n += counts[i - 1];
        double cost = half_area(side) * n + right[i];
        if (!n || n == count || cost >= *cost_out) continue;
        *cost_out = cost;
        best = i;
    }
    return best;
}

/* Puts what is left of a cut first; returns how many. */
static uint32_t part(const building *b, uint32_t first, uint32_t count, int axis, double low, double per, int cut)
{
    uint32_t i = first, end = first + count;
    while (i < end) {
        if (bin_of(b->box[b->order[i]], axis, low, per) < cut) {
            i++;
            continue;
        }
        uint32_t t = b->order[--end];
        b->order[end] = b->order[i];
        b->order[i] = t;
    }
    return i - first;
}

/* How many of a node's faces go left; 0: it is a leaf.  Where no cut helps, or too deep, by halves. */
static uint32_t split(const building *b, uint32_t first, uint32_t count, int depth)
{
    double box[6], cost = HUGE_VAL, lows[3], pers[3];
    int axis = -1, cut = 0;
    if (count <= LEAF) return 0;
    empty(box);
    for (uint32_t i = first; i < first + count; i++) {
        const double *f = b->box[b->order[i]], one[6] = { middle(f, 0), middle(f, 1), middle(f, 2), middle(f, 0), middle(f, 1), middle(f, 2) };
        join(box, one);
    }
    for (int i = 0; i < 3 && depth < DEEP; i++) {
        lows[i] = box[i];
        pers[i] = box[3 + i] > box[i] ? BINS / (box[3 + i] - box[i]) : 0.0;
        int here = isfinite(pers[i]) && pers[i] > 0.0 ? best_cut(b, first, count, i, lows[i], pers[i], &cost) : 0;
        if (here) axis = i, cut = here;
    }
    return axis < 0 ? count / 2 : part(b, first, count, axis, lows[axis], pers[axis], cut);
}

static void grow(building *b)
{
    struct {
        uint32_t node, depth;
    } stack[STACK];
    cim_sight_mesh *m = b->m;
    int top = 0;
    m->nodes[0] = (node){ .first = 0, .count = m->face_count };
    m->node_count = 1;
    stack[top].node = 0, stack[top++].depth = 0;
    while (top) {
        uint32_t at = stack[--top].node, depth = stack[top].depth;
        node *n = &m->nodes[at];
        empty(n->box);
        for (uint32_t i = n->first; i < n->first + n->count; i++) join(n->box, b->box[b->order[i]]);
        uint32_t first = n->first, count = n->count, left = split(b, first, count, (int)depth);
        if (!left) continue;
        uint32_t child = m->node_count;
        m->node_count += 2;
        m->nodes[child] = (node){ .first = first, .count = left };
        m->nodes[child + 1] = (node){ .first = first + left, .count = count - left };
        n->first = child, n->count = 0;
        stack[top].node = child, stack[top++].depth = depth + 1;
        stack[top].node = child + 1, stack[top++].depth = depth + 1;
    }
}

static cim_status make_tree(cim_ctx *ctx, cim_sight_mesh *m)
{
    uint32_t n = m->face_count;
    building b = { m, cim__alloc_n(ctx->mem, (size_t)n + 1, sizeof *b.box), cim__alloc_n(ctx->mem, (size_t)n + 1, sizeof *b.order) };
    face *sorted = cim__alloc_n(m->mem, (size_t)n + 1, sizeof *sorted);
    m->nodes = cim__alloc_n(m->mem, 2 * (size_t)n + 1, sizeof *m->nodes);
    cim_status st = b.box && b.order && sorted && m->nodes ? CIM_OK : cim__nomem(ctx);
    for (uint32_t i = 0; i < n && st >= 0; i++) {
        box_of(m, &m->faces[i], b.box[i]);
        b.order[i] = i;
    }
    if (st >= 0 && n) {
        grow(&b);
        for (uint32_t i = 0; i < n; i++) sorted[i] = m->faces[b.order[i]];
        face *old = m->faces;
        m->faces = sorted;
        sorted = old;
    }
    cim__free(m->mem, sorted);
    cim__free(ctx->mem, b.box);
    cim__free(ctx->mem, b.order);
    return st;
}

static cim_status make(cim_ctx *ctx, cim_sight_mesh *m, const cim_sight_faces *a)
{
    cim_box box = CIM__BOX_EMPTY;
    double low = HUGE_VAL, high = -HUGE_VAL;
    uint32_t vertices = a->ring_count ? a->ring_end[a->ring_count - 1] : 0;
    for (uint32_t v = 0; v < vertices; v++) {
        cim__box_add(&box, a->xyz[3 * (size_t)v], a->xyz[3 * (size_t)v + 1]);
        low = fmin(low, a->xyz[3 * (size_t)v + 2]), high = fmax(high, a->xyz[3 * (size_t)v + 2]);
    }
    if (vertices) m->origin[0] = floor(0.5 * (box.min_x + box.max_x)), m->origin[1] = floor(0.5 * (box.min_y + box.max_y)), m->origin[2] = floor(0.5 * (low + high));
    m->faces = cim__alloc_n(m->mem, (size_t)a->face_count + 1, sizeof *m->faces);
    m->ring_end = cim__alloc_n(m->mem, (size_t)a->ring_count + 1, sizeof *m->ring_end);
    m->xyz = cim__alloc_n(m->mem, 3 * (size_t)vertices + 1, sizeof *m->xyz);
    if (!m->faces || !m->ring_end || !m->xyz) return cim__nomem(ctx);
    take_faces(m, a);
    return make_tree(ctx, m);
}

cim_status cim_sight_mesh_build(cim_ctx *ctx, const cim_sight_faces *faces, cim_sight_mesh **mesh_out)
{
    cim_sight_faces a = CIM_SIGHT_FACES_INIT;
    cim__enter(ctx);
    if (!mesh_out) return cim__fail(ctx, CIM_EARG, "no place for the mesh");
    CIM__TRY(cim__opts(ctx, &a, sizeof a, faces, "cim_sight_faces"));
    CIM__TRY(arrays_ok(ctx, &a));
    cim_sight_mesh *m = cim__zalloc(ctx->mem, sizeof *m);
    if (!m) return cim__nomem(ctx);
    m->mem = cim__mem_ref(ctx->mem);
    atomic_init(&m->refs, 1);
    cim_status st = make(ctx, m, &a);
    if (st >= 0) *mesh_out = m;
    else cim_sight_mesh_free(m);
    return st < 0 ? st : CIM_OK;
}

cim_sight_mesh *cim_sight_mesh_ref(cim_sight_mesh *mesh)
{
    if (mesh) atomic_fetch_add_explicit(&mesh->refs, 1, memory_order_relaxed);
    return mesh;
}

void cim_sight_mesh_free(cim_sight_mesh *mesh)
{
    if (!mesh || atomic_fetch_sub_explicit(&mesh->refs, 1, memory_order_acq_rel) != 1) return;
    cim__mem *mem = mesh->mem;
    cim__free(mem, mesh->faces);
    cim__free(mem, mesh->ring_end);
    cim__free(mem, mesh->xyz);
    cim__free(mem, mesh->nodes);
    cim__free(mem, mesh);
    cim__mem_unref(mem);
}

/* ---- one line ---- */

/* From o to o + d, both from the origin of the mesh; p and q are across it. */
typedef struct line {
    double o[3], d[3], way[3], p[3], q[3], per[3]; /* per: 1 / d */
    int near[3], far[3];                           /* in a box: the side that the line meets first, and last */
} line;

/* Where it is in boxes. */
static void aim(line *l)
{
    for (int i = 0; i < 3; i++) {
        l->per[i] = 1.0 / l->d[i];
        l->near[i] = l->per[i] < 0.0 ? 3 + i : i;
        l->far[i] = l->per[i] < 0.0 ? i : 3 + i;
    }
}

static void cross(const double a[3], const double b[3], double out[3])
{
    for (int i = 0; i < 3; i++) out[i] = a[(i + 1) % 3] * b[(i + 2) % 3] - a[(i + 2) % 3] * b[(i + 1) % 3];
}

static double dot(const double a[3], const double b[3]) { return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]; }

/* false: it is too short for anything to be in the way. */
static bool set_line(const cim_sight_mesh *m, const double from[3], const double to[3], line *l)
{
    for (int i = 0; i < 3; i++) l->o[i] = from[i] - m->origin[i], l->d[i] = (to[i] - m->origin[i]) - l->o[i];
    double length = sqrt(dot(l->d, l->d)), up[3] = { 0.0, 0.0, 0.0 };
    if (!(length > 4.0 * BESIDE)) return false;
    for (int i = 0; i < 3; i++) l->way[i] = l->d[i] / length;
    up[fabs(l->way[0]) <= fabs(l->way[1]) && fabs(l->way[0]) <= fabs(l->way[2]) ? 0 : fabs(l->way[1]) <= fabs(l->way[2]) ? 1 : 2] = 1.0;
    cross(l->way, up, l->p);
    double size = sqrt(dot(l->p, l->p));
    for (int i = 0; i < 3; i++) l->p[i] /= size;
    cross(l->way, l->p, l->q);
    aim(l);
    return true;
}

/* Where the line meets a box, of the way; beyond 1: nowhere.  A line in the plane of a side (0 times infinity) is not cut by it. */
static inline double in_box(const double box[6], const line *l)
{
    double t0 = 0.0, t1 = 1.0;
    for (int i = 0; i < 3; i++) {
        double a = (box[l->near[i]] - l->o[i]) * l->per[i], b = (box[l->far[i]] - l->o[i]) * l->per[i];
        t0 = a > t0 ? a : t0;
        t1 = b < t1 ? b : t1;
    }
    return t0 > t1 + 1e-12 ? 2.0 : t0 < 1.0 ? t0 : 1.0;
}

/* Squared distance of the origin from an edge. */
static double apart(const double a[2], const double b[2])
{
    double x = b[0] - a[0], y = b[1] - a[1], size = x * x + y * y, t = size > 0.0 ? -(a[0] * x + a[1] * y) / size : 0.0;
    t = t < 0.0 ? 0.0 : t > 1.0 ? 1.0 : t;
    return (a[0] + t * x) * (a[0] + t * x) + (a[1] + t * y) * (a[1] + t * y);
}

typedef enum meeting { MISSES, MEETS, NEAR } meeting;

/* NEAR: within reach of an edge; else whether the line without ends goes through. */
static meeting around(const cim_sight_mesh *m, const face *f, const line *l, double reach)
{
    bool inside = false, near = false;
    for (uint32_t ring = f->ring; ring < f->ring + f->rings; ring++) {
        uint32_t first = first_of(m, f, ring), end = m->ring_end[ring];
        double a[2], b[2];
        for (uint32_t v = first, k = end - first + 1; k > 0; v = v + 1 < end ? v + 1 : first, k--) {
            const double *x = m->xyz + 3 * (size_t)v, to[3] = { x[0] - l->o[0], x[1] - l->o[1], x[2] - l->o[2] };
            b[0] = dot(to, l->p), b[1] = dot(to, l->q);
            if (k <= end - first) {
                double x2 = b[0] - a[0], y2 = b[1] - a[1], side = a[0] * y2 - a[1] * x2;
                if (side * side <= 1.0001 * reach * reach * (x2 * x2 + y2 * y2) + 1e-30) near |= apart(a, b) <= reach * reach;
                /* The edge crosses the half axis v = 0, u > 0; taken from its lower end, so that its sign is one of both faces. */
                if ((a[1] > 0.0) != (b[1] > 0.0)) {
                    const double *low = a[1] < b[1] ? a : b, *high = a[1] < b[1] ? b : a;
                    inside ^= (high[0] - low[0]) * low[1] - (high[1] - low[1]) * low[0] < 0.0;
                }
            }
            a[0] = b[0], a[1] = b[1];
        }
    }
    return near ? NEAR : inside ? MEETS : MISSES;
}

/* With its ends: NEAR when one is within reach of the face's plane. */
static meeting meets(const cim_sight_mesh *m, const face *f, const line *l, double reach)
{
    double s0 = dot(f->normal, l->o) - f->offset, s1 = s0 + dot(f->normal, l->d);
    if ((s0 > reach && s1 > reach) || (s0 < -reach && s1 < -reach)) return MISSES;
    meeting found = around(m, f, l, reach);
    if (found == MISSES) return MISSES;
    return fabs(s0) <= reach || fabs(s1) <= reach ? NEAR : found;
}

typedef int (*face_fn)(const face *f, meeting found, void *user); /* not 0: stop */

static int walk(const cim_sight_mesh *m, const line *l, double reach, uint32_t solid, face_fn fn, void *user)
{
    uint32_t stack[STACK];
    int top = 0;
    if (m->face_count && in_box(m->nodes[0].box, l) <= 1.0) stack[top++] = 0;
    while (top) {
        const node *n = &m->nodes[stack[--top]];
        if (!n->count) { /* the nearer child first: what is in the way is often near */
            double a = in_box(m->nodes[n->first].box, l), b = in_box(m->nodes[n->first + 1].box, l);
            uint32_t nearer = a <= b ? n->first : n->first + 1, farther = a <= b ? n->first + 1 : n->first;
            if ((a <= b ? b : a) <= 1.0) stack[top++] = farther;
            if ((a <= b ? a : b) <= 1.0) stack[top++] = nearer;
            continue;
        }
        for (uint32_t i = n->first; i < n->first + n->count; i++) {
            const face *f = &m->faces[i];
            if (solid != CIM_NONE && f->solid != solid) continue;
            meeting found = meets(m, f, l, reach);
            int stop = found == MISSES ? 0 : fn(f, found, user);
            if (stop) return stop;
        }
    }
    return 0;
}

static int any_face(const face *f, meeting found, void *user)
{
    (void)f, (void)found, (void)user;
    return 1;
}

/* Do all lines beside it meet the solid? */
static bool beside(const cim_sight_mesh *m, const line *l, uint32_t solid)
{
    static const double r = 0.70710678118654752440;
    static const double ways[BESIDES][2] = { { 1, 0 }, { r, r }, { 0, 1 }, { -r, r }, { -1, 0 }, { -r, -r }, { 0, -1 }, { r, -r } };
    for (int k = 0; k < BESIDES; k++) {
        line moved = *l;
        for (int i = 0; i < 3; i++) {
            moved.o[i] += BESIDE * (l->way[i] + ways[k][0] * l->p[i] + ways[k][1] * l->q[i]);
            moved.d[i] -= 2.0 * BESIDE * l->way[i];
        }
        aim(&moved);
        if (!walk(m, &moved, 0.0, solid, any_face, NULL)) return false;
    }
    return true;
}

typedef struct counting {
    uint32_t count;
    bool near;
} counting;

static int count_faces(const face *f, meeting found, void *user)
{
    counting *c = user;
    (void)f;
    c->near |= found == NEAR;
    c->count++;
    return c->near;
}

/* Is a point inside the solid, not near any of its faces?  It is when lines up and down both meet an odd number of them. */
static bool is_inside(const cim_sight_mesh *m, const line *l, double part, uint32_t solid)
{
    static const double ways[2][3] = { { 137.0, 71.0, 20000.0 }, { 53.0, -119.0, -20000.0 } }; /* along no wall */
    for (int k = 0; k < 2; k++) {
        double from[3], to[3];
        counting c = { 0, false };
        line plumb;
        for (int i = 0; i < 3; i++) from[i] = m->origin[i] + l->o[i] + part * l->d[i], to[i] = from[i] + ways[k][i];
        if (set_line(m, from, to, &plumb)) walk(m, &plumb, 2.0 * BESIDE, solid, count_faces, &c);
        if (c.near || !(c.count & 1)) return false;
    }
    return true;
}

typedef struct ends {
    const line *l;
    bool from, to; /* on a face */
} ends;

static int find_ends(const face *f, meeting found, void *user)
{
    ends *e = user;
    double s0 = dot(f->normal, e->l->o) - f->offset, s1 = s0 + dot(f->normal, e->l->d);
    (void)found;
    e->from |= fabs(s0) <= 2.0 * BESIDE;
    e->to |= fabs(s1) <= 2.0 * BESIDE;
    return e->from && e->to;
}

/* From wall to wall through the inside?  Such a line meets faces at its ends only. */
static bool through(const cim_sight_mesh *m, const line *l, uint32_t solid)
{
    ends e = { .l = l };
    return walk(m, l, 2.0 * BESIDE, solid, find_ends, &e) && is_inside(m, l, 0.5, solid) && is_inside(m, l, 0.25, solid) && is_inside(m, l, 0.75, solid);
}

typedef struct asking {
    const cim_sight_mesh *m;
    const line *l;
    uint32_t tested[16], count; /* solids that are only touched */
    uint32_t found;
} asking;

static int in_the_way(const face *f, meeting found, void *user)
{
    asking *a = user;
    for (uint32_t i = 0; found == NEAR && i < a->count && i < 16; i++)
        if (a->tested[i] == f->solid) return 0;
    if (found == MEETS || beside(a->m, a->l, f->solid) || through(a->m, a->l, f->solid)) {
        a->found = f->id;
        return 1;
    }
    a->tested[a->count++ % 16] = f->solid;
    return 0;
}

uint32_t cim__mesh_blocker(const cim_sight_mesh *mesh, const double from[3], const double to[3])
{
    line l;
    asking a = { .m = mesh, .l = &l, .found = CIM_NONE };
    if (set_line(mesh, from, to, &l)) walk(mesh, &l, 2.0 * BESIDE, CIM_NONE, in_the_way, &a);
    return a.found;
}

cim_status cim_sight_mesh_line(cim_ctx *ctx, const cim_sight_mesh *mesh, const double from[3], const double to[3], uint32_t *face_out)
{
    cim__enter(ctx);
    if (!mesh || !from || !to || !face_out) return cim__fail(ctx, CIM_EARG, "no mesh, no ends or no place for the answer");
    CIM__TRY(cim__sight_point_ok(ctx, from, 0, "point"));
    CIM__TRY(cim__sight_point_ok(ctx, to, 1, "point"));
    *face_out = cim__mesh_blocker(mesh, from, to);
    return CIM_OK;
}
