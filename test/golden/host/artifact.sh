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
sum_of() {
  sum=$(sha256sum "$1" 2>/dev/null) || sum=
  sum=${sum%% *}
}
get_artifact() {
  sum_of "$1"
  if [ "$sum" = "$2" ]; then return 0; fi
  mkdir -p "${1%/*}"
  unit "$3" "$4"
  sum_of "$1"
  if [ "$sum" = "$2" ]; then return 0; fi
  rm -f "$1"
  echo "$5: SHA-256 is ${sum:-unknown}, wanted $2; what was loaded is deleted, nothing was changed. Next: socle artifacts verify $6 FILE" >&2
  exit 1
}
put_artifact() {
  new="$1.socle-new"
  if eval "$5" >"$new" && [ -s "$new" ] && chown "$3" "$new" && chmod "$2" "$new"; then
    sum_of "$new"
    if printf '%s %s\n' "$4" "$sum" >"$6" && mv -f "$new" "$1"; then
      label "$1"
      return 0
    fi
  fi
  rm -f "$new"
  echo "$1: cannot be taken out of the download, nothing was changed; $(df -h --output=avail "${1%/*}" | tail -n 1 | tr -d ' ') is free there" >&2
  exit 1
}
artifact() {
  loaded='' installed='' what=missing
  if [ -f "$6" ]; then read -r loaded installed <"$6" || :; fi
  if [ "$loaded" = "$4" ] && seen_file "$1" "$7 $3" "$installed"; then return 0; fi
  if [ -f "$1" ] && [ ! -L "$1" ]; then
    sum_of "$1"
    if [ "$sum" != "$installed" ]; then
      what='not as it was installed'
    elif [ "$loaded" != "$4" ]; then
      what='another version'
    else
      attributes "$1" "$2" "$3"
      return 0
    fi
  fi
  if differs "$1: $what"; then
    get_artifact "$8" "$4" "$9" "${10}" "${11}" "${12}"
    mkdir -p "${1%/*}"
    put_artifact "$1" "$2" "$3" "$4" "$5" "$6"
    rm -f "$8"
  fi
}
part_0() {
begin '"file /etc/socle/artifacts.netrc"' ''
file /etc/socle/artifacts.netrc 600 root:root hidden : 'machine store.example.org login reader password secret
' 8180 5e6fbbcdc74a170cb53f1d05e3882ac09acc66029adf78e516f8ae8615068267
finish
}
part_1() {
begin '"artefact /usr/local/bin/vault"' ''
artifact /usr/local/bin/vault 755 root:root 4088617653eba4ea341b6166130239fcbe42edc7839c7f7c6209d280948769c7 'unzip -p /var/lib/socle/artifacts/4088617653eba4ea341b6166130239fcbe42edc7839c7f7c6209d280948769c7.part vault' /var/lib/socle/artifacts/usr_local_bin_vault.sums 81ed /var/lib/socle/artifacts/4088617653eba4ea341b6166130239fcbe42edc7839c7f7c6209d280948769c7.part socle-artifact-4088617653eb 'get() { answer=$(curl --fail --silent --show-error --location --connect-timeout 30 --speed-limit 1000 --speed-time 60 --write-out '\''%{http_code}'\'' --netrc-file /etc/socle/artifacts.netrc --continue-at - --output /var/lib/socle/artifacts/4088617653eba4ea341b6166130239fcbe42edc7839c7f7c6209d280948769c7.part https://store.example.org/vault/1.21.1/vault_1.21.1_linux_amd64.zip); }
code=0
get || code=$?
case $code:$answer in
  33:* | 22:416)
    rm -f /var/lib/socle/artifacts/4088617653eba4ea341b6166130239fcbe42edc7839c7f7c6209d280948769c7.part
    code=0
    get || code=$?
    ;;
esac
case $code in
  0) ;;
  23)
    df -h /var/lib/socle/artifacts
    echo '\''/var/lib/socle/artifacts/4088617653eba4ea341b6166130239fcbe42edc7839c7f7c6209d280948769c7.part: cannot be written, so much is free there. Make room, then: socle retry'\''
    exit 23
    ;;
  *)
    echo '\''https://store.example.org/vault/1.21.1/vault_1.21.1_linux_amd64.zip: not loaded, what arrived is kept. Next: socle artifacts verify https://store.example.org FILE'\''
    exit $code
    ;;
esac' https://store.example.org/vault/1.21.1/vault_1.21.1_linux_amd64.zip https://store.example.org
finish
}
look() {
forget_seen
see_files /etc/socle/artifacts.netrc /usr/local/bin/vault
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
