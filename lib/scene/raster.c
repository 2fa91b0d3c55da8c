/* raster.c - rasters of files, through GDAL; what is in a scene as a raster. */
#include "scene/scene.h"

#include "core/gdal.h"
#include "core/io.h"
#include "core/module.h"
#include "core/par.h"
#include "geom/geom.h"

#include <limits.h>
#include <stdlib.h>
#include <unistd.h>

enum { MOST_POSTS = 400000000, ROWS_A_TURN = 16 };

/* ---- reading ---- */

typedef struct room {
    cim__mem *mem;
    float *values;
    bool too_many;
} room;

static float *make_room(void *user, size_t count)
{
    room *r = user;
    r->too_many = count > MOST_POSTS;
    return r->values = r->too_many ? NULL : cim__alloc_n(r->mem, count, sizeof *r->values);
}

/* What GDAL says may quote the file: only plain characters of it. */
static cim_status failure(cim_ctx *ctx, cim_status code, const char *path, cim__gdal_error *error)
{
    for (char *p = error->text; *p; p++)
        if ((unsigned char)*p < ' ' || (unsigned char)*p > 126) *p = '?';
    if (!strcmp(error->text, "out of memory")) return cim__nomem(ctx);
    return cim__fail(ctx, code, "%s: %s", path, error->text);
}

static cim_status find_file(cim_ctx *ctx, const char *path, char absolute[PATH_MAX])
{
    if (!strncmp(path, "/vsi", 4)) return cim__fail(ctx, CIM_EARG, "%s: paths that begin with /vsi have a meaning of their own in GDAL", path);
    if (!realpath(path, absolute)) return cim__fail(ctx, CIM_EIO, "%s: cannot open: it is no file that GDAL could read", path);
    return strncmp(absolute, "/vsi", 4) ? CIM_OK : cim__fail(ctx, CIM_EARG, "%s: paths that begin with /vsi have a meaning of their own in GDAL", path);
}

cim_status cim__scene_raster_read(cim_ctx *ctx, cim__scene_maker *m, const char *path)
{
    char absolute[PATH_MAX];
    const void *table;
    cim__gdal_error error;
    cim__gdal_raster got = { 0 };
    room r = { .mem = m->s->mem };
    const cim_box *a = &m->options.area;
    double window[4] = { a->min_x, a->min_y, a->max_x, a->max_y };
    CIM__TRY(find_file(ctx, path, absolute));
    CIM__TRY(cim__module_load(ctx, "gdal", &table));
    bool good = ((const cim__gdal_table *)table)->raster_read(absolute, m->whole ? NULL : window, make_room, &r, &got, &error);
    m->s->ground.height = r.values;
    if (!good && r.too_many) return cim__fail(ctx, CIM_ELIMIT, "%s: a raster of more than %d posts", path, MOST_POSTS);
    if (!good) return failure(ctx, CIM_EFORMAT, path, &error);
    if (got.epsg && m->city->epsg && got.epsg != m->city->epsg)
        return cim__fail(ctx, CIM_EFORMAT, "%s: it is in EPSG:%d, the city in EPSG:%d", path, got.epsg, m->city->epsg);
    if (!got.columns) return cim__fail(ctx, CIM_EARG, "%s: it has nothing in the area", path);
    m->s->ground.raster = (cim_sight_raster){ sizeof(cim_sight_raster), got.columns, got.rows, got.x, got.y, got.step_x, got.step_y, r.values };
    m->s->ground.kind = CIM_SCENE_GROUND_RASTER;
    return CIM_OK;
}

/* ---- writing ---- */

static cim_status publish(cim_ctx *ctx, const char *temp, const char *path)
{
    const cim_io *io = &cim__io_posix;
    void *file;
    int32_t rc = io->open(io->user, temp, CIM_IO_READ, &file);
    if (rc < 0) return cim__fail_errno(ctx, rc, "cannot open", path);
    rc = io->sync(io->user, file);
    io->close(io->user, file);
    if (rc < 0) return cim__fail_errno(ctx, rc, "cannot sync", path);
    rc = io->rename(io->user, temp, path);
    return rc < 0 ? cim__fail_errno(ctx, rc, "cannot rename onto", path) : CIM_OK;
}

