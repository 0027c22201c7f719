import { ApplicationFailure } from '@temporalio/workflow';
import type { PlanPhase } from '../config/plan-types.js';
import { preflightPhase } from './deployment-phases.js';
import type { PhaseRunner } from './phase-runner.js';
import type { DeploymentProgress, Finding } from './progress.js';

/** Asks every outside system at once, before anything is changed. Fails with all findings. */
export async function runPreflight(runner: PhaseRunner, progress: DeploymentProgress): Promise<void> {
  const { plan } = runner.input;
  progress.preflight = await preflightFindings(runner, ['site'], plan.phases, 'preflight');
  if (plan.mode === 'check' || progress.preflight.length === 0) return;
  const causes = new Map<string, string[]>();
  for (const { role, step, message } of progress.preflight)
    for (const cause of message.split('\n'))
      causes.set(cause, [...(causes.get(cause) ?? []), `${role} ${step}`.trim()]);
  const list = [...causes].map(([message, checks]) => `${message}  (${checks.join(', ')})`);
  const found = list.length === 1 ? 'a problem' : `${list.length} problems`;
  const ignorable = [...new Set(progress.preflight.flatMap(nameOf))];
  throw ApplicationFailure.nonRetryable(
    [
      `the preflight found ${found}, nothing was changed`,
      ...list,
      ...(ignorable.length === 0
        ? []
        : [`To go on without a check: --ignore-preflight ${ignorable.join(' ')}`]),
    ].join('\n'),
    'Preflight',
  );
}

/** The name of a preflight check as the option takes it; a role that is taken for done cannot be ignored. */
function nameOf({ step }: Finding): string[] {
  return step.startsWith('preflight.') ? [step.slice('preflight.'.length)] : [];
}

/** Runs the preflight checks of some phases together; each check that fails is a finding. */
export async function preflightFindings(
  runner: PhaseRunner,
  kinds: readonly ('site' | 'role')[],
  phases: readonly PlanPhase[],
  childName: string,
): Promise<Finding[]> {
  const { plan, options } = runner.input;
  const roles = preflightPhase(plan, kinds, phases, options.ignorePreflight);
  if (roles.length === 0) return [];
  const summary = await runner.run(
    { number: 0, name: 'preflight', title: 'Preflight', roles },
    'check',
    childName,
  );
  const notDone = Object.entries(summary.todoTargets).map(([step, targets]) => ({
    role: '',
    step,
    target: plan.site.name,
    message: `this plan takes it for done but it is not, on ${targets.join(', ')}`,
  }));
  return [...summary.failed, ...notDone];
}
