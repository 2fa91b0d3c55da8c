libcimcore_la_SOURCES += \
	%D%/ask.c \
	%D%/ask.h \
	%D%/betweenness.c \
	%D%/dispatch_assign.c \
	%D%/dispatch_cover.c \
	%D%/dispatch_rank.c \
	%D%/evacuate.c \
	%D%/evacuate.h \
	%D%/evacuate_bound.c \
	%D%/fleet.c \
	%D%/fleet.h \
	%D%/fleet_times.c \
	%D%/isochrone.c \
	%D%/isochrone.h \
	%D%/isochrone_edges.c \
	%D%/isochrone_field.c \
	%D%/isochrone_rings.c \
	%D%/journey.c \
	%D%/journey.h \
	%D%/journey_avoid.c \
	%D%/journey_order.c \
	%D%/journey_signals.c \
	%D%/journey_steps.c \
	%D%/match.c \
	%D%/match.h \
	%D%/match_way.c \
	%D%/matrix.c \
	%D%/scenarios.c \
	%D%/times.c \
	%D%/times.h
libcimcore_la_SOURCES += \
	%D%/traffic.c \
	%D%/traffic.h \
	%D%/traffic_feed.c \
	%D%/traffic_gtfs.c \
	%D%/traffic_gtfs.h \
	%D%/traffic_gtfs_pb.c \
	%D%/traffic_where.c
