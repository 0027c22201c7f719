import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';
import type { DeploymentProgress, PhaseProgress } from './progress.js';

/**
 * Every message exists as an Update, which refuses and confirms, and as a Signal of the same name for the Web UI and
 * `temporal workflow signal`. Arguments are read as unknown: an Update refuses what does not parse, a Signal ignores it.
 */
export const gateMessages = ['approve', 'reject', 'recheck'] as const;
export const parkMessages = ['retry', 'skip', 'abort'] as const;
export type GateVerb = (typeof gateMessages)[number];
export type ParkVerb = (typeof parkMessages)[number];
export type Verb = GateVerb | ParkVerb | 'cancelNow';

export const updateOf = (verb: Verb) => defineUpdate<string, [unknown]>(verb);
export const signalOf = (verb: Verb) => defineSignal<[unknown]>(verb);
export const deploymentProgressQuery = defineQuery<DeploymentProgress>('progress');
export const phaseProgressQuery = defineQuery<PhaseProgress>('progress');

/** Answer to a gate. `hash` is that of the plan the person saw, `round` the showing; without it the newest is meant. */
export type GateAnswer = { gate: string; hash: string; who: string; comment: string; round?: number };

/** Answer to a parked step. `park` is the number that the park was shown with. */
export type ParkAnswer = {
  step: string;
  target: string;
  park: number;
  hash: string;
  who: string;
  reason: string;
};

/** Order to stop running steps at their next safe point. */
export type CancelNow = { hash: string; who: string };

type Fields = Record<string, 'string' | 'number' | 'string?' | 'number?'>;

/** Answers end up in memos and results, whose size is limited. */
const longestText = 1_000;

/** Reads a gate answer from anything; a string says what is wrong with it. */
export function readGateAnswer(value: unknown): GateAnswer | string {
  return readFields(value, {
    gate: 'string',
    hash: 'string',
    who: 'string',
    comment: 'string?',
    round: 'number?',
  });
}

/** Reads a park answer from anything; a string says what is wrong with it. */
export function readParkAnswer(value: unknown): ParkAnswer | string {
  return readFields(value, {
    step: 'string',
    target: 'string',
    park: 'number',
    hash: 'string',
    who: 'string',
    reason: 'string?',
  });
}

/** Reads an immediate cancellation from anything; a string says what is wrong with it. */
export function readCancelNow(value: unknown): CancelNow | string {
  return readFields(value, { hash: 'string', who: 'string' });
}

function readFields<T>(value: unknown, fields: Fields): T | string {
  if (value === null || typeof value !== 'object' || Array.isArray(value))
    return 'the argument must be one object';
  const given = value as Record<string, unknown>;
  const problems = Object.entries(fields).flatMap(([name, type]) => problemOf(name, type, given[name]));
  if (problems.length > 0) return problems.join(', ');
  const read = Object.entries(fields).map(([name, type]) => [
    name,
    given[name] ?? (type === 'string?' ? '' : undefined),
  ]);
  return Object.fromEntries(read.filter(([, field]) => field !== undefined)) as T;
}

function problemOf(name: string, type: Fields[string], given: unknown): string[] {
  const optional = type.endsWith('?');
  const wanted = optional ? type.slice(0, -1) : type;
  if (optional && (given === undefined || given === null)) return [];
  if (typeof given !== wanted || (given === '' && !optional)) return [`${name} must be a ${wanted}`];
  return typeof given === 'string' && given.length > longestText
    ? [`${name} is longer than ${longestText} characters`]
    : [];
}
