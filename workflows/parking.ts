import { ApplicationFailure, CancellationScope, condition, log, setHandler } from '@temporalio/workflow';
import {
  parkMessages,
  readCancelNow,
  readParkAnswer,
  signalOf,
  updateOf,
  type ParkAnswer,
  type ParkVerb,
} from './messages.js';
import type { ParkedStep } from './progress.js';
import type { Tracker } from './tracker.js';

export type ParkDecision = { verb: ParkVerb; answer: ParkAnswer };

export type Parking = {
  /** Waits for a person's answer to this park; undefined when the phase stops meanwhile. */
  decision: (park: ParkedStep) => Promise<ParkDecision | undefined>;
};

/**
 * Takes the answers to parked steps and the order to stop at once. Updates refuse what does not fit, Signals ignore it.
 * The same answer sent twice is the same answer.
 */
export function createParking(
  tracker: Tracker,
  hash: string,
  isStopping: () => boolean,
  onCancelNow: (who: string) => void,
): Parking {
  const decisions = new Map<number, ParkDecision>();

  const problemOf = (verb: ParkVerb, value: unknown): string | undefined => {
    const answer = readParkAnswer(value);
    if (typeof answer === 'string') return answer;
    if (answer.hash !== hash)
      return `this run's plan is ${hash.slice(0, 8)}, the answer is for ${answer.hash.slice(0, 8)}`;
    const earlier = decisions.get(answer.park);
    if (earlier)
      return earlier.verb === verb
        ? undefined
        : `park ${answer.park} was answered with ${earlier.verb} by ${earlier.answer.who}`;
    const park = tracker.progress.parked.find(({ park: number }) => number === answer.park);
    if (!park) return `nothing is parked under number ${answer.park}`;
    if (park.target !== answer.target || `${park.role}.${park.step}` !== answer.step)
      return `park ${answer.park} is ${park.role}.${park.step} on ${park.target}`;
    return verb === 'skip' && answer.reason === '' ? 'skip wants a reason' : undefined;
  };

  const record = (verb: ParkVerb, value: unknown): string => {
    const answer = readParkAnswer(value) as ParkAnswer;
    if (decisions.has(answer.park)) return 'already recorded';
    decisions.set(answer.park, { verb, answer });
    return 'recorded';
  };

  for (const verb of parkMessages) {
    setHandler(updateOf(verb), (value) => record(verb, value), {
      validator: (value) => refuse(problemOf(verb, value)),
    });
    setHandler(signalOf(verb), (value) => ignoreOr(verb, problemOf(verb, value), () => record(verb, value)));
  }
  const cancelProblem = (value: unknown): string | undefined => {
    const order = readCancelNow(value);
    if (typeof order === 'string') return order;
    return order.hash === hash ? undefined : `this run's plan is ${hash.slice(0, 8)}`;
  };
  const cancelNow = (value: unknown): string => {
    onCancelNow((readCancelNow(value) as { who: string }).who);
    return 'stopping';
  };
  setHandler(updateOf('cancelNow'), cancelNow, { validator: (value) => refuse(cancelProblem(value)) });
  setHandler(signalOf('cancelNow'), (value) =>
    ignoreOr('cancelNow', cancelProblem(value), () => cancelNow(value)),
  );

  return {
    decision: async (park) => {
      await CancellationScope.nonCancellable(() => condition(() => decisions.has(park.park) || isStopping()));
      return decisions.get(park.park);
    },
  };
}

/** Refuses an Update: thrown from a validator, nothing is written to the history. */
export function refuse(problem: string | undefined): void {
  if (problem !== undefined) throw ApplicationFailure.nonRetryable(problem, 'Refused');
}

/** A Signal cannot be refused: a wrong one is logged and must never fail the workflow task. */
export function ignoreOr(name: string, problem: string | undefined, act: () => void): void {
  if (problem === undefined) act();
  else log.warn(`signal ${name} ignored`, { problem });
}
