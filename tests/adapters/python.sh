#!/bin/sh
# Runs Python with the libraries of the adapters' test: tests/adapters/python.sh SCRIPT [ARGUMENT ...]
# They come from PyPI into a virtual environment outside the repository.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
venv="${ASSAY_CACHE:-$HOME/.cache/assay}/adapters-venv"
[ -x "$venv/bin/python" ] || python3 -m venv "$venv"
if ! cmp -s "$here/requirements.txt" "$venv/requirements.txt"; then
    "$venv/bin/pip" install --quiet --disable-pip-version-check -r "$here/requirements.txt" >&2
    cp "$here/requirements.txt" "$venv/requirements.txt"
fi
exec "$venv/bin/python" "$@"
