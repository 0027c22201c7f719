import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { HttpQuestion, HttpAnswer } from '../program.js';
import { answerApi } from './api.js';
import { notSimulated, plain, Refusal, unexpected, type Answer, type Question } from './answer.js';
import { answerGit } from './git-requests.js';
import type { Gogs } from './node.js';
import { answerPage } from './pages.js';

const largestBytes = 64 * 1024 * 1024;

/** Answers one request over TLS, unless a fault is due: `gogs`, `POST /api/v1/user/orgs`, the machine's name. */
export async function answerClient(
  gogs: Gogs,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { machine } = gogs;
  const { method = 'GET', url = '/', headers } = request;
  const { pathname, searchParams } = new URL(url, 'https://gogs');
  const fault = machine.surroundings.faults.take('gogs', `${method} ${pathname}`, machine.name);
  if (fault?.kind === 'reset') return void request.socket.destroy();
  if (fault?.kind === 'slow') await sleep(Number(fault.argument ?? 1_000));
  const body = await bodyOf(request);
  if (body === undefined) return void request.socket.destroy();
  const answer =
    fault?.kind === 'error'
      ? plain(Number(fault.argument ?? 500), 'a fault of the sandbox\n')
      : await answerQuestion(gogs, {
          method,
          path: decoded(pathname),
          query: searchParams,
          authorization: headers.authorization ?? '',
          contentType: headers['content-type'] ?? '',
          contentEncoding: headers['content-encoding'] ?? '',
          body,
        });
  if (fault?.kind === 'lost-answer') return void request.socket.destroy();
  const isBare = answer.status === 204;
  response.writeHead(answer.status, {
    ...answer.headers,
    ...(isBare ? {} : { 'content-length': answer.body.length }),
  });
  response.end(isBare || method === 'HEAD' ? undefined : answer.body);
}

/** Answers one request over its socket. */
export async function answerSocket(gogs: Gogs, asked: HttpQuestion): Promise<HttpAnswer> {
  const { pathname, searchParams } = new URL(asked.path, 'http://gogs');
  const { status, headers, body } = await answerQuestion(gogs, {
    method: asked.method,
    path: decoded(pathname),
    query: searchParams,
    authorization: asked.authorization,
    contentType: asked.contentType ?? '',
    contentEncoding: '',
    body: Buffer.from(asked.body ?? ''),
  });
  return { status, headers, body: body.toString('utf8') };
}

async function answerQuestion(gogs: Gogs, question: Question): Promise<Answer> {
  try {
    // Go answers HEAD as GET without a body.
    const asked = question.method === 'HEAD' ? { ...question, method: 'GET' } : question;
    if (asked.path.startsWith('/api/v1/')) return await answerApi(gogs, asked);
    const answer = (await answerPage(gogs, asked)) ?? (await answerGit(gogs, asked));
    return answer ?? notSimulated(`${asked.method} ${asked.path}`).answer;
  } catch (error) {
    if (!(error instanceof Refusal)) gogs.machine.say(`gogs: ${(error as Error).stack ?? ''}`);
    else if (error.answer.status === 500) gogs.machine.say(`gogs: ${error.message}`);
    return error instanceof Refusal ? error.answer : unexpected('').answer;
  }
}

/** @returns undefined when it is too large, or the other end is gone */
async function bodyOf(request: IncomingMessage): Promise<Buffer | undefined> {
  const parts: Buffer[] = [];
  let length = 0;
  try {
    for await (const part of request) {
      length += (part as Buffer).length;
      if (length > largestBytes) return undefined;
      parts.push(part as Buffer);
    }
  } catch {
    return undefined;
  }
  return Buffer.concat(parts);
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}
