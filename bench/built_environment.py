"""What ./demo and ./check build, for measuring programs that boot blades or run the image server."""
import os
import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent


def run_again_with_builds():
    """Builds everything and runs this program again with what scripts/lib/build.sh gives to tests; does nothing then."""
    if "DIM_BIN" in os.environ:
        return
    script = 'DIM_SOURCE=$1; export DIM_SOURCE; . "$1/scripts/lib/build.sh"; build_everything true; shift; exec "$@"'
    os.execvp("bash", ["bash", "-euc", script, "bash", str(ROOT), sys.executable, *sys.argv])
