import { expect, test } from 'vitest';
import { buildOnce } from '../end-to-end/stack.js';
import { chaosRun } from './chaos-run.js';
import { laboratoryPlace } from './laboratory-place.js';
import { evenCounts } from './schedule.js';

const seed = Number(process.env['SOCLE_CHAOS_SEED'] ?? 1);
const { file, kinds } = laboratoryPlace;

test(`a deployment of real machines survives one disturbance of each kind: each effect once, nothing left (seed ${seed})`, async () => {
  buildOnce();
  const counts = evenCounts(seed, kinds.length, kinds);
  const say = (): void => undefined;
  const report = await chaosRun({ place: laboratoryPlace, seed, counts, file, waits: 'none', say });
  expect(report.findings, JSON.stringify(report.fallen)).toEqual([]);
  const struck = report.fallen.flatMap((blow) => blow.struck.map(({ kind }) => kind));
  expect(struck.sort()).toEqual([...kinds].sort());
});
