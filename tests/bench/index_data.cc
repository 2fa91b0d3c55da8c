#include "index_data.h"
#include "index_ours.h"

#include <cstdio>
#include <numeric>
#include <stdexcept>

namespace bench {

uint64_t Random::next()
{
    uint64_t z = state_ += 0x9e3779b97f4a7c15u;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

double Random::normal(double sigma)
{
    double radius = std::sqrt(-2 * std::log(1 - uniform()));
    return sigma * radius * std::cos(2 * M_PI * uniform());
}

Boxes uniform_boxes(size_t count)
{
    Random random(SEED);
    Boxes boxes(count);
    for (cim_box &box : boxes) {
        double x = random.uniform(0, 1e5), y = random.uniform(0, 1e5);
        box = { x, y, x + random.uniform(4, 30), y + random.uniform(4, 30) };
    }
    return boxes;
}

static Boxes boxes_of_file(const std::string &path)
{
    FILE *file = std::fopen(path.c_str(), "rb");
    if (!file) throw std::runtime_error("cannot read " + path);
    Boxes boxes;
    cim_box box;
    while (std::fread(&box, sizeof box, 1, file) == 1) boxes.push_back(box);
    std::fclose(file);
    if (boxes.empty()) throw std::runtime_error("no boxes in " + path);
    return boxes;
}

static cim_box shifted(const cim_box &b, double dx, double dy) { return { b.min_x + dx, b.min_y + dy, b.max_x + dx, b.max_y + dy }; }

Boxes replicated_boxes(const std::string &path, size_t count)
{
    Random random(SEED);
    Boxes once = boxes_of_file(path), boxes = once;
    for (size_t i = once.size(); i < count; i++) {
        double dx = random.normal(400);
        boxes.push_back(shifted(once[i % once.size()], dx, random.normal(400)));
    }
    boxes.resize(count);
    return boxes;
}

Boxes centres_of(const Boxes &boxes)
{
    Boxes centres;
    for (const cim_box &box : boxes) {
        Point p = centre_of(box);
        centres.push_back({ p.x, p.y, p.x, p.y });
    }
    return centres;
}

static cim_box square(Point p, double half) { return { p.x - half, p.y - half, p.x + half, p.y + half }; }

/* The least half width, to 1 part in 1,000, with which a square around p holds so many centres. */
static double half_holding(Asker &asker, const Index &centres, Point p, size_t held)
{
    double low = 0, high = 1;
    while (high < 1e7 && asker.count(centres, square(p, high)) < held) low = high, high *= 2;
    while (high - low > 1e-3 * high) {
        double middle = (low + high) / 2;
        (asker.count(centres, square(p, middle)) < held ? low : high) = middle;
    }
    return high;
}

Boxes windows_holding(const Boxes &boxes, size_t held, size_t n)
{
    Asker asker(1);
    Index centres = asker.build(centres_of(boxes));
    Boxes windows;
    for (Point p : points_near(boxes, n)) windows.push_back(square(p, half_holding(asker, centres, p, held)));
    return windows;
}

Points points_inside(const Boxes &boxes, size_t n)
{
    Random random(SEED + 1);
    Points points;
    for (size_t i = 0; i < n; i++) {
        const cim_box &box = boxes[random.below(boxes.size())];
        double x = random.uniform(box.min_x, box.max_x);
        points.push_back({ x, random.uniform(box.min_y, box.max_y) });
    }
    return points;
}

Points points_near(const Boxes &boxes, size_t n)
{
    Random random(SEED + 2);
    Points points;
    for (size_t i = 0; i < n; i++) {
        Point p = centre_of(boxes[random.below(boxes.size())]);
        double dx = random.normal(50);
        points.push_back({ p.x + dx, p.y + random.normal(50) });
    }
    return points;
}

Boxes boxes_at(const Points &points)
{
    Boxes boxes;
    for (Point p : points) boxes.push_back({ p.x, p.y, p.x, p.y });
    return boxes;
}

cim_box moved(const cim_box &box, Random &random, double reach)
{
    double dx = random.uniform(-reach, reach);
    return shifted(box, dx, random.uniform(-reach, reach));
}

std::vector<uint32_t> shuffled_ids(size_t count, uint64_t seed)
{
    Random random(seed);
    std::vector<uint32_t> ids(count);
    std::iota(ids.begin(), ids.end(), 0u);
    for (size_t i = count; i > 1; i--) std::swap(ids[i - 1], ids[random.below(i)]);
    return ids;
}

} // namespace bench
