import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { canTestWith } from '../../tools/test-programs.js';
import { machineCertificate } from '../unit/load-balancer/certificate.js';
import {
  goldenText,
  installBalancer,
  write,
  writeCompanions,
} from '../unit/sandbox/load-balancer-machines.js';
import { openSandbox, type Sandbox } from '../unit/sandbox/sandbox-fixture.js';

const whole = goldenText('site-1000/lb-integration-1.haproxy.cfg');
/** Without frontends, and without the socket for administrators, which is one that listens. */
const deaf = whole.slice(0, whole.indexOf('frontend statistics')).replace(/ *stats socket .*\n/, '');
const changed = (from: string, to: string): string => {
  if (!whole.includes(from)) throw new Error(`the text has no ${from}`);
  return whole.replace(from, to);
};

/** Each with the words that both must say. */
const texts: [string, string, RegExp][] = [
  ['as the role writes it', whole, /Configuration file is valid/],
  [
    'an unknown keyword',
    changed('default_backend ingress', 'default_backened ingress'),
    /unknown keyword 'default_backened' in 'frontend' section/,
  ],
  ['a keyword in the wrong section', changed('balance leastconn', 'use_backend x'), /use_backend/],
  ['a word out of a section', `bogus\n${whole}`, /unknown keyword 'bogus' out of section/],
  [
    'a backend that is not there',
    changed('default_backend ingress', 'default_backend egress'),
    /Proxy 'int-vip-443': unable to find required default_backend: 'egress'/,
  ],
  [
    'a chosen backend that is not there',
    changed('use_backend kafka', 'use_backend kafkas'),
    /unable to find required use_backend: 'kafkas'/,
  ],
  [
    'a frontend twice',
    changed('frontend int-vip-5000', 'frontend int-vip-443'),
    /frontend 'int-vip-443' has the same name as frontend 'int-vip-443' declared at /,
  ],
  [
    'a backend twice',
    changed('\nbackend registry\n', '\nbackend git\n'),
    /backend 'git' has the same name as backend 'git' declared at /,
  ],
  [
    'a server twice',
    changed('server vault-2', 'server vault-1'),
    /another server named 'vault-1' was already defined|vault-1/,
  ],
  [
    'a certificate that is not there',
    changed('lb-integration-1.pem', 'nobody.pem'),
    /unable to stat SSL certificate from file '[^']*nobody.pem' : No such file or directory/,
  ],
  [
    'a certificate that is none',
    changed('/etc/socle/tls/lb-integration-1.pem', '/etc/haproxy/statistics-login'),
    /unable to load/,
  ],
  [
    'a file of an acl that is not there',
    changed('statistics-login', 'no-login'),
    /error detected while parsing ACL 'authorised' : failed to open pattern file <[^>]*no-login>/,
  ],
  [
    'an acl that is not there',
    changed('reject unless allowed', 'reject unless alowed'),
    /no such ACL : 'alowed'/,
  ],
  [
    'an unknown fetch',
    changed('acl allowed src', 'acl allowed sorce'),
    /unknown fetch method 'sorce' in ACL expression 'sorce'/,
  ],
  [
    'an address that is none',
    changed('acl allowed src 127.0.0.1/32', 'acl allowed src 127.0.0.1/33'),
    /127.0.0.1\/33/,
  ],
  ['an unknown option', changed('option redispatch', 'option redispatchh'), /unknown option 'redispatchh'/],
  [
    'an unknown option of a server',
    changed('check-ssl verify none backup', 'check-ssl verify none backupp'),
    /unknown keyword 'backupp'/,
  ],
  ['a status that is none', changed('expect status 200,401', 'expect status 200,4x1'), /invalid character/],
  ['a time that is none', changed('timeout connect 4s', 'timeout connect 4y'), /timeout connect/],
  [
    'an unknown timeout',
    changed('timeout connect 4s', 'timeout conect 4s'),
    /'timeout' supports .*got 'conect'/,
  ],
  [
    'a bind without a port',
    changed('bind 127.30.0.10:443', 'bind 127.30.0.10'),
    /missing port specification in '127.30.0.10'/,
  ],
  ['an unknown mode', changed('mode tcp', 'mode tpc'), /unknown proxy mode 'tpc'/],
  [
    'a user that is not there',
    changed('user haproxy', 'user haproxyy'),
    /cannot find user id for 'haproxyy'/,
  ],
  ['more than 64 words', changed('src 127.0.0.1/32', `src ${'127.0.0.1 '.repeat(70)}`), /too many words/],
  [
    'a table that is not there',
    changed('bind 127.30.0.10:443\n', 'bind 127.30.0.10:443\n    tcp-request connection track-sc0 src\n'),
    /unable to find table 'int-vip-443' referenced by track-sc0/,
  ],
];

let sandbox: Sandbox;
let folder = '';
beforeAll(async () => {
  sandbox = openSandbox();
  await sandbox.start('machine-1');
  await installBalancer(sandbox, 'machine-1');
  await writeCompanions(sandbox, 'machine-1', 'lb-integration-1');
  folder = mkdtempSync(join(tmpdir(), 'socle-haproxy-'));
  writeFileSync(join(folder, 'lb-integration-1.pem'), await machineCertificate('lb', '127.0.0.1'));
  writeFileSync(join(folder, 'statistics-login'), 'Basic c29jbGU6YQ==\n');
});
afterAll(async () => {
  rmSync(folder, { recursive: true });
  await sandbox.close();
});

async function simulated(text: string) {
  await write(sandbox, 'machine-1', '/etc/text.cfg', text);
  const { exitCode, stderr, stdout } = await sandbox.run('machine-1', 'haproxy -c -f /etc/text.cfg');
  return { exitCode, said: stderr + stdout };
}

function real(text: string) {
  const file = join(folder, 'text.cfg');
  writeFileSync(file, text.replaceAll('/etc/socle/tls', folder).replaceAll('/etc/haproxy', folder));
  const { status, stderr, stdout } = spawnSync('/usr/sbin/haproxy', ['-c', '-f', file], {
    encoding: 'utf8',
  });
  return { exitCode: status, said: stderr + stdout };
}

describe('a text with', () => {
  test.each(texts)('%s: the simulated HAProxy says what it must', async (_what, text, said) => {
    const exitCode = text === whole ? 0 : 1;
    expect(await simulated(text)).toEqual({ exitCode, said: expect.stringMatching(said) as string });
  });
  test.runIf(canTestWith('haproxy')).each(texts)('%s: so does the real one', (_what, text, said) => {
    const exitCode = text === whole ? 0 : 1;
    expect(real(text)).toEqual({ exitCode, said: expect.stringMatching(said) as string });
  });
  test('nothing that listens ends with 2', async () => {
    const said = /will not start \(no listener\)/;
    expect(await simulated(deaf)).toEqual({ exitCode: 2, said: expect.stringMatching(said) as string });
    if (canTestWith('haproxy'))
      expect(real(deaf)).toEqual({ exitCode: 2, said: expect.stringMatching(said) as string });
  });
});
