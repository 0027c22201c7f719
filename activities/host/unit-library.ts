/**
 * Needs systemd-run, systemctl, sleep, cat, tail, rm. Long work runs as a unit of its own that survives a lost
 * connection; the next attempt finds it running and waits for it. Its exit code and its last words stand in files, since
 * a unit that was collected cannot be asked. The empty lines keep the watch for silent commands quiet.
 */
export const unitLibrary = `unit() {
  if ! systemctl is-active --quiet "$1"; then
    rm -f "$state/$1.code"
    systemctl reset-failed "$1" 2>/dev/null || :
    systemd-run --quiet --collect --unit="$1" /bin/sh -c "( $2 ) >$state/$1.log 2>&1; echo \\$? >$state/$1.code"
  fi
  while systemctl is-active --quiet "$1"; do
    echo
    sleep 1
  done
  if [ "$(cat "$state/$1.code" 2>/dev/null)" != 0 ]; then
    tail -n 5 "$state/$1.log" >&2
    exit 1
  fi
}`;
