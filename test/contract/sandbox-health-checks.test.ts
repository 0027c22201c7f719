import { once } from 'node:events';
import { createServer as createHttps } from 'node:https';
import { createServer, type Server } from 'node:net';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { machineCertificate } from '../unit/load-balancer/certificate.js';
import { installBalancer, smallText, write } from '../unit/sandbox/load-balancer-machines.js';
import { openSandbox, type Sandbox } from '../unit/sandbox/sandbox-fixture.js';
import { talk } from '../unit/sandbox/talk.js';

const line = 'check inter 50ms rise 2 fall 2';
const https = `    option httpchk
    http-check send meth GET uri /ready ver HTTP/1.1 hdr Host health.check
    http-check expect status 200,401
`;

let sandbox: Sandbox;
const servers: Server[] = [];
beforeEach(async () => {
  sandbox = openSandbox();
  await sandbox.start('lb-1');
  await installBalancer(sandbox, 'lb-1');
});
afterEach(async () => {
  for (const server of servers.splice(0)) server.close();
  await sandbox.close();
});

async function listening(server: Server, host = '127.0.0.1', port = 0): Promise<number> {
  servers.push(server);
  server.listen(port, host);
  await once(server, 'listening');
  return (server.address() as { port: number }).port;
}

/** A server over TLS; what it answers for the path /ready can be changed, and what it was asked is kept. */
async function secureServer() {
  const pem = await machineCertificate('node', '127.0.0.1');
  const seen = { status: 200, asked: [] as string[] };
  const server = createHttps({ key: pem, cert: pem }, (request, response) => {
    seen.asked.push(`${request.headers.host} ${request.url}`);
    response.writeHead(seen.status).end();
  });
  return { seen, port: await listening(server) };
}

async function balance(servers: string): Promise<void> {
  await write(
    sandbox,
    'lb-1',
    '/etc/haproxy/haproxy.cfg',
    smallText(sandbox.addressOf('lb-1'), 8080, servers),
  );
  expect((await sandbox.run('lb-1', 'systemctl restart haproxy')).stderr).toBe('');
}
const said = () => sandbox.machine('lb-1').console.filter((text) => text.includes('Server servers/'));
const saidLast = (what: string) =>
  vi.waitFor(() => expect(said().at(-1)).toBe(`haproxy: Server servers/one is ${what}`), 3_000);

describe('a server counts as up', () => {
  test('by its answer to the request that is written, with a status that is expected', async () => {
    const { seen, port } = await secureServer();
    await balance(`${https}    server one 127.0.0.1:${port} ${line} check-ssl verify none\n`);
    await vi.waitFor(() => expect(seen.asked.length).toBeGreaterThan(2), 3_000);
    expect(said()).toEqual([]);
    expect(new Set(seen.asked)).toEqual(new Set(['health.check /ready']));
    seen.status = 503;
    await saidLast('DOWN');
    seen.status = 401;
    await saidLast('UP');
  });

  test('by a TLS handshake, which a server without TLS does not do', async () => {
    const { port } = await secureServer();
    const plain = await listening(createServer((socket) => socket.end('no TLS')));
    await balance(`    server one 127.0.0.1:${plain} ${line} check-ssl verify none
    server two 127.0.0.1:${port} ${line} check-ssl verify none\n`);
    await saidLast('DOWN');
    expect(said()).toHaveLength(1);
  });

  test('not while its machine drops or rejects what comes, though a process of this computer would take it', async () => {
    await sandbox.start('node-1');
    await sandbox.run('node-1', 'apt-get update && apt-get install -y nftables');
    const port = await listening(createServer(), sandbox.addressOf('node-1'));
    const rules = (rule: string): string =>
      `flush ruleset\ntable inet t {\n chain input {\n type filter hook input priority 0; policy accept;\n ${rule}\n }\n}\n`;
    await balance(`    server one ${sandbox.addressOf('node-1')}:${port} ${line}\n`);
    for (const [rule, state] of [
      ['drop', 'DOWN'],
      ['accept', 'UP'],
      ['reject', 'DOWN'],
    ] as const) {
      await write(sandbox, 'node-1', '/etc/rules', rules(rule));
      await sandbox.run('node-1', 'nft -f /etc/rules');
      await saidLast(state);
    }
  });

  test('not while the balancer itself has no cable', async () => {
    const port = await listening(createServer());
    await balance(`    server one 127.0.0.1:${port} ${line}\n`);
    const { instanceUuid } = sandbox.machine('lb-1').hardware;
    sandbox.machines().unplug(instanceUuid);
    await saidLast('DOWN');
    sandbox.machines().plug(instanceUuid);
    await saidLast('UP');
  });
});

test('where this computer does not let it open a port, it is open inside the sandbox, and the console says so', async () => {
  await sandbox.start('client-1');
  await sandbox.run('client-1', 'apt-get update && apt-get install -y netcat-openbsd');
  const own = sandbox.addressOf('lb-1');
  await listening(
    createServer((socket) => socket.end('not of the sandbox')),
    own,
    8080,
  );
  await balance('');
  await vi.waitFor(() =>
    expect(sandbox.machine('lb-1').console).toContain(
      `${own}:8080 is open inside the sandbox only: EADDRINUSE`,
    ),
  );
  expect((await sandbox.run('client-1', `nc -z -w 1 ${own} 8080`)).exitCode).toBe(0);
  expect((await sandbox.run('lb-1', 'systemctl is-active haproxy')).stdout).toBe('active\n');
  expect(await talk(own, 8080, 'x')).toBe('not of the sandbox');
  await sandbox.run('lb-1', 'systemctl stop haproxy');
  expect((await sandbox.run('client-1', `nc -z -w 1 ${own} 8080`)).exitCode).toBe(1);
});
