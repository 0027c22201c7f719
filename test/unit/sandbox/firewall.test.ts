import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { openSandbox, sshPort, type Sandbox } from './sandbox-fixture.js';
import { logIn, logInWhenUp } from './log-in.js';

const port = 8200;
let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = openSandbox();
  for (const name of ['client-1', 'client-2', 'server-1']) {
    await sandbox.start(name);
    (await logInWhenUp(sandbox.addressOf(name))).end();
    // Written there, since the mirror is not what is tested here.
    for (const each of ['nftables', 'netcat-openbsd']) sandbox.machine(name).packages.add(each);
  }
  await sandbox.run(
    'server-1',
    `printf '[Socket]\\nListenStream=${port}\\n' >/etc/systemd/system/vault.socket && systemctl start vault.socket`,
  );
});
afterAll(() => sandbox.close());
beforeEach(async () => void (await load('flush ruleset\n')));

async function load(ruleset: string) {
  await sandbox.machine('server-1').files.writeFile('/etc/socle.nft', ruleset);
  return sandbox.run('server-1', 'nft -f /etc/socle.nft');
}

async function seenFrom(client: string, toPort = port): Promise<string> {
  const { exitCode, stderr } = await sandbox.run(
    client,
    `nc -zv -w 1 ${sandbox.addressOf('server-1')} ${toPort}`,
  );
  return exitCode === 0 ? 'open' : stderr.trim().replace(/^.*failed: /, '');
}

/** A table that drops all but what the rules let in. */
const table = (...rules: string[]): string => `table inet socle
delete table inet socle
table inet socle {
  chain input {
    type filter hook input priority filter; policy drop;
    ct state established,related accept
    ${rules.join('\n    ')}
  }
}
`;

test('without rules a listener is open to all, and a port without one refuses', async () => {
  expect([await seenFrom('client-1'), await seenFrom('client-2')]).toEqual(['open', 'open']);
  expect(await seenFrom('client-1', 9999)).toBe('Connection refused');
});

describe('a ruleset', () => {
  test('lets the declared connection through and drops every other', async () => {
    expect(
      await load(table(`ip saddr ${sandbox.addressOf('client-1')} tcp dport ${port} accept`)),
    ).toMatchObject({
      stderr: '',
      exitCode: 0,
    });
    expect(await seenFrom('client-1')).toBe('open');
    expect(await seenFrom('client-2')).toBe('timed out');
    expect(await seenFrom('client-1', 9999)).toBe('timed out');
  });

  test('means a protocol, a set and a range of ports as they are written', async () => {
    const { run, addressOf } = sandbox;
    await load(table(`ip saddr { ${addressOf('client-1')}, 10.0.0.0/8 } tcp dport { 80, 8000-8300 } accept`));
    expect(await seenFrom('client-1')).toBe('open');
    await load(table(`ip saddr { ${addressOf('client-1')}, 10.0.0.0/8 } tcp dport { 80, 8000-8100 } accept`));
    expect(await seenFrom('client-1')).toBe('timed out');
    await load(table(`udp dport ${port} accept`));
    expect(await seenFrom('client-1')).toBe('timed out');
    await load(table(`tcp dport ${port} reject`));
    expect((await run('client-1', `nc -zv ${addressOf('server-1')} ${port}`)).stderr).toContain('refused');
  });

  test('a drop before an accept counts, and so does a second table that drops', async () => {
    await load(table(`ip saddr ${sandbox.addressOf('client-1')} drop`, `tcp dport ${port} accept`));
    expect([await seenFrom('client-1'), await seenFrom('client-2')]).toEqual(['timed out', 'open']);
    await load('table ip other {\n chain in {\n type filter hook input priority 10; policy drop;\n }\n}\n');
    expect(await seenFrom('client-2')).toBe('timed out');
  });

  test('keeps sshd from those whom it does not let in', async () => {
    await load(table(`tcp dport ${port} accept`));
    const { session, why } = await logIn(sandbox.addressOf('server-1'), { timeoutMs: 200 });
    expect({ session, why }).toEqual({ session: undefined, why: 'Timed out while waiting for handshake' });
    await load(table(`ip saddr 127.0.0.1 tcp dport ${sshPort} accept`));
    (await logInWhenUp(sandbox.addressOf('server-1'))).end();
  });
});

describe('a malformed ruleset is refused, and the one before stays in force', () => {
  const malformed: [string, string][] = [
    ['a misspelt verdict', table(`tcp dport ${port} acept`)],
    ['a misspelt match', table(`tcp dprot ${port} accept`)],
    ['an unknown statement', table(`allow ${port}`)],
    ['a port that is none', table('tcp dport 70000 accept')],
    ['a port name that nobody knows', table('tcp dport vaultt accept')],
    ['an address that is none', table(`ip saddr 10.0.0.300 tcp dport ${port} accept`)],
    ['a state that is none', table(`ct state nwe tcp dport ${port} accept`)],
    ['a protocol that is none', table('meta l4proto vrrpp accept', `tcp dport ${port} accept`)],
    ['a network without a size', table(`ip saddr 10.0.0.0/33 tcp dport ${port} accept`)],
    ['a set that is not there', table(`ip saddr @nobody tcp dport ${port} accept`)],
    ['a brace that is missing', table(`tcp dport ${port} accept`).replace(/\}\s*$/, '')],
    ['a brace too many', `${table(`tcp dport ${port} accept`)}}\n`],
    ['a table of an unknown family', 'table inett socle {\n}\n'],
    ['a policy that is none', table().replace('policy drop', 'policy deny')],
    ['a hook that is none', table().replace('hook input', 'hook inputt')],
    ['a table to delete that is not there', 'delete table inet nobody\n'],
  ];
  test.each(malformed)('%s', async (_what, ruleset) => {
    await load(table(`ip saddr ${sandbox.addressOf('client-1')} tcp dport ${port} accept`));
    const { exitCode, stderr } = await load(ruleset);
    expect({ exitCode, stderr }).toEqual({
      exitCode: 1,
      stderr: expect.stringMatching(/^Error: /) as string,
    });
    expect([await seenFrom('client-1'), await seenFrom('client-2')]).toEqual(['open', 'timed out']);
  });

  test('checking alone loads nothing', async () => {
    await sandbox.machine('server-1').files.writeFile('/etc/socle.nft', table());
    expect((await sandbox.run('server-1', 'nft -c -f /etc/socle.nft')).exitCode).toBe(0);
    expect(await seenFrom('client-1')).toBe('open');
  });
});
