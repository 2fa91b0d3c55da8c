/* index_harness.h - clocks, rounds in turn, and rows of the benchmark of the index.
 *
 * Every measure is a list of sides that do the same work.  They run in turn, once to warm up and then for some rounds;
 * what counts is the median of each.  A row compares ours with one peer; bench_index.py writes it to bench.tsv. */
#ifndef INDEX_HARNESS_H
#define INDEX_HARNESS_H

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace bench {

inline double seconds(clockid_t clock)
{
    timespec t;
    clock_gettime(clock, &t);
    return static_cast<double>(t.tv_sec) + 1e-9 * static_cast<double>(t.tv_nsec);
}

/* What a side is charged for. */
inline double cpu_of_thread() { return seconds(CLOCK_THREAD_CPUTIME_ID); }
inline double cpu_of_process() { return seconds(CLOCK_PROCESS_CPUTIME_ID); }
inline double wall() { return seconds(CLOCK_MONOTONIC); }
using Clock = double (*)();

inline double median(std::vector<double> values)
{
    if (values.empty()) return 0;
    auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    std::nth_element(values.begin(), middle, values.end());
    return *middle;
}

struct Side {
    std::string name;
    std::function<void()> run;
    std::function<void()> before = nullptr; /* not timed */
    bool slow = false;                      /* two rounds are enough */
    std::vector<double> samples = {};
    double median_s() const { return median(samples); }
};

inline void run_side(Side &side, Clock clock, bool counts)
{
    if (side.before) side.before();
    double start = clock();
    side.run();
    if (counts) side.samples.push_back(clock() - start);
}

/* All sides in turn, in changing order, after one round that does not count. */
inline void in_turn(std::vector<Side> &sides, int rounds, Clock clock = cpu_of_thread)
{
    for (int round = 0; round <= rounds; round++) {
        for (size_t i = 0; i < sides.size(); i++) {
            Side &side = sides[round % 2 ? sides.size() - 1 - i : i];
            if (!side.slow || round < 3) run_side(side, clock, round > 0);
        }
    }
}

/* The same for questions: each side is asked them once more right before, so that all find as much of their own in the caches. */
inline void in_turn_warm(std::vector<Side> &sides, int rounds)
{
    for (Side &side : sides) side.before = side.run;
    in_turn(sides, rounds);
}

struct Row {
    std::string what, unit;
    double ours = 0, peer = 0;
    std::string peer_name = "-", agree = "-";
    double ours_mb = 0, peer_mb = 0;
};

/* The input that all rows of this process speak of. */
struct Source {
    std::string name, seed;
};
inline Source source;

/* A line on standard output that bench_index.py reads; 0 means "not measured". */
inline void put(const Row &row)
{
    std::printf("%s\t%s\t%.9g\t%.9g\t%s\t%s\t%s\t%s\t%.9g\t%.9g\n", row.what.c_str(), row.unit.c_str(), row.ours, row.peer, row.peer_name.c_str(),
                row.agree.c_str(), source.name.c_str(), source.seed.c_str(), row.ours_mb, row.peer_mb);
    std::fflush(stdout);
}

inline void note(const std::string &text)
{
    std::fprintf(stderr, "%s: %s\n", source.name.c_str(), text.c_str());
}

/* In turn by wall time, for threads; of little worth on a machine that others use too, which is then said. */
inline void in_turn_threads(std::vector<Side> &sides, int rounds)
{
    double load = 0;
    in_turn(sides, rounds, wall);
    if (getloadavg(&load, 1) == 1 && load > 2) note("load average " + std::to_string(load) + ": wall times of two threads say little");
}

} // namespace bench

#endif
