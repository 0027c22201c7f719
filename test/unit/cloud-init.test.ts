import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { metaDataOf, userDataOf } from '../../activities/cloud-init.js';
import type { Machine } from '../../config/machine.js';
import type { Site } from '../../config/site.js';

const machine: Machine = {
  name: 'vault-1',
  group: 'vault',
  zone: 'infra',
  address: '10.10.0.11',
  sshPort: 22,
  vcpu: 2,
  memoryMiB: 4096,
  disks: [{ name: 'system', sizeGiB: 40 }],
  instanceUuid: '7d4df5f5-6f0e-5a0b-9d5a-0c6a5c1c7f11',
  template: 'debian-12-cloud',
};
const zone = {
  network: 'pg-infra',
  cidr: '10.10.0.0/24',
  gateway: '10.10.0.1',
  range: '10.10.0.10-10.10.0.99',
  mtu: 1500,
  virtualAddresses: {},
};
const site = {
  domain: 'site.example.org',
  ssh: { port: 22, user: 'socle' },
  zones: { infra: zone, lan: zone, integration: zone, dmz: zone },
  dns: { mode: 'hosts', servers: ['10.10.0.2:1053', '10.10.0.3'] },
} satisfies Pick<Site, 'domain' | 'ssh' | 'zones' | 'dns'>;
const keys = {
  hostKey: { privateKey: '-----BEGIN KEY-----\nabc\n-----END KEY-----', publicKey: 'ssh-ed25519 AAAA host' },
  operatorPublicKey: 'ssh-ed25519 BBBB socle\n',
  authorities: [],
};

describe('user data', () => {
  test('is what cloud-init is to do at the first boot', async () => {
    await expect(userDataOf(machine, site, keys)).toMatchFileSnapshot('../golden/cloud-init/user-data.yaml');
  });

  test('is read by a YAML parser as it was meant', () => {
    const read = parse(userDataOf(machine, site, keys)) as {
      ssh_keys: Record<string, string>;
      users: { sudo: string; ssh_authorized_keys: string[] }[];
    };
    expect(read.ssh_keys['ed25519_private']).toBe('-----BEGIN KEY-----\nabc\n-----END KEY-----\n');
    expect(read.users).toHaveLength(1);
    expect(read.users[0]).toMatchObject({
      sudo: 'ALL=(ALL) NOPASSWD:ALL',
      ssh_authorized_keys: ['ssh-ed25519 BBBB socle'],
    });
  });

  test('moves sshd only when the site asks for another port, and trusts an authority only when there is one', () => {
    const other = userDataOf(
      machine,
      { ...site, ssh: { port: 2222, user: 'socle' } },
      { ...keys, authorities: [{ path: '/usr/local/share/ca-certificates/a.crt', content: 'PEM\n' }] },
    );
    expect(parse(other)).toMatchObject({
      write_files: [
        { path: '/etc/ssh/sshd_config.d/00-socle-port.conf', content: 'Port 2222\n' },
        { path: '/usr/local/share/ca-certificates/a.crt', content: 'PEM\n', permissions: '0644' },
      ],
      ca_certs: { remove_defaults: false },
    });
    const least = Object.keys(parse(userDataOf(machine, site, keys)) as object);
    expect(least).not.toContain('write_files');
    expect(least).not.toContain('ca_certs');
  });
});

describe('metadata', () => {
  test('gives the static address to the card with that MAC address', async () => {
    const named = {
      ...site,
      zones: { ...site.zones, infra: { ...zone, interface: 'eth0', dns: ['10.10.0.5'] } },
    };
    await expect(metaDataOf(machine, named, '00:50:56:AA:BB:CC')).toMatchFileSnapshot(
      '../golden/cloud-init/meta-data.json',
    );
  });

  test('names the card eth0 when the site names none, and drops ports that no resolver takes', () => {
    const read = JSON.parse(metaDataOf(machine, site, '00:50:56:aa:bb:cc')) as {
      network: { ethernets: Record<string, Record<string, unknown>> };
    };
    const card = read.network.ethernets['eth0'];
    expect(card).toMatchObject({
      match: { macaddress: '00:50:56:aa:bb:cc' },
      addresses: ['10.10.0.11/24'],
      nameservers: { addresses: ['10.10.0.2', '10.10.0.3'], search: ['site.example.org'] },
    });
    expect(card).toHaveProperty('set-name', 'eth0');
  });
});
