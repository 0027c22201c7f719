import { Context } from '@temporalio/activity';
import type { StepInput, StepOutcome } from '../config/plan-types.js';
import { attemptEnd } from './attempt-end.js';
import { CheckFailedError, PermanentError } from './errors.js';
import { startHeartbeat, type HeartbeatDetails } from './heartbeat.js';
import { readPlan } from './plan-reader.js';
import type { Executable } from './registry.js';
import type { CheckResult, Converged, Step, StepContext } from './role.js';
import { stepContext } from './step-context.js';

const maximumChanges = 20;
const maximumNotes = 200;

/**
 * The only adapter between Temporal and the roles: check → apply → check, or all three at once where a step can; a
 * heartbeat, and one error mapper. Stops at the safe points between them when the activity is canceled.
 */
export async function runStep(executable: Executable, input: StepInput): Promise<StepOutcome> {
  const { info, cancellationSignal, client } = Context.current();
  const before = (info.heartbeatDetails as HeartbeatDetails | undefined)?.ownFailures ?? 0;
  let resource = 'check';
  const heartbeat = startHeartbeat(() => ({ target: input.target, resource, ownFailures: before }));
  let context: StepContext | undefined;
  try {
    const plan = await readPlan(client, input.planRun, input.hash);
    context = stepContext(plan, input, cancellationSignal, (name) => {
      resource = name;
    });
    const outcome = await execute(executable, input, context);
    return { ...outcome, attempt: info.attempt };
  } catch (error) {
    throw attemptEnd(error, input.target, before, context);
  } finally {
    heartbeat.stop();
  }
}

type Outcome = Omit<StepOutcome, 'attempt'>;

async function execute(executable: Executable, input: StepInput, context: StepContext): Promise<Outcome> {
  if (executable.kind === 'preflight') return preflight(await executable.preflight.check(context));
  if (executable.kind === 'verify') return verified(await executable.check(context), input);
  return converge(executable.step, input, context);
}

async function converge(step: Step, input: StepInput, context: StepContext): Promise<Outcome> {
  if (step.converge && input.mode === 'apply') return converged(step, await step.converge(context));
  const first = await step.check(context);
  if (first.state === 'done') return unchanged(first);
  if (input.mode === 'check') return found(first);
  context.signal.throwIfAborted();
  context.progress('apply');
  const applied = await step.apply(context);
  context.signal.throwIfAborted();
  context.progress('check again');
  const after = await step.check(context);
  throwUnlessDone(step, after);
  const reason = first.state === 'todo' ? first.reason : `after ${first.after}`;
  const changes = applied ?? (first.state === 'todo' ? (first.changes ?? []) : []);
  return {
    state: 'changed',
    reason,
    changeCount: Math.max(1, changes.length),
    changes: (changes.length > 0 ? changes : [reason]).slice(0, maximumChanges),
    ...notesOf(after),
  };
}

function unchanged(result: CheckResult): Outcome {
  return { state: 'unchanged', changeCount: 0, changes: [], ...notesOf(result) };
}

function notesOf(result: CheckResult): Pick<Outcome, 'notes' | 'result'> {
  const notes = result.state === 'done' ? (result.notes ?? []) : [];
  const hasResult = result.state === 'done' && result.result !== undefined;
  return {
    ...(notes.length > 0 && { notes: notes.slice(0, maximumNotes) }),
    ...(hasResult && { result: result.result }),
  };
}

function converged(step: Step, { changes, after }: Converged): Outcome {
  throwUnlessDone(step, after);
  if (changes.length === 0) return unchanged(after);
  return {
    state: 'changed',
    reason: `${changes.length} ${changes.length === 1 ? 'resource' : 'resources'} differed`,
    changeCount: changes.length,
    changes: changes.slice(0, maximumChanges),
    ...notesOf(after),
  };
}

/** @throws CheckFailedError when there is still something to do */
function throwUnlessDone(step: Step, after: CheckResult): void {
  if (after.state !== 'done')
    throw new CheckFailedError(`${step.title} was applied, but the check still says`, findingsOf(after));
}

function found(result: CheckResult): Outcome {
  if (result.state === 'unknown')
    return { state: 'unknown', reason: `after ${result.after}`, changeCount: 0, changes: [] };
  const changes = findingsOf(result);
  return {
    state: 'todo',
    changeCount: changes.length,
    changes: changes.slice(0, maximumChanges),
    ...(result.state === 'todo' && { reason: result.reason }),
  };
}

function verified(result: CheckResult, input: StepInput): Outcome {
  if (result.state === 'done') return unchanged(result);
  if (input.mode === 'check') return found(result);
  throw new CheckFailedError(`${input.target} is not as it must be`, findingsOf(result));
}

/** What was found is an answer, to be told at once; only a question that got none is asked again. */
function preflight(problems: string[]): Outcome {
  if (problems.length > 0) throw new PermanentError(problems.join('\n'));
  return { state: 'unchanged', changeCount: 0, changes: [] };
}

function findingsOf(result: CheckResult): string[] {
  if (result.state === 'unknown') return [`unknown until ${result.after} is done`];
  if (result.state === 'done') return [];
  return result.changes && result.changes.length > 0 ? result.changes : [result.reason];
}
