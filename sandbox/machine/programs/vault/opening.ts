import { combine } from './shamir.js';
import { open } from './cipher.js';
import { sendToMember } from './cluster.js';
import { keysOf, sealOf, type Keys, type VaultNode } from './node.js';
import { createRaft } from './raft.js';
import type { Stored } from './record.js';
import { Refusal } from './refusal.js';
import type { VaultState } from './state.js';

/**
 * Takes one share. With as many as are needed the node opens, or, when it has yet to join, asks to be taken in.
 * @throws Refusal 400 when they open nothing; all are forgotten then
 */
export function giveShare(node: VaultNode, text: string): void {
  const seal = sealOf(node);
  if (seal === undefined) throw new Refusal(400, 'Vault is not initialized');
  if (node.opened !== undefined) return;
  if (seal.kind !== 'shamir')
    throw new Refusal(400, 'unsealing with shares is not possible with the seal transit');
  const share = bytesOf(text);
  if (!node.given.some((other) => other.equals(share))) node.given.push(share);
  if (node.given.length < seal.threshold) return;
  const shares = node.given.splice(0);
  let keys: Keys;
  try {
    keys = keysOf(combine(shares), seal);
  } catch {
    throw new Refusal(400, 'failed to decrypt encrypted stored keys: cipher: message authentication failed');
  }
  openWith(node, keys);
}

/** In hexadecimal or base64. */
function bytesOf(text: string): Buffer {
  const bytes = /^([0-9a-f]{2})+$/i.test(text) ? Buffer.from(text, 'hex') : Buffer.from(text, 'base64');
  if (bytes.length < 16 || bytes.length > 33)
    throw new Refusal(400, "'key' must be a valid hex or base64 string of 16 to 33 bytes");
  return bytes;
}

/** Opens a node that has a record; one without has yet to be taken in by the leader. */
export function openWith(node: VaultNode, keys: Keys): void {
  if (node.stored === undefined) node.joining = keys;
  else startRaft(node, keys, node.stored);
}

/** The node becomes a member that stands by, and leads when the others want it. */
export function startRaft(node: VaultNode, keys: Keys, stored: Stored): void {
  const { machine, disk } = node;
  const raft = createRaft({
    self: node.settings.nodeId,
    stored,
    save: (kept) => {
      node.stored = kept;
      disk.write(kept);
    },
    send: (member, kind, message) => sendToMember(node, keys, member, kind, message),
    leads: () => {
      const { record } = raft;
      node.active = { state: JSON.parse(open(keys.data, record().data).toString()) as VaultState };
      // Nobody's effect: nodes choose a leader by themselves, also while nothing is deployed.
      machine.say(`vault: leads in term ${raft.term()}`);
    },
    follows: () => (node.active = undefined),
    received: ({ seal, members }) => {
      const isMember = members.some(({ id }) => id === node.settings.nodeId);
      // Taken out, or a snapshot of another Vault was restored: these keys are of no use any more.
      if ((wasMember && !isMember) || seal.dataKey !== sealWith.dataKey) sealNode(node);
      wasMember = isMember;
    },
  });
  const sealWith = stored.record.seal;
  let wasMember = stored.record.members.some(({ id }) => id === node.settings.nodeId);
  node.joining = undefined;
  node.invitation = undefined;
  node.opened = { keys, raft };
  machine.happened('vault-unsealed', { node: node.settings.nodeId });
}

/** Forgets all keys. */
export function sealNode(node: VaultNode): void {
  node.opened?.raft.stop();
  [node.opened, node.active, node.joining] = [undefined, undefined, undefined];
  node.given = [];
}
