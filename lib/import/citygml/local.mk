libcimcore_la_SOURCES += \
	%D%/attrs.c \
	%D%/axis.c %D%/axis.h \
	%D%/build.c %D%/build.h \
	%D%/canon.c %D%/canon.h \
	%D%/classes.def \
	%D%/codelist.c %D%/codelist.h \
	%D%/counts.c %D%/counts.h \
	%D%/gather.c %D%/gather.h \
	%D%/geometry.c \
	%D%/imp_citygml.c \
	%D%/links.c %D%/links.h \
	%D%/lookahead.c %D%/lookahead.h \
	%D%/modules.def \
	%D%/names.c %D%/names.h \
	%D%/network.c \
	%D%/networks.def \
	%D%/pipe.c %D%/pipe.h \
	%D%/reader.c %D%/reader.h \
	%D%/relations.c \
	%D%/relations.def \
	%D%/residue.c %D%/residue.h \
	%D%/shapes.c \
	%D%/tree.c %D%/tree.h \
	%D%/values.c \
	%D%/values.def
