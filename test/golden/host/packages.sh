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
unit() {
  if ! systemctl is-active --quiet "$1"; then
    rm -f "$state/$1.code"
    systemctl reset-failed "$1" 2>/dev/null || :
    systemd-run --quiet --collect --unit="$1" /bin/sh -c "( $2 ) >$state/$1.log 2>&1; echo \$? >$state/$1.code"
  fi
  while systemctl is-active --quiet "$1"; do
    echo
    sleep 1
  done
  if [ "$(cat "$state/$1.code" 2>/dev/null)" != 0 ]; then
    tail -n 5 "$state/$1.log" >&2
    exit 1
  fi
}
missing() {
  if command -v dpkg-query >/dev/null; then
    known=$(dpkg-query -W -f '${Package} ${db:Status-Status}\n' "$@" 2>/dev/null || :)
    for package in "$@"; do
      case "
$known
" in
        *"
$package installed
"*) ;;
        *) printf '%s ' "$package" ;;
      esac
    done
    return 0
  fi
  for package in "$@"; do
    rpm -q --whatprovides "$package" >/dev/null 2>&1 || printf '%s ' "$package"
  done
}
install_packages() {
  if command -v apt-get >/dev/null; then
    options='-y -q -o DPkg::Lock::Timeout=300'
    unit socle-packages "export DEBIAN_FRONTEND=noninteractive; apt-get $options update && apt-get $options --no-install-recommends -o Dpkg::Options::=--force-confold install $*"
  else
    unit socle-packages "dnf -y -q --setopt=install_weak_deps=False install $*"
  fi
}
packages() {
  wanted=$(missing "$@")
  if [ -z "$wanted" ]; then return 0; fi
  if differs "missing: $wanted"; then
    install_packages "$@"
    left=$(missing "$@")
    if [ -n "$left" ]; then
      echo "the package manager ended well but these are still missing: $left" >&2
      exit 1
    fi
  fi
}
main() {
mkdir -p "$state"
exec 9>"$state/lock"
flock -w 120 9 || exit 75
begin '"packages"' ''
packages chrony nftables
finish
printf '{"end":true}\n'
}
main </dev/null
