import type { PlanRole, PlanStep, StepOutcome } from '../config/plan-types.js';
import type { PhaseInput } from './phase-types.js';
import {
  maximumListed,
  progressVersion,
  type ParkedStep,
  type PhaseProgress,
  type RoleProgress,
  type SkippedStep,
} from './progress.js';

type At = { role: string; step: string; target: string };

/** Everything a phase knows of itself while it runs; queries, details and the outcome are read from it. */
export type Tracker = {
  progress: PhaseProgress;
  /** Targets that still have something to do, by qualified step id. */
  todoTargets: Record<string, string[]>;
  role: (name: string) => RoleProgress;
  started: (at: At) => void;
  ended: (at: At, outcome: StepOutcome) => void;
  failed: (at: At, message: string) => void;
  parked: (at: At, message: string, attempts: number) => ParkedStep;
  unparked: (park: ParkedStep) => void;
  skipped: (skip: SkippedStep) => void;
};

/** Makes the tracker of a phase; `totals` counts each role's steps on targets. */
export function createTracker(input: PhaseInput, totals: (role: PlanRole) => number): Tracker {
  const roles = input.roles.map((role): RoleProgress => newRole(role, totals(role)));
  const byName = new Map(roles.map((role) => [role.name, role]));
  const progress: PhaseProgress = {
    version: progressVersion,
    phase: input.name,
    number: input.number,
    mode: input.mode,
    hash: input.hash,
    startedMs: Date.now(),
    roles,
    running: [],
    parked: [],
    failed: [],
    skipped: [],
    changes: [],
  };
  const todoTargets: Record<string, string[]> = {};
  const role = (name: string): RoleProgress => byName.get(name)!;
  const drop = (at: At): void => {
    progress.running = progress.running.filter((running) => !same(running, at));
  };
  let parks = 0;
  return {
    progress,
    todoTargets,
    role,
    started: (at) => {
      progress.running.push({ ...at, sinceMs: Date.now() });
    },
    ended: (at, outcome) => {
      drop(at);
      count(role(at.role), outcome);
      if (outcome.state === 'todo' || outcome.state === 'unknown')
        (todoTargets[`${at.role}.${at.step}`] ??= []).push(at.target);
      for (const message of outcome.changes) append(progress.changes, { ...at, message });
      if (outcome.result !== undefined) append((progress.results ??= []), { ...at, result: outcome.result });
      for (const message of outcome.notes ?? []) append((progress.notes ??= []), { ...at, message });
    },
    failed: (at, message) => {
      drop(at);
      append(progress.failed, { ...at, message });
    },
    parked: (at, message, attempts) => {
      const firstMs = progress.running.find((running) => same(running, at))?.sinceMs;
      drop(at);
      parks += 1;
      const park: ParkedStep = {
        ...at,
        park: parks,
        sinceMs: Date.now(),
        ...(firstMs !== undefined && { firstMs }),
        message,
        attempts,
      };
      progress.parked.push(park);
      return park;
    },
    unparked: (park) => {
      progress.parked = progress.parked.filter((other) => other.park !== park.park);
    },
    skipped: (skip) => {
      progress.skipped.push(skip);
    },
  };
}

/** True for the same step of the same role on the same target. */
export function same(a: At, b: At): boolean {
  return a.target === b.target && a.step === b.step && a.role === b.role;
}

function newRole({ name, title, available }: PlanRole, total: number): RoleProgress {
  return {
    name,
    title,
    available,
    state: 'waiting',
    total,
    done: 0,
    changed: 0,
    todo: 0,
    unknown: 0,
    changes: 0,
    retries: 0,
  };
}

function count(role: RoleProgress, outcome: StepOutcome): void {
  role.done += 1;
  role.retries += outcome.attempt - 1;
  role.changes += outcome.changeCount;
  if (outcome.state === 'changed') role.changed += 1;
  if (outcome.state === 'todo') role.todo += 1;
  if (outcome.state === 'unknown') role.unknown += 1;
}

function append<Entry>(list: Entry[], entry: Entry): void {
  if (list.length < maximumListed) list.push(entry);
}

/** How many targets a step runs on, of `targets` there are. */
export function placedOn(step: PlanStep, targets: readonly string[], site: string): string[] {
  if (step.on === 'site') return [site];
  if (step.on === 'first') return targets.slice(0, 1);
  return step.on === 'rest' ? targets.slice(1) : [...targets];
}
