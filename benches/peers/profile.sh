#!/bin/sh
# A profile of a large table, as Parquet and as CSV, beside DuckDB's SUMMARIZE of the same file, turn about, in one run.
# usage: benches/peers/profile.sh [ROWS] [ROUNDS]
# It takes the program as the release profile built it, and DuckDB from PyPI.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
venv="${ASSAY_CACHE:-$HOME/.cache/assay}/venv-profile"
target="${CARGO_TARGET_DIR:-${XDG_CACHE_HOME:-$HOME/.cache}/assay/target}"
[ -x "$venv/bin/python" ] || python3 -m venv "$venv"
if ! cmp -s "$here/requirements-profile.txt" "$venv/requirements.txt"; then
    "$venv/bin/pip" install --quiet --disable-pip-version-check -r "$here/requirements-profile.txt"
    cp "$here/requirements-profile.txt" "$venv/requirements.txt"
fi
exec "$venv/bin/python" "$here/profile.py" "$target/release/assay" "${1:-5000000}" "${2:-5}"
