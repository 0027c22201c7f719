import { expect } from 'vitest';
import { exitCodes } from '../../../config/errors.js';
import type { Datacentre } from '../datacentre.js';
import { until } from '../laboratory.js';
import { asRoot, logIn, operatorKey } from '../log-in.js';

const promisedMs = 60_000;
/** For the login itself, on a computer that does other work. */
const slackMs = 15_000;

/**
 * Deploys a management network that Socle is not in: the machine shuts Socle out, and the rules from before come back by
 * themselves, once and for all attempts of the run.
 * @param file what the machine was prepared with
 */
export async function shutOutAndBack(datacentre: Datacentre, file: string, machine: string): Promise<void> {
  const rules = (): Promise<string> => asRoot(datacentre, machine, 'nft -s list table inet socle\n');
  const key = await operatorKey(datacentre);
  const answers = async (): Promise<boolean> =>
    (await logIn(datacentre, machine, { user: 'socle', key })).code === 0;
  const before = await rules();
  const wrong = datacentre.copyOf(file, 'lockout.yaml', [['management'], ['10.60.9.0/24']]);
  const run = datacentre.run('apply', wrong, [machine], ['prepare-vms']);
  await until(async () => !(await answers()), 40_000);
  const closedAt = Date.now();
  await until(answers, promisedMs + slackMs);
  expect(Date.now() - closedAt).toBeGreaterThan(promisedMs / 2);
  expect(await rules()).toBe(before);
  const outcome = await run;
  expect(outcome.code).toBe(exitCodes.failed);
  expect(outcome.failure).toContain(
    'See whether management and ssh in the site file still name where Socle works from',
  );
  expect(await rules()).toBe(before);
}
