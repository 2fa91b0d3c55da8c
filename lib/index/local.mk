libcimcore_la_SOURCES += \
	%D%/build.c \
	%D%/nearest.c \
	%D%/query.c \
	%D%/save.c \
	%D%/tree.h
