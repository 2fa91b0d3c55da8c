libcimcore_la_SOURCES += \
	%D%/footprint.c %D%/footprint.h \
	%D%/import.c %D%/importer.h \
	%D%/inflate.c %D%/inflate.h \
	%D%/input.c %D%/input.h \
	%D%/json_in.c %D%/json_in.h \
	%D%/json_scan.c %D%/json_scan.h \
	%D%/registry.c \
	%D%/parents.c \
	%D%/relate.c %D%/relate.h \
	%D%/relate_access.c \
	%D%/relate_near.c \
	%D%/relate_same.c \
	%D%/relate_station.c \
	%D%/report.c %D%/report.h \
	%D%/trace.c \
	%D%/xml.c %D%/xml.h
include lib/import/osm/local.mk
include lib/import/citygml/local.mk
include lib/import/cityjson/local.mk
include lib/import/power/local.mk
include lib/import/epanet/local.mk
include lib/import/gis/local.mk
include lib/import/sense/local.mk
