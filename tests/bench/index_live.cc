/* index_live.cc - measures of the live index: what changes cost, and what they cost the readers. */
#include "index_bench.h"

#include <atomic>
#include <chrono>
#include <thread>

namespace bench {

using Changes = std::vector<cim_index_change>;

static cim_index_change change(uint32_t id, int32_t op, const cim_box &box) { return { id, op, box, 0, 0, 0, 0 }; }

static Live live_of(Bench &b, const cim_index *start, int32_t background)
{
    cim_live_options options = CIM_LIVE_OPTIONS_INIT;
    options.background = background;
    options.max_id = static_cast<uint32_t>(2 * b.boxes.size());
    cim_live_index *live;
    b.one.check(cim_live_index_new(b.one.ctx(), start, &options, &live));
    return Live(live);
}

static void apply(Asker &asker, cim_live_index *live, const Changes &changes, size_t batch)
{
    for (size_t i = 0; i < changes.size(); i += batch) {
        asker.check(cim_live_index_apply(asker.ctx(), live, changes.data() + i, std::min(batch, changes.size() - i), nullptr));
    }
}

/* ---- what a change costs ---- */

constexpr size_t CHANGES = 200000;

static Changes moves_of(const Boxes &boxes)
{
    Random random(SEED + 4);
    Changes changes;
    for (uint32_t id : shuffled_ids(boxes.size(), SEED + 5)) {
        if (changes.size() < CHANGES) changes.push_back(change(id, CIM_CHANGE_PUT, moved(boxes[id], random, 50)));
    }
    return changes;
}

static Changes inserts_of(const Boxes &boxes)
{
    Random random(SEED + 6);
    Changes changes;
    for (uint32_t i = 0; i < CHANGES; i++) {
        changes.push_back(change(static_cast<uint32_t>(boxes.size()) + i, CIM_CHANGE_PUT, moved(boxes[random.below(boxes.size())], random, 50)));
    }
    return changes;
}

static Changes deletes_of(const Boxes &boxes)
{
    Changes changes = moves_of(boxes);
    for (cim_index_change &c : changes) c.op = CIM_CHANGE_DELETE;
    return changes;
}

static void apply_to(Peer &peer, const Boxes &boxes, const Changes &changes)
{
    for (const cim_index_change &c : changes) {
        if (c.op == CIM_CHANGE_DELETE) peer.remove(c.id, boxes[c.id]);
        else if (c.id < boxes.size()) peer.move(c.id, boxes[c.id], c.box);
        else peer.put(c.id, c.box);
    }
}

/* The boxes after the changes, by id; those deleted keep their place, which nobody asks for. */
static Boxes after(const Boxes &boxes, const Changes &changes)
{
    Boxes now = boxes;
    now.resize(boxes.size() + CHANGES);
    for (const cim_index_change &c : changes) now[c.id] = c.box;
    return now;
}

static std::string agree_after(Bench &b, cim_live_index *live, const Boxes &now, Peer *peer)
{
    if (!peer) return "-";
    const Boxes &windows = b.windows(100);
    Index view(cim_live_index_view(live, nullptr));
    peer->ready(windows);
    return agree_on(b.one.windows(view.get(), windows, nullptr, true), b.one.windows(view.get(), windows, now.data(), true), peer->windows(windows, true), true);
}

static void change_rows(Bench &b, const char *what, const Changes &changes, Peer *peer)
{
    const size_t BATCHES[] = { 100, 10000 };
    Live live;
    std::vector<Side> sides;
    for (size_t batch : BATCHES) {
        sides.push_back({ "", [&, batch] { apply(b.one, live.get(), changes, batch); }, [&] { live = live_of(b, b.hilbert(), 0); } });
    }
    if (peer) sides.push_back({ "", [&] { apply_to(*peer, b.boxes, changes); }, [&] { peer->build(); }, true });
    in_turn(sides, 5);
    double each = 1e6 / static_cast<double>(changes.size());
    if (peer) run_side(sides[2], wall, false);
    for (size_t i = 0; i < 2; i++) {
        run_side(sides[i], wall, false);
        std::string agree = agree_after(b, live.get(), after(b.boxes, changes), peer);
        put({ std::string(what) + ", batches of " + counted(BATCHES[i]), "us", sides[i].median_s() * each, peer ? sides[2].median_s() * each : 0,
              peer ? peer->name() : "-", agree });
    }
}

/* With everything that the index does behind the scenes, until all of it is done. */
static void change_with_packing(Bench &b, const char *what, const Changes &changes)
{
    Live live;
    auto run = [&] {
        apply(b.one, live.get(), changes, 100);
        live.reset();
    };
    std::vector<Side> sides = { { "", run, [&] { live = live_of(b, b.hilbert(), 1); } } };
    in_turn(sides, 5, cpu_of_process);
    put({ std::string(what) + ", batches of 100, with packing", "us", sides[0].median_s() * 1e6 / static_cast<double>(changes.size()) });
}

void measure_changes(Bench &b)
{
    Peer *peer = b.best(Peer::CHANGES);
    const std::pair<const char *, Changes> KINDS[] = { { "move", moves_of(b.boxes) }, { "insert", inserts_of(b.boxes) }, { "delete", deletes_of(b.boxes) } };
    for (auto &[what, changes] : KINDS) {
        change_rows(b, what, changes, peer);
        change_with_packing(b, what, changes);
    }
    if (peer) peer->build(); /* as it was, for those who come after */
}

/* ---- what changes cost the readers ---- */

constexpr size_t HELD[] = { 1, 100, 10000 };
static const char *const HELD_NAMES[] = { "1e-6", "1e-4", "1e-2" };

/* 10,000 moves a second in batches of 100, on a thread of its own. */
class Writer {
public:
    Writer(cim_live_index *live, Boxes boxes) : asker_(1), live_(live), boxes_(std::move(boxes)), thread_([this] { run(); }) {}
    ~Writer() { stop(); }
    const Boxes &stop()
    {
        go_ = false;
        if (thread_.joinable()) thread_.join();
        return boxes_;
    }
    size_t batches() const { return batches_; }
    const std::string &problem() const { return problem_; }

private:
    void run()
    {
        auto next = std::chrono::steady_clock::now();
        try {
            for (; go_; batches_++) {
                move_some();
                std::this_thread::sleep_until(next += std::chrono::milliseconds(10));
            }
        } catch (const std::exception &failed) {
            problem_ = failed.what();
        }
    }

