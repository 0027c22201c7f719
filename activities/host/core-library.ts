/**
 * What every script begins with. `differs` notes a difference and answers whether it is to be mended; before the first
 * change it leaves a mark for each handler, so that an attempt that dies between change and handler is made good by the
 * next. `$state` (in /run) is gone after a reboot, when every service has read its configuration anyway. What was changed
 * is remembered in `$changed`. Only a text that JSON would have to escape costs processes to encode.
 */
export const coreLibrary = `begin() { resource=$1; notify=$2; difference=; }
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
    printf '{"resource":%s,"state":"ok"}\\n' "$resource"
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
    text="$text\${rest%%"$nl"*}\\\\n"
    rest=\${rest#*"$nl"}
  done
  case $difference in *\\\\* | *\\"*) text= ;; esac
  case $text in '' | *[![:print:]]*) text="base64:$(printf %s "$difference" | base64 | tr -d '\\n')" ;; esac
  printf '{"resource":%s,"state":"%s","diff":"%s"}\\n' "$resource" "$result" "$text"
}`;

/** Runs a handler whose mark an apply left. */
export const handlerLibrary = `handler() {
  if [ ! -e "$state/handlers/$1" ]; then return 0; fi
  if differs pending; then
    eval "$2"
    rm -f "$state/handlers/$1"
  fi
}`;
