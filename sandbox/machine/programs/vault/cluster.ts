import { createHmac, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { askActive } from './active.js';
import { authorityFor, type Keys, type VaultNode } from './node.js';
import { startRaft } from './opening.js';
import type { Append, RaftAnswer, Vote } from './raft-messages.js';
import type { Member } from './record.js';
import {
  fromWire,
  toWire,
  type Answer,
  type Question,
  type WireAnswer,
  type WireQuestion,
} from './question.js';

/** Long: a computer that is held up answers late, and a node that is gone refuses at once. */
const answerMs = 10_000;
const forwardMs = 30_000;
const largestBytes = 64 * 1024 * 1024;

/** Members know each other by a key that only an opened node has. */
function seal(keys: Keys, text: string): string {
  return createHmac('sha256', keys.cluster).update(text).digest('hex');
}

async function tell(
  node: VaultNode,
  keys: Keys,
  member: Member,
  kind: string,
  message: unknown,
  timeoutMs: number,
): Promise<unknown> {
  const { status, body } = await node.peers.ask({
    method: 'POST',
    url: `${member.cluster}/${kind}`,
    ca: authorityFor(node, member),
    headers: { 'x-cluster-seal': seal(keys, JSON.stringify(message)) },
    body: message,
    timeoutMs,
  });
  if (status !== 200) throw new Error(`${member.id} answered ${status}`);
  return JSON.parse(body.toString()) as unknown;
}

export async function sendToMember(
  node: VaultNode,
  keys: Keys,
  member: Member,
  kind: 'vote' | 'append',
  message: Vote | Append,
): Promise<RaftAnswer> {
  return (await tell(node, keys, member, kind, message, answerMs)) as RaftAnswer;
}

/** Has the active node answer what a standby was asked. */
export async function forward(
  node: VaultNode,
  keys: Keys,
  leader: Member,
  question: Question,
): Promise<Answer> {
  const answer = (await tell(node, keys, leader, 'forward', toWire(question), forwardMs)) as WireAnswer;
  const { bytes, ...rest } = answer;
  return { ...rest, ...(bytes !== undefined && { bytes: Buffer.from(bytes, 'base64') }) };
}

/** Answers on the cluster's port, members alone. */
export async function answerMember(
  node: VaultNode,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const part of request) {
    length += (part as Buffer).length;
    if (length > largestBytes) return void request.destroy();
    parts.push(part as Buffer);
  }
  const text = Buffer.concat(parts).toString();
  const keys = node.opened?.keys ?? node.joining;
  const given = Buffer.from(String(request.headers['x-cluster-seal'] ?? ''));
  const wanted = Buffer.from(keys === undefined ? '' : seal(keys, text));
  if (keys === undefined || given.length !== wanted.length || !timingSafeEqual(given, wanted))
    return void response.writeHead(403).end();
  const kind = (request.url ?? '').slice(1);
  const message = JSON.parse(text) as unknown;
  const answer = await answered(node, keys, kind, message).catch(() => undefined);
  if (answer === undefined) return void response.writeHead(503).end();
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
}

async function answered(node: VaultNode, keys: Keys, kind: string, message: unknown): Promise<unknown> {
  if (kind === 'forward') {
    const { bytes, ...rest } = await askActive(node, fromWire(message as WireQuestion));
    return { ...rest, ...(bytes !== undefined && { bytes: bytes.toString('base64') }) };
  }
  if (kind === 'append' && node.joining !== undefined) await takeIn(node, keys, message as Append);
  return node.opened?.raft.answer(kind, message as Vote | Append);
}

/** The leader's first record makes a node that is joining a member. */
async function takeIn(node: VaultNode, keys: Keys, { term, record }: Append): Promise<void> {
  if (record === undefined) return;
  await node.disk.create();
  if (node.joining !== keys) return;
  node.disk.write({ record, vote: { term } });
  node.machine.happened('vault-joined', { node: node.settings.nodeId });
  startRaft(node, keys, { record, vote: { term } });
}
