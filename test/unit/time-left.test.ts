import { expect, test } from 'vitest';
import { planSite } from '../../client/plan-site.js';
import { timeLeftMs } from '../../client/run/time-left.js';
import type { RunView } from '../../client/run/view.js';
import { expectedPhaseMs } from '../../config/expected-time.js';

const expected = new Map([
  ['provisioning', 100_000],
  ['preparation', 100_000],
]);

function view(provisioning: { done: number; startedMs: number; endedMs?: number }): RunView {
  const { done, ...phase } = provisioning;
  return {
    status: 'RUNNING',
    progress: {
      phases: [
        { name: 'provisioning', state: 'running', ...phase },
        { name: 'preparation', state: 'waiting' },
        { name: 'applications', state: 'not-available' },
      ],
    },
    open: { provisioning: { roles: [{ total: 10, done }] } },
  } as unknown as RunView;
}

test('what is left starts with the usual time and ends with the speed of this run', () => {
  expect(timeLeftMs(view({ done: 0, startedMs: 0 }), expected, 0)).toBe(200_000);
  // Half the work in three quarters of the usual time; a tenth of it promises no more than half for the rest.
  expect(timeLeftMs(view({ done: 10, startedMs: 0 }), expected, 75_000)).toBe(75_000);
  expect(timeLeftMs(view({ done: 10, startedMs: 0 }), expected, 10_000)).toBe(50_000);
  expect(
    timeLeftMs({ ...view({ done: 1, startedMs: 0 }), status: 'COMPLETED' }, expected, 0),
  ).toBeUndefined();
});

test('waiting at a gate is not counted as work', () => {
  const waited = view({ done: 10, startedMs: 0, endedMs: 75_000 });
  expect(timeLeftMs(waited, expected, 3_600_000)).toBe(75_000);
  waited.progress!.phases[1]!.state = 'gate';
  expect(timeLeftMs(waited, expected, 3_600_000)).toBeUndefined();
});

test('the usual time of a site is within a third of what the bench measured, and grows with the site', async () => {
  const total = async (file: string): Promise<number> =>
    [...expectedPhaseMs((await planSite(file, 'apply')).plan).values()].reduce((sum, ms) => sum + ms, 0) /
    1000;
  const small = await total('examples/site-100.yaml');
  expect(small).toBeGreaterThan(225 / 1.34);
  expect(small).toBeLessThan(225 * 1.34);
  expect(await total('examples/site-1000.yaml')).toBeGreaterThan(small);
});
