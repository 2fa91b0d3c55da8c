/* index_ours.h - libcim's index for C++: owners, errors as exceptions, and loops over many questions. */
#ifndef INDEX_OURS_H
#define INDEX_OURS_H

#include "index_data.h"

#include "cim/index.h"

#include <memory>
#include <stdexcept>
#include <vector>

/* From lib/index/lanes.h: 0 is the plain C path, -1 the best that the machine has. */
extern "C" void cim__index_use_lanes(int path);

namespace bench {

struct FreeIndex {
    void operator()(cim_index *index) const { cim_index_free(index); }
    void operator()(cim_live_index *live) const { cim_live_index_free(live); }
    void operator()(cim_ctx *ctx) const { cim_ctx_free(ctx); }
};
using Index = std::unique_ptr<cim_index, FreeIndex>;
using Live = std::unique_ptr<cim_live_index, FreeIndex>;

/* Bytes from the library. */
struct Buffer {
    cim_buf buf = CIM_BUF_INIT;
    Buffer() = default;
    Buffer(const Buffer &) = delete;
    ~Buffer() { cim_buf_dispose(&buf); }
    const uint32_t *ids() const { return reinterpret_cast<const uint32_t *>(buf.data); }
    size_t count() const { return buf.size / sizeof(uint32_t); }
};

/* What a pass over many questions found; sums are made only when asked for. */
struct Answers {
    uint64_t hits = 0, sum = 0;
    bool operator==(const Answers &other) const { return hits == other.hits && sum == other.sum; }
};

inline void count_in(Answers &answers, const uint32_t *ids, size_t n, bool check)
{
    answers.hits += n;
    for (size_t i = 0; check && i < n; i++) answers.sum += ids[i];
}

/* A context and room for answers. */
class Asker {
public:
    explicit Asker(uint32_t threads)
    {
        cim_ctx_options options = CIM_CTX_OPTIONS_INIT;
        options.threads = threads;
        cim_ctx *made;
        if (cim_ctx_new(&options, &made)) throw std::runtime_error("no context");
        ctx_.reset(made);
    }
    cim_ctx *ctx() { return ctx_.get(); }

    void check(cim_status status)
    {
        if (status) throw std::runtime_error(std::string(cim_status_name(status)) + ": " + cim_ctx_error(ctx()));
    }

    Index build(const Boxes &boxes, int32_t order = CIM_INDEX_HILBERT, const uint32_t *classes = nullptr)
    {
        cim_index_options options = CIM_INDEX_OPTIONS_INIT;
        options.order = order;
        options.classes = classes;
        cim_index *index;
        check(cim_index_build(ctx(), boxes.data(), boxes.size(), &options, &index));
        return Index(index);
    }

    size_t count(const Index &index, const cim_box &window)
    {
        cim_probe probe = cim_probe_box(&window);
        size_t found = 0;
        check(cim_index_query(ctx(), index.get(), &probe, nullptr, 0, &found));
        return found;
    }

    /* Every window in turn; `exact` may be NULL. */
    Answers windows(const cim_index *index, const Boxes &windows, const cim_box *exact, bool sums)
    {
        Answers answers;
        for (const cim_box &window : windows) ask(index, window, exact, sums, answers);
        return answers;
    }

    void ask(const cim_index *index, const cim_box &window, const cim_box *exact, bool sums, Answers &answers)
    {
        cim_probe probe = cim_probe_box(&window);
        probe.exact = exact;
        size_t found = 0;
        check(cim_index_query(ctx(), index, &probe, room_.data(), room_.size(), &found));
        count_in(answers, room_.data(), found, sums);
    }

    /* k ids a point, to ids_out. */
    void nearest(const cim_index *index, const Points &points, size_t k, const cim_box *exact, uint32_t classes, uint32_t *ids_out)
    {
        for (const Point &p : points) {
            cim_probe probe = cim_probe_near(p.x, p.y, HUGE_VAL);
            probe.exact = exact;
            probe.classes = classes;
            size_t found = 0;
            check(cim_index_nearest(ctx(), index, &probe, k, ids_out, nullptr, &found));
            ids_out += k;
        }
    }

    void need_room(size_t ids) { room_.resize(ids); }

private:
    std::unique_ptr<cim_ctx, FreeIndex> ctx_;
    std::vector<uint32_t> room_;
};

} // namespace bench

#endif
