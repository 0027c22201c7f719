import { CommandError } from './command.js';
import type { SimulatedMachine } from './machine.js';
import { packageCatalogue } from './packages.js';
import { endProgram, reloadProgram, startProgram } from './programs/supervise.js';
import { readSshdSettings } from './sshd-settings.js';

/** Units of the system itself. */
const systemUnits = [
  'systemd-networkd.service',
  'systemd-journald.service',
  'systemd-resolved.service',
  'dbus.service',
  'cron.service',
  'systemd-logind.service',
  'apt-daily.timer',
  'apt-daily-upgrade.timer',
  'systemd-sysctl.service',
  'systemd-modules-load.service',
  'systemd-tmpfiles-clean.timer',
  'fstrim.timer',
];

const aliases: Record<string, string> = {
  'sshd.service': 'ssh.service',
  'chronyd.service': 'chrony.service',
};

/** `ssh` → `ssh.service`. */
export function unitName(word: string): string {
  const name = /\.(service|socket|timer|mount|target|path)$/.test(word) ? word : `${word}.service`;
  return aliases[name] ?? name;
}

/** The text of a unit: its file, an empty one for units of packages and of the system, undefined when there is none. */
export async function unitText(machine: SimulatedMachine, unit: string): Promise<string | undefined> {
  for (const folder of [
    '/etc/systemd/system',
    '/run/systemd/system',
    '/usr/lib/systemd/system',
    '/lib/systemd/system',
  ]) {
    const text = await machine.files.text(`${folder}/${unit}`);
    if (text !== undefined) return text;
  }
  const ofPackage = packageCatalogue.some(
    (entry) => entry.units.includes(unit) && machine.packages.has(entry.name),
  );
  return ofPackage || systemUnits.includes(unit) ? '' : undefined;
}

/**
 * Starts a unit: its package must be there, and its configuration must be one that the real program would start with.
 * @throws Error as systemd would report it.
 */
export async function startUnit(machine: SimulatedMachine, unit: string): Promise<void> {
  if (machine.masked.has(unit)) throw new Error(`Failed to start ${unit}: Unit ${unit} is masked.`);
  const text = await unitText(machine, unit);
  // 5 is what systemctl answers for a unit that does not exist.
  if (text === undefined) throw new CommandError(`Failed to start ${unit}: Unit ${unit} not found.`, 5);
  if (machine.running.get(unit)?.state === 'active') return;
  try {
    await beforeStart(machine, unit, text);
    if (!(await startProgram(machine, unit, () => beforeProgram(machine, text))))
      return machine.say(`systemd: ${unit} was not started: a condition of it does not hold`);
  } catch (error) {
    machine.running.set(unit, { state: 'failed', since: Date.now() });
    throw new Error(`Job for ${unit} failed: ${(error as Error).message}`);
  }
  // One that does its work once is over when it has started, and can be started again.
  if (isOneshot(text) && !/^RemainAfterExit=yes$/m.test(text)) machine.running.delete(unit);
  else machine.running.set(unit, { state: 'active', since: Date.now() });
  machine.effect('start', { unit });
}

/** Reads the configuration again without ending what runs. */
export async function reloadUnit(machine: SimulatedMachine, unit: string): Promise<void> {
  if (machine.running.get(unit)?.state !== 'active') throw new Error(`${unit} is not active, cannot reload.`);
  await beforeStart(machine, unit, (await unitText(machine, unit)) ?? '');
  await reloadProgram(machine, unit);
  machine.effect('reload', { unit });
}

/** Ends a unit; one that does not run is no error. */
export function stopUnit(machine: SimulatedMachine, unit: string): void {
  if (machine.running.get(unit)?.state === 'active') machine.effect('stop', { unit });
  machine.running.delete(unit);
  machine.socketPorts.delete(unit);
  endProgram(machine, unit, 'stop');
}

async function beforeStart(machine: SimulatedMachine, unit: string, text: string): Promise<void> {
  if (unit === 'ssh.service') {
    const before = machine.sshd?.hostKey;
    machine.sshd = await readSshdSettings(machine);
    if (before !== undefined && before !== machine.sshd.hostKey) machine.effect('host-key-replaced');
    return;
  }
  if (unit === 'nftables.service')
    return machine.loadRules((await machine.files.text('/etc/nftables.conf')) ?? '');
  if (unit.endsWith('.socket')) return listenOn(machine, unit, text);
  const started = /^ExecStart=-?(.*)$/m.exec(text)?.[1];
  if (started !== undefined && isOneshot(text)) await runLine(machine, started);
}

function isOneshot(text: string): boolean {
  return /^Type=oneshot$/m.test(text);
}

/** What systemd does for a program before it starts it: its environment, folders below /run, lines of `ExecStartPre`. */
async function beforeProgram(machine: SimulatedMachine, text: string): Promise<void> {
  for (const [, path] of text.matchAll(/^EnvironmentFile=([^-].*)$/gm))
    if (!(await machine.files.exists(path!)))
      throw new Error(`Failed to load environment files: No such file or directory (${path})`);
  for (const [, folder] of text.matchAll(/^RuntimeDirectory=(\S+)$/gm))
    await machine.files.mkdir(`/run/${folder}`, { recursive: true });
  for (const [, line] of text.matchAll(/^ExecStartPre=[-+!:@]*(.*)$/gm))
    await runLine(machine, line!.replaceAll('%%', '%'));
}

async function runLine(machine: SimulatedMachine, command: string): Promise<void> {
  // Loaded late: shells need units, and a unit needs a shell for its command lines.
  const { runShell } = await import('./shell.js');
  // systemd wants a whole path; a simulated shell has its commands under their names alone.
  const line = command.replace(/^(\/usr)?\/s?bin\//, '');
  const { exitCode, stderr } = await runShell(machine, 'root', line, '');
  if (exitCode !== 0) throw new Error(stderr.trim() || `exit code ${exitCode}`);
}

/** @param text lines of a socket unit */
export function listenOn(machine: SimulatedMachine, unit: string, text: string): void {
  const ports = [...text.matchAll(/^ListenStream=(?:.*:)?(\d+)$/gm)].map(([, port]) => Number(port));
  if (ports.length === 0) throw new Error(`${unit} has no ListenStream`);
  const taken = machine
    .listeners()
    .filter((listener) => listener.protocol === 'tcp' && ports.includes(listener.port));
  if (taken.length > 0) throw new Error(`Failed to listen on port ${taken[0]!.port}: Address already in use`);
  machine.socketPorts.set(unit, ports);
}
