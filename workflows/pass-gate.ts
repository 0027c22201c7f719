import { ApplicationFailure, CancelledFailure, patched } from '@temporalio/workflow';
import type { DeploymentInput, PlanPhase } from '../config/plan-types.js';
import { newGate, type GateBook } from './gate.js';
import type { PhaseRunner } from './phase-runner.js';
import { preflightFindings } from './preflight.js';
import type { GateProgress, PhaseSummary } from './progress.js';

/**
 * Brings one gate to its end. The phase is checked first: with nothing to do the gate passes unasked. After the
 * approvals the preflight runs again; when its findings changed, the approvals are void and the gate opens anew.
 * @returns what the check found when that is nothing: the phase is done; undefined when it is to be run
 * @throws ApplicationFailure when it is rejected or expires, or is blocked and nobody is there to mend, CancelledFailure when the run is canceled.
 */
export async function passGate(
  runner: PhaseRunner,
  book: GateBook,
  phase: PlanPhase,
  input: DeploymentInput,
  isCanceled: () => boolean,
): Promise<PhaseSummary | undefined> {
  for (let round = 1; ; round += 1) {
    const gate = newGate(phase.name, phase.gate!, round);
    book.gates.push(gate);
    const check = await show(runner, gate, phase);
    if (isCanceled()) throw new CancelledFailure('canceled');
    refuseIfRejected(gate, phase);
    if (gate.changes === 0 && gate.problems.length === 0) {
      passed(gate, 'nothing to do');
      return check;
    }
    if (input.options.approveAll && gate.problems.length === 0) {
      gate.approvals.push({ who: input.options.startedBy, comment: 'answered by --yes', atMs: Date.now() });
      passed(gate);
      return undefined;
    }
    if (gate.problems.length > 0 && endsWhenBlocked(input))
      throw ApplicationFailure.nonRetryable(
        [`before ${phase.title} the preflight found`, ...gate.problems].join('\n'),
        'Preflight',
      );
    gate.state = gate.problems.length > 0 ? 'blocked' : 'open';
    gate.askedMs = Date.now();
    const end = await book.pass(gate);
    if (end === 'canceled') throw new CancelledFailure('canceled');
    refuseIfRejected(gate, phase);
    if (end === 'expired') {
      gate.state = 'expired';
      throw ApplicationFailure.nonRetryable(
        `the gate before ${phase.title} expired: nobody answered in time`,
        'Gate',
      );
    }
    if (end !== 'recheck') {
      gate.state = 'checking';
      const same = await unchanged(runner, gate, phase);
      refuseIfRejected(gate, phase);
      if (same) {
        passed(gate, end === 'lapsed' ? 'nobody answered in time' : undefined);
        return undefined;
      }
    }
    gate.state = 'expired';
    gate.note =
      end === 'recheck'
        ? 'checked again on request'
        : 'the preflight changed after the approval, which is void';
  }
}

/** `--on-failure abort`: nobody watches who would mend it. Runs from before this change wait. */
function endsWhenBlocked({ options }: DeploymentInput): boolean {
  return options.onFailure === 'abort' && patched('a blocked gate ends a run that nobody watches');
}

function passed(gate: GateProgress, note?: string): void {
  gate.state = 'passed';
  if (note !== undefined) gate.note = note;
}

function refuseIfRejected(gate: GateProgress, phase: PlanPhase): void {
  if (gate.state !== 'rejected') return;
  const answer = gate.approvals.at(-1);
  const by = answer ? ` by ${answer.who}${answer.comment ? `: ${answer.comment}` : ''}` : '';
  throw ApplicationFailure.nonRetryable(`the gate before ${phase.title} was rejected${by}`, 'Gate');
}

async function show(runner: PhaseRunner, gate: GateProgress, phase: PlanPhase): Promise<PhaseSummary> {
  const [check, findings] = await settleBoth(
    runner.run(phase, 'check', `${phase.name}/check`),
    problemsOf(runner, phase),
  );
  gate.changes = check.todo + check.unknown + check.failed.length;
  gate.problems = findings;
  return check;
}

async function unchanged(runner: PhaseRunner, gate: GateProgress, phase: PlanPhase): Promise<boolean> {
  return (await problemsOf(runner, phase)).join('\n') === gate.problems.join('\n');
}

async function problemsOf(runner: PhaseRunner, phase: PlanPhase): Promise<string[]> {
  const findings = await preflightFindings(runner, ['site', 'role'], [phase], `${phase.name}/preflight`);
  return findings.flatMap(({ role, step, message }) =>
    message.split('\n').map((problem) => `${role} ${step}: ${problem}`),
  );
}

/** Awaits both even when one fails, so that the run does not end beside a child that still works. */
async function settleBoth<A, B>(a: Promise<A>, b: Promise<B>): Promise<[A, B]> {
  await Promise.allSettled([a, b]);
  return Promise.all([a, b]);
}
