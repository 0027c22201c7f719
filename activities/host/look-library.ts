/**
 * One look at everything that the resources of a script read, instead of a process or two for each of them. What it saw
 * of files only ever says that something is as it must be; whatever it does not say is compared the long way, which also
 * finds what to report. Needs stat, sha256sum, systemctl.
 *
 * `$files_seen` has a line `PATH MODE USER:GROUP` for each path (MODE as `stat %f` gives it: type and permissions in
 * hexadecimal, of a link itself), `$sums_seen` a line `SHA256  PATH`, `$units_seen` a line `UNIT ENABLEMENT ACTIVITY`;
 * `unit_state UNIT` sets `$state_seen` to `ENABLEMENT ACTIVITY`, to nothing for a unit that was not looked at.
 */
export const lookLibrary = `forget_seen() { files_seen=$nl sums_seen=$nl units_seen=$nl; }
see_files() {
  files_seen="$nl$(stat -c '%n %f %U:%G' "$@" 2>/dev/null || :)$nl"
  sums_seen="$nl$(sha256sum "$@" 2>/dev/null || :)$nl"
}
see_units() {
  unit='' enabled='' active=''
  while read -r line; do
    case $line in
      'Id='*) unit=\${line#*=} ;;
      'UnitFileState='*) enabled=\${line#*=} ;;
      'ActiveState='*) active=\${line#*=} ;;
      '') units_seen="$units_seen$unit $enabled $active$nl" unit='' enabled='' active='' ;;
    esac
  done <<END
$(systemctl show --property=Id,UnitFileState,ActiveState "$@" 2>/dev/null || :)

END
}
seen_path() {
  case $files_seen in *"$nl$1 $2$nl"*) return 0 ;; esac
  return 1
}
seen_file() {
  case $sums_seen in *"$nl$3  $1$nl"*) seen_path "$1" "$2" ;; *) return 1 ;; esac
}
seen_unit() {
  case $units_seen in *"$nl$1 $2 $3$nl"*) return 0 ;; esac
  return 1
}
unit_state() {
  state_seen=
  case $units_seen in *"$nl$1 "*) state_seen=\${units_seen#*"$nl$1 "} state_seen=\${state_seen%%"$nl"*} ;; esac
}
runs() { seen_unit "$1" enabled active || systemctl is-active --quiet "$1"; }
starts_at_boot() {
  if seen_unit "$1" enabled active || seen_unit "$1" enabled inactive; then return 0; fi
  [ "$(systemctl is-enabled "$1" 2>/dev/null || :)" = enabled ]
}`;
