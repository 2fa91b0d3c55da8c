/* date.h - the proleptic Gregorian calendar. */
#ifndef CIM_CORE_DATE_H
#define CIM_CORE_DATE_H

#include <stdint.h>

/* Days since 1970-01-01, which was a Thursday (E. G. Richards, "Mapping Time", 1998: years counted from March); month 1 to 12. */
static inline int64_t cim__date_days(int year, int month, int day)
{
    int64_t y = year - (month <= 2);
    int64_t era = (y >= 0 ? y : y - 399) / 400, of_era = y - era * 400;
    int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

static inline int cim__month_length(int year, int month)
{
    static const int lengths[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
    return month == 2 && ((year % 4 == 0 && year % 100 != 0) || year % 400 == 0) ? 29 : lengths[month - 1];
}

#endif
