libcimcore_la_SOURCES += \
	%D%/imp_osm.c
