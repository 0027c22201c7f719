import { attributesLibrary, fileCall, fileLibrary } from './file.js';
import { quote } from './quote.js';
import type { Resource } from './resource.js';

/** Needs modprobe. A container cannot load modules: there only the files are written. */
const modulesLibrary = `kernel_module() {
  if [ -e /run/systemd/container ] || [ -d "/sys/module/$1" ]; then return 0; fi
  if differs "$1: not loaded"; then modprobe "$1"; fi
}`;

/** Modules loaded now and at every boot. */
export function kernelModules({ path, names }: { path: string; names: readonly string[] }): Resource {
  return {
    title: `kernel modules ${names.join(' ')}`,
    library: [attributesLibrary, fileLibrary, modulesLibrary],
    call: [
      fileCall({ path, content: names.map((name) => `${name}\n`).join('') }),
      ...names.map((name) => `kernel_module ${quote(name.replaceAll('-', '_'))}`),
    ].join('\n'),
    notify: [],
    looksAt: { paths: [path] },
  };
}

/** Modules that nothing can load any more, not even by their alias; one that is loaded stays until the next boot. */
export function blockedModules({ path, names }: { path: string; names: readonly string[] }): Resource {
  const content = names.map((name) => `blacklist ${name}\ninstall ${name} /bin/false\n`).join('');
  return {
    title: `blocked modules ${path}`,
    library: [attributesLibrary, fileLibrary],
    call: fileCall({ path, content }),
    notify: [],
    looksAt: { paths: [path] },
  };
}
