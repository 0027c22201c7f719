import { connect as connectTls } from 'node:tls';
import { createServer, type Server } from 'node:net';
import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import {
  installBalancer,
  smallText,
  write,
  writeCompanions,
} from '../unit/sandbox/load-balancer-machines.js';
import { openSandbox, type Sandbox } from '../unit/sandbox/sandbox-fixture.js';
import { talk } from '../unit/sandbox/talk.js';

const file = '/etc/haproxy/haproxy.cfg';
const health = 'curl --silent --show-error --fail --unix-socket /run/haproxy/health.sock http://haproxy/';

let sandbox: Sandbox;
let server: Server;
beforeEach(async () => {
  sandbox = openSandbox();
  await sandbox.start('lb-1');
  await installBalancer(sandbox, 'lb-1');
  // Answers each line with its own name.
  server = createServer((socket) => socket.on('data', (data) => socket.write(`server ${data.toString()}`)));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterEach(async () => {
  server.close();
  await sandbox.close();
});

const run = (line: string) => sandbox.run('lb-1', line);
const address = () => sandbox.addressOf('lb-1');
const serverLine = (more = '') =>
  `    server one 127.0.0.1:${(server.address() as { port: number }).port}${more}\n`;
const text = (port?: number, more?: string) => smallText(address(), port, serverLine(more));
const active = async (unit: string) => (await run(`systemctl is-active ${unit}`)).stdout.trim();
const restartWith = async (content: string) => {
  await write(sandbox, 'lb-1', file, content);
  return run('systemctl restart haproxy');
};

describe('installing', () => {
  test('starts HAProxy with the text of the package, and leaves keepalived inactive until it has one', async () => {
    expect(await active('haproxy')).toBe('active');
    expect(await active('keepalived')).toBe('inactive');
    expect((await run('systemctl is-enabled haproxy keepalived')).stdout).toBe('enabled\nenabled\n');
    expect((await run('systemctl start keepalived')).exitCode).toBe(0);
    expect(await active('keepalived')).toBe('inactive');
    expect((await run('id haproxy')).exitCode).toBe(0);
  });

  test('succeeds although the unit fails with a text that was there before', async () => {
    await sandbox.start('lb-2');
    await write(sandbox, 'lb-2', file, 'bogus\n');
    await installBalancer(sandbox, 'lb-2');
    expect((await sandbox.run('lb-2', 'systemctl is-failed haproxy')).stdout).toBe('failed\n');
  });
});

describe('HAProxy', () => {
  test('listens and forwards once it is started, and no longer once it is stopped', async () => {
    expect((await restartWith(text())).stderr).toBe('');
    expect(await talk(address(), 8080, 'hello')).toBe('server hello');
    expect((await run('ss -H -lnt')).stdout).toContain(`${address()}:8080`);
    expect((await run(health)).stdout).toBe('in-force');
    await run('systemctl stop haproxy');
    expect(await talk(address(), 8080, 'hello')).toBe('ECONNREFUSED');
    expect((await run('ss -H -lnt')).stdout).not.toContain(':8080');
    expect(await run(health)).toMatchObject({
      exitCode: 7,
      stderr: "curl: (7) Couldn't connect to server\n",
    });
  });

  test('does not reload a text that it does not take, and goes on with the one before', async () => {
    await restartWith(text());
    await write(sandbox, 'lb-1', file, text(8081).replace('default_backend', 'default_backened'));
    const { exitCode, stderr } = await run('systemctl reload haproxy');
    expect({ exitCode, stderr }).toEqual({
      exitCode: 1,
      stderr: expect.stringContaining('haproxy.cfg:11') as string,
    });
    expect(await active('haproxy')).toBe('active');
    expect(await talk(address(), 8080, 'hello')).toBe('server hello');
    await write(sandbox, 'lb-1', file, text(8081));
    expect((await run('systemctl reload haproxy')).exitCode).toBe(0);
    expect(await talk(address(), 8080, 'hello')).toBe('ECONNREFUSED');
    await vi.waitFor(async () => expect(await talk(address(), 8081, 'hello')).toBe('server hello'));
  });

  test('binds an address of another only where the kernel lets it', async () => {
    const other = address().replace(/\d+$/, '250');
    const elsewhere = smallText(other, 8080, serverLine());
    expect((await restartWith(elsewhere)).stderr).toContain(
      `cannot bind socket (Cannot assign requested address) for [${other}:8080]`,
    );
    expect(await active('haproxy')).toBe('failed');
    await run('sysctl -w net.ipv4.ip_nonlocal_bind=1');
    expect((await run('systemctl start haproxy')).exitCode).toBe(0);
    // Bound, but nobody holds it.
    expect(await talk(other, 8080, 'hello')).toBe('ECONNREFUSED');
    expect((await run(`nc -z -w 1 ${other} 8080`)).exitCode).toBe(1);
  });

  test('is behind the firewall of its machine', async () => {
    await restartWith(text());
    const rules = (source: string) =>
      `table inet t {\n chain input {\n type filter hook input priority filter; policy drop;\n ip saddr ${source} tcp dport 8080 accept\n }\n}\n`;
    await write(sandbox, 'lb-1', '/etc/rules', `flush ruleset\n${rules('127.0.0.1')}`);
    await run('nft -f /etc/rules');
    expect(await talk(address(), 8080, 'hello')).toBe('server hello');
    await write(sandbox, 'lb-1', '/etc/rules', `flush ruleset\n${rules('127.0.0.77')}`);
    await run('nft -f /etc/rules');
    expect(await talk(address(), 8080, 'hello', { timeoutMs: 200 })).toBe('silence');
    expect(await talk(address(), 8080, 'hello', { from: '127.0.0.77' })).toBe('server hello');
  });

  test('takes a server that dies out, ends its connections, and lets the standby take over', async () => {
    const standby = createServer((socket) =>
      socket.on('data', (data) => socket.write(`standby ${data.toString()}`)),
    );
    standby.listen(0, '127.0.0.1');
    await once(standby, 'listening');
    const checked = ' check inter 100ms rise 1 fall 2 on-marked-down shutdown-sessions';
    const { port } = standby.address() as { port: number };
    await restartWith(`${text(8080, checked)}    server two 127.0.0.1:${port}${checked} backup\n`);
    expect(await talk(address(), 8080, 'hello')).toBe('server hello');
    const kept = await talk.keep(address(), 8080);
    server.close();
    // Whoever was connected stays with the server until it is marked down.
    await vi.waitFor(() => expect(kept.closed()).toBe(true), 3_000);
    expect(await talk(address(), 8080, 'hello')).toBe('standby hello');
    standby.close();
    await vi.waitFor(async () => expect(await talk(address(), 8080, 'hello')).toBe('closed'), 3_000);
  });

  test('lets wait who comes when all its connections are taken', async () => {
    await restartWith(text().replace('    default_backend', '    maxconn 1\n    default_backend'));
    const first = await talk.keep(address(), 8080);
    const second = talk(address(), 8080, 'second', { timeoutMs: 5_000 });
    expect(await talk(address(), 8080, 'third', { timeoutMs: 200 })).toBe('silence');
    first.end();
    expect(await second).toBe('server second');
  });

  test('redirects to HTTPS on a port that says so', async () => {
    await restartWith(
      text().replace(
        '    default_backend servers',
        '    mode http\n    http-request redirect scheme https code 301',
      ),
    );
    const answer = await talk(address(), 8080, 'GET /a?b HTTP/1.1\r\nHost: www.example.org\r\n\r\n');
    expect(answer).toMatch(/^HTTP\/1.1 301 [^]*\r\nlocation: https:\/\/www.example.org\/a\?b\r\n/);
  });

  test('chooses by the name that a TLS client asks for, and refuses who greets otherwise', async () => {
    const rules = `    tcp-request inspect-delay 1s
    tcp-request content accept if { req.ssl_hello_type 1 }
    tcp-request content reject
    use_backend servers if { req.ssl_sni -m reg -i ^kafka(-[0-9]+)?[.]example$ }
`;
    await restartWith(text().replace('    default_backend servers\n', rules));
    // The server answers a greeting with bytes that are no TLS: what matters is that the greeting came to it whole.
    const greeted = async (servername: string) => {
      const client = connectTls({ host: address(), port: 8080, servername, rejectUnauthorized: false });
      const [error] = (await once(client, 'error')) as [NodeJS.ErrnoException];
      return error.code;
    };
    expect(await greeted('KAFKA-7.example')).toBe('ERR_SSL_WRONG_VERSION_NUMBER');
    expect(await greeted('kafka.example')).toBe('ERR_SSL_WRONG_VERSION_NUMBER');
    expect(await greeted('git.example')).toBe('ECONNRESET');
    expect(await talk(address(), 8080, 'no greeting')).toBe('closed');
  });

  test('shows its statistics over TLS to whom it knows, and ends them with itself', async () => {
    await writeCompanions(sandbox, 'lb-1');
    const statistics = `frontend statistics
    mode http
    bind ${address()}:8404 ssl crt /etc/socle/tls/lb-1.pem alpn h2,http/1.1
    acl authorised req.hdr(authorization) -m str -f /etc/haproxy/statistics-login
    http-request auth realm statistics unless authorised
    http-request use-service prometheus-exporter if { path /metrics }
    stats enable
    stats uri /
`;
    await restartWith(`${text(8080, ' check inter 1s')}${statistics}`);
    const login = `Authorization: Basic ${Buffer.from('socle:a-password').toString('base64')}\r\n`;
    const asked = async (path: string, header: string) => {
      const client = connectTls({ host: address(), port: 8404, rejectUnauthorized: false });
      client.write(`GET ${path} HTTP/1.1\r\nHost: a\r\n${header}\r\n`);
      const [data] = (await once(client, 'data')) as [Buffer];
      return { client, answer: data.toString() };
    };
    expect((await asked('/metrics', '')).answer).toContain('HTTP/1.1 401 ');
    expect((await asked('/metrics', login.replace('c29', 'c30'))).answer).toContain('HTTP/1.1 401 ');
    expect((await asked('/', login)).answer).toContain('Statistics Report');
    const { client, answer } = await asked('/metrics', login);
    expect(answer).toContain('haproxy_server_status{proxy="servers",server="one",state="UP"} 1\n');
    const closed = once(client, 'close');
    client.on('error', () => undefined);
    await run('systemctl stop haproxy');
    await closed;
  });

  test('that is killed stays dead until it is started', async () => {
    const { hardware } = sandbox.machine('lb-1');
    await restartWith(text());
    await sandbox.machines().kill(hardware.instanceUuid, 'haproxy.service');
    expect(await active('haproxy')).toBe('failed');
    expect(await talk(address(), 8080, 'hello')).toBe('ECONNREFUSED');
    expect((await run(health)).exitCode).toBe(7);
    await expect(sandbox.machines().kill(hardware.instanceUuid, 'haproxy.service')).rejects.toThrow(
      'does not run',
    );
    await run('systemctl start haproxy');
    expect(await talk(address(), 8080, 'hello')).toBe('server hello');
  });

  test('runs again after a restart of the sandbox and of the machine, and not while it is off', async () => {
    await restartWith(text());
    await sandbox.restart();
    await vi.waitFor(async () => expect(await talk(address(), 8080, 'hello')).toBe('server hello'), 5_000);
    const { hardware } = sandbox.machine('lb-1');
    await sandbox.machines().powerOff(hardware.instanceUuid);
    expect(await talk(address(), 8080, 'hello')).toBe('ECONNREFUSED');
    await sandbox.machines().powerOn(hardware);
    await vi.waitFor(async () => expect(await talk(address(), 8080, 'hello')).toBe('server hello'), 5_000);
    await sandbox.machines().destroy(hardware.instanceUuid);
    expect(await talk(address(), 8080, 'hello')).toBe('ECONNREFUSED');
  });
});

describe('curl', () => {
  test('tells what the other side answered, and fails loudly for what it cannot do', async () => {
    await restartWith(text().replace('status 200', 'status 503'));
    expect(await run(health)).toMatchObject({
      exitCode: 22,
      stderr: 'curl: (22) The requested URL returned error: 503\n',
    });
    expect((await run(health.replace('--fail ', ''))).stdout).toBe('in-force');
    await run(`${health.replace('--fail', '--output /tmp/answer')}`);
    expect((await run('cat /tmp/answer')).stdout).toBe('in-force');
    expect(await run('curl --silent https://example.org/')).toMatchObject({ exitCode: 2 });
    expect(await run('curl --insecure http://haproxy/')).toMatchObject({ exitCode: 2 });
  });
});
