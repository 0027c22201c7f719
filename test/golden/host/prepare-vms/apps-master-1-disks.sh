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
blank_disk() {
  lsblk -bdnro NAME,SIZE,TYPE | while read -r name size type; do
    if [ "$type" = disk ] && [ "$size" = "$1" ] && [ "$(lsblk -nro NAME "/dev/$name" | grep -c .)" = 1 ]; then
      code=0
      blkid -p "/dev/$name" >/dev/null 2>&1 || code=$?
      if [ "$code" = 2 ]; then printf '%s\n' "/dev/$name"; fi
    fi
  done | head -n 1
}
data_disk() {
  device=$(blkid -L "$1" || :)
  if [ -z "$device" ]; then
    device=$(blank_disk "$2")
    if ! differs "no file system $1 yet"; then return 0; fi
    if [ -z "$device" ]; then
      echo "no blank disk of exactly $2 bytes for $3; disks here: $(lsblk -bdnro NAME,SIZE,TYPE | tr '\n' ';')" >&2
      exit 1
    fi
    mkfs.ext4 -q -L "$1" "$device"
  fi
  entry="UUID=$(blkid -o value -s UUID "$device") $3 ext4 defaults,nofail,x-systemd.device-timeout=30 0 2"
  if ! grep -qxF "$entry" /etc/fstab; then
    if differs "$3: not in fstab"; then
      { grep -v "^[^#]* $3 " /etc/fstab || :; printf '%s\n' "$entry"; } >/etc/fstab.socle
      chmod 644 /etc/fstab.socle
      mv -f /etc/fstab.socle /etc/fstab
    fi
  fi
  if ! mountpoint -q "$3"; then
    if differs "$3: not mounted"; then
      mkdir -p "$3"
      mount "$3"
      label "$3"
    fi
  fi
}
part_0() {
begin '"data disk /var/lib/rancher"' ''
data_disk socle-rancher 53687091200 /var/lib/rancher
finish
}
part_1() {
begin '"data disk /var/lib/longhorn"' ''
data_disk socle-longhorn 161061273600 /var/lib/longhorn
finish
}
look() {
forget_seen
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
