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
host_name() {
  now=$(hostname)
  if [ "$now" = "$1" ]; then return 0; fi
  if differs "$now -> $1"; then hostname "$1"; fi
}
handler() {
  if [ ! -e "$state/handlers/$1" ]; then return 0; fi
  if differs pending; then
    eval "$2"
    rm -f "$state/handlers/$1"
  fi
}
part_0() {
begin '"file /etc/cloud/cloud.cfg.d/99-socle.cfg"' ''
file /etc/cloud/cloud.cfg.d/99-socle.cfg 644 root:root shown : 'network: {config: disabled}
ssh_deletekeys: false
preserve_hostname: true
manage_etc_hosts: false
' 81a4 115a822a2c119a370b6d00fe443973b1f15ce53448a331bc3271af3eaa123f31
finish
}
part_1() {
begin '"host name lb-dmz-1"' ''
file /etc/hostname 644 root:root shown : 'lb-dmz-1
' 81a4 1815a4fdadd68927c69ebfd861358e8fa1ad127f21658c395a042ae608171bda
host_name lb-dmz-1
finish
}
part_2() {
begin '"file /etc/hosts"' ''
file /etc/hosts 644 root:root shown : '127.0.0.1 localhost
::1 localhost ip6-localhost ip6-loopback
127.10.0.10 vault-1.demo-100.example.org vault-1
127.10.0.11 vault-2.demo-100.example.org vault-2
127.10.0.12 vault-3.demo-100.example.org vault-3
127.10.0.15 gitops-1.demo-100.example.org gitops-1
127.10.0.17 monitoring-1.demo-100.example.org monitoring-1
127.20.0.11 lb-lan-1.demo-100.example.org lb-lan-1
127.20.0.12 lb-lan-2.demo-100.example.org lb-lan-2
127.30.0.11 lb-integration-1.demo-100.example.org lb-integration-1
127.30.0.12 lb-integration-2.demo-100.example.org lb-integration-2
127.40.0.12 lb-dmz-1.demo-100.example.org lb-dmz-1
127.40.0.13 lb-dmz-2.demo-100.example.org lb-dmz-2
127.20.0.13 apps-master-1.demo-100.example.org apps-master-1
127.20.0.14 apps-master-2.demo-100.example.org apps-master-2
127.20.0.15 apps-master-3.demo-100.example.org apps-master-3
127.30.0.13 middleware-master-1.demo-100.example.org middleware-master-1
127.30.0.14 middleware-master-2.demo-100.example.org middleware-master-2
127.30.0.15 middleware-master-3.demo-100.example.org middleware-master-3
127.30.0.16 middleware-worker-1.demo-100.example.org middleware-worker-1
127.40.0.14 dmz-node-1.demo-100.example.org dmz-node-1
127.40.0.15 dmz-node-2.demo-100.example.org dmz-node-2
127.40.0.16 dmz-node-3.demo-100.example.org dmz-node-3
127.30.0.10 vault.demo-100.example.org
127.30.0.10 rancher.demo-100.example.org
127.30.0.10 argocd.demo-100.example.org
127.30.0.10 sso.demo-100.example.org
127.30.0.10 s3.demo-100.example.org
127.30.0.10 n8n.demo-100.example.org
127.30.0.10 flowable.demo-100.example.org
127.30.0.10 kafka.demo-100.example.org
127.10.0.15 registry.demo-100.example.org
127.10.0.15 git.demo-100.example.org
127.10.0.17 monitoring.demo-100.example.org
127.20.0.10 portal.demo-100.example.org
127.20.0.10 internal.demo-100.example.org
127.20.0.10 backoffice.demo-100.example.org
127.20.0.10 gco.demo-100.example.org
127.20.0.10 api.demo-100.example.org
127.40.0.10 public-api.demo-100.example.org
' 81a4 364359db10764a06fc9f143f616be0a876b8578c0994dee7b1ae163191c63c13
finish
}
part_3() {
begin '"name servers"' restart-resolved
if runs systemd-resolved.service; then
file /etc/systemd/resolved.conf.d/90-socle.conf 644 root:root shown : '[Resolve]
DNS=127.10.0.2
Domains=demo-100.example.org
LLMNR=no
MulticastDNS=no
' 81a4 661b37aa7bbc0eb10730e35af51ee50ebb34e93a6f13457e9b9ae6bf6f678bce
elif ! systemctl is-active --quiet NetworkManager.service; then
file /etc/resolv.conf 644 root:root shown : 'search demo-100.example.org
nameserver 127.10.0.2
' 81a4 62e820d59441f695aa0821932c02a07ffe4d9c6d713b5d6ca585f82bf03b7dc1
fi
handler restart-resolved 'if systemctl is-active --quiet systemd-resolved.service; then systemctl restart systemd-resolved.service; fi'
finish
}
part_4() {
begin '"restart resolved"' ''
handler restart-resolved 'if systemctl is-active --quiet systemd-resolved.service; then systemctl restart systemd-resolved.service; fi'
finish
}
look() {
forget_seen
see_files /etc/cloud/cloud.cfg.d/99-socle.cfg /etc/hostname /etc/hosts /etc/systemd/resolved.conf.d/90-socle.conf
see_units systemd-resolved.service
}
main() {
[ -d "$state" ] || mkdir -p "$state"
exec 9>"$state/lock"
flock -w 120 9 || exit 75
look
set -- part_0 part_1 part_2 part_3 part_4
for part in "$@"; do "$part"; done
if [ -n "$changed" ]; then sync -f /etc; fi
printf '{"end":true}\n'
}
main </dev/null
