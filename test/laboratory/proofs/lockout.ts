import { expect } from 'vitest';
import { exitCodes } from '../../../config/errors.js';
import type { Datacentre } from '../datacentre.js';
import { until } from '../laboratory.js';
import { asRoot, logIn, operatorKey } from '../log-in.js';

const promisedMs = 60_000;
/** For the login itself, on a computer that does other work. */
const slackMs = 15_000;

/** A mistake in the site file, and what of a machine must come back. */
export type Mistake = { file: string; machine: string; state: string };

/** A management network that Socle is not in. */
export const wrongManagement = (datacentre: Datacentre, file: string, machine: string): Mistake => ({
  file: datacentre.copyOf(file, 'wrong-management.yaml', [['management'], ['10.60.9.0/24']]),
  machine,
  state: 'nft -s list table inet socle\n',
});

/** A gateway that does not exist. The site has another name, so that both mistakes can be made at once. */
export const wrongGateway = (datacentre: Datacentre, file: string, machine: string): Mistake => ({
  file: datacentre.copyOf(
    file,
    'wrong-gateway.yaml',
    [['name'], 'lab-gateway'],
    [['zones', 'integration', 'gateway'], '10.63.0.9'],
  ),
  machine,
  state: 'ip route show default\ncat /etc/netplan/*\n',
});

/** Deploys a mistake that shuts Socle out: what was before comes back by itself, once and for all attempts of the run. */
export async function shutOutAndBack(
  datacentre: Datacentre,
  { file, machine, state }: Mistake,
): Promise<void> {
  const now = (): Promise<string> => asRoot(datacentre, machine, state);
  const key = await operatorKey(datacentre);
  const answers = async (): Promise<boolean> =>
    (await logIn(datacentre, machine, { user: 'socle', key })).code === 0;
  const before = await now();
  const run = datacentre.run('apply', file, [machine], ['prepare-vms']);
  await until(async () => !(await answers()), 40_000);
  const closedAt = Date.now();
  await until(answers, promisedMs + slackMs);
  expect(Date.now() - closedAt).toBeGreaterThan(promisedMs / 2);
  expect(await now()).toBe(before);
  const outcome = await run;
  expect(outcome.code).toBe(exitCodes.failed);
  expect(outcome.failure).toContain(
    'See whether management and ssh in the site file still name where Socle works from',
  );
  expect(await now()).toBe(before);
}
