import {
  allHandlersFinished,
  ApplicationFailure,
  CancellationScope,
  CancelledFailure,
  condition,
  isCancellation,
  patched,
  setHandler,
  upsertMemo,
  upsertSearchAttributes,
  workflowInfo,
} from '@temporalio/workflow';
import type { DeploymentInput, PlanPhase } from '../config/plan-types.js';
import { acceptPlan } from './accept-plan.js';
import { createBackups } from './backups.js';
import { initialState } from './deployment-phases.js';
import { failureText } from './failure-text.js';
import { createGateBook } from './gate.js';
import { passGate } from './pass-gate.js';
import { deploymentProgressQuery } from './messages.js';
import { createPhaseRunner, summaryInFailure } from './phase-runner.js';
import { runPreflight } from './preflight.js';
import { progressVersion, type DeploymentProgress, type PhaseSummary } from './progress.js';

/** What a finished run answers; the memo holds the same under `outcome`. */
export type DeploymentOutcome = Pick<DeploymentProgress, 'state' | 'phases' | 'gates' | 'preflight'>;

/**
 * One run over one site: accepts the plan, runs the preflight, then each phase behind its gate as a child workflow.
 * Its first history event holds the plan; every activity reads it from there and checks its hash.
 */
export async function deploymentWorkflow(input: DeploymentInput): Promise<DeploymentOutcome> {
  const { plan, hash, options } = input;
  const { workflowId, runId } = workflowInfo();
  let canceled = false;
  CancellationScope.current().cancelRequested.catch(() => (canceled = true));
  const book = createGateBook(hash, options.startedBy, () => canceled);
  const progress: DeploymentProgress = {
    version: progressVersion,
    site: plan.site.name,
    mode: plan.mode,
    hash,
    startedBy: options.startedBy,
    startedMs: Date.now(),
    state: 'accepting',
    preflight: [],
    phases: plan.phases.map((phase) => initialState(workflowId, phase)),
    gates: book.gates,
  };
  setHandler(deploymentProgressQuery, () => progress);
  const setState = (state: DeploymentProgress['state']): void => {
    progress.state = state;
    if (options.stateAttribute) upsertSearchAttributes({ SocleState: [state] });
  };
  const runner = createPhaseRunner(input, { workflowId, runId });
  const backups = createBackups(input, { workflowId, runId });
  try {
    setState('accepting');
    await acceptPlan(input, { workflowId, runId });
    setState('preflight');
    await backups.require();
    await runPreflight(runner, progress);
    setState('running');
    await runPhases();
    if (plan.mode === 'remove' || plan.site.backup === undefined) await backups.schedule([]);
    setState('done');
    return outcome();
  } catch (error) {
    setState(canceled ? 'canceled' : 'failed');
    if (canceled) throw new CancelledFailure('canceled');
    throw ApplicationFailure.create({
      message: failureText(error, true),
      type: 'DeploymentFailed',
      // The schedule of the backups starts a run that failed again, after a while.
      nonRetryable: options.onFailure !== 'continue',
      details: [outcome()],
    });
  } finally {
    // A cancellation carries no details: the memo is where the outcome is read without a worker.
    await CancellationScope.nonCancellable(async () => {
      upsertMemo({ outcome: outcome() });
      await condition(allHandlersFinished);
    });
  }

  function outcome(): DeploymentOutcome {
    const { state, phases, gates, preflight } = progress;
    return { state, phases, gates, preflight };
  }

  async function runPhases(): Promise<void> {
    let pending: Record<string, string[]> = {};
    const failures: unknown[] = [];
    for (const [index, phase] of plan.phases.entries()) {
      const state = progress.phases[index]!;
      if (state.state === 'not-available') continue;
      if (canceled) throw new CancelledFailure('canceled');
      if (phase.gate && plan.mode === 'apply') {
        state.state = 'gate';
        const checked = await passGate(runner, book, phase, input, () => canceled);
        // Runs from before this change went through the phase once more.
        if (checked && patched('a checked phase is done')) {
          state.state = 'done';
          state.summary = checked;
          await inPlace(phase);
          continue;
        }
      }
      try {
        const summary = await runPhase(phase, index, pending);
        if (plan.mode === 'check') pending = { ...pending, ...summary.todoTargets };
      } catch (error) {
        if (options.onFailure !== 'continue' || canceled) throw error;
        failures.push(error);
        continue;
      }
      await inPlace(phase);
    }
    if (failures.length > 0)
      throw ApplicationFailure.create({ message: failures.map((error) => failureText(error)).join('\n') });
  }

  /** Phases may be days apart: what one has put in place is backed up from then on. */
  async function inPlace({ roles }: PlanPhase): Promise<void> {
    if (plan.mode === 'apply' && plan.site.backup !== undefined) await backups.schedule(roles);
  }

  async function runPhase(
    phase: PlanPhase,
    index: number,
    pending: Record<string, string[]>,
  ): Promise<PhaseSummary> {
    const state = progress.phases[index]!;
    state.state = 'running';
    state.startedMs = Date.now();
    try {
      state.summary = await runner.run(phase, plan.mode === 'check' ? 'check' : 'apply', phase.name, pending);
      state.state = 'done';
      return state.summary;
    } catch (error) {
      state.state = isCancellation(error) ? 'canceled' : 'failed';
      const summary = summaryInFailure(error);
      if (summary) state.summary = summary;
      if (isCancellation(error) && !canceled)
        throw ApplicationFailure.nonRetryable(
          `phase ${phase.title} was canceled by itself: deploy again to go on`,
          'PhaseCanceled',
        );
      throw error;
    } finally {
      state.endedMs = Date.now();
    }
  }
}
