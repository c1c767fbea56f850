# Sourced by demo, check and install: builds what DIM consists of, slow parts from the cache.
#
# Takes DIM_PREFIX (where `cmake --install` will put it, default /usr) and DIM_BUILD (build directory); sets, after
# build_everything, these for the test library:
#   DIM_BIN           directory of imageserver and dim
#   DIM_AGENT         the agent for ppc64
#   DIM_KERNEL_KIT    vmlinux and what assembles it into a zImage
#   DIM_DISTRIBUTION  directory with rootfs.tar
#   DIM_FIRMWARE_STATES  directory for what qemu-tests/lib/saved_firmware.py makes once

. "$DIM_SOURCE/scripts/lib/cache.sh"

DIM_BUILD=${DIM_BUILD:-$DIM_SOURCE/build}
export CCACHE_DIR=${CCACHE_DIR:-$DIM_CACHE/ccache} CCACHE_BASEDIR=$DIM_SOURCE CCACHE_NOHASHDIR=1 CCACHE_MAXSIZE=3G
export CMAKE_C_COMPILER_LAUNCHER=ccache CMAKE_CXX_COMPILER_LAUNCHER=ccache

say() { printf '%s\n' "$*" >&2; }

# build_preset PRESET [CMAKE-ARGUMENT...] : configures and builds one preset in $DIM_BUILD/PRESET; quiet unless it fails.
build_preset() {
    local preset=$1 log="$DIM_BUILD/$1.log" start
    shift
    start=$(date +%s)
    mkdir -p "$DIM_BUILD"
    say "building preset $preset (log: $log)"
    if ! (cmake -S "$DIM_SOURCE" --preset "$preset" -B "$DIM_BUILD/$preset" "$@" &&
        cmake --build "$DIM_BUILD/$preset") >"$log" 2>&1; then
        say "building preset $preset failed; the end of $log:"
        tail -n 40 "$log" >&2
        return 1
    fi
    say "built preset $preset in $(($(date +%s) - start)) s"
}

# What a blade boots: toolchain, kernel and distribution from the cache, and the agent.
build_blade_parts() {
    DIM_TOOLCHAIN=$("$DIM_SOURCE/scripts/build-toolchain") || return 1
    DIM_KERNEL_KIT=$("$DIM_SOURCE/scripts/build-kernel") || return 1
    DIM_DISTRIBUTION=$("$DIM_SOURCE/scripts/build-distribution") || return 1
    export DIM_TOOLCHAIN DIM_KERNEL_KIT DIM_DISTRIBUTION
    build_preset agent -DDIM_TOOLCHAIN="$DIM_TOOLCHAIN" || return 1
    export DIM_AGENT=$DIM_BUILD/agent/initagent/initagent
}

# The programs of the image server, without their tests, ready for `cmake --install`; after build_blade_parts.
build_server_parts() {
    build_preset release -DDIM_TESTS=OFF -DCMAKE_INSTALL_PREFIX="${DIM_PREFIX:-/usr}" -DDIM_AGENT="$DIM_AGENT" \
        -DDIM_KERNEL_KIT="$DIM_KERNEL_KIT" || return 1
    export DIM_BIN=$DIM_BUILD/release/bin
}

# Two runs in one tree take turns building; what they then run is not changed by the second, because nothing is left to build.
build_everything() {
    mkdir -p "$DIM_BUILD"
    exec 7>"$DIM_BUILD/.lock"
    flock 7
    "$DIM_SOURCE/scripts/install-packages" || return 1
    build_blade_parts && build_server_parts || return 1
    export DIM_FIRMWARE_STATES=$DIM_CACHE/firmware-states
    "$@" || return 1
    exec 7>&-
}
