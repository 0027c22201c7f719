import { spawn, type ChildProcess } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { vaultClient, type Vault } from '../../activities/clients/vault/vault.js';
import { serverConfiguration } from '../../activities/roles/3-base-infrastructure/vault/server-configuration.js';
import type { ServerSettings } from '../../activities/roles/3-base-infrastructure/vault/server-settings.js';
import { cacheFolder } from '../../config/cache-folder.js';
import { authorityOf, type Authority } from '../../config/certificates/authority.js';
import { createSecrets, type Secrets } from '../../config/secrets.js';
import type { Site } from '../../config/site.js';
import { vaultPath } from '../../tools/vault-program.js';
import { serverPair } from '../server-pair.js';

/** The site that the Vaults of these tests belong to. */
export const site = {
  name: 'site-a',
  uuid: '0b8f6f5e-7c0d-4a55-9d0e-3f6f0f6f1a10',
  domain: 'site-a.example.org',
  management: ['127.0.0.0/8'],
  names: {},
  certificates: { root: 'platform', since: '2026-01-01' },
  secrets: { master: 'env:MASTER', versions: { authority: 1 } },
  vault: { unseal: { kind: 'sealed' } },
} as unknown as Site;

export function secretsOf(environment: NodeJS.ProcessEnv = {}): Secrets {
  return createSecrets(site, { MASTER: '11'.repeat(32), ...environment });
}

export type NodeOptions = { transit?: ServerSettings['transit']; environment?: Record<string, string> };

/** One node, by number from 0; it stays what it is while it does not run. */
export type VaultNode = NodeMachine & {
  settings: ServerSettings;
  url: string;
  auditFiles: [string, string];
};

export type VaultCluster = {
  authority: Authority;
  nodes: VaultNode[];
  client: (index: number, token?: string) => Vault;
  /** A certificate for an address or a machine, signed by the site's authority. */
  certificate: (
    commonName: string,
    names: string[],
    addresses: string[],
  ) => { certificate: string; key: string };
  close: () => Promise<void>;
};

/** One node's machine, which does not run yet. */
export type NodeMachine = {
  /** Until it listens. */
  start: () => Promise<void>;
  /** Nothing happens when it does not run. */
  kill: () => Promise<void>;
  /** Empties the folder of its storage. */
  empty: () => Promise<void>;
  read: (path: string) => Promise<string>;
};

/** How a kind of Vault runs nodes. */
export type Runner = {
  /** Makes a folder for the files of a cluster's nodes; `remove` takes it away again. */
  folder: () => Promise<{ path: string; remove: () => Promise<void> }>;
  /** @param files content by path, which the settings name */
  machine: (
    settings: ServerSettings,
    files: Readonly<Record<string, string>>,
    environment: Readonly<Record<string, string>>,
  ) => Promise<NodeMachine>;
};

let clusters = 0;

/** Nodes that know each other's addresses and do not run yet, each on a loopback address of its own. */
export async function makeCluster(
  run: Runner,
  size: number,
  options: NodeOptions = {},
): Promise<VaultCluster> {
  const folder = await run.folder();
  const authority = await authorityOf(site, secretsOf());
  clusters += 1;
  const network = `127.${64 + (process.pid % 128)}.${clusters}`;
  const addresses = Array.from({ length: size }, (_, index) => `${network}.${index + 1}`);
  const nodes = await Promise.all(
    addresses.map((address, index) =>
      makeNode(run, join(folder.path, `vault-${index + 1}`), address, addresses, authority, options),
    ),
  );
  return {
    authority,
    nodes,
    client: (index, token) =>
      vaultClient({ url: nodes[index]!.url, ca: authority.root, ...(token === undefined ? {} : { token }) }),
    certificate: (...content) => serverPair(authority, ...content),
    close: async () => {
      await Promise.all(nodes.map((node) => node.kill()));
      await folder.remove();
    },
  };
}

async function makeNode(
  run: Runner,
  folder: string,
  address: string,
  all: readonly string[],
  authority: Authority,
  { transit, environment = {} }: NodeOptions,
): Promise<VaultNode> {
  const settings: ServerSettings = {
    nodeId: folder.split('/').at(-1)!,
    address,
    apiPort: 8200,
    clusterPort: 8201,
    others: all.filter((other) => other !== address).map((other) => `https://${other}:8200`),
    storage: join(folder, 'raft'),
    certificateFile: join(folder, 'server.pem'),
    keyFile: join(folder, 'server.key'),
    authorityFile: join(folder, 'authority.pem'),
    ...(transit === undefined
      ? {}
      : { transit: { ...transit, authorityFile: join(folder, 'authority.pem') } }),
  };
  const { certificate, key } = serverPair(authority, settings.nodeId, [], [address]);
  const files = {
    [settings.certificateFile]: certificate,
    [settings.keyFile]: key,
    [settings.authorityFile]: authority.root,
  };
  return {
    ...(await run.machine(settings, files, environment)),
    settings,
    url: `https://${address}:8200`,
    auditFiles: [join(folder, 'audit-1.log'), join(folder, 'audit-2.log')],
  };
}

/** HashiCorp's own program on this computer, with the configuration file that the role writes. */
export const realVault: Runner = {
  folder: async () => {
    const path = await mkdtemp(join(tmpdir(), 'socle-vault-'));
    return { path, remove: () => rm(path, { recursive: true, force: true }) };
  },
  machine: async (settings, files, environment) => {
    await mkdir(settings.storage, { recursive: true });
    const file = join(settings.storage, '..', 'vault.hcl');
    for (const [path, content] of Object.entries({ ...files, [file]: serverConfiguration(settings) }))
      await writeFile(path, content, { mode: 0o600 });
    let child: ChildProcess | undefined;
    return {
      start: async () => {
        if (child !== undefined) return;
        child = spawn(await vaultPath(cacheFolder()), ['server', `-config=${file}`], {
          env: { PATH: process.env['PATH'], HOME: settings.storage, ...environment },
          stdio: ['ignore', 'pipe', 'pipe'],
        });
        await started(child);
      },
      kill: async () => {
        const killed = child;
        child = undefined;
        if (killed === undefined || killed.exitCode !== null || killed.signalCode !== null) return;
        const ended = new Promise((resolve) => killed.once('exit', resolve));
        killed.kill('SIGKILL');
        await ended;
      },
      empty: async () => {
        await rm(settings.storage, { recursive: true });
        await mkdir(settings.storage);
      },
      read: (path) => readFile(path, 'utf8'),
    };
  },
};

async function started(child: ChildProcess): Promise<void> {
  let said = '';
  await new Promise<void>((resolve, reject) => {
    child.once('exit', () => reject(new Error(`Vault ended before it listened: ${said.slice(-1500)}`)));
    for (const stream of [child.stdout!, child.stderr!]) {
      createInterface({ input: stream }).on('line', (line) => {
        said += `${line}\n`;
        if (line.includes('Vault server started!')) resolve();
      });
    }
  });
}
