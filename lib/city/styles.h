/* styles.h - default styles of layers for programs that draw maps. */
#ifndef CIM_CITY_STYLES_H
#define CIM_CITY_STYLES_H

#include "city/model.h"

/* Append the style of a layer as QGIS reads it (QML) or as others do (SLD with OGC 05-077r4 symbols).  False: the layer has no
 * geometry, nothing is appended.  The styles of all layers are the same in every city. */
bool cim__style_qml(cim__buf *out, cim__layer_id layer);
bool cim__style_sld(cim__buf *out, cim__layer_id layer);

#endif
