/* index_peers_cxx.cc - the peers that are C++ libraries of their own: Boost.Geometry, nanoflann, libspatialindex. */
#include "index_peers.h"

#ifdef PEER_BOOST
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized" /* in Boost's own functions, where they are inlined */
#pragma GCC diagnostic ignored "-Wfree-nonheap-object"
#include <boost/geometry.hpp>
#include <boost/geometry/index/rtree.hpp>
#include <boost/iterator/function_output_iterator.hpp>
#endif
#ifdef PEER_NANOFLANN
#include <nanoflann.hpp>
#endif
#ifdef PEER_SPATIALINDEX
#include <spatialindex/SpatialIndex.h>
#endif

namespace bench {

#ifdef PEER_BOOST
namespace bg = boost::geometry;
namespace bgi = boost::geometry::index;

using BoostPoint = bg::model::point<double, 2, bg::cs::cartesian>;
using BoostBox = bg::model::box<BoostPoint>;

static BoostBox boost_box(const cim_box &b) { return { { b.min_x, b.min_y }, { b.max_x, b.max_y } }; }

/* An iterator that writes ids one after the other. */
template <class Value> static auto ids_to(uint32_t *&next)
{
    return boost::make_function_output_iterator([&next](const Value &value) { *next++ = value.second; });
}

/* rtree<rstar<16>>, packed when built from all values at once; `Shape` is a box or a point. */
template <class Shape> class Boost : public Peer {
public:
    using Value = std::pair<Shape, uint32_t>;
    using Tree = bgi::rtree<Value, bgi::rstar<16>>;

    void build() override { tree_ = std::make_unique<Tree>(values_.begin(), values_.end()); }
    void drop() override { tree_.reset(); }

    void nearest(const Points &points, size_t k, uint32_t *ids_out) override
    {
        for (const Point &p : points) {
            uint32_t *next = ids_out;
            tree_->query(bgi::nearest(BoostPoint(p.x, p.y), static_cast<unsigned>(k)), ids_to<Value>(next));
            ids_out += k;
        }
    }

protected:
    std::vector<Value> values_;
    std::unique_ptr<Tree> tree_;
};

class BoostBoxes final : public Boost<BoostBox> {
public:
    std::string name() const override { return "Boost rtree, packed"; }
    unsigned abilities() const override { return WINDOWS | NEAREST | CHANGES | JOIN; }

    void prepare(const Boxes &boxes) override
    {
        values_.clear();
        for (const cim_box &box : boxes) values_.emplace_back(boost_box(box), static_cast<uint32_t>(values_.size()));
        room_.resize(boxes.size());
    }

    Answers windows(const Boxes &windows, bool sums) override
    {
        Answers answers;
        for (const cim_box &window : windows) count_in(answers, room_.data(), ask(window), sums);
        return answers;
    }

    void nearest_of(const Points &points, const std::vector<uint32_t> &classes, uint32_t *ids_out) override
    {
        auto rare = bgi::satisfies([&classes](const Value &value) { return (classes[value.second] & 2) != 0; });
        for (const Point &p : points) tree_->query(bgi::nearest(BoostPoint(p.x, p.y), 1) && rare, ids_to<Value>(ids_out));
    }

    void join(const Boxes &boxes, double distance, Pairs &pairs) override
    {
        for (uint32_t i = 0; i < boxes.size(); i++) {
            size_t found = ask(grown(boxes[i], distance));
            for (size_t n = 0; n < found; n++) {
                uint32_t j = room_[n];
                if (i < j && (distance <= 0 || distance_between(boxes[i], boxes[j]) <= distance)) pairs.emplace_back(i, j);
            }
        }
    }

    void put(uint32_t id, const cim_box &box) override { tree_->insert(Value(boost_box(box), id)); }
    void remove(uint32_t id, const cim_box &box) override { tree_->remove(Value(boost_box(box), id)); }
    void move(uint32_t id, const cim_box &from, const cim_box &to) override
    {
        remove(id, from);
        put(id, to);
    }

private:
    size_t ask(const cim_box &window)
    {
        uint32_t *next = room_.data();
        tree_->query(bgi::intersects(boost_box(window)), ids_to<Value>(next));
        return static_cast<size_t>(next - room_.data());
    }

    std::vector<uint32_t> room_;
};

class BoostPoints final : public Boost<BoostPoint> {
public:
    std::string name() const override { return "Boost rtree of points, packed"; }
    unsigned abilities() const override { return POINTS_ONLY | NEAREST; }

