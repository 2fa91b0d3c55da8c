/* index_static.cc - measures of the static index. */
#include "index_bench.h"

#include <cstring>
#include <fcntl.h>
#include <malloc.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

namespace bench {

constexpr double MB = 1e-6;

/* ---- build ---- */

static size_t allocated()
{
    struct mallinfo2 info = mallinfo2();
    return info.uordblks + info.hblkhd;
}

struct Built {
    double s = 0;
    size_t bytes = 0;
};

static Built build_peer(Bench &b, Peer &peer)
{
    if (peer.can(Peer::POINTS_ONLY)) peer.prepare(centres_of(b.boxes));
    else peer.prepare(b.boxes);
    Built built;
    std::vector<Side> sides = { { "", [&] { peer.build(); }, [&] { peer.drop(); } } };
    if (peer.slow()) run_side(sides[0], cpu_of_process, true);
    else in_turn(sides, ROUNDS, cpu_of_process);
    built.s = sides[0].median_s();
    peer.drop();
    size_t before = allocated();
    peer.build();
    built.bytes = allocated() - before;
    b.built(peer);
    return built;
}

static void build_rows(Bench &b, const char *what, const Boxes &boxes, bool points)
{
    std::vector<Side> sides;
    Index made;
    for (int32_t order : { CIM_INDEX_HILBERT, CIM_INDEX_OMT }) {
        sides.push_back({ order == CIM_INDEX_OMT ? "OMT" : "Hilbert", [&, order] { made = b.one.build(boxes, order); }, [&] { made.reset(); } });
    }
    in_turn(sides, ROUNDS, cpu_of_process);
    double bytes = static_cast<double>(cim_index_bytes(made.get())), n = static_cast<double>(boxes.size());
    for (auto &peer : b.peers) {
        if (peer->can(Peer::POINTS_ONLY) != points) continue;
        Built theirs = build_peer(b, *peer);
        for (Side &side : sides) {
            put({ std::string(what) + ", " + side.name, "s", side.median_s(), theirs.s, peer->name(), "-", bytes * MB, static_cast<double>(theirs.bytes) * MB });
        }
        put({ std::string(what) + ", bytes each", "B", bytes / n, static_cast<double>(theirs.bytes) / n, peer->name() });
    }
}

static void build_threads(Bench &b)
{
    Index one, two;
    std::vector<Side> sides = { { "one", [&] { one = b.one.build(b.boxes); }, [&] { one.reset(); } },
                                { "two", [&] { two = b.two.build(b.boxes); }, [&] { two.reset(); } } };
    in_turn_threads(sides, ROUNDS);
    Buffer first, second;
    b.one.check(cim_index_save(b.one.ctx(), one.get(), &first.buf));
    b.two.check(cim_index_save(b.two.ctx(), two.get(), &second.buf));
    bool same = first.buf.size == second.buf.size && !std::memcmp(first.buf.data, second.buf.data, first.buf.size);
    put({ "build, Hilbert, two threads", "s", sides[1].median_s(), sides[0].median_s(), "one thread, wall time", same ? "yes (same bytes)" : "no" });
}

void measure_build(Bench &b)
{
    build_rows(b, "build", b.boxes, false);
    build_rows(b, "build points", centres_of(b.boxes), true);
    build_threads(b);
}

/* ---- windows and points ---- */

enum Variant { HILBERT, OMT, EXACT, PLAIN_C, VARIANTS };
static const char *const VARIANT[] = { "", ", OMT", ", exact", ", plain C" };

static Answers ask_ours(Bench &b, const Boxes &windows, Variant variant, bool sums)
{
    const cim_box *exact = variant == EXACT ? b.boxes.data() : nullptr;
    return b.one.windows(variant == OMT ? b.omt() : b.hilbert(), windows, exact, sums);
}

/* The plain C path for as long as this lives. */
struct PlainC {
    explicit PlainC(bool on) : on_(on)
    {
        if (on_) cim__index_use_lanes(0);
    }
    ~PlainC()
    {
        if (on_) cim__index_use_lanes(-1);
    }
    bool on_;
};

/* The same questions to all; rows against every peer for the default, against the best for the variants. */
static void measure_questions(Bench &b, const std::string &what, const Boxes &windows)
{
    std::vector<Peer *> peers = b.able(Peer::WINDOWS);
    std::vector<Side> sides;
    std::vector<Answers> ours, theirs;
    for (int v = 0; v < VARIANTS; v++) {
        Variant variant = static_cast<Variant>(v);
        auto run = [&, variant] {
            PlainC path(variant == PLAIN_C);
            ask_ours(b, windows, variant, false);
        };
        PlainC path(variant == PLAIN_C);
        ours.push_back(ask_ours(b, windows, variant, true));
        sides.push_back({ VARIANT[v], run });
    }
    for (Peer *peer : peers) {
        peer->ready(windows);
        theirs.push_back(peer->windows(windows, true));
        sides.push_back({ peer->name(), [peer, &windows] { peer->windows(windows, false); }, nullptr, peer->slow() });
    }
    in_turn_warm(sides, ROUNDS);
    double each = 1e6 / static_cast<double>(windows.size());
    for (size_t p = 0; p < peers.size(); p++) {
        for (size_t v = 0; v < (p ? 1 : VARIANTS); v++) {
            std::string agree = v == PLAIN_C && !(ours[PLAIN_C] == ours[HILBERT]) ? "no (other than vectors)" : agree_on(ours[v], ours[EXACT], theirs[p], peers[p]->exact());
            put({ what + VARIANT[v], "us", sides[v].median_s() * each, sides[VARIANTS + p].median_s() * each, peers[p]->name(), agree });
        }
    }
}

void measure_windows(Bench &b)
{
    const std::pair<const char *, double> SELECTIVITIES[] = { { "1e-6", 1e-6 }, { "1e-5", 1e-5 }, { "1e-4", 1e-4 }, { "1e-3", 1e-3 }, { "1e-2", 1e-2 } };
    for (auto &[name, selectivity] : SELECTIVITIES) {
        measure_questions(b, std::string("window ") + name, b.windows(static_cast<size_t>(selectivity * static_cast<double>(b.boxes.size()) + 0.5)));
    }
}

void measure_points(Bench &b) { measure_questions(b, "point", boxes_at(points_inside(b.boxes, 100000))); }

/* ---- nearest ---- */

using Ids = std::vector<uint32_t>;

static double distances(const Boxes &boxes, const Points &points, const Ids &ids, size_t k)
{
    double sum = 0;
    for (size_t i = 0; i < ids.size(); i++) sum += distance_to(boxes[ids[i]], points[i / k]);
    return sum;
}

/* The grid may exchange two boxes whose distances differ by less than two steps; exact boxes may not. */
static std::string agree_on_distances(double ours, double exact, double theirs, double slack)
{
    char text[80];
    bool same = std::fabs(exact - theirs) <= 1e-9 * (theirs + 1) && std::fabs(ours - theirs) <= slack + 1e-9 * theirs;
    std::snprintf(text, sizeof text, "%s (sum %.10g, theirs %.10g)", same ? "yes" : "no", exact, theirs);
    return text;
}

/* k nearest of points by ours in both orders and by exact boxes, and by every peer of the list. */
static void nearest_rows(Bench &b, const std::string &what, const Boxes &boxes, const cim_index *const orders[2], const Points &points, size_t k,
                         const std::vector<Peer *> &peers)
{
    static const char *const NAMES[] = { ", Hilbert", ", OMT", ", OMT, exact" };
    std::vector<Ids> found(3 + peers.size(), Ids(points.size() * k));
    std::vector<Side> sides;
    for (size_t v = 0; v < 3; v++) {
        sides.push_back({ NAMES[v], [&, v] { b.one.nearest(orders[v > 0], points, k, v == 2 ? boxes.data() : nullptr, 0, found[v].data()); } });
    }
    for (size_t p = 0; p < peers.size(); p++) sides.push_back({ peers[p]->name(), [&, p] { peers[p]->nearest(points, k, found[3 + p].data()); } });
    in_turn_warm(sides, ROUNDS);
    double each = 1e6 / static_cast<double>(points.size()), slack = 2 * cim_index_step(orders[0]) * static_cast<double>(points.size() * k);
    double exact = distances(boxes, points, found[2], k);
    for (size_t p = 0; p < peers.size(); p++) {
        double theirs = distances(boxes, points, found[3 + p], k);
        for (size_t v = 0; v < 3; v++) {
            std::string agree = agree_on_distances(distances(boxes, points, found[v], k), exact, theirs, slack);
            put({ what + NAMES[v], "us", sides[v].median_s() * each, sides[3 + p].median_s() * each, peers[p]->name(), agree });
        }
    }
}

constexpr size_t NEAREST_POINTS = 100000;

void measure_nearest(Bench &b)
{
    const cim_index *orders[2] = { b.hilbert(), b.omt() };
    std::vector<Peer *> peers;
    for (Peer *peer : b.able(Peer::NEAREST)) {
        if (!peer->can(Peer::POINTS_ONLY)) peers.push_back(peer);
    }
    Points points = points_near(b.boxes, NEAREST_POINTS);
    for (size_t k : { 1, 10 }) nearest_rows(b, "nearest " + std::to_string(k) + " of boxes", b.boxes, orders, points, k, peers);
}

void measure_nearest_points(Bench &b)
{
    Boxes centres = centres_of(b.boxes);
    Index hilbert = b.one.build(centres, CIM_INDEX_HILBERT), omt = b.one.build(centres, CIM_INDEX_OMT);
    const cim_index *orders[2] = { hilbert.get(), omt.get() };
    Points points = points_near(b.boxes, NEAREST_POINTS);
    for (size_t k : { 1, 10 }) nearest_rows(b, "nearest " + std::to_string(k) + " of points", centres, orders, points, k, b.able(Peer::NEAREST | Peer::POINTS_ONLY));
}

/* One box of 2,000 belongs to class 1; all belong to class 0. */
void measure_rare(Bench &b)
{
    Random random(SEED + 3);
    std::vector<uint32_t> classes(b.boxes.size());
    for (uint32_t &mask : classes) mask = random.below(2000) ? 1 : 3;
    Points points = points_near(b.boxes, 20000);
    Peer *peer = b.best(Peer::NEAREST | Peer::CHANGES);
    for (int32_t order : { CIM_INDEX_HILBERT, CIM_INDEX_OMT }) {
        Index index = b.one.build(b.boxes, order, classes.data());
        Ids ours(points.size()), exact(points.size()), theirs(points.size());
        b.one.nearest(index.get(), points, 1, b.boxes.data(), 2, exact.data());
        std::vector<Side> sides = { { "ours", [&] { b.one.nearest(index.get(), points, 1, nullptr, 2, ours.data()); } } };
        if (peer) sides.push_back({ "peer", [&] { peer->nearest_of(points, classes, theirs.data()); }, nullptr, true });
        in_turn_warm(sides, ROUNDS);
        double each = 1e6 / static_cast<double>(points.size()), slack = 2 * cim_index_step(index.get()) * static_cast<double>(points.size());
        Row row = { std::string("nearest of a rare class, ") + (order == CIM_INDEX_OMT ? "OMT" : "Hilbert"), "us", sides[0].median_s() * each };
        if (peer) {
            row.peer = sides[1].median_s() * each;
            row.peer_name = peer->name() + ", satisfies";
            row.agree = agree_on_distances(distances(b.boxes, points, ours, 1), distances(b.boxes, points, exact, 1), distances(b.boxes, points, theirs, 1), slack);
        }
        put(row);
    }
}

/* ---- many at once ---- */

static std::vector<cim_probe> probes_of(const Boxes &windows)
{
    std::vector<cim_probe> probes;
    for (const cim_box &window : windows) probes.push_back(cim_probe_box(&window));
    return probes;
}

static Answers query_many(Asker &asker, const cim_index *index, const std::vector<cim_probe> &probes, bool sums)
{
    std::vector<size_t> starts(probes.size()), counts(probes.size());
    Buffer ids;
    Answers answers;
    asker.check(cim_index_query_many(asker.ctx(), index, probes.data(), probes.size(), starts.data(), counts.data(), &ids.buf));
    count_in(answers, ids.ids(), ids.count(), sums);
    return answers;
}

/* Single calls of which somebody keeps all ids, as the batch does. */
static void query_kept(Bench &b, const cim_index *index, const Boxes &windows, std::vector<uint32_t> &room)
{
    std::vector<uint32_t> kept;
    std::vector<size_t> starts;
    for (const cim_box &window : windows) {
        cim_probe probe = cim_probe_box(&window);
        size_t found = 0;
        b.one.check(cim_index_query(b.one.ctx(), index, &probe, room.data(), room.size(), &found));
        starts.push_back(kept.size());
        kept.insert(kept.end(), room.begin(), room.begin() + static_cast<std::ptrdiff_t>(found));
    }
}

static void count_many(Bench &b, const cim_index *index, const std::vector<cim_probe> &probes)
{
    std::vector<size_t> counts(probes.size());
    b.one.check(cim_index_query_many(b.one.ctx(), index, probes.data(), probes.size(), nullptr, counts.data(), nullptr));
}

static void count_single(Bench &b, const cim_index *index, const std::vector<cim_probe> &probes)
{
    for (const cim_probe &probe : probes) {
        size_t found = 0;
        b.one.check(cim_index_query(b.one.ctx(), index, &probe, nullptr, 0, &found));
    }
}

/* The last side is the batch on one thread; a row against each of the others. */
static void single_rows(const std::string &what, size_t n, bool agree, std::vector<Side> sides)
{
    in_turn(sides, ROUNDS, cpu_of_process);
    double each = 1e6 / static_cast<double>(n);
    for (size_t i = 0; i + 1 < sides.size(); i++) {
        put({ what, "us", sides.back().median_s() * each, sides[i].median_s() * each, sides[i].name, agree ? "yes" : "no" });
    }
}

static void thread_row(const std::string &what, size_t n, bool agree, const std::function<void()> &one, const std::function<void()> &two)
{
    std::vector<Side> walls = { { "one", one }, { "two", two } };
    in_turn_threads(walls, ROUNDS);
    double each = 1e6 / static_cast<double>(n);
    put({ what + ", two threads", "us", walls[1].median_s() * each, walls[0].median_s() * each, "one thread, wall time", agree ? "yes" : "no" });
}

static void batch_windows(Bench &b, const std::string &what, const Boxes &windows)
{
    std::vector<cim_probe> probes = probes_of(windows);
    std::vector<uint32_t> room(b.boxes.size());
    const cim_index *index = b.hilbert();
    Answers single = b.one.windows(index, windows, nullptr, true);
    bool agree = single == query_many(b.one, index, probes, true) && single == query_many(b.two, index, probes, true);
    auto run_one = [&] { query_many(b.one, index, probes, false); };
    single_rows(what, windows.size(), agree, { { "single calls, ids overwritten", [&] { b.one.windows(index, windows, nullptr, false); } },
                                               { "single calls, ids kept", [&] { query_kept(b, index, windows, room); } }, { "", run_one } });
    single_rows(what + ", counts", windows.size(), agree, { { "single calls", [&] { count_single(b, index, probes); } }, { "", [&] { count_many(b, index, probes); } } });
    thread_row(what, windows.size(), agree, run_one, [&] { query_many(b.two, index, probes, false); });
}

static void nearest_many(Asker &asker, const cim_index *index, const std::vector<cim_probe> &probes, size_t k, Ids &ids)
{
    std::vector<size_t> counts(probes.size());
    asker.check(cim_index_nearest_many(asker.ctx(), index, probes.data(), probes.size(), k, ids.data(), nullptr, counts.data()));
}

static void batch_nearest(Bench &b, const Points &points, size_t k)
{
    std::vector<cim_probe> probes;
    for (Point p : points) probes.push_back(cim_probe_near(p.x, p.y, HUGE_VAL));
    Ids single(points.size() * k), many(single.size()), both(single.size());
    const cim_index *index = b.omt();
    auto run_single = [&] { b.one.nearest(index, points, k, nullptr, 0, single.data()); };
    auto run_one = [&] { nearest_many(b.one, index, probes, k, many); };
    auto run_two = [&] { nearest_many(b.two, index, probes, k, both); };
    run_single(), run_one(), run_two();
    std::string what = "batch of 100,000, nearest " + std::to_string(k) + ", OMT";
    bool agree = single == many && single == both;
    single_rows(what, points.size(), agree, { { "single calls", run_single }, { "", run_one } });
    thread_row(what, points.size(), agree, run_one, run_two);
}

void measure_batch(Bench &b)
{
    for (size_t held : { 1, 10, 100 }) {
        batch_windows(b, "batch of 100,000, window 1e-" + std::to_string(held == 1 ? 6 : held == 10 ? 5 : 4), windows_holding(b.boxes, held, 100000));
    }
    batch_windows(b, "batch of 100,000, point", boxes_at(points_inside(b.boxes, 100000)));
    for (size_t k : { 1, 10 }) batch_nearest(b, points_near(b.boxes, 100000), k);
}

/* ---- join ---- */

static size_t join(Asker &asker, const cim_index *index, double distance, Buffer &pairs)
{
    size_t count = 0;
    cim_buf_dispose(&pairs.buf);
    asker.check(cim_index_join(asker.ctx(), index, index, distance, &pairs.buf, &count));
    return count;
}

/* Pairs that are near enough by their true boxes: the grid may add some. */
static size_t truly_near(const Boxes &boxes, const Buffer &pairs, double distance)
{
    size_t count = 0;
    for (size_t i = 0; i + 1 < pairs.count(); i += 2) count += distance_between(boxes[pairs.ids()[i]], boxes[pairs.ids()[i + 1]]) <= distance;
    return count;
}

void measure_join(Bench &b)
{
    std::vector<Peer *> peers = b.able(Peer::JOIN);
    const cim_index *index = b.hilbert();
    for (double distance : { 0.0, 10.0 }) {
        Buffer pairs, both;
        Peer::Pairs theirs;
        std::string what = distance > 0 ? "join with itself, 10 m" : "join with itself";
        std::vector<Side> sides = { { "ours", [&] { join(b.one, index, distance, pairs); } } };
        for (Peer *peer : peers) sides.push_back({ peer->name(), [&, peer] { peer->join(b.boxes, distance, theirs); }, [&] { theirs.clear(); }, true });
        in_turn(sides, ROUNDS);
        size_t found = join(b.one, index, distance, pairs), truly = truly_near(b.boxes, pairs, distance);
        for (size_t p = 0; p < peers.size(); p++) {
            theirs.clear();
            peers[p]->join(b.boxes, distance, theirs);
            std::string agree = agree_on({ found, 0 }, { truly, 0 }, { theirs.size(), 0 }, true);
            put({ what, "s", sides[0].median_s(), sides[1 + p].median_s(), peers[p]->name() + ", a query each", agree });
        }
        std::vector<Side> walls = { { "one", [&] { join(b.one, index, distance, pairs); } }, { "two", [&] { join(b.two, index, distance, both); } } };
        in_turn_threads(walls, ROUNDS);
        bool same = both.count() == pairs.count();
        put({ what + ", two threads", "s", walls[1].median_s(), walls[0].median_s(), "one thread, wall time", same ? "yes" : "no" });
    }
}

/* ---- open ---- */

static void save(Bench &b, const std::string &path)
{
    Buffer bytes;
    b.one.check(cim_index_save(b.one.ctx(), b.hilbert(), &bytes.buf));
    FILE *file = std::fopen(path.c_str(), "wb");
    if (!file || std::fwrite(bytes.buf.data, 1, bytes.buf.size, file) != bytes.buf.size) throw std::runtime_error("cannot write " + path);
    std::fclose(file);
}

static Answers open_mapped(Bench &b, const std::string &path, const cim_box &window)
{
    int file = open(path.c_str(), O_RDONLY | O_CLOEXEC);
    struct stat info = {};
    if (file < 0 || fstat(file, &info)) throw std::runtime_error("cannot open " + path);
    size_t size = static_cast<size_t>(info.st_size);
    void *bytes = mmap(nullptr, size, PROT_READ, MAP_PRIVATE, file, 0);
    close(file);
    cim_index *index;
    Answers answers;
    b.one.check(cim_index_borrow(b.one.ctx(), bytes, size, &index));
    b.one.ask(index, window, b.boxes.data(), true, answers);
    cim_index_free(index);
    munmap(bytes, size);
    return answers;
}

static Answers open_read(Bench &b, const std::string &path, const cim_box &window)
{
    FILE *file = std::fopen(path.c_str(), "rb");
    struct stat info = {};
    if (!file || fstat(fileno(file), &info)) throw std::runtime_error("cannot open " + path);
    size_t size = static_cast<size_t>(info.st_size);
    std::unique_ptr<char[]> bytes(new char[size]);
    size_t got = std::fread(bytes.get(), 1, size, file);
    std::fclose(file);
    cim_index *index;
    Answers answers;
    b.one.check(cim_index_load(b.one.ctx(), bytes.get(), got, &index));
    b.one.ask(index, window, b.boxes.data(), true, answers);
    cim_index_free(index);
    return answers;
}

void measure_open(Bench &b)
{
    std::string path = b.folder + "/bench_index.bytes", other = b.folder + "/bench_index.sqlite";
    cim_box window = b.windows(100)[0];
    Peer *peer = b.best(Peer::FILE);
    save(b, path);
    if (peer) peer->save(other);
    Answers mapped, read, theirs, exact = b.one.windows(b.hilbert(), { window }, b.boxes.data(), true);
    std::vector<Side> sides = { { "mapped", [&] { mapped = open_mapped(b, path, window); } }, { "read", [&] { read = open_read(b, path, window); } } };
    if (peer) sides.push_back({ "peer", [&] { theirs = peer->open_and_ask(other, window); } });
    in_turn(sides, 15, wall);
    std::string name = peer ? peer->name() + " file" : "-";
    double peer_ms = peer ? sides[2].median_s() * 1e3 : 0;
    put({ "open to first answer, bytes mapped", "ms", sides[0].median_s() * 1e3, peer_ms, name, mapped == exact && theirs.hits >= exact.hits ? "yes" : "no" });
    put({ "open to first answer, bytes read", "ms", sides[1].median_s() * 1e3, peer_ms, name, read == exact && theirs.hits >= exact.hits ? "yes" : "no" });
    std::remove(path.c_str());
    std::remove(other.c_str());
}

} // namespace bench
