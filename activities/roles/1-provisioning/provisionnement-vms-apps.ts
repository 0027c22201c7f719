import { z } from 'zod';
import { applicationGroups } from '../../../config/machine.js';
import { done, defineRole } from '../../role.js';
import { compareAll } from './compare-machine.js';
import { hypervisorOf } from './hypervisor-of.js';
import { provisioningPreflights } from './preflights.js';
import { provisioningSteps, removalSteps, restartSteps } from './steps.js';
import { surplusRemoval } from './surplus.js';

export const provisionnementVmsApps = defineRole({
  name: 'provisionnement-vms-apps',
  title: 'Machines of the clusters',
  groups: applicationGroups,
  needs: [],
  inputs: z.strictObject({}),
  preflight: provisioningPreflights,
  steps: provisioningSteps('provisionnement-vms-apps'),
  verify: async (context) => {
    const hypervisor = await hypervisorOf(context.site, context.secrets);
    return hypervisor === undefined ? done : compareAll(hypervisor, context);
  },
  remove: [...removalSteps, surplusRemoval('provisionnement-vms-apps')],
  operations: { restart: { title: 'Restart machines one after the other', steps: restartSteps } },
});
