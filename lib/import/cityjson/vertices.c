/* vertices.c - the list of vertices, and where they are in the city. */
#include "import/cityjson/cityjson.h"

#include <math.h>
#include <stdlib.h>

/* ---- "transform" ---- */

static bool whole_at(double v, double power)
{
    double scaled = nearbyint(v * power);
    return fabs(scaled) < 9e15 && scaled / power == v;
}

void cim__cj_axis_set(cim__cj_axis *a, double scale, double translate)
{
    static const double powers[] = { 1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12 };
    *a = (cim__cj_axis){ scale, translate, 1.0 };
    for (size_t i = 0; i < sizeof powers / sizeof *powers; i++)
        if (whole_at(scale, powers[i]) && whole_at(translate, powers[i])) {
            *a = (cim__cj_axis){ nearbyint(scale * powers[i]), nearbyint(translate * powers[i]), powers[i] };
            return;
        }
}

static inline double on_axis(const cim__cj_axis *a, double v) { return (v * a->scale + a->offset) / a->divisor; }

static inline void place_one(const cim__cj_place *p, const double v[3], double xyz[3])
{
    double x = on_axis(&p->axis[0], v[0]), y = on_axis(&p->axis[1], v[1]);
    xyz[0] = p->swap_xy ? y : x;
    xyz[1] = p->swap_xy ? x : y;
    xyz[2] = on_axis(&p->axis[2], v[2]);
}

/* ---- the list ---- */

void cim__cj_vertices_init(cim__cj_vertices *v, cim__mem *mem) { *v = (cim__cj_vertices){ .data = cim__buf_on(mem), .used = cim__buf_on(mem) }; }

void cim__cj_vertices_reset(cim__cj_vertices *v)
{
    v->data.size = v->used.size = 0;
    v->is_double = v->placed = false;
    v->count = 0;
}

void cim__cj_vertices_free(cim__cj_vertices *v)
{
    cim__buf_free(&v->data);
    cim__buf_free(&v->used);
    v->count = 0;
}

bool cim__cj_vertices_ok(const cim__cj_vertices *v) { return !v->data.failed && !v->used.failed; }

static void to_doubles(cim__cj_vertices *v)
{
    cim__buf wide = cim__buf_on(v->data.mem);
    double *to = cim__buf_extend(&wide, v->count * 3 * sizeof *to);
    v->is_double = true;
    if (!to && v->count) {
        v->data.failed = true;
        return;
    }
    for (size_t i = 0; i < v->count * 3; i++) to[i] = CIM__AT(&v->data, int32_t, i);
    cim__buf_free(&v->data);
    v->data = wide;
}

static bool fits_int(const double *xyz)
{
    for (int i = 0; i < 3; i++)
        if (!(fabs(xyz[i]) < 2147483000.0)) return false;
    return true;
}

void cim__cj_vertices_add(cim__cj_vertices *v, const double *xyz, size_t count, bool whole)
{
    static const double none[3] = { NAN, NAN, NAN };
    bool good = count == 3 && isfinite(xyz[0]) && isfinite(xyz[1]) && isfinite(xyz[2]);
    if (!v->is_double && !(good && whole && fits_int(xyz))) to_doubles(v);
    if (v->is_double) {
        cim__buf_put(&v->data, good ? xyz : none, sizeof none);
    } else {
        int32_t *to = cim__buf_extend(&v->data, 3 * sizeof *to);
        for (int i = 0; to && i < 3; i++) to[i] = (int32_t)xyz[i];
    }
    cim__buf_putc(&v->used, 0);
    v->count++;
}

bool cim__cj_vertices_tree(cim__cj_vertices *v, const cim__jtree *t, uint32_t array)
{
    if (!cim__jis(t, array, CIM__J_ARRAY)) return true;
    for (uint32_t i = array + 1; i < cim__jskip(t, array); i = cim__jskip(t, i)) {
        double xyz[3];
        size_t count = 0;
        bool whole = true;
        uint32_t end = cim__jskip(t, i);
        if (cim__jis(t, i, CIM__J_ARRAY) && cim__jcount(t, i) == 3)
            for (uint32_t k = i + 1; k < end && cim__jreal(t, k, &xyz[count]); k = cim__jskip(t, k)) whole = whole && xyz[count] == nearbyint(xyz[count]), count++;
        cim__cj_vertices_add(v, xyz, count, whole);
    }
    return cim__cj_vertices_ok(v);
}

static bool raw_vertex(const cim__cj_vertices *v, size_t i, double xyz[3])
{
    for (size_t k = 0; k < 3; k++) xyz[k] = v->is_double ? CIM__AT(&v->data, double, 3 * i + k) : CIM__AT(&v->data, int32_t, 3 * i + k);
    return xyz[0] == xyz[0];
}

size_t cim__cj_vertices_unusable(const cim__cj_vertices *v)
{
    size_t bad = 0;
    double xyz[3];
    for (size_t i = 0; v->is_double && i < v->count; i++) bad += !raw_vertex(v, i, xyz);
    return bad;
}

cim_status cim__cj_vertices_place(cim_ctx *ctx, cim__cj_vertices *v, const cim__cj_place *place)
{
    if (!v->is_double) to_doubles(v);
    if (!cim__cj_vertices_ok(v)) return cim__nomem(ctx);
    double *xyz = (double *)(void *)v->data.data;
    for (size_t i = 0; i < v->count; i++) {
        double raw[3] = { xyz[3 * i], xyz[3 * i + 1], xyz[3 * i + 2] };
        place_one(place, raw, xyz + 3 * i);
    }
    if (place->transform && v->count) cim__transform_run(place->transform, xyz, xyz + 1, 3, v->count);
    v->placed = true;
    return CIM_OK;
}

bool cim__cj_vertex(cim__cj_vertices *v, const cim__cj_place *place, uint32_t index, double xyz[3])
{
    double raw[3];
    if (index >= v->count || !raw_vertex(v, index, raw)) return false;
    if (v->placed) memcpy(xyz, raw, sizeof raw);
    else place_one(place, raw, xyz);
    /* Workers share the list, and all of them write the same value. */
    __atomic_store_n(&v->used.data[index], 1, __ATOMIC_RELAXED);
    return true;
}

/* ---- where the model is ---- */

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

enum { SAMPLES = 501 };

/* The median, so that a vertex at the origin that nobody uses does no harm. */
bool cim__cj_vertices_middle(const cim__cj_vertices *v, const cim__cj_place *place, double xy[2])
{
    double x[SAMPLES], y[SAMPLES], raw[3], xyz[3];
    size_t n = 0;
    for (size_t i = 0; i < SAMPLES && i < v->count; i++) {
        size_t at = v->count <= SAMPLES ? i : i * (v->count / SAMPLES);
        if (!raw_vertex(v, at, raw)) continue;
        place_one(place, raw, xyz);
        x[n] = xyz[0];
        y[n++] = xyz[1];
    }
    if (!n) return false;
    qsort(x, n, sizeof *x, ascending);
    qsort(y, n, sizeof *y, ascending);
    xy[0] = x[n / 2];
    xy[1] = y[n / 2];
    return isfinite(xy[0]) && isfinite(xy[1]);
}
