# What the servers of tests have in common. To be sourced.

# A port that nothing listens on.
free_port() {
    python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

# Waits until a command succeeds, a minute and a half at most; then shows the server's LOG and fails.
await() {
    local log="$1"
    shift
    for _ in $(seq 1 900); do
        if "$@" >/dev/null 2>&1; then
            return
        fi
        sleep 0.1
    done
    cat "$log" >&2
    return 1
}

# Runs the function that the first argument names, of those that the script's head tells of.
asked() {
    if grep -q "^#   $(basename "$0") ${1:-}\b" "$0" && [ "${1:-}" ]; then
        "$@"
    else
        sed -n '2,/^set/{/^#/p}' "$0" >&2
        exit 2
    fi
}
