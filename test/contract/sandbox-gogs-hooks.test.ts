import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type RequestListener } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo, Server } from 'node:net';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { ensureHook } from '../../activities/clients/gogs/hooks.js';
import { authorityFrom } from '../certificates-fixture.js';
import { serverPair } from '../server-pair.js';
import { simulatedGogs, type SimulatedGogs } from './gogs-sandbox.js';
import { commitText, furnish, remoteOf, repository, startGogs } from './gogs-serving.js';

/** Where hooks may go, by the list in the configuration, and where not. */
const [address, name, blocked] = ['127.0.0.1', 'argocd.platform.example', '127.0.0.3'];
const secret = 'what-signs-the-hook';

const told: { headers: IncomingHttpHeaders; body: string }[] = [];
const listener: RequestListener = (request, response) => {
  let body = '';
  request.on('data', (part: Buffer) => (body += part.toString()));
  request.on('end', () => {
    told.push({ headers: request.headers, body });
    response.end();
  });
};
let sandbox: SimulatedGogs;
let plain: Server;
let secure: Server;
beforeAll(async () => {
  sandbox = await simulatedGogs();
  const { key, certificate: cert } = serverPair(await authorityFrom('33'), 'argocd', [name], []);
  plain = createServer(listener);
  secure = createSecureServer({ key, cert }, listener);
  for (const server of [plain, secure]) {
    server.listen(0, address);
    await once(server, 'listening');
  }
});
afterAll(async () => {
  await sandbox.close();
  for (const server of [plain, secure]) server.close();
});
beforeEach(() => void told.splice(0));

const portOf = (server: Server): number => (server.address() as AddressInfo).port;
const delivered = (to: readonly string[]): unknown[] =>
  sandbox.journal
    .entries()
    .filter(({ effect, detail }) => effect === 'gogs-hook-delivered' && to.includes(String(detail?.['url'])))
    .map(({ detail }) => detail);

test('hooks of a simulated Gogs tell of a push, signed, whoever is on their list and nobody else', async () => {
  const gogs = await startGogs(sandbox, [address]);
  const { token, client } = await furnish(gogs);
  const urls = [address, blocked].map((host) => `http://${host}:${portOf(plain)}/api/webhook`);
  for (const url of urls) await ensureHook(client, repository, { url, secret });
  const commit = await commitText(remoteOf(gogs, 'socle', token), 'told');
  await expect
    .poll(() => delivered(urls), { timeout: 10_000 })
    .toEqual([
      { url: urls[0], status: 200 },
      { url: urls[1], problem: expect.stringContaining('blocked') as string },
    ]);
  expect(told).toHaveLength(1);
  const [{ headers, body }] = told as [(typeof told)[number]];
  expect(headers).toMatchObject({
    'x-gogs-event': 'push',
    'x-gogs-signature': createHmac('sha256', secret).update(body).digest('hex'),
    'content-type': 'application/json',
  });
  expect(JSON.parse(body)).toMatchObject({
    ref: 'refs/heads/master',
    after: commit,
    repository: { full_name: 'platform/gitops', default_branch: 'master' },
    pusher: { username: 'socle' },
    commits: [{ id: commit, message: 'told\n' }],
  });
});

test('a name is told over TLS when the machine knows its address and trusts its authority', async () => {
  const gogs = await startGogs(sandbox, [name]);
  const { token, client } = await furnish(gogs);
  const url = `https://${name}:${portOf(secure)}/api/webhook`;
  await ensureHook(client, repository, { url, secret });
  const outcomes = async (text: string, count: number): Promise<unknown> => {
    await commitText(remoteOf(gogs, 'socle', token), text);
    await expect.poll(() => delivered([url]), { timeout: 10_000 }).toHaveLength(count);
    return delivered([url]).at(-1);
  };
  expect(await outcomes('one', 1)).toEqual({ url, problem: `lookup ${name}: no such host` });
  await gogs.machine().files.appendFile('/etc/hosts', `${address}\t${name}\n`);
  const untrusted = (await outcomes('two', 2)) as { problem: string };
  expect(untrusted.problem).toContain('certificate');
  await gogs.machine().files.writeFile('/etc/ssl/certs/ca-certificates.crt', gogs.ca);
  expect(await outcomes('three', 3)).toEqual({ url, status: 200 });
  const [{ body }] = told as [(typeof told)[number]];
  expect(JSON.parse(body)).toMatchObject({
    commits: [{ message: 'three\n', modified: ['file'], added: [] }],
  });
});
