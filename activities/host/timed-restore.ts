/**
 * For changes that can cut the connection they are made through: the old state comes back by itself after a while unless
 * a second, new connection confirms the change. A change that waits for its confirmation counts as a difference.
 * When the change itself failed half-way, the next attempt puts the old state back at once and begins anew; the last thing
 * a change does is `: >"$state/applied"`.
 * What came back because nobody confirmed the change is refused twice before it is made again: the other attempts of a
 * step would only cut the connection anew, each for a minute. Not for good, because a worker that was away for that long
 * looks the same, and a person who mended the network tries again.
 * Needs systemd-run, systemctl, cp, rm, mkdir, printf, sha256sum, cut.
 */
export const timedRestoreLibrary = `unconfirmed() {
  if seen_unit socle-restore.timer '' inactive; then return 1; fi
  systemctl is-active --quiet socle-restore.timer || return 1
  if [ "$mode" = check ] || [ -e "$state/applied" ]; then return 0; fi
  systemctl stop socle-restore.timer
  /bin/sh "$state/restore" >&2
  rm -f "$state/refused"
  return 1
}
arm_restore() {
  forget_seen
  wanted=$(printf %s "$1" | sha256sum | cut -d' ' -f1)
  refused=$(cat "$state/refused" 2>/dev/null || :)
  case $refused in
    "$wanted" | "$wanted again")
      printf %s "$refused again" >"$state/refused"
      echo 'this was in force for a minute, no new connection was made, and what was before came back; it is not tried again at once. See whether management and ssh in the site file still name where Socle works from' >&2
      exit 1
      ;;
  esac
  rm -f "$state/refused"
  systemctl stop socle-restore.timer 2>/dev/null || :
  rm -rf "$state/before" "$state/applied"
  mkdir -p "$state/before"
  restore="$2; echo $wanted >$state/refused"
  shift 2
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
