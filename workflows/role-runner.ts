import { isCancellation } from '@temporalio/workflow';
import type { PlanRole, PlanStep, StepInput, StepOutcome } from '../config/plan-types.js';
import { failureText } from './failure-text.js';
import type { Parking } from './parking.js';
import type { PhaseInput } from './phase-types.js';
import { segmentsOf } from './segments.js';
import { createSemaphore, type Semaphore } from './semaphore.js';
import { withSkipped } from './skipped-before.js';
import { runStepActivity, StepFailed } from './step-activity.js';
import { placedOn, type Tracker } from './tracker.js';

/** What the steps of one phase share. */
export type PhaseRun = {
  input: PhaseInput;
  tracker: Tracker;
  parking: Parking;
  /** Held by every step of the hypervisor's queue while it is at work. */
  clones: Semaphore;
  isStopping: () => boolean;
  /** Ends the phase because of a person's answer or `--on-failure abort`. */
  abort: (reason: string) => void;
  /** Shows people what has changed. */
  changed: () => void;
};

/** Thrown inside a role when the phase stops; never leaves the phase. */
export class Stopped extends Error {}

/** Runs all steps of a role on its targets. Resolves when every target is through, rejects with Stopped otherwise. */
export async function runRole(run: PhaseRun, role: PlanRole): Promise<void> {
  const targets = targetsOf(run.input, role);
  const progress = run.tracker.role(role.name);
  progress.state = 'running';
  try {
    for (const segment of segmentsOf(role.steps)) {
      if (segment.kind === 'rolling') await runRolling(run, role, segment.steps[0]!, targets);
      else await runPipeline(run, role, segment.steps, targets);
    }
    progress.state = 'done';
  } catch (error) {
    progress.state = 'stopped';
    throw error;
  }
}

/** The machines that a role works on, in plan order. */
export function targetsOf(input: PhaseInput, role: PlanRole): string[] {
  if (role.onlyTarget !== undefined) return [role.onlyTarget];
  return role.groups.flatMap((group) => input.groups[group] ?? []);
}

async function runPipeline(
  run: PhaseRun,
  role: PlanRole,
  steps: readonly PlanStep[],
  targets: readonly string[],
): Promise<void> {
  const gates = steps.map((step): Semaphore => createSemaphore(step.parallel));
  await allSettled(
    placedOn(steps[0]!, targets, run.input.site).map(async (target) => {
      for (const [index, step] of steps.entries()) await runOnTarget(run, role, step, target, gates[index]!);
    }),
  );
}

async function runRolling(
  run: PhaseRun,
  role: PlanRole,
  step: PlanStep,
  targets: readonly string[],
): Promise<void> {
  const placed = placedOn(step, targets, run.input.site);
  const ordered =
    step.ordered && run.input.mode === 'apply' ? await orderOf(run, role, step, placed) : placed;
  for (const target of ordered) await runOnTarget(run, role, step, target, createSemaphore(undefined));
}

/** Asks for the order of a rolling step; when that fails it parks like a step, and a skip takes the plan's order. */
async function orderOf(
  run: PhaseRun,
  role: PlanRole,
  step: PlanStep,
  targets: readonly string[],
): Promise<readonly string[]> {
  const { site, queues } = run.input;
  const at = { role: role.name, step: `${step.id}.order`, target: site };
  for (;;) {
    if (run.isStopping()) throw new Stopped();
    try {
      const order = await runStepActivity<string[]>({
        name: `${role.name}.${at.step}`,
        profile: 'quick',
        taskQueue: queues.main,
        summary: `${role.name}: order of ${step.id}`,
        input: stepInput(run.input, role, step, site),
      });
      const isPermutation =
        order.length === targets.length && targets.every((target) => order.includes(target));
      if (isPermutation) return order;
      throw new StepFailed(
        new Error(`${role.name}.${at.step} did not answer a permutation of its targets`),
        1,
      );
    } catch (error) {
      if ((await decided(run, at, error)) === 'skip') return targets;
    }
  }
}

