libcimcore_la_SOURCES += \
	%D%/build.c \
	%D%/compile.c \
	%D%/devices.c \
	%D%/ends.c \
	%D%/feed.c \
	%D%/findings.c \
	%D%/guess.c \
	%D%/look.c \
	%D%/near.c \
	%D%/people.c \
	%D%/read.c \
	%D%/relate.c \
	%D%/say.c %D%/say.h \
	%D%/serve.c \
	%D%/snap.c \
	%D%/utility.h \
	%D%/words.c
