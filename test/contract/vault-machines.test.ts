import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { httpClient } from '../../activities/clients/http/http-client.js';
import { enableAuditFile } from '../../activities/clients/vault/audit.js';
import { initialise } from '../../activities/clients/vault/initialise.js';
import { readSecret, writeSecret } from '../../activities/clients/vault/kv.js';
import { mount, mountsOf } from '../../activities/clients/vault/mounts.js';
import { raftPeers } from '../../activities/clients/vault/raft.js';
import { giveShare, leaderAddress, nodeState, sealStatus } from '../../activities/clients/vault/status.js';
import { openNode } from '../../activities/roles/3-base-infrastructure/vault/open-node.js';
import { paths, vaultUnitName } from '../../activities/roles/3-base-infrastructure/vault/server-settings.js';
import type { SimulatedMachine } from '../../sandbox/machine/machine.js';
import { startUnit, stopUnit } from '../../sandbox/machine/units.js';
import { simulatedVault } from './vault-sandbox.js';
import { makeCluster, type VaultCluster } from './vault-targets.js';
import { activeWithin, until } from './vault-waiting.js';

const simulated = simulatedVault();
let cluster: VaultCluster;
afterEach(() => cluster.close());
afterAll(() => simulated.close());

/** Nodes that are open, the first one active, with an engine for secrets. */
async function opened(size: number): Promise<{ root: string; share: string }> {
  cluster = await makeCluster(simulated.runner, size);
  await Promise.all(cluster.nodes.map((node) => node.start()));
  const { shares, rootToken } = await initialise(cluster.client(0), {
    seal: 'shamir',
    shares: 1,
    threshold: 1,
  });
  for (const index of cluster.nodes.keys())
    await until('a node to open', async () => {
      await openNode(cluster.client(index), shares);
      return !(await sealStatus(cluster.client(index))).sealed;
    });
  await activeWithin(cluster, 0);
  const vault = cluster.client(0, rootToken);
  await until('all to have a vote', async () => (await raftPeers(vault)).length === size);
  await mount(vault, 'mounts', 'kv', { type: 'kv', options: { version: '2' } });
  await until('the engine to be ready', async () => {
    return (await writeSecret(vault, 'kv', 'first', { is: 'a-value-that-nobody-reads' }, 0)) === 1;
  });
  return { root: rootToken, share: shares[0]! };
}