    void prepare(const Boxes &boxes) override
    {
        values_.clear();
        for (const cim_box &box : boxes) values_.emplace_back(BoostPoint(box.min_x, box.min_y), static_cast<uint32_t>(values_.size()));
    }
};

std::unique_ptr<Peer> boost_boxes() { return std::make_unique<BoostBoxes>(); }
std::unique_ptr<Peer> boost_points() { return std::make_unique<BoostPoints>(); }
#endif

#ifdef PEER_NANOFLANN
/* What nanoflann reads points from. */
struct Cloud {
    Points points;
    size_t kdtree_get_point_count() const { return points.size(); }
    double kdtree_get_pt(size_t i, size_t axis) const { return axis ? points[i].y : points[i].x; }
    template <class Box> bool kdtree_get_bbox(Box &) const { return false; }
};

class Nanoflann final : public Peer {
public:
    using Tree = nanoflann::KDTreeSingleIndexAdaptor<nanoflann::L2_Simple_Adaptor<double, Cloud>, Cloud, 2, uint32_t>;

    std::string name() const override { return "nanoflann"; }
    unsigned abilities() const override { return POINTS_ONLY | NEAREST; }
    void prepare(const Boxes &boxes) override
    {
        cloud_.points.clear();
        for (const cim_box &box : boxes) cloud_.points.push_back({ box.min_x, box.min_y });
    }
    void build() override
    {
        tree_ = std::make_unique<Tree>(2, cloud_, nanoflann::KDTreeSingleIndexAdaptorParams(10));
        tree_->buildIndex();
    }
    void drop() override { tree_.reset(); }
    void nearest(const Points &points, size_t k, uint32_t *ids_out) override
    {
        std::vector<double> squares(k);
        for (const Point &p : points) {
            tree_->knnSearch(&p.x, k, ids_out, squares.data());
            ids_out += k;
        }
    }

private:
    Cloud cloud_;
    std::unique_ptr<Tree> tree_;
};

std::unique_ptr<Peer> nanoflann_points() { return std::make_unique<Nanoflann>(); }
#endif

#ifdef PEER_SPATIALINDEX
namespace si = SpatialIndex;

static si::Region region(const cim_box &b)
{
    const double low[2] = { b.min_x, b.min_y }, high[2] = { b.max_x, b.max_y };
    return si::Region(low, high, 2);
}

/* All boxes as the stream that bulk loading reads. */
class BoxStream final : public si::IDataStream {
public:
    explicit BoxStream(const Boxes &boxes) : boxes_(boxes) {}
    si::IData *getNext() override
    {
        if (next_ == boxes_.size()) return nullptr;
        si::Region at = region(boxes_[next_]);
        return new si::RTree::Data(0, nullptr, at, static_cast<si::id_type>(next_++));
    }
    bool hasNext() override { return next_ < boxes_.size(); }
    uint32_t size() override { return static_cast<uint32_t>(boxes_.size()); }
    void rewind() override { next_ = 0; }

private:
    const Boxes &boxes_;
    size_t next_ = 0;
};

class IdVisitor final : public si::IVisitor {
public:
    std::vector<uint32_t> ids;
    void visitNode(const si::INode &) override {}
    void visitData(const si::IData &data) override { ids.push_back(static_cast<uint32_t>(data.getIdentifier())); }
    void visitData(std::vector<const si::IData *> &) override {}
};

class Spatialindex final : public Peer {
public:
    std::string name() const override { return "libspatialindex STR"; }
    unsigned abilities() const override { return WINDOWS; }
    bool slow() const override { return true; }
    void prepare(const Boxes &boxes) override { boxes_ = &boxes; }
    void build() override
    {
        drop();
        BoxStream stream(*boxes_);
        si::id_type id;
        storage_.reset(si::StorageManager::createNewMemoryStorageManager());
        tree_.reset(si::RTree::createAndBulkLoadNewRTree(si::RTree::BLM_STR, stream, *storage_, 0.99, 32, 32, 2, si::RTree::RV_RSTAR, id));
    }
    void drop() override
    {
        tree_.reset();
        storage_.reset();
    }
    Answers windows(const Boxes &windows, bool sums) override
    {
        Answers answers;
        for (const cim_box &window : windows) {
            visitor_.ids.clear();
            tree_->intersectsWithQuery(region(window), visitor_);
            count_in(answers, visitor_.ids.data(), visitor_.ids.size(), sums);
        }
        return answers;
    }

private:
    const Boxes *boxes_ = nullptr;
    std::unique_ptr<si::IStorageManager> storage_;
    std::unique_ptr<si::ISpatialIndex> tree_;
    IdVisitor visitor_;
};

std::unique_ptr<Peer> spatialindex_boxes() { return std::make_unique<Spatialindex>(); }
#endif

} // namespace bench
