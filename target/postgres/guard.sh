# Runs PostgreSQL and outlives nobody: when the pipe on stdin ends (its owner stopped or was killed, even by kill -9),
# the server goes down at once and its folder is removed. $1 = postgres, $2 = data folder, $3 = start log, $4 = folder to remove.
trap '' INT TERM HUP
exec 3<&0
"$1" -D "$2" >"$3" 2>&1 </dev/null 3<&- &
server=$!
echo "$server"
exec >/dev/null
(read -r _ <&3; kill -QUIT "$server" 2>/dev/null) &
wait "$server"
status=$?
# An owner that is still there sees the status; the folder stays readable until the owner lets go.
read -r _ <&3
rm -rf "$4"
exit $status
