# `make bench`: every program tests/bench/bench_* appends its rows to bench.tsv.
EXTRA_PROGRAMS += %D%/open_window
%C%_open_window_LDADD = libcim.la $(SQLITE_LIBS)
%C%_open_window_LDFLAGS = -no-install
CLEANFILES += $(EXTRA_PROGRAMS)
EXTRA_DIST += %D%/bench.py %D%/bench_import.py %D%/bench_open.py
bench: all tests/bench/open_window$(EXEEXT)
	rm -f bench.tsv
	status=0; for b in $(srcdir)/tests/bench/bench_*.py; do \
	  CIM_SOURCE='$(abs_top_srcdir)' CIM_BUILD='$(abs_top_builddir)' CIM_MODULE_PATH='$(abs_top_builddir)/.libs' $(PYTHON3) $$b || status=1; \
	done; exit $$status
.PHONY: bench
