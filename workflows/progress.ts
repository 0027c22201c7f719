import type { Json } from '../config/json.js';

/** Bumped when a member of the answers changes its meaning. */
export const progressVersion = 1;

/** A query answers at most this many running, parked and failed targets each. */
export const maximumListed = 200;

type At = { role: string; step: string; target: string };
export type RunningStep = At & { sinceMs: number };
/** `park` counts the parks of this phase; an answer must name it. `firstMs`: when the first of the attempts began. */
export type ParkedStep = At & {
  park: number;
  sinceMs: number;
  firstMs?: number;
  message: string;
  attempts: number;
};
export type Finding = At & { message: string };
/** What an operation that only looks has seen on one target. */
export type StepResult = At & { result: Json };
export type SkippedStep = At & { who: string; reason: string };

export type RoleProgress = {
  name: string;
  title: string;
  available: boolean;
  state: 'waiting' | 'running' | 'done' | 'stopped';
  total: number;
  done: number;
  changed: number;
  todo: number;
  unknown: number;
  /** Number of single changes that apply made or check found. */
  changes: number;
  retries: number;
};

export type PhaseProgress = {
  version: number;
  phase: string;
  number: number;
  mode: 'apply' | 'check';
  hash: string;
  startedMs: number;
  roles: RoleProgress[];
  running: RunningStep[];
  parked: ParkedStep[];
  failed: Finding[];
  skipped: SkippedStep[];
  /** What changed or would change, the first 200. */
  changes: Finding[];
  /** What a person should know although nothing is to be done, the first 200; absent when there is nothing. */
  notes?: Finding[];
  /** What steps that only look have seen, the first 200; absent when there are none. */
  results?: StepResult[];
};

export type GateProgress = {
  before: string;
  /** 1 for the first showing; a gate whose approval became void is shown again with the next number. */
  round: number;
  state: 'checking' | 'open' | 'blocked' | 'passed' | 'rejected' | 'expired';
  needed: number;
  approvals: { who: string; comment: string; atMs: number }[];
  starterMayApprove: boolean;
  openedMs: number;
  /** When people were asked; absent while it is checked and when it passed unasked. */
  askedMs?: number;
  expiresMs?: number;
  onExpiry: 'rejected' | 'approved';
  /** Steps on targets that would change something, or of which nothing can be known yet. */
  changes: number;
  problems: string[];
  /** Why it passed unasked or was shown again. */
  note?: string;
};

export type PhaseState = {
  number: number;
  name: string;
  title: string;
  state: 'waiting' | 'gate' | 'running' | 'done' | 'failed' | 'canceled' | 'not-available';
  workflowId: string;
  startedMs?: number;
  endedMs?: number;
  summary?: PhaseSummary;
};

export type PhaseSummary = {
  total: number;
  done: number;
  changed: number;
  changes: number;
  todo: number;
  unknown: number;
  retries: number;
  skipped: SkippedStep[];
  failed: Finding[];
  /** Check mode: targets that still have something to do, by qualified step id. */
  todoTargets: Record<string, string[]>;
  samples: Finding[];
  /** As in the progress. */
  notes?: Finding[];
  results?: StepResult[];
  /** Roles of the phase that this version does not have; absent when it has them all. */
  unavailable?: string[];
};

export type DeploymentProgress = {
  version: number;
  site: string;
  mode: string;
  hash: string;
  startedBy: string;
  startedMs: number;
  state: 'accepting' | 'preflight' | 'running' | 'done' | 'failed' | 'canceled';
  preflight: Finding[];
  phases: PhaseState[];
  gates: GateProgress[];
};

/** Adds up the roles of a phase. */
export function summarise(progress: PhaseProgress, todoTargets: Record<string, string[]>): PhaseSummary {
  const sum = (member: 'total' | 'done' | 'changed' | 'changes' | 'todo' | 'unknown' | 'retries'): number =>
    progress.roles.reduce((total, role) => total + role[member], 0);
  const unavailable = progress.roles.filter(({ available }) => !available).map(({ name }) => name);
  return {
    total: sum('total'),
    done: sum('done'),
    changed: sum('changed'),
    changes: sum('changes'),
    todo: sum('todo'),
    unknown: sum('unknown'),
    retries: sum('retries'),
    skipped: progress.skipped,
    failed: progress.failed,
    todoTargets,
    samples: progress.changes.slice(0, 20),
    ...(progress.notes && { notes: progress.notes }),
    ...(progress.results && { results: progress.results }),
    ...(unavailable.length > 0 && { unavailable }),
  };
}

/** A table per role for the Web UI's current details. */
export function progressTable(progress: PhaseProgress): string {
  const rows = progress.roles.map(
    (role) =>
      `| ${role.name} | ${role.state} | ${role.done}/${role.total} | ${role.changed} | ${role.retries} |`,
  );
  const parked = progress.parked.map(
    (park) => `- **parked** ${park.target}: ${park.role}.${park.step}: ${park.message}`,
  );
  return [
    '| role | state | steps | changed | retries |',
    '|---|---|---|---|---|',
    ...rows,
    '',
    ...parked,
  ].join('\n');
}
