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
shadow() { grep "^$1:" /etc/shadow | cut -d: -f"$2"; }
user() {
  if ! grep -q "^$1:" /etc/passwd; then
    if ! differs "$1: missing"; then return 0; fi
    useradd --create-home --shell "$3" --comment "$2" --password '*' "$1"
  fi
  if ! grep -q "^$1:.*:$3\$" /etc/passwd; then
    if differs "$1: other shell"; then usermod --shell "$3" "$1"; fi
  fi
  case $(shadow "$1" 2) in
    '*' | '!' | '!!' | '!*') ;;
    *) if differs "$1: has a password"; then usermod --password '*' "$1"; fi ;;
  esac
  if [ -n "$(shadow "$1" 8)" ]; then
    if differs "$1: expires"; then usermod --expiredate '' "$1"; fi
  fi
  for group in $4; do
    if ! grep -q "^$group:" /etc/group; then
      if differs "group $group: missing"; then groupadd --system "$group"; fi
    fi
    case ",$(grep "^$group:" /etc/group | cut -d: -f4)," in
      *",$1,"*) ;;
      *) if differs "$1: not in group $group"; then usermod --append --groups "$group" "$1"; fi ;;
    esac
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
directory() {
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
  home=$(grep "^$1:" /etc/passwd | cut -d: -f6)
  if [ -n "$home" ]; then
    rm -f "$home/.ssh/authorized_keys" "$home/.ssh/authorized_keys2"
    usermod --lock --expiredate 1 "$1"
    loginctl terminate-user "$1" 2>/dev/null || :
  fi
  gpasswd --delete "$1" "$2" >/dev/null
}
members() {
  group=$1
  shift
  if ! grep -q "^$group:" /etc/group; then
    if differs "group $group: missing"; then groupadd --system "$group"; fi
    return 0
  fi
  for member in $(grep "^$group:" /etc/group | cut -d: -f4 | tr , ' '); do
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
main() {
mkdir -p "$state"
exec 9>"$state/lock"
flock -w 120 9 || exit 75
begin '"user socle"' ''
user socle Socle /bin/bash ''
finish
begin '"keys of socle"' ''
if ! grep -q "^socle:" /etc/passwd; then differs socle:missing || :; else
directory /home/socle/.ssh 700 socle:socle
file /home/socle/.ssh/authorized_keys 600 socle:socle shown : 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIFmg2Q5SqltGB2ii1uL2k8uf3DtBgshJvmHMBQ/lAcHx socle@demo-100
'
fi
finish
begin '"file /etc/sudoers.d/90-socle"' ''
file /etc/sudoers.d/90-socle 440 root:root shown 'visudo -cqf "$new"' 'Defaults:socle !requiretty
socle ALL=(ALL:ALL) NOPASSWD: ALL
%socle-admins ALL=(ALL:ALL) NOPASSWD: ALL
'
finish
begin '"no file /etc/sudoers.d/90-cloud-init-users"' ''
absent /etc/sudoers.d/90-cloud-init-users
finish
begin '"members of socle-admins"' ''
members socle-admins admin-1
finish
begin '"user admin-1"' ''
user admin-1 'Administrator of demo-100' /bin/bash socle-admins
finish
begin '"keys of admin-1"' ''
if ! grep -q "^admin-1:" /etc/passwd; then differs admin-1:missing || :; else
directory /home/admin-1/.ssh 700 admin-1:admin-1
file /home/admin-1/.ssh/authorized_keys 600 admin-1:admin-1 shown : 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIIggZhmGyvN6zDovKJOoo9S+10/Y9yZVL+hNcBWwKkPz admin-1
'
fi
finish
begin '"no file /root/.ssh/authorized_keys"' ''
absent /root/.ssh/authorized_keys
finish
begin '"file /etc/ssh/ssh_host_ed25519_key.pub"' ''
file /etc/ssh/ssh_host_ed25519_key.pub 644 root:root shown : 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAICH/eo9X5iuLoM/Swp+eli32yK8t4r2m0wW8xzKzd2Zc lb-dmz-1
'
finish
begin '"file /etc/ssh/ssh_host_ed25519_key"' reload-ssh.service
file /etc/ssh/ssh_host_ed25519_key 600 root:root hidden : 'the private host key
'
finish
begin '"reload ssh.service"' ''
handler reload-ssh.service 'systemctl reload-or-restart ssh.service'
finish
printf '{"end":true}\n'
}
main </dev/null
