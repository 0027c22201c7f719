import { getEventListeners } from 'node:events';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runShell } from '../../../sandbox/machine/shell.js';
import { openSandbox, type Sandbox } from './sandbox-fixture.js';

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = openSandbox();
  await sandbox.start('machine-1');
});
afterAll(() => sandbox.close());
const run = (line: string, signal: AbortSignal) =>
  runShell(sandbox.machine('machine-1'), 'root', line, '', signal);

test('commands that run at once and shells within shells listen without a warning, and leave nothing behind', async () => {
  const warnings: string[] = [];
  const note = (warning: Error): void => void warnings.push(warning.message);
  process.on('warning', note);
  const { signal } = new AbortController();
  const script = `seq 64 | xargs -P 32 -n 1 sh -c 'sleep 0.02; echo "$0"'\nsh -c 'sh -c "sudo -n sh -c hostname"'`;
  const { stdout } = await run(script, signal);
  await new Promise((resolve) => setImmediate(resolve));
  process.off('warning', note);
  expect(stdout.trim().split('\n')).toHaveLength(65);
  expect(warnings).toEqual([]);
  expect(getEventListeners(signal, 'abort')).toEqual([]);
});

test('an abort ends the shells within the shell, and nothing runs after it', async () => {
  const controller = new AbortController();
  const running = run("sh -c 'echo begun >/etc/begun; sleep 30; echo late >/etc/late'", controller.signal);
  await expect.poll(() => sandbox.machine('machine-1').files.exists('/etc/begun')).toBe(true);
  controller.abort();
  await running.catch(() => undefined);
  expect(await sandbox.machine('machine-1').files.exists('/etc/late')).toBe(false);
});
