set -eu
umask 022
PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C
export PATH LC_ALL
mode=apply state=/run/socle changed='' nl='
'
begin() { resource=$1; notify=$2; difference=; }
differs() {
  difference="$difference$1$nl"
  [ "$mode" = apply ] || return 1
  for mark in $notify; do
    [ -d "$state/handlers" ] || mkdir -p "$state/handlers"
    : >"$state/handlers/$mark"
  done
}
finish() {
  if [ -z "$difference" ]; then
    printf '{"resource":%s,"state":"ok"}\n' "$resource"
    return 0
  fi
  result=todo
  if [ "$mode" = apply ]; then
    result=changed
    changed="$changed $part"
  fi
  text=
  rest=$difference
  while [ -n "$rest" ]; do
    text="$text${rest%%"$nl"*}\\n"
    rest=${rest#*"$nl"}
  done
  case $difference in *\\* | *\"*) text= ;; esac
  case $text in '' | *[![:print:]]*) text="base64:$(printf %s "$difference" | base64 | tr -d '\n')" ;; esac
  printf '{"resource":%s,"state":"%s","diff":"%s"}\n' "$resource" "$result" "$text"
}
forget_seen() { files_seen=$nl sums_seen=$nl units_seen=$nl; }
see_files() {
  files_seen="$nl$(stat -c '%n %f %U:%G' "$@" 2>/dev/null || :)$nl"
  sums_seen="$nl$(sha256sum "$@" 2>/dev/null || :)$nl"
}
see_units() {
  unit='' enabled='' active=''
  while read -r line; do
    case $line in
      'Id='*) unit=${line#*=} ;;
      'UnitFileState='*) enabled=${line#*=} ;;
      'ActiveState='*) active=${line#*=} ;;
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
  case $units_seen in *"$nl$1 "*) state_seen=${units_seen#*"$nl$1 "} state_seen=${state_seen%%"$nl"*} ;; esac
}
runs() { seen_unit "$1" enabled active || systemctl is-active --quiet "$1"; }
starts_at_boot() {
  if seen_unit "$1" enabled active || seen_unit "$1" enabled inactive; then return 0; fi
  [ "$(systemctl is-enabled "$1" 2>/dev/null || :)" = enabled ]
}
see_accounts() { accounts="$nl$(grep : /etc/passwd /etc/shadow /etc/group 2>/dev/null || :)$nl"; }
account() {
  field=
  case $accounts in *"$nl/etc/$1:$2:"*) ;; *) return 1 ;; esac
  field=${accounts#*"$nl/etc/$1:$2:"}
  field=${field%%"$nl"*}
  left=$3
  while [ "$left" -gt 1 ]; do field=${field#*:} left=$((left - 1)); done
  field=${field%%:*}
}
withdraw() {
  if account passwd "$1" 5; then
    home=$field
    rm -f "$home/.ssh/authorized_keys" "$home/.ssh/authorized_keys2"
    usermod --lock --expiredate 1 "$1"
    loginctl terminate-user "$1" 2>/dev/null || :
  fi
  gpasswd --delete "$1" "$2" >/dev/null
  see_accounts
}
members() {
  group=$1
  shift
  if ! account group "$group" 3; then
    if differs "group $group: missing"; then
      groupadd --system "$group"
      see_accounts
    fi
    return 0
  fi
  others=$field
  while [ -n "$others" ]; do
    member=${others%%,*}
    case $others in *,*) others=${others#*,} ;; *) others= ;; esac
    case " $* " in
      *" $member "*) ;;
      *) if differs "$member: withdrawn"; then withdraw "$member" "$group"; fi ;;
    esac
  done
}
part_0() {
begin '"members of socle-admins"' ''
members socle-admins admin-1
finish
}
look() {
forget_seen
see_accounts
}
main() {
[ -d "$state" ] || mkdir -p "$state"
exec 9>"$state/lock"
flock -w 120 9 || exit 75
look
set -- part_0
for part in "$@"; do "$part"; done
if [ -n "$changed" ]; then sync -f /etc; fi
printf '{"end":true}\n'
}
main </dev/null
