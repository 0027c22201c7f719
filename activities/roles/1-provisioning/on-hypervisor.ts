import type { Hypervisor } from '../../clients/hypervisor.js';
import { done, type CheckResult, type StepContext } from '../../role.js';
import { hypervisorOf } from './hypervisor-of.js';

/** A check that has nothing to say about machines that another team delivers. */
export function onHypervisor(
  check: (hypervisor: Hypervisor, context: StepContext) => Promise<CheckResult>,
): (context: StepContext) => Promise<CheckResult> {
  return async (context) => {
    const hypervisor = await hypervisorOf(context.site, context.secrets);
    return hypervisor === undefined ? done : check(hypervisor, context);
  };
}
