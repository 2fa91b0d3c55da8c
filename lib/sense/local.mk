libcimcore_la_SOURCES += \
	%D%/export.c %D%/export.h \
	%D%/export_json.c \
	%D%/open.c \
	%D%/query.c \
	%D%/readings.c \
	%D%/rollup.c \
	%D%/sense.h \
	%D%/series.c \
	%D%/streams.c \
	%D%/time.c \
	%D%/write.c
