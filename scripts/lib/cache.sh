# Sourced by the scripts that build slow things once: toolchain, kernel, distribution.
#
# The cache (DIM_CACHE, default /var/cache/dim) holds one directory per result, NAME-KEY, where KEY is the hash of all
# inputs. A result is built beside its place and renamed into it, so a directory that exists is complete. Two runs that
# want the same result take turns. The log of a build is $DIM_CACHE/NAME-KEY.log.

DIM_CACHE=${DIM_CACHE:-/var/cache/dim}

# cache_key ITEM... : 16 hex digits over the contents of the ITEMs that are files or directories, and the text of the others.
cache_key() {
    local item
    for item in "$@"; do
        if [ -d "$item" ]; then
            (cd "$item" && find . -type f -print0 | LC_ALL=C sort -z | xargs -0 sha256sum)
        elif [ -f "$item" ]; then
            sha256sum <"$item"
        else
            printf '%s\n' "$item"
        fi
    done | sha256sum | cut -c1-16
}

# package_version NAME... : "NAME=VERSION" of installed Debian packages, as key items.
package_version() {
    dpkg-query -W -f '${Package}=${Version}\n' "$@"
}

# source_version NAME... : the candidate versions apt would fetch, as key items for source packages.
# (The binary package of the same name stands for its source.)
source_version() {
    local name
    for name in "$@"; do printf 'source %s=%s\n' "$name" "$(apt-cache policy "$name" | awk '/Candidate:/ {print $2; exit}')"; done
}

# cached NAME KEY COMMAND... : prints the path of the result; runs "COMMAND... DIRECTORY" to make it when it is not there.
# The command is a program, not a function (errexit would be off in a function called from here), and leaves its result
# in DIRECTORY, which is renamed afterwards: nothing in it may contain its own path.
cached() {
    local name=$1 key=$2
    shift 2
    local entry="$DIM_CACHE/$name-$key" log="$DIM_CACHE/$name-$key.log"
    mkdir -p "$DIM_CACHE"
    if [ ! -d "$entry" ]; then
        _cache_build "$name" "$entry" "$log" "$@" 8>"$entry.lock" || return 1
    fi
    printf '%s\n' "$entry"
}

_cache_build() {
    local name=$1 entry=$2 log=$3 partial start
    shift 3
    flock 8
    [ -d "$entry" ] && return 0
    rm -rf "$entry".partial.*
    partial=$(mktemp -d "$entry.partial.XXXXXX")
    chmod 755 "$partial"
    printf 'building %s (log: %s)\n' "$name" "$log" >&2
    start=$(date +%s)
    if "$@" "$partial" >"$log" 2>&1 8>&-; then
        mv -T "$partial" "$entry"
        printf 'built %s in %d s\n' "$name" "$(($(date +%s) - start))" >&2
    else
        rm -rf "$partial"
        printf 'building %s failed; the end of %s:\n' "$name" "$log" >&2
        tail -n 30 "$log" >&2
        return 1
    fi
}
