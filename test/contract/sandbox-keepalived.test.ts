import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import {
  checkPath,
  goldenText,
  installBalancer,
  smallText,
  write,
  writeCompanions,
} from '../unit/sandbox/load-balancer-machines.js';
import { openSandbox, type Sandbox } from '../unit/sandbox/sandbox-fixture.js';
import { talk } from '../unit/sandbox/talk.js';

/** Long enough for three advertisements and a check that must succeed twice. */
const soon = { timeout: 6_000, interval: 20 };

let sandbox: Sandbox;
let virtual = '';
beforeEach(async () => {
  sandbox = openSandbox();
  for (const name of ['lb-1', 'lb-2']) {
    await sandbox.start(name);
    await installBalancer(sandbox, name);
    await writeCompanions(sandbox, name);
    await sandbox.run(name, 'sysctl -w net.ipv4.ip_nonlocal_bind=1');
  }
  virtual = sandbox.addressOf('lb-1').replace(/\d+$/, '240');
  for (const name of ['lb-1', 'lb-2'])
    await write(sandbox, name, '/etc/haproxy/haproxy.cfg', smallText(virtual));
});
afterEach(() => sandbox.close());

/** The role's text for a pair of these machines, fast. */
function textFor(name: string): string {
  const own = sandbox.addressOf(name);
  const other = sandbox.addressOf(name === 'lb-1' ? 'lb-2' : 'lb-1');
  return goldenText('site-100/lb-dmz-1.keepalived.conf')
    .replace('unicast_src_ip 127.40.0.12', `unicast_src_ip ${own}`)
    .replace('127.40.0.13 min_ttl', `${other} min_ttl`)
    .replace('        127.40.0.11/32 dev eth0\n', '')
    .replace('127.40.0.10/32', `${virtual}/32`)
    .replace('vrrp_version 2', 'vrrp_version 3')
    .replace('advert_int 1', 'advert_int 0.1')
    .replace('priority 150', `priority ${name === 'lb-1' ? 150 : 100}`);
}

async function startPair(change: (text: string, name: string) => string = (text) => text): Promise<void> {
  for (const name of ['lb-2', 'lb-1']) {
    await write(sandbox, name, '/etc/keepalived/keepalived.conf', change(textFor(name), name));
    const { stderr } = await sandbox.run(name, 'systemctl restart haproxy && systemctl restart keepalived');
    expect(stderr).toBe('');
  }
}

const holds = async (name: string): Promise<boolean> =>
  (await sandbox.run(name, 'ip -4 -o addr show')).stdout.includes(`2: eth0    inet ${virtual}/32 `);
const holders = async (): Promise<string[]> => {
  const both = ['lb-1', 'lb-2'];
  const held = await Promise.all(both.map(holds));
  return both.filter((_, index) => held[index]);
};
const becomes = (...wanted: string[]) =>
  vi.waitFor(async () => expect(await holders()).toEqual(wanted), soon);
const count = (name: string, effect: string): number => sandbox.effects(name, effect).length;
const uuid = (name: string): string => sandbox.machine(name).hardware.instanceUuid;

const rules = (...accepted: string[]): string => `flush ruleset
table inet socle {
  chain input {
    type filter hook input priority filter; policy drop;
    tcp dport 8080 accept
    ${accepted.join('\n    ')}
  }
}
`;

