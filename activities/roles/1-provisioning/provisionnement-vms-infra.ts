import { z } from 'zod';
import { infrastructureGroups } from '../../../config/machine.js';
import { done, defineRole } from '../../role.js';
import { compareAll } from './compare-machine.js';
import { hypervisorOf } from './hypervisor-of.js';
import { provisioningPreflights } from './preflights.js';
import { provisioningSteps, removalSteps, restartSteps } from './steps.js';
import { surplusRemoval } from './surplus.js';

export const provisionnementVmsInfra = defineRole({
  name: 'provisionnement-vms-infra',
  title: 'Machines of the infrastructure',
  groups: infrastructureGroups,
  needs: [],
  inputs: z.strictObject({}),
  preflight: provisioningPreflights,
  steps: provisioningSteps('provisionnement-vms-infra'),
  verify: async (context) => {
    const hypervisor = await hypervisorOf(context.site, context.secrets);
    return hypervisor === undefined ? done : compareAll(hypervisor, context);
  },
  remove: [...removalSteps, surplusRemoval('provisionnement-vms-infra')],
  operations: { restart: { title: 'Restart machines one after the other', steps: restartSteps } },
});
