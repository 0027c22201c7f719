import { compareResources } from '../../../host/compare-resources.js';
import { resultOf, type CheckResult, type StepContext } from '../../../role.js';
import { activeAmong, standings } from './active.js';
import { platformProblems } from './platform.js';
import { replicationProblems } from './replicate.js';
import { standingProblems } from './running.js';
import { gogsProgram, gogsState } from './state.js';

/** Each machine as it was written; on the one that serves also what it serves. */
export async function verifyGogs(context: StepContext): Promise<CheckResult> {
  const found = await compareResources(context, [...(await gogsProgram(context)), ...gogsState(context)]);
  if (found.state !== 'done') return found;
  const all = await standings(context);
  const problems = standingProblems(all);
  const active = activeAmong(all);
  if (problems.length > 0 || active.name !== context.machine.name) return resultOf(problems);
  return resultOf([
    ...(await platformProblems(context, active)),
    ...(await replicationProblems(context, active)),
  ]);
}
