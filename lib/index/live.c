#include "index/live.h"
void cim__epoch_ref(cim__epoch *epoch) {(void)epoch;}
void cim__epoch_unref(cim__epoch *epoch){(void)epoch;}
