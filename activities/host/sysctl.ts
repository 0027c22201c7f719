import { attributesLibrary, fileCall, fileLibrary } from './file.js';
import { quote } from './quote.js';
import type { Resource } from './resource.js';

/**
 * Needs sysctl, tr. All settings are read at once and written at once: a process for each would be most of what they
 * cost. A container shares its host's kernel: what it may not set is its host's.
 */
const sysctlLibrary = `see_settings() { settings="$nl$(sysctl -e "$@" 2>/dev/null | tr '\\t' ' ')$nl" unset=''; }
kernel_setting() {
  now=unknown
  case $settings in
    *"$nl$1 = $2$nl"*) return 0 ;;
    *"$nl$1 = "*) now=\${settings#*"$nl$1 = "} now=\${now%%"$nl"*} ;;
  esac
  if [ -e /run/systemd/container ] && [ ! -w "$3" ]; then return 0; fi
  if differs "$1: $now -> $2"; then unset="$unset$1=$2$nl"; fi
}
write_settings() {
  if [ -n "$unset" ]; then printf %s "$unset" | sysctl -q -p -; fi
}`;

export type SysctlState = { path: string; settings: Readonly<Record<string, string | number>> };

/** Kernel settings, now and after every boot. */
export function sysctl({ path, settings }: SysctlState): Resource {
  const entries = Object.entries(settings);
  const content = entries.map(([key, value]) => `${key} = ${value}\n`).join('');
  const calls = entries.map(
    ([key, value]) =>
      `kernel_setting ${[key, String(value), `/proc/sys/${key.replaceAll('.', '/')}`].map(quote).join(' ')}`,
  );
  const reading = `see_settings ${entries.map(([key]) => quote(key)).join(' ')}`;
  return {
    title: `kernel settings ${path}`,
    library: [attributesLibrary, fileLibrary, sysctlLibrary],
    call: [fileCall({ path, content }), reading, ...calls, 'write_settings'].join('\n'),
    notify: [],
    looksAt: { paths: [path] },
  };
}
