import { createHmac, randomUUID } from 'node:crypto';
import { request as requestPlain, type IncomingMessage } from 'node:http';
import { request as requestSecure } from 'node:https';
import { isIPv4, type Socket } from 'node:net';
import { connect } from 'node:tls';
import { dial } from '../dial.js';
import { gitStore } from './git-store.js';
import type { Gogs } from './node.js';
import { pushPayload, type Push } from './push-payload.js';
import type { Hook } from './state.js';

const timeoutMs = 15_000;

/**
 * Tells the hooks of a repository of a push to a branch, over real connections from the machine's own address. What becomes
 * of it stands in the journal and on the console; nobody waits for it.
 */
export async function deliverPush(gogs: Gogs, push: Push): Promise<void> {
  const { repository, owner, update } = push;
  if (!update.name.startsWith('refs/heads/')) return;
  const hooks = repository.hooks.filter(({ isActive, events }) => isActive && events.includes('push'));
  if (hooks.length === 0) return;
  const store = gitStore(gogs, owner.name, repository.name);
  const payload = await pushPayload(gogs.settings, store, push);
  for (const hook of hooks) {
    const outcome = await deliver(gogs, hook, payload).then(
      (status) => ({ status }),
      (error: unknown) => ({ problem: (error as Error).message }),
    );
    if ('problem' in outcome) gogs.machine.say(`gogs: hook ${hook.url}: ${outcome.problem}`);
    gogs.machine.happened('gogs-hook-delivered', { url: hook.url, ...outcome });
  }
}

/** @returns the status that was answered */
async function deliver(gogs: Gogs, hook: Hook, payload: string): Promise<number> {
  const { machine, settings } = gogs;
  const url = new URL(hook.url);
  const host = await addressOf(gogs, url.hostname);
  // The whole sandbox is a private network, so that only names of this list are told anything.
  if (!settings.hookHosts.some((allowed) => allowed === '*' || allowed === url.hostname))
    throw new Error('Payload URL resolved to a local network address that is implicitly blocked.');
  const isSecure = url.protocol === 'https:';
  const authorities = await machine.files.text('/etc/ssl/certs/ca-certificates.crt');
  const plain = await dial(machine, host, Number(url.port || (isSecure ? 443 : 80)), timeoutMs);
  const socket: Socket = isSecure
    ? connect({
        socket: plain,
        ...(isIPv4(url.hostname) ? { host: url.hostname } : { servername: url.hostname }),
        ca: authorities ?? '',
      })
    : plain;
  const isJson = hook.contentType === 'json';
  const body = isJson ? payload : new URLSearchParams({ payload }).toString();
  const signature = createHmac('sha256', hook.secret).update(payload).digest('hex');
  const id = randomUUID();
  const headers = {
    'content-type': isJson ? 'application/json' : 'application/x-www-form-urlencoded',
    'content-length': Buffer.byteLength(body),
    'x-github-delivery': id,
    'x-github-event': 'push',
    'x-gogs-delivery': id,
    'x-gogs-event': 'push',
    'x-gogs-signature': hook.secret === '' ? '' : signature,
  };
  const request = isSecure ? requestSecure : requestPlain;
  return new Promise((resolve, reject) => {
    const asked = request(
      url,
      { method: 'POST', headers, createConnection: () => socket, timeout: timeoutMs },
      (answer: IncomingMessage) => {
        answer.resume();
        answer.on('end', () => {
          socket.destroy();
          resolve(answer.statusCode ?? 0);
        });
        answer.on('error', reject);
      },
    );
    asked.on('timeout', () => asked.destroy(new Error('timed out')));
    asked.on('error', reject);
    socket.on('error', reject);
    asked.end(body);
  });
}

/** The sandbox has no names but those in the machine's own file. */
async function addressOf({ machine }: Gogs, host: string): Promise<string> {
  if (isIPv4(host)) return host;
  const lines = ((await machine.files.text('/etc/hosts')) ?? '').split('\n');
  const found = lines
    .map((line) => line.replace(/#.*/, '').trim().split(/\s+/))
    .find(([address, ...names]) => isIPv4(address ?? '') && names.includes(host));
  if (found === undefined) throw new Error(`lookup ${host}: no such host`);
  return found[0]!;
}
