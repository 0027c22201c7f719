import { ActivityCancellationType, proxyActivities } from '@temporalio/workflow';
import type { AcceptInput, DeploymentInput, PlanRun } from '../config/plan-types.js';
import { queuesOf } from './deployment-phases.js';
import { heartbeatTimeoutSeconds } from './profiles.js';

type PlanActivities = { 'plan.accept': (input: AcceptInput) => Promise<void> };

/** Refuses what cannot be run, and waits while a phase of an earlier run of the site is still open. */
export async function acceptPlan(input: DeploymentInput, planRun: PlanRun): Promise<void> {
  const activities = proxyActivities<PlanActivities>({
    summary: `${input.plan.site.name}: accept the plan`,
    startToCloseTimeout: '24 hours',
    heartbeatTimeout: `${heartbeatTimeoutSeconds} seconds`,
    cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
    retry: { initialInterval: '1 second', maximumInterval: '10 seconds' },
  });
  const { main, hypervisor, byTarget } = queuesOf(input);
  const clones = input.plan.phases.some((phase) =>
    phase.roles.some((role) => role.steps.some((step) => step.queue === 'hypervisor')),
  );
  const needed = [...new Set([main, ...Object.values(byTarget), ...(clones ? [hypervisor] : [])])];
  await activities['plan.accept']({ planRun, hash: input.hash, queues: needed });
}
