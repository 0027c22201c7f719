import { trustedAuthoritiesOf } from '../../../config/certificates/trusted-authorities.js';
import type { StepContext } from '../../role.js';
import { hostStep } from '../../host/host-step.js';
import { firewall } from '../../host/firewall.js';
import { maskedUnits } from '../../host/masked-units.js';
import type { Resource } from '../../host/resource.js';
import { trustedAuthorities } from '../../host/trusted-authorities.js';
import { accounts } from './accounts.js';
import { artifactAccess } from '../../artifacts/access.js';
import { audit } from './audit.js';
import { basePackages } from './base-packages.js';
import { disks } from './disks.js';
import { firewallRules } from './firewall-rules.js';
import { sshHardening } from './hardening-ssh.js';
import { hostKey } from './host-key.js';
import { PrepareVmsInputs } from './inputs.js';
import { kernel } from './kernel.js';
import { login } from './login.js';
import { names } from './names.js';
import { network } from './network.js';
import { operatingSystemOf } from './os.js';
import { packageSources } from './package-sources.js';
import { replacedUnits } from './replaced-units.js';
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
  names: ({ plan, machine, inputs }: StepContext): Resource[] =>
    names(plan, machine, PrepareVmsInputs.parse(inputs)),
  packages: async ({ site, machine, inputs, secrets }: StepContext): Promise<Resource[]> => {
    const os = operatingSystemOf(site, machine);
    const options = PrepareVmsInputs.parse(inputs);
    return [
      trustedAuthorities(await trustedAuthoritiesOf(site, secrets), os.trust),
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
      ...audit(site, os, authority),
      ...updates(os),
    ];
  },
  network: ({ site, machine, inputs }: StepContext): Resource[] =>
    network(site, machine, PrepareVmsInputs.parse(inputs)),
  firewall: ({ site, plan, machine }: StepContext): Resource[] => [
    maskedUnits(replacedUnits),
    ...firewall(firewallRules(site, plan, machine)),
  ],
} as const;

const packagesMs = 40 * 60_000;

/**
 * In each one script and a round trip: first what a machine must have, then what it must not let in. What could lock Socle
 * out stands together at the end of the second, so that one new connection proves all of it, and so that whatever fails
 * there leaves the rest done; a timed restore never runs while packages are installed.
 */
export const preparationSteps = [
  hostStep({
    id: 'base',
    title: 'accounts, keys, final host key, names, packages, time and data disks',
    profile: 'packages',
    after: ['provisionnement-vms-infra.answer', 'provisionnement-vms-apps.answer'],
    stage: 'bootstrap',
    timeoutMs: packagesMs,
    resources: async (context) => [
      ...stateOf.access(context),
      ...stateOf.names(context),
      ...(await stateOf.packages(context)),
      ...stateOf.disks(context),
    ],
  }),
  hostStep({
    id: 'hardening',
    title: 'sshd, kernel, logins, audit, security updates, network and firewall',
    after: ['prepare-vms.base'],
    resources: async (context) => [
      ...(await stateOf.hardening(context)),
      ...stateOf.network(context),
      ...stateOf.firewall(context),
    ],
    confirms: true,
  }),
];
