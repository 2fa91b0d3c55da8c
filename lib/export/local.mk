libcimcore_la_SOURCES += \
	%D%/cityjson.c %D%/cityjson.h \
	%D%/cj_flat.c \
	%D%/cj_geometry.c \
	%D%/cj_model.c \
	%D%/cj_object.c \
	%D%/cj_types.c \
	%D%/cj_vertices.c \
	%D%/epanet.c %D%/epanet_edit.c %D%/epanet_edit.h \
	%D%/export.c %D%/export.h \
	%D%/features.c %D%/features.h \
	%D%/features_gpkg.c \
	%D%/geojson.c \
	%D%/gpkg.c %D%/gpkg.h