/** What nothing but the sandbox can be brought into. */
describe('the simulated Vault on its machine', () => {
  test('a leader that is cut off leads no longer and confirms nothing; it follows when it is back', async () => {
    const { root } = await opened(3);
    const { address } = cluster.nodes[0]!.settings;
    simulated.unplug(address);
    const leader = await activeWithin(cluster, 1, 2);
    expect(await writeSecret(cluster.client(leader, root), 'kv', 'without', { is: 'written' }, 0)).toBe(1);
    simulated.plug(address);
    await until('it to follow the new leader', async () => {
      return (await leaderAddress(cluster.client(0))) === cluster.nodes[leader]!.url;
    });
    expect(await readSecret(cluster.client(0, root), 'kv', 'without')).toMatchObject({ version: 1 });
    const leads = cluster.nodes.flatMap(({ settings }) =>
      simulated.machineAt(settings.address).console.filter((line) => line.startsWith('vault: leads in term')),
    );
    expect(leads.length).toBeGreaterThan(1);
    expect(new Set(leads).size).toBe(leads.length);
  });

  test('a fault that was asked for strikes once; an answer that it loses was given all the same', async () => {
    cluster = await makeCluster(simulated.runner, 1);
    await cluster.nodes[0]!.start();
    const vault = cluster.client(0);
    const arm = (operation: string, kind: string): void =>
      simulated.faults.arm({ system: 'vault', operation, subject: 'vault-1', kind, argument: 502 });
    arm('GET sys/health', 'error');
    await expect(nodeState(vault)).rejects.toMatchObject({ status: 502 });
    arm('GET sys/health', 'reset');
    await expect(nodeState(vault)).rejects.toMatchObject({ status: 0 });
    arm('PUT sys/init', 'lost-answer');
    const asked = initialise(vault, { seal: 'shamir', shares: 1, threshold: 1 });
    await expect(asked).rejects.toMatchObject({ status: 0, retryable: true });
    expect(await nodeState(vault)).toBe('sealed');
    expect(simulated.faults.armed()).toEqual([]);
  });

  test('a member that was away never leads before it has what was written meanwhile', async () => {
    const { root, share } = await opened(3);
    await cluster.nodes[2]!.kill();
    await writeSecret(cluster.client(0, root), 'kv', 'meanwhile', { is: 'written' }, 0);
    await cluster.nodes[0]!.kill();
    await cluster.nodes[1]!.kill();
    await cluster.nodes[2]!.start();
    await openNode(cluster.client(2), [share]);
    // Alone it asks for votes in vain, and its term runs ahead of the others'.
    const stored = (): number => termOnDisk(simulated.stateFolder, cluster.nodes[2]!.settings.address);
    await expect.poll(stored, { timeout: 20_000 }).toBeGreaterThan(3);
    await cluster.nodes[1]!.start();
    await openNode(cluster.client(1), [share]);
    expect(await activeWithin(cluster, 1, 2)).toBe(1);
    expect(await readSecret(cluster.client(2, root), 'kv', 'meanwhile')).toMatchObject({ version: 1 });
  });

  test('on the port of the cluster nobody is heard but its members', async () => {
    const { root } = await opened(1);
    const { address } = cluster.nodes[0]!.settings;
    const stranger = httpClient({
      system: 'Vault',
      url: `https://${address}:8201`,
      ca: cluster.authority.root,
    });
    const body = { term: 1_000, leader: 'vault-9', index: 1_000, recordTerm: 1_000 };
    for (const path of ['/append', '/vote', '/forward'])
      await expect(stranger.request({ method: 'POST', path, body }), path).rejects.toMatchObject({
        status: 403,
      });
    expect(await nodeState(cluster.client(0))).toBe('active');
    expect(await readSecret(cluster.client(0, root), 'kv', 'first')).toBeDefined();
  });

  test('a firewall between machines keeps a node from joining', async () => {
    cluster = await makeCluster(simulated.runner, 2);
    await Promise.all(cluster.nodes.map((node) => node.start()));
    const { shares } = await initialise(cluster.client(0), { seal: 'shamir', shares: 1, threshold: 1 });
    await openNode(cluster.client(0), shares);
    await activeWithin(cluster, 0);
    const [leader, joining] = cluster.nodes.map(({ settings }) => settings.address);
    const machine = simulated.machineAt(joining!);
    await until('the second to be invited', async () => (await sealStatus(cluster.client(1))).initialized);
    machine.loadRules(`flush ruleset
table inet filter {
  chain input {
    type filter hook input priority 0; policy accept;
    ip saddr ${leader!} tcp dport 8201 reject
  }
}
`);
    await giveShare(cluster.client(1), shares[0]!);
    await until('it to be refused', async () =>
      machine.console.some((line) => line.includes('failed to join raft cluster')),
    );
    expect(await sealStatus(cluster.client(1))).toMatchObject({ initialized: true, sealed: true });
    machine.loadRules('flush ruleset\n');
    await until('it to open', async () => !(await sealStatus(cluster.client(1))).sealed);
  });

  test('nothing is answered when no audit device can be written to', async () => {
    const { root } = await opened(1);
    const vault = cluster.client(0, root);
    const files = cluster.nodes[0]!.auditFiles;
    await enableAuditFile(vault, 'one', files[0]);
    await enableAuditFile(vault, 'two', files[1]);
    const { files: disk } = simulated.machineAt(cluster.nodes[0]!.settings.address);
    const putFolderAt = async (file: string): Promise<void> => {
      await disk.rm(file);
      await disk.mkdir(file);
    };
    await putFolderAt(files[0]);
    expect((await mountsOf(vault, 'mounts')).has('kv')).toBe(true);
    await putFolderAt(files[1]);
    await expect(mountsOf(vault, 'mounts')).rejects.toMatchObject({ status: 500 });
    expect(await nodeState(vault)).toBe('active');
    await disk.rm(files[1], { recursive: true });
    expect((await mountsOf(vault, 'mounts')).has('kv')).toBe(true);
    expect(JSON.parse((await disk.readFile(files[1])).split('\n')[0]!)).toMatchObject({ type: 'request' });
  });

  test('nothing that it keeps can be read without its share', async () => {
    const { root, share } = await opened(1);
    await cluster.nodes[0]!.kill();
    const folder = join(simulated.stateFolder, 'machines');
    const found = readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8'));
    expect(found.some((text) => text.includes('"dataKey"'))).toBe(true);
    for (const secret of [root, share, 'a-value-that-nobody-reads'])
      for (const text of found) expect(text.includes(secret)).toBe(false);
  });

  test.each<[string, (machine: SimulatedMachine) => Promise<unknown>, RegExp]>([
    ['no program', (machine) => machine.files.rm(paths.program), /bin\/vault.*No such file/],
    ['another program', (machine) => machine.files.writeFile(paths.program, 'nothing\n'), /EXEC spawning/],
    ['no storage', (machine) => machine.files.rm('/srv/vault-1/raft', { recursive: true }), /vault\.db/],
    [
      'no certificate',
      (machine) => machine.files.rm('/srv/vault-1/server.pem'),
      /open .*server\.pem: no such file/,
    ],
    [
      'no authority',
      (machine) => machine.files.rm('/srv/vault-1/authority.pem'),
      /authority\.pem: no such file/,
    ],
    [
      'no environment file',
      (machine) => machine.files.rm(paths.environment),
      /Failed to load environment files/,
    ],
    ['an unknown field', (machine) => edit(machine, 'ui = true', 'uii = true'), /unsupported field uii/],
    [
      'mlock not said',
      (machine) => edit(machine, 'disable_mlock = true\n', ''),
      /disable_mlock must be configured/,
    ],
    ['a field twice', (machine) => edit(machine, 'ui = true', 'ui = true\nui = false'), /set more than once/],
    ['a brace missing', (machine) => edit(machine, /\}\s*$/, ''), /expected \}/],
    ['another address', (machine) => edit(machine, /(address = ")127[\d.]+/, '$1127.9.9.9'), /cannot assign/],
  ])('does not start with %s', async (_, spoil, words) => {
    cluster = await makeCluster(simulated.runner, 2);
    await cluster.nodes[0]!.start();
    const machine = simulated.machineAt(cluster.nodes[0]!.settings.address);
    stopUnit(machine, vaultUnitName);
    await spoil(machine);
    await expect(startUnit(machine, vaultUnitName)).rejects.toThrow(words);
    expect(machine.listeners().map(({ port }) => port)).not.toContain(8200);
  });
});

/** The term that a node last voted in. */
function termOnDisk(stateFolder: string, address: string): number {
  const folder = join(stateFolder, 'machines', simulated.machineAt(address).hardware.instanceUuid);
  const [file] = readdirSync(folder).filter((name) => name.endsWith('.json'));
  const { vote } = JSON.parse(readFileSync(join(folder, file!), 'utf8')) as { vote: { term: number } };
  return vote.term;
}

async function edit(machine: SimulatedMachine, from: string | RegExp, to: string): Promise<void> {
  const text = (await machine.files.text(paths.configuration))!;
  const edited = text.replace(from, to);
  if (edited === text) throw new Error(`${String(from)} does not stand in the configuration`);
  await machine.files.writeFile(paths.configuration, edited);
}
