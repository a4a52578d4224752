#!/bin/sh
# Landing a large CSV file beside Polars' own streaming CSV-to-Parquet (zstd) of the same file, turn about, in one run.
# usage: benches/peers/land.sh [GIGABYTES] [ROUNDS]
# It takes the program as the release profile built it, and Polars from PyPI, in the environment of tests/interop.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
venv="${ASSAY_CACHE:-$HOME/.cache/assay}/venv"
target="${CARGO_TARGET_DIR:-${XDG_CACHE_HOME:-$HOME/.cache}/assay/target}"
[ -x "$venv/bin/python" ] || python3 -m venv "$venv"
if ! cmp -s "$here/../../tests/interop/requirements.txt" "$venv/requirements.txt"; then
    "$venv/bin/pip" install --quiet --disable-pip-version-check -r "$here/../../tests/interop/requirements.txt"
    cp "$here/../../tests/interop/requirements.txt" "$venv/requirements.txt"
fi
exec "$venv/bin/python" "$here/land.py" "$target/release/assay" "${1:-2}" "${2:-3}"
