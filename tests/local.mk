# Tests.  Every folder lists its own programs; they link the library with its internals visible.
check_LTLIBRARIES += tests/libsupport.la
tests_libsupport_la_SOURCES = tests/support/support.c tests/support/support.h tests/support/city.c tests/support/city.h
tests_libsupport_la_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests/support
tests_libsupport_la_LIBADD = libcimcore.la $(CMOCKA_LIBS)
TEST_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS) -I$(top_srcdir)/tests/support
TEST_LDADD = tests/libsupport.la

AM_TESTS_ENVIRONMENT = \
	CMOCKA_MESSAGE_OUTPUT=TAP; export CMOCKA_MESSAGE_OUTPUT; \
	CIM_SOURCE='$(abs_top_srcdir)'; export CIM_SOURCE; \
	CIM_BUILD='$(abs_top_builddir)'; export CIM_BUILD; \
	CIM_MODULE_PATH='$(abs_top_builddir)/.libs'; export CIM_MODULE_PATH;
LOG_DRIVER = env AM_TAP_AWK='$(AWK)' $(SHELL) $(top_srcdir)/build-aux/tap-driver.sh
LOG_COMPILER = $(SHELL) $(top_srcdir)/tests/support/tap.sh
EXTRA_DIST += tests/support/tap.sh
TEST_EXTENSIONS = .sh
SH_LOG_DRIVER = $(LOG_DRIVER)
SH_LOG_COMPILER = $(SHELL)

if HAVE_CMOCKA
include tests/unit/core/local.mk
include tests/unit/geom/local.mk
include tests/unit/crs/local.mk
include tests/unit/index/local.mk
include tests/unit/city/local.mk
include tests/unit/store/local.mk
include tests/unit/import/local.mk
include tests/unit/osm/local.mk
include tests/unit/citygml/local.mk
include tests/unit/cityjson/local.mk
include tests/unit/query/local.mk
include tests/unit/export/local.mk
endif
