# Sourced by demo, check and install: builds what DIM consists of, slow parts from the cache.
#
# Takes DIM_PREFIX (where `cmake --install` will put it, default /usr) and DIM_BUILD (build directory); sets, after
# build_everything, these for the test library:
#   DIM_BIN           directory of imageserver and dim
#   DIM_AGENTS        directory with ARCHITECTURE/initagent, as it is installed: ppc64, ppc64le, x86_64, aarch64
#   DIM_KERNEL_KIT    vmlinux and what assembles it into a zImage
#   DIM_DISTRIBUTION  directory with rootfs.tar
#   DIM_FIRMWARE_STATES  directory for what qemu-tests/lib/saved_firmware.py makes once

. "$DIM_SOURCE/scripts/lib/cache.sh"

DIM_BUILD=${DIM_BUILD:-$DIM_SOURCE/build}
export CCACHE_DIR=${CCACHE_DIR:-$DIM_CACHE/ccache} CCACHE_BASEDIR=$DIM_SOURCE CCACHE_NOHASHDIR=1 CCACHE_MAXSIZE=3G
export CMAKE_C_COMPILER_LAUNCHER=ccache CMAKE_CXX_COMPILER_LAUNCHER=ccache

say() { printf '%s\n' "$*" >&2; }

# build_preset PRESET [CMAKE-ARGUMENT...] : configures and builds one preset in $DIM_BUILD/PRESET; quiet unless it fails.
build_preset() { build_in "$1" "$@"; }

# build_in NAME PRESET [CMAKE-ARGUMENT...] : the same in $DIM_BUILD/NAME.
build_in() {
    local name=$1 preset=$2 log="$DIM_BUILD/$1.log" start
    shift 2
    start=$(date +%s)
    mkdir -p "$DIM_BUILD"
    say "building $name (log: $log)"
    if ! (cmake -S "$DIM_SOURCE" --preset "$preset" -B "$DIM_BUILD/$name" "$@" &&
        cmake --build "$DIM_BUILD/$name") >"$log" 2>&1; then
        say "building $name failed; the end of $log:"
        tail -n 40 "$log" >&2
        return 1
    fi
    say "built $name in $(($(date +%s) - start)) s"
}

# build_agent ARCHITECTURE NAME TOOLCHAIN : the agent in $DIM_BUILD/NAME, and $DIM_AGENTS/ARCHITECTURE/initagent.
build_agent() {
    build_in "$2" agent -DDIM_TOOLCHAIN="$3" || return 1
    install -C -D -m 755 "$DIM_BUILD/$2/initagent/initagent" "$DIM_AGENTS/$1/initagent"
}

# What a blade boots: toolchains, kernel and distribution from the cache, and the agents.
build_blade_parts() {
    local toolchain_x86_64 toolchain_ppc64le toolchain_aarch64
    DIM_TOOLCHAIN=$("$DIM_SOURCE/scripts/build-toolchain") || return 1
    DIM_KERNEL_KIT=$("$DIM_SOURCE/scripts/build-kernel") || return 1
    DIM_DISTRIBUTION=$("$DIM_SOURCE/scripts/build-distribution") || return 1
    toolchain_x86_64=$("$DIM_SOURCE/scripts/build-toolchain" --target x86_64-linux-musl) || return 1
    toolchain_ppc64le=$("$DIM_SOURCE/scripts/build-toolchain" --target powerpc64le-linux-musl) || return 1
    toolchain_aarch64=$("$DIM_SOURCE/scripts/build-toolchain" --target aarch64-linux-musl) || return 1
    export DIM_TOOLCHAIN DIM_KERNEL_KIT DIM_DISTRIBUTION
    export DIM_AGENTS=$DIM_BUILD/agents
    build_agent ppc64 agent "$DIM_TOOLCHAIN" || return 1
    build_agent x86_64 agent-x86_64 "$toolchain_x86_64" || return 1
    build_agent ppc64le agent-ppc64le "$toolchain_ppc64le" || return 1
    build_agent aarch64 agent-aarch64 "$toolchain_aarch64" || return 1
}

# The programs of the image server, without their tests, ready for `cmake --install`; after build_blade_parts.
build_server_parts() {
    build_preset release -DDIM_TESTS=OFF -DCMAKE_INSTALL_PREFIX="${DIM_PREFIX:-/usr}" -DDIM_AGENTS="$DIM_AGENTS" \
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
