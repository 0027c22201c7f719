import type { CheckResult, StepContext } from '../role.js';
import { checkResult } from './host-step.js';
import type { Resource } from './resource.js';

/** What a verify says first: whether everything on the machine is still as the role's steps wrote it. Reads only. */
export async function compareResources(
  context: StepContext,
  resources: readonly Resource[],
): Promise<CheckResult> {
  const { applyResources } = await import('./apply-resources.js');
  const report = await applyResources(context, resources, { mode: 'check', label: 'verify' });
  return checkResult(report.resources);
}
