#!/usr/bin/env bash
# An MLflow tracking server of a test's own: on a free port of this machine, with its database and files in a temporary folder.
#
#   mlflow.sh install        installs MLflow into a virtual environment outside of the repository
#   mlflow.sh has            ends with 0 where it is installed
#   mlflow.sh start FOLDER   makes FOLDER, starts the server there, fills its registry, and prints its address;
#                            FOLDER/made.json says what was made
#   mlflow.sh stop FOLDER    stops it and removes FOLDER
set -euo pipefail
. "$(dirname "$0")/mlflow_environment.sh"

start() {
    local folder="$1" port address
    mkdir -p "$folder"
    port="$(free_port)"
    address="http://127.0.0.1:$port"
    serve "$folder" "$address" server --host 127.0.0.1 --port "$port" --workers 1 \
        --backend-store-uri "sqlite:///$folder/mlflow.db" --artifacts-destination "$folder/artifacts"
    "$environment/bin/python" "$here/mlflow_fill.py" "$address" "$folder/apart" >"$folder/made.json"
    printf '%s\n' "$address"
}

asked "$@"
