import { createPrivateKey, X509Certificate } from 'node:crypto';
import { certificatesIn } from '../../../../config/certificates/pem.js';
import type { SimulatedMachine } from '../../machine.js';
import type { Endpoint } from '../listening.js';
import { parseHcl, type HclBlock, type HclBody, type HclValue } from './hcl.js';

/** What one node was started with. */
export type VaultConfiguration = {
  nodeId: string;
  /** `https://address:port`, as the other members are told. */
  apiAddress: string;
  clusterAddress: string;
  api: Endpoint;
  cluster: Endpoint;
  /** PEM. */
  key: string;
  certificate: string;
  storage: string;
  join: { api: string; ca: string }[];
  transit?: { url: string; mount: string; key: string; ca?: string };
};

const known = {
  server: ['api_addr', 'cluster_addr', 'disable_mlock', 'ui', 'log_format'],
  listener: ['address', 'cluster_address', 'tls_cert_file', 'tls_key_file', 'tls_min_version'],
  storage: ['path', 'node_id', 'performance_multiplier'],
  retry_join: ['leader_api_addr', 'leader_ca_cert_file'],
  seal: ['address', 'mount_path', 'key_name', 'tls_ca_cert'],
} as const;

/**
 * Reads a configuration file as `vault server` does: one TLS listener, raft, and the transit seal or none.
 * @throws Error in the program's words; unlike it, also for what it does not know
 */
export async function readConfiguration(
  machine: SimulatedMachine,
  file: string,
): Promise<VaultConfiguration> {
  const read = async (path: string): Promise<string> => {
    const text = await machine.files.text(path);
    if (text === undefined) throw new Error(`open ${path}: no such file or directory`);
    return text;
  };
  const text = await read(file);
  try {
    const server = parseHcl(text);
    const attributes = checked(server, known.server, file);
    if (typeof attributes['disable_mlock'] !== 'boolean')
      throw new Error("disable_mlock must be configured 'true' or 'false': Mlock is required with raft");
    const listener = checked(one(server, 'listener', 'tcp'), known.listener, file);
    const storage = one(server, 'storage', 'raft');
    const raft = checked(storage, known.storage, file);
    const unknown = server.blocks.find(({ type }) => !['listener', 'storage', 'seal'].includes(type));
    if (unknown) throw new Error(`unknown or unsupported field ${unknown.type} found in configuration`);
    const apiAddress = wanted(attributes, 'api_addr');
    const seal = server.blocks.find(({ type }) => type === 'seal');
    return {
      nodeId: wanted(raft, 'node_id'),
      apiAddress,
      clusterAddress: wanted(attributes, 'cluster_addr'),
      api: endpoint(machine, wanted(listener, 'address')),
      cluster: endpoint(machine, wanted(listener, 'cluster_address')),
      ...(await pairOf(read, wanted(listener, 'tls_cert_file'), wanted(listener, 'tls_key_file'))),
      storage: wanted(raft, 'path'),
      join: await Promise.all(
        storage.blocks.map(async ({ type, body }) => {
          if (type !== 'retry_join') throw new Error(`unknown or unsupported field ${type}`);
          const values = checked(body, known.retry_join, file);
          return {
            api: wanted(values, 'leader_api_addr'),
            ca: await read(wanted(values, 'leader_ca_cert_file')),
          };
        }),
      ),
      ...(seal === undefined ? {} : { transit: await transitOf(seal, read, file) }),
    };
  } catch (error) {
    throw new Error(`error loading configuration from ${file}: ${(error as Error).message}`);
  }
}

async function transitOf(
  { labels, body }: HclBlock,
  read: (path: string) => Promise<string>,
  file: string,
): Promise<NonNullable<VaultConfiguration['transit']>> {
  if (labels[0] !== 'transit') throw new Error(`seal ${labels[0] ?? ''} is not simulated`);
  const values = checked(body, known.seal, file);
  return {
    url: wanted(values, 'address'),
    mount: wanted(values, 'mount_path').replace(/\/$/, ''),
    key: wanted(values, 'key_name'),
    ...(values['tls_ca_cert'] === undefined ? {} : { ca: await read(wanted(values, 'tls_ca_cert')) }),
  };
}

/** Certificate and key as a listener takes them: both may stand in one file. */
export async function pairOf(
  read: (path: string) => Promise<string>,
  certificateFile: string,
  keyFile: string,
): Promise<{ certificate: string; key: string }> {
  const certificates = certificatesIn(await read(certificateFile));
  const key = /-----BEGIN [A-Z ]*PRIVATE KEY-----[^]+?-----END [A-Z ]*PRIVATE KEY-----\n?/.exec(
    await read(keyFile),
  )?.[0];
  if (certificates[0] === undefined || key === undefined)
    throw new Error('error loading TLS cert: tls: failed to find any PEM data in key or certificate input');
  if (!new X509Certificate(certificates[0]).checkPrivateKey(createPrivateKey(key)))
    throw new Error('error loading TLS cert: tls: private key does not match public key');
  return { certificate: certificates.join(''), key };
}

function one({ blocks }: HclBody, type: string, label: string): HclBody {
  const found = blocks.filter((block) => block.type === type);
  if (found.length !== 1 || found[0]!.labels[0] !== label)
    throw new Error(`exactly one ${type} "${label}" is simulated, found ${found.length} blocks`);
  return found[0]!.body;
}

function checked({ attributes }: HclBody, names: readonly string[], file: string): Record<string, HclValue> {
  const unknown = Object.keys(attributes).find((name) => !names.includes(name));
  if (unknown !== undefined)
    throw new Error(`unknown or unsupported field ${unknown} found in configuration at ${file}`);
  return attributes;
}

function wanted(values: Record<string, HclValue>, name: string): string {
  const value = values[name];
  if (typeof value !== 'string' || value === '') throw new Error(`${name} must be set`);
  return value;
}

function endpoint(machine: SimulatedMachine, text: string): Endpoint {
  const [, address = '', port = ''] = /^(\d+\.\d+\.\d+\.\d+):(\d+)$/.exec(text) ?? [];
  if (port === '') throw new Error(`address ${text}: missing port in address`);
  if (address !== '0.0.0.0' && address !== machine.address)
    throw new Error(
      `error initializing listener of type tcp: bind: cannot assign requested address (${text})`,
    );
  return { address: machine.address, port: Number(port) };
}
