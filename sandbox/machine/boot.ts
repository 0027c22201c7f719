import { kernelDefaults } from './base-image.js';
import { readCloudInit, type CloudInit } from './cloud-init.js';
import { setSetting, settingsOfFiles } from './kernel.js';
import type { SimulatedMachine } from './machine.js';
import { runShell } from './shell.js';
import { startUnit } from './units.js';

/** Boots a machine: memory is empty, kernel defaults, files of modules and settings, cloud-init, enabled units. */
export async function boot(machine: SimulatedMachine): Promise<void> {
  await machine.atOnce(() => bootUp(machine));
}

async function bootUp(machine: SimulatedMachine): Promise<void> {
  await machine.forgetMemory();
  machine.say('Linux version 6.1.0-25-amd64');
  for (const [name, value] of Object.entries(kernelDefaults)) await setSetting(machine, name, value);
  await loadModules(machine);
  for (const [name, value] of await settingsOfFiles(machine)) await setSetting(machine, name, value);
  machine.kernelHostName = ((await machine.files.text('/etc/hostname')) ?? 'localhost').trim();
  await cloudInit(machine);
  for (const unit of [...machine.enabled].sort()) {
    if (machine.masked.has(unit)) continue;
    try {
      await startUnit(machine, unit);
    } catch (error) {
      machine.say(`systemd: ${unit} failed: ${(error as Error).message}`);
    }
  }
  await mountDisks(machine);
  machine.files.takeWritten();
  machine.effect('boot');
}

async function loadModules(machine: SimulatedMachine): Promise<void> {
  if (!(await machine.files.exists('/etc/modules-load.d'))) return;
  for (const name of await machine.files.readdir('/etc/modules-load.d')) {
    const text = (await machine.files.text(`/etc/modules-load.d/${name}`)) ?? '';
    for (const module of text.split('\n').filter((line) => line.trim() !== '' && !line.startsWith('#')))
      await runShell(machine, 'root', `modprobe ${module.trim()}`, '');
  }
}

/** Network every boot, everything else once per instance-id, as cloud-init's VMware datasource does. */
async function cloudInit(machine: SimulatedMachine): Promise<void> {
  let data: CloudInit;
  try {
    data = readCloudInit(machine.hardware.guestInfo);
  } catch (error) {
    machine.say(
      `cloud-init: ${(error as Error).message}; no data source, the machine stays without address and account`,
    );
    return;
  }
  const { metadata, userData } = data;
  const [card] = Object.values(metadata.network.ethernets);
  const address = card?.addresses[0]?.split('/')[0];
  if (machine.address === '' && address !== undefined) machine.address = address;
  if (machine.instanceId === metadata['instance-id']) return;
  machine.instanceId = metadata['instance-id'];
  machine.kernelHostName = metadata['local-hostname'];
  await machine.files.writeFile('/etc/hostname', `${metadata['local-hostname']}\n`);
  await machine.files.writeFile(
    '/etc/systemd/network/10-cloud-init-eth0.network',
    `[Match]\nName=eth0\n\n[Network]\nAddress=${card?.addresses[0] ?? ''}\n`,
  );
  await writeHostKeys(machine, userData);
  await makeUsers(machine, userData);
  for (const file of userData.write_files ?? []) {
    await machine.files.mkdir(file.path.slice(0, file.path.lastIndexOf('/')) || '/', { recursive: true });
    await machine.files.writeFile(file.path, file.content);
    if (file.permissions !== undefined)
      await machine.files.chmod(file.path, Number.parseInt(file.permissions, 8));
  }
  if (userData.ca_certs) await runShell(machine, 'root', 'update-ca-certificates', '');
  for (const command of userData.runcmd ?? []) {
    const line =
      typeof command === 'string'
        ? command
        : command.map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(' ');
    const { exitCode, stderr } = await runShell(machine, 'root', line, '');
    if (exitCode !== 0) machine.say(`cloud-init: runcmd ended with ${exitCode}: ${stderr.trim()}`);
  }
  await machine.files.mkdir('/var/lib/cloud/instance', { recursive: true });
  await machine.files.writeFile('/var/lib/cloud/instance/boot-finished', 'done\n');
  machine.effect('cloud-init', { instanceId: machine.instanceId });
}

async function writeHostKeys(
  machine: SimulatedMachine,
  { ssh_keys: keys }: CloudInit['userData'],
): Promise<void> {
  if (!keys) return;
  await machine.files.writeFile('/etc/ssh/ssh_host_ed25519_key', keys.ed25519_private);
  await machine.files.chmod('/etc/ssh/ssh_host_ed25519_key', 0o600);
  if (keys.ed25519_public !== undefined)
    await machine.files.writeFile('/etc/ssh/ssh_host_ed25519_key.pub', `${keys.ed25519_public.trim()}\n`);
}

async function makeUsers(machine: SimulatedMachine, { users }: CloudInit['userData']): Promise<void> {
  for (const user of users) {
    if (user === 'default') continue;
    const group = ((await machine.files.text('/etc/group')) ?? '')
      .split('\n')
      .some((line) => line.startsWith(`${user.name}:`));
    if (group) {
      machine.say(
        `cloud-init: useradd: group ${user.name} exists - if you want to add this user to that group, use -g.`,
      );
      continue;
    }
    await runShell(
      machine,
      'root',
      `useradd -m -s ${user.shell ?? '/bin/sh'} -c '${user.gecos ?? ''}' ${user.name}`,
      '',
    );
    const home = `/home/${user.name}`;
    await machine.files.mkdir(`${home}/.ssh`, { recursive: true });
    await machine.files.chmod(`${home}/.ssh`, 0o700);
    await machine.files.writeFile(
      `${home}/.ssh/authorized_keys`,
      `${(user.ssh_authorized_keys ?? []).join('\n')}\n`,
    );
    await machine.files.chmod(`${home}/.ssh/authorized_keys`, 0o600);
    for (const path of [`${home}/.ssh`, `${home}/.ssh/authorized_keys`])
      machine.files.setOwner(path, { user: user.name, group: user.name });
    const rules = user.sudo === undefined ? [] : [user.sudo].flat();
    if (rules.length > 0)
      await machine.files.writeFile(
        '/etc/sudoers.d/90-cloud-init-users',
        rules.map((rule) => `${user.name} ${rule}\n`).join(''),
      );
  }
}

async function mountDisks(machine: SimulatedMachine): Promise<void> {
  for (const line of ((await machine.files.text('/etc/fstab')) ?? '').split('\n')) {
    const [spec = '', point = ''] = line.trim().split(/\s+/);
    const device = [...machine.formatted].find(([, id]) => spec === `UUID=${id.split(' ')[0]}`)?.[0];
    if (device !== undefined) machine.mounts.set(point, device);
  }
}
