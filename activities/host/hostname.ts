import { attributesLibrary, fileCall, fileLibrary } from './file.js';
import { quote } from './quote.js';
import type { Resource } from './resource.js';

/** Needs hostname. */
const hostnameLibrary = `host_name() {
  now=$(hostname)
  if [ "$now" = "$1" ]; then return 0; fi
  if differs "$now -> $1"; then hostname "$1"; fi
}`;

/** The host's short name, now and after every boot. */
export function hostname(name: string): Resource {
  return {
    title: `host name ${name}`,
    library: [attributesLibrary, fileLibrary, hostnameLibrary],
    call: `${fileCall({ path: '/etc/hostname', content: `${name}\n` })}\nhost_name ${quote(name)}`,
    notify: [],
    looksAt: { paths: ['/etc/hostname'] },
  };
}
