/* heap.h - a heap of times with four children; an entry stays when its node improves, and is skipped when it comes up. */
#ifndef CIM_CORE_HEAP_H
#define CIM_CORE_HEAP_H

#include "core/mem.h"

typedef struct cim__timed {
    uint32_t time, node;
} cim__timed;

static inline bool cim__heap_push(cim__buf *heap, uint32_t time, uint32_t node) /* false when out of memory */
{
    size_t i = CIM__COUNT(heap, cim__timed);
    if (!CIM__PUSH(heap, cim__timed)) return false;
    cim__timed *e = (cim__timed *)(void *)heap->data;
    for (; i && e[(i - 1) / 4].time > time; i = (i - 1) / 4) e[i] = e[(i - 1) / 4];
    e[i] = (cim__timed){ time, node };
    return true;
}

static inline cim__timed cim__heap_pop(cim__buf *heap) /* not empty */
{
    cim__timed *e = (cim__timed *)(void *)heap->data, top = e[0];
    heap->size -= sizeof *e;
    size_t count = CIM__COUNT(heap, cim__timed), i = 0;
    cim__timed last = e[count];
    for (;;) {
        size_t least = 4 * i + 1, end = 4 * i + 5 < count ? 4 * i + 5 : count;
        if (least >= count) break;
        for (size_t c = least + 1; c < end; c++)
            if (e[c].time < e[least].time) least = c;
        if (e[least].time >= last.time) break;
        e[i] = e[least];
        i = least;
    }
    e[i] = last;
    return top;
}

#endif
