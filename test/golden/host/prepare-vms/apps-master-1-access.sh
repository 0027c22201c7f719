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
user() {
  if ! account passwd "$1" 6; then
    if ! differs "$1: missing"; then return 0; fi
    useradd --create-home --shell "$3" --comment "$2" --password '*' "$1"
    see_accounts
    account passwd "$1" 6
  fi
  if [ "$field" != "$3" ]; then
    if differs "$1: other shell"; then usermod --shell "$3" "$1"; fi
  fi
  account shadow "$1" 1 || :
  case $field in
    '*' | '!' | '!!' | '!*') ;;
    *) if differs "$1: has a password"; then usermod --password '*' "$1"; fi ;;
  esac
  if account shadow "$1" 7 && [ -n "$field" ]; then
    if differs "$1: expires"; then usermod --expiredate '' "$1"; fi
  fi
  for group in $4; do
    if ! account group "$group" 3; then
      if differs "group $group: missing"; then groupadd --system "$group"; fi
    fi
    case ",$field," in
      *",$1,"*) ;;
      *) if differs "$1: not in group $group"; then usermod --append --groups "$group" "$1"; fi ;;
    esac
  done
  if [ "$mode" = apply ] && [ -n "$difference" ]; then see_accounts; fi
}
label() {
  if command -v restorecon >/dev/null; then restorecon "$1"; fi
}
attributes() {
  now=$(stat -c '%a %U:%G' "$1")
  if [ "$now" != "$2 $3" ]; then
    if differs "$1: $now -> $2 $3"; then
      chown "$3" "$1"
      chmod "$2" "$1"
    fi
  fi
}
make_new() {
  if [ "$2" != 644 ]; then
    new=$(mktemp "$1.XXXXXX")
    printf %s "$6" >"$new" && chmod "$2" "$new"
    return
  fi
  new="$1.socle-$$"
  if [ -e "$new" ] || [ -L "$new" ]; then rm -f "$new"; fi
  set -C
  if printf %s "$6" >"$new"; then set +C; else return 1; fi
}
hand_over() {
  if [ "$3" = root:root ] && [ ! -g "${1%/*}" ]; then return 0; fi
  chown "$3" "$new"
}
replace() {
  if [ ! -d "${1%/*}" ]; then mkdir -p "${1%/*}"; fi
  if make_new "$@" && hand_over "$@" && eval "$5" && mv -f "$new" "$1"; then
    label "$1"
    return 0
  fi
  rm -f "$new"
  exit 1
}
file() {
  if seen_file "$1" "$7 $3" "$8"; then return 0; fi
  now=
  if [ -f "$1" ] && [ ! -L "$1" ]; then now=$(cat "$1" && printf x); fi
  if [ "$now" = "$6x" ]; then
    attributes "$1" "$2" "$3"
    return 0
  fi
  what="$1: missing"
  if [ -n "$now" ]; then
    what="$1: other content"
    if [ "$4" = shown ]; then
      what="$what$nl$(printf %s "$6" | diff -u "$1" - 2>/dev/null | sed -n '/^--- /d;/^+++ /d;s/^\([-+].\{0,159\}\).*/\1/p' | head -n 12)"
    fi
  fi
  if differs "$what"; then replace "$@"; fi
}
directory() {
  if seen_path "$1" "$4 $3"; then return 0; fi
  if [ ! -d "$1" ]; then
    if differs "$1: missing"; then
      mkdir -p "$1"
      chown "$3" "$1"
      chmod "$2" "$1"
      label "$1"
    fi
    return 0
  fi
  attributes "$1" "$2" "$3"
}
absent() {
  if [ -e "$1" ] || [ -L "$1" ]; then
    if differs "$1: present"; then rm -f "$1"; fi
  fi
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
handler() {
  if [ ! -e "$state/handlers/$1" ]; then return 0; fi
  if differs pending; then
    eval "$2"
    rm -f "$state/handlers/$1"
  fi
}
part_0() {
begin '"user socle"' ''
user socle Socle /bin/bash ''
finish
}
part_1() {
begin '"keys of socle"' ''
if ! account passwd socle 1; then differs socle:missing || :; else
directory /home/socle/.ssh 700 socle:socle 41c0
file /home/socle/.ssh/authorized_keys 600 socle:socle shown : 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIFmg2Q5SqltGB2ii1uL2k8uf3DtBgshJvmHMBQ/lAcHx socle@demo-100
' 8180 b4b229ef0164771353128ec792b427ff9a6c8a7c81543189201ec5c0a91e61d7
fi
finish
}
part_2() {
begin '"file /etc/sudoers.d/90-socle"' ''
file /etc/sudoers.d/90-socle 440 root:root shown 'visudo -cqf "$new"' 'Defaults:socle !requiretty
socle ALL=(ALL:ALL) NOPASSWD: ALL
%socle-admins ALL=(ALL:ALL) NOPASSWD: ALL
' 8120 13b3964843b9836ddeffe070ff13a05a90317a34bc81af67e592e6198304ef6d
finish
}
part_3() {
begin '"no file /etc/sudoers.d/90-cloud-init-users"' ''
absent /etc/sudoers.d/90-cloud-init-users
finish
}
part_4() {
begin '"members of socle-admins"' ''
members socle-admins admin-1
finish
}
part_5() {
begin '"user admin-1"' ''
user admin-1 'Administrator of demo-100' /bin/bash socle-admins
finish
}
part_6() {
begin '"keys of admin-1"' ''
if ! account passwd admin-1 1; then differs admin-1:missing || :; else
directory /home/admin-1/.ssh 700 admin-1:admin-1 41c0
file /home/admin-1/.ssh/authorized_keys 600 admin-1:admin-1 shown : 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIIggZhmGyvN6zDovKJOoo9S+10/Y9yZVL+hNcBWwKkPz admin-1
' 8180 c8568613365ad38b4e2830e0088b10cdf457e027a83673d0e7bca491199d4fa6
fi
finish
}
part_7() {
begin '"no file /root/.ssh/authorized_keys"' ''
absent /root/.ssh/authorized_keys
finish
}
part_8() {
begin '"file /etc/ssh/ssh_host_ed25519_key.pub"' ''
file /etc/ssh/ssh_host_ed25519_key.pub 644 root:root shown : 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIDpB+25Yzr2OIPfgbqd9Sm0qixoMS1xvMzrxmWhd2/8r apps-master-1
' 81a4 766902193d4779b566dca86ade6ac277199aaf5c53a81853d3d6bfdbcc3d70fe
finish
}
part_9() {
begin '"file /etc/ssh/ssh_host_ed25519_key"' reload-ssh.service
file /etc/ssh/ssh_host_ed25519_key 600 root:root hidden : 'the private host key
' 8180 81802eb2ae7233a2f184efb572a0229098f612a95f5b9270d146a48d710db462
finish
}
part_10() {
begin '"reload ssh.service"' ''
handler reload-ssh.service 'systemctl reload-or-restart ssh.service'
finish
}
look() {
forget_seen
see_files /home/socle/.ssh /home/socle/.ssh/authorized_keys /etc/sudoers.d/90-socle /home/admin-1/.ssh /home/admin-1/.ssh/authorized_keys /etc/ssh/ssh_host_ed25519_key.pub /etc/ssh/ssh_host_ed25519_key
see_accounts
}
main() {
[ -d "$state" ] || mkdir -p "$state"
exec 9>"$state/lock"
flock -w 120 9 || exit 75
look
set -- part_0 part_1 part_2 part_3 part_4 part_5 part_6 part_7 part_8 part_9 part_10
for part in "$@"; do "$part"; done
if [ -n "$changed" ]; then sync -f /etc; fi
printf '{"end":true}\n'
}
main </dev/null
