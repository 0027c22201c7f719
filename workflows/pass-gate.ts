import { ApplicationFailure, CancelledFailure } from '@temporalio/workflow';
import type { DeploymentInput, PlanPhase } from '../config/plan-types.js';
import { newGate, type GateBook } from './gate.js';
import type { PhaseRunner } from './phase-runner.js';
import { preflightFindings } from './preflight.js';
import type { GateProgress } from './progress.js';

/**
 * Brings one gate to its end. The phase is checked first: with nothing to do the gate passes unasked. After the
 * approvals the preflight runs again; when its findings changed, the approvals are void and the gate opens anew.
 * @throws ApplicationFailure when it is rejected or expires, CancelledFailure when the run is canceled.
 */
export async function passGate(
  runner: PhaseRunner,
  book: GateBook,
  phase: PlanPhase,
  input: DeploymentInput,
  isCanceled: () => boolean,
): Promise<void> {
  for (;;) {
    const gate = newGate(phase.name, phase.gate!);
    book.gates.push(gate);
    await show(runner, gate, phase);
    if (isCanceled()) throw new CancelledFailure('canceled');
    if (gate.changes === 0 && gate.problems.length === 0) {
      gate.state = 'passed';
      gate.note = 'nothing to do';
      return;
    }
    if (input.options.approveAll && gate.problems.length === 0) {
      gate.approvals.push({ who: input.options.startedBy, comment: 'answered by --yes', atMs: Date.now() });
      gate.state = 'passed';
      return;
    }
    gate.state = gate.problems.length > 0 ? 'blocked' : 'open';
    const answer = await book.pass(gate);
    if (answer === 'canceled') throw new CancelledFailure('canceled');
    if (answer === 'rejected' || answer === 'expired') {
      gate.state = answer;
      const who = gate.approvals.at(-1);
      const by = answer === 'rejected' && who ? ` by ${who.who}${who.comment ? `: ${who.comment}` : ''}` : '';
      throw ApplicationFailure.nonRetryable(`the gate before ${phase.title} was ${answer}${by}`, 'Gate');
    }
    if (answer === 'passed' && (await unchanged(runner, gate, phase))) {
      gate.state = 'passed';
      return;
    }
    gate.state = 'expired';
    gate.note =
      answer === 'recheck'
        ? 'checked again on request'
        : 'the preflight changed after the approval, which is void';
  }
}

async function show(runner: PhaseRunner, gate: GateProgress, phase: PlanPhase): Promise<void> {
  const [check, findings] = await Promise.all([
    runner.run(phase, 'check', `${phase.name}/check`),
    preflightFindings(runner, ['site', 'role'], [phase], `${phase.name}/preflight`),
  ]);
  gate.changes = check.changes + check.todo + check.unknown + check.failed.length;
  gate.problems = findings.map(({ role, step, message }) => `${role} ${step}: ${message}`);
}

async function unchanged(runner: PhaseRunner, gate: GateProgress, phase: PlanPhase): Promise<boolean> {
  const findings = await preflightFindings(runner, ['site', 'role'], [phase], `${phase.name}/preflight`);
  return (
    findings.map(({ role, step, message }) => `${role} ${step}: ${message}`).join('\n') ===
    gate.problems.join('\n')
  );
}
