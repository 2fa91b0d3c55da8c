libcimcore_la_SOURCES += \
	%D%/ctx.c %D%/ctx.h \
	%D%/date.h \
	%D%/epoch.c %D%/epoch.h \
	%D%/cairo.h \
	%D%/gdal.h \
	%D%/hash.c %D%/hash.h \
	%D%/heap.h \
	%D%/io.c %D%/io.h \
	%D%/json.c %D%/json.h \
	%D%/mem.c %D%/mem.h \
	%D%/module.c %D%/module.h \
	%D%/num.c %D%/num.h \
	%D%/par.c %D%/par.h \
	%D%/sha256.c \
	%D%/sort.c %D%/sort.h \
	%D%/status.c \
	%D%/time.c %D%/time.h
