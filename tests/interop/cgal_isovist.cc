/* Isovists of random scenes beside CGAL's triangular expansion with exact numbers: TAP. */
#include <CGAL/Arr_naive_point_location.h>
#include <CGAL/Arr_segment_traits_2.h>
#include <CGAL/Arrangement_2.h>
#include <CGAL/Exact_predicates_exact_constructions_kernel.h>
#include <CGAL/Triangular_expansion_visibility_2.h>

#include <cmath>
#include <cstdio>
#include <random>
#include <variant>
#include <vector>

#include "cim.h"

using Kernel = CGAL::Exact_predicates_exact_constructions_kernel;
using Traits = CGAL::Arr_segment_traits_2<Kernel>;
using Arrangement = CGAL::Arrangement_2<Traits>;
using Visibility = CGAL::Triangular_expansion_visibility_2<Arrangement, CGAL::Tag_true>;
using Point = Kernel::Point_2;

struct Scene {
    std::vector<uint32_t> prism_end, ring_end;
    std::vector<double> xy, base, top;
};

constexpr double CELL = 40, X = 461000, Y = 5423000;
constexpr int SIDE = 5;

/* One star in some cells of a grid, so that none meet; some with a courtyard. */
static Scene make_scene(std::mt19937_64 &random)
{
    Scene s;
    std::uniform_real_distribution<double> unit(0, 1);
    for (int cell = 0; cell < SIDE * SIDE; cell++) {
        if (unit(random) < 0.4) continue;
        double x = X + CELL * (cell % SIDE + 0.5), y = Y + CELL * (cell / SIDE + 0.5);
        for (int ring = 0; ring < (unit(random) < 0.3 ? 2 : 1); ring++) {
            int corners = 5 + (int)(unit(random) * 8); /* so that a courtyard is inside */
            for (int i = 0; i < corners; i++) {
                double t = 2 * M_PI * (i + 0.8 * unit(random)) / corners, r = CELL * (ring ? 0.05 : 0.2 + 0.28 * unit(random));
                s.xy.push_back(x + r * std::cos(t)), s.xy.push_back(y + r * std::sin(t));
            }
            s.ring_end.push_back((uint32_t)(s.xy.size() / 2));
        }
        s.prism_end.push_back((uint32_t)s.ring_end.size());
        s.base.push_back(0), s.top.push_back(10);
    }
    return s;
}

static double cgal_area(const Arrangement &arrangement, double x, double y)
{
    CGAL::Arr_naive_point_location<Arrangement> locator(arrangement);
    Point eye(x, y);
    auto place = locator.locate(eye);
    const auto *face = boost::get<Arrangement::Face_const_handle>(&place);
    if (!face || (*face)->is_unbounded()) return -1;
    Visibility visibility(arrangement);
    Arrangement seen;
    auto region = visibility.compute_visibility(eye, *face, seen);
    Kernel::FT area = 0;
    auto edge = region->outer_ccb(), first = edge;
    do {
        const Point &p = edge->source()->point(), &q = edge->target()->point();
        area += (p.x() - eye.x()) * (q.y() - eye.y()) - (q.x() - eye.x()) * (p.y() - eye.y());
    } while (++edge != first);
    return CGAL::to_double(area) / 2;
}

static Arrangement arrange(const Scene &s, const cim_box &f)
{
    std::vector<Kernel::Segment_2> segments;
    uint32_t first = 0;
    for (uint32_t end : s.ring_end) {
        for (uint32_t v = first; v < end; v++) {
            uint32_t next = v + 1 < end ? v + 1 : first;
            segments.emplace_back(Point(s.xy[2 * v], s.xy[2 * v + 1]), Point(s.xy[2 * next], s.xy[2 * next + 1]));
        }
        first = end;
    }
    Point c[] = { { f.min_x, f.min_y }, { f.max_x, f.min_y }, { f.max_x, f.max_y }, { f.min_x, f.max_y } };
    for (int i = 0; i < 4; i++) segments.emplace_back(c[i], c[(i + 1) % 4]);
    Arrangement arrangement;
    CGAL::insert_non_intersecting_curves(arrangement, segments.begin(), segments.end());
    return arrangement;
}

int main()
{
    std::mt19937_64 random(8);
    std::uniform_real_distribution<double> place(0, SIDE * CELL);
    cim_ctx *ctx = nullptr;
    int scenes = 0, compared = 0, blind = 0, bad = 0;
    double worst = 0;
    if (cim_ctx_new(nullptr, &ctx) < 0) return 1;
    for (; scenes < 1000; scenes++) {
        Scene s = make_scene(random);
        cim_sight_prisms a = CIM_SIGHT_PRISMS_INIT;
        cim_sight_isovist_options o = CIM_SIGHT_ISOVIST_OPTIONS_INIT;
        cim_sight_scene *scene = nullptr;
        cim_sight_query *query = nullptr;
        a.prism_count = (uint32_t)s.prism_end.size(), a.ring_count = (uint32_t)s.ring_end.size(), a.vertex_count = (uint32_t)(s.xy.size() / 2);
        a.prism_end = s.prism_end.data(), a.ring_end = s.ring_end.data(), a.xy = s.xy.data(), a.base_m = s.base.data(), a.top_m = s.top.data();
        o.z_m = 5, o.frame = cim_box{ X - 3, Y - 4, X + SIDE * CELL + 5, Y + SIDE * CELL + 6 };
        if (cim_sight_scene_build(ctx, &a, nullptr, &scene) < 0 || cim_sight_query_new(ctx, scene, &query) < 0) return 1;
        Arrangement arrangement = arrange(s, o.frame);
        for (int k = 0; k < 3; k++) {
            cim_sight_isovist v = {};
            v.struct_size = sizeof v;
            double x = X + place(random), y = Y + place(random);
            if (cim_sight_isovist_find(ctx, query, x, y, &o, &v) < 0) return 1;
            if (v.area_m2 == 0) {
                blind++;
                continue;
            }
            double area = cgal_area(arrangement, x, y), apart = std::fabs(v.area_m2 - area) / area;
            compared++;
            worst = std::fmax(worst, apart);
            bad += !(apart <= 1e-6);
        }
        cim_sight_query_free(query);
        cim_sight_scene_free(scene);
    }
    std::printf("# %d scenes, %d isovists, %d eyes in buildings, areas apart by %.2g at most\n", scenes, compared, blind, worst);
    std::printf("%s 1 - areas as CGAL's triangular expansion, to 1e-6\n", bad || compared < 1000 ? "not ok" : "ok");
    cim_ctx_free(ctx);
    return 0;
}
