libcimcore_la_SOURCES += \
	%D%/imp_observations.c \
	%D%/ingest.c \
	%D%/lines.c \
	%D%/ngsi.c \
	%D%/obs.c %D%/obs.h \
	%D%/rows.c \
	%D%/sta.c
