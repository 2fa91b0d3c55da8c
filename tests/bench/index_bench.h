/* index_bench.h - what the measures of the index share. */
#ifndef INDEX_BENCH_H
#define INDEX_BENCH_H

#include "index_data.h"
#include "index_harness.h"
#include "index_ours.h"
#include "index_peers.h"

#include <map>

namespace bench {

/* The boxes, our two indexes of them, and the peers; what is not needed is not built. */
class Bench {
public:
    Bench(Boxes boxes, std::string folder);

    const Boxes boxes;
    const std::string folder; /* for files */
    Asker one, two;           /* by number of threads */
    std::vector<std::unique_ptr<Peer>> peers;

    const cim_index *hilbert() { return order(hilbert_, CIM_INDEX_HILBERT); }
    const cim_index *omt() { return order(omt_, CIM_INDEX_OMT); }
    std::vector<Peer *> able(unsigned abilities);   /* those that can, built */
    Peer *best(unsigned abilities);                 /* the first of them, or NULL */
    void built(Peer &peer) { built_[&peer] = true; } /* told when a measure has built it */
    const Boxes &windows(size_t held);              /* 2,000 or fewer, made once */

private:
    const cim_index *order(Index &index, int32_t order);

    Index hilbert_, omt_;
    std::map<Peer *, bool> built_;
    std::map<size_t, Boxes> windows_;
};

constexpr int ROUNDS = 7;

std::string counted(uint64_t n); /* 1,234,567 */
std::string agree_on(const Answers &ours, const Answers &exact, const Answers &theirs, bool theirs_exact);

void measure_build(Bench &b);
void measure_windows(Bench &b);
void measure_points(Bench &b);
void measure_nearest(Bench &b);
void measure_nearest_points(Bench &b);
void measure_rare(Bench &b);
void measure_batch(Bench &b);
void measure_join(Bench &b);
void measure_open(Bench &b);
void measure_changes(Bench &b);
void measure_live(Bench &b);

} // namespace bench

#endif