cim_status cim_scene_raster_save(cim_ctx *ctx, const char *path, int32_t epsg, const cim_sight_raster *raster, const uint8_t *bytes, int32_t overwrite)
{
    cim_sight_raster r = CIM_SIGHT_RASTER_INIT;
    const void *table;
    cim__gdal_error error;
    cim__enter(ctx);
    if (!path || !*path || !raster) return cim__fail(ctx, CIM_EARG, "no path or no raster");
    CIM__TRY(cim__opts(ctx, &r, sizeof r, raster, "cim_sight_raster"));
    if (!r.columns || !r.rows || (!bytes && !r.height_m)) return cim__fail(ctx, CIM_EARG, "a raster without values");
    if (!strncmp(path, "/vsi", 4)) return cim__fail(ctx, CIM_EARG, "%s: paths that begin with /vsi have a meaning of their own in GDAL", path);
    if (!overwrite && access(path, F_OK) == 0) return cim__fail(ctx, CIM_EEXIST, "%s: exists already (overwrite was not asked for)", path);
    CIM__TRY(cim__module_load(ctx, "gdal", &table));
    char *temp = cim__temp_name(ctx, path);
    if (!temp) return cim__nomem(ctx);
    cim__gdal_raster place = { r.columns, r.rows, r.x, r.y, r.step_x_m, r.step_y_m, epsg };
    bool good = ((const cim__gdal_table *)table)->raster_write(temp, &place, bytes, r.height_m, &error);
    cim_status st = good ? publish(ctx, temp, path) : failure(ctx, CIM_EIO, path, &error);
    if (st < 0) cim__io_posix.remove(NULL, temp);
    cim__free(ctx->mem, temp);
    return st;
}

/* ---- the surface ---- */

typedef struct surface {
    const cim_scene *scene;
    cim_sight_raster at;
    float *height;
} surface;

