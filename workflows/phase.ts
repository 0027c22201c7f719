import {
  allHandlersFinished,
  ApplicationFailure,
  CancellationScope,
  CancelledFailure,
  condition,
  getExternalWorkflowHandle,
  log,
  setCurrentDetails,
  setHandler,
  upsertMemo,
  workflowInfo,
} from '@temporalio/workflow';
import { failureText } from './failure-text.js';
import { phaseProgressQuery } from './messages.js';
import { createParking } from './parking.js';
import type { PhaseInput } from './phase-types.js';
import {
  maximumListed,
  progressTable,
  summarise,
  type PhaseProgress,
  type PhaseSummary,
} from './progress.js';
import { allSettled, runRole, Stopped, targetsOf, type PhaseRun } from './role-runner.js';
import { createSemaphore } from './semaphore.js';
import { createTracker, placedOn } from './tracker.js';

/** How long a phase that was told to stop at once waits for the cancellation of its run. */
const cancellationTimeout = '10 seconds';

/**
 * Runs one phase of the plan: each role as soon as its needs are done, each target at its own pace.
 * Ends Canceled when it was canceled (running steps finish first), fails with the summary in its details when aborted.
 */
export async function phaseWorkflow(input: PhaseInput): Promise<PhaseSummary> {
  const tracker = createTracker(input, (role) =>
    role.steps.reduce((sum, step) => sum + placedOn(step, targetsOf(input, role), input.site).length, 0),
  );
  let stopping: { reason: string; canceled: boolean } | undefined;
  let canceled = false;
  // Made inside a nonCancellable scope: canceling the run must let running steps finish.
  const activities = await CancellationScope.nonCancellable(async () => new CancellationScope());
  const stop = (reason: string, canceled: boolean): void => {
    stopping ??= { reason, canceled };
  };
  setHandler(phaseProgressQuery, () => limited(tracker.progress));
  const parking = createParking(
    tracker,
    input.hash,
    () => stopping !== undefined,
    (who) => {
      stop(`stopped at once by ${who}`, true);
      activities.cancel();
      void cancelRun();
    },
  );
  const changed = (): void => setCurrentDetails(progressTable(tracker.progress));
  changed();
  const run: PhaseRun = {
    input,
    tracker,
    parking,
    clones: createSemaphore(input.concurrentClones),
    isStopping: () => stopping !== undefined,
    abort: (reason) => {
      stop(reason, false);
      activities.cancel();
    },
    changed,
  };
  CancellationScope.current().cancelRequested.catch(() => {
    canceled = true;
    stop('canceled', true);
  });
  await CancellationScope.nonCancellable(async () => {
    await runRoles(run, activities);
    changed();
    await condition(allHandlersFinished);
    // An order to stop at once reaches this phase before the cancellation that it asked its run for.
    if (stopping?.canceled) await condition(() => canceled, cancellationTimeout);
    if (stopping) upsertMemo({ outcome: { ...stopping, ...summarise(tracker.progress, {}) } });
  });
  const summary = summarise(tracker.progress, tracker.todoTargets);
  const { failed } = tracker.progress;
  if (!stopping && input.onFailure === 'continue' && failed.length > 0)
    throw ApplicationFailure.create({
      message: failed
        .map(({ target, role, step, message }) => `${target}: ${role}.${step} failed: ${message}`)
        .join('\n'),
      type: 'StepsFailed',
      nonRetryable: true,
      details: [summary],
    });
  if (!stopping) return summary;
  if (canceled) throw new CancelledFailure(stopping.reason);
  throw ApplicationFailure.create({
    message: stopping.reason,
    type: 'Aborted',
    nonRetryable: true,
    details: [summary],
  });
}

async function runRoles(run: PhaseRun, activities: CancellationScope): Promise<void> {
  const running = new Map<string, Promise<void>>();
  const start = (name: string): Promise<void> => {
    const known = running.get(name);
    if (known) return known;
    const role = run.input.roles.find((candidate) => candidate.name === name)!;
    const needs = role.needs.filter((need) => run.input.roles.some((candidate) => candidate.name === need));
    const work = (async () => {
      await allSettled(needs.map(start));
      if (role.available) await runRole(run, role);
      run.changed();
    })();
    running.set(name, work);
    return work;
  };
  await activities.run(async () => {
    try {
      await allSettled(run.input.roles.map((role) => start(role.name)));
    } catch (error) {
      if (!(error instanceof Stopped)) throw error;
    }
  });
}

/** The run of which this phase is a part ends Canceled too; one that has ended already stays as it is. */
async function cancelRun(): Promise<void> {
  const { parent } = workflowInfo();
  if (!parent) return;
  try {
    await CancellationScope.nonCancellable(() =>
      getExternalWorkflowHandle(parent.workflowId, parent.runId).cancel(),
    );
  } catch (error) {
    log.warn('the run of this phase could not be canceled', { error: failureText(error) });
  }
}

function limited(progress: PhaseProgress): PhaseProgress {
  return {
    ...progress,
    running: progress.running.slice(0, maximumListed),
    parked: progress.parked.slice(0, maximumListed),
    failed: progress.failed.slice(0, maximumListed),
  };
}
