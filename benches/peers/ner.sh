#!/bin/sh
# The trained tagger beside CRFsuite and spaCy, in one run: accuracy, training time, calibration, speed of tagging.
# usage: benches/peers/ner.sh [--sets SET...] [--seeds N...] [--skip-speed]
# It takes the program as the release profile built it, and the peers from PyPI.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
venv="${ASSAY_CACHE:-$HOME/.cache/assay}/peers-venv"
target="${CARGO_TARGET_DIR:-${XDG_CACHE_HOME:-$HOME/.cache}/assay/target}"
[ -x "$venv/bin/python" ] || python3 -m venv "$venv"
if ! cmp -s "$here/requirements-ner.txt" "$venv/requirements.txt"; then
    "$venv/bin/pip" install --quiet --disable-pip-version-check -r "$here/requirements-ner.txt"
    cp "$here/requirements-ner.txt" "$venv/requirements.txt"
fi
exec "$venv/bin/python" "$here/ner.py" "$target/release/assay" "$@"
