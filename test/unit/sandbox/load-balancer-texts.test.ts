import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { goldenText, installBalancer, write, writeCompanions } from './load-balancer-machines.js';
import { openSandbox, type Sandbox } from './sandbox-fixture.js';

const golden = ['site-100', 'site-1000'].flatMap((site) =>
  ['lb-lan-1', 'lb-integration-1', 'lb-dmz-1', 'lb-dmz-2'].map((machine) => ({ site, machine })),
);
let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = openSandbox();
  await sandbox.start('machine-1');
  await installBalancer(sandbox, 'machine-1');
  for (const { machine } of golden) await writeCompanions(sandbox, 'machine-1', machine);
});
afterAll(() => sandbox.close());

async function check(command: string, text: string) {
  await write(sandbox, 'machine-1', '/etc/text', text);
  return sandbox.run('machine-1', `${command} -f /etc/text`);
}

describe.each(golden)("the role's texts for $machine of $site", ({ site, machine }) => {
  test('are taken without a word', async () => {
    expect(await check('haproxy -c -q', goldenText(`${site}/${machine}.haproxy.cfg`))).toEqual({
      stdout: '',
      stderr: '',
      exitCode: 0,
    });
    expect(await check('keepalived -t', goldenText(`${site}/${machine}.keepalived.conf`))).toEqual({
      stdout: '',
      stderr: '',
      exitCode: 0,
    });
  });
});

describe('keepalived.conf', () => {
  const whole = goldenText('site-100/lb-dmz-1.keepalived.conf');
  const wrong: [string, string, string][] = [
    [
      'a misspelt word',
      whole.replace('advert_int', 'advert_interval'),
      "Unknown keyword 'advert_interval 1'",
    ],
    [
      'a card that is not there',
      whole.replace('interface eth0', 'interface eth9'),
      "interface eth9 for vrrp_instance lb-dmz doesn't exist",
    ],
    ['a card without a definition', whole.replaceAll('eth0', '$CARD'), 'interface $CARD for ip address'],
    [
      'a definition that is not there',
      `includer /etc/no-file\n${whole}`,
      "Config files missing '/etc/no-file'",
    ],
    ['a priority that is none', whole.replace('priority 150', 'priority 300'), 'outside range [1, 255]'],
    [
      'a router id that is none',
      whole.replace('virtual_router_id 159', 'virtual_router_id 256'),
      'outside range [1, 255]',
    ],
    ['a part of a second in VRRP 2', whole.replace('advert_int 1', 'advert_int 0.3'), 'must be an integer'],
    [
      'a script that is not declared',
      whole.replace('        haproxy\n', '        haproxi\n'),
      'track script haproxi not found',
    ],
    [
      'an address that is none',
      whole.replace('127.40.0.10/32', '127.40.0.310/32'),
      'invalid IP 127.40.0.310',
    ],
    ['a brace that is missing', whole.trimEnd().slice(0, -1), "missing '}'s"],
    ['a brace too many', `${whole}}\n`, "Extra '}'"],
  ];
  test.each(wrong)('with %s is refused', async (_what, text, said) => {
    const { exitCode, stderr } = await check('keepalived -t', text);
    expect({ exitCode, stderr }).toEqual({ exitCode: 5, stderr: expect.stringContaining(said) as string });
  });

  test('takes the card from a file that it includes, and parts of a second in VRRP 3', async () => {
    await write(sandbox, 'machine-1', '/etc/keepalived/card.conf', '$CARD=eth0\n');
    const text = whole
      .replaceAll('eth0', '$CARD')
      .replace('advert_int 1', 'advert_int 0.3')
      .replace('vrrp_version 2', 'vrrp_version 3');
    expect((await check('keepalived -t', `includer /etc/keepalived/card.conf\n${text}`)).stderr).toBe('');
  });
});

test('HAProxy reads several files as one, and names the file and line of what is wrong', async () => {
  const whole = goldenText('site-100/lb-dmz-1.haproxy.cfg');
  const at = whole.indexOf('frontend dmz-vip-80');
  await write(sandbox, 'machine-1', '/etc/first', whole.slice(0, at));
  await write(sandbox, 'machine-1', '/etc/second', whole.slice(at));
  const both = 'haproxy -c -f /etc/first -f /etc/second';
  expect(await sandbox.run('machine-1', both)).toMatchObject({
    exitCode: 0,
    stdout: 'Configuration file is valid\n',
  });
  await write(sandbox, 'machine-1', '/etc/second', whole.slice(at).replace('maxconn', 'maxconnn'));
  expect(await sandbox.run('machine-1', both)).toMatchObject({
    exitCode: 1,
    stderr: expect.stringContaining(
      "parsing [/etc/second:5] : unknown keyword 'maxconnn' in 'frontend' section",
    ) as string,
  });
});
