#!/usr/bin/env bash
# A PostgreSQL server of a test's own: on a free port of this machine, with its data in a temporary folder.
#
#   postgres.sh start FOLDER   makes FOLDER, starts the server there, and prints its address once it answers
#   postgres.sh stop FOLDER    stops it and removes FOLDER
#   postgres.sh has            ends with 0 where PostgreSQL is installed
set -euo pipefail
. "$(dirname "$0")/server.sh"

# Debian keeps the server's programs out of the path.
programs() {
    local newest
    newest="$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -1)"
    if [ -n "$newest" ]; then printf '%s\n' "$newest"; else dirname "$(command -v initdb)"; fi
}

# PostgreSQL refuses to be root: then whoever owns the folder runs it.
as_owner() {
    if [ "$(id -u)" = 0 ]; then runuser -u postgres -- "$@"; else "$@"; fi
}

start() {
    local folder="$1" bin port
    bin="$(programs)"
    mkdir -p "$folder"
    [ "$(id -u)" != 0 ] || chown postgres "$folder"
    as_owner "$bin/initdb" --pgdata="$folder/data" --username=assay --auth=trust --encoding=UTF8 --no-sync \
        >"$folder/initdb.log" 2>&1 || { cat "$folder/initdb.log" >&2; return 1; }
    # Another process may take the port meanwhile.
    for _ in 1 2 3 4 5; do
        port="$(free_port)"
        if as_owner "$bin/pg_ctl" --pgdata="$folder/data" --log="$folder/log" --wait --timeout=60 \
            --options="-c listen_addresses=127.0.0.1 -c port=$port -c unix_socket_directories=$folder -c fsync=off" \
            start >/dev/null; then
            printf 'postgres://assay@127.0.0.1:%s/postgres\n' "$port"
            return
        fi
    done
    cat "$folder/log" >&2
    return 1
}

stop() {
    as_owner "$(programs)/pg_ctl" --pgdata="$1/data" --mode=immediate --wait stop >/dev/null || true
    rm -rf "$1"
}

has() {
    [ -x "$(programs)/initdb" ]
}

asked "$@"
