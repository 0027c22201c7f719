import { attributesLibrary, fileCall, fileLibrary } from './file.js';
import { quote } from './quote.js';
import type { Resource } from './resource.js';

/** Needs sysctl, tr. A container shares its host's kernel: what it may not set is its host's. */
const sysctlLibrary = `kernel_setting() {
  if [ -e /run/systemd/container ] && [ ! -w "/proc/sys/$(printf %s "$1" | tr . /)" ]; then return 0; fi
  now=$(sysctl -n "$1" 2>/dev/null | tr '\\t' ' ')
  if [ "$now" = "$2" ]; then return 0; fi
  if differs "$1: \${now:-unknown} -> $2"; then sysctl -q -w "$1=$2"; fi
}`;

export type SysctlState = { path: string; settings: Readonly<Record<string, string | number>> };

/** Kernel settings, now and after every boot. */
export function sysctl({ path, settings }: SysctlState): Resource {
  const entries = Object.entries(settings);
  const content = entries.map(([key, value]) => `${key} = ${value}\n`).join('');
  const calls = entries.map(([key, value]) => `kernel_setting ${quote(key)} ${quote(String(value))}`);
  return {
    title: `kernel settings ${path}`,
    library: [attributesLibrary, fileLibrary, sysctlLibrary],
    call: [fileCall({ path, content }), ...calls].join('\n'),
    notify: [],
  };
}
