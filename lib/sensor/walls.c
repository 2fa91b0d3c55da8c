/* walls.c - the outer walls of a scene: targets on them, and the one nearest to a point.
 *
 * An edge of a footprint is a wall when the prism is on one side of it only; that side is asked of the prism itself, because rings may go
 * either way.  Walls against which another prism stands at that height are no outer ones. */
#include "cover/sight.h"
#include "sensor/sensor.h"

enum { AHEAD_MM = 20, AWAY_MM = 50 };

int cim__scene_holds(cim_ctx *ctx, const cim_sight_scene *scene, const double xyz[3])
{
    double up[3] = { xyz[0], xyz[1], xyz[2] + 1e-3 };
    uint32_t blocker;
    cim_status st = cim_sight_line(ctx, scene, xyz, up, &blocker);
    return st < 0 ? st : blocker != CIM_NONE && blocker != CIM_SIGHT_TERRAIN;
}

typedef struct wall {
    double a[2], b[2], normal[2], length;
} wall;

/* The edge from vertex v to w as a wall, or false when it is none. */
static bool wall_of(const cim_sight_scene *s, const cim__prism *p, uint32_t v, uint32_t w, wall *out)
{
    const double *a = s->xy + 2 * (size_t)v, *b = s->xy + 2 * (size_t)w;
    double dx = b[0] - a[0], dy = b[1] - a[1], length = hypot(dx, dy);
    if (!(length > 1e-6)) return false;
    double n[2] = { dy / length, -dx / length }, x = 0.5 * (a[0] + b[0]), y = 0.5 * (a[1] + b[1]), off = fmin(0.001, 0.01 * length);
    bool edge, right = cim__prism_holds(s, p, x + off * n[0], y + off * n[1], &edge), left = cim__prism_holds(s, p, x - off * n[0], y - off * n[1], &edge);
    if (right == left) return false;
    double sign = right ? -1.0 : 1.0;
    *out = (wall){ { a[0], a[1] }, { b[0], b[1] }, { sign * n[0], sign * n[1] }, length };
    return true;
}

/* Calls for each edge of a prism, from vertex v to w. */
typedef cim_status (*edge_fn)(cim_ctx *ctx, const cim_sight_scene *s, const cim__prism *p, uint32_t v, uint32_t w, double along, void *user);

static cim_status edges(cim_ctx *ctx, const cim_sight_scene *s, const cim__prism *p, edge_fn fn, void *user)
{
    double along = 0.0;
    for (uint32_t r = p->ring; r < p->ring + p->rings; r++) {
        uint32_t first = cim__prism_ring_first(s, p, r), end = s->ring_end[r];
        for (uint32_t v = first; v < end; v++) {
            uint32_t w = v + 1 < end ? v + 1 : first;
            CIM__TRY(fn(ctx, s, p, v, w, along, user));
            along += hypot(s->xy[2 * (size_t)w] - s->xy[2 * (size_t)v], s->xy[2 * (size_t)w + 1] - s->xy[2 * (size_t)v + 1]);
        }
    }
    return CIM_OK;
}

/* ---- targets ---- */

typedef struct making {
    cim_targets *targets;
    const cim_scene *scene;
    const cim_target_options *o;
    uint32_t object;
} making;

static cim_status piece_of(cim_ctx *ctx, const making *m, const cim__prism *p, const wall *w, double t, double share, double along)
{
    double x = w->a[0] + t * (w->b[0] - w->a[0]) + w->normal[0] * AHEAD_MM / 1000.0, y = w->a[1] + t * (w->b[1] - w->a[1]) + w->normal[1] * AHEAD_MM / 1000.0;
    double ground = cim_scene_ground(m->scene, x, y), low = ground + m->o->height_m, high = fmin(ground + m->o->top_m, p->top - 0.01);
    if (low >= p->top || low <= p->base) low = 0.5 * (p->base + p->top); /* a wall too low or too high for that: its middle */
    int rows = high > low ? 1 + (int)ceil((high - low) / m->o->step_m - 1e-9) : 1;
    for (int i = 0; i < rows; i++) {
        cim__target one = { .xyz = { x, y, rows > 1 ? low + (high - low) * i / (rows - 1) : low },
                            .normal = { w->normal[0], w->normal[1] },
                            .weight = w->length * share / rows,
                            .extent = { along + (t - 0.5 * share) * w->length, along + (t + 0.5 * share) * w->length },
                            .object = m->object,
                            .kind = CIM_TARGET_WALL };
        int covered = cim__scene_holds(ctx, cim_scene_sight(m->scene), one.xyz);
        if (covered < 0) return covered;
        if (!covered) CIM__TRY(cim__targets_put(ctx, m->targets, &one));
    }
    return CIM_OK;
}

