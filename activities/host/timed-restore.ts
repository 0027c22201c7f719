/**
 * For changes that can cut the connection they are made through: the old state comes back by itself after a while unless
 * a second, new connection confirms the change. Several changes of one script share the timer, which runs from the first;
 * what it would do is read when it does it. `$state/armed` and `$state/applied` name them. A change that waits for its
 * confirmation counts as a difference. When a change itself failed half-way, the next attempt puts all of the old state
 * back at once and begins anew; the last thing a change does is `applied NAME`.
 * What came back because nobody confirmed the change is refused twice before it is made again: the other attempts of a
 * step would only cut the connection anew, each for a minute. Not for good, because a worker that was away for that long
 * looks the same, and a person who mended the network tries again.
 * Needs systemd-run, systemctl, cp, mv, rm, mkdir, printf, sha256sum, cut, grep, cat.
 */
export const timedRestoreLibrary = `restoring=
restore_waits() { ! seen_unit socle-restore.timer '' inactive && systemctl is-active --quiet socle-restore.timer; }
unconfirmed() {
  if [ -z "$restoring" ]; then
    restore_waits || return 1
    if [ "$mode" != check ] && [ "$(cat "$state/armed")" != "$(cat "$state/applied" 2>/dev/null)" ]; then
      systemctl stop socle-restore.timer
      /bin/sh "$state/restore" >&2
      rm -f "$state/refused"
      forget_seen
      return 1
    fi
  fi
  grep -qx "$1" "$state/armed" 2>/dev/null
}
refuse_again() {
  times=$(grep -cx "$1" "$state/refused" 2>/dev/null || :)
  case $times in
    1 | 2)
      echo "$1" >>"$state/refused"
      echo 'this was in force for a minute, no new connection was made, and what was before came back; it is not tried again at once. See whether management and ssh in the site file still name where Socle works from' >&2
      exit 1
      ;;
  esac
  rm -f "$state/refused"
}
arm_restore() {
  name=$1
  wanted=$(printf '%s\\n' "$1" "$2" | sha256sum | cut -d' ' -f1)
  refuse_again "$wanted"
  earlier=
  if [ -n "$restoring" ]; then
    earlier=$(cat "$state/restore")
  elif restore_waits; then
    systemctl stop socle-restore.timer
    earlier=$(cat "$state/restore")
  else
    rm -rf "$state/before" "$state/armed" "$state/applied"
    mkdir -p "$state/before"
  fi
  restore="$3; echo $wanted >>$state/refused; $earlier"
  shift 3
  for saved in "$@"; do
    copy="$state/before/$(printf %s "$saved" | tr / _)"
    back="rm -f $saved"
    if [ -e "$saved" ]; then
      cp -p "$saved" "$copy"
      back="cp -p $copy $saved"
    fi
    restore="$back; $restore"
  done
  printf '%s\\n' "$restore" >"$state/restore.new"
  mv -f "$state/restore.new" "$state/restore"
  echo "$name" >>"$state/armed"
  if [ -n "$restoring" ]; then return 0; fi
  systemd-run --quiet --collect --unit=socle-restore --on-active=60 --timer-property=AccuracySec=1s /bin/sh "$state/restore"
  restoring=yes
}
applied() { echo "$1" >>"$state/applied"; }`;

/** What `unconfirmed` looks at. */
export const restoreUnit = 'socle-restore.timer';

/** Run over a new connection: the change stays. */
export const confirmation = `systemctl stop ${restoreUnit} 2>/dev/null || :`;
