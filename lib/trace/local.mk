libcimcore_la_SOURCES += \
	%D%/carry.c \
	%D%/critical.c \
	%D%/dominators.c \
	%D%/find.c \
	%D%/flood.c \
	%D%/isolate.c \
	%D%/network.c \
	%D%/query.c \
	%D%/resupply.c \
	%D%/segments.c \
	%D%/status.c \
	%D%/supply.c \
	%D%/trace.h \
	%D%/tree.c \
	%D%/updown.c \
	%D%/upsums.c \
	%D%/ways.c
