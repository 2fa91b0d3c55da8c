cimincludedir = $(includedir)/cim
include_HEADERS = include/cim.h
ciminclude_HEADERS = \
	include/cim/alert.h \
	include/cim/base.h \
	include/cim/check.h \
	include/cim/city.h \
	include/cim/crs.h \
	include/cim/ctx.h \
	include/cim/dispatch.h \
	include/cim/export.h \
	include/cim/field.h \
	include/cim/flow.h \
	include/cim/geom.h \
	include/cim/impact.h \
	include/cim/import.h \
	include/cim/index.h \
	include/cim/isochrone.h \
	include/cim/journey.h \
	include/cim/live.h \
	include/cim/match.h \
	include/cim/matrix.h \
	include/cim/net.h \
	include/cim/place.h \
	include/cim/query.h \
	include/cim/radio.h \
	include/cim/readings.h \
	include/cim/route.h \
	include/cim/scene.h \
	include/cim/sensor.h \
	include/cim/serve.h \
	include/cim/shapes.h \
	include/cim/sense.h \
	include/cim/sight.h \
	include/cim/trace.h \
	include/cim/utility.h \
	include/cim/watch.h \
	include/cim/traffic.h \
	include/cim/view.h
