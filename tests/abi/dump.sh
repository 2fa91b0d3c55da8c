#!/bin/sh
# What abidiff compares: the interface of a library as its headers show it.  dump.sh LIBRARY INCLUDE-FOLDER >libcim.abi
exec abidw --headers-dir "$2" --drop-private-types --no-corpus-path --no-comp-dir-path --exported-interfaces-only "$1"
