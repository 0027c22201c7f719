import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { PowerReport } from '../tools/vcsim.js';
import { controlGroup } from './control-group.js';
import { diskOf, machineNamespace, within } from './names.js';
import { childrenOf, end } from './processes.js';
import { guestInfoVariables } from './template-files.js';

/** systemd-nspawn's way to say that the machine inside restarts itself (EXIT_FORCE_RESTART). */
export const restartCode = 133;

/** What has no option: one hierarchy of control groups, and network settings that the machine may write. */
const nspawnSettings = {
  SYSTEMD_NSPAWN_UNIFIED_HIERARCHY: '1',
  SYSTEMD_NSPAWN_API_VFS_WRITABLE: 'network',
} as const;

/**
 * Boots a machine from its root: systemd as process 1, in its own network namespace, with the first-boot data that the
 * hypervisor holds. That data goes through the environment, so that no argument and no file shows it.
 * @param disks names of block devices on this computer, which the machine sees under the same name
 */
export async function boot(
  machine: PowerReport,
  root: string,
  disks: readonly string[],
): Promise<ChildProcess> {
  const { name, instanceUuid } = machine;
  const guestInfo = guestInfoOf(machine.extraConfig);
  const args = [
    '--quiet',
    `--directory=${root}`,
    `--machine=${machineNamespace(name)}`,
    '--hostname=localhost',
    `--uuid=${instanceUuid}`,
    '--boot',
    '--capability=CAP_NET_ADMIN,CAP_NET_RAW',
    '--register=no',
    '--keep-unit',
    '--console=read-only',
    '--resolv-conf=off',
    '--timezone=off',
    '--link-journal=no',
    ...disks.map((disk) => `--bind=/dev/${disk}`),
    ...Object.keys(guestInfo).map((variable) => `--setenv=${variable}`),
  ];
  await mkdir(diskOf(name), { recursive: true });
  const console = openSync(join(diskOf(name), 'console.log'), 'a');
  // Started inside the namespace: with --network-namespace-path the machine's /sys would show this computer's cards.
  const group = await controlGroup(name);
  const [program, ...words] = [...group, ...within(machineNamespace(name)), 'systemd-nspawn', ...args];
  const child = spawn(program!, words, {
    env: { ...process.env, ...guestInfo, ...nspawnSettings },
    stdio: ['ignore', console, console],
    detached: true,
  });
  closeSync(console);
  await once(child, 'spawn');
  return child;
}

/** Takes a machine's power: its process 1 ends, all others with it. */
export async function cutPower(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  const inner = await childrenOf(child.pid!);
  if (inner.length === 0) child.kill('SIGKILL');
  for (const pid of inner) end(pid, 'SIGKILL');
  await exited;
}

/** `guestinfo.userdata.encoding` → `VMX_GUESTINFO_USERDATA_ENCODING`; only what cloud-init reads. */
function guestInfoOf(extraConfig: Readonly<Record<string, string>>): Record<string, string> {
  const entries = Object.entries(extraConfig).map(([key, value]): [string, string] => [
    `VMX_${key.toUpperCase().replaceAll('.', '_')}`,
    value,
  ]);
  return Object.fromEntries([
    ['VMX_GUESTINFO', '1'],
    ...entries.filter(([variable]) => guestInfoVariables.includes(variable)),
  ]);
}
