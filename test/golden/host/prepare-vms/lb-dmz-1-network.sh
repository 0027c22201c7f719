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
" '' ''
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
network_manager() {
  if command -v netplan >/dev/null && [ -d /etc/netplan ]; then echo netplan
  elif systemctl is-active --quiet NetworkManager; then echo NetworkManager
  elif systemctl is-active --quiet systemd-networkd; then echo networkd
  else
    echo 'neither netplan, NetworkManager nor systemd-networkd configures the network here; use one, or set options.prepare-vms.network to unmanaged' >&2
    exit 1
  fi
}
static_network() {
  if unconfirmed network; then
    differs 'the network waits for its confirmation' || :
    return 0
  fi
  card=$1
  if [ -z "$card" ]; then
    card=$(ip -o -4 addr show | sed -n "s/^[0-9]*: *\([^ ]*\) .* $2\/.*/\1/p" | head -n 1)
  fi
  manager=$(network_manager)
  old=
  case $manager in
    netplan) path=/etc/netplan/90-socle.yaml content=$3 old=/etc/netplan/50-cloud-init.yaml apply='if [ -e /run/systemd/container ]; then netplan generate && networkctl reload; else netplan apply; fi' ;;
    NetworkManager) path=/etc/NetworkManager/system-connections/socle.nmconnection content=$4 apply='nmcli connection reload; nmcli connection up socle' ;;
    networkd) path=/etc/systemd/network/05-socle.network content=$5 apply='networkctl reload' ;;
  esac
  content=$(printf %s "$content" | sed "s/@CARD@/$card/" && printf x)
  content=${content%x}
  if [ -f "$path" ] && [ "$(cat "$path" && printf x)" = "${content}x" ] && { [ -z "$old" ] || [ ! -e "$old" ]; }; then return 0; fi
  if differs "$path: other content"; then
    arm_restore network "$content" "$apply" "$path" ${old:+"$old"}
    mode600=600
    if [ "$manager" = networkd ]; then mode600=644; fi
    replace "$path" "$mode600" root:root hidden : "$content"
    sync "$path"
    if [ -n "$old" ]; then rm -f "$old"; fi
    eval "$apply" >&2
    applied network
  fi
}
part_0() {
begin '"card of 127.40.0.12"' ''
card_name eth0 127.40.0.12
finish
}
part_1() {
begin '"network 127.40.0.12/24"' ''
static_network eth0 127.40.0.12 'network:
  version: 2
  ethernets:
    @CARD@:
      dhcp4: false
      dhcp6: false
      accept-ra: false
      addresses: [127.40.0.12/24]
      routes:
        - {to: default, via: 127.40.0.1}
      nameservers:
        addresses: [127.10.0.2]
        search: [demo-100.example.org]
      mtu: 1500
' '[connection]
id=socle
type=ethernet
interface-name=@CARD@
autoconnect-priority=100

[ethernet]
mtu=1500

[ipv4]
method=manual
address1=127.40.0.12/24,127.40.0.1
dns=127.10.0.2;
dns-search=demo-100.example.org;

[ipv6]
method=link-local
' '[Match]
Name=@CARD@

[Link]
MTUBytes=1500

[Network]
Address=127.40.0.12/24
Gateway=127.40.0.1
DNS=127.10.0.2
Domains=demo-100.example.org
DHCP=no
IPv6AcceptRA=no
'
finish
}
look() {
forget_seen
see_units socle-restore.timer
}
main() {
[ -d "$state" ] || mkdir -p "$state"
exec 9>"$state/lock"
flock -w 120 9 || exit 75
look
set -- part_0 part_1
for part in "$@"; do "$part"; done
if [ -n "$changed" ]; then sync -f /etc; fi
printf '{"end":true}\n'
}
main </dev/null
