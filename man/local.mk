dist_man_MANS += \
	%D%/cim-city.5 \
	%D%/cim-cover.7 \
	%D%/cim-map.5 \
	%D%/cim-index.7 \
	%D%/cim-net.7 \
	%D%/cim-query.7 \
	%D%/cim-rules.5 \
	%D%/cim-route.7 \
	%D%/cim-sense.7 \
	%D%/cim-trace.7 \
	%D%/cim-utility.7 \
	%D%/cimtool-betweenness.1 \
	%D%/cimtool-check.1 \
	%D%/cimtool-cover.1 \
	%D%/cimtool-dispatch.1 \
	%D%/cimtool-impact.1 \
	%D%/cimtool-evacuate.1 \
	%D%/cimtool-export.1 \
	%D%/cimtool-get.1 \
	%D%/cimtool-import.1 \
	%D%/cimtool-info.1 \
	%D%/cimtool-interpolate.1 \
	%D%/cimtool-isochrone.1 \
	%D%/cimtool-match.1 \
	%D%/cimtool-matrix.1 \
	%D%/cimtool-nearest.1 \
	%D%/cimtool-place.1 \
	%D%/cimtool-observe.1 \
	%D%/cimtool-plot.1 \
	%D%/cimtool-prepare.1 \
	%D%/cimtool-query.1 \
	%D%/cimtool-route.1 \
	%D%/cimtool-see.1 \
	%D%/cimtool-sun.1 \
	%D%/cimtool-serve.1 \
	%D%/cimtool-trace.1 \
	%D%/cimtool-traffic.1 \
	%D%/cimtool-watch.1 \
	%D%/cimtool-view.1 \
	%D%/cimtool.1
dist_man_MANS += \
	%D%/cim.7 \
	%D%/cim-sql.7 \
	%D%/cim-symbols.7 \
	%D%/cimtool-json.5

# Pages of section 3 are made from the public headers.  A tarball has them, for who builds without Python.
EXTRA_DIST += %D%/headers3.py %D%/symbols-in-versions
man3dir = $(mandir)/man3
all-local: %D%/man3/made
%D%/man3/made: $(include_HEADERS) $(ciminclude_HEADERS) %D%/headers3.py
	$(AM_V_GEN)$(MKDIR_P) %D%/man3 && \
	if test -n "$(PYTHON3)"; then $(PYTHON3) $(top_srcdir)/%D%/headers3.py $(top_srcdir)/include %D%/man3; \
	elif test -d $(top_srcdir)/%D%/man3; then cp -f $(top_srcdir)/%D%/man3/*.3 %D%/man3/; \
	else echo "no Python: no manual pages of section 3"; fi && touch $@
dist-hook: %D%/man3/made
	$(MKDIR_P) $(distdir)/%D%/man3
	cp -f %D%/man3/*.3 $(distdir)/%D%/man3/
install-data-local: %D%/man3/made
	$(MKDIR_P) '$(DESTDIR)$(man3dir)'
	cd %D%/man3 && for page in *.3; do test ! -e "$$page" || $(INSTALL_DATA) "$$page" '$(DESTDIR)$(man3dir)/' || exit 1; done
uninstall-local:
	cd %D%/man3 && for page in *.3; do rm -f '$(DESTDIR)$(man3dir)/'"$$page"; done
