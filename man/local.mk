dist_man_MANS += \
	%D%/cim-city.5 \
	%D%/cim-map.5 \
	%D%/cim-index.7 \
	%D%/cim-net.7 \
	%D%/cim-query.7 \
	%D%/cim-route.7 \
	%D%/cim-trace.7 \
	%D%/cim-utility.7 \
	%D%/cimtool-betweenness.1 \
	%D%/cimtool-check.1 \
	%D%/cimtool-dispatch.1 \
	%D%/cimtool-impact.1 \
	%D%/cimtool-evacuate.1 \
	%D%/cimtool-export.1 \
	%D%/cimtool-get.1 \
	%D%/cimtool-import.1 \
	%D%/cimtool-info.1 \
	%D%/cimtool-isochrone.1 \
	%D%/cimtool-match.1 \
	%D%/cimtool-matrix.1 \
	%D%/cimtool-nearest.1 \
	%D%/cimtool-prepare.1 \
	%D%/cimtool-query.1 \
	%D%/cimtool-route.1 \
	%D%/cimtool-trace.1 \
	%D%/cimtool-traffic.1 \
	%D%/cimtool.1
