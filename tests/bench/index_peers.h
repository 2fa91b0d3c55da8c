/* index_peers.h - the other libraries behind one interface.  What a peer is charged for is the least that its users pay:
 * geometries, values and statements are made beforehand, and answers are ids written to memory that is there already. */
#ifndef INDEX_PEERS_H
#define INDEX_PEERS_H

#include "index_data.h"
#include "index_ours.h"

#include <memory>
#include <string>
#include <vector>

namespace bench {

class Peer {
public:
    enum : unsigned { WINDOWS = 1, NEAREST = 2, POINTS_ONLY = 4, CHANGES = 8, FILE = 16, JOIN = 32 };
    using Pairs = std::vector<std::pair<uint32_t, uint32_t>>;

    virtual ~Peer() = default;
    virtual std::string name() const = 0;
    virtual unsigned abilities() const = 0;
    virtual bool slow() const { return false; }       /* one build and two rounds say enough */
    virtual bool exact() const { return true; }       /* false: reports more than there is */
    virtual void prepare(const Boxes &boxes) = 0;     /* not timed */
    virtual void build() = 0;                         /* replaces what was built before */
    virtual void drop() = 0;                          /* frees the index, not what was prepared */
    virtual void ready(const Boxes &) {}              /* windows to come; not timed */

    virtual Answers windows(const Boxes &, bool) { return {}; }
    virtual void nearest(const Points &, size_t, uint32_t *) {}
    virtual void nearest_of(const Points &, const std::vector<uint32_t> &, uint32_t *) {} /* only boxes of class bit 1 */
    virtual void join(const Boxes &, double, Pairs &) {}                                  /* pairs of ids, the lesser first */
    virtual void put(uint32_t, const cim_box &) {}
    virtual void move(uint32_t, const cim_box &, const cim_box &) {}
    virtual void remove(uint32_t, const cim_box &) {}
    virtual void save(const std::string &) {}
    virtual Answers open_and_ask(const std::string &, const cim_box &) { return {}; }

    bool can(unsigned abilities) const { return (this->abilities() & abilities) == abilities; }
};

/* All that this build knows, the quickest first; says which are not installed. */
std::vector<std::unique_ptr<Peer>> all_peers();

std::unique_ptr<Peer> boost_boxes();  /* NULL when not installed, as the others */
std::unique_ptr<Peer> boost_points();
std::unique_ptr<Peer> nanoflann_points();
std::unique_ptr<Peer> spatialindex_boxes();
std::unique_ptr<Peer> geos_boxes();
std::unique_ptr<Peer> sqlite_boxes();

} // namespace bench

#endif
