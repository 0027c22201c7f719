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
main() {
mkdir -p "$state"
exec 9>"$state/lock"
flock -w 120 9 || exit 75
begin '"members of socle-admins"' ''
members socle-admins admin-1
finish
printf '{"end":true}\n'
}
main </dev/null
