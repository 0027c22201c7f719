/**
 * For changes that can cut the connection they are made through: the old state comes back by itself after a while unless
 * a second, new connection confirms the change. A change that waits for its confirmation counts as a difference.
 * When the change itself failed half-way, the next attempt puts the old state back at once and begins anew; the last thing
 * a change does is `: >"$state/applied"`.
 * Needs systemd-run, systemctl, cp, rm, mkdir, printf.
 */
export const timedRestoreLibrary = `unconfirmed() {
  if seen_unit socle-restore.timer '' inactive; then return 1; fi
  systemctl is-active --quiet socle-restore.timer || return 1
  if [ "$mode" = check ] || [ -e "$state/applied" ]; then return 0; fi
  systemctl stop socle-restore.timer
  /bin/sh "$state/restore" >&2
  return 1
}
arm_restore() {
  forget_seen
  systemctl stop socle-restore.timer 2>/dev/null || :
  rm -rf "$state/before" "$state/applied"
  mkdir -p "$state/before"
  restore="$1"
  shift
  for saved in "$@"; do
    copy="$state/before/$(printf %s "$saved" | tr / _)"
    back="rm -f $saved"
    if [ -e "$saved" ]; then
      cp -p "$saved" "$copy"
      back="cp -p $copy $saved"
    fi
    restore="$back; $restore"
  done
  printf '%s\\n' "$restore" >"$state/restore"
  systemd-run --quiet --collect --unit=socle-restore --on-active=60 --timer-property=AccuracySec=1s /bin/sh "$state/restore"
}`;

/** What `unconfirmed` looks at. */
export const restoreUnit = 'socle-restore.timer';

/** Run over a new connection: the change stays. */
export const confirmation = `systemctl stop ${restoreUnit} 2>/dev/null || :`;
