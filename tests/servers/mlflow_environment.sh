# Where MLflow is installed for tests, outside of the repository, and how its servers are waited for and ended. To be sourced.

. "$(dirname "${BASH_SOURCE[0]}")/server.sh"

here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
environment="${ASSAY_CACHE:-$HOME/.cache/assay}/mlflow-venv"

# Nothing is reported anywhere, and what is of no use here is not started.
export MLFLOW_DISABLE_TELEMETRY=true MLFLOW_SERVER_ENABLE_JOB_EXECUTION=false

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
    await "$folder/log" python3 -c "import urllib.request; urllib.request.urlopen('$address/health', timeout=5)"
}

stop() {
    [ ! -f "$1/pid" ] || kill -KILL -- "-$(cat "$1/pid")" 2>/dev/null || true
    rm -rf "$1"
}
