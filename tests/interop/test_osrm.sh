#!/bin/sh
# Rules of the road judged by OSRM's scenarios: small maps with the routes, times and tables that are expected.  The scenarios are read from the
# data collection; osrm/explained.tsv says of each row that differs why.
command -v python3 >/dev/null || { echo "1..0 # SKIP python3 is not installed"; exit 0; }
data=${CIM_DATA:-$CIM_SOURCE/../shared/data}/osrm-features
[ -d "$data" ] || { echo "1..0 # SKIP the scenarios are not in $data"; exit 0; }
[ -z "$CIM_SANITIZED" ] || { echo "1..0 # SKIP python3 cannot load a sanitized library"; exit 0; }
PYTHONDONTWRITEBYTECODE=1 exec python3 "$CIM_SOURCE/tests/interop/osrm/judge.py" "$CIM_BUILD" "$data"
