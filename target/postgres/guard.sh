# Creates and runs PostgreSQL, and lets it outlive nobody: when the pipe on stdin ends (its owner stopped, or was killed,
# even by kill -9), the server goes down at once and its folder is removed.
# $1 = folder of programs, $2 = private folder with `password` and `postgresql.conf`. Prints the pid of the server.
exec 3<&0 </dev/null
trap '' HUP INT TERM
trap : QUIT
# At the end of the pipe, SIGQUIT to this whole process group: initdb, the server, and this watcher itself.
(read -r _ <&3; kill -QUIT 0) >/dev/null &
watcher=$!

# A signal interrupts `wait`, so ask again until the child is really gone.
ended() {
    until wait "$1"; do
        status=$?
        kill -0 "$1" 2>/dev/null || return $status
    done
}

"$1/initdb" -D "$2/data" -U postgres -A scram-sha-256 --pwfile "$2/password" \
    -E UTF8 --no-locale --no-sync --no-instructions >"$2/start.log" 2>&1 3<&- &
if ended $!; then
    rm "$2/password"
    "$1/postgres" -D "$2/data" -c "config_file=$2/postgresql.conf" >"$2/start.log" 2>&1 3<&- &
    server=$!
    echo "$server"
    exec >/dev/null
    ended "$server"
fi
exec >/dev/null
# The folder stays readable until the owner lets go.
ended "$watcher"
rm -rf "$2"
