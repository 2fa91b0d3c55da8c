libcimcore_la_SOURCES += \
	%D%/city.c %D%/city.h \
	%D%/cql.h %D%/cql_bind.c %D%/cql_bind.h \
	%D%/cql_call.c \
	%D%/cql_eval.c %D%/cql_eval.h \
	%D%/cql_explain.c \
	%D%/cql_geom.c \
	%D%/cql_hop.c \
	%D%/cql_lex.c %D%/cql_lex.h \
	%D%/cql_name.c \
	%D%/cql_names.c \
	%D%/cql_parse.c \
	%D%/cql_plan.c %D%/cql_plan.h \
	%D%/cql_row.c \
	%D%/cql_run.c %D%/cql_run.h \
	%D%/cql_spatial.c \
	%D%/cql_text.c \
	%D%/cql_time.c \
	%D%/cql_value.c \
	%D%/cql_values.c \
	%D%/info.c \
	%D%/model.c %D%/model.h \
	%D%/object.c \
	%D%/relation.c \
	%D%/styles.c %D%/styles.h
EXTRA_DIST += %D%/cql_fold.inc %D%/cql_fold.py %D%/attrs.def %D%/classes.def %D%/layers.def %D%/relations.def %D%/rules.def \
	%D%/styles.def %D%/cityjson_types.def
