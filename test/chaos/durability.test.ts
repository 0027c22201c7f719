import { expect, test } from 'vitest';
import { buildOnce } from '../end-to-end/stack.js';
import { chaosRun } from './chaos-run.js';
import { sandboxPlace } from './sandbox-place.js';
import type { Counts } from './schedule.js';

const seed = Number(process.env['SOCLE_CHAOS_SEED'] ?? 1);
/** Killed workers in this run, and a fourth as many killed servers; `npm run test:chaos` strikes in more ways. */
const workerKills = Number(process.env['SOCLE_CHAOS_KILLS'] ?? 6);
const counts = {
  'worker killed': workerKills,
  'server killed': Math.ceil(workerKills / 4),
  'client killed': 1,
  'server frozen': 1,
} satisfies Counts;

test(`a deployment survives ${workerKills} killed workers, ${counts['server killed']} killed and a frozen server and a killed client: each effect once, nothing parked, at work again within 15 s (seed ${seed})`, async () => {
  buildOnce();
  const report = await chaosRun({
    place: sandboxPlace,
    seed,
    counts,
    file: 'examples/site-100.yaml',
    waits: 'short',
    say: () => undefined,
  });
  expect(report.findings, JSON.stringify(report.fallen)).toEqual([]);
  const struck = report.fallen.flatMap((blow) => blow.struck.map(({ kind }) => kind));
  for (const [kind, count] of Object.entries(counts))
    expect(
      struck.filter((each) => each === kind),
      kind,
    ).toHaveLength(count);
});
