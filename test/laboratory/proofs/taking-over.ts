import { expect } from 'vitest';
import { computeInventory } from '../../../config/inventory.js';
import { loadSite } from '../../../config/load.js';
import { expectSuccess, type Datacentre } from '../datacentre.js';
import { asRoot, logIn, operatorKey } from '../log-in.js';
import { differences, snapshot } from '../snapshot.js';

/** What docs/hosts.md says that `remove` leaves: names, network, packages and their settings, accounts without a way in. */
const stays = [
  'file /etc/apt/apt.conf.d/20auto-upgrades',
  'file /etc/apt/sources.list',
  'file /etc/apt/sources.list.d/debian.sources',
  'file /etc/chrony/chrony.conf',
  'file /etc/cloud/cloud.cfg.d/99-socle.cfg',
  ...['group', 'gshadow', 'hosts', 'issue', 'issue.net', 'passwd', 'shadow', 'subgid', 'subuid'].map(
    (file) => `file /etc/${file}`,
  ),
  // The first boot here brought both authorities: that of the packages' source stays, the platform's is taken away.
  'file /etc/ssl/certs/ca-certificates.crt',
  'file /usr/local/share/ca-certificates/socle-platform.crt',
  'link /etc/ssl/certs/f3ae97b9.0',
  'link /etc/ssl/certs/socle-platform.pem',
  ...['50-cloud-init.yaml', '90-socle.yaml'].map((file) => `file /etc/netplan/${file}`),
  ...['90-cloud-init-users', '90-socle'].map((file) => `file /etc/sudoers.d/${file}`),
  'file /etc/systemd/resolved.conf.d/90-socle.conf',
  ...['.bash_logout', '.bashrc', '.profile'].map((file) => `file /home/admin-1/${file}`),
  'file /home/socle/.ssh/authorized_keys',
  'file /root/.ssh/authorized_keys',
  'group admin-1',
  'group socle-admins',
  'passwd admin-1',
];

/** rpcbind was on before, multicast names were; kernel settings keep what they were set to. */
const untilTheNextBoot = [
  'active rpcbind.service',
  'active rpcbind.socket',
  ...['111', '5355']
    .flatMap((port) => [`tcp 0.0.0.0:${port}`, `tcp [::]:${port}`, `udp 0.0.0.0:${port}`, `udp [::]:${port}`])
    .map((socket) => `listens ${socket}`),
  ...['all', 'default'].flatMap((card) =>
    ['accept_redirects', 'rp_filter', 'send_redirects'].map((key) => `sysctl net.ipv4.conf.${card}.${key}`),
  ),
  'unit systemd-networkd-wait-online.service',
  'unit systemd-networkd.service',
];

/** Prepares machines that another team delivered, and answers what the first was before. */
export async function takeOver(
  datacentre: Datacentre,
  file: string,
  names: readonly [string, ...string[]],
): Promise<string[]> {
  const [name] = names;
  const before = await snapshot(datacentre, name);
  expectSuccess(await datacentre.run('apply', file, names));
  const again = await datacentre.run('check', file, names);
  expect({ code: again.code, changes: again.changes }).toEqual({ code: 0, changes: [] });
  expect(await asRoot(datacentre, name, 'nft list tables')).toBe('table inet socle\n');
  return before;
}

/** Undoes the preparation: what is left is what docs/hosts.md says, and the way in is the one from before. */
export async function giveBack(
  datacentre: Datacentre,
  file: string,
  name: string,
  before: readonly string[],
): Promise<void> {
  expectSuccess(await datacentre.run('remove', file, [name], ['prepare-vms']));
  const left = differences(before, await snapshot(datacentre, name));
  expect(left).toEqual([...untilTheNextBoot, ...stays].sort());
  const key = await operatorKey(datacentre);
  expect(await logIn(datacentre, name, { user: 'socle', key })).toMatchObject({ code: 0, stdout: 'socle\n' });
  const administrator = { user: 'admin-1', key: datacentre.keys.first };
  expect((await logIn(datacentre, name, administrator)).stderr).toContain('Permission denied');
}

/** The site as it would be if another team had made its machines: each with the host key of its first boot. */
export async function siteOfDeliveredMachines(datacentre: Datacentre): Promise<string> {
  const secrets = await datacentre.secrets();
  const { machines } = computeInventory(await loadSite(datacentre.site));
  const delivered = machines.map((machine) => [
    machine.name,
    {
      address: machine.address,
      hostKey: secrets.bootstrapHostKey(machine.name).publicKey.split(' ').slice(0, 2).join(' '),
    },
  ]);
  return datacentre.copy(
    'delivered.yaml',
    [['name'], 'lab-delivered'],
    [['hypervisor'], { kind: 'existing' }],
    [['machines'], Object.fromEntries(delivered)],
  );
}
