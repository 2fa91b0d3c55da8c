#!/bin/sh
# What abidiff compares: the interface of a library as its headers show it.  dump.sh LIBRARY INCLUDE-FOLDER >libcim.abi
# Types are named by hashes, so that a new one changes no other line.
exec abidw --type-id-style hash --headers-dir "$2" --drop-private-types --no-corpus-path --no-comp-dir-path --exported-interfaces-only "$1"
