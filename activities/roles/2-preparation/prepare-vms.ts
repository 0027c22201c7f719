import { groupNames } from '../../../config/machine.js';
import { compareResources } from '../../host/compare-resources.js';
import { hostStep } from '../../host/host-step.js';
import { defineRole } from '../../role.js';
import { PrepareVmsInputs } from './inputs.js';
import { networkInEffect } from './network-in-effect.js';
import { operatingSystemOf } from './os.js';
import { preparationPreflights } from './preflights.js';
import { reachability } from './reachability.js';
import { undo } from './remove.js';
import { restartStep } from './restart.js';
import { preparationSteps, stateOf } from './steps.js';
import { securityUpdates } from './update.js';
import { verification } from './verify.js';

/**
 * From a machine that answers SSH to one that roles can build on: accounts, network, packages, hardening, firewall, data
 * disks, and the proof that the network lets through what the platform needs and nothing else.
 */
export const prepareVms = defineRole({
  name: 'prepare-vms',
  title: 'Preparation of the machines',
  groups: groupNames,
  needs: ['provisionnement-vms-infra', 'provisionnement-vms-apps'],
  inputs: PrepareVmsInputs,
  preflight: preparationPreflights,
  steps: [...preparationSteps, { ...reachability, after: ['prepare-vms.hardening'] }],
  verify: async (context) => {
    const { site, plan, machine, inputs } = context;
    const { network } = PrepareVmsInputs.parse(inputs);
    const wanted = await Promise.all(Object.values(stateOf).map(async (state) => state(context)));
    const resources = [
      ...wanted.flat(),
      ...(network === 'managed' ? [networkInEffect(site, machine)] : []),
      ...verification(plan, machine, operatingSystemOf(site, machine)),
    ];
    return compareResources(context, resources);
  },
  remove: [
    hostStep({
      id: 'undo',
      title: 'firewall, hardening and administrators',
      resources: ({ site, machine }) => undo(site, operatingSystemOf(site, machine)),
    }),
  ],
  operations: {
    restart: { title: 'Restart machines one after the other', steps: [restartStep] },
    update: {
      title: 'Install the security updates that wait',
      steps: [
        hostStep({
          id: 'update',
          title: 'security updates',
          profile: 'packages',
          timeoutMs: 40 * 60_000,
          resources: ({ site, machine }) => [securityUpdates(operatingSystemOf(site, machine))],
        }),
      ],
    },
  },
});
