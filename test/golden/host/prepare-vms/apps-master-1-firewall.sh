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
mask_units() {
  left=$1
  shift
  wrong='' running=''
  for unit in "$@"; do
    unit_state "$unit"
    enabled=${state_seen% *} active=${state_seen##* }
    if [ -z "$state_seen" ]; then
      enabled=$(systemctl is-enabled "$unit" 2>/dev/null || :)
      active=$(systemctl is-active "$unit" || :)
    fi
    if [ "$enabled" != masked ]; then wrong="$wrong $unit"; fi
    case " $left " in *" $unit "*) continue ;; esac
    if [ "$active" = active ]; then running="$running $unit"; fi
  done
  if [ -n "$wrong" ]; then
    if differs "not masked:$wrong"; then systemctl mask --quiet --no-reload "$@" 2>/dev/null; fi
  fi
  if [ -n "$running" ]; then
    if differs "running:$running"; then
      for unit in $running; do systemctl stop "$unit"; done
    fi
  fi
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
restoring=
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
  wanted=$(printf '%s\n' "$1" "$2" | sha256sum | cut -d' ' -f1)
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
  printf '%s\n' "$restore" >"$state/restore.new"
  mv -f "$state/restore.new" "$state/restore"
  echo "$name" >>"$state/armed"
  if [ -n "$restoring" ]; then return 0; fi
  systemd-run --quiet --collect --unit=socle-restore --on-active=60 --timer-property=AccuracySec=1s /bin/sh "$state/restore"
  restoring=yes
}
applied() { echo "$1" >>"$state/applied"; }
firewall_now() { sha256sum <"$1" && nft -s list table inet socle; }
firewall() {
  if unconfirmed firewall; then
    differs 'the rules wait for their confirmation' || :
    return 0
  fi
  if [ -e "$1" ] && [ "$(cat "$1" && printf x)" = "$3x" ] && [ "$(firewall_now "$1" 2>/dev/null || :)" = "$(cat "$2" 2>/dev/null || :)" ]; then
    return 0
  fi
  if differs "table inet socle: other rules"; then
    arm_restore firewall "$3" "rm -f $2; nft delete table inet socle; [ ! -e $1 ] || nft -f $1" "$1"
    replace "$1" 600 root:root hidden 'nft -c -f "$new"' "$3"
    nft -f "$1"
    firewall_now "$1" >"$2"
    applied firewall
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
begin '"masked units"' reread-units
mask_units nftables.service nftables.service ufw.service firewalld.service rpcbind.socket rpcbind.service
finish
}
part_1() {
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
    iifname { "cali*", "flannel.1" } ip saddr 10.42.0.0/16 accept comment "pods of this node"
    ip saddr 127.0.0.1/32 tcp dport 2222 accept comment "2 SSH"
    ip saddr { 127.20.0.11, 127.20.0.12 } tcp dport { 6443, 9345 } accept comment "30 API and registration"
    ip saddr { 127.20.0.11, 127.20.0.12 } tcp dport { 443, 80 } accept comment "33 portals and internal APIs"
    ip saddr { 127.20.0.14, 127.20.0.15 } tcp dport { 6443, 9345 } accept comment "47 agents go to the servers directly"
    ip saddr { 127.20.0.14, 127.20.0.15 } tcp dport { 2379, 2380 } accept comment "48 etcd"
    ip saddr { 127.20.0.14, 127.20.0.15 } tcp dport 10250 accept comment "49 kubelet"
    ip saddr { 127.20.0.14, 127.20.0.15 } udp dport 8472 accept comment "50 VXLAN of Canal"
    ip saddr { 127.20.0.14, 127.20.0.15 } tcp dport 5001 accept comment "51 embedded registry mirror"
    limit rate 5/second log prefix "socle-drop " level info
    counter drop
  }
}
'
finish
}
part_2() {
begin '"firewall at boot"' reread-units
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
' 81a4 ec43fc2897a8cd92ec0816d7b9b3272c4ecfb987e771a9ab91b593d198d830de
if ! starts_at_boot socle-firewall.service; then
if differs 'not loaded at boot'; then systemctl enable --quiet --no-reload socle-firewall.service; fi
fi
finish
}
part_3() {
begin '"reread units"' ''
handler reread-units 'systemctl daemon-reload'
finish
}
look() {
forget_seen
see_files /etc/systemd/system/socle-firewall.service
see_units nftables.service ufw.service firewalld.service rpcbind.socket rpcbind.service socle-restore.timer socle-firewall.service
}
main() {
[ -d "$state" ] || mkdir -p "$state"
exec 9>"$state/lock"
flock -w 120 9 || exit 75
look
set -- part_0 part_1 part_2 part_3
for part in "$@"; do "$part"; done
if [ -n "$changed" ]; then sync -f /etc; fi
printf '{"end":true}\n'
}
main </dev/null
