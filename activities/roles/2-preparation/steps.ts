import type { StepContext } from '../../role.js';
import { hostStep } from '../../host/host-step.js';
import { firewall } from '../../host/firewall.js';
import { maskedUnits } from '../../host/masked-units.js';
import type { Resource } from '../../host/resource.js';
import { accounts } from './accounts.js';
import { artifactAccess } from './artifact-access.js';
import { audit } from './audit.js';
import { basePackages } from './base-packages.js';
import { disks } from './disks.js';
import { firewallRules } from './firewall-rules.js';
import { sshHardening } from './hardening-ssh.js';
import { hostKey } from './host-key.js';
import { PrepareVmsInputs } from './inputs.js';
import { kernel } from './kernel.js';
import { login } from './login.js';
import { operatingSystemOf } from './os.js';
import { packageSources } from './package-sources.js';
import { replacedUnits } from './replaced-units.js';
import { system } from './system.js';
import { time } from './time.js';
import { updates } from './updates.js';

/** The wanted state of one machine, by subject; verify compares all of it at once. */
export const stateOf = {
  access: ({ site, machine, secrets }: StepContext): Resource[] => [
    ...accounts(site, secrets.operatorKey().publicKey),
    ...(machine.existingHostKey === undefined
      ? hostKey(secrets.hostKey(machine.name), operatingSystemOf(site, machine))
      : []),
  ],
  system: ({ plan, machine, inputs }: StepContext): Resource[] =>
    system(plan, machine, PrepareVmsInputs.parse(inputs)),
  packages: async ({ site, machine, inputs, secrets }: StepContext): Promise<Resource[]> => {
    const os = operatingSystemOf(site, machine);
    const options = PrepareVmsInputs.parse(inputs);
    return [
      ...packageSources(site, os, options, await artifactAccess(site, secrets)),
      basePackages(site, machine, os, options),
      ...time(site, machine, os),
    ];
  },
  disks: ({ machine }: StepContext): Resource[] => disks(machine),
  hardening: async ({ site, machine, inputs, secrets }: StepContext): Promise<Resource[]> => {
    const os = operatingSystemOf(site, machine);
    const authority = site.syslog?.ca === undefined ? undefined : await secrets.resolve(site.syslog.ca);
    return [
      ...kernel(machine),
      ...login(PrepareVmsInputs.parse(inputs).banner),
      ...sshHardening(site, machine, os),
      ...audit(site, authority),
      ...updates(os),
    ];
  },
  firewall: ({ site, plan, machine }: StepContext): Resource[] => [
    maskedUnits(replacedUnits),
    ...firewall(firewallRules(site, plan, machine)),
  ],
} as const;

const afterAccess = ['prepare-vms.access'];
const packagesMs = 40 * 60_000;

/**
 * What must be there before the next can be done, each in one script and a round trip: a step more is a second on a site
 * of ten machines. What could lock Socle out comes last in its script, so that whatever fails there leaves the rest done.
 */
export const preparationSteps = [
  hostStep({
    id: 'access',
    title: 'accounts, keys, final host key, names and network',
    after: ['provisionnement-vms-infra.answer', 'provisionnement-vms-apps.answer'],
    stage: 'bootstrap',
    resources: (context) => [...stateOf.access(context), ...stateOf.system(context)],
    confirms: true,
  }),
  hostStep({
    id: 'packages',
    title: 'package sources, base packages, time and data disks',
    profile: 'packages',
    after: afterAccess,
    timeoutMs: packagesMs,
    resources: async (context) => [...(await stateOf.packages(context)), ...stateOf.disks(context)],
  }),
  hostStep({
    id: 'hardening',
    title: 'sshd, kernel, logins, audit, security updates and firewall',
    after: [...afterAccess, 'prepare-vms.packages'],
    resources: async (context) => [...(await stateOf.hardening(context)), ...stateOf.firewall(context)],
    confirms: true,
  }),
];
