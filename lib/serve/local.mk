libcimcore_la_SOURCES += \
	%D%/assign.c \
	%D%/reach.c \
	%D%/serve.h \
	%D%/service.c \
	%D%/sites.c \
	%D%/water.c \
	%D%/whole.c
