import { attributesLibrary, fileCall, fileLibrary } from './file.js';
import { quote } from './quote.js';
import type { Resource } from './resource.js';

/**
 * Needs sysctl, tr. All settings are read at once: a process for each would be most of what a check costs. A container
 * shares its host's kernel: what it may not set is its host's.
 */
const sysctlLibrary = `kernel_settings() { settings=$(sysctl -e "$@" 2>/dev/null | tr '\\t' ' '); }
kernel_setting() {
  case "
$settings
" in
    *"
$1 = $2
"*) return 0 ;;
  esac
  if [ -e /run/systemd/container ] && [ ! -w "$3" ]; then return 0; fi
  now=$(sysctl -n "$1" 2>/dev/null | tr '\\t' ' ')
  if differs "$1: \${now:-unknown} -> $2"; then sysctl -q -w "$1=$2"; fi
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
  const reading = `kernel_settings ${entries.map(([key]) => quote(key)).join(' ')}`;
  return {
    title: `kernel settings ${path}`,
    library: [attributesLibrary, fileLibrary, sysctlLibrary],
    call: [fileCall({ path, content }), reading, ...calls].join('\n'),
    notify: [],
    looksAt: { paths: [path] },
  };
}
