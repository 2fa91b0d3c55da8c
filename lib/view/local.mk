libcimcore_la_SOURCES += \
	%D%/canvas.c %D%/canvas.h \
	%D%/classes.c %D%/classes.h \
	%D%/colouring.c \
	%D%/frame.c \
	%D%/layer.c \
	%D%/pack.c %D%/pack.h \
	%D%/pack_relations.c \
	%D%/pack_sense.c \
	%D%/pack_shapes.c \
	%D%/page.c \
	%D%/paint.c %D%/paint.def \
	%D%/plot.c %D%/plot.h \
	%D%/plot_frame.c \
	%D%/plot_items.c \
	%D%/plot_names.c \
	%D%/ramps.c \
	%D%/view.c %D%/view.h

# The page's program, in the order in which it runs, becomes a part of the library.
VIEWER_PARTS = \
	%D%/viewer/page.html \
	%D%/viewer/page.css \
	%D%/viewer/read.js \
	%D%/viewer/city.js \
	%D%/viewer/sense.js \
	%D%/viewer/mesh.js \
	%D%/viewer/camera.js \
	%D%/viewer/draw.js \
	%D%/viewer/colour.js \
	%D%/viewer/panel.js \
	%D%/viewer/tools.js \
	%D%/viewer/main.js
EXTRA_DIST += %D%/embed.awk $(VIEWER_PARTS)
BUILT_SOURCES += %D%/viewer.inc
CLEANFILES += %D%/viewer.inc
%D%/viewer.inc: $(VIEWER_PARTS) %D%/embed.awk
	$(AM_V_GEN)$(MKDIR_P) %D% && cd $(srcdir) && LC_ALL=C $(AWK) -f %D%/embed.awk $(VIEWER_PARTS) >$(abs_top_builddir)/%D%/viewer.tmp && \
		mv $(abs_top_builddir)/%D%/viewer.tmp $(abs_top_builddir)/%D%/viewer.inc
%D%/page.lo: %D%/viewer.inc
