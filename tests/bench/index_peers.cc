/* index_peers.cc - GEOS and SQLite, which are always there, and the list of all. */
#include "index_peers.h"
#include "index_harness.h"

#include <geos_c.h>
#include <sqlite3.h>

namespace bench {

/* ---- GEOS: STRtree of its C interface ---- */

class Geos : public Peer {
public:
    Geos() : geos_(GEOS_init_r()) {}
    ~Geos() override
    {
        drop();
        destroy(boxes_);
        destroy(windows_);
        GEOS_finish_r(geos_);
    }
    std::string name() const override { return "GEOS STRtree"; }
    unsigned abilities() const override { return WINDOWS | JOIN; }
    void prepare(const Boxes &boxes) override { make(boxes_, boxes); }
    void ready(const Boxes &windows) override { make(windows_, windows); }

    /* The tree is packed when it is asked for the first time. */
    void build() override
    {
        drop();
        tree_ = GEOSSTRtree_create_r(geos_, 10);
        for (size_t i = 0; i < boxes_.size(); i++) GEOSSTRtree_insert_r(geos_, tree_, boxes_[i], reinterpret_cast<void *>(i));
        if (!boxes_.empty()) ask(boxes_[0]);
    }

    void drop() override
    {
        if (tree_) GEOSSTRtree_destroy_r(geos_, tree_);
        tree_ = nullptr;
    }

    Answers windows(const Boxes &, bool sums) override
    {
        Answers answers;
        for (GEOSGeometry *window : windows_) {
            ask(window);
            count_in(answers, found_.data(), found_.size(), sums);
        }
        return answers;
    }

    void join(const Boxes &boxes, double distance, Pairs &pairs) override
    {
        for (uint32_t i = 0; i < boxes.size(); i++) {
            GEOSGeometry *window = rectangle(grown(boxes[i], distance));
            ask(window);
            GEOSGeom_destroy_r(geos_, window);
            for (uint32_t j : found_) {
                if (i < j && (distance <= 0 || distance_between(boxes[i], boxes[j]) <= distance)) pairs.emplace_back(i, j);
            }
        }
    }

private:
    GEOSGeometry *rectangle(const cim_box &b) { return GEOSGeom_createRectangle_r(geos_, b.min_x, b.min_y, b.max_x, b.max_y); }

    void destroy(std::vector<GEOSGeometry *> &geometries)
    {
        for (GEOSGeometry *geometry : geometries) GEOSGeom_destroy_r(geos_, geometry);
        geometries.clear();
    }

    void make(std::vector<GEOSGeometry *> &geometries, const Boxes &boxes)
    {
        destroy(geometries);
        for (const cim_box &box : boxes) geometries.push_back(rectangle(box));
    }

    static void found(void *item, void *user)
    {
        static_cast<std::vector<uint32_t> *>(user)->push_back(static_cast<uint32_t>(reinterpret_cast<size_t>(item)));
    }

    void ask(GEOSGeometry *window)
    {
        found_.clear();
        GEOSSTRtree_query_r(geos_, tree_, window, found, &found_);
    }

    GEOSContextHandle_t geos_;
    GEOSSTRtree *tree_ = nullptr;
    std::vector<GEOSGeometry *> boxes_, windows_;
    std::vector<uint32_t> found_;
};

std::unique_ptr<Peer> geos_boxes() { return std::make_unique<Geos>(); }

/* ---- SQLite: R*Tree in memory, 32-bit floating point rounded outwards ---- */

class Sqlite : public Peer {
public:
    ~Sqlite() override { drop(); }
    std::string name() const override { return "SQLite R*Tree"; }
    unsigned abilities() const override { return WINDOWS | FILE; }
    bool slow() const override { return true; }
    bool exact() const override { return false; }
    void prepare(const Boxes &boxes) override { boxes_ = &boxes; }

