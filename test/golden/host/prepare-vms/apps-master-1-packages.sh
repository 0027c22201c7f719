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
each_untrusted() {
  action=$1 trusted=$nl
  if [ -e "$2" ]; then trusted="$nl$(cat "$2")$nl"; fi
  shift 2
  while [ $# -gt 0 ]; do
    case $trusted in
      *"$nl$2$nl"*) ;;
      *) "$action" "$1" "$2" ;;
    esac
    shift 2
  done
}
write_authority() {
  if differs "$1: not trusted"; then
    replace "$1" 644 root:root shown : "$2$nl"
    written=yes
  fi
}
refuse_authority() {
  echo "$1 is still not trusted" >&2
  exit 1
}
trusted_authorities() {
  update=$1 written=
  shift
  each_untrusted write_authority "$@"
  if [ -n "$written" ]; then
    eval "$update" >&2
    each_untrusted refuse_authority "$@"
  fi
}
absent() {
  if [ -e "$1" ] || [ -L "$1" ]; then
    if differs "$1: present"; then rm -f "$1"; fi
  fi
}
unit() {
  if ! systemctl is-active --quiet "$1"; then
    rm -f "$state/$1.code"
    systemctl reset-failed "$1" 2>/dev/null || :
    systemd-run --quiet --collect --unit="$1" /bin/sh -c "( $2 ) >$state/$1.log 2>&1; echo \$? >$state/$1.code"
  fi
  while systemctl is-active --quiet "$1"; do
    echo
    sleep 1
  done
  if [ "$(cat "$state/$1.code" 2>/dev/null)" != 0 ]; then
    tail -n 5 "$state/$1.log" >&2
    exit 1
  fi
}
missing() {
  if command -v dpkg-query >/dev/null; then
    known=$(dpkg-query -W -f '${Package} ${db:Status-Status}\n' "$@" 2>/dev/null || :)
    for package in "$@"; do
      case "
$known
" in
        *"
$package installed
"*) ;;
        *) printf '%s ' "$package" ;;
      esac
    done
    return 0
  fi
  for package in "$@"; do
    rpm -q --whatprovides "$package" >/dev/null 2>&1 || printf '%s ' "$package"
  done
}
install_packages() {
  if command -v apt-get >/dev/null; then
    options='-y -q -o DPkg::Lock::Timeout=300'
    unit socle-packages "export DEBIAN_FRONTEND=noninteractive; apt-get $options update && apt-get $options --no-install-recommends -o Dpkg::Options::=--force-confold install $*"
  else
    unit socle-packages "dnf -y -q --setopt=install_weak_deps=False install $*"
  fi
}
packages() {
  wanted=$(missing "$@")
  if [ -z "$wanted" ]; then return 0; fi
  if differs "missing: $wanted"; then
    install_packages "$@"
    forget_seen
    left=$(missing "$@")
    if [ -n "$left" ]; then
      echo "the package manager ended well but these are still missing: $left" >&2
      exit 1
    fi
  fi
}
service() {
  case $2:$3 in
    enabled:running) if seen_unit "$1" enabled active || seen_unit "$1" static active; then return 0; fi ;;
    masked:stopped) if seen_unit "$1" masked inactive; then return 0; fi ;;
  esac
  now=$(systemctl is-enabled "$1" 2>/dev/null || :)
  case $2:$now in
    enabled:enabled | enabled:static | enabled:alias | disabled:disabled | disabled:not-found | disabled: | masked:masked) ;;
    enabled:*) if differs "$1: ${now:-unknown} -> enabled"; then systemctl enable --quiet "$1"; fi ;;
    disabled:*) if differs "$1: $now -> disabled"; then systemctl disable --quiet "$1"; fi ;;
    masked:*) if differs "$1: ${now:-unknown} -> masked"; then systemctl mask --quiet "$1" 2>/dev/null; fi ;;
  esac
  if [ "$3" = any ]; then return 0; fi
  now=stopped
  if systemctl is-active --quiet "$1"; then now=running; fi
  if [ "$now" = "$3" ]; then return 0; fi
  if differs "$1: $now -> $3"; then
    if [ "$3" = running ]; then systemctl start "$1"; else systemctl stop "$1"; fi
  fi
}
handler() {
  if [ ! -e "$state/handlers/$1" ]; then return 0; fi
  if differs pending; then
    eval "$2"
    rm -f "$state/handlers/$1"
  fi
}
part_0() {
begin '"trusted authorities"' ''
trusted_authorities 'update-ca-certificates --fresh' /etc/ssl/certs/ca-certificates.crt /usr/local/share/ca-certificates/socle-artifacts.crt '-----BEGIN CERTIFICATE-----
env:SOCLE_ARTIFACT_CA
-----END CERTIFICATE-----' /usr/local/share/ca-certificates/socle-platform.crt '-----BEGIN CERTIFICATE-----
MIICHTCCAaSgAwIBAgIQRpUE3gBaXhyxB9BukUeObTAKBggqhkjOPQQDAzBAMR0w
GwYDVQQKDBRkZW1vLTEwMC5leGFtcGxlLm9yZzEfMB0GA1UEAwwWZGVtby0xMDAg
cGxhdGZvcm0gcm9vdDAeFw0yNjAxMDEwMDAwMDBaFw0zNjAxMDEwMDAwMDBaMEAx
HTAbBgNVBAoMFGRlbW8tMTAwLmV4YW1wbGUub3JnMR8wHQYDVQQDDBZkZW1vLTEw
MCBwbGF0Zm9ybSByb290MHYwEAYHKoZIzj0CAQYFK4EEACIDYgAEAPBOftXR97dv
ej9XTPMU6WjJgOrsn25RxHXRrFzQXDWAZ8mryiLMVkwXwpaZDThiJYwAEERVj6gZ
9fgfy5dnTfUkmZcmf2zi49RsoIXwykNJlUrWcwEToOzScxGYZS3io2MwYTAPBgNV
HRMBAf8EBTADAQH/MA4GA1UdDwEB/wQEAwIBBjAdBgNVHQ4EFgQUxpUE3gBaXhyx
B9BukUeObZfibKcwHwYDVR0jBBgwFoAUxpUE3gBaXhyxB9BukUeObZfibKcwCgYI
KoZIzj0EAwMDZwAwZAIwdZvvd6twoQN3AkjhFeKdJITrm7eRJD74b2HghOKCrovg
uBqCJuYOWjWhOrrCwPQdAjBml4Hp+kGMj87LbbU4FVl23bG2+CRTWkblf+HbwTIQ
odAhCzV4o6vKgQ/kC+wbRGo=
-----END CERTIFICATE-----'
finish
}
part_1() {
begin '"file /etc/apt/sources.list"' ''
file /etc/apt/sources.list 644 root:root shown : 'deb http://127.10.0.2:18080/debian bookworm main
deb http://127.10.0.2:18080/debian bookworm-updates main
deb http://127.10.0.2:18080/debian-security bookworm-security main
' 81a4 0f465146b7cbe956e991c5a1fc9778d8e11646f69adba2e9500ead641d1cbfbb
finish
}
part_2() {
begin '"no file /etc/apt/sources.list.d/debian.sources"' ''
absent /etc/apt/sources.list.d/debian.sources
finish
}
part_3() {
begin '"no file /etc/apt/sources.list.d/ubuntu.sources"' ''
absent /etc/apt/sources.list.d/ubuntu.sources
finish
}
part_4() {
begin '"packages"' ''
packages auditd ca-certificates chrony cryptsetup curl e2fsprogs iproute2 netcat-openbsd nfs-common nftables open-iscsi openssl rsyslog rsyslog-openssl sudo unattended-upgrades xfsprogs
finish
}
part_5() {
begin '"file /etc/chrony/chrony.conf"' restart-chrony.service
file /etc/chrony/chrony.conf 644 root:root shown : 'server 127.10.0.2 iburst
driftfile /var/lib/chrony/drift
makestep 1.0 3
rtcsync
port 0
cmdport 0
leapsectz right/UTC
logdir /var/log/chrony
' 81a4 3edd4535631061b6a1da489dd54f1eb1d21b66de0cd82b140deb68902634a310
finish
}
part_6() {
begin '"service chrony.service"' ''
if [ ! -e /run/systemd/container ]; then
service chrony.service enabled running
fi
finish
}
part_7() {
begin '"restart chrony.service"' ''
handler restart-chrony.service 'systemctl restart chrony.service'
finish
}
look() {
forget_seen
see_files /etc/apt/sources.list /etc/chrony/chrony.conf
see_units chrony.service
}
main() {
[ -d "$state" ] || mkdir -p "$state"
exec 9>"$state/lock"
flock -w 120 9 || exit 75
look
set -- part_0 part_1 part_2 part_3 part_4 part_5 part_6 part_7
for part in "$@"; do "$part"; done
if [ -n "$changed" ]; then sync -f /etc; fi
printf '{"end":true}\n'
}
main </dev/null
