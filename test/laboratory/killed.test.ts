import { afterAll, beforeAll, expect, test } from 'vitest';
import { buildOnce } from '../end-to-end/stack.js';
import { ended, labUp, relays, roundTripMs, socle, traces, until } from './laboratory.js';

const vault = '10.61.0.10';

beforeAll(() => buildOnce());
// Whatever failed: what runs on this computer's kernel must not go on.
afterAll(async () => void (await socle(process.env, 'lab', 'down')));

test('down takes away all that a killed laboratory left, in the middle of a deployment', async () => {
  const before = await traces();
  const { child, environment } = await labUp('--latency', '20', '--loss', '1');
  const file = 'examples/site-lab.yaml';
  const started = await socle(environment, 'deploy', file, '--only', 'provisioning', '--yes', '--detach');
  expect(started, started.stderr).toMatchObject({ code: 0 });
  await until(
    async () => / [1-9]\d* of \d+ have power/.test((await socle(environment, 'lab', 'status')).stdout),
    60_000,
  );
  let roundTrip = 0;
  const measured = async (): Promise<boolean> => (roundTrip = await roundTripMs(vault).catch(() => 0)) > 0;
  await until(measured, 60_000);
  expect(roundTrip).toBeGreaterThanOrEqual(20);
  // Less than twice: one relay. A busy computer answers some milliseconds late.
  expect(roundTrip).toBeLessThan(38);
  expect(await relays()).toHaveLength(1);
  await ended(child, 'SIGKILL');
  expect((await traces())['processes']).not.toEqual([]);
  expect((await socle(environment, 'lab', 'status')).stdout).toContain('A laboratory was killed');
  // Two at once: neither may stumble over what the other has just taken away.
  const downs = await Promise.all([1, 2].map(() => socle(environment, 'lab', 'down')));
  for (const down of downs) expect(down, down.stderr).toMatchObject({ code: 0, stderr: '' });
  expect(downs.map(({ stdout }) => stdout)).toContainEqual(expect.stringContaining('Taken away: '));
  expect(await traces()).toEqual(before);
  expect((await socle(environment, 'lab', 'down')).stdout).toBe('There is no laboratory here.\n');
});
