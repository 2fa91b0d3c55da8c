# `make bench`: every program tests/bench/bench_*.py appends its rows to bench.tsv; `make bench BENCH=index` runs one of them.
EXTRA_DIST += \
	%D%/bench.py \
	%D%/bench_alert.py \
	%D%/bench_dispatch.py \
	%D%/bench_flows.py \
	%D%/bench_impact.py \
	%D%/bench_import.py \
	%D%/bench_index.py \
	%D%/bench_journey.py \
	%D%/bench_live.py \
	%D%/bench_net.py \
	%D%/bench_open.py \
	%D%/bench_place.py \
	%D%/bench_python.py \
	%D%/bench_reach.py \
	%D%/bench_route.py \
	%D%/bench_sense.py \
	%D%/bench_shapes.py \
	%D%/bench_sight.py \
	%D%/bench_trace.py \
	%D%/bench_utility.py \
	%D%/gen_city.py \
	%D%/inp.py \
	%D%/pgrouting.py
# Programs on the library alone.
bench_plain = \
	%D%/bench_alert \
	%D%/bench_dispatch \
	%D%/bench_flows \
	%D%/bench_impact \
	%D%/bench_journey \
	%D%/bench_live \
	%D%/bench_net \
	%D%/bench_place \
	%D%/bench_reach \
	%D%/bench_route \
	%D%/bench_sensor \
	%D%/bench_sense \
	%D%/bench_sight \
	%D%/bench_trace \
	%D%/bench_utility
EXTRA_PROGRAMS += $(bench_plain) %D%/bench_index %D%/bench_shapes %D%/open_window
bench_needs = $(bench_plain:=$(EXEEXT)) %D%/open_window$(EXEEXT)
%C%_bench_alert_LDADD = libcim.la -lm
%C%_bench_dispatch_LDADD = libcim.la
%C%_bench_flows_LDADD = libcim.la -lm
%C%_bench_impact_LDADD = libcim.la
%C%_bench_journey_LDADD = libcim.la
%C%_bench_live_LDADD = libcim.la -lpthread
%C%_bench_net_LDADD = libcim.la
%C%_bench_place_LDADD = libcim.la -lm
%C%_bench_reach_LDADD = libcim.la -lm
%C%_bench_route_LDADD = libcim.la
%C%_bench_sensor_SOURCES = %D%/bench_sensor.c %D%/sight_bench.h
%C%_bench_sensor_LDADD = libcim.la -lm
%C%_bench_sense_LDADD = libcim.la $(SQLITE_LIBS) -lm
%C%_bench_sight_SOURCES = %D%/bench_sight.c %D%/sight_bench.h
%C%_bench_sight_LDADD = libcim.la -lm
%C%_bench_trace_LDADD = libcim.la -lm
%C%_bench_utility_LDADD = libcim.la

# Made by the script that runs it, for it alone.
%C%_bench_shapes_CPPFLAGS = -I$(top_srcdir)/include -D_GNU_SOURCE $(GEOS_CFLAGS)
%C%_bench_shapes_LDADD = libcim.la $(GEOS_LIBS)

# The index beside other libraries in one process: C++, because some of them are.
%C%_bench_index_SOURCES = \
	%D%/bench_index.cc \
	%D%/index_bench.h \
	%D%/index_data.cc \
	%D%/index_data.h \
	%D%/index_harness.h \
	%D%/index_live.cc \
	%D%/index_ours.h \
	%D%/index_peers.cc \
	%D%/index_peers.h \
	%D%/index_peers_cxx.cc \
	%D%/index_static.cc
%C%_bench_index_CPPFLAGS = $(AM_CPPFLAGS) $(BENCH_PEERS)
%C%_bench_index_CXXFLAGS = -std=c++17 -Wall -Wextra
%C%_bench_index_LDADD = libcimcore.la $(BENCH_LIBS) $(GEOS_LIBS) $(SQLITE_LIBS)
if HAVE_CXX
bench_needs += %D%/bench_index$(EXEEXT)
endif

# A city opened and asked one window, made by the script that runs it too.
%C%_open_window_LDADD = libcim.la $(SQLITE_LIBS)
%C%_open_window_LDFLAGS = -no-install

# Peers, where they are installed.
if HAVE_IGRAPH
bench_igraph = %D%/bench_flows_igraph %D%/bench_route_igraph %D%/bench_trace_igraph
EXTRA_PROGRAMS += $(bench_igraph)
bench_needs += $(bench_igraph:=$(EXEEXT))
%C%_bench_flows_igraph_CPPFLAGS = $(IGRAPH_CFLAGS)
%C%_bench_flows_igraph_LDADD = $(IGRAPH_LIBS) -lm
%C%_bench_route_igraph_CPPFLAGS = $(IGRAPH_CFLAGS)
%C%_bench_route_igraph_LDADD = $(IGRAPH_LIBS) -lm
%C%_bench_trace_igraph_CPPFLAGS = $(IGRAPH_CFLAGS)
%C%_bench_trace_igraph_LDADD = $(IGRAPH_LIBS) -lm
endif
if HAVE_EMBREE
EXTRA_PROGRAMS += %D%/bench_sight_embree
%C%_bench_sight_embree_SOURCES = %D%/bench_sight_embree.c %D%/sight_bench.h
%C%_bench_sight_embree_LDADD = -lembree3 -lm
bench_needs += %D%/bench_sight_embree$(EXEEXT)
endif
if HAVE_METIS
EXTRA_PROGRAMS += %D%/bench_route_metis
%C%_bench_route_metis_LDADD = libcim.la -lmetis
bench_needs += %D%/bench_route_metis$(EXEEXT)
endif

CLEANFILES += $(EXTRA_PROGRAMS) bench-footprints.bin bench-footprints.txt
BENCH = *
bench: all $(bench_needs)
	rm -f bench.tsv
	status=0; for b in $(srcdir)/tests/bench/bench_$(BENCH).py; do \
	  CIM_SOURCE='$(abs_top_srcdir)' CIM_BUILD='$(abs_top_builddir)' CIM_MODULE_PATH='$(abs_top_builddir)/.libs' $(PYTHON3) $$b || status=1; \
	done; exit $$status
.PHONY: bench
