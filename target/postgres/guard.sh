# Creates and runs PostgreSQL, and lets it outlive nobody: when the pipe on stdin ends (its owner stopped, or was killed,
# even by kill -9), the server goes down at once and its folder is removed.
# $1 = folder of programs, $2 = private folder with `password` and `postgresql.conf`.
# Prints the pid of the server; its output ends when the last process of the server is gone.
exec 3<&0 4>&1 </dev/null >/dev/null
trap '' HUP INT TERM
(
    "$1/initdb" -D "$2/data" -U postgres -A scram-sha-256 --pwfile "$2/password" \
        -E UTF8 --no-locale --no-sync --no-instructions >"$2/start.log" 2>&1 3<&- || exit
    rm "$2/password"
    exec "$1/postgres" -D "$2/data" -c "config_file=$2/postgresql.conf" >"$2/start.log" 2>&1 3<&-
) &
server=$!
echo "$server" >&4
exec 4>&-
read -r _ <&3

# Asked until it is gone: a server that has only just begun does not listen to signals yet.
while kill -QUIT "$server" 2>/dev/null; do
    sleep 0.05
done
# Orphans of a killed server may write for a moment longer.
for _ in 1 2 3 4 5 6 7 8 9 10; do
    rm -rf "$2" && break
    sleep 0.1
done
