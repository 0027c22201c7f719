import type { Json } from '../config/json.js';
import type { Machine } from '../config/machine.js';
import type { Plan } from '../config/plan-types.js';
import type { RoleDeclaration, StepDeclaration, PreflightDeclaration } from '../config/declaration.js';
import type { Secrets } from '../config/secrets.js';
import type { Site } from '../config/site.js';

/**
 * Answer of a check, which only reads. `notes` are short lines that a person should know; they change nothing. `result` is
 * what an operation that only looks has seen: some kilobytes at most, and never a secret.
 */
export type CheckResult =
  | { state: 'done'; notes?: string[]; result?: Json }
  | { state: 'todo'; reason: string; changes?: string[] }
  | { state: 'unknown'; after: string };

export const done: CheckResult = { state: 'done' };

export function todo(reason: string, changes: string[] = []): CheckResult {
  return { state: 'todo', reason, changes };
}

/** What a check that looks for problems answers: done without any, else all of them, a line each. */
export function resultOf(problems: readonly string[]): CheckResult {
  return problems.length === 0 ? done : todo(problems.join('; '), [...problems]);
}

/** What check and apply are given. `Inputs` is the output of the role's `inputs` schema. */
export type StepContext<Inputs extends Json = Json> = {
  plan: Plan;
  site: Site;
  inputs: Inputs;
  /** Machine name, or the site's name for steps `on: 'site'`. */
  target: string;
  /** The target when it is a machine; asking for it on a site step throws. */
  machine: Machine;
  /** The machines of the role's groups, in plan order. */
  machines: readonly Machine[];
  secrets: Secrets;
  /** The workflow run that works through the plan, for operations that must happen once in each. */
  runId: string;
  /** Aborted on `cancel --now`, on worker shutdown and when the server gave the attempt up. */
  signal: AbortSignal;
  /** Names what is being worked on; the heartbeat carries it. Never output, never a secret. */
  progress: (resource: string) => void;
};

/** What converging came to: the changes, one short line each, and what a check found after them. */
export type Converged = { changes: string[]; after: CheckResult };

/** `apply` may return the changes it made, one short line each. */
export type Step<Inputs extends Json = Json> = StepDeclaration & {
  check: (context: StepContext<Inputs>) => Promise<CheckResult>;
  apply: (context: StepContext<Inputs>) => Promise<string[] | void>;
  /** Asked instead of check, apply and check where all three take fewer round trips together. */
  converge?: (context: StepContext<Inputs>) => Promise<Converged>;
  /** Required when `ordered`: a permutation of the role's targets, first to be worked on first. */
  order?: (context: StepContext<Inputs>) => Promise<string[]>;
};

/** `check` answers the problems it found, an empty list when all is well. */
export type Preflight<Inputs extends Json = Json> = PreflightDeclaration & {
  check: (context: StepContext<Inputs>) => Promise<string[]>;
};

/**
 * A role is one file. `verify` becomes its implicit last step `<role>.verify` (read only: on each target).
 * @see RoleDeclaration for what planning reads.
 */
export type Role<Inputs extends Json = Json> = Omit<
  RoleDeclaration,
  'steps' | 'remove' | 'operations' | 'preflight'
> & {
  preflight: readonly Preflight<Inputs>[];
  steps: readonly Step<Inputs>[];
  /** Reads only; `todo` names what is not as it must be. */
  verify: (context: StepContext<Inputs>) => Promise<CheckResult>;
  remove: readonly Step<Inputs>[];
  operations: Readonly<Record<string, { title: string; steps: readonly Step<Inputs>[] }>>;
};

/** Types a role; at run time it is the identity. */
export function defineRole<Inputs extends Json>(role: Role<Inputs>): Role<Inputs> {
  return role;
}
