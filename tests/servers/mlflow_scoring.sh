#!/usr/bin/env bash
# An MLflow scoring server of a test's own, with the model of mlflow_tagger.py: on a free port of this machine.
#
#   mlflow_scoring.sh install        installs MLflow into a virtual environment outside of the repository
#   mlflow_scoring.sh has            ends with 0 where it is installed
#   mlflow_scoring.sh start FOLDER   makes FOLDER, saves the model there, serves it, and prints the server's address
#   mlflow_scoring.sh stop FOLDER    stops it and removes FOLDER
set -euo pipefail
. "$(dirname "$0")/mlflow_environment.sh"

start() {
    local folder="$1" port address
    mkdir -p "$folder"
    "$environment/bin/python" "$here/mlflow_tagger.py" "$folder/model"
    port="$(free_port)"
    address="http://127.0.0.1:$port"
    serve "$folder" "$address" models serve --env-manager local --host 127.0.0.1 --port "$port" \
        --model-uri "$folder/model"
    printf '%s\n' "$address"
}

asked "$@"
