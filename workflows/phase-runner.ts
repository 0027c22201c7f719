import {
  ApplicationFailure,
  ChildWorkflowFailure,
  executeChild,
  ParentClosePolicy,
  WorkflowIdReusePolicy,
} from '@temporalio/workflow';
import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import type { DeploymentInput, PlanRole, PlanRun } from '../config/plan-types.js';
import { phaseInput, phaseWorkflowId } from './deployment-phases.js';
import type { phaseWorkflow } from './phase.js';
import type { PhaseSummary } from './progress.js';

export type PhaseRunner = {
  input: DeploymentInput;
  run: (
    phase: { number: number; name: string; title: string; roles: PlanRole[] },
    mode: 'apply' | 'check',
    childName: string,
    pending?: Record<string, string[]>,
  ) => Promise<PhaseSummary>;
};

/** Runs phases as children; operators may reset a child, the parent takes its new run's result. */
export function createPhaseRunner(input: DeploymentInput, planRun: PlanRun): PhaseRunner {
  return {
    input,
    run: async (phase, mode, childName, pending = {}) => {
      const workflowId = phaseWorkflowId(planRun.workflowId, childName);
      try {
        return await executeChild<typeof phaseWorkflow>('phaseWorkflow', {
          workflowId,
          workflowIdReusePolicy: WorkflowIdReusePolicy.ALLOW_DUPLICATE,
          // TERMINATE, the default, would cut a phase off in mid-step when its parent fails.
          parentClosePolicy: ParentClosePolicy.REQUEST_CANCEL,
          staticSummary: `${input.plan.site.name}: ${phase.title}${mode === 'check' ? ' (check)' : ''}`,
          args: [phaseInput(input, planRun, phase, mode, pending)],
        });
      } catch (error) {
        if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
        throw ApplicationFailure.nonRetryable(
          `${workflowId} of an earlier run is still open, which happens when a run was reset. Deploy again: the new run waits for it`,
          'PhaseOpen',
        );
      }
    },
  };
}

/** The summary that an aborted phase carries in its failure. */
export function summaryInFailure(error: unknown): PhaseSummary | undefined {
  const cause = error instanceof ChildWorkflowFailure ? error.cause : error;
  return cause instanceof ApplicationFailure ? (cause.details?.[0] as PhaseSummary | undefined) : undefined;
}