    void build() override
    {
        drop();
        open(":memory:");
        run("CREATE VIRTUAL TABLE box USING rtree(id, min_x, max_x, min_y, max_y); BEGIN");
        sqlite3_stmt *insert = statement("INSERT INTO box VALUES(?1, ?2, ?4, ?3, ?5)");
        for (size_t i = 0; i < boxes_->size(); i++) {
            sqlite3_bind_int64(insert, 1, static_cast<int64_t>(i));
            bind(insert, 2, (*boxes_)[i]);
            sqlite3_step(insert);
            sqlite3_reset(insert);
        }
        sqlite3_finalize(insert);
        run("COMMIT");
        query_ = statement(QUERY);
    }

    void drop() override
    {
        sqlite3_finalize(query_);
        sqlite3_close(db_);
        query_ = nullptr;
        db_ = nullptr;
    }

    Answers windows(const Boxes &windows, bool sums) override
    {
        Answers answers;
        for (const cim_box &window : windows) ask(query_, window, sums, answers);
        return answers;
    }

    void save(const std::string &path) override
    {
        std::remove(path.c_str());
        run(("VACUUM INTO '" + path + "'").c_str());
    }

    Answers open_and_ask(const std::string &path, const cim_box &window) override
    {
        Sqlite file;
        Answers answers;
        file.open(path.c_str());
        file.query_ = file.statement(QUERY);
        ask(file.query_, window, true, answers);
        return answers;
    }

private:
    static constexpr const char *QUERY = "SELECT id FROM box WHERE max_x >= ?1 AND max_y >= ?2 AND min_x <= ?3 AND min_y <= ?4";

    void need(int status)
    {
        if (status != SQLITE_OK) throw std::runtime_error(sqlite3_errmsg(db_));
    }
    void open(const char *path) { need(sqlite3_open(path, &db_)); }
    void run(const char *sql) { need(sqlite3_exec(db_, sql, nullptr, nullptr, nullptr)); }

    sqlite3_stmt *statement(const char *sql)
    {
        sqlite3_stmt *made = nullptr;
        need(sqlite3_prepare_v2(db_, sql, -1, &made, nullptr));
        return made;
    }

    static void bind(sqlite3_stmt *to, int first, const cim_box &b)
    {
        sqlite3_bind_double(to, first, b.min_x);
        sqlite3_bind_double(to, first + 1, b.min_y);
        sqlite3_bind_double(to, first + 2, b.max_x);
        sqlite3_bind_double(to, first + 3, b.max_y);
    }

    static void ask(sqlite3_stmt *query, const cim_box &window, bool sums, Answers &answers)
    {
        bind(query, 1, window);
        while (sqlite3_step(query) == SQLITE_ROW) {
            uint32_t id = static_cast<uint32_t>(sqlite3_column_int64(query, 0));
            count_in(answers, &id, 1, sums);
        }
        sqlite3_reset(query);
    }

    sqlite3 *db_ = nullptr;
    sqlite3_stmt *query_ = nullptr;
    const Boxes *boxes_ = nullptr;
};

std::unique_ptr<Peer> sqlite_boxes() { return std::make_unique<Sqlite>(); }

/* ---- what is not there ---- */

#ifndef PEER_BOOST
std::unique_ptr<Peer> boost_boxes() { return nullptr; }
std::unique_ptr<Peer> boost_points() { return nullptr; }
#endif
#ifndef PEER_NANOFLANN
std::unique_ptr<Peer> nanoflann_points() { return nullptr; }
#endif
#ifndef PEER_SPATIALINDEX
std::unique_ptr<Peer> spatialindex_boxes() { return nullptr; }
#endif

std::vector<std::unique_ptr<Peer>> all_peers()
{
    std::vector<std::unique_ptr<Peer>> there;
    auto add = [&](const char *name, std::unique_ptr<Peer> peer) {
        if (peer) there.push_back(std::move(peer));
        else note(std::string(name) + ": not installed");
    };
    add("Boost.Geometry (libboost-dev)", boost_boxes());
    if (auto points = boost_points()) there.push_back(std::move(points));
    add("nanoflann (libnanoflann-dev)", nanoflann_points());
    add("GEOS", geos_boxes());
    add("SQLite", sqlite_boxes());
    add("libspatialindex (libspatialindex-dev)", spatialindex_boxes());
    return there;
}

} // namespace bench
