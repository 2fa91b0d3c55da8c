/* spatialite.c - adapter module to SpatiaLite.  It is needed to make a city file, never to read one. */
#include "store/schema.h"

#include <pthread.h>
#include <sqlite3.h>
#include <spatialite.h>

/* SpatiaLite's own clean-up is not safe when two connections end at once. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static void *attach(void *sqlite3_handle)
{
    pthread_mutex_lock(&lock);
    void *connection = spatialite_alloc_connection();
    if (connection) spatialite_init_ex(sqlite3_handle, connection, 0);
    pthread_mutex_unlock(&lock);
    return connection;
}

static void detach(void *connection)
{
    pthread_mutex_lock(&lock);
    spatialite_cleanup_ex(connection);
    pthread_mutex_unlock(&lock);
}

extern CIM_API const cim__spatialite_table cim_module_spatialite;
const cim__spatialite_table cim_module_spatialite = { attach, detach };
