/* series.c - late observations: sorted by time, the last of a time wins, merged into what is there. */
#include "sense/sense.h"

/* Bottom-up merges: stable, so of one time the order of arrival stays. */
void cim__late_sort(cim__late *late, size_t count, cim__late *scratch)
{
    cim__late *from = late, *to = scratch;
    for (size_t width = 1; width < count; width *= 2) {
        for (size_t start = 0; start < count; start += 2 * width) {
            size_t middle = start + width < count ? start + width : count, end = start + 2 * width < count ? start + 2 * width : count;
            size_t a = start, b = middle;
            for (size_t k = start; k < end; k++) to[k] = b >= end || (a < middle && from[a].time <= from[b].time) ? from[a++] : from[b++];
        }
        cim__late *swap = from;
        from = to;
        to = swap;
    }
    if (from != late && count) memcpy(late, from, count * sizeof *late);
}

static void push(cim__series *out, int64_t time, double value, uint8_t quality)
{
    out->times[out->count] = time;
    out->values[out->count] = value;
    out->qualities[out->count++] = quality;
}

/* One late one; over the last of out when that has the same time. */
static void put_late(cim__series *out, const cim__late *l, cim__merged *merged)
{
    uint32_t last = out->count - 1;
    if (!out->count || out->times[last] != l->time) {
        push(out, l->time, l->value, l->quality);
        return;
    }
    bool same = !memcmp(&out->values[last], &l->value, sizeof l->value) && out->qualities[last] == l->quality;
    *(same ? &merged->repeated : &merged->replaced) += 1;
    out->values[last] = l->value;
    out->qualities[last] = l->quality;
}

uint32_t cim__late_merge(const cim__series *base, const cim__late *late, size_t late_count, cim__series *out, cim__merged *merged)
{
    size_t k = 0;
    out->count = 0;
    for (uint32_t i = 0; i < base->count; i++) {
        for (; k < late_count && late[k].time < base->times[i]; k++) put_late(out, &late[k], merged);
        push(out, base->times[i], base->values[i], base->qualities[i]);
    }
    for (; k < late_count; k++) put_late(out, &late[k], merged);
    return out->count;
}
