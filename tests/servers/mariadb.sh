#!/usr/bin/env bash
# A MariaDB server of a test's own: on a free port of this machine, with its data in a temporary folder.
#
#   mariadb.sh start FOLDER   makes FOLDER, starts the server there, and prints its address once it answers
#   mariadb.sh stop FOLDER    stops it and removes FOLDER
#   mariadb.sh has            ends with 0 where MariaDB is installed
set -euo pipefail
. "$(dirname "$0")/server.sh"

# MariaDB refuses to be root: then its own user runs it.
as_owner() {
    if [ "$(id -u)" = 0 ]; then runuser -u mysql -- "$@"; else "$@"; fi
}

start() {
    local folder="$1" port
    mkdir -p "$folder"
    [ "$(id -u)" != 0 ] || chown mysql "$folder"
    as_owner mariadb-install-db --no-defaults --datadir="$folder/data" --auth-root-authentication-method=normal \
        --skip-test-db >"$folder/install.log" 2>&1 || { cat "$folder/install.log" >&2; return 1; }
    port="$(free_port)"
    as_owner mariadbd --no-defaults --datadir="$folder/data" --bind-address=127.0.0.1 --port="$port" \
        --socket="$folder/socket" --pid-file="$folder/pid" --skip-name-resolve \
        --innodb-flush-log-at-trx-commit=0 >"$folder/log" 2>&1 &
    await "$folder/log" as_owner mariadb --no-defaults --user=root --socket="$folder/socket" --execute="
        create database shop character set utf8mb4;
        create user assay@'127.0.0.1';
        grant all on shop.* to assay@'127.0.0.1'"
    printf 'mysql://assay@127.0.0.1:%s/shop\n' "$port"
}

stop() {
    [ ! -f "$1/pid" ] || kill -KILL "$(cat "$1/pid")" 2>/dev/null || true
    rm -rf "$1"
}

has() {
    command -v mariadbd >/dev/null && command -v mariadb-install-db >/dev/null
}

asked "$@"
