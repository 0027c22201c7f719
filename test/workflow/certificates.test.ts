import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { renewalUnits } from '../../activities/certificates/renewal.js';
import { closeHosts } from '../../activities/clients/ssh/open-host.js';
import { declarationOf } from '../../activities/registry.js';
import type { Role } from '../../activities/role.js';
import { prepareVms } from '../../activities/roles/2-preparation/prepare-vms.js';
import { installDockerRegistry } from '../../activities/roles/3-base-infrastructure/install-docker-registry.js';
import { readRun } from '../../client/run/read-run.js';
import { seenCertificates, type SeenCertificate } from '../../client/run/seen-certificates.js';
import { certificatesOperation } from '../../config/certificates/report.js';
import { buildPlan } from '../../config/plan.js';
import { environment, MachinesUnderTest } from '../contract/sandbox-machines.js';
import { Laboratory, planOf } from './harness.js';

const name = 'gitops-1';
const role = installDockerRegistry as unknown as Role;

let under: MachinesUnderTest;
let laboratory: Laboratory;
beforeAll(async () => {
  Object.assign(process.env, environment);
  under = await MachinesUnderTest.boot([name]);
  const prepare = prepareVms as unknown as Role;
  for (const step of prepare.steps.filter(({ on }) => on === 'each'))
    await step.apply(under.context(prepare, name));
  // No artefact store is here to mirror images from.
  for (const step of role.steps.filter(({ id }) => id !== 'images'))
    await step.apply(under.context(role, name));
  laboratory = await Laboratory.open(planOf([]), {}, { roles: [role] });
}, 240_000);
afterAll(async () => {
  closeHosts();
  await laboratory.close();
  await under.close();
});

/** What `socle certificates` is told by the run that it starts. */
async function look(): Promise<SeenCertificate[]> {
  const { site, machines, virtualAddresses } = under.plan;
  const plan = buildPlan({
    site,
    inventory: { machines, virtualAddresses },
    declarations: [declarationOf(role)],
    mode: 'check',
    operation: { role: [role.name], name: certificatesOperation },
  });
  const id = `check/${site.name}/${randomUUID()}`;
  await (await laboratory.deploy(plan, {}, id)).result();
  return seenCertificates(await readRun(laboratory.client, id));
}

test('workers tell of what lies on a machine, is served there and is to be renewed', async () => {
  const [seen, ...others] = await look();
  expect(others).toEqual([]);
  expect(seen).toMatchObject({
    target: name,
    role: 'install-docker-registry',
    place: '/etc/socle/tls/registry.pem',
    renewal: { timer: 'active', lastResult: 'success' },
    problems: [],
  });
  expect(seen!.facts!.names).toContain(name);
  expect(seen!.facts!.issuer).toContain(`${under.plan.site.name} platform root`);
});

test('and of what needs somebody', async () => {
  const [machine] = under.machines.powered();
  const { timer } = renewalUnits('registry');
  machine!.running.delete(timer);
  const [stopped] = await look();
  expect(stopped!.problems).toEqual([`its renewal is not under way: ${timer} is inactive`]);
  await machine!.files.rm('/etc/socle/tls/registry.pem');
  const [missing] = await look();
  expect(missing).toMatchObject({ problems: ['missing'] });
  expect(missing).not.toHaveProperty('facts');
});
