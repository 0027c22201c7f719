import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Programs that the laboratory runs, and the Debian package of each. */
const programs = {
  'systemd-nspawn': 'systemd-container',
  mmdebstrap: 'mmdebstrap',
  'apt-ftparchive': 'apt-utils',
  gpg: 'gpg',
  gpgconf: 'gpgconf',
  openssl: 'openssl',
  ip: 'iproute2',
  nsenter: 'util-linux',
  mount: 'mount',
  sysctl: 'procps',
} as const;

/** Programs that the witness machine is made and run with. */
const witnessPrograms = {
  'qemu-system-x86_64': 'qemu-system-x86',
  'qemu-img': 'qemu-utils',
  mmdebstrap: 'mmdebstrap',
  mke2fs: 'e2fsprogs',
  mformat: 'mtools',
  ip: 'iproute2',
  setpriv: 'util-linux',
} as const;

/** Everything that this computer lacks, one line each, with what to type; empty when a laboratory can run here. */
export function missingForLaboratory(): string[] {
  if (process.platform !== 'linux') return ['it needs Linux: network namespaces and systemd-nspawn'];
  return [
    ...(process.getuid?.() === 0
      ? []
      : ['it needs root, for network namespaces and mounts: sudo npx socle lab up']),
    ...missingPrograms(programs),
    ...(existsSync('/sys/class/zram-control')
      ? []
      : ['the kernel lacks zram, which data disks are made of: modprobe zram']),
    ...(isOnPath('go')
      ? []
      : ["Go is missing, which builds the vCenter simulator: apt-get install golang, or Go's own package"]),
  ];
}

/** The same for the witness, which needs neither the laboratory nor a hypervisor. */
export function missingForWitness(): string[] {
  if (process.platform !== 'linux')
    return ['it needs Linux: a tap, and a root file system made by mmdebstrap'];
  return [
    ...(process.getuid?.() === 0 ? [] : ['it needs root, for a tap and for the image: sudo npm test']),
    ...missingPrograms(witnessPrograms),
    ...(existsSync('/dev/net/tun')
      ? []
      : ['the kernel lacks taps, which its card is connected to: modprobe tun']),
  ];
}

function missingPrograms(packageOf: Readonly<Record<string, string>>): string[] {
  const packages = Object.entries(packageOf)
    .filter(([program]) => !isOnPath(program))
    .map(([, name]) => name);
  return packages.length === 0
    ? []
    : [`programs are missing: apt-get install ${[...new Set(packages)].join(' ')}`];
}

function isOnPath(program: string): boolean {
  // Not every account has the system folders on its path, although root's programs are there.
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/sbin', '/usr/bin'];
  return folders.some((folder) => existsSync(join(folder, program)));
}
