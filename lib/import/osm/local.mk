libcimcore_la_SOURCES += \
	%D%/area.c %D%/area.h \
	%D%/block.c %D%/block.h \
	%D%/borrow.c %D%/borrow.h \
	%D%/classify.c %D%/classify.h \
	%D%/features.c \
	%D%/ids.c %D%/ids.h \
	%D%/imp_osm.c \
	%D%/link.c \
	%D%/make_node.c \
	%D%/make_relation.c \
	%D%/make_restriction.c \
	%D%/make_way.c \
	%D%/maker.c %D%/maker.h \
	%D%/osm.h \
	%D%/pack.c %D%/pack.h \
	%D%/scan.c \
	%D%/source.c %D%/source.h \
	%D%/tags.c \
	%D%/units.c %D%/units.h \
	%D%/values.c %D%/values.h \
	%D%/values_building.c \
	%D%/values_network.c \
	%D%/values_road.c \
	%D%/ways.c \
	%D%/wire.h \
	%D%/words.c %D%/words.h \
	%D%/xml_events.c \
	%D%/xml_in.c %D%/xml_in.h \
	%D%/xml_scan.c
EXTRA_DIST += %D%/heights.def %D%/keys.def %D%/rules.def %D%/speeds.def %D%/zones.def
