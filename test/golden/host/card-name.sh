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
card_name() {
  if [ -e /run/systemd/container ]; then return 0; fi
  card=$1
  if [ -z "$card" ]; then
    card=$(ip -o -4 addr show | sed -n "s/^[0-9]*: *\([^ ]*\) .* $2\/.*/\1/p" | head -n 1)
  fi
  if [ -z "$card" ] || [ ! -e "/sys/class/net/$card" ]; then return 0; fi
  if udevadm info --query=property "/sys/class/net/$card" | grep -q "^ID_NET_NAME_[A-Z]*=$card\$"; then return 0; fi
  file /etc/systemd/network/05-socle.link 644 root:root shown : "[Match]
PermanentMACAddress=$(cat "/sys/class/net/$card/address")

[Link]
Name=$card
"
}
main() {
mkdir -p "$state"
exec 9>"$state/lock"
flock -w 120 9 || exit 75
begin '"card of 10.10.0.12"' ''
card_name '' 10.10.0.12
finish
printf '{"end":true}\n'
}
main </dev/null
