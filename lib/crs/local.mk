libcimcore_la_SOURCES += \
	%D%/crs.h \
	%D%/proj.c %D%/proj.h %D%/proj_api.h \
	%D%/srsname.c \
	%D%/transform.c
