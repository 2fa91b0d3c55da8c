libcimcore_la_SOURCES += \
	%D%/city.c %D%/city.h \
	%D%/info.c \
	%D%/model.c %D%/model.h \
	%D%/object.c \
	%D%/relation.c \
	%D%/styles.c %D%/styles.h
EXTRA_DIST += %D%/attrs.def %D%/classes.def %D%/layers.def %D%/relations.def %D%/rules.def %D%/styles.def %D%/cityjson_types.def
