import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { buildOnce, StackUnderTest } from './stack.js';

beforeAll(buildOnce);
let stack: StackUnderTest | undefined;
afterAll(() => stack?.stop());

const runs = (pid: number): Promise<boolean> =>
  readFile(`/proc/${pid}/stat`, 'utf8').then(
    (stat) => !/\) Z /.test(stat),
    () => false,
  );

test('what `socle dev` started ends with it even when it is killed, and the next start takes over its runs', async () => {
  const first = await StackUnderTest.start();
  const { pids } = await first.note();
  expect((await first.socle('deploy', 'examples/site-100.yaml', '--detach')).code).toBe(0);
  await first.kill();
  await expect.poll(() => runs(pids.worker), { timeout: 20_000 }).toBe(false);
  await expect.poll(() => runs(pids.sandbox), { timeout: 20_000 }).toBe(false);

  stack = await StackUnderTest.start('none', first.stateFolder);
  expect(await runs(pids.temporal)).toBe(false);
  expect((await stack.socle('status', 'demo-100')).stdout).toContain('Provisioning');
});

test('a second start in the same folder is refused, with the process that holds it', async () => {
  const refused = StackUnderTest.start('none', stack!.stateFolder);
  await expect(refused).rejects.toThrow('is in use by process');
});

test('a demo whose npm is told to end leaves no process behind', async () => {
  await stack?.stop();
  stack = undefined;
  const folder = await mkdtemp(join(tmpdir(), 'socle-demo-'));
  const npm = spawn('npm', ['run', '--silent', 'demo', '--', '--yes', '--state', folder], {
    stdio: 'ignore',
  });
  const ended = once(npm, 'exit');
  const note = (): Promise<{ pids: Record<string, number> }> =>
    readFile(join(folder, 'stack.json'), 'utf8').then((text) => JSON.parse(text) as never);
  await expect.poll(() => note().catch(() => undefined), { timeout: 60_000 }).toBeDefined();
  const pids = Object.values((await note()).pids);
  npm.kill('SIGTERM');
  await ended;
  for (const pid of pids) await expect.poll(() => runs(pid), { timeout: 45_000 }).toBe(false);
  await rm(folder, { recursive: true });
});
