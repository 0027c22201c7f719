/**
 * For changes that can cut the connection they are made through: the old state comes back by itself after a while unless
 * a second, new connection confirms the change. A change that waits for its confirmation counts as a difference.
 * Needs systemd-run, systemctl, cp, rm, mkdir, printf.
 */
export const timedRestoreLibrary = `unconfirmed() { systemctl is-active --quiet socle-restore.timer; }
arm_restore() {
  systemctl stop socle-restore.timer 2>/dev/null || :
  rm -rf "$state/before"
  mkdir -p "$state/before"
  restore="$1"
  shift
  for path in "$@"; do
    copy="$state/before/$(printf %s "$path" | tr / _)"
    if [ -e "$path" ]; then
      cp -p "$path" "$copy"
      restore="cp -p $copy $path; $restore"
    else
      restore="rm -f $path; $restore"
    fi
  done
  printf '%s\\n' "$restore" >"$state/restore"
  systemd-run --quiet --collect --unit=socle-restore --on-active=60 --timer-property=AccuracySec=1s /bin/sh "$state/restore"
}`;

/** Run over a new connection: the change stays. */
export const confirmScript = 'systemctl stop socle-restore.timer 2>/dev/null || :\n';