    void move_some()
    {
        Changes changes;
        for (int i = 0; i < 100; i++) {
            uint32_t id = random_.below(boxes_.size());
            boxes_[id] = moved(boxes_[id], random_, 50);
            changes.push_back(change(id, CIM_CHANGE_PUT, boxes_[id]));
        }
        apply(asker_, live_, changes, changes.size());
    }

    Asker asker_;
    cim_live_index *live_;
    Boxes boxes_;
    Random random_{ SEED + 7 };
    std::atomic<bool> go_{ true };
    std::atomic<size_t> batches_{ 0 };
    std::string problem_;
    std::thread thread_;
};

/* Windows through views, a new one every 100 windows. */
static void ask_views(Bench &b, cim_live_index *live, const Boxes &windows)
{
    Answers answers;
    Index view;
    for (size_t i = 0; i < windows.size(); i++) {
        if (i % 100 == 0) view.reset(cim_live_index_view(live, nullptr));
        b.one.ask(view.get(), windows[i], nullptr, false, answers);
    }
}

static std::vector<Side> sides_of(Bench &b, const cim_index *index)
{
    std::vector<Side> sides;
    for (size_t held : HELD) {
        const Boxes &windows = b.windows(held);
        sides.push_back({ "", [&b, index, &windows] { b.one.windows(index, windows, nullptr, false); } });
    }
    return sides;
}

static void note_info(cim_live_index *live, const char *when, size_t batches)
{
    cim_live_info info;
    char text[200];
    cim_live_index_info(live, &info);
    std::snprintf(text, sizeof text, "live index %s: %zu batches, %u runs, %u merges, dead %.4f, spread %.3f, %.1f MB", when, batches, info.runs, info.merges,
                  info.dead, info.spread, static_cast<double>(info.bytes) * 1e-6);
    note(text);
}

static double each_us(const Side &side, const Boxes &windows) { return side.median_s() * 1e6 / static_cast<double>(windows.size()); }

/* For `seconds`: the windows of all sizes in turn while the writer writes. */
static std::vector<Side> while_writing(Bench &b, cim_live_index *live, double seconds, Boxes &now)
{
    std::vector<Side> sides;
    for (size_t held : HELD) {
        const Boxes &windows = b.windows(held);
        sides.push_back({ "", [&b, live, &windows] { ask_views(b, live, windows); } });
    }
    Writer writer(live, b.boxes);
    for (double end = wall() + seconds; wall() < end;) {
        for (Side &side : sides) run_side(side, cpu_of_thread, true);
    }
    now = writer.stop();
    if (!writer.problem().empty()) throw std::runtime_error(writer.problem());
    note_info(live, "after the writer", writer.batches());
    return sides;
}

static std::string agree_with_static(Bench &b, const cim_index *view, const cim_index *fresh, const Boxes &now)
{
    const Boxes &windows = b.windows(100);
    Answers ours = b.one.windows(view, windows, nullptr, true), exact = b.one.windows(view, windows, now.data(), true);
    return agree_on(ours, exact, b.one.windows(fresh, windows, now.data(), true), true);
}

static void merged_rows(Bench &b, cim_live_index *live, const Boxes &now)
{
    b.one.check(cim_live_index_merge(b.one.ctx(), live));
    note_info(live, "after a merge", 0);
    Index view(cim_live_index_view(live, nullptr)), fresh = b.one.build(now);
    std::vector<Side> ours = sides_of(b, view.get()), theirs = sides_of(b, fresh.get());
    std::string agree = agree_with_static(b, view.get(), fresh.get(), now);
    for (size_t i = 0; i < 3; i++) {
        std::vector<Side> pair = { ours[i], theirs[i] };
        in_turn_warm(pair, 2 * ROUNDS);
        put({ std::string("window ") + HELD_NAMES[i] + " after a merge", "us", each_us(pair[0], b.windows(HELD[i])), each_us(pair[1], b.windows(HELD[i])),
              "static index of the same boxes", agree });
    }
}

void measure_live(Bench &b)
{
    Live live = live_of(b, b.hilbert(), 1);
    std::vector<Side> before = sides_of(b, b.hilbert());
    Boxes now;
    in_turn(before, 2 * ROUNDS);
    std::vector<Side> during = while_writing(b, live.get(), 6, now);
    Index view(cim_live_index_view(live.get(), nullptr)), fresh = b.one.build(now);
    std::string agree = agree_with_static(b, view.get(), fresh.get(), now);
    for (size_t i = 0; i < 3; i++) {
        put({ std::string("window ") + HELD_NAMES[i] + " while 10,000 move a second", "us", each_us(during[i], b.windows(HELD[i])), each_us(before[i], b.windows(HELD[i])),
              "static index", agree });
    }
    view.reset();
    merged_rows(b, live.get(), now);
}

} // namespace bench
