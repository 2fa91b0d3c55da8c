#!/bin/sh
# The Python bindings: against the headers and C, parity with cimtool, lifetimes, threads, examples of the documentation.
. "$CIM_SOURCE/tests/python/python.sh"
LD_PRELOAD=$preload exec "$python" -m tests
