/* bench_index.cc - the index against other libraries: one process, the same boxes, in turn.
 *
 *   bench_index real FILE FOLDER [MEASURE ...]     boxes of FILE (doubles), copied with jitter to 1,000,000
 *   bench_index uniform - FOLDER [MEASURE ...]     1,000,000 boxes anywhere
 *
 * Rows go to standard output, see index_harness.h; bench_index.py starts this program and reads them. */
#include "index_bench.h"

#include <cstring>
#include <exception>

namespace bench {

Bench::Bench(Boxes all, std::string where) : boxes(std::move(all)), folder(std::move(where)), one(1), two(2), peers(all_peers())
{
    one.need_room(boxes.size());
    two.need_room(boxes.size());
}

const cim_index *Bench::order(Index &index, int32_t order)
{
    if (!index) index = one.build(boxes, order);
    return index.get();
}

std::vector<Peer *> Bench::able(unsigned abilities)
{
    std::vector<Peer *> list;
    for (auto &peer : peers) {
        if (!peer->can(abilities)) continue;
        if (!built_[peer.get()]) {
            if (peer->can(Peer::POINTS_ONLY)) peer->prepare(centres_of(boxes));
            else peer->prepare(boxes);
            peer->build();
            built_[peer.get()] = true;
        }
        list.push_back(peer.get());
    }
    return list;
}

Peer *Bench::best(unsigned abilities)
{
    std::vector<Peer *> list = able(abilities);
    return list.empty() ? nullptr : list.front();
}

const Boxes &Bench::windows(size_t held)
{
    Boxes &made = windows_[held];
    if (made.empty()) made = windows_holding(boxes, held, held >= 10000 ? 200 : held >= 1000 ? 1000 : 2000);
    return made;
}

std::string counted(uint64_t n)
{
    std::string digits = std::to_string(n);
    for (size_t at = digits.size(); at > 3; at -= 3) digits.insert(at - 3, ",");
    return digits;
}

std::string agree_on(const Answers &ours, const Answers &exact, const Answers &theirs, bool theirs_exact)
{
    if (ours.hits < exact.hits) return "no (" + counted(exact.hits - ours.hits) + " lost)";
    if (!theirs_exact) return theirs.hits >= exact.hits ? "yes (theirs +" + counted(theirs.hits - exact.hits) + ")" : "no (theirs has less)";
    if (!(exact == theirs)) return "no (" + counted(exact.hits) + ", theirs " + counted(theirs.hits) + ")";
    return "yes (" + counted(exact.hits) + (ours.hits > exact.hits ? ", +" + counted(ours.hits - exact.hits) + " within a step" : "") + ")";
}

using Measure = void (*)(Bench &);
static const std::pair<const char *, Measure> MEASURES[] = {
    { "build", measure_build },     { "windows", measure_windows }, { "points", measure_points }, { "nearest", measure_nearest },
    { "nearest_points", measure_nearest_points }, { "rare", measure_rare }, { "batch", measure_batch }, { "join", measure_join },
    { "open", measure_open },       { "changes", measure_changes }, { "live", measure_live },
};

static bool wanted(const char *name, int argc, char **argv)
{
    for (int i = 4; i < argc; i++) {
        if (!std::strcmp(argv[i], name)) return true;
    }
    return argc <= 4;
}

static Boxes boxes_of(const std::string &kind, const std::string &path)
{
    constexpr size_t COUNT = 1000000;
    return kind == "real" ? replicated_boxes(path, COUNT) : uniform_boxes(COUNT);
}

} // namespace bench

int main(int argc, char **argv)
{
    if (argc < 4) return std::fprintf(stderr, "usage: bench_index real|uniform FILE FOLDER [MEASURE ...]\n"), 2;
    bench::source = { argv[1], std::to_string(bench::SEED) };
    int status = 0;
    try {
        bench::Bench b(bench::boxes_of(argv[1], argv[2]), argv[3]);
        for (auto &[name, measure] : bench::MEASURES) {
            if (!bench::wanted(name, argc, argv)) continue;
            try {
                measure(b);
            } catch (const std::exception &problem) {
                bench::note(std::string(name) + " failed: " + problem.what());
                status = 1;
            }
        }
    } catch (const std::exception &problem) {
        bench::note(problem.what());
        status = 1;
    }
    return status;
}