static cim_status add_edge(cim_ctx *ctx, const cim_sight_scene *s, const cim__prism *p, uint32_t v, uint32_t w, double along, void *user)
{
    const making *m = user;
    wall edge;
    if (!wall_of(s, p, v, w, &edge)) return CIM_OK;
    int pieces = (int)ceil(edge.length / m->o->step_m - 1e-9);
    for (int i = 0; i < pieces; i++) CIM__TRY(piece_of(ctx, m, p, &edge, (i + 0.5) / pieces, 1.0 / pieces, along));
    return CIM_OK;
}

static cim_status add_prisms(cim_ctx *ctx, making *m, const uint32_t *objects, uint32_t first, uint32_t count)
{
    const cim_sight_scene *s = cim_scene_sight(m->scene);
    for (uint32_t p = first; p < first + count; p++) {
        m->object = objects[p];
        CIM__TRY(edges(ctx, s, &s->prisms[s->by_id[p]], add_edge, m));
        CIM__TRY(cim__tick(ctx, p, (uint64_t)first + count, "walls"));
    }
    return CIM_OK;
}

static cim_status add_objects(cim_ctx *ctx, making *m, const cim_scene_view *view, const uint32_t *ids, size_t id_count)
{
    if (!ids) return add_prisms(ctx, m, view->prism_root, 0, view->prism_count);
    for (size_t i = 0; i < id_count; i++) {
        uint32_t first, count;
        size_t before = m->targets->kind.size;
        CIM__TRY(cim_scene_prisms_of(ctx, m->scene, ids[i], &first, &count));
        CIM__TRY(add_prisms(ctx, m, view->prism_root, first, count));
        if (m->targets->kind.size == before && !cim__targets_leave(m->targets, ids[i])) return cim__nomem(ctx);
    }
    return CIM_OK;
}

cim_status cim_targets_add_walls(cim_ctx *ctx, cim_targets *t, const cim_scene *scene, const uint32_t *ids, size_t id_count, const cim_target_options *options)
{
    cim_target_options o;
    cim_scene_view view = { .struct_size = sizeof view };
    cim__enter(ctx);
    CIM__TRY(cim__targets_open(ctx, t));
    CIM__TRY(cim__target_opts(ctx, &o, options));
    if (!scene) return cim__fail(ctx, CIM_EARG, "no scene");
    CIM__TRY(cim_scene_view_get(ctx, scene, &view));
    making m = { t, scene, &o, CIM_NONE };
    size_t before = t->kind.size, left = CIM__COUNT(&t->left, uint32_t);
    cim_status st = add_objects(ctx, &m, &view, ids, id_count);
    if (st < 0) cim__targets_cut(t, before, left);
    return st;
}

/* ---- the nearest ---- */

typedef struct seeking {
    double x, y, z, radius;
    cim__wall_near *best;
} seeking;

static cim_status try_edge(cim_ctx *ctx, const cim_sight_scene *s, const cim__prism *p, uint32_t v, uint32_t w, double along, void *user)
{
    const seeking *k = user;
    wall edge;
    (void)along;
    const double *a = s->xy + 2 * (size_t)v, *b = s->xy + 2 * (size_t)w;
    double dx = b[0] - a[0], dy = b[1] - a[1], square = dx * dx + dy * dy, t = square > 0.0 ? ((k->x - a[0]) * dx + (k->y - a[1]) * dy) / square : 0.0;
    t = t < 0.0 ? 0.0 : t > 1.0 ? 1.0 : t;
    double foot[2] = { a[0] + t * dx, a[1] + t * dy }, distance = hypot(foot[0] - k->x, foot[1] - k->y);
    if (!(distance <= k->radius) || (k->best->found && distance >= k->best->distance) || !wall_of(s, p, v, w, &edge)) return CIM_OK;
    double away = AWAY_MM / 1000.0, out[3] = { foot[0] + away * edge.normal[0], foot[1] + away * edge.normal[1], k->z };
    int covered = cim__scene_holds(ctx, s, out);
    if (covered < 0) return covered;
    if (!covered) *k->best = (cim__wall_near){ true, distance, { out[0], out[1] }, { edge.normal[0], edge.normal[1] } };
    return CIM_OK;
}

cim_status cim__wall_find(cim_ctx *ctx, cim_sight_query *q, const double xyz[3], double radius, cim__wall_near *near_out)
{
    double box[4] = { xyz[0] - radius, xyz[1] - radius, xyz[0] + radius, xyz[1] + radius };
    seeking k = { xyz[0], xyz[1], xyz[2], radius, near_out };
    *near_out = (cim__wall_near){ .found = false };
    if (!q->scene->prism_count) return CIM_OK;
    if (!cim__sight_turn(q) || !cim__sight_gather(q, box)) {
        cim__buf_free(&q->near);
        return cim__nomem(ctx);
    }
    for (size_t i = 0; i < CIM__COUNT(&q->near, uint32_t); i++) {
        const cim__prism *p = &q->scene->prisms[CIM__AT(&q->near, uint32_t, i)];
        if (xyz[2] <= p->base || xyz[2] >= p->top) continue;
        CIM__TRY(edges(ctx, q->scene, p, try_edge, &k));
    }
    return CIM_OK;
}
