import { bridgeSettings } from './base-image.js';
import type { SimulatedMachine } from './machine.js';

/** `/proc/sys/net/ipv4/ip_forward` of `net.ipv4.ip_forward`. */
export function settingPath(name: string): string {
  return `/proc/sys/${name.replaceAll('.', '/')}`;
}

/** Value of a kernel setting; undefined when the kernel has none of that name. */
export async function settingOf(machine: SimulatedMachine, name: string): Promise<string | undefined> {
  return (await machine.files.text(settingPath(name)))?.trim();
}

/** Sets a kernel setting as the kernel does on boot, whether or not it existed. */
export async function setSetting(machine: SimulatedMachine, name: string, value: string): Promise<void> {
  const path = settingPath(name);
  await machine.files.mkdir(path.slice(0, path.lastIndexOf('/')), { recursive: true });
  await machine.files.writeFile(path, `${value}\n`);
}

/** Loads a module and what it brings. */
export async function loadModule(machine: SimulatedMachine, name: string): Promise<void> {
  if (machine.modules.has(name)) return;
  machine.modules.add(name);
  await machine.files.mkdir(`/sys/module/${name}`, { recursive: true });
  if (name === 'br_netfilter') for (const setting of bridgeSettings) await setSetting(machine, setting, '1');
  if (name === 'nf_conntrack') await setSetting(machine, 'net.netfilter.nf_conntrack_max', '262144');
  machine.effect('load-module', { name });
}

/** The settings of /etc/sysctl.d and /etc/sysctl.conf in the order in which they count. */
export async function settingsOfFiles(machine: SimulatedMachine): Promise<[string, string][]> {
  const names = (await machine.files.exists('/etc/sysctl.d'))
    ? (await machine.files.readdir('/etc/sysctl.d')).sort()
    : [];
  const settings: [string, string][] = [];
  for (const path of [...names.map((name) => `/etc/sysctl.d/${name}`), '/etc/sysctl.conf']) {
    for (const line of ((await machine.files.text(path)) ?? '').split('\n')) {
      const [, name, value] = /^\s*-?([a-z][\w./-]*)\s*=\s*(.*)$/.exec(line) ?? [];
      if (name !== undefined && value !== undefined) settings.push([name, value.trim()]);
    }
  }
  return settings;
}
