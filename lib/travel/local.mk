libcimcore_la_SOURCES += \
	%D%/times.c \
	%D%/times.h
