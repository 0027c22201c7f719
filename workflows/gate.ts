import { CancellationScope, condition, setHandler, sleep } from '@temporalio/workflow';
import type { PlanGate } from '../config/plan-types.js';
import {
  gateMessages,
  readGateAnswer,
  signalOf,
  updateOf,
  type GateAnswer,
  type GateVerb,
} from './messages.js';
import { ignoreOr, refuse } from './parking.js';
import type { GateProgress } from './progress.js';

type GateEnd = 'passed' | 'lapsed' | 'rejected' | 'expired' | 'recheck' | 'canceled';

export type GateBook = {
  gates: GateProgress[];
  /** Waits for people, for the gate's time limit (`lapsed`: which means consent), or for the run to be canceled. */
  pass: (gate: GateProgress) => Promise<GateEnd>;
};

/** Takes the answers to gates. `hash` is the run's plan, `startedBy` who may be excluded from approving. */
export function createGateBook(hash: string, startedBy: string, isCanceled: () => boolean): GateBook {
  const gates: GateProgress[] = [];
  let recheckAsked = false;
  const openGate = (name: string): GateProgress | undefined =>
    gates.findLast(({ before }) => before === name);

  const problemOf = (verb: GateVerb, value: unknown): string | undefined => {
    const answer = readGateAnswer(value);
    if (typeof answer === 'string') return answer;
    if (answer.hash !== hash)
      return `this run's plan is ${hash.slice(0, 8)}, the answer is for ${answer.hash.slice(0, 8)}`;
    const gate = openGate(answer.gate);
    if (!gate) return `there is no gate before ${answer.gate} waiting for an answer`;
    if (answer.round !== undefined && answer.round !== gate.round)
      return `the answer is for showing ${answer.round} of the gate before ${answer.gate}, the current one is ${gate.round}`;
    if (verb === 'approve' && approvedBy(gate, answer.who)) return undefined;
    // Whoever says no while the preflight runs again must not be overruled by an approval before it.
    if (verb === 'reject' && gate.state === 'checking') return undefined;
    if (gate.state !== 'open' && gate.state !== 'blocked')
      return `the gate before ${answer.gate} is ${gate.state}`;
    if (verb !== 'approve') return undefined;
    if (gate.state === 'blocked')
      return `the preflight found ${gate.problems.length === 1 ? 'a problem' : `${gate.problems.length} problems`}: mend what it names, then ask again with recheck`;
    return answer.who === startedBy && !gate.starterMayApprove
      ? `${startedBy} started this run and may not approve it`
      : undefined;
  };

  const record = (verb: GateVerb, value: unknown): string => {
    const answer = readGateAnswer(value) as GateAnswer;
    const gate = openGate(answer.gate)!;
    if (verb === 'approve' && approvedBy(gate, answer.who)) return 'already recorded';
    if (verb === 'recheck') recheckAsked = true;
    else {
      if (verb === 'reject') gate.state = 'rejected';
      gate.approvals.push({ who: answer.who, comment: answer.comment, atMs: Date.now() });
    }
    return 'recorded';
  };

  for (const verb of gateMessages) {
    setHandler(updateOf(verb), (value) => record(verb, value), {
      validator: (value) => refuse(problemOf(verb, value)),
    });
    setHandler(signalOf(verb), (value) => ignoreOr(verb, problemOf(verb, value), () => record(verb, value)));
  }

  return {
    gates,
    pass: async (gate) => {
      recheckAsked = false;
      const answered = (): boolean =>
        isCanceled() ||
        recheckAsked ||
        gate.state === 'rejected' ||
        (gate.state === 'open' && gate.approvals.length >= gate.needed);
      const inTime = await withinTime(gate, answered);
      if (isCanceled()) return 'canceled';
      if (!inTime) return gate.onExpiry === 'approved' && gate.state === 'open' ? 'lapsed' : 'expired';
      if (gate.state === 'rejected') return 'rejected';
      return recheckAsked ? 'recheck' : 'passed';
    },
  };
}

/** A gate as it is first shown; `round` counts its showings from 1. */
export function newGate(before: string, gate: PlanGate, round: number): GateProgress {
  const openedMs = Date.now();
  return {
    before,
    round,
    state: 'checking',
    needed: gate.approvals,
    approvals: [],
    starterMayApprove: gate.starterMayApprove,
    openedMs,
    ...(gate.expiresAfterSeconds !== undefined && { expiresMs: openedMs + gate.expiresAfterSeconds * 1000 }),
    onExpiry: gate.onExpiry,
    changes: 0,
    problems: [],
  };
}

function approvedBy(gate: GateProgress, who: string): boolean {
  return gate.state !== 'rejected' && gate.approvals.some((approval) => approval.who === who);
}

async function withinTime(gate: GateProgress, answered: () => boolean): Promise<boolean> {
  if (gate.expiresMs === undefined) {
    await CancellationScope.nonCancellable(() => condition(answered));
    return true;
  }
  const left = Math.max(1, gate.expiresMs - Date.now());
  return CancellationScope.nonCancellable(async () => {
    const timer = new CancellationScope();
    const expired = timer
      .run(() => sleep(left, { summary: `time limit of the gate before ${gate.before}` }))
      .then(
        () => false,
        () => true,
      );
    const inTime = await Promise.race([condition(answered).then(() => true), expired]);
    timer.cancel();
    return inTime || answered();
  });
}
