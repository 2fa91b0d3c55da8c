libcimcore_la_SOURCES += \
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
