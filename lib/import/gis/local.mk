libcimcore_la_SOURCES += \
	%D%/csv.c \
	%D%/gis.h \
	%D%/imp_gis.c \
	%D%/make.c \
	%D%/map.c %D%/map.h \
	%D%/ogr.c \
	%D%/sketch.c \
	%D%/value.c
