#!/usr/bin/env bash
# A web server of a test's own: on a free port of this machine, offering the files of a folder.
#
#   nginx.sh start FOLDER   makes FOLDER and FOLDER/files, starts the server there, and prints its address once it answers
#   nginx.sh stop FOLDER    stops it and removes FOLDER
#   nginx.sh has            ends with 0 where nginx is installed
#
# What lies in files/private is there for who sends the header `X-Key: secret key`, and elsewhere/NAME leads to NAME.
set -euo pipefail
. "$(dirname "$0")/server.sh"

start() {
    local folder="$1" port owner=""
    mkdir -p "$folder/files/private"
    port="$(free_port)"
    # As root it would give up its rights, and could not read the folder any more.
    [ "$(id -u)" != 0 ] || owner="user root;"
    cat >"$folder/nginx.conf" <<CONF
$owner
worker_processes 1;
pid $folder/pid;
error_log $folder/error.log;
events { worker_connections 64; }
http {
    access_log $folder/access.log;
    client_body_temp_path $folder/body;
    proxy_temp_path $folder/proxy;
    fastcgi_temp_path $folder/fastcgi;
    uwsgi_temp_path $folder/uwsgi;
    scgi_temp_path $folder/scgi;
    server {
        listen 127.0.0.1:$port;
        root $folder/files;
        location /private/ { if (\$http_x_key != "secret key") { return 401; } }
        location ~ ^/elsewhere/(.*)\$ { return 302 /\$1; }
        location /file-of/ { return 302 file:///etc/passwd; }
    }
}
CONF
    nginx -c "$folder/nginx.conf" -e "$folder/error.log"
    await "$folder/error.log" python3 -c "import socket; socket.create_connection(('127.0.0.1', $port)).close()"
    printf 'http://127.0.0.1:%s\n' "$port"
}

stop() {
    [ ! -f "$1/pid" ] || kill -TERM "$(cat "$1/pid")" 2>/dev/null || true
    rm -rf "$1"
}

has() {
    command -v nginx >/dev/null
}

asked "$@"
