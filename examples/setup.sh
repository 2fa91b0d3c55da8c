# setup.sh - shared by demo.sh and tests/run.sh: install what is missing, build out of tree.  Sourced with the current directory at the
# project's root.

BUILD_PACKAGES="build-essential autoconf automake libtool pkg-config libsqlite3-dev libxml2-dev libproj-dev libgeos-dev libdeflate-dev
zlib1g-dev libbz2-dev liblz4-dev libzstd-dev nettle-dev libyajl-dev libspatialite-dev libgdal-dev libcairo2-dev"
TEST_PACKAGES="abigail-tools libcmocka-dev pmccabe mandoc python3 gdal-bin sqlite3 osmium-tool strace locales file libxml2-utils chromium
python3-numpy python3-shapely python3-geopandas python3-matplotlib python3-pip python3-setuptools python3-wheel mypy valgrind"

say() { printf '%s\n' "$*" >&2; }

# Packages of the list that are not installed.
missing_packages()
{
    for p in "$@"; do
        dpkg-query -W -f='${Status}' "$p" 2>/dev/null | grep -q '^install ok installed' || echo "$p"
    done
}

need_packages()
{
    missing=$(missing_packages "$@" | tr '\n' ' ')
    [ -n "$missing" ] || return 0
    command -v apt-get >/dev/null || { say "These Debian packages are needed: $missing"; exit 1; }
    if [ "$(id -u)" = 0 ]; then sudo=
    elif command -v sudo >/dev/null; then sudo=sudo
    else
        say "These Debian packages are missing: $missing"
        say "Run this script as root, or install sudo, or run: apt-get install $missing"
        exit 1
    fi
    say "installing: $missing"
    $sudo apt-get update -qq >&2
    $sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >/dev/null || {
        say "apt-get could not install: $missing"
        exit 1
    }
    reconfigure=yes # what was not there may be there now
}

# Configure when needed, then make; BUILD is the folder.  Arguments go to configure.
build_libcim()
{
    SOURCE=$(pwd)
    BUILD=${CIM_BUILD_DIR:-$SOURCE/build}
    mkdir -p "$BUILD"
    if [ ! -x configure ] || [ configure.ac -nt configure ]; then
        say "preparing the build"
        ./autogen.sh >"$BUILD/autogen.log" 2>&1 || { tail -n 20 "$BUILD/autogen.log" >&2; exit 1; }
    fi
    if [ ! -f "$BUILD/Makefile" ] || [ configure -nt "$BUILD/config.status" ] || [ "${reconfigure:-no}" = yes ]; then
        say "configuring"
        (cd "$BUILD" && "$SOURCE/configure" -q "$@" >configure.log 2>&1) || { tail -n 20 "$BUILD/configure.log" >&2; exit 1; }
    fi
    say "building"
    make -s -C "$BUILD" -j"$(nproc)" >"$BUILD/make.log" 2>&1 || { grep -E 'error|Error' "$BUILD/make.log" | head -n 20 >&2; exit 1; }
}
