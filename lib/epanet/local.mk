libcimcore_la_SOURCES += \
	%D%/epanet.h %D%/reading.h %D%/sections.def \
	%D%/kept.c \
	%D%/lines.c \
	%D%/read.c \
	%D%/rest.c
