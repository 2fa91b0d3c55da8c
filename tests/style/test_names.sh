#!/bin/sh
# Rules that a text search can hold: no printing, exiting, locale or process-global calls in the library, no locale-bound number reading.
cd "$CIM_SOURCE/lib" || exit 99
echo "1..3"
library=$(find . -name '*.c' -not -path './tool/*')
bad=$(grep -nE '(^|[^_a-z0-9])(printf|puts|putchar|fprintf|exit|abort|setlocale|uselocale|xmlCleanupParser|xmlMemSetup|GDALDestroyDriverManager|proj_cleanup|spatialite_shutdown|sqlite3_shutdown|sqlite3_config|CPLSetErrorHandler|signal|atexit)\(' $library)
if [ -z "$bad" ]; then echo "ok 1 - the library neither prints, exits nor touches global state"; else echo "$bad" | sed 's/^/# /'; echo "not ok 1 - the library neither prints, exits nor touches global state"; fi
bad=$(grep -nE '(^|[^_a-z0-9])(strtod|strtof|atof|atoi|sscanf|fscanf|scanf|strtok|gmtime|localtime|asctime|ctime|rand|srand)\(' $library)
if [ -z "$bad" ]; then echo "ok 2 - numbers are read without the locale"; else echo "$bad" | sed 's/^/# /'; echo "not ok 2 - numbers are read without the locale"; fi
bad=$(grep -nE '(^|[^_a-z0-9])(malloc|calloc|realloc|strdup|strndup)\(' $library | grep -v '^\./core/mem\.c:' | grep -v '^\./modules/')
if [ -z "$bad" ]; then echo "ok 3 - memory comes from the context"; else echo "$bad" | sed 's/^/# /'; echo "not ok 3 - memory comes from the context"; fi
