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
kernel_settings() { settings=$(sysctl -e "$@" 2>/dev/null | tr '\t' ' '); }
kernel_setting() {
  case "
$settings
" in
    *"
$1 = $2
"*) return 0 ;;
  esac
  if [ -e /run/systemd/container ] && [ ! -w "$3" ]; then return 0; fi
  now=$(sysctl -n "$1" 2>/dev/null | tr '\t' ' ')
  if differs "$1: ${now:-unknown} -> $2"; then sysctl -q -w "$1=$2"; fi
}
main() {
mkdir -p "$state"
exec 9>"$state/lock"
flock -w 120 9 || exit 75
begin '"kernel settings /etc/sysctl.d/90-socle.conf"' ''
file /etc/sysctl.d/90-socle.conf 644 root:root shown : 'net.ipv4.ip_forward = 1
kernel.kptr_restrict = 2
'
kernel_settings net.ipv4.ip_forward kernel.kptr_restrict
kernel_setting net.ipv4.ip_forward 1 /proc/sys/net/ipv4/ip_forward
kernel_setting kernel.kptr_restrict 2 /proc/sys/kernel/kptr_restrict
finish
printf '{"end":true}\n'
}
main </dev/null
