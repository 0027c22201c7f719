import { computeInventory } from '../../config/inventory.js';
import { loadSite } from '../../config/load.js';
import type { Plan } from '../../config/plan-types.js';
import { createSecrets, type Secrets } from '../../config/secrets.js';
import type { Site } from '../../config/site.js';
import type { StepContext } from '../../activities/role.js';

/** The context of a step on one machine of an example site, without Temporal. */
export async function contextFor(
  machineName: string,
  change: (site: Site) => Site = (site) => site,
  example = 'site-100',
): Promise<StepContext> {
  const site = change(await loadSite(new URL(`../../examples/${example}.yaml`, import.meta.url).pathname));
  const { machines, virtualAddresses } = computeInventory(site);
  const machine = machines.find(({ name }) => name === machineName);
  if (machine === undefined) throw new Error(`no machine ${machineName}`);
  const environment: NodeJS.ProcessEnv = { SOCLE_MASTER_KEY: '11'.repeat(32) };
  const secrets: Secrets = {
    ...createSecrets({ ...site, secrets: { ...site.secrets, master: 'env:SOCLE_MASTER_KEY' } }, environment),
    resolve: async (reference) => `-----BEGIN CERTIFICATE-----\n${reference}\n-----END CERTIFICATE-----\n`,
  };
  const plan = {
    planVersion: 1,
    mode: 'apply',
    site,
    machines,
    virtualAddresses,
    phases: [],
  } as unknown as Plan;
  return {
    plan,
    site,
    inputs: {},
    target: machineName,
    machine,
    machines,
    runId: 'run-1',
    secrets,
    signal: new AbortController().signal,
    progress: () => undefined,
  };
}
