import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { DetailedPeerCertificate, TLSSocket } from 'node:tls';
import type { Fault } from '../../../runtime.js';
import { askActive } from './active.js';
import { forward } from './cluster.js';
import type { VaultNode } from './node.js';
import { fieldsOf, refused, type Answer, type Question } from './question.js';
import { Refusal } from './refusal.js';
import { localAnswers } from './status.js';

const largestBytes = 32 * 1024 * 1024;

/** Answers one request on the API's port, unless a fault is due: `vault`, `PUT sys/init`, the machine's name. */
export async function answerClient(
  node: VaultNode,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  let answer: Answer;
  let fault: Fault | undefined;
  try {
    const question = await questionOf(request);
    const { faults } = node.machine.surroundings;
    fault = faults.take('vault', `${question.method} ${question.path}`, node.machine.name);
    if (fault?.kind === 'reset') return void request.socket.destroy();
    if (fault?.kind === 'slow') await sleep(Number(fault.argument ?? 1_000));
    if (fault?.kind === 'error') throw new Refusal(Number(fault.argument ?? 500), 'a fault of the sandbox');
    answer = await answerOf(node, question);
  } catch (error) {
    if (!(error instanceof Refusal)) node.machine.say(`vault: ${(error as Error).stack ?? ''}`);
    answer = refused(error instanceof Refusal ? error : new Refusal(500, 'internal error'));
  }
  if (fault?.kind === 'lost-answer') return void request.socket.destroy();
  const { status, body, bytes } = answer;
  const content = bytes ?? Buffer.from(body === undefined ? '' : `${JSON.stringify(body)}\n`);
  response.writeHead(status, {
    'cache-control': 'no-store',
    'content-type': bytes === undefined ? 'application/json' : 'application/octet-stream',
    ...(status === 204 ? {} : { 'content-length': content.length }),
  });
  response.end(request.method === 'HEAD' || status === 204 ? undefined : content);
}

async function answerOf(node: VaultNode, question: Question): Promise<Answer> {
  const local = localAnswers[`${question.method} ${question.path}`];
  if (local !== undefined) return local(node, question);
  const { opened } = node;
  if (opened === undefined) throw new Refusal(503, 'Vault is sealed');
  if (node.active !== undefined) return askActive(node, question);
  if (question.path === 'sys/seal')
    throw new Refusal(500, 'vault cannot seal when in standby mode; please restart instead');
  const leader = opened.raft.leader();
  if (leader === undefined) throw new Refusal(500, 'local node not active but active cluster node not found');
  return forward(node, opened.keys, leader, question).catch(() => {
    throw new Refusal(500, 'error during forwarding RPC request');
  });
}

async function questionOf(request: IncomingMessage): Promise<Question> {
  const url = new URL(request.url ?? '/', 'https://vault');
  if (!url.pathname.startsWith('/v1/')) throw new Refusal(404, 'only the API below /v1 is simulated');
  const parts: Buffer[] = [];
  let length = 0;
  for await (const part of request) {
    length += (part as Buffer).length;
    if (length > largestBytes) throw new Refusal(413, 'http: request body too large');
    parts.push(part as Buffer);
  }
  const raw = Buffer.concat(parts);
  const { 'x-vault-token': header, authorization = '' } = request.headers;
  const token = typeof header === 'string' ? header : /^Bearer (\S+)$/.exec(authorization)?.[1];
  return {
    method: request.method ?? 'GET',
    path: decodeURIComponent(url.pathname.slice('/v1/'.length)),
    query: Object.fromEntries(url.searchParams),
    raw,
    fields: fieldsOf(raw),
    token,
    source: request.socket.remoteAddress ?? '',
    certificates: certificatesOf(request.socket as TLSSocket),
  };
}

function certificatesOf(socket: TLSSocket): Buffer[] {
  const found: Buffer[] = [];
  let next: DetailedPeerCertificate | undefined = socket.getPeerCertificate(true);
  while (next?.raw !== undefined && !found.some((raw) => raw.equals(next!.raw))) {
    found.push(next.raw);
    next = next.issuerCertificate;
  }
  return found;
}