/** `slot`, and a clone's of the phase, are held while the activity runs, not while the target is parked. */
async function runOnTarget(
  run: PhaseRun,
  role: PlanRole,
  step: PlanStep,
  target: string,
  slot: Semaphore,
): Promise<void> {
  const at = { role: role.name, step: step.id, target };
  const inSlots: Semaphore = step.queue === 'hypervisor' ? (work) => slot(() => run.clones(work)) : slot;
  if (run.input.mode === 'check' && lacksCause(run, step, target)) {
    run.tracker.ended(at, { state: 'unknown', changeCount: 0, changes: [], attempt: 1 });
    return;
  }
  for (;;) {
    try {
      await inSlots(async () => {
        if (run.isStopping()) throw new Stopped();
        run.tracker.started(at);
        const outcome = await runStepActivity<StepOutcome>({
          name: `${role.name}.${step.id}`,
          profile: step.profile,
          taskQueue: queueOf(run.input, step, target),
          summary: `${target}: ${step.title}`,
          input: stepInput(run.input, role, step, target),
        });
        run.tracker.ended(at, outcome);
      });
      return;
    } catch (error) {
      if ((await decided(run, at, error)) === 'again') continue;
      run.tracker.role(role.name).done += 1;
      return;
    }
  }
}

/** What becomes of a failed step: `skip` counts it as settled. Rejects with Stopped when the phase ends instead. */
async function decided(
  run: PhaseRun,
  at: { role: string; step: string; target: string },
  error: unknown,
): Promise<'again' | 'skip'> {
  if (!(error instanceof StepFailed)) throw error;
  const { roles, site } = run.input;
  const message = withSkipped(
    failureText(error.reason, at.target === site),
    at,
    run.tracker.progress.skipped,
    roles,
    site,
  );
  if (isCancellation(error.reason)) {
    run.tracker.failed(at, 'stopped at a safe point');
    throw new Stopped();
  }
  if (run.input.mode === 'check') {
    run.tracker.failed(at, message);
    return 'skip';
  }
  if (run.input.onFailure === 'continue') {
    run.tracker.failed(at, message);
    throw new Stopped();
  }
  if (run.input.onFailure === 'abort') {
    run.tracker.failed(at, message);
    run.abort(`${at.target}: ${at.role}.${at.step} failed: ${message}`);
    throw new Stopped();
  }
  const park = run.tracker.parked(at, message, error.ownFailures);
  run.changed();
  const decision = await run.parking.decision(park);
  run.tracker.unparked(park);
  run.changed();
  if (decision?.verb === 'retry') {
    run.tracker.role(at.role).retries += 1;
    return 'again';
  }
  if (decision?.verb === 'skip') {
    run.tracker.skipped({ ...at, who: decision.answer.who, reason: decision.answer.reason });
    return 'skip';
  }
  run.tracker.failed(at, message);
  if (decision)
    run.abort(`aborted by ${decision.answer.who} at ${at.role}.${at.step} on ${at.target}: ${message}`);
  throw new Stopped();
}

/** In check mode a check whose cause was found missing is not asked. */
function lacksCause(run: PhaseRun, step: PlanStep, target: string): boolean {
  return (step.after ?? []).some((cause) => {
    const missing = [...(run.input.pending[cause] ?? []), ...(run.tracker.todoTargets[cause] ?? [])];
    return (
      missing.includes(target) ||
      missing.includes(run.input.site) ||
      (step.on === 'site' && missing.length > 0)
    );
  });
}

function queueOf(input: PhaseInput, step: PlanStep, target: string): string {
  return step.queue === 'hypervisor'
    ? input.queues.hypervisor
    : (input.queues.byTarget[target] ?? input.queues.main);
}

function stepInput(input: PhaseInput, role: PlanRole, step: PlanStep, target: string): StepInput {
  return {
    planRun: input.planRun,
    hash: input.hash,
    role: role.name,
    step: step.id,
    target,
    mode: input.mode,
  };
}

/** Awaits all, then throws the first failure: nothing is left running behind. */
export async function allSettled(work: readonly Promise<void>[]): Promise<void> {
  const results = await Promise.allSettled(work);
  const unexpected = results.find(
    (result) => result.status === 'rejected' && !(result.reason instanceof Stopped),
  );
  const failure = unexpected ?? results.find((result) => result.status === 'rejected');
  if (failure?.status === 'rejected') throw failure.reason;
}
