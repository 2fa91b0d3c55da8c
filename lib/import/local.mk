libcimcore_la_SOURCES += \
	%D%/import.c %D%/importer.h \
	%D%/inflate.c %D%/inflate.h \
	%D%/input.c %D%/input.h \
	%D%/registry.c \
	%D%/relate.c %D%/relate.h \
	%D%/relate_access.c \
	%D%/relate_near.c \
	%D%/relate_same.c \
	%D%/report.c %D%/report.h \
	%D%/xml.c %D%/xml.h
include lib/import/osm/local.mk
include lib/import/citygml/local.mk
include lib/import/cityjson/local.mk
