libcimcore_la_SOURCES += \
	%D%/cityjson.h \
	%D%/geometry.c \
	%D%/head.c \
	%D%/imp_cityjson.c \
	%D%/model.c \
	%D%/object.c \
	%D%/run.c \
	%D%/srs.c \
	%D%/types.c \
	%D%/values.c \
	%D%/vertices.c
