# Where MLflow is installed for tests, outside of the repository, and how its servers are waited for and ended. To be sourced.

here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
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

# Runs `mlflow` with these arguments until FOLDER is stopped, and waits until ADDRESS says that it is well.
serve() {
    local folder="$1" address="$2"
    shift 2
    # A group of its own: the server starts others, which have to end with it.
    PATH="$environment/bin:$PATH" setsid "$environment/bin/mlflow" "$@" >"$folder/log" 2>&1 &
    printf '%s\n' "$!" >"$folder/pid"
    for _ in $(seq 1 900); do
        if python3 -c "import urllib.request; urllib.request.urlopen('$address/health', timeout=5)" 2>/dev/null; then
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
        sed -n '2,/^set/{/^#/p}' "$0" >&2
        exit 2
        ;;
esac
