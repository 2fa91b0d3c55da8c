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
	case '$(CFLAGS)' in *-fsanitize*) CIM_SANITIZED=yes ;; *) CIM_SANITIZED= ;; esac; export CIM_SANITIZED; \
	CIM_MODULE_PATH='$(abs_top_builddir)/.libs'; export CIM_MODULE_PATH; \
	LOCPATH='$(abs_top_builddir)/tests/locale'; export LOCPATH;

# A locale with a comma in its numbers, made here because few systems have one installed.
check_DATA += tests/locale/made
tests/locale/made:
	$(MKDIR_P) tests/locale
	-localedef -i de_DE -f UTF-8 tests/locale/de_DE.UTF-8
	touch $@
clean-local:
	rm -rf tests/locale man/man3 completions

LOG_DRIVER = env AM_TAP_AWK='$(AWK)' $(SHELL) $(top_srcdir)/build-aux/tap-driver.sh
LOG_COMPILER = $(SHELL) $(top_srcdir)/tests/support/tap.sh
EXTRA_DIST += tests/support/tap.sh
TEST_EXTENSIONS = .sh
SH_LOG_DRIVER = $(LOG_DRIVER)
SH_LOG_COMPILER = $(SHELL) $(top_srcdir)/tests/support/tap.sh $(SHELL)

if HAVE_CMOCKA
include tests/unit/abi/local.mk
include tests/unit/core/local.mk
include tests/unit/geom/local.mk
include tests/unit/crs/local.mk
include tests/unit/index/local.mk
include tests/unit/route/local.mk
include tests/unit/sense/local.mk
include tests/unit/trace/local.mk
include tests/unit/utility/local.mk
include tests/unit/net/local.mk
include tests/unit/place/local.mk
include tests/unit/travel/local.mk
include tests/unit/serve/local.mk
include tests/unit/dispatch/local.mk
include tests/unit/impact/local.mk
include tests/unit/scene/local.mk
include tests/unit/journey/local.mk
include tests/unit/traffic/local.mk
include tests/unit/flows/local.mk
include tests/unit/city/local.mk
include tests/unit/cover/local.mk
include tests/unit/sensor/local.mk
include tests/unit/alert/local.mk
include tests/unit/field/local.mk
include tests/unit/store/local.mk
include tests/unit/import/local.mk
include tests/unit/gis/local.mk
include tests/unit/osm/local.mk
include tests/unit/citygml/local.mk
include tests/unit/cityjson/local.mk
include tests/unit/power/local.mk
include tests/unit/query/local.mk
include tests/unit/epanet/local.mk
include tests/unit/export/local.mk
include tests/unit/view/local.mk
include tests/fault/local.mk
endif
include tests/bench/local.mk

dist_check_SCRIPTS = \
	tests/abi/test_abi.sh \
	tests/abi/test_symbols.sh \
	tests/cli/test_completion.sh \
	tests/cli/test_cli.sh \
	tests/cli/test_query.sh \
	tests/cli/test_watch.sh \
	tests/docs/test_headers_documented.sh \
	tests/docs/test_man3.sh \
	tests/docs/test_manual.sh \
	tests/fault/test_hostile.sh \
	tests/fault/test_io_errors.sh \
	tests/fault/test_kill.sh \
	tests/headers/test_headers.sh \
	tests/installed/test_installed.sh \
	tests/interop/test_data.sh \
	tests/interop/test_gdal.sh \
	tests/interop/test_gis.sh \
	tests/interop/test_isovist.sh \
	tests/interop/test_kriging.sh \
	tests/interop/test_osrm.sh \
	tests/interop/test_power.sh \
	tests/interop/test_results.sh \
	tests/interop/test_epanet.sh \
	tests/interop/test_town_water.sh \
	tests/interop/test_town_week.sh \
	tests/interop/test_trace.sh \
	tests/interop/test_viewshed.sh \
	tests/sql/test_sql.sh \
	tests/python/test_bindings.sh \
	tests/python/test_examples.sh \
	tests/python/test_memory.sh \
	tests/python/test_pip.sh \
	tests/python/test_plain.sh \
	tests/python/test_types.sh \
	tests/style/test_layers.sh \
	tests/style/test_names.sh \
	tests/style/test_sizes.sh \
	tests/view/test_maps.sh \
	tests/view/test_view.sh
TESTS += $(dist_check_SCRIPTS)
EXTRA_DIST += \
	tests/abi/constants.py \
	tests/abi/constants.txt \
	tests/abi/dump.sh \
	tests/abi/libcim.abi \
	tests/abi/versions.py \
	tests/cli/bad_input.cli \
	tests/cli/cover.cli \
	tests/cli/dispatch.cli \
	tests/cli/epanet.cli \
	tests/cli/flows.cli \
	tests/cli/gis.cli \
	tests/cli/impact.cli \
	tests/cli/journey.cli \
	tests/cli/interpolate.cli \
	tests/cli/observe.cli \
	tests/cli/reach.cli \
	tests/cli/see.cli \
	tests/cli/serve.cli \
	tests/cli/town.cli \
	tests/cli/trace.cli \
	tests/cli/traffic.cli \
	tests/cli/usage.cli \
	tests/cli/view.cli \
	tests/interop/inp_compare.py \
	tests/interop/cgal_isovist.cc \
	tests/interop/osrm/explained.tsv \
	tests/interop/osrm/gherkin.py \
	tests/interop/osrm/judge.py \
	tests/interop/osrm/libcim.py \
	tests/interop/osrm/testbot.profile \
	tests/installed/installed.sh \
	tests/sql/test_sql.py \
	tests/python/python.sh \
	tests/run.sh \
	tests/view/chromium.py \
	tests/view/references.json \
	tests/view/test_view.py

# What the interface is from now on; the difference is what a review looks at.
update-abi: libcim.la
	$(MKDIR_P) tests/abi
	sh $(srcdir)/tests/abi/dump.sh .libs/libcim.so $(srcdir)/include >tests/abi/new.abi
	mv tests/abi/new.abi $(srcdir)/tests/abi/libcim.abi
	python3 $(srcdir)/tests/abi/constants.py $(srcdir)/include >tests/abi/constants.c
	$(CC) -I$(srcdir)/include tests/abi/constants.c -o tests/abi/constants
	tests/abi/constants >tests/abi/new.txt
	mv tests/abi/new.txt $(srcdir)/tests/abi/constants.txt
	rm -f tests/abi/constants.c tests/abi/constants
	python3 $(srcdir)/tests/abi/versions.py $(srcdir)/include $(srcdir)/man/symbols-in-versions >tests/abi/new.versions
	mv tests/abi/new.versions $(srcdir)/man/symbols-in-versions
.PHONY: update-abi

# make installcheck: as a user would, against what is installed.
installcheck-local:
	CIM_SOURCE='$(abs_top_srcdir)' CIM_BUILD='$(abs_top_builddir)' CIM_ROOT='$(DESTDIR)' CC='$(CC)' sh $(srcdir)/tests/installed/installed.sh
