libcimcore_la_SOURCES += \
	%D%/build.c \
	%D%/find.c \
	%D%/impact.h \
	%D%/lost.c \
	%D%/places.c \
	%D%/roads.c \
	%D%/ties.c \
	%D%/works.c
