set -eu
umask 022
PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C
export PATH LC_ALL
mode=apply state=/run/socle
begin() { resource=$1; notify=$2; difference=; }
differs() {
  difference="$difference$1
"
  [ "$mode" = apply ] || return 1
  for mark in $notify; do
    mkdir -p "$state/handlers"
    : >"$state/handlers/$mark"
  done
}
finish() {
  if [ -z "$difference" ]; then
    printf '{"resource":%s,"state":"ok"}\n' "$resource"
    return 0
  fi
  result=todo
  if [ "$mode" = apply ]; then result=changed; fi
  printf '{"resource":%s,"state":"%s","diff":"%s"}\n' "$resource" "$result" "$(printf %s "$difference" | base64 | tr -d '\n')"
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
replace() {
  mkdir -p "${1%/*}"
  new=$(mktemp "$1.XXXXXX")
  if printf %s "$6" >"$new" && chown "$3" "$new" && chmod "$2" "$new" && eval "$5" && mv -f "$new" "$1"; then
    label "$1"
    return 0
  fi
  rm -f "$new"
  exit 1
}
file() {
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
      what="$what
$(printf %s "$6" | diff -u "$1" - 2>/dev/null | grep '^[-+]' | grep -v '^--- ' | grep -v '^+++ ' | cut -c 1-160 | head -n 12)"
    fi
  fi
  if differs "$what"; then replace "$@"; fi
}
guarded() {
  if eval "$1" >/dev/null 2>&1; then return 0; fi
  if differs "$2"; then eval "$3" >&2; fi
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
    left=$(missing "$@")
    if [ -n "$left" ]; then
      echo "the package manager ended well but these are still missing: $left" >&2
      exit 1
    fi
  fi
}
service() {
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
main() {
mkdir -p "$state"
exec 9>"$state/lock"
flock -w 120 9 || exit 75
begin '"file /usr/local/share/ca-certificates/socle-artifacts.crt"' ''
file /usr/local/share/ca-certificates/socle-artifacts.crt 644 root:root shown : '-----BEGIN CERTIFICATE-----
env:SOCLE_ARTIFACT_CA
-----END CERTIFICATE-----
'
finish
begin '"trusted authorities"' ''
guarded 'cmp -s /usr/local/share/ca-certificates/socle-artifacts.crt /etc/socle/artifacts-ca.pem' 'the artefact source is not trusted yet' 'update-ca-certificates && mkdir -p /etc/socle && cp /usr/local/share/ca-certificates/socle-artifacts.crt /etc/socle/artifacts-ca.pem'
finish
begin '"file /etc/apt/sources.list"' ''
file /etc/apt/sources.list 644 root:root shown : 'deb http://127.10.0.2:18080/debian bookworm main
deb http://127.10.0.2:18080/debian bookworm-updates main
deb http://127.10.0.2:18080/debian-security bookworm-security main
'
finish
begin '"no file /etc/apt/sources.list.d/debian.sources"' ''
absent /etc/apt/sources.list.d/debian.sources
finish
begin '"no file /etc/apt/sources.list.d/ubuntu.sources"' ''
absent /etc/apt/sources.list.d/ubuntu.sources
finish
begin '"packages"' ''
packages auditd ca-certificates chrony curl e2fsprogs iproute2 netcat-openbsd nftables openssl rsyslog rsyslog-gnutls sudo unattended-upgrades xfsprogs
finish
begin '"file /etc/chrony/chrony.conf"' restart-chrony.service
file /etc/chrony/chrony.conf 644 root:root shown : 'server 127.10.0.2 iburst
driftfile /var/lib/chrony/drift
makestep 1.0 3
rtcsync
port 0
cmdport 0
leapsectz right/UTC
logdir /var/log/chrony
'
finish
begin '"service chrony.service"' ''
if [ ! -e /run/systemd/container ]; then
service chrony.service enabled running
fi
finish
begin '"restart chrony.service"' ''
handler restart-chrony.service 'systemctl restart chrony.service'
finish
printf '{"end":true}\n'
}
main </dev/null
