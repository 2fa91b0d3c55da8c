/* pictures.h - a small city with everything that pictures show, hostile texts among it. */
#ifndef CIM_TESTS_PICTURES_H
#define CIM_TESTS_PICTURES_H

#include "city.h"
#include "support.h"

/* The city file; made by the first call. */
const char *pictures_city(void);
/* The same city with streams: hostile texts, gaps, a long one, values of all sizes, one of nothing in the city. */
const char *pictures_observed(void);
/* A file of some text in the folder of the test. */
const char *pictures_file(const char *name, const char *text);
bool pictures_has(const char *path, const char *text);

#endif
