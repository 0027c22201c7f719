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
mask_units() {
  left=$1
  shift
  wrong=
  for unit in "$@"; do
    if [ "$(systemctl is-enabled "$unit" 2>/dev/null || :)" != masked ]; then wrong="$wrong $unit"; fi
  done
  if [ -n "$wrong" ]; then
    if differs "not masked:$wrong"; then systemctl mask --quiet "$@" 2>/dev/null; fi
  fi
  for unit in "$@"; do
    case " $left " in
      *" $unit "*) continue ;;
    esac
    if systemctl is-active --quiet "$unit"; then
      if differs "$unit: running -> stopped"; then systemctl stop "$unit"; fi
    fi
  done
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
unconfirmed() {
  systemctl is-active --quiet socle-restore.timer || return 1
  if [ "$mode" = check ] || [ -e "$state/applied" ]; then return 0; fi
  systemctl stop socle-restore.timer
  /bin/sh "$state/restore" >&2
  rm -f "$state/refused"
  return 1
}
arm_restore() {
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
  printf '%s\n' "$restore" >"$state/restore"
  systemd-run --quiet --collect --unit=socle-restore --on-active=60 --timer-property=AccuracySec=1s /bin/sh "$state/restore"
}
firewall_now() { sha256sum <"$1" && nft -s list table inet socle; }
firewall() {
  if unconfirmed; then
    differs 'the rules wait for their confirmation' || :
    return 0
  fi
  if [ -e "$1" ] && [ "$(cat "$1" && printf x)" = "$3x" ] && [ "$(firewall_now "$1" 2>/dev/null || :)" = "$(cat "$2" 2>/dev/null || :)" ]; then
    return 0
  fi
  if differs "table inet socle: other rules"; then
    arm_restore "$3" "rm -f $2; nft delete table inet socle; [ ! -e $1 ] || nft -f $1" "$1"
    replace "$1" 600 root:root hidden 'nft -c -f "$new"' "$3"
    nft -f "$1"
    firewall_now "$1" >"$2"
    : >"$state/applied"
  fi
}
main() {
mkdir -p "$state"
exec 9>"$state/lock"
flock -w 120 9 || exit 75
begin '"masked units"' ''
mask_units nftables.service nftables.service ufw.service firewalld.service rpcbind.socket rpcbind.service
finish
begin '"firewall"' ''
firewall /etc/socle/firewall.nft /etc/socle/firewall.loaded 'table inet socle
delete table inet socle
table inet socle {
  chain input {
    type filter hook input priority filter; policy drop;
    ct state established,related accept
    ct state invalid drop
    iifname "lo" accept
    ip protocol icmp icmp type { echo-request, destination-unreachable, time-exceeded } limit rate 50/second accept
    meta l4proto ipv6-icmp limit rate 50/second accept
    ip saddr 127.0.0.1/32 tcp dport 2222 accept comment "2 SSH"
    ip saddr 127.0.0.1/32 tcp dport 6443 accept comment "5 Kubernetes API"
    ip saddr 127.0.0.1/32 tcp dport 443 accept comment "6 consoles and functional checks"
    ip saddr { 127.10.0.10, 127.10.0.11, 127.10.0.12 } tcp dport 6443 accept comment "21 TokenReview of the Kubernetes auth methods"
    ip saddr 127.10.0.15 tcp dport 443 accept comment "26 Gogs webhook to Argo CD (optional)"
    ip saddr 127.40.0.13 meta l4proto vrrp accept comment "28 keepalived, unicast"
    ip saddr { 127.0.0.1/32, 127.10.0.17 } tcp dport 8404 accept comment "29 HAProxy statistics, TLS and password"
    tcp dport { 443, 80 } accept comment "38 public portals and APIs; 80 only redirects"
    ip saddr { 127.40.0.14, 127.40.0.15, 127.40.0.16 } tcp dport { 6443, 9345 } accept comment "46 join and API through the pair"
    limit rate 5/second log prefix "socle-drop " level info
    counter drop
  }
}
'
file /etc/systemd/system/socle-firewall.service 644 root:root shown : '[Unit]
Description=Socle'\''s firewall: the table inet socle
DefaultDependencies=no
After=local-fs.target systemd-modules-load.service
Before=network-pre.target
Wants=network-pre.target

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/usr/sbin/nft -f /etc/socle/firewall.nft

[Install]
WantedBy=sysinit.target
'
if [ "$(systemctl is-enabled socle-firewall.service 2>/dev/null || :)" != enabled ]; then
if differs 'not loaded at boot'; then systemctl enable --quiet socle-firewall.service; fi
fi
finish
printf '{"end":true}\n'
}
main </dev/null
