/* lanes_plain.c - in plain C, for any machine; compilers turn most of it into vector instructions of their own. */
#include "index/lanes.h"

#define LANES(name) plain_##name

static inline uint32_t bits_of(const uint8_t set[CIM__FANOUT])
{
    uint64_t low, high;
    memcpy(&low, set, 8);
    memcpy(&high, set + 8, 8);
    return (uint32_t)(low * 0x0102040810204080u >> 56) | (uint32_t)(high * 0x0102040810204080u >> 56) << 8;
}

static inline uint32_t lanes_meets(const cim__node *n, const cim__ibox *w)
{
    uint8_t set[CIM__FANOUT];
    for (int i = 0; i < CIM__FANOUT; i++) set[i] = (n->min_x[i] <= w->max_x) & (n->min_y[i] <= w->max_y) & (n->max_x[i] >= w->min_x) & (n->max_y[i] >= w->min_y);
    return bits_of(set);
}

static inline uint32_t lanes_inside(const cim__node *n, const cim__ibox *w)
{
    uint8_t set[CIM__FANOUT];
    for (int i = 0; i < CIM__FANOUT; i++)
        set[i] = (n->min_x[i] >= w->min_x) & (n->min_y[i] >= w->min_y) & (n->max_x[i] <= w->max_x) & (n->max_y[i] <= w->max_y);
    return bits_of(set);
}

static inline int32_t gap(int32_t min, int32_t max, int32_t from, int32_t to)
{
    int32_t before = (int32_t)((uint32_t)min - (uint32_t)to), behind = (int32_t)((uint32_t)from - (uint32_t)max); /* unused slots may wrap */
    int32_t g = before > behind ? before : behind;
    return g > 0 ? g : 0;
}

static inline void lanes_keys(const cim__near *near, const cim__node *n, const cim__node_z *z, const cim__node_classes *classes, uint32_t keys[CIM__FANOUT])
{
    float d2[CIM__FANOUT];
    for (int i = 0; i < CIM__FANOUT; i++) {
        float dx = (float)gap(n->min_x[i], n->max_x[i], near->box.min_x, near->box.max_x), dy = (float)gap(n->min_y[i], n->max_y[i], near->box.min_y, near->box.max_y);
        d2[i] = dx * dx + dy * dy;
    }
    for (int i = 0; z && i < CIM__FANOUT; i++) {
        float dz = (float)gap(z->min_z[i], z->max_z[i], near->min_z, near->max_z);
        d2[i] = d2[i] + dz * dz;
    }
    for (uint32_t i = 0; i < CIM__FANOUT; i++) {
        float low = d2[i] * CIM__KEY_SLACK;
        uint32_t bits;
        memcpy(&bits, &low, sizeof bits);
        keys[i] = n->min_x[i] <= n->max_x[i] ? (bits & ~15u) | i : UINT32_MAX;
    }
    for (uint32_t i = 0; classes && i < CIM__FANOUT; i++) keys[i] = classes->bits[i] & near->classes ? keys[i] : UINT32_MAX;
}

static inline uint32_t lanes_least(const uint32_t keys[CIM__FANOUT])
{
    uint32_t least = UINT32_MAX;
    for (int i = 0; i < CIM__FANOUT; i++) least = keys[i] < least ? keys[i] : least;
    return least;
}

static inline uint32_t lanes_within(const uint32_t keys[CIM__FANOUT], uint32_t cut)
{
    uint8_t set[CIM__FANOUT];
    for (int i = 0; i < CIM__FANOUT; i++) set[i] = (keys[i] & ~15u) <= cut;
    return bits_of(set);
}

static inline cim__ibox lanes_around(const cim__node *n)
{
    cim__ibox b = cim__ibox_nothing;
    for (int i = 0; i < CIM__FANOUT; i++) {
        b.min_x = n->min_x[i] < b.min_x ? n->min_x[i] : b.min_x;
        b.min_y = n->min_y[i] < b.min_y ? n->min_y[i] : b.min_y;
        b.max_x = n->max_x[i] > b.max_x ? n->max_x[i] : b.max_x;
        b.max_y = n->max_y[i] > b.max_y ? n->max_y[i] : b.max_y;
    }
    return b;
}

static inline bool lanes_covered(const cim__node *n, uint32_t others, const cim__ibox *w)
{
    uint8_t left[CIM__FANOUT], low[CIM__FANOUT], right[CIM__FANOUT], high[CIM__FANOUT];
    for (int i = 0; i < CIM__FANOUT; i++) {
        left[i] = n->min_x[i] <= w->min_x;
        low[i] = n->min_y[i] <= w->min_y;
        right[i] = n->max_x[i] >= w->max_x;
        high[i] = n->max_y[i] >= w->max_y;
    }
    return bits_of(left) & others && bits_of(low) & others && bits_of(right) & others && bits_of(high) & others;
}

#define lanes_emit cim__emit_bits

#include "index/walk.h"

const cim__lanes cim__lanes_plain = { "plain C", plain_meets, plain_around, plain_covered, plain_walk, plain_walk16, plain_nearest, plain_places };