describe('a pair', () => {
  test('gives the address to the one with the higher priority, and its HAProxy answers there', async () => {
    await startPair();
    await becomes('lb-1');
    expect(sandbox.effects('lb-1', 'address-taken').at(-1)?.detail).toEqual({ address: virtual });
    // The backend has no server: a connection is taken and closed, where nobody listens it would be refused.
    await vi.waitFor(async () => expect(await talk(virtual, 8080, 'x')).toBe('closed'), soon);
    expect((await sandbox.run('lb-2', `nc -z -w 1 ${virtual} 8080`)).exitCode).toBe(0);
    await sandbox.run('lb-1', 'systemctl stop haproxy');
    await becomes('lb-2');
    expect(sandbox.effects('lb-1', 'address-given-up').at(-1)?.detail).toEqual({ address: virtual });
    await vi.waitFor(async () => expect(await talk(virtual, 8080, 'x')).toBe('closed'), soon);
  });

  test('both hold the address when their firewalls drop what they say, until these let it in', async () => {
    for (const name of ['lb-1', 'lb-2']) {
      await write(sandbox, name, '/etc/rules', rules('udp dport 112 accept'));
      await sandbox.run(name, 'nft -f /etc/rules');
    }
    await startPair();
    await becomes('lb-1', 'lb-2');
    const conflicts = [
      ...sandbox.effects('lb-1', 'address-conflict'),
      ...sandbox.effects('lb-2', 'address-conflict'),
    ];
    expect(conflicts.map(({ detail }) => detail?.['address'])).toContain(virtual);
    await write(
      sandbox,
      'lb-2',
      '/etc/rules',
      rules(`ip saddr ${sandbox.addressOf('lb-1')} meta l4proto vrrp accept`),
    );
    await sandbox.run('lb-2', 'nft -f /etc/rules');
    await becomes('lb-1');
  });

  test('of two router ids is no pair', async () => {
    await startPair((text, name) =>
      name === 'lb-1' ? text.replace('_router_id 159', '_router_id 160') : text,
    );
    await becomes('lb-1', 'lb-2');
  });

  test('moves the address at once when keepalived is stopped, later when it is killed', async () => {
    await startPair((text) => text.replace('advert_int 0.1', 'advert_int 0.5'));
    await becomes('lb-1');
    const taken = async (action: () => Promise<unknown>): Promise<number> => {
      const before = count('lb-2', 'address-taken');
      const at = Date.now();
      await action();
      await vi.waitFor(() => expect(count('lb-2', 'address-taken')).toBe(before + 1), soon);
      return Date.now() - at;
    };
    const stopped = await taken(() => sandbox.run('lb-1', 'systemctl stop keepalived'));
    await sandbox.run('lb-1', 'systemctl start keepalived');
    await becomes('lb-1');
    const killed = await taken(() => sandbox.machines().kill(uuid('lb-1'), 'keepalived.service'));
    // A skew of 0.3 s after a word; three advertisements of 0.5 s more without one, but for what ran since the last.
    expect(stopped).toBeLessThan(1_000);
    expect(killed).toBeGreaterThan(1_200);
    // What a killed one leaves on its card, the next removes.
    expect(await holds('lb-1')).toBe(true);
    await sandbox.run('lb-1', 'systemctl start keepalived');
    await becomes('lb-1');
  });

  test('moves the address from a machine without power or cable, and back to it', async () => {
    await startPair();
    await becomes('lb-1');
    sandbox.machines().unplug(uuid('lb-1'));
    await becomes('lb-2');
    expect((await sandbox.run('lb-2', `nc -z -w 1 ${sandbox.addressOf('lb-1')} 2222`)).exitCode).toBe(1);
    sandbox.machines().plug(uuid('lb-1'));
    await becomes('lb-1');
    const { hardware } = sandbox.machine('lb-1');
    await sandbox.machines().powerOff(hardware.instanceUuid);
    await vi.waitFor(async () => expect(await holds('lb-2')).toBe(true), soon);
    // What a boot reads comes from the disk.
    await sandbox.machines().powerOn(hardware);
    await vi.waitFor(() => expect(count('lb-1', 'boot')).toBe(2), soon);
    await sandbox.run('lb-1', 'sysctl -w net.ipv4.ip_nonlocal_bind=1; systemctl restart haproxy');
    await becomes('lb-1');
  });

  test('comes back with the sandbox', async () => {
    await startPair();
    await becomes('lb-1');
    await sandbox.restart();
    await becomes('lb-1');
  });

  test('keeps the address through a reload, with what the new text says, and refuses a wrong one', async () => {
    await startPair();
    await becomes('lb-1');
    const before = count('lb-2', 'address-taken');
    const another = virtual.replace(/\d+$/, '241');
    await write(
      sandbox,
      'lb-1',
      '/etc/keepalived/keepalived.conf',
      textFor('lb-1')
        .replace('priority 150', 'priority 160')
        .replace('virtual_ipaddress {', `virtual_ipaddress {\n        ${another}/32 dev eth0`),
    );
    expect((await sandbox.run('lb-1', 'systemctl reload keepalived')).exitCode).toBe(0);
    await write(sandbox, 'lb-1', '/etc/keepalived/keepalived.conf', 'bogus\n');
    expect((await sandbox.run('lb-1', 'systemctl reload keepalived')).exitCode).toBe(1);
    await new Promise((resolve) => setTimeout(resolve, 600));
    expect(await holders()).toEqual(['lb-1']);
    expect([count('lb-1', 'address-given-up'), count('lb-2', 'address-taken')]).toEqual([0, before]);
    expect(sandbox.effects('lb-1', 'address-taken').at(-1)?.detail).toEqual({ address: another });
    await write(sandbox, 'lb-1', '/etc/keepalived/keepalived.conf', textFor('lb-1'));
    expect((await sandbox.run('lb-1', 'systemctl reload keepalived')).exitCode).toBe(0);
    expect(sandbox.effects('lb-1', 'address-given-up').map(({ detail }) => detail)).toEqual([
      { address: another },
    ]);
    expect(await holders()).toEqual(['lb-1']);
  });
});

describe('the check', () => {
  test.each([
    ['that is not executable', 'chmod 600'],
    ['that others may write', 'chmod 722'],
    ['of somebody else', 'chown operator-1'],
  ])('%s is not run, so a dead HAProxy keeps the address', async (_what, spoil) => {
    await sandbox.run('lb-1', `${spoil} ${checkPath}`);
    await startPair();
    await becomes('lb-1');
    await sandbox.run('lb-1', 'systemctl stop haproxy');
    // Twice as long as two failed checks take.
    await new Promise((resolve) => setTimeout(resolve, 2_200));
    expect(await holders()).toEqual(['lb-1']);
    expect(sandbox.machine('lb-1').console.join('\n')).toContain('Disabling track script haproxy');
  });

  test.each([
    ['fails', 'test -e /etc/well'],
    ['never ends', 'test -e /etc/well || sleep 30'],
  ])('that %s at the start keeps the address away; twice well in a row, it comes', async (_how, line) => {
    await write(sandbox, 'lb-1', checkPath, `#!/bin/sh\n${line}\n`, 0o700);
    await startPair();
    await becomes('lb-2');
    await sandbox.run('lb-1', 'touch /etc/well; systemctl reload haproxy');
    await becomes('lb-1');
  });
});
