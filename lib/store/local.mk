libcimcore_la_SOURCES += \
	%D%/bulk.c %D%/bulk.h \
	%D%/cache.c \
	%D%/chain.c %D%/chain.h \
	%D%/change.c \
	%D%/check.c \
	%D%/check_chunks.c \
	%D%/chunk.c %D%/chunk.h \
	%D%/db.c %D%/db.h \
	%D%/edges.c \
	%D%/feed.c %D%/feed.h \
	%D%/patch.c %D%/patch.h \
	%D%/plan.c %D%/plan.h \
	%D%/record.c %D%/record.h \
	%D%/rows_graph.c \
	%D%/rows_out.c %D%/rows_out.h \
	%D%/rows_patch.c \
	%D%/rows_shapes.c \
	%D%/rtree.c %D%/rtree.h \
	%D%/scan.c \
	%D%/schema.c %D%/schema.h \
	%D%/sink.c %D%/sink.h \
	%D%/spool.c %D%/spool.h \
	%D%/store.c %D%/store.h \
	%D%/verify.c \
	%D%/writer.c %D%/writer.h
EXTRA_DIST += %D%/known.inc %D%/tables.def %D%/tables_sense.def
