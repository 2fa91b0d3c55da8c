/* own.c - which SQLite libcim stands on.  A program that brings a copy of its own has two in one process, and POSIX locks belong to the process:
 * closing a file by one drops the locks of the other (sqlite.org, "How To Corrupt An SQLite Database File", 2.2).  This file sees sqlite3.h, the others
 * sqlite3ext.h: there the names mean the program's. */
#include <sqlite3.h>
#include <stdbool.h>

bool sql_own_sqlite(void *libversion);
bool sql_own_sqlite(void *libversion)
{
    const char *(*ours)(void) = sqlite3_libversion;
    return __builtin_memcmp(&ours, &libversion, sizeof ours) == 0;
}
