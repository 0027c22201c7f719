import { afterEach, expect, test } from 'vitest';
import { runShell } from '../../../sandbox/machine/shell.js';
import { openSandbox, type Sandbox } from './sandbox-fixture.js';

let sandbox: Sandbox;
let endings = new AbortController();
afterEach(async () => {
  endings.abort();
  endings = new AbortController();
  await sandbox.close();
});

const begin = (line: string): Promise<unknown> =>
  runShell(sandbox.machine('machine-1'), 'root', line, '', endings.signal).catch(() => undefined);
const has = (path: string) => () => sandbox.machine('machine-1').files.exists(path);

test('a script that was under way when the sandbox was killed never happened: neither in the journal nor on the disk', async () => {
  sandbox = openSandbox();
  await sandbox.start('machine-1');
  void begin('useradd late; touch /etc/begun; sleep 30');
  await expect.poll(has('/etc/begun')).toBe(true);
  await sandbox.restart();
  expect(sandbox.effects('machine-1', 'user-added').map(({ detail }) => detail?.['name'])).not.toContain(
    'late',
  );
  expect(await has('/etc/begun')()).toBe(false);
  expect(await sandbox.run('machine-1', 'useradd late')).toMatchObject({ exitCode: 0 });
  expect(
    sandbox.effects('machine-1', 'user-added').filter(({ detail }) => detail?.['name'] === 'late'),
  ).toHaveLength(1);
});

test('a script that was under way when the power went changes nothing afterwards', async () => {
  sandbox = openSandbox();
  const hardware = await sandbox.start('machine-1');
  const script = begin('touch /etc/before; sleep 0.2; echo late >/etc/late');
  await expect.poll(has('/etc/before')).toBe(true);
  const off = sandbox.machine('machine-1');
  await sandbox.machines().powerOff(hardware.instanceUuid);
  await sandbox.machines().powerOn(hardware);
  await script;
  expect(off).not.toBe(sandbox.machine('machine-1'));
  await sandbox.restart();
  expect(await has('/etc/before')()).toBe(true);
  expect(await has('/etc/late')()).toBe(false);
});
