#!/bin/sh
# Reads every version of every Delta table of a workspace with other engines and compares what they see.
# usage: tests/interop/run.sh WORKSPACE [EXPECTED]
#   EXPECTED: a folder of <table>/<version>.parquet, what assay itself reads
# Python packages come from PyPI into a virtual environment outside the repository.
set -eu

if [ $# -lt 1 ] || [ $# -gt 2 ]; then
    echo "usage: $0 WORKSPACE [EXPECTED]" >&2
    exit 2
fi
here=$(cd "$(dirname "$0")" && pwd)
venv="${ASSAY_CACHE:-$HOME/.cache/assay}/venv"
[ -x "$venv/bin/python" ] || python3 -m venv "$venv"
if ! cmp -s "$here/requirements.txt" "$venv/requirements.txt"; then
    "$venv/bin/pip" install --quiet --disable-pip-version-check -r "$here/requirements.txt"
    cp "$here/requirements.txt" "$venv/requirements.txt"
fi
exec "$venv/bin/python" "$here/compare.py" "$@"
