import {
  allHandlersFinished,
  ApplicationFailure,
  CancellationScope,
  CancelledFailure,
  condition,
  setCurrentDetails,
  setHandler,
  upsertMemo,
} from '@temporalio/workflow';
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
import { createTracker, placedOn } from './tracker.js';

/**
 * Runs one phase of the plan: each role as soon as its needs are done, each target at its own pace.
 * Ends Canceled when it was canceled (running steps finish first), fails with the summary in its details when aborted.
 */
export async function phaseWorkflow(input: PhaseInput): Promise<PhaseSummary> {
  const tracker = createTracker(input, (role) =>
    role.steps.reduce((sum, step) => sum + placedOn(step, targetsOf(input, role), input.site).length, 0),
  );
  let stopping: { reason: string; canceled: boolean } | undefined;
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
    },
  );
  setCurrentDetails(progressTable(tracker.progress));
  const run: PhaseRun = {
    input,
    tracker,
    parking,
    isStopping: () => stopping !== undefined,
    abort: (reason) => {
      stop(reason, false);
      activities.cancel();
    },
  };
  CancellationScope.current().cancelRequested.catch(() => stop('canceled', true));
  await CancellationScope.nonCancellable(async () => {
    await runRoles(run, activities);
    setCurrentDetails(progressTable(tracker.progress));
    await condition(allHandlersFinished);
    if (stopping) upsertMemo({ outcome: { ...stopping, ...summarise(tracker.progress, {}) } });
  });
  const summary = summarise(tracker.progress, tracker.todoTargets);
  if (!stopping) return summary;
  if (stopping.canceled) throw new CancelledFailure(stopping.reason);
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
      setCurrentDetails(progressTable(run.tracker.progress));
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

function limited(progress: PhaseProgress): PhaseProgress {
  return {
    ...progress,
    running: progress.running.slice(0, maximumListed),
    parked: progress.parked.slice(0, maximumListed),
    failed: progress.failed.slice(0, maximumListed),
  };
}
