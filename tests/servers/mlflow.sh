#!/usr/bin/env bash
# An MLflow tracking server of a test's own: on a free port of this machine, with its database and files in a temporary folder.
#
#   mlflow.sh install        installs MLflow into a virtual environment outside of the repository
#   mlflow.sh has            ends with 0 where it is installed
#   mlflow.sh start FOLDER   makes FOLDER, starts the server there, fills its registry, and prints its address;
#                            FOLDER/made.json says what was made
#   mlflow.sh stop FOLDER    stops it and removes FOLDER
set -euo pipefail

here="$(cd "$(dirname "$0")" && pwd)"
environment="${ASSAY_CACHE:-$HOME/.cache/assay}/mlflow-venv"

# Nothing is reported anywhere, and what is of no use here is not started.
export MLFLOW_DISABLE_TELEMETRY=true MLFLOW_SERVER_ENABLE_JOB_EXECUTION=false

free_port() {
    python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

has() {
    cmp -s "$here/mlflow_requirements.txt" "$environment/requirements.txt"
}

install() {
    [ -x "$environment/bin/python" ] || python3 -m venv "$environment"
    "$environment/bin/pip" install --quiet --disable-pip-version-check -r "$here/mlflow_requirements.txt"
    cp "$here/mlflow_requirements.txt" "$environment/requirements.txt"
}

start() {
    local folder="$1" port address
    mkdir -p "$folder"
    port="$(free_port)"
    address="http://127.0.0.1:$port"
    # A group of its own: the server starts others, which have to end with it.
    setsid "$environment/bin/mlflow" server --host 127.0.0.1 --port "$port" --workers 1 \
        --backend-store-uri "sqlite:///$folder/mlflow.db" --artifacts-destination "$folder/artifacts" \
        >"$folder/log" 2>&1 &
    printf '%s\n' "$!" >"$folder/pid"
    for _ in $(seq 1 900); do
        if python3 -c "import urllib.request; urllib.request.urlopen('$address/health', timeout=5)" 2>/dev/null; then
            "$environment/bin/python" "$here/mlflow_fill.py" "$address" "$folder/apart" >"$folder/made.json"
            printf '%s\n' "$address"
            return
        fi
        sleep 0.1
    done
    cat "$folder/log" >&2
    return 1
}

stop() {
    [ ! -f "$1/pid" ] || kill -KILL -- "-$(cat "$1/pid")" 2>/dev/null || true
    rm -rf "$1"
}

case "${1:-}" in
    start) start "$2" ;;
    stop) stop "$2" ;;
    has) has ;;
    install) install ;;
    *)
        sed -n '2,8p' "$0" >&2
        exit 2
        ;;
esac
