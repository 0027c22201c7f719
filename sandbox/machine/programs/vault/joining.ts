import { randomBytes } from 'node:crypto';
import { close, open } from './cipher.js';
import { text } from './fields.js';
import { keysOf, sealOf, selfOf, type Invitation, type Keys, type VaultNode } from './node.js';
import { openWith } from './opening.js';
import type { Answer, Question } from './question.js';
import type { Member, Seal } from './record.js';
import { Refusal } from './refusal.js';
import { transitDecrypt } from './transit-seal.js';

const answerMs = 2_000;
const path = '/v1/sys/storage/raft/bootstrap';

/**
 * One step of what a node does by itself while it is not open: it looks for its cluster, solves the leader's riddle once it
 * was given the keys, and with the transit seal asks for them.
 */
export async function openByItself(node: VaultNode): Promise<void> {
  const isMember = node.stored?.record.members.some(({ id }) => id === node.settings.nodeId) === true;
  if (node.opened !== undefined && isMember) return;
  const given = (): Keys | undefined => node.opened?.keys ?? node.joining;
  if (!isMember && (node.invitation === undefined || given() !== undefined)) await invite(node);
  const seal = node.opened === undefined ? sealOf(node) : undefined;
  if (seal?.kind === 'transit' && node.joining === undefined) {
    const root = await transitDecrypt(node, seal.rootKey ?? '').catch(() => undefined);
    if (root !== undefined && node.opened === undefined) openWith(node, keysOf(root, seal));
  }
  const keys = given();
  if (!isMember && keys !== undefined && node.invitation !== undefined)
    await solve(node, keys, node.invitation);
}

/** Asks the configured members in turn until one answers that leads. */
async function invite(node: VaultNode): Promise<void> {
  for (const { api, ca } of node.settings.join) {
    const body = { server_id: node.settings.nodeId };
    const answer = await node.peers
      .ask({ method: 'PUT', url: `${api}${path}/challenge`, ca, body, timeoutMs: answerMs })
      .catch(() => undefined);
    if (answer?.status !== 200) continue;
    const { data } = JSON.parse(answer.body.toString()) as { data: { challenge: string; seal: Seal } };
    // Another Vault than the one it was given the keys of: they open nothing there.
    if (node.invitation?.seal.dataKey !== data.seal.dataKey) [node.joining, node.given] = [undefined, []];
    node.invitation = { api, ca, seal: data.seal, riddle: data.challenge };
    return;
  }
}

async function solve(node: VaultNode, keys: Keys, { api, ca, riddle }: Invitation): Promise<void> {
  const answer = open(keys.root, riddle).toString('hex');
  const body = { server_id: node.settings.nodeId, answer, member: selfOf(node) };
  const asked = { method: 'PUT', url: `${api}${path}/answer`, ca, body, timeoutMs: 10_000 };
  const told = await node.peers.ask(asked).catch((error: Error) => error);
  const problem = told instanceof Error ? told.message : told.status === 200 ? '' : told.body.toString();
  if (problem !== '') node.machine.say(`vault: failed to join raft cluster: ${problem.trim()}`);
}

/** What the leader answers to a node that wants to join. @throws Refusal 503 when this node does not lead */
export function challenge(node: VaultNode, { fields }: Question): Answer {
  const { opened, active } = node;
  if (opened === undefined || active === undefined) throw new Refusal(503, 'node is not the active node');
  const riddle = randomBytes(32);
  node.riddles.set(text(fields, 'server_id'), riddle.toString('hex'));
  const { seal } = opened.raft.record();
  return { status: 200, body: { data: { challenge: close(opened.keys.root, riddle), seal } } };
}

/** Takes in a node that has the keys: first it gets all that the cluster holds, then a vote. */
export async function takeAnswer(node: VaultNode, { fields }: Question): Promise<Answer> {
  const { opened, active, riddles } = node;
  if (opened === undefined || active === undefined) throw new Refusal(503, 'node is not the active node');
  const id = text(fields, 'server_id');
  const wanted = riddles.get(id);
  riddles.delete(id);
  if (wanted === undefined || wanted !== text(fields, 'answer'))
    throw new Refusal(400, 'invalid answer given');
  const { api, cluster } = fields['member'] as Member;
  const member = { id, api, cluster };
  if (!(await opened.raft.introduce(member))) throw new Refusal(500, `${id} did not take the data`);
  await opened.raft.commit((record) => ({
    ...record,
    members: [...record.members.filter((one) => one.id !== id), member],
  }));
  return { status: 200, body: { data: {} } };
}
