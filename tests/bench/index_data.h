/* index_data.h - what the benchmark of the index works on: boxes, windows and points, all from one seed. */
#ifndef INDEX_DATA_H
#define INDEX_DATA_H

#include "cim/index.h"

#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

namespace bench {

using Boxes = std::vector<cim_box>;

struct Point {
    double x, y;
};
using Points = std::vector<Point>;

/* splitmix64 (S. Vigna, public domain): the same numbers on every machine. */
class Random {
public:
    explicit Random(uint64_t seed) : state_(seed) {}
    uint64_t next();
    double uniform() { return static_cast<double>(next() >> 11) * 0x1p-53; }
    double uniform(double low, double high) { return low + (high - low) * uniform(); }
    double normal(double sigma);
    uint32_t below(size_t n) { return static_cast<uint32_t>(next() % n); }

private:
    uint64_t state_;
};

constexpr uint64_t SEED = 42;

Boxes uniform_boxes(size_t count);                                /* 4 to 30 m in a square of 100 km */
Boxes replicated_boxes(const std::string &path, size_t count);    /* boxes of a file of doubles, copied with N(0, 400 m) */
Boxes centres_of(const Boxes &boxes);                             /* boxes without extent */
Boxes windows_holding(const Boxes &boxes, size_t held, size_t n); /* squares near objects around `held` centres each */
Points points_inside(const Boxes &boxes, size_t n);               /* each in a box of its own */
Points points_near(const Boxes &boxes, size_t n);                 /* N(0, 50 m) from a centre */
Boxes boxes_at(const Points &points);
cim_box moved(const cim_box &box, Random &random, double reach);
std::vector<uint32_t> shuffled_ids(size_t count, uint64_t seed);

inline Point centre_of(const cim_box &box) { return { (box.min_x + box.max_x) / 2, (box.min_y + box.max_y) / 2 }; }

inline double distance_to(const cim_box &box, Point p)
{
    double dx = std::fmax(std::fmax(box.min_x - p.x, p.x - box.max_x), 0), dy = std::fmax(std::fmax(box.min_y - p.y, p.y - box.max_y), 0);
    return std::sqrt(dx * dx + dy * dy);
}

inline double distance_between(const cim_box &a, const cim_box &b)
{
    double dx = std::fmax(std::fmax(a.min_x - b.max_x, b.min_x - a.max_x), 0), dy = std::fmax(std::fmax(a.min_y - b.max_y, b.min_y - a.max_y), 0);
    return std::sqrt(dx * dx + dy * dy);
}

inline cim_box grown(const cim_box &b, double by) { return { b.min_x - by, b.min_y - by, b.max_x + by, b.max_y + by }; }

} // namespace bench

#endif
