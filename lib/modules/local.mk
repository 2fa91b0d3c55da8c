# Shared objects that libcim loads on first use.
pkglib_LTLIBRARIES += cim_spatialite.la
cim_spatialite_la_SOURCES = %D%/spatialite.c
cim_spatialite_la_CFLAGS = $(AM_CFLAGS) $(SPATIALITE_CFLAGS)
cim_spatialite_la_LIBADD = $(SPATIALITE_LIBS)
cim_spatialite_la_LDFLAGS = -module -avoid-version -no-undefined

pkglib_LTLIBRARIES += cim_gdal.la
cim_gdal_la_SOURCES = %D%/gdal.c
cim_gdal_la_CFLAGS = $(AM_CFLAGS) $(GDAL_CFLAGS)
cim_gdal_la_LIBADD = $(GDAL_LIBS)
cim_gdal_la_LDFLAGS = -module -avoid-version -no-undefined

pkglib_LTLIBRARIES += cim_proj.la
cim_proj_la_SOURCES = %D%/proj.c
cim_proj_la_CFLAGS = $(AM_CFLAGS) $(PROJ_CFLAGS)
cim_proj_la_LIBADD = $(PROJ_LIBS)
cim_proj_la_LDFLAGS = -module -avoid-version -no-undefined

# PNG maps; a build without cairo says so when one is asked for.
EXTRA_DIST += %D%/cairo.c
if HAVE_CAIRO
pkglib_LTLIBRARIES += cim_cairo.la
cim_cairo_la_SOURCES = %D%/cairo.c
cim_cairo_la_CFLAGS = $(AM_CFLAGS) $(CAIRO_CFLAGS)
cim_cairo_la_LIBADD = $(CAIRO_LIBS)
cim_cairo_la_LDFLAGS = -module -avoid-version -no-undefined
endif
