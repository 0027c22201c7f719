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
main() {
mkdir -p "$state"
exec 9>"$state/lock"
flock -w 120 9 || exit 75
begin '"user socle"' ''
user socle Socle /bin/bash sudo
finish
printf '{"end":true}\n'
}
main </dev/null