static cim_status ground_rows(cim_ctx *ctx, uint32_t worker, size_t item, void *user)
{
    const surface *s = user;
    uint32_t first = (uint32_t)item * ROWS_A_TURN, end = s->at.rows - first < ROWS_A_TURN ? s->at.rows : first + ROWS_A_TURN;
    (void)worker;
    for (uint32_t r = first; r < end; r++)
        for (uint32_t c = 0; c < s->at.columns; c++)
            s->height[(size_t)r * s->at.columns + c] = (float)cim_scene_ground(s->scene, s->at.x + c * s->at.step_x_m, s->at.y + r * s->at.step_y_m);
    return cim__tick(ctx, item, s->at.rows / ROWS_A_TURN + 1, "ground");
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Where the edges of a prism cross a row, ascending. */
static bool cross_row(const cim_sight_prisms *p, uint32_t prism, double y, cim__buf *at)
{
    uint32_t ring = prism ? p->prism_end[prism - 1] : 0;
    at->size = 0;
    for (; ring < p->prism_end[prism]; ring++) {
        uint32_t first = ring ? p->ring_end[ring - 1] : 0, end = p->ring_end[ring];
        for (uint32_t v = first, before = end - 1; v < end; before = v++) {
            const double *a = p->xy + 2 * (size_t)before, *b = p->xy + 2 * (size_t)v;
            if ((a[1] > y) == (b[1] > y)) continue;
            double x = a[0] + (y - a[1]) / (b[1] - a[1]) * (b[0] - a[0]);
            cim__buf_put(at, &x, sizeof x);
        }
    }
    if (at->size) qsort(at->data, CIM__COUNT(at, double), sizeof(double), by_value);
    return !at->failed;
}

static double clamped(double v, double most) { return v < 0.0 ? 0.0 : v > most ? most : v; }

static bool raise_prism(surface *s, uint32_t prism, cim__buf *at)
{
    const cim_sight_prisms *p = &s->scene->prisms;
    uint32_t ring = prism ? p->prism_end[prism - 1] : 0;
    uint32_t v = ring ? p->ring_end[ring - 1] : 0, end = p->prism_end[prism] > ring ? p->ring_end[p->prism_end[prism] - 1] : v;
    cim_box box = CIM__BOX_EMPTY;
    for (; v < end; v++) cim__box_add(&box, p->xy[2 * (size_t)v], p->xy[2 * (size_t)v + 1]);
    double last_row = s->at.rows - 1.0, last_column = s->at.columns - 1.0, cell = s->at.step_x_m;
    if (!cim__box_ok(&box) || box.max_x < s->at.x || box.min_x > s->at.x + last_column * cell || box.min_y > s->at.y || box.max_y < s->at.y - last_row * cell) return true;
    uint32_t top = (uint32_t)clamped(floor((s->at.y - box.max_y) / cell), last_row), low = (uint32_t)clamped(ceil((s->at.y - box.min_y) / cell), last_row);
    for (uint32_t row = top; row <= low; row++) {
        if (!cross_row(p, prism, s->at.y - row * cell, at)) return false;
        const double *x = (const double *)(const void *)at->data;
        float height = (float)p->top_m[prism];
        for (size_t i = 0; i + 1 < CIM__COUNT(at, double); i += 2) {
            double from = ceil((x[i] - s->at.x) / cell), to = floor((x[i + 1] - s->at.x) / cell);
            for (double c = from < 0.0 ? 0.0 : from; c <= to && c <= last_column; c += 1.0) {
                float *post = &s->height[(size_t)row * s->at.columns + (size_t)c];
                if (!(*post >= height)) *post = height;
            }
        }
    }
    return true;
}

static cim_status lay_out(cim_ctx *ctx, const cim_box *box, double cell_m, const double *anchor, cim_sight_raster *r)
{
    if (!(cell_m >= 0.001 && cell_m <= 1e6)) return cim__fail(ctx, CIM_EARG, "the cells of a raster must be 0.001 to 1,000,000 m");
    if (!(fabs(box->min_x) <= 1e9 && fabs(box->max_x) <= 1e9 && fabs(box->min_y) <= 1e9 && fabs(box->max_y) <= 1e9) || box->min_x > box->max_x || box->min_y > box->max_y)
        return cim__fail(ctx, CIM_EARG, "the box of a raster is none");
    double x = box->min_x + 0.5 * cell_m, y = box->max_y - 0.5 * cell_m;
    if (anchor) {
        if (!(fabs(anchor[0]) <= 1e9 && fabs(anchor[1]) <= 1e9)) return cim__fail(ctx, CIM_EARG, "the point on a post is none");
        x = anchor[0] - floor((anchor[0] - box->min_x) / cell_m) * cell_m;
        y = anchor[1] + floor((box->max_y - anchor[1]) / cell_m) * cell_m;
    }
    double columns = fmax(floor((box->max_x - x) / cell_m) + 1.0, 1.0), rows = fmax(floor((y - box->min_y) / cell_m) + 1.0, 1.0);
    if (columns * rows > MOST_POSTS) return cim__fail(ctx, CIM_ELIMIT, "a raster of more than %d posts: take larger cells", MOST_POSTS);
    *r = (cim_sight_raster){ sizeof *r, (uint32_t)columns, (uint32_t)rows, x, y, cell_m, -cell_m, NULL };
    return CIM_OK;
}

cim_status cim_scene_surface(cim_ctx *ctx, const cim_scene *scene, const cim_box *box, double cell_m, const double *anchor, cim_sight_raster *raster_out,
                             cim_buf *heights_out)
{
    surface s = { .scene = scene };
    cim__enter(ctx);
    if (!scene || !box || !raster_out || !heights_out) return cim__fail(ctx, CIM_EARG, "no scene, no box or no place for the raster");
    CIM__TRY(cim__out_ok(ctx, raster_out, "cim_sight_raster"));
    CIM__TRY(lay_out(ctx, box, cell_m, anchor, &s.at));
    cim__buf bytes = cim__buf_on(ctx->mem), at = cim__buf_on(ctx->mem);
    s.height = cim__buf_extend(&bytes, (size_t)s.at.columns * s.at.rows * sizeof *s.height);
    cim_status st = s.height ? cim__par_run(ctx, (s.at.rows + ROWS_A_TURN - 1) / ROWS_A_TURN, "ground", ground_rows, &s) : cim__nomem(ctx);
    for (uint32_t p = 0; p < scene->prisms.prism_count && st >= 0; p++)
        if (!raise_prism(&s, p, &at)) st = cim__nomem(ctx);
    if (st >= 0 && !cim__buf_give(&bytes, heights_out)) st = cim__nomem(ctx);
    cim__buf_free(&bytes);
    cim__buf_free(&at);
    if (st < 0) return st;
    s.at.height_m = (const float *)(const void *)heights_out->data;
    cim__out_fill(raster_out, &s.at, sizeof s.at);
    return CIM_OK;
}
