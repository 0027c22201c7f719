import { randomBytes } from 'node:crypto';
import { close } from './cipher.js';
import { integer } from './fields.js';
import { isInitialised, keysOf, selfOf, type VaultNode } from './node.js';
import { startRaft } from './opening.js';
import { type Answer, type Question } from './question.js';
import type { Seal, Stored } from './record.js';
import { notSimulated, Refusal } from './refusal.js';
import { split } from './shamir.js';
import { newState } from './state.js';
import { addToken } from './tokens.js';
import { transitEncrypt } from './transit-seal.js';

/** Nodes that are at it: the second of two requests at once comes too late. */
const initialising = new WeakSet<VaultNode>();

/**
 * Makes the cluster's keys and its root token, and answers them once. What is written is on disk before it is answered.
 * @throws Refusal 400 when the node is initialised, or is joining a cluster that is
 */
export async function initialise(node: VaultNode, { fields }: Question): Promise<Answer> {
  if (isInitialised(node) || initialising.has(node)) throw new Refusal(400, 'Vault is already initialized');
  for (const name of ['pgp_keys', 'recovery_pgp_keys', 'root_token_pgp_key', 'stored_shares'])
    if (fields[name] !== undefined) throw notSimulated(`${name} of sys/init`);
  const isTransit = node.settings.transit !== undefined;
  const kind = isTransit ? 'recovery' : 'secret';
  const shares = integer(fields, `${kind}_shares`, isTransit ? 5 : 0);
  const threshold = integer(fields, `${kind}_threshold`, isTransit ? 3 : 0);
  if (shares < 1 || shares > 255 || threshold < 1 || threshold > shares)
    throw new Refusal(400, 'invalid seal configuration: threshold and shares do not fit');
  if (shares > 1 && threshold === 1)
    throw new Refusal(
      400,
      'invalid seal configuration: threshold must be greater than one for multiple shares',
    );
  initialising.add(node);
  try {
    const root = randomBytes(32);
    const seal: Seal = {
      kind: isTransit ? 'transit' : 'shamir',
      shares,
      threshold,
      dataKey: close(root, randomBytes(32)),
      ...(isTransit && { rootKey: await transitEncrypt(node, root) }),
    };
    const given = split(isTransit ? randomBytes(32) : root, shares, threshold);
    const rootToken = await firstRecord(node, root, seal);
    node.machine.happened('vault-initialised', { node: node.settings.nodeId });
    const hex = given.map((share) => share.toString('hex'));
    const base64 = given.map((share) => share.toString('base64'));
    const told = isTransit
      ? { keys: [], keys_base64: [], recovery_keys: hex, recovery_keys_base64: base64 }
      : { keys: hex, keys_base64: base64 };
    return { status: 200, body: { ...told, root_token: rootToken } };
  } finally {
    initialising.delete(node);
  }
}

async function firstRecord(node: VaultNode, root: Buffer, seal: Seal): Promise<string> {
  const keys = keysOf(root, seal);
  const state = newState();
  const rootToken = addToken(state, { policies: ['root'], path: 'auth/token/root', displayName: 'root' });
  const stored: Stored = {
    record: {
      clusterId: randomBytes(16).toString('hex'),
      seal,
      members: [selfOf(node)],
      term: 0,
      index: 1,
      data: close(keys.data, Buffer.from(JSON.stringify(state))),
    },
    vote: { term: 0 },
  };
  await node.disk.create();
  node.disk.write(stored);
  node.invitation = undefined;
  node.stored = stored;
  if (seal.kind === 'transit') startRaft(node, keys, stored);
  return rootToken;
}
