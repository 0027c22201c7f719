import type { StepDeclaration, PreflightDeclaration } from './declaration.js';
import type { Json } from './json.js';
import type { GroupName, Machine, VirtualAddress } from './machine.js';
import type { PhaseName, RoleName } from './phases.js';
import type { Site } from './site.js';

export type Mode = 'apply' | 'check' | 'remove' | 'operation';

/**
 * A step as the workflows interpret it. Its id is qualified within the role: `clone`, `remove.destroy`, `restart.wait`;
 * the activity's name is `<role>.<id>`.
 */
export type PlanStep = StepDeclaration;

export type PlanRole = {
  name: RoleName;
  title: string;
  /** False for roles that this version does not have: shown, never run. */
  available: boolean;
  groups: GroupName[];
  /** Only the needs that this plan contains. */
  needs: RoleName[];
  inputs: Json;
  preflight: PreflightDeclaration[];
  steps: PlanStep[];
  /** Set by `socle run ROLE OPERATION TARGET`. */
  onlyTarget?: string;
};

/** A human approval before a phase. */
export type PlanGate = {
  approvals: number;
  starterMayApprove: boolean;
  /** Seconds until the gate expires; absent means never. */
  expiresAfterSeconds?: number;
  onExpiry: 'rejected' | 'approved';
};

export type PlanPhase = {
  number: number;
  name: PhaseName;
  title: string;
  gate?: PlanGate;
  roles: PlanRole[];
};

/**
 * What a run will do, as pure data. Canonical JSON of it has the SHA-256 that people approve.
 * Machines and inputs stand here once; steps name groups.
 */
export type Plan = {
  planVersion: 1;
  mode: Mode;
  site: Site;
  machines: Machine[];
  virtualAddresses: VirtualAddress[];
  phases: PlanPhase[];
  /** Roles that `--only` or `--from` left out although others need them: verified before anything is changed. */
  assumed: PlanRole[];
  /** Machines that bear the site's mark and are not in this plan are removed; absent: they are only listed. */
  prune?: true;
};

/** Names the run whose first history event holds the plan. */
export type PlanRun = { workflowId: string; runId: string };

export type StepMode = 'apply' | 'check';

/** Argument of every step activity: a reference to the plan, never the plan or a secret. */
export type StepInput = {
  planRun: PlanRun;
  hash: string;
  role: RoleName;
  step: string;
  target: string;
  mode: StepMode;
};

/**
 * Result of every step activity. `changes` are short lines, at most 20; `changeCount` is their true number. `notes` are
 * what a person should know although nothing is to be done, short lines, at most 200. `result` is what an operation that
 * only looks has seen.
 */
export type StepOutcome = {
  state: 'unchanged' | 'changed' | 'todo' | 'unknown';
  reason?: string;
  changeCount: number;
  changes: string[];
  notes?: string[];
  result?: Json;
  /** Attempts that this result took, 1 when the first succeeded. */
  attempt: number;
};

/** Argument of `plan.accept`, the first activity of every run. `queues` are the task queues that the run needs. */
export type AcceptInput = { planRun: PlanRun; hash: string; queues: string[] };

/**
 * Argument of `backups.require` and `backups.schedule`. `inPlace` are the roles that this run has brought in place, `options`
 * those that the scheduled runs take over.
 */
export type BackupsInput = {
  planRun: PlanRun;
  hash: string;
  inPlace: RoleName[];
  options: Pick<RunOptions, 'stateAttribute' | 'taskQueue' | 'hypervisorQueue'>;
};

/** First argument of deploymentWorkflow. */
export type DeploymentInput = { plan: Plan; hash: string; options: RunOptions };

export type RunOptions = {
  startedBy: string;
  /** `continue`: no step parks; what does not depend on a failed step goes on, and the run fails at its end. */
  onFailure: 'wait' | 'abort' | 'continue';
  /** A removal ends before anything is changed unless each role whose data it takes away has a backup of the last day. */
  freshBackups?: boolean;
  /** Answers every gate with the starter's name; never a parked step. */
  approveAll: boolean;
  /** Names of preflight checks that are not asked. */
  ignorePreflight: string[];
  /** The client found the search attribute SocleState registered. */
  stateAttribute: boolean;
  taskQueue: string;
  /** The queue whose worker's slots cap the clones in flight. */
  hypervisorQueue: string;
};
